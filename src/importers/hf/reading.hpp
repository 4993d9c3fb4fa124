#pragma once
// A config on its way to a description: what all model types share.

#include <span>
#include <string>
#include <vector>

#include "importers/hf/compact.hpp"
#include "importers/importer.hpp"

namespace ridgepoint::hf {

/// Layers that predict further tokens (MTP): how many, of which kinds where they are not as the network's last.
struct FurtherTokens {
  std::int64_t layers = 0;
  bool own_tables = false;  ///< files hold an embedding and a head of theirs
};

/// A config being read, and what is to be said about it.
struct Reading {
  std::shared_ptr<const Document> document;
  Config root;
  Attributes& overrides;
  std::string name;          ///< of the network
  std::string type;          ///< model_type, or what stands for it
  std::string architecture;  ///< the class of the transformers library, or ""
  std::vector<std::string> notes{};
  std::vector<std::string> warnings{};
  FurtherTokens mtp{};
  std::string folder{};  ///< that the file config.json is in

  [[nodiscard]] bool architecture_ends(std::string_view ending) const { return architecture.ends_with(ending); }
  [[nodiscard]] bool architecture_has(std::string_view part) const {
    return architecture.find(part) != std::string::npos;
  }
  /// Warns of a head that is not read, where the class has none of these endings.
  void expect_head(std::initializer_list<std::string_view> endings);
  /// Warns of the keys of a config that nobody asked for.
  void warn_of_strangers(const Config& config);
  /// The description that a compact one stands for.
  Description expand(const Compact& compact);
};

/// Some model types with one reader. A type is a row of the reader's table.
struct Kind {
  std::vector<std::string_view> (*types)();
  Description (*read)(Reading& reading);
  std::string_view what = "others";  ///< as docs/import.md lists them
  std::string_view family{};         ///< that describes networks of this kind
};

/// The kinds, each in a file of its own.
extern const Kind kDecoders;
extern const Kind kWrappers;
extern const Kind kEncoderDecoders;
extern const Kind kEncoders;
extern const Kind kBackbones;
extern const Kind kDetectors;
extern const Kind kDiffusion;
extern const Kind kPairs;
extern const Kind kPairTexts;
extern const Kind kRecurrences;
extern const Kind kSegmenters;
extern const Kind kSpeechEncoders;
extern const Kind kVision;
/// All of them.
std::span<const Kind> kinds();

}  // namespace ridgepoint::hf

#pragma once
#include <map>
#include <string>

#include "importers/onnx/dim.hpp"
#include "importers/onnx/proto.hpp"
#include "network/description.hpp"

namespace ridgepoint::onnx {

/// The open dimensions of a model as parameters of its description: by the names that the file gives, with defaults. A
/// batch and a sequence are `batch` and `seq` too, whatever the file calls them.
class Symbols {
 public:
  /// `overrides` are the parameters that the run sets: sizes that the structure may depend on.
  /// With `brief`, defaults of lengths are short.
  Symbols(const Attributes& overrides, bool brief) : overrides_(overrides), brief_(brief) {}

  /// A declared dimension of an input. Throws InputError when its extent is negative.
  Dim read(const DimView& dim, std::string_view input, std::size_t axis);

  /// Reads the leading extent `fixed` of inputs as the batch that the run sets. False when the run sets none.
  bool free_batch(std::int64_t fixed);
  [[nodiscard]] Dim batch() { return symbol("batch", true); }

  /// A size that only the run finds, of the node of this name: at most `most`, which is its default. Past the first few
  /// it is that number.
  Dim found(std::string_view node, const Dim& most);

  /// All of them, for the description.
  [[nodiscard]] Attributes parameters() const;
  /// Sentences that name them with their defaults.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  struct Symbol {
    std::int64_t value = 1;
    std::string alias;   ///< the parameter or expression that it follows, or ""
    bool found = false;  ///< by the run
  };
  Dim symbol(std::string name, bool leading);
  Dim parse(std::string_view text, bool leading);
  [[nodiscard]] std::int64_t override_of(const std::string& name, std::int64_t otherwise) const;

  const Attributes& overrides_;
  bool brief_;
  std::int64_t fixed_batch_ = 0;  ///< 0: none is freed
  std::size_t found_ = 0;
  std::map<std::string, Symbol> symbols_;
};

}  // namespace ridgepoint::onnx

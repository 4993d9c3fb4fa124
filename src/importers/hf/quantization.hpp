#pragma once
// `quantization_config` of a config: in which format the weights of which modules are.

#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "importers/hf/reading.hpp"

namespace ridgepoint::hf {

/// What joins the two inputs of a layer that predicts further tokens: unquantized unless a rule names it.
inline constexpr std::string_view kMtpProjection = "eh_proj";

/// A format of weights: what is stored, what products compute in (absent: as the activations), and `scale_bits` of
/// scales and zero points for every `group` values (0: for a whole row; -1: for a whole matrix).
struct WeightFormat {
  DType weights = DType::kFp8E4m3;
  std::optional<DType> math{};
  std::int64_t group = 0;
  int scale_bits = 16;
  std::int64_t block_rows = 1;  ///< rows of a group that is a block
  int matrix_scales = 0;        ///< scales of a whole matrix besides
  int pack = 1;                 ///< weights that files store as one value
  int zeros_pack = 0;           ///< zero points that files store as one value; 0: there are none
  bool ordered = false;         ///< files hold for each input the number of its group
  friend bool operator==(const WeightFormat&, const WeightFormat&) = default;

  /// The same for a description, for rows of this length.
  [[nodiscard]] WeightsItem item(std::int64_t row) const;
};

/// Which modules a rule is about: a name, the modules below it, a pattern with *, or a regular expression ("re:...").
struct ModuleRule {
  std::string pattern;
  int format = -1;  ///< of Quantization::formats; -1 leaves the weights as they are
  std::shared_ptr<const std::regex> expression{};

  /// Whether it fits a module's name, or that of a module it is in.
  [[nodiscard]] bool fits(std::string_view module) const;
};

/// What a config says about the formats of its weights.
struct Quantization {
  std::string method;
  std::vector<WeightFormat> formats{};
  int usual = -1;  ///< the format of linear layers that no rule names; -1: they are not quantized
  std::optional<DType> kv_cache{};
  /// Rules for one layer, for several, for all of them and what is outside. In each list the first that fits holds.
  std::unordered_map<std::int64_t, std::vector<ModuleRule>> layer_rules{};
  std::vector<ModuleRule> layer_patterns{};
  std::vector<ModuleRule> rules{};

  /// Adds a rule to the list that it belongs to.
  void add(std::string_view pattern, int format);
  int format(const WeightFormat& format);
  /// What a list says of the module that has one of these names; those of a layer begin with "layers.N.".
  [[nodiscard]] static std::optional<int> format_of(const std::vector<std::string>& names,
                                                    const std::vector<ModuleRule>& list);
};

/// Reads `quantization_config`; nothing where the config has none, or one of an unknown method (a warning). Throws
/// InputError for a known key in an unknown form.
std::optional<Quantization> read_quantization(Reading& reading);

}  // namespace ridgepoint::hf

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

  /// All of them, for the description.
  [[nodiscard]] Attributes parameters() const;
  /// A sentence that names them with their defaults, or "".
  [[nodiscard]] std::string note() const;

 private:
  struct Symbol {
    std::int64_t value = 1;
    std::string alias;  ///< the parameter that it follows, or ""
  };
  Dim symbol(std::string name, bool leading);
  Dim parse(std::string_view text, bool leading);
  [[nodiscard]] std::int64_t override_of(const std::string& name, std::int64_t otherwise) const;

  const Attributes& overrides_;
  bool brief_;
  std::int64_t fixed_batch_ = 0;  ///< 0: none is freed
  std::map<std::string, Symbol> symbols_;
};

}  // namespace ridgepoint::onnx

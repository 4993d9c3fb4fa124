#pragma once
#include <string_view>
#include <vector>

#include "core/units.hpp"

namespace ridgepoint {

/// The bytes of some operands together. Operands with a name are remembered, so that `explain` can say what a sum is
/// made of; without names, as in pricing, this is a plain number.
class Traffic : public Bytes {
 public:
  /// `times` the bytes of the operand `name`.
  struct Part {
    std::string_view name;
    Bytes bytes;
    double times = 1;
  };

  Traffic() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): any number of bytes is traffic without a name
  Traffic(Bytes bytes, std::string_view name = {}) : Bytes(bytes) {
    if (!name.empty() && bytes.value() != 0) parts_.push_back({name, bytes});
  }

  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] Bytes total() const { return Bytes{value()}; }

  Traffic& operator+=(const Traffic& other) {
    Bytes::operator+=(other.total());
    for (const Part& part : other.parts_) add(part);
    return *this;
  }
  Traffic& operator*=(double factor) {
    Bytes::operator*=(factor);
    for (Part& part : parts_) part.times *= factor;
    return *this;
  }
  friend Traffic operator+(Traffic a, const Traffic& b) { return a += b; }
  friend Traffic operator+(Traffic a, Bytes b) { return a += b; }
  friend Traffic operator+(Bytes a, const Traffic& b) { return Traffic(a) += b; }
  friend Traffic operator*(Traffic a, double factor) { return a *= factor; }
  friend Traffic operator*(double factor, Traffic a) { return a *= factor; }

 private:
  void add(const Part& part) {
    for (Part& known : parts_) {
      if (known.name != part.name) continue;
      known.times += part.times;
      return;
    }
    parts_.push_back(part);
  }
  std::vector<Part> parts_;
};

}  // namespace ridgepoint

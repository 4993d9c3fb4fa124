#include "calibrate/measure/points.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace ridgepoint {

PointFields::PointFields(const Point& point) : point_(point) {
  for (const SampleKernel& kernel : sample_kernels()) {
    if (kernel.name == point.kernel) kernel_ = &kernel;
  }
  if (kernel_ == nullptr) throw std::invalid_argument(fmt::format("no sample file holds the kernel {}", point.kernel));
  if (point.values.size() > kernel_->columns.size()) {
    throw std::invalid_argument(fmt::format("a point of {} has {} values for {} columns", point.kernel,
                                            point.values.size(), kernel_->columns.size()));
  }
  for (const SampleColumn& column : kernel_->columns) {
    static_cast<void>(column.is_word ? word(column.name).size() : static_cast<std::size_t>(number(column.name)));
  }
}

const SampleColumn& PointFields::column(std::string_view name, std::size_t& index) const {
  for (index = 0; index < kernel_->columns.size(); ++index) {
    if (kernel_->columns[index].name == name) return kernel_->columns[index];
  }
  throw std::invalid_argument(fmt::format("{} has no column {}", kernel_->name, name));
}

std::int64_t PointFields::number(std::string_view name) const {
  std::size_t index = 0;
  const SampleColumn& column = this->column(name, index);
  if (index >= point_.values.size() && column.fallback) return *column.fallback;
  const std::string text = index < point_.values.size() ? point_.values[index] : "";
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < column.minimum) {
    throw std::invalid_argument(fmt::format("{} of {} cannot be \"{}\"", name, kernel_->name, text));
  }
  return value;
}

const std::string& PointFields::word(std::string_view name) const {
  std::size_t index = 0;
  static_cast<void>(column(name, index));
  if (index >= point_.values.size() || point_.values[index].empty()) {
    throw std::invalid_argument(fmt::format("{} of {} is missing", name, kernel_->name));
  }
  return point_.values[index];
}

double halton(std::int64_t index, int base) {
  double value = 0;
  double digit = 1;
  for (std::int64_t rest = index + 1; rest > 0; rest /= base) {
    digit /= base;
    value += digit * static_cast<double>(rest % base);
  }
  return value;
}

std::int64_t usual_size(double value) {
  if (value > 512) return std::int64_t{1} << std::lround(std::log2(value));
  const auto whole = static_cast<std::int64_t>(std::lround(value));
  return whole > 8 ? (whole + 4) / 8 * 8 : std::max<std::int64_t>(1, whole);
}

}  // namespace ridgepoint

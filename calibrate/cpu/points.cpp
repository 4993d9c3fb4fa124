#include "calibrate/cpu/points.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace ridgepoint::cpu {

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

std::int64_t rotation(const Machine& machine, double bytes, std::int64_t index) {
  constexpr double kMostCopies = 64;
  constexpr double kMostBytes = 512.0 * (1 << 20);  // filling more takes longer than measuring
  if (index % 3 == 0) return 1;
  const int threads = static_cast<int>(machine.cores.size());
  const auto outer = static_cast<double>(machine.cache_bytes(machine.last_level(), threads));
  const auto inner = static_cast<double>(machine.cache_bytes(1, threads));
  const double cold = std::ceil(2 * outer / bytes);
  const double most =
      std::min(kMostCopies, std::max(1.0, std::min(kMostBytes, machine.available.value() / 16) / bytes));
  if (index % 3 == 2 && cold <= most) return std::max<std::int64_t>(1, static_cast<std::int64_t>(cold));
  const double between = log_between(inner, outer, halton(index, 11)) / bytes;
  return static_cast<std::int64_t>(std::ceil(std::clamp(between, 1.0, most)));
}

double guessed_flops_per_s(const Machine& machine) {
  const double lanes = has_flag(machine, "avx512f") ? 16 : has_flag(machine, "avx2") ? 8 : 4;
  return static_cast<double>(machine.cores.size()) * 2.5e9 * 2 * lanes * 1.5;
}

bool has_flag(const Machine& machine, std::string_view flag) {
  return std::find(machine.flags.begin(), machine.flags.end(), flag) != machine.flags.end();
}

}  // namespace ridgepoint::cpu

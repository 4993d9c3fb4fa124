#pragma once
// Measured kernel times, as sample files hold them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cost/price.hpp"
#include "io/csv.hpp"

namespace ridgepoint {

class SampleFields;

/// A column of a sample file: what it holds and, when it may be absent, the value it then has.
struct SampleColumn {
  std::string_view name;
  bool is_word = false;
  std::optional<std::int64_t> fallback{};
  std::int64_t minimum = 1;
};

/// One kind of kernel of the sample files: its columns, and the launch that a row stands for. `lower` is null for
/// kernels that no cost model prices yet.
struct SampleKernel {
  std::string_view name;
  std::span<const SampleColumn> columns;
  std::optional<Launch> (*lower)(const SampleFields& fields);
  bool moves_indices = false;  ///< its format is that of an index (int32, int64)
  bool any_format = false;     ///< its format may be that of numbers or of indices
};

std::span<const SampleKernel> sample_kernels();

/// Storage and math formats of a sample: "bf16", or "fp16s_fp32m" for fp16 tensors multiplied in fp32.
struct SampleFormat {
  DType storage = DType::kFp32;
  DType math = DType::kFp32;
};

/// One row of a sample file. Values stand in the order of the kernel's columns.
struct Sample {
  const SampleKernel* kernel = nullptr;
  std::string device;
  Clock clock = Clock::kKernel;
  std::string dtype;
  SampleFormat format;
  std::vector<std::int64_t> numbers;  ///< by column; 0 for words
  std::vector<std::string> words;     ///< by column; empty for numbers
  double time_us = 0;
  std::size_t line = 0;
};

/// Access to a sample's columns by name. The columns must exist.
class SampleFields {
 public:
  explicit SampleFields(const Sample& sample) : sample_(sample) {}
  [[nodiscard]] std::int64_t number(std::string_view column) const;
  [[nodiscard]] const std::string& word(std::string_view column) const;
  [[nodiscard]] const SampleFormat& format() const { return sample_.format; }

 private:
  [[nodiscard]] std::size_t index(std::string_view column) const;
  const Sample& sample_;
};

/// A sample file: one kernel, one device, one clock.
struct SampleFile {
  std::string path;
  const SampleKernel* kernel = nullptr;
  std::string device;
  Clock clock = Clock::kKernel;
  CsvTable table;  ///< as read, so that rows can be written back with more columns
  std::vector<Sample> samples;
};

/// Reads a sample file. Throws InputError with file, line and column on an unknown kernel, a missing column, a value
/// that cannot be, two devices or two clocks.
SampleFile read_samples(const std::string& path);

/// The same from text; `name` is for messages and provenance.
SampleFile parse_samples(const std::string& name, std::string_view text);

/// The launch that a sample stands for, or nothing when no cost model prices its kernel. Throws InputError on a shape
/// or op that cannot be.
std::optional<Launch> launch_of(const SampleFile& file, const Sample& sample);

/// Under what a sample was measured: its clock, and what its operands' rotation left in the cache.
Circumstances circumstances_of(const Sample& sample);

}  // namespace ridgepoint

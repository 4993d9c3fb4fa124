#pragma once
// Samples made ready for a fit: what cost models see of them, with their time.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "cost/pooled.hpp"
#include "cost/sample.hpp"

namespace ridgepoint {

/// A sample ready for a fit. The device must outlive it.
struct Observation {
  const SampleFile* file = nullptr;
  const Device* device = nullptr;
  std::size_t line = 0;
  std::string key;          ///< the row's text; decides the order
  std::uint64_t shape = 0;  ///< a hash of the row without its time; decides the fold
  Launch launch;
  Circumstances circumstances;
  Demand demand;
  double time = 0;    ///< seconds
  double weight = 1;  ///< less than 1 when the time is coarsely rounded
};

/// Kind, format and clock: what is fitted together.
using EntryKey = std::tuple<std::size_t, std::string, Clock>;

/// The samples of one entry, with the pooled parameters that are its prior.
struct EntrySamples {
  CalibrationEntry entry;
  PooledParameters pooled;
  std::vector<Observation> observations;
};

/// What happens to samples in a format whose rate the device lacks.
enum class MissingRate : std::uint8_t { kError, kSkip };

/// Sorts samples of one device into entries, in an order that does not depend on that of files and rows. Throws
/// InputError on a format whose rate the device lacks, if asked to.
std::map<EntryKey, EntrySamples> collect(const Device& device, std::span<const SampleFile> files,
                                         MissingRate missing = MissingRate::kError);

/// What issuing the sample's kernel costs the host, in calls of a plain one.
double calls_of(const Observation& observation, const CalibrationEntry& entry);

/// The time that a model with these parameters predicts, in seconds.
double predicted(const Observation& observation, const CalibrationEntry& entry);

/// A hash of what a file holds: header and rows, so that line ends and quotes do not matter.
std::string hash_of(const CsvTable& table);

/// The value below which this share of the values lies, between neighbours by proportion.
double quantile(std::vector<double> values, double share);

/// Whether no cost model prices the file's kernel.
bool is_unpriced(const SampleFile& file);

}  // namespace ridgepoint

// Embedding bags: sums of rows at random places of large tables, uniform or by Zipf's law.

#include <algorithm>

#include "calibrate/cuda/design.hpp"
#include "calibrate/cuda/device/bench.hpp"
#include "calibrate/cuda/kernels/lookup.hpp"
#include "calibrate/cuda/kernels/probes.hpp"

namespace ridgepoint::cuda {
namespace {

bool is_known(std::optional<Format> format) {
  return format == Format::kFp32 || format == Format::kFp16 || format == Format::kBf16;
}

double table_bytes(std::int64_t tables, std::int64_t rows, std::int64_t dim, Format format) {
  return static_cast<double>(tables) * static_cast<double>(rows) * static_cast<double>(dim) * bytes_of(format);
}

std::vector<Point> points(Effort effort, const DeviceFacts& device) {
  const DesignPlan plan{"embedding", "embedding", by_effort<std::size_t>(effort, 16, 50, 120),
                        by_effort(effort, Seconds{0.03}, Seconds{0.05}, Seconds{0.15})};
  std::vector<Point> points = design_points(plan, device, [&](const DesignRow& row) {
    const auto format = find_format(row.dtype);
    return is_known(format) ? table_bytes(row.number(0), row.number(1), row.number(2), *format) : 0.0;
  });
  // Tables are what they are: only their indices rotate, through enough sets that those do not come from the cache.
  for (Point& point : points) point.values.at(5) = "8";
  return points;
}

/// The tables' numbers as a point gives them.
struct Shape {
  std::int64_t tables, rows, dim, lookups, batch, copies;
  double skew;
};

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const Shape s{point.number("tables"),
                point.number("rows"),
                point.number("dim"),
                point.number("lookups"),
                point.number("batch"),
                point.number("copies"),
                static_cast<double>(point.number("skew_permille")) / 1000};
  const auto format = find_format(point.dtype());
  if (!is_known(format)) return bench.cannot("bags are of fp32, fp16 and bf16");
  const std::int64_t bags = s.tables * s.batch;
  const std::int64_t indices = bags * s.lookups;
  const std::int64_t out_bytes = bags * s.dim * bytes_of(*format);
  const double needed = table_bytes(s.tables, s.rows, s.dim, *format) +
                        static_cast<double>(s.copies) * static_cast<double>(8 * indices + out_bytes);
  if (!bench.fits(needed)) return std::nullopt;
  const DeviceBuffer tables(s.tables * s.rows * s.dim * bytes_of(*format));
  bench.fill(tables, *format, Values::kWhole);
  std::vector<DeviceBuffer> places;
  std::vector<DeviceBuffer> outs;
  for (std::int64_t copy = 0; copy < s.copies; ++copy) {
    places.emplace_back(8 * indices);
    outs.emplace_back(out_bytes);
    fill_indices(places.back().as<std::int64_t>(), indices, s.rows, s.skew, static_cast<std::uint64_t>(copy + 3),
                 bench.stream());
  }
  check_finished(bench.stream(), "fill_indices");
  const auto bags_of = [&](std::int64_t copy) {
    const auto at = static_cast<std::size_t>(copy);
    return Bags{tables.data(), places[at].as<std::int64_t>(), outs[at].data(), s.tables, s.rows, s.dim, s.lookups,
                s.batch};
  };
  const Launch launch = [&](std::int64_t copy) {
    launch_bags(*format, bags_of(copy), bench.stream());
    check_launch("bags");
  };
  launch(0);
  check_finished(bench.stream(), "bags");
  expect_probes(
      bench, outs.front().data(), *format, bags * s.dim,
      [&](std::int64_t probes, float* want) {
        launch_bags_reference(*format, bags_of(0), probes, want, bench.stream());
      },
      0.008, 1, "a bag");
  return bench.time(launch, s.copies);
}

}  // namespace

const CudaMicrokernel kEmbedding{
    {"embedding", "embedding",
     "sums of rows of tables up to a third of the memory, by own kernels: uniform and Zipf accesses, one-hot and "
     "multi-hot; copies: sets of indices and outputs"},
    points,
    measure};

}  // namespace ridgepoint::cuda

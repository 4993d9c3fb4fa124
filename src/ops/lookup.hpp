#pragma once
// What ops that reach rows by index share.

#include "core/expected.hpp"
#include "ops/access.hpp"
#include "ops/op_base.hpp"

namespace ridgepoint {

/// Writes zeros where a gradient is then added up row by row.
inline Stream zero_fill(const TensorType& tensor) {
  Stream stream = stream_over(tensor.shape, StreamKind::kCopy, "zero", 0, 0);
  stream.written = tensor.bytes();
  return stream;
}

/// Throws OpError unless input `i` holds indices.
inline void expect_ids(Inputs inputs, std::size_t i) {
  if (!facts(inputs[i].dtype).arithmetic) return;
  throw OpError{"",
                {"input " + std::to_string(i) + " holds " + std::string(name(inputs[i].dtype)) + " values",
                 "indices, int32 or int64"}};
}

inline constexpr std::string_view kAccessSummary =
    "how ids are distributed: uniform, zipf:EXPONENT or a .csv file, or one for each table";

/// Throws OpError unless there is one law, or one for each table, and each counted id is a row of its table.
void expect_accesses(const Accesses& access, std::span<const std::int64_t> tables);

/// Lets the rows of a gather follow the laws of its tables, where one is stated.
void follow(Gather& gather, std::span<const TableDraws> tables);

/// The product of the extents from `first` to before `last`.
inline std::int64_t elements_between(const Shape& shape, std::int64_t first, std::int64_t last) {
  std::int64_t product = 1;
  for (std::int64_t axis = first; axis < last; ++axis) product = checked_mul(product, shape[axis]);
  return product;
}

/// Indices into a graph or a table take 32 bits while they fit.
inline int index_bits(std::int64_t largest) { return largest < (std::int64_t{1} << 31) ? 32 : 64; }

/// How the gradients of a row that occurs more than once in a batch become one: `merged` sorts the ids and sums the
/// gradients of equal ones, so that each distinct row is written once (FBGEMM; PyTorch's coalesce); `atomic` adds every
/// gradient to its row in memory.
enum class Duplicates : std::uint8_t { kMerged, kAtomic };
template <>
struct Words<Duplicates> {
  static constexpr std::array<std::string_view, 2> kWords{"merged", "atomic"};
};

/// The gradient of a table: `lookups` ids over `bags` gradient rows of `row_bytes`, of which `distinct` are expected to
/// differ. A sparse gradient holds the distinct rows and their ids, a dense one is as large as the table.
struct TableGradient {
  double lookups = 1;
  double bags = 1;
  double distinct = 1;
  double table_rows = 1;
  double row_bytes = 1;
  double dim = 1;
  Bytes ids{};
};

/// Sorts the ids with their positions, 8 bits of the id in each pass (radix sort; Merrill and Grimshaw 2011): 16 bytes
/// an id are read and written by every pass.
inline Stream sort_of_ids(const TableGradient& g) {
  const double passes = std::max(1.0, std::ceil(std::log2(std::max(g.table_rows, 2.0)) / 8));
  Stream stream{.kind = StreamKind::kCopy, .op = "sort", .rows = passes, .cols = g.lookups};
  stream.read = g.ids * (2 * passes);
  stream.written = g.ids * (2 * passes);
  return stream;
}

/// Merged: the sum of equal ids' gradients is itself a bag, over the rows of dY. Atomic: every access reads and writes.
inline Gather gather_of_gradients(const TableGradient& g, Duplicates duplicates, bool sparse) {
  if (duplicates == Duplicates::kAtomic) {
    return {.lookups = g.lookups,
            .row_bytes = g.row_bytes,
            .table_rows = g.table_rows,
            .index_bytes = g.ids.value(),
            .other_bytes = g.bags * g.row_bytes,
            .flops = g.lookups * g.dim,
            .scatter = true};
  }
  const double kept_ids = sparse ? g.ids.value() / g.lookups * g.distinct : 0;
  return {.lookups = g.lookups,
          .row_bytes = g.row_bytes,
          .table_rows = g.bags,
          .index_bytes = 2 * g.ids.value(),
          .other_bytes = g.distinct * g.row_bytes + kept_ids,
          .flops = (g.lookups - g.distinct) * g.dim};
}

}  // namespace ridgepoint

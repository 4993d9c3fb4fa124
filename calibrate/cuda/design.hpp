#pragma once
// Shapes to measure, as committed data: designs/*.csv hold them in an order of which every beginning fills the space of
// shapes that networks have (designs/make_designs.py made them).

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/backend.hpp"
#include "calibrate/cuda/facts.hpp"

namespace ridgepoint::cuda {

/// One row: the format and the values of the kernel's columns, without copies.
struct DesignRow {
  std::string dtype;
  std::vector<std::string> values;
  [[nodiscard]] std::int64_t number(std::size_t column) const;
};

/// A design and its columns.
struct Design {
  std::vector<std::string> columns;
  std::vector<DesignRow> rows;
};

/// Reads a design from its text; throws std::logic_error, with the line, when rows and header do not fit together.
Design parse_design(std::string_view text);

/// The design that is built in under this name.
const Design& design_of(std::string_view name);
/// The names of those that are built in.
std::vector<std::string_view> design_names();

/// How many points of a design to take, and the budget of each.
struct DesignPlan {
  std::string_view design;
  std::string_view kernel;
  std::size_t count;
  Seconds budget;
};

/// The first points of a design that the GPU can run. `bytes` says how much memory one set of a row's operands takes (0
/// for a row that the GPU cannot run). The operands of every second point rotate through as many sets as keep them out
/// of the L2; the value `copies` says so, where the kernel has that column.
std::vector<Point> design_points(const DesignPlan& plan, const DeviceFacts& device,
                                 const std::function<double(const DesignRow&)>& bytes);

/// Of a microkernel's points those for a fit, or those that are held out: one of seven of a design's, by its place, so
/// that no effort mixes them. Ceilings have no design, and nothing of theirs is held out.
std::vector<Point> choose_points(std::vector<Point> points, std::string_view microkernel, Shapes shapes);

}  // namespace ridgepoint::cuda

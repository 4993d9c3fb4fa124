// The latency of a load that the next one depends on, over footprints from the first cache to far beyond the last, with
// and without huge pages: what address translation adds shows in the difference.

#include <bit>

#include "calibrate/cpu/microkernel.hpp"

namespace ridgepoint::cpu {
namespace {

constexpr std::int64_t kLine = 64;

struct alignas(kLine) Node {
  Node* next;
};

std::vector<Point> points(const Design& design, const Machine& machine) {
  const Seconds budget = by_effort(design, Seconds{0.02}, Seconds{0.06}, Seconds{0.2});
  const auto most = by_effort(design, std::int64_t{1} << 27, std::int64_t{1} << 30, std::int64_t{1} << 32);
  const int step = by_effort(design, 4, 2, 2);
  if (design.held_out()) return {};
  std::vector<Point> points;
  for (std::int64_t bytes = 1 << 14; bytes <= most; bytes *= step) {
    if (static_cast<double>(bytes) > machine.available.value() / 3) break;
    const int rounds = ceiling_rounds(design, static_cast<double>(bytes));
    points.push_back(in_rounds(make_point("chase", "int64", budget, bytes, 0), rounds));
    // Below the first cache's size a huge page changes nothing.
    if (bytes >= 1 << 20 && machine.huge_pages != "never")
      points.push_back(in_rounds(make_point("chase", "int64", budget, bytes, 1), rounds));
  }
  return points;
}

// A cycle through all nodes in the order of a congruential generator of full period: it is built in one sequential
// pass, and its pages follow each other without a pattern.
void link_nodes(const Team& team, std::span<Node> nodes) {
  const auto mask = static_cast<std::uint64_t>(nodes.size() - 1);
  const auto factor = (static_cast<std::uint64_t>(0.6180339887 * static_cast<double>(nodes.size())) & ~7ULL) + 5;
  const std::uint64_t addend = (nodes.size() / 3) | 1U;
  team.split(std::ssize(nodes), 64, 1 << 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      nodes[static_cast<std::size_t>(i)].next = &nodes[(factor * static_cast<std::uint64_t>(i) + addend) & mask];
    }
  });
}

Node* walk(Node* node, std::int64_t steps) {
  for (; steps >= 8; steps -= 8) {
    node = node->next->next->next->next->next->next->next->next;
  }
  for (; steps > 0; --steps) node = node->next;
  return node;
}

void check(std::span<Node> nodes) {
  constexpr std::size_t kMost = 1 << 16;
  Node* const start = nodes.data();
  const std::size_t length = std::min(nodes.size(), kMost);
  const Node* node = start;
  for (std::size_t i = 1; i < length; ++i) {
    node = node->next;
    if (node == start) throw std::runtime_error(fmt::format("the chain of {} nodes ends after {}", nodes.size(), i));
  }
  if (length == nodes.size() && node->next != start) throw std::runtime_error("the chain does not close");
}

std::optional<Measurement> measure(const PointFields& point, Bench& bench) {
  const std::int64_t bytes = point.number("bytes");
  if (!std::has_single_bit(static_cast<std::uint64_t>(bytes)) || bytes < 16 * kLine) {
    return bench.cannot(fmt::format("bytes must be a power of two from {}", 16 * kLine));
  }
  const bool huge = point.number("huge") != 0;
  if (huge && bench.machine.huge_pages == "never") return bench.cannot("the system has no transparent huge pages");
  if (!bench.fits(static_cast<double>(bytes))) return std::nullopt;
  const Buffer buffer(bytes, huge ? Pages::kHuge : Pages::kSmall);
  const std::span<Node> nodes = buffer.as<Node>();
  link_nodes(bench.team, nodes);
  check(nodes);
  Node* node = nodes.data();
  return bench.time([&](std::int64_t runs) {
    node = walk(node, runs);
    asm volatile("" : : "r"(node) : "memory");
  });
}

}  // namespace

const CpuMicrokernel kChase{
    {"chase", "chase",
     "loads that depend on each other, in no order, one a cache line, with huge pages or small ones; the "
     "time is of one load"},
    points,
    measure};

}  // namespace ridgepoint::cpu

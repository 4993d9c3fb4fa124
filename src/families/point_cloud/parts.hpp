#pragma once
// What networks over point clouds share.

#include <string>
#include <string_view>
#include <vector>

#include "families/build.hpp"
#include "families/compact_reader.hpp"

namespace ridgepoint {

/// One architecture of the family: its word, and what reads its keys and writes it down.
struct PointCloudArchitecture {
  std::string_view name;
  void (*describe)(CompactReader& reader, Description& description);
};

void describe_pointnet(CompactReader& reader, Description& description);
void describe_pointnet2(CompactReader& reader, Description& description);
void describe_dgcnn(CompactReader& reader, Description& description);
void describe_minkunet(CompactReader& reader, Description& description);

/// A shared MLP over rows x[rows, in]: linear layers, each with a batch norm and `activation`.
struct SharedMlp {
  std::string name;
  std::vector<std::int64_t> widths;
  std::string activation = "relu";
  bool bias = true;
};
Block shared_mlp(const SharedMlp& mlp);

/// x[..., c] as rows [rows, c], and rows back under the extents in front.
Item to_rows(const std::string& name, const Value& width, const std::string& x);
Item from_rows(const std::string& name, std::vector<Value> extents);
/// The largest value over one axis.
Item maximum(const std::string& name, std::int64_t axis, const std::string& x = "");

}  // namespace ridgepoint

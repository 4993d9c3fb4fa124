// Networks over point clouds and voxels.

#include <algorithm>
#include <array>

#include "families/families.hpp"
#include "families/point_cloud/parts.hpp"

namespace ridgepoint {
namespace {

constexpr std::array kArchitectures{
    PointCloudArchitecture{"pointnet", describe_pointnet},
    PointCloudArchitecture{"pointnet2", describe_pointnet2},
    PointCloudArchitecture{"dgcnn", describe_dgcnn},
    PointCloudArchitecture{"minkunet", describe_minkunet},
};

void describe(CompactReader& reader, Description& description) {
  std::vector<std::string_view> names;
  names.reserve(kArchitectures.size());
  for (const PointCloudArchitecture& architecture : kArchitectures) names.push_back(architecture.name);
  const std::string wanted = reader.word("architecture", names, "pointnet");
  if (wanted != "minkunet") {
    reader.size("batch", 1);
    reader.size("points", 1024);
  }
  reader.size("classes", 40);
  const auto* const found = std::find_if(kArchitectures.begin(), kArchitectures.end(),
                                         [&](const PointCloudArchitecture& a) { return a.name == wanted; });
  found->describe(reader, description);
}

}  // namespace

const Family kPointCloudFamily{"point_cloud", "point clouds and voxels: PointNet, PointNet++, DGCNN, MinkUNet",
                               describe};

}  // namespace ridgepoint

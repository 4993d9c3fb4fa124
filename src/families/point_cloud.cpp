// Networks over point clouds and voxels.

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
  const PointCloudArchitecture& architecture = reader.row("architecture", kArchitectures, "pointnet");
  if (architecture.name != "minkunet") {
    reader.size("batch", 1);
    reader.size("points", 1024);
  }
  reader.size("classes", 40);
  architecture.describe(reader, description);
}

}  // namespace

const Family kPointCloudFamily{"point_cloud", "point clouds and voxels: PointNet, PointNet++, DGCNN, MinkUNet",
                               describe};

}  // namespace ridgepoint

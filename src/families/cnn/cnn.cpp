// Convolutional networks: one architecture per file of this folder.

#include <array>

#include "families/cnn/architecture.hpp"
#include "families/families.hpp"

namespace ridgepoint {
namespace {

void describe(CompactReader& reader, Description& description) {
  static const std::array kArchitectures{cnn::kResnet,   cnn::kVgg,        cnn::kDensenet,
                                         cnn::kMobile,   cnn::kShufflenet, cnn::kRegnet,
                                         cnn::kConvnext, cnn::kUnet,       cnn::kVideoResnet};
  const cnn::Architecture& architecture = reader.row("architecture", kArchitectures, "resnet");
  const bool softmax = reader.flag("softmax", false);
  reader.size("batch", 1);
  reader.size("channels", 3);
  reader.size("classes", 1000);
  architecture.describe(reader, description);
  if (softmax) description.items.push_back(layer("softmax", "softmax"));
}

}  // namespace

const Family kCnnFamily{"cnn", "convolutions over images, volumes and video: classification, segmentation, detection",
                        describe};

}  // namespace ridgepoint

// Convolutional networks: one architecture per file of this folder.

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "families/cnn/architecture.hpp"
#include "families/families.hpp"

namespace ridgepoint {
namespace {

void describe(CompactReader& reader, Description& description) {
  static const std::array kArchitectures{cnn::kResnet,   cnn::kVgg,        cnn::kDensenet,
                                         cnn::kMobile,   cnn::kShufflenet, cnn::kRegnet,
                                         cnn::kConvnext, cnn::kUnet,       cnn::kVideoResnet};
  const std::vector<std::string_view> names = names_of(kArchitectures);
  const std::string wanted = reader.word("architecture", names, "resnet");
  const bool softmax = reader.flag("softmax", false);
  reader.size("batch", 1);
  reader.size("channels", 3);
  reader.size("classes", 1000);
  const auto found = std::find_if(kArchitectures.begin(), kArchitectures.end(),
                                  [&](const cnn::Architecture& known) { return known.name == wanted; });
  found->describe(reader, description);
  if (softmax) description.items.push_back(layer("softmax", "softmax"));
}

}  // namespace

const Family kCnnFamily{"cnn", "convolutions over images, volumes and video: classification, segmentation, detection",
                        describe};

}  // namespace ridgepoint

#include "families/cnn/heads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace ridgepoint::cnn {
namespace {

using AddHead = void (*)(CompactReader&, Description&, const Head&, const Taps&);
struct KnownHead {
  std::string_view name;
  AddHead add;
};
constexpr std::array kHeads{
    KnownHead{"classifier", nullptr},
    KnownHead{"fcn", add_segmentation},
    KnownHead{"deeplab_v3", add_segmentation},
    KnownHead{"lraspp", add_segmentation},
    KnownHead{"faster_rcnn", add_two_stage_detector},
    KnownHead{"mask_rcnn", add_two_stage_detector},
    KnownHead{"keypoint_rcnn", add_two_stage_detector},
    KnownHead{"retinanet", add_dense_detector},
    KnownHead{"fcos", add_dense_detector},
};

}  // namespace

Head read_head(CompactReader& reader) {
  const std::vector<std::string_view> names = names_of(kHeads);
  Head head{.kind = reader.word("head", names, "classifier")};
  if (reader.flag("frozen_norm", false)) head.norm = "frozen_batch_norm";
  return head;
}

void add_head(CompactReader& reader, Description& description, const Head& head, const Taps& taps) {
  const auto* const found =
      std::find_if(kHeads.begin(), kHeads.end(), [&](const KnownHead& known) { return known.name == head.kind; });
  found->add(reader, description, head, taps);
}

std::string Shared::named(const std::string& name) const { return fmt::format("{}_{}", name, level_); }

std::string Shared::conv(const std::string& name, const Convolved& conv, References inputs) {
  const std::size_t first = items_.size();
  std::string last = add_conv(items_, named(name), conv, std::move(inputs));
  if (level_ == 0) return last;
  const Shared origin(items_, 0);
  items_[first].tied = origin.named(name);
  if (!conv.norm.empty()) items_[first + 1].tied = origin.named(name) + "_norm";
  return last;
}

}  // namespace ridgepoint::cnn

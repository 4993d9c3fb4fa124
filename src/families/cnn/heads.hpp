#pragma once
// What stands behind a backbone instead of a classifier: segmentation and detection.

#include <string>
#include <vector>

#include "families/cnn/architecture.hpp"

namespace ridgepoint::cnn {

/// Which head a description asks for, and the norm of its backbone.
struct Head {
  std::string kind = "classifier";
  std::string norm = "batch_norm";
};

/// A layer of the backbone that a head reads: its channels, and how much smaller than the image it is.
struct Tap {
  std::string layer;
  Value channels;
  std::int64_t stride = 1;
};

/// The layers of a backbone that heads read, from fine to coarse: those of a pyramid of features; the one for an
/// auxiliary or low-level classifier; the last.
struct Taps {
  std::vector<Tap> pyramid;
  Tap auxiliary;
  Tap last;
};

/// Reads which head, and whether norms are frozen.
Head read_head(CompactReader& reader);

/// Reads the head's own keys and adds its layers.
void add_head(CompactReader& reader, Description& description, const Head& head, const Taps& taps);

/// FCN, DeepLab v3 and LR-ASPP.
void add_segmentation(CompactReader& reader, Description& description, const Head& head, const Taps& taps);
/// Faster, Mask and Keypoint R-CNN.
void add_two_stage_detector(CompactReader& reader, Description& description, const Head& head, const Taps& taps);
/// RetinaNet and FCOS.
void add_dense_detector(CompactReader& reader, Description& description, const Head& head, const Taps& taps);

/// A feature pyramid (Lin et al., arXiv 1612.03144): every tap narrowed, the coarser ones added to the finer, and
/// filtered. The levels, named fpn0, fpn1, ... from fine to coarse, have `pyramid_width` channels.
std::vector<Tap> add_pyramid(std::vector<Item>& items, const std::vector<Tap>& taps, const std::string& norm);

/// Layers that several levels run with one set of weights: `name` of a level, and the layer of the first level whose
/// weights it shares.
class Shared {
 public:
  Shared(std::vector<Item>& items, std::size_t level) : items_(items), level_(level) {}
  /// A convolution of the level; the name of the last layer.
  std::string conv(const std::string& name, const Convolved& conv, References inputs = {});
  [[nodiscard]] std::string named(const std::string& name) const;

 private:
  std::vector<Item>& items_;
  std::size_t level_;
};

}  // namespace ridgepoint::cnn

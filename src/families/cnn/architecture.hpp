#pragma once
// What the files of the architectures offer to cnn.cpp, and what they share.

#include <string>
#include <string_view>
#include <vector>

#include "families/build.hpp"
#include "families/compact_reader.hpp"

namespace ridgepoint::cnn {

/// One architecture of the family: reads its own keys and writes its layers. `batch`, `channels` and `classes` are
/// there already.
struct Architecture {
  std::string_view name;
  std::string_view summary;
  void (*describe)(CompactReader& reader, Description& description);
};

extern const Architecture kConvnext;
extern const Architecture kDensenet;
extern const Architecture kMobile;
extern const Architecture kRegnet;
extern const Architecture kResnet;
extern const Architecture kShufflenet;
extern const Architecture kUnet;
extern const Architecture kVgg;
extern const Architecture kVideoResnet;

/// The network's input: [batch, channels, image, image], with the size `image`.
void add_image(CompactReader& reader, Description& description, std::int64_t image);

/// A convolution with what usually follows it. Without padding it keeps the extent (an odd kernel, divided by the
/// stride).
struct Convolved {
  Value channels;
  std::int64_t kernel = 1;
  Value stride = 1;
  Value groups = 1;
  Value dilation = 1;
  bool bias = false;
  std::string norm = "batch_norm";  ///< an op, "frozen_batch_norm", or ""
  std::string activation = "relu";  ///< an op, or ""
};

/// Adds a convolution `name`, its norm `name_norm` and its activation `name_act`; the name of the last of them.
std::string add_conv(std::vector<Item>& items, const std::string& name, const Convolved& conv, References inputs = {});

/// Adds a norm, where "frozen_batch_norm" has nothing to learn; "" adds none.
void add_norm(std::vector<Item>& items, const std::string& name, const std::string& norm);

/// Adds a squeeze-excite gate (Hu et al., arXiv 1709.01507) behind the layer `x`: pool, two 1x1 convolutions with
/// biases, the product.
struct Gate {
  Value squeeze;
  Value channels;
  std::string activation = "relu";
  std::string gate = "sigmoid";
};
void add_squeeze_excite(std::vector<Item>& items, const std::string& x, const Gate& gate);

/// Global mean, and a linear layer to the classes.
void add_classifier(std::vector<Item>& items);

/// A list that may be absent: then `fallback` for each of `count` entries. Fails when it has another length.
std::vector<std::int64_t> list_of(CompactReader& reader, std::string_view key, std::size_t count, std::int64_t fallback,
                                  std::int64_t minimum = 0);
/// A list that must be there, with `count` entries.
std::vector<std::int64_t> list_of(CompactReader& reader, std::string_view key, std::size_t count);

/// The most channels in a list: products of two such numbers stay far below 2^63.
inline constexpr std::int64_t kWidest = std::int64_t{1} << 24;

/// Depths of the stages, of which there are at most 32.
std::vector<std::int64_t> read_stages(CompactReader& reader);

/// The nearest multiple of 8, not more than 10 % below: how MobileNets round channels.
std::int64_t round_to_8(double channels);

}  // namespace ridgepoint::cnn

// The family of convolutional networks: structure that published totals do not pin down, and what it refuses.

#include "tests/catch.hpp"
#include "tests/families/counting.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

Network network_from(const std::string& text, Attributes set = {}, Phase phase = Phase::kInference) {
  const Description description = load_model(Document::parse("test", text), set);
  return instantiate(description, {.phase = phase, .parameters = std::move(set), .precision = {}});
}

std::string refusal(const std::string& name, Attributes set) {
  return message_of([&] { return network_of(name, std::move(set)); });
}

const Shape& output_shape(const Network& network, const std::string& name) {
  const Layer& layer = layer_named(network, name);
  return network.tensors[static_cast<std::size_t>(layer.outputs.front())].type.shape;
}

// One stage of one block: 1x1 from 8 to 16, 3x3 depthwise, 1x1 to 8, each with a norm of two vectors; the stem is 3x3
// from 3 to 8, the head 1x1 from 8 to 4, the classifier 4 x 2 + 2. The block's shape stays, so it adds its input.
TEST_CASE("an inverted residual has the weights of its three convolutions", "[families]") {
  const std::string text = R"({"name": "n", "family": "cnn", "architecture": "mobile", "stem": 8, "stages": [1],
    "widths": [8], "expand": [2], "head_width": 4, "classes": 2, "image": 32})";
  const Network network = network_from(text);
  const double stem = 27 * 8 + 16;
  const double block = (8 * 16 + 32) + (9 * 16 + 32) + (16 * 8 + 16);
  CHECK(parameters_of(network) == stem + block + (8 * 4 + 8) + 10);
  CHECK(output_shape(network, "stage1.add") == Shape{1, 8, 16, 16});
  const Network gated = network_from(text, {{"squeeze_excite", "input"}});
  // To a quarter of 8 and back to 16, with biases.
  CHECK(parameters_of(gated) - parameters_of(network) == (16 * 2 + 2) + (2 * 16 + 16));
  const Network frozen = network_from(text, {{"frozen_norm", true}});
  CHECK(parameters_of(network) - parameters_of(frozen) == 16 + 32 + 32 + 16 + 8);
}

// The published counts of the other widths follow from one file.
TEST_CASE("inverted residuals come in every width", "[families]") {
  CHECK(parameters_of(network_of("mnasnet1_0", {{"width_percent", 130}})) == 6282256);
  CHECK(parameters_of(network_of("mnasnet1_0", {{"width_percent", 50}})) == 2218512);
  CHECK(refusal("mnasnet1_0", {{"stem", "2 * batch"}}) ==
        "error: --set stem=2 * batch: the stages follow from \"stem\"\n  expected a number up to 16777216\n");
}

TEST_CASE("dilation takes the place of the last strides", "[families]") {
  const Network strided = network_of("resnet101");
  const Network dilated = network_of("resnet101", {{"output_stride", 8}});
  CHECK(output_shape(strided, "stage4.first.add") == Shape{1, 2048, 7, 7});
  CHECK(output_shape(dilated, "stage4.first.add") == Shape{1, 2048, 28, 28});
  CHECK(parameters_of(strided) == parameters_of(dilated));
  const auto dilation = [&](const std::string& name) {
    return std::get<Convolution>(layer_named(dilated, name).op).dilation.at(0);
  };
  CHECK(dilation("stage3.first.conv2") == 1);  // the first block still has the one of the stage before
  CHECK(dilation("stage4.first.conv2") == 2);
  CHECK(dilation("stage4.block.conv2") == 4);
}

TEST_CASE("a segmentation comes out at the extent of its image", "[families]") {
  for (const std::string name : {"fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"}) {
    INFO(name);
    CHECK(output_shape(network_of(name, {{"image", 193}}), "out") == Shape{1, 21, 193, 193});
  }
}

TEST_CASE("a feature pyramid halves from level to level, also for odd images", "[families]") {
  const Network network = network_of("retinanet_resnet50_fpn", {{"image", 333}});
  CHECK(output_shape(network, "fpn0") == Shape{1, 256, 42, 42});
  CHECK(output_shape(network, "fpn1") == Shape{1, 256, 21, 21});
  CHECK(output_shape(network, "fpn2") == Shape{1, 256, 11, 11});
  CHECK(output_shape(network, "p6") == Shape{1, 256, 6, 6});
  CHECK(output_shape(network, "p7") == Shape{1, 256, 3, 3});
  CHECK(output_shape(network, "best_4") == Shape{1, 1000});
}

TEST_CASE("the levels of a detector share one set of weights", "[families]") {
  const Network network = network_of("fcos_resnet50_fpn");
  CHECK(parameter_count(layer_named(network, "classes_0")) == 256 * 9 * 91 + 91);
  for (const std::string name : {"classes_1", "classes_conv0_4", "classes_conv0_4_norm"}) {
    CHECK(parameter_count(layer_named(network, name)) == 0);
  }
}

TEST_CASE("a detector keeps the boxes that a small image has", "[families]") {
  const Network network = network_of("fasterrcnn_resnet50_fpn", {{"image", 32}});
  // 3 boxes on 8^2, 4^2, 2^2, 1 and 1 positions.
  CHECK(output_shape(network, "proposals") == Shape{1, 3 * (64 + 16 + 4 + 1 + 1), 4});
  CHECK(output_shape(network, "box_classes") == Shape{3 * (64 + 16 + 4 + 1 + 1), 91});
}

TEST_CASE("video networks keep or halve time as their convolutions say", "[families]") {
  CHECK(output_shape(network_of("r3d_18"), "stage4.relu") == Shape{1, 512, 2, 7, 7});
}

TEST_CASE("a U-Net gives the extents of its image in every number of dimensions", "[families]") {
  for (const std::int64_t dims : {1, 2, 3}) {
    const Network network = network_from(R"({"name": "n", "family": "cnn", "architecture": "unet", "width": 4,
      "levels": 2, "image": 16, "classes": 2})",
                                         {{"dims", dims}});
    std::vector<std::int64_t> extents{1, 2};
    for (std::int64_t i = 0; i < dims; ++i) extents.push_back(16);
    CHECK(output_shape(network, "classes") == Shape(std::move(extents)));
  }
}

TEST_CASE("the convolutional family says what does not fit", "[families]") {
  CHECK(refusal("mobilenet_v2", {{"strides", "1,2"}}) ==
        "error: --set strides=1,2: 2 numbers for 7 stages\n  expected 7 numbers\n");
  CHECK(refusal("resnet18", {{"head", "fcm"}}).find("did you mean \"fcn\"?") != std::string::npos);
  CHECK(refusal("fcn_resnet50", {{"output_stride", 12}}) ==
        "error: --set output_stride=12: no power of two from 4 on\n  expected 4, 8, ... 32\n");
  CHECK(refusal("regnet_x_400mf", {{"group_widths", "7,7,7,7"}}) ==
        "error: --set group_widths=7,7,7,7: groups of 7 do not divide a width of 32\n  expected a divisor of 32\n");
  CHECK(refusal("shufflenet_v2_x1_0", {{"widths", "117,232,464"}}) ==
        "error: --set widths=117,232,464: 117 is odd\n  expected even widths: branches are halves\n");
  CHECK(refusal("3d-unet", {{"dims", 4}}) == "error: --set dims=4: 4 spatial axes\n  expected 1, 2 or 3\n");
  CHECK(refusal("vgg11", {{"image", 16}}) ==
        "error: pool \"stage5.pool\": a window of 2 is larger than the padded input of 1\n"
        "  expected a window of at most 1\n");
}

}  // namespace
}  // namespace ridgepoint

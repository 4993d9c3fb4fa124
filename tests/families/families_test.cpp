#include "tests/catch.hpp"
#include "tests/families/counting.hpp"

namespace ridgepoint {
namespace {

// Rows of the tables: 187,767,399, times 128 = 24,034,227,072.
// Bottom: 13 x 512 + 512 = 7,168; 512 x 256 + 256 = 131,328; 256 x 128 + 128 = 32,896: 171,392.
// Interaction: 27 vectors give 27 x 26 / 2 = 351 products, and 128 dense values: 479.
// Top: 479 x 1024 + 1024 = 491,520; 1024 x 1024 + 1024 = 1,049,600; 1024 x 512 + 512 = 524,800;
//      512 x 256 + 256 = 131,328; 256 + 1 = 257: 2,197,505.
TEST_CASE("dlrm has the parameters of its published tables and widths", "[families]") {
  const Network dlrm = network_of("dlrm");
  CHECK(parameter_count(layer_named(dlrm, "embeddings")) == 24034227072.0);
  CHECK(output_of(dlrm, "interaction.join").shape == Shape{2048, 479});
  CHECK(output_of(dlrm, "top.sigmoid5").shape == Shape{2048, 1});
  CHECK(parameters_of(dlrm) == 24034227072.0 + 171392 + 2197505);
}

TEST_CASE("embedding tables are lookups in bytes, without FLOPs", "[families]") {
  const Network dlrm = network_of("dlrm");
  const Work lookups = work_of(dlrm, "embeddings");
  CHECK(lookups.flops().value() == 0);
  CHECK(lookups.read.value() >= 2048.0 * 26 * 128 * 4);
  CHECK(work_of(network_of("dlrm", {{"lookups", 2}}), "embeddings").flops().value() == 2048.0 * 26 * 128);
}

TEST_CASE("dlrm's dense features follow the embeddings' width", "[families]") {
  CHECK(output_of(network_of("dlrm", {{"dim", 64}}), "bottom.relu3").shape == Shape{2048, 64});
  CHECK(output_of(network_of("dlrm", {{"interaction", "concat"}}), "interaction.join").shape == Shape{2048, 27 * 128});
}

TEST_CASE("resnet50 has torchvision's shapes", "[families]") {
  const Network resnet = network_of("resnet50");
  CHECK(output_of(resnet, "stem.maxpool").shape == Shape{1, 64, 56, 56});
  CHECK(output_of(resnet, "stage4.first.conv1").shape == Shape{1, 512, 14, 14});  // v1.5: the 3x3 takes the stride
  CHECK(output_of(resnet, "stage4.block.relu").shape == Shape{1, 2048, 7, 7});
  CHECK(output_of(resnet, "fc").shape == Shape{1, 1000});
}

// Parameters and multiply-adds as torchvision publishes them, in GMAC to three digits.
TEST_CASE("other residual networks are a few options away", "[families]") {
  const Network resnet18 = network_of("resnet50", {{"block", "basic"}, {"stages", "2,2,2,2"}});
  CHECK(parameters_of(resnet18) == 11689512);
  CHECK(macs_of(resnet18) == Approx(1.814e9).margin(5e5));
  const Network resnet101 = network_of("resnet50", {{"stages", "3,4,23,3"}});
  CHECK(parameters_of(resnet101) == 44549160);
  CHECK(macs_of(resnet101) == Approx(7.801e9).margin(5e5));
  const Network resnext101 = network_of("resnet50", {{"stages", "3,4,23,3"}, {"groups", 64}, {"group_width", 4}});
  CHECK(parameters_of(resnext101) == 83455272);
  CHECK(macs_of(resnext101) == Approx(15.46e9).margin(5e6));
}

TEST_CASE("training does each convolution's work three times, the first one's twice", "[families]") {
  const Network inference = network_of("resnet50");
  const Network training = network_of("resnet50", {}, Phase::kTraining);
  CHECK(macs_of(training) == 3 * macs_of(inference) - work_of(inference, "stem.conv").macs);
}

TEST_CASE("graph networks aggregate in the order of their libraries", "[families]") {
  const Network gcn = network_of("gcn-ogbn-arxiv");
  CHECK(std::get<Aggregate>(layer_named(gcn, "layer.0.convolution.aggregate").op).edges == 2315598 + 169343);
  CHECK(output_of(gcn, "layer.0.convolution.aggregate").shape == Shape{169343, 256});
  CHECK(output_of(gcn, "last.aggregate").shape == Shape{169343, 40});

  const Network sage = network_of("graphsage-ogbn-products");
  CHECK(std::get<Aggregate>(layer_named(sage, "layer.0.convolution.aggregate").op).edges == 123718280);
  CHECK(output_of(sage, "layer.0.convolution.aggregate").shape == Shape{2449029, 100});
  CHECK(parameters_of(network_of("graphsage-ogbn-products", {{"layers", 1}})) == 2 * 100 * 47 + 47);
}

}  // namespace
}  // namespace ridgepoint

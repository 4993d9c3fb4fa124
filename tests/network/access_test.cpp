// How ids are distributed, as a description says it.

#include "ops/access.hpp"

#include "tests/binary.hpp"
#include "tests/network/networks.hpp"
#include "tests/roofline/runs.hpp"

namespace ridgepoint {
namespace {

std::string bag_text(const std::string& access) {
  return R"({"name": "n", "parameters": {"skew": 900}, "inputs": {"x": {"shape": [512, 3], "dtype": "int64"}}, "layers": [
    {"op": "embedding_bag", "tables": [1000, 50, 100000], "dim": 16, "access": )" +
         access + "}]}";
}

const EmbeddingBag& bag_of(const Network& network) { return std::get<EmbeddingBag>(network.layers.front().op); }

Gather gather_of(const Network& network) {
  const SiteStorage place(network, network.layers.front());
  Kernels kernels;
  bag_of(network).fprop(place.site(), kernels);
  return std::get<Gather>(kernels.front());
}

TEST_CASE("a law for all tables, or one for each", "[access]") {
  const Network all = network_of_text(bag_text(R"("zipf:1.05")"));
  CHECK(bag_of(all).access.at(2).exponent == 1.05);
  const Network each = network_of_text(bag_text(R"(["uniform", "zipf:skew", "zipf:0"])"));
  CHECK(bag_of(each).access.at(0).kind == Access::Kind::kUniform);
  CHECK(bag_of(each).access.at(1).exponent == 0.9);
  CHECK(bag_of(each).access.at(1).text == "zipf:0.9");
  RunOptions run;
  run.parameters.push_back({"skew", Value(1200)});
  CHECK(bag_of(network_of_text(bag_text(R"("zipf:skew")"), run)).access.at(0).exponent == 1.2);
}

TEST_CASE("a lookup with a law reads distinct rows, without one every row", "[access]") {
  const std::string plain = R"("uniform")";
  const Gather uniform = gather_of(network_of_text(bag_text(plain)));
  const Gather skewed = gather_of(network_of_text(bag_text(R"("zipf:1.2")")));
  CHECK(uniform.distinct ==
        Approx(expected_distinct(1000, 512) + expected_distinct(50, 512) + expected_distinct(1e5, 512)));
  CHECK(skewed.distinct < uniform.distinct);
  CHECK(uniform.work().read.value() == Approx(uniform.distinct * 64 + 512 * 3 * 8));
  CHECK(uniform.work().l2.value() == Approx(512 * 3 * 64 + 512 * 3 * 8 + 512 * 3 * 64));
  CHECK_FALSE(uniform.key() == skewed.key());
  CHECK(skewed.key() == gather_of(network_of_text(bag_text(R"("zipf:1.2")"))).key());
}

TEST_CASE("counted accesses are read beside the description, and ids must be rows", "[access]") {
  const TemporaryFolder folder;
  write_text(folder.file("clicks.csv"), "id,count\n3,90\n7,9\n49,1\n");
  write_text(folder.file("n.json"), bag_text(R"(["uniform", "clicks.csv", "uniform"])"));
  const auto document = Document::load(folder.file("n.json"));
  const Network network = instantiate(read_description(document), {});
  const AccessLaw law = bag_of(network).access.at(1).law(50);
  CHECK(law.rows() == 50);
  CHECK(law.top_share(1) == Approx(0.9));
  write_text(folder.file("clicks.csv"), "id,count\n3,90\n50,1\n");
  const std::string message = message_of([&] { return instantiate(read_description(document), {}); });
  CAPTURE(message);
  CHECK(message.find("clicks.csv, line 3, has id 50, but table 2 has 50 rows") != std::string::npos);
  CHECK(message.find("ids below 50, or a table of 51 rows") != std::string::npos);
  CHECK(message.find("n.json:2:") != std::string::npos);
}

TEST_CASE("what is no law is named with its place", "[access]") {
  const auto message = [](const std::string& access) {
    return message_of([&] { return network_of_text(bag_text(access)); });
  };
  const auto check = [&](const std::string& access, const std::string& what, const std::string& expected) {
    const std::string text = message(access);
    CAPTURE(access, text);
    CHECK(text.find("n.json:2:") == 0);
    CHECK(text.find(what) != std::string::npos);
    CHECK(text.find(expected) != std::string::npos);
  };
  check(R"("unifrom")", "unknown law \"unifrom\" of accesses", "did you mean \"uniform\"?");
  check(R"("zipf:9")", "a Zipf exponent of 9", "from 0, which is uniform, to 4");
  check(R"("zipf:-1.5")", "a Zipf exponent of -1.5", "from 0");
  check(R"("zipf:nan")", "a Zipf exponent of nan", "from 0");
  check(R"("zipf:inf")", "a Zipf exponent of inf", "from 0");
  check(R"("zipf:skwe")", "unknown name \"skwe\"", "did you mean \"skew\"?");
  check(R"("zipf:")", "access", "expected");
  check("1.2", "\"access\" is no law", "zipf:EXPONENT");
  check(R"(["uniform", "uniform"])", "has 2 laws for 3 tables", "one law, or one per table");
  check("[]", "is an empty list", "at least one law");
  CHECK(message(R"("nowhere.csv")").find("nowhere.csv") != std::string::npos);
}

TEST_CASE("recommenders take a law from the file and from --set", "[access]") {
  for (const char* model : {"dlrm", "dlrm-dcnv2", "deepfm-criteo-kaggle", "din-amazon-electronics", "sim-taobao",
                            "ncf-ml-20m", "two-tower-youtube", "hstu-ml-20m", "dien-amazon-books"}) {
    CAPTURE(model);
    const Device device = device_named("h100-sxm5");
    const Estimate plain = estimate_of({.model = model}, device);
    const Estimate skewed = estimate_of({.model = model, .set = {{"access", Value("zipf:1.2")}}}, device);
    CHECK(skewed.total.bytes() < plain.total.bytes());
    CHECK(skewed.total.flops == plain.total.flops);
    CHECK(skewed.total.time <= plain.total.time);
    for (const LayerEstimate& row : skewed.rows) CHECK(row.total.time >= row.total.roofline_time * (1 - 1e-9));
  }
  const auto refused = [](const char* text) {
    return message_of([&] {
      Attributes set{{"access", Value(text)}};
      return model_named("dlrm", set);
    });
  };
  CHECK(refused("uniform,uniform").find("2 laws for 26 tables") != std::string::npos);
}

}  // namespace
}  // namespace ridgepoint

#include "network/find_layers.hpp"

#include "tests/network/networks.hpp"

namespace ridgepoint {
namespace {

// Names: embed, body.attention.q, body.attention.k, body.up (3 times), head.up.
const Network& example() {
  static const Network network = network_of_text(R"({"name": "n", "inputs": {"x": {"shape": [2, 4]}},
    "blocks": {"attention": {"inputs": ["h"], "layers": [{"name": "q", "op": "linear", "out_features": 4},
                                                         {"name": "k", "op": "linear", "out_features": 4}]},
               "layer": {"inputs": ["h"], "layers": [{"block": "attention"},
                                                     {"name": "up", "op": "linear", "out_features": 4}]},
               "end": {"inputs": ["h"], "layers": [{"name": "up", "op": "linear", "out_features": 8}]}},
    "layers": [{"name": "embed", "op": "linear", "out_features": 4}, {"name": "body", "block": "layer", "repeat": 3},
               {"name": "head", "block": "end"}]})");
  return network;
}

std::vector<std::string> found(std::string_view text) {
  std::vector<std::string> names;
  for (const std::size_t i : find_layers(example(), text)) names.push_back(example().layers[i].name);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("a layer is found by its name, its end or a glob", "[network]") {
  CHECK(found("embed") == Names{"embed"});
  CHECK(found("body.up") == Names{"body.up"});
  CHECK(found("q") == Names{"body.attention.q"});
  CHECK(found("attention.q") == Names{"body.attention.q"});
  CHECK(found("*.up") == Names{"body.up", "head.up"});
  CHECK(found("body.attention.?") == Names{"body.attention.q", "body.attention.k"});
  CHECK(found("*") == Names{"embed", "body.attention.q", "body.attention.k", "body.up", "head.up"});
}

TEST_CASE("one of several repetitions is the layer that stands for it", "[network]") {
  CHECK(found("body.2.up") == Names{"body.up"});
  CHECK(found("body.0.attention.k") == Names{"body.attention.k"});
  CHECK(message_of([] { return find_layers(example(), "body.3.up"); }).find("has no layer") != std::string::npos);
}

TEST_CASE("a layer that is not there gets the near miss", "[network]") {
  const auto message = [](std::string_view text) { return message_of([&] { return find_layers(example(), text); }); };
  CHECK(message("emebd") == R"(error: n has no layer "emebd"
  expected a layer: embed, body.attention.q, body.attention.k, body.up or head.up
  did you mean "embed"?
)");
  CHECK(message("body.attention.v").find("did you mean \"body.attention.") != std::string::npos);
  CHECK(message("x*").find("n has no layer \"x*\"") != std::string::npos);
  CHECK(message("").find("n has no layer \"\"") != std::string::npos);
  CHECK(message("up") == R"(error: "up" names 2 layers of n
  expected one of body.up or head.up, or a glob such as "*.up"
)");
}

}  // namespace
}  // namespace ridgepoint

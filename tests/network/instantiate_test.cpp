// From a description to the layers of a run.

#include "tests/network/networks.hpp"

namespace ridgepoint {
namespace {

using Names = std::vector<std::string>;

const std::string kRelu = R"({"op": "relu"})";

std::string linear(const std::string& features) { return R"({"op": "linear", "out_features": )" + features + "}"; }

TEST_CASE("a layer takes what the one before it gives, and the op's name", "[network]") {
  const Network network = small_network("[2, 8]", linear("4") + "," + kRelu + "," + kRelu);
  CHECK(layer_names(network) == Names{"linear", "relu", "relu_2"});
  CHECK(sources_of(network, 0) == Names{""});
  CHECK(sources_of(network, 2) == Names{"relu"});
  CHECK(output_of(network, 2).type.shape == Shape{2, 4});
}

TEST_CASE("inputs are named: skips, several inputs, one tensor twice", "[network]") {
  const Network network = network_of_text(R"({"name": "n",
    "inputs": {"x": {"shape": [2, 4]}, "ids": {"shape": [2, 3], "dtype": "int64"}},
    "layers": [{"name": "table", "op": "embedding", "rows": 10, "dim": 4, "inputs": "ids"},
               {"name": "a", "op": "relu", "inputs": "x"},
               {"name": "sum", "op": "add", "inputs": ["a", "x"]},
               {"name": "square", "op": "mul", "inputs": ["sum", "sum"]}]})");
  CHECK(sources_of(network, 0) == Names{""});
  CHECK(sources_of(network, 2) == Names{"a", ""});
  CHECK(sources_of(network, 3) == Names{"sum", "sum"});
  CHECK(output_of(network, 0).type.shape == Shape{2, 3, 4});
}

TEST_CASE("parameters may stand on each other in any order", "[network]") {
  const std::string text = R"({"name": "n", "parameters": {"width": "2 * half", "half": "batch + 1", "batch": 3},
    "inputs": {"x": {"shape": ["batch", "width"]}}, "layers": [{"op": "relu"}]})";
  CHECK(output_of(network_of_text(text), 0).type.shape == Shape{3, 8});
  CHECK(output_of(network_of_text(text, {.parameters = {{"batch", 5}}}), 0).type.shape == Shape{5, 12});
  CHECK(output_of(network_of_text(text, {.parameters = {{"half", "batch * 2"}}}), 0).type.shape == Shape{3, 12});
  // The last of several settings wins.
  CHECK(output_of(network_of_text(text, {.parameters = {{"batch", 5}, {"batch", 7}}}), 0).type.shape == Shape{7, 16});
}

std::string with_blocks(const std::string& blocks, const std::string& layers, const std::string& shape = "[2, 8]") {
  return network_text(shape, "\"blocks\": {" + blocks + "}, \"layers\": [" + layers + "]");
}

const std::string kBody = R"("body": {"layers": [{"op": "linear", "out_features": 8}, {"op": "relu"}]})";

TEST_CASE("a block that repeats unchanged is one row for all its repetitions", "[network]") {
  const Network network = network_of_text(with_blocks(kBody, R"({"name": "stage", "block": "body", "repeat": 5})"));
  CHECK(layer_names(network) == Names{"stage.linear", "stage.relu"});
  CHECK(network.layers[0].repeat == 5);
  CHECK(network.layers[0].block == "stage");
  CHECK(network.layers[1].repeat == 5);
}

TEST_CASE("the first repetition stands apart when its input differs", "[network]") {
  const std::string use = R"({"name": "stage", "block": "body", "repeat": )";
  const Network three = network_of_text(with_blocks(kBody, use + "4}", "[2, 3]"));
  CHECK(layer_names(three) == Names{"stage.0.linear", "stage.0.relu", "stage.1-3.linear", "stage.1-3.relu"});
  CHECK(three.layers[0].repeat == 1);
  CHECK(three.layers[2].repeat == 3);
  const Network two = network_of_text(with_blocks(kBody, use + "2}", "[2, 3]"));
  CHECK(layer_names(two) == Names{"stage.0.linear", "stage.0.relu", "stage.1.linear", "stage.1.relu"});
  const Network one = network_of_text(with_blocks(kBody, use + "1}", "[2, 3]"));
  CHECK(layer_names(one) == Names{"stage.linear", "stage.relu"});
}

TEST_CASE("a block that repeats zero times hands its input on", "[network]") {
  const Network network =
      network_of_text(with_blocks(kBody, R"({"name": "stage", "block": "body", "repeat": 0}, {"op": "relu"})"));
  CHECK(layer_names(network) == Names{"relu"});
  CHECK(sources_of(network, 0) == Names{""});
}

TEST_CASE("growing shapes are written out", "[network]") {
  const Network network = network_of_text(
      with_blocks(R"("grow": {"layers": [{"name": "y", "op": "relu"}, {"op": "concat", "inputs": ["x", "y"]}]})",
                  R"({"name": "g", "block": "grow", "repeat": 3})"));
  CHECK(layer_names(network) == Names{"g.0.y", "g.0.concat", "g.1.y", "g.1.concat", "g.2.y", "g.2.concat"});
  CHECK(output_of(network, 5).type.shape == Shape{2, 64});
}

TEST_CASE("the number of the repetition is index", "[network]") {
  const Network network =
      network_of_text(with_blocks(R"("step": {"layers": [{"op": "linear", "out_features": "10 * index + 10"}]
})",
                                  R"({"name": "s", "block": "step", "repeat": 3})"));
  CHECK(layer_names(network) == Names{"s.0.linear", "s.1.linear", "s.2.linear"});
  CHECK(output_of(network, 1).type.shape == Shape{2, 20});
}

TEST_CASE("blocks in blocks multiply their repetitions and join their names", "[network]") {
  const Network network = network_of_text(
      with_blocks(kBody + R"(, "outer": {"layers": [{"name": "in", "block": "body", "repeat": 3}, {"op": "tanh"}]})",
                  R"({"name": "out", "block": "outer", "repeat": 4})"));
  CHECK(layer_names(network) == Names{"out.in.linear", "out.in.relu", "out.tanh"});
  CHECK(network.layers[0].repeat == 12);
  CHECK(network.layers[0].block == "out.in");
  CHECK(network.layers[2].repeat == 4);
}

TEST_CASE("a block's parameters are its own: given, by default, and from outside", "[network]") {
  const std::string text = R"({"name": "n", "parameters": {"wide": 16}, "inputs": {"x": {"shape": [2, 8]}},
    "blocks": {"mlp": {"parameters": {"width": null, "inner": "4 * width"},
                       "layers": [{"op": "linear", "out_features": "inner"}, {"op": "linear", "out_features": "width"}]}},
    "layers": [{"name": "a", "block": "mlp", "width": "wide"}, {"name": "b", "block": "mlp", "width": 2, "inner": 3}]})";
  const Network network = network_of_text(text);
  CHECK(output_of(network, 0).type.shape == Shape{2, 64});
  CHECK(output_of(network, 1).type.shape == Shape{2, 16});
  CHECK(output_of(network, 2).type.shape == Shape{2, 3});
}

const std::string kTwoInputs = R"("cell": {"inputs": ["h", "mask"],
  "layers": [{"name": "y", "op": "add", "inputs": ["h", "mask"]}, {"name": "z", "op": "mul", "inputs": ["y", "h"]}],
  "outputs": ["z"]})";

TEST_CASE("a repeated block carries its outputs into its first inputs and keeps the others", "[network]") {
  const Network network = network_of_text(with_blocks(
      kTwoInputs, R"({"name": "mask", "op": "relu"}, {"block": "cell", "inputs": ["x", "mask"], "repeat": 2},
                                 {"name": "end", "op": "relu"})"));
  CHECK(layer_names(network) == Names{"mask", "cell.y", "cell.z", "end"});
  CHECK(network.layers[1].repeat == 2);
  CHECK(sources_of(network, 1) == Names{"", "mask"});
  CHECK(sources_of(network, 3) == Names{"cell.z"});
  CHECK(output_of(network, 2).escapes);
  CHECK(!output_of(network, 1).escapes);
}

TEST_CASE("a block's outputs are named after it", "[network]") {
  const Network network = network_of_text(with_blocks(
      R"("two": {"layers": [{"name": "a", "op": "relu"}, {"name": "b", "op": "tanh"}], "outputs": ["a", "b"]})",
      R"({"name": "t", "block": "two"}, {"op": "add", "inputs": ["t:0", "t:1"]})"));
  CHECK(sources_of(network, 2) == Names{"t.a", "t.b"});
}

TEST_CASE("tied layers share their parameters", "[network]") {
  const std::string text = R"({"name": "n", "inputs": {"ids": {"shape": [3], "dtype": "int64"}},
    "layers": [{"name": "table", "op": "embedding", "rows": 10, "dim": 4},
               {"name": "head", "op": "linear", "out_features": 10, "bias": false, "tied": "table"}]})";
  const Network network = network_of_text(text);
  CHECK(network.layers[1].tied_to == 0);
  CHECK(parameter_count(network.layers[0]) == 40);
  CHECK(parameter_count(network.layers[1]) == 0);
}

TEST_CASE("repetitions share one set of parameters where they are told to", "[network]") {
  const auto of = [](const std::string& use) {
    return network_of_text(with_blocks(R"("square": {"layers": [{"op": "linear", "out_features": 8}, {"op": "relu"}]})",
                                       "{\"block\": \"square\"" + use));
  };
  const double one = 8 * 8 + 8;
  CHECK(all_parameters(of(R"(, "repeat": 5})").layers[0]) == 5 * one);
  const Network shared = of(R"(, "repeat": 5, "shared": true})");
  CHECK(shared.layers[0].repeat == 5);
  CHECK(all_parameters(shared.layers[0]) == one);
  // The block with the repetitions may itself repeat: then each of those has a set.
  const Network outer = network_of_text(with_blocks(
      R"("square": {"layers": [{"op": "linear", "out_features": 8}]},
         "outer": {"layers": [{"block": "square", "repeat": 3, "shared": 1}]})",
      R"({"block": "outer", "repeat": 2})"));
  CHECK(outer.layers[0].repeat == 6);
  CHECK(all_parameters(outer.layers[0]) == 2 * one);
}

TEST_CASE("a repetition that stands apart uses the parameters of the first", "[network]") {
  // In training the first one's input wants no gradient, so it is a row of its own.
  const Network network = network_of_text(with_blocks(R"("square": {"layers": [{"op": "linear", "out_features": 8}]})",
                                                      R"({"block": "square", "repeat": 4, "shared": true})"),
                                          {.phase = Phase::kTraining});
  REQUIRE(network.layers.size() == 2);
  CHECK(network.layers[1].repeat == 3);
  CHECK(network.layers[1].tied_to == 0);
  CHECK(all_parameters(network.layers[0]) + all_parameters(network.layers[1]) == 72);
}

TEST_CASE("what cannot share parameters is said", "[network]") {
  const auto said = [](const std::string& blocks, const std::string& layers) {
    return message_of([&] { return network_of_text(with_blocks(blocks, layers)); });
  };
  CHECK(said(R"x("wide": {"layers": [{"op": "linear", "out_features": "8 * (index + 1)"}]})x",
             R"({"block": "wide", "repeat": 2, "shared": true})")
            .find("repetitions of \"wide\" that share parameters differ: \"wide.0.linear\" has 72 parameters") !=
        std::string::npos);
  CHECK(said(kBody, R"({"op": "relu", "shared": true})").find("only the repetitions of a block share parameters") !=
        std::string::npos);
}

const std::string kPhases = R"({"name": "n", "parameters": {"seq": 16, "kv": "seq"},
  "phases": {"prefill": {}, "decode": {"seq": 1, "kv": 64}},
  "inputs": {"x": {"shape": ["seq", "kv"]}}, "layers": [{"op": "relu"}]})";

TEST_CASE("a phase sets parameters, and the run sets them over the phase", "[network]") {
  CHECK(output_of(network_of_text(kPhases, {.phase = Phase::kPrefill}), 0).type.shape == Shape{16, 16});
  CHECK(output_of(network_of_text(kPhases, {.phase = Phase::kDecode}), 0).type.shape == Shape{1, 64});
  CHECK(output_of(network_of_text(kPhases, {.phase = Phase::kDecode, .parameters = {{"kv", 7}}}), 0).type.shape ==
        Shape{1, 7});
  CHECK(phases_of(description_of(kPhases)) == std::vector{Phase::kPrefill, Phase::kDecode});
  CHECK(message_of([] { return network_of_text(kPhases); }) ==
        "error: n has no inference phase\n  expected prefill or decode\n");
}

TEST_CASE("formats: the run's, then the description's, then the activations'", "[network]") {
  const Precision plain = resolve_precision({}, {});
  CHECK(plain == precision_of_all(DType::kFp32));
  CHECK(resolve_precision({.activations = DType::kBf16}, {}) == precision_of_all(DType::kBf16));
  const PrecisionItem quantized{.activations = DType::kBf16, .weights = DType::kInt4, .weight_group = 128};
  const Precision described = resolve_precision(quantized, {});
  CHECK(described.weights == DType::kInt4);
  CHECK(described.weight_group == 128);
  CHECK(described.kv_cache == DType::kBf16);
  CHECK(described.math == DType::kBf16);
  // A format asked for replaces all that the description says.
  CHECK(resolve_precision(quantized, {.activations = DType::kFp16}) == precision_of_all(DType::kFp16));
  const Precision cache = resolve_precision(quantized, {.kv_cache = DType::kFp8E4m3});
  CHECK(cache.kv_cache == DType::kFp8E4m3);
  CHECK(cache.weights == DType::kInt4);
  const Precision tf32 = resolve_precision({}, {.math = DType::kTf32});
  CHECK(tf32.math == DType::kTf32);
  CHECK(tf32.activations == DType::kFp32);
}

TEST_CASE("gradients are needed from the first parameters on, and only in training", "[network]") {
  const std::string layers = kRelu + "," + linear("4") + "," + kRelu;
  const Network training = small_network("[2, 8]", layers, {.phase = Phase::kTraining});
  CHECK(!training.tensors[0].needs_gradient);
  CHECK(!output_of(training, 0).needs_gradient);
  CHECK(output_of(training, 1).needs_gradient);
  CHECK(output_of(training, 2).needs_gradient);
  const Network inference = small_network("[2, 8]", layers);
  for (const Tensor& tensor : inference.tensors) CHECK(!tensor.needs_gradient);
}

std::string complaint(const std::string& text) {
  const std::string message = message_of([&] { return network_of_text(text); });
  return message.substr(0, message.find('\n'));
}

TEST_CASE("blocks are checked where they are used", "[network]") {
  const auto in_body = [](const std::string& block, const std::string& layer) {
    return complaint("\n" + with_blocks(block, "\n" + layer));
  };
  CHECK(in_body(kBody, R"({"block": "bdoy"})") == "n.json:3:1: error: unknown block \"bdoy\"");
  CHECK(in_body(kBody, R"({"block": "body", "width": 3})") ==
        "n.json:3:19: error: block \"body\" has no parameter \"width\"");
  CHECK(in_body(kBody, R"({"block": "body", "repeat": -1})") == "n.json:3:29: error: \"repeat\" is -1");
  CHECK(in_body(kBody, R"({"block": "body", "tied": "x"})") == "n.json:3:27: error: a block cannot be tied");
  CHECK(in_body(kTwoInputs, R"({"block": "cell"})") == "n.json:5:1: error: block \"cell\" has 1 inputs here");
  CHECK(in_body(kBody, R"({"op": "relu", "repeat": 2})") == "n.json:3:26: error: only blocks repeat");
  CHECK(in_body(R"("b": {"parameters": {"w": null}, "layers": [{"op": "relu"}]})", R"({"block": "b"})") ==
        "n.json:3:1: error: block \"b\" without \"w\"");
  CHECK(in_body(R"("b": {"layers": [{"op": "relu"}], "outputs": ["y"]})", R"({"block": "b"})") ==
        "n.json:2:108: error: unknown input \"y\"");
  CHECK(in_body(R"("b": {"inputs": ["a", "a"], "layers": [{"op": "relu"}]})", kRelu) ==
        "n.json:2:84: error: a second \"a\"");
}

TEST_CASE("layers are checked where they are", "[network]") {
  const auto layers = [](const std::string& text) {
    return complaint(network_text("[2, 8]", "\"layers\": [\n" + text + "]"));
  };
  CHECK(layers(R"({"op": "relu", "block": "b"})") == "n.json:2:1: error: a layer with both \"op\" and \"block\"");
  CHECK(layers(R"({"name": "a"})") == "n.json:2:1: error: a layer without \"op\" or \"block\"");
  CHECK(layers("") == "n.json:1:61: error: there are no layers");
  CHECK(layers(R"({"op": "relu", "inputs": []})") == "n.json:2:26: error: the list is empty");
  CHECK(layers(R"({"op": "relu", "name": "a:b"})") == "n.json:2:1: error: the name \"a:b\" has a colon");
  CHECK(layers(R"({"op": "relu", "name": "x"})") == "n.json:2:1: error: a second \"x\"");
  CHECK(layers(R"({"op": "relu", "tied": "y"})") == "n.json:2:24: error: unknown layer \"y\" to share parameters with");
  CHECK(layers(linear("4") + R"(, {"op": "linear", "out_features": 3, "tied": "linear"})") ==
        "n.json:2:82: error: \"linear_2\" has 15 parameters and \"linear\" has 36");
  CHECK(layers(R"({"op": "slice", "axis": 5, "length": 1})") ==
        "n.json:2:25: error: slice \"slice\": axis 5 is out of range");
  CHECK(layers(R"({"op": "add", "inputs": ["add", "x"]})") == "n.json:2:26: error: unknown input \"add\"");
  CHECK(layers(R"({"name": "s", "op": "add", "inputs": ["s", "x"]})") ==
        "n.json:2:39: error: input \"s\" is not computed yet");
}

TEST_CASE("the rest of a description is read strictly", "[network]") {
  const auto with = [](const std::string& member) {
    return complaint("{\"name\": \"n\", \"inputs\": {\"x\": {\"shape\": [2]}}, \"layers\": [{\"op\": \"relu\"}],\n" +
                     member + "}");
  };
  CHECK(with(R"("schema_version": 1, "source": "s", "notes": ["a"], "published": {"any": "thing"})") ==
        "(nothing thrown)");
  CHECK(with(R"("schema_version": 2)") == "n.json:2:19: error: schema version 2 is not known");
  CHECK(with(R"("parameters": {"index": 2})") == "n.json:2:16: error: \"index\" cannot be the name of a parameter");
  CHECK(with(R"("parameters": {"a b": 2})") == "n.json:2:16: error: \"a b\" cannot be the name of a parameter");
  CHECK(with(R"("parameters": {"a": 2.5})") == "n.json:2:21: error: parameter \"a\" is a number");
  CHECK(with(R"("phases": {"decoding": {}})") == "n.json:2:12: error: unknown phase \"decoding\"");
  CHECK(with(R"("phases": {"inference": {"batch": 2}})") == "n.json:2:26: error: n has no parameter \"batch\"");
  CHECK(with(R"("precision": {"activations": "int32"})") == "n.json:2:30: error: unknown activations \"int32\"");
  CHECK(with(R"("precision": {"weight_group": -1})") == "n.json:2:31: error: a group cannot be negative");
  CHECK(with(R"("blocks": {"b": {}})") == "n.json:2:17: error: missing key \"layers\" in block \"b\"");
  CHECK(with(R"("layer": [])") == "n.json:2:1: error: unknown key \"layer\" in network");
}

}  // namespace
}  // namespace ridgepoint

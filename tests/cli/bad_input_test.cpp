// What is wrong is said once, whole, on standard error: the place, the problem, what was expected, the near miss.

#include <chrono>

#include "tests/binary.hpp"

namespace ridgepoint {
namespace {

struct BadInput {
  std::string name;
  std::string file;  ///< the text of bad.json
  std::string command;
  std::string message;
};

const std::string kAnalyze = "analyze bad.json --hw h100-sxm5";

std::string network(const std::string& layers) {
  return R"({"name": "n", "parameters": {"batch": 2},
 "inputs": {"x": {"shape": ["batch", 8]}},
 "layers": [)" +
         layers + "]}\n";
}

const std::vector<BadInput> kBadMembers{
    {"an unknown key",
     R"({"name": "n", "parameters": {"batch": 2},
 "inptus": {"x": {"shape": ["batch", 8]}},
 "layers": [{"op": "linear", "out_features": 4}]}
)",
     kAnalyze,
     R"(bad.json:2:2: error: unknown key "inptus" in network
  at /inptus
     2 |  "inptus": {"x": {"shape": ["batch", 8]}},
       |  ^
  expected the key "inputs"
  did you mean "inputs"?
)"},
    {"an unknown attribute", network(R"({"op": "linear", "out_feature": 4})"), kAnalyze,
     R"(bad.json:3:30: error: linear has no attribute "out_feature"
  at /layers/0/out_feature
     3 |  "layers": [{"op": "linear", "out_feature": 4}]}
       |                              ^
  expected out_features or bias
  did you mean "out_features"?
)"},
    {"a missing key", network(R"({"op": "linear"})"), kAnalyze,
     R"(bad.json:3:13: error: linear without "out_features"
  at /layers/0
     3 |  "layers": [{"op": "linear"}]}
       |             ^
  expected "out_features": width of the output
)"},
    {"a missing name",
     R"({"parameters": {"batch": 2},
 "inputs": {"x": {"shape": ["batch", 8]}},
 "layers": [{"op": "linear", "out_features": 4}]}
)",
     kAnalyze,
     R"(bad.json:1:1: error: missing key "name" in network
     1 | {"parameters": {"batch": 2},
       | ^
  expected a member "name" here
)"},
    {"a wrong type", network(R"({"op": "linear", "out_features": true})"), kAnalyze,
     R"(bad.json:3:46: error: linear: "out_features" is true
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": true}]}
       |                                              ^
  expected an integer or an expression
)"},
    {"a list where an object belongs",
     R"({"name": "n", "parameters": [2],
 "inputs": {"x": {"shape": ["batch", 8]}},
 "layers": [{"op": "linear", "out_features": 4}]}
)",
     kAnalyze,
     R"(bad.json:1:29: error: parameters is an array
  at /parameters
     1 | {"name": "n", "parameters": [2],
       |                             ^
  expected an object for the parameters
)"},
};

const std::vector<BadInput> kBadSizes{
    {"a negative size", network(R"({"op": "linear", "out_features": -4})"), kAnalyze,
     R"(bad.json:3:46: error: linear: "out_features" is -4
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": -4}]}
       |                                              ^
  expected at least 1
)"},
    {"a size of zero", network(R"({"op": "linear", "out_features": "batch - 2"})"), kAnalyze,
     R"(bad.json:3:46: error: linear: "out_features" is 0
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": "batch - 2"}]}
       |                                              ^
  expected at least 1
)"},
    {"an input of size zero",
     R"({"name": "n", "parameters": {"batch": 0},
 "inputs": {"x": {"shape": ["batch", 8]}},
 "layers": [{"op": "linear", "out_features": 4}]}
)",
     kAnalyze,
     R"(bad.json:2:29: error: input "x" has an extent of 0
  at /inputs/x/shape/0
     2 |  "inputs": {"x": {"shape": ["batch", 8]}},
       |                             ^
  expected at least 1
)"},
    {"an unknown name in an expression", network(R"({"op": "linear", "out_features": "2 * bacth"})"), kAnalyze,
     R"(bad.json:3:51: error: linear: unknown name "bacth" in an expression
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": "2 * bacth"}]}
       |                                                   ^
  expected one of batch
  did you mean "batch"?
)"},
    {"half an expression", network(R"({"op": "linear", "out_features": "2 * (batch + 1"})"), kAnalyze,
     R"~(bad.json:3:61: error: linear: incomplete expression
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": "2 * (batch + 1"}]}
       |                                                             ^
  expected ")"
)~"},
    {"a division by zero", network(R"~({"op": "linear", "out_features": "8 / (batch - 2)"})~"), kAnalyze,
     R"~(bad.json:3:49: error: linear: division by zero
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": "8 / (batch - 2)"}]}
       |                                                 ^
  expected a divisor other than 0
)~"},
    {"parameters in a cycle",
     R"({"name": "n", "parameters": {"batch": "a + 1", "a": "2 * batch"},
 "inputs": {"x": {"shape": ["batch", 8]}},
 "layers": [{"op": "linear", "out_features": 4}]}
)",
     kAnalyze,
     R"(bad.json:1:58: error: parameter "batch" depends on itself
  at /parameters/a
     1 | {"name": "n", "parameters": {"batch": "a + 1", "a": "2 * batch"},
       |                                                          ^
  expected parameters without a cycle
)"},
};

const std::vector<BadInput> kBadStructures{
    {"shapes that do not fit", network(R"({"op": "linear", "out_features": 4},
  {"op": "matmul", "inputs": ["x", "linear"]})"),
     kAnalyze,
     R"(bad.json:4:3: error: matmul "matmul": cannot multiply 2 x 8 by 2 x 4
  at /layers/1
     4 |   {"op": "matmul", "inputs": ["x", "linear"]}]}
       |   ^
  expected the same inner extent in both
)"},
    {"an overflow past 2^63", network(R"({"op": "linear", "out_features": 9223372036854775807})"), kAnalyze,
     R"(bad.json:3:13: error: linear "linear": has a size that overflows
  at /layers/0
     3 |  "layers": [{"op": "linear", "out_features": 9223372036854775807}]}
       |             ^
  expected sizes below 2^63
)"},
    {"an overflow in an expression", network(R"({"op": "linear", "out_features": "9223372036854775807 + batch"})"),
     kAnalyze,
     R"(bad.json:3:67: error: linear: the expression overflows
  at /layers/0/out_features
     3 |  "layers": [{"op": "linear", "out_features": "9223372036854775807 + batch"}]}
       |                                                                   ^
  expected a value below 2^63
)"},
    {"an integer that does not fit", network(R"({"op": "linear", "out_features": 9223372036854775808})"), kAnalyze,
     R"(bad.json:3:46: error: the integer is too large
     3 |  "layers": [{"op": "linear", "out_features": 9223372036854775808}]}
       |                                              ^
  expected an integer from -2^63 to 2^63 - 1
)"},
    {"a block that contains itself",
     R"({"name": "n", "parameters": {"batch": 2},
 "inputs": {"x": {"shape": ["batch", 8]}},
 "blocks": {"b": {"layers": [{"block": "c"}]},
  "c": {"layers": [{"block": "b"}]}},
 "layers": [{"block": "b"}]}
)",
     kAnalyze,
     R"(bad.json:4:20: error: block "b" contains itself
  at /blocks/c/layers/0
     4 |   "c": {"layers": [{"block": "b"}]}},
       |                    ^
  expected blocks without a cycle
)"},
    {"an input that is not computed yet", network(R"({"op": "add", "inputs": ["x", "later"]},
  {"name": "later", "op": "relu"})"),
     kAnalyze,
     R"(bad.json:3:43: error: input "later" is not computed yet
  at /layers/0/inputs/1
     3 |  "layers": [{"op": "add", "inputs": ["x", "later"]},
       |                                           ^
  expected an input or an earlier layer: x
)"},
    {"an unknown input", network(R"({"op": "linear", "out_features": 4},
  {"op": "add", "inputs": ["x", "liner"]})"),
     kAnalyze,
     R"(bad.json:4:33: error: unknown input "liner"
  at /layers/1/inputs/1
     4 |   {"op": "add", "inputs": ["x", "liner"]}]}
       |                                 ^
  expected an input or an earlier layer: linear or x
  did you mean "linear"?
)"},
    {"an unknown op", network(R"({"op": "lienar", "out_features": 4})"), kAnalyze,
     R"(bad.json:3:13: error: unknown op "lienar"
  at /layers/0
     3 |  "layers": [{"op": "lienar", "out_features": 4}]}
       |             ^
  expected an op of `ridgepoint list ops`
  did you mean "linear"?
)"},
    {"an unknown block", network(R"({"block": "b"})"), kAnalyze,
     R"(bad.json:3:13: error: unknown block "b"
  at /layers/0
     3 |  "layers": [{"block": "b"}]}
       |             ^
  expected a block of "blocks", which there is none of
)"},
    {"two layers of one name", network(R"({"name": "a", "op": "relu"},
  {"name": "a", "op": "relu"})"),
     kAnalyze,
     R"(bad.json:4:3: error: a second "a"
  at /layers/1
     4 |   {"name": "a", "op": "relu"}]}
       |   ^
  expected each name once in a network or block
)"},
};

const std::vector<BadInput> kBadFiles{
    {"a truncated file",
     R"({"name": "n", "parameters": {"batch": 2},
 "inputs": {"x": {"shape": [)",
     kAnalyze,
     R"(bad.json:2:29: error: the JSON ends too early
     2 |  "inputs": {"x": {"shape": [
       |                             ^
  expected the closing ']'
)"},
    {"an empty file", "", kAnalyze,
     R"(bad.json:1:1: error: the file is empty
  expected a JSON value
)"},
    {"a comma too many", network(R"({"op": "linear", "out_features": 4},)"), kAnalyze,
     R"(bad.json:3:49: error: this is not valid JSON
     3 |  "layers": [{"op": "linear", "out_features": 4},]}
       |                                                 ^
  expected a JSON value
)"},
    {"a duplicate key", network(R"({"op": "relu", "op": "relu"})"), kAnalyze,
     R"(bad.json:3:28: error: duplicate key "op"
     3 |  "layers": [{"op": "relu", "op": "relu"}]}
       |                            ^
  expected each key once
)"},
    {"a network that is a list",
     R"([1, 2]
)",
     kAnalyze,
     R"(bad.json:1:1: error: network is an array
     1 | [1, 2]
       | ^
  expected an object for the network
)"},
    {"a parameter that the model does not have", network(R"({"op": "linear", "out_features": 4})"),
     kAnalyze + " --set bacth=4",
     R"(error: n has no parameter "bacth"
  expected one of batch
  did you mean "batch"?
)"},
    {"a setting without a value", network(R"({"op": "linear", "out_features": 4})"), kAnalyze + " --set batch",
     R"(error: --set "batch" is not a setting
  expected key=value, such as --set layers=16
)"},
    {"a batch of zero", network(R"({"op": "linear", "out_features": 4})"), kAnalyze + " --batch 0",
     R"(bad.json:2:29: error: input "x" has an extent of 0
  at /inputs/x/shape/0
     2 |  "inputs": {"x": {"shape": ["batch", 8]}},
       |                             ^
  expected at least 1
)"},
    {"a batch that is no number", network(R"({"op": "linear", "out_features": 4})"), kAnalyze + " --batch lots",
     R"(error: batch = lots: unknown name "lots" in an expression
  expected one of batch
)"},
    {"a negative number of rows", network(R"({"op": "linear", "out_features": 4})"), kAnalyze + " --top -1",
     R"(error: --top is -1
  expected 0 or more; 0 shows all
)"},
    {"a device that is a network", network(R"({"op": "linear", "out_features": 4})"), "analyze resnet50 --hw bad.json",
     R"(bad.json:1:1: error: missing key "schema_version" in device
     1 | {"name": "n", "parameters": {"batch": 2},
       | ^
  expected a member "schema_version" here
)"},
    {"a network that is a device",
     R"({
  "schema_version": 1,
  "name": "p4",
  "summary": "NVIDIA Tesla P4, 8 GB GDDR5",
  "vendor": "NVIDIA",
  "architecture": "Pascal GP104",
  "kind": "gpu",
  "datasheet": {}}
)",
     "analyze bad.json --hw t4",
     R"(bad.json:1:1: error: this is no network
     1 | {
       | ^
  expected "family" (a compact description) or a list of "layers" (an explicit one)
)"},
};

const std::vector<BadInput> kBadCommandLines{
    {"an unknown model", "", "analyze resnet5 --hw h100-sxm5",
     R"(error: unknown model "resnet5"
  expected a path, or a name of `ridgepoint list models`
  did you mean "resnet50"?
)"},
    {"an unknown device", "", "analyze resnet50 --hw h100-sxm",
     R"(error: unknown device "h100-sxm"
  expected a path, or a name of `ridgepoint list devices`
  did you mean "h100-sxm5"?
)"},
    {"an unknown format of numbers", "", "analyze resnet50 --hw h100-sxm5 --dtype bfloat16",
     R"(error: unknown dtype "bfloat16"
  expected fp64, fp32, tf32, bf16, fp16, fp8_e4m3, fp8_e5m2, fp4, int8 or int4
)"},
    {"a format that the device does not have", "", "analyze resnet50 --hw v100-sxm2-16gb --dtype fp8_e4m3",
     R"(error: v100-sxm2-16gb has no fp8_e4m3 arithmetic
  expected a format that it has: fp64, fp32 or fp16 (--dtype)
)"},
    {"an unknown phase", "", "analyze gpt2 --hw h100-sxm5 --phase decoding",
     R"(error: unknown phase "decoding"
  expected inference, prefill, decode or training
)"},
    {"a phase that the model does not have", "", "analyze resnet50 --hw h100-sxm5 --phase decode",
     R"(error: resnet50 has no decode phase
  expected inference or training
)"},
    {"an unknown format", "", "analyze gpt2 --hw h100-sxm5 --format yaml",
     R"(error: unknown format "yaml"
  expected table, trace, json, csv, markdown, svg, png or html
)"},
    {"an unknown grouping", "", "analyze gpt2 --hw h100-sxm5 --by layers",
     R"(error: unknown grouping "layers"
  expected layer, block, op, category or network
  did you mean "layer"?
)"},
    {"an unknown fusion", "", "analyze gpt2 --hw h100-sxm5 --fusion ful",
     R"(error: unknown fusion "ful"
  expected none, epilogue or full
  did you mean "full"?
)"},
    {"a file that is not there", "", "analyze nothing.json --hw h100-sxm5",
     R"(error: cannot read "nothing.json": No such file or directory
)"},
    {"a folder", "", "analyze ./ --hw h100-sxm5",
     R"(error: "./" is a folder without a config.json
  expected a file, or a folder with a config.json in it
)"},
    {"an output folder that is not there", "", "analyze gpt2 --hw h100-sxm5 -o no/such/folder.txt",
     R"(error: cannot write "no/such/folder.txt": No such file or directory
)"},
    {"an output that is a folder", "", "analyze gpt2 --hw h100-sxm5 -o ./",
     R"(error: cannot write "./": Is a directory
)"},
};

void expect_refused(const BadInput& bad) {
  INFO(bad.name);
  const TemporaryFolder folder;
  write_text(folder.path() / "bad.json", bad.file);
  const Outcome outcome = run_binary(bad.command, {.folder = folder.path().string()});
  CHECK(outcome.err == bad.message);
  CHECK(outcome.out.empty());
  CHECK(outcome.code == 1);
}

TEST_CASE("bad descriptions are refused", "[bad_input]") {
  for (const auto& list : {kBadMembers, kBadSizes, kBadStructures, kBadFiles}) {
    for (const BadInput& bad : list) expect_refused(bad);
  }
}

TEST_CASE("bad command lines are refused", "[bad_input]") {
  for (const BadInput& bad : kBadCommandLines) expect_refused(bad);
}

TEST_CASE("text that is not UTF-8 is refused, and not sent to the terminal", "[bad_input]") {
  expect_refused(
      {"not UTF-8", network("{\"op\": \"re\xfflu\"}"), kAnalyze, R"(bad.json:3:23: error: this is not UTF-8 text
     3 |  "layers": [{"op": "re lu"}]}
       |                       ^
  expected JSON in UTF-8
)"});
}

class Clock {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Sizes that would take for ever, or all memory, or the stack: one message, at once. In seconds.
#ifdef __SANITIZE_ADDRESS__
constexpr double kAtOnce = 100;
#else
constexpr double kAtOnce = 20;
#endif

TEST_CASE("100 MB of brackets are refused at once", "[bad_input]") {
  const TemporaryFolder folder;
  write_text(folder.path() / "bad.json", std::string(100'000'000, '['));
  const Clock clock;
  const Outcome outcome = run_binary(kAnalyze, {.folder = folder.path().string()});
  CHECK(outcome.err == "bad.json:1:65: error: the JSON is nested too deeply\n     1 | " + std::string(100, '[') +
                           "\n       | " + std::string(50, ' ') + "^\n  expected at most 64 levels\n");
  CHECK(outcome.code == 1);
  CHECK(clock.seconds() < kAtOnce);
}

// The first line of the message of a description that could run for ever.
std::string first_line(const std::string& file) {
  const TemporaryFolder folder;
  write_text(folder.path() / "bad.json", file);
  const Clock clock;
  const Outcome outcome = run_binary(kAnalyze, {.folder = folder.path().string()});
  CHECK(outcome.code == 1);
  CHECK(outcome.out.empty());
  CHECK(clock.seconds() < kAtOnce);
  return outcome.err.substr(0, outcome.err.find('\n'));
}

std::string nested(const std::string& open, const std::string& close, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < times; ++i) text += close;
  return text;
}

TEST_CASE("deep nesting is refused wherever it is", "[bad_input]") {
  CHECK(first_line(nested("{\"a\": ", "}", 100000)) == "bad.json:1:385: error: the JSON is nested too deeply");
  for (const auto& [open, close] : {std::pair("(", ")"), std::pair("-", ""), std::pair("min(1, ", ")")}) {
    const std::string message =
        first_line(network(R"({"op": "linear", "out_features": ")" + nested(open, close, 100000) + "\"}"));
    CHECK(message.find("the expression is nested too deeply") != std::string::npos);
  }
}

TEST_CASE("a long chain of parameters is refused", "[bad_input]") {
  std::string chain;
  for (int i = 0; i < 100000; ++i) chain += "\"p" + std::to_string(i) + "\": \"p" + std::to_string(i + 1) + "\", ";
  const std::string file = R"({"name": "n", "parameters": {)" + chain + R"("p100000": 4},
 "inputs": {"x": {"shape": ["p0"]}}, "layers": [{"op": "relu"}]})";
  CHECK(first_line(file).ends_with(": error: parameter \"p64\" ends a chain of more than 64"));
}

// Twenty blocks, each of two of the next.
std::string doubling(const std::string& last) {
  std::string blocks;
  for (int i = 0; i < 20; ++i) {
    const std::string next = "{\"block\": \"b" + std::to_string(i + 1) + "\"}";
    blocks += "\"b" + std::to_string(i) + "\": {\"layers\": [" + next + ", " + next + "]},\n";
  }
  return R"({"name": "n", "inputs": {"x": {"shape": [4]}}, "blocks": {)" + blocks +
         R"("leaf": {"layers": [{"op": "relu"}]}, "b20": {"layers": [)" + last + R"(]}}, "layers": [{"block": "b0"}]})";
}

const std::string kTooMany = ": error: more than 1000000 layers and blocks";

TEST_CASE("layers that multiply without end are refused", "[bad_input]") {
  CHECK(first_line(doubling(R"({"op": "relu"})")).ends_with(kTooMany));
}

TEST_CASE("blocks that multiply without a layer are refused", "[bad_input]") {
  CHECK(first_line(doubling(R"({"block": "leaf", "repeat": 0})")).ends_with(kTooMany));
}

TEST_CASE("repetitions without a layer are refused", "[bad_input]") {
  CHECK(first_line(R"({"name": "n", "inputs": {"x": {"shape": [4]}}, "blocks": {"leaf": {"layers": [{"op": "relu"}]},
 "spin": {"layers": [{"block": "leaf", "repeat": "0 * index"}]}}, "layers": [{"block": "spin", "repeat": 1000000000000}]})")
            .ends_with(kTooMany));
}

TEST_CASE("repetitions of repetitions past 2^63 are refused", "[bad_input]") {
  CHECK(first_line(R"({"name": "n", "inputs": {"x": {"shape": [4]}}, "blocks": {"inner": {"layers": [{"op": "relu"}]},
 "outer": {"layers": [{"block": "inner", "repeat": 1099511627776}]}}, "layers": [{"block": "outer", "repeat": 1099511627776}]})") ==
        "bad.json:2:111: error: the repetitions of repetitions overflow");
}

TEST_CASE("a full disk is an error, whatever is written", "[bad_input]") {
  for (const char* command : {"--help", "--version", "analyze --help", "list models", "analyze gpt2 --hw h100-sxm5",
                              "check gpt2", "roofline --hw h100-sxm5"}) {
    INFO(command);
    const Outcome outcome = run_binary(command, {.output = "/dev/full"});
    CHECK(outcome.code == 1);
    CHECK(outcome.err == "error: cannot write standard output: No space left on device\n");
  }
}

}  // namespace
}  // namespace ridgepoint

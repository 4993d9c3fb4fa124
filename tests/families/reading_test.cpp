// What compact descriptions and --set may not say. Each message whole: where, what, what was expected, the near miss.

#include "tests/families/counting.hpp"
#include "tests/support.hpp"

namespace ridgepoint {
namespace {

const std::string kTransformer = R"({"name": "tiny", "family": "transformer", "position": "rope",
 "layers": 2, "hidden": 64, "heads": 4, "vocab": 100})";
const std::string kRecommender = R"({"name": "r", "family": "recommender", "features": 4, "dim": 8,
 "tables": [10, 10], "bottom": [4, 8], "top": [1]})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

std::string message(const std::string& text, Attributes set = {}) {
  return message_of([&] {
    const Description description = load_model(Document::parse("tiny.json", text), set);
    (void)instantiate(description, {.phase = Phase::kInference, .parameters = set, .precision = {}});
  });
}

TEST_CASE("a file must say what kind of description it is", "[families]") {
  CHECK(message(R"({"name": "x"})") == R"(tiny.json:1:1: error: this is no network
     1 | {"name": "x"}
       | ^
  expected "family" (a compact description) or a list of "layers" (an explicit one)
)");
  CHECK(message(R"({"name": "x", "famly": "gnn", "layers": 3})") ==
        R"(tiny.json:1:15: error: unknown key "famly" in network
  at /famly
     1 | {"name": "x", "famly": "gnn", "layers": 3}
       |               ^
  expected "family" (a compact description) or a list of "layers" (an explicit one)
  did you mean "family"?
)");
  CHECK(message(R"({"name": "x", "family": "transfromer"})") ==
        R"(tiny.json:1:25: error: unknown family "transfromer"
  at /family
     1 | {"name": "x", "family": "transfromer"}
       |                         ^
  expected recommender, cnn, transformer, vision_transformer, swin, rnn, gnn or point_cloud
  did you mean "transformer"?
)");
}

TEST_CASE("a compact description is read strictly", "[families]") {
  CHECK(message(kTransformer) == "(nothing thrown)");
  CHECK(message(replaced(kTransformer, "\"vocab\": 100", "\"vocab\": 100, \"kv_head\": 2")) ==
        R"(tiny.json:2:55: error: unknown key "kv_head" in network
  at /kv_head
     2 |  "layers": 2, "hidden": 64, "heads": 4, "vocab": 100, "kv_head": 2}
       |                                                       ^
  expected family, schema_version, name, summary, source, notes, precision, published, graph, pipeline, kind, norm, )"
        R"(norm_weight, norm_bias, norm_placement, branches, ... (83 in all)
  did you mean "kv_heads"?
)");
  CHECK(message(replaced(kTransformer, "\"heads\": 4", "\"heads\": 5")) ==
        R"(tiny.json:2:38: error: 5 heads do not divide "hidden" of 64
  at /heads
     2 |  "layers": 2, "hidden": 64, "heads": 5, "vocab": 100}
       |                                      ^
  expected a divisor of 64
)");
  CHECK(message(replaced(kTransformer, "\"heads\": 4", "\"heads\": 0")) == R"(tiny.json:2:38: error: "heads" is 0
  at /heads
     2 |  "layers": 2, "hidden": 64, "heads": 0, "vocab": 100}
       |                                      ^
  expected at least 1
)");
  CHECK(message(replaced(kTransformer, "\"rope\"", "\"learnt\"")) ==
        R"(tiny.json:1:55: error: unknown position "learnt"
  at /position
     1 | {"name": "tiny", "family": "transformer", "position": "learnt",
       |                                                       ^
  expected learned, rope, alibi, relative, sinusoidal, disentangled or none
  did you mean "learned"?
)");
}

TEST_CASE("lists of sizes are checked where they stand", "[families]") {
  CHECK(message(R"({"name": "c", "family": "cnn", "stages": [1, 0]})") ==
        R"(tiny.json:1:46: error: "stages" holds 0
  at /stages/1
     1 | {"name": "c", "family": "cnn", "stages": [1, 0]}
       |                                              ^
  expected a list of integers of at least 1
)");
  CHECK(message(replaced(kRecommender, "[4, 8]", "[4, 7]")) ==
        R"(tiny.json:2:32: error: the last width of "bottom" is 7 and "dim" is 8
  at /bottom
     2 |  "tables": [10, 10], "bottom": [4, 7], "top": [1]}
       |                                ^
  expected a last width like the embeddings', for their dot product
)");
  CHECK(message(replaced(kRecommender, "[1]", "[1], \"lookups\": [9223372036854775807, 1]")) ==
        R"(tiny.json:2:63: error: the sum of the lookups overflows
  at /lookups
     2 |  "tables": [10, 10], "bottom": [4, 8], "top": [1], "lookups": [9223372036854775807, 1]}
       |                                                               ^
  expected a sum below 2^63
)");
  CHECK(message(replaced(kRecommender, "[1]", "[1], \"lookups\": [1]")) ==
        R"(tiny.json:2:63: error: 1 lookups for 2 tables
  at /lookups
     2 |  "tables": [10, 10], "bottom": [4, 8], "top": [1], "lookups": [1]}
       |                                                               ^
  expected one number, or one per table
)");
}

TEST_CASE("an override is checked like the file's value", "[families]") {
  CHECK(message(kTransformer, {{"attention", "unfused"}, {"causal", "false"}, {"layers", "3"}}) == "(nothing thrown)");
  CHECK(message(kRecommender, {{"tables", "5,6,7"}, {"lookups", "1,2,3"}}) == "(nothing thrown)");
  CHECK(message(kTransformer, {{"attention", "unfuzed"}}) ==
        R"(error: --set attention=unfuzed: unknown attention "unfuzed"
  expected fused or unfused
  did you mean "unfused"?
)");
  CHECK(message(kTransformer, {{"causal", "flase"}}) == R"(error: --set causal=flase: "causal" is not a boolean
  expected true or false
  did you mean "false"?
)");
  CHECK(message(kRecommender, {{"top", "4,x"}}) == R"(error: --set top=4,x: not such a list
  expected a list of integers of at least 1, such as 3,4,6,3
)");
  CHECK(message(kTransformer, {{"hidden", 65}}) == R"(error: --set hidden=65: 4 heads do not divide "hidden" of 65
  expected a multiple of 4
)");
  CHECK(message(kTransformer, {{"batch", "-1"}}) == R"(error: --set batch=-1: "batch" is -1
  expected at least 1
)");
  CHECK(message(kTransformer, {{"position", "learned"}, {"context", 512}, {"seq", 513}}) ==
        R"(error: --set seq=513: "seq" of 513 is more than "context" of 512
  expected at most 512, or a larger "context"
)");
}

TEST_CASE("an override of nothing is an error with a near miss", "[families]") {
  CHECK(message(kRecommender, {{"interacton", "concat"}}) ==
        R"(error: --set interacton: r has no parameter or option "interacton"
  expected one of architecture, interaction, tables, bottom, top, access, batch, features, dim or lookups
  did you mean "interaction"?
)");
}

TEST_CASE("what generated expressions find wrong is named", "[families]") {
  CHECK(message(kTransformer, {{"hidden", "heads * 15 + 1"}}) ==
        R"(error: head_dim = exact_div(hidden, heads): 4 does not divide 61
  expected a divisor of 61
)");
  CHECK(message(kTransformer, {{"logits", "4096"}}) == R"(error: slice "head_tokens": start = seq - logits is -2048
  expected at least 0
)");
  CHECK(message(kTransformer, {{"hidden", 4611686018427387904}}) == R"(error: ffn = 4 * hidden: the expression overflows
  expected a value below 2^63
)");
}

}  // namespace
}  // namespace ridgepoint

// Attention whose scores exist as a tensor, as frameworks run it without a fused kernel: every score is computed, also
// those that a mask then hides.

#include "families/transformer_attention.hpp"

namespace ridgepoint {
namespace {

// The scores on their way to the softmax: as the products have them, the queries that share a KV head as the rows of
// one matrix [batch, kv_heads, group queries, keys], or by head [batch, heads, queries, keys].
class Scores {
 public:
  Scores(const HeadSizes& size, std::string keys) : size_(size), keys_(std::move(keys)) {}

  void add(const std::string& name, const std::string& other) {
    by_head();
    items.push_back(layer(name, "add", {}, {tensor, other}));
    tensor = name;
  }
  void apply(Item item) {
    item.inputs = {tensor};
    tensor = item.name;
    items.push_back(std::move(item));
  }
  void by_head() {
    if (!heads_apart_) reshape(size_.heads, "_by_head");
    heads_apart_ = true;
  }
  void by_group() {
    if (heads_apart_) reshape(size_.kv_heads, "_by_group");
    heads_apart_ = false;
  }

  // A learned score per head joins each query's (gpt-oss): the scores with one key more.
  void add_sinks() {
    by_head();
    append(items, {permuted("scores_by_key", {0, 2, 3, 1}, {tensor}), view("sink_rows", {-1, keys_, size_.heads}),
                   layer("sinks", "learned_tokens"), view("sinks_by_key", {"batch", -1, keys_ + " + 1", size_.heads}),
                   permuted("scores_and_sinks", {0, 3, 1, 2})});
    tensor = "scores_and_sinks";
    keys_ += " + 1";
  }

  std::vector<Item> items;
  std::string tensor = "scores";

 private:
  void reshape(const std::string& heads, const char* ending) {
    items.push_back(view(tensor + ending, {"batch", heads, -1, keys_}, {tensor}));
    tensor += ending;
  }

  const HeadSizes& size_;
  std::string keys_;
  bool heads_apart_ = false;
};

}  // namespace

// The products read and write the heads where the projections leave them: all permutations are views. Grouped keys and
// values are never copied.
std::vector<Item> unfused_attention(const TransformerOptions& options, const HeadSizes& size,
                                    const AttentionInputs& in) {
  const Value group = "exact_div(" + size.heads + ", " + size.kv_heads + ")";
  const std::string length = size.window ? options.window_keys() : options.keys;
  const std::string kind = size.window ? "window_" : "";

  std::vector<Item> items{view("q_split", {"batch", -1, size.kv_heads, group, size.head_dim}, {in.q}),
                          permuted("q_by_head", {0, 2, 3, 1, 4}),
                          view("queries", {"batch", size.kv_heads, -1, size.head_dim}),
                          view("k_split", {"batch", length, size.kv_heads, size.head_dim}, {in.k}),
                          permuted("keys", {0, 2, 1, 3}),
                          view("v_split", {"batch", length, size.kv_heads, size.v_head_dim}, {in.v}),
                          permuted("values", {0, 2, 1, 3}),
                          layer("scores", "matmul", {{"transpose_b", true}}, {"queries", "keys"})};
  Scores scores(size, length);
  if (const std::string bias = score_bias(options); !bias.empty()) scores.add("biased", bias);
  if (options.attention_softcap) {
    for (const char* op : {"scale", "tanh"}) scores.apply(layer(std::string("cap_") + op, op));
    scores.apply(layer("capped", "scale"));
  }
  if (options.slopes()) scores.add("alibi_add", kind + "alibi");
  if (options.masked() || (size.window && options.window_masked())) scores.add("masked", kind + "mask");
  if (options.sinks) scores.add_sinks();
  scores.by_group();
  scores.apply(layer("softmax", "softmax", {{"scaled", true}}));
  if (options.sinks) scores.apply(layer("without_sinks", "slice", {{"axis", -1}, {"length", length}}));
  append(items, std::move(scores.items));
  append(items, {layer("context", "matmul", {}, {scores.tensor, "values"}),
                 view("context_by_head", {"batch", size.kv_heads, group, -1, size.v_head_dim}),
                 permuted("context_by_token", {0, 3, 1, 2, 4}),
                 view("joined", {"batch", -1, size.heads + " * " + size.v_head_dim})});
  return items;
}

}  // namespace ridgepoint

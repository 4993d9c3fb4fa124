// Gemma 3n: AltUp (Baykal et al., arXiv 2301.13310), a stream of several copies of each token of which a layer computes
// one, while a small matrix predicts all of them and corrects them by what was computed; LAuReL (Menghani et al., arXiv
// 2411.07501), a low-rank branch beside attention. The stream is [batch, tokens, copies * hidden].

#include <fmt/format.h>

#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

Item linear(std::string name, Value width, References inputs = {}) {
  return layer(std::move(name), "linear", {{"out_features", std::move(width)}, {"bias", false}}, std::move(inputs));
}

Value width_of(std::int64_t copies) { return fmt::format("{} * hidden", copies); }

// The first copy of [batch, tokens, copies, hidden].
std::vector<Item> first_copy(const std::string& name, const std::string& copies) {
  return {layer(name + "_alone", "slice", {{"axis", 2}, {"start", 0}, {"length", 1}}, {copies}),
          view(name, {"batch", -1, "hidden"})};
}

std::vector<Item> router(const TransformerOptions& options, const std::string& name, const std::string& x) {
  return {norm_item(options, name + "_norm", {x}), linear(name, options.copies), layer(name + "_tanh", "tanh")};
}

std::vector<Item> prediction(const TransformerOptions& options) {
  const std::int64_t n = options.copies;
  std::vector<Item> items{view("copies", {"batch", -1, n, "hidden"}, {"x"})};
  append(items, first_copy("active", "copies"));
  append(items, router(options, "predict_router", "active"));
  append(items, {linear("predict", n * n), view("predict_matrix", {"batch", -1, n, n}),
                 layer("predict_mix", "matmul", {}, {"predict_matrix", "copies"}),
                 layer("predicted", "add", {}, {"copies", "predict_mix"})});
  append(items, first_copy("prediction", "predicted"));
  return items;
}

// The router of the prediction looks at what was computed, and each copy takes its share of the error.
std::vector<Item> correction(const TransformerOptions& options, const std::string& computed) {
  std::vector<Item> items = router(options, "correct_router", computed);
  items[0].tied = "predict_router_norm";
  items[1].tied = "predict_router";
  append(items, {linear("correct", options.copies), view("correct_column", {"batch", -1, options.copies, 1}),
                 layer("error", "sub", {}, {computed, "prediction"}), view("error_row", {"batch", -1, 1, "hidden"}),
                 layer("errors", "mul", {}, {"error_row", "correct_column"}),
                 layer("corrected", "add", {}, {"predicted", "errors"})});
  return items;
}

std::vector<Item> laurel_items(const TransformerOptions& options) {
  return {linear("laurel_down", "laurel", {"attention_norm"}),
          linear("laurel_up", "hidden"),
          norm_item(options, "laurel_norm"),
          layer("laurel_branch", "add", {}, {"attention_norm", "laurel_norm"}),
          layer("laurel_sum", "add", {}, {"attention_add", "laurel_branch"}),
          layer("laurel_add", "scale")};
}

}  // namespace

std::vector<Item> split_into_copies(const TransformerOptions& options, const std::string& x) {
  std::vector<Item> items;
  References copies{x};
  for (std::int64_t i = 1; i < options.copies; ++i) {
    items.push_back(linear(fmt::format("copy{}", i), "hidden", {x}));
    copies.emplace_back(items.back().name);
  }
  items.push_back(layer("copies", "concat", {{"axis", -1}}, std::move(copies)));
  return items;
}

std::vector<Item> join_copies(const TransformerOptions& options, const std::string& x) {
  std::vector<Item> items{part("joined0", "0", "hidden", {x})};
  std::string sum = "joined0";
  for (std::int64_t i = 1; i < options.copies; ++i) {
    const std::string name = fmt::format("joined{}", i);
    items.push_back(part((name + "_part").c_str(), width_of(i), "hidden", {x}));
    items.push_back(linear(name, "hidden"));
    items.push_back(layer(name + "_add", "add", {}, {sum, name}));
    sum = items.back().name;
  }
  items.push_back(layer("joined", "scale"));
  return items;
}

std::vector<Item> copies_layer_items(const TransformerOptions& options, const LayerKind& kind,
                                     const Attributes& passed_on) {
  std::vector<Item> items = prediction(options);
  items.push_back(norm_item(options, "attention_norm", {"prediction"}));
  References inputs{"attention_norm"};
  for (std::string& input : mixer_inputs(options, kind.mixer)) inputs.emplace_back(std::move(input));
  append(items, {use("attention", mixer_block_name(kind.mixer), passed_on, std::move(inputs)),
                 norm_item(options, "attention_post_norm"),
                 layer("attention_add", "add", {}, {"prediction", "attention_post_norm"})});
  if (options.laurel) append(items, laurel_items(options));
  const std::string x = items.back().name;
  append(items, {norm_item(options, "mlp_norm", {x}), use("mlp", "mlp", passed_on), norm_item(options, "mlp_post_norm"),
                 layer("mlp_add", "add", {}, {x, "mlp_post_norm"})});
  append(items, correction(options, "mlp_add"));
  if (options.per_layer_inputs) {
    append(items, first_copy("corrected_first", "corrected"));
    items.push_back(layer("corrected_scale", "layer_scale"));
    std::vector<Item> more = per_layer_items(options, "corrected_scale");
    more.back() = view("per_layer_row", {"batch", -1, 1, "hidden"});
    append(items, std::move(more));
    items.push_back(layer("per_layer_add", "add", {}, {"corrected", "per_layer_row"}));
  }
  items.push_back(view("stream", {"batch", -1, width_of(options.copies)}));
  return items;
}

}  // namespace ridgepoint

// MLPs of a transformer's layer: one for all tokens, or experts.

#include "families/transformer_layer.hpp"

namespace ridgepoint {
namespace {

// What stands between the first and the last product.
std::vector<Item> activation_items(const TransformerOptions& options) {
  if (options.gated) return {layer("gated", "gated", {{"activation", options.activation}}, {"gate", "up"})};
  // xIELU (Huang and Schlag, arXiv 2411.13010): an elu below zero, a parabola above, a learned factor of each.
  if (options.activation == "xielu") {
    return {layer("elu", "elu"), layer("below", "prelu", {{"per_channel", false}}),
            layer("above", "prelu", {{"per_channel", false}})};
  }
  std::vector<Item> items{layer(options.activation, options.activation)};
  if (options.squared) items.push_back(layer("squared", "mul", {}, {options.activation, options.activation}));
  return items;
}

Block dense_mlp(const TransformerOptions& options, const std::string& name, const char* width) {
  const auto linear = [&](const char* layer_name, const char* out, References inputs) {
    return layer(layer_name, "linear", {{"out_features", out}, {"bias", options.mlp_bias}}, std::move(inputs));
  };
  Block block{.name = name, .inputs = {"x"}};
  if (options.gated) block.items.push_back(linear("gate", width, {"x"}));
  block.items.push_back(linear("up", width, {"x"}));
  append(block.items, activation_items(options));
  if (options.sub_norms) block.items.push_back(norm_item(options, "sub_norm"));
  block.items.push_back(linear("down", "hidden", {}));
  return block;
}

Item experts_linear(const TransformerOptions& options, const char* name, const char* width, References inputs) {
  return layer(name, "grouped_linear",
               {{"experts", "experts"},
                {"out_features", width},
                {"top_k", "top_k"},
                {"bias", options.expert_bias},
                {"imbalance", options.imbalance}},
               std::move(inputs));
}

}  // namespace

Block mlp_block(const TransformerOptions& options) { return dense_mlp(options, "mlp", "ffn"); }

std::string mlp_block_name(std::string_view mlp) {
  return mlp == "moe" || mlp == "hash_moe" ? std::string(mlp) : "mlp";
}

std::vector<Block> moe_blocks(const TransformerOptions& options, std::string_view mlp) {
  std::vector<Block> blocks;
  if (options.shared_expert) blocks.push_back(dense_mlp(options, "shared_expert", "shared_ffn"));
  const bool by_table = mlp == "hash_moe";
  Block block{.name = by_table ? "hash_moe" : "moe", .inputs = {"x"}};
  std::string tokens = "x";
  std::string routed_by = "x";
  if (options.router_norm) {
    routed_by = "router_norm";
    block.inputs.emplace_back("stream");
    block.items.push_back(norm_item(options, routed_by, {"stream"}));
  }
  append(block.items,
         {layer("router", "linear", {{"out_features", "experts"}, {"bias", options.router_bias}}, {routed_by}),
          layer("route", "route",
                {{"top_k", "top_k"}, {"scoring", options.router}, {"bias", options.choice_bias && !by_table}})});
  if (options.moe_latent) {
    tokens = "latent";
    block.items.push_back(layer(tokens, "linear", {{"out_features", "moe_latent"}, {"bias", false}}, {"x"}));
  }
  block.items.push_back(layer("dispatch", "dispatch",
                              {{"experts", "experts"}, {"capacity_factor", options.capacity_factor}},
                              {tokens, "route:1"}));
  if (options.gated) block.items.push_back(experts_linear(options, "gate", "expert_ffn", {"dispatch"}));
  block.items.push_back(experts_linear(options, "up", "expert_ffn", {"dispatch"}));
  append(block.items, activation_items(options));
  block.items.push_back(experts_linear(options, "down", options.moe_latent ? "moe_latent" : "hidden", {}));
  block.items.push_back(layer("combine", "combine", {}, {"down", "route"}));
  if (options.moe_latent) {
    block.items.push_back(layer("latent_out", "linear", {{"out_features", "hidden"}, {"bias", false}}));
  }
  const std::string routed = block.items.back().name;
  if (options.shared_expert) {
    block.items.push_back(use("shared", "shared_expert", {}, {"x"}));
    std::string shared = "shared";
    if (options.shared_gate) {
      append(block.items,
             {layer("shared_gate", "linear", {{"out_features", 1}, {"bias", false}}, {"x"}),
              layer("shared_sigmoid", "sigmoid"), layer("shared_scaled", "mul", {}, {"shared", "shared_sigmoid"})});
      shared = "shared_scaled";
    }
    block.items.push_back(layer("shared_add", "add", {}, {routed, shared}));
  }
  blocks.push_back(std::move(block));
  return blocks;
}

}  // namespace ridgepoint

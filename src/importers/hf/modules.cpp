#include "importers/hf/modules.hpp"

#include <algorithm>
#include <array>

#include "families/transformer_layer.hpp"

namespace ridgepoint::hf {
namespace {

/// A block of the family, and the group that its layers are named in.
struct BlockGroup {
  std::string_view block;
  std::string_view group;
};

constexpr auto kBlocks = std::to_array<BlockGroup>({{"attention", "attention"},
                                                    {"window_attention", "attention"},
                                                    {"nope_attention", "attention"},
                                                    {"sparse_attention", "attention"},
                                                    {"shared_index_attention", "attention"},
                                                    {"kept_attention", "attention"},
                                                    {"kept_window_attention", "attention"},
                                                    {"cross_attention", "attention"},
                                                    {"mamba", "mamba"},
                                                    {"mamba2", "mamba"},
                                                    {"delta", "delta"},
                                                    {"kda", "kda"},
                                                    {"lightning", "lightning"},
                                                    {"conv", "conv"},
                                                    {"mlp", "mlp"},
                                                    {"moe", "moe"},
                                                    {"hash_moe", "moe"},
                                                    {"swa", "compressed"},
                                                    {"csa", "compressed"},
                                                    {"hca", "compressed"},
                                                    {"shared_expert", "shared_expert"}});

// Of attention.
std::vector<ModuleName> attention_modules() {
  return {
      {"attention", "q", {"self_attn.q_proj", "mixer.q_proj", "attn.q_proj", "self_attention.q_proj"}},
      {"attention", "k", {"self_attn.k_proj", "mixer.k_proj", "attn.k_proj"}},
      {"attention", "v", {"self_attn.v_proj", "mixer.v_proj", "attn.v_proj"}},
      {"attention", "o", {"self_attn.o_proj", "mixer.o_proj", "attn.o_proj", "self_attn.out_proj", "self_attn.dense"}},
      {"attention", "qkv", {"self_attn.qkv_proj", "attn.c_attn", "self_attention.query_key_value"}},
      {"attention", "q_and_gate", {"self_attn.q_proj"}},
      {"attention", "q_down", {"self_attn.q_a_proj"}},
      {"attention", "q_up", {"self_attn.q_b_proj", "self_attn.q_proj"}},
      {"attention", "kv_down", {"self_attn.kv_a_proj_with_mqa"}},
      {"attention", "attention", {"self_attn.kv_b_proj"}},
      {"attention", "index_q", {"self_attn.indexer.wq_b", "self_attn.index_q_proj"}},
      {"attention", "index_k", {"self_attn.indexer.wk", "self_attn.index_k_proj"}},
      {"attention", "index_weights", {"self_attn.indexer.weights_proj", "self_attn.indexers_proj"}},
      {"compressed", "q_down", {"attn.wq_a", "self_attn.q_a_proj"}},
      {"compressed", "q_up", {"attn.wq_b", "self_attn.q_b_proj"}},
      {"compressed", "kv", {"attn.wkv", "self_attn.kv_proj"}},
      {"compressed", "o_a", {"attn.wo_a", "self_attn.o_a_proj"}},
      {"compressed", "o", {"attn.wo_b", "self_attn.o_b_proj"}},
      {"compressed", "index_q", {"attn.indexer.wq_b", "self_attn.compressor.indexer.q_b_proj"}},
      {"compressed", "index_weights", {"attn.indexer.weights_proj", "self_attn.compressor.indexer.weights_proj"}},
      {"compressed", "index_kv", {"attn.indexer.compressor.wkv", "self_attn.compressor.indexer.kv_proj"}},
      {"compressed", "index_gate", {"attn.indexer.compressor.wgate", "self_attn.compressor.indexer.gate_proj"}},
      {"compressed", "entry_kv", {"attn.compressor.wkv", "self_attn.compressor.kv_proj"}},
      {"compressed", "entry_gate", {"attn.compressor.wgate", "self_attn.compressor.gate_proj"}},
  };
}

// Of MLPs and experts.
std::vector<ModuleName> mlp_modules() {
  return {
      {"mlp", "gate", {"mlp.gate_proj", "feed_forward.gate_proj", "feed_forward.w1", "mlp.gate_up_proj"}},
      {"mlp", "up", {"mlp.up_proj", "feed_forward.up_proj", "mixer.up_proj", "feed_forward.w3", "mlp.fc1", "mlp.c_fc"}},
      {"mlp", "down", {"mlp.down_proj", "feed_forward.down_proj", "mixer.down_proj", "feed_forward.w2", "mlp.fc2"}},
      {"moe", "router", {"mlp.gate", "block_sparse_moe.gate", "mlp.router", "feed_forward.router", "mixer.gate"}},
      {"moe",
       "gate",
       {"mlp.experts.0.gate_proj", "block_sparse_moe.experts.0.w1", "mlp.experts", "feed_forward.experts",
        "ffn.experts"}},
      {"moe",
       "up",
       {"mlp.experts.0.up_proj", "block_sparse_moe.experts.0.w3", "mixer.experts.0.up_proj", "mlp.experts",
        "feed_forward.experts", "ffn.experts"}},
      {"moe",
       "down",
       {"mlp.experts.0.down_proj", "block_sparse_moe.experts.0.w2", "mixer.experts.0.down_proj", "mlp.experts",
        "feed_forward.experts", "ffn.experts"}},
      {"moe", "latent", {"mixer.fc1_latent_proj"}},
      {"moe", "latent_out", {"mixer.fc2_latent_proj"}},
      {"moe", "shared_gate", {"mlp.shared_expert_gate"}},
      {"shared_expert",
       "gate",
       {"mlp.shared_experts.gate_proj", "mlp.shared_expert.gate_proj", "block_sparse_moe.shared_experts.gate_proj",
        "feed_forward.shared_expert.gate_proj", "ffn.shared_experts.w1", "shared_mlp.input_linear"}},
      {"shared_expert",
       "up",
       {"mlp.shared_experts.up_proj", "mlp.shared_expert.up_proj", "block_sparse_moe.shared_experts.up_proj",
        "feed_forward.shared_expert.up_proj", "mixer.shared_experts.up_proj", "ffn.shared_experts.w3",
        "shared_mlp.input_linear"}},
      {"shared_expert",
       "down",
       {"mlp.shared_experts.down_proj", "mlp.shared_expert.down_proj", "block_sparse_moe.shared_experts.down_proj",
        "feed_forward.shared_expert.down_proj", "mixer.shared_experts.down_proj", "ffn.shared_experts.w2",
        "shared_mlp.output_linear"}},
  };
}

// Of layers that carry a state, and of convolutions.
std::vector<ModuleName> state_modules() {
  return {
      {"mamba", "in", {"mamba.in_proj", "mixer.in_proj"}},
      {"mamba", "select", {"mamba.x_proj", "mixer.x_proj"}},
      {"mamba", "dt", {"mamba.dt_proj", "mixer.dt_proj"}},
      {"mamba", "out", {"mamba.out_proj", "mixer.out_proj"}},
      {"delta", "qkv", {"linear_attn.in_proj_qkv", "linear_attn.in_proj_qkvz"}},
      {"delta", "z", {"linear_attn.in_proj_z", "linear_attn.in_proj_qkvz"}},
      {"delta", "beta_and_decay", {"linear_attn.in_proj_ba", "linear_attn.in_proj_a", "linear_attn.in_proj_b"}},
      {"delta", "out", {"linear_attn.out_proj"}},
      {"kda", "qkv", {"self_attn.q_proj"}},
      {"kda", "decay_down", {"self_attn.f_a_proj"}},
      {"kda", "decay", {"self_attn.f_b_proj"}},
      {"kda", "beta", {"self_attn.b_proj"}},
      {"kda", "gate_down", {"self_attn.g_a_proj"}},
      {"kda", "gate", {"self_attn.g_b_proj"}},
      {"kda", "out", {"self_attn.o_proj"}},
      {"lightning", "qkv", {"self_attn.qkv_proj"}},
      {"lightning", "gate", {"self_attn.output_gate"}},
      {"lightning", "out", {"self_attn.out_proj"}},
      {"conv", "in", {"conv.in_proj"}},
      {"conv", "out", {"conv.out_proj"}},
  };
}

std::vector<ModuleName> all_modules() {
  std::vector<ModuleName> rows = attention_modules();
  for (const auto& more : {mlp_modules(), state_modules()}) rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace

std::span<const ModuleName> module_names() {
  static const std::vector<ModuleName> rows = all_modules();
  return rows;
}

std::string_view group_of_block(std::string_view block) {
  const auto* found =
      std::find_if(kBlocks.begin(), kBlocks.end(), [&](const BlockGroup& row) { return row.block == block; });
  return found == kBlocks.end() ? "" : found->group;
}

std::vector<std::string_view> groups_of_layer(std::string_view mixer, std::string_view mlp) {
  std::vector<std::string_view> groups;
  const std::string_view known = group_of_block(mixer_block_name(std::string(mixer)));
  if (mixer == "full_and_mamba2") {
    groups = {"attention", "mamba"};
  } else if (mixer != "none") {
    groups.push_back(known.empty() ? mixer : known);
  }
  if (mlp.starts_with("dense")) groups.push_back("mlp");
  if (mlp.ends_with("moe")) groups.insert(groups.end(), {"moe", "shared_expert"});
  return groups;
}

}  // namespace ridgepoint::hf

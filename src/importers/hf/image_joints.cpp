// What stands between an encoder of images and a decoder: squares of tokens put together, and a small MLP.

#include <fmt/format.h>

#include "importers/hf/image_joints.hpp"

namespace ridgepoint::hf {
void join_qwen2(Joint& joint) {
  const bool rms = joint.vision.has("intermediate_size");
  add(joint, {norm("join_norm", rms ? "rms" : "layer")});
  const std::int64_t wide = merged(joint, merge_side(joint), "merged");
  const bool first = joint.vision.has("embed_dim");  // of Qwen2-VL, where hidden_size is that of the decoder
  const std::int64_t out = first ? joint.vision.size_or({"hidden_size"}, joint.text).value
                                 : joint.vision.size_or({"out_hidden_size"}, joint.text).value;
  two_layers(joint, wide, out, true);
  joint.vision.ignore({"tokens_per_second"});
}

// Three of the layers hand their tokens on to layers of the decoder too (deepstack).
void join_qwen3(Joint& joint) {
  const std::string last = joint.part.items.back().name;
  const std::int64_t out = joint.vision.size_or({"out_hidden_size"}, joint.text).value;
  add_table(joint, "positions", joint.vision.required({"num_position_embeddings"}).value, joint.width);
  const std::int64_t side = merge_side(joint);
  const auto deep = joint.vision.list({"deepstack_visual_indexes"}).value_or(std::vector<std::int64_t>{});
  for (std::size_t i = 0; i < deep.size(); ++i) {
    const std::string name = fmt::format("deep{}", i + 1);
    const std::int64_t wide = merged(joint, side, name, {last});
    add(joint, {norm(name + "_norm", "layer"), linear(name + "_up", wide, true), layer(name + "_gelu", "gelu"),
                linear(name + "_out", out, true)});
  }
  add(joint, {norm("join_norm", "layer", {last})});
  two_layers(joint, merged(joint, side, "merged"), out, true);
}

void join_gemma4(Joint& joint) {
  add_table(joint, "positions", 2 * joint.vision.size_or({"position_embedding_size"}, 10240).value, joint.width);
  const std::int64_t side = joint.vision.size_or({"pooling_kernel_size"}, 3).value;
  add(joint, {view("pool_squares", {"batch", -1, side * side, joint.width}),
              layer("pooled", "reduce", {{"axes", std::vector<std::int64_t>{2}}}),
              layer("join_norm", "rms_norm", {{"weight", false}}), linear("join_out", joint.text, false)});
  joint.vision.ignore({"global_head_dim", "num_key_value_heads", "head_dim", "standardize", "use_clipped_linears",
                       "default_output_length", "image_seq_length", "video_seq_length", "max_position_embeddings"});
  joint.reading.root.ignore({"vision_soft_tokens_per_image"});
}

void join_kimi(Joint& joint) {
  const std::int64_t rows = joint.vision.size_or({"init_pos_emb_height", "pos_emb_height"}, 64).value;
  const std::int64_t columns = joint.vision.size_or({"init_pos_emb_width", "pos_emb_width"}, 64).value;
  add_table(joint, "positions", checked_mul(rows, columns), joint.width);
  add(joint, {norm("join_norm", "layer")});
  const std::int64_t wide = merged(joint, 2, "merged");
  two_layers(joint, wide, joint.text, true);
  joint.reading.root.ignore({"projection_hidden_size", "projection_layer_norm_eps", "projection_ln_eps"});
  joint.vision.ignore({"init_pos_emb_time", "pos_emb_time", "merge_kernel_size", "merge_type", "mm_hidden_size",
                       "mm_projector_type", "pos_emb_type", "projector_hidden_act", "projector_ln_eps",
                       "text_hidden_size", "video_attn_type"});
}

// A convolution over squares of tokens, which are disjoint, and a gated MLP.
void join_glm(Joint& joint) {
  const std::int64_t out = joint.vision.size_or({"out_hidden_size"}, joint.text).value;
  const std::int64_t inner = joint.vision.required({"intermediate_size"}).value;
  add_table(joint, "positions",
            square(side_of(joint.vision, "image_size", 336) / side_of(joint.vision, "patch_size", 14)), joint.width);
  (void)merged(joint, merge_side(joint), "merged");
  add(joint,
      {linear("downsample", out, true), linear("join", out, false), norm("join_norm", "layer"),
       layer("join_gelu", "gelu"), linear("join_gate", inner, false), linear("join_up", inner, false, {"join_gelu"}),
       layer("join_gated", "gated", {}, {"join_gate", "join_up"}), linear("join_out", out, false)});
}

void join_minimax(Joint& joint) {
  const std::int64_t out = joint.reading.root.size_or({"projector_hidden_size"}, joint.text).value;
  two_layers(joint, out, out, true);
  add(joint, {view("merged", {"batch", -1, 4 * out}), linear("merge_up", out, true), layer("merge_gelu", "gelu"),
              linear("merge_out", out, true)});
  joint.vision.ignore({"img_token_compression_config", "vision_segment_max_frames", "rope_mode", "projection_dim",
                       "position_embedding_type"});
  joint.reading.root.ignore(
      {"img_token_compression_config", "image_seq_length", "num_reward_heads", "process_image_mode"});
}

void join_pixtral(Joint& joint) {
  Config& root = joint.reading.root;
  add(joint, {norm("join_norm", "rms")});
  (void)merged(joint, root.size_or({"spatial_merge_size"}, 2).value, "merged");
  add(joint, {linear("merge", joint.width, false)});
  two_layers(joint, joint.text, joint.text, root.flag({"multimodal_projector_bias"}, false));
}

// Of the chosen layers, one or several side by side.
void join_llava(Joint& joint) {
  Config& root = joint.reading.root;
  const Node* chosen = root.find({"vision_feature_layer"});
  if (chosen != nullptr && chosen->kind == Node::Kind::kArray && chosen->items.size() > 1) {
    root.fail(*chosen, "several layers of the images' encoder are not known here", "one layer");
  }
  if (joint.class_tokens > 0) without_class(joint);
  two_layers(joint, joint.text, joint.text, root.flag({"multimodal_projector_bias"}, true));
}

void join_llava_next(Joint& joint) {
  join_llava(joint);
  add_table(joint, "newline", 1, joint.text);
}

// A fixed number of tokens: means of squares of patches.
void join_gemma3(Joint& joint) {
  const std::int64_t tokens = joint.reading.root.size_or({"mm_tokens_per_image"}, 256).value;
  const Value square = fmt::format("exact_div(patches, {})", tokens);
  add(joint, {view("pool_squares", {"batch", tokens, square, joint.width}),
              layer("pooled", "reduce", {{"axes", std::vector<std::int64_t>{2}}}), norm("join_norm", "rms"),
              linear("join_out", joint.text, false)});
}

void join_paligemma(Joint& joint) { add(joint, {linear("join_out", joint.text, true)}); }

void join_internvl(Joint& joint) {
  without_class(joint);
  const std::int64_t wide = merged(joint, 2, "merged");
  (void)wide;
  add(joint, {norm("join_norm", "layer")});
  two_layers(joint, joint.text, joint.text, true);
  joint.vision.ignore({"layer_scale_init_value",
                       "norm_type",
                       "use_mask_token",
                       "use_mean_pooling",
                       "initializer_factor",
                       "use_absolute_position_embeddings",
                       "use_flash_attn",
                       "shared_expert_intermediate_size",
                       "moe_config",
                       "num_experts",
                       "num_routed_experts",
                       "num_shared_experts",
                       "moe_intermediate_size",
                       "use_moe",
                       "use_residual",
                       "use_rts",
                       "use_weighted_residual",
                       "ep_size",
                       "moe_output_scale",
                       "moe_coeff_ratio",
                       "noisy_gate_policy",
                       "capacity_factor",
                       "eval_capacity_factor",
                       "laux_allreduce"});
  joint.reading.root.ignore({"dynamic_image_size", "force_image_size", "max_dynamic_patch", "min_dynamic_patch",
                             "ps_version", "select_layer", "template", "use_backbone_lora", "use_llm_lora",
                             "use_thumbnail", "pad2square", "system_message", "num_image_token"});
}

void join_idefics3(Joint& joint) {
  (void)merged(joint, joint.reading.root.size_or({"scale_factor"}, 2).value, "merged");
  add(joint, {linear("join_out", joint.text, false)});
}

void join_llama4(Joint& joint) {
  without_class(joint);
  (void)merged(joint, 2, "merged");
  const std::int64_t inner = joint.vision.size_or({"projector_input_dim"}, 4096).value;
  const std::int64_t outer = joint.vision.size_or({"projector_output_dim"}, 4096).value;
  two_layers(joint, inner, outer, false);
  add(joint, {layer("join_gelu_again", "gelu"), linear("to_text", joint.text, false)});
  joint.vision.ignore({"pixel_shuffle_ratio", "vision_output_dim", "projector_dropout", "multi_modal_projector_bias",
                       "vision_feature_layer", "vision_feature_select_strategy"});
}

}  // namespace ridgepoint::hf

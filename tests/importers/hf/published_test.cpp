// Configs written from what is public about each network, with the parameters that its weight files have.

#include "network/description_reader.hpp"
#include "network/description_writer.hpp"
#include "tests/importers/importing.hpp"

namespace ridgepoint {
namespace {

struct Published {
  const char* config;
  double parameters;
};

// Sizes and totals: the model cards on huggingface.co, where the total is that of the safetensors files.
const std::vector<Published> kPublished{
    // mistralai/Mistral-7B-v0.3
    {R"({"model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
         "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32768, "sliding_window": null,
         "max_position_embeddings": 32768, "tie_word_embeddings": false, "torch_dtype": "bfloat16"})",
     7248023552},
    // mistralai/Mixtral-8x7B-v0.1
    {R"({"model_type": "mixtral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
         "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32000, "num_local_experts": 8,
         "num_experts_per_tok": 2, "max_position_embeddings": 32768, "torch_dtype": "bfloat16"})",
     46702792704},
    // Qwen/Qwen2.5-3B: biases of queries, keys and values, a tied head
    {R"({"model_type": "qwen2", "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36,
         "num_attention_heads": 16, "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": true,
         "use_sliding_window": false, "max_position_embeddings": 32768, "torch_dtype": "bfloat16"})",
     3085938688},
    // Qwen/Qwen3-30B-A3B: heads wider than the network, norms of queries and keys
    {R"({"model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144, "moe_intermediate_size": 768,
         "num_hidden_layers": 48, "num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128,
         "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1, "mlp_only_layers": [],
         "vocab_size": 151936, "max_position_embeddings": 40960, "torch_dtype": "bfloat16"})",
     30532122624},
    // deepseek-ai/DeepSeek-V2-Lite: latent attention, a dense first layer, two shared experts
    {R"({"model_type": "deepseek_v2", "hidden_size": 2048, "intermediate_size": 10944, "num_hidden_layers": 27,
         "num_attention_heads": 16, "num_key_value_heads": 16, "kv_lora_rank": 512, "q_lora_rank": null,
         "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128, "n_routed_experts": 64,
         "n_shared_experts": 2, "num_experts_per_tok": 6, "moe_intermediate_size": 1408,
         "first_k_dense_replace": 1, "moe_layer_freq": 1, "vocab_size": 102400,
         "max_position_embeddings": 163840, "torch_dtype": "bfloat16"})",
     15706484224},
    // google/gemma-2-9b: norms before and behind each branch, windows in every other layer
    {R"({"model_type": "gemma2", "hidden_size": 3584, "intermediate_size": 14336, "num_hidden_layers": 42,
         "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 256, "vocab_size": 256000,
         "sliding_window": 4096, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
         "max_position_embeddings": 8192, "torch_dtype": "float32"})",
     9241705984},
    // allenai/OLMo-2-1124-7B: norms of the whole query and key
    {R"({"model_type": "olmo2", "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
         "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 100352,
         "max_position_embeddings": 4096, "tie_word_embeddings": false, "torch_dtype": "float32"})",
     7298617344},
    // openai-community/gpt2-medium, without its buffers of masks
    {R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": 1024, "n_head": 16, "n_layer": 24,
         "n_positions": 1024, "n_ctx": 1024, "vocab_size": 50257, "activation_function": "gelu_new"})",
     354823168},
    // EleutherAI/gpt-j-6b: both branches behind one norm, biases of the MLP and the head
    {R"({"model_type": "gptj", "n_embd": 4096, "n_head": 16, "n_layer": 28, "n_positions": 2048, "rotary_dim": 64,
         "vocab_size": 50400, "tie_word_embeddings": false, "torch_dtype": "float16"})",
     6050882784},
    // apple/OpenELM-270M: heads and MLPs that widen from layer to layer
    {R"({"model_type": "openelm", "architectures": ["OpenELMForCausalLM"], "activation_fn_name": "swish",
         "model_dim": 1280, "num_transformer_layers": 16, "head_dim": 64, "vocab_size": 32000,
         "max_context_length": 2048, "ffn_dim_divisor": 256, "ffn_with_glu": true, "num_gqa_groups": 4,
         "ffn_multipliers": [0.5, 0.73, 0.97, 1.2, 1.43, 1.67, 1.9, 2.13, 2.37, 2.6, 2.83, 3.07, 3.3, 3.53, 3.77, 4.0],
         "num_kv_heads": [3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5],
         "num_query_heads": [12, 12, 12, 12, 12, 16, 16, 16, 16, 16, 16, 16, 20, 20, 20, 20],
         "qkv_multipliers": [0.5, 1.0], "normalize_qk_projections": true, "normalization_layer_name": "rms_norm",
         "share_input_output_layers": true, "torch_dtype": "float32"})",
     271527168},
    // microsoft/Phi-3-small-8k-instruct
    {R"({"model_type": "phi3small", "architectures": ["Phi3SmallForCausalLM"], "hidden_act": "gegelu",
         "hidden_size": 4096, "ff_intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
         "num_key_value_heads": 8, "vocab_size": 100352, "max_position_embeddings": 8192,
         "blocksparse_block_size": 64, "dense_attention_every_n_layers": 2, "gegelu_limit": 20.0,
         "mup_use_scaling": true, "rope_embedding_base": 1000000, "layer_norm_epsilon": 1e-05,
         "torch_dtype": "bfloat16"})",
     7392272384},
    // databricks/dbrx-base: sizes in members of the config
    {R"({"model_type": "dbrx", "architectures": ["DbrxForCausalLM"], "d_model": 6144, "n_heads": 48, "n_layers": 40,
         "max_seq_len": 32768, "vocab_size": 100352, "attn_config": {"clip_qkv": 8, "kv_n_heads": 8,
         "rope_theta": 500000}, "ffn_config": {"ffn_hidden_size": 10752, "moe_jitter_eps": 0, "moe_loss_weight": 0.05,
         "moe_num_experts": 16, "moe_top_k": 4}, "torch_dtype": "bfloat16"})",
     131596523520},
    // tiiuae/falcon-7b, as its first config called it
    {R"({"model_type": "RefinedWebModel", "architectures": ["RWForCausalLM"], "hidden_size": 4544, "n_layer": 32,
         "n_head": 71, "vocab_size": 65024, "multi_query": true, "parallel_attn": true, "bias": false, "alibi": false,
         "apply_residual_connection_post_layernorm": false, "torch_dtype": "bfloat16"})",
     6921720704},
};

TEST_CASE("networks have the parameters that were published with them", "[importers][hf]") {
  for (const Published& published : kPublished) {
    INFO(published.config);
    const TextFile file(published.config);
    const Description description = imported(file.path());
    CHECK(description.warnings.empty());
    const Network network = instantiate(description, {.phase = Phase::kInference});
    CHECK(parameters_of(network) == published.parameters);
  }
}

TEST_CASE("a config is the same network when it is written and read back", "[importers][hf]") {
  for (const Published& published : kPublished) {
    INFO(published.config);
    const TextFile file(published.config);
    const Description first = imported(file.path());
    const Description second = read_description(Document::parse("written.json", write_description(first)));
    for (const Phase phase : phases_of(first)) {
      const Network a = instantiate(first, {.phase = phase});
      const Network b = instantiate(second, {.phase = phase});
      REQUIRE(a.layers.size() == b.layers.size());
      CHECK((a.precision == b.precision && a.parameters == b.parameters));
      for (std::size_t i = 0; i < a.layers.size(); ++i) {
        CHECK((a.layers[i].name == b.layers[i].name && a.layers[i].op == b.layers[i].op));
        CHECK(parameter_count(a.layers[i]) == parameter_count(b.layers[i]));
      }
      for (std::size_t i = 0; i < a.tensors.size(); ++i) CHECK(a.tensors[i].type == b.tensors[i].type);
    }
  }
}

}  // namespace
}  // namespace ridgepoint

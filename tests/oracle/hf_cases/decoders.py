"""Decoders: configs as their classes write them, of the sizes that the classes have, and some that differ."""
import json

import torch
import transformers

# The value that is added to a router's scores is a buffer of these classes; files hold it, and so the tool counts it.
CHOICE = ["e_score_correction_bias"]


def ids(length=64):
    return lambda: {"input_ids": torch.zeros(1, length, dtype=torch.long)}


def case(kind, klass, buffers=(), runs=True, **changes):
    config = transformers.CONFIG_MAPPING[kind](**changes)
    fields = json.loads(config.to_json_string(use_diff=False).replace("Infinity", "1e9"))
    fields = {key: value for key, value in fields.items() if value is not None and not key.startswith("_")}
    fields = {key: value for key, value in fields.items() if key not in ("id2label", "label2id", "time_step_limit")}
    fields["architectures"] = [klass]
    result = {"config": fields, "buffers": list(buffers), "set": "seq=64"}
    if runs:
        result["inputs"] = ids()
    return result


CASES = {
    "llama": case("llama", "LlamaForCausalLM"),
    "gemma3": case("gemma3_text", "Gemma3ForCausalLM"),
    "gemma4": case("gemma4_text", "Gemma4ForCausalLM"),
    "gemma4-experts": case("gemma4_text", "Gemma4ForCausalLM", runs=False, enable_moe_block=True, num_experts=8,
                           top_k_experts=2, moe_intermediate_size=704, hidden_size_per_layer_input=0),
    "gemma4-kept": case("gemma4_text", "Gemma4ForCausalLM", num_kv_shared_layers=10, use_double_wide_mlp=True),
    "vaultgemma": case("vaultgemma", "VaultGemmaForCausalLM"),
    "granite_swa": case("granite_swa", "GraniteSWAForCausalLM"),
    "helium": case("helium", "HeliumForCausalLM"),
    "cwm": case("cwm", "CwmForCausalLM"),
    "jais2": case("jais2", "Jais2ForCausalLM"),
    "persimmon": case("persimmon", "PersimmonForCausalLM"),
    "xglm": case("xglm", "XGLMForCausalLM"),
    "bitnet": case("bitnet", "BitNetForCausalLM", runs=False),
    "nanochat": case("nanochat", "NanoChatForCausalLM"),
    "ministral3": case("ministral3", "Ministral3ForCausalLM"),
    "minicpm3": case("minicpm3", "MiniCPM3ForCausalLM", runs=False),
    "youtu": case("youtu", "YoutuForCausalLM", runs=False),
    "seed_oss": case("seed_oss", "SeedOssForCausalLM"),
    "llama4": case("llama4_text", "Llama4ForCausalLM", runs=False),
    "ernie4_5_moe": case("ernie4_5_moe", "Ernie4_5_MoeForCausalLM", runs=False),
    "exaone_moe": case("exaone_moe", "ExaoneMoeForCausalLM", CHOICE, runs=False),
    "afmoe": case("afmoe", "AfmoeForCausalLM", runs=False),
    "hy_v3": case("hy_v3", "HYV3ForCausalLM", CHOICE, runs=False),
    "mellum": case("mellum", "MellumForCausalLM", runs=False),
    "flint": case("flint", "FlintForCausalLM", runs=False),
    "solar_open": case("solar_open", "SolarOpenForCausalLM", CHOICE, runs=False),
    "minimax_m2": case("minimax_m2", "MiniMaxM2ForCausalLM", CHOICE, runs=False),
    "minimax": case("minimax", "MiniMaxForCausalLM", runs=False),
    "mimo_v2_flash": case("mimo_v2_flash", "MiMoV2FlashForCausalLM", CHOICE, runs=False),
    "glm4_moe_lite": case("glm4_moe_lite", "Glm4MoeLiteForCausalLM", CHOICE, runs=False),
    "glm_moe_dsa": case("glm_moe_dsa", "GlmMoeDsaForCausalLM", CHOICE, runs=False),
    "deepseek_v32": case("deepseek_v32", "DeepseekV32ForCausalLM", CHOICE, runs=False),
    "deepseek_v4": case("deepseek_v4", "DeepseekV4ForCausalLM", runs=False),
    "kimi_linear": case("kimi_linear", "KimiLinearForCausalLM", CHOICE, runs=False),
    "qwen3_5": case("qwen3_5_text", "Qwen3_5ForCausalLM", runs=False),
    "qwen3_5_moe": case("qwen3_5_moe_text", "Qwen3_5MoeForCausalLM", runs=False),
    "mamba": case("mamba", "MambaForCausalLM", runs=False),
    "falcon_mamba": case("falcon_mamba", "FalconMambaForCausalLM", runs=False),
    "mamba2": case("mamba2", "Mamba2ForCausalLM", runs=False),
    "bamba": case("bamba", "BambaForCausalLM", runs=False),
    "bamba-attention": case("bamba", "BambaForCausalLM", runs=False, attn_layer_indices=[9, 18, 27]),
    "falcon_h1": case("falcon_h1", "FalconH1ForCausalLM", runs=False),
    "nemotron_h": case("nemotron_h", "NemotronHForCausalLM", runs=False),
    "granitemoehybrid": case("granitemoehybrid", "GraniteMoeHybridForCausalLM", runs=False),
    "granitemoehybrid-dense": case("granitemoehybrid", "GraniteMoeHybridForCausalLM", runs=False, num_local_experts=0),
    "apertus": case("apertus", "ApertusForCausalLM"),
    "gemma3n": case("gemma3n_text", "Gemma3nForCausalLM", runs=False),
    "aria_text": case("aria_text", "AriaTextForCausalLM", runs=False),
    "cohere2_moe": case("cohere2_moe", "Cohere2MoeForCausalLM", runs=False),
    "laguna": case("laguna", "LagunaForCausalLM", runs=False),
    "ctrl": case("ctrl", "CTRLLMHeadModel"),
    "olmo_hybrid": case("olmo_hybrid", "OlmoHybridForCausalLM", runs=False),
    "lfm2": case("lfm2", "Lfm2ForCausalLM", runs=False, full_attn_idxs=[2, 5, 8, 10, 12, 14]),
}

"""Decoders behind an encoder of images: what their classes write, of published sizes where those of the class do not fit."""
from hf_cases.decoders import case


def vision(kind, klass, sizes=None, text=None, **changes):
    if sizes is not None:
        changes["vision_config"] = sizes
    if text is not None:
        changes["text_config"] = text
    return case(kind, klass, runs=False, **changes)


SIGLIP = {"model_type": "siglip_vision_model", "hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27,
          "num_attention_heads": 16, "patch_size": 14, "vision_use_head": False}
GEMMA3_4B = {"hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024}
GEMMA4_VISION = {"hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
                 "num_key_value_heads": 16, "head_dim": 72, "patch_size": 16}
QWEN2_VL_7B = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
               "num_key_value_heads": 4, "vocab_size": 152064}

CASES = {
    "qwen2_vl": vision("qwen2_vl", "Qwen2VLForConditionalGeneration", {"hidden_size": 3584}, QWEN2_VL_7B,
                       tie_word_embeddings=False),
    "qwen2_5_vl": vision("qwen2_5_vl", "Qwen2_5_VLForConditionalGeneration",
                         {"hidden_size": 1280, "out_hidden_size": 3584, "window_size": 112}, QWEN2_VL_7B,
                         tie_word_embeddings=False),
    "qwen3_vl": vision("qwen3_vl", "Qwen3VLForConditionalGeneration"),
    "qwen3_vl_moe": vision("qwen3_vl_moe", "Qwen3VLMoeForConditionalGeneration"),
    "qwen3_5": vision("qwen3_5", "Qwen3_5ForConditionalGeneration"),
    "gemma3-4b": vision("gemma3", "Gemma3ForConditionalGeneration", {**SIGLIP, "image_size": 896}, GEMMA3_4B),
    "gemma4": vision("gemma4", "Gemma4ForConditionalGeneration", GEMMA4_VISION),
    "paligemma": vision("paligemma", "PaliGemmaForConditionalGeneration"),
    "llava": vision("llava", "LlavaForConditionalGeneration"),
    "llava_next": vision("llava_next", "LlavaNextForConditionalGeneration"),
    "mistral3": vision("mistral3", "Mistral3ForConditionalGeneration"),
    "internvl": vision("internvl", "InternVLForConditionalGeneration"),
    "idefics3": vision("idefics3", "Idefics3ForConditionalGeneration",
                       {"image_size": 364, "patch_size": 14, "hidden_size": 1152, "intermediate_size": 4304,
                        "num_hidden_layers": 27, "num_attention_heads": 16}),
    "llama4": vision("llama4", "Llama4ForConditionalGeneration",
                     {"hidden_size": 1408, "image_size": 336, "vision_output_dim": 4096}),
    "mllama": vision("mllama", "MllamaForConditionalGeneration"),
    "glm4v": vision("glm4v", "Glm4vForConditionalGeneration"),
    "kimi_k25": vision("kimi_k25", "Kimi_K25ForConditionalGeneration"),
}
for each in ("kimi_k25",):
    CASES[each]["buffers"] = ["e_score_correction_bias"]

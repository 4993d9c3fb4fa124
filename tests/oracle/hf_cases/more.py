"""Types that are rows of the other tables' readers, of the sizes that their classes have."""
from hf_cases.decoders import case
from hf_cases.multimodal import SIGLIP, vision

AUDIO = {"text_config": {"model_type": "qwen2", "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 4,
                         "num_attention_heads": 16, "num_key_value_heads": 2, "vocab_size": 151936}}

CASES = {
    "detr-shallow": case("detr", "DetrForObjectDetection", runs=False, backbone_config={
        "model_type": "resnet", "depths": [1, 1, 1, 1], "hidden_sizes": [256, 512, 1024, 2048],
        "layer_type": "bottleneck", "out_features": ["stage4"]}),
    "rwkv": case("rwkv", "RwkvForCausalLM", runs=False),
    "roberta-prelayernorm": case("roberta-prelayernorm", "RobertaPreLayerNormForMaskedLM"),
    "xlm-roberta-xl": case("xlm-roberta-xl", "XLMRobertaXLForMaskedLM"),
    "megatron-bert": case("megatron-bert", "MegatronBertForMaskedLM"),
    "ernie": case("ernie", "ErnieForMaskedLM"),
    "ernie-tasks": case("ernie", "ErnieModel", runs=False, use_task_id=True),
    "data2vec-text": case("data2vec-text", "Data2VecTextForMaskedLM"),
    "roformer": case("roformer", "RoFormerForMaskedLM"),
    "esm2": case("esm", "EsmForMaskedLM", runs=False, vocab_size=33, pad_token_id=1, mask_token_id=32, hidden_size=640,
                 num_hidden_layers=30, num_attention_heads=20, intermediate_size=2560, max_position_embeddings=1026,
                 position_embedding_type="rotary", token_dropout=True),
    "mvp": case("mvp", "MvpForConditionalGeneration", runs=False),
    "plbart": case("plbart", "PLBartForConditionalGeneration", runs=False),
    "blenderbot-small": case("blenderbot-small", "BlenderbotSmallForConditionalGeneration", runs=False),
    "cohere2_vision": vision("cohere2_vision", "Cohere2VisionForConditionalGeneration"),
    "lfm2_vl": vision("lfm2_vl", "Lfm2VlForConditionalGeneration"),
    "llava_onevision": vision("llava_onevision", "LlavaOnevisionForConditionalGeneration"),
    "llava-siglip": vision("llava", "LlavaForConditionalGeneration", {**SIGLIP, "image_size": 384}),
    "vipllava": vision("vipllava", "VipLlavaForConditionalGeneration"),
    "glm46v": vision("glm46v", "Glm46VForConditionalGeneration"),
    "qwen2_audio": vision("qwen2_audio", "Qwen2AudioForConditionalGeneration", **AUDIO),
    "voxtral": vision("voxtral", "VoxtralForConditionalGeneration"),
    "qwen2_5_omni": vision("qwen2_5_omni_thinker", "Qwen2_5OmniThinkerForConditionalGeneration"),
}
CASES["detr-shallow"]["set"] = ""

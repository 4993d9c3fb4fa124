"""Encoders of images, and pairs of encoders of images and texts. Sizes as published on huggingface.co."""
import torch

from hf_cases import case, image, tokens

IMAGE = {"inputs": image(), "set": "batch=2"}


def labels(count):
    return {"id2label": {str(i): f"L{i}" for i in range(count)}}


def vit(architecture, model_type="vit", hidden=768, layers=12, heads=12, ffn=3072, size=224, patch=16, classes=0,
        **more):
    extra = labels(classes) if classes else {}
    return case(model_type, architecture, **{"inputs": image(size), "set": "batch=2"}, **{
        "attention_probs_dropout_prob": 0.0, "encoder_stride": patch, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0, "hidden_size": hidden, "image_size": size, "initializer_range": 0.02,
        "intermediate_size": ffn, "layer_norm_eps": 1e-12, "num_attention_heads": heads, "num_channels": 3,
        "num_hidden_layers": layers, "patch_size": patch, "qkv_bias": True, **extra, **more})


LARGE = {"hidden": 1024, "layers": 24, "heads": 16, "ffn": 4096}


def dinov2(architecture, model_type="dinov2", hidden=768, layers=12, heads=12, **more):
    return case(model_type, architecture, **{"inputs": image(518), "set": "batch=2"}, **{
        "apply_layernorm": True, "attention_probs_dropout_prob": 0.0, "drop_path_rate": 0.0, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0, "hidden_size": hidden, "image_size": 518, "initializer_range": 0.02,
        "layer_norm_eps": 1e-6, "layerscale_value": 1.0, "mlp_ratio": 4, "num_attention_heads": heads,
        "num_channels": 3, "num_hidden_layers": layers, "out_features": [f"stage{layers}"], "patch_size": 14,
        "qkv_bias": True, "reshape_hidden_states": True, "use_swiglu_ffn": False,
        "stage_names": ["stem"] + [f"stage{i + 1}" for i in range(layers)], **more})


def beit(architecture, size=224, patch=16, classes=0, hidden=768, layers=12, heads=12, ffn=3072, **more):
    extra = labels(classes) if classes else {}
    return case("beit", architecture, **{"inputs": image(size), "set": "batch=2"}, **{
        "attention_probs_dropout_prob": 0.0, "auxiliary_channels": 256, "auxiliary_concat_input": False,
        "auxiliary_loss_weight": 0.4, "auxiliary_num_convs": 1, "drop_path_rate": 0.1, "hidden_act": "gelu",
        "hidden_dropout_prob": 0.0, "hidden_size": hidden, "image_size": size, "initializer_range": 0.02,
        "intermediate_size": ffn, "layer_norm_eps": 1e-12, "layer_scale_init_value": 0.1,
        "num_attention_heads": heads, "num_channels": 3, "num_hidden_layers": layers, "out_indices": [3, 5, 7, 11],
        "patch_size": patch, "pool_scales": [1, 2, 3, 6], "semantic_loss_ignore_index": 255,
        "use_absolute_position_embeddings": False, "use_auxiliary_head": True, "use_mask_token": False,
        "use_mean_pooling": True, "use_relative_position_bias": True, "use_shared_relative_position_bias": False,
        "vocab_size": 8192, **extra, **more})


def pair(size, length):
    return lambda: {"input_ids": torch.zeros(2, length, dtype=torch.long),
                    "pixel_values": torch.zeros(2, 3, size, size)}


def clip(architecture, vision, text, projection, size=224, inputs=None, **more):
    return case("clip", architecture, inputs or pair(size, 77), "batch=2", **{
        "initializer_factor": 1.0, "logit_scale_init_value": 2.6592, "projection_dim": projection,
        "text_config": {"model_type": "clip_text_model", "bos_token_id": 0, "dropout": 0.0, "eos_token_id": 2,
                        "hidden_act": "quick_gelu", "initializer_range": 0.02, "layer_norm_eps": 1e-5, **text},
        "vision_config": {"model_type": "clip_vision_model", "attention_dropout": 0.0, "dropout": 0.0,
                          "hidden_act": "quick_gelu", "initializer_range": 0.02, "layer_norm_eps": 1e-5, **vision},
        **more})


B32 = {"patch_size": 32}
L14 = {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24,
       "patch_size": 14}
L14_TEXT = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12}
SO400M = {"hidden_size": 1152, "intermediate_size": 4304, "num_attention_heads": 16, "num_hidden_layers": 27,
          "patch_size": 14}


def siglip(architecture, vision, text, size, model_type="siglip", inputs=None, **more):
    return case(model_type, architecture, inputs or pair(size, 64), "batch=2", **{
        "initializer_factor": 1.0,
        "text_config": {"model_type": "siglip_text_model", **text},
        "vision_config": {"model_type": "siglip_vision_model", "image_size": size, **vision}, **more})


CASES = {
    "vit-base-patch16-224": vit("ViTForImageClassification", classes=1000),
    "vit-base-patch16-384": vit("ViTForImageClassification", classes=1000, size=384),
    "vit-large-patch32-384": vit("ViTForImageClassification", classes=1000, size=384, patch=32, **LARGE),
    "vit-base-patch16-224-in21k": vit("ViTModel"),
    "vit-large-patch16-224": vit("ViTForImageClassification", classes=1000, **LARGE),
    "vit-huge-patch14-224-in21k": vit("ViTModel", hidden=1280, layers=32, heads=16, ffn=5120, patch=14),
    "vit-defaults": case("vit", "ViTModel", **IMAGE),
    "dino-vits8": vit("ViTModel", hidden=384, heads=6, ffn=1536, patch=8),
    "vit-msn-small": vit("ViTMSNModel", "vit_msn", hidden=384, heads=6, ffn=1536),
    "deit-base-distilled-patch16-224": vit("DeiTForImageClassificationWithTeacher", "deit", classes=1000),
    "deit-small-distilled-patch16-224": vit("DeiTForImageClassificationWithTeacher", "deit", hidden=384, heads=6,
                                            ffn=1536, classes=1000),
    "deit-tiny": vit("DeiTForImageClassification", "deit", hidden=192, heads=3, ffn=768, classes=1000),
    "deit-model": vit("DeiTModel", "deit"),
    "dinov2-small": dinov2("Dinov2Model", hidden=384, heads=6),
    "dinov2-base": dinov2("Dinov2Model"),
    "dinov2-large": dinov2("Dinov2Model", hidden=1024, layers=24, heads=16),
    "dinov2-giant": dinov2("Dinov2Model", hidden=1536, layers=40, heads=24, use_swiglu_ffn=True),
    "dinov2-base-imagenet1k": dinov2("Dinov2ForImageClassification", **labels(1000)),
    "dinov2-with-registers-base": dinov2("Dinov2WithRegistersModel", "dinov2_with_registers", num_register_tokens=4,
                                         interpolate_antialias=True, interpolate_offset=0.0),
    "dinov2-with-registers-giant": dinov2("Dinov2WithRegistersModel", "dinov2_with_registers", num_register_tokens=4,
                                          hidden=1536, layers=40, heads=24, use_swiglu_ffn=True),
    "beit-base-patch16-224": beit("BeitForImageClassification", classes=1000),
    "beit-large-patch16-512": beit("BeitForImageClassification", classes=1000, size=512, **LARGE),
    "beit-model": beit("BeitModel", use_mask_token=True),
    "beit-pretraining": beit("BeitForMaskedImageModeling", use_mask_token=True, use_mean_pooling=False),
    "dit-base-finetuned-rvlcdip": beit("BeitForImageClassification", classes=16,
                                       use_absolute_position_embeddings=True, use_relative_position_bias=False),
    "clip-vit-base-patch32": clip("CLIPModel", B32, {}, 512),
    "clip-vit-base-patch16": clip("CLIPModel", {"patch_size": 16}, {}, 512),
    "clip-vit-large-patch14": clip("CLIPModel", {**L14, "projection_dim": 768}, {**L14_TEXT, "projection_dim": 768},
                                   768),
    "clip-vit-large-patch14-336": clip("CLIPModel", {**L14, "image_size": 336}, L14_TEXT, 768, size=336),
    "clip-vit-h-14-laion": clip("CLIPModel", {"hidden_act": "gelu", "hidden_size": 1280, "intermediate_size": 5120,
                                              "num_attention_heads": 16, "num_hidden_layers": 32, "patch_size": 14},
                                {"hidden_act": "gelu", "hidden_size": 1024, "intermediate_size": 4096,
                                 "num_attention_heads": 16, "num_hidden_layers": 24}, 1024),
    "clip-vision-large-336": case("clip_vision_model", "CLIPVisionModel", image(336), "batch=2", **L14,
                                  image_size=336, hidden_act="quick_gelu", projection_dim=768),
    "clip-vision-projection": case("clip_vision_model", "CLIPVisionModelWithProjection", image(), "batch=2", **L14,
                                   projection_dim=768),
    "clip-text-large": case("clip_text_model", "CLIPTextModel", tokens(77), "batch=2", **L14_TEXT,
                            num_hidden_layers=12, max_position_embeddings=77, vocab_size=49408),
    "clip-text-projection": case("clip_text_model", "CLIPTextModelWithProjection", tokens(77), "batch=2",
                                 hidden_size=1280, intermediate_size=5120, num_attention_heads=20,
                                 num_hidden_layers=32, projection_dim=1280, hidden_act="gelu"),
    "siglip-base-patch16-224": siglip("SiglipModel", {}, {}, 224),
    "siglip-so400m-patch14-384": siglip("SiglipModel", SO400M,
                                        {"hidden_size": 1152, "intermediate_size": 4304, "num_attention_heads": 16,
                                         "num_hidden_layers": 27}, 384),
    "siglip2-base-patch16-256": siglip("SiglipModel", {}, {"vocab_size": 256000, "hidden_act": "gelu_pytorch_tanh"},
                                       256),
    # Without products: 0.2 % apart, perhaps for the product that resizes positions.
    "siglip2-base-patch16-naflex": case(
        "siglip2", "Siglip2Model", None, "batch=2", initializer_factor=1.0,
        text_config={"hidden_size": 768, "intermediate_size": 3072, "model_type": "siglip2_text_model",
                     "num_attention_heads": 12, "num_hidden_layers": 12, "projection_size": 768,
                     "vocab_size": 256000},
        vision_config={"hidden_size": 768, "intermediate_size": 3072, "model_type": "siglip2_vision_model",
                       "num_attention_heads": 12, "num_hidden_layers": 12, "num_patches": 256, "patch_size": 16}),
    "siglip2-so400m-patch16-naflex": case(
        "siglip2", "Siglip2Model", None, "batch=2", initializer_factor=1.0,
        text_config={"hidden_size": 1152, "intermediate_size": 4304, "model_type": "siglip2_text_model",
                     "num_attention_heads": 16, "num_hidden_layers": 27, "projection_size": 1152,
                     "vocab_size": 256000},
        vision_config={**SO400M, "model_type": "siglip2_vision_model", "num_patches": 256, "patch_size": 16}),
    "siglip-vision": case("siglip_vision_model", "SiglipVisionModel", image(384), "batch=2", image_size=384, **SO400M),
    "siglip-vision-headless": case("siglip_vision_model", "SiglipVisionModel", image(384), "batch=2", image_size=384,
                                   vision_use_head=False, **SO400M),
}

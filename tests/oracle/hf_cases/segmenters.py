"""Segmenters with prompts. Sizes as published on huggingface.co."""
import torch

from hf_cases import case


def sam_input():
    return {"pixel_values": torch.zeros(1, 3, 1024, 1024), "input_points": torch.zeros(1, 1, 1, 2)}


def sam(hidden=768, layers=12, heads=12, mlp=3072, indexes=(2, 5, 8, 11), architecture="SamModel"):
    return case("sam", architecture, sam_input, "batch=1", initializer_range=0.02, mask_decoder_config={
        "attention_downsample_rate": 2, "hidden_act": "relu", "hidden_size": 256, "iou_head_depth": 3,
        "iou_head_hidden_dim": 256, "layer_norm_eps": 1e-6, "mlp_dim": 2048, "model_type": "",
        "num_attention_heads": 8, "num_hidden_layers": 2, "num_multimask_outputs": 3}, prompt_encoder_config={
        "hidden_act": "gelu", "hidden_size": 256, "image_embedding_size": 64, "image_size": 1024,
        "layer_norm_eps": 1e-6, "mask_input_channels": 16, "model_type": "", "num_point_embeddings": 4,
        "patch_size": 16}, vision_config={
        "attention_dropout": 0.0, "dropout": 0.0, "global_attn_indexes": list(indexes), "hidden_act": "gelu",
        "hidden_size": hidden, "image_size": 1024, "initializer_factor": 1.0, "initializer_range": 1e-10,
        "intermediate_size": 6144, "layer_norm_eps": 1e-6, "mlp_dim": mlp, "mlp_ratio": 4.0, "model_type": "",
        "num_attention_heads": heads, "num_channels": 3, "num_hidden_layers": layers, "num_pos_feats": 128,
        "output_channels": 256, "patch_size": 16, "projection_dim": 512, "qkv_bias": True, "use_abs_pos": True,
        "use_rel_pos": True, "window_size": 14})


CASES = {
    "sam-vit-base": sam(),
    "sam-vit-large": sam(1024, 24, 16, 4096, (5, 11, 17, 23)),
    "sam-vit-huge": sam(1280, 32, 16, 5120, (7, 15, 23, 31)),
}

"""Networks over pyramids of features, and detectors. Sizes as published on huggingface.co."""
import torch

from hf_cases import case, image

RUN = {"inputs": image(), "set": "batch=2"}


def labels(count):
    """So many classes: named, or where names would fill a file, counted."""
    return {"id2label": {str(i): f"L{i}" for i in range(count)}} if count <= 1000 else {"num_labels": count}


def swin(architecture, width=96, depths=(2, 2, 6, 2), heads=(3, 6, 12, 24), size=224, window=7, model_type="swin",
         **more):
    return case(model_type, architecture, **{"inputs": image(size), "set": "batch=2"}, **{
        "attention_probs_dropout_prob": 0.0, "depths": list(depths), "drop_path_rate": 0.1, "embed_dim": width,
        "encoder_stride": 32, "hidden_act": "gelu", "hidden_dropout_prob": 0.0, "image_size": size,
        "initializer_range": 0.02, "layer_norm_eps": 1e-5, "mlp_ratio": 4.0, "num_channels": 3,
        "num_heads": list(heads), "num_layers": len(depths), "patch_size": 4, "path_norm": True, "qkv_bias": True,
        "use_absolute_embeddings": False, "window_size": window, **more})


def convnext(architecture, depths=(3, 3, 9, 3), sizes=(96, 192, 384, 768), model_type="convnext", **more):
    return case(model_type, architecture, **RUN, **{
        "depths": list(depths), "drop_path_rate": 0.0, "hidden_act": "gelu", "hidden_sizes": list(sizes),
        "image_size": 224, "initializer_range": 0.02, "layer_norm_eps": 1e-12, "layer_scale_init_value": 1e-6,
        "num_channels": 3, "num_stages": 4, "patch_size": 4, **more})


def resnet(architecture, depths, sizes=(256, 512, 1024, 2048), layer_type="bottleneck", **more):
    return case("resnet", architecture, **RUN, **{
        "depths": list(depths), "downsample_in_first_stage": False, "embedding_size": 64, "hidden_act": "relu",
        "hidden_sizes": list(sizes), "layer_type": layer_type, "num_channels": 3, "out_features": ["stage4"],
        "stage_names": ["stem", "stage1", "stage2", "stage3", "stage4"], **more})


BASIC = {"sizes": (64, 128, 256, 512), "layer_type": "basic"}
BASE = {"width": 128, "depths": (2, 2, 18, 2), "heads": (4, 8, 16, 32)}
LARGE = {"width": 192, "depths": (2, 2, 18, 2), "heads": (6, 12, 24, 48)}


def detr_image(height=256, width=320):
    return lambda: {"pixel_values": torch.zeros(1, 3, height, width)}


def detr(architecture="DetrForObjectDetection", count=91, backbone="resnet50", **more):
    depths = {"resnet50": [3, 4, 6, 3], "resnet101": [3, 4, 23, 3]}[backbone]
    return case("detr", architecture, detr_image(), "batch=1 height=256 width=320", "cpu", **{
        "activation_dropout": 0.0, "activation_function": "relu", "attention_dropout": 0.0, "auxiliary_loss": False,
        "backbone_config": {"model_type": "resnet", "depths": depths, "out_features": ["stage4"]},
        "bbox_cost": 5, "bbox_loss_coefficient": 5, "class_cost": 1, "d_model": 256, "decoder_attention_heads": 8,
        "decoder_ffn_dim": 2048, "decoder_layerdrop": 0.0, "decoder_layers": 6, "dice_loss_coefficient": 1,
        "dilation": False, "dropout": 0.1, "encoder_attention_heads": 8, "encoder_ffn_dim": 2048,
        "encoder_layerdrop": 0.0, "encoder_layers": 6, "eos_coefficient": 0.1, "giou_cost": 2,
        "giou_loss_coefficient": 2, "init_std": 0.02, "init_xavier_std": 1.0, "is_encoder_decoder": True,
        "mask_loss_coefficient": 1, "max_position_embeddings": 1024, "num_hidden_layers": 6, "num_queries": 100,
        "position_embedding_type": "sine", "scale_embedding": False, "use_timm_backbone": False,
        "use_pretrained_backbone": False, **labels(count), **more})


CASES = {
    "swin-tiny-patch4-window7-224": swin("SwinForImageClassification", **labels(1000)),
    "swin-small-patch4-window7-224": swin("SwinForImageClassification", depths=(2, 2, 18, 2), **labels(1000)),
    "swin-base-patch4-window12-384": swin("SwinForImageClassification", **BASE, size=384, window=12, **labels(1000)),
    "swin-large-patch4-window7-224-in22k": swin("SwinForImageClassification", **LARGE, **labels(21841)),
    "swin-model": swin("SwinModel"),
    "swinv2-tiny-patch4-window8-256": swin("Swinv2ForImageClassification", model_type="swinv2", size=256, window=8,
                                           pretrained_window_sizes=[0, 0, 0, 0], **labels(1000)),
    "swinv2-base-patch4-window16-256": swin("Swinv2ForImageClassification", model_type="swinv2", size=256, window=16,
                                            pretrained_window_sizes=[0, 0, 0, 0], **BASE, **labels(1000)),
    "convnext-tiny-224": convnext("ConvNextForImageClassification", **labels(1000)),
    "convnext-small-224": convnext("ConvNextForImageClassification", (3, 3, 27, 3), **labels(1000)),
    "convnext-base-224-22k": convnext("ConvNextForImageClassification", (3, 3, 27, 3), (128, 256, 512, 1024),
                                      **labels(21841)),
    "convnext-xlarge-224-22k": convnext("ConvNextForImageClassification", (3, 3, 27, 3), (256, 512, 1024, 2048),
                                        **labels(21841)),
    "convnext-model": convnext("ConvNextModel"),
    "convnextv2-atto-1k-224": convnext("ConvNextV2ForImageClassification", (2, 2, 6, 2), (40, 80, 160, 320),
                                       "convnextv2", **labels(1000)),
    "convnextv2-tiny-1k-224": convnext("ConvNextV2ForImageClassification", model_type="convnextv2", **labels(1000)),
    "convnextv2-huge-22k-512": convnext("ConvNextV2ForImageClassification", (3, 3, 27, 3), (352, 704, 1408, 2816),
                                        "convnextv2", **labels(21841)),
    "resnet-18": resnet("ResNetForImageClassification", (2, 2, 2, 2), **BASIC, **labels(1000)),
    "resnet-34": resnet("ResNetForImageClassification", (3, 4, 6, 3), **BASIC, **labels(1000)),
    "resnet-50": resnet("ResNetForImageClassification", (3, 4, 6, 3), **labels(1000)),
    "resnet-101": resnet("ResNetForImageClassification", (3, 4, 23, 3), **labels(1000)),
    "resnet-152": resnet("ResNetForImageClassification", (3, 8, 36, 3), **labels(1000)),
    "resnet-50-model": resnet("ResNetModel", (3, 4, 6, 3)),
    "detr-resnet-50": detr(),
    "detr-resnet-101": detr(backbone="resnet101"),
    "detr-model": detr("DetrModel"),
}

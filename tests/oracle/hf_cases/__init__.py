"""Tables of cases for hf_configs.py: NAME -> config, inputs of one forward pass, and the run of the tool that is the same."""
import torch


def case(model_type, architecture, inputs=None, set="", device="meta", **config):
    """`inputs` is a function that makes the arguments of forward(); it runs under the device's default."""
    return {"config": {"architectures": [architecture], "model_type": model_type, **config}, "inputs": inputs,
            "set": set, "device": device}


def tokens(length=128, batch=2, **more):
    return lambda: {"input_ids": torch.zeros(batch, length, dtype=torch.long), **{k: v() for k, v in more.items()}}


def image(size=224, batch=2, channels=3):
    return lambda: {"pixel_values": torch.zeros(batch, channels, size, size)}

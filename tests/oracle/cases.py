"""Random cases per op: attributes and input shapes as the tool takes them, and the same layer in PyTorch."""

import dataclasses
import typing

import torch
import torch.nn.functional as F
from torch import nn


@dataclasses.dataclass
class Case:
    inputs: list
    run: typing.Callable
    attributes: dict = dataclasses.field(default_factory=dict)
    device: str = "meta"
    counted: bool = True  # whether flop_counter knows the function
    outputs: int = 1  # how many of the results the op of the tool has


META = {"device": "meta"}


def size(dice):
    return dice.choice([1, 2, 3, 5, 7, 8, 12, 16, 20])


def sizes(dice, least=1, most=4):
    return tuple(size(dice) for _ in range(dice.randint(least, most)))


def coin(dice):
    return dice.random() < 0.5


# ---- products


def linear(dice):
    lead, k, n, bias = sizes(dice, 1, 3), size(dice), size(dice), coin(dice)
    return Case([(*lead, k)], nn.Linear(k, n, bias=bias, **META), {"out_features": n, "bias": bias})


def matmul(dice):
    lead, m, k, n = sizes(dice, 0, 2), size(dice), size(dice), size(dice)
    transposed = coin(dice)
    b = (*lead, n, k) if transposed else (*lead, k, n)
    run = (lambda x, y: torch.matmul(x, y.transpose(-1, -2))) if transposed else torch.matmul
    return Case([(*lead, m, k), b], run, {"transpose_b": True} if transposed else {})


def bilinear(dice):
    lead, a, b, n, bias = sizes(dice, 1, 3), size(dice), size(dice), size(dice), coin(dice)
    return Case([(*lead, a), (*lead, b)], nn.Bilinear(a, b, n, bias=bias, **META), {"out_features": n, "bias": bias},
                counted=False)


def outer(dice):
    lead, a, b = sizes(dice, 0, 2), size(dice), size(dice)
    return Case([(*lead, a), (*lead, b)], lambda x, y: torch.matmul(x.unsqueeze(-1), y.unsqueeze(-2)))


def window(dice, axes):
    """kernel, stride, padding and dilation per axis, and extents that they fit into."""
    kernel = [dice.randint(1, 4) for _ in range(axes)]
    stride = [dice.randint(1, 3) for _ in range(axes)]
    padding = [dice.randint(0, k // 2) for k in kernel]
    dilation = [dice.randint(1, 2) for _ in range(axes)]
    extents = [d * (k - 1) + 1 + dice.randint(0, 9) for k, d in zip(kernel, dilation)]
    return kernel, stride, padding, dilation, extents


def conv(dice):
    axes = dice.randint(1, 3)
    kernel, stride, padding, dilation, extents = window(dice, axes)
    groups, bias = dice.choice([1, 1, 2, 4]), coin(dice)
    c, k = groups * dice.choice([1, 2, 3]), groups * dice.choice([1, 2, 5])
    module = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]
    run = module(c, k, kernel, stride, padding, dilation, groups, bias, **META)
    return Case([(dice.randint(1, 4), c, *extents)], run,
                {"out_channels": k, "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation,
                 "groups": groups, "bias": bias})


def conv_same(dice):
    axes, k, c = dice.randint(1, 3), size(dice), size(dice)
    kernel = [dice.choice([1, 3, 5]) for _ in range(axes)]
    module = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]
    return Case([(2, c, *(dice.randint(3, 9) for _ in range(axes)))], module(c, k, kernel, padding="same", **META),
                {"out_channels": k, "kernel": kernel, "padding": "same"})


def attention(dice):
    batch, heads, d, q_len = dice.randint(1, 4), size(dice), 8 * dice.randint(1, 4), size(dice)
    kv_len = q_len + dice.choice([0, 3, 9])

    def run(q, k, v):
        split = lambda x: x.unflatten(-1, (heads, d)).transpose(1, 2)
        return F.scaled_dot_product_attention(split(q), split(k), split(v)).transpose(1, 2).flatten(2)

    kv = (batch, kv_len, heads * d)
    # Only with values does PyTorch take its fused kernel, whose backward pass computes the scores again.
    return Case([(batch, q_len, heads * d), kv, kv], run, {"heads": heads}, device="cpu")


# ---- lookups


def embedding(dice):
    rows, dim = size(dice), size(dice)
    return Case([("ids", *sizes(dice, 1, 3))], nn.Embedding(rows, dim, **META), {"rows": rows, "dim": dim})


def index_select(dice):
    shape = sizes(dice)
    axis = dice.randrange(len(shape))
    return Case([shape, ("ids", size(dice))], lambda x, ids: torch.index_select(x, axis, ids), {"axis": axis})


def one_hot(dice):
    classes = size(dice)
    return Case([("ids", *sizes(dice, 1, 3))], lambda ids: F.one_hot(ids, classes), {"classes": classes}, device="cpu")


# ---- reductions and norms


def layer_norm(dice):
    shape, bias = sizes(dice, 1, 4), coin(dice)
    return Case([shape], nn.LayerNorm(shape[-1], bias=bias, **META), {"bias": bias})


def rms_norm(dice):
    shape = sizes(dice, 1, 4)
    return Case([shape], nn.RMSNorm(shape[-1], **META))


def batch_norm(dice):
    axes, affine, c = dice.randint(0, 3), coin(dice), size(dice)
    module = (nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)[axes]
    extents = tuple(size(dice) + 1 for _ in range(axes))
    return Case([(size(dice) + 1, c, *extents)], module(c, affine=affine, **META), {"affine": affine})


def softmax(dice):
    return Case([sizes(dice)], lambda x: torch.softmax(x, -1))


def pool(dice):
    axes = dice.randint(1, 3)
    kernel, stride, padding, dilation, extents = window(dice, axes)
    ceil = coin(dice)
    shape = (dice.randint(1, 3), size(dice), *extents)
    attributes = {"kernel": kernel, "stride": stride, "padding": padding, "ceil_mode": ceil}
    if coin(dice):
        module = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)[axes - 1]
        return Case([shape], module(kernel, stride, padding, dilation, ceil_mode=ceil),
                    attributes | {"reduce": "max", "dilation": dilation})
    module = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)[axes - 1]
    return Case([shape], module(kernel, stride, padding, ceil_mode=ceil), attributes | {"reduce": "mean"})


def reduce(dice):
    shape, keep = sizes(dice, 2, 4), coin(dice)
    axes = sorted(dice.sample(range(len(shape)), dice.randint(1, len(shape) - 1)))
    kind = dice.choice(["sum", "mean", "max"])
    function = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax}[kind]
    return Case([shape], lambda x: function(x, dim=axes, keepdim=keep), {"reduce": kind, "axes": axes, "keep": keep})


# ---- element by element


def unary(function):
    return lambda dice: Case([sizes(dice)], function)


def binary(function):
    def make(dice):
        shape = sizes(dice)
        other = tuple(1 if dice.random() < 0.2 else extent for extent in shape[dice.randint(0, len(shape) - 1):])
        return Case([shape, other], function)

    return make


def gated(dice):
    shape = sizes(dice)
    name, function = dice.choice([("silu", F.silu), ("gelu", F.gelu), ("relu", F.relu)])
    return Case([shape, shape], lambda gate, up: function(gate) * up, {"activation": name})


# ---- data movement


def reshape(dice):
    shape = sizes(dice, 2, 4)
    cut = dice.randint(1, len(shape) - 1)
    target = [-1, *shape[cut:]]
    return Case([shape], lambda x: x.reshape(target), {"shape": target})


def flatten(dice):
    shape = sizes(dice, 2, 4)
    start = dice.randint(0, len(shape) - 1)
    return Case([shape], lambda x: x.flatten(start), {"start": start})


def transpose(dice):
    shape = sizes(dice, 2, 4)
    axes = dice.sample(range(len(shape)), len(shape))
    return Case([shape], lambda x: x.permute(axes), {"axes": axes})


def slice_(dice):
    shape = sizes(dice, 1, 4)
    axis = dice.randrange(len(shape))
    start = dice.randrange(shape[axis])
    length = dice.randint(1, shape[axis] - start)
    return Case([shape], lambda x: x.narrow(axis, start, length), {"axis": axis, "start": start, "length": length})


def concat(dice):
    shape = list(sizes(dice, 1, 4))
    axis = dice.randrange(len(shape))
    shapes = [tuple(shape[:axis] + [size(dice)] + shape[axis + 1:]) for _ in range(dice.randint(1, 4))]
    return Case(shapes, lambda *x: torch.cat(x, axis), {"axis": axis})


# ---- grid data


def grid(dice, axes=None, least=3):
    axes = axes or dice.randint(1, 3)
    return (dice.randint(1, 3), size(dice), *(dice.randint(least, 9) for _ in range(axes)))


def conv_transpose(dice):
    axes = dice.randint(1, 3)
    kernel, stride, padding, dilation, _ = window(dice, axes)
    padding = [min(p, d * (k - 1) // 2) for p, d, k in zip(padding, dilation, kernel)]
    extra = [dice.randint(0, max(s, d) - 1) for s, d in zip(stride, dilation)]
    extra = [min(e, s - 1) for e, s in zip(extra, stride)]
    groups, bias = dice.choice([1, 1, 2, 4]), coin(dice)
    c, k = groups * dice.choice([1, 2, 3]), groups * dice.choice([1, 2, 5])
    module = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)[axes - 1]
    run = module(c, k, kernel, stride, padding, extra, groups, bias, dilation, **META)
    return Case([(dice.randint(1, 4), c, *(dice.randint(2, 7) for _ in range(axes)))], run,
                {"out_channels": k, "kernel": kernel, "stride": stride, "padding": padding, "output_padding": extra,
                 "dilation": dilation, "groups": groups, "bias": bias})


def adaptive_pool(dice):
    shape = grid(dice)
    axes = len(shape) - 2
    output = [dice.randint(1, extent) for extent in shape[2:]]
    kind = dice.choice(["mean", "max"])
    module = {"mean": (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
              "max": (nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d)}[kind][axes - 1]
    return Case([shape], module(output[0] if axes == 1 else output), {"reduce": kind, "output": output})


def global_pool(dice):
    shape, keep, kind = grid(dice), coin(dice), dice.choice(["mean", "max", "sum"])
    function = {"mean": torch.mean, "max": torch.amax, "sum": torch.sum}[kind]
    axes = list(range(2, len(shape)))
    return Case([shape], lambda x: function(x, dim=axes, keepdim=keep), {"reduce": kind, "keep": keep})


def group_norm(dice):
    groups, affine = dice.choice([1, 2, 4]), coin(dice)
    c = groups * dice.randint(1, 5)
    shape = (dice.randint(1, 3), c, *(dice.randint(2, 9) for _ in range(dice.randint(1, 3))))
    return Case([shape], nn.GroupNorm(groups, c, affine=affine, **META), {"groups": groups, "affine": affine})


def instance_norm(dice):
    shape, affine = grid(dice), coin(dice)
    module = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)[len(shape) - 3]
    return Case([shape], module(shape[1], affine=affine, **META), {"affine": affine})


def local_response_norm(dice):
    shape = grid(dice)
    width = dice.randint(1, shape[1])
    return Case([shape], nn.LocalResponseNorm(width), {"size": width})


def softmax_axis(dice):
    shape = sizes(dice)
    axis = dice.randrange(-len(shape), len(shape))
    return Case([shape], lambda x: torch.softmax(x, axis), {"axis": axis})


def log_softmax(dice):
    shape = sizes(dice)
    axis = dice.randrange(-len(shape), len(shape))
    return Case([shape], lambda x: torch.log_softmax(x, axis), {"axis": axis})


def cross_entropy(dice):
    shape = (size(dice), size(dice) + 1, *(size(dice) for _ in range(dice.randint(0, 2))))
    targets = ("ids", shape[0], *shape[2:])
    return Case([shape, targets], nn.CrossEntropyLoss(), {"axis": 1})


def loss(function):
    def make(dice):
        shape = sizes(dice)
        return Case([shape, shape], function())

    return make


def prelu(dice):
    shape, per_channel = grid(dice), coin(dice)
    return Case([shape], nn.PReLU(shape[1] if per_channel else 1, **META), {"per_channel": per_channel})


def pad(dice):
    shape = sizes(dice, 2, 4)
    axes = dice.randint(1, len(shape))
    before = [dice.randint(0, 3) for _ in range(axes)]
    behind = [dice.randint(0, 3) for _ in range(axes)]
    flat = [n for pair in zip(reversed(before), reversed(behind)) for n in pair]
    return Case([shape], lambda x: F.pad(x, flat), {"before": before, "behind": behind})


def pixel_shuffle(dice):
    factor = dice.choice([1, 2, 3])
    shape = (dice.randint(1, 3), size(dice) * factor**2, size(dice), size(dice))
    return Case([shape], nn.PixelShuffle(factor), {"factor": factor})


def pixel_unshuffle(dice):
    factor = dice.choice([1, 2, 3])
    shape = (dice.randint(1, 3), size(dice), size(dice) * factor, size(dice) * factor)
    return Case([shape], nn.PixelUnshuffle(factor), {"factor": factor})


def channel_shuffle(dice):
    groups = dice.choice([1, 2, 4])
    shape = (dice.randint(1, 3), groups * size(dice), size(dice), size(dice))
    return Case([shape], nn.ChannelShuffle(groups), {"groups": groups})


def resize(dice):
    mode = dice.choice(["nearest", "linear", "cubic"])
    axes = 2 if mode == "cubic" else dice.randint(1, 3)
    shape = grid(dice, axes)
    name = {"nearest": "nearest", "linear": ("linear", "bilinear", "trilinear")[axes - 1], "cubic": "bicubic"}[mode]
    if coin(dice):
        target = [dice.randint(1, 12) for _ in range(axes)]
        return Case([shape], lambda x: F.interpolate(x, size=target, mode=name), {"mode": mode, "size": target})
    scale = dice.randint(1, 4)
    return Case([shape], lambda x: F.interpolate(x, scale_factor=scale, mode=name), {"mode": mode, "scale": scale})


def roll(dice):
    shape = sizes(dice, 2, 4)
    axes = dice.sample(range(len(shape)), dice.randint(1, len(shape)))
    shifts = [dice.randint(-5, 5) for _ in axes]
    return Case([shape], lambda x: torch.roll(x, shifts, axes), {"axes": axes, "shifts": shifts})


def split(dice):
    shape = list(sizes(dice, 2, 4))
    axis, parts = dice.randrange(len(shape)), dice.randint(2, 4)
    if coin(dice):
        shape[axis] = parts * size(dice)
        return Case([tuple(shape)], lambda x: torch.chunk(x, parts, axis), {"axis": axis, "parts": parts},
                    outputs=parts)
    extents = [size(dice) for _ in range(parts)]
    shape[axis] = sum(extents)
    return Case([tuple(shape)], lambda x: torch.split(x, extents, axis), {"axis": axis, "sizes": extents},
                outputs=parts)


def im2col(dice):
    kernel, stride, padding, dilation, extents = window(dice, 2)
    shape = (dice.randint(1, 3), size(dice), *extents)
    return Case([shape], nn.Unfold(kernel, dilation, padding, stride),
                {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation})


def top_k(dice):
    shape = sizes(dice)
    axis = dice.randrange(len(shape))
    k = dice.randint(1, shape[axis])
    return Case([shape], lambda x: torch.topk(x, k, axis), {"k": k, "axis": axis}, outputs=2)


def arg_max(dice):
    shape, keep = sizes(dice, 2, 4), coin(dice)
    axis = dice.randrange(len(shape))
    return Case([shape], lambda x: torch.argmax(x, axis, keep), {"axis": axis, "keep": keep})


def where(dice):
    shape = sizes(dice)
    return Case([shape, shape, shape], lambda c, a, b: torch.where(c > 0, a, b))


def cast(dice):
    name, dtype = dice.choice([("fp16", torch.float16), ("bf16", torch.bfloat16), ("fp32", torch.float32)])
    return Case([sizes(dice)], lambda x: x.to(dtype), {"dtype": name})


# ---- sequences


def recurrent(module):
    def make(dice):
        batch, steps, features, hidden = size(dice), dice.randint(1, 6), size(dice), size(dice) + 1
        layers, both, bias = dice.randint(1, 3), coin(dice), coin(dice)
        attributes = {"hidden": hidden, "layers": layers, "bidirectional": both, "biases": 2 if bias else 0}
        more = {}
        if module is nn.LSTM and coin(dice):
            more["proj_size"] = attributes["projection"] = dice.randint(1, hidden - 1)
        run = module(features, hidden, layers, bias=bias, batch_first=True, bidirectional=both, **more, **META)
        return Case([(batch, steps, features)], run, attributes)

    return make


# The module that is asked, whether fvcore counts it too, and what makes a case.
OPS = {
    "linear": ("torch.nn.Linear", True, linear),
    "matmul": ("torch.matmul", True, matmul),
    "conv": ("torch.nn.Conv1d to Conv3d", True, lambda dice: (conv_same if dice.random() < 0.1 else conv)(dice)),
    "attention": ("torch.nn.functional.scaled_dot_product_attention", False, attention),
    "bilinear": ("torch.nn.Bilinear", False, bilinear),
    "outer": ("torch.matmul of a column and a row", False, outer),
    "index_select": ("torch.index_select", False, index_select),
    "one_hot": ("torch.nn.functional.one_hot", False, one_hot),
    "embedding": ("torch.nn.Embedding", False, embedding),
    "layer_norm": ("torch.nn.LayerNorm", False, layer_norm),
    "rms_norm": ("torch.nn.RMSNorm", False, rms_norm),
    "batch_norm": ("torch.nn.BatchNorm1d to BatchNorm3d", False, batch_norm),
    "softmax": ("torch.softmax", False, softmax),
    "pool": ("torch.nn.MaxPool1d to MaxPool3d, AvgPool1d to AvgPool3d", False, pool),
    "reduce": ("torch.sum, mean, amax", False, reduce),
    "relu": ("torch.relu", False, unary(torch.relu)),
    "gelu": ("torch.nn.functional.gelu", False, unary(F.gelu)),
    "gelu_tanh": ("torch.nn.functional.gelu", False, unary(lambda x: F.gelu(x, approximate="tanh"))),
    "silu": ("torch.nn.functional.silu", False, unary(F.silu)),
    "sigmoid": ("torch.sigmoid", False, unary(torch.sigmoid)),
    "tanh": ("torch.tanh", False, unary(torch.tanh)),
    "exp": ("torch.exp", False, unary(torch.exp)),
    "log": ("torch.log", False, unary(torch.log)),
    "sqrt": ("torch.sqrt", False, unary(torch.sqrt)),
    "scale": ("a product with a number", False, unary(lambda x: 3 * x)),
    "add": ("torch.add", False, binary(torch.add)),
    "sub": ("torch.sub", False, binary(torch.sub)),
    "mul": ("torch.mul", False, binary(torch.mul)),
    "div": ("torch.div", False, binary(torch.div)),
    "gated": ("an activation times a tensor", False, gated),
    "conv_transpose": ("torch.nn.ConvTranspose1d to ConvTranspose3d", False, conv_transpose),
    "adaptive_pool": ("torch.nn.AdaptiveAvgPool1d to 3d, AdaptiveMaxPool1d to 3d", False, adaptive_pool),
    "global_pool": ("torch.mean, amax, sum over the spatial axes", False, global_pool),
    "group_norm": ("torch.nn.GroupNorm", False, group_norm),
    "instance_norm": ("torch.nn.InstanceNorm1d to InstanceNorm3d", False, instance_norm),
    "local_response_norm": ("torch.nn.LocalResponseNorm", False, local_response_norm),
    "log_softmax": ("torch.log_softmax", False, log_softmax),
    "cross_entropy": ("torch.nn.CrossEntropyLoss", False, cross_entropy),
    "mse": ("torch.nn.MSELoss", False, loss(nn.MSELoss)),
    "bce": ("torch.nn.BCELoss", False, loss(nn.BCELoss)),
    "bce_with_logits": ("torch.nn.BCEWithLogitsLoss", False, loss(nn.BCEWithLogitsLoss)),
    "l1": ("torch.nn.L1Loss", False, loss(nn.L1Loss)),
    "smooth_l1": ("torch.nn.SmoothL1Loss", False, loss(nn.SmoothL1Loss)),
    "prelu": ("torch.nn.PReLU", False, prelu),
    "pad": ("torch.nn.functional.pad", False, pad),
    "pixel_shuffle": ("torch.nn.PixelShuffle", False, pixel_shuffle),
    "pixel_unshuffle": ("torch.nn.PixelUnshuffle", False, pixel_unshuffle),
    "channel_shuffle": ("torch.nn.ChannelShuffle", False, channel_shuffle),
    "resize": ("torch.nn.functional.interpolate", False, resize),
    "roll": ("torch.roll", False, roll),
    "split": ("torch.chunk, split", False, split),
    "im2col": ("torch.nn.Unfold", False, im2col),
    "top_k": ("torch.topk", False, top_k),
    "arg_max": ("torch.argmax", False, arg_max),
    "where": ("torch.where", False, where),
    "cast": ("torch.Tensor.to", False, cast),
    "dropout": ("torch.nn.Dropout", False, unary(nn.Dropout())),
    "leaky_relu": ("torch.nn.functional.leaky_relu", False, unary(F.leaky_relu)),
    "relu6": ("torch.nn.functional.relu6", False, unary(F.relu6)),
    "elu": ("torch.nn.functional.elu", False, unary(F.elu)),
    "selu": ("torch.nn.functional.selu", False, unary(F.selu)),
    "mish": ("torch.nn.functional.mish", False, unary(F.mish)),
    "hard_sigmoid": ("torch.nn.functional.hardsigmoid", False, unary(F.hardsigmoid)),
    "hard_swish": ("torch.nn.functional.hardswish", False, unary(F.hardswish)),
    "hard_tanh": ("torch.nn.functional.hardtanh", False, unary(F.hardtanh)),
    "softplus": ("torch.nn.functional.softplus", False, unary(F.softplus)),
    "sin": ("torch.sin", False, unary(torch.sin)),
    "cos": ("torch.cos", False, unary(torch.cos)),
    "rsqrt": ("torch.rsqrt", False, unary(torch.rsqrt)),
    "reciprocal": ("torch.reciprocal", False, unary(torch.reciprocal)),
    "pow": ("torch.pow", False, unary(lambda x: x**2.5)),
    "square": ("torch.square", False, unary(torch.square)),
    "abs": ("torch.abs", False, unary(torch.abs)),
    "clip": ("torch.clamp", False, unary(lambda x: x.clamp(-1, 2))),
    "neg": ("torch.neg", False, unary(torch.neg)),
    "maximum": ("torch.maximum", False, binary(torch.maximum)),
    "minimum": ("torch.minimum", False, binary(torch.minimum)),
    "greater": ("torch.gt", False, binary(torch.gt)),
    "less": ("torch.lt", False, binary(torch.lt)),
    "equal": ("torch.eq", False, binary(torch.eq)),
    "lstm": ("torch.nn.LSTM", False, recurrent(nn.LSTM)),
    "gru": ("torch.nn.GRU", False, recurrent(nn.GRU)),
    "rnn": ("torch.nn.RNN", False, recurrent(nn.RNN)),
    "reshape": ("torch.reshape", False, reshape),
    "flatten": ("torch.flatten", False, flatten),
    "transpose": ("torch.permute", False, transpose),
    "slice": ("torch.narrow", False, slice_),
    "concat": ("torch.cat", False, concat),
}

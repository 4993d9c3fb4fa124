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
    return Case([(batch, q_len, heads * d), kv, kv], run, {"heads": heads})


# ---- lookups


def embedding(dice):
    rows, dim = size(dice), size(dice)
    return Case([("ids", *sizes(dice, 1, 3))], nn.Embedding(rows, dim, **META), {"rows": rows, "dim": dim})


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


# The module that is asked, whether fvcore counts it too, and what makes a case.
OPS = {
    "linear": ("torch.nn.Linear", True, linear),
    "matmul": ("torch.matmul", True, matmul),
    "conv": ("torch.nn.Conv1d to Conv3d", True, lambda dice: (conv_same if dice.random() < 0.1 else conv)(dice)),
    "attention": ("torch.nn.functional.scaled_dot_product_attention", False, attention),
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
    "reshape": ("torch.reshape", False, reshape),
    "flatten": ("torch.flatten", False, flatten),
    "transpose": ("torch.permute", False, transpose),
    "slice": ("torch.narrow", False, slice_),
    "concat": ("torch.cat", False, concat),
}

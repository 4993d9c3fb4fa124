#!/usr/bin/env python3
"""Counts of PyTorch for random shapes, as small golden files beside this script (golden/OP.txt).

A development machine runs this; the tests only read the files. For each op of the tool that PyTorch has, 50 random
cases: the attributes and input shapes as the tool takes them, and what PyTorch says of the same layer: learned
parameters (of the module), output shapes, FLOPs of the forward and of the backward pass by torch.utils.flop_counter,
which counts matrix products and convolutions, a multiply-add as two. Tensors are on the "meta" device, where nothing
is computed, except those of attention. fvcore counts the forward pass of the plain products once more, in
multiply-adds, and must agree.

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install torch fvcore numpy
    /tmp/oracle/bin/python tests/oracle/generate.py [OP ...]

A line is  op|attributes|inputs|parameters|outputs|fprop|backward ; a shape of ids has an i in front, FLOPs
that flop_counter does not count are a -.
"""

import copy
import logging
import pathlib
import random
import sys
import warnings

import torch
from torch.utils.flop_counter import FlopCounterMode

from cases import OPS

CASES = 50
GOLDEN = pathlib.Path(__file__).parent / "golden"


def tensor(shape, device):
    if isinstance(shape, tuple) and shape and shape[0] == "ids":
        return torch.zeros(shape[1:], device=device, dtype=torch.int64)
    return torch.zeros(shape, device=device, requires_grad=True)


def shape_text(shape):
    ids = bool(shape) and shape[0] == "ids"
    return ("i" if ids else "") + "x".join(str(extent) for extent in (shape[1:] if ids else shape))


def attribute_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(str(item) for item in value) + "]"
    return str(value)


def tensors_of(result):
    if torch.is_tensor(result):
        return [result]
    return [item for part in result for item in tensors_of(part)]


def flops(action):
    with FlopCounterMode(display=False) as counter:
        result = action()
    return counter.get_total_flops(), result


def check_with_fvcore(module, inputs, forward):
    from fvcore.nn import FlopCountAnalysis

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = copy.deepcopy(module).to_empty(device="cpu") if isinstance(module, torch.nn.Module) else module

        def forward(self, *tensors):
            return self.inner(*tensors)

    on_cpu = tuple(torch.zeros(t.shape, dtype=t.dtype) for t in inputs)  # it traces, which needs values
    count = FlopCountAnalysis(Wrapped(), on_cpu)
    count.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
    assert 2 * count.total() == forward, (count.total(), forward)


def line_of(op, case, fvcore):
    inputs = [tensor(shape, case.device) for shape in case.inputs]
    forward, result = flops(lambda: case.run(*inputs))
    outputs = tensors_of(result)[: case.outputs]
    backward = 0
    grads = [t for t in outputs if t.requires_grad]
    if grads:
        backward, _ = flops(lambda: torch.autograd.backward(grads, [torch.empty_like(t) for t in grads]))
    if fvcore and case.attributes.get("padding") != "same":  # which fvcore does not count
        check_with_fvcore(case.run, inputs, forward)
    parameters = sum(p.numel() for p in case.run.parameters()) if isinstance(case.run, torch.nn.Module) else 0
    attributes = " ".join(f"{key}={attribute_text(value)}" for key, value in case.attributes.items())
    shapes = " ".join(shape_text(shape) for shape in case.inputs)
    results = " ".join(shape_text(tuple(t.shape)) for t in outputs)
    counts = f"{forward}|{backward}" if case.counted else "-|-"
    return f"{op}|{attributes}|{shapes}|{parameters}|{results}|{counts}"


def main(wanted):
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    GOLDEN.mkdir(exist_ok=True)
    for op, (module, fvcore, make) in OPS.items():
        if wanted and op not in wanted:
            continue
        dice = random.Random(op)
        lines = [line_of(op, make(dice), fvcore) for _ in range(CASES)]
        version = torch.__version__.split("+")[0]
        head = f"# {module} of PyTorch {version}" + (", fvcore agrees" if fvcore else "")
        (GOLDEN / f"{op}.txt").write_text(head + "\n" + "\n".join(lines) + "\n")
        print(op, len(lines))


if __name__ == "__main__":
    main(sys.argv[1:])

#!/usr/bin/env python3
"""Makes the designs beside it: shapes to measure on a GPU, over what networks use.

A pool of shapes is drawn between the sizes that layers of networks have, half of them from the lists of such sizes,
half between them. Then shapes are taken one by one, each the farthest (on the logarithms of its sizes) from those that
were taken before, so that every beginning of a file is spread over the whole space. The same seed gives the same files.
"""
import math
import random
from pathlib import Path

HERE = Path(__file__).resolve().parent
WIDTHS = [256, 320, 512, 640, 768, 1024, 1280, 1536, 2048, 2560, 3072, 4096, 5120, 6144, 8192, 11008, 12288, 14336,
          16384, 28672]
TOKENS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]


def between(rng, least, most, multiple=1):
    value = math.exp(rng.uniform(math.log(least), math.log(most)))
    return max(multiple, round(value / multiple) * multiple)


def spread(pool, count, features):
    """Greedy farthest points of a pool; the first is the one nearest to the middle."""
    points = [(row, features(row)) for row in pool]
    dims = len(points[0][1])
    low = [min(p[1][d] for p in points) for d in range(dims)]
    high = [max(p[1][d] for p in points) for d in range(dims)]
    scaled = [(row, [(f[d] - low[d]) / ((high[d] - low[d]) or 1) for d in range(dims)]) for row, f in points]
    start = min(range(len(scaled)), key=lambda i: sum((v - 0.5) ** 2 for v in scaled[i][1]))
    taken = [start]
    distance = [math.inf] * len(scaled)
    while len(taken) < min(count, len(scaled)):
        last = scaled[taken[-1]][1]
        for i, (_, f) in enumerate(scaled):
            distance[i] = min(distance[i], sum((a - b) ** 2 for a, b in zip(f, last)))
        best = max(range(len(scaled)), key=distance.__getitem__)
        if distance[best] <= 0:
            break
        taken.append(best)
    return [scaled[i][0] for i in taken]


def logs(*values):
    return [math.log(v) for v in values]


def interleaved(groups):
    """Takes turns between lists: each beginning has of all."""
    rows = []
    for i in range(max(len(g) for g in groups)):
        rows += [g[i] for g in groups if i < len(g)]
    return rows


def gemm_pool(rng, batched):
    rows = set()
    while len(rows) < 1500:
        usual = rng.random() < 0.5
        if batched:
            batch = rng.choice([8, 12, 16, 32, 64, 96, 128, 256, 512, 1024])
            m = rng.choice([1, 32, 64, 128, 197, 256, 384, 512, 1024, 2048]) if usual else between(rng, 1, 2048)
            n, k = rng.choice([(m, 64), (m, 128), (64, m), (128, m)]) if usual else (
                between(rng, 8, 2048, 8), between(rng, 8, 256, 8))
            if batch * m * n * k > 2 ** 38 or batch * (m * k + n * k + m * n) > 2 ** 28:
                continue
        else:
            batch = 1
            m = rng.choice(TOKENS) if usual else between(rng, 1, 16384)
            n = rng.choice(WIDTHS + [1000, 32000, 128256]) if usual else between(rng, 8, 28672, 8)
            k = rng.choice(WIDTHS + [13, 64, 128]) if usual else between(rng, 8, 28672, 8)
            if m * n * k > 2 ** 41 or m * k + n * k + m * n > 2 ** 30:
                continue
        if n % 8 or k % 8:
            continue
        rows.add((batch, m, n, k))
    return sorted(rows)


SQUARES = [(1, 8192, 8192, 8192), (1, 4096, 4096, 4096), (1, 2048, 2048, 2048)]


def gemm(rng):
    groups = []
    for dtype, single, batched in [("bf16", 220, 60), ("fp16", 60, 20), ("fp8_e4m3", 90, 0), ("tf32", 70, 20),
                                   ("fp32", 60, 20), ("int8", 60, 0)]:
        features = lambda r: logs(*r) + [math.log(r[0] * r[1] * r[2] * r[3])]
        chosen = spread(gemm_pool(rng, False), single, features)
        if dtype in ("fp8_e4m3", "int8"):
            chosen = [(b, m, -(-n // 16) * 16, -(-k // 16) * 16) for b, m, n, k in chosen]
        if batched:
            chosen = interleaved([chosen, spread(gemm_pool(rng, True), batched, features)])
        groups.append([(dtype, *row) for row in SQUARES[:2] + chosen])
    return "batch,m,n,k", interleaved(groups)


def gemm_variants(rng):
    rows = []
    for dtype in ["bf16", "fp16", "fp8_e4m3", "int8", "tf32", "fp32", "fp64"]:
        for square in SQUARES + [(1, 16384, 8192, 8192), (1, 4096, 16384, 4096)]:
            if dtype in ("fp64", "fp32") and square[1] > 4096:
                continue
            rows.append((dtype, "best", "tn", "none", *square))
    shapes = spread(gemm_pool(rng, False), 48, lambda r: logs(*r[1:]))
    mixed = []
    for i, shape in enumerate(shapes):
        shape = (1, -(-shape[1] // 8) * 8, shape[2], shape[3])  # a transposed operand's rows too are whole 16 bytes
        for layout in ["tn", "nn", "nt"]:
            mixed.append(("bf16", "best" if i % 2 else "first", layout, "none", *shape))
        mixed.append(("bf16", "first", "tn", ["bias", "bias_relu", "bias_gelu"][i % 3], *shape))
    return "choice,layout,epilogue,batch,m,n,k", interleaved([rows, mixed])


def conv(rng):
    usual = []
    for n in [1, 8, 32, 64]:
        for c, h, k, r, stride, groups in [
                (64, 56, 64, 3, 1, 1), (64, 56, 256, 1, 1, 1), (256, 56, 64, 1, 1, 1), (128, 28, 128, 3, 1, 1),
                (512, 28, 128, 1, 1, 1), (256, 14, 256, 3, 1, 1), (1024, 14, 256, 1, 1, 1), (512, 7, 512, 3, 1, 1),
                (512, 7, 2048, 1, 1, 1), (128, 56, 128, 3, 2, 1), (256, 56, 512, 1, 2, 1), (8, 224, 64, 7, 2, 1),
                (96, 112, 96, 3, 2, 96), (144, 56, 144, 3, 1, 144), (384, 14, 384, 3, 1, 384), (960, 7, 960, 3, 1, 960),
                (240, 28, 240, 5, 1, 240), (128, 56, 128, 3, 1, 32), (256, 28, 256, 3, 1, 32), (320, 64, 320, 3, 1, 1),
                (640, 32, 640, 3, 1, 1), (1280, 16, 1280, 3, 1, 1), (96, 56, 96, 7, 1, 96)]:
            usual.append((n, c, h, h, k, r, r, stride, stride, r // 2, r // 2, groups))
    pool = set()
    while len(pool) < 900:
        depthwise = rng.random() < 0.2
        c = between(rng, 16, 1536, 8)
        k = c if depthwise else between(rng, 16, 1536, 8)
        h, r = between(rng, 7, 224), rng.choice([1, 3, 3, 5, 7])
        n, stride = rng.choice([1, 2, 4, 8, 16, 32, 64, 128]), rng.choice([1, 1, 2])
        groups = c if depthwise else 1
        if h < r or n * max(c, k) * h * h > 2 ** 29 or n * h * h * c * k * r * r / groups > 2 ** 39:
            continue
        pool.add((n, c, h, h, k, r, r, stride, stride, r // 2, r // 2, groups))
    features = lambda s: logs(s[0], s[1], s[2], s[4], s[5] + 1, s[7] + 1) + [2.0 * (s[11] > 1)]
    shapes = spread(usual + sorted(pool), 330, features)
    rows = []
    for i, shape in enumerate(shapes):
        dtype = ["bf16", "fp16", "bf16", "fp32"][i % 4]
        rows.append((dtype, *shape, ["fprop", "fprop", "dgrad", "wgrad"][i // 4 % 4]))
    return "n,c,h,w,k,r,s,stride_h,stride_w,pad_h,pad_w,groups,pass", rows


def attention(rng):
    prefill, decode = set(), set()
    while len(prefill) < 600:
        heads, kv = rng.choice([(8, 8), (12, 12), (16, 16), (32, 32), (32, 8), (64, 8), (28, 4), (40, 40), (24, 24)])
        length = rng.choice([128, 197, 256, 384, 512, 1024, 2048, 4096, 8192, 16384])
        batch = rng.choice([1, 2, 4, 8, 16, 32, 64])
        if batch * heads * length > 2 ** 20 or batch * heads * length ** 2 > 2 ** 34:
            continue
        prefill.add((batch, heads, kv, length, length, rng.choice([64, 128, 128]), rng.choice([0, 1])))
    while len(decode) < 600:
        heads, kv = rng.choice([(32, 32), (32, 8), (64, 8), (28, 4), (40, 40), (16, 16), (12, 12)])
        length = between(rng, 128, 65536, 64)
        batch = rng.choice([1, 2, 4, 8, 16, 32, 64, 128])
        if batch * kv * length > 2 ** 23:
            continue
        decode.add((batch, heads, kv, 1, length, rng.choice([64, 128, 128]), 0))
    features = lambda s: logs(s[0], s[1], s[2], s[4], s[5]) + [0.7 * s[6]]
    shapes = interleaved([spread(sorted(prefill), 90, features), spread(sorted(decode), 90, features)])
    return ("batch,heads,kv_heads,q_len,kv_len,head_dim,causal",
            [(["bf16", "bf16", "fp16"][i % 3], *s) for i, s in enumerate(shapes)])


def streams(rng, ops, most=2 ** 28):
    groups = []
    for op in ops:
        pool = set()
        while len(pool) < 250:
            cols = rng.choice(WIDTHS + [64, 128, 1000, 50257]) if rng.random() < 0.6 else between(rng, 32, 32768)
            rows = between(rng, 1, 65536)
            if 64 <= rows * cols <= most:
                pool.add((rows, cols))
        groups.append([(op, *s) for s in spread(sorted(pool), 24, lambda s: logs(*s) + [math.log(s[0] * s[1])])])
    rows = interleaved(groups)
    return "op,rows,cols", [(["bf16", "fp32", "fp16"][i // len(ops) % 3], *r) for i, r in enumerate(rows)]


def embedding(rng):
    pool = set()
    while len(pool) < 900:
        tables = rng.choice([1, 1, 4, 8, 26])
        rows = between(rng, 1000, 40_000_000)
        dim = rng.choice([16, 32, 64, 64, 128, 128, 256, 512, 1024, 4096])
        lookups, batch = rng.choice([1, 1, 1, 10, 20, 80]), rng.choice([16, 128, 512, 2048, 8192, 32768])
        if tables * rows * dim > 2 ** 33 or tables * batch * lookups * dim > 2 ** 29:
            continue
        pool.add((tables, rows, dim, lookups, batch, rng.choice([0, 0, 600, 1050])))
    features = lambda s: logs(s[0], s[1] * s[2], s[2], s[3], s[4]) + [s[5] / 500]
    shapes = spread(sorted(pool), 120, features)
    return ("tables,rows,dim,lookups,batch,skew_permille",
            [(["fp32", "bf16"][i % 2], *s) for i, s in enumerate(shapes)])


def spmm(rng):
    pool = set()
    while len(pool) < 400:
        nodes = between(rng, 1000, 3_000_000)
        degree = between(rng, 2, 500)
        features = rng.choice([16, 32, 64, 128, 256, 500, 602])
        if nodes * degree > 120_000_000 or nodes * features > 2 ** 30 or degree >= nodes / 2:
            continue
        pool.add((nodes, nodes, nodes * degree, features))
    shapes = spread(sorted(pool), 60, lambda s: logs(s[0], s[2] / s[0], s[3]))
    return "rows,cols,nonzeros,features", [("fp32", *s) for s in shapes]


def write(name, design):
    columns, rows = design
    text = "# made by make_designs.py\ndtype," + columns + "\n"
    text += "".join(",".join(map(str, row)) + "\n" for row in rows)
    (HERE / f"{name}.csv").write_text(text)


def main():
    elementwise = ["add", "mul", "relu", "gelu", "silu_and_mul", "add_scalar", "sigmoid", "tanh", "rope"]
    for name, make in {
            "gemm": gemm, "gemm_variants": gemm_variants, "conv": conv, "attention": attention,
            "elementwise": lambda rng: streams(rng, elementwise),
            "normalization": lambda rng: streams(rng, ["softmax", "layernorm", "rmsnorm", "rmsnorm_add"]),
            "reduction": lambda rng: streams(rng, ["sum", "max"]), "embedding": embedding, "spmm": spmm}.items():
        write(name, make(random.Random(20261125)))


if __name__ == "__main__":
    main()

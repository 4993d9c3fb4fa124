#!/usr/bin/env python3
"""Fits the parameters that price kernels on a device without a calibration ("datasheet mode").

    python3 calibrate/pooled_defaults.py --measured DIR --hwspecs hwspecs

DIR holds sample files as `measure` writes them, DIR/<source>/<gpu>/<kernel>.csv; a folder named like a device of the
hardware files (or an alias below) is that device. A development tool, not part of the product: needs numpy and scipy.

One law per kind of kernel, the same on every device, relative to the peaks of its data sheet:

    t = latency + ((matrix / (e_c P_matrix))^s + (vector / (e_v P_vector))^s + (bytes / (e_m B_dram))^s)^(1/s)

with FLOPs and bytes as src/kernels counts them. How the fit keeps honest:
  * Residuals are logarithms under a soft-L1 loss; every (GPU, source) has the same weight, whatever its number of rows.
  * The law knows no L2, so a row counts in the fit only if its operands cannot stay there (footprint x copies above
    twice the capacity) or if memory hardly matters to it (DRAM time under a quarter of its math time or of 2 us). Every
    row counts in the scores.
  * The `op` clock times a framework's call: max(floor, kernel), smoothed, with one floor per (GPU, source, kind) that
    is fitted, up to the fastest percent of the rows, and thrown away. Rows below twice the floor are not scored.
  * e_v is held at 1 unless freeing it helps chips that were left out (norms: their reductions).
  * Scores and intervals leave one chip out: the boards of a chip (PCIe and SXM) go together. All chips weigh the same.
  * The intervals are the 10th and 90th percentile of measured/predicted: of all rows, and of those that no L2 can hold.
"""

import argparse
import csv
import json
import re
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

ALIASES = {"v100sxm2dgx1": "v100sxm216gb"}  # sample folders that are not named like a device
BITS = {"fp32": 32, "bf16": 16, "fp16": 16, "fp16s_fp32m": 16, "fp8_e4m3": 8}
MATH = {"fp16s_fp32m": "fp32"}  # stored in 16 bits, multiplied in 32
HALF = ("bf16", "fp16")
FULL = ("fp32", "fp16s_fp32m")
SMOOTH_FLOOR = 6  # the power mean that smooths max(floor, kernel)
LOSS_SCALE = 0.2  # log residuals above this count linearly
MIN_GROUP = 10  # a (GPU, source) with fewer rows fit for fitting only scores
NAMES = ("e_c", "e_v", "e_m", "latency_us", "s")
LOWER = np.array([0.01, 0.01, 0.01, 0.0, 1.0])
UPPER = np.array([1.0, 1.0, 1.0, 20.0, 8.0])
START = np.array([0.6, 0.99, 0.6, 4.0, 2.0])


@dataclass(frozen=True)
class Kind:
    """Which sample rows one set of parameters is for."""

    name: str
    kernel: str
    dtypes: tuple = tuple(BITS)
    clocks: tuple = ("kernel", "op")
    where: object = None  # a test of the columns
    free_vector: bool = False


KINDS = (
    Kind("gemm", "gemm", HALF, ("kernel",)),
    Kind("gemm (m <= 16)", "gemm", HALF, ("kernel",), lambda row: int(row["m"]) <= 16),
    Kind("gemm_fp8", "gemm", ("fp8_e4m3",), ("kernel",)),
    Kind("gemm_fp32", "gemm", FULL),
    Kind("gemm_fp32 (kernel clock)", "gemm", FULL, ("kernel",)),
    Kind("gemm_fp32 (op clock)", "gemm", FULL, ("op",)),
    Kind("conv", "conv"),
    Kind("conv_fp32", "conv", FULL),
    Kind("conv_16bit", "conv", HALF),
    Kind("attention (both)", "attention"),
    Kind("attention_prefill", "attention", where=lambda row: row["q_len"] != "1"),
    Kind("attention_decode", "attention", where=lambda row: row["q_len"] == "1"),
    Kind("elementwise", "elementwise"),
    Kind("normalization", "normalization", free_vector=True),
    Kind("normalization (e_v = 1)", "normalization"),
    Kind("embedding", "embedding"),
)


# --- the work of a kernel: matrix FLOPs, vector FLOPs, bytes, as src/kernels counts them ---


def gemm_work(c, size):
    batch, m, n, k = (c[x] for x in ("batch", "m", "n", "k"))
    return 2 * batch * m * n * k, 0, size * batch * (m * k + k * n + m * n)


def conv_work(c, size):
    p = (c["h"] + 2 * c["pad_h"] - c["r"]) // c["stride_h"] + 1
    q = (c["w"] + 2 * c["pad_w"] - c["s"]) // c["stride_w"] + 1
    taps = c["c"] // c["groups"] * c["r"] * c["s"]
    outputs = c["n"] * c["k"] * p * q
    flops = 2 * outputs * taps
    data = size * (c["n"] * c["c"] * c["h"] * c["w"] + c["k"] * taps + outputs)  # any pass reads two and writes one
    depthwise = 1 < c["groups"] == c["c"]
    return (0, flops, data) if depthwise else (flops, 0, data)


def attention_work(c, size):
    queries, keys, dim = c["q_len"], c["kv_len"], c["head_dim"]
    pairs = queries * keys - (queries * (queries - 1) / 2 if c["causal"] else 0)
    scores = c["batch"] * c["heads"] * pairs
    data = 2 * c["batch"] * dim * (c["heads"] * queries + c["kv_heads"] * keys)
    return 4 * scores * dim, 5 * scores, size * data


# Per op: FLOPs per element, tensors of rows x cols that are read and written, vectors of cols that are read.
STREAMS = {
    "add": (1, 3, 0), "sub": (1, 3, 0), "mul": (1, 3, 0), "div": (1, 3, 0), "pow": (2, 3, 0), "add3": (2, 4, 0),
    "add_scalar": (1, 2, 0), "mul_scalar": (1, 2, 0), "div_scalar": (1, 2, 0), "pow_scalar": (2, 2, 0),
    "relu": (1, 2, 0), "gelu": (5, 2, 0), "tanh": (1, 2, 0), "silu_and_mul": (5, 3, 0), "rope": (3, 2, 0),
    "softmax": (5, 2, 0), "layernorm": (8, 2, 2), "rmsnorm": (4, 2, 1), "rmsnorm_add": (5, 4, 1),
}  # fmt: skip


def stream_work(c, size):
    flops, tensors, vectors = STREAMS[c["op"]]
    elements = c["rows"] * c["cols"]
    return 0, flops * elements, size * (tensors * elements + vectors * c["cols"])


def gather_work(c, size):
    lookups = c["tables"] * c["lookups"] * c["batch"]
    return 0, 0, lookups * (2 * size * c["dim"] + 8)


WORK = {"gemm": gemm_work, "conv": conv_work, "attention": attention_work, "elementwise": stream_work,
        "normalization": stream_work, "embedding": gather_work}  # fmt: skip


# --- devices and samples ---


def plain(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def load_devices(folder):
    devices = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.json"))]
    return {plain(device["name"]): device for device in devices}


def chip_of(device):
    return f"{device['architecture']}/{device['datasheet'].get('compute_units', {}).get('count', device['name'])}"


def peak_of(device, dtype):
    """FLOP/us of matrix products: the matrix peak of the format, else its vector peak, else nothing."""
    sheet, math = device["datasheet"], MATH.get(dtype, dtype)
    entry = sheet.get("matrix", {}).get(math) or sheet["vector"].get(math)
    return entry and entry["flops_per_s"] * 1e-6


@dataclass
class Rows:
    """Samples of one kind as the times, in us, that each resource needs at the data sheet's rate."""

    chip: np.ndarray
    group: np.ndarray
    op_clock: np.ndarray
    matrix: np.ndarray
    vector: np.ndarray
    memory: np.ndarray
    footprint: np.ndarray  # bytes x copies, relative to the L2
    time: np.ndarray

    def __getitem__(self, mask):
        return Rows(*(getattr(self, f.name)[mask] for f in fields(self)))

    def __len__(self):
        return len(self.time)

    def fit_for_fitting(self):
        other = np.maximum(np.maximum(self.matrix, self.vector), 2.0)
        keep = (self.footprint > 2) | (self.memory < 0.25 * other)
        small = [g for g in np.unique(self.group) if np.sum(keep & (self.group == g)) < MIN_GROUP]
        return self[keep & ~np.isin(self.group, small)]


def numbers(row):
    return {k: int(v) if re.fullmatch(r"\d+", v) else v for k, v in row.items()}


def to_record(row, device, source):
    sheet, dtype = device["datasheet"], row["dtype"]
    peak = peak_of(device, dtype)
    if peak is None or row["kernel"] not in WORK or dtype not in BITS:
        return None
    columns = numbers(row)
    matrix, vector, data = WORK[row["kernel"]](columns, BITS[dtype] / 8)
    dram, l2 = sheet["memory"]["dram"], sheet["memory"].get("l2", {})
    footprint = data * columns.get("copies", 1) / l2.get("capacity_bytes", 1)
    return (chip_of(device), f"{device['name']} {source}", row["clock"] == "op", matrix / peak,
            vector / (sheet["vector"]["fp32"]["flops_per_s"] * 1e-6), data / (dram["bandwidth_bytes_per_s"] * 1e-6),
            footprint, float(row["time_us"]))  # fmt: skip


def load_samples(folder, devices):
    """All (sample row, record) pairs, in the order of the files."""
    samples = []
    for path in sorted(Path(folder).glob("*/*/*.csv")):
        device = devices.get(ALIASES.get(plain(path.parent.name), plain(path.parent.name)))
        if device is None:
            print(f"skipped, no device: {path.parent.name}")
            continue
        with path.open(newline="") as file:
            records = [(row, to_record(row, device, path.parent.parent.name)) for row in csv.DictReader(file)]
        samples += [(row, record) for row, record in records if record]
    return samples


def select(kind, samples):
    records = [
        record for row, record in samples
        if row["kernel"] == kind.kernel and row["dtype"] in kind.dtypes and row["clock"] in kind.clocks
        and (kind.where is None or kind.where(row))
    ]  # fmt: skip
    return Rows(*map(np.array, zip(*records))) if records else None


# --- the law and its fit ---


def predict(p, rows):
    e_c, e_v, e_m, latency, s = p
    terms = np.stack([rows.matrix / e_c, rows.vector / e_v, rows.memory / e_m])
    largest = terms.max(axis=0)
    return latency + largest * ((terms / largest) ** s).sum(axis=0) ** (1 / s)


def roofline(rows):
    return np.maximum(np.maximum(rows.matrix, rows.vector), rows.memory)


def smooth_max(floor, time):
    largest = np.maximum(floor, time)
    return largest * ((floor / largest) ** SMOOTH_FLOOR + (time / largest) ** SMOOTH_FLOOR) ** (1 / SMOOTH_FLOOR)


def equal_weights(labels):
    """Weights with which every label counts the same; they sum to 1."""
    names, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    return 1 / (counts[index] * len(names))


def soft_l1(residual):
    """Residuals whose squares are the soft-L1 loss, so that weights can multiply the loss."""
    return np.sign(residual) * LOSS_SCALE * np.sqrt(2 * (np.sqrt(1 + (residual / LOSS_SCALE) ** 2) - 1))


def fixed_parameters(kind, rows):
    return {i: 1.0 for i, fixed in ((0, not rows.matrix.any()), (1, not kind.free_vector)) if fixed}


def fit(kind, rows):
    """The parameters of a kind and the floor of each (GPU, source) of the op clock."""
    rows = rows.fit_for_fitting()
    groups, fixed = list(np.unique(rows.group[rows.op_clock])), fixed_parameters(kind, rows)
    free = [i for i in range(len(NAMES)) if i not in fixed]
    low = np.array([np.percentile(rows.time[rows.group == g], 1) for g in groups])
    weight = np.sqrt(equal_weights(rows.group))
    index = np.array([groups.index(g) if op else -1 for g, op in zip(rows.group, rows.op_clock)])

    def unpack(x):
        p = np.ones(len(NAMES))
        p[free] = x[: len(free)]
        return p, x[len(free) :]

    def residuals(x):
        p, floors = unpack(x)
        time = predict(p, rows)
        if groups:
            time = np.where(index >= 0, smooth_max(floors[index], time), time)
        return weight * soft_l1(np.log(time / rows.time))

    bounds = (np.r_[LOWER[free], 0.01 * low], np.r_[UPPER[free], 1.001 * low])
    best = least_squares(residuals, np.r_[START[free], low], bounds=bounds, x_scale=np.r_[START[free], low + 1e-9])
    p, floors = unpack(best.x)
    return p, dict(zip(groups, floors))


def leave_one_out(kind, rows):
    """For every row the prediction with the parameters of the other chips (nan if there are none)."""
    time = np.full(len(rows), np.nan)
    for chip in np.unique(rows.chip):
        here = rows.chip == chip
        if len(rows[~here].fit_for_fitting()) if (~here).any() else 0:
            time[here] = predict(fit(kind, rows[~here])[0], rows[here])
    return time


# --- scores ---


def weighted_quantile(values, weights, q):
    order = np.argsort(values)
    return np.interp(q, (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum(), values[order])


def errors(time, rows):
    """Median and mean of the absolute relative error, in percent, every chip weighing the same."""
    relative, weights = np.abs(time / rows.time - 1), equal_weights(rows.chip)
    return f"{100 * weighted_quantile(relative, weights, 0.5):5.1f} {100 * np.sum(weights * relative):6.1f}"


def interval(time, rows):
    if not len(rows):
        return np.full(2, np.nan)
    return weighted_quantile(rows.time / time, equal_weights(rows.chip), [0.1, 0.9])


def report_groups(rows, left_out, fitted, floors):
    for group in np.unique(rows.group):
        here = rows.group == group
        ratio = rows.time[here] / left_out[here]
        low, middle, high = np.quantile(ratio, [0.1, 0.5, 0.9])
        in_sample = np.median(np.abs(fitted[here] / rows.time[here] - 1))
        floor = f", floor {floors[group]:.1f} us" if group in floors else ""
        print(f"    {group:32} {here.sum():5} rows, measured/left-out {middle:.2f} ({low:.2f} .. {high:.2f}), "
              f"in-sample median error {100 * in_sample:.1f} %{floor}")  # fmt: skip


def report(kind, rows, verbose):
    fitting = rows.fit_for_fitting()
    p, floors = fit(kind, rows)
    scored = rows.time >= 2 * np.array([floors.get(g, 0.0) for g in rows.group])
    left_out = leave_one_out(kind, rows)
    single = np.isnan(left_out).all()
    left_out = (predict(p, rows) if single else left_out)[scored]
    rows = rows[scored]
    known = ~np.isnan(left_out)
    rows, left_out = rows[known], left_out[known]
    cold = rows.footprint > 2
    bands = " ".join(f"{x:5.2f}" for x in (*interval(left_out, rows), *interval(left_out[cold], rows[cold])))
    cells = " ".join(f"{x:7.3f}" for x in p)
    note = " one chip only: nothing is left out" if single else ""
    print(f"{kind.name:28} {len(fitting):5} {len(rows):5} {len(np.unique(rows.chip)):5} {cells}  {bands} |"
          f" {errors(roofline(rows), rows)} | {errors(left_out, rows)} |"
          f" {errors(predict(p, rows), rows)}{note}")  # fmt: skip
    if verbose:
        report_groups(rows, left_out, predict(p, rows), floors)


def main():
    parser = argparse.ArgumentParser(description="Fits the pooled default parameters of datasheet mode.")
    parser.add_argument("--measured", required=True, help="folder of <source>/<gpu>/<kernel>.csv")
    parser.add_argument("--hwspecs", required=True, help="folder of device files")
    parser.add_argument("--verbose", action="store_true", help="also one line per GPU and source")
    options = parser.parse_args()
    samples = load_samples(options.measured, load_devices(options.hwspecs))
    names = " ".join(f"{name[:7]:>7}" for name in NAMES)
    print(f"{'kind':28} {'fit':>5} {'score':>5} {'chips':>5} {names}   p10   p90  cold  cold |"
          f" {'roof med':>8} mape | {'out med':>8} mape | {'in med':>8} mape")  # fmt: skip
    for kind in KINDS:
        rows = select(kind, samples)
        if rows is not None:
            report(kind, rows, options.verbose)


if __name__ == "__main__":
    main()

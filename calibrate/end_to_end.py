#!/usr/bin/env python3
"""Whole networks: predicted against measured, on GPUs that were calibrated on kernels only.

    python3 calibrate/end_to_end.py --measured DIR --program build/release/ridgepoint

DIR holds sample files, DIR/<source>/<gpu>/<kernel>.csv, and times of whole networks in DIR/e2e. Without them there is
nothing to compare, which is said. Transformers (NeuSight: fp32, PyTorch, eager) are written out below as the layers that
the framework ran; each GPU has the calibration that comes with the tool, fitted to single kernels of the same
source (shipped.sh), and the network is analysed with --execution eager --fusion none. Vision models (timm: half precision, PyTorch, eager, RTX 3090) are those of models/
that have the same name, priced from the data sheet, as no kernel of that GPU was fitted. Networks of NVIDIA's
DeepLearningExamples on V100 (NCF, CNNs, BERT) are priced with the calibration that comes with the tool, of
single kernels. A development tool, not part of the product; needs nothing but Python.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def run(*words):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{result.stderr}")
    return result.stdout


# --- the networks, as Hugging Face's code runs them ---


def layer(op, name, inputs=None, **attributes):
    return {"op": op, "name": name, **attributes, **({"inputs": inputs} if inputs else {})}


def heads(name, source):
    """Batch x heads x seq x head_dim as a copy: a product cannot read heads in place when batch and heads are one."""
    return [layer("reshape", f"{name}_split", [source], shape=["batch", "seq", "heads", "head_dim"]),
            layer("transpose", f"{name}_heads", axes=[0, 2, 1, 3])]  # fmt: skip


def attention(style, size):
    width = "heads * head_dim"
    if style["fused_qkv"]:
        items = [layer("linear", "qkv", ["attention_in"], out_features=f"3 * {width}", bias=True)]
        items += [layer("slice", n, ["qkv"], axis=-1, start=f"{i} * {width}", length=width) for i, n in enumerate("qkv")]
    else:
        items = [layer("linear", n, ["attention_in"], out_features=width, bias=True) for n in "qkv"]
    for name in "qkv":
        items += heads(name, name)
    items.append(layer("matmul", "scores", ["q_heads", "k_heads"], transpose_b=True))
    items += [layer("scale", "scaled")] if style["scale"] == "scores" else []
    items += [layer("add", "masked", [items[-1]["name"], "mask"])]
    items += [layer("softmax", "softmax"), layer("matmul", "context", ["softmax", "v_heads"]),
              layer("transpose", "context_tokens", axes=[0, 2, 1, 3]),
              layer("reshape", "joined", shape=["batch", "seq", width]),
              layer("linear", "o", out_features="hidden", bias=True)]  # fmt: skip
    return items


def activation(style):
    """GPT-2's gelu is eight kernels: x/2 (1 + tanh(c (x + 0.044715 x^3)))."""
    if style["activation"] != "gelu_parts":
        return [layer(style["activation"], "activation")]
    return [layer("scale", "half", ["up"]), layer("scale", "cube", ["up"]), layer("scale", "cube_scaled"),
            layer("add", "inner", ["up", "cube_scaled"]), layer("scale", "inner_scaled"), layer("tanh", "tanh"),
            layer("scale", "plus_one"), layer("mul", "activation", ["half", "plus_one"])]  # fmt: skip


def network(style, size):
    pre = style["norm"] == "pre"
    block = [layer("layer_norm", "attention_in", ["x"])] if pre else []
    source = "attention_in" if pre else "x"
    block += attention(style, size)
    for item in block:
        item["inputs"] = [source if i == "attention_in" else i for i in item["inputs"]] if "inputs" in item else None
    block.append(layer("add", "attention_add", ["x", "o"]))
    block.append(layer("layer_norm", "attention_norm"))
    block.append(layer("linear", "up", out_features="ffn", bias=True))
    block += activation(style)
    block.append(layer("linear", "down", out_features="hidden", bias=True))
    block.append(layer("add", "mlp_add", ["attention_add" if pre else "attention_norm", "down"]))
    block += [] if pre else [layer("layer_norm", "mlp_norm")]
    items = [layer("embedding", "embed", ["tokens"], rows="vocab", dim="hidden"),
             layer("embedding", "positions_embed", ["positions"], rows="context", dim="hidden"),
             layer("add", "embed_add", ["embed", "positions_embed"])]  # fmt: skip
    items += [] if pre else [layer("layer_norm", "embed_norm")]
    items.append({"block": "layer", "name": "layer", "repeat": "layers", "inputs": [items[-1]["name"], "mask"]})
    items += [layer("layer_norm", "final_norm")] if pre else []
    items += [layer("linear", "head", out_features="vocab")] if style["head"] else []
    return {"name": size["name"], "precision": {"activations": "fp32"},
            "parameters": {**{k: v for k, v in size.items() if k != "name"}, "batch": 1, "seq": size["context"],
                           "head_dim": "exact_div(hidden, heads)", "ffn": "4 * hidden"},
            "inputs": {"tokens": {"shape": ["batch", "seq"], "dtype": "int64"},
                       "positions": {"shape": ["seq"], "dtype": "int64"}, "mask": {"shape": ["seq", "seq"]}},
            "blocks": {"layer": {"inputs": ["x", "mask"], "layers": [{k: v for k, v in i.items() if v} for i in block]}},
            "layers": items}  # fmt: skip


BERT = {"norm": "post", "fused_qkv": False, "scale": "scores", "activation": "gelu", "head": False}
GPT = {"norm": "pre", "fused_qkv": True, "scale": "scores", "activation": "gelu_parts", "head": True}
OPT = {"norm": "pre", "fused_qkv": False, "scale": "queries", "activation": "relu", "head": True}
NETWORKS = {
    "bert_large": (BERT, {"layers": 24, "hidden": 1024, "heads": 16, "vocab": 30522, "context": 512}),
    "gpt2_large": (GPT, {"layers": 36, "hidden": 1280, "heads": 20, "vocab": 50257, "context": 1024}),
    "gpt3_xl": (GPT, {"layers": 24, "hidden": 3072, "heads": 24, "vocab": 50257, "context": 2048}),
    "gpt3_27": (GPT, {"layers": 32, "hidden": 2560, "heads": 32, "vocab": 50257, "context": 2048}),
    "opt_13": (OPT, {"layers": 24, "hidden": 2048, "heads": 32, "vocab": 50272, "context": 2048}),
}


def predicted(options, model, row, device):
    style, size = NETWORKS[row["model"]]
    training = row["phase"] == "train"
    if training and row["model"] == "bert_large":
        style = {**style, "head": True}  # trained on masked words, with the decoder over the vocabulary
    model.write_text(json.dumps(network(style, {"name": row["model"], **size})))
    text = run(options.program, "analyze", model, "--hw", device, "--batch", row["batch"], "--seq", row["seq"],
               "--execution", "eager", "--fusion", "none", "--format", "json",
               "--phase", "training" if training else "inference")  # fmt: skip
    totals = json.loads(text)["totals"]
    passes = totals.get("passes", {})
    return totals["time_s"] * 1e6 - (passes.get("optimizer", {}).get("time_s", 0) * 1e6 if training else 0)


def transformers(options):
    path = options.measured / "e2e" / "neusight_e2e.csv"
    if not path.exists():
        print(f"{path} is not there: nothing to compare")
        return
    with tempfile.TemporaryDirectory() as name, open(path, newline="") as file:
        folder, errors = Path(name), {"inference": [], "training": []}
        print("| GPU | network | phase | batch | measured, ms | predicted, ms | error |")
        print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
        for row in csv.DictReader(file):
            if row["model"] not in NETWORKS or row["option"]:
                continue
            gpu = row["gpu"].lower()
            time = predicted(options, folder / "network.json", row, gpu)
            error = time / float(row["measured_us"]) - 1
            errors["training" if row["phase"] == "train" else "inference"].append(abs(error))
            print(f"| {gpu} | {row['model']} | {row['phase']} | {row['batch']} | {float(row['measured_us']) / 1e3:.1f} |"
                  f" {time / 1e3:.1f} | {100 * error:+.1f} % |")  # fmt: skip
        for phase, values in errors.items():
            print(f"\n{phase}: mean error {100 * sum(values) / len(values):.1f} % of {len(values)}")


# --- vision models ---


def named_alike(options):
    """The names of models/, by the names that timm uses."""
    lines = run(options.program, "list", "models").splitlines()
    names = {line.split()[0].replace("-", "_").lower(): line.split()[0] for line in lines if line.split()}
    return {**names, "vit_base_patch16_224": "vit-b-16", "vit_large_patch16_224": "vit-l-16"}


def vision(options):
    paths = [options.measured / "e2e" / name for name in ("timm_core.csv", "timm_train.csv")]
    rows = [row for path in paths if path.exists() for row in csv.DictReader(open(path, newline=""))]
    names, errors, times = named_alike(options), {}, {}
    for row in rows:
        name = names.get(row["model"].lower())
        if name is None or row["img"] != "224" or row["compile"] != "0":
            continue
        key = (name, row["phase"], row["batch"])
        if key not in times:
            text = run(options.program, "analyze", name, "--hw", "rtx-3090", "--batch", row["batch"], "--dtype", "fp16",
                       "--execution", "eager", "--fusion", "none", "--phase", row["phase"], "--format", "json")  # fmt: skip
            times[key] = json.loads(text)["totals"]["time_s"] * 1e6
        error = times[key] / float(row["measured_us"]) - 1
        errors.setdefault((row["phase"], row["layout"]), {}).setdefault(name, []).append(error)
    print("\n| phase | layout | networks | rows | mean error | bias |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for (phase, layout), by_name in errors.items():
        values = [error for values in by_name.values() for error in values]
        mean, bias = sum(map(abs, values)) / len(values), sum(values) / len(values)
        print(f"| {phase} | {layout} | {len(by_name)} | {len(values)} | {100 * mean:.1f} % | {100 * bias:+.1f} % |")


# --- NVIDIA's DeepLearningExamples on V100 ---

def changed(base, name, **members):
    """A description of models/ with other members."""
    folder = Path(__file__).resolve().parent.parent / "models"
    text = json.loads((folder / f"{base}.json").read_text())
    return {**{key: value for key, value in text.items() if key != "published"}, "name": name, **members}


def example(name):
    """The network behind a name of the tables: a description, or the name of a model; and its phase. None where the
    tables do not say what ran."""
    if name == "resnext101-32x4d":
        return changed("resnext101_32x8d", name, group_width=4)
    if name == "se-resnext101-32x4d":
        return changed("resnext101_32x8d", name, group_width=4, squeeze_excite=True)
    if name == "bert-large":
        return changed("bert-large", name, attention="unfused")
    return {"ncf": "ncf-ml-20m", "resnet50v1.5": "resnet50", "efficientnet-b0": "efficientnet_b0",
            "efficientnet-b4": "efficientnet_b4"}.get(name)  # fmt: skip


def example_time(options, row, folder):
    """The predicted time of a row, in seconds, or None."""
    half, training = row["dtype"] == "amp", row["phase"] == "training"
    model = example(row["model"])
    # Of training the tables give the batch of one step for BERT's fine-tuning alone; it has 384 tokens.
    if model is None or row["ngpu"] != "1" or (training and (row["model"], row["batch"]) != ("bert-large", "8")):
        return None
    if isinstance(model, dict):
        (folder / "network.json").write_text(json.dumps(model))
        model = folder / "network.json"
    # NCF and BERT were converted; the others ran under automatic mixed precision.
    formats = ["--dtype", "fp16" if half else "fp32"]
    if half and row["model"] not in ("ncf", "bert-large"):
        formats += ["--weights-dtype", "fp32"]
    text = run(options.program, "analyze", model, "--hw", row["gpu"].lower(), "--batch", row["batch"], *formats,
               "--execution", "eager", "--fusion", "none", "--phase", row["phase"],
               *(["--seq", 384] if training else []), "--format", "json")  # fmt: skip
    return json.loads(text)["totals"]["time_s"]


def examples(options):
    path = options.measured / "e2e" / "dle_e2e.csv"
    if not path.exists():
        return
    kinds = {"ncf": "NCF", "bert-large": "BERT, training"}
    by_kind, lines = {}, []
    with tempfile.TemporaryDirectory() as name, open(path, newline="") as file:
        for row in csv.DictReader(file):
            measured = float(row["measured_us"] or 0) / 1e6
            if not measured or not row["throughput"]:
                continue
            time = example_time(options, row, Path(name))
            if time is None:
                continue
            error = time / measured - 1
            kind = kinds.get(row["model"], "CNNs, under 32 images" if int(row["batch"]) < 32 else "CNNs, 32 images and more")
            by_kind.setdefault((kind, row["dtype"], row["option"] or "eager"), []).append(error)
            lines.append(f"| {row['model']} | {row['dtype']} | {row['option'] or 'eager'} | {row['batch']} |"
                         f" {1e3 * measured:.3g} | {1e3 * time:.3g} | {100 * error:+.1f} % |")  # fmt: skip
    print("\n| networks | format | execution | rows | mean error | bias |")
    print("| --- | --- | --- | ---: | ---: | ---: |")
    for (kind, dtype, execution), errors in sorted(by_kind.items()):
        mean, bias = sum(map(abs, errors)) / len(errors), sum(errors) / len(errors)
        print(f"| {kind} | {dtype} | {execution} | {len(errors)} | {100 * mean:.1f} % | {100 * bias:+.1f} % |")
    print("\n| network | format | execution | batch | measured, ms | predicted, ms | error |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    print("\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measured", required=True, type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--only", default="", help="transformers, vision or examples")
    options = parser.parse_args()
    for part in (transformers, vision, examples):
        if options.only in ("", part.__name__):
            part(options)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes the configs of tests/importers/hf/fixtures, with what the transformers library makes of them.

usage: hf_configs.py [TABLE ...]     (all tables of hf_cases/ without names)

Each table hf_cases/TABLE.py has a list CASES. For each case this writes fixtures/TABLE/NAME.json, a config of published
sizes with the keys that such files have, and a row of fixtures/TABLE.csv:

parameters  values of model.parameters() of the class that `architectures` names, each tensor once, and of the buffers
            that a case names: what files hold and the tool counts
macs        half of torch.utils.flop_counter's FLOPs of one forward pass of `inputs`: convolutions and matrix products,
            attention without regard to its mask; empty where the class does not run without data
set         what makes the same run of the tool (--set)

Needs torch (CPU) and transformers; no network and no memory: models live on the device `meta`.
"""
import argparse
import csv
import importlib
import json
import pathlib
import sys
import warnings

import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent / "importers" / "hf" / "fixtures"


def config_of(config):
    kind = config["model_type"]
    fields = {key: value for key, value in config.items() if key != "model_type"}
    return transformers.CONFIG_MAPPING[kind].from_dict(fields)


def build(case, device):
    config = config_of(case["config"])
    config._attn_implementation = "eager"
    for part in config.sub_configs:
        if getattr(config, part, None) is not None:
            getattr(config, part)._attn_implementation = "eager"
    with torch.device(device):
        model = getattr(transformers, case["config"]["architectures"][0])(config)
    if hasattr(model, "tie_weights"):
        model.tie_weights()
    untied = case["config"].get("tie_word_embeddings") is False
    if untied and model.config.tie_word_embeddings and hasattr(model, "lm_head"):
        # Version 5 ties the heads of all T5s; the published files of v1.1 have a head of their own.
        model.lm_head = torch.nn.Linear(config.d_model, config.vocab_size, bias=False, device=device)
    return model.eval().requires_grad_(False)


def macs(model, case, device):
    with torch.device(device), torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(**case["inputs"]())
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return flops // 2


def row(name, case):
    device = case.get("device", "meta")
    model = build(case, device)
    count = sum(p.numel() for p in model.parameters())
    count += sum(b.numel() for n, b in model.named_buffers() if n.split(".")[-1] in case.get("buffers", []))
    result = ""
    if case.get("inputs"):
        try:
            result = macs(model, case, device)
        except Exception as error:  # what a class does with values cannot run on `meta`
            print(f"{name}: no macs: {error}", file=sys.stderr)
    return {"name": name, "parameters": count, "macs": result, "set": case.get("set", "")}


def write(table):
    cases = importlib.import_module(f"hf_cases.{table}").CASES
    folder = FIXTURES / table
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        if old.stem not in cases:
            old.unlink()
    rows = []
    for name, case in cases.items():
        (folder / f"{name}.json").write_text(json.dumps(case["config"], indent=1) + "\n")
        rows.append(row(name, case))
        print(table, *rows[-1].values(), flush=True)
    with open(FIXTURES / f"{table}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, ["name", "parameters", "macs", "set"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs="*")
    tables = parser.parse_args().tables
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    sys.path.insert(0, str(HERE))
    for table in tables or sorted(path.stem for path in (HERE / "hf_cases").glob("[a-z]*.py")):
        write(table)


if __name__ == "__main__":
    main()

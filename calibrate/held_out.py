#!/usr/bin/env python3
"""Predicted against measured on samples that were not in the fit: makes the tables of docs/validation.md.

    python3 calibrate/held_out.py --measured DIR --program build/release/ridgepoint -o tables.md

DIR holds sample files, DIR/<source>/<gpu>/<kernel>.csv (docs/cli.md describes them). Of every file that a cost model
prices, --samples rows are drawn and fitted (`calibrate fit`), one source and GPU at a time, because two frameworks
differ by 3 to 14 % on one shape; the rest is predicted (`validate`) in three modes: calibrated, datasheet, roofline.
A development tool, not part of the product; needs nothing but Python.
"""

import argparse
import csv
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MODES = ("calibrated", "datasheet", "roofline")
ALIASES = {"v100-sxm2-dgx1": "v100-sxm2-16gb", "rtx4090": "rtx-4090", "rtx3090": "rtx-3090"}
COLUMNS = ("n", "mape", "median", "p90", "bias", "coverage")


def run(*words):
    result = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}\n{result.stderr}")
    return result.stdout


def split(path, count, seed, folder):
    """Two sample files: `count` rows drawn at random, and the others."""
    with open(path, newline="") as file:
        header, *rows = list(csv.reader(file))
    drawn = set(random.Random(f"{seed} {path.name} {len(rows)}").sample(range(len(rows)), min(count, len(rows) // 2)))
    parts = []
    for name, keep in (("fit", True), ("rest", False)):
        target = folder / name / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(target, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(row for i, row in enumerate(rows) if (i in drawn) == keep)
        parts.append(target)
    return parts


def is_priced(program, path):
    """Whether the program knows the kernel and has a cost model for it."""
    result = subprocess.run([program, "validate", "--hw", "a100-sxm4-80gb", "--samples", path, "--mode", "roofline"],
                            capture_output=True, text=True)  # fmt: skip
    return "no cost model" not in result.stderr and "unknown" not in result.stderr


def rows_of(options, source, gpu, files):
    """The rows of `validate` for one source and GPU, in all modes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [split(path, options.samples, options.seed, folder) for path in files]
        device = folder / f"{gpu}.json"
        run(options.program, "calibrate", "fit", "--base", ALIASES.get(gpu, gpu), "-o", device,
            "--samples", *(part[0] for part in parts))  # fmt: skip
        for mode in MODES:
            text = run(options.program, "validate", "--hw", device, "--mode", mode, "--format", "json",
                       "--samples", *(part[1] for part in parts))  # fmt: skip
            for row in json.loads(text)["rows"]:
                yield {**row, "source": source, "gpu": gpu, "mode": mode}


def percent(value):
    return f"{100 * value:.1f}"


def write_tables(rows):
    by_place = {}
    for row in rows:
        place = (row["source"], row["gpu"], row["kernel"], row["dtype"], row["clock"], row["band"])
        by_place.setdefault(place, {})[row["mode"]] = row
    lines = ["| source | GPU | kernel | format | clock | band | n | mean | median | P90 | bias | inside P10-P90 | datasheet, mean | roofline, mean |",
             "| --- | --- | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for place, modes in by_place.items():
        own = modes["calibrated"]
        cells = [*place, str(own["n"]), *(percent(own[c]) for c in COLUMNS[1:]),
                 *(percent(modes[mode]["mape"]) for mode in MODES[1:])]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measured", required=True, type=Path, help="folder of <source>/<gpu>/<kernel>.csv")
    parser.add_argument("--program", required=True, help="ridgepoint")
    parser.add_argument("--samples", type=int, default=100, help="rows of each file that are fitted")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--only", default="", help="a regular expression on <source>/<gpu>/<kernel>")
    parser.add_argument("-o", "--output", type=Path, help="where the tables go; standard output if not given")
    options = parser.parse_args()
    groups = {}
    for path in sorted(options.measured.glob("*/*/*.csv")):
        if re.search(options.only, "/".join(path.with_suffix("").parts[-3:])) and is_priced(options.program, path):
            groups.setdefault(path.parts[-3:-1], []).append(path)
    rows = [row for (source, gpu), files in groups.items() for row in rows_of(options, source, gpu, files)]
    text = write_tables(rows)
    if options.output:
        options.output.write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()

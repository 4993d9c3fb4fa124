#!/usr/bin/env python3
"""The table of docs/validation.md for chips that were left out, from what `ridgepoint calibrate pool` prints.

    calibrate/shipped.sh DIR PROGRAM | python3 calibrate/left_out.py

The pool is fitted to the samples of all chips, and again without each one; errors are |predicted / measured - 1| on the
files of that chip. A development tool, not part of the product; needs nothing but Python.
"""

import sys
from pathlib import Path

CLOCKS = ("kernel", "call")


def rows(lines):
    for line in lines:
        words = line.split()
        if len(words) != 9 or words[2] not in CLOCKS or not words[4].isdigit():
            continue
        kernel, width, clock, file, n, _, inside, _, outside = words
        source, gpu = Path(file).parts[-3:-1]
        if outside != "-":
            yield kernel, width, clock, source, gpu, n, inside.rstrip("%"), outside.rstrip("%")


def main():
    print("| kernel | width | clock | source | GPU | n | pooled over all, mean | chip left out, mean |")
    print("| --- | --- | --- | --- | --- | ---: | ---: | ---: |")
    for row in rows(sys.stdin):
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Time and memory of reading a large ONNX file: 1,000 nodes, 2 GB of weights, warm cache; beside the package onnx-tool on
# the same file, where $PYTHON has it.
#   tests/bench/onnx.sh [BINARY]      needs python3, 2.1 GB of disk (sparse) and, for onnx-tool, of memory
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."
binary=${1:-build/release/ridgepoint}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
file=$scratch/large.onnx

# 500 products with a matrix of 1024 x 1024 each and 500 activations. The weights are holes of the file.
python3 - "$file" <<'PY'
import sys
WIDTH, LAYERS = 1024, 500
def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128]); n >>= 7
    return out + bytes([n])
def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value
def value_info(name):
    dims = b"".join(field(1, field(1, extent)) for extent in (1, WIDTH))
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))
nodes, weights = b"", []
for i in range(LAYERS):
    x, h, y = (b"x%d" % i, b"h%d" % i, b"x%d" % (i + 1))
    nodes += field(1, field(1, x) + field(1, b"w%d" % i) + field(2, h) + field(3, b"product%d" % i) + field(4, b"MatMul"))
    nodes += field(1, field(1, h) + field(2, y) + field(3, b"relu%d" % i) + field(4, b"Relu"))
    head = field(1, WIDTH) + field(1, WIDTH) + field(2, 1) + field(8, b"w%d" % i)
    raw = varint(9 << 3 | 2) + varint(WIDTH * WIDTH * 4)
    weights.append(varint(5 << 3 | 2) + varint(len(head) + len(raw) + WIDTH * WIDTH * 4) + head + raw)
ends = field(2, b"large") + field(11, value_info(b"x0")) + field(12, value_info(b"x%d" % LAYERS))
size = len(nodes) + len(ends) + sum(len(w) + WIDTH * WIDTH * 4 for w in weights)
with open(sys.argv[1], "wb") as out:
    out.write(field(1, 8) + field(8, field(2, 17)) + varint(7 << 3 | 2) + varint(size) + nodes + ends)
    for head in weights:
        out.write(head)
        out.seek(WIDTH * WIDTH * 4, 1)
    out.truncate(out.tell())
PY
printf '%s bytes, 1000 nodes\n' "$(stat -c %s "$file")"

# median_of RUNS COMMAND...: wall time and largest resident memory
median_of() {
  python3 - "$@" <<'PY'
import os, subprocess, sys, time
runs, command = int(sys.argv[1]), sys.argv[2:]
times, memory = [], 0
for _ in range(runs + 1):
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    times.append(time.perf_counter() - start)
    memory = max(memory, usage.ru_maxrss)
    if status: sys.exit(f"{command[0]} failed")
times = sorted(times[1:])
print("%10.1f ms %10.1f MB" % (1e3 * times[len(times) // 2], memory / 1024))
PY
}

printf '  %-44s' "analyze"
median_of 20 "$binary" analyze "$file" --hw h100-sxm5 --format csv
printf '  %-44s' "analyze --by op"
median_of 20 "$binary" analyze "$file" --hw h100-sxm5 --by op
if "${PYTHON:-python3}" -c 'import onnx_tool' 2>/dev/null; then
  printf '  %-44s' "onnx-tool"
  median_of 1 "${PYTHON:-python3}" -c "import onnx_tool, sys; onnx_tool.model_profile(sys.argv[1])" "$file"
fi

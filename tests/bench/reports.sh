#!/usr/bin/env bash
# Time and size of a report on 100,000 layers in every format, beside the analysis alone.
#   tests/bench/reports.sh [BINARY] [LAYERS]      needs python3 (packages.txt, use "bench")
# Trust processor time more than wall time: machines are noisy. What is above the line "csv" is, but for csv itself, the
# advice, which runs the network several times more, and then the writing.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."
binary=${1:-build/release/ridgepoint}
layers=${2:-100000}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python3 - "$layers" "$scratch/chain.json" <<'PY'
import json, sys
count = int(sys.argv[1])
layers = [{"op": "linear", "name": f"fc{i}", "out_features": 64 * (1 + i % 10)} for i in range(count)]
json.dump({"name": f"chain of {count}", "parameters": {"batch": 32},
           "inputs": {"x": {"shape": ["batch", 64]}}, "layers": layers}, open(sys.argv[2], "w"))
PY

TIMEFORMAT='%U %R'
printf '%-10s %12s %12s %12s\n' format 'processor s' 'wall s' 'MB'
for format in $("$binary" list formats --format csv | tail -n +2 | cut -d, -f1); do
  if [[ $format == png ]]; then continue; fi  # the same figure as svg, drawn
  read -r processor wall < <({ time "$binary" analyze "$scratch/chain.json" --hw h100-sxm5 --format "$format" -o "$scratch/out"; } 2>&1 | tail -n 1)
  printf '%-10s %12s %12s %12s\n' "$format" "$processor" "$wall" "$(($(stat -c %s "$scratch/out") / 1000000))"
done

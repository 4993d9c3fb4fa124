#!/usr/bin/env bash
# Wall time of a cold process, beside /bin/true in the same run, and its growth with the number of layers.
#   tests/bench/startup.sh [BINARY]      needs hyperfine and python3 (packages.txt, use "bench")
# Trust medians and ratios: machines are noisy.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."
binary=${1:-build/release/ridgepoint}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# median_ms COMMAND RUNS
median_ms() {
  hyperfine --shell=none --warmup 10 --runs "$2" --export-json "$scratch/times.json" "$1" >/dev/null 2>&1
  python3 -c 'import json,sys; print("%.3f" % (json.load(open(sys.argv[1]))["results"][0]["median"] * 1e3))' "$scratch/times.json"
}

# A chain of N linear layers of ten widths, each written out.
write_chain() {
  python3 - "$1" "$scratch/chain-$1.json" <<'PY'
import json, sys
count = int(sys.argv[1])
layers = [{"op": "linear", "name": f"fc{i}", "out_features": 64 * (1 + i % 10)} for i in range(count)]
json.dump({"name": f"chain of {count}", "parameters": {"batch": 32},
           "inputs": {"x": {"shape": ["batch", 64]}}, "layers": layers}, open(sys.argv[2], "w"))
PY
}

echo "cold process, median of 200 runs"
nothing=$(median_ms /bin/true 200)
printf '  %-44s %8.2f ms\n' /bin/true "$nothing"
for arguments in "--version" "analyze llama-3.1-405b --hw h100-sxm5" "analyze resnet50 --hw h100-sxm5"; do
  time=$(median_ms "$binary $arguments" 200)
  printf '  %-44s %8.2f ms   %5.1f x /bin/true\n' "$arguments" "$time" "$(python3 -c "print($time / $nothing)")"
done

echo "growth with layers (each written out in the file, --format csv)"
for count in 10 1000 100000; do
  write_chain "$count"
  runs=$((count > 10000 ? 5 : 50))
  time=$(median_ms "$binary analyze $scratch/chain-$count.json --hw h100-sxm5 --format csv -o $scratch/out.csv" "$runs")
  printf '  %8d layers %10.2f ms %10.2f us a layer\n' "$count" "$time" "$(python3 -c "print($time * 1e3 / $count)")"
done
echo "growth with repetitions of one block of 10 layers (repeat N)"
for count in 1 100 10000; do
  cat > "$scratch/repeat-$count.json" <<END
{"name": "repeat", "parameters": {"batch": 32}, "inputs": {"x": {"shape": ["batch", 64]}},
 "blocks": {"ten": {"layers": [$(for i in 1 2 3 4 5 6 7 8 9 10; do printf '{"op": "linear", "name": "fc%d", "out_features": 64}%s' "$i" "$([ "$i" = 10 ] || echo ,)"; done)]}},
 "layers": [{"block": "ten", "repeat": $count}]}
END
  time=$(median_ms "$binary analyze $scratch/repeat-$count.json --hw h100-sxm5 --format csv -o $scratch/out.csv" 50)
  printf '  %8d layers %10.2f ms\n' "$((count * 10))" "$time"
done

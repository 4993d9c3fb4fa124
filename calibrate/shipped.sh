#!/usr/bin/env bash
# Fits again what comes with the tool: the pooled parameters (src/cost/pooled.inc), then the calibrations in hwspecs/.
#
#   calibrate/shipped.sh DIR [PROGRAM]
#
# DIR holds sample files, DIR/<source>/<gpu>/<kernel>.csv, which are not part of this repository (docs/model.md names
# the sources and their licences). Two frameworks differ by 3 to 14 % on one shape, so a device takes each kind of
# kernel from one source. The pooled parameters are compiled in: build, then run this again with SKIP_POOL=1.
set -euo pipefail
data=$1
program=${2:-build/release/ridgepoint}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

aic="NVIDIA aiconfigurator (Apache-2.0)"
vidur="Microsoft vidur (MIT)"
serving="LLMServingSim (MIT)"
deepbench="Baidu DeepBench (Apache-2.0)"
neusight="NeuSight (MIT)"

# Calibrations of an older form of the models cannot be read: they go first.
python3 - hwspecs/*.json <<'END'
import json, sys
for path in sys.argv[1:]:
    text = open(path).read()
    device = json.loads(text)
    if device.pop("calibration", None):
        open(path, "w").write(json.dumps(device, indent=2, ensure_ascii=False) + "\n")
END

# A device without a rate for int8 cannot take those samples.
mkdir -p "$work/deepbench/titan-xp"
for kernel in conv gemm; do grep -v ',int8,' "$data/deepbench/titan-xp/$kernel.csv" > "$work/deepbench/titan-xp/$kernel.csv"; done

# The 4090's products were timed inside a running network, whose other layers pass between two visits to a weight.
mkdir -p "$work/llmservingsim/rtx4090"
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "copies") c = i } NR > 1 { $c = 32 } 1' \
  "$data/llmservingsim/rtx4090/gemm.csv" > "$work/llmservingsim/rtx4090/gemm.csv"

# Left out: collectives and attention of vidur, which switch between algorithms and pad keys as no other library does;
# its embedding kernel, which reaches a sixth of the bandwidth.
if [ -z "${SKIP_POOL:-}" ]; then
  "$program" calibrate pool --as V100-SXM2-DGX1=v100-sxm2-16gb -o src/cost/pooled.inc --samples \
    "$data"/{aic,vidur,neusight}/*/gemm.csv "$work"/llmservingsim/rtx4090/gemm.csv "$data"/deepbench/{p100,v100}*/gemm.csv "$work"/deepbench/titan-xp/*.csv \
    "$data"/{aic,llmservingsim}/*/attention.csv "$data"/{aic,llmcompass}/*/collective.csv "$data"/neusight/*/conv.csv \
    "$data"/deepbench/{p100,v100}*/conv.csv "$data"/{vidur,llmservingsim,neusight}/*/{elementwise,normalization}.csv
fi

# ship DEVICE SOURCES FILE...
ship() {
  local device=$1 sources=$2
  shift 2
  "$program" calibrate fit --base "hwspecs/$device.json" --samples "$@" --fact "source=$sources" -o "hwspecs/$device.json" |
    awk 'NF >= 10 && $2 ~ /^(any|fp|bf|int|tf)/ { print "  " $0 }' | sed "s/^/$device/"
}

ship a100-sxm4-80gb "$aic: products and attention in bf16, collectives; $vidur: fp16, norms, element-wise" \
  "$data"/aic/a100-sxm4-80gb/*.csv "$data"/vidur/a100-sxm4-80gb/{gemm,attention,normalization,elementwise}.csv
ship a100-pcie-40gb "$neusight" "$data"/neusight/a100-pcie-40gb/*.csv
ship a40 "$vidur" "$data"/vidur/a40/{gemm,normalization,elementwise,collective}.csv
ship l40s "$aic" "$data"/aic/l40s/*.csv
ship rtx-4090 "$serving" "$data"/llmservingsim/rtx4090/*.csv
ship v100-pcie-32gb "$neusight" "$data"/neusight/v100-pcie-32gb/*.csv
ship v100-sxm2-16gb "$deepbench" "$data"/deepbench/v100-sxm2-dgx1/*.csv
ship v100-sxm2-32gb "$deepbench, on the card with 16 GB: the same chip and bandwidth" "$data"/deepbench/v100-sxm2-dgx1/*.csv
ship t4 "$neusight" "$data"/neusight/t4/*.csv
ship p100-pcie-16gb "$deepbench: kernels; $neusight: calls" "$data"/deepbench/p100-pcie-16gb/*.csv \
  "$data"/neusight/p100-pcie-16gb/*.csv
ship titan-xp "$deepbench" "$work"/deepbench/titan-xp/*.csv

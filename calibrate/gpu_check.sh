#!/usr/bin/env bash
# Everything there is to do on a machine with an NVIDIA GPU, within ten minutes: build, [gpu] tests, measurement, fit,
# comparison of the ceilings with what the vendor's own libraries reach in the same run. Writes into a folder:
# summary.txt, log.txt, the calibrated device file and results.tar.gz with the samples. Never changes the GPU's settings.
set -uo pipefail
from=$PWD
cd -P "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

usage() {
  cat <<END
usage: calibrate/gpu_check.sh [--smoke] [--device N] [--base DEVICE] [--tree FOLDER] OUT
       calibrate/gpu_check.sh --pack FOLDER
  OUT            the folder for the results; made if it is not there
  --smoke        one minute: does anything work at all
  --device N     the GPU to measure; 0 if not given
  --base DEVICE  the data sheet that the calibration goes into, a name of hwspecs/ or a file; without it nothing is fitted
  --tree FOLDER  use what --pack made, and build nothing
  --pack FOLDER  no GPU needed: put program, modules and the libraries that they need into a folder, for a machine that
                 has none of the packages
END
}

smoke=false device=0 base='' tree='' pack='' out=''
while (($# > 0)); do
  case $1 in
    --smoke) smoke=true ;;
    --device) device=${2-} && shift ;;
    --base) base=${2-} && shift ;;
    --tree) tree=${2-} && shift ;;
    --pack) pack=${2-} && shift ;;
    -h | --help) usage && exit 0 ;;
    -*) printf 'error: unknown option %s\n' "$1" >&2 && usage >&2 && exit 2 ;;
    *) out=$1 ;;
  esac
  (($# > 0)) && shift
done
if [[ -z $pack && -z $out ]]; then
  printf 'error: no folder for the results\n' >&2
  usage >&2
  exit 2
fi
# Folders are those of the caller.
absolute() { [[ -z $1 || $1 == /* ]] && printf '%s' "$1" || printf '%s/%s' "$from" "$1"; }
out=$(absolute "$out") tree=$(absolute "$tree") pack=$(absolute "$pack")
if ! [[ $device =~ ^[0-9]+$ ]]; then
  printf 'error: --device %s is no number\n' "$device" >&2
  exit 2
fi

# --- a tree to carry ---------------------------------------------------------------------------------------------

# The libraries of a file that are not part of every system.
needed_libraries() {
  ldd "$1" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' |
    grep -vE '/(libc|libm|libdl|librt|libpthread|ld-linux[^/]*|libgcc_s|libstdc\+\+)\.so'
}

make_pack() {
  local build=${RIDGEPOINT_BUILD:-build/cuda} module
  if [[ ! -x $build/ridgepoint || ! -e $build/modules/ridgepoint_cuda.so ]]; then
    printf 'error: %s holds no program with the module cuda; build the preset cuda first\n' "$build" >&2
    return 1
  fi
  rm -rf "${pack:?}/bin" "${pack:?}/lib" "${pack:?}/hwspecs" "${pack:?}/calibrate"
  mkdir -p "$pack/bin/modules" "$pack/lib" "$pack/calibrate"
  cp "$build/ridgepoint" "$pack/bin/"
  for module in cuda fit; do
    [[ -e $build/modules/ridgepoint_$module.so ]] && cp "$build/modules/ridgepoint_$module.so" "$pack/bin/modules/"
  done
  [[ -e $build/tests/ridgepoint_tests ]] && cp "$build/tests/ridgepoint_tests" "$pack/bin/"
  local file
  for file in "$pack"/bin/ridgepoint "$pack"/bin/modules/*.so; do needed_libraries "$file"; done | sort -u |
    while read -r file; do cp -L "$file" "$pack/lib/"; done
  strip --strip-unneeded "$pack"/bin/ridgepoint "$pack"/bin/modules/*.so "$pack"/lib/* 2>/dev/null
  cp -r hwspecs "$pack/"
  cp calibrate/gpu_check.sh "$pack/calibrate/gpu_check.sh"
  du -sm "$pack" | awk '{ print "packed " $1 " MiB into " $2 }'
}
if [[ -n $pack ]]; then
  mkdir -p "$pack"
  make_pack
  exit
fi

# --- running -----------------------------------------------------------------------------------------------------

mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 1
work=$(mktemp -d)
summary=$out/summary.txt log=$out/log.txt
: >"$summary" && : >"$log" || exit 1
started=$SECONDS
failed=0

say() { printf '%s\n' "$*" | tee -a "$summary" >>"$log" && printf '%s\n' "$*" >&2; }

# Whatever happens, what there is comes back.
finish() {
  trap '' INT TERM
  tar -C "$work" -czf "$out/results.tar.gz" . 2>>"$log"
  say "finished after $((SECONDS - started)) s, $failed steps failed; results in $out"
  rm -rf "$work"
}
trap finish EXIT
trap 'say "interrupted"; exit 130' INT TERM

# step NAME SECONDS COMMAND...: runs it with a limit, output to the log.
step() {
  local name=$1 limit=$2 begun=$SECONDS code=0
  shift 2
  printf '\n=== %s: %s\n' "$name" "$*" >>"$log"
  timeout --signal=INT --kill-after=15 "$limit" "$@" >>"$log" 2>&1 || code=$?
  if ((code == 0)); then
    say "ok      $name ($((SECONDS - begun)) s)"
  else
    failed=$((failed + 1))
    say "FAILED  $name (exit code $code after $((SECONDS - begun)) s): $(grep -E '^(error|internal error|note: the device)|Error' "$log" | tail -n 1)"
  fi
  return "$code"
}

# The toolkit's libraries: where Python packages have put them, if nowhere else.
find_libraries() {
  local folders
  folders=$(python3 -c '
import glob, os, site, sysconfig
roots = set(site.getsitepackages() + [sysconfig.get_paths()["purelib"]])
print(":".join(sorted(p for r in roots for p in glob.glob(os.path.join(r, "nvidia", "*", "lib")))))' 2>/dev/null)
  [[ -n $folders ]] && export RIDGEPOINT_CUDA_LIBRARIES="${RIDGEPOINT_CUDA_LIBRARIES:+$RIDGEPOINT_CUDA_LIBRARIES:}$folders"
  # cuDNN and others load their own parts by name.
  [[ -n $folders ]] && export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folders"
  printf 'libraries: %s\n' "${RIDGEPOINT_CUDA_LIBRARIES:-places of the loader}" >>"$log"
}

if [[ -n $tree ]]; then
  tree=$(cd "$tree" && pwd) || exit 1
  export LD_LIBRARY_PATH="$tree/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  tool=$tree/bin/ridgepoint tests=$tree/bin/ridgepoint_tests data=$tree
else
  step build 420 bash -c 'cmake --preset cuda -DRIDGEPOINT_TESTS=ON && cmake --build --preset cuda --parallel "$(nproc)"' ||
    exit 1
  tool=build/cuda/ridgepoint tests=build/cuda/tests/ridgepoint_tests data=.
fi
export RIDGEPOINT_DATA=$data
find_libraries

{
  date -u
  uname -a
  command -v nvidia-smi >/dev/null && nvidia-smi
  command -v nvidia-smi >/dev/null && nvidia-smi -q -i "$device"
} >"$work/machine.txt" 2>&1
"$tool" list devices --local >"$work/devices.txt" 2>&1
say "$(grep -E "^cuda(:$device)?( |$)" "$work/devices.txt" || cat "$work/devices.txt")"
if ! grep -qE "^cuda:$device " "$work/devices.txt" || grep -E "^cuda:$device " "$work/devices.txt" | grep -q 'not usable'; then
  say "nothing can be measured: cuda:$device is not there or cannot be used (the line above says why)"
  failed=1
  exit 1
fi

samples=$work/samples
mkdir -p "$samples"
if $smoke; then
  step measure 55 "$tool" calibrate measure --device "cuda:$device" --effort quick --kernels stream,mma,fma,launch,chase \
    -o "$samples"
else
  [[ -x $tests ]] && step 'gpu tests' 90 "$tests" '[gpu]'
  step measure 330 "$tool" calibrate measure --device "cuda:$device" --effort normal -o "$samples"
fi
cp "$samples/machine.txt" "$work/" 2>/dev/null
grep -E '^note:' "$samples/machine.txt" 2>/dev/null | head -n 40 >>"$log"
say "points not measured: $(grep -c 'not measured' "$samples/machine.txt" 2>/dev/null), of which wrong results: $(grep -c 'wrong result' "$samples/machine.txt" 2>/dev/null)"

# --- ceilings against the vendor's own ------------------------------------------------------------------------------

# The value of a column by its name, in files with a header.
best_rate() { # FILE AMOUNT_COLUMN KEY_COLUMN KEY DTYPE: the largest amount over time, per second
  awk -F, -v amount="$2" -v key="$3" -v want="$4" -v dtype="$5" '
    NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; next }
    (key == "" || $at[key] == want) && (dtype == "" || $at["dtype"] == dtype) {
      rate = $at[amount] / $at["time_us"] * 1e6
      if (rate > best) best = rate
    }
    END { if (best > 0) print best }' "$1" 2>/dev/null
}
best_product() { # FILE DTYPE: the largest rate of a matrix product, in FLOP/s
  awk -F, -v dtype="$2" '
    NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i; next }
    $at["dtype"] == dtype {
      rate = 2 * $at["batch"] * $at["m"] * $at["n"] * $at["k"] / $at["time_us"] * 1e6
      if (rate > best) best = rate
    }
    END { if (best > 0) print best }' "$1" 2>/dev/null
}
compare() { # WHAT OURS VENDORS LEAST
  [[ -z $2 || -z $3 ]] && return
  awk -v what="$1" -v ours="$2" -v theirs="$3" -v least="$4" 'BEGIN {
    printf "%s  %s: %.4g against %.4g, %.3f (at least %s)\n", ours / theirs >= least ? "ok    " : "BELOW ", what, ours, theirs, ours / theirs, least }'
}
{
  compare 'dram copy, byte/s, against that of the driver' "$(best_rate "$samples/stream.csv" bytes op copy fp32)" \
    "$(best_rate "$samples/stream.csv" bytes op memcpy fp32)" 0.98
  for dtype in fp16 bf16 tf32 fp8_e4m3 int8 fp64; do
    library=$( (best_product "$samples/gemm.csv" "$dtype"; best_product "$samples/gemm_variants.csv" "$dtype") | sort -g | tail -n 1)
    compare "tensor peak $dtype, FLOP/s, against the best of cuBLASLt" "$(best_rate "$samples/mma.csv" flops '' '' "$dtype")" \
      "$library" 0.98
  done
} >"$work/ceilings.txt"
while IFS= read -r line; do say "$line"; done <"$work/ceilings.txt"

# --- fit and validation on shapes that the fit did not see -------------------------------------------------------------

if [[ -n $base && -e $(dirname "$tool")/modules/ridgepoint_fit.so ]] && ! $smoke; then
  fitted=()
  for kernel in gemm conv attention elementwise normalization reduction embedding spmm recurrent moe; do
    [[ -s $samples/$kernel.csv ]] && fitted+=("$samples/$kernel.csv")
  done
  if step fit 120 "$tool" calibrate fit --base "$base" --samples "${fitted[@]}" -o "$work/device.json"; then
    cp "$work/device.json" "$out/device.json"
    step validate 60 bash -c '"$0" validate --hw "$1" --samples "${@:2}" | tee "$1.txt"' "$tool" "$work/device.json" \
      "${fitted[@]}"
    "$tool" calibrate fit --base "$base" --samples "${fitted[@]}" --dry-run >"$work/fit.txt" 2>&1
  fi
fi

if "$tool" profile --help >/dev/null 2>&1 && command -v python3 >/dev/null && ! $smoke; then
  step 'profile of a CUDA program' 60 "$tool" profile -- python3 -c '
import torch
a = torch.randn(4096, 4096, device="cuda", dtype=torch.bfloat16)
for _ in range(20): a = torch.softmax(a @ a, dim=-1)
torch.cuda.synchronize()'
fi
exit "$((failed > 0 ? 1 : 0))"

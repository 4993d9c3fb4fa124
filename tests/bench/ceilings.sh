#!/usr/bin/env bash
# The ceilings that `ridgepoint calibrate measure` reaches beside those of likwid-bench, on this machine in one run: same
# access, same working set, same threads; the best of several turns of each.
# usage: tests/bench/ceilings.sh [RIDGEPOINT] [TURNS]      (likwid-bench: Debian package likwid)
# BabelStream and oneDNN's driver (benchdnn) are no Debian packages: they are left out. likwid-bench's `load`, `store`,
# `copy` and `stream` kernels are those of BabelStream in assembly; oneDNN's products are timed by oneDNN itself here.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."
tool=${1:-build/release/ridgepoint}
turns=${2:-2}
command -v likwid-bench >/dev/null || { echo "likwid-bench is not there (Debian: likwid)" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

isa=sse
if grep -qm1 avx512f /proc/cpuinfo; then isa=avx512; elif grep -qm1 avx2 /proc/cpuinfo; then isa=avx; fi
fma=$isa; [[ $isa == sse ]] || fma=${isa}_fma

# The name of likwid-bench's kernel for one of ours.
partner() {
  case $1 in
    read) echo "load_$isa" ;;
    write) echo "store_$isa" ;;
    copy) echo "copy_$isa" ;;
    triad) echo "stream_$fma" ;;
    write_nt) echo "store_mem_$isa" ;;
    copy_nt) echo "copy_mem_$isa" ;;
    fp32) echo "peakflops_sp_$fma" ;;
    fp64) echo "peakflops_$fma" ;;
  esac
}

# MByte/s or MFlops/s of likwid-bench: kernel, bytes, threads, which.
likwid() { likwid-bench -t "$1" -w "N:${2}B:${3}" -s 1 2>/dev/null | awk -v key="$4:" '$1 == key {print $2 * 1e6}'; }

best() { awk -v a="${1:-0}" -v b="${2:-0}" 'BEGIN {print (a + 0 > b + 0) ? a : b}'; }

declare -A ours theirs
for ((turn = 0; turn < turns; ++turn)); do
  "$tool" calibrate measure --device cpu --kernels stream,fma --effort quick -o "$folder" >/dev/null 2>&1
  while IFS=, read -r _ _ _ _ op bytes threads time; do
    [[ -n $(partner "$op") && $threads == "$(nproc)" ]] || continue
    key="$op $bytes"
    ours[$key]=$(best "${ours[$key]:-0}" "$(awk -v b="$bytes" -v t="$time" 'BEGIN {print b / t * 1e6}')")
    theirs[$key]=$(best "${theirs[$key]:-0}" "$(likwid "$(partner "$op")" "$bytes" "$threads" MByte/s)")
  done < <(tail -n +2 "$folder/stream.csv")
  while IFS=, read -r _ _ _ dtype bits flops threads time; do
    [[ -n $(partner "$dtype") && $threads == "$(nproc)" && $bits == "$([[ $isa == avx512 ]] && echo 512 || echo 256)" ]] || continue
    key="$dtype $bits-bit"
    ours[$key]=$(best "${ours[$key]:-0}" "$(awk -v f="$flops" -v t="$time" 'BEGIN {print f / t * 1e6}')")
    theirs[$key]=$(best "${theirs[$key]:-0}" "$(likwid "$(partner "$dtype")" $((threads * 8192)) "$threads" MFlops/s)")
  done < <(tail -n +2 "$folder/fma.csv")
done

printf '%-26s %14s %14s %7s\n' "access, bytes" "ridgepoint G/s" "likwid G/s" ratio
for key in "${!ours[@]}"; do
  awk -v k="$key" -v a="${ours[$key]}" -v b="${theirs[$key]:-0}" \
    'BEGIN {printf "%-26s %14.1f %14.1f %7s\n", k, a / 1e9, b / 1e9, b > 0 ? sprintf("%.2f", a / b) : "-"}'
done | sort

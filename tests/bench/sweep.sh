#!/usr/bin/env bash
# Points a second of a sweep: llama-3.1-8b, decode, batch x kv_len on an H100. Beside it, in the same run, what tools that
# answer the same question need for it.
#   tests/bench/sweep.sh [BINARY [PYTHON]]      needs python3
# PYTHON is an interpreter that has the package llm-analysis (PyPI: Li, "LLM-Analysis", 2023), such as that of
#   python3 -m venv v && v/bin/pip install llm-analysis
# Calculon and LLM-Viewer are not on PyPI (its "calculon" is another program): they are not here.
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."
binary=${1:-build/release/ridgepoint}
python=${2:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# sweep JOBS BATCHES LENGTHS: the seconds that a process takes, and its rows.
sweep() {
  local before after
  before=$(date +%s.%N)
  "$binary" sweep llama-3.1-8b --hw h100-sxm5 --phase decode --batch "$2" --kv-len "$3" --jobs "$1" -o "$scratch/rows.csv"
  after=$(date +%s.%N)
  python3 -c 'import sys; n = int(sys.argv[1]); t = float(sys.argv[3]) - float(sys.argv[2])
print(f"  {n:8d} points {t:8.2f} s {n / t:10.0f} points/s")' "$(($(wc -l <"$scratch/rows.csv") - 1))" "$before" "$after"
}

echo "ridgepoint sweep llama-3.1-8b, batch x kv_len, whole processes, rows as CSV"
for jobs in 1 2; do
  echo "$jobs thread(s)"
  for round in 1 2 3; do sweep "$jobs" 1:200 512:100352:+512; done
done

if [ -z "$python" ]; then
  echo "llm-analysis: no PYTHON given"
  exit
fi
"$python" - <<'END'
import logging, time
logging.disable(logging.CRITICAL)
from llm_analysis.analysis import LLMAnalysis
from llm_analysis.config import GPUConfig, ModelConfig
model = ModelConfig(name="llama-3.1-8b", num_layers=32, n_head=32, hidden_dim=4096, vocab_size=128256, max_seq_len=131072,
                    num_key_value_heads=8, ffn_embed_dim=16384, model_type="llama")  # it asks for a multiple of 4096
gpu = GPUConfig(name="h100", mem_per_GPU_in_GB=80, hbm_bandwidth_in_GB_per_sec=3350, intra_node_bandwidth_in_GB_per_sec=450,
                intra_node_min_message_latency=8e-6, peak_fp16_TFLOPS=989)
analysis = LLMAnalysis(model, gpu, flops_efficiency=0.7, hbm_memory_efficiency=0.7)
start, points = time.perf_counter(), 0
for length in range(512, 10241, 512):
    for batch in range(1, 21):
        analysis.inference(batch_size_per_gpu=batch, seq_len=length, num_tokens_to_generate=1)
        points += 1
seconds = time.perf_counter() - start
print(f"llm-analysis, one thread, in process\n  {points:8d} points {seconds:8.2f} s {points / seconds:10.0f} points/s")
END

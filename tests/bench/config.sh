#!/usr/bin/env bash
# Wall time of a cold process that reads a Hugging Face config of 126 layers (the sizes of Llama 3.1 405B), plain and
# quantized with a list of modules that names every layer, beside the same network from models/ and /bin/true.
#   tests/bench/config.sh [BINARY]      needs hyperfine and python3 (packages.txt, use "bench")
set -euo pipefail
cd -P "$(dirname "${BASH_SOURCE[0]}")/../.."
binary=${1:-build/release/ridgepoint}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

python3 - "$scratch" <<'PY'
import json, sys
config = {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 16384,
          "intermediate_size": 53248, "num_hidden_layers": 126, "num_attention_heads": 128, "num_key_value_heads": 8,
          "max_position_embeddings": 131072, "vocab_size": 128256, "tie_word_embeddings": False,
          "torch_dtype": "bfloat16"}
json.dump(config, open(sys.argv[1] + "/plain.json", "w"))
left_out = ["lm_head"] + [f"model.layers.{i}.{name}" for i in range(126)
                          for name in ("input_layernorm", "post_attention_layernorm", "self_attn.o_proj")]
config["quantization_config"] = {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [128, 128],
                                 "modules_to_not_convert": left_out}
json.dump(config, open(sys.argv[1] + "/quantized.json", "w"))
PY

median_ms() {
  hyperfine --shell=none --warmup 10 --runs 200 --export-json "$scratch/times.json" "$1" >/dev/null 2>&1
  python3 -c 'import json,sys; print("%.3f" % (json.load(open(sys.argv[1]))["results"][0]["median"] * 1e3))' "$scratch/times.json"
}

echo "cold process, median of 200 runs"
printf '  %-56s %8.2f ms\n' /bin/true "$(median_ms /bin/true)"
for model in llama-3.1-405b "$scratch/plain.json" "$scratch/quantized.json"; do
  time=$(median_ms "$binary analyze $model --hw h100-sxm5 --format csv -o $scratch/out.csv")
  printf '  %-56s %8.2f ms\n' "analyze $(basename "$model") --format csv" "$time"
done

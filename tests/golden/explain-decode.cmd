explain llama-3.1-8b layer.7.attention.q --hw h100-sxm5 --phase decode --kv-len 8192

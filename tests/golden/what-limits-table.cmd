what-limits llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 8192

analyze llama-3.1-8b --hw h100-sxm5 --phase decode --batch 16 --kv-len 4096

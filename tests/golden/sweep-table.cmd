sweep llama-3.1-8b --hw h100-sxm5 --phase decode --kv-len 4096 --batch 1:512:x2

compare llama-3.1-8b --hw a100-sxm4-80gb --hw h100-sxm5 --phase decode

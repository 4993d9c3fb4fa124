sweep gpt2 --hw h100-sxm5 --batch 1:x:x2

sweep gpt2 --hw h100-sxm5 --what-if dram.bandwidth=x0.5:x2:x2 --set hidden=768:1536:+768 --format markdown

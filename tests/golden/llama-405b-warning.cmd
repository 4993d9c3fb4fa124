analyze llama-3.1-405b --hw h100-sxm5 --by category --format markdown

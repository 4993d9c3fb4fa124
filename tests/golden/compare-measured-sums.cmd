compare llama-3.1-8b --hw h100-sxm5 --measured tests/golden/kernel-sums.csv

sweep dlrm --hw h100-sxm5 --batch 64:4096:x8 --format html

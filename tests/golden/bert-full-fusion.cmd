analyze bert-large --hw h100-sxm5 --fusion full

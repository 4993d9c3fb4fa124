analyze resnt50 --hw h100-sxm5

roofline --hw h100-sxm5

pipeline rgat-igbh-full --hw h100-sxm5 --format csv

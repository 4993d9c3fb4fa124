check hwspecs/h100-sxm5.json

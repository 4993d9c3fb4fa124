pipeline graphsage-ogbn-papers100m --hw h100-sxm5 --machines 1:16:x4 --workers 8,32 --set devices=4 --format markdown

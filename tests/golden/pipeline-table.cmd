pipeline graphsage-ogbn-products-sampled --hw h100-sxm5 --workers 16 --set cache=0.1 --set machines=2

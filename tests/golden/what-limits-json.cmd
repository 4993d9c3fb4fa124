what-limits gcn-ogbn-arxiv --hw h100-sxm5 --format json

compare gcn-ogbn-arxiv --hw l4 --hw t4 --format json

explain gcn-ogbn-arxiv '*aggregate*' --format json

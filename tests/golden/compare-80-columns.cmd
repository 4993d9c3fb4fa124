COLUMNS=80 compare squeezenet1_0 --hw l4 --hw t4 --top 5

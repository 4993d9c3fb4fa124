analyze squeezenet1_0 --hw t4 --batch 8

compare squeezenet1_0 --hw t4 --fusion none --measured tests/golden/profile.csv --top 8

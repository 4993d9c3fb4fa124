compare squeezenet1_0 --hw l4 --batch 1 --batch 32 --top 5 --format markdown

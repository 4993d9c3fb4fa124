roofline --hw epyc-9654 --format markdown

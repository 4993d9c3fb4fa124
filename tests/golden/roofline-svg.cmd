roofline --hw a100-sxm4-80gb --hw l4 --format svg

COLUMNS=200 analyze llama-3.1-8b --hw l4 --phase decode --glyphs unicode --color always

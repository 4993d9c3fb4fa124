COLUMNS=80 analyze llama-3.1-8b --hw l4 --phase decode

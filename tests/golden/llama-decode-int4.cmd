analyze llama-3.1-8b --hw l4 --phase decode --dtype bf16 --weights-dtype int4 --weight-group 128 --format csv

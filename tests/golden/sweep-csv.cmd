sweep bert-base --hw a30 --hw p4 --dtype fp16 --seq 128,1024 --batch 1,64 --format csv

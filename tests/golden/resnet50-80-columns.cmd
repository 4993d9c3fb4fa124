COLUMNS=80 analyze resnet50 --hw t4 --batch 8 --top 8

COLUMNS=200 analyze resnet50 --hw t4 --batch 8

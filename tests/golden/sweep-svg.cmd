sweep resnet50 --hw l40s --batch 1:64:x2 --format svg

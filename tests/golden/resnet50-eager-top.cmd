analyze resnet50 --hw v100-sxm2-16gb --execution eager --top 5

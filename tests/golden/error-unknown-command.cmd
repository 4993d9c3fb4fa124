analyse resnet50

explain resnet50 stage1.first.conv2 --phase training

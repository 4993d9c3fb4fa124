analyze resnet50 --hw a100-sxm4-80gb --phase training --batch 32 --by block

what-limits resnet50 stem.conv --hw a100-sxm4-80gb --batch 32 --format markdown

list device

pipeline graphsage-reddit --hw l4 --set worker=4

pipeline graphsage-reddit --hw l4 --workers 4 --format json

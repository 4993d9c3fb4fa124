list models --format json

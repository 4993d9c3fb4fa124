analyze dlrm --hw rtx-4090 --phase training --optimizer sgd --by category --format json

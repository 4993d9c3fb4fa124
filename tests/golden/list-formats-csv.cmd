list formats --format csv

roofline --hw mi300x --format csv

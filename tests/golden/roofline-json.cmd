roofline --hw v100-sxm2-16gb --format json

analyze dlrm --hw l40s --mode roofline

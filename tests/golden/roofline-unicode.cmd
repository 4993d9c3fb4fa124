COLUMNS=120 roofline --hw h100-sxm5 --glyphs unicode

list columns

analyze bert-base --hw a100-sxm4-80gb --what-if dram.bandwidth=3TB/s --what-if launch=x0 --by op

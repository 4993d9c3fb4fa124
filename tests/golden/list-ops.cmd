list ops

"""The golden comparison: everything that dlx prints and writes, at two commits, over a fixed set of runs."""

"""dlx in Python: what the commands do, for programs and notebooks; only the names of `dlx` itself are stable."""

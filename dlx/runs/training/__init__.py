"""Training: one run directory from its first file to its end, and what it leaves behind."""

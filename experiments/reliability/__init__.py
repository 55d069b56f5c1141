"""The reliability bench: faults injected into dlx from outside, and what became of each."""

import os

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"  # before anything imports NumPy: the commands run beside each other

"""dlx: a laboratory for training fully-connected networks in NumPy, driven by YAML."""

__version__ = "0.1.0"

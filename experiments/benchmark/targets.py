"""What is measured of each workload, and the project's own targets.

`dlx` replays its recorded steps by NumPy, the reference; `dlx compiled` natively.
"""

from __future__ import annotations

from .tables import Target

COLUMNS = (
    "dlx",
    "dlx compiled",
    "PyTorch",
    "PyTorch compiled",
    "JAX",
    "JAX scan",
    "Keras on JAX",
    "scikit-learn",
    "limit",
)
ABSENT = {"W1": {"limit"}, "W2": {"limit"}, "W4": {"scikit-learn"}}  # calls, not products; no batch norm
MEMORY_MAPPED = "dlx, memory-mapped"

TARGETS = [
    Target("W1", "PyTorch", "dlx", "≥", 12),
    Target("W1", "scikit-learn", "dlx", "≥", 5),
    Target("W1", "JAX", "dlx", "≥", 1.5),
    Target("W1", "JAX", "dlx compiled", "≥", 3),
    Target("W1", "JAX scan", "dlx compiled", ">", 1),
    Target("W2", "PyTorch", "dlx", "≥", 15),
    Target("W2", "scikit-learn", "dlx", "≥", 10),
    Target("W2", "JAX", "dlx", "≥", 2),
    Target("W2", "JAX", "dlx compiled", "≥", 8),
    Target("W2", "JAX scan", "dlx compiled", ">", 1),
    Target("W3", "PyTorch", "dlx", "≥", 1.4),
    Target("W3", "scikit-learn", "dlx", "≥", 2.2),
    Target("W3", "JAX", "dlx", "≥", 0.8),
    Target("W3", "JAX", "dlx compiled", "≥", 1.05),
    Target("W3", "JAX scan", "dlx compiled", "≥", 0.9),
    Target("W4", "PyTorch", "dlx", "≥", 1.4),
    Target("W4", "PyTorch compiled", "dlx", "≥", 1.4),
    Target("W4", "JAX", "dlx", "≥", 0.9),
    Target("W4", "dlx", "limit", "≤", 2.3),
    Target("W4", "JAX", "dlx compiled", ">", 1),
    Target("W4", "JAX scan", "dlx compiled", ">", 1),
    Target("W4", "Keras on JAX", "dlx compiled", ">", 1),
    Target("W5", "dlx", "limit", "≤", 1.15),
    Target("W5", "PyTorch", "dlx", "≥", 1.05),
    Target("W5", "PyTorch compiled", "dlx", "≥", 1.05),
    Target("W5", "dlx compiled", "limit", "≤", 1.1),
    Target("W5", "JAX", "dlx compiled"),
    Target("W5", "JAX scan", "dlx compiled"),
    Target("W6", "PyTorch", "dlx", "≥", 1.2),
    Target("W6", MEMORY_MAPPED, "dlx", "≤", 1.5),
    Target("W6", "PyTorch", "dlx compiled", "≥", 1.3),
    Target("W6", "PyTorch compiled", "dlx compiled", "≥", 1.3),
    Target("W6", "JAX", "dlx compiled"),
    Target("W6", "JAX scan", "dlx compiled"),
]

BY_HAND = "plain NumPy by hand"
PROCESS_TARGETS = [  # of trainings with the rows that the file asks for, or with one in each epoch
    Target("its own", "JAX", "dlx", ">", 1),
    Target("its own", "JAX", "dlx compiled", ">", 1),
    Target("each", BY_HAND, "dlx compiled", "≥", 1),
    Target("each", f"{BY_HAND}, with a picture", "dlx compiled"),
    Target("each", "JAX", "dlx compiled", ">", 1),
    Target("each", "JAX scan", "dlx compiled"),
    Target("each", "scikit-learn", "dlx compiled"),
    Target("each", "PyTorch", "dlx compiled"),
    Target("each", BY_HAND, "dlx"),
]
SEARCH_TARGETS = [
    Target("tune", "before", "dlx compiled", "≥", 3),
    Target("tune", "before", "dlx"),
    Target("tune", "dlx", "dlx compiled"),
    Target("act", "before", "dlx compiled"),
    Target("act", "before", "dlx"),
    Target("act", "dlx", "dlx compiled"),
]

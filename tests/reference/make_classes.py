"""Makes classes.json: confusion matrices and losses of random logits by scikit-learn 1.9 and PyTorch 2.13."""

import json
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import confusion_matrix
from torch.nn import functional

M, CLASSES = 2500, 4


def figures(logits: np.ndarray, codes: np.ndarray) -> dict[str, object]:
    Z, y = torch.from_numpy(logits), torch.from_numpy(codes)
    if logits.shape[1] == 1:
        losses = functional.binary_cross_entropy_with_logits(Z[:, 0], y.double(), reduction="none")
        P = torch.stack([1 - torch.sigmoid(Z[:, 0]), torch.sigmoid(Z[:, 0])], dim=1)
    else:
        losses, P = functional.cross_entropy(Z, y, reduction="none"), torch.softmax(Z, dim=1)
    worst = torch.argsort(losses, descending=True)[:24]
    predicted = P.argmax(dim=1)
    return {
        "confusion": confusion_matrix(codes, predicted.numpy()).tolist(),
        "index": worst.tolist(),
        "predicted": predicted[worst].tolist(),
        "loss": losses[worst].tolist(),
        "probability": P.max(dim=1).values[worst].tolist(),
    }


def drawn(n_y: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits up to where float32 has no probability of 0 and 1 left, and classes."""
    rng = np.random.RandomState(n_y)
    return rng.standard_normal((M, n_y)) * 12, rng.randint(max(n_y, 2), size=M)


document = {"binary": figures(*drawn(1)), "multiclass": figures(*drawn(CLASSES))}
Path(__file__).with_name("classes.json").write_text(json.dumps(document) + "\n")

"""The plain network of a tutorial, hidden layers of 64 and 32 units, in PyTorch and in Keras."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler

from .peers import Peer, features

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras

HIDDEN = (64, 32)
EPOCHS, BATCH_SIZE, LEARNING_RATE = 50, 32, 0.001


def arrays(X: Any, y: Any, X_test: Any) -> tuple[Any, Any, Any, Any]:
    """Scaled features of both files in float32, targets for training, and what turns outputs into predictions."""
    pipeline = features(True).fit(X)
    X, X_test = (pipeline.transform(part).astype(np.float32) for part in (X, X_test))
    if y.dtype == float:
        scaler = StandardScaler().fit(y[:, None])
        return X, scaler.transform(y[:, None]).astype(np.float32), X_test, lambda Z: scaler.inverse_transform(Z)[:, 0]
    classes, indices = np.unique(y, return_inverse=True)
    return X, indices, X_test, lambda Z: classes[Z.argmax(axis=1)]


def outputs(Y: Any) -> int:
    """A class each, or the one number of a regression."""
    return 1 if Y.ndim == 2 else int(Y.max()) + 1


def with_torch(X: Any, y: Any, X_test: Any, seed: int) -> Any:
    """PyTorch's defaults, Adam, 50 epochs."""
    torch.manual_seed(seed)
    A, Y, A_test, to_predictions = arrays(X, y, X_test)
    layers: list[torch.nn.Module] = []
    sizes = [A.shape[1], *HIDDEN]
    for n_in, n_out in pairwise(sizes):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(HIDDEN[-1], outputs(Y)))
    loss = torch.nn.MSELoss() if Y.ndim == 2 else torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(network.parameters(), LEARNING_RATE)
    inputs, targets = torch.from_numpy(A), torch.from_numpy(Y)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(inputs)).split(BATCH_SIZE):
            optimizer.zero_grad()
            loss(network(inputs[batch]), targets[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        return to_predictions(network(torch.from_numpy(A_test)).numpy())


def with_keras(X: Any, y: Any, X_test: Any, seed: int) -> Any:
    """Keras's defaults, Adam, 50 epochs."""
    keras.utils.set_random_seed(seed)
    A, Y, A_test, to_predictions = arrays(X, y, X_test)
    hidden = [keras.layers.Dense(units, activation="relu") for units in HIDDEN]
    last = keras.layers.Dense(outputs(Y), activation=None if Y.ndim == 2 else "softmax")
    network = keras.Sequential([keras.Input((A.shape[1],)), *hidden, last])
    loss = "mean_squared_error" if Y.ndim == 2 else "sparse_categorical_crossentropy"
    network.compile(keras.optimizers.Adam(LEARNING_RATE), loss)
    network.fit(A, Y, batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
    return to_predictions(network.predict(A_test, verbose=0))


NETWORKS: dict[str, Peer] = {"PyTorch": with_torch, "Keras": with_keras}

"""Keras on JAX: `fit`, whose epochs go on for ever in a thread of their own and pause while nobody measures."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

from .stepping import Run, data_types
from .workloads import Workload, read_examples

os.environ["KERAS_BACKEND"] = "jax"
import keras  # it reads the name of its backend now

FOR_EVER = 10**9
STEPS = 500  # of an epoch of a full-batch training: the whole set so many times
TOGETHER = (1, 50)  # steps_per_execution: which is faster depends on the workload


def make_model(work: Workload, steps_per_execution: int, is_bytes: bool) -> Any:
    layers = [keras.Input((work.units[0],), dtype="uint8" if is_bytes else "float32")]
    layers += [keras.layers.Rescaling(1 / 255)] if is_bytes else []
    for n in work.units[1:-1]:
        layers += [keras.layers.Dense(n, use_bias=not work.batch_norm, kernel_initializer="he_normal")]
        layers += [keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)] if work.batch_norm else []
        layers += [keras.layers.ReLU()]
        layers += [keras.layers.Dropout(1 - work.keep_prob)] if work.keep_prob < 1 else []
    model = keras.Sequential([*layers, keras.layers.Dense(work.units[-1])])
    kind = keras.optimizers.SGD if work.optimizer == "gradient_descent" else keras.optimizers.Adam
    loss = keras.losses.BinaryCrossentropy if work.binary else keras.losses.SparseCategoricalCrossentropy
    model.compile(
        optimizer=kind(work.learning_rate),
        loss=loss(from_logits=True),
        steps_per_execution=steps_per_execution,
        jit_compile=True,
    )
    return model


class Pauses(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends a sample after so many epochs, and waits for the next."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: SimpleQueue[int] = SimpleQueue()
        self.answers: SimpleQueue[float] = SimpleQueue()
        self.epochs = 0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.epochs = self.requests.get()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.epochs -= 1
        if self.epochs == 0:
            self.answers.put((logs or {})["loss"])
            self.epochs = self.requests.get()


def fitted(work: Workload, X: np.ndarray, y: np.ndarray, together: int) -> Run:
    model, pauses = make_model(work, together, X.dtype == np.uint8), Pauses()
    full = work.batch_size == work.m
    steps_per_epoch = STEPS if full else math.ceil(work.m / work.batch_size)
    labels = y.astype(np.float32)[:, None] if work.binary else y

    def whole_set() -> Iterator[tuple[Any, Any]]:
        arrays = keras.ops.convert_to_tensor(X), keras.ops.convert_to_tensor(labels)
        while True:
            yield arrays

    data = (
        {"x": whole_set(), "steps_per_epoch": STEPS} if full else {"x": X, "y": labels, "batch_size": work.batch_size}
    )
    options = {"epochs": FOR_EVER, "verbose": 0, "callbacks": [pauses]}
    Thread(target=model.fit, kwargs=data | options, daemon=True).start()

    def run(n: int) -> int:
        epochs = math.ceil(n / steps_per_epoch)
        pauses.requests.put(epochs)
        pauses.answers.get()
        return epochs * steps_per_epoch

    return run


def on_jax(work: Workload, folder: Path) -> dict[str, Run]:
    X, y = read_examples(folder)
    return {
        f"{kind}, {together} together": fitted(work, data, y, together)
        for kind, data in data_types(X).items()
        for together in TOGETHER
    }

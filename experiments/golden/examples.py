"""Examples that the trips train on: a table with gaps and texts, and an NPY pair of small images."""

from __future__ import annotations

import io

import numpy as np


def _table(gaps: bool) -> str:
    rng = np.random.default_rng(3)
    rows = ["id,size,rooms,colour,kind,price"]
    for number in range(160):
        size, rooms = rng.uniform(20, 200), int(rng.integers(1, 7))
        colour = ("red", "blue", "pale, green")[int(rng.integers(3))]
        kind = ("flat", "house", "hut")[int(size > 80) + int(rooms > 4)]
        price = 2 * size + 10 * rooms + rng.normal(0, 5)
        gap = "" if gaps and number % 17 == 5 else f"{size:.1f}"
        rows.append(f'{number},{gap},{rooms},"{colour}",{kind},{price:.2f}')
    return "\n".join(rows) + "\n"


def _array(values: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def _pair() -> dict[str, bytes]:
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 3, 300)
    images = rng.integers(0, 60, (300, 64)) + 60 * (np.arange(64) % 3 == labels[:, None])
    return {"images.npy": _array(images.astype(np.uint8)), "labels.npy": _array(labels.astype(np.uint8))}


TABLE, WHOLE = _table(gaps=True), _table(gaps=False)
ARRAYS = _pair()

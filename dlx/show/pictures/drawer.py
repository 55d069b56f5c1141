"""What draws in a process of its own: it takes calls from its input and gives the pictures back.

See `dlx.show.drawing_process`, which owns it.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from contextlib import suppress
from typing import BinaryIO

from dlx.show.pictures.canvas import house_style, new_figure, png


def main() -> None:
    """Draw what comes in, one picture after the other, to the end of the input; None is what could not be drawn."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints is no answer
    with suppress(Exception):  # then the first picture tells
        draw_nothing()
    gc.freeze()  # what is imported by now stays to the end
    gc.enable()
    with suppress(EOFError, OSError):
        while True:
            _answer(requests, answers)


@house_style()
def draw_nothing() -> bytes:
    """A picture of nothing, by which all is imported that takes long."""
    figure = new_figure(1, 1, "0")
    figure.add_subplot().set_title("0")
    return png(figure)


def _answer(requests: BinaryIO, answers: BinaryIO) -> None:
    try:
        drawing, args, kwargs = pickle.load(requests)
        picture = drawing(*args, **kwargs)
    except (EOFError, OSError):
        raise
    except Exception:
        picture = None
    pickle.dump(picture, answers)
    answers.flush()

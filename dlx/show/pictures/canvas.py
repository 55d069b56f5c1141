"""What all pictures share: the look, the colours, an empty figure and its PNG bytes."""

from __future__ import annotations

import io
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from dlx.errors import EnvironmentProblem
from dlx.language import ENGLISH, language, translated

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Figure

DPI = 120
AUTHOR = "dlx"  # as the file tells, by which its pictures are known
INK, DIM, GREY, PALE = "#222222", "#5f5f5f", "#8c8c8c", "#ececec"
TRAIN, DEV, ALARM = "#0072B2", "#D55E00", "#B2182B"
# Blue and vermilion of M. Okabe & K. Ito, "Color universal design" (2008), then six that keep their distance from these
# and from each other also for people without the green cones, who see blue, yellow, and light and dark.
CLASSES = ("#0072B2", "#D55E00", "#A0246A", "#D9A5E0", "#BDB088", "#740E06", "#2337F0", "#101024")
READABLE = 4.5
SMALLEST = 9  # points of a text: 9 pixels or more where a picture of the widest stands in a column of 840 pixels
LOOK: dict[Any, Any] = {
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "agg.path.chunksize": 10_000,  # a noisy curve of very many epochs would overflow the renderer
}

_DRAWING = RLock()  # the look is one of the whole process: of two threads the second would keep the first one's


@contextmanager
def house_style() -> Iterator[None]:
    """matplotlib's defaults and the house's look, whatever the user's matplotlibrc says; in one thread at a time."""
    matplotlib = _matplotlib()
    defaults: dict[Any, Any] = dict(matplotlib.rcParamsDefault)
    look = {key: value for key, value in defaults.items() if "backend" not in key} | LOOK
    with _DRAWING, matplotlib.rc_context(look):
        yield


@lru_cache
def _matplotlib() -> Any:
    """The package, whatever the environment says of it: a wrong MPLBACKEND stops its import, a home that cannot be
    written is reported on stderr, and neither has a part in a picture here.

    Raises:
        EnvironmentProblem: it cannot be imported, as where its file matplotlibrc is no text.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    except (ImportError, ValueError) as error:
        raise EnvironmentProblem(f"matplotlib, which draws the pictures, cannot be imported: {error}") from error
    finally:
        if backend is not None:
            os.environ["MPLBACKEND"] = backend
    with suppress(ValueError):
        if backend is not None:  # such as that of a notebook, whose own pictures follow
            matplotlib.rcParams["backend"] = backend
    return matplotlib


def new_figure(width: float, height: float, title: str, subtitle: str = "") -> Figure:
    """An empty figure of that size in inches under its title, which is never read as mathematics."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    class ShownFigure(Figure):
        def _repr_png_(self) -> bytes:
            """What a notebook shows."""
            with house_style():
                return png(self)

    figure = ShownFigure(figsize=(width, height), dpi=DPI)
    FigureCanvasAgg(figure)
    figure.text(0.15 / width, 1 - 0.2 / height, title, size=12, weight="bold", va="center", parse_math=False)
    if subtitle:
        figure.text(0.15 / width, 1 - 0.44 / height, subtitle, size=SMALLEST, color=DIM, va="center")
    return figure


def readable(color: str) -> str:
    """A colour for a text: the same, darkened until it has a contrast of 4.5 to white (WCAG 2.1)."""
    from matplotlib.colors import to_hex, to_rgb

    rgb = to_rgb(color)
    while _contrast_to_white(rgb) < READABLE:
        red, green, blue = (0.95 * part for part in rgb)
        rgb = red, green, blue
    return to_hex(rgb)


def _contrast_to_white(rgb: tuple[float, float, float]) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def png(figure: Figure) -> bytes:
    """The picture as a file's content; the same figure gives the same bytes."""
    _translate(figure)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "overflow encountered")  # in ticks beyond the ends of an axis of 300 decades
        warnings.filterwarnings("ignore", "Glyph")  # a name in a script that the font lacks is drawn as boxes
        figure.savefig(file, format="png", metadata={"Software": AUTHOR}, pil_kwargs={"compress_level": 4})
    return file.getvalue()


def _translate(figure: Figure) -> None:
    """Bring its words into the language of the reader, but for titles and names, which are no mathematics either."""
    if language() == ENGLISH:
        return
    from matplotlib.text import Text

    labels = {axis.label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)}
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        words = text.get_text()
        if text.get_parse_math() and (text in labels or " " in words):
            text.set_text(translated(words))


def is_ours(content: bytes) -> bool:
    """Whether a file is a picture that was made here."""
    return content.startswith(b"\x89PNG") and f"tEXtSoftware\0{AUTHOR}".encode() in content[:200]

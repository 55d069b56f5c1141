"""Pictures in the language of the reader: their own words, not the names of users."""

from __future__ import annotations

import pytest

from dlx.show.pictures.canvas import house_style, new_figure, png


@pytest.mark.draws
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("en", ["high", "high", "epoch", "cost", "3 examples", "train cost", "high"]),
        ("es", ["high", "high", "epoch", "coste", "3 ejemplos", "coste de train", "high"]),
    ],
)
def test_the_words_of_a_picture_are_translated_and_names_stay(
    code: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLX_LANG", code)
    with house_style():
        figure = new_figure(2, 2, "high")
        axes = figure.add_subplot()
        axes.set(xlabel="epoch", ylabel="cost")
        axes.set_title("high", parse_math=False)
        texts = [axes.text(0, 0, words) for words in ("3 examples", "train cost")]
        texts.append(axes.text(0, 0, "high", parse_math=False))
        png(figure)
    title, labels = figure.texts[0], (axes.title, axes.xaxis.label, axes.yaxis.label)
    assert [text.get_text() for text in (title, *labels, *texts)] == shown

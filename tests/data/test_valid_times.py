"""Columns of times in which what is none counts as missing, in train and at predict time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.data.loading import read_like
from dlx.data.valid_times import invalid_times
from dlx.data.values.texts import Texts
from dlx.errors import DataError, Remark
from tests.data.values.test_units import trained

DATES = [f"{1 + number % 28:02}/{1 + number % 12:02}/2020,{number % 2}" for number in range(40)]


def test_what_is_no_time() -> None:
    texts = Texts.of(["01.02.2020", "31.02.2020", "unknown", None, "2020-01-05", "17:30"])
    assert invalid_times(texts, None) == {"31.02.2020", "unknown", "17:30"}
    assert invalid_times(texts, None, is_clock=True) == set(texts.present) - {"17:30"}


def test_refused_unless_it_counts_as_missing(tmp_path: Path) -> None:
    text = "\n".join(["when,y", *DATES, "31/02/2020,1"])
    with pytest.raises(DataError, match=r"train\.csv:42: column 'when': '31/02/2020' is no date"):
        trained(tmp_path, text, target="y", columns={"when": {"kind": "time"}})


def test_other_files_are_read_in_train_s_order(tmp_path: Path) -> None:
    text = "\n".join(["when,y", *DATES, "31/02/2020,1", "unknown,0"])
    setting = {"when": {"kind": "time", "invalid": "missing"}}
    with pytest.warns(Remark, match=r"'when': 2 of 42 values are no times, and count as missing, such as '31/02/2020'"):
        preprocessing = trained(tmp_path, text, target="y", columns=setting, impute="median")
    other = tmp_path / "other.csv"
    other.write_text("when\n05/06/2020\n2020-06-05\nsoon\n")  # of itself it would be read month first
    with pytest.warns(Remark, match="'when': 1 of 3 values are no times"):
        examples = read_like(preprocessing, other, labelled=False)
    fifth_of_june = (np.datetime64("2020-06-05") - np.datetime64("1970-01-01")).astype(float)
    assert examples.X[:][:, 0].tolist() == [fifth_of_june, fifth_of_june, preprocessing["imputation"][0]]

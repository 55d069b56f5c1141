"""Numbers with units and censored ones: what is read from them, in train and at predict time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.examples import Examples
from dlx.data.loading import load_dataset, read_like
from dlx.data.section import Data
from dlx.data.sources import Source
from dlx.data.values.units import measured, number_setting, same_unit
from dlx.errors import DataError, Remark, SpecError
from dlx.spec.loader import load_spec

UNITS = st.sampled_from(["kg", "km/h", "°C", "m²", "mg/dL", "min", "years", "'", "µg", "Nm"])
SIGNS = st.sampled_from(["", "<", ">", "≤", ">=", "<= "])


def read(tmp_path: Path, text: str, columns: dict[str, Any], **options: Any) -> Examples:
    path = tmp_path / "x.csv"
    path.write_text(text)
    source = {"name": "file", "path": str(path), "target": "y", "columns": columns, **options}
    return Source.parse(source).load()["all"]


@given(st.decimals(-9999, 9999, places=2), UNITS, SIGNS, st.sampled_from(["", " "]))
def test_parts_of_a_measured_number(number: Any, unit: str, sign: str, space: str) -> None:
    parts = measured(f" {sign}{number}{space}{unit} ")
    assert parts is not None
    assert (float(parts.number), parts.unit, parts.is_limit) == (float(number), unit, sign != "")


@pytest.mark.parametrize("text", ["A12", "12A34", "10-20 kg", "kg", "", "<", "12:30", "2020-01-31", "~5"])
def test_what_is_no_measured_number(text: str) -> None:
    assert measured(text) is None


@given(
    st.decimals(0, 9999, places=2),
    st.sampled_from(["CHF", "EUR", "Rs.", "US$", "R$", "kr"]),
    st.sampled_from(["", " "]),
)
def test_a_currency_may_stand_in_front(number: Any, unit: str, space: str) -> None:
    parts = measured(f"{unit}{space}{number}")
    assert parts is not None
    assert (float(parts.number), parts.unit) == (float(number), unit)
    assert measured(f"{unit} {number} kg") is None


@pytest.mark.parametrize("text", ["Room 5", "No. 5", "M5", "Type 3", "R2", "Km 12"])
def test_other_words_in_front_make_a_name(text: str) -> None:
    assert measured(text) is None


def test_spellings_of_units() -> None:
    assert same_unit("years") == same_unit("Year") == same_unit("year.")
    assert same_unit("KG") == same_unit("kg")
    assert same_unit("mW") != same_unit("MW")
    assert same_unit("g") != same_unit("kg")


def test_a_unit_behind_some_or_all_numbers(tmp_path: Path) -> None:
    text = "h,w,y\n180.5 cm,70kg,a\n175,1,b\n1.690e2 CM,80 kg,a\n"
    settings = {"h": {"kind": "number", "unit": "cm"}, "w": {"kind": "number", "unit": "kg"}}
    assert read(tmp_path, text, settings).X[:].tolist() == [[180.5, 70], [175, 1], [169, 80]]


def test_decimal_commas_before_a_unit(tmp_path: Path) -> None:
    text = "h;y\n1,5 kg;a\n12,25 kg;b\nkeine;a\n"
    with pytest.warns(Remark, match=r"column 'h': 1 of 3 values are no numbers, and count as missing, such as 'keine'"):
        examples = read(tmp_path, text, {"h": {"kind": "number", "unit": "kg", "invalid": "missing"}}, impute="mean")
    assert np.array_equal(examples.X[:], [[1.5], [12.25], [np.nan]], equal_nan=True)


def test_limits_of_censored_numbers(tmp_path: Path) -> None:
    settings = {"c": {"kind": "number", "censored": True}, "t": {"kind": "number", "unit": "years", "censored": True}}
    text = "c,t,y\n<0.5,10+ years,a\n>100,< 1 year,b\n≥ 3,3 years,a\n4.5,4 years,b\n"
    assert read(tmp_path, text, settings).X[:].tolist() == [[0.5, 10], [100, 1], [3, 3], [4.5, 4]]


COLUMN = "columns: {h: {kind: number"


@pytest.mark.parametrize(
    ("values", "setting", "message"),
    [
        (
            "1 kg,2 kg,5 g",
            {"unit": "kg"},
            f"4: '5 g' is in g, and this column in kg: convert it, or state `{COLUMN}",
        ),
        (
            "1 kg,2 kg,<5 kg",
            {"unit": "kg"},
            f"4: '<5 kg' is a limit; correct it, or state `{COLUMN}, unit: kg, censored",
        ),
        (
            "1 kg,2 kg,lots",
            {"unit": "kg"},
            f"4: 'lots' is not a number, as this .*or state `{COLUMN}, unit: kg, inv",
        ),
        ("170,171.3 cm", {}, f"3: '171.3 cm' has the unit cm; correct it, or state `{COLUMN}, unit: cm}}}}`$"),
        ("170.2 cm,171.3 cm", {}, f"2: '170.2 cm' has the unit cm; correct it, or state `{COLUMN}, unit: cm}}}}`$"),
        (
            "170,>171.3 cm",
            {},
            f"3: '>171.3 cm' has the unit cm and is a limit; .*`{COLUMN}, unit: cm, censored: true}}}}`",
        ),
        ("1,1/2", {}, "3: '1/2' is not a number, as this column is stated to hold"),
        ("<3,<4", {}, f"2: '<3' is a limit; correct it, or state `{COLUMN}, censored: true}}}}`"),
        ("170,171.3 cm", None, f"3: '171.3 cm' has .* `{COLUMN}, unit: cm}}}}`, or name the column in `categorical`"),
        (
            "red,blue",
            {},
            f"2: 'red' is not a number, as this column is stated to hold; .* `{COLUMN}, invalid: missing}}}}`",
        ),
    ],
)
def test_what_is_no_number_is_told_with_what_makes_one_of_it(
    tmp_path: Path, values: str, setting: dict[str, str] | None, message: str
) -> None:
    line, _, what = message.partition(": ")
    text = "".join(f"{value},{'ab'[place % 2]}\n" for place, value in enumerate(values.split(",")))
    with pytest.raises(DataError, match=rf"x\.csv:{line}: column 'h': {what}"):
        read(tmp_path, f"h,y\n{text}", {} if setting is None else {"h": {"kind": "number", **setting}})


def trained(tmp_path: Path, text: str, **options: Any) -> dict[str, Any]:
    path = tmp_path / "train.csv"
    path.write_text(text)
    source = {"name": "file", "path": str(path), **options}
    data = Data.model_validate({"source": source, "split": {"train": 0.6, "dev": 0.2, "test": 0.2}})
    return dict(load_dataset(data, None, np.random.default_rng(0)).preprocessing)


def test_other_files_are_read_like_train(tmp_path: Path) -> None:
    rows = [f"{number} kg,{number / 8} min" for number in range(1, 41)]
    settings = {name: {"kind": "number", "unit": unit, "censored": True} for name, unit in (("h", "kg"), ("t", "min"))}
    preprocessing = trained(tmp_path, "\n".join(["h,t", *rows]), target="t", columns=settings)
    other = tmp_path / "other.csv"
    other.write_text("h,t\n>5 kg,7 min\n6,<8\n")
    examples = read_like(preprocessing, other)
    assert examples.y is not None
    assert (examples.X[:].ravel().tolist(), examples.y.ravel().tolist()) == ([5, 6], [7, 8])
    other.write_text("h,minutes\n7 kg,3 min\n")
    named = read_like(preprocessing, other, "minutes")
    assert named.y is not None
    assert named.y.ravel().tolist() == [3]
    plain = trained(tmp_path, "\n".join(["h,t", *(f"{number},{number / 8}" for number in range(40))]), target="t")
    other.write_text("h\n1\n1 g\n<2\n")
    assert [fault.reason for fault in read_like(plain, other, labelled=False, strict=False).faults[:2]] == [
        "line 3: column 'h': '1 g' has the unit g, which train's numbers have not: write 1",
        "line 4: column 'h': '<2' is a limit, which train's numbers have not: write 2",
    ]
    other.write_text("h\n1 kg\n1 g\n")
    faults = read_like(preprocessing, other, labelled=False, strict=False).faults
    assert faults[0].reason == "line 3: column 'h': '1 g' is in g, and this column in kg: convert it"


def test_marks_of_a_column(tmp_path: Path) -> None:
    rows = [f"{number},{('NA', 'EU')[number % 2]}" for number in range(40)]
    settings = {"region": {"missing": ["?"]}}
    preprocessing = trained(tmp_path, "\n".join(["x,region", *rows]), target="region", columns=settings)
    assert preprocessing["classes"] == ["EU", "NA"]
    other = tmp_path / "other.csv"
    other.write_text("x,region\n1,NA\n2,EU\n")
    examples = read_like(preprocessing, other)
    assert examples.y is not None
    assert examples.y.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ("{h: {unit: kg}}", "unit is for columns of `kind: number`"),
        ("{h: {kind: time, censored: true}}", "censored is for columns of `kind: number`"),
        ("{h: {kind: category, invalid: missing}}", "invalid is for columns of `kind: number` or `kind: time`"),
    ],
)
def test_options_that_do_not_go_with_the_kind(tmp_path: Path, columns: str, what: str) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"data: {{source: {{name: file, path: x.csv, target: y, columns: {columns}}}}}\n")
    with pytest.raises(SpecError, match=what):
        load_spec(spec)


def written(tmp_path: Path, heights: list[str]) -> Path:
    path = tmp_path / "x.csv"
    path.write_text("h,y\n" + "".join(f"{height},{row % 2}\n" for row, height in enumerate(heights)))
    return path


def test_texts_that_would_be_numbers_if_it_were_stated(tmp_path: Path) -> None:
    source = {"name": "file", "target": "y"}
    few = written(tmp_path, [f"1{row:02d}.5 cm" for row in range(40)])
    said = r"column 'h' has 40 different texts such as '100\.5 cm', each of which becomes a category"
    with pytest.warns(Remark, match=said) as remarks:
        Source.parse({**source, "path": str(few)}).load()
    setting = str(remarks[0].message).split("`")[1]
    assert setting == 'columns: {h: {kind: number, unit: "cm"}}'
    examples = Source.parse({**source, "path": str(few), **yaml.safe_load(setting)}).load()["all"]
    assert examples.X[:][:, 0].tolist() == [float(f"1{row:02d}.5") for row in range(40)]
    many = written(tmp_path, [f"{row} y" if row else "<5 y" for row in range(120)])
    with pytest.raises(
        DataError, match=r'state `columns: \{h: \{kind: number, unit: "y", censored: true\}\}`'
    ) as error:
        Source.parse({**source, "path": str(many)}).load()
    setting = str(error.value).rsplit("`", 2)[1]
    examples = Source.parse({**source, "path": str(many), **yaml.safe_load(setting)}).load()["all"]
    assert examples.X[:][:, 0].tolist() == [5.0, *range(1, 120)]


@pytest.mark.parametrize("texts", [["<{}K", ">{}K"], ["{}st", "{}nd"], ["{} mg", "{} cm"], ["red", "{} cm"], ["{}"]])
def test_what_stays_a_name(texts: list[str]) -> None:
    assert number_setting([texts[row % len(texts)].format(row) for row in range(40)]) == ""


def test_few_texts_with_letters_behind_numbers_stay_names() -> None:
    assert number_setting([f"{row}A" for row in range(6)]) == ""

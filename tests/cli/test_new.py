"""``dlx new``: prints or writes a spec that trains."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.nn.losses import Huber
from dlx.spec.loader import load_spec

pytestmark = [pytest.mark.usefixtures("blank_pictures"), pytest.mark.probes]

Run = Callable[..., Any]


def test_printed(call_dlx: Run, tmp_path: Path) -> None:
    result = call_dlx("new")
    (tmp_path / "spec.yaml").write_text(result.stdout)
    assert (result.code, result.stderr) == (0, "")
    assert load_spec(tmp_path / "spec.yaml").spec.name == "moons"


def test_written_once_and_never_over_another_file(call_dlx: Run, tmp_path: Path) -> None:
    assert call_dlx("new", "--out", "first.yaml", cwd=tmp_path).stdout == "first.yaml\n"
    text = (tmp_path / "first.yaml").read_text()
    assert "dlx train first.yaml" in text
    result = call_dlx("new", "--out", "first.yaml", cwd=tmp_path)
    assert (result.code, result.stderr) == (
        2,
        "error: first.yaml exists already: choose another name with --out, or remove it\n",
    )
    assert (tmp_path / "first.yaml").read_text() == text


def test_for_a_data_file(call_dlx: Run, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("x,y\n1,a\n2,b\n3,a\n")
    assert call_dlx("new", "data.csv", "--target", "y", "-o", "spec.yaml", cwd=tmp_path).code == 0
    assert load_spec(tmp_path / "spec.yaml").spec.dump()["data"]["source"]["target"] == "y"


def test_faults(call_dlx: Run, tmp_path: Path) -> None:
    assert call_dlx("new", "--target", "y").stderr == (
        "error: options such as --target and --task belong to a data file: dlx new FILE --target COLUMN\n"
    )
    result = call_dlx("new", "none.csv", "--target", "y", cwd=tmp_path)
    assert result.code == 5
    assert "none.csv: there is no such file" in result.stderr


def test_targets_that_cannot_be_predicted(call_dlx: Run, tmp_path: Path) -> None:
    rows = [f"{number},{number / 3:.2f},{'xy'[number % 2]},{'pq'[number % 2]}" for number in range(30)]
    (tmp_path / "data.csv").write_text("\n".join(["id,a,t1,t2", *rows]))
    result = call_dlx("new", "data.csv", "--target", "id", cwd=tmp_path)
    assert result.code == 5
    assert result.stderr.endswith(
        "column 'id' has a different whole number in each row, as names of rows are: take another target, or say "
        "--task regression\n"
    )
    assert call_dlx("new", "data.csv", "--target", "id", "--task", "regression", cwd=tmp_path).code == 0
    result = call_dlx("new", "data.csv", "--target", "t1", "--target", "t2", cwd=tmp_path)
    assert "column 't1' holds text; several targets must be numbers" in result.stderr
    days = [f"2020-{1 + number // 28:02}-{1 + number % 28:02}" for number in range(30)]
    (tmp_path / "days.csv").write_text("\n".join(["a,y", *(f"{len(day) * 3},{day}" for day in days)]))
    result = call_dlx("new", "days.csv", "--target", "y", cwd=tmp_path)
    assert "column 'y' has dates or times, and a target is a class or a number: write it as a number" in result.stderr


def test_words_for_true_and_false_are_shown_as_they_stand(call_dlx: Run, tmp_path: Path) -> None:
    rows = [f"{number / 3:.2f},{['yes', 'no', 'no'][number % 3]},{2**60 + number % 2}" for number in range(30)]
    (tmp_path / "data.csv").write_text("\n".join(["a,y,key", *rows]))
    assert "target: y  # no 20, yes 10\n" in call_dlx("new", "data.csv", "--target", "y", cwd=tmp_path).stdout
    text = call_dlx("new", "data.csv", "--target", "key", cwd=tmp_path).stdout
    assert f"target: key  # {2**60} 15, {2**60 + 1} 15\n" in text


def test_labels_that_differ_by_case_alone_are_told(call_dlx: Run, tmp_path: Path) -> None:
    rows = [f"{number / 3:.2f},{['red', 'Red', 'blue'][number % 3]}" for number in range(30)]
    (tmp_path / "data.csv").write_text("\n".join(["a,y", *rows]))
    text = call_dlx("new", "data.csv", "--target", "y", cwd=tmp_path).stdout
    assert "# 'Red' and 'red' differ by case or spaces alone, and are classes of their own as the file stands" in text


def test_other_files_need_no_title(call_dlx: Run, tmp_path: Path) -> None:
    rows = "".join(f"{number / 3:.2f},{['red', 'blue'][number % 2]}\n" for number in range(30))
    (tmp_path / "data.csv").write_text(f"Colours: a survey\n\n2020\na,y\n{rows}")
    (tmp_path / "new.csv").write_text("a,y\n3.5,red\n")
    assert call_dlx("new", "data.csv", "--target", "y", "--out", "x.yaml", cwd=tmp_path).code == 0
    assert "skip_lines: 3" in (tmp_path / "x.yaml").read_text()
    assert call_dlx("train", "x.yaml", "training.epochs=1", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    assert len(call_dlx("predict", "run", "new.csv", cwd=tmp_path).stdout.splitlines()) == 2
    assert len(call_dlx("predict", "run", "data.csv", cwd=tmp_path).stdout.splitlines()) == 31


@pytest.mark.parametrize(
    ("name", "sound"), [("nul", "nul-data"), ("con.2020", "con-2020"), ("a.", "a"), ("…", "experiment")]
)
def test_files_with_names_that_no_folder_may_have(call_dlx: Run, tmp_path: Path, name: str, sound: str) -> None:
    (tmp_path / f"{name}.csv").write_text("x,y\n1,a\n2,b\n3,a\n")
    assert call_dlx("new", f"{name}.csv", "--target", "y", "-o", "spec.yaml", cwd=tmp_path).code == 0
    assert load_spec(tmp_path / "spec.yaml").spec.name == sound


def test_limits_among_numbers_of_which_a_group_is_sought(call_dlx: Run, tmp_path: Path) -> None:
    rows = "".join(
        f"{'<5' if n % 6 == 0 else n},{n % 24}:30,{'inf' if n % 20 == 7 else n / 3},{'ab'[n % 2]}\n" for n in range(80)
    )
    (tmp_path / "data.csv").write_text(f"level,clock,x,y\n{rows}")
    text = call_dlx("new", "data.csv", "--target", "y", cwd=tmp_path).stdout
    assert "level: {kind: number, censored: true}" in text
    assert "these columns lack: x 4" in text
    assert "clock: {kind: time}" in text
    assert "split with" not in text  # a time of a day does not say which row was first


@pytest.mark.parametrize("name", ["2023", "1e5", "true", "null"])
def test_files_with_names_of_other_types(call_dlx: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.csv").write_text("x,y\n1,a\n2,b\n3,a\n")
    assert call_dlx("new", f"{name}.csv", "--target", "y", "-o", "spec.yaml", cwd=tmp_path).code == 0
    assert load_spec(tmp_path / "spec.yaml").spec.name == name


def test_columns_that_need_a_word(call_dlx: Run, tmp_path: Path) -> None:
    (tmp_path / "years.csv").write_text("2018,2019,2020\n1,2,0\n2,3,1\n4,5,1\n3,3,0\n")
    assert "target: '2020'" in call_dlx("new", "years.csv", "--header", "--target", "'2020'", cwd=tmp_path).stdout
    (tmp_path / "spaces.csv").write_text("a , b, label \n1,2,x\n2,3,y\n3,4,x\n4,4,y\n")
    (tmp_path / "spec.yaml").write_text(call_dlx("new", "spaces.csv", "--target", "label", cwd=tmp_path).stdout)
    assert call_dlx("train", "spec.yaml", "training.epochs=1", "--quiet", cwd=tmp_path).code == 0
    (tmp_path / "titled.csv").write_text("by Anna, 2020\na,y\n1,x\n2,y\n3,x\n")
    assert "skip_lines: 1" in call_dlx("new", "titled.csv", "--skip-lines", "1", "--target", "y", cwd=tmp_path).stdout


def test_notes_below_a_table_are_passed_over(call_dlx: Run, tmp_path: Path) -> None:
    rows = "".join(f"{number / 3:.2f},{number % 7},{'red' if number % 2 else 'blue'}\n" for number in range(30))
    (tmp_path / "data.csv").write_text(f"a,b,y\n{rows}* estimated\nSource: an office\n")
    result = call_dlx("new", "data.csv", "--target", "y", cwd=tmp_path)
    assert "30 examples" in result.stdout
    assert "data.csv:32: '* estimated' and 1 more: passed over, being a note below the table" in result.stderr
    (tmp_path / "data.csv").write_text(f"a,b,y\n{rows}* estimated\n{rows}")
    result = call_dlx("new", "data.csv", "--target", "y", cwd=tmp_path)
    assert "data.csv: left out by `ragged_rows`: line 32 has another number of fields" in result.stderr
    assert "    ragged_rows: drop  # line 32 has another number of fields\n" in result.stdout


def test_whole_numbers_beyond_those_of_float64_are_told(call_dlx: Run, tmp_path: Path) -> None:
    rows = [f"{2**60 + 97 * row},{10**16 + row % 9},{2**60 + row * 10**9 + 1},{row % 2}" for row in range(60)]
    (tmp_path / "data.csv").write_text("\n".join(["key,account,stamp,y", *rows]))
    text = call_dlx("new", "data.csv", "--target", "y", cwd=tmp_path).stdout
    assert "categorical: [account]  # account: whole numbers beyond 2^53, taken for names\n" in text
    assert "- key  # it names the rows: 60 different values\n" in text
    assert "stamp: {kind: number}  # 60 of 60 are whole numbers beyond 2^53 that float64 rounds, such as" in text
    (tmp_path / "spec.yaml").write_text(text)
    result = call_dlx("train", "spec.yaml", "training.epochs=1", "--quiet", cwd=tmp_path)
    assert (result.code, result.stderr) == (0, "")
    kept = call_dlx("new", "data.csv", "--target", "y", "--keep", "key", cwd=tmp_path).stdout
    assert "categorical: [key, account]" in kept
    shown = " ".join(call_dlx("data", "data.csv", "--target", "y", cwd=tmp_path).stdout.split())
    assert "account: whole numbers beyond 2^53, taken for names" in shown
    assert "stamp: 60 of 60 are whole numbers beyond 2^53 that float64 rounds" in shown


def test_a_regression_of_long_numbers_and_of_texts(call_dlx: Run, tmp_path: Path) -> None:
    rows = [f"{row / 7:.2f},{2**60 + row * 2**50},{'yes' if row % 2 else 'no'},{'abc'[row % 3]}" for row in range(60)]
    (tmp_path / "data.csv").write_text("\n".join(["x,key,sure,kind", *rows]))

    def written(target: str) -> Any:
        return call_dlx("new", "data.csv", "--target", target, "--task", "regression", cwd=tmp_path)

    (tmp_path / "spec.yaml").write_text(written("key").stdout)
    assert call_dlx("train", "spec.yaml", "training.epochs=1", "--quiet", cwd=tmp_path).code == 0
    for target, text in (("sure", "no"), ("kind", "a")):
        result = written(target)
        what = f"column {target!r} has texts such as {text!r}, which are no numbers"
        assert result.stderr == f"error: --task regression: {what}; leave out --task for classes\n"
        assert result.code == 2


@pytest.mark.parametrize(("rows", "has"), [(1, "one example"), (2, "2 examples")])
def test_a_file_of_which_no_spec_could_be_trained_is_refused(
    call_dlx: Run, tmp_path: Path, rows: int, has: str
) -> None:
    (tmp_path / "few.csv").write_text("a,b,y\n" + "".join(f"{i},{i * i}.5,{i % 2 + 0.25}\n" for i in range(rows)))
    result = call_dlx("new", "few.csv", "--target", "y", "--out", "few.yaml", cwd=tmp_path)
    assert result.code != 0
    assert f"few.csv: has {has}; a spec needs 3, two to train on and one to judge by" in result.stderr
    assert not (tmp_path / "few.yaml").exists()


@pytest.mark.usefixtures("blank_pictures")
@pytest.mark.parametrize("kind", ["class", "number"])
@pytest.mark.parametrize("rows", [3, 4, 9])
def test_what_it_writes_for_a_few_rows_trains_and_is_not_blamed_for_its_own_defaults(
    call_dlx: Run, tmp_path: Path, rows: int, kind: str
) -> None:
    label = ["yes", "no"] if kind == "class" else ["1.5", "4.25"]
    lines = [f"{i * 1.3:.1f},{i * 7 % 5}.5,{label[i % 2]}{i if kind == 'number' else ''}\n" for i in range(rows)]
    (tmp_path / "few.csv").write_text("a,b,y\n" + "".join(lines))
    new = call_dlx("new", "few.csv", "--target", "y", "--out", "few.yaml", cwd=tmp_path)
    assert new.code == 0, new.stderr
    result = call_dlx("train", "few.yaml", "--out", "run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert "penalty_too_strong" not in result.stdout
    lines = result.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("advice"))
    is_typable = any(line.startswith("         dlx ") for line in lines[start : start + 5])
    assert is_typable or "collect more" in lines[start]
    assert not any("race" in line for line in lines) or any(line.endswith(" --act") for line in lines)


def test_the_rows_that_carry_most_of_a_target_are_named(call_dlx: Run, tmp_path: Path) -> None:
    """Three of 80, in lines 12, 32 and 52 below the header; of the eleventh row the target is missing."""
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=80).round(3), rng.normal(size=80).round(2)
    y[[11, 31, 51]] = 90.0, -70.0, 80.0
    lines = [f"{a},{'' if row == 10 else b}" for row, (a, b) in enumerate(zip(x, y, strict=True))]
    (tmp_path / "far.csv").write_text("\n".join(["x,y", *lines]) + "\n")
    present = np.delete(y, 10)
    squares = (present - np.median(present)) ** 2
    shares = [round(100 * squares[row] / squares.sum()) for row in (10, 50, 30)]
    named = f"rows 12 (90, {shares[0]} %), 52 (80, {shares[1]} %) and 32 (-70, {shares[2]} %)"
    shown = call_dlx("data", "far.csv", "--target", "y", cwd=tmp_path).stdout
    assert f"y: {named} are" in " ".join(shown.split())
    assert call_dlx("new", "far.csv", "--target", "y", "--out", "spec.yaml", cwd=tmp_path).code == 0
    text = (tmp_path / "spec.yaml").read_text()
    assert f"# y: {named} are" in text
    loss = re.search(r"`loss: (\{.*\})` beside `data`", text)
    assert loss is not None
    spec = load_spec(tmp_path / "spec.yaml", [f"loss={loss[1]}"]).spec
    spread = np.subtract(*np.quantile(present, [0.75, 0.25])) / 1.349
    assert spec.loss == Huber(delta=float(f"{spread / present.std():.2g}"))

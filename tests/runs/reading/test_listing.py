"""Past runs: what a short name means, which are listed in which order, tags, and what is removed."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from dlx.errors import EnvironmentProblem, UsageError
from dlx.runs.reading.listing import Condition, past_runs, remove, selected, tag
from dlx.runs.reading.references import find, locate, open_run

IDS = {
    "20260101T000000Z-aaaa11": ("digits", 0.05),
    "20260102T000000Z-bbbb22": ("moons", 0.01),
    "20260103T000000Z-abcd33": ("digits", 0.03),
    "20260104T000000Z-cccc44": ("digits", None),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four runs, the last of which has no dev set; the working directory is the one above."""
    monkeypatch.chdir(tmp_path)
    for number, (name, (experiment, error)) in enumerate(IDS.items()):
        row = {"epoch": 9, "train_error": 0.5 - number / 10, "dev_error": error}
        facts = {"name": experiment, "status": "completed", "started": name[:16], "final": row, "kept_epoch": 9}
        folder = tmp_path / "runs" / experiment / name
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps({"schema_version": 1, **facts}))
        (folder / "config.yaml").write_text("name: x\n")
    (tmp_path / "runs" / "latest").symlink_to("digits/20260104T000000Z-cccc44")
    return Path("runs")


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        ("latest", 3),
        ("~0", 3),
        ("~1", 2),
        ("latest~3", 0),
        ("digits/~2", 0),
        ("moons/latest", 1),
        ("best:dev_error", 1),
        ("digits/best:dev_error", 2),
        ("best:train_error", 3),
        ("20260102", 1),
        ("bb", 1),
        ("abc", 2),
        ("digits/aaaa11", 0),
    ],
)
def test_what_a_short_name_means(root: Path, reference: str, number: int) -> None:
    assert find(reference).name == list(IDS)[number]
    assert open_run(reference).path.name == list(IDS)[number]


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("a", "2 runs are meant by that"),
        ("~4", "there are only 4 runs"),
        ("best:dev_eror", "did you mean dev_error?"),
        ("best:test_error", "no run has a test_error"),
        ("blobs/latest", "there are no runs named blobs"),
        ("20260202T000000Z-bbbb22", "did you mean 20260102T000000Z-bbbb22?"),
        ("", "is no run"),
    ],
)
def test_what_means_no_run_or_several_is_told(root: Path, reference: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(reference)
    assert message in str(caught.value)


def test_a_directory_comes_before_any_short_name(root: Path) -> None:
    Path("abc").mkdir()
    with pytest.raises(UsageError, match=r"abc: is no run directory: it holds no config\.yaml"):
        open_run("abc")


@pytest.mark.parametrize(
    ("conditions", "sort", "most", "numbers"),
    [
        ([], None, None, [0, 1, 2, 3]),
        ([], None, 2, [2, 3]),
        (["name=digits"], None, None, [0, 2, 3]),
        (["dev_error<4%"], None, None, [1, 2]),
        (["dev_error >= 0.03", "name!=moons"], None, None, [0, 2]),
        ([], "dev_error", None, [1, 2, 0, 3]),
        ([], "-dev_error", 1, [0]),
        ([], "id", 2, [0, 1]),
    ],
)
def test_runs_are_filtered_and_sorted(
    root: Path, conditions: list[str], sort: str | None, most: int | None, numbers: list[int]
) -> None:
    runs = selected(past_runs(), [Condition.parse(text) for text in conditions], sort, most)
    assert [run.path.name for run in runs] == [list(IDS)[number] for number in numbers]


def test_tags_name_runs(root: Path) -> None:
    assert tag(locate("~1"), ["good", "baseline"]) == ["good", "baseline"]
    for wrong in ("", "a b", "a,b", "~1", "best:cost", "latest"):
        with pytest.raises(UsageError, match="a tag is one word"):
            tag(locate("~1"), [wrong])
    assert tag(locate("abcd"), ["good"], remove=True) == ["baseline"]
    assert find("baseline").name == "20260103T000000Z-abcd33"
    [tagged] = selected(past_runs(), [Condition.parse("tags=baseline")], None, None)
    assert tagged.tags == ["baseline"]
    tag(locate("~1"), ["good"])
    others = selected(past_runs(), [Condition.parse("tags!=good")], None, None)
    assert [run.path.name for run in others] == [list(IDS)[number] for number in (0, 1, 3)]


@pytest.mark.parametrize("condition", ["dev_error<abc", "dev_error<", "epoch=ten"])
def test_a_number_is_compared_with_a_number(condition: str) -> None:
    with pytest.raises(UsageError, match="is compared with a number"):
        Condition.parse(condition)


def test_removing_leaves_latest_on_the_newest(root: Path) -> None:
    remove([locate("latest"), locate("bbbb")])
    assert [run.path.name for run in past_runs()] == [list(IDS)[number] for number in (0, 2)]
    assert open_run("latest").path.name == list(IDS)[2]
    remove([locate("~0"), locate("~1")])
    assert past_runs() == []
    assert not (root / "latest").exists()


def test_a_run_in_training_stays(root: Path) -> None:
    with open_run("~1", writing=True), pytest.raises(EnvironmentProblem, match="locked"):
        remove([locate("~1")])
    assert find("~1").is_dir()


def test_a_damaged_run_is_called_so(root: Path) -> None:
    (find("latest") / "run.json").write_text("{")
    assert [(run["id"], run["status"]) for run in past_runs()][-1] == (list(IDS)[3], "damaged")


def test_the_command(root: Path, call_dlx: Any) -> None:
    table = call_dlx("runs", "--where", "name=digits", "--sort", "dev_error", cwd=root.parent.absolute())
    assert [line.split()[0] for line in table.stdout.splitlines()] == ["id", *(list(IDS)[n] for n in (2, 0, 3))]
    document = json.loads(call_dlx("runs", "--json", "-n", "1").stdout)
    assert document["runs"][0]["id"] == list(IDS)[3]
    assert call_dlx("runs", "tag", "aaaa", "first").stdout == "first\n"
    refused = call_dlx("runs", "remove", "first")
    assert (refused.code, "say --yes" in refused.stderr) == (2, True)
    assert "aaaa11" in call_dlx("runs", "remove", "first", "--yes").stdout
    assert len(past_runs()) == 3
    assert "did you mean dev_error?" in call_dlx("runs", "--sort", "dev_eror").stderr


def test_the_list_is_the_same_in_all_forms(root: Path, call_dlx: Any) -> None:
    tag(locate("~1"), ["good", "baseline"])
    (find("bbbb") / "run.json").write_text("{")
    documents = json.loads(call_dlx("runs", "--json").stdout)["runs"]
    rows = [run | {"tags": ",".join(run["tags"])} for run in documents]
    assert [run["id"] for run in rows] == list(IDS)
    printed = call_dlx("runs", "--csv")
    assert list(csv.DictReader(io.StringIO(printed.stdout))) == [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ]
    assert "is damaged" in printed.stderr
    assert call_dlx("runs", "--parquet", "runs.parquet").stdout == "runs.parquet\n"
    table = parquet.read_table("runs.parquet")
    assert table.to_pylist() == rows
    types = {field.name: str(field.type) for field in table.schema}
    assert (types["epoch"], types["dev_error"], types["id"]) == ("int64", "double", "string")


def test_a_part_of_the_list_is_the_same_part(root: Path, call_dlx: Any) -> None:
    for arguments in (["--where", "dev_error<0.04"], ["--sort", "-dev_error"], ["-n", "2"]):
        lines = call_dlx("runs", *arguments).stdout.splitlines()[1:]
        rows = list(csv.DictReader(io.StringIO(call_dlx("runs", "--csv", *arguments).stdout)))
        assert [row["id"] for row in rows] == [line.split()[0] for line in lines]


def test_a_table_replaces_no_file_of_the_user(root: Path, call_dlx: Any) -> None:
    own = Path("mine.parquet")
    parquet.write_table(pa.table({"a": [1]}), own)
    refused = call_dlx("runs", "--parquet", own)
    assert (refused.code, "dlx made no such file" in refused.stderr) == (2, True)
    for _ in range(2):
        assert call_dlx("runs", "--parquet", "table.parquet").code == 0
    assert "take one of them" in call_dlx("runs", "--csv", "--json").stderr


def test_listing_imports_no_numpy(root: Path) -> None:
    """A thousand runs are listed in less time than NumPy takes to be imported."""
    script = (
        "import sys; sys.argv = ['dlx', 'runs']\n"
        "from dlx.cli import main\n"
        "assert main() == 0\n"
        "assert 'numpy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("digits") == 3

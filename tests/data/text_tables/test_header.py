"""What stands at the top of a table: titles, names of columns, none at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.formats.format import read_file
from dlx.data.profile.reading import profile_file
from dlx.data.sources import File
from dlx.data.tables import TableOptions
from dlx.data.text_tables.dialect import sniff
from dlx.data.text_tables.header import usual_width, without_titles

ROWS = "".join(f"{number / 7:.2f},{'red' if number % 3 else 'blue'},{number % 2}\n" for number in range(30))
PARTS = ("sepal length", "sepal width", "petal length", "petal width")
TITLES = [
    "Survey of 2020\n",
    '"Counts, by year"\n',
    "source: an office, unpublished\n\n",
    ",,\n2020,,\n",
    "\nTable 1\n\n",
]


def read(path: Path, text: str, **options: object) -> tuple[list[list[float]], list[object]]:
    path.write_text(text)
    examples = File.model_validate({"path": str(path), "target": -1, "rare": 1} | options).load()["all"]
    assert examples.y is not None
    return examples.X[:].tolist(), examples.y.tolist()


@pytest.mark.parametrize("title", TITLES)
def test_lines_above_a_table_are_passed_over(tmp_path: Path, title: str) -> None:
    plain = read(tmp_path / "plain.csv", f"a,b,y\n{ROWS}")
    assert read(tmp_path / "titled.csv", f"{title}a,b,y\n{ROWS}") == plain
    assert sniff(tmp_path / "titled.csv", TableOptions()).skip_lines == title.count("\n")
    assert read(tmp_path / "stated.csv", f"{title}a,b,y\n{ROWS}", skip_lines=title.count("\n")) == plain


def test_a_title_above_other_delimiters(tmp_path: Path) -> None:
    plain = read(tmp_path / "plain.csv", f"a,b,y\n{ROWS}")
    assert read(tmp_path / "titled.csv", f"Prices, all; in euro\na;b;y\n{ROWS.replace(',', ';')}") == plain


def test_names_of_rows_without_a_name_as_r_writes_them(tmp_path: Path) -> None:
    plain = read(tmp_path / "plain.csv", f"a,b,y\n{ROWS}")
    rows = "".join(f"r{number},{row}\n" for number, row in enumerate(ROWS.splitlines()))
    assert read(tmp_path / "r.csv", f'"a","b","y"\n{rows}', ignore=[""]) == plain
    spaced = f'"a" "b" "y"\n{rows}'.replace(",", " ")
    assert read(tmp_path / "r.txt", spaced, ignore=[""]) == plain


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
@pytest.mark.parametrize(
    ("top", "names"),
    [
        ("temp,temp,label\nmin,max,y\n", ["temp min", "temp max", "label y"]),  # as pandas writes MultiIndex columns
        ("shop,price,price\n,mean,max\n", ["shop", "price mean", "price max"]),  # after its reset_index
        ("Petal,,\nlength,colour,y\n", ["length", "colour", "y"]),  # joined cells above names that tell enough
        ("Petal,,Sepal\nlength,colour,length\n", ["Petal length", "colour", "Sepal length"]),
        ("a,b,y\nkg,,m\n", ["a", "b", "y"]),
        ("a,a,y\n[kg],,[m]\n", ["a", "y"]),
        ("kind,sepal,sepal\n,length,width\n", ["kind", "sepal length", "sepal width"]),
        ("sepal,sepal,kind\nlength,width,\n", ["sepal length", "sepal width", "kind"]),
        ("len,len,kind\nsepal,petal,\n", ["len sepal", "len petal", "kind"]),  # by pandas with index=False
        ("sepal,,petal,,kind\nlength,width,length,width,\n", [*PARTS, "kind"]),
        (",sepal,petal,kind\nid,length,length,\n", ["id", "sepal length", "petal length", "kind"]),
        ("kind,,sepal,\n,id,length,width\n", ["kind", "id", "length", "width"]),
        ("name,year,year\n,2001,2002\n", ["name", "year 2001", "year 2002"]),
        ("name,year,\n,2001,2002\n", ["name", "year 2001", "year 2002"]),
        ("name,v,v,w,w\n,1,2,1,2\n", ["name", "v 1", "v 2", "w 1", "w 2"]),  # a pivot with its index reset
        (",v,v,w,w\nyear,1,2,1,2\nname,,,,\n", ["name", "v 1", "v 2", "w 1", "w 2"]),  # as pandas writes a pivot
        (",len,len,kind\n,sepal,petal,\nid,,,\n", ["id", "len sepal", "len petal", "kind"]),  # with a named index
        ("g,len,len,kind\nh,sepal,petal,\nid,,,\n", ["id", "len sepal", "len petal", "kind"]),
        ("len,wid,len,wid,kind\nmm,mm,cm,cm,\n", ["len mm", "wid mm", "len cm", "wid cm", "kind"]),
        ("g,len,len\nh,1,2\nid,,\n", ["id", "len 1", "len 2"]),
        (",len,len,kind\n,sepal,petal,\n", ["len sepal", "len petal", "kind"]),  # with an index without a name
        ("len,len,age,kind\n[mm],[cm],[y],\n", ["len [mm]", "len [cm]", "age", "kind"]),
    ],
)
def test_groups_above_the_names(tmp_path: Path, top: str, names: list[str]) -> None:
    width = top.split("\n")[0].count(",") + 1
    rows = ROWS if width == 3 else "".join(",".join([str(n + i) for i in range(width)]) + "\n" for n in range(30))
    (tmp_path / "x.csv").write_text(f"{top}{rows}")
    profile = profile_file(File(path=str(tmp_path / "x.csv")))
    assert ([column.name for column in profile.columns], profile.columns[0].m) == (names, 30)


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_examples_without_a_label_are_no_names(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(f"a,a,y\n20,red,\n21,red,\n{ROWS}")
    profile = profile_file(File(path=str(tmp_path / "x.csv")))
    assert ([column.name for column in profile.columns], profile.columns[0].m) == (["a", "y"], 32)


def test_names_are_those_of_train_also_where_another_column_has_gone(tmp_path: Path) -> None:
    top = "Petal,,Sepal,\nlength,colour,length,y\n"
    rows = "".join(f"{number},red,{number + 1},{number % 2}\n" for number in range(20))
    examples = File(path=str(_file(tmp_path / "train.csv", top + rows)), target="y", ignore=("Petal length",)).load()
    others = "".join(f"red,{number + 1},{number % 2}\n" for number in range(20))
    other = _file(tmp_path / "other.csv", f",Sepal,\ncolour,length,y\n{others}")
    like = read_file(other, TableOptions(), examples["all"].columns)["all"]
    assert like.X[:].tolist() == examples["all"].X[:].tolist()


def _file(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_delimiters_at_the_ends_of_all_lines_but_the_header(tmp_path: Path) -> None:
    plain = read(tmp_path / "plain.csv", f"a,b,y\n{ROWS}")
    for end in (",", ", "):
        rows = ROWS.replace("\n", f"{end}\n")
        assert read(tmp_path / "open.csv", f"a,b,y\n{rows}", ignore=[""], target="y") == plain


@pytest.mark.parametrize(
    "row",
    [
        "39, State-gov, 77516, Bachelors, 13, Single, <=50K",
        "50, Private, 83311, Bachelors, 9, Married, >50K",
        "p,x,s,n,t",
        "no,0.25,green,left",
    ],
)
def test_a_first_record_that_is_like_the_others_is_one_of_them(tmp_path: Path, row: str) -> None:
    path = tmp_path / "x.data"
    fields = row.split(", " if ", " in row else ",")
    text = "".join(
        ",".join(f"{float(field) + line}" if field.isdigit() else field for field in fields) + "\n" for line in range(9)
    )
    path.write_text(text)
    assert not sniff(path, TableOptions()).header
    names = ",".join(f"name {number}" for number in range(len(fields)))
    path.write_text(f"{names}\n{text}")
    assert sniff(path, TableOptions()).header


def test_numbers_above_numbers_are_names_where_the_texts_beside_them_are(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("country,1990,2000,2010\nFR,1,2,3\nDE,2,3,4\nIT,2,3,9\n")
    assert sniff(path, TableOptions()).header


@given(st.lists(st.lists(st.sampled_from(["", "a", "1"]), min_size=3, max_size=3), min_size=4, max_size=8))
def test_tables_of_one_width_begin_with_their_first_full_record(records: list[list[str]]) -> None:
    above = without_titles(records)
    assert usual_width(records) == 3
    assert all(sum(map(bool, record)) < 2 for record in records[:above])
    assert above == 0 or sum(map(bool, records[above])) > 1

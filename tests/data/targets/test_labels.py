"""Labels: the task they ask for, the classes they have, and the codes they become."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.targets.labels import Label, Labels, infer_labels
from dlx.errors import DataError, Remark
from dlx.types import Array
from dlx.words import Task

MANY = np.arange(1000)


def infer(y: object, task: str | None = None) -> Labels:
    return infer_labels(np.array(y), None if task is None else Task(task), "here")


@pytest.mark.parametrize(
    ("y", "task", "classes"),
    [
        (["no", "yes", "no"], "binary", ("no", "yes")),
        (["b", "c", "a"], "multiclass", ("a", "b", "c")),
        ([True, False], "binary", (False, True)),
        ([1, 0, 1], "binary", (0, 1)),
        ([-1, 1], "binary", (-1, 1)),
        ([7, 3, 5], "multiclass", (3, 5, 7)),
        ([2.0, 1.0, 3.0], "multiclass", (1.0, 2.0, 3.0)),
        (MANY % 100, "multiclass", tuple(range(100))),
        (np.tile(np.arange(20), 2), "multiclass", tuple(range(20))),
        ([1.5, 2.0], "regression", ()),
        (MANY * 1.0, "regression", ()),
        ([[1.0, 2.0], [3.0, 4.0]], "regression", ()),
    ],
)
def test_the_task_follows_from_the_labels(y: object, task: str, classes: tuple[Label, ...]) -> None:
    labels = infer(y)
    assert (labels.task, labels.classes) == (task, classes)
    assert [type(label) for label in labels.classes] == [type(label) for label in classes]


@pytest.mark.parametrize("y", [MANY % 101, np.arange(21), np.arange(21.0), [[1, 2], [3, 4]]])
def test_doubtful_labels_ask_for_the_task(y: object) -> None:
    with pytest.raises(DataError, match=r"here: .* classes or quantities\? State `task: multiclass` or `task: regr"):
        infer(y)


def test_a_stated_task_settles_the_doubt() -> None:
    assert len(infer(MANY, "multiclass").classes) == 1000
    assert infer([1, 2, 3], "regression").n_y == 1
    assert infer([[1, 0], [0, 1]], "regression").n_y == 2
    assert infer([0.5, 1.5], "multiclass").classes == (0.5, 1.5)
    assert infer([0, 1], "multiclass").n_y == 2
    assert infer([True, False], "regression").n_y == 1


@pytest.mark.parametrize(
    ("y", "task", "message"),
    [
        ([3, 3], None, "here: every label is 3; classification needs at least two classes"),
        (["a"], None, "here: every label is 'a'"),
        ([2.0, 2.0], "multiclass", "here: every label is 2.0"),
        ([1, 2, 3], "binary", "here: `task: binary` needs two classes, there are 3: 1, 2, 3"),
        (range(50), "binary", "there are 50: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …, 49"),
        ([[0.5], [1.5]], "binary", r"here: `task: binary` needs one label for each example, .*; y has shape \(2, 1\)"),
        ([[1, 0], [1, 0]], None, "here: every label is 0; classification needs at least two classes"),
        (np.eye(3), "binary", "here: `task: binary` needs two classes, there are 3: 0, 1, 2"),
        ([[1, 0, 0], [0, 2, 0]], "multiclass", r"needs one label for each example, or a column of 0 and 1 for each"),
    ],
)
def test_labels_that_do_not_fit(y: object, task: str | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        infer(y, task)


def test_text_is_no_target_of_a_regression() -> None:
    with pytest.raises(DataError, match="here: the targets are text, but `task: regression` needs 1 real numbers"):
        infer(["a", "b"], "regression").encode(np.array(["a", "b"]), "here")


@given(st.one_of(st.lists(st.text(max_size=3)), st.lists(st.integers(-9, 9)), st.lists(st.booleans())))
def test_codes_are_places_among_the_classes(given_labels: list[Label]) -> None:
    y = np.array([*given_labels, *([given_labels[0]] if given_labels else [])])
    if len(set(given_labels)) < 2:
        return
    labels = infer(y, "multiclass")
    codes = labels.encode(y, "here")
    assert codes.dtype == np.uint8
    assert np.array(labels.classes)[codes].tolist() == y.tolist()


def test_more_than_256_classes_need_wider_codes() -> None:
    codes = infer(MANY, "multiclass").encode(MANY, "here")
    assert codes.dtype == np.int32
    assert np.array_equal(codes, MANY)


def test_targets_are_columns_of_real_numbers() -> None:
    assert infer([1.5, 2.5]).encode(np.array([1.5, 2.5], np.float32), "here").tolist() == [[1.5], [2.5]]
    with pytest.raises(DataError, match=r"there: the targets are real numbers of shape \(1, 3\), .* needs 1 real"):
        infer([1.5, 2.5]).encode(np.array([[1.0, 2.0, 3.0]]), "there")


@pytest.mark.parametrize("dtype", [bool, np.int64, np.float32])
def test_one_hot_labels_are_classes(dtype: type) -> None:
    """As ``keras.utils.to_categorical`` and ``pandas.get_dummies`` write them."""
    y: Array = np.eye(3)[[2, 0, 1, 2]].astype(dtype)
    for task in (None, Task.MULTICLASS):
        labels = infer_labels(y, task, "here")
        assert (labels.task, labels.classes) == (Task.MULTICLASS, (0, 1, 2))
        assert labels.encode(y, "here").tolist() == [2, 0, 1, 2]
        assert labels.encode(np.array([1, 2]), "there").tolist() == [1, 2]
    assert infer_labels(y, Task.REGRESSION, "here").targets == 3
    assert infer_labels(y[:, :2][:3] + np.array([[0, 1], [0, 0], [0, 0]], dtype), None, "here").task is Task.BINARY


@given(st.lists(st.integers(0, 3), min_size=2), st.permutations(["a", "b", "c", "d"]))
def test_columns_of_one_hot_labels_are_the_classes_in_any_order(codes: list[int], names: list[str]) -> None:
    """The codes are the places among the sorted names, and say which column has the 1."""
    if len(set(codes)) < 2:
        return
    y = np.eye(4)[codes]
    labels = infer_labels(y, None, "here", names)
    assert labels.classes == ("a", "b", "c", "d")
    expected = [names[code] for code in codes]
    assert [labels.classes[code] for code in labels.encode(y, "here", names)] == expected
    order = [2, 0, 3, 1]  # of the columns in another file
    assert [
        labels.classes[code] for code in labels.encode(y[:, order], "there", [names[place] for place in order])
    ] == expected


def test_any_number_of_ones_in_a_row_are_several_labels() -> None:
    y = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 0]])
    for values in (y, y.astype(bool), y.astype(np.float32)):
        labels = infer_labels(values, None, "here", ["red", "blue", "green"])
        assert (labels.task, labels.classes, labels.n_y) == (Task.MULTILABEL, ("red", "blue", "green"), 3)
        assert labels.encode(values, "here").tolist() == y.tolist()
    assert infer_labels(np.eye(3), Task.MULTILABEL, "here").task is Task.MULTILABEL
    assert infer_labels(y, Task.REGRESSION, "here").task is Task.REGRESSION


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([[1, 2], [0, 1]], "here: labels of `task: multilabel` are 0 or 1, row 0 .* has 2 in column 1"),
        ([1, 0], "here: `task: multilabel` needs several columns of 0 and 1, .* of one column, state `task: binary`"),
        (["a", "b"], "here: `task: multilabel` needs several columns"),
    ],
)
def test_what_is_not_several_labels(y: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        infer(y, "multilabel")
    labels = infer(np.eye(2), "multilabel")
    with pytest.raises(DataError, match=r"there: .*`task: multilabel`"):
        labels.encode(np.array(y), "there")


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([[1, 0, 0], [0, 0, 0]], "there: one-hot labels have one 1 in each row, row 1 .* has 0"),
        ([[1, 1, 0]], "there: one-hot labels have one 1 in each row, row 0 .* has 2; state `task: multilabel`"),
        ([[0, 0.5, 0.5]], "there: one-hot labels are 0 or 1, row 0 .* has 0.5 in column 1"),
    ],
)
def test_rows_that_are_not_one_hot_are_named(y: object, message: str) -> None:
    labels = infer_labels(np.eye(3), None, "here")
    with pytest.raises(DataError, match=message):
        labels.encode(np.array(y), "there")


@pytest.mark.parametrize(
    ("y", "advice"),
    [(np.arange(20), "state `task: regression` for quantities"), (list("abcdefghij"), "take another column as target")],
)
def test_labels_that_are_all_different_are_remarked(y: object, advice: str) -> None:
    with pytest.warns(Remark, match=rf"here: every one of the .* labels is different .*: {advice}"):
        labels = infer(y)
    assert (labels.task, labels.n_y) == (Task.MULTICLASS, len(np.array(y)))
    assert infer(y, "multiclass") == labels


def test_a_regression_on_two_values_is_remarked() -> None:
    """It is what real numbers ask for, but hardly what was meant."""
    y = np.array([0.5, 1.5] * 20)
    with pytest.warns(Remark, match=r"here: .* only 0.5 and 1.5; .* state `task: binary` if they are classes"):
        assert infer_labels(y, None, "here").task is Task.REGRESSION
    assert infer_labels(y, Task.BINARY, "here").classes == (0.5, 1.5)
    assert infer_labels(y, Task.REGRESSION, "here").classes == ()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([1, 4, 2], "there: the label 4 of row 1 .* is not among those of train: 1, 2, 3"),
        ([0], "the label 0 of row 0"),
        ([1.5], "the label 1.5 of row 0"),
        (["1"], "there: the labels are text, those of train are whole numbers"),
        ([[1, 2]], r"there: the labels are whole numbers of shape \(1, 2\), those of train are whole numbers"),
    ],
)
def test_other_parts_may_lack_classes_but_have_no_new_ones(y: object, message: str) -> None:
    labels = infer([1, 2, 3])
    assert labels.encode(np.array([3, 1]), "there").tolist() == [2, 0]
    assert labels.encode(np.array([3.0, 1.0]), "there").tolist() == [2, 0]
    with pytest.raises(DataError, match=message):
        labels.encode(np.array(y), "there")


def test_texts_that_are_all_different_are_no_classes() -> None:
    names = np.array([f"name {row}" for row in range(21)])
    with pytest.raises(DataError, match=r"every one of the 21 labels is different \('name 0', .*\); a class needs"):
        infer_labels(names, None, "x.csv")
    assert len(infer_labels(names, Task.MULTICLASS, "x.csv").classes) == 21
    assert len(infer_labels(np.append(names, names[:1]), None, "x.csv").classes) == 21


def test_a_text_among_many_numbers_is_no_class() -> None:
    numbers = [f"{number / 8}" for number in range(199)]
    for odd in ("12.5x", "4 kg", "unknown"):
        y = np.array([*numbers[:50], odd, *numbers[50:]])
        with pytest.raises(DataError, match=rf"numbers but for '{odd}' \(first in row 50, counted from 0\), and would"):
            infer_labels(y, None, "here")
    assert infer_labels(np.array([*numbers, "x"] * 2), Task.MULTICLASS, "here").task is Task.MULTICLASS
    assert infer_labels(np.array(["1", "2", "x"] * 20), None, "here").task is Task.MULTICLASS

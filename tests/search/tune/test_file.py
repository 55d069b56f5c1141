"""Files for ``dlx tune``: what is wrong with a search is told with its place, before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.errors import SpecError
from dlx.search.tune.file import load_tune
from dlx.search.tune.forecast import check
from dlx.search.tune.space import Space

HEAD = """base:
  name: moons
  data: {source: {name: moons, m: 100}, split: {train: 60, dev: 40}}
  architecture: {hidden: [4, 3]}
  optimizer: adam
search:
"""


def tuned(tmp_path: Path, search: str, *overrides: str, head: str = HEAD) -> Space:
    path = tmp_path / "tune.yaml"
    path.write_text(head + "".join(f"  {line}\n" for line in search.splitlines()))
    plan, space = load_tune(path, overrides)
    check(plan, space)
    return space


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (
            "space: {optimizer.learning_rate: {log_uniform: [1, 0.1]}}",
            "7:50: search.space.optimizer.learning_rate: expected [low, high] with low below high, got [1, 0.1]",
        ),
        (
            "space: {optimizer.learning_rate: {log_uniform: [0, 1]}}",
            "7:50: search.space.optimizer.learning_rate: a log scale begins above 0, got [0, 1] (uniform may",
        ),
        (
            "space: {optimizer.beta1: {one_minus_log_uniform: [0.9, 1]}}",
            "7:52: search.space.optimizer.beta1: the scale of 1 − β ends below 1, got [0.9, 1]",
        ),
        (
            "space: {optimizer.learning_rte: {log_uniform: [0.1, 1]}}",
            "7:50: search.space.optimizer.learning_rte: unknown key of optimizer adam (allowed",
        ),
        (
            "space: {regularization.keep_prob: {uniform: [0.5, 1.5]}}",
            "7:53: search.space.regularization.keep_prob: expected at most 1.0, got 1.5",
        ),
        (
            "space: {optimizer: {choice: [adam, sgdd]}}",
            "7:38: search.space.optimizer: there is no optimizer named 'sgdd' (allowed",
        ),
        ("space: {optimizer: {choice: [adam]}}", "a choice has two options or more, got 1"),
        ("space: {optimizer: {choice: [adam, adam]}}", "two options are the same"),
        (
            "space: {optimizer.learning_rate: {}}",
            "7:11: search.space.optimizer.learning_rate: expected one of uniform, log_uniform, one_minus_log_uniform, "
            "choice (or layers and units), got none",
        ),
        ("space: {optimizer.learning_rate: {uniform: [0, 1], choice: [1, 2]}}", "got uniform and choice"),
        ("space: {optimizer.learning_rate: {unifrom: [0, 1]}}", "did you mean uniform?"),
        ("space: {seed: {choice: [1, 2]}}", "7:11: search.space.seed: cannot be searched: seed is luck"),
        ("space: {data.split.dev: {choice: [30, 40]}}", "changes what the errors are measured on"),
        ("space: {architecture.hidden: {layers: [1, 3]}}", "layers and units stand together"),
        ("space: {architecture.hidden: {layers: [3, 1], units: [2, 9]}}", "expected [low, high], whole numbers from 0"),
        ("space: {training.batch_size: {uniform: [1.5, 20]}}", "expected full or a whole number, got 1.5"),
        ("space: {}", "7:10: search.space: "),
        (
            "trials: 0\nspace: {optimizer.learning_rate: {uniform: [0.1, 1]}}",
            "7:11: search.trials: expected at least 1",
        ),
        ("methd: grid\nspace: {optimizer.learning_rate: {uniform: [0.1, 1]}}", "7:3: search.methd: unknown key"),
        ("method: gird\nspace: {optimizer.learning_rate: {uniform: [0.1, 1]}}", "did you mean grid?"),
        (
            "method: grid\ntrials: 3\nspace: {optimizer.learning_rate: {uniform: [0.1, 1]}, regularization.l2: "
            "{uniform: [0, 1]}}",
            "8:11: search.trials: a grid over this space takes at least 4, got 3",
        ),
    ],
)
def test_wrong_searches(tmp_path: Path, search: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        tuned(tmp_path, search)
    assert message in str(caught.value)
    assert str(tmp_path / "tune.yaml") in str(caught.value)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    search = """space:
  optimizer.learning_rate: {log_uniform: [1, 0.1]}
  optimizer.beta1: {uniform: [0.5, 2]}
  nonsense: {uniform: [0, 1]}"""
    with pytest.raises(SpecError) as caught:
        tuned(tmp_path, search)
    assert [problem.key.removeprefix("search.space.") for problem in caught.value.problems][:2] == [
        "optimizer.learning_rate",
        "optimizer.beta1",
    ]
    assert "nonsense" in str(caught.value)


def test_a_search_without_a_dev_set_needs_another_objective(tmp_path: Path) -> None:
    head = HEAD.replace(", split: {train: 60, dev: 40}", "")
    search = "space: {optimizer.learning_rate: {log_uniform: [0.1, 1]}}"
    with pytest.raises(SpecError, match="there is no dev set to measure dev_error on"):
        tuned(tmp_path, search, head=head)
    assert tuned(tmp_path, search, "search.objective=train_cost", head=head)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("search:\n", "base: is missing"),
        ("base: nowhere.yaml\nsearch:\n", "1:7: base: there is no such file"),
        ("base: [1]\nsearch:\n", "1:7: base: expected the path of a spec or its sections, got [1]"),
        (HEAD.replace("adam", "adm"), "5:14: optimizer: there is no optimizer named 'adm'"),
        ("name: ../x\n" + HEAD, "1:7: name: expected up to 100 letters"),
        ("nome: x\n" + HEAD, "1:1: nome: unknown key"),
    ],
)
def test_wrong_bases(tmp_path: Path, head: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        tuned(tmp_path, "space: {regularization.l2: {uniform: [0, 1]}}", head=head)
    assert message in str(caught.value)


def test_whole_numbers_follow_from_the_spec(tmp_path: Path) -> None:
    search = """space:
  training.batch_size: {log_uniform: [8, 64]}
  architecture.hidden.0.units: {uniform: [2, 9]}
  regularization.l2: {uniform: [0, 3]}"""
    assert [one.integer for one in tuned(tmp_path, search).dimensions] == [True, True, False]


def test_an_override_changes_the_search_or_its_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("data: {source: moons}\noptimizer: momentum\n")
    path = tmp_path / "tune.yaml"
    path.write_text("base: base.yaml\nsearch: {space: {optimizer.beta: {one_minus_log_uniform: [0.9, 0.999]}}}\n")
    given = ["base.training.epochs=3", "search.trials=5", "search.halving=false"]
    plan = load_tune(path, given)[0]
    assert plan.base.spec.training.epochs == 3
    assert (plan.options.search.trials, plan.options.search.halving) == (5, None)
    path.write_text(plan.text())
    again = load_tune(path)[0]
    assert (again.base.spec, again.options, again.name) == (plan.base.spec, plan.options, "experiment")
    with pytest.raises(SpecError, match=r"settings: search.trails=5: search.trails: unknown key"):
        load_tune(path, ["search.trails=5"])
    with pytest.raises(SpecError, match=r"settings: training.epocs=5: training.epocs: unknown key"):
        load_tune(path, ["base.training.epocs=5"])


def test_another_kind_of_file_is_told_in_one_line(tmp_path: Path) -> None:
    files = {
        "data: {source: moons}\narchitecture: {hidden: []}\n": "this file is a spec; dlx.tune(plan) takes a plan",
        "base: x.yaml\nvariants: {a: {}}\n": "variants: this file is a plan for dlx.study(plan), not for dlx.tune",
    }
    for text, said in files.items():
        path = tmp_path / "x.yaml"
        path.write_text(text)
        with pytest.raises(SpecError) as caught:
            load_tune(path)
        assert said in str(caught.value)
        assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("method: grid\nrounds: 5", r"tune\.yaml:8:11: search\.rounds: grid has none: it is of coarse_to_fine"),
        ("method: random\nrounds: 2", r"search\.rounds: random has none: it is of coarse_to_fine"),
        ("method: grid\ndraw: sobol", r"search\.draw: grid has none: it is of random and coarse_to_fine"),
        ("method: tpe\nhalving: {rungs: 1}", r"search\.halving: tpe has none: it is of grid and random and coarse_to_"),
    ],
)
def test_a_key_of_another_method_is_refused_in_a_new_search(tmp_path: Path, lines: str, message: str) -> None:
    search = f"{lines}\nspace: {{optimizer.learning_rate: {{uniform: [0.1, 1]}}}}"
    with pytest.raises(SpecError, match=message):
        tuned(tmp_path, search)
    check(*load_tune(tmp_path / "tune.yaml"), resumed=True)


@pytest.mark.parametrize(
    "lines", ["method: tpe\nhalving: false", "method: random\nrounds: 3", "method: grid\ndraw: random"]
)
def test_a_key_that_says_nothing_is_taken(tmp_path: Path, lines: str) -> None:
    assert tuned(tmp_path, f"{lines}\nspace: {{optimizer.learning_rate: {{uniform: [0.1, 1]}}}}")


def test_a_metric_as_objective_is_measured_in_every_row(tmp_path: Path) -> None:
    path = tmp_path / "tune.yaml"
    path.write_text(HEAD + "  objective: dev_f1\n  space: {optimizer.learning_rate: {log_uniform: [0.1, 1]}}\n")
    plan, space = load_tune(path)
    assert plan.base.spec.metric_columns == ("train_f1", "dev_f1")
    check(plan, space)


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        ("dev_mae", "search.objective: mae is for regression, the labels ask for binary"),
        ("dev_rocauc", "there is no quantity 'dev_rocauc'"),
        ("test_f1", "there is no quantity 'test_f1'"),
    ],
)
def test_an_objective_that_cannot_be_measured(tmp_path: Path, objective: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        tuned(tmp_path, f"objective: {objective}\nspace: {{optimizer.learning_rate: {{log_uniform: [0.1, 1]}}}}")
    assert message in str(caught.value)


def test_the_file_its_base_and_its_space_are_looked_at_together(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("data: {source: moons, split: {train: 60, dev: 40}}\noptimizer: adm\nsede: 2\n")
    (tmp_path / "tune.yaml").write_text(
        "base: base.yaml\nsearch:\n  methd: random\n  trials: 0\n  space:\n"
        "    training.epocs: {uniform: [1, 5]}\n    regularization.l2: {unifrm: [0, 1]}\n"
        "    optimizer.beta1: {uniform: [0.5, 0.9]}\n"
    )
    with pytest.raises(SpecError) as caught:
        load_tune(tmp_path / "tune.yaml")
    assert [problem.key for problem in caught.value.problems] == [
        "optimizer",
        "sede",
        "search.methd",
        "search.trials",
        "search.space.training.epocs",
        "search.space.regularization.l2.unifrm",
    ]
    (tmp_path / "tune.yaml").write_text("base: base.yaml\nsearch: {space: {regularization.l2: {uniform: [0, 1]}}}\n")
    with pytest.raises(SpecError) as caught:
        load_tune(tmp_path / "tune.yaml")
    assert [problem.key for problem in caught.value.problems] == ["optimizer", "sede"]

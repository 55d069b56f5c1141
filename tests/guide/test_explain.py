"""Explanations: of everything that there is, each complete, and with an example that is accepted."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from dlx.diagnose.causes import CAUSES
from dlx.diagnose.fail_on import parse_conditions
from dlx.diagnose.meanings import MEANINGS
from dlx.errors import SpecError, UsageError
from dlx.guide.explain import TopicEntry, explain, topics
from dlx.guide.terms import TERMS
from dlx.search.study.file import load_study
from dlx.search.study.section import StudyFile
from dlx.search.tune.file import load_tune
from dlx.search.tune.section import TuneFile
from dlx.spec.keys import keys
from dlx.spec.loader import load_spec
from dlx.spec.schema import components

PLANS = (TuneFile, StudyFile)
MOONS = "data: {source: moons, split: {train: 50, dev: 50}}"
SPECS = (
    f"{MOONS}\narchitecture: {{hidden: [8, 4]}}\n",
    "data: {source: digits}\n",
    "data: {source: {name: file, path: pets.csv, target: kind}}\n",
    "data: {train: moons}\n",
    "objective: rosenbrock\n",
    "objective: {name: polynomial, coefficients: [1, 0]}\n",
)
SEARCH = f"base: {{{MOONS}}}\nsearch: {{space: {{regularization.l1: {{uniform: [0, 1]}}}}}}\n"
STUDIES = (
    f"base: {{{MOONS}}}\nvariants: {{he: {{}}, zeros: {{initializer: zeros}}}}\n",
    f"base: {{{MOONS}}}\nsweep: {{training.epochs: [1, 2]}}\n",
)
LOADERS = {"train": (load_spec, SPECS), "tune": (load_tune, (SEARCH,)), "study": (load_study, STUDIES)}
TOPICS = sorted(set(topics(PLANS)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One with all of these files."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "pets.csv").write_text("height,weight,kind\n1,2,cat\n2,3,dog\n", encoding="utf-8")
    for verb, (_, texts) in LOADERS.items():
        for number, text in enumerate(texts):
            (folder / f"{verb}{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def of_all_topics() -> Iterator[TopicEntry]:
    seen = set()
    for name in TOPICS:
        for explanation in explain(name, PLANS):
            if explanation.example not in seen:
                seen.add(explanation.example)
                yield explanation


def test_every_example_is_accepted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By one of the specs, or plans: an objective and a data set do not go together."""
    monkeypatch.chdir(folder)
    refused = []
    for explanation in of_all_topics():
        program, verb, *words = shlex.split(explanation.example)
        assert program == "dlx"
        if "--fail-on" in words:
            assert parse_conditions(words[-1]) == (explanation.name,)
        elif verb in LOADERS:
            load, texts = LOADERS[verb]
            errors = []
            for number in range(len(texts)):
                try:
                    load(folder / f"{verb}{number}.yaml", words[1:])
                    break
                except SpecError as error:
                    errors.append(str(error))
            else:
                refused.append((explanation.example, errors))
    assert refused == []


def test_everything_is_explained() -> None:
    assert len(TOPICS) > 300
    for name in TOPICS:
        explanations = explain(name, PLANS)
        assert all(explanation.meaning and explanation.example for explanation in explanations), name
        assert any(name.endswith(explanation.name.replace(" ", "_")) for explanation in explanations), name
    for path, key in {**keys(), **keys(TuneFile), **keys(StudyFile)}.items():
        assert key.allowed(), path


def test_every_finding_has_a_meaning() -> None:
    assert MEANINGS.keys() == CAUSES.keys()
    assert all(text.endswith(".") and len(text) < 200 for text in MEANINGS.values())


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("learning_rate", ["key", "quantity"]),
        ("optimizer.learning_rate=0.1", ["key"]),
        ("architecture.hidden.0.units", ["key"]),
        ("data.train.path", ["key"]),
        ("momentum", ["term", "component", "key", "key"]),
        ("optimizer.adam", ["component"]),
        ("dead_units", ["finding"]),
        ("dev_f1", ["metric"]),
        ("search.trials", ["key"]),
        ("dropout", ["term", "key", "key"]),
        ("bias", ["quantity", "key"]),
        ("high variance", ["term", "quantity"]),
    ],
)
def test_names_of_several_kinds(name: str, kinds: list[str]) -> None:
    assert [explanation.kind for explanation in explain(name, PLANS)] == kinds


def test_a_key_says_default_range_and_what_is_beside_it() -> None:
    [patience] = explain("training.early_stopping.patience", PLANS)
    assert (patience.default, patience.allowed) == ("8", "a whole number ≥ 1")
    assert "training.early_stopping.min_delta" in patience.related
    [hidden] = explain("architecture.hidden", PLANS)
    assert hidden.short_forms == ("a number of units in place of a mapping",)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("lr", "optimizer.learning_rate"),
        ("epocs", "training.epochs"),
        ("dead_unit", "dead_units"),
        ("Adm", "adam"),
        ("sgd_momentum", "momentum"),
        ("sobreajste", "overfitting"),
        ("tasa de aprendisaje", "learning_rate"),
    ],
)
def test_unknown_names_get_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {near}\\?"):
        explain(name, PLANS)


def test_components_of_every_kind_are_among_the_topics() -> None:
    assert {name for members in components().values() for name in members} <= set(TOPICS)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("overfitting", "overfitting"),
        ("Overfitting", "overfitting"),
        ("high_variance", "overfitting"),
        ("high variance", "overfitting"),
        ("sobreajuste", "overfitting"),
        ("underfitting", "underfitting"),
        ("learning curve", "learning curve"),
        ("learning_curve", "learning curve"),
        ("epoch", "epoch"),
        ("Bayes error", "bayes error"),
        ("vanishing-gradients", "vanishing gradients"),
        ("softmax", "softmax"),
        ("momentum", "momentum"),
        ("bias", "bias"),
        ("sesgo", "bias"),
        ("varianza", "variance"),
        ("tasa de aprendizaje", "optimizer.learning_rate"),
        ("descenso de gradiente", "gradient descent"),
        ("Descenso del Gradiente", "gradient descent"),
        ("parada temprana", "early stopping"),
        ("early_stopping", "early stopping"),
        ("inicializacion", "initialization"),
        ("inicialización de pesos", "initialization"),
        ("aumento-de-datos", "data augmentation"),
        ("entropía cruzada", "cross entropy"),
        ("entropia cruzada", "cross entropy"),
        ("minibatches", "mini-batch"),
        ("retropropagación", "backpropagation"),
        ("back-propagation", "backpropagation"),
        ("subajuste", "underfitting"),
        ("ajuste de hiperparametros", "hyperparameter"),
        ("normalización de las entradas", "normalizing inputs"),
        ("gradientes que explotan", "exploding gradients"),
        ("gradiente que se desvanece", "vanishing gradients"),
        ("comprobación de gradiente", "gradient checking"),
        ("puntos de silla", "saddle point"),
        ("media móvil exponencial", "exponentially weighted average"),
        ("corrección del sesgo", "bias correction"),
        ("ortogonalización", "orthogonalization"),
        ("capa oculta", "architecture.hidden"),
        ("epochs", "training.epochs"),
        ("λ", "regularization.l2"),
    ],
)
def test_a_term_of_the_course_is_answered_first(text: str, name: str) -> None:
    assert explain(text, PLANS)[0].name == name


def test_every_term_leads_on_and_has_two_sentences() -> None:
    names = {*topics(PLANS), *(path.rpartition(".")[2] for path in topics(PLANS))}
    for name, term in TERMS.items():
        [entry, *_] = explain(name, PLANS)
        assert entry.kind == "term"
        assert len(re.findall(r"[.](?= |$)", term.meaning)) == 2, name
        assert {word.replace(" ", "_") for word in term.related} <= names
        assert re.fullmatch(r".+, p\. \d+", term.notes)
        assert all(explain(other, PLANS)[0].name == name for other in term.others)

"""The language: which one is spoken, and what becomes of sentences that values were put into."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dlx.language import VARIABLES, language, speaking, translated
from dlx.language.catalog import Template


@pytest.fixture
def spanish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLX_LANG", "es")


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "es_AR.UTF-8"}, "es"),
        ({"LANG": "es_ES", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "es_MX.UTF-8", "LC_MESSAGES": "C", "LANG": "C"}, "es"),
        ({"DLX_LANG": "es", "LC_ALL": "C"}, "es"),
        ({"DLX_LANG": "en", "LANG": "es_AR.UTF-8"}, "en"),
        ({"DLX_LANG": "", "LANG": "es"}, "es"),
        ({"DLX_LANG": "ES"}, "es"),
        ({"DLX_LANG": "es-419"}, "es"),
        ({"DLX_LANG": "tlh", "LANG": "es"}, "en"),
        ({"LANG": "est_EE"}, "en"),
        ({"LC_ALL": "C.UTF-8"}, "en"),
        ({"LC_ALL": "../es"}, "en"),
    ],
    ids=str,
)
def test_the_first_variable_decides(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], code: str) -> None:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert language() == code


# Translated by hand, with what a diagnosis has found of real runs.
SENTENCES = {
    "layer 2 has 1 unit; the train error is 46.01 %, that of five nearest neighbours 1.00 %": (
        "la capa 2 tiene 1 unidad; el error de train es 46.01 %, el de los cinco vecinos más cercanos 1.00 %"
    ),
    "since epoch 91, where the dev cost was lowest, the dev error rose from 11.27 % to 14.40 %, while the train cost "
    "fell from 0.18 to 0.046": (
        "desde el epoch 91, donde el coste de dev fue mínimo, el error de dev subió de 11.27 % a 14.40 %, mientras el "
        "coste de train bajó de 0.18 a 0.046"
    ),
    "dead_units: a fitting initializer (he for relu, xavier for tanh), a smaller learning rate, or leaky_relu": (
        "dead_units: una inicialización adecuada (he para relu, xavier para tanh), una tasa de aprendizaje menor, o "
        "leaky_relu"
    ),
    "learning_rate_too_high: a smaller optimizer.learning_rate (0.02, found by a range test)": (
        "learning_rate_too_high: un optimizer.learning_rate menor (0.02, hallado con un barrido de tasas)"
    ),
    "class 3 has 4.2 % of the examples, of which the networks miss 40 %; that adds 1.7 % to the error": (
        "la clase 3 tiene el 4.2 % de los ejemplos, de los que las redes yerran el 40 %; eso suma 1.7 % al error"
    ),
    "the intervals of train and dev cannot be trusted: 1 of 40 and 2 of 50 residuals carry 60 % and 70 % of the "
    "squared error": (
        "los intervalos de train y dev no son confiables: 1 de 40 y 2 de 50 residuos cargan con el 60 % y 70 % del "
        "error cuadrático"
    ),
    "  (optimal 0.00 %, tolerance 2.00 %)": "  (óptimo 0.00 %, tolerancia 2.00 %)",
    "high bias and high variance": "sesgo alto y varianza alta",
    "completed after 90 epochs in 3.2 s, epoch 23 kept": "completado tras 90 epochs en 3.2 s, se conserva el epoch 23",
    "variance is unsettled: 412 dev and 90 test examples would settle it in 4 of 5 cases: data.split.dev=412": (
        "la varianza queda sin decidir: 412 ejemplos de dev y 90 de test lo decidirían en 4 de 5 casos: "
        "data.split.dev=412"
    ),
    "in dev 1 is called 2, 10 is called 1 and 6 more: what a linear model learn from train is wrong about 50 % of dev, "
    "with those labels exchanged about 2 % (of train: 4 %)": (
        "en dev 1 se llama 2, 10 se llama 1 y 6 más: lo aprendido por un modelo lineal con train se equivoca en el "
        "50 % de dev; con esas etiquetas intercambiadas, en el 2 % (de train: 4 %)"
    ),
    "0.87 to 5.57 %": "0.87 a 5.57 %",
    "Remedy: ": "Remedio: ",
    "": "",
}


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda text: text[:20])
def test_a_sentence_with_values_is_translated(sentence: str) -> None:
    assert translated(sentence) == SENTENCES[sentence]


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    "name", ["high", "the", "no", "class", "verdict", "salt and pepper", "{0}", "50 %", "sí", "\x04"]
)
def test_a_name_in_a_sentence_stays(name: str) -> None:
    own = translated(f"every example of train is of class {name}")
    assert own == f"todos los ejemplos de train son de la clase {name}"


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    "text",
    [
        "my run",
        "Verdict of a plugin",
        "dlx train spec.yaml",
        "so this came in place of all that a plugin has to say to its reader",
        "label\x04verdict",
        "1.5",
    ],
)
def test_what_no_catalog_has_stays(text: str) -> None:
    assert translated(text) == text


def test_english_is_the_text_itself_and_reads_no_catalog() -> None:
    code = "import sys, dlx.language as l; print(l.translated('verdict'), 'dlx.language.catalog' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "verdict False\n"


def test_a_template_has_each_of_its_readings() -> None:
    readings = list(Template("the {0} of {1}", "").readings("the error of class of 5"))
    assert readings == [["error", "class of 5"], ["error of class", "5"]]
    assert list(Template("{0} to {1}", "").readings("what to do")) == []
    assert list(Template("{0} rows", "").readings("3 rows of dev")) == [["3", "of dev"]]


@pytest.mark.parametrize(
    ("level", "of", "word"),
    [
        ("high", "bias", "alto"),
        ("high", "variance", "alta"),
        ("low", "overfitting_to_dev", "bajo"),
        ("low", "", "baja"),
        ("high", "of a plugin", "alta"),
    ],
)
def test_a_word_agrees_with_what_it_is_said_of(monkeypatch: pytest.MonkeyPatch, level: str, of: str, word: str) -> None:
    assert translated(level, of=of) == level
    monkeypatch.setenv("DLX_LANG", "es")
    assert translated(level, of=of) == word


def test_a_language_is_spoken_for_as_long_as_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLX_LANG", "en")
    with speaking("es"):
        with speaking("en"):
            assert translated("verdict") == "verdict"
        assert translated("verdict") == "veredicto"
    assert language() == "en"

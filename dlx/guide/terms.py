"""Terms of the course in whatever spelling, and quantities of a run, with what each means."""

from __future__ import annotations

import re
import unicodedata

from dlx.errors import nearest
from dlx.guide.course.optimization import OPTIMIZATION
from dlx.guide.course.practical_aspects import PRACTICAL_ASPECTS
from dlx.guide.course.tuning import TUNING
from dlx.synonyms import plainly

# What has no class of its own: what each run measures, by the last part of a column's name.
QUANTITIES = {
    "error": "The share of examples that are answered wrongly; of a regression the root of the mean squared error, in "
    "the unit of the target.",
    "cost": "The mean loss of the examples, without penalties where a part of the data is measured.",
    "gradient_norm": "The length of the gradient of all parameters, over the batches of an epoch.",
    "learning_rate": "α of a step, as the schedule makes it of optimizer.learning_rate.",
    "seconds": "How long the training has taken so far.",
}
# What a diagnosis judges, from the errors of the parts.
GAPS = {
    "bias": "How much the network errs on train beyond the optimal error: train − optimal. What lowers it is a larger "
    "network, longer training or another optimizer.",
    "variance": "How much more the network errs on dev than on train: dev − train, or train-dev − train where there is "
    "a train-dev set. What lowers it is more data or regularization.",
    "mismatch": "How much more the network errs on dev than on train-dev, which is of the distribution of train.",
    "overfitting_to_dev": "How much more the network errs on test than on dev, which choices were made by.",
    "verdict": "Whether bias and variance are high or low, which each is only if its whole interval lies on that side "
    "of diagnosis.tolerance.",
}
NOTES_OF_GAPS = {
    "bias": "Bias/Variance, p. 5",
    "variance": "Bias/Variance, p. 5",
    "mismatch": "Mismatched train/test distribution, p. 4",
}
SHOWN_BY: dict[str, tuple[str, ...]] = {  # the command that shows a quantity
    "error": ("runs", "--sort", "dev_error"),
    "cost": ("runs", "--sort", "dev_cost"),
    "gradient_norm": ("runs", "--sort", "gradient_norm"),
    "learning_rate": ("runs", "--sort", "learning_rate"),
    "seconds": ("runs", "--sort", "seconds"),
}

TERMS = {**PRACTICAL_ASPECTS, **OPTIMIZATION, **TUNING}
# What the course calls so, and has a name of its own here.
NAMES_HERE = {
    "sesgo": "bias",
    "varianza": "variance",
    "desajuste": "mismatch",
    "data mismatch": "mismatch",
    "mismatched distributions": "mismatch",
    "mismatched train/test distribution": "mismatch",
    "distribuciones distintas": "mismatch",
    "tasa de aprendizaje": "learning_rate",
    "ritmo de aprendizaje": "learning_rate",
    "α": "learning_rate",
    "β": "beta",
    "ε": "epsilon",
    "λ": "l2",
    "regularización": "regularization",
    "regularización l1": "l1",
    "función de activación": "activation",
    "optimizador": "optimizer",
    "algoritmo de optimización": "optimizer",
    "semilla": "seed",
    "capas ocultas": "hidden",
    "unidades ocultas": "hidden",
    "neuronas": "hidden",
    "coste": "cost",
    "costo": "cost",
    "función de coste": "cost",
    "función de costo": "cost",
    "función de pérdida": "loss",
    "pérdida": "loss",
    "meseta": "plateau",
    "veredicto": "verdict",
    "he initialization": "he",
    "inicialización de he": "he",
    "xavier initialization": "xavier",
    "inicialización de xavier": "xavier",
    "gradient clipping": "clip_norm",
    "recorte de gradientes": "clip_norm",
    "decaimiento exponencial": "exponential",
    "decaimiento en escalera": "staircase",
}
SMALL = {"de", "del", "la", "el", "los", "las", "por", "en", "que", "se", "the", "of"}  # words that may be left out


def _bare(text: str) -> str:
    """A text without accents, small words, plurals and what joins its words.

    >>> _bare("Descenso del Gradiente") == _bare("descenso-de-gradientes")
    True
    """
    letters = unicodedata.normalize("NFKD", text.lower())
    words = re.split(r"[\s_-]+", "".join(letter for letter in letters if not unicodedata.combining(letter)))
    return "".join(re.sub(r"(?<=\w\w)e?s?$", "", word) for word in words if word not in SMALL)


_BY_PLAIN_NAME = {plainly(name): name for name in TERMS}
_TERMS = {_bare(name): name for name in TERMS} | {
    _bare(other): name for name, term in TERMS.items() for other in term.others
}
_NAMES_HERE = {_bare(word): name for word, name in NAMES_HERE.items()}


def term_of(text: str, is_name: bool = False) -> str | None:
    """The name of the term that a text is, in whatever spelling; of what dlx has under this name only by that."""
    return _BY_PLAIN_NAME.get(plainly(text)) if is_name else _TERMS.get(_bare(text))


def nearest_term(text: str) -> str | None:
    """The name of the term that a text is spelt almost like."""
    names = _TERMS | _NAMES_HERE
    return names.get(nearest(_bare(text), names) or "")


def name_here(text: str) -> str:
    """What dlx calls a word of the course; other texts stay as they are."""
    return _NAMES_HERE.get(_bare(text), text)

"""A next step: a command with the sentence above it, which speaks of all that the command sets, and what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlx.data.splitting.splits import part_sizes
from dlx.diagnose.beaten import beaten_by
from dlx.diagnose.findings import is_symptom
from dlx.diagnose.remedies.changes import DataFacts, Overrides
from dlx.diagnose.remedies.optimization import TESTED_RATES
from dlx.diagnose.steps.advice import Remedy
from dlx.diagnose.steps.milder import beside_rate_in_words
from dlx.diagnose.supply import RACE, RACE_IN_WORDS
from dlx.diagnose.verdict import FALLING, RISING, STOPPED
from dlx.documents.diagnosis import DiagnosisDocument, Ending
from dlx.errors import DataError
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.text import command

LOOK = "--worst"  # an option of `dlx diagnose`
EPOCHS, STOPPING, PATIENCE = "training.epochs", "training.early_stopping", "training.early_stopping.patience"
RATE, FROM_TEST = "optimizer.learning_rate", {change.name for change in TESTED_RATES}
SIZES = {"wider": "more units", "deeper": "one more layer", "narrower": "fewer units"}
MEANINGS = {  # of keys that remedies set to one value only
    "data.train_examples": "the examples of train that the spec leaves out",
    "data.split.rest": "the examples that the split leaves over",
    "data.more": "further examples of the same kind",
}
MORE_EXAMPLES = "collect more training examples, or try"  # which no command can do, and which helps most

# Of commands that no remedy stands for: what is expected of them, or why they are typed.
RACES = "each remedy is trained several times and kept only if it surely lowers the dev error; at most 10 minutes"
WORST = "the rows that the network is most wrong about, with their labels, as a table"
RATES = "errors are shares of wrong answers then"
MEASURE = "measure the network on more examples, in a file with their labels"


@dataclass(frozen=True)
class Cost:
    """What trainings take, in epochs of the present spec.

    epochs: of each training, as many of the present ones as take so long.
    trainings: how many there are.
    bound: `at most` or `at least` where less or more may be, else nothing.
    """

    epochs: float
    trainings: int = 1
    bound: str = ""

    @classmethod
    def of(cls, spec: Spec, overrides: Overrides, facts: DataFacts) -> Cost:
        """That of the spec with the overrides, by its epochs, its steps and its folds."""
        now = derive(spec, overrides)
        before, after = spec.training, now.training
        m = _examples(spec, now, facts)
        steps = _steps(before.batch_size, facts.m), _steps(after.batch_size, m or facts.m)
        folds = now.data.folds if now.data.folds and not spec.data.folds else 1
        grows = _units(now) != _units(spec) or now.data.more != spec.data.more or m is None
        longer = max(1.0, steps[1] / steps[0], (m or facts.m) / facts.m)
        bound = "at most" if after.early_stopping or steps[1] < steps[0] or m != facts.m else ""
        return cls(after.epochs * longer, folds, "at least" if grows else bound)


def _units(spec: Spec) -> list[int]:
    return [layer.units for layer in spec.architecture.hidden]


def _examples(spec: Spec, now: Spec, facts: DataFacts) -> int | None:
    """How many examples train has then; None where that is more, and not known."""
    if now.data.train_examples == spec.data.train_examples:
        return facts.m
    split = now.data.split
    if now.data.train_examples is not None or split is None or split.rest or not facts.rows:
        return now.data.train_examples
    try:
        return part_sizes(split, facts.rows)["train"]
    except DataError:  # of a split into counts there may be more rows than are known
        return None


def _steps(batch_size: int | str, m: int) -> int:
    """Steps of an epoch."""
    return 1 if isinstance(batch_size, str) else -(-m // batch_size)


@dataclass(frozen=True)
class NextStep:
    """What can be typed next.

    command: accepted as it stands, but for FILE; empty where there is nothing to type.
    advice: what is to be done and why, with every key that the command sets.
    effect: what is expected of it, where that is known.
    cost: what it takes, where it trains.
    """

    command: str
    advice: str
    effect: str = ""
    cost: Cost | None = None

    @property
    def waits_for_reader(self) -> bool:
        """Whether it is about what only the reader knows: there is nothing to type, and no race that goes on."""
        return not self.command and self.effect != RACES


@dataclass(frozen=True)
class TypedOptions:
    """What was asked for with the diagnosis, which is not advised once more.

    worst: where ``--worst`` writes the rows that are to be looked at.
    races: whether ``--act`` goes on with a race of remedies.
    """

    worst: Path | None = None
    races: bool = False

    def looking(self, run: Path, advice: str) -> NextStep:
        """Looking at the rows that the network is most wrong about."""
        if self.worst is not None:
            return NextStep("", f"{advice}; the rows are in {self.worst}")
        return NextStep(command("diagnose", run, LOOK, "worst.csv"), f"{advice} ({LOOK})", WORST)

    def racing(self, run: Path, advice: str, joint: str = ": ") -> NextStep:
        """Remedies in a race, after what is said of why; ``joint`` is what stands between."""
        if self.races:
            return NextStep("", advice, RACES)
        return NextStep(command("diagnose", run, RACE), f"{advice}{joint}{RACE_IN_WORDS}", RACES)


NOTHING_TYPED = TypedOptions()


def speaks_of(sentence: str, overrides: Overrides) -> bool:
    """Whether a sentence speaks of every key, by its last name or by what it is set to: `he` is an initializer."""
    spoken = sentence.replace("_", " ")
    return all(any(word in spoken for word in _words_of(key, value)) for key, value in overrides.items())


def _words_of(key: str, value: Any) -> list[str]:
    named = value.get("name") if isinstance(value, Mapping) else None
    return [word.replace("_", " ") for word in (key.rpartition(".")[2], named) if word]


def advice_of(remedy: Remedy, document: DiagnosisDocument) -> str:
    """What a remedy is against, and what it sets."""
    if remedy.against in ("bias", "variance"):
        return _of_gap(remedy, document)
    serious = document.serious
    if serious and is_symptom(remedy.against) and not is_symptom(serious[0].name):  # the cause of which no spec mends
        return f"{serious[0].name}: {serious[0].remedy}; meanwhile try {_keys(remedy)}"
    remedies = (finding.remedy for finding in document.findings if finding.name == remedy.against)
    others = beside_rate_in_words(remedy.against, document.findings)
    return of_remedy(f"{remedy.against}: {next(remedies, remedy.why)}", remedy.name, remedy.overrides, others)


def of_remedy(sentence: str, name: str, overrides: Overrides, others: str = "") -> str:
    """A sentence on what a finding asks for, with what the change of that name sets.

    What a finding asks for states no value that a change computes: the command below does. What ``others`` ask for,
    which are cured with it, follows.
    """
    return with_keys(f"{sentence}{_source(name, overrides)}{others}", overrides)


def _source(name: str, overrides: Overrides) -> str:
    """Where a rate comes from that a range test has found."""
    return f" ({overrides[RATE]:g}, found by a range test)" if name in FROM_TEST else ""


def with_keys(sentence: str, overrides: Overrides) -> str:
    """A sentence on what a finding asks for, with the keys that the command below sets, if it does not name them."""
    unspoken = {key: value for key, value in overrides.items() if not speaks_of(sentence, {key: value})}
    if not unspoken:
        return sentence
    return f"{sentence}; {'with it' if len(unspoken) < len(overrides) else 'meanwhile try'} {_listed(unspoken)}"


def _of_gap(remedy: Remedy, document: DiagnosisDocument) -> str:
    """What the verdict, how the training ended, and the remedy say together."""
    gap, ending = remedy.against, document.ending or Ending()
    is_high = document.is_high(gap)
    serious = document.serious
    if serious:  # which no command mends
        unmended = f"{serious[0].name}: {serious[0].remedy}"
        return f"{unmended}; meanwhile try {_keys(remedy)}, since {gap} {_level(gap, document)}"
    if is_high and gap == "bias" and ending.falling and EPOCHS in remedy.overrides:
        return FALLING
    if is_high and gap == "bias" and ending.falling and ending.stopped and PATIENCE in remedy.overrides:
        return STOPPED
    if is_high and gap == "variance" and ending.dev_rising and remedy.overrides.keys() <= {STOPPING}:
        return RISING
    present, beaten = document.gaps[gap], beaten_by(document)
    if beaten is not None and (present is None or present.value <= document.tolerance):
        return f"the network is surely beaten by {beaten.title}: try {_keys(remedy)}"
    verb = MORE_EXAMPLES if gap == "variance" and not _brings_examples(remedy) else "try"
    return f"{gap} {_level(gap, document)}: {verb} {_keys(remedy)}"


def _level(gap: str, document: DiagnosisDocument) -> str:
    return "is high" if document.is_high(gap) else "may be high"


def _brings_examples(remedy: Remedy) -> bool:
    return any(key.startswith("data.") for key in remedy.overrides)


def _keys(remedy: Remedy) -> str:
    """What a remedy sets, as the command below has it; a network of another size in words."""
    if remedy.name in SIZES:
        return f"{SIZES[remedy.name]} (architecture.hidden)"
    return f"{_listed(remedy.overrides)}{_source(remedy.name, remedy.overrides)}"


def _listed(overrides: Overrides) -> str:
    *others, last = (f"{MEANINGS[key]} ({key})" if key in MEANINGS else key for key in overrides)
    return f"{', '.join(others)} and {last}" if others else last

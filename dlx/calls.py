"""What to type for the way on: the command, or for those who call dlx from Python the call that does the same."""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dlx.text import as_python, as_typed, command, is_in_shell

WITH_VALUE = ("--resume", "--out", "--target", "--ignore", "--to", "--threshold")
METHODS = {"--act": "act", "--learning-curve": "learning_curve"}  # of a run, which `dlx diagnose` has as options
CONSTANTS = {"null": "None", "true": "True", "false": "False"}
NAME = re.compile(r"[A-Za-z_][\w-]*")
PLACEHOLDER = re.compile(r"[A-Z]+")  # such as SPEC and FILE, for something that only the reader has

OF_A_RUN = {  # what is looked for in dlx, and a run has
    "act": "act()",
    "calibrate": "calibrate()",
    "classes": "classes",
    "config": "spec",
    "diagnose": "diagnose()",
    "errors": "errors",
    "evaluate": "evaluate(X, y)",
    "export": "export('onnx')",
    "layers": "layers",
    "learning_curve": "learning_curve()",
    "metrics": "metrics",
    "parameters": "parameters",
    "plot": "plot()",
    "predict": "predict(X)",
    "predict_proba": "predict_proba(X)",
    "report": "report()",
    "resume": "resume()",
    "to_keras": "to_keras()",
    "to_pytorch": "to_pytorch()",
    "unanswered": "unanswered(X)",
}
ONLY_TYPED = (  # commands that Python has nothing for
    *("average", "data", "doctor", "explain"),
    *("guide", "help", "lab", "list", "trust", "watch"),
)
IN_SENTENCES = {
    "dlx gradcheck": "run.gradcheck()",
    "dlx diagnose --full": "run.diagnose().metrics",
    "dlx calibrate RUN --threshold balanced_error": "run.calibrate(threshold='balanced_error')",
    "dlx calibrate --threshold": "run.calibrate(threshold=…)",
}


def spoken(sentence: str) -> str:
    """A sentence of a document, which names commands, with the calls of Python in their place where Python has called.

    >>> spoken("dlx gradcheck tells which operation is wrong, and how")
    'run.gradcheck() tells which operation is wrong, and how'
    """
    for typed, call in IN_SENTENCES.items() if not is_in_shell() else ():
        sentence = sentence.replace(typed, call)
    return sentence


def instruction(*words: str | Path, verb: str | None = None) -> str:
    """What messages say is to be typed: the command of these words, or where Python has called, the call that does it.

    ``verb`` is the name of the function where it is not that of the command.

    >>> from dlx.text import from_shell
    >>> with from_shell(): print(instruction("train", "--resume", Path("runs/a")))
    dlx train --resume runs/a
    >>> print(instruction("train", "--resume", Path("runs/a")), instruction("doctor", Path("runs/a")))
    dlx.Run('runs/a').resume() dlx doctor runs/a
    """
    typed = command(*words)
    return typed if is_in_shell() else python_call(verb or words[0], *words[1:]) or typed


def instead(name: str) -> str | None:
    """What to call where dlx has no function of the name of a command, or of what a run has; None of other names.

    >>> instead("evaluate")
    "dlx has no function evaluate, but a run has: run.evaluate(X, y), of run = dlx.train(…) or dlx.Run('latest')"
    >>> instead("lab")
    'dlx has no function lab, which is a command: `dlx help lab` in a shell, `!dlx help lab` in a notebook'
    """
    if name in OF_A_RUN:
        of = f"run.{OF_A_RUN[name]}, of run = dlx.train(…) or dlx.Run('latest')"
        return f"dlx has no function {name}, but a run has: {of}"
    if name in ONLY_TYPED:
        where = f"`dlx help {name}` in a shell, `!dlx help {name}` in a notebook"
        return f"dlx has no function {name}, which is a command: {where}"
    return None


def python_call(*words: str | Path) -> str | None:
    """The call of Python that does what the command of these words does; None where there is none.

    >>> print(python_call("train", Path("a.yaml"), "training.epochs=60", "schedule=cosine", "data.folds=null"))
    dlx.train('a.yaml', **{'training.epochs': 60, 'schedule': 'cosine', 'data.folds': None})
    """
    verb, *rest = map(as_typed, words)
    try:
        typed = _Words.of(rest)
        return _call(verb, typed)
    except _NoCallError:
        return None


class _NoCallError(Exception):
    """Python has nothing for these words."""


@dataclass
class _Words:
    """What stands behind a verb: subjects, options with their values, and settings, as Python has them."""

    subjects: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rest: Sequence[str]) -> _Words:
        typed, words = cls(), iter(rest)
        for word in words:
            key, sign, value = word.partition("=")
            if word in WITH_VALUE:
                typed.options[word] = next(words)
            elif word in METHODS:
                typed.options[word] = ""
            elif word.startswith("--"):
                raise _NoCallError
            elif sign and "/" not in key:
                typed.settings[key] = _value(value)
            else:
                typed.subjects.append(word)
        return typed

    def arguments(self, *named: str) -> str:
        """These, and the settings."""
        pairs = ", ".join(f"{key!r}: {value}" for key, value in self.settings.items())
        return ", ".join(filter(None, [*named, f"**{{{pairs}}}" if pairs else ""]))


def _call(verb: str, typed: _Words) -> str:
    subject, out = (typed.subjects or [""])[0], typed.options.get("--out")
    target = typed.options.get("--target")
    named = [f"out={as_python(out)}" if out and not PLACEHOLDER.fullmatch(out) else ""]
    resumed = typed.options.get("--resume")
    if verb == "train" and resumed:
        return f"{_run(resumed)}.resume({typed.arguments()})"
    if verb in ("tune", "study", "folds") and resumed:
        return f"dlx.{verb}(resume={as_python(resumed)})"
    if verb in ("train", "tune", "study", "folds", "gradcheck"):
        own = "plan" if verb in ("tune", "study") else "spec"
        return f"dlx.{verb}({typed.arguments(_subject(subject, own), *named)})"
    if verb == "new" and target:
        ignored = typed.options.get("--ignore")
        wishes = [f"target={as_python(target)}", f"ignore={as_python(ignored)}" if ignored else ""]
        return f"dlx.new({', '.join(filter(None, ['data', *wishes]))})"
    if verb == "diagnose":
        method = next((METHODS[name] for name in typed.options if name in METHODS), "diagnose")
        return f"{_run(subject)}.{method}({typed.arguments()})"
    if verb == "export" and "--to" in typed.options:
        return f"{_run(subject)}.export({as_python(typed.options['--to'])})"
    if verb in ("report", "predict", "evaluate", "export"):
        return f"{_run(subject)}.{OF_A_RUN[verb]}"
    raise _NoCallError


def _run(path: str) -> str:
    if not path or PLACEHOLDER.fullmatch(path):
        return "run"
    return "dlx.Run()" if path == "latest" else f"dlx.Run({as_python(path)})"


def _subject(text: str, own: str) -> str:
    return own if not text or PLACEHOLDER.fullmatch(text) else as_python(text)


def _value(text: str) -> str:
    """A value of YAML as Python has it, where it is a constant, a name, a number or a list of numbers."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    try:
        return repr(literal_eval(text))
    except (ValueError, SyntaxError):
        if NAME.fullmatch(text):
            return as_python(text)
        raise _NoCallError from None

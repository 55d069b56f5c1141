"""Wrong usage in dlx's own words: commands, options and arguments that are not there, missing, or of another kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from dlx.cli import bare_errors
from dlx.cli.layout import argument_name, command_words, usage_pieces
from dlx.errors import UsageError, allowed, hint, listing, nearest
from dlx.runs.export import formats, tracking
from dlx.runs.files.file_names import SPECS
from dlx.spec import messages
from dlx.synonyms import NOTES, plainly
from dlx.text import command, quoted, shorten

LONGEST = 100  # characters of a word in a message
# What other tools call commands, by the words that do it here, behind the words of the command that they stand below.
SYNONYMS: dict[str, dict[str, str]] = {
    "": {
        "train": "fit run learn start fine-tune",
        "train --resume RUN": "resume continue restart",
        "train SPEC --dry-run": "estimate plan dry-run",
        "evaluate": "eval test score",
        "train SPEC data.folds=5": "cv kfold cross-validate crossval folds",
        "train RUN/config.yaml": "repeat rerun reproduce replay clone",
        "predict": "infer inference apply forecast",
        "diagnose": "analyze analyse debug why",
        "diagnose RUN --act": "act race repair remedy improve",
        "diagnose RUN --learning-curve": "learning-curve curve",
        "diagnose RUN --full": "inspect metrics confusion confusion-matrix errors summary",
        "tune": "search sweep optimize optimise hpo hyperopt",
        "tune --learning-rate SPEC": "lr-find lr-finder find-lr lr-range-test range-test learning-rate",
        "study": "ablate ablation experiment multirun",
        "compare": "diff",
        "report": "plot view html page visualize open",
        "lab": "ui gui web app serve dashboard playground",
        "watch": "follow tail monitor status progress",
        "export": "convert save deploy to-onnx onnx pytorch keras",
        "export --to tensorboard": "tensorboard",
        "export --to mlflow": "mlflow",
        "new": "init create template generate",
        "data": "describe profile eda",
        "config check SPEC": "validate check lint verify",
        "config show SPEC": "resolve print-config cfg show",
        "config schema": "schema",
        "gradcheck": "check-gradients grad-check gradient-check",
        "runs": "ls history log logs experiments",
        "runs remove RUN": "rm remove delete clean",
        "runs tag RUN TAG": "tag label",
        "list": "components models optimizers",
        "doctor": "info env environment bug-report",
        "guide": "docs doc man manual book examples readme cite",
        "guide tutorial": "tutorial demo quickstart getting-started",
        "guide install": "install uninstall update upgrade setup",
        "guide python": "notebook jupyter api",
        "guide figures": "benchmark bench",
        "explain": "what define",
        "--help": "? h usage",
        "--version": "version",
        "--install-completion": "completion completions install-completion",
    },
    "runs": {
        "": "list ls all show",
        "--sort dev_error -n 1": "best top",
        "remove": "rm delete del",
        "tag": "label name",
    },
    "config": {"show": "print resolve list", "check": "validate lint", "schema": "json-schema"},
}
# What other tools call options, without hyphens, by the options here.
OPTIONS = {
    "--out": "output outputdir outdir o dest savedir logdir rundir",
    "--resume": "checkpoint ckpt restore continue resumefrom",
    "-n": "limit max maxruns head last",
    "--workers": "jobs njobs numworkers j parallel processes cpus",
    "--quiet": "silent s",
    "--to": "format target as",
    "--json": "asjson outputformat",
    "--dry-run": "dryrun n test",
    "--plugin": "plugins",
    "--picture": "plot png figure",
    "--target": "label labels y",
    "--help": "h ?",
    "--version": "v",
}
# What is to be said of options that no command has.
VERBOSE = "what is done is told on stderr, and --debug shows tracebacks"
FILE = "the file stands behind the command, without an option: {command} spec.yaml"
OPTION_NOTES = {
    **dict.fromkeys(("verbose", "v", "vv"), VERBOSE),
    **dict.fromkeys(("config", "spec", "file", "input", "c", "f", "i"), FILE),
}


def message(error: Any, arguments: Sequence[str]) -> str:
    """What is wrong with the arguments that the program was called with, and what is right instead.

    ``error`` is what the parser of the command line raised.
    """
    context: Any = getattr(error, "ctx", None)
    words = command_words(context) if context is not None else ""
    parameter = getattr(error, "param", None)
    match type(error).__name__:
        case "NoSuchOption":
            return _no_option(error.option_name, context, words, arguments)
        case "MissingParameter" if targets := _formats([parameter]):
            named = next((f"--to {word}" for word in targets if word in arguments), None)
            return f"--to is missing {listing(targets, hint('', named))}"
        case "MissingParameter":
            name = _missing(parameter, context)
            return f"{command(*words.split())} lacks {name} (usage: {_usage(context, words)})"
        case "BadOptionUsage":  # whose parser says only whether there is one
            state = "takes no value" if "not take" in error.message else "a value is missing"
            return f"{shorten(error.option_name, LONGEST)}: {state}"
    if parameter is not None:
        return f"{_name(parameter)}: {_misfit(parameter, arguments) or _lower(error.message)}"
    if extra := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.format_message(), re.DOTALL):
        further = _extra(extra[1], words, arguments) or f"usage: {_usage(context, words)}"
        return f"{command(*words.split())} takes no {shorten(extra[1], LONGEST)!r} ({further})"
    return f"{command(*words.split())}: {_lower(error.format_message())} ({_help(words)})"


def _usage(context: Any, words: str) -> str:
    return f"dlx {words} {' '.join(usage_pieces(context.command, context))}"


def _missing(parameter: Any, context: Any) -> str:
    """What is missing: of two arguments, of which the first may be left out, the second."""
    names = [_name(each) for each in context.command.params if each.param_type_name == "argument"]
    return names[1] if _name(parameter).startswith("[") else _name(parameter)


def _extra(word: str, words: str, arguments: Sequence[str]) -> str:
    """What a word was probably meant to be that there is no place for."""
    if words in ("new", "data") and not word.startswith("-"):
        return f"did you mean --target {quoted(word)}?"
    if words == "average" and "--beta" in arguments:
        return f"several β are one word: --beta {_value(['--beta'], arguments)},{word.replace(' ', ',')}"
    if words == "explain":
        return f"did you mean {command('explain', ' '.join(each for each in arguments[1:] if each[:1] != '-'))}?"
    if words == "average":
        return f"did you mean --beta {quoted(word)}?"
    return ""


def _misfit(parameter: Any, arguments: Sequence[str]) -> str:
    """What was expected of an option or argument that is a number or a choice, and what is there."""
    expected = parameter.type_descriptor
    if expected.choices:
        value = _value(parameter.opts, arguments)
        return f"there is no {value!r} {allowed(value, [str(choice.value) for choice in expected.choices])}"
    kinds = {int: "a whole number", float: "a number"}
    kind = next((kinds[type_] for type_ in kinds if type_ in (expected.annotation, *get_args(expected.annotation))), "")
    least = f" of at least {parameter.min:g}" if parameter.min is not None else ""
    return f"expected {kind}{least}, got {_value(parameter.opts, arguments)!r}" if kind else ""


def _value(names: Sequence[str], arguments: Sequence[str]) -> str:
    """What stands behind an option."""
    for name in names:
        values = [word.partition("=")[2] for word in arguments if word.startswith(f"{name}=")]
        if name in arguments:
            values += arguments[arguments.index(name) + 1 :][:1]
        if values:
            return shorten(values[-1], LONGEST)
    return ""


def no_command(name: str, names: Sequence[str], words: str) -> UsageError:
    """The refusal of a command that is not there; ``words`` are those of the command that it stands below."""
    synonyms = SYNONYMS.get(words, {})
    meant = next((own for own, others in synonyms.items() if plainly(name) in map(plainly, others.split())), None)
    what = f"there is no command {command(*words.split(), shorten(name, LONGEST))}"
    if meant is None:
        meant = _with_file(name, words)
    if meant is not None:
        return UsageError(f"{what} (did you mean dlx {f'{words} {meant}'.strip()}?)")
    if near := nearest(name, names):
        return UsageError(f"{what} (did you mean {command(*words.split(), near)}?)")
    return UsageError(f"{what} {listing(names)}")


def _with_file(name: str, words: str) -> str | None:
    """The command that takes a file which stands where a command belongs."""
    if not (path := Path(name)).is_file() or words not in ("", "config"):
        return None
    verb = ("show" if words else "train") if path.suffix in SPECS else "data"
    return command(verb, path).removeprefix("dlx ") if not (words and verb == "data") else None


def _no_option(option: str, context: Any, words: str, arguments: Sequence[str]) -> str:
    typed, parameters = _typed(option, arguments), context.command.get_params(context)
    names = [name for parameter in parameters if parameter.param_type_name == "option" for name in parameter.opts]
    what, plain = f"{command(*words.split())} has no option {quoted(shorten(typed, LONGEST))}", plainly(typed)
    if formats := [word for word in _formats(parameters) if plainly(word) == plain]:
        return f"{what} (did you mean --to {formats[0]}?)"
    meant = next((own for own, others in OPTIONS.items() if plain in others.split()), None)
    if meant in names:
        return f"{what} (did you mean {meant}?)"
    if words == "diagnose" and (errors := bare_errors.of_options(arguments, lambda name: _value([name], arguments))):
        return f"{what} (did you mean --errors {quoted(errors)}?)"
    takes_settings = any(parameter.name == "overrides" for parameter in parameters)
    if takes_settings and (setting := _setting(typed, arguments, words)):
        return f"{what}: a setting stands behind the file, as {setting}"
    if note := NOTES.get(plain) or OPTION_NOTES.get(plain, "").format(command=command(*words.split())):
        return f"{what}: {note}"
    near = nearest(f"-{typed}" if typed[1:2] != "-" else typed, [name for name in names if name.startswith("--")])
    return f"{what} ({f'did you mean {near}?' if near else _help(words)})"


def _typed(option: str, arguments: Sequence[str]) -> str:
    """An option as it was typed: of several letters behind one hyphen, as in ``-lr``, the parser names but one."""
    words = [word for word in arguments if re.match(rf"-[a-z]*{re.escape(option[1:])}", word)]
    return words[0].partition("=")[0] if len(option) == 2 and words and option != "-D" else option


def _formats(parameters: Sequence[Any]) -> Sequence[str]:
    """What may stand behind ``--to``, where there is that option."""
    return [*formats.TARGETS, *tracking.TRACKERS] if any("--to" in parameter.opts for parameter in parameters) else ()


def _setting(option: str, arguments: Sequence[str], words: str) -> str | None:
    """The setting that an option was probably meant to be, with the value behind it."""
    name = option.lstrip("-").replace("-", "_")
    if option == "-D":  # whose parser takes the first letter alone
        name, _, value = next(word for word in arguments if word.startswith("-D"))[2:].partition("=")
    else:
        value = _value([option], arguments)
    key = messages.place_of(name)
    if key is None:
        return None
    base = "base." if words in ("tune", "study") else ""
    return quoted(f"{base}{key}={value if value and '=' not in value else 'VALUE'}")


def _name(parameter: Any) -> str:
    is_argument = parameter.param_type_name == "argument"
    return argument_name(parameter) if is_argument else str(max(parameter.opts, key=len))


def _lower(text: str) -> str:
    """A sentence as it stands behind a colon."""
    return text[:1].lower() + text[1:].rstrip(".")


def _help(words: str) -> str:
    return f"{command(*words.split(), '--help')} says more"

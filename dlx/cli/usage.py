"""Wrong usage in dlx's own words: commands, options and arguments that are not there, missing, or of another kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args

from dlx.cli.layout import argument_name, command_words, usage_pieces
from dlx.errors import UsageError, allowed, listing, nearest
from dlx.spec import messages
from dlx.synonyms import plainly
from dlx.text import command, quoted, shorten

LONGEST = 100  # characters of a word in a message
# What other tools call commands, by the words that do it here, behind the words of the command that they stand below.
SYNONYMS: dict[str, dict[str, str]] = {
    "": {
        "train": "fit run learn start fine-tune",
        "train --resume RUN": "resume continue restart",
        "train SPEC --dry-run": "estimate plan dry-run",
        "evaluate": "eval test score",
        "predict": "infer inference apply forecast",
        "diagnose": "analyze analyse debug why",
        "tune": "search sweep optimize optimise hpo hyperopt",
        "study": "ablate ablation experiment multirun",
        "compare": "diff",
        "report": "plot view html page visualize",
        "export": "convert save to-onnx onnx",
        "new": "init create template generate",
        "data": "describe profile eda",
        "config check SPEC": "validate check lint verify",
        "config show SPEC": "resolve print-config cfg show",
        "config schema": "schema",
        "gradcheck": "check-gradients grad-check gradient-check",
        "runs": "ls history log experiments",
        "runs remove RUN": "rm remove delete clean",
        "runs tag RUN TAG": "tag label",
        "list": "components models optimizers",
        "doctor": "info env environment bug-report",
        "--version": "version",
        "--install-completion": "completion completions install-completion",
    },
    "runs": {"": "list ls all show", "remove": "rm delete del", "tag": "label name"},
    "config": {"show": "print resolve list", "check": "validate lint", "schema": "json-schema"},
}
# What other tools call options, without hyphens, by the options here.
OPTIONS = {
    "--out": "output outputdir outdir o dest savedir logdir rundir",
    "--resume": "checkpoint ckpt restore continue resumefrom",
    "--workers": "jobs njobs numworkers j parallel processes cpus",
    "--quiet": "silent s",
    "--to": "format target as",
    "--json": "asjson outputformat",
    "--dry-run": "dryrun n test",
    "--plugin": "plugins",
    "--picture": "plot png figure",
    "--target": "label labels y",
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
        case "MissingParameter":
            usage = " ".join(usage_pieces(context.command, context))
            return f"{command(*words.split())}: {_name(parameter)} is missing (usage: dlx {words} {usage})"
        case "BadOptionUsage":  # whose parser says only whether there is one
            state = "takes no value" if "not take" in error.message else "a value is missing"
            return f"{shorten(error.option_name, LONGEST)}: {state}"
    if parameter is not None:
        return f"{_name(parameter)}: {_misfit(parameter, arguments) or _lower(error.message)}"
    if extra := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.format_message(), re.DOTALL):
        usage = " ".join(usage_pieces(context.command, context))
        return f"{command(*words.split())} takes no {shorten(extra[1], LONGEST)!r} (usage: dlx {words} {usage})"
    return f"{command(*words.split())}: {_lower(error.format_message())} ({_help(words)})"


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
    if meant is not None:
        return UsageError(f"{what} (did you mean dlx {f'{words} {meant}'.strip()}?)")
    if near := nearest(name, names):
        return UsageError(f"{what} (did you mean {command(*words.split(), near)}?)")
    return UsageError(f"{what} {listing(names)}")


def _no_option(option: str, context: Any, words: str, arguments: Sequence[str]) -> str:
    parameters = context.command.get_params(context)
    options = [name for parameter in parameters if parameter.param_type_name == "option" for name in parameter.opts]
    names = [name for name in options if name.startswith("--")]
    what = f"{command(*words.split())} has no option {quoted(shorten(option, LONGEST))}"
    meant = next((own for own, others in OPTIONS.items() if plainly(option) in others.split()), None)
    if meant in names:
        return f"{what} (did you mean {meant}?)"
    takes_settings = any(parameter.name == "overrides" for parameter in parameters)
    if takes_settings and (setting := _setting(option, arguments, words)):
        return f"{what}: a setting stands behind the file, as {setting}"
    near = nearest(option, names)
    return f"{what} ({f'did you mean {near}?' if near else _help(words)})"


def _setting(option: str, arguments: Sequence[str], words: str) -> str | None:
    """The setting that an option was probably meant to be, with the value behind it."""
    key = messages.place_of(option.lstrip("-").replace("-", "_"))
    if key is None:
        return None
    value = _value([option], arguments)
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

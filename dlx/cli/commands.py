"""The commands: their groups and lines in ``dlx --help``, two examples of each, and the modules that they stand in."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.main import get_command

from dlx.cli.late_imports import late_imports
from dlx.cli.layout import Commands

# The commands by the groups of ``dlx --help``, each with the first sentence of its own help.
GROUPS = {
    "Train": {
        "new": "Print or write a spec to start from.",
        "data": "Show what is in a data file or in the section data of a spec.",
        "train": "Train the network that a spec describes, or minimize its objective, or go on with a run.",
        "lab": "Open a page on this machine where an experiment trains while its spec is changed, and where runs are "
        "compared.",
        "watch": "Follow a training, a search or a study of another process by its files, until it ends.",
    },
    "Understand": {
        "diagnose": "Say what the errors of a run, or bare errors, tell about bias and variance, and what is wrong "
        "with a spec.",
        "gradcheck": "Compare the gradients of backprop with two-sided differences of the cost, on real data in "
        "float64.",
        "compare": "Show how runs and their results differ: a table, their curves, and how sure the difference is.",
        "report": "Write a page in HTML that shows a run, or the results of a search or a study.",
        "average": "Print v = β·v + (1 − β)·x of a series as CSV, for each β as it is and divided by 1 − βᵗ.",
    },
    "Search": {
        "tune": "Search the hyperparameters that a file names, on their scales; or test the learning rates of a spec.",
        "study": "Train variants of a spec, lay them over each other and check the claims of the file.",
    },
    "Use": {
        "evaluate": "Print cost, error and metrics, with their 95 % intervals, of a trained network on examples with "
        "labels.",
        "predict": "Print what a trained network says of each example: a CSV with the class and its probabilities, or "
        "the value.",
        "calibrate": "Show whether a network's probabilities are what they say, and fit the temperature on dev that "
        "mends them.",
        "export": "Write a trained network for ONNX, PyTorch or Keras, or what runs measured for TensorBoard, MLflow "
        "or a table.",
    },
    "Inspect": {
        "runs": "List past runs with the errors of the parameters that were kept, the newest last; tag or remove them.",
        "explain": "Say what a key, a finding, a metric or a component means, with its default, what is allowed, and "
        "an example.",
        "list": "List what a spec may name, with formulas and options.",
        "config": "Show or check a spec, or print the JSON Schema of specs.",
        "trust": "Allow plugins to run that a run names, by their content: a file that has changed since is not "
        "trusted.",
        "doctor": "Print the facts that a bug report needs, or verify the files of a run: exit code 5 where one is "
        "faulty.",
        "guide": "Show a page of the guide, or list its pages.",
        "help": "Show the help of dlx or of a command.",
    },
}
COMMANDS = {name: summary for group in GROUPS.values() for name, summary in group.items()}
# Each is a function of that name in a module of that name, but for these.
ELSEWHERE = {
    "calibrate": "calibrate.calibrate_run",
    "compare": "compare.compare_app",
    "evaluate": "predict.evaluate",
    "help": "help.show_help",
    "list": "list.list_components",
}


@cache
def load_command(name: str) -> Any:
    """A command with its options, from its module, which is imported now."""
    module, _, attribute = ELSEWHERE.get(name, f"{name}.{name}").partition(".")
    with late_imports():
        implementation = getattr(import_module(f"dlx.cli.{module}"), attribute)
    if isinstance(implementation, typer.Typer):
        return get_command(implementation)
    alone = Commands()
    alone.command(name)(implementation)
    return get_command(alone)

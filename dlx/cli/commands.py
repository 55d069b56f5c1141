"""The commands: their groups and lines in ``dlx --help``, two examples of each, and the modules that they stand in."""

from __future__ import annotations

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
        "explain": "Say what a key, a finding, a metric, a component or a term of the course means, with an example.",
        "list": "List what a spec may name, with formulas and options.",
        "config": "Show or check a spec, or print the JSON Schema of specs.",
        "trust": "Allow the plugins that a run names: each is trusted until its content changes.",
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
# By the words behind ``dlx``. The files stand for those of the reader; a test runs each line beside files of these
# names: a spec, plans of a search and of a study, tables, a plugin, and some runs.
EXAMPLES = {
    "": ("dlx new --out first.yaml", "dlx train spec.yaml"),
    "new": ("dlx new --out first.yaml", "dlx new pets.csv --target kind --out pets.yaml"),
    "data": ("dlx data pets.csv --target kind", "dlx data spec.yaml"),
    "train": (
        "dlx train spec.yaml optimizer.learning_rate=0.01 'architecture.hidden=[64, 32]'",
        "dlx train spec.yaml optimizer.learning_rate=0.1,0.03,0.01",
    ),
    "diagnose": ("dlx diagnose latest --full", "dlx diagnose --errors train=.15,dev=.16,optimal=0"),
    "gradcheck": ("dlx gradcheck spec.yaml", "dlx gradcheck latest --examples 8 --after 10"),
    "compare": ("dlx compare", "dlx compare ~1 latest --metric f1 --md"),
    "lab": ("dlx lab spec.yaml", "dlx lab --lesson momentum"),
    "watch": ("dlx watch", "dlx watch latest --json"),
    "report": ("dlx report", "dlx report best:dev_error --out best.html"),
    "average": (
        "dlx average temperatures.csv --beta 0.9,0.98",
        "dlx average temperatures.csv --column temperature --picture averages.png",
    ),
    "tune": ("dlx tune search.yaml --budget 10m", "dlx tune --learning-rate spec.yaml"),
    "study": ("dlx study study.yaml", "dlx study study.yaml seeds=3 --dry-run"),
    "evaluate": ("dlx evaluate pets.csv", "dlx evaluate best:dev_error pets.csv --target kind --json"),
    "predict": ("dlx predict pets.csv", "dlx predict best:dev_error pets.csv --json"),
    "calibrate": ("dlx calibrate latest", "dlx calibrate best:dev_error --json"),
    "export": ("dlx export --to pytorch", "dlx export best:dev_error --to keras --out network"),
    "runs": ("dlx runs -n 10", "dlx runs --where 'dev_error<0.5' --sort dev_error"),
    "runs tag": ("dlx runs tag latest good", "dlx runs tag ~1 baseline seed-1"),
    "runs remove": ("dlx runs remove ~1 --yes", "dlx runs remove latest ~1 --yes"),
    "explain": ("dlx explain optimizer.learning_rate", "dlx explain dead_units"),
    "list": ("dlx list optimizer", "dlx list optimizer adam"),
    "config": ("dlx config show spec.yaml", "dlx config check spec.yaml"),
    "config show": ("dlx config show spec.yaml --origin", "dlx config show spec.yaml training.batch_size=32 --step"),
    "config check": ("dlx config check spec.yaml", "dlx config check search.yaml --json"),
    "config schema": ("dlx config schema", "dlx config schema --plugin plugin.py"),
    "trust": ("dlx trust plugin.py", "dlx trust --list"),
    "doctor": ("dlx doctor", "dlx doctor latest"),
    "guide": ("dlx guide", "dlx guide data"),
    "help": ("dlx help train", "dlx help config show"),
}

"""Two examples of each command, as the end of its help shows them."""

from __future__ import annotations

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

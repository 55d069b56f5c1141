"""The trips: commands in their order, each series in a folder of its own, that together show all of dlx."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .examples import ARRAYS, TABLE, WHOLE

CONFIGS = Path(__file__).parents[2] / "configs"

MOONS = """name: moons
data: {source: {name: moons, m: 300, noise: 0.2}, split: {train: 180, dev: 60, test: 60}}
architecture: {hidden: [8, 4]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 12, batch_size: 16, evaluate_every: 2}
"""
DIGITS = """name: digits
data: {source: digits, split: {train: 0.6, dev: 0.2, test: 0.2}}
architecture: {hidden: [16], activation: relu, batch_norm: true}
regularization: {l2: 0.1, keep_prob: 0.9}
optimizer: {name: momentum, learning_rate: 0.1}
schedule: cosine
training: {epochs: 4, batch_size: 64, early_stopping: {patience: 3}}
"""
REGRESSION = """name: regression
data:
  source: {name: file, path: table.csv, target: price, ignore: [id], impute: mean}
  split: {train: 100, dev: 30, test: 30}
  normalize: standard
architecture: {hidden: [6], activation: tanh}
optimizer: {name: rmsprop, learning_rate: 0.01}
training: {epochs: 5, batch_size: full}
"""
LABELS = """name: labels
data:
  source: {name: file, path: table.csv, target: kind, ignore: [id], impute: mean}
  split: {train: 100, dev: 30, test: 30}
architecture: {hidden: [5]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 6, batch_size: 20}
"""
MAPPED = """name: mapped
data:
  source: {name: file, path: images.npy, target: labels.npy, image_shape: [8, 8]}
  split: {train: 200, dev: 60, test: 40}
  augment: [{name: rotate, degrees: 15}, {name: shift, pixels: 1}]
architecture: {hidden: [12]}
optimizer: {name: nesterov, learning_rate: 0.05}
training: {epochs: 3, batch_size: 32}
"""
RAVINE = """name: ravine
dtype: float64
objective: {name: rosenbrock, start: [-1.2, 1.0], gradient_noise: 0.5}
optimizer: {name: momentum, learning_rate: 0.0005}
training: {epochs: 200}
"""
FAULTY = """name: faulty
data: {source: {name: circles, m: 500, noise: 0.05, factor: 0.5}, split: {train: 200, dev: 200, test: 100}}
architecture: {hidden: [8, 5]}
initializer: zeros
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 30, batch_size: 50, evaluate_every: 10}
"""
STUDY = """name: rates
base: moons.yaml
base_overrides: {}
variants:
  slow: {optimizer.learning_rate: 0.001}
  fast: {optimizer.learning_rate: 0.05}
seeds: [1, 2]
expect:
  - claim: fast.final.cost < slow.final.cost
    why: it goes further in as many steps
  - fast.dev_error < 40%
"""
PLUGIN = '''"""Softsign."""
import numpy as np

from dlx.nn.activations import Activation


class Softsign(Activation):
    """A = Z / (1 + |Z|)"""

    name = "softsign"

    def forward(self, tape, Z):
        A, slope = tape.empty("A", *Z.shape), tape.empty("slope", *Z.shape)
        tape.call(np.abs, Z, out=slope)
        tape.call(np.add, slope, tape.constant(1), out=slope)
        tape.call(np.divide, Z, slope, out=A)

        def derivative(dZ):
            tape.call(np.multiply, slope, slope, out=dZ)
            tape.call(np.divide, tape.constant(1), dZ, out=dZ)

        return A, derivative
'''


def search(name: str, options: str = "") -> str:
    """A plan of a search over three hyperparameters of the moons."""
    method, trials = "random" if name == "sobol" else name, 24 if name == "grid" else 8
    return f"""name: {name}
base: moons.yaml
search:
  method: {method}
  trials: {trials}
  fresh_seeds: 2
{options}  space:
    optimizer.learning_rate: {{log_uniform: [1.0e-4, 1]}}
    training.batch_size: {{choice: [16, 32, 64]}}
    architecture.hidden: {{layers: [1, 2], units: [4, 12]}}
"""


@dataclass(frozen=True)
class Trip:
    """Commands in one folder: those that make runs, and those that go on with runs that an earlier commit made.

    A command after ``interrupted`` gets a signal in the middle of its training; only its exit code is compared.
    """

    name: str
    files: Mapping[str, str | bytes]
    commands: tuple[tuple[str, ...], ...]
    later: tuple[tuple[str, ...], ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def lines(text: str) -> tuple[tuple[str, ...], ...]:
    """Commands, one a line, as they would be typed after ``dlx``."""
    return tuple(tuple(shlex.split(line)) for line in text.strip().splitlines() if line.strip())


READ = """
report {0}
report {0} --json
diagnose {0}
diagnose {0} --json
doctor {0}
doctor {0} --json
config show {0}/config.yaml --origin
"""

COMMANDS = """train gradcheck diagnose tune study compare average evaluate predict export report trust list new doctor
config runs"""
HELPS = [
    f"{command} --help" for command in (*COMMANDS.split(), "config show", "config check", "config schema", "runs tag")
]
KINDS = "activation augmentation initializer loss normalization objective optimizer schedule source nonsense"

BROKEN = {
    "unknown key": MOONS + "optimiser: {}\n",
    "unknown name": MOONS.replace("adam", "adma"),
    "wrong type": MOONS.replace("epochs: 12", "epochs: many"),
    "out of bounds": MOONS.replace("learning_rate: 0.01", "learning_rate: -1"),
    "no yaml": MOONS.replace("hidden: [8, 4]", "hidden: [8, 4"),
    "twice": MOONS + "name: again\n",
    "empty": "",
    "a list": "- 1\n",
    "contradiction": MOONS.replace("batch_size: 16", "batch_size: 1000"),
    "too many": MOONS.replace("train: 180", "train: 1800"),
    "nan": MOONS.replace("noise: 0.2", "noise: .nan"),
    "huge": MOONS.replace("hidden: [8, 4]", "hidden: [80000000]"),
    "dropout": MOONS + "regularization: {keep_prob: 1.5}\n",
    "schedule": MOONS + "schedule: {name: staircase, every: 0}\n",
    "missing file": LABELS.replace("table.csv", "tabel.csv"),
    "missing target": LABELS.replace("target: kind", "target: knid"),
}


def broken() -> Trip:
    """Specs with one mistake each."""
    names = {f"{number}.yaml": text for number, text in enumerate(BROKEN.values())}
    checked = [f"config check {name}\ntrain {name} --dry-run\ngradcheck {name}" for name in names]
    overrides = """
train moons.yaml training.epochs=x
train moons.yaml optimizer.lr=1
train moons.yaml nonsense
train moons.yaml training.epochs=1 training.epochs=2
train nothing.yaml
train
train --resume nothing
tune moons.yaml
study moons.yaml
diagnose nothing
diagnose --errors train=2
diagnose --errors train=5%,dev=1
predict nothing table.csv
export nothing --to onnx
report nothing
compare nothing nothing
runs --where nonsense
runs tag nothing good
trust nothing.py
new nothing.csv
doctor nothing
"""
    return Trip("broken", names | {"moons.yaml": MOONS, "table.csv": TABLE}, lines("\n".join(checked) + overrides))


TRIPS = [
    Trip("help 80", {}, lines("--help\n--version\n" + "\n".join(HELPS)), environment={"COLUMNS": "80"}),
    Trip("help 120", {}, lines("--help\n" + "\n".join(HELPS)), environment={"COLUMNS": "120", "FORCE_COLOR": "1"}),
    Trip("list", {}, lines("list\nlist --json\n" + "\n".join(f"list {k}\nlist {k} --json" for k in KINDS.split()))),
    Trip("schema", {}, lines("config schema\nlist optimizer adam\nlist source file --json")),
    broken(),
    Trip(
        "moons",
        {"moons.yaml": MOONS},
        lines(
            """
config check moons.yaml
config show moons.yaml
config show moons.yaml --origin training.epochs=3
config show moons.yaml --step
config show moons.yaml --json
train moons.yaml --dry-run
diagnose moons.yaml
diagnose moons.yaml --json
gradcheck moons.yaml
gradcheck moons.yaml --json --after 3
gradcheck moons.yaml --orders --picture orders.png
train moons.yaml --out first
train moons.yaml --out second training.epochs=3 seed=2 --json
train moons.yaml --out third optimizer.learning_rate=1e9
train moons.yaml --out fourth regularization.l2=0.5 seed=3 --quiet
train moons.yaml
runs
runs --json
compare first second fourth
compare first --against second fourth --json
compare first second --csv
compare first second --md --out overlay.png
gradcheck first
export first --to onnx
export first --to pytorch
export first --to keras --out exported --json
runs tag second good
train first/config.yaml --out repeated
interrupted train moons.yaml --out stopped training.epochs=4000 training.evaluate_every=50
"""
            + READ.format("first")
            + READ.format("third")
        ),
        lines(
            """
train --resume stopped --json
train --resume first
train --resume third
diagnose first --learning-curve --sizes 40,80,160 --json
doctor fourth
"""
            + READ.format("stopped")
        ),
        {"COLUMNS": "80"},
    ),
    Trip(
        "digits",
        {"digits.yaml": DIGITS},
        lines(
            """
train digits.yaml --dry-run
train digits.yaml --out first
train digits.yaml --out second training.epochs=2 --json
gradcheck digits.yaml --json
export first --to onnx
diagnose digits.yaml
diagnose first --fail-on bias --picture errors.png
interrupted train digits.yaml --out stopped training.epochs=60
"""
            + READ.format("first")
        ),
        lines("train --resume stopped\ntrain --resume first" + READ.format("stopped")),
        {"COLUMNS": "120", "FORCE_COLOR": "1"},
    ),
    Trip(
        "tables",
        {"regression.yaml": REGRESSION, "labels.yaml": LABELS, "table.csv": TABLE, "whole.csv": WHOLE},
        lines(
            """
new table.csv --target price
new whole.csv --target price --out new.yaml
config check new.yaml
new whole.csv --target kind
new whole.csv --target rooms --task regression
new
train regression.yaml --out price
train labels.yaml --out kind
predict price table.csv
predict price table.csv --json
predict kind table.csv
evaluate kind table.csv
evaluate price table.csv --json
gradcheck regression.yaml
diagnose regression.yaml
average table.csv --column price --beta 0.5,0.9
average table.csv --column price --json --picture averages.png
"""
            + READ.format("price")
            + READ.format("kind")
        ),
        lines("train --resume price\nevaluate price table.csv\npredict kind table.csv"),
    ),
    Trip(
        "mapped",
        {"mapped.yaml": MAPPED, **ARRAYS},
        lines("train mapped.yaml --out first\ngradcheck first" + READ.format("first"))
        + lines("interrupted train mapped.yaml --out stopped training.epochs=200"),
        lines("train --resume stopped\nevaluate first images.npy --target labels.npy") + lines(READ.format("stopped")),
    ),
    Trip(
        "objective",
        {"ravine.yaml": RAVINE, "polynomial.yaml": (CONFIGS / "objectives/polynomial.yaml").read_text("utf-8")},
        lines(
            """
train ravine.yaml --dry-run
train ravine.yaml --out first
train ravine.yaml --out second training.epochs=50 --json
train polynomial.yaml --out third
gradcheck ravine.yaml
compare first second
diagnose first
report first
config show ravine.yaml --step
interrupted train ravine.yaml --out stopped training.epochs=20000
"""
        ),
        lines("train --resume stopped\nreport first\nreport stopped\ndoctor stopped"),
    ),
    Trip(
        "repair",
        {"faulty.yaml": FAULTY},
        lines(
            """
diagnose faulty.yaml
train faulty.yaml --out first
diagnose first --act --seeds 3
diagnose first --act --seeds 3 --json
report first
diagnose first --learning-curve --target 0.05
diagnose --errors train=1%,dev=11%
diagnose --errors train=1%,dev=11%,optimal=0.5% --json --picture errors.png
diagnose --errors optimal=1%,train=8%,dev=10%,test=16%
"""
        ),
        lines("diagnose first --act --seeds 3 --json\nreport first"),
    ),
    *(
        Trip(
            f"search {method}",
            {"moons.yaml": MOONS, "tune.yaml": search(method, options)},
            lines("tune tune.yaml --dry-run\ntune tune.yaml --dry-run --json\ntune tune.yaml --out search")
            + lines("report search\ndoctor search\ntune tune.yaml search.finalists=2 --out short --json")
            + lines("interrupted tune tune.yaml --out stopped base.training.epochs=300"),
            lines("tune --resume search\ntune --resume stopped --json\nreport stopped\ndoctor short"),
        )
        for method, options in {
            "random": "",
            "sobol": "  draw: sobol\n",
            "grid": "",
            "coarse_to_fine": "",
            "tpe": "  halving: false\n",
        }.items()
    ),
    Trip(
        "study",
        {"moons.yaml": MOONS, "study.yaml": STUDY.replace("base_overrides: {}\n", "")},
        lines(
            """
study study.yaml --dry-run
study study.yaml --out first
study study.yaml --out second base.training.epochs=4 --json
report first
doctor first
"""
        ),
        lines("study --resume first\nreport first\nstudy --resume second --json"),
    ),
    Trip(
        "plugin",
        {"moons.yaml": MOONS + "plugins: [softsign.py]\n", "softsign.py": PLUGIN, "table.csv": TABLE},
        lines(
            """
trust --list
config check moons.yaml architecture.activation=softsign
train moons.yaml architecture.activation=softsign --out first
list activation --plugin softsign.py
gradcheck --plugin softsign.py
gradcheck first
trust first
trust --list --json
predict first table.csv
"""
        ),
        lines("train --resume first\nreport first\npredict first table.csv"),
    ),
]

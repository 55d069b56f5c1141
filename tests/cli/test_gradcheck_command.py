"""``dlx gradcheck`` from a YAML file to its verdict, its document and its exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.gradcheck import plugin as plugin_checks
from dlx.gradcheck.check import check_here
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import CheckedCost
from dlx.nn.layers import Linear
from dlx.nn.tape import Tape
from dlx.types import Array

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
name: small
data: {source: {name: blobs, m: 40}, split: {train: 0.8, dev: 0.2}}
architecture: {hidden: [5, 4], batch_norm: true}
regularization: {l2: 0.7, keep_prob: 0.8}
training: {epochs: 2, batch_size: 8}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SPEC)
    return tmp_path


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Linear whose dW is twice as large as it is."""
    record = Linear.record

    def twice(self: Linear, tape: Tape, A: Array, training: bool) -> Any:
        Z, backward = record(self, tape, A, training)

        def wrong(dZ: Array) -> Array:
            dA = backward(dZ)
            tape.call(np.add, self.dW, self.dW, out=self.dW)
            return dA

        return Z, wrong

    monkeypatch.setattr(Linear, "record", twice)


def test_a_correct_network_passes(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("gradcheck", "small.yaml", "--after", "3", cwd=folder)
    assert result.code == 0, result.stderr
    assert result.stdout.count("great") == 2 * 8
    assert "after 3 steps" in result.stdout
    assert "all 63 entries of θ" in result.stdout
    assert "complex step, 8 entries, worst " in result.stdout
    assert result.stdout.splitlines()[-1].split() == ["result", "passed"]
    assert [path.name for path in folder.iterdir()] == ["small.yaml"]


def test_the_document(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("gradcheck", "small.yaml", "--json", cwd=folder)
    document = json.loads(result.stdout)
    assert document["schema_version"] == 1
    assert document["passed"] is True
    assert document["fault"] is None
    assert document["epsilon"] == 1e-5
    assert document["difference"] < 1e-7
    assert document["covered"] == {"parameters": 63, "entries": 63, "directions": 0, "kinks": 0}
    assert document["not_analytic"] is None
    referee = document["referee"]
    assert (referee["method"], referee["entries"], referee["directions"]) == ("complex step", 8, 0)
    assert referee["difference"] < 1e-12
    names = [parameter["name"] for parameter in document["parameters"]]
    assert names == ["W1", "W2", "W3", "b3", "gamma1", "gamma2", "beta1", "beta2"]
    first = document["parameters"][0]
    assert set(first) >= {"name", "difference", "verdict", "worst"}
    assert first["worst"]["analytic"] == pytest.approx(first["worst"]["numeric"], abs=1e-7)
    assert len(first["worst"]["index"]) == 2


@pytest.mark.usefixtures("broken")
def test_a_wrong_gradient_fails_with_code_3(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("gradcheck", "small.yaml", "regularization.l2=0", cwd=folder)
    assert result.code == 3
    assert "failed" in result.stdout
    assert "worry" in result.stdout
    assert result.stderr == ""
    document = json.loads(call_dlx("gradcheck", "small.yaml", "regularization.l2=0", "--json", cwd=folder).stdout)
    assert document["passed"] is False
    verdicts = {parameter["name"]: parameter["verdict"] for parameter in document["parameters"]}
    assert {name for name, verdict in verdicts.items() if verdict != "great"} == {"W1", "W2", "W3"}
    assert "linear 3  dW3: analytic = 2 × numeric in every entry (constant factor 2)" in result.stdout
    fault = document["fault"]
    assert (fault["operation"], fault["layer"], fault["parameter"]) == ("linear 3", 3, "W3")
    assert fault["signature"] == "constant factor 2"


PLUGIN = """
import numpy as np

from dlx.nn.activations import Activation


class Square(Activation):
    name = "square"

    def forward(self, tape, Z):
        A = tape.empty("A", *Z.shape)
        tape.call(np.multiply, Z, Z, out=A)
        return A, lambda dZ: tape.call(np.positive, Z, out=dZ)
"""


def test_a_fault_in_a_plugin_has_its_file_and_line(folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "square.py").write_text(PLUGIN)
    call = ("gradcheck", "small.yaml", "plugins=[square.py]", "architecture.activation=square")
    result = call_alone(*call, "architecture.batch_norm=false", cwd=folder)
    assert result.code == 3
    assert "square 2  dZ2: analytic = 0.5 × numeric in every entry" in result.stdout
    assert f"{folder / 'square.py'}:13, Square.forward.<lambda>" in result.stdout


def test_a_run_is_checked_at_its_trained_parameters(folder: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "small.yaml", "--quiet", "--out", "run", cwd=folder).code == 0
    before = (folder / "run" / "run.json").read_bytes()
    document = json.loads(call_dlx("gradcheck", "run", "--json", cwd=folder).stdout)
    assert [point["at"] for point in document["points"]] == ["initialization", "trained"]
    assert document["passed"]
    assert (folder / "run" / "run.json").read_bytes() == before
    misfit = call_dlx("gradcheck", "run", "architecture.hidden=[3]", cwd=folder)
    assert misfit.code == 5
    assert "does not fit" in misfit.stderr


def test_a_plugin_is_checked_in_every_setting(
    folder: Path, call_alone: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At other places too, which this test counts and does not visit: they take ten times as long."""
    everywhere: list[str] = []

    def here(subject: CheckedCost, words: str, epsilon: float, most_passes: int) -> Point:
        everywhere.append(words)
        return check_here(subject, words, epsilon)

    monkeypatch.setattr(plugin_checks, "check", here)
    sine = PLUGIN.replace("Square", "Sine").replace('"square"', '"sine"').replace("np.multiply, Z, Z", "np.sin, Z")
    right = sine.replace("np.positive", "np.cos").removeprefix("\nimport numpy as np\n")
    (folder / "both.py").write_text(PLUGIN + right)
    result = call_alone("gradcheck", "--plugin", "both.py", cwd=folder)
    assert result.code == 3
    lines = [line.split() for line in result.stdout.splitlines() if line.startswith("activation")]
    verdicts = {name: {line[-1] for line in lines if line[1] == name} for name in ("square", "sine")}
    assert verdicts == {"square": {"failed"}, "sine": {"passed"}}
    assert [sum(line[1] == name for line in lines) for name in ("square", "sine")] == [17, 17]
    assert len(set(everywhere)) == 34
    assert f"{folder / 'both.py'}:13, Square.forward.<lambda>" in result.stdout
    unknown = call_alone("gradcheck", "--plugin", "both.py", "sinus", cwd=folder)
    assert unknown.code == 2
    assert "did you mean sine?" in unknown.stderr


CACHED = """
import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.losses import Loss, Softmax


class Cached(Activation):
    name = "cached"

    def forward(self, tape, Z):
        A = tape.empty("A", *Z.shape)
        tape.call(np.tanh, Z, out=A)
        kept = []

        def derivative(dZ):
            def write():
                if not kept:
                    kept.append(1 - A * A)
                np.copyto(dZ, kept[0])

            tape.call(write)

        return A, derivative


class StaleLabels(Loss):
    name = "stale_labels"
    task = "multiclass"

    def record(self, tape, Z, Y):
        A, _ = Softmax().record(tape, Z, Y)
        kept = []

        def backward(_):
            dZ = tape.empty("dZ", *Z.shape)

            def write():
                if not kept:
                    kept.append(Y.copy())
                np.copyto(dZ, (A - kept[0]) / Z.shape[1])

            tape.call(write)
            return dZ

        return A, backward

    def mistakes(self, Z, Y):
        return Softmax().mistakes(Z, Y)
"""


@pytest.mark.parametrize(
    ("override", "operation"), [("architecture.activation=cached", "cached 2"), ("loss=stale_labels", "stale_labels")]
)
def test_what_is_kept_of_the_first_pass_is_found(
    folder: Path, call_alone: Callable[..., Any], override: str, operation: str
) -> None:
    (folder / "kept.py").write_text(CACHED)
    call = ("gradcheck", "small.yaml", "plugins=[kept.py]", "data.source.centers=3", "architecture.batch_norm=false")
    result = call_alone(*call, override, "--json", cwd=folder)
    assert result.code == 3, result.stderr
    fault = json.loads(result.stdout)["fault"]
    assert (fault["operation"], fault["signature"]) == (operation, "stale")


def test_a_plugin_s_caches_are_found_in_every_setting(folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "kept.py").write_text(CACHED)
    document = json.loads(call_alone("gradcheck", "--plugin", "kept.py", "stale_labels", "--json", cwd=folder).stdout)
    assert {setting["passed"] for setting in document["settings"]} == {False}


LOSS = """
import numpy as np

from dlx.nn.losses import Loss


class Quartic(Loss):
    name = "quartic"
    task = "regression"

    def record(self, tape, Z, Y):
        R, R2 = tape.empty("R", *Z.shape), tape.empty("R2", *Z.shape)
        tape.call(np.subtract, Z, Y, out=R)
        tape.call(np.multiply, R, R, out=R2)
        tape.add_cost(1 / Z.shape[1], R2, R2)

        def backward(_):
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(np.multiply, R, R2, out=dZ)
            tape.call(np.multiply, dZ, np.array(4.0), out=dZ)
            return dZ

        return Z, backward

    def mistakes(self, Z, Y):
        return 0.0
"""


@pytest.mark.usefixtures("one_setting")
def test_a_plugin_with_a_loss_that_forgets_the_mean(folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "loss.py").write_text(LOSS)
    result = call_alone("gradcheck", "--plugin", "loss.py", "--json", cwd=folder)
    assert result.code == 3
    fault = json.loads(result.stdout)["fault"]
    assert (fault["operation"], fault["signature"]) == ("quartic", "missing 1/m")
    (folder / "loss.py").write_text(LOSS.replace("np.array(4.0)", "np.array(4 / Z.shape[1])"))
    right = call_alone("gradcheck", "--plugin", "loss.py", "quartic", "--json", cwd=folder)
    assert right.code == 0
    document = json.loads(right.stdout)
    assert document["passed"]
    assert {setting["passed"] for setting in document["settings"]} == {True}


ELSEWHERE = """
import numpy as np

from dlx.nn.losses import Loss, Softmax


class Doubled(Loss):
    task = "multiclass"

    def record(self, tape, Z, Y):
        A, gradient = Softmax().record(tape, Z, Y)

        def double(Z, dZ):
            if self.is_wrong(Z):
                dZ *= 2

        def backward(A):
            dZ = gradient(A)
            tape.call(double, Z, dZ)
            return dZ

        return A, backward

    def mistakes(self, Z, Y):
        return Softmax().mistakes(Z, Y)


class LargeBatch(Doubled):
    name = "large_batch"

    def is_wrong(self, Z):
        return Z.shape[1] > 16


class OtherWeights(Doubled):
    name = "other_weights"

    def is_wrong(self, Z):
        return np.abs(Z).max() > 6
"""


@pytest.mark.usefixtures("one_setting")
@pytest.mark.parametrize(("name", "place"), [("large_batch", "elsewhere, "), ("other_weights", "alone")])
def test_a_fault_of_a_plugin_that_does_not_show_here_is_found(
    name: str, place: str, folder: Path, call_alone: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the initialization, with the batch that is there, the gradient is right; not so by itself, far out."""
    (folder / "elsewhere.py").write_text(ELSEWHERE)
    call = ("gradcheck", "--plugin", "elsewhere.py", name, "--json")
    result = call_alone(*call, cwd=folder)
    assert result.code == 3, result.stderr
    fault = json.loads(result.stdout)["fault"]
    assert fault["operation"] == name
    assert fault["at"].startswith(place)

    def here(subject: CheckedCost, words: str, epsilon: float, most_passes: int) -> Point:
        return check_here(subject, words, epsilon)

    monkeypatch.setattr(plugin_checks, "check", here)
    assert call_alone(*call, cwd=folder).code == 0


OTHERS = """
import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.losses import Loss, SquaredError


class Ramp(Activation):  # does not say that it has a kink
    name = "ramp"

    def forward(self, tape, Z):
        A = tape.empty("A", *Z.shape)
        tape.call(np.maximum, Z, 0.0, out=A)
        return A, lambda dZ: tape.call(np.greater, Z, 0.0, out=dZ)


def arc(Z, A):
    np.arctan(Z, A)


def slope(Z, dZ):
    np.divide(1, 1 + Z * Z, dZ)


class Arc(Activation):
    name = "arc"

    def forward(self, tape, Z):
        A = tape.empty("A", *Z.shape)
        tape.call(arc, Z, out=A)
        return A, lambda dZ: tape.call(slope, Z, out=dZ)


def undefined(Z, dZ):
    slope(Z, dZ)
    dZ[0, 0] = np.nan


class Gap(Arc):
    name = "gap"

    def forward(self, tape, Z):
        A, _ = super().forward(tape, Z)
        return A, lambda dZ: tape.call(undefined, Z, out=dZ)


def forgotten(Z, dZ):
    raise NotImplementedError("to do")


class Late(Arc):
    name = "late"

    def forward(self, tape, Z):
        A, _ = super().forward(tape, Z)
        return A, lambda dZ: tape.call(forgotten, Z, out=dZ)


class Narrow(Activation):
    name = "narrow"

    def forward(self, tape, Z):
        return tape.empty("A", 2, 2), None
"""


TASKLESS = """from dlx.nn.losses import Loss, SquaredError


class Taskless(Loss):
    name = "taskless"

    def record(self, tape, Z, Y):
        return SquaredError().record(tape, Z, Y)

    def mistakes(self, Z, Y):
        return 0.0
"""


@pytest.mark.usefixtures("one_setting")
@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("ramp", 0, "complex step, "),
        ("arc", 0, "none: A1 = arc(Z1) is not known to be analytic"),
        ("gap", 3, "gap 2  dZ2: analytic is not finite in 1 of 28 entries"),
        ("late", 2, "others.py:48: NotImplementedError: to do"),
        ("narrow", 2, "activation narrow: forward returns an array (2, 2), expected one (5, 7), the shape of Z"),
        ("taskless", 2, "taskless.py:4: loss 'taskless' (Taskless) does not define task"),
    ],
)
def test_plugins_of_all_kinds(name: str, code: int, told: str, folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "others.py").write_text(OTHERS)
    (folder / "taskless.py").write_text(TASKLESS)
    file = "taskless.py" if name == "taskless" else "others.py"
    result = call_alone("gradcheck", "--plugin", file, name, cwd=folder)
    assert result.code == code, result.stdout + result.stderr
    assert told in result.stdout + result.stderr


def test_a_derivative_that_is_not_finite_is_null_in_the_document(folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "others.py").write_text(OTHERS)
    call = ("gradcheck", "small.yaml", "plugins=[others.py]", "architecture.activation=gap", "--json")
    result = call_alone(*call, cwd=folder)
    assert result.code == 3
    document = json.loads(result.stdout)
    assert document["difference"] is None
    assert {one["name"]: one["verdict"] for one in document["parameters"]}["W1"] == "worry"
    assert document["fault"]["signature"] == "not finite"
    assert "dZ2: analytic is not finite in 1 of " in document["fault"]["sentence"]


def test_an_error_in_a_plugin_has_its_file_and_line_in_training_too(
    folder: Path, call_alone: Callable[..., Any]
) -> None:
    (folder / "others.py").write_text(OTHERS)
    result = call_alone("train", "small.yaml", "plugins=[others.py]", "architecture.activation=late", cwd=folder)
    assert result.code == 2
    assert f"error: {folder / 'others.py'}:48: NotImplementedError: to do" in result.stderr


def test_a_plugin_without_gradients(folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "empty.py").write_text("")
    result = call_alone("gradcheck", "--plugin", "empty.py", cwd=folder)
    assert result.code == 2
    assert "defines no activation, loss, norm, objective, optimizer, schedule or initializer" in result.stderr


@pytest.mark.draws
def test_the_orders_of_the_differences(folder: Path, call_dlx: Callable[..., Any]) -> None:
    call = ("gradcheck", "small.yaml", "architecture.activation=tanh", "--orders")
    slopes = json.loads(call_dlx(*call, "--json", cwd=folder).stdout)["slopes"]
    assert slopes["one_sided"] == pytest.approx(1, abs=0.1)
    assert slopes["two_sided"] == pytest.approx(2, abs=0.1)
    assert slopes["complex_step"] == pytest.approx(2, abs=0.1)
    assert "one-sided ε^" in call_dlx(*call, "--picture", "orders.png", cwd=folder).stdout
    assert (folder / "orders.png").read_bytes().startswith(b"\x89PNG")


def test_the_complex_step_has_no_rounding_to_fear(folder: Path, call_dlx: Callable[..., Any]) -> None:
    document = json.loads(call_dlx("gradcheck", "small.yaml", "--orders", "--json", cwd=folder).stdout)
    last = {method: document[method][-1] for method in ("one_sided", "two_sided", "complex_step")}
    assert last["complex_step"] < 1e-15 < 1e-9 < min(last["one_sided"], last["two_sided"])


def test_the_orders_of_a_network_of_relus_are_fitted_where_no_kink_is(
    folder: Path, call_dlx: Callable[..., Any]
) -> None:
    spec = SPEC.replace("[5, 4], batch_norm: true", "[64, 32]")
    (folder / "relus.yaml").write_text(spec)
    document = json.loads(call_dlx("gradcheck", "relus.yaml", "--orders", "--json", cwd=folder).stdout)
    assert document["slopes"] == pytest.approx({"one_sided": 1, "two_sided": 2, "complex_step": 2}, abs=0.1)


def test_dropout_off_is_another_network(folder: Path, call_dlx: Callable[..., Any]) -> None:
    with_masks = json.loads(call_dlx("gradcheck", "small.yaml", "--json", cwd=folder).stdout)
    without = json.loads(call_dlx("gradcheck", "small.yaml", "--json", "--no-dropout", cwd=folder).stdout)
    assert without["passed"]
    assert without["parameters"][0]["worst"] != with_masks["parameters"][0]["worst"]


def test_the_steps_before_the_second_check_are_those_of_training(folder: Path, call_dlx: Callable[..., Any]) -> None:
    """At the end of training both θ are the same, so the checks there are too, but for the type of its numbers."""
    call = ("train", "small.yaml", "dtype=float64", "--quiet", "--out", "run")
    assert call_dlx(*call, cwd=folder).code == 0
    after = json.loads(call_dlx("gradcheck", "small.yaml", "--after", "8", "--json", cwd=folder).stdout)
    trained = json.loads(call_dlx("gradcheck", "run", "--json", cwd=folder).stdout)
    assert after["points"][1]["difference"] == trained["points"][1]["difference"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--examples", "99"), "--examples: expected 1 to 32"),
        (("--after", "99"), "--after: expected 1 to 8"),
        (("--epsilon", "0"), "--epsilon: expected 1e-12 to 0.1"),
        (("missing.key=1",), "missing"),
        (("--plugin", "x.py", "--orders"), "--plugin checks small networks"),
        (("--orders", "--after", "3"), "it takes no --after"),
        (("--picture", "x.png"), "--picture draws what --orders shows"),
    ],
)
def test_what_it_cannot_do_is_told(
    arguments: tuple[str, ...], told: str, folder: Path, call_dlx: Callable[..., Any]
) -> None:
    result = call_dlx("gradcheck", "small.yaml", *arguments, cwd=folder)
    assert result.code == 2
    assert told in result.stderr


def test_seed_chooses_the_examples(folder: Path, call_dlx: Callable[..., Any]) -> None:
    said = [call_dlx("gradcheck", "small.yaml", "--json", "--seed", seed, cwd=folder).stdout for seed in (0, 0, 1)]
    assert said[0] == said[1] != said[2]


BOWL = """

import numpy as np

from dlx.nn.objectives import Objective


class Bowl(Objective):
    name = "bowl"

    def dimension(self):
        return 3

    def record(self, tape, w):
        tape.add_cost(0.5, w, w)
        return lambda dw: tape.call(np.positive, w, out=dw)
"""


MIXED = """
from dlx.nn.initializers import Initializer
from dlx.stats.metrics.metric import Metric


class Tiny(Initializer):
    name = "tiny"

    def fill(self, parameters, l, rng):
        parameters[f"W{l}"][...] = {weights}


class Half(Metric):
    'One half.'

    name = "half"
    title = "half"
    tasks = ("binary",)
    higher_is_better = True

    def value(self, answers):
        return 0.5

"""


def test_what_has_no_gradient_is_checked_by_its_properties_or_said_not_to_be(
    folder: Path, call_alone: Callable[..., Any]
) -> None:
    drawn = "rng.standard_normal(parameters[f'W{l}'].shape) / 100"
    (folder / "mixed.py").write_text(MIXED.replace("{weights}", drawn) + BOWL)
    result = call_alone("gradcheck", "--plugin", "mixed.py", cwd=folder)
    assert result.code == 0, result.stdout
    assert "not checked metric half: compare with another implementation" in result.stdout
    assert "8 properties" in result.stdout
    (folder / "mixed.py").write_text(MIXED.replace("{weights}", "0.1"))
    document = json.loads(call_alone("gradcheck", "--plugin", "mixed.py", "--json", cwd=folder).stdout)
    assert document["unchecked"] == ["metric half"]
    assert (document["settings"], document["rules"][0]["signature"]) == ([], "equal units")
    assert document["fault"]["place"].endswith("mixed.py:6")

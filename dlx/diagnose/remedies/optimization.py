"""What may help through the steps of training: learning rate, schedule, optimizer, batch."""

from __future__ import annotations

from collections.abc import Callable

from dlx.diagnose.remedies.changes import Change, Overrides, SpecContext, change, rounded
from dlx.diagnose.remedies.length import ENOUGH_STEPS, FEW_STEPS
from dlx.nn.optimizers import Adam, Optimizer

USUAL_BATCH = range(16, 513)
LEAST_CLIP = 0.1  # ‖dθ‖ lies above 0.1 in the first epochs of nearly every training
MOST_EPSILON = 1e-3  # √s of a gradient lies between 1e-4 and 0.1, and ε is there against a division by 0
MOST_WARMUP = 0.5  # of the training
ONE_NOTCH = 2.6  # from one of 1, 2, 5, 10 to the next: a rate that is no farther away is as good


def _tested(name: str, fits: Callable[[float, float], bool]) -> Change:
    def rule(now: SpecContext) -> Overrides:
        present, rate = now.spec.optimizer.learning_rate, now.tested.suggested if now.tested else None
        if rate is None or max(rate / present, present / rate) < ONE_NOTCH:
            return {}
        return {"optimizer.learning_rate": rate} if fits(rate, present) else {}

    why = "a range test tried them all: there the cost falls fast, and it grows at far larger rates only"
    return Change(name, why, "Learning rate", rule)


# The one rate that was tested; where smaller steps are asked for, if it is smaller.
tested_learning_rate = _tested("tested_learning_rate", lambda rate, present: True)
smaller_tested_rate = _tested("smaller_tested_rate", lambda rate, present: rate < present)
larger_tested_rate = _tested("larger_tested_rate", lambda rate, present: rate > present)
TESTED_RATES = (tested_learning_rate, smaller_tested_rate, larger_tested_rate)


def _rate_times(factor: float, name: str) -> Change:
    smaller, larger = (
        "a cost that jumps or rises asks for smaller steps",
        "a cost that falls to the end asks for larger",
    )

    def rule(now: SpecContext) -> Overrides:
        rate = rounded(now.spec.optimizer.learning_rate * factor)
        return {"optimizer.learning_rate": rate} if may_train(now, rate) else {}

    return Change(f"learning_rate_{name}", smaller if factor < 1 else larger, "Learning rate", rule)


def may_train(now: SpecContext, rate: float) -> bool:
    """Whether nothing is known against a learning rate: all rates may do where none was tested."""
    return now.tested is None or now.tested.allows(rate, now.steps)


learning_rate_third, learning_rate_x3 = _rate_times(1 / 3, "third"), _rate_times(3, "x3")
learning_rate_tenth, learning_rate_x10 = _rate_times(0.1, "tenth"), _rate_times(10, "x10")
learning_rate_hundredth, learning_rate_x100 = _rate_times(0.01, "hundredth"), _rate_times(100, "x100")


@change("an α that decays too fast ends the training before its end", "Learning rate decay")
def constant_learning_rate(now: SpecContext) -> Overrides:
    schedule = now.spec.schedule
    if schedule.name == "constant" and schedule.warmup == 0:
        return {}
    return {"schedule": {"name": "constant"}} if schedule.name != "constant" else {"schedule.warmup": 0}


@change("steps are as long as α says, with no bound on dθ, no ε beside √s and no warm-up", "Learning rate")
def unhindered_steps(now: SpecContext) -> Overrides:
    """What makes steps small beside a small α, put back to what is usual where it is far from that."""
    spec, overrides = now.spec, Overrides()
    optimizer, schedule = spec.optimizer, spec.schedule
    if optimizer.clip_norm is not None and optimizer.clip_norm < LEAST_CLIP:
        overrides["optimizer.clip_norm"] = None
    if getattr(optimizer, "epsilon", 0.0) > MOST_EPSILON:
        overrides["optimizer.epsilon"] = type(optimizer).model_fields["epsilon"].default
    units = spec.training.epochs if schedule.unit == "epoch" else now.steps
    if schedule.warmup > MOST_WARMUP * units:
        overrides["schedule.warmup"] = 0
    return overrides


@change("smaller steps at the end settle where larger ones oscillate", "Learning rate decay")
def decaying_learning_rate(now: SpecContext) -> Overrides:
    return {"schedule": {"name": "cosine"}} if now.spec.schedule.name == "constant" else {}


@change("β = 0.9, β₂ = 0.999 and no clipping work nearly everywhere", "Momentum, RMSProp, Adam")
def optimizer_defaults(now: SpecContext) -> Overrides:
    return _reset(now.spec.optimizer, keep={"learning_rate", "weight_decay"})


def _reset(optimizer: Optimizer, keep: set[str]) -> Overrides:
    """The options that are not at their defaults, put back to them."""
    fields = type(optimizer).model_fields.items()
    defaults = {key: field.default for key, field in fields if key not in keep and not field.is_required()}
    return {f"optimizer.{key}": value for key, value in defaults.items() if getattr(optimizer, key) != value}


def adam_at(now: SpecContext, learning_rate: float) -> Overrides:
    """Adam with this α, its other options at their defaults, what is decayed as it is."""
    optimizer, exempt = now.spec.optimizer, {"learning_rate", "weight_decay"}
    if not isinstance(optimizer, Adam):
        decay = {"weight_decay": optimizer.weight_decay} if optimizer.weight_decay else {}
        return {"optimizer": {"name": Adam.name, "learning_rate": learning_rate, **decay}}
    same = optimizer.learning_rate == learning_rate
    return {} if same else {"optimizer.learning_rate": learning_rate} | _reset(optimizer, exempt)


@change("Adam with its own α finds a step for each weight", "Momentum, RMSProp, Adam")
def adam(now: SpecContext) -> Overrides:
    return adam_at(now, 0.001)


@change("Adam with ten times its own α, for trainings of few steps", "Momentum, RMSProp, Adam")
def fast_adam(now: SpecContext) -> Overrides:
    return adam_at(now, 0.01)


@change("averaged gradients cancel what oscillates", "Momentum")
def momentum(now: SpecContext) -> Overrides:
    optimizer = now.spec.optimizer
    if optimizer.name != "gradient_descent":
        return {}
    return {"optimizer": {"name": "momentum", "learning_rate": optimizer.learning_rate}}


@change("a bound on the length of dθ keeps one steep batch from throwing θ far off", "Exploding gradients")
def clip_gradients(now: SpecContext) -> Overrides:
    return {"optimizer.clip_norm": 1.0} if now.spec.optimizer.clip_norm is None else {}


@change("mini-batches of 64: many steps an epoch, each over enough examples", "Mini-batch gradient descent")
def mini_batches(now: SpecContext) -> Overrides:
    if now.batch in USUAL_BATCH and now.spec.training.batch_size != "full":
        return {}
    size = next((size for size in (64, 32, 128) if size < now.facts.m and now.facts.m % size != 1), None)
    if size is None or size == now.batch:
        return {}
    an_epoch = -(-now.facts.m // size)
    is_short = now.spec.training.epochs * an_epoch < min(FEW_STEPS, now.steps)  # which larger batches have made so
    return {"training.batch_size": size} | ({"training.epochs": -(-ENOUGH_STEPS // an_epoch)} if is_short else {})


@change("up to 2000 examples fit in one batch, whose gradient is exact", "Mini-batch gradient descent")
def full_batch(now: SpecContext) -> Overrides:
    fits = now.facts.m <= 2000 and now.batch < now.facts.m
    return {"training.batch_size": "full"} if fits else {}

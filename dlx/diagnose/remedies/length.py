"""What may help through the length of a training: more epochs, enough steps, and early stopping with patience."""

from __future__ import annotations

from dlx.diagnose.remedies.changes import Change, Overrides, SpecContext, change

FEW_STEPS, ENOUGH_STEPS = 300, 1000  # of 98 in 100 healthy trainings more than the first; half of them took the second
MOST_TIMES = 30
PATIENT, LEAST_PATIENCE = 4, 8  # evaluations: a quarter of them all, so that early stopping can still come


def _longer(name: str, factor: int) -> Change:
    def rule(now: SpecContext) -> Overrides:
        training, stopping = now.spec.training, now.spec.training.early_stopping
        epochs = training.epochs * factor
        rows = -(-epochs // training.evaluate_every) + 1
        patience = min(stopping.patience * factor, max(LEAST_PATIENCE, rows // PATIENT)) if stopping else 0
        more = {"training.early_stopping.patience": patience} if stopping and patience > stopping.patience else {}
        return {"training.epochs": epochs} | more

    return Change(name, "the cost may still have been falling", "Basic recipe", rule)


longer_training, much_longer_training = _longer("longer_training", 3), _longer("much_longer_training", 10)


@change("so few steps have hardly begun: it takes some hundreds", "Basic recipe")
def enough_steps(now: SpecContext) -> Overrides:
    if now.steps >= FEW_STEPS:
        return {}
    return _longer("enough_steps", min(MOST_TIMES, -(-ENOUGH_STEPS // now.steps)))(now)


@change("patience to the last epoch: a dev set may get worse before it gets better", "Early stopping")
def patience_to_the_end(now: SpecContext) -> Overrides:
    training = now.spec.training
    stopping, rows = training.early_stopping, -(-training.epochs // training.evaluate_every) + 1
    longer = {"training.early_stopping.patience": rows} if stopping and stopping.patience < rows else {}
    return longer | ({"training.early_stopping.min_delta": 0.0} if stopping and stopping.min_delta > 0 else {})

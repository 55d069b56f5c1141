"""The best bet on the terminal: what most probably helps where nothing surely does, and the price of knowing more."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.numbers import duration, error, probability
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import labeled, paragraph
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command, shorten
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.repair import BestBet, RepairDocument

LONGEST = 60  # characters of a value that is shown
EVEN = 0.5  # the probability of what may as well do harm


def best_bet(repair: RepairDocument, bet: BestBet, task: str | None) -> None:
    """Prints the remedy, the probability that it helps, what more knowledge costs, and the command that takes it.

    Args:
        repair: what the recipe has come to.
        bet: its best bet.
        task: of a regression errors are in the unit of the target, else in percent.
    """
    likely = probability(bet.probability)
    change = f"dev {error(bet.change.value, task)}" if bet.change else ""
    if bet.spec is None and bet.probability > EVEN and change:
        paragraph("best bet", translated(f"none: the likeliest remedy, {bet.name}, changes too little: {change}"))
        return
    if bet.spec is None:
        none = f"none: the likeliest remedy, {bet.name}, helps with a probability of {likely} only"
        paragraph("best bet", translated(none))
        return
    times = f"{bet.replicates} replicate{'s' * (bet.replicates != 1)}"
    helps = f"{bet.name} helps with a probability of {likely}{f': {change} in {times}' if change else ''}"
    paragraph("best bet", translated(helps))
    for key, value in bet.overrides.items():
        labeled("", (f"{key}={shorten(dump_scalar(value), LONGEST)}", "yellow"))
    _price(bet, Path(bet.spec).parent, repair)
    say_command("try", command("train", Path(bet.spec)))


def _price(bet: BestBet, run: Path, repair: RepairDocument) -> None:
    """What knowing more takes, where a longer race would train it again: not where others were better in this one."""
    may_go_on = repair.status == Status.BUDGET_SPENT if (bet.seeds or 0) <= repair.replicates else _is_judged(bet)
    if bet.seeds is not None and may_go_on:
        more = f"{bet.trainings} more trainings, {duration(bet.seconds)}"
        certain = f"if it stays so, it is certain in {bet.seeds} replicates ({more}):"
        paragraph("", translated(certain))
        seeds = ("--seeds", str(bet.seeds)) if bet.seeds > repair.replicates else ("--budget", _budget(bet.seconds))
        say_command("", command("diagnose", run, "--act", *seeds))
    elif bet.seeds is None and bet.examples is not None:
        text = f"no number of trainings makes it certain on these dev examples; about {bet.examples:,} of them would"
        paragraph("", translated(text))


def _is_judged(bet: BestBet) -> bool:
    """Whether it was still in the race at its end."""
    return bet.change is not None and isfinite(bet.change.low) and isfinite(bet.change.high)


def _budget(seconds: float) -> str:
    """A time that is enough, as the option takes it: twice as much, in whole minutes."""
    return f"{int(seconds / 30) + 1}m"

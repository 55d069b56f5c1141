"""The best bet on the terminal: what most probably helps where nothing surely does, and the price of knowing more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.numbers import duration, error, probability
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import labeled, paragraph
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.text import command, shorten

if TYPE_CHECKING:
    from dlx.documents.repair import BestBet

LONGEST = 60  # characters of a value that is shown


def best_bet(bet: BestBet, replicates: int, task: str | None) -> None:
    """Prints the remedy, the probability that it helps, what more knowledge costs, and the command that takes it.

    Args:
        bet: the remedy.
        replicates: that were asked for.
        task: of a regression errors are in the unit of the target, else in percent.
    """
    likely = probability(bet.probability)
    if bet.spec is None:
        none = f"none: the likeliest remedy, {bet.name}, helps with a probability of {likely} only"
        paragraph("best bet", translated(none))
        return
    times = f"{bet.replicates} replicate{'s' * (bet.replicates != 1)}"
    change = f": dev {error(bet.change.value, task)} in {times}" if bet.change else ""
    helps = f"{bet.name} helps with a probability of {likely}{change}"
    paragraph("best bet", translated(helps))
    for key, value in bet.overrides.items():
        labeled("", (f"{key}={shorten(dump_scalar(value), LONGEST)}", "yellow"))
    _price(bet, Path(bet.spec).parent, replicates)
    say_command("try", command("train", Path(bet.spec)))


def _price(bet: BestBet, run: Path, replicates: int) -> None:
    """What knowing more takes."""
    if bet.seeds is not None:
        more = f"{bet.trainings} more trainings, {duration(bet.seconds)}"
        certain = f"if it stays so, it is certain in {bet.seeds} replicates ({more}):"
        paragraph("", translated(certain))
        seeds = ("--seeds", str(bet.seeds)) if bet.seeds > replicates else ("--budget", _budget(bet.seconds))
        say_command("", command("diagnose", run, "--act", *seeds))
    elif bet.examples is not None:
        text = f"no number of trainings makes it certain on these dev examples; about {bet.examples:,} of them would"
        paragraph("", translated(text))


def _budget(seconds: float) -> str:
    """A time that is enough, as the option takes it: twice as much, in whole minutes."""
    return f"{int(seconds / 30) + 1}m"

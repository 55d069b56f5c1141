"""What is shown in several media has one scale, one unit and one name: the terminal, the picture and the page agree."""

from __future__ import annotations

import re
from dataclasses import replace

from dlx.show.charts.groups import Group, mean_curve
from dlx.show.charts.search import search_chart
from dlx.show.charts.study import variant_table
from dlx.show.charts.trials import Trials
from dlx.show.page.search import search_page
from dlx.show.terminal.text_plot import letter_plot
from dlx.stats.intervals import Estimate
from dlx.words import Status
from tests.show.page.test_collection import material, search, study, trial

TENFOLD = [0.01 * number for number in range(1, 11)]  # the highest is ten times the lowest, which is not yet far


def test_the_page_of_a_search_has_the_scale_of_its_pictures() -> None:
    document = search(trials=[trial(index, value) for index, value in enumerate(TENFOLD)], confirmation=None)
    assert search_chart(document).range.logarithmic
    assert Trials(document).is_logarithmic
    written = set(re.findall(r'<span style="top:[^"]*">(\d+)</span>', search_page(document, material())))
    assert written == {"1", "2", "5", "10"}  # where even steps from 0 would have 4 and 6


def test_what_is_minimized_has_one_name() -> None:
    f1 = search(objective="dev_f1")
    assert (Trials(f1).what, search_chart(f1).quantity.name) == ("1 − dev F1", "1 − dev F1")
    assert search_chart(search()).quantity.name == "dev error (%)"
    assert search_chart(search(task="regression")).quantity.name == "dev error (units of the target)"


def test_a_winner_that_diverged_in_the_search_leaves_the_lowest_as_the_best() -> None:
    document = search()
    assert document.confirmation is not None
    lost = replace(document, confirmation=replace(document.confirmation, winner=3))
    assert [(search_chart(each).best, search_chart(each).is_confirmed) for each in (document, lost)] == [
        (1, True),
        (0, False),
    ]


def test_rates_have_even_steps_in_letters_as_in_pictures_and_costs_their_ratios() -> None:
    curve = mean_curve(Group("a", [{"epoch": [1.0, 2.0], "value": [0.9, 0.009]}]), "value")
    rates, numbers = (
        ["".join(text for text, _ in line) for line in letter_plot([curve], task)] for task in ("binary", "regression")
    )
    assert [rates[row].split()[:2] for row in (0, 4, 9)] == [["90.00", "%"], ["50.00", "%"], ["0.00", "%"]]
    assert [numbers[row].split()[0] for row in (0, 9)] == ["0.9", "0.009"]


def test_the_intervals_of_a_study_are_those_of_dev_or_of_the_last_part() -> None:
    document = study("a")
    assert (variant_table(document).chief, variant_table(document).first) == ("dev", "a")
    assert [(row.endings, row.direction) for row in variant_table(document).rows] == [([], ""), (["diverged"], "worse")]
    ends = {"train": Estimate(0.1, 0.0, 0.2, 9), "test": Estimate(0.2, 0.1, 0.3, 9)}
    without = replace(document, variants=[replace(document.variants[0], errors=ends, status=[Status.BUDGET_SPENT])])
    assert (variant_table(without).parts, variant_table(without).chief) == (["train", "test"], "test")

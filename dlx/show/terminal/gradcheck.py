"""What a gradient check found, on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.terminal.lines import heading, paragraph, say, table

if TYPE_CHECKING:
    from dlx.gradcheck.fault import Fault
    from dlx.gradcheck.orders import Orders
    from dlx.gradcheck.plugin import PluginCase
    from dlx.gradcheck.report import Parameter, Point, Report
    from dlx.gradcheck.rules.rule import RuleCase

NAMES = {"one_sided": "one-sided", "two_sided": "two-sided", "complex_step": "complex step"}


def report(check: Report) -> None:
    """A table for each θ that was checked, then what they amount to."""
    for point in check.points:
        on = f", {check.examples:,} example{'s' * (check.examples != 1)}" if check.examples else ""
        heading(check.name, f"{translated(point.when)}{translated(on)}, J = {point.cost:.6g}")
        say()
        _parameters(point)
        say()
    point = check.decisive
    _tell("difference", f"{_difference(point)}, ε = {check.epsilon:g}")
    _tell("covered", _covered(point))
    if kinks := point.covered["kinks"]:
        _tell("left out", f"{kinks:,} of them: a kink lies within ε")
    if rounded := point.rounded:
        _tell(
            "rounding", f"{rounded:,} of them: each operation and their order is right, and large W multiply its digits"
        )
    _tell("referee", _referee([point]))
    _others([point])
    if check.too_large:
        sizes = _listed([f"{size:,}" for size in check.too_large])
        _tell("not seen", f"batches of {sizes} examples, as training takes them, which are too large for this check")
    _fault(point.fault)
    _result(check.passed)


def plugin(cases: Sequence[PluginCase], unchecked: Sequence[str] = (), rules: Sequence[RuleCase] = ()) -> None:
    """A line for each setting of each component, then the first fault."""
    if rules:
        _rules(rules)
        say()
    if cases:
        _settings(cases)
    if unchecked:
        _tell("not checked", f"{_listed(unchecked)}: compare with another implementation")
    _fault(next((case.point.fault for case in cases if case.point.fault), None))
    for case in rules:
        _fault(case.fault, is_of_rule=True)
    for _, group in groupby(rules, key=lambda case: (case.kind, case.name)):
        _fault(next((case.remark for case in group if case.remark), None), is_of_rule=True, label="remark")
    _result(all(case.point.passed for case in cases) and all(case.passed for case in rules))


def _rules(cases: Sequence[RuleCase]) -> None:
    """A line for each optimizer, schedule and initializer, with the first property that it lacks."""
    rows = []
    for (kind, name), group in groupby(cases, key=lambda case: (case.kind, case.name)):
        settings = list(group)
        lacking = next((case for case in settings if not case.passed), None)
        what = lacking.fault.signature if lacking and lacking.fault else f"{settings[0].properties} properties"
        rows.append((kind, name, f"{len(settings)}", translated(what), translated("failed" if lacking else "passed")))
    table(rows, [*map(translated, ("", "", "settings", "checked", ""))])


def _settings(cases: Sequence[PluginCase]) -> None:
    rows = [
        (
            case.kind,
            case.name,
            case.setting,
            f"{case.point.difference:.1e}",
            translated("passed" if case.point.passed else "failed"),
        )
        for case in cases
    ]
    table(rows, [*map(translated, ("", "", "with", "difference", ""))])
    say()
    _tell("referee", _referee([case.point for case in cases]))
    _others([case.point for case in cases])


def registered(cases: Sequence[PluginCase], rules: Sequence[RuleCase] = ()) -> None:
    """A line for each component, with the largest difference in any of its settings; then what failed, in full."""
    rows = []
    for (kind, name), group in groupby(cases, key=lambda case: (case.kind, case.name)):
        settings = list(group)
        largest = max(case.point.difference for case in settings)
        passed = all(case.point.passed for case in settings)
        rows.append((kind, name, f"{len(settings)}", f"{largest:.1e}", translated("passed" if passed else "failed")))
    table(rows, [*map(translated, ("", "", "settings", "difference", ""))])
    say()
    _rules(rules)
    failed = [case for case in cases if not case.point.passed]
    lacking = [case for case in rules if not case.passed]
    if failed or lacking:
        say()
        plugin(failed, rules=lacking)
        return
    say()
    _tell("referee", _referee([case.point for case in cases]))
    count = len(rows) + len({(case.kind, case.name) for case in rules})
    _result(True, translated(f", {count} components in {len(cases) + len(rules):,} settings"))


def orders(convergence: Orders) -> None:
    """The errors over ε, then the powers of ε that they follow."""
    methods = list(convergence.errors)
    columns = zip(convergence.epsilons, *convergence.errors.values(), strict=True)
    marks = [translated("a kink lies within ε") if at_kink else "" for at_kink in convergence.at_kink]
    rows = [(*(f"{number:.1e}" for number in row), mark) for row, mark in zip(columns, marks, strict=True)]
    table(rows, ("ε", *(translated(NAMES[method]) for method in methods), ""))
    say()
    _tell("along", f"a random unit vector over {convergence.over}")
    _tell("error", ", ".join(order(convergence, method) for method in methods))
    if convergence.not_analytic:
        _tell("referee", _no_referee(convergence.not_analytic))


def order(convergence: Orders, method: str) -> str:
    """Such as `two-sided ε^2.00`."""
    exponent = convergence.slopes[method]
    return (
        f"{translated(NAMES[method])} {translated('hidden by rounding') if exponent is None else f'ε^{exponent:.2f}'}"
    )


def _tell(label: str, what: str) -> None:
    paragraph(label, translated(what), margin=12)


def _parameters(point: Point) -> None:
    """A row for each; where some were met elsewhere, each says where."""
    headers: tuple[str, ...] = ("", "difference", "verdict", "worst entry", "analytic", "numeric")
    rows: list[tuple[str, ...]] = [_row(parameter) for parameter in point.parameters]
    if any(parameter.at for parameter in point.parameters):
        headers = (*headers, "met")
        places = [translated(parameter.at or "here") for parameter in point.parameters]
        rows = [(*row, place) for row, place in zip(rows, places, strict=True)]
    table(rows, [*map(translated, headers)])


def _difference(point: Point) -> str:
    """Such as `2.1e-10 of the whole dθ`, or where else it was met."""
    if point.at is None:
        return f"{point.difference:.1e} of the whole dθ"
    of_all = point.at.startswith("elsewhere")
    return f"{point.difference:.1e} of {'the whole dθ' if of_all else 'an entry of'} {point.at}"


def _row(parameter: Parameter) -> tuple[str, ...]:
    if parameter.difference is None:
        return parameter.name, "", translated("not judged"), "", "", ""
    cells, worst = (parameter.name, f"{parameter.difference:.1e}", translated(parameter.verdict)), parameter.worst
    if worst is None:
        return *cells, "", "", ""
    return *cells, f"[{', '.join(map(str, worst.index))}]", f"{worst.analytic:.8g}", f"{worst.numeric:.8g}"


def _covered(point: Point) -> str:
    """Such as `all 17,482 entries of θ`."""
    covered = point.covered
    if not covered["directions"]:
        count = covered["parameters"]
        return f"all {count:,} entries of θ" if count > 1 else "the one entry of θ"
    entries = f"{covered['entries']:,} of {covered['parameters']:,} entries of θ"
    return f"{entries} and {covered['directions']} random directions"


def _referee(points: Sequence[Point]) -> str:
    """Such as `complex step, 12 entries, worst 3.1e-16`."""
    judged = [point.referee for point in points if point.referee]
    if not judged:
        calls = [point.not_analytic for point in points if point.not_analytic]
        return _no_referee(calls[0]) if calls else "complex step, not needed"
    entries, directions = sum(referee.entries for referee in judged), sum(referee.directions for referee in judged)
    along = f" and {_counted(directions, 'direction')}" if directions else ""
    differences = [referee.difference for referee in judged]
    worst = max(differences, key=lambda difference: difference if difference == difference else float("inf"))
    return f"complex step, {_counted(entries, 'entry', 'entries')}{along}, worst {worst:.1e}"


def _others(points: Sequence[Point]) -> None:
    """At which other θ and batches, and which operations alone."""
    elsewhere = {place.when.removeprefix("elsewhere, ") for point in points for place in point.elsewhere}
    sizes = sorted(int(place.split()[0].replace(",", "")) for place in elsewhere if place[0].isdigit())
    if sizes:
        _tell("elsewhere", f"other θ, with other batches of {_listed([f'{size:,}' for size in sizes])} examples")
    elif elsewhere:
        _tell("elsewhere", "other θ")
    alone = list(dict.fromkeys(part.operation for point in points for part in point.alone))
    if alone:
        _tell("alone", f"{_listed(alone)}, in both tails")


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {translated('and')} {items[-1]}"


def _counted(number: int, singular: str, plural: str | None = None) -> str:
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def _no_referee(call: str) -> str:
    return f"none: {call} is not known to be analytic"


def _fault(fault: Fault | None, is_of_rule: bool = False, label: str = "fault") -> None:
    """What is wrong and where, with its name; a rule's stands above already, and its options follow."""
    if fault is not None:
        name = "" if fault.is_described or is_of_rule else f" ({translated(fault.signature)})"
        what = f"  {translated(fault.sentence)}{name}"
        say((f"{translated(label):<12}", "dim"), (fault.operation, "bold"), (what, ""))
        if is_of_rule and fault.at:
            _tell("with", fault.at)
        if fault.place:
            label, method = ("written in", f", {fault.method}") if fault.method else ("defined in", "")
            _tell(label, f"{fault.place}{method}")


def _result(passed: bool, of_what: str = "") -> None:
    word = translated("passed" if passed else "failed")
    say((f"{translated('result'):<12}", "dim"), (word, "green" if passed else "red"), (of_what, ""))

"""Groups of patients by risk in words: their tables, and the test between them."""

from collections.abc import Iterator
from typing import NamedTuple

from checker.model.curves import RiskGroup, RiskGroups
from checker.model.estimate import Estimate
from checker.model.times import in_words
from checker.render import digits

NOT_REACHED = "not reached"
"""The median of a group of which fewer than half had the outcome."""
NEVER_TESTED = "reference"


class GroupsTable(NamedTuple):
    """A table with one row for each group; all columns but the first hold numbers."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def test_words(found: RiskGroups) -> str:
    """Return the log-rank test in a sentence."""
    degrees = f"{found.degrees} degree{'s' if found.degrees > 1 else ''} of freedom"
    statistic = digits.number(found.statistic, 2)
    p = digits.p_value(found.p)
    left = f"; a value is missing in {digits.count(found.missing)}" if found.missing else ""
    return (
        f"Log-rank test of equal hazards in all risk groups: chi-square {statistic} with {degrees}, p "
        f"{p if p.startswith('<') else f'= {p}'} ({digits.count(found.cases)} cases{left})."
    )


def tables(found: RiskGroups, *, in_days: bool = True) -> tuple[GroupsTable, ...]:
    """Return the groups with outcomes, medians and hazard ratios, and the observed risks by each horizon.

    Args:
        found: the groups.
        in_days: times are days and said in words, else they are printed as they are.
    """
    median = "Median survival (days)" if in_days else "Median survival"
    heads = ("Risk group", "n", "Outcomes (expected)", median, "Hazard ratio")
    rows = tuple(
        (
            each.name,
            digits.count(each.cases),
            f"{digits.count(each.outcomes)} ({digits.number(each.expected, 1)})",
            _median(each.median_survival),
            _ratio(each),
        )
        for each in found.groups
    )
    first = GroupsTable(f"Risk groups by {found.by}", heads, rows)
    horizons = [each.horizon for each in found.groups[0].observed_risks]
    if not horizons:
        return (first,)
    at = tuple(in_words(each or 0) if in_days else digits.short(each or 0) for each in horizons)
    risks = tuple(
        (each.name, *(_known(risk) for risk in each.observed_risks)) for each in found.groups
    )
    return first, GroupsTable(
        "Observed risk of each risk group, by horizon", ("Risk group", *at), risks
    )


def _known(estimate: Estimate) -> str:
    return digits.DASH if estimate.value is None else digits.together(estimate)


def _median(estimate: Estimate) -> str:
    return NOT_REACHED if estimate.value is None else digits.together(estimate)


def _ratio(group: RiskGroup) -> str:
    return NEVER_TESTED if group.hazard_ratio is None else _known(group.hazard_ratio)


def remarks(found: RiskGroups) -> Iterator[str]:
    """Yield what belongs beside the tables: methods, cautions, and why a number is not there."""
    if found.note:
        yield found.note
    ratios = [each.hazard_ratio for each in found.groups if each.hazard_ratio]
    method = next((each.interval.method for each in ratios if each.interval), "")
    if method:
        reference = found.groups[0].name
        yield (
            f'Hazard ratios against "{reference}": one Cox model, Efron\'s ties ({method}). Competing events are '
            "censored in test and ratios."
        )
    for each in found.groups:
        if each.median_survival.note:
            yield f"Median survival, {each.name}: {each.median_survival.note}"
    risks = [risk for each in found.groups for risk in each.observed_risks]
    for estimate in (*ratios, *risks):
        if estimate.value is None:
            which = estimate.label or estimate.group.partition(" = ")[2]
            yield f"{which}: {estimate.undefined_because}."

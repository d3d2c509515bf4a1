"""How well scores separate cases with the outcome from cases without: the ROC and precision-recall curves."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Uncertainty,
    Undefined,
    complete_rows,
    metric,
    over,
)
from checker.metrics.intervals import around, around_logit, cut, separated
from checker.metrics.ranking import (
    NEEDS_BOTH,
    Ranking,
    Tallies,
    delong_variance,
    obuchowski_covariance,
    placements,
    tally,
)
from checker.model.estimate import Interval

TASK = "classification"
SLACK = 1e-9
"""A specificity of 0.9 among 70 cases asks for 7 of them, not for 6.999999999999999."""


def auroc_interval(
    tallies: Tallies, outcome: Bools, ranking: Ranking, patient: Codes, level: float
) -> Uncertainty:
    """Return DeLong's interval, or Obuchowski's where patients repeat, cut at 0 and 1.

    Where it is cut, the interval on the logit scale stands beside it. Where the classes do not overlap at
    all, there is no variance, and an exact one-sided bound is given instead.
    """
    patients, value = int(patient.max()) + 1, float(auroc_of(tallies))
    if value in (0.0, 1.0):
        return _separated(value, outcome, patient, level)
    repeated = patients < len(outcome)
    try:
        variance = _variance(tallies, outcome, ranking, patient)
        return area_interval(value, variance, level, _words(repeated, patients))
    except Undefined as reason:
        tied = " (all scores are equal)" if len(ranking.last) == 1 else ""
        return Uncertainty(None, f"No interval: {reason}{tied}.")


def area_interval(value: float, variance: float, level: float, method: str) -> Uncertainty:
    """Return the interval of an area, cut at 0 and 1; where it is cut, that on the logit scale stands beside it.

    Raises:
        Undefined: the variance is zero.
    """
    found = around(value, variance, level, method)
    inside = cut(found)
    if inside == found:
        return Uncertainty(found)
    logit = around_logit(value, variance, level, f"{found.method}, logit scale")
    return Uncertainty(inside, f"The interval was cut at {_edge(found)}.", (logit,))


def _variance(tallies: Tallies, outcome: Bools, ranking: Ranking, patient: Codes) -> float:
    if int(patient.max()) + 1 == len(outcome):
        return delong_variance(tallies)
    placed = placements(outcome, ranking)
    return obuchowski_covariance(outcome, patient, placed, placed)


def _words(repeated: bool, patients: int) -> str:
    return f"Obuchowski, clustered by patient ({patients:,} patients)" if repeated else "DeLong"


def _edge(found: Interval) -> str:
    edges = [words for words, beyond in (("0", found.low < 0), ("1", found.high > 1)) if beyond]
    return " and ".join(edges)


def _separated(value: float, outcome: Bools, patient: Codes, level: float) -> Uncertainty:
    smaller = min(len(np.unique(patient[of])) for of in (outcome, ~outcome))
    found = separated(smaller, level)
    if value == 0.0:
        found = replace(found, low=0.0, high=1 - found.low)
    note = (
        "The scores separate the classes completely, so there is no variance to estimate; "
        f"the interval is an exact one-sided bound from the smaller class (n = {smaller})."
    )
    return Uncertainty(found, note)


def other_way_round(tallies: Tallies) -> str:
    """Return the question that an AUROC below 0.5 raises."""
    if float(auroc_of(tallies)) >= 0.5:
        return ""
    return (
        "Below 0.5, so the score ranks the wrong way round: if lower scores mean the outcome, say so "
        "(direction: lower_is_positive, or --lower-is-positive)."
    )


@metric(
    "auroc", task=TASK, goal="higher", bounds=(0, 1),
    interval=auroc_interval, beside=other_way_round, source="hanley-mcneil-1982",
)  # fmt: skip
def auroc(tallies: Tallies) -> Floats:
    """Return the chance that a case with the outcome scores above one without; ties count one half.

    The Mann-Whitney U statistic over its largest value (Hanley & McNeil 1982). Any scale: only order counts.
    """
    return auroc_of(tallies)


def auroc_of(tallies: Tallies) -> Floats:
    """Return the AUROC of these tallies."""
    above = np.einsum("...i,...i->...", tallies.without, tallies.true_positives)
    tied = np.einsum("...i,...i->...", tallies.without, tallies.with_outcome)
    return over(above - tied / 2, tallies.positives * tallies.negatives, NEEDS_BOTH)


@metric(
    "average_precision", task=TASK, goal="higher", bounds=(0, 1), source="buckley-voorhees-2000"
)
def average_precision(tallies: Tallies) -> Floats:
    """Return the area under the precision-recall curve by steps.

    The precision at each distinct score, weighted by the gain in recall; nothing is interpolated. A score
    without information gives the prevalence.
    """
    called = tallies.true_positives + tallies.false_positives
    precision = np.divide(
        tallies.true_positives, called, out=np.zeros_like(called), where=called > 0
    )
    gained = np.einsum("...i,...i->...", tallies.with_outcome, precision)
    return over(gained, tallies.positives, "no case has the outcome")


@metric("partial_auroc", task=TASK, goal="higher", bounds=(0, 1), source="mcclish-1989")
def partial_auroc(tallies: Tallies, lowest_specificity: float) -> Floats:
    """Return the area under the ROC curve where specificity is at least the stated value; not standardised.

    The largest possible value is 1 minus that specificity. Straight lines between points (ties one half).
    """
    width = (1 - lowest_specificity) * tallies.negatives
    fp_before = tallies.false_positives - tallies.without
    tp_before = tallies.true_positives - tallies.with_outcome
    room = width[..., None] - fp_before
    part = np.divide(room, tallies.without, out=np.zeros_like(room), where=tallies.without > 0)
    part = np.clip(part, 0, 1)
    height = tp_before + tallies.with_outcome * part / 2
    found = np.einsum("...i,...i,...i->...", tallies.without, part, height)
    return over(found, tallies.positives * tallies.negatives, NEEDS_BOTH)


def standardised_partial_auroc(outcome: Bools, score: Floats, lowest_specificity: float) -> float:
    """Return the partial AUROC on the scale where 0.5 is no information and 1 is perfect (McClish 1989).

    Raises:
        Undefined: one of the classes is empty.
    """
    most = 1 - lowest_specificity
    least = most**2 / 2
    found = partial_auroc(outcome, score, lowest_specificity=lowest_specificity)
    return (1 + (found - least) / (most - least)) / 2


@metric("sensitivity_at_specificity", task=TASK, goal="higher", bounds=(0, 1), source="pepe-2003")
def sensitivity_at_specificity(tallies: Tallies, at_specificity: float) -> Floats:
    """Return the height of the ROC curve at a specificity, on straight lines between its points."""
    allowed = (1 - at_specificity) * tallies.negatives
    found = _height(tallies.false_positives, tallies.true_positives, allowed, highest=True)
    return over(found, tallies.positives, NEEDS_BOTH) + _needs(tallies.negatives)


@metric("specificity_at_sensitivity", task=TASK, goal="higher", bounds=(0, 1), source="pepe-2003")
def specificity_at_sensitivity(tallies: Tallies, at_sensitivity: float) -> Floats:
    """Return the specificity where the ROC curve reaches a sensitivity, on straight lines between its points."""
    wanted = at_sensitivity * tallies.positives
    paid = _height(tallies.true_positives, tallies.false_positives, wanted, highest=False)
    found = over(tallies.negatives - paid, tallies.negatives, NEEDS_BOTH)
    return found + _needs(tallies.positives)


def _needs(size: Floats) -> Floats:
    """Return 0 where the class is there; NaN (or `Undefined`) where it is empty."""
    return over(0 * size, size, NEEDS_BOTH)


def _height(across: Floats, up: Floats, at: Floats, *, highest: bool) -> Floats:
    """Return the height of a rising polyline from (0, 0), per resample; on a vertical piece its upper or lower end."""
    zero = np.zeros((*across.shape[:-1], 1))
    across, up = np.concatenate([zero, across], -1), np.concatenate([zero, up], -1)
    at = at[..., None]
    passed = across <= at + SLACK if highest else across < at - SLACK
    right = np.clip(passed.sum(-1, keepdims=True), 1, across.shape[-1] - 1)
    x0, x1 = (np.take_along_axis(across, each, -1) for each in (right - 1, right))
    y0, y1 = (np.take_along_axis(up, each, -1) for each in (right - 1, right))
    part = np.divide(at - x0, x1 - x0, out=np.zeros_like(x0), where=x1 > x0)
    reached = y0 + np.clip(part, 0, 1) * (y1 - y0)
    if highest:
        reached = np.where(passed.all(-1, keepdims=True), up[..., -1:], reached)
    return np.asarray(reached[..., 0])


class TieRange(NamedTuple):
    """The AUROC over all ways to break ties between cases with and without the outcome."""

    low: float
    high: float


def auroc_tie_range(outcome: Bools, score: Floats) -> TieRange:
    """Return the smallest and the largest AUROC that breaking ties can give; they are equal without ties.

    Scores printed with few digits tie; an AUROC from the full scores lies in this range.

    Raises:
        Undefined: one of the classes is empty.
    """
    counts = tally(*complete_rows(outcome, score))
    pairs = float(counts.positives * counts.negatives)
    if not pairs:
        raise Undefined(NEEDS_BOTH)
    at_or_above = float(counts.without @ counts.true_positives)
    tied = float(counts.without @ counts.with_outcome)
    return TieRange((at_or_above - tied) / pairs, at_or_above / pairs)

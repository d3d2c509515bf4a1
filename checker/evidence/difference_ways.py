"""Ways to an interval and a p value of a difference between two scores on the same cases: ours first."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from checker.evidence.limits import (
    AUTHORS_RESAMPLES,
    ERRORS,
    LEVEL_OF_ROOM,
    Limits,
    Measurable,
    exactly,
)
from checker.evidence.rows import Rows
from checker.metrics import intervals
from checker.metrics.base import Bools, Floats, Metric
from checker.metrics.ranking import delong_covariance, delong_variance, placements, ranking, tally
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, resampled
from checker.model.estimate import Comparison, Interval
from checker.needs import NotEstablished

AT_A_THRESHOLD = ("sensitivity", "specificity", "accuracy")


class Way(NamedTuple):
    """One test with its interval."""

    words: str
    test: str
    """Name of the test in a claim, or a name of our own for a test that no claim means."""
    limits: Limits | None
    p: tuple[float, float] | None
    """Smallest and largest p value: they differ by Monte-Carlo error."""
    p_found: float | None = None
    """The p value between them that was found; None: the middle."""

    @property
    def p_shown(self) -> float:
        """Return the p value that is printed."""
        assert self.p is not None
        return (self.p[0] + self.p[1]) / 2 if self.p_found is None else self.p_found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """Two scores on the same complete rows."""

    metric: Metric | None
    """None: a measure of reclassification, which no single score has."""
    first: Rows
    second: Rows

    @property
    def counted(self) -> Bools:
        """Return the rows in the denominator of a proportion."""
        outcome = self.first.outcome
        name = "" if self.metric is None else self.metric.name
        everyone = np.ones(len(outcome), bool)
        return {"sensitivity": outcome, "specificity": ~outcome}.get(name, everyone)

    def right(self) -> tuple[Bools, Bools]:
        """Return which counted rows each score decides rightly."""
        both = (
            ((rows.score >= float(rows.threshold or 0.0)) == rows.outcome)[self.counted]
            for rows in (self.first, self.second)
        )
        first, second = both
        return first, second


def ways(pair: Pair, comparison: Comparison) -> Iterator[Way]:
    """Yield every way that applies, ours first; the order is fixed."""
    yield our_way(comparison, "delong", pair.first.resamples)
    if pair.metric is None:
        return
    if pair.metric.name == "auroc":
        yield from _of_areas(pair)
    elif pair.metric.name in AT_A_THRESHOLD:
        yield from _of_decisions(pair)
    over = "patients" if pair.first.repeated else "cases"
    yield from resampled_difference(pair.metric, pair.first, pair.second, over)


def our_way(comparison: Comparison, formula: str, resamples: int) -> Way:
    """Return interval and p value of the comparison as they stand.

    Args:
        comparison: as recomputed.
        formula: name of its test where it is neither McNemar's nor a bootstrap.
        resamples: drawn, where it is one.
    """
    interval, p = comparison.interval, comparison.p
    drawn_again = "bootstrap" in comparison.test
    test = "bootstrap" if drawn_again else "mcnemar" if "McNemar" in comparison.test else formula
    limits = None
    if interval is not None:
        limits = _with_room(interval, resamples) if drawn_again else exactly(interval)
    p_room = None
    if p is not None:
        p_room = _share_room(p, resamples) if drawn_again else (p, p)
    words = comparison.test or "our test"
    if interval is not None and "McNemar" in words:
        words = f"{words}; {interval.method} interval"
    return Way(words, test, limits, p_room, p)


def _with_room(interval: Interval, resamples: int) -> Limits:
    """Return percentile limits with their Monte-Carlo room, from the normal density at such a quantile."""
    z = intervals.quantile(interval.level)
    tail, spread = (1 - interval.level) / 2, (interval.high - interval.low) / 2 / z
    error = (tail * (1 - tail) * (1 / AUTHORS_RESAMPLES + 1 / resamples)) ** 0.5
    off = ERRORS * error * spread / NormalDist().pdf(z)
    low, high = interval.low, interval.high
    return Limits(low, high, (low - off, low + off), (high - off, high + off))


def _share_room(p: float, resamples: int) -> tuple[float, float]:
    """Return the range of a p value that is twice the share of resamples beyond zero.

    The score interval of that share with the authors' resamples and ours together; never below what the most resamples
    in use can show.
    """
    both = 1 / (1 / AUTHORS_RESAMPLES + 1 / resamples)
    share = intervals.wilson(p / 2 * both, both, LEVEL_OF_ROOM)
    return max(SMALLEST, 2 * share.low), min(1.0, 2 * share.high)


SMALLEST = 2 / 10_001
"""The smallest two-sided p value of 10,000 resamples."""


def normal_way(words: str, test: str, value: float, variance: float, level: float) -> Way:
    """Return the interval and the two-sided p value of a difference that is taken as normal."""
    if not variance > 0:
        return Way(words, test, None, None)
    interval = intervals.around(value, variance, level)
    p = intervals.two_sided_p(value / variance**0.5)
    return Way(words, test, exactly(interval), (p, p))


def _of_areas(pair: Pair) -> Iterator[Way]:
    """Yield DeLong's test with rows taken as independent, and as if the two AUROCs were of different cases."""
    outcome, level = pair.first.outcome, pair.first.level
    first, second = (placements(outcome, ranking(rows.score)) for rows in (pair.first, pair.second))
    value = first.area - second.area
    try:
        variances = [delong_variance(tally(outcome, r.score)) for r in (pair.first, pair.second)]
        together = sum(variances) - 2 * delong_covariance(outcome, first, second)
    except NotEstablished:
        return
    if pair.first.repeated:
        words = "paired DeLong, rows taken as independent"
        yield normal_way(words, "delong", value, together, level)
    yield normal_way("unpaired DeLong", "delong_unpaired", value, sum(variances), level)


def _of_decisions(pair: Pair) -> Iterator[Way]:
    """Yield McNemar's test in its usual forms, and the test of two proportions as if of different cases."""
    from scipy.special import bdtr

    first, second = pair.right()
    n, only_first, only_second = (
        len(first),
        int(np.count_nonzero(first & ~second)),
        int(np.count_nonzero(~first & second)),
    )
    discordant, off = only_first + only_second, only_first - only_second
    if not discordant:
        return
    value, level = off / n, pair.first.level
    spread = (discordant - off**2 / n) / n**2
    paired = exactly(intervals.around(value, spread, level)) if spread > 0 else None
    smaller = min(only_first, only_second)
    tail = float(bdtr(smaller, discordant, 0.5))
    exact = min(1.0, 2 * tail)
    middle = exact - (tail - (float(bdtr(smaller - 1, discordant, 0.5)) if smaller else 0.0))
    corrected = max(0, abs(off) - 1) / discordant**0.5
    forms: tuple[tuple[str, float], ...] = (
        ("McNemar, exact", exact),
        ("McNemar, chi-squared", intervals.two_sided_p(abs(off) / discordant**0.5)),
        ("McNemar, chi-squared with continuity correction", intervals.two_sided_p(corrected)),
        ("McNemar, mid-p", middle),
    )
    for words, p in forms:
        yield Way(f"{words}; Wald interval of paired proportions", "mcnemar", paired, (p, p))
    yield _two_proportions(float(first.mean()), float(second.mean()), n, level)


def _two_proportions(first: float, second: float, n: int, level: float) -> Way:
    words, middle = "two proportions as if of different cases", (first + second) / 2
    pooled = 2 * middle * (1 - middle) / n
    apart = (first * (1 - first) + second * (1 - second)) / n
    limits = exactly(intervals.around(first - second, apart, level)) if apart > 0 else None
    p = intervals.two_sided_p((first - second) / pooled**0.5) if pooled > 0 else 1.0
    return Way(words, "chi_squared", limits, (p, p))


def resampled_difference(
    metric: Metric, first: Measurable, second: Measurable, over: str
) -> Iterator[Way]:
    """Yield the bootstrap in which both see the same patients: percentiles, and the normal test from it.

    Args:
        metric: of which the difference is taken.
        first: rows that are put first.
        second: the same rows with the other score.
        over: who is resampled, in words.
    """
    if first.patients < FEWEST_PATIENTS:
        return
    differences = resampled_values(metric, first) - resampled_values(metric, second)
    known = differences[~np.isnan(differences)]
    try:
        limits = _with_room(intervals.percentile(differences, first.level), first.resamples)
    except NotEstablished:
        return
    beyond = min(np.count_nonzero(known <= 0), np.count_nonzero(known >= 0))
    p = float(min(1.0, 2 * (beyond + 1) / (len(known) + 1)))
    words = f"percentile bootstrap over {over}"
    yield Way(words, "bootstrap", limits, _share_room(p, first.resamples), p)
    value = first.value(metric) - second.value(metric)
    spread = float(np.std(known, ddof=1))
    if not spread > 0:
        return
    error = ERRORS * (0.5 / AUTHORS_RESAMPLES + 0.5 / len(known)) ** 0.5
    p_room = sorted(
        intervals.two_sided_p(value / (spread * (1 + each))) for each in (-error, error)
    )
    half = intervals.quantile(first.level) * spread
    around = _scaled(value, half, error)
    words = f"bootstrap standard error over {over}"
    yield Way(words, "bootstrap", around, (p_room[0], p_room[1]))


def _scaled(value: float, half: float, error: float) -> Limits:
    low, high, off = value - half, value + half, half * error
    return Limits(low, high, (low - off, low + off), (high - off, high + off))


def resampled_values(metric: Metric, rows: Measurable) -> Floats:
    """Return the metric on each resample of patients, the same patients for the same seeds."""
    asked = Asked(metric, tuple(rows.facets.items()))
    weights = drawn(rows.seeds, rows.patients, rows.size, rows.resamples)
    return resampled(rows.bare(), [asked], weights)[asked]

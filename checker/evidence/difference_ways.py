"""Ways to an interval and a p value of a difference between two scores on the same cases: ours first."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from checker.evidence.limits import AUTHORS_RESAMPLES, ERRORS, Limits, exactly
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
    yield _ours(pair, comparison)
    if pair.metric is None:
        return
    if pair.metric.name == "auroc":
        yield from _of_areas(pair)
    elif pair.metric.name in AT_A_THRESHOLD:
        yield from _of_decisions(pair)
    yield from _resampled(pair)


def _ours(pair: Pair, comparison: Comparison) -> Way:
    interval, p = comparison.interval, comparison.p
    drawn_again = "bootstrap" in comparison.test
    test = "bootstrap" if drawn_again else "mcnemar" if "McNemar" in comparison.test else "delong"
    limits = None
    if interval is not None:
        limits = _with_room(interval, pair.first.resamples) if drawn_again else exactly(interval)
    p_room = None
    if p is not None:
        p_room = _share_room(p, pair.first.resamples) if drawn_again else (p, p)
    words = comparison.test or "our test"
    if interval is not None and "McNemar" in words:
        words = f"{words}; {interval.method} interval"
    return Way(words, test, limits, p_room)


def _with_room(interval: Interval, resamples: int) -> Limits:
    """Return percentile limits with their Monte-Carlo room, from the normal density at such a quantile."""
    z = intervals.quantile(interval.level)
    tail, spread = (1 - interval.level) / 2, (interval.high - interval.low) / 2 / z
    error = (tail * (1 - tail) * (1 / AUTHORS_RESAMPLES + 1 / resamples)) ** 0.5
    off = ERRORS * error * spread / NormalDist().pdf(z)
    low, high = interval.low, interval.high
    return Limits(low, high, (low - off, low + off), (high - off, high + off))


def _share_room(p: float, resamples: int) -> tuple[float, float]:
    """Return the range of a p value that is twice the share of resamples beyond zero."""
    share = p / 2
    error = 2 * (share * (1 - share) * (1 / AUTHORS_RESAMPLES + 1 / resamples)) ** 0.5
    return float(max(0.0, p - ERRORS * error)), float(min(1.0, p + ERRORS * error))


def _normal(words: str, test: str, value: float, variance: float, level: float) -> Way:
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
        yield _normal(words, "delong", value, together, level)
    yield _normal("unpaired DeLong", "delong_unpaired", value, sum(variances), level)


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


def _resampled(pair: Pair) -> Iterator[Way]:
    """Yield the bootstrap in which both scores see the same patients: percentiles, and the normal test from it."""
    assert pair.metric is not None
    rows = pair.first
    if rows.patients < FEWEST_PATIENTS:
        return
    differences = _values(pair.metric, pair.first) - _values(pair.metric, pair.second)
    known = differences[~np.isnan(differences)]
    over = "over patients" if rows.repeated else "over cases"
    try:
        limits = _with_room(intervals.percentile(differences, rows.level), rows.resamples)
    except NotEstablished:
        return
    beyond = min(np.count_nonzero(known <= 0), np.count_nonzero(known >= 0))
    p = float(min(1.0, 2 * (beyond + 1) / (len(known) + 1)))
    yield Way(f"percentile bootstrap {over}", "bootstrap", limits, _share_room(p, rows.resamples))
    value = rows.value(pair.metric) - pair.second.value(pair.metric)
    spread = float(np.std(known, ddof=1))
    error = ERRORS * (0.5 / AUTHORS_RESAMPLES + 0.5 / len(known)) ** 0.5
    p_room = sorted(
        intervals.two_sided_p(value / (spread * (1 + each))) for each in (-error, error)
    )
    half = intervals.quantile(rows.level) * spread
    around = _scaled(value, half, error)
    yield Way(f"bootstrap standard error {over}", "bootstrap", around, (p_room[0], p_room[1]))


def _scaled(value: float, half: float, error: float) -> Limits:
    low, high, off = value - half, value + half, half * error
    return Limits(low, high, (low - off, low + off), (high - off, high + off))


def _values(metric: Metric, rows: Rows) -> Floats:
    asked = Asked(metric, tuple(rows.facets.items()))
    weights = drawn(rows.seeds, rows.patients, len(rows.outcome), rows.resamples)
    return resampled(replace(rows, facets={}).known(), [asked], weights)[asked]

"""Limits of an interval with their Monte-Carlo room, and the bootstrap that gives them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

import numpy as np

from checker.metrics import intervals
from checker.metrics.base import Codes, Floats, Metric
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, left_out, resampled
from checker.model.estimate import Interval
from checker.needs import Known, NotEstablished

AUTHORS_RESAMPLES = 1000
"""Resamples that authors are taken to have drawn when they do not say: the fewest in common use."""
ERRORS = 3
"""Monte-Carlo standard errors that a bootstrap limit may lie from ours."""
LEVEL_OF_ROOM = 0.9973
"""Between three standard errors to either side."""
MOST_LEFT_OUT = 3000
"""More patients than this are not left out one by one; the acceleration of BCa is then next to nothing."""


class Limits(NamedTuple):
    """An interval, and how far each of its limits may lie from ours by Monte-Carlo error alone."""

    low: float
    high: float
    low_room: tuple[float, float]
    """Smallest and largest lower limit."""
    high_room: tuple[float, float]

    def roomier(self, times: float) -> "Limits":
        """Return the same limits with their Monte-Carlo room so many times as large."""
        rooms = (
            (at - times * (at - below), at + times * (above - at))
            for at, (below, above) in ((self.low, self.low_room), (self.high, self.high_room))
        )
        return Limits(self.low, self.high, *rooms)

    @property
    def narrower(self) -> float:
        """Return the width that Monte-Carlo error may take off."""
        return (self.low_room[1] - self.low) + (self.high - self.high_room[0])


def exactly(interval: Interval) -> Limits:
    """Return the limits of a closed formula."""
    return Limits(
        interval.low,
        interval.high,
        (interval.low, interval.low),
        (interval.high, interval.high),
    )


class Measurable(Protocol):
    """Complete rows of any task, and the facets at which a metric is taken."""

    @property
    def patients(self) -> int:
        """Return the number of patients."""

    @property
    def size(self) -> int:
        """Return the number of rows."""

    @property
    def facets(self) -> Mapping[str, object]:
        """Return the facets by name."""

    @property
    def seeds(self) -> tuple[int, int]:
        """Return what seeds the resamples."""

    @property
    def resamples(self) -> int:
        """Return how many are drawn."""

    @property
    def level(self) -> float:
        """Return the level of intervals."""

    def bare(self) -> Known:
        """Return what metrics can name, at no facet."""

    def sides(self) -> Codes:
        """Return the stratum of each patient, where rows were sampled by outcome."""

    def value(self, metric: Metric) -> float:
        """Return the metric as a number."""


class Resamples:
    """The metric on resamples of patients, drawn once for all bootstrap methods."""

    def __init__(self, metric: Metric, rows: Measurable, *, stratified: bool = False) -> None:
        self.metric, self.rows, self.stratified = metric, rows, stratified
        self._values: Floats | None = None

    def value(self) -> float:
        """Return the metric on the rows as they are."""
        return self.rows.value(self.metric)

    def values(self) -> Floats:
        """Return the metric on each resample, NaN where undefined.

        Raises:
            NotEstablished: too few patients.
        """
        rows = self.rows
        if rows.patients < FEWEST_PATIENTS:
            raise NotEstablished(
                f"{rows.patients} patients are too few to resample (at least {FEWEST_PATIENTS})"
            )
        if self._values is None:
            asked = Asked(self.metric, tuple(rows.facets.items()))
            self._values = resampled(rows.bare(), [asked], self._weights())[asked]
        return self._values

    def _weights(self) -> Iterator[Floats]:
        rows = self.rows
        sides = rows.sides() if self.stratified else None
        return drawn(rows.seeds, rows.patients, rows.size, rows.resamples, sides)

    def percentile(self) -> Limits:
        """Return the percentiles of the resamples."""
        return self._with_room(intervals.percentile(self.values(), self.rows.level))

    def bca(self) -> Limits:
        """Return the bias-corrected and accelerated limits."""
        rows = self.rows
        if rows.patients > MOST_LEFT_OUT:
            raise NotEstablished(f"{rows.patients} patients are too many to leave out one by one")
        without = left_out(rows.bare(), self.metric, rows.facets, rows.patients)
        return self._with_room(intervals.bca(self.values(), self.value(), without, rows.level))

    def normal(self) -> Limits:
        """Return the value with normal quantiles of the standard deviation of the resamples."""
        values = self.values()[~np.isnan(self.values())]
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        value, half = self.value(), intervals.quantile(self.rows.level) * spread
        if not spread:
            raise NotEstablished("resampling gives the same value again and again")
        off = ERRORS * half * (0.5 / AUTHORS_RESAMPLES + 0.5 / len(values)) ** 0.5
        low, high = value - half, value + half
        return Limits(low, high, (low - off, low + off), (high - off, high + off))

    def _with_room(self, found: Interval) -> Limits:
        """Return the limits with their Monte-Carlo room.

        A limit is a quantile of resamples: a share q of the authors' lies below it. The chance that a resample
        does is then known up to the score interval of q at three standard errors, with the authors' number of
        resamples and ours together; the quantiles of ours at its two ends are the room. No density has to
        be estimated.
        """
        values = np.sort(self.values()[~np.isnan(self.values())])
        low_room, high_room = (_room(values, limit) for limit in (found.low, found.high))
        return Limits(found.low, found.high, low_room, high_room)


def _room(values: Floats, limit: float) -> tuple[float, float]:
    share = float(np.mean(values <= limit))
    both = 1 / (1 / AUTHORS_RESAMPLES + 1 / len(values))
    chance = intervals.wilson(share * both, both, LEVEL_OF_ROOM)
    low, high = (float(each) for each in np.quantile(values, (chance.low, chance.high)))
    return min(low, limit), max(high, limit)

"""A metric in each fold of a cross-validation: its mean, the intervals of that, and what a ± can be."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot
from statistics import fmean, median
from typing import NamedTuple

from checker.evidence.limits import Limits, Measurable, Resamples, exactly
from checker.metrics.base import Floats, Metric
from checker.metrics.cross_validation import spreads_of_intervals, spreads_over_folds
from checker.metrics.patients import EACH_PATIENT
from checker.model.estimate import Interval, Spread
from checker.needs import Absent, NotEstablished, needs


class OfMean(NamedTuple):
    """One interval of the mean over folds."""

    words: str
    over_folds: bool
    """From the values of the folds alone, not from resamples of patients."""
    limits: Callable[[], Limits]
    """Raises NotEstablished where there is none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Folds:
    """A metric at the rows of each fold; a metric that a fold lacks has no mean."""

    metric: Metric
    parts: tuple[Measurable, ...]
    """Rows of each fold, two or more, seeded apart."""

    @cached_property
    def values(self) -> tuple[float, ...]:
        """Return the value in each fold.

        Raises:
            NotEstablished: it is undefined in one.
        """
        return tuple(each.value(self.metric) for each in self.parts)

    @property
    def known(self) -> bool:
        """Return whether every fold has a value."""
        try:
            return bool(self.values)
        except NotEstablished:
            return False

    def numbers(self) -> Iterator[tuple[str, Callable[[], float]]]:
        """Yield what a paper may print for all folds, with its words; calling it may raise NotEstablished."""
        yield f"mean over {len(self.parts)} folds", lambda: fmean(self.values)
        yield f"median over {len(self.parts)} folds", lambda: median(self.values)

    def intervals(self) -> Iterator[OfMean]:
        """Yield every interval of the mean over folds, ours first: that of `metrics.over_folds`."""
        folds, drawn = f"the {len(self.parts)} folds", _MeanResamples(self)
        words = f"of the mean over {len(self.parts)} folds, patients drawn within folds"
        resampled = (
            OfMean(f"percentile bootstrap {words}", False, drawn.percentile),
            OfMean(f"bootstrap standard error {words}", False, drawn.normal),
        )
        by_weight = "weight" in self.metric.depends_on() or self.metric.by_rows
        if by_weight:
            yield from resampled
        else:
            combined = f"from the intervals of {folds}, taken as independent"
            yield OfMean(combined, False, self._combined)
        yield OfMean(f"t interval over {folds}, taken as independent", True, self._by_t)
        yield OfMean(f"normal interval over {folds}, taken as independent", True, self._by_normal)
        yield OfMean(f"one standard deviation over {folds} to either side", True, self._by_sd)
        yield OfMean(f"lowest and highest of {folds}", True, self._range)
        if not by_weight:
            yield from resampled

    def _combined(self) -> Limits:
        halves = [(each.high - each.low) / 2 for each in map(self._own_interval, self.parts)]
        return self._around(hypot(*halves) / len(halves))

    def _own_interval(self, part: Measurable) -> Interval:
        """Return the interval of the metric in a fold by its formula."""
        if self.metric.interval is None:
            raise NotEstablished("a fold has no interval")
        known = part.bare().inside(**part.facets)
        given: dict[str, object] = {"measured": known.ask(self.metric.function)}
        if "each_patient" in needs(self.metric.interval):
            there = known.inside(weight=EACH_PATIENT)
            given["each_patient"] = there.ask(self.metric.function)
        found = known.ask(self.metric.interval, **given)
        if isinstance(found, Absent) or found.interval is None:
            raise NotEstablished("a fold has no interval")
        return found.interval

    def _by_t(self) -> Limits:
        return self._around(self._spread("half_t_interval_over_folds"))

    def _by_normal(self) -> Limits:
        return self._around(self._spread("half_normal_interval_over_folds"))

    def _by_sd(self) -> Limits:
        return self._around(self._spread("sd_over_folds"))

    def _range(self) -> Limits:
        return exactly(Interval(low=min(self.values), high=max(self.values), level=self.level))

    def _around(self, half: float) -> Limits:
        mean = fmean(self.values)
        return exactly(Interval(low=mean - half, high=mean + half, level=self.level))

    def _spread(self, name: str) -> float:
        found = spreads_over_folds(self.values, self.level)
        return next(each.value for each in found if each.name == name)

    @property
    def level(self) -> float:
        """Return the level of intervals."""
        return self.parts[0].level

    def spreads(self) -> Iterator[Spread]:
        """Yield what a ± can be that was computed over folds; nothing where a fold has no value."""
        if self.known:
            yield from spreads_over_folds(self.values, self.level)

    def mean_interval(self) -> Interval | None:
        """Return our interval of the mean over folds; None if there is none."""
        try:
            limits = next(self.intervals()).limits()
        except NotEstablished:
            return None
        return Interval(low=limits.low, high=limits.high, level=self.level)


class _MeanResamples(Resamples):
    """The mean over folds on resamples of patients within each fold."""

    def __init__(self, folds: Folds) -> None:
        super().__init__(folds.metric, folds.parts[0])
        self.folds = folds

    def value(self) -> float:
        """Return the mean over folds."""
        return fmean(self.folds.values)

    def values(self) -> Floats:
        """Return the mean over folds on each resample, NaN where undefined.

        Raises:
            NotEstablished: a fold has no value, or too few patients.
        """
        if self._values is None and self.folds.values:
            drawn = [Resamples(self.metric, each).values() for each in self.folds.parts]
            self._values = sum(drawn[1:], start=drawn[0]) / len(drawn)
        assert self._values is not None
        return self._values


def readings_of_spread(
    folds: Folds | None, over_cases: Sequence[Spread], pooled: Interval | None, level: float
) -> Iterator[Spread]:
    """Yield everything that a ± can be, in the order in which it is tried.

    Args:
        folds: None: there are none.
        over_cases: what it can be over single cases.
        pooled: interval of the number over all rows.
        level: of intervals.
    """
    if folds is not None:
        yield from folds.spreads()
    yield from over_cases
    yield from spreads_of_intervals(pooled, folds.mean_interval() if folds else None, level)

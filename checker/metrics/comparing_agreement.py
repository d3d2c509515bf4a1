"""Differences between two measurements of the same cases in how they agree with one reference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checker.metrics.agreement import TASK, Spread, bias_interval
from checker.metrics.association import compare_correlations
from checker.metrics.base import METRICS, Floats, Undefined, plain
from checker.metrics.comparing import Difference, from_resamples
from checker.metrics.distributions import student_p
from checker.metrics.estimating import Cases, complete, known_of, plural
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, resampled, seeds
from checker.model.estimate import Comparison
from checker.needs import Absent, Known

RESAMPLED = (
    "mean_absolute_error",
    "root_mean_squared_error",
    "concordance_correlation",
)
"""Metrics whose difference is seen on resamples in which both measurements have the same patients."""


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """Two measurements of the same complete rows."""

    first: Cases
    known: tuple[Known, Known]
    second: Floats
    apart: Known
    """Where the second measurement is the reference of the first."""
    seeds: tuple[int, int]
    unit: str
    level: float
    resamples: int
    made: dict[Asked, Floats] = field(default_factory=dict)

    def differences(self) -> dict[Asked, Floats]:
        """Return the difference of each metric on every resample; drawn once for all."""
        if not self.made:
            names = (*RESAMPLED, *(("pearson_correlation",) if self.first.repeated else ()))
            asked = [Asked(METRICS[TASK, name]) for name in names]
            how = (self.seeds, self.first.patients, len(self.first), self.resamples)
            first, second = (resampled(known, asked, drawn(*how)) for known in self.known)
            self.made.update({each: first[each] - second[each] for each in asked})
        return self.made


def compare_agreement(
    columns: Mapping[str, NDArray[Any]],
    first: str,
    second: str,
    *,
    names: tuple[str, str] | None = None,
    true_value: str = "varies",
    unit: str = "row",
    group: str = "all",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
) -> tuple[Comparison, ...]:
    """Return first minus second in bias, errors and correlations, on the rows that have both and a reference.

    The difference of the biases is the bias of the first measurement about the second: Student's t over patients.
    Pearson correlations by the test of Steiger 1980 with the interval of Zou 2007; they, where patients repeat, and
    all others by one bootstrap over patients in which both measurements see the same patients.

    Args:
        columns: reference and both measurements by name (NaN missing), and optionally patient (codes).
        first: name of the measurement that is put first.
        second: name of the other.
        names: how both are called in the result; None: as their columns.
        true_value: as for the bias: whether the true value varies between replicates of a patient.
        unit: what one row is.
        group: written into the comparisons.
        evaluation: its name; with `group` it makes the random numbers its own.
        seed: of the report.
        level: of the intervals.
        resamples: of patients.
    """
    both = _both(
        columns, first, second, true_value, (unit, level, resamples), seeds(seed, evaluation, group)
    )
    called = names or (first, second)
    blank = Comparison(
        metric="", first=called[0], second=called[1], difference=None, interval=None, p=None, test="",
        cases=len(both.first), unit=unit, group=group,
    )  # fmt: skip
    makers: dict[str, Callable[[], Difference]] = {
        "bland_altman_bias": lambda: _biases(both),
        "pearson_correlation": lambda: _correlations(both),
        **{name: partial(_resampled, both, name) for name in RESAMPLED},
    }
    return tuple(_stated(replace(blank, metric=name), make) for name, make in makers.items())


def _both(
    columns: Mapping[str, NDArray[Any]],
    first: str,
    second: str,
    true_value: str,
    how: tuple[str, float, int],
    own: tuple[int, int],
) -> Both:
    taken = {name: columns[name] for name in ("reference", "patient") if name in columns}
    there = {**taken, "measured": columns[first], "other": columns[second]}
    cases, known = complete(there, "other", task=TASK)
    other = np.asarray(columns[second], float)[known]
    unit, level, resamples = how
    given: dict[str, object] = {"level": level, "true_value": true_value}

    def about(**changed: Floats) -> Known:
        return known_of(replace(cases, columns={**cases.columns, **changed}), own, given, TASK)

    return Both(
        cases, (about(), about(measured=other)), other, about(reference=other), own, unit, level,
        resamples,
    )  # fmt: skip


def _stated(blank: Comparison, make: Callable[[], Difference]) -> Comparison:
    if not blank.cases:
        return replace(blank, undefined_because="no row has a reference and both measurements")
    try:
        value, interval, p, test = make()
    except Undefined as reason:
        return replace(blank, undefined_because=str(reason))
    return replace(blank, difference=value, interval=interval, p=p, test=test)


def _biases(both: Both) -> Difference:
    spread = both.apart.value("spread")
    if isinstance(spread, Absent):
        raise Undefined(spread.because)
    assert isinstance(spread, Spread)
    test = f"paired t over {spread.patients:,} patients" if spread.repeated else "paired t"
    if not spread.bias_variance > 0:
        return Difference(spread.bias, None, None, f"{test}, not possible: no variance")
    found = bias_interval(spread, both.level, both.first.patient).interval
    p = student_p(spread.bias / spread.bias_variance**0.5, spread.patients - 1)
    return Difference(spread.bias, found, p, test)


def _correlations(both: Both) -> Difference:
    if both.first.repeated:
        return _resampled(both, "pearson_correlation")
    columns: Mapping[str, Any] = both.first.columns
    found = compare_correlations(
        columns["reference"], columns["measured"], both.second, level=both.level
    )
    return Difference(
        found.difference, found.interval, found.p, f"{found.test}; interval by Zou 2007"
    )


def _resampled(both: Both, metric: str) -> Difference:
    asked, cases = Asked(METRICS[TASK, metric]), both.first
    value = _alone(both.known[0], asked) - _alone(both.known[1], asked)
    who = f"{cases.patients:,} {plural('patient' if cases.repeated else both.unit)}"
    if cases.patients < FEWEST_PATIENTS:
        return Difference(value, None, None, f"{who} are too few to resample")
    test = f"percentile bootstrap over {who}, {both.resamples:,} resamples"
    return from_resamples(value, both.differences()[asked], both.level, test)


def _alone(known: Known, asked: Asked) -> float:
    found = known.ask(asked.metric.function)
    if isinstance(found, Absent):
        raise Undefined(found.because)
    return plain(found)

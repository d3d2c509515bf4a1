"""What a metric is, the registry of all metrics, and what `Undefined` means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from checker.model.estimate import Interval
from checker.needs import Absent, Known, NotEstablished, needs, reach

if TYPE_CHECKING:
    from checker.model.metric_names import MetricName

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]
P = ParamSpec("P")
T = TypeVar("T")
Goal = Literal["higher", "lower", "target"]

COLUMNS = {"classification": ("outcome", "score")}
"""By task: the columns that every metric of it takes, in this order."""

DEFAULTS: dict[str, object] = {
    "weight": None,
    "probability": None,
    "level": 0.95,
    "proportion_interval": "wilson",
}
"""What holds where nobody says otherwise."""


NO_CASES = "there are no cases"


class Undefined(NotEstablished):
    """The number does not exist for these data; the message is a sentence for the report."""


class Share(NamedTuple):
    """A proportion that still knows its two counts: of the whole, of each patient, or of each resample."""

    numerator: Floats
    denominator: Floats
    otherwise: str
    """The sentence where the denominator is zero."""

    def value(self) -> Floats:
        """Return the proportion."""
        return over(self.numerator, self.denominator, self.otherwise)


class Uncertainty(NamedTuple):
    """An interval, or a sentence that says why there is none, and what belongs beside it."""

    interval: Interval | None
    note: str = ""
    others: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One registered metric. Calling it with the columns of its task returns the value.

    ``auroc(outcome, score)``; what it needs besides is named: ``f1(outcome, score, threshold=0.5)``.
    """

    name: str
    task: str
    goal: Goal
    bounds: tuple[float, float]
    """The smallest and the largest possible value."""
    function: Callable[..., Share | Floats]
    """Parameters name derived values; works over the last axis, so resamples may be stacked before it."""
    interval: Callable[..., Uncertainty] | None
    """None, or patients repeat and it names neither `patient` nor `each_patient`: the bootstrap over patients."""
    source: str
    beside: Callable[..., str] | None = None
    """Makes a sentence that belongs beside the number."""

    def __call__(self, *columns: ArrayLike, **facets: object) -> float:
        """Return the value for these columns (in the order of `COLUMNS`), of which no value is missing.

        Raises:
            Undefined: it does not exist for these data.
            ValueError: an outcome other than 0 and 1, or a score that is no number.
        """
        given = dict(zip(COLUMNS[self.task], map(np.asarray, columns), strict=True))
        if not known_rows(given["outcome"], given["score"]).all():
            raise ValueError(
                "a row has an outcome other than 0 and 1, or a score that is no number"
            )
        given["outcome"] = given["outcome"].astype(bool)
        if not len(given["outcome"]):
            raise Undefined(NO_CASES)
        everyone = {"patient": np.arange(len(given["outcome"]))}
        known = Known(DERIVED[self.task], {**DEFAULTS, **everyone, **given, **facets})
        found = known.ask(self.function)
        if isinstance(found, Absent):
            raise Undefined(found.because)
        return plain(found)

    @property
    def named(self) -> "MetricName":
        """Label, family and meaning, from the one list of names."""
        from checker.model.metric_names import METRIC_NAMES

        return METRIC_NAMES[self.name]

    def depends_on(self) -> frozenset[str]:
        """Return the names of all columns and facets behind it."""
        makers = DERIVED[self.task]
        return frozenset().union(*(reach(name, makers) for name in needs(self.function)))


def known_rows(outcome: ArrayLike, score: ArrayLike) -> Bools:
    """Return which rows have both an outcome (0 or 1) and a score (a number)."""
    values = np.asarray(outcome)
    return np.asarray(((values == 0) | (values == 1)) & ~np.isnan(np.asarray(score, float)))


def complete_rows(outcome: ArrayLike, score: ArrayLike) -> tuple[Bools, Floats]:
    """Return outcome and score of the rows that have both."""
    known = known_rows(outcome, score)
    return np.asarray(outcome)[known] == 1, np.asarray(score, float)[known]


METRICS: dict[tuple[str, str], Metric] = {}
"""By task and name, in the order in which they are printed."""

DERIVED: dict[str, dict[str, Callable[..., object]]] = {"classification": {}}
"""By task: the functions that make what metrics share, by name."""


def derived(task: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Register a function whose result metrics of the task may name as a parameter.

    Raises:
        TypeError: the name is taken.
    """

    def register(function: Callable[P, T]) -> Callable[P, T]:
        if function.__name__ in DERIVED[task]:
            raise TypeError(f"{function.__name__} is derived twice for {task}")
        DERIVED[task][function.__name__] = function
        return function

    return register


def metric(
    name: str,
    *,
    task: str,
    goal: Goal,
    bounds: tuple[float, float],
    source: str,
    interval: Callable[..., Uncertainty] | None = None,
    beside: Callable[..., str] | None = None,
) -> Callable[[Callable[..., Share | Floats]], Metric]:
    """Register a function as a metric of the task.

    Raises:
        TypeError: the task has a metric of that name already.
    """

    def register(function: Callable[..., Share | Floats]) -> Metric:
        if (task, name) in METRICS:
            raise TypeError(f"{name} is registered twice for {task}")
        made = Metric(name, task, goal, bounds, function, interval, source, beside)
        METRICS[task, name] = made
        return made

    return register


def over(numerator: ArrayLike, denominator: ArrayLike, otherwise: str) -> Floats:
    """Return the quotient; where the denominator is zero, NaN among resamples.

    Raises:
        Undefined: with the sentence `otherwise`, where a single denominator is zero.
    """
    above, below = np.asarray(numerator, float), np.asarray(denominator, float)
    if below.ndim == 0 and below == 0:
        raise Undefined(otherwise)
    nothing = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below != 0))


def weighted_sum(counts: Floats, values: Floats) -> Floats:
    """Return the sum of count times value over the last axis of the counts.

    In one thread: such a sum takes less time than it takes to wait for other threads.
    """
    return np.asarray(np.einsum("...i,i->...", counts, values))


def plain(found: Share | Floats) -> float:
    """Return the value as a float.

    Raises:
        Undefined: the denominator of a proportion is zero.
    """
    return float(found.value() if isinstance(found, Share) else found)

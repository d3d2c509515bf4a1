"""What a metric is, the registry of all metrics, and what `Undefined` means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, ParamSpec, TypeVar, cast

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
Places = Callable[..., Mapping[str, Sequence[object]]]
"""Makes values of facets, by the name of the facet."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a table of one kind of prediction holds."""

    columns: tuple[str, ...]
    """What every metric of the task takes, in this order; each array has one row per case."""
    complete: Callable[..., tuple["Bools", tuple[Any, ...]]]
    """From these columns: which rows have every value, and the columns of those rows in their types."""
    incomplete: str
    """What is wrong with a row that has not, as a sentence."""
    optional: tuple[str, ...] = ()
    """Columns that a table may lack: `complete` gets None for such a one, and returns `Absent` with the reason."""

    def taken(self, columns: Mapping[str, ArrayLike]) -> list[NDArray[Any] | None]:
        """Return the columns in order; None for one that the table may lack, and lacks.

        Raises:
            KeyError: a column is missing that no table may lack.
        """
        lacking = {name for name in self.optional if name not in columns}
        return [None if name in lacking else np.asarray(columns[name]) for name in self.columns]


TASKS: dict[str, Task] = {}
"""By name."""

DEFAULTS: dict[str, object] = {
    "weight": None,
    "probability": None,
    "level": 0.95,
    "proportion_interval": "wilson",
    "clip": None,
    "penalty": "linear",
    "class_shares": None,
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
    by_rows: bool = False
    """It cannot count cases several times at once: in the bootstrap, resamples are built row by row."""
    places: Places | None = None
    """Makes the values of its facets where nobody names them; parameters name what it needs."""

    def __call__(self, *columns: ArrayLike | None, **facets: object) -> float:
        """Return the value for these columns (in the order of its `Task`), of which no value is missing.

        None stands for a column that a table of the task may lack.

        Raises:
            Undefined: it does not exist for these data.
            ValueError: a value is missing or is none of the task; or another number of columns is given.
        """
        task = TASKS[self.task]
        known_rows, complete = task.complete(
            *(None if each is None else np.asarray(each) for each in columns)
        )
        if not known_rows.all():
            raise ValueError(task.incomplete)
        if not len(known_rows):
            raise Undefined(NO_CASES)
        given = dict(zip(task.columns, complete, strict=True))
        everyone = {"patient": np.arange(len(known_rows))}
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


METRICS: dict[tuple[str, str], Metric] = {}
"""By task and name, in the order in which they are printed."""

DERIVED: dict[str, dict[str, Callable[..., object]]] = {}
"""By task: the functions that make what metrics share, by name."""


def task(
    name: str,
    *columns: str,
    incomplete: str,
    optional: tuple[str, ...] = (),
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Register a function that tells complete rows as the beginning of a task.

    Raises:
        TypeError: the name is taken.
    """

    def register(function: Callable[P, T]) -> Callable[P, T]:
        if name in TASKS:
            raise TypeError(f"the task {name} is registered twice")
        TASKS[name] = Task(columns, cast(Any, function), incomplete, optional)
        DERIVED[name] = {}
        return function

    return register


@task(
    "classification",
    "outcome",
    "score",
    incomplete="a row has an outcome other than 0 and 1, or a score that is no number",
)
def binary(outcome: ArrayLike, score: ArrayLike) -> tuple[Bools, tuple[Bools, Floats]]:
    """Return which rows have an outcome (0 or 1) and a score (a number), and both columns of these rows."""
    values, scores = np.asarray(outcome), np.asarray(score, float)
    known = np.asarray(((values == 0) | (values == 1)) & ~np.isnan(scores))
    return known, (values[known] == 1, scores[known])


def complete_rows(outcome: ArrayLike, score: ArrayLike) -> tuple[Bools, Floats]:
    """Return outcome and score of the rows that have both."""
    return binary(outcome, score)[1]


def derived(of_task: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Register a function whose result metrics of the task may name as a parameter.

    Raises:
        TypeError: the name is taken.
    """

    def register(function: Callable[P, T]) -> Callable[P, T]:
        if function.__name__ in DERIVED[of_task]:
            raise TypeError(f"{function.__name__} is derived twice for {of_task}")
        DERIVED[of_task][function.__name__] = function
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
    by_rows: bool = False,
    places: Places | None = None,
) -> Callable[[Callable[..., Share | Floats]], Metric]:
    """Register a function as a metric of the task.

    Raises:
        TypeError: the task has a metric of that name already.
    """

    def register(function: Callable[..., Share | Floats]) -> Metric:
        if (task, name) in METRICS:
            raise TypeError(f"{name} is registered twice for {task}")
        made = Metric(name, task, goal, bounds, function, interval, source, beside, by_rows, places)
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

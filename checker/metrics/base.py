"""What a metric is, the registry of all metrics, and what `Undefined` means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
Places = Mapping[str, Sequence[object]] | Callable[..., Mapping[str, Sequence[object]]]
"""Values of facets, by the name of the facet; or what makes them, its parameters naming what it needs."""


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
    """Columns that a table may have besides; `complete` takes them by name and returns them after the others.

    Of one that is not there it returns None, an `Absent` with the reason, or numbers that are all missing.
    """
    together: str = ""
    """The column of codes whose rows stay together where no patient is named; empty: every row stands alone."""
    defaults: Mapping[str, object] = field(default_factory=dict)
    """What holds for its metrics where nobody says otherwise, beside `DEFAULTS`."""
    apart: bool = False
    """A row that lacks an optional value still counts for the metrics that do not need it."""

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, in the order in which `complete` returns them."""
        return self.columns + self.optional

    def known_rows(self, columns: Mapping[str, Any]) -> tuple["Bools", tuple[Any, ...]]:
        """Return what `complete` says of these columns.

        Raises:
            KeyError: a column is missing that no table may lack.
        """
        more = {name: columns[name] for name in self.optional if name in columns}
        return self.complete(*(columns[name] for name in self.columns), **more)

    def settings(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return what is given, and what holds where nobody says otherwise."""
        return {**DEFAULTS, **self.defaults, **given}

    def units(self, columns: Mapping[str, NDArray[Any]]) -> "Codes":
        """Return who is independent where no patient is named: codes 0, 1, ... without gaps, one per row."""
        if not self.together:
            return np.arange(len(columns[self.columns[0]]))
        return np.unique(columns[self.together], return_inverse=True)[1]


TASKS: dict[str, Task] = {}
"""By name."""

DEFAULTS: dict[str, object] = {
    "weight": None,
    "probability": None,
    "level": 0.95,
    "proportion_interval": "wilson",
    "reader_names": (),
    "modality_names": (),
    "analysis": "RRRC",
    "method": "OR",
    "covariances": "jackknife",
    "curve_interval": "log",
    "horizons": None,
    "treatment_horizon": None,
    "clip": None,
    "penalty": "linear",
    "class_shares": None,
}
"""What holds where nobody says otherwise."""


NO_CASES = "there are no cases"


ON_CPU = (1, 3, 11)
"""Kinds of device in DLPack whose memory the processor reads: CPU, and memory of a host that is pinned for a GPU."""


def as_array(values: object, name: str) -> NDArray[Any]:
    """Return the values as a numpy array, from whatever framework they come, without a copy where that is possible.

    Raises:
        ValueError: they lie on another device, or no array can be made of them; the sentence says what to do.
    """
    device = getattr(values, "__dlpack_device__", None)
    if device is not None and int(device()[0]) not in ON_CPU:
        raise ValueError(
            f"{name} lies on another device; bring it over first: .cpu() in PyTorch, .get() in CuPy, "
            "jax.device_get in JAX"
        )
    try:
        return np.asarray(values)
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"{name} cannot be taken as an array: {error}") from None


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
    cases: Callable[..., int] | None = None
    """Counts the cases behind the number; None: all rows (of a proportion, its denominator)."""
    per_case: bool = False
    """It is the mean of what it would be for each case alone, and no proportion (which is so anyway)."""
    unit: str = ""
    """What is counted behind the number, where that is no row (lesions, marks); empty: the unit of the rows."""
    places: Places = field(default_factory=dict, hash=False)
    """Facets whose values belong to the metric itself (both limits, each class), or the function that makes them."""

    def __call__(self, *columns: ArrayLike | None, **facets: object) -> float:
        """Return the value for these columns (in the order of its `Task`), of which no value is missing.

        Optional columns stand after the others (None: not there) or are named, as are facets and whatever else it
        needs. A facet that is not named has the first of the values that are listed with the metric.

        Raises:
            Undefined: it does not exist for these data.
            ValueError: a value is missing or is none of the task; or another number of columns is given.
        """
        task = TASKS[self.task]
        if len(columns) < len(task.columns):
            raise ValueError(f"{self.name} needs the columns {', '.join(task.columns)}")
        named = {name: facets.pop(name) for name in task.optional if name in facets}
        there = {**dict(zip(task.names, columns, strict=False)), **named}
        known_rows, complete = task.known_rows(
            {name: as_array(each, name) for name, each in there.items() if each is not None}
        )
        if not known_rows.all():
            raise ValueError(task.incomplete)
        if not len(known_rows):
            raise Undefined(NO_CASES)
        given = dict(zip(task.names, complete, strict=True))
        first = (
            {name: values[0] for name, values in self.places.items()}
            if isinstance(self.places, Mapping)
            else {}
        )
        everyone = {"patient": task.units(given)}
        known = Known(DERIVED[self.task], task.settings({**first, **everyone, **given, **facets}))
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
    together: str = "",
    defaults: Mapping[str, object] | None = None,
    apart: bool = False,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Register a function that tells complete rows as the beginning of a task.

    Raises:
        TypeError: the name is taken.
    """

    def register(function: Callable[P, T]) -> Callable[P, T]:
        if name in TASKS:
            raise TypeError(f"the task {name} is registered twice")
        made = Task(
            columns, cast(Any, function), incomplete, optional, together, defaults or {}, apart
        )
        TASKS[name], DERIVED[name] = made, {}
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
    cases: Callable[..., int] | None = None,
    per_case: bool = False,
    unit: str = "",
    places: Places | None = None,
) -> Callable[[Callable[..., Share | Floats]], Metric]:
    """Register a function as a metric of the task.

    Raises:
        TypeError: the task has a metric of that name already.
    """

    def register(function: Callable[..., Share | Floats]) -> Metric:
        if (task, name) in METRICS:
            raise TypeError(f"{name} is registered twice for {task}")
        made = Metric(
            name=name,
            task=task,
            goal=goal,
            bounds=bounds,
            function=function,
            interval=interval,
            source=source,
            beside=beside,
            by_rows=by_rows,
            cases=cases,
            per_case=per_case,
            unit=unit,
            places=places or {},
        )
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

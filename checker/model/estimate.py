"""A recomputed number: what it is, where it holds, its value and interval, or the sentence why there is none."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Literal

from checker.needs import DoesNotApply, NotEstablished


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval and the method behind it in words a reader can judge."""

    low: float
    high: float
    level: float = 0.95
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which of several numbers of one metric. The fields are the facets; None: the metric has no such facet."""

    group: str = "all"
    """``all``, or ``column = value``."""
    score: str = "score"
    """The score column it concerns: ``score`` is the model's."""
    threshold: float | None = None
    horizon: float | None = None
    tolerance_mm: float | None = None
    false_positives_per_case: float | None = None
    label: str | None = None
    """One of several classes, a cut between them, a mean over them; or one of several numbers (lower limit ...)."""
    structure: str | None = None
    reader: str | None = None
    modality: str | None = None
    strategy: str | None = None
    """Net benefit: model, treat_all, treat_none."""
    summary: str | None = None
    """Of a metric per case: mean, median, pooled."""
    versus: str | None = None
    """The modality it is compared with: the number is the difference."""


@cache
def facets() -> tuple[str, ...]:
    """Return the names of the facets, in the order in which they are printed."""
    return tuple(each.name for each in fields(Where))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Where):
    """A recomputed number, or the reason there is none: exactly one of the two."""

    metric: str
    cases: int
    """Rows behind the number: for a proportion its denominator."""
    unit: str
    """What one case is: patient, exam, lesion, image, row (if nobody said)."""
    missing: int = 0
    """Rows left out because a value was missing."""
    value: float | None = None
    interval: Interval | None = None
    undefined_because: str = ""
    note: str = ""
    """A sentence that belongs beside the number (cut interval, one-sided bound, no bootstrap)."""
    other_intervals: tuple[Interval, ...] = ()
    """Intervals by other methods that stand beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The difference of one metric between two scores on the same cases: `first` minus `second`."""

    metric: str
    first: str
    second: str
    difference: float | None
    interval: Interval | None
    p: float | None
    test: str
    """Name of the test, in words."""
    cases: int
    unit: str
    group: str = "all"
    threshold: float | None = None
    horizon: float | None = None
    undefined_because: str = ""
    reader: str | None = None
    """The one reader it concerns."""
    label: str | None = None
    """The cut between classes it concerns."""
    structure: str | None = None
    tolerance_mm: float | None = None


@dataclass(frozen=True, slots=True)
class Estimates:
    """All recomputed numbers of one evaluation, in the order in which they were made."""

    values: tuple[Estimate, ...]

    def __iter__(self) -> Iterator[Estimate]:
        """Return the estimates one by one."""
        return iter(self.values)

    def matching(self, metric: str, **where: object) -> tuple[Estimate, ...]:
        """Return every estimate of the metric whose named facets have these values."""
        return tuple(
            each
            for each in self.values
            if each.metric == metric
            and all(getattr(each, facet) == value for facet, value in where.items())
        )

    def one(self, metric: str, **where: object) -> Estimate:
        """Return the one defined estimate of the metric; group and score are those of the whole model if not named.

        Raises:
            DoesNotApply: the task has no such metric here.
            NotEstablished: it is undefined, with its sentence, or several fit.
        """
        found = self.matching(metric, **{"group": "all", "score": "score", **where})
        if not found:
            raise DoesNotApply(f"{metric} is not computed here")
        if len(found) > 1:
            raise NotEstablished(f"{metric} has {len(found)} values here; say which")
        if found[0].value is None:
            raise NotEstablished(f"{metric} is undefined: {found[0].undefined_because}")
        return found[0]


SpreadName = Literal[
    "sd_over_folds",
    "sd_over_folds_n",
    "se_over_folds",
    "half_t_interval_over_folds",
    "half_normal_interval_over_folds",
    "sd_over_cases",
    "se_over_cases",
    "half_interval_pooled",
    "half_interval_mean",
    "se_pooled",
    "sd_over_readers",
    "se_over_readers",
    "half_interval_other",
    "se_other",
    "half_limits_of_agreement",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """One thing that the number after ± can be."""

    name: SpreadName
    words: str
    value: float

"""Out-of-fold predictions: estimates pooled over patients and averaged over folds, and what a ± can mean."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from checker.metrics.base import Codes, Floats, Share, Undefined
from checker.metrics.estimating import (
    Cases,
    Columns,
    asked_of,
    complete,
    estimates,
    known_of,
    no_rows,
    plural,
    settings_of,
)
from checker.metrics.intervals import cut, percentile, quantile
from checker.metrics.patients import with_outcome
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, resampled, seeds
from checker.model.estimate import Estimate, Interval, Spread, SpreadName, facets
from checker.needs import Known

MODELS_ARE_FIXED = (
    "The interval treats the models of the folds as fixed: it says how their performance would vary over other "
    "patients, not over other training data, and no unbiased estimate of the latter exists."
)
"""Bengio & Grandvalet 2004; Bates, Hastie & Tibshirani 2024."""
MEAN_OVER_FOLDS = "mean over folds"
"""Summary of such an estimate."""
NO_MEAN = "No mean over folds: undefined "
SHIFTED = (
    "The mean lies outside its interval, because resampling shifts this metric: read the interval as its spread, not "
    "as limits of the true value."
)
AT_ONCE = 256
"""Cases taken one by one at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidated:
    """One metric of out-of-fold predictions."""

    pooled: Estimate
    """Over all patients together."""
    fold_names: tuple[str, ...]
    by_fold: tuple[Estimate, ...]
    """In the order of `fold_names`."""
    mean: float | None
    """Over folds, each weighing the same; None where a fold has no value."""
    mean_interval: Interval | None
    """Of the mean over folds: patients are resampled within each fold, or the intervals of the folds are combined."""
    spreads: tuple[Spread, ...]
    """Every reading of ± that exists here."""
    remark: str
    """What belongs beside the mean, in a sentence: why there is none, or no interval of it, or how to read it."""
    note: str
    """What to keep in mind, in sentences."""

    @property
    def as_estimate(self) -> Estimate:
        """Return the mean over folds as a number of its own, beside the pooled one."""
        return replace(
            self.pooled,
            summary=MEAN_OVER_FOLDS,
            value=self.mean,
            interval=self.mean_interval,
            undefined_because=""
            if self.mean is not None
            else self.remark.removeprefix(NO_MEAN)[:-1],
            note=self.remark if self.mean is not None else "",
            other_intervals=(),
        )

    @property
    def values(self) -> tuple[float | None, ...]:
        """Return the value in each fold; None where it is undefined."""
        return tuple(each.value for each in self.by_fold)

    def spread(self, name: SpreadName) -> Spread:
        """Return the spread of that name.

        Raises:
            KeyError: it does not exist for this metric.
        """
        return {each.name: each for each in self.spreads}[name]

    def explaining(self, printed: float, decimals: int) -> tuple[Spread, ...]:
        """Return every reading of ± that prints as this number.

        Args:
            printed: the number after ±.
            decimals: it was printed with.
        """
        room = 0.5 * 10.0**-decimals * (1 + 1e-9)
        return tuple(each for each in self.spreads if abs(each.value - printed) <= room)


class _Options(NamedTuple):
    unit: str
    group: str
    evaluation: str
    seed: int
    level: float
    resamples: int
    stratified: bool


def over_folds(
    task: str,
    columns: Columns,
    fold: Codes,
    *,
    fold_names: Sequence[str] = (),
    unit: str = "row",
    group: str = "all",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
    threshold: float | None = None,
    decision_range: tuple[float, float] | None = None,
    net_benefit: Sequence[float] = (),
    stated: Mapping[str, float] | None = None,
    probability: bool | None = None,
    proportion_interval: str = "wilson",
    stratified: bool = False,
    places: Mapping[str, Sequence[object]] | None = None,
    given: Mapping[str, object] | None = None,
    pooled: Sequence[Estimate] | None = None,
) -> tuple[CrossValidated, ...]:
    """Return every metric of a task, pooled over patients and as the mean over folds.

    Pooled scores of different models are compared with each other, which the mean over folds avoids; the mean
    weighs small folds like large ones and does not exist where a fold lacks a class. Both are given. Intervals
    treat the models of the folds as fixed, as those of LeDell, Petersen & van der Laan 2015 do.

    Args:
        task: a name in `TASKS`.
        columns: as for `estimates`.
        fold: shape (rows,): codes of the fold whose model scored the row while it was left out; negative where
            missing (the row is left out).
        fold_names: by code; without, the codes.
        unit: as for `estimates`, like all that follow.
        group: written into the estimates.
        evaluation: its name.
        seed: of the report.
        level: of the intervals.
        resamples: of patients.
        threshold: of decisions.
        decision_range: of threshold probabilities.
        net_benefit: further threshold probabilities.
        stated: values of metrics that need one.
        probability: whether the score is a probability.
        proportion_interval: a name in `PROPORTION_INTERVALS`.
        stratified: as for `estimates`.
        places: of facets.
        given: what else metrics name.
        pooled: estimates that were made of all rows together: these alone are looked at, and the folds have no
            bootstrap of their own; None: all, which are made here.

    Raises:
        Undefined: fewer than two folds, or no complete row.
    """
    options = _Options(unit, group, evaluation, seed, level, resamples, stratified)
    among = {
        "threshold": threshold,
        "decision_range": decision_range,
        "net_benefit": net_benefit,
        "stated": stated,
        "places": places,
    }
    more = {"probability": probability, "proportion_interval": proportion_interval, "given": given}
    codes = np.asarray(fold)
    everything = _of_rows(columns, codes >= 0)
    folds = np.unique(codes[codes >= 0])
    if len(folds) < 2:
        raise Undefined("needs at least two folds")
    parts = [_of_rows(columns, codes == each) for each in folds]
    names = tuple(fold_names[each] if each < len(fold_names) else str(each) for each in folds)

    def made(some: Columns, of_group: str, drawn: int) -> tuple[Estimate, ...]:
        asked = {**options._asdict(), **among, **more, "group": of_group, "resamples": drawn}
        return tuple(replace(each, group=group) for each in estimates(task, some, **asked))

    of_folds = resamples if pooled is None else 0
    pooled = made(everything, group, resamples) if pooled is None else pooled
    by_fold = [
        {_key(each): each for each in made(part, f"{group}, fold {name}", of_folds)}
        for part, name in zip(parts, names, strict=True)
    ]
    settings = settings_of(level, probability, proportion_interval, given)
    cases, _ = complete(everything, task=task)
    known = known_of(cases, (0, 0), settings, task)
    wanted = {_key(each) for each in pooled}
    asked = {
        key: each
        for each in asked_of(task, **among, known=known)  # type: ignore[arg-type]  # as named
        if (key := _key_of(each)) in wanted
    }
    averages = _averages(task, parts, names, asked.values(), settings, options)
    each_case = _each_case(task, cases, tuple(asked.values()), settings)
    people = in_several_folds(task, everything, codes[codes >= 0], unit)
    return tuple(
        _cross_validated(
            one,
            names,
            tuple(fold_of.get(_key(one), _nothing(one)) for fold_of in by_fold),
            averages.get(asked[_key(one)]),
            each_case.get(asked[_key(one)]),
            asked[_key(one)].metric.bounds,
            people,
            level,
        )
        for one in pooled
    )


def _of_rows(columns: Columns, rows: Any) -> Columns:
    return {name: np.asarray(column)[rows] for name, column in columns.items()}


def _key(made: Estimate) -> tuple[object, ...]:
    where = [getattr(made, name) for name in facets() if name not in ("group", "score")]
    return (made.metric, *where)


def _key_of(asked: Asked) -> tuple[object, ...]:
    where = [asked.where.get(name) for name in facets() if name not in ("group", "score")]
    return (asked.metric.name, *where)


def _nothing(like: Estimate) -> Estimate:
    return replace(
        like, value=None, interval=None, cases=0, missing=0, note="", other_intervals=(),
        undefined_because="it does not apply to the cases of the fold",
    )  # fmt: skip


def _averages(
    task: str,
    parts: Sequence[Columns],
    names: Sequence[str],
    every: Iterable[Asked],
    settings: Mapping[str, object],
    options: _Options,
) -> dict[Asked, Interval | str]:
    """Return the interval of each mean over folds that can be resampled, or a sentence why there is none."""
    asked = [each for each in every if "weight" in each.metric.depends_on() or each.metric.by_rows]
    total = dict.fromkeys(asked, np.zeros(options.resamples))
    patients, fewest, unit = 0, np.inf, options.unit
    for part, name in zip(parts, names, strict=True):
        cases, _ = complete(part, task=task)
        patients, fewest = patients + cases.patients, min(fewest, cases.patients)
        if not len(cases):
            return dict.fromkeys(asked, f"a fold is empty: {no_rows(task)}")
        unit = cases.independent(unit)
        own = seeds(options.seed, options.evaluation, f"{options.group}, fold {name}")
        sides = with_outcome(cases.outcome, cases.patient) if options.stratified else None
        weights = drawn(own, cases.patients, len(cases), options.resamples, sides)
        known = known_of(cases, own, settings, task)
        for each, values in resampled(known, asked, weights).items():
            total[each] = total[each] + values
    if fewest < FEWEST_PATIENTS:
        sentence = f"a fold has {fewest:,} {plural(unit)}, too few to resample"
        return dict.fromkeys(asked, sentence)
    method = (
        f"percentile bootstrap over {patients:,} {plural(unit)} within {len(parts)} folds, "
        f"{options.resamples:,} resamples"
    )
    return {each: _limits(total[each] / len(parts), options.level, method) for each in asked}


def _limits(values: Floats, level: float, method: str) -> Interval | str:
    undefined = int(np.count_nonzero(np.isnan(values)))
    try:
        return percentile(
            values, level, f"{method}, {undefined} undefined" if undefined else method
        )
    except Undefined as reason:
        return str(reason)


def _each_case(
    task: str, cases: Cases, asked: tuple[Asked, ...], settings: Mapping[str, object]
) -> dict[Asked, Floats]:
    """Return the value of each case alone, for metrics that are a mean over cases; NaN where a case does not count."""
    if not len(cases):
        return {}
    whole = known_of(cases, (0, 0), settings, task)
    means = [each for each in asked if _is_mean_over_cases(whole, each)]
    found: dict[Asked, list[Floats]] = {each: [] for each in means}
    for at in range(0, len(cases), AT_ONCE):
        some = _alone(cases, slice(at, at + AT_ONCE))
        known = known_of(some, (0, 0), settings, task)
        for each, values in resampled(known, means, iter([np.eye(len(some))])).items():
            found[each].append(values)
    return {each: np.concatenate(values) for each, values in found.items()}


def _is_mean_over_cases(known: Known, asked: Asked) -> bool:
    if asked.metric.per_case:
        return asked.where.get("summary") in (None, "mean")
    return isinstance(known.inside(**asked.where).ask(asked.metric.function), Share)


def _alone(cases: Cases, rows: slice) -> Cases:
    """Return these cases, each of a patient of its own."""
    columns = {
        name: column[rows] if isinstance(column, np.ndarray) else column
        for name, column in cases.columns.items()
    }
    size = len(cases.patient[rows])
    return Cases(columns, np.arange(size), size, 0)


def in_several_folds(task: str, columns: Columns, fold: Codes, unit: str) -> str:
    """Return the sentence about patients whose cases are in several folds; empty if there are none.

    Args:
        task: a name in `TASKS`.
        columns: as for `estimates`.
        fold: shape (rows,): codes of the folds, none missing.
        unit: what one row is.
    """
    cases, known = complete(columns, task=task)
    pairs = np.unique(np.column_stack([cases.patient, fold[known]]), axis=0)
    several = int(np.count_nonzero(np.bincount(pairs[:, 0]) > 1))
    if not several:
        return ""
    word = cases.independent(unit)
    subject = f"{several:,} {plural(word)} have" if several > 1 else f"1 {word} has"
    return (
        f"{subject} cases in several folds, so a model may have been trained on patients it was tested on "
        "(unless cross-validation was repeated)."
    )


def _cross_validated(
    pooled: Estimate,
    names: tuple[str, ...],
    by_fold: tuple[Estimate, ...],
    average: Interval | str | None,
    each_case: Floats | None,
    bounds: tuple[float, float],
    people: str,
    level: float,
) -> CrossValidated:
    values = [each.value for each in by_fold if each.value is not None]
    complete_folds = len(values) == len(by_fold)
    mean = float(np.mean(values)) if complete_folds else None
    if average is None and mean is not None:
        average = _combined(mean, by_fold, level)
    interval = average if complete_folds and isinstance(average, Interval) else None
    remark = ""
    if not complete_folds:
        why = next(each.undefined_because for each in by_fold if each.value is None)
        without = len(by_fold) - len(values)
        remark = f"{NO_MEAN}in {without} of {len(by_fold)} folds ({why})."
    elif isinstance(average, str) and (pooled.interval or pooled.note):
        remark = f"No interval of the mean over folds: {average}."
    elif interval is not None and mean is not None and not interval.low <= mean <= interval.high:
        remark = SHIFTED
    spreads = [*spreads_over_folds(values, level)] if complete_folds else []
    if each_case is not None and pooled.value is not None:
        spreads += _over_cases(each_case)
    spreads += spreads_of_intervals(pooled.interval, interval, level)
    return CrossValidated(
        pooled=pooled,
        fold_names=names,
        by_fold=by_fold,
        mean=mean,
        mean_interval=cut(interval, *bounds) if interval else None,
        spreads=tuple(spreads),
        remark=remark,
        note=" ".join(filter(None, (MODELS_ARE_FIXED, people, remark))),
    )


def _combined(mean: float, by_fold: tuple[Estimate, ...], level: float) -> Interval | str:
    """Return the interval of the mean from the halves of the folds' intervals, the folds taken as independent."""
    intervals = [each.interval for each in by_fold if each.interval]
    if len(intervals) < len(by_fold):
        return "a fold has no interval"
    halves = np.array([(each.high - each.low) / 2 for each in intervals])
    half = float(np.sqrt((halves**2).sum())) / len(halves)
    method = f"from the intervals of the {len(halves)} folds, taken as independent"
    return Interval(low=mean - half, high=mean + half, level=level, method=method)


def spreads_over_folds(values: Sequence[float], level: float) -> Iterator[Spread]:
    """Yield what a ± can be that was computed over folds, from the value of each."""
    from scipy.special import stdtrit

    folds = len(values)
    sd = float(np.std(values, ddof=1))
    error = sd / folds**0.5
    half = float(stdtrit(folds - 1, (1 + level) / 2)) * error
    yield Spread(name="sd_over_folds", words=f"standard deviation over the {folds} folds", value=sd)
    yield Spread(
        name="sd_over_folds_n",
        words=f"standard deviation over the {folds} folds, with {folds} instead of {folds - 1} below",
        value=float(np.std(values)),
    )
    yield Spread(
        name="se_over_folds",
        words="standard error of the mean over folds, folds taken as independent",
        value=error,
    )
    yield Spread(
        name="half_t_interval_over_folds",
        words=f"half of the {level:.0%} t interval over folds, folds taken as independent",
        value=half,
    )
    yield Spread(
        name="half_normal_interval_over_folds",
        words=f"half of the {level:.0%} normal interval over folds, folds taken as independent",
        value=quantile(level) * error,
    )


def spreads_over_cases(
    task: str, cases: Cases, asked: Asked, settings: Mapping[str, object]
) -> tuple[Spread, ...]:
    """Return what a ± can be that was computed over cases; nothing where the metric is no mean over cases.

    Args:
        task: its name.
        cases: complete rows.
        asked: the metric, at its facets.
        settings: what else metrics name.
    """
    found = _each_case(task, cases, (asked,), settings)
    return tuple(_over_cases(found[asked])) if asked in found else ()


def _over_cases(each_case: Floats) -> Iterator[Spread]:
    counted = each_case[~np.isnan(each_case)]
    if len(counted) < 2:
        return
    sd = float(counted.std(ddof=1))
    yield Spread(
        name="sd_over_cases", words=f"standard deviation over {len(counted):,} cases", value=sd
    )
    yield Spread(
        name="se_over_cases",
        words=f"standard error of the mean over {len(counted):,} cases",
        value=sd / len(counted) ** 0.5,
    )


def spreads_of_intervals(
    pooled: Interval | None, mean: Interval | None, level: float
) -> Iterator[Spread]:
    """Yield what a ± can be that was computed from an interval."""
    if pooled:
        half = (pooled.high - pooled.low) / 2
        words = f"half of the {level:.0%} interval of the pooled estimate ({pooled.method})"
        yield Spread(name="half_interval_pooled", words=words, value=half)
        yield Spread(
            name="se_pooled",
            words="standard error of the pooled estimate (that half over the normal quantile)",
            value=half / quantile(level),
        )
    if mean:
        words = f"half of the {level:.0%} interval of the mean over folds"
        yield Spread(name="half_interval_mean", words=words, value=(mean.high - mean.low) / 2)

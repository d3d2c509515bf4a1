"""All metrics of a task for one table of cases: which apply, their values, and the interval each one gets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from itertools import product
from types import ModuleType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

import checker.metrics.utility as utility
from checker.metrics.base import (
    DERIVED,
    METRICS,
    TASKS,
    Bools,
    Codes,
    Floats,
    Metric,
    Share,
    Uncertainty,
    Undefined,
    as_array,
    plain,
)
from checker.metrics.intervals import percentile
from checker.metrics.patients import EACH_PATIENT, with_outcome
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, resampled, seeds
from checker.model.estimate import Estimate, facets
from checker.needs import Absent, Known, needs

Columns = Mapping[str, NDArray[Any]]

OF_CLASSES = ("ordinal", "multiclass", "cross_tables", "class_risks")
OF_AGREEMENT = (
    "agreement",
    "reliability",
    "association",
    "repeatability",
    "method_comparison",
    "passing_bablok",
    "reference_limits",
    "grades",
    "chance",
    "krippendorff",
)
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "classification": ("discrimination", "classification", "calibration", "utility"),
    "multiclass": OF_CLASSES,
    "ordinal": OF_CLASSES,
    "survival": (
        "survival_ranking",
        "survival_calibration",
        "survival_utility",
        "survival",
        "cox",
        "treatment",
    ),
    "readers": ("readers", "reader_decisions", "between_readers"),
    "agreement": OF_AGREEMENT,
    "raters": OF_AGREEMENT,
    "responses": ("responses",),
    "segmentation": ("segmentation_overlap", "segmentation_surface"),
    "explanation": ("explanation",),
    "detection": ("detection", "free_response"),
}
"""By task: the files whose import registers its metrics, in the order in which they are printed."""


@cache
def families(task: str) -> tuple[ModuleType, ...]:
    """Return the files of a task, imported: a study of one task does not wait for the others.

    Raises:
        KeyError: there is no such task.
    """
    return tuple(import_module(f"checker.metrics.{name}") for name in FAMILIES[task])


families("classification")

STATED = {
    "partial_auroc": "lowest_specificity",
    "sensitivity_at_specificity": "at_specificity",
    "specificity_at_sensitivity": "at_sensitivity",
}
"""Metrics that are computed only when somebody states the value at which."""


def no_rows(task: str) -> str:
    """Return the sentence for a table without a complete row."""
    if task == "classification":
        return "no row has both an outcome and a score"
    return f"no row has every value ({', '.join(TASKS[task].columns)})"


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """The rows of which every value is known."""

    columns: Mapping[str, Any]
    """Those of the task; each array has one row per case. Of an optional one that is not there, as `Task` says."""
    patient: Codes
    """Shape (cases,): 0, 1, ... without gaps."""
    patients: int
    missing: int
    """Rows left out."""
    together: str = ""
    """What stands for the patient where none is named, and the task has such a column (`Task.together`)."""

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.patient)

    @property
    def repeated(self) -> bool:
        """Whether a patient has several cases."""
        return self.patients < len(self)

    def independent(self, unit: str) -> str:
        """Return the word for who is resampled, where a row is such a unit."""
        return (self.together or "patient") if self.repeated else unit

    @property
    def outcome(self) -> Bools:
        """The outcome of a binary classification."""
        return cast(Bools, self.columns["outcome"])

    @property
    def score(self) -> Floats:
        """Its score."""
        return cast(Floats, self.columns["score"])

    def scored(self, score: Floats) -> "Cases":
        """Return the same cases with another score."""
        return replace(self, columns={**self.columns, "score": score})


def complete(
    columns: Columns, *more: str, task: str = "classification"
) -> tuple[Cases, NDArray[np.bool_]]:
    """Return the rows that have every value, and which these are.

    Args:
        columns: those of the task (of a classification: outcome: 1, 0, -1 missing; score: NaN missing), and
            optionally patient (codes; a negative one is missing, and such a row, or what the task keeps
            together, is a patient of its own).
        more: names of further columns of numbers that have to be known.
        task: its name.
    """
    families(task)
    kind = TASKS[task]
    given = {name: as_array(columns[name], name) for name in kind.names if name in columns}
    known, found = kind.known_rows(given)
    if more:
        others = [~np.isnan(as_array(columns[name], name).astype(float)) for name in more]
        known = np.logical_and.reduce([known, *others])
        found = kind.known_rows({name: each[known] for name, each in given.items()})[1]
    kept = dict(zip(kind.names, found, strict=True))
    patient, patients = _patients(columns.get("patient"), known, kind.units(kept))
    missing = int(np.count_nonzero(~known))
    together = "" if "patient" in columns else kind.together
    return Cases(kept, patient, patients, missing, together), known


def _patients(patient: NDArray[Any] | None, known: Bools, units: Codes) -> tuple[Codes, int]:
    if patient is None:
        return units, int(units.max(initial=-1)) + 1
    codes = as_array(patient, "patient")[known].astype(np.int64)
    nobody = codes < 0
    codes[nobody] = codes.max(initial=0) + 1 + units[nobody]
    names, dense = np.unique(codes, return_inverse=True)
    return dense, len(names)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is written into each estimate, and how uncertainty is computed."""

    unit: str
    group: str
    score: str
    seeds: tuple[int, int]
    level: float
    resamples: int
    stratified: bool


def known_of(
    cases: Cases,
    seeds: tuple[int, int],
    given: Mapping[str, object],
    task: str = "classification",
) -> Known:
    """Return what metrics can name: the columns, what is derived from them, and how to compute."""
    columns = {**cases.columns, "patient": cases.patient}
    families(task)
    return Known(DERIVED[task], TASKS[task].settings({**columns, "seeds": seeds, **given}))


def estimates(
    task: str,
    columns: Columns,
    *,
    threshold: float | None = None,
    decision_range: tuple[float, float] | None = None,
    net_benefit: Sequence[float] = (),
    stated: Mapping[str, float] | None = None,
    unit: str = "row",
    group: str = "all",
    score: str = "score",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
    probability: bool | None = None,
    proportion_interval: str = "wilson",
    stratified: bool = False,
    places: Mapping[str, Sequence[object]] | None = None,
    given: Mapping[str, object] | None = None,
) -> tuple[Estimate, ...]:
    """Return every metric of the task that applies, each with its interval or a sentence why there is none.

    Args:
        task: a name in `TASKS`.
        columns: those of the task (`TASKS`), one row per case. Of a classification: outcome (1, 0, -1 missing),
            score (NaN missing, larger means more of the outcome). Patient: optional codes, negative where missing.
            Further optional columns of the task (a covariate ...).
        threshold: positive decision at or above it (turned like the score, if that was turned); without one,
            no measure of decisions is computed.
        decision_range: lowest and highest threshold probability; net benefit at both, halfway, and at the
            threshold if it lies between.
        net_benefit: further threshold probabilities.
        stated: the specificity (or sensitivity) of metrics that need one, by metric (`STATED`).
        unit: what one row is.
        group: written into the estimates, as is `score`; with `evaluation` it makes the random numbers its own.
        score: the column of the score.
        evaluation: its name.
        seed: of the report.
        level: of the intervals.
        resamples: of patients; 0: no bootstrap, so that metrics without a formula have no interval.
        probability: whether the score is a probability; None: it is if all values lie in 0..1.
        proportion_interval: a name in `PROPORTION_INTERVALS`.
        stratified: patients with and without the outcome are resampled apart, as they were sampled (case-control).
        places: of another task than classification: the values of each facet at which metrics are taken
            (label, horizon ...); what needs a facet without values is not computed. A metric that has values of
            its own for a facet (`Metric.places`) is taken at those.
        given: what else metrics of the task name (classes ...).
    """
    cases, _ = complete(columns, task=task)
    own = seeds(seed, evaluation, group)
    plan = _Plan(unit, group, score, own, level, resamples, stratified)
    settings = settings_of(level, probability, proportion_interval, given)
    known = known_of(cases, plan.seeds, settings, task)
    asked = asked_of(task, threshold, decision_range, net_benefit, stated, places, known)
    found: dict[Asked, Estimate] = {}
    for some, of_them in _by_columns(task, columns, cases, asked):
        found |= _estimated(task, some, of_them, plan, settings)
    return tuple(found[each] for each in asked if each in found)


def _estimated(
    task: str,
    cases: Cases,
    asked: Sequence[Asked],
    plan: _Plan,
    settings: Mapping[str, object],
) -> dict[Asked, Estimate]:
    """Return the estimates that apply, from these rows."""
    if not len(cases):
        return {each: _estimate(each, cases, plan, Absent(no_rows(task))) for each in asked}
    known = known_of(cases, plan.seeds, settings, task)
    values = {each: _value(known, each) for each in asked}
    values = {
        each: value
        for each, value in values.items()
        if not isinstance(value, Absent) or value.applies
    }
    uncertain = _uncertainties(known, cases, values, plan)
    return {
        each: _recounted(
            known,
            each,
            _estimate(each, cases, plan, value, uncertain.get(each), _beside(known, each)),
        )
        for each, value in values.items()
    }


def _by_columns(
    task: str, columns: Columns, cases: Cases, asked: Sequence[Asked]
) -> Iterator[tuple[Cases, Sequence[Asked]]]:
    """Yield the rows that metrics need, with the metrics: a row that lacks a score still has its follow-up."""
    if not cases.missing:
        yield cases, asked
        return
    parts: dict[frozenset[str], list[Asked]] = {}
    for each in asked:
        parts.setdefault(frozenset(columns_behind(each.metric, columns)), []).append(each)
    for names, of_them in parts.items():
        yield complete({name: columns[name] for name in names}, task=task)[0], of_them


def columns_behind(metric: Metric, columns: Columns) -> Columns:
    """Return the columns, where the task says so without the optional ones that the metric does not need."""
    if not TASKS[metric.task].apart:
        return columns
    unneeded = set(TASKS[metric.task].optional) - metric.depends_on()
    return {name: values for name, values in columns.items() if name not in unneeded}


def settings_of(
    level: float,
    probability: bool | None,
    proportion_interval: str,
    given: Mapping[str, object] | None,
) -> dict[str, object]:
    """Return what metrics may name besides columns and facets."""
    return {
        "level": level,
        "probability": probability,
        "proportion_interval": proportion_interval,
        **(given or {}),
    }


def asked_of(
    task: str,
    threshold: float | None = None,
    decision_range: tuple[float, float] | None = None,
    net_benefit: Sequence[float] = (),
    stated: Mapping[str, float] | None = None,
    places: Mapping[str, Sequence[object]] | None = None,
    known: Known | None = None,
) -> tuple[Asked, ...]:
    """Return the metrics of a task that apply, at every value of their facets; as for `estimates`.

    From what is `known`, metrics make the values of facets that are not named (`Metric.places`).
    """
    if task != "classification":
        return tuple(asked_at(task, places or {}, stated or {}, known))
    thresholds = _decision_thresholds(threshold, decision_range, net_benefit)
    return tuple(_asked(task, threshold, thresholds, stated or {}))


def _decision_thresholds(
    threshold: float | None, decision_range: tuple[float, float] | None, more: Sequence[float]
) -> tuple[float, ...]:
    chosen = set(more)
    if decision_range is not None:
        low, high = decision_range
        chosen |= {low, (low + high) / 2, high}
        if threshold is not None and low < threshold < high:
            chosen.add(threshold)
    return tuple(sorted(chosen))


def _asked(
    task: str,
    threshold: float | None,
    decision_thresholds: Sequence[float],
    stated: Mapping[str, float],
) -> Iterator[Asked]:
    for metric in in_order(task):
        behind = metric.depends_on()
        if "strategy" in behind:
            for at in decision_thresholds:
                for strategy in utility.STRATEGIES:
                    yield Asked(metric, (("threshold", at), ("strategy", strategy)))
        elif "threshold" in behind:
            if threshold is not None:
                yield Asked(metric, (("threshold", threshold),))
        elif metric.name not in STATED:
            yield Asked(metric)
        elif metric.name in stated:
            yield Asked(metric, ((STATED[metric.name], stated[metric.name]),))


def asked_at(
    task: str,
    places: Mapping[str, Sequence[object]],
    stated: Mapping[str, float] | None = None,
    known: Known | None = None,
) -> Iterator[Asked]:
    """Return the metrics of a task at every value of the facets that they depend on."""
    columns = TASKS[task].names  # `score` is the name of a facet and of a column
    for metric in in_order(task):
        if metric.name in STATED and metric.name not in (stated or {}):
            continue
        at = {STATED[metric.name]: ((stated or {})[metric.name],)} if metric.name in STATED else {}
        behind, named = metric.depends_on(), _places(metric, places, known)
        names = [name for name in facets() if name in behind and name not in columns]
        every = [*(named.get(name, ()) for name in names), *at.values()]
        for values in product(*every):
            yield Asked(metric, tuple(zip((*names, *at), values, strict=True)))


def _places(
    metric: Metric, places: Mapping[str, Sequence[object]], known: Known | None
) -> Mapping[str, Sequence[object]]:
    """Return the values of each facet: those listed with the metric, else those named, else those it makes."""
    if isinstance(metric.places, Mapping):
        return {**places, **metric.places}
    made = Absent("") if known is None else known.ask(metric.places)
    return places if isinstance(made, Absent) else {**made, **places}


def in_order(task: str) -> Iterator[Metric]:
    """Return the metrics of a task in the order in which they are printed."""
    for family in families(task):
        for metric in METRICS.values():
            if metric.task == task and metric.function.__module__ == family.__name__:
                yield metric


def _value(known: Known, asked: Asked) -> Share | Floats | Absent:
    found = known.inside(**asked.where).ask(asked.metric.function)
    if isinstance(found, Share) and found.denominator == 0:
        return Absent(found.otherwise)
    return found


def _recounted(known: Known, asked: Asked, made: Estimate) -> Estimate:
    """Return the estimate with its number of cases, where the metric counts them itself."""
    if asked.metric.cases is None:
        return made
    found = known.inside(**asked.where).ask(asked.metric.cases)
    return made if isinstance(found, Absent) else replace(made, cases=found)


def _beside(known: Known, asked: Asked) -> str:
    notes = [
        f"At {name.split('_')[-1]} {value:g}."
        for name, value in asked.facets
        if name in STATED.values()
    ]
    if asked.metric.beside:
        found = known.inside(**asked.where).ask(asked.metric.beside)
        notes.append("" if isinstance(found, Absent) else found)
    return " ".join(notes)


def _uncertainties(
    known: Known,
    cases: Cases,
    values: Mapping[Asked, Share | Floats | Absent],
    plan: _Plan,
) -> dict[Asked, Uncertainty]:
    defined = {each: value for each, value in values.items() if not isinstance(value, Absent)}
    found = {
        each: _by_formula(known, each, value)
        for each, value in defined.items()
        if _has_formula(each.metric, cases)
    }
    rest = [each for each in defined if each not in found]
    return found | _by_resampling(known, cases, rest, plan)


def _has_formula(metric: Metric, cases: Cases) -> bool:
    """Return whether the interval of the metric holds here; in a task that keeps rows together, it is made for that."""
    if metric.interval is None:
        return False
    if not cases.repeated or TASKS[metric.task].together:
        return True
    return not {"patient", "each_patient"}.isdisjoint(needs(metric.interval))


def _by_formula(known: Known, asked: Asked, measured: Share | Floats) -> Uncertainty:
    there, interval = known.inside(**asked.where), asked.metric.interval
    assert interval is not None
    given: dict[str, object] = {"measured": measured}
    if "each_patient" in needs(interval):
        given["each_patient"] = there.inside(weight=EACH_PATIENT).ask(asked.metric.function)
    found = there.ask(interval, **given)
    return (
        Uncertainty(None, f"No interval: {found.because}.") if isinstance(found, Absent) else found
    )


def _by_resampling(
    known: Known, cases: Cases, asked: Sequence[Asked], plan: _Plan
) -> dict[Asked, Uncertainty]:
    if not plan.resamples:
        return {}
    who = f"{cases.patients:,} {plural(cases.independent(plan.unit))}"
    if cases.patients < FEWEST_PATIENTS:
        if cases.patients == 1:
            who = f"1 {cases.independent(plan.unit)}"
        few = "is too few" if cases.patients == 1 else "are too few"
        sentence = f"No interval: {who} {few} to resample (at least {FEWEST_PATIENTS})."
        return dict.fromkeys(asked, Uncertainty(None, sentence))
    sides = with_outcome(cases.outcome, cases.patient) if plan.stratified else None
    weights = drawn(plan.seeds, cases.patients, len(cases), plan.resamples, sides)
    who = f"{who}, those with the outcome apart" if plan.stratified else who
    found = resampled(known, asked, weights)
    return {each: _percentile(values, plan.level, who) for each, values in found.items()}


def _percentile(values: Floats, level: float, who: str) -> Uncertainty:
    undefined = int(np.count_nonzero(np.isnan(values)))
    left = f", {undefined} undefined" if undefined else ""
    method = f"percentile bootstrap over {who}, {len(values):,} resamples{left}"
    try:
        return Uncertainty(percentile(values, level, method))
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")


def plural(unit: str) -> str:
    """Return the plural of a unit of analysis."""
    return f"{unit[:-1]}ies" if unit.endswith("y") else f"{unit}s"


def _estimate(
    asked: Asked,
    cases: Cases,
    plan: _Plan,
    value: Share | Floats | Absent,
    uncertain: Uncertainty | None = None,
    beside: str = "",
) -> Estimate:
    made = replace(
        Estimate(
            metric=asked.metric.name,
            group=plan.group,
            score=plan.score,
            unit=asked.metric.unit or plan.unit,
            cases=int(value.denominator) if isinstance(value, Share) else len(cases),
            missing=cases.missing,
            undefined_because=value.because if isinstance(value, Absent) else "",
        ),
        **cast(dict[str, Any], {name: at for name, at in asked.facets if name in facets()}),
    )
    if isinstance(value, Absent):
        return made
    uncertain = uncertain or Uncertainty(None)
    return replace(
        made,
        value=plain(value),
        interval=uncertain.interval,
        note=" ".join(filter(None, (beside, uncertain.note))),
        other_intervals=uncertain.others,
    )

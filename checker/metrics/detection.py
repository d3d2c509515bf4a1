"""Metrics of marks on lesions: at a threshold, along the FROC curve, and along the precision-recall curve."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from checker.metrics.base import Bools, Codes, Floats, Share, Undefined, derived, metric, over
from checker.metrics.classification import share_interval
from checker.metrics.detections import (
    NO_LESIONS,
    TASK,
    Counts,
    Detections,
    Ordered,
    Outcomes,
    Rule,
    Scans,
    Tallies,
    Who,
    counts_of,
    one_of,
    ordered_of,
    outcomes_of,
    sensitivity_at,
    tallies_of,
)
from checker.metrics.patients import Weight, sums_by_patient, totals
from checker.needs import DoesNotApply

COCO = "COCO, 101 points"
"""The label of the area on a grid of 101 sensitivities."""
NORMAL = "scans without a lesion"
"""The label of false marks on them alone."""
FEWEST_APART = 5
"""Lesions and false marks of which it is strange that none meet."""
GRID = np.linspace(0, 1, 101)


def people(reader_names: Sequence[str], modality_names: Sequence[str]) -> dict[str, Any]:
    """Return the readers and modalities at which metrics are taken; None where there are none."""
    return {"reader": tuple(reader_names) or (None,), "modality": tuple(modality_names) or (None,)}


def people_and_threshold(
    reader_names: Sequence[str], modality_names: Sequence[str]
) -> dict[str, Any]:
    """Return the same, and no threshold: all marks count where nobody names one."""
    return {**people(reader_names, modality_names), "threshold": (None,)}


def people_and_rates(
    reader_names: Sequence[str], modality_names: Sequence[str], rates: Sequence[float]
) -> dict[str, Any]:
    """Return the same, and the rates of false positives."""
    return {
        **people(reader_names, modality_names),
        "false_positives_per_case": tuple(rates),
    }


def with_classes(
    reader_names: Sequence[str], modality_names: Sequence[str], class_names: Sequence[str]
) -> dict[str, Any]:
    """Return the same, with all lesions and those of each class."""
    return {
        **people_and_threshold(reader_names, modality_names),
        "label": (None, *class_names),
    }


def of_classes(
    reader_names: Sequence[str], modality_names: Sequence[str], class_names: Sequence[str]
) -> dict[str, Any]:
    """Return the same, with each class."""
    return {**people_and_threshold(reader_names, modality_names), "label": tuple(class_names)}


def with_normals(reader_names: Sequence[str], modality_names: Sequence[str]) -> dict[str, Any]:
    """Return the same, with all scans and those without a lesion."""
    return {**people_and_threshold(reader_names, modality_names), "label": (None, NORMAL)}


def with_curves(
    reader_names: Sequence[str],
    modality_names: Sequence[str],
    class_names: Sequence[str],
    limits: Sequence[float],
) -> dict[str, Any]:
    """Return the same, with the grid of COCO, each class, and each further limit of the hit rule."""
    places = (None, COCO, *class_names, *map(limit_name, limits))
    return {**people(reader_names, modality_names), "label": places}


def with_means(
    reader_names: Sequence[str],
    modality_names: Sequence[str],
    class_names: Sequence[str],
    limits: Sequence[float],
) -> dict[str, Any]:
    """Return the same, with what is averaged over: classes, limits, both; by steps and on the grid of COCO."""
    means = [
        *(["over classes"] if class_names else []),
        *(["over limits"] if len(limits) > 1 else []),
        *(["over classes and limits"] if class_names and len(limits) > 1 else []),
    ]
    labels = tuple(f"{each}{end}" for each in means for end in ("", f", {COCO}"))
    return {**people(reader_names, modality_names), "label": labels}


def limit_name(limit: float) -> str:
    """Return the label of a limit of the hit rule."""
    return f"limit {limit:g}"


def lesions_counted(counts: Counts) -> int:
    """Return the number of lesions."""
    return int(counts.lesions)


def marks_counted(counts: Counts) -> int:
    """Return the number of marks that are hits or false."""
    return int(counts.hits + counts.false)


def lesions_of_label(counts_of_label: Counts) -> int:
    """Return the number of lesions of the class."""
    return int(counts_of_label.lesions)


# At a threshold


@derived(TASK)
def counts_of_label(
    detections: Who[Detections],
    outcomes: Outcomes,
    scans: Scans,
    reader: str | None,
    modality: str | None,
    label: str | None,
    class_names: Sequence[str],
    threshold: float | None,
    weight: Weight,
) -> Counts:
    """Return the counts at the threshold, of all lesions or of those of one class, whatever class a mark says."""
    if label is None:
        return counts_of(outcomes, scans, threshold, weight)
    of = one_of(detections, reader, modality)
    if of.lesion_class is None:
        raise DoesNotApply("lesions name no class")
    chosen = np.asarray(of.lesion_class == list(class_names).index(label))
    return counts_of(outcomes, scans, threshold, weight, chosen)


def nothing_hit(outcomes: Outcomes, rule: Rule) -> str:
    """Return a sentence where several marks and lesions have places and none of them meet."""
    few = min(len(outcomes.lesion_mark), len(outcomes.false_mark)) < FEWEST_APART
    if rule.hit is None or few or (outcomes.lesion_mark >= 0).any():
        return ""
    return "No mark hits a lesion, whatever its score: are the places of both in the same unit and order of axes?"


@metric(
    "lesion_sensitivity", task=TASK, goal="higher", bounds=(0, 1), interval=share_interval,
    source="chakraborty-1990", places=with_classes, cases=lesions_of_label, unit="lesion",
    beside=nothing_hit,
)  # fmt: skip
def lesion_sensitivity(counts_of_label: Counts) -> Share:
    """Return the share of lesions that a mark at or above the threshold hit.

    Raises:
        Undefined: there are no lesions.
    """
    return Share(counts_of_label.hits, counts_of_label.lesions, NO_LESIONS)


@metric(
    "lesion_precision", task=TASK, goal="higher", bounds=(0, 1), interval=share_interval,
    source="everingham-2010", places=people_and_threshold, cases=marks_counted, unit="mark",
)  # fmt: skip
def lesion_precision(counts: Counts) -> Share:
    """Return the share of marks at or above the threshold that hit a lesion, among hits and false marks.

    Raises:
        Undefined: no mark scores as high.
    """
    return Share(counts.hits, counts.hits + counts.false, "no mark is at or above the threshold")


@metric(
    "lesion_f1", task=TASK, goal="higher", bounds=(0, 1), source="van-rijsbergen-1979",
    places=people_and_threshold, cases=lesions_counted, unit="lesion",
)  # fmt: skip
def lesion_f1(counts: Counts) -> Floats:
    """Return the harmonic mean of lesion sensitivity and precision: twice the hits over lesions and marks together.

    Raises:
        Undefined: there are neither lesions nor marks.
    """
    return over(
        2 * counts.hits,
        counts.lesions + counts.hits + counts.false,
        "there are neither lesions nor marks",
    )


@derived(TASK)
def false_marks(
    outcomes: Outcomes, scans: Scans, label: str | None, threshold: float | None, weight: Weight
) -> tuple[Floats, Floats]:
    """Return the false marks at or above the threshold and the scans, all of them or those without a lesion."""
    number = len(scans.code)
    among = np.ones(number, bool)
    if label is not None:
        among[outcomes.lesion_scan] = False
    least = -np.inf if threshold is None else threshold
    counted = (outcomes.false_score >= least) & among[outcomes.false_scan]
    false = np.bincount(outcomes.false_scan[counted], minlength=number)
    sums = sums_by_patient(scans.patient, false.astype(float), among.astype(float))
    marks, searched = totals(sums, weight)
    return marks, searched


def scans_among(false_marks: tuple[Floats, Floats]) -> int:
    """Return the number of scans behind the rate."""
    return int(false_marks[1])


@metric(
    "false_positives_per_case", task=TASK, goal="lower", bounds=(0, np.inf),
    source="chakraborty-1990", places=with_normals, cases=scans_among,
)  # fmt: skip
def false_positives_per_case(false_marks: tuple[Floats, Floats]) -> Floats:
    """Return the false marks at or above the threshold over all scans that were searched.

    Under the label of scans without a lesion, their false marks over their number (Bunch et al. 1978).

    Raises:
        Undefined: there are no such scans.
    """
    return over(*false_marks, "there are no scans without a lesion")


class Cases(NamedTuple):
    """Counts of cases at one threshold: of everyone, of each resample or of each patient."""

    found: Floats
    """With a lesion, and a mark."""
    with_lesion: Floats
    unmarked: Floats
    """Without either."""
    without: Floats


@derived(TASK)
def cases_called(
    outcomes: Outcomes, scans: Scans, threshold: float | None, weight: Weight
) -> Cases:
    """Return the cases with and without a lesion, and a mark that counts at or above the threshold."""
    least = -np.inf if threshold is None else threshold
    marked = (outcomes.highest > -np.inf) & (outcomes.highest >= least)
    lesion = np.bincount(outcomes.lesion_scan, minlength=len(scans.code)) > 0
    each = (lesion & marked, lesion, ~lesion & ~marked, ~lesion)
    sums = sums_by_patient(scans.patient, *(one.astype(float) for one in each))
    return Cases(*totals(sums, weight))


def with_lesion(cases_called: Cases) -> int:
    """Return the number of cases with a lesion."""
    return int(cases_called.with_lesion)


def without_lesion(cases_called: Cases) -> int:
    """Return the number of cases without a lesion."""
    return int(cases_called.without)


@metric(
    "case_sensitivity", task=TASK, goal="higher", bounds=(0, 1), interval=share_interval,
    source="bunch-1978", places=people_and_threshold, cases=with_lesion,
)  # fmt: skip
def case_sensitivity(cases_called: Cases) -> Share:
    """Return the share of the cases with a lesion that have a mark at or above the threshold, wherever it is.

    Marks in ignored regions do not count.

    Raises:
        Undefined: no case has a lesion.
    """
    return Share(cases_called.found, cases_called.with_lesion, NO_LESIONS)


@metric(
    "case_specificity", task=TASK, goal="higher", bounds=(0, 1), interval=share_interval,
    source="bunch-1978", places=people_and_threshold, cases=without_lesion,
)  # fmt: skip
def case_specificity(cases_called: Cases) -> Share:
    """Return the share of the cases without a lesion that have no mark at or above the threshold.

    Raises:
        Undefined: every case has a lesion.
    """
    return Share(cases_called.unmarked, cases_called.without, "there are no cases without a lesion")


# Along the FROC curve


def beyond(ordered: Ordered, false_positives_per_case: float) -> str:
    """Return a sentence where the rate is beyond the highest one reached."""
    return _beyond(ordered, [false_positives_per_case])


def beyond_any(ordered: Ordered, rates: Sequence[float]) -> str:
    """Return the same of several rates."""
    return _beyond(ordered, rates)


def _beyond(ordered: Ordered, rates: Sequence[float]) -> str:
    false = len(ordered.patient) - len(ordered.hit_patient)
    reached = float(false / ordered.scans.sum())
    far = [rate for rate in rates if rate > reached]
    if not far:
        return ""
    named = ", ".join(f"{rate:g}" for rate in far)
    return (
        f"All marks together give {reached:.4g} false positives per case; at {named} this is the last "
        "sensitivity reached."
    )


def _lesions(ordered: Ordered) -> int:
    return int(ordered.lesions.sum())


@metric(
    "froc_sensitivity", task=TASK, goal="higher", bounds=(0, 1), source="setio-2017",
    places=people_and_rates, beside=beyond, cases=_lesions, unit="lesion",
)  # fmt: skip
def froc_sensitivity(tallies: Tallies, false_positives_per_case: float) -> Floats:
    """Return the lesion sensitivity at a rate of false positives per scan.

    Linear between operating points, beginning without a mark; beyond the highest rate the last value.

    Raises:
        Undefined: there are no lesions.
    """
    return sensitivity_at(tallies, [false_positives_per_case])[..., 0]


@metric(
    "froc_score", task=TASK, goal="higher", bounds=(0, 1), source="setio-2017",
    places=people, beside=beyond_any, cases=_lesions, unit="lesion",
)  # fmt: skip
def froc_score(tallies: Tallies, rates: Sequence[float]) -> Floats:
    """Return the mean FROC sensitivity at the rates, those of the competition performance metric if none are named.

    Raises:
        Undefined: there are no lesions.
    """
    return np.asarray(sensitivity_at(tallies, rates).mean(axis=-1))


# Along the precision-recall curve


class Curves(NamedTuple):
    """Marks in order, under each limit and for each class, with the settings at which an area is taken."""

    ordered: Ordered
    """Marks of equal score together; for the grid one after the other."""
    grid: bool
    """On the grid of COCO instead of by steps."""


@derived(TASK)
def curves(
    detections: Who[Detections],
    outcomes: Outcomes,
    scans: Scans,
    reader: str | None,
    modality: str | None,
    label: str | None,
    class_names: Sequence[str],
    limits: Sequence[float],
) -> Sequence[Curves]:
    """Return the curves whose areas a label names, to be averaged.

    Marks and lesions of a class are matched among themselves, as COCO does.

    Raises:
        Undefined: there is no such class or limit.
    """
    of = one_of(detections, reader, modality)
    said = label or ""
    grid = said.endswith(COCO)
    what = said.removesuffix(COCO).removesuffix(", ")
    found = []
    for code, limit in _named(what, class_names, limits):
        whole = code is None and limit is None
        there = outcomes if whole else outcomes_of(of, limit, code)
        found.append(Curves(ordered_of(there, scans, apart=grid), grid))
    return found


def _named(
    what: str, class_names: Sequence[str], limits: Sequence[float]
) -> list[tuple[int | None, float | None]]:
    """Return code of the class and limit of the hit rule of each curve; None: any class, the main limit."""
    classes = range(len(class_names))
    every: dict[str, list[tuple[int | None, float | None]]] = {
        **{name: [(code, None)] for code, name in enumerate(class_names)},
        "": [(None, None)],
        "over classes": [(code, None) for code in classes],
        "over limits": [(None, limit) for limit in limits],
        "over classes and limits": [(code, limit) for code in classes for limit in limits],
        **{limit_name(limit): [(None, limit)] for limit in limits},
    }
    if what not in every:
        raise Undefined(f"there is no class or limit {what}")
    return every[what]


def _lesions_of_curve(curves: Sequence[Curves]) -> int:
    """Return the number of lesions behind one curve: of its class, where it is of one."""
    return _lesions(curves[0].ordered)


@metric(
    "lesion_average_precision", task=TASK, goal="higher", bounds=(0, 1), source="everingham-2010",
    places=with_curves, cases=_lesions_of_curve, unit="lesion",
)  # fmt: skip
def lesion_average_precision(curves: Sequence[Curves], weight: Weight) -> Floats:
    """Return the area under the precision-recall curve of marks by steps: precision times rise in sensitivity.

    Marks of equal score make one step. Under the label of COCO the mean over 101 sensitivities of the highest
    precision at or beyond each, marks of equal score one after the other (scans in their order, then rows); there
    is no interpolation otherwise.

    Raises:
        Undefined: there are no lesions.
    """
    return _mean_area(curves, weight)


@metric(
    "mean_average_precision", task=TASK, goal="higher", bounds=(0, 1), source="lin-2014",
    places=with_means, cases=_lesions, unit="lesion",
)  # fmt: skip
def mean_average_precision(curves: Sequence[Curves], label: str | None, weight: Weight) -> Floats:
    """Return the mean of lesion average precision over classes, over limits of the hit rule, or over both.

    Classes without a lesion are left out, as COCO leaves them.

    Raises:
        DoesNotApply: nothing is named to average over.
        Undefined: no class has a lesion.
    """
    if label in (None, COCO):
        raise DoesNotApply("there are no classes and no limits to average over")
    return _mean_area(curves, weight)


def _mean_area(chosen: Sequence[Curves], weight: Weight) -> Floats:
    with_lesions = [each for each in chosen if each.ordered.lesions.any()]
    if not with_lesions:
        raise Undefined(NO_LESIONS)
    areas = [(grid_area if each.grid else step_area)(each.ordered, weight) for each in with_lesions]
    if len(areas) == 1:
        return areas[0]
    stacked, there = np.array(areas), ~np.isnan(areas)
    total = np.where(there, stacked, 0.0).sum(axis=0)
    return over(total, there.sum(axis=0), NO_LESIONS)


def step_area(ordered: Ordered, weight: Weight) -> Floats:
    """Return the sum of precision times rise in sensitivity, over distinct scores."""
    found = tallies_of(ordered, weight)
    precision = _precision(found.hits, found.false)
    rise = np.diff(found.hits, axis=-1, prepend=0.0)
    return over((precision * rise).sum(axis=-1), found.lesions, NO_LESIONS)


def grid_area(ordered: Ordered, weight: Weight) -> Floats:
    """Return the mean over 101 sensitivities of the highest precision at or beyond each (Lin et al. 2014).

    Only the marks that hit raise it, so that steps of false marks may stand together.
    """
    found = tallies_of(ordered, weight)
    recall = over(found.hits, found.lesions[..., None], NO_LESIONS)
    highest = envelope(_precision(found.hits, found.false))
    flat, best = np.atleast_2d(recall), np.atleast_2d(highest)
    areas = [_on_grid(x, y) for x, y in zip(flat, best, strict=True)]
    return np.array(areas).reshape(recall.shape[:-1])


def _on_grid(recall: Floats, precision: Floats) -> float:
    if np.isnan(recall).any():
        return float("nan")
    at = np.searchsorted(recall, GRID, "left")
    return float(np.append(precision, 0.0)[at].mean())


def envelope(precision: Floats) -> Floats:
    """Return the highest precision at or beyond each place."""
    return np.asarray(np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1])


def _precision(hits: Floats, false: Floats) -> Floats:
    marks = hits + false
    return np.divide(hits, marks, out=np.zeros(marks.shape), where=marks > 0)


# Types of detected lesions


class Types(NamedTuple):
    """Lesions that were hit, of which both types are known."""

    true: Codes
    """Shape (hits,)."""
    said: Codes
    """What the mark names."""
    scan: Codes
    """Place of the scan."""


def types_of_hits(of: Detections, outcomes: Outcomes, threshold: float | None) -> Types:
    """Return the type of each lesion that a mark at or above the threshold hit, and the type that the mark names.

    Raises:
        DoesNotApply: lesions or marks name no type.
        Undefined: no lesion of known type was hit.
    """
    if of.lesion_class is None or of.mark_class is None:
        raise DoesNotApply("lesions and marks name no class")
    if (of.mark_class < 0).all() or (of.lesion_class < 0).all():
        raise DoesNotApply("lesions and marks do not both name a class")
    least = -np.inf if threshold is None else threshold
    hit = np.flatnonzero((outcomes.lesion_mark >= 0) & (outcomes.lesion_score >= least))
    true, said = of.lesion_class[hit], of.mark_class[outcomes.lesion_mark[hit]]
    known = (true >= 0) & (said >= 0)
    if not known.any():
        raise Undefined("no lesion of known class was hit")
    return Types(true[known], said[known], outcomes.lesion_scan[hit][known])


@derived(TASK)
def types(
    detections: Who[Detections],
    outcomes: Outcomes,
    reader: str | None,
    modality: str | None,
    threshold: float | None,
) -> Types:
    """Return the types of the lesions that were hit."""
    return types_of_hits(one_of(detections, reader, modality), outcomes, threshold)


def _right(types: Types, among: Bools, scans: Scans, weight: Weight) -> Share:
    right = (types.true == types.said) & among
    patient = scans.patient[types.scan]
    sums = sums_by_patient(patient, right.astype(float), among.astype(float))
    named, hit = totals(sums, weight)
    return Share(named, hit, "no lesion of this class was hit")


@metric(
    "type_accuracy", task=TASK, goal="higher", bounds=(0, 1), interval=share_interval,
    source="yerushalmy-1947", places=people_and_threshold, unit="lesion",
)  # fmt: skip
def type_accuracy(types: Types, scans: Scans, weight: Weight) -> Share:
    """Return the share of the lesions that were hit whose mark names the right type.

    Raises:
        DoesNotApply: lesions or marks name no type.
        Undefined: no lesion of known type was hit.
    """
    return _right(types, np.ones(len(types.true), bool), scans, weight)


@metric(
    "type_sensitivity", task=TASK, goal="higher", bounds=(0, 1), interval=share_interval,
    source="yerushalmy-1947", places=of_classes, unit="lesion",
)  # fmt: skip
def type_sensitivity(
    types: Types, scans: Scans, label: str | None, class_names: Sequence[str], weight: Weight
) -> Share:
    """Return the share of the lesions of one type that were hit whose mark names this type.

    Raises:
        DoesNotApply: lesions or marks name no type, or no type is named.
        Undefined: no lesion of the type was hit.
    """
    if label is None:
        raise DoesNotApply("no class is named")
    return _right(types, types.true == list(class_names).index(label), scans, weight)

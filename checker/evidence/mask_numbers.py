"""Numbers that go by the name of one of ours in segmentation: other definitions, other summaries, other rules."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from checker.metrics.base import METRICS, Codes, Floats
from checker.metrics.segmentation import (
    TASK,
    Chosen,
    mean_over_patients,
    summarised,
)
from checker.model.estimate import Estimate, facets
from checker.model.measures import EVERY, in_voxels, surface_dice_names
from checker.model.study import Claim
from checker.needs import Absent, Known, NotEstablished


class MaskNumber(NamedTuple):
    """Another number that a claim may mean."""

    words: str
    value: float
    estimate: Estimate | None
    """Where it is one of ours."""


Definition = tuple[str, str]
"""Words, and the name of the measure."""
OF_VOXELS = "over border voxels"
FORGOT = "in voxels, the spacing left out"
ELEMENTS = "over surface elements, weighted by area"
DEFINITIONS: Mapping[str, tuple[Definition, ...]] = {
    "hausdorff": (
        (ELEMENTS, "hausdorff_elements"),
        ("between the sets of voxels", "hausdorff_sets"),
        (FORGOT, in_voxels("hausdorff")),
    ),
    "hausdorff_95": (
        (OF_VOXELS, "hausdorff_95_voxel"),
        ("over border voxels, both directions pooled", "hausdorff_95_pooled"),
        ("over surface elements, both directions pooled", "hausdorff_95_elements_pooled"),
        (f"over border voxels, {FORGOT}", in_voxels("hausdorff_95_voxel")),
        (f"both directions pooled, {FORGOT}", in_voxels("hausdorff_95_pooled")),
    ),
    "hausdorff_95_voxel": ((FORGOT, in_voxels("hausdorff_95_voxel")),),
    "hausdorff_95_pooled": ((FORGOT, in_voxels("hausdorff_95_pooled")),),
    "average_surface_distance": (
        ("mean of both directed means", "mean_average_surface_distance"),
        (ELEMENTS, "average_surface_distance_elements"),
        (f"mean of both directed means {ELEMENTS}", "mean_average_surface_distance_elements"),
        ("from the reference to the prediction alone", "distance_of_reference"),
        ("from the prediction to the reference alone", "distance_of_prediction"),
        (f"from the reference alone, {ELEMENTS}", "distance_of_reference_elements"),
        (f"from the prediction alone, {ELEMENTS}", "distance_of_prediction_elements"),
        (FORGOT, in_voxels("average_surface_distance")),
    ),
    "root_mean_square_surface_distance": (
        (ELEMENTS, "root_mean_square_surface_distance_elements"),
        (FORGOT, in_voxels("root_mean_square_surface_distance")),
    ),
    "mean_average_surface_distance": (
        (ELEMENTS, "mean_average_surface_distance_elements"),
        (FORGOT, in_voxels("mean_average_surface_distance")),
    ),
}
"""Metric to the other measures that papers and software call so."""
ERROR = "volumetric_overlap_error"
OVERLAPS = ("dice", "jaccard", ERROR, "surface_dice", "centreline_dice")
DISTANCES = tuple(DEFINITIONS)
OF_A_REGION = (
    "dice", "jaccard", "volumetric_overlap_error", "surface_dice", *DISTANCES, "volume_difference_ml",
    "absolute_volume_difference_ml", "relative_volume_difference",
    "absolute_relative_volume_difference", "voxel_sensitivity", "voxel_precision",
)  # fmt: skip


def mask_numbers(
    claim: Claim, ours: Estimate, every: list[Estimate], known: Known, missing: int = 0
) -> Iterator[MaskNumber]:
    """Yield what the claim may mean besides our number, the nearest to it first.

    Args:
        claim: about a segmentation; a summary or structure that it names is not exchanged for another one.
        ours: the recomputed number.
        every: all of them.
        known: what metrics can name, at the facets of our number.
        missing: cases without a prediction, which are not among them.
    """
    yield from _defined_otherwise(ours, every, known)
    yield from _empty_otherwise(ours, known)
    yield from _counted_otherwise(ours, known)
    yield from _relative_otherwise(ours, known)
    yield from _hit_otherwise(claim, ours, known)
    if claim.summary is None:
        yield from _summarised_otherwise(ours, every, known)
    yield from _of_another_region(claim, ours, every)
    yield from _failures_counted(ours, known, missing)
    yield from _over_cases(claim, ours, every, known, missing)


OVER_CASES = "over cases, not patients"


def by_case(known: Known) -> Known | None:
    """Return what is known where each case is of a patient of its own; None where it is so already."""
    patient = codes_of_patients(known)
    if len(np.unique(patient)) == len(patient):
        return None
    return known.inside(patient=np.arange(len(patient)))


def _over_cases(
    claim: Claim, ours: Estimate, every: list[Estimate], known: Known, missing: int
) -> Iterator[MaskNumber]:
    """Yield the numbers of above where each case counts once, also of a patient with several."""
    cases = by_case(known)
    if cases is None:
        return
    for each in _means_of_lesions(claim, ours, cases):
        yield each._replace(words=each.words.replace("patients", "cases"))
    if ours.summary not in SUMMARY_OF_OTHER:
        return
    summary, other = ours.summary, SUMMARY_OF_OTHER[ours.summary]
    yield from _tried(f"{summary} {OVER_CASES}", partial(_of_cases, ours, summary, cases))
    if claim.summary is None:
        yield from _tried(f"{other} {OVER_CASES}", partial(_of_cases, ours, other, cases))
    more = (
        _defined_otherwise(ours, every, cases),
        _empty_otherwise(ours, cases),
        _failures_counted(ours, cases, missing),
        _relative_otherwise(ours, cases),
        _defined_otherwise(ours, every, cases, other) if claim.summary is None else (),
    )
    for each in chain.from_iterable(more):
        yield each._replace(words=f"{each.words}, {OVER_CASES}", estimate=None)


def _of_cases(ours: Estimate, summary: str, cases: Known) -> object:
    if ours.metric != "panoptic_quality":
        return _summary(_measure(ours), summary, cases)
    found: object = cases.inside(summary=summary).ask(METRICS[TASK, ours.metric].function)
    if isinstance(found, Absent):
        raise NotEstablished(found.because)
    return found


SUMMARY_OF_OTHER = {"mean": "median", "median": "mean"}


def _chosen(known: Known) -> Chosen:
    found = known.value("chosen")
    if isinstance(found, Absent):
        raise NotEstablished(found.because)
    assert isinstance(found, Chosen)
    return found


def codes_of_patients(known: Known) -> Codes:
    """Return whose each case is."""
    found: Any = known.value("patient")
    return found  # type: ignore[no-any-return]  # a column of codes


def _tried(words: str, make: Callable[[], Any]) -> Iterator[MaskNumber]:
    try:
        value = float(make())
    except NotEstablished:
        return
    if np.isfinite(value):
        yield MaskNumber(words, value, None)


def _summary(name: str, summary: str, known: Known) -> Floats:
    return summarised(_chosen(known).of(name), summary, codes_of_patients(known), None)


def _definitions(ours: Estimate) -> tuple[Definition, ...]:
    if ours.metric == "surface_dice" and ours.tolerance_mm is not None:
        return ((OF_VOXELS, surface_dice_names(ours.tolerance_mm)[1]),)
    return DEFINITIONS.get(ours.metric, ())


def _defined_otherwise(
    ours: Estimate, every: list[Estimate], known: Known, summary: str = ""
) -> Iterator[MaskNumber]:
    """Yield the number by other definitions; those that are metrics of ours have their intervals."""
    summary = summary or ours.summary or ""
    for words, name in _definitions(ours) if summary in ("mean", "median") else ():
        said = words if summary == (ours.summary or "") else f"{summary}, {words}"
        there = replace(ours, metric=name, summary=summary)
        made = next((each for each in every if _at_one_place(each, there)), None)
        for number in _tried(said, partial(_summary, name, summary, known)):
            yield number._replace(estimate=made)


def _at_one_place(one: Estimate, other: Estimate) -> bool:
    names = ("metric", *facets())
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _summarised_otherwise(
    ours: Estimate, every: list[Estimate], known: Known
) -> Iterator[MaskNumber]:
    """Yield the mean, the median and the number over all voxels together, where the claim does not say which."""
    for each in every:
        if each.value is not None and _apart_only_in("summary", each, ours):
            of_lesions = each.summary == "pooled" and each.metric == "panoptic_quality"
            words = "over all lesions together" if of_lesions else SUMMARIES[each.summary or ""]
            yield MaskNumber(words, each.value, each)
    if ours.summary in SUMMARY_OF_OTHER:
        yield from _defined_otherwise(ours, every, known, SUMMARY_OF_OTHER[ours.summary])


def _apart_only_in(facet: str, one: Estimate, other: Estimate) -> bool:
    """Return whether two numbers are of one metric and place, except for one facet."""
    names = ("metric", *facets())
    return [name for name in names if getattr(one, name) != getattr(other, name)] == [facet]


SUMMARIES = {
    "mean": "mean over patients",
    "median": "median over patients",
    "pooled": "over all voxels together",
}


def _measure(ours: Estimate) -> str:
    if ours.metric == "surface_dice" and ours.tolerance_mm is not None:
        return surface_dice_names(ours.tolerance_mm)[0]
    return ours.metric


def _empty_otherwise(ours: Estimate, known: Known) -> Iterator[MaskNumber]:
    """Yield the number under other rules for empty masks."""
    summary = ours.summary or ""
    if summary not in ("mean", "median"):
        return
    rules = RULES_OF_OVERLAP if ours.metric in OVERLAPS else RULES_OF_DISTANCE
    if ours.metric == ERROR:
        rules = RULES_OF_ERROR
    if ours.metric not in (*OVERLAPS, *DISTANCES):
        return
    measures = (("", _measure(ours)),) if ours.metric in OVERLAPS else _measured(ours)
    for definition, name in measures:
        for words, rule in rules:
            said = ", ".join(filter(None, (definition, words)))
            yield from _tried(said, partial(_under, rule, name, summary, known))


def _measured(ours: Estimate) -> tuple[Definition, ...]:
    return (("", ours.metric), *_definitions(ours))


def same_measures(ours: Estimate) -> tuple[tuple[str, str, "Rule"], ...]:
    """Return words, measure and rule for empty masks of everything that goes by the name of ours, ours first."""
    overlap = ours.metric in OVERLAPS
    usual: Rule = (None, 0.0) if overlap else (None, None)
    rules = RULES_OF_OVERLAP if overlap else RULES_OF_DISTANCE if ours.metric in DISTANCES else ()
    if ours.metric == ERROR:
        usual, rules = (None, 1.0), RULES_OF_ERROR
    return tuple(
        (", ".join(filter(None, (definition, words))), name, rule)
        for definition, name in (("", _measure(ours)), *_definitions(ours))
        for words, rule in (("", usual), *rules)
    )


Rule = tuple[float | None, float | None]
"""What a case counts where both masks are empty, and where one is; None: it is left out."""
RULES_OF_OVERLAP: tuple[tuple[str, Rule], ...] = (
    ("both masks empty counted as 1", (1.0, 0.0)),
    ("both masks empty counted as 0", (0.0, 0.0)),
    ("one mask empty left out", (None, None)),
    ("both masks empty counted as 1, one empty left out", (1.0, None)),
)
RULES_OF_ERROR: tuple[tuple[str, Rule], ...] = (
    ("both masks empty counted as 0", (0.0, 1.0)),
    ("both masks empty counted as 1", (1.0, 1.0)),
    ("one mask empty left out", (None, None)),
    ("both masks empty counted as 0, one empty left out", (0.0, None)),
)
BRATS = float(np.hypot(np.hypot(240, 240), 155))
"""Diagonal in mm of the images of BraTS, which its evaluation takes for the distance of a structure that was missed."""
RULES_OF_DISTANCE: tuple[tuple[str, Rule], ...] = (
    ("one mask empty counted as 0 mm", (None, 0.0)),
    ("both masks empty counted as 0 mm", (0.0, None)),
    ("an empty mask counted as 0 mm", (0.0, 0.0)),
    ("one mask empty counted as 373.13 mm (BraTS)", (None, BRATS)),
    ("one mask empty counted as 373.13 mm, both as 0 mm (BraTS)", (0.0, BRATS)),
)


def _under(rule: Rule, name: str, summary: str, known: Known) -> Floats:
    values, changed = ruled(rule, name, known)
    if not changed:
        raise NotEstablished("no mask is empty")
    return summarised(values, summary, codes_of_patients(known), None)


def ruled(rule: Rule, name: str, known: Known) -> tuple[Floats, bool]:
    """Return a measure under a rule for empty masks, of the structures that have it, and whether a value changed."""
    chosen = _chosen(known)
    values = chosen.look(name).copy()
    either, both = chosen.there("either"), chosen.there("both")
    scored = ~np.isnan(chosen.look("reference_voxels"))
    changed = np.zeros(values.shape, bool)
    for rows, value in ((scored & ~either, rule[0]), (either & ~both, rule[1])):
        new = np.nan if value is None else value
        changed |= rows & (values != new) & ~(np.isnan(values) & np.isnan(new))
        values[rows] = new
    return values[:, ~np.isnan(values).all(axis=0)], bool(changed.any())


FAILURES = "no prediction counted as 0"
RULES_WITH_FAILURES: tuple[tuple[str, Rule], ...] = (
    ("", (None, 0.0)),
    *((words, rule) for words, rule in RULES_OF_OVERLAP if rule[1] == 0),
)
"""Who counts a failure as 0 does not leave out a mask that is empty."""


def _failures_counted(ours: Estimate, known: Known, missing: int) -> Iterator[MaskNumber]:
    """Yield an overlap where a case without a prediction counts 0, each as one of a patient of its own."""
    if (
        not missing
        or ours.metric not in OVERLAPS
        or ours.metric == ERROR
        or ours.summary not in SUMMARY_OF_OTHER
    ):
        return
    for words, rule in RULES_WITH_FAILURES:
        said = ", ".join(filter(None, (words, FAILURES)))
        yield from _tried(said, partial(_with_failures, rule, ours, known, missing))


def _with_failures(rule: Rule, ours: Estimate, known: Known, missing: int) -> Floats:
    values, changed = ruled(rule, _measure(ours), known)
    if not changed and rule != RULES_WITH_FAILURES[0][1]:
        raise NotEstablished("no mask is empty")
    patient = codes_of_patients(known)
    more = np.arange(missing) + int(patient.max(initial=-1)) + 1
    values = np.vstack([values, np.zeros((missing, values.shape[1]))])
    return summarised(values, ours.summary or "", np.append(patient, more), None)


def _counted_otherwise(ours: Estimate, known: Known) -> Iterator[MaskNumber]:
    """Yield means over all masks instead of structures, and over slices."""
    if ours.summary != "mean":
        return
    patient = codes_of_patients(known)
    each = np.arange(len(patient))
    if ours.structure == EVERY:
        yield from _tried(
            "mean over all masks together",
            lambda: np.nanmean(_chosen(known).of(_measure(ours))),
        )
        yield from _tried(
            "mean over patients of their mean over structures",
            lambda: _mean_of_rows(_chosen(known).of(_measure(ours)), patient),
        )
    if ours.metric == "dice":
        yield from _by_slice(known, each)


def _mean_of_rows(values: Floats, patient: Codes) -> Floats:
    there = ~np.isnan(values).all(axis=1)
    rows = np.full(len(values), np.nan)
    rows[there] = np.nanmean(values[there], axis=1)
    return mean_over_patients(rows, patient, None)


def _by_slice(known: Known, each: Codes) -> Iterator[MaskNumber]:
    def slices() -> tuple[Floats, Floats]:
        chosen = _chosen(known)
        return chosen.of("slices_dice"), chosen.of("slices")

    def over_all() -> float:
        found, counted = slices()
        return float(np.nansum(found) / np.nansum(counted))

    def over_patients() -> Floats:
        found, counted = slices()
        share = np.divide(found, counted, out=np.full(found.shape, np.nan), where=counted > 0)
        return summarised(share, "mean", codes_of_patients(known), None)

    yield from _tried("mean over all slices with a mask", over_all)
    yield from _tried("mean over patients of their mean over slices", over_patients)


def _relative_otherwise(ours: Estimate, known: Known) -> Iterator[MaskNumber]:
    """Yield a relative difference of volumes by what else it may be relative to."""
    if ours.metric not in RELATIVE or ours.summary not in ("mean", "median"):
        return
    summary, size = ours.summary, RELATIVE[ours.metric]

    def volumes() -> tuple[Floats, Floats]:
        chosen = _chosen(known)
        return chosen.of("reference_voxels"), chosen.of("predicted_voxels")

    def relative(below: Callable[[Floats, Floats], Floats]) -> Floats:
        first, second = volumes()
        under = below(first, second)
        nothing = np.full(first.shape, np.nan)
        found = np.divide(second - first, under, out=nothing, where=under > 0)
        return summarised(size(found), summary, codes_of_patients(known), None)

    def of_sums() -> float:
        first, second = volumes()
        return float(np.sum(size(second - first)) / np.sum(first))

    yield from _tried("relative to the prediction", partial(relative, lambda a, b: b))
    yield from _tried("relative to the mean of both", partial(relative, lambda a, b: (a + b) / 2))
    if summary == "mean":
        yield from _tried("sum of differences over the sum of references", of_sums)


class Lesions(NamedTuple):
    """Which parts of the masks are hit, and how many there are; each shape (cases, structures)."""

    found: Floats
    """Of the reference, hit."""
    reference: Floats
    right: Floats
    """Of the prediction, hit."""
    predicted: Floats


def _hit_otherwise(claim: Claim, ours: Estimate, known: Known) -> Iterator[MaskNumber]:
    """Yield numbers of lesions under any overlap, and as means over cases; no study says its hit rule."""
    make = OF_LESIONS.get(ours.metric)
    if make is None:
        return
    yield from _tried(ANY_OVERLAP, partial(_of_all_lesions, make, TOUCHED, known))
    yield from _means_of_lesions(claim, ours, known)
    if ours.metric == "lesion_f1":
        said = f"harmonic mean of sensitivity and precision, {ANY_OVERLAP}"
        yield from _tried(said, partial(_of_all_lesions, _harmonic, TOUCHED, known))


def _means_of_lesions(claim: Claim, ours: Estimate, known: Known) -> Iterator[MaskNumber]:
    """Yield the means over patients, unless the claim is said to be over all lesions."""
    means = MEANS_OF_LESIONS.get(ours.metric, ()) if claim.summary != "pooled" else ()
    for words, names in ((ANY_OVERLAP, TOUCHED), ("", MATCHED)):
        for each in means:
            said = ", ".join(filter(None, (f"mean over {each.over}", words)))
            yield from _tried(said, partial(_mean_of_lesions, each, names, known))


ANY_OVERLAP = "a hit is any overlap"


def hits_otherwise(metric: str, known: Known) -> dict[str, int]:
    """Return how many lesions are hit under any overlap, in words, where the number is a share of lesions."""
    of_hit: dict[str, Callable[[Lesions], Floats]] = {
        "lesion_sensitivity": lambda found: found.found,
        "lesion_precision": lambda found: found.right,
    }
    if metric not in of_hit:
        return {}
    return {ANY_OVERLAP: int(np.nansum(of_hit[metric](_lesions(known, TOUCHED))))}


TOUCHED = ("touched_lesions", "reference_lesions", "touching_lesions", "predicted_lesions")
MATCHED = ("matched_lesions", "reference_lesions", "matched_lesions", "predicted_lesions")


def _lesions(known: Known, names: tuple[str, ...]) -> Lesions:
    chosen = _chosen(known)
    return Lesions(*(chosen.of(name) for name in names))


class _Share(NamedTuple):
    """A share of lesions of each case."""

    over: str
    share: Callable[[Lesions], Floats]


def _of_all_lesions(
    make: Callable[[Lesions], float], names: tuple[str, ...], known: Known
) -> float:
    return make(_lesions(known, names))


def _mean_of_lesions(each: _Share, names: tuple[str, ...], known: Known) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = each.share(_lesions(known, names))
    if np.isnan(shares).all():
        raise NotEstablished("there is no lesion to count")
    return summarised(shares, "mean", codes_of_patients(known), None)


def _f1(found: Lesions) -> float:
    """Return 2 TP / (2 TP + FP + FN), TP the lesions of the reference that are hit."""
    right = float(np.nansum(found.found))
    false = float(np.nansum(found.predicted - found.right))
    missed = float(np.nansum(found.reference)) - right
    return 2 * right / (2 * right + false + missed)


def _harmonic(found: Lesions) -> float:
    """Return the harmonic mean of the shares of both masks; it is not _f1 where one part hits several."""
    shares = [OF_LESIONS[name](found) for name in ("lesion_sensitivity", "lesion_precision")]
    return 2 * shares[0] * shares[1] / (shares[0] + shares[1])


OF_LESIONS: Mapping[str, Callable[[Lesions], float]] = {
    "lesion_sensitivity": lambda found: np.nansum(found.found) / np.nansum(found.reference),
    "lesion_precision": lambda found: np.nansum(found.right) / np.nansum(found.predicted),
    "lesion_f1": _f1,
    "false_positives_per_case": lambda found: (
        np.nansum(found.predicted - found.right) / (~np.isnan(found.predicted)).any(axis=1).sum()
    ),
}


def _f1_of_each(found: Lesions) -> Floats:
    return 2 * found.found / (found.found + found.reference + found.predicted - found.right)


def _f1_or_nothing(found: Lesions) -> Floats:
    return np.where(found.reference + found.predicted == 0, 1.0, _f1_of_each(found))


MEANS_OF_LESIONS: Mapping[str, tuple[_Share, ...]] = {
    "lesion_sensitivity": (
        _Share("patients with lesions", lambda found: found.found / found.reference),
    ),
    "lesion_precision": (
        _Share("patients with predicted lesions", lambda found: found.right / found.predicted),
    ),
    "lesion_f1": (
        _Share("patients with a lesion in either mask", _f1_of_each),
        _Share("patients, no lesion in both masks counted as 1", _f1_or_nothing),
    ),
}


def _same(values: Floats) -> Floats:
    return values


RELATIVE: Mapping[str, Callable[[Floats], Floats]] = {
    "relative_volume_difference": _same,
    "absolute_relative_volume_difference": np.abs,
}


def _of_another_region(claim: Claim, ours: Estimate, every: list[Estimate]) -> Iterator[MaskNumber]:
    """Yield the number of the organ with or without its lesions, and of several structures where none is named."""
    if ours.metric not in OF_A_REGION:
        return
    for each in every:
        if each.value is None or not _apart_only_in("structure", each, ours):
            continue
        names = [each.structure or "", ours.structure or ""]
        with_more = any(a.startswith(f"{b}{WITH}") for a, b in (names, names[::-1]))
        unnamed = claim.of is None and EVERY in names and _of_two(every)
        if with_more or unnamed:
            yield MaskNumber(f"of {each.structure}", each.value, each)


WITH = " with "
"""Between the names of an organ and of what lies in it, in the name of their union."""


def _of_two(every: list[Estimate]) -> bool:
    """Return whether there are two structures at most, so that a name alone may mean either."""
    named = {each.structure for each in every if each.structure and each.structure != EVERY}
    return len([each for each in named if WITH not in each]) <= 2

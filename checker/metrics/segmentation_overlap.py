"""Overlap of masks, of their centrelines, and of the lesions in them, over patients."""

from collections.abc import Callable

import numpy as np

from checker.metrics.base import Codes, Floats, Share, metric
from checker.metrics.centrelines import METHOD
from checker.metrics.classification import share_interval
from checker.metrics.patients import Weight, totals
from checker.metrics.segmentation import (
    OVER_CASES,
    TASK,
    WITH_POOLED,
    Chosen,
    about_empties,
    counted,
    empties,
    pooled,
    summarised,
    sums_of,
)


def _cases(name: str) -> Callable[..., int]:
    def cases(chosen: Chosen) -> int:
        return counted(chosen.of(name))

    return cases


def _voxels(chosen: Chosen) -> tuple[Floats, Floats, Floats]:
    """Return voxels of the reference, of the prediction, and of both."""
    names = ("reference_voxels", "predicted_voxels", "shared_voxels")
    return tuple(chosen.of(name) for name in names)  # type: ignore[return-value]  # three names


@metric(
    "dice", task=TASK, goal="higher", bounds=(0, 1), source="dice-1945", places=WITH_POOLED,
    cases=_cases("dice"), beside=empties, per_case=True,
)  # fmt: skip
def dice(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return 2 |A ∩ B| / (|A| + |B|) (Dice 1945): over patients, or of the voxels of all cases together."""
    if summary != "pooled":
        return summarised(chosen.of("dice"), summary, patient, weight)
    a, b, both = _voxels(chosen)
    return pooled([(2, both)], [(1, a), (1, b)], patient, weight)


@metric(
    "jaccard", task=TASK, goal="higher", bounds=(0, 1), source="jaccard-1912", places=WITH_POOLED,
    cases=_cases("jaccard"), beside=empties, per_case=True,
)  # fmt: skip
def jaccard(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return |A ∩ B| / |A ∪ B| (Jaccard 1912)."""
    if summary != "pooled":
        return summarised(chosen.of("jaccard"), summary, patient, weight)
    a, b, both = _voxels(chosen)
    return pooled([(1, both)], [(1, a), (1, b), (-1, both)], patient, weight)


def _empties(chosen: Chosen, summary: str) -> str:
    return about_empties(chosen, summary, 1)


@metric(
    "volumetric_overlap_error", task=TASK, goal="lower", bounds=(0, 1), source="heimann-2009",
    places=WITH_POOLED, cases=_cases("volumetric_overlap_error"), beside=_empties, per_case=True,
)  # fmt: skip
def volumetric_overlap_error(
    chosen: Chosen, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return 1 - |A ∩ B| / |A ∪ B| (VOE; Heimann et al. 2009)."""
    if summary != "pooled":
        return summarised(chosen.of("volumetric_overlap_error"), summary, patient, weight)
    a, b, both = _voxels(chosen)
    either = [(1.0, a), (1.0, b), (-1.0, both)]
    return pooled([*either, (-1, both)], either, patient, weight)


@metric(
    "voxel_sensitivity", task=TASK, goal="higher", bounds=(0, 1), source="maier-hein-2024",
    places=WITH_POOLED, cases=_cases("voxel_sensitivity"), per_case=True,
)  # fmt: skip
def voxel_sensitivity(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return |A ∩ B| / |A|, A the reference."""
    if summary != "pooled":
        return summarised(chosen.of("voxel_sensitivity"), summary, patient, weight)
    a, _, both = _voxels(chosen)
    return pooled([(1, both)], [(1, a)], patient, weight)


@metric(
    "voxel_precision", task=TASK, goal="higher", bounds=(0, 1), source="maier-hein-2024",
    places=WITH_POOLED, cases=_cases("voxel_precision"), per_case=True,
)  # fmt: skip
def voxel_precision(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return |A ∩ B| / |B|, B the prediction."""
    if summary != "pooled":
        return summarised(chosen.of("voxel_precision"), summary, patient, weight)
    _, b, both = _voxels(chosen)
    return pooled([(1, both)], [(1, b)], patient, weight)


def _background(chosen: Chosen) -> str:
    return "The more background an image shows, the nearer it is to 1."


@metric(
    "voxel_specificity", task=TASK, goal="higher", bounds=(0, 1), source="maier-hein-2024",
    places=WITH_POOLED, cases=_cases("voxel_specificity"), beside=_background, per_case=True,
)  # fmt: skip
def voxel_specificity(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the share of the background of the reference, in the whole image, that is not in the prediction."""
    if summary != "pooled":
        return summarised(chosen.of("voxel_specificity"), summary, patient, weight)
    (a, b, both), image = _voxels(chosen), chosen.of("image_voxels")
    return pooled([(1, image), (-1, a), (-1, b), (1, both)], [(1, image), (-1, a)], patient, weight)


@metric(
    "voxel_accuracy", task=TASK, goal="higher", bounds=(0, 1), source="maier-hein-2024",
    places=WITH_POOLED, cases=_cases("voxel_accuracy"), beside=_background, per_case=True,
)  # fmt: skip
def voxel_accuracy(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the share of the voxels of the image that are in both masks or in neither."""
    if summary != "pooled":
        return summarised(chosen.of("voxel_accuracy"), summary, patient, weight)
    (a, b, both), image = _voxels(chosen), chosen.of("image_voxels")
    return pooled([(1, image), (-1, a), (-1, b), (2, both)], [(1, image)], patient, weight)


def _thinned(chosen: Chosen) -> str:
    return f"Centrelines by {METHOD}."


@metric(
    "centreline_dice", task=TASK, goal="higher", bounds=(0, 1), source="shit-2021",
    places=OVER_CASES, cases=_cases("centreline_dice"), beside=_thinned, per_case=True,
)  # fmt: skip
def centreline_dice(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the harmonic mean of centreline sensitivity and precision (Shit et al. 2021, eq. 2)."""
    return summarised(chosen.of("centreline_dice"), summary, patient, weight)


@metric(
    "centreline_sensitivity", task=TASK, goal="higher", bounds=(0, 1), source="shit-2021",
    places=OVER_CASES, cases=_cases("centreline_sensitivity"), per_case=True,
)  # fmt: skip
def centreline_sensitivity(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the share of the reference's centreline inside the prediction."""
    return summarised(chosen.of("centreline_sensitivity"), summary, patient, weight)


@metric(
    "centreline_precision", task=TASK, goal="higher", bounds=(0, 1), source="shit-2021",
    places=OVER_CASES, cases=_cases("centreline_precision"), per_case=True,
)  # fmt: skip
def centreline_precision(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the share of the prediction's centreline inside the reference."""
    return summarised(chosen.of("centreline_precision"), summary, patient, weight)


def _hit(chosen: Chosen) -> str:
    return "Lesions hang together over 26 neighbours (8 in 2-D); a hit is an IoU above 0.5."


def _lesions(
    chosen: Chosen, above: str, below: tuple[str, ...], patient: Codes, weight: Weight
) -> Share:
    """Return a proportion of lesions, those of all structures together."""
    times = float(len(below))
    sums = [
        totals(sums_of(chosen.of(name), patient), weight).sum(axis=0) for name in (above, *below)
    ]
    return Share(times * sums[0], np.asarray(sum(sums[1:])), "there is no lesion to count")


@metric(
    "lesion_sensitivity", task=TASK, goal="higher", bounds=(0, 1), source="kirillov-2019",
    interval=share_interval, beside=_hit,
)  # fmt: skip
def lesion_sensitivity(chosen: Chosen, patient: Codes, weight: Weight) -> Share:
    """Return the share of the reference's lesions that the prediction has, over all cases."""
    return _lesions(chosen, "matched_lesions", ("reference_lesions",), patient, weight)


@metric(
    "lesion_precision", task=TASK, goal="higher", bounds=(0, 1), source="kirillov-2019",
    interval=share_interval, beside=_hit,
)  # fmt: skip
def lesion_precision(chosen: Chosen, patient: Codes, weight: Weight) -> Share:
    """Return the share of the predicted lesions that are in the reference, over all cases."""
    return _lesions(chosen, "matched_lesions", ("predicted_lesions",), patient, weight)


@metric("lesion_f1", task=TASK, goal="higher", bounds=(0, 1), source="kirillov-2019", beside=_hit)
def lesion_f1(chosen: Chosen, patient: Codes, weight: Weight) -> Floats:
    """Return 2 TP / (2 TP + FP + FN), over the lesions of all cases."""
    below = ("reference_lesions", "predicted_lesions")
    return _lesions(chosen, "matched_lesions", below, patient, weight).value()


@metric(
    "false_positives_per_case", task=TASK, goal="lower", bounds=(0, np.inf),
    source="kirillov-2019", beside=_hit, per_case=True,
)  # fmt: skip
def false_positives_per_case(chosen: Chosen, patient: Codes, weight: Weight) -> Floats:
    """Return the predicted lesions without one in the reference, over all cases."""
    excess = chosen.of("predicted_lesions") - chosen.of("matched_lesions")
    counted_cases = np.asarray((~np.isnan(excess)).any(axis=1, keepdims=True), float)
    found = totals(sums_of(excess, patient), weight).sum(axis=0)
    return np.asarray(found / totals(sums_of(counted_cases, patient), weight)[0])


@metric(
    "panoptic_quality", task=TASK, goal="higher", bounds=(0, 1), source="kirillov-2019",
    places={"summary": ("mean", "median", "pooled")}, cases=_cases("matched_overlap"),
    beside=_hit, per_case=True,
)  # fmt: skip
def panoptic_quality(chosen: Chosen, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the sum of IoU over matched lesions over TP + FP / 2 + FN / 2 (Kirillov et al. 2019, eq. 1)."""
    names = ("matched_overlap", "reference_lesions", "predicted_lesions")
    overlap, reference, prediction = (chosen.of(name) for name in names)
    if summary == "pooled":
        halves = [(0.5, reference), (0.5, prediction)]
        return pooled([(1, overlap)], halves, patient, weight)
    below = (reference + prediction) / 2
    each = np.divide(overlap, below, out=np.full(overlap.shape, np.nan), where=below > 0)
    return summarised(each, summary, patient, weight)

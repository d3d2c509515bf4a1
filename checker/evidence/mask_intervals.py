"""Further intervals of means and medians over masks, each in print or in common software: tried after ours."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from checker.metrics.base import METRICS, Floats
from checker.metrics.distributions import student
from checker.metrics.estimating import families
from checker.metrics.intervals import quantile
from checker.metrics.segmentation import TASK, Chosen, of_patients
from checker.model.estimate import Interval
from checker.model.measures import surface_dice_names
from checker.needs import Absent, Known, NotEstablished

Make = Callable[[str, Known, float], Interval]


def _values(name: str, known: Known) -> Floats:
    """Return the measure of each patient; of one structure alone."""
    chosen, patient, tolerance = (
        known.value(each) for each in ("chosen", "patient", "tolerance_mm")
    )
    if not isinstance(chosen, Chosen) or isinstance(patient, Absent):
        raise NotEstablished("nothing was measured")
    if name == "surface_dice":
        name = surface_dice_names(float(str(tolerance)))[0]
    found = chosen.of(name)
    if found.shape[1] > 1:
        raise NotEstablished("it is the mean over several structures")
    codes: Any = patient
    each = of_patients(found[:, 0], codes)
    each = each[~np.isnan(each)]
    if len(each) < 2:
        raise NotEstablished("needs two patients")
    return each


def _requires(known: Known, summary: str) -> None:
    if known.value("summary") != summary:
        raise NotEstablished(f"it is no {summary}")


def _of_mean(
    times: Callable[[float, float], float], name: str, known: Known, level: float
) -> Interval:
    """Return mean ± times the standard error over patients."""
    _requires(known, "mean")
    each = _values(name, known)
    half = times(level, len(each) - 1) * each.std(ddof=1) / len(each) ** 0.5
    middle = each.mean()
    return Interval(low=float(middle - half), high=float(middle + half), level=level)


def _normal(level: float, degrees: float) -> float:
    return quantile(level)


def _quartiles(name: str, known: Known, level: float) -> Interval:
    _requires(known, "median")
    low, high = np.percentile(_values(name, known), (25, 75))
    return Interval(low=float(low), high=float(high), level=level)


def _extremes(name: str, known: Known, level: float) -> Interval:
    each = _values(name, known)
    return Interval(low=float(each.min()), high=float(each.max()), level=level)


WAYS: tuple[tuple[str, Make], ...] = (
    ("Student's t over patients", partial(_of_mean, student)),
    ("normal over patients", partial(_of_mean, _normal)),
    ("quartiles over patients, no confidence interval", _quartiles),
    ("smallest and largest over patients, no confidence interval", _extremes),
)


def mask_intervals() -> dict[
    tuple[str, str], tuple[tuple[str, Callable[[Known, float], Interval]], ...]
]:
    """Return by task and metric the words and the function of each further interval, in the order of trying."""
    families(TASK)
    per_case = (name for (task, name), each in METRICS.items() if task == TASK and each.per_case)
    return {
        (TASK, name): tuple((words, partial(make, name)) for words, make in WAYS)
        for name in per_case
        if name not in ("panoptic_quality", "false_positives_per_case")
    }

"""Differences between two algorithms that segmented the same cases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from checker.metrics.base import METRICS, Codes, Floats, Undefined
from checker.metrics.classical_tests import signed_ranks
from checker.metrics.comparing import Difference, from_resamples
from checker.metrics.estimating import complete, families, plural
from checker.metrics.resampling import FEWEST_PATIENTS, drawn, seeds
from checker.metrics.segmentation import TASK, Chosen, chosen, of_patients
from checker.model.estimate import Comparison
from checker.model.measures import EVERY, surface_dice_names
from checker.needs import NotEstablished

LEFT_OUT = ("false_positives_per_case", "panoptic_quality", "reference_volume_ml")
"""Metrics of which a case has no value by itself, or none that is compared by its mean."""
USUAL = (
    "dice", "surface_dice", "hausdorff_95", "average_surface_distance", "centreline_dice",
    "absolute_relative_volume_difference",
)  # fmt: skip
"""Metrics that are compared where nobody asks for others."""


class Paired(NamedTuple):
    """A measure of both algorithms, of the patients for whom both have it."""

    metric: str
    structure: str
    tolerance_mm: float | None
    first: Floats
    """Shape (patients,)."""
    second: Floats

    @property
    def difference(self) -> Floats:
        """Return first minus second."""
        return self.first - self.second


def compare_segmentations(
    columns: Mapping[str, NDArray[Any]],
    other: ArrayLike,
    *,
    quantities: Sequence[str],
    structures: Sequence[str],
    tolerances_mm: Sequence[float] = (),
    metrics: Sequence[str] = USUAL,
    names: tuple[str, str] = ("prediction", "other"),
    unit: str = "case",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
) -> tuple[Comparison, ...]:
    """Return the difference of the mean of every measure, on the patients for whom both algorithms have it.

    The interval is the percentile bootstrap over patients, drawn once for all measures; of fewer than 20 patients
    there is the signed-rank test alone.

    Args:
        columns: measures, shape (cases, structures, quantities), and optionally patient.
        other: the measures of the other algorithm, of the same shape.
        quantities: names along the last axis.
        structures: names along the second axis; of several, also the mean over them is compared.
        tolerances_mm: of the surface Dice.
        metrics: those to compare.
        names: of both algorithms, for the comparisons.
        unit: what a case is; of patients who are named, it is patients that are compared.
        evaluation: its name, which with the seed makes the random numbers its own.
        seed: of the report.
        level: of the intervals.
        resamples: of patients.
    """
    pairs = tuple(
        each
        for each in paired_measures(columns, other, quantities, structures, tolerances_mm)
        if each.metric in metrics
    )
    unit = "patient" if "patient" in columns else unit  # every value is that of a patient
    found = _differences(pairs, (seed, evaluation), level, resamples, unit)
    return tuple(
        Comparison(
            metric=pair.metric,
            first=names[0],
            second=names[1],
            difference=made.value,
            interval=made.interval,
            p=made.p,
            test=made.test,
            cases=len(pair.first),
            unit=unit,
            structure=pair.structure,
            tolerance_mm=pair.tolerance_mm,
        )
        for pair, made in zip(pairs, found, strict=True)
    )


def paired_measures(
    columns: Mapping[str, NDArray[Any]],
    other: ArrayLike,
    quantities: Sequence[str],
    structures: Sequence[str],
    tolerances_mm: Sequence[float],
) -> Iterator[Paired]:
    """Yield each measure of both algorithms, of every structure and of the mean over several."""
    cases, known = complete(columns, task=TASK)
    first = cases.columns["measures"]
    second = np.asarray(other, float)[known]
    every = (*structures, EVERY) if len(structures) > 1 else tuple(structures)
    for metric, tolerance in _compared(tolerances_mm):
        name = metric if tolerance is None else surface_dice_names(tolerance)[0]
        for structure in every:
            sides = [chosen(each, quantities, structures, structure) for each in (first, second)]
            found = _both(sides, name, cases.patient)
            if found is not None and len(found[0]):
                yield Paired(metric, structure, tolerance, *found)


def _compared(tolerances_mm: Sequence[float]) -> Iterator[tuple[str, float | None]]:
    families(TASK)
    for (task, name), metric in METRICS.items():
        if task != TASK or not metric.per_case or name in LEFT_OUT:
            continue
        yield from ((name, each) for each in (tolerances_mm if name == "surface_dice" else (None,)))


def _both(sides: Sequence[Chosen], name: str, patient: Codes) -> tuple[Floats, Floats] | None:
    """Return the value of each patient by both algorithms; None where it was not measured.

    Of several structures, the mean over those that both have in a patient.
    """
    try:
        for each in sides:
            each.of(name)
    except NotEstablished:
        return None
    values = [each.look(name) for each in sides]
    there = ~np.isnan(values[0]) & ~np.isnan(values[1])
    rows = [_over_structures(np.where(there, each, np.nan)) for each in values]
    found = [of_patients(each, patient) for each in rows]
    kept = ~np.isnan(found[0])
    return found[0][kept], found[1][kept]


def _over_structures(values: Floats) -> Floats:
    count = (~np.isnan(values)).sum(axis=1)
    total = np.nansum(values, axis=1)
    return np.asarray(np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0))


def _differences(
    pairs: Sequence[Paired], own: tuple[int, str], level: float, resamples: int, unit: str
) -> Iterator[Difference]:
    for pair in pairs:
        patients = len(pair.first)
        value = float(pair.difference.mean())
        if patients < FEWEST_PATIENTS:
            yield _by_ranks(pair, value)
            continue
        means = [
            weight @ pair.difference / patients
            for weight in drawn(seeds(own[0], own[1]), patients, patients, resamples)
        ]
        test = f"percentile bootstrap over {patients:,} {plural(unit)}"
        yield from_resamples(value, np.concatenate(means), level, test)


def _by_ranks(pair: Paired, value: float) -> Difference:
    for exact in (True, False):
        try:
            p = signed_ranks(pair.difference, exact=exact)
        except Undefined:
            continue
        words = "exact" if exact else "normal approximation"
        return Difference(value, None, p, f"Wilcoxon signed-rank test, {words}")
    return Difference(value, None, None, "no test: both are equal in every case")

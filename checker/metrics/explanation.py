"""The task explanation: what was measured of each saliency map and region, summarised over patients."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Share,
    Undefined,
    derived,
    metric,
    over,
    task,
)
from checker.metrics.classification import share_interval
from checker.metrics.patients import Weight, sums_by_patient, totals
from checker.metrics.segmentation import mean_over_patients, of_patients, summarised
from checker.model.maps import AREA, BETWEEN, ENERGY, EXPECTED, PEAK, REPEATS, TOP, TOP_BY_CHANCE
from checker.needs import DoesNotApply

TASK = "explanation"
NOWHERE = "no map has saliency and a voxel of the region"
ABOVE = 1e-9
"""Relative difference from chance that is only rounding."""
MEASURED = {
    "quantities": (),
    "structures": ("region",),
    "field": "the whole map",
    "top": "",
}


@task(
    TASK,
    "measures",
    optional=("correct",),
    incomplete="a map has no measure",
    defaults=MEASURED,
    apart=True,
)
def measured_maps(
    measures: ArrayLike, correct: ArrayLike | None = None
) -> tuple[Bools, tuple[Floats, Floats]]:
    """Return which maps have a measure, and the columns of these maps.

    Args:
        measures: shape (maps, regions, quantities) as `model.maps` names them; NaN where one does not exist.
        correct: shape (maps,): 1 where the model decided rightly, 0 where not, NaN where nobody said; None: nowhere.
    """
    found = np.asarray(measures, float)
    known = ~np.isnan(found).all(axis=(1, 2))
    right = np.full(len(found), np.nan) if correct is None else np.asarray(correct, float)
    return known, (found[known], right[known])


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The measures of one region."""

    measures: Floats
    """Shape (maps, quantities)."""
    at: Mapping[str, int]

    def look(self, name: str) -> Floats:
        """Return a quantity, shape (maps,); NaN where it does not exist."""
        if name not in self.at:
            return np.full(len(self.measures), np.nan)
        return np.asarray(self.measures[:, self.at[name]])

    def of(self, name: str) -> Floats:
        """Return a quantity, shape (maps,).

        Raises:
            Undefined: it exists for no map.
        """
        found = self.look(name)
        if np.isnan(found).all():
            raise Undefined(NOWHERE)
        return found


@derived(TASK)
def region(
    measures: Floats, quantities: Sequence[str], structures: Sequence[str], structure: str
) -> Region:
    """Return the measures of the region."""
    at = {name: i for i, name in enumerate(quantities)}
    return Region(measures[:, tuple(structures).index(structure)], at)


@derived(TASK)
def of_maps(measures: Floats, quantities: Sequence[str]) -> Region:
    """Return what is the same for every region of a map, where it was measured."""
    at = {name: i for i, name in enumerate(quantities)}
    return Region(measures[:, 0], at)


def _mean(structures: Sequence[str]) -> Mapping[str, Sequence[object]]:
    return {"structure": structures, "summary": ("mean",)}


def _each(structures: Sequence[str]) -> Mapping[str, Sequence[object]]:
    return {"structure": structures}


def _expected(structures: Sequence[str]) -> Mapping[str, Sequence[object]]:
    """Return the region in which the saliency is expected; where nothing is expected every region."""
    return {"structure": (EXPECTED,) if EXPECTED in structures else structures}


def _maps(name: str) -> Callable[..., int]:
    def cases(region: Region) -> int:
        return int(np.count_nonzero(~np.isnan(region.of(name))))

    return cases


def _chance(region: Region, field: str) -> str:
    """Return what the area of the region gives by chance, of the maps that have saliency."""
    there = ~np.isnan(region.look(ENERGY))
    if not there.any():
        return ""
    return f"By chance {region.look(AREA)[there].mean():.3f}: the region's share of {field}."


def _field(field: str) -> str:
    return f"Of {field}."


def _top(top: str) -> str:
    return f"Top: {top}." if top else ""


def _other_cases() -> str:
    return "Each map beside those of the next two cases, of other patients where those are named."


def _together(*columns: Floats) -> tuple[Floats, ...]:
    """Return the columns with a value only where all of them have one."""
    missing = np.isnan(np.column_stack(columns)).any(axis=1)
    return tuple(np.where(missing, np.nan, each) for each in columns)


def _over_patients(values: Floats, summary: str, patient: Codes, weight: Weight) -> Floats:
    return summarised(values[:, None], summary, patient, weight)


@metric(
    "energy_in_region", task=TASK, goal="higher", bounds=(0, 1), source="wang-2020",
    places=_mean, cases=_maps(ENERGY), beside=_chance, per_case=True,
)  # fmt: skip
def energy_in_region(region: Region, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the share of the saliency that lies in the region (Wang et al. 2020), over patients."""
    return _over_patients(region.of(ENERGY), summary, patient, weight)


@metric(
    "region_area_share", task=TASK, goal="target", bounds=(0, 1), source="ours",
    places=_mean, cases=_maps(AREA), beside=_field, per_case=True,
)  # fmt: skip
def region_area_share(region: Region, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the region's share of the voxels searched: what saliency without aim has there by chance."""
    return _over_patients(region.of(AREA), summary, patient, weight)


@metric(
    "energy_beyond_chance", task=TASK, goal="higher", bounds=(-1, 1), source="ours",
    places=_mean, cases=_maps(ENERGY), per_case=True,
)  # fmt: skip
def energy_beyond_chance(region: Region, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return how much more of the saliency lies in the region than its area gives by chance, over patients."""
    energy, area = _together(region.of(ENERGY), region.of(AREA))
    return _over_patients(energy - area, summary, patient, weight)


@metric(
    "energy_over_chance", task=TASK, goal="higher", bounds=(0, np.inf), source="ours",
    places=_each, cases=_maps(ENERGY),
)  # fmt: skip
def energy_over_chance(region: Region, patient: Codes, weight: Weight) -> Floats:
    """Return the mean share of the saliency in the region over the mean share of its area; 1 is chance."""
    energy, area = _together(region.of(ENERGY), region.of(AREA))
    by_patient = [of_patients(each, patient) for each in (energy, area)]
    found = totals(np.nan_to_num(np.column_stack(by_patient)), weight)
    return over(found[0], found[1], NOWHERE)


def _exceeds(region: Region) -> Floats:
    """Return 1 where more of the saliency lies in the region than by chance, 0 where not, NaN where it is unknown."""
    energy, area = _together(region.of(ENERGY), region.of(AREA))
    return np.where(np.isnan(energy), np.nan, energy > area * (1 + ABOVE))


def _share(hits: Floats, patient: Codes, weight: Weight, otherwise: str) -> Share:
    """Return the share of the maps, of those that have a value."""
    sums = sums_by_patient(patient, np.nan_to_num(hits), ~np.isnan(hits) * 1.0)
    found = totals(sums, weight)
    return Share(found[0], found[1], otherwise)


@metric(
    "energy_exceeds_chance", task=TASK, goal="higher", bounds=(0, 1), source="ours",
    places=_each, interval=share_interval,
)  # fmt: skip
def energy_exceeds_chance(region: Region, patient: Codes, weight: Weight) -> Share:
    """Return the share of maps of which more saliency lies in the region than its area gives by chance."""
    return _share(_exceeds(region), patient, weight, NOWHERE)


@metric(
    "pointing_game", task=TASK, goal="higher", bounds=(0, 1), source="zhang-2018",
    places=_each, interval=share_interval, beside=_chance,
)  # fmt: skip
def pointing_game(region: Region, patient: Codes, weight: Weight) -> Share:
    """Return the share of maps whose largest saliency lies in the region (Zhang et al. 2018).

    Of several voxels with the largest saliency, those in the region count as their share.
    """
    return _share(region.of(PEAK), patient, weight, NOWHERE)


@metric(
    "map_region_overlap", task=TASK, goal="higher", bounds=(0, 1), source="dice-1945",
    places=_mean, cases=_maps(TOP), beside=_top, per_case=True,
)  # fmt: skip
def map_region_overlap(region: Region, summary: str, patient: Codes, weight: Weight) -> Floats:
    """Return the Dice of the top of the map and the region, over patients."""
    return _over_patients(region.of(TOP), summary, patient, weight)


@metric(
    "map_region_overlap_by_chance", task=TASK, goal="target", bounds=(0, 1), source="dice-1945",
    places=_mean, cases=_maps(TOP_BY_CHANCE), per_case=True,
)  # fmt: skip
def map_region_overlap_by_chance(
    region: Region, summary: str, patient: Codes, weight: Weight
) -> Floats:
    """Return the Dice of the region and as many voxels laid at random, on average, over patients."""
    return _over_patients(region.of(TOP_BY_CHANCE), summary, patient, weight)


def _accuracy(
    region: Region, correct: Floats, expected: bool, patient: Codes, weight: Weight
) -> Share:
    """Return the accuracy where the map lies in the region, or where it does not."""
    if np.isnan(correct).all():
        raise DoesNotApply("nothing says which decisions were right")
    lies = _exceeds(region)
    chosen = (lies == 1) if expected else (lies == 0)
    where = "in the region" if expected else "outside the region"
    hits = np.where(chosen, correct, np.nan)
    return _share(hits, patient, weight, f"no map with a decision has its saliency {where}")


@metric(
    "accuracy_as_expected", task=TASK, goal="higher", bounds=(0, 1), source="ours",
    places=_expected, interval=share_interval,
)  # fmt: skip
def accuracy_as_expected(region: Region, correct: Floats, patient: Codes, weight: Weight) -> Share:
    """Return the model's accuracy where more of the saliency lies in the region than by chance."""
    return _accuracy(region, correct, True, patient, weight)


@metric(
    "accuracy_not_as_expected", task=TASK, goal="higher", bounds=(0, 1), source="ours",
    places=_expected, interval=share_interval,
)  # fmt: skip
def accuracy_not_as_expected(
    region: Region, correct: Floats, patient: Codes, weight: Weight
) -> Share:
    """Return the model's accuracy where no more of the saliency lies in the region than by chance."""
    return _accuracy(region, correct, False, patient, weight)


@metric(
    "accuracy_difference_as_expected", task=TASK, goal="target", bounds=(-1, 1), source="ours",
    places=_expected,
)  # fmt: skip
def accuracy_difference_as_expected(
    region: Region, correct: Floats, patient: Codes, weight: Weight
) -> Floats:
    """Return the accuracy where the map lies in the region minus the accuracy where it does not."""
    both = [_accuracy(region, correct, each, patient, weight) for each in (True, False)]
    return np.asarray(both[0].value() - both[1].value())


def _similarity(of_maps: Region, name: str) -> Floats:
    found = of_maps.look(name)
    if name not in of_maps.at:
        raise DoesNotApply(f"{name} was not measured")
    if np.isnan(found).all():
        raise Undefined("a map has the same value everywhere in every pair")
    return found


def _pairs(name: str) -> Callable[..., int]:
    def cases(of_maps: Region) -> int:
        return int(np.count_nonzero(~np.isnan(of_maps.look(name))))

    return cases


@metric(
    "map_repeat_similarity", task=TASK, goal="higher", bounds=(-1, 1), source="adebayo-2018",
    cases=_pairs(REPEATS), per_case=True,
)  # fmt: skip
def map_repeat_similarity(of_maps: Region, patient: Codes, weight: Weight) -> Floats:
    """Return Spearman's rank correlation of maps of the same case by repeated runs or models, mean over patients.

    Of a case with several repeats the mean over all pairs.
    """
    return mean_over_patients(_similarity(of_maps, REPEATS), patient, weight)


@metric(
    "map_between_cases_similarity", task=TASK, goal="lower", bounds=(-1, 1), source="adebayo-2018",
    cases=_pairs(BETWEEN), beside=_other_cases, per_case=True,
)  # fmt: skip
def map_between_cases_similarity(of_maps: Region, patient: Codes, weight: Weight) -> Floats:
    """Return Spearman's rank correlation of maps of different cases, mean over patients.

    Near 1 the maps are the same whatever the image shows (Adebayo et al. 2018).
    """
    return mean_over_patients(_similarity(of_maps, BETWEEN), patient, weight)

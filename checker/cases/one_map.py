"""One saliency map in memory: read with its regions, measured, compared with other maps, and let go again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.errors import BadSubmission, Problem
from checker.metrics.base import Undefined
from checker.metrics.map_measures import (
    AS_THE_REGION,
    Top,
    Values,
    is_flat,
    measured_map,
    rank_similarity,
    saliency,
)
from checker.model.maps import BETWEEN, EXPECTED, REPEATS
from checker.reading.grids import differences
from checker.reading.images import Volume, read_map, read_mask
from checker.reading.structures import WHOLE

Mask = NDArray[np.bool_]
Images = Path | Mapping[str, Path]
"""A label map, or a file for each region."""
COMPARED = 2**20
"""Voxels of larger maps are passed over evenly until about so many are compared: ranks of all take a minute."""
COLOURED = "in colour"
"""Stands in the complaint about a picture that has more than one number for each pixel."""
COLOUR_HINT = (
    "an overlay mixes saliency and image: a map of numbers is needed, as the method gave it"
)
GRID_HINT = "bring the map onto the grid of the region; nothing is resampled here"


class Repeat(NamedTuple):
    """Maps of the same cases by another run or model."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """Which maps are looked at, and what is measured of them."""

    maps: Path
    regions: Path
    maps_name: str = "maps"
    """As written, for messages and reports."""
    regions_name: str = "regions"
    inside: tuple[Path, ...] = ()
    """Folders in which files may lie; empty: anywhere."""
    labels: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Region to its labels in the masks; empty: as the files tell."""
    expected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Class to the regions that prior knowledge expects for it; empty: none are."""
    within: str = ""
    """Region in which alone is searched; empty: the whole map."""
    top: Top = AS_THE_REGION
    absolute: bool = False
    """Saliency below 0 counts by its size; else not at all."""
    repeats: tuple[Repeat, ...] = ()


class MapCase(NamedTuple):
    """What is sent to the worker that measures one map."""

    name: str
    map: Path
    regions: Images
    repeats: tuple[tuple[str, Path], ...]
    """Name of the repeat and its map of this case."""
    others: tuple[Path, ...]
    """Maps of other cases that it is compared with."""
    expected: tuple[str, ...]
    """Regions that are expected for its class."""
    asked: Maps


def measured_map_case(case: MapCase) -> dict[str, Any]:
    """Return the measures of one map, in what JSON can hold; what does not exist is left out.

    Raises:
        BadSubmission: a file cannot be read, or the grids differ.
    """
    return _Reader(case).measured()


class _Reader:
    """The images of one case while they are in memory."""

    def __init__(self, case: MapCase) -> None:
        self.case = case
        self.hashes: dict[str, str] = {}
        self.seen: list[str] = []
        """Regions that the files have, also those without a voxel."""

    def measured(self) -> dict[str, Any]:
        asked = self.case.asked
        volume = self._map(self.case.map, asked.maps_name, asked.maps)
        searched = self._searched(volume)
        raw = _flat(volume.voxels, searched)
        found = saliency(raw, absolute=asked.absolute)
        measures: dict[str, dict[str, float]] = {}
        expected = np.zeros(len(found), bool)
        for name, mask in self._regions(volume):
            region = _flat(mask, searched)
            if name in self.case.expected:
                expected |= region
            if name != asked.within:
                measures[name] = measured_map(found, region, asked.top)
        if self.case.expected:
            measures = {EXPECTED: measured_map(found, expected, asked.top), **measures}
        return {
            "measures": measures,
            "similarities": dict(self._similarities(volume, searched)),
            "shape": list(volume.shape),
            "silent": not len(found) or not found.max() > 0,
            "flat": is_flat(raw),
            "negative": bool((raw < 0).any()),
            "regions": self.seen,
            "files": self.hashes,
        }

    def _map(self, path: Path, name: str, whole: Path) -> Volume:
        shown = path.name if path == whole else f"{name}/{path.name}"
        try:
            found = read_map(path, shown)
        except BadSubmission as bad:
            raise BadSubmission(map(_of_map, bad.problems)) from None
        self.hashes[shown] = found.sha256
        return found

    def _mask(self, path: Path) -> Volume:
        asked = self.case.asked
        alone = path == asked.regions
        shown = path.name if alone else f"{asked.regions_name}/{path.name}"
        found = read_mask(path, shown)
        self.hashes[shown] = found.sha256
        return found

    def _searched(self, volume: Volume) -> Mask | None:
        """Return which voxels are searched; None: all of them.

        Raises:
            BadSubmission: the case has no mask of the region that is searched.
        """
        within = self.case.asked.within
        if not within:
            return None
        for name, mask in self._regions(volume):
            if name == within:
                return mask
        message = f"there is no mask of {within}, in which saliency is searched"
        raise BadSubmission([Problem(self.case.asked.regions_name, None, self.case.name, message)])

    def _regions(self, volume: Volume) -> Iterator[tuple[str, Mask]]:
        """Yield the regions of the case that its files have, one in memory at a time."""
        regions, labels = self.case.regions, self.case.asked.labels
        if isinstance(regions, Path):
            yield from self._of_labels(self._on_grid(self._mask(regions), volume))
            return
        self.seen = list(regions)
        for name in labels or sorted(regions):
            if name in regions:
                mask = self._on_grid(self._mask(regions[name]), volume)
                yield name, _labelled(mask, labels.get(name, WHOLE))

    def _of_labels(self, mask: Volume) -> Iterator[tuple[str, Mask]]:
        labels = self.case.asked.labels
        if not labels:
            names = {number: name for name, number in mask.names.items()}
            there = sorted(mask.labels() | names.keys())
            labels = {names.get(each, f"label {each}"): frozenset({each}) for each in there}
        self.seen = list(labels)
        for name, values in labels.items():
            yield name, _labelled(mask, values)

    def _on_grid(self, mask: Volume, volume: Volume) -> Volume:
        """Return the mask, if it lies on the grid of the map.

        Raises:
            BadSubmission: it does not.
        """
        if found := differences(mask, volume):
            problems = [Problem(volume.file, None, "", each, GRID_HINT) for each in found]
            raise BadSubmission(problems)
        return mask

    def _similarities(self, volume: Volume, searched: Mask | None) -> Iterator[tuple[str, float]]:
        """Yield how alike the map is to its repeats, among themselves too, and to maps of other cases."""
        repeats = [volume, *self._repeats(volume)]
        compared = {
            REPEATS: [
                self._alike(*(_flat(each.voxels, searched) for each in pair))
                for pair in combinations(repeats, 2)
            ],
            BETWEEN: [
                self._alike(*(_flat(each.voxels, None) for each in (volume, other)))
                for other in self._others(volume)
            ],
        }
        for name, found in compared.items():
            if known := [each for each in found if each is not None]:
                yield name, float(np.mean(known))

    def _repeats(self, volume: Volume) -> Iterator[Volume]:
        for name, path in self.case.repeats:
            repeat = self._map(path, name, path)
            self.hashes[f"{name}/{path.name}"] = repeat.sha256
            yield self._on_grid(repeat, volume)

    def _others(self, volume: Volume) -> Iterator[Volume]:
        """Yield the maps of other cases that have the same shape; one that cannot be read is told at its own case."""
        asked = self.case.asked
        for path in self.case.others:
            try:
                other = read_map(path, f"{asked.maps_name}/{path.name}")
            except BadSubmission:
                continue
            if other.shape == volume.shape:
                yield other

    def _alike(self, first: Values, second: Values) -> float | None:
        """Return the rank similarity of two maps; None where one has the same value everywhere."""
        pair = [each[:: _step(len(first))] for each in (first, second)]
        if self.case.asked.absolute:
            pair = [np.abs(each) for each in pair]
        try:
            return rank_similarity(*pair)
        except Undefined:
            return None


def _of_map(problem: Problem) -> Problem:
    """Return what is wrong with a map; of a coloured picture that its numbers are needed, not its grey values."""
    return replace(problem, hint=COLOUR_HINT) if COLOURED in problem.message else problem


def _step(voxels: int) -> int:
    """Return how many voxels to go on for the next that is compared; odd, so that it falls on no grid of even sides."""
    return 1 if voxels <= COMPARED else -(-voxels // COMPARED) | 1


def _flat(voxels: NDArray[Any], searched: Mask | None) -> NDArray[Any]:
    """Return the voxels that are searched in one row, in the same order for every array of a case."""
    return voxels.ravel(order="F") if searched is None else voxels.T[searched.T]


def _labelled(mask: Volume, values: frozenset[int]) -> Mask:
    if values == WHOLE:
        return np.asarray(mask.voxels != 0, bool)
    return mask.mask(values)

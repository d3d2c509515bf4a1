"""One case in memory: its images are read and compared, its structures measured, and the volumes let go again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.errors import BadSubmission, Problem
from checker.metrics.boxes import occupied
from checker.metrics.mask_measures import measured
from checker.reading.grids import differences, on_one_grid
from checker.reading.images import Volume, read_map, read_mask
from checker.reading.structures import WHOLE, is_lesion, is_vessel, with_unions

Images = Path | Mapping[str, Path]
"""A label map, or a file for each structure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Masks:
    """Which masks are compared, and what is measured of them."""

    reference: Path
    prediction: Path
    reference_name: str = "reference"
    """As written, for messages and reports."""
    prediction_name: str = "prediction"
    inside: tuple[Path, ...] = ()
    """Folders in which files may lie; empty: anywhere."""
    structures: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Name to the labels in the masks; empty: as the files tell."""
    predicted: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Structures that have other labels in the predictions."""
    ignored: frozenset[int] = frozenset()
    """Labels of reference voxels that nobody judged; they count in neither mask."""
    tolerances_mm: tuple[float, ...] = ()
    spacing_mm: tuple[float, ...] | None = None
    """Of masks that carry none."""
    cutoff: float | None = None
    """Predictions are probabilities; from it on a voxel is in the structure."""
    vessels: frozenset[str] = frozenset()
    """Structures that are vessels whatever they are called."""
    lesions: frozenset[str] = frozenset()
    thorough: bool = False
    """Also measure what only some software means by the name of a distance."""

    def measured_as(self) -> tuple[object, ...]:
        """Return everything but the folders, in one order: what the measures of a case depend on."""
        labels = [
            sorted((name, sorted(of)) for name, of in each.items())
            for each in (self.structures, self.predicted)
        ]
        names = sorted(self.vessels), sorted(self.lesions)
        how = self.tolerances_mm, self.spacing_mm, self.cutoff, self.thorough, sorted(self.ignored)
        order = tuple(self.structures)
        return (*labels, *names, *how, order)


class Case(NamedTuple):
    """What is sent to the worker that measures one case."""

    name: str
    reference: Images
    prediction: Images
    asked: Masks


def measured_case(case: Case) -> dict[str, Any]:
    """Return the measures of one case, in what JSON can hold; what does not exist is left out.

    Raises:
        BadSubmission: a file cannot be read, or the grids differ.
    """
    with _Pair(case) as pair:
        found = {
            name: measured(
                reference,
                prediction,
                pair.spacing,
                tolerances_mm=case.asked.tolerances_mm,
                vessel=is_vessel(name) or name in case.asked.vessels,
                lesions=is_lesion(name) or name in case.asked.lesions,
                slice_axis=pair.slice_axis,
                thorough=case.asked.thorough,
                image_voxels=pair.image_voxels,
            )
            for name, reference, prediction in pair.masks()
        }
        return {
            "measures": {
                name: {each: value for each, value in values.items() if value == value}
                for name, values in found.items()
            },
            "spacing": list(pair.spacing or ()),
            "files": pair.hashes,
        }


class _Pair:
    """The images of one case while they are in memory."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.spacing: tuple[float, ...] | None = None
        self.slice_axis = -1
        self.image_voxels = 0
        self.hashes: dict[str, str] = {}

    def __enter__(self) -> "_Pair":
        return self

    def __exit__(self, *raised: object) -> None:
        return None

    def masks(self) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
        """Yield each structure with its two masks."""
        case = self.case
        if isinstance(case.reference, Path) and isinstance(case.prediction, Path):
            yield from self._of_labels(case.reference, case.prediction)
            return
        for name in self._structures_of_files():
            yield from self._of_files(name)

    def _structures_of_files(self) -> tuple[str, ...]:
        """Return the structures that both sides have files for."""
        sides = (self.case.reference, self.case.prediction)
        named = [set(side) for side in sides if not isinstance(side, Path)]
        asked = self.case.asked.structures
        there = set.intersection(*named)
        return tuple(name for name in (asked or sorted(there)) if name in there)

    def _of_files(self, name: str) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
        volumes = on_one_grid(
            *(
                self._read(side if isinstance(side, Path) else side[name], predicted=at == 1)
                for at, side in enumerate((self.case.reference, self.case.prediction))
            )
        )
        labels = [
            self._labels(name, predicted=at == 1) if isinstance(side, Path) else WHOLE
            for at, side in enumerate((self.case.reference, self.case.prediction))
        ]
        self._compare(*volumes)
        cropped = self._judged(*_cropped(*volumes))
        yield name, _mask(cropped[0], labels[0]), _mask(cropped[1], labels[1])

    def _of_labels(
        self, reference: Path, prediction: Path
    ) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
        volumes = on_one_grid(self._read(reference), self._read(prediction, predicted=True))
        self._compare(*volumes)
        first, second = self._judged(*_cropped(*volumes))
        del volumes
        if self.case.asked.structures:
            for name, labels in with_unions(self.case.asked.structures).items():
                yield name, _mask(first, labels), _mask(second, self._predicted(name, labels))
            return
        sides = [with_unions(each) for each in _structures_seen(first, second)]
        for name in sides[0]:
            yield name, _mask(first, sides[0][name]), _mask(second, sides[1][name])

    def _judged(self, reference: Volume, prediction: Volume) -> tuple[Volume, Volume]:
        """Return the volumes with background where the reference was not judged; they are changed."""
        if self.case.asked.ignored and isinstance(self.case.reference, Path):
            unknown = reference.mask(self.case.asked.ignored)
            self.image_voxels -= int(np.count_nonzero(unknown))
            reference.voxels[unknown] = 0
            prediction.voxels[unknown] = 0
        return reference, prediction

    def _labels(self, name: str, *, predicted: bool) -> frozenset[int]:
        labels = self.case.asked.structures.get(name, WHOLE)
        return self._predicted(name, labels) if predicted else labels

    def _predicted(self, name: str, labels: frozenset[int]) -> frozenset[int]:
        asked = self.case.asked
        if asked.cutoff is not None:
            return WHOLE
        if name in asked.structures or not asked.predicted:
            return asked.predicted.get(name, labels)
        return with_unions({**asked.structures, **asked.predicted}).get(name, labels)

    def _read(self, path: Path, *, predicted: bool = False) -> Volume:
        asked = self.case.asked
        name = asked.prediction_name if predicted else asked.reference_name
        shown = path.name if path in (asked.reference, asked.prediction) else f"{name}/{path.name}"
        if predicted and asked.cutoff is not None:
            found = read_map(path, shown)
            found = replace(found, voxels=(found.voxels >= asked.cutoff).view(np.uint8))
        else:
            found = read_mask(path, shown)
        self.hashes[shown] = found.sha256
        return found

    def _compare(self, reference: Volume, prediction: Volume) -> None:
        """Take the spacing from the images.

        Raises:
            BadSubmission: the grids differ.
        """
        if found := differences(reference, prediction):
            hint = "bring the prediction onto the grid of the reference; nothing is resampled here"
            raise BadSubmission([Problem(reference.file, None, "", each, hint) for each in found])
        self.image_voxels = reference.voxels.size
        self.spacing = reference.spacing_mm or self._said(reference)
        letters = reference.orientation
        self.slice_axis = next((i for i, each in enumerate(letters) if each in "SI"), -1)

    def _said(self, volume: Volume) -> tuple[float, ...] | None:
        said = self.case.asked.spacing_mm
        if said is not None and len(said) != volume.voxels.ndim:
            message = f"the image has {volume.voxels.ndim} axes, and {len(said)} spacings are named"
            raise BadSubmission([Problem(volume.file, None, "", message)])
        return said


def _cropped(first: Volume, second: Volume) -> tuple[Volume, Volume]:
    """Return what is not background in either, in arrays of their own, so that the volumes can go."""
    box = occupied(first.voxels, second.voxels)
    if box is None:
        box = (slice(0, 1),) * first.voxels.ndim
    one, other = (
        replace(each, voxels=each.voxels[box].copy(order="K")) for each in (first, second)
    )
    return one, other


def _mask(volume: Volume, labels: frozenset[int]) -> NDArray[np.bool_]:
    if labels == WHOLE:
        return np.asarray(volume.voxels != 0, bool)
    return volume.mask(labels)


def _structures_seen(
    first: Volume, second: Volume
) -> tuple[dict[str, frozenset[int]], dict[str, frozenset[int]]]:
    """Return the labels of each structure in either image: by name where both name theirs, else by number."""
    if first.names and second.names:
        names = dict.fromkeys((*first.names, *second.names))
        return tuple(
            {
                name: frozenset({each.names[name]} if name in each.names else ()) or NOWHERE
                for name in names
            }
            for each in (first, second)
        )  # type: ignore[return-value]  # two images
    named = {number: name for each in (first, second) for name, number in each.names.items()}
    seen = sorted(first.labels() | second.labels())
    found = {named.get(label, f"label {label}"): frozenset({label}) for label in seen}
    return found, found


NOWHERE = frozenset({-1})
"""The label of a structure that an image does not have."""

"""Folders of masks to a table: each case is read, its structures are measured, and the volumes are let go again."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from checker import work
from checker.errors import BadSubmission, Problem
from checker.metrics.boxes import occupied
from checker.metrics.mask_measures import measured
from checker.model.measures import tolerance_of
from checker.model.predictions import Floats, Labels, TaskTable
from checker.reading.columns import Reading
from checker.reading.grids import differences
from checker.reading.image_folders import images_in
from checker.reading.image_names import Matched, matched
from checker.reading.images import Volume, read_map, read_mask
from checker.reading.measure_tables import places
from checker.reading.structures import WHOLE, is_lesion, is_vessel, with_unions
from checker.reading.tables import Table

Measures = dict[str, dict[str, float]]
"""Structure to its measures by name."""
Images = Path | Mapping[str, Path]
"""A label map, or a file for each structure."""
VERSION = "1"
"""Of what a case's line in a store of finished cases holds."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the work on many cases is done."""

    workers: int | None = None
    store: Path | None = None
    told: Callable[[work.Progress], None] | None = None


class Measured(NamedTuple):
    """What was measured of a folder of masks."""

    table: TaskTable
    broken: tuple[Problem, ...]
    """Cases that could not be read, with the reason."""
    missing: tuple[str, ...]
    """Cases without a prediction."""
    extra: tuple[str, ...]
    """Predictions without a reference."""
    files: Mapping[str, str]
    """Name as written to SHA-256 of the folder: of the names and hashes of its files."""


class _Case(NamedTuple):
    name: str
    reference: Images
    prediction: Images
    asked: Masks


def measure(asked: Masks, running: Running | None = None) -> Measured:
    """Return what is measured of every case that both folders have, one row per case.

    Raises:
        BadSubmission: a folder holds no images, no case matches, or no case could be measured.
    """
    running = running or Running()
    found = matched(
        images_in(asked.reference, asked.reference_name),
        images_in(asked.prediction, asked.prediction_name),
        names=(asked.reference_name, asked.prediction_name),
        single=asked.reference.is_file() and asked.prediction.is_file(),
    )
    items = [
        work.Item(_key(case, asked), case)
        for case in (
            _Case(pair.case, pair.reference, pair.prediction, asked) for pair in found.pairs
        )
    ]
    done = work.run(
        items,
        _measured_case,
        expected=(BadSubmission,),
        workers=running.workers,
        store=running.store,
        version=VERSION,
        told=running.told,
    )
    broken = tuple(
        Problem(asked.prediction_name, None, item.value.name, each.failed)
        for item, each in zip(items, done, strict=True)
        if each.failed
    )
    rows = {
        item.value.name: each.result
        for item, each in zip(items, done, strict=True)
        if each.result is not None
    }
    if not rows:
        raise BadSubmission(broken)
    return _together(asked, found, rows, broken)


def _key(case: _Case, asked: Masks) -> str:
    """Return what a finished case is known by: its files as they are now, and what is measured."""
    files = [*_files(case.reference), *_files(case.prediction)]
    stamps = [(str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in files]
    return repr((case.name, stamps, replace(asked, reference=Path(), prediction=Path())))


def _files(images: Images) -> Iterator[Path]:
    yield from [images] if isinstance(images, Path) else images.values()


# One case


def _measured_case(case: _Case) -> dict[str, Any]:
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

    def __init__(self, case: _Case) -> None:
        self.case = case
        self.spacing: tuple[float, ...] | None = None
        self.slice_axis = -1
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
        volumes = [
            self._read(side if isinstance(side, Path) else side[name], predicted=at == 1)
            for at, side in enumerate((self.case.reference, self.case.prediction))
        ]
        labels = [
            self._labels(name, predicted=at == 1) if isinstance(side, Path) else WHOLE
            for at, side in enumerate((self.case.reference, self.case.prediction))
        ]
        self._compare(*volumes)
        cropped = _cropped(*volumes)
        yield name, _mask(cropped[0], labels[0]), _mask(cropped[1], labels[1])

    def _of_labels(
        self, reference: Path, prediction: Path
    ) -> Iterator[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]]:
        volumes = [self._read(reference), self._read(prediction, predicted=True)]
        self._compare(*volumes)
        first, second = _cropped(*volumes)
        del volumes
        structures = self.case.asked.structures or _labels_seen(first, second)
        for name, labels in with_unions(structures).items():
            predicted = self._predicted(name, labels)
            yield name, _mask(first, labels), _mask(second, predicted)

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


def _labels_seen(first: Volume, second: Volume) -> dict[str, frozenset[int]]:
    names = {number: name for each in (first, second) for name, number in each.names.items()}
    seen = sorted(first.labels() | second.labels())
    return {names.get(label, f"label {label}"): frozenset({label}) for label in seen}


# All cases


def _together(
    asked: Masks, found: Matched, rows: Mapping[str, Any], broken: tuple[Problem, ...]
) -> Measured:
    structures = _in_order(each["measures"] for each in rows.values())
    quantities = _in_order(values for each in rows.values() for values in each["measures"].values())
    spacings = [tuple(each["spacing"]) for each in rows.values()]
    known = [bool(each) for each in spacings]
    if any(known) and not all(known):
        raise BadSubmission([_some_without_spacing(asked, rows)])
    table = TaskTable(
        task="segmentation",
        file=asked.prediction_name,
        sha256=_folder_hash(rows, asked.prediction_name),
        cases=len(rows),
        columns={"measures": _array(rows, structures, quantities)},
        given={
            "quantities": quantities,
            "structures": structures,
            "spacing_known": all(known),
            "without_prediction": len(found.missing),
            "broken": len(broken),
        },
        places=dict(places(structures, quantities)),
        case=Labels(np.arange(len(rows)), tuple(rows)),
        unit="case",
        notes=tuple(_notes(asked, found, spacings, broken)),
    )
    files = {
        name: _folder_hash(rows, name) for name in (asked.reference_name, asked.prediction_name)
    }
    return Measured(table, broken, found.missing, found.extra, files)


def _in_order(parts: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return every key once, by tolerance where they have one, else as they come first."""
    every = list(dict.fromkeys(key for part in parts for key in part))
    return tuple(sorted(every, key=lambda name: tolerance_of(name) or 0.0))


def _array(rows: Mapping[str, Any], structures: Sequence[str], quantities: Sequence[str]) -> Floats:
    """Return the measures; a structure that a case does not have in either mask is empty in both."""
    empty = {"reference_voxels": 0.0, "predicted_voxels": 0.0, "shared_voxels": 0.0}
    return np.array(
        [
            [
                [row["measures"].get(structure, empty).get(name, np.nan) for name in quantities]
                for structure in structures
            ]
            for row in rows.values()
        ]
    )


def _some_without_spacing(asked: Masks, rows: Mapping[str, Any]) -> Problem:
    first = next(name for name, each in rows.items() if not each["spacing"])
    message = f"some masks carry a spacing and others, such as {first}, do not"
    hint = "write the spacing into all of them; millimetres and voxels have no common mean"
    return Problem(asked.reference_name, None, "", message, hint)


def _folder_hash(rows: Mapping[str, Any], name: str) -> str:
    lines = sorted(
        f"{file} {digest}"
        for row in rows.values()
        for file, digest in row["files"].items()
        if file.startswith(f"{name}/") or "/" not in file
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def _notes(
    asked: Masks, found: Matched, spacings: Sequence[tuple[float, ...]], broken: Sequence[Problem]
) -> Iterator[str]:
    if found.note:
        yield found.note
    if not any(spacings):
        yield "The masks carry no spacing: distances are in voxels, and there are no volumes in ml."
    elif asked.spacing_mm is None and {each for each in spacings} == {(1.0, 1.0, 1.0)}:
        yield (
            "Every mask says that its voxels are 1 x 1 x 1 mm, which is what files say whose header was lost; "
            "if so, distances and volumes are wrong."
        )
    for count, words in (
        (len(found.missing), "without a prediction: not scored"),
        (len(found.extra), "with a prediction and no reference: not scored"),
        (len(broken), "that could not be read: not scored"),
    ):
        if count:
            yield f"{count:,} {'case' if count == 1 else 'cases'} {words}."


# Further algorithms, patients, and the table of single cases


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """A table that names patient and groups of the cases."""

    table: Table
    case: str = "case"
    patient: str | None = None
    groups: tuple[str, ...] = ()


def compared(
    asked: Masks,
    others: Mapping[str, Path],
    people: People | None = None,
    running: Running | None = None,
) -> Measured:
    """Return what is measured of the predictions, with the measures of further algorithms on the same cases.

    Raises:
        BadSubmission: as for `measure`; or the table of cases cannot be used.
    """
    found = measure(asked, running)
    for name, folder in others.items():
        theirs = measure(replace(asked, prediction=folder, prediction_name=name), running)
        found = _beside(found, theirs, name)
    return found if people is None else replaced(found, _with_people(found.table, people))


def replaced(found: Measured, table: TaskTable) -> Measured:
    """Return the same with another table."""
    return found._replace(table=table)


def _beside(found: Measured, theirs: Measured, name: str) -> Measured:
    """Return the table with the measures of another algorithm, in the order of ours, NaN where it has none."""
    ours, other = found.table, theirs.table
    assert ours.case is not None
    assert other.case is not None
    rows = {case: i for i, case in enumerate(other.case.names)}
    places = [
        {each: i for i, each in enumerate(cast(Any, other.given[axis]))}
        for axis in ("structures", "quantities")
    ]
    measures = np.full(ours.columns["measures"].shape, np.nan)
    theirs_there = other.columns["measures"]
    for i, case in enumerate(ours.case.names):
        for j, structure in enumerate(cast(Any, ours.given["structures"])):
            for k, quantity in enumerate(cast(Any, ours.given["quantities"])):
                if case in rows and structure in places[0] and quantity in places[1]:
                    at = (rows[case], places[0][structure], places[1][quantity])
                    measures[i, j, k] = theirs_there[at]
    unscored = sum(case not in rows for case in ours.case.names)
    note = (
        f"{name} has no mask of {unscored:,} of {ours.cases:,} cases: left out of the comparison."
    )
    table = replace(
        ours,
        compared={**ours.compared, name: measures},
        notes=(*ours.notes, note) if unscored else ours.notes,
    )
    return found._replace(
        table=table, broken=(*found.broken, *theirs.broken), files={**found.files, **theirs.files}
    )


def _with_people(table: TaskTable, people: People) -> TaskTable:
    """Return the table with the patient and the groups of each case.

    Raises:
        BadSubmission: a column is not there, a case stands there twice, or a case is not listed.
    """
    assert table.case is not None
    reading = Reading(people.table, [])
    listed = reading.labels(people.case)
    columns = {
        name: reading.labels(name)
        for name in ((people.patient,) if people.patient else ()) + people.groups
    }
    rows: dict[str, int] = {}
    for row, code in enumerate(listed.codes.tolist()):
        name = listed.names[code] if code >= 0 else ""
        if name in rows:
            message = f'row {people.table.row(row):,}: the case "{name}" stands in an earlier row'
            reading.problems.append(Problem(people.table.name, None, people.case, message))
        rows[name] = row
    lacking = [each for each in table.case.names if each not in rows]
    if lacking and not reading.problems:
        more = f" and {len(lacking) - 1:,} more" if lacking[1:] else ""
        message = f'there is no row for the case "{lacking[0]}"{more}'
        reading.problems.append(Problem(people.table.name, None, people.case, message))
    if reading.problems:
        raise BadSubmission(reading.problems)
    at = np.array([rows[each] for each in table.case.names])
    found = {name: Labels(each.codes[at], each.names) for name, each in columns.items()}
    groups = {name: found[name] for name in people.groups}
    patient = found[people.patient] if people.patient else None
    return replace(table, patient=patient, groups=groups)


def per_case(table: TaskTable) -> str:
    """Return the measures of every case and structure as CSV, a row for each; it can be scored again."""
    assert table.case is not None
    structures, quantities = (cast(Any, table.given[each]) for each in ("structures", "quantities"))
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["case", "structure", *quantities])
    for case, of_case in zip(table.case.names, table.columns["measures"], strict=True):
        for structure, values in zip(structures, of_case, strict=True):
            shown = ["" if np.isnan(each) else repr(float(each)) for each in values]
            rows.writerow([case, structure, *shown])
    return text.getvalue()

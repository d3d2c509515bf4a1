"""Folders of masks to a table: every case is measured over the cores, and what cannot be read is reported."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from checker import work
from checker.cases.one_case import Case, Images, Masks, measured_case
from checker.errors import BadSubmission, Problem
from checker.model.measures import tolerance_of
from checker.model.predictions import Floats, Labels, TaskTable
from checker.reading.image_folders import images_in, labels_in
from checker.reading.image_names import Matched, matched
from checker.reading.measure_tables import places
from checker.reading.structures import WHOLE

VERSION = "2"
"""Of what a case's line in a store of finished cases holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the work on many cases is done."""

    workers: int | None = None
    store: Path | None = None
    """Where finished cases are kept, so that a run that was stopped goes on."""
    asked: bool = False
    """Somebody named the store: without it nothing is done."""
    told: Callable[[work.Progress], None] | None = None
    noted: Callable[[str], None] | None = None
    """Is told what is done otherwise than asked."""


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


def measure(asked: Masks, running: Running | None = None) -> Measured:
    """Return what is measured of every case that both folders have, one row per case.

    Raises:
        BadSubmission: a folder holds no images, no case matches, or no case could be measured.
    """
    running, asked = running or Running(), _with_structures(asked)
    _require_structures(asked)
    found = matched(
        images_in(asked.reference, asked.reference_name, inside=asked.inside),
        images_in(asked.prediction, asked.prediction_name, inside=asked.inside),
        names=(asked.reference_name, asked.prediction_name),
        single=asked.reference.is_file() and asked.prediction.is_file(),
    )
    items = [
        work.Item(_key(case, asked), case)
        for case in (
            Case(pair.case, pair.reference, pair.prediction, asked) for pair in found.pairs
        )
    ]
    done = finished(items, measured_case, VERSION, running)
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
        raise BadSubmission(apart(broken))
    made = _together(asked, found, rows, broken)
    _require_there(asked, made.table.given["structures"])
    return made


HINT = "    hint: "
"""Before what to do, where problems were written out as text."""


def apart(broken: Iterable[Problem]) -> Iterator[Problem]:
    """Yield each problem of cases, of which one may have several and each its hint."""
    for each in broken:
        message = ""
        for line in each.message.split("\n"):
            if line.startswith(HINT):
                yield replace(each, message=message, hint=line.removeprefix(HINT))
                message = ""
                continue
            if message:
                yield replace(each, message=message)
            message = line
        if message:
            yield replace(each, message=message)


IGNORED = "ignore"
"""Name of the label of voxels that nobody judged (nnU-Net)."""


def _require_structures(asked: Masks) -> None:
    """Refuse a vessel, lesions or another label of a structure that nobody named.

    Raises:
        BadSubmission: there is one.
    """
    named = {*asked.vessels, *asked.lesions, *asked.predicted} - {*asked.structures}
    if asked.structures and named:
        there = ", ".join(asked.structures)
        message = f'there is no structure "{min(named)}"; there are {there}'
        raise BadSubmission([Problem(asked.reference_name, None, "", message)])


def _require_there(asked: Masks, structures: object) -> None:
    """Refuse a vessel or lesions that the masks do not have, where the files tell what they have.

    Raises:
        BadSubmission: there is one.
    """
    there = structures if isinstance(structures, tuple) else ()
    lacking = sorted({*asked.vessels, *asked.lesions} - {*there, *asked.structures})
    if lacking:
        message = f'there is no structure "{lacking[0]}"; there are {", ".join(there)}'
        raise BadSubmission([Problem(asked.reference_name, None, "", message)])


def _with_structures(asked: Masks) -> Masks:
    """Return what is asked, with the structures that a dataset.json names where nobody else does.

    What is called ``ignore`` is no structure but the label of voxels that nobody judged.

    Raises:
        BadSubmission: nobody says which label that is.
    """
    named = [
        (folder, labels_in(folder, name))
        for folder, name in (
            (asked.reference, asked.reference_name),
            (asked.prediction, asked.prediction_name),
        )
    ]
    if asked.structures.get(IGNORED) == WHOLE:
        message = f'"{IGNORED}" has no label'
        hint = f"write the label of the voxels that nobody judged: {IGNORED}=3"
        raise BadSubmission([Problem(asked.reference_name, None, "", message, hint)])
    structures = asked.structures or next((found for _, found in named if found), {})
    ignored = asked.structures.get(IGNORED) or named[0][1].get(IGNORED, frozenset())
    told = {name: labels for name, labels in structures.items() if name != IGNORED}
    return replace(asked, structures=told, ignored=asked.ignored | ignored)


def finished(
    items: Sequence[work.Item], do: Callable[[Any], Any], version: str, running: Running
) -> tuple[work.Done, ...]:
    """Return what became of each case; where finished ones cannot be kept, the work is done all the same.

    Args:
        items: the cases.
        do: measures one.
        version: of what is kept of a finished case.
        running: how the work is done.

    Raises:
        BadSubmission: they cannot be kept where somebody asked for it.
    """
    how: dict[str, Any] = {
        "expected": (BadSubmission,),
        "workers": running.workers,
        "version": version,
        "told": running.told,
    }
    try:
        return work.run(items, do, store=running.store, **how)
    except (work.Busy, work.StoreFailed) as failed:
        if running.asked:
            raise BadSubmission([Problem(str(running.store), None, "", str(failed))]) from None
        if running.noted is not None:
            running.noted(f"finished cases are not kept for a next run: {failed}")
        return work.run(items, do, **how)


def _key(case: Case, asked: Masks) -> str:
    """Return what a finished case is known by: its files as they are now, and what is measured."""
    files = [*_files(case.reference), *_files(case.prediction)]
    return repr((case.name, [stamp(each) for each in files], asked.measured_as()))


NOT_THERE = -1


def stamp(file: Path) -> tuple[str, int, int]:
    """Return path, size in bytes and time of change (ns) of a file; -1 for both where a link leads nowhere."""
    try:
        found = file.stat()
    except OSError:
        return str(file), NOT_THERE, NOT_THERE
    return str(file), found.st_size, found.st_mtime_ns


def _files(images: Images) -> Iterator[Path]:
    yield from [images] if isinstance(images, Path) else images.values()


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
        sha256=folder_hash(rows, asked.prediction_name),
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
        notes=(
            *_notes(asked, found, spacings, broken),
            *_of_one_map(asked, found, structures),
            *_nowhere(rows, structures),
        ),
    )
    files = {
        name: folder_hash(rows, name) for name in (asked.reference_name, asked.prediction_name)
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


def folder_hash(rows: Mapping[str, Any], name: str) -> str:
    """Return a hash of the files of a folder: of the names and hashes under `files` of each row."""
    lines = sorted(
        f"{file} {digest}"
        for row in rows.values()
        for file, digest in row["files"].items()
        if file.startswith(f"{name}/") or "/" not in file
    )
    return sha256("\n".join(lines).encode()).hexdigest()


def _nowhere(rows: Mapping[str, Any], structures: Sequence[str]) -> Iterator[str]:
    """Yield each structure of which no mask of one side, or of either, has a voxel."""
    for name in structures:
        sides = {
            side: sum(row["measures"].get(name, {}).get(key, 0) > 0 for row in rows.values())
            for side, key in (("reference", "reference_voxels"), ("prediction", "predicted_voxels"))
        }
        if not any(sides.values()):
            yield f"No mask of either side has a voxel of {name}: is its label right?"
        elif not all(sides.values()):
            without, other = sorted(sides, key=lambda side: sides[side])
            yield (
                f"No {without} has a voxel of {name}, which {sides[other]:,} of {len(rows):,} "
                f"{other}s have: is its label the same on both sides?"
            )


def _of_one_map(asked: Masks, found: Matched, structures: Sequence[str]) -> Iterator[str]:
    """Say where one map of probabilities stands for several structures."""
    of_a_file = any(isinstance(each.prediction, Path) for each in found.pairs)
    if asked.cutoff is not None and of_a_file and len(structures) > 1:
        yield (
            f"One map of probabilities for each case is compared with each of {', '.join(structures)}; it is of one "
            "structure: name that one alone."
        )


def _other(spacing: tuple[float, ...], named: tuple[float, ...]) -> bool:
    """Return whether a spacing is not the one that was named; headers hold seven digits."""
    return len(spacing) != len(named) or not np.allclose(spacing, named, rtol=1e-5, atol=0)


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
    if asked.spacing_mm and (own := sum(_other(each, asked.spacing_mm) for each in spacings)):
        masks = "1 case carries" if own == 1 else f"{own:,} cases carry"
        yield f"{masks} another spacing than the one that was named: that of the masks counts."
    if asked.ignored:
        number = " and ".join(map(str, sorted(asked.ignored)))
        yield f"Voxels that the reference labels {number} (ignore) count in neither mask."
    for count, words in (
        (len(found.missing), "without a prediction: not scored"),
        (len(found.extra), "with a prediction and no reference: not scored"),
        (len(broken), "that could not be read: not scored"),
    ):
        if count:
            yield f"{count:,} {'case' if count == 1 else 'cases'} {words}."

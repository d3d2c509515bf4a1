"""Reference lesions that are given as masks: a table of them in place of the folder, one mask in memory at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from checker.errors import BadSubmission, Problem
from checker.reading.cells import Cells
from checker.reading.columns import Reading, selected
from checker.reading.detection_parts import Scans, other_scans, scan_ids
from checker.reading.detection_tables import DetectionTables, named_somewhere
from checker.reading.image_folders import images_in, labels_in
from checker.reading.images import Volume, read_mask
from checker.reading.marks_in_masks import (
    LESION,
    SAID_OF_MARKS,
    MarksInMasks,
    marks_to_place,
)
from checker.reading.scan_lesions import ScanLesions, lesions_in, lies_level
from checker.reading.tables import Table
from checker.reading.task_columns import DetectionColumns

AXES = ("x", "y", "z")
BY_CENTRE = (None, "centre_inside")
"""Hit rules under which the mask itself says what a mark hits; others go by centre and diameter of the lesion."""
FIRST_CHOICE = "highest_score_first"
NOT_USED = (
    "The matching {} is not used: a mark lies in one lesion at most, and of several in one the highest "
    "score counts."
)
IGNORE = "ignore"
"""Name of the label of voxels that nobody judged (nnU-Net)."""
UNJUDGED = "write 0 there, and name these regions in the table of ignored regions"
SLICE = "write it as a volume with three axes, so that x, y and z tell a place in it"
ONE_KIND = "write all masks in 2-D, or all in 3-D"
NAMES_SHOWN = 3
"""Files that a message names."""


class WithMasks(NamedTuple):
    """What is read in place of the masks."""

    tables: DetectionTables
    """With a table of lesions; by the masks themselves, each mark also names the lesion in which it lies."""
    asked: DetectionColumns
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Found:
    """The lesions of the scans so far."""

    name: str
    """Of the folder, for messages."""
    problems: list[Problem]
    ignored: frozenset[int] = frozenset()
    """Labels of voxels that nobody judged."""
    rows: list[tuple[object, ...]] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    axes: int = 0
    """Of the masks; 0: none was read yet."""
    first: str = ""
    """The mask that was read first."""

    def fits(self, volume: Volume) -> bool:
        """Return whether lesions can be told in a mask as in those before; keeps the problem if not."""
        axes = volume.voxels.ndim
        if not lies_level(volume):
            self._bad(f"{volume.file} is a slice that does not lie in the plane of x and y", SLICE)
            return False
        if self.axes not in (0, axes):
            self._bad(f"{volume.file} has {axes} axes and {self.first} has {self.axes}", ONE_KIND)
            return False
        if self.ignored and self.ignored & volume.labels():
            self._bad(f'{volume.file} has voxels that nobody judged (label "{IGNORE}")', UNJUDGED)
            return False
        self.axes, self.first = axes, self.first or volume.file
        return True

    def _bad(self, message: str, hint: str) -> None:
        self.problems.append(Problem(self.name, None, "", message, hint))


def lesions_of_masks(
    tables: DetectionTables,
    folder: Path,
    name: str,
    asked: DetectionColumns,
    inside: tuple[Path, ...] = (),
) -> WithMasks:
    """Return the tables with the lesions that the masks of a folder hold.

    A lesion is a part of a mask that hangs together over 26 neighbours (8 in 2-D), whatever its labels are. Its place
    is the mean of the centres of its voxels, its diameter that of the ball (disc) of its volume (area). If no hit rule
    is named, or ``centre_inside``, a mark hits the lesion in one of whose voxels its centre lies; a mark in the
    middle between two voxels is in the one with the even index.

    Args:
        tables: scans and marks; their places in mm to the right, to the front and up (RAS+), in pixels from the
            centre of the first one where masks carry no spacing.
        folder: with a mask for each scan, called like it; an empty mask: the scan has no lesion.
        name: of the folder, for messages.
        asked: the columns and the hit rule.
        inside: folders in which files may lie; empty: anywhere.

    Raises:
        BadSubmission: a scan has no mask or several, a mask cannot be read, has another number of axes or voxels
            that nobody judged, a mark lies outside of its scan: all at once.
    """
    problems: list[Problem] = []
    named_somewhere(tables, asked, problems)
    scans = Reading(selected(tables.scans, asked.where, problems), problems)
    ids = scan_ids(scans, asked)
    if ids is None or problems:
        raise BadSubmission(dict.fromkeys(problems))
    listed = [ids.names[code] for code in ids.codes.tolist()]
    searched = Scans(ids, tables.scans.name, other_scans(tables.scans, ids, asked))
    marks: list[MarksInMasks] = []
    if asked.hit in BY_CENTRE:
        every = (tables.marks, *tables.comparators.values())
        marks = [marks_to_place(each, asked, searched, problems) for each in every]
    images = images_in(folder, name, inside=inside)
    named = labels_in(folder, name)
    found = _Found(name, problems, named.get(IGNORE, frozenset()))
    for at, scan in enumerate(listed):
        _read(scan, at, _mask_of(scan, images, found), folder, found, marks)
    problems += [problem for each in marks for problem in each.problems()]
    if problems:
        raise BadSubmission(dict.fromkeys(problems))
    notes = tuple(_notes(len(images.keys() - set(listed)), named))
    return _in_place(replace(tables, lesions=_lesion_table(found)), asked, marks, notes)


def _notes(extra: int, named: Mapping[str, frozenset[int]]) -> Iterator[str]:
    """Yield which masks are not read, and which structures count as lesions where a dataset.json names several."""
    if extra:
        masks = (
            "mask of a scan that is not listed is"
            if extra == 1
            else "masks of scans that are not listed are"
        )
        yield f"{extra:,} {masks} not read."
    structures = [each for each in named if each != IGNORE]
    if len(structures) > 1:
        yield (
            f"Every label counts as a lesion, and labels are not told apart: {', '.join(structures)}. An organ among "
            "them makes one lesion of itself; give masks of the lesions alone then."
        )


def _mask_of(scan: str, images: Mapping[str, Any], found: _Found) -> Path | None:
    """Return the mask of a scan; None after a problem."""
    image = images.get(scan)
    if isinstance(image, Path):
        return image
    if image is not None and len(image) == 1:  # other scans have several
        return Path(*image.values())
    message = f'there is no mask of the scan "{scan}"'
    hint = "a scan without a lesion has an empty mask, or the folder has another name for it"
    if image is not None:
        files = sorted(each.name for each in image.values())
        more = f" and {len(files) - NAMES_SHOWN} more" if len(files) > NAMES_SHOWN else ""
        message = (
            f'the scan "{scan}" has {len(files)} files: {", ".join(files[:NAMES_SHOWN])}{more}'
        )
        hint = "give one mask for each scan; lesions may have labels of their own in it"
    found.problems.append(Problem(found.name, None, "", message, hint))
    return None


def _read(
    scan: str,
    at: int,
    image: Path | None,
    folder: Path,
    found: _Found,
    marks: Sequence[MarksInMasks],
) -> None:
    """Keep the lesions of one scan and which marks lie in them; its mask is let go of."""
    if image is None:
        return
    file = image.relative_to(folder).as_posix() if folder in image.parents else image.name
    shown = file if image == folder else f"{found.name}/{file}"
    try:
        volume = read_mask(image, shown)
    except BadSubmission as bad:
        found.problems += bad.problems
        return
    found.hashes[file] = volume.sha256
    if not found.fits(volume):
        return
    lesions = lesions_in(volume)
    found.rows += _rows(scan, lesions)
    for each in marks:
        each.place(scan, at, lesions)


def _rows(scan: str, lesions: ScanLesions) -> Iterator[tuple[object, ...]]:
    """Yield scan, name, centre and diameter of each lesion."""
    for number, (centre, diameter) in enumerate(lesions.places(), start=1):
        yield (scan, lesions.name(scan, number), *centre, diameter)


def _lesion_table(found: _Found) -> Table:
    import polars as pl

    names = ("scan", LESION, *AXES[: found.axes], "diameter")
    kinds = [pl.String, pl.String, *[pl.Float64] * (found.axes + 1)]
    columns = [
        pl.Series(str(i), [row[i] for row in found.rows], kind) for i, kind in enumerate(kinds)
    ]
    return Table(
        name=found.name,
        sha256=_together(found.hashes),
        columns=names,
        rows=len(found.rows),
        format="parquet",
        cells=Cells(names=names, frame=pl.DataFrame(columns), printed=False),
    )


def _together(hashes: Mapping[str, str]) -> str:
    """Return the SHA-256 of the names below the folder and the hashes of the masks that were read."""
    lines = "\n".join(f"{file} {digest}" for file, digest in sorted(hashes.items()))
    return sha256(lines.encode()).hexdigest()


def _in_place(
    tables: DetectionTables,
    asked: DetectionColumns,
    marks: Sequence[MarksInMasks],
    notes: tuple[str, ...],
) -> WithMasks:
    """Return the tables, the marks with the lesion they lie in where that is the rule."""
    assert tables.lesions is not None
    ours = {f"lesions.{name}": name for name in tables.lesions.columns}
    names = {each: asked.names[each] for each in asked.names if not each.startswith("lesions.")}
    if not marks:
        return WithMasks(tables, replace(asked, names=names | ours), notes)
    if not any(each.part for each in marks):  # no mark is on a scan that was searched
        asked = replace(asked, hit="centre_inside", names=names | ours)
        return WithMasks(tables, asked, notes)
    if asked.matching != FIRST_CHOICE:
        notes += (NOT_USED.format(asked.matching),)
    first, *others = (each.naming() for each in marks)
    comparators = dict(zip(tables.comparators, others, strict=True))
    told = {each: names[each] for each in names if each.rpartition(".")[2] not in SAID_OF_MARKS}
    told |= ours | {f"marks.{LESION}": LESION}
    return WithMasks(
        replace(tables, marks=first, comparators=comparators),
        replace(asked, hit=None, limit=None, limits=(), in_masks=True, names=told),
        (*notes, *(note for each in marks for note in each.notes())),
    )

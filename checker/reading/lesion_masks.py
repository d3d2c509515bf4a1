"""Reference lesions that are given as masks: a table of them, and which of them each mark lies in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.errors import BadSubmission, Problem
from checker.reading.cells import Cells, numbered
from checker.reading.columns import selected
from checker.reading.folder import sha256 as sha256_of
from checker.reading.image_folders import images_in
from checker.reading.images import Volume, read_mask
from checker.reading.tables import Table, labels, numbers
from checker.reading.task_columns import DetectionColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]
else:
    Floats = Codes = Any

LESION = "lesion"
AXES = ("x", "y", "z")
INSIDE = (
    "A mark is a hit if its centre lies in the mask of a lesion; a lesion hangs together over 26 neighbours "
    "(8 in 2-D)."
)
LPS = (
    "with x and y turned (as ITK and LUNA16 write them) most lie inside: turn the signs of x and y"
)
MOST = 0.5
"""Share of the marks of which most is said."""


class WithMasks(NamedTuple):
    """Tables in place of the masks."""

    lesions: Table
    marks: tuple[Table, ...]
    """With a column that names the lesion in whose mask each lies, where that is the rule."""
    asked: DetectionColumns
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The lesions of one scan."""

    volume: Volume
    numbered: Codes
    """The lesion of each voxel, 0 for none; shape of the volume."""
    count: int


def lesions_of_masks(
    folder: Path,
    name: str,
    scans: Table,
    marks: Sequence[Table],
    asked: DetectionColumns,
    inside: tuple[Path, ...] = (),
) -> WithMasks:
    """Return the lesions in the masks of a folder, one mask in memory at a time.

    Args:
        folder: with a mask for each scan, called like it; an empty mask: the scan has no lesion.
        name: of the folder, for messages.
        scans: the table of scans.
        marks: the tables of marks; their places in mm (RAS+), in pixels where masks carry no spacing.
        asked: the columns, and when a mark is a hit (nobody says: its centre lies in the mask).
        inside: folders in which files may lie; empty: anywhere.

    Raises:
        BadSubmission: a scan has no mask, a mask cannot be read, a mark lies outside of its scan: all at once.
    """
    found = images_in(folder, name, inside=inside)
    problems: list[Problem] = []
    listed = labels(selected(scans, asked.where, problems), _column(asked, "scans", "scan"))
    rows: list[tuple[object, ...]] = []
    hashes: dict[str, str] = {}
    by_centre = asked.hit in (None, "centre_inside")
    places = [_Places(each, asked) for each in marks] if by_centre else []
    for scan in listed.names:
        image = found.get(scan)
        if not isinstance(image, Path):
            message = f'there is no mask of the scan "{scan}"'
            hint = (
                "a scan without a lesion has an empty mask, or the folder has another name for it"
            )
            problems.append(Problem(name, None, "", message, hint))
            continue
        try:
            parts = _parts(image, f"{name}/{image.name}")
        except BadSubmission as bad:
            problems += bad.problems
            continue
        hashes[image.name] = parts.volume.sha256
        rows += _rows(scan, parts)
        for each in places:
            each.fill(scan, parts)
    problems += [problem for each in places for problem in each.problems()]
    if problems:
        raise BadSubmission(problems)
    extra = [case for case in found if case not in listed.names]
    notes = [f"{len(extra):,} masks of scans that are not listed are not read."] if extra else []
    table = _lesion_table(name, rows, asked, hashes)
    if not places:
        return WithMasks(table, tuple(marks), asked, tuple(notes))
    names = {**asked.names, "lesions.lesion": LESION, "marks.lesion": LESION}
    told = replace(asked, hit=None, in_masks=True, limit=None, limits=(), names=names)
    named = tuple(_with_column(each.marks, each.lesion) for each in places)
    return WithMasks(table, named, told, (INSIDE, *notes))


def hash_of(folder: Path) -> str:
    """Return the SHA-256 of the names and hashes of the images of a folder."""
    found = images_in(folder, str(folder)).values()
    return _together({each.name: sha256_of(each) for each in found if isinstance(each, Path)})


def _column(asked: DetectionColumns, table: str, ours: str) -> str:
    return asked.names.get(f"{table}.{ours}") or asked.names.get(ours, ours)


def _parts(image: Path, name: str) -> _Parts:
    """Return the parts of a mask that hang together.

    Raises:
        BadSubmission: it cannot be read.
    """
    import numpy as np
    from scipy import ndimage

    volume = read_mask(image, name)
    mask = np.asarray(volume.voxels != 0)
    near = ndimage.generate_binary_structure(mask.ndim, mask.ndim)
    numbered_parts, count = ndimage.label(mask, structure=near)
    return _Parts(volume, numbered_parts, int(count))


def _rows(scan: str, parts: _Parts) -> Iterator[tuple[object, ...]]:
    """Yield scan, name, centre and diameter of each lesion: of the ball (disc) of the same size."""
    import numpy as np
    from scipy import ndimage

    spacing = parts.volume.spacing_mm or (1.0,) * parts.numbered.ndim
    every = range(1, parts.count + 1)
    centres = ndimage.center_of_mass(parts.numbered > 0, parts.numbered, every)
    sizes = np.bincount(parts.numbered.ravel(), minlength=parts.count + 1)[1:] * np.prod(spacing)
    for number, centre, size in zip(every, centres, sizes.tolist(), strict=True):
        place = _world(parts.volume, np.array(centre))
        flat = len(spacing) == 2
        diameter = 2 * (size / np.pi) ** 0.5 if flat else (6 * size / np.pi) ** (1 / 3)
        yield (scan, f"{scan}/{number}", *map(float, place), float(diameter))


def _world(volume: Volume, voxel: Floats) -> Floats:
    import numpy as np

    axes = volume.voxels.ndim
    if volume.affine is None:
        return np.asarray(voxel * np.array(volume.spacing_mm or (1.0,) * axes), float)
    point = np.concatenate([voxel, np.zeros(3 - axes), [1.0]])
    return np.asarray((volume.affine @ point)[:axes], float)


class _Places:
    """Where marks lie, and which of them lie outside of their scan."""

    def __init__(self, marks: Table, asked: DetectionColumns) -> None:
        self.marks = marks
        self.scan = labels(marks, _column(asked, "marks", "scan"))
        columns = [_column(asked, "marks", each) for each in AXES]
        self.columns = [each for each in columns if each in marks.columns]
        found = [numbers(marks, each) for each in self.columns]
        if wrong := [problem for _, problems in found for problem in problems]:
            raise BadSubmission(wrong)
        self.values = [values for values, _ in found]
        self.lesion = [""] * marks.rows
        self.outside: list[tuple[int, str]] = []
        self.turned = 0

    def fill(self, scan: str, parts: _Parts) -> None:
        """Name the lesion in which each mark of a scan lies."""
        import numpy as np

        axes = parts.volume.voxels.ndim
        if len(self.values) < axes or scan not in self.scan.names:
            if len(self.values) < axes:
                self.outside.append((0, f"the scan {scan} has {axes} axes"))
            return
        for row in np.flatnonzero(self.scan.codes == self.scan.names.index(scan)).tolist():
            point = np.array([each[row] for each in self.values[:axes]])
            at = _index(parts.volume, point)
            if at is None:
                self.outside.append((row, scan))
                turned = point * np.array([-1.0, -1.0, 1.0][:axes])
                self.turned += _index(parts.volume, turned) is not None
            elif number := int(parts.numbered[at]):
                self.lesion[row] = f"{scan}/{number}"

    def problems(self) -> list[Problem]:
        """Return what is said of marks outside of their scans."""
        if not self.outside:
            return []
        row, scan = self.outside[0]
        more = f" and {len(self.outside) - 1:,} more" if self.outside[1:] else ""
        message = f"row {self.marks.row(row):,}: the mark lies outside of the scan {scan}{more}"
        most = self.turned > MOST * len(self.outside)
        hint = LPS if most else "places are in mm, to the right, to the front and up (RAS+)"
        return [
            Problem(self.marks.name, self.marks.line(row), ", ".join(self.columns), message, hint)
        ]


def _index(volume: Volume, point: Floats) -> tuple[int, ...] | None:
    """Return the voxel in which a point lies; None: it lies outside."""
    import numpy as np

    axes = volume.voxels.ndim
    if volume.affine is None:
        voxel = point / np.array(volume.spacing_mm or (1.0,) * axes)
    else:
        whole = np.concatenate([point, np.zeros(3 - axes), [1.0]])
        voxel = np.linalg.solve(volume.affine, whole)[:axes]
    at = np.rint(voxel)
    if not np.isfinite(at).all() or (at < 0).any() or (at >= volume.voxels.shape).any():
        return None
    return tuple(int(each) for each in at)


def _lesion_table(
    name: str, rows: list[tuple[object, ...]], asked: DetectionColumns, hashes: Mapping[str, str]
) -> Table:
    import polars as pl

    axes = max((len(row) - 3 for row in rows), default=3)
    ours = ("scan", LESION, *AXES[:axes], "diameter")
    names = [LESION if each == LESION else _column(asked, "lesions", each) for each in ours]
    kinds = [pl.String, pl.String, *[pl.Float64] * (axes + 1)]
    frame = pl.DataFrame(
        [pl.Series(str(i), [row[i] for row in rows], kinds[i]) for i in range(len(names))]
    )
    return Table(
        name=name,
        sha256=_together(hashes),
        columns=tuple(names),
        rows=len(rows),
        format="parquet",
        cells=Cells(names=tuple(names), frame=numbered(frame), printed=False),
    )


def _together(hashes: Mapping[str, str]) -> str:
    lines = "\n".join(f"{file} {digest}" for file, digest in sorted(hashes.items()))
    return sha256(lines.encode()).hexdigest()


def _with_column(marks: Table, lesion: list[str]) -> Table:
    """Return the marks with the name of the lesion that each hit."""
    import polars as pl

    frame = marks.cells.frame
    kept = frame if marks.positions is None else frame[marks.positions]
    column = pl.Series(str(frame.width), [each or None for each in lesion], pl.String)
    names = (*marks.columns, LESION)
    cells = replace(marks.cells, names=names, frame=numbered(kept.hstack([column])))
    return replace(marks, columns=names, cells=cells, positions=None)

"""Marks on scans whose lesions are masks: in which lesion each lies, and which lie outside of their scan."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from checker.errors import Problem
from checker.reading.cells import numbered
from checker.reading.columns import Reading
from checker.reading.detection_parts import MARKS, Part, Scans, part_of
from checker.reading.scan_lesions import ScanLesions
from checker.reading.tables import Table
from checker.reading.task_columns import DetectionColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]

LESION = "lesion"
SAID_OF_MARKS = (LESION, "mark")
"""Our names of columns that say which lesion a mark hit, or whether it hit one."""
TURNED = (-1.0, -1.0, 1.0)
"""From RAS+ to LPS, as ITK and LUNA16 write places."""
MOST = 0.5
RAS = "places are in mm, to the right, to the front and up (RAS+)"
PIXELS = "the masks carry no spacing: places are in pixels from the centre of the first one"
LPS = (
    "most marks lie outside as they stand, and inside with the signs of x and y turned: they are in LPS, as ITK and "
    "LUNA16 write them; turn the signs of x and y"
)


@dataclass(slots=True)
class MarksInMasks:
    """The marks of one table, looked up in one mask after the other."""

    table: Table
    part: Part | None
    """Its rows on scans that were searched; None: there are none, or nothing could be read."""
    lesion: list[str | None]
    """Of each of these rows; None: it lies in no lesion."""
    outside: "Bools"
    outside_turned: "Bools"
    scan: dict[int, str] = field(default_factory=dict)
    """Row of a scan to its name, where marks lie outside."""
    looked_at: int = 0
    hits_turned: int = 0
    in_pixels: bool = False

    def place(self, scan: str, at: int, lesions: ScanLesions) -> None:
        """Name the lesion in which each mark of a scan lies.

        Args:
            scan: its name.
            at: its row among the scans.
            lesions: of the scan.
        """
        import numpy as np

        if self.part is None or self.part.shape is None or not self._fits(scan, lesions):
            return
        rows = np.flatnonzero(self.part.scan == at)
        points = self.part.shape.centre[rows]
        turned = lesions.voxels_at(points * TURNED[: points.shape[1]])
        voxels, told = lesions.voxels_at(points), np.isfinite(points).all(axis=1)
        numbers = lesions.numbers_at(voxels)
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            self.lesion[row] = lesions.name(scan, number) if number else None
        self.outside[rows] = told & ~lesions.holds(voxels)
        self.outside_turned[rows] = ~lesions.holds(turned)
        self.hits_turned += int(np.count_nonzero(lesions.numbers_at(turned)))
        self.looked_at += len(rows)
        self.scan[at] = scan
        self.in_pixels = lesions.grid.spacing_mm is None

    def _fits(self, scan: str, lesions: ScanLesions) -> bool:
        """Return whether marks have as many coordinates as masks have axes; the first problem is kept."""
        assert self.part is not None
        assert self.part.shape is not None
        axes, coordinates = lesions.grid.voxels.ndim, self.part.shape.centre.shape[1]
        if axes == coordinates:
            return True
        message = (
            f"marks have {coordinates} coordinates, and the mask of the scan {scan} has {axes} axes"
        )
        hint = "name the third one: z" if axes > coordinates else "leave out the third one"
        found = Problem(self.table.name, None, "", message, hint)
        self.part.reading.problems.append(found)
        self.part.shape = None  # said once
        return False

    def problems(self) -> Iterator[Problem]:
        """Yield what is said of marks outside of their scans."""
        import numpy as np

        if self.part is None or not self.outside.any():
            return
        rows = np.flatnonzero(self.outside).tolist()
        table, first = self.part.reading.table, rows[0]
        scan = self.scan[int(self.part.scan[first])]
        message = f"row {table.row(first):,}: the mark lies outside of the scan {scan}{table.others(rows)}"
        column = self.part.column("x") or self.part.column("x1") or ""
        yield Problem(table.file(first), table.line(first), column, message, self._hint())

    def _hint(self) -> str:
        import numpy as np

        away = int(np.count_nonzero(self.outside))
        back = int(np.count_nonzero(self.outside & ~self.outside_turned))
        if away > MOST * self.looked_at and back > MOST * away:
            return LPS
        return PIXELS if self.in_pixels else RAS

    def notes(self) -> Iterator[str]:
        """Yield that more marks would lie in lesions if x and y were turned; nothing is turned."""
        hits = sum(each is not None for each in self.lesion)
        if self.hits_turned > hits and not self.in_pixels:
            yield (
                f"{self.table.name}: {hits:,} of {self.looked_at:,} marks lie in the mask of a lesion; with the "
                f"signs of x and y turned (LPS, as ITK and LUNA16 write them) {self.hits_turned:,} would. They are "
                "taken as they stand (RAS+)."
            )

    def naming(self) -> Table:
        """Return the table with a column that names the lesion, in place of any that said so."""
        import polars as pl

        table = self.table if self.part is None else self.part.reading.table
        frame = self.table.cells.frame
        at = range(frame.height) if table.positions is None else table.positions.tolist()
        texts = dict(zip(at, self.lesion, strict=True)) if self.part else {}
        column = pl.Series(LESION, [texts.get(each) for each in range(frame.height)], pl.String)
        said = _said(self.table, self.part)
        kept = [i for i, name in enumerate(self.table.columns) if name not in said]
        names = (*(self.table.columns[i] for i in kept), LESION)
        made = numbered(pl.DataFrame([*(frame.to_series(i) for i in kept), column]))
        cells = replace(self.table.cells, names=names, frame=made)
        return replace(self.table, columns=names, cells=cells)


def _said(table: Table, part: Part | None) -> list[str]:
    """Return the columns of the marks that say which lesion each hit, or whether it hit one."""
    columns = SAID_OF_MARKS if part is None else map(part.column, SAID_OF_MARKS)
    return [each for each in columns if each is not None and each in table.columns]


def marks_to_place(
    table: Table, asked: DetectionColumns, searched: Scans, problems: list[Problem]
) -> MarksInMasks:
    """Return the marks of a table before any mask is read; what is wrong with them is kept.

    A column that says which lesion each mark hit contradicts masks that say so, unless the hit rule is named.
    """
    import numpy as np

    part = part_of(MARKS, Reading(table, problems), asked, searched, [])
    rows = 0 if part is None else part.rows
    made = MarksInMasks(table, part, [None] * rows, np.zeros(rows, bool), np.zeros(rows, bool))
    if part is None:
        return made
    if asked.hit is None and (said := _said(table, part)):
        hint = f"write {asked.written['hit']} centre_inside to go by the masks, or leave out one of the two"
        message = (
            f"the column {said[0]} says what each mark hit, and so do the masks of the lesions"
        )
        problems.append(Problem(table.name, None, said[0], message, hint))
    if part.shape is None:
        message = "no columns say where each mark is: x, y and z of points, or the corners of boxes"
        hint = f"name them: {asked.written['column']} x, y, z, x1, x2, width ..."
        problems.append(Problem(table.name, None, "", message, hint))
    return made

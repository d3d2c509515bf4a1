"""The rows of one table of detection: whose they are, and what their columns hold."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.errors import Problem
from checker.model.detection import IGNORED as REGION
from checker.model.detection import LESION, MARK, SCAN
from checker.model.predictions import Floats, Labels
from checker.reading.columns import Reading
from checker.reading.detection_shapes import Shape, shape_of
from checker.reading.tables import Table, labels
from checker.reading.task_columns import DetectionColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCANS, LESIONS, MARKS, IGNORED = "scans", "lesions", "marks", "ignored"
PARTS = {SCANS: SCAN, LESIONS: LESION, MARKS: MARK, IGNORED: REGION}
"""What a row is, in numbers that the metrics know."""
TABLE_NAMES = tuple(PARTS)
COLUMN_NAMES = (
    "scan", "x", "y", "z", "diameter", "width", "height", "depth", "x1", "y1", "z1", "x2", "y2", "z2",
    "score", "class", "lesion", "mark", "lesions", "reader", "modality",
)  # fmt: skip
"""Our names of columns, in whichever table they are."""


@dataclass(slots=True)
class Part:
    """The rows of one table."""

    kind: str
    reading: Reading
    asked: DetectionColumns
    scan: "NDArray[np.int64]"
    """Place of each row's scan among the scans; -1 unknown."""
    shape: Shape | None = None
    score: Floats | None = None
    classes: Labels | None = None
    reader: Labels | None = None
    modality: Labels | None = None
    lesion: Labels | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(self.scan)

    def column(self, name: str) -> str | None:
        """Return the column of this table that holds what we call so; None: there is none."""
        return column_of(self.asked, self.reading.table, self.kind, name)

    def wrong_rows(self, column: str, rows: "NDArray[np.bool_]", what: str, hint: str = "") -> None:
        """Complain about the rows that the mask tells."""
        at = [int(row) for row in rows.nonzero()[0]]
        if at:
            table = self.reading.table
            message = f"row {table.row(at[0]):,}: {what}{table.others(at)}"
            found = Problem(table.file(at[0]), table.line(at[0]), column, message, hint)
            self.reading.problems.append(found)


def column_of(asked: DetectionColumns, table: Table, kind: str, name: str) -> str | None:
    """Return the column of a table that holds what we call so: named for it, named for all, or called so."""
    own = asked.names.get(f"{kind}.{name}")
    if own is not None:
        return own
    named = asked.names.get(name)
    if named is not None and named in table.columns:
        return named
    return name if name in table.columns else None


def scan_ids(scans: Reading, asked: DetectionColumns) -> Labels | None:
    """Return the scan of each row; each is listed once."""
    import numpy as np

    column = column_of(asked, scans.table, SCANS, "scan") or _called(scans.table)
    if column is None:
        wanted = asked.names.get("scan", "scan")
        missing = scans.table.missing(wanted)
        scans.problems.append(
            missing or Problem(scans.table.name, None, wanted, "no column names the scan")
        )
        return None
    found = scans.labels(column)
    part = Part(SCANS, scans, asked, found.codes)
    part.wrong_rows(column, found.codes < 0, "the scan is not named", "give each scan a name")
    first = np.unique(found.codes, return_index=True)[1]
    again = np.ones(len(found.codes), bool)
    again[first] = False
    part.wrong_rows(column, again & (found.codes >= 0), "the scan is listed before", "list it once")
    return found


@dataclass(frozen=True, slots=True)
class Scans:
    """The scans that were searched."""

    ids: Labels
    file: str
    others: frozenset[str]
    """Scans of the same table that are of another partition."""


def other_scans(whole: Table, chosen: Labels, asked: DetectionColumns) -> frozenset[str]:
    """Return the scans that the table lists besides the chosen ones."""
    column = column_of(asked, whole, SCANS, "scan") or _called(whole)
    if column is None or not asked.where:
        return frozenset()
    return frozenset(labels(whole, column).names) - frozenset(chosen.names)


def _left_out(
    kind: str, found: Labels, away: "NDArray[np.bool_]", scans: Scans
) -> "NDArray[np.bool_] | None":
    """Return the rows that are left out: on scans of another partition, and ignored regions on unknown scans."""
    import numpy as np

    if kind == IGNORED:
        return away
    other = np.array([name in scans.others for name in found.names] + [False])
    return np.asarray(other[found.codes]) if scans.others else None


def _called(table: Table) -> str | None:
    """Return the column that by its name holds the scan, where it is called otherwise than ``scan``."""
    return next((each for each in ("case", "image") if each in table.columns), None)


def part_of(
    kind: str,
    reading: Reading,
    asked: DetectionColumns,
    scans: "Scans",
    notes: list[str],
) -> Part | None:
    """Return the rows of a table; None after a problem, or if none is on a scan that was searched."""
    import numpy as np

    column = column_of(asked, reading.table, kind, "scan") or _called(reading.table)
    if column is None:
        missing = reading.table.missing(asked.names.get("scan", "scan"))
        reading.problems.append(
            missing or Problem(reading.table.name, None, "scan", "no column names the scan")
        )
        return None
    part = Part(kind, reading, asked, _places(reading.labels(column), scans.ids))
    found = reading.labels(column)
    part.wrong_rows(column, found.codes < 0, "the scan is not named", "name the scan of every row")
    away = (found.codes >= 0) & (part.scan < 0)
    if (left := _left_out(kind, found, away, scans)) is not None and left.any():
        if kind == IGNORED:
            notes.append(
                f"{int(left.sum()):,} ignored regions are on scans that are not listed, and left out."
            )
        kept = Reading(reading.table.kept(~left), reading.problems)
        return part_of(kind, kept, asked, scans, notes) if (~left).any() else None
    first = int(np.argmax(away)) if away.any() else 0
    name = reading.table.text(column)[first] if away.any() else ""
    part.wrong_rows(
        column, away, f'the scan "{name}" is not listed in {scans.file}',
        "list every scan that was searched, those without a lesion or a mark included",
    )  # fmt: skip
    part.shape = shape_of(part, notes)
    if kind == MARKS:
        _said_of_marks(part)
    if kind in (LESIONS, MARKS):
        part.classes = _labels(part, "class")
        part.lesion = _labels(part, "lesion")
    return part


def _places(found: Labels, ids: Labels) -> "NDArray[np.int64]":
    """Return the row among the scans of each name."""
    import numpy as np

    at = {ids.names[code]: row for row, code in enumerate(ids.codes.tolist())}
    known = np.array([at.get(name, -1) for name in found.names] + [-1], np.int64)
    return known[found.codes]


def _labels(part: Part, name: str) -> Labels | None:
    column = part.column(name)
    return None if column is None else part.reading.labels(column)


def _said_of_marks(part: Part) -> None:
    import numpy as np

    if column := part.column("score") or part.column("rating"):
        part.score = part.reading.numbers(column)
        part.wrong_rows(
            column,
            np.isnan(part.score),
            "the mark has no score",
            "give every mark a score, or none",
        )
    for name in ("reader", "modality"):
        names = ("modality", "condition") if name == "modality" else (name,)
        column = next((each for each in map(part.column, names) if each), None)
        if column is None:
            continue
        found = part.reading.labels(column)
        part.wrong_rows(column, found.codes < 0, f"the {name} is not named")
        setattr(part, name, found)


def texts_of(found: Labels | None, rows: int) -> list[str]:
    """Return names as text, empty where they are missing; of no column as many empty ones."""
    if found is None:
        return [""] * rows
    return [found.names[code] if code >= 0 else "" for code in found.codes.tolist()]

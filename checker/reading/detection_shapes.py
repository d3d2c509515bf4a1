"""Points, balls and boxes of lesions, marks and ignored regions, from the columns of their table."""

from typing import TYPE_CHECKING, NamedTuple, Protocol

from checker.model.predictions import Floats
from checker.reading.columns import Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AXES = ("x", "y", "z")
SIDES = ("width", "height", "depth")
"""Sides of boxes, of which x, y and z are then the lowest corner."""
MISSING = "is missing"


class Shape(NamedTuple):
    """Where the rows of a table lie."""

    centre: Floats
    """Shape (rows, 2 or 3)."""
    low: Floats | None = None
    """Lowest corners; None: no boxes."""
    size: Floats | None = None
    diameter: Floats | None = None
    """NaN where it is unknown; None: no column tells it."""


class Rows(Protocol):
    """The rows of one table."""

    kind: str
    reading: Reading

    def column(self, name: str) -> str | None:
        """Return the column that holds what we call so."""

    def wrong_rows(self, column: str, rows: "NDArray[np.bool_]", what: str, hint: str = "") -> None:
        """Complain about the rows that the mask tells."""


def shape_of(part: Rows, notes: list[str]) -> Shape | None:
    """Return the shapes of a table's rows; None: it has no coordinates.

    Boxes have the columns x1, x2, y1, y2 (z1, z2), or x, y (z) of the lowest corner with width, height (depth). Points
    have x, y (z), and balls a diameter besides, of which a value that is not above 0 means unknown.
    """
    corners = [(part.column(f"{axis}1"), part.column(f"{axis}2")) for axis in AXES]
    if all(corners[0]) and all(corners[1]):
        pairs = [(low, high) for low, high in corners if low and high]
        low = _numbers(part, [first for first, _ in pairs])
        high = _numbers(part, [second for _, second in pairs])
        return _boxes(part, low, high - low, pairs[0][1], notes)
    columns = [column for axis in AXES if (column := part.column(axis))]
    if len(columns) < 2:
        return None
    found = _numbers(part, columns)
    sides = [column for side in SIDES[: len(columns)] if (column := part.column(side))]
    if len(sides) == len(columns):
        return _boxes(part, found, _numbers(part, sides), sides[0], notes)
    return Shape(found, diameter=_diameter(part, notes))


def _numbers(part: Rows, columns: list[str]) -> Floats:
    """Return several columns side by side; a missing value is a problem."""
    import numpy as np

    found = [part.reading.numbers(column) for column in columns]
    for column, values in zip(columns, found, strict=True):
        part.wrong_rows(column, np.isnan(values), f"the coordinate {MISSING}", "every row needs it")
    lengths = {len(values) for values in found}
    if len(lengths) > 1:  # a column could not be read, which is a problem already
        return np.zeros((part.reading.table.rows, len(columns)))
    return np.column_stack(found)


def _boxes(part: Rows, low: Floats, size: Floats, column: str, notes: list[str]) -> Shape:
    import numpy as np

    wrong = np.asarray((size < 0).any(axis=1))
    hint = "the second corner is the one with the larger coordinates"
    part.wrong_rows(column, wrong, "a side of the box is negative", hint)
    diameter = _diameter(part, notes)
    if diameter is not None and part.kind == "lesions" and len(diameter) == len(size):
        beyond = int(np.count_nonzero(diameter > size.max(axis=1)))
        if beyond:
            notes.append(
                f"{beyond:,} lesions have a diameter beyond the longest side of their box: overlap is that of the "
                "box, the rule radius takes the diameter."
            )
    return Shape(low + size / 2, low, size, diameter)


def _diameter(part: Rows, notes: list[str]) -> Floats | None:
    import numpy as np

    column = part.column("diameter")
    if column is None:
        return None
    found = part.reading.numbers(column)
    unknown = ~(found > 0)
    if unknown.any() and part.kind == "ignored":
        notes.append(
            f"{int(unknown.sum()):,} ignored regions have no diameter; each is taken as 10 (mm) wide, as in LUNA16."
        )
    return np.where(unknown, np.nan, found)

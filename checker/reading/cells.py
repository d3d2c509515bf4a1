"""What every table reader hands over (names and cells), and the checks that all of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.errors import BadSubmission, Problem

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MOST_COLUMNS = 10_000
"""Of a table; more is a mistake of orientation or an attack on memory."""
MOST_ROWS = 20_000_000
"""Of a table; to compute with more takes more memory than a common computer has."""
ROWS_NAMED = 5
"""How many rows a problem names before it counts the rest."""
MISSING = ("", "NA", "N/A", "na", "n/a", "NULL", "null", "None", "#N/A")
"""Cells that mean a missing value, after trimming; the last is what spreadsheets write."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """The cells of one table as they were stored, blank rows at the end left out."""

    names: tuple[str, ...]
    """Of the columns, in their order."""
    frame: "pl.DataFrame"
    """Text columns as printed; numbers, booleans and dates only where the file stores types.

    Its own column names are positions (`numbered`): polars takes a name like ^a.*$ for a pattern.
    """
    first_row: int = 2
    """The number of the first data row in the file."""
    lines: "NDArray[np.int64] | None" = None
    """Line of the file on which each row begins; None: the same as its row."""
    printed: bool = True
    """Numbers are text, as somebody printed them; False: stored as numbers."""
    decimal_comma: bool = False
    """Columns are separated by something else, so that a comma may be a decimal comma."""


def checked_header(header: Sequence[str | None], file: str, line: int | None) -> tuple[str, ...]:
    """Return the column names, trimmed.

    Raises:
        BadSubmission: too many columns, an empty name, a name that comes twice.
    """
    names = [(name or "").strip() for name in header]
    if len(names) > MOST_COLUMNS:
        message = f"the table has {len(names):,} columns; at most {MOST_COLUMNS:,} are read"
        hint = "write one row per case and one column per quantity"
        raise BadSubmission([Problem(file, line, "", message, hint)])
    problems = [
        Problem(file, line, "", f"column {number} has no name in the header", "give it a name")
        for number, name in enumerate(names, start=1)
        if not name
    ]
    seen: dict[str, int] = {}
    for number, name in enumerate(names, start=1):
        if name in seen and name:
            message = f"columns {seen[name]} and {number} are both named {name}"
            problems.append(Problem(file, line, name, message, "rename one of them"))
        seen.setdefault(name, number)
    if problems:
        raise BadSubmission(_first(problems, file, line))
    return tuple(names)


def refuse_many_rows(rows: int, file: str) -> None:
    """Complain about a table of too many rows.

    Raises:
        BadSubmission: it is one.
    """
    if rows > MOST_ROWS:
        message = f"the table has {rows:,} rows; at most {MOST_ROWS:,} are read"
        hint = "write one row per case, not one per pixel"
        raise BadSubmission([Problem(file, None, "", message, hint)])


def holds_several(kind: "pl.DataType") -> bool:
    """Return whether cells of this type are no single values: lists, structures, bytes."""
    import polars as pl

    return kind.is_nested() or kind in (pl.Binary, pl.Object)


def _first(problems: list[Problem], file: str, line: int | None) -> list[Problem]:
    rest = len(problems) - ROWS_NAMED
    more = [Problem(file, line, "", f"and {rest} more problems of the header")] if rest > 0 else []
    return problems[:ROWS_NAMED] + more


def numbered(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Return the frame with the positions of its columns as their names."""
    import polars as pl

    return pl.DataFrame([each.rename(str(at)) for at, each in enumerate(frame)])


def without_blank_end(frame: "pl.DataFrame") -> "tuple[pl.DataFrame, NDArray[np.int64]]":
    """Return the rows up to the last that has any text, and the positions of blank rows before it.

    Args:
        frame: text columns only; a cell of spaces is blank.
    """
    import numpy as np
    import polars as pl

    first = frame.to_series(0)
    if first.null_count() == 0 and not ((first < "!") | (first >= "\x7f")).any():
        return frame, np.zeros(0, np.int64)  # every row begins with a sign that is no space
    starts_blank = frame.to_series(0).str.strip_chars().fill_null("") == ""
    blank = pl.all_horizontal(pl.all().str.strip_chars().fill_null("") == "")
    candidates = starts_blank.arg_true().to_numpy().astype(np.int64)
    rows = candidates[frame.filter(starts_blank).select(blank).to_series().to_numpy()]
    height = frame.height
    while len(rows) and rows[-1] == height - 1:
        rows, height = rows[:-1], height - 1
    return frame.head(height), rows


def and_others(rows: Sequence[int]) -> str:
    """Return the words for further rows with the same problem: "; also rows 5, 8 and 12 more"."""
    if not rows:
        return ""
    named = [f"{row:,}" for row in rows[: ROWS_NAMED - 1]]
    rest = len(rows) - len(named)
    last = [f"{rest:,} more"] if rest else []
    *head, tail = named + last
    words = f"{', '.join(head)} and {tail}" if head else tail
    return f"; also row{'s' if len(rows) > 1 else ''} {words}"

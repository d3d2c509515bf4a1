"""What readers of task tables share: the columns made so far, what was chosen, and how a row is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from checker.errors import Problem
from checker.model.predictions import Codes, Floats, Labels
from checker.reading.columns import Reading
from checker.reading.task_columns import TaskColumns

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(slots=True)
class TaskRows:
    """What has been read of a table, and what was chosen."""

    reading: Reading
    asked: TaskColumns
    columns: dict[str, Any] = field(default_factory=dict)
    compared: dict[str, Floats] = field(default_factory=dict)
    """Further measurements, by their names."""
    given: dict[str, object] = field(default_factory=dict)
    places: dict[str, tuple[object, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unit: Codes | None = None
    """Of each row of a table with a row for each reading: which subject it is of; None: every row is one."""

    @property
    def first(self) -> Codes:
        """Return the first row of each subject: every row, where each is one."""
        import numpy as np

        if self.unit is None:
            return np.arange(self.reading.table.rows)
        return np.unique(self.unit, return_index=True)[1]

    def of_subjects(self, column: str, found: Labels) -> Labels:
        """Return a column of names with one for each subject; a subject with several is refused."""
        if self.unit is None or len(found.codes) != len(self.unit):
            return found
        kept = Labels(found.codes[self.first], found.names)
        differs = found.codes != kept.codes[self.unit]
        what = "the value differs from that of an earlier row of the same subject"
        self.refuse_rows(column, differs, what, "it has to be the same in all rows of a subject")
        return kept

    def wrong(self, column: str, message: str, hint: str = "") -> None:
        """Complain about a column."""
        self.reading.problems.append(Problem(self.reading.table.name, None, column, message, hint))

    def refuse_rows(self, column: str, rows: "NDArray[np.bool_]", what: str, hint: str) -> None:
        """Complain about the rows of a column that the mask tells."""
        at = [int(row) for row in rows.nonzero()[0]]
        if at:
            table = self.reading.table
            message = f"row {table.row(at[0]):,}: {what}{table.others(at)}"
            found = Problem(table.file(at[0]), table.line(at[0]), column, message, hint)
            self.reading.problems.append(found)


def apart(made: TaskRows, **roles: str | None) -> None:
    """Complain about a column that was named for two things."""
    seen: dict[str, str] = {}
    for role, column in roles.items():
        if column is not None and column in seen:
            made.wrong(column, f"this column was named as the {seen[column]} and as the {role}")
        elif column is not None:
            seen[column] = role


def roles(what: str, columns: Mapping[Any, str]) -> dict[str, str]:
    """Return what each of several columns holds, in words."""
    return {f"{what} {name}": column for name, column in columns.items()}


def as_floats(codes: Codes) -> Floats:
    """Return codes as numbers, NaN where they are missing."""
    import numpy as np

    return np.where(codes < 0, np.nan, codes.astype(np.float64))

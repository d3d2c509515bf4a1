"""Columns of a table as numbers and as names, which rows are read, and columns of groups; problems are collected."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Floats, Labels
from checker.reading.folder import nearest
from checker.reading.positive import meaning
from checker.reading.tables import Table, labels, numbers, short

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

LARGEST_SCORE = 1e100
"""Sums and squares of larger ones overflow."""
VALUES_NAMED = 5
"""How many values of a column a problem names before it counts the rest."""
TOO_MANY = 20
"""Values beyond which a column holds names or numbers of cases rather than kinds of them: none is quoted."""
NO_NAME = re.compile(r"[+-]?nan|#[A-Z0-9/]+[!?]", re.IGNORECASE)
"""Cells that are neither a name nor a missing value."""
MOST_ALONE, MOST_SHARE = 10, 0.5
"""A column with more values, and more than this share of the patients (or rows) has one each: no groups."""
NO_GROUP = "leave it out; a column of groups has a few values, each for many patients"
LEAVE_EMPTY = "leave the cell empty where the value is missing"


class GroupProblem(Problem):
    """A column of groups names cases or patients, so that the report would name them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads columns; keeps what is wrong with them and goes on with an empty array."""

    table: Table
    problems: list[Problem]

    def numbers(self, column: str, turned: bool = False) -> Floats:
        """Return a column as numbers, NaN where the value is missing; turned: with the opposite sign."""
        import numpy as np

        nothing: tuple[Floats, tuple[Problem, ...]] = (np.zeros(0, dtype=np.float64), ())
        values, wrong = self.kept(lambda: numbers(self.table, column), nothing)
        self.problems.extend(wrong)
        self.problems.extend(_too_large(self.table, column, values))
        return 0.0 - values if turned else values

    def labels(self, column: str) -> Labels:
        """Return a column as names."""
        found = self.kept(lambda: labels(self.table, column), nobody())
        self.problems.extend(no_names(self.table, column, found, NO_NAME))
        return found

    def kept(self, read: Callable[[], T], otherwise: T) -> T:
        """Return what is read, or something else after a problem, which is kept."""
        try:
            return read()
        except BadSubmission as error:
            self.problems.extend(error.problems)
            return otherwise


def _too_large(table: Table, column: str, values: Floats) -> Iterator[Problem]:
    import numpy as np

    rows = np.flatnonzero(np.abs(values) > LARGEST_SCORE)
    if len(rows):
        first, others = int(rows[0]), table.others([int(row) for row in rows])
        message = f"row {table.row(first):,}: the number is beyond {LARGEST_SCORE:g}{others}"
        hint = "no score is as large: correct it, or leave the cell empty"
        yield Problem(table.file(first), table.line(first), column, message, hint)


def nobody() -> Labels:
    """Return a column of no rows."""
    import numpy as np

    return Labels(np.zeros(0, dtype=np.int64), ())


def no_names(table: Table, column: str, found: Labels, pattern: re.Pattern[str]) -> list[Problem]:
    """Return a problem for each name that is none by this pattern."""
    wrong = [
        code
        for code, name in enumerate(found.names)
        if name[0] in "#+-iInN" and pattern.fullmatch(name)  # the letter alone is much faster
    ]
    return [_no_name(table, column, found, code) for code in wrong]


def _no_name(table: Table, column: str, found: Labels, code: int) -> Problem:
    first, count = places(found, [code])
    others = f" ({count:,} rows)" if count > 1 else ""
    message = f'row {table.row(first):,}: "{found.names[code]}" is not a value{others}'
    return Problem(table.file(first), table.line(first), column, message, LEAVE_EMPTY)


def places(found: Labels, chosen: Sequence[int]) -> tuple[int, int]:
    """Return the index of the first row with one of these codes, and how many rows have one."""
    import numpy as np

    rows = np.flatnonzero(np.isin(found.codes, chosen))
    return int(rows[0]), len(rows)


# Groups


def no_groups(
    table: Table,
    groups: Sequence[str],
    case: str | None,
    patient: str | None,
    names: Mapping[str, Labels],
) -> Iterator[GroupProblem]:
    """Return the columns of groups whose values would name cases or patients in the report."""
    people = len(names[patient].names) if patient is not None else table.rows
    for column in groups:
        found = len(names[column].names)
        if column in (case, patient):
            what = "case" if column == case else "patient"
            message = f"this column names the {what}, and the report would print its values"
        elif found > MOST_ALONE and found > people * MOST_SHARE:
            message = f"{found:,} values in {table.rows:,} rows are names rather than groups"
        else:
            continue
        yield GroupProblem(table.name, None, column, message, NO_GROUP)


# Rows


def selected(table: Table, where: Sequence[tuple[str, str]], problems: list[Problem]) -> Table:
    """Return the rows in which each column has its value; on a problem, the other conditions."""
    import numpy as np

    mask = np.ones(table.rows, dtype=np.bool_)
    for column, value in where:
        try:
            mask &= _rows_with(table, column, value)
        except BadSubmission as error:
            problems.extend(error.problems)
    if not mask.any():
        conditions = " and ".join(f"{column} = {value}" for column, value in where)
        raise BadSubmission([Problem(table.name, None, "", f"no row has {conditions}")])
    return table.kept(mask) if where else table


def _rows_with(table: Table, column: str, value: str) -> "NDArray[np.bool_]":
    import numpy as np

    found = labels(table, column)
    chosen = [code for code, name in enumerate(found.names) if meaning(name) == meaning(value)]
    if chosen:
        return np.isin(found.codes, chosen)
    close = nearest(value, found.names) if len(found.names) <= TOO_MANY else ""
    message = f'no row has "{value}" in this column; its values are {listed(found.names)}'
    hint = f"did you mean {close}?" if close else ""
    raise BadSubmission([Problem(table.name, None, column, message, hint)])


def listed(names: Sequence[str]) -> str:
    """Return the first names in quotes and how many more there are; of too many the number alone."""
    if len(names) > TOO_MANY:
        return f"{len(names):,} different ones"
    shown = [f'"{short(name)}"' for name in names[:VALUES_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")

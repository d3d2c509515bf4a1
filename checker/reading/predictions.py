"""The predictions of one evaluation: from the columns of a table to numbers under our names."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Codes, Floats, Labels, Predictions
from checker.reading.cells import and_others
from checker.reading.folder import nearest
from checker.reading.positive import absence, meaning, obvious
from checker.reading.tables import Table, decimals, everything, labels, numbers, short

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
NO_OUTCOME = re.compile(rf"{NO_NAME.pattern}|[+-]?inf(inity)?", re.IGNORECASE)
RIGHT_COLUMN = "is this the right column? otherwise add a column that says who has the outcome"
MOST_ALONE, MOST_SHARE = 10, 0.5
"""A column with more values, and more than this share of the patients (or rows) has one each: no groups."""
NO_GROUP = "leave it out; a column of groups has a few values, each for many patients"
LEAVE_EMPTY = "leave the cell empty where the value is missing"


class PositiveProblem(Problem):
    """Which value means having the outcome is not said, or no row has that value."""

    __slots__ = ()


class GroupProblem(Problem):
    """A column of groups names cases or patients, so that the report would name them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Which columns of a table hold what."""

    outcome: str
    score: str
    case: str | None = None
    patient: str | None = None
    groups: Sequence[str] = ()
    compared: Sequence[str] = ()
    """Further scores of the same cases."""
    other: Mapping[str, str] = field(default_factory=dict)
    """Further columns that the description names: by what they are (centre, fold), the column."""


def read_predictions(
    table: Table,
    columns: ColumnNames,
    *,
    positive: str | None = None,
    positive_written: str = "positive:",
    lower_is_positive: bool = False,
    where: Sequence[tuple[str, str]] = (),
) -> Predictions:
    """Return the rows of a table as predictions.

    The outcome has two values, or one if it is known what it means. Values are equal as text, as
    numbers (1 and 1.0) or as true and false in any case. Missing values are no problem here:
    neither of outcomes and scores, nor of patients and groups, whose codes are then -1. Repeated
    cases are none either. What follows from them is said by the rules.

    Args:
        table: of this evaluation, or of several.
        columns: which of its columns are read.
        positive: the outcome's value that means "has the outcome". None: 1 (of 0 or -1 and 1),
            true or yes is understood; of other values the author is asked.
        positive_written: what stands before that value where the author writes it.
        lower_is_positive: scores and compared scores are stored with the opposite sign.
        where: only rows are read in which each of these columns has this value.

    Raises:
        BadSubmission: columns that are not there, numbers that are none, an outcome without two
            values, groups that are names of cases, no rows: every problem at once.
    """
    problems: list[Problem] = []
    reading = _Reading(_selected(table, where, problems), problems)
    outcome, spelling = reading.outcome(columns.outcome, positive, positive_written)
    if columns.outcome == columns.score:
        message = "this column was named as the outcome and as the score"
        problems.append(Problem(table.name, None, columns.score, message))
    scores = {
        column: reading.numbers(column, lower_is_positive)
        for column in (columns.score, *columns.compared)
    }
    names = {
        column: reading.labels(column)
        for column in (columns.case, columns.patient, *columns.groups, *columns.other.values())
        if column is not None
    }
    problems += _no_groups(reading.table, columns, names)
    if problems:
        raise BadSubmission(dict.fromkeys(problems))
    return Predictions(
        file=table.name,
        sha256=table.sha256,
        cases=reading.table.rows,
        outcome=outcome,
        score=scores[columns.score],
        lower_is_positive=lower_is_positive,
        case=names[columns.case] if columns.case is not None else None,
        patient=names[columns.patient] if columns.patient is not None else None,
        groups={column: names[column] for column in columns.groups},
        compared={column: scores[column] for column in columns.compared},
        everything=everything(reading.table),
        other={what: names[column] for what, column in columns.other.items()},
        spelling=spelling,
        decimals=decimals(reading.table, columns.score),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads columns; keeps what is wrong with them and goes on with an empty array."""

    table: Table
    problems: list[Problem]

    def numbers(self, column: str, turned: bool) -> Floats:
        import numpy as np

        nothing: tuple[Floats, tuple[Problem, ...]] = (np.zeros(0, dtype=np.float64), ())
        values, wrong = self._kept(lambda: numbers(self.table, column), nothing)
        self.problems.extend(wrong)
        self.problems.extend(_too_large(self.table, column, values))
        return 0.0 - values if turned else values

    def labels(self, column: str) -> Labels:
        found = self._kept(lambda: labels(self.table, column), _nobody())
        self.problems.extend(_no_names(self.table, column, found, NO_NAME))
        return found

    def outcome(
        self, column: str, positive: str | None, written: str
    ) -> tuple[Codes, tuple[str, str]]:
        def read() -> tuple[Codes, tuple[str, str]]:
            found = labels(self.table, column)
            if wrong := _no_names(self.table, column, found, NO_OUTCOME):
                raise BadSubmission(wrong)
            return _outcome(self.table, column, found, positive, written)

        return self._kept(read, (_nobody().codes, ("", "")))

    def _kept(self, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except BadSubmission as error:
            self.problems.extend(error.problems)
            return otherwise


def _too_large(table: Table, column: str, values: Floats) -> Iterator[Problem]:
    import numpy as np

    rows = np.flatnonzero(np.abs(values) > LARGEST_SCORE)
    if len(rows):
        first, *others = (table.row(int(row)) for row in rows)
        message = f"row {first:,}: the number is beyond {LARGEST_SCORE:g}{and_others(others)}"
        hint = "no score is as large: correct it, or leave the cell empty"
        yield Problem(table.name, table.line(int(rows[0])), column, message, hint)


def _nobody() -> Labels:
    import numpy as np

    return Labels(np.zeros(0, dtype=np.int64), ())


def _no_names(table: Table, column: str, found: Labels, pattern: re.Pattern[str]) -> list[Problem]:
    wrong = [
        code
        for code, name in enumerate(found.names)
        if name[0] in "#+-iInN" and pattern.fullmatch(name)  # the letter alone is much faster
    ]
    return [_no_name(table, column, found, code) for code in wrong]


def _no_name(table: Table, column: str, found: Labels, code: int) -> Problem:
    first, count = _places(found, [code])
    others = f" ({count:,} rows)" if count > 1 else ""
    message = f'row {table.row(first):,}: "{found.names[code]}" is not a value{others}'
    return Problem(table.name, table.line(first), column, message, LEAVE_EMPTY)


def _places(found: Labels, chosen: Sequence[int]) -> tuple[int, int]:
    """Return the index of the first row with one of these codes, and how many rows have one."""
    import numpy as np

    rows = np.flatnonzero(np.isin(found.codes, chosen))
    return int(rows[0]), len(rows)


# Groups


def _no_groups(
    table: Table, columns: ColumnNames, names: Mapping[str, Labels]
) -> Iterator[GroupProblem]:
    """Return the columns of groups whose values would name cases or patients in the report."""
    people = len(names[columns.patient].names) if columns.patient is not None else table.rows
    for column in columns.groups:
        found = len(names[column].names)
        if column in (columns.case, columns.patient):
            what = "case" if column == columns.case else "patient"
            message = f"this column names the {what}, and the report would print its values"
        elif found > MOST_ALONE and found > people * MOST_SHARE:
            message = f"{found:,} values in {table.rows:,} rows are names rather than groups"
        else:
            continue
        yield GroupProblem(table.name, None, column, message, NO_GROUP)


# Rows


def _selected(table: Table, where: Sequence[tuple[str, str]], problems: list[Problem]) -> Table:
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
    message = f'no row has "{value}" in this column; its values are {_listed(found.names)}'
    hint = f"did you mean {close}?" if close else ""
    raise BadSubmission([Problem(table.name, None, column, message, hint)])


def _listed(names: Sequence[str]) -> str:
    if len(names) > TOO_MANY:
        return f"{len(names):,} different ones"
    shown = [f'"{short(name)}"' for name in names[:VALUES_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


# Outcome


def _outcome(
    table: Table, column: str, found: Labels, positive: str | None, written: str
) -> tuple[Codes, tuple[str, str]]:
    """Return the outcome as 1, 0 and -1, and how its values are printed: without, with."""
    import numpy as np

    values: dict[str, list[int]] = {}
    for code, name in enumerate(found.names):
        values.setdefault(meaning(name), []).append(code)
    if not 1 <= len(values) <= 2:
        raise BadSubmission([_not_two(table, column, found, values)])
    printed = {
        value: min((found.names[code] for code in each), key=lambda name: (len(name), name))
        for value, each in values.items()
    }
    having = _having(table, column, printed, positive, written)
    of_name = np.full(len(found.names) + 1, -1, dtype=np.int64)
    for value, each in values.items():
        of_name[each] = value == meaning(having)
    without = [name for value, name in printed.items() if value != meaning(having)]
    return of_name[found.codes], ("".join(without), printed.get(meaning(having), having))


def _not_two(table: Table, column: str, found: Labels, values: dict[str, list[int]]) -> Problem:
    if not values:
        return Problem(table.name, None, column, "the outcome is missing in every row")
    if len(values) > TOO_MANY:
        message = f"{len(values):,} values were seen, too many for an outcome"
        return Problem(table.name, None, column, message, RIGHT_COLUMN)
    seen = []
    for each in list(values.values())[:VALUES_NAMED]:
        first, _ = _places(found, each)
        seen.append(f'"{short(found.names[each[0]])}" (row {table.row(first):,})')
    more = len(values) - len(seen)
    tail = f" and {more:,} more" if more else ""
    message = f"{len(values):,} values were seen: {', '.join(seen)}{tail}; an outcome has two"
    return Problem(table.name, None, column, message, RIGHT_COLUMN)


def _having(
    table: Table, column: str, printed: Mapping[str, str], positive: str | None, written: str
) -> str:
    """Return the value that means "has the outcome", as printed, or as it would be."""
    names = list(printed.values())
    if positive is None:
        if guessed := obvious(names):
            return guessed
        noun = "value is" if len(names) == 1 else "values are"
        message = f"the {noun} {_listed(names)}, and which of them has the outcome is not said"
        raise BadSubmission([_unclear(table, column, message, _which(names, written))])
    if meaning(positive) in printed:
        return printed[meaning(positive)]
    close = nearest(positive, names)
    if len(names) == 1 and close.casefold() != positive.casefold():
        return positive  # nobody has the outcome: metrics say what that means for them
    message = f'no row has the positive value "{positive}"; the values are {_listed(names)}'
    hint = f"did you mean {close}? write {written} {close}" if close else _which(names, written)
    raise BadSubmission([_unclear(table, column, message, hint)])


def _unclear(table: Table, column: str, message: str, hint: str) -> Problem:
    return PositiveProblem(table.name, None, column, message, hint)


def _which(names: Sequence[str], written: str) -> str:
    """Return how to say which value means having the outcome; one is named only if a word tells."""
    if without := absence(names):
        having = short(next(name for name in names if name != without))
        return f"write {written} {having}, if that is what having the outcome is called"
    if len(names) == 1:
        return f"write {written} and the value that means having the outcome, seen or not"
    known = ", ".join(short(name) for name in names)
    return f"write {written} and the value that means having the outcome, one of: {known}"

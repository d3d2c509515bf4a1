"""An outcome of two values: which of them means having it."""

import re
from collections.abc import Mapping, Sequence

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Codes, Labels
from checker.reading.columns import (
    NO_NAME,
    TOO_MANY,
    VALUES_NAMED,
    Reading,
    listed,
    no_names,
    nobody,
    places,
)
from checker.reading.folder import nearest
from checker.reading.positive import absence, meaning, obvious
from checker.reading.tables import Table, labels, short

NO_OUTCOME = re.compile(rf"{NO_NAME.pattern}|[+-]?inf(inity)?", re.IGNORECASE)
RIGHT_COLUMN = "is this the right column? otherwise add a column that says who has the outcome"


class PositiveProblem(Problem):
    """Which value means having the outcome is not said, or no row has that value."""

    __slots__ = ()


def outcome(
    reading: Reading, column: str, positive: str | None, written: str
) -> tuple[Codes, tuple[str, str]]:
    """Return the outcome as 1, 0 and -1 (missing), and how its values are printed: without, with.

    Args:
        reading: of the table.
        column: of the outcome.
        positive: the value that means "has the outcome"; None: 1 (of 0 or -1 and 1), true or yes is understood.
        written: what stands before that value where the author writes it.
    """

    def read() -> tuple[Codes, tuple[str, str]]:
        found = labels(reading.table, column)
        if wrong := no_names(reading.table, column, found, NO_OUTCOME):
            raise BadSubmission(wrong)
        return _outcome(reading.table, column, found, positive, written)

    return reading.kept(read, (nobody().codes, ("", "")))


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
        first, _ = places(found, each)
        seen.append(f'"{short(found.names[each[0]])}" ({table.row_words(first)})')
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
        message = f"the {noun} {listed(names)}, and which of them has the outcome is not said"
        raise BadSubmission([_unclear(table, column, message, _which(names, written))])
    if meaning(positive) in printed:
        return printed[meaning(positive)]
    close = nearest(positive, names)
    if len(names) == 1 and close.casefold() != positive.casefold():
        return positive  # nobody has the outcome: metrics say what that means for them
    message = f'no row has the positive value "{positive}"; the values are {listed(names)}'
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

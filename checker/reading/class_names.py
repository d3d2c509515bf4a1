"""Names of classes: their order where it tells itself, and a column of them as codes."""

import re
from collections.abc import Mapping, Sequence

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Codes, Labels
from checker.reading.columns import NO_NAME, Reading, listed, no_names, nobody, places
from checker.reading.folder import nearest
from checker.reading.positive import meaning
from checker.reading.tables import Table, labels, short

MOST_CLASSES = 100
"""More different values are names or numbers of cases, or measurements."""
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
ROMAN = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
DEGREES = {
    "very low": 0,
    "low": 1,
    **dict.fromkeys(("intermediate", "medium", "middle", "moderate"), 2),
    "high": 3,
    "very high": 4,
}
"""Words that tell an order."""
ONE_LETTER = re.compile(r"(?P<text>.*?)(?P<letter>[^\W\d_])")
NAMES_OF_CASES = "is this the right column? classes have a few values, each for many cases"


def in_order(names: Sequence[str]) -> tuple[str, ...] | None:
    """Return names of classes from the lowest to the highest, where they tell it themselves; else None.

    By the number in them, the rest being equal (0 < 1, F0 < F1, grade 2 < grade 10), as Roman numbers (I < IV),
    by one letter (Child A < Child B), or by words (low < intermediate < high).
    """
    for key in (_by_number, _by_roman, _by_letter, _by_degree):
        found = [key(name) for name in names]
        keys = [each for each in found if each is not None]
        apart = len({each for _, each in keys}) == len(names) == len(keys)
        if apart and len({text for text, _ in keys}) == 1:
            return tuple(sorted(names, key=lambda name: keys[list(names).index(name)][1]))
    return None


def _by_number(name: str) -> tuple[str, float] | None:
    found = NUMBER.findall(name)
    if not found:
        return None
    if NUMBER.fullmatch(name):
        return "", float(name)
    inside = re.findall(r"\d+(?:\.\d+)?", name)  # a hyphen inside a name is no minus sign: LR-1
    text = re.sub(r"\d+(?:\.\d+)?", "#", name)
    return (text.casefold(), float(inside[0])) if len(inside) == 1 else None


def _by_roman(name: str) -> tuple[str, float] | None:
    *before, last = re.split(r"([\s_-])", name)
    if last.upper() not in ROMAN:
        return None
    return "".join(before).casefold(), float(ROMAN.index(last.upper()))


def _by_letter(name: str) -> tuple[str, float] | None:
    found = ONE_LETTER.fullmatch(name)
    if not found or (found["text"] and found["text"][-1].isalnum()):
        return None
    return found["text"].casefold(), float(ord(found["letter"].casefold()))


def _by_degree(name: str) -> tuple[str, float] | None:
    found = DEGREES.get(" ".join(name.casefold().replace("_", " ").split()))
    return None if found is None else ("", float(found))


def classes_of(reading: Reading, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct values of columns of classes, sorted; equal ones (1, 1.0) once, the shortest of them."""
    found: dict[str, str] = {}
    for column in columns:
        for name in _few(reading, column).names:
            known = found.setdefault(meaning(name), name)
            found[meaning(name)] = min(known, name, key=lambda each: (len(each), each))
    return tuple(sorted(found.values()))


def _few(reading: Reading, column: str) -> Labels:
    def read() -> Labels:
        table, found = reading.table, labels(reading.table, column)
        if wrong := no_names(table, column, found, NO_NAME):
            raise BadSubmission(wrong)
        if len(found.names) > MOST_CLASSES:
            message = f"{len(found.names):,} different values are no classes"
            raise BadSubmission([Problem(table.name, None, column, message, NAMES_OF_CASES)])
        if not found.names:
            raise BadSubmission(
                [Problem(table.name, None, column, "the value is missing in every row")]
            )
        return found

    return reading.kept(read, nobody())


def codes_of(
    reading: Reading, column: str, classes: Sequence[str], written: str, what: str = "class"
) -> Codes:
    """Return a column of names as positions in a list of names, -1 where missing.

    Values are equal as text, as numbers (1 and 1.0), or as true and false.

    Args:
        reading: of the table.
        column: of the names.
        classes: all names that may occur.
        written: where they are listed, for the hint.
        what: such a name is, in words.
    """
    import numpy as np

    found = _few(reading, column)
    at: Mapping[str, int] = {meaning(name): code for code, name in enumerate(classes)}
    own = np.array([at.get(meaning(name), -2) for name in found.names] + [-1], dtype=np.int64)
    unknown = np.flatnonzero(own == -2)
    if classes and len(unknown) == len(found.names) > 1:
        reading.problems.append(_none_known(reading.table, column, found, classes, written, what))
    elif classes:
        for code in unknown:
            reading.problems.append(
                _unknown(reading.table, column, found, int(code), classes, written, what)
            )
    return own[found.codes]


def _none_known(
    table: Table, column: str, found: Labels, classes: Sequence[str], written: str, what: str
) -> Problem:
    message = f"none of the values {listed(found.names)} is a {what} name: {listed(classes)}"
    hint = f"is this the right column? otherwise write the values as they stand in it: {written}"
    return Problem(table.name, None, column, message, hint)


def _unknown(
    table: Table,
    column: str,
    found: Labels,
    code: int,
    classes: Sequence[str],
    written: str,
    what: str,
) -> Problem:
    first, _ = places(found, [code])
    name = short(found.names[code])
    rows = [int(row) for row in (found.codes == code).nonzero()[0]]
    message = f'row {table.row(first):,}: "{name}" is none of the {what} names {listed(classes)}'
    message += table.others(rows)
    close = nearest(name, tuple(classes))
    hint = f"did you mean {close}?" if close else f"correct it, or name it too: {written}"
    return Problem(table.file(first), table.line(first), column, message, hint)

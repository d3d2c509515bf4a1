"""The layout of a worksheet, and how values stand in its cells: shared by what writes it and what reads it.

The first row and the first column of every sheet are hidden and hold keys: A1 says what the sheet is, the first row
what each column is, the first column which fact a row asks for. So rows may be sorted and columns moved.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

from checker.model.study.facts import FACTS, record_lists
from checker.model.study.kinds import Kind, kinds
from checker.model.study.printed import Printed
from checker.model.study.statements import Location

MARK = "checker worksheet 1"
"""How A1 of every sheet begins; the number is that of the layout."""
NONE = "(none)"
"""An empty list, in a cell; an empty list of records, as the name of its only entry."""
NOT_REPORTED, NOT_APPLICABLE = "not reported", "does not apply"
SAID = {NOT_REPORTED: "statements.not_reported", NOT_APPLICABLE: "statements.not_applicable"}
"""What is said of a fact that has no answer, to the list of statements it stands in."""
LOCATIONS = "statements.locations"
STATEMENTS = (*SAID.values(), LOCATIONS)
"""Lists that are not tables of their own: they stand beside the question that they are about."""
LOCATED = tuple(name for name in kinds(Location) if name != "about")
"""What is said about a place in the paper."""
YES, NO = "yes", "no"
WIDE = 10
"""Fields above which the entries of a list stand in columns, one beside the other, instead of rows."""
LONGEST_CELL = 32_767
"""Signs that a cell can hold."""
_NOTHING = ("", "~", "null", "Null", "NULL")
"""Texts that mean nothing unless they stand in quotation marks."""

Layout = Literal["start", "questions", "entries", "table", "differences", "statements", "lists"]


class Sheet(NamedTuple):
    """One sheet: its title, how it is laid out, and the section or the list of records it holds."""

    title: str
    layout: Layout
    of: str = ""

    @property
    def role(self) -> str:
        """What A1 says."""
        return " ".join(part for part in (MARK, self.layout, self.of) if part)


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return every sheet of a worksheet in its order."""
    found = [Sheet("Start", "start")]
    for section in dict.fromkeys(fact.section for fact in FACTS.values()):
        if any(questions_of(section)):
            found.append(Sheet(_title(section, found), "questions", section))
        for name in record_lists():
            if FACTS[name].section == section and name not in STATEMENTS:
                layout: Layout = "entries" if is_wide(name) else "table"
                found.append(Sheet(_title(name, found), layout, name))
    return (
        *found,
        Sheet("Other statements", "statements"),
        Sheet("Differences", "differences"),
        Sheet("Lists", "lists"),
    )


def _title(name: str, before: Iterable[Sheet]) -> str:
    *above, last = name.replace("_", " ").split(".")
    title = last.capitalize()
    taken = {sheet.title for sheet in before}
    return f"{title} of {above[-1]}" if title in taken else title


def sheet_of(name: str) -> Sheet:
    """Return the sheet that holds the entries of a list of records.

    Raises:
        StopIteration: it has none of its own.
    """
    return next(sheet for sheet in sheets() if sheet.of == name and sheet.layout != "questions")


def parent(name: str) -> str:
    """Return the list of records around a fact; empty: there is none."""
    return max(
        (each for each in record_lists() if name.startswith(f"{each}.")), key=len, default=""
    )


@cache
def fields_of(name: str) -> tuple[str, ...]:
    """Return the facts inside the entries of a list of records that stand in the sheet of the list.

    Differences and nested lists of records have sheets of their own.
    """
    return tuple(
        fact
        for fact in FACTS
        if parent(fact) == name and FACTS[fact].kind.item not in ("records", "map of facts")
    )


@cache
def first_of(name: str) -> str:
    """Return the first fact that an entry of a list of records must have."""
    return next(fact for fact in fields_of(name) if FACTS[fact].kind.required)


@cache
def is_wide(name: str) -> bool:
    """Return whether the entries of a list of records stand in columns."""
    return not parent(name) and len(fields_of(name)) > WIDE


def questions_of(section: str) -> Iterator[str]:
    """Yield the facts of a section that stand in its own sheet, one in each row."""
    for name, fact in FACTS.items():
        wide = fact.kind.item == "records" and is_wide(name)
        if fact.section == section and not parent(name) and not wide and name not in STATEMENTS:
            yield name


def rows_of(name: str) -> Iterator[str]:
    """Yield the facts of the rows of a list whose entries stand in columns: itself, its fields, lists inside it."""
    yield name
    for fact in FACTS:
        if parent(fact) == name and FACTS[fact].kind.item != "map of facts":
            yield fact


# How a value stands in a cell


class Piece(NamedTuple):
    """A text in a cell, or one of several; `plain` if it stands without quotation marks."""

    text: str
    plain: bool = True


_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_BLANKS = re.compile(r"[^\S\n]*")


def written(kind: Kind, value: object, printed: str | None = None) -> str:
    """Return the value as a cell shows it.

    Several values are parted by semicolons, and a text that holds one stands in quotation marks; an empty list is
    ``(none)``.

    Args:
        kind: of the fact.
        value: of that kind, no records.
        printed: a number as its author wrote it; it counts if it is the same number.
    """
    if isinstance(value, Mapping):
        pairs = (f"{_apart(name, ';:')}: {_apart(each, ';')}" for name, each in value.items())
        return "; ".join(pairs) or NONE
    if isinstance(value, tuple | list):
        return "; ".join(_apart(_single(kind, each), ";") for each in value) or NONE
    text = _single(kind, value, printed)
    return _quoted(text) if _is_special(text) or _QUOTED.fullmatch(text) else text


def _single(kind: Kind, value: object, printed: str | None = None) -> str:
    match value:
        case bool():
            return YES if value else NO
        case Printed():
            return str(value)
        case float():
            return printed if printed and _is_number(printed, value) else _digits(value)
    return str(value).replace("_", " ") if kind.item == "enum" else str(value)


def _digits(value: float) -> str:
    short = f"{value:.15g}"
    return short if float(short) == value else repr(value)


def _is_number(text: str, value: float) -> bool:
    try:
        return Printed.read(text).number == value and not text.endswith("%")
    except ValueError:
        return False


def _apart(text: str, ends: str) -> str:
    """Return the text so that it can stand beside others."""
    needs = _is_special(text) or text[:1] == '"' or any(each in text for each in f"{ends}\n\r")
    return _quoted(text) if needs else text


def _is_special(text: str) -> bool:
    return text in _NOTHING or text == NONE or text != text.strip()


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _unquoted(text: str) -> str:
    return text[1:-1].replace('""', '"')


def piece(text: str) -> Piece:
    """Return the one text of a cell, without the quotation marks around it."""
    bare = text.strip()
    return Piece(_unquoted(bare), False) if _QUOTED.fullmatch(bare) else Piece(bare)


def pieces(text: str) -> tuple[Piece, ...]:
    """Return the texts of a cell that are parted by semicolons or stand on lines of their own."""
    if text.strip() == NONE:
        return ()
    found, at = [], 0
    while at < len(text):
        each, at = _next(text, at, ";\n")
        found.append(each)
        at += 1
    return tuple(each for each in found if each.text or not each.plain)


def pairs(text: str) -> tuple[tuple[Piece, Piece | None], ...]:
    """Return the names of a cell with their values (``name: value; name: value``); None: a name has no value."""
    if text.strip() == NONE:
        return ()
    found, at = list[tuple[Piece, Piece | None]](), 0
    while at < len(text):
        name, at = _next(text, at, ":;\n")
        value = None
        if text[at : at + 1] == ":":
            value, at = _next(text, at + 1, ";\n")
        if name.text or not name.plain or value:
            found.append((name, value))
        at += 1
    return tuple(found)


def _next(text: str, at: int, ends: str) -> tuple[Piece, int]:
    """Return the text that begins there, and the place of the sign that ends it."""
    begin = _blanks(text, at)
    if found := _QUOTED.match(text, begin):
        end = _blanks(text, found.end())
        if end == len(text) or text[end] in ends:
            return Piece(_unquoted(found[0]), False), end
    end = min((i for each in ends if (i := text.find(each, begin)) >= 0), default=len(text))
    return Piece(text[begin:end].strip()), end


def _blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at

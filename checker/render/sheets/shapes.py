"""A sheet: a title, sentences and tables of plain text, as every format prints them."""

from dataclasses import dataclass
from typing import NamedTuple

from checker.render.cleaned import without_controls

NO_SIGNS = dict.fromkeys((0xFFFE, 0xFFFF))
"""Code points that XML cannot hold and that are no signs."""


class Column(NamedTuple):
    """One column of a table."""

    head: str
    share: float
    """Of the width of the page; all of a table make 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: a header row and rows of text; the first cell of a row names it."""

    heading: str = ""
    caption: str
    """What it is, for who cannot see it."""
    description: str
    """How it is read, for who cannot see it."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    begins: frozenset[int] = frozenset()
    """Places of the rows that begin a section."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A document of a few sentences and tables."""

    title: str
    subtitle: str = ""
    lines: tuple[str, ...] = ()
    """Sentences above the tables."""
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    """Sentences below them."""
    running: str
    """At the top of each page."""
    stamp: str = ""
    """Across each page, and in the file's properties; empty: nothing."""
    private: bool = False
    """Word is told to keep no names when the file is saved again."""


def shown(text: str) -> str:
    """Return text of anybody as every format can hold it: no control characters, no turned writing."""
    return " ".join(without_controls(text).translate(NO_SIGNS).split())

"""The tables of a Word document as rows of cells in grid columns, whatever is merged, wrapped or nested."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from checker.forms.elements import Element
from checker.forms.texts import text_of

WRAPS = frozenset(("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo"))
"""What may stand around rows and cells."""


WIDEST, LONGEST = 200, 2000
"""Columns and rows beyond which a table is no form; its rows are not looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One cell; of cells merged downwards each one, and all show what stands in the topmost."""

    element: Element
    """Of the topmost cell: where text is written."""
    column: int
    """The first column of the grid that it covers."""
    span: int
    text: str

    def covers(self, column: int) -> bool:
        """Return whether it covers that column of the grid."""
        return self.column <= column < self.column + self.span


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row of a table."""

    number: int
    """From 1, as a person counts."""
    cells: tuple[Cell, ...]

    def at(self, column: int) -> Cell | None:
        """Return the cell that covers a column of the grid."""
        return next((each for each in self.cells if each.covers(column)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One table; one inside another is a table of its own."""

    number: int
    rows: tuple[Row, ...]
    width: int
    """Columns of the grid."""


def tables_of(root: Element, numbers: Mapping[int, str]) -> tuple[Table, ...]:
    """Return all tables in the order in which they begin; lists side by side in one are tables of their own.

    Args:
        root: of the part with the text.
        numbers: what Word prints before paragraphs, by the byte at which they begin.
    """
    found = (each for each in root.all("w:tbl") if not _is_repeated(each))
    parts = (part for each in found for part in _side_by_side(_table(each, numbers)))
    return tuple(replace(each, number=number) for number, each in enumerate(parts, start=1))


def _side_by_side(table: Table) -> tuple[Table, ...]:
    """Return the left and the right half of a table whose headings stand there twice; else the table alone."""
    heads = table.rows[0].cells if table.rows else ()
    half = len(heads) // 2
    texts = [" ".join(each.text.casefold().split()) for each in heads]
    if half < 2 or texts[:half] != texts[half:] or len(set(texts)) < 2:
        return (table,)
    split = heads[half].column
    left = tuple(
        replace(row, cells=tuple(c for c in row.cells if c.column < split)) for row in table.rows
    )
    right = tuple(
        replace(row, cells=tuple(c for c in row.cells if c.column >= split)) for row in table.rows
    )
    return replace(table, rows=left, width=split), replace(table, rows=right)


def _is_repeated(table: Element) -> bool:
    """Return whether it is the copy of a text box for old programs."""
    above = table.parent
    while above is not None and above.tag != "mc:Fallback":
        above = above.parent
    return above is not None


def _table(element: Element, numbers: Mapping[int, str]) -> Table:
    rows: list[Row] = []
    tops: dict[int, Cell] = {}
    for at, row in enumerate(_inside(element, "w:tr"), start=1):
        if row.at("w:trPr", "w:del") is None:
            cells = tuple(_cells(row, tops, numbers))
            tops = {each.column: each for each in cells}
            rows.append(Row(at, cells))
    width = max((c.column + c.span for row in rows for c in row.cells), default=0)
    if width > WIDEST or len(rows) > LONGEST:
        return Table(0, (), 0)
    return Table(0, tuple(rows), width)


def _inside(element: Element, tag: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, also those inside content controls."""
    for each in element.children:
        if each.tag == tag:
            yield each
        elif each.tag in WRAPS:
            yield from _inside(each, tag)


def _cells(row: Element, tops: Mapping[int, Cell], numbers: Mapping[int, str]) -> Iterator[Cell]:
    column = _number(row.at("w:trPr", "w:gridBefore"), 0)
    for each in _inside(row, "w:tc"):
        span = max(1, _number(each.at("w:tcPr", "w:gridSpan"), 1))
        merge = each.at("w:tcPr", "w:vMerge")
        above = tops.get(column)
        if merge is not None and merge.attributes.get("w:val") != "restart" and above is not None:
            yield Cell(above.element, column, span, above.text)
        else:
            yield Cell(each, column, span, text_of(each, numbers))
        column += span


def _number(element: Element | None, otherwise: int) -> int:
    said = "" if element is None else element.attributes.get("w:val", "")
    return int(said) if said.isdecimal() and len(said) < 4 else otherwise

"""Decides for each table of a form which columns are written: by headings, by the table before, by what rows show."""

from collections.abc import Iterable, Mapping, Sequence

from checker.errors import BadRequest
from checker.forms.columns import Columns, Role, columns_of, empty_column, headings_of
from checker.forms.complaints import bad_form, cut
from checker.forms.rows import Found, Reading
from checker.forms.tables import Cell, Table
from checker.forms.writing import boxes


def columns_by_table(
    file: str, tables: Sequence[Table], found: Found, wanted: str
) -> tuple[dict[int, Columns], list[str]]:
    """Return the columns of each table that has items, and what to tell about them.

    A table without headings goes on from the one before it that has as many columns.

    Raises:
        BadSubmission: no table has a column for the place.
        BadRequest: no heading has the wanted piece.
    """
    columns: dict[int, Columns] = {}
    notes: list[str] = []
    before: dict[int, Columns] = {}
    headings: dict[str, None] = {}
    for table in tables:
        reading = found.readings.get(table.number)
        own = _own_columns(table, reading, before, wanted)
        headings |= dict.fromkeys(own.headings.values())
        if reading:
            own, note = _completed(table, reading, own)
            notes += [note] if note else []
            columns[table.number] = own
        if own.can_be_written:
            before[table.width] = own
    _require_columns(file, columns, headings, wanted)
    return columns, notes


def _require_columns(
    file: str, columns: Mapping[int, Columns], headings: Iterable[str], wanted: str
) -> None:
    if wanted and not any(wanted.casefold() in each.casefold() for each in headings):
        raise BadRequest(f'--column "{wanted}": no heading has this. Headings: {_all(columns)}')
    if not any(each.can_be_written for each in columns.values()):
        raise bad_form(
            file,
            f"no column for the place is recognised. Headings: {_all(columns)}",
            'name it: --column "..." with a piece of its heading',
        )


def _own_columns(
    table: Table, reading: Reading | None, before: Mapping[int, Columns], wanted: str
) -> Columns:
    """Return the columns by the headings of the table, or of the one before it that is as wide."""
    ids = reading.columns if reading else ()
    own = columns_of(headings_of(table, _first(table, reading)), ids, wanted)
    return own if own.can_be_written else before.get(table.width, own)


def _completed(table: Table, reading: Reading, own: Columns) -> tuple[Columns, str]:
    """Return the columns with what the rows tell that the headings do not, and what to tell about it."""
    own = _with_boxes(reading, own)
    if own.of(Role.PLACE):
        return own, ""
    own, note = _guessed(table, reading, own)
    if not note and own.can_be_written:
        note = f"table {table.number}: no column for the place is recognised; only answers were written"
    return own, note


def _first(table: Table, reading: Reading | None) -> int:
    """Return the number of the first row with an item, or beyond the second row."""
    if reading is None:
        return min(3, len(table.rows) + 1)
    rows = [row.number for row, said in reading.said if said.items or said.number or said.unknown]
    return min(rows)


def _with_boxes(reading: Reading, own: Columns) -> Columns:
    """Return the columns with those that offer boxes in nearly every row, whatever their heading says."""
    rows = [row for row, said in reading.said if said.items]
    offered = {
        column: Role.CHOICE
        for column in {cell.column for row in rows for cell in row.cells} - {*own.roles}
        if sum(_offers_boxes(row.at(column)) for row in rows) >= 0.8 * len(rows)
    }
    return Columns({**own.roles, **offered}, own.headings)


def _offers_boxes(cell: Cell | None) -> bool:
    return cell is not None and len(boxes(cell.element)) > 1


def _guessed(table: Table, reading: Reading, own: Columns) -> tuple[Columns, str]:
    """Return the only empty column, at the end of the table, as the one for the place."""
    rows = [row for row, said in reading.said if said.items]
    last = empty_column(rows, reading.columns, table.width)
    if last is None:
        return own, ""
    heading = own.headings.get(last, "")
    what = f'the column "{heading}"' if heading else "the last column"
    note = f"table {table.number}: {what} was taken for the place, since it is the only empty one"
    return Columns({**own.roles, last: Role.PLACE}, own.headings), note


def _all(columns: Mapping[int, Columns]) -> str:
    names = dict.fromkeys(each for one in columns.values() for each in one.headings.values())
    return ", ".join(f'"{cut(each)}"' for each in names) or "none"

"""The tables of a sheet as a workbook: all cells are text, the header stays in sight, the same bytes each time."""

import io
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from checker.render.sheets.shapes import Sheet, Table, shown

MOMENT = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The date in the file; xlsxwriter takes one without a zone."""
WIDTH = 150
"""Of all columns, in signs."""
LINE = 13.5
"""Height of a line in points."""
LONGEST_NAME = 31
"""Signs that Excel allows in the name of a sheet."""


def to_xlsx(sheet: Sheet) -> bytes:
    """Return a workbook with a sheet for each table."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": shown(sheet.title), "created": MOMENT})
        for table in sheet.tables:
            _write(book, book.add_worksheet(_named(table)), table, sheet)
    return buffer.getvalue()


def _named(table: Table) -> str:
    """Return the name of a sheet in signs that Excel allows."""
    return "".join(sign for sign in table.caption if sign not in "[]:*?/\\'")[:LONGEST_NAME]


def _write(book: Any, page: Any, table: Table, sheet: Sheet) -> None:
    plain = {
        "text_wrap": True,
        "valign": "top",
        "num_format": "@",
        "font_name": "Arial",
        "font_size": 10,
    }
    text = book.add_format(plain | {"bottom": 1, "bottom_color": "#C9D0D8"})
    head = book.add_format(plain | {"bold": True, "bottom": 1, "bg_color": "#EEF2F7"})
    for at, column in enumerate(table.columns):
        page.set_column(at, at, column.share * WIDTH, text)
        page.write_string(0, at, column.head, head)
    page.set_row(0, _height([each.head for each in table.columns], table))
    for down, row in enumerate(table.rows, start=1):
        page.set_row(down, _height(row, table))
        for at, cell in enumerate(row):
            page.write_string(down, at, shown(cell), text)
    last, wide = len(table.rows), len(table.columns) - 1
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, last, wide)
    page.ignore_errors({"number_stored_as_text": f"A1:{chr(65 + wide)}{last + 1}"})
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_header(f"&L{shown(sheet.running).replace('&', '&&')}")
    page.set_footer("&RPage &P of &N")


def _height(row: Sequence[str], table: Table) -> float:
    """Return the height that the longest cell of a row needs; not every program finds it by itself."""
    lines = (
        len(textwrap.wrap(cell, max(8, int(column.share * WIDTH * 1.1)))) or 1
        for cell, column in zip(row, table.columns, strict=True)
    )
    return LINE * max(lines) + 3

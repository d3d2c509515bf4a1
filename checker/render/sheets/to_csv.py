"""The tables of a sheet as CSV that Excel opens well: UTF-8 with its mark, and no cell that is run as a formula."""

import csv
import io

from checker.render.sheets.shapes import Sheet, shown

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def to_csv(sheet: Sheet) -> bytes:
    """Return the tables below each other; a byte order mark tells Excel that this is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for table in sheet.tables:
        writer.writerow([each.head for each in table.columns])
        writer.writerows([inert(cell) for cell in row] for row in table.rows)
    return buffer.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe stands before what looks like a formula."""
    clean = shown(text)
    return f"'{clean}" if clean.startswith(FORMULA) else clean

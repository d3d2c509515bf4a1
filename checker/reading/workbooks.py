"""Reads the cells of a small workbook that people fill in: what each cell says, and what sort of cell it is."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

from checker.errors import BadSubmission, Problem
from checker.reading.folder import unreachable
from checker.reading.parts import Limits, Parts, number_formats, parts, place, sheet_names
from checker.reading.stored import readable, sheet_text

LARGEST_FILE = 20_000_000
"""Bytes; a worksheet has a tenth of a megabyte."""
LIMITS = Limits(cells=1_000_000, unpacked=64 * 2**20)
MOST_SHEETS = 200
FIRST_BYTES = b"PK\x03\x04"
SAVE_AS = {
    ".xls": 'this is an old kind of workbook; save it as "Excel workbook (.xlsx)"',
    ".xlsb": 'this is a binary workbook; save it as "Excel workbook (.xlsx)"',
    ".xlsm": 'this workbook can hold macros, which are never run here; save it as "Excel workbook (.xlsx)"',
    ".ods": 'this is a spreadsheet of LibreOffice; save it as "Excel 2007-365 (.xlsx)"',
}
"""Ending of spreadsheets that are not read, and what to do."""
DAMAGED = "open it, and save it again as .xlsx; a protected workbook is saved without a password"

Stored = Literal["text", "number", "date", "boolean", "error", "formula"]
"""What a cell holds; formula: one whose result was not stored."""


class Cell(NamedTuple):
    """A cell that is not empty."""

    text: str
    """A number as the sheet shows it, if its format shows no fewer digits than it has."""
    stored: Stored
    row: int
    """From 1, as the sheet shows it."""
    column: int
    """From 1."""


class Page(NamedTuple):
    """One sheet."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    """Row and column, both from 1, to the cell."""


class Workbook(NamedTuple):
    """A workbook that was read."""

    file: str
    """As the caller wrote it."""
    sha256: str
    pages: tuple[Page, ...]


def read_cells(path: Path) -> Workbook:
    """Return the cells of every sheet. Formulas are not computed: what was last shown counts. Macros are never run.

    Raises:
        BadSubmission: it is no workbook that is read, damaged, protected or too large.
    """
    file = str(path)
    data = _bytes(path, file)
    with readable(file, DAMAGED):
        names = sheet_names(data, file, LIMITS)
        if len(names) > MOST_SHEETS:
            raise _bad(
                file, f"the workbook has {len(names)} sheets; at most {MOST_SHEETS} are read"
            )
        formats = number_formats(data, file, LIMITS)
        pages = tuple(_page(parts(data, file, name, LIMITS), formats) for name in names)
    return Workbook(file, hashlib.sha256(data).hexdigest(), pages)


def _bytes(path: Path, file: str) -> bytes:
    if why := unreachable(path):
        raise _bad(file, f"the file cannot be read: {why}")
    if not path.exists():
        raise _bad(file, "there is no such file", _nearby(path))
    if not path.is_file():
        raise _bad(file, "this is a folder, a device or a pipe, not a workbook")
    if hint := SAVE_AS.get(path.suffix.lower()):
        raise _bad(file, "this kind of spreadsheet is not read", hint)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            most = LARGEST_FILE // 1_000_000
            raise _bad(file, f"the file has {size / 1e6:.0f} MB; at most {most} MB are read")
        data = path.read_bytes()
    except OSError as error:
        raise _bad(file, f"the file cannot be read: {error.strerror}") from None
    if not data.startswith(FIRST_BYTES):
        raise _bad(file, "this is no workbook, or it is protected by a password", DAMAGED)
    return data


def _nearby(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder {path.parent} either"
    found = sorted(each.name for each in path.parent.glob("*.xlsx") if each.name[:2] != "~$")
    return f"in that folder there is {', '.join(found[:3])}" if found else ""


def _bad(file: str, message: str, hint: str = "") -> BadSubmission:
    return BadSubmission([Problem(file, None, "", message, hint)])


_CELL = re.compile(rb"""<(?:\w+:)?c((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))+)\s*>""")
_FORMULA = re.compile(
    _CELL.pattern
    + rb"""\s*<(?:\w+:)?f(?=[\s/>])[^<>]*(?:/>|>[^<]*</(?:\w+:)?f\s*>)\s*"""
    + rb"""(?:<(?:\w+:)?v\s*(?:/>|>\s*</(?:\w+:)?v\s*>)\s*)?</(?:\w+:)?c\s*>"""
)
"""A cell with a formula and without a result."""
_ATTRIBUTE = re.compile(rb"""\s(r|s|t)\s*=\s*["']([^"']*)""")
_SORTS: Mapping[bytes, Stored] = {b"b": "boolean", b"e": "error", b"d": "date", b"n": "number"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*)?|-?[0-9]+:[0-9]{2}.*")


def _page(found: Parts, formats: tuple[str, ...]) -> Page:
    sheet = sheet_text(found)
    sorts = dict(_sorts(found.xml, formats))
    cells = {}
    for at, column in enumerate(sheet.columns, start=1):
        number = column + 1
        for row, text in enumerate(sheet.frame.to_series(at - 1), start=1):
            if text is not None and text.strip():
                stored, code = sorts.get((row, number), ("text", ""))
                cells[row, number] = _cell(text, stored, code, row, number)
    for row, number in _without_result(found.xml):
        cells.setdefault((row, number), Cell("a formula", "formula", row, number))
    return Page(found.name, cells)


def _sorts(
    xml: bytes, formats: tuple[str, ...]
) -> Iterator[tuple[tuple[int, int], tuple[Stored, str]]]:
    """Yield the sort of every cell that holds no text, with the format of its number."""
    for found in _CELL.finditer(xml):
        said = dict(_ATTRIBUTE.findall(found[1]))
        sort = _SORTS.get(said.get(b"t", b"n"))
        if sort and b"r" in said:
            style = int(said[b"s"]) if said.get(b"s", b"").isdigit() else 0
            yield place(said[b"r"]), (sort, formats[style] if style < len(formats) else "")


def _without_result(xml: bytes) -> Iterator[tuple[int, int]]:
    """Yield the places of formulas that no program computed; the result of a text may be empty."""
    for found in _FORMULA.finditer(xml):
        said = dict(_ATTRIBUTE.findall(found[1]))
        if b"r" in said and said.get(b"t") != b"str":
            yield place(said[b"r"])


def _cell(text: str, stored: Stored, code: str, row: int, column: int) -> Cell:
    if stored == "number" and _DATE.fullmatch(text):
        return Cell(text, "date", row, column)
    if stored == "number":
        return Cell(_shown(text, code), stored, row, column)
    return Cell(text, stored, row, column)


_PLAIN_FORMATS = {"1": "0", "2": "0.00", "9": "0%", "10": "0.00%"}
"""Formats that are built in, by their numbers."""
MOST_SHOWN = 10**15
"""Numbers from here on have no digits after the point."""
_DIGITS = re.compile(r"0(?:\.(0+))?(%?)")


def _shown(text: str, code: str) -> str:
    """Return a number as the sheet shows it; with all its digits where the sheet shows fewer."""
    code = _PLAIN_FORMATS.get(code, code)
    found = _DIGITS.fullmatch(code)
    if not found:
        return f"{_percent(text)} %" if code.endswith("%") else text
    number = Decimal(_percent(text)) if found[2] else Decimal(text)
    if abs(number) >= MOST_SHOWN:
        return text
    decimals = len(found[1] or "")
    rounded = round(number, decimals)
    shown = f"{rounded:.{decimals}f}" if rounded == number else f"{number.normalize():f}"
    return f"{shown} %" if found[2] else shown


def _percent(text: str) -> str:
    return f"{(Decimal(text) * 100).normalize():f}"

"""Workbooks taken apart: the parts of one sheet, bounded as the reader will see them, and nothing else packed again.

The library that reads workbooks ends the process where it runs out of memory, which no `except` sees. So the place of
every cell is looked at before, and the library gets a small archive of exactly what was looked at.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple
from xml.etree import ElementTree

from checker.errors import BadSubmission, Problem
from checker.reading.folder import nearest

MOST_SHEET_CELLS = 20_000_000
"""Of a sheet, between its first cell and its last; each takes about 200 bytes of memory while it is read."""
LARGEST_PART = 2**29
"""Bytes of one part of a workbook once unpacked."""
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""Of a sheet, as Excel has them."""
PIECE = 2**20
"""Bytes that are unpacked at once."""
WORKBOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
KEPT = ("[Content_Types].xml", "_rels/.rels", WORKBOOK, RELATIONS)
BESIDE = ("/sharedStrings", "/styles")
"""Ends of the types of the other parts that a sheet needs."""

_OPENING = re.compile(rb"<(?:[^\s<>/:]*:)?(?:row|c)(?=[\s/>])")
_TAG = re.compile(
    rb"<(?:[^\s<>/:]*:)?(row|c)"
    rb"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*/?>"""
)
"""The beginning of a row or a cell: which of the two, its attributes."""
_AT = re.compile(rb"""\sr\s*=\s*["']([^"']*)""")
_PLACE = re.compile(rb"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW = re.compile(rb"[1-9][0-9]{0,6}")
_STRING = re.compile(rb"<(?:[^\s<>/:]*:)?si(?=[\s/>])")
_DIMENSION = re.compile(rb"<(?:[^\s<>/:]*:)?dimension\s[^<>]*/>")


class Parts(NamedTuple):
    """One sheet, and the workbook around it."""

    name: str
    """Of the sheet."""
    xml: bytes
    """Of the sheet."""
    packed: bytes
    """A workbook with this sheet alone."""


class Limits(NamedTuple):
    """How much of a workbook is read."""

    cells: int
    """Of a sheet."""
    unpacked: int
    """Bytes of one part."""


def sheet_names(data: bytes, file: str, limits: Limits) -> tuple[str, ...]:
    """Return the names of the sheets of a workbook in their order, charts left out.

    Raises:
        BadSubmission and what a damaged archive raises: as `parts`.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        targets, _ = _relations(archive, file, limits)
        found = _elements(_part(archive, WORKBOOK, file, limits), "sheet")
        return tuple(
            each.attrib["name"] for each in found if "chart" not in targets[_relation(each)]
        )


def number_formats(data: bytes, file: str, limits: Limits) -> tuple[str, ...]:
    """Return the number format of every style of a workbook: ``@``, ``0.000``; those built in by their number.

    Raises:
        BadSubmission and what a damaged archive raises: as `parts`.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "xl/styles.xml" not in archive.namelist():
            return ()
        xml = _part(archive, "xl/styles.xml", file, limits)
    own = {each.attrib["numFmtId"]: each.attrib["formatCode"] for each in _elements(xml, "numFmt")}
    styles = [each for each in _elements(xml, "cellXfs")][:1]
    numbers = [xf.attrib.get("numFmtId", "0") for each in styles for xf in each]
    return tuple(own.get(each, each) for each in numbers)


def parts(data: bytes, file: str, sheet: str | None, limits: Limits | None = None) -> Parts:
    """Return a sheet of a workbook, the first unless one is named, in an archive of its own.

    Args:
        data: of the workbook.
        file: as messages call it.
        sheet: its name; None: the first.
        limits: how much is read; None: as much as a table of cases may have.

    Raises:
        BadSubmission: no such sheet, or more cells or bytes than are read.
        BadZipFile, ValueError and what else a damaged archive raises: it is none, or not in order.
    """
    limits = limits or Limits(MOST_SHEET_CELLS, LARGEST_PART)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        targets, beside = _relations(archive, file, limits)
        sheets = {
            each.attrib["name"]: targets[_relation(each)]
            for each in _elements(_part(archive, WORKBOOK, file, limits), "sheet")
        }
        name = _chosen(sheets, file, sheet)
        xml = _DIMENSION.sub(b"", _part(archive, sheets[name], file, limits))
        refuse_many(extent(xml), limits.cells, file)
        others = {
            each: _part(archive, each, file, limits)
            for each in dict.fromkeys((*KEPT, *beside))
            if each in archive.namelist()
        }
    for part in beside:
        refuse_many(_count(_STRING, others.get(part, b"")), limits.cells, file)
    return Parts(name, xml, _packed(others | {sheets[name]: xml}))


def refuse_many(cells: int, most: int, file: str) -> None:
    """Complain about a table of more cells than are read.

    Raises:
        BadSubmission: it has more.
    """
    if cells > most:
        message = f"the table has {cells:,} cells; at most {most:,} are read"
        hint = "leave out the columns that the study does not name"
        raise BadSubmission([Problem(file, None, "", message, hint)])


def _part(archive: zipfile.ZipFile, name: str, file: str, limits: Limits) -> bytes:
    """Return a part of the archive, unpacked piece by piece: its size may be a lie."""
    if archive.getinfo(name).file_size > limits.unpacked:
        message = f"the workbook unpacks to more than {limits.unpacked // 2**20} MiB"
        raise BadSubmission([Problem(file, None, "", message, "save the sheet as CSV UTF-8")])
    with archive.open(name) as stream:
        return b"".join(iter(lambda: stream.read(PIECE), b""))


def _relations(
    archive: zipfile.ZipFile, file: str, limits: Limits
) -> tuple[dict[str, str], list[str]]:
    """Return the parts of the workbook by their ids, and those that every sheet needs."""
    targets, beside = dict[str, str](), list[str]()
    for each in _elements(_part(archive, RELATIONS, file, limits), "Relationship"):
        target = (PurePosixPath("/xl") / each.attrib["Target"]).as_posix().lstrip("/")
        targets[each.attrib["Id"]] = target
        if each.attrib.get("Type", "").endswith(BESIDE):
            beside.append(target)
    return targets, ["xl/sharedStrings.xml", "xl/styles.xml", *beside]


def _elements(xml: bytes, tag: str) -> Iterator[ElementTree.Element]:
    if b"<!DOCTYPE" in xml:
        raise ValueError("it declares a document type")
    for element in ElementTree.fromstring(xml).iter():
        if element.tag.rpartition("}")[2] == tag:
            yield element


def _relation(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _chosen(sheets: dict[str, str], file: str, wanted: str | None) -> str:
    if not sheets:
        raise BadSubmission([Problem(file, None, "", "the workbook has no sheet")])
    name = next(iter(sheets)) if wanted is None else wanted
    if name not in sheets:
        close = nearest(name, list(sheets))
        hint = f"did you mean {close}?" if close else f"its sheets are {', '.join(sheets)}"
        raise BadSubmission([Problem(file, None, "", f"it has no sheet named {name}", hint)])
    return name


def _packed(named: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in named.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _count(pattern: re.Pattern[bytes], xml: bytes) -> int:
    return sum(1 for _ in pattern.finditer(xml))


def extent(xml: bytes) -> int:
    """Return how many cells the smallest rectangle from A1 around all cells of a sheet has.

    A cell that does not say where it stands follows the one before it, and so does a row. Where readers could
    differ, the largest reading counts.

    Raises:
        ValueError: a row or cell is written in a way that readers may understand differently.
    """
    row = rows = column = columns = tags = 0
    for tag in _TAG.finditer(xml):
        tags += 1
        places = _places(tag[2])
        if tag[1] == b"row":
            row, column = (max(map(_row, places)) if places else max(row, rows) + 1), 0
            continue
        if places:
            at, column = place(places[0])
            for each in places[1:]:
                at, column = max(at, place(each)[0]), max(column, place(each)[1])
            row = max(row, at)
        else:
            column += 1
        rows, columns = max(rows, row), max(columns, column)
    if tags != _count(_OPENING, xml):
        raise ValueError("a cell of the sheet is not written as XML asks for")
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise ValueError("a cell stands outside of what a sheet can hold")
    return rows * columns


def _places(attributes: bytes) -> list[bytes]:
    """Return what the attributes of a row or cell say about where it stands: one place, or none."""
    if attributes.startswith(b' r="'):  # as nearly every cell is written: this is the fast way
        named, _, rest = attributes[4:].partition(b'"')
        return [named, *_places_within(rest)]
    return _places_within(attributes)


@lru_cache(maxsize=1000)
def _places_within(attributes: bytes) -> list[bytes]:
    return _AT.findall(attributes)


def _row(text: bytes) -> int:
    if not _ROW.fullmatch(text):
        raise ValueError(f'"{_short(text)}" is no number of a row')
    return int(text)


def place(text: bytes) -> tuple[int, int]:
    """Return row and column, from 1, of a cell named as in B12.

    Raises:
        ValueError: it is not named so.
    """
    found = _PLACE.fullmatch(text)
    if not found:
        raise ValueError(f'"{_short(text)}" is no place of a cell')
    return int(found[2]), _column(found[1])


@cache
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _short(text: bytes) -> str:
    return text[:20].decode("ascii", "backslashreplace")

"""Tables in formats that store records or types (parquet, JSON lines, Excel workbooks) as cells."""

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from checker.errors import BadSubmission, Problem
from checker.reading.cells import Cells, and_others, checked_header, numbered, without_blank_end
from checker.reading.encoding import utf8
from checker.reading.folder import nearest

if TYPE_CHECKING:
    import polars as pl

MOST_CELLS = 500_000_000
"""Of a parquet file, which may unpack to much more than its own size."""
MOST_SHEET_CELLS = 50_000_000
"""Of a sheet, between its first cell and its last."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    KeyError,
    RuntimeError,
    ValueError,
)
"""What reading the parts of a damaged or protected workbook raises."""
LARGEST_WORKBOOK = 2**30
"""Bytes of a workbook once unpacked."""


# Parquet


def read_parquet(data: bytes, file: str) -> Cells:
    """Return the columns with the types they were stored in.

    Raises:
        BadSubmission: damaged, or too many cells.
    """
    import polars as pl

    try:
        source = pl.scan_parquet(io.BytesIO(data))
        header = source.collect_schema().names()
        rows = source.select(pl.len()).collect().item()
        _refuse_many(rows * len(header), MOST_CELLS, file)
        frame = pl.read_parquet(io.BytesIO(data))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        message = f"this parquet file cannot be read: {_first_line(error)}"
        raise BadSubmission([Problem(file, None, "", message, "write it again")]) from None
    names = checked_header(header, file, None)
    return Cells(names=names, frame=numbered(frame), printed=False)


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _refuse_many(cells: int, most: int, file: str) -> None:
    if cells > most:
        message = f"the table has {cells:,} cells; at most {most:,} are read"
        hint = "leave out the columns that the study does not name"
        raise BadSubmission([Problem(file, None, "", message, hint)])


# JSON lines


def read_json_lines(data: bytes, file: str) -> Cells:
    """Return one row per line, each an object with the same keys; numbers keep their printed text.

    Raises:
        BadSubmission: a line that is no object, has other keys than the first, or holds more than
            single values.
    """
    import polars as pl

    lines = utf8(data, file).decode("utf-8").rstrip().split("\n")
    if lines[0].lstrip().startswith("["):
        hint = "write one object per line, without brackets around them and commas between them"
        raise BadSubmission([Problem(file, 1, "", "this is one JSON array", hint)])
    keys, rows, wrong = tuple[str, ...](), list[list[str | None]](), dict[str, list[int]]()
    for number, line in enumerate(lines, start=1):
        try:
            record = _record(line)
            keys = keys or tuple(record)
            rows.append(_single_values(record, keys))
        except ValueError as reason:
            wrong.setdefault(str(reason), []).append(number)
    if wrong:
        raise BadSubmission(_wrong_lines(wrong, file))
    names = checked_header(keys, file, 1)
    schema = {str(at): pl.String() for at in range(len(names))}
    return Cells(names=names, frame=pl.DataFrame(rows, schema=schema, orient="row"), first_row=1)


def _record(line: str) -> dict[str, Any]:
    if not line.strip():
        raise ValueError("the line is blank")
    try:
        record = json.loads(
            line,
            parse_float=str,
            parse_int=str,
            parse_constant=str,
            object_pairs_hook=_without_double_keys,
        )
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("the line is not valid JSON") from None
    if not isinstance(record, dict) or not record:
        raise ValueError("the line is not an object with values, such as {...}")
    return record


def _without_double_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{double} comes twice")
    return record


def _single_values(record: dict[str, Any], keys: tuple[str, ...]) -> list[str | None]:
    if missing := [key for key in keys if key not in record]:
        raise ValueError(f"{missing[0]} is missing; write null for a missing value")
    if further := [key for key in record if key not in keys]:
        raise ValueError(f"{further[0]} is not in the first row")
    for key, value in record.items():
        if isinstance(value, (list, dict)):
            raise ValueError(f"{key} holds several values; one is expected")
    return [_printed(record[key]) for key in keys]


def _printed(value: str | bool | None) -> str | None:
    return str(value).lower() if isinstance(value, bool) else value


def _wrong_lines(wrong: dict[str, list[int]], file: str) -> Iterator[Problem]:
    for reason, [row, *others] in wrong.items():
        yield Problem(file, row, "", f"row {row:,}: {reason}{and_others(others)}")


# Excel workbooks


def read_workbook(data: bytes, file: str, sheet: str | None) -> Cells:
    """Return one sheet of a workbook as text; its first row with any text is the header.

    Numbers keep the value that was stored, not the digits shown; dates become ISO text; a cell that
    holds an error keeps its name (#DIV/0!), so that it is not taken for an empty one.

    Raises:
        BadSubmission: damaged, protected, too large, no such sheet, blank rows between rows.
    """
    import fastexcel

    try:
        xml, name = _sheet(data, file, sheet)
        _refuse_many(_extent(xml), MOST_SHEET_CELLS, file)
        book = fastexcel.read_excel(data)
        text, numbers = (
            book.load_sheet(name, header_row=None, skip_rows=0, dtypes=dtype)
            for dtype in ("string", "float")
        )
        first_columns = [each.absolute_index for each in text.available_columns()]
        frame = _stored_text(text.to_polars(), numbers.to_polars())
    except (fastexcel.FastExcelError, *DAMAGE) as error:
        message = f"this workbook cannot be read: {_first_line(error)}"
        hint = "open it, and save the sheet as CSV UTF-8"
        raise BadSubmission([Problem(file, None, "", message, hint)]) from None
    return _under_header(_with_errors(frame, xml, first_columns), file)


def _sheet(data: bytes, file: str, sheet: str | None) -> tuple[bytes, str]:
    """Return the XML of a sheet and its name; the first sheet unless one is named."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_WORKBOOK:
            message = "the workbook unpacks to more than 1 GiB"
            raise BadSubmission([Problem(file, None, "", message, "save the sheet as CSV UTF-8")])
        places = {
            place.attrib["Id"]: place.attrib["Target"]
            for place in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
        }
        sheets = {
            each.attrib["name"]: places[_relation(each)]
            for each in _elements(archive, "xl/workbook.xml", "sheet")
        }
        name = next(iter(sheets), "") if sheet is None else sheet
        if name not in sheets:
            close = nearest(name, list(sheets))
            hint = f"did you mean {close}?" if close else f"its sheets are {', '.join(sheets)}"
            raise BadSubmission([Problem(file, None, "", f"it has no sheet named {name}", hint)])
        target = PurePosixPath("/xl") / sheets[name]
        return archive.read(target.as_posix().lstrip("/")), name


def _elements(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[ElementTree.Element]:
    xml = archive.read(part)
    if b"<!DOCTYPE" in xml:
        raise KeyError("it declares a document type")
    for element in ElementTree.fromstring(xml).iter():
        if element.tag.rpartition("}")[2] == tag:
            yield element


def _relation(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
ERROR = re.compile(
    rb"""(<(?:\w+:)?c\s[^>]*?\bt=["']e["'][^>]*>)(?:<(?:\w+:)?f.*?</(?:\w+:)?f>)?"""
    rb"""<(?:\w+:)?v>(#[A-Z0-9/!?_]+)</"""
)
"""A cell that holds an error: its opening tag, perhaps a formula, its value."""


def _extent(xml: bytes) -> int:
    """Return how many cells the smallest rectangle around all cells of a sheet has."""
    columns, rows = set[bytes](), 0
    for found in CELL.finditer(xml):
        columns.add(found[1])
        rows = max(rows, int(found[2]))
    return rows * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _stored_text(text: "pl.DataFrame", numbers: "pl.DataFrame") -> "pl.DataFrame":
    """Return the text of cells; where it is a rounded number, the number that was stored."""
    import polars as pl

    def exact(name: str) -> pl.Series:
        shown, stored = text[name], numbers[name]
        lost = shown.cast(pl.Float64, strict=False) != stored
        iso = shown.str.replace(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$", "${1}T${2}")
        day = iso.str.strip_suffix("T00:00:00")
        return stored.cast(pl.String).zip_with(lost.fill_null(False), day).alias(name)

    return pl.DataFrame([exact(name) for name in text.columns])


def _with_errors(frame: "pl.DataFrame", xml: bytes, columns: list[int]) -> "pl.DataFrame":
    """Return the frame with the names of errors where the reader left empty cells."""
    import polars as pl

    found: dict[int, dict[int, str]] = {}
    for error in ERROR.finditer(xml):
        if place := CELL.match(error[1]):
            column, row = _column_number(place[1]) - 1, int(place[2]) - 1
            found.setdefault(column, {})[row] = error[2].decode("ascii")
    for column, errors in found.items():
        if column in columns:
            at = columns.index(column)
            cells = frame.to_series(at).to_list()
            for row in errors.keys() & range(len(cells)):
                cells[row] = errors[row]
            name = frame.columns[at]
            frame = frame.with_columns(pl.Series(name, cells, dtype=pl.String))
    return frame


def _under_header(frame: "pl.DataFrame", file: str) -> Cells:
    rows = enumerate(frame.iter_rows(), start=1)
    header_row = next((row for row, cells in rows if any(map(_has_text, cells))), 0)
    if not header_row:
        raise BadSubmission([Problem(file, None, "", "the sheet is empty")])
    header, body = frame.row(header_row - 1), frame.slice(header_row)
    body, blank = without_blank_end(body)
    used = [
        at
        for at, name in enumerate(header)
        if _has_text(name) or any(map(_has_text, body.to_series(at)))
    ]
    names = checked_header([header[at] for at in used], file, header_row)
    if len(blank):
        row, *others = [int(at) + header_row + 1 for at in blank]
        message = f"row {row:,} is blank{and_others(others)}"
        hint = "delete the blank rows between the rows"
        raise BadSubmission([Problem(file, row, "", message, hint)])
    body = numbered(body.select(frame.columns[at] for at in used))
    return Cells(names=names, frame=body, first_row=header_row + 1, printed=False)


def _has_text(cell: str | None) -> bool:
    return bool(cell and cell.strip())

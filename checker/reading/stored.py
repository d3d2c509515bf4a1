"""Tables in formats that store records or types (parquet, JSON lines, Excel workbooks) as cells."""

import io
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from checker.errors import BadSubmission, Problem
from checker.reading.cells import (
    MOST_COLUMNS,
    Cells,
    and_others,
    checked_header,
    holds_several,
    numbered,
    refuse_many_rows,
    without_blank_end,
)
from checker.reading.encoding import utf8
from checker.reading.folder import nearest

if TYPE_CHECKING:
    import polars as pl

MOST_CELLS = 500_000_000
"""Of a parquet file, which may unpack to much more than its own size."""
LARGEST_FRAME = 2**30
"""Bytes of the columns of a parquet file once unpacked; texts count by their smallest size."""
MOST_SHEET_CELLS = 20_000_000
"""Of a sheet, between its first cell and its last; also of the texts that its workbook stores."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    expat.ExpatError,
    EOFError,
    KeyError,
    RuntimeError,
    ValueError,
)
"""What reading the parts of a damaged or protected workbook raises."""
FEWER_COLUMNS = "leave out the columns that the study does not name"
LARGEST_WORKBOOK = 2**29
"""Bytes of a workbook once unpacked."""
LARGEST_INDEX = 2**24
"""Bytes of a part that lists the sheets, or where they lie, once unpacked."""


# Parquet


def read_parquet(data: bytes, file: str) -> Cells:
    """Return the columns with the types they were stored in.

    Columns whose cells hold several values, or bytes, are not unpacked: their cells are null.

    Raises:
        BadSubmission: damaged, too many rows or cells, or too large once unpacked.
    """
    import polars as pl

    try:
        source = pl.scan_parquet(io.BytesIO(data))
        schema = source.collect_schema()
        header = schema.names()
        rows = source.select(pl.len()).collect().item()
        refuse_many_rows(rows, file)
        _refuse_many(rows * len(header), MOST_CELLS, file)
        _refuse_large(rows * sum(map(_width, schema.dtypes())), file)
        frame = _single_values_of(data, schema, rows)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        message = f"this parquet file cannot be read: {_first_line(error)}"
        raise BadSubmission([Problem(file, None, "", message, "write it again")]) from None
    names = checked_header(header, file, None)
    return Cells(names=names, frame=numbered(frame), printed=False)


def _width(kind: "pl.DataType") -> int:
    """Return how many bytes a cell takes at least, in memory."""
    import polars as pl

    return 16 if kind in (pl.String, pl.Decimal, pl.Int128, pl.UInt128) else 8


def _refuse_large(size: int, file: str) -> None:
    if size > LARGEST_FRAME:
        message = (
            f"the table unpacks to {size / 2**30:.1f} GiB; at most {LARGEST_FRAME // 2**30} is read"
        )
        raise BadSubmission([Problem(file, None, "", message, FEWER_COLUMNS)])


def _single_values_of(data: bytes, schema: "pl.Schema", rows: int) -> "pl.DataFrame":
    """Return the frame; nulls stand for lists, structures and bytes, which can unpack to any size."""
    import polars as pl

    single = [at for at, kind in enumerate(schema.dtypes()) if not holds_several(kind)]
    read = iter(pl.read_parquet(io.BytesIO(data), columns=single))
    return pl.DataFrame(
        [
            pl.repeat(None, rows, dtype=kind, eager=True).alias(name)
            if holds_several(kind)
            else next(read)
            for name, kind in schema.items()
        ]
    )


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _refuse_many(cells: int, most: int, file: str) -> None:
    if cells > most:
        message = f"the table has {cells:,} cells; at most {most:,} are read"
        raise BadSubmission([Problem(file, None, "", message, FEWER_COLUMNS)])


# JSON lines

HALF_A_SIGN = re.compile("[\ud800-\udfff]")
"""One half of a sign that is written as two; no text can hold it."""


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
    keys, rows, wrong = dict[str, int](), list[list[str | None]](), dict[str, list[int]]()
    for number, line in enumerate(lines, start=1):
        try:
            record = _record(line)
            keys = keys or _keys(record, file, number)
            rows.append(_single_values(record, keys))
        except ValueError as reason:
            wrong.setdefault(str(reason), []).append(number)
    if wrong:
        raise BadSubmission(_wrong_lines(wrong, file))
    names = checked_header(tuple(keys), file, 1)
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
    if "\\u" in line and any(map(HALF_A_SIGN.search, _texts(record))):
        raise ValueError(r"a sign is written by half (such as \ud83d without \ude00 after it)")
    return record


def _texts(record: dict[str, Any]) -> Iterator[str]:
    yield from record
    yield from (value for value in record.values() if isinstance(value, str))


def _keys(record: dict[str, Any], file: str, row: int) -> dict[str, int]:
    """Return the names of the columns with their positions; too many are refused at once."""
    if len(record) > MOST_COLUMNS:
        checked_header(tuple(record), file, row)
    return {key: at for at, key in enumerate(record)}


def _without_double_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        times = Counter(name for name, _ in pairs)
        double = next(name for name in record if times[name] > 1)
        raise ValueError(f"{double} comes twice")
    return record


def _single_values(record: dict[str, Any], keys: dict[str, int]) -> list[str | None]:
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
        found = _sheet(data, file, sheet)
        _refuse_many(_extent(found.xml), MOST_SHEET_CELLS, file)
        book = fastexcel.read_excel(found.workbook)
        text, numbers = (
            book.load_sheet(found.name, header_row=None, skip_rows=0, dtypes=dtype)
            for dtype in ("string", "float")
        )
        first_columns = [each.absolute_index for each in text.available_columns()]
        frame = _stored_text(text.to_polars(), numbers.to_polars())
    except (fastexcel.FastExcelError, *DAMAGE) as error:
        raise _unreadable(_first_line(error), file) from None
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise _unreadable("it is damaged", file) from None
    return _under_header(_with_errors(frame, found.xml, first_columns), file)


def _unreadable(why: str, file: str) -> BadSubmission:
    message = f"this workbook cannot be read: {why}"
    hint = "open it, and save the sheet as CSV UTF-8"
    return BadSubmission([Problem(file, None, "", message, hint)])


def _is_panic(error: BaseException) -> bool:
    """Return whether a library written in Rust gave up; each of them has a class of its own for that."""
    return type(error).__name__ == "PanicException"


class _Sheet(NamedTuple):
    """One sheet of a workbook, and a workbook that holds nothing else."""

    name: str
    xml: bytes
    workbook: bytes


def _sheet(data: bytes, file: str, sheet: str | None) -> _Sheet:
    """Return a sheet; the first one unless another is named."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > LARGEST_WORKBOOK:
            message = f"the workbook unpacks to more than {LARGEST_WORKBOOK // 2**20} MiB"
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
        target = (PurePosixPath("/xl") / sheets[name]).as_posix().lstrip("/")
        return _Sheet(name, archive.read(target), _with_only(archive, target))


def _with_only(archive: zipfile.ZipFile, target: str) -> bytes:
    """Return a workbook of this sheet and what it needs: what is checked here is all that will be read.

    A zip archive may hold two parts of one name, or state wrong sizes, and readers differ in what
    they make of that.
    """
    kept = [each for each in archive.namelist() if each == target or NEEDED.fullmatch(each)]
    if len({each.casefold() for each in kept}) < len(kept):
        raise ValueError("two of its parts have the same name")
    smaller = io.BytesIO()
    with zipfile.ZipFile(smaller, "w") as copy:
        for part in kept:
            xml = archive.read(part)
            if sum(1 for _ in TEXT.finditer(xml)) > MOST_SHEET_CELLS:
                raise ValueError(f"it stores more than {MOST_SHEET_CELLS:,} texts")
            copy.writestr(part, xml)
    return smaller.getvalue()


def _elements(archive: zipfile.ZipFile, part: str, tag: str) -> Iterator[ElementTree.Element]:
    if archive.getinfo(part).file_size > LARGEST_INDEX:
        raise ValueError(f"{part} unpacks to more than {LARGEST_INDEX // 2**20} MiB")
    xml = archive.read(part)
    if b"<!DOCTYPE" in xml:
        raise KeyError("it declares a document type")
    for element in ElementTree.fromstring(xml).iter():
        if element.tag.rpartition("}")[2] == tag:
            yield element


def _relation(sheet: ElementTree.Element) -> str:
    return next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")


NEEDED = re.compile(r"(?:(?:xl/)?(?:_rels/)?)[^/]*\.(?:xml|rels)", re.IGNORECASE)
"""Parts that say what a sheet means: texts, styles, which sheets there are and where."""
TEXT = re.compile(rb"[<:]si[\s/>]")
"""A text that cells refer to."""
CELL = re.compile(
    rb"""[<:]c(?: r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: (?:s|t|cm|vm|ph)="\w*")* ?/?>|(?=[\s/>]))"""
)
"""How a cell begins: as spreadsheets write it, with its column and row, or (no groups) otherwise."""
PLACE = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
ERROR = re.compile(
    rb"""(<(?:\w+:)?c\s[^<>]*?\bt=["']e["'][^<>]*>)(?:<(?:\w+:)?f[^<]*</(?:\w+:)?f>)?"""
    rb"""<(?:\w+:)?v>(#[A-Z0-9/!?_]+)</"""
)
"""A cell that holds an error: its opening tag, perhaps a formula, its value."""


def _extent(xml: bytes) -> int:
    """Return how many cells the smallest rectangle from the first place of a sheet to its last has.

    Raises:
        ValueError: a cell lies where no sheet has one.
        ExpatError: where cells do not say their place, and the sheet is no XML.
    """
    columns, rows = set[bytes](), 0
    for found in CELL.finditer(xml):
        if not found[1]:
            return _Walk().extent(xml)
        columns.add(found[1])
        rows = max(rows, int(found[2]))
    return rows * max(map(_column_number, columns), default=0)


class _Walk:
    """Goes through a sheet as its reader does, who counts where a cell or row does not say its place."""

    def __init__(self) -> None:
        self.inside = False
        self.row = self.column = 0
        """From 0, of the next cell that does not say its place."""
        self.rows = self.columns = 0
        """How many the sheet has so far."""

    def extent(self, xml: bytes) -> int:
        """Return how many cells the smallest rectangle around all has."""
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(xml, True)
        return self.rows * self.columns

    def _start(self, tag: str, marks: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "sheetData":
            self.inside = True
        elif self.inside and name == "row" and "r" in marks:
            self.row = _placed("A" + marks["r"])[0]
        elif self.inside and name == "c":
            row = self.row
            if "r" in marks:
                row, self.column = _placed(marks["r"])
            self.column += 1
            self.rows, self.columns = max(self.rows, row + 1), max(self.columns, self.column)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "sheetData":
            self.inside = False
        elif name == "row":
            self.row, self.column = self.row + 1, 0

    def _doctype(self, *_: object) -> None:
        raise ValueError("it declares a document type")


def _placed(place: str) -> tuple[int, int]:
    """Return row and column from 0 of a place such as B12, as a reader takes it.

    Raises:
        ValueError: no sheet has such a place.
    """
    found = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", place)
    if not found:
        raise ValueError(f"a cell is said to be at {place[:20]}, which is no place of a sheet")
    return max(int(found[2]) - 1, 0), _column_number(found[1].upper().encode()) - 1


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
        if place := PLACE.match(error[1]):
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

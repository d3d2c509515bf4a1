"""Tables in formats that store records or types (parquet, JSON lines, Excel workbooks) as cells."""

import io
import json
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
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
from checker.reading.parts import Parts, parts, place, refuse_many

if TYPE_CHECKING:
    import polars as pl

MOST_CELLS = 50_000_000
"""Of a parquet file, which may unpack to much more than its own size; each takes about 80 bytes while it is scored."""
LARGEST_TABLE = 2 * 2**30
"""Bytes of the values of a parquet file."""
WIDEST = 16
"""Bytes of a value, or of the place of a text."""
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
STDERR = 2
"""The number of the stream, also for libraries that know nothing of Python."""
PANIC = "PanicException"
"""What a library in Rust raises where it fails; each has a class of its own, and none is an `Exception`."""


@contextmanager
def silent_library() -> Iterator[None]:
    """Keep a library from writing to stderr, and turn its panics into errors.

    Raises:
        ValueError: the library panicked, whose words help nobody.
    """
    screen = _stderr_to_nowhere()
    try:
        yield
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise ValueError("it is damaged") from None
    finally:
        if screen is not None:
            os.dup2(screen, STDERR)
            os.close(screen)


def _stderr_to_nowhere() -> int | None:
    """Return what stderr was, for the way back; None: there is none."""
    try:
        screen = os.dup(STDERR)
    except OSError:
        return None
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), STDERR)
    return screen


# Parquet


def read_parquet(data: bytes, file: str) -> Cells:
    """Return the columns with the types they were stored in.

    Columns whose cells hold several values, or bytes, are not unpacked: their cells are null.

    Raises:
        BadSubmission: damaged, or more cells or bytes than are read.
    """
    import polars as pl

    try:
        with silent_library():
            source = pl.scan_parquet(io.BytesIO(data))
            schema = source.collect_schema()
            rows = source.select(pl.len()).collect().item()
            refuse_many_rows(rows, file)
            refuse_many(rows * len(schema), MOST_CELLS, file)
            _refuse_large(rows * sum(map(_bytes_of, schema.dtypes())), file)
            frame = _single_values_of(data, schema, rows)
            _refuse_large(_bytes_of_text(frame), file)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        message = f"this parquet file cannot be read: {_first_line(error)}"
        raise BadSubmission([Problem(file, None, "", message, "write it again")]) from None
    names = checked_header(schema.names(), file, None)
    return Cells(names=names, frame=numbered(frame), printed=False)


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


def _bytes_of(kind: object) -> int:
    """Return how many bytes a value of a column takes at least."""
    import polars as pl

    if isinstance(kind, pl.Array):
        return _bytes_of(kind.inner) * kind.size
    if isinstance(kind, pl.Struct):
        return sum(_bytes_of(each.dtype) for each in kind.fields)
    return WIDEST


def _bytes_of_text(frame: "pl.DataFrame") -> int:
    """Return how many bytes all texts have once each is written out; a file may say one a million times."""
    import polars as pl

    texts = (each for each in numbered(frame) if each.dtype == pl.String)
    return sum(int(each.str.len_bytes().sum() or 0) for each in texts)


def _refuse_large(size: int, file: str) -> None:
    if size > LARGEST_TABLE:
        most = LARGEST_TABLE // 2**30
        message = f"the table unpacks to {size / 2**30:.1f} GiB; at most {most} are read"
        hint = "leave out the columns that the study does not name"
        raise BadSubmission([Problem(file, None, "", message, hint)])


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


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


_HALF = re.compile("[\ud800-\udfff]")
"""Half of a sign, as JSON may write it; no text can hold it."""


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
    if "\\u" in line and _HALF.search("".join(map(str, (*record, *record.values())))):
        raise ValueError("an escape (\\ud800 to \\udfff) stands without its other half")
    return record


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
    hint = "open it, and save the sheet as CSV UTF-8"
    with readable(file, hint):
        return _under_header(sheet_text(parts(data, file, sheet)).frame, file)


class SheetText(NamedTuple):
    """The cells of a sheet as text, from its first row; null where a cell is empty."""

    frame: "pl.DataFrame"
    columns: list[int]
    """Position of each column in the sheet, from 0."""


@contextmanager
def readable(file: str, hint: str) -> Iterator[None]:
    """Turn what a damaged workbook raises into a problem.

    Raises:
        BadSubmission: it is damaged or protected.
    """
    import fastexcel

    try:
        yield
    except (fastexcel.FastExcelError, *DAMAGE) as error:
        message = f"this workbook cannot be read: {_first_line(error)}"
        raise BadSubmission([Problem(file, None, "", message, hint)]) from None


def sheet_text(found: Parts) -> SheetText:
    """Return the cells of a sheet as text, as `read_workbook` does; call it inside `readable`."""
    import fastexcel

    with silent_library():
        book = fastexcel.read_excel(found.packed)
        text, numbers = (
            book.load_sheet(found.name, header_row=None, skip_rows=0, dtypes=dtype)
            for dtype in ("string", "float")
        )
        columns = [each.absolute_index for each in text.available_columns()]
        frame = _stored_text(text.to_polars(), numbers.to_polars())
    return SheetText(_with_lost(frame, found.xml, columns), columns)


CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3}[0-9]{1,7})["']""")
ERROR = re.compile(
    rb"""(<(?:\w+:)?c\s[^<>]*?\bt=["']e["'][^<>]*>)(?:<(?:\w+:)?f[^<]*</(?:\w+:)?f>)?"""
    rb"""<(?:\w+:)?v>(#[A-Z0-9/!?_]+)</"""
)
"""A cell that holds an error: its opening tag, perhaps a formula, its value."""
NO_DATE = re.compile(
    rb"""(<(?:\w+:)?c\s[^>]*?\bs=["'][0-9]+["'][^>]*>)(?:<(?:\w+:)?f.*?</(?:\w+:)?f>)?"""
    rb"""<(?:\w+:)?v>(-[0-9.eE+-]+|[0-9]{7}[0-9.eE+-]*|[0-9.]+[eE]\+?[0-9]+)</"""
)
"""A cell of a style that holds a number which no date has: before 1900, after 9999."""


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


def _with_lost(frame: "pl.DataFrame", xml: bytes, columns: list[int]) -> "pl.DataFrame":
    """Return the frame with errors, and numbers that are no dates, where the reader left empty cells."""
    import polars as pl

    found: dict[int, dict[int, str]] = {}
    for lost in (*ERROR.finditer(xml), *NO_DATE.finditer(xml)):
        if named := CELL.match(lost[1]):
            row, column = place(named[1])
            found.setdefault(column - 1, {})[row - 1] = lost[2].decode("ascii")
    for column in found.keys() & {*columns}:
        at = columns.index(column)
        cells = frame.to_series(at).to_list()
        for row, text in found[column].items():
            if row < len(cells) and cells[row] is None:
                cells[row] = text
        frame = frame.with_columns(pl.Series(frame.columns[at], cells, dtype=pl.String))
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
        if _has_text(name) or bool((body.to_series(at).str.strip_chars() != "").any())
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

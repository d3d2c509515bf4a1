"""Submitted tables: one reader for all formats; columns by name as text, numbers or labels."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Codes, Floats, Labels
from checker.reading.cells import MISSING, Cells, and_others, holds_several, refuse_many_rows
from checker.reading.delimited import read_delimited
from checker.reading.folder import nearest, unreachable
from checker.reading.stored import read_json_lines, read_parquet, read_workbook

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

LARGEST_FILE = 2 * 2**30
"""Bytes of one table; larger ones would not fit into the memory of a common computer."""

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
FORMAT_NAMES = {
    "csv": "a text table",
    "jsonl": "a file of JSON lines",
    "parquet": "a parquet file",
    "xlsx": "an Excel workbook",
}
READ_ARE = "save it as .csv, .tsv, .parquet, .jsonl or .xlsx"
PACKED = frozenset({".gz", ".zip", ".bz2", ".xz", ".zst", ".7z", ".tar", ".tgz"})

FIRST_BYTES = (
    (b"PAR1", "a parquet file", "rename it to end in .parquet"),
    (b"PK\x03\x04", "an Excel workbook or another zip archive", "a workbook must end in .xlsx"),
    (b"\xd0\xcf\x11\xe0", "an old or protected Excel workbook", 'save it as "CSV UTF-8"'),
    (b"\x1f\x8b", "a gzip archive", "unpack it"),
    (b"%PDF", "a PDF", READ_ARE),
    (b"\x89HDF", "an HDF5 file", READ_ARE),
    (b"\x93NUMPY", "a NumPy array", READ_ARE),
    (b"\x80\x04", "a Python pickle", READ_ARE),
    (b"\x80\x05", "a Python pickle", READ_ARE),
    (b"\x89PNG", "an image", READ_ARE),
    (b"SQLite format 3", "a database", READ_ARE),
    (b"<!DOCTYPE html", "a web page", "was the download refused? download it again"),
    (b"<!doctype html", "a web page", "was the download refused? download it again"),
    (b"<html", "a web page", "was the download refused? download it again"),
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "run git lfs pull"),
)
"""How files begin that are often found under the name of a table."""
COLUMNS_NAMED = 10
"""How many columns a hint names before it counts the rest."""
EXPECTED_FIRST = {"parquet": b"PAR1", "xlsx": b"PK\x03\x04"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One file of a table that lies in several: the rows of one fold."""

    file: str
    """As messages name it."""
    fold: str
    """Its name without the ending."""
    sha256: str
    first: int
    """Position of its first row among those of all files."""
    first_row: int
    """The number of that row in the file."""
    lines: "NDArray[np.int64] | None"
    """Line of the file on which each of its rows begins; None: the same as its row."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A table that was read; rows are numbered as in the file, so that a message can name them."""

    name: str
    """As written in the description, or on the command line."""
    sha256: str
    columns: tuple[str, ...]
    rows: int
    format: str
    """csv (also for tabs and semicolons), jsonl, parquet, xlsx."""
    cells: Cells
    positions: "Codes | None" = None
    """Positions in `cells.frame` of the rows kept; None: all."""
    parts: tuple[Part, ...] = ()
    """The files that it lies in, one for each fold; empty: it is one file."""
    notes: tuple[str, ...] = ()
    """What was left out in reading it."""

    @property
    def files(self) -> Mapping[str, str]:
        """Return each file that was read, with its SHA-256."""
        return {each.file: each.sha256 for each in self.parts} or {self.name: self.sha256}

    def folds(self) -> Labels | None:
        """Return the fold of each row, which is the file it lies in; None: the table is one file."""
        import numpy as np

        if not self.parts:
            return None
        at = np.arange(self.rows) if self.positions is None else self.positions
        codes = np.searchsorted([each.first for each in self.parts], at, side="right") - 1
        return Labels(codes.astype(np.int64), tuple(each.fold for each in self.parts))

    def text(self, column: str) -> "pl.Series":
        """Return a column as trimmed text, null where the value is missing (`MISSING`).

        Stored whole numbers print without a point, also where the type has one (10.0 is "10");
        booleans as true and false; dates and durations as ISO text. A stored NaN is the text "NaN", not missing.

        Raises:
            BadSubmission: no such column, or its cells hold several values each.
        """
        return _text(self.stored(column), self, column)

    def stored(self, column: str) -> "pl.Series":
        """Return a column with the type it was stored in.

        Raises:
            BadSubmission: no such column.
        """
        if problem := self.missing(column):
            raise BadSubmission([problem])
        whole = self.cells.frame.to_series(self.columns.index(column))
        return whole if self.positions is None else whole[self.positions]

    def missing(self, column: str) -> Problem | None:
        """Return the problem that there is no such column, or None; names must match exactly."""
        if column in self.columns:
            return None
        close = nearest(column, self.columns)
        hint = f"did you mean {short(close)}?" if close else f"the columns are {self._shown()}"
        line = 1 if self.format == "csv" and not self.parts else None
        return Problem(self.name, line, column, "the table has no column of this name", hint)

    def _shown(self) -> str:
        """Return the names of the first columns, and how many more there are."""
        shown = ", ".join(map(short, self.columns[:COLUMNS_NAMED]))
        more = len(self.columns) - COLUMNS_NAMED
        return f"{shown} and {more:,} more" if more > 0 else shown

    def kept(self, mask: "NDArray[np.bool_]") -> "Table":
        """Return the table with the rows where the mask is true; they keep their numbers.

        Args:
            mask: shape (rows,).
        """
        import numpy as np

        at = np.flatnonzero(mask)
        positions = at if self.positions is None else self.positions[at]
        return replace(self, positions=positions, rows=len(positions))

    def file(self, index: int) -> str:
        """Return the file in which the row at this index stands."""
        part = self._part(index)
        return self.name if part is None else part.file

    def row(self, index: int) -> int:
        """Return the number in its file of the row at this index, as messages name it.

        The header of a text table is row 1; a row of a sheet has the number the sheet shows; in
        parquet files the header counts as row 1; in JSON lines the first record is row 1.
        """
        part = self._part(index)
        if part is None:
            return self._position(index) + self.cells.first_row
        return self._position(index) - part.first + part.first_row

    def line(self, index: int) -> int:
        """Return the line of its file on which the row at this index begins."""
        part = self._part(index)
        lines = self.cells.lines if part is None else part.lines
        if lines is None:
            return self.row(index)
        return int(lines[self._position(index) - (0 if part is None else part.first)])

    def row_words(self, index: int) -> str:
        """Return ``row 5``, or ``row 5 of fold_2.csv`` where the table lies in several files."""
        part = self._part(index)
        of = "" if part is None else f" of {part.file.rpartition('/')[2]}"
        return f"row {self.row(index):,}{of}"

    def others(self, indices: Sequence[int]) -> str:
        """Return the words for the rows after the first, whose file is named: "; also rows 5 and 8"."""
        if not self.parts:
            return and_others([self.row(each) for each in indices[1:]])
        file = self.file(indices[0])
        here = [self.row(each) for each in indices[1:] if self.file(each) == file]
        away = [each for each in indices[1:] if self.file(each) != file]
        if not away:
            return and_others(here)
        more = f" and {len(away) - 1:,} more rows of other files" if away[1:] else ""
        return f"{and_others(here)}; also {self.row_words(away[0])}{more}"

    def _position(self, index: int) -> int:
        return index if self.positions is None else int(self.positions[index])

    def _part(self, index: int) -> Part | None:
        if not self.parts:
            return None
        at = bisect_right(self.parts, self._position(index), key=lambda each: each.first)
        return self.parts[at - 1]


def read_table(path: Path, *, name: str, sheet: str | None = None) -> Table:
    """Return the table in a file, whose format the ending of its name tells.

    Args:
        path: where the file lies.
        name: how messages call it.
        sheet: of a workbook; its first one if None.

    Raises:
        BadSubmission: it cannot be read as a table, with every problem that was found.
    """
    form = _format(path, name, sheet)
    data = _bytes(path, name)
    _refuse_other_content(data, form, name)
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(lambda: hashlib.sha256(data).hexdigest())
        cells = _cells(data, form, name, sheet)
    if not cells.frame.height:
        raise _bad(name, "the table has a header but no rows")
    refuse_many_rows(cells.frame.height, name)
    return Table(
        name=name,
        sha256=digest.result(),
        columns=cells.names,
        rows=cells.frame.height,
        format=form,
        cells=cells,
    )


def _cells(data: bytes, form: str, name: str, sheet: str | None) -> Cells:
    match form:
        case "csv":
            return read_delimited(data, name)
        case "jsonl":
            return read_json_lines(data, name)
        case "parquet":
            return read_parquet(data, name)
        case _:
            return read_workbook(data, name, sheet)


def _format(path: Path, name: str, sheet: str | None) -> str:
    if why := unreachable(path):
        raise _bad(name, f"the file cannot be read: {why}")
    if path.is_dir():
        raise _bad(name, "this is a folder, and a table is expected")
    suffix = path.suffix.lower()
    form = FORMATS.get(suffix)
    if form is None and path.is_file():
        kind = f'files ending in "{suffix}" are' if suffix else "a file without an ending is"
        raise _bad(name, f"{kind} not read as tables", _other(suffix))
    if sheet is not None and form not in ("xlsx", None):
        raise _bad(name, f"the sheet {sheet} was asked for, but this is no workbook")
    return form or "csv"


def _other(suffix: str) -> str:
    return f"unpack it, and {READ_ARE}" if suffix in PACKED else READ_ARE


def _bytes(path: Path, name: str) -> bytes:
    try:
        if not path.is_file():
            what = "this is not an ordinary file" if path.exists() else "there is no such file"
            raise _bad(name, what)
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise _bad(
                name,
                f"the file has {size / 2**30:.1f} GiB; at most {LARGEST_FILE // 2**30} are read",
                "leave out the columns that the study does not name, or write parquet",
            )
        data = path.read_bytes()
    except OSError as error:
        raise _bad(name, f"the file cannot be read: {error.strerror}") from None
    if not data:
        raise _bad(name, "the file is empty")
    return data


def _refuse_other_content(data: bytes, form: str, name: str) -> None:
    expected = EXPECTED_FIRST.get(form, b"")
    if expected and data.startswith(expected):
        return
    for first, kind, hint in FIRST_BYTES:
        if data.startswith(first):
            raise _bad(name, f"this is {kind}, and not {FORMAT_NAMES[form]} as its name says", hint)
    if expected:
        raise _bad(name, f"this is not {FORMAT_NAMES[form]}, although its name says so", READ_ARE)


def _bad(name: str, message: str, hint: str = "") -> BadSubmission:
    return BadSubmission([Problem(name, None, "", message, hint)])


# Columns as text


def _text(cells: "pl.Series", table: Table, column: str) -> "pl.Series":
    import polars as pl

    if cells.dtype in (pl.Categorical, pl.Enum):
        cells = cells.cast(pl.String)
    if cells.dtype == pl.String:
        trimmed = cells.str.strip_chars()
        return trimmed.set(trimmed.is_in(MISSING), None)
    if holds_several(cells.dtype):
        message = "the cells of this column do not hold single values"
        raise BadSubmission([Problem(table.name, None, column, message)])
    if cells.dtype.is_float() and (cells.is_finite() & (cells == cells.round())).all():
        whole = cells.cast(pl.Int64, strict=False)
        cells = whole if (whole == cells).all() else cells
    if cells.dtype == pl.Datetime:
        iso = cells.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
        return iso.str.strip_suffix("T00:00:00")
    if cells.dtype == pl.Duration:
        return cells.dt.to_string("iso")
    try:
        return cells.cast(pl.String)
    except pl.exceptions.InvalidOperationError:
        message = f"the cells of this column are of the type {cells.dtype}, which is not read"
        hint = "store them as numbers or as text"
        raise BadSubmission([Problem(table.name, None, column, message, hint)]) from None


def labels(table: Table, column: str) -> Labels:
    """Return a column as names and codes.

    Raises:
        BadSubmission: no such column, or its cells hold several values each.
    """
    return named(table.text(column))


def named(text: "pl.Series") -> Labels:
    """Return texts as codes of their sorted names (by code point), -1 where null."""
    import numpy as np

    numbers = text.rank("dense").fill_null(0).to_numpy().astype(np.int64) - 1
    first = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
    given = np.flatnonzero(numbers >= 0)
    first[numbers[given]] = given
    return Labels(numbers, tuple(text[first].to_list()))


def everything(table: Table) -> dict[str, Codes]:
    """Return every column as codes, equal where the cells are; those of several values left out.

    Text is compared after trimming, so 0.5 and 0.50 differ; stored numbers by value. The codes have
    no order and are the same for the same text in every table: they are hashes of 63 bits (a million
    different texts share one by chance in 6 of 100 million columns). -1: the cell is empty.
    """
    import polars as pl

    stored = {column: table.stored(column) for column in table.columns}
    single = {
        column: table.text(column) if cells.dtype == pl.String else cells
        for column, cells in stored.items()
        if not holds_several(cells.dtype)
    }
    given = pl.when(pl.all().is_not_null()).then(pl.all().hash())
    hashes = pl.DataFrame(list(single.values())).select(given.name.keep())
    return {column: _hashed(each) for column, each in zip(single, hashes, strict=True)}


def _hashed(hashes: "pl.Series") -> Codes:
    """Return hashes as codes from 0; -1 where null."""
    import numpy as np

    codes = (hashes.fill_null(0).to_numpy() >> np.uint64(1)).astype(np.int64)
    return np.where(hashes.is_null().to_numpy(), np.int64(-1), codes)


# Columns as numbers

DECIMAL_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$"
DECIMAL_POINT = r"^[+-]?(\d*\.\d+|\d+\.)([eE][+-]?\d+)?$"
THOUSANDS_OR_DECIMALS = r"^[+-]?[1-9]\d{0,2},\d{3}$"
LEAVE_EMPTY = "correct it, or leave the cell empty where the value is missing"
NO_NUMBERS = (
    (r"[+-]?nan", "is not a value", "leave the cell empty where the value is missing"),
    (r"[+-]?inf(inity)?", "is not a finite number", LEAVE_EMPTY),
    (r"#[A-Z][A-Z0-9/_]*[!?]?", "is an error of the spreadsheet", LEAVE_EMPTY),
    (r".*\d\s*%", "has a percent sign", "write numbers without the sign: 0.45, or 45, for 45 %"),
    (r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", "is too large for a number", LEAVE_EMPTY),
    (r"[−–—]\s*\d.*", "has a dash in place of a minus sign", "write a hyphen: -0.5"),
    (
        r"[+-]?[1-9]\d{0,2},\d{3}",
        "could be a decimal comma or a thousands separator",
        "write numbers with a decimal point and without separators: 1234.5",
    ),
    (
        r"[+-]?[1-9]\d{0,2}([,.'’\s]\d{3})+([.,]\d*)?",
        "has thousands separators",
        "write numbers without them: 1234.5",
    ),
    (
        r"[+-]?\d*,\d+(e[+-]?\d+)?",
        "has a decimal comma",
        "write decimal points, or separate the columns by semicolons",
    ),
    (r"(?s:.*)", "is not a number", LEAVE_EMPTY),
)
NOT_A_NUMBER = NO_NUMBERS[-1][1:]
WRONG_COLUMN = "no cell of this column is a number", "is this the right column?"
FEW = 3
"""Cells up to which a column without any number is a slip, and each is quoted."""
"""Cells that are no numbers, the first pattern that matches: what to say, what to do."""


def numbers(table: Table, column: str) -> tuple[Floats, tuple[Problem, ...]]:
    """Return a column as numbers, NaN where the value is missing, and what is wrong with it.

    Numbers are written as 12, 0.5, .5, +0.5, 1e-3. A decimal comma is read where the columns are
    separated by semicolons or tabs and no number of the column has a point; numbers that could all
    be thousands (1,234) are refused. Cells with a problem are NaN too. Zero is never negative.

    Returns:
        shape (rows,), and one problem per kind with its first rows.

    Raises:
        BadSubmission: no such column, or its cells hold several values each.
    """
    import numpy as np
    import polars as pl

    cells = table.stored(column)
    if (plain := _plain_numbers(cells)) is not None:
        return plain, ()
    typed = cells.dtype.is_numeric()
    shown = None if typed else table.text(column)
    text, mixed = _with_points(table, column, shown) if shown is not None else (cells, ())
    values = text.cast(pl.Float64, strict=False)
    given = text.is_not_null()
    wrong = (given & ~(values.is_finite().fill_null(False))).arg_true().to_list()
    printed = cells.cast(pl.String) if shown is None else shown
    problems = tuple(_no_numbers(table, column, printed, wrong)) if wrong else ()
    array = values.fill_null(np.nan).to_numpy().astype(np.float64) + 0.0
    array[~np.isfinite(array)] = np.nan
    return array, (*mixed, *problems)


def _plain_numbers(cells: "pl.Series") -> "Floats | None":
    """Return a column of text in which every cell is a finite number or empty, else None."""
    import numpy as np
    import polars as pl

    if cells.dtype != pl.String:
        return None
    values = cells.cast(pl.Float64, strict=False)
    if values.null_count() != cells.null_count():
        return None
    array = values.fill_null(np.nan).to_numpy() + 0.0
    return (
        array if np.count_nonzero(np.isfinite(array)) == len(array) - cells.null_count() else None
    )


def _with_points(
    table: Table, column: str, text: "pl.Series"
) -> "tuple[pl.Series, tuple[Problem, ...]]":
    """Return the texts with points for decimal commas, where these are allowed and certain."""
    if not table.cells.decimal_comma:
        return text, ()
    commas = text.str.contains(DECIMAL_COMMA).fill_null(False)
    if not commas.any() or text.filter(commas).str.contains(THOUSANDS_OR_DECIMALS).all():
        return text, ()
    points = text.str.contains(DECIMAL_POINT).fill_null(False)
    with_points = text.str.replace(",", ".", literal=True).zip_with(commas, text)
    if not points.any():
        return with_points, ()
    comma, point = commas.arg_true()[0], points.arg_true()[0]
    message = (
        f'{_row(table, point)}: "{text[point]}" has a decimal point, but '
        f'"{text[comma]}" in {table.row_words(comma)} has a decimal comma'
    )
    hint = "write the same sign in all numbers"
    return with_points, (Problem(table.file(point), table.line(point), column, message, hint),)


def _no_numbers(
    table: Table, column: str, printed: "pl.Series", wrong: list[int]
) -> Iterator[Problem]:
    kinds: dict[tuple[str, str], list[int]] = {}
    for index, cell in zip(wrong, printed[wrong].to_list(), strict=True):
        kinds.setdefault(_kind(cell), []).append(index)
    if NOT_A_NUMBER in kinds and FEW < len(wrong) == len(printed) - printed.null_count():
        yield Problem(table.name, None, column, *WRONG_COLUMN)  # quotes none: they may be names
        return
    for (message, hint), [first, *others] in kinds.items():
        words = f'{_row(table, first)}: "{short(printed[first])}" {message}'
        words += table.others([first, *others])
        yield Problem(table.file(first), table.line(first), column, words, hint)


def _kind(cell: str) -> tuple[str, str]:
    return next(
        (message, hint)
        for pattern, message, hint in NO_NUMBERS
        if re.fullmatch(pattern, cell[:200], re.IGNORECASE)
    )


def short(cell: str) -> str:
    """Return a cell for a message: its first 40 characters, on one line."""
    line = " ".join(cell.split())
    return line if len(line) <= 40 else f"{line[:40]}..."


def _row(table: Table, index: int) -> str:
    counted = " (the header counts as row 1)" if table.format == "parquet" else ""
    return f"row {table.row(index):,}{counted}"


def decimals(table: Table, column: str) -> int | None:
    """Return the largest number of decimals printed in a column; 1.5e-05 has six.

    None: the file stores numbers and does not print them, or the column has none.

    Raises:
        BadSubmission: no such column, or its cells hold several values each.
    """
    import polars as pl

    if not table.cells.printed:
        return None
    text = table.text(column).drop_nulls()
    if not len(text):
        return None
    powers = text.str.contains("[eE]")
    plain = text.filter(~powers).str.strip_chars_start("+-0123456789").str.len_bytes()
    scientific = text.filter(powers)
    fraction = scientific.str.extract(r"[.,](\d+)").str.len_bytes().cast(pl.Int64).fill_null(0)
    exponent = scientific.str.extract(r"[eE]([+-]?\d+)$").cast(pl.Int64, strict=False)
    largest = (_largest(plain) - 1, _largest(fraction - exponent), 0)
    return max(largest)


def _largest(counts: "pl.Series") -> int:
    largest = counts.max()
    return largest if isinstance(largest, int) else 0

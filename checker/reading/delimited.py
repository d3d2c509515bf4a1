"""Text tables (CSV, TSV) as cells: at once if the file is regular, else row by row."""

import csv
import io
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

from checker.errors import BadSubmission, Problem
from checker.reading.cells import Cells, and_others, checked_header, without_blank_end
from checker.reading.encoding import utf8

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Positions = NDArray[np.int64]

Place = tuple[int, int]
"""A row and the line of the file on which it begins."""
DELIMITERS = (",", ";", "\t")
TAIL = 1 << 12
"""Bytes at the end that are looked at for blank lines at once."""
LARGE = 1 << 22
"""Bytes from which on a copy of the text costs time that is seen."""
BLOCK = 1 << 18
"""Bytes in which signs are counted at once: they and what is compared stay in the processor's cache."""


def read_delimited(data: bytes, file: str) -> Cells:
    """Return the cells of a text table.

    The delimiter is the commonest of comma, semicolon and tab in the header. Quoted cells may
    contain delimiters, line ends and doubled quotes (RFC 4180). Blank lines at the end are left
    out; a row of empty cells counts as blank.

    Raises:
        BadSubmission: another encoding than UTF-8, no header, rows of another length than the
            header, blank lines between rows, a quote that is never closed.
    """
    data = _with_line_feeds(utf8(data, file))
    end = _end_of_header(data)
    header = data[:end]
    if not header.strip():
        message = "the first line is blank" if data[end:].strip() else "the file is empty"
        hint = "write the names of the columns into the first line"
        raise BadSubmission([Problem(file, 1, "", message, hint)])
    delimiter = _delimiter(header)
    names = _names(header, delimiter, file)
    stop = _end_of_rows(data, end)
    plain = _without_quotes(data, end, stop, names, delimiter)
    if plain is not None:
        return plain
    body = data[end:stop]
    first_line = header.count(b"\n") + 1
    cells = _at_once(body, names, delimiter, first_line)
    return cells or _row_by_row(body, names, delimiter, first_line, file)


def _with_line_feeds(data: bytes) -> bytes:
    """Return the text with line feeds where an old Macintosh wrote carriage returns alone."""
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _end_of_rows(data: bytes, start: int) -> int:
    """Return where the text ends without blank lines at its end; spaces after the last cell are the row's own."""
    end = len(data)
    while end > start and not data[max(start, end - TAIL) : end].rstrip(b" \r\n"):
        end = max(start, end - TAIL)
    at = max(start, end - TAIL)
    last = data[at:]
    kept = last.rstrip(b" \r\n")
    spaces = last[len(kept) :]
    return at + len(kept) + len(spaces) - len(spaces.lstrip(b" "))


def _end_of_header(data: bytes) -> int:
    """Return where the first record ends, which may have line ends inside quotes."""
    end = data.find(b"\n") + 1
    quotes = data.count(b'"', 0, end)
    while end and quotes % 2:
        start, end = end, data.find(b"\n", end) + 1
        quotes += data.count(b'"', start, end)
    return end or len(data)


def _delimiter(header: bytes) -> str:
    outside = b"".join(header.split(b'"')[::2]).decode("utf-8")
    return max(DELIMITERS, key=outside.count)


def _names(header: bytes, delimiter: str, file: str) -> tuple[str, ...]:
    text = header.decode("utf-8")
    if text.strip().casefold() in {f"sep={each}" for each in DELIMITERS}:
        message = f"the first line is {text.strip()} in place of the names of the columns"
        raise BadSubmission([Problem(file, 1, "", message, "delete this line")])
    try:
        [names] = csv.reader(
            io.StringIO(text.rstrip("\r\n"), newline=""), delimiter=delimiter, strict=True
        )
    except (csv.Error, ValueError):
        message = "the header has a quote that is never closed or is followed by text"
        raise BadSubmission([Problem(file, 1, "", message)]) from None
    if len(names) == 1 and "|" in names[0]:
        message = 'the columns seem to be separated by "|"'
        hint = "separate them by commas, semicolons or tabs"
        raise BadSubmission([Problem(file, 1, "", message, hint)])
    return checked_header(names, file, 1)


# At once: polars fills short and blank rows in silence, so the delimiters are counted; it refuses
# long rows. No refusal and the right number of rows and delimiters: every row is complete.


def _without_quotes(
    data: bytes, start: int, stop: int, names: tuple[str, ...], delimiter: str
) -> Cells | None:
    """Return the cells of a large table without any quote, or None; without a copy of its text."""
    import polars as pl

    if stop - start < LARGE or len(data) - stop > 1 or b'"' in data or b"\r" in data:
        return None
    schema = {str(at): pl.String() for at in range(len(names))}
    try:
        frame = pl.read_csv(
            data, has_header=False, skip_lines=1, schema=schema, separator=delimiter
        )
    except pl.exceptions.PolarsError:
        return None
    rows, signs = frame.height, _count(data, delimiter, start, stop)
    if rows != _count(data, "\n", start, stop) + 1 or signs != rows * (len(names) - 1):
        return None
    frame, blank = without_blank_end(frame)
    return None if len(blank) else _cells(names, frame, None, delimiter)


def _at_once(body: bytes, names: tuple[str, ...], delimiter: str, first_line: int) -> Cells | None:
    """Return the cells, or None if anything about the file raises a doubt."""
    quotes = _quotes(body, delimiter)
    if quotes is None or (b"\r" in body and body.count(b"\r") != body.count(b"\r\n")):
        return None
    frame = _frame(body, len(names), delimiter)
    if frame is None or frame.height != (_outside(body, "\n", quotes) + 1 if body else 0):
        return None
    if _outside(body, delimiter, quotes) != frame.height * (len(names) - 1):
        return None
    frame, blank = without_blank_end(frame)
    if len(blank):
        return None
    lines = _lines(body, quotes, first_line)
    return _cells(names, frame, None if lines is None else lines[: frame.height], delimiter)


def _cells(
    names: tuple[str, ...], frame: "pl.DataFrame", lines: "Positions | None", delimiter: str
) -> Cells:
    return Cells(names=names, frame=frame, lines=lines, decimal_comma=delimiter != ",")


def _frame(body: bytes, width: int, delimiter: str) -> "pl.DataFrame | None":
    import polars as pl

    schema = {str(at): pl.String() for at in range(width)}
    if not body:
        return pl.DataFrame(schema=schema)
    try:
        return pl.read_csv(body, has_header=False, schema=schema, separator=delimiter)
    except pl.exceptions.PolarsError:
        return None


def _quotes(body: bytes, delimiter: str) -> "Positions | None":
    """Return where the quotes are, or None if one is neither at an edge of a cell nor doubled."""
    import numpy as np

    if b'"' not in body:
        return np.zeros(0, np.int64)
    signs = np.frombuffer(body, dtype=np.uint8)
    quotes = np.flatnonzero(signs == ord('"'))
    edges = np.frombuffer(f'{delimiter}\r\n"'.encode(), dtype=np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = signs[opening[opening > 0] - 1]
    after = signs[closing[closing < len(signs) - 1] + 1]
    regular = np.isin(before, edges).all() and np.isin(after, edges).all()
    return quotes if regular and len(opening) == len(closing) else None


def _outside(body: bytes, sign: str, quotes: "Positions") -> int:
    """Return how often a sign stands outside quotes."""
    if not len(quotes):
        return _count(body, sign, 0, len(body))
    return int(_is_outside(_where(body, sign), quotes).sum())


def _count(text: bytes, sign: str, start: int, stop: int) -> int:
    """Return how often a sign of one byte stands in the text from start to stop."""
    import numpy as np

    signs, wanted = np.frombuffer(text, dtype=np.uint8)[start:stop], ord(sign)
    blocks = (signs[at : at + BLOCK] == wanted for at in range(0, len(signs), BLOCK))
    return sum(int(np.count_nonzero(each)) for each in blocks)


def _where(body: bytes, sign: str) -> "Positions":
    import numpy as np

    return np.flatnonzero(np.frombuffer(body, dtype=np.uint8) == ord(sign))


def _is_outside(positions: "Positions", quotes: "Positions") -> "NDArray[np.bool_]":
    import numpy as np

    outside: NDArray[np.bool_] = np.searchsorted(quotes, positions) % 2 == 0
    return outside


def _lines(body: bytes, quotes: "Positions", first_line: int) -> "Positions | None":
    """Return the line on which each row begins, or None if every row is one line."""
    import numpy as np

    if not len(quotes) and first_line == 2:
        return None
    row_ends = np.flatnonzero(_is_outside(_where(body, "\n"), quotes))
    return np.concatenate([[0], row_ends + 1]) + first_line


# Row by row: slower, but it can say which row is wrong. A file that turns out to be in order is
# written anew in the regular form, in which every cell is quoted.


def _row_by_row(
    body: bytes, names: tuple[str, ...], delimiter: str, first_line: int, file: str
) -> Cells:
    import numpy as np

    rows = _Rows(body, delimiter, len(names), first_line)
    regular = io.BytesIO()
    with io.TextIOWrapper(regular, encoding="utf-8", newline="", write_through=True) as text:
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
        if problems := rows.problems(file, delimiter):
            raise BadSubmission(problems)
        frame = _frame(regular.getvalue(), len(names), ",")
    if frame is None or frame.height != len(rows.lines):
        message = "the rows of this table cannot be told apart"
        raise BadSubmission([Problem(file, None, "", message, "save it again as CSV UTF-8")])
    return _cells(names, frame, np.array(rows.lines, dtype=np.int64), delimiter)


class _Rows:
    """The complete rows of a text table; it remembers what is wrong with the others."""

    def __init__(self, body: bytes, delimiter: str, width: int, first_line: int) -> None:
        text = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")
        self.reader = csv.reader(text, delimiter=delimiter, strict=True)
        self.width, self.first_line = width, first_line
        self.lines = array("q")
        self.blank: list[Place] = []
        self.wrong: dict[int, list[Place]] = {}
        self.broken: tuple[Place, str] | None = None

    def __iter__(self) -> Iterator[list[str]]:
        row, line, blank = 2, self.first_line, list[Place]()
        try:
            for cells in self.reader:
                if not any(map(str.strip, cells)):
                    blank.append((row, line))
                else:
                    self.blank += blank
                    blank = []
                    if len(cells) == self.width:
                        self.lines.append(line)
                        yield cells
                    else:
                        self.wrong.setdefault(len(cells), []).append((row, line))
                row, line = row + 1, self.first_line + self.reader.line_num
        except csv.Error as error:
            self.broken = ((row, line), str(error))

    def problems(self, file: str, delimiter: str) -> list[Problem]:
        """Return what was wrong, in the order of the file."""
        found = [
            _wrong_width(file, places, seen, self.width, delimiter)
            for seen, places in self.wrong.items()
        ]
        if self.blank:
            found.append(_blank(file, self.blank))
        if self.broken:
            found.append(_broken(file, *self.broken))
        return sorted(found, key=lambda problem: problem.line or 0)


def _wrong_width(
    file: str, places: "list[Place]", seen: int, width: int, delimiter: str
) -> Problem:
    [(row, line), *others] = places
    cells = "1 cell" if seen == 1 else f"{seen} cells"
    words = f"row {row:,} has {cells}, the header has {width}"
    words += and_others([row for row, _ in others])
    name = {",": "a comma", ";": "a semicolon", "\t": "a tab"}[delimiter]
    if seen > width:
        hint = f"put a cell that contains {name} in double quotes"
    else:
        hint = f"leave a missing value empty, but keep {name} for its cell"
    return Problem(file, line, "", words, hint)


def _blank(file: str, places: "list[Place]") -> Problem:
    [(row, line), *others] = places
    words = f"row {row:,} is blank{and_others([row for row, _ in others])}"
    return Problem(file, line, "", words, "delete the blank lines between the rows")


def _broken(file: str, place: "Place", error: str) -> Problem:
    row, line = place
    if "field larger" in error:
        words = f"row {row:,}: a cell has more than {csv.field_size_limit():,} characters"
        return Problem(file, line, "", words, "is a double quote never closed?")
    if "unexpected end" in error:
        words = f"row {row:,}: a double quote is opened and never closed"
        return Problem(file, line, "", words, "close it, or remove it")
    words = f"row {row:,}: a closing double quote is followed by more text"
    return Problem(file, line, "", words, 'inside a quoted cell, write a double quote twice: ""')

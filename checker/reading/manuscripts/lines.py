"""Lines of pages as printed, and what of them is no running text: line numbers, running headers and footers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

LEADING = re.compile(r"\s*(\d{1,5})(?:\s+(?=\S)|\s*$)")
TRAILING = re.compile(r"(?<=\S)\s+(\d{1,5})\s*$")
STEPS = (1, 5)
"""Line numbers stand at every line, or at every fifth."""
FAR = 10
"""Lines more than the step that may lie between two of them: headers, figures."""
LONG, SHORT = 8, 3
"""Numbers in a row that are line numbers, and where line numbers were found already."""
DENSE = 0.4
"""Share of the lines of their pages that line numbers stand at, times the step."""
EDGE = 5
"""Lines at the top and at the bottom of a page that can be running ones."""
MOST_NUMBERS = 4
"""Of a running line that may be the number of the page."""
REPEATED = 3
"""Pages on which a line at the edge stands to be a running one."""


class Line(NamedTuple):
    """A line, and how its first sign is printed where the file tells."""

    text: str
    size: float = 0.0
    bold: bool = False


Pages = Sequence[Sequence[Line]]


class _Numbered(NamedTuple):
    """A line that begins, or ends, with a number."""

    at: int
    """Number of the line in the whole file."""
    page: int
    number: int


def running_text(pages: Pages) -> list[list[Line]]:
    """Return the lines of each page without line numbers and without running headers and footers.

    Line numbers are numbers in a row at the beginning, or at the end, of most lines of their pages. Running lines
    stand at the edge of three pages or more, the same but for the page. What is left is in the order of the file.
    """
    numberless = without_line_numbers(pages)
    said = [[line for line in page if line.text.strip()] for page in numberless]
    return _without_running_lines(said)


def without_line_numbers(pages: Pages) -> list[list[Line]]:
    """Return all lines of each page, without the line numbers that stand at their beginning or end."""
    for edge in (LEADING, TRAILING):
        pages = _without_numbers(pages, edge)
    return [list(page) for page in pages]


def _without_numbers(pages: Pages, edge: re.Pattern[str]) -> list[list[Line]]:
    numbered = list(_numbered(pages, edge))
    gone = {at for step in STEPS for at in _line_numbers(numbered, pages, step)}
    left: list[list[Line]] = []
    at = 0
    for page in pages:
        here = []
        for line in page:
            here.append(line._replace(text=edge.sub("", line.text, 1)) if at in gone else line)
            at += 1
        left.append(here)
    return left


def _numbered(pages: Pages, edge: re.Pattern[str]) -> Iterator[_Numbered]:
    at = 0
    for number, page in enumerate(pages):
        for line in page:
            if found := edge.search(line.text) if edge is TRAILING else edge.match(line.text):
                yield _Numbered(at, number, int(found[1]))
            at += 1


def _line_numbers(numbered: Sequence[_Numbered], pages: Pages, step: int) -> set[int]:
    """Return the lines whose number is a line number."""
    rows = [row for row in _rows(numbered, step) if _is_even(row, step)]
    if not any(len(row) >= LONG for row in rows):
        return set()
    rows = [row for row in rows if len(row) >= SHORT]
    found = {each.at for row in rows for each in row}
    on = {each.page for row in rows for each in row}
    lines = sum(bool(line.text.strip()) for each in on for line in pages[each])
    return found if len(found) * step >= DENSE * lines else set()


def _rows(numbered: Sequence[_Numbered], step: int) -> list[list[_Numbered]]:
    """Return numbers that follow each other by the step, not far apart."""
    rows: list[list[_Numbered]] = []
    ends: dict[int, list[_Numbered]] = {}
    for each in numbered:
        row = ends.pop(each.number - step, None)
        if row is None or each.at - row[-1].at > step + FAR:
            row = []
            rows.append(row)
        row.append(each)
        ends[each.number] = row
    return rows


def _is_even(row: Sequence[_Numbered], step: int) -> bool:
    """Return whether the numbers stand about as far apart as line numbers do."""
    return row[-1].at - row[0].at <= 2 * step * max(len(row) - 1, 1) + FAR


def _without_running_lines(pages: Pages) -> list[list[Line]]:
    seen = Counter(
        key
        for at, page in enumerate(pages)
        for key in {key for line in _edges(page) for key in _keys(line, at)}
    )
    wanted = min(REPEATED, max(len(pages), 2))
    running = {key for key, times in seen.items() if times >= wanted}
    return [_between(page, at, running) for at, page in enumerate(pages)]


def _edges(page: Sequence[Line]) -> Sequence[Line]:
    return page if len(page) <= 2 * EDGE else (*page[:EDGE], *page[-EDGE:])


def _keys(line: Line, page: int) -> Iterator[str]:
    """Yield what is the same of a running line on every page: all of it, or all but a number that counts the pages."""
    text = " ".join(line.text.casefold().split())
    yield text
    for number in islice(re.finditer(r"\d{1,5}", text), MOST_NUMBERS):
        ahead = int(number[0]) - page
        yield f"{text[: number.start()]}\0{ahead}\0{text[number.end() :]}"


def _between(page: Sequence[Line], at: int, running: set[str]) -> list[Line]:
    first, last = 0, len(page)
    while first < min(EDGE, last) and not running.isdisjoint(_keys(page[first], at)):
        first += 1
    while last > max(first, len(page) - EDGE) and not running.isdisjoint(_keys(page[last - 1], at)):
        last -= 1
    return list(page[first:last])

"""Finds the row of each item: which column has the ids, which of several rows of one id is meant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from checker.forms.columns import Role, columns_of, headings_of
from checker.forms.ids import Known, Said, canonical, first_letter, leading, said_of
from checker.forms.tables import Row, Table

WIDEST = 14
"""Columns of the grid that are looked at for ids."""


class Candidate(NamedTuple):
    """A row that names an item."""

    item: str
    table: Table
    row: Row


class Reading(NamedTuple):
    """One way to read the ids of a table."""

    columns: tuple[int, ...]
    said: tuple[tuple[Row, Said], ...]

    @property
    def items(self) -> int:
        """Return how many different items it finds."""
        return len(self.all_items)

    @property
    def all_items(self) -> set[str]:
        """Return the items it finds."""
        return {item for _, said in self.said for item in said.items}

    @property
    def fit(self) -> float:
        """Return the share of its rows with ids that are of the list."""
        fitting = sum(bool(said.items) for _, said in self.said)
        return fitting / max(1, fitting + sum(bool(said.unknown) for _, said in self.said))


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of the items in a form."""

    rows: Mapping[str, Candidate]
    """Item to its row."""
    readings: Mapping[int, Reading]
    """Number of a table to how its ids are read."""
    unknown: tuple[str, ...] = ()
    """What looks like an id of a list and is none of this one."""
    again: tuple[Candidate, ...] = ()
    """Further rows of items that have one already."""
    by_number: int = 0
    """Items that share the row of their number, since they have none of their own."""

    @property
    def different(self) -> int:
        """Return how many different rows they have."""
        return len({id(each.row) for each in self.rows.values()})


def find_rows(tables: Sequence[Table], known: Known) -> Found:
    """Return the row of each item.

    Where several rows name an item, that one counts which keeps the most items in the official order; a
    table without any such row is another list (that of the abstract beside the main one).
    """
    readings = _readings(tables, known)
    candidates = list(_candidates(tables, readings))
    chosen = _in_order(candidates, readings, known)
    trusted = {each.table.number for each in chosen}
    rows = {each.item: each for each in chosen}
    for each in candidates:
        if each.table.number in trusted and each.item not in rows:
            rows[each.item] = each
    kept = {number: each for number, each in readings.items() if number in trusted}
    parents = _of_parents(tables, kept, rows, known)
    rows |= parents
    again = [
        each
        for each in candidates
        if each.table.number in trusted and _is_another(each, rows[each.item], kept)
    ]
    unknown = [said.unknown for each in kept.values() for _, said in each.said if said.unknown]
    return Found(rows, kept, tuple(dict.fromkeys(unknown)), tuple(again), len(parents))


def _is_another(one: Candidate, chosen: Candidate, readings: Mapping[int, Reading]) -> bool:
    """Return whether a row names the item by a number of its own, not by one that is merged downwards."""
    cells = [
        {id(cell.element) for c in readings[each.table.number].columns if (cell := each.row.at(c))}
        for each in (one, chosen)
    ]
    return one.row is not chosen.row and not cells[0] & cells[1]


def _readings(tables: Iterable[Table], known: Known) -> dict[int, Reading]:
    """Return how the ids of each table that names items are read, by its number."""
    found: dict[int, Reading] = {}
    seen: set[str] = set()
    for each in tables:
        if reading := _read(each, known, seen):
            found[each.number] = reading
            seen |= reading.all_items
    return found


def _read(table: Table, known: Known, seen: Set[str]) -> Reading | None:
    """Return the reading of the ids of a table that finds the most items; None if it names no item.

    Numbers that are no items speak against it, since a column that counts the rows begins 1, 2, 3 as well; of
    several readings alike that one counts which finds more that no table before has had.
    """
    columns = [each for each in range(min(table.width, WIDEST)) if each not in _written(table)]
    numbers = [c for c in columns if _has_parents(table, c, known)]
    pairs = [pair for pair in combinations(columns, 2) if pair[0] in numbers]
    ways = [
        *(_reading(table, (each,), known) for each in columns),
        *(_reading(table, pair, known) for pair in pairs),
        *(_lettered(table, number, known) for number in numbers),
        *(_reading(table, (each,), known, begins=True) for each in columns),
    ]
    best = max(ways, key=lambda r: (r.items * r.fit, len(r.all_items - seen)), default=None)
    return best if best and best.items else None


def _written(table: Table) -> set[int]:
    """Return the columns whose headings say that they hold places or answers, not ids."""
    first = min((each.number for each in table.rows[1:3]), default=1)
    found = columns_of(headings_of(table, first), ())
    return set(found.of(Role.PLACE, Role.SECTION, Role.REASON, Role.DEVELOPMENT))


def _has_parents(table: Table, column: int, known: Known) -> bool:
    return any(
        cell and known.is_parent(cell.text) for row in table.rows for cell in [row.at(column)]
    )


def _reading(table: Table, columns: tuple[int, ...], known: Known, begins: bool = False) -> Reading:
    texts, rows = [], []
    number = ""
    for row in table.rows:
        cells = [row.at(each) for each in columns]
        if len(columns) == 2 and cells[0] is cells[1]:
            cells[1] = None
        parts = [cell.text if cell else "" for cell in cells]
        if len(columns) == 2:
            number = canonical(parts[0]) or number
            parts[0] = number if parts[1] else parts[0]
        text = "".join(parts)
        texts.append(leading(text) if begins else text)
        rows.append(row)
    return Reading(columns, tuple(zip(rows, said_of(texts, known), strict=True)))


def _lettered(table: Table, column: int, known: Known) -> Reading:
    """Return the reading of a column of numbers whose letters begin the texts beside them: ``12`` | ``(a) ...``.

    Only where all parts of a number have a row; one text may hold all its letters as well.
    """
    numbers, number = [], ""
    for row in table.rows:
        cell = row.at(column)
        number = canonical(cell.text if cell else "") or number
        numbers.append(number)
    ids = [n + _first_letter(row, column) for n, row in zip(numbers, table.rows, strict=True)]
    whole = {n for n in numbers if (parts := known.below(n)) and {*map(canonical, parts)} <= {*ids}}
    texts = [
        key if n in whole else (cell.text if (cell := row.at(column)) else "")
        for key, n, row in zip(ids, numbers, table.rows, strict=True)
    ]
    return Reading((column,), tuple(zip(table.rows, said_of(texts, known), strict=True)))


def _first_letter(row: Row, column: int) -> str:
    """Return the letter with which a text right of the column begins; empty if none does."""
    found = (first_letter(cell.text) for cell in row.cells if cell.column > column)
    return next((letter for letter in found if letter), "")


def _candidates(tables: Iterable[Table], readings: Mapping[int, Reading]) -> Iterator[Candidate]:
    for table in tables:
        if table.number in readings:
            for row, said in readings[table.number].said:
                yield from (Candidate(item, table, row) for item in said.items)


def _in_order(
    candidates: Sequence[Candidate], readings: Mapping[int, Reading], known: Known
) -> list[Candidate]:
    """Return the series of rows in the official order that weighs most; of equal ones the first.

    A row weighs as much as its table fits: the share of the numbers in it that are items.
    """
    place = {item: at for at, item in enumerate(known.items.values())}
    best: dict[int, tuple[float, int]] = {}  # by the order of its last row: weight, and that row
    before: list[int] = []
    for at, each in enumerate(candidates):
        earlier = [found for order, found in best.items() if order < place[each.item]]
        weight, last = max(earlier, key=lambda found: (found[0], -found[1]), default=(0.0, -1))
        weight += readings[each.table.number].fit
        before.append(last)
        if weight > best.get(place[each.item], (0.0, -1))[0]:
            best[place[each.item]] = (weight, at)
    _, at = max(best.values(), key=lambda found: (found[0], -found[1]), default=(0.0, -1))
    series = []
    while at >= 0:
        series.append(candidates[at])
        at = before[at]
    return series[::-1]


def _of_parents(
    tables: Iterable[Table],
    readings: Mapping[int, Reading],
    rows: Mapping[str, Candidate],
    known: Known,
) -> dict[str, Candidate]:
    """Return the one row of a number for its parts, where the form has no rows for them."""
    found: dict[str, Candidate] = {}
    for table in tables:
        for row, said in readings[table.number].said if table.number in readings else ():
            parts = known.below(said.number) if said.number else ()
            if parts and not any(each in rows for each in parts):
                for each in parts:
                    found.setdefault(each, Candidate(each, table, row))
    return found

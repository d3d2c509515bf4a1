"""Turns a worksheet that a person filled in into the values of a description, each with the cell it stands in."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from checker.errors import BadSubmission, Problem
from checker.model.cell_names import column_letters
from checker.model.study.facts import FACTS
from checker.model.study.kinds import Kind
from checker.model.worksheet import (
    LOCATED,
    LOCATIONS,
    MARK,
    NONE,
    NOT_APPLICABLE,
    NOT_REPORTED,
    SAID,
    STATEMENTS,
    Sheet,
    fields_of,
    first_of,
    pairs,
    parent,
    piece,
    questions_of,
    rows_of,
    sheet_of,
    sheets,
)
from checker.reading import yaml_nodes
from checker.reading.plain_values import nearest, quoted
from checker.reading.workbooks import Cell, Page, Workbook, read_cells
from checker.reading.worksheet_nodes import Empty, Leaf, Tree, found_at, put_at, to_node
from checker.reading.yaml_nodes import (
    Note,
    Place,
    Places,
    Source,
    ValuePath,
)

AS_TEXT = "format the cell as text and type the answer again"
_INDEXED = re.compile(r"([\w.]+)\[([0-9]{1,4})\]\.([\w.]+)")
_TEXT = Kind("text")
_OWN = ("state", "topic", "question", "how", "items")
"""Columns that we write and nobody needs to read."""
_BESIDE = {
    "said": "No answer because",
    "reason": "Reason",
    "place": "Where in the paper",
    "quote": "Words of the paper",
}
_NEEDED: Mapping[str, Mapping[str, str]] = {
    "questions": {"answer": "Answer", **_BESIDE},
    "entries": {"entry": "of entries", **_BESIDE},
    "statements": {"about": "About", **_BESIDE},
    "differences": {"fact": "Fact", "answer": "Answer"},
}
"""Columns of each layout without which answers are lost, with their headings."""
_LAST = 2**31
"""Where a statement stands that was not in the description before."""


def read_worksheet(path: Path) -> Source:
    """Return the values that a worksheet holds, as those of a YAML file are returned.

    Every question has its cell, also where it has no answer: a finding about it points there. Answers that belong to
    no question, and cells that cannot be taken as typed, are problems of the source.

    Raises:
        BadSubmission: it is no worksheet, or it cannot be read.
    """
    book = read_cells(path)
    reading = _Reading(book.file, Places(sheets=tuple(page.name for page in book.pages)))
    reading.read(_recognised(book, reading))
    root = to_node(reading.root, reading.places, ())
    return Source(
        book.file, book.sha256, root, reading.places, tuple(reading.notes), tuple(reading.problems)
    )


class _Own(NamedTuple):
    """A sheet of the workbook that is one of ours."""

    sheet: Sheet
    page: Page
    keys: Mapping[int, str]
    """Column to its key, in the order of the columns."""


def _recognised(book: Workbook, reading: "_Reading") -> dict[Sheet, _Own]:
    """Return which of our sheets is which of the workbook; others are told.

    Raises:
        BadSubmission: the workbook is no worksheet.
    """
    known = {sheet.role: sheet for sheet in sheets()}
    found: dict[Sheet, _Own] = {}
    for page in book.pages:
        role = page.cells[1, 1].text.strip() if (1, 1) in page.cells else ""
        sheet = known.get(role)
        if sheet is None:
            _tell_unknown(page, role, reading)
        elif sheet in found:
            said = f'this sheet is there twice: as "{found[sheet].page.name}" too'
            reading.problem(page, None, said, "delete one of the two")
        else:
            found[sheet] = _Own(sheet, page, _keys(sheet, page))
    if not found:
        hint = "checker worksheet STUDY -o work.xlsx writes one"
        if reading.problems:
            hint = "the hidden first row or first column of its sheets is gone or moved; undo that"
        raise BadSubmission(
            [Problem(book.file, None, "", "this workbook holds no questions", hint)]
        )
    return found


def _tell_unknown(page: Page, role: str, reading: "_Reading") -> None:
    if role.startswith(MARK.rpartition(" ")[0]):
        said = "this sheet was written by another version of checker"
        hint = "write the workbook again with this version: checker worksheet STUDY -o work.xlsx"
        reading.problem(page, None, said, hint)
    elif page.cells and page.name in {sheet.title for sheet in sheets()}:
        said = "the hidden first row or the hidden first column of this sheet is gone"
        hint = "undo that, or copy the answers into a new workbook; they cannot be told apart without them"
        reading.problem(page, None, said, hint)
    else:
        reading.tell(page, None, "this sheet is not one of the worksheet, and is not read")


def _keys(sheet: Sheet, page: Page) -> dict[int, str]:
    """Return the columns that are read: of several with one key, which only entries may share, the first."""
    found: dict[int, str] = {}
    for (row, column), cell in sorted(page.cells.items()):
        key = cell.text.strip()
        if row == 1 and column > 1 and (key == "entry" or key not in found.values()):
            found[column] = key
    return dict(sorted((found | _added(sheet, page, found)).items()))


def _added(sheet: Sheet, page: Page, keys: Mapping[int, str]) -> dict[int, str]:
    """Return columns without a key that stand beside entries and name one: a person inserted them."""
    if sheet.layout != "entries":
        return {}
    first = first_of(sheet.of)
    named = {
        column
        for row, column in page.cells
        if column > 1 and (row, 1) in page.cells and page.cells[row, 1].text.strip() == first
    }
    found: dict[int, str] = {}
    for column in sorted(named):
        beside = (keys.get(column - 1), found.get(column - 1), keys.get(column + 1))
        if column not in keys and "entry" in beside:
            found[column] = "entry"
    return found


class _Row(NamedTuple):
    """A row that asks for a fact."""

    row: int
    fact: str
    columns: dict[str, list[int]]
    """Key to its columns."""


def _is_own(fact: str) -> bool:
    """Return whether the answers to a fact stand in its own row; those of lists of records do not."""
    return FACTS[fact].kind.item != "records"


@cache
def _questions() -> tuple[str, ...]:
    """Return the facts that have one answer; a row of one may stand on the sheet of another section."""
    sections = [sheet.of for sheet in sheets() if sheet.layout == "questions"]
    return tuple(fact for section in sections for fact in questions_of(section))


@dataclass(slots=True)
class _Statement:
    """A statement and what sorts it: its place in the list, its sheet, its row."""

    rank: tuple[int, int, int]
    values: Tree
    places: dict[str, Place]


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    file: str
    places: Places
    root: Tree = field(default_factory=dict)
    problems: list[tuple[tuple[int, int], Problem]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    statements: dict[str, list[_Statement]] = field(default_factory=dict)
    empty: dict[str, Place] = field(default_factory=dict)
    """Lists of statements that are said to be empty."""
    names: dict[str, dict[str, int]] = field(default_factory=dict)
    """List of records whose entries stand in columns, to their names and places."""
    answered: dict[str, Place] = field(default_factory=dict)
    """Questions with a row, by fact."""

    # Problems and notes

    def place(self, page: Page, at: tuple[int, int] | None, printed: str | None = None) -> Place:
        """Return a cell as a place; None: the sheet."""
        row, column = at or (0, 0)
        return Place(row, column, printed, page.name)

    def problem(
        self, page: Page, at: tuple[int, int] | None, message: str, hint: str = "", path: str = ""
    ) -> None:
        """Remember a problem at a cell."""
        place = self.place(page, at)
        rank = (self.places.sheets.index(page.name), place.line)
        self.problems.append((rank, Problem(self.file, None, path, message, hint, place.cell)))

    def tell(
        self, page: Page, at: tuple[int, int] | None, message: str, path: ValuePath = ()
    ) -> None:
        """Remember what should be known about a cell."""
        self.notes.append(Note(path, 0, message, self.place(page, at).cell))

    # Sheets

    def read(self, found: Mapping[Sheet, _Own]) -> None:
        """Read every sheet; lists first whose entries other sheets name."""
        for sheet in sheets():
            if sheet not in found and sheet.layout not in ("start", "lists"):
                said = "this sheet is missing; what it asks counts as not answered"
                self.notes.append(Note((), 0, said, f'sheet "{sheet.title}"'))
        order = ("entries", "questions", "table", "differences", "statements")
        for layout in order:
            for sheet, own in found.items():
                if sheet.layout == layout:
                    self.sheet(own)
        self.put_statements()

    def sheet(self, own: _Own) -> None:
        """Read one sheet."""
        self.strangers(own)
        self.around(own, own.sheet.of)
        match own.sheet.layout:
            case "questions":
                self.questions(own)
            case "entries":
                self.entries(own)
            case "table":
                self.table(own)
            case "differences":
                self.differences(own)
            case "statements":
                self.other_statements(own)

    def around(self, own: _Own, name: str, at: tuple[int, int] | None = None) -> None:
        """Let a fact and everything around it stand in the cell, or on the sheet, if it stands nowhere yet."""
        steps = name.split(".") if name else []
        for depth in range(1, len(steps) + 1):
            if parent(".".join([*steps[:depth], "x"])) in ("", own.sheet.of):
                self.places.known.setdefault(tuple(steps[:depth]), self.place(own.page, at))

    def strangers(self, own: _Own) -> None:
        """Tell of columns that are not ours, or that are gone."""
        seen = set(own.keys)
        for row, column in sorted(own.page.cells):
            if row > 1 and column > 1 and column not in seen:
                seen.add(column)
                if (1, column) in own.page.cells:
                    self.copied(own, column)
                else:
                    said = "this column is not one of ours, and is not read"
                    self.tell(own.page, (row, column), said)
        for column in own.keys:
            if (1, column) not in own.page.cells:
                said = (
                    "this column was not there before; it is read as an entry, since it names one"
                )
                self.tell(own.page, (2, column), said)
        for key, title in _NEEDED.get(own.sheet.layout, {}).items():
            if key not in own.keys.values():
                said = f"the column {title} is gone; what stood there counts as not answered"
                self.tell(own.page, None, said)

    def copied(self, own: _Own, column: int) -> None:
        """Refuse a column that is there twice, unless nothing is lost by reading the first alone."""
        key = own.page.cells[1, column].text.strip()
        first = next(each for each, known in own.keys.items() if known == key)
        cells = own.page.cells
        rows = sorted({row for row, each in cells if row > 2 and each == column})
        other = [
            row
            for row in rows
            if (row, first) not in cells or cells[row, first].text != cells[row, column].text
        ]
        letters = column_letters(first)
        if other and key not in _OWN:
            said = f"this column is there twice: column {letters} has the same key"
            hint = "keep the answers in one of the two, and delete the other"
            self.problem(own.page, (other[0], column), said, hint)
        else:
            said = f"this column is a copy of column {letters}, and is not read"
            self.tell(own.page, (2, column), said)

    def rows(self, own: _Own) -> Iterator[tuple[int, dict[str, list[int]]]]:
        """Yield the rows below the headings that are not empty, with the columns of every key."""
        columns: dict[str, list[int]] = {}
        for column, key in own.keys.items():
            columns.setdefault(key, []).append(column)
        mine = {column for column, key in own.keys.items() if key not in _OWN} | {1}
        for row in sorted({row for row, column in own.page.cells if row > 2 and column in mine}):
            yield row, columns

    def asked(self, own: _Own) -> Iterator[_Row]:
        """Yield the rows that ask for a fact; others with an answer, and facts that come twice, are told."""
        allowed = tuple(rows_of(own.sheet.of)) if own.sheet.layout == "entries" else _questions()
        for row, columns in self.rows(own):
            cell = own.page.cells.get((row, 1))
            if cell is None:
                filled = next(
                    (c for c in own.keys if own.keys[c] not in _OWN and (row, c) in own.page.cells),
                    0,
                )
                if filled:
                    self.tell(
                        own.page, (row, filled), "this row belongs to no question, and is not read"
                    )
                continue
            fact = cell.text.strip()
            here = self.place(own.page, (row, 1))
            if first := self.answered.get(fact):
                if self.is_filled(own, row):
                    said = f"{fact} is asked twice: {first.cell} has it too"
                    self.problem(own.page, (row, 1), said, "delete one of the two rows", fact)
                continue
            self.answered[fact] = here
            if fact not in allowed:
                if self.is_filled(own, row):
                    self.stranger(own.page, (row, 1), fact, allowed)
                continue
            if own.sheet.layout == "questions":
                self.around(own, fact.partition(".")[0])
                self.around(
                    own, fact.rpartition(".")[0], (row, next(iter(columns.get("answer", ())), 1))
                )
            yield _Row(row, fact, columns)

    def stranger(
        self, page: Page, at: tuple[int, int], fact: str, allowed: Collection[str]
    ) -> None:
        """Remember that a key is of nothing that is asked there."""
        said = "this fact is not asked here" if fact in FACTS else "there is no such fact"
        hint = nearest(fact, allowed) or "leave the keys in the hidden row and column as they were"
        self.problem(page, at, said, hint, fact)

    def is_filled(self, own: _Own, row: int) -> bool:
        """Return whether a row has an answer or a statement."""
        return any(
            (row, column) in own.page.cells for column, key in own.keys.items() if key not in _OWN
        )

    def questions(self, own: _Own) -> None:
        """Read a sheet with one answer in each row."""
        for row, fact, columns in self.asked(own):
            self.beside(own, row, fact, columns)
            for column in columns.get("answer", ())[:1]:
                self.answer(own, (row, column), fact, tuple(fact.split(".")))

    def answer(self, own: _Own, at: tuple[int, int], fact: str, path: ValuePath) -> None:
        """Take the answer in a cell; of a list of records it stands elsewhere."""
        cell = own.page.cells.get(at)
        kind = FACTS[fact].kind
        if kind.item == "records":
            if cell and not cell.text.startswith("see "):
                where = f'fill in the sheet "{sheet_of(fact).title}"'
                self.problem(
                    own.page, at, "the answer to this stands on another sheet", where, fact
                )
            self.places.known.setdefault(path, self.place(own.page, at))
            return
        self.put(own.page, at, path, kind)

    def put(self, page: Page, at: tuple[int, int], path: ValuePath, kind: Kind) -> None:
        """Put the answer of a cell at its path; an empty cell only has its place."""
        cell = page.cells.get(at)
        place = self.place(page, at, cell.text.strip() if cell and not kind.is_list else None)
        self.places.known[path] = place
        if cell is None or not self.is_sound(page, cell, kind, path):
            return
        if not self.is_once(page, cell, kind, path):
            return
        if cell.text.strip() == NONE and (kind.is_list or kind.form == "map of text"):
            put_at(self.root, path, Empty(place, not kind.is_list))
        else:
            put_at(self.root, path, Leaf(kind, cell, place))

    def is_once(self, page: Page, cell: Cell, kind: Kind, path: ValuePath) -> bool:
        """Return whether no name of a map comes twice; else it is a problem."""
        names = [name.text for name, _ in pairs(cell.text)] if kind.form == "map of text" else []
        twice = next((each for i, each in enumerate(names) if each in names[:i]), None)
        if twice is not None:
            said = f"{quoted(twice)} is given twice"
            self.problem(page, (cell.row, cell.column), said, "keep one", yaml_nodes.dotted(path))
        return twice is None

    def is_sound(self, page: Page, cell: Cell, kind: Kind, path: ValuePath) -> bool:
        """Return whether a cell holds what can be taken as typed; else it is a problem. Lost digits are told."""
        at = (cell.row, cell.column)
        name = yaml_nodes.dotted(path)
        if cell.stored == "error":
            said = f"the cell shows {cell.text}, an error of the spreadsheet"
            self.problem(page, at, said, AS_TEXT, name)
            return False
        if cell.stored == "formula":
            said = (
                "the cell holds a formula, and the program that saved it did not store the result"
            )
            self.problem(page, at, said, AS_TEXT, name)
            return False
        if cell.stored == "date" and kind.item != "date":
            said = f"the spreadsheet made a date of what was typed: {cell.text[:10]}"
            self.problem(page, at, said, AS_TEXT, name)
            return False
        if cell.stored == "date":
            self.tell(page, at, f"is stored as a date, read as {cell.text[:10]}", path)
        if cell.stored == "number" and (kind.printed or kind.item in ("text", "map of text")):
            said = f"is stored as a number, read as {cell.text}; format it as text if the paper prints more digits"
            self.tell(page, at, said, path)
        if cell.stored == "boolean" and kind.item in ("text", "map of text"):
            said = f"is stored as TRUE or FALSE, read as {cell.text}; format it as text to keep the word"
            self.tell(page, at, said, path)
        return True

    # Entries in columns

    def entries(self, own: _Own) -> None:
        """Read a list of records whose entries stand in columns."""
        name, steps = own.sheet.of, tuple(own.sheet.of.split("."))
        rows = list(self.asked(own))
        columns = [column for column, key in own.keys.items() if key == "entry"]
        filled = [
            column
            for column in columns
            if any((row, column) in own.page.cells for row, fact, _ in rows if _is_own(fact))
        ]
        for row, fact, by_key in rows:
            self.beside(own, row, fact, by_key)
        first = first_of(name)
        if self.says_none(own, rows, filled, first):
            put_at(self.root, steps, Empty(self.place(own.page, (rows[0][0], filled[0]))))
            return
        self.names[name] = {}
        for i, column in enumerate(filled):
            self.places.known[*steps, i] = self.place(own.page, (2, column))
            for row, fact, _ in rows:
                self.entry(own, (row, column), fact, name, (*steps, i))

    def entry(self, own: _Own, at: tuple[int, int], fact: str, name: str, path: ValuePath) -> None:
        """Read one answer of an entry."""
        cell = own.page.cells.get(at)
        if fact == name:
            return
        if fact == f"{name}.name" and cell:
            self.names[name].setdefault(piece(cell.text).text, int(path[-1]))
        self.answer(own, at, fact, (*path, *fact.removeprefix(f"{name}.").split(".")))

    def says_none(self, own: _Own, rows: list[_Row], filled: list[int], first: str) -> bool:
        """Return whether the only entry says that there are none."""
        if len(filled) != 1:
            return False
        cells = {fact: own.page.cells.get((row, filled[0])) for row, fact, _ in rows}
        texts = {fact: cell.text.strip() for fact, cell in cells.items() if cell and _is_own(fact)}
        return texts == {first: NONE}

    # Entries in rows

    def table(self, own: _Own) -> None:
        """Read a list of records whose entries stand in rows."""
        around = parent(own.sheet.of)
        counts: dict[ValuePath, int] = {}
        for row, columns in self.rows(own):
            cells = {c: own.page.cells[row, c] for c in own.keys if (row, c) in own.page.cells}
            if not cells:
                continue
            home = self.home(own, row, columns, around) if around else ()
            if home is None:
                continue
            steps = (*home, *own.sheet.of.removeprefix(f"{around}.").split("."))
            if isinstance(found_at(self.root, steps), Empty):
                said = f"an entry stands here, but another row says {NONE}"
                self.problem(
                    own.page, (row, 2), said, "delete one of them", yaml_nodes.dotted(steps)
                )
                continue
            facts = {
                own.keys[c]: cell.text.strip()
                for c, cell in cells.items()
                if own.keys[c] != "parent"
            }
            if facts == {first_of(own.sheet.of): NONE}:
                self.none(own, row, steps, counts)
            else:
                self.row(own, row, (*steps, counts.get(steps, 0)))
                counts[steps] = counts.get(steps, 0) + 1

    def none(self, own: _Own, row: int, steps: ValuePath, counts: Mapping[ValuePath, int]) -> None:
        """Take that a list of records is empty."""
        if counts.get(steps):
            said = f"{NONE} stands here, but there are entries"
            self.problem(own.page, (row, 2), said, "delete this row", yaml_nodes.dotted(steps))
            return
        put_at(self.root, steps, Empty(self.place(own.page, (row, 2))))

    def row(self, own: _Own, row: int, path: ValuePath) -> None:
        """Read one entry."""
        put_at(self.root, path, {})
        self.places.known[path] = self.place(own.page, (row, 2))
        for column, key in own.keys.items():
            if key == "parent":
                continue
            if key not in fields_of(own.sheet.of):
                if (row, column) in own.page.cells:
                    self.stranger(own.page, (row, column), key, fields_of(own.sheet.of))
                continue
            steps = key.removeprefix(f"{own.sheet.of}.").split(".")
            self.put(own.page, (row, column), (*path, *steps), FACTS[key].kind)

    def home(
        self, own: _Own, row: int, columns: Mapping[str, list[int]], around: str
    ) -> ValuePath | None:
        """Return the path of the entry that a row belongs to; None: it names none, which is a problem."""
        names = self.names.get(around, {})
        column = next(iter(columns.get("parent", ())), 2)
        cell = own.page.cells.get((row, column))
        if cell is None and len(names) == 1:
            return (*around.split("."), 0)
        return self.entry_named(own.page, (row, column), cell, around)

    def entry_named(
        self, page: Page, at: tuple[int, int], cell: Cell | None, around: str
    ) -> ValuePath | None:
        """Return the path of the entry whose name a cell holds; None: there is none, which is a problem."""
        names = self.names.get(around, {})
        what = around.rpartition(".")[2].removesuffix("s")
        listed = (
            f"there is {', '.join(list(names)[:5])}"
            if names
            else f"the sheet {sheet_of(around).title} has none"
        )
        if cell is None:
            self.problem(
                page, at, f"the {what} is missing that this row belongs to", listed, around
            )
            return None
        name = piece(cell.text).text
        if name not in names:
            said = f"no {what} has the name {quoted(name)}"
            self.problem(page, at, said, nearest(name, names) or listed, around)
            return None
        return (*around.split("."), names[name])

    # Differences

    def differences(self, own: _Own) -> None:
        """Read the facts that differ in one partition or evaluation."""
        lists = {"partition": "data.partitions", "evaluation": "evaluations"}
        for row, columns in self.rows(own):
            at = {key: (row, found[0]) for key, found in columns.items()}
            cells = {key: own.page.cells.get(at[key]) for key in at}
            given = [key for key in lists if cells.get(key)]
            if len(given) != 1:
                said = (
                    "name the partition or the evaluation in which the fact differs, one of the two"
                )
                self.problem(own.page, at.get("partition", (row, 2)), said)
                continue
            home = self.entry_named(own.page, at[given[0]], cells[given[0]], lists[given[0]])
            fact = cells.get("fact")
            if fact is None:
                self.problem(own.page, at.get("fact", (row, 4)), "the fact that differs is missing")
            elif home is not None:
                self.difference(own.page, fact, at.get("answer", (row, 5)), (*home, "differs"))

    def difference(self, page: Page, fact: Cell, at: tuple[int, int], path: ValuePath) -> None:
        """Read one fact that differs."""
        name, here = piece(fact.text).text, (fact.row, fact.column)
        if name == NONE:
            put_at(self.root, path, Empty(self.place(page, here), is_map=True))
            return
        steps: ValuePath = (*path, name)
        if found := _INDEXED.fullmatch(name):
            steps = (*path, found[1], int(found[2]), *found[3].split("."))
            name = f"{found[1]}.{found[3]}"
        if name not in FACTS or (found and parent(name) != found[1]):
            self.problem(page, here, "there is no such fact", nearest(name, FACTS), name)
        elif found_at(self.root, steps) is not None:
            said = f"{name} stands here twice"
            self.problem(page, here, said, "delete one of the two rows", name)
        else:
            self.differing(page, at, steps, name)

    def differing(self, page: Page, at: tuple[int, int], steps: ValuePath, name: str) -> None:
        """Read the answer by which a fact differs."""
        cell, kind = page.cells.get(at), FACTS[name].kind
        if cell is None:
            self.problem(page, at, f"the answer is missing by which {name} differs", "", name)
        elif kind.item != "records":
            self.put(page, at, steps, kind)
        elif cell.text.strip() == NONE:
            put_at(self.root, steps, Empty(self.place(page, at)))
        else:
            first = first_of(name).removeprefix(f"{name}.")
            hint = f"write a row for each field of each entry: {name}[0].{first}"
            self.problem(page, at, "a list of entries is expected here", hint, name)

    # Statements

    def beside(self, own: _Own, row: int, fact: str, columns: Mapping[str, list[int]]) -> None:
        """Read what is said beside a question: why it has no answer, and where the paper speaks of it."""
        at = {key: (row, found[0]) for key, found in columns.items()}
        self.said(own.page, at, row, fact)
        located = [key for key in LOCATED if key in at and at[key] in own.page.cells]
        if located:
            about = self.place(own.page, at[located[0]])
            self.locate(own.page, at, row, fact, about)

    def said(self, page: Page, at: Mapping[str, tuple[int, int]], row: int, about: str) -> None:
        """Read that a fact is not reported or does not apply."""
        said = page.cells.get(at["said"]) if "said" in at else None
        reason = page.cells.get(at["reason"]) if "reason" in at else None
        if said is None:
            if reason is not None:
                words = f'say whether it is "{NOT_REPORTED}" or "{NOT_APPLICABLE}"'
                self.problem(
                    page,
                    at.get("said", (row, 1)),
                    "a reason is given, but not for what",
                    words,
                    about,
                )
            return
        name = SAID.get(" ".join(said.text.split()).casefold())
        if name is None:
            hint = f'write "{NOT_REPORTED}" or "{NOT_APPLICABLE}"'
            self.problem(page, at["said"], f"{quoted(said.text)} is neither", hint, about)
            return
        self.state(page, name, about, at, row, {"reason": at["reason"]} if "reason" in at else {})

    def locate(
        self, page: Page, at: Mapping[str, tuple[int, int]], row: int, about: str, place: Place
    ) -> None:
        """Read where the paper speaks of something."""
        self.state(
            page, LOCATIONS, about, at, row, {key: at[key] for key in LOCATED if key in at}, place
        )

    def state(
        self,
        page: Page,
        name: str,
        about: str,
        at: Mapping[str, tuple[int, int]],
        row: int,
        fields: Mapping[str, tuple[int, int]],
        place: Place | None = None,
    ) -> None:
        """Remember a statement, with the cells of its fields."""
        where = place or self.place(page, at.get("said", (row, 1)))
        rank = page.cells.get(at.get("location_at" if name == LOCATIONS else "said_at", (0, 0)))
        first = int(rank.text) if rank and rank.text.isdigit() else _LAST
        values: Tree = {"about": Leaf(_TEXT, Cell(about, "text", row, 1), where)}
        places = {"about": where}
        for key, cell_at in fields.items():
            places[key] = self.place(page, cell_at)
            if (cell := page.cells.get(cell_at)) and self.is_sound(page, cell, _TEXT, (key,)):
                values[key] = Leaf(FACTS[f"{name}.{key}"].kind, cell, places[key])
        number = self.places.sheets.index(page.name)
        self.statements.setdefault(name, []).append(
            _Statement((first, number, row), values, places)
        )

    def other_statements(self, own: _Own) -> None:
        """Read the statements that stand beside no question."""
        for row, columns in self.rows(own):
            at = {key: (row, found[0]) for key, found in columns.items()}
            about_at = at.get("about", (row, 2))
            about = own.page.cells.get(about_at)
            said = own.page.cells.get(at.get("said", (0, 0)))
            located = any(at.get(key, (0, 0)) in own.page.cells for key in LOCATED)
            if about is None:
                self.problem(own.page, about_at, "what this is about is missing")
            elif about.text.strip() == NONE:
                self.no_statements(own, row, said)
            else:
                name = piece(about.text).text
                self.said(own.page, at, row, name)
                if located or said is None:
                    self.locate(own.page, at, row, name, self.place(own.page, about_at))

    def no_statements(self, own: _Own, row: int, said: Cell | None) -> None:
        """Take that there are no statements of one sort."""
        name = SAID.get(said.text.strip().casefold(), "") if said else LOCATIONS
        if name:
            self.empty[name] = self.place(own.page, (row, 2))

    def put_statements(self) -> None:
        """Put the statements into their lists, in the order they had, new ones last."""
        for name in STATEMENTS:
            steps = tuple(name.split("."))
            found = sorted(self.statements.get(name, ()), key=lambda each: each.rank)
            if name in self.empty and not found:
                put_at(self.root, steps, Empty(self.empty[name]))
            for i, each in enumerate(found):
                put_at(self.root, (*steps, i), each.values)
                self.places.known |= {(*steps, i, key): place for key, place in each.places.items()}

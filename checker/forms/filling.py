"""Fills an official form: each item's place, tick and reason go where the form wants them; all that did not is told."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from checker.forms.anonymous import without_names
from checker.forms.columns import Columns, Role
from checker.forms.complaints import cut
from checker.forms.elements import parsed
from checker.forms.ids import Known
from checker.forms.numbering import numbers_of
from checker.forms.package import Package
from checker.forms.recognising import ends_early, require_this_form
from checker.forms.rows import Candidate, Found, find_rows
from checker.forms.table_columns import columns_by_table
from checker.forms.tables import Cell, Row, tables_of
from checker.forms.writing import (
    Box,
    CannotWrite,
    Change,
    applied,
    boxes,
    choose,
    is_unfilled,
    plain,
    put_text,
    tick,
)
from checker.model.form import Form, FormRow, Said

TICK = "X"
TICKED = re.compile("[☒☑✓✔]")
WORDS: Mapping[Role, tuple[str, ...]] = {
    Role.YES: ("Yes", "Y", "Reported"),
    Role.NO: ("No", "N", "Not reported"),
    Role.NA: ("NA", "N/A", "n/a", "N.A.", "Not applicable"),
}
"""How forms spell an answer, the one we write first."""


class About(NamedTuple):
    """Something to be told about one item."""

    item: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The filled form, and what became of each item."""

    data: bytes
    written: tuple[About, ...]
    """What now stands in the form."""
    kept: tuple[About, ...]
    """Cells that had text already, with it."""
    replaced: tuple[About, ...]
    """Cells whose text was replaced, with the old text."""
    unplaced: tuple[About, ...]
    """What could not be written, and why."""
    undecided: tuple[str, ...]
    """Items whose Yes or No is left to the author, since they are reported in part."""
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Work:
    """What grows while the form is filled."""

    data: bytes
    replace: bool
    changes: list[Change] = field(default_factory=list)
    written: list[About] = field(default_factory=list)
    kept: list[About] = field(default_factory=list)
    replaced: list[About] = field(default_factory=list)
    unplaced: list[About] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)

    def change(self, changes: Sequence[Change]) -> None:
        """Add changes.

        Raises:
            CannotWrite: they touch what another one changes: cells that lie inside each other.
        """
        for at, new in enumerate(changes):
            others = (*self.changes, *changes[:at])
            if any(one.start < new.end and new.start < one.end for one in others):
                raise CannotWrite("its cell lies inside another one")
        self.changes += changes


class _Target(NamedTuple):
    """A cell, and what goes into it."""

    role: Role
    cell: Cell
    like: Cell | None
    rows: list[FormRow]
    beside_section: bool
    """Another column takes the section."""
    beside_reason: bool
    """Another column takes the reason."""
    ticked: str
    """Heading of another answer that is ticked in the row already; empty if none is."""


def fill(
    package: Package,
    form: Form,
    *,
    replace: bool = False,
    column: str = "",
    others: Mapping[str, Sequence[str]] | None = None,
) -> Filled:
    """Return the form with the rows written into it.

    Args:
        package: the official form.
        form: what is written.
        replace: text that stands in a cell already is replaced; else it stays and is told.
        column: a piece of the heading of the place column, where it is not recognised.
        others: further guidelines with the ids of their items, to recognise a form of one of them.

    Raises:
        BadSubmission: this is no form of the guideline, or it has no column for the place.
        BadRequest: no heading has that piece.
    """
    data = package.part(package.document)
    root = parsed(package.file, data)
    tables = tables_of(root, numbers_of(package, root))
    found = find_rows(tables, Known.of(row.item for row in form.rows))
    require_this_form(package.file, form, tables, found, others or {})
    columns, notes = columns_by_table(package.file, tables, found, column)
    work = _Work(data, replace)
    for target in _targets(form, found, columns, work):
        _write(work, target)
    made = applied(data, work.changes)
    parsed(package.file, made)
    parts = {package.document: made}
    return Filled(
        data=package.changed(without_names(package, parts) if form.anonymous else parts),
        written=tuple(work.written),
        kept=tuple(work.kept),
        replaced=tuple(work.replaced),
        unplaced=tuple(work.unplaced),
        undecided=tuple(work.undecided),
        notes=(*ends_early(form, found), *notes, *_again(found), *_signed(package)),
    )


# What goes where?


def _targets(
    form: Form, found: Found, columns: Mapping[int, Columns], work: _Work
) -> Iterator[_Target]:
    """Yield every cell that is written, once, with all items that share it; tell what has no row or no cell."""
    shared: dict[tuple[Role, int], _Target] = {}
    for row in form.rows:
        at = found.rows.get(row.item)
        if at is None:
            if row.words:
                work.unplaced.append(About(row.item, "the form has no row with this number"))
            continue
        if not columns[at.table.number].can_be_written:
            why = f"table {at.table.number} has no column for the place that is recognised"
            work.unplaced.append(About(row.item, why))
            continue
        own = columns[at.table.number]
        for role, cell, like in _cells(at, own, row, found, work):
            beside = bool(own.of(Role.SECTION)), bool(own.of(Role.REASON))
            target = _Target(role, cell, like, [], *beside, _ticked(at.row, own, role))
            shared.setdefault((role, id(cell.element)), target).rows.append(row)
    yield from shared.values()


def _cells(
    at: Candidate, columns: Columns, row: FormRow, found: Found, work: _Work
) -> Iterator[tuple[Role, Cell, Cell | None]]:
    ids = found.readings[at.table.number].columns
    like = at.row.at(ids[0])
    taken: set[int] = set()
    for role, column in _wanted(columns, ids[0], row, work):
        cell = at.row.at(column)
        if cell and id(cell.element) in taken:
            continue  # one cell over several columns has the place already
        taken |= {id(cell.element)} if cell else set()
        if cell is None:
            work.unplaced.append(About(row.item, f"{_row_of(at)} ends before the column"))
        elif _is_merged(cell, at.row, columns, ids):
            why = f'{_row_of(at)}: the cell is merged with "{cut(cell.text)}"'
            work.unplaced.append(About(row.item, why))
        else:
            yield role, cell, like


def _ticked(row: Row, columns: Columns, role: Role) -> str:
    """Return the heading of another answer than this one that has a tick already."""
    if role not in WORDS:
        return ""
    for column in columns.of(*(each for each in WORDS if each is not role)):
        cell = row.at(column)
        if cell is not None and not is_unfilled(cell.element):
            return columns.headings.get(column, "")
    return ""


def _row_of(at: Candidate) -> str:
    return f"table {at.table.number}, row {at.row.number}"


def _is_merged(cell: Cell, row: Row, columns: Columns, ids: Iterable[int]) -> bool:
    """Return whether the cell is that of the item's own text or number as well."""
    if any(cell.covers(each) for each in ids):
        return True
    written = columns.of(*Role)
    alien = [c for c in range(cell.column, cell.column + cell.span) if c not in written]
    return (
        bool(alien) and not is_unfilled(cell.element) and any(c in columns.headings for c in alien)
    )


def _wanted(columns: Columns, ids: int, row: FormRow, work: _Work) -> Iterator[tuple[Role, int]]:
    """Yield the columns of a row that get something; of several alike the first right of the number."""
    if row.words:
        for role in (Role.PLACE, Role.SECTION, Role.REASON):
            for column in columns.beside(ids, role)[:1]:
                if role is not Role.REASON or row.reason:
                    yield role, column
    answer = _answer(row)
    single = columns.beside(ids, answer) if answer else []
    choice = columns.beside(ids, Role.CHOICE)
    if answer is None and row.words and columns.of(Role.YES, Role.NO, Role.CHOICE):
        work.undecided.append(row.item)
    if answer and (single or choice):
        yield (answer, single[0]) if single else (Role.CHOICE, choice[0])


def _answer(row: FormRow) -> Role | None:
    """Return the answer that is ticked; none for what is reported in part: the author decides.

    Nothing is ticked that no place confirms.
    """
    match row.said:
        case Said.NOT_APPLICABLE:
            return Role.NA
        case Said.NOT_REPORTED:
            return Role.NO
        case Said.PLACE if not row.is_part:
            return Role.YES
        case _:
            return None


def _write(work: _Work, target: _Target) -> None:
    items = ", ".join(row.item for row in target.rows)
    try:
        if target.role in (Role.PLACE, Role.SECTION, Role.REASON):
            _write_text(work, target, items, _text(target))
        else:
            _write_answer(work, target, items)
    except CannotWrite as why:
        work.unplaced.append(About(items, str(why)))


def _text(target: _Target) -> str:
    """Return the words for a cell; where several items share it, each with its number."""
    words = [(row.item, _words(target, row)) for row in target.rows]
    if len(words) == 1:
        return words[0][1]
    return "; ".join(f"{item}: {text}" for item, text in words if text)


def _words(target: _Target, row: FormRow) -> str:
    match target.role:
        case Role.REASON:
            return row.reason
        case Role.SECTION:
            return row.sections
        case _:
            words = row.pages if target.beside_section else row.where
            return words if target.beside_reason else row.with_reason(words)


def _write_text(work: _Work, target: _Target, items: str, text: str) -> None:
    element, seen = target.cell.element, target.cell.text
    if not text:
        return
    if not is_unfilled(element):
        if " ".join(seen.split()) == text:
            work.written.append(About(items, text))
            return
        if not work.replace:
            work.kept.append(About(items, cut(seen)))
            return
    like = target.like.element if target.like else None
    work.change(put_text(work.data, element, text, like))
    work.written.append(About(items, text))
    if not is_unfilled(element):
        work.replaced.append(About(items, cut(seen)))


def _write_answer(work: _Work, target: _Target, items: str) -> None:
    answers = {_answer(row) for row in target.rows}
    if len(answers) > 1 or (answer := next(iter(answers))) is None:
        work.undecided += [row.item for row in target.rows]
        return
    element, text = target.cell.element, target.cell.text
    if target.ticked or TICKED.search(text):
        if target.ticked or target.role is Role.CHOICE:
            said = target.ticked or cut(text)
            work.kept.append(About(items, f"answered already: {said}"))
        return
    if found := boxes(element):
        work.change(tick(work.data, _box(found, answer, target.role)))
    elif (chosen := choose(work.data, element, WORDS[answer])) is not None:
        work.change(chosen)
    else:
        return _write_text(work, target, items, _spelled(target, answer))
    work.written.append(About(items, WORDS[answer][0]))


def _spelled(target: _Target, answer: Role) -> str:
    return WORDS[answer][0] if target.role is Role.CHOICE else TICK


def _box(found: Sequence[Box], answer: Role, role: Role) -> Box:
    """Return the box of an answer: the only one of a column, or the one beside its word.

    Raises:
        CannotWrite: none stands beside it.
    """
    if role is not Role.CHOICE and len(found) == 1:
        return found[0]
    words = {plain(each) for each in WORDS[answer]}
    first = plain(found[0].before)  # a word before the first box: each stands before its box
    fits = [each for each in found if plain(each.before if first else each.after) in words]
    if len(fits) == 1:
        return fits[0]
    raise CannotWrite(f"no box stands beside {WORDS[answer][0]}")


def _again(found: Found) -> Iterator[str]:
    for each in found.again:
        yield f"{each.item} has a second row ({_row_of(each)}), which was left alone"


def _signed(package: Package) -> Iterator[str]:
    if any(name.startswith("_xmlsignatures/") for name in package.names()):
        yield "the file is signed, and the signature does not hold for the filled form"

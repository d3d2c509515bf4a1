"""Predictions in folds: a folder with a table for each, or a column that names them."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from checker.errors import BadSubmission, Problem
from checker.model.predictions import Labels
from checker.reading.cells import refuse_many_rows
from checker.reading.columns import Reading, listed
from checker.reading.tables import FORMAT_NAMES, FORMATS, LARGEST_FILE, Part, Table, read_table

if TYPE_CHECKING:
    import polars as pl

FOLD = "fold"
"""Our name of the column that tells in which fold a row was left out."""
MOST_FOLDS = 100
NO_TABLES = frozenset({"readme", "license", "licence", "changelog", "notes"})
"""Names of files that are for people, whatever their ending."""
ONE_EACH = "write a table for each fold, with the same columns: fold_1.csv, fold_2.csv"
Located = Callable[[str], Path]
"""Returns where a file of the folder lies, by its name; it may refuse."""


# A folder


def read_folds(folder: Path, *, name: str, located: Located | None = None) -> Table:
    """Return the tables of a folder as one, a fold for each file; rows keep file and number.

    Files that are no tables are left out and said, as are hidden ones and folders. Folds are in the order of
    their names, numbers in these by size: fold_2 before fold_10.

    Args:
        folder: where it lies.
        name: how messages call it.
        located: where a file of it lies, if not simply inside.

    Raises:
        BadSubmission: fewer than two tables, tables that do not fit together, and what is wrong in each: every
            problem at once.
    """
    tables, others = _sorted_out(folder, name)
    _refuse_numbers(name, tables, others)
    places = _located(tables, located or (lambda file: folder / file))
    _refuse_size(name, places)
    read = _read(name, places)
    _refuse_unlike(read)
    left = f"{name}: {listed(others)} left out, as no table of a fold" if others else ""
    return _together(name, read, (left,) if left else ())


def read_table_or_folds(place: Path, *, name: str) -> Table:
    """Return the table in a file, or the tables of a folder as one.

    Raises:
        BadSubmission: with every problem.
    """
    read = read_folds if os.path.isdir(place) else read_table
    return read(place, name=name)


def _sorted_out(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """Return the names of the tables in a folder, in natural order, and those of everything else."""
    try:
        found = sorted(os.listdir(folder), key=natural)
    except OSError as error:
        raise _bad(name, f"the folder cannot be read: {error.strerror}") from None
    tables = [each for each in found if _is_table(folder / each)]
    return tables, [each for each in found if each not in tables]


def _is_table(file: Path) -> bool:
    if file.name.startswith((".", "~$")) or file.stem.casefold() in NO_TABLES:
        return False
    return file.suffix.lower() in FORMATS and not file.is_dir()


def natural(text: str) -> tuple[object, ...]:
    """Return what texts are sorted by, so that 2 goes before 10."""
    pieces = re.split(r"(\d+)", text)
    return (*((int(each) if each.isdecimal() else each.casefold()) for each in pieces), text)


def _refuse_numbers(name: str, tables: Sequence[str], others: Sequence[str]) -> None:
    inside = f"it contains {listed(others)}" if others else "it is empty"
    if not tables:
        raise _bad(name, f"the folder has no table; {inside}", ONE_EACH)
    if len(tables) == 1:
        message = f"the folder has one table, {tables[0]}, and folds are two or more"
        raise _bad(name, message, f"name the file itself: {_inside(name, tables[0])}")
    if len(tables) > MOST_FOLDS:
        message = f"the folder has {len(tables):,} tables; at most {MOST_FOLDS} folds are read"
        raise _bad(name, message, ONE_EACH)


def _inside(name: str, file: str) -> str:
    return f"{name.rstrip('/')}/{file}"


def _located(tables: Sequence[str], located: Located) -> dict[str, Path]:
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    for each in tables:
        try:
            found[each] = located(each)
        except BadSubmission as bad:
            problems += bad.problems
    if problems:
        raise BadSubmission(problems)
    return found


def _refuse_size(name: str, places: dict[str, Path]) -> None:
    size = sum(each.stat().st_size for each in places.values() if each.is_file())
    if size > LARGEST_FILE:
        message = f"the files have {size / 2**30:.1f} GiB; at most {LARGEST_FILE // 2**30} are read"
        raise _bad(name, message, "leave out the columns that the study does not name")


def _read(name: str, places: dict[str, Path]) -> list[Table]:
    read: list[Table] = []
    problems: list[Problem] = []
    for file, place in places.items():
        try:
            read.append(read_table(place, name=_inside(name, file)))
        except BadSubmission as bad:
            problems += bad.problems
    if problems:
        raise BadSubmission(problems)
    return read


def _refuse_unlike(tables: Sequence[Table]) -> None:
    """Complain about each table that does not fit to the first: its kind, its columns, what they hold."""
    first, *others = tables
    problems = [
        problem
        for each in others
        for problem in (_of_another_kind(each, first) or [*_other_columns(each, first)])
    ]
    problems += _called_alike(tables)
    if problems:
        raise BadSubmission(problems)


def _called_alike(tables: Sequence[Table]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for each in tables:
        file, fold = each.name.rpartition("/")[2], _fold(each)
        if fold in seen:
            message = f"{seen[fold]} is of the fold {fold} as well"
            yield Problem(each.name, None, "", message, "give each fold one file")
        seen.setdefault(fold, file)
    contents: dict[str, str] = {}
    for each in tables:
        file = each.name.rpartition("/")[2]
        if each.sha256 in contents:
            message = f"this is the same file as {contents[each.sha256]}"
            yield Problem(each.name, None, "", message, "give each fold its own rows")
        contents.setdefault(each.sha256, file)


def _of_another_kind(table: Table, first: Table) -> list[Problem]:
    before = first.name.rpartition("/")[2]
    if table.format != first.format:
        message = (
            f"this is {FORMAT_NAMES[table.format]}, and {before} is {FORMAT_NAMES[first.format]}"
        )
        return [Problem(table.name, None, "", message, "save all folds in one format")]
    if table.cells.decimal_comma != first.cells.decimal_comma:
        message = f"commas part the columns of this file or of {before}, and not those of the other"
        return [Problem(table.name, 1, "", message, "save all folds with one sign between columns")]
    return []


def _other_columns(table: Table, first: Table) -> Iterator[Problem]:
    before = first.name.rpartition("/")[2]
    line = 1 if table.format == "csv" else None
    for column in first.columns:
        if column not in table.columns:
            message = f"this column of {before} is missing here"
            yield Problem(table.name, line, column, message, "write the same columns in every fold")
        elif not _alike(table.stored(column), first.stored(column)):
            message = f"this column holds another kind of values than in {before}"
            yield Problem(table.name, None, column, message, "store the same type in every fold")
    for column in table.columns:
        if column not in first.columns:
            message = f"{before} has no such column"
            yield Problem(table.name, line, column, message, "write the same columns in every fold")


def _alike(one: "pl.Series", other: "pl.Series") -> bool:
    import polars as pl

    kinds = {one.dtype, other.dtype} - {pl.Null}
    return len(kinds) < 2 or all(each.is_numeric() for each in kinds)


def _fold(table: Table) -> str:
    return Path(table.name.rpartition("/")[2]).stem


def _together(name: str, tables: Sequence[Table], notes: tuple[str, ...]) -> Table:
    import polars as pl

    first = tables[0]
    rows = sum(each.rows for each in tables)
    refuse_many_rows(rows, name)
    frames = [_in_order(each, first.columns) for each in tables]
    frame = pl.concat(frames, how="vertical_relaxed")
    starts = [0, *accumulate(each.rows for each in tables)]
    parts = tuple(
        Part(
            file=each.name,
            fold=_fold(each),
            sha256=each.sha256,
            first=start,
            first_row=each.cells.first_row,
            lines=each.cells.lines,
        )
        for each, start in zip(tables, starts[:-1], strict=True)
    )
    listing = "".join(f"{each.sha256}  {each.file.rpartition('/')[2]}\n" for each in parts)
    return Table(
        name=name,
        sha256=hashlib.sha256(listing.encode()).hexdigest(),
        columns=first.columns,
        rows=rows,
        format=first.format,
        cells=replace(first.cells, frame=frame, lines=None),
        parts=parts,
        notes=notes,
    )


def _in_order(table: Table, columns: Sequence[str]) -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame([table.stored(each).rename(str(at)) for at, each in enumerate(columns)])


def _bad(name: str, message: str, hint: str = "") -> BadSubmission:
    return BadSubmission([Problem(name, None, "", message, hint)])


# A column


def fold_of(reading: Reading, column: str | None, *, said: bool = True) -> Labels | None:
    """Return the fold of each row, in natural order; None if nothing names folds.

    Where each fold has its file, the file is the fold, and a column that says otherwise is a problem.

    Args:
        reading: of the table.
        column: that names the fold; None: there is none (but one called fold is compared with the files).
        said: somebody named the column as that of the folds; otherwise it is only called so.
    """
    files = reading.table.folds()
    if files is not None and column is None and FOLD in reading.table.columns:
        column = FOLD
    if column is None:
        return files
    found = reading.labels(column)
    if files is None:
        if said and reading.table.missing(column) is None:
            reading.problems.extend(_no_folds(reading.table, column, found))
        return _in_natural_order(found) if said or 1 < len(found.names) <= MOST_FOLDS else None
    if len(found.codes) == len(files.codes):
        reading.problems.extend(_contradicted(reading.table, column, found, files))
    return files


def _no_folds(table: Table, column: str, found: Labels) -> Iterator[Problem]:
    count = len(found.names)
    if count == 1:
        hint = "name the column of the folds, or none"
        yield Problem(table.name, None, column, "there is one fold", hint)
    elif count > MOST_FOLDS:
        hint = "is this the right column? it numbers the folds"
        yield Problem(table.name, None, column, f"{count:,} different values are no folds", hint)


def _in_natural_order(found: Labels) -> Labels:
    import numpy as np

    order = sorted(range(len(found.names)), key=lambda code: natural(found.names[code]))
    codes = np.append(np.argsort(order), -1).astype(np.int64)
    return Labels(codes[found.codes], tuple(found.names[code] for code in order))


def _contradicted(table: Table, column: str, found: Labels, files: Labels) -> Iterator[Problem]:
    """Yield the first row of each file that the column puts into another fold than the file."""
    import numpy as np

    of_value: dict[int, int] = {}
    hint = "the file is the fold: correct the column, or leave it out"
    for code in np.unique(files.codes):
        rows = np.flatnonzero((files.codes == code) & (found.codes >= 0))
        if not len(rows):
            continue
        value = int(found.codes[rows[0]])
        wrong = rows[found.codes[rows] != value]
        if len(wrong):
            at = int(wrong[0])
            message = (
                f'row {table.row(at):,}: "{found.names[found.codes[at]]}", and "{found.names[value]}" in '
                f"row {table.row(int(rows[0])):,} of the same file"
            )
            yield Problem(table.file(at), table.line(at), column, message, hint)
        elif (before := of_value.setdefault(value, int(code))) != code:
            at = int(rows[0])
            message = f'"{found.names[value]}" stands in this file and in {files.names[before]}'
            yield Problem(table.file(at), table.line(at), column, message, hint)

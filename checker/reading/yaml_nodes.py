"""Reads YAML safely: bytes -> nodes that know their line, or every problem of the file in words."""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from checker.errors import BadSubmission, Problem, place_in
from checker.model.cell_names import column_letters
from checker.reading.folder import unreachable

LIMIT_BYTES = 2_000_000
"""A description of a study has some thousand lines; 2 MB are read in about a second."""
ENOUGH = 20
"""Anchors, aliases and tags after which no more are looked for."""
LIMIT_DEPTH = 40
"""The study model is seven levels deep; deeper brackets only keep a parser busy."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_CUT = re.compile(r"\s+(#\w.*)")
_NAMED = re.compile(r"((?: |- )*)[\w.]+")
"""The beginning of a line with a field: what stands before its name, and the name."""
_GLUED = re.compile(rf"{_NAMED.pattern}:\S")
Step = str | int
ValuePath = tuple[Step, ...]
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written; `plain` if it stands without quotation marks."""

    text: str
    plain: bool
    line: int
    column: int
    comment: str = ""
    """What follows on its line after a # and is therefore not read, if it looks like more of it."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of values."""

    items: tuple["Node", ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Names and their values; every name once."""

    entries: dict[str, "Node"]
    keys: dict[str, tuple[int, int]]
    """Line and column of each name."""
    line: int
    column: int


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and how it is printed if it is a single one."""

    line: int
    column: int
    printed: str | None = None
    sheet: str = ""
    """Of a workbook; line and column are then those of the cell."""

    @property
    def cell(self) -> str:
        """The cell as messages name it: ``sheet "Data", cell C14``; empty: this is no workbook."""
        at = f"{column_letters(self.column)}{self.line}" if self.line else ""
        name = f'sheet "{self.sheet}"'
        return (f"{name}, cell {at}" if at else name) if self.sheet else ""


@dataclass(slots=True)
class Places:
    """Line, column and printed text of every value of one file; of a workbook also its sheet."""

    known: dict[ValuePath, Place] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    """Of a workbook, in their order."""

    def problem(
        self, file: str, path: ValuePath, message: str, hint: str = "", line: int = 0
    ) -> Problem:
        """Return a problem at the path; a line of a text file that is given counts instead."""
        place = self.at(path)
        at = None if place.sheet else line or place.line
        return Problem(file, at, dotted(path), message, hint, place.cell)

    def rank(self, path: ValuePath, line: int = 0) -> tuple[int, int]:
        """Return what sorts by place: the number of the sheet, and the line."""
        place = self.at(path)
        number = self.sheets.index(place.sheet) if place.sheet in self.sheets else 0
        return number, place.line if place.sheet else line or place.line

    def within(self, path: ValuePath) -> Place | None:
        """Return the place as `at` does; None if only the file as a whole is around the value."""
        within = any(path[:depth] in self.known for depth in range(1, len(path) + 1))
        return self.at(path) if within else None

    def at(self, path: ValuePath) -> Place:
        """Return the place of the value, or of the nearest one around it in the file."""
        while path and path not in self.known:
            path = path[:-1]
        return self.known.get(path, Place(1, 1))

    def line(self, path: ValuePath) -> int:
        """Return the line of the value, or of the nearest one around it."""
        return self.at(path).line

    def line_within(self, path: ValuePath) -> int | None:
        """Return the line as `line` does; None if only the file is around the value, or it is a workbook."""
        place = self.within(path)
        return None if place is None or place.sheet else place.line

    def column(self, path: ValuePath) -> int:
        """Return the column of the value, or of the nearest one around it."""
        return self.at(path).column

    def printed(self, path: ValuePath) -> str | None:
        """Return the text of the value as it stands in the file; None if it is not there."""
        if path not in self.known and path and path[-1] == 0:
            path = path[:-1]  # one value where a list is asked
        return self.known[path].printed if path in self.known else None


def dotted(path: ValuePath) -> str:
    """Return the path as it is written in messages: ``evaluations[0].claims[1].value``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


@dataclass(frozen=True, slots=True)
class Note:
    """Something we understood although it is spelled another way; echoed so that it can be seen."""

    path: ValuePath
    line: int
    message: str
    cell: str = ""
    """Where in a workbook, instead of the line."""

    @property
    def at(self) -> str:
        """The path as messages print it."""
        return dotted(self.path)

    def __str__(self) -> str:
        """Return line, path and message."""
        place = self.cell or f"line {self.line}"
        return ": ".join(part for part in (place, self.at, self.message) if part)

    def told(self, file: str) -> str:
        """Return file, line, path and message."""
        place = place_in(file, self.line, self.cell)
        return ": ".join(part for part in (place, self.at, self.message) if part)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read, YAML or a workbook: its values as nodes."""

    file: str
    """As the caller wrote it; messages begin with it."""
    sha256: str
    root: Node
    places: Places
    notes: tuple[Note, ...] = ()
    """What was seen on the way that is no value of the description."""
    problems: tuple[tuple[tuple[int, int], Problem], ...] = ()
    """What is wrong outside of its values, each with its rank (`Places.rank`)."""


def read_source(path: Path) -> Source:
    """Return the file as nodes. Anchors, aliases, tags and merge keys are refused.

    Raises:
        BadSubmission: the file cannot be read, is no YAML, or is larger or deeper than we accept.
    """
    file = str(path)
    data = _bytes(path, file)
    text = _text(data, file)
    try:
        _refuse_unsafe(text, file)
        composed = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise BadSubmission([_syntax(error, text, file)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _bad(file, line, "a character stands here that YAML does not accept") from None
    if composed is None or (isinstance(composed, yaml.ScalarNode) and not composed.value):
        raise _bad(file, None, "the file is empty", "checker new writes one to start from")
    reader = _Reader(file, text)
    root = reader.node(composed, ())
    if reader.problems:
        raise BadSubmission(reader.problems)
    return Source(file, hashlib.sha256(data).hexdigest(), root, reader.places)


def _bad(file: str, line: int | None, message: str, hint: str = "") -> BadSubmission:
    return BadSubmission([Problem(file, line, "", message, hint)])


def _bytes(path: Path, file: str) -> bytes:
    if why := unreachable(path):
        raise _bad(file, None, f"the file cannot be read: {why}")
    if path.is_dir():
        raise _bad(file, None, "this is a folder, not a file", _inside(path))
    if path.exists() and not path.is_file():
        raise _bad(file, None, "this is a device or a pipe, not a file")
    try:
        size = path.stat().st_size
        if size > LIMIT_BYTES:
            raise _bad(
                file,
                None,
                f"the file has {size / 1e6:.1f} MB; at most {LIMIT_BYTES / 1e6:.0f} MB are read",
                "large tables belong in files of their own, named by the description",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise _bad(file, None, "there is no such file", _nearby(path)) from None
    except OSError as error:
        raise _bad(file, None, f"the file cannot be read: {error.strerror}") from None


def _inside(path: Path) -> str:
    found = sorted(each.name for each in path.glob("*.y*ml"))
    return f"name the file in it: {', '.join(found[:3])}" if found else ""


def _nearby(path: Path) -> str:
    if not os.path.isdir(path.parent):
        return f"there is no folder {path.parent} either"
    found = sorted(each.name for each in path.parent.glob("*.y*ml"))
    return f"in that folder there is {', '.join(found[:3])}" if found else ""


def _text(data: bytes, file: str) -> str:
    save = "save it as UTF-8 (in most editors: Save as, Encoding)"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:1] == b"\0" or data[1:2] == b"\0":
        raise _bad(file, None, "the file is written in UTF-16 or UTF-32", save)
    if b"\0" in data:
        raise _bad(file, None, "this is a binary file, not a text", "a description is YAML text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _bad(file, line, "the file is not UTF-8 text", save) from None
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        seen = f"a control character (code {ord(found.group())}) stands here"
        raise _bad(file, line, seen, "delete it; if there are many, this is a binary file")
    return text


def _refuse_unsafe(text: str, file: str) -> None:
    """Look through the parse events, which are flat, before anything is built."""
    depth = documents = 0
    unsafe: list[Problem] = []
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > LIMIT_DEPTH:
            raise _bad(file, line, f"brackets or lists are nested deeper than {LIMIT_DEPTH} levels")
        if documents > 1:
            raise _bad(
                file, line, "a second document begins here (---)", "one file describes one study"
            )
        unsafe += [Problem(file, line, "", *said) for said in _unsafe(event)]
        if len(unsafe) >= ENOUGH:
            break
    if unsafe:
        raise BadSubmission(unsafe)


def _unsafe(event: yaml.Event) -> Iterator[tuple[str, str]]:
    quote = "a text that begins with & * or ! needs quotation marks"
    if isinstance(event, yaml.AliasEvent):
        yield "aliases are not accepted (a value that begins with *)", quote
        return
    if anchor := getattr(event, "anchor", None):
        yield f"anchors are not accepted (&{anchor})", quote
    if tag := getattr(event, "tag", None):
        yield f"tags are not accepted ({tag})", quote


class _Reader:
    """Turns composed nodes into ours; remembers places and problems."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.rows = text.splitlines()
        self.places = Places()
        self.problems: list[Problem] = []

    def node(self, node: yaml.Node, path: ValuePath, key: yaml.Node | None = None) -> Node:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        if isinstance(node, yaml.ScalarNode):
            self.places.known[path] = Place(line, column, node.value)
            self.refuse_control(node, path)
            comment = "" if node.style else self.comment(node.end_mark)
            return Scalar(node.value, not node.style, line, column, comment)
        at = key or node  # a block begins below its name; the name is what the author looks for
        self.places.known[path] = Place(at.start_mark.line + 1, at.start_mark.column + 1)
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.node(each, (*path, i)) for i, each in enumerate(node.value))
            return Sequence(items, line, column)
        return self.mapping(node, path)

    def comment(self, end: yaml.Mark) -> str:
        """Return what follows as a comment without a space after its #, as in ``Patient #12``."""
        row = self.rows[end.line] if end.line < len(self.rows) else ""
        found = _CUT.match(row, end.column)
        return found[1].rstrip() if found else ""

    def refuse_control(self, node: yaml.ScalarNode, path: ValuePath) -> None:
        """Remember a problem if the value writes control characters, which terminals obey."""
        if _CONTROL.search(node.value):
            line = node.start_mark.line + 1
            said = "the text holds a control character"
            self.problems.append(Problem(self.file, line, dotted(path), said, "delete it"))

    def mapping(self, node: yaml.Node, path: ValuePath) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        for key, value in node.value:
            if self.accepts(key, keys, path):
                keys[key.value] = (key.start_mark.line + 1, key.start_mark.column + 1)
                entries[key.value] = self.node(value, (*path, key.value), key)
        return Mapping(entries, keys, node.start_mark.line + 1, node.start_mark.column + 1)

    def accepts(self, key: yaml.Node, keys: dict[str, tuple[int, int]], path: ValuePath) -> bool:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            said = "a list or group cannot be a name"
            hint = "if this is a text, put it in quotation marks"
        elif _CONTROL.search(key.value):
            self.refuse_control(key, path)
            return False
        elif key.value == "<<" and not key.style:
            said, hint = "merge keys (<<) are not accepted", "write the values out"
        elif key.value in keys:
            said = f"{key.value} is given twice; it stands in line {keys[key.value][0]} already"
            hint = "keep one of the two"
            if key.value[:1].isdigit():
                hint += "; inside { } a comma begins the next field: write 0.88, not 0,88"
        else:
            return True
        where = (*path, key.value) if isinstance(key, yaml.ScalarNode) else path
        self.problems.append(Problem(self.file, line, dotted(where), said, hint))
        return False


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    rows = text.splitlines()
    row = rows[mark.line] if mark and mark.line < len(rows) else ""
    at = mark.column if mark else 0
    said, hint = _in_words(
        f"{error.context or ''} {error.problem or ''}", row, at, _above(rows, line)
    )
    if error.context_mark and error.context_mark.line + 1 != line:
        said += f" (what is not finished begins in line {error.context_mark.line + 1})"
    return Problem(file, line, "", said, hint)


def _above(rows: list[str], line: int | None) -> str:
    """Return the nearest line above that is neither empty nor a comment."""
    found = (
        row for row in reversed(rows[: (line or 1) - 1]) if row.strip(" ")[:1] not in ("", "#")
    )
    return next(found, "")


def _in_words(problem: str, row: str, at: int, above: str) -> tuple[str, str]:
    seen = row[at : at + 1]
    if seen == "\t" or (row.lstrip(" ").startswith("\t") and "token" in problem):
        return "a tab stands where YAML wants spaces", "indent with spaces; no tab anywhere"
    if "mapping values are not allowed" in problem:
        return _no_colon(row[:at], above)
    if "cannot start any token" in problem:
        return f"a text cannot begin with {seen}", "put the text in quotation marks"
    if "quoted scalar" in problem:
        return "a quotation mark is not closed", "a quotation mark inside a text is written twice"
    if "flow" in problem:
        return "a bracket is not closed, or a comma is missing", "check the [ ] and { } around here"
    if "alias" in problem or "anchor" in problem or "tag" in problem:
        return "a text cannot begin with & * or !", "put the text in quotation marks"
    if "could not find expected ':'" in problem:
        return "a colon is missing after the name", "write name: value, with a space between"
    if "block" in problem:
        return (
            "this line does not fit the lines above it",
            "check the indentation, and quotation marks around texts that hold one",
        )
    return f"this is no YAML: {' '.join(problem.split())}", "check the line above as well"


def _no_colon(before: str, above: str) -> tuple[str, str]:
    """Return why no colon is possible after `before`, and what to do; often the line above is wrong."""
    said = "a colon is not possible here"
    name = _NAMED.fullmatch(before)
    if name and re.match(r" *-\w+:", above):
        return said, "write a space after the hyphen in the line above"
    if name and _GLUED.match(above):
        return said, "write a space after the colon in the line above"
    upper = _NAMED.match(above)
    if name and upper and len(name[1]) > len(upper[1]) and above[upper.end() :][:2] == ": ":
        return (
            "this line begins further right than the field above it",
            "begin both in the same column; a text of several lines needs quotation marks",
        )
    return said, "put a text that contains a colon in quotation marks; check the indentation"

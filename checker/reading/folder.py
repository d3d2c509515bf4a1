"""The folder a study was submitted in: which files a description may name, and where they lie."""

import difflib
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from checker.errors import BadSubmission, Problem

INSIDE = "write the path from the folder of the description, with forward slashes: data/scores.csv"

ROOT_NAME = re.compile(r"[A-Za-z0-9_-]{2,}")
"""Name of a folder that is opened besides; one letter would be a drive of Windows."""

DEVICES = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{port}{digit}" for port in ("com", "lpt") for digit in "123456789"}
)
"""Names that are devices on Windows, with any suffix."""


def refusal(name: str) -> str:
    """Return why a path may not be named in a description; empty: it may.

    Looks at the text alone, and by the rules of Windows and of POSIX both, so that a description
    means the same on every system.
    """
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if not name.strip():
        return "the path is empty"
    if any(ord(sign) < 32 for sign in name):
        return "the path contains a control character"
    if windows.drive.startswith(("\\\\", "//")):
        return "this is the path of a network share; files are read from the study's folder only"
    if windows.drive or posix.is_absolute() or windows.root:
        return "this path is absolute; files are read from the study's folder only"
    if ".." in windows.parts or ".." in posix.parts:
        return 'the path goes up with ".."; files are read from the study\'s folder only'
    if "\\" in name:
        return "the path contains a backslash, which means a folder on Windows only"
    if ":" in name:
        return "the path contains a colon, which Windows does not allow in names"
    if any(part.split(".")[0].strip().casefold() in DEVICES for part in posix.parts):
        return "the path names a device of Windows"
    return ""


class _Within(NamedTuple):
    """A path and the folder that it must not leave."""

    folder: Path
    path: str
    before: str
    """What stands before the path as it is written: ``NAME:``, or nothing."""
    words: str
    """The folder in messages."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A folder of submitted files, and folders opened besides; nothing outside them is ever read.

    What lies in a folder opened besides is named ``NAME:path/in/it``. Only who runs the check opens folders; what is
    submitted cannot.
    """

    root: Path
    roots: Mapping[str, Path] = field(default_factory=dict)
    """Name to folder."""

    def resolve(self, name: str, *, what: str, folders: bool = False) -> Path:
        """Return where the file lies that a description names.

        Args:
            name: as written in the description, relative to the folder, or ``NAME:`` and relative to that one.
            what: what the file is, in words or as a dotted path; the `path` of the problem.
            folders: a folder is good as well.

        Raises:
            BadSubmission: the path leaves its folder (as text or through a link), that folder was not opened, or
                there is no ordinary file. Its one problem has `name` as its file.
        """
        within = self._within(name, what)
        if reason := refusal(within.path):
            raise _bad(name, what, reason, _inside(within))
        path = within.folder / PurePosixPath(within.path)
        try:
            real = path.resolve()
            home = within.folder.resolve()
        except (OSError, RuntimeError, ValueError):
            raise _bad(
                name, what, "the path cannot be followed, perhaps a link to itself"
            ) from None
        if not real.is_relative_to(home):
            hint = "copy the file into the folder"
            raise _bad(name, what, f"this is a link to a place outside {within.words}", hint)
        if folders and not unreachable(real) and real.is_dir():
            return real
        return _ordinary(real, within, name, what)

    def place(self, name: str) -> Path:
        """Return where a name points, whether something lies there or not and whether it may be read or not."""
        root, colon, path = name.partition(":")
        return self.roots[root] / path if colon and root in self.roots else self.root / name

    def _within(self, name: str, what: str) -> _Within:
        """Return the path without the name of its folder.

        Raises:
            BadSubmission: that folder was not opened.
        """
        root, colon, path = name.partition(":")
        if not colon or not ROOT_NAME.fullmatch(root):
            return _Within(self.root, name, "", "the study's folder")
        if root in self.roots:
            return _Within(self.roots[root], path, f"{root}:", f"the folder {root}")
        opened = ", ".join(sorted(self.roots))
        told = f"opened: {opened}" if opened else "none was opened"
        hint = f"open it when you run the check: --root {root}=PATH"
        if close := nearest(root, sorted(self.roots)):
            hint = f"did you mean {close}:{path}? else {hint}"
        raise _bad(name, what, f"there is no folder {root} ({told})", hint)


def _inside(within: _Within) -> str:
    if not within.before:
        return INSIDE
    return (
        f"write the path from {within.words}, with forward slashes: {within.before}labelsTs; "
        f"the folder itself is {within.before}."
    )


def _ordinary(path: Path, within: _Within, name: str, what: str) -> Path:
    if why := unreachable(path):
        raise _bad(name, what, f"the file cannot be read: {why}")
    if path.is_file():
        return path
    if path.is_dir():
        hint = _choice("it contains", names_in(path))
        raise _bad(name, what, "this is a folder, and a file is expected", hint)
    if path.exists():
        raise _bad(name, what, "this is not an ordinary file")
    raise _bad(name, what, "there is no such file", _nearest(within))


def _nearest(within: _Within) -> str:
    wanted = PurePosixPath(within.path)
    while not os.path.isdir(within.folder / wanted.parent) and wanted.parent.parts:
        wanted = wanted.parent
    place, rest = wanted.parent, PurePosixPath(within.path).relative_to(wanted)
    if (within.folder / wanted).is_file():
        return f"{within.before}{wanted.as_posix()} is a file; write its name and nothing after it"
    there = [(place / each).as_posix() for each in names_in(within.folder / place)]
    if close := nearest(wanted.as_posix(), there):
        return f"did you mean {within.before}{(PurePosixPath(close) / rest).as_posix()}?"
    words = f"the folder {within.before}{place.as_posix()} contains" if there else ""
    return _choice(words, [f"{within.before}{each}" for each in there])


def unreachable(path: Path) -> str:
    """Return why it cannot be told what lies there (no permission, a name too long); empty: it can."""
    try:
        path.is_file()
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """Return the known name most like this one, blind to case; empty: none is like it."""
    folded = {each.casefold(): each for each in reversed(known)}
    close = difflib.get_close_matches(name.casefold(), folded, n=1)
    return folded[close[0]] if close else ""


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, sorted, hidden ones left out; none where it cannot be read."""
    try:
        return sorted(each for each in os.listdir(folder) if not each.startswith("."))
    except OSError:
        return []


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; reads it piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _choice(words: str, names: list[str]) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{words} {shown}" if names else "the folder is empty"


def _bad(name: str, what: str, message: str, hint: str = "") -> BadSubmission:
    return BadSubmission([Problem(name, None, what, message, hint)])

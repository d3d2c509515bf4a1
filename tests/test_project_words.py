"""No file of the project holds what belongs to one machine: addresses of package registries, paths, leftovers."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_OURS = {".git", ".venv", "out", "dist", "build", "__pycache__", ".hypothesis"}
NOT_TEXT = {".png", ".ttf", ".otf", ".woff2", ".pdf", ".xlsx", ".parquet", ".gz", ".zip", ".ico"}

FORBIDDEN = {
    "the address of a package registry": r"pypi\.org|pythonhosted|registry\.npmjs|conda\.anaconda",
    "an option that names a package index": r"--(extra-)?index-url|--find-links|--trusted-host",
    "a home folder": r"(?<![\w./])/(home/\w|root/)|[A-Z]:[\\/]+Users[\\/]+\w",
    "a folder for temporary files": r"(?<![\w./])/(tmp|var/tmp)/\w",
    "a folder of one machine": r"(?<![\w./<])/(work|workspace|mnt|opt/(?!google|microsoft))\w*/",
    "a leftover": r"\b(TODO|FIXME|XXX|HACK)\b",
    "a mark of a merge": r"(?m)^(<{7}|>{7}|={7})( |$)",
}
"""What may stand in no file, each with the pattern that finds it."""

CASES_OF_BAD_PATHS = {"tests/test_project_words.py"}
"""Files that must write such things down: this one, to show that they are found."""


class Case(NamedTuple):
    story: str
    text: str
    found: list[str]


CASES = [
    Case(
        "a registry",
        "see https://" + "pypi" + ".org/project/x",
        ["the address of a package registry"],
    ),
    Case("an index", "--extra-index-url x", ["an option that names a package index"]),
    Case("a home folder", "open('/home/ana/x')", ["a home folder"]),
    Case("a home folder of Windows", r"C:\Users\ana", ["a home folder"]),
    Case("a temporary file", "/tmp/report.html", ["a folder for temporary files"]),
    Case("a mounted folder", "cd /mnt/data/", ["a folder of one machine"]),
    Case("a leftover", "x = 1  # " + "TO" + "DO", ["a leftover"]),
    Case("a path inside the project", "schemas/home/x and docs/tmp/x", []),
    Case("a path of the web", "https://example.org/home/x", []),
    Case("a browser where it is installed", "/opt/google/chrome/chrome", []),
    Case("ordinary words", "at home, at work/study, root/branch", []),
]


def violations(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.story)
def test_what_is_forbidden_is_found(case: Case) -> None:
    assert violations(case.text) == case.found


def test_no_file_holds_what_belongs_to_one_machine() -> None:
    found = {name: violations(text) for name, text in texts() if name not in CASES_OF_BAD_PATHS}
    assert {name: what for name, what in found.items() if what} == {}


def test_every_text_file_is_utf8_with_unix_line_ends() -> None:
    kept_as_submitted = ("tests/reference/", "examples/")
    carriage_return = [
        name for name, text in texts() if "\r" in text and not name.startswith(kept_as_submitted)
    ]
    assert carriage_return == []


def texts() -> Iterator[tuple[str, str]]:
    """Yield name and text of every file that is or could become part of the project."""
    for name in sorted(files()):
        if Path(name).suffix not in NOT_TEXT and (ROOT / name).is_file():
            yield name, (ROOT / name).read_bytes().decode("utf-8")


def files() -> list[str]:
    """Return the files git knows or does not ignore; where there is no git, all but what is made."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
        return [name for name in done.stdout.split("\0") if name]
    every = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return [path.as_posix() for path in every if not NOT_OURS.intersection(path.parts)]

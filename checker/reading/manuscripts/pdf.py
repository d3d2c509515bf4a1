"""The lines of a PDF, read by PDFium in a process of its own, within bounds of time and memory."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checker.errors import BadSubmission
from checker.reading.extras import bad, needed
from checker.reading.manuscripts import pdf_child
from checker.reading.manuscripts.lines import Line

SECONDS = 60
MOST_PAGES = 2_000
MOST_SIGNS = 20_000_000
MOST_MEMORY = 2 * 2**30
FEWEST_LETTERS = 25
"""Letters and digits of a page, on average, below which a PDF of several pages is one of pictures."""
MOST_UNREADABLE = 0.3
"""Share of signs without a meaning above which the text of a PDF cannot be used."""
LETTERS = re.compile(r"\w+")
UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\0-\x08\x0e-\x1f]")
"""Signs without a meaning: those of a font alone."""
CORK = str.maketrans(
    {
        "\x10": "“",
        "\x11": "”",
        "\x15": "–",
        "\x16": "—",
        "\x1b": "ff",
        "\x1c": "fi",
        "\x1d": "fl",
        "\x1e": "ffi",
        "\x1f": "ffl",
        "\x0b": "ff",
        "\x0c": "fi",
        "\x0e": "ffi",
        "\x0f": "ffl",
    }
)
"""Codes of older fonts of LaTeX that do not say which letters they draw, and the letters."""
OCR = "run text recognition on it (such as ocrmypdf), or give the document it was made from (.docx, .md, .txt)"


def read_pdf(path: Path, name: str) -> list[list[Line]]:
    """Return the lines of every page, in the order in which the file draws them.

    Raises:
        BadSubmission: it is encrypted, damaged, too large or holds no text, or a package is not installed.
    """
    needed("pypdfium2", name, "manuscript")
    found = _read(path, name)
    if "error" in found:
        raise _refused(found["error"], found["seen"], name)
    pages = [
        [Line(text.translate(CORK), size, bold) for text, size, bold in page]
        for page in found["pages"]
    ]
    _require_text(pages, name)
    return pages


def _read(path: Path, name: str) -> Any:
    # -P: a module lying in the folder of a stranger's study must never be imported.
    limits = map(str, (MOST_PAGES, MOST_SIGNS, MOST_MEMORY))
    command = [sys.executable, "-P", str(Path(pdf_child.__file__)), os.fspath(path), *limits]
    try:
        with _lifeline() as stdin:
            done = subprocess.run(
                command, stdin=stdin, capture_output=True, check=False, timeout=SECONDS
            )
    except subprocess.TimeoutExpired:
        raise bad(
            name, f"reading this PDF took more than {SECONDS} seconds", "print it to a new PDF"
        ) from None
    if done.returncode:
        raise bad(
            name,
            f"this PDF cannot be read: its reader ended with code {done.returncode}",
            "print it to a new PDF",
        )
    return json.loads(done.stdout)


@contextmanager
def _lifeline() -> Iterator[int]:
    """Yield a pipe for a child to read, which is open as long as we are there, and nothing comes through."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _refused(why: str, seen: object, name: str) -> BadSubmission:
    match why:
        case "password":
            return bad(
                name, "this PDF is protected by a password", "save it again without the password"
            )
        case "pages":
            message = f"this PDF has {seen:,} pages; at most {MOST_PAGES:,} are read"
            return bad(name, message, "give the pages of the paper only")
        case "signs":
            message = f"this PDF holds more than {MOST_SIGNS:,} signs of text by page {seen:,}"
            return bad(name, message, "give the pages of the paper only")
        case _:
            hint = "open it in a viewer and print it to a new PDF"
            return bad(name, f"this PDF is damaged, or is none ({seen})", hint)


def _require_text(pages: list[list[Line]], name: str) -> None:
    """Complain about a PDF of pictures, and about one whose letters have no meaning.

    Raises:
        BadSubmission: it is one.
    """
    text = "".join(line.text for page in pages for line in page)
    letters = sum(map(len, LETTERS.findall(text)))
    count = f"{len(pages)} page{'' if len(pages) == 1 else 's'}"
    if not letters or (len(pages) > 1 and letters < FEWEST_LETTERS * len(pages)):
        raise bad(
            name, f"this PDF holds no text ({count}): its pages are pictures, as of a scan", OCR
        )
    if len(UNREADABLE.findall(text)) > MOST_UNREADABLE * len(text):
        message = f"the text of this PDF cannot be read ({count}): its fonts do not say which letters they draw"
        raise bad(name, message, OCR)

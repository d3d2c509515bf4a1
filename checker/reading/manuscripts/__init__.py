"""Manuscripts as running text with its pages, headings and paragraphs: PDF, Word, Markdown, plain text."""

import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

from checker.errors import BadSubmission
from checker.model.manuscript import Manuscript
from checker.reading.encoding import SAVE_AS_UTF8, utf8
from checker.reading.extras import bad
from checker.reading.manuscripts.blocks import of_blocks, of_pages
from checker.reading.manuscripts.lines import running_text

__all__ = ["FORMATS", "read_manuscript"]

FORMATS = (".pdf", ".docx", ".md", ".markdown", ".txt", ".text")
"""Endings of manuscripts that are read."""
MOST_BYTES = 256 * 2**20
MOST_TEXT = 8 * 2**20
"""Bytes of Markdown or plain text."""
PDF, ZIP = b"%PDF-", b"PK\x03\x04"
HEAD = 1024
"""Bytes at the start among which a PDF says what it is."""


def read_manuscript(path: Path, name: str) -> Manuscript:
    """Return the running text of a manuscript.

    Hyphens at the ends of lines stay as they are printed; who compares folds them away.

    Args:
        path: where it lies.
        name: for messages and the report.

    Raises:
        BadSubmission: it is no file, of another format, encrypted, damaged, too large, or holds no text; or the package
            that reads it is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        message = f"manuscripts are read from {', '.join(FORMATS)}, and this ends in {suffix or 'nothing'}"
        raise bad(name, message, "save the paper as one of these")
    data = _bytes(path, name)
    _require_kind(data, suffix, name)
    sha256 = hashlib.sha256(data).hexdigest()
    if suffix == ".pdf":
        return _pdf(path, name, sha256)
    found = _docx(data, name, sha256) if suffix == ".docx" else _text(data, suffix, name, sha256)
    if not any(map(str.isalnum, found.text)):
        raise bad(name, "this manuscript holds no text", "give the document with the paper in it")
    return found


def _bytes(path: Path, name: str) -> bytes:
    """Return what is in the file.

    Raises:
        BadSubmission: it is no ordinary file, empty, too large or cannot be read.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise bad(name, "this is not an ordinary file", "name the file of the paper")
        if found.st_size > MOST_BYTES:
            size = f"{found.st_size / 2**20:,.0f} MiB; at most {MOST_BYTES // 2**20} are read"
            raise bad(name, f"this file is large for a manuscript: {size}", "give the paper only")
        data = path.read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise bad(name, f"the file cannot be read: {why}", "name the file of the paper") from None
    if not data:
        raise bad(name, "the file is empty", "save the paper again")
    return data


def _require_kind(data: bytes, suffix: str, name: str) -> None:
    """Complain about a file that is not what its name says.

    Raises:
        BadSubmission: it is not.
    """
    is_pdf = PDF in data[:HEAD]
    kind = "a PDF" if is_pdf else "a ZIP archive, as of Word," if data.startswith(ZIP) else "no PDF"
    if (suffix == ".pdf") is is_pdf and not (suffix != ".docx" and data.startswith(ZIP)):
        return
    raise bad(
        name,
        f"the name ends in {suffix}, and the file is {kind.rstrip(',')}",
        "name it as what it is",
    )


def _pdf(path: Path, name: str, sha256: str) -> Manuscript:
    from checker.reading.manuscripts.pdf import read_pdf

    return of_pages(running_text(read_pdf(path, name)), name, sha256)


def _docx(data: bytes, name: str, sha256: str) -> Manuscript:
    from checker.reading.manuscripts.word import read_word

    return of_blocks(read_word(data, name), name, sha256)


def _text(data: bytes, suffix: str, name: str, sha256: str) -> Manuscript:
    from checker.reading.manuscripts.texts import has_pages, markdown, pages_of, paragraphs_of

    if len(data) > MOST_TEXT:
        size = f"{len(data) / 2**20:,.0f} MiB; at most {MOST_TEXT // 2**20} are read"
        raise bad(name, f"this text is large for a manuscript: {size}", "give the paper only")
    text = _decoded(data, name).replace("\r\n", "\n").replace("\r", "\n")
    if suffix in (".md", ".markdown"):
        return of_blocks(markdown(text), name, sha256)
    if has_pages(text):
        return of_pages(pages_of(text), name, sha256)
    return of_blocks(paragraphs_of(text), name, sha256)


def _decoded(data: bytes, name: str) -> str:
    """Return the text.

    Raises:
        BadSubmission: it is not UTF-8.
    """
    try:
        return utf8(data, name).decode("utf-8")
    except BadSubmission as found:
        raise BadSubmission(
            replace(each, hint=each.hint.replace(SAVE_AS_UTF8, "save it as UTF-8"))
            for each in found.problems
        ) from None

"""The paragraphs of a Word document (.docx), as they read with all changes accepted."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from checker.reading.extras import bad
from checker.reading.manuscripts.blocks import Block
from checker.reading.manuscripts.headings import level
from checker.reading.manuscripts.lines import Line

MOST_XML = 64 * 2**20
"""Bytes that the text of a document may unpack to."""
OLD = b"\xd0\xcf\x11\xe0"
"""How a .doc begins, and a .docx that is protected by a password."""
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
LEFT_OUT = frozenset({"del", "moveFrom", "Fallback", "rPrChange", "pPrChange"})
"""What was deleted, and what stands a second time for older programs."""
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ElementTree.ParseError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What reading the parts of a damaged archive raises."""
NAMED_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
SAVE_AGAIN = "open it in a word processor and save it as .docx"


def read_word(data: bytes, name: str) -> list[Block]:
    """Return the paragraphs and headings of a document in order, then its footnotes and endnotes.

    Insertions count and deletions do not. Headings are paragraphs of such a style, with an outline level, in bold, or
    called like a section.

    Raises:
        BadSubmission: it is protected, damaged, of another format, or unpacks to more than is read.
    """
    if data.startswith(OLD):
        message = "this is a .doc of an old version of Word, or protected by a password"
        raise bad(name, message, SAVE_AGAIN)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            levels = _levels(_part(archive, "word/styles.xml", name, needed=False))
            blocks = list(_blocks(_part(archive, "word/document.xml", name), levels))
            for part in ("footnotes", "endnotes"):
                notes = _part(archive, f"word/{part}.xml", name, needed=False)
                blocks += [each._replace(level=0) for each in _blocks(notes, levels)]
            return blocks
    except DAMAGE as error:
        seen = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise bad(name, f"this Word document cannot be read: {seen}", SAVE_AGAIN) from None


def _part(archive: zipfile.ZipFile, part: str, name: str, *, needed: bool = True) -> bytes:
    """Return a part of the document; empty where it is not there and not needed.

    Raises:
        BadSubmission: it is no part of a Word document, too large once unpacked, or defines entities.
    """
    try:
        found = archive.getinfo(part)
    except KeyError:
        if not needed:
            return b""
        raise bad(name, f"this is no Word document: it has no {part}", SAVE_AGAIN) from None
    if found.file_size > MOST_XML:
        size = f"{found.file_size / 2**20:,.0f} MiB"
        message = (
            f"the text of this document unpacks to {size}; at most {MOST_XML // 2**20} are read"
        )
        raise bad(name, message, "save the text without its changes and embedded objects")
    data = archive.read(found)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise bad(name, f"{part} defines entities, which no Word document does", SAVE_AGAIN)
    return data


def _elements(data: bytes) -> Iterator[tuple[str, str, ElementTree.Element]]:
    """Yield ``start`` or ``end``, the name without its namespace, and the element."""
    if not data:
        return
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):
        yield event, element.tag.rpartition("}")[2], element


def _value(element: ElementTree.Element, attribute: str = "val") -> str:
    return element.get(f"{WORD}{attribute}") or element.get(f"{STRICT}{attribute}") or ""


@dataclass(slots=True)
class _Style:
    above: str = ""
    level: int = 0


def _levels(styles: bytes) -> dict[str, int]:
    """Return the level of each style of headings."""
    found: dict[str, _Style] = {}
    now = _Style()
    for event, tag, element in _elements(styles):
        if event == "start" and tag == "style":
            now = found.setdefault(_value(element, "styleId"), _Style())
        elif event == "start" and tag == "basedOn":
            now.above = _value(element)
        elif event == "start" and tag == "outlineLvl":
            now.level = _outline(_value(element))
        elif event == "start" and tag == "name" and (named := NAMED_HEADING.match(_value(element))):
            now.level = int(named[1])
    return {each: rank for each in found if (rank := _inherited(each, found))}


def _inherited(name: str, styles: dict[str, _Style]) -> int:
    """Return the level of a style, its own or that of one it is based on."""
    for _ in styles:
        style = styles.get(name, _Style())
        if style.level or not style.above:
            return style.level
        name = style.above
    return 0


def _outline(text: str) -> int:
    """Return 1 to 9 for the outline levels 0 to 8; 0 for body text."""
    return int(text) + 1 if text.isdigit() and int(text) < 9 else 0


@dataclass(slots=True)
class _Paragraph:
    """A paragraph while it is read."""

    text: list[str] = field(default_factory=list)
    level: int = 0
    plain: int = 0
    """Signs that are not bold."""
    is_bold: bool = False
    """The run that is being read is."""


def _blocks(data: bytes, levels: dict[str, int]) -> Iterator[Block]:
    open_: list[_Paragraph] = []
    left_out = 0
    for event, tag, element in _elements(data):
        if tag in LEFT_OUT:
            left_out += 1 if event == "start" else -1
        elif left_out:
            continue
        elif event == "start" and tag == "p":
            open_.append(_Paragraph())
        elif event == "start" and tag == "r" and open_:
            open_[-1].is_bold = False
        elif event == "end" and open_:
            if tag == "p":
                yield _block(open_.pop())
                element.clear()
            else:
                _add(open_[-1], tag, element, levels)


def _add(to: _Paragraph, tag: str, element: ElementTree.Element, levels: dict[str, int]) -> None:
    """Add what an element inside a paragraph says."""
    match tag:
        case "t":
            text = element.text or ""
            to.text.append(text)
            to.plain += 0 if to.is_bold else len(text.strip())
        case "tab" | "br" | "cr" | "ptab":
            to.text.append(" ")
        case "noBreakHyphen":
            to.text.append("-")
        case "b":
            to.is_bold = _value(element) not in ("0", "false", "off")
        case "pStyle":
            to.level = to.level or levels.get(_value(element), 0)
        case "outlineLvl":
            to.level = _outline(_value(element)) or to.level


def _block(paragraph: _Paragraph) -> Block:
    text = "".join(paragraph.text)
    is_bold = bool(text.strip()) and not paragraph.plain
    return Block(text, paragraph.level or level(Line(text.strip(), 0.0, is_bold), 0.0))

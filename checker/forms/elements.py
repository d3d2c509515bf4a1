"""An XML part as a tree of elements that know at which bytes they stand, so that a change touches no other byte."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat

from checker.errors import BadSubmission
from checker.forms.complaints import bad_form

DEEPEST = 400
"""Elements inside each other; Word itself writes a few dozen."""
PREFIXES = MappingProxyType(
    {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
        "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
        "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
        "http://schemas.microsoft.com/office/word/2012/wordml": "w15",
        "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
        "http://www.w3.org/XML/1998/namespace": "xml",
    }
)
"""Our short name of a namespace, whatever the file calls it."""
_TAG = re.compile(rb"<[^\"'>]*(?:\"[^\"]*\"[^\"'>]*|'[^']*'[^\"'>]*)*>")
_NAME = re.compile(rb"</?([^\s/>]+)")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")


@dataclass(slots=True, eq=False)
class Element:
    """One element: its name (``w:tc``), its attributes, and the bytes from `start` to `end` with content inside."""

    tag: str
    attributes: dict[str, str]
    start: int
    inner: int
    """Where the content begins."""
    parent: "Element | None"
    close: int = 0
    """Where the content ends."""
    end: int = 0
    children: list["Element"] = field(default_factory=list)
    text: str = ""
    """Directly inside it."""

    def child(self, tag: str) -> "Element | None":
        """Return the first child of that name."""
        return next((each for each in self.children if each.tag == tag), None)

    def at(self, *tags: str) -> "Element | None":
        """Return what is found by going down by these names."""
        found: Element | None = self
        for tag in tags:
            found = found.child(tag) if found else None
        return found

    def all(self, tag: str) -> Iterator["Element"]:
        """Yield every element of that name inside, in the order of the file."""
        for each in self.children:
            if each.tag == tag:
                yield each
            yield from each.all(tag)


def parsed(file: str, data: bytes) -> Element:
    """Return the root element.

    Raises:
        BadSubmission: this is no XML in UTF-8, or XML that no word processor writes.
    """
    said = _ENCODING.match(data.removeprefix(b"\xef\xbb\xbf"))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (
        said and said[1].lower() not in (b"utf-8", b"utf8")
    ):
        raise _bad(file, "its text is not in UTF-8")
    tree = _Tree(file, data)
    try:
        tree.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _bad(file, f"its text is no XML: {error}") from None
    return tree.root


class _Tree:
    """What grows while the parser reads."""

    def __init__(self, file: str, data: bytes) -> None:
        self.file, self.data = file, data
        self.root = Element("", {}, 0, 0, None)
        self.open: list[Element] = []
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        self.parser = parser

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        start = self.parser.CurrentByteIndex
        tag = _TAG.match(self.data, start)
        if tag is None or len(self.open) > DEEPEST:
            raise _bad(self.file, "its text is nested deeper than a word processor writes it")
        named = {_short(key): value for key, value in attributes.items()}
        parent = self.open[-1] if self.open else None
        made = Element(_short(name), named, start, tag.end(), parent)
        if parent is None:
            self.root = made
        else:
            parent.children.append(made)
        self.open.append(made)

    def _end(self, name: str) -> None:
        ended = self.open.pop()
        at = self.parser.CurrentByteIndex
        if is_empty(ended, self.data):
            ended.close = ended.end = ended.inner
        else:
            ended.close, ended.end = at, self.data.index(b">", at) + 1

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def _doctype(self, *args: object) -> None:
        raise _bad(self.file, "its text has a document type, which no word processor writes")


def is_empty(element: Element, data: bytes) -> bool:
    """Return whether it is written as one tag (``<w:p/>``)."""
    return data[element.inner - 2 : element.inner] == b"/>"


def printed_name(element: Element, data: bytes) -> bytes:
    """Return its name as the file writes it."""
    found = _NAME.match(data, element.start)
    assert found, "an element begins with its name"
    return found[1]


def _short(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{PREFIXES.get(space, space)}:{local}" if space else local


def _bad(file: str, message: str) -> BadSubmission:
    return bad_form(file, message, "open it in Word or LibreOffice and save it as .docx")

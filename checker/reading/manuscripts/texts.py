"""The paragraphs and headings of Markdown and of plain text."""

import html
import re
from collections.abc import Iterator

from checker.reading.manuscripts.blocks import Block
from checker.reading.manuscripts.headings import level_by_words
from checker.reading.manuscripts.lines import Line, running_text, without_line_numbers

PAGE_END = "\f"
"""Form feed, as programs that turn a PDF into text write it behind each page."""
FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
LINK = re.compile(
    r"!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s+\"[^\"]*\")?\)(?:\{[^{}]*\})?|\[[^\[\]]*\]|\{[^{}]*\})"
)
NOTE = re.compile(r"\[\^[^\[\]\s]{1,40}\]:?")
EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|`+|~~|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w))")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
START = re.compile(r"\s{0,3}(?:>\s?)*(?:[-*+]\s+|\d{1,3}[.)]\s+)?")
HEADING = re.compile(r" {0,3}(#{1,6})\s+(?=\S)")
ATTRIBUTES = re.compile(r"\{[^{}]*\}$")
UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*$")
RULE_OF_TABLE = re.compile(r"[\s|:+=-]+$")


def markdown(text: str) -> Iterator[Block]:
    """Yield paragraphs and headings without the marks of Markdown; rows of a table are one paragraph."""
    text = _without_comments(FRONT_MATTER.sub("", text.replace("\r\n", "\n"), 1))
    held: list[str] = []
    for line in (*text.split("\n"), ""):
        heading = HEADING.match(line)
        underline = UNDERLINE.match(line)
        if underline and len(held) == 1:
            yield Block(_plain(held.pop()), 1 if underline[1].startswith("=") else 2)
        elif heading or not line.strip():
            yield Block(_plain("\n".join(held)))
            held = []
            if heading:
                words = ATTRIBUTES.sub("", line[heading.end() :].rstrip()).rstrip(" #")
                yield Block(_plain(words), len(heading[1]))
        elif not RULE_OF_TABLE.match(line):
            held.append(START.sub("", line, 1).replace("|", " "))


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join((*kept, text[at:]))


def _plain(text: str) -> str:
    text = NOTE.sub("", TAG.sub("", text))
    text = EMPHASIS.sub("", LINK.sub(r"\1", text))
    return html.unescape(ESCAPED.sub(r"\1", text))


def has_pages(text: str) -> bool:
    """Return whether a plain text says where its pages end."""
    return PAGE_END in text.strip()


def pages_of(text: str) -> list[list[Line]]:
    """Return the running lines of each page of a plain text."""
    pages = text.replace("\r\n", "\n").rstrip(PAGE_END + "\n").split(PAGE_END)
    return running_text([[Line(line) for line in page.split("\n")] for page in pages])


def paragraphs_of(text: str) -> Iterator[Block]:
    """Yield the paragraphs of a plain text, which blank lines part, and the lines that are called like a section."""
    (lines,) = without_line_numbers(
        [[Line(each) for each in text.replace("\r\n", "\n").split("\n")]]
    )
    held: list[str] = []
    for line in (*(each.text for each in lines), ""):
        rank = level_by_words(line)
        if line.strip() and not rank:
            held.append(line)
            continue
        yield Block("\n".join(held))
        held = []
        yield Block(line, rank)

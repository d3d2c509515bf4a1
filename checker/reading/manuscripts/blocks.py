"""What paragraphs and headings, or lines of pages, become: one running text with the places in it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from checker.model.manuscript import Heading, Manuscript
from checker.reading.manuscripts.headings import body_size, is_main, level
from checker.reading.manuscripts.lines import Line


class Block(NamedTuple):
    """A paragraph, or a heading of that level."""

    text: str
    level: int = 0


def of_blocks(blocks: Iterable[Block], file: str, sha256: str) -> Manuscript:
    """Return a manuscript without pages; blocks without text are left out."""
    texts: list[str] = []
    headings: list[Heading] = []
    paragraphs: list[int] = []
    at = 0
    for each in blocks:
        if not (text := each.text.strip()):
            continue
        if each.level:
            headings.append(Heading(at, each.level, " ".join(text.split())))
        else:
            paragraphs.append(at)
        texts.append(text)
        at += len(text) + 2
    return Manuscript(
        file=file,
        sha256=sha256,
        text="\n\n".join(texts),
        headings=tuple(_without_title(headings)),
        paragraphs=tuple(paragraphs),
    )


def _without_title(headings: Sequence[Heading]) -> Sequence[Heading]:
    """Return the headings without the title of the paper: the first, above all others and called like no section."""
    others = [each.level for each in headings[1:]]
    is_title = others and headings[0].level < min(others) and not is_main(headings[0].text)
    return headings[1:] if is_title else headings


def of_pages(pages: Sequence[Sequence[Line]], file: str, sha256: str) -> Manuscript:
    """Return a manuscript with pages; headings are the lines that stand out, or are called like one."""
    body = body_size(line for page in pages for line in page)
    texts: list[str] = []
    begins: list[int] = []
    headings: list[Heading] = []
    at = 0
    for page in pages:
        begins.append(at)
        before: Line | None = None
        for line in page:
            if rank := level(line, body):
                _add_heading(headings, Heading(at, rank, " ".join(line.text.split())), before, line)
            before = line if rank else None
            texts.append(line.text)
            at += len(line.text) + 1
    return Manuscript(
        file=file,
        sha256=sha256,
        text="\n".join(texts),
        pages=tuple(begins),
        headings=tuple(headings),
    )


def _add_heading(headings: list[Heading], found: Heading, before: Line | None, line: Line) -> None:
    """Add a heading; one that goes on from the line before, printed alike, is the same heading."""
    goes_on = before is not None and found.level == headings[-1].level == 2
    if goes_on and before is not None and (before.size, before.bold) == (line.size, line.bold):
        last = headings[-1]
        headings[-1] = last._replace(text=f"{last.text} {found.text}")
    else:
        headings.append(found)

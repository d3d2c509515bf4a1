"""A manuscript that was read: its running text, and where pages, headings and paragraphs begin in it."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple


class Heading(NamedTuple):
    """A heading, and where it stands in the text."""

    at: int
    level: int
    """1 for a main section such as Methods."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """Running text in reading order: no running headers and footers, no line numbers; lines end as they do in print."""

    file: str
    """Name for messages and reports."""
    sha256: str
    text: str
    pages: tuple[int, ...] = ()
    """Where each page begins in the text; none: the file has no pages."""
    headings: tuple[Heading, ...] = ()
    """As far as they could be told from the text around them, in order."""
    paragraphs: tuple[int, ...] = ()
    """Where each paragraph begins; none where the file has pages."""

    def page(self, at: int) -> int | None:
        """Return the page of a place in the text, from 1; None: the file has no pages."""
        return bisect_right(self.pages, at) if self.pages else None

    def paragraph(self, at: int) -> int | None:
        """Return the number of the paragraph below its last heading, from 1; None: it is not known."""
        if not self.paragraphs:
            return None
        above = [each.at for each in self.headings if each.at <= at]
        first = bisect_right(self.paragraphs, above[-1]) if above else 0
        return max(bisect_right(self.paragraphs, at) - first, 1)

    def above(self, at: int) -> tuple[Heading, ...]:
        """Return the headings above a place in the text, outermost first."""
        chain: list[Heading] = []
        for each in self.headings:
            if each.at > at:
                break
            chain = [*(one for one in chain if one.level < each.level), each]
        return tuple(chain)

    def span(self, heading: Heading) -> tuple[int, int]:
        """Return where the section of a heading begins and ends: at the next heading that is not below it."""
        later = (
            each.at
            for each in self.headings
            if each.at > heading.at and each.level <= heading.level
        )
        return heading.at, next(later, len(self.text))

"""Where the paper says something: as study.yaml tells it, and as it was found in the manuscript."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

TYPED_PAGE = re.compile(
    r"[,;:(]?\s*\b(?:pages?|pp?\.)\s*(?P<first>\d{1,4})(?:\s*(?:-|–|to|and)\s*(?P<last>\d{1,4}))?\b\)?",
    re.IGNORECASE,
)
"""A page that a person typed into a place: ``page 4``, ``pp. 4-5``."""


class Found(StrEnum):
    """What became of a quote."""

    EXACTLY = "exactly"
    """But for case, spaces, line breaks, hyphens between letters and the kind of quotation marks."""
    NEARLY = "nearly"
    """Something like it is there; `Place.text` is what is there."""
    NOT_FOUND = "not_found"
    NOT_LOOKED_UP = "not_looked_up"
    """No manuscript was given, or there is no quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place of the paper. Pages are never typed: they are those of the manuscript that was given."""

    about: str
    """The fact, the group of facts or the item (``tripod_ai_2024/12d``) that it is about."""
    at: str
    """Where study.yaml tells it: ``statements.locations[3]``."""
    section: str = ""
    """Section or table, as study.yaml names it."""
    quote: str = ""
    """The words of the paper, as study.yaml gives them."""
    found: Found = Found.NOT_LOOKED_UP
    manuscript: str = ""
    """Name of the file in which the quote was looked up."""
    pages: tuple[int, ...] = ()
    """Counted from the first page of the file; none: not found, or the file has no pages."""
    times: int = 0
    """How often the quote is there. Once on two pages: it runs over the break between them."""
    heading: str = ""
    """Headings above the (first) place in the manuscript, outermost first: ``Methods, Outcome``."""
    paragraph: int | None = None
    """Below the last heading, counted from 1, where the file has no pages."""
    text: str = ""
    """What is there instead, where the quote was found nearly."""
    alike: float | None = None
    """Share of the signs that agree, 0 to 1, of the most similar passage; None: the quote is there, or was not
    looked for.
    """
    as_said: bool | None = None
    """Whether it stands in the section and on the page that study.yaml names; None: that cannot be told."""

    @property
    def words(self) -> str:
        """Return the place as a person writes it, without any verdict: ``Methods, Outcome, page 7``.

        A page that was typed gives way to the one that was found. Where nothing tells a place it is the quote.
        """
        section = self.section
        if self.pages or self.paragraph is not None:
            section = TYPED_PAGE.sub("", section).strip(" ,;:.") or self.heading
        return ", ".join(each for each in (section, self.position) if each) or self.quote

    @property
    def position(self) -> str:
        """Return where it was found: ``page 7``, ``pages 7 and 12``, ``pages 7 to 8``, ``paragraph 3``; or nothing."""
        if self.pages:
            return _pages(self.pages, over_a_break=self.times == 1)
        return "" if self.paragraph is None else f"paragraph {self.paragraph}"

    @property
    def verdict(self) -> str:
        """Return what became of the quote, where a reader must know: empty if it was found, or not looked up."""
        match self.found:
            case Found.NEARLY:
                return f"quote found nearly, {percent(self.alike or 0.0)} alike"
            case Found.NOT_FOUND:
                return f"quote not found in {self.manuscript}"
            case _:
                return ""


def percent(share: float) -> str:
    """Return a share as whole percent, below 100 unless it is all."""
    return f"{min(round(100 * share), 99 if share < 1 else 100)} %"


def joined(places: Iterable[Place]) -> str:
    """Return several places as one text, each once."""
    return "; ".join(dict.fromkeys(each.words for each in places))


def _pages(pages: tuple[int, ...], *, over_a_break: bool) -> str:
    if len(pages) == 1:
        return f"page {pages[0]}"
    if over_a_break:
        return f"pages {pages[0]} to {pages[-1]}"
    return f"pages {', '.join(map(str, pages[:-1]))} and {pages[-1]}"

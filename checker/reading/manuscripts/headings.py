"""Which lines of a manuscript are headings, and whether a heading is the section that a person names."""

import re
from collections import Counter
from collections.abc import Iterable

from checker.reading.manuscripts.lines import Line

SECTIONS = {
    "abstract": ("abstract", "summary"),
    "introduction": ("introduction", "background"),
    "methods": (
        "methods",
        "method",
        "methodology",
        "materials and methods",
        "material and methods",
        "methods and materials",
        "patients and methods",
        "subjects and methods",
        "participants and methods",
        "methods and analysis",
    ),
    "results": ("results", "findings"),
    "results and discussion": ("results and discussion",),
    "discussion": ("discussion", "interpretation"),
    "conclusion": ("conclusion", "conclusions"),
    "references": ("references", "bibliography", "literature cited"),
    "acknowledgements": (
        "acknowledgements",
        "acknowledgments",
        "acknowledgement",
        "acknowledgment",
    ),
    "supplement": (
        "supplement",
        "supplementary material",
        "supplementary materials",
        "supplementary information",
        "supporting information",
        "appendix",
    ),
    "declarations": ("declarations", "funding", "data availability", "ethics statement"),
}
"""Main sections of papers, under the names that they go by."""
MAIN = {name: section for section, names in SECTIONS.items() for name in names}
NUMBER = re.compile(r"([1-9]\d?(?:\.[1-9]\d?){0,3})\.?\s+(?=\S)|([IVX]{1,5})\.\s+(?=\S)")
LONGEST, MOST_WORDS = 90, 12
"""Of a heading."""
LARGER = 1.08
"""Times the size of the running text."""
NO_HEADING = re.compile(
    r"(?:table|figure|fig\.?|box|algorithm|equation)\s*\w{0,4}\b", re.IGNORECASE
)


def plain_heading(text: str) -> str:
    """Return a heading without its number, in small letters: ``study cohort`` of ``2.1 Study cohort``."""
    return " ".join(NUMBER.sub("", text.strip(), 1).casefold().strip(" .:").split())


def is_main(text: str) -> bool:
    """Return whether a heading is called like a main section of a paper."""
    return plain_heading(text) in MAIN


def level_by_words(text: str) -> int:
    """Return the level of a line that is a heading by its words alone; 0: it is none.

    That is the name of a main section, or a number of several parts (``2.1``) before a few words.
    """
    parts = _parts(text)
    if parts > 1 and _is_short(text) and _begins_large(text):
        return parts
    return 1 if len(text) <= LONGEST and is_main(text) else 0


def _parts(text: str) -> int:
    """Return of how many parts the number of a heading is; 0: it has none."""
    number = NUMBER.match(text.strip())
    return 0 if number is None else (number[1] or "").count(".") + 1


def _begins_large(text: str) -> bool:
    return NUMBER.sub("", text.strip(), 1)[:1].isupper()


def body_size(lines: Iterable[Line]) -> float:
    """Return the size in which most of the text is printed; 0: it is not known."""
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return max(sizes, key=lambda each: sizes[each], default=0.0)


def level(line: Line, body: float) -> int:
    """Return the level of a printed line as a heading; 0: it is none.

    Args:
        line: without its line number.
        body: the size of the running text.
    """
    if by_words := level_by_words(line.text):
        return by_words
    stands_out = line.bold or (body > 0 and line.size > LARGER * body)
    if not stands_out or not _is_short(line.text):
        return 0
    return 1 if _parts(line.text) == 1 and _begins_large(line.text) else 2


def _is_short(text: str) -> bool:
    words = text.split()
    letters = sum(each.isalpha() for each in text)
    return (
        len(text) <= LONGEST
        and len(words) <= MOST_WORDS
        and letters > len(text) / 2
        and not text.rstrip().endswith((".", ",", ";", "-", "\u2010"))
        and (text.strip()[:1].isupper() or text.strip()[:1].isdigit())
        and not NO_HEADING.match(text.strip())
    )


def means(name: str, heading: str) -> bool:
    """Return whether a heading is the section that a person names.

    The main sections go by several names; of other headings it is enough that one holds the other.
    """
    wanted, there = plain_heading(name), plain_heading(heading)
    if not wanted or not there:
        return False
    if wanted in MAIN or there in MAIN:
        return MAIN.get(wanted, wanted) == MAIN.get(there, there)
    return f" {wanted} " in f" {there} " or f" {there} " in f" {wanted} "

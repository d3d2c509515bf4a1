"""What the columns of a form are for, by their headings: the place, a tick under Yes, No or NA, the reason."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from checker.forms.tables import Row, Table

LONGEST_HEADING = 160
"""Signs; what is longer is text."""


class Role(StrEnum):
    """What is written into a column."""

    PLACE = "place"
    """Where it is reported, in full."""
    SECTION = "section"
    """The section alone, beside a column for the page."""
    YES = "yes"
    NO = "no"
    NA = "na"
    CHOICE = "choice"
    """One of yes, no and not applicable, as a word or as a box."""
    REASON = "reason"
    DEVELOPMENT = "development"
    """Which studies an item is for: printed by the form, never written."""


_PLACE = re.compile(
    r"\bpages?\b|\bpg\b|\bp\.|\blocation\b|\blines?\b|\bwhere\b|\breported (?:on|in|at)\b|"
    r"\bmanuscript (?:section|location)|\bsection (?:reported|in (?:the )?manuscript)"
)
_PAGE = re.compile(r"\bpages?\b|\breported (?:on|in|at)\b")
_SECTION = re.compile(r"\bsections?\b|\bparagraphs?\b")
_TOPIC = re.compile(r"\btopic|\bchecklist item|\brecommendation|\bdescription|^item\b|^section$")
_REASON = re.compile(
    r"\breasons?\b|\bcomments?\b|\bexplanations?\b|\bjustif|\bif no\b|\bremarks?\b"
)
_DEVELOPMENT = re.compile(r"^d\s*[/;,]?\s*e?$|\bdevelopment\b.*\bevaluation\b")
_NOT_OURS = re.compile(
    r"\b(?:for|by) (?:the )?(?:editor|reviewer)\w*|\b(?:editor|reviewer|journal|office)\w*'? use\b|"
    r"\b(?:editors?|reviewers?|office) only\b"
)
"""Columns that somebody else than the authors fills."""
_SPLIT = re.compile(r"[^a-z]+")
ANSWERS: Mapping[str, Role] = MappingProxyType(
    {"yes": Role.YES, "y": Role.YES, "no": Role.NO, "n": Role.NO, "na": Role.NA}
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table that are written into."""

    roles: Mapping[int, Role] = field(default_factory=dict)
    """Column of the grid to what it is for."""
    headings: Mapping[int, str] = field(default_factory=dict)

    def of(self, *roles: Role) -> list[int]:
        """Return the columns with one of these roles, from left to right."""
        return sorted(each for each, role in self.roles.items() if role in roles)

    def beside(self, ids: int, role: Role) -> list[int]:
        """Return the columns of a role, those right of the numbers first: left of them may be another list."""
        return sorted(self.of(role), key=lambda column: column < ids)

    @property
    def can_be_written(self) -> bool:
        """Return whether there is a column for the place or for an answer."""
        return bool(self.of(Role.PLACE, Role.YES, Role.NO, Role.NA, Role.CHOICE))


def headings_of(table: Table, first: int) -> dict[int, tuple[str, ...]]:
    """Return what stands in each column above the first item, from the top; titles across the table are left out."""
    found: dict[int, tuple[str, ...]] = {}
    for row in table.rows:
        if row.number >= first:
            break
        for cell in row.cells:
            if cell.text and cell.span < table.width and len(cell.text) <= LONGEST_HEADING:
                for column in range(cell.column, cell.column + cell.span):
                    found[column] = (*found.get(column, ()), " ".join(cell.text.split()))
    return found


def columns_of(
    headings: Mapping[int, Sequence[str]], ids: Iterable[int], wanted: str = ""
) -> Columns:
    """Return what the columns are for.

    Args:
        headings: column of the grid to its headings, from the top.
        ids: the columns with the numbers of the items, which are never written.
        wanted: a piece of the heading of the place column, if the person named it.
    """
    names = {column: " ".join(dict.fromkeys(texts)) for column, texts in headings.items()}
    left = {column: texts for column, texts in headings.items() if column not in set(ids)}
    roles = {column: role for column, texts in left.items() if (role := _role(texts))}
    if wanted:
        fits = [each for each in left if wanted.casefold() in names[each].casefold()]
        roles = {
            each: role for each, role in roles.items() if role not in (Role.PLACE, Role.SECTION)
        }
        roles |= dict.fromkeys(fits[:1], Role.PLACE)
    return Columns(_settled(roles), names)


def _role(texts: Sequence[str]) -> Role | None:
    lowest = texts[-1].casefold()
    if _NOT_OURS.search(" ".join(texts).casefold()):
        return None
    answers = next((found for each in reversed(texts) if (found := _answers(each))), [])
    if len(answers) == 1:
        return answers[0]
    whole = " ".join(texts).casefold()
    if _DEVELOPMENT.search(lowest):
        return Role.DEVELOPMENT
    if _PLACE.search(whole) and (_PAGE.search(lowest) or not _TOPIC.search(lowest)):
        only = _SECTION.search(whole) and not re.search(r"\bpages?\b|\bpg\b|\blines?\b", whole)
        return Role.SECTION if only else Role.PLACE
    if len(set(answers)) > 1 or _offers(whole):
        return Role.CHOICE
    if _TOPIC.search(lowest):
        return None
    return Role.REASON if _REASON.search(whole) else None


def _answers(heading: str) -> list[Role]:
    """Return the answers if the heading is nothing but answers (``Yes``, ``N/A``, ``Yes / No / NA``)."""
    text = re.sub(r"\bn\s*[./]\s*a\b\.?|\bnot applicable\b", "na", heading.casefold())
    words = [each for each in _SPLIT.split(text) if each]
    if not words or any(word not in ANSWERS for word in words):
        return []
    return [ANSWERS[word] for word in words]


def _offers(heading: str) -> bool:
    """Return whether the heading offers answers among other words (``Reported? (yes/no/na)``)."""
    return bool(re.search(r"\byes\b\W+(?:or\W+)?\bno\b|\by\s*/\s*n\b", heading))


def _settled(roles: Mapping[int, Role]) -> dict[int, Role]:
    """Return the roles once they are seen together.

    ``No`` alone is a number; a column for the section alone is the place where there is no other.
    """
    found = dict(roles)
    if not {Role.YES, Role.NA} & set(found.values()):
        found = {column: role for column, role in found.items() if role is not Role.NO}
    if Role.PLACE not in found.values():
        found = {c: Role.PLACE if r is Role.SECTION else r for c, r in found.items()}
    return found


def empty_column(rows: Sequence[Row], ids: Iterable[int], width: int) -> int | None:
    """Return the only column without text in nearly all these rows, if it stands at the end."""
    taken = set(ids)
    empty = []
    for column in range(width):
        cells = [row.at(column) for row in rows]
        blank = sum(cell is not None and not cell.text for cell in cells)
        if column not in taken and cells and blank >= 0.8 * len(cells):
            empty.append(column)
    return empty[0] if empty == [width - 1] else None

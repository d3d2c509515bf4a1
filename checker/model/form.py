"""A reporting form: what its rows say, ready to be handed in. No verdict, no finding, no score."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from checker.model.report import Status


class Said(StrEnum):
    """What the place column of a row says."""

    PLACE = "place"
    """Where the paper says it."""
    NOT_APPLICABLE = "not_applicable"
    NOT_REPORTED = "not_reported"
    """A person said so."""
    NOWHERE = "nowhere"
    """It is described, and nothing says where the paper does: blank."""
    NOT_DESCRIBED = "not_described"
    """Nobody has described it yet: blank."""


class Where(NamedTuple):
    """One place of the paper, in words for a form."""

    words: str
    """All of it: ``Methods, p. 7``."""
    section: str = ""
    """Without the page."""
    page: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One item of the form."""

    item: str
    section: str
    topic: str
    requirement: str
    """What is asked, in a sentence of our own."""
    said: Said
    places: tuple[Where, ...] = ()
    """Where the paper says it; each place once."""
    reason: str = ""
    """Why it does not apply or is not reported, without a stop at the end."""
    status: Status
    """Never printed on the form; it decides which box is ticked, and what the author is told."""

    @property
    def where(self) -> str:
        """Return the words for a column of the place alone; its reason stands elsewhere."""
        return self._said("; ".join(each.words for each in self.places))

    @property
    def pages(self) -> str:
        """Return the words for a column of pages beside one of sections; a place without a page stands there whole."""
        return self._said("; ".join(dict.fromkeys(each.page or each.words for each in self.places)))

    @property
    def sections(self) -> str:
        """Return the words for a column of sections beside one of pages."""
        if self.said is not Said.PLACE:
            return ""
        return "; ".join(dict.fromkeys(each.section for each in self.places if each.page))

    @property
    def is_part(self) -> bool:
        """Return whether only some of what is asked is described."""
        return self.status is Status.PARTLY

    def _said(self, places: str) -> str:
        match self.said:
            case Said.PLACE:
                return places
            case Said.NOT_APPLICABLE:
                return f"Not applicable ({places})" if places else "Not applicable"
            case Said.NOT_REPORTED:
                return "Not reported"
            case _:
                return ""

    @property
    def words(self) -> str:
        """Return the words for a place column that takes the reason too: ``Not applicable: no update``."""
        return self.with_reason(self.where)

    def with_reason(self, words: str) -> str:
        """Return words for a cell followed by the reason, if there is one: ``Not reported: no dates``."""
        return f"{words}: {self.reason}" if words and self.reason else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The rows of one guideline for one study, in the official order."""

    guideline: str
    title: str
    """Of the guideline."""
    version: str
    year: int
    doi: tuple[str, ...]
    study: str
    """Title of the study; empty where nobody gave one, and where the form is anonymous."""
    anonymous: bool
    hidden: tuple[str, ...] = ()
    """What was taken out of an anonymous form, as it stood."""
    rows: tuple[FormRow, ...]

    @property
    def name(self) -> str:
        """Return the short name of the guideline: ``TRIPOD+AI``."""
        return self.title.split(":")[0].split(" (")[0]

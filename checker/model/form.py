"""A reporting form: what its rows say, ready to be handed in. No verdict, no finding, no score."""

from dataclasses import dataclass
from enum import StrEnum

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


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One item of the form."""

    item: str
    section: str
    topic: str
    requirement: str
    """What is asked, in a sentence of our own."""
    said: Said
    places: tuple[str, ...] = ()
    """Where the paper says it: ``Methods, p. 7``; each place once."""
    reason: str = ""
    """Why it does not apply or is not reported, without a stop at the end."""
    status: Status
    """Never printed on the form; it decides which box is ticked, and what the author is told."""

    @property
    def where(self) -> str:
        """Return the words for a column of the place alone; its reason stands elsewhere."""
        places = "; ".join(self.places)
        match self.said:
            case Said.PLACE:
                return places
            case Said.NOT_APPLICABLE:
                return f"Not applicable ({places})" if places else "Not applicable"
            case Said.NOT_REPORTED:
                return f"Not reported ({places})" if places else "Not reported"
            case _:
                return ""

    @property
    def words(self) -> str:
        """Return the words for a place column that takes the reason too: ``Not applicable: no update``."""
        if self.reason and self.said in (Said.NOT_APPLICABLE, Said.NOT_REPORTED):
            return f"{self.where}: {self.reason}"
        return self.where


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

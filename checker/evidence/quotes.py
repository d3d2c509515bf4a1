"""Evidence about the quotes of the paper that the description gives."""

from collections.abc import Sequence

from checker.evidence.base import evidence
from checker.model.place import Found, Place
from checker.needs import DoesNotApply, NotEstablished


@evidence
def quoted_places(told_places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the places with a quote, and what became of each in the manuscript.

    Raises:
        DoesNotApply: no quote is given.
        NotEstablished: no manuscript was given.
    """
    quoted = tuple(each for each in told_places if each.quote)
    if not quoted:
        raise DoesNotApply("no quote of the paper is given")
    if any(each.found is Found.NOT_LOOKED_UP for each in quoted):
        raise NotEstablished(
            "no manuscript was given to look the quotes up in (statements.manuscript, or --manuscript FILE)"
        )
    return quoted

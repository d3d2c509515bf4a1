"""The places of the paper that a description tells, and its quotes looked up in the manuscript."""

from checker.model.place import Place
from checker.model.study import Study
from checker.reading.documents import dotted


def told_places(study: Study) -> tuple[Place, ...]:
    """Return every place that the description tells, in its order; nothing is looked up."""
    return tuple(
        Place(
            about=each.about,
            at=dotted(("statements", "locations", i)),
            section=" ".join((each.place or "").split()),
            quote=" ".join((each.quote or "").split()),
        )
        for i, each in enumerate(study.statements.locations or ())
    )

"""Facts of the section `intended_use`: for whom, when and by whom the model is meant to be used."""

from typing import Annotated, Literal

from checker.model.study.marks import (
    Described,
    Fraction,
    Moment,
    NotNegative,
    Setting,
    Texts,
    Unit,
    When,
)


class IntendedUse(Described):
    """For whom, when and by whom the model is meant to be used."""

    purpose: str | None = None
    """What the model is for and which decision it serves."""
    population: str | None = None
    """The people it is meant for."""
    outcome: str | None = None
    """The outcome that matters for this use."""
    setting: tuple[Setting, ...] | None = None
    """Where it will be used."""
    moment: Moment | None = None
    """The moment of prediction; the values are in order of time."""
    pathway: str | None = None
    """Its place in the care pathway, and what changes."""
    users: Texts | None = None
    """Who operates it."""
    expertise: str | None = None
    """Skill the users need."""
    novelty: Literal["new", "established"] | None = None
    """Is it a new test or one already in use."""
    prevalence: Fraction | None = None
    """Share of the intended population that has the outcome."""
    false_positives_per_case: Annotated[
        NotNegative | None, Unit("marks per case"), When("evaluations.task", "detection")
    ] = None
    """False marks per case that users would accept."""

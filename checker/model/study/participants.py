"""Facts of the section `participants`: who could take part and who was left out."""

from typing import Annotated, Literal

from checker.model.study.marks import Count, Described, Texts, Unit, When

TREATED = When("participants.treatment_matters", True)


class Participants(Described):
    """Who could take part and who was left out."""

    inclusion: Texts | None = None
    """Inclusion criteria for people."""
    exclusion: Texts | None = None
    """Exclusion criteria for people."""
    data_exclusion: Texts | None = None
    """Criteria for images or records (quality, missing phase)."""
    criteria_rationale: str | None = None
    """Why these criteria."""
    identified_by: str | None = None
    """What made people candidates (symptoms, earlier test, registry)."""
    outcome_at_entry: Annotated[bool | None, When("study.question", "prognostic")] = None
    """Some people had the predicted outcome already at entry."""
    excluded_for_quality: Annotated[Count | None, Unit("patients")] = None
    """Patients left out because of poor images; 0 means none."""
    treatment_matters: bool | None = None
    """Treatments could change inputs or outcome."""
    treatments: Annotated[str | None, TREATED] = None
    """Treatments, also between test and reference, and how the analysis dealt with them."""
    treatment_assignment: Annotated[
        Literal["randomised", "routine_choice", "routine_choice_adjusted"] | None, TREATED
    ] = None
    """How people came to the treatments that the model compares."""

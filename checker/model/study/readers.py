"""Facts of the section `readers`: people who read with or against the model."""

from typing import Annotated, Literal

from checker.model.study.marks import Count, Described, NotNegative, Unit, When

ReaderDesign = Literal[
    "model_against_readers", "sequential", "crossover", "separate_readers", "live_use"
]


class Readers(Described):
    """People who read with or against the model, in a reader study or in first clinical use."""

    count: Annotated[Count | None, Unit("people")] = None
    """Readers or users."""
    recruitment: str | None = None
    """How they were recruited, by which criteria, and how their number was set."""
    characteristics: str | None = None
    """Profession, experience, demographics."""
    training: str | None = None
    """How they got to know the system."""
    presentation: str | None = None
    """How the model's output was shown to them."""
    workflow: str | None = None
    """Moment of use, who took the final decision and how."""
    design: ReaderDesign | None = None
    """How readings with and without the model were arranged; model_against_readers has no aided
    reading.
    """
    washout_days: Annotated[
        NotNegative | None, Unit("days"), When("readers.design", "crossover")
    ] = None
    """Time between two readings of the same case."""
    random: Literal["these_readers", "readers_like_these"] | None = None
    """What the conclusion is meant to hold for."""
    human_factors: str | None = None
    """Human factors methods and use cases."""
    exposure: str | None = None
    """How much and how the system was used."""
    agreement_with_model: str | None = None
    """How often, when and why users followed or overruled it."""
    usability: str | None = None
    """Usability result against a recognised standard."""
    learning_curve: str | None = None
    """How performance changed with practice."""

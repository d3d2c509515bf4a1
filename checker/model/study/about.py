"""Facts of the section `study`: what the study is and why it was done."""

from typing import Literal

from pydantic import Field

from checker.model.study.marks import Described, Texts

TitlePart = Literal["technique", "task", "outcome", "population", "design", "modality"]
StudyType = Literal["development", "evaluation", "development_and_evaluation", "update"]
Question = Literal["diagnostic", "prognostic", "other"]
Stage = Literal["offline", "silent_live", "early_live", "randomised_trial", "routine_use"]


class Background(Described):
    """The clinical situation and why the work was needed."""

    context: str | None = None
    """The clinical situation."""
    practice: str | None = None
    """How it is handled today."""
    gap: str | None = None
    """What is not known or not solved."""
    rationale: str | None = None
    """Why this model was worth building or testing."""
    earlier_models: Texts | None = None
    """Earlier models for the same purpose, with citations."""
    inequalities: str | None = None
    """Known differences in care or outcome between social or demographic groups."""


class About(Described):
    """What the study is and why it was done."""

    title: str | None = None
    """Title as printed."""
    title_names: tuple[TitlePart, ...] | None = None
    """What the title tells the reader."""
    abstract: str | None = None
    """The abstract, or the file that holds it."""
    keywords: Texts | None = None
    """Keywords as printed."""
    type: StudyType | None = None
    """Was a model built, tested, both, or an existing one updated. Decides which items and
    questions apply.
    """
    question: Question | None = None
    """Is a present condition told (diagnostic) or a future one (prognostic)."""
    stage: Stage | None = None
    """How near to patients the work is; silent_live runs in the clinic without being seen."""
    clinical_trial: bool | None = None
    """The study is a clinical trial in the sense of trial registries."""
    timing: Literal["prospective", "retrospective", "both"] | None = None
    """Were data planned before the tests were done (prospective) or gathered afterwards."""
    goal: str | None = None
    """Kind of study in the authors' words (model building, feasibility, non-inferiority ...)."""
    technique: str | None = None
    """The AI technique by name, as given in title or abstract."""
    aims: str | None = None
    """Aims of the study."""
    hypotheses: str | None = None
    """Hypotheses fixed beforehand."""
    background: Background = Field(default_factory=Background)
    """The clinical situation and why the work was needed."""

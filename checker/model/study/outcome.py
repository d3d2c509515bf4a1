"""Facts of the section `outcome`: what is predicted and how the truth was established."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.study.marks import Count, Described, NotNegative, Texts, Unit, When

Target = Literal[
    "disease_state", "image_finding", "measurement", "treatment_response", "future_event"
]
ReferenceStandard = Literal[
    "histology",
    "imaging_criteria",
    "manual_annotation",
    "expert_reading",
    "composite",
    "follow_up",
    "clinical_event",
    "report_text",
    "laboratory",
    "measurement",
    "registry",
]
LabelSource = Literal[
    "clinical_routine", "study_annotation", "report_extraction", "supplied_with_data"
]
Combined = Literal["one_reader", "majority", "consensus", "adjudicated", "averaged", "kept_apart"]
LabelBlinding = Literal["blinded", "blinded_to_model", "independent", "not_blinded"]

ANNOTATED = When("outcome.human_annotation", True)
DIAGNOSTIC = When("study.question", "diagnostic")


class Annotators(Described):
    """The people who set the labels."""

    count: Annotated[Count | None, Unit("people"), ANNOTATED] = None
    """Annotators per case."""
    combined: Annotated[Combined | None, ANNOTATED] = None
    """How their labels became one."""
    experts: Annotated[bool | None, ANNOTATED] = None
    """They are experts in the field."""
    qualifications: Annotated[str | None, ANNOTATED] = None
    """Their training and experience."""
    demographics: Annotated[str | None, When("outcome.subjective", True)] = None
    """Their demographic profile."""
    instructions: Annotated[str | None, ANNOTATED] = None
    """Instructions they were given."""


class TimeToReference(Described):
    """The time between input and reference standard."""

    median_days: Annotated[NotNegative | None, Unit("days"), DIAGNOSTIC] = None
    """Median time between input and reference."""
    max_days: Annotated[NotNegative | None, Unit("days"), DIAGNOSTIC] = None
    """Longest time between input and reference."""
    limit_days: Annotated[NotNegative | None, Unit("days"), DIAGNOSTIC] = None
    """Longest time the protocol accepts."""


class Outcome(Described):
    """What is predicted and how the truth was established (reference standard)."""

    definition: str | None = None
    """What is predicted."""
    target: Target | None = None
    """What kind of thing is predicted. The image itself may be the reference for an image
    finding.
    """
    components: Texts | None = None
    """Parts of a composite outcome; empty if not composite."""
    horizon_days: Annotated[
        NotNegative | None, Unit("days"), When("study.question", "prognostic")
    ] = None
    """Prediction window."""
    reference_standard: ReferenceStandard | None = None
    """What decides the truth. How several readers became one label is
    outcome.annotators.combined.
    """
    measurement: str | None = None
    """How it was established, so that others could repeat it."""
    rationale: str | None = None
    """Why this outcome and reference standard."""
    limitations: str | None = None
    """Known errors and limits of the reference standard."""
    alternatives_exist: bool | None = None
    """Other reference standards exist for this condition."""
    standard: str | None = None
    """Guideline or accepted definition that was used, by name; "none" if own."""
    prespecified: bool | None = None
    """Definition and cut-offs were fixed before the results were known."""
    cutoffs: str | None = None
    """Cut-offs or classes of the reference standard."""
    includes_predictors: bool | None = None
    """The label was made from the model's own inputs."""
    subjective: bool | None = None
    """The label depends on a reader's judgement."""
    label_source: LabelSource | None = None
    """How labels came to the data."""
    human_annotation: bool | None = None
    """People annotated the data for this study or its source."""
    annotators: Annotators = Field(default_factory=Annotators)
    """The people who set the labels."""
    annotation_tools: Annotated[str | None, ANNOTATED] = None
    """Annotation software and version."""
    test_annotation: str | None = None
    """How the test set was annotated."""
    agreement: Annotated[str | None, ANNOTATED] = None
    """Agreement between annotators: statistic and value."""
    adjudication: Annotated[str | None, ANNOTATED] = None
    """How disagreements were settled."""
    blinding: LabelBlinding | None = None
    """Did those who set the label know inputs or model result. "blinded" is to both,
    "blinded_to_model" saw the inputs only, "independent" is another laboratory or a hard
    endpoint.
    """
    verification: Literal["same_for_all", "differential", "partial"] | None = None
    """Did all people get the same work-up."""
    same_across_groups: bool | None = None
    """The outcome was established alike in all social and demographic groups."""
    interval: TimeToReference = Field(default_factory=TimeToReference)
    """The time between input and reference standard."""

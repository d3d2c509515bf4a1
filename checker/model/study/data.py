"""Facts of the section `data`: where the data came from and how they were divided."""

from typing import Annotated, Literal

from pydantic import Field

from checker.model.study.dates import Date
from checker.model.study.marks import Count, Described, InsidePath, Role, Setting, Texts, Unit, When

Design = Literal[
    "prospective_cohort",
    "retrospective_cohort",
    "randomised_trial",
    "registry",
    "nested_case_control",
    "case_cohort",
    "case_control",
    "public_repository",
    "mixed",
]
SplitMethod = Literal[
    "none",
    "random",
    "stratified_random",
    "temporal",
    "geographic",
    "predefined",
    "cross_validation",
    "bootstrap",
]
SplitUnit = Literal["site", "patient", "exam", "lesion", "image", "slice", "patch"]
Safeguard = Literal[
    "split_before_processing",
    "duplicates_searched",
    "public_overlap_searched",
    "test_set_used_once",
    "fitted_on_training_only",
]

SAMPLED_ON_OUTCOME = When(
    "data.sources.design", "nested_case_control", "case_cohort", "case_control"
)
FROM_REPOSITORY = When("data.sources.origin", "repository")
CLASSES_COUNTED = When("evaluations.task", "multiclass", "ordinal", "detection")
SPLIT = When(
    "data.split.method",
    "random",
    "stratified_random",
    "temporal",
    "geographic",
    "predefined",
    "cross_validation",
    "bootstrap",
)
SPLIT_BY_US = When(
    "data.split.method", "random", "stratified_random", "temporal", "geographic", "cross_validation"
)
SPLIT_AT_RANDOM = When(
    "data.split.method", "random", "stratified_random", "cross_validation", "bootstrap"
)


class Source(Described):
    """One source of data."""

    name: str
    """Short name, used by partitions."""
    design: Design | None = None
    """Design behind this source. case_control includes two-gate diagnostic designs (known cases
    against separate controls).
    """
    controls: Annotated[
        Literal["healthy", "other_disease", "mixed"] | None,
        When("data.sources.design", "case_control"),
    ] = None
    """Who the people without the outcome are."""
    origin: Literal["routine", "purpose_collected", "repository", "synthetic"] | None = None
    """Why the data exist."""
    sampling: Literal["consecutive", "random", "convenience", "selected_archive"] | None = None
    """How people were picked."""
    sampling_weights: Annotated[bool | None, SAMPLED_ON_OUTCOME] = None
    """Sampling on the outcome was corrected by weights."""
    documented: bool | None = None
    """It is documented how these data were collected and measured."""
    centres: Texts | None = None
    """Contributing centres. Sister hospitals with shared scanners and patients count as one."""
    countries: Texts | None = None
    """Countries, written in full."""
    low_middle_income: bool | None = None
    """Patients from low- or middle-income countries are included."""
    setting: tuple[Setting, ...] | None = None
    """Care setting of the source."""
    start: Date | None = None
    """First inclusion."""
    end: Date | None = None
    """Last inclusion."""
    followup_end: Annotated[Date | None, When("study.question", "prognostic")] = None
    """End of follow-up."""
    url: Annotated[str | None, FROM_REPOSITORY] = None
    """Link or citation of a public source."""
    licence: Annotated[str | None, FROM_REPOSITORY] = None
    """Terms of a public source."""


class Subset(Described):
    """The part of the extracted images, regions or text that entered the model."""

    used: bool | None = None
    """Only part of the extracted images, regions or text entered the model."""
    method: Annotated[str | None, When("data.subset.used", True)] = None
    """How that part was picked, by whom or by which tool."""


class Partition(Described):
    """One of the parts the data were divided into."""

    name: str
    """Short name, used by evaluations."""
    role: Role | None = None
    """What the part was used for; cross_validation is one part scored out of fold. Another
    institution makes a test external, a random hold-out does not. A later period at the same
    institution is external (temporal) for TRIPOD+AI and PROBAST+AI, internal for CLAIM.
    """
    source: str | None = None
    """Name of its source. Centres, countries, setting and dates are taken from there."""
    patients: Annotated[Count | None, Unit("patients")] = None
    """Patients in the part."""
    exams: Annotated[Count | None, Unit("examinations")] = None
    """Examinations in the part."""
    lesions: Annotated[Count | None, Unit("lesions")] = None
    """Lesions in the part, if lesions are scored."""
    images: Annotated[Count | None, Unit("images")] = None
    """Images or slices in the part, if these are scored."""
    events: Annotated[Count | None, Unit("patients")] = None
    """Patients with the outcome."""
    non_events: Annotated[Count | None, Unit("patients")] = None
    """Patients without the outcome. May be left out when it is patients minus events."""
    classes: Annotated[dict[str, str] | None, CLASSES_COUNTED] = None
    """Class to the number of patients (lesions, if these are scored)."""
    centres: Texts | None = None
    """Only if fewer than those of the source."""
    start: Date | None = None
    """Only if narrower than that of the source."""
    end: Date | None = None
    """Only if narrower than that of the source."""
    cases: InsidePath | None = None
    """Table of the cases in the part, whether scored or not: case, patient, and where known
    exam, centre, date, outcome, image hash, groups. Ids may be replaced by hashes. With it,
    patients and images shared between parts, duplicates, dates against the split and group
    sizes can be counted for training data too.
    """
    differs: dict[str, object] | None = None
    """Facts of participants, predictors, outcome or analysis that are different in this part,
    for example outcome.reference_standard or analysis.missing.fraction.
    """


class Split(Described):
    """How the parts were made."""

    method: SplitMethod | None = None
    """How the parts were made."""
    unit: Annotated[SplitUnit | None, SPLIT] = None
    """What is never in two parts at once."""
    proportions: Annotated[str | None, SPLIT_BY_US] = None
    """Shares of the parts and the reason for them."""
    seed: Annotated[int | None, SPLIT_AT_RANDOM] = None
    """Random seed of the split."""
    safeguards: tuple[Safeguard, ...] | None = None
    """What was done so that nothing of the test part reached training."""


class Data(Described):
    """Where the data came from and how they were divided."""

    sources: tuple[Source, ...] | None = None
    """Where data came from, one entry per source."""
    rationale: str | None = None
    """Why these sources were chosen."""
    representativeness: str | None = None
    """How well the data stand for the intended population."""
    earlier_use: str | None = None
    """Earlier papers that used the same data, and how this one differs."""
    quality_checks: Texts | None = None
    """Checks made on the data."""
    deidentification: str | None = None
    """How identifying information was removed, and under which rules."""
    subset: Subset = Field(default_factory=Subset)
    """The part of the extracted images, regions or text that entered the model."""
    partitions: tuple[Partition, ...] | None = None
    """The parts the data were divided into, one entry per part."""
    partition_differences: str | None = None
    """How the parts differ in setting, eligibility, outcome, inputs or people."""
    split: Split = Field(default_factory=Split)
    """How the parts were made."""

"""Which columns of a table hold what, for each task, and what else is said about them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

DESCRIPTION: Mapping[str, str] = MappingProxyType({
    "positive": "positive:",
    "order": "classes:",
    "class": "columns:",
    "event": "event:",
    "competing": "competing_events:",
    "baseline": "versus: of a claim",
    "scale": "scale:",
    "cutoffs": "cutoffs:",
    "replicate": "columns: {replicate: NAME}",
    "patient": "columns: {patient: NAME}",
    "reference": "columns: {reference: NAME}",
    "measured": "columns: {measured: NAME}",
    "compare": "compared_scores:",
    "where": "another table with one of them",
    "treatment": "treatment_risk_columns:",
    "at_covariate": "at: of a claim on a reference limit",
    "hit": "hit:",
    "scans": "cases:",
    "lesions": "reference:",
    "column": "columns:",
})  # fmt: skip
"""What stands before a value where it is said in study.yaml."""
COMMAND_LINE: Mapping[str, str] = MappingProxyType({
    "positive": "--positive",
    "order": "--order",
    "class": "--class",
    "event": "--event-value",
    "competing": "--competing",
    "baseline": "--baseline",
    "scale": "--scale",
    "cutoffs": "--cutoff",
    "replicate": "--replicate",
    "patient": "--patient",
    "reference": "--reference",
    "measured": "--measured",
    "compare": "--compare",
    "where": "--where",
    "treatment": "--treatment-risk",
    "at_covariate": "--at-covariate",
    "hit": "--hit",
    "scans": "--scans",
    "lesions": "--lesions",
    "column": "--column",
})  # fmt: skip
"""The same on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskColumns:
    """What tables of all tasks have: whose the rows are, and which of them are read."""

    case: str | None = None
    patient: str | None = None
    groups: Sequence[str] = ()
    fold: str | None = None
    """Column of the fold whose model scored the row while it was left out."""
    fold_said: bool = True
    """Somebody named it as that; otherwise it is only called so."""
    where: Sequence[tuple[str, str]] = ()
    """Only rows are read in which each of these columns has this value."""
    written: Mapping[str, str] = field(default_factory=lambda: DESCRIPTION)
    """How hints say where something is written: `DESCRIPTION` or `COMMAND_LINE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MulticlassColumns(TaskColumns):
    """An outcome with several classes, and the probability of each."""

    outcome: str
    risks: Mapping[str, str]
    """Class to its column, in the order of the classes; the first is the one others are compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalColumns(TaskColumns):
    """An outcome with classes in order, and what was predicted: a score, a class or a probability of each class."""

    outcome: str
    score: str | None = None
    decision: str | None = None
    risks: Mapping[str, str] = field(default_factory=dict)
    """Class to its column."""
    order: Sequence[str] = ()
    """Classes from the lowest to the highest; empty: as their numbers or letters tell."""
    lower_is_positive: bool = False
    """A lower score means a higher class."""
    compared: Sequence[str] = ()
    """Further scores of the same cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalColumns(TaskColumns):
    """Follow-up, and what was predicted: a score, or the risk by each of several horizons."""

    time: str
    event: str
    score: str | None = None
    risks: Mapping[float, str] = field(default_factory=dict)
    """Horizon to its column."""
    horizons: Sequence[float] = ()
    """Further ones."""
    unit_days: float | None = None
    """Days in the unit of the time column; None: times and horizons have one unit, whichever it is."""
    unit: str = ""
    """Name of the unit of the horizons."""
    outcome: str | None = None
    """Value of the event column that means the outcome; None: 1 (or true, yes)."""
    competing: Sequence[str] = ()
    """Values of the event column that mean a competing event."""
    treatment: str | None = None
    treatment_risks: Mapping[str, str] = field(default_factory=dict)
    """Treatment to the column of the risk under it."""
    thresholds: Sequence[float] = ()
    """Threshold probabilities at which there is a net benefit."""
    lower_is_positive: bool = False
    """A lower score means a higher risk."""
    compared: Sequence[str] = ()
    """Further scores of the same cases."""
    cutoffs: Sequence[float] = ()
    """Of the score as submitted (of the risk by the largest horizon, where there is no score) into risk groups."""
    risk_group: str | None = None
    """Column that names the risk group."""
    order: Sequence[str] = ()
    """Risk groups of that column from the lowest to the highest; empty: as their names tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements(TaskColumns):
    """A continuous measurement and its reference, however they lie in the table."""

    reference: str
    measured: str
    covariate: str | None = None
    replicate: str | None = None
    compared: Sequence[str] = ()
    """Further measurements of the same cases."""
    unit: str = ""
    """Of the measurement."""
    cutoffs: Sequence[float] = ()
    """From each on, a value is of the next grade."""
    options: Mapping[str, object] = field(default_factory=dict)
    """What else metrics of the task name."""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementColumns(Measurements):
    """One row for each pair: `reference`, `measured` and `compared` are columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LongAgreementColumns(Measurements):
    """One row for each value: `reference`, `measured` and `compared` are names in the column of the method."""

    method: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Columns from which one method's response to treatment follows."""

    baseline: str | None = None
    """Sum before treatment; None: the column of the method is the relative change itself."""
    nadir: str | None = None
    """Smallest sum so far; None: that of baseline."""
    new_lesion: str | None = None
    gone: str | None = None
    """Whether every target lesion is gone; None: the sum is 0."""

    @property
    def named(self) -> dict[str, str]:
        """Return what each column is, by our word for it."""
        words = ("baseline", "nadir", "new_lesion", "gone")
        return {word: column for word in words if (column := getattr(self, word)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseColumns(TaskColumns):
    """Sums of diameters or volumes under treatment by two methods, or their relative changes."""

    reference: str
    """The sum now (its relative change, where no baseline is named)."""
    measured: str
    criteria: str
    """recist_1_1, mrecist, volumetric_recist."""
    reference_sums: Sums = field(default_factory=Sums)
    measured_sums: Sums = field(default_factory=Sums)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings(TaskColumns, ABC):
    """Several raters of the same subjects, however their ratings lie in the table."""

    scale: str | None = None
    """nominal, ordinal or interval; None: as the values tell."""
    order: Sequence[str] = ()
    """Categories from the lowest to the highest."""

    @property
    @abstractmethod
    def rated(self) -> tuple[str, ...]:
        """Return the columns that hold ratings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatersColumns(Ratings):
    """One row for each subject."""

    raters: Mapping[str, str]
    """Name to column."""

    @property
    def rated(self) -> tuple[str, ...]:
        """Return the columns that hold ratings."""
        return tuple(self.raters.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRatersColumns(Ratings):
    """One row for each rating."""

    subject: str
    rater: str
    rating: str
    replicate: str | None = None

    @property
    def rated(self) -> tuple[str, ...]:
        """Return the column that holds ratings."""
        return (self.rating,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersColumns(TaskColumns):
    """Readings: one row for each case, reader and modality."""

    case: str
    truth: str
    reader: str
    modality: str | None = None
    """With help, without ...; None: there is one."""
    rating: str | None = None
    decision: str | None = None
    threshold: float | None = None
    """Ratings at or above it (at or below, if lower is positive) are positive decisions."""
    baseline: str | None = None
    """Modality with which the others are compared; None: the one whose name says so, or the first."""
    positive: str | None = None
    """Value of the truth that means "has the outcome"."""
    lower_is_positive: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    """What else metrics of the task name: analysis, method, covariances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentationColumns(TaskColumns):
    """What was measured of masks before: one row for each case and structure."""

    case: str
    structure: str | None = None
    """None: there is one structure."""
    name: str = "structure"
    """Of the one structure."""
    measures: Mapping[str, str] = field(default_factory=dict)
    """Name of the measure (`model.measures`) to its column; empty: the columns that are called so."""
    spacing_known: bool = True
    """Distances are in mm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionColumns(TaskColumns):
    """Marks on scans with reference lesions, in tables of their own; patient, groups and folds are of the scans."""

    names: Mapping[str, str] = field(default_factory=dict)
    """Our name to their column, in whichever table has it; ``marks.x`` for that of one table alone.

    Scan, x, y, z, diameter, width, height, depth, x1, y1, z1, x2, y2, z2, score, class, lesion, mark, lesions, reader,
    modality.
    """
    hit: str | None = None
    """When a mark is a hit; None: a column of the marks says which lesion each hit."""
    in_masks: bool = False
    """That column was made from the masks of the lesions."""
    limit: float | None = None
    limits: Sequence[float] = ()
    """All limits, the main one among them."""
    matching: str = "highest_score_first"
    extra_hits: str | None = None
    max_marks: int | None = None
    thresholds: Sequence[float] = ()
    rates: Sequence[float] = ()
    """Further rates of false positives per case at which there is a sensitivity."""
    score_rates: Sequence[float] = ()
    """Rates over which the FROC score is the mean; empty: those of the competition performance metric."""
    baseline: str | None = None
    """Modality with which the others are compared."""
    options: Mapping[str, object] = field(default_factory=dict)
    """What else metrics of the task name: analysis, method."""

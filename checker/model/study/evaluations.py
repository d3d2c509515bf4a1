"""Facts of the section `evaluations`: one class per task, and what all tasks share."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from checker.model.study.marks import (
    Count,
    Described,
    Fraction,
    InsidePath,
    NotNegative,
    Positive,
    Texts,
    Unit,
    When,
)
from checker.model.study.printed import Printed

ThresholdOrigin = Literal[
    "none", "fixed_before", "published", "median", "training", "tuning", "same_test_data"
]
IntervalMethod = Literal[
    "delong", "logit", "wilson", "exact", "wald", "bootstrap", "fold_spread", "other"
]
TestName = Literal[
    "delong",
    "mcnemar",
    "chi_squared",
    "fisher",
    "paired_t",
    "t",
    "wilcoxon",
    "mann_whitney",
    "log_rank",
    "bootstrap",
    "permutation",
    "mrmc",
    "other",
]
ScoredUnit = Literal["patient", "exam", "organ", "lesion", "image", "slice", "patch"]
EmptyMaskPolicy = Literal[
    "none_empty",
    "both_empty_left_out",
    "both_empty_scored_one",
    "both_empty_scored_zero",
    "one_empty_left_out",
    "one_empty_scored_zero",
    "penalty_distance",
]
Hit = Literal["centre_inside", "any_overlap", "iou", "dice", "distance", "radius"]
RatingScale = Literal["nominal", "ordinal", "continuous"]
ResponseCriteria = Literal["recist_1_1", "mrecist", "easl", "who", "volumetric_recist", "other"]

THRESHOLD_SET = When(
    "evaluations.operating_point.origin",
    "fixed_before",
    "published",
    "median",
    "training",
    "tuning",
    "same_test_data",
)


class OperatingPoint(Described):
    """The threshold that turns scores into decisions."""

    threshold: Annotated[float | None, THRESHOLD_SET] = None
    """Scores at or above it count as positive; at or below it if lower scores are positive."""
    origin: ThresholdOrigin | None = None
    """Where the threshold came from."""
    rationale: Annotated[str | None, THRESHOLD_SET] = None
    """Why this threshold."""


class Comparator(Described):
    """Another algorithm whose output lies in a file or folder of its own, for the same cases."""

    name: str
    """Name of the algorithm."""
    predictions: InsidePath
    """Its output, in the same form."""


class Claim(Described):
    """A number as printed in the paper."""

    name: str | None = None
    """Short name of the claim."""
    metric: str
    """Name of the metric: ours, or as papers print it."""
    value: Printed | None = None
    """The number, with the digits printed (0.850 is not 0.85). For a comparison the difference;
    may be left out if only a p value is printed.
    """
    low: Printed | None = None
    """Lower limit of its interval."""
    high: Printed | None = None
    """Upper limit of its interval."""
    level: Fraction | None = None
    """Level of the interval; 0.95 if not given."""
    interval_method: IntervalMethod | None = None
    """Method of the interval, if the paper names it."""
    cases: Annotated[Count | None, Unit("rows")] = None
    """Rows behind the number, if the paper says so; the denominator of a proportion (with the
    outcome for a sensitivity).
    """
    numerator: Annotated[Count | None, Unit("rows")] = None
    """Numerator of a proportion, if printed."""
    group: str | None = None
    """Group it concerns, for example "sex = female"; all if not given."""
    of: str | None = None
    """Class, dichotomy ("F2-F4"), structure, score, reader or condition it concerns, several parted
    by commas ("reader 2, with AI"); the model, or the mean over readers, if not given.
    """
    versus: str | None = None
    """Score, algorithm, reader or condition it is compared with; the claim is then the
    difference of the two, `of` minus `versus`.
    """
    at: float | None = None
    """Where it is taken: horizon (days), threshold, tolerance (mm), false positives per case."""
    summary: Literal["mean", "median", "pooled"] | None = None
    """How cases were summarised, for measures that exist per case; pooled is one value over all
    voxels or lesions.
    """
    standard_deviation: Printed | None = None
    """What follows ± in the paper, as printed; tried as a standard deviation over folds or cases, as a
    standard error, and as half an interval.
    """
    percent: bool | None = None
    """Value and limits are printed in percent."""
    p_value: str | None = None
    """P value as printed: of a comparison (`versus`), or of the number alone against chance."""
    test: TestName | None = None
    """Test behind the p value."""
    place: str | None = None
    """Where the paper prints it."""


class Counts(Described):
    """The printed 2x2 table."""

    true_positives: Annotated[Count | None, Unit("rows")] = None
    """Printed 2x2 table."""
    false_positives: Annotated[Count | None, Unit("rows")] = None
    """Printed 2x2 table."""
    false_negatives: Annotated[Count | None, Unit("rows")] = None
    """Printed 2x2 table."""
    true_negatives: Annotated[Count | None, Unit("rows")] = None
    """Printed 2x2 table."""


class Evaluation(Described):
    """What every evaluation has, whatever its task."""

    counted: ClassVar[str] = "row"
    """What numbers of cases count where `unit` is not described."""
    name: str
    """Short name."""
    task: str
    """What is scored; decides which quantities can be recomputed."""
    partition: str | None = None
    """Name of the partition that was scored."""
    model: str | None = None
    """Name of the model that was scored, if the study has several."""
    subset: str | None = None
    """Which cases of the partition were scored, if not all (a sample for readers, detected
    lesions only).
    """
    conditional_on: str | None = None
    """Name of the evaluation whose positives are the cases here (second of two stages)."""
    differs: dict[str, object] | None = None
    """As data.partitions.differs, for this evaluation (another outcome or reference standard)."""
    predictions: InsidePath | None = None
    """Table of predictions, folder with a table for each fold of a cross-validation, or folder of masks, inside the
    submission.
    """
    unit: ScoredUnit | None = None
    """What one row is."""
    cluster: str | None = None
    """Column that names the patient, so that rows of one person stay together."""
    columns: dict[str, str] | None = None
    """Our name to their column, only where they differ: case, patient, centre, partition,
    outcome, score, decision, time, event, treatment, risk_group, reader, replicate,
    condition, fold, covariate, date ... Of detection: scan, x, y, z, diameter, width, height, depth, x1, y1,
    z1, x2, y2, z2, score, class, lesion, mark, lesions, reader, condition; marks.x for that of one table.
    """
    operating_point: OperatingPoint = Field(default_factory=OperatingPoint)
    """The threshold that turns scores into decisions."""
    response_criteria: Annotated[
        ResponseCriteria | None, When("outcome.target", "treatment_response")
    ] = None
    """Rule that turns two measurements into a response."""
    compared_scores: Texts | None = None
    """Further score or decision columns (another model, a reader), compared with the model's on
    the same cases.
    """
    comparators: tuple[Comparator, ...] | None = None
    """Other algorithms whose output lies in a file or folder of its own, for the same cases."""
    groups: Texts | None = None
    """Columns by which results are also given."""
    claims: tuple[Claim, ...] | None = None
    """Numbers as printed in the paper."""

    def unit_of(self, row: str = "row") -> str:
        """Return what numbers of cases count; `row`: what a row of the submitted table is, where that was seen."""
        return self.unit or (self.counted if row == "row" else row)


class WithDirection(Evaluation):
    """An evaluation of scores that have a direction."""

    direction: Literal["higher_is_positive", "lower_is_positive"] | None = None
    """Which end of the score means more of the outcome (for survival, more risk); higher if not
    given.
    """


class WithPositive(Evaluation):
    """An evaluation of an outcome that a case has or has not."""

    positive: str | None = None
    """Value of the outcome column that means "has it"."""


class WithCounts(Evaluation):
    """An evaluation of decisions for or against the outcome."""

    counts: Counts = Field(default_factory=Counts)
    """The printed 2x2 table."""


class WithDecisionRange(Evaluation):
    """An evaluation of probabilities on which decisions rest."""

    decision_range: tuple[Fraction, ...] | None = None
    """Lowest and highest threshold probability a decision-maker would accept."""


class WithClasses(Evaluation):
    """An evaluation of an outcome with several classes, or of several groups by risk."""

    classes: Texts | None = None
    """Classes; in order for ordinal outcomes. For survival the risk groups from the lowest to the highest, where a
    column names them (columns: risk_group).
    """


class WithCutoffs(Evaluation):
    """An evaluation of numbers that are cut into groups."""

    cutoffs: tuple[float, ...] | None = None
    """Cut-offs that turn the measurement into grades or into normal and abnormal, or (survival) the score, without
    one the risk by the largest horizon, into risk groups; operating_point.origin says where they came from.
    """


class WithReference(Evaluation):
    """An evaluation of masks or marks against a reference."""

    reference: InsidePath | None = None
    """Reference masks, lesions or measurements, when they are not in the same table."""


class Classification(WithDirection, WithPositive, WithDecisionRange, WithCounts):
    """Cases that have the outcome against cases that have not."""

    task: Literal["classification"]
    """What is scored; decides which quantities can be recomputed."""


class Multiclass(WithClasses):
    """Several classes without an order."""

    task: Literal["multiclass"]
    """What is scored; decides which quantities can be recomputed."""


class Ordinal(WithDirection, WithClasses):
    """Several classes in order, such as stages."""

    task: Literal["ordinal"]
    """What is scored; decides which quantities can be recomputed."""


class Segmentation(WithReference):
    """Masks of structures."""

    task: Literal["segmentation"]
    """What is scored; decides which quantities can be recomputed."""
    structures: dict[str, str] | None = None
    """Structure to label number in the masks."""
    spacing_mm: Annotated[tuple[Positive, ...] | None, Unit("mm")] = None
    """Voxel spacing, when the mask files do not carry it."""
    empty_masks: tuple[EmptyMaskPolicy, ...] | None = None
    """What was done with cases where both masks or one mask is empty."""
    tolerances_mm: Annotated[tuple[NotNegative, ...] | None, Unit("mm")] = None
    """Tolerances of the surface Dice."""


class Detection(WithReference, WithPositive):
    """Marks on lesions."""

    task: Literal["detection"]
    """What is scored; decides which quantities can be recomputed."""
    cases: InsidePath | None = None
    """Table of all cases that were searched, those without a lesion included."""
    ignore_regions: InsidePath | None = None
    """Regions in which marks count neither as hit nor as false."""
    hit: Hit | None = None
    """When a mark counts as a hit; radius is a distance below the radius of the lesion."""
    hit_limit: Annotated[
        NotNegative | None,
        Unit("fraction or mm"),
        When("evaluations.hit", "iou", "dice", "distance"),
    ] = None
    """Overlap (fraction) or distance (mm) needed for a hit."""
    matching: Literal["highest_score_first", "nearest_first", "best_overall"] | None = None
    """Which mark goes to which lesion when several fit."""
    extra_hits: Literal["ignored", "false_positive"] | None = None
    """Further marks on a lesion already hit."""
    max_marks: Annotated[Count | None, Unit("marks per case")] = None
    """Marks kept per case, highest scores first; all if not given."""


class Survival(WithDirection, WithDecisionRange, WithClasses, WithCutoffs):
    """Time to an event."""

    task: Literal["survival"]
    """What is scored; decides which quantities can be recomputed."""
    horizons_days: Annotated[tuple[Positive, ...] | None, Unit("days")] = None
    """Time points at which survival predictions are scored."""
    time_unit: Literal["days", "weeks", "months", "years"] | None = None
    """Unit of the time column; days if not given. A year is 365.25 days."""
    event: str | None = None
    """Value of the event column that means the outcome; 1 if not given."""
    competing_events: Texts | None = None
    """Values of the event column that mean a competing event; empty if none."""
    risk_columns: dict[str, str] | None = None
    """Horizon in days to the column with the predicted risk."""
    treatment_risk_columns: dict[str, str] | None = None
    """Treatment to the column with the risk predicted under it."""


class Agreement(WithClasses, WithCutoffs):
    """A continuous measurement against a reference, or raters with each other."""

    task: Literal["agreement"]
    """What is scored; decides which quantities can be recomputed."""
    measurement_unit: str | None = None
    """Unit of the measured quantity."""
    raters: dict[str, str] | None = None
    """Rater, device or algorithm to its column, if more than reference and measurement."""
    scale: RatingScale | None = None
    """What ratings are: kinds, grades in order, or measurements."""


class ReaderEvaluation(WithDirection, WithPositive, WithCounts):
    """People reading with or against the model."""

    counted: ClassVar[str] = "case"
    task: Literal["readers"]
    """What is scored; decides which quantities can be recomputed."""


AnyEvaluation = Annotated[
    Classification
    | Multiclass
    | Ordinal
    | Segmentation
    | Detection
    | Survival
    | Agreement
    | ReaderEvaluation,
    Field(discriminator="task"),
]
TASKS: dict[str, type[Evaluation]] = {
    "classification": Classification,
    "multiclass": Multiclass,
    "ordinal": Ordinal,
    "segmentation": Segmentation,
    "detection": Detection,
    "survival": Survival,
    "agreement": Agreement,
    "readers": ReaderEvaluation,
}
"""Task to the class that holds its facts."""

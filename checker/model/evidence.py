"""What could be established about a study, each evaluation in it, and each claim in that; aggregates only.

Every field is made by the function of the same name in ``checker/evidence``. A value is there, or an
`Absent` says why not.
"""

from dataclasses import dataclass

from checker.model.claim import ClaimCheck
from checker.model.curves import (
    AgreementPlot,
    CalibrationAt,
    CalibrationCurve,
    CategoryTable,
    ClassDistances,
    ConfusionMatrix,
    DecisionAt,
    DecisionCurve,
    EmptyMasks,
    ExplanationInRegion,
    FrocCurve,
    MarkCounts,
    MeasureSpread,
    ReaderCurve,
    RiskGroups,
    RocCurve,
    ScoreDistribution,
    SurvivalCurve,
    TreatmentChoice,
)
from checker.model.estimate import Comparison, Estimate, Estimates, Spread
from checker.model.place import Place
from checker.model.sample_size import SampleSize
from checker.needs import Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionOverlap:
    """Patients that two partitions share."""

    first: str
    second: str
    patients: int
    """Patients in both."""
    of: int
    """Patients in the smaller of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionCount:
    """What a partition holds: as described, and as counted in the submitted files."""

    partition: str
    role: str
    source: str
    """The file that was counted."""
    described_patients: int | None
    patients: int | None
    """None: no patient column, and a row is not said to be a patient."""
    described_events: int | None
    events: int | None
    """Patients with the outcome (rows, if a row is a patient)."""
    rows: int
    whole: bool
    """False: an evaluation says that it scored only a subset, so counts may be smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortCount:
    """Rows and patients of one evaluation."""

    rows: int
    patients: int | None
    """None: no patient column."""
    most_rows_per_patient: int
    with_outcome: int
    """Rows."""
    without_outcome: int
    missing_outcome: int
    missing_score: int
    missing_patient: int
    """Rows that name no patient although others do; each is taken as a patient of its own."""

    @property
    def repeats(self) -> bool:
        """Return whether a patient has more than one row."""
        return self.most_rows_per_patient > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfCohort:
    """How many of one kind: of a class, with the outcome, readers ..."""

    kind: str
    """class, event, censoring, case, reader, modality, rater, structure (that the reference has), ..."""
    name: str
    """Of the class, the event or the structure; empty where the kind says it."""
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCohort:
    """Who was scored in another task than binary classification."""

    rows: int
    patients: int | None
    """None: no patient column."""
    most_rows_per_patient: int
    incomplete: int
    """Rows left out because a value is missing."""
    parts: tuple[PartOfCohort, ...]
    """Among the complete rows."""
    unit: str = "row"
    """What is counted as rows: a row of the file, or the subject or pair of several."""
    notes: tuple[str, ...] = ()
    """What was read or chosen otherwise than written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateRows:
    """Rows that appear more than once in one file."""

    same_case: int
    """Rows whose case id appeared before."""
    same_values: int
    """Pairs of rows, of different cases, that agree in every compared column."""
    columns: int
    """Non-constant columns that were compared."""
    pairs_by_chance: float
    """Pairs expected if columns were independent."""
    p: float
    """Chance of as many pairs or more, if their number were Poisson with that mean."""
    nearly: int = 0
    """Pairs that agree in all compared columns but one: many where columns depend on each other, few beside copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRows:
    """Rows of two partitions that agree in every compared column, under whatever ids."""

    first: str
    second: str
    pairs: int
    columns: int
    """Non-constant columns that both files have, ids aside."""
    pairs_by_chance: float
    """Pairs expected if columns were independent."""
    p: float
    """Chance of as many pairs or more, if their number were Poisson with that mean."""
    nearly: int = 0
    """Pairs that agree in all compared columns but one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingnessByScore:
    """Are outcomes missing more often at some scores than at others (Mann-Whitney)."""

    missing: int
    known: int
    area: float
    """Chance that a row without an outcome scores above one with a known outcome; 0.5 is no relation."""
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdOptimum:
    """Whether the declared threshold makes the same decisions as the best one on these very data."""

    criterion: str
    """In words: the largest Youden index."""
    declared: float
    low: float
    """Thresholds in (low, high] make the best decisions."""
    high: float
    equals: bool
    chance: float
    """Chance that a threshold fixed beforehand makes the best decisions by any criterion: the larger of the share
    of cases whose score would, and of the share of numbers as round as the declared one, between the lowest and
    the highest score, that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignEffect:
    """Variance by patient over variance as if rows were independent, of one metric."""

    metric: str
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """One metric by an independent program, beside ours."""

    metric: str
    ours: float
    theirs: float
    program: str
    """Name and version."""
    agrees: bool
    """They differ by rounding at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossTable:
    """Decisions against outcomes, in rows of the file."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSize:
    """Patients and outcomes in one group."""

    column: str
    name: str
    cases: int
    patients: int | None
    with_outcome: int
    without_outcome: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalWidth:
    """Width of the interval of a claimed value under one method, with the claimed one beside it."""

    method: str
    low: float
    high: float
    claimed_low: float
    claimed_high: float
    room: float
    """Width that rounding and Monte-Carlo error may take off the claimed interval."""
    clustered: bool
    """The method takes repeated patients into account (or no patient repeats)."""
    same: bool
    """Both limits equal the claimed ones at the printed digits."""

    @property
    def width(self) -> float:
        """Return the width under this method."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldSize:
    """One fold of a cross-validation."""

    name: str
    cases: int
    """Complete rows."""
    patients: int | None
    """None: no patient column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldEstimate:
    """One metric over the folds of a cross-validation."""

    pooled: float | None
    """Over the rows of all folds together."""
    mean: Estimate
    """Over folds, each weighing the same; its interval takes the models of the folds as fixed."""
    by_fold: tuple[float | None, ...]
    """In the order of the folds; None where it is undefined."""
    spreads: tuple[Spread, ...]
    """Everything that a ± printed with it can be."""

    @property
    def standard_deviation(self) -> float | None:
        """Return that of the values of the folds, with one less than their number below."""
        return next((each.value for each in self.spreads if each.name == "sd_over_folds"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldEstimates:
    """Every metric over the folds of a cross-validation, beside the pooled numbers."""

    folds: tuple[FoldSize, ...]
    values: tuple[FoldEstimate, ...]
    notes: tuple[str, ...]
    """What intervals leave out, and patients whose rows are in several folds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEvidence:
    """What was established about one printed number."""

    claim_check: ClaimCheck | Absent
    interval_widths: tuple[IntervalWidth, ...] | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationEvidence:
    """What was established about one evaluation."""

    cohort: CohortCount | Absent
    estimates: Estimates | Absent
    fold_estimates: FoldEstimates | Absent
    subgroup_estimates: Estimates | Absent
    paired_comparison: tuple[Comparison, ...] | Absent
    group_comparison: tuple[Comparison, ...] | Absent
    group_sizes: tuple[GroupSize, ...] | Absent
    no_information_rate: float | Absent
    confusion_counts: CrossTable | Absent
    rounded_threshold_counts: tuple[CrossTable, ...] | Absent
    design_effect: tuple[DesignEffect, ...] | Absent
    duplicate_rows: DuplicateRows | Absent
    missingness_by_score: MissingnessByScore | Absent
    threshold_equals_optimum_on_test: tuple[ThresholdOptimum, ...] | Absent
    roc_curve: RocCurve | Absent
    calibration_curve: CalibrationCurve | Absent
    decision_curve: DecisionCurve | Absent
    score_distribution: ScoreDistribution | Absent
    second_opinion: tuple[SecondOpinion, ...] | Absent
    required_sample_size_evaluation: SampleSize | Absent
    required_sample_size_development: SampleSize | Absent
    task_cohort: TaskCohort | Absent
    task_comparison: tuple[Comparison, ...] | Absent
    confusion_matrix: ConfusionMatrix | Absent
    class_distances: ClassDistances | Absent
    survival_curves: tuple[SurvivalCurve, ...] | Absent
    risk_groups: RiskGroups | Absent
    survival_calibration: tuple[CalibrationAt, ...] | Absent
    survival_decision_curve: tuple[DecisionAt, ...] | Absent
    treatment_choice: TreatmentChoice | Absent
    agreement_plot: AgreementPlot | Absent
    category_tables: tuple[CategoryTable, ...] | Absent
    reader_curves: tuple[ReaderCurve, ...] | Absent
    empty_masks: tuple[EmptyMasks, ...] | Absent
    measure_spreads: tuple[MeasureSpread, ...] | Absent
    explanation_in_region: ExplanationInRegion | Absent
    froc_curves: tuple[FrocCurve, ...] | Absent
    mark_counts: tuple[MarkCounts, ...] | Absent
    claims: tuple[ClaimEvidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyEvidence:
    """What was established about the study as a whole, and each evaluation inside it."""

    partition_counts: tuple[PartitionCount, ...] | Absent
    shared_patients_between_partitions: tuple[PartitionOverlap, ...] | Absent
    shared_rows_between_partitions: tuple[SharedRows, ...] | Absent
    quoted_places: tuple[Place, ...] | Absent
    evaluations: tuple[EvaluationEvidence, ...] = ()

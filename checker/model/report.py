"""The report: everything but rows, in plain values. Every output is a view of it; report.json is it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

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
from checker.model.estimate import Comparison, Estimate
from checker.model.evidence import (
    CohortCount,
    CrossTable,
    DesignEffect,
    FoldEstimates,
    GroupSize,
    PartitionCount,
    SecondOpinion,
    TaskCohort,
    ThresholdOptimum,
)
from checker.model.finding import Severity
from checker.model.place import Place, joined
from checker.model.quality import QualityScore
from checker.model.sample_size import SampleSize

FORMAT = "checker-report/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionGlance:
    """One part of the data, as described."""

    name: str
    role: str
    source: str
    patients: int | None
    events: int | None
    centres: int | None
    countries: tuple[str, ...]
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyGlance:
    """The study as the checker understood it; an empty text was not described yet."""

    title: str
    type: str
    question: str
    technique: str
    modality: tuple[str, ...]
    population: str
    purpose: str
    outcome: str
    reference_standard: str
    model: str
    partitions: tuple[PartitionGlance, ...]
    described: int
    """Facts with a value."""
    facts: int
    """Facts that are asked of this study."""
    without: Mapping[str, str] = field(default_factory=dict)
    """Field above to why it is empty, where a person said so: ``not reported``, ``does not apply``, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """One evaluation: who was scored, how, and every recomputed number."""

    name: str
    task: str
    partition: str
    role: str
    unit: str
    outcome: str
    """The value of the outcome column that means it, as printed in the file."""
    file: str
    threshold: float | None
    threshold_origin: str
    lower_is_positive: bool = False
    """Scores at or below the threshold are positive."""
    cohort: CohortCount | None = None
    no_information_rate: float | None = None
    confusion_counts: CrossTable | None = None
    estimates: tuple[Estimate, ...] = ()
    fold_estimates: FoldEstimates | None = None
    """Of a cross-validation: means over folds and their values beside the pooled estimates."""
    subgroup_estimates: tuple[Estimate, ...] = ()
    group_sizes: tuple[GroupSize, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    design_effect: tuple[DesignEffect, ...] = ()
    threshold_optimum: tuple[ThresholdOptimum, ...] = ()
    roc_curve: RocCurve | None = None
    calibration_curve: CalibrationCurve | None = None
    decision_curve: DecisionCurve | None = None
    score_distribution: ScoreDistribution | None = None
    second_opinion: tuple[SecondOpinion, ...] = ()
    required_sample_size_evaluation: SampleSize | None = None
    required_sample_size_development: SampleSize | None = None
    task_cohort: TaskCohort | None = None
    """Who was scored, in another task than binary classification."""
    confusion_matrix: ConfusionMatrix | None = None
    class_distances: ClassDistances | None = None
    survival_curves: tuple[SurvivalCurve, ...] = ()
    """Of everyone, then of each group."""
    risk_groups: RiskGroups | None = None
    survival_calibration: tuple[CalibrationAt, ...] = ()
    survival_decision_curve: tuple[DecisionAt, ...] = ()
    treatment_choice: TreatmentChoice | None = None
    agreement_plot: AgreementPlot | None = None
    category_tables: tuple[CategoryTable, ...] = ()
    reader_curves: tuple[ReaderCurve, ...] = ()
    empty_masks: tuple[EmptyMasks, ...] = ()
    measure_spreads: tuple[MeasureSpread, ...] = ()
    explanation_in_region: ExplanationInRegion | None = None
    """Of explanation maps."""
    froc_curves: tuple[FrocCurve, ...] = ()
    mark_counts: tuple[MarkCounts, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    """What could not be established here, and why. What does not apply is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedFinding:
    """A finding with the text of its rule and the items it stands beside, so that no registry is needed to show it."""

    code: str
    title: str
    severity: Severity
    message: str
    at: str
    place: str
    file: str
    line: int | None
    observed: str
    expected: str
    why: str
    fix: str
    sources: tuple[str, ...]
    items: tuple[str, ...]
    """Guideline items and signalling questions beside which it is shown: ``tripod_ai_2024/23a``."""
    waived: bool = False
    brief: str = ""
    """What it is about in a few words, where several findings of the rule say the same of several places."""
    cell: str = ""
    """Where in a workbook, instead of the line: ``sheet "Data", cell C14``."""

    @property
    def where(self) -> str:
        """File and line, or file, sheet and cell."""
        if self.cell:
            return f"{self.file}, {self.cell}"
        return self.file if self.line is None else f"{self.file}:{self.line}"


SEVERAL = 3
"""Findings that say the same of so many places are shown as one."""


def grouped(findings: Sequence[ReportedFinding]) -> tuple[tuple[ReportedFinding, ...], ...]:
    """Return the findings, those together that say the same of several places, where the first of them stands."""
    alike: dict[object, list[ReportedFinding]] = {}
    for each in findings:
        same = (each.code, each.severity, each.waived, each.file) if each.brief else id(each)
        alike.setdefault(same, []).append(each)
    several = (
        [tuple(each)] if len(each) >= SEVERAL else [(one,) for one in each]
        for each in alike.values()
    )
    return tuple(group for groups in several for group in groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRun:
    """A rule that could not run at one place: that is not a pass."""

    rule: str
    title: str
    at: str
    place: str
    because: str
    our_fault: bool = False


class Status(StrEnum):
    """How far a guideline item is met."""

    CONTRADICTED = "contradicted"
    NOT_REPORTED = "not_reported"
    PARTLY = "partly"
    REPORTED = "reported"
    NOT_DESCRIBED_YET = "not_described_yet"
    DOES_NOT_APPLY = "does_not_apply"

    @property
    def words(self) -> str:
        """Return the status as a person says it."""
        return self.replace("_", " ")


class FactState(StrEnum):
    """What the description says about one fact."""

    REPORTED = "reported"
    NOT_REPORTED = "not_reported"
    """A person said so, or the section is said to be complete."""
    NOT_APPLICABLE = "not_applicable"
    """A person said so."""
    SILENT = "silent"
    """study.yaml says nothing; nothing is said about the paper."""
    NOT_ASKED = "not_asked"
    """The condition under which it is asked is false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFact:
    """One fact that an item asks for."""

    name: str
    meaning: str
    state: FactState
    value: str = ""
    """The value in short, if reported."""
    reason: str = ""
    """Why it is not reported or does not apply, in the words of the person who said so."""
    places: tuple[Place, ...] = ()
    """Where the paper says it, if told; those of the item where the fact has none of its own."""

    @property
    def place(self) -> str:
        """Return where the paper says it, as a person writes it; empty if that was not told."""
        return joined(self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How far one item of one guideline is met, and why."""

    guideline: str
    item: str
    section: str
    topic: str
    requirement: str
    status: Status
    reason: str
    """One sentence: what is missing, why it does not apply, what contradicts it."""
    facts: tuple[AnswerFact, ...] = ()
    findings: tuple[str, ...] = ()
    """Codes of findings that stand beside it."""
    gap: Severity | None = None
    """How much the gap matters, if it is one: as the worst rule that waits for what is missing; critical if the
    data contradict it; None where no rule waits for it."""
    places: tuple[Place, ...] = ()
    """Where the paper answers it: those told of the item itself, then those of its facts, each once."""

    @property
    def place(self) -> str:
        """Return where the paper answers it, as a form prints it: ``Methods, Outcome, page 7``; empty if not told."""
        return joined(self.places)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextFact:
    """A fact that would complete items, or help to, were it described."""

    name: str
    meaning: str
    said_missing: bool
    """A person said that the paper does not report it: the paper needs a sentence first."""
    items: tuple[str, ...]
    """Items that lack it, as ``guideline/item``."""
    sections: tuple[str, ...]
    """Parts of the paper in which these items look for it."""
    completes: tuple[str, ...]
    """Items that are complete once this fact and those listed before it are described."""
    rules: tuple[str, ...]
    """Codes of rules that wait for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingFact:
    """A fact that is silent and decides what is asked of the study."""

    name: str
    meaning: str
    guidelines: tuple[str, ...]
    """Ids of those that apply, or not, by it; empty: it decides which items are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherGuideline:
    """A guideline that was not looked at, and why."""

    id: str
    may_apply: bool
    """The description does not say yet what decides it."""
    because: str
    """A sentence that names it: ``CLEAR (2023) may apply: predictors.features.kind is not described yet.``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineReport:
    """One guideline that was looked at, with its counts; never merged into one percentage."""

    id: str
    title: str
    year: int
    kind: str
    licence: str
    doi: tuple[str, ...]
    why: str
    """Why it applies to this study."""
    counts: Mapping[Status, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of a kind were checked: ``claims: 31 of 44``."""

    kind: str
    """rules: a rule at three evaluations is three checks."""
    checked: int
    total: int
    rules: int | None = None
    """Of checks by rules, how many rules made them or could not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedThreshold:
    """A number that a rule compared with."""

    name: str
    value: float
    unit: str
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How the report came about: enough to make it again. No date, no run time, no path of a machine."""

    checker: str
    python: str
    packages: Mapping[str, str]
    files: Mapping[str, str]
    """Name as written in the description to SHA-256."""
    seed: int
    resamples: int
    level: float
    thresholds: tuple[UsedThreshold, ...]
    sources: Mapping[str, str]
    """Key to citation, of every source named in the report."""
    notes: tuple[str, ...] = ()
    """What was read otherwise than written (``AUC was read as auroc``)."""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was found about one study."""

    format: str = FORMAT
    study: StudyGlance
    in_short: tuple[str, ...]
    """Three sentences."""
    counts: tuple[Count, ...]
    evaluations: tuple[EvaluationReport, ...]
    partition_counts: tuple[PartitionCount, ...]
    claims: tuple[ClaimCheck, ...]
    findings: tuple[ReportedFinding, ...]
    """Worst first."""
    not_run: tuple[NotRun, ...]
    guidelines: tuple[GuidelineReport, ...]
    answers: tuple[Answer, ...]
    other_guidelines: tuple[OtherGuideline, ...] = ()
    deciding_facts: tuple[DecidingFact, ...] = ()
    """What to describe before all else."""
    next_facts: tuple[NextFact, ...] = ()
    """What to describe next, in the order in which it pays."""
    comments: tuple[str, ...]
    """Comments to the authors: neutral, with evidence, plain text to paste."""
    provenance: Provenance
    scores: tuple[QualityScore, ...] = ()
    """Published quality scores, where one was asked for; kept apart from all other counts."""

"""Points of the figures: aggregates that a report may hold, never rows."""

from dataclasses import dataclass

from checker.model.estimate import Estimate, Interval

Points = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureSpread:
    """How a measure of masks is spread over patients."""

    metric: str
    structure: str
    patients: int
    percentiles: tuple[float, ...]
    """5th, 25th, 50th, 75th and 95th."""
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionShare:
    """How much of the saliency lies in a region, of the maps of one class."""

    class_name: str
    """all: the maps of every class."""
    region: str
    expected: bool
    """Prior knowledge expects the saliency of the class there."""
    maps: int
    energy: float
    """Mean share of the saliency, over patients."""
    interval: Interval | None
    chance: float | None
    """Mean share of the area searched, of the same maps."""
    ratio: float | None
    """Energy over chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsExpected:
    """How many maps of a class lie where it is expected, and how often the model is right there and elsewhere."""

    class_name: str
    maps: int
    share: float
    """Of the maps with more saliency in the expected region than by chance."""
    interval: Interval | None
    accuracy_as_expected: Estimate | None
    """None: nothing says which decisions were right."""
    accuracy_not_as_expected: Estimate | None
    difference: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationInRegion:
    """Saliency maps beside what prior knowledge expects."""

    field: str
    """In what is searched: the whole map, or a region."""
    regions: tuple[RegionShare, ...]
    as_expected: tuple[AsExpected, ...]
    """Of all maps and of each class; empty: nothing is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyRule:
    """The mean Dice over patients under one rule for empty masks."""

    words: str
    dice: float | None
    """None: no case counts under the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyMasks:
    """Cases of a structure with an empty mask, or with none."""

    structure: str
    cases: int
    both_empty: int
    prediction_empty: int
    """The reference has a voxel: missed."""
    reference_empty: int
    """The prediction has a voxel: invented."""
    missing: int
    """Cases without a prediction; they are not among the cases."""
    rules: tuple[EmptyRule, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """Return the counts in the order in which they are printed."""
        return (
            self.cases,
            self.both_empty,
            self.prediction_empty,
            self.reference_empty,
            self.missing,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCurve:
    """Sensitivity against 1 - specificity, from (0, 0) to (1, 1); thinned to a few hundred points."""

    false_positive_rate: Points
    sensitivity: Points
    at_threshold: tuple[float, float] | None = None
    """(1 - specificity, sensitivity) at the declared threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationCurve:
    """Observed against predicted risk: a smooth curve with its band, and equal-count bins beside it."""

    predicted: Points
    observed: Points
    low: Points
    """Lower limit of the band; empty where there is none."""
    high: Points
    method: str
    """Smoother, span, degree, and how the band was made."""
    bin_predicted: Points
    """Mean predicted risk of each bin."""
    bin_observed: Points
    bin_low: Points
    bin_high: Points
    bin_cases: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionCurve:
    """Net benefit per patient over threshold probabilities, for the model and both simple strategies."""

    threshold: Points
    model: Points
    treat_all: Points
    treat_none: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDistribution:
    """Histogram of scores by outcome."""

    edges: Points
    """Shape (bins + 1,)."""
    with_outcome: tuple[int, ...]
    without_outcome: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCurve:
    """The ROC curve of one reader under one modality, or of the average reader."""

    modality: str
    reader: str | None
    """None: the average over readers."""
    curve: RocCurve
    """Its point `at_threshold` is at the decisions, if there are any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """Steps of a Kaplan-Meier or Aalen-Johansen curve, and the numbers below it."""

    label: str
    """Of the group; ``all`` for everyone."""
    quantity: str
    """Survival, or cumulative incidence."""
    time: Points
    """Rising from 0; the value holds from here to the next."""
    value: Points
    low: Points
    """Lower limit of the pointwise band."""
    high: Points
    method: str
    cases: int
    at: Points
    """Times of the numbers below the curve."""
    at_risk: tuple[int, ...]
    """Still followed just before."""
    outcomes: tuple[int, ...]
    """Up to and including that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskGroup:
    """One group of patients by risk: how many, what was observed, and its hazard against that of the lowest."""

    name: str
    cases: int
    outcomes: int
    expected: float
    """Outcomes, if hazards were equal in all groups."""
    hazard_ratio: Estimate | None
    """Against the lowest group; None: it is the lowest."""
    observed_risks: tuple[Estimate, ...]
    """One by each horizon."""
    median_survival: Estimate
    curve: SurvivalCurve | None
    """None where so few are in the group that its steps would be single patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskGroups:
    """Groups of patients by risk from the lowest to the highest, and the test of equal hazards."""

    by: str
    """How the groups were made, in words."""
    groups: tuple[RiskGroup, ...]
    statistic: float
    """Of the log-rank test."""
    degrees: int
    p: float
    cases: int
    missing: int
    """Rows left out because a value was missing."""
    note: str = ""
    """Sentences that belong beside test and ratios."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatmentChoice:
    """If everyone had the treatment with the lowest predicted risk: who would switch, and what was observed."""

    cases: int
    """Of which treatment and risks are known."""
    switch: int
    """Who received another treatment than that with the lowest predicted risk."""
    gain: float
    """Mean predicted fall in risk of those."""
    horizon: float
    observed_received: float
    """Risk of those who received the treatment with the lowest predicted risk."""
    observed_received_interval: Interval | None
    """None: the risk is 0 or 1."""
    observed_other: float
    """Risk of those who would switch."""
    observed_other_interval: Interval | None
    caution: str
    """Belongs beside both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfusionMatrix:
    """Counts of cases by true and predicted class."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """One row for each true class, one column for each predicted class, in the order of the classes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDistances:
    """Counts of cases by how many classes the prediction is off, in classes with an order."""

    distance: tuple[int, ...]
    """Predicted minus true class: negative where the prediction is too low."""
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationAt:
    """Observed against predicted risk by one horizon."""

    horizon: float
    """Days."""
    curve: CalibrationCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAt:
    """Net benefit over threshold probabilities, by one horizon."""

    horizon: float
    """Days."""
    curve: DecisionCurve


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementPlot:
    """Differences against means of two methods (Bland & Altman 1986): counts in a grid, bias, limits of agreement."""

    mean: Points
    """Middle of each cell of the grid that holds a pair."""
    difference: Points
    """Measured minus reference: the middle of the cell."""
    cases: tuple[int, ...]
    """Pairs in the cell."""
    pairs: int
    bias: float
    bias_interval: Interval | None
    lower: float
    """Lower limit of agreement."""
    lower_interval: Interval | None
    upper: float
    upper_interval: Interval | None
    measurement_unit: str
    """Empty where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryTable:
    """Counts of cases by the category that reference and measured value mean: grades, responses to treatment."""

    title: str
    """What the categories are."""
    categories: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """One row for each category of the reference, one column for each of the measured value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrocCurve:
    """Lesion sensitivity against false positives per scan, of one reader or algorithm; begins without a mark."""

    modality: str | None
    reader: str | None
    false_positives_per_case: Points
    """Rising; thinned to a few hundred points."""
    sensitivity: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkCounts:
    """What became of the marks of one reader or algorithm; every mark is in one of the counts."""

    modality: str | None
    reader: str | None
    lesions: int
    hits: int
    """Marks that hit a lesion, and lesions that were hit."""
    false_positives: int
    """Among them the extra marks where these count as false."""
    extra: int
    """Further marks on lesions that were hit."""
    extra_count: bool
    """They are false positives; else they are ignored."""
    in_ignored_regions: int
    beyond_most: int
    """Left out because the scan had too many."""

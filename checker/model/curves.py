"""Points of the figures: aggregates that a report may hold, never rows."""

from dataclasses import dataclass

Points = tuple[float, ...]


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

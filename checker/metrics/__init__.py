"""Arrays to numbers: metrics, their intervals, comparisons and curves; usable alone as a library."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.metrics.base import METRICS, Metric, Undefined
    from checker.metrics.classes import expected_class, most_likely_class
    from checker.metrics.classification import no_information_rate
    from checker.metrics.comparing import compare, compare_groups, design_effect
    from checker.metrics.comparing_ordinal import compare_ordinal
    from checker.metrics.cross_tables import class_distances, confusion_matrix, largest_class
    from checker.metrics.curves import (
        calibration_curve,
        decision_curve,
        roc_curve,
        score_distribution,
    )
    from checker.metrics.discrimination import auroc_tie_range
    from checker.metrics.estimating import estimates
    from checker.metrics.optimum import threshold_optimum
    from checker.metrics.ordinal import dichotomies
    from checker.metrics.patients import aggregate

HOME = {
    "METRICS": "base",
    "Metric": "base",
    "Undefined": "base",
    "aggregate": "patients",
    "auroc_tie_range": "discrimination",
    "calibration_curve": "curves",
    "class_distances": "cross_tables",
    "compare": "comparing",
    "compare_groups": "comparing",
    "compare_ordinal": "comparing_ordinal",
    "confusion_matrix": "cross_tables",
    "decision_curve": "curves",
    "design_effect": "comparing",
    "dichotomies": "ordinal",
    "estimates": "estimating",
    "expected_class": "classes",
    "largest_class": "cross_tables",
    "most_likely_class": "classes",
    "no_information_rate": "classification",
    "roc_curve": "curves",
    "score_distribution": "curves",
    "threshold_optimum": "optimum",
}
"""By name: the file it lives in, imported when the name is first used, so that `import checker.metrics` is light."""

__all__ = [
    "METRICS",
    "Metric",
    "Undefined",
    "aggregate",
    "auroc_tie_range",
    "calibration_curve",
    "class_distances",
    "compare",
    "compare_groups",
    "compare_ordinal",
    "confusion_matrix",
    "decision_curve",
    "design_effect",
    "dichotomies",
    "estimates",
    "expected_class",
    "largest_class",
    "most_likely_class",
    "no_information_rate",
    "roc_curve",
    "score_distribution",
    "threshold_optimum",
]


def __getattr__(name: str) -> object:
    """Return a name of `__all__`, or a metric of binary classification (``metrics.auroc``)."""
    if not name.startswith("_"):
        METRICS = import_module("checker.metrics.estimating").METRICS  # it registers every metric
        if name in HOME:
            return getattr(import_module(f"checker.metrics.{HOME[name]}"), name)
        if ("classification", name) in METRICS:
            return METRICS["classification", name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Arrays to numbers: metrics, their intervals, comparisons and curves; usable alone as a library."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.metrics.agreement import proportional_bias
    from checker.metrics.association import compare_correlations, dependent_correlations
    from checker.metrics.base import METRICS, Metric, Undefined
    from checker.metrics.chance import conger_kappa, fleiss_test, gwet_ac2, light_kappa
    from checker.metrics.classes import expected_class, most_likely_class
    from checker.metrics.classification import no_information_rate
    from checker.metrics.comparing import compare, compare_groups, design_effect
    from checker.metrics.comparing_agreement import compare_agreement
    from checker.metrics.comparing_detection import compare_detection, froc_curves
    from checker.metrics.comparing_masks import compare_segmentations
    from checker.metrics.comparing_ordinal import compare_ordinal
    from checker.metrics.cox import log_rank
    from checker.metrics.cross_tables import class_distances, confusion_matrix, largest_class
    from checker.metrics.cross_validation import over_folds
    from checker.metrics.curves import (
        calibration_curve,
        decision_curve,
        roc_curve,
        score_distribution,
    )
    from checker.metrics.discrimination import auroc_tie_range
    from checker.metrics.estimating import estimates
    from checker.metrics.krippendorff import kendall_w_test
    from checker.metrics.optimum import threshold_optimum
    from checker.metrics.ordinal import dichotomies
    from checker.metrics.patients import aggregate
    from checker.metrics.ratings import raters
    from checker.metrics.reader_comparing import (
        compare_readers,
        reader_agreement,
        reader_roc_curves,
        reader_study,
    )
    from checker.metrics.response import mrecist, overall_response, recist, response_by_volume
    from checker.metrics.survival_comparing import compare_survival
    from checker.metrics.survival_curves import (
        survival_calibration_curve,
        survival_curve,
        survival_decision_curve,
    )
    from checker.metrics.survival_groups import compare_risk_groups, risk_groups
    from checker.metrics.treatment import treatment_choice

HOME = {
    "METRICS": "base",
    "Metric": "base",
    "Undefined": "base",
    "aggregate": "patients",
    "auroc_tie_range": "discrimination",
    "calibration_curve": "curves",
    "class_distances": "cross_tables",
    "compare": "comparing",
    "compare_agreement": "comparing_agreement",
    "compare_correlations": "association",
    "compare_detection": "comparing_detection",
    "compare_groups": "comparing",
    "compare_ordinal": "comparing_ordinal",
    "compare_readers": "reader_comparing",
    "compare_risk_groups": "survival_groups",
    "compare_segmentations": "comparing_masks",
    "compare_survival": "survival_comparing",
    "confusion_matrix": "cross_tables",
    "conger_kappa": "chance",
    "decision_curve": "curves",
    "dependent_correlations": "association",
    "design_effect": "comparing",
    "dichotomies": "ordinal",
    "estimates": "estimating",
    "expected_class": "classes",
    "fleiss_test": "chance",
    "froc_curves": "comparing_detection",
    "gwet_ac2": "chance",
    "kendall_w_test": "krippendorff",
    "largest_class": "cross_tables",
    "light_kappa": "chance",
    "log_rank": "cox",
    "most_likely_class": "classes",
    "mrecist": "response",
    "no_information_rate": "classification",
    "over_folds": "cross_validation",
    "overall_response": "response",
    "proportional_bias": "agreement",
    "raters": "ratings",
    "reader_agreement": "reader_comparing",
    "reader_roc_curves": "reader_comparing",
    "reader_study": "reader_comparing",
    "recist": "response",
    "response_by_volume": "response",
    "risk_groups": "survival_groups",
    "roc_curve": "curves",
    "score_distribution": "curves",
    "survival_calibration_curve": "survival_curves",
    "survival_curve": "survival_curves",
    "survival_decision_curve": "survival_curves",
    "threshold_optimum": "optimum",
    "treatment_choice": "treatment",
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
    "compare_agreement",
    "compare_correlations",
    "compare_detection",
    "compare_groups",
    "compare_ordinal",
    "compare_readers",
    "compare_risk_groups",
    "compare_segmentations",
    "compare_survival",
    "confusion_matrix",
    "conger_kappa",
    "decision_curve",
    "dependent_correlations",
    "design_effect",
    "dichotomies",
    "estimates",
    "expected_class",
    "fleiss_test",
    "froc_curves",
    "gwet_ac2",
    "kendall_w_test",
    "largest_class",
    "light_kappa",
    "log_rank",
    "most_likely_class",
    "mrecist",
    "no_information_rate",
    "over_folds",
    "overall_response",
    "proportional_bias",
    "raters",
    "reader_agreement",
    "reader_roc_curves",
    "reader_study",
    "recist",
    "response_by_volume",
    "risk_groups",
    "roc_curve",
    "score_distribution",
    "survival_calibration_curve",
    "survival_curve",
    "survival_decision_curve",
    "threshold_optimum",
    "treatment_choice",
]


def __getattr__(name: str) -> object:
    """Return a name of `__all__`, or a metric of binary classification (``metrics.auroc``)."""
    if not name.startswith("_"):
        estimating = import_module("checker.metrics.estimating")
        METRICS = estimating.METRICS
        if name == "METRICS":
            for task in estimating.FAMILIES:
                estimating.families(task)  # importing them registers their metrics
        if name in HOME:
            return getattr(import_module(f"checker.metrics.{HOME[name]}"), name)
        if ("classification", name) in METRICS:
            return METRICS["classification", name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Arrays to numbers: metrics, their intervals, comparisons and curves; usable alone as a library."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.metrics.agreement import proportional_bias
    from checker.metrics.association import compare_correlations, dependent_correlations
    from checker.metrics.base import METRICS, Metric, Undefined
    from checker.metrics.chance import conger_kappa, fleiss_test, gwet_ac2, light_kappa
    from checker.metrics.classification import no_information_rate
    from checker.metrics.comparing import compare, compare_groups, design_effect
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
    from checker.metrics.patients import aggregate
    from checker.metrics.ratings import raters
    from checker.metrics.response import mrecist, overall_response, recist, response_by_volume

HOME = {
    "METRICS": "base",
    "Metric": "base",
    "Undefined": "base",
    "aggregate": "patients",
    "auroc_tie_range": "discrimination",
    "calibration_curve": "curves",
    "compare": "comparing",
    "compare_correlations": "association",
    "compare_groups": "comparing",
    "conger_kappa": "chance",
    "decision_curve": "curves",
    "dependent_correlations": "association",
    "design_effect": "comparing",
    "estimates": "estimating",
    "fleiss_test": "chance",
    "gwet_ac2": "chance",
    "kendall_w_test": "krippendorff",
    "light_kappa": "chance",
    "mrecist": "response",
    "no_information_rate": "classification",
    "overall_response": "response",
    "proportional_bias": "agreement",
    "raters": "ratings",
    "recist": "response",
    "response_by_volume": "response",
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
    "compare",
    "compare_correlations",
    "compare_groups",
    "conger_kappa",
    "decision_curve",
    "dependent_correlations",
    "design_effect",
    "estimates",
    "fleiss_test",
    "gwet_ac2",
    "kendall_w_test",
    "light_kappa",
    "mrecist",
    "no_information_rate",
    "overall_response",
    "proportional_bias",
    "raters",
    "recist",
    "response_by_volume",
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

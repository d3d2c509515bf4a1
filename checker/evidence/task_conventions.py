"""Numbers that go by the name of one of our metrics in other tasks: each is in print or in common software."""

from collections.abc import Callable
from typing import NamedTuple

from checker.model.estimate import Estimate, facets


class OtherNumber(NamedTuple):
    """Another recomputed number that a claim on a metric may mean."""

    metric: str
    words: str
    """What it is; completed by its label where labels may differ."""
    turn: Callable[[float], float] = float
    any_label: bool = False
    """Of any label (mean over classes, one class ...), not only of that of our number."""

    def fits(self, ours: Estimate, other: Estimate) -> bool:
        """Return whether the estimate is that number, at the place of ours."""
        left_out = {"label"} if self.any_label else set()
        alike = all(
            getattr(ours, name) == getattr(other, name) or getattr(other, name) is None
            for name in facets()
            if name not in left_out
        )
        return other.metric == self.metric and alike and other is not ours

    def words_for(self, other: Estimate) -> str:
        """Return the words, with the label where it may be any."""
        return f"{self.words} ({other.label})" if self.any_label and other.label else self.words


def _inverse(value: float) -> float:
    return 1 / value if value else float("inf")


def _opposite(value: float) -> float:
    return -value


def _doubled(value: float) -> float:
    return 2 * value


def _halved(value: float) -> float:
    return value / 2


ICC = ("intraclass_correlation", "icc_1_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k")
FORMS = {
    "intraclass_correlation": "ICC(2,1)",
    "icc_1_1": "ICC(1,1)",
    "icc_3_1": "ICC(3,1)",
    "icc_1_k": "ICC(1,k)",
    "icc_2_k": "ICC(2,k)",
    "icc_3_k": "ICC(3,k)",
}
KAPPAS = {
    "weighted_kappa": "kappa with quadratic weights",
    "linear_weighted_kappa": "kappa with linear weights",
    "cohen_kappa": "kappa without weights",
}

OTHER_NUMBERS: dict[str, tuple[OtherNumber, ...]] = {
    # a mean over classes is printed under many names (Hand & Till 2001; scikit-learn)
    "one_vs_rest_auroc": (
        OtherNumber("one_vs_rest_auroc", "another mean over classes", any_label=True),
        OtherNumber(
            "multiclass_auroc", "mean over pairs of classes (Hand and Till)", any_label=True
        ),
        OtherNumber("micro_auroc", "over all pairs of case and class", any_label=True),
    ),
    "multiclass_auroc": (
        OtherNumber("one_vs_rest_auroc", "each class against the others", any_label=True),
        OtherNumber("micro_auroc", "over all pairs of case and class", any_label=True),
    ),
    "micro_auroc": (
        OtherNumber("one_vs_rest_auroc", "each class against the others", any_label=True),
    ),
    # half of Brier's sum is the mean over both classes where there are two
    "brier_score": (OtherNumber("brier_score", "half of the sum over classes", _halved),),
    "multiclass_accuracy": (OtherNumber("balanced_accuracy", "mean sensitivity over classes"),),
    "balanced_accuracy": (OtherNumber("multiclass_accuracy", "share of right classes"),),
    # which kappa is meant is often not said
    **{
        name: tuple(OtherNumber(other, words) for other, words in KAPPAS.items() if other != name)
        for name in KAPPAS
    },
    # so is which ICC (Shrout & Fleiss 1979)
    **{
        name: tuple(OtherNumber(other, FORMS[other]) for other in ICC if other != name)
        for name in ICC
    },
    # concordance is printed under one name, whoever weights it
    "c_index": (OtherNumber("uno_c_index", "Uno's concordance"),),
    "uno_c_index": (OtherNumber("c_index", "Harrell's concordance"),),
    "observed_expected_ratio": (
        OtherNumber("observed_expected_ratio", "expected over observed", _inverse),
    ),
    "bland_altman_bias": (OtherNumber("bland_altman_bias", "reference minus measured", _opposite),),
    "ordinal_c_index": (OtherNumber("obuchowski_measure", "Obuchowski's measure"),),
    "obuchowski_measure": (OtherNumber("ordinal_c_index", "concordance with the ordered classes"),),
    "pearson_correlation": (OtherNumber("spearman_correlation", "rank correlation"),),
    "spearman_correlation": (
        OtherNumber("pearson_correlation", "linear correlation"),
        OtherNumber("kendall_tau", "Kendall's tau"),
    ),
}
"""Metric to the numbers that are tried after ours, in this order."""

"""Numbers that go by the name of one of our metrics in other tasks: each is in print or in common software."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import log
from typing import NamedTuple

from checker.model.estimate import Estimate, Estimates, facets
from checker.model.times import MONTH, YEAR


class OtherNumber(NamedTuple):
    """Another recomputed number that a claim on a metric may mean."""

    metric: str
    words: str
    """What it is; completed by its label where labels may differ."""
    turn: Callable[[float], float] = float
    any_label: bool = False
    """Of any label (mean over classes, one class ...), not only of that of our number: if the claim names none."""
    of_sides: bool = False
    """Labels are sides that change places under the turn, so that a claim that names one may mean the other."""
    itself: bool = False
    """Of our own number, turned."""
    task: str = ""
    """The one task in which it is said; empty: in each that has the metric."""

    def fits(self, ours: Estimate, other: Estimate) -> bool:
        """Return whether the estimate is that number, at the place of ours."""
        left_out = {"label"} if self.any_label else set()
        alike = all(
            getattr(ours, name) == getattr(other, name) or getattr(other, name) is None
            for name in facets()
            if name not in left_out
        )
        return other.metric == self.metric and alike and (other is ours) is self.itself

    def excuses(self, metric: str, named: bool) -> bool:
        """Return whether a claim on the metric may mean it; if not, it only tells why the claim is wrong.

        Args:
            metric: of the claim.
            named: the claim names the label.
        """
        if metric in FORMED and self.metric != metric:
            return False
        return not (named and self.any_label) or self.of_sides

    def words_for(self, other: Estimate) -> str:
        """Return the words, with the label where it may be any."""
        return f"{self.words} ({other.label})" if self.any_label and other.label else self.words


OF_THE_SCORE = "coefficient of the score in a Cox model"


def standing_in(task: str, estimates: Estimates) -> Iterator[Estimate]:
    """Yield the calibration slope of a score without predicted risks: its own coefficient in a Cox model.

    A score is then taken for the linear predictor of its model, as in the first proposals (van Houwelingen 2000).
    """
    ratios = estimates.matching("hazard_ratio", group="all", score="score")
    if task != "survival" or estimates.matching("calibration_slope") or len(ratios) != 1:
        return
    value, interval = ratios[0].value, ratios[0].interval
    if value is not None and interval is not None:
        yield replace(
            ratios[0],
            metric="calibration_slope",
            label=OF_THE_SCORE,
            value=log(value),
            interval=replace(
                interval, low=log(interval.low), high=log(interval.high), method="Wald"
            ),
        )


LOWER_MEANS_MORE = "for a score of which lower means more (1 - C)"


def _logarithm(value: float) -> float:
    return log(value) if value > 0 else float("nan")


def _inverse(value: float) -> float:
    return 1 / value if value else float("inf")


def _opposite(value: float) -> float:
    return -value


def _complement(value: float) -> float:
    return 1 - value


def _square(value: float) -> float:
    return value**2


def _in_months(value: float) -> float:
    return value / MONTH


def _in_years(value: float) -> float:
    return value / YEAR


def _rounded_factor(value: float) -> float:
    return value * 2.77 / (1.96 * 2**0.5)


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
FORMED = {
    *(name for name in FORMS if name != "intraclass_correlation"),
    "linear_weighted_kappa",
    "spearman_correlation",
}
"""Metrics whose names say the form: no other form is meant by them. A plain correlation may be one of ranks."""
KAPPAS = {
    "weighted_kappa": "kappa with quadratic weights",
    "linear_weighted_kappa": "kappa with linear weights",
    "cohen_kappa": "kappa without weights",
}

OF_RATERS = {
    "fleiss_kappa": "Fleiss' kappa",
    "conger_kappa": "Conger's kappa",
    "light_kappa": "mean of Cohen's kappa over pairs of raters (Light)",
}

FREE_RESPONSE = {
    "jafroc": "each lesion once, against cases without one (AFROC)",
    "weighted_jafroc": "each case with lesions once (wAFROC)",
    "jafroc1": "against the false marks of all cases (AFROC1)",
    "weighted_jafroc1": "each case with lesions once, against all cases (wAFROC1)",
}

OTHER_NUMBERS: dict[str, tuple[OtherNumber, ...]] = {
    # a mean over classes is printed under many names (Hand & Till 2001; scikit-learn)
    "one_vs_rest_auroc": (
        OtherNumber("one_vs_rest_auroc", "that of another class or mean", any_label=True),
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
    "brier_score": (
        OtherNumber(
            "brier_score", "half of the sum over classes", _halved, itself=True, task="multiclass"
        ),
    ),
    # overlap as an error, and a difference the other way round
    "jaccard": (
        OtherNumber("jaccard", "volumetric overlap error (1 - IoU)", _complement, itself=True),
    ),
    **{
        name: (
            OtherNumber(name, "reference minus predicted", _opposite, itself=True),
            OtherNumber(f"absolute_{name}", "its size, without the sign"),
        )
        for name in ("volume_difference_ml", "relative_volume_difference")
    },
    "multiclass_accuracy": (OtherNumber("balanced_accuracy", "mean sensitivity over classes"),),
    "balanced_accuracy": (OtherNumber("multiclass_accuracy", "share of right classes"),),
    # which kappa is meant is often not said
    **{
        name: tuple(OtherNumber(other, words) for other, words in KAPPAS.items() if other != name)
        for name in KAPPAS
    },
    # so is which kappa of several raters (Fleiss 1971, Light 1971, Conger 1980)
    **{
        name: tuple(
            OtherNumber(other, words) for other, words in OF_RATERS.items() if other != name
        )
        for name in OF_RATERS
    },
    # so is which ICC (Shrout & Fleiss 1979)
    **{
        name: tuple(OtherNumber(other, FORMS[other]) for other in ICC if other != name)
        for name in ICC
    },
    # concordance is printed under one name, whoever weights it
    "c_index": (
        OtherNumber("uno_c_index", "Uno's concordance"),
        OtherNumber("c_index", LOWER_MEANS_MORE, _complement, itself=True),
    ),
    "uno_c_index": (
        OtherNumber("c_index", "Harrell's concordance"),
        OtherNumber("uno_c_index", LOWER_MEANS_MORE, _complement, itself=True),
    ),
    **{
        name: (OtherNumber(name, LOWER_MEANS_MORE, _complement, itself=True),)
        for name in ("time_dependent_auroc", "dichotomised_auroc")
    },
    "observed_risk": (
        OtherNumber("observed_risk", "the share without the outcome", _complement, itself=True),
    ),
    "hazard_ratio": (
        OtherNumber("hazard_ratio", "of the other direction", _inverse, itself=True),
        OtherNumber("hazard_ratio", "its logarithm, the coefficient", _logarithm, itself=True),
    ),
    **{
        name: (
            OtherNumber(name, "in months", _in_months, itself=True),
            OtherNumber(name, "in years", _in_years, itself=True),
        )
        for name in ("median_survival", "median_follow_up", "restricted_mean_survival")
    },
    # a slope on the score itself is that of a model whose score is its linear predictor
    "calibration_slope": (OtherNumber("hazard_ratio", OF_THE_SCORE, _logarithm, task="survival"),),
    "observed_expected_ratio": (
        OtherNumber("observed_expected_ratio", "expected over observed", _inverse, itself=True),
    ),
    # what an average precision is averaged over is often not said (Lin et al. 2014)
    **{
        name: (OtherNumber("mean_average_precision", "averaged", any_label=True, task="detection"),)
        for name in ("lesion_average_precision", "mean_average_precision")
    },
    # the areas of free-response curves go by one name (Chakraborty 2017)
    **{
        name: tuple(
            OtherNumber(other, words, task="detection")
            for other, words in FREE_RESPONSE.items()
            if other != name
        )
        for name in ("jafroc", "jafroc1")
    },
    # measured minus reference, or the other way round (Bland & Altman 1986 leave it open)
    "bland_altman_bias": (
        OtherNumber("bland_altman_bias", "reference minus measured", _opposite, itself=True),
    ),
    "limits_of_agreement": (
        OtherNumber(
            "limits_of_agreement",
            "reference minus measured",
            _opposite,
            any_label=True,
            of_sides=True,
        ),
    ),
    "repeatability_coefficient": (
        OtherNumber(
            "repeatability_coefficient", "2.77 in place of 1.96 √2", _rounded_factor, itself=True
        ),
    ),
    "r_squared": (OtherNumber("pearson_correlation", "squared Pearson correlation", _square),),
    **{
        name: (OtherNumber(name, "the other modality first", _opposite, itself=True),)
        for name in (
            "reader_auroc_difference",
            "reader_sensitivity_difference",
            "reader_specificity_difference",
        )
    },
    "ordinal_c_index": (
        OtherNumber("obuchowski_measure", "Obuchowski's measure"),
        OtherNumber("ordinal_c_index", LOWER_MEANS_MORE, _complement, itself=True),
    ),
    "obuchowski_measure": (OtherNumber("ordinal_c_index", "concordance with the ordered classes"),),
    "pearson_correlation": (OtherNumber("spearman_correlation", "rank correlation"),),
    "spearman_correlation": (
        OtherNumber("pearson_correlation", "linear correlation"),
        OtherNumber("kendall_tau", "Kendall's tau"),
    ),
}
"""Metric to the numbers that are tried after ours, in this order."""

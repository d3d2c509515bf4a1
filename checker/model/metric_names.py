"""The one list of metric names: what each is called, which tasks have it, how papers spell it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True, slots=True)
class MetricName:
    """A metric as it is called, not as it is computed."""

    name: str
    label: str
    """As a report prints it."""
    family: str
    tasks: tuple[str, ...]
    """Tasks of evaluations, or ``explanation`` for maps."""
    meaning: str
    synonyms: tuple[str, ...] = ()
    """As papers spell it. One spelling may mean different metrics in different tasks."""
    percent_able: bool = False
    """Papers may print it in percent."""


SPOKEN = {"calibration intercept": "calibration_in_the_large"}
"""Words that most papers mean otherwise than a name of ours that is spelt alike (Van Calster et al. 2019)."""


STANDS_FOR: Mapping[str, Mapping[str, str]] = {
    "multiclass": {"auroc": "one_vs_rest_auroc"},
}
"""Task to metrics of other tasks whose words papers use in it, and which of its own they mean."""


def find_metric(text: str, task: str) -> str | None:
    """Return the name of the metric that the text means in the task; None if it has no such metric.

    Case, spaces, underscores, apostrophes and hyphens make no difference (except the hyphen at the
    end of LR-). A name goes before a synonym.
    """
    if meant := SPOKEN.get(" ".join(text.casefold().split())):
        return meant if task in METRIC_NAMES[meant].tasks else None
    return _spellings(task).get(_folded(text))


SUMMARIES: Mapping[str, Literal["mean", "median", "pooled"]] = {
    "mean": "mean",
    "average": "mean",
    "median": "median",
    "global": "pooled",
    "pooled": "pooled",
}
"""Words before or after the name of a measure of each case, and the summary over cases that they mean."""
OF_EACH = re.compile(r"\bper (case|patient|scan)\b", re.IGNORECASE)
"""Words that say that the measure is of each case; alone its mean is meant."""
MEANT_OTHERWISE = (("average", "hausdorff"),)
"""Word and metric that together are another metric: the average Hausdorff distance is a mean over the surface."""
WITH_SUMMARIES = ("segmentation", "explanation")
"""Tasks whose measures are of each case."""


def summary_in(text: str, task: str) -> tuple[str, str] | None:
    """Return the metric and the summary of a text such as "median HD95" or "Dice per case"; None: it is none.

    Both may stand there ("mean Dice per case"), and the summary in brackets.
    """
    if task not in WITH_SUMMARIES:
        return None
    bare = re.sub(rf"[(\[]({'|'.join(SUMMARIES)})[)\]]", r" \1 ", text, flags=re.IGNORECASE)
    spoken = _one_space(re.sub(r"[_,-]", " ", bare))
    if said := _summary_in(spoken, task):
        return said
    rest, found = OF_EACH.subn(" ", spoken)
    if found and (name := find_metric(rest, task)):
        return name, "mean"
    said = _summary_in(_one_space(rest), task)
    return None if said is not None and said[1] == "pooled" else said


def _summary_in(spoken: str, task: str) -> tuple[str, str] | None:
    for words, summary in SUMMARIES.items():
        for bare in (_without_start(spoken, words), _without_end(spoken, words)):
            name = find_metric(bare, task) if bare else None
            if name and (words, name) not in MEANT_OTHERWISE:
                return name, summary
    return None


def _one_space(text: str) -> str:
    return " ".join(text.split())


def _without_start(text: str, words: str) -> str:
    return text[len(words) + 1 :] if text.casefold().startswith(f"{words} ") else ""


def _without_end(text: str, words: str) -> str:
    return text[: -len(words) - 1] if text.casefold().endswith(f" {words}") else ""


def tasks_of(text: str) -> tuple[str, ...]:
    """Return the tasks that have a metric of that name or spelling, in the order of the list."""
    return tuple(task for task in _tasks() if find_metric(text, task))


def metrics_of(task: str) -> tuple[str, ...]:
    """Return the names of the metrics of the task."""
    return tuple(name for name, metric in METRIC_NAMES.items() if task in metric.tasks)


def _folded(text: str) -> str:
    return re.sub(r"[\s_'’]|[-–](?=.)", "", text.replace("−", "-").strip()).casefold()


@cache
def _tasks() -> tuple[str, ...]:
    return tuple(dict.fromkeys(task for metric in METRIC_NAMES.values() for task in metric.tasks))


@cache
def _spellings(task: str) -> Mapping[str, str]:
    metrics = [metric for metric in METRIC_NAMES.values() if task in metric.tasks]
    found: dict[str, str] = {}
    for metric in metrics:
        found[_folded(metric.name)] = metric.name
    for metric in metrics:
        for spelling in (metric.label, *metric.synonyms):
            found.setdefault(_folded(spelling), metric.name)
    if task == "readers":  # of several readers, whichever kappa it is
        found.setdefault("kappa", "fleiss_kappa")
    for other, meant in STANDS_FOR.get(task, {}).items():
        named = METRIC_NAMES[other]
        for spelling in (other, named.label, *named.synonyms):
            found.setdefault(_folded(spelling), meant)
    return found


_ROWS = (
    MetricName(
        "auroc",
        "AUROC",
        "discrimination",
        ("classification", "readers"),
        "Area under the ROC curve; ties count one half.",
        (
            "AUC",
            "ROC AUC",
            "AUC-ROC",
            "AUCROC",
            "area under the curve",
            "area under the ROC curve",
            "area under the receiver operating characteristic curve",
            "c-statistic",
            "c statistic",
            "C-index",
            "concordance statistic",
        ),
        percent_able=True,
    ),
    MetricName(
        "average_precision",
        "average precision",
        "discrimination",
        ("classification",),
        "Area under the precision-recall curve, by steps.",
        ("AP", "AUPRC", "AUC-PR", "PR AUC", "area under the precision-recall curve"),
        percent_able=True,
    ),
    MetricName(
        "partial_auroc",
        "partial AUROC",
        "discrimination",
        ("classification", "readers"),
        "Area under part of the ROC curve, range stated.",
        ("pAUC", "partial AUC"),
        percent_able=True,
    ),
    MetricName(
        "sensitivity_at_specificity",
        "sensitivity at specificity",
        "discrimination",
        ("classification", "readers"),
        (
            "Sensitivity where the specificity has a stated value; a point on the ROC curve, "
            "no operating point."
        ),
        (),
        percent_able=True,
    ),
    MetricName(
        "specificity_at_sensitivity",
        "specificity at sensitivity",
        "discrimination",
        ("classification", "readers"),
        "Specificity where the sensitivity has a stated value.",
        (),
        percent_able=True,
    ),
    MetricName(
        "c_index",
        "Harrell's C-index",
        "discrimination",
        ("survival",),
        "Harrell concordance of risk and survival time.",
        (
            "C-index",
            "Harrell's C",
            "Harrell C",
            "Harrell's C-index",
            "c-statistic",
            "concordance index",
            "concordance",
        ),
        percent_able=True,
    ),
    MetricName(
        "uno_c_index",
        "Uno's C-index",
        "discrimination",
        ("survival",),
        "Concordance with inverse censoring weights, up to the largest horizon.",
        ("Uno's C", "Uno C", "Uno's C-index"),
        percent_able=True,
    ),
    MetricName(
        "time_dependent_auroc",
        "time-dependent AUROC",
        "discrimination",
        ("survival",),
        ("Cumulative/dynamic AUROC for the outcome by a horizon, with inverse censoring weights."),
        ("AUC", "AUROC", "ROC AUC", "time-dependent AUC", "tAUC", "cumulative/dynamic AUC"),
        percent_able=True,
    ),
    MetricName(
        "multiclass_auroc",
        "multiclass AUROC (Hand and Till)",
        "discrimination",
        ("multiclass",),
        "Hand and Till mean of pairwise AUROC.",
        ("Hand and Till AUC", "M-measure"),
        percent_able=True,
    ),
    MetricName(
        "one_vs_rest_auroc",
        "one-vs-rest AUROC",
        "discrimination",
        ("multiclass", "ordinal"),
        "AUROC of each class against the others, and their mean (macro).",
        ("OvR AUC", "one-vs-rest AUC", "one versus rest AUC", "macro AUC", "macro AUROC"),
        percent_able=True,
    ),
    MetricName(
        "micro_auroc",
        "micro-averaged AUROC",
        "discrimination",
        ("multiclass",),
        "AUROC over all pairs of case and class taken together.",
        ("micro AUC", "micro-averaged AUC"),
        percent_able=True,
    ),
    MetricName(
        "dichotomised_auroc",
        "dichotomised AUROC",
        "discrimination",
        ("ordinal",),
        "AUROC at each cut of the ordered classes (F0-F1 against F2-F4 ...).",
        ("dichotomised AUC", "AUROC", "AUC", "area under the curve", "ROC AUC"),
        percent_able=True,
    ),
    MetricName(
        "obuchowski_measure",
        "Obuchowski measure",
        "discrimination",
        ("ordinal",),
        (
            "Mean AUROC over pairs of classes, weighted by class sizes and by a penalty for "
            "distance; weights and penalty named."
        ),
        ("Obuchowski index",),
        percent_able=True,
    ),
    MetricName(
        "ordinal_c_index",
        "ordinal C-index",
        "discrimination",
        ("ordinal",),
        "Concordance of score and ordered classes.",
        ("ordinal c-statistic", "ORC", "C-index", "c-statistic"),
        percent_able=True,
    ),
    MetricName(
        "net_reclassification_improvement",
        "net reclassification improvement",
        "discrimination",
        ("classification", "survival"),
        (
            "Net share moved in the right direction by the second score, with and without the"
            " outcome; categories or continuous, named. Never alone."
        ),
        ("NRI", "net reclassification index"),
        percent_able=True,
    ),
    MetricName(
        "integrated_discrimination_improvement",
        "integrated discrimination improvement",
        "discrimination",
        ("classification", "survival"),
        "Gain in mean risk with the outcome minus gain without it.",
        ("IDI",),
        percent_able=True,
    ),
    MetricName(
        "sensitivity",
        "sensitivity",
        "classification",
        ("classification", "agreement", "readers"),
        "Share of cases with the outcome that score at or above the threshold.",
        ("recall", "TPR", "true positive rate", "hit rate", "sens", "Se"),
        percent_able=True,
    ),
    MetricName(
        "specificity",
        "specificity",
        "classification",
        ("classification", "agreement", "readers"),
        "Share of cases without the outcome that score below it.",
        ("TNR", "true negative rate", "selectivity", "spec", "Sp"),
        percent_able=True,
    ),
    MetricName(
        "positive_predictive_value",
        "positive predictive value",
        "classification",
        ("classification", "readers"),
        "Share of positive decisions that are right, at the observed prevalence.",
        ("PPV", "precision"),
        percent_able=True,
    ),
    MetricName(
        "negative_predictive_value",
        "negative predictive value",
        "classification",
        ("classification", "readers"),
        "Share of negative decisions that are right, at the observed prevalence.",
        ("NPV",),
        percent_able=True,
    ),
    MetricName(
        "accuracy",
        "accuracy",
        "classification",
        ("classification", "readers"),
        "Share of right decisions.",
        ("ACC", "overall accuracy", "diagnostic accuracy"),
        percent_able=True,
    ),
    MetricName(
        "balanced_accuracy",
        "balanced accuracy",
        "classification",
        ("classification", "multiclass", "ordinal"),
        "Mean sensitivity over classes; mean of sensitivity and specificity if there are two.",
        (
            "BACC",
            "BA",
            "macro recall",
            "macro sensitivity",
            "macro-averaged recall",
            "macro-averaged sensitivity",
        ),
        percent_able=True,
    ),
    MetricName(
        "f1",
        "F1 score",
        "classification",
        ("classification",),
        "Harmonic mean of sensitivity and positive predictive value.",
        ("F1 score", "F1-score", "F-score", "F-measure", "F1 measure"),
        percent_able=True,
    ),
    MetricName(
        "matthews_correlation",
        "Matthews correlation coefficient",
        "classification",
        ("classification", "multiclass"),
        "Correlation of decision and outcome.",
        ("MCC", "Matthews correlation coefficient", "phi coefficient"),
        percent_able=True,
    ),
    MetricName(
        "youden_index",
        "Youden's index",
        "classification",
        ("classification",),
        "Sensitivity plus specificity minus one.",
        ("Youden's J", "Youden J", "Youden's index", "J statistic", "informedness"),
        percent_able=True,
    ),
    MetricName(
        "positive_likelihood_ratio",
        "positive likelihood ratio",
        "classification",
        ("classification",),
        "Sensitivity over one minus specificity.",
        ("LR+", "LR positive", "PLR", "positive LR"),
    ),
    MetricName(
        "negative_likelihood_ratio",
        "negative likelihood ratio",
        "classification",
        ("classification",),
        "One minus sensitivity over specificity.",
        ("LR-", "LR negative", "NLR", "negative LR"),
    ),
    MetricName(
        "diagnostic_odds_ratio",
        "diagnostic odds ratio",
        "classification",
        ("classification",),
        "Odds of the outcome at or above the threshold over the odds below it.",
        ("DOR",),
    ),
    MetricName(
        "multiclass_accuracy",
        "multiclass accuracy",
        "classification",
        ("multiclass", "ordinal"),
        "Share of right classes.",
        ("accuracy", "ACC", "overall accuracy"),
        percent_able=True,
    ),
    MetricName(
        "class_sensitivity",
        "class sensitivity",
        "classification",
        ("multiclass", "ordinal"),
        "Sensitivity of each class.",
        ("sensitivity", "recall", "class recall", "TPR"),
        percent_able=True,
    ),
    MetricName(
        "class_specificity",
        "class specificity",
        "classification",
        ("multiclass", "ordinal"),
        "Specificity of each class.",
        ("specificity", "TNR"),
        percent_able=True,
    ),
    MetricName(
        "class_precision",
        "class precision",
        "classification",
        ("multiclass", "ordinal"),
        "Positive predictive value of each class.",
        ("precision", "PPV", "positive predictive value"),
        percent_able=True,
    ),
    MetricName(
        "macro_specificity",
        "macro specificity",
        "classification",
        ("multiclass", "ordinal"),
        "Mean specificity over classes.",
        ("macro-averaged specificity",),
        percent_able=True,
    ),
    MetricName(
        "macro_precision",
        "macro precision",
        "classification",
        ("multiclass", "ordinal"),
        "Mean positive predictive value over classes.",
        ("macro-averaged precision", "macro PPV", "macro-averaged PPV"),
        percent_able=True,
    ),
    MetricName(
        "macro_f1",
        "macro F1",
        "classification",
        ("multiclass", "ordinal"),
        "Mean F1 over classes.",
        ("macro-averaged F1", "macro F1 score", "macro F1-score"),
        percent_able=True,
    ),
    MetricName(
        "off_by_one_accuracy",
        "off by one accuracy",
        "classification",
        ("ordinal",),
        "Share of cases within one class of the truth.",
        ("within-one accuracy", "adjacent accuracy"),
        percent_able=True,
    ),
    MetricName(
        "prevalence",
        "prevalence",
        "classification",
        ("classification",),
        "Share of cases with the outcome.",
        ("event rate",),
        percent_able=True,
    ),
    MetricName(
        "calibration_slope",
        "calibration slope",
        "calibration",
        ("classification", "survival"),
        (
            "Slope of the outcome on the linear predictor (logit of the risk; for survival "
            "log(-log(1 - risk)) in a Cox model); 1 is ideal."
        ),
        ("slope",),
    ),
    MetricName(
        "calibration_in_the_large",
        "calibration in the large",
        "calibration",
        ("classification", "multiclass"),
        (
            "Intercept with the slope fixed at 1; 0 is ideal. Most papers call it calibration"
            " intercept. For survival see observed_expected_ratio."
        ),
        ("CITL", "calibration-in-the-large", "mean calibration"),
    ),
    MetricName(
        "calibration_intercept",
        "calibration intercept (joint)",
        "calibration",
        ("classification", "multiclass"),
        "Intercept estimated together with the slope; not a measure of mean calibration.",
    ),
    MetricName(
        "multinomial_calibration_slope",
        "multinomial calibration slope",
        "calibration",
        ("multiclass",),
        "Slopes of the multinomial recalibration model.",
    ),
    MetricName(
        "observed_expected_ratio",
        "O/E ratio",
        "calibration",
        ("classification", "survival"),
        (
            "Observed over predicted events; for survival Kaplan-Meier or Aalen-Johansen risk"
            " over mean predicted risk at the horizon."
        ),
        (
            "O/E",
            "O:E",
            "OE ratio",
            "O/E ratio",
            "O:E ratio",
            "observed/expected ratio",
            "observed to expected ratio",
        ),
    ),
    MetricName(
        "brier_score",
        "Brier score",
        "calibration",
        ("classification", "multiclass", "survival"),
        "Mean squared error of probabilities; with censoring weights for survival.",
        ("Brier", "Brier loss", "BS"),
        percent_able=True,
    ),
    MetricName(
        "scaled_brier_score",
        "scaled Brier score",
        "calibration",
        ("classification", "survival"),
        (
            "Gain in Brier score over always predicting the prevalence (for survival the "
            "Kaplan-Meier risk; also called IPA)."
        ),
        ("IPA", "index of prediction accuracy", "Brier skill score", "BSS"),
        percent_able=True,
    ),
    MetricName(
        "log_loss",
        "log loss",
        "calibration",
        ("classification", "multiclass"),
        "Mean negative log-likelihood.",
        ("cross-entropy", "logarithmic loss", "negative log-likelihood", "NLL"),
    ),
    MetricName(
        "expected_calibration_error",
        "expected calibration error (ECE)",
        "calibration",
        ("classification", "multiclass"),
        "Mean gap between predicted and observed over bins, bins named.",
        ("ECE",),
        percent_able=True,
    ),
    MetricName(
        "integrated_calibration_index",
        "integrated calibration index (ICI)",
        "calibration",
        ("classification", "survival"),
        "Mean absolute gap between predicted and smoothed observed risk (ICI).",
        ("ICI",),
        percent_able=True,
    ),
    MetricName(
        "calibration_error_median",
        "median calibration error (E50)",
        "calibration",
        ("classification", "survival"),
        "Median of the same gap (E50).",
        ("E50",),
        percent_able=True,
    ),
    MetricName(
        "calibration_error_90",
        "90th percentile of the calibration error (E90)",
        "calibration",
        ("classification", "survival"),
        "90th percentile of the same gap (E90).",
        ("E90",),
        percent_able=True,
    ),
    MetricName(
        "net_benefit",
        "net benefit",
        "utility",
        ("classification", "survival"),
        (
            "True positives minus weighted false positives per patient, over the declared "
            "range; treat all and none beside it."
        ),
        ("NB",),
        percent_able=True,
    ),
    MetricName(
        "standardised_net_benefit",
        "standardised net benefit",
        "utility",
        ("classification",),
        "Net benefit over prevalence.",
        ("sNB", "standardized net benefit", "relative utility"),
        percent_able=True,
    ),
    MetricName(
        "observed_risk",
        "observed risk",
        "survival",
        ("survival",),
        (
            "Risk of the outcome by a horizon, Kaplan-Meier, or Aalen-Johansen under "
            "competing events."
        ),
        ("cumulative incidence", "cumulative risk", "cumulative incidence function", "CIF"),
        percent_able=True,
    ),
    MetricName(
        "survival_probability",
        "survival probability",
        "survival",
        ("survival",),
        "Share without the outcome at a horizon, Kaplan-Meier.",
        (
            "survival rate",
            "overall survival",
            "OS",
            "Kaplan-Meier survival",
            "event-free survival",
            "EFS",
            "disease-free survival",
            "DFS",
            "recurrence-free survival",
            "RFS",
            "progression-free survival",
            "PFS",
        ),
        percent_able=True,
    ),
    MetricName(
        "median_survival",
        "median survival",
        "survival",
        ("survival",),
        "Time by which half of the patients had the outcome.",
        ("median survival time",),
    ),
    MetricName(
        "median_follow_up",
        "median follow-up",
        "survival",
        ("survival",),
        "Median time of follow-up by the reverse Kaplan-Meier method.",
        ("median followup", "median follow-up time"),
    ),
    MetricName(
        "restricted_mean_survival",
        "restricted mean survival",
        "survival",
        ("survival",),
        "Mean time without the outcome up to a horizon: the area below the Kaplan-Meier curve.",
        ("RMST", "restricted mean survival time"),
    ),
    MetricName(
        "hazard_ratio",
        "hazard ratio",
        "survival",
        ("survival",),
        "Hazard ratio between risk groups or per unit of the score, from a Cox model.",
        ("HR",),
    ),
    MetricName(
        "treatment_switch_share",
        "treatment switch share",
        "survival",
        ("survival",),
        "Share of patients whose predicted better treatment is not the one they received.",
        (),
        percent_able=True,
    ),
    MetricName(
        "treatment_switch_benefit",
        "treatment switch benefit",
        "survival",
        ("survival",),
        ("Mean predicted change in risk if they switched; a prediction, not an observed effect."),
        (),
        percent_able=True,
    ),
    MetricName(
        "dice",
        "Dice",
        "overlap",
        ("segmentation",),
        "Twice the intersection over the sum of both volumes.",
        (
            "DSC",
            "Dice score",
            "Dice coefficient",
            "Dice similarity coefficient",
            "Dice similarity",
            "Sorensen-Dice",
            "F1",
            "F1 score",
        ),
        percent_able=True,
    ),
    MetricName(
        "jaccard",
        "Jaccard index (IoU)",
        "overlap",
        ("segmentation",),
        "Intersection over union (IoU); one minus it is the volumetric overlap error.",
        (
            "IoU",
            "intersection over union",
            "Jaccard index",
            "Jaccard coefficient",
            "Jaccard similarity",
            "mIoU",
        ),
        percent_able=True,
    ),
    MetricName(
        "volumetric_overlap_error",
        "volumetric overlap error",
        "overlap",
        ("segmentation",),
        "One minus intersection over union (VOE).",
        ("VOE", "volume overlap error", "overlap error"),
        percent_able=True,
    ),
    MetricName(
        "voxel_sensitivity",
        "voxel sensitivity",
        "overlap",
        ("segmentation",),
        "Share of the reference that is covered.",
        ("sensitivity", "recall", "TPR", "voxel recall"),
        percent_able=True,
    ),
    MetricName(
        "voxel_precision",
        "voxel precision",
        "overlap",
        ("segmentation",),
        "Share of the prediction that lies in the reference.",
        ("precision", "PPV", "positive predictive value"),
        percent_able=True,
    ),
    MetricName(
        "voxel_specificity",
        "voxel specificity",
        "overlap",
        ("segmentation",),
        "Share of the background that is not in the prediction; depends on how much of it the image shows.",
        ("specificity", "TNR", "pixel specificity"),
        percent_able=True,
    ),
    MetricName(
        "voxel_accuracy",
        "voxel accuracy",
        "overlap",
        ("segmentation",),
        "Share of voxels in both masks or in neither; depends on how much background the image shows.",
        ("accuracy", "pixel accuracy"),
        percent_able=True,
    ),
    MetricName(
        "centreline_dice",
        "centreline Dice (clDice)",
        "overlap",
        ("segmentation",),
        (
            "Harmonic mean of the shares of each centreline inside the other mask (clDice); "
            "thinning named."
        ),
        ("clDice", "centerline Dice"),
        percent_able=True,
    ),
    MetricName(
        "centreline_sensitivity",
        "centreline sensitivity",
        "overlap",
        ("segmentation",),
        "Share of the reference centreline inside the prediction.",
        ("centerline sensitivity", "topology sensitivity"),
        percent_able=True,
    ),
    MetricName(
        "centreline_precision",
        "centreline precision",
        "overlap",
        ("segmentation",),
        "Share of the predicted centreline inside the reference.",
        ("centerline precision", "topology precision"),
        percent_able=True,
    ),
    MetricName(
        "hausdorff",
        "Hausdorff distance",
        "surface",
        ("segmentation",),
        "Largest surface distance in mm.",
        (
            "HD",
            "HD100",
            "Hausdorff distance",
            "maximum Hausdorff distance",
            "maximum symmetric surface distance",
            "maximum surface distance",
            "MSSD",
        ),
    ),
    MetricName(
        "hausdorff_95",
        "95 % Hausdorff distance",
        "surface",
        ("segmentation",),
        (
            "Larger of the two directed 95th percentiles of surface distance in mm, weighted "
            "by surface area."
        ),
        ("HD95", "95HD", "95% Hausdorff distance", "95 % HD", "95th percentile Hausdorff distance"),
    ),
    MetricName(
        "hausdorff_95_voxel",
        "95 % Hausdorff distance over border voxels",
        "surface",
        ("segmentation",),
        "The same over border voxels, each counted once.",
    ),
    MetricName(
        "hausdorff_95_pooled",
        "95 % Hausdorff distance, both directions pooled",
        "surface",
        ("segmentation",),
        "95th percentile of both directions taken together, over border voxels.",
    ),
    MetricName(
        "average_surface_distance",
        "average surface distance",
        "surface",
        ("segmentation",),
        "Mean of all surface distances of both directions in mm (ASSD), over border voxels.",
        ("ASSD", "ASD", "average symmetric surface distance", "mean surface distance", "MSD"),
    ),
    MetricName(
        "mean_average_surface_distance",
        "mean average surface distance",
        "surface",
        ("segmentation",),
        "Mean of the two directed mean surface distances in mm (MASD).",
        ("MASD",),
    ),
    MetricName(
        "root_mean_square_surface_distance",
        "root mean square surface distance",
        "surface",
        ("segmentation",),
        "Root of the mean squared surface distance of both directions in mm (RMSD), over border voxels.",
        (
            "RMSD",
            "RMS surface distance",
            "RMSSD",
            "root mean square symmetric surface distance",
            "RMS symmetric surface distance",
        ),
    ),
    MetricName(
        "surface_dice",
        "surface Dice (NSD)",
        "surface",
        ("segmentation",),
        "Share of both surfaces within a tolerance in mm, by area (NSD).",
        (
            "NSD",
            "normalised surface distance",
            "normalized surface distance",
            "normalised surface Dice",
            "normalized surface Dice",
        ),
        percent_able=True,
    ),
    MetricName(
        "reference_volume_ml",
        "Reference volume (ml)",
        "volume",
        ("segmentation",),
        "Volume of the reference in ml.",
        ("reference volume", "true volume", "manual volume"),
    ),
    MetricName(
        "predicted_volume_ml",
        "Predicted volume (ml)",
        "volume",
        ("segmentation",),
        "Volume of the prediction in ml.",
        ("predicted volume", "automatic volume", "segmented volume"),
    ),
    MetricName(
        "volume_difference_ml",
        "volume difference (ml)",
        "volume",
        ("segmentation", "agreement"),
        "Predicted minus reference volume in ml.",
        ("volume difference", "VD"),
    ),
    MetricName(
        "relative_volume_difference",
        "relative volume difference",
        "volume",
        ("segmentation", "agreement"),
        "Volume difference over reference volume, with its sign.",
        ("RVD",),
        percent_able=True,
    ),
    MetricName(
        "absolute_volume_difference_ml",
        "absolute volume difference (ml)",
        "volume",
        ("segmentation", "agreement"),
        "Size of the volume difference in ml.",
        ("AVD", "absolute volume difference"),
    ),
    MetricName(
        "absolute_relative_volume_difference",
        "absolute relative volume difference",
        "volume",
        ("segmentation", "agreement"),
        "Size of the volume difference over reference volume.",
        ("ARVD",),
        percent_able=True,
    ),
    MetricName(
        "panoptic_quality",
        "panoptic quality",
        "overlap",
        ("segmentation",),
        "Detection F1 of instances times their mean overlap.",
        ("PQ",),
        percent_able=True,
    ),
    MetricName(
        "lesion_sensitivity",
        "lesion sensitivity",
        "detection",
        ("detection", "segmentation"),
        "Share of lesions hit, at the operating point.",
        (
            "sensitivity",
            "recall",
            "detection rate",
            "lesion detection rate",
            "lesion-level sensitivity",
            "per-lesion sensitivity",
        ),
        percent_able=True,
    ),
    MetricName(
        "lesion_precision",
        "lesion precision",
        "detection",
        ("detection", "segmentation"),
        "Share of marks that hit a lesion.",
        ("precision", "PPV", "positive predictive value", "lesion-level precision"),
        percent_able=True,
    ),
    MetricName(
        "lesion_f1",
        "lesion F1",
        "detection",
        ("detection", "segmentation"),
        "Harmonic mean of lesion sensitivity and precision.",
        ("F1", "F1 score", "F1-score", "lesion-level F1"),
        percent_able=True,
    ),
    MetricName(
        "false_positives_per_case",
        "false positives per case",
        "detection",
        ("detection", "segmentation"),
        "Marks without a lesion, over all cases that were searched.",
        (
            "FPs per case",
            "FP/case",
            "false positives per scan",
            "FPs per scan",
            "FP per scan",
            "false positive rate per case",
            "FPPI",
            "false positives per image",
            "FP per case",
        ),
    ),
    MetricName(
        "froc_sensitivity",
        "FROC sensitivity",
        "detection",
        ("detection",),
        "Lesion sensitivity at stated false positives per case.",
        (),
        percent_able=True,
    ),
    MetricName(
        "froc_score",
        "FROC score",
        "detection",
        ("detection",),
        (
            "Mean FROC sensitivity at 1/8, 1/4, 1/2, 1, 2, 4 and 8 false positives per case "
            "(competition performance metric)."
        ),
        ("CPM", "competition performance metric", "FROC"),
        percent_able=True,
    ),
    MetricName(
        "lesion_average_precision",
        "lesion average precision",
        "detection",
        ("detection",),
        "Area under the lesion precision-recall curve.",
        ("AP", "average precision"),
        percent_able=True,
    ),
    MetricName(
        "mean_average_precision",
        "mean average precision",
        "detection",
        ("detection",),
        "Mean of lesion average precision over classes, or over overlap limits, named.",
        ("mAP",),
        percent_able=True,
    ),
    MetricName(
        "highest_mark_auroc",
        "AUROC of the highest mark",
        "detection",
        ("detection", "readers"),
        "AUROC of the highest mark of each case; a case without a mark ranks lowest.",
        (
            "highest rating AUROC",
            "patient-level AUROC",
            "case-level AUROC",
            "patient-level AUC",
            "case-level AUC",
        ),
        percent_able=True,
    ),
    MetricName(
        "jafroc",
        "JAFROC (AFROC area)",
        "detection",
        ("detection", "readers"),
        (
            "Chance that a lesion is marked higher than the highest false mark of a case "
            "without lesion (AFROC area); each lesion counts once."
        ),
        ("AFROC", "AFROC AUC"),
        percent_able=True,
    ),
    MetricName(
        "weighted_jafroc",
        "weighted JAFROC (wAFROC area)",
        "detection",
        ("detection", "readers"),
        "The same, lesions weighted so that each case with lesions counts once (wAFROC area).",
        ("wAFROC", "wAFROC AUC"),
        percent_able=True,
    ),
    MetricName(
        "jafroc1",
        "JAFROC1 (AFROC1 area)",
        "detection",
        ("detection", "readers"),
        "As jafroc, with the highest false mark of every case (AFROC1 area).",
        ("AFROC1",),
        percent_able=True,
    ),
    MetricName(
        "weighted_jafroc1",
        "weighted JAFROC1 (wAFROC1 area)",
        "detection",
        ("detection", "readers"),
        "As weighted_jafroc, with the highest false mark of every case (wAFROC1 area).",
        ("wAFROC1",),
        percent_able=True,
    ),
    MetricName(
        "case_sensitivity",
        "sensitivity by case",
        "detection",
        ("detection",),
        "Share of the cases with a lesion that have a mark at or above the threshold, wherever it is.",
        (
            "case-level sensitivity",
            "scan-level sensitivity",
            "patient-level sensitivity",
            "per-patient sensitivity",
            "sensitivity per patient",
        ),
        percent_able=True,
    ),
    MetricName(
        "case_specificity",
        "specificity by case",
        "detection",
        ("detection",),
        "Share of the cases without a lesion that have no mark at or above the threshold.",
        (
            "specificity",
            "case-level specificity",
            "scan-level specificity",
            "patient-level specificity",
            "per-patient specificity",
            "specificity per patient",
        ),
        percent_able=True,
    ),
    MetricName(
        "type_accuracy",
        "accuracy of type among detected lesions",
        "detection",
        ("detection",),
        "Share of the lesions that were hit whose mark names the right type.",
        ("accuracy", "classification accuracy", "characterisation accuracy"),
        percent_able=True,
    ),
    MetricName(
        "type_sensitivity",
        "sensitivity of type among detected lesions",
        "detection",
        ("detection",),
        "Share of the lesions of one type that were hit whose mark names this type.",
        (),
        percent_able=True,
    ),
    MetricName(
        "bland_altman_bias",
        "Bland-Altman bias",
        "agreement",
        ("agreement",),
        "Mean difference.",
        ("bias", "mean difference", "mean bias"),
    ),
    MetricName(
        "limits_of_agreement",
        "limits of agreement",
        "agreement",
        ("agreement",),
        "Bias plus and minus 1.96 standard deviations of the differences.",
        ("LoA", "LOA", "95% limits of agreement", "95 % limits of agreement"),
    ),
    MetricName(
        "intraclass_correlation",
        "ICC(2,1)",
        "agreement",
        ("agreement",),
        (
            "ICC(2,1), two-way random, absolute agreement, one measurement. A claim that says"
            " only ICC is tried under all six forms."
        ),
        (
            "ICC",
            "ICC(2,1)",
            "ICC2,1",
            "icc_2_1",
            "intraclass correlation coefficient",
            "ICC(A,1)",
        ),
        percent_able=True,
    ),
    MetricName(
        "icc_1_1",
        "ICC(1,1)",
        "agreement",
        ("agreement",),
        "ICC(1,1), one-way random, one measurement.",
        ("ICC(1,1)", "ICC(1)"),
    ),
    MetricName(
        "icc_3_1",
        "ICC(3,1)",
        "agreement",
        ("agreement",),
        "ICC(3,1), two-way mixed, consistency, one measurement.",
        ("ICC(3,1)", "ICC(C,1)"),
    ),
    MetricName(
        "icc_1_k",
        "ICC(1,k)",
        "agreement",
        ("agreement",),
        "ICC(1,k), one-way random, mean of k.",
        ("ICC(1,k)",),
    ),
    MetricName(
        "icc_2_k",
        "ICC(2,k)",
        "agreement",
        ("agreement",),
        "ICC(2,k), two-way random, absolute agreement, mean of k.",
        ("ICC(2,k)", "ICC(A,k)"),
    ),
    MetricName(
        "icc_3_k",
        "ICC(3,k)",
        "agreement",
        ("agreement",),
        "ICC(3,k), two-way mixed, consistency, mean of k.",
        ("ICC(3,k)", "ICC(C,k)"),
    ),
    MetricName(
        "concordance_correlation",
        "Lin's concordance correlation",
        "agreement",
        ("agreement",),
        "Lin concordance.",
        ("CCC", "Lin's CCC", "concordance correlation coefficient", "Lin's concordance"),
        percent_able=True,
    ),
    MetricName(
        "pearson_correlation",
        "Pearson correlation",
        "agreement",
        ("agreement",),
        "Linear correlation; no measure of agreement.",
        (
            "Pearson's r",
            "Pearson r",
            "Pearson",
            "r",
            "correlation",
            "correlation coefficient",
            "PCC",
        ),
    ),
    MetricName(
        "spearman_correlation",
        "Spearman correlation",
        "agreement",
        ("agreement", "ordinal"),
        "Rank correlation; no measure of agreement.",
        ("Spearman's rho", "Spearman rho", "Spearman", "rho"),
    ),
    MetricName(
        "kendall_tau",
        "Kendall's tau-b",
        "agreement",
        ("agreement", "ordinal"),
        "Rank correlation by pairs (tau-b).",
        ("Kendall's tau", "tau-b", "tau"),
    ),
    MetricName(
        "mean_absolute_error",
        "mean absolute error",
        "agreement",
        ("agreement",),
        "Mean absolute difference.",
        ("MAE",),
    ),
    MetricName(
        "root_mean_squared_error",
        "root mean squared error",
        "agreement",
        ("agreement",),
        "Root of the mean squared difference.",
        ("RMSE", "root mean square error"),
    ),
    MetricName(
        "mean_absolute_percentage_error",
        "mean absolute percentage error",
        "agreement",
        ("agreement",),
        "Mean absolute difference over the reference.",
        ("MAPE",),
        percent_able=True,
    ),
    MetricName(
        "within_subject_sd",
        "within-subject standard deviation",
        "agreement",
        ("agreement",),
        "Standard deviation of replicates of one patient.",
        ("wSD", "within-subject standard deviation"),
    ),
    MetricName(
        "within_subject_cv",
        "within-subject coefficient of variation",
        "agreement",
        ("agreement",),
        "The same over the mean (root mean square).",
        ("wCV", "within-subject coefficient of variation"),
        percent_able=True,
    ),
    MetricName(
        "repeatability_coefficient",
        "repeatability coefficient",
        "agreement",
        ("agreement",),
        "1.96 times the root of 2 times the within-subject standard deviation.",
        ("RC", "RDC", "CR", "coefficient of repeatability"),
    ),
    MetricName(
        "r_squared",
        "R²",
        "agreement",
        ("agreement",),
        "Share of variance explained by the prediction itself, without refitting.",
        ("R2", "R²", "R^2", "coefficient of determination"),
        percent_able=True,
    ),
    MetricName(
        "regression_slope",
        "regression slope",
        "agreement",
        ("agreement",),
        "Least-squares slope of the measurement on the reference or on a covariate column.",
    ),
    MetricName(
        "regression_intercept",
        "regression intercept",
        "agreement",
        ("agreement",),
        "Its intercept.",
    ),
    MetricName(
        "deming_slope",
        "Deming slope",
        "agreement",
        ("agreement",),
        "Slope with errors in both; ratio of error variances named.",
    ),
    MetricName(
        "deming_intercept", "Deming intercept", "agreement", ("agreement",), "Its intercept."
    ),
    MetricName(
        "passing_bablok_slope",
        "Passing-Bablok slope",
        "agreement",
        ("agreement",),
        "Median of pairwise slopes, shifted.",
    ),
    MetricName(
        "passing_bablok_intercept",
        "Passing-Bablok intercept",
        "agreement",
        ("agreement",),
        "Its intercept.",
    ),
    MetricName(
        "reference_limit",
        "reference limit",
        "agreement",
        ("agreement",),
        (
            "Limit of normal (a stated percentile, or mean plus 1.96 standard deviations), "
            "also conditional on a covariate."
        ),
    ),
    MetricName(
        "cohen_kappa",
        "Cohen's kappa",
        "agreement",
        ("classification", "multiclass", "ordinal", "agreement"),
        "Chance-corrected agreement of two raters.",
        ("kappa", "Cohen's kappa", "κ"),
        percent_able=True,
    ),
    MetricName(
        "weighted_kappa",
        "quadratic weighted kappa",
        "agreement",
        ("ordinal", "agreement"),
        "Kappa with quadratic weights for ordered classes.",
        (
            "QWK",
            "quadratic weighted kappa",
            "quadratic kappa",
            "quadratically weighted kappa",
            "weighted Cohen kappa",
        ),
        percent_able=True,
    ),
    MetricName(
        "linear_weighted_kappa",
        "linear weighted kappa",
        "agreement",
        ("ordinal", "agreement"),
        "Kappa with linear weights.",
        ("linear kappa", "linearly weighted kappa"),
        percent_able=True,
    ),
    MetricName(
        "fleiss_kappa",
        "Fleiss' kappa",
        "agreement",
        ("agreement", "readers"),
        "Chance-corrected agreement of several raters.",
        ("Fleiss's kappa", "Fleiss' kappa"),
        percent_able=True,
    ),
    MetricName(
        "light_kappa",
        "Light's kappa",
        "agreement",
        ("agreement",),
        "Mean of Cohen's kappa over all pairs of raters.",
        ("Light's kappa", "mean pairwise kappa", "mean kappa", "average pairwise kappa"),
        percent_able=True,
    ),
    MetricName(
        "conger_kappa",
        "Conger's kappa",
        "agreement",
        ("agreement",),
        "Chance-corrected agreement of several raters of whom each keeps his own shares.",
        ("Conger's kappa", "exact Fleiss' kappa", "exact kappa"),
        percent_able=True,
    ),
    MetricName(
        "gwet_ac1",
        "Gwet's AC1",
        "agreement",
        ("classification", "multiclass", "agreement", "readers"),
        "Agreement corrected by a chance term that stays stable at extreme prevalence.",
        ("AC1", "Gwet's AC1"),
        percent_able=True,
    ),
    MetricName(
        "krippendorff_alpha",
        "Krippendorff's alpha",
        "agreement",
        ("agreement",),
        "Agreement of several raters with gaps; scale named.",
        ("Krippendorff alpha",),
        percent_able=True,
    ),
    MetricName(
        "kendall_w",
        "Kendall's W",
        "agreement",
        ("agreement",),
        "Concordance of several rankings.",
        ("Kendall's W",),
        percent_able=True,
    ),
    MetricName(
        "percent_agreement",
        "percent agreement",
        "agreement",
        ("classification", "multiclass", "ordinal", "agreement", "readers"),
        "Share of cases with the same category.",
        ("agreement", "overall agreement", "percentage agreement", "observed agreement"),
        percent_able=True,
    ),
    MetricName(
        "response_agreement",
        "response agreement",
        "agreement",
        ("agreement",),
        "Kappa of the response categories that follow from measured and reference change or sums.",
        (),
        percent_able=True,
    ),
    MetricName(
        "objective_response_rate",
        "objective response rate",
        "agreement",
        ("agreement",),
        "Share of patients with complete or partial response, by reference or measured value.",
        ("ORR", "overall response rate", "response rate"),
        percent_able=True,
    ),
    MetricName(
        "disease_control_rate",
        "disease control rate",
        "agreement",
        ("agreement",),
        "Share of patients with response or stable disease, by reference or measured value.",
        ("DCR", "clinical benefit rate"),
        percent_able=True,
    ),
    MetricName(
        "reader_auroc",
        "AUROC of a reader",
        "readers",
        ("readers",),
        "AUROC of each reader under each condition.",
        ("reader AUC", "AUROC per reader", "AUC per reader"),
        percent_able=True,
    ),
    MetricName(
        "reader_auroc_difference",
        "difference in reader AUROC",
        "readers",
        ("readers",),
        (
            "Mean difference between conditions (Obuchowski-Rockette), readers and cases "
            "random or fixed as named."
        ),
        ("AUC difference", "difference in AUC", "reader AUC difference", "ΔAUC"),
        percent_able=True,
    ),
    MetricName(
        "mean_reader_sensitivity",
        "mean sensitivity of readers",
        "readers",
        ("readers",),
        "Mean over readers of the sensitivity under each condition.",
        ("average sensitivity of readers", "reader-averaged sensitivity"),
        percent_able=True,
    ),
    MetricName(
        "mean_reader_specificity",
        "mean specificity of readers",
        "readers",
        ("readers",),
        "Mean over readers of the specificity under each condition.",
        ("average specificity of readers", "reader-averaged specificity"),
        percent_able=True,
    ),
    MetricName(
        "mean_reader_accuracy",
        "mean accuracy of readers",
        "readers",
        ("readers",),
        "Mean over readers of the accuracy under each condition.",
        ("average accuracy of readers", "reader-averaged accuracy"),
        percent_able=True,
    ),
    MetricName(
        "reader_sensitivity_difference",
        "reader sensitivity difference",
        "readers",
        ("readers",),
        "The same for sensitivity at the readers' decisions.",
        ("difference in sensitivity",),
        percent_able=True,
    ),
    MetricName(
        "reader_specificity_difference",
        "reader specificity difference",
        "readers",
        ("readers",),
        "The same for specificity.",
        ("difference in specificity",),
        percent_able=True,
    ),
    MetricName(
        "reader_accuracy_difference",
        "reader accuracy difference",
        "readers",
        ("readers",),
        "The same for accuracy.",
        ("difference in accuracy",),
        percent_able=True,
    ),
    MetricName(
        "pointing_game",
        "pointing game",
        "explanation",
        ("explanation",),
        "Share of maps whose maximum lies in the expected region.",
        ("pointing game accuracy",),
        percent_able=True,
    ),
    MetricName(
        "energy_in_region",
        "energy in region",
        "explanation",
        ("explanation",),
        "Share of map energy inside the expected region.",
        ("energy-based pointing game", "EBPG"),
        percent_able=True,
    ),
    MetricName(
        "region_area_share",
        "area of the region",
        "explanation",
        ("explanation",),
        "Share of the voxels searched that lie in the region: what a map without aim has there by chance.",
        percent_able=True,
    ),
    MetricName(
        "energy_beyond_chance",
        "energy beyond chance",
        "explanation",
        ("explanation",),
        "Share of map energy inside the region minus the region's share of the area.",
        percent_able=True,
    ),
    MetricName(
        "energy_over_chance",
        "energy over chance",
        "explanation",
        ("explanation",),
        "Mean share of map energy inside the region over the region's mean share of the area.",
    ),
    MetricName(
        "energy_exceeds_chance",
        "maps above chance",
        "explanation",
        ("explanation",),
        "Share of maps of which more energy lies inside the region than its share of the area.",
        percent_able=True,
    ),
    MetricName(
        "map_region_overlap",
        "map region overlap",
        "explanation",
        ("explanation",),
        "Dice of the thresholded map and the expected region.",
        (),
        percent_able=True,
    ),
    MetricName(
        "map_region_overlap_by_chance",
        "overlap by chance",
        "explanation",
        ("explanation",),
        "Dice of the region and as many voxels laid at random, on average.",
        percent_able=True,
    ),
    MetricName(
        "map_repeat_similarity",
        "map repeat similarity",
        "explanation",
        ("explanation",),
        "Rank correlation of maps of the same case from repeated runs or models.",
    ),
    MetricName(
        "map_between_cases_similarity",
        "map similarity between cases",
        "explanation",
        ("explanation",),
        "Rank correlation of maps of different cases; near 1 the maps are the same whatever the image shows.",
    ),
    MetricName(
        "accuracy_as_expected",
        "accuracy where as expected",
        "explanation",
        ("explanation",),
        "Accuracy of the model on cases with more map energy inside the expected region than by chance.",
        percent_able=True,
    ),
    MetricName(
        "accuracy_not_as_expected",
        "accuracy elsewhere",
        "explanation",
        ("explanation",),
        "Accuracy of the model on cases with no more map energy inside the expected region than by chance.",
        percent_able=True,
    ),
    MetricName(
        "accuracy_difference_as_expected",
        "difference of accuracy",
        "explanation",
        ("explanation",),
        "Accuracy where the map lies as expected minus accuracy where it does not.",
        percent_able=True,
    ),
)
METRIC_NAMES: Mapping[str, MetricName] = MappingProxyType({each.name: each for each in _ROWS})
"""Every metric, by name; families stand together."""

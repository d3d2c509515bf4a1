"""Which of many numbers stand for an evaluation where there is room for a few: on a screen of text, by group."""

from collections.abc import Sequence
from typing import NamedTuple

from checker.model.detection import MODEL
from checker.model.estimate import Estimate
from checker.model.evidence import FoldEstimate
from checker.model.measures import EVERY
from checker.model.report import EvaluationReport

SHORT: dict[str, tuple[str, ...]] = {
    "classification": (
        "auroc",
        "sensitivity",
        "specificity",
        "accuracy",
        "calibration_in_the_large",
        "calibration_slope",
        "brier_score",
    ),
    "multiclass": (
        "one_vs_rest_auroc",
        "multiclass_auroc",
        "multiclass_accuracy",
        "balanced_accuracy",
        "macro_f1",
        "cohen_kappa",
        "brier_score",
        "log_loss",
    ),
    "ordinal": (
        "obuchowski_measure",
        "ordinal_c_index",
        "dichotomised_auroc",
        "multiclass_accuracy",
        "off_by_one_accuracy",
        "weighted_kappa",
        "spearman_correlation",
    ),
    "survival": (
        "c_index",
        "uno_c_index",
        "time_dependent_auroc",
        "observed_risk",
        "calibration_slope",
        "observed_expected_ratio",
        "brier_score",
    ),
    "agreement": (
        "bland_altman_bias",
        "limits_of_agreement",
        "concordance_correlation",
        "mean_absolute_error",
        "repeatability_coefficient",
        "intraclass_correlation",
        "percent_agreement",
        "cohen_kappa",
        "weighted_kappa",
        "fleiss_kappa",
        "krippendorff_alpha",
        "gwet_ac1",
        "sensitivity",
        "specificity",
        "response_agreement",
        "objective_response_rate",
    ),
    "readers": (
        "auroc",
        "mean_reader_sensitivity",
        "mean_reader_specificity",
        "reader_auroc_difference",
        "reader_sensitivity_difference",
        "reader_specificity_difference",
    ),
    "segmentation": (
        "dice",
        "surface_dice",
        "hausdorff_95",
        "average_surface_distance",
        "relative_volume_difference",
        "centreline_dice",
        "lesion_sensitivity",
        "lesion_precision",
        "panoptic_quality",
    ),
    "explanation": (
        "energy_in_region",
        "region_area_share",
        "energy_over_chance",
        "energy_exceeds_chance",
        "pointing_game",
        "map_region_overlap",
        "accuracy_difference_as_expected",
        "map_repeat_similarity",
        "map_between_cases_similarity",
    ),
    "detection": (
        "lesion_sensitivity",
        "lesion_precision",
        "false_positives_per_case",
        "froc_score",
        "lesion_average_precision",
        "highest_mark_auroc",
        "weighted_jafroc",
    ),
}
"""Task to the metrics of the short table of performance; the reports have all."""
BY_GROUP: dict[str, tuple[str, ...]] = {
    "classification": ("auroc", "sensitivity", "specificity"),
    "multiclass": ("one_vs_rest_auroc", "multiclass_accuracy", "balanced_accuracy"),
    "ordinal": ("obuchowski_measure", "multiclass_accuracy", "weighted_kappa"),
    "survival": ("c_index", "uno_c_index"),
    "agreement": ("bland_altman_bias", "mean_absolute_error", "intraclass_correlation"),
    "readers": ("auroc", "mean_reader_sensitivity", "mean_reader_specificity"),
    "segmentation": ("dice", "hausdorff_95", "relative_volume_difference"),
    "explanation": ("energy_in_region", "region_area_share", "pointing_game"),
    "detection": ("lesion_sensitivity", "false_positives_per_case", "froc_score"),
}
"""Task to the metrics that are shown by group, one panel and one column each, where they were computed."""
PARTS_OF_A_CASE = ("lesion", "mark")
"""Units of numbers that are not counted in cases."""
USUAL_LABELS = (None, "macro", "mean")
OTHER_SUMMARIES = ("median", "pooled")
BY_EVERY_LABEL = ("dichotomised_auroc", "objective_response_rate")
SHORT_LABELS = (*USUAL_LABELS, "lower", "upper")


def short_list(evaluation: EvaluationReport) -> tuple[Estimate, ...]:
    """Return the few numbers that say most: of the model, of no single class, of no single reader."""
    return tuple(
        each
        for metric in _listed(SHORT, evaluation.task)
        for each in evaluation.estimates
        if _is_short(each, metric)
    )


def short_folds(evaluation: EvaluationReport) -> tuple[FoldEstimate, ...]:
    """Return the means over folds of the same numbers; none without a cross-validation."""
    found = evaluation.fold_estimates
    return tuple(
        each
        for metric in _listed(SHORT, evaluation.task)
        for each in (found.values if found else ())
        if _is_short(each.mean, metric)
    )


def _is_short(estimate: Estimate, metric: str) -> bool:
    return (
        estimate.metric == metric
        and estimate.score == "score"
        and estimate.reader is None
        and estimate.summary not in OTHER_SUMMARIES
        and (estimate.label in SHORT_LABELS or metric in BY_EVERY_LABEL)
    )


def _listed(lists: dict[str, tuple[str, ...]], task: str) -> tuple[str, ...]:
    """Return the metrics of the task; of one that is not known, all."""
    every = dict.fromkeys(metric for listed in lists.values() for metric in listed)
    return lists.get(task, tuple(every))


def usual_structure(evaluation: EvaluationReport) -> str | None:
    """Return the structure that stands for a segmentation: the mean over several, or the one there is."""
    found = {each.structure for each in evaluation.estimates} - {None}
    return EVERY if EVERY in found or len(found) != 1 else found.pop()


class Usual(NamedTuple):
    """What stands for an evaluation where a metric has several numbers."""

    structure: str | None
    modality: str | None


def usual(evaluation: EvaluationReport) -> Usual:
    """Return the structure that stands for a segmentation, and the modality where further algorithms marked lesions."""
    modalities = {each.modality for each in evaluation.estimates if each.versus is None}
    several = evaluation.task == "detection" and MODEL in modalities
    return Usual(usual_structure(evaluation), MODEL if several else None)


def is_plain(estimate: Estimate, usual: Usual) -> bool:
    """Return whether the number is the usual one of its metric: of the model, of no single class, horizon or reader."""
    return (
        estimate.score == "score"
        and estimate.label in USUAL_LABELS
        and estimate.horizon is None
        and estimate.reader is None
        and estimate.modality == usual.modality
        and estimate.summary not in OTHER_SUMMARIES
        and estimate.tolerance_mm is None
        and estimate.structure in (None, usual.structure)
    )


def group_metrics(evaluation: EvaluationReport) -> tuple[str, ...]:
    """Return the metrics that are shown by group, of those that were computed for one."""
    plain = usual(evaluation)
    return tuple(
        metric
        for metric in _listed(BY_GROUP, evaluation.task)
        if any(
            each.metric == metric and is_plain(each, plain)
            for each in evaluation.subgroup_estimates
        )
    )


def group_cases(evaluation: EvaluationReport) -> dict[str, int]:
    """Return the number of cases of each group, by ``column = value``."""
    if evaluation.group_sizes:
        return {f"{each.column} = {each.name}": each.cases for each in evaluation.group_sizes}
    return _largest(evaluation.subgroup_estimates)


def _largest(estimates: Sequence[Estimate]) -> dict[str, int]:
    """Return the most cases behind any number of each group; lesions and marks of a case are no cases."""
    found: dict[str, int] = {}
    for each in estimates:
        if each.unit in PARTS_OF_A_CASE:
            continue
        found[each.group] = max(each.cases, found.get(each.group, 0))
    return found

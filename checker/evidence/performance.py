"""Evidence about how the model does: estimates, comparisons and the points of the figures."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import version
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from checker import metrics
from checker.evidence.base import evidence
from checker.metrics.second_opinion import FURTHEST
from checker.metrics.second_opinion import second_opinion as by_another_program
from checker.model.curves import CalibrationCurve, DecisionCurve, RocCurve, ScoreDistribution
from checker.model.estimate import Comparison, Estimate, Estimates
from checker.model.evidence import CrossTable, DesignEffect, SecondOpinion, ThresholdOptimum
from checker.model.predictions import Codes, Predictions, TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation, Study
from checker.needs import Absent, DoesNotApply, NotEstablished, either, stated

CASE_CONTROL = ("case_control", "nested_case_control", "case_cohort")
"""Designs in which the share with the outcome was chosen, not found."""
TABLED_THRESHOLDS = 5
"""Threshold probabilities over the declared range at which net benefit is told in numbers."""


class Scored(NamedTuple):
    """The rows of an evaluation that can be scored: outcome and score are known. Arrays have shape (cases,)."""

    outcome: NDArray[np.bool_]
    score: NDArray[np.float64]
    patient: NDArray[np.int64] | None
    """Codes; None where a row is taken as a patient."""
    keep: NDArray[np.bool_]
    """Shape (rows of the file,): which rows these are."""
    missing: int


@evidence
def scored(predictions: Predictions) -> Scored:
    """Return the complete rows; one that names no patient, where others do, is a patient of its own.

    Raises:
        NotEstablished: no row is complete.
    """
    keep = (predictions.outcome >= 0) & ~np.isnan(predictions.score)
    if not keep.any():
        raise NotEstablished(f"no row of {predictions.file} has both an outcome and a score")
    patient = None
    if predictions.patient is not None:
        patient = predictions.patient.codes[keep].copy()
        nobody = patient < 0
        patient[nobody] = len(predictions.patient.names) + np.arange(np.count_nonzero(nobody))
    return Scored(
        predictions.outcome[keep] == 1,
        predictions.score[keep],
        patient,
        keep,
        int((~keep).sum()),
    )


@evidence
def columns(predictions: Predictions, scored: Scored) -> Mapping[str, NDArray[np.generic]]:
    """Return the columns as the metrics name them, incomplete rows included (they are counted there)."""
    given: dict[str, NDArray[np.generic]] = {
        "outcome": predictions.outcome,
        "score": predictions.score,
    }
    if predictions.patient is not None:
        given["patient"] = predictions.patient.codes
    return given


@evidence
def classified(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if it is a binary classification.

    Raises:
        DoesNotApply: it is of another task.
    """
    if evaluation.task != "classification":
        raise DoesNotApply(f"the task is {evaluation.task}")
    return evaluation


@evidence
def threshold(evaluation: Evaluation, predictions: Predictions) -> float:
    """Return the declared threshold on the stored score (turned with it, if lower scores are positive).

    Raises:
        NotEstablished: threshold and scores are on different scales.
    """
    declared = stated(evaluation.operating_point.threshold, "evaluations.operating_point.threshold")
    stored = -declared if predictions.lower_is_positive else declared
    return on_scale(stored, predictions.score)


def on_scale(threshold: float, score: NDArray[np.float64]) -> float:
    """Return the threshold, unless it or the scores are in percent and the other is not: a sentence that asks.

    Raises:
        NotEstablished: it lies outside all scores, and a hundred times or a hundredth of it among them.
    """
    known = np.abs(score[~np.isnan(score)])  # a score of which lower is positive is stored turned
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    given = abs(threshold)
    if low <= given <= high or not given:
        return threshold
    in_percent = given < 1 < high <= 100
    scaled = 100 * given if in_percent else given / 100
    if low <= scaled <= high and (in_percent or high <= 1 < given):
        which = "are the scores" if in_percent else "is the threshold"
        raise NotEstablished(
            f"the threshold {given:g} lies outside all scores ({low:.3g} to {high:.3g}), and {scaled:g} would not: "
            f"{which} in percent? Give both on one scale"
        )
    return threshold


EXACT = ("fixed_before", "published")
"""Origins of a threshold that is what it is printed as."""
MOST_CUTS = 200
"""More cuts than this between two thresholds are not all tried, but as many of them, evenly spread."""


def thresholds_that_print(
    threshold: float, origin: str | None, score: NDArray[np.float64]
) -> tuple[float, ...]:
    """Return a threshold for every way to decide among those that round to the printed one, rising.

    A threshold that was fixed beforehand or published is what it is, and one with a single digit after the point is
    a round number. Others come from data, and were printed with fewer digits than they had.

    Args:
        threshold: on the stored score.
        origin: evaluations.operating_point.origin.
        score: shape (cases,), none missing.
    """
    decimals = len(f"{Decimal(repr(threshold)).normalize():f}".partition(".")[2])
    if origin not in EXACT and decimals >= 2:
        half = 0.5 * 10.0**-decimals * (1 + 1e-9)
        cuts = np.unique(score[(score > threshold - half) & (score < threshold + half)])
        if len(cuts) > MOST_CUTS:
            cuts = cuts[np.linspace(0, len(cuts) - 1, MOST_CUTS).round().astype(np.int64)]
        return tuple(map(float, [*cuts, threshold + half])) if len(cuts) else ()
    return ()


@evidence
def is_probability(study: Study, predictions: Predictions) -> bool:
    """Return whether the score is a probability: as described, else by its values."""
    if predictions.lower_is_positive:
        return False
    if study.model.output is not None:
        return study.model.output == "probability"
    known = predictions.score[~np.isnan(predictions.score)]
    return bool(((known >= 0) & (known <= 1)).all())


@evidence
def probability(
    study: Study, scored: Scored, is_probability: bool, predictions: Predictions
) -> NDArray[np.float64]:
    """Return the score as a probability.

    Raises:
        DoesNotApply: the score is no probability.
        NotEstablished: it is said to be one, and some values are not; or nobody said, and its values are not.
    """
    outside = int(((scored.score < 0) | (scored.score > 1)).sum())
    if not is_probability:
        if study.model.output is not None or predictions.lower_is_positive or not outside:
            raise DoesNotApply("the score is no probability")
        low, high = scored.score.min(), scored.score.max()
        advice = (
            "; if they are in percent, divide them by 100" if 0 <= low < 1 < high <= 100 else ""
        )
        raise NotEstablished(
            f"calibration is left out: the scores run from {low:.3g} to {high:.3g}, so they are not read as "
            f"probabilities{advice}"
        )
    if outside:
        raise NotEstablished(f"{outside} scores lie outside 0 to 1, so they are no probabilities")
    return scored.score


@evidence
def decision_range(evaluation: Evaluation) -> tuple[float, float]:
    """Return the lowest and highest threshold probability that a decision-maker would accept."""
    low, high = stated(getattr(evaluation, "decision_range", None), "evaluations.decision_range")
    return float(low), float(high)


@evidence
def sampled_by_outcome(study: Study, evaluation: Evaluation) -> str:
    """Return the design in which cases and controls were sampled without weights, in words; empty if none was."""
    parts = {part.name: part for part in study.data.partitions or ()}
    part = parts.get(evaluation.partition or "")
    for source in study.data.sources or ():
        chosen = source.design in CASE_CONTROL and not source.sampling_weights
        if chosen and (part is None or part.source in (None, source.name)):
            return (source.design or "").replace("_", " ")
    return ""


@evidence
def natural_prevalence(sampled_by_outcome: str) -> str:
    """Return that the share with the outcome was found, not chosen.

    Raises:
        NotEstablished: cases and controls were sampled, without weights.
    """
    if sampled_by_outcome:
        raise NotEstablished(
            f"cases were sampled by outcome ({sampled_by_outcome}) without weights, so net benefit at the "
            "prevalence of these data would mean nothing"
        )
    return "found"


@evidence
def decision_thresholds(
    decision_range: tuple[float, float], natural_prevalence: str
) -> tuple[float, ...]:
    """Return threshold probabilities over the declared range at which net benefit is told in numbers (five)."""
    low, high = decision_range
    return tuple(round(float(each), 6) for each in np.linspace(low, high, TABLED_THRESHOLDS))


@evidence
def optional_threshold(evaluation: Evaluation, predictions: Predictions) -> float | None:
    """Return the declared threshold, or None: estimates without one leave out what needs it."""
    try:
        return threshold(evaluation, predictions)
    except NotEstablished:
        return None  # confusion_counts carries the reason


@evidence
def optional_decision_thresholds(study: Study, evaluation: Evaluation) -> tuple[float, ...]:
    """Return the thresholds of net benefit, or none where they are not described or would mean nothing."""
    try:
        return decision_thresholds(
            decision_range(evaluation), natural_prevalence(sampled_by_outcome(study, evaluation))
        )
    except NotEstablished:
        return ()  # decision_curve carries the reason


@evidence
def unit(evaluation: Evaluation, task_table: TaskTable | Absent) -> str:
    """Return what one row is; ``row`` if nobody said."""
    return evaluation.unit_of("row" if isinstance(task_table, Absent) else task_table.unit)


@evidence
def estimates(
    out_of_fold: bool,
    classification_estimates: Estimates | Absent,
    task_estimates: Estimates | Absent,
) -> Estimates:
    """Return all estimates of the task, with interval, method and number of cases.

    Raises:
        NotEstablished: nothing can be recomputed, with the reason.
    """
    made = either(classification_estimates, task_estimates)
    return Estimates(tuple(map(with_fixed_models, made))) if out_of_fold else made


def with_fixed_models(made: Estimate) -> Estimate:
    """Return the estimate with what its interval leaves out: how far models of other folds would differ."""
    if made.interval is None:
        return made
    method = f"{made.interval.method}; the models of the folds taken as fixed"
    return replace(made, interval=replace(made.interval, method=method))


@evidence
def classification_estimates(
    classified: Evaluation,
    columns: Mapping[str, NDArray[np.generic]],
    optional_threshold: float | None,
    optional_decision_thresholds: tuple[float, ...],
    is_probability: bool,
    sampled_by_outcome: str,
    predictions: Predictions,
    unit: str,
    settings: Settings,
) -> Estimates:
    """Return all estimates of a binary classification."""
    made = metrics.estimates(
        "classification",
        columns,
        threshold=optional_threshold,
        net_benefit=optional_decision_thresholds,
        probability=is_probability,
        stratified=bool(sampled_by_outcome),
        unit=unit,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
        evaluation=classified.name,
    )
    return Estimates(tuple(as_submitted(each, predictions) for each in made))


def as_submitted(made: Estimate, predictions: Predictions) -> Estimate:
    """Return the estimate with its threshold on the score as it was submitted; what is stored may be turned."""
    if not predictions.lower_is_positive or made.threshold is None:
        return made
    return replace(made, threshold=-made.threshold)


@evidence
def compared_estimates(
    classified: Evaluation,
    predictions: Predictions,
    columns: Mapping[str, NDArray[np.generic]],
    sampled_by_outcome: str,
    unit: str,
    settings: Settings,
) -> tuple[Estimate, ...]:
    """Return the estimates of the further scores, without what needs a threshold.

    Raises:
        DoesNotApply: no further score is named.
    """
    if not predictions.compared:
        raise DoesNotApply("no further score is named")
    made: list[Estimate] = []
    for name, score in predictions.compared.items():
        made += metrics.estimates(
            "classification",
            {**columns, "score": score},
            stratified=bool(sampled_by_outcome),
            unit=unit,
            score=name,
            seed=settings.seed,
            level=settings.level,
            resamples=settings.resamples,
            evaluation=classified.name,
        )
    return tuple(made)


@evidence
def paired_comparison(
    classified: Evaluation,
    predictions: Predictions,
    columns: Mapping[str, NDArray[np.generic]],
    sampled_by_outcome: str,
    unit: str,
    settings: Settings,
) -> tuple[Comparison, ...]:
    """Return the difference between the model's score and each further one, on the same cases.

    Raises:
        DoesNotApply: no further score is named.
    """
    if not predictions.compared:
        raise DoesNotApply("no further score is named")
    made: list[Comparison] = []
    for name, score in predictions.compared.items():
        made += metrics.compare(
            {**columns, name: score},
            "score",
            name,
            stratified=bool(sampled_by_outcome),
            unit=unit,
            evaluation=classified.name,
            seed=settings.seed,
            level=settings.level,
            resamples=settings.resamples,
        )
    return tuple(made)


@evidence
def no_information_rate(classified: Evaluation, scored: Scored) -> float:
    """Return the accuracy of always choosing the larger class."""
    return metrics.no_information_rate(scored.outcome)


@evidence
def confusion_counts(classified: Evaluation, scored: Scored, threshold: float) -> CrossTable:
    """Return decisions at the declared threshold against outcomes."""
    return _cross_table(scored, threshold)


@evidence
def rounded_threshold_counts(
    classified: Evaluation, scored: Scored, threshold: float
) -> tuple[CrossTable, ...]:
    """Return the tables at thresholds that round to the declared one; none where it is exact."""
    origin = classified.operating_point.origin
    around = thresholds_that_print(threshold, origin, scored.score)
    return tuple(_cross_table(scored, each) for each in around)


def _cross_table(scored: Scored, threshold: float) -> CrossTable:
    positive = scored.score >= threshold
    return CrossTable(
        true_positives=int((positive & scored.outcome).sum()),
        false_positives=int((positive & ~scored.outcome).sum()),
        false_negatives=int((~positive & scored.outcome).sum()),
        true_negatives=int((~positive & ~scored.outcome).sum()),
    )


@evidence
def design_effect(
    classified: Evaluation, scored: Scored, optional_threshold: float | None
) -> tuple[DesignEffect, ...]:
    """Return the variance by patient over the variance as if rows were independent.

    Raises:
        DoesNotApply: no patient has more than one row.
    """
    if scored.patient is None or len(np.unique(scored.patient)) == len(scored.patient):
        raise DoesNotApply("every row is another patient")
    return tuple(
        DesignEffect(metric=metric, value=value)
        for metric in CLUSTERED
        if (value := _design_effect(scored, metric, optional_threshold)) is not None
    )


CLUSTERED = (
    "auroc",
    "sensitivity",
    "specificity",
    "positive_predictive_value",
    "negative_predictive_value",
    "accuracy",
)
"""Metrics whose variance is known with and without clustering."""


def _design_effect(scored: Scored, metric: str, threshold: float | None) -> float | None:
    """Return the design effect of one metric; None where it has none on these data."""
    try:
        return metrics.design_effect(
            scored.outcome, scored.score, cast(Codes, scored.patient), metric, threshold
        )
    except NotEstablished:
        return None  # a degenerate metric has its own sentence among the estimates


@evidence
def threshold_equals_optimum_on_test(
    classified: Evaluation, scored: Scored, threshold: float, predictions: Predictions
) -> tuple[ThresholdOptimum, ...]:
    """Return, by criterion, whether the declared threshold decides like the best one on these data."""
    found = metrics.threshold_optimum(scored.outcome, scored.score, threshold)
    if not predictions.lower_is_positive:
        return found
    return tuple(  # as submitted: the stored score is turned
        replace(each, declared=-each.declared, low=-each.high, high=-each.low) for each in found
    )


@evidence
def roc_curve(classified: Evaluation, scored: Scored, optional_threshold: float | None) -> RocCurve:
    """Return the ROC curve, thinned, with the point of the declared threshold."""
    return metrics.roc_curve(scored.outcome, scored.score, threshold=optional_threshold)


@evidence
def calibration_curve(
    classified: Evaluation,
    scored: Scored,
    probability: NDArray[np.float64],
    settings: Settings,
) -> CalibrationCurve:
    """Return the smoothed observed against the predicted risk, with its band."""
    return metrics.calibration_curve(
        scored.outcome,
        probability,
        scored.patient,
        evaluation=classified.name,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
    )


@evidence
def decision_curve(
    classified: Evaluation,
    scored: Scored,
    probability: NDArray[np.float64],
    decision_range: tuple[float, float],
    natural_prevalence: str,
) -> DecisionCurve:
    """Return net benefit over the declared range, with both simple strategies."""
    return metrics.decision_curve(scored.outcome, probability, decision_range)


@evidence
def score_distribution(
    classified: Evaluation, scored: Scored, predictions: Predictions
) -> ScoreDistribution:
    """Return the histogram of scores, as they were submitted, by outcome."""
    score = -scored.score if predictions.lower_is_positive else scored.score
    return metrics.score_distribution(scored.outcome, score)


@evidence
def second_opinion(
    classified: Evaluation,
    scored: Scored,
    estimates: Estimates,
    optional_threshold: float | None,
    is_probability: bool,
    settings: Settings,
) -> tuple[SecondOpinion, ...]:
    """Return our estimates beside those of scikit-learn, where both define the metric alike.

    Raises:
        DoesNotApply: nobody asked for it.
    """
    if not settings.second_opinion:
        raise DoesNotApply("a second opinion was not asked for")
    program = f"scikit-learn {version('scikit-learn')}"
    inside = bool(((scored.score >= 0) & (scored.score <= 1)).all())
    theirs = dict(
        by_another_program(
            scored.outcome, scored.score, optional_threshold, probability=is_probability and inside
        )
    )
    return tuple(
        SecondOpinion(
            metric=ours.metric,
            ours=ours.value,
            theirs=theirs[ours.metric],
            program=program,
            agrees=abs(ours.value - theirs[ours.metric]) <= FURTHEST,
        )
        for ours in estimates
        if ours.value is not None and ours.metric in theirs
    )

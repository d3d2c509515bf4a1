"""Rules about the statistical analysis."""

from collections.abc import Iterator

from checker.model.estimate import Estimate, Estimates
from checker.model.evidence import CohortCount
from checker.model.finding import Finding, Severity
from checker.model.sentences import with_interval
from checker.model.study import Evaluation, Study
from checker.model.threshold import Thresholds
from checker.needs import DoesNotApply, NotDescribed, NotEstablished, stated
from checker.rules.base import rule

CALIBRATION = {
    "calibration_slope",
    "calibration_in_the_large",
    "calibration_intercept",
    "observed_expected_ratio",
    "expected_calibration_error",
    "integrated_calibration_index",
    "calibration_error_median",
    "calibration_error_90",
}
"""Metrics that show calibration by themselves."""
DISCRIMINATION = {
    "auroc",
    "average_precision",
    "partial_auroc",
    "sensitivity",
    "specificity",
    "sensitivity_at_specificity",
    "specificity_at_sensitivity",
    "balanced_accuracy",
    "youden_index",
    "matthews_correlation",
    "cohen_kappa",
    "positive_likelihood_ratio",
    "negative_likelihood_ratio",
    "c_index",
}
"""Metrics that show discrimination whatever the share with the outcome."""


def _with_interval(estimate: Estimate) -> str:
    value = estimate.value or 0.0
    return with_interval(value, estimate.interval) if estimate.interval else f"{value:.3f}"


def _claimed(study: Study) -> set[str]:
    return {claim.metric for each in study.evaluations or () for claim in each.claims or ()}


@rule(
    "ANA001",
    title="Calibration not reported",
    severity=Severity.MAJOR,
    why="A probability that is systematically too high or too low misleads decisions, however well it ranks patients.",
    fix="Report a calibration curve with slope and calibration in the large; this report has them, ready to use.",
    sources=("van-calster-2019", "probast-ai-2025"),
    loud="The model returns a probability, and the paper says that calibration was not assessed.",
    quiet="The slope is among the printed numbers, or the model returns no probability.",
)
def calibration_not_reported(study: Study) -> Iterator[Finding]:
    """Say that a model with probabilities was reported without calibration, if the description says so."""
    output = stated(study.model.output, "model.output")
    if output != "probability":
        raise DoesNotApply("the model returns no probability")
    if _claimed(study) & CALIBRATION:
        return
    assessed = stated(study.analysis.measures.calibration, "analysis.measures.calibration")
    if assessed in ("none", "goodness_of_fit_test"):
        yield Finding(
            message=(
                "The model returns a probability, and "
                + (
                    "calibration was not assessed."
                    if assessed == "none"
                    else "a goodness-of-fit test, which tells neither size nor direction, is all that was done."
                )
            ),
            at=("analysis", "measures", "calibration"),
            observed=assessed,
            expected="a curve, or slope and calibration in the large",
        )


@rule(
    "ANA002",
    title="Accuracy as the only measure of discrimination, and not above guessing",
    severity=Severity.MAJOR,
    why=(
        "Where most patients have the outcome, always saying yes is often right; accuracy alone cannot show "
        "that a model tells patients apart."
    ),
    fix="Report AUROC, sensitivity and specificity with intervals, and the share with the outcome beside accuracy.",
    sources=("probast-ai-2025",),
    thresholds=("accuracy_over_guessing",),
    loud="Accuracy 0.69 is the only measure, and 70 % of patients have the outcome.",
    quiet="AUROC is printed as well, or the interval of accuracy lies above the share of the larger class.",
)
def accuracy_alone_not_above_guessing(
    study: Study,
    evaluation: Evaluation,
    estimates: Estimates,
    no_information_rate: float,
    thresholds: Thresholds,
) -> Iterator[Finding]:
    """Say that accuracy is all that is claimed and its interval does not lie above the no-information rate."""
    here = {claim.metric for claim in evaluation.claims or ()}
    if "accuracy" not in here:
        raise DoesNotApply("accuracy is not claimed")
    declared = study.analysis.measures.discrimination
    if (here & DISCRIMINATION) or declared in ("auc", "c_index"):
        return
    accuracy = estimates.one("accuracy")
    low = accuracy.interval.low if accuracy.interval else accuracy.value or 0.0
    if low - no_information_rate <= thresholds["accuracy_over_guessing"]:
        yield Finding(
            message=(
                f"Accuracy {_with_interval(accuracy)} is the only measure of discrimination, and its interval does not "
                f"lie above the {no_information_rate:.3f} that always choosing the larger class gives."
            ),
            at=("claims",),
            observed=f"{accuracy.value:.3f}",
            expected=f"an interval above {no_information_rate:.3f}",
        )


@rule(
    "ANA003",
    title="No external test",
    severity=Severity.MAJOR,
    why="A model that was tested only where it was built often does worse elsewhere: other scanners, patients, habits.",
    fix="Test it on patients of another institution, or limit the conclusion to the place where it was built.",
    sources=("tripod-ai-2024", "collins-2014", "zech-2018"),
    loud="All data come from one hospital, split at random, and the paper says that no external test was done.",
    quiet="One evaluation is an external test.",
)
def no_external_test(study: Study) -> Iterator[Finding]:
    """Say that no evaluation is external, if the description says so or is complete about it."""
    parts = stated(study.data.partitions, "data.partitions")
    types = study.analysis.external_validation.types
    if any(part.role == "external_test" for part in parts) or set(types or ()) - {"none"}:
        return
    complete = study.statements.complete or ()
    if types is None and "data" not in complete:
        raise NotDescribed("analysis.external_validation.types")
    yield Finding(
        message="No part of the data comes from another institution than the training data.",
        at=("data", "partitions"),
        observed=", ".join(sorted({part.role for part in parts if part.role})),
        expected="an external_test",
    )


@rule(
    "ANA004",
    title="Few patients with or without the outcome, and an imprecise AUROC",
    severity=Severity.MAJOR,
    why="With few patients in the smaller class the result of another sample may be quite different.",
    fix="Add patients, or say in abstract and conclusion how wide the interval is and what it leaves open.",
    sources=("collins-2016", "riley-2021", "vergouwe-2005"),
    thresholds=("events_wanted", "auroc_interval_width"),
    loud="86 patients are without the outcome, and the AUROC is 0.77 (95 % interval 0.71 to 0.82).",
    quiet="At least 100 patients with and 100 without the outcome, or an interval of at most 0.1.",
)
def few_events_and_wide_interval(
    cohort: CohortCount, estimates: Estimates, thresholds: Thresholds
) -> Iterator[Finding]:
    """Say that the smaller class has too few cases and the AUROC interval is wide."""
    auroc = estimates.one("auroc")
    if auroc.interval is None:
        raise NotEstablished("the AUROC has no interval here")
    width = auroc.interval.high - auroc.interval.low
    smaller = min(cohort.with_outcome, cohort.without_outcome)
    if smaller < thresholds["events_wanted"] and width > thresholds["auroc_interval_width"]:
        side = "with" if cohort.with_outcome <= cohort.without_outcome else "without"
        yield Finding(
            message=(
                f"{smaller} {'case is' if smaller == 1 else 'cases are'} {side} the outcome, and the AUROC is "
                f"{_with_interval(auroc)}."
            ),
            at=("partition",),
            observed=f"{smaller} cases, interval {width:.3f} wide",
            expected=(
                f"at least {thresholds['events_wanted']:g} cases, or an interval of at most "
                f"{thresholds['auroc_interval_width']:g}"
            ),
        )


@rule(
    "ANA005",
    title="Performance in the patients from whom the model was built",
    severity=Severity.MINOR,
    why="A model fits the patients it was built from better than others, and the more so the fewer they are.",
    fix="Call it apparent performance, correct it for optimism, and put performance in other patients first.",
    sources=("tripod-ai-2024", "steyerberg-2010"),
    loud="An evaluation is on the part with the role training.",
    quiet="Every evaluation is on patients who had no part in building the model.",
)
def apparent_performance(study: Study, evaluation: Evaluation) -> Iterator[Finding]:
    """Say that the evaluated part is the one from which the model was built."""
    parts = stated(study.data.partitions, "data.partitions")
    name = stated(evaluation.partition, "evaluations.partition")
    role = next((part.role for part in parts if part.name == name), None)
    if stated(role, "data.partitions.role") == "training":
        yield Finding(
            message=f"The model was built from the patients of {name}, so its performance there is apparent.",
            at=("partition",),
            observed="training",
            expected="patients who had no part in building the model",
        )

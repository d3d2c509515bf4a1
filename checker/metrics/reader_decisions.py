"""Decisions of people who read the same cases: each reader, the mean over readers, and differences."""

import numpy as np

import checker.metrics.classification as classification
from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Share,
    Uncertainty,
    Undefined,
    derived,
    metric,
)
from checker.metrics.classification import NO_NEGATIVE, NO_POSITIVE, Cells, share_interval
from checker.metrics.mrmc import Analysis, Figures, Method, ReaderStudy, jackknife
from checker.metrics.patients import ByPatient, sums_by_patient
from checker.metrics.readers import (
    TASK,
    Crossed,
    Reading,
    cases_read,
    counted,
    difference_interval,
    difference_of,
    filled,
    mean_interval,
    mean_of,
    reading_of,
    study_of,
)

NO_DECISION = "there are no decisions"


@derived(TASK)
def called(rating: Floats, decision: Floats, threshold: float | None) -> Floats:
    """Return the decision of each row, 1 or 0; NaN where there is none.

    Args:
        rating: NaN where missing.
        decision: NaN where missing.
        threshold: the decision is 1 at or above it; None: the column of decisions.

    Raises:
        Undefined: no row has any.
    """
    found = decision
    if threshold is not None:
        found = np.where(np.isnan(rating), np.nan, rating >= threshold)
    if np.isnan(found).all():
        raise Undefined("no row has a decision" if threshold is None else "no row has a rating")
    return found


@derived(TASK)
def decided(of_reader: Bools, truth: Bools, called: Floats, reader: str, modality: str) -> Reading:
    """Return the decisions of this reader under this modality.

    Raises:
        Undefined: there are none.
    """
    return reading_of(of_reader, truth, called, f"reader {reader} decided no case under {modality}")


@derived(TASK)
def patient_cells(decided: Reading, patient: Codes) -> ByPatient:
    """Return the four cells of each patient, shape (patients, 4): tp, fp, fn, tn."""
    found = np.zeros((int(patient.max()) + 1, 4))
    some = classification.patient_cells(decided.outcome, decided.said == 1, patient[decided.rows])
    found[: len(some)] = some
    return found


derived(TASK)(classification.cells)


@derived(TASK)
def sensitivities(crossed: Crossed, called: Floats) -> Figures:
    """Return the sensitivities of all readers and modalities with their covariances."""
    right = filled(crossed, called, "decision")
    return shares(right, crossed.outcome, crossed.patient, "with the outcome", NO_POSITIVE)


@derived(TASK)
def specificities(crossed: Crossed, called: Floats) -> Figures:
    """Return the specificities of all readers and modalities with their covariances."""
    right = 1 - filled(crossed, called, "decision")
    return shares(right, ~crossed.outcome, crossed.patient, "without the outcome", NO_NEGATIVE)


@derived(TASK)
def accuracies(crossed: Crossed, called: Floats) -> Figures:
    """Return the accuracies of all readers and modalities with their covariances."""
    right = filled(crossed, called, "decision") == crossed.outcome
    everyone = np.ones_like(crossed.outcome)
    return shares(right.astype(float), everyone, crossed.patient, "read by all", NO_DECISION)


def shares(right: Floats, among: Bools, patient: Codes, which: str, nobody: str) -> Figures:
    """Return the share of right decisions of each modality and reader, with jackknife covariances.

    Where each patient has one case the covariances are those of means: the sample covariance of right (1) and
    wrong (0) over the number of cases.

    Args:
        right: shape (modalities, readers, cases): 1 or 0.
        among: shape (cases,): the cases that count.
        patient: shape (cases,): codes.
        which: cases these are, in words.
        nobody: the sentence where there are none.

    Raises:
        Undefined: there are none, or all of one patient.
    """
    if not among.any():
        raise Undefined(nobody)
    _, who = np.unique(patient[among], return_inverse=True)
    counts = np.bincount(who).astype(float)
    if len(counts) < 2:
        raise Undefined(f"needs cases of at least two patients {which}")
    chosen = right[..., among]
    sums = sums_by_patient(who, *chosen.reshape(-1, chosen.shape[-1])).T
    sums = sums.reshape(*right.shape[:2], len(counts))
    total, cases = sums.sum(axis=-1), counts.sum()
    left = (total[..., None] - sums) / (cases - counts)
    unit = "case" if len(counts) == cases else "patient"
    over = f"{counted(len(counts), unit)} {which}"
    return Figures(total / cases, jackknife(left), left, "jackknife", over)


@derived(TASK)
def sensitivity_study(
    sensitivities: Figures, crossed: Crossed, analysis: Analysis, method: Method, level: float
) -> ReaderStudy:
    """Return the analysis of the sensitivities."""
    return study_of(sensitivities, crossed, analysis, method, level)


@derived(TASK)
def specificity_study(
    specificities: Figures, crossed: Crossed, analysis: Analysis, method: Method, level: float
) -> ReaderStudy:
    """Return the analysis of the specificities."""
    return study_of(specificities, crossed, analysis, method, level)


@derived(TASK)
def accuracy_study(
    accuracies: Figures, crossed: Crossed, analysis: Analysis, method: Method, level: float
) -> ReaderStudy:
    """Return the analysis of the accuracies."""
    return study_of(accuracies, crossed, analysis, method, level)


def positives_read(crossed: Crossed) -> int:
    """Return how many cases with the outcome everybody read."""
    return int(np.count_nonzero(crossed.outcome))


def negatives_read(crossed: Crossed) -> int:
    """Return how many cases without the outcome everybody read."""
    return int(np.count_nonzero(~crossed.outcome))


def mean_sensitivity_interval(sensitivity_study: ReaderStudy, modality: str) -> Uncertainty:
    """Return the interval of the mean sensitivity over readers."""
    return mean_interval(sensitivity_study, modality)


def mean_specificity_interval(specificity_study: ReaderStudy, modality: str) -> Uncertainty:
    """Return the interval of the mean specificity over readers."""
    return mean_interval(specificity_study, modality)


def mean_accuracy_interval(accuracy_study: ReaderStudy, modality: str) -> Uncertainty:
    """Return the interval of the mean accuracy over readers."""
    return mean_interval(accuracy_study, modality)


def sensitivity_difference_interval(
    sensitivity_study: ReaderStudy, modality: str, versus: str
) -> Uncertainty:
    """Return the interval of the difference in sensitivity, with its p value beside it."""
    return difference_interval(sensitivity_study, modality, versus)


def specificity_difference_interval(
    specificity_study: ReaderStudy, modality: str, versus: str
) -> Uncertainty:
    """Return the interval of the difference in specificity, with its p value beside it."""
    return difference_interval(specificity_study, modality, versus)


def accuracy_difference_interval(
    accuracy_study: ReaderStudy, modality: str, versus: str
) -> Uncertainty:
    """Return the interval of the difference in accuracy, with its p value beside it."""
    return difference_interval(accuracy_study, modality, versus)


@metric(
    "sensitivity", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="yerushalmy-1947",
)  # fmt: skip
def reader_sensitivity(cells: Cells) -> Share:
    """Return the share of cases with the outcome that one reader called positive under one modality.

    A rating at or above the threshold is a positive call; without a threshold the column of decisions tells.
    """
    return Share(cells.tp, cells.positives, NO_POSITIVE)


@metric(
    "specificity", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="yerushalmy-1947",
)  # fmt: skip
def reader_specificity(cells: Cells) -> Share:
    """Return the share of cases without the outcome that one reader called negative under one modality."""
    return Share(cells.tn, cells.negatives, NO_NEGATIVE)


@metric(
    "accuracy", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="metz-1978",
)  # fmt: skip
def reader_accuracy(cells: Cells) -> Share:
    """Return the share of right decisions of one reader under one modality."""
    return Share(cells.tp + cells.tn, cells.cases, NO_DECISION)


@metric(
    "positive_predictive_value", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="vecchio-1966",
)  # fmt: skip
def reader_positive_predictive_value(cells: Cells) -> Share:
    """Return the share of one reader's positive calls that are right, at the share with the outcome of these cases."""
    return Share(cells.tp, cells.tp + cells.fp, "no case was called positive")


@metric(
    "negative_predictive_value", task=TASK, goal="higher", bounds=(0, 1),
    interval=share_interval, source="vecchio-1966",
)  # fmt: skip
def reader_negative_predictive_value(cells: Cells) -> Share:
    """Return the share of one reader's negative calls that are right, at the share with the outcome of these cases."""
    return Share(cells.tn, cells.tn + cells.fn, "no case was called negative")


@metric(
    "mean_reader_sensitivity", task=TASK, goal="higher", bounds=(0, 1),
    interval=mean_sensitivity_interval, source="hillis-2007", cases=positives_read,
)  # fmt: skip
def mean_reader_sensitivity(sensitivity_study: ReaderStudy, modality: str) -> Floats:
    """Return the mean over readers of the sensitivity under one modality, among cases with the outcome.

    Every reader weighs the same and read every case. The interval is that of Obuchowski & Rockette for one modality
    (Hillis 2007), as of the mean AUROC.
    """
    return np.asarray(mean_of(sensitivity_study, modality).value)


@metric(
    "mean_reader_specificity", task=TASK, goal="higher", bounds=(0, 1),
    interval=mean_specificity_interval, source="hillis-2007", cases=negatives_read,
)  # fmt: skip
def mean_reader_specificity(specificity_study: ReaderStudy, modality: str) -> Floats:
    """Return the mean over readers of the specificity under one modality, among cases without the outcome.

    Every reader weighs the same and read every case. The interval is that of Obuchowski & Rockette for one modality
    (Hillis 2007), as of the mean AUROC.
    """
    return np.asarray(mean_of(specificity_study, modality).value)


@metric(
    "mean_reader_accuracy", task=TASK, goal="higher", bounds=(0, 1),
    interval=mean_accuracy_interval, source="hillis-2007", cases=cases_read,
)  # fmt: skip
def mean_reader_accuracy(accuracy_study: ReaderStudy, modality: str) -> Floats:
    """Return the mean over readers of the accuracy under one modality, among all cases.

    Every reader weighs the same and read every case. The interval is that of Obuchowski & Rockette for one modality
    (Hillis 2007), as of the mean AUROC.
    """
    return np.asarray(mean_of(accuracy_study, modality).value)


@metric(
    "reader_sensitivity_difference", task=TASK, goal="higher", bounds=(-1, 1),
    interval=sensitivity_difference_interval, source="obuchowski-rockette-1995",
    cases=positives_read,
)  # fmt: skip
def reader_sensitivity_difference(
    sensitivity_study: ReaderStudy, modality: str, versus: str
) -> Floats:
    """Return the mean sensitivity over readers under one modality minus that under another.

    At the readers' decisions (at or above the threshold; without one, the column of decisions), analysed as the
    difference in AUROC. Only cases with the outcome count.
    """
    return difference_of(sensitivity_study, modality, versus)


@metric(
    "reader_specificity_difference", task=TASK, goal="higher", bounds=(-1, 1),
    interval=specificity_difference_interval, source="obuchowski-rockette-1995",
    cases=negatives_read,
)  # fmt: skip
def reader_specificity_difference(
    specificity_study: ReaderStudy, modality: str, versus: str
) -> Floats:
    """Return the mean specificity over readers under one modality minus that under another.

    As the difference in sensitivity, among cases without the outcome.
    """
    return difference_of(specificity_study, modality, versus)


@metric(
    "reader_accuracy_difference", task=TASK, goal="higher", bounds=(-1, 1),
    interval=accuracy_difference_interval, source="obuchowski-rockette-1995",
    cases=cases_read,
)  # fmt: skip
def reader_accuracy_difference(accuracy_study: ReaderStudy, modality: str, versus: str) -> Floats:
    """Return the mean accuracy over readers under one modality minus that under another.

    As the difference in sensitivity, among all cases.
    """
    return difference_of(accuracy_study, modality, versus)

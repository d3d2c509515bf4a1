"""Evidence about who is in the files: rows, patients, outcomes, what is missing."""

from collections.abc import Mapping
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from checker.evidence.base import evidence
from checker.evidence.rows import patients_of
from checker.metrics.classical_tests import area_variance, shared_ranks
from checker.metrics.ranking import obuchowski_covariance, placements, ranking
from checker.model.evidence import CohortCount, MissingnessByScore, PartitionCount
from checker.model.predictions import CaseTable, Codes, Labels, Predictions, TaskTable
from checker.model.study import Evaluation, Study
from checker.model.study.data import Partition
from checker.needs import Absent, DoesNotApply, NotEstablished, stated


@evidence
def cohort(classified: Evaluation, predictions: Predictions) -> CohortCount:
    """Return rows, patients and outcomes of the file."""
    patients, most = patients_and_most(predictions.patient)
    return CohortCount(
        rows=predictions.cases,
        patients=patients,
        most_rows_per_patient=most,
        with_outcome=int((predictions.outcome == 1).sum()),
        without_outcome=int((predictions.outcome == 0).sum()),
        missing_outcome=int((predictions.outcome < 0).sum()),
        missing_score=int(np.isnan(predictions.score).sum()),
        missing_patient=0
        if predictions.patient is None
        else int((predictions.patient.codes < 0).sum()),
    )


def patients_and_most(patient: Labels | None) -> tuple[int | None, int]:
    """Return the number of patients, if there is a column of them, and the most rows that one has."""
    if patient is None:
        return None, 1
    rows = np.bincount(patient.codes[patient.codes >= 0], minlength=1)
    return int((rows > 0).sum()), int(rows.max())


@evidence
def partition_counts(
    study: Study,
    all_predictions: Mapping[str, Predictions | TaskTable | Absent],
    case_tables: Mapping[str, CaseTable],
) -> tuple[PartitionCount, ...]:
    """Return what each partition holds, as described and as counted in its files.

    Raises:
        NotEstablished: no partition is described, or none has a file.
    """
    counts: list[PartitionCount] = []
    for part in stated(study.data.partitions, "data.partitions"):
        for evaluation in study.evaluations or ():
            predictions = all_predictions[evaluation.name]
            if evaluation.partition == part.name and not isinstance(predictions, Absent):
                counts.append(_counted(part, evaluation, predictions))
        if part.name in case_tables:
            counts.append(_listed(part, case_tables[part.name]))
    if not counts:
        raise NotEstablished("no file was submitted for any partition")
    return tuple(counts)


def _counted(
    part: Partition, evaluation: Evaluation, predictions: Predictions | TaskTable
) -> PartitionCount:
    who = _people(evaluation, predictions)
    with_it = _with_outcome(predictions)
    return PartitionCount(
        partition=part.name,
        role=part.role or "",
        source=predictions.file,
        described_patients=part.patients,
        patients=None if who is None else _different(who),
        described_events=part.events,
        events=None if who is None or with_it is None else _different(who[with_it]),
        rows=predictions.cases,
        whole=not (evaluation.subset or evaluation.conditional_on),
    )


def _people(evaluation: Evaluation, predictions: Predictions | TaskTable) -> Codes | None:
    """Return the patient of each row, negative where none is named; None where nobody says who they are."""
    if predictions.patient is not None:
        return predictions.patient.codes
    if evaluation.unit != "patient":
        return None
    if isinstance(predictions, TaskTable) and "case" in predictions.columns:
        return np.asarray(predictions.columns["case"])
    return np.arange(predictions.cases)


def _with_outcome(predictions: Predictions | TaskTable) -> NDArray[np.bool_] | None:
    """Return which rows have the outcome; None in tasks in which it is not one that a case has or has not."""
    if isinstance(predictions, Predictions):
        return _is_one(predictions.outcome)
    name = {"survival": "event", "readers": "outcome"}.get(predictions.task)
    return None if name is None else _is_one(predictions.columns[name])


def _is_one(codes: Codes) -> NDArray[np.bool_]:
    return np.equal(codes, 1)


def _different(codes: Codes) -> int:
    return len(np.unique(codes[codes >= 0]))


def _listed(part: Partition, table: CaseTable) -> PartitionCount:
    return PartitionCount(
        partition=part.name,
        role=part.role or "",
        source=table.file,
        described_patients=part.patients,
        patients=None if table.patient is None else len({each for each in table.patient if each}),
        described_events=None,
        events=None,
        rows=table.rows,
        whole=True,
    )


@evidence
def missingness_by_score(classified: Evaluation, predictions: Predictions) -> MissingnessByScore:
    """Return whether outcomes are missing more often at some scores: the Mann-Whitney test.

    The area is the chance that a row without an outcome scores above a row with one; ties count one half. The p value
    is two-sided, from the normal approximation with the variance corrected for ties (Lehmann 1975, section 1.4);
    where patients repeat, from the variance clustered by patient (Obuchowski 1997).

    Raises:
        DoesNotApply: no outcome is missing.
        NotEstablished: no score is known on one of the two sides.
    """
    known = ~np.isnan(predictions.score)
    without = predictions.score[known & (predictions.outcome < 0)]
    with_one = predictions.score[known & (predictions.outcome >= 0)]
    if not (predictions.outcome < 0).any():
        raise DoesNotApply("no outcome is missing")
    if not len(without) or not len(with_one):
        raise NotEstablished("rows without an outcome have no score to compare")
    found = _by_patient(predictions, known) or _by_row(without, with_one)
    if predictions.lower_is_positive:  # the stored score is turned
        return replace(found, area=1 - found.area)
    return found


def _by_row(without: NDArray[np.float64], with_one: NDArray[np.float64]) -> MissingnessByScore:
    """Return the test that takes rows for independent."""
    ordered = np.sort(with_one)
    below = np.searchsorted(ordered, without, "left")
    upto = np.searchsorted(ordered, without, "right")
    area = float((below + upto).sum() / 2 / len(without) / len(with_one))
    m, n = len(without), len(with_one)
    times = shared_ranks(np.concatenate([without, with_one]))[1]
    spread = area_variance(m, n, times)
    p = 1.0 if spread <= 0 else 2 * NormalDist().cdf(-abs(area - 0.5) / spread**0.5)
    return MissingnessByScore(missing=m, known=n, area=area, p=p)


def _by_patient(predictions: Predictions, known: NDArray[np.bool_]) -> MissingnessByScore | None:
    """Return the test clustered by patient; None where no patient has two rows."""
    if predictions.patient is None:
        return None
    patient = patients_of(predictions.patient, known)
    if int(patient.max()) + 1 == len(patient):
        return None
    missing, score = predictions.outcome[known] < 0, predictions.score[known]
    placed = placements(missing, ranking(score))
    variance = obuchowski_covariance(missing, patient, placed, placed)
    off = placed.area - 0.5
    p = 2 * NormalDist().cdf(-abs(off) / variance**0.5) if variance > 0 else 1.0
    rows = int(missing.sum())
    return MissingnessByScore(missing=rows, known=len(missing) - rows, area=placed.area, p=p)

"""Evidence about what passed from training to testing, and about rows that count twice."""

from collections.abc import Mapping
from itertools import combinations
from math import exp, lgamma, log

import numpy as np
from numpy.typing import NDArray

from checker.evidence.base import evidence
from checker.model.evidence import DuplicateRows, PartitionOverlap
from checker.model.predictions import CaseTable, Codes, Labels, Predictions
from checker.model.study import Study
from checker.needs import Absent, NotEstablished, stated

FEWEST_COLUMNS = 5
"""Non-constant columns below which equal rows say nothing: coarse columns agree by chance."""


@evidence
def shared_patients_between_partitions(
    study: Study,
    all_predictions: Mapping[str, Predictions | Absent],
    case_tables: Mapping[str, CaseTable],
) -> tuple[PartitionOverlap, ...]:
    """Return, for each two partitions with known patient ids, the patients they share.

    Raises:
        NotEstablished: fewer than two partitions have a file with patient ids.
    """
    known: dict[str, set[str]] = {}
    for part in stated(study.data.partitions, "data.partitions"):
        ids: set[str] = set()
        if part.name in case_tables:
            ids |= set(case_tables[part.name].patient or ())
        for evaluation in study.evaluations or ():
            predictions = all_predictions[evaluation.name]
            if evaluation.partition == part.name and isinstance(predictions, Predictions):
                ids |= _patients(predictions, evaluation.unit == "patient")
        ids.discard("")
        if ids:
            known[part.name] = ids
    if len(known) < 2:
        raise NotEstablished(
            "fewer than two partitions have a file with patient ids (data.partitions.cases or predictions)"
        )
    return tuple(
        PartitionOverlap(
            first=first,
            second=second,
            patients=len(known[first] & known[second]),
            of=min(len(known[first]), len(known[second])),
        )
        for first, second in combinations(known, 2)
    )


def _patients(predictions: Predictions, row_is_patient: bool) -> set[str]:
    """Return patient ids; case ids stand for them where a row is a patient and no patient column exists."""
    column: Labels | None = predictions.patient
    if column is None and row_is_patient:
        column = predictions.case
    return set() if column is None else {column.names[i] for i in np.unique(column.codes) if i >= 0}


@evidence
def duplicate_rows(predictions: Predictions) -> DuplicateRows:
    """Return rows of the file that appear more than once.

    Two rows are the same case if their case id is the same. Else they count as a pair if every compared column agrees:
    all non-constant columns but the case and patient ids, at least five of them. The pairs expected by chance are
    those of independent columns, each with the distribution it has here: all pairs of rows times the product over
    columns of the chance that two random rows agree in it. Empty cells agree with each other.

    Raises:
        NotEstablished: no case ids, and too few columns to tell.
    """
    same_case = 0 if predictions.case is None else _repeats(predictions.case.codes)
    compared = _compared(predictions)
    if len(compared) < FEWEST_COLUMNS:
        if predictions.case is None:
            raise NotEstablished(
                f"{predictions.file} has no case ids, and fewer than {FEWEST_COLUMNS} columns that vary"
            )
        return DuplicateRows(
            same_case=same_case, same_values=0, columns=len(compared), pairs_by_chance=0.0, p=1.0
        )
    different = _first_of_each_case(predictions)
    values = np.stack([codes[different] for codes in compared], axis=1)
    counts = np.unique(values, axis=0, return_counts=True)[1]
    pairs = int((counts * (counts - 1) // 2).sum())
    by_chance = _pairs_by_chance(values)
    return DuplicateRows(
        same_case=same_case,
        same_values=pairs,
        columns=len(compared),
        pairs_by_chance=by_chance,
        p=_poisson_tail(pairs, by_chance),
    )


def _poisson_tail(count: int, mean: float) -> float:
    """Return the chance that a Poisson variable of that mean is `count` or more."""
    below = (
        sum(exp(i * log(mean) - mean - lgamma(i + 1)) for i in range(count)) if mean > 0 else 1.0
    )
    return min(1.0, max(0.0, 1.0 - below)) if count else 1.0


def _repeats(codes: Codes) -> int:
    named = codes[codes >= 0]
    return int(len(named) - len(np.unique(named)))


def _first_of_each_case(predictions: Predictions) -> NDArray[np.int64]:
    if predictions.case is None:
        return np.arange(predictions.cases)
    codes = np.where(
        predictions.case.codes >= 0, predictions.case.codes, -np.arange(predictions.cases) - 1
    )
    return np.sort(np.unique(codes, return_index=True)[1])


def _compared(predictions: Predictions) -> list[Codes]:
    """Return the columns that vary and are no ids (ids differ in nearly every row)."""
    ids = [each.codes for each in (predictions.case, predictions.patient) if each is not None]
    return [
        codes
        for codes in predictions.everything.values()
        if codes.min() != codes.max() and not any(_same_partition(codes, each) for each in ids)
    ]


def _same_partition(first: Codes, second: Codes) -> bool:
    """Return whether two columns divide the rows in the same way, whatever their names."""
    pairs = len(np.unique(np.stack([first, second], axis=1), axis=0))
    return pairs == len(np.unique(first)) == len(np.unique(second))


def _pairs_by_chance(values: NDArray[np.int64]) -> float:
    rows = len(values)
    agree = 1.0
    for column in values.T:
        counts = np.unique(column, return_counts=True)[1].astype(float)
        agree *= float((counts * (counts - 1)).sum()) / (rows * (rows - 1)) if rows > 1 else 0.0
    return agree * rows * (rows - 1) / 2

"""Evidence about what passed from training to testing, and about rows that count twice."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import exp, lgamma, log
from typing import NamedTuple

import numpy as np

from checker.evidence.base import evidence
from checker.model.evidence import DuplicateRows, PartitionOverlap, SharedRows
from checker.model.predictions import CaseTable, Codes, Labels, Predictions, TaskTable
from checker.model.study import Evaluation, Study
from checker.model.study.data import Partition
from checker.needs import Absent, DoesNotApply, NotEstablished, either, stated

FEWEST_COLUMNS = 5
"""Non-constant columns below which equal rows say nothing: coarse columns agree by chance."""
MIX = np.uint64(0x9E3779B97F4A7C15)
"""An odd number far from a power of two, which sets columns apart (Knuth 1998, section 6.4)."""


class Coincidence(NamedTuple):
    """Equal rows, against what chance gives."""

    pairs: int
    columns: int
    by_chance: float
    p: float
    nearly: int


@evidence
def shared_patients_between_partitions(
    study: Study,
    all_predictions: Mapping[str, Predictions | TaskTable | Absent],
    case_tables: Mapping[str, CaseTable],
) -> tuple[PartitionOverlap, ...]:
    """Return, for each two partitions with known patient ids, the patients they share.

    Where a row is a patient and no column names patients, the case id stands for the patient: the evaluation's unit
    says so, or a table of cases has as many rows as the partition has patients.

    Raises:
        NotEstablished: fewer than two partitions have a file with patient ids.
    """
    known = {
        part.name: ids
        for part in stated(study.data.partitions, "data.partitions")
        if (ids := _patients_of(part, study, all_predictions, case_tables))
    }
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


def _patients_of(
    part: Partition,
    study: Study,
    all_predictions: Mapping[str, Predictions | TaskTable | Absent],
    case_tables: Mapping[str, CaseTable],
) -> set[str]:
    ids: set[str] = set()
    table = case_tables.get(part.name)
    if table is not None:
        rows_are_patients = part.patients == table.rows
        ids |= set(table.patient or (table.case if rows_are_patients else None) or ())
    for evaluation, predictions in _scored(part, study, all_predictions):
        ids |= _patients(predictions, evaluation.unit == "patient")
    return ids - {""}


def _scored(
    part: Partition, study: Study, all_predictions: Mapping[str, Predictions | TaskTable | Absent]
) -> Iterator[tuple[Evaluation, Predictions | TaskTable]]:
    """Yield the evaluations of the partition that have predictions."""
    for evaluation in study.evaluations or ():
        predictions = all_predictions[evaluation.name]
        if evaluation.partition == part.name and not isinstance(predictions, Absent):
            yield evaluation, predictions


def _patients(predictions: Predictions | TaskTable, row_is_patient: bool) -> set[str]:
    column: Labels | None = predictions.patient
    if column is None and row_is_patient:
        column = predictions.case
    return set() if column is None else {column.names[i] for i in np.unique(column.codes) if i >= 0}


@evidence
def shared_rows_between_partitions(
    study: Study,
    all_predictions: Mapping[str, Predictions | TaskTable | Absent],
    case_tables: Mapping[str, CaseTable],
) -> tuple[SharedRows, ...]:
    """Return, for each two partitions with files, the pairs of rows that agree in every column both have.

    Ids are left aside: a copy of a patient under another id is still a copy. The pairs expected by chance are those of
    independent columns, each with the distribution it has in the two files: all pairs of rows times the product over
    columns of the chance that two random rows, one of each file, agree in it. Empty cells agree with each other.

    Raises:
        NotEstablished: no two partitions have files with at least five columns in common that vary.
    """
    files: dict[str, Mapping[str, Codes]] = {}
    for part in stated(study.data.partitions, "data.partitions"):
        if part.name in case_tables:
            files[part.name] = _without_ids(case_tables[part.name])
        for _, predictions in _scored(part, study, all_predictions):
            files[part.name] = _compared(predictions)
    found = []
    for first, second in combinations(files, 2):
        common = [name for name in files[first] if name in files[second]]
        same = _between(
            [files[first][each] for each in common], [files[second][each] for each in common]
        )
        if same is not None:
            found.append(
                SharedRows(
                    first=first,
                    second=second,
                    pairs=same.pairs,
                    columns=same.columns,
                    pairs_by_chance=same.by_chance,
                    p=same.p,
                    nearly=same.nearly,
                )
            )
    if not found:
        raise NotEstablished(
            f"no two partitions have files with {FEWEST_COLUMNS} columns in common that vary"
        )
    return tuple(found)


def _between(first: Sequence[Codes], second: Sequence[Codes]) -> Coincidence | None:
    """Return the pairs of equal rows, one of each file; None where too few columns vary."""
    varying = [
        (a, b)
        for a, b in zip(first, second, strict=True)
        if len(a) and len(b) and min(a.min(), b.min()) != max(a.max(), b.max())
    ]
    if len(varying) < FEWEST_COLUMNS:
        return None
    one, other = (_mixed([pair[side] for pair in varying]) for side in (0, 1))
    agree = 1.0
    for a, b in varying:
        agree *= _products(a, b) / (len(a) * len(b))
    rows, others = one.sum(axis=0), other.sum(axis=0)
    pairs, by_chance = _products(rows, others), agree * len(rows) * len(others)
    nearly = sum(_products(rows - a, others - b) - pairs for a, b in zip(one, other, strict=True))
    return Coincidence(pairs, len(varying), by_chance, _poisson_tail(pairs, by_chance), nearly)


def _products(first: Codes, second: Codes) -> int:
    """Return how many pairs, one of each column, are equal."""
    values, counts = np.unique(first, return_counts=True)
    others, other_counts = np.unique(second, return_counts=True)
    _, at, other_at = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    return int((counts[at] * other_counts[other_at]).sum())


def _rows(columns: Sequence[Codes]) -> Codes:
    """Return one code for each row, equal where all columns are (but for chance in 2 ** 64)."""
    return np.asarray(_mixed(columns).sum(axis=0))


def _mixed(columns: Sequence[Codes]) -> Codes:
    """Return codes whose sums over columns are equal only where all columns are, shape (columns, rows).

    Without one column, the sum is the code of the rest: the finaliser of splitmix64 (Steele, Lea & Flood 2014) on
    the code and the position of the column.
    """
    mixed = np.stack([column.astype(np.uint64) for column in columns])
    mixed += np.arange(1, len(columns) + 1, dtype=np.uint64)[:, None] * MIX
    for shift, odd in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(odd)
    return (mixed ^ (mixed >> np.uint64(31))).view(np.int64)


def _without_ids(table: CaseTable) -> Mapping[str, Codes]:
    return {
        name: codes for name, codes in table.everything.items() if name not in ("case", "patient")
    }


@evidence
def duplicate_rows(
    predictions: Predictions | Absent, task_table: TaskTable | Absent
) -> DuplicateRows:
    """Return rows of the file that appear more than once.

    Two rows are the same case if their case id is the same. Else they count as a pair if every compared column agrees:
    all non-constant columns but the case and patient ids, at least five of them. Rows of one patient are no pair: they
    share what is known about the patient. The pairs expected by chance are
    those of independent columns, each with the distribution it has here: all pairs of rows times the product over
    columns of the chance that two random rows agree in it. Empty cells agree with each other.

    Raises:
        DoesNotApply: cases repeat by design: several readers, several measurements.
        NotEstablished: no case ids, and too few columns to tell.
    """
    found = either(predictions, task_table)
    assert isinstance(found, Predictions | TaskTable)
    if isinstance(found, TaskTable) and (
        found.task in ("readers", "detection") or "replicate" in found.columns
    ):
        raise DoesNotApply("a case has several rows by design")
    return _duplicates(found)


def _duplicates(predictions: Predictions | TaskTable) -> DuplicateRows:
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
    columns = [codes[different] for codes in compared.values()]
    mixed, patient = _mixed(columns), _own_codes(predictions)[different]
    rows, by_chance = mixed.sum(axis=0), _pairs_by_chance(columns)
    pairs = _pairs(rows, patient)
    nearly = sum(_pairs(rows - each, patient) - pairs for each in mixed)
    return DuplicateRows(
        same_case=same_case,
        same_values=pairs,
        columns=len(compared),
        pairs_by_chance=by_chance,
        p=_poisson_tail(pairs, by_chance),
        nearly=nearly,
    )


def _own_codes(predictions: Predictions | TaskTable) -> Codes:
    """Return the patient of each row; a row that names none is a patient of its own."""
    everyone = -np.arange(predictions.cases) - 1
    if predictions.patient is None:
        return everyone
    codes = predictions.patient.codes
    return np.where(codes >= 0, codes, everyone)


def _pairs(rows: Codes, patient: Codes) -> int:
    """Return how many pairs of rows of different patients have equal codes."""
    return _twins(rows) - _twins(_rows([rows, patient]))


def _twins(codes: Codes) -> int:
    counts = np.unique(codes, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def _poisson_tail(count: int, mean: float) -> float:
    """Return the chance that a Poisson variable of that mean is `count` or more."""
    below = (
        sum(exp(i * log(mean) - mean - lgamma(i + 1)) for i in range(count)) if mean > 0 else 1.0
    )
    return min(1.0, max(0.0, 1.0 - below)) if count else 1.0


def _repeats(codes: Codes) -> int:
    named = codes[codes >= 0]
    return int(len(named) - len(np.unique(named)))


def _first_of_each_case(predictions: Predictions | TaskTable) -> Codes:
    if predictions.case is None:
        return np.arange(predictions.cases)
    codes = np.where(
        predictions.case.codes >= 0, predictions.case.codes, -np.arange(predictions.cases) - 1
    )
    return np.sort(np.unique(codes, return_index=True)[1])


def _compared(predictions: Predictions | TaskTable) -> Mapping[str, Codes]:
    """Return the columns that vary and are no ids (ids differ in nearly every row)."""
    ids = [each.codes for each in (predictions.case, predictions.patient) if each is not None]
    return {
        name: codes
        for name, codes in predictions.everything.items()
        if codes.min() != codes.max() and not any(_same_partition(codes, each) for each in ids)
    }


def _same_partition(first: Codes, second: Codes) -> bool:
    """Return whether two columns divide the rows in the same way, whatever their names."""
    pairs = len(np.unique(_rows([first, second])))
    return pairs == len(np.unique(first)) == len(np.unique(second))


def _pairs_by_chance(columns: Sequence[Codes]) -> float:
    rows = len(columns[0])
    agree = 1.0 if rows > 1 else 0.0
    for column in columns:
        counts = np.unique(column, return_counts=True)[1].astype(float)
        agree *= float((counts * (counts - 1)).sum()) / max(1, rows * (rows - 1))
    return agree * rows * (rows - 1) / 2

"""Measures of predicted classes against the true ones, from the cross table, for classes with and without an order."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import NO_CASES, Codes, Floats, Share, Uncertainty, Undefined, over
from checker.metrics.classes import (
    MULTICLASS,
    ORDINAL,
    Names,
    decided,
    each_class,
    in_both,
    measure,
    names,
)
from checker.metrics.classification import combined_shares, share_interval
from checker.metrics.intervals import around, cut
from checker.metrics.kappa import Weights, correlation, first_agreement, kappa, kappa_variance
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.model.curves import ClassDistances, ConfusionMatrix


class ByCell(NamedTuple):
    """Cases sorted by their cell of the cross table, so that resamples are counted in one pass."""

    cells: Codes
    """Those with a case, rising: true class times the number of classes plus predicted class."""
    start: Codes
    """Position of the first case of each."""
    patient: Codes
    """Of each case, in this order."""


@in_both
def by_cell(outcome: Codes, decided: Codes, names: Names, patient: Codes) -> ByCell:
    """Return the cases sorted by their cell."""
    cell = outcome * len(names) + decided
    order = np.argsort(cell, kind="stable")
    cells, start = np.unique(cell[order], return_index=True)
    return ByCell(cells, start, patient[order])


@in_both
def cross_table(by_cell: ByCell, names: Names, weight: Floats | None) -> Floats:
    """Return counts by true class (rows) and predicted class (columns), shape (..., classes, classes).

    Args:
        by_cell: the cases.
        names: of the classes.
        weight: shape (resamples, patients): how often each patient was drawn; None: every case once.
    """
    if weight is None:
        counts = np.diff(by_cell.start, append=len(by_cell.patient)).astype(float)
    else:
        counts = np.add.reduceat(weight.take(by_cell.patient, axis=1), by_cell.start, axis=1)
    table = np.zeros((*counts.shape[:-1], len(names) ** 2))
    table[..., by_cell.cells] = counts
    return table.reshape(*counts.shape[:-1], len(names), len(names))


@in_both
def hits_by_patient(outcome: Codes, decided: Codes, patient: Codes) -> ByPatient:
    """Return cases of the right class, cases at most one class off, and all cases of each patient."""
    off = np.abs(outcome - decided)
    return sums_by_patient(patient, off == 0, off <= 1, np.ones(len(off)))


@in_both
def class_by_patient(outcome: Codes, decided: Codes, position: int, patient: Codes) -> ByPatient:
    """Return, for one class, cases of it found, missed, falsely called it and rightly not, of each patient."""
    of_it, called = outcome == position, decided == position
    return sums_by_patient(
        patient, of_it & called, of_it & ~called, ~of_it & called, ~of_it & ~called
    )


def remarks_on_accuracy(
    outcome: Codes, decided: Codes, sizes: Floats, names: Names, tied_decisions: int
) -> str:
    """Return the sentences that belong beside an accuracy."""
    return " ".join(_remarks(outcome, decided, sizes, names, tied_decisions))


def _remarks(
    outcome: Codes, decided: Codes, sizes: Floats, names: Names, tied: int
) -> Iterator[str]:
    largest = int(np.argmax(sizes))
    rate = sizes[largest] / len(outcome)
    yield f"The no-information rate is {rate:.3f} (always {names[largest]})."
    called = np.bincount(decided, minlength=len(names))
    if never := [name for name, size in zip(names, sizes, strict=True) if not size]:
        yield f"No case is of {_classes(never)}."
    if never := [name for name, size in zip(names, called, strict=True) if not size]:
        yield f"Never predicted: {', '.join(never)}."
    if tied:
        cases = "1 case has" if tied == 1 else f"{tied} cases have"
        yield f"{cases} the largest risk for several classes; the first named counts as predicted."


def _classes(found: Sequence[str]) -> str:
    return f"the class{'es' if found[1:] else ''} {', '.join(found)}"


@measure(
    "multiclass_accuracy", goal="higher", bounds=(0, 1), interval=share_interval,
    source="metz-1978", beside=remarks_on_accuracy,
)  # fmt: skip
def multiclass_accuracy(hits_by_patient: ByPatient, weight: Weight) -> Share:
    """Return the share of cases whose predicted class is the true one; read it beside the no-information rate.

    From risks, the predicted class is the one of largest risk; of several as large, the first named.
    """
    right, _, cases = totals(hits_by_patient, weight)
    return Share(right, cases, NO_CASES)


@measure(
    "off_by_one_accuracy", tasks=(ORDINAL,), goal="higher", bounds=(0, 1),
    interval=share_interval, source="gaudette-japkowicz-2009",
)  # fmt: skip
def off_by_one_accuracy(hits_by_patient: ByPatient, weight: Weight) -> Share:
    """Return the share of cases whose predicted class is the true one or a neighbour of it."""
    _, near, cases = totals(hits_by_patient, weight)
    return Share(near, cases, NO_CASES)


def mean_sensitivity_interval(
    outcome: Codes, decided: Codes, names: Names, patient: Codes, measured: Floats, level: float
) -> Uncertainty:
    """Return the interval of the mean sensitivity: Wilson's limits of each class, combined."""
    classes = len(names)
    right = (outcome[:, None] == np.arange(classes)) & (decided == outcome)[:, None]
    of_class = outcome[:, None] == np.arange(classes)
    counts = sums_by_patient(patient, *of_class.T, *right.T)
    shares = [Share(counts[:, classes + i], counts[:, i], NO_CASES) for i in range(classes)]
    return combined_shares(
        shares, float(measured), level, 1 / classes, "the sensitivity of each class"
    )


@measure(
    "balanced_accuracy", goal="higher", bounds=(0, 1),
    interval=mean_sensitivity_interval, source="brodersen-2010",
)  # fmt: skip
def balanced_accuracy(cross_table: Floats, names: Names) -> Floats:
    """Return the mean sensitivity over all named classes; undefined where one of them has no case."""
    sentence = "no case is of the class {}, so there is no mean sensitivity over all classes"
    return _mean_over_classes(_right(cross_table), cross_table.sum(-1), names, sentence)


@measure("macro_specificity", goal="higher", bounds=(0, 1), source="sokolova-lapalme-2009")
def macro_specificity(cross_table: Floats, names: Names) -> Floats:
    """Return the mean over all named classes of specificity; undefined where every case is of one class."""
    others = cross_table.sum((-2, -1))[..., None] - cross_table.sum(-1)
    falsely = cross_table.sum(-2) - _right(cross_table)
    sentence = "every case is of the class {}, so there is no mean specificity over all classes"
    return _mean_over_classes(others - falsely, others, names, sentence)


@measure("macro_precision", goal="higher", bounds=(0, 1), source="sokolova-lapalme-2009")
def macro_precision(cross_table: Floats, names: Names) -> Floats:
    """Return the mean over all named classes of precision; undefined where one of them is never predicted."""
    sentence = "the class {} is never predicted, so there is no mean precision over all classes"
    return _mean_over_classes(_right(cross_table), cross_table.sum(-2), names, sentence)


@measure("macro_f1", goal="higher", bounds=(0, 1), source="sokolova-lapalme-2009")
def macro_f1(cross_table: Floats, names: Names) -> Floats:
    """Return the mean over all named classes of F1, the harmonic mean of sensitivity and precision.

    F1 of a class is twice its hits over its cases plus its predictions: 0 if it is never predicted, undefined
    if it has no case either. The mean of the F1 of the classes, not the F1 of mean sensitivity and precision.
    """
    below = cross_table.sum(-1) + cross_table.sum(-2)
    sentence = (
        "the class {} has no case and is never predicted, so there is no mean over all classes"
    )
    return _mean_over_classes(2 * _right(cross_table), below, names, sentence)


def _right(table: Floats) -> Floats:
    return np.diagonal(table, axis1=-2, axis2=-1)


def _mean_over_classes(above: Floats, below: Floats, names: Names, sentence: str) -> Floats:
    if below.ndim == 1 and not below.all():
        raise Undefined(sentence.format(names[int(np.argmin(below))]))
    nothing = np.full(below.shape, np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below != 0).mean(-1))


@measure(
    "class_sensitivity", goal="higher", bounds=(0, 1), interval=share_interval,
    source="yerushalmy-1947", places=each_class,
)  # fmt: skip
def class_sensitivity(class_by_patient: ByPatient, weight: Weight, label: str) -> Share:
    """Return the share of cases of the class that are predicted to be of it."""
    found, missed, *_ = totals(class_by_patient, weight)
    return Share(found, found + missed, f"no case is of the class {label}")


@measure(
    "class_specificity", goal="higher", bounds=(0, 1), interval=share_interval,
    source="yerushalmy-1947", places=each_class,
)  # fmt: skip
def class_specificity(class_by_patient: ByPatient, weight: Weight, label: str) -> Share:
    """Return the share of cases of the other classes that are not predicted to be of the class."""
    _, _, falsely, rightly_not = totals(class_by_patient, weight)
    return Share(rightly_not, falsely + rightly_not, f"every case is of the class {label}")


@measure(
    "class_precision", goal="higher", bounds=(0, 1), interval=share_interval,
    source="vecchio-1966", places=each_class,
)  # fmt: skip
def class_precision(class_by_patient: ByPatient, weight: Weight, label: str) -> Share:
    """Return the share of cases predicted to be of the class that are of it, at the observed mix of classes."""
    found, _, falsely, _ = totals(class_by_patient, weight)
    return Share(found, found + falsely, f"the class {label} is never predicted")


def kappa_interval(cross_table: Floats, level: float) -> Uncertainty:
    """Return the large-sample interval of Cohen's kappa (Fleiss, Cohen & Everitt 1969), cut at -1 and 1."""
    return _kappa_interval(cross_table, "unweighted", level)


def quadratic_kappa_interval(cross_table: Floats, level: float) -> Uncertainty:
    """Return the same for quadratic weights."""
    return _kappa_interval(cross_table, "quadratic", level)


def linear_kappa_interval(cross_table: Floats, level: float) -> Uncertainty:
    """Return the same for linear weights."""
    return _kappa_interval(cross_table, "linear", level)


def _kappa_interval(table: Floats, weights: Weights, level: float) -> Uncertainty:
    value = float(kappa(table, weights))
    if value == 1:
        return Uncertainty(None, "No interval: agreement is perfect, so there is no variance.")
    found = around(value, kappa_variance(table, weights), level, "Fleiss-Cohen-Everitt")
    return Uncertainty(cut(found, -1.0))


@measure("cohen_kappa", goal="higher", bounds=(-1, 1), interval=kappa_interval, source="cohen-1960")
def cohen_kappa(cross_table: Floats) -> Floats:
    """Return the agreement of predicted and true class beyond chance; every disagreement counts alike.

    Where patients have one case each, its interval is that of Fleiss, Cohen & Everitt 1969.
    """
    return kappa(cross_table)


@measure(
    "weighted_kappa", tasks=(ORDINAL,), goal="higher", bounds=(-1, 1),
    interval=quadratic_kappa_interval, source="cohen-1968",
)  # fmt: skip
def weighted_kappa(cross_table: Floats) -> Floats:
    """Return kappa where a disagreement counts by the square of the distance of the classes.

    Classes are one apart from their neighbours, also from one that has no case.
    """
    return kappa(cross_table, "quadratic")


@measure(
    "linear_weighted_kappa", tasks=(ORDINAL,), goal="higher", bounds=(-1, 1),
    interval=linear_kappa_interval, source="cohen-1968",
)  # fmt: skip
def linear_weighted_kappa(cross_table: Floats) -> Floats:
    """Return kappa where a disagreement counts by the distance of the classes."""
    return kappa(cross_table, "linear")


@measure(
    "matthews_correlation", tasks=(MULTICLASS,), goal="higher", bounds=(-1, 1),
    source="gorodkin-2004",
)  # fmt: skip
def matthews_correlation(cross_table: Floats) -> Floats:
    """Return the correlation of predicted and true class for several classes (R_K)."""
    return correlation(cross_table)


@measure("gwet_ac1", tasks=(MULTICLASS,), goal="higher", bounds=(-1, 1), source="gwet-2008")
def gwet_ac1(cross_table: Floats) -> Floats:
    """Return the agreement of predicted and true class beyond chance, stable where a class is rare.

    The number of classes is that of the named ones, whether or not each occurs.
    """
    return first_agreement(cross_table)


@measure(
    "percent_agreement", goal="higher", bounds=(0, 1), interval=share_interval,
    source="fleiss-1981",
)  # fmt: skip
def percent_agreement(hits_by_patient: ByPatient, weight: Weight) -> Share:
    """Return the share of cases where predicted and true class agree: the accuracy, by another name."""
    return multiclass_accuracy(hits_by_patient, weight)


def _known(
    outcome: ArrayLike, decision: ArrayLike, classes: Sequence[str]
) -> tuple[Codes, Codes, Names]:
    """Return true and predicted classes of the rows that have both."""
    true, called = np.asarray(outcome), np.asarray(decision)
    both = (true >= 0) & (called >= 0)
    true, called = true[both].astype(np.int64), called[both].astype(np.int64)
    if not len(true):
        raise Undefined(NO_CASES)
    found = names(classes, true)
    return true, decided(called, found), found


def counts_by_class(outcome: ArrayLike, decision: ArrayLike, classes: Sequence[str]) -> Floats:
    """Return the cross table, shape (classes, classes): true class in rows, predicted class in columns.

    Args:
        outcome: shape (cases,): codes of the true class in the order of `classes`; negative is missing.
        decision: shape (cases,): codes of the predicted class; negative is missing.
        classes: names.

    Raises:
        Undefined: no row has both, a code has no name, or names are not different.
    """
    true, called, found = _known(outcome, decision, classes)
    return cross_table(by_cell(true, called, found, true), found, None)


def confusion_matrix(
    outcome: ArrayLike, decision: ArrayLike, classes: Sequence[str]
) -> ConfusionMatrix:
    """Return the cross table as a report shows it (arguments and errors: `counts_by_class`)."""
    table = counts_by_class(outcome, decision, classes).astype(int).tolist()
    return ConfusionMatrix(classes=tuple(classes), counts=tuple(tuple(row) for row in table))


def class_distances(
    outcome: ArrayLike, decision: ArrayLike, classes: Sequence[str]
) -> ClassDistances:
    """Return how many classes too low or too high the predictions are (arguments and errors: `counts_by_class`)."""
    true, called, found = _known(outcome, decision, classes)
    furthest = len(found) - 1
    counts = np.bincount(called - true + furthest, minlength=2 * furthest + 1)
    return ClassDistances(
        distance=tuple(range(-furthest, furthest + 1)), cases=tuple(counts.tolist())
    )


def largest_class(outcome: ArrayLike, classes: Sequence[str]) -> tuple[str, float]:
    """Return the most frequent class and its share: the accuracy of always predicting it.

    Args:
        outcome: shape (cases,): codes in the order of `classes`; negative is missing.
        classes: names.

    Raises:
        Undefined: there are no cases, or a code has no name.
    """
    true, _, found = _known(outcome, outcome, classes)
    counts = np.bincount(true, minlength=len(found))
    return found[int(counts.argmax())], float(over(counts.max(), len(true), NO_CASES))

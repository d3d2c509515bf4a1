"""Tables of readings to results: the analysis of a reader study, comparisons, ROC curves, agreement of readers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, TypeVar

import numpy as np

from checker.metrics.base import Bools, Floats, Undefined
from checker.metrics.comparing import mcnemar
from checker.metrics.curves import roc_curve
from checker.metrics.estimating import Columns, complete, known_of
from checker.metrics.intervals import tango
from checker.metrics.mrmc import Analysis, Figures, Method, ReaderDifference, ReaderStudy, analyse
from checker.metrics.reader_areas import Covariances
from checker.metrics.readers import TASK, Crossed, Names, filled, name_of
from checker.model.curves import ReaderCurve, RocCurve
from checker.model.estimate import Comparison
from checker.needs import Absent, Known

T = TypeVar("T")
Figure = Literal["auroc", "sensitivity", "specificity", "accuracy"]
FIGURES: dict[Figure, str] = {
    "auroc": "areas",
    "sensitivity": "sensitivities",
    "specificity": "specificities",
    "accuracy": "accuracies",
}
"""By name: what is derived of the readings."""
MEAN_METRIC: dict[Figure, str] = {
    "auroc": "reader_auroc_difference",
    "sensitivity": "reader_sensitivity_difference",
    "specificity": "reader_specificity_difference",
    "accuracy": "reader_accuracy_difference",
}
READER_METRIC: dict[Figure, str] = {
    "auroc": "reader_auroc",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "accuracy": "accuracy",
}
DECIDED: tuple[Figure, ...] = ("sensitivity", "specificity", "accuracy")
"""Figures of merit of decisions."""
NO_READINGS = "no row has every value"


def reader_study(
    columns: Columns,
    figure: Figure = "auroc",
    *,
    reader_names: Names = (),
    modality_names: Names = (),
    threshold: float | None = None,
    analysis: Analysis = "RRRC",
    method: Method = "OR",
    covariances: Covariances = "jackknife",
    level: float = 0.95,
) -> ReaderStudy:
    """Return the multi-reader multi-case analysis of one figure of merit.

    Means over readers, differences of all pairs of modalities, each reader alone, the overall test and the
    variance components, for one modality or more.

    Args:
        columns: case, outcome, reader_code, modality_code, and rating or decision or both, one row per reading;
            optionally patient. As for ``estimates("readers", ...)``.
        figure: of merit.
        reader_names: by code.
        modality_names: by code; of each pair of modalities the one with the lower code comes first.
        threshold: of decisions; None: the column of decisions. AUROC needs none.
        analysis: RRRC, FRRC or RRFC.
        method: OR or DBM.
        covariances: jackknife, delong or unbiased (the last two for the AUROC alone).
        level: of the intervals.

    Raises:
        Undefined: the design is not crossed, or the figure does not exist; the sentence names reader, modality and
            number of cases.
    """
    known = _known(columns, reader_names, modality_names, threshold, covariances)
    figures = _needed(known, FIGURES[figure], Figures)
    crossed = _needed(known, "crossed", Crossed)
    return analyse(
        figures, crossed.readers, crossed.modalities, analysis=analysis, method=method, level=level
    )


def _known(
    columns: Columns,
    reader_names: Names,
    modality_names: Names,
    threshold: float | None,
    covariances: Covariances = "jackknife",
) -> Known:
    cases, _ = complete(columns, task=TASK)
    if not len(cases):
        raise Undefined(NO_READINGS)
    given = {
        "reader_names": tuple(reader_names),
        "modality_names": tuple(modality_names),
        "threshold": threshold,
        "covariances": covariances,
    }
    return known_of(cases, (0, 0), given, TASK)


def _needed(known: Known, name: str, kind: type[T]) -> T:
    found = known.value(name)
    if isinstance(found, Absent):
        raise Undefined(found.because)
    assert isinstance(found, kind)
    return found


def compare_readers(
    columns: Columns,
    first: str,
    second: str,
    *,
    reader_names: Names = (),
    modality_names: Names = (),
    threshold: float | None = None,
    analysis: Analysis = "RRRC",
    method: Method = "OR",
    covariances: Covariances = "jackknife",
    unit: str = "case",
    level: float = 0.95,
) -> tuple[Comparison, ...]:
    """Return one modality minus another: on average over readers, and for each reader.

    AUROC where there are ratings; sensitivity, specificity and accuracy where there are decisions (a threshold, or the
    column of decisions). Each reader's decisions are compared by the exact McNemar test with Tango's interval
    (where patients have several cases by the jackknife over patients), each reader's AUROCs by the covariances
    of the study.

    Args:
        columns: as for `reader_study`.
        first: name of the modality that is put first.
        second: name of the other.
        reader_names: by code.
        modality_names: by code.
        threshold: of decisions; None: the column of decisions, if there is one.
        analysis: of the averages: RRRC, FRRC or RRFC.
        method: of the averages: OR or DBM.
        covariances: of AUROCs: jackknife, delong or unbiased.
        unit: what one case is.
        level: of the intervals.
    """
    blank = Comparison(
        metric="", first=first, second=second, difference=None, interval=None, p=None, test="",
        cases=0, unit=unit,
    )  # fmt: skip
    asked = _Question(blank, analysis, method, level)
    try:
        known = _known(columns, reader_names, modality_names, threshold, covariances)
    except Undefined as reason:
        return (replace(blank, metric=MEAN_METRIC["auroc"], undefined_because=str(reason)),)
    return tuple(_compared(known, columns, asked, threshold))


@dataclass(frozen=True, slots=True)
class _Question:
    blank: Comparison
    analysis: Analysis
    method: Method
    level: float


def _compared(
    known: Known, columns: Columns, asked: _Question, threshold: float | None
) -> Iterator[Comparison]:
    if "rating" in columns:
        yield from _of_figure(known, asked, "auroc", None)
    if threshold is not None or "decision" in columns:
        for figure in DECIDED:
            yield from _of_figure(known, asked, figure, threshold)


def _of_figure(
    known: Known, asked: _Question, figure: Figure, threshold: float | None
) -> Iterator[Comparison]:
    blank = replace(asked.blank, metric=MEAN_METRIC[figure], threshold=threshold)
    try:
        crossed = _needed(known, "crossed", Crossed)
        figures = _needed(known, FIGURES[figure], Figures)
        study = analyse(
            figures,
            crossed.readers,
            crossed.modalities,
            analysis=asked.analysis,
            method=asked.method,
            level=asked.level,
        )
        found = study.difference(blank.first, blank.second)
    except Undefined as reason:
        yield replace(blank, undefined_because=str(reason))
        return
    among = {
        "sensitivity": crossed.outcome,
        "specificity": ~crossed.outcome,
    }.get(figure, np.ones_like(crossed.outcome))
    blank = replace(blank, cases=int(np.count_nonzero(among)))
    yield replace(
        blank, difference=found.value, interval=found.interval, p=found.p, test=study.words
    )
    blank = replace(blank, metric=READER_METRIC[figure])
    by_reader = [_turned(each, blank.first, blank.second) for each in study.by_reader]
    independent = len(np.unique(crossed.patient)) == len(crossed.patient)
    for one in filter(None, by_reader):
        if figure != "auroc" and independent:
            yield _decisions(known, crossed, replace(blank, reader=one.reader), among, asked.level)
        else:
            yield _alone(blank, one)


def _turned(each: ReaderDifference, first: str, second: str) -> ReaderDifference | None:
    if (each.first, each.second) == (first, second):
        return each
    if (each.first, each.second) != (second, first):
        return None
    interval = each.interval and replace(
        each.interval, low=-each.interval.high, high=-each.interval.low
    )
    return replace(each, first=first, second=second, value=-each.value, interval=interval)


def _alone(blank: Comparison, one: ReaderDifference) -> Comparison:
    test = one.interval.method if one.interval else "no test: the difference has no variance"
    return replace(
        blank, reader=one.reader, difference=one.value, interval=one.interval, p=one.p, test=test
    )


def _decisions(
    known: Known, crossed: Crossed, blank: Comparison, among: Bools, level: float
) -> Comparison:
    """Return the paired difference of one reader's decisions on the cases that count."""
    called = filled(crossed, _needed(known, "called", np.ndarray), "decision") == 1
    reader = crossed.readers.index(blank.reader or "")
    at = [crossed.modalities.index(name) for name in (blank.first, blank.second)]
    right = [(called[each, reader] == crossed.outcome)[among] for each in at]
    only_first = int(np.count_nonzero(right[0] & ~right[1]))
    only_second = int(np.count_nonzero(right[1] & ~right[0]))
    pairs = int(np.count_nonzero(among))
    return replace(
        blank,
        difference=(only_first - only_second) / pairs,
        interval=tango(only_first, only_second, pairs, level),
        p=mcnemar(only_first, only_second),
        test="exact McNemar",
    )


def reader_roc_curves(
    columns: Columns,
    *,
    reader_names: Names = (),
    modality_names: Names = (),
    threshold: float | None = None,
) -> tuple[ReaderCurve, ...]:
    """Return the ROC curve of each reader under each modality, and of the average reader under each.

    The average runs along lines of equal sensitivity plus 1 - specificity, so its area is the mean of the
    areas (Chen & Samuelson 2014). Points at decisions are averaged along both axes. A reader who rated no case
    of one of the classes has no curve and is left out of the average.

    Args:
        columns: as for `reader_study`; cases may be missing.
        reader_names: by code.
        modality_names: by code.
        threshold: of decisions; None: the column of decisions, if there is one.

    Raises:
        Undefined: no row is complete, or the outcome differs within a case.
    """
    known = _known(columns, reader_names, modality_names, threshold)
    outcome = _needed(known, "truth", np.ndarray)
    rating = _needed(known, "rating", np.ndarray)
    called = known.value("called")
    decided = called if isinstance(called, np.ndarray) else np.full(len(rating), np.nan)
    made: list[ReaderCurve] = []
    codes = [_needed(known, f"{what}_code", np.ndarray) for what in ("modality", "reader")]
    for modality in np.unique(codes[0]):
        name = name_of(int(modality), modality_names)
        own: list[ReaderCurve] = []
        for reader in np.unique(codes[1]):
            rows = (codes[0] == modality) & (codes[1] == reader)
            curve = _curve(outcome[rows], rating[rows], decided[rows])
            if curve:
                who = name_of(int(reader), reader_names)
                own.append(ReaderCurve(modality=name, reader=who, curve=curve))
        if own:
            average = _average([each.curve for each in own])
            made += [*own, ReaderCurve(modality=name, reader=None, curve=average)]
    return tuple(made)


def _curve(outcome: Bools, rating: Floats, decided: Floats) -> RocCurve | None:
    rated = ~np.isnan(rating)
    try:
        curve = roc_curve(outcome[rated], rating[rated])
    except Undefined:
        return None
    here = ~np.isnan(decided)
    with_it, without = decided[here & outcome], decided[here & ~outcome]
    if len(with_it) and len(without):
        return replace(curve, at_threshold=(float(without.mean()), float(with_it.mean())))
    return curve


def _average(curves: list[RocCurve]) -> RocCurve:
    across = [np.asarray(each.false_positive_rate) for each in curves]
    up = [np.asarray(each.sensitivity) for each in curves]
    along = [x + y for x, y in zip(across, up, strict=True)]
    at = np.unique(np.concatenate(along).round(12))
    mean = [
        np.mean([np.interp(at, s, each) for s, each in zip(along, axis, strict=True)], axis=0)
        for axis in (across, up)
    ]
    points = [each.at_threshold for each in curves if each.at_threshold]
    middle = np.mean(points, axis=0).tolist() if len(points) == len(curves) else None
    return RocCurve(
        false_positive_rate=tuple(mean[0].tolist()),
        sensitivity=tuple(mean[1].tolist()),
        at_threshold=(middle[0], middle[1]) if middle else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAgreement:
    """How far the decisions of two readers agree, on the cases that both decided."""

    modality: str
    first: str
    second: str
    cases: int
    agreement: float
    """Share of cases with the same decision."""
    kappa: float | None
    """Agreement beyond chance (Cohen 1960); None where both always decided the same way."""


def reader_agreement(
    columns: Columns,
    *,
    reader_names: Names = (),
    modality_names: Names = (),
    threshold: float | None = None,
) -> tuple[PairAgreement, ...]:
    """Return the agreement of each pair of readers under each modality.

    Args:
        columns: as for `reader_study`.
        reader_names: by code.
        modality_names: by code.
        threshold: of decisions; None: the column of decisions.

    Raises:
        Undefined: there are no decisions, or a reader decided a case twice under one modality.
    """
    known = _known(columns, reader_names, modality_names, threshold)
    crossed = _needed(known, "crossed", Crossed)
    called = _needed(known, "called", np.ndarray)
    said = np.where(crossed.row >= 0, called[crossed.row], np.nan)
    found = []
    for at, modality in enumerate(crossed.modalities):
        for first, second in combinations(range(len(crossed.readers)), 2):
            both = ~np.isnan(said[at, first]) & ~np.isnan(said[at, second])
            if both.any():
                agreement, kappa = _agree(said[at, first, both], said[at, second, both])
                found.append(
                    PairAgreement(
                        modality=modality,
                        first=crossed.readers[first],
                        second=crossed.readers[second],
                        cases=int(np.count_nonzero(both)),
                        agreement=agreement,
                        kappa=kappa,
                    )
                )
    return tuple(found)


def _agree(first: Floats, second: Floats) -> tuple[float, float | None]:
    same = float((first == second).mean())
    shares = float(first.mean()), float(second.mean())
    chance = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    return same, (same - chance) / (1 - chance) if chance < 1 else None

"""Figures of merit of free-response studies: lesions against false marks, highest marks, readers and modalities."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Metric,
    Uncertainty,
    Undefined,
    derived,
    metric,
)
from checker.metrics.detection import people
from checker.metrics.detections import NO_LESIONS, TASK, Outcomes, Scans, Who, one_of
from checker.metrics.intervals import around, cut
from checker.metrics.matching import of_same_scan
from checker.metrics.mrmc import Analysis, Figures, Method, ReaderStudy, analyse, jackknife
from checker.metrics.patients import Weight
from checker.metrics.readers import mean_interval
from checker.metrics.resampling import FEWEST_PATIENTS

Figure = Literal["highest_mark_auroc", "jafroc", "weighted_jafroc", "jafroc1", "weighted_jafroc1"]
NO_NORMALS = "there are no cases without a lesion"
NO_VARIANCE = "No interval: it has no variance."


class Contest(NamedTuple):
    """Two sides whose scores are compared in all pairs; each of the first side has a share in the result."""

    score: Floats
    """Of lesions (or cases with one); minus infinity where none was marked."""
    share: Floats
    patient: Codes
    against: Floats
    """Scores of cases."""
    against_patient: Codes


def contest(figure: Figure, outcomes: Outcomes, scans: Scans) -> Contest:
    """Return the two sides of a figure of merit (Chakraborty & Berbaum 2004; Chakraborty 2017).

    Raises:
        Undefined: a side is empty.
    """
    with_lesion = np.bincount(outcomes.lesion_scan, minlength=len(scans.code))
    if not len(outcomes.lesion_scan):
        raise Undefined(NO_LESIONS)
    if figure == "highest_mark_auroc":
        sides = with_lesion > 0
        first, share = outcomes.highest[sides], np.ones(int(sides.sum()))
        return _with(first, share, scans.patient[sides], outcomes.highest, ~sides, scans)
    false = np.full(len(scans.code), -np.inf)
    np.maximum.at(false, outcomes.false_scan, outcomes.false_score)
    share = np.ones(len(outcomes.lesion_scan))
    if figure.startswith("weighted"):
        share = 1 / with_lesion[outcomes.lesion_scan]
    patient = scans.patient[outcomes.lesion_scan]
    against = np.ones(len(false), bool) if figure.endswith("1") else with_lesion == 0
    return _with(outcomes.lesion_score, share, patient, false, against, scans)


def _with(
    score: Floats, share: Floats, patient: Codes, other: Floats, against: Bools, scans: Scans
) -> Contest:
    if not against.any():
        raise Undefined(NO_NORMALS)
    return Contest(score, share, patient, other[against], scans.patient[against])


def won(found: Contest, weight: Weight) -> Floats:
    """Return the weighted share of pairs in which the first side scores higher; ties count one half."""
    assert not isinstance(weight, str)
    order = np.argsort(found.against, kind="stable")
    ascending = found.against[order]
    mine = found.share if weight is None else found.share * weight[..., found.patient]
    theirs = np.ones(len(order)) if weight is None else weight[..., found.against_patient[order]]
    below = np.zeros((*theirs.shape[:-1], len(order) + 1))
    np.cumsum(theirs, axis=-1, out=below[..., 1:])
    low, high = (np.searchsorted(ascending, found.score, side) for side in ("left", "right"))
    total = mine.sum(axis=-1) * below[..., -1]
    wins = (mine * (below[..., low] + below[..., high])).sum(axis=-1) / 2
    nothing = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(wins, total, out=nothing, where=total > 0))


def left_out(found: Contest, patients: int) -> Floats:
    """Return the figure without each patient in turn, shape (patients,), in n log n.

    Raises:
        Undefined: without one patient a side is empty.
    """
    rows = found.share * _beaten(found.score, found.against, np.ones(len(found.against)))
    columns = found.share.sum() - _beaten(found.against, found.score, found.share)
    own = np.zeros(patients)
    for first, second in of_same_scan(found.patient, found.against_patient):
        x, y = found.score[first], found.against[second]
        points = found.share[first] * ((x > y) + 0.5 * (x == y))
        own += np.bincount(found.patient[first], points, minlength=patients)
    wins = rows.sum() + own
    wins -= np.bincount(found.patient, rows, minlength=patients)
    wins -= np.bincount(found.against_patient, columns, minlength=patients)
    first = found.share.sum() - np.bincount(found.patient, found.share, minlength=patients)
    second = len(found.against) - np.bincount(found.against_patient, minlength=patients)
    if (first <= 1e-12).any() or (second == 0).any():
        raise Undefined("one patient alone has all cases of one side")
    return np.asarray(wins / (first * second))


def _beaten(score: Floats, others: Floats, share: Floats) -> Floats:
    """Return the share of the others that each score is above, ties one half."""
    order = np.argsort(others, kind="stable")
    below = np.append(0.0, np.cumsum(share[order]))
    low, high = (np.searchsorted(others[order], score, side) for side in ("left", "right"))
    return np.asarray((below[low] + below[high]) / 2)


# Readers


def figures_of(
    figure: Figure,
    all_outcomes: Who[Outcomes],
    scans: Scans,
    readers: Sequence[str | None],
    modalities: Sequence[str | None],
) -> Figures:
    """Return the figure of each modality and reader with jackknife covariances over patients (or scans).

    Raises:
        Undefined: the figure does not exist.
    """
    patients = int(scans.patient.max()) + 1
    shape = (len(modalities), len(readers))
    value, without = np.empty(shape), np.empty((*shape, patients))
    for at, modality in enumerate(modalities):
        for of, reader in enumerate(readers):
            found = contest(figure, one_of(all_outcomes, reader, modality), scans)
            value[at, of], without[at, of] = won(found, None), left_out(found, patients)
    who = "cases" if patients == len(scans.code) else "patients"
    return Figures(value, jackknife(without), without, "jackknife", f"{patients:,} {who}")


def study(
    figure: Figure,
    all_outcomes: Who[Outcomes],
    scans: Scans,
    reader_names: Sequence[str],
    modality_names: Sequence[str],
    analysis: Analysis,
    method: Method,
    level: float,
) -> ReaderStudy:
    """Return the analysis of a figure over readers and modalities (Obuchowski & Rockette 1995).

    Raises:
        Undefined: the figure does not exist.
    """
    readers, modalities = tuple(reader_names) or (None,), tuple(modality_names) or (None,)
    found = figures_of(figure, all_outcomes, scans, readers, modalities)
    named = [tuple(each or ONE for each in names) for names in (readers, modalities)]
    return analyse(found, named[0], named[1], analysis=analysis, method=method, level=level)


ONE = "all"
"""The name of a reader or modality where there is one and nobody names it."""


@derived(TASK)
def studies(
    all_outcomes: Who[Outcomes],
    scans: Scans,
    reader_names: Sequence[str],
    modality_names: Sequence[str],
    analysis: Analysis,
    method: Method,
    level: float,
) -> Mapping[str, ReaderStudy | Undefined]:
    """Return the analysis of each figure, or why there is none."""
    made: dict[str, ReaderStudy | Undefined] = {}
    for figure in FIGURES:
        try:
            made[figure] = study(
                figure, all_outcomes, scans, reader_names, modality_names, analysis, method, level
            )
        except Undefined as reason:
            made[figure] = reason
    return made


def people_and_mean(reader_names: Sequence[str], modality_names: Sequence[str]) -> dict[str, Any]:
    """Return readers and modalities at which figures are taken, and the mean over readers where there are several."""
    found = people(reader_names, modality_names)
    return {**found, "reader": (*found["reader"], None)} if len(reader_names) > 1 else found


def _chosen(
    all_outcomes: Who[Outcomes], reader: str | None, modality: str | None
) -> Iterator[Outcomes]:
    """Yield the outcomes of the reader, or of every reader whose mean it is."""
    if (modality, reader) in all_outcomes:
        yield all_outcomes[modality, reader]
        return
    found = [each for (under, _), each in all_outcomes.items() if under == modality]
    if reader is not None or not found:
        raise Undefined(f"no marks are of reader {reader} under {modality}")
    yield from found


Value = Callable[[Who[Outcomes], Scans, str | None, str | None, Weight], Floats]


def _value_of(figure: Figure) -> Value:
    def value(
        all_outcomes: Who[Outcomes],
        scans: Scans,
        reader: str | None,
        modality: str | None,
        weight: Weight,
    ) -> Floats:
        every = [
            won(contest(figure, each, scans), weight)
            for each in _chosen(all_outcomes, reader, modality)
        ]
        return np.asarray(np.mean(every, axis=0))

    return value


def _interval_of(figure: Figure) -> Callable[..., Uncertainty]:
    def interval(
        all_outcomes: Who[Outcomes],
        scans: Scans,
        studies: Mapping[str, ReaderStudy | Undefined],
        reader: str | None,
        modality: str | None,
        level: float,
    ) -> Uncertainty:
        if (modality, reader) not in all_outcomes:  # the mean over readers
            found = studies[figure]
            if isinstance(found, Undefined):
                raise found
            return mean_interval(found, modality or ONE)
        of = figures_of(figure, all_outcomes, scans, (reader,), (modality,))
        patients = of.left_out.shape[-1]
        if patients < FEWEST_PATIENTS:
            few = f"{of.over} are too few for a jackknife (at least {FEWEST_PATIENTS})"
            return Uncertainty(None, f"No interval: {few}.")
        variance = float(of.covariance[0, 0, 0, 0])
        if not variance > 0:
            return Uncertainty(None, NO_VARIANCE)
        made = around(float(of.value[0, 0]), variance, level, f"jackknife over {of.over}")
        within = cut(made)
        beyond = (made.low, made.high) != (within.low, within.high)
        return Uncertainty(within, "The interval is cut at 0 and 1." if beyond else "")

    return interval


def _scans(scans: Scans) -> int:
    return len(scans.code)


SOURCES: dict[Figure, tuple[str, str]] = {
    "highest_mark_auroc": (
        "bunch-1978",
        "Return the AUROC of the highest mark of each case; one without a mark ranks lowest.",
    ),
    "jafroc": (
        "chakraborty-berbaum-2004",
        "Return the chance that a lesion scores above the highest false mark of a case without lesions.",
    ),
    "weighted_jafroc": (
        "chakraborty-berbaum-2004",
        "Return the chance that a lesion scores above the highest false mark of a case without lesions; the "
        "lesions of a case have equal shares, so that each case with lesions counts once.",
    ),
    "jafroc1": (
        "chakraborty-berbaum-2004",
        "Return the chance that a lesion scores above the highest false mark of any case, its own included.",
    ),
    "weighted_jafroc1": (
        "chakraborty-berbaum-2004",
        "Return the chance that a lesion scores above the highest false mark of any case; the lesions of a case "
        "have equal shares, so that each case with lesions counts once.",
    ),
}
MORE = """

Ties count one half, and so does a missed lesion against a case without a false mark. Where readers are several and
none is named, it is the mean over them.

Raises:
    Undefined: there are no lesions, or no cases on the other side.
"""


def _registered() -> dict[Figure, Metric]:
    made: dict[Figure, Metric] = {}
    for figure, (source, words) in SOURCES.items():
        value = _value_of(figure)
        value.__doc__ = words + MORE
        made[figure] = metric(
            figure, task=TASK, goal="higher", bounds=(0, 1), interval=_interval_of(figure),
            source=source, places=people_and_mean, cases=_scans,
        )(value)  # fmt: skip
    return made


FIGURES = _registered()
"""By name."""

"""Differences between two scores of survival on the same cases, always paired."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from checker.metrics.base import Floats
from checker.metrics.estimating import Columns, complete, known_of
from checker.metrics.intervals import around, cut, two_sided_p
from checker.metrics.survival import TASK, clustered, sum_of_squares
from checker.metrics.survival_calibration import Scored
from checker.metrics.survival_ranking import Area, Concordance
from checker.model.estimate import Comparison
from checker.needs import Absent, Known

TEST = "paired, infinitesimal jackknife"
BEHIND = {
    "c_index": "harrell",
    "uno_c_index": "uno",
    "time_dependent_auroc": "area_at",
    "brier_score": "squared_error",
}
"""By metric: what holds its value and the influence of each case."""


def compare_survival(
    columns: Columns,
    first: str,
    second: str,
    *,
    horizons: Sequence[float] = (),
    risks_at: float | None = None,
    unit: str = "row",
    group: str = "all",
    level: float = 0.95,
) -> tuple[Comparison, ...]:
    """Return first minus second on the rows where both are known: C-indices, and at each horizon the AUROC.

    The variance is that of the difference of the influences of each case, summed by patient; for Harrell's C it is
    that of two fits in R's concordance.

    Args:
        columns: time, event, patient (optional), and both scores by name; as for `estimates`.
        first: name of the score that is put first.
        second: name of the other.
        horizons: of the AUROC, and, the largest, of Uno's C; without any, Harrell's C alone.
        risks_at: the horizon by which both are predicted risks, whose Brier scores are then compared there.
        unit: what one row is.
        group: written into the result.
        level: of the intervals.
    """
    both = [np.asarray(columns[name], float) for name in (first, second)]
    rows = ~np.isnan(both[0]) & ~np.isnan(both[1])
    shared = {
        name: np.asarray(columns[name])[rows]
        for name in ("time", "event", "patient")
        if name in columns
    }
    given = {"horizons": tuple(horizons) or None}
    pair, patient = [], np.empty(0, np.int64)
    for values in both:
        cases, _ = complete({**shared, "score": values[rows], "risks": values[rows]}, task=TASK)
        pair.append(known_of(cases, (0, 0), given, TASK))
        patient = cases.patient
    blank = Comparison(
        metric="c_index",
        first=first,
        second=second,
        difference=None,
        interval=None,
        p=None,
        test=TEST,
        cases=len(patient),
        unit=unit,
        group=group,
    )
    if not len(patient):
        return (replace(blank, undefined_because="no row has a time, an event and both scores"),)
    return tuple(
        _compared(replace(blank, metric=metric, horizon=at), pair, level)
        for metric, at in _asked(horizons, risks_at)
    )


def _asked(horizons: Sequence[float], risks_at: float | None) -> Iterator[tuple[str, float | None]]:
    yield "c_index", None
    if horizons:
        yield "uno_c_index", None
    for at in horizons:
        yield "time_dependent_auroc", at
    if risks_at is not None:
        yield "brier_score", risks_at


def _compared(blank: Comparison, pair: Sequence[Known], level: float) -> Comparison:
    where: Mapping[str, object] = {} if blank.horizon is None else {"horizon": blank.horizon}
    # a score ranks as it is, whichever horizon it may have been made for
    where = (
        {**where, "horizons": None}
        if blank.metric in ("time_dependent_auroc", "brier_score")
        else where
    )
    found = [each.inside(**where).value(BEHIND[blank.metric]) for each in pair]
    for each in found:
        if isinstance(each, Absent):
            return replace(blank, undefined_because=each.because)
    values, influences = zip(*(_parts(each) for each in found), strict=True)
    patient = pair[0].value("patient")
    assert isinstance(patient, np.ndarray)
    difference = values[0] - values[1]
    variance = sum_of_squares(influences[0] - influences[1], patient)
    test = TEST + clustered(patient)
    if not variance > 0:
        return replace(blank, difference=difference, test=test, p=1.0 if not difference else None)
    return replace(
        blank,
        difference=difference,
        interval=cut(around(difference, variance, level, test), -1, 1),
        p=two_sided_p(difference / variance**0.5),
        test=test,
    )


def _parts(found: object) -> tuple[float, Floats]:
    assert isinstance(found, Concordance | Area | Scored)
    return found.value, found.influence

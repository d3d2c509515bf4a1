"""Differences between two scores for classes in order, always on the same cases."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from checker.metrics.areas import Spread, clustered_variance, variance_of
from checker.metrics.base import Undefined
from checker.metrics.comparing import Difference, compare_areas, normal_difference
from checker.metrics.estimating import Cases, complete, known_of
from checker.metrics.ordinal import Penalty, dichotomies
from checker.model.estimate import Comparison
from checker.needs import Absent, Known

TASK = "ordinal"
TEST = "paired, DeLong's components"
COMPARED = {"obuchowski_measure": "obuchowski", "ordinal_c_index": "concordance"}
"""By metric: what its value and each case's part in it come from, by the name of what is derived."""


def compare_ordinal(
    columns: Mapping[str, NDArray[Any]],
    first: str,
    second: str,
    *,
    classes: Sequence[str],
    penalty: Penalty = "linear",
    class_shares: Sequence[float] | None = None,
    unit: str = "row",
    group: str = "all",
    level: float = 0.95,
) -> tuple[Comparison, ...]:
    """Return the differences between two scores: the Obuchowski measure, the ordinal C-index, the AUROC of each cut.

    The variance of a difference comes from what each case (each patient, where patients repeat) adds to both
    (Obuchowski 2005, section on paired designs); z test and interval, cut at -1 and 1. AUROCs at a cut between
    classes by paired DeLong.

    Args:
        columns: outcome (codes in the order of `classes`, negative missing), both scores (NaN missing; larger
            means a higher class), and optionally patient (codes).
        first: name of the first score.
        second: name of the second.
        classes: names, in order.
        penalty: "linear", "equal", or rows of penalties (`ordinal.penalties`).
        class_shares: stated shares of the classes; the observed ones without.
        unit: what one row is.
        group: written into the comparisons.
        level: of the intervals.
    """
    known = [
        _known(columns, each, other, classes, penalty, class_shares)
        for each, other in ((first, second), (second, first))
    ]
    made = Comparison(
        metric="", first=first, second=second, difference=None, interval=None, p=None, test="",
        cases=len(known[0][0]), unit=unit, group=group,
    )  # fmt: skip
    found = []
    for metric, spread in COMPARED.items():
        try:
            difference = _difference(known, spread, level)
        except Undefined as reason:
            found.append(replace(made, metric=metric, undefined_because=str(reason)))
        else:
            value, interval, p, test = difference
            found.append(
                replace(made, metric=metric, difference=value, interval=interval, p=p, test=test)
            )
    for cut, label in enumerate(dichotomies(classes), start=1):
        outcome = np.asarray(columns["outcome"])
        above = np.where(outcome < 0, -1, (outcome >= cut).astype(np.int64))
        area = compare_areas(
            {**columns, "outcome": above}, first, second, unit=unit, group=group, level=level
        )
        found.append(replace(area, metric="dichotomised_auroc", label=label))
    return tuple(found)


Scored = tuple[Cases, Known]


def _known(
    columns: Mapping[str, NDArray[Any]],
    score: str,
    other: str,
    classes: Sequence[str],
    penalty: Penalty,
    class_shares: Sequence[float] | None,
) -> Scored:
    """Return the rows that have both scores, and what is known of the first."""
    taken = {name: columns[name] for name in ("outcome", "patient") if name in columns}
    both = {**taken, "score": columns[score], "other": columns[other]}
    cases, _ = complete(both, "other", task=TASK)
    given = {"classes": classes, "penalty": penalty, "class_shares": class_shares}
    return cases, known_of(cases, (0, 0), given, TASK)


def _difference(known: Sequence[Scored], name: str, level: float) -> Difference:
    cases = known[0][0]
    if not len(cases):
        raise Undefined("no row has an outcome and both scores")
    first, second = (_spread(each, name) for _, each in known)
    value, outcome = first.value - second.value, np.asarray(cases.columns["outcome"])
    off = Spread(value, first.each - second.each)
    fixed = name == "obuchowski"  # its weights of pairs, and so the class sizes
    variance = (
        variance_of(off, outcome, cases.patient)
        if fixed
        else clustered_variance(off.each, cases.patient)
    )
    return normal_difference(value, variance, level, TEST)


def _spread(known: Known, name: str) -> Spread:
    found = known.value(name)
    if isinstance(found, Absent):
        raise Undefined(found.because)
    return cast(Spread, found)

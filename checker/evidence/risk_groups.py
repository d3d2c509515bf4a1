"""Evidence about groups of patients by risk: what was observed, and where their cut-offs came from."""

from dataclasses import replace
from typing import Any

import numpy as np

from checker import metrics
from checker.evidence.base import evidence
from checker.evidence.task_figures import FEWEST_IN_GROUP, below_the_curve
from checker.model.curves import RiskGroup, RiskGroups
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation
from checker.needs import DoesNotApply

FIXED = ("fixed_before", "published", "training", "tuning")
"""Origins of cut-offs that the outcomes of these patients had no part in."""
CAUTIONS = {
    "same_test_data": (
        "The cut-offs were chosen on these same data, which makes any score look good: the p value is too small, and "
        "the hazard ratios are too far from 1."
    ),
    "median": (
        "The cut-offs are medians of these very scores: no outcome had a part in them, but a new patient has none of "
        "them, and elsewhere they lie elsewhere."
    ),
}
NOBODY_SAID = (
    "Nobody said where the cut-offs come from (operating_point.origin, --cutoff-origin): those that are chosen on the "
    "same data make any score look good."
)


@evidence
def risk_groups(
    of_survival: Evaluation, task_table: TaskTable, unit: str, settings: Settings
) -> RiskGroups:
    """Return what was observed in each risk group, the log-rank test between them, and hazard ratios.

    Raises:
        DoesNotApply: no risk groups are described.
        NotEstablished: all cases are in one group, or nobody had the outcome.
    """
    columns = task_table.columns
    if "risk_group" not in columns:
        raise DoesNotApply("no risk groups are described")
    names: Any = task_table.given["risk_groups"]
    horizons: Any = task_table.given.get("horizons") or ()
    made = metrics.compare_risk_groups(
        columns["time"],
        columns["event"],
        columns["risk_group"],
        names,
        by=str(task_table.given["risk_groups_by"]),
        horizons=tuple(horizons),
        at=_below(task_table),
        patient=None if task_table.patient is None else _patient(task_table),
        unit=unit,
        level=settings.level,
    )
    return replace(
        made,
        groups=tuple(map(_without_small_curve, made.groups)),
        note=" ".join(filter(None, (caution(of_survival, made.by), made.note))),
    )


def _without_small_curve(group: RiskGroup) -> RiskGroup:
    return group if group.cases >= FEWEST_IN_GROUP else replace(group, curve=None)


def caution(evaluation: Evaluation, by: str) -> str:
    """Return the sentence about cut-offs that were not fixed before the outcomes of these patients were seen."""
    origin = evaluation.operating_point.origin
    if origin is None and "cut-off" not in by:
        return ""  # groups that a column names need none
    return "" if origin in FIXED else CAUTIONS.get(origin or "", NOBODY_SAID)


def _below(table: TaskTable) -> tuple[float, ...]:
    """Return the times of the numbers below the curves: round ones."""
    time = np.asarray(table.columns["time"], float)
    return below_the_curve(float(np.nanmax(time)))


def _patient(table: TaskTable) -> Any:
    """Return the patient of each row; one that is missing is a patient of its own."""
    assert table.patient is not None
    codes = table.patient.codes
    return np.where(codes < 0, len(table.patient.names) + np.arange(len(codes)), codes)

"""Groups of patients by risk: what was observed in each, the test between them, and hazard ratios."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from checker.metrics.base import NO_CASES, Codes, Floats, Undefined
from checker.metrics.cox import NO_OUTCOME, Ratio, hazard_ratios, log_rank
from checker.metrics.survival import (
    OUTCOME,
    CurveInterval,
    at_risk_note,
    curve,
    followed,
    gone,
    incidence,
    median_survival,
    median_survival_interval,
    risk_limits,
    timeline,
)
from checker.metrics.survival_curves import survival_curve, times_below
from checker.model.curves import RiskGroup, RiskGroups
from checker.model.estimate import Estimate

GROUPED = "risk group"
"""Stands before the name of a group in the `group` of its estimates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """The known rows of all groups, and how numbers are made of them."""

    time: Floats
    event: Codes
    group: Codes
    patient: Codes | None
    unit: str
    level: float
    curve_interval: CurveInterval

    @property
    def repeated(self) -> bool:
        return self.patient is not None and len(np.unique(self.patient)) < len(self.patient)


def risk_groups(
    time: Floats,
    event: Codes,
    score: Floats,
    cutoffs: Sequence[float],
    *,
    names: Sequence[str] = (),
    by: str = "",
    horizons: Sequence[float] = (),
    at: Sequence[float] | None = None,
    patient: Codes | None = None,
    unit: str = "row",
    level: float = 0.95,
    curve_interval: CurveInterval = "log",
) -> RiskGroups:
    """Return risk groups by cut-offs of a score: as `compare_risk_groups`.

    The cut-offs have to be fixed before the outcomes are seen; chosen on the same data they make any score look good.

    Args:
        time: shape (cases,): follow-up, 0 or more.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event.
        score: shape (cases,): a case belongs to the group of the largest cut-off that its score reaches; NaN missing.
        cutoffs: rising.
        names: of the groups from the lowest, one more than cut-offs; empty: numbers.
        by: how the groups were made, in words.
        horizons: by which the risk of each group is given.
        at: times of the numbers below the curves; None: six, evenly over all cases.
        patient: shape (cases,): codes; None: every case is one.
        unit: what one row is.
        level: of bands and intervals.
        curve_interval: scale of the bands.

    Raises:
        Undefined: fewer than two groups have cases, or nobody had the outcome.
        ValueError: the number of names is wrong, or the cut-offs do not rise.
    """
    if names and len(names) != len(cutoffs) + 1:
        raise ValueError(
            f"{len(cutoffs)} cut-offs make {len(cutoffs) + 1} groups, not {len(names)}"
        )
    if not (np.diff(np.asarray(cutoffs, float)) > 0).all():
        raise ValueError("cut-offs have to rise")
    scores = np.asarray(score, float)
    group = np.searchsorted(np.asarray(cutoffs, float), scores, "right")
    return compare_risk_groups(
        time,
        event,
        np.where(np.isnan(scores), -1, group),
        names or [str(each + 1) for each in range(len(cutoffs) + 1)],
        by=by,
        horizons=horizons,
        at=at,
        patient=patient,
        unit=unit,
        level=level,
        curve_interval=curve_interval,
    )


def compare_risk_groups(
    time: Floats,
    event: Codes,
    group: Codes,
    names: Sequence[str],
    *,
    by: str = "",
    horizons: Sequence[float] = (),
    at: Sequence[float] | None = None,
    patient: Codes | None = None,
    unit: str = "row",
    level: float = 0.95,
    curve_interval: CurveInterval = "log",
) -> RiskGroups:
    """Return what was observed in each group, the log-rank test between them, and hazard ratios against the lowest.

    Test and hazard ratios are cause-specific: competing events are censored. Ratios are of one Cox model with Efron's
    ties and its robust variance where patients repeat.

    Args:
        time: shape (cases,): follow-up, 0 or more.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event.
        group: shape (cases,): positions in the names; negative where not known. A group without cases is left out.
        names: of the groups from the lowest risk to the highest.
        by: how the groups were made, in words.
        horizons: by which the risk of each group is given.
        at: times of the numbers below the curves; None: six, evenly over all cases.
        patient: shape (cases,): codes; None: every case is one.
        unit: what one row is.
        level: of bands and intervals.
        curve_interval: scale of the bands.

    Raises:
        Undefined: fewer than two groups have cases, or nobody had the outcome.
        ValueError: a time is negative, or an event code is unknown.
    """
    codes = np.asarray(group)
    known, (times, events, *_) = followed(time, event, np.where(codes < 0, np.nan, codes))
    if not len(times):
        raise Undefined(NO_CASES)
    rows = _Rows(
        time=times,
        event=events,
        group=codes[known],
        patient=None if patient is None else np.asarray(patient)[known],
        unit=unit,
        level=level,
        curve_interval=curve_interval,
    )
    there = np.unique(rows.group).tolist()
    if len(there) < 2:
        raise Undefined(f'all cases are in the risk group "{names[there[0]]}"')
    if not (events == OUTCOME).any():
        raise Undefined(NO_OUTCOME)
    test = log_rank(times, events, rows.group)
    below = times_below(timeline(times, events)) if at is None else at
    ratios = dict(zip(there[1:], _ratios(rows, [names[each] for each in there]), strict=True))
    return RiskGroups(
        by=by,
        groups=tuple(
            _group(rows, code, names[code], test.expected[place], ratios.get(code), horizons, below)
            for place, code in enumerate(there)
        ),
        statistic=test.statistic,
        degrees=test.degrees,
        p=test.p,
        cases=len(times),
        missing=len(codes) - len(times),
        note=" ".join(
            (*_notes(rows, names, there), *_falling(names[there[-1]], ratios[there[-1]]))
        ),
    )


def _notes(rows: _Rows, names: Sequence[str], there: Sequence[int]) -> Iterator[str]:
    for code, name in enumerate(names):
        if code not in there:
            yield f'No case is in the risk group "{name}".'
    if rows.repeated:
        yield (
            "The log-rank test takes rows of one patient for different people, so its p value is too small; the "
            "intervals of the hazard ratios do not."
        )


def _falling(highest: str, ratio: Estimate) -> Iterator[str]:
    if ratio.value is not None and ratio.value < 1:
        yield f'The hazard in "{highest}", named as the highest risk, is below that of the lowest: is the order right?'


def _ratios(rows: _Rows, names: Sequence[str]) -> tuple[Estimate, ...]:
    """Return the hazard ratio of each group but the first, against the first."""
    sentence = "nobody in the group had the outcome, so its hazard ratio is 0 and has no interval"
    found: tuple[Ratio | None, ...]
    patient = None if rows.patient is None else np.unique(rows.patient, return_inverse=True)[1]
    try:
        found = hazard_ratios(rows.time, rows.event, rows.group, patient, rows.level)
    except Undefined as reason:
        found, sentence = (None,) * (len(names) - 1), str(reason)
    sizes = np.unique(rows.group, return_counts=True)[1].tolist()
    return tuple(
        Estimate(
            metric="hazard_ratio",
            label=f"{name} vs {names[0]}",
            cases=size + sizes[0],
            unit=rows.unit,
            value=ratio.value if ratio else None,
            interval=ratio.interval if ratio else None,
            undefined_because="" if ratio else sentence,
        )
        for name, size, ratio in zip(names[1:], sizes[1:], found, strict=True)
    )


def _group(
    rows: _Rows,
    code: int,
    name: str,
    expected: float,
    ratio: Estimate | None,
    horizons: Sequence[float],
    below: Sequence[float],
) -> RiskGroup:
    here = rows.group == code
    time, event = rows.time[here], rows.event[here]
    patient = np.arange(len(time)) if rows.patient is None else rows.patient[here]
    own = np.unique(patient, return_inverse=True)[1]
    return RiskGroup(
        name=name,
        cases=len(time),
        outcomes=int(np.count_nonzero(event == OUTCOME)),
        expected=float(expected),
        hazard_ratio=ratio,
        observed_risks=tuple(_risk(rows, name, time, event, own, each) for each in horizons),
        median_survival=_median(rows, name, time, event, own),
        curve=survival_curve(
            time,
            event,
            label=f"{GROUPED} = {name}",
            at=below,
            level=rows.level,
            curve_interval=rows.curve_interval,
        ),
    )


def _risk(
    rows: _Rows, name: str, time: Floats, event: Codes, patient: Codes, horizon: float
) -> Estimate:
    """Return the observed risk of a group by a horizon."""
    line, value, interval, note, because = timeline(time, event), None, None, "", ""
    try:
        found = incidence(line, gone(line, horizon))
        value, note = found.risk, at_risk_note(line, horizon)
        interval = risk_limits(found, patient, rows.level, rows.curve_interval)
    except Undefined as reason:
        because = "" if value is not None else str(reason)
        note = f"No interval: {reason}." if value is not None else ""
    return Estimate(
        metric="observed_risk",
        group=f"{GROUPED} = {name}",
        horizon=horizon,
        cases=len(time),
        unit=rows.unit,
        value=value,
        interval=interval,
        undefined_because=because,
        note=note,
    )


def _median(rows: _Rows, name: str, time: Floats, event: Codes, patient: Codes) -> Estimate:
    """Return the median survival of a group."""
    line, value, interval, note, because = timeline(time, event), None, None, "", ""
    found = curve(line, np.arange(len(time)), None)
    try:
        value = float(median_survival(time, event))
        kind = rows.curve_interval
        uncertain = median_survival_interval(line, found, patient, rows.level, kind)
        interval, note = uncertain.interval, uncertain.note
    except Undefined as reason:
        because = str(reason)
    return Estimate(
        metric="median_survival",
        group=f"{GROUPED} = {name}",
        cases=len(time),
        unit=rows.unit,
        value=value,
        interval=interval,
        undefined_because=because,
        note=note,
    )

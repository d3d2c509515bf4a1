"""Points of the figures of survival: curves with numbers at risk, calibration and decisions at a horizon.

Rows without a time, an event or what the figure is about are left out of each.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from checker.metrics.base import NO_CASES, Codes, Floats, Undefined
from checker.metrics.curves import GRID, MOST_POINTS, THRESHOLDS
from checker.metrics.estimating import Cases, complete, known_of, plural
from checker.metrics.resampling import FEWEST_PATIENTS, drawn, seeds
from checker.metrics.survival import (
    OUTCOME,
    TASK,
    CurveInterval,
    Timeline,
    band,
    followed,
    gone,
    incidence_of,
    risk_limits,
    steps,
    timeline,
    variances,
    words,
)
from checker.metrics.survival_calibration import KNOTS, NEAREST, Smooth, Spline
from checker.metrics.survival_utility import net_benefits
from checker.model.curves import CalibrationCurve, DecisionCurve, SurvivalCurve
from checker.needs import Absent, Known

BINS = 10
"""Of equal count, beside a calibration curve."""
TIMES = 6
"""Below a survival curve, where nobody says which: evenly from 0 to the last follow-up."""


def survival_curve(
    time: Floats,
    event: Codes,
    *,
    label: str = "all",
    at: Sequence[float] | None = None,
    level: float = 0.95,
    curve_interval: CurveInterval = "log",
) -> SurvivalCurve:
    """Return the Kaplan-Meier curve, or under competing events the Aalen-Johansen cumulative incidence.

    With its pointwise band (as R's survfit) and the numbers at risk. Of more than 300 steps those are kept that lie
    most evenly in time.

    Args:
        time: shape (cases,): follow-up, 0 or more.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event.
        label: of the group.
        at: times of the numbers below the curve; None: six, evenly.
        level: of the band.
        curve_interval: its scale: log, log-log or plain.

    Raises:
        Undefined: there are no cases.
        ValueError: a time is negative, or an event code is unknown.
    """
    _, (times, codes, *_) = followed(time, event)
    if not len(times):
        raise Undefined(NO_CASES)
    line = timeline(times, codes)
    found = steps(line)
    kept = _kept(line)
    risk, variance = found.risk[kept], variances(line, found)[kept]
    low, high = band(risk, variance, line.competing, level, curve_interval)
    columns = [risk, low, high]
    if not line.competing:
        columns = [1 - risk, 1 - high, 1 - low]
    start = 0.0 if line.competing else 1.0
    value, lower, upper = ((start, *each.tolist()) for each in columns)
    below = times_below(line) if at is None else tuple(float(each) for each in at)
    before = np.searchsorted(line.time, below, "left")
    passed = np.append(0, np.cumsum(line.event == OUTCOME))
    return SurvivalCurve(
        label=label,
        quantity="cumulative incidence" if line.competing else "survival",
        time=(0.0, *line.time[kept].tolist()),
        value=value,
        low=lower,
        high=upper,
        method=f"{words(line.competing, curve_interval)}; pointwise {level:.0%} band",
        cases=len(times),
        at=below,
        at_risk=tuple((len(times) - before).tolist()),
        outcomes=tuple(passed[np.searchsorted(line.time, below, "right")].tolist()),
    )


def _kept(line: Timeline) -> Codes:
    """Return the positions after which the curve is drawn: where it steps, and its end."""
    ends = line.ends
    happened = np.cumsum(line.event == OUTCOME)[ends]
    stepping = ends[np.diff(happened, prepend=0) > 0]
    kept = np.unique(np.append(stepping, ends[-1]))
    if len(kept) <= MOST_POINTS:
        return kept
    wanted = np.linspace(line.time[kept[0]], line.time[-1], MOST_POINTS)
    return kept[np.unique(np.searchsorted(line.time[kept], wanted, "right") - 1)]


def times_below(line: Timeline) -> tuple[float, ...]:
    """Return times of the numbers below a curve: evenly from 0 to the last follow-up."""
    return tuple(np.linspace(0, line.time[-1], TIMES).tolist())


def survival_calibration_curve(
    time: Floats,
    event: Codes,
    risk: Floats,
    horizon: float,
    patient: Codes | None = None,
    *,
    unit: str = "row",
    group: str = "all",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
) -> CalibrationCurve:
    """Return observed against predicted risk at a horizon: a spline in a Cox model with its band, and ten bins.

    The model of `integrated_calibration_index`, drawn over the predicted risks; a pointwise bootstrap band. Bins are
    of equal count, with the observed risk of their cases (Kaplan-Meier, Aalen-Johansen; log-log limits); a bin that is
    not followed up to the horizon is left out.

    Args:
        time: shape (cases,): follow-up, 0 or more.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event.
        risk: shape (cases,): predicted by the horizon, within 0..1.
        horizon: in the unit of the times.
        patient: shape (cases,): codes; None: every row is one.
        unit: what one row is.
        group: with `evaluation` it makes the random numbers its own.
        evaluation: its name.
        seed: of the report.
        level: of the band and the bins' intervals.
        resamples: of patients; with fewer than 20 patients there is no band.

    Raises:
        Undefined: the horizon lies beyond the last follow-up, nobody had the outcome, or there is no fit.
        ValueError: a time is negative, or an event code is unknown.
    """
    columns = {
        "time": np.asarray(time),
        "event": np.asarray(event),
        "risks": np.asarray(risk, float),
    }
    cases, _ = complete(columns if patient is None else {**columns, "patient": patient}, task=TASK)
    if not len(cases):
        raise Undefined(NO_CASES)
    own = seeds(seed, evaluation, group)
    known = known_of(cases, own, {"horizons": (horizon,)}, TASK).inside(horizon=horizon)
    model, curve = _made(known, "spline"), _made(known, "smooth")
    assert isinstance(model, Spline)
    assert isinstance(curve, Smooth)
    predicted = cases.columns["risks"][:, 0]
    at = np.linspace(predicted.min(), predicted.max(), GRID)
    inside = np.clip(at, NEAREST, 1 - NEAREST)
    design = model.at(np.log(-np.log1p(-inside)))
    low, high, said = _band(known, cases, design, level, resamples, unit, own)
    bins = tuple(_bins(cases, horizon, level))
    spaced = ", ".join(f"{each:.0%}" for each in KNOTS)
    return CalibrationCurve(
        predicted=tuple(at.tolist()),
        observed=tuple(curve.risk(design).tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        method=f"Cox model, restricted cubic spline of log(-log(1 - risk)), knots at {spaced}; {said}",
        bin_predicted=tuple(each[0] for each in bins),
        bin_observed=tuple(each[1] for each in bins),
        bin_low=tuple(each[2] for each in bins),
        bin_high=tuple(each[3] for each in bins),
        bin_cases=tuple(each[4] for each in bins),
    )


def _made(known: Known, name: str) -> object:
    found = known.value(name)
    if isinstance(found, Absent):
        raise Undefined(found.because)
    return found


def _band(
    known: Known,
    cases: Cases,
    design: Floats,
    level: float,
    resamples: int,
    unit: str,
    own: Sequence[int],
) -> tuple[Floats, Floats, str]:
    who = f"{cases.patients:,} {'patients' if cases.repeated else plural(unit)}"
    nothing = np.empty(0)
    if cases.patients < FEWEST_PATIENTS:
        return nothing, nothing, f"no band, {who} are too few to resample"
    blocks = []
    for weight in drawn(own, cases.patients, len(cases), resamples):
        fit = _made(known.inside(weight=weight), "smooth")
        assert isinstance(fit, Smooth)
        blocks.append(fit.risk(design))
    curves = np.concatenate(blocks)
    curves = curves[~np.isnan(curves).any(axis=1)]
    if 2 * len(curves) < resamples:
        return nothing, nothing, "no band, there is no fit in more than half of the resamples"
    low, high = np.quantile(curves, ((1 - level) / 2, (1 + level) / 2), axis=0)
    left = f", {resamples - len(curves)} undefined" if len(curves) < resamples else ""
    said = f"pointwise {level:.0%} band, percentile bootstrap over {who}, {resamples:,} resamples{left}"
    return low, high, said


def _bins(
    cases: Cases, horizon: float, level: float
) -> Iterator[tuple[float, float, float, float, int]]:
    """Yield mean predicted and observed risk, its limits, and the cases of each bin that is followed far enough."""
    time, event = cases.columns["time"], cases.columns["event"]
    risk = cases.columns["risks"][:, 0]
    order = np.lexsort(
        (cases.patient, event, time, risk)
    )  # equal risks: not as the rows happen to stand
    for rows in np.array_split(order, BINS):
        if not len(rows):
            continue
        try:
            found = incidence_of(time[rows], event[rows], horizon)
        except Undefined:
            continue
        try:
            mine = np.unique(cases.patient[rows], return_inverse=True)[1]
            limits = risk_limits(found, mine, level, "log-log")
            low, high = limits.low, limits.high
        except Undefined:  # a risk of 0 or 1: no case of the bin says more
            low, high = 0.0, 1.0
        yield float(risk[rows].mean()), found.risk, low, high, len(rows)


def survival_decision_curve(
    time: Floats,
    event: Codes,
    risk: Floats,
    horizon: float,
    decision_range: tuple[float, float] = (0.01, 0.99),
) -> DecisionCurve:
    """Return the net benefit per case at a horizon, of the model and of treating everyone and no one.

    Vickers et al. 2008, at 100 threshold probabilities evenly over the range. Thresholds are left out above which
    nobody is followed up to the horizon.

    Args:
        time: shape (cases,): follow-up, 0 or more.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event.
        risk: shape (cases,): predicted by the horizon.
        horizon: in the unit of the times.
        decision_range: lowest and highest threshold probability.

    Raises:
        Undefined: there are no cases, the horizon lies beyond the last follow-up, risks outside 0..1, or a range that
            is not within 0..1 (without 1).
        ValueError: a time is negative, or an event code is unknown.
    """
    _, (times, codes, _, risks, *_) = followed(time, event, risks=risk)
    low, high = decision_range
    if not len(times):
        raise Undefined(NO_CASES)
    if not 0 <= low < high < 1:
        raise Undefined(f"{low:g} to {high:g} is no range of threshold probabilities")
    predicted = risks[:, 0]
    if predicted.min() < 0 or predicted.max() > 1:
        raise Undefined("predicted risks lie outside 0 to 1")
    line = timeline(times, codes)
    gone(line, horizon)
    threshold = np.linspace(low, high, THRESHOLDS)
    model = net_benefits(line, predicted, horizon, threshold)
    everyone = incidence_of(times, codes, horizon).risk
    kept = ~np.isnan(model)
    odds = threshold / (1 - threshold)
    return DecisionCurve(
        threshold=tuple(threshold[kept].tolist()),
        model=tuple(model[kept].tolist()),
        treat_all=tuple((everyone * (1 + odds) - odds)[kept].tolist()),
        treat_none=(0.0,) * int(np.count_nonzero(kept)),
    )

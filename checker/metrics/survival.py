"""Time to an event: Kaplan-Meier and Aalen-Johansen estimates, how certain they are, and what is censored.

Cases are put in one order: by time, and at one time those with an event before the censored. One by one, each
event takes a share of 1 over those still there. Ties need no care then: the factors of cases that tie multiply to
that of the tie, and so do the terms of Greenwood's sum add up to its term.
"""

from dataclasses import replace
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from checker.metrics.base import Bools, Codes, Floats, Uncertainty, Undefined, derived, metric, task
from checker.metrics.intervals import around, cut, quantile
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

TASK = "survival"
CENSORED, OUTCOME, COMPETING = 0, 1, 2
"""Codes of the event column; a negative one is missing."""
CurveInterval = Literal["log", "log-log", "plain"]
CURVE_INTERVALS: tuple[CurveInterval, ...] = get_args(CurveInterval)
"""By name: the scale on which the limits lie evenly. The first is ours, and the usual one of R's survfit."""
FEW_AT_RISK = 0.1
"""Fewer than this share still followed at a horizon is said beside every number there."""
TIED = 1.5e-8
"""Risks as close as this are equal where a median is read off, as in R's survfit."""
NOTHING = 1e-20
"""A variance below this is rounding."""
SURE = 1e-12
"""A risk nearer to 0 or 1 is 0 or 1, but for rounding."""


@task(
    TASK,
    "time",
    "event",
    optional=("score", "risks", "treatment", "treatment_risks"),
    incomplete="a row lacks its time, its event, its score or a predicted risk",
    apart=True,
)
def followed(
    time: ArrayLike,
    event: ArrayLike,
    score: ArrayLike | None = None,
    risks: ArrayLike | None = None,
    treatment: ArrayLike | None = None,
    treatment_risks: ArrayLike | None = None,
) -> tuple[Bools, tuple[Any, ...]]:
    """Return which rows are known, and their columns.

    Args:
        time: shape (cases,): follow-up in any unit, 0 or more; NaN missing. At 0 it ended on the day it began: such
            a case is at risk then and at no later time, as in R's survival.
        event: shape (cases,): 0 censored, 1 the outcome, 2 a competing event; negative missing.
        score: shape (cases,): larger means an earlier outcome; NaN missing.
        risks: shape (cases, horizons) or (cases,): predicted risk of the outcome by each of the `horizons`; NaN
            missing. A column without any value is a horizon without predictions.
        treatment: shape (cases,): received, as the position in `treatment_risks`; negative not known.
        treatment_risks: shape (cases, treatments): predicted risk under each; NaN not known. Rows without these two
            are left out of what concerns treatments alone.

    Raises:
        ValueError: a time is negative or infinite, or an event code is none of these.
    """
    times, codes = np.asarray(time, float), _codes(event)
    _refuse(
        ~np.isnan(times) & ~((times >= 0) & np.isfinite(times)),
        "a time that is no number from 0 on",
    )
    _refuse(
        codes > COMPETING, "an event code other than 0 (censored), 1 (outcome) and 2 (competing)"
    )
    known = ~np.isnan(times) & (codes >= 0)
    scores = None if score is None else np.asarray(score, float)
    if scores is not None:
        known &= ~np.isnan(scores)
    predicted = None if risks is None else _matrix(risks)
    if predicted is not None:
        known &= ~np.isnan(predicted[:, ~np.isnan(predicted).all(axis=0)]).any(axis=1)
    received = None if treatment is None else _codes(treatment)
    under = None if treatment_risks is None else _matrix(treatment_risks)
    columns = (times, codes, scores, predicted, received, under)
    return known, tuple(None if each is None else each[known] for each in columns)


def _codes(values: ArrayLike) -> Codes:
    numbers = np.asarray(values, float)
    _refuse(~np.isnan(numbers) & (numbers != np.floor(numbers)), "a code that is no whole number")
    return np.where(np.isnan(numbers), -1, numbers).astype(np.int64)


def _matrix(values: ArrayLike) -> Floats:
    numbers = np.asarray(values, float)
    return numbers[:, None] if numbers.ndim == 1 else numbers


def _refuse(wrong: Bools, what: str) -> None:
    if rows := int(np.count_nonzero(wrong)):
        raise ValueError(f"{rows} row{'s have' if rows > 1 else ' has'} {what}")


class Timeline(NamedTuple):
    """Cases from the first time to the last; at one time those with an event stand before the censored."""

    order: Codes
    """Shape (cases,): positions in the columns."""
    time: Floats
    event: Codes
    at_risk: Floats
    """Cases still there before each one leaves: all, all but one, ..., 1."""

    @property
    def ends(self) -> Codes:
        """The last position of each distinct time."""
        return np.flatnonzero(np.append(self.time[1:] != self.time[:-1], True))

    @property
    def competing(self) -> bool:
        """Whether there are competing events."""
        return bool((self.event == COMPETING).any())

    def by(self, horizon: float) -> int:
        """Return how many cases left by the horizon: those with an event then too, those censored then not."""
        before = int(np.searchsorted(self.time, horizon, "left"))
        here = slice(before, int(np.searchsorted(self.time, horizon, "right")))
        return before + int(np.count_nonzero(self.event[here]))

    def still(self, horizon: float) -> int:
        """Return how many cases are followed up to the horizon at least."""
        return len(self.time) - int(np.searchsorted(self.time, horizon, "left"))


@derived(TASK)
def timeline(time: Floats, event: Codes) -> Timeline:
    """Return the cases in the order of their times."""
    order = np.lexsort((event == CENSORED, time))
    at_risk = np.arange(len(order), 0, -1).astype(float)
    return Timeline(order, time[order], event[order], at_risk)


@derived(TASK)
def reverse_timeline(time: Floats, event: Codes) -> Timeline:
    """Return the cases with the end of follow-up as the outcome, censored by any event (Schemper & Smith 1996)."""
    return timeline(time, (event == CENSORED).astype(np.int64))


@derived(TASK)
def gone(timeline: Timeline, horizon: float) -> int:
    """Return how many cases left by the horizon.

    Raises:
        Undefined: nobody is followed up to the horizon.
    """
    last = float(timeline.time[-1])
    if horizon > last:
        raise Undefined(
            f"the horizon {horizon:g} lies beyond the last follow-up ({last:g}), and nothing is known there"
        )
    return timeline.by(horizon)


def at_risk_note(timeline: Timeline, horizon: float) -> str:
    """Return a sentence where few cases are followed up to the horizon."""
    there, cases = timeline.still(horizon), len(timeline.time)
    if there >= FEW_AT_RISK * cases:
        return ""
    return f"Fewer than 10 % are still followed at {horizon:g} ({there:,} of {cases:,})."


class Steps(NamedTuple):
    """The risk of the outcome after each case of a timeline; the last axis is the case, resamples stand before it."""

    risk: Floats
    event_free: Floats
    """The share without any event after each case."""
    jump: Floats
    """What each case adds to the risk: 0 without the outcome."""


def steps(line: Timeline, count: Floats | None = None) -> Steps:
    """Return the Aalen-Johansen estimate, which is 1 - Kaplan-Meier where there are no competing events.

    Aalen & Johansen 1978; Kaplan & Meier 1958.

    Args:
        line: cases in the order of their times.
        count: shape (..., cases), in that order: how often each case stands there; None: once.
    """
    if count is None:
        here, at_risk = np.ones(len(line.time)), line.at_risk
    else:
        here, at_risk = count, np.cumsum(count[..., ::-1], axis=-1)[..., ::-1]
    leaving = here * (line.event > 0)
    stay = np.divide(at_risk - leaving, at_risk, out=np.ones_like(at_risk), where=at_risk > 0)
    event_free = np.cumprod(stay, axis=-1)
    ahead = np.ones_like(event_free)
    ahead[..., 1:] = event_free[..., :-1]
    with_outcome = here * (line.event == OUTCOME)
    share = np.divide(with_outcome, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    jump = ahead * share
    # both are the same without competing events, but for rounding
    risk = np.cumsum(jump, axis=-1) if line.competing else 1 - event_free
    return Steps(np.asarray(risk), np.asarray(event_free), jump)


class Incidence(NamedTuple):
    """The risk of the outcome by a horizon."""

    risk: float
    influence: Floats
    """Shape (cases,), in the order of the columns: what each case adds to its deviation (infinitesimal jackknife)."""
    events: int
    """Cases with the outcome by then."""
    competing: bool

    def variance(self, patient: Codes | None = None) -> float:
        """Return the variance, where patients repeat clustered by patient; for Kaplan-Meier it is Greenwood's."""
        return sum_of_squares(self.influence, patient)


def sum_of_squares(influence: Floats, patient: Codes | None = None) -> float:
    """Return the sum over patients of the squared sum over their cases: the variance of what has this influence."""
    each = influence if patient is None else np.bincount(patient, influence)
    return float(each @ each)


@derived(TASK)
def incidence(timeline: Timeline, gone: int) -> Incidence:
    """Return the risk of the outcome by the horizon, with the influence of each case on it."""
    found, cases = steps(timeline), len(timeline.time)
    at_risk, now = timeline.at_risk, np.arange(cases) < gone
    event, outcome = now & (timeline.event > 0), now & (timeline.event == OUTCOME)
    risk = float(found.risk[gone - 1]) if gone else 0.0
    later = risk - found.risk  # what still comes after each case
    ahead = np.append(1.0, found.event_free[:-1])
    # derivatives of the sum of event_free / at_risk over outcomes by the number of copies of each case
    own = np.where(outcome, ahead, 0) / at_risk - np.where(event, later, 0) / at_risk
    lost = np.cumsum(np.where(outcome, ahead / at_risk**2, 0))
    kept = np.cumsum(np.where(event, later * _greenwood(at_risk), 0))
    influence = np.empty(cases)
    influence[timeline.order] = own - lost + np.append(0, kept[:-1])
    return Incidence(risk, influence, int(np.count_nonzero(outcome)), timeline.competing)


def _greenwood(at_risk: Floats) -> Floats:
    """Return 1 / (n (n - 1)) for each number at risk; 0 for the last case, after whom nobody is left."""
    return np.divide(1, at_risk * (at_risk - 1), out=np.zeros_like(at_risk), where=at_risk > 1)


def incidence_of(time: Floats, event: Codes, horizon: float) -> Incidence:
    """Return the risk of the outcome by the horizon among these cases.

    Raises:
        Undefined: there are no cases, or none is followed up to the horizon.
    """
    if not len(time):
        raise Undefined("there are no cases")
    line = timeline(time, event)
    return incidence(line, gone(line, horizon))


def variances(line: Timeline, found: Steps, patient: Codes | None = None) -> Floats:
    """Return the variance of the risk after each case: Greenwood's, and for Aalen-Johansen that of the influences.

    Args:
        line: cases in the order of their times.
        found: the curve.
        patient: shape (cases,), in the order of the columns: where patients repeat, influences are summed by patient.
    """
    if patient is not None and clustered(patient):
        codes = patient[line.order]
        return (_by_patient if not line.competing else _by_patient_and_cause)(line, found, codes)
    ahead, at_risk = np.append(1.0, found.event_free[:-1]), line.at_risk
    outcome, event = line.event == OUTCOME, line.event > 0
    spread = np.where(event, _greenwood(at_risk), 0)
    own = np.cumsum(np.where(outcome, ahead**2 * (at_risk - 1) / at_risk**3, 0))
    both = np.where(outcome, ahead / at_risk**2, 0)
    risk = found.risk
    total = risk**2 * np.cumsum(spread) - 2 * risk * np.cumsum(spread * risk)
    total += np.cumsum(spread * risk**2) + own
    total -= 2 * (risk * np.cumsum(both) - np.cumsum(both * risk))
    return np.asarray(np.maximum(total, 0))


def _by_patient(line: Timeline, found: Steps, codes: Codes) -> Floats:
    """Return the variance of 1 - Kaplan-Meier after each case, clustered by patient.

    The influence of a case on the logarithm of survival is what it takes itself, if it is gone, less what the events
    before it took; so a sum over patients of squares is kept up from case to case.
    """
    event, at_risk = line.event > 0, line.at_risk
    taken = np.cumsum(np.where(event, _greenwood(at_risk), 0))
    own = np.where(event, 1 / at_risk, 0) - np.append(0, taken[:-1])
    together = np.argsort(codes, kind="stable")
    first = np.searchsorted(codes[together], codes[together], "left")
    passed = np.append(0, np.cumsum(own[together]))
    before, left = np.empty(len(codes)), np.empty(len(codes))
    before[together] = passed[:-1] - passed[first]
    counts = np.bincount(codes)
    left[together] = counts[codes[together]] - (np.arange(len(codes)) - first)
    squares = np.cumsum(own * (2 * before + own))
    products = np.cumsum(own * (left - 1) - before)
    sizes = float((counts.astype(float) ** 2).sum()) + np.cumsum(1 - 2 * left)
    spread = squares - 2 * taken * products + taken**2 * sizes
    return np.asarray(np.maximum(found.event_free**2 * spread, 0))


def _by_patient_and_cause(line: Timeline, found: Steps, codes: Codes) -> Floats:
    """Return the variance of the Aalen-Johansen risk after each case, clustered by patient."""
    patient = np.empty(len(codes), np.int64)
    patient[line.order] = codes
    steps = np.flatnonzero(line.event == OUTCOME)
    values = [incidence(line, int(at) + 1).variance(patient) for at in steps]
    if not values:
        return np.zeros(len(codes))
    last = np.searchsorted(steps, np.arange(len(codes)), "right")
    return np.append(0.0, values)[last]


def band(
    risk: Floats, variance: Floats, competing: bool, level: float, kind: CurveInterval
) -> tuple[Floats, Floats]:
    """Return the pointwise limits of risks, as R's survfit has them.

    The scale is that of survival, or under competing events that of the cumulative incidence. Without variance both
    limits are the risk itself.
    """
    value = risk if competing else 1 - risk
    half = quantile(level) * np.sqrt(variance)
    usable = (half > 0) & (value > SURE) & (value < 1 - SURE)
    safe, width = np.where(usable, value, 0.5), np.where(usable, half, 0)
    match kind:
        case "log":
            low, high = safe * np.exp(-width / safe), safe * np.exp(width / safe)
        case "log-log":
            power = np.exp(width / np.abs(safe * np.log(safe)))
            low, high = safe**power, safe ** (1 / power)
        case "plain":
            low, high = safe - width, safe + width
    low = np.where(usable, np.clip(low, 0, 1), value)
    high = np.where(usable, np.clip(high, 0, 1), value)
    return (low, high) if competing else (1 - high, 1 - low)


def words(competing: bool, kind: CurveInterval) -> str:
    """Return the method of an interval of a risk."""
    scale = {"log": "logarithmic", "log-log": "log-log", "plain": "plain"}[kind]
    if competing:
        return f"Aalen-Johansen, infinitesimal jackknife, {scale}"
    return f"Kaplan-Meier, Greenwood, {scale}"


def clustered(patient: Codes) -> str:
    """Return the words for a variance clustered by patient; none where each patient has one case."""
    patients = int(patient.max()) + 1
    return "" if patients == len(patient) else f", clustered by patient ({patients:,} patients)"


def risk_limits(
    found: Incidence, patient: Codes, level: float = 0.95, kind: CurveInterval = "log"
) -> Interval:
    """Return the interval of a risk.

    Raises:
        Undefined: it is 0 or 1, so no variance can be seen.
    """
    variance = found.variance(patient)
    if not variance > 0 or not 0 < found.risk < 1:
        raise Undefined(f"the observed risk is {found.risk:.0f}, so no variance can be seen")
    low, high = band(np.array(found.risk), np.array(variance), found.competing, level, kind)
    method = words(found.competing, kind) + clustered(patient)
    return Interval(low=float(low), high=float(high), level=level, method=method)


def stated(value: float, influence: Floats, patient: Codes, level: float, method: str) -> Interval:
    """Return value ± z standard errors from the influences of the cases, summed by patient.

    Raises:
        Undefined: the variance is zero.
    """
    words, variance = method + clustered(patient), sum_of_squares(influence, patient)
    return around(value, variance if variance > NOTHING else 0.0, level, words)


def observed_risk_interval(
    incidence: Incidence, patient: Codes, level: float, curve_interval: CurveInterval
) -> Uncertainty:
    """Return the interval of the observed risk."""
    try:
        return Uncertainty(risk_limits(incidence, patient, level, curve_interval))
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")


@metric(
    "observed_risk", task=TASK, goal="target", bounds=(0, 1), interval=observed_risk_interval,
    beside=at_risk_note, source="aalen-johansen-1978",
)  # fmt: skip
def observed_risk(incidence: Incidence) -> Floats:
    """Return the share with the outcome by the horizon: 1 - Kaplan-Meier, under competing events Aalen-Johansen.

    Nobody's follow-up is needed up to the horizon but one's; beyond the last it is undefined.
    """
    return np.asarray(incidence.risk)


def survival_probability_interval(
    incidence: Incidence, patient: Codes, level: float, curve_interval: CurveInterval
) -> Uncertainty:
    """Return one minus the interval of the observed risk."""
    found = observed_risk_interval(incidence, patient, level, curve_interval)
    if found.interval is None:
        return found
    low, high = 1 - found.interval.high, 1 - found.interval.low
    return found._replace(interval=replace(found.interval, low=low, high=high))


@metric(
    "survival_probability", task=TASK, goal="target", bounds=(0, 1),
    interval=survival_probability_interval, beside=at_risk_note, source="kaplan-meier-1958",
)  # fmt: skip
def survival_probability(incidence: Incidence) -> Floats:
    """Return the share without the outcome at the horizon by Kaplan-Meier: 1 minus the observed risk.

    Not given under competing events, where the rest of the cumulative incidence is no survival of anyone.
    """
    if incidence.competing:
        raise DoesNotApply("there are competing events")
    return np.asarray(1 - incidence.risk)


def counts(line: Timeline, patient: Codes, weight: Floats) -> Floats:
    """Return how often each case stands in each resample, in the order of the timeline."""
    return weight.take(patient[line.order], axis=-1)


@derived(TASK)
def curve(timeline: Timeline, patient: Codes, weight: Floats | None) -> Steps:
    """Return the risk of the outcome after each case, on all cases or on each resample."""
    return steps(timeline, None if weight is None else counts(timeline, patient, weight))


@derived(TASK)
def reverse_curve(reverse_timeline: Timeline, patient: Codes, weight: Floats | None) -> Steps:
    """Return the share whose follow-up ended, after each case."""
    return curve(reverse_timeline, patient, weight)


def reaching(time: Floats, risk: Floats, share: float = 0.5) -> Floats:
    """Return the first time at which the risk is this share; where it stays there, the middle of that time.

    As R's survfit reads it off. NaN where the risk stays below.

    Args:
        time: shape (times,): rising.
        risk: shape (..., times): rising.
        share: one half for a median.
    """
    reached = risk > share - TIED
    first = np.argmax(reached, axis=-1)
    here = np.take_along_axis(risk, first[..., None], -1)
    rises = risk > here
    then = np.argmax(rises, axis=-1)
    stays = (np.abs(here[..., 0] - share) < TIED) & rises.any(axis=-1)
    found = np.where(stays, (time[first] + time[then]) / 2, time[first])
    return np.where(reached.any(axis=-1), found, np.nan)


def _median(line: Timeline, found: Steps, otherwise: str) -> Floats:
    ends = line.ends
    value = reaching(line.time[ends], found.risk[..., ends])
    if value.ndim == 0 and np.isnan(value):
        raise Undefined(otherwise)
    return value


def _median_limits(
    line: Timeline, found: Steps, patient: Codes, level: float, kind: CurveInterval
) -> Uncertainty:
    """Return the times at which the limits of the curve cross one half (Brookmeyer & Crowley 1982).

    Where nobody is left without the outcome the curve has no upper limit, as in R's survfit.
    """
    ends = line.ends
    spread = variances(line, found, patient)
    below, above = band(found.risk, spread, line.competing, level, kind)
    below = np.where(found.risk >= 1 - SURE, 0.0, below)
    high, low = (float(reaching(line.time[ends], each[ends])) for each in (below, above))
    method = f"Brookmeyer-Crowley, {kind} band{clustered(patient)}"
    if np.isnan(high):
        said = "no limit can be seen" if np.isnan(low) else f"it begins at {low:g}"
        return Uncertainty(
            None, f"No interval: {said}, and its upper limit is not reached ({method})."
        )
    return Uncertainty(Interval(low=low, high=high, level=level, method=method))


def median_survival_interval(
    timeline: Timeline, curve: Steps, patient: Codes, level: float, curve_interval: CurveInterval
) -> Uncertainty:
    """Return the interval of the median survival."""
    return _median_limits(timeline, curve, patient, level, curve_interval)


def median_follow_up_interval(
    reverse_timeline: Timeline,
    reverse_curve: Steps,
    patient: Codes,
    level: float,
    curve_interval: CurveInterval,
) -> Uncertainty:
    """Return the interval of the median follow-up."""
    return _median_limits(reverse_timeline, reverse_curve, patient, level, curve_interval)


@metric(
    "median_survival", task=TASK, goal="target", bounds=(0, np.inf),
    interval=median_survival_interval, source="brookmeyer-crowley-1982",
)  # fmt: skip
def median_survival(timeline: Timeline, curve: Steps) -> Floats:
    """Return the time by which half of the patients had the outcome (Kaplan-Meier, or Aalen-Johansen).

    Where the curve stays at one half, the middle of that time.
    """
    sentence = "fewer than half had the outcome by the last follow-up, so there is no median"
    return _median(timeline, curve, sentence)


@metric(
    "median_follow_up", task=TASK, goal="target", bounds=(0, np.inf),
    interval=median_follow_up_interval, source="schemper-smith-1996",
)  # fmt: skip
def median_follow_up(reverse_timeline: Timeline, reverse_curve: Steps) -> Floats:
    """Return the median time of follow-up by the reverse Kaplan-Meier method: any event censors it."""
    sentence = "the follow-up of fewer than half ended without an event, so there is no median"
    return _median(reverse_timeline, reverse_curve, sentence)


def _areas(line: Timeline, gone: int, horizon: float, found: Steps) -> Floats:
    """Return the area below survival from each case, or from 0 at the first position, to its successor."""
    times = np.concatenate([[0.0], line.time[:gone], [horizon]])
    level = np.concatenate(
        [np.ones((*found.event_free.shape[:-1], 1)), found.event_free[..., :gone]], axis=-1
    )
    return np.asarray(level * np.diff(times))


def restricted_mean_interval(
    timeline: Timeline, gone: int, horizon: float, curve: Steps, measured: Floats, level: float
) -> Uncertainty:
    """Return the interval from the variance of Klein & Moeschberger 2003, eq. 4.5.2."""
    after = np.cumsum(_areas(timeline, gone, horizon, curve)[::-1])[::-1][1:]
    event = timeline.event[:gone] > 0
    variance = float((after**2 * _greenwood(timeline.at_risk[:gone]))[event].sum())
    try:
        found = around(float(measured), variance, level, "Greenwood, plain")
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")
    return Uncertainty(cut(found, 0, horizon))


@metric(
    "restricted_mean_survival", task=TASK, goal="target", bounds=(0, np.inf),
    interval=restricted_mean_interval, beside=at_risk_note, source="royston-parmar-2013",
)  # fmt: skip
def restricted_mean_survival(timeline: Timeline, gone: int, horizon: float, curve: Steps) -> Floats:
    """Return the mean time without the outcome up to the horizon: the area below the Kaplan-Meier curve.

    Not given under competing events, where a curve of the outcome alone is no survival of anyone.
    """
    if timeline.competing:
        raise DoesNotApply("there are competing events")
    return np.asarray(_areas(timeline, gone, horizon, curve).sum(axis=-1))


class Censoring(NamedTuple):
    """How many are not yet censored just before each time (reverse Kaplan-Meier), and inverse weights at a horizon.

    At one time events come before censoring. So the share with the outcome by the inverse weights is that of
    Kaplan-Meier or Aalen-Johansen, and the weights of all cases add up to their number (Robins & Finkelstein 2000).
    """

    line: Timeline
    share: Floats
    """Shape (cases + 1,): not yet censored before each case of the timeline, and after the last."""
    own: Floats
    """Shape (cases,): what a censored case takes from the logarithm of that share; 0 for others."""
    others: Floats
    """Shape (cases,): what its going leaves to each case after it."""

    def spread(self, gradient: Floats, beyond: float, gone: int) -> Floats:
        """Return what cases add to a deviation through the estimated weights, in the order of the timeline.

        Args:
            gradient: shape (cases,), in that order: derivative by the logarithm of each weight that rests on the
                share before its own case; 0 for the others.
            beyond: the sum of the same over those whose weight rests on the share at the horizon.
            gone: how many cases left by the horizon.
        """
        later = np.cumsum(gradient[::-1])[::-1] - gradient + beyond
        later[gone:] = 0
        from_others = np.cumsum(later * self.others)
        found = later * self.own
        found[1:] -= from_others[:-1]
        return np.asarray(found)


@derived(TASK)
def censoring(timeline: Timeline) -> Censoring:
    """Return the reverse Kaplan-Meier estimate of not being censored."""
    at_risk, censored = timeline.at_risk, timeline.event == CENSORED
    stay = np.where(censored, (at_risk - 1) / at_risk, 1)
    own, others = np.where(censored, 1 / at_risk, 0), np.where(censored, _greenwood(at_risk), 0)
    return Censoring(timeline, np.append(1.0, np.cumprod(stay)), own, others)


class Status(NamedTuple):
    """What is known of each case at a horizon, in the order of the columns."""

    outcome: Bools
    """Had the outcome by then."""
    without: Bools
    """Followed up to the horizon without it, or had a competing event before."""
    weight: Floats
    """Inverse probability of not being censored just before; 0 where neither is known. The sum is all cases."""

    def influence(self, gradient: Floats, censoring: Censoring, gone: int) -> Floats:
        """Return the influence of each case, whose weight has this gradient (by its logarithm)."""
        order = censoring.line.order
        mine, left = gradient[order], np.arange(len(order)) < gone
        through = censoring.spread(np.where(left, mine, 0), float(mine[gone:].sum()), gone)
        found = gradient.copy()
        found[order] += through
        return found


@derived(TASK)
def status(censoring: Censoring, gone: int) -> Status:
    """Return who had the outcome by the horizon, who had not, and the weights for those of whom neither is known.

    Who was censored at the horizon itself was followed up to it.
    """
    line = censoring.line
    left = np.arange(len(line.time)) < gone
    share = np.where(left, censoring.share[:-1], censoring.share[gone])
    known = ~left | (line.event > 0)
    weight = np.divide(1, share, out=np.zeros(len(share)), where=known & (share > 0))
    columns: list[NDArray[Any]] = []
    for values in (
        left & (line.event == OUTCOME),
        known & ~(left & (line.event == OUTCOME)),
        weight,
    ):
        column = np.empty_like(values)
        column[line.order] = values
        columns.append(column)
    return Status(*columns)


@derived(TASK)
def risk(risks: Floats | None, horizons: tuple[float, ...] | None, horizon: float) -> Floats:
    """Return the predicted risk of the outcome by the horizon, shape (cases,).

    Raises:
        DoesNotApply: there are no predicted risks.
        Undefined: there are none for this horizon, or some lie outside 0..1.
    """
    if risks is None:
        raise DoesNotApply("there are no predicted risks")
    at = given_at(risks, horizons, horizon)
    if at is None:
        raise Undefined(f"no predicted risk was given for the horizon {horizon:g}")
    found = risks[:, at]
    if outside := int(np.count_nonzero((found < 0) | (found > 1))):
        raise Undefined(f"{outside} of {len(found)} predicted risks lie outside 0 to 1")
    return found


def given_at(
    risks: Floats | None, horizons: tuple[float, ...] | None, horizon: float
) -> int | None:
    """Return which column holds the predicted risks at the horizon; None where there are none.

    Raises:
        ValueError: there are not as many columns as horizons.
    """
    if risks is None:
        return None
    if horizons is None:
        return 0 if risks.shape[1] == 1 else None
    if risks.shape[1] != len(horizons):
        raise ValueError(f"{risks.shape[1]} columns of risks, but {len(horizons)} horizons")
    at = horizons.index(horizon) if horizon in horizons else None
    return None if at is None or np.isnan(risks[:, at]).all() else at


@derived(TASK)
def prognosis(
    score: Floats | None, risks: Floats | None, horizons: tuple[float, ...] | None
) -> Floats:
    """Return the score, or where there is none the predicted risk at the largest horizon that has one.

    Raises:
        DoesNotApply: there is neither.
    """
    if score is not None:
        return score
    if risks is None:
        raise DoesNotApply("there is neither a score nor a predicted risk")
    given = np.flatnonzero(~np.isnan(risks).all(axis=0))
    if not len(given):
        raise DoesNotApply("there is neither a score nor a predicted risk")
    return risks[:, max(given, key=lambda at: horizons[at] if horizons else at)]

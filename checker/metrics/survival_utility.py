"""What decisions at a threshold probability are worth where follow-up is censored: net benefit at a horizon."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric
from checker.metrics.survival import (
    TASK,
    Incidence,
    Timeline,
    at_risk_note,
    incidence_of,
    stated,
)
from checker.metrics.utility import Strategy
from checker.needs import Absent, DoesNotApply


class Benefit(NamedTuple):
    """A net benefit at a horizon, and what each case adds to its deviation."""

    value: float
    influence: Floats


@derived(TASK)
def benefit(
    time: Floats,
    event: Codes,
    risk: Floats | Absent,
    incidence: Incidence,
    threshold: float,
    strategy: Strategy,
    horizon: float,
) -> Benefit:
    """Return the net benefit per case (Vickers et al. 2008).

    The share at or above the threshold, times (their observed risk minus the share without, weighted by the odds of
    the threshold). Their observed risk is Kaplan-Meier's, under competing events Aalen-Johansen's. Treating everyone
    or no one needs no predicted risk.

    Raises:
        DoesNotApply: it is that of the model, and there are no predicted risks.
        Undefined: the threshold has no odds, or nobody at or above it is followed up to the horizon.
    """
    if not 0 <= threshold < 1:
        raise Undefined(f"a threshold probability of {threshold:g} has no odds")
    odds, cases = threshold / (1 - threshold), len(time)
    nothing = np.zeros(cases)
    if strategy == "treat_none":
        return Benefit(0.0, nothing)
    if strategy == "treat_all":
        return Benefit(incidence.risk * (1 + odds) - odds, incidence.influence * (1 + odds))
    if isinstance(risk, Absent):
        raise (Undefined if risk.applies else DoesNotApply)(risk.because)
    called = risk >= threshold
    share = float(called.mean())
    if not share:
        return Benefit(0.0, nothing)
    last = float(time[called].max())
    if last < horizon:
        raise Undefined(
            f"those at or above the threshold are followed up to {last:g} only, not to the horizon {horizon:g}"
        )
    among = incidence_of(time[called], event[called], horizon)
    net = among.risk * (1 + odds) - odds
    influence = net * (called - share) / cases
    influence[called] += share * (1 + odds) * among.influence
    return Benefit(share * net, influence)


def benefit_interval(
    benefit: Benefit, patient: Codes, strategy: Strategy, level: float
) -> Uncertainty:
    """Return the interval of the net benefit."""
    if strategy == "treat_none":
        return Uncertainty(None, "No interval: treating no one is 0 by definition.")
    try:
        return Uncertainty(stated(*benefit, patient, level, "infinitesimal jackknife"))
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")


@metric(
    "net_benefit", task=TASK, goal="higher", bounds=(-np.inf, 1), interval=benefit_interval,
    beside=at_risk_note, source="vickers-2008",
)  # fmt: skip
def net_benefit(benefit: Benefit) -> Floats:
    """Return the net benefit per case at the horizon, true positives minus false positives weighted by the odds.

    Both from the observed risk (Kaplan-Meier, Aalen-Johansen) among those at or above the threshold probability.
    Treating no one is 0 by definition.
    """
    return np.asarray(benefit.value)


def net_benefits(line: Timeline, risk: Floats, horizon: float, threshold: Floats) -> Floats:
    """Return the net benefit of the model at each threshold probability; NaN where follow-up ends before.

    The cases are sorted by time once; at each threshold only those at or above it are looked at.

    Args:
        line: cases in the order of their times.
        risk: shape (cases,), in the order of the columns.
        horizon: within the follow-up of all cases.
        threshold: shape (thresholds,): rising.
    """
    cases, gone = len(line.time), line.by(horizon)
    event, found = line.event, np.empty(len(threshold))
    ordered = risk[line.order]
    followed = line.time >= horizon
    left = np.arange(cases) < gone
    for at, probability in enumerate(threshold):
        kept = ordered >= probability
        if not kept.all():  # thresholds rise: who is below one is below all that follow
            ordered, event = ordered[kept], event[kept]
            followed, left = followed[kept], left[kept]
        odds = probability / (1 - probability)
        if not len(ordered):
            found[at] = 0.0
        elif not followed.any():
            found[at] = np.nan
        else:
            observed = _risk(event[: int(np.count_nonzero(left))], len(event))
            found[at] = len(event) / cases * (observed * (1 + odds) - odds)
    return found


def _risk(event: Codes, cases: int) -> float:
    """Return the risk by the end of these cases, the first of so many in the order of a timeline."""
    at = np.flatnonzero(event)
    at_risk = cases - at.astype(float)
    outcome = event[at] == 1
    if outcome.all():
        return 1 - float(np.prod((at_risk - 1) / at_risk))
    ahead = np.append(1.0, np.cumprod((at_risk - 1) / at_risk)[:-1])
    return float((ahead / at_risk)[outcome].sum())

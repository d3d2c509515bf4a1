"""Proportional hazards: the Cox model, under competing events that of Fine & Gray, and the log-rank test."""

from typing import Literal, NamedTuple

import numpy as np

from checker.metrics.base import Codes, Floats, Uncertainty, Undefined, derived, metric
from checker.metrics.intervals import around_logarithm, quantile
from checker.metrics.patients import sums_by_patient
from checker.metrics.survival import (
    COMPETING,
    OUTCOME,
    TASK,
    Timeline,
    censoring,
    clustered,
    timeline,
)
from checker.model.estimate import Interval

STEPS = 30
"""Newton's method needs about six; more than this many means it does not converge."""
CONVERGED = 1e-10
"""A last step of this length, in standard deviations of the covariate, leaves an error of about its square."""
LONGEST = 2.0
"""Steps are shortened to this length, so that the first ones cannot overflow."""
LOWER = 1e-12
"""Part of the likelihood by which rounding may lower it in a step that raises it."""
HALVINGS = 30
FLAT = 1e-8
LARGEST = 700.0
"""Above this a logarithm has no number."""
TOO_LARGE = "per unit of the score it is too large for a number; give the score in larger steps"
NO_FIT = (
    "the Cox fit does not converge, as where a covariate separates early outcomes from all others"
)
NO_OUTCOME = "nobody had the outcome"
NO_REFERENCE = (
    "nobody in the group with the lowest risk had the outcome, so hazard ratios are infinite"
)


class Outcomes(NamedTuple):
    """Who had the outcome, and who was at risk then, in the order of a timeline.

    The others are the same for every fit; what a fit changes are the relative hazards.
    """

    at: Codes
    """Positions of the cases with the outcome."""
    begins: Codes
    """Shape (outcomes,): the first position at the time of each; from there on cases are at risk."""
    share: Floats
    """Shape (outcomes,): the part of tied outcomes that is taken away from those at risk (Efron 1977)."""
    tie: Codes
    """Shape (outcomes,): which distinct time each belongs to."""
    first: Codes
    """Shape (distinct times,): the first outcome of each."""
    here: Codes
    """Shape (distinct times,): the first position at each; rising."""
    free: Floats
    """Shape (outcomes,): share not yet censored just before."""
    lasting: Floats
    """Shape (cases,): 1 over that share for cases with a competing event, who stay at risk; 0 for others."""


def outcomes(line: Timeline, *, stay: bool = False) -> Outcomes:
    """Return who had the outcome and who was at risk then.

    Args:
        line: cases in the order of their times.
        stay: cases with a competing event stay at risk, with the weight of Fine & Gray 1999; without
            this they leave, as the censored do.

    Raises:
        Undefined: nobody had the outcome.
    """
    at = np.flatnonzero(line.event == OUTCOME)
    if not len(at):
        raise Undefined(NO_OUTCOME)
    begins = np.searchsorted(line.time, line.time[at], "left")
    first = np.flatnonzero(np.append(True, begins[1:] != begins[:-1]))
    tie = np.cumsum(np.append(True, begins[1:] != begins[:-1])) - 1
    times = np.diff(np.append(first, len(at)))
    share = (np.arange(len(at)) - first[tie]) / times[tie]
    uncensored = censoring(line).share
    lasting = np.zeros(len(line.time))
    if stay:
        left = np.flatnonzero(line.event == COMPETING)
        lasting[left] = 1 / uncensored[left]
    return Outcomes(at, begins, share, tie, first, begins[first], uncensored[begins], lasting)


Ties = Literal["Efron", "Breslow"]


def tied(who: Outcomes, ties: Ties) -> Outcomes:
    """Return the outcomes with tied ones treated by that formula; Breslow's takes none of them away."""
    return who if ties == "Efron" else who._replace(share=np.zeros(len(who.share)))


class Moments(NamedTuple):
    """Those at risk at each outcome: 1 over their hazards, and means of the covariates and their products.

    The last axis is the outcome; resamples, if any, stand before it.
    """

    rate: Floats
    mean: Floats
    """Shape (covariates, ..., outcomes)."""
    square: Floats
    """Shape (covariates, covariates, ..., outcomes)."""


def at_risk(hazard: Floats, who: Outcomes) -> Floats:
    """Return the sum over those at risk at each outcome, of a value for each case (the last axis)."""
    between = np.add.reduceat(hazard, who.here, axis=-1)
    behind = np.cumsum(between[..., ::-1], axis=-1)[..., ::-1]
    found: Floats = behind.take(who.tie, axis=-1)
    if who.share.any():
        tied = np.add.reduceat(hazard.take(who.at, axis=-1), who.first, axis=-1)
        found -= who.share * tied.take(who.tie, axis=-1)
    if not who.lasting.any():
        return found
    lasting = np.cumsum(hazard * who.lasting, axis=-1)
    before = np.concatenate([np.zeros((*lasting.shape[:-1], 1)), lasting], axis=-1)
    return np.asarray(found + who.free * before.take(who.begins, axis=-1))


def means(design: Floats, hazard: Floats, who: Outcomes) -> tuple[Floats, Floats]:
    """Return 1 over the sum of relative hazards of those at risk, and the means of their covariates.

    In a resample there may be nobody at risk, and then no outcome either; there both are 0.

    Args:
        design: shape (covariates, cases).
        hazard: shape (..., cases).
        who: the outcomes, in the same order.
    """
    total = at_risk(hazard, who)
    rate = np.divide(1, total, out=np.zeros_like(total), where=total > 0)
    return rate, np.stack([at_risk(hazard * each, who) * rate for each in design])


def moments(design: Floats, hazard: Floats, who: Outcomes) -> Moments:
    """Return what the gradient and the information need of those at risk; arguments as of `means`."""
    size = len(design)
    rate, mean = means(design, hazard, who)
    square = np.empty((size, size, *rate.shape))
    for i in range(size):
        for j in range(i + 1):
            square[i, j] = at_risk(hazard * (design[i] * design[j]), who) * rate
            square[j, i] = square[i, j]
    return Moments(rate, mean, square)


class CoxFit(NamedTuple):
    """A Cox model: coefficients, and their covariance (robust where patients repeat, or competing events stay)."""

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    method: str


def cox(
    line: Timeline,
    design: Floats,
    patient: Codes | None = None,
    *,
    stay: bool = False,
    ties: Ties = "Efron",
) -> CoxFit:
    """Return the maximum of the partial likelihood by Newton's method (Cox 1972; ties: Efron 1977).

    Args:
        line: cases in the order of their times.
        design: shape (covariates, cases), in the order of the columns.
        patient: shape (cases,): where patients repeat, the variance is clustered (Lin & Wei 1989); None: they do not.
        stay: cases with a competing event stay at risk (Fine & Gray 1999): coefficients then are those of the
            subdistribution hazard, and the variance is robust. Without it they are censored.
        ties: whose formula.

    Raises:
        Undefined: nobody had the outcome, a covariate does not vary, or no maximum exists.
    """
    who, ordered = tied(outcomes(line, stay=stay), ties), design[:, line.order]
    centre, scale = ordered.mean(axis=1, keepdims=True), ordered.std(axis=1, keepdims=True)
    if not (scale > FLAT * (1 + np.abs(centre))).all():
        raise Undefined("a covariate of the Cox model is the same for everyone")
    ordered = (ordered - centre) / scale
    found, information = newton(ordered, who)
    if information is None or np.linalg.eigvalsh(information)[0] < FLAT:
        raise Undefined(NO_FIT)
    inverse, factor = np.linalg.inv(information), scale[:, 0]
    method = "Wald"
    repeated = patient is not None and clustered(patient)
    if repeated or (stay and line.competing):
        codes = np.arange(len(line.time)) if patient is None else patient
        off = sums_by_patient(codes[line.order], *score_residuals(ordered, found, who)) @ inverse
        inverse = off.T @ off
        method = f"Wald, robust{repeated or ''}"
    return CoxFit(
        found / factor, inverse / np.outer(factor, factor), likelihood(ordered, found, who), method
    )


def newton(
    design: Floats, who: Outcomes, start: Floats | None = None
) -> tuple[Floats, Floats | None]:
    """Return the coefficients of a standardised design and the information; None where there is no convergence.

    A step that would lower the likelihood is halved: a few far covariates make the first steps too long.
    """
    found = np.zeros(len(design)) if start is None else start
    height = likelihood(design, found, who)
    for _ in range(STEPS):
        gradient, information = first_and_second(design, who, found)
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return found, None
        length = float(np.abs(step).max())
        if length < CONVERGED:
            return found + step, information
        step *= min(1.0, LONGEST / max(length, LONGEST))
        reached = likelihood(design, found + step, who)
        halvings = 0
        while not reached >= height - LOWER * abs(height) and halvings < HALVINGS:
            step, halvings = step / 2, halvings + 1
            reached = likelihood(design, found + step, who)
        found, height = found + step, reached
    return found, None


def first_and_second(design: Floats, who: Outcomes, coefficients: Floats) -> tuple[Floats, Floats]:
    """Return the gradient of the logarithm of the partial likelihood, and the information."""
    parts = moments(design, hazards(design, coefficients), who)
    gradient = design[:, who.at].sum(axis=1) - parts.mean.sum(axis=-1)
    products = parts.mean[:, None] * parts.mean[None]
    return gradient, (parts.square - products).sum(axis=-1)


def hazards(design: Floats, coefficients: Floats) -> Floats:
    """Return relative hazards; the largest is 1, which changes no result."""
    linear = coefficients @ design
    return np.asarray(np.exp(linear - linear.max()))


def likelihood(design: Floats, coefficients: Floats, who: Outcomes) -> float:
    """Return the logarithm of the partial likelihood."""
    linear = coefficients @ design
    total = at_risk(np.exp(linear - linear.max()), who)
    return float(linear[who.at].sum() - (np.log(total) + linear.max()).sum())


def score_residuals(design: Floats, coefficients: Floats, who: Outcomes) -> Floats:
    """Return what each case adds to the gradient, shape (covariates, cases) (Therneau & Grambsch 2000)."""
    hazard, cases = hazards(design, coefficients), design.shape[1]
    rate, mean = means(design, hazard, who)
    until = _until(who, cases)
    times = np.diff(np.append(who.first, len(who.at)))
    found = np.empty_like(design)
    for i, covariate in enumerate(design):
        passed, moved = (_passed(each, until) for each in (rate, rate * mean[i]))
        each = -hazard * (covariate * passed - moved)
        if who.lasting.any():
            # those with a competing event stay at risk after their own time
            behind = [_behind(who.free * part, until) for part in (rate, rate * mean[i])]
            each -= hazard * who.lasting * (covariate * behind[0] - behind[1])
        tied = [
            np.add.reduceat(part, who.first)[who.tie]
            for part in (
                mean[i] / times[who.tie],
                who.share * rate,
                who.share * rate * mean[i],
            )
        ]
        own = covariate[who.at]
        each[who.at] += own - tied[0] + hazard[who.at] * (own * tied[1] - tied[2])
        found[i] = each
    return found


def _until(who: Outcomes, cases: int) -> Codes:
    """Return how many outcomes happened up to the time of each case, its own time included."""
    return np.searchsorted(who.begins, np.arange(cases), "right")


def _passed(values: Floats, until: Codes) -> Floats:
    return np.append(0.0, np.cumsum(values))[until]


def _behind(values: Floats, until: Codes) -> Floats:
    return np.asarray(values.sum() - _passed(values, until))


@derived(TASK)
def cause_specific(timeline: Timeline, prognosis: Floats, patient: Codes) -> CoxFit:
    """Return the Cox model of the outcome on the score; competing events are censored."""
    return cox(timeline, prognosis[None], patient)


def hazard_ratio_interval(cause_specific: CoxFit, patient: Codes, level: float) -> Uncertainty:
    """Return the Wald interval of the hazard ratio, on the logarithmic scale."""
    value, variance = float(cause_specific.coefficients[0]), float(cause_specific.covariance[0, 0])
    if abs(value) + quantile(level) * variance**0.5 > LARGEST:
        return Uncertainty(None, f"No interval: {TOO_LARGE}.")
    return Uncertainty(_ratio(value, variance, level, cause_specific.method))


def _ratio(log_ratio: float, variance: float, level: float, method: str) -> Interval:
    words = f"logarithmic, {method}"
    return around_logarithm(float(np.exp(log_ratio)), variance, level, words)


@metric(
    "hazard_ratio", task=TASK, goal="target", bounds=(0, np.inf),
    interval=hazard_ratio_interval, source="cox-1972",
)  # fmt: skip
def hazard_ratio(cause_specific: CoxFit) -> Floats:
    """Return the hazard ratio per unit of the score, from a Cox model with Efron's ties.

    Competing events are censored (cause-specific hazards). Between risk groups see `risk_groups`.
    """
    if abs(cause_specific.coefficients[0]) > LARGEST:
        raise Undefined(TOO_LARGE)
    return np.asarray(np.exp(cause_specific.coefficients[0]))


Weighting = Literal["log-rank", "Gehan", "Peto"]
"""What outcomes count: all alike, as many as are at risk (Gehan 1965), or survival just before (Peto & Peto 1972)."""


class LogRank(NamedTuple):
    """The log-rank test of equal hazards in all groups."""

    statistic: float
    degrees: int
    p: float
    observed: Floats
    """Shape (groups,): cases with the outcome."""
    expected: Floats
    """If the hazards were equal."""
    covariance: Floats
    """Shape (groups, groups): of the differences of both."""

    @property
    def trend(self) -> float:
        """Return p of the test for a trend over groups numbered 0, 1, 2 ... (Tarone 1975)."""
        place = np.arange(len(self.observed))
        off, variance = place @ (self.observed - self.expected), place @ self.covariance @ place
        return chi_square_tail(float(off**2 / variance), 1)


def log_rank(
    time: Floats, event: Codes, group: Codes, weighting: Weighting = "log-rank"
) -> LogRank:
    """Return the log-rank test between groups (Mantel 1966; Peto & Peto 1972); competing events are censored.

    Args:
        time: shape (cases,).
        event: shape (cases,): 1 the outcome; anything else is censored.
        group: shape (cases,): codes of groups that were fixed before the outcomes were seen.
        weighting: of the outcomes; observed and expected are then weighted as well.

    Raises:
        Undefined: fewer than two groups, or nobody had the outcome while another group was followed.
    """
    names, codes = np.unique(group, return_inverse=True)
    if len(names) < 2:
        raise Undefined("needs at least two groups")
    line = timeline(time, event)
    who, member = outcomes(line), np.eye(len(names))[codes[line.order]].T
    deaths = np.diff(np.append(who.first, len(who.at)))
    there = np.cumsum(member[:, ::-1], axis=1)[:, ::-1][:, who.here]
    everyone = there.sum(axis=0)
    weight = _weights(weighting, deaths, everyone)
    happened = np.add.reduceat(member[:, who.at], who.first, axis=1)
    observed = (weight * happened).sum(axis=1)
    expected = (weight * deaths * there / everyone).sum(axis=1)
    spread = np.divide(
        deaths * (everyone - deaths), everyone - 1, out=np.zeros(len(deaths)), where=everyone > 1
    )
    share, spread = there / everyone, spread * weight**2
    covariance = np.diag((share * spread).sum(axis=1)) - (share * spread) @ share.T
    off, degrees = (observed - expected)[1:], len(names) - 1
    if np.linalg.matrix_rank(covariance[1:, 1:]) < degrees:
        raise Undefined(
            "a group was never followed at the same time as another when an outcome came"
        )
    statistic = float(off @ np.linalg.solve(covariance[1:, 1:], off))
    p = chi_square_tail(statistic, degrees)
    return LogRank(statistic, degrees, p, observed, expected, covariance)


def _weights(weighting: Weighting, deaths: Codes, everyone: Floats) -> Floats:
    """Return what an outcome counts at each distinct time."""
    match weighting:
        case "Gehan":
            return everyone
        case "Peto":  # Kaplan-Meier just before, as in R's survdiff with rho = 1
            return np.append(1.0, np.cumprod(1 - deaths / everyone)[:-1])
        case "log-rank":
            return np.ones(len(deaths))


def chi_square_tail(statistic: float, degrees: int) -> float:
    """Return the probability of a larger value of the chi-square distribution."""
    from scipy.special import chdtrc

    return float(chdtrc(degrees, statistic))


class Ratio(NamedTuple):
    """The hazard ratio of a group against the first one."""

    value: float
    interval: Interval
    p: float
    """Of the Wald test."""


def hazard_ratios(
    time: Floats,
    event: Codes,
    group: Codes,
    patient: Codes | None = None,
    level: float = 0.95,
    ties: Ties = "Efron",
) -> tuple[Ratio | None, ...]:
    """Return the hazard ratio of each group but the first against the first, from one Cox model.

    None where nobody in the group had the outcome: the likelihood then rises to a ratio of 0, and those of the
    other groups are as if that one were not there.

    Args:
        time: shape (cases,).
        event: shape (cases,): 1 the outcome; anything else is censored.
        group: shape (cases,): codes; the smallest is the reference.
        patient: shape (cases,): codes; None: every case is one.
        level: of the intervals.
        ties: whose formula cases are treated by that tie.

    Raises:
        Undefined: fewer than two groups, or nobody in the reference had the outcome.
    """
    names, codes = np.unique(group, return_inverse=True)
    if len(names) < 2:
        raise Undefined("needs at least two groups")
    happened = np.bincount(codes, event == OUTCOME) > 0
    if not happened[0]:
        raise Undefined(NO_REFERENCE)
    if not happened[1:].any():
        return (None,) * (len(names) - 1)
    fit = _of_groups(time, event, codes, np.flatnonzero(happened), patient, ties)
    made = {
        at: _ratio_of(value, variance, level, fit.method)
        for at, value, variance in zip(
            np.flatnonzero(happened)[1:], fit.coefficients, np.diag(fit.covariance), strict=True
        )
    }
    return tuple(made.get(at) for at in range(1, len(names)))


def _of_groups(
    time: Floats,
    event: Codes,
    codes: Codes,
    there: Codes,
    patient: Codes | None,
    ties: Ties,
) -> CoxFit:
    """Return the Cox model on the groups that are there, the first of which is the reference."""
    kept = np.isin(codes, there)
    mine = None if patient is None else np.unique(patient[kept], return_inverse=True)[1]
    design = np.stack([codes[kept] == each for each in there[1:]]).astype(float)
    return cox(timeline(time[kept], event[kept]), design, mine, ties=ties)


def _ratio_of(value: float, variance: float, level: float, method: str) -> Ratio:
    p = chi_square_tail(float(value**2 / variance), 1)
    return Ratio(float(np.exp(value)), _ratio(float(value), float(variance), level, method), p)


class CoxTests(NamedTuple):
    """P of the three tests that no group differs from the first, from one Cox model."""

    wald: float
    score: float
    likelihood_ratio: float


def cox_tests(time: Floats, event: Codes, group: Codes, ties: Ties = "Efron") -> CoxTests:
    """Return p of the Wald, the score and the likelihood ratio test of groups; arguments as of `hazard_ratios`.

    Raises:
        Undefined: fewer than two groups, or a group without the outcome.
    """
    names, codes = np.unique(group, return_inverse=True)
    if len(names) < 2:
        raise Undefined("needs at least two groups")
    if not np.bincount(codes, event == OUTCOME).all():
        raise Undefined(NO_REFERENCE)
    design = np.stack([codes == each for each in range(1, len(names))]).astype(float)
    return covariate_tests(timeline(time, event), design, ties)


def covariate_tests(line: Timeline, design: Floats, ties: Ties = "Efron") -> CoxTests:
    """Return p of the Wald, the score and the likelihood ratio test of all covariates; arguments as of `cox`."""
    fit, who, degrees = cox(line, design, ties=ties), tied(outcomes(line), ties), len(design)
    nothing, ordered = np.zeros(degrees), design[:, line.order]
    ordered = ordered - ordered.mean(axis=1, keepdims=True)
    gradient, information = first_and_second(ordered, who, nothing)
    gain = fit.log_likelihood - likelihood(ordered, nothing, who)
    found = (
        fit.coefficients @ np.linalg.solve(fit.covariance, fit.coefficients),
        gradient @ np.linalg.solve(information, gradient),
        2 * gain,
    )
    return CoxTests(*(chi_square_tail(float(each), degrees) for each in found))

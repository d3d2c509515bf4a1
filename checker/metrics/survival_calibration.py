"""How far predicted risks at a horizon agree with what was observed: scores, ratio, slope, and a smooth curve."""

from typing import NamedTuple

import numpy as np

from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Uncertainty,
    Undefined,
    derived,
    metric,
    over,
)
from checker.metrics.cox import (
    LONGEST,
    STEPS,
    CoxFit,
    Outcomes,
    at_risk,
    cox,
    first_and_second,
    means,
    newton,
    outcomes,
    score_residuals,
)
from checker.metrics.intervals import around, around_logarithm, cut
from checker.metrics.smoothing import Gaps, quantiles_of_gaps
from checker.metrics.survival import (
    TASK,
    Censoring,
    Incidence,
    Status,
    Timeline,
    at_risk_note,
    clustered,
    counts,
    stated,
    sum_of_squares,
)

NEAREST = 1e-8
"""A predicted risk nearer to 0 or 1 is moved here before its logarithm is taken, which would be infinite."""
KNOTS = (0.1, 0.5, 0.9)
"""Quantiles of the transformed risks at which the restricted cubic spline bends (Harrell 2015, table 2.3)."""
FEWEST_RISKS = 4
"""A bent curve through fewer distinct risks follows single values."""
RESAMPLING_STEPS = 12
"""Newton steps from where the fit of all cases moves to first order; one to three are usual."""
ANEW = 4
"""Only every so many steps the information is computed, which costs as much as the rest of a step."""
CLOSE = 1e-4
"""A last step of this length, in standard deviations of a covariate, leaves an error far below what resampling does."""
MOST = 300
"""Logarithm of the largest relative hazard, so that no sum overflows."""


class Scored(NamedTuple):
    """The Brier score at a horizon, and what each case adds to its deviation."""

    value: float
    influence: Floats


@derived(TASK)
def squared_error(risk: Floats, status: Status, censoring: Censoring, gone: int) -> Scored:
    """Return the mean weighted squared difference of status and predicted risk (Graf et al. 1999; Gerds 2006)."""
    each = status.weight * (status.outcome - risk) ** 2 / len(risk)
    value = float(each.sum())
    return Scored(value, status.influence(each, censoring, gone) - value / len(risk))


def brier_interval(squared_error: Scored, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of the Brier score, cut at 0 and 1."""
    try:
        found = stated(*squared_error, patient, level, "infinitesimal jackknife")
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")
    return Uncertainty(cut(found))


@metric(
    "brier_score", task=TASK, goal="lower", bounds=(0, 1), interval=brier_interval,
    beside=at_risk_note, source="gerds-schumacher-2006",
)  # fmt: skip
def brier_score(squared_error: Scored) -> Floats:
    """Return the mean squared difference between the outcome by the horizon (0 or 1) and its predicted risk.

    Weighted against censoring by Kaplan-Meier just before each time. Who had a competing event counts as without.
    """
    return np.asarray(squared_error.value)


@derived(TASK)
def scaled_error(squared_error: Scored, incidence: Incidence) -> Scored:
    """Return 1 minus the Brier score over that of predicting the observed risk for everyone.

    The latter is p (1 - p), since the weighted share with the outcome is the observed risk.

    Raises:
        Undefined: the observed risk is 0 or 1.
    """
    p = incidence.risk
    same = p * (1 - p)
    if not same > 0:
        raise Undefined(f"the observed risk is {p:.0f}, so there is nothing to gain on")
    value = squared_error.value / same
    spread = squared_error.influence / same - value / same * (1 - 2 * p) * incidence.influence
    return Scored(1 - value, -spread)


def scaled_interval(scaled_error: Scored, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of the scaled Brier score, cut at 1."""
    try:
        found = stated(*scaled_error, patient, level, "infinitesimal jackknife")
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.")
    return Uncertainty(cut(found, -np.inf, 1))


@metric(
    "scaled_brier_score", task=TASK, goal="higher", bounds=(-np.inf, 1), interval=scaled_interval,
    beside=at_risk_note, source="kattan-gerds-2018",
)  # fmt: skip
def scaled_brier_score(scaled_error: Scored) -> Floats:
    """Return the gain in Brier score over predicting the observed risk for everyone (index of prediction accuracy)."""
    return np.asarray(scaled_error.value)


def ratio_interval(incidence: Incidence, risk: Floats, patient: Codes, level: float) -> Uncertainty:
    """Return the interval of observed over expected on the logarithmic scale, expected taken as fixed.

    From the variance of the observed risk (Debray et al. 2017). Beside it stands the one in which the
    number of outcomes by the horizon is Poisson (McLernon et al. 2023).
    """
    if not incidence.events:
        return Uncertainty(None, "No interval: nobody had the outcome by the horizon.")
    ratio = incidence.risk / float(risk.mean())
    variance = sum_of_squares(incidence.influence, patient) / incidence.risk**2
    poisson = around_logarithm(ratio, 1 / incidence.events, level, "logarithmic, Poisson")
    method = "logarithmic, variance of the observed risk" + clustered(patient)
    try:
        return Uncertainty(around_logarithm(ratio, variance, level, method), "", (poisson,))
    except Undefined as reason:
        return Uncertainty(None, f"No interval: {reason}.", (poisson,))


@metric(
    "observed_expected_ratio", task=TASK, goal="target", bounds=(0, np.inf),
    interval=ratio_interval, beside=at_risk_note, source="debray-2017",
)  # fmt: skip
def observed_expected_ratio(incidence: Incidence, risk: Floats) -> Floats:
    """Return the observed risk at the horizon over the mean predicted risk; 1 is ideal.

    Observed by Kaplan-Meier, under competing events by Aalen-Johansen.
    """
    return over(incidence.risk, risk.mean(), "all predicted risks are 0")


@derived(TASK)
def log_hazard(risk: Floats) -> Floats:
    """Return log(-log(1 - risk)), shape (cases,); risks of exactly 0 or 1 are moved by 1e-8.

    Raises:
        Undefined: all predicted risks are equal.
    """
    if risk.min() == risk.max():
        raise Undefined("all predicted risks are equal, so there is no slope")
    inside = np.clip(risk, NEAREST, 1 - NEAREST)
    return np.asarray(np.log(-np.log1p(-inside)))


def moved_note(risk: Floats, timeline: Timeline, horizon: float) -> str:
    """Return a sentence about risks that were moved, and one where few cases are followed up to the horizon."""
    moved = int(np.count_nonzero((risk < NEAREST) | (risk > 1 - NEAREST)))
    many = f"{moved:,} predicted risk" + (" was" if moved == 1 else "s were")
    said = f"{many} moved away from 0 or 1 by 1e-8." if moved else ""
    return " ".join(filter(None, (said, at_risk_note(timeline, horizon))))


@derived(TASK)
def recalibration(timeline: Timeline, log_hazard: Floats, patient: Codes) -> CoxFit:
    """Return the Cox model on the transformed risk; under competing events that of Fine & Gray."""
    return cox(timeline, log_hazard[None], patient, stay=True)


def slope_interval(recalibration: CoxFit, patient: Codes, level: float) -> Uncertainty:
    """Return the Wald interval of the slope."""
    value, variance = float(recalibration.coefficients[0]), float(recalibration.covariance[0, 0])
    return Uncertainty(around(value, variance, level, recalibration.method))


@metric(
    "calibration_slope", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=slope_interval, beside=moved_note, source="mclernon-2023",
)  # fmt: skip
def calibration_slope(recalibration: CoxFit) -> Floats:
    """Return the coefficient of log(-log(1 - risk)) in a Cox model of the outcome over all follow-up; 1 is ideal.

    Efron's ties. Under competing events the model is that of Fine & Gray 1999. Below 1 the risks are too extreme.
    """
    return np.asarray(recalibration.coefficients[0])


class Spline(NamedTuple):
    """The transformed risks as a restricted cubic spline with three knots, standardised."""

    knots: Floats
    design: Floats
    """Shape (2, cases), in the order of the timeline."""
    centre: Floats
    scale: Floats

    def at(self, log_hazard: Floats) -> Floats:
        """Return the standardised design at these transformed risks, shape (2, points)."""
        return np.asarray((basis(log_hazard, self.knots) - self.centre) / self.scale)


def basis(x: Floats, knots: Floats) -> Floats:
    """Return x and its restricted cubic term, shape (2, ...) (Harrell 2015, eq. 2.25)."""
    first, middle, last = knots
    cubes = [np.maximum(x - each, 0) ** 3 for each in knots]
    width = last - middle
    bent = cubes[0] - cubes[1] * ((last - first) / width) + cubes[2] * ((middle - first) / width)
    return np.stack([x, bent / (last - first) ** 2])


@derived(TASK)
def spline(timeline: Timeline, log_hazard: Floats) -> Spline:
    """Return the spline of the transformed risks; its knots stay where they are in resamples.

    Raises:
        Undefined: the knots coincide.
    """
    knots = np.quantile(log_hazard, KNOTS)
    if len(np.unique(log_hazard)) < FEWEST_RISKS or not (np.diff(knots) > 0).all():
        raise Undefined("too few distinct predicted risks for a spline with three knots")
    design = basis(log_hazard[timeline.order], knots)
    centre, scale = design.mean(axis=1, keepdims=True), design.std(axis=1, keepdims=True)
    return Spline(knots, (design - centre) / scale, centre, scale)


class Smooth(NamedTuple):
    """The spline model: coefficients, and the cumulative hazard by the horizon of a case with average design."""

    coefficients: Floats
    """Shape (..., 2)."""
    cumulative: Floats
    """Shape (...)."""

    def risk(self, design: Floats) -> Floats:
        """Return the observed risk at each point of a standardised design, shape (..., points)."""
        hazard = np.exp(np.clip(self.coefficients @ design, -MOST, MOST))
        return np.asarray(-np.expm1(-self.cumulative[..., None] * hazard))


@derived(TASK)
def at_outcomes(timeline: Timeline) -> Outcomes:
    """Return who had the outcome and who was at risk then; cases with a competing event stay."""
    return outcomes(timeline, stay=True)


@derived(TASK)
def smooth_of_all(spline: Spline, at_outcomes: Outcomes, gone: int) -> Smooth:
    """Return the spline model of all cases.

    Raises:
        Undefined: it has no maximum.
    """
    found, information = newton(spline.design, at_outcomes)
    if information is None:
        raise Undefined("the Cox fit of the calibration curve does not converge")
    once = np.ones((1, spline.design.shape[1]))
    made = _cumulated(found[None], spline.design, once, at_outcomes, gone)
    return Smooth(made.coefficients[0], made.cumulative[0])


class Linear(NamedTuple):
    """How the coefficients of the spline model move with the cases, to first order: where resamples start."""

    influence: Floats
    """Shape (cases, 2), in the order of the timeline: what one more copy of each case adds (Reid & Crépeau 1985)."""
    at_outcomes: Floats
    """Shape (outcomes, 2): the design of the cases with the outcome."""
    products: Floats
    """Shape (3, cases): squares and product of the design."""


@derived(TASK)
def linear(spline: Spline, smooth_of_all: Smooth, at_outcomes: Outcomes) -> Linear:
    """Return the first-order change of the coefficients with the number of copies of each case."""
    design, coefficients = spline.design, smooth_of_all.coefficients
    information = first_and_second(design, at_outcomes, coefficients)[1]
    residuals = score_residuals(design, coefficients, at_outcomes)
    return Linear(
        np.array(np.linalg.solve(information, residuals).T, float, order="C"),
        design[:, at_outcomes.at].T.copy(),
        np.stack([design[0] ** 2, design[0] * design[1], design[1] ** 2]),
    )


@derived(TASK)
def counted(timeline: Timeline, patient: Codes, weight: Floats | None) -> Floats | None:
    """Return how often each case stands in each resample, in the order of the timeline; None: there are none."""
    return None if weight is None else counts(timeline, patient, weight)


@derived(TASK)
def smooth(
    spline: Spline,
    smooth_of_all: Smooth,
    linear: Linear,
    at_outcomes: Outcomes,
    gone: int,
    counted: Floats | None,
) -> Smooth:
    """Return the spline model of all cases, or of each resample; NaN where it has no maximum.

    In resamples the knots, the ties and the weights against censoring are those of all cases.
    """
    if counted is None:
        return smooth_of_all
    first = (counted - 1) @ linear.influence
    start = smooth_of_all.coefficients + np.clip(first, -LONGEST, LONGEST)
    found, done = _climbed(start, spline.design, linear, at_outcomes, counted)
    if (
        not done.all()
    ):  # in small resamples the information moves far: then it is computed in each step
        left, everyone = ~done, np.tile(smooth_of_all.coefficients, (int((~done).sum()), 1))
        again = (everyone, spline.design, linear, at_outcomes, counted[left])
        found[left], done[left] = _climbed(*again, steps=STEPS, anew=1)
    found[~done] = np.nan
    return _cumulated(found, spline.design, counted, at_outcomes, gone)


def _climbed(
    start: Floats,
    design: Floats,
    linear: Linear,
    who: Outcomes,
    count: Floats,
    *,
    steps: int = RESAMPLING_STEPS,
    anew: int = ANEW,
) -> tuple[Floats, Bools]:
    """Return the coefficients of each resample by Newton's method, and where it came to an end.

    Args:
        start: shape (resamples, 2).
        design: shape (2, cases).
        linear: of all cases.
        who: had the outcome.
        count: shape (resamples, cases).
        steps: at most.
        anew: after so many steps the information is computed again.
    """
    tied, found = _tied_mean(count, who), start
    reached = count.take(who.at, axis=-1) @ linear.at_outcomes
    for step in range(steps):
        hazard = _hazard(found, design, count)
        if step % anew == 0:
            information, mean = _information(hazard, design, linear, who, tied)
        else:
            mean = means(design, hazard, who)[1]
        gradient = reached - np.einsum("cro,ro->rc", mean, tied)
        move = np.linalg.solve(information, gradient[..., None])[..., 0]
        length = np.abs(move).max(axis=-1, keepdims=True)
        found = found + move * np.minimum(1, LONGEST / np.maximum(length, LONGEST))
        if not (length > CLOSE).any():  # NaN is done, too: it has no fit
            break
    return found, ~(length[:, 0] > CLOSE)


def _hazard(found: Floats, design: Floats, count: Floats) -> Floats:
    return np.asarray(count * np.exp(np.clip(found @ design, -MOST, MOST)))


def _information(
    hazard: Floats, design: Floats, linear: Linear, who: Outcomes, tied: Floats
) -> tuple[Floats, Floats]:
    """Return the information of each resample (NaN where it is singular), and the means of those at risk."""
    rate, mean = means(design, hazard, who)
    rate *= tied
    information = np.empty((len(hazard), 2, 2))
    for i, j, product in zip((0, 0, 1), (0, 1, 1), linear.products, strict=True):
        squares = np.einsum("ro,ro->r", at_risk(hazard * product, who), rate)
        information[:, i, j] = squares - np.einsum("ro,ro,ro->r", mean[i], mean[j], tied)
        information[:, j, i] = information[:, i, j]
    determinant = information[:, 0, 0] * information[:, 1, 1] - information[:, 0, 1] ** 2
    singular = ~(determinant > 1e-12 * information[:, 0, 0] * information[:, 1, 1])
    information[singular] = np.where(np.eye(2), np.nan, 0)
    return information, mean


def _tied_mean(count: Floats, who: Outcomes) -> Floats:
    """Return for each outcome the mean count over those that tie with it."""
    times = np.diff(np.append(who.first, len(who.at)))
    sums = np.add.reduceat(count.take(who.at, axis=-1), who.first, axis=-1)
    return (sums / times).take(who.tie, axis=-1)


def _cumulated(found: Floats, design: Floats, count: Floats, who: Outcomes, gone: int) -> Smooth:
    """Return the model with its cumulative hazard, the sum of 1 over those at risk (Breslow, with Efron's ties)."""
    total, by_then = at_risk(_hazard(found, design, count), who), who.at < gone
    here = np.where(total > 0, _tied_mean(count, who), 0)
    rate = np.divide(here, total, out=np.zeros_like(total), where=total > 0)
    return Smooth(found, (rate * by_then).sum(-1))


@derived(TASK)
def gaps(
    timeline: Timeline, risk: Floats, spline: Spline, smooth: Smooth, counted: Floats | None
) -> Gaps:
    """Return the distance between predicted and smoothed observed risk of each case."""
    off = smooth.risk(spline.design)
    off -= risk[timeline.order]
    return Gaps(np.abs(off, out=off), np.ones(len(risk)) if counted is None else counted)


@derived(TASK)
def far_gaps(gaps: Gaps) -> Floats:
    """Return the median and the 90th percentile of these distances, shape (2, ...)."""
    return quantiles_of_gaps(gaps, (0.5, 0.9))


@metric(
    "integrated_calibration_index", task=TASK, goal="lower", bounds=(0, 1),
    beside=moved_note, source="austin-2020",
)  # fmt: skip
def integrated_calibration_index(gaps: Gaps) -> Floats:
    """Return the mean distance over cases between predicted and smoothed observed risk at the horizon (ICI).

    A Cox model over all follow-up on log(-log(1 - risk)) as a restricted cubic spline with three knots (Austin et al.
    2020); under competing events that of Fine & Gray (Austin et al. 2022).
    """
    return over((gaps.gap * gaps.cases).sum(-1), gaps.cases.sum(-1), "there are no cases")


@metric(
    "calibration_error_median", task=TASK, goal="lower", bounds=(0, 1),
    beside=moved_note, source="austin-2020",
)  # fmt: skip
def calibration_error_median(far_gaps: Floats) -> Floats:
    """Return the median of the same distance (E50)."""
    return np.asarray(far_gaps[0])


@metric(
    "calibration_error_90", task=TASK, goal="lower", bounds=(0, 1),
    beside=moved_note, source="austin-2020",
)  # fmt: skip
def calibration_error_90(far_gaps: Floats) -> Floats:
    """Return the 90th percentile of the same distance (E90)."""
    return np.asarray(far_gaps[1])

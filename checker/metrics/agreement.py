"""How far measurements lie from a reference: bias, limits of agreement, errors, differences of volumes."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import (
    NO_CASES,
    Bools,
    Codes,
    Floats,
    Uncertainty,
    Undefined,
    derived,
    metric,
    over,
    task,
)
from checker.metrics.distributions import (
    chi_squared_quantile,
    noncentral_t_quantile,
    student,
    student_p,
)
from checker.metrics.moments import Moments, PairSums, moments_of, pair_sums
from checker.metrics.order import Order, middle, rising
from checker.metrics.patients import ByPatient, Weight, sums_by_patient, totals
from checker.model.estimate import Interval
from checker.needs import DoesNotApply

TASK = "agreement"
LARGEST = 1e100
"""The squares of values beyond it would soon leave the range of numbers; nothing is measured there."""
LIMIT = 1.96
"""Standard deviations between bias and limit, as Bland and Altman write it."""
LIMITS = {"lower": -LIMIT, "upper": LIMIT}
TWO_PAIRS = "needs at least two pairs"
TWO_PATIENTS = "needs at least two patients"
NO_SPREAD = "all differences are equal, so there is no variance"


@task(
    TASK,
    "reference",
    "measured",
    incomplete="a row has a reference or a measured value that is no number",
    optional=("covariate", "replicate"),
    defaults={
        "true_value": "varies",
        "limits_interval": "exact",
        "measurement_unit": "",
        "error_ratio": 1.0,
        "reference_method": "",
        "reference_share": 0.95,
        "at_covariate": None,
        "cutoffs": (),
    },
)
def pairs(
    reference: ArrayLike,
    measured: ArrayLike,
    covariate: ArrayLike | None = None,
    replicate: ArrayLike | None = None,
) -> tuple[Bools, tuple[Floats, ...]]:
    """Return which rows have a reference and a measured value (numbers up to 1e100), and the columns of these rows.

    A covariate or replicate may be missing (NaN); so are all of a column that is not there.
    """
    x, y = np.asarray(reference, float), np.asarray(measured, float)
    known = (np.abs(x) <= LARGEST) & (np.abs(y) <= LARGEST)
    nothing = np.full(len(x), np.nan)
    more = (nothing if each is None else np.asarray(each, float) for each in (covariate, replicate))
    return known, (x[known], y[known], *(each[known] for each in more))


@derived(TASK)
def difference(reference: Floats, measured: Floats) -> Floats:
    """Return measured minus reference."""
    return measured - reference


@derived(TASK)
def sums(reference: Floats, measured: Floats, patient: Codes) -> PairSums:
    """Return the sums of each patient; x is the reference, y the measured value."""
    return pair_sums(reference, measured, patient)


@derived(TASK)
def moments(sums: PairSums, weight: Weight) -> Moments:
    """Return means, squares and products of reference (x) and measured value (y)."""
    return moments_of(sums, weight)


class Spread(NamedTuple):
    """The variance of a difference as a sum of mean squares, and that of the bias."""

    bias: float
    bias_variance: float
    patients: int
    repeated: bool
    parts: tuple[tuple[float, float, float], ...]
    """Each: what it is multiplied by, the mean square, its degrees of freedom."""

    @property
    def deviation(self) -> float:
        """The standard deviation of a difference between single measurements."""
        return float(np.sqrt(sum(times * square for times, square, _ in self.parts)))


@derived(TASK)
def spread(
    difference: Floats, reference: Floats, measured: Floats, patient: Codes, true_value: str
) -> Spread:
    """Return bias and variance of the differences; replicates of one patient enter both (Bland & Altman 2007).

    Where the true value of a patient varies between replicates, rows pair what was measured together: the bias
    is the mean over rows, the variance that between patients plus that within (one-way analysis of variance).
    Where it is constant: the mean over patients of the difference of means, and the variance of these
    differences plus what averaging took away, (1 - 1/m) of both within-patient variances, m the harmonic mean
    number of replicates.

    Raises:
        Undefined: fewer than two pairs, or two patients.
    """
    if len(difference) < 2:
        raise Undefined(TWO_PAIRS)
    of = np.bincount(patient).astype(float)
    if len(of) < 2:
        raise Undefined(TWO_PATIENTS)
    if len(of) == len(difference):
        variance, n = float((difference - np.median(difference)).var(ddof=1)), len(of)
        return Spread(float(difference.mean()), variance / n, n, False, ((1.0, variance, n - 1.0),))
    if true_value == "constant":
        return _constant(difference, reference, measured, patient, of)
    return _varying(difference, patient, of)


def _varying(difference: Floats, patient: Codes, of: Floats) -> Spread:
    rows, patients, bias = float(of.sum()), len(of), float(difference.mean())
    means = np.bincount(patient, difference) / of
    between = float(of @ (means - bias) ** 2) / (patients - 1)
    within = within_mean_square(difference, patient)
    squares = float(of @ of) / rows
    each = (rows - squares) / (patients - 1)
    of_patients = max(0.0, (between - within) / each)
    return Spread(
        bias,
        of_patients * squares / rows + within / rows,
        patients,
        True,
        ((1 / each, between, patients - 1.0), (1 - 1 / each, within, rows - patients)),
    )


def _constant(
    difference: Floats, reference: Floats, measured: Floats, patient: Codes, of: Floats
) -> Spread:
    patients, degrees = len(of), float(of.sum()) - len(of)
    means = np.bincount(patient, difference) / of
    variance, averaged = float(means.var(ddof=1)), 1 - float(np.mean(1 / of))
    within = [within_mean_square(each, patient) for each in (reference, measured)]
    parts = ((1.0, variance, patients - 1.0), *((averaged, each, degrees) for each in within))
    return Spread(float(means.mean()), variance / patients, patients, True, parts)


def within_mean_square(values: Floats, patient: Codes) -> float:
    """Return the pooled variance within patients; some patient has several values."""
    of = np.bincount(patient)
    first = values[np.unique(patient, return_index=True)[1]]
    off = (
        values - first[patient]
    )  # about the patient's first value, so that equal values give exactly 0
    off = off - (np.bincount(patient, off) / of)[patient]
    return float(off @ off) / (len(values) - len(of))


def bias_interval(spread: Spread, level: float, patient: Codes) -> Uncertainty:
    """Return Student's interval of the bias, with the number of patients minus one degrees of freedom."""
    if not spread.bias_variance > 0:
        raise Undefined(NO_SPREAD)
    half = student(level, spread.patients - 1) * spread.bias_variance**0.5
    words = "Student's t"
    if spread.repeated:
        words = f"Student's t over {spread.patients:,} patients"
    return Uncertainty(
        Interval(low=spread.bias - half, high=spread.bias + half, level=level, method=words)
    )


class ProportionalBias(NamedTuple):
    """The regression of the difference on the mean of both values."""

    slope: float
    intercept: float
    interval: Interval
    """Of the slope."""
    p: float
    correlation: float
    cases: int


def proportional_bias(
    reference: ArrayLike,
    measured: ArrayLike,
    patient: ArrayLike | None = None,
    level: float = 0.95,
) -> ProportionalBias:
    """Return the least-squares line of measured minus reference on the mean of both, with the t test of its slope.

    Where patients repeat, their means are taken first. A slope is also there where only the variances of the
    two methods differ (Bland & Altman 1995).

    Raises:
        Undefined: fewer than three pairs, all means equal, or a line without residuals.
    """
    x, y = pairs(reference, measured)[1][:2]
    codes = np.arange(len(x))
    if patient is not None:
        codes = np.unique(np.asarray(patient)[pairs(reference, measured)[0]], return_inverse=True)[
            1
        ]
    x, y = (np.bincount(codes, each) / np.bincount(codes) for each in (x, y))
    found = moments_of(pair_sums((x + y) / 2, y - x, np.arange(len(x))), None)
    if len(x) < 3:
        raise Undefined("needs at least three pairs")
    if not found.x_squares > 0:
        raise Undefined("all means are equal, so there is no slope")
    slope = float(found.products / found.x_squares)
    left = float(found.y_squares) - slope * float(found.products)
    if left <= 1e-13 * float(found.y_squares):
        raise Undefined("the differences lie on a line, so there is no test")
    degrees = len(x) - 2
    error = (left / degrees / float(found.x_squares)) ** 0.5
    half = student(level, degrees) * error
    return ProportionalBias(
        slope,
        float(found.y_mean) - slope * float(found.x_mean),
        Interval(low=slope - half, high=slope + half, level=level, method="Student's t"),
        student_p(slope / error, degrees),
        float(found.products / np.sqrt(found.x_squares * found.y_squares)),
        len(x),
    )


def proportional_beside(reference: Floats, measured: Floats, patient: Codes) -> str:
    """Return a sentence about the slope of the difference on the mean."""
    found = proportional_bias(reference, measured, patient)
    return f"Slope of the difference on the mean: {found.slope:.3g} (p = {found.p:.2g})."


@derived(TASK)
def bias_sums(difference: Floats, patient: Codes, true_value: str) -> ByPatient:
    """Return the sum of differences and what it is divided by, of each patient, shape (patients, 2)."""
    found = sums_by_patient(patient, difference, np.ones(len(difference)))
    return found / found[:, 1:] if true_value == "constant" else found


@metric(
    "bland_altman_bias", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=bias_interval, beside=proportional_beside, source="bland-altman-1986", per_case=True,
)  # fmt: skip
def bland_altman_bias(bias_sums: ByPatient, weight: Weight) -> Floats:
    """Return the mean of measured minus reference.

    Over rows; where the true value of a patient is said to be constant, over patients of their mean difference.
    """
    total, cases = totals(bias_sums, weight)
    return over(total, cases, NO_CASES)


def limit_interval(
    spread: Spread, label: str, limits_interval: str, level: float, patient: Codes
) -> Uncertainty:
    """Return the interval of a limit: exact (Carkeet 2015), with that of Bland & Altman 1999 beside it.

    Where replicates enter the variance, by MOVER (Zou 2013). `limits_interval`: exact or approximate.
    """
    if not spread.deviation > 0:
        raise Undefined(NO_SPREAD)
    if spread.repeated:
        return Uncertainty(_mover(spread, label, level))
    both = (_exact(spread, label, level), _approximate(spread, label, level))
    first, other = both if limits_interval == "exact" else both[::-1]
    return Uncertainty(first, others=(other,))


def _exact(spread: Spread, label: str, level: float) -> Interval:
    """Return bias + s / √n times quantiles of the noncentral t with noncentrality ±1.96 √n (Carkeet 2015)."""
    root, tails = spread.patients**0.5, ((1 - level) / 2, (1 + level) / 2)
    low, high = (
        noncentral_t_quantile(tail, spread.patients - 1, LIMIT * root) * spread.deviation / root
        for tail in tails
    )
    if label == "lower":
        low, high = -high, -low
    return Interval(
        low=spread.bias + low, high=spread.bias + high, level=level, method="exact (Carkeet)"
    )


def _approximate(spread: Spread, label: str, level: float) -> Interval:
    """Return the limit ± t standard errors, s √(1/n + 1.96² / (2 (n - 1))) (Bland & Altman 1999, section 2.3)."""
    n = spread.patients
    error = spread.deviation * (1 / n + LIMIT**2 / (2 * (n - 1))) ** 0.5
    middle, half = spread.bias + LIMITS[label] * spread.deviation, student(level, n - 1) * error
    method = "approximate (Bland-Altman 1999)"
    return Interval(low=middle - half, high=middle + half, level=level, method=method)


def _mover(spread: Spread, label: str, level: float) -> Interval:
    """Return the interval that joins those of the bias and of each mean square (Zou 2013, section 3)."""
    below, above = _variance_limits(spread, level)
    half = student(level, spread.patients - 1) * spread.bias_variance**0.5
    deviation, limit = spread.deviation, spread.bias + LIMITS[label] * spread.deviation
    inner = (half**2 + (LIMIT * (deviation - below**0.5)) ** 2) ** 0.5
    outer = (half**2 + (LIMIT * (above**0.5 - deviation)) ** 2) ** 0.5
    low, high = (
        (limit - inner, limit + outer) if label == "upper" else (limit - outer, limit + inner)
    )
    method = f"MOVER (Zou) over {spread.patients:,} patients"
    return Interval(low=low, high=high, level=level, method=method)


def _variance_limits(spread: Spread, level: float) -> tuple[float, float]:
    """Return the limits of a sum of mean squares from the chi-squared limits of each."""
    down = up = 0.0
    for times, square, degrees in spread.parts:
        most = degrees / chi_squared_quantile((1 - level) / 2, degrees)
        least = degrees / chi_squared_quantile((1 + level) / 2, degrees)
        down += (times * square * (1 - least)) ** 2
        up += (times * square * (most - 1)) ** 2
    variance = spread.deviation**2
    return max(0.0, variance - down**0.5), variance + up**0.5


@metric(
    "limits_of_agreement", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    interval=limit_interval, source="bland-altman-1999", places={"label": ("lower", "upper")},
)  # fmt: skip
def limits_of_agreement(spread: Spread, label: str) -> Floats:
    """Return the bias minus (lower) or plus (upper) 1.96 standard deviations of the differences.

    The standard deviation is that of single measurements: replicates enter it (Bland & Altman 2007).
    """
    return np.asarray(spread.bias + LIMITS[label] * spread.deviation)


@derived(TASK)
def error_sums(difference: Floats, patient: Codes) -> ByPatient:
    """Return the sums of |difference| and difference² and the rows of each patient, shape (patients, 3)."""
    return sums_by_patient(patient, np.abs(difference), difference**2, np.ones(len(difference)))


@metric(
    "mean_absolute_error", task=TASK, goal="lower", bounds=(0, np.inf), source="willmott-2005",
    per_case=True,
)  # fmt: skip
def mean_absolute_error(error_sums: ByPatient, weight: Weight) -> Floats:
    """Return the mean size of measured minus reference, over rows."""
    absolute, _, cases = totals(error_sums, weight)
    return over(absolute, cases, NO_CASES)


@metric(
    "root_mean_squared_error", task=TASK, goal="lower", bounds=(0, np.inf), source="willmott-2005"
)
def root_mean_squared_error(error_sums: ByPatient, weight: Weight) -> Floats:
    """Return the root of the mean squared difference, over rows."""
    _, squared, cases = totals(error_sums, weight)
    return np.asarray(np.sqrt(over(squared, cases, NO_CASES)))


@derived(TASK)
def relative(difference: Floats, reference: Floats) -> Floats:
    """Return the difference over the size of the reference.

    Raises:
        Undefined: a reference is 0.
    """
    zeros = int(np.count_nonzero(reference == 0))
    if zeros:
        rows = "1 reference value is" if zeros == 1 else f"{zeros:,} reference values are"
        raise Undefined(f"{rows} 0, so a relative difference would divide by zero")
    return np.asarray(difference / np.abs(reference))


@derived(TASK)
def relative_sums(relative: Floats, patient: Codes) -> ByPatient:
    """Return the sum of sizes of relative differences and the rows of each patient, shape (patients, 2)."""
    return sums_by_patient(patient, np.abs(relative), np.ones(len(relative)))


@metric(
    "mean_absolute_percentage_error", task=TASK, goal="lower", bounds=(0, np.inf),
    source="hyndman-koehler-2006", per_case=True,
)  # fmt: skip
def mean_absolute_percentage_error(relative_sums: ByPatient, weight: Weight) -> Floats:
    """Return the mean size of the difference over the size of the reference, as a share: 0.12 is 12 %."""
    total, cases = totals(relative_sums, weight)
    return over(total, cases, NO_CASES)


@metric("r_squared", task=TASK, goal="higher", bounds=(-np.inf, 1), source="kvalseth-1985")
def r_squared(error_sums: ByPatient, moments: Moments, weight: Weight) -> Floats:
    """Return 1 minus squared differences over squares of the reference about its mean (Kvalseth 1985, eq. 1).

    The measured value itself predicts: nothing is refitted, so it may be negative, and it is not the square of
    the correlation.
    """
    squared = totals(error_sums, weight)[1]
    return 1 - over(squared, moments.x_squares, "all reference values are equal")


class Errors(NamedTuple):
    """Values of every row, and their order."""

    values: Floats
    order: Order
    patient: Codes


def _errors(values: Floats, patient: Codes, measurement_unit: str) -> Errors:
    if measurement_unit.strip().casefold() not in ("ml", "cm3", "cm³", "cc"):
        raise DoesNotApply("the measurement is not said to be a volume in ml")
    return Errors(values, rising(values), patient)


@derived(TASK)
def volume_errors(difference: Floats, patient: Codes, measurement_unit: str) -> Errors:
    """Return the differences of volumes in ml."""
    return _errors(difference, patient, measurement_unit)


@derived(TASK)
def absolute_volume_errors(difference: Floats, patient: Codes, measurement_unit: str) -> Errors:
    """Return their sizes."""
    return _errors(np.abs(difference), patient, measurement_unit)


@derived(TASK)
def relative_volume_errors(relative: Floats, patient: Codes, measurement_unit: str) -> Errors:
    """Return the differences over the reference volume."""
    return _errors(relative, patient, measurement_unit)


@derived(TASK)
def absolute_relative_volume_errors(
    relative: Floats, patient: Codes, measurement_unit: str
) -> Errors:
    """Return their sizes."""
    return _errors(np.abs(relative), patient, measurement_unit)


def _summary(errors: Errors, summary: str, weight: Weight) -> Floats:
    if summary == "median":
        return middle(errors.values, errors.order, errors.patient, weight)
    total, cases = totals(
        sums_by_patient(errors.patient, errors.values, np.ones(len(errors.values))), weight
    )
    return over(total, cases, NO_CASES)


SUMMARIES = {"summary": ("mean", "median")}


@metric(
    "volume_difference_ml", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    source="heimann-2009", places=SUMMARIES,
)  # fmt: skip
def volume_difference_ml(volume_errors: Errors, summary: str, weight: Weight) -> Floats:
    """Return measured minus reference volume in ml, mean or median over rows."""
    return _summary(volume_errors, summary, weight)


@metric(
    "relative_volume_difference", task=TASK, goal="target", bounds=(-np.inf, np.inf),
    source="heimann-2009", places=SUMMARIES,
)  # fmt: skip
def relative_volume_difference(
    relative_volume_errors: Errors, summary: str, weight: Weight
) -> Floats:
    """Return the volume difference over the reference volume, as a share, mean or median over rows."""
    return _summary(relative_volume_errors, summary, weight)


@metric(
    "absolute_volume_difference_ml", task=TASK, goal="lower", bounds=(0, np.inf),
    source="heimann-2009", places=SUMMARIES,
)  # fmt: skip
def absolute_volume_difference_ml(
    absolute_volume_errors: Errors, summary: str, weight: Weight
) -> Floats:
    """Return the size of the volume difference in ml, mean or median over rows."""
    return _summary(absolute_volume_errors, summary, weight)


@metric(
    "absolute_relative_volume_difference", task=TASK, goal="lower", bounds=(0, np.inf),
    source="heimann-2009", places=SUMMARIES,
)  # fmt: skip
def absolute_relative_volume_difference(
    absolute_relative_volume_errors: Errors, summary: str, weight: Weight
) -> Floats:
    """Return the size of the volume difference over the reference volume, as a share, mean or median over rows."""
    return _summary(absolute_relative_volume_errors, summary, weight)

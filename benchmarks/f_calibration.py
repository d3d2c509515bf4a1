"""Slope, intercepts, smooth calibration error and binned curve, against what scikit-learn has of them."""

import numpy as np
from sklearn.calibration import calibration_curve as binned_curve
from sklearn.linear_model import LogisticRegression
from timing import Job, compare, in_r, machine, risks, sizes

from checker.metrics import METRICS
from checker.metrics.base import Metric
from checker.metrics.estimating import complete, known_of

SMOOTH = ("integrated_calibration_index", "calibration_error_median", "calibration_error_90")
BINNED = ("expected_calibration_error",)
LOGISTIC = ("calibration_slope", "calibration_intercept", "calibration_in_the_large")


def values(outcome: np.ndarray, risk: np.ndarray, names: tuple[str, ...]) -> list[object]:
    rows, _ = complete({"outcome": outcome.astype(int), "score": risk})
    known = known_of(rows, (0, 0), {})
    metrics: list[Metric] = [METRICS["classification", name] for name in names]
    return [known.ask(metric.function) for metric in metrics]


def fit(outcome: np.ndarray, risk: np.ndarray) -> object:
    linear = np.log(risk / (1 - risk))[:, None]
    return LogisticRegression(C=np.inf, tol=1e-8, max_iter=200).fit(linear, outcome).coef_


def logistic(cases: int) -> None:
    outcome, risk = inside(cases)
    program = (
        "lp <- qlogis(x[[2]]); g <- glm(x[[1]] ~ lp, family = binomial)\n"
        "h <- glm(x[[1]] ~ 1, offset = lp, family = binomial)"
    )
    compare(
        f"Logistic recalibration, {cases:,} cases",
        Job("checker: slope, intercept, in the large", lambda: values(outcome, risk, LOGISTIC)),
        Job("scikit-learn LogisticRegression: slope, intercept", lambda: fit(outcome, risk)),
        *in_r("R glm, twice: slope, intercept, in the large", "stats", program, outcome, risk),
    )


def smooth(cases: int) -> None:
    outcome, risk = inside(cases)
    program = (
        "l <- loess(x[[1]] ~ x[[2]], span = 0.75, degree = 2, statistics = 'none')\n"
        "d <- abs(predict(l) - x[[2]]); v <- c(mean(d), quantile(d, c(0.5, 0.9)))"
    )
    peers = in_r("R loess: ICI, E50, E90", "stats", program, outcome, risk)
    compare(
        f"Smooth and binned calibration error, {cases:,} cases",
        Job("checker: ICI, E50, E90 by loess", lambda: values(outcome, risk, SMOOTH)),
        Job("checker: expected calibration error", lambda: values(outcome, risk, BINNED)),
        Job(
            "scikit-learn calibration_curve: ten bins",
            lambda: binned_curve(outcome, risk, n_bins=10, strategy="quantile"),
        ),
        *(peers if cases <= 100_000 else []),
    )


def inside(cases: int) -> tuple[np.ndarray, np.ndarray]:
    outcome, risk = risks(cases)
    return outcome, risk.clip(1e-6, 1 - 1e-6)


if __name__ == "__main__":
    print(machine())
    for size in sizes(1_000, 10_000, 100_000, 1_000_000):
        logistic(size)
        smooth(size)

"""Slope, intercepts, smooth and binned calibration error, against scikit-learn, statsmodels and R."""

import numpy as np
from sklearn.calibration import calibration_curve as binned_curve
from sklearn.linear_model import LogisticRegression
from timing import Job, compare, in_r, machine, peer, risks, sizes

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
        *logistic_of_statsmodels(outcome, risk),
        *in_r("R glm, twice: slope, intercept, in the large", "stats", program, outcome, risk),
    )


def logistic_of_statsmodels(outcome: np.ndarray, risk: np.ndarray) -> list[Job]:
    if not peer("statsmodels"):
        return []
    from statsmodels.api import GLM, Logit, add_constant, families

    linear, one = np.log(risk / (1 - risk)), np.ones((len(risk), 1))
    design, found = add_constant(linear), outcome.astype(float)

    def fits() -> object:
        in_the_large = GLM(found, one, family=families.Binomial(), offset=linear).fit()
        return Logit(found, design).fit(disp=0).params, in_the_large.params

    return [Job("statsmodels Logit and GLM: slope, intercept, in the large", fits)]


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
        *lowess_of_statsmodels(outcome, risk),
        *(peers if cases <= 100_000 else []),
    )


def lowess_of_statsmodels(outcome: np.ndarray, risk: np.ndarray) -> list[Job]:
    if not peer("statsmodels"):
        return []
    from statsmodels.nonparametric.smoothers_lowess import lowess

    found, step = outcome.astype(float), 0.01 * np.ptp(risk)

    def errors() -> object:
        curve = lowess(found, risk, frac=0.75, it=0, delta=step)
        gap = np.abs(curve[:, 1] - curve[:, 0])
        return gap.mean(), np.quantile(gap, [0.5, 0.9])

    return [Job("statsmodels lowess, every 1 %: ICI, E50, E90", errors)]


def together(cases: int) -> None:
    outcome, risk = inside(cases)
    logistic, smooth = logistic_of_statsmodels(outcome, risk), lowess_of_statsmodels(outcome, risk)
    both = [Job("statsmodels: both", lambda: [job.run() for job in (*logistic, *smooth)])]
    compare(
        f"All of them: slope, intercepts, ICI, E50, E90, {cases:,} cases",
        Job("checker", lambda: values(outcome, risk, (*LOGISTIC, *SMOOTH))),
        *(both if logistic else []),
        Job("numpy sort of the risks (for scale)", lambda: np.sort(risk)),
    )


def inside(cases: int) -> tuple[np.ndarray, np.ndarray]:
    outcome, risk = risks(cases)
    return outcome, risk.clip(1e-6, 1 - 1e-6)


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 10_000, 100_000, 1_000_000):
        logistic(size)
        smooth(size)
        together(size)

"""AUROC with DeLong's interval, and the paired test, against scikit-learn's bare AUROC and pROC (where R is)."""

import numpy as np
from sklearn.metrics import roc_auc_score
from timing import Job, compare, in_r, machine, risks, sizes

from checker.metrics.intervals import around, cut
from checker.metrics.ranking import (
    Placements,
    area,
    delong_covariance,
    delong_variance,
    placements,
    ranking,
    tally,
)


def auroc_with_interval(outcome: np.ndarray, score: np.ndarray) -> tuple[float, float, float]:
    counts = tally(outcome, score)
    found = cut(around(area(counts), delong_variance(counts)))
    return area(counts), found.low, found.high


def paired(outcome: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    a, b = placements(outcome, ranking(first)), placements(outcome, ranking(second))
    off = Placements(a.value - b.value, a.area - b.area)
    return off.area, delong_covariance(outcome, off, off)


def alone(cases: int) -> None:
    outcome, score = risks(cases)
    program = (
        "r <- roc(x[[1]], x[[2]], levels = c(0, 1), direction = '<', quiet = TRUE)\n"
        "v <- ci.auc(r, method = 'delong')"
    )
    compare(
        f"AUROC with DeLong's interval, {cases:,} cases",
        Job("checker: AUROC and interval", lambda: auroc_with_interval(outcome, score)),
        Job("scikit-learn roc_auc_score: AUROC alone", lambda: roc_auc_score(outcome, score)),
        Job("numpy sort of the scores (for scale)", lambda: np.sort(score)),
        *in_r("pROC ci.auc: AUROC and interval", "pROC", program, outcome, score),
    )


def two(cases: int) -> None:
    outcome, score = risks(cases)
    other = np.clip(score + np.random.default_rng(2).normal(0, 0.1, cases), 0, 1)
    program = (
        "r <- lapply(2:3, function(i) "
        "roc(x[[1]], x[[i]], levels = c(0, 1), direction = '<', quiet = TRUE))\n"
        "v <- roc.test(r[[1]], r[[2]], method = 'delong', paired = TRUE)"
    )
    compare(
        f"Paired DeLong, {cases:,} cases",
        Job("checker: difference and variance", lambda: paired(outcome, score, other)),
        Job(
            "scikit-learn: both AUROCs alone",
            lambda: (roc_auc_score(outcome, score), roc_auc_score(outcome, other)),
        ),
        Job("numpy argsort of the scores (for scale)", lambda: np.argsort(score)),
        *in_r("pROC roc.test", "pROC", program, outcome, score, other),
    )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 100_000, 1_000_000):
        alone(size)
        two(size)

"""Agreement with a reference and between raters: all metrics of a table, Passing-Bablok, Kendall, alpha."""

import numpy as np
from scipy import stats
from timing import Job, compare, in_r, machine, sizes

from checker.metrics import METRICS, estimates, raters
from checker.metrics.passing_bablok import passing_bablok

METHODS = 2_000
"""Cases of the slopes between all pairs."""


def measured(cases: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    reference = rng.normal(1500, 300, cases).round(1)
    return reference, (1.02 * reference + rng.normal(0, 60, cases)).round(1)


def ranks(cases: int) -> None:
    reference, values = measured(cases)
    tau, rho = (METRICS["agreement", name] for name in ("kendall_tau", "spearman_correlation"))
    compare(
        f"Kendall's tau-b and Spearman's correlation, {cases:,} cases",
        Job("checker: both", lambda: (tau(reference, values), rho(reference, values))),
        Job(
            "scipy: both",
            lambda: (stats.kendalltau(reference, values), stats.spearmanr(reference, values)),
        ),
    )


def table(cases: int) -> None:
    reference, values = measured(cases)
    patient = np.arange(cases) // 2
    columns = {"reference": reference, "measured": values, "patient": patient}
    compare(
        f"Every metric with its interval, patients repeat, {cases:,} cases",
        Job("checker: 2,000 resamples of patients", lambda: estimates("agreement", columns)),
        repetitions=1,
    )


def lines(cases: int) -> None:
    reference, values = measured(cases)
    program = (
        "i <- combn(length(x[[1]]), 2)\n"
        "s <- sort((x[[2]][i[1, ]] - x[[2]][i[2, ]]) / (x[[1]][i[1, ]] - x[[1]][i[2, ]]))"
    )
    compare(
        f"Passing-Bablok, {cases:,} cases",
        Job("checker: line with rank intervals", lambda: passing_bablok(reference, values)),
        Job("scipy siegelslopes: repeated medians", lambda: stats.siegelslopes(values, reference)),
        *in_r("R: all slopes, sorted", "stats", program, reference, values),
        repetitions=3,
    )


def several(subjects: int) -> None:
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 4, subjects)[:, None]
    ratings = np.clip(truth + rng.choice([-1, 0, 0, 0, 1], (subjects, 3)), 0, 3).astype(float)
    compare(
        f"Three raters, ordered categories, {subjects:,} subjects",
        Job("checker: every metric, 2,000 resamples", lambda: raters(ratings, "ordinal")),
        repetitions=1,
    )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 10_000):
        ranks(100 * size)
        table(size)
        several(size)
    lines(METHODS)
    lines(5 * METHODS)

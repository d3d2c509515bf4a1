"""Concordance, AUROC and Brier score at horizons, and the decision curve of censored follow-up."""

from typing import Any

import numpy as np
from timing import Job, compare, in_r, machine, peer, sizes

from checker.metrics import METRICS, estimates, survival_decision_curve
from checker.metrics.estimating import complete, known_of

HORIZONS = tuple(np.linspace(300, 3000, 10).tolist())


def follow_up(cases: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Return daily times that tie, 40 % outcomes, scores with two decimals, and a risk by 1,000 days."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=cases).round(2)
    outcome = rng.exponential(3000 * np.exp(-0.8 * score))
    censored = rng.uniform(100, 4000, cases)
    return {
        "time": np.ceil(np.minimum(outcome, censored)),
        "event": (outcome <= censored).astype(int),
        "score": score,
        "risk": 1 - np.exp(-np.exp(0.8 * score) / 3),
    }


def derived(columns: dict[str, np.ndarray], name: str, *horizons: float) -> list[Any]:
    """Return a derived value (with its influences, so with what an interval needs) at each horizon."""
    rows, _ = complete(
        {name: columns[name] for name in ("time", "event", "score")}, task="survival"
    )
    known = known_of(rows, (0, 0), {"horizons": horizons or None}, "survival")
    places = [known.inside(horizon=at) for at in horizons] or [known]
    return [each.value(name) for each in places]


def concordance(cases: int, columns: dict[str, np.ndarray]) -> None:
    program = "f <- concordance(Surv(x[[1]], x[[2]]) ~ x[[3]], reverse = TRUE{})"
    given = (columns["time"], columns["event"], columns["score"])
    compare(
        f"Harrell's C-index with its standard error, {cases:,} cases",
        Job("checker", lambda: derived(columns, "harrell")),
        *in_r("R concordance", "survival", program.format(""), *given),
        *lifelines(columns),
    )
    compare(
        f"Uno's C-index with its standard error, {cases:,} cases",
        Job("checker", lambda: derived(columns, "uno", 3000.0)[0]),
        *in_r(
            "R concordance", "survival", program.format(", timewt = 'n/G2', ymax = 3000"), *given
        ),
    )


def lifelines(columns: dict[str, np.ndarray]) -> list[Job]:
    if not peer("lifelines"):
        return []
    from lifelines.utils import concordance_index

    given = (columns["time"], -columns["score"], columns["event"])
    return [Job("lifelines, without a standard error", lambda: concordance_index(*given))]


def at_horizons(cases: int, columns: dict[str, np.ndarray]) -> None:
    compare(
        f"Time-dependent AUROC at ten horizons, {cases:,} cases",
        Job("checker", lambda: derived(columns, "ranked_at", *HORIZONS)),
        Job("checker, with standard errors", lambda: derived(columns, "area_at", *HORIZONS)),
        *scikit_survival(columns),
    )


def scores(cases: int, columns: dict[str, np.ndarray]) -> None:
    given = {"risks": columns["risk"], "horizon": 1000.0}
    brier, scaled = (METRICS["survival", f"{kind}brier_score"] for kind in ("", "scaled_"))
    times = columns["time"], columns["event"]
    compare(
        f"Brier score and index of prediction accuracy at one horizon, {cases:,} cases",
        Job("checker: both", lambda: (brier(*times, **given), scaled(*times, **given))),
        *brier_of_scikit_survival(columns),
    )


def scikit_survival(columns: dict[str, np.ndarray]) -> list[Job]:
    if not peer("scikit-survival"):
        return []
    from sksurv.metrics import cumulative_dynamic_auc
    from sksurv.util import Surv

    cases = Surv.from_arrays(columns["event"] == 1, columns["time"])
    given = (cases, cases, columns["score"], HORIZONS)
    return [Job("scikit-survival", lambda: cumulative_dynamic_auc(*given))]


def brier_of_scikit_survival(columns: dict[str, np.ndarray]) -> list[Job]:
    if not peer("scikit-survival"):
        return []
    from sksurv.metrics import brier_score
    from sksurv.util import Surv

    cases = Surv.from_arrays(columns["event"] == 1, columns["time"])
    given = (cases, cases, 1 - columns["risk"][:, None], [1000.0])
    return [Job("scikit-survival: Brier score", lambda: brier_score(*given))]


def calibrated(cases: int, columns: dict[str, np.ndarray]) -> None:
    given = {name: columns[name] for name in ("time", "event")} | {"risks": columns["risk"]}
    horizon = (1000.0,)
    compare(
        f"Every number at one horizon, ICI, E50 and E90 with 2,000 resamples, {cases:,} cases",
        Job(
            "checker",
            lambda: estimates(
                "survival", given, places={"horizon": horizon}, given={"horizons": horizon}
            ),
        ),
        repetitions=1,
    )


def decisions(cases: int, columns: dict[str, np.ndarray]) -> None:
    given = (columns["time"], columns["event"], columns["risk"])
    compare(
        f"Decision curve at 100 thresholds, {cases:,} cases",
        Job("checker", lambda: survival_decision_curve(*given, 1000.0)),
        *dcurves(columns),
        repetitions=3,
    )


def dcurves(columns: dict[str, np.ndarray]) -> list[Job]:
    if not peer("dcurves"):
        return []
    import pandas
    from dcurves import dca

    table = pandas.DataFrame({name: columns[name] for name in ("time", "event", "risk")})
    few = np.linspace(0.01, 0.99, 5)
    return [
        Job(
            "dcurves",
            lambda: dca(
                data=table, outcome="event", modelnames=["risk"], thresholds=few,
                time=1000, time_to_outcome_col="time",
            ),
            share=0.05,
        )
    ]  # fmt: skip


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 10_000, 100_000):
        table = follow_up(size)
        concordance(size, table)
        at_horizons(size, table)
        scores(size, table)
        decisions(size, table)
        calibrated(size, table)

"""2,000 resamples of patients, five metrics on each, against a loop over scikit-learn's functions."""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    recall_score,
    roc_auc_score,
)
from timing import Job, compare, machine, risks, sizes

from checker.metrics import METRICS
from checker.metrics.estimating import complete, known_of
from checker.metrics.resampling import Asked, drawn, resampled

RESAMPLES = 2_000
NAMES = ("auroc", "average_precision", "sensitivity", "specificity", "brier_score")


def ours(outcome: np.ndarray, risk: np.ndarray, patient: np.ndarray) -> Callable[[], object]:
    def run() -> object:
        rows, _ = complete({"outcome": outcome.astype(int), "score": risk, "patient": patient})
        asked = [
            Asked(METRICS["classification", name], (("threshold", 0.5),) * name.endswith("ity"))
            for name in NAMES
        ]
        weights = drawn((0, 0), rows.patients, len(rows.outcome), RESAMPLES)
        return resampled(known_of(rows, (0, 0), {}), asked, weights)

    return run


def loop(
    outcome: np.ndarray, risk: np.ndarray, patient: np.ndarray, resamples: int
) -> Callable[[], object]:
    order = np.argsort(patient, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(patient[order])) + 1)

    def run() -> object:
        rng, found = np.random.default_rng(0), []
        for _ in range(resamples):
            rows = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
            y, s = outcome[rows], risk[rows]
            called = s >= 0.5
            found.append(
                (
                    roc_auc_score(y, s),
                    average_precision_score(y, s),
                    recall_score(y, called),
                    recall_score(y, called, pos_label=0),
                    brier_score_loss(y, s),
                )
            )
        return found

    return run


def five_metrics(cases: int, patients: int, words: str) -> None:
    outcome, risk = risks(cases)
    few = max(10, 300_000 // cases)
    patient = np.arange(cases) % patients
    compare(
        f"{RESAMPLES:,} resamples of {patients:,} patients, {words}, five metrics",
        Job("checker", ours(outcome, risk, patient)),
        Job(
            f"loop over scikit-learn, {few} resamples",
            loop(outcome, risk, patient, few),
            share=few / RESAMPLES,
        ),
        repetitions=3,
    )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 10_000, 100_000):
        five_metrics(size, size, "one case each")
        five_metrics(size, size // 3, "three cases each")

"""Net benefit at 100 thresholds, against dcurves and one cross table of scikit-learn per threshold."""

import numpy as np
from sklearn.metrics import confusion_matrix
from timing import Job, compare, machine, peer, risks, sizes

from checker.metrics import decision_curve

THRESHOLDS = np.linspace(0.01, 0.99, 100)


def one_by_one(outcome: np.ndarray, risk: np.ndarray, thresholds: np.ndarray) -> list[float]:
    found = []
    for threshold in thresholds:
        _, fp, _, tp = confusion_matrix(outcome, risk >= threshold).ravel()
        found.append((tp - fp * threshold / (1 - threshold)) / len(risk))
    return found


def curve(cases: int) -> None:
    outcome, risk = risks(cases)
    step = 20 if cases > 10_000 else 1
    few = THRESHOLDS[::step]
    found = decision_curve(outcome, risk).model[::step]
    assert np.allclose(found, one_by_one(outcome, risk, few), atol=1e-12)
    compare(
        f"Decision curve at 100 thresholds, {cases:,} cases",
        Job("checker", lambda: decision_curve(outcome, risk)),
        Job(
            "scikit-learn confusion_matrix per threshold",
            lambda: one_by_one(outcome, risk, few),
            share=len(few) / len(THRESHOLDS),
        ),
        *dcurves(outcome, risk),
        Job("numpy sort of the risks (for scale)", lambda: np.sort(risk)),
        repetitions=3,
    )


def dcurves(outcome: np.ndarray, risk: np.ndarray) -> list[Job]:
    if not peer("dcurves"):
        return []
    import pandas
    from dcurves import dca

    table = pandas.DataFrame({"outcome": outcome.astype(int), "risk": risk})
    given = {"outcome": "outcome", "modelnames": ["risk"], "thresholds": THRESHOLDS}
    return [Job("dcurves", lambda: dca(data=table, **given))]


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 100_000, 1_000_000):
        curve(size)

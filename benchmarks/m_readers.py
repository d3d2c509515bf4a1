"""Reader studies: AUROCs of all readers, covariances and tests, against a loop that leaves cases out."""

import numpy as np
from sklearn.metrics import roc_auc_score
from timing import Job, compare, machine, sizes

from checker.metrics.mrmc import ReaderStudy, analyse
from checker.metrics.reader_areas import Covariances, reader_areas

READERS = 10


def readings(cases: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and ratings of 1 to 100, shape (2 modalities, readers, cases)."""
    rng = np.random.default_rng(seed)
    outcome = np.arange(cases) < cases // 2
    latent = 1.3 * outcome + rng.normal(size=cases) + rng.normal(size=(2, READERS, cases))
    return outcome, np.clip((latent * 15 + 40).round(), 1, 100)


def analysed(outcome: np.ndarray, rating: np.ndarray, covariances: Covariances) -> ReaderStudy:
    names = tuple(map(str, range(READERS)))
    return analyse(reader_areas(outcome, rating, None, covariances), names, ("with", "without"))


def left_out(outcome: np.ndarray, rating: np.ndarray, cases: np.ndarray) -> np.ndarray:
    """Return the AUROCs without each of these cases, one scikit-learn call each."""
    flat = rating.reshape(2 * READERS, -1)
    kept = (np.arange(len(outcome)) != case for case in cases)
    return np.array([[roc_auc_score(outcome[k], row[k]) for row in flat] for k in kept])


def study(cases: int) -> None:
    outcome, rating = readings(cases)
    some = np.linspace(0, cases - 1, min(cases, 20)).astype(int)
    found = reader_areas(outcome, rating).left_out.reshape(2 * READERS, -1)[:, some].T
    assert np.allclose(found, left_out(outcome, rating, some), atol=1e-12)
    compare(
        f"2 modalities, {READERS} readers, {cases:,} cases: AUROCs, covariances, tests",
        Job("checker, jackknife", lambda: analysed(outcome, rating, "jackknife")),
        Job("checker, DeLong", lambda: analysed(outcome, rating, "delong")),
        Job("checker, unbiased", lambda: analysed(outcome, rating, "unbiased")),
        Job(
            "scikit-learn roc_auc_score without each case",
            lambda: left_out(outcome, rating, some),
            share=len(some) / cases,
        ),
        repetitions=3,
    )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(100, 1_000, 5_000):
        study(size)

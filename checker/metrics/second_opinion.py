"""The same numbers once more by scikit-learn, which shares no code with ours; only when asked for (slow to start)."""

from collections.abc import Callable, Iterator

import numpy as np

from checker.metrics.base import Bools, Floats

FURTHEST = 1e-9
"""A difference beyond this is no rounding: one of the two is wrong, or their definitions differ."""


def second_opinion(
    outcome: Bools, score: Floats, threshold: float | None, *, probability: bool
) -> Iterator[tuple[str, float]]:
    """Yield the name and value of every metric that scikit-learn defines exactly as we do.

    AUROC, average precision, balanced accuracy, F1, Matthews correlation, kappa, Brier score, log loss. Metrics that
    are undefined on these data, here or there, are left out.

    Args:
        outcome: shape (cases,).
        score: shape (cases,).
        threshold: positive decision at or above it; None: no measure of decisions.
        probability: whether the score is a probability.
    """
    from sklearn import metrics

    if outcome.all() or not outcome.any():
        return
    yield "auroc", float(metrics.roc_auc_score(outcome, score))
    yield "average_precision", float(metrics.average_precision_score(outcome, score))
    if threshold is not None:
        yield from _of_decisions(outcome, score >= threshold)
    if probability:
        yield "brier_score", float(metrics.brier_score_loss(outcome, score))
        if score.min() > 0 and score.max() < 1:
            yield "log_loss", float(metrics.log_loss(outcome, score))


def _of_decisions(outcome: Bools, decision: Bools) -> Iterator[tuple[str, float]]:
    from sklearn import metrics

    if decision.all() or not decision.any():
        return
    of: dict[str, Callable[[Bools, Bools], float]] = {
        "sensitivity": metrics.recall_score,
        "positive_predictive_value": metrics.precision_score,
        "accuracy": metrics.accuracy_score,
        "balanced_accuracy": metrics.balanced_accuracy_score,
        "f1": metrics.f1_score,
        "matthews_correlation": metrics.matthews_corrcoef,
        "cohen_kappa": metrics.cohen_kappa_score,
    }
    for name, theirs in of.items():
        value = float(theirs(outcome, decision))
        if np.isfinite(value):
            yield name, value

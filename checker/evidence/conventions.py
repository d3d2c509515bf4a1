"""Conventions under which a printed value is tried, in a fixed order; each function says who uses it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from checker.evidence.claim_folds import Folds
from checker.evidence.definitions import OTHER_DEFINITIONS
from checker.evidence.rows import TASK, Rows, Subject, patients_of
from checker.metrics.base import METRICS, Bools, Codes, Floats, Metric
from checker.metrics.discrimination import auroc_tie_range
from checker.metrics.ranking import tally
from checker.metrics.resampling import seeds
from checker.model.predictions import Predictions
from checker.needs import NotEstablished

WITH_A_POSITIVE_CLASS = frozenset(
    {
        "sensitivity",
        "specificity",
        "positive_predictive_value",
        "negative_predictive_value",
        "positive_likelihood_ratio",
        "negative_likelihood_ratio",
        "f1",
        "average_precision",
    }
)
"""Metrics that change when the other class is taken as the positive one."""
WIDEST_ROOM = 0.05
"""Where ties leave the AUROC a wider range than this, the submitted scores are too coarse to check it."""
DRAWS = 60
"""Random ways to undo the rounding of scores; mean and spread of the metric need no more."""


class Convention(NamedTuple):
    """One way to arrive at the number that a claim prints."""

    words: str
    rows: Rows
    metric: Metric
    turn: Callable[[float], float] | None = None
    """Applied to the metric; rising or falling throughout, so limits turn with it."""
    direct: Callable[[Rows], float] | None = None
    """Takes the place of the metric."""
    folds: Folds | None = None
    """Those over which it is taken."""

    def value(self) -> float:
        """Return the number under this convention.

        Raises:
            NotEstablished: it is undefined, with its sentence.
        """
        if self.direct is not None:
            return self.direct(self.rows)
        found = self.rows.value(self.metric)
        return self.turn(found) if self.turn else found


def conventions(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield every other convention for the metric but `strictly_above`, in the order in which they are tried."""
    for kind in ORDER:
        yield from kind(about, predictions)


def strictly_above(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield decisions strictly above the threshold: how several programs cut a score in two."""
    threshold = about.rows.threshold
    if threshold is not None:
        above = about.rows.at(threshold=float(np.nextafter(threshold, np.inf)))
        sign = "<" if predictions.lower_is_positive else ">"
        yield Convention(f"score {sign} threshold", above, about.metric)


def one_row_per_patient(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield patients as the unit of analysis, by their highest or mean score: usual where a patient is treated."""
    if about.rows.repeated:
        highest = "lowest" if predictions.lower_is_positive else "highest"
        yield Convention(
            f"one row per patient, {highest} score", about.rows.one_per_patient("max"), about.metric
        )
        yield Convention(
            "one row per patient, mean score", about.rows.one_per_patient("mean"), about.metric
        )


def missing_counted(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield incomplete rows counted instead of left out.

    Patients without a reference result are often taken as free of the disease, and a score that could not be
    computed as a negative test ("intention to diagnose").
    """
    outcome, score = predictions.outcome, about.of_score
    without_outcome = about.chosen & (outcome < 0) & ~np.isnan(score)
    if without_outcome.any():
        counted = _taken(about, predictions, np.where(outcome < 0, 0, outcome), score)
        yield Convention("a missing outcome counted as without it", counted, about.metric)
    without_score = about.chosen & (outcome >= 0) & np.isnan(score)
    if without_score.any() and about.rows.threshold is not None:
        counted = _taken(about, predictions, outcome, np.where(np.isnan(score), -np.inf, score))
        yield Convention("a missing score counted as negative", counted, about.metric)


def over_folds(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield mean and median over folds of a cross-validation, where they are named: usual beside pooling."""
    if folds := folds_of(about, predictions):
        for words, number in folds.numbers():
            yield Convention(
                words, about.rows, about.metric, direct=partial(_of_folds, number), folds=folds
            )


def _of_folds(number: Callable[[], float], _: Rows) -> float:
    return number()


def folds_of(about: Subject, predictions: Predictions) -> Folds | None:
    """Return the metric in each fold; None where nothing names folds, or there is one alone."""
    fold = predictions.fold
    if fold is None:
        return None
    keep = about.chosen & (predictions.outcome >= 0) & ~np.isnan(about.of_score)
    codes = np.unique(fold.codes[keep & (fold.codes >= 0)])
    if len(codes) < 2:
        return None
    parts = tuple(
        replace(
            _taken(about, predictions, predictions.outcome, about.of_score, fold.codes == code),
            seeds=seeds(about.rows.seeds[0], about.evaluation, f"{about.group}, fold {name}"),
        )
        for code, name in ((int(each), fold.names[each]) for each in codes)
    )
    return Folds(metric=about.metric, parts=parts)


def _taken(
    about: Subject,
    predictions: Predictions,
    outcome: Codes,
    score: Floats,
    among: Bools | None = None,
) -> Rows:
    keep = about.chosen & (outcome >= 0) & ~np.isnan(score)
    if among is not None:
        keep &= among
    return replace(
        about.rows,
        outcome=outcome[keep] == 1,
        score=score[keep],
        patient=patients_of(predictions.patient, keep),
    )


def other_class(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield the measure of the other class: programs that take the first label as positive print it unasked."""
    if about.metric.name in WITH_A_POSITIVE_CLASS:
        yield Convention(
            "the other class taken as positive", about.rows.other_class(), about.metric
        )


def other_definition(about: Subject, predictions: Predictions) -> Iterator[Convention]:
    """Yield other definitions that go by the same name; `definitions` says who uses each."""
    for each in OTHER_DEFINITIONS.get(about.metric.name, ()):
        metric = METRICS[TASK, each.metric or about.metric.name]
        yield Convention(each.words, about.rows, metric, each.turn, each.direct)


ORDER = (
    over_folds,
    one_row_per_patient,
    missing_counted,
    other_class,
    other_definition,
)
"""Fixed: ours, `strictly_above`, a rounded threshold, the room of rounded scores, these, and digits that were cut."""


class Room(NamedTuple):
    """How far the number may lie from ours because scores were submitted with few digits."""

    low: float
    high: float
    words: str
    """Completed by both limits."""

    @property
    def too_wide(self) -> bool:
        """Return whether nothing can be checked in so wide a range."""
        return self.words.startswith("within") and self.high - self.low > WIDEST_ROOM


def printing_room(about: Subject, predictions: Predictions) -> Room | None:
    """Return the range of the metric over all scores that print as the submitted ones; None without rounding.

    The AUROC: exactly, over all ways to break ties between a case with the outcome and one without. Other
    metrics: mean and three standard deviations over random ways to undo the rounding, uniform within half a
    unit of the last decimal.
    """
    rows, decimals = about.rows, predictions.decimals
    if not decimals:  # whole numbers are counts or ratings, as they were measured
        return None
    if about.metric.name == "auroc":
        found = auroc_tie_range(rows.outcome, rows.score)
        counts = tally(rows.outcome, rows.score)
        pairs = int(counts.without @ counts.with_outcome)
        words = f"within the range of ways to break {pairs:,} tied pairs".replace(",", " ")
        return Room(found.low, found.high, words) if pairs else None
    return _undone(about, decimals)


def looks_like_probability(rows: Rows) -> bool:
    """Return whether the score can be a probability: few digits are then a matter of printing, not of measuring."""
    return rows.probability is not False and bool(
        len(rows.score) and rows.score.min() >= 0 and rows.score.max() <= 1
    )


def _undone(about: Subject, decimals: int) -> Room | None:
    rng = np.random.default_rng([*about.rows.seeds, decimals])
    draws = int(np.clip(3_000_000 // len(about.rows.score), 10, DRAWS))
    found = []
    for _ in range(draws):
        off = rng.uniform(-0.5, 0.5, len(about.rows.score)) * 10.0**-decimals
        try:
            finer = replace(about.rows, score=_inside(about.rows, off))
            found.append(finer.value(about.metric))
        except NotEstablished:
            return None
    middle, spread = float(np.mean(found)), float(np.std(found, ddof=1))
    words = f"as scores with {decimals} decimals allow"
    return Room(middle - 3 * spread, middle + 3 * spread, words)


def _inside(rows: Rows, off: Floats) -> Floats:
    finer = rows.score + off
    if not rows.probability or rows.score.min() < 0 or rows.score.max() > 1:
        return finer
    finer = np.abs(finer)
    return np.where(finer > 1, 2 - finer, finer)

"""The printed value of a claim against the recomputed one: our definition first, then every other convention."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from checker.evidence.conventions import (
    Convention,
    Room,
    conventions,
    looks_like_probability,
    printing_room,
    strictly_above,
)
from checker.evidence.performance import thresholds_that_print
from checker.evidence.printed import AsPrinted, as_printed
from checker.evidence.rows import TASK, Rows, Subject
from checker.metrics.base import METRICS
from checker.metrics.ranking import ranking, tally
from checker.model.claim import IN_PERCENT, Attempt, PartCheck, Verdict
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import Predictions
from checker.model.study import Claim, Printed
from checker.needs import NotEstablished

IN_FRACTIONS = "printed as a fraction, although marked as percent"
CUT = "cut after the printed digits, not rounded"
EQUAL_TO: dict[str, tuple[tuple[str, str], ...]] = {
    "auroc": (
        ("balanced_accuracy", "which is the AUROC of decisions, not of scores"),
        ("average_precision", ""),
        ("accuracy", ""),
    ),
    "average_precision": (("auroc", ""), ("positive_predictive_value", "")),
    "accuracy": (("balanced_accuracy", ""), ("f1", "")),
    "balanced_accuracy": (("accuracy", ""),),
    "sensitivity": (
        ("positive_predictive_value", ""),
        ("balanced_accuracy", "which is the recall averaged over classes"),
        ("accuracy", "which is the recall averaged over classes weighted by size"),
    ),
    "specificity": (("negative_predictive_value", ""),),
    "positive_predictive_value": (("sensitivity", ""), ("accuracy", "")),
    "negative_predictive_value": (("specificity", ""),),
    "f1": (("accuracy", ""), ("positive_predictive_value", ""), ("sensitivity", "")),
    "cohen_kappa": (("matthews_correlation", ""),),
    "matthews_correlation": (("cohen_kappa", ""),),
    "positive_likelihood_ratio": (("diagnostic_odds_ratio", ""),),
    "brier_score": (("scaled_brier_score", ""),),
    "scaled_brier_score": (("brier_score", ""),),
    "net_benefit": (("standardised_net_benefit", ""),),
    "standardised_net_benefit": (("net_benefit", ""),),
}
"""Metric to others mistaken for it, and what to say. Another metric is no convention: the claim stays contradicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the digits of a claim are to be read, and whether that had to be guessed."""

    percent: bool
    words: str = ""
    """Empty: as declared."""

    def of(self, printed: Printed) -> AsPrinted:
        """Return the number on the scale of the metric."""
        return as_printed(printed, percent=self.percent)

    def named(self, words: str) -> str:
        """Return the words of a convention under this reading."""
        return f"{self.words}; {words}" if self.words and words else self.words or words


def readings(claim: Claim, metric: str) -> Iterator[Reading]:
    """Yield how the digits may be read: as declared; then in the other scale, only where the first makes no sense.

    88.4 without a percent sign is no sensitivity, and 0.88 % is none that anybody prints.
    """
    numbers = [each for each in (claim.value, claim.low, claim.high) if each is not None]
    signs = any(each.percent for each in numbers)  # one sign holds for all: 88.4 % (84.0-92.1)
    in_percent = signs if claim.percent is None else claim.percent
    yield Reading(percent=in_percent)
    if not numbers or not METRIC_NAMES[metric].percent_able:
        return
    if not in_percent and abs(numbers[0].number) > 1:
        yield Reading(percent=True, words=IN_PERCENT)
    elif in_percent and abs(numbers[0].number) <= 1:
        yield Reading(percent=False, words=IN_FRACTIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One attempt at a printed number, and where it leads if it fits."""

    attempt: Attempt
    under: Convention
    is_ours: bool
    """A fit means reproduced, not reproduced under another convention."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Recomputed:
    """The number under our own definition, and how exactly the submitted scores determine it."""

    about: Subject
    predictions: Predictions
    under: Convention
    value: float

    @cached_property
    def room(self) -> Room | None:
        """How far the number may lie from ours because scores were submitted with few digits."""
        return printing_room(self.about, self.predictions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCheck:
    """The verdict on the value, and what the interval is then to be computed from."""

    part: PartCheck | None
    """None: no value is printed."""
    reading: Reading
    under: Convention
    recomputed: Recomputed | None = None
    """None: no value is printed, or it is undefined."""


def check_value(claim: Claim, about: Subject, predictions: Predictions) -> ValueCheck:
    """Return the verdict on the printed value; without one, the way in which limits are read."""
    ours = Convention(our_words(about, predictions), about.rows, about.metric)
    read = tuple(readings(claim, about.metric.name))
    if claim.value is None or claim.versus is not None:  # a difference is checked elsewhere
        return ValueCheck(part=None, reading=read[-1], under=ours)
    printed = read[0].of(claim.value)
    try:
        value = ours.value()
    except NotEstablished as missing:
        part = not_checkable("value", printed.text, str(missing))
        return ValueCheck(part=part, reading=read[0], under=ours)
    made = Recomputed(about=about, predictions=predictions, under=ours, value=value)
    if not printed.agrees(value):
        return _under_others(claim.value, read, made, of_folds=claim.summary == "mean")
    part = PartCheck(
        part="value",
        printed=printed.text,
        verdict=Verdict.REPRODUCED,
        recomputed=printed.show(value),
        tried=(Attempt(convention=ours.words, value=value, fits=True),),
    )
    return ValueCheck(part=part, reading=read[0], under=ours, recomputed=made)


def our_words(about: Subject, predictions: Predictions) -> str:
    """Return the words for our own definition."""
    if about.rows.threshold is None:
        return "our definition"
    return f"score {'≤' if predictions.lower_is_positive else '≥'} threshold"


def _under_others(
    claimed: Printed, read: Sequence[Reading], made: Recomputed, *, of_folds: bool
) -> ValueCheck:
    """Return the first convention that fits, after all were tried; a scale that makes no sense is tried once.

    The mean over folds is no other convention where the claim says that it is a mean.
    """
    first, last = read[0], read[-1]
    tries = [(first, _try(first.of(claimed), first, made.under, is_ours=True))] if read[1:] else []
    tries += [(last, each) for each in _tries(last.of(claimed), last, made, of_folds=of_folds)]
    tried = tuple(each.attempt for _, each in tries)
    fitting = next(((reading, each) for reading, each in tries if each.attempt.fits), None)
    if fitting is None:
        part = _unexplained(last.of(claimed), made, tried)
        return ValueCheck(part=part, reading=last, under=made.under, recomputed=made)
    reading, found = fitting
    reproduced = found.is_ours and not reading.words
    part = PartCheck(
        part="value",
        printed=reading.of(claimed).text,
        verdict=Verdict.REPRODUCED if reproduced else Verdict.OTHER_CONVENTION,
        recomputed=reading.of(claimed).show(made.value),
        convention=found.attempt.convention,
        tried=tried,
    )
    return ValueCheck(part=part, reading=reading, under=found.under, recomputed=made)


def _tries(
    printed: AsPrinted, reading: Reading, made: Recomputed, *, of_folds: bool
) -> Iterator[Try]:
    about, predictions, ours = made.about, made.predictions, made.under
    yield _try(printed, reading, ours, is_ours=True)
    for above in strictly_above(about, predictions):
        yield _try(printed, reading, above)
    if (rounded := _rounded_threshold(printed, reading, made)) is not None:
        yield rounded
    if made.room is not None:
        fits_ours = looks_like_probability(about.rows)
        yield Try(attempt=_in_room(printed, reading, made.room), under=ours, is_ours=fits_ours)
    for other in conventions(about, predictions):
        meant = of_folds and other.words.startswith("mean over")
        found = _try(printed, reading, other)
        yield replace(found, is_ours=True) if meant else found
    cut = Attempt(convention=reading.named(CUT), value=made.value, fits=printed.is_cut(made.value))
    yield Try(attempt=cut, under=ours, is_ours=False)


def _rounded_threshold(printed: AsPrinted, reading: Reading, made: Recomputed) -> Try | None:
    """Return the attempt with every threshold that rounds to the printed one; None where it is exact."""
    rows, metric = made.about.rows, made.about.metric
    if rows.threshold is None or "strategy" in rows.facets:
        return None
    values, at = [], rows.threshold
    for each in thresholds_that_print(rows.threshold, made.about.origin, rows.score):
        try:
            value = rows.at(threshold=each).value(metric)
        except NotEstablished:
            continue
        values.append(value)
        if printed.agrees(value):
            at = each
            break
    if not values:
        return None
    turned = made.predictions.lower_is_positive
    words = f"a threshold that rounds to {-rows.threshold if turned else rows.threshold:g}"
    attempt = Attempt(
        convention=reading.named(words),
        low=min(values),
        high=max(values),
        fits=printed.agrees(values[-1]),
    )
    return Try(
        attempt=attempt, under=Convention(words, rows.at(threshold=at), metric), is_ours=False
    )


def _in_room(printed: AsPrinted, reading: Reading, room: Room) -> Attempt:
    fits = not room.too_wide and printed.overlaps(room.low, room.high)
    words = reading.named(room.words)
    return Attempt(convention=words, low=room.low, high=room.high, fits=fits)


def _try(printed: AsPrinted, reading: Reading, under: Convention, *, is_ours: bool = False) -> Try:
    words = reading.words if is_ours and reading.words else reading.named(under.words)
    try:
        value = under.value()
    except NotEstablished as missing:
        return Try(
            attempt=Attempt(convention=words, undefined_because=str(missing)),
            under=under,
            is_ours=is_ours,
        )
    attempt = Attempt(convention=words, value=value, fits=printed.agrees(value))
    return Try(attempt=attempt, under=under, is_ours=is_ours)


def _unexplained(printed: AsPrinted, made: Recomputed, tried: tuple[Attempt, ...]) -> PartCheck:
    value, room, shown = made.value, made.room, printed.show(made.value)
    if room is not None and room.too_wide and printed.overlaps(room.low, room.high):
        because = (
            f"scores with {made.predictions.decimals} decimals leave it anywhere from {room.low:.3g} to "
            f"{room.high:.3g}, depending on how ties are broken; submit the scores unrounded"
        )
        return not_checkable("value", printed.text, because, recomputed=shown, tried=tried)
    if made.about.metric.name == "auroc" and value < 0.5 and printed.agrees(1 - value):
        because = (
            f"the printed number is 1 minus the recomputed {shown}: if lower scores mean the outcome, write "
            "direction: lower_is_positive"
        )
        return not_checkable("value", printed.text, because, recomputed=shown, tried=tried)
    because = f"recomputed {shown}, printed {printed.text}: differs by {printed.difference(value)}"
    if alike := _equal_to(printed, made.about):
        because = f"{because}; the printed number equals the {alike}"
    return PartCheck(
        part="value",
        printed=printed.text,
        verdict=Verdict.CONTRADICTED,
        recomputed=shown,
        because=because,
        tried=tried,
    )


def _equal_to(printed: AsPrinted, about: Subject) -> str:
    """Return what else the printed number equals, in words; it explains the difference but does not excuse it."""
    for words, rows, name in (*_other_thresholds(about), *_mistaken_for(about)):
        try:
            equal = printed.agrees(rows.value(METRICS[TASK, name]))
        except NotEstablished:
            continue
        if equal:
            return words
    return ""


def _mistaken_for(about: Subject) -> Iterator[tuple[str, Rows, str]]:
    for name, remark in EQUAL_TO.get(about.metric.name, ()):
        rows, label = about.rows, METRIC_NAMES[name].label
        if "threshold" in METRICS[TASK, name].depends_on() and rows.threshold is None:
            if about.declared is None:
                continue
            rows = rows.at(threshold=about.declared)
        yield f"{label}, {remark}" if remark else label, rows, name


def _other_thresholds(about: Subject) -> Iterator[tuple[str, Rows, str]]:
    rows, name = about.rows, about.metric.name
    if about.declared is None or about.declared != rows.threshold:
        return  # the claim names its own threshold, or needs none
    label = METRIC_NAMES[name].label
    if rows.probability and rows.threshold != 0.5:
        yield f"{label} at a threshold of 0.5", rows.at(threshold=0.5), name
    counts = tally(rows.outcome, rows.score)
    if counts.positives and counts.negatives:
        found = counts.true_positives / counts.positives - counts.false_positives / counts.negatives
        best = float(ranking(rows.score).score[found.argmax()])
        yield f"{label} at the threshold that is best on these data", rows.at(threshold=best), name


def not_checkable(
    part: str,
    printed: str,
    because: str,
    *,
    recomputed: str = "",
    tried: tuple[Attempt, ...] = (),
) -> PartCheck:
    """Return a part that could not be checked, with the reason."""
    return PartCheck(
        part=part,
        printed=printed,
        verdict=Verdict.NOT_CHECKABLE,
        recomputed=recomputed,
        because=because,
        tried=tried,
    )


def counted(part: str, printed: int, counts: Mapping[str, int]) -> PartCheck:
    """Return the verdict on a count: it is equal to one of these, the first of which is ours, or it is not."""
    tried: list[Attempt] = []
    for words, count in counts.items():
        tried.append(Attempt(convention=words, value=float(count), fits=count == printed))
        if count == printed:
            break
    ours = next(iter(counts.values()))
    if not tried[-1].fits:
        because = f"counted {ours}, printed {printed}: differs by {abs(ours - printed)}"
        verdict, words = Verdict.CONTRADICTED, ""
    else:
        is_ours = len(tried) == 1
        verdict = Verdict.REPRODUCED if is_ours else Verdict.OTHER_CONVENTION
        because, words = "", "" if is_ours else tried[-1].convention
    return PartCheck(
        part=part,
        printed=str(printed),
        verdict=verdict,
        recomputed=str(ours),
        convention=words,
        because=because,
        tried=tuple(tried),
    )

"""The printed value of a claim against the recomputed one: our definition first, then every other convention."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.evidence.conventions import (
    Convention,
    Room,
    conventions,
    printing_room,
    strictly_above,
)
from checker.evidence.printed import AsPrinted, as_printed
from checker.evidence.rows import TASK, Subject
from checker.metrics.base import METRICS
from checker.metrics.ranking import ranking, tally
from checker.model.claim import Attempt, PartCheck, Verdict
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import Predictions
from checker.model.study import Claim, Printed
from checker.needs import NotEstablished

IN_PERCENT = "printed in percent"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueCheck:
    """The verdict on the value, and what the interval is then to be computed from."""

    part: PartCheck | None
    """None: no value is printed."""
    reading: Reading
    under: Convention
    room: Room | None
    """How far the value may lie from ours because scores were submitted with few digits."""


def check_value(claim: Claim, about: Subject, predictions: Predictions) -> ValueCheck:
    """Return the verdict on the printed value; without one, the way in which limits are read."""
    ours = Convention(our_words(about, predictions), about.rows, about.metric)
    read = tuple(readings(claim, about.metric.name))
    if claim.value is None or claim.versus is not None:  # a difference is checked elsewhere
        return ValueCheck(part=None, reading=read[-1], under=ours, room=None)
    printed = read[0].of(claim.value)
    try:
        value = ours.value()
        room = printing_room(about, predictions)
    except NotEstablished as missing:
        part = not_checkable("value", printed.text, str(missing))
        return ValueCheck(part=part, reading=read[0], under=ours, room=None)
    if printed.agrees(value):
        attempt = Attempt(convention=ours.words, value=value, fits=True)
        part = PartCheck(
            part="value",
            printed=printed.text,
            verdict=Verdict.REPRODUCED,
            recomputed=printed.show(value),
            tried=(attempt,),
        )
        return ValueCheck(part=part, reading=read[0], under=ours, room=room)
    return _under_others(claim.value, read, ours, value, room, about, predictions)


def our_words(about: Subject, predictions: Predictions) -> str:
    """Return the words for our own definition."""
    if about.rows.threshold is None:
        return "our definition"
    return f"score {'≤' if predictions.lower_is_positive else '≥'} threshold"


def _under_others(
    claimed: Printed,
    read: Sequence[Reading],
    ours: Convention,
    value: float,
    room: Room | None,
    about: Subject,
    predictions: Predictions,
) -> ValueCheck:
    tries = [(read[0], _try(read[0].of(claimed), read[0], ours, is_ours=True))] if read[1:] else []
    tries += [
        (read[-1], each)
        for each in _tries(read[-1], claimed, ours, value, room, about, predictions)
    ]
    tried = tuple(each.attempt for _, each in tries)
    for reading, each in tries:
        if each.attempt.fits:
            reproduced = each.is_ours and not reading.words
            part = PartCheck(
                part="value",
                printed=reading.of(claimed).text,
                verdict=Verdict.REPRODUCED if reproduced else Verdict.OTHER_CONVENTION,
                recomputed=reading.of(claimed).show(value),
                convention=each.attempt.convention,
                tried=tried,
            )
            return ValueCheck(part=part, reading=reading, under=each.under, room=room)
    part = _unexplained(read[-1].of(claimed), value, room, tried, about, predictions)
    return ValueCheck(part=part, reading=read[-1], under=ours, room=room)


def _tries(
    reading: Reading,
    claimed: Printed,
    ours: Convention,
    value: float,
    room: Room | None,
    about: Subject,
    predictions: Predictions,
) -> Iterator[Try]:
    printed = reading.of(claimed)
    yield _try(printed, reading, ours, is_ours=True)
    yield from (_try(printed, reading, each) for each in strictly_above(about, predictions))
    if room is not None:
        fits = not room.too_wide and printed.overlaps(room.low, room.high)
        attempt = Attempt(
            convention=reading.named(room.words), low=room.low, high=room.high, fits=fits
        )
        yield Try(attempt=attempt, under=ours, is_ours=True)
    yield from (_try(printed, reading, each) for each in conventions(about, predictions))
    cut = Attempt(convention=reading.named(CUT), value=value, fits=printed.is_cut(value))
    yield Try(attempt=cut, under=ours, is_ours=False)


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


def _unexplained(
    printed: AsPrinted,
    value: float,
    room: Room | None,
    tried: tuple[Attempt, ...],
    about: Subject,
    predictions: Predictions,
) -> PartCheck:
    shown = printed.show(value)
    if room is not None and room.too_wide and printed.overlaps(room.low, room.high):
        because = (
            f"scores with {predictions.decimals} decimals leave it anywhere from {room.low:.3g} to {room.high:.3g}, "
            "depending on how ties are broken; submit the scores unrounded"
        )
        return not_checkable("value", printed.text, because, recomputed=shown, tried=tried)
    because = f"recomputed {shown}, printed {printed.text}: differs by {printed.difference(value)}"
    if alike := _equal_to(printed, about):
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
    if about.declared is not None and about.declared == about.rows.threshold:
        for words, threshold in _other_thresholds(about):
            if printed.agrees(about.rows.at(threshold=threshold).value(about.metric)):
                return f"{METRIC_NAMES[about.metric.name].label} {words}"
    for name, remark in EQUAL_TO.get(about.metric.name, ()):
        other = METRICS[TASK, name]
        rows = about.rows
        if "threshold" in other.depends_on() and rows.threshold is None:
            if about.declared is None:
                continue
            rows = rows.at(threshold=about.declared)
        try:
            equal = printed.agrees(rows.value(other))
        except NotEstablished:
            continue
        if equal:
            label = METRIC_NAMES[name].label
            return f"{label}, {remark}" if remark else label
    return ""


def _other_thresholds(about: Subject) -> Iterator[tuple[str, float]]:
    rows = about.rows
    if rows.probability and rows.threshold != 0.5:
        yield "at a threshold of 0.5", 0.5
    ranked = ranking(rows.score)
    counts = tally(rows.outcome, rows.score)
    if counts.positives and counts.negatives:
        youden = (
            counts.true_positives / counts.positives - counts.false_positives / counts.negatives
        )
        yield "at the threshold that is best on these data", float(ranked.score[youden.argmax()])


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

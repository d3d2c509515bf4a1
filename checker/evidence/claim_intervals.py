"""The printed interval of a claim against the recomputed one, by our method and then by every other accepted one."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checker.evidence.claim_folds import Folds
from checker.evidence.claim_values import Reading, ValueCheck, not_checkable
from checker.evidence.conventions import Convention, Room, folds_of
from checker.evidence.interval_methods import Family, Method, methods
from checker.evidence.limits import AUTHORS_RESAMPLES, Limits
from checker.evidence.printed import AsPrinted
from checker.model.claim import Attempt, PartCheck, Verdict
from checker.model.evidence import IntervalWidth
from checker.model.study import Claim
from checker.needs import NotEstablished

NOT_RECOMPUTED = {
    "fold_spread": (
        "the spread over folds is recomputed where something names them: a column (evaluations.columns.fold), or a "
        "file for each"
    ),
    "other": "the paper names a method that is not among those recomputed",
}
"""Named methods for which a difference contradicts nothing."""


FEW_RESAMPLES = 200
"""So few that limits printed to three digits differ from run to run."""
OUR_RESAMPLES = 2000


class PrintedLimits(NamedTuple):
    """The limits that are printed; one of them may be missing."""

    low: AsPrinted | None
    high: AsPrinted | None

    @property
    def text(self) -> str:
        """Return both as printed."""
        return " to ".join("not printed" if each is None else each.text for each in self)

    def fit(self, limits: Limits, room: tuple[float, float] = (0.0, 0.0)) -> bool:
        """Return whether both limits round to the printed ones, or may by Monte-Carlo error and rounded scores."""
        below, above = room
        return (
            self.low is None
            or self.low.overlaps(limits.low_room[0] + below, limits.low_room[1] + above)
        ) and (
            self.high is None
            or self.high.overlaps(limits.high_room[0] + below, limits.high_room[1] + above)
        )

    def fit_loosely(self, drawn: Sequence[Limits]) -> bool:
        """Return whether both limits may be those of a bootstrap of few resamples."""
        wider = ((1 / FEW_RESAMPLES) / (1 / AUTHORS_RESAMPLES + 1 / OUR_RESAMPLES)) ** 0.5
        return any(self.fit(each.roomier(wider)) for each in drawn)

    def show(self, limits: Limits) -> str:
        """Return recomputed limits, at the digits of the limit that is printed with more of them."""
        fine = max(filter(None, self), key=lambda each: each.decimals)
        low, high = (
            printed.text if printed is not None and printed.agrees(number) else fine.show(number)
            for printed, number in zip(self, (limits.low, limits.high), strict=True)
        )
        return f"{low} to {high}"

    def differences(self, limits: Limits) -> str:
        """Return which limits differ, and by how much."""
        each = (
            ("lower", self.low, limits.low),
            ("upper", self.high, limits.high),
        )
        return " and ".join(
            f"the {name} limit differs by {printed.difference(number)}"
            for name, printed, number in each
            if printed is not None and not printed.agrees(number)
        )


def printed_limits(claim: Claim, reading: Reading) -> PrintedLimits | None:
    """Return the printed limits; None if the claim has neither."""
    if claim.low is None and claim.high is None:
        return None
    low, high = (None if each is None else reading.of(each) for each in (claim.low, claim.high))
    return PrintedLimits(low, high)


def check_interval(claim: Claim, value: ValueCheck) -> PartCheck | None:
    """Return the verdict on the printed interval, under the convention of the value; None without one."""
    printed = printed_limits(claim, value.reading)
    if printed is None:
        return None
    if value.part is not None and value.part.verdict is Verdict.NOT_CHECKABLE:
        because = "the value that it belongs to could not be checked"
        return not_checkable("interval", printed.text, because)
    if value.under.direct is not None and not _is_mean(value.under):
        because = f"no interval is recomputed for: {value.under.words}"
        return not_checkable("interval", printed.text, because)
    try:
        ordered, named = _in_order(claim, value)
    except NotEstablished as missing:
        return not_checkable("interval", printed.text, str(missing))
    tries = tuple(_tries(printed, ordered, named, value))
    tried = tuple(each.attempt for each in tries)
    first = next((each.limits for each in tries if each.limits is not None), None)
    if first is None:
        because = tried[0].undefined_because
        return not_checkable("interval", printed.text, because, tried=tried)
    fitting = next((i for i, each in enumerate(tried) if each.fits), None)
    if fitting is None:
        drawn = [
            each.limits
            for each, method in zip(tries, ordered, strict=False)
            if method.family == "bootstrap" and each.limits is not None
        ]
        return _unexplained(claim, printed, first, drawn, tried)
    of_value = value.under.words if _is_other(value) else ""
    of_limits = tried[fitting].convention if tried[fitting].convention != ordered[0].words else ""
    is_ours = fitting < named and not of_value
    return PartCheck(
        part="interval",
        printed=printed.text,
        verdict=Verdict.REPRODUCED if is_ours else Verdict.OTHER_CONVENTION,
        recomputed=printed.show(first),
        convention="; ".join(filter(None, (of_value, of_limits))),
        tried=tried,
    )


def _is_mean(under: Convention) -> bool:
    """Return whether the number is the mean over folds, of which there are intervals."""
    return under.folds is not None and under.words == next(under.folds.numbers())[0]


def _in_order(claim: Claim, value: ValueCheck) -> tuple[list[Method], int]:
    """Return the methods in the order in which they are tried, and how many of them are the paper's own."""
    under, made = value.under, value.recomputed
    of_all = list(methods(under.metric, under.rows))
    folds = under.folds or (folds_of(made.about, made.predictions) if made else None)
    over_folds = list(_over_folds(folds)) if folds and not under.turn else []
    every = [*over_folds, *of_all] if _is_mean(under) else [*of_all, *over_folds]
    named = [each for each in every if each.family == claim.interval_method]
    if not named:
        return every, 1
    return named + [each for each in every if each.family != claim.interval_method], len(named)


def _over_folds(folds: Folds) -> Iterator[Method]:
    for each in folds.intervals():
        family: Family = "fold_spread" if each.over_folds else "bootstrap"
        yield Method(each.words, family, True, each.limits, accepted=False)


class Try(NamedTuple):
    """One method that was tried; no limits where it gives none."""

    attempt: Attempt
    limits: Limits | None


def _tries(
    printed: PrintedLimits, ordered: Sequence[Method], named: int, value: ValueCheck
) -> Iterator[Try]:
    """Yield every attempt; a fit by one of the `named` first ends the search."""
    for i, method in enumerate(ordered):
        try:
            limits = turned(method.limits(), value.under)
        except NotEstablished as missing:
            yield Try(Attempt(convention=method.words, undefined_because=str(missing)), None)
            continue
        words, fits = method.words, printed.fit(limits)
        if not fits and (room := _room(value)):
            fits = printed.fit(limits, _either_side(room, value.under.value()))
            words = f"{words}, {room.words}" if fits else words
        low, high = limits.low, limits.high
        yield Try(Attempt(convention=words, low=low, high=high, fits=fits), limits)
        if fits and i < named:
            return


def _room(value: ValueCheck) -> Room | None:
    """Return how far limits may move with the value because scores were submitted with few digits.

    None where that is no excuse: the value is contradicted, or the convention gives another number.
    """
    if value.part is not None and value.part.verdict is Verdict.CONTRADICTED:
        return None
    room = value.recomputed.room if value.recomputed is not None else None
    if room is None or room.too_wide or value.under.turn is not None:
        return None
    return room if room.low <= value.under.value() <= room.high else None


def _either_side(room: Room, middle: float) -> tuple[float, float]:
    """Return how far the room reaches below and above the value."""
    return min(0.0, room.low - middle), max(0.0, room.high - middle)


def _is_other(value: ValueCheck) -> bool:
    """Return whether the interval is of other rows or of another metric than ours."""
    part = value.part
    if part is None or part.verdict is not Verdict.OTHER_CONVENTION:
        return False
    return part.convention.endswith(value.under.words)


def _unexplained(
    claim: Claim,
    printed: PrintedLimits,
    first: Limits,
    drawn: Sequence[Limits],
    tried: tuple[Attempt, ...],
) -> PartCheck:
    shown = printed.show(first)
    over_folds = any("folds" in each.convention for each in tried)
    if claim.interval_method in NOT_RECOMPUTED and not over_folds:
        because = NOT_RECOMPUTED[claim.interval_method]
        return not_checkable("interval", printed.text, because, recomputed=shown, tried=tried)
    if claim.interval_method in (None, "bootstrap") and printed.fit_loosely(drawn):
        because = f"a bootstrap of only {FEW_RESAMPLES} resamples may give such limits; say how many there were"
        return not_checkable("interval", printed.text, because, recomputed=shown, tried=tried)
    method = next(each.convention for each in tried if each.low is not None)
    because = f"recomputed {shown} ({method}), printed {printed.text}: {printed.differences(first)}"
    return PartCheck(
        part="interval",
        printed=printed.text,
        verdict=Verdict.CONTRADICTED,
        recomputed=shown,
        because=because,
        tried=tried,
    )


def turned(limits: Limits, under: Convention) -> Limits:
    """Return the limits on the scale of the convention; where it falls they change places."""
    turn = under.turn
    if turn is None:
        return limits
    low, high = turn(limits.low), turn(limits.high)
    rooms = [tuple(sorted(map(turn, each))) for each in (limits.low_room, limits.high_room)]
    if low > high:
        low, high, rooms = high, low, rooms[::-1]
    return Limits(low, high, rooms[0], rooms[1])  # type: ignore[arg-type]  # sorted pairs


def widths(claim: Claim, value: ValueCheck) -> tuple[IntervalWidth, ...]:
    """Return the width under each accepted method around the recomputed value, with the printed one beside it.

    Where the printed interval is as wide as a closed formula makes it, and nobody repeats, nothing is resampled.

    Raises:
        NotEstablished: the value is undefined.
    """
    printed = printed_limits(claim, value.reading)
    if printed is None or printed.low is None or printed.high is None or value.under.direct:
        return ()
    found: list[IntervalWidth] = []
    claimed = printed.high.value - printed.low.value
    for method in methods(value.under.metric, value.under.rows):
        if not method.accepted:
            continue
        wide = any(claimed + each.room >= each.width for each in found)
        if method.family == "bootstrap" and wide and not value.under.rows.repeated:
            break
        try:
            limits = turned(method.limits(), value.under)
        except NotEstablished:
            continue
        if not limits.low < limits.high:
            continue  # Wald at 0 or 1: no width to compare with
        found.append(
            IntervalWidth(
                method=method.words,
                low=limits.low,
                high=limits.high,
                claimed_low=printed.low.value,
                claimed_high=printed.high.value,
                room=printed.low.half + printed.high.half + limits.narrower,
                clustered=method.clustered,
                same=printed.fit(limits),
            )
        )
    return tuple(found)

"""Marks on scans with reference lesions: rows, what became of each mark, and counts along falling scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import Bools, Codes, Floats, Undefined, derived, over, task
from checker.metrics.matching import (
    UNKNOWN_DIAMETER,
    Hit,
    Matched,
    Matching,
    Shapes,
    kept,
    matched,
    pairs,
)
from checker.metrics.patients import Weight, sums_by_patient, totals
from checker.model.detection import IGNORED, LESION, MARK, RATES, SCAN, usual_extra_hits

TASK = "detection"
T = TypeVar("T")
Who = Mapping[tuple[str | None, str | None], T]
"""By modality and reader; None where there is one and nobody names it."""
ExtraHits = Literal["ignored", "false_positive"]
NO_LESIONS = "there are no lesions"
NO_MARKS = "there are no marks"
COLUMNS = (
    "score",
    "centre",
    "low",
    "size",
    "diameter",
    "lesion",
    "class_code",
    "reader_code",
    "modality_code",
)
"""What a row may have besides its scan and what it is."""


@task(
    TASK,
    "case",
    "part",
    optional=COLUMNS,
    together="case",
    incomplete="a row has no scan, or is neither a scan, a lesion, a mark nor an ignored region; "
    "or a mark has no score",
    defaults={
        "hit": None,
        "hit_limit": None,
        "matching": "highest_score_first",
        "extra_hits": None,
        "max_marks": None,
        "ignored_regions": True,
        "reader": None,
        "modality": None,
        "threshold": None,
        "class_names": (),
        "limits": (),
        "rates": RATES,
        "label": None,
    },
)
def rows(
    case: ArrayLike, part: ArrayLike, **more: ArrayLike | None
) -> tuple[Bools, tuple[Any, ...]]:
    """Return which rows are complete, and all columns of these rows; one that is not there is None.

    Args:
        case: code of the scan; negative where missing. Each scan that was searched has one row of its own.
        part: 0 a scan, 1 a reference lesion, 2 a mark, 3 a region in which marks do not count.
        more: score of marks (larger: more certain; NaN elsewhere); centre, shape (rows, 2 or 3); low and size of
            boxes, likewise; diameter (NaN: unknown); lesion: a code that a lesion and the marks that hit it share,
            -1 for a false mark, where marks are already matched; class_code of lesions and marks; reader_code and
            modality_code of marks.
    """
    scan, what = np.asarray(case), np.asarray(part)
    known = (scan >= 0) & (what >= SCAN) & (what <= IGNORED)
    score = more.get("score")
    if score is not None:
        known &= ~((what == MARK) & np.isnan(np.asarray(score, float)))
    columns = (more.get(name) for name in COLUMNS)
    return known, (
        scan[known].astype(np.int64),
        what[known].astype(np.int64),
        *(None if each is None else np.asarray(each)[known] for each in columns),
    )


class Scans(NamedTuple):
    """The scans that were searched."""

    code: Codes
    """Rising."""
    patient: Codes
    """Shape (scans,)."""


@derived(TASK)
def scans(case: Codes, part: Codes, patient: Codes) -> Scans:
    """Return the scans that were searched.

    Raises:
        Undefined: a scan has two rows, or a lesion or mark is on a scan that has none.
    """
    at = np.flatnonzero(part == SCAN)
    code, first = np.unique(case[at], return_index=True)
    if len(code) < len(at):
        raise Undefined("a scan is listed twice")
    if not np.isin(case, code).all():
        raise Undefined("a lesion, a mark or a region is on a scan that is not listed")
    return Scans(code, patient[at[first]])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """When a mark is a hit, and what happens to the others."""

    hit: Hit | None
    """None: marks are already matched."""
    limit: float | None
    matching: Matching
    extra_hits: ExtraHits
    max_marks: int | None
    ignored_regions: bool = True
    """Marks in them do not count; else they are false."""


@derived(TASK)
def rule(
    hit: Hit | None,
    hit_limit: float | None,
    matching: Matching,
    extra_hits: ExtraHits | None,
    max_marks: int | None,
    ignored_regions: bool,
) -> Rule:
    """Return the rule; where nobody says what further marks on a lesion are, that which is usual with the hit rule."""
    extra = extra_hits or cast(ExtraHits, usual_extra_hits(hit))
    return Rule(
        hit=hit,
        limit=hit_limit,
        matching=matching,
        extra_hits=extra,
        max_marks=max_marks,
        ignored_regions=ignored_regions,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Detections:
    """The marks of one reader or algorithm, and the lesions and regions of all scans; each scan by its place."""

    rule: Rule
    scans: int
    lesions: Shapes
    marks: Shapes
    ignored: Shapes
    score: Floats
    """Of each mark."""
    given: Codes | None
    """Of each mark: the lesion it hit, -1 none, where marks are already matched."""
    lesion_class: Codes | None
    mark_class: Codes | None


class Outcomes(NamedTuple):
    """What became of the marks of one reader or algorithm."""

    lesion_scan: Codes
    """Shape (lesions,): place of the scan."""
    lesion_score: Floats
    """Score of the mark that hit it; minus infinity: it was missed."""
    lesion_mark: Codes
    """Which mark that was; -1: none."""
    false_scan: Codes
    """Shape (false marks,)."""
    false_score: Floats
    false_mark: Codes
    """Which marks these are."""
    highest: Floats
    """Shape (scans,): the highest score of a mark that counts; minus infinity without one."""
    extra: int
    """Further marks on lesions that were hit."""
    in_ignored: int
    """Marks in regions in which they do not count."""
    beyond: int
    """Marks left out because a scan had too many."""


@derived(TASK)
def detections(
    case: Codes,
    part: Codes,
    score: Floats | None,
    centre: Floats | None,
    low: Floats | None,
    size: Floats | None,
    diameter: Floats | None,
    lesion: Codes | None,
    class_code: Codes | None,
    reader_code: Codes | None,
    modality_code: Codes | None,
    scans: Scans,
    rule: Rule,
    reader_names: Sequence[str],
    modality_names: Sequence[str],
) -> Who[Detections]:
    """Return the marks by modality and reader, each with all lesions and regions.

    Raises:
        Undefined: no hit rule is named and marks are not matched, or there is nothing to match them by.
    """
    if rule.hit is None and lesion is None:
        raise Undefined("no hit rule is named: when does a mark count as a hit?")
    if rule.hit is not None and lesion is None and centre is None:
        raise Undefined("marks have no place, and nothing says which lesion each hit")
    place = np.searchsorted(scans.code, case)
    everywhere = Shapes(
        place, np.zeros((len(case), 0)) if centre is None else centre, low, size, diameter
    )
    lesions, ignored = np.flatnonzero(part == LESION), np.flatnonzero(part == IGNORED)
    found: dict[tuple[str | None, str | None], Detections] = {}
    for modality in modality_names or (None,):
        for reader in reader_names or (None,):
            chosen = _of(reader_code, reader, reader_names)
            chosen = chosen & _of(modality_code, modality, modality_names) & (part == MARK)
            marks = np.flatnonzero(chosen)
            found[modality, reader] = Detections(
                rule=rule,
                scans=len(scans.code),
                lesions=_drawn_as(everywhere.at(lesions)),
                marks=_drawn_as(everywhere.at(marks)),
                ignored=_drawn_as(everywhere.at(ignored)),
                score=np.ones(len(marks)) if score is None else np.asarray(score[marks], float),
                given=None if lesion is None else _given(lesion, lesions, marks),
                lesion_class=None if class_code is None else class_code[lesions],
                mark_class=None if class_code is None else class_code[marks],
            )
    return found


def _of(codes: Codes | None, name: str | None, names: Sequence[str]) -> Bools:
    if codes is None or name is None:
        return np.ones(1, bool)
    return np.asarray(codes == list(names).index(name))


def _drawn_as(shapes: Shapes) -> Shapes:
    """Return shapes without the columns that none of them has."""
    boxed = shapes.low is not None and not np.isnan(shapes.low).any()
    round_ = shapes.diameter is not None and not np.isnan(shapes.diameter).all()
    return shapes._replace(
        low=shapes.low if boxed else None,
        size=shapes.size if boxed else None,
        diameter=shapes.diameter if round_ else None,
    )


def _given(lesion: Codes, lesions: Codes, marks: Codes) -> Codes:
    """Return the place among the lesions of the one that each mark hit."""
    if not len(lesions):
        return np.full(len(marks), -1)
    order = np.argsort(lesion[lesions], kind="stable")
    at = np.minimum(np.searchsorted(lesion[lesions][order], lesion[marks]), len(lesions) - 1)
    there = (lesion[lesions][order][at] == lesion[marks]) & (lesion[marks] >= 0)
    return np.where(there, order[at], -1)


@derived(TASK)
def all_outcomes(
    detections: Who[Detections],
) -> Who[Outcomes]:
    """Return what became of the marks, by modality and reader."""
    return {who: outcomes_of(each) for who, each in detections.items()}


@derived(TASK)
def outcomes(
    all_outcomes: Who[Outcomes],
    reader: str | None,
    modality: str | None,
) -> Outcomes:
    """Return what became of the marks of this reader under this modality.

    Raises:
        Undefined: nobody is called so.
    """
    return one_of(all_outcomes, reader, modality)


def one_of(every: Who[T], reader: str | None, modality: str | None) -> T:
    """Return what is there of this reader under this modality.

    Raises:
        Undefined: nobody is called so.
    """
    if (modality, reader) not in every:
        raise Undefined(f"no marks are of reader {reader} under {modality}")
    return every[modality, reader]


def outcomes_of(
    of: Detections, limit: float | None = None, of_class: int | None = None
) -> Outcomes:
    """Return what becomes of the marks.

    Marks beyond the most of a scan are left out first. Marks that fit a lesion are hits or, where another mark hit
    it, extra. What is left and fits an ignored region by the same rule does not count. The rest is false.

    Args:
        of: marks, lesions and regions.
        limit: another limit of the hit rule.
        of_class: only lesions and marks of this class.
    """
    lesions = _rows_of(of.lesion_class, of_class, len(of.lesions.scan))
    mine = _rows_of(of.mark_class, of_class, len(of.score))
    enough = kept(of.marks.scan[mine], of.score[mine], of.rule.max_marks)
    marks = mine[enough]
    rule = of.rule if limit is None else _with_limit(of.rule, limit)
    scan, score = of.marks.scan[marks], of.score[marks]
    who = _matched(of, rule, marks, lesions)
    hit = who.lesion >= 0
    rest = ~hit & ~who.extra
    ignored = np.zeros(len(marks), bool)
    ignored[np.flatnonzero(rest)[_in_ignored(of, rule, marks[rest])]] = True
    false = rest & ~ignored
    if rule.extra_hits == "false_positive":
        false |= who.extra
    lesion_score, lesion_mark = np.full(len(lesions), -np.inf), np.full(len(lesions), -1)
    lesion_score[who.lesion[hit]], lesion_mark[who.lesion[hit]] = score[hit], marks[hit]
    highest = np.full(of.scans, -np.inf)
    np.maximum.at(highest, scan[~ignored], score[~ignored])
    return Outcomes(
        of.lesions.scan[lesions], lesion_score, lesion_mark,
        scan[false], score[false], marks[false], highest,
        int(np.count_nonzero(who.extra)), int(np.count_nonzero(ignored)), len(mine) - len(marks),
    )  # fmt: skip


def _rows_of(codes: Codes | None, chosen: int | None, number: int) -> Codes:
    if chosen is None or codes is None:
        return np.arange(number)
    return np.flatnonzero(codes == chosen)


def _with_limit(rule: Rule, limit: float) -> Rule:
    return replace(rule, limit=limit)


def _matched(of: Detections, rule: Rule, marks: Codes, lesions: Codes) -> Matched:
    score = of.score[marks]
    if of.given is not None:
        place = np.full(len(of.lesions.scan) + 1, -1)
        place[lesions] = np.arange(len(lesions))
        return _first_of_each(place[of.given[marks]], score)
    assert rule.hit is not None
    fitting = pairs(of.marks.at(marks), of.lesions.at(lesions), rule.hit, rule.limit)
    return matched(fitting, score, len(marks), rule.matching)


def _first_of_each(lesion: Codes, score: Floats) -> Matched:
    """Return the highest mark of each lesion as its hit, further ones as extra."""
    order = np.lexsort((-score, lesion))
    order = order[lesion[order] >= 0]
    first = order[np.unique(lesion[order], return_index=True)[1]]
    hit = np.zeros(len(lesion), bool)
    hit[first] = True
    return Matched(np.where(hit, lesion, -1), (lesion >= 0) & ~hit)


def _in_ignored(of: Detections, rule: Rule, marks: Codes) -> Codes:
    """Return which of these marks lie in an ignored region; a region of unknown diameter has `UNKNOWN_DIAMETER`."""
    regions = of.ignored
    if not len(regions.scan) or rule.hit is None or not rule.ignored_regions:
        return np.zeros(0, np.int64)
    if regions.low is None:
        diameter = np.full(len(regions.scan), np.nan)
        diameter = diameter if regions.diameter is None else regions.diameter
        regions = regions._replace(
            diameter=np.where(np.isnan(diameter), UNKNOWN_DIAMETER, diameter)
        )
    found = pairs(of.marks.at(marks), regions, rule.hit, rule.limit)
    return np.unique(found.mark)


# Along falling scores


class Ordered(NamedTuple):
    """Hits and false marks from the highest score to the lowest, in steps: one for each score at which there is a hit.

    False marks between two such scores make one step together: every curve is flat there.
    """

    patient: Codes
    """Shape (marks,)."""
    starts: Codes
    """Shape (steps,): place of the first mark of each step."""
    hit_patient: Codes
    """Shape (hits,): patients of the hits, in the same order."""
    hit_starts: Codes
    """Place among the hits of the first of each step that has any."""
    hit_steps: Codes
    """Which steps these are."""
    lesions: Floats
    """Shape (patients, 1): lesions of each patient."""
    scans: Floats
    """Likewise."""


class Tallies(NamedTuple):
    """Marks up to the end of each step; resamples stand before the last axis."""

    hits: Floats
    """Shape (..., steps)."""
    false: Floats
    lesions: Floats
    """Shape (...)."""
    scans: Floats


@derived(TASK)
def ordered(outcomes: Outcomes, scans: Scans) -> Ordered:
    """Return hits and false marks from the highest score to the lowest, those of equal score together."""
    return ordered_of(outcomes, scans)


def ordered_of(outcomes: Outcomes, scans: Scans, apart: bool = False) -> Ordered:
    """Return hits and false marks from the highest score to the lowest.

    Args:
        outcomes: of the marks.
        scans: that were searched.
        apart: marks of equal score follow each other, by scan and then by row; else they make one step together.
    """
    found = outcomes.lesion_mark >= 0
    score = np.concatenate((outcomes.lesion_score[found], outcomes.false_score))
    scan = np.concatenate((outcomes.lesion_scan[found], outcomes.false_scan))
    mark = np.concatenate((outcomes.lesion_mark[found], outcomes.false_mark))
    hit = np.arange(len(score)) < np.count_nonzero(found)
    order = np.lexsort((mark, scan, -score))
    score, hit, patient = score[order], hit[order], scans.patient[scan[order]]
    starts = _steps(np.arange(len(score)) if apart else score, hit)
    step = np.searchsorted(starts, np.flatnonzero(hit), "right") - 1
    hit_steps, hit_starts = np.unique(step, return_index=True)
    patients = int(scans.patient.max(initial=-1)) + 1
    return Ordered(
        patient, starts, patient[hit], hit_starts, hit_steps,
        _counts(scans.patient[outcomes.lesion_scan], patients), _counts(scans.patient, patients),
    )  # fmt: skip


def _steps(score: Floats | Codes, hit: Bools) -> Codes:
    """Return the first mark of each step: of each score with a hit, and of the false marks after it."""
    if not len(score):
        return np.zeros(0, np.int64)
    first = np.flatnonzero(np.append(True, score[1:] != score[:-1]))
    with_hit = np.logical_or.reduceat(hit, first)
    return np.asarray(first[np.append(True, with_hit[1:] | with_hit[:-1])])


def _counts(patient: Codes, patients: int) -> Floats:
    return np.bincount(patient, minlength=patients).astype(float)[:, None]


@derived(TASK)
def tallies(ordered: Ordered, weight: Weight) -> Tallies:
    """Return hits and false marks up to the end of each step."""
    return tallies_of(ordered, weight)


def tallies_of(ordered: Ordered, weight: Weight) -> Tallies:
    """Return hits and false marks up to the end of each step."""
    assert not isinstance(weight, str)
    lesions, scans = (totals(each, weight)[0] for each in (ordered.lesions, ordered.scans))
    every = _summed(ordered.patient, ordered.starts, weight)
    hits = np.zeros(every.shape)
    hits[..., ordered.hit_steps] = _summed(ordered.hit_patient, ordered.hit_starts, weight)
    hits = np.cumsum(hits, axis=-1)
    return Tallies(hits, np.cumsum(every, axis=-1) - hits, lesions, scans)


def _summed(patient: Codes, starts: Codes, weight: Floats | None) -> Floats:
    """Return how often the marks of each step were drawn."""
    if weight is None:
        return np.diff(starts, append=len(patient)).astype(float)
    if not len(starts):
        return np.zeros((*weight.shape[:-1], 0))
    return np.asarray(np.add.reduceat(weight[..., patient], starts, axis=-1))


def sensitivity_at(tallies: Tallies, rates: Sequence[float]) -> Floats:
    """Return the sensitivity at these false positives per case, shape (..., rates).

    Linear between operating points, from no mark at all on; beyond the highest rate the last value. Where
    sensitivities stand above one rate, the highest.
    """
    over(0.0, tallies.lesions, NO_LESIONS)  # says so where there are none at all
    sensitivity = over(tallies.hits, tallies.lesions[..., None], NO_LESIONS)
    rate = over(tallies.false, tallies.scans[..., None], "there are no scans")
    nothing = np.zeros((*sensitivity.shape[:-1], 1))
    x, y = (np.atleast_2d(np.concatenate((nothing, each), axis=-1)) for each in (rate, sensitivity))
    found = np.array([np.interp(rates, a, b) for a, b in zip(x, y, strict=True)])
    found[np.isnan(y).any(axis=1) | np.isnan(x).any(axis=1)] = np.nan
    return found.reshape(*sensitivity.shape[:-1], len(rates))


class Counts(NamedTuple):
    """Counts at one threshold: of everyone, of each resample or of each patient."""

    hits: Floats
    false: Floats
    lesions: Floats
    scans: Floats


@derived(TASK)
def counts(outcomes: Outcomes, scans: Scans, threshold: float | None, weight: Weight) -> Counts:
    """Return the counts of marks at or above the threshold; without one, of all marks."""
    return counts_of(outcomes, scans, threshold, weight)


def counts_of(
    outcomes: Outcomes,
    scans: Scans,
    threshold: float | None,
    weight: Weight,
    lesions: Bools | None = None,
) -> Counts:
    """Return the counts of marks at or above the threshold, and of all lesions or of these."""
    least = -np.inf if threshold is None else threshold
    hit = (outcomes.lesion_mark >= 0) & (outcomes.lesion_score >= least)
    of = np.ones(len(hit), bool) if lesions is None else lesions
    false = outcomes.false_score >= least
    number = len(scans.code)
    by_scan = [
        np.bincount(outcomes.lesion_scan[hit & of], minlength=number),
        np.bincount(outcomes.false_scan[false], minlength=number),
        np.bincount(outcomes.lesion_scan[of], minlength=number),
        np.ones(number),
    ]
    sums = sums_by_patient(scans.patient, *(each.astype(float) for each in by_scan))
    return Counts(*totals(sums, weight))

"""Two readers' aids or two algorithms on the same scans, compared; and FROC curves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from checker.metrics.base import METRICS, Floats, Undefined
from checker.metrics.detections import TASK, Ordered, Outcomes, Scans, Who, ordered_of, tallies_of
from checker.metrics.estimating import Cases, complete, known_of
from checker.metrics.intervals import percentile
from checker.metrics.mrmc import ReaderDifference, ReaderStudy
from checker.metrics.resampling import FEWEST_PATIENTS, Asked, drawn, resampled, seeds
from checker.model.estimate import Comparison
from checker.needs import Absent, Known

RESAMPLED = ("froc_sensitivity", "froc_score", "lesion_sensitivity", "lesion_average_precision")
"""Metrics whose difference of two algorithms is resampled over patients."""


def compare_detection(
    columns: Mapping[str, Any],
    first: str,
    second: str,
    *,
    given: Mapping[str, object],
    places: Mapping[str, Sequence[object]] | None = None,
    unit: str = "scan",
    evaluation: str = "",
    seed: int = 0,
    level: float = 0.95,
    resamples: int = 2000,
) -> tuple[Comparison, ...]:
    """Return one modality (or algorithm) minus another on the same scans.

    The figures of merit of free-response studies by the analysis of readers (Obuchowski-Rockette; of one reader, the
    jackknife over patients). Where there is one reader, FROC sensitivity and score, lesion sensitivity and average
    precision besides, by resampling patients with all their scans under both.

    Args:
        columns: as for ``estimates("detection", ...)``.
        first: name of the modality that is put first.
        second: name of the other.
        given: what metrics of the task name: modality_names, the hit rule ...
        places: values of the facets threshold and false_positives_per_case.
        unit: what one scan is.
        evaluation: its name, for the random numbers.
        seed: of the report.
        level: of the intervals.
        resamples: of patients; 0: none.
    """
    cases, _ = complete(columns, task=TASK)
    own = seeds(seed, evaluation, f"{first} - {second}")
    known = known_of(cases, own, {**given, "level": level}, TASK)
    scans = known.value("scans")
    number = 0 if isinstance(scans, Absent) else len(cast(Scans, scans).code)
    blank = Comparison(
        metric="", first=first, second=second, difference=None, interval=None, p=None, test="",
        cases=number, unit=unit,
    )  # fmt: skip
    found = [*_by_study(known, blank)]
    names: Any = given.get("reader_names") or ()
    if len(names) < 2:
        reader = names[0] if names else None
        found += _by_resampling(known, cases, blank, places or {}, reader, level, resamples)
    return tuple(found)


def _by_study(known: Known, blank: Comparison) -> Iterator[Comparison]:
    studies = known.value("studies")
    if isinstance(studies, Absent):
        yield replace(blank, metric="weighted_jafroc", undefined_because=studies.because)
        return
    for figure, study in cast(Mapping[str, ReaderStudy | Undefined], studies).items():
        yield from _of_figure(figure, study, blank)


def _of_figure(
    figure: str, study: ReaderStudy | Undefined, blank: Comparison
) -> Iterator[Comparison]:
    blank = replace(blank, metric=figure)
    if isinstance(study, Undefined):
        yield replace(blank, undefined_because=str(study))
        return
    found = study.difference(blank.first, blank.second)
    yield replace(
        blank, difference=found.value, interval=found.interval, p=found.p, test=study.words
    )
    for one in study.by_reader if len(study.readers) > 1 else ():
        if {one.first, one.second} == {blank.first, blank.second}:
            yield _alone(blank, one)


def _alone(blank: Comparison, one: ReaderDifference) -> Comparison:
    sign = 1.0 if one.first == blank.first else -1.0
    interval = one.interval
    if interval is not None and sign < 0:
        interval = replace(interval, low=-interval.high, high=-interval.low)
    test = one.interval.method if one.interval else "no test: the difference has no variance"
    return replace(
        blank, reader=one.reader, difference=sign * one.value, interval=interval, p=one.p, test=test
    )


def _by_resampling(
    known: Known,
    cases: Cases,
    blank: Comparison,
    places: Mapping[str, Sequence[object]],
    reader: str | None,
    level: float,
    resamples: int,
) -> Iterator[Comparison]:
    asked = [(name, facets) for name in RESAMPLED for facets in _facets(known, name, places)]
    pairs = [
        [
            Asked(METRICS[TASK, name], (*facets, ("reader", reader), ("modality", modality)))
            for modality in (blank.first, blank.second)
        ]
        for name, facets in asked
    ]
    drawn_at = drawn(cast(Any, known.value("seeds")), cases.patients, len(cases), resamples)
    every = [each for pair in pairs for each in pair]
    enough = resamples > 0 and cases.patients >= FEWEST_PATIENTS
    moved = resampled(known, every, drawn_at) if enough else {}
    for (name, facets), pair in zip(asked, pairs, strict=True):
        where = {key: value for key, value in facets if value is not None}
        made = replace(blank, metric=name, **_fields(where))
        yield _difference(known, made, pair, moved, level)


def _fields(where: Mapping[str, object]) -> dict[str, Any]:
    rate = where.get("false_positives_per_case")
    named: dict[str, Any] = {
        key: value for key, value in where.items() if key in ("threshold", "label")
    }
    return named if rate is None else {**named, "label": f"at {rate:g} false positives per case"}


def _facets(
    known: Known, name: str, places: Mapping[str, Sequence[object]]
) -> list[tuple[tuple[str, object], ...]]:
    made = known.ask(cast(Any, METRICS[TASK, name].places))
    values = {**({} if isinstance(made, Absent) else made), **places}
    if name == "froc_sensitivity":
        return [
            (("false_positives_per_case", each),) for each in values["false_positives_per_case"]
        ]
    if name == "lesion_sensitivity":
        return [(("label", None), ("threshold", each)) for each in values["threshold"]]
    return [(("label", None),)] if name == "lesion_average_precision" else [()]


def _difference(
    known: Known,
    blank: Comparison,
    pair: Sequence[Asked],
    moved: Mapping[Asked, Floats],
    level: float,
) -> Comparison:
    found = [known.inside(**each.where).ask(each.metric.function) for each in pair]
    for each in found:
        if isinstance(each, Absent):
            return replace(blank, undefined_because=each.because)
    values = [float(each.value() if hasattr(each, "value") else each) for each in cast(Any, found)]
    made = replace(blank, difference=values[0] - values[1], test="no interval")
    if pair[0] not in moved:
        return made
    off = moved[pair[0]] - moved[pair[1]]
    words = f"paired percentile bootstrap over patients, {len(off):,} resamples"
    try:
        return replace(made, interval=percentile(off, level, words), test=words)
    except Undefined as reason:
        return replace(made, test=f"no interval: {reason}")


# Curves


def froc_curves(
    columns: Mapping[str, Any], given: Mapping[str, object]
) -> dict[tuple[str | None, str | None], tuple[Floats, Floats]]:
    """Return false positives per scan and lesion sensitivity by modality and reader, both beginning at 0.

    One point for each distinct score at which a lesion is hit, and for the last before it.

    Raises:
        Undefined: there are no scans or no lesions, or marks cannot be matched.
    """
    cases, _ = complete(columns, task=TASK)
    known = known_of(cases, (0, 0), given, TASK)
    scans, outcomes = known.value("scans"), known.value("all_outcomes")
    for each in (scans, outcomes):
        if isinstance(each, Absent):
            raise Undefined(each.because)
    every = cast(Who[Outcomes], outcomes)
    return {who: _curve(ordered_of(each, cast(Scans, scans))) for who, each in every.items()}


def _curve(ordered: Ordered) -> tuple[Floats, Floats]:
    found = tallies_of(ordered, None)
    if not found.lesions:
        raise Undefined("there are no lesions")
    false, hits = (np.append(0.0, each) for each in (found.false, found.hits))
    return false / found.scans, hits / found.lesions

"""Claims about a difference in other tasks: between modalities of readers, and between scores of the same cases."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, cast, get_args

import numpy as np

from checker.evidence.difference_ways import (
    Pair,
    Way,
    normal_way,
    our_way,
    resampled_difference,
    resampled_values,
    ways,
)
from checker.evidence.differences import CASES_BEHIND, difference_parts
from checker.evidence.limits import exactly
from checker.evidence.rows import Rows
from checker.evidence.task_figures import COMPARE
from checker.evidence.task_rows import (
    SCORE,
    TaskRows,
    columns_of,
    group_rows,
    plain_name,
    rows_scored,
)
from checker.metrics import compare, compare_readers, reader_study
from checker.metrics.base import METRICS, Floats
from checker.metrics.classical_tests import signed_ranks
from checker.metrics.estimating import complete, known_of
from checker.metrics.mrmc import Analysis, Method
from checker.metrics.reader_areas import Covariances
from checker.metrics.reader_comparing import FIGURES, MEAN_METRIC, READER_METRIC, Figure
from checker.metrics.readers import Crossed
from checker.metrics.resampling import seeds
from checker.model.claim import PartCheck
from checker.model.estimate import Comparison
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation
from checker.model.times import in_words
from checker.needs import Absent, Known, NotEstablished, stated

FIGURE_OF: Mapping[str, Figure] = {
    **{name: figure for figure, name in READER_METRIC.items()},
    **{name: figure for figure, name in MEAN_METRIC.items()},
    "auroc": "auroc",
    **{f"mean_reader_{each}": each for each in FIGURES},
}
"""Name of a metric of readers to the figure of merit of which it is."""
POOLED = "all readings pooled"
ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "c_index": ("uno_c_index",),
    "uno_c_index": ("c_index",),
    "obuchowski_measure": ("ordinal_c_index",),
    "ordinal_c_index": ("obuchowski_measure",),
    "pearson_correlation": ("spearman_correlation",),
    "spearman_correlation": ("pearson_correlation",),
}
"""Metric to those of which a difference goes by the same name."""
MOST_RESAMPLED = 20_000
"""With more patients the bootstrap says what the formula says, and takes long."""
Checked = tuple[tuple[PartCheck, ...], Comparison]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked about a difference."""

    claim: Claim
    evaluation: Evaluation
    table: TaskTable
    """The rows of the group."""
    group: str
    unit: str
    settings: Settings
    """At the level of the claim."""

    @property
    def seeds(self) -> tuple[int, int]:
        return seeds(self.settings.seed, self.evaluation.name, self.group)


def check_task_difference(
    claim: Claim, evaluation: Evaluation, table: TaskTable, unit: str, settings: Settings
) -> Checked:
    """Return the verdict on each printed part of the difference, and the recomputed comparison.

    Raises:
        NotEstablished: what it compares is not in the file, or such a difference is not recomputed or undefined.
    """
    group, rows = group_rows(table, claim.group)
    asked = _Asked(
        claim=claim,
        evaluation=evaluation,
        table=rows,
        group=group,
        unit=unit,
        settings=replace(settings, level=claim.level or settings.level),
    )
    return (_of_readers if table.task == "readers" else _of_scores)(asked)


def _defined(found: Comparison) -> Comparison:
    if found.difference is None:
        raise NotEstablished(f"the difference is undefined: {found.undefined_because}")
    return found


def _parts(
    asked: _Asked,
    found: Comparison,
    tests: Callable[[], tuple[Way, ...]],
    others: Sequence[tuple[str, float]],
) -> Checked:
    assert found.difference is not None
    claim = asked.claim
    printed = any(each is not None for each in (claim.low, claim.high, claim.p_value))
    tried = tests() if printed else ()
    known = {None, *(way.test for way in tried)}
    parts = difference_parts(
        claim, found.difference, claim.metric, lambda: tried, others, known,
        counts={CASES_BEHIND: found.cases, "all rows": asked.table.cases},
    )  # fmt: skip
    return tuple(parts), replace(found, group=asked.group)


# Readers


class Side(NamedTuple):
    """One side of a difference of readers."""

    modality: str
    reader: str | None
    """None: the mean over readers."""


def _of_readers(asked: _Asked) -> Checked:
    figure = FIGURE_OF.get(asked.claim.metric)
    if figure is None:
        raise NotEstablished(
            f"a difference of {asked.claim.metric} between readers is not recomputed by this version"
        )
    first, second = _sides(asked)
    readings = _Readings(asked, figure)
    if first.reader is None:
        return _between_modalities(readings, first.modality, second.modality)
    return _between_two(readings, first, second)


def _sides(asked: _Asked) -> tuple[Side, Side]:
    """Return what is compared with what.

    Raises:
        NotEstablished: a name is none of the file, or it is not clear which two are meant.
    """
    claim, names = asked.claim, _Names(asked.table)
    readers, modalities = names.of(claim.of)
    other_readers, other_modalities = names.of(stated(claim.versus, "evaluations.claims.versus"))
    second = other_modalities or modalities
    first = modalities or [each for each in names.modalities if each not in second or other_readers]
    if not (len(first) == len(second) == 1):
        there = ", ".join(f'"{each}"' for each in names.modalities)
        raise NotEstablished(
            f"say which two conditions are compared (of, versus); there are {there}"
        )
    reader = readers or (other_readers if other_modalities else [])
    other = other_readers or readers
    sides = tuple(
        Side(modality, people[0] if people else None)
        for modality, people in ((first[0], reader), (second[0], other))
    )
    if (sides[0].reader is None) != (sides[1].reader is None):
        raise NotEstablished(
            "one reader is compared with the mean of all; say which two (of, versus)"
        )
    if sides[0] == sides[1]:
        raise NotEstablished(
            f'"{claim.versus}" is compared with itself; say which two conditions (of, versus)'
        )
    return sides[0], sides[1]


class _Names:
    """Readers and modalities of a table."""

    def __init__(self, table: TaskTable) -> None:
        given = cast(Mapping[str, tuple[str, ...]], table.given)
        self.readers = tuple(given["reader_names"])
        self.modalities = tuple(given["modality_names"])

    def of(self, text: str | None) -> tuple[list[str], list[str]]:
        """Return readers and modalities that are named, parted by commas.

        Raises:
            NotEstablished: a name is neither.
        """
        known = {plain_name(each): each for each in (*self.modalities, *self.readers)}
        whole = known.get(plain_name(text or ""))
        parts = [whole] if whole else [known.get(plain_name(each), each) for each in _parted(text)]
        unknown = [each for each in parts if each not in known.values()]
        if unknown:
            there = ", ".join(f'"{each}"' for each in (*self.modalities, *self.readers)[:12])
            raise NotEstablished(
                f'there is no condition or reader "{unknown[0]}"; there are {there}'
            )
        return (
            [each for each in parts if each in self.readers and each not in self.modalities],
            [each for each in parts if each in self.modalities],
        )


def _parted(text: str | None) -> list[str]:
    """Return the names in a text but those of the mean over readers."""
    named = (each.strip() for each in (text or "").replace(";", ",").split(","))
    return [each for each in named if each and plain_name(each) not in MEANT_BY_ALL]


MEANT_BY_ALL = frozenset({"mean", "average", "readers", "allreaders", "all", "model"})


class _Readings:
    """The readings of a table, and one figure of merit of them."""

    def __init__(self, asked: _Asked, figure: Figure) -> None:
        self.asked, self.figure = asked, figure
        self.columns = columns_of(asked.table)
        places = cast(Mapping[str, tuple[Any, ...]], asked.table.places)
        self.threshold: float | None = places.get("threshold", (None,))[0]
        cases, _ = complete(self.columns, task="readers")
        given = {**asked.table.given, "threshold": self.threshold}
        self.known: Known = known_of(cases, asked.seeds, given, "readers")
        self.crossed = cast(Crossed, self._needed("crossed"))

    def _needed(self, name: str) -> object:
        found = self.known.value(name)
        if isinstance(found, Absent):
            raise NotEstablished(found.because)
        return found

    @property
    def named(self) -> dict[str, Any]:
        """What names readers and modalities, as functions of readers take them."""
        given = cast(Mapping[str, Any], self.asked.table.given)
        return {name: given[name] for name in ("reader_names", "modality_names")}

    def compared(self, first: str, second: str) -> tuple[Comparison, ...]:
        """Return all comparisons of two modalities, as the report has them."""
        chosen = cast(Mapping[str, Any], self.asked.table.given)
        return compare_readers(
            self.columns, first, second, threshold=self.threshold, unit=self.unit,
            level=self.asked.settings.level, **self.named,
            **{name: chosen[name] for name in ANALYSED if name in chosen},
        )  # fmt: skip

    @property
    def unit(self) -> str:
        """What one case is."""
        return self.asked.unit

    def pair(self, first: Sequence[Side], second: Sequence[Side]) -> tuple[Pair, Comparison]:
        """Return the readings of both sides on the cases that both read, as two scores of binary classification."""
        said = cast(Floats, self._needed("rating" if self.figure == "auroc" else "called"))
        outcome, patient, one, other = self._together(said, first, second)
        if not len(one):
            raise NotEstablished("no case was read by both")
        settings, threshold = self.asked.settings, None if self.figure == "auroc" else 1.0
        made = compare(
            {"outcome": outcome.astype(np.int64), "first": one, "second": other, "patient": patient},
            "first", "second", threshold=threshold, second_threshold=threshold, unit=self.unit,
            evaluation=self.asked.evaluation.name, seed=settings.seed, level=settings.level,
            resamples=1 if self.figure == "auroc" else settings.resamples, probability=False,
        )  # fmt: skip
        rows = Rows(
            outcome=outcome,
            score=one,
            patient=patient,
            facets={} if threshold is None else {"threshold": threshold},
            probability=False,
            seeds=self.asked.seeds,
            resamples=settings.resamples,
            level=settings.level,
        )
        metric = METRICS["classification", self.figure]
        pair = Pair(metric=metric, first=rows, second=replace(rows, score=other))
        return pair, next(each for each in made if each.metric == self.figure)

    def _together(
        self, said: Floats, first: Sequence[Side], second: Sequence[Side]
    ) -> tuple[Any, Any, Floats, Floats]:
        places = [np.stack([self._rows(each) for each in side]) for side in (first, second)]
        values = [np.where(at >= 0, said[at], np.nan) for at in places]
        both = ~np.isnan(values[0]) & ~np.isnan(values[1])
        outcome = np.broadcast_to(self.crossed.outcome, both.shape)[both]
        patient = np.broadcast_to(self.crossed.patient, both.shape)[both]
        dense = np.unique(patient, return_inverse=True)[1].astype(np.int64)
        return outcome, dense, values[0][both], values[1][both]

    def _rows(self, side: Side) -> Any:
        modality = self.crossed.modalities.index(side.modality)
        return self.crossed.row[modality, self.crossed.readers.index(side.reader or "")]


ANALYSED = ("analysis", "method", "covariances")


def _between_modalities(readings: _Readings, first: str, second: str) -> Checked:
    """Return the verdict on a difference of means over readers."""
    wanted = MEAN_METRIC[readings.figure]
    made = (each for each in readings.compared(first, second) if each.metric == wanted)
    found = _defined(next(made))
    everyone = [[Side(at, each) for each in readings.crossed.readers] for at in (first, second)]
    pair, pooled = readings.pair(*everyone)
    others = [] if pooled.difference is None else [(POOLED, pooled.difference)]

    def tests() -> Iterator[Way]:
        yield our_way(found, "mrmc", 0)
        yield from _analyses(readings, first, second, found.test)
        yield from (each._replace(words=f"{POOLED}, {each.words}") for each in ways(pair, pooled))

    return _parts(readings.asked, found, lambda: tuple(tests()), others)


def _analyses(readings: _Readings, first: str, second: str, ours: str) -> Iterator[Way]:
    """Yield the other analyses of the same readings: by what is random, by method, and by kind of covariances."""
    said = {ours}
    kinds = get_args(Covariances) if readings.figure == "auroc" else ("jackknife",)
    every = [("OR", kind) for kind in kinds] + [("DBM", "jackknife")]
    for analysis in get_args(Analysis):
        for method, covariances in every:
            try:
                study = reader_study(
                    readings.columns, readings.figure, threshold=readings.threshold,
                    analysis=cast(Analysis, analysis), method=cast(Method, method),
                    covariances=cast(Covariances, covariances),
                    level=readings.asked.settings.level, **readings.named,
                )  # fmt: skip
                found = study.difference(first, second)
            except NotEstablished:
                continue
            if study.words in said or found.interval is None or found.p is None:
                continue
            said.add(study.words)
            limits, p = exactly(found.interval), (found.p, found.p)
            yield Way(study.words, "mrmc", limits, p)
            if study.analysis == "RRFC" and len(study.modalities) == 2 and method == "OR":
                yield Way("paired t test over readers", "paired_t", limits, p)
                yield from _signed_ranks([each.value for each in study.by_reader])


def _signed_ranks(differences: Sequence[float]) -> Iterator[Way]:
    if len(differences) > 1 and any(differences):
        p = signed_ranks(np.array(differences))
        yield Way("Wilcoxon signed-rank test over readers", "wilcoxon", None, (p, p))


def _between_two(readings: _Readings, first: Side, second: Side) -> Checked:
    """Return the verdict on a difference of one reader under two modalities, or of two readers."""
    pair, plain = readings.pair([first], [second])
    plain = replace(
        plain,
        metric=READER_METRIC[readings.figure],
        first=", ".join(filter(None, first[::-1])),
        second=", ".join(filter(None, second[::-1])),
        reader=first.reader if first.reader == second.reader else None,
    )
    ours = plain
    if first.reader == second.reader:
        made = readings.compared(first.modality, second.modality)
        wanted = (READER_METRIC[readings.figure], first.reader)
        ours = next((each for each in made if (each.metric, each.reader) == wanted), plain)
    found = _defined(ours)

    def tests() -> Iterator[Way]:
        yield our_way(
            found, "mrmc" if found is not plain else "delong", readings.asked.settings.resamples
        )
        yield from ways(pair, plain)

    return _parts(readings.asked, found, lambda: tuple(tests()), [])


# Two scores


def _of_scores(asked: _Asked) -> Checked:
    claim, table = asked.claim, asked.table
    if table.task not in COMPARE:
        task = table.task.replace("_", " ")
        raise NotEstablished(
            f"differences between two models are not recomputed for the task {task} by this version"
        )
    name, sign = _other(asked)
    columns = {**table.compared, **columns_of(table)}
    made = COMPARE[table.task](table, columns, name, asked.unit, asked.settings)
    ours = _at(claim, [each for each in made if each.metric == claim.metric])
    found = _turned(_defined(ours), sign)
    also = [
        each
        for each in made
        if each.metric in ALSO_CALLED.get(claim.metric, ()) and each.horizon in (None, ours.horizon)
    ]
    others = [
        (METRIC_NAMES[each.metric].label, sign * each.difference)
        for each in also
        if each.difference is not None
    ]
    return _parts(asked, found, lambda: tuple(_tests(asked, found, name, sign)), others)


def _other(asked: _Asked) -> tuple[str, float]:
    """Return the score that is compared with the model's, and 1; -1 if the model's is the second one.

    Raises:
        NotEstablished: neither is the model's, or a score is none of the file.
    """
    table, claim = asked.table, asked.claim
    ours = {"", "score", "model", "measured", plain_name(asked.evaluation.model or "")}
    ours |= {plain_name(each) for each in (asked.evaluation.columns or {}).values()} - {
        plain_name(each) for each in table.compared
    }
    known = {plain_name(each): each for each in table.compared}
    first, second = plain_name(claim.of or ""), plain_name(claim.versus or "")
    for each, text in ((first, claim.of), (second, claim.versus)):
        if each not in known and each not in ours:
            there = ", ".join(f'"{name}"' for name in table.compared) or "no further score"
            raise NotEstablished(
                f'there is no score "{text}" beside the model\'s; there is {there}'
            )
    if first in known and second in known:
        raise NotEstablished(
            "further scores are compared with the model's only, not with each other"
        )
    if first not in known and second not in known:
        raise NotEstablished(
            f'"{claim.versus}" is compared with itself; say which two scores (of, versus)'
        )
    return (known[second], 1.0) if second in known else (known[first], -1.0)


def _at(claim: Claim, found: Sequence[Comparison]) -> Comparison:
    """Return the comparison at the place of the claim.

    Raises:
        NotEstablished: there is none, or several.
    """
    if not found:
        raise NotEstablished(f"a difference of {claim.metric} is not recomputed by this version")
    here = [
        each
        for each in found
        if claim.at is None
        or each.horizon is None
        or each.horizon == claim.at
        or in_words(each.horizon) == in_words(claim.at)
    ]
    if len(here) != 1:
        there = ", ".join(in_words(each.horizon) for each in found if each.horizon is not None)
        raise NotEstablished(f"say at which horizon by at; the differences are at {there}")
    return here[0]


def _turned(found: Comparison, sign: float) -> Comparison:
    if sign > 0:
        return found
    assert found.difference is not None
    interval = found.interval and replace(
        found.interval, low=-found.interval.high, high=-found.interval.low
    )
    return replace(
        found,
        first=found.second,
        second=found.first,
        difference=-found.difference,
        interval=interval,
    )


def _tests(asked: _Asked, found: Comparison, name: str, sign: float) -> Iterator[Way]:
    """Yield ours, then the bootstrap of both scores on the same patients, and as if of different ones."""
    yield our_way(found, "paired", asked.settings.resamples)
    metric = METRICS[asked.table.task, found.metric]
    pair = [
        rows_scored(asked.table, score, found, asked.settings, asked.seeds)
        for score in (SCORE[asked.table.task], name)
    ]
    first, second = pair if sign > 0 else pair[::-1]
    if first.patients > MOST_RESAMPLED:
        return
    yield from resampled_difference(metric, first, second, "patients")
    yield from _apart(metric, first, second)


def _apart(metric: Any, first: TaskRows, second: TaskRows) -> Iterator[Way]:
    spreads = [np.nanvar(resampled_values(metric, each), ddof=1) for each in (first, second)]
    value = first.value(metric) - second.value(metric)
    words = "as if of different cases, bootstrap standard errors"
    yield normal_way(words, "unpaired", value, float(sum(spreads)), first.level)

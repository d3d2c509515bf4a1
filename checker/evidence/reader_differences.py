"""Claims about a difference of readers: between modalities, on average or of one reader, and between two readers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, cast

import numpy as np

from checker.evidence.asked_differences import Checked, Difference, checked_parts, defined
from checker.evidence.difference_ways import Pair, Way, our_way, ways
from checker.evidence.limits import exactly
from checker.evidence.null_tests import SIGNED_RANKS
from checker.evidence.reader_intervals import analyses
from checker.evidence.rows import Rows
from checker.evidence.task_rows import columns_of, plain_name
from checker.metrics import compare, compare_readers, reader_study
from checker.metrics.base import METRICS, Floats
from checker.metrics.classical_tests import signed_ranks
from checker.metrics.estimating import complete, known_of
from checker.metrics.reader_comparing import FIGURES, MEAN_METRIC, READER_METRIC, Figure
from checker.metrics.readers import Crossed
from checker.model.estimate import Comparison
from checker.model.predictions import TaskTable
from checker.needs import Absent, Known, NotEstablished, stated

FIGURE_OF: Mapping[str, Figure] = {
    **{name: figure for figure, name in READER_METRIC.items()},
    **{name: figure for figure, name in MEAN_METRIC.items()},
    "auroc": "auroc",
    **{f"mean_reader_{each}": each for each in FIGURES},
}
"""Name of a metric of readers to the figure of merit of which it is."""
POOLED = "all readings pooled"


class Side(NamedTuple):
    """One side of a difference of readers."""

    modality: str
    reader: str | None
    """None: the mean over readers."""


def difference_of_readers(asked: Difference) -> Checked:
    """Return the verdict on a difference between modalities, on average over readers or of one, or between readers.

    Raises:
        NotEstablished: it is not clear what is compared, or such a difference is not recomputed or undefined.
    """
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


def _sides(asked: Difference) -> tuple[Side, Side]:
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
        known = {plain_name(f"reader {each}"): each for each in self.readers}
        known |= {plain_name(each): each for each in (*self.readers, *self.modalities)}
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

    def __init__(self, asked: Difference, figure: Figure) -> None:
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
    found = defined(next(made))
    everyone = [[Side(at, each) for each in readings.crossed.readers] for at in (first, second)]
    pair, pooled = readings.pair(*everyone)
    others = [] if pooled.difference is None else [(POOLED, pooled.difference)]

    def tests() -> Iterator[Way]:
        yield our_way(found, "mrmc", 0)
        yield from _analyses(readings, first, second, found.test)
        for each in ways(pair, pooled):
            if each.test != "bootstrap" or readings.asked.claim.test == "bootstrap":
                yield each._replace(words=f"{POOLED}, {each.words}")

    return checked_parts(readings.asked, found, lambda: tuple(tests()), others)


def _analyses(readings: _Readings, first: str, second: str, ours: str) -> Iterator[Way]:
    """Yield the other analyses of the same readings, and what compares the numbers of the readers alone."""
    said = {ours}
    study = None
    for chosen in analyses():
        try:
            study = reader_study(
                readings.columns, readings.figure, threshold=readings.threshold,
                level=readings.asked.settings.level, **readings.named, **cast(Any, chosen),
            )  # fmt: skip
            found = study.difference(first, second)
        except NotEstablished:
            continue
        if study.words in said or found.interval is None or found.p is None:
            continue
        said.add(study.words)
        limits, p = exactly(found.interval), (found.p, found.p)
        yield Way(study.words, "mrmc", limits, p)
        if study.analysis == "RRFC" and "paired_t" not in said and len(study.modalities) == 2:
            said.add("paired_t")
            yield Way("paired t test over readers", "paired_t", limits, p)
    if study is not None and {first, second} <= set(study.modalities):
        one, other = (study.values[study.modalities.index(each)] for each in (first, second))
        yield from _signed_ranks(np.array(one) - np.array(other))


def _signed_ranks(differences: Floats) -> Iterator[Way]:
    """Yield Wilcoxon's test over readers as it is computed by different programs, differences of 0 left out."""
    for words, correction, exact in SIGNED_RANKS:
        try:
            p = signed_ranks(differences, correction=correction, exact=exact)
        except NotEstablished:
            continue
        yield Way(f"Wilcoxon signed-rank test over readers{words}", "wilcoxon", None, (p, p))


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
    found = defined(ours)

    def tests() -> Iterator[Way]:
        yield our_way(
            found, "mrmc" if found is not plain else "delong", readings.asked.settings.resamples
        )
        yield from ways(pair, plain)

    return checked_parts(readings.asked, found, lambda: tuple(tests()), [])

"""Intervals of numbers of readers under other analyses: what is random, the method, the kind of covariances."""

from collections.abc import Iterator
from itertools import islice
from statistics import stdev
from typing import Any, cast, get_args

from checker.evidence.task_rows import TaskRows
from checker.metrics.agreement import Spread as Limits
from checker.metrics.mrmc import Analysis, ReaderStudy
from checker.metrics.reader_areas import Covariances
from checker.metrics.readers import mean_of
from checker.model.estimate import Estimate, Interval, Spread
from checker.needs import Absent, NotEstablished

STUDIES = {
    "auroc": "area_study",
    "mean_reader_sensitivity": "sensitivity_study",
    "mean_reader_specificity": "specificity_study",
    "mean_reader_accuracy": "accuracy_study",
    "reader_auroc_difference": "area_study",
    "reader_sensitivity_difference": "sensitivity_study",
    "reader_specificity_difference": "specificity_study",
    "reader_accuracy_difference": "accuracy_study",
}
"""Metric over readers to the analysis that it comes from."""


def analyses() -> Iterator[dict[str, str]]:
    """Yield every analysis of the same readings, by what is random, by method and by kind of covariances."""
    for analysis in get_args(Analysis):
        for covariances in get_args(Covariances):
            yield {"analysis": analysis, "method": "OR", "covariances": covariances}
        yield {"analysis": analysis, "method": "DBM", "covariances": "jackknife"}


def reader_intervals(of: Estimate, rows: TaskRows) -> Iterator[tuple[str, Interval]]:
    """Yield the interval of a mean over readers, or of a difference of means, under every analysis, with its words."""
    said: set[str] = set()
    for study in _studies(of.metric, rows):
        if study.words in said:
            continue
        said.add(study.words)
        try:
            found = _interval(study, of)
        except NotEstablished:
            continue
        if found is not None:
            yield study.words, found


def _studies(metric: str, rows: TaskRows) -> Iterator[ReaderStudy]:
    if rows.task == "detection":
        yield from _of_detections(metric, rows)
        return
    if metric not in STUDIES:
        return
    for chosen in analyses():
        found: Any = rows.known().inside(**chosen).value(STUDIES[metric])
        if not isinstance(found, Absent):
            yield cast(ReaderStudy, found)


def _of_detections(metric: str, rows: TaskRows) -> Iterator[ReaderStudy]:
    """Yield the analyses of a figure of merit of marks on lesions, where there are several readers."""
    names: Any = rows.given.get("reader_names") or ()
    if len(names) < 2:
        return
    for chosen in analyses():
        if chosen["covariances"] != "jackknife":
            continue
        there = {name: chosen[name] for name in ("analysis", "method")}
        found: Any = rows.known().inside(**there).value("studies")
        study = None if isinstance(found, Absent) else found.get(metric)
        if isinstance(study, ReaderStudy):
            yield study


def _interval(study: ReaderStudy, of: Estimate) -> Interval | None:
    if of.versus is not None:
        return study.difference(str(of.modality), of.versus).interval
    return mean_of(study, str(of.modality)).interval


def reader_spreads(of: Estimate, rows: TaskRows) -> Iterator[Spread]:
    """Yield what a ± beside a mean over readers can be: over readers, or from the interval of an analysis."""
    if of.versus is not None:
        return
    studies = {each.words: each for each in _studies(of.metric, rows)}
    for study in islice(studies.values(), 1):
        values = study.values[study.modalities.index(str(of.modality))]
        if len(values) > 1:
            sd, readers = stdev(values), f"the {len(values)} readers"
            words = f"standard deviation over {readers}"
            yield Spread(name="sd_over_readers", words=words, value=sd)
            words = f"standard error over {readers}"
            yield Spread(name="se_over_readers", words=words, value=sd / len(values) ** 0.5)
    for words, study in studies.items():
        mean = mean_of(study, str(of.modality))
        yield Spread(name="se_other", words=f"standard error, {words}", value=mean.standard_error)
        if mean.interval is not None:
            half = (mean.interval.high - mean.interval.low) / 2
            yield Spread(
                name="half_interval_other", words=f"half of the interval, {words}", value=half
            )


def own_spreads(of: Estimate, rows: TaskRows) -> Iterator[Spread]:
    """Yield what a ± can be for this metric alone."""
    if rows.task == "readers" or (rows.task == "detection" and of.reader is None):
        yield from reader_spreads(of, rows)
    if of.metric == "bland_altman_bias":
        spread = rows.known().value("spread")
        if isinstance(spread, Limits):
            words = "1.96 standard deviations of the differences, half of the limits of agreement"
            value = 1.96 * spread.deviation
            yield Spread(name="half_limits_of_agreement", words=words, value=value)

"""Multi-reader multi-case analysis of any figure of merit: Obuchowski-Rockette and Dorfman-Berbaum-Metz."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, NamedTuple, get_args

import numpy as np

from checker.metrics.base import Bools, Floats, Undefined
from checker.metrics.intervals import cut, quantile, two_sided_p
from checker.model.estimate import Interval

Analysis = Literal["RRRC", "FRRC", "RRFC"]
ANALYSES: dict[Analysis, str] = {
    "RRRC": "random readers and random cases",
    "FRRC": "fixed readers and random cases",
    "RRFC": "random readers and fixed cases",
}
"""What a conclusion is meant to hold for: readers like these, these readers, or these cases alone."""
Method = Literal["OR", "DBM"]
METHODS: dict[Method, str] = {"OR": "Obuchowski-Rockette", "DBM": "Dorfman-Berbaum-Metz"}
FEWEST_READERS = 3
"""The spread between fewer readers says nothing about other readers, so they are fixed."""
MANY_DEGREES = 1e9
"""From so many degrees of freedom on, t is a normal."""
NO_VARIANCE = 1e-20
"""A difference with a smaller variance has none."""


class Figures(NamedTuple):
    """A figure of merit of each modality and reader, and how far it would move with other cases."""

    value: Floats
    """Shape (modalities, readers)."""
    covariance: Floats
    """Shape (modalities, readers, modalities, readers)."""
    left_out: Floats
    """Shape (modalities, readers, cases): without each case in turn (each patient, where they have several)."""
    method: str
    """How the covariances were found."""
    over: str
    """Who was sampled: ``114 cases``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityMean:
    """The mean over readers under one modality."""

    modality: str
    value: float
    standard_error: float
    degrees: float
    """Of freedom; infinite for a normal interval."""
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityDifference:
    """The mean over readers under one modality minus that under another."""

    first: str
    second: str
    value: float
    standard_error: float
    degrees: float
    statistic: float | None
    """The difference over its standard error; None where it has no variance."""
    p: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderDifference:
    """One reader's figure under one modality minus that under another; the cases are random."""

    reader: str
    first: str
    second: str
    value: float
    standard_error: float
    p: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallTest:
    """The test that all modalities are equal on average over readers."""

    statistic: float
    """F; with infinite degrees below, F times the degrees above is a chi-squared statistic."""
    degrees: tuple[float, float]
    """Of freedom: above and below."""
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Variances and covariances of the Obuchowski-Rockette model; None where the design has none."""

    reader: float | None
    modality_reader: float | None
    variance: float
    """Of one figure, over samples of cases."""
    same_reader: float | None
    """Cov1: one reader, two modalities."""
    same_modality: float | None
    """Cov2: two readers, one modality."""
    neither: float | None
    """Cov3: two readers, two modalities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderStudy:
    """A multi-reader multi-case study, analysed."""

    method: Method
    analysis: Analysis
    """What was done: fewer than three readers are fixed, whatever was asked for."""
    asked: Analysis
    readers: tuple[str, ...]
    modalities: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    """Of each modality: one number per reader."""
    means: tuple[ModalityMean, ...]
    differences: tuple[ModalityDifference, ...]
    """Of each pair of modalities, the earlier one minus the later one."""
    by_reader: tuple[ReaderDifference, ...]
    overall: OverallTest | None
    """None with one modality, or where the difference has no variance."""
    components: Components
    words: str
    """Method, analysis and covariances in words a reader can judge."""

    def difference(self, first: str, second: str) -> ModalityDifference:
        """Return the difference of two modalities, in either order.

        Raises:
            Undefined: one of them is not in the study, or they are the same.
        """
        for each in self.differences:
            if (each.first, each.second) == (first, second):
                return each
            if (each.first, each.second) == (second, first):
                return _turned(each)
        raise Undefined(f"the study has no difference of {first} and {second}")


class Terms(NamedTuple):
    """What differs between methods and analyses; on the scale of the figure of merit."""

    error: float
    """Below the mean square of the modalities; twice it over the readers: the variance of a difference."""
    degrees: float
    mean_variances: Floats
    """Shape (modalities,)."""
    mean_degrees: Floats


def analyse(
    figures: Figures,
    readers: tuple[str, ...],
    modalities: tuple[str, ...],
    *,
    analysis: Analysis = "RRRC",
    method: Method = "OR",
    level: float = 0.95,
) -> ReaderStudy:
    """Return the analysis of a fully crossed study: every reader read every case under every modality.

    Obuchowski & Rockette 1995 with the degrees of freedom of Hillis 2007, or the equivalent
    analysis of pseudovalues (Dorfman, Berbaum & Metz 1992, as updated by Hillis et al. 2005). A negative
    difference of covariances (or of mean squares) counts as 0. All pairs of modalities share one error term;
    their p values are not adjusted for their number.

    Args:
        figures: of all modalities and readers.
        readers: their names.
        modalities: their names; of each pair the earlier one comes first.
        analysis: which of readers and cases are random; fewer than three readers are always fixed.
        method: OR or DBM; DBM needs a jackknife and takes nothing else from the covariances.
        level: of the intervals.

    Raises:
        Undefined: an unknown analysis or method.
    """
    if analysis not in ANALYSES or method not in METHODS:
        known = " or ".join((*get_args(Analysis), *get_args(Method)))
        raise Undefined(f"{analysis} by {method} is no analysis of readers (choose of {known})")
    fixed = len(readers) < FEWEST_READERS
    done: Analysis = "FRRC" if fixed else analysis
    parts = components(figures)
    terms = (_of_rockette if method == "OR" else _of_pseudovalues)(figures, parts, done)
    spread = f"{figures.method} covariances" if method == "OR" else "jackknife pseudovalues"
    words = f"{METHODS[method]}, {ANALYSES[done]} ({done}), {_counted(readers)}, {spread} over {figures.over}"
    if fixed and analysis != "FRRC":
        words += f"; fewer than {FEWEST_READERS} readers are fixed"
    return ReaderStudy(
        method=method,
        analysis=done,
        asked=analysis,
        readers=readers,
        modalities=modalities,
        values=tuple(tuple(map(float, row)) for row in figures.value),
        means=tuple(_means(figures.value, modalities, terms, level, words)),
        differences=tuple(_differences(figures.value, modalities, terms, level, words)),
        by_reader=tuple(_by_reader(figures, readers, modalities, level)),
        overall=_overall(figures.value, terms),
        components=parts,
        words=words,
    )


def _counted(readers: tuple[str, ...]) -> str:
    return "1 reader" if len(readers) == 1 else f"{len(readers)} readers"


def components(figures: Figures) -> Components:
    """Return the variance components of the Obuchowski-Rockette model (Hillis 2007)."""
    value, covariance = figures.value, figures.covariance
    modalities, readers = value.shape
    same_modality = np.eye(modalities, dtype=bool)[:, None, :, None]
    same_reader = np.eye(readers, dtype=bool)[None, :, None, :]

    def mean(where: Bools) -> float | None:
        chosen = covariance[np.broadcast_to(where, covariance.shape)]
        return float(chosen.mean()) if len(chosen) else None

    variance = mean(same_modality & same_reader)
    assert variance is not None
    cov1, cov2 = mean(~same_modality & same_reader), mean(same_modality & ~same_reader)
    cov3 = mean(~same_modality & ~same_reader)
    of_reader = of_both = None
    if cov1 is not None and cov2 is not None and cov3 is not None:
        between, together = _between_readers(value), _interaction(value)
        of_reader = (between - together) / modalities - (cov1 - cov3)
        of_both = together - variance + cov1 + (cov2 - cov3)
    return Components(
        reader=of_reader,
        modality_reader=of_both,
        variance=variance,
        same_reader=cov1,
        same_modality=cov2,
        neither=cov3,
    )


def _between_readers(value: Floats) -> float:
    """Return the mean square of the readers."""
    modalities, readers = value.shape
    off = value.mean(axis=0) - value.mean()
    return float(modalities * (off**2).sum() / (readers - 1))


def _interaction(value: Floats) -> float:
    """Return the mean square of modality by reader."""
    modalities, readers = value.shape
    off = value - value.mean(axis=0) - value.mean(axis=1, keepdims=True) + value.mean()
    return float((off**2).sum() / ((modalities - 1) * (readers - 1)))


def _within_modalities(value: Floats) -> Floats:
    """Return the mean square of the readers under each modality, shape (modalities,)."""
    return np.asarray(value.var(axis=1, ddof=1))


def _satterthwaite(error: Floats, square: Floats, degrees: float) -> Floats:
    """Return Hillis' degrees of freedom: error² over (mean square² / its degrees); infinite without it."""
    error, below = np.asarray(error, float), np.asarray(square, float) ** 2 / degrees
    found = np.full(error.shape, np.inf)
    np.divide(error**2, below, out=found, where=below > 0)
    return np.where(found > MANY_DEGREES, np.inf, found)


def _of_rockette(figures: Figures, parts: Components, analysis: Analysis) -> Terms:
    value, covariance = figures.value, figures.covariance
    modalities, readers = value.shape
    between = max(0.0, (parts.same_modality or 0.0) - (parts.neither or 0.0))
    if analysis == "FRRC":
        error = parts.variance - (parts.same_reader or 0.0) + (readers - 1) * between
        variances = np.array([_mean_variance(covariance[at, :, at, :]) for at in range(modalities)])
        return Terms(error, np.inf, variances, np.full(modalities, np.inf))
    squares = _within_modalities(value)
    if analysis == "RRFC":
        return _fixed_cases(value)
    shared = np.array([_shared(covariance[at, :, at, :]) for at in range(modalities)])
    errors = squares + readers * np.maximum(shared, 0)
    of_means = _satterthwaite(errors, squares, readers - 1)
    if modalities == 1:
        return Terms(np.nan, np.nan, errors / readers, of_means)
    square = _interaction(value)
    error = square + readers * between
    degrees = _satterthwaite(
        np.asarray(error), np.asarray(square), (modalities - 1) * (readers - 1)
    )
    return Terms(error, float(degrees), errors / readers, of_means)


def _fixed_cases(value: Floats) -> Terms:
    modalities, readers = value.shape
    error = _interaction(value) if modalities > 1 else np.nan
    degrees = float((modalities - 1) * (readers - 1))
    variances = _within_modalities(value) / readers
    return Terms(error, degrees, variances, np.full(modalities, readers - 1.0))


def _shared(covariance: Floats) -> float:
    """Return the mean covariance of two readers under one modality."""
    readers = len(covariance)
    return float(covariance.sum() - np.trace(covariance)) / (readers * (readers - 1))


def _mean_variance(covariance: Floats) -> float:
    """Return the variance of the mean over fixed readers; a negative mean covariance counts as 0."""
    readers = len(covariance)
    variance = float(np.trace(covariance)) / readers
    if readers == 1:
        return variance
    return (variance + (readers - 1) * max(0.0, _shared(covariance))) / readers


def pseudovalues(figures: Figures) -> Floats:
    """Return the jackknife pseudovalues, shape (modalities, readers, cases), moved so that their mean is the figure."""
    cases = figures.left_out.shape[-1]
    found = cases * figures.value[..., None] - (cases - 1) * figures.left_out
    return np.asarray(found + (figures.value - found.mean(axis=-1))[..., None])


def _of_pseudovalues(figures: Figures, parts: Components, analysis: Analysis) -> Terms:
    """Return the terms from the analysis of variance of pseudovalues, over the number of cases."""
    if analysis == "RRFC":
        return _fixed_cases(figures.value)
    values = pseudovalues(figures)
    modalities, readers, cases = values.shape
    by_case, of_cases = values.mean(axis=1), np.empty(modalities)
    of_cases[:] = readers * by_case.var(axis=-1, ddof=1)
    off = by_case - by_case.mean(axis=0) - by_case.mean(axis=1, keepdims=True) + by_case.mean()
    between = (modalities - 1) * (cases - 1)
    modality_case = readers * float((off**2).sum()) / between if between else np.nan
    if analysis == "FRRC":
        variances = of_cases / (readers * cases)
        return Terms(modality_case / cases, between, variances, np.full(modalities, cases - 1.0))
    squares = cases * _within_modalities(figures.value)
    extra = np.maximum(of_cases - _reader_by_case(values), 0)
    errors = squares + extra
    of_means = _satterthwaite(errors, squares, readers - 1)
    if modalities == 1:
        return Terms(np.nan, np.nan, errors / (readers * cases), of_means)
    square = cases * _interaction(figures.value)
    error = square + max(0.0, modality_case - _three_way(values))
    degrees = _satterthwaite(
        np.asarray(error), np.asarray(square), (modalities - 1) * (readers - 1)
    )
    return Terms(error / cases, float(degrees), errors / (readers * cases), of_means)


def _reader_by_case(values: Floats) -> Floats:
    """Return the mean square of reader by case under each modality."""
    _, readers, cases = values.shape
    off = values - values.mean(axis=1, keepdims=True) - values.mean(axis=2, keepdims=True)
    off += values.mean(axis=(1, 2), keepdims=True)
    return np.asarray((off**2).sum(axis=(1, 2)) / ((readers - 1) * (cases - 1)))


def _three_way(values: Floats) -> float:
    """Return the mean square of modality by reader by case."""
    off = values.copy()
    for axis in range(3):
        off -= off.mean(axis=axis, keepdims=True)
    degrees = np.prod([size - 1 for size in values.shape])
    return float((off**2).sum() / degrees)


def _means(
    value: Floats, modalities: tuple[str, ...], terms: Terms, level: float, words: str
) -> Iterator[ModalityMean]:
    for at, name in enumerate(modalities):
        mean, variance = float(value[at].mean()), float(terms.mean_variances[at])
        degrees = float(terms.mean_degrees[at])
        found = _interval(mean, variance, degrees, level, words)
        yield ModalityMean(
            modality=name,
            value=mean,
            standard_error=variance**0.5,
            degrees=degrees,
            interval=cut(found) if found else None,
        )


def _differences(
    value: Floats, modalities: tuple[str, ...], terms: Terms, level: float, words: str
) -> Iterator[ModalityDifference]:
    variance = 2 * terms.error / value.shape[1]
    for first, second in combinations(range(len(modalities)), 2):
        off = float(value[first].mean() - value[second].mean())
        found = _interval(off, variance, terms.degrees, level, words)
        statistic = off / variance**0.5 if found else None
        yield ModalityDifference(
            first=modalities[first],
            second=modalities[second],
            value=off,
            standard_error=max(0.0, variance) ** 0.5,
            degrees=terms.degrees,
            statistic=statistic,
            p=None if statistic is None else _p_of_t(statistic, terms.degrees),
            interval=cut(found, -1, 1) if found else None,
        )


def _turned(each: ModalityDifference) -> ModalityDifference:
    interval = each.interval and replace(
        each.interval, low=-each.interval.high, high=-each.interval.low
    )
    return replace(
        each,
        first=each.second,
        second=each.first,
        value=-each.value,
        statistic=None if each.statistic is None else -each.statistic,
        interval=interval,
    )


def _by_reader(
    figures: Figures, readers: tuple[str, ...], modalities: tuple[str, ...], level: float
) -> Iterator[ReaderDifference]:
    value, covariance = figures.value, figures.covariance
    words = f"this reader alone, {figures.method} covariances over {figures.over}"
    for at, reader in enumerate(readers):
        for first, second in combinations(range(len(modalities)), 2):
            off = float(value[first, at] - value[second, at])
            variance = float(
                covariance[first, at, first, at]
                + covariance[second, at, second, at]
                - covariance[first, at, second, at]
                - covariance[second, at, first, at]
            )
            found = _interval(off, variance, np.inf, level, words)
            yield ReaderDifference(
                reader=reader,
                first=modalities[first],
                second=modalities[second],
                value=off,
                standard_error=max(0.0, variance) ** 0.5,
                p=two_sided_p(off / variance**0.5) if found else None,
                interval=cut(found, -1, 1) if found else None,
            )


def _overall(value: Floats, terms: Terms) -> OverallTest | None:
    modalities, readers = value.shape
    if modalities < 2 or not 2 * terms.error / readers > NO_VARIANCE:
        return None
    off = value.mean(axis=1) - value.mean()
    square = readers * float((off**2).sum()) / (modalities - 1)
    statistic, above = square / terms.error, float(modalities - 1)
    return OverallTest(
        statistic=statistic,
        degrees=(above, terms.degrees),
        p=_p_of_f(statistic, above, terms.degrees),
    )


def _interval(
    value: float, variance: float, degrees: float, level: float, words: str
) -> Interval | None:
    if not variance > NO_VARIANCE:
        return None
    half = _t_quantile(degrees, level) * variance**0.5
    return Interval(low=value - half, high=value + half, level=level, method=words)


def _t_quantile(degrees: float, level: float) -> float:
    from scipy.special import stdtrit

    if np.isinf(degrees):
        return quantile(level)
    return float(stdtrit(degrees, (1 + level) / 2))


def _p_of_t(statistic: float, degrees: float) -> float:
    from scipy.special import stdtr

    if np.isinf(degrees):
        return two_sided_p(statistic)
    return 2 * float(stdtr(degrees, -abs(statistic)))


def _p_of_f(statistic: float, above: float, below: float) -> float:
    from scipy.special import chdtrc, fdtrc

    if np.isinf(below):
        return float(chdtrc(above, statistic * above))
    return float(fdtrc(above, below, statistic))


def jackknife(left_out: Floats) -> Floats:
    """Return the jackknife covariance of figures, shape (modalities, readers, modalities, readers).

    (n - 1) / n times the sum over cases of products of deviations from the mean of the left-out values
    (Efron & Tibshirani 1993, eq. 11.5).

    Args:
        left_out: shape (modalities, readers, cases).
    """
    cases = left_out.shape[-1]
    off = left_out - left_out.mean(axis=-1, keepdims=True)
    return np.asarray(products(off) * (cases - 1) / cases)


def products(off: Floats) -> Floats:
    """Return the sums of products over the last axis for all pairs of modality and reader."""
    flat = off.reshape(-1, off.shape[-1])
    found = np.einsum("ik,jk->ij", flat, flat)
    return np.asarray(found.reshape(*off.shape[:2], *off.shape[:2]))

"""People who read the same cases, with and without help: ratings of each reader, their mean, and differences."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

import checker.metrics.discrimination as discrimination
import checker.metrics.ranking as rankings
from checker.metrics.base import (
    Bools,
    Codes,
    Floats,
    Uncertainty,
    Undefined,
    derived,
    metric,
    task,
)
from checker.metrics.discrimination import auroc_interval, auroc_of
from checker.metrics.mrmc import (
    Analysis,
    Figures,
    Method,
    ModalityMean,
    ReaderStudy,
    analyse,
)
from checker.metrics.ranking import Ranked, Ranking, Tallies
from checker.metrics.reader_areas import Covariances, reader_areas
from checker.needs import DoesNotApply

TASK = "readers"
Names = Sequence[str]
Say = Callable[[int, str, str], str]
"""A sentence about a number of cases, a reader and a modality."""
NO_RATINGS = "readers gave decisions and no ratings"
NO_VARIANCE = "No interval: it has no variance."
NOT_ADJUSTED = "differences of pairs share one error term and are not adjusted for their number"


@task(
    TASK,
    "case",
    "outcome",
    "reader_code",
    "modality_code",
    optional=("rating", "decision"),
    together="case",
    incomplete="a row has no case, no reader or no modality, an outcome other than 0 and 1, "
    "or neither a rating nor a decision",
)
def readings(
    case: ArrayLike,
    outcome: ArrayLike,
    reader_code: ArrayLike,
    modality_code: ArrayLike,
    rating: ArrayLike | None = None,
    decision: ArrayLike | None = None,
) -> tuple[Bools, tuple[Codes, Bools, Codes, Codes, Floats, Floats]]:
    """Return which rows are complete, and all columns of these rows; each row is one reading of one case.

    Args:
        case: codes; negative where missing.
        outcome: the truth of the case: 1, 0, anything else missing.
        reader_code: which reader, an index into `reader_names`; negative where missing.
        modality_code: under which modality (with help, without), an index into `modality_names`.
        rating: larger means more of the outcome; NaN missing; minus infinity for a case without a mark.
        decision: 1 or 0; anything else missing.
    """
    truth = np.asarray(outcome)
    codes = [np.asarray(each) for each in (case, reader_code, modality_code)]
    rated = _floats(rating, len(truth))
    decided = _floats(decision, len(truth))
    decided[(decided != 0) & (decided != 1)] = np.nan
    known = (truth == 0) | (truth == 1)
    for each in codes:
        known &= each >= 0
    known &= ~(np.isnan(rated) & np.isnan(decided))
    kept = [each[known].astype(np.int64) for each in codes]
    return known, (
        kept[0], truth[known] == 1, kept[1], kept[2], rated[known], decided[known],
    )  # fmt: skip


def _floats(values: ArrayLike | None, rows: int) -> Floats:
    return np.full(rows, np.nan) if values is None else np.array(values, float)


class Reading(NamedTuple):
    """What one reader said under one modality."""

    rows: Codes
    """Positions in the columns."""
    outcome: Bools
    said: Floats
    """Rating, or decision (0 or 1)."""


class Crossed(NamedTuple):
    """A design in which readers, modalities and cases are crossed."""

    row: Codes
    """Shape (modalities, readers, cases): positions in the columns, -1 where there is no reading."""
    outcome: Bools
    """Shape (cases,)."""
    patient: Codes
    """Shape (cases,)."""
    readers: tuple[str, ...]
    modalities: tuple[str, ...]


@derived(TASK)
def truth(case: Codes, outcome: Bools) -> Bools:
    """Return the outcome of each row.

    Raises:
        Undefined: rows of one case differ in it.
    """
    _, at = np.unique(case, return_inverse=True)
    share = np.bincount(at, outcome) / np.bincount(at)
    differing = int(np.count_nonzero((share > 0) & (share < 1)))
    if differing:
        raise Undefined(f"the outcome differs between the rows of {counted(differing, 'case')}")
    return outcome


def counted(number: int, word: str) -> str:
    """Return a number with its word in the right form."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def code_of(name: str, names: Names, what: str) -> int:
    """Return the code of a name; without names, codes are their own names.

    Raises:
        Undefined: nobody is called so.
    """
    if name in names:
        return list(names).index(name)
    if not names and name.isdecimal():
        return int(name)
    raise Undefined(f"no {what} is called {name}")


def name_of(code: int, names: Names) -> str:
    """Return the name of a code; without a name, the code."""
    return names[code] if code < len(names) else str(code)


@derived(TASK)
def of_reader(
    reader_code: Codes,
    modality_code: Codes,
    reader: str,
    modality: str,
    reader_names: Names,
    modality_names: Names,
) -> Bools:
    """Return which rows this reader read under this modality."""
    chosen = reader_code == code_of(reader, reader_names, "reader")
    return np.asarray(chosen & (modality_code == code_of(modality, modality_names, "modality")))


@derived(TASK)
def rated(of_reader: Bools, truth: Bools, rating: Floats, reader: str, modality: str) -> Reading:
    """Return the ratings of this reader under this modality.

    Raises:
        Undefined: there are none.
    """
    if np.isnan(rating).all():
        raise DoesNotApply(NO_RATINGS)
    return reading_of(of_reader, truth, rating, f"reader {reader} rated no case under {modality}")


def reading_of(chosen: Bools, truth: Bools, said: Floats, nothing: str) -> Reading:
    """Return what was said about the chosen rows that say something.

    Raises:
        Undefined: there are none, with the sentence.
    """
    rows = np.flatnonzero(chosen & ~np.isnan(said))
    if not len(rows):
        raise Undefined(nothing)
    return Reading(rows, truth[rows], said[rows])


@derived(TASK)
def ranking(rated: Reading) -> Ranking:
    """Return the cases of this reader from the highest rating to the lowest."""
    return rankings.ranking(rated.said)


@derived(TASK)
def ranked(rated: Reading, ranking: Ranking, patient: Codes) -> Ranked:
    """Return outcomes and patients from the highest rating to the lowest."""
    return Ranked(rated.outcome[ranking.order], patient[rated.rows][ranking.order])


derived(TASK)(rankings.tallies)


@derived(TASK)
def crossed(
    case: Codes,
    truth: Bools,
    reader_code: Codes,
    modality_code: Codes,
    patient: Codes,
    reader_names: Names,
    modality_names: Names,
) -> Crossed:
    """Return where each reading stands, cases by rising code.

    Raises:
        Undefined: a reader read a case twice under one modality, or a case belongs to several patients.
    """
    (_, at_case), (readers, at_reader), (modalities, at_modality) = (
        np.unique(each, return_inverse=True) for each in (case, reader_code, modality_code)
    )
    cases = int(at_case.max()) + 1
    shape = (len(modalities), len(readers), cases)
    named = (
        tuple(name_of(int(each), reader_names) for each in readers),
        tuple(name_of(int(each), modality_names) for each in modalities),
    )
    place = np.ravel_multi_index((at_modality, at_reader, at_case), shape)
    times = np.bincount(place, minlength=int(np.prod(shape))).reshape(shape)
    if (times > 1).any():
        raise Undefined(_said_of((times > 1).sum(axis=-1), *named, _twice))
    row = np.full(shape, -1)
    row.flat[place] = np.arange(len(place))
    outcome, who = np.zeros(cases, bool), np.zeros(cases, np.int64)
    outcome[at_case], who[at_case] = truth, patient
    several = len(np.unique(at_case[who[at_case] != patient]))
    if several:
        raise Undefined(f"{counted(several, 'case')} are given to several patients")
    return Crossed(row, outcome, who, *named)


def _twice(number: int, reader: str, modality: str) -> str:
    return f"reader {reader} read {counted(number, 'case')} more than once under {modality}"


def _said_of(
    numbers: Codes, readers: tuple[str, ...], modalities: tuple[str, ...], say: Say
) -> str:
    """Return the sentence of the first reader and modality with a number above 0, and how many more there are."""
    found = [(int(at), int(of)) for at, of in np.argwhere(numbers)]
    at, of = found[0]
    first = say(int(numbers[at, of]), readers[of], modalities[at])
    more = len(found) - 1
    rest = f" (and so on for {counted(more, 'other pair')} of reader and modality)" if more else ""
    return first + rest


def filled(crossed: Crossed, values: Floats, what: str) -> Floats:
    """Return the values of all readings, shape (modalities, readers, cases).

    Args:
        crossed: the design.
        values: of each row; NaN where missing.
        what: they are, for the sentence.

    Raises:
        Undefined: a reading is missing; the sentence names reader, modality and number of cases.
    """
    found = np.where(crossed.row >= 0, values[crossed.row], np.nan)
    lacking = np.isnan(found).sum(axis=-1)
    if not lacking.any():
        return found
    cases = found.shape[-1]

    def say(number: int, reader: str, modality: str) -> str:
        some = f"{number:,} of {counted(cases, 'case')}"
        return f"reader {reader} has no usable {what} of {some} under {modality}"

    first = _said_of(lacking, crossed.readers, crossed.modalities, say)
    raise Undefined(f"every reader has to read every case under every modality; {first}")


@derived(TASK)
def areas(crossed: Crossed, rating: Floats, covariances: Covariances) -> Figures:
    """Return the AUROCs of all readers and modalities with their covariances."""
    if np.isnan(rating).all():
        raise DoesNotApply(NO_RATINGS)
    ratings = filled(crossed, rating, "rating")
    return reader_areas(crossed.outcome, ratings, crossed.patient, covariances)


@derived(TASK)
def area_study(
    areas: Figures, crossed: Crossed, analysis: Analysis, method: Method, level: float
) -> ReaderStudy:
    """Return the analysis of the AUROCs."""
    return study_of(areas, crossed, analysis, method, level)


def study_of(
    figures: Figures, crossed: Crossed, analysis: Analysis, method: Method, level: float
) -> ReaderStudy:
    """Return the analysis of a figure of merit."""
    return analyse(
        figures, crossed.readers, crossed.modalities, analysis=analysis, method=method, level=level
    )


def cases_rated(rated: Reading) -> int:
    """Return how many cases this reader rated under this modality."""
    return len(rated.rows)


def cases_read(crossed: Crossed) -> int:
    """Return how many cases everybody read."""
    return len(crossed.outcome)


def reader_interval(
    tallies: Tallies, rated: Reading, ranking: Ranking, patient: Codes, level: float
) -> Uncertainty:
    """Return DeLong's interval of one reader's AUROC; Obuchowski's where patients have several cases."""
    own = np.unique(patient[rated.rows], return_inverse=True)[1]
    return auroc_interval(tallies, rated.outcome, ranking, own, level)


def mean_area_interval(area_study: ReaderStudy, modality: str) -> Uncertainty:
    """Return the interval of the mean AUROC over readers under one modality."""
    return mean_interval(area_study, modality)


def mean_interval(study: ReaderStudy, modality: str) -> Uncertainty:
    """Return the interval of a mean over readers under one modality."""
    found = mean_of(study, modality).interval
    return Uncertainty(found, "" if found else NO_VARIANCE)


def area_difference_interval(area_study: ReaderStudy, modality: str, versus: str) -> Uncertainty:
    """Return the interval of the difference in AUROC, with its p value beside it."""
    return difference_interval(area_study, modality, versus)


def difference_interval(study: ReaderStudy, first: str, second: str) -> Uncertainty:
    """Return the interval of a difference, and a sentence with both means and the p value."""
    found = study.difference(first, second)
    means = " and ".join(
        f"{mean_of(study, name).value:.3f} under {name}" for name in (first, second)
    )
    if found.p is None:
        return Uncertainty(None, f"{means}. {NO_VARIANCE}")
    note = f"{means}; {p_words(found.p)}."
    if len(study.modalities) > 2 and study.overall:
        above, below = study.overall.degrees
        test = (
            f"chi-squared({above:g}) = {study.overall.statistic * above:.2f}"
            if np.isinf(below)
            else f"F({above:g}, {below:.1f}) = {study.overall.statistic:.2f}"
        )
        note += (
            f" All {len(study.modalities)} modalities: {test}, {p_words(study.overall.p)};"
            f" {NOT_ADJUSTED}."
        )
    return Uncertainty(found.interval, note)


def p_words(p: float) -> str:
    """Return a p value with three decimals."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def mean_of(study: ReaderStudy, modality: str) -> ModalityMean:
    """Return the mean over readers under one modality.

    Raises:
        Undefined: nobody read under it.
    """
    for each in study.means:
        if each.modality == modality:
            return each
    raise Undefined(f"nobody read under {modality}")


def difference_of(study: ReaderStudy, modality: str, versus: str) -> Floats:
    """Return the mean over readers under one modality minus that under another.

    Raises:
        DoesNotApply: they are the same.
    """
    if modality == versus:
        raise DoesNotApply("a modality has no difference from itself")
    return np.asarray(study.difference(modality, versus).value)


@metric(
    "reader_auroc", task=TASK, goal="higher", bounds=(0, 1),
    interval=reader_interval, source="hanley-mcneil-1982", cases=cases_rated,
)  # fmt: skip
def reader_auroc(tallies: Tallies) -> Floats:
    """Return the AUROC of one reader's ratings under one modality; ties count one half.

    The area under the empirical ROC curve (trapezoid), which is the Mann-Whitney statistic. Cases the reader
    did not rate are left out and counted.
    """
    return auroc_of(tallies)


@metric(
    "auroc", task=TASK, goal="higher", bounds=(0, 1),
    interval=mean_area_interval, source="hillis-2007", cases=cases_read,
)  # fmt: skip
def mean_auroc(area_study: ReaderStudy, modality: str) -> Floats:
    """Return the mean over readers of the AUROC under one modality.

    Every reader weighs the same. The interval is that of Obuchowski & Rockette for one modality (Hillis 2007),
    readers and cases random unless said otherwise.
    """
    return np.asarray(mean_of(area_study, modality).value)


@metric(
    "reader_auroc_difference", task=TASK, goal="higher", bounds=(-1, 1),
    interval=area_difference_interval, source="obuchowski-rockette-1995", cases=cases_read,
)  # fmt: skip
def reader_aurocdifference_of(area_study: ReaderStudy, modality: str, versus: str) -> Floats:
    """Return the mean AUROC over readers under one modality minus that under another.

    Obuchowski & Rockette 1995 with the degrees of freedom of Hillis 2007; covariances by the jackknife unless
    DeLong's are asked for; a negative difference of covariances counts as 0. Readers and cases are random
    (RRRC) unless another analysis is named (FRRC: these readers; RRFC: these cases); fewer than three readers
    are fixed. Every reader must have rated every case under every modality.
    """
    return difference_of(area_study, modality, versus)


@metric(
    "partial_auroc", task=TASK, goal="higher", bounds=(0, 1),
    source="mcclish-1989", cases=cases_rated,
)  # fmt: skip
def reader_partial_auroc(tallies: Tallies, lowest_specificity: float) -> Floats:
    """Return the area under one reader's ROC curve where specificity is at least the stated value; not standardised."""
    return discrimination.partial_auroc.function(tallies, lowest_specificity)  # type: ignore[return-value]  # no share


@metric(
    "sensitivity_at_specificity", task=TASK, goal="higher", bounds=(0, 1),
    source="pepe-2003", cases=cases_rated,
)  # fmt: skip
def reader_sensitivity_at_specificity(tallies: Tallies, at_specificity: float) -> Floats:
    """Return the height of one reader's ROC curve at a specificity, on straight lines between its points."""
    return discrimination.sensitivity_at_specificity.function(tallies, at_specificity)  # type: ignore[return-value]  # no share


@metric(
    "specificity_at_sensitivity", task=TASK, goal="higher", bounds=(0, 1),
    source="pepe-2003", cases=cases_rated,
)  # fmt: skip
def reader_specificity_at_sensitivity(tallies: Tallies, at_sensitivity: float) -> Floats:
    """Return the specificity where one reader's ROC curve reaches a sensitivity, on straight lines."""
    return discrimination.specificity_at_sensitivity.function(tallies, at_sensitivity)  # type: ignore[return-value]  # no share

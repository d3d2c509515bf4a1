"""Evidence about other tasks than binary classification: who was scored, comparisons, and the points of the figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from checker import metrics
from checker.evidence.base import evidence
from checker.evidence.cohort import patients_and_most
from checker.metrics.base import Undefined
from checker.metrics.comparing_masks import USUAL
from checker.metrics.detection import types_of_hits
from checker.metrics.estimating import complete, known_of
from checker.metrics.readers import name_of
from checker.metrics.response import CATEGORIES
from checker.metrics.segmentation import Chosen
from checker.model.curves import (
    AgreementPlot,
    CalibrationAt,
    CategoryTable,
    ClassDistances,
    ConfusionMatrix,
    DecisionAt,
    FrocCurve,
    MarkCounts,
    ReaderCurve,
    SurvivalCurve,
    TreatmentChoice,
)
from checker.model.detection import IGNORED, LESION, MARK, SCAN
from checker.model.estimate import Comparison, Estimates
from checker.model.evidence import PartOfCohort, TaskCohort
from checker.model.maps import CLASS
from checker.model.predictions import Codes, Floats, Labels, TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation
from checker.model.times import unit_of_time
from checker.needs import Absent, DoesNotApply, Known, NotEstablished

T = TypeVar("T")
MOST_CLASSES = 30
"""More classes than this are no figure and no table that anybody reads."""
MOST_GROUPS = 6
"""Groups of a column up to which each has a survival curve."""
FEWEST_IN_GROUP = 10
"""A group of fewer cases has no survival curve: its steps would be single patients."""
TASKS = (
    "multiclass",
    "ordinal",
    "survival",
    "agreement",
    "readers",
    "segmentation",
    "detection",
    "explanation",
)
"""Tasks of evaluations whose tables are `TaskTable`."""
MOST_POINTS = 400
"""Points of a curve that is drawn; more are not seen."""
CELLS = (40, 30)
"""Cells of the grid of an agreement plot: across, up."""


# Which task


@evidence
def of_a_task(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if its rows are a `TaskTable`.

    Raises:
        DoesNotApply: they are not.
    """
    return _of(evaluation, *TASKS)


@evidence
def of_classes(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if its outcome is one of several classes.

    Raises:
        DoesNotApply: it is of another task.
    """
    return _of(evaluation, "multiclass", "ordinal")


@evidence
def of_ordinal(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if its classes have an order.

    Raises:
        DoesNotApply: it is of another task.
    """
    return _of(evaluation, "ordinal")


@evidence
def of_survival(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if its outcome is a time to an event.

    Raises:
        DoesNotApply: it is of another task.
    """
    return _of(evaluation, "survival")


@evidence
def of_agreement(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if measurements are compared.

    Raises:
        DoesNotApply: it is of another task.
    """
    return _of(evaluation, "agreement")


@evidence
def of_detection(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if marks are on lesions.

    Raises:
        DoesNotApply: it is of another task.
    """
    return _of(evaluation, "detection")


@evidence
def of_readers(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation, if people read.

    Raises:
        DoesNotApply: it is of another task.
    """
    return _of(evaluation, "readers")


def _of(evaluation: Evaluation, *tasks: str) -> Evaluation:
    if evaluation.task not in tasks:
        raise DoesNotApply(f"the task is {evaluation.task}")
    return evaluation


# Who was scored


@evidence
def task_cohort(of_a_task: Evaluation, task_table: TaskTable) -> TaskCohort:
    """Return rows, patients, and how many there are of what the task tells apart."""
    patients, most = patients_and_most(_patients(task_table))
    cases, kept = complete(task_table.columns, task=task_table.task)
    return TaskCohort(
        rows=task_table.cases,
        patients=patients,
        most_rows_per_patient=most,
        incomplete=cases.missing,
        parts=tuple(PARTS[task_table.task](task_table, kept)),
        unit=task_table.unit,
        notes=task_table.notes,
    )


def _patients(table: TaskTable) -> Labels | None:
    """Return the patient of each row; of detection, of each scan."""
    if table.patient is None or table.task != "detection":
        return table.patient
    return Labels(table.patient.codes[table.columns["part"] == SCAN], table.patient.names)


Parts = Iterator[PartOfCohort]


def _detected(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    case, part = (np.asarray(table.columns[name]) for name in ("case", "part"))
    with_lesion = len(np.unique(case[part == LESION]))
    scans = int((part == SCAN).sum())
    counts = {
        "scan with a lesion": with_lesion,
        "scan without a lesion": scans - with_lesion,
        "lesion": int((part == LESION).sum()),
        "mark": int((part == MARK).sum()),
        "region where marks do not count": int((part == IGNORED).sum()),
        "scan without a mark": scans - len(np.unique(case[part == MARK])),
    }
    for kind, count in counts.items():
        if count or "region" not in kind:
            yield PartOfCohort(kind=kind, name="", count=count)
    for name in ("reader", "modality"):
        if names := _named(table, name):
            yield PartOfCohort(kind=name, name="", count=len(names))


def _classes(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    names = _names(table)
    if len(names) > MOST_CLASSES:
        yield PartOfCohort(kind="classes", name="", count=len(names))
        return
    counts = np.bincount(np.asarray(table.columns["outcome"])[kept], minlength=len(names))
    for name, count in zip(names, counts.tolist(), strict=False):
        yield PartOfCohort(kind="class", name=name, count=count)


def _names(table: TaskTable) -> tuple[str, ...]:
    named: Any = table.given.get("classes")
    if named is not None:
        return tuple(named)
    return tuple(str(each) for each in range(np.asarray(table.columns["risks"]).shape[1]))


def _events(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    event = np.asarray(table.columns["event"])[kept]
    for kind, code in (("event", 1), ("competing event", 2), ("censored", 0)):
        count = int((event == code).sum())
        if count or code != 2:
            yield PartOfCohort(kind=kind, name="", count=count)


def _pairs(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    yield PartOfCohort(kind="pair of measurements", name="", count=int(kept.sum()))


def _ratings(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    ratings = np.asarray(table.columns["ratings"], float)
    yield PartOfCohort(kind="rater", name="", count=ratings.shape[1])
    if missing := int(np.isnan(ratings).sum()):
        yield PartOfCohort(kind="missing rating", name="", count=missing)


def _only_rows(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    return iter(())


def _readings(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    found = {
        name: np.asarray(table.columns[name])[kept]
        for name in ("case", "outcome", "reader_code", "modality_code")
    }
    case = found["case"]
    yield PartOfCohort(kind="case", name="", count=len(np.unique(case)))
    with_it = len(np.unique(case[found["outcome"] == 1]))
    yield PartOfCohort(kind="case with the outcome", name="", count=with_it)
    for kind in ("reader", "modality"):
        yield PartOfCohort(kind=kind, name="", count=len(np.unique(found[f"{kind}_code"])))


def _masks(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    measures = Chosen(
        np.asarray(table.columns["measures"], float)[kept],
        {name: at for at, name in enumerate(_given(table, "quantities"))},
    )
    if not measures.has("reference_voxels"):
        return
    there = (measures.look("reference_voxels") > 0).sum(axis=0)
    for name, count in zip(_given(table, "structures"), there.tolist(), strict=True):
        yield PartOfCohort(kind="structure", name=name, count=count)


def _explained(table: TaskTable, kept: NDArray[np.bool_]) -> Parts:
    classes = table.groups.get(CLASS)
    if classes is None or len(classes.names) > MOST_CLASSES:
        return
    there = classes.codes[kept]
    for code, name in enumerate(classes.names):
        if count := int(np.count_nonzero(there == code)):
            yield PartOfCohort(kind="class", name=name, count=count)


PARTS: Mapping[str, Callable[[TaskTable, NDArray[np.bool_]], Parts]] = {
    "multiclass": _classes,
    "ordinal": _classes,
    "survival": _events,
    "agreement": _pairs,
    "raters": _ratings,
    "responses": _only_rows,
    "readers": _readings,
    "segmentation": _masks,
    "explanation": _explained,
    "detection": _detected,
}
"""Task of a table to what is counted in it."""


# Classes


@evidence
def confusion_matrix(of_a_task: Evaluation, task_table: TaskTable) -> ConfusionMatrix:
    """Return the cases by true and predicted class; of detection, the lesions that were hit.

    Raises:
        DoesNotApply: no class was predicted.
        NotEstablished: there are no cases, or too many classes to show.
    """
    if of_a_task.task == "detection":
        return _types_of_hits(task_table)
    _of(of_a_task, "multiclass", "ordinal")
    return metrics.confusion_matrix(*_decided(task_table))


@evidence
def class_distances(of_ordinal: Evaluation, task_table: TaskTable) -> ClassDistances:
    """Return the cases by how many classes the prediction is off.

    Raises:
        DoesNotApply: no class was predicted.
        NotEstablished: there are no cases, or too many classes to show.
    """
    return metrics.class_distances(*_decided(task_table))


def _decided(table: TaskTable) -> tuple[Codes, Codes, tuple[str, ...]]:
    """Return true and predicted classes of the complete rows, and the names of the classes."""
    names = _names(table)
    if len(names) > MOST_CLASSES:
        raise NotEstablished(f"{len(names):,} classes are too many to show")
    cases, _ = complete(table.columns, task=table.task)
    decided = known_of(cases, (0, 0), table.given, table.task).value("decided")
    if isinstance(decided, Absent):
        raise (NotEstablished if decided.applies else DoesNotApply)(decided.because)
    outcome: Any = cases.columns["outcome"]
    return outcome, np.asarray(decided), names


# Survival


@evidence
def survival_curves(
    of_survival: Evaluation, task_table: TaskTable, settings: Settings
) -> tuple[SurvivalCurve, ...]:
    """Return the curve of everyone, and of each described group that is large enough.

    Kaplan-Meier, or the cumulative incidence where there are competing events.

    Raises:
        NotEstablished: there are no cases.
    """
    time = np.asarray(task_table.columns["time"], float)
    event = np.asarray(task_table.columns["event"])
    known = ~np.isnan(time) & (event >= 0)
    if not known.any():
        raise NotEstablished("no row has a time and an event")
    at = below_the_curve(float(time[known].max()))
    made = [
        metrics.survival_curve(time[known], event[known], at=at, level=settings.level),
    ]
    for column, labels in task_table.groups.items():
        rows = [(name, known & (labels.codes == code)) for code, name in enumerate(labels.names)]
        if len(rows) > MOST_GROUPS:
            continue
        for name, here in rows:
            if np.count_nonzero(here) >= FEWEST_IN_GROUP:
                label = f"{column} = {name}"
                made.append(
                    metrics.survival_curve(
                        time[here], event[here], label=label, at=at, level=settings.level
                    )
                )
    return tuple(made)


def below_the_curve(last: float) -> tuple[float, ...]:
    """Return round times up to the last one (days), at most seven: in years, months or days."""
    unit, _ = unit_of_time(last)
    steps = (0.1, 0.2, 0.5, 1, 2, 3, 5, 6, 10, 12, 20, 50, 100, 200, 500, 1000, 10_000, 100_000)
    step = next((each for each in steps if each * 6 >= last / unit), last / unit / 5)
    return tuple(step * unit * at for at in range(int(last / unit / step + 1e-9) + 1))


@evidence
def risks_by_horizon(
    of_survival: Evaluation, task_table: TaskTable
) -> tuple[tuple[float, Floats], ...]:
    """Return each horizon at which risks were predicted, with the risks.

    Raises:
        DoesNotApply: none were.
    """
    horizons: Any = task_table.given.get("horizons") or ()
    if "risks" not in task_table.columns:
        raise DoesNotApply("no risks were predicted")
    risks = np.asarray(task_table.columns["risks"], float).reshape(task_table.cases, -1)
    found = tuple(
        (float(at), column)
        for at, column in zip(horizons, risks.T, strict=True)
        if not np.isnan(column).all()
    )
    if not found:
        raise DoesNotApply("no risks were predicted")
    return found


@evidence
def survival_calibration(
    risks_by_horizon: tuple[tuple[float, Floats], ...],
    task_table: TaskTable,
    unit: str,
    evaluation: Evaluation,
    settings: Settings,
) -> tuple[CalibrationAt, ...]:
    """Return observed against predicted risk at each horizon.

    Raises:
        NotEstablished: there is no curve at any, with the reason of the first.
    """

    def at(horizon: float, risk: Floats) -> CalibrationAt:
        curve = metrics.survival_calibration_curve(
            *_followed(task_table),
            risk,
            horizon,
            _patient(task_table),
            unit=unit,
            evaluation=evaluation.name,
            seed=settings.seed,
            level=settings.level,
            resamples=settings.resamples,
        )
        return CalibrationAt(horizon=horizon, curve=curve)

    return _each(at, risks_by_horizon)


@evidence
def survival_decision_curve(
    risks_by_horizon: tuple[tuple[float, Floats], ...],
    task_table: TaskTable,
    decision_range: tuple[float, float],
    natural_prevalence: str,
) -> tuple[DecisionAt, ...]:
    """Return net benefit over the declared range at each horizon, with both simple strategies.

    Raises:
        NotEstablished: there is no curve at any horizon, with the reason of the first.
    """

    def at(horizon: float, risk: Floats) -> DecisionAt:
        curve = metrics.survival_decision_curve(
            *_followed(task_table), risk, horizon, decision_range
        )
        return DecisionAt(horizon=horizon, curve=curve)

    return _each(at, risks_by_horizon)


def _each(
    make: Callable[[float, Floats], T], places: Sequence[tuple[float, Floats]]
) -> tuple[T, ...]:
    made: list[T] = []
    reasons: list[Undefined] = []
    for horizon, risk in places:
        try:
            made.append(make(horizon, risk))
        except Undefined as reason:
            reasons.append(reason)
    if not made:
        raise reasons[0]
    return tuple(made)


def _followed(table: TaskTable) -> tuple[Floats, Codes]:
    return np.asarray(table.columns["time"], float), np.asarray(table.columns["event"])


def _patient(table: TaskTable) -> Codes | None:
    if table.patient is not None:
        return table.patient.codes
    return table.columns.get("patient")


@evidence
def treatment_choice(
    of_survival: Evaluation, task_table: TaskTable, settings: Settings
) -> TreatmentChoice:
    """Return who would switch if everyone had the treatment with the lowest predicted risk.

    Raises:
        DoesNotApply: no risks were predicted under several treatments.
        NotEstablished: no horizon is named, or one of the two sides is not followed up to it.
    """
    columns = task_table.columns
    if "treatment" not in columns or "treatment_risks" not in columns:
        raise DoesNotApply("no risks were predicted under several treatments")
    horizons: Any = task_table.given.get("horizons") or ()
    horizon: Any = task_table.given.get("treatment_horizon") or max(horizons, default=None)
    if horizon is None:
        raise NotEstablished("no horizon of the predicted risks is named")
    time, event = _followed(task_table)
    known = ~np.isnan(time) & (event >= 0)
    patient = _patient(task_table)
    return metrics.treatment_choice(
        time[known],
        event[known],
        np.asarray(columns["treatment"])[known],
        np.asarray(columns["treatment_risks"], float)[known],
        float(horizon),
        None if patient is None else _own(patient)[known],
        settings.level,
    )


def _own(patient: Codes) -> Codes:
    """Return the codes with each row that names nobody as a patient of its own."""
    codes = np.asarray(patient)
    return np.where(codes >= 0, codes, codes.max(initial=0) + 1 + np.arange(len(codes)))


# Agreement


@evidence
def agreement_plot(
    of_agreement: Evaluation, task_table: TaskTable, task_estimates: Estimates
) -> AgreementPlot:
    """Return the differences against the means as counts in a grid, with bias and limits of agreement.

    Raises:
        DoesNotApply: no measurement is compared with a reference.
        NotEstablished: there are no pairs, or no limits.
    """
    if task_table.task != "agreement":
        raise DoesNotApply("no measurement is compared with a reference")
    cases, _ = complete(task_table.columns, task="agreement")
    columns: Mapping[str, Any] = cases.columns
    mean = (columns["reference"] + columns["measured"]) / 2
    difference = columns["measured"] - columns["reference"]
    bias = task_estimates.one("bland_altman_bias")
    lower, upper = (
        task_estimates.one("limits_of_agreement", label=each) for each in ("lower", "upper")
    )
    across, up, counts = _grid(mean, difference)
    assert bias.value is not None
    assert lower.value is not None
    assert upper.value is not None
    return AgreementPlot(
        mean=across,
        difference=up,
        cases=counts,
        pairs=len(mean),
        bias=bias.value,
        bias_interval=bias.interval,
        lower=lower.value,
        lower_interval=lower.interval,
        upper=upper.value,
        upper_interval=upper.interval,
        measurement_unit=str(task_table.given.get("measurement_unit") or ""),
    )


@evidence
def category_tables(of_agreement: Evaluation, task_table: TaskTable) -> tuple[CategoryTable, ...]:
    """Return the cases by the grades, or the responses to treatment, that reference and measured value mean.

    Raises:
        DoesNotApply: no cut-offs are named, and no response is looked at.
        NotEstablished: there are no cases.
    """
    cases, _ = complete(task_table.columns, task=task_table.task)
    known = known_of(cases, (0, 0), task_table.given, task_table.task)
    if task_table.task == "agreement":
        grades = _known_or_raise(known, "grades")
        names = grade_names(tuple(_given(task_table, "cutoffs")), task_table)
        return (_category_table("Grades", names, grades.first, grades.second),)
    if task_table.task == "responses":
        both = [_known_or_raise(known, f"{side}_response") for side in ("reference", "measured")]
        return (_category_table("Responses", CATEGORIES, *both),)
    raise DoesNotApply("no measurement is compared with a reference")


def _known_or_raise(known: Known, name: str) -> Any:
    found = known.value(name)
    if isinstance(found, Absent):
        raise (NotEstablished if found.applies else DoesNotApply)(found.because)
    return found


def _given(table: TaskTable, name: str) -> Any:
    return table.given[name]


def _category_table(title: str, names: Sequence[str], first: Codes, second: Codes) -> CategoryTable:
    size = len(names)
    counts = np.bincount(first * size + second, minlength=size * size).reshape(size, size)
    return CategoryTable(
        title=title, categories=tuple(names), counts=tuple(map(tuple, counts.tolist()))
    )


def grade_names(cutoffs: Sequence[float], table: TaskTable) -> tuple[str, ...]:
    """Return the grades in words: below the first cut-off, from one to the next, from the last on."""
    unit = str(table.given.get("measurement_unit") or "")
    said = [f"{each:g}" for each in cutoffs]
    between = [f"{low} to < {high}" for low, high in pairwise(said)]
    return tuple(f"{name} {unit}".strip() for name in (f"< {said[0]}", *between, f"≥ {said[-1]}"))


def _grid(
    across: Floats, up: Floats
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[int, ...]]:
    """Return the middles of the cells that hold a point, and how many points each holds."""
    cells, middles = [], []
    for values, number in zip((across, up), CELLS, strict=True):
        low, high = float(values.min()), float(values.max())
        width = (high - low) / number
        cell = np.minimum((values - low) // width, number - 1) if width > 0 else np.zeros(len(up))
        cells.append(cell.astype(np.int64))
        middles.append(low + width * (np.arange(number) + 0.5))
    found, counts = np.unique(cells[0] * CELLS[1] + cells[1], return_counts=True)
    return (
        tuple(middles[0][found // CELLS[1]].tolist()),
        tuple(middles[1][found % CELLS[1]].tolist()),
        tuple(counts.tolist()),
    )


# Detection


@evidence
def froc_curves(of_detection: Evaluation, task_table: TaskTable) -> tuple[FrocCurve, ...]:
    """Return the FROC curve of each reader or algorithm.

    Raises:
        NotEstablished: there are no lesions, or marks cannot be matched.
    """
    found = metrics.froc_curves(_with_patient(task_table), task_table.given)
    return tuple(
        FrocCurve(
            modality=modality,
            reader=reader,
            false_positives_per_case=tuple(_thinned(rate).tolist()),
            sensitivity=tuple(_thinned(sensitivity).tolist()),
        )
        for (modality, reader), (rate, sensitivity) in found.items()
    )


def _thinned(values: Floats) -> Floats:
    """Return at most so many of the values, evenly taken, with the first and the last."""
    if len(values) <= MOST_POINTS:
        return values
    taken = np.linspace(0, len(values) - 1, MOST_POINTS).round().astype(int)
    return np.asarray(values[taken])


@evidence
def mark_counts(of_detection: Evaluation, task_table: TaskTable) -> tuple[MarkCounts, ...]:
    """Return what became of the marks of each reader or algorithm.

    Raises:
        NotEstablished: marks cannot be matched.
    """
    known = _known_marks(task_table)
    rule = _known_or_raise(known, "rule")
    return tuple(
        MarkCounts(
            modality=modality,
            reader=reader,
            lesions=len(each.lesion_mark),
            hits=int((each.lesion_mark >= 0).sum()),
            false_positives=len(each.false_mark),
            extra=each.extra,
            extra_count=rule.extra_hits == "false_positive",
            in_ignored_regions=each.in_ignored,
            beyond_most=each.beyond,
        )
        for (modality, reader), each in _known_or_raise(known, "all_outcomes").items()
    )


def _known_marks(table: TaskTable) -> Known:
    cases, _ = complete(_with_patient(table), task="detection")
    return known_of(cases, (0, 0), table.given, "detection")


def _types_of_hits(table: TaskTable) -> ConfusionMatrix:
    """Return the lesions that were hit by their type and by the type that their mark names, readers together."""
    names: Any = table.given.get("class_names") or ()
    if not names:
        raise DoesNotApply("lesions and marks name no class")
    if len(names) > MOST_CLASSES:
        raise NotEstablished(f"{len(names):,} classes are too many to show")
    known = _known_marks(table)
    every = _known_or_raise(known, "detections")
    outcomes = _known_or_raise(known, "all_outcomes")
    counts = np.zeros((len(names), len(names)), int)
    for who, each in every.items():
        types = types_of_hits(each, outcomes[who], _threshold(table))
        np.add.at(counts, (types.true, types.said), 1)
    return ConfusionMatrix(classes=tuple(names), counts=tuple(map(tuple, counts.tolist())))


# Readers


@evidence
def reader_curves(of_readers: Evaluation, task_table: TaskTable) -> tuple[ReaderCurve, ...]:
    """Return the ROC curve of each reader under each modality, and the average of each modality.

    Raises:
        DoesNotApply: readers gave no ratings.
    """
    if "rating" not in task_table.columns:
        raise DoesNotApply(
            "readers gave decisions and no ratings, so there are points and no curves"
        )
    return metrics.reader_roc_curves(
        _with_patient(task_table),
        reader_names=_named(task_table, "reader"),
        modality_names=_named(task_table, "modality"),
        threshold=_threshold(task_table),
    )


def _with_patient(table: TaskTable) -> dict[str, Any]:
    patient = _patient(table)
    return dict(table.columns) if patient is None else {**table.columns, "patient": patient}


def _named(table: TaskTable, what: str) -> tuple[str, ...]:
    given: Any = table.given.get(f"{what}_names") or ()
    return tuple(given)


def _threshold(table: TaskTable) -> float | None:
    places: Any = table.places.get("threshold") or (None,)
    return None if places[0] is None else float(places[0])


# Comparisons


@evidence
def task_comparison(
    of_a_task: Evaluation, task_table: TaskTable, unit: str, settings: Settings
) -> tuple[Comparison, ...]:
    """Return the differences between modalities of readers, or between the score and each further one.

    Raises:
        DoesNotApply: there is nothing to compare.
    """
    if task_table.task == "readers":
        return tuple(_between_modalities(task_table, unit, settings))
    if task_table.task == "detection" and "versus" in task_table.places:
        return tuple(detectors_compared(task_table, unit, settings))
    compare, first = COMPARE.get(task_table.task), FIRST.get(task_table.task, "score")
    if compare is None or not task_table.compared or first not in task_table.columns:
        raise DoesNotApply("there is nothing to compare")
    columns = {**task_table.compared, **_with_patient(task_table)}
    return tuple(
        each
        for name in task_table.compared
        for each in compare(task_table, columns, name, unit, settings)
    )


def _between_modalities(table: TaskTable, unit: str, settings: Settings) -> Iterator[Comparison]:
    codes = np.unique(np.asarray(table.columns["modality_code"]))
    if len(codes) < 2:
        raise DoesNotApply("there is one modality only, so there is nothing to compare")
    names = [name_of(int(each), _named(table, "modality")) for each in codes]
    chosen: Mapping[str, Any] = {
        name: table.given[name]
        for name in ("analysis", "method", "covariances")
        if name in table.given
    }
    for first, second in _asked(table, names):
        yield from metrics.compare_readers(
            _with_patient(table),
            first,
            second,
            reader_names=_named(table, "reader"),
            modality_names=_named(table, "modality"),
            threshold=_threshold(table),
            unit=unit,
            level=settings.level,
            **chosen,
        )


def detectors_compared(table: TaskTable, unit: str, settings: Settings) -> Iterator[Comparison]:
    """Yield each modality (algorithm) minus the one that others are compared with."""
    for first, second in _asked(table, _named(table, "modality")):
        yield from metrics.compare_detection(
            _with_patient(table),
            first,
            second,
            given=table.given,
            places=table.places,
            unit=unit,
            evaluation=table.file,
            seed=settings.seed,
            level=settings.level,
            resamples=settings.resamples,
        )


def _asked(table: TaskTable, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each modality with the one that is taken from it: the baseline, if one is named, else each before it."""
    baseline: Any = table.places.get("versus")
    if baseline:
        yield from ((each, baseline[0]) for each in names if each != baseline[0])
    else:
        yield from ((later, earlier) for earlier, later in combinations(names, 2))


Columns = Mapping[str, NDArray[Any]]


def _survival(
    table: TaskTable, columns: Columns, other: str, unit: str, settings: Settings
) -> tuple[Comparison, ...]:
    horizons: Any = table.given.get("horizons") or ()
    return metrics.compare_survival(
        columns, "score", other, horizons=tuple(horizons), unit=unit, level=settings.level
    )


def _ordinal(
    table: TaskTable, columns: Columns, other: str, unit: str, settings: Settings
) -> tuple[Comparison, ...]:
    more: Mapping[str, Any] = {
        name: table.given[name] for name in ("penalty", "class_shares") if name in table.given
    }
    return metrics.compare_ordinal(
        columns, "score", other, classes=_names(table), unit=unit, level=settings.level, **more
    )


def compare_measurements(
    table: TaskTable, columns: Columns, other: str, unit: str, settings: Settings
) -> tuple[Comparison, ...]:
    """Return the measured value minus another measurement, in how they agree with the reference."""
    true_value = str(table.given.get("true_value", "varies"))
    return metrics.compare_agreement(
        {**columns, **table.columns, OTHER: table.compared[other]},
        "measured",
        OTHER,
        names=("measured", other),
        true_value=true_value,
        unit=unit,
        evaluation=table.file,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
    )


def compare_masks(
    table: TaskTable,
    columns: Columns,
    other: str,
    unit: str,
    settings: Settings,
    compared: Sequence[str] = USUAL,
) -> tuple[Comparison, ...]:
    """Return the predictions minus the masks of another algorithm, by these metrics."""
    return metrics.compare_segmentations(
        {name: columns[name] for name in ("measures", "patient") if name in columns},
        table.compared[other],
        quantities=_given(table, "quantities"),
        structures=_given(table, "structures"),
        tolerances_mm=cast(Any, table.places.get("tolerance_mm", ())),
        metrics=compared,
        names=("prediction", other),
        unit=unit,
        evaluation=table.file,
        seed=settings.seed,
        level=settings.level,
        resamples=settings.resamples,
    )


OTHER = "another measurement"
"""A column of another measurement, which may be called like one of ours."""
FIRST = {"agreement": "measured", "segmentation": "measures"}
"""Task to the column that further ones are compared with, where it is no score."""
COMPARE: Mapping[str, Callable[..., tuple[Comparison, ...]]] = {
    "survival": _survival,
    "ordinal": _ordinal,
    "agreement": compare_measurements,
    "segmentation": compare_masks,
}
"""Task to what compares two scores in it."""

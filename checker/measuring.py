"""What can be said about one table of predictions, without a description: the same way as for a study."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from checker import assemble, cases, metrics
from checker.errors import BadRequest, BadSubmission, Problem
from checker.evidence import Place, gather, known_about, places
from checker.evidence.performance import Scored
from checker.evidence.task_figures import (
    compare_masks,
    compare_measurements,
    detectors_compared,
)
from checker.metrics.estimating import complete, no_rows
from checker.model.curves import CategoryTable, RiskGroups
from checker.model.estimate import Comparison, Estimate, Estimates
from checker.model.evidence import FoldEstimates
from checker.model.predictions import Predictions, TaskTable
from checker.model.report import Report
from checker.model.settings import Settings
from checker.model.study import Classification, Study
from checker.model.study.evaluated import EXPLANATION, evaluated
from checker.model.study.evaluations import (
    TASKS,
    Evaluation,
    OperatingPoint,
    ThresholdOrigin,
)
from checker.model.study.explanations import Explanation
from checker.model.times import DAYS
from checker.needs import Absent, Known
from checker.reading.detection_parts import LESIONS
from checker.reading.detection_tables import DetectionTables, read_detection
from checker.reading.documents import Places, StudyDocument
from checker.reading.explained_cases import ExplainedCases
from checker.reading.folds import read_table_or_folds
from checker.reading.lesion_masks import lesions_of_masks
from checker.reading.mask_places import is_of_masks
from checker.reading.predictions import ColumnNames, read_predictions
from checker.reading.references import read_sources, read_thresholds
from checker.reading.submission import Submitted
from checker.reading.tables import Table, read_table
from checker.reading.task_columns import (
    DetectionColumns,
    OrdinalColumns,
    ReadersColumns,
    SurvivalColumns,
    TaskColumns,
)
from checker.reading.task_tables import read_task
from checker.rules import RULES, run_all
from checker.visible import visible

T = TypeVar("T", Estimate, Comparison)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked about a table."""

    file: Path
    columns: ColumnNames
    positive: str | None = None
    """Value of the outcome column that means "has it"."""
    lower_is_positive: bool = False
    """Lower scores mean the outcome; the threshold is on the score as submitted."""
    threshold: float | None = None
    """Scores at or above it are positive (at or below it, if lower is positive)."""
    where: tuple[tuple[str, str], ...] = ()
    """Column and value of the rows to keep; all must hold."""
    net_benefit: tuple[float, ...] = ()
    """Threshold probabilities."""
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuestion:
    """What is asked about a table of another task than binary classification."""

    file: Path
    columns: TaskColumns
    further: Mapping[str, Path] = field(default_factory=dict)
    """Of detection: the tables of scans, lesions and ignored regions; `file` is that of the marks."""
    origin: ThresholdOrigin | None = None
    """Where cut-offs of risk groups came from."""
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskQuestion:
    """What is asked about two folders of masks."""

    masks: cases.Masks
    others: Mapping[str, Path] = field(default_factory=dict)
    """Further algorithms by name, whose masks are compared with the predictions on the same cases."""
    people: cases.People | None = None
    """A table that names patient and groups of the cases."""
    running: cases.Running = field(default_factory=cases.Running)
    settings: Settings = field(default_factory=Settings)

    @property
    def file(self) -> Path:
        """Return what is shown while the masks are measured."""
        return self.masks.prediction


@dataclass(frozen=True, slots=True, kw_only=True)
class MapQuestion:
    """What is asked about a folder of saliency maps and one of regions."""

    maps: cases.Maps
    known: ExplainedCases | None = None
    """What is known of the cases: class, right or wrong, patient, groups."""
    running: cases.Running = field(default_factory=cases.Running)
    settings: Settings = field(default_factory=Settings)

    @property
    def file(self) -> Path:
        """Return what is shown while the maps are measured."""
        return self.maps.maps


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was recomputed from one table."""

    task: str
    cases: int
    missing: int
    unit: str
    estimates: tuple[Estimate, ...]
    comparisons: tuple[Comparison, ...]
    folds: FoldEstimates | None
    """Of predictions made out of fold."""
    notes: tuple[str, ...]
    risk_groups: RiskGroups | None = None
    category_tables: tuple[CategoryTable, ...] = ()
    tables: Mapping[str, object] = field(default_factory=dict)
    """Further aggregates by the name of their evidence (`TABLES`), where they could be established."""
    problems: tuple[Problem, ...] = ()
    """Cases that could not be read; the others were."""
    per_case: Callable[[], str] | None = None
    """Makes the table of the measures of each case and structure, as CSV; None: there is none."""


class _Made(NamedTuple):
    """A description with one evaluation, made from the question, and what is known about it."""

    study: Study
    files: Mapping[str, str]
    """Name to SHA-256."""
    notes: tuple[str, ...]
    """Of reading the table."""
    predictions: Predictions | TaskTable
    places: tuple[Place, ...]

    @property
    def known(self) -> Known:
        return self.places[-1].known


NO_STUDY = "No study was described: this report is about one table of predictions."
SHOWN = (
    "estimates",
    "compared_estimates",
    "subgroup_estimates",
    "paired_comparison",
    "group_comparison",
)
"""Evidence that `measure` shows."""
SHOWN_OF_TASK = ("estimates", "task_subgroup_estimates")
"""The same of other tasks."""
TABLES = (
    "confusion_counts",
    "confusion_matrix",
    "class_distances",
    "survival_curves",
    "treatment_choice",
    "explanation_in_region",
    "mark_counts",
    "froc_curves",
    "empty_masks",
    "measure_spreads",
)
"""Evidence that `measure` shows as it stands."""
UNITS = {"readers": "reading", "raters": "subject"}
"""What a row is, where its task says so."""
OF_AGREEMENT = ("raters", "responses")
"""Tasks of tables whose evaluation is of agreement."""
TOLD = ("probability", "threshold")
"""Evidence of which `measure` tells why it could not be established."""


Asked = Question | TaskQuestion | MaskQuestion | MapQuestion


def measure(question: Asked) -> Measured:
    """Recompute every metric of a task from one table.

    Raises:
        BadSubmission: the table cannot be used; every problem at once.
    """
    if isinstance(question, MaskQuestion | MapQuestion):
        return _images_measured(question)
    if isinstance(question, TaskQuestion):
        return _task_measured(_task_made(question), question.columns, question.settings)
    made = _made(question)
    found = {name: made.known.value(name) for name in ("scored", *SHOWN)}
    asked = (*found.values(), *(made.known.value(name) for name in TOLD))
    absent = [each for each in asked if isinstance(each, Absent) and each.applies and not each.fact]
    scored = cast(Scored, found["scored"])
    return Measured(
        task="classification",
        cases=len(scored.outcome),
        missing=scored.missing,
        unit="row",
        estimates=(
            *_all(found, SHOWN[:1], Estimate),
            *_over_folds(made),
            *_all(found, SHOWN[1:3], Estimate),
        ),
        comparisons=tuple(_all(found, SHOWN[3:], Comparison)),
        folds=_folds(made),
        tables=_tables(made),
        notes=(
            *_read_as(question, made),
            *made.notes,
            *_of_folds(made),
            *(each.because for each in absent),
            *_left_out(question, found),
        ),
    )


def _read_as(question: Question, made: _Made) -> tuple[str, ...]:
    """Return which columns were taken for what, and which value means the outcome."""
    assert isinstance(made.predictions, Predictions)
    columns, (_, positive) = question.columns, made.predictions.spelling
    lower = ", lower values mean it" if question.lower_is_positive else ""
    return (
        f'outcome: {columns.outcome}, "{positive}" means that a case has it; score: {columns.score}{lower}',
    )


def _left_out(question: Question, found: dict[str, object]) -> tuple[str, ...]:
    """Return what was asked for and is not there."""
    made = found["estimates"]
    there = isinstance(made, Estimates) and bool(made.matching("net_benefit"))
    if not question.net_benefit or there:
        return ()
    return ("net benefit is left out: it needs a score that is a probability of the outcome",)


def _images_measured(question: MaskQuestion | MapQuestion) -> Measured:
    found = _images_of(question)
    made = _task_measured(_made_of_images(question, found), None, question.settings)
    return replace(made, problems=found.broken, per_case=partial(cases.per_case, found.table))


def _images_of(question: MaskQuestion | MapQuestion) -> cases.Measured:
    if isinstance(question, MapQuestion):
        return cases.explain(question.maps, question.known, question.running)
    return cases.compared(question.masks, question.others, question.people, question.running)


def _made_of_images(question: MaskQuestion | MapQuestion, found: cases.Measured) -> _Made:
    name = visible(question.file.name)
    table = replace(found.table, file=name)
    return _task_made_of(name, table, found.files, (), question.settings)


def _task_measured(made: _Made, columns: TaskColumns | None, settings: Settings) -> Measured:
    table = made.predictions
    assert isinstance(table, TaskTable)
    rows, _ = complete(table.columns, task=table.task)
    found = {name: made.known.value(name) for name in SHOWN_OF_TASK}
    groups = made.known.value("risk_groups")
    asked = (*found.values(), groups)
    absent = [each for each in asked if isinstance(each, Absent) and each.applies]
    categories = made.known.value("category_tables")
    return Measured(
        task=table.task,
        cases=table.cases if table.task == "detection" else len(rows),
        missing=rows.missing,
        unit=UNITS.get(table.task, table.unit),
        estimates=(
            *_all(found, SHOWN_OF_TASK[:1], Estimate),
            *_over_folds(made),
            *_all(found, SHOWN_OF_TASK[1:], Estimate),
        ),
        comparisons=tuple(_compared(table, columns, settings)),
        folds=_folds(made),
        notes=(
            *table.notes,
            *made.notes,
            *_of_folds(made),
            *(each.because for each in absent),
        ),
        risk_groups=groups if isinstance(groups, RiskGroups) else None,
        category_tables=() if isinstance(categories, Absent) else cast(Any, categories),
        tables=_tables(made),
    )


def _tables(made: _Made) -> dict[str, object]:
    found = {name: made.known.value(name) for name in TABLES}
    return {name: value for name, value in found.items() if not isinstance(value, Absent)}


def _folds(made: _Made) -> FoldEstimates | None:
    """Return the numbers over folds; None where nothing names folds.

    Raises:
        BadSubmission: there are no two folds with a complete row.
    """
    if made.predictions.fold is None:
        return None
    found = made.known.value("fold_estimates")
    if isinstance(found, Absent):
        raise BadSubmission([Problem(made.predictions.file, None, "", f"folds: {found.because}")])
    return cast(FoldEstimates, found)


def _over_folds(made: _Made) -> Iterator[Estimate]:
    """Yield each metric as the mean over folds, with every reading of a printed ± beside it."""
    folds = _folds(made)
    if folds is None:
        return
    for each in folds.values:
        spreads = "; ".join(f"{one.words} {one.value:.4g}" for one in each.spreads)
        said = f"±: {spreads}." if spreads else ""
        yield replace(each.mean, note=" ".join(filter(None, (said, each.mean.note))))


def _of_folds(made: _Made) -> Iterator[str]:
    folds = _folds(made)
    if folds is not None:
        yield "Each metric is given over all rows together, and as the mean over folds."
        yield from folds.notes


def _with_patient(table: TaskTable) -> dict[str, Any]:
    patient = {} if table.patient is None else {"patient": table.patient.codes}
    return {**table.columns, **patient}


def _compared(
    table: TaskTable, asked: TaskColumns | None, settings: Settings
) -> Iterator[Comparison]:
    """Yield the differences of further scores from the first, or of modalities from the baseline."""
    columns, level = _with_patient(table), settings.level
    for other in table.compared if table.task == "segmentation" else ():
        yield from compare_masks(table, columns, other, table.unit, settings)
    for other in table.compared if table.task == "agreement" else ():
        yield from compare_measurements(table, columns, other, table.unit, settings)
    if isinstance(asked, ReadersColumns):
        yield from _readers_compared(table, columns, level)
    if isinstance(asked, DetectionColumns) and "versus" in table.places:
        yield from detectors_compared(table, table.unit, settings)
    for other in asked.compared if isinstance(asked, OrdinalColumns | SurvivalColumns) else ():
        if isinstance(asked, OrdinalColumns):
            classes = cast(tuple[str, ...], table.given["classes"])
            yield from metrics.compare_ordinal(
                columns, "score", other, classes=classes, level=level
            )
        else:
            horizons = cast(tuple[float, ...], table.given.get("horizons", ()))
            yield from metrics.compare_survival(
                columns, "score", other, horizons=horizons, level=level
            )


def _readers_compared(
    table: TaskTable, columns: dict[str, Any], level: float
) -> Iterator[Comparison]:
    given, at = cast(Mapping[str, Any], table.given), table.places
    for baseline, threshold in product(at.get("versus", ()), at.get("threshold", (None,))):
        for modality in given["modality_names"]:
            if modality != baseline:
                yield from metrics.compare_readers(
                    columns,
                    modality,
                    cast(str, baseline),
                    threshold=cast("float | None", threshold),
                    unit="case",
                    level=level,
                    **given,
                )


def report(question: Asked) -> Report:
    """Return the whole report of one table: its numbers and figures, and what rules see in it.

    Raises:
        BadSubmission: the table cannot be used; every problem at once.
        BadRequest: times of a report are told in days, months and years, and their unit is not named.
    """
    made = _made_of(question)
    predictions, thresholds = made.predictions, read_thresholds()
    document = StudyDocument(made.study, Places(), (), predictions.sha256, predictions.file)
    rules = tuple(code for code in sorted(RULES) if RULES[code].scope == "evaluation")
    return assemble.report(
        document,
        Submitted(
            predictions={each.name: predictions for each in evaluated(made.study)},
            case_tables={},
            files={**made.files, **_further(question)},
        ),
        gather(made.places),
        run_all(made.places, rules),
        (),
        (),
        items={},
        others=(),
        deciding=(),
        following=(),
        settings=question.settings,
        thresholds=thresholds,
        sources=read_sources(),
        notes=(
            NO_STUDY,
            *made.notes,
            *(predictions.notes if isinstance(predictions, TaskTable) else ()),
        ),
        select=(),
        ignore=(),
    )


def _made_of(question: Asked) -> _Made:
    if isinstance(question, MaskQuestion | MapQuestion):
        return _made_of_images(question, _images_of(question))
    if isinstance(question, TaskQuestion):
        return _task_made(_in_days(question))
    return _made(question)


def _in_days(question: TaskQuestion) -> TaskQuestion:
    """Return the question with times and horizons in days, as a report tells them.

    Raises:
        BadRequest: the unit of times is not named, or is none of those that have a number of days.
    """
    asked = question.columns
    if not isinstance(asked, SurvivalColumns):
        return question
    if asked.unit not in DAYS:
        raise BadRequest(f"a report needs the unit of times: --time-unit {', '.join(DAYS)}")
    days = DAYS[asked.unit]
    turned = replace(
        asked,
        risks={horizon * days: column for horizon, column in asked.risks.items()},
        horizons=tuple(horizon * days for horizon in asked.horizons),
        unit_days=days,
        unit="days",
    )
    return replace(question, columns=turned)


def _task_made(question: TaskQuestion) -> _Made:
    """Return what is known about a table of another task; one without a complete row cannot be used.

    Raises:
        BadSubmission: the table cannot be used, or the sentence why nothing can be computed.
    """
    name = visible(question.file.name or question.file.resolve().name)
    read = read_table_or_folds(question.file, name=str(question.file))
    table, folders = _task_table(read, question)
    table = replace(table, file=name)  # a report names no path
    files = {**_named(read, name), **folders}
    return _task_made_of(name, table, files, read.notes, question.settings, question.origin)


def _task_made_of(
    name: str,
    table: TaskTable,
    files: Mapping[str, str],
    notes: tuple[str, ...],
    settings: Settings,
    origin: ThresholdOrigin | None = None,
) -> _Made:
    study = _study_of_task(name, table, origin)
    known = _known(study, name, table, settings)
    made = _Made(study, files, notes, table, _with_folds(places(study, known), table))
    try:
        rows, _ = complete(table.columns, task=table.task)
        estimates = made.known.value("task_estimates")
    except ValueError as wrong:  # what a metric refuses about the table as a whole
        raise BadSubmission([Problem(name, None, "", str(wrong))]) from None
    if not len(rows):
        raise BadSubmission([Problem(name, None, "", no_rows(table.task))])
    if isinstance(estimates, Absent):
        raise BadSubmission([Problem(name, None, "", estimates.because)])
    return made


def _study_of_task(name: str, table: TaskTable, origin: ThresholdOrigin | None) -> Study:
    if table.task == EXPLANATION:
        explanation = Explanation(name=name, maps=name)
        return _study(name, explanations=(explanation,))
    task = "agreement" if table.task in OF_AGREEMENT else table.task
    evaluation = TASKS[task](
        name=name,
        task=task,
        groups=tuple(table.groups),
        operating_point=OperatingPoint(origin=origin),
    )
    return _study(name, evaluations=(evaluation,))


def _task_table(read: Table, question: TaskQuestion) -> tuple[TaskTable, dict[str, str]]:
    """Return the table of the task, and the folders of images that were read for it with their SHA-256."""
    asked = question.columns
    if not isinstance(asked, DetectionColumns):
        return read_task(read, asked), {}
    masks = _masks_of_lesions(question)
    further = {
        what: read_table(path, name=str(path))
        for what, path in question.further.items()
        if what != LESIONS or masks is None
    }
    tables = DetectionTables(
        scans=further["scans"],
        marks=read,
        lesions=further.get(LESIONS),
        ignored=further.get("ignored"),
    )
    if masks is None:
        return read_detection(tables, asked), {}
    made = lesions_of_masks(tables, masks, str(masks), asked)
    table = read_detection(made.tables, made.asked)
    assert made.tables.lesions is not None
    folder = {visible(masks.name): made.tables.lesions.sha256}
    return replace(table, notes=(*table.notes, *made.notes)), folder


def _masks_of_lesions(question: TaskQuestion) -> Path | None:
    """Return the folder (or file) of masks in place of the table of lesions; None: there is a table."""
    path = question.further.get(LESIONS)
    return path if path is not None and is_of_masks(path) else None


def _study(name: str, **parts: tuple[Evaluation, ...] | tuple[Explanation, ...]) -> Study:
    study = Study.model_validate({"study": {"title": f"Predictions in {name}"}})
    return study.model_copy(update=parts)


def _known(study: Study, name: str, table: Predictions | TaskTable, settings: Settings) -> Known:
    return known_about(
        study,
        predictions={name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=settings,
    )


def _made(question: Question) -> _Made:
    """Return what is known about the table; one without a complete row cannot be used.

    Raises:
        BadSubmission: the table cannot be used, or the sentence why nothing can be computed.
    """
    name = visible(question.file.name or question.file.resolve().name)
    read = read_table_or_folds(question.file, name=str(question.file))
    predictions = read_predictions(
        read,
        question.columns,
        positive=question.positive,
        positive_written="--positive",
        lower_is_positive=question.lower_is_positive,
        where=question.where,
    )
    predictions = replace(predictions, file=name)  # a report names no path
    evaluation = Classification(
        name=name,
        task="classification",
        operating_point=OperatingPoint(threshold=question.threshold),
        groups=tuple(predictions.groups),
        compared_scores=tuple(predictions.compared),
        decision_range=_range(question.net_benefit),
    )
    study = _study(name, evaluations=(evaluation,))
    known = _known(study, name, predictions, question.settings)
    everywhere = _with_folds(places(study, known), predictions)
    files = _named(read, name)
    reached = _with_net_benefit(everywhere, question.net_benefit)
    made = _Made(study, files, read.notes, predictions, reached)
    for needed in ("scored", "estimates"):
        value = made.known.value(needed)
        if isinstance(value, Absent):
            raise BadSubmission([Problem(predictions.file, None, "", value.because)])
    return made


def _named(table: Table, name: str) -> dict[str, str]:
    """Return each file that was read under a name without the folders around it, with its SHA-256."""
    return {
        f"{name}/{file.rpartition('/')[2]}" if table.parts else name: sha
        for file, sha in table.files.items()
    }


def _further(question: Asked) -> dict[str, str]:
    """Return the other tables that were read, without the folders around them, with their SHA-256."""
    if not isinstance(question, TaskQuestion):
        return {}
    masks = _masks_of_lesions(question)
    tables = [path for path in question.further.values() if path != masks]
    read = (read_table(path, name=path.name) for path in tables)
    return {visible(table.name): table.sha256 for table in read}


def _with_folds(
    everywhere: tuple[Place, ...], predictions: Predictions | TaskTable
) -> tuple[Place, ...]:
    """Return the places; where somebody named folds, what was predicted is taken as made out of fold."""
    study, evaluation = everywhere
    known = evaluation.known.inside(out_of_fold=predictions.fold is not None)
    return study, replace(evaluation, known=known)


def _range(net_benefit: tuple[float, ...]) -> tuple[float, float] | None:
    """Return the range of a decision curve through the threshold probabilities; one alone has none."""
    low, high = min(net_benefit, default=0.0), max(net_benefit, default=0.0)
    return (low, high) if low < high else None


def _with_net_benefit(
    everywhere: tuple[Place, ...], net_benefit: tuple[float, ...]
) -> tuple[Place, ...]:
    """Return the places, with net benefit at exactly the thresholds that were asked for."""
    study, evaluation = everywhere
    known = evaluation.known.inside(optional_decision_thresholds=net_benefit)
    return study, replace(evaluation, known=known)


def _all(found: dict[str, object], names: Iterable[str], kind: type[T]) -> Iterator[T]:
    for name in names:
        value = found[name]
        if not isinstance(value, Absent):
            yield from cast(Iterable[T], value)

"""Reads every table that a description names, and complains about all of them at once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from checker.errors import BadSubmission, Problem
from checker.model.finding import Path
from checker.model.predictions import CaseTable, Floats, Labels, Predictions, TaskTable
from checker.model.study import AnyEvaluation, Classification, Evaluation, Study
from checker.model.study.evaluated import ExplanationEvaluation, explained
from checker.model.study.evaluations import Detection, Segmentation
from checker.model.study.explanations import Explanation
from checker.needs import Absent
from checker.reading.columns import GroupProblem
from checker.reading.detection_tables import DetectionTables, read_detection
from checker.reading.documents import StudyDocument, dotted
from checker.reading.evaluation_columns import (
    SaidProblem,
    columns_of,
    detection_columns,
    named_by,
    rows_of,
)
from checker.reading.event_codes import EventProblem
from checker.reading.expected_regions import Expected
from checker.reading.explained_cases import ExplainedCases, cases_of
from checker.reading.folder import Submission
from checker.reading.folds import FOLD, read_folds
from checker.reading.lesion_masks import WithMasks, lesions_of_masks
from checker.reading.map_places import (
    MapPlaces,
    expected_said,
    labels_said,
    repeats_of,
    top_said,
)
from checker.reading.mask_places import (
    Cases,
    MaskPlaces,
    Place,
    is_of_masks,
    others_of,
    structures_of,
)
from checker.reading.predictions import ColumnNames, read_predictions
from checker.reading.tables import FORMATS, Table, everything, labels, read_table
from checker.reading.task_columns import DetectionColumns
from checker.reading.task_tables import read_task
from checker.reading.two_values import PositiveProblem

STANDARD = {"case", "patient", "outcome", "score", FOLD}
"""Names that a column has unless the description says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """Everything that was submitted beside the description."""

    predictions: Mapping[str, Predictions | TaskTable | Absent]
    """By evaluation; absent where none were submitted or this version cannot score them."""
    case_tables: Mapping[str, CaseTable]
    """By partition."""
    files: Mapping[str, str]
    """Name as written to SHA-256."""
    notes: tuple[str, ...] = ()
    """What was left out in reading them."""
    masks: Mapping[str, MaskPlaces] = field(default_factory=dict)
    """By evaluation: where its masks lie, which are not read yet."""
    maps: Mapping[str, MapPlaces] = field(default_factory=dict)
    """By explanation: where its maps lie, which are not read yet."""


@dataclass(slots=True)
class _Reading:
    """What has been read so far, and every problem with it."""

    document: StudyDocument
    submission: Submission
    tables: dict[str, Table] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    masks: dict[str, MaskPlaces] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    """Folders of images that were read, with their SHA-256."""
    maps: dict[str, MapPlaces] = field(default_factory=dict)

    def table(self, name: str, at: Path, *, folders: bool = False) -> Table | None:
        """Return the table of that name, read once; None if it cannot be read.

        Args:
            name: as written.
            at: where.
            folders: it may be a folder with a table for each fold.
        """
        if name not in self.tables and name not in self.broken:
            self.broken.add(name)
            with self.collecting():
                self.tables[name] = self._read(name, at, folders=folders)
                self.broken.discard(name)
        return self.tables.get(name)

    def _read(self, name: str, at: Path, *, folders: bool) -> Table:
        place = self._resolved(name, at, folders=folders)
        if not place.is_dir():
            return read_table(place, name=name)

        def located(file: str) -> FilePath:
            return self._resolved(f"{name.rstrip('/')}/{file}", at)

        return read_folds(place, name=name, located=located)

    def place(self, name: str, at: Path) -> FilePath:
        """Return where a file or folder lies.

        Raises:
            BadSubmission: it is not there, or outside.
        """
        return self._resolved(name, at, folders=True)

    def _resolved(self, name: str, at: Path, *, folders: bool = False) -> FilePath:
        """Return where the file lies; a complaint about its name points at the description."""
        try:
            return self.submission.resolve(name, what=dotted(at), folders=folders)
        except BadSubmission as bad:
            raise BadSubmission(
                self.problem(at, f"{name}: {each.message}", each.hint) for each in bad.problems
            ) from None

    @contextmanager
    def collecting(self) -> Iterator[None]:
        """Keep the problems of what goes wrong inside."""
        try:
            yield
        except BadSubmission as bad:
            self.problems += bad.problems

    def problem(self, at: Path, message: str, hint: str) -> Problem:
        """Return a problem of what the description says at a path."""
        file = str(self.submission.root / self.document.file)
        return self.document.places.problem(file, at, message, hint)

    def pointing(
        self, found: Problem, table: Table, named: Mapping[str, Path], at: Path
    ) -> Problem:
        """Return a problem of the predictions where it can be mended: in the description or the table.

        Args:
            found: its path is a column, or empty.
            table: which lacks the column, or has it.
            named: column to where the description names it.
            at: of the evaluation.
        """
        if isinstance(found, PositiveProblem):
            said = f"{table.name}, column {found.path}: {found.message}"
            return self.problem((*at, "positive"), said, found.hint)
        if isinstance(found, SaidProblem):
            return self.problem(
                (*at, *found.path.split("/")), f"{table.name}: {found.message}", found.hint
            )
        if isinstance(found, EventProblem):
            said = f"{table.name}, column {found.path}: {found.message}"
            return self.problem((*at, "event"), said, found.hint)
        if isinstance(found, GroupProblem):
            said = f"{table.name}, column {found.path}: {found.message}"
            return self.problem(named[found.path], said, found.hint)
        if found.path in named and table.missing(found.path):
            said = f'{table.name} has no column "{found.path}"'
            return self.problem(named[found.path], said, self.other_name(found, named))
        return replace(found, path=": ".join(filter(None, (dotted(at), found.path))))

    def other_name(self, missing: Problem, named: Mapping[str, Path]) -> str:
        """Return the hint; for a standard column that nobody named also how to name another."""
        at = named[missing.path]
        if at[-2] != "columns" or at in self.document.places.known:
            return missing.hint
        end = "" if missing.hint.endswith("?") else ";"
        return f"{missing.hint}{end} write columns: {{{at[-1]}: NAME}} if it is called otherwise"


def read_submitted(
    document: StudyDocument, folder: FilePath, *, roots: Mapping[str, FilePath] | None = None
) -> Submitted:
    """Return the predictions of every evaluation and the table of cases of every partition.

    Args:
        document: the description.
        folder: in which it lies.
        roots: name to a folder opened besides.

    Raises:
        BadSubmission: with every problem of every file at once.
    """
    reading = _Reading(document, Submission(folder, roots or {}))
    predictions: dict[str, Predictions | TaskTable | Absent] = {}
    case_tables: dict[str, CaseTable] = {}
    for i, evaluation in enumerate(document.study.evaluations or ()):
        found = _predictions(reading, evaluation, ("evaluations", i))
        if found is not None:
            predictions[evaluation.name] = found
    for i, explanation, made in explained(document.study):
        predictions[made.name] = _maps(
            reading, explanation, made, predictions.get(explanation.evaluation or ""), i
        )
    for i, part in enumerate(document.study.data.partitions or ()):
        at: Path = ("data", "partitions", i, "cases")
        if part.cases and (table := reading.table(part.cases, at)):
            case_tables[part.name] = _case_table(table)
    if reading.problems:
        raise BadSubmission(reading.problems)
    tables = [table for _, table in sorted(reading.tables.items())]
    return Submitted(
        predictions=predictions,
        case_tables=case_tables,
        files={file: sha for table in tables for file, sha in table.files.items()}
        | reading.folders,
        notes=tuple(note for table in tables for note in table.notes),
        masks=reading.masks,
        maps=reading.maps,
    )


def chosen_of(submitted: Submitted) -> Iterator[str]:
    """Yield what was left out in reading, and what was chosen for each table of a task, after the evaluation's name."""
    yield from submitted.notes
    for name, table in submitted.predictions.items():
        if isinstance(table, TaskTable):
            yield from (f"{name}: {note}" for note in table.notes)


def tables_named(study: Study) -> Iterator[str]:
    """Yield every table that a description names, as it is written there."""
    for evaluation in study.evaluations or ():
        yield from (name for _, name in files_of(evaluation))
    for part in study.data.partitions or ():
        if part.cases:
            yield part.cases


def files_of(evaluation: Evaluation) -> Iterator[tuple[Path, str]]:
    """Yield every table that an evaluation names, with where it does."""
    if evaluation.predictions:
        yield ("predictions",), evaluation.predictions
    if not isinstance(evaluation, Detection):
        return
    for fact in ("cases", "reference", "ignore_regions"):
        if name := getattr(evaluation, fact):
            yield (fact,), name
    for i, other in enumerate(evaluation.comparators or ()):
        yield ("comparators", i, "predictions"), other.predictions


def _predictions(
    reading: _Reading, evaluation: AnyEvaluation, at: Path
) -> Predictions | TaskTable | Absent | None:
    """Return the predictions, why there are none, or None after a problem."""
    if not evaluation.predictions:
        return Absent("no predictions were submitted")
    if isinstance(evaluation, Detection):
        return _detected(reading, evaluation, at)
    if isinstance(evaluation, Segmentation) and _is_of_masks(reading, evaluation, at):
        return _masks(reading, evaluation, at)
    table = reading.table(evaluation.predictions, (*at, "predictions"), folders=True)
    if table is None:
        return None
    try:
        if isinstance(evaluation, Classification):
            return _classified(evaluation, table)
        random = reading.document.study.readers.random
        found = read_task(table, columns_of(evaluation, table, random))
        return replace(
            found,
            groups=_groups_under_our_names(found.groups, evaluation),
            compared=_compared_under_our_names(found.compared, evaluation),
        )
    except BadSubmission as bad:
        named, groups = named_by(evaluation, at), _groups_at(evaluation, at)
        reading.problems += [
            reading.pointing(each, table, groups if isinstance(each, GroupProblem) else named, at)
            for each in bad.problems
        ]
        return None


NOT_MEASURED = Absent("the masks were not measured")


def _is_of_masks(reading: _Reading, evaluation: Segmentation, at: Path) -> bool:
    """Return whether the predictions are masks; of a path that cannot be used, whether it is no table."""
    name = evaluation.predictions or ""
    try:
        return is_of_masks(reading.place(name, (*at, "predictions")))
    except BadSubmission:
        return FilePath(name).suffix.lower() not in FORMATS


def _masks(reading: _Reading, evaluation: Segmentation, at: Path) -> Absent | None:
    """Keep where the masks lie; None after a problem."""
    before = len(reading.problems)
    places: dict[str, Place] = {}
    for fact in ("reference", "predictions"):
        name = getattr(evaluation, fact)
        if not name:
            message = "masks were submitted, and no reference masks to compare them with"
            hint = "name their folder: reference: labels"
            reading.problems.append(reading.problem((*at, fact), message, hint))
            continue
        with reading.collecting():
            places[fact] = Place(name, reading.place(name, (*at, fact)))
    others: tuple[Place, ...] = ()
    structures: dict[str, frozenset[int]] = {}
    with reading.collecting():
        others = tuple(others_of(evaluation, reading.place, at))
    with reading.collecting():
        structures = structures_of(evaluation, reading.problem, at)
    people = _people(reading, evaluation)
    if len(reading.problems) > before:
        return None
    reading.masks[evaluation.name] = MaskPlaces(
        reference=places["reference"],
        prediction=places["predictions"],
        others=others,
        structures=structures,
        people=people,
        inside=(reading.submission.root, *reading.submission.roots.values()),
    )
    return NOT_MEASURED


NO_MAPS = Absent("no maps were submitted (explanations.maps)")
NO_REGIONS = Absent(
    "no masks of the expected regions were submitted (explanations.expected_regions)"
)
NO_CLASSES = "regions are expected by class, and nothing tells the class of a case"
NAME_IT = "name the evaluation whose cases are explained: its outcome is the class"
OF_CLASSES = ("classification", "multiclass", "ordinal")
"""Tasks whose outcome is a class."""


def _maps(
    reading: _Reading,
    explanation: Explanation,
    made: ExplanationEvaluation,
    predictions: Predictions | TaskTable | Absent | None,
    i: int,
) -> Absent:
    """Keep where the maps lie; return why there are no numbers of them yet."""
    at: Path = ("explanations", i)
    if explanation.maps is None:
        return NO_MAPS
    if explanation.expected_regions is None:
        return NO_REGIONS
    before = len(reading.problems)
    found: dict[str, Place] = {}
    for fact, name in (
        ("maps", explanation.maps),
        ("expected_regions", explanation.expected_regions),
    ):
        with reading.collecting():
            found[fact] = Place(name, reading.place(name, (*at, fact)))
    cases: ExplainedCases | None = None
    labels: dict[str, frozenset[int]] = {}
    expected: Expected = {}
    with reading.collecting():
        labels = labels_said(explanation, reading.problem, at)
    repeats: tuple[Place, ...] = ()
    with reading.collecting():
        top_said(explanation, reading.problem, at)
    with reading.collecting():
        repeats = tuple(repeats_of(explanation, reading.place, at))
    with reading.collecting():
        expected = expected_said(explanation, reading.problem, at)
    with reading.collecting():
        cases = _explained(reading, explanation, predictions, at)
    if len(reading.problems) > before:
        return NOT_MEASURED
    reading.maps[made.name] = MapPlaces(
        maps=found["maps"],
        regions=found["expected_regions"],
        labels=labels,
        expected=expected,
        threshold=explanation.map_threshold,
        top_share=explanation.top_share,
        search_region=explanation.search_region or "",
        absolute=bool(explanation.absolute),
        repeats=repeats,
        cases=cases,
        inside=(reading.submission.root, *reading.submission.roots.values()),
    )
    return NOT_MEASURED


def _explained(
    reading: _Reading,
    explanation: Explanation,
    predictions: Predictions | TaskTable | Absent | None,
    at: Path,
) -> ExplainedCases | None:
    """Return what the table of the evaluation named says of the cases; None where nothing is named or needed.

    Raises:
        BadSubmission: regions are expected by class and no table tells the classes; or the table names no cases.
    """
    named = {each.name: each for each in reading.document.study.evaluations or ()}
    evaluation = named.get(explanation.evaluation or "")
    usable = isinstance(predictions, Predictions | TaskTable) and (
        evaluation is not None and evaluation.task in OF_CLASSES
    )
    if not usable or evaluation is None or not isinstance(predictions, Predictions | TaskTable):
        if explanation.expected_by_class and (predictions is not None or evaluation is None):
            raise BadSubmission([reading.problem((*at, "evaluation"), NO_CLASSES, NAME_IT)])
        return None
    if predictions.case is None and not explanation.expected_by_class:
        return None
    return cases_of(predictions, evaluation.operating_point.threshold)


def _people(reading: _Reading, evaluation: Segmentation) -> Cases | None:
    """Return the columns of the table of the partition's cases that tell patient and groups."""
    parts = enumerate(reading.document.study.data.partitions or ())
    for i, part in parts:
        if part.name != evaluation.partition or not part.cases:
            continue
        table = reading.table(part.cases, ("data", "partitions", i, "cases"))
        if table is None or "case" not in table.columns:
            return None
        declared = evaluation.columns or {}
        patient = evaluation.cluster or declared.get("patient", "patient")
        groups = [declared.get(each, each) for each in evaluation.groups or ()]
        return Cases(
            table,
            declared.get("case", "case"),
            patient if patient in table.columns else None,
            tuple(groups),
        )
    return None


def _detected(reading: _Reading, evaluation: Detection, at: Path) -> TaskTable | Absent | None:
    """Return scans, lesions and marks together, why there are none, or None after a problem."""
    if not evaluation.cases:
        return Absent(
            "evaluations.cases, the table of all scans that were searched, is not described"
        )
    masks = _lesion_masks(reading, evaluation, at)
    found = {
        where: reading.table(name, (*at, *where))
        for where, name in files_of(evaluation)
        if masks is None or where != ("reference",)
    }
    scans, marks = found["cases",], found["predictions",]
    if scans is None or marks is None or any(table is None for table in found.values()):
        return None
    others = enumerate(evaluation.comparators or ())
    tables = DetectionTables(
        scans=scans,
        marks=marks,
        lesions=found.get(("reference",)),
        ignored=found.get(("ignore_regions",)),
        comparators={
            other.name: table
            for i, other in others
            if (table := found["comparators", i, "predictions"]) is not None
        },
    )
    try:
        asked = detection_columns(evaluation, scans, reading.document.study.readers.random)
        notes: tuple[str, ...] = ()
        if masks is not None:
            tables, asked, notes = _of_masks(reading, tables, asked, masks)
        made = read_detection(tables, asked)
        made = replace(made, notes=(*made.notes, *notes))
        return replace(made, groups=_groups_under_our_names(made.groups, evaluation))
    except BadSubmission as bad:
        named, groups = named_by(evaluation, at), _groups_at(evaluation, at)
        by_file = {table.name: table for _, table in tables.all}
        reading.problems += [
            reading.pointing(
                each,
                by_file.get(each.file, marks),
                groups if isinstance(each, GroupProblem) else named,
                at,
            )
            for each in bad.problems
        ]
        return None


def _lesion_masks(reading: _Reading, evaluation: Detection, at: Path) -> Place | None:
    """Return the folder of masks in place of a table of lesions; None: there is none that can be used."""
    name = evaluation.reference
    if not name:
        return None
    try:
        found = reading.place(name, (*at, "reference"))
    except BadSubmission:
        return None  # the table is looked for next, and what is wrong with its name is said then
    return Place(name, found) if is_of_masks(found) else None


def _of_masks(
    reading: _Reading, tables: DetectionTables, asked: DetectionColumns, masks: Place
) -> WithMasks:
    """Return the tables with the lesions of the masks, and the marks with those that they hit."""
    inside = (reading.submission.root, *reading.submission.roots.values())
    made = lesions_of_masks(tables, masks.path, masks.name, asked, inside)
    assert made.tables.lesions is not None
    reading.folders[masks.name] = made.tables.lesions.sha256
    return made


def _classified(evaluation: Classification, table: Table) -> Predictions:
    found = read_predictions(
        table,
        _columns(evaluation, table),
        positive=evaluation.positive,
        lower_is_positive=evaluation.direction == "lower_is_positive",
        where=rows_of(evaluation),
    )
    return _under_our_names(found, evaluation)


def _under_our_names(found: Predictions, evaluation: Classification) -> Predictions:
    """Return the predictions with groups and further scores called as the description calls them."""
    return replace(
        found,
        groups=_groups_under_our_names(found.groups, evaluation),
        compared=_compared_under_our_names(found.compared, evaluation),
    )


def _compared_under_our_names(
    compared: Mapping[str, Floats], evaluation: Evaluation
) -> dict[str, Floats]:
    declared = evaluation.columns or {}
    names = {each: declared.get(each, each) for each in evaluation.compared_scores or ()}
    return {each: compared[column] for each, column in names.items() if column in compared}


def _groups_under_our_names(
    groups: Mapping[str, Labels], evaluation: Evaluation
) -> dict[str, Labels]:
    declared = evaluation.columns or {}
    return {each: groups[declared.get(each, each)] for each in evaluation.groups or ()}


def _columns(evaluation: Classification, table: Table) -> ColumnNames:
    """Return which column of the table is what.

    A standard column that is not declared counts if it is there.
    """
    declared = evaluation.columns or {}

    def optional(name: str) -> str | None:
        return declared.get(name) or (name if name in table.columns else None)

    return ColumnNames(
        outcome=declared.get("outcome", "outcome"),
        score=declared.get("score", "score"),
        case=optional("case"),
        patient=evaluation.cluster or optional("patient"),
        groups=[declared.get(each, each) for each in evaluation.groups or ()],
        compared=[declared.get(each, each) for each in evaluation.compared_scores or ()],
        fold=optional(FOLD),
        fold_said=FOLD in declared,
        other={name: column for name, column in declared.items() if name not in STANDARD},
    )


def _groups_at(evaluation: Evaluation, at: Path) -> dict[str, Path]:
    """Return where the description names each column of groups as one."""
    declared = evaluation.columns or {}
    groups = enumerate(evaluation.groups or ())
    return {declared.get(each, each): (*at, "groups", i) for i, each in groups}


def _case_table(table: Table) -> CaseTable:
    return CaseTable(
        file=table.name,
        sha256=table.sha256,
        rows=table.rows,
        case=_ids(table, "case"),
        patient=_ids(table, "patient"),
        everything=everything(table),
    )


def _ids(table: Table, column: str) -> tuple[str, ...] | None:
    if column not in table.columns:
        return None
    found = labels(table, column)
    return tuple("" if code < 0 else found.names[code] for code in found.codes)

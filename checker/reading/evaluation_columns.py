"""What a description says about the columns of an evaluation: as `TaskColumns`, and where each column is named."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from checker.errors import BadSubmission, Problem
from checker.model.detection import RATES
from checker.model.finding import Path
from checker.model.measures import is_measure
from checker.model.study import AnyEvaluation
from checker.model.study.evaluations import (
    Agreement,
    Detection,
    Evaluation,
    Multiclass,
    Ordinal,
    ReaderEvaluation,
    Segmentation,
    Survival,
)
from checker.model.times import DAYS
from checker.reading.class_names import classes_of, in_order
from checker.reading.columns import Reading, listed
from checker.reading.folds import FOLD
from checker.reading.measure_tables import measures_named
from checker.reading.positive import meaning
from checker.reading.tables import Table, labels
from checker.reading.task_columns import (
    AgreementColumns,
    DetectionColumns,
    LongAgreementColumns,
    LongRatersColumns,
    MulticlassColumns,
    OrdinalColumns,
    RatersColumns,
    ReadersColumns,
    ResponseColumns,
    SegmentationColumns,
    Sums,
    SurvivalColumns,
    TaskColumns,
)

BEFORE_A_CLASS = ("", "p_", "prob_", "P_", "p", "prob")
"""What may stand before the name of a class in the name of the column of its probability."""
ANALYSES = {"these_readers": "FRRC", "readers_like_these": "RRRC"}
Named = Mapping[str, Path]
"""Column to where the description names it."""


class SaidProblem(Problem):
    """What an evaluation says cannot be; the path is that of the fact inside the evaluation, its parts joined by /."""

    __slots__ = ()


def columns_of(evaluation: AnyEvaluation, table: Table, random: str | None) -> TaskColumns:
    """Return which column is what.

    Args:
        evaluation: of a task other than binary classification.
        table: of its predictions.
        random: what a reader study is meant to hold for (`readers.random`).

    Raises:
        BadSubmission: what is said is no horizon, or a class has no column.
    """
    said = _Said(evaluation, table)
    for kind, make in MAKERS.items():
        if isinstance(evaluation, kind):
            return make(said, random)
    raise BadSubmission([Problem(table.name, None, "", f"the task {evaluation.task} has no table")])


class _Said:
    """What an evaluation says about the columns of its table."""

    def __init__(self, evaluation: Evaluation, table: Table) -> None:
        self.evaluation, self.table = evaluation, table
        self.declared = evaluation.columns or {}

    def wanted(self, name: str) -> str:
        """Return the column that has to be there."""
        return self.declared.get(name, name)

    def optional(self, name: str) -> str | None:
        """Return the column, declared or called so; None: there is none."""
        return self.declared.get(name) or (name if name in self.table.columns else None)

    @property
    def rows(self) -> dict[str, Any]:
        """What columns of all tasks have."""
        return {
            "patient": self.evaluation.cluster or self.optional("patient"),
            "groups": [self.declared.get(each, each) for each in self.evaluation.groups or ()],
            "fold": self.optional(FOLD),
            "fold_said": FOLD in self.declared,
            "where": rows_of(self.evaluation),
        }

    @property
    def compared(self) -> list[str]:
        """Further scores."""
        return [self.declared.get(each, each) for each in self.evaluation.compared_scores or ()]

    def column_of_class(self, name: str) -> str | None:
        """Return the column of the probability of a class."""
        called = {key.casefold(): column for key, column in self.declared.items()}
        if name in self.declared or name.casefold() in called:
            return self.declared.get(name) or called[name.casefold()]
        there = {each.casefold(): each for each in reversed(self.table.columns)}
        found = (there.get(f"{before}{name}".casefold()) for before in BEFORE_A_CLASS)
        return next((each for each in found if each), None)

    def classes(self, column: str) -> tuple[str, ...]:
        """Return the classes, as described or as they occur."""
        named = cast(Any, self.evaluation).classes
        if named:
            return tuple(named)
        reading = Reading(self.table, [])
        found = classes_of(reading, [column])
        if reading.problems:
            raise BadSubmission(reading.problems)
        return in_order(found) or found


def rows_of(evaluation: Evaluation) -> tuple[tuple[str, str], ...]:
    """Return the rows that belong to the evaluation, where one file holds several partitions."""
    column = (evaluation.columns or {}).get("partition")
    return ((column, evaluation.partition),) if column and evaluation.partition else ()


def _multiclass(said: _Said, random: str | None) -> TaskColumns:
    outcome = said.wanted("outcome")
    classes = said.classes(outcome)
    found = {name: said.column_of_class(name) for name in classes}
    if lacking := [name for name, column in found.items() if column is None]:
        raise BadSubmission([_no_column(said, name) for name in lacking])
    risks = {name: column for name, column in found.items() if column is not None}
    return MulticlassColumns(outcome=outcome, risks=risks, case=said.optional("case"), **said.rows)


def _no_column(said: _Said, name: str) -> Problem:
    tried = listed([f"{before}{name}" for before in BEFORE_A_CLASS[:3]])
    message = f'no column holds the probability of the class "{name}"; looked for {tried}'
    hint = f"write columns: {{{name}: NAME}}"
    return SaidProblem(said.table.name, None, "classes", message, hint)


def _ordinal(said: _Said, random: str | None) -> TaskColumns:
    evaluation = cast(Ordinal, said.evaluation)
    outcome = said.wanted("outcome")
    found = {name: said.column_of_class(name) for name in evaluation.classes or ()}
    risks = {name: column for name, column in found.items() if column is not None}
    score, decision = said.optional("score"), said.optional("decision")
    if not (score or decision or risks):
        score = "score"
    return OrdinalColumns(
        outcome=outcome,
        score=score,
        decision=decision,
        risks=risks if len(risks) == len(found) else {},
        order=tuple(evaluation.classes or ()),
        lower_is_positive=evaluation.direction == "lower_is_positive",
        compared=said.compared,
        case=said.optional("case"),
        **said.rows,
    )


def _survival(said: _Said, random: str | None) -> TaskColumns:
    evaluation = cast(Survival, said.evaluation)
    point = evaluation.operating_point.threshold
    return SurvivalColumns(
        time=said.wanted("time"),
        event=said.wanted("event"),
        score=said.optional("score"),
        risks=dict(_risks(said, evaluation.risk_columns or {})),
        horizons=evaluation.horizons_days or (),
        unit_days=DAYS[evaluation.time_unit or "days"],
        unit="days",
        outcome=evaluation.event,
        competing=evaluation.competing_events or (),
        treatment=said.optional("treatment") if evaluation.treatment_risk_columns else None,
        treatment_risks=evaluation.treatment_risk_columns or {},
        thresholds=tuple(_thresholds(evaluation.decision_range or (), point)),
        lower_is_positive=evaluation.direction == "lower_is_positive",
        compared=said.compared,
        cutoffs=evaluation.cutoffs or (),
        risk_group=said.declared.get("risk_group"),
        order=evaluation.classes or (),
        case=said.optional("case"),
        **said.rows,
    )


def _risks(said: _Said, columns: Mapping[str, str]) -> Iterator[tuple[float, str]]:
    for name, column in columns.items():
        try:
            at = float(name)
        except ValueError:
            message = f'"{name}" is no horizon in days'
            hint = "write risk_columns: {1826: COLUMN}"
            raise BadSubmission(
                [SaidProblem(said.table.name, None, f"risk_columns/{name}", message, hint)]
            ) from None
        yield at, column


def _thresholds(decision_range: Sequence[float], point: float | None) -> Iterator[float]:
    """Yield where there is a net benefit: both ends, halfway, and the threshold if it lies between."""
    if len(decision_range) == 2:
        low, high = min(decision_range), max(decision_range)
        chosen = {low, (low + high) / 2, high}
        if point is not None and low < point < high:
            chosen.add(point)
        yield from sorted(each for each in chosen if each < 1)


def _agreement(said: _Said, random: str | None) -> TaskColumns:
    evaluation = cast(Agreement, said.evaluation)
    if evaluation.raters:
        return RatersColumns(
            raters=evaluation.raters,
            scale=_scale(evaluation),
            order=evaluation.classes or (),
            case=said.optional("case"),
            **said.rows,
        )
    if _has_row_per_rating(said):
        return _long_raters(said, evaluation)
    criteria = evaluation.response_criteria
    if criteria in RECOMPUTED and (found := _responses(said, criteria)):
        return found
    measurements: dict[str, Any] = {
        "reference": said.wanted("reference"),
        "measured": said.wanted("measured"),
        "compared": said.compared,
        "covariate": said.optional("covariate"),
        "replicate": said.optional("replicate"),
        "unit": evaluation.measurement_unit or "",
        "cutoffs": evaluation.cutoffs or (),
        "notes": _not_judged(said, criteria),
        **said.rows,
    }
    method, value = said.declared.get("method"), said.declared.get("value")
    if method and value:
        return LongAgreementColumns(
            method=method,
            value=value,
            **{**measurements, "patient": measurements["patient"] or said.optional("case")},
        )
    return AgreementColumns(case=said.optional("case"), **measurements)


def _has_row_per_rating(said: _Said) -> bool:
    """Return whether the table has a row for each rating: because that is said, or as its columns are called."""
    if "rating" in said.declared:
        return True
    of_pairs = (said.optional("reference"), said.optional("measured"))
    return not any(of_pairs) and all(said.optional(each) for each in ("reader", "rating"))


def _long_raters(said: _Said, evaluation: Agreement) -> TaskColumns:
    subject = said.optional("case") or said.rows["patient"] or "case"
    return LongRatersColumns(
        subject=subject,
        rater=said.wanted("reader"),
        rating=said.wanted("rating"),
        replicate=said.optional("replicate"),
        scale=_scale(evaluation),
        order=evaluation.classes or (),
        case=subject,
        **said.rows,
    )


RECOMPUTED = ("recist_1_1", "mrecist", "volumetric_recist")
"""Rules of response that are recomputed from sums or changes."""


def _responses(said: _Said, criteria: str) -> TaskColumns | None:
    """Return the columns of sums under treatment, or of changes; None: only numbers are there to compare."""
    sums = [
        Sums(**{word: said.optional(f"{side}_{word}") for word in SUMS})
        for side in ("reference", "measured")
    ]
    of_changes = [said.optional(f"{side}_change") for side in ("reference", "measured")]
    if any(sums[side].baseline for side in (0, 1)):
        columns = said.wanted("reference"), said.wanted("measured")
    elif any(of_changes):
        columns = said.wanted("reference_change"), said.wanted("measured_change")
        sums = [Sums(new_lesion=each.new_lesion) for each in sums]
    else:
        return None
    return ResponseColumns(
        reference=columns[0],
        measured=columns[1],
        criteria=criteria,
        reference_sums=sums[0],
        measured_sums=sums[1],
        case=said.optional("case"),
        **said.rows,
    )


SUMS = ("baseline", "nadir", "new_lesion", "gone")
"""What a method's response follows from beside the sum now, as in columns: {reference_baseline: NAME}."""


def _not_judged(said: _Said, criteria: str | None) -> tuple[str, ...]:
    if criteria is None:
        return ()
    if criteria not in RECOMPUTED:
        return (f"Responses by {criteria} are not recomputed; the numbers are compared.",)
    return (
        "No response is recomputed: name the sums before treatment (columns: {reference_baseline: NAME, "
        "measured_baseline: NAME}) or relative changes (reference_change, measured_change).",
    )


def _scale(evaluation: Agreement) -> str | None:
    if evaluation.scale is None:
        return "interval" if evaluation.measurement_unit else None
    return "interval" if evaluation.scale == "continuous" else evaluation.scale


def _readers(said: _Said, random: str | None) -> TaskColumns:
    evaluation = cast(ReaderEvaluation, said.evaluation)
    rating = said.declared.get("rating") or said.optional("score") or said.optional("rating")
    decision = said.optional("decision")
    if not (rating or decision):
        rating = "score"
    threshold = evaluation.operating_point.threshold
    return ReadersColumns(
        case=said.wanted("case"),
        truth=said.wanted("outcome"),
        reader=said.wanted("reader"),
        modality=said.optional("condition"),
        rating=rating,
        decision=decision,
        threshold=None if decision else threshold,
        baseline=_baseline(said),
        positive=evaluation.positive,
        lower_is_positive=evaluation.direction == "lower_is_positive",
        options={"analysis": ANALYSES[random]} if random in ANALYSES else {},
        **said.rows,
    )


def _baseline(said: _Said) -> str | None:
    """Return the condition that a claim compares with."""
    column = said.optional("condition")
    if column not in said.table.columns:
        return None
    there = {meaning(name): name for name in labels(said.table, column).names}
    versus = [claim.versus for claim in said.evaluation.claims or () if claim.versus]
    return next((there[meaning(each)] for each in versus if meaning(each) in there), None)


def _segmentation(said: _Said, random: str | None) -> TaskColumns:
    evaluation = cast(Segmentation, said.evaluation)
    structures = tuple(evaluation.structures or {})
    named = {name: column for name, column in said.declared.items() if is_measure(name)}
    return SegmentationColumns(
        case=said.wanted("case"),
        structure=said.optional("structure"),
        name=structures[0] if len(structures) == 1 else "structure",
        measures=measures_named(said.table) | named,
        **said.rows,
    )


RATE_METRICS = ("froc_sensitivity", "lesion_sensitivity")
"""Metrics of which a claim may name the false positives per case by `at`."""


def detection_columns(evaluation: Detection, scans: Table, random: str | None) -> DetectionColumns:
    """Return which column of its tables is what.

    Args:
        evaluation: of detection.
        scans: the table of scans.
        random: what a reader study is meant to hold for (`readers.random`).
    """
    said = _Said(evaluation, scans)
    if problem := _limit_problem(evaluation, scans.name):
        raise BadSubmission([problem])
    of_tables = {*said.declared} - {"partition", "patient", FOLD, *(evaluation.groups or ())}
    point = evaluation.operating_point.threshold
    rates = [
        claim.at
        for claim in evaluation.claims or ()
        if claim.at is not None and claim.metric in RATE_METRICS and 0 < claim.at != point
    ]
    versus = [claim.versus for claim in evaluation.claims or () if claim.versus]
    return DetectionColumns(
        names={_our_name(name): said.declared[name] for name in of_tables},
        hit=evaluation.hit,
        limit=evaluation.hit_limit,
        matching=evaluation.matching or "highest_score_first",
        extra_hits=evaluation.extra_hits,
        max_marks=evaluation.max_marks,
        thresholds=() if point is None else (point,),
        rates=tuple(sorted({*RATES, *rates})) if rates else (),
        baseline=versus[0] if versus else None,
        options={"analysis": ANALYSES[random]} if random in ANALYSES else {},
        **said.rows,
    )


def _limit_problem(evaluation: Detection, file: str) -> SaidProblem | None:
    """Return what is wrong with the limit of the hit rule."""
    hit, limit = evaluation.hit, evaluation.hit_limit
    if hit not in ("distance", "iou", "dice"):
        return None
    if limit is None:
        message = f"the hit rule {hit} has no limit"
        example = "5, in the unit of the places" if hit == "distance" else "0.5"
        hint = f"write hit_limit: {example}, for example"
        return SaidProblem(file, None, "hit_limit", message, hint)
    if hit != "distance" and not 0 < limit <= 1:
        message = f"an overlap of {limit:g} is asked for; it lies above 0 and is at most 1"
        return SaidProblem(file, None, "hit_limit", message, "write 0.5 for 50 %")
    return None


def _our_name(name: str) -> str:
    """Return our word for a column of detection where other tasks have another."""
    return {"case": "scan", "condition": "modality", "rating": "score"}.get(name, name)


MAKERS: Mapping[type[Evaluation], Callable[[_Said, str | None], TaskColumns]] = {
    Multiclass: _multiclass,
    Ordinal: _ordinal,
    Survival: _survival,
    Agreement: _agreement,
    ReaderEvaluation: _readers,
    Segmentation: _segmentation,
}
"""By the class of the evaluation."""


def named_by(evaluation: Evaluation, at: Path) -> dict[str, Path]:
    """Return where the description names each column, or would name it."""
    declared = evaluation.columns or {}
    named: dict[str, Path] = {
        name: (*at, "columns", name) for name in STANDARD_OF.get(evaluation.task, ())
        if name not in declared
    }  # fmt: skip
    lists = {"groups": evaluation.groups or (), "compared_scores": evaluation.compared_scores or ()}
    for name, each in lists.items():
        named |= {column: (*at, name, i) for i, column in enumerate(each) if column not in declared}
    for name in ("risk_columns", "treatment_risk_columns", "raters"):
        inside: Mapping[str, str] = getattr(evaluation, name, None) or {}
        named |= {column: (*at, name, key) for key, column in inside.items()}
    if evaluation.cluster:
        named[evaluation.cluster] = (*at, "cluster")
    return named | {column: (*at, "columns", name) for name, column in declared.items()}


STANDARD_OF: Mapping[str, tuple[str, ...]] = {
    "classification": ("outcome", "score"),
    "multiclass": ("outcome",),
    "ordinal": ("outcome", "score"),
    "survival": ("time", "event"),
    "agreement": ("reference", "measured"),
    "readers": ("case", "outcome", "reader", "score"),
    "segmentation": ("case",),
    "detection": ("scan",),
}
"""Columns that a table of the task has under these names unless the description says otherwise."""

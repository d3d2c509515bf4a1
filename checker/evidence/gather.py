"""Makes all evidence of a study: what is given at each place, and the shapes filled from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from checker.evidence.base import MAKERS
from checker.model.evidence import ClaimEvidence, EvaluationEvidence, StudyEvidence
from checker.model.finding import Path
from checker.model.place import Place as PaperPlace
from checker.model.predictions import CaseTable, Predictions, TaskTable
from checker.model.settings import Settings
from checker.model.study import Evaluation, Study
from checker.model.study.evaluated import explained
from checker.model.study.facts import study_there
from checker.model.threshold import Thresholds
from checker.needs import Absent, Known

T = TypeVar("T")
Shape = TypeVar("Shape", StudyEvidence, EvaluationEvidence, ClaimEvidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of the study with everything that is known there."""

    scope: str
    """study, evaluation, explanation or claim."""
    at: Path
    words: str
    known: Known


def known_about(
    study: Study,
    *,
    predictions: Mapping[str, Predictions | TaskTable | Absent],
    case_tables: Mapping[str, CaseTable],
    thresholds: Thresholds,
    settings: Settings,
    told_places: Sequence[PaperPlace] = (),
) -> Known:
    """Return what is known about the study as a whole.

    Args:
        study: the description.
        predictions: by name of the evaluation; absent where nothing can be recomputed.
        case_tables: by name of the partition, where the description names a table of its cases.
        thresholds: the numbers that rules compare with.
        settings: seed, resamples, level.
        told_places: places of the paper that the description tells, looked up where a manuscript was given.
    """
    return Known(
        MAKERS,
        {
            "study": study,
            "all_predictions": predictions,
            "case_tables": case_tables,
            "thresholds": thresholds,
            "settings": settings,
            "told_places": told_places,
        },
    )


def places(study: Study, known: Known) -> tuple[Place, ...]:
    """Return every place of the study: itself, each evaluation with its claims, each explanation that has maps.

    Always in the order of the file. Rules for evaluations do not run at explanations, which have other facts.
    """
    return (Place(scope="study", at=(), words="the study", known=known), *_inner(study, known))


def _inner(study: Study, known: Known) -> Iterator[Place]:
    predictions = known.given["all_predictions"]
    assert isinstance(predictions, Mapping)
    for i, evaluation in enumerate(study.evaluations or ()):
        inside = _inside(study, evaluation, known, predictions)
        words = f"evaluation {evaluation.name}"
        yield Place(scope="evaluation", at=("evaluations", i), words=words, known=inside)
        yield from _claims(evaluation, ("evaluations", i), inside)
    for i, described, made in explained(study):
        inside = _inside(study, made, known, predictions)
        words = f"explanation {described.name}"
        yield Place(scope="explanation", at=("explanations", i), words=words, known=inside)
        yield from _claims(made, ("explanations", i), inside)


def _inside(
    study: Study, evaluation: Evaluation, known: Known, predictions: Mapping[str, object]
) -> Known:
    """Return what is known at an evaluation."""
    submitted = predictions[evaluation.name]
    return known.inside(
        study=study_there(study, evaluation),
        evaluation=evaluation,
        predictions=_of_kind(Predictions, submitted, evaluation),
        task_table=_of_kind(TaskTable, submitted, evaluation),
    )


def _of_kind(kind: type[T], submitted: object, evaluation: Evaluation) -> T | Absent:
    """Return what was submitted, if it is of this kind; another kind does not apply to the task."""
    if isinstance(submitted, kind | Absent):
        return submitted
    return Absent(f"the task is {evaluation.task}", applies=False)


def _claims(evaluation: Evaluation, inside_of: tuple[str, int], known: Known) -> Iterator[Place]:
    section, i = inside_of
    for j, claim in enumerate(evaluation.claims or ()):
        at: Path = (*inside_of, "claims", j)
        inside = known.inside(claim=claim, claim_at=f"{section}[{i}].claims[{j}]")
        words = f"claim {claim.name or claim.metric} of {evaluation.name}"
        yield Place(scope="claim", at=at, words=words, known=inside)


def gather(all_places: tuple[Place, ...]) -> StudyEvidence:
    """Return all evidence, made from what is known at every place."""
    claims: dict[Path, list[ClaimEvidence]] = {}
    for place in all_places:
        if place.scope == "claim":
            claims.setdefault(place.at[:2], []).append(_filled(ClaimEvidence, place.known))
    evaluations = tuple(
        _filled(EvaluationEvidence, place.known, claims=tuple(claims.get(place.at, ())))
        for place in all_places
        if place.scope in ("evaluation", "explanation")
    )
    return _filled(StudyEvidence, all_places[0].known, evaluations=evaluations)


def _filled(shape: type[Shape], known: Known, **inner: object) -> Shape:
    made = {each.name: known.value(each.name) for each in fields(shape) if each.name not in INNER}
    return shape(**made, **inner)  # type: ignore[arg-type]  # a test compares every field with its function


INNER = {"evaluations", "claims"}
"""Fields that hold the evidence of the places inside."""

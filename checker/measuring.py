"""What can be said about one table of predictions, without a description: the same way as for a study."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from checker import assemble
from checker.errors import BadSubmission, Problem
from checker.evidence import Place, gather, known_about, places
from checker.evidence.performance import Scored
from checker.model.estimate import Comparison, Estimate
from checker.model.predictions import Predictions
from checker.model.report import Report
from checker.model.settings import Settings
from checker.model.study import Classification, Study
from checker.model.study.evaluations import OperatingPoint
from checker.needs import Absent, Known
from checker.reading.documents import Places, StudyDocument
from checker.reading.predictions import ColumnNames, read_predictions
from checker.reading.references import read_sources, read_thresholds
from checker.reading.submission import Submitted
from checker.reading.tables import read_table
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
class Measured:
    """What was recomputed from one table."""

    task: str
    cases: int
    missing: int
    unit: str
    estimates: tuple[Estimate, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]


class _Made(NamedTuple):
    """A description with one evaluation, made from the question, and what is known about it."""

    study: Study
    predictions: Predictions
    places: tuple[Place, ...]

    @property
    def known(self) -> Known:
        return self.places[-1].known


SHOWN = (
    "estimates",
    "compared_estimates",
    "subgroup_estimates",
    "paired_comparison",
    "group_comparison",
)
"""Evidence that `measure` shows."""
TOLD = ("probability", "threshold")
"""Evidence of which `measure` tells why it could not be established."""


def measure(question: Question) -> Measured:
    """Recompute every metric of a binary classification from one table.

    Raises:
        BadSubmission: the table cannot be used; every problem at once.
    """
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
        estimates=tuple(_all(found, SHOWN[:3], Estimate)),
        comparisons=tuple(_all(found, SHOWN[3:], Comparison)),
        notes=tuple(each.because for each in absent),
    )


def report(question: Question) -> Report:
    """Return the whole report of one table: its numbers and figures, and what rules see in it.

    Raises:
        BadSubmission: the table cannot be used; every problem at once.
    """
    made = _made(question)
    predictions, thresholds = made.predictions, read_thresholds()
    document = StudyDocument(made.study, Places(), (), predictions.sha256, predictions.file)
    rules = tuple(code for code in sorted(RULES) if RULES[code].scope == "evaluation")
    return assemble.report(
        document,
        Submitted(
            predictions={each.name: predictions for each in made.study.evaluations or ()},
            case_tables={},
            files={predictions.file: predictions.sha256},
        ),
        gather(made.places),
        run_all(made.places, rules),
        (),
        (),
        items={},
        settings=question.settings,
        thresholds=thresholds,
        sources=read_sources(),
        notes=("No study was described: this report is about one table of predictions.",),
        select=(),
        ignore=(),
    )


def _made(question: Question) -> _Made:
    """Return what is known about the table; one without a complete row cannot be used.

    Raises:
        BadSubmission: the table cannot be used, or the sentence why nothing can be computed.
    """
    name = visible(question.file.name)
    predictions = read_predictions(
        read_table(question.file, name=str(question.file)),
        question.columns,
        positive=question.positive,
        positive_written="--positive",
        lower_is_positive=question.lower_is_positive,
        where=question.where,
    )
    predictions = replace(predictions, file=name)  # a report names no path of a machine
    evaluation = Classification(
        name=name,
        task="classification",
        operating_point=OperatingPoint(threshold=question.threshold),
        groups=tuple(predictions.groups),
        compared_scores=tuple(predictions.compared),
        decision_range=_range(question.net_benefit),
    )
    study = Study.model_validate({"study": {"title": f"Predictions in {name}"}})
    study = study.model_copy(update={"evaluations": (evaluation,)})
    known = known_about(
        study,
        predictions={name: predictions},
        case_tables={},
        thresholds=read_thresholds(),
        settings=question.settings,
    )
    made = _Made(study, predictions, _with_net_benefit(places(study, known), question.net_benefit))
    for needed in ("scored", "estimates"):
        value = made.known.value(needed)
        if isinstance(value, Absent):
            raise BadSubmission([Problem(predictions.file, None, "", value.because)])
    return made


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

"""Evaluations of every task but binary classification, as a report holds them: made from the small tables."""

from typing import Any

from checker import assemble
from checker.evidence import gather, known_about, places
from checker.model.evidence import StudyEvidence
from checker.model.predictions import TaskTable
from checker.model.report import EvaluationReport
from checker.model.settings import Settings
from checker.model.study import Study
from checker.reading.references import read_thresholds

from . import task_tables

NAMES = {
    "multiclass": "type of tumour",
    "ordinal": "stage of fibrosis",
    "survival": "death after transplantation",
    "agreement": "liver volume",
    "raters": "three raters",
    "readers": "reader study",
    "segmentation": "liver and lesions",
    "detection": "marks on lesions",
}


def described(task: str, **more: Any) -> Study:
    """Return the description of a study with one evaluation of the task."""
    evaluation: dict[str, Any] = {
        "name": NAMES[task],
        "task": "agreement" if task == "raters" else task,
        "partition": "later patients",
        "unit": "patient",
        **({"decision_range": [0.05, 0.5]} if task == "survival" else {}),
        **more,
    }
    parts = [
        {"name": "earlier patients", "role": "training"},
        {"name": "later patients", "role": "external_test"},
    ]
    return Study.model_validate({"data": {"partitions": parts}, "evaluations": [evaluation]})


def evidence_of(study: Study, table: TaskTable, resamples: int = 100) -> StudyEvidence:
    """Return all evidence of a study with one evaluation."""
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=resamples),
    )
    return gather(places(study, known))


def made(task: str, table: TaskTable | None = None, **more: Any) -> EvaluationReport:
    """Return the evaluation of the task as a report holds it."""
    study = described(task, **more)
    submitted = table or task_tables.of(task)
    (found,) = evidence_of(study, submitted).evaluations
    (evaluation,) = study.evaluations or ()
    return assemble.evaluation_report(study, evaluation, found, submitted)


def every() -> tuple[EvaluationReport, ...]:
    """Return one evaluation of each task, and one of survival with competing events and several treatments."""
    one = tuple(made(task) for task in task_tables.MAKE)
    competing = made(
        "survival",
        task_tables.survival(competing=True, treated=True, cuts=(-0.5, 0.5)),
        name="relapse",
    )
    return (*one, competing)

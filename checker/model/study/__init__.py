"""The description of a study as data: one class per section, one field per fact."""

from checker.model.study.description import Study
from checker.model.study.evaluations import (
    TASKS,
    Agreement,
    AnyEvaluation,
    Claim,
    Classification,
    Detection,
    Evaluation,
    Multiclass,
    Ordinal,
    ReaderEvaluation,
    Segmentation,
    Survival,
)
from checker.model.study.printed import Printed

__all__ = [
    "TASKS",
    "Agreement",
    "AnyEvaluation",
    "Claim",
    "Classification",
    "Detection",
    "Evaluation",
    "Multiclass",
    "Ordinal",
    "Printed",
    "ReaderEvaluation",
    "Segmentation",
    "Study",
    "Survival",
]

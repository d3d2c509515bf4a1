"""What can be established about a study: one function per field of the evidence, named like it."""

from checker.evidence import (
    claims,
    cohort,
    explanations,
    folds,
    groups,
    leakage,
    masks,
    performance,
    quotes,
    risk_group_claims,
    risk_groups,
    sizes,
    task_claims,
    task_figures,
    tasks,
)
from checker.evidence.base import MAKERS
from checker.evidence.gather import Place, gather, known_about, places

__all__ = [
    "MAKERS",
    "Place",
    "claims",
    "cohort",
    "explanations",
    "folds",
    "gather",
    "groups",
    "known_about",
    "leakage",
    "masks",
    "performance",
    "places",
    "quotes",
    "risk_group_claims",
    "risk_groups",
    "sizes",
    "task_claims",
    "task_figures",
    "tasks",
]

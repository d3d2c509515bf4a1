"""Rules: each looks at evidence and says one defect; one file per domain."""

from checker.rules import (
    analysis,
    claims,
    fairness,
    leakage,
    outcome,
    participants,
    predictors,
    quotes,
)
from checker.rules.base import RULES, Rule, Runnable, run, run_all

__all__ = [
    "RULES",
    "Rule",
    "Runnable",
    "analysis",
    "claims",
    "fairness",
    "leakage",
    "outcome",
    "participants",
    "predictors",
    "quotes",
    "run",
    "run_all",
]

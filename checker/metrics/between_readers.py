"""How far the decisions of readers agree with each other under a modality, whatever the truth."""

import numpy as np

from checker.metrics.base import Floats, Share, Undefined, derived, metric
from checker.metrics.chance import (
    Choices,
    choice_sums,
    choices_of,
    fleiss_kappa,
    gwet_ac1,
    percent_agreement,
)
from checker.metrics.patients import ByPatient, Weight
from checker.metrics.ratings import Rated, several
from checker.metrics.readers import TASK, Crossed

NO_OR_YES = np.array([0.0, 1.0])


@derived(TASK)
def decided_together(crossed: Crossed, called: Floats, modality: str) -> Rated:
    """Return the decisions of all readers about each case under one modality, -1 where there is none.

    Raises:
        Undefined: there is one reader, or nobody read under the modality.
    """
    several(len(crossed.readers))
    if modality not in crossed.modalities:
        raise Undefined(f"nobody read under {modality}")
    rows = crossed.row[crossed.modalities.index(modality)]
    said = np.where(rows >= 0, called[rows], np.nan)
    code = np.where(np.isnan(said), -1, said).astype(np.int64)
    return Rated(code.T, NO_OR_YES)


@derived(TASK)
def choices(decided_together: Rated) -> Choices:
    """Return how many readers chose for and against the outcome, of the cases that anybody decided."""
    there = (decided_together.code >= 0).any(axis=1)
    return choices_of(decided_together._replace(code=decided_together.code[there]))


@derived(TASK)
def reader_choice_sums(choices: Choices, decided_together: Rated, crossed: Crossed) -> ByPatient:
    """Return agreement, cases with two decisions, all cases, and shares of both decisions, of each patient."""
    there = (decided_together.code >= 0).any(axis=1)
    return choice_sums(choices, crossed.patient[there])


def cases_decided(choices: Choices) -> int:
    """Return how many cases two readers or more decided."""
    return int(choices.paired.sum())


@metric(
    "percent_agreement", task=TASK, goal="higher", bounds=(0, 1),
    source="fleiss-1981", cases=cases_decided,
)  # fmt: skip
def reader_percent_agreement(reader_choice_sums: ByPatient, weight: Weight) -> Share:
    """Return the mean over cases of the share of pairs of readers who decided alike under one modality."""
    return percent_agreement.function(reader_choice_sums, weight)  # type: ignore[return-value]  # a share


@metric(
    "fleiss_kappa", task=TASK, goal="higher", bounds=(-np.inf, 1),
    source="fleiss-1971", cases=cases_decided,
)  # fmt: skip
def reader_fleiss_kappa(reader_choice_sums: ByPatient, choices: Choices, weight: Weight) -> Floats:
    """Return the agreement of the readers' decisions beyond chance under one modality.

    A case that a reader skipped counts as among `raters`: agreement over cases with two decisions or more.
    """
    return fleiss_kappa.function(reader_choice_sums, choices, weight)  # type: ignore[return-value]  # no share


@metric(
    "gwet_ac1", task=TASK, goal="higher", bounds=(-1, 1),
    source="gwet-2008", cases=cases_decided,
)  # fmt: skip
def reader_gwet_ac1(reader_choice_sums: ByPatient, choices: Choices, weight: Weight) -> Floats:
    """Return the agreement of the readers' decisions beyond chance, stable where one decision prevails."""
    return gwet_ac1.function(reader_choice_sums, choices, weight)  # type: ignore[return-value]  # no share

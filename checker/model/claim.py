"""A number printed in the paper against the recomputed one."""

from dataclasses import dataclass
from enum import StrEnum

from checker.model.estimate import Comparison, Estimate

IN_PERCENT = "printed in percent"
"""The convention of 88.4 for 0.884: another way to write the number, which means nothing else."""


class Verdict(StrEnum):
    """How a printed number fares; the order is from best to worst, and `NOT_CHECKABLE` last."""

    REPRODUCED = "reproduced"
    OTHER_CONVENTION = "reproduced_under_another_convention"
    CONTRADICTED = "contradicted"
    NOT_CHECKABLE = "not_checkable"

    @property
    def words(self) -> str:
        """Return the verdict as a person says it."""
        return "could not be checked" if self is Verdict.NOT_CHECKABLE else self.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One convention under which a printed number was tried."""

    convention: str
    """In words: ``score > threshold``, ``Wald interval``."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    fits: bool = False
    undefined_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCheck:
    """One part of a claim: its value, its interval, its number of cases, its p value."""

    part: str
    """value, interval, cases, p_value."""
    printed: str
    verdict: Verdict
    recomputed: str
    """The recomputed number at the printed digits."""
    convention: str = ""
    """The convention under which it is reproduced, if not ours."""
    because: str = ""
    """What is missing (not checkable), or by how much it differs (contradicted)."""
    tried: tuple[Attempt, ...] = ()
    """In the order in which they were tried, ours first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCheck:
    """A claim with the verdict on each of its parts; the verdict on the claim is the worst of them."""

    name: str
    """Name of the claim, or its metric if it has none."""
    evaluation: str
    metric: str
    label: str
    """The metric as people print it."""
    place: str
    """Where the paper prints it; empty if not said."""
    at: str
    """Where study.yaml has it, as a dotted path."""
    group: str = "all"
    threshold: float | None = None
    parts: tuple[PartCheck, ...] = ()
    printed: str = ""
    """What the paper prints, of a claim without parts: nothing was there to compare with."""
    verdict: Verdict
    because: str = ""
    """Why it is not checkable as a whole; empty otherwise."""
    recomputed: Estimate | None = None
    compared: Comparison | None = None
    """Of a claim about a difference."""

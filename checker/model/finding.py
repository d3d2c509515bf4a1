"""What a rule says: a finding, or why it could not run."""

from dataclasses import dataclass, field
from enum import StrEnum

from checker.needs import Absent

Path = tuple[str | int, ...]
"""A place in study.yaml: ``("evaluations", 0, "claims", 1)``."""


class Severity(StrEnum):
    """How much a finding matters; the order is from worst to least."""

    CRITICAL = "critical"
    """The number or the conclusion cannot be relied on as it stands."""
    MAJOR = "major"
    """Signals a risk of bias that a reviewer must weigh."""
    MINOR = "minor"
    """Should be mended or explained before publication."""

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect at one place, as a rule sees it."""

    message: str
    """What was seen, in one sentence that a reader of the report can check."""
    at: Path = ()
    """Where in study.yaml, seen from the place where the rule ran."""
    observed: str = ""
    """What the paper or the files have."""
    expected: str = ""
    """What would be right; of a printed number, the recomputed one."""
    brief: str = ""
    """What it is about in a few words, where several findings of the rule say the same of several places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRun:
    """One rule at one place: what it found, or why it did not run (which is not a pass)."""

    rule: str
    at: Path
    place: str
    """The place in words: ``the study``, ``evaluation external test``, ``claim AUROC of external test``."""
    findings: tuple[Finding, ...] = field(default=())
    absent: Absent | None = None
    crashed: bool = False
    """The rule itself failed; the fault is ours."""

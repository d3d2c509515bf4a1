"""What claims about a difference share in tasks other than binary classification: what is asked, and its verdicts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from checker.evidence.difference_ways import Way
from checker.evidence.differences import CASES_BEHIND, difference_parts
from checker.metrics.resampling import seeds
from checker.model.claim import PartCheck
from checker.model.estimate import Comparison
from checker.model.predictions import TaskTable
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation
from checker.needs import NotEstablished

Checked = tuple[tuple[PartCheck, ...], Comparison]
"""The verdict on each part, and what was recomputed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a claim about a difference is about."""

    claim: Claim
    evaluation: Evaluation
    table: TaskTable
    """The rows of the group."""
    group: str
    unit: str
    settings: Settings
    """At the level of the claim."""

    @property
    def seeds(self) -> tuple[int, int]:
        """Return what seeds its resamples."""
        return seeds(self.settings.seed, self.evaluation.name, self.group)


def defined(found: Comparison) -> Comparison:
    """Return the comparison.

    Raises:
        NotEstablished: its difference is undefined, with the sentence.
    """
    if found.difference is None:
        raise NotEstablished(f"the difference is undefined: {found.undefined_because}")
    return found


def checked_parts(
    asked: Difference,
    found: Comparison,
    tests: Callable[[], tuple[Way, ...]],
    others: Sequence[tuple[str, float]],
) -> Checked:
    """Return the verdict on each printed part.

    Args:
        asked: the claim.
        found: the recomputed difference.
        tests: makes every way to an interval and a p value, ours first; only where one of them is printed.
        others: the difference under other conventions, in words.
    """
    assert found.difference is not None
    claim = asked.claim
    printed = any(each is not None for each in (claim.low, claim.high, claim.p_value))
    tried = tests() if printed else ()
    known = {None, *(way.test for way in tried)}
    parts = difference_parts(
        claim, found.difference, claim.metric, lambda: tried, others, known,
        counts={CASES_BEHIND: found.cases, "all rows": asked.table.cases},
    )  # fmt: skip
    return tuple(parts), replace(found, group=asked.group)

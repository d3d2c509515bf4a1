"""Claims about risk groups: hazard ratios between them, the test of equal hazards, risks and medians of one group."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import Any, NamedTuple

import numpy as np

from checker.evidence.base import evidence
from checker.evidence.claim_intervals import printed_limits
from checker.evidence.claim_values import counted, not_checkable, readings
from checker.evidence.claims import worst
from checker.evidence.limits import exactly
from checker.evidence.printed import printed_p
from checker.evidence.task_claims import (
    Number,
    Way,
    interval_part,
    task_claim_check,
    turned,
    value_part,
)
from checker.metrics import log_rank
from checker.metrics.base import Codes, Floats, Undefined
from checker.metrics.cox import CoxTests, LogRank, Ties, Weighting, cox_tests, hazard_ratios
from checker.metrics.intervals import around_logarithm
from checker.metrics.survival import followed
from checker.metrics.survival_groups import GROUPED
from checker.model.claim import Attempt, ClaimCheck, PartCheck, Verdict
from checker.model.curves import RiskGroups
from checker.model.estimate import Estimate, Estimates, Interval
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import Labels, TaskTable
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation
from checker.needs import Absent, DoesNotApply, NotEstablished

OF_ONE_GROUP = ("observed_risk", "median_survival")
"""Metrics of which there is a number for each risk group."""
AGAINST = re.compile(r"\s+(?:vs?\.?|versus|against|over|compared (?:with|to))\s+", re.IGNORECASE)
SAYS_NOTHING = re.compile(r"\b(?:risk|groups?|patients)\b")
NOT_DESCRIBED = (
    "no risk groups are described: name their cut-offs (cutoffs), or their column (columns: "
    "{risk_group: COLUMN})"
)
ONE_SIDED = "one-sided"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Groups:
    """The rows of the risk groups that have cases, numbered from the lowest risk."""

    names: tuple[str, ...]
    time: Floats
    event: Codes
    group: Codes
    patient: Codes | None
    level: float
    unit: str

    def between(self, pair: tuple[int, int], ties: Ties = "Efron", *, alone: bool) -> Estimate:
        """Return the hazard ratio of one group over another, from a model of all groups or of these two alone.

        Raises:
            NotEstablished: there is none.
        """
        kept = np.isin(self.group, pair) if alone else np.ones(len(self.group), bool)
        order = [pair[1], pair[0], *(each for each in range(len(self.names)) if each not in pair)]
        codes = np.argsort(order)[self.group[kept]]
        patient = None
        if self.patient is not None:
            patient = np.unique(self.patient[kept], return_inverse=True)[1]
        found = hazard_ratios(self.time[kept], self.event[kept], codes, patient, self.level, ties)[
            0
        ]
        if found is None:
            raise NotEstablished("nobody in the group had the outcome, so its hazard ratio is 0")
        return self.estimate(pair, found.value, found.interval)

    def estimate(self, pair: tuple[int, int], value: float, interval: Interval | None) -> Estimate:
        """Return a hazard ratio of one group over another."""
        return Estimate(
            metric="hazard_ratio",
            label=f"{self.names[pair[0]]} vs {self.names[pair[1]]}",
            cases=int(np.isin(self.group, pair).sum()),
            unit=self.unit,
            value=value,
            interval=interval,
        )

    def wald(self, pair: tuple[int, int], ties: Ties = "Efron") -> float:
        """Return p of the hazard ratio of one group over another."""
        order = [pair[1], pair[0], *(each for each in range(len(self.names)) if each not in pair)]
        codes = np.argsort(order)[self.group]
        found = hazard_ratios(self.time, self.event, codes, self.patient, self.level, ties)[0]
        if found is None:
            raise NotEstablished("nobody in the group had the outcome")
        return found.p

    def tested(
        self, weighting: Weighting = "log-rank", pair: tuple[int, int] | None = None
    ) -> LogRank:
        """Return the log-rank test of all groups, or of two; the later of two comes second."""
        kept = np.ones(len(self.group), bool) if pair is None else np.isin(self.group, pair)
        codes = self.group[kept]
        if pair is not None:
            codes = (codes == pair[0]).astype(np.int64)
        return log_rank(self.time[kept], self.event[kept], codes, weighting)


@evidence
def risk_group_claim_check(
    claim: Claim,
    claim_at: str,
    of_survival: Evaluation,
    task_table: TaskTable,
    risk_groups: RiskGroups | Absent,
    task_claim_check: ClaimCheck | Absent,
    unit: str,
    settings: Settings,
) -> ClaimCheck:
    """Return a claim about risk groups with the verdict on each part that it prints.

    Raises:
        DoesNotApply: it is about something else.
        NotEstablished: the groups, or which of them are meant, are not known.
    """
    asked = _asked(claim, task_table, task_claim_check)
    if isinstance(risk_groups, Absent):
        raise NotEstablished(NOT_DESCRIBED if not risk_groups.applies else risk_groups.because)
    if asked.group is not None:
        return _of_one_group(
            claim, claim_at, of_survival, task_table, risk_groups, asked.group, unit, settings
        )
    groups = _rows(task_table, unit, claim.level or settings.level)
    pair = None if asked.pair is None else _present(groups, asked.pair)
    made = _checked(claim, claim_at, of_survival, groups, pair)
    if asked.guessed and made.verdict is Verdict.CONTRADICTED:
        raise DoesNotApply("it is no ratio between the two risk groups")
    return made


# What is meant


class _Asked(NamedTuple):
    """What a claim about risk groups is about: one group, two of them by name, or the test of all."""

    group: str | None = None
    pair: tuple[str, str] | None = None
    guessed: bool = False
    """Nobody said that it is between risk groups."""


def _asked(claim: Claim, table: TaskTable, otherwise: ClaimCheck | Absent) -> _Asked:
    given: Any = table.given.get("risk_groups") or ()
    names: tuple[str, ...] = tuple(given)
    if claim.metric in OF_ONE_GROUP:
        said = claim.of or (claim.group or "").partition(f"{GROUPED} = ")[2]
        name = _named(said, names) if said else None
        if name is None:
            raise DoesNotApply("it names no risk group")
        return _Asked(group=name)
    if claim.metric != "hazard_ratio":
        raise DoesNotApply(f"{claim.metric} is not between risk groups")
    pair = _pair(claim, names)
    if pair is not None:
        return _Asked(pair=pair)
    if claim.of is None and claim.test == "log_rank":
        return _test_of_all(claim, names)
    if claim.of is not None and AGAINST.search(claim.of):
        there = f"; there are {', '.join(names)}" if names else ""
        raise NotEstablished(
            f'there are no risk groups "{claim.of}"{there}' if names else NOT_DESCRIBED
        )
    return _nobody_said(claim, names, otherwise)


def _test_of_all(claim: Claim, names: Sequence[str]) -> _Asked:
    """Return that the test is meant; a ratio printed with it is that of two groups, where there are two."""
    if not names:
        raise NotEstablished(NOT_DESCRIBED)
    if claim.value is None and claim.low is None and claim.high is None:
        return _Asked()
    if len(names) == 2:
        return _Asked(pair=(names[1], names[0]))
    raise NotEstablished(_which(names))


def _which(names: Sequence[str]) -> str:
    return f'between which risk groups it is, is not said; write of: "{names[-1]} vs {names[0]}"'


def _nobody_said(claim: Claim, names: Sequence[str], otherwise: ClaimCheck | Absent) -> _Asked:
    """Return that the two groups are meant, if the number is not that of the score.

    Raises:
        DoesNotApply: it is that of the score.
        NotEstablished: it is not, and there are more than two groups.
    """
    right = isinstance(otherwise, ClaimCheck) and otherwise.verdict is not Verdict.CONTRADICTED
    if not names or right or claim.of is not None or claim.versus is not None:
        raise DoesNotApply("it names no risk group")
    if len(names) == 2:
        return _Asked(pair=(names[1], names[0]), guessed=True)
    because = "" if isinstance(otherwise, Absent) else "it is not the one per unit of the score; "
    raise NotEstablished(because + _which(names))


def _pair(claim: Claim, names: Sequence[str]) -> tuple[str, str] | None:
    """Return the two groups that are named, the first over the second; one alone is over the lowest."""
    if claim.of is None or not names:
        return None
    said = [claim.of, claim.versus] if claim.versus else [*AGAINST.split(claim.of, maxsplit=1)]
    found = [_named(each, names) for each in said]
    if None in found:
        return None
    first, *other = [each for each in found if each is not None]
    second = other[0] if other else names[0]
    return None if first == second else (first, second)


def _named(text: str, names: Sequence[str]) -> str | None:
    """Return the group that is called so: by its name, or by low, intermediate or high where it has none."""
    known = {_plain(name): name for name in reversed(names)}
    places = {"lowest": names[0], "low": names[0], "highest": names[-1], "high": names[-1]}
    if len(names) == 3:
        middle = ("intermediate", "medium", "middle", "moderate")
        places |= dict.fromkeys(middle, names[1])
    return known.get(_plain(text)) or places.get(_plain(text)) if names else None


def _plain(text: str) -> str:
    bare = text.casefold().replace("-", " ").replace("_", " ")
    return "".join((SAYS_NOTHING.sub("", bare).strip() or bare).split())


# Rows


def _rows(table: TaskTable, unit: str, level: float) -> _Groups:
    given: Any = table.given["risk_groups"]
    codes = np.asarray(table.columns["risk_group"])
    known, (time, event, *_) = followed(
        table.columns["time"], table.columns["event"], np.where(codes < 0, np.nan, codes)
    )
    there, group = np.unique(codes[known], return_inverse=True)
    patient = None
    if table.patient is not None:
        own = table.patient.codes
        single = len(table.patient.names) + np.arange(len(own))
        patient = np.unique(np.where(own < 0, single, own)[known], return_inverse=True)[1]
    return _Groups(
        names=tuple(given[each] for each in there),
        time=time,
        event=event,
        group=group,
        patient=patient,
        level=level,
        unit=unit,
    )


def _present(groups: _Groups, pair: tuple[str, str]) -> tuple[int, int]:
    for each in pair:
        if each not in groups.names:
            raise NotEstablished(f'no case is in the risk group "{each}"')
    return groups.names.index(pair[0]), groups.names.index(pair[1])


# One group


def _of_one_group(
    claim: Claim,
    claim_at: str,
    evaluation: Evaluation,
    table: TaskTable,
    found: RiskGroups,
    name: str,
    unit: str,
    settings: Settings,
) -> ClaimCheck:
    """Return the claim about the risk, or the median, of one group: compared as that of any group."""
    group = next((each for each in found.groups if each.name == name), None)
    if group is None:
        raise NotEstablished(f'no case is in the risk group "{name}"')
    names: Any = table.given["risk_groups"]
    labels = Labels(np.asarray(table.columns["risk_group"]), tuple(names))
    return task_claim_check(
        claim.model_copy(update={"of": None, "group": f"{GROUPED} = {name}"}),
        claim_at,
        evaluation,
        replace(table, groups={**table.groups, GROUPED: labels}),
        Estimates((*group.observed_risks, group.median_survival)),
        Absent("risk groups have no groups", applies=False),
        unit,
        settings,
    )


# Ratios and tests


def _checked(
    claim: Claim,
    claim_at: str,
    evaluation: Evaluation,
    groups: _Groups,
    pair: tuple[int, int] | None,
) -> ClaimCheck:
    ours = None
    if pair is not None:
        try:
            ours = groups.between(pair, alone=False)
        except Undefined as reason:
            raise NotEstablished(str(reason)) from None
    parts = tuple(_parts(claim, groups, pair, ours))
    verdict = worst(parts)
    because = next((each.because for each in parts if each.verdict is Verdict.NOT_CHECKABLE), "")
    label = METRIC_NAMES["hazard_ratio"].label
    return ClaimCheck(
        name=claim.name or claim.metric,
        evaluation=evaluation.name,
        metric=claim.metric,
        label=f"{label} ({ours.label})" if ours else "log-rank test of the risk groups",
        place=claim.place or "",
        at=claim_at,
        parts=parts,
        verdict=verdict,
        because=(because or "the claim has no value, interval, number of cases or p value")
        if verdict is Verdict.NOT_CHECKABLE
        else "",
        recomputed=ours,
    )


def _parts(
    claim: Claim, groups: _Groups, pair: tuple[int, int] | None, ours: Estimate | None
) -> Iterator[PartCheck]:
    if pair is not None and ours is not None:
        yield from _of_the_ratio(claim, groups, pair, ours)
    if claim.p_value is not None:
        yield _p_value(claim, claim.p_value, tuple(_ps(groups, pair)), pair)


def _of_the_ratio(
    claim: Claim, groups: _Groups, pair: tuple[int, int], ours: Estimate
) -> Iterator[PartCheck]:
    numbers = tuple(_numbers(groups, pair, ours))
    reading, found = next(readings(claim, claim.metric)), numbers[0]
    if claim.value is not None:
        part, reading, fitting = value_part(claim, claim.value, iter(numbers))
        yield part
        found = fitting or found
    if (limits := printed_limits(claim, reading)) is not None:
        yield interval_part(limits, _ways(found, numbers), ours.note)
    if claim.cases is not None:
        all_groups = {"cases of all risk groups": len(groups.time)}
        yield counted("cases", claim.cases, {"cases of both groups": ours.cases, **all_groups})


def _numbers(groups: _Groups, pair: tuple[int, int], ours: Estimate) -> Iterator[Number]:
    """Yield our ratio, then those that go by its name, in a fixed order."""
    value = ours.value
    assert value is not None
    yield Number("our definition", value, ours)
    yield Number("of the other direction", 1 / value, ours, _inverse)
    yield Number("its logarithm, the coefficient", log(value), ours, log)
    others: dict[str, Callable[[], Estimate]] = {
        "Breslow's formula for ties": lambda: groups.between(pair, "Breslow", alone=False)
    }
    if len(groups.names) > 2:
        others["a model of these two groups alone"] = lambda: groups.between(pair, alone=True)
    others |= {
        "observed over expected outcomes of the log-rank test": lambda: _rates(groups, pair),
        "one step from the log-rank test (Peto)": lambda: _one_step(groups, pair),
    }
    for words, make in others.items():
        try:
            made = make()
        except (Undefined, NotEstablished):
            continue
        if made.value is not None and np.isfinite(made.value):
            yield Number(words, made.value, made)


def _inverse(value: float) -> float:
    return 1 / value


def _rates(groups: _Groups, pair: tuple[int, int]) -> Estimate:
    """Return (O₁ / E₁) / (O₂ / E₂) of the log-rank test of two groups, its variance 1 / E₁ + 1 / E₂."""
    test = groups.tested(pair=pair)
    (below, above), (low, high) = test.observed.tolist(), test.expected.tolist()
    value, variance = (above / high) / (below / low), 1 / low + 1 / high
    interval = around_logarithm(value, variance, groups.level, "logarithmic, log-rank")
    return groups.estimate(pair, value, interval)


def _one_step(groups: _Groups, pair: tuple[int, int]) -> Estimate:
    """Return exp((O - E) / V) of the log-rank test of two groups (Peto), its variance 1 / V."""
    test = groups.tested(pair=pair)
    variance = float(test.covariance[1, 1])
    value = exp(float(test.observed[1] - test.expected[1]) / variance)
    interval = around_logarithm(value, 1 / variance, groups.level, "logarithmic, Peto")
    return groups.estimate(pair, value, interval)


def _ways(found: Number, numbers: Sequence[Number]) -> Iterator[Way]:
    """Yield the interval of the number that fits, then those of the others, turned as that number was."""
    for number in (found, *(each for each in numbers if each is not found)):
        interval = None if number.estimate is None else number.estimate.interval
        if interval is not None and (number is found or number.turn is float):
            words = (
                interval.method if number is numbers[0] else f"{number.words}, {interval.method}"
            )
            yield from turned(iter((Way(words, exactly(interval)),)), found.turn)


class _P(NamedTuple):
    words: str
    p: float
    test: str
    """As `evaluations.claims.test` names it; empty: it has no name there."""


def _ps(groups: _Groups, pair: tuple[int, int] | None) -> Iterator[_P]:
    """Yield p of each test in common use: of the ratio, if one is named, then of all groups."""
    several = len(groups.names) > 2
    wanted: dict[tuple[str, str], Callable[[], float]] = {}
    if pair is not None:
        wanted["Wald test of the hazard ratio", ""] = lambda: groups.wald(pair)
    wanted["log-rank test of all risk groups", "log_rank"] = lambda: groups.tested().p
    if several and pair is not None:
        wanted["log-rank test of these two groups", "log_rank"] = lambda: groups.tested(pair=pair).p
    wanted |= {
        ("score test of the Cox model", ""): lambda: _cox(groups).score,
        ("Wald test of the Cox model", ""): lambda: _cox(groups).wald,
        ("likelihood ratio test of the Cox model", ""): lambda: _cox(groups).likelihood_ratio,
        ("score test of the Cox model, Breslow's ties", ""): lambda: _cox(groups, "Breslow").score,
        ("Peto's weights (Wilcoxon)", "wilcoxon"): lambda: groups.tested("Peto").p,
        ("Gehan's weights (Wilcoxon)", "wilcoxon"): lambda: groups.tested("Gehan").p,
    }
    if several:
        wanted["test for a trend over the groups", ""] = lambda: groups.tested().trend
    if several and pair is not None:
        wanted["Gehan's weights (Wilcoxon), these two groups", "wilcoxon"] = lambda: (
            groups.tested("Gehan", pair).p
        )
    for (words, test), make in wanted.items():
        try:
            yield _P(words, float(make()), test)
        except (Undefined, NotEstablished):
            continue


def _cox(groups: _Groups, ties: Ties = "Efron") -> CoxTests:
    return cox_tests(groups.time, groups.event, groups.group, ties)


KNOWN_TESTS: Mapping[str | None, str] = {
    None: "",
    "log_rank": "log_rank",
    "wilcoxon": "wilcoxon",
    "other": "",
    "chi_squared": "",
}
"""Tests that a paper may name of which these are, with our word."""


def _p_value(
    claim: Claim, text: str, tried: Sequence[_P], pair: tuple[int, int] | None
) -> PartCheck:
    try:
        printed = printed_p(text)
    except NotEstablished as unread:
        return not_checkable("p_value", text, str(unread))
    if not tried:
        return not_checkable("p_value", text, "no test of the risk groups can be computed")
    named = KNOWN_TESTS.get(claim.test, "")
    ours = [each for each in tried if named and each.test == named] or [tried[0]]
    ordered = [*ours, *(each for each in tried if each not in ours)]
    attempts = [
        Attempt(convention=each.words, value=each.p, fits=printed.agrees(each.p))
        for each in ordered
    ]
    half = ordered[0].p / 2
    attempts.append(
        Attempt(
            convention=f"{ordered[0].words}, {ONE_SIDED}", value=half, fits=printed.agrees(half)
        )
    )
    fitting = next((at for at, each in enumerate(attempts) if each.fits), None)
    shown = printed.show(ordered[0].p)
    if fitting is None and claim.test not in KNOWN_TESTS:
        because = f"the test named ({claim.test}) is not recomputed here"
        return not_checkable("p_value", text, because, recomputed=shown, tried=tuple(attempts))
    reproduced = fitting is not None and fitting < len(ours)
    return PartCheck(
        part="p_value",
        printed=text,
        verdict=(
            Verdict.CONTRADICTED
            if fitting is None
            else Verdict.REPRODUCED
            if reproduced
            else Verdict.OTHER_CONVENTION
        ),
        recomputed=shown,
        convention="" if fitting is None or reproduced else attempts[fitting].convention,
        because=f"recomputed {shown} ({ordered[0].words}), printed {text}"
        if fitting is None
        else "",
        tried=tuple(attempts),
    )

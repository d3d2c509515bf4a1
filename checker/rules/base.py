"""What a rule is, the registry of rules, and how each is run at every place it looks at."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol, get_type_hints

from checker.model.evidence import ClaimEvidence, EvaluationEvidence, StudyEvidence
from checker.model.finding import Finding, Path, RuleRun, Severity
from checker.model.study import Claim, Evaluation, Study
from checker.model.threshold import Thresholds
from checker.needs import Absent, Known, needs

Check = Callable[..., Iterable[Finding]]

DOMAINS = {
    "PAR": "participants",
    "PRE": "predictors",
    "OUT": "outcome",
    "ANA": "analysis",
    "LEA": "leakage",
    "FAI": "fairness",
    "CLM": "claims",
    "QUO": "quotes",
}
"""Three letters of a code to the file that holds the rule."""

GIVEN: dict[str, dict[str, object]] = {
    "study": {"study": Study, "thresholds": Thresholds},
    "evaluation": {"evaluation": Evaluation},
    "claim": {"claim": Claim},
}
"""By scope: what a rule may name that is not evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One defect that can be seen in evidence, with the text that every page about it prints."""

    code: str
    title: str
    """The defect, as a phrase."""
    severity: Severity
    why: str
    """Why it matters, for a clinician."""
    fix: str
    """What to do, as an instruction."""
    sources: tuple[str, ...]
    """Keys of sources.yaml."""
    thresholds: tuple[str, ...]
    """Names of thresholds.yaml that it compares with."""
    loud: str
    """A study in which it speaks."""
    quiet: str
    """A study in which it does not."""
    scope: str
    """study, evaluation or claim: the narrowest place its parameters touch."""
    check: Check

    @property
    def domain(self) -> str:
        """Return the domain it belongs to."""
        return DOMAINS[self.code[:3]]


RULES: dict[str, Rule] = {}
"""All rules by code."""


def _known_names() -> dict[str, dict[str, object]]:
    """Return, by scope, what a rule may name there and its type."""
    shapes = {"study": StudyEvidence, "evaluation": EvaluationEvidence, "claim": ClaimEvidence}
    return {
        scope: {
            **{each.name: get_type_hints(shape)[each.name] for each in fields(shape)},
            **GIVEN[scope],
        }
        for scope, shape in shapes.items()
    }


def _scope(code: str, check: Check) -> str:
    """Return the narrowest scope that the parameters touch.

    Raises:
        TypeError: a parameter names no evidence, or its type is not the evidence's.
    """
    names, hints = _known_names(), get_type_hints(check)
    touched = set()
    for name in needs(check):
        scopes = [scope for scope, known in names.items() if name in known]
        if not scopes:
            raise TypeError(f"{code}: {name} is no evidence")
        known_type = names[scopes[0]][name]
        if hints.get(name) != known_type and (hints.get(name) | Absent) != known_type:
            raise TypeError(f"{code}: {name} is {known_type}, not {hints.get(name)}")
        touched.add(scopes[0])
    return next(scope for scope in ("claim", "evaluation", "study") if scope in touched | {"study"})


def rule(
    code: str,
    *,
    title: str,
    severity: Severity,
    why: str,
    fix: str,
    sources: tuple[str, ...],
    loud: str,
    quiet: str,
    thresholds: tuple[str, ...] = (),
) -> Callable[[Check], Check]:
    """Register the function as a rule.

    Raises:
        TypeError: the code is taken or of no domain, or a parameter names no evidence.
    """

    def register(check: Check) -> Check:
        if code in RULES or code[:3] not in DOMAINS or not code[3:].isdigit():
            raise TypeError(
                f"{code} is taken, or is not three letters of a domain and three digits"
            )
        RULES[code] = Rule(
            code=code,
            title=title,
            severity=severity,
            why=why,
            fix=fix,
            sources=sources,
            thresholds=thresholds,
            loud=loud,
            quiet=quiet,
            scope=_scope(code, check),
            check=check,
        )
        return check

    return register


class Runnable(Protocol):
    """A place where rules can run."""

    @property
    def scope(self) -> str:
        """Return study, evaluation or claim."""

    @property
    def at(self) -> Path:
        """Return where it is in study.yaml."""

    @property
    def words(self) -> str:
        """Return the place in words."""

    @property
    def known(self) -> Known:
        """Return what is known there."""


def run(rule: Rule, place: Runnable) -> RuleRun:
    """Apply one rule at one place; without its evidence it did not run, which is not a pass."""
    given = {name: place.known.value(name) for name in needs(rule.check)}

    def drawn() -> tuple[Finding, ...]:
        return tuple(rule.check(**given))  # a generator says what it lacks only when it is drawn

    absent = [value for value in given.values() if isinstance(value, Absent)]
    found = min(absent, key=lambda each: each.applies) if absent else place.known.ask(drawn)
    if isinstance(found, Absent):
        return RuleRun(rule=rule.code, at=place.at, place=place.words, absent=found)
    findings = tuple(replace(finding, at=place.at + finding.at) for finding in found)
    return RuleRun(rule=rule.code, at=place.at, place=place.words, findings=findings)


def run_all(
    places: Sequence[Runnable], codes: Sequence[str], *, strict: bool = False
) -> tuple[RuleRun, ...]:
    """Apply these rules at every place of their scope, in the order of the codes and then of the file.

    A rule that fails is our fault and is reported as such; with `strict` its error is raised instead.
    """
    runs = []
    for code in codes:
        for place in places:
            if place.scope != RULES[code].scope:
                continue
            try:
                runs.append(run(RULES[code], place))
            except Exception as error:
                if strict:
                    raise
                because = f"the rule itself failed ({type(error).__name__}); please report it"
                absent = Absent(because)
                runs.append(
                    RuleRun(rule=code, at=place.at, place=place.words, absent=absent, crashed=True)
                )
    return tuple(runs)

"""Tables of outcomes with several classes, with and without an order: what a row holds, and how places are named."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from checker.metrics.base import Bools, Codes, Floats, Undefined, derived, metric, task
from checker.needs import Absent, DoesNotApply

MULTICLASS, ORDINAL = "multiclass", "ordinal"
BOTH = (MULTICLASS, ORDINAL)
MACRO, WEIGHTED = "macro", "prevalence-weighted"
"""Labels of means over classes."""
Names = tuple[str, ...]
F = TypeVar("F", bound=Callable[..., Any])


@task(
    MULTICLASS,
    "outcome",
    "risks",
    incomplete="a row has an outcome that is none of the classes, or a predicted risk that is no number",
)
def with_risks(outcome: ArrayLike, risks: ArrayLike) -> tuple[Bools, tuple[Codes, Floats]]:
    """Return which rows have an outcome (0, 1, ... in the order of the classes) and all risks, and both of these rows.

    Args:
        outcome: shape (cases,): codes; negative, or not below the number of columns of `risks`, is missing.
        risks: shape (cases, classes): larger means more likely of that class; NaN is missing.

    Raises:
        ValueError: `risks` has not one row per case, or fewer than two columns.
    """
    values, given = np.asarray(outcome), _risks(outcome, risks)
    known = _codes_below(values, given.shape[1]) & ~np.isnan(given).any(axis=1)
    return known, (values[known].astype(np.int64), given[known])


NO_SCORE = Absent("there is no score and there are no predicted risks", applies=False)
NO_DECISION = Absent("no class was predicted for the cases", applies=False)
NO_RISKS = Absent("there are no predicted risks of the classes", applies=False)


@task(
    ORDINAL,
    "outcome",
    optional=("score", "decision", "risks"),
    incomplete="a row has an outcome or a predicted class that is no code, or a score or risk that is no number",
)
def in_order_of_class(
    outcome: ArrayLike,
    score: ArrayLike | None = None,
    decision: ArrayLike | None = None,
    risks: ArrayLike | None = None,
) -> tuple[Bools, tuple[Codes, Floats | Absent, Codes | Absent, Floats | Absent]]:
    """Return which rows have every value that the table has, and its columns at these rows.

    A table has a score, a predicted class, predicted risks, or several of them. Where it has risks alone, the
    score is the expected class and the predicted class the one of largest risk; with no score and no risks,
    the predicted class ranks the cases.

    Args:
        outcome: shape (cases,): 0, 1, ... in the order of the classes; negative is missing.
        score: shape (cases,): larger means a higher class; NaN is missing.
        decision: shape (cases,): the predicted class as code; negative is missing.
        risks: shape (cases, classes): predicted risks; NaN is missing.

    Raises:
        ValueError: there is none of the three; or `risks` has not one row per case, or fewer than two columns.
    """
    if score is None and decision is None and risks is None:
        raise ValueError("an ordinal table needs a score, a predicted class (decision), or risks")
    values = np.asarray(outcome)
    known = _codes_below(values, np.inf)
    scores = None if score is None else np.asarray(score, float)
    if scores is not None:
        known &= ~np.isnan(scores)
    called = None if decision is None else np.asarray(decision)
    if called is not None:
        known &= _codes_below(called, np.inf)
    given = None if risks is None else _risks(outcome, risks)
    if given is not None:
        known &= ~np.isnan(given).any(axis=1)
    rows = None if given is None else given[known]
    codes = _decided(None if called is None else called[known], rows)
    return known, (
        values[known].astype(np.int64),
        _scored(None if scores is None else scores[known], codes, rows),
        codes,
        NO_RISKS if rows is None else rows,
    )


def _codes_below(values: Any, classes: float) -> Bools:
    return np.asarray((values >= 0) & (values < classes) & (values == np.floor(values)))


def _risks(outcome: ArrayLike, risks: ArrayLike) -> Floats:
    given, cases = np.asarray(risks, float), len(np.asarray(outcome))
    if given.ndim != 2 or len(given) != cases or given.shape[1] < 2:
        raise ValueError("risks have one row per case and one column per class, at least two")
    return given


def _decided(decision: Any, risks: Floats | None) -> Codes | Absent:
    if decision is not None:
        return np.asarray(decision).astype(np.int64)
    return NO_DECISION if risks is None else most_likely_class(risks)


def _scored(
    score: Floats | None, decision: Codes | Absent, risks: Floats | None
) -> Floats | Absent:
    if score is not None:
        return score
    if risks is not None:
        return expected_class(risks)
    return NO_SCORE if isinstance(decision, Absent) else decision.astype(float)


def most_likely_class(risks: Floats) -> Codes:
    """Return the class of the largest risk of each case; of several as large, the first.

    Args:
        risks: shape (cases, classes).
    """
    return np.asarray(risks.argmax(axis=1), np.int64)


def expected_class(risks: Floats) -> Floats:
    """Return the mean class of each case under its risks, with the classes numbered from 0.

    Args:
        risks: shape (cases, classes), in the order of the classes.
    """
    return np.asarray(np.einsum("ik,k->i", risks, np.arange(float(risks.shape[1]))))


def in_both(function: F) -> F:
    """Register a function whose result metrics of both tasks may name as a parameter."""
    for each in BOTH:
        derived(each)(function)
    return function


def measure(name: str, *, tasks: Sequence[str] = BOTH, **how: Any) -> Callable[[F], F]:
    """Register a function as a metric of each of the tasks (`base.metric`), and return the function itself."""

    def register(function: F) -> F:
        for each in tasks:
            metric(name, task=each, **how)(function)
        return function

    return register


@in_both
def names(classes: Sequence[str], outcome: Codes) -> Names:
    """Return the names of the classes in the order of their codes.

    Raises:
        Undefined: fewer than two names, a name twice or one that means a mean over classes, or more codes than names.
    """
    found = tuple(str(each) for each in classes)
    if len(found) < 2 or len(set(found)) < len(found):
        raise Undefined(
            f"at least two classes with different names are needed, not {_listed(found)}"
        )
    if taken := {MACRO, WEIGHTED} & set(found):
        raise Undefined(f'a class cannot be called "{min(taken)}", the name of a mean over classes')
    if outcome.max(initial=0) >= len(found):
        raise Undefined(_beyond("outcome", outcome, found))
    return found


def _listed(found: Names) -> str:
    return ", ".join(f'"{each}"' for each in found) or "none"


def _beyond(what: str, codes: Codes, found: Names) -> str:
    return f"an {what} has the code {codes.max()}, but only {len(found)} classes are named"


@in_both
def decided(decision: Codes, names: Names) -> Codes:
    """Return the predicted classes, each of which has a name.

    Raises:
        Undefined: a predicted class has no name.
    """
    if decision.max(initial=0) >= len(names):
        raise Undefined(_beyond("predicted class", decision, names).replace("an p", "a p"))
    return decision


@in_both
def sizes(outcome: Codes, names: Names) -> Floats:
    """Return the number of cases of each class, shape (classes,)."""
    return np.bincount(outcome, minlength=len(names)).astype(float)


@in_both
def position(label: str, names: Names) -> int:
    """Return the code of the class of that name.

    Raises:
        DoesNotApply: no class has the name.
    """
    if label not in names:
        raise DoesNotApply(f'no class is called "{label}"')
    return names.index(label)


def each_class(names: Names) -> Mapping[str, Names]:
    """Return the places of a metric of one class: each class."""
    return {"label": names}


def each_class_and_means(names: Names) -> Mapping[str, Names]:
    """Return the places of a metric of one class with its means over classes."""
    return {"label": (*names, MACRO, WEIGHTED)}


def none_is_empty(counts: Floats, names: Names) -> None:
    """Check that each class has a case.

    Raises:
        Undefined: one has none.
    """
    if not counts.all():
        raise Undefined(f"no case is of the class {names[int(np.argmin(counts))]}")

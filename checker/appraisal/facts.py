"""What study.yaml says about one fact, in the short form that is printed beside an item."""

from collections.abc import Iterable, Mapping

from checker.model.report import AnswerFact, FactState
from checker.model.study import Study
from checker.model.study.facts import FACTS, is_asked, state, values

LONGEST = 120
"""Characters of a value that are printed."""


def answer_fact(study: Study, name: str) -> AnswerFact:
    """Return what the description says about the fact.

    A value counts even where the fact is not asked. What stands in some entries of a list only is
    not reported yet; its reason says in how many it does.

    Args:
        study: the description.
        name: the fact.

    Raises:
        KeyError: there is no such fact.
    """
    said = state(study, name)
    found, reason = FactState(said.kind), said.reason
    if found is not FactState.REPORTED and not is_asked(study, name):
        found, reason = FactState.NOT_ASKED, f"asked only if {in_words(FACTS[name].when)}"
    return AnswerFact(
        name=name,
        meaning=FACTS[name].meaning,
        state=found,
        value=short_value(study, name),
        reason=reason,
    )


def short_value(study: Study, name: str) -> str:
    """Return what is said about the fact in at most 120 characters; empty if nothing is.

    Lists are joined, records counted, and equal values of several entries printed once.

    Raises:
        KeyError: there is no such fact.
    """
    found = values(study, name)
    if FACTS[name].type == "list of records":
        return _counted(found)
    printed = dict.fromkeys(_printed(value) for value in found)
    return _cut("; ".join(printed))


def in_words(when: Mapping[str, Iterable[object]]) -> str:
    """Return a condition as a person reads it: ``study.question is diagnostic or prognostic``."""
    return " and ".join(
        f"{fact} is {' or '.join(_printed(value) for value in accepted)}"
        for fact, accepted in when.items()
    )


def _counted(found: Iterable[object]) -> str:
    count = sum(len(value) for value in found if isinstance(value, tuple))
    return "" if not found else f"{count} {'entry' if count == 1 else 'entries'}"


def _printed(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case ():
            return "an empty list"
        case tuple():
            return ", ".join(map(_printed, value))
        case dict():
            return ", ".join(f"{key}: {_printed(each)}" for key, each in value.items())
        case _:
            return " ".join(str(value).split())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"

"""The questions that a study still has to answer, and the answers so far: one for each fact of the study model."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from checker.model.guideline import Guideline
from checker.model.question import Choice, Given, Question, QuestionState
from checker.model.study import Printed, Study
from checker.model.study.facts import FACTS, Fact, Spot, is_asked, record_lists, spots, state
from checker.model.study.marks import Described

_SENTENCE = re.compile(r"(?<=[^ .][.;]) (?=[A-Za-z\"])")
_ASKING = re.compile(r"(Was|Were|Is|Are|Did|Does|Do|Had|Has|Can)\b")
_STATES = {
    "reported": QuestionState.ANSWERED,
    "not_reported": QuestionState.NOT_REPORTED,
    "not_applicable": QuestionState.NOT_APPLICABLE,
    "silent": QuestionState.OPEN,
}
YES_NO = (Choice(code="true", words="yes"), Choice(code="false", words="no"))


def questions(study: Study, guidelines: Sequence[Guideline] = ()) -> tuple[Question, ...]:
    """Return the question of every fact, in the order of the study model.

    A question whose condition is not known yet counts as asked, as everywhere.

    Args:
        study: the description so far.
        guidelines: those whose items are named beside the facts that they ask for.
    """
    items = _items(guidelines)
    return tuple(_question(study, fact, items.get(fact.name, ())) for fact in FACTS.values())


def topic(name: str) -> str:
    """Return what a fact is about in a few words: ``Operating point: threshold``."""
    around = max(
        (each for each in record_lists() if name.startswith(f"{each}.")), key=len, default=""
    )
    return _first_upper(_spaced(name.removeprefix(f"{around or FACTS[name].section}.")))


def in_words(fact: Fact) -> str:
    """Return the meaning of a fact with its coded values in words, as people read it."""
    text = fact.meaning.replace("`", "")
    for code in fact.values:
        text = re.sub(rf"\b{re.escape(code)}\b", _words(code), text) if "_" in code else text
    return text


def condition(when: Mapping[str, Iterable[object]]) -> str:
    """Return a condition as a person reads it: ``"Data: split: method" is random or temporal``."""
    return " and ".join(
        f'"{_first_upper(_spaced(name))}" is {" or ".join(map(_words, values))}'
        for name, values in when.items()
    )


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace(".", ": ")


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _items(guidelines: Iterable[Guideline]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for guideline in guidelines:
        for item in guideline.items:
            for fact in item.evidence:
                found[fact] = (*found.get(fact, ()), f"{guideline.id}/{item.id}")
    return found


def _question(study: Study, fact: Fact, items: tuple[str, ...]) -> Question:
    places = spots(study, fact.name)
    found, reason = _state(study, fact, places)
    return Question(
        fact=fact.name,
        section=fact.section,
        topic=topic(fact.name),
        question=_asked(in_words(fact)),
        meaning=in_words(fact),
        type=fact.type,
        choices=_choices(fact),
        unit=fact.unit,
        is_required=fact.kind.required,
        asked_if=condition(fact.when),
        when=fact.when,
        items=items,
        state=found,
        reason=reason,
        answers=tuple(_given(each) for each in places),
    )


def _state(study: Study, fact: Fact, places: Sequence[Spot]) -> tuple[QuestionState, str]:
    said = state(study, fact.name)
    found = _STATES[said.kind]
    if found is QuestionState.ANSWERED:
        return found, ""
    if found is not QuestionState.NOT_APPLICABLE and not is_asked(study, fact.name):
        return QuestionState.NOT_ASKED, f"asked only if {condition(fact.when)}"
    if found is QuestionState.OPEN and any(each.value is not None for each in places):
        return QuestionState.PARTLY, said.reason
    return found, said.reason


def _asked(meaning: str) -> str:
    """Return the first sentence of a meaning, with a question mark if it is a question."""
    first = _SENTENCE.split(meaning)[0]
    if _ASKING.match(first) and " " in first:
        return f"{first.rstrip('.;')}?"
    return f"{first.rstrip(';.')}."


def _choices(fact: Fact) -> tuple[Choice, ...]:
    if fact.kind.item == "bool":
        return YES_NO
    return tuple(Choice(code=each, words=_words(each)) for each in fact.values)


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ")


def _given(spot: Spot) -> Given:
    steps = (f"[{each}]" if isinstance(each, int) else f".{each}" for each in spot.path)
    return Given(
        path="".join(steps).removeprefix("."), value=_plain(spot.value), is_asked=spot.is_asked
    )


def _plain(
    value: object,
) -> str | bool | int | float | tuple[object, ...] | dict[str, object] | None:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Printed():
            return str(value)
        case tuple():
            return len(value) if value and _is_record(value[0]) else tuple(_items_of(value))
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
    return str(value)


def _is_record(value: object) -> bool:
    return isinstance(value, Described | dict)


def _items_of(values: Iterable[object]) -> Iterator[object]:
    return (_plain(each) for each in values)

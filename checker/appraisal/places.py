"""Which answers each place of the paper belongs to, and which findings about it stand beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from checker.model.finding import RuleRun
from checker.model.place import Place
from checker.model.report import Answer

TOLD = ("statements", "locations")
"""Where study.yaml tells places."""


def placed(
    answers: Iterable[Answer], places: Sequence[Place], runs: Iterable[RuleRun] = ()
) -> tuple[Answer, ...]:
    """Return the answers with the places of the paper that belong to them.

    A place about a fact, or about a group around it, goes to the fact in every guideline; one about an item goes to the
    item, and serves each of its facts that has none of its own.

    Args:
        answers: of any guidelines.
        places: all that study.yaml tells, looked up or not.
        runs: what the rules said; a finding about a place is put beside its answers.
    """
    if not places:
        return tuple(answers)
    beside = _beside(runs)
    return tuple(_placed(each, places, beside) for each in answers)


def items_of(answers: Iterable[Answer]) -> dict[str, tuple[str, ...]]:
    """Return, by where study.yaml tells a place, the items that it belongs to."""
    found: dict[str, dict[str, None]] = {}
    for answer in answers:
        for place in answer.places:
            found.setdefault(place.at, {})[f"{answer.guideline}/{answer.item}"] = None
    return {at: tuple(items) for at, items in found.items()}


def _placed(answer: Answer, places: Sequence[Place], beside: Mapping[str, list[str]]) -> Answer:
    name = f"{answer.guideline}/{answer.item}"
    own = tuple(each for each in places if each.about == name)
    facts = tuple(replace(fact, places=_about(places, fact.name) or own) for fact in answer.facts)
    everything = dict.fromkeys((*own, *(each for fact in facts for each in fact.places)))
    codes = (code for place in everything for code in beside.get(place.at, ()))
    return replace(
        answer,
        facts=facts,
        places=tuple(everything),
        findings=tuple(dict.fromkeys((*answer.findings, *codes))),
    )


def _about(places: Iterable[Place], fact: str) -> tuple[Place, ...]:
    return tuple(each for each in places if fact == each.about or fact.startswith(f"{each.about}."))


def _beside(runs: Iterable[RuleRun]) -> dict[str, list[str]]:
    """Return the rules that found something about a place, by where study.yaml tells it."""
    found: dict[str, list[str]] = {}
    for run in runs:
        for finding in run.findings:
            match finding.at:
                case ("statements", "locations", int(at), *_):
                    found.setdefault(f"statements.locations[{at}]", []).append(run.rule)
    return found

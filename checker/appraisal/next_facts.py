"""Which facts to describe next: the shortest list that completes most items."""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple

from checker.model.finding import Severity
from checker.model.guideline import Guideline, IndexEntry, Item
from checker.model.report import Answer, DecidingFact, FactState, NextFact, Status
from checker.model.study import Study
from checker.model.study.facts import FACTS, holds, is_asked, state, values

MOST = 8
"""Facts of the list: what can be done in one sitting."""
OPEN = (Status.NOT_REPORTED, Status.PARTLY, Status.NOT_DESCRIBED_YET)
"""What further facts can complete; an item that the data contradict is completed by none."""

Waiting = Mapping[str, Mapping[str, Severity]]
"""A fact to the rules that wait for it, with their severity."""


class OpenItem(NamedTuple):
    """An item that is not complete, and every fact that it lacks."""

    name: str
    section: str
    lacks: frozenset[str]


def open_items(
    study: Study, guideline: Guideline, answers: Iterable[Answer]
) -> tuple[OpenItem, ...]:
    """Return the items of a guideline that facts would complete, in its order.

    Left out are items that another guideline answers, and extras, whose absence is no gap. Where it
    is not known whether an item is asked, the facts that decide it are lacking too.

    Args:
        study: the description.
        guideline: any reporting guideline.
        answers: to its items, in its order.
    """
    return tuple(
        OpenItem(f"{guideline.id}/{item.id}", item.section, lacks)
        for item, answer in zip(guideline.items, answers, strict=True)
        if answer.status in OPEN and item.essential and not item.delegates_to
        if (lacks := _lacks(study, item, answer))
    )


def _lacks(study: Study, item: Item, answer: Answer) -> frozenset[str]:
    missing = (FactState.SILENT, FactState.NOT_REPORTED)
    facts = {fact.name for fact in answer.facts if fact.state in missing}
    return frozenset(facts | {fact for fact in item.when if not values(study, fact)})


def next_facts(
    study: Study, items: Sequence[OpenItem], waiting: Waiting, most: int = MOST
) -> tuple[NextFact, ...]:
    """Return the facts to describe next, at most so many, in the order in which they pay.

    Step by step the facts of one item are taken: those that complete most items for each fact, of
    equals those for which the worse rules wait, then the fewer. Which list of that length is best of
    all would take too long to find; this greedy one (Johnson 1974) is never far from it.

    Args:
        study: the description.
        items: what is open.
        waiting: the rules that wait for a fact; of equals their facts go first.
        most: the length of the list.
    """
    chosen: list[str] = []
    done: set[str] = set()
    completes: dict[str, tuple[str, ...]] = {}
    while bundle := _best(items, set(chosen), waiting, most - len(chosen)):
        ordered = sorted(bundle, key=lambda fact: (-_needed(items, fact), _place(fact)))
        chosen += ordered
        now = [each.name for each in items if each.lacks <= set(chosen) and each.name not in done]
        completes[ordered[-1]] = tuple(now)
        done.update(now)
    return tuple(
        _next_fact(study, fact, items, waiting, completes.get(fact, ())) for fact in chosen
    )


def deciding_facts(study: Study, entries: Iterable[IndexEntry]) -> tuple[DecidingFact, ...]:
    """Return the silent facts that decide what is asked: the type of study, and what guidelines depend on.

    Args:
        study: the description.
        entries: guidelines that are chosen by the description; one that is known not to apply decides nothing.
    """
    decides: dict[str, tuple[str, ...]] = (
        {"study.type": ()} if _is_open(study, "study.type") else {}
    )
    for entry in entries:
        if holds(study, entry.when) is False:
            continue
        for fact in entry.when:
            if _is_open(study, fact):
                decides[fact] = (*decides.get(fact, ()), entry.id)
    return tuple(
        DecidingFact(name=fact, meaning=_meaning(fact), guidelines=names)
        for fact, names in decides.items()
    )


def _is_open(study: Study, fact: str) -> bool:
    said = state(study, fact).kind == "silent" and not values(study, fact)
    return said and is_asked(study, fact)


def _best(
    items: Sequence[OpenItem], chosen: Set[str], waiting: Waiting, room: int
) -> frozenset[str]:
    """Return the facts to take in the next step; none if nothing more can be completed in that room."""
    left = [each.lacks - chosen for each in items]
    bundles = dict.fromkeys(lacks for lacks in left if 0 < len(lacks) <= room)

    def worth(bundle: frozenset[str]) -> tuple[float, int, int]:
        gained = sum(len(lacks) > 0 and lacks <= bundle for lacks in left)
        worst = min((_worst(waiting, fact) for fact in bundle), default=len(Severity))
        return gained / len(bundle), -worst, -len(bundle)

    return max(bundles, key=worth, default=frozenset())


def rules_for(fact: str, waiting: Waiting) -> Mapping[str, Severity]:
    """Return the rules that wait for a fact, or for a group of facts that it stands in."""
    found: dict[str, Severity] = {}
    for name, rules in waiting.items():
        if fact == name or fact.startswith(f"{name}."):
            found |= rules
    return found


def _worst(waiting: Waiting, fact: str) -> int:
    severities = rules_for(fact, waiting).values()
    return min((each.rank for each in severities), default=len(Severity))


def _needed(items: Iterable[OpenItem], fact: str) -> int:
    return sum(fact in each.lacks for each in items)


def _place(fact: str) -> int:
    return list(FACTS).index(fact)


def _meaning(fact: str) -> str:
    """Return what a fact says; of one or two words only ("Where."), with the group it stands in."""
    meaning, words = FACTS[fact].meaning, FACTS[fact].words
    return meaning if meaning.count(" ") > 1 else f"{words[:1].upper()}{words[1:]}."


def _next_fact(
    study: Study,
    fact: str,
    items: Iterable[OpenItem],
    waiting: Waiting,
    completes: tuple[str, ...],
) -> NextFact:
    asking = [each for each in items if fact in each.lacks]
    return NextFact(
        name=fact,
        meaning=_meaning(fact),
        said_missing=state(study, fact).kind == "not_reported",
        items=tuple(each.name for each in asking),
        sections=tuple(dict.fromkeys(each.section for each in asking)),
        completes=completes,
        rules=tuple(rules_for(fact, waiting)),
    )

"""How far a description meets each item of a reporting guideline, and which guidelines apply."""

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from checker.appraisal.facts import answer_fact, short_value
from checker.appraisal.next_facts import OPEN, Waiting, rules_for
from checker.model.finding import Severity
from checker.model.guideline import Condition, Guideline, IndexEntry, Item, Part, is_named
from checker.model.report import Answer, AnswerFact, FactState, GuidelineReport, Status
from checker.model.study import Study
from checker.model.study.facts import FACTS, holds, is_asked, state, values

CONTRADICTING = frozenset({"CLM001", "CLM005", "PAR001"})
"""Rules that find a number of the description in disagreement with the submitted data. Findings of
all other rules stand beside an item and leave its status alone: what is reported may be unsound.
"""
NOTHING: Waiting = MappingProxyType({})
"""No rule waits for a fact."""
PARTS: dict[str, tuple[Part, ...]] = {
    "development": ("development",),
    "evaluation": ("evaluation",),
}
"""What a study of that type does; every other type, or none stated, does both."""


class Verdict(NamedTuple):
    """A status and the sentence that explains it."""

    status: Status
    reason: str


class Chosen(NamedTuple):
    """A guideline that is looked at, and why."""

    guideline: str
    why: str


class Other(NamedTuple):
    """A guideline that is not looked at, and why."""

    guideline: str
    may_apply: bool
    """What decides it is not described yet."""
    because: str


class Choice(NamedTuple):
    """The guidelines that are looked at, those that are not, and names that are none of this version."""

    chosen: tuple[Chosen, ...]
    others: tuple[Other, ...] = ()
    unknown: tuple[str, ...] = ()


def choose(study: Study, entries: Sequence[IndexEntry]) -> Choice:
    """Return which guidelines are looked at: those the description names, else those that fit it.

    Without names, a guideline fits unless the description says that its condition is false. Where
    it says nothing about the condition yet, those that fit most studies are looked at, and the
    others are named as those that may apply.
    """
    named = study.statements.guidelines
    if named is None:
        lists = (entry for entry in entries if entry.kind == "reporting")
        return _fitting(study, [entry for entry in lists if entry.by_default])
    known = {entry.id for entry in entries}
    here = dict.fromkeys(_shipped(name, known) or name for name in named)
    chosen = [name for name in here if name in known or is_file(name)]
    return Choice(
        tuple(Chosen(name, "statements.guidelines names it.") for name in chosen),
        unknown=tuple(name for name in here if name not in chosen),
    )


def _shipped(name: str, known: Iterable[str]) -> str:
    """Return the id of the guideline that a person means; empty if none of this version."""
    return next((each for each in known if is_named(each, name)), "")


def is_file(guideline: str) -> bool:
    """Return whether a guideline is named by its file, as one of the author's own is."""
    return guideline.endswith((".yaml", ".yml"))


def _fitting(study: Study, entries: Iterable[IndexEntry]) -> Choice:
    chosen, others = [], []
    for entry in entries:
        if wrong := _wrong(study, entry.when) or _never_asked(study, entry.when):
            others.append(Other(entry.id, False, f"{_as_said(study, wrong)}."))
        elif _unknown(study, entry):
            others.append(Other(entry.id, True, f"{_not_described(tuple(entry.when))}."))
        else:
            chosen.append(Chosen(entry.id, _why(study, entry)))
    return Choice(tuple(chosen), tuple(others))


def _unknown(study: Study, entry: IndexEntry) -> bool:
    """Return that nothing is described of what decides, and that most studies need no such guideline."""
    return not entry.assumed and not any(values(study, fact) for fact in entry.when)


def _why(study: Study, entry: IndexEntry) -> str:
    """Return when the guideline is used, and what of that is described here."""
    said = [fact for fact in entry.when if values(study, fact)]
    silent = [fact for fact in entry.when if not values(study, fact)]
    sentences = [entry.when_to_use]
    if said:
        sentences.append(f"Here {_as_said(study, said)}.")
    if silent:
        sentences.append(f"{_not_described(silent)}.")
    return " ".join(sentences)


def not_here(name: str, known: Collection[str]) -> str:
    """Return that no guideline of that name ships, and which is spelled alike."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"{name} is not part of this version.{hint}"


def appraise(
    guideline: Guideline,
    study: Study,
    found: Collection[str] = (),
    others: Collection[Guideline] = (),
    waiting: Waiting = NOTHING,
) -> tuple[Answer, ...]:
    """Return the answer to each item, in the order of the guideline.

    Args:
        guideline: any reporting guideline.
        study: the description; what differs in one partition or evaluation is not looked at.
        found: codes of the rules that found something.
        others: guidelines that answer single items of this one.
        waiting: the rules that wait for a fact; they say how much a gap matters.
    """
    answering = {
        each.id: appraise(each, study, found)
        for each in others
        if each.id in {item.delegates_to for item in guideline.items}
    }
    answers = (_answer(guideline, item, study, found, answering) for item in guideline.items)
    return tuple(
        replace(answer, gap=_gap(item, answer, waiting))
        for item, answer in zip(guideline.items, answers, strict=True)
    )


def _gap(item: Item, answer: Answer, waiting: Waiting) -> Severity | None:
    """Return how much a gap matters: as the worst rule beside it, or reading it, that waits for a fact."""
    if answer.status is Status.CONTRADICTED:
        return Severity.CRITICAL
    if answer.status not in OPEN or not item.essential:
        return None
    there = (FactState.REPORTED, FactState.NOT_ASKED, FactState.NOT_APPLICABLE)
    rules = {code: each for found in waiting.values() for code, each in found.items()}
    severities = [each for code, each in rules.items() if code in item.rules]
    for fact in answer.facts:
        if fact.state not in there:
            severities += rules_for(fact.name, waiting).values()
    return min(severities, key=lambda each: each.rank, default=None)


def unknown_items(guideline: Guideline, study: Study) -> tuple[str, ...]:
    """Return a sentence for each statement about an item that the guideline does not have."""
    said = study.statements
    known = {f"{guideline.id}/{item.id}" for item in guideline.items}
    abouts = [each.about for each in said.not_applicable or ()]
    abouts += [each.about for each in said.locations or ()]
    return tuple(
        f"A statement is about {about}, and {guideline.id} has no such item."
        for about in dict.fromkeys(abouts)
        if about.startswith(f"{guideline.id}/") and about not in known
    )


def guideline_report(guideline: Guideline, answers: Iterable[Answer], why: str) -> GuidelineReport:
    """Return the head of a guideline's section: where it comes from, why it applies, its counts.

    Every status is counted, also those that no item has; answers to other guidelines are left out.
    """
    counts = Counter(answer.status for answer in answers if answer.guideline == guideline.id)
    return GuidelineReport(
        id=guideline.id,
        title=guideline.title,
        year=guideline.year,
        kind=guideline.kind,
        licence=guideline.licence,
        doi=guideline.doi,
        why=why,
        counts={status: counts[status] for status in Status},
    )


def _answer(
    guideline: Guideline,
    item: Item,
    study: Study,
    found: Collection[str],
    answering: Mapping[str, Sequence[Answer]],
) -> Answer:
    name = f"{guideline.id}/{item.id}"
    facts = tuple(answer_fact(study, fact) for fact in item.evidence)
    beside = tuple(code for code in item.rules if code in found)
    verdict = (
        _out_of_scope(item, study)
        or _contradicted(beside)
        or _said_not_to_apply(name, study)
        or _by_absence(item, facts)
        or _by_facts(facts)
    )
    verdict = _unsettled(item, study, facts, verdict)
    if item.delegates_to in answering:
        verdict = _answered_by(item.delegates_to, answering[item.delegates_to], verdict)
    else:
        verdict = _delegated(item, verdict)
    status, reason = _extra(item, verdict)
    return Answer(
        guideline=guideline.id,
        item=item.id,
        section=item.section,
        topic=item.topic,
        requirement=item.requirement,
        status=status,
        reason=reason,
        facts=facts,
        findings=beside,
    )


def _out_of_scope(item: Item, study: Study) -> Verdict | None:
    """Return that the item is for other studies: by the type of study, or by its condition."""
    kind = study.study.type or ""
    if not set(item.applies) & set(PARTS.get(kind, item.applies)):
        what = _listed(item.applies)
        reason = f"It is asked of the {what} of a model, and study.type is {kind}."
        return Verdict(Status.DOES_NOT_APPLY, reason)
    if wrong := _wrong(study, item.when):
        reason = f"It is asked only if {item.condition}; {_as_said(study, wrong)}."
        return Verdict(Status.DOES_NOT_APPLY, reason)
    return None


def _contradicted(beside: Iterable[str]) -> Verdict | None:
    if rules := [code for code in beside if code in CONTRADICTING]:
        reason = f"The submitted data disagree with what is described ({_listed(rules)})."
        return Verdict(Status.CONTRADICTED, reason)
    return None


def _said_not_to_apply(name: str, study: Study) -> Verdict | None:
    for statement in study.statements.not_applicable or ():
        if statement.about == name:
            reason = statement.reason or "no reason is given"
            return Verdict(Status.DOES_NOT_APPLY, f"Said not to apply: {_stop(reason)}")
    return None


def _by_absence(item: Item, facts: Iterable[AnswerFact]) -> Verdict | None:
    """Return that a stated absence completes the item, where the guideline accepts that."""
    if not item.explicit_negative_ok:
        return None
    for fact in facts:
        if fact.state is FactState.REPORTED and fact.value in FACTS[fact.name].negative:
            reason = f"{fact.name} is {fact.value}; a stated absence completes this item."
            return Verdict(Status.REPORTED, reason)
    return None


def _by_facts(facts: Sequence[AnswerFact]) -> Verdict:
    """Return how many of the facts are described.

    Where nothing is described, silence about any fact keeps the item from being called not
    reported: that is said only when a person said so of every fact that is asked.
    """
    by_state = {state: [fact for fact in facts if fact.state is state] for state in FactState}
    reported, silent = by_state[FactState.REPORTED], by_state[FactState.SILENT]
    missing = by_state[FactState.NOT_REPORTED]
    if not reported and not silent and not missing:
        return Verdict(Status.DOES_NOT_APPLY, f"Nothing of it is asked: {_because(facts)}.")
    if not silent and not missing:
        return Verdict(Status.REPORTED, "Everything it asks for is described.")
    if reported or any(fact.value for fact in (*silent, *missing)):
        asked = len(reported) + len(silent) + len(missing)
        reason = f"Described: {len(reported)} of {asked}. {_what_lacks(silent, missing)}"
        return Verdict(Status.PARTLY, reason)
    status = Status.NOT_DESCRIBED_YET if silent else Status.NOT_REPORTED
    return Verdict(status, _what_lacks(silent, missing))


def _what_lacks(silent: Sequence[AnswerFact], missing: Sequence[AnswerFact]) -> str:
    sentences = []
    if missing:
        sentences.append(f"Said not to be reported: {_because(missing)}.")
    if silent:
        sentences.append(f"Not described yet: {_because(silent)}.")
    return " ".join(sentences)


def _unsettled(item: Item, study: Study, facts: Sequence[AnswerFact], verdict: Verdict) -> Verdict:
    """Add that it is not known whether the item is asked, where that matters.

    Then a part that is there by itself (predictions, for example) does not make the item partly
    reported: nobody has said yet that it is asked at all. Nor is it not reported, unless somebody
    looked and the paper does not say whether it is asked.
    """
    settled = (Status.DOES_NOT_APPLY, Status.REPORTED)
    if verdict.status in settled or holds(study, item.when) is not None:
        return verdict
    silent = [fact for fact in item.when if not values(study, fact)]
    because = f"It is asked only if {item.condition}; {_not_described(silent)}."
    nobody_looked = any(state(study, fact).kind == "silent" for fact in silent)
    if verdict.status is Status.NOT_REPORTED and nobody_looked:
        return Verdict(Status.NOT_DESCRIBED_YET, f"{verdict.reason} {because}")
    if verdict.status is not Status.PARTLY:
        return Verdict(verdict.status, f"{verdict.reason} {because}")
    said = any(fact.state is FactState.NOT_REPORTED for fact in facts)
    reason = f"{verdict.reason} {because}" if said else because
    return Verdict(Status.NOT_DESCRIBED_YET, reason)


def _answered_by(other: str, answers: Sequence[Answer], verdict: Verdict) -> Verdict:
    """Return how far an item is met that another guideline answers: as far as that one is, at most."""
    if verdict.status is Status.DOES_NOT_APPLY:
        return verdict
    asked = [each.status for each in answers if each.status is not Status.DOES_NOT_APPLY]
    met = sum(each is Status.REPORTED for each in asked)
    reason = (
        f"{verdict.reason} Of the {len(asked)} items of {other} that are asked, {met} are reported."
    )
    if Status.CONTRADICTED in asked:
        return Verdict(Status.CONTRADICTED, reason)
    if verdict.status is Status.REPORTED and met < len(asked):
        return Verdict(Status.PARTLY, reason)
    return Verdict(verdict.status, reason)


def _extra(item: Item, verdict: Verdict) -> Verdict:
    """Add that the absence of an item that is not essential is no gap."""
    if item.essential or verdict.status in (Status.REPORTED, Status.DOES_NOT_APPLY):
        return verdict
    because = "The guideline counts it as an extra; its absence is no gap."
    return Verdict(verdict.status, f"{verdict.reason} {because}")


def _delegated(item: Item, verdict: Verdict) -> Verdict:
    """Add that another guideline answers the item; without that, it is partly answered at most."""
    if not item.delegates_to or verdict.status is Status.DOES_NOT_APPLY:
        return verdict
    because = f"{item.delegates_to} answers this item and is not part of this version"
    if verdict.status is Status.REPORTED:
        facts = _listed(item.evidence)
        reason = f"Of this item only {facts} could be checked; {because}."
        return Verdict(Status.PARTLY, reason)
    return Verdict(verdict.status, f"{verdict.reason} {because}.")


def _because(facts: Iterable[AnswerFact]) -> str:
    return ", ".join(f"{fact.name} ({fact.reason})" if fact.reason else fact.name for fact in facts)


def _wrong(study: Study, when: Mapping[str, tuple[str | bool, ...]]) -> list[str]:
    """Return the facts that are known not to be as the condition wants them."""
    return [fact for fact, accepted in when.items() if holds(study, {fact: accepted}) is False]


def _never_asked(study: Study, when: Condition) -> list[str]:
    """Return the facts because of which a silent fact of the condition is not asked of this study."""
    silent = (fact for fact in when if not values(study, fact) and not is_asked(study, fact))
    return [each for fact in silent for each in _wrong(study, FACTS[fact].when)]


def _as_said(study: Study, facts: Iterable[str]) -> str:
    return " and ".join(f"{fact} is {short_value(study, fact)}" for fact in facts)


def _not_described(facts: Sequence[str]) -> str:
    return f"{_listed(facts)} {'is' if len(facts) == 1 else 'are'} not described yet"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

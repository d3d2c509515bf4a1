"""Answers become the rows of a form for the journal: the places, and why an item does not apply or is not reported."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from checker.appraisal.facts import short_value
from checker.appraisal.reporting import PARTS
from checker.model.form import Form, FormRow, Said, Where
from checker.model.guideline import Guideline, Item
from checker.model.place import TYPED_PAGE, Place
from checker.model.report import Answer, FactState, Status
from checker.model.study import Study
from checker.model.study.facts import FACTS, holds, state

HIDDEN = "[removed]"
"""Stands in an anonymous form for what could name people or places."""
SHORTEST_NAME = 3
"""Signs; a shorter name would be found in many sentences."""
TELLING = re.compile(
    r"\b[\w.+-]+@[\w-]+\.[\w.-]+|\bhttps?://\S*[^\s.,;:)]|\bwww\.\S*[^\s.,;:)]|\bgithub\.com(?:\S*[^\s.,;:)])?|"
    r"\b10\.\d{4,}/\S*[^\s.,;:)]|\borcid(?:\S*[^\s.,;:)])?|(?:[A-Za-z]:\\|\\\\)[^\s;,]+|(?<![\w.<])~?/(?:[\w.@+-]+/)+[\w.@+-]*",
    re.I,
)
"""Addresses, links, identifiers of publications and people, paths of a machine."""
_PARTS_OF_MODEL = {"development": "develop a model", "evaluation": "evaluate a model"}


def form_of(
    guideline: Guideline, study: Study, answers: Sequence[Answer], *, anonymous: bool = False
) -> Form:
    """Return the form.

    Args:
        guideline: its items are the rows.
        study: the description.
        answers: to the items, in their order.
        anonymous: leave out the title of the study, and take names of centres, sources, funders and ethics
            committees, numbers of approval and registration, links, addresses and paths out of all texts.
    """
    rows = [_row(i, each, study) for i, each in zip(guideline.items, answers, strict=True)]
    hidden: dict[str, None] = {}
    if anonymous:
        names = _names(study)
        rows = [_anonymous(each, names, hidden) for each in rows]
    return Form(
        guideline=guideline.id,
        title=guideline.title,
        version=guideline.version,
        year=guideline.year,
        doi=guideline.doi,
        study="" if anonymous else study.study.title or "",
        anonymous=anonymous,
        hidden=tuple(hidden),
        rows=tuple(rows),
    )


def places_of(answer: Answer) -> tuple[Where, ...]:
    """Return where the paper says what the item asks for, in words for a form: each place once.

    The places of facts that are said not to be reported, or that do not apply, are left out, and a
    quote without a section or a page is no place.
    """
    unsaid = {fact.name for fact in answer.facts if fact.state not in _TELLING_STATES}
    found = (where_of(each) for each in answer.places if not _is_about(each, unsaid))
    return tuple(dict.fromkeys(each for each in found if each.words))


def where_of(place: Place) -> Where:
    """Return one place in words; without any where only a quote is known."""
    typed = TYPED_PAGE.search(place.section)
    page = place.position or (typed[0].strip(" ,;:.()") if typed else "")
    if not place.section and not page:
        return Where("")
    words = place.words
    section = TYPED_PAGE.sub("", words).strip(" ,;:.()") if page else words
    return Where(words, section, page)


_TELLING_STATES = (FactState.REPORTED, FactState.SILENT)


def _is_about(place: Place, facts: Iterable[str]) -> bool:
    return any(each == place.about or each.startswith(f"{place.about}.") for each in facts)


def _row(item: Item, answer: Answer, study: Study) -> FormRow:
    said, places = _said(answer), places_of(answer)
    reason = ""
    if said is Said.NOT_APPLICABLE:
        reason = _why_not_applicable(item, answer, study)
    elif said is Said.NOT_REPORTED:
        reason = _joined(f.reason for f in answer.facts if _by_a_person(f.reason))
    return FormRow(
        item=item.id,
        section=item.section,
        topic=item.topic,
        requirement=item.requirement,
        said=said,
        places=() if said in (Said.NOWHERE, Said.NOT_DESCRIBED) else places,
        reason=reason,
        status=answer.status,
    )


def _said(answer: Answer) -> Said:
    match answer.status:
        case Status.DOES_NOT_APPLY:
            return Said.NOT_APPLICABLE
        case Status.NOT_REPORTED:
            return Said.NOT_REPORTED
    if places_of(answer):
        return Said.PLACE
    nobody = answer.status is Status.NOT_DESCRIBED_YET
    return Said.NOT_DESCRIBED if nobody else Said.NOWHERE


def _by_a_person(reason: str) -> bool:
    """Return whether a person gave the reason; the others speak of study.yaml, which a journal does not have."""
    return bool(reason) and not reason.startswith(
        ("the section ", "described for ", "asked only if")
    )


def _why_not_applicable(item: Item, answer: Answer, study: Study) -> str:
    """Return why an item does not apply, in words for a journal."""
    about = f"{answer.guideline}/{item.id}"
    for statement in study.statements.not_applicable or ():
        if statement.about == about:
            return _bare(statement.reason)
    kind = study.study.type or ""
    if not set(item.applies) & set(PARTS.get(kind, item.applies)):
        asked = " and ".join(_PARTS_OF_MODEL[each] for each in item.applies)
        return f"asked only of studies that {asked}"
    if item.when and holds(study, item.when) is False:
        return f"asked only if {_in_words(item.condition)}, which is not so here"
    said = [state(study, fact) for fact in item.evidence]
    by_a_person = [each.reason for each in said if each.kind == "not_applicable"]
    return _joined(by_a_person or _as_described(item, study))


def _as_described(item: Item, study: Study) -> Iterator[str]:
    """Yield what the description says about the facts because of which nothing of an item is asked."""
    for fact in item.evidence:
        for deciding, accepted in FACTS[fact].when.items():
            if holds(study, {deciding: accepted}) is False:
                value = short_value(study, deciding).replace("_", " ")
                yield f"{value} ({FACTS[deciding].words})"


def _in_words(condition: str) -> str:
    """Return a condition with the facts it names in words: ``outcome.subjective is true``."""
    for word in condition.split():
        if word in FACTS:
            meaning = FACTS[word].words
            return meaning if condition == f"{word} is true" else condition.replace(word, meaning)
    return condition


def _joined(reasons: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(_bare(each) for each in reasons))


def _bare(reason: str) -> str:
    return " ".join(reason.split()).removesuffix(".")


# Anonymous


def _names(study: Study) -> tuple[str, ...]:
    """Return what the description gives that tells who the authors are, longest first."""
    found = dict.fromkeys(each.strip() for each in _named(study))
    return tuple(sorted((each for each in found if len(each) >= SHORTEST_NAME), key=len)[::-1])


def _named(study: Study) -> Iterator[str]:
    for source in study.data.sources or ():
        if source.name[:1].isupper():  # a name such as "external" is a word of every paper
            yield source.name
        yield from source.centres or ()
        if source.url:
            yield source.url
    for partition in study.data.partitions or ():
        yield from partition.centres or ()
    yield study.study.title or ""
    ethics, registered = study.openness.ethics, study.openness.registration
    yield from filter(None, (ethics.committee, ethics.approval_number, registered.number))
    yield from (each for each in study.openness.funding.sources or () if each[:1].isupper())


def _anonymous(row: FormRow, names: Sequence[str], hidden: dict[str, None]) -> FormRow:
    def cleaned(text: str) -> str:
        for name in names:
            pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.I)
            text = pattern.sub(lambda found: _hide(found[0], hidden), text)
        return TELLING.sub(lambda found: _hide(found[0], hidden), text)

    places = tuple(Where(*map(cleaned, each)) for each in row.places)
    return replace(row, places=places, reason=cleaned(row.reason))


def _hide(seen: str, hidden: dict[str, None]) -> str:
    hidden.setdefault(seen)
    return HIDDEN

"""What the section on reporting guidelines prints: items sorted by what their reader has to do. No HTML."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from checker.model.finding import Severity
from checker.model.place import Place
from checker.model.report import (
    Answer,
    FactState,
    GuidelineReport,
    Report,
    Status,
)
from checker.render import page
from checker.render.signs import STATUSES, Sign

OPEN_STATUSES = (Status.CONTRADICTED, Status.NOT_REPORTED, Status.PARTLY)
MISSING = {FactState.NOT_REPORTED: "not reported", FactState.SILENT: page.NOT_DESCRIBED}
"""States of a fact without a value that is asked for, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineView:
    """The items of one guideline, sorted by what their reader has to do."""

    guideline: GuidelineReport
    counts: tuple[tuple[Sign, int], ...]
    open: tuple[Answer, ...]
    """Contradicted, not reported, partly; the gaps that matter most first, of equals in this order."""
    reported: tuple[Answer, ...]
    not_described: tuple[tuple[str, tuple[Answer, ...]], ...]
    """By section of the guideline."""
    not_applicable: tuple[Answer, ...]


def guidelines(report: Report) -> tuple[GuidelineView, ...]:
    """Return the items of every guideline, sorted by status."""
    return tuple(_guideline(report, each) for each in report.guidelines)


def _guideline(report: Report, guideline: GuidelineReport) -> GuidelineView:
    answers = [each for each in report.answers if each.guideline == guideline.id]

    def having(status: Status) -> tuple[Answer, ...]:
        return tuple(each for each in answers if each.status is status)

    silent = having(Status.NOT_DESCRIBED_YET)
    return GuidelineView(
        guideline=guideline,
        counts=tuple((sign, guideline.counts.get(status, 0)) for status, sign in STATUSES.items()),
        open=tuple(
            sorted((each for status in OPEN_STATUSES for each in having(status)), key=_weight)
        ),
        reported=having(Status.REPORTED),
        not_described=tuple(
            (section, tuple(found)) for section, found in groupby(silent, lambda each: each.section)
        ),
        not_applicable=having(Status.DOES_NOT_APPLY),
    )


def _weight(answer: Answer) -> tuple[bool, int]:
    """Return what sorts gaps: contradicted first, then as the rules that wait for what is missing."""
    rank = len(Severity) if answer.gap is None else answer.gap.rank
    return answer.status is not Status.CONTRADICTED, rank


def critical_gaps(report: Report) -> tuple[Answer, ...]:
    """Return the items that lack what a critical rule waits for, contradicted ones left out, guideline by guideline."""
    return tuple(
        each
        for each in report.answers
        if each.gap is Severity.CRITICAL and each.status is not Status.CONTRADICTED
    )


def gap_words(answer: Answer) -> str:
    """Return what is said beside the status of a gap for which a rule waits; empty for others."""
    if answer.gap in (None, Severity.MINOR) or answer.status is Status.CONTRADICTED:
        return ""
    return f"{answer.gap} gap"


def items_together(report: Report, items: Sequence[str]) -> str:
    """Return items guideline by guideline: ``TRIPOD+AI 5a, 6b; CLAIM 8``."""
    by: dict[str, list[str]] = {}
    for each in items:
        guideline, _, number = each.partition("/")
        by.setdefault(guideline, []).append(number)
    said = (f"{item_label(report, name)} {', '.join(numbers)}" for name, numbers in by.items())
    return "; ".join(said)


def deciding(report: Report) -> str:
    """Return what to describe before all else, and what it decides, as a sentence; empty if nothing."""
    if not report.deciding_facts:
        return ""
    titles = {each.id: short_title(each.title) for each in report.guidelines}
    others = {each.id: each.because.partition(" (")[0] for each in report.other_guidelines}
    parts = []
    for fact in report.deciding_facts:
        names = [titles.get(each) or others.get(each) or _spelled(each) for each in fact.guidelines]
        parts.append(f"{fact.name} ({', '.join(names) if names else 'which items are asked'})")
    return f"First what decides which guidelines and items apply: {'; '.join(parts)}."


def _spelled(guideline: str) -> str:
    """Return ``METRICS`` for ``metrics_2024``."""
    return guideline.rstrip("0123456789").strip("_").replace("_", "-").upper()


def following(report: Report) -> str:
    """Return how many items the next facts would complete, as a sentence; empty if there are none."""
    if not report.next_facts:
        return ""
    items = sum(len(each.completes) for each in report.next_facts)
    facts = page.counted(len(report.next_facts), "fact")
    return f"{facts} would complete {page.counted(items, 'item')}."


def facts_present(answer: Answer) -> tuple[tuple[str, str], ...]:
    """Return name and value of the facts of an item that are described."""
    return tuple(
        (each.name, "; ".join(part for part in (each.value, *_places(each.places)) if part))
        for each in answer.facts
        if each.state is FactState.REPORTED
    )


def _places(places: Iterable[Place]) -> Iterator[str]:
    """Yield each place in words, with what a reader must know about its quote."""
    yield from dict.fromkeys(
        f"{each.words} ({each.verdict})" if each.verdict else each.words for each in places
    )


def places_without_facts(answer: Answer) -> tuple[str, ...]:
    """Return the places of an item that stand beside none of its facts."""
    beside = {
        place for fact in answer.facts if fact.state is FactState.REPORTED for place in fact.places
    }
    return tuple(_places(each for each in answer.places if each not in beside))


def facts_missing(answer: Answer) -> tuple[tuple[str, str, str], ...]:
    """Return name, state in words, and reason or meaning of the facts of an item that have no value."""
    return tuple(
        (each.name, MISSING[each.state], each.reason or each.meaning)
        for each in answer.facts
        if each.state in MISSING
    )


def short_title(title: str) -> str:
    """Return the name of a guideline without what follows the colon."""
    return title.partition(":")[0]


def item_label(report: Report, item: str) -> str:
    """Return ``TRIPOD+AI 23a`` for ``tripod_ai_2024/23a``."""
    guideline, _, number = item.partition("/")
    title = next((each.title for each in report.guidelines if each.id == guideline), guideline)
    return f"{short_title(title)} {number}".strip()


def contradicted_items(report: Report) -> tuple[Answer, ...]:
    """Return every guideline item whose description the data contradict."""
    return tuple(each for each in report.answers if each.status is Status.CONTRADICTED)

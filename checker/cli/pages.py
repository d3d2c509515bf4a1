"""The page of a rule, a metric, a guideline, an item or a fact, as Markdown: for the terminal and the documents."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from inspect import cleandoc
from math import inf

from checker.appraisal.suggesting import when_suggested
from checker.errors import BadRequest
from checker.metrics import METRICS, Metric
from checker.model.concept import Concept
from checker.model.guideline import Guideline, Item, is_named
from checker.model.metric_names import METRIC_NAMES, find_metric, tasks_of
from checker.model.score_guideline import ScoreGuideline, ScoreItem
from checker.model.study.facts import FACTS, Fact, groups
from checker.reading.concepts import read_concepts
from checker.reading.folder import nearest
from checker.reading.guidelines import guidelines
from checker.reading.references import read_sources, read_thresholds
from checker.rules import RULES, Rule
from checker.rules.base import DOMAINS

CUT = 3
"""Most names that a hint offers."""
_PARTS = re.compile(r"[\s/]+")


def page(word: str) -> str:
    """Return the page of whatever has this name.

    Raises:
        BadRequest: nothing has it, or several things have; says which.
    """
    name = word.strip()
    if name.upper() in RULES:
        return rule_page(RULES[name.upper()])
    if name.upper() in DOMAINS:
        return domain_page(name.upper())
    if len(called := _called(name)) == 1:
        return guideline_page(called[0])
    if metric := _metric(name):
        return metric_page(metric)
    if name in FACTS and name not in groups():
        return fact_page(FACTS[name])
    if name in groups():
        return group_page(name)
    if len(found := _items(name)) == 1:
        return item_page(*found[0])
    if found:
        full = " or ".join(f"{of.id}/{item.id}" for of, item in found)
        raise BadRequest(f'several guidelines have an item "{name}"; write {full}')
    raise BadRequest(_unknown(name))


def _called(name: str) -> list[Guideline]:
    """Return the guidelines of that name: ``tripod_ai_2024``, ``TRIPOD+AI``."""
    return [each for each in _guidelines().values() if is_named(each.id, name)]


def _items(name: str) -> list[tuple[Guideline, Item]]:
    """Return the items of that name: ``tripod_ai_2024/23a``, ``TRIPOD+AI 23a`` or ``23a``."""
    *before, wanted = _PARTS.split(name.casefold())
    of = " ".join(before).removesuffix("item").strip()
    return [
        (guideline, item)
        for guideline in _guidelines().values()
        for item in guideline.items
        if item.id.casefold() == wanted and (not of or is_named(guideline.id, of))
    ]


def _metric(name: str) -> str:
    """Return the metric of that name, or the one that papers print so: of a binary classification, or of any task."""
    if name in METRIC_NAMES:
        return name
    tasks = tasks_of(name)
    first = "classification" if "classification" in tasks else next(iter(tasks), "")
    return find_metric(name, first) or "" if first else ""


def _unknown(name: str) -> str:
    """Return the sentence that says what is alike."""
    alike = [each for each in _alike(name) if each]
    if not alike:
        return (
            f'nothing is called "{name}"; '
            "checker list rules|metrics|guidelines|facts shows what there is"
        )
    return f'nothing is called "{name}"; did you mean {" or ".join(alike[:CUT])}?'


def _alike(name: str) -> list[str]:
    """Return names like this one: spelled alike, the same at the end, of the same domain, beginning alike."""
    known = [*RULES, *DOMAINS, *METRIC_NAMES, *_guidelines(), *_item_names(), *FACTS, *groups()]
    spelled = {each.casefold(): each for each in known}
    if name.casefold() in spelled:
        return [spelled[name.casefold()]]
    return (
        [each for each in known if each.rpartition(".")[2] == name.casefold()]
        or [code for code in sorted(RULES) if code[:3] == name[:3].upper() and name[3:].isdigit()]
        or _items_that_begin(name)
        or [nearest(name, known)]
    )


def _items_that_begin(name: str) -> list[str]:
    """Return the items of the same number: 23a and 23b for ``TRIPOD+AI 23`` or ``23c``."""
    if not (number := re.search(r"(^|.*[\s/])\d+", name)):
        return []
    letters = [f"{number[0]}{each}" for each in "abcdef"]
    return [f"{of.id}/{item.id}" for each in letters for of, item in _items(each)]


@cache
def _guidelines() -> Mapping[str, Guideline]:
    return {each.id: each for each in guidelines()}


def _item_names() -> list[str]:
    return [f"{each.id}/{item.id}" for each in _guidelines().values() for item in each.items]


def rule_page(rule: Rule) -> str:
    """Return what a rule says, why, what to do, and when it speaks."""
    return _joined(
        f"# {rule.code} {rule.title}",
        f"Severity: {rule.severity} · domain: {rule.domain} · looked at for each {rule.scope}",
        rule.why,
        f"**What to do.** {rule.fix}",
        f"**It speaks.** {rule.loud}",
        f"**It is silent.** {rule.quiet}",
        _listed("Compared with", _thresholds(rule)),
        _listed(
            "Shown beside", [each for g in _guidelines().values() for each in g.beside(rule.code)]
        ),
        _listed("Sources", _sources(rule.sources)),
    )


def domain_page(letters: str) -> str:
    """Return the rules whose codes begin with these letters."""
    return _joined(
        f"# {letters}: rules about {DOMAINS[letters]}",
        _listed(
            "Rules",
            [
                f"{code} ({each.severity}) {each.title}"
                for code, each in sorted(RULES.items())
                if code[:3] == letters
            ],
        ),
    )


def _thresholds(rule: Rule) -> Iterator[str]:
    values = read_thresholds().values
    for name in rule.thresholds:
        each = values[name]
        source = "" if each.source == "ours" else f" ({read_sources()[each.source]})"
        yield f"`{name}`: {each.value:g} ({each.unit}). {each.why}{source}"


def _sources(keys: Sequence[str]) -> list[str]:
    return [read_sources()[key] for key in keys]


def metric_page(name: str) -> str:
    """Return what a metric is, how papers spell it, and how we compute it."""
    known = METRIC_NAMES[name]
    tasks = (*known.tasks, "raters", "responses")
    computed = [METRICS[task, name] for task in tasks if (task, name) in METRICS]
    return _joined(
        f"# {known.label}",
        f"Name: `{name}` · family: {known.family} · tasks: {', '.join(known.tasks)}",
        known.meaning,
        f"**Also printed as.** {', '.join(known.synonyms)}" if known.synonyms else "",
        *_definitions(computed),
        "" if computed else "This version knows the name, and does not recompute it.",
        _listed(
            "Source",
            list(dict.fromkeys(read_sources().get(each.source, each.source) for each in computed)),
        ),
    )


def _definitions(computed: Sequence[Metric]) -> Iterator[str]:
    """Yield how a metric is computed, its goal and its range, once for the tasks that share them."""
    same: dict[tuple[str, str], list[str]] = {}
    for each in computed:
        goal = f"Goal: {each.goal} · {_range(*each.bounds)}"
        same.setdefault((_definition(each.function.__doc__ or ""), goal), []).append(each.task)
    for (words, goal), tasks in same.items():
        where = f" ({', '.join(tasks)})" if len(same) > 1 else ""
        yield f"**How it is computed{where}.** {words}"
        yield goal


def _range(low: float, high: float) -> str:
    """Return the smallest and the largest possible value, where there is one."""
    if low == -inf:
        return "any number" if high == inf else f"up to {high:g}"
    return f"from {low:g} on" if high == inf else f"from {low:g} to {high:g}"


def _definition(docstring: str) -> str:
    """Return the words of a docstring without its lists of arguments and errors."""
    words = cleandoc(docstring)
    for heading in ("Args:", "Returns:", "Raises:"):
        words = words.partition(f"\n{heading}")[0]
    return words.strip()


def guideline_page(guideline: Guideline) -> str:
    """Return what a guideline is for, and its items."""
    return _joined(
        f"# {guideline.title}",
        f"Name: `{guideline.id}` · edition: {guideline.version} · licence: {guideline.licence}",
        guideline.when_to_use,
        _listed("Publication", [f"https://doi.org/{each}" for each in guideline.doi]),
        _listed("Items", [f"`{item.id}` {item.section}: {item.topic}" for item in guideline.items]),
    )


def item_page(guideline: Guideline, item: Item) -> str:
    """Return what one item of a guideline asks, which facts answer it, who else asks it, and answers to compare."""
    parts = " and ".join(item.applies)
    absence = "Saying that there is none completes it." if item.explicit_negative_ok else ""
    concepts = [each for each in _concepts() if each.asked_by(guideline.id, item.id)]
    ours = (
        "The sentence is ours and the examples are made up" if concepts else "The sentence is ours"
    )
    return _joined(
        f"# {guideline.id}/{item.id} {item.topic}",
        f"Section: {item.section} · asked of: {parts}",
        item.requirement,
        f"Asked only if {item.condition}" if item.condition else "",
        absence,
        *_scoring(guideline, item),
        _listed(
            "Facts of study.yaml", [f"`{each}` {FACTS[each].meaning}" for each in item.evidence]
        ),
        _listed("Recomputed beside it", item.recompute),
        _listed("Rules beside it", [f"{each} {RULES[each].title}" for each in item.rules]),
        _listed("The same is asked by", _asked_alike(guideline, concepts)),
        *[_example(each) for each in concepts],
        f"{ours}; the official wording is in the publication (https://doi.org/{guideline.doi[0]}).",
    )


def _scoring(guideline: Guideline, item: Item) -> Iterator[str]:
    """Yield what an item of a quality score gives, for which answers, and when one is suggested."""
    if not isinstance(guideline, ScoreGuideline) or not isinstance(item, ScoreItem):
        return
    meanings = {each.id: each.meaning for each in guideline.conditions}
    worth = f"Weight: {item.weight:g}" if item.weight is not None else _points_of(item)
    yield f"{worth}. How it is scored: {item.scoring_rule}"
    yield _listed("Counted only if", [f"{each}: {meanings[each]}" for each in item.applicable_if])
    yield _listed(
        "Questions",
        [
            f"`{each.id}` {each.asks} "
            + ", ".join(f"{word}: {points:g}" for word, points in each.points.items())
            for each in item.questions
        ],
    )
    yield _listed("Answers that the description suggests", when_suggested(item))


def _points_of(item: ScoreItem) -> str:
    return f"Points: {item.min_points:g} to {item.max_points:g}"


@cache
def _concepts() -> tuple[Concept, ...]:
    return read_concepts()


def _asked_alike(guideline: Guideline, concepts: Sequence[Concept]) -> Iterator[str]:
    """Yield the items of other guidelines that ask about one of the concepts; says which, if there are several."""
    for other in _guidelines().values():
        for item in other.items if other.id != guideline.id else ():
            shared = [_subject(each) for each in concepts if each.asked_by(other.id, item.id)]
            about = f" ({'; '.join(shared)})" if len(concepts) > 1 else ""
            if shared:
                yield f"{other.id}/{item.id} {item.topic}{about}"


def _example(concept: Concept) -> str:
    """Return a good and a poor answer to what asks about the concept, and why."""
    return _listed(
        f"Example: {_subject(concept)}",
        [
            f"**A good answer:** {concept.good}",
            f"**A poor answer:** {concept.poor}",
            f"**Why:** {concept.because}",
        ],
    )


def _subject(concept: Concept) -> str:
    """Return what a concept is about, as it stands inside a sentence."""
    return concept.meaning[0].lower() + concept.meaning[1:]


def fact_page(fact: Fact) -> str:
    """Return what a fact of study.yaml says, and who asks for it."""
    asked = [
        f"{each.id}/{item.id} {item.topic}"
        for each in _guidelines().values()
        for item in each.items
        if fact.name in item.evidence
    ]
    when = [f"`{name}` is {' or '.join(map(_plain, wanted))}" for name, wanted in fact.when.items()]
    return _joined(
        f"# {fact.name}",
        f"Takes: {fact.type}" + (f" ({fact.unit})" if fact.unit else ""),
        fact.meaning,
        _listed("Values", [f"`{each}`" for each in fact.values]),
        _listed("Asked only if", when),
        _listed("Asked by", asked),
    )


def _plain(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def group_page(name: str) -> str:
    """Return the facts that stand below a name of study.yaml."""
    below = [each for each in FACTS.values() if each.name.startswith(f"{name}.")]
    own = [FACTS[name].meaning] if name in FACTS else []
    return _joined(
        f"# {name}",
        *own,
        _listed(
            "Facts below it", [f"`{each.name}` ({each.type}) {each.meaning}" for each in below]
        ),
    )


def _listed(heading: str, lines: Sequence[str] | Iterator[str]) -> str:
    rows = [f"- {line}" for line in lines]
    return "\n".join([f"**{heading}**", "", *rows]) if rows else ""


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"

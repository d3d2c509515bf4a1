"""The list of facts to describe next keeps what it promises, and says what is worth most first."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.appraisal.next_facts import OpenItem, deciding_facts, next_facts, open_items, rules_for
from checker.appraisal.reporting import appraise
from checker.model.finding import Severity
from checker.model.guideline import Guideline
from checker.model.report import Status
from checker.model.study.facts import FACTS
from checker.reading.guidelines import guidelines, read_index

from .test_appraisal import Description, study, value

SHIPPED = guidelines()
BASE: Description = {
    "study.question": "diagnostic",
    "data.sources.name": "A",
    "data.partitions.name": "A",
    "predictors.inputs.name": "CT",
    "evaluations.name": "A",
    "evaluations.task": "classification",
    "analysis.subgroups.name": "A",
    "results.flow.step": "A",
}
OTHERS = {guideline.id: guideline for guideline in SHIPPED}
SETTLED = (Status.REPORTED, Status.DOES_NOT_APPLY)


def opened(
    description: Description, lists: tuple[Guideline, ...] = SHIPPED
) -> tuple[OpenItem, ...]:
    described = study(description)
    return tuple(
        item
        for each in lists
        for item in open_items(described, each, appraise(each, described, (), SHIPPED))
    )


def can_be_set(item: OpenItem) -> bool:
    """Return whether the description of one classification model can say all that an item lacks."""
    return all(
        FACTS[fact].type != "list of records" and not FACTS[fact].name.startswith("explanations.")
        for fact in item.lacks
        if fact not in ("evaluations.claims", "results.characteristics")
    )


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([1, 2, 5, 8, 30]))
def test_items_are_complete_once_the_facts_of_the_list_are_described(
    data: st.DataObject, most: int
) -> None:
    items = tuple(each for each in opened(BASE) if can_be_set(each))
    given_already = data.draw(
        st.sets(st.sampled_from(sorted({fact for each in items for fact in each.lacks})))
    )
    before = BASE | {fact: data.draw(value(fact), label=fact) for fact in given_already}
    items = tuple(each for each in opened(before) if can_be_set(each))
    facts = next_facts(study(before), items, {}, most)
    assert len(facts) <= most
    after = before | {each.name: data.draw(value(each.name), label=each.name) for each in facts}
    answers = {
        f"{each.id}/{answer.item}": answer
        for each in SHIPPED
        for answer in appraise(each, study(after), (), SHIPPED)
    }
    promised = [name for each in facts for name in each.completes]
    assert len(set(promised)) == len(promised)
    for name in promised:
        assert answers[name].status in SETTLED, (name, answers[name].reason)


def gained(items: list[OpenItem], facts: frozenset[str]) -> int:
    return sum(each.lacks <= facts for each in items)


NAMES = sorted(FACTS)[:6]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            OpenItem,
            st.uuids().map(str),
            st.just("Methods"),
            st.frozensets(st.sampled_from(NAMES), min_size=1, max_size=3),
        ),
        max_size=8,
    ),
    st.integers(1, 6),
)
def test_no_single_fact_would_have_been_better_and_nothing_is_listed_in_vain(
    items: list[OpenItem], most: int
) -> None:
    facts = next_facts(study({}), items, {}, most)
    chosen = frozenset(each.name for each in facts)
    assert sum(len(each.completes) for each in facts) == gained(items, chosen)
    if facts:
        best_alone = max(gained(items, frozenset((name,))) for name in NAMES)
        assert gained(items, chosen) >= best_alone
    if all(len(each.lacks) == 1 for each in items) and most == 1 and items:
        assert gained(items, chosen) == max(
            gained(items, frozenset(pair)) for pair in combinations(NAMES, 1)
        )
    room = most - len(facts)
    assert not any(0 < len(each.lacks - chosen) <= room for each in items)
    for each in facts:
        assert each.items, "a fact of the list is lacking somewhere"


def test_of_equal_facts_those_for_which_a_worse_rule_waits_go_first() -> None:
    items = [OpenItem("a/1", "Methods", frozenset({"outcome.blinding"}))]
    items += [OpenItem("a/2", "Methods", frozenset({"data.partitions.patients"}))]
    items += [OpenItem("a/3", "Title", frozenset({"study.title_names"}))]
    waiting = {
        "data.partitions": {"LEA001": Severity.CRITICAL},
        "study.title_names": {"ANA001": Severity.MAJOR},
    }
    found = next_facts(study({}), items, waiting)
    assert [(each.name, each.rules) for each in found] == [
        ("data.partitions.patients", ("LEA001",)),
        ("study.title_names", ("ANA001",)),
        ("outcome.blinding", ()),
    ]


def test_rules_that_wait_for_a_group_wait_for_what_stands_in_it() -> None:
    waiting = {"data.partitions": {"LEA001": Severity.CRITICAL}}
    assert rules_for("data.partitions.role", waiting) == {"LEA001": Severity.CRITICAL}
    assert rules_for("data.partitions", waiting) == {"LEA001": Severity.CRITICAL}
    assert rules_for("data.partitions_other", waiting) == {}


def test_what_a_person_said_to_be_missing_is_marked() -> None:
    said = [{"about": "outcome.blinding", "reason": "Nobody knows."}]
    described = study({"statements.not_reported": said})
    items = [OpenItem("a/1", "Methods", frozenset({"outcome.blinding"}))]
    assert [each.said_missing for each in next_facts(described, items, {})] == [True]


@pytest.mark.parametrize("fact", ["openness.protocol.location", "discussion.limitations"])
def test_what_a_fact_says_can_be_understood_alone(fact: str) -> None:
    (found,) = next_facts(study({}), [OpenItem("a/1", "Methods", frozenset({fact}))], {})
    assert found.meaning.endswith(".")
    assert fact.split(".")[1 if "protocol" in fact else 0] in found.meaning.lower()


def test_extras_and_items_that_another_guideline_answers_gain_nothing() -> None:
    clear = OTHERS["clear_2023"]
    extras = {f"clear_2023/{each.id}" for each in clear.items if not each.essential}
    assert extras
    assert not extras & {each.name for each in opened({}, (clear,))}
    assert "tripod_ai_2024/2" not in {each.name for each in opened({})}


def test_a_study_that_lacks_nothing_has_no_list() -> None:
    assert next_facts(study({}), [], {}) == ()


def test_silent_facts_that_decide_what_is_asked_go_before_all_else() -> None:
    entries = [each for each in read_index() if each.by_default]
    found = {each.name: each.guidelines for each in deciding_facts(study({}), entries)}
    assert next(iter(found)) == "study.type"
    assert found["study.type"] == ()
    assert "stard_ai_2025" in found["study.question"]
    described = {
        "study.type": "development",
        "study.question": "other",
        "study.stage": "offline",
        "predictors.inputs": [{"name": "AFP", "kind": "laboratory"}],
    }
    assert deciding_facts(study(described), entries) == (), "nothing is open any more"
    said = {"statements.not_reported": [{"about": "study.stage", "reason": "It is not said."}]}
    assert "study.stage" not in {each.name for each in deciding_facts(study(said), entries)}

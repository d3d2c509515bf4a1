"""The guidelines that ship agree with the locked inventory, and a wrong one is refused in words."""

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from checker import resources
from checker.errors import BadSubmission
from checker.model.guideline import Guideline
from checker.model.study.facts import FACTS
from checker.reading.guidelines import guidelines, read_guideline, read_index
from checker.rules import RULES

LOCKED = Path(__file__).parent / "locked"
INVENTORY = yaml.safe_load((LOCKED / "inventory.yaml").read_text(encoding="utf-8"))["catalogs"]
FOLDER = resources.folder("schemas") / "guidelines"
SHIPPED = {guideline.id: guideline for guideline in guidelines()}

STATED_ABSENCES = {"stard_ai_2025": ["6"]}
"""Of guidelines that do not mark the items themselves: our reading."""
ONE_PART = {
    "claim_2024": {"development": ["24", "25", "26", "27"]},
    "clear_2023": {"development": ["31", "32", "33", "35", "37"]},
    "decide_ai_2022": {"evaluation": INVENTORY["decide_ai_2022"]["ids"]},
}
"""Items asked of development or of evaluation only, where the guideline does not say so: our reading."""

LISTS = {name: each for name, each in SHIPPED.items() if each.kind == "reporting"}
"""Quality scores have tests of their own."""

every_guideline = pytest.mark.parametrize("guideline", LISTS.values(), ids=LISTS)


@every_guideline
def test_ids_are_the_official_ones_in_the_official_order(guideline: Guideline):
    locked = INVENTORY[guideline.id]
    assert [item.id for item in guideline.items] == locked["ids"]
    assert len(guideline.items) == locked["rows"]
    assert guideline.kind == locked["kind"]


@every_guideline
@pytest.mark.parametrize("part", ["development", "evaluation"])
def test_rows_for_one_kind_of_study_are_the_official_ones(guideline: Guideline, part: str):
    locked = INVENTORY[guideline.id]
    ours = ONE_PART.get(guideline.id, {})
    only = [item.id for item in guideline.items if item.applies == (part,)]
    assert only == locked.get(f"{part}_only", ours.get(part, []))


@every_guideline
def test_stated_absences_complete_the_official_items_and_no_other(guideline: Guideline):
    accepting = [item for item in guideline.items if item.explicit_negative_ok]
    locked = INVENTORY[guideline.id].get("explicit_negative_ok", STATED_ABSENCES.get(guideline.id))
    assert [item.id for item in accepting] == (locked or [])
    for item in accepting:
        assert any(FACTS[fact].negative for fact in item.evidence), item.id


@every_guideline
def test_counts_of_the_header_are_those_of_the_items(guideline: Guideline):
    items, locked = guideline.items, INVENTORY[guideline.id]
    main = len({re.sub(r"(?<=\d)[a-z]$", "", item.id) for item in items})
    labels = Counter(item.label for item in items)
    counted = {
        "rows": len(items),
        "main_items": main,
        "items": main,
        "development_only": sum(item.applies == ("development",) for item in items),
        "evaluation_only": sum(item.applies == ("evaluation",) for item in items),
        "not_essential": sum(not item.essential for item in items),
        "short_version": sum(item.in_short_version for item in items),
        "ai_specific_rows": labels["ai_specific"],
        "generic_rows": labels["generic"],
    }
    assert guideline.counts.items() <= counted.items()
    assert "rows" in guideline.counts
    assert main == locked.get("main_items", main)


@every_guideline
def test_official_marks_are_the_locked_ones(guideline: Guideline):
    locked = INVENTORY[guideline.id]
    for label in ("new", "modified", "generic"):
        marked = [item.id for item in guideline.items if item.label == label]
        assert marked == locked.get(f"label_{label}", []), label
    assert [each.id for each in guideline.items if not each.essential] == locked.get(
        "not_essential", []
    )
    short = [each.id for each in guideline.items if each.in_short_version]
    assert short == locked.get("short_version", locked["ids"])


def _names(file: str) -> list[str]:
    return (LOCKED / file).read_text(encoding="utf-8").split()


@every_guideline
def test_everything_an_item_names_exists(guideline: Guideline):
    quantities = {*_names("quantities.txt"), *_names("evidence.txt")}
    for item in guideline.items:
        assert set(item.evidence) <= FACTS.keys(), item.id
        assert set(item.when) <= FACTS.keys(), item.id
        assert set(item.recompute) <= quantities, item.id
        assert set(item.rules) <= RULES.keys(), item.id
        for fact, accepted in item.when.items():
            assert set(accepted) <= set(FACTS[fact].values or (True, False)), item.id


def test_the_index_lists_every_file_once_and_repeats_when_to_use_it():
    listed = {entry.file: entry.when_to_use for entry in read_index()}
    files = {f"{each.id}.yaml": each.when_to_use for each in SHIPPED.values()}
    assert listed == files
    assert {path.name for path in FOLDER.glob("*.yaml")} == {*files, "index.yaml"}


@every_guideline
def test_an_item_is_delegated_only_to_a_guideline_that_ships(guideline: Guideline):
    assert {item.delegates_to for item in guideline.items} - {""} <= SHIPPED.keys()


def test_only_the_guidelines_asked_for_are_read():
    assert [each.id for each in guidelines(["tripod_ai_2024"])] == ["tripod_ai_2024"]
    assert guidelines([]) == ()


def test_a_rule_knows_the_items_beside_which_its_findings_stand():
    tripod = SHIPPED["tripod_ai_2024"]
    assert tripod.beside("PAR001") == ("tripod_ai_2024/20a", "tripod_ai_2024/21")
    assert tripod.beside("XXX001") == ()


def test_every_source_that_a_rule_names_has_a_citation():
    sources = yaml.safe_load(
        (resources.folder("schemas") / "sources.yaml").read_text(encoding="utf-8")
    )
    assert {key for rule in RULES.values() for key in rule.sources} <= sources.keys()
    assert list(sources) == sorted(sources)
    for key, source in sources.items():
        assert source.keys() == {"citation", "link"}, key
        assert source["citation"].endswith("."), key
        assert key[-4:] in source["citation"], key
        assert source["link"] == "" or source["link"].startswith("https://"), key


SOUND = """\
id: own_2025
title: Our own list
kind: reporting
version: first edition
year: 2025
doi: []
licence: our own
when_to_use: Always.
verified: {status: ours, what: nothing to compare with}
items:
- id: "1"
  section: Methods
  topic: Blinding
  applies: [development, evaluation]
  requirement: Who knew what.
  condition: people judged the outcome
  when: {outcome.subjective: true}
  evidence: [outcome.blinding]
  checkable: structured
  rules: [OUT002]
- id: "2"
  section: Results
  topic: Numbers
  applies: [evaluation]
  requirement: How many.
  evidence: [data.partitions.patients, data.partitions.events]
  checkable: recomputed
  recompute: [patients_per_partition]
"""


def test_an_own_guideline_is_read_like_one_that_ships(tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(SOUND, encoding="utf-8")
    own = read_guideline(path, rules=RULES)
    assert own.items[0].when == {"outcome.subjective": (True,)}
    assert own.beside("OUT002") == ("own_2025/1",)


class Wrong(NamedTuple):
    story: str
    sound: str
    wrong: str
    said: str


WRONG = [
    Wrong(
        "an id without quotation marks",
        '- id: "1"',
        "- id: 1",
        "own.yaml:11: items[0].id: a text is expected, not 1\n    hint: put it in quotation marks",
    ),
    Wrong(
        "an id given twice",
        '- id: "2"',
        '- id: "1"',
        'own.yaml:21: items[1].id: "1" is the id of items[0] already',
    ),
    Wrong(
        "an id with a space",
        '- id: "2"',
        '- id: "2 a"',
        "own.yaml:21: items[1].id: an id without spaces is expected; that of a guideline has small "
        'letters, digits and _ only, not "2 a"',
    ),
    Wrong(
        "an unknown key",
        "topic: Blinding",
        "topic: Blinding\n  evidense: []",
        "own.yaml:14: items[0].evidense: this key does not exist\n    hint: did you mean evidence?",
    ),
    Wrong(
        "an unknown key of the header",
        "year: 2025",
        "year: 2025\nauthors: us",
        "own.yaml:6: authors: this key does not exist",
    ),
    Wrong(
        "a missing key",
        "  requirement: How many.\n",
        "",
        "own.yaml:21: items[1].requirement: this key is missing",
    ),
    Wrong(
        "a missing key whose name does not tell how it is written",
        "verified: {status: ours, what: nothing to compare with}\n",
        "",
        "own.yaml:1: verified: this key is missing\n    hint: write verified: {status: own list, "
        "what: not compared with a publication}",
    ),
    Wrong(
        "an unknown fact",
        "evidence: [outcome.blinding]",
        "evidence: [outcome.blindin]",
        "own.yaml:18: items[0].evidence[0]: outcome.blindin is no fact of study.yaml\n"
        "    hint: did you mean outcome.blinding?",
    ),
    Wrong(
        "a fact named twice",
        "data.partitions.events]",
        "data.partitions.patients]",
        "own.yaml:26: items[1].evidence[1]: data.partitions.patients is named twice",
    ),
    Wrong(
        "no facts",
        "evidence: [outcome.blinding]",
        "evidence: []",
        "own.yaml:18: items[0].evidence: at least one fact is expected, not []",
    ),
    Wrong(
        "a condition on a fact that does not exist",
        "{outcome.subjective: true}",
        "{outcome.subjectiv: true}",
        "own.yaml:17: items[0].when.outcome.subjectiv: outcome.subjectiv is no fact of study.yaml\n"
        "    hint: did you mean outcome.subjective?",
    ),
    Wrong(
        "a condition with a value that does not exist",
        "{outcome.subjective: true}",
        "{study.type: evalution}",
        'own.yaml:17: items[0].when.study.type: study.type is never "evalution"\n'
        "    hint: it is one of development, evaluation, development_and_evaluation, update",
    ),
    Wrong(
        "a text where a condition needs true or false",
        "{outcome.subjective: true}",
        "{outcome.subjective: yes}",
        'own.yaml:17: items[0].when.outcome.subjective: outcome.subjective is never "yes"\n'
        "    hint: it is one of true, false",
    ),
    Wrong(
        "a number as a condition",
        "{outcome.subjective: true}",
        "{outcome.subjective: 3}",
        "own.yaml:17: items[0].when.outcome.subjective: a text, or true or false, is expected, "
        "not 3",
    ),
    Wrong(
        "a condition on free text",
        "{outcome.subjective: true}",
        "{study.title: x}",
        "own.yaml:17: items[0].when.study.title: a condition needs a fact with fixed values, "
        "and study.title is text",
    ),
    Wrong(
        "a condition as data only",
        "  condition: people judged the outcome\n",
        "",
        "own.yaml:11: items[0]: condition and when say the same in words and as data: "
        "give both or none",
    ),
    Wrong(
        "recomputed without anything to recompute",
        "  recompute: [patients_per_partition]\n",
        "",
        "own.yaml:27: items[1].checkable: recomputed is said of items that name something under "
        "recompute",
    ),
    Wrong(
        "a rule that does not exist",
        "[OUT002]",
        "[OUT999]",
        "own.yaml:20: items[0].rules[0]: there is no rule OUT999",
    ),
    Wrong(
        "another kind of guideline",
        "kind: reporting",
        "kind: risk_of_bias",
        "own.yaml:3: kind: 'reporting' or 'quality_score' is expected, not \"risk_of_bias\"",
    ),
    Wrong(
        "a year as text",
        "year: 2025",
        'year: "2025"',
        'own.yaml:5: year: a whole number is expected, not "2025"',
    ),
    Wrong(
        "a study nobody does",
        "applies: [evaluation]",
        "applies: [trial]",
        "own.yaml:24: items[1].applies[0]: 'development' or 'evaluation' is expected, "
        'not "trial"',
    ),
    Wrong(
        "true in words",
        "checkable: structured",
        'checkable: structured\n  fairness: "true"',
        'own.yaml:20: items[0].fairness: true or false is expected, not "true"',
    ),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.story)
def test_what_is_wrong_with_a_guideline_is_said_with_its_line(case: Wrong, tmp_path: Path):
    path = tmp_path / "own.yaml"
    assert SOUND.count(case.sound) == 1
    path.write_text(SOUND.replace(case.sound, case.wrong), encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_guideline(path, rules=RULES)
    assert [str(each) for each in raised.value.problems] == [case.said]


def test_every_problem_of_a_guideline_is_said_at_once(tmp_path: Path):
    path = tmp_path / "own.yaml"
    text = SOUND.replace('"1"', "1").replace("outcome.blinding", "outcome.blindin")
    path.write_text(text.replace("[OUT002]", "[OUT999]").replace("2025\n", "x\n"), encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_guideline(path, rules=RULES)
    assert [each.path for each in raised.value.problems] == [
        "year",
        "items[0].id",
        "items[0].evidence[0]",
        "items[0].rules[0]",
    ]


def test_rules_are_not_looked_at_where_nobody_says_which_exist(tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(SOUND.replace("[OUT002]", "[OUT999]"), encoding="utf-8")
    assert read_guideline(path).items[0].rules == ("OUT999",)


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n"])
def test_a_file_that_is_no_guideline_is_refused(text: str, tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSubmission, match="names and values are expected"):
        read_guideline(path)

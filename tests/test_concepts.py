"""Every item of every catalog stands in a concept with a good and a poor answer; a wrong file is refused in words."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from checker.errors import BadSubmission
from checker.model.concept import Concept
from checker.reading.concepts import read_concepts
from checker.reading.guidelines import guidelines

INVENTORY: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "locked/inventory.yaml").read_text(encoding="utf-8")
)["catalogs"]
CONCEPTS = read_concepts()
RUN = 6
"""Words in a row that an example may not share with a sentence of a catalog."""

every_concept = pytest.mark.parametrize("concept", CONCEPTS, ids=lambda each: each.concept)


def ids(catalog: dict[str, Any]) -> Iterator[str]:
    """Yield the ids of the items or questions of a catalog; A1 is the question of applicability of domain D1."""
    yield from catalog.get("ids", ())
    for name, value in catalog.items():
        yield from value if re.fullmatch(r"D\d", name) else ()
    yield from (domain.replace("D", "A") for domain in catalog.get("applicability_domains", ()))


CATALOGS = {name: set(ids(each)) for name, each in INVENTORY.items() if any(ids(each))}


def test_the_inventory_is_read():
    assert len(CATALOGS) == 12
    assert {"12d", "27c"} <= CATALOGS["tripod_ai_2024"]
    assert {"1.1", "eval-4.7", "A3"} <= CATALOGS["probast_ai_2025"]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_every_item_stands_in_a_concept_and_none_is_made_up(catalog: str):
    named = {item for each in CONCEPTS for item in each.items.get(catalog, ())}
    assert named == CATALOGS[catalog]


def test_concepts_name_no_other_catalog():
    assert {name for each in CONCEPTS for name in each.items} == CATALOGS.keys()


@every_concept
def test_a_good_and_a_poor_answer_differ_and_fit_a_screen(concept: Concept):
    assert len({concept.good, concept.poor, concept.because}) == 3
    for text in (concept.good, concept.poor):
        assert 20 <= len(text) <= 400
    assert concept.because.startswith(("The first", "In the first", "With the first", "From the"))
    assert concept.because.endswith(".")
    assert 20 <= len(concept.because) <= 250


@every_concept
def test_an_example_prints_on_every_console(concept: Concept):
    assert f"{concept.meaning}{concept.good}{concept.poor}{concept.because}".isascii()


def test_no_example_serves_two_concepts():
    texts = Counter(text for each in CONCEPTS for text in (each.good, each.poor))
    assert [text for text, times in texts.items() if times > 1] == []
    names = Counter(each.meaning for each in CONCEPTS)
    assert [name for name, times in names.items() if times > 1] == []


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


ASKED = {run for each in guidelines() for item in each.items for run in runs(item.requirement)}


@every_concept
def test_no_example_repeats_the_sentence_of_an_item(concept: Concept):
    for text in (concept.good, concept.poor, concept.because):
        assert runs(text) & ASKED == set()


def test_a_repeated_sentence_would_be_seen():
    assert runs("Where: if and HOW variation between clusters such as hospitals arose") & ASKED


SOUND = """\
id: concepts
title: Ours
concepts:
- concept: blinding
  meaning: Blinding
  good: Pathologists saw no images.
  poor: Reading was blinded.
  because: The first says who.
  items:
    own_2025: ["1", "2"]
- concept: setting
  meaning: Setting
  good: Three hospitals.
  poor: Several hospitals.
  because: The first counts.
  items:
    own_2025: ["3"]
"""


def test_another_file_is_read_in_its_order(tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(SOUND, encoding="utf-8")
    blinding, setting = read_concepts(path)
    assert (blinding.concept, setting.concept) == ("blinding", "setting")
    assert blinding.asked_by("own_2025", "2")
    assert not blinding.asked_by("own_2025", "3")
    assert not blinding.asked_by("other_2025", "1")


class Wrong(NamedTuple):
    story: str
    sound: str
    wrong: str
    said: str


WRONG = [
    Wrong(
        "a key given twice",
        "  good: Three hospitals.",
        "  good: Three hospitals.\n  good: Four.",
        "own.yaml:14: concepts[1].good: good is given twice; it stands in line 13 already\n"
        "    hint: keep one of the two",
    ),
    Wrong(
        "an unknown key",
        "  good: Three hospitals.",
        "  good: Three hospitals.\n  better: Four.",
        "own.yaml:14: concepts[1].better: this key does not exist",
    ),
    Wrong(
        "no poor answer",
        "  poor: Several hospitals.\n",
        "",
        "own.yaml:11: concepts[1].poor: this key is missing",
    ),
    Wrong(
        "an id without quotation marks",
        '["3"]',
        "[3]",
        "own.yaml:17: concepts[1].items.own_2025[0]: a text is expected, not 3",
    ),
    Wrong(
        "an id alone",
        '["3"]',
        '"3"',
        'own.yaml:17: concepts[1].items.own_2025: a list is expected, not "3"',
    ),
    Wrong(
        "no ids",
        '["3"]',
        "[]",
        "own.yaml:17: concepts[1].items.own_2025: at least one is expected, not []",
    ),
    Wrong(
        "an id named twice",
        '["1", "2"]',
        '["1", "1"]',
        "own.yaml:10: concepts[0].items.own_2025[1]: 1 is named twice",
    ),
    Wrong(
        "a name given twice",
        "- concept: setting",
        "- concept: blinding",
        "own.yaml:11: concepts[1].concept: blinding is the name of concepts[0] already",
    ),
    Wrong(
        "a name with a space",
        "- concept: setting",
        "- concept: the setting",
        'own.yaml:11: concepts[1].concept: small letters and _ are expected, not "the setting"',
    ),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.story)
def test_what_is_wrong_with_the_file_is_said_with_its_line(case: Wrong, tmp_path: Path):
    path = tmp_path / "own.yaml"
    assert SOUND.count(case.sound) == 1
    path.write_text(SOUND.replace(case.sound, case.wrong), encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_concepts(path)
    said = [str(each).replace(str(path), path.name) for each in raised.value.problems]
    assert said == [case.said]


def test_every_problem_is_said_at_once(tmp_path: Path):
    path = tmp_path / "own.yaml"
    text = SOUND.replace('["3"]', "[3]").replace("meaning: Blinding", "meening: Blinding")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_concepts(path)
    assert [each.path for each in raised.value.problems] == [
        "concepts[0].meaning",
        "concepts[0].meening",
        "concepts[1].items.own_2025[0]",
    ]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text\n"])
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadSubmission, match="names and values are expected"):
        read_concepts(path)

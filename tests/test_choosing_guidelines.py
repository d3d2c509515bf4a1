"""Which guidelines a study is held against: names, own files, and statements about their items."""

import json
from pathlib import Path

import pytest

from checker.cli import run

from .test_guidelines import SOUND

STUDY = """\
study:
  title: Livers
  type: evaluation
  question: diagnostic
"""


def checked(
    folder: Path, capsys: pytest.CaptureFixture[str], statements: str = "", *options: str
) -> dict:
    """Return the report as JSON."""
    (folder / "study.yaml").write_text(STUDY + statements, encoding="utf-8")
    assert run(["check", str(folder / "study.yaml"), "--format", "json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_own_lists_stand_beside_those_that_ship(tmp_path, capsys) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "own.yaml").write_text(SOUND, encoding="utf-8")
    report = checked(
        tmp_path, capsys, "statements: {guidelines: [TRIPOD+AI, lists/own.yaml, spirit_ai_2020]}\n"
    )
    assert [each["id"] for each in report["guidelines"]] == ["tripod_ai_2024", "own_2025"]
    assert len([each for each in report["answers"] if each["guideline"] == "own_2025"]) == 2
    assert report["other_guidelines"] == [
        {
            "id": "spirit_ai_2020",
            "may_apply": False,
            "because": "spirit_ai_2020 is not part of this version.",
        }
    ]


def test_a_guideline_is_asked_for_as_people_call_it(tmp_path, capsys) -> None:
    report = checked(tmp_path, capsys, "", "--guideline", "STARD-AI", "--guideline", "claim")
    assert [each["id"] for each in report["guidelines"]] == ["stard_ai_2025", "claim_2024"]
    assert {each["why"] for each in report["guidelines"]} == {"Asked for by --guideline."}


def test_a_minimal_description_says_what_applies_what_may_and_what_to_add(tmp_path, capsys) -> None:
    report = checked(tmp_path, capsys)
    looked_at = [each["id"] for each in report["guidelines"]]
    assert looked_at == [
        "tripod_ai_2024",
        "tripod_ai_abstracts_2024",
        "claim_2024",
        "stard_ai_2025",
    ]
    assert [(each["id"], each["may_apply"]) for each in report["other_guidelines"]] == [
        ("clear_2023", True),
        ("decide_ai_2022", True),
    ]
    decides = {each["name"]: each["guidelines"] for each in report["deciding_facts"]}
    assert decides["predictors.inputs.kind"] == ["claim_2024"]
    assert decides["predictors.features.kind"] == ["clear_2023", "metrics_2024"]
    assert decides["evaluations.task"][:2] == ["tripod_ai_2024", "tripod_ai_abstracts_2024"]
    assert "study.type" not in decides, "it is described"
    completed = [item for each in report["next_facts"] for item in each["completes"]]
    assert len(report["next_facts"]) == 8
    assert len(completed) > 10
    assert f"8 facts would complete {len(completed)} items." in report["in_short"][-1]
    gaps = {f"{each['guideline']}/{each['item']}": each["gap"] for each in report["answers"]}
    assert gaps["claim_2024/20"] == "critical", "nobody can tell whether patients were shared"
    assert gaps["claim_2024/1"] is None


def test_files_of_guidelines_that_cannot_be_read_are_all_named(tmp_path, capsys) -> None:
    (tmp_path / "bad.yaml").write_text(SOUND.replace("year: 2025\n", ""), encoding="utf-8")
    named = "statements: {guidelines: [../own.yaml, nothing.yaml, bad.yaml]}\n"
    (tmp_path / "study.yaml").write_text(STUDY + named, encoding="utf-8")
    assert run(["check", str(tmp_path / "study.yaml")]) == 2
    err = capsys.readouterr().err
    assert '../own.yaml: statements.guidelines: the path goes up with ".."' in err
    assert "nothing.yaml: statements.guidelines: there is no such file" in err
    assert "bad.yaml:1: year: this key is missing" in err


WRONG = [
    ("locations", "tripod_ai_2024/99", "tripod_ai_2024 has no item 99", "checker explain"),
    (
        "locations",
        "tripod_ai_2024/5",
        "tripod_ai_2024 has no item 5",
        "did you mean tripod_ai_2024/5a or tripod_ai_2024/5b?",
    ),
    ("not_applicable", "claim_2024/3b", "claim_2024 has no item 3b", "did you mean claim_2024/3?"),
    (
        "not_applicable",
        "claim_2023/3",
        'no guideline of this version is called "claim_2023"',
        "did you mean claim_2024?",
    ),
    (
        "locations",
        "TRIPOD+AI/12a",
        '"TRIPOD+AI/12a" is no fact or item',
        "did you mean tripod_ai_2024/12a?",
    ),
    (
        "locations",
        "tripod_ai/12a",
        '"tripod_ai/12a" is no fact or item',
        "did you mean tripod_ai_2024/12a?",
    ),
    (
        "locations",
        "tripod_ai_2024/12 A",
        '"tripod_ai_2024/12 A" is no fact or item',
        "did you mean tripod_ai_2024/12a?",
    ),
    (
        "not_applicable",
        "claim/45",
        '"claim/45" is no fact or item',
        "checker explain claim_2024 lists the items",
    ),
    (
        "not_reported",
        "claim_2024/4",
        '"claim_2024/4" is no fact',
        "name the facts of it; checker explain claim_2024/4 lists them",
    ),
]


@pytest.mark.parametrize(("records", "about", "message", "hint"), WRONG)
def test_a_statement_about_an_item_that_does_not_exist_is_refused(
    records, about, message, hint, tmp_path, capsys
) -> None:
    extra = "place: Methods" if records == "locations" else "reason: Only so."
    text = f"{STUDY}statements:\n  {records}:\n    - {{about: {about}, {extra}}}\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    assert run(["validate", str(tmp_path / "study.yaml")]) == 2
    err = capsys.readouterr().err
    assert f"study.yaml:7: statements.{records}[0].about: {message}" in err
    assert hint in err


@pytest.mark.parametrize("about", ["claim_2024/3", "own_2025/7", "probast_ai_2025/D4"])
def test_a_statement_about_an_item_that_exists_or_may_exist_is_taken(about, tmp_path) -> None:
    text = f"{STUDY}statements:\n  not_applicable:\n    - {{about: {about}, reason: Only so.}}\n"
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    assert run(["validate", str(tmp_path / "study.yaml")]) == 0

"""Sheets of answers are read as people write them, and what is wrong with one is said with its line."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from checker import pipeline
from checker.cli import run
from checker.errors import BadSubmission
from checker.model.score_guideline import ScoreGuideline
from checker.reading.answer_names import Names
from checker.reading.answers import read_answers
from checker.reading.guidelines import read_guideline, score_guidelines
from checker.rules import RULES

SCORES = {each.id: each for each in score_guidelines()}
METRICS, APPRAISE, RQS = (SCORES[n] for n in ("metrics_2024", "appraise_ai_2023", "rqs_2017"))

every_score = pytest.mark.parametrize("guideline", SCORES.values(), ids=SCORES)


class Written(NamedTuple):
    story: str
    guideline: ScoreGuideline
    text: str
    answers: dict[str, str | float]


WRITTEN = [
    Written("plain words", METRICS, 'C1: yes\n"1": no\n', {"C1": "yes", "1": "no"}),
    Written("true and false", METRICS, '"1": true\n"2": false\n', {"1": "yes", "2": "no"}),
    Written(
        "other names of items",
        METRICS,
        "Item#1: Y\nitem_2: N\nQ3: yes\nCondition1: no\n",
        {"1": "yes", "2": "no", "3": "yes", "C1": "no"},
    ),
    Written(
        "numbers as keys", METRICS, "1: yes\n18: 1\n2: 0\n", {"1": "yes", "18": "yes", "2": "no"}
    ),
    Written("numbers as conditions", METRICS, "C1: 1\nC2: 0\n", {"C1": "yes", "C2": "no"}),
    Written(
        "marks", METRICS, '17: n/a\n"9": NA\n', {"17": "not_applicable", "9": "not_applicable"}
    ),
    Written("blanks", METRICS, '"1":\n"2": ""\n"3": yes\n', {"3": "yes"}),
    Written("points of items", APPRAISE, "4: 5\n20: 5\n", {"4": 5.0, "20i": "yes"}),
    Written("a word for an item of one question", APPRAISE, "22: yes\n", {"22i": "yes"}),
    Written(
        "cells of the form",
        APPRAISE,
        "a_4i: multiple\n4iv-lmic: n\n6ii: Several experts\n",
        {"4i": "multiple", "4iv_lmic": "no", "6ii": "several_experts"},
    ),
    Written(
        "other words",
        APPRAISE,
        "7iii: none missing\n16i: DCA\n4iii: NA\n",
        {"7iii": "not_applicable", "16i": "decision_curve", "4iii": "not_applicable"},
    ),
    Written(
        "points below zero",
        RQS,
        "5: -3\nRQS_12: 5\n11: 7\n",
        {"5": "neither", "12": "three_or_more_institutes", "11": "yes"},
    ),
    Written("what fits deep learning poorly", RQS, "2: NA\n3: n/a\n", {"2": "no", "3": "no"}),
    Written("points of two answers", RQS, "12: 4\n", {"12": 4.0}),
    Written(
        "with a reason", METRICS, '"1": {answer: yes, reason: CLEAR, place: page 2}\n', {"1": "yes"}
    ),
    Written(
        "under answers",
        METRICS,
        'guideline: metrics_2024\nstudy: A\nassessor: B\nanswers: {"1": yes}\n',
        {"1": "yes"},
    ),
]


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.story)
def test_a_sheet_is_read_as_people_write_it(case: Written, tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(case.text, encoding="utf-8")
    [found] = read_answers(file, case.guideline)
    got = {n: g.answer if g.points is None else g.points for n, g in found.answers.items()}
    assert got == case.answers


def test_a_reason_and_its_place_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text('"1": {answer: yes, reason: CLEAR, place: page 2}\n', encoding="utf-8")
    [found] = read_answers(file, METRICS)
    assert found.answers["1"].reason == "CLEAR; page 2"


def test_several_studies_stand_in_one_sheet(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    text = 'guideline: rqs_2017\nstudies:\n- {study: A, answers: {"5": either}}\n- {study: B, "5": -3}\n'
    file.write_text(text, encoding="utf-8")
    found = read_answers(file, RQS)
    assert [(each.study, each.answers["5"].answer) for each in found] == [
        ("A", "either"),
        ("B", "neither"),
    ]


def test_a_table_with_a_row_for_each_answer(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("item,answer,reason\nC1,yes,\n1,Y,CLEAR is cited\n2,,\n", encoding="utf-8")
    [found] = read_answers(file, METRICS)
    assert {name: each.answer for name, each in found.answers.items()} == {"C1": "yes", "1": "yes"}
    assert found.answers["1"].reason == "CLEAR is cited"


def test_a_table_names_studies_and_assessors_and_leaves_other_columns(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("study;assessor;journal;C1;1\nA;R1;X;no;Y\nA;R2;X;;N\n", encoding="utf-8")
    first, second = read_answers(file, METRICS)
    assert (first.study, first.assessor, second.assessor) == ("A", "R1", "R2")
    assert {n: g.answer for n, g in first.answers.items()} == {"C1": "no", "1": "yes"}
    assert {n: g.answer for n, g in second.answers.items()} == {"1": "no"}


class Bad(NamedTuple):
    story: str
    guideline: ScoreGuideline
    text: str
    said: str


BAD = [
    Bad(
        "a mark of what always applies",
        METRICS,
        '"1": NA\n',
        'a.yaml:1: 1: "NA" is none of the answers: no, yes',
    ),
    Bad(
        "an unknown item",
        METRICS,
        '"31": yes\n',
        'a.yaml:1: 31: metrics_2024 has no question or item "31"\n    hint: questions are called 1, 2, 3 ... 30',
    ),
    Bad(
        "a misspelt item",
        APPRAISE,
        "a_4iv_lmcc: yes\n",
        'a.yaml:1: a_4iv_lmcc: appraise_ai_2023 has no question or item "a_4iv_lmcc"\n    hint: did you mean 4iv_lmic?',
    ),
    Bad(
        "a wrong word",
        METRICS,
        '"1": maybe\n',
        'a.yaml:1: 1: "maybe" is none of the answers: no, yes',
    ),
    Bad(
        "a misspelt word",
        APPRAISE,
        "6ii: several_expert\n",
        'a.yaml:1: 6ii: "several_expert" is none of the answers: not_reported, single_non_expert, '
        "single_expert, several_non_experts, several_experts, objective_endpoint"
        "\n    hint: did you mean several_experts?",
    ),
    Bad(
        "points that cannot be",
        RQS,
        "12: 1\n",
        'a.yaml:1: 12: "1" is not what item 12 can give: -5, 2, 3, 4, 5 points',
    ),
    Bad(
        "a word for an item of several questions",
        APPRAISE,
        "4: yes\n",
        'a.yaml:1: 4: "yes" is not what item 4 can give: 0, 1, 2, 3, 4, 5, 6, 7, 8 points'
        "\n    hint: or answer 4i, 4ii, 4iii, 4iv_academic, 4iv_countries, 4iv_community and 4iv_lmic",
    ),
    Bad(
        "points and answers",
        APPRAISE,
        "4: 5\n4i: multiple\n",
        "a.yaml:2: 4i: 4i is answered twice, as points and as an answer",
    ),
    Bad(
        "an answer twice",
        METRICS,
        '"1": yes\nitem1: no\n',
        "a.yaml:2: item1: item1 is answered twice",
    ),
    Bad("a list", METRICS, '"1": [yes]\n', "a.yaml:1: 1: one answer is expected, not a list"),
    Bad(
        "an unknown key of an answer",
        METRICS,
        '"1": {anser: yes}\n',
        "a.yaml:1: 1.anser: this key does not exist\n    hint: did you mean answer?",
    ),
    Bad(
        "another guideline",
        METRICS,
        "guideline: rqs_2017\nanswers: {}\n",
        "a.yaml:1: guideline: these are answers to rqs_2017, and metrics_2024 is asked for",
    ),
    Bad(
        "a description",
        METRICS,
        "study: {title: A}\n",
        "a.yaml:1: this is the description of a study, not a sheet of answers"
        "\n    hint: use checker check with --guideline metrics_2024",
    ),
    Bad(
        "a list of nothing",
        METRICS,
        "studies: []\n",
        "a.yaml:1: studies: a list of sheets is expected",
    ),
]


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.story)
def test_what_is_wrong_with_a_sheet_is_said_with_its_line(case: Bad, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(case.text, encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_answers(file, case.guideline)
    assert [str(each) for each in raised.value.problems] == [case.said]


def test_every_problem_of_a_table_is_said_at_once_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("study,item_1,item_77,a_16i\nA,9,1,often\nB,1,0,DCA\n", encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_answers(file, APPRAISE)
    said = [str(each).replace(str(file), "a.csv").splitlines()[0] for each in raised.value.problems]
    assert said == [
        'a.csv:1: item_77: appraise_ai_2023 has no question or item "item_77"',
        'a.csv:2: item_1: "9" is not what item 1 can give: 0, 1 points',
        'a.csv:2: a_16i: "often" is none of the answers: not_reported, sensitivity_specificity, decision_curve',
    ]


@pytest.mark.parametrize(
    ("guideline", "text", "said"),
    [
        (METRICS, "study,1,item_1\nA,yes,no\n", "a.csv:2: item_1: 1 is answered twice"),
        (METRICS, "study,C1,Condition1\nA,yes,no\n", "a.csv:2: Condition1: C1 is answered twice"),
        (
            APPRAISE,
            "item,answer\n4,5\n4i,multiple\n",
            "a.csv:3: item: 4i is answered in an earlier row already",
        ),
    ],
    ids=["an item", "a condition", "points and an answer"],
)
def test_a_question_that_a_table_answers_twice_is_told(
    guideline: ScoreGuideline, text: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_answers(file, guideline)
    assert [str(each).replace(str(file), "a.csv") for each in raised.value.problems] == [said]


def test_a_table_without_any_answer_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("study,journal\nA,B\n", encoding="utf-8")
    with pytest.raises(BadSubmission, match="no column is a question or an item of metrics_2024"):
        read_answers(file, METRICS)


@every_score
def test_every_question_is_found_under_its_own_name(guideline: ScoreGuideline) -> None:
    names = Names(guideline)
    for item in guideline.items:
        for question in item.asked:
            found = names.find(question.id)
            assert found is not None
            assert found.id == question.id
    for condition in guideline.conditions:
        assert names.find(f"Condition#{condition.id[1:]}") == ("condition", condition.id)


# A guideline of one's own


OWN = """\
id: own_score_2025
title: 'OWN: a score'
kind: quality_score
version: first
year: 2025
doi: []
licence: our own
when_to_use: Always.
verified: {status: ours, what: nothing to compare with}
conditions:
- {id: C1, meaning: images are used, when: {predictors.inputs.kind: image}}
score:
  method: weighted
  formula: weights
  unit: "%"
  digits: 1
  maximum: 100
  bands: [{name: poor, at_least: 0}, {name: rich, at_least: 50}]
  sections: {Data: 1}
  blanks: It has no form.
items:
- id: "1"
  section: Data
  topic: Shared
  applies: [development, evaluation]
  requirement: Data are shared.
  evidence: [openness.data]
  checkable: structured
  weight: 0.75
  scoring_rule: Yes when public.
  suggest:
  - {answer: "yes", when: {openness.data: repository}}
- id: "2"
  section: Data
  topic: Scanner
  applies: [development, evaluation]
  requirement: The scanner is named.
  evidence: [predictors.acquisition.scanners]
  checkable: structured
  weight: 0.25
  applicable_if: [C1]
  scoring_rule: Yes when named.
"""


def test_a_score_is_added_by_one_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file, answers = tmp_path / "own.yaml", tmp_path / "a.yaml"
    file.write_text(OWN, encoding="utf-8")
    answers.write_text('C1: yes\n"1": no\n"2": yes\n', encoding="utf-8")
    assert run(["score", str(file), str(answers), "--format", "json"]) == 0
    [score] = json.loads(capfd.readouterr().out)["scores"]
    assert (score["score"], score["category"]) == (25, "poor")
    study = tmp_path / "study.yaml"
    study.write_text(
        "predictors: {inputs: [{name: CT, kind: image}]}\nopenness: {data: repository}\n"
        'statements:\n  appraisals:\n  - {about: own_score_2025/2, answer: "no", by: me}\n',
        encoding="utf-8",
    )
    report = pipeline.check(study, pipeline.Options(guidelines=(str(file),)))
    assert [(each.score, each.assessor) for each in report.scores] == [(75, "me")]


WRONG = [
    (
        "applicable_if: [C1]",
        "applicable_if: [C2]",
        "items[1].applicable_if[0]: there is no condition C2",
    ),
    ("sections: {Data: 1}", "sections: {Dat: 1}", "items[0].section: score.sections has no Data"),
    ("weight: 0.75", "weight: 0.7", "score.sections.Data: 1 is said, and its items sum to 0.95"),
    ("  weight: 0.25\n", "", "items[1]: a weighted score needs the weight of each item"),
    (
        'answer: "yes", when: {openness.data: repository}',
        'answer: "maybe", when: {openness.data: repository}',
        "items[0].suggest[0].answer: 1 has no answer maybe",
    ),
    (
        "when: {openness.data: repository}",
        "when: {openness.data: somewhere}",
        'items[0].suggest[0].when.openness.data: openness.data is never "somewhere"',
    ),
    (
        "when: {openness.data: repository}",
        "found: [XXX001]",
        "items[0].suggest[0].found: there is no rule XXX001",
    ),
    (
        "when: {openness.data: repository}",
        "described: [openness.dat]",
        "items[0].suggest[0].described: openness.dat is no fact of study.yaml",
    ),
    (
        ", when: {openness.data: repository}",
        "",
        "items[0].suggest[0]: something that must hold is expected: when, described, found ...",
    ),
    (
        "{name: poor, at_least: 0}",
        "{name: poor, at_least: 60}",
        "score.bands: the lowest first, from the smallest possible score on",
    ),
    (
        "when: {predictors.inputs.kind: image}",
        "needs: C0, when: {predictors.inputs.kind: image}",
        "conditions[0].needs: there is no condition C0 before this one",
    ),
    (
        "scoring_rule: Yes when named.",
        "scoring_rule: Yes when named.\n  max_points: 2",
        "items[1].max_points: max_points is 2, and its questions give 1",
    ),
    (
        "scoring_rule: Yes when named.",
        'scoring_rule: Named.\n  questions:\n  - {id: "1", asks: Named?, points: {"no": 0, "yes": 1}}',
        'items[1].questions: "1" is the id of a question of item 1 already',
    ),
    (
        "scoring_rule: Yes when named.",
        'scoring_rule: Named.\n  questions:\n  - {id: q, asks: Named?, points: {"no": 0, "yes": 1}, clears: [never]}',
        "items[1].questions[0].clears: never is no answer of this question",
    ),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[2])
def test_what_is_wrong_with_a_score_is_said(case: tuple[str, str, str], tmp_path: Path) -> None:
    sound, wrong, said = case
    assert OWN.count(sound) == 1
    file = tmp_path / "own.yaml"
    file.write_text(OWN.replace(sound, wrong), encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        read_guideline(file, rules=RULES)
    lines = [str(each).splitlines()[0] for each in raised.value.problems]
    assert any(line.partition(": ")[2] == said for line in lines), lines


def test_an_empty_file_is_told_where_a_sheet_comes_from(tmp_path, capsys):
    (tmp_path / "z.yaml").write_bytes(b"")
    assert run(["score", "metrics_2024", str(tmp_path / "z.yaml")]) == 2
    err = capsys.readouterr().err
    assert "z.yaml: the file is empty" in err
    assert "checker score metrics_2024 prints a sheet to fill in" in err

"""Quality scores in the report and as a command: shown where asked for, apart from all other counts."""

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from checker import pipeline, render
from checker.appraisal.scores import choose_scores
from checker.cli import run
from checker.errors import BadSubmission
from checker.model.study import Study
from checker.reading.answers import read_answers, sheets_of
from checker.reading.documents import read_study
from checker.reading.guidelines import read_index, score_guidelines

FORMS = Path(__file__).parent / "reference" / "quality_scores" / "appraise_ai_snhl_2024.csv"
SCORES = {each.id: each for each in score_guidelines()}
METRICS, APPRAISE, RQS = (SCORES[n] for n in ("metrics_2024", "appraise_ai_2023", "rqs_2017"))


def _study(described: dict[str, Any]) -> Study:
    return Study.model_validate_json(json.dumps(described))


RADIOMICS = """\
study: {title: A signature, type: development, question: diagnostic}
predictors: {features: {kind: [hand_crafted]}, segmentation: {method: manual}}
openness: {data: on_request}
"""
ANSWERS = """\
statements:
  appraisals:
  - {about: rqs_2017/5, answer: either, by: R1}
  - {about: rqs_2017/5, answer: "-3", by: R2, reason: nothing was reduced}
"""


def _checked(text: str, tmp_path: Path, *guidelines: str) -> Any:
    file = tmp_path / "study.yaml"
    file.write_text(text, encoding="utf-8")
    return pipeline.check(file, pipeline.Options(guidelines=guidelines))


def test_a_score_is_shown_only_where_something_asks_for_it(tmp_path: Path) -> None:
    plain = RADIOMICS.replace("[hand_crafted]", "[]")
    assert _checked(plain, tmp_path).scores == ()
    assert [each.guideline for each in _checked(RADIOMICS, tmp_path).scores] == ["metrics_2024"]
    silent = _checked("study: {title: A}\n", tmp_path)
    assert silent.scores == ()
    asked = _checked(plain, tmp_path, "appraise_ai_2023")
    assert [each.guideline for each in asked.scores] == ["appraise_ai_2023"]
    assert asked.guidelines == ()
    named = _checked(plain + "statements: {guidelines: [rqs_2017, tripod_ai_2024]}\n", tmp_path)
    assert [each.guideline for each in named.scores] == ["rqs_2017"]
    assert [each.id for each in named.guidelines] == ["tripod_ai_2024"]
    only = _checked(RADIOMICS + "statements: {guidelines: [tripod_ai_2024]}\n", tmp_path)
    assert only.scores == ()


def test_each_assessor_has_a_score_of_their_own(tmp_path: Path) -> None:
    report = _checked(RADIOMICS + ANSWERS, tmp_path)
    found = [
        (each.guideline, each.assessor) for each in report.scores if each.guideline == "rqs_2017"
    ]
    assert found == [("rqs_2017", "R1"), ("rqs_2017", "R2")]
    first, second = (each for each in report.scores if each.guideline == "rqs_2017")
    assert first.lowest - second.lowest == 6
    assert first.why == "statements.appraisals has answers to it."


def test_a_score_changes_no_other_count_and_no_headline(tmp_path: Path) -> None:
    without = _checked(RADIOMICS, tmp_path, "tripod_ai_2024")
    beside = _checked(RADIOMICS, tmp_path, "tripod_ai_2024", "metrics_2024")
    assert beside.scores
    assert (beside.in_short, beside.counts, beside.guidelines, beside.comments) == (
        without.in_short,
        without.counts,
        without.guidelines,
        without.comments,
    )


def test_a_report_with_scores_comes_back_from_json_and_shows_the_list(tmp_path: Path) -> None:
    report = _checked(RADIOMICS, tmp_path, "metrics_2024", "appraise_ai_2023", "rqs_2017")
    text = render.to_json(report)
    assert render.from_json(text) == report
    assert render.to_json(render.from_json(text)) == text
    page = render.to_html(report, figures=False)
    words = render.to_markdown(report)
    for item in METRICS.items:
        assert item.topic in page
        assert f"| {item.id} | {item.topic} |" in words
    terminal = render.to_terminal(report)
    assert "METRICS (2024): 0.0 to 98.7 %" in terminal or "METRICS (2024): " in terminal
    assert "apart from reporting and risk of bias" in terminal


def test_a_report_without_scores_has_no_section_of_them(tmp_path: Path) -> None:
    report = _checked("study: {title: A}\n", tmp_path)
    assert "Quality score" not in render.to_html(report, figures=False)
    assert "Quality score" not in render.to_markdown(report)
    assert "Quality score" not in render.to_terminal(report)


WRONG_APPRAISALS = """\
statements:
  appraisals:
  - {about: metrics_2024/31, answer: "yes"}
  - {about: metrics_2024/1, answer: sometimes}
  - {about: metric_2024/1, answer: "yes"}
  - {about: rqs_2017/12, answer: "1"}
  - {about: metrics_2024/2, answer: "yes", by: R1}
  - {about: metrics_2024/2, answer: "no", by: R1}
  - {about: metrics_2024/3}
"""


def test_wrong_appraisals_are_said_all_at_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(RADIOMICS + WRONG_APPRAISALS, encoding="utf-8")
    with pytest.raises(BadSubmission) as raised:
        pipeline.check(file)
    lines = [str(each).splitlines()[0] for each in raised.value.problems]
    assert lines == [
        'study.yaml:6: statements.appraisals[0].about: metrics_2024 has no question or item "31"',
        'study.yaml:7: statements.appraisals[1].answer: "sometimes" is none of the answers: no, yes',
        "study.yaml:8: statements.appraisals[2].about: there is no quality score metric_2024",
        'study.yaml:9: statements.appraisals[3].answer: "1" is not what item 12 can give: '
        "-5, 2, 3, 4, 5 points",
        "study.yaml:11: statements.appraisals[5]: metrics_2024/2 is answered twice by R1",
        "study.yaml:12: statements.appraisals[6]: metrics_2024/3 has no answer",
    ]
    assert run(["validate", str(file)]) == 2
    assert "6 problems in study.yaml" in capfd.readouterr().err


def test_an_item_said_not_to_apply_is_a_mark_and_never_of_what_always_applies(
    tmp_path: Path,
) -> None:
    mark = 'statements: {not_applicable: [{about: metrics_2024/17, reason: "no network"}]}\n'
    [score] = _checked(RADIOMICS + mark, tmp_path).scores
    [deep] = [each for each in score.conditions if each.condition == "C5"]
    assert (deep.holds, deep.reason) == (False, "item 17 is marked as not applicable")
    wrong = 'statements: {not_applicable: [{about: rqs_2017/3, reason: "no phantom"}]}\n'
    with pytest.raises(BadSubmission) as raised:
        _checked(RADIOMICS + wrong, tmp_path)
    [problem] = raised.value.problems
    assert problem.message == "item 3 of rqs_2017 is counted for every study"


def test_the_place_of_an_answer_comes_from_the_locations(tmp_path: Path) -> None:
    text = (
        'statements:\n  appraisals: [{about: rqs_2017/3, answer: "no", reason: none scanned}]\n'
        "  locations: [{about: rqs_2017/3, place: page 5}]\n"
    )
    scores = _checked(RADIOMICS + text, tmp_path).scores
    [rqs] = [each for each in scores if each.guideline == "rqs_2017"]
    [item] = [each for each in rqs.items if each.item == "3"]
    assert item.answers[0].reason == "none scanned; page 5"


def test_appraisals_of_other_tools_are_left_alone(tmp_path: Path) -> None:
    text = 'statements: {appraisals: [{about: probast_ai_2025/D4, answer: "high"}]}\n'
    assert _checked(text, tmp_path).scores == ()


def test_why_a_score_is_looked_at_is_said() -> None:
    study = _study({"predictors": {"features": {"kind": ["deep"]}}})
    assert choose_scores(study, read_index()) == (
        (
            "metrics_2024",
            "Quality score that goes with CLEAR; report it apart from completeness. "
            "Here predictors.features.kind is deep.",
        ),
    )


# The command


def test_the_empty_sheet_asks_everything_and_answers_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for guideline in SCORES.values():
        assert run(["score", guideline.id]) == 0
        file = tmp_path / "answers.yaml"
        file.write_text(capfd.readouterr().out, encoding="utf-8")
        [found] = read_answers(file, guideline)
        assert found.answers == {}
        asked = yaml.safe_load(file.read_text("utf-8"))["answers"]
        every = [*(c.id for c in guideline.conditions)]
        every += [q.id for item in guideline.items for q in item.asked]
        assert [str(each) for each in asked] == every


def test_published_forms_are_scored_at_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / f"out.{end}" for end in ("json", "html", "md", "csv", "txt")]
    arguments = [part for file in files for part in ("-o", str(file))]
    assert run(["score", "APPRAISE-AI", str(FORMS), *arguments]) == 0
    out = capfd.readouterr().out
    assert "Lee et al., 2010" in out
    assert "37, differs" in out
    made = json.loads(files[0].read_text("utf-8"))
    assert [each["score"] for each in made["scores"]] == [29, 23, 49, 38]
    rows = list(csv.DictReader(files[3].read_text("utf-8").splitlines()))
    assert [row["score"] for row in rows] == ["29", "23", "49", "38"]
    assert rows[0]["item_4"] == "3"
    for file in files[1:3]:
        text = file.read_text("utf-8")
        assert "Parthasarathy et al., 2020" in text
        assert "http://" not in text


def test_one_study_is_shown_with_its_whole_list(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("study: A\nanswers: {C1: yes, C2: no}\n", encoding="utf-8")
    assert run(["score", "metrics", str(file)]) == 0
    out = capfd.readouterr().out
    assert "0.0 to 100.0 %, very low to excellent" in out
    assert "nobody looked yet at 29" in " ".join(out.split())
    for item in METRICS.items:
        assert item.topic.split()[0] in out


class Refused(NamedTuple):
    arguments: list[str]
    said: str


REFUSED = [
    Refused(
        ["score", "metric_2024"],
        "metric_2024 is no quality score of this version; did you mean metrics_2024?",
    ),
    Refused(
        ["score", "tripod_ai_2024"],
        "tripod_ai_2024 is no quality score of this version; there is metrics_2024",
    ),
    Refused(["score", "rqs", "nowhere.yaml"], "nowhere.yaml"),
    Refused(["score", "rqs", str(FORMS), "-o", "x.docx"], "the ending decides the format"),
    Refused(["score", "rqs", "-o", "x.json"], "without ANSWERS there is nothing to score"),
    Refused(["score", "rqs", str(FORMS), "-o", str(FORMS)], "is read by this command"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.said)
def test_wrong_use_is_said(case: Refused, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(case.arguments) == 2
    assert case.said in capfd.readouterr().err


def test_cells_of_strangers_stay_text(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.csv"
    file.write_text('study,1\n"=HYPERLINK(""x"")",Y\n"<b>\x1b[31m",N\n', encoding="utf-8")
    outs = [str(tmp_path / "o.csv"), str(tmp_path / "o.html")]
    assert run(["score", "metrics", str(file), "-o", outs[0], "-o", outs[1]]) == 0
    assert "\x1b" not in capfd.readouterr().out
    assert "\n'=HYPERLINK" in Path(outs[0]).read_text("utf-8") or "'=HYPERLINK" in Path(
        outs[0]
    ).read_text("utf-8")
    page = Path(outs[1]).read_text("utf-8")
    assert "<b>\x1b" not in page
    assert "&lt;b&gt;" in page


def test_a_description_is_read_once_for_its_answers(tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(RADIOMICS + ANSWERS, encoding="utf-8")
    first, second = sheets_of(read_study(file), RQS)
    assert (first.assessor, first.answers["5"].answer) == ("R1", "either")
    assert second.answers["5"].reason == "nothing was reduced"

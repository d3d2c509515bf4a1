"""The report put together: what the comments to the authors and the sentences of the summary say."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker import assemble, pipeline, render
from checker.evidence.printed import as_printed, printed_p
from checker.model import sentences
from checker.model.claim import ClaimCheck, Verdict
from checker.model.estimate import Interval
from checker.model.finding import RuleRun, Severity
from checker.model.report import (
    Answer,
    AnswerFact,
    FactState,
    GuidelineReport,
    NextFact,
    ReportedFinding,
    Status,
)
from checker.model.study import Printed, Study
from checker.needs import Absent
from checker.render import page

from . import report_sample

TRIPOD = GuidelineReport(
    id="tripod_ai_2024",
    title="TRIPOD+AI: a statement",
    year=2024,
    kind="reporting",
    licence="CC BY",
    doi=("10.1136/bmj-2023-078378",),
    why="It fits.",
    counts={Status.REPORTED: 1, Status.PARTLY: 2},
)
CLAIM = ClaimCheck(
    name="AUROC",
    evaluation="external",
    metric="auroc",
    label="AUROC",
    place="Table 2",
    at="evaluations[1].claims[0]",
    verdict=Verdict.CONTRADICTED,
)


def study(*evaluations: str, **sections: Any) -> Study:
    entries = [{"name": each, "task": "classification"} for each in evaluations]
    return Study.model_validate({"evaluations": entries, **sections})


def finding(at: str) -> ReportedFinding:
    return ReportedFinding(
        code="CLM001",
        title="A defect",
        severity=Severity.CRITICAL,
        message="It is seen.",
        at=at,
        place="somewhere",
        file="study.yaml",
        line=1,
        observed="",
        expected="",
        why="It matters.",
        fix="Mend it.",
        sources=(),
        items=(),
    )


def missing(name: str, reason: str = "") -> AnswerFact:
    return AnswerFact(name=name, meaning="", state=FactState.NOT_REPORTED, value="", reason=reason)


def answer(status: Status, *facts: AnswerFact) -> Answer:
    return Answer(
        guideline="tripod_ai_2024",
        item="5b",
        section="Methods",
        topic="Data",
        requirement="Dates.",
        status=status,
        reason="",
        facts=facts,
    )


@pytest.mark.parametrize(
    ("evaluations", "at", "begins"),
    [
        (("external",), "evaluations[0].partition", "It is seen."),
        (("internal", "external"), "evaluations[1].partition", "external: It is seen."),
        (
            ("internal", "external"),
            "evaluations[1].claims[0].value",
            "external, Table 2: It is seen.",
        ),
        (("internal", "external"), "data.partitions", "It is seen."),
        (tuple("abcdefghijkl"), "evaluations[11].partition", "l: It is seen."),
    ],
)
def test_a_comment_names_its_evaluation_where_there_are_several(
    evaluations: tuple[str, ...], at: str, begins: str
) -> None:
    made = assemble.comments(study(*evaluations), [finding(at)], [], [CLAIM], [TRIPOD])
    assert made == (f"{begins} Mend it.",)


def test_findings_that_say_the_same_of_three_places_are_one_comment() -> None:
    at = ("evaluations[1].claims[0].value", "model", "model")
    alike = [replace(finding(each), brief=f"number {i}") for i, each in enumerate(at)]
    other = finding("model")
    (made, alone) = assemble.comments(
        study("a", "external"), [*alike, other], [], [CLAIM], [TRIPOD]
    )
    assert made == f"{other.title} (3): external, Table 2: number 0; number 1, number 2. Mend it."
    assert alone == "It is seen. Mend it."
    two = assemble.comments(study("a", "external"), alike[:2], [], [CLAIM], [TRIPOD])
    assert two == ("external, Table 2: It is seen. Mend it.", "It is seen. Mend it.")


def test_findings_that_say_the_same_stand_together_in_every_view() -> None:
    alike = tuple(
        replace(finding("model"), brief=f"<number> {i}", file="study.yaml", line=i)
        for i in range(4)
    )
    report = replace(report_sample.sample(), findings=alike)
    for view in (render.to_terminal(report, width=100), render.to_markdown(report)):
        said = " ".join(view.split())
        assert f"{alike[0].title}, 4 times" in said
        assert "number> 3 (study.yaml:3)" in said.replace("\\", "")
    page = render.to_html(report, figures=False)
    assert page.count(f"<h4>{alike[0].title}, 4 times</h4>") == 1
    assert "&lt;number&gt; 3" in page


def test_comments_on_items_say_in_words_what_is_missing() -> None:
    answers = [
        answer(Status.NOT_REPORTED, missing("outcome.blinding", "Not recorded.")),
        answer(
            Status.PARTLY,
            missing("data.sources.start", "No dates."),
            missing("analysis.missing.fraction"),
        ),
    ]
    whole, part = assemble.comments(study("a"), [], answers, [], [TRIPOD])
    assert "asks: Dates. None of it is reported (Not recorded). Please" in whole
    assert (
        "Not reported: first inclusion (sources); share of people with any missing input or outcome "
        "(No dates). Please"
    ) in part
    assert "data.sources" not in part


def test_a_missing_fact_is_named_with_what_it_says() -> None:
    absent = Absent("model.output is not described yet", facts=("model.output",))
    run = RuleRun(rule="ANA001", at=(), place="the study", absent=absent)
    (silent,) = assemble.not_run([run], study("a"))
    assert silent.because == "model.output (what the model returns) is not described yet"
    said = study("a", statements={"not_reported": [{"about": "model.output", "reason": "Secret."}]})
    (stated,) = assemble.not_run([run], said)
    assert stated.because == (
        "model.output (what the model returns) is said not to be reported: Secret."
    )


def test_the_summary_says_how_many_items_are_reported_and_what_to_describe_next() -> None:
    fact = NextFact(
        name="outcome.blinding",
        meaning="Who knew what.",
        said_missing=False,
        items=("tripod_ai_2024/8c",),
        sections=("Methods",),
        completes=("tripod_ai_2024/8c",),
        rules=(),
    )
    assert assemble.in_short((), (), (), (TRIPOD,), (fact,))[-1] == (
        "Items reported, of those asked: TRIPOD+AI: 1 of 3. 1 fact would complete 1 item."
    )
    contradicted = replace(TRIPOD, counts={Status.CONTRADICTED: 2, Status.DOES_NOT_APPLY: 1})
    two = replace(fact, completes=("tripod_ai_2024/8c", "stard_ai_2025/17b"))
    assert assemble.in_short((), (), (), (contradicted,), (fact, two))[-1] == (
        "Items reported, of those asked: TRIPOD+AI: 0 of 2 (2 contradicted). 2 facts would "
        "complete 3 items."
    )


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({}, ""),
        ({"name": "LiverNet"}, "LiverNet"),
        ({"version": "1.2"}, "version 1.2"),
        ({"name": "LiverNet", "version": "1.2"}, "LiverNet, version 1.2"),
    ],
)
def test_a_version_alone_is_no_model(model: dict[str, str], words: str) -> None:
    assert assemble.glance(study("a", model=model)).model == words


@pytest.mark.parametrize(
    ("printed", "p", "shown"),
    [
        ("<0.001", 1.4e-5, "<0.001"),
        ("0.03", 1.4e-5, "<0.001"),
        ("0.03", 0.0312, "0.03"),
        ("<0.0001", 0.0005, "0.0005"),
        ("n.s.", 0.012, "0.012"),
    ],
)
def test_small_p_values_are_shown_as_people_print_them(printed: str, p: float, shown: str) -> None:
    assert printed_p(printed).show(p) == shown


def test_numbers_in_sentences_have_their_level() -> None:
    interval = Interval(low=0.7136, high=0.8232)
    assert sentences.with_interval(0.76846, interval) == "0.768 (95 % interval 0.714 to 0.823)"
    assert sentences.p_value(0.0412) == "0.041"


@pytest.mark.parametrize(
    ("number", "words"),
    [(0.87, "1 percentage point"), (0.86, "2 percentage points"), (0.88, "0 percentage points")],
)
def test_a_percentage_point_is_counted_like_anything(number: float, words: str) -> None:
    assert as_printed(Printed("88"), percent=True).difference(number) == words


@pytest.mark.parametrize(
    ("claim", "title", "printed"),
    [
        ({"metric": "auroc", "of": "score", "value": "0.960"}, "AUROC, score", "0.960"),
        ({"metric": "sensitivity", "value": "88.4 % (84.0-92.1)"}, "sensitivity", "88.4 % (84.0 to 92.1)"),
        ({"metric": "auroc", "of": "with AI", "versus": "without AI", "p_value": "0.02"},
         "AUROC, with AI, against without AI", "p value 0.02"),
    ],
)  # fmt: skip
def test_what_a_paper_prints_is_shown_also_where_nothing_could_be_recomputed(
    tmp_path: Path, claim: dict[str, str], title: str, printed: str
) -> None:
    path = tmp_path / "study.yaml"
    evaluation = {"name": "external", "task": "classification", "claims": [claim]}
    path.write_text(yaml.safe_dump({"evaluations": [evaluation]}), encoding="utf-8")
    report = pipeline.check(path)
    shown = render.to_markdown(report)
    assert (
        f"| {page.first_upper(title)} | external | {printed} | – | ○ could not be checked" in shown
    )
    assert printed in render.to_html(report)

"""What the views of a report say: parsed, not compared letter by letter."""

import importlib.util
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import pytest
import tinyhtml5
from markdown_it import MarkdownIt

from checker import render
from checker.errors import BadSubmission
from checker.model.claim import Attempt, Verdict
from checker.model.curves import (
    AgreementPlot,
    ClassDistances,
    ConfusionMatrix,
    DecisionCurve,
    ReaderCurve,
    RocCurve,
    ScoreDistribution,
    SurvivalCurve,
)
from checker.model.estimate import Comparison, Estimate, Interval
from checker.model.evidence import SecondOpinion
from checker.model.finding import Severity
from checker.model.report import Report, Status
from checker.render import checklists, digits, figures, page, signs
from checker.render.cleaned import to_ascii, without_controls
from checker.render.layout import wide, wrapped
from checker.render.metrics_text import metrics_json, metrics_text
from checker.render.to_markdown import escaped
from checker.resources import folder

from . import task_evaluations as evaluations_of_tasks

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


def _loaded(name: str) -> ModuleType:
    file = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


samples = _loaded("report_sample")
task_evaluations = cache(evaluations_of_tasks.every)
REPORTS: dict[str, Callable[[], Report]] = {
    "rich": samples.sample,
    "hostile": samples.hostile,
    "empty": samples.empty,
    "tasks": lambda: samples.with_tasks(task_evaluations()),
    "hostile tasks": lambda: samples.hostile(samples.with_tasks(task_evaluations())),
}


@cache
def html_of(name: str) -> str:
    return render.to_html(REPORTS[name]())


@cache
def parsed(name: str) -> Any:
    return tinyhtml5.parse(html_of(name))


def every(tree: Any, tag: str) -> list[Any]:
    return [*tree.iter(f"{XHTML}{tag}"), *tree.iter(f"{SVG}{tag}")]


def text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def section(name: str, of: str = "rich") -> Any:
    return next(each for each in every(parsed(of), "section") if each.get("id") == name)


def cells(tree: Any) -> list[list[str]]:
    return [
        [text_of(cell) for cell in row if cell.tag in (f"{XHTML}td", f"{XHTML}th")]
        for row in every(tree, "tr")
    ]


# Numbers


class Printed(NamedTuple):
    story: str
    shown: str
    expected: str


def interval(low: float, high: float, level: float = 0.95) -> Interval:
    return Interval(low=low, high=high, level=level)


def number(value: float, low: float, high: float) -> str:
    return digits.together(
        Estimate(metric="auroc", value=value, interval=interval(low, high), cases=9, unit="row")
    )


PRINTED = [
    Printed("a proportion", number(0.7684628, 0.7136, 0.8232), "0.768 (0.714 to 0.823)"),
    Printed("a narrow interval", number(0.87654, 0.8712, 0.8819), "0.8765 (0.8712 to 0.8819)"),
    Printed("a wide one", number(1.0281, 0.69, 1.364), "1.03 (0.69 to 1.36)"),
    Printed("a volume", number(1570.4, 1431.6, 1702.2), "1570 (1432 to 1702)"),
    Printed("below zero", number(-0.168, -0.4454, 0.1088), "−0.17 (−0.45 to 0.11)"),
    Printed("no minus zero", digits.number(-0.0001, 3), "0.000"),
    Printed("thousands", digits.count(11627), "11\u202f627"),
    Printed("four digits stay together", digits.count(3080), "3080"),
    Printed("an unknown count", digits.count(None), "–"),
    Printed("a tiny p", digits.p_value(0.00001), "<0.001"),
    Printed("a small p", digits.p_value(0.0412), "0.041"),
    Printed("a large p", digits.p_value(0.234), "0.23"),
    Printed("a p of one", digits.p_value(1.0), ">0.99"),
    Printed("a tenth from below", digits.p_value(0.0996), "0.10"),
    Printed(
        "another level", digits.limits(interval(0.7, 0.8, 0.9)), "0.700 to 0.800 (90\xa0% level)"
    ),
    Printed("a chosen number", digits.short(0.5), "0.5"),
    Printed("a chosen whole number", digits.short(100.0), "100"),
    Printed("one case", digits.unit_of(1, "patient"), "1 patient"),
    Printed("an unknown metric", digits.metric_label("new_metric"), "new metric"),
]


@pytest.mark.parametrize("case", PRINTED, ids=lambda case: case.story)
def test_numbers_are_printed(case: Printed) -> None:
    assert case.shown == case.expected


def test_an_undefined_number_prints_its_sentence() -> None:
    estimate = Estimate(metric="auroc", cases=3, unit="row", undefined_because="one class only")
    assert digits.together(estimate) == "undefined: one class only"
    assert digits.value(estimate) == digits.DASH


@pytest.mark.parametrize("kind", [Severity, Verdict, Status])
def test_every_status_has_a_sign_of_its_own(kind: Any) -> None:
    table = next(
        each
        for each in (signs.SEVERITIES, signs.VERDICTS, signs.STATUSES)
        if set(each) == set(kind)
    )
    assert len({sign.symbol for sign in table.values()}) == len(table)
    assert len({sign.ascii for sign in table.values()}) == len(table)
    assert all(sign.ascii.isascii() and sign.word for sign in table.values())


# JSON


@pytest.mark.parametrize("name", REPORTS)
def test_json_round_trip_gives_the_same_report_and_page(name: str) -> None:
    report = REPORTS[name]()
    text = render.to_json(report)
    again = render.from_json(text)
    assert again == report
    assert render.to_json(again) == text
    assert render.to_html(again) == html_of(name)


class Damaged(NamedTuple):
    story: str
    damage: Callable[[str], str]
    path: str
    message: str


DAMAGED = [
    Damaged("not JSON", lambda text: text[:100], "", "this is not JSON"),
    Damaged("another JSON", lambda text: '{"cases": 3}', "", "not a report of checker"),
    Damaged("a list", lambda text: "[1, 2]", "", "not a report of checker"),
    Damaged(
        "another version",
        lambda text: text.replace("checker-report/1", "checker-report/7"),
        "format",
        "'checker-report/7' seen, 'checker-report/1' expected",
    ),
    Damaged(
        "a text for a number",
        lambda text: text.replace('"seed": 0', '"seed": "0"'),
        "provenance.seed",
        "valid integer",
    ),
    Damaged(
        "a missing field",
        lambda text: text.replace('"seed": 0,', ""),
        "provenance.seed",
        "required",
    ),
    Damaged(
        "a field too many",
        lambda text: text.replace('"seed": 0', '"sed": 1, "seed": 0'),
        "provenance.sed",
        "does not exist",
    ),
    Damaged(
        "an unknown severity",
        lambda text: text.replace('"severity": "critical"', '"severity": "dire"'),
        "findings[0].severity",
        "'critical', 'major' or 'minor'",
    ),
    Damaged(
        "a curve whose points do not belong together",
        lambda text: re.sub(r'("sensitivity": \[)[^,]*,', r"\1", text, count=1),
        "evaluations[0].roc_curve.sensitivity",
        "expected, as of false_positive_rate",
    ),
    Damaged("a NaN", lambda text: text.replace("0.95", "NaN", 1), "", "NaN is not a number"),
    Damaged("too large", lambda text: text.replace("0.95", "1e999", 1), "", "is inf"),
    Damaged("deep brackets", lambda text: "[" * 200_000, "", "nested too deeply"),
    Damaged("half a sign", lambda text: text.replace("Table 2", "\\ud800", 1), "", "Invalid JSON"),
]


@pytest.mark.parametrize("case", DAMAGED, ids=lambda case: case.story)
def test_a_damaged_report_says_what_is_wrong_and_where(case: Damaged) -> None:
    with pytest.raises(BadSubmission) as found:
        render.from_json(case.damage(render.to_json(samples.sample())), "old.json")
    (problem, *_) = found.value.problems
    assert (problem.file, problem.path) == ("old.json", case.path)
    assert case.message in problem.message


def test_a_number_that_is_not_finite_never_reaches_json() -> None:
    report = samples.sample()
    broken = replace(report, provenance=replace(report.provenance, level=float("nan")))
    with pytest.raises(ValueError, match=re.escape("report.provenance.level is nan")):
        render.to_json(broken)


# The page


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_has_every_section_in_order(name: str) -> None:
    found = [(each.get("id"), text_of(each)) for each in every(parsed(name), "section")]
    sections = page.sections(REPORTS[name]())
    assert [each for each, _ in found] == [each.name for each in sections]
    for number, ((_, text), wanted) in enumerate(zip(found, sections, strict=True), start=1):
        assert text.startswith(f"{number} {wanted.title}")
        assert len(text) > len(wanted.title) + 10, "an empty section is one line, not none"


@pytest.mark.parametrize("name", REPORTS)
def test_headings_go_down_one_level_at_a_time(name: str) -> None:
    levels = [
        int(each.tag[-1])
        for each in parsed(name).iter()
        if isinstance(each.tag, str) and re.fullmatch(r".*\}h[1-6]", each.tag)
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", REPORTS)
def test_ids_are_unique_and_every_reference_leads_somewhere(name: str) -> None:
    ids = [each.get("id") for each in parsed(name).iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', html_of(name))
    used += [
        one for each in parsed(name).iter() for one in (each.get("aria-labelledby") or "").split()
    ]
    assert used
    assert set(used) <= set(ids)


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_loads_nothing_and_runs_nothing(name: str) -> None:
    tree = parsed(name)
    for tag in ("script", "link", "iframe", "img", "object", "embed", "base", "form", "video"):
        assert not every(tree, tag)
    for each in tree.iter():
        for attribute, value in each.attrib.items():
            assert not attribute.startswith("on")
            if attribute.rpartition("}")[2] in ("href", "src", "action", "data"):
                assert value.startswith("#")
    assert "url(http" not in html_of(name)
    assert "@import" not in html_of(name)
    policy = next(each for each in every(tree, "meta") if each.get("http-equiv"))
    assert policy.get("content").startswith("default-src 'none'")


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    tree = parsed("hostile")
    body = text_of(every(tree, "body")[0])
    visible = " ".join(without_controls(samples.HOSTILE).split())
    assert body.count(visible) > 100
    assert "{{7*7}}" in body
    assert "\x1b" not in html_of("hostile")
    assert "\u202e" not in html_of("hostile")
    assert [each.tag for each in every(tree, "head")[0]].count(f"{XHTML}style") == 1
    drawn = [text_of(each) for each in every(tree, "text")]
    assert any("</style>" in each for each in drawn), "a group's name reaches the figure as text"


def test_every_figure_has_caption_text_alternative_and_table() -> None:
    found = every(parsed("rich"), "figure")
    assert [each.get("id").rpartition("-")[2] for each in found] == [
        "roc",
        "calibration",
        "decision",
        "scores",
        "forest",
    ]
    for number, figure in enumerate(found, start=1):
        caption = text_of(every(figure, "figcaption")[0])
        assert caption.startswith(f"Figure {number}. ")
        assert len(caption) > 80, "a caption says how to read the figure"
        (svg,) = figure.iter(f"{SVG}svg")
        assert svg.get("role") == "img"
        assert text_of(next(svg.iter(f"{SVG}title")))
        assert len(text_of(next(svg.iter(f"{SVG}desc")))) > 30
        (details,) = every(figure, "details")
        assert len(cells(details)) > 3


def test_figures_of_every_task_have_caption_text_alternative_and_table() -> None:
    found = every(parsed("tasks"), "figure")
    names = [re.sub(r"^evaluation-", "", each.get("id")) for each in found]
    assert names == [
        "1-matrix",
        "2-matrix",
        "2-distances",
        "3-survival",
        "3-survival-1",
        "3-calibration-1",
        "3-calibration-2",
        "3-decision-1",
        "3-decision-2",
        "4-agreement",
        "6-readers",
        "7-spreads",
        "8-matrix",
        "8-froc",
        "9-survival",
        "9-survival-1",
        "9-risk-groups",
        "9-calibration-1",
        "9-calibration-2",
        "9-decision-1",
        "9-decision-2",
        "1-forest",
        "3-forest",
        "8-forest",
        "9-forest",
    ]
    for number, figure in enumerate(found, start=1):
        caption = text_of(every(figure, "figcaption")[0])
        assert caption.startswith(f"Figure {number}. ")
        assert len(caption) > 80, "a caption says how to read the figure"
        (svg,) = figure.iter(f"{SVG}svg")
        assert text_of(next(svg.iter(f"{SVG}title")))
        assert len(text_of(next(svg.iter(f"{SVG}desc")))) > 30
        (details,) = every(figure, "details")
        assert len(cells(details)) > 2


def test_the_page_of_every_task_says_who_was_scored() -> None:
    text = text_of(section("performance", "tasks"))
    for said in (
        "38 of class hepatocellular",
        "109 with the outcome, 131 censored",
        "with a competing event",
        "60 pairs of measurements",
        "40 rows; 3 raters",
        "60 cases, 30 cases with the outcome, 3 readers, 2 modalities",
        "Time-dependent AUROC at 3 years",
        "Net benefit per patient at 1 year",
        "Difference in reader AUROC, with the model minus alone",
        "Limits of agreement, lower",
        "If everyone had the treatment with the lowest predicted risk at 3 years",
    ):
        assert said in text


NO_STEP = SurvivalCurve(
    label="all",
    quantity="survival",
    time=(0.0,),
    value=(1.0,),
    low=(1.0,),
    high=(1.0,),
    method="Kaplan-Meier",
    cases=1,
    at=(0.0,),
    at_risk=(1,),
    outcomes=(0,),
)
ONE_PAIR = AgreementPlot(
    mean=(5.0,),
    difference=(0.0,),
    cases=(1,),
    pairs=1,
    bias=0.0,
    bias_interval=None,
    lower=0.0,
    lower_interval=None,
    upper=0.0,
    upper_interval=None,
    measurement_unit="",
)
ONE_READER = ReaderCurve(
    modality="CT",
    reader="A",
    curve=RocCurve(false_positive_rate=(0.0, 1.0), sensitivity=(0.0, 1.0)),
)
THIRTY = ConfusionMatrix(
    classes=tuple(f"class number {each}" for each in range(30)), counts=((1000,) * 30,) * 30
)
LITTLE: dict[str, tuple[int, dict[str, Any]]] = {
    "one class": (0, {"confusion_matrix": ConfusionMatrix(classes=("A",), counts=((0,),))}),
    "thirty classes": (0, {"confusion_matrix": THIRTY}),
    "nobody off": (1, {"class_distances": ClassDistances(distance=(0,), cases=(0,))}),
    "no step": (2, {"survival_curves": (NO_STEP,), "survival_calibration": ()}),
    "one pair": (3, {"agreement_plot": ONE_PAIR}),
    "one reader of one modality": (5, {"reader_curves": (ONE_READER,), "comparisons": ()}),
}
"""Which evaluation of a task has little to draw (or much), and what changes in it."""


@pytest.mark.parametrize(("at", "changes"), LITTLE.values(), ids=LITTLE)
def test_little_data_of_a_task_still_makes_figures(at: int, changes: dict[str, Any]) -> None:
    evaluation = replace(task_evaluations()[at], **changes)
    text = render.to_html(replace(samples.sample(), evaluations=(evaluation,)))
    assert "<figure" in text
    assert not re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)


def test_figures_of_tasks_are_the_same_again() -> None:
    for evaluation in task_evaluations():
        once = [each.svg for each in figures.figures_of(evaluation, "x")]
        assert once == [each.svg for each in figures.figures_of(evaluation, "x")]


def test_points_of_tasks_that_do_not_belong_together_are_refused() -> None:
    (survival,) = (
        each for each in task_evaluations() if each.survival_curves and not each.treatment_choice
    )
    first = survival.survival_curves[0]
    uneven = replace(survival, survival_curves=(replace(first, at_risk=first.at_risk[1:]),))
    with pytest.raises(BadSubmission) as found:
        render.from_json(render.to_json(replace(samples.sample(), evaluations=(uneven,))))
    (problem,) = found.value.problems
    assert problem.path == "evaluations[0].survival_curves[0].at_risk"


def test_figures_draw_text_as_text_in_the_font_of_the_page() -> None:
    roc = figures.figures_of(samples.EXTERNAL, "x")[0].svg
    assert "Sensitivity</text>" in roc
    assert "<style" not in roc
    assert roc.count("font-family") == 1


BARE = {
    "one threshold": {
        "decision_curve": DecisionCurve(
            threshold=(0.2,), model=(0.1,), treat_all=(0.2,), treat_none=(0.0,)
        )
    },
    "no threshold": {
        "decision_curve": DecisionCurve(threshold=(), model=(), treat_all=(), treat_none=())
    },
    "a ROC curve of two points": {
        "roc_curve": RocCurve(false_positive_rate=(0.0, 1.0), sensitivity=(0.0, 1.0))
    },
    "bins without a curve": {
        "calibration_curve": replace(
            samples.calibration(), predicted=(), observed=(), low=(), high=()
        )
    },
    "a curve without bins and band": {
        "calibration_curve": replace(
            samples.calibration(),
            low=(),
            high=(),
            bin_predicted=(),
            bin_observed=(),
            bin_low=(),
            bin_high=(),
            bin_cases=(),
        ),
        "score_distribution": None,
    },
    "one bin of scores": {
        "score_distribution": ScoreDistribution(
            edges=(0.5, 1.5), with_outcome=(0,), without_outcome=(0,)
        )
    },
    "no threshold declared": {"threshold": None},
    "no group": {"subgroup_estimates": (), "group_sizes": ()},
}
"""Evaluations of which little could be drawn: what changes in the rich one."""


@pytest.mark.parametrize("changes", BARE.values(), ids=BARE)
def test_little_data_still_makes_figures(changes: dict[str, Any]) -> None:
    evaluation = replace(samples.EXTERNAL, **changes)
    text = render.to_html(replace(samples.sample(), evaluations=(evaluation,)))
    assert "Recomputed numbers of temporal test" in text
    assert not re.search(r"\b(nan|inf)\b", text, re.IGNORECASE)


def test_a_figure_without_points_is_left_out() -> None:
    nothing = DecisionCurve(threshold=(), model=(), treat_all=(), treat_none=())
    drawn = figures.figures_of(replace(samples.EXTERNAL, decision_curve=nothing), "x")
    assert [each.name for each in drawn] == ["x-roc", "x-calibration", "x-scores"]


def test_the_ids_of_two_evaluations_differ() -> None:
    report = samples.sample()
    twice = replace(report, evaluations=(samples.EXTERNAL, replace(samples.EXTERNAL, name="again")))
    ids = re.findall(r'\sid="([^"]+)"', render.to_html(twice))
    assert len(ids) == len(set(ids))


def test_a_page_without_figures_keeps_all_tables() -> None:
    tree = tinyhtml5.parse(render.to_html(samples.sample(), figures=False))
    assert not every(tree, "figure")
    assert ["AUROC", "0.768", "0.714 to 0.823"] in [row[:3] for row in cells(tree)]


def test_tables_name_their_rows_and_columns() -> None:
    for table in every(parsed("rich"), "table"):
        assert text_of(every(table, "caption")[0])
        assert all(each.get("scope") for each in every(table, "th"))


def test_claims_stand_beside_recomputed_numbers() -> None:
    rows = cells(section("claims"))
    assert rows[6][:2] == ["Specificity at 0.5Abstract, and Table 2", "43.7 %"]
    assert rows[6][3].startswith("✗ contradictedDiffers by 10.0 percentage points")
    assert "larger scores mean no outcome: undefined, no case is left" in rows[6][3]
    interval_row = next(row for row in rows if row[1] == "0.862 to 0.943")
    assert "≈ reproduced under another convention" in interval_row[3]
    assert "Wald interval: 0.902 (0.862 to 0.943) fits" in interval_row[3]
    assert any(row[3].startswith("○ could not be checked") for row in rows[1:])


def test_p_values_that_were_tried_are_printed_like_all_others() -> None:
    tried = (
        Attempt(convention="DeLong", value=1.4e-5, fits=True),
        Attempt(convention="one-sided", value=7e-6),
    )
    report = samples.sample()
    claims = tuple(
        replace(
            each,
            parts=tuple(
                replace(part, tried=tried) if part.part == "p_value" else part
                for part in each.parts
            ),
        )
        for each in report.claims
    )
    page_ = render.to_html(replace(report, claims=claims), figures=False)
    assert "DeLong: &lt;0.001 <b>fits</b>" in page_
    assert "one-sided: &lt;0.001" in page_


def test_what_contradicts_is_told_first() -> None:
    assert cells(section("contradictions"))[1][1:3] == ["43.7 %", "33.7 %"]
    text = text_of(section("contradictions"))
    assert "contradicted TRIPOD+AI 23a, performance." in text


def test_estimates_have_value_interval_unit_and_method() -> None:
    rows = cells(section("performance"))
    assert ["Sensitivity", "0.902", "0.854 to 0.936", "205 patients", "Wilson"] in rows
    assert any(
        row[:2] == ["Expected calibration error (ECE)", "undefined: needs ten cases in every bin"]
        and row[2] == "291 patients2 missing"
        for row in rows
    )
    assert ["0.7", "0.212", "0.162 to 0.262", "0.015", "0.000", "291 patients"] in rows


@pytest.mark.parametrize(
    ("metrics", "threshold", "title"),
    [
        (("prevalence",), None, "How common the outcome is"),
        (("accuracy", "prevalence"), None, "Decisions"),
        (("accuracy",), 0.5, "Decisions at the threshold 0.5"),
    ],
)
def test_a_heading_speaks_of_a_threshold_only_where_there_is_one(
    metrics: tuple[str, ...], threshold: float | None, title: str
) -> None:
    found = [
        Estimate(metric=each, cases=9, unit="row", value=0.5, threshold=threshold)
        for each in metrics
    ]
    assert [each.title for each in page.families(found)] == [title]


def test_the_declared_threshold_is_compared_with_the_best_one() -> None:
    text = text_of(section("performance"))
    assert "between 0.702 and 0.708; the declared threshold 0.5 makes other decisions." in text


def test_findings_stand_under_their_domain_the_worst_first() -> None:
    heads = [text_of(each) for each in every(section("risk"), "h3")]
    assert heads[0] == "Printed numbers"
    assert set(heads) == {
        "Printed numbers",
        "Participants and data",
        "Analysis",
        "Groups of patients",
    }
    found = [text_of(each) for each in every(section("risk"), "article")]
    assert found[0].startswith("Printed number that the data contradict▲ critical")
    assert "study.yaml:61" in found[0]
    assert "waived" in found[-1]
    assert ["Analysis", "0", "1", "0", "0", "1"] in cells(section("risk"))


def test_a_waived_finding_is_shown_but_not_counted() -> None:
    assert ["Groups of patients", "0", "0", "0", "1", "0"] in cells(section("risk"))


def test_silence_is_not_called_missing() -> None:
    text = text_of(section("items"))
    assert "not described yet analysis.sample_size.argument: Why that number is enough." in text
    assert "not reported analysis.measures.calibration: only discrimination was of interest" in text
    assert (
        "present analysis.sample_size.evaluation: all available; Methods, Sample size, page 4"
        in text
    )
    assert "Described so far: 14 of 129 facts" in text
    assert "missing" not in text.casefold().replace("what is missing", "").replace(
        "missing data", ""
    )


def test_the_page_says_which_guidelines_were_looked_at_and_what_to_describe_next() -> None:
    text = text_of(section("items"))
    assert "TRIPOD+AI (2024)the study develops and evaluates a prediction model" in text
    assert "STARD-AI (2025) does not apply: study.question is prognostic." in text
    assert "2 facts would complete 2 items." in text
    first = (
        "First what decides which guidelines and items apply: study.stage (DECIDE-AI); "
        "study.type (which items are asked)."
    )
    assert first in text
    assert (
        "analysis.measures.calibrationStrongest assessment of calibration reported."
        "Methods; Resultssaid not to be reported the paper needs a sentence first"
        "TRIPOD+AI 12e, 23aANA001 waits for it"
    ) in text
    for written in (render.to_markdown(samples.sample()), render.to_terminal(samples.sample())):
        said = " ".join(written.replace("\\", "").split())
        assert first in said
        assert "CLEAR (2023) may apply: predictors.features.kind is not described yet." in said
        assert "2 facts would complete 2 items." in said
        assert "TRIPOD+AI 12e, 23a" in said


def test_gaps_for_which_a_critical_rule_waits_stand_first() -> None:
    report = samples.sample()
    late = next(each for each in reversed(report.answers) if each.status is Status.PARTLY)
    answers = tuple(
        replace(each, gap=Severity.CRITICAL) if each is late else each for each in report.answers
    )
    changed = replace(report, answers=answers)
    (view,) = checklists.guidelines(changed)
    items = [each.item for each in view.open if each.status is not Status.CONTRADICTED]
    assert items[0] == late.item
    assert checklists.guidelines(report)[0].open[-1].item == late.item
    assert "critical gap" in render.to_html(changed)
    assert (
        f"Critical gaps, without which a critical rule could not be checked: TRIPOD+AI {late.item}"
        in (" ".join(render.to_terminal(changed).split()))
    )


def test_page_one_counts_what_was_checked() -> None:
    text = text_of(section("short"))
    assert "8 of 20 checks by 17 rules12 could not be checked" in text
    assert "14 of 129 facts described so far" in text


def test_every_form_counts_checks_and_rules() -> None:
    said = "8 of 20 checks by 17 rules"
    assert f"{said}, " in " ".join(render.to_terminal(samples.sample()).split())
    assert f"- {said}; 12 could not be checked" in render.to_markdown(samples.sample())


def test_what_could_not_be_checked_is_grouped_by_reason() -> None:
    rows = cells(section("unchecked"))
    assert rows[1][:2] == ["no predictions were submitted for the partition training", "5"]
    assert "the fault is ours" in rows[-1][0]


def test_a_second_opinion_is_shown() -> None:
    one = SecondOpinion(metric="auroc", ours=0.5, theirs=0.5, program="other 1.0", agrees=True)
    two = replace(one, theirs=0.6, agrees=False)
    evaluation = replace(samples.EXTERNAL, second_opinion=(one, two))
    text = render.to_html(replace(samples.sample(), evaluations=(evaluation,)), figures=False)
    rows = cells(tinyhtml5.parse(text))
    assert ["AUROC", "0.500000", "0.500000", "other 1.0", "the same, rounding aside"] in rows
    assert ["AUROC", "0.500000", "0.600000", "other 1.0", "differs"] in rows


def test_sources_are_numbered_and_cited() -> None:
    cited = [each for each in every(section("risk"), "a") if each.get("class") == "cite"]
    assert [text_of(each) for each in cited][:2] == ["[1]", "[4]"]
    assert {each.get("href") for each in cited} <= {f"#source-{n}" for n in range(1, 5)}


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert render.to_html(REPORTS[name]()) == html_of(name)
    assert render.to_json(REPORTS[name]()) == render.to_json(REPORTS[name]())


FORBIDDEN = re.compile(
    r"\b(verified|valid|validated|compliant|compliance|unbiased|passed|certified|fair|sample|subject)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "file", sorted(folder("templates").glob("**/*.html")), ids=lambda file: file.name
)
def test_templates_assess_and_do_not_certify(file: Path) -> None:
    text = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>", "", file.read_text(encoding="utf-8"))
    assert not FORBIDDEN.search(text)


@pytest.mark.parametrize(
    "file", sorted(folder("templates").glob("**/*.html")), ids=lambda file: file.name
)
def test_a_template_says_first_what_it_prints(file: Path) -> None:
    if "sections" in file.parts or file.name in ("report.html", "macros.html"):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert re.fullmatch(r"\{# [A-Z].*\. #\}", first)


def test_every_section_has_its_template_and_every_template_its_section() -> None:
    files = {file.stem for file in (folder("templates") / "sections").glob("*.html")}
    assert files == {each.name for each in page.SECTIONS}


def test_colours_have_enough_contrast_on_white_and_on_the_wash() -> None:
    css = (folder("templates") / "report.css").read_text(encoding="utf-8")
    named = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", css))
    for name in ("ink", "muted", "accent", "bad", "warn", "good", "note", "quiet"):
        assert contrast(named[name], "#ffffff") >= 4.5
        assert contrast(named[name], named["wash"]) >= 4.5


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# Markdown


@pytest.mark.parametrize("name", REPORTS)
def test_markdown_has_every_section_and_no_markup_of_strangers(name: str) -> None:
    text = render.to_markdown(REPORTS[name]())
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inline = [each for token in tokens for each in (token, *(token.children or ()))]
    kinds = {each.type for each in inline}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_inline", "em_open"}
    heads = [
        after.content
        for before, after in pairwise(tokens)
        if before.type == "heading_open" and before.tag == "h2"
    ]
    sections = page.sections(REPORTS[name]())
    assert heads == [f"{n}. {each.title}" for n, each in enumerate(sections, start=1)]
    assert "\x1b" not in text


def test_markdown_tables_keep_their_columns() -> None:
    for line in render.to_markdown(samples.hostile()).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in (4, 5, 6, 7)


ESCAPED = [
    ("# no heading", "\\# no heading"),
    ("1. no list", "1\\. no list"),
    ("- no list", "\\- no list"),
    ("0.85 stays", "0.85 stays"),
    ("-0.19 stays", "-0.19 stays"),
    ("a|b", "a\\|b"),
    ("a\nb", "a b"),
    ("<b> & c", "\\<b\\> &amp; c"),
    ("@org/team", "@&#8203;org/team"),
    ("a@b.org", "a@&#8203;b.org"),
    ("https://a.org", "https:&#8203;//a.org"),
    ("WWW.a.org", "WWW&#8203;.a.org"),
    ("5 @ 0.5", "5 @ 0.5"),
]


@pytest.mark.parametrize(("text", "expected"), ESCAPED)
def test_markdown_is_escaped_where_it_must_be(text: str, expected: str) -> None:
    assert escaped(text) == expected


# The terminal


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("width", [80, 50, 120])
def test_the_terminal_keeps_to_its_width(name: str, width: int) -> None:
    for unicode in (True, False):
        for line in render.to_terminal(REPORTS[name](), width=width, unicode=unicode).splitlines():
            assert wide(line) <= width


def test_the_terminal_says_what_matters_without_colour() -> None:
    text = render.to_terminal(samples.sample())
    assert "\x1b" not in text
    assert "▲ critical CLM001: Printed number that the data contradict" in text
    assert "study.yaml:61: evaluations[0].claims[2].value" in text
    assert re.search(r"Specificity at 0\.5 +43\.7 % +33\.7 % +✗ contradicted: differs", text)
    assert "○ could not be checked" in text
    assert re.search(r"AUROC +0\.768 \(0\.714 to 0\.823\) +291 patients +DeLong", text)
    assert "contradicted 1; not reported 1; partly 1" in text
    assert text.index("Contradictions and findings") < text.index("Printed numbers of")


def test_colour_changes_nothing_but_colour() -> None:
    plain = render.to_terminal(samples.sample())
    coloured = render.to_terminal(samples.sample(), colour=True)
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_strangers_cannot_write_to_the_terminal_in_colour() -> None:
    assert "\x1b" not in render.to_terminal(samples.hostile())


@pytest.mark.parametrize("name", REPORTS)
def test_without_unicode_everything_is_ascii(name: str) -> None:
    text = render.to_terminal(REPORTS[name](), unicode=False)
    assert text.isascii()
    if name == "rich":
        assert "x contradicted" in text


WRAPPED = [
    ("a bc def", 4, ["a bc", "def"]),
    ("abcdef", 4, ["abcd", "ef"]),
    ("肝臓の病気", 4, ["肝臓", "の病", "気"]),
    ("", 4, [""]),
]


@pytest.mark.parametrize(("text", "width", "expected"), WRAPPED)
def test_lines_are_broken_by_the_columns_they_take(
    text: str, width: int, expected: list[str]
) -> None:
    assert wrapped(text, width) == expected


CLEANED = [
    ("a\x1b[31mb\x00", "a[31mb"),
    ("a\u202eb\u2066c", "abc"),
    ("line\nbreak", "line\nbreak"),
    ("Müller, α ≥ 0.5", "Müller, α ≥ 0.5"),
    ("half \ud800 a sign", "half  a sign"),
]


@pytest.mark.parametrize(("text", "expected"), CLEANED)
def test_control_characters_are_left_out(text: str, expected: str) -> None:
    assert without_controls(text) == expected


def test_ascii_spells_what_it_can() -> None:
    assert to_ascii("Müller – ≥ 0.5 … 肝") == "Muller - >= 0.5 ... ?"


# Metrics without a study


def measured(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "task": "classification",
        "cases": 291,
        "missing": 2,
        "unit": "patient",
        "estimates": (*samples.ESTIMATES, *samples.group_estimates()),
        "comparisons": samples.EXTERNAL.comparisons,
        "folds": None,
        "risk_groups": None,
        "tables": {},
        "notes": ("1 was taken as the outcome",),
        "category_tables": (),
    }
    return SimpleNamespace(**(values | changes))


def test_metrics_json_has_the_fields_that_were_promised() -> None:
    made = json.loads(metrics_json(measured()))
    assert list(made) == [
        "format",
        "task",
        "cases",
        "missing",
        "unit",
        "estimates",
        "comparisons",
        "notes",
    ]
    assert made["format"] == "checker-metrics/1"
    first = made["estimates"][0]
    assert first["metric"] == "auroc"
    assert first["interval"]["method"] == "DeLong"
    assert "threshold" not in first
    assert "score" not in first
    assert first["other_intervals"][0]["low"] == 0.7099


def test_metrics_json_names_threshold_and_strategy_of_net_benefit() -> None:
    made = json.loads(metrics_json(measured()))
    found = [each for each in made["estimates"] if each["metric"] == "net_benefit"]
    assert [(each["threshold"], each["strategy"]) for each in found][:3] == [
        (0.3, "model"),
        (0.3, "treat_all"),
        (0.3, "treat_none"),
    ]


def test_metrics_json_says_why_a_number_is_undefined() -> None:
    made = json.loads(metrics_json(measured()))
    found = next(
        each for each in made["estimates"] if each["metric"] == "expected_calibration_error"
    )
    assert (found["value"], found["interval"]) == (None, None)
    assert found["undefined_because"] == "needs ten cases in every bin"


def test_metrics_json_has_comparisons() -> None:
    (made,) = json.loads(metrics_json(measured()))["comparisons"]
    assert {"metric", "first", "second", "difference", "interval", "p"} <= set(made)
    assert made["p"] == pytest.approx(1.43e-5, rel=0.01)


def test_metrics_text_keeps_to_its_width_and_names_groups() -> None:
    text = metrics_text(measured(), width=80)
    assert all(wide(line) <= 80 for line in text.splitlines())
    assert "classification: 291 patients; a value is missing in 2" in text
    assert "sex = female" in text
    assert re.search(r"AUROC +0\.768 \(0\.714 to 0\.823\) +291 +DeLong", text)
    assert "undefined" in text
    assert "AUROC: also 0.710 to 0.818, DeLong on the logit scale" in text
    assert metrics_text(measured(), unicode=False).isascii()


def test_an_undefined_comparison_prints_its_sentence() -> None:
    one = Comparison(
        metric="auroc",
        first="score",
        second="other",
        difference=None,
        interval=None,
        p=None,
        test="paired DeLong",
        cases=3,
        unit="row",
        undefined_because="one class only",
    )
    text = metrics_text(measured(estimates=(), comparisons=(one,)))
    assert "the model minus other" in text
    assert "undefined: one class" in " ".join(text.split())


# Formats


@pytest.mark.parametrize("suffix", [each for each in render.FORMATS if each != ".pdf"])
@pytest.mark.parametrize("name", REPORTS)
def test_every_format_is_text_that_ends_with_a_newline(suffix: str, name: str) -> None:
    made = render.FORMATS[suffix](REPORTS[name]())
    assert isinstance(made, str)
    assert made.encode("utf-8")
    assert made.endswith("\n")

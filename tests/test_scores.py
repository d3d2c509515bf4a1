"""Quality scores give the published numbers, a range while questions are open, and say every bad answer at once."""

import csv
import itertools
import json
import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from checker.appraisal.scores import quality_score, rounded
from checker.appraisal.suggesting import suggested, when_suggested
from checker.model.quality import AnsweredBy, AnswerSheet, Given, QualityScore
from checker.model.score_guideline import ScoreGuideline
from checker.model.study import Study
from checker.model.study.facts import FACTS
from checker.reading.answers import read_answers
from checker.reading.guidelines import read_guideline, read_index, score_guidelines
from checker.rules import RULES

HERE = Path(__file__).parent
REFERENCE = HERE / "reference" / "quality_scores"
FORMS = REFERENCE / "appraise_ai_snhl_2024.csv"
INVENTORY = yaml.safe_load((HERE / "locked" / "inventory.yaml").read_text("utf-8"))["catalogs"]
SCORES = {each.id: each for each in score_guidelines()}
METRICS, APPRAISE, RQS = (
    SCORES[f"{name}"] for name in ("metrics_2024", "appraise_ai_2023", "rqs_2017")
)
VECTORS = yaml.safe_load((REFERENCE / "metrics_2024.yaml").read_text("utf-8"))["vectors"]
CONDITIONS = [each.id for each in METRICS.conditions]

every_score = pytest.mark.parametrize("guideline", SCORES.values(), ids=SCORES)


def sheet(**answers: Any) -> AnswerSheet:
    return AnswerSheet(answers={name: given(value) for name, value in answers.items()})


def given(value: Any) -> Given:
    return value if isinstance(value, Given) else Given(answer=value)


def answered(guideline: ScoreGuideline, **answers: str) -> QualityScore:
    return quality_score(guideline, sheet(**answers))


def metrics(conditions: list[str], yes: list[str]) -> QualityScore:
    said = {each: "yes" if each in conditions else "no" for each in CONDITIONS}
    said |= {item.id: "yes" if item.id in yes else "no" for item in METRICS.items}
    return answered(METRICS, **said)


# The catalogs


@every_score
def test_ids_and_kind_are_the_locked_ones(guideline: ScoreGuideline) -> None:
    locked = INVENTORY[guideline.id]
    assert [item.id for item in guideline.items] == locked["ids"]
    assert guideline.kind == locked["kind"]
    assert guideline.counts["rows"] == locked["rows"] == len(guideline.items)


def test_weights_sections_and_conditions_of_metrics_are_the_locked_ones() -> None:
    locked = INVENTORY["metrics_2024"]
    assert {item.id: item.weight for item in METRICS.items} == locked["weights"]
    assert round(sum(locked["weights"].values()), 10) == 1
    assert METRICS.score.sections == locked["section_weights"]
    assert [each.at_least for each in METRICS.score.bands] == locked["bands_at_least"]
    assert locked["conditions"] == CONDITIONS
    asked = {
        name: [i.id for i in METRICS.items if i.applicable_if == (name,)] for name in CONDITIONS
    }
    assert asked["C1"] == locked["only_if_C1"]
    assert asked["C3"] == locked["only_if_C3"]
    assert asked["C4"] == locked["only_if_C4"]
    assert asked["C5"] == locked["only_if_C5"]
    both = [item.id for item in METRICS.items if item.applicable_if == ("C1", "C2")]
    assert both == locked["only_if_C1_and_C2"]


@pytest.mark.parametrize("guideline", [APPRAISE, RQS], ids=["appraise_ai_2023", "rqs_2017"])
def test_points_are_the_locked_ones(guideline: ScoreGuideline) -> None:
    locked = INVENTORY[guideline.id]
    assert {item.id: item.max_points for item in guideline.items} == locked["max_points"]
    least = {item.id: item.min_points for item in guideline.items if item.min_points}
    assert least == locked["min_points"]
    assert guideline.score.maximum == locked["total"]
    assert guideline.score.minimum == sum(locked["min_points"].values())
    sections = locked.get("section_points", {"Radiomics quality": 36})
    assert guideline.score.sections == sections
    assert [each.at_least for each in guideline.score.bands] == locked.get("bands_at_least", [])


@every_score
def test_everything_a_score_names_exists(guideline: ScoreGuideline) -> None:
    path = Path("schemas/guidelines") / f"{guideline.id}.yaml"
    assert read_guideline(HERE.parent / path, rules=RULES) == guideline
    known = {line for file in ("quantities", "evidence") for line in _locked(file)}
    for item in guideline.items:
        assert set(item.evidence) <= FACTS.keys(), item.id
        assert set(item.recompute) <= known, item.id
        assert len(when_suggested(item)) == len(item.suggest), item.id


def _locked(name: str) -> list[str]:
    return (HERE / "locked" / f"{name}.txt").read_text("utf-8").split()


def test_the_index_says_what_kind_each_is() -> None:
    assert {entry.id for entry in read_index() if entry.kind == "quality_score"} == set(SCORES)


# The published numbers


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_metrics_gives_what_the_official_tool_gives(case: dict[str, Any]) -> None:
    yes = [i.id for i in METRICS.items] if case["answered_yes"] == "all" else case["answered_yes"]
    score = metrics(case["conditions"], yes)
    applying = [each for each in score.items if each.applies]
    assert (score.score, score.category) == (case["score"], case["band"])
    assert score.lowest == score.highest == score.as_the_form == score.score
    assert len(applying) == score.asked == score.answered == case["applicable_items"]
    assert round(sum(each.weight or 0 for each in applying), 4) == case["denominator"]
    assert round(sum(each.maximum for each in score.sections), 4) == case["denominator"]


def _forms() -> dict[str, dict[str, str]]:
    with FORMS.open(encoding="utf-8", newline="") as file:
        return {row["study"]: row for row in csv.DictReader(file)}


DOMAINS = {
    "clinical_relevance": "Clinical relevance",
    "data_quality": "Data quality",
    "methodological_conduct": "Methodological conduct",
    "robustness": "Robustness of results",
    "reporting_quality": "Reporting quality",
    "reproducibility": "Reproducibility",
}


@pytest.mark.parametrize("name", _forms())
def test_appraise_ai_gives_what_published_forms_printed(name: str) -> None:
    form = _forms()[name]
    [found] = [each for each in read_answers(FORMS, APPRAISE) if each.study == name]
    score = quality_score(APPRAISE, found)
    blank = [item.id for item in APPRAISE.items if form[f"item_{item.id}"] == ""]
    lost = sum(each.lowest for each in score.items if each.item in blank)
    for each in score.items:
        if each.item not in blank:
            assert each.lowest == each.highest == float(form[f"item_{each.item}"]), each.item
    assert score.score == float(form["total"]) + lost
    assert score.category == form["band"]
    assert score.agrees is not blank
    assert score.agrees is (not blank)
    for column, section in DOMAINS.items():
        [part] = [each for each in score.sections if each.section == section]
        missing = sum(e.lowest for e in score.items if e.item in blank and e.section == section)
        assert part.lowest == part.highest == float(form[column]) + missing


def test_a_printed_total_that_takes_a_blank_for_no_points_is_explained() -> None:
    scores = [quality_score(APPRAISE, each) for each in read_answers(FORMS, APPRAISE)]
    assert [each.score for each in scores] == [29, 23, 49, 38]
    assert [each.printed for each in scores] == ["29", "23", "49", "37"]
    assert scores[-1].differences == (
        "item 3: printed blank, computed 1",
        "Clinical relevance: printed 1, computed 2",
        "total: printed 37, computed 38; the printed total takes the blank of item 3 for no points",
    )


def test_points_of_items_alone_leave_a_blank_item_open(tmp_path: Path) -> None:
    form = _forms()["Luo et al., 2013"]
    columns = [each for each in form if each.startswith("item_")]
    file = tmp_path / "items.csv"
    rows = [["study", *columns], ["Luo", *(form[each] for each in columns)]]
    file.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    [found] = read_answers(file, APPRAISE)
    score = quality_score(APPRAISE, found)
    assert (score.score, score.lowest, score.highest) == (None, 37, 38)
    assert score.as_the_form == 37
    assert [each.item for each in score.items if each.open] == ["3"]
    assert score.untouched == 1


def test_rqs_sums_points_and_gives_their_share_which_is_never_below_zero() -> None:
    best = {
        q.id: max(q.points, key=lambda word: q.points[word]) for i in RQS.items for q in i.asked
    }
    worst = {
        q.id: min(q.points, key=lambda word: q.points[word]) for i in RQS.items for q in i.asked
    }
    top, bottom = answered(RQS, **best), answered(RQS, **worst)
    assert (top.score, top.percentage) == (36, 100)
    assert (bottom.score, bottom.percentage) == (-8, 0)
    some = worst | {"5": "either", "12": "published_signature", "11": "yes"}
    middle = answered(RQS, **some)
    assert (middle.score, middle.percentage) == (14, 38.89)
    assert middle.category == ""
    assert (answered(RQS, **worst | {"5": "either"}).score) == -2


# Conditions


class Counted(NamedTuple):
    conditions: tuple[str, ...]
    without: tuple[str, ...]


LEFT_OUT = [
    Counted(("C1", "C2", "C3", "C4", "C5"), ()),
    Counted(("C1", "C3", "C4", "C5"), ("9",)),
    Counted(("C3", "C4", "C5"), ("8", "9", "10")),
    Counted(("C2", "C3", "C4", "C5"), ("8", "9", "10")),
    Counted(("C1", "C2", "C4", "C5"), ("12",)),
    Counted(("C1", "C2", "C3", "C5"), ("14", "15", "16")),
    Counted(("C1", "C2", "C3", "C4"), ("17",)),
    Counted((), ("8", "9", "10", "12", "14", "15", "16", "17")),
]


@pytest.mark.parametrize("case", LEFT_OUT, ids=lambda case: "+".join(case.conditions) or "none")
def test_items_of_a_false_condition_leave_sum_and_divisor(case: Counted) -> None:
    every = [item.id for item in METRICS.items]
    score = metrics(list(case.conditions), every)
    assert tuple(each.item for each in score.items if each.applies is False) == case.without
    assert score.score == 100
    half = metrics(list(case.conditions), every[:15])
    weights = {item.id: Fraction(str(item.weight)) for item in METRICS.items}
    inside = [name for name in every if name not in case.without]
    share = (
        100 * sum(weights[n] for n in inside if n in every[:15]) / sum(weights[n] for n in inside)
    )
    exact = Decimal(share.numerator) / Decimal(share.denominator)
    assert half.score == float(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def test_a_condition_that_needs_another_follows_it() -> None:
    told = answered(METRICS, C1="no", C2="yes")
    assert [each.holds for each in told.conditions[:2]] == [False, False]
    assert told.notes == ("C2 is answered yes and counts as no, because C1 is no.",)
    implied = answered(METRICS, C2="yes")
    assert [each.holds for each in implied.conditions[:2]] == [True, True]


def test_items_marked_as_not_applicable_tell_the_conditions() -> None:
    said = dict.fromkeys((item.id for item in METRICS.items), "yes")
    marks = dict.fromkeys(("9", "14", "15", "16"), "not_applicable")
    score = answered(METRICS, **said | marks)
    found = {each.condition: each.holds for each in score.conditions}
    assert found == {"C1": True, "C2": False, "C3": True, "C4": False, "C5": True}
    assert score.conditions[1].reason == "item 9 is marked as not applicable"
    assert (score.score, score.asked) == (100, 26)
    without = answered(METRICS, **said | dict.fromkeys(("8", "9", "10"), "not_applicable"))
    assert [each.holds for each in without.conditions[:2]] == [False, False]
    assert answered(METRICS, **said).score is None, "without a mark a no may stand for both"


def test_a_mark_against_a_condition_leaves_the_item_open() -> None:
    said = dict.fromkeys((item.id for item in METRICS.items), "yes") | dict.fromkeys(
        CONDITIONS, "yes"
    )
    score = answered(METRICS, **said | {"17": "not_applicable"})
    assert (score.score, score.lowest, score.highest) == (None, 98.0, 100)
    assert score.notes == (
        "Item 17 is marked as not applicable, and no condition says so: it is open.",
    )


def test_an_answer_that_is_not_counted_is_named() -> None:
    said = dict.fromkeys(CONDITIONS, "no") | {"9": "yes", "8": "no"}
    [note] = answered(METRICS, **said).notes
    assert note.startswith("Item 9 is answered and not counted, because C1 is no: ")


def test_the_sum_is_rounded_before_it_is_graded() -> None:
    assert rounded(12.25, 1) == 12.3
    assert rounded(0.05, 1) == 0.1
    assert rounded(19.949999, 1) == 19.9
    assert rounded(59.95000000000001, 1) == 60.0
    assert str(rounded(-0.01, 1)) == "0.0"


# What is open


@every_score
def test_nothing_answered_is_no_score_but_everything_it_could_become(
    guideline: ScoreGuideline,
) -> None:
    score = answered(guideline)
    assert score.score is None
    assert (score.lowest, score.highest) == (guideline.score.minimum, guideline.score.maximum)
    assert score.untouched == score.asked
    assert score.answered == 0
    assert score.category == ""
    assert score.categories == tuple(each.name for each in guideline.score.bands)


def _completed(
    guideline: ScoreGuideline, some: dict[str, str], chance: random.Random
) -> dict[str, str]:
    """Answer what is open as the form allows it: what is not asked stays blank."""
    done = dict(some)
    for condition in guideline.conditions:
        free = not condition.needs or done.get(condition.needs) == "yes"
        done.setdefault(condition.id, chance.choice(["yes", "no"]) if free else "no")
    for item in guideline.items:
        for question in item.asked:
            if question.is_asked(done):
                done.setdefault(question.id, chance.choice(list(question.points)))
    return done


@every_score
@pytest.mark.parametrize("seed", range(25))
def test_however_it_is_completed_the_score_lies_in_the_range(
    guideline: ScoreGuideline, seed: int
) -> None:
    chance = random.Random(seed)
    whole = _completed(guideline, {}, chance)
    some = {name: word for name, word in whole.items() if chance.random() < seed / 25}
    some = {n: w for n, w in some.items() if n != "C2" or "C1" in some}
    score = answered(guideline, **some)
    finished = answered(guideline, **_completed(guideline, some, chance))
    assert finished.score is not None
    assert score.lowest <= finished.score <= score.highest
    assert finished.category in score.categories or not guideline.score.bands
    assert finished.lowest == finished.highest


@pytest.mark.parametrize("item", APPRAISE.items + RQS.items, ids=lambda item: f"{item.topic}")
def test_the_range_of_an_item_is_reached_at_both_ends(item: Any) -> None:
    ways = itertools.product(*([(q.id, word) for word in q.points] for q in item.asked))
    totals = {item.gives(dict(way)) for way in ways}
    assert item.between({}) == (min(totals), max(totals)) == (item.min_points, item.max_points)


def test_a_blank_that_the_form_does_not_ask_for_is_not_open() -> None:
    [item] = [each for each in APPRAISE.items if each.id == "8"]
    assert item.open({"8i": "not_reported"}) == ()
    assert item.between({"8i": "not_reported"}) == (0, 0)
    assert item.open({"8i": "random"}) == ("8ii", "8iii_leakage")
    assert item.between({"8i": "random"}) == (0, 6)
    assert item.gives({"8i": "not_reported", "8ii": "internal", "8iii_leakage": "no"}) == 3
    assert item.gives({"8i": "held_out", "8ii": "external", "8iii_leakage": "yes"}) == 0
    assert item.gives({"8i": "held_out", "8ii": "external"}) == 5


def test_a_missing_minimum_clears_the_item() -> None:
    [item] = [each for each in APPRAISE.items if each.id == "9"]
    assert item.gives({"9i": "no", "9ii": "yes", "9iii": "yes"}) == 0
    assert item.open({"9i": "no"}) == ()
    assert item.gives({"9i": "yes", "9iii": "yes"}) == 3


def test_an_item_that_is_only_recorded_is_never_open() -> None:
    score = answered(APPRAISE)
    [explained] = [each for each in score.items if each.item == "19"]
    assert explained.open == ()
    assert score.asked == 23


def test_the_official_form_reads_blanks_in_its_own_way() -> None:
    said = dict.fromkeys(CONDITIONS, "yes") | {"1": "yes", "2": "yes"}
    score = answered(METRICS, **said)
    assert score.as_the_form == score.lowest == 11.0
    assert answered(METRICS, C1="yes").as_the_form is None
    assert answered(RQS).as_the_form == -8
    assert answered(APPRAISE, **{"8i": "held_out", "8ii": "external"}).as_the_form == 5


def test_a_number_once_nothing_is_open_and_not_before() -> None:
    whole = dict.fromkeys([*CONDITIONS, *(item.id for item in METRICS.items)], "yes")
    assert answered(METRICS, **whole).score == 100
    for missing in ("C5", "17", "1"):
        part = {name: word for name, word in whole.items() if name != missing}
        assert answered(METRICS, **part).score is None


# Suggestions


class Suggested(NamedTuple):
    story: str
    guideline: ScoreGuideline
    described: dict[str, Any]
    question: str
    answer: str
    """Empty: the facts cannot decide."""
    found: tuple[str, ...] = ()


SPLIT = {
    "unit": "patient",
    "seed": 1,
    "method": "random",
    "safeguards": ["split_before_processing"],
}
SUGGESTED = [
    Suggested(
        "a radiomics list", METRICS, {"openness": {"checklists": ["CLEAR 2023"]}}, "1", "yes"
    ),
    Suggested("a general list", METRICS, {"openness": {"checklists": ["STARD 2015"]}}, "1", ""),
    Suggested(
        "a list whose name begins alike",
        METRICS,
        {"openness": {"checklists": ["CLEARED"]}},
        "1",
        "",
    ),
    Suggested("no list", METRICS, {"openness": {"checklists": []}}, "1", "no"),
    Suggested("silence", METRICS, {}, "1", ""),
    Suggested(
        "two centres",
        METRICS,
        {"data": {"sources": [{"name": "s", "centres": ["A", "B"]}]}},
        "4",
        "yes",
    ),
    Suggested(
        "two sources",
        METRICS,
        {"data": {"sources": [{"name": "s", "centres": ["A"]}, {"name": "t", "centres": ["B"]}]}},
        "4",
        "yes",
    ),
    Suggested(
        "one centre", METRICS, {"data": {"sources": [{"name": "s", "centres": ["A"]}]}}, "4", "no"
    ),
    Suggested(
        "a silent source",
        METRICS,
        {"data": {"sources": [{"name": "s", "centres": ["A"]}, {"name": "t"}]}},
        "4",
        "",
    ),
    Suggested(
        "no standard", METRICS, {"predictors": {"acquisition": {"standard": "none"}}}, "5", "no"
    ),
    Suggested(
        "a standard", METRICS, {"predictors": {"acquisition": {"standard": "LI-RADS"}}}, "5", "yes"
    ),
    Suggested(
        "a protocol is judged by a person",
        METRICS,
        {"predictors": {"acquisition": {"protocol": "120 kV"}}},
        "6",
        "",
    ),
    Suggested(
        "manual masks", METRICS, {"predictors": {"segmentation": {"method": "manual"}}}, "C1", "yes"
    ),
    Suggested(
        "no masks", METRICS, {"predictors": {"segmentation": {"method": "none"}}}, "C1", "no"
    ),
    Suggested("no features", METRICS, {"predictors": {"features": {"kind": []}}}, "C4", "no"),
    Suggested(
        "deep features", METRICS, {"predictors": {"features": {"kind": ["deep"]}}}, "C3", "no"
    ),
    Suggested("a shared patient", METRICS, {"data": {"split": SPLIT}}, "18", "no", ("LEA001",)),
    Suggested(
        "a sound split",
        METRICS,
        {"data": {"split": SPLIT}, "predictors": {"preprocessing_fitted_on": "training"}},
        "18",
        "yes",
    ),
    Suggested(
        "a split by slice", METRICS, {"data": {"split": SPLIT | {"unit": "slice"}}}, "18", "no"
    ),
    Suggested(
        "only a calibration plot",
        METRICS,
        {"analysis": {"measures": {"calibration": "plot"}}},
        "22",
        "",
    ),
    Suggested(
        "a calibration slope",
        METRICS,
        {"analysis": {"measures": {"calibration": "slope_intercept"}}},
        "22",
        "yes",
    ),
    Suggested("data on request", METRICS, {"openness": {"data": "on_request"}}, "28", "no"),
    Suggested("code without instructions", METRICS, {"openness": {"code": "public"}}, "29", ""),
    Suggested(
        "said not to be reported",
        METRICS,
        {"statements": {"not_reported": [{"about": "openness.data", "reason": "nowhere"}]}},
        "28",
        "no",
    ),
    Suggested(
        "several experts",
        APPRAISE,
        {"outcome": {"annotators": {"count": 3, "experts": True}}},
        "6ii",
        "several_experts",
    ),
    Suggested(
        "histology",
        APPRAISE,
        {"outcome": {"reference_standard": "histology"}},
        "6ii",
        "objective_endpoint",
    ),
    Suggested(
        "imputed with a reason",
        APPRAISE,
        {"analysis": {"missing": {"strategy": "multiple_imputation", "rationale": "MAR"}}},
        "7iii",
        "modelled_justified",
    ),
    Suggested(
        "imputed",
        APPRAISE,
        {"analysis": {"missing": {"strategy": "multiple_imputation"}}},
        "7iii",
        "",
    ),
    Suggested(
        "nothing missing",
        APPRAISE,
        {"analysis": {"missing": {"strategy": "none_missing"}}},
        "7iii",
        "not_applicable",
    ),
    Suggested("leakage found", APPRAISE, {}, "8iii_leakage", "yes", ("LEA006",)),
    Suggested(
        "nobody paid",
        APPRAISE,
        {"openness": {"funding": {"sources": ["none"]}, "interests": {"statement": "none"}}},
        "23i",
        "yes",
    ),
    Suggested(
        "repeated outlines", RQS, {"predictors": {"segmentation": {"repeats": 2}}}, "2", "yes"
    ),
    Suggested("outlined once", RQS, {"predictors": {"segmentation": {"repeats": 1}}}, "2", "no"),
    Suggested("no phantom", RQS, {"predictors": {"features": {"phantom": False}}}, "3", "no"),
    Suggested(
        "features reduced",
        RQS,
        {"predictors": {"features": {"reduction": ["LASSO"]}}},
        "5",
        "either",
    ),
    Suggested("retrospective", RQS, {"study": {"timing": "retrospective"}}, "11", "no"),
]


@pytest.mark.parametrize(
    "case", SUGGESTED, ids=lambda case: f"{case.guideline.id} {case.question}: {case.story}"
)
def test_facts_suggest_an_answer_or_leave_it_open(case: Suggested) -> None:
    answers = suggested(case.guideline, _study(case.described), case.found)
    found = answers.get(case.question)
    assert (found.answer if found else "") == case.answer
    if found:
        assert found.by is AnsweredBy.DESCRIPTION
        assert found.reason


def _study(described: dict[str, Any]) -> Study:
    return Study.model_validate_json(json.dumps(described))


def test_an_assessor_counts_before_a_suggestion_and_a_difference_needs_a_reason() -> None:
    said = suggested(METRICS, _study({"openness": {"data": "on_request"}}))
    silent = quality_score(METRICS, sheet(**{"28": "yes"}), said)
    [item] = [each for each in silent.items if each.item == "28"]
    assert item.answers[0].answer == "yes"
    assert item.answers[0].differs == "no (openness.data is on_request)"
    assert silent.notes == (
        "Question 28 is answered yes, and the description suggests no (openness.data is on_request); "
        "no reason is given.",
    )
    explained = Given(answer="yes", reason="The repository was opened later.")
    assert quality_score(METRICS, sheet(**{"28": explained}), said).notes == ()

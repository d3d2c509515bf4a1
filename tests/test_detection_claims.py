"""Claims about marks on lesions: conventions in use reproduce their numbers, and a wrong one stays contradicted."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from checker.evidence import known_about, places
from checker.evidence.detection_ways import DETECTION_WAYS, under
from checker.metrics.estimating import complete, known_of
from checker.model.claim import ClaimCheck, Verdict
from checker.model.predictions import Labels, TaskTable
from checker.model.settings import Settings
from checker.needs import Absent, NotEstablished
from checker.reading.detection_tables import DetectionTables, read_detection
from checker.reading.references import read_thresholds
from checker.reading.tables import read_table
from checker.reading.task_columns import DetectionColumns

from . import task_evaluations, task_tables

TASK = "detection"
EXAMPLE = Path(__file__).resolve().parent.parent / "examples/lung_nodule_marks/predictions"
BOXES = Path(__file__).resolve().parent / "reference/detection_boxes"


def nodules(**more: Any) -> TaskTable:
    """Return the marks of the example."""
    tables = {name: read_table(EXAMPLE / f"{name}.csv", name=name) for name in ("scans", "marks")}
    lesions = read_table(EXAMPLE / "nodules.csv", name="nodules")
    ignored = read_table(EXAMPLE / "ignored.csv", name="ignored")
    asked: dict[str, Any] = {"hit": "radius", "thresholds": (0.9,), **more}
    made = DetectionTables(**tables, lesions=lesions, ignored=ignored)
    return read_detection(made, DetectionColumns(**asked))


def boxes(**more: Any) -> TaskTable:
    """Return the made-up boxes."""
    tables = {
        name: read_table(BOXES / f"{name}.csv", name=name) for name in ("scans", "lesions", "marks")
    }
    asked: dict[str, Any] = {"hit": "iou", "limit": 0.5, "thresholds": (0.6,), **more}
    return read_detection(DetectionTables(**tables), DetectionColumns(**asked))


def patients(table: TaskTable) -> TaskTable:
    """Return the table with two scans of each patient."""
    codes = np.asarray(table.columns["case"]) // 2
    return replace(
        table, patient=Labels(codes, tuple(f"p{at:03}" for at in range(codes.max() + 1)))
    )


TABLES = {
    "nodules": nodules,
    "nodules, at most three marks": lambda: nodules(max_marks=3),
    "nodules, extra marks false": lambda: nodules(extra_hits="false_positive"),
    "nodules, other rates": lambda: nodules(score_rates=(1.0, 2.0, 4.0)),
    "nodules, two scans each": lambda: patients(nodules()),
    "boxes": boxes,
    "boxes, at the highest score of a scan": lambda: boxes(thresholds=(0.56,)),
    "boxes, overlap 0.7": lambda: boxes(limit=0.7),
    "boxes, extra marks ignored": lambda: boxes(extra_hits="ignored"),
    "boxes, at most three marks": lambda: boxes(max_marks=3),
    "nodules, near": lambda: nodules(hit="distance", limit=2.0),
    "nodules, near, extra marks false": lambda: nodules(
        hit="distance", limit=20.0, extra_hits="false_positive"
    ),
    "nodules, far, extra marks ignored": lambda: nodules(hit="distance", limit=40.0),
}


def check(table: TaskTable, **claim: Any) -> ClaimCheck:
    found = outcome(table, **claim)
    assert isinstance(found, ClaimCheck), found
    return found


def outcome(table: TaskTable, **claim: Any) -> object:
    """Return the checked claim, or why it could not be checked."""
    study = task_evaluations.described(TASK, claims=[claim])
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=50),
    )
    return places(study, known)[-1].known.value("claim_check")


@pytest.mark.parametrize("metric", ["lesion_precision", "lesion_f1", "lesion_sensitivity"])
def test_marks_without_a_score_are_cut_by_no_threshold(metric: str) -> None:
    table = nodules()
    columns = {name: each for name, each in table.columns.items() if name != "score"}
    bare = replace(table, columns=columns, places={**table.places, "threshold": ()})
    assert outcome(bare, metric=metric, at=0.5, value="0.9") == Absent(
        f"{metric} is not recomputed at 0.5; marks have no score that a threshold could cut"
    )


def facets(metric: str, table: TaskTable) -> dict[str, Any]:
    """Return the place at which a claim without a label is taken."""
    threshold = table.places["threshold"][0]
    if metric in (
        "case_sensitivity",
        "case_specificity",
        "lesion_sensitivity",
        "lesion_precision",
        "lesion_f1",
        "false_positives_per_case",
    ):
        return {"threshold": threshold}
    if metric == "froc_sensitivity":
        return {"false_positives_per_case": 1.0}
    return {"label": "over classes"} if metric == "mean_average_precision" else {}


def ways(*, meant: bool) -> list[tuple[str, str]]:
    return [
        (metric, way.words)
        for (_, metric), several in DETECTION_WAYS.items()
        for way in several
        if way.meant is meant
    ]


def made_by(metric: str, words: str) -> tuple[TaskTable, float, float] | None:
    """Return a table in which the way gives another number than ours and all ways before it, and both numbers."""
    for make in TABLES.values():
        table = make()
        columns = dict(table.columns)
        if table.patient is not None:
            columns["patient"] = table.patient.codes
        cases, _ = complete(columns, task=TASK)
        known = known_of(cases, (0, 0), table.given, TASK).inside(**facets(metric, table))
        try:
            ours = under(metric)(known)
        except NotEstablished:
            continue
        before = {round(ours, 5)}
        for way in DETECTION_WAYS[TASK, metric]:
            try:
                value = way.make(known)
            except NotEstablished:
                continue
            if way.words == words and round(value, 5) not in before:
                return table, ours, value
            before.add(round(value, 5))
    return None


@pytest.mark.parametrize(("metric", "words"), ways(meant=True))
def test_each_convention_reproduces_its_number(metric: str, words: str) -> None:
    found = made_by(metric, words)
    assert found is not None, "no table shows this convention"
    table, _, value = found
    place = {"at": 1.0} if metric == "froc_sensitivity" else {}
    (part,) = check(table, metric=metric, value=f"{value:.5f}", **place).parts
    assert part.verdict is Verdict.OTHER_CONVENTION
    assert part.convention == words


@pytest.mark.parametrize(("metric", "words"), ways(meant=False))
def test_a_number_under_another_hit_rule_is_wrong_and_told(metric: str, words: str) -> None:
    found = made_by(metric, words)
    assert found is not None, "no table shows this rule"
    table, _, value = found
    place = {"at": 1.0} if metric == "froc_sensitivity" else {}
    (part,) = check(table, metric=metric, value=f"{value:.5f}", **place).parts
    assert part.verdict is Verdict.CONTRADICTED
    assert part.because.endswith(f"the printed number equals {words}")


def test_hit_rules_are_what_is_told_alone() -> None:
    assert {words.startswith("the one if a hit is") for _, words in ways(meant=False)} == {True}
    assert not any("a hit is" in words for _, words in ways(meant=True))


WRONG = {
    "lesion_sensitivity": 0.8881,
    "lesion_precision": 0.7117,
    "lesion_f1": 0.8313,
    "false_positives_per_case": 7.7717,
    "froc_sensitivity": 0.7331,
    "froc_score": 0.7713,
    "lesion_average_precision": 0.7177,
    "highest_mark_auroc": 0.7133,
    "jafroc": 0.7117,
    "weighted_jafroc": 0.7117,
    "jafroc1": 0.7117,
    "weighted_jafroc1": 0.7117,
}


@pytest.mark.parametrize("metric", WRONG)
def test_a_wrong_number_stays_contradicted(metric: str) -> None:
    place = {"at": 1.0} if metric == "froc_sensitivity" else {}
    (part,) = check(nodules(), metric=metric, value=f"{WRONG[metric]:.4f}", **place).parts
    assert part.verdict is Verdict.CONTRADICTED
    assert len(part.tried) > 2


def test_a_sensitivity_at_a_rate_is_one_of_the_froc_curve() -> None:
    table = nodules()
    found = check(table, metric="lesion_sensitivity", value="89.8 %", at=1)
    assert found.recomputed is not None
    assert found.recomputed.metric == "froc_sensitivity"
    assert found.verdict is Verdict.REPRODUCED
    assert check(table, metric="lesion_sensitivity", value="94.2 %").verdict is Verdict.REPRODUCED
    assert check(table, metric="froc_score", value="0.889").verdict is Verdict.REPRODUCED


@pytest.mark.parametrize(
    ("metric", "printed"),
    [
        ("lesion_sensitivity", "96.4 %"),
        ("lesion_precision", "12.3 %"),
        ("lesion_f1", "0.218"),
        ("false_positives_per_case", "9.44"),
        ("case_specificity", "0.0 %"),
    ],
)
@pytest.mark.parametrize("thresholds", [(0.9,), ()])
def test_a_claim_may_name_a_threshold_of_its_own(
    metric: str, printed: str, thresholds: tuple[float, ...]
) -> None:
    table = nodules(thresholds=thresholds, rates=(0.5, 1.0))
    found = check(table, metric=metric, value=printed, at=0.5)
    assert found.verdict is Verdict.REPRODUCED
    assert (found.threshold, found.parts[0].recomputed) == (0.5, printed)


def test_a_rate_is_no_threshold_where_the_metric_says_which_is_meant() -> None:
    table = nodules(rates=(0.5, 1.0))
    found = check(table, metric="froc_sensitivity", value="96.4 %", at=0.5)
    assert found.verdict is Verdict.CONTRADICTED
    assert found.label == "FROC sensitivity (at 0.5 false positives per case)"
    wrong = check(table, metric="lesion_sensitivity", value="93.1 %", at=0.5)
    assert wrong.verdict is Verdict.CONTRADICTED


def test_a_share_at_a_threshold_of_its_own_has_its_numerator() -> None:
    claim = {"metric": "lesion_sensitivity", "value": "96.4 %", "numerator": 132, "cases": 137}
    found = check(nodules(), **claim, at=0.5)
    assert [each.verdict for each in found.parts] == [Verdict.REPRODUCED] * 3


def test_the_rates_there_are_are_said_in_words() -> None:
    with pytest.raises(AssertionError, match=r"there are 0.125 false positives per case; 0"):
        check(nodules(), metric="froc_sensitivity", value="0.9")


def test_a_contradiction_at_no_threshold_says_that_all_marks_count() -> None:
    said = "no threshold is named, so all marks count"
    (part,) = check(nodules(thresholds=()), metric="lesion_sensitivity", value="0.942").parts
    assert part.verdict is Verdict.CONTRADICTED
    assert part.because.endswith(said)
    (part,) = check(nodules(), metric="lesion_sensitivity", value="0.922").parts
    assert said not in part.because


def test_the_area_of_one_class_goes_by_the_name_of_the_mean() -> None:
    assert (
        check(nodules(), metric="mean_average_precision", value="0.874").verdict
        is Verdict.REPRODUCED
    )


def compared() -> TaskTable:
    """Return the marks of the made-up table under two algorithms."""
    return task_tables.detection()


@pytest.mark.parametrize("metric", ["weighted_jafroc", "froc_score", "lesion_sensitivity"])
def test_a_difference_of_two_algorithms(metric: str) -> None:
    table = compared()
    study = task_evaluations.described(TASK)
    (evaluation,) = study.evaluations or ()
    known = known_about(
        study,
        predictions={evaluation.name: table},
        case_tables={},
        thresholds=read_thresholds(),
        settings=Settings(resamples=200),
    )
    made: Any = places(study, known)[-1].known.value("task_comparison")
    ours = next(each for each in made if each.metric == metric)
    assert ours.difference is not None
    right = {"metric": metric, "of": "model", "versus": "other", "value": f"{ours.difference:.4f}"}
    found = check(table, **right)
    assert found.verdict is Verdict.REPRODUCED
    assert found.compared is not None
    wrong = f"{ours.difference + 0.0731:.4f}"
    assert check(table, **{**right, "value": wrong}).verdict is Verdict.CONTRADICTED
    turned = {**right, "of": "other", "versus": "model", "value": f"{-ours.difference:.4f}"}
    assert check(table, **turned).verdict is Verdict.REPRODUCED


def test_a_name_that_is_no_algorithm_is_said() -> None:
    with pytest.raises(AssertionError, match='no modality or algorithm "third"'):
        check(compared(), metric="froc_score", of="third", versus="other", value="0.1")


def test_a_p_value_that_is_not_computed_says_so() -> None:
    found = check(compared(), metric="froc_score", of="model", versus="other", p_value="0.01")
    (part,) = found.parts
    assert part.verdict is Verdict.NOT_CHECKABLE
    assert part.because.startswith("no p value is computed for it (paired percentile bootstrap")


@pytest.mark.parametrize("thresholds", [(0.9,), (0.5,), ()])
def test_conventions_hold_at_a_threshold_of_a_claim(thresholds: tuple[float, ...]) -> None:
    words = "mean over scans with lesions"
    table = nodules(thresholds=thresholds, rates=(0.5, 1.0))
    cases, _ = complete(dict(table.columns), task=TASK)
    known = known_of(cases, (0, 0), table.given, TASK).inside(threshold=0.5)
    (way,) = (each for each in DETECTION_WAYS[TASK, "lesion_sensitivity"] if each.words == words)
    found = check(table, metric="lesion_sensitivity", value=f"{way.make(known):.4f}", at=0.5)
    assert found.verdict is Verdict.OTHER_CONVENTION
    assert (found.parts[0].convention, found.threshold) == (words, 0.5)


def test_a_sensitivity_at_the_threshold_of_the_study_may_be_at_a_rate() -> None:
    table = nodules(thresholds=(0.5,), rates=(0.5, 1.0))
    curve = check(table, metric="froc_sensitivity", value="0.9", at=0.5).recomputed
    assert curve is not None
    assert curve.value is not None
    found = check(table, metric="lesion_sensitivity", value=f"{curve.value:.4f}", at=0.5)
    assert found.verdict is Verdict.REPRODUCED
    assert found.label == "FROC sensitivity (at 0.5 false positives per case)"


def test_a_wrong_sensitivity_says_what_it_is_at_rate_and_threshold() -> None:
    table = nodules(rates=(0.5, 4.0))
    (part,) = check(table, metric="lesion_sensitivity", value="93.1 %", at=0.5).parts
    assert part.verdict is Verdict.CONTRADICTED
    assert part.because.endswith("; at a threshold of 0.5 it is 96.4 %")
    (part,) = check(table, metric="lesion_sensitivity", value="71.1 %", at=4.0).parts
    assert part.verdict is Verdict.CONTRADICTED
    assert "threshold" not in part.because


def test_a_numerator_alone_is_that_at_a_threshold() -> None:
    found = check(nodules(), metric="lesion_sensitivity", numerator=132, cases=137, at=0.5)
    assert found.verdict is Verdict.REPRODUCED


def test_a_summary_that_a_claim_names_is_not_exchanged() -> None:
    table = nodules()
    mean = made_by("lesion_sensitivity", "mean over scans with lesions")
    assert mean is not None
    claim: dict[str, Any] = {"metric": "lesion_sensitivity", "value": f"{mean[2]:.5f}"}
    assert check(mean[0], **claim).verdict is Verdict.OTHER_CONVENTION
    assert check(mean[0], **claim, summary="mean").verdict is Verdict.OTHER_CONVENTION
    assert check(mean[0], **claim, summary="pooled").verdict is Verdict.CONTRADICTED
    with pytest.raises(AssertionError, match="its median is not recomputed"):
        check(table, **claim, summary="median")

"""Marks on lesions: matching, FROC, precision-recall, figures of merit, against loops, COCO and published studies."""

import itertools
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import metrics
from checker.metrics import METRICS, Undefined
from checker.metrics.base import Metric
from checker.metrics.detection import NORMAL
from checker.metrics.detections import TASK, Scans, ordered_of, tallies_of
from checker.metrics.estimating import complete, known_of
from checker.metrics.free_response import FIGURES, contest, left_out, won
from checker.metrics.matching import Pairs, Shapes, kept, matched, pairs
from checker.metrics.resampling import Asked, drawn, resampled
from checker.model.curves import FrocCurve
from checker.model.detection import RATES
from checker.model.estimate import Estimate
from checker.model.metric_names import METRIC_NAMES
from checker.reading.detection_tables import DetectionTables, read_detection
from checker.reading.tables import read_table
from checker.reading.task_columns import DetectionColumns
from checker.render.figures_detection import drawn_points
from checker.render.headlines import group_cases

HERE = Path(__file__).resolve().parent
BOXES = HERE / "reference" / "detection_boxes"
OTHERS = Path(os.environ.get("CHECKER_REFERENCE_DATA", HERE.parent.parent / "shared" / "data"))
NAMES = [name for task, name in METRICS if task == TASK]
GIVEN: dict[str, Any] = {"hit": "distance", "hit_limit": 5.0}


def without(folder: str) -> pytest.MarkDecorator:
    """Return the mark of a test that needs data that are not shipped."""
    there = (OTHERS / folder).is_dir()
    return pytest.mark.skipif(not there, reason=f"{folder} is not beside this checkout")


def points(*rows: tuple[float, ...], scan: int = 0, diameter: float | None = None) -> Shapes:
    """Return points, or balls of one diameter, in one scan."""
    wide = None if diameter is None else np.full(len(rows), diameter)
    return Shapes(np.full(len(rows), scan), np.array(rows, float), diameter=wide)


def boxes(*rows: tuple[float, float, float, float]) -> Shapes:
    """Return boxes of lowest corner and sides in one scan."""
    every = np.array(rows, float)
    low, size = every[:, :2], every[:, 2:]
    return Shapes(np.zeros(len(rows), np.int64), low + size / 2, low, size)


# Which pairs fit


FITS = [
    ("distance at the limit", points((0, 0)), points((3, 4)), "distance", 5.0, True),
    ("distance beyond", points((0, 0)), points((3, 4.01)), "distance", 5.0, False),
    ("radius, at it", points((0, 5)), points((0, 0), diameter=10), "radius", None, False),
    ("radius, inside", points((0, 4.99)), points((0, 0), diameter=10), "radius", None, True),
    ("border of a ball", points((0, 5)), points((0, 0), diameter=10), "centre_inside", None, True),
    ("border of a box", points((4, 2)), boxes((0, 0, 4, 4)), "centre_inside", None, True),
    ("outside a box", points((4.1, 2)), boxes((0, 0, 4, 4)), "centre_inside", None, False),
    ("iou at the limit", boxes((0, 0, 2, 2)), boxes((0, 0, 2, 1)), "iou", 0.5, True),
    ("iou below", boxes((0, 0, 2, 2)), boxes((0, 0, 2, 0.99)), "iou", 0.5, False),
    ("equal boxes", boxes((0.1, 0.2, 0.7, 0.9)), boxes((0.1, 0.2, 0.7, 0.9)), "iou", 1.0, True),
    ("dice at the limit", boxes((0, 0, 2, 2)), boxes((0, 0, 2, 1)), "dice", 2 / 3, True),
    ("boxes that touch", boxes((0, 0, 2, 2)), boxes((2, 0, 2, 2)), "any_overlap", None, False),
    ("boxes that overlap", boxes((0, 0, 2, 2)), boxes((1.9, 0, 2, 2)), "any_overlap", None, True),
]


@pytest.mark.parametrize(("story", "mark", "lesion", "hit", "limit", "fits"), FITS)
def test_a_pair_fits(
    story: str, mark: Shapes, lesion: Shapes, hit: Any, limit: float | None, fits: bool
) -> None:
    assert bool(len(pairs(mark, lesion, hit, limit).mark)) is fits, story


def test_other_scans_are_never_paired() -> None:
    assert not len(pairs(points((0, 0), scan=1), points((0, 0), scan=2), "distance", 5.0).mark)


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        (points((0, 0, 0), diameter=2), points((1, 0, 0), diameter=2), 5 / 27),
        (points((0, 0, 0), diameter=2), points((0, 0, 0.2), diameter=1), 1 / 8),
        (
            points((0, 0), diameter=2),
            points((1, 0), diameter=2),
            (2 * np.pi / 3 - 3**0.5 / 2) / (4 * np.pi / 3 + 3**0.5 / 2),
        ),
        (points((0, 0), diameter=2), points((0, 0), diameter=2), 1.0),
    ],
)
def test_balls_overlap_exactly(first: Shapes, second: Shapes, overlap: float) -> None:
    assert pairs(first, second, "iou", 0.01).quality == pytest.approx([overlap], abs=1e-12)


@pytest.mark.parametrize(
    ("marks", "lesions", "hit", "words"),
    [
        (points((0, 0)), points((0, 0)), "radius", "needs the diameter of each lesion"),
        (points((0, 0)), points((0, 0)), "centre_inside", "needs a box or a diameter"),
        (points((0, 0)), boxes((0, 0, 1, 1)), "iou", "marks are points, lesions are boxes"),
        (points((0, 0)), points((0, 0)), "distance", "needs a limit"),
    ],
)
def test_a_rule_says_what_it_lacks(marks: Shapes, lesions: Shapes, hit: Any, words: str) -> None:
    limit = 0.5 if hit == "iou" else None
    with pytest.raises(Undefined, match=words):
        pairs(marks, lesions, hit, limit)


# Who gets whom


def crowded(seed: int) -> tuple[Shapes, Shapes, np.ndarray]:
    """Return marks and lesions that lie close to each other, with scores that tie."""
    rng = np.random.default_rng(seed)
    scan, of = np.sort(rng.integers(0, 6, 40)), np.sort(rng.integers(0, 6, 18))
    marks = Shapes(scan, rng.uniform(0, 12, (40, 2)))
    return marks, Shapes(of, rng.uniform(0, 12, (18, 2))), rng.integers(1, 6, 40) / 5


def greedy(marks: Shapes, lesions: Shapes, score: np.ndarray, limit: float) -> np.ndarray:
    """Return the lesion of each mark by a loop: marks by falling score, each takes the nearest that is free."""
    found, free = np.full(len(score), -1), set(range(len(lesions.scan)))
    for mark in np.argsort(-score, kind="stable"):
        apart = {
            lesion: np.linalg.norm(marks.centre[mark] - lesions.centre[lesion])
            for lesion in free
            if lesions.scan[lesion] == marks.scan[mark]
        }
        near = [lesion for lesion, distance in apart.items() if distance <= limit]
        if near:
            found[mark] = min(near, key=apart.__getitem__)
            free.remove(found[mark])
    return found


@pytest.mark.parametrize("seed", range(12))
def test_marks_in_turn_take_what_a_loop_gives_them(seed: int) -> None:
    marks, lesions, score = crowded(seed)
    fitting = pairs(marks, lesions, "distance", 4.0)
    ours = matched(fitting, score, len(score), "highest_score_first")
    assert ours.lesion.tolist() == greedy(marks, lesions, score, 4.0).tolist()
    fits = np.isin(np.arange(len(score)), fitting.mark)
    assert (ours.extra == (fits & (ours.lesion < 0))).all()


@pytest.mark.parametrize("seed", range(12))
def test_the_nearest_pair_goes_first(seed: int) -> None:
    marks, lesions, score = crowded(seed)
    fitting = pairs(marks, lesions, "distance", 4.0)
    ours = matched(fitting, score, len(score), "nearest_first").lesion
    found, used = np.full(len(score), -1), set()
    for at in np.argsort(-fitting.quality, kind="stable"):
        mark, lesion = int(fitting.mark[at]), int(fitting.lesion[at])
        if found[mark] < 0 and lesion not in used:
            found[mark] = lesion
            used.add(lesion)
    assert ours.tolist() == found.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_the_best_assignment_has_the_most_hits_and_then_the_best_sum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    marks = Shapes(np.zeros(5, np.int64), rng.uniform(0, 8, (5, 2)))
    lesions = Shapes(np.zeros(4, np.int64), rng.uniform(0, 8, (4, 2)))
    fitting = pairs(marks, lesions, "distance", 4.0)
    quality = {
        (int(m), int(n)): float(q)
        for m, n, q in zip(fitting.mark, fitting.lesion, fitting.quality, strict=True)
    }
    best = max(
        (len(those), sum(quality[each] for each in those))
        for chosen in itertools.permutations(range(5), 4)
        for those in [[(m, n) for n, m in enumerate(chosen) if (m, n) in quality]]
    )
    ours = matched(fitting, rng.random(5), 5, "best_overall").lesion
    got = [quality[m, int(n)] for m, n in enumerate(ours) if n >= 0]
    assert (len(got), sum(got)) == (best[0], pytest.approx(best[1]))


def test_no_pairs_no_hits() -> None:
    nothing = Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    for way in ("highest_score_first", "nearest_first", "best_overall"):
        assert matched(nothing, np.ones(3), 3, way).lesion.tolist() == [-1, -1, -1]  # type: ignore[arg-type]


def test_marks_that_tie_with_the_first_that_is_left_out_go_with_it() -> None:
    scan, score = np.array([0, 0, 0, 1, 1]), np.array([0.9, 0.5, 0.5, 0.1, 0.2])
    assert kept(scan, score, 2).tolist() == [True, False, False, True, True]
    assert kept(scan, score, 1).tolist() == [True, False, False, False, True]
    assert kept(scan, score, None).all()


def test_more_pairs_than_fit_into_memory_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    marks, lesions, _ = crowded(3)
    whole = pairs(marks, lesions, "distance", 4.0)
    monkeypatch.setattr("checker.metrics.matching.PAIRS_AT_ONCE", 7)
    parts = pairs(marks, lesions, "distance", 4.0)
    assert all((a == b).all() for a, b in zip(whole, parts, strict=True))


# A case to count by hand: two lesions 4 apart on scan 0, one on scan 1, none on scan 2


def by_hand(**more: Any) -> dict[str, Any]:
    rows = [
        (0, 0, np.nan, np.nan), (1, 0, np.nan, np.nan), (2, 0, np.nan, np.nan),
        (0, 1, 0.0, np.nan), (0, 1, 10.0, np.nan), (1, 1, 0.0, np.nan),
        (0, 2, 1.0, 0.9), (0, 2, 2.0, 0.8), (0, 2, 30.0, 0.7), (1, 2, 50.0, 0.6), (2, 2, 5.0, 0.6),
        (0, 2, 11.0, 0.3),
    ]  # fmt: skip
    case, part, x, score = map(np.array, zip(*rows, strict=True))
    centre = np.column_stack((x, np.where(np.isnan(x), np.nan, 0.0)))
    return {"case": case, "part": part, "centre": centre, "score": score, **more}


def value(name: str, columns: dict[str, Any], **more: Any) -> float:
    """Return a metric of these columns."""
    optional = {key: each for key, each in columns.items() if key not in ("case", "part")}
    return METRICS[TASK, name](columns["case"], columns["part"], **optional, **{**GIVEN, **more})


COUNTED = [
    ("lesion_sensitivity", {}, 2 / 3),
    ("lesion_sensitivity", {"threshold": 0.9}, 1 / 3),
    ("lesion_sensitivity", {"threshold": 0.91}, 0.0),
    ("lesion_precision", {}, 2 / 5),
    ("lesion_precision", {"extra_hits": "false_positive"}, 2 / 6),
    ("lesion_f1", {}, 4 / 8),
    ("false_positives_per_case", {}, 1.0),
    ("false_positives_per_case", {"threshold": 0.65}, 1 / 3),
    ("false_positives_per_case", {"label": "scans without a lesion"}, 1.0),
    ("false_positives_per_case", {"label": "scans without a lesion", "threshold": 0.65}, 0.0),
    ("froc_sensitivity", {"false_positives_per_case": 1 / 6}, 1 / 3),
    ("froc_sensitivity", {"false_positives_per_case": 1.0}, 2 / 3),
    ("froc_sensitivity", {"false_positives_per_case": 99.0}, 2 / 3),
    ("froc_score", {"rates": (0.5, 2.0)}, (1 / 3 + 2 / 3) / 2),
    ("lesion_average_precision", {}, 1 / 3 * 1 + 1 / 3 * 2 / 5),
    ("highest_mark_auroc", {}, (1 + 0.5) / 2),
    ("case_sensitivity", {}, 1.0),
    ("case_sensitivity", {"threshold": 0.65}, 1 / 2),
    ("case_specificity", {}, 0.0),
    ("case_specificity", {"threshold": 0.65}, 1.0),
    ("jafroc", {}, (1 + 0 + 0) / 3),
    ("weighted_jafroc", {}, (0.5 * 1 + 0 + 0) / 2),
    ("jafroc1", {}, (3 + 0 + 0) / 9),
    ("lesion_sensitivity", {"hit_limit": 0.5}, 0.0),
    ("lesion_sensitivity", {"max_marks": 1}, 1 / 3),
]


@pytest.mark.parametrize(("name", "more", "expected"), COUNTED)
def test_values_counted_by_hand(name: str, more: dict[str, Any], expected: float) -> None:
    assert value(name, by_hand(), **more) == pytest.approx(expected, abs=1e-12)


def test_marks_in_an_ignored_region_do_not_count_unless_they_hit_a_lesion() -> None:
    columns = by_hand()
    region = {"case": 0, "part": 3, "centre": [30.0, 0.0], "score": np.nan}
    for name, each in region.items():
        columns[name] = np.concatenate((columns[name], [each]))
    assert value("false_positives_per_case", columns) == pytest.approx(2 / 3)
    assert value("false_positives_per_case", columns, ignored_regions=False) == pytest.approx(1.0)
    columns["centre"][-1] = [1.0, 0.0]
    assert value("lesion_sensitivity", columns) == pytest.approx(2 / 3)


def test_a_region_without_a_diameter_is_ten_wide() -> None:
    columns = by_hand()
    diameter = np.where(columns["part"] == 1, 8.0, np.nan)
    columns |= {"diameter": diameter}
    region = {"case": 0, "part": 3, "centre": [34.9, 0.0], "score": np.nan, "diameter": np.nan}
    for name, each in region.items():
        columns[name] = np.concatenate((columns[name], [each]))
    given = {"hit": "radius", "hit_limit": None}
    assert value("false_positives_per_case", columns, **given) == pytest.approx(2 / 3)
    columns["centre"][-1] = [35.0, 0.0]
    assert value("false_positives_per_case", columns, **given) == pytest.approx(1.0)


def test_marks_that_are_matched_already() -> None:
    columns = by_hand(lesion=np.array([-1, -1, -1, 0, 1, 2, 0, 0, -1, -1, -1, 1]))
    del columns["centre"]
    given: dict[str, Any] = {"hit": None, "hit_limit": None}
    assert value("lesion_sensitivity", columns, **given) == pytest.approx(2 / 3)
    assert value("false_positives_per_case", columns, **given) == pytest.approx(1.0)


def test_types_of_detected_lesions() -> None:
    columns = by_hand(class_code=np.array([-1, -1, -1, 0, 1, 1, 0, 1, 0, 0, 0, 0]))
    assert value("type_accuracy", columns) == pytest.approx(1 / 2)
    given = {"class_names": ("a", "b")}
    assert value("type_sensitivity", columns, label="a", **given) == 1.0
    assert value("type_sensitivity", columns, label="b", **given) == 0.0
    assert value("lesion_sensitivity", columns, label="b", **given) == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"case": np.array([0, 1, 2, 0, 0, 9, 0, 0, 0, 1, 2, 0])}, "not listed"),
        ({"case": np.array([0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0])}, "listed twice"),
    ],
)
def test_rows_that_do_not_fit_together(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Undefined, match=words):
        value("lesion_sensitivity", by_hand(**change))


def test_without_a_rule_nothing_is_matched() -> None:
    with pytest.raises(Undefined, match="when does a mark count as a hit"):
        value("froc_score", by_hand(), hit=None)


def test_no_lesion_no_normal_case() -> None:
    columns = by_hand()
    some = {name: each[columns["part"] != 1] for name, each in columns.items()}
    for name in ("lesion_sensitivity", "froc_score", "lesion_average_precision", "jafroc"):
        with pytest.raises(Undefined, match="there are no lesions"):
            value(name, some)
    every = {name: each[columns["case"] != 2] for name, each in columns.items()}
    with pytest.raises(Undefined, match="no cases without a lesion"):
        value("jafroc", every)
    assert value("jafroc1", every) >= 0


# Every metric of the registry


FACETS: dict[str, object] = {"threshold": 0.5, "false_positives_per_case": 0.5, "label": None}


def facets(metric: Metric) -> dict[str, object]:
    found = {name: at for name, at in FACETS.items() if name in metric.depends_on()}
    if metric.name == "mean_average_precision":
        found |= {"label": "over limits", "limits": (5.0, 2.0)}
    if metric.name == "type_sensitivity":
        found |= {"label": "b", "class_names": ("a", "b")}
    return found


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    seed, scans = draw(st.integers(0, 10_000)), draw(st.integers(1, 8))
    return made_up(scans, seed, draw(st.integers(0, 6)), draw(st.integers(0, 14)))


def made_up(scans: int, seed: int, lesions: int, marks: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    case = np.concatenate(
        (np.arange(scans), rng.integers(0, scans, lesions), rng.integers(0, scans, marks))
    )
    part = np.repeat([0, 1, 2], [scans, lesions, marks])
    centre = rng.uniform(0, 12, (len(case), 2))
    score = np.where(part == 2, rng.integers(1, 6, len(case)) / 5, np.nan)
    kind = np.where(part == 0, -1, rng.integers(0, 2, len(case)))
    return {"case": case, "part": part, "centre": centre, "score": score, "class_code": kind}


def said(name: str, columns: dict[str, Any]) -> float | str:
    try:
        return value(name, columns, **facets(METRICS[TASK, name]))
    except Undefined as reason:
        return str(reason)


def test_every_metric_is_named() -> None:
    assert len(NAMES) == 17
    assert all(TASK in METRIC_NAMES[name].tasks for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@given(columns=tables())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_metric_is_within_its_bounds_or_says_why_not(name: str, columns: dict[str, Any]) -> None:
    found = said(name, columns)
    if isinstance(found, str):
        assert len(found.split()) > 3
        assert not found.endswith(".")
    else:
        low, high = METRICS[TASK, name].bounds
        assert low - 1e-9 <= found <= high + 1e-9


@pytest.mark.parametrize("name", NAMES)
@given(columns=tables(), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_metric_is_blind_to_the_order_of_rows_whose_scores_differ(
    name: str, columns: dict[str, Any], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows = len(columns["case"])
    columns = {**columns, "score": np.where(columns["part"] == 2, rng.permutation(rows), np.nan)}
    order = rng.permutation(rows)
    found = said(name, columns)
    shuffled = said(name, {key: each[order] for key, each in columns.items()})
    assert shuffled == (found if isinstance(found, str) else pytest.approx(found, abs=1e-9))


def doubled(columns: dict[str, Any], times: np.ndarray) -> dict[str, Any]:
    """Return the scans as often as they were drawn, each copy a scan of its own."""
    parts, copies = [], 0
    for scan, number in enumerate(times):
        rows = np.flatnonzero(columns["case"] == scan)
        for _ in range(number):
            parts.append(
                {**{k: v[rows] for k, v in columns.items()}, "case": np.full(len(rows), copies)}
            )
            copies += 1
    return {key: np.concatenate([each[key] for each in parts]) for key in columns}


@pytest.mark.parametrize("name", NAMES)
def test_a_resample_equals_the_metric_of_the_drawn_scans(name: str) -> None:
    columns = made_up(40, 9, 45, 160)
    metric = METRICS[TASK, name]
    cases, _ = complete(columns, task=TASK)
    asked = Asked(metric, tuple(facets(metric).items()))
    given = {**GIVEN, **{k: v for k, v in facets(metric).items() if k in ("limits", "class_names")}}
    known = known_of(cases, (0, 0), given, TASK)
    (weight,) = drawn((5, 0), cases.patients, len(cases), 1)
    found = resampled(known, [asked], iter([weight]))[asked]
    again = said(name, doubled(columns, weight[0].astype(int)))
    assert found[0] == pytest.approx(again, abs=1e-12)


@pytest.mark.parametrize("figure", FIGURES)
@pytest.mark.parametrize("each", [1, 3])
def test_the_jackknife_leaves_out_each_patient_in_turn(figure: Any, each: int) -> None:
    columns = made_up(42, 6, 40, 150)
    patient = columns["case"] // each
    cases, _ = complete({**columns, "patient": patient}, task=TASK)
    known = known_of(cases, (0, 0), GIVEN, TASK)
    outcomes, scans = known.value("outcomes"), known.value("scans")
    found = left_out(contest(figure, outcomes, scans), cases.patients)  # type: ignore[arg-type]
    weight = 1.0 - np.eye(cases.patients)
    expected = won(contest(figure, outcomes, scans), weight)  # type: ignore[arg-type]
    assert found == pytest.approx(expected, abs=1e-12)


# Curves against a loop


def test_froc_and_precision_recall_equal_a_loop_over_thresholds() -> None:
    columns = made_up(60, 8, 70, 300)
    cases, _ = complete(columns, task=TASK)
    known = known_of(cases, (0, 0), GIVEN, TASK)
    outcomes: Any = known.value("outcomes")
    hits, false = outcomes.lesion_score[outcomes.lesion_mark >= 0], outcomes.false_score
    at = np.unique(np.concatenate((hits, false)))[::-1]
    found = np.array([(hits >= each).sum() for each in at]) / 70
    rate = np.array([(false >= each).sum() for each in at]) / 60
    expected = np.interp(RATES, np.append(0, rate), np.append(0, found))
    assert value("froc_score", columns) == pytest.approx(expected.mean(), abs=1e-12)
    precision = found * 70 / (found * 70 + rate * 60)
    area = (np.diff(np.append(0, found)) * precision).sum()
    assert value("lesion_average_precision", columns) == pytest.approx(area, abs=1e-12)
    scans: Scans = known.value("scans")  # type: ignore[assignment]
    made = tallies_of(ordered_of(outcomes, scans), None)
    assert len(made.hits) <= 2 * len(np.unique(hits)) + 1


def read_boxes(**more: Any) -> Any:
    tables = {
        name: read_table(BOXES / f"{name}.csv", name=name) for name in ("scans", "lesions", "marks")
    }
    asked: dict[str, Any] = {"hit": "iou", "limit": 0.5, **more}
    return read_detection(DetectionTables(**tables), DetectionColumns(**asked))


def test_average_precision_equals_that_of_coco() -> None:
    limits = tuple(np.linspace(0.5, 0.95, 10).tolist())
    table = read_boxes(limits=limits)
    made = metrics.estimates(TASK, table.columns, given=table.given, resamples=0)
    expected = json.loads((BOXES / "expected.json").read_text(encoding="utf-8"))
    found = {(each.metric, each.label): each.value for each in made}
    for metric, label, key in (
        ("lesion_average_precision", "COCO, 101 points", "ap_50"),
        ("mean_average_precision", "over limits, COCO, 101 points", "ap_over_limits"),
        ("mean_average_precision", "over classes, COCO, 101 points", "ap_50_over_classes"),
        (
            "mean_average_precision",
            "over classes and limits, COCO, 101 points",
            "ap_over_classes_and_limits",
        ),
    ):
        assert found[metric, label] == pytest.approx(expected[key], abs=1e-12), label


# Published studies


def one(made: tuple[Estimate, ...], metric: str, **where: Any) -> float:
    (found,) = [
        each
        for each in made
        if each.metric == metric and all(getattr(each, k) == v for k, v in where.items())
    ]
    assert found.value is not None
    return found.value


def expected_of(folder: str) -> dict[str, Any]:
    cases = yaml.safe_load((OTHERS / folder / "expected.yaml").read_text(encoding="utf-8"))["cases"]
    return {each["id"]: each["values"] for each in cases}


LUNA = "luna16_detections_a"
THOMPSON = "froc_thompson_readers"


@without(LUNA)
def test_the_lung_nodule_challenge() -> None:
    folder, expected = OTHERS / LUNA, expected_of(LUNA)
    names = {"scan": "scan_id", "x": "coordX", "y": "coordY", "z": "coordZ"}
    table = read_detection(
        DetectionTables(
            scans=read_table(folder / "scans.csv", name="scans"),
            marks=read_table(folder / "detections.csv", name="marks"),
            lesions=read_table(folder / "annotations.csv", name="lesions"),
            ignored=read_table(folder / "annotations_excluded.csv", name="ignored"),
        ),
        DetectionColumns(
            names={**names, "diameter": "diameter_mm", "score": "probability"},
            hit="radius",
            max_marks=100,
        ),
    )
    made = metrics.estimates(TASK, table.columns, given=table.given, resamples=0)
    froc = expected["froc"]
    at = dict(zip(froc["fp_per_scan_rates"], froc["sensitivity_at_rates"], strict=True))
    for rate, sensitivity in at.items():
        ours = one(made, "froc_sensitivity", false_positives_per_case=rate)
        assert ours == pytest.approx(sensitivity, abs=1e-6)
    assert one(made, "froc_score") == pytest.approx(froc["cpm"], abs=1e-6)
    assert one(made, "lesion_sensitivity") == pytest.approx(froc["max_sensitivity"], abs=1e-8)
    per_scan = froc["false_positives"] / froc["n_scans"]
    assert one(made, "false_positives_per_case", label=None) == pytest.approx(per_scan, abs=1e-12)
    area = expected["average_precision"]["ap"]
    assert one(made, "lesion_average_precision", label=None) == pytest.approx(area, abs=1e-12)
    cases, _ = complete(table.columns, task=TASK)
    outcomes: Any = known_of(cases, (0, 0), table.given, TASK).value("outcomes")
    assert (outcomes.extra, outcomes.in_ignored) == (
        froc["ignored_double"],
        froc["ignored_on_excluded"],
    )


@without(THOMPSON)
def test_nine_readers_with_two_modalities() -> None:
    folder, expected = OTHERS / THOMPSON, expected_of(THOMPSON)
    names = {"scan": "case", "score": "rating", "lesion": "lesion_id", "lesions": "n_lesions"}
    table = read_detection(
        DetectionTables(
            scans=read_table(folder / "cases.csv", name="cases"),
            marks=read_table(folder / "marks.csv", name="marks"),
        ),
        DetectionColumns(names=names, thresholds=(3, 5, 7, 9)),
    )
    made = metrics.estimates(
        TASK, table.columns, given=table.given, places=table.places, resamples=0
    )
    for point in expected["froc_points"]["points"]:
        where = {key: point[key] for key in ("modality", "reader", "threshold")}
        sensitivity = one(made, "lesion_sensitivity", **where)
        assert sensitivity == pytest.approx(point["lesion_sensitivity_llf"], abs=1e-9)
        for label, key in ((None, "nl_per_case_nlf"), (NORMAL, "nl_per_normal_case_nlf1")):
            false = one(made, "false_positives_per_case", label=label, **where)
            assert false == pytest.approx(point[key], abs=1e-9)
    figures = {
        "highest_mark_auroc": "HrAuc", "jafroc": "AFROC", "weighted_jafroc": "wAFROC",
        "jafroc1": "AFROC1", "weighted_jafroc1": "wAFROC1",
    }  # fmt: skip
    for name, theirs in figures.items():
        for each in expected[f"fom_{theirs}"]["foms"]:
            ours = one(made, name, modality=each["modality"], reader=each["reader"])
            assert ours == pytest.approx(each["fom"], abs=1e-9)
    for name in ("weighted_jafroc", "highest_mark_auroc"):
        analysis = expected[f"significance_OR_{figures[name]}"]["RRRC"]
        compared = metrics.compare_detection(table.columns, "m1", "m2", given=table.given)
        (found,) = [each for each in compared if each.metric == name and each.reader is None]
        (theirs,) = analysis["ci_diff_treatments"]
        assert found.difference == pytest.approx(theirs["Estimate"], abs=1e-9)
        assert found.p == pytest.approx(theirs["PrGTt"], abs=1e-9)
        assert found.interval is not None
        limits = [found.interval.low, found.interval.high]
        assert limits == pytest.approx([theirs["CILower"], theirs["CIUpper"]], abs=1e-9)
        for row, modality in zip(analysis["ci_avg_each_treatment"], ("m1", "m2"), strict=True):
            assert one(made, name, modality=modality, reader=None) == pytest.approx(
                row["Estimate"], abs=1e-9
            )


def test_two_algorithms_are_compared_on_the_same_scans() -> None:
    columns = made_up(60, 8, 50, 300)
    columns["modality_code"] = np.where(
        columns["part"] == 2, np.arange(len(columns["part"])) % 2, -1
    )
    given = {**GIVEN, "modality_names": ("one", "other")}
    made = metrics.compare_detection(columns, "one", "other", given=given, resamples=200)
    turned = metrics.compare_detection(columns, "other", "one", given=given, resamples=200)
    assert {each.metric for each in made} == {
        *FIGURES, "froc_sensitivity", "froc_score", "lesion_sensitivity", "lesion_average_precision",
    }  # fmt: skip
    for first, second in zip(made, turned, strict=True):
        assert first.difference is not None
        assert second.difference == pytest.approx(-first.difference, abs=1e-12)
        assert first.interval is not None
        assert first.interval.low <= first.difference <= first.interval.high


@pytest.mark.parametrize("hit", ["radius", "centre_inside", "iou"])
def test_rows_without_a_lesion_keep_their_false_marks_whatever_the_hit_rule(hit):
    columns = {
        "case": [0, 1, 0, 0],
        "part": [0, 0, 2, 2],
        "score": [np.nan, np.nan, 0.9, 0.4],
        "centre": [[0, 0], [0, 0], [1, 1], [5, 5]],
        "diameter": [np.nan, np.nan, 4, 4],
    }
    given = {"hit": hit, "hit_limit": 0.5 if hit == "iou" else None}
    made = metrics.estimates(
        "detection", {name: np.array(each) for name, each in columns.items()}, given=given,
        places={"threshold": (0.5,)}, resamples=0,
    )  # fmt: skip
    found = {each.metric: each for each in made if each.label in (None, each.metric)}
    assert found["false_positives_per_case"].value == 0.5
    assert found["lesion_precision"].value == 0
    assert found["case_specificity"].value == 0.5
    assert found["lesion_sensitivity"].undefined_because == "there are no lesions"


def test_rows_without_a_mark_miss_every_lesion_whatever_their_shape():
    columns = {
        "case": [0, 1, 0],
        "part": [0, 0, 1],
        "score": [np.nan] * 3,
        "centre": [[0, 0], [0, 0], [1, 1]],
        "diameter": [np.nan, np.nan, 4],
    }
    made = metrics.estimates(
        "detection", {name: np.array(each) for name, each in columns.items()},
        given={"hit": "iou", "hit_limit": 0.5}, resamples=0,
    )  # fmt: skip
    found = {each.metric: each for each in made if each.label in (None, each.metric)}
    assert found["lesion_sensitivity"].value == 0


@pytest.mark.parametrize(("shift", "said"), [(0.0, False), (300.0, True)])
def test_where_no_mark_hits_anything_the_places_are_asked_about(shift, said):
    scan = np.arange(6)
    places = np.column_stack((scan, scan)).astype(float)
    columns = {
        "case": np.tile(scan, 3),
        "part": np.repeat([0, 1, 2], 6),
        "score": np.append(np.full(12, np.nan), np.linspace(0.1, 0.9, 6)),
        "centre": np.concatenate((places, places, places + shift)),
    }
    made = metrics.estimates(
        "detection", columns, given={"hit": "distance", "hit_limit": 3.0}, resamples=0
    )
    sensitivity = next(each for each in made if each.metric == "lesion_sensitivity")
    assert ("same unit and order of axes" in sensitivity.note) is said


def test_a_curve_is_drawn_linear_in_the_rate_on_its_logarithmic_axis():
    curve = FrocCurve(
        modality=None, reader=None,
        false_positives_per_case=(0.0, 0.4, 0.4, 1.0), sensitivity=(0.0, 0.2, 0.5, 0.6),
    )  # fmt: skip
    drawn = list(drawn_points(curve))
    rates, sensitivity = (list(each) for each in zip(*drawn, strict=True))
    assert rates == sorted(rates)
    assert sensitivity == sorted(sensitivity)
    assert {(0.4, 0.2), (0.4, 0.5), (1.0, 0.6)} <= set(drawn)
    assert len(drawn) > 30
    for rate, value in drawn[1:]:
        if rate < 0.4:
            assert value == pytest.approx(rate / 2)


def test_the_size_of_a_group_is_counted_in_scans_and_not_in_marks():
    columns = {
        "case": np.append(np.arange(3), [0] * 9),
        "part": np.append([0] * 3, [1] + [2] * 8),
        "score": np.append([np.nan] * 4, np.linspace(0.1, 0.9, 8)),
        "centre": np.zeros((12, 2)),
    }
    made = metrics.estimates(
        "detection", columns, given={"hit": "distance", "hit_limit": 3.0, "extra_hits": "false_positive"},
        group="sex = F", resamples=0,
    )  # fmt: skip
    assert max(each.cases for each in made) == 8
    report: Any = SimpleNamespace(group_sizes=(), subgroup_estimates=made)
    assert group_cases(report) == {"sex = F": 3}


def test_the_area_of_a_class_counts_the_lesions_of_that_class():
    columns = {
        "case": [0, 0, 0, 0, 0],
        "part": [0, 1, 1, 1, 2],
        "score": [np.nan] * 4 + [0.9],
        "centre": [[0, 0], [0, 0], [9, 9], [20, 20], [0, 0]],
        "class_code": [-1, 0, 0, 1, 0],
    }
    given = {"hit": "distance", "hit_limit": 3.0, "class_names": ("HCC", "CCC")}
    made = metrics.estimates(
        "detection", {name: np.array(each) for name, each in columns.items()}, given=given,
        resamples=0,
    )  # fmt: skip
    found = {e.label: e.cases for e in made if e.metric == "lesion_average_precision"}
    assert (found["HCC"], found["CCC"]) == (2, 1)
    assert found[None] == 3

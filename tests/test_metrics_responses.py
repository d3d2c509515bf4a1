"""Response to treatment by two methods: categories, shares, agreement, and what holds for every metric of it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.evidence.task_ways import OTHER_WAYS
from checker.metrics import METRICS, Undefined, estimates, mrecist, recist
from checker.metrics.estimating import complete, in_order, known_of
from checker.metrics.resampling import Asked, drawn, resampled
from checker.metrics.response import CATEGORIES
from checker.model.estimate import Estimate, Estimates
from checker.model.metric_names import METRIC_NAMES
from checker.reading.references import read_sources

TASK = "responses"
NAMES = [name for task, name in METRICS if task == TASK]
by_name = pytest.mark.parametrize("name", NAMES)
TWELVE = {
    "reference_baseline": np.full(12, 50.0),
    "reference": np.array([0, 0, 30, 35, 36, 50, 59, 60, 70, 50, np.nan, 40]),
    "measured_baseline": np.full(12, 50.0),
    "measured": np.array([0, 5, 30, 36, 34, 50, 60, 60, 70, np.nan, np.nan, 60]),
}
"""By the reference CR CR PR PR SD SD SD PD PD SD NE SD; measured CR PR PR SD PR SD PD PD PD NE NE PD."""


def made(columns: Any = TWELVE, **given: Any) -> Estimates:
    return Estimates(estimates(TASK, columns, given=given, resamples=200))


def limits(found: Estimate) -> tuple[float, float]:
    assert found.interval is not None, found.note
    return found.interval.low, found.interval.high


def test_shares_and_agreement_are_those_of_another_program() -> None:
    """R 4.2.2: prop.test(correct = FALSE); vcd 1.4-11: Kappa and confint of the table of the ten evaluable cases."""
    found = made()
    same = found.one("percent_agreement")
    assert (same.value, same.cases) == (0.5, 10)
    assert limits(same) == pytest.approx((0.236593090512564, 0.763406909487436))
    kappa = found.one("response_agreement")
    assert (kappa.value, kappa.cases) == (pytest.approx(0.3421052631578948), 10)
    assert limits(kappa) == pytest.approx((-0.05010967956, 0.7343202059), abs=1e-9)
    response = found.one("objective_response_rate", label="reference")
    assert (response.value, response.cases) == (4 / 12, 12)
    assert limits(response) == pytest.approx((0.138120091091213, 0.609377911127200))
    assert found.one("objective_response_rate", label="measured").value == 4 / 12
    assert found.one("disease_control_rate", label="reference").value == 9 / 12
    assert found.one("disease_control_rate", label="measured").value == 6 / 12
    assert (
        "1 of 12 cases is not evaluable (NE)"
        in found.one("disease_control_rate", label="reference").note
    )
    assert "2 of 12 cases are not evaluable by one method" in same.note


@by_name
def test_every_metric_is_listed_has_a_source_and_is_printed_once(name: str) -> None:
    assert "agreement" in METRIC_NAMES[name].tasks
    assert METRICS[TASK, name].source in read_sources()
    assert [each.name for each in in_order(TASK)].count(name) == 1


def test_categories_are_those_of_the_functions() -> None:
    rng = np.random.default_rng(3)
    baseline = rng.uniform(10, 90, 200)
    nadir, now = baseline * rng.uniform(0.3, 1, 200), baseline * rng.uniform(0, 1.8, 200)
    now[::9] = np.nan
    new = rng.random(200) < 0.1
    columns = {
        "reference": now, "reference_baseline": baseline, "reference_nadir": nadir,
        "reference_new_lesion": new.astype(float), "measured": now, "measured_baseline": baseline,
    }  # fmt: skip
    cases, _ = complete(columns, task=TASK)
    for criteria, function in (("recist_1_1", recist), ("mrecist", mrecist)):
        known = known_of(cases, (0, 0), {"criteria": criteria}, TASK)
        codes: Any = known.value("reference_response")
        expected = function(baseline, nadir, now, new_lesion=new)
        assert [CATEGORIES[each] for each in codes] == expected.tolist()


def test_changes_and_sums_from_baseline_mean_the_same() -> None:
    sums = made(criteria="mrecist").one("response_agreement").value
    change = {side: TWELVE[side] / 50 - 1 for side in ("reference", "measured")}
    assert made(change, criteria="mrecist", changes=True).one("response_agreement").value == sums


@pytest.mark.parametrize(
    ("columns", "given", "says"),
    [
        ({"reference": [1.0], "measured": [1.0]}, {"criteria": "who"}, "no response by 'who'"),
        ({"reference": [-30.0], "measured": [0.1]}, {"changes": True}, "no relative changes"),
        ({"reference": [np.nan], "measured": [0.1]}, {"changes": True}, "no case has a response"),
        ({"reference": [0.3], "measured": [0.3]}, {"changes": True}, "the same category"),
    ],
)
def test_what_has_no_agreement_says_why(columns: Any, given: Any, says: str) -> None:
    with pytest.raises((Undefined, ValueError), match=says):
        METRICS[TASK, "response_agreement"](*columns.values(), **given)


SUMS = st.one_of(st.just(0.0), st.just(float("nan")), st.floats(0.5, 200, width=32))


@st.composite
def tables(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Return sums of both methods."""
    rows = draw(st.lists(st.tuples(SUMS, SUMS, st.floats(1, 200)), min_size=1, max_size=20))
    reference, measured, baseline = np.array(rows).T
    return {
        "reference": reference, "measured": measured, "reference_baseline": baseline,
        "measured_baseline": baseline[::-1].copy(),
    }  # fmt: skip


def outcome(name: str, columns: dict[str, np.ndarray]) -> tuple[float, str]:
    there = dict(columns)
    first = there.pop("reference"), there.pop("measured")
    try:
        return METRICS[TASK, name](*first, label="measured", **there), ""
    except Undefined as reason:
        return float("nan"), str(reason)


@by_name
@given(columns=tables(), seed=st.integers(0, 99))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_what_holds_for_every_metric(name: str, columns: dict[str, np.ndarray], seed: int) -> None:
    """Inside its bounds or a sentence; blind to the order of rows; every row twice changes nothing."""
    value, sentence = outcome(name, columns)
    low, high = METRICS[TASK, name].bounds
    assert sentence or low - 1e-9 <= value <= high + 1e-9
    assert not sentence or (len(sentence.split()) > 3 and not sentence.endswith("."))
    order = np.random.default_rng(seed).permutation(len(columns["reference"]))
    moved = {key: each[order] for key, each in columns.items()}
    twice = {key: np.concatenate([each, each]) for key, each in columns.items()}
    for other in (moved, twice):
        assert outcome(name, other) == (pytest.approx(value, abs=1e-9, nan_ok=True), sentence)


@by_name
def test_a_resample_equals_the_metric_of_the_drawn_rows(name: str) -> None:
    columns = {**TWELVE, "patient": np.arange(12) // 2}
    rows, _ = complete(columns, task=TASK)
    weights = next(drawn((5, 0), rows.patients, len(rows), 3))
    places = {"label": "measured"} if METRICS[TASK, name].places else {}
    asked = Asked(METRICS[TASK, name], tuple(places.items()))
    found = resampled(known_of(rows, (0, 0), {}, TASK), [asked], iter([weights]))[asked]
    for weight, value in zip(weights, found, strict=True):
        times = weight.astype(int)[rows.patient]
        again = {key: np.repeat(each, times) for key, each in TWELVE.items()}
        assert value == pytest.approx(outcome(name, again)[0])


@pytest.mark.parametrize(
    ("name", "right"), [("objective_response_rate", 4), ("disease_control_rate", 9)]
)
def test_a_rate_of_the_evaluable_cases_is_another_way(name: str, right: int) -> None:
    cases, _ = complete(TWELVE, task=TASK)
    known = known_of(cases, (0, 0), {}, TASK).inside(label="reference")
    (way,) = OTHER_WAYS[TASK, name]
    assert way.make(known) == pytest.approx(right / 11)

"""What holds for every metric of agreement and of raters: bounds, order of rows, resamples, sentences."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.metrics import METRICS, Undefined, estimates
from checker.metrics.base import TASKS, Metric
from checker.metrics.estimating import complete, known_of
from checker.metrics.resampling import Asked, drawn, resampled

PAIRS = [name for task, name in METRICS if task == "agreement"]
RATERS = [name for task, name in METRICS if task == "raters"]
SCALE = {
    **dict.fromkeys(RATERS, "ordinal"),
    **{name: "interval" for name in RATERS if name.startswith(("icc", "intra"))},
}
GIVEN: dict[str, object] = {
    "measurement_unit": "ml",
    "reference_method": "normal",
    "cutoffs": (0.0, 5.0),
    "threshold": 0.0,
    "rater_names": ("a", "b", "c", "d"),
    "reader": "a",
    "categories": (0.0, 1.0, 2.0, 3.0),
}
VALUES = st.one_of(
    st.integers(-1, 8).map(float), st.floats(-1, 100, width=32).map(lambda each: round(each, 2))
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return columns, and the patient of each row."""
    rows = draw(st.lists(st.tuples(VALUES, VALUES, st.integers(0, 9)), min_size=1, max_size=25))
    reference, measured, patient = np.array(rows).T
    return {"reference": reference, "measured": measured}, patient.astype(int)


@st.composite
def ratings(draw: st.DrawFn) -> tuple[dict[str, np.ndarray], np.ndarray]:
    raters = draw(st.integers(1, 4))
    cell = st.sampled_from([0.0, 1.0, 1.0, 2.0, 3.0, np.nan])
    rows = draw(st.lists(st.lists(cell, min_size=raters, max_size=raters), min_size=1, max_size=20))
    found = np.array(rows)
    kept = ~np.isnan(found).all(axis=1)
    return {"ratings": found[kept]}, np.arange(np.count_nonzero(kept)) // 2


class Outcome:
    """The value of a metric, or the sentence why there is none."""

    def __init__(self, metric: Metric, columns: Mapping[str, Any], **more: Any) -> None:
        facets = {**GIVEN, "scale": SCALE.get(metric.name), **more}
        self.value, self.sentence = float("nan"), ""
        try:
            self.value = metric(*columns.values(), **facets)
        except (Undefined, ValueError) as reason:
            self.sentence = str(reason)


ALL = [key for key in METRICS if key[0] in ("agreement", "raters")]
by_metric = pytest.mark.parametrize("key", ALL, ids=lambda each: "/".join(each))


def tables(key: tuple[str, str]) -> st.SearchStrategy[tuple[dict[str, np.ndarray], np.ndarray]]:
    return pairs() if key[0] == "agreement" else ratings()


def patients_of(metric: Metric, patient: np.ndarray) -> dict[str, Any]:
    """Return the patients where the metric is of replicates; elsewhere each row is a patient."""
    repeated = metric.name.startswith(("within", "repeat", "limits"))
    return {"patient": np.unique(patient, return_inverse=True)[1]} if repeated else {}


@by_metric
@given(data=st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_metric_is_within_its_bounds_or_says_why_it_is_undefined(
    key: tuple[str, str], data: st.DataObject
) -> None:
    metric, (columns, patient) = METRICS[key], data.draw(tables(key))
    found = Outcome(metric, columns, **patients_of(metric, patient))
    if found.sentence:
        assert len(found.sentence.split()) > 3
        assert not found.sentence.endswith(".")
    else:
        low, high = metric.bounds
        assert low - 1e-9 <= found.value <= high + 1e-9


@by_metric
@given(data=st.data(), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_metric_is_blind_to_the_order_of_rows(
    key: tuple[str, str], data: st.DataObject, seed: int
) -> None:
    metric, (columns, patient) = METRICS[key], data.draw(tables(key))
    order = np.random.default_rng(seed).permutation(len(patient))
    moved = {name: column[order] for name, column in columns.items()}
    first = Outcome(metric, columns, **patients_of(metric, patient))
    second = Outcome(metric, moved, **patients_of(metric, patient[order]))
    assert first.sentence == second.sentence
    assert second.value == pytest.approx(first.value, rel=1e-6, abs=1e-6, nan_ok=True)


NOT_SAMPLE_FREE = {
    "limits_of_agreement": "the standard deviation has n - 1 below",
    "reference_limit": "the standard deviation has n - 1 below",
    "within_subject_sd": "rows doubled in a patient are not independent replicates: n - 1 below",
    "within_subject_cv": "as the standard deviation",
    "repeatability_coefficient": "as the standard deviation",
    **dict.fromkeys(
        [name for name in RATERS if name.startswith(("icc", "intra"))], "mean squares: n - 1 below"
    ),
    "krippendorff_alpha": "pairs of ratings are drawn without replacement: n - 1 below",
    "kendall_w": "the largest spread of n ranks is that of n³ - n",
}


@by_metric
@given(data=st.data())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_giving_every_row_twice_changes_no_value(key: tuple[str, str], data: st.DataObject) -> None:
    if key[1] in NOT_SAMPLE_FREE:
        pytest.skip(NOT_SAMPLE_FREE[key[1]])
    metric, (columns, _) = METRICS[key], data.draw(tables(key))
    once = Outcome(metric, columns)
    twice = Outcome(metric, {name: np.concatenate([each, each]) for name, each in columns.items()})
    assert bool(once.sentence) == bool(twice.sentence)
    assert twice.value == pytest.approx(once.value, rel=1e-6, abs=1e-6, nan_ok=True)


OF_TWO = ("cohen_kappa", "weighted_kappa", "linear_weighted_kappa")


def simulated(key: tuple[str, str], rows: int = 90, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    patient = np.sort(rng.integers(0, rows // 3, rows))
    if key[0] == "agreement":
        reference = rng.normal(0.1, 0.5, rows).clip(-0.9).round(2) + 0.001
        measured = (reference + rng.normal(0, 0.2, rows)).clip(-0.9).round(2)
        covariate = rng.normal(size=rows)
        covariate[::9] = np.nan
        return {
            "reference": reference,
            "measured": measured,
            "covariate": covariate,
            "patient": patient,
        }
    raters = 2 if key[1] in OF_TWO else 4
    truth = rng.integers(0, 4, rows)[:, None]
    found = np.clip(truth + rng.choice([-1, 0, 0, 0, 1], (rows, raters)), 0, 3).astype(float)
    if not key[1].startswith(("icc", "intra", "kendall")):
        found[::7, 0] = np.nan
    return {"ratings": found, "patient": patient}


def asked(metric: Metric) -> list[Asked]:
    """Return the metric at each of its own places."""
    if not metric.places:
        return [Asked(metric)]
    if not isinstance(
        metric.places, Mapping
    ):  # at each cut-off; a rater's replicates have a test of their own
        return [Asked(metric, (("threshold", 0.0),))]
    ((name, values),) = metric.places.items()
    return [Asked(metric, ((name, value),)) for value in values]


RESAMPLED = [
    key
    for key in ALL
    if "weight" in METRICS[key].depends_on() and not key[1].startswith(("within", "repeat"))
]
"""Replicates of a patient stay together; a test of their own shows it."""


@pytest.mark.parametrize("key", RESAMPLED, ids=lambda each: "/".join(each))
def test_a_resample_equals_the_metric_of_the_drawn_rows(key: tuple[str, str]) -> None:
    metric = METRICS[key]
    rows, _ = complete(simulated(key), task=key[0])
    weights = next(drawn((5, 0), rows.patients, len(rows), 3))
    given = {**GIVEN, "scale": SCALE.get(key[1])}
    if key[1] == "reference_limit":
        given["at_covariate"] = 0.2
    first = TASKS[key[0]].columns
    for each in asked(metric):
        found = resampled(known_of(rows, (0, 0), given, key[0]), [each], iter([weights]))[each]
        for weight, value in zip(weights, found, strict=True):
            times = weight.astype(int)[rows.patient]
            there = {name: np.repeat(of, times, axis=0) for name, of in rows.columns.items()}
            columns = [there.pop(name) for name in first]
            again = metric(*columns, **{**given, **each.where, **there})
            assert value == pytest.approx(again, rel=1e-9, abs=1e-10), each.where


def test_a_resample_of_replicates_draws_whole_patients() -> None:
    key = ("agreement", "within_subject_cv")
    columns = {**simulated(key), "measured": np.random.default_rng(0).normal(50, 5, 90)}
    rows, _ = complete(columns, task="agreement")
    (weight,) = (next(drawn((5, 0), rows.patients, len(rows), 1)),)
    for each in asked(METRICS[key])[:1]:
        found = resampled(known_of(rows, (0, 0), {}, "agreement"), [each], iter([weight]))[each]
        patients = np.repeat(np.arange(rows.patients), weight[0].astype(int))
        picked = [np.flatnonzero(rows.patient == patient) for patient in patients]
        new = np.repeat(np.arange(len(picked)), [len(each) for each in picked])
        place = np.concatenate(picked)
        again = METRICS[key](
            rows.columns["reference"][place], rows.columns["measured"][place], patient=new
        )
        assert found[0] == pytest.approx(again, rel=1e-10)


@by_metric
def test_an_interval_of_one_row_per_patient_is_that_of_rows(key: tuple[str, str]) -> None:
    columns = simulated(key)
    columns.pop("patient")
    options: dict[str, Any] = {
        "given": {**GIVEN, "scale": SCALE.get(key[1])},
        "resamples": 60,
    }
    alone = estimates(key[0], columns, **options)
    named = estimates(key[0], {**columns, "patient": np.arange(90) + 7}, **options)
    nobody = estimates(key[0], {**columns, "patient": np.full(90, -1)}, **options)
    assert alone == named == nobody
    for each in alone:
        if each.metric == key[1] and each.value is not None:
            if key[1] == "passing_bablok_intercept":
                assert "the reference has both signs" in each.note
                continue
            assert each.interval is not None, each
            assert each.interval.method
            assert each.interval.low <= each.value <= each.interval.high, each
            assert {type(each.value), type(each.interval.low)} == {float}


@by_metric
def test_where_patients_repeat_the_interval_names_them(key: tuple[str, str]) -> None:
    options: dict[str, Any] = {"given": {**GIVEN, "scale": SCALE.get(key[1])}, "resamples": 60}
    for each in estimates(key[0], simulated(key), **options):
        if each.metric != key[1] or each.value is None:
            continue
        if key[1].startswith("passing"):
            assert "patients repeat" in each.note or "both signs" in each.note
            continue
        assert each.interval is not None, each
        words = each.interval.method
        known = ("patients", "jackknife", "chi-squared", "effective cases", "ratio estimator")
        assert any(word in words for word in known), words

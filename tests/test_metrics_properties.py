"""What holds for every metric of the registry, whatever the data: bounds, order of rows, resamples, sentences."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as sk

from checker.metrics import METRICS, Undefined, auroc, estimates, ranking
from checker.metrics.base import Metric
from checker.metrics.estimating import complete, known_of
from checker.metrics.resampling import Asked, drawn, resampled, seeds

FACETS: dict[str, object] = {
    "threshold": 0.5,
    "strategy": "model",
    "lowest_specificity": 0.8,
    "at_specificity": 0.8,
    "at_sensitivity": 0.8,
}
NAMES = [name for task, name in METRICS if task == "classification"]
RISKS = st.one_of(st.floats(0, 1, width=32), st.sampled_from([0.0, 0.25, 0.5, 0.5, 0.75, 1.0]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    size = draw(st.integers(1, 40))
    outcome = draw(arrays.arrays(np.int64, size, elements=st.integers(0, 1)))
    return outcome, draw(arrays.arrays(np.float64, size, elements=RISKS))


def facets(metric: Metric) -> dict[str, object]:
    return {name: value for name, value in FACETS.items() if name in metric.depends_on()}


def value(metric: Metric, *columns: np.ndarray) -> float | str:
    """Return the value, or the sentence why there is none."""
    try:
        return metric(*columns, **facets(metric))
    except Undefined as reason:
        return str(reason)


@pytest.mark.parametrize("name", NAMES)
@given(table=tables())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_metric_is_within_its_bounds_or_says_why_it_is_undefined(
    name: str, table: tuple[np.ndarray, np.ndarray]
) -> None:
    metric = METRICS["classification", name]
    found = value(metric, *table)
    if isinstance(found, str):
        assert len(found.split()) > 3
        assert not found.endswith(".")
    else:
        low, high = metric.bounds
        assert low - 1e-9 <= found <= high + 1e-9


@pytest.mark.parametrize("name", NAMES)
@given(table=tables(), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_metric_is_blind_to_the_order_of_rows(
    name: str, table: tuple[np.ndarray, np.ndarray], seed: int
) -> None:
    metric = METRICS["classification", name]
    order = np.random.default_rng(seed).permutation(len(table[0]))
    found, shuffled = value(metric, *table), value(metric, *(each[order] for each in table))
    assert shuffled == (found if isinstance(found, str) else pytest.approx(found, abs=1e-6))


NOT_SAMPLE_FREE = {
    "expected_calibration_error": "bins of equal count move with the middle ranks",
    "integrated_calibration_index": "the neighbourhood is a whole number of cases",
    "calibration_error_median": "the neighbourhood is a whole number of cases",
    "calibration_error_90": "the neighbourhood is a whole number of cases",
}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_SAMPLE_FREE])
@given(table=tables())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_giving_every_row_twice_changes_no_value(
    name: str, table: tuple[np.ndarray, np.ndarray]
) -> None:
    metric = METRICS["classification", name]
    once, twice = value(metric, *table), value(metric, *(np.tile(each, 2) for each in table))
    if isinstance(once, str):
        assert isinstance(twice, str)
    else:
        assert twice == pytest.approx(once, abs=1e-6)


@given(table=tables())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_turning_the_score_mirrors_the_auroc(table: tuple[np.ndarray, np.ndarray]) -> None:
    outcome, score = table
    found, turned = value(auroc, outcome, score), value(auroc, outcome, -score)
    assert isinstance(found, str) or found + turned == pytest.approx(1)  # type: ignore[operator]


def simulated(cases: int, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    patient = np.sort(rng.integers(0, cases // 3, cases))
    outcome = rng.random(cases) < 0.3
    score = 1 / (1 + np.exp(-(rng.normal(size=cases) + 1.2 * outcome - 0.8)))
    score[: cases // 3] = score[: cases // 3].round(2)
    return {"outcome": outcome.astype(int), "score": score, "patient": patient}


AGREEING = {
    "auroc": sk.roc_auc_score,
    "average_precision": sk.average_precision_score,
    "brier_score": sk.brier_score_loss,
    "log_loss": sk.log_loss,
}
AGREEING_AT = {
    "sensitivity": sk.recall_score,
    "positive_predictive_value": sk.precision_score,
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1": sk.f1_score,
    "matthews_correlation": sk.matthews_corrcoef,
    "cohen_kappa": sk.cohen_kappa_score,
}


@pytest.mark.parametrize("name", [*AGREEING, *AGREEING_AT])
def test_every_resample_equals_the_weighted_value_of_scikit_learn(name: str) -> None:
    rows, _ = complete(simulated(700))
    metric = METRICS["classification", name]
    weights = list(drawn((0, 0), rows.patients, len(rows.outcome), 6))
    asked = Asked(metric, tuple(facets(metric).items()))
    known = known_of(rows, (0, 0), {})
    ours = resampled(known, [asked], iter(weights))[asked]
    theirs = AGREEING.get(name) or AGREEING_AT[name]
    given = rows.score if name in AGREEING else rows.score >= 0.5
    expected = [
        theirs(rows.outcome, given, sample_weight=weight[rows.patient])
        for weight in np.concatenate(weights)
    ]
    assert ours == pytest.approx(expected, abs=1e-12)
    assert metric(rows.outcome, rows.score, **facets(metric)) == pytest.approx(
        theirs(rows.outcome, given), abs=1e-12
    )


RESAMPLED = [name for name in NAMES if "weight" in METRICS["classification", name].depends_on()]
"""The others have intervals by formula, also where patients repeat."""


@pytest.mark.parametrize("name", RESAMPLED)
def test_a_resample_equals_the_metric_of_the_drawn_rows(name: str) -> None:
    metric = METRICS["classification", name]
    rows, _ = complete(simulated(300))
    (weight,) = drawn((5, 0), rows.patients, len(rows.outcome), 1)
    known = known_of(rows, (0, 0), {})
    asked = Asked(metric, tuple(facets(metric).items()))
    found = resampled(known, [asked], iter([weight]))[asked]
    times = weight[0].astype(int)[rows.patient]
    again = metric(np.repeat(rows.outcome, times), np.repeat(rows.score, times), **facets(metric))
    near = 0.02 if name in NOT_SAMPLE_FREE else 1e-12
    assert found[0] == pytest.approx(again, abs=near)


def test_patients_are_drawn_with_replacement_and_all_at_once() -> None:
    blocks = np.concatenate(list(drawn((1, 2), 50, 4_000, 300)))
    assert blocks.shape == (300, 50)
    assert (blocks.sum(axis=1) == 50).all()
    assert blocks.mean(axis=0) == pytest.approx(np.ones(50), abs=0.3)
    assert blocks.var() == pytest.approx(1 - 1 / 50, rel=0.05)


def test_seeds_are_the_same_on_every_machine() -> None:
    assert seeds(7, "external", "sex = F") == (7, 574583046)


OPTIONS: dict[str, Any] = {"threshold": 0.5, "net_benefit": (0.3,), "resamples": 200}


def test_estimates_are_the_same_twice_and_move_with_the_seed_and_the_group() -> None:
    columns = simulated(300)
    first = estimates("classification", columns, **OPTIONS)
    assert first == estimates("classification", columns, **OPTIONS)
    for change in ({"seed": 1}, {"group": "sex = F"}, {"evaluation": "external"}):
        moved = estimates("classification", columns, **OPTIONS, **change)
        assert [each.value for each in moved] == [each.value for each in first]
        assert any(a.interval != b.interval for a, b in zip(first, moved, strict=True))


def test_asking_for_more_metrics_changes_no_other_number() -> None:
    columns = simulated(300)
    few = estimates("classification", columns, resamples=200)
    many = {each: True for each in estimates("classification", columns, **OPTIONS)}
    assert all(each in many for each in few)


def test_every_interval_holds_its_value_and_names_its_method() -> None:
    for columns in (simulated(300), {k: v for k, v in simulated(300).items() if k != "patient"}):
        for each in estimates("classification", columns, unit="image", **OPTIONS):
            assert each.value is not None, each.undefined_because
            assert (each.interval is None) == (each.strategy == "treat_none"), each
            if each.interval and each.metric != "expected_calibration_error":
                assert each.interval.low <= each.value <= each.interval.high, each
                assert each.interval.method
            if "patient" in columns and each.interval:
                words = each.interval.method
                assert "patients" in words or "effective cases" in words, words


def test_values_are_plain_floats() -> None:
    for each in estimates("classification", simulated(300), **OPTIONS):
        numbers = [each.value, each.threshold]
        if each.interval:
            numbers += [each.interval.low, each.interval.high, each.interval.level]
        assert {type(number) for number in numbers} <= {float, type(None)}, each


def test_a_patient_without_a_name_is_a_patient_of_his_own() -> None:
    columns = {**simulated(300), "patient": np.full(300, -1)}
    made = estimates("classification", columns, resamples=20)
    assert made[0].interval is not None
    assert made[0].interval.method == "DeLong"


@pytest.mark.parametrize("twist", ["as they are", "tied", "negative", "one far away", "huge"])
def test_many_cases_sorted_in_two_passes_give_the_same_numbers(
    twist: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    score, outcome = rng.random(ranking.MANY + 1), rng.random(ranking.MANY + 1) < 0.3
    score = {
        "as they are": score,
        "tied": score.round(3),
        "negative": score - 0.5,
        "one far away": np.append(score[1:], 1e12),
        "huge": score * 1e300 * np.where(outcome, 1.0, -1.0),
    }[twist]

    def found() -> list[list[float]]:
        by_rank = ranking.ranking(score)
        ranked = ranking.ranked(outcome, np.arange(len(score)), by_rank)
        return [
            np.column_stack(each[2:]).tolist()
            for each in (ranking.tally(outcome, score), ranking.tallies(ranked, by_rank, None))
        ]

    made = []
    for pays in (True, False):
        monkeypatch.setattr(ranking, "two_passes_pay", lambda pays=pays: pays)
        made.append(found())
    assert made[0] == made[1]
    assert made[0][0] == made[0][1]

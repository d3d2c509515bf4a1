"""Metrics of survival: values by hand, properties, sentences for degenerate data, and coverage of intervals."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from checker.metrics import (
    METRICS,
    Undefined,
    compare_survival,
    estimates,
    log_rank,
    risk_groups,
    smoothing,
    survival_calibration_curve,
    survival_curve,
    survival_decision_curve,
    treatment_choice,
)
from checker.metrics.base import Metric
from checker.metrics.cox import cox
from checker.metrics.estimating import complete, known_of
from checker.metrics.resampling import Asked, drawn, resampled
from checker.metrics.smoothing import Gaps, quantiles_of_gaps
from checker.metrics.survival import (
    COMPETING,
    OUTCOME,
    censoring,
    gone,
    incidence,
    incidence_of,
    status,
    steps,
    timeline,
    variances,
)
from checker.metrics.survival_ranking import Side, pairs
from checker.model.estimate import Estimate
from checker.model.metric_names import METRIC_NAMES

NAMES = [name for task, name in METRICS if task == "survival"]
Table = dict[str, np.ndarray]


def table(time: list[float], event: list[int], **more: Any) -> Table:
    columns = {"time": np.array(time, float), "event": np.array(event)}
    return {**columns, **{name: np.array(values, float) for name, values in more.items()}}


SIX = table(
    [1, 2, 3, 4, 5, 6],
    [1, 1, 0, 1, 0, 0],
    score=[6, 5, 4, 2, 3, 1],
    risks=[0.9, 0.8, 0.5, 0.4, 0.3, 0.2],
)
"""Survival 5/6, 4/6, 4/9; not yet censored 3/4 from 3 on, 3/8 from 5 on."""
FOUR = table([1, 2, 3, 4], [1, 2, 1, 0], score=[4, 1, 3, 2], risks=[0.5, 0.2, 0.3, 0.1])
"""Aalen-Johansen 1/4 at 1, and 1/2 at 3."""
THREE = table([1, 2, 3], [1, 1, 0], score=[0, 1, 0])
"""With hazard ratio r: 1 / (2 + r) times r / (1 + r), which is largest where r is the root of 2."""
DOUBLED = table([1, 2, 3], [1, 1, 0], risks=[1 - math.exp(-1), 1 - math.exp(-2), 1 - math.exp(-1)])
"""The same, with a hazard said to be twice as large: the slope is one half."""
CHOICES = {
    **FOUR,
    "treatment": np.array([0, 1, 0, 1]),
    "treatment_risks": np.array([[0.5, 0.3], [0.4, 0.2], [0.1, 0.1], [0.2, 0.6]]),
}
"""Cases 1 and 4 would switch, to gain 0.2 and 0.4; the third has no reason to."""


class Case(NamedTuple):
    metric: str
    columns: Mapping[str, np.ndarray]
    value: float
    facets: Mapping[str, Any] = {}


AT = {"horizon": 4.0}
NET = {"horizon": 4.0, "strategy": "model"}
CASES = [
    Case("observed_risk", SIX, 5 / 9, AT),
    Case("observed_risk", SIX, 1 / 6, {"horizon": 1.0}),
    Case("survival_probability", SIX, 4 / 9, AT),
    Case("observed_risk", SIX, 0, {"horizon": 0.5}),
    Case("observed_risk", FOUR, 1 / 2, {"horizon": 3.5}),
    Case("median_survival", SIX, 4),
    Case("median_survival", FOUR, 3),
    Case("median_follow_up", SIX, 5),
    Case("restricted_mean_survival", SIX, 1 + 5 / 6 + 4 / 6 + 4 / 6, AT),
    Case("restricted_mean_survival", SIX, 1 + 5 / 12, {"horizon": 1.5}),
    Case("c_index", SIX, 10 / 11),
    Case("c_index", FOUR, 1),
    Case("uno_c_index", SIX, (9 + 16 / 9) / (9 + 32 / 9), {"horizons": (4.0,)}),
    Case("time_dependent_auroc", {**SIX, "risks": None}, 0.8, AT),
    Case("brier_score", SIX, (0.01 + 0.04 + (0.36 + 0.09 + 0.04) * 4 / 3) / 6, AT),
    Case("scaled_brier_score", SIX, 1 - (0.05 + 0.49 * 4 / 3) / 6 / (20 / 81), AT),
    Case("observed_expected_ratio", SIX, (5 / 9) / (3.1 / 6), AT),
    Case("calibration_slope", DOUBLED, 0.5, {"horizon": 2.0}),
    Case("hazard_ratio", THREE, math.sqrt(2)),
    Case("net_benefit", SIX, 4 / 6, {**NET, "threshold": 0.4}),
    Case("net_benefit", SIX, 5 / 6 * (0.7 - 0.3 / 3), {**NET, "threshold": 0.25}),
    Case("net_benefit", SIX, 5 / 9 - 4 / 27, {**NET, "threshold": 0.25, "strategy": "treat_all"}),
    Case("net_benefit", SIX, 0, {**NET, "threshold": 0.25, "strategy": "treat_none"}),
    Case("net_benefit", SIX, 0, {**NET, "threshold": 0.95}),
    Case("treatment_switch_share", CHOICES, 0.5),
    Case("treatment_switch_benefit", CHOICES, 0.3),
]
FROZEN = {"integrated_calibration_index", "calibration_error_median", "calibration_error_90"}
"""Values by R stand in test_metrics_survival_reference.py."""


def value(metric: Metric, columns: Mapping[str, Any], **facets: Any) -> float | str:
    """Return the value, or the sentence why there is none."""
    given = {name: each for name, each in columns.items() if each is not None}
    time, event = given.pop("time"), given.pop("event")
    given.pop("patient", None)
    try:
        return metric(time, event, **given, **facets)
    except Undefined as reason:
        return str(reason)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.metric} {dict(case.facets)}")
def test_values_computed_by_hand(case: Case) -> None:
    found = value(METRICS["survival", case.metric], case.columns, **case.facets)
    assert found == pytest.approx(case.value, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_a_known_value_and_a_listed_name(name: str) -> None:
    assert name in {case.metric for case in CASES} | FROZEN
    assert "survival" in METRIC_NAMES[name].tasks


# What holds for every metric, whatever the data

FACETS: dict[str, Any] = {"threshold": 0.3, "strategy": "model", "horizon": 3.0}
HORIZONS = (3.0, 5.0)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    size, rng = draw(st.integers(1, 40)), np.random.default_rng(draw(st.integers(0, 10**6)))
    times, kinds = draw(st.integers(2, 30)), draw(st.integers(1, 3))
    digits = draw(st.integers(1, 4))
    return {
        "time": rng.integers(1, times + 1, size).astype(float),
        "event": rng.integers(0, kinds, size),
        "score": rng.normal(size=size).round(digits - 1),
        "risks": rng.random((size, 2)).round(digits),
        "treatment": rng.integers(-1, 2, size),
        "treatment_risks": rng.random((size, 2)).round(digits),
    }


def facets(metric: Metric) -> dict[str, Any]:
    return {name: each for name, each in FACETS.items() if name in metric.depends_on()}


def found_at(metric: Metric, columns: Mapping[str, Any]) -> float | str:
    return value(metric, columns, horizons=HORIZONS, **facets(metric))


@pytest.mark.parametrize("name", NAMES)
@given(columns=tables())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_a_metric_is_within_its_bounds_or_says_why_it_is_undefined(
    name: str, columns: Table
) -> None:
    metric = METRICS["survival", name]
    found = found_at(metric, columns)
    if isinstance(found, str):
        assert len(found.split()) > 3
        assert not found.endswith(".")
    else:
        low, high = metric.bounds
        assert low - 1e-9 <= found <= high + 1e-9


@pytest.mark.parametrize("name", NAMES)
@given(columns=tables(), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_metric_is_blind_to_the_order_of_rows(name: str, columns: Table, seed: int) -> None:
    metric = METRICS["survival", name]
    order = np.random.default_rng(seed).permutation(len(columns["time"]))
    found = found_at(metric, columns)
    shuffled = found_at(metric, {name: each[order] for name, each in columns.items()})
    assert shuffled == (found if isinstance(found, str) else pytest.approx(found, abs=1e-6))


NOT_SAMPLE_FREE = {
    "hazard_ratio": "cases that tie are not those of Efron's formula when each stands there twice",
    "calibration_slope": "the same",
    "integrated_calibration_index": "the same",
    "calibration_error_median": "the same, and the median lies between two cases",
    "calibration_error_90": "the same",
}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NOT_SAMPLE_FREE])
@given(columns=tables())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_giving_every_row_twice_changes_no_value(name: str, columns: Table) -> None:
    metric = METRICS["survival", name]
    once = found_at(metric, columns)
    twice = found_at(metric, {name: np.concatenate([each, each]) for name, each in columns.items()})
    if isinstance(once, str):
        assert isinstance(twice, str)
    else:
        assert twice == pytest.approx(once, abs=1e-6)


def simulated(cases: int, seed: int = 3, *, competing: bool = True, digits: int = 1) -> Table:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=cases)
    outcome = rng.exponential(1 / (0.1 * np.exp(x)))
    other = rng.exponential(1 / 0.06, cases) if competing else np.full(cases, np.inf)
    censored = rng.uniform(1, 12, cases)
    times = np.stack([censored, outcome, other])
    return {
        "time": times.min(axis=0).round(digits) + 0.5**digits / 100,
        "event": times.argmin(axis=0),
        "score": x,
        "risks": np.stack([1 - np.exp(-0.08 * at * np.exp(0.9 * x)) for at in HORIZONS], axis=1),
        "treatment": rng.integers(0, 2, cases),
        "treatment_risks": rng.random((cases, 2)),
    }


RESAMPLED = [name for name in NAMES if "weight" in METRICS["survival", name].depends_on()]
"""The others have intervals by formula, also where patients repeat."""


@pytest.mark.parametrize("competing", [False, True])
@pytest.mark.parametrize("name", RESAMPLED)
def test_a_resample_equals_the_metric_of_the_drawn_rows(name: str, competing: bool) -> None:
    metric, columns = METRICS["survival", name], simulated(300, competing=competing, digits=6)
    columns["patient"] = np.arange(300) // 3
    rows, _ = complete(columns, task="survival")
    (weight,) = drawn((5, 0), rows.patients, len(rows), 1)
    known = known_of(rows, (0, 0), {"horizons": HORIZONS}, "survival")
    asked = Asked(metric, tuple(facets(metric).items()))
    found = resampled(known, [asked], iter([weight]))[asked]
    times = weight[0].astype(int)[rows.patient]
    columns.pop("patient")
    again = found_at(
        metric, {name: np.repeat(each, times, axis=0) for name, each in columns.items()}
    )
    if isinstance(again, str):
        assert again == "there are competing events"
        assert np.isnan(found[0])
        return
    # ties, knots and weights against censoring are those of all cases in a resample
    near = 0.02 if name in NOT_SAMPLE_FREE else 1e-12
    assert found[0] == pytest.approx(again, abs=near)


def made(columns: Mapping[str, Any], **options: Any) -> tuple[Estimate, ...]:
    places = {"threshold": (0.3,), "strategy": ("model", "treat_all", "treat_none")}
    places = {**places, "horizon": HORIZONS, **options.pop("places", {})}
    given = {"horizons": HORIZONS, **options.pop("given", {})}
    return estimates("survival", columns, places=places, given=given, **options)


NO_INTERVAL = {"treat_none"}


OF_ONE_CAUSE = {"restricted_mean_survival", "survival_probability"}
"""Metrics that do not exist under competing events."""


@pytest.mark.parametrize("repeated", [False, True])
@pytest.mark.parametrize("competing", [False, True])
def test_every_interval_holds_its_value_and_names_its_method(
    competing: bool, repeated: bool
) -> None:
    columns = simulated(300, competing=competing)
    if repeated:
        columns["patient"] = np.arange(300) // 2
    metrics = set()
    for each in made(columns, resamples=100, unit="scan"):
        metrics.add(each.metric)
        assert each.value is not None, (each.metric, each.undefined_because)
        assert (each.interval is None) == (each.strategy in NO_INTERVAL), each
        if each.interval:
            assert each.interval.low <= each.value <= each.interval.high, each
            assert each.interval.method
            if repeated:
                words = each.interval.method
                assert "patients" in words or "effective cases" in words, (each.metric, words)
    assert metrics == set(NAMES) - (OF_ONE_CAUSE if competing else set())


BY_INFLUENCE = (
    "observed_risk",
    "c_index",
    "uno_c_index",
    "time_dependent_auroc",
    "brier_score",
    "scaled_brier_score",
    "observed_expected_ratio",
    "net_benefit",
)


def test_a_patient_given_twice_says_no_more() -> None:
    columns = simulated(200)
    twice = {name: np.concatenate([each, each]) for name, each in columns.items()}
    twice["patient"] = np.tile(np.arange(200), 2)
    once = {(e.metric, e.horizon, e.strategy): e for e in made(columns, resamples=20)}
    for each in made(twice, resamples=20):
        if each.metric in BY_INFLUENCE and each.strategy not in NO_INTERVAL:
            first = once[each.metric, each.horizon, each.strategy].interval
            assert each.interval is not None
            assert first is not None
            assert (each.interval.low, each.interval.high) == pytest.approx((first.low, first.high))


def test_estimates_are_the_same_twice_and_whatever_the_order() -> None:
    columns = simulated(150)
    first = made(columns, resamples=100)
    assert first == made(columns, resamples=100)
    assert {type(each.value) for each in first} == {float}


def test_inverse_weights_add_up_to_all_cases_and_give_the_observed_risk() -> None:
    columns = simulated(400)
    time, event = columns["time"], columns["event"]
    for horizon in (2.0, float(time[7]), float(time.max())):
        line = timeline(time, event)
        here = status(censoring(line), gone(line, horizon))
        assert here.weight.sum() == pytest.approx(400)
        share = float((here.weight * here.outcome).sum()) / 400
        assert share == pytest.approx(incidence_of(time, event, horizon).risk)


def test_influences_are_what_one_more_copy_changes() -> None:
    columns = simulated(60)
    metrics = [METRICS["survival", name] for name in BY_INFLUENCE]
    copies = 200
    for at in (0, 17, 44):
        rows = np.append(np.repeat(np.arange(60), copies), at)
        for metric in metrics:
            known = known_of(
                complete(columns, task="survival")[0],
                (0, 0),
                {"horizons": HORIZONS, **facets(metric)},
                "survival",
            )
            before = float(found_at(metric, columns))
            after = found_at(metric, {name: each[rows] for name, each in columns.items()})
            name = {
                "observed_risk": "incidence",
                "c_index": "harrell",
                "uno_c_index": "uno",
                "time_dependent_auroc": "area_at",
                "brier_score": "squared_error",
                "scaled_brier_score": "scaled_error",
                "net_benefit": "benefit",
            }.get(metric.name)
            if name:
                influence = known.value(name).influence[at]  # type: ignore[attr-defined]
                assert (after - before) * copies == pytest.approx(influence, rel=0.02, abs=1e-5)


def test_who_was_censored_at_the_horizon_was_followed_up_to_it() -> None:
    columns = simulated(200)
    cut = columns["time"] >= 5.0
    administrative = {**columns, "time": np.minimum(columns["time"], 5.0)}
    administrative["event"] = np.where(cut, 0, columns["event"])
    for name in ("time_dependent_auroc", "brier_score", "scaled_brier_score", "observed_risk"):
        metric = METRICS["survival", name]
        at_end = value(metric, administrative, horizons=HORIZONS, horizon=5.0)
        assert at_end == value(metric, columns, horizons=HORIZONS, horizon=5.0)


def brute_force(columns: Table, horizon: float) -> float:
    """Return Uno's C under competing events, pair by pair (Wolbers et al. 2014)."""
    time, event, score = columns["time"], columns["event"], columns["score"]
    line = timeline(time, event)
    share = np.empty(len(time))
    share[line.order] = censoring(line).share[:-1]
    above = below = 0.0
    for i in np.flatnonzero((event == OUTCOME) & (time <= horizon)):
        later = (time > time[i]) | ((time == time[i]) & (event != OUTCOME))
        passed = (event == COMPETING) & (time < time[i])
        weight = np.where(passed, 1 / (share[i] * share), np.where(later, 1 / share[i] ** 2, 0))
        above += float((weight * ((score < score[i]) + (score == score[i]) / 2)).sum())
        below += float(weight.sum())
    return above / below


def test_uno_under_competing_events_counts_every_pair_once() -> None:
    columns = simulated(120)
    columns["time"] = np.ceil(columns["time"])
    columns["score"] = columns["score"].round(1)
    found = value(METRICS["survival", "uno_c_index"], columns, horizons=(5.0,))
    assert found == pytest.approx(brute_force(columns, 5.0), abs=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 40), st.integers(1, 9))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_pairs_are_those_counted_one_by_one(seed: int, first: int, second: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    earlier, later = (
        Side(rng.integers(0, most, n) + 0.0, rng.integers(0, most, n) + 0.0, rng.random(n))
        for n in (first, second)
    )
    of_earlier, of_later = pairs(earlier, later)
    pair = later.key > earlier.key[:, None]
    gap = earlier.score[:, None] - later.score
    for name, chosen in (("concordant", gap > 0), ("tied", gap == 0), ("all", gap == gap)):
        counted = pair & chosen
        assert getattr(of_earlier, name) == pytest.approx((counted * later.weight).sum(1))
        assert getattr(of_later, name) == pytest.approx(counted.T @ earlier.weight)


# Degenerate data


def of(columns: Mapping[str, Any], metric: str, **options: Any) -> Estimate:
    places = {"horizon": (4.0,), "threshold": (0.3,), "strategy": ("model",)}
    places |= options.pop("places", {})
    given = {"horizons": (4.0,), **options.pop("given", {})}
    found = estimates("survival", columns, places=places, given=given, resamples=100, **options)
    chosen = [each for each in found if each.metric == metric]
    assert len(chosen) == 1, [each.metric for each in found]
    return chosen[0]


class Degenerate(NamedTuple):
    story: str
    columns: Mapping[str, Any]
    metric: str
    sentence: str
    options: Mapping[str, Any] = {}


def many(**changes: Any) -> Table:
    x = np.linspace(-1, 1, 40)
    columns = {
        "time": np.tile(np.arange(1.0, 9.0), 5),
        "event": np.tile([1, 0, 1, 0, 0, 1, 0, 0], 5),
        "score": x,
        "risks": 0.5 + 0.4 * x,
    }
    return {**columns, **changes}


LATE = "the horizon 40 lies beyond the last follow-up (8), and nothing is known there"
BEYOND = {"places": {"horizon": (40.0,)}, "given": {"horizons": (40.0,)}}
NO_CASE = "nobody had the outcome"
DEGENERATE = [
    *(
        Degenerate("beyond the last follow-up", many(), metric, LATE, BEYOND)
        for metric in (
            "observed_risk",
            "brier_score",
            "scaled_brier_score",
            "time_dependent_auroc",
            "uno_c_index",
            "observed_expected_ratio",
            "net_benefit",
            "restricted_mean_survival",
            "integrated_calibration_index",
        )
    ),
    Degenerate(
        "no event",
        many(event=np.zeros(40, int)),
        "c_index",
        "no two cases can be compared: nobody had the outcome while another was still followed",
    ),
    Degenerate(
        "no event",
        many(event=np.zeros(40, int)),
        "time_dependent_auroc",
        "needs cases with the outcome by the horizon and cases known to be without",
    ),
    Degenerate("no event", many(event=np.zeros(40, int)), "hazard_ratio", NO_CASE),
    Degenerate("no event", many(event=np.zeros(40, int)), "calibration_slope", NO_CASE),
    Degenerate("no event", many(event=np.zeros(40, int)), "integrated_calibration_index", NO_CASE),
    Degenerate(
        "no event",
        many(event=np.zeros(40, int)),
        "scaled_brier_score",
        "the observed risk is 0, so there is nothing to gain on",
    ),
    Degenerate(
        "no event",
        many(event=np.zeros(40, int)),
        "median_survival",
        "fewer than half had the outcome by the last follow-up, so there is no median",
    ),
    Degenerate(
        "everyone had the outcome",
        many(event=np.ones(40, int)),
        "median_follow_up",
        "the follow-up of fewer than half ended without an event, so there is no median",
    ),
    Degenerate(
        "equal scores",
        many(score=np.zeros(40)),
        "hazard_ratio",
        "a covariate of the Cox model is the same for everyone",
    ),
    Degenerate(
        "equal risks",
        many(risks=np.full(40, 0.2)),
        "calibration_slope",
        "all predicted risks are equal, so there is no slope",
    ),
    Degenerate(
        "two distinct risks",
        many(risks=np.repeat([0.2, 0.3], 20)),
        "integrated_calibration_index",
        "too few distinct predicted risks for a spline with three knots",
    ),
    Degenerate(
        "risks beyond 1",
        many(risks=np.linspace(0.5, 1.2, 40)),
        "brier_score",
        "12 of 40 predicted risks lie outside 0 to 1",
    ),
    Degenerate(
        "no risk at this horizon",
        many(risks=np.stack([np.full(40, np.nan), np.linspace(0, 1, 40)], axis=1)),
        "brier_score",
        "no predicted risk was given for the horizon 4",
        {"given": {"horizons": (4.0, 6.0)}},
    ),
    Degenerate(
        "risks of 0",
        many(risks=np.zeros(40)),
        "observed_expected_ratio",
        "all predicted risks are 0",
    ),
    Degenerate(
        "the score separates early from late",
        many(score=-np.tile(np.arange(1.0, 9.0), 5)),
        "hazard_ratio",
        "the Cox fit does not converge, as where a covariate separates early outcomes from all others",
    ),
    Degenerate(
        "nobody above the threshold is followed so long",
        many(risks=np.tile([0.9, 0.8, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1], 5)),
        "net_benefit",
        "those at or above the threshold are followed up to 3 only, not to the horizon 4",
    ),
    Degenerate(
        "a threshold without odds",
        many(),
        "net_benefit",
        "a threshold probability of 1 has no odds",
        {"places": {"threshold": (1.0,)}},
    ),
    Degenerate(
        "everyone has the better treatment",
        many(treatment=np.zeros(40), treatment_risks=np.tile([0.1, 0.2], (40, 1))),
        "treatment_switch_benefit",
        "everyone received the treatment with the lowest predicted risk",
    ),
    Degenerate(
        "no treatment is known",
        many(treatment=np.full(40, -1), treatment_risks=np.tile([0.1, 0.2], (40, 1))),
        "treatment_switch_share",
        "of no case are the received treatment and the risk under every treatment known",
    ),
    Degenerate(
        "a risk under a treatment above 1",
        many(treatment=np.zeros(40), treatment_risks=np.tile([0.1, 1.2], (40, 1))),
        "treatment_switch_share",
        "40 predicted risks under a treatment lie outside 0 to 1",
    ),
    Degenerate(
        "nothing known",
        many(time=np.full(40, np.nan)),
        "c_index",
        "no row has every value (time, event)",
    ),
]


@pytest.mark.parametrize("case", DEGENERATE, ids=lambda case: f"{case.metric}: {case.story}")
def test_degenerate_data_give_a_sentence(case: Degenerate) -> None:
    found = of(case.columns, case.metric, **case.options)
    assert (found.undefined_because, found.value) == (case.sentence, None)
    assert found.interval is None


class Noted(NamedTuple):
    story: str
    columns: Mapping[str, Any]
    metric: str
    value: float
    note: str
    options: Mapping[str, Any] = {}


AT_8 = {"places": {"horizon": (8.0,)}, "given": {"horizons": (8.0,)}}
NOTED = [
    Noted(
        "few at risk",
        many(time=np.append(np.tile(np.arange(1.0, 4.0), 13), 8.0)),
        "observed_risk",
        0.0,
        "Fewer than 10 % are still followed at 8 (1 of 40).",
        AT_8,
    ),
    Noted(
        "nobody had the outcome",
        many(event=np.zeros(40, int)),
        "observed_risk",
        0.0,
        "No interval: the observed risk is 0, so no variance can be seen.",
    ),
    Noted(
        "nobody had the outcome",
        many(event=np.zeros(40, int)),
        "observed_expected_ratio",
        0.0,
        "No interval: nobody had the outcome by the horizon.",
    ),
    Noted(
        "no variance",
        many(score=-np.tile(np.arange(1.0, 9.0), 5)),
        "c_index",
        1.0,
        "No interval: the variance is zero, so an interval would have no width.",
    ),
    Noted("up to when", many(), "uno_c_index", 0.0, "Up to 4."),
    Noted(
        "a risk of exactly 1",
        many(risks=np.linspace(0.1, 1, 40)),
        "calibration_slope",
        0.0,
        "1 predicted risk was moved away from 0 or 1 by 1e-8.",
    ),
    Noted(
        "treatments",
        {**many(), "treatment": np.tile([0, 1, -1, 1], 10), "treatment_risks": np.tile([0.1, 0.2], (40, 1))},
        "treatment_switch_share",
        2 / 3,
        "The treatment or a risk under one is not known of 10 cases. Observed risk at 4: ",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", NOTED, ids=lambda case: f"{case.metric}: {case.story}")
def test_numbers_that_need_a_sentence_have_it(case: Noted) -> None:
    found = of(case.columns, case.metric, **case.options)
    assert found.value is not None, found.undefined_because
    assert case.note in found.note
    if case.value:
        assert found.value == pytest.approx(case.value)


@pytest.mark.parametrize("seed", range(6))
def test_a_quantile_is_the_same_with_and_without_sorting(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(seed)
    gap = rng.exponential(size=(3, 200)).round(2 + seed)
    gaps = Gaps(gap, rng.poisson(1, (3, 200)).astype(float))
    shares = (0.0, 0.1, 0.5, 0.9, 1.0)
    sorted_ = quantiles_of_gaps(gaps, shares)
    for row, values in enumerate(sorted_.T):
        repeated = np.repeat(gap[row], gaps.cases[row].astype(int))
        assert values == pytest.approx(np.quantile(repeated, shares))
    monkeypatch.setattr(smoothing, "SORTED", 10)
    assert quantiles_of_gaps(gaps, shares) == pytest.approx(sorted_, rel=1e-12)
    gap[1] = np.nan
    assert np.isnan(quantiles_of_gaps(Gaps(gap, gaps.cases), shares)[:, 1]).all()


def test_every_resample_of_a_small_table_has_its_smooth_curve() -> None:
    columns = {**simulated(60), "risks": np.linspace(0.05, 0.9, 60)[:, None]}
    rows, _ = complete(columns, task="survival")
    known = known_of(rows, (0, 0), {"horizons": (2.0,)}, "survival").inside(horizon=2.0)
    (weight,) = drawn((0, 0), rows.patients, len(rows), 500)
    found: Any = known.inside(weight=weight).value("smooth")
    assert not np.isnan(found.coefficients).any()
    line, model = known.value("timeline"), known.value("spline")
    for each, copies in list(zip(found.coefficients, weight, strict=True))[:20]:
        again = np.repeat(np.arange(60), copies[line.order].astype(int))
        # drawn cases stand side by side, so ties differ: the fit of the repeated rows is near, not equal
        fit = cox(timeline(line.time[again], line.event[again]), model.design[:, again])
        spread = np.sqrt(np.diag(fit.covariance))
        assert (np.abs(fit.coefficients - each) < 0.75 * spread).all()


def test_follow_up_may_end_on_the_day_it_began() -> None:
    columns = many(time=np.append(np.full(38, 1.0), [0, 0]))
    cases, known = complete(columns, task="survival")
    assert known.all()
    assert (cases.columns["time"] == 0).sum() == 2


REFUSED = [
    ("a negative time", many(time=np.append(np.full(39, 1.0), -1)), "1 row has a time that is no number from 0 on"),
    ("endless", many(time=np.append(np.full(39, 1.0), np.inf)), "1 row has a time that is no number from 0 on"),
    ("unknown", many(event=np.append(np.ones(39), 3)), "1 row has an event code other than 0 (censored)"),
    ("half an event", many(event=np.append(np.ones(39), 0.5)), "1 row has a code that is no whole number"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "columns", "sentence"), REFUSED, ids=[e[0] for e in REFUSED])
def test_tables_that_cannot_be_meant_are_refused(story: str, columns: Table, sentence: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        estimates("survival", columns)
    assert sentence in str(refused.value)


def test_as_many_columns_of_risks_as_horizons() -> None:
    with pytest.raises(ValueError, match="2 columns of risks, but 1 horizons"):
        of(many(risks=np.zeros((40, 2))), "brier_score")


def test_missing_values_are_left_out_and_counted() -> None:
    columns = many(
        time=np.append(np.nan, many()["time"][1:]), event=np.append([1, -1], many()["event"][2:])
    )
    found = of(columns, "observed_risk", unit="patient", group="sex = F")
    assert (found.cases, found.missing, found.horizon, found.group) == (38, 2, 4.0, "sex = F")
    with pytest.raises(ValueError, match="a row lacks its time, its event, its score"):
        METRICS["survival", "observed_risk"](columns["time"], columns["event"], horizon=4.0)


def test_a_row_without_a_score_still_has_its_follow_up() -> None:
    """As R's survfit, which knows no score: all 40 rows; the C-index of the 38 with a score."""
    columns = many()
    score = columns["score"].copy()
    score[:2] = np.nan
    found = estimates("survival", {**columns, "score": score}, places={"horizon": (4.0,)})
    whole = estimates("survival", columns, places={"horizon": (4.0,)})
    by_name = {each.metric: each for each in found}
    for each in whole:
        if each.metric in ("observed_risk", "median_survival", "median_follow_up"):
            assert by_name[each.metric] == each
    assert (by_name["c_index"].cases, by_name["c_index"].missing) == (38, 2)


def patients_of_cases(cases: int, patients: int) -> np.ndarray:
    drawn = np.random.default_rng(4).integers(0, patients, cases)
    return np.unique(drawn, return_inverse=True)[1]


@pytest.mark.parametrize("competing", [False, True])
def test_variances_along_the_curve_are_those_at_each_horizon(competing: bool) -> None:
    columns = simulated(90, competing=competing)
    time, event, patient = columns["time"].round(1), columns["event"], patients_of_cases(90, 35)
    line = timeline(time, event)
    found = variances(line, steps(line), patient)
    for end in line.ends.tolist():
        at = incidence(line, end + 1)
        assert found[end] == pytest.approx(at.variance(patient), abs=1e-12)


def test_a_median_of_repeated_patients_is_that_of_r() -> None:
    """R 4.2.2, survival 3.5-3: survfit(Surv(time, event) ~ 1, cluster = patient): limits 5 and NA (without: 4)."""
    patient = np.repeat(np.arange(10), 2)
    time = np.array([1, 3, 2, 6, 3, 5, 8, 8, 2, 9, 4, 7, 6, 6, 1, 9, 5, 9, 3, 9.0])
    event = np.array([1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0])
    found = of({"time": time, "event": event, "patient": patient}, "median_survival")
    assert found.value == 6.0
    assert found.interval is None
    assert "it begins at 5, and its upper limit is not reached" in found.note
    last = {"time": np.array([1.0, 2, 3]), "event": np.array([0, 0, 1])}
    alone = of(last, "median_survival")
    assert (alone.value, alone.interval) == (3.0, None)


def test_a_cox_fit_of_a_skewed_score_is_found() -> None:
    """One value far from all others makes Newton's first steps too long; the maximum is that of a plain search."""
    columns = simulated(200, digits=6)
    for far in (10.0, 50.0, 1000.0):
        score = columns["score"].copy()
        score[7] = far
        found = METRICS["survival", "hazard_ratio"](columns["time"], columns["event"], score)

        def likelihood(slope: float, score: np.ndarray = score) -> float:
            order = np.argsort(columns["time"])
            linear, event = slope * score[order], columns["event"][order] == 1
            behind = np.logaddexp.accumulate(linear[::-1])[::-1]
            return -float((linear - behind)[event].sum())

        best = minimize_scalar(
            likelihood, bounds=(-2, 2), method="bounded", options={"xatol": 1e-10}
        )
        assert np.log(found) == pytest.approx(best.x, abs=1e-6)


def test_a_ratio_that_has_no_number_says_so() -> None:
    columns = simulated(200)
    said = value(METRICS["survival", "hazard_ratio"], {**columns, "score": columns["score"] * 1e-4})
    assert "too large for a number" in str(said)


def test_what_a_table_does_not_hold_is_not_computed() -> None:
    columns = {name: many()[name] for name in ("time", "event")}
    names = {each.metric for each in estimates("survival", columns, places={"horizon": (4.0,)})}
    assert names == {
        "observed_risk",
        "survival_probability",
        "median_survival",
        "median_follow_up",
        "restricted_mean_survival",
    }
    columns["risks"] = many()["risks"]
    found = estimates("survival", columns, places={"horizon": (4.0,)}, resamples=20)
    ranked = {each.metric: each.value for each in found}
    assert ranked["c_index"] == value(
        METRICS["survival", "c_index"], {**many(), "score": columns["risks"]}
    )
    assert "uno_c_index" not in ranked


def test_a_risk_at_the_horizon_is_ranked_before_the_score() -> None:
    columns = many(
        score=np.zeros(40), risks=np.stack([many()["risks"], np.full(40, np.nan)], axis=1)
    )
    metric = METRICS["survival", "time_dependent_auroc"]
    by_risk = value(metric, columns, horizons=(4.0, 6.0), horizon=4.0)
    assert by_risk == value(
        metric, {**columns, "risks": None, "score": many()["risks"]}, horizon=4.0
    )
    assert value(metric, columns, horizons=(4.0, 6.0), horizon=6.0) == pytest.approx(0.5)


# Figures and comparisons


def test_a_curve_holds_its_steps_and_the_numbers_below() -> None:
    curve = survival_curve(SIX["time"], SIX["event"], at=(0, 3, 6), label="low")
    assert (curve.label, curve.quantity, curve.cases) == ("low", "survival", 6)
    assert curve.time == (0, 1, 2, 4, 6)
    assert curve.value == pytest.approx((1, 5 / 6, 4 / 6, 4 / 9, 4 / 9))
    assert curve.at_risk == (6, 4, 1)
    assert curve.outcomes == (0, 2, 3)
    assert all(
        low <= y <= high for low, y, high in zip(curve.low, curve.value, curve.high, strict=True)
    )
    cumulative = survival_curve(FOUR["time"], FOUR["event"])
    assert cumulative.quantity == "cumulative incidence"
    assert cumulative.value == pytest.approx((0, 1 / 4, 1 / 2, 1 / 2))
    assert "Aalen-Johansen" in cumulative.method
    with pytest.raises(Undefined, match="there are no cases"):
        survival_curve(np.empty(0), np.empty(0, int))


def test_a_curve_of_many_cases_is_thinned() -> None:
    columns = simulated(5_000, digits=6, competing=False)
    curve = survival_curve(columns["time"], columns["event"])
    assert len(curve.time) <= 301
    for at, shown in list(zip(curve.time, curve.value, strict=True))[1::40]:
        risk = incidence_of(columns["time"], columns["event"], at).risk
        assert shown == pytest.approx(1 - risk)
    assert len(curve.at) == 6


def test_risk_groups_begin_at_their_cut_off() -> None:
    columns = simulated(200)
    groups = risk_groups(
        columns["time"],
        columns["event"],
        columns["score"],
        (0.0, 1.0),
        names=("low", "middle", "high"),
        patient=np.arange(200),
    )
    score = columns["score"]
    assert [each.name for each in groups.groups] == ["low", "middle", "high"]
    assert [each.cases for each in groups.groups] == [each.curve.cases for each in groups.groups]
    assert [each.cases for each in groups.groups] == [
        (score < 0).sum(), ((score >= 0) & (score < 1)).sum(), (score >= 1).sum()
    ]  # fmt: skip
    outcomes = sum(each.outcomes for each in groups.groups)
    assert outcomes == pytest.approx(sum(each.expected for each in groups.groups))
    ratios = [each.hazard_ratio for each in groups.groups]
    assert ratios[0] is None
    assert [each and each.label for each in ratios[1:]] == ["middle vs low", "high vs low"]
    with pytest.raises(ValueError, match="2 cut-offs make 3 groups, not 1"):
        risk_groups(columns["time"], columns["event"], score, (0.0, 1.0), names=("low",))
    with pytest.raises(ValueError, match="cut-offs have to rise"):
        risk_groups(columns["time"], columns["event"], score, (1.0, 0.0))
    with pytest.raises(Undefined, match='all cases are in the risk group "1"'):
        risk_groups(columns["time"], columns["event"], score, (99.0,))


def test_a_group_without_outcomes_has_a_test_and_no_ratio() -> None:
    columns = many(event=np.tile([1, 0, 1, 0, 0, 1, 0, 0], 5) * (np.arange(40) < 20))
    found = risk_groups(columns["time"], columns["event"], columns["score"], (0.0,))
    ratio = found.groups[1].hazard_ratio
    assert ratio is not None
    assert ratio.value is None
    assert "had the outcome" in ratio.undefined_because
    assert 0 < found.p < 0.05


def test_groups_that_never_meet_cannot_be_tested() -> None:
    time, event = np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1])
    with pytest.raises(Undefined, match="never followed at the same time"):
        log_rank(time, event, np.array([0, 0, 1, 1]))
    with pytest.raises(Undefined, match="nobody had the outcome"):
        log_rank(time, np.zeros(4, int), np.array([0, 0, 1, 1]))


def test_the_decision_curve_agrees_with_the_net_benefits() -> None:
    for competing in (False, True):
        columns = simulated(300, competing=competing)
        risk = columns["risks"][:, 0]
        curve = survival_decision_curve(columns["time"], columns["event"], risk, 3.0, (0.05, 0.6))
        for at in (0, 30, 60, len(curve.threshold) - 1):
            for strategy in ("model", "treat_all", "treat_none"):
                metric = METRICS["survival", "net_benefit"]
                point = metric(
                    columns["time"], columns["event"], risks=risk,
                    threshold=curve.threshold[at], strategy=strategy, horizon=3.0,
                )  # fmt: skip
                assert getattr(curve, strategy)[at] == pytest.approx(point, abs=1e-12)


def test_the_decision_curve_leaves_out_what_nobody_was_followed_for() -> None:
    risk = np.tile([0.9, 0.8, 0.7, 0.1, 0.1, 0.1, 0.1, 0.1], 5)
    curve = survival_decision_curve(many()["time"], many()["event"], risk, 4.0)
    assert curve.threshold[-1] <= 0.1 or curve.threshold[-1] > 0.9
    assert not [at for at in curve.threshold if 0.1 < at <= 0.9]
    for bad, said in (((0.5, 0.2), "is no range"), ((0.1, 1.0), "is no range")):
        with pytest.raises(Undefined, match=said):
            survival_decision_curve(many()["time"], many()["event"], risk, 4.0, bad)
    with pytest.raises(Undefined, match="beyond the last follow-up"):
        survival_decision_curve(many()["time"], many()["event"], risk, 40.0)


def test_the_calibration_curve_needs_what_the_index_needs() -> None:
    with pytest.raises(Undefined, match="too few distinct predicted risks"):
        survival_calibration_curve(many()["time"], many()["event"], np.repeat([0.1, 0.2], 20), 4.0)
    few = many()
    curve = survival_calibration_curve(few["time"][:16], few["event"][:16], few["risks"][:16], 4.0)
    assert curve.low == ()
    assert "16 rows are too few to resample" in curve.method


def test_comparisons_are_paired() -> None:
    columns = simulated(300)
    rng = np.random.default_rng(1)
    columns["noisy"] = columns["score"] + rng.normal(size=300)
    columns["noisy"][:5] = np.nan
    found = compare_survival(columns, "score", "noisy", horizons=HORIZONS)
    assert [(each.metric, each.horizon) for each in found] == [
        ("c_index", None),
        ("uno_c_index", None),
        ("time_dependent_auroc", 3.0),
        ("time_dependent_auroc", 5.0),
    ]
    for each in found:
        assert each.cases == 295
        assert each.interval is not None
        assert each.interval.low < each.difference < each.interval.high
    same = compare_survival(columns, "score", "score")[0]
    assert (same.difference, same.interval, same.p) == (0, None, 1)
    columns = {**columns, "risk": columns["risks"][:, 1], "flat": np.full(300, 0.5)}
    brier = compare_survival(columns, "risk", "flat", risks_at=5.0)[-1]
    assert brier.metric == "brier_score"
    alone = [
        METRICS["survival", "brier_score"](
            columns["time"], columns["event"], risks=columns[name], horizon=5.0
        )
        for name in ("risk", "flat")
    ]
    assert brier.difference == pytest.approx(alone[0] - alone[1])
    nothing = compare_survival({**columns, "flat": np.full(300, np.nan)}, "risk", "flat")
    assert nothing[0].undefined_because == "no row has a time, an event and both scores"


def test_treatment_choices_say_when_there_is_nothing_to_compare() -> None:
    everyone = np.tile([0.1, 0.2], (40, 1))
    with pytest.raises(Undefined, match="everyone received the treatment"):
        treatment_choice(many()["time"], many()["event"], np.zeros(40, int), everyone, 4.0)
    with pytest.raises(Undefined, match="nobody received the treatment"):
        treatment_choice(many()["time"], many()["event"], np.ones(40, int), everyone, 4.0)


def test_a_robust_variance_of_single_cases_is_near_the_usual_one() -> None:
    columns = simulated(2_000, competing=False)
    line, design = timeline(columns["time"], columns["event"]), columns["score"][None]
    usual = cox(line, design).covariance[0, 0]
    assert cox(line, design, stay=True).covariance[0, 0] == usual
    pairs_of = np.arange(2_000) // 2
    assert cox(line, design, pairs_of).covariance[0, 0] == pytest.approx(usual, rel=0.2)


# Coverage


TRUTH = 400_000
COVERED = (
    "observed_risk",
    "time_dependent_auroc",
    "brier_score",
    "scaled_brier_score",
    "observed_expected_ratio",
    "net_benefit",
    "uno_c_index",
)


@pytest.mark.slow
def test_coverage_of_the_intervals() -> None:
    rng = np.random.default_rng(9)
    everyone = simulated(TRUTH, seed=1, digits=6)
    seen: dict[tuple[str, float | None], float] = {}
    for metric in (METRICS["survival", name] for name in COVERED):
        seen[metric.name, None] = float(found_at(metric, everyone))
    inside = dict.fromkeys(COVERED, 0)
    runs = 600
    for _ in range(runs):
        columns = simulated(250, seed=int(rng.integers(2**31)), digits=6)
        for each in made(columns, resamples=1, places={"strategy": ("model",), "horizon": (3.0,)}):
            if each.metric in COVERED:
                assert each.interval is not None
                truth = seen[each.metric, None]
                inside[each.metric] += each.interval.low <= truth <= each.interval.high
    for name, count in inside.items():
        assert count / runs == pytest.approx(0.95, abs=0.03), name

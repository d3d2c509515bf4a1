"""Values that can be computed by hand, one table for all metrics, and what is said about degenerate data."""

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest

from checker.metrics import METRICS, Undefined, auroc, estimates, no_information_rate
from checker.metrics.estimating import in_order
from checker.model.estimate import Estimate, Estimates
from checker.model.metric_names import METRIC_NAMES

NAMES = [name for task, name in METRICS if task == "classification"]
TEN = {
    "outcome": np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]),
    "score": np.array([0.9, 0.8, 0.6, 0.3, 0.7, 0.4, 0.4, 0.2, 0.1, 0.1]),
}
"""At 0.5: tp 3, fn 1, fp 1, tn 5."""


def groups(*rows: tuple[float, int, int]) -> dict[str, np.ndarray]:
    """Return cases from (risk, events, cases) rows."""
    risk = np.concatenate([np.full(cases, risk) for risk, _, cases in rows])
    outcome = np.concatenate([np.arange(cases) < events for _, events, cases in rows])
    return {"outcome": outcome.astype(int), "score": risk}


def logit(p: float) -> float:
    return math.log(p / (1 - p))


TWO_RISKS = groups((0.2, 3, 10), (0.8, 6, 10))
SLOPE = (logit(0.6) - logit(0.3)) / (logit(0.8) - logit(0.2))
TOO_HIGH = groups(*((each / 10, each - 1, 10) for each in range(1, 10)))
"""Every observed frequency is 0.1 below the predicted risk."""


class Case(NamedTuple):
    metric: str
    columns: Mapping[str, np.ndarray]
    value: float
    facets: Mapping[str, Any] = {}


NAMES = [name for task, name in METRICS if task == "classification"]
AT = {"threshold": 0.5}
NAMES = [name for task, name in METRICS if task == "classification"]
CASES = [
    Case("auroc", TEN, 20 / 24),
    Case("average_precision", TEN, (1 + 1 + 3 / 4 + 4 / 7) / 4),
    Case("partial_auroc", TEN, 1 / 12, {"lowest_specificity": 5 / 6}),
    Case("sensitivity_at_specificity", TEN, 3 / 4, {"at_specificity": 5 / 6}),
    Case("sensitivity_at_specificity", TEN, 1, {"at_specificity": 0.0}),
    Case("specificity_at_sensitivity", TEN, 5 / 6, {"at_sensitivity": 3 / 4}),
    Case("specificity_at_sensitivity", TEN, 5 / 6, {"at_sensitivity": 5 / 8}),
    Case("sensitivity", TEN, 3 / 4, AT),
    Case("sensitivity", TEN, 4 / 4, {"threshold": 0.3}),
    Case("specificity", TEN, 5 / 6, AT),
    Case("positive_predictive_value", TEN, 3 / 4, AT),
    Case("negative_predictive_value", TEN, 5 / 6, AT),
    Case("accuracy", TEN, 0.8, AT),
    Case("balanced_accuracy", TEN, 19 / 24, AT),
    Case("f1", TEN, 6 / 8, AT),
    Case("matthews_correlation", TEN, 14 / 24, AT),
    Case("cohen_kappa", TEN, 0.28 / 0.48, AT),
    Case("gwet_ac1", TEN, 0.32 / 0.52, AT),
    Case("percent_agreement", TEN, 0.8, AT),
    Case("youden_index", TEN, 7 / 12, AT),
    Case("positive_likelihood_ratio", TEN, 4.5, AT),
    Case("negative_likelihood_ratio", TEN, 0.3, AT),
    Case("diagnostic_odds_ratio", TEN, 15, AT),
    Case("prevalence", TEN, 0.4),
    Case("brier_score", TEN, 0.157),
    Case("scaled_brier_score", TEN, 1 - 0.157 / 0.24),
    Case("log_loss", TEN, -math.log(0.9**3 * 0.8**2 * 0.6**3 * 0.3**2) / 10),
    Case("observed_expected_ratio", TEN, 4 / 4.5),
    Case("expected_calibration_error", TEN, 0.33),
    Case("calibration_slope", TWO_RISKS, SLOPE),
    Case("calibration_intercept", TWO_RISKS, logit(0.3) - SLOPE * logit(0.2)),
    Case("calibration_in_the_large", groups((0.2, 3, 10)), logit(0.3) - logit(0.2)),
    Case("integrated_calibration_index", TOO_HIGH, 0.1),
    Case("calibration_error_median", TOO_HIGH, 0.1),
    Case("calibration_error_90", TOO_HIGH, 0.1),
    Case("net_benefit", TEN, 0.2, {**AT, "strategy": "model"}),
    Case("net_benefit", TEN, -0.2, {**AT, "strategy": "treat_all"}),
    Case("net_benefit", TEN, 0, {**AT, "strategy": "treat_none"}),
    Case("standardised_net_benefit", TEN, 0.5, {**AT, "strategy": "model"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.metric} {dict(case.facets)}")
def test_values_computed_by_hand(case: Case) -> None:
    columns = (case.columns["outcome"], case.columns["score"])
    found = METRICS["classification", case.metric](*columns, **case.facets)
    assert found == pytest.approx(case.value, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_has_a_value_computed_by_hand_and_a_listed_name(name: str) -> None:
    assert name in {case.metric for case in CASES}
    assert "classification" in METRIC_NAMES[name].tasks


def test_every_metric_is_printed_in_one_place() -> None:
    ordered = [metric.name for metric in in_order("classification")]
    assert sorted(ordered) == sorted(NAMES)
    assert ordered[0] == "auroc"


def of(columns: Mapping[str, np.ndarray], metric: str, **options: Any) -> Estimate:
    made = estimates("classification", columns, resamples=100, **options)
    found = [each for each in made if each.metric == metric]
    assert len(found) == 1, [each.metric for each in made]
    return found[0]


class Degenerate(NamedTuple):
    story: str
    columns: Mapping[str, Any]
    metric: str
    sentence: str
    options: Mapping[str, Any] = {}


def only(outcome: int) -> dict[str, np.ndarray]:
    return {"outcome": np.full(30, outcome), "score": np.linspace(0.1, 0.9, 30)}


SEPARATED = {"outcome": np.repeat([0, 1], [30, 20]), "score": np.linspace(0.01, 0.99, 50)}
TIED = {"outcome": np.repeat([0, 1], [30, 20]), "score": np.full(50, 0.3)}
EDGES = {
    "outcome": np.repeat([0, 1, 0, 1], 10),
    "score": np.concatenate([np.zeros(10), np.ones(10), np.linspace(0.1, 0.9, 20)]),
}
WRONG_EDGES = {"outcome": np.array([1, 0, 0, 1]), "score": np.array([0.0, 0.1, 0.2, 0.9])}
BEYOND = {"outcome": np.array([1, 0, 0, 1]), "score": np.array([0.5, 0.1, -0.2, 1.4])}
NOTHING = {"outcome": np.array([-1, 1]), "score": np.array([0.5, np.nan])}
BOTH = "needs cases with the outcome and cases without"
DEGENERATE = [
    Degenerate("no positive", only(0), "auroc", BOTH),
    Degenerate("no negative", only(1), "auroc", BOTH),
    Degenerate("no positive", only(0), "average_precision", "no case has the outcome"),
    Degenerate("no positive", only(0), "calibration_slope", BOTH),
    Degenerate("no positive", only(0), "calibration_in_the_large", BOTH),
    Degenerate("no positive", only(0), "scaled_brier_score", BOTH),
    Degenerate("no positive", only(0), "sensitivity", "no case has the outcome", AT),
    Degenerate("no negative", only(1), "specificity", "every case has the outcome", AT),
    Degenerate(
        "nobody called",
        TEN,
        "positive_predictive_value",
        "no case scores at or above the threshold",
        {"threshold": 2},
    ),
    Degenerate(
        "everyone called",
        TEN,
        "negative_predictive_value",
        "every case scores at or above the threshold",
        {"threshold": 0},
    ),
    Degenerate(
        "everyone called",
        TEN,
        "matthews_correlation",
        "all decisions or all outcomes are the same",
        {"threshold": 0},
    ),
    Degenerate(
        "no false positive",
        TEN,
        "positive_likelihood_ratio",
        "specificity is 1, so the ratio would divide by zero",
        {"threshold": 0.75},
    ),
    Degenerate(
        "classes separated",
        SEPARATED,
        "calibration_slope",
        "the predicted risks separate the outcomes completely, so no slope fits best",
    ),
    Degenerate(
        "all scores equal",
        TIED,
        "calibration_slope",
        "all predicted risks are equal, so there is no slope",
    ),
    Degenerate(
        "all scores equal",
        TIED,
        "integrated_calibration_index",
        "a smooth curve needs at least 6 distinct predicted risks",
    ),
    Degenerate(
        "risks of exactly 0 and 1",
        EDGES,
        "calibration_slope",
        "the logit is infinite for 10 predicted risks of exactly 0 and 10 of exactly 1",
    ),
    Degenerate(
        "a risk of 0 and it happened",
        WRONG_EDGES,
        "log_loss",
        "the log loss is infinite: 1 case had a predicted risk of exactly 0 or 1, and it was wrong",
    ),
    Degenerate(
        "a likelihood that is flat",
        {"outcome": np.array([0, 1, 1, 1]), "score": np.array([0.625, 0.875, 1e-45, 0.875])},
        "calibration_in_the_large",
        "the logistic fit does not converge, as where some predicted risks lie extremely close "
        "to 0 or 1",
    ),
    Degenerate(
        "said to be a probability",
        BEYOND,
        "brier_score",
        "2 of 4 predicted risks lie outside 0 to 1",
        {"probability": True},
    ),
    Degenerate("nothing known", NOTHING, "auroc", "no row has both an outcome and a score"),
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
    interval: tuple[float, float] | None
    note: str
    options: Mapping[str, Any] = {}


THREE = {"outcome": np.array([0, 1, 1]), "score": np.array([0.1, 0.9, 0.05])}
NEARLY = {
    "outcome": np.repeat([0, 1], [6, 5]),
    "score": np.array([1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11.0]),
}
NOTED = [
    Noted(
        "a perfect AUROC has an exact one-sided bound",
        SEPARATED,
        "auroc",
        1.0,
        (0.05 ** (1 / 20), 1.0),
        "exact one-sided bound from the smaller class (n = 20)",
    ),
    Noted(
        "a perfectly wrong AUROC is its mirror",
        {**SEPARATED, "score": -SEPARATED["score"]},
        "auroc",
        0.0,
        (0.0, 1 - 0.05 ** (1 / 20)),
        "exact one-sided bound",
    ),
    Noted("equal scores have no interval", TIED, "auroc", 0.5, None, "all scores are equal"),
    Noted(
        "one case without the outcome has no variance",
        THREE,
        "auroc",
        0.5,
        None,
        "needs at least two cases with the outcome and two without",
    ),
    Noted(
        "three rows are not resampled",
        THREE,
        "brier_score",
        (0.1**2 + 0.1**2 + 0.95**2) / 3,
        None,
        "3 rows are too few to resample (at least 20)",
    ),
    Noted(
        "resamples that never differ",
        groups((0.5, 10, 20)),
        "brier_score",
        0.25,
        None,
        "every resample gives the same value",
    ),
    Noted(
        "an empty cell has no logarithm",
        {"outcome": np.array([1, 1, 0, 0]), "score": np.array([0.1, 0.2, 0.3, 0.4])},
        "positive_likelihood_ratio",
        0.0,
        None,
        "a cell of the cross table is empty",
        {"threshold": 0.35},
    ),
]


@pytest.mark.parametrize("case", NOTED, ids=lambda case: case.story)
def test_numbers_without_an_ordinary_interval_say_why(case: Noted) -> None:
    found = of(case.columns, case.metric, **case.options)
    assert found.value == pytest.approx(case.value, abs=1e-12)
    assert case.note in found.note
    if case.interval is None:
        assert found.interval is None
    else:
        assert found.interval is not None
        assert (found.interval.low, found.interval.high) == pytest.approx(case.interval, abs=1e-12)


def test_an_interval_cut_at_1_has_the_logit_interval_beside_it() -> None:
    found = of(NEARLY, "auroc")
    assert found.interval is not None
    assert (found.interval.high, found.interval.method) == (1.0, "DeLong")
    assert found.note == "The interval was cut at 1."
    (other,) = found.other_intervals
    assert found.interval.low > other.low
    assert other.high < 1
    assert other.method == "DeLong, logit scale"


def test_a_score_that_is_no_probability_has_no_calibration() -> None:
    names = {each.metric for each in estimates("classification", BEYOND, net_benefit=(0.2,))}
    assert "auroc" in names
    assert not names & {"brier_score", "calibration_slope", "net_benefit", "log_loss"}
    said = estimates("classification", TEN, probability=False, resamples=20)
    assert "brier_score" not in {each.metric for each in said}


def test_missing_values_are_left_out_and_counted() -> None:
    columns = {
        "outcome": np.append(TEN["outcome"], [-1, 1, 1]),
        "score": np.append(TEN["score"], [0.5, np.nan, np.nan]),
    }
    found = of(columns, "sensitivity", threshold=0.5, unit="lesion", group="sex = F")
    assert (found.value, found.cases, found.missing) == (0.75, 4, 3)
    assert (found.unit, found.group, found.threshold) == ("lesion", "sex = F", 0.5)


def test_net_benefit_is_computed_over_the_declared_range() -> None:
    made = estimates("classification", TEN, threshold=0.3, decision_range=(0.1, 0.5), resamples=20)
    found = [(each.threshold, each.strategy) for each in made if each.metric == "net_benefit"]
    strategies = ("model", "treat_all", "treat_none")
    assert found == [(at, each) for at in (0.1, 0.3, 0.5) for each in strategies]


def test_metrics_at_a_stated_value_are_computed_only_when_asked() -> None:
    assert "partial_auroc" not in {each.metric for each in estimates("classification", TEN)}
    found = of(TEN, "sensitivity_at_specificity", stated={"sensitivity_at_specificity": 5 / 6})
    assert found.value == pytest.approx(0.75)
    assert found.note.startswith("At specificity 0.833333.")


def test_the_calibration_error_says_what_perfect_calibration_would_give() -> None:
    rng = np.random.default_rng(1)
    risk = rng.random(400)
    found = of(
        {"outcome": (rng.random(400) < risk).astype(int), "score": risk},
        "expected_calibration_error",
    )
    words = found.note.split("would give ")[1]
    assert float(words.split()[0]) == pytest.approx(found.value, rel=0.6)


def test_the_no_information_rate_is_that_of_the_larger_class() -> None:
    assert no_information_rate(TEN["outcome"] == 1) == pytest.approx(0.6)
    with pytest.raises(Undefined, match="there are no cases"):
        no_information_rate(np.empty(0, bool))


def test_an_estimate_can_be_found_by_its_facets() -> None:
    made = Estimates(estimates("classification", TEN, net_benefit=(0.5,), resamples=20))
    assert made.one("net_benefit", threshold=0.5, strategy="treat_all").value == pytest.approx(-0.2)


def test_a_metric_alone_wants_complete_rows() -> None:
    auroc = METRICS["classification", "auroc"]
    for outcome, score in (([1, 0, -1], [0.1, 0.2, 0.3]), ([1, 0, 0], [0.1, 0.2, np.nan])):
        with pytest.raises(ValueError, match="a row has an outcome other than 0 and 1, or a score"):
            auroc(outcome, score)


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_of_no_rows_is_undefined(name: str) -> None:
    with pytest.raises(Undefined, match="there are no cases"):
        METRICS["classification", name](np.empty(0, int), np.empty(0), threshold=0.5)


class Elsewhere:
    """An array on a GPU, as far as it can be seen from here."""

    def __dlpack_device__(self) -> tuple[int, int]:
        return (2, 0)


class Tensor:
    """An array of another framework in the memory of the processor."""

    def __init__(self, values: list[float]) -> None:
        self.values = values

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return np.array(self.values)


class Attached(Tensor):
    """One that its framework does not give away."""

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        raise RuntimeError("call detach first")


def test_arrays_of_any_framework_come_in() -> None:
    outcome, score = Tensor([0, 1, 0, 1]), Tensor([0.1, 0.9, 0.4, 0.3])
    assert auroc(outcome, score) == 0.75  # type: ignore[arg-type]
    made = estimates("classification", {"outcome": outcome, "score": score})  # type: ignore[dict-item]
    assert made[0].value == 0.75


@pytest.mark.parametrize(
    ("values", "says"),
    [(Elsewhere(), "score lies on another device; bring it over first: .cpu()"),
     (Attached([1.0]), "score cannot be taken as an array: call detach first")],
)  # fmt: skip
def test_an_array_that_cannot_be_read_says_what_to_do(values: object, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        auroc([0, 1], values)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=re.escape(says)):
        estimates("classification", {"outcome": np.array([0, 1]), "score": values})  # type: ignore[dict-item]

"""Cross-validation: pooled and averaged values, every reading of ±, and what is said about folds."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from checker.metrics import METRICS, Undefined, estimates, over_folds
from checker.metrics.base import plain
from checker.metrics.cross_validation import MODELS_ARE_FIXED, CrossValidated
from checker.metrics.estimating import Cases, families, known_of
from checker.metrics.ranking import delong_variance, tally
from checker.model.maps import QUANTITIES
from checker.model.measures import NAMES, surface_dice_names

TASK = "classification"
for each_task in ("multiclass", "agreement"):
    families(each_task)


def table(cases: int = 400, seed: int = 4) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    outcome = rng.random(cases) < 0.3
    score = 1 / (1 + np.exp(-(rng.normal(size=cases) + 1.2 * outcome - 1)))
    return {"outcome": outcome.astype(int), "score": score}, np.arange(cases) % 5


COLUMNS, FOLD = table()
MADE = {
    (each.pooled.metric, each.pooled.strategy): each
    for each in over_folds(
        TASK, COLUMNS, FOLD, threshold=0.4, net_benefit=(0.3,), resamples=400, unit="patient"
    )
}
AUROC = MADE["auroc", None]


def of_folds(metric: str) -> list[float]:
    return [
        METRICS[TASK, metric](
            COLUMNS["outcome"][k == FOLD], COLUMNS["score"][k == FOLD], threshold=0.4
        )
        for k in range(5)
    ]


def test_pooled_estimates_are_those_of_all_patients() -> None:
    alone = estimates(
        TASK, COLUMNS, threshold=0.4, net_benefit=(0.3,), resamples=400, unit="patient"
    )
    assert [each.pooled for each in MADE.values()] == list(alone)


def test_the_mean_over_folds_and_its_spread() -> None:
    by_fold = [
        roc_auc_score(COLUMNS["outcome"][k == FOLD], COLUMNS["score"][k == FOLD]) for k in range(5)
    ]
    assert [each.value for each in AUROC.by_fold] == pytest.approx(by_fold)
    assert AUROC.fold_names == ("0", "1", "2", "3", "4")
    assert AUROC.mean == pytest.approx(np.mean(by_fold))
    spreads = {each.name: each.value for each in AUROC.spreads}
    assert spreads["sd_over_folds"] == pytest.approx(np.std(by_fold, ddof=1))
    assert spreads["sd_over_folds_n"] == pytest.approx(np.std(by_fold))
    assert spreads["se_over_folds"] == pytest.approx(np.std(by_fold, ddof=1) / 5**0.5)
    half = 2.7764451051977987 * np.std(by_fold, ddof=1) / 5**0.5  # qt(0.975, 4) of R 4.2.2
    assert spreads["half_t_interval_over_folds"] == pytest.approx(half)
    pooled = AUROC.pooled.interval
    assert pooled is not None
    assert spreads["half_interval_pooled"] == pytest.approx((pooled.high - pooled.low) / 2)
    assert spreads["se_pooled"] == pytest.approx((pooled.high - pooled.low) / 2 / 1.959963984540054)
    assert "sd_over_cases" not in spreads


def test_the_interval_of_the_mean_is_near_that_of_its_variance() -> None:
    """The variance of a mean of independent AUROCs is the mean of their variances over their number (LeDell 2015)."""
    parts = [
        delong_variance(tally(COLUMNS["outcome"][k == FOLD] == 1, COLUMNS["score"][k == FOLD]))
        for k in range(5)
    ]
    interval = AUROC.mean_interval
    assert interval is not None
    assert (interval.high - interval.low) / 3.92 == pytest.approx(sum(parts) ** 0.5 / 5, rel=0.12)
    assert interval.method == (
        "percentile bootstrap over 400 patients within 5 folds, 400 resamples"
    )
    assert AUROC.note == MODELS_ARE_FIXED


def test_what_exists_for_each_case_has_a_spread_over_cases() -> None:
    squared = (COLUMNS["score"] - COLUMNS["outcome"]) ** 2
    brier = MADE["brier_score", None]
    assert brier.spread("sd_over_cases").value == pytest.approx(squared.std(ddof=1))
    assert brier.spread("se_over_cases").value == pytest.approx(squared.std(ddof=1) / 20)
    right = (COLUMNS["score"] >= 0.4) == (COLUMNS["outcome"] == 1)
    accuracy = MADE["accuracy", None].spread("sd_over_cases")
    assert accuracy.value == pytest.approx(right.std(ddof=1))
    assert accuracy.words == "standard deviation over 400 cases"
    found = MADE["sensitivity", None].spread("sd_over_cases")
    assert found.value == pytest.approx(right[COLUMNS["outcome"] == 1].std(ddof=1))
    assert str((COLUMNS["outcome"] == 1).sum()) in found.words


RNG = np.random.default_rng(6)
MEASURES = (*NAMES, *surface_dice_names(1.0))
REFERENCE = RNG.uniform(20, 90, 40)
OF_TASK = {
    "classification": {name: column[:40] for name, column in COLUMNS.items()},
    "multiclass": {
        "outcome": RNG.integers(0, 3, 40),
        "risks": RNG.dirichlet(np.ones(3), 40),
    },
    "agreement": {"reference": REFERENCE, "measured": REFERENCE + RNG.normal(1, 4, 40)},
    "segmentation": {"measures": RNG.uniform(0.1, 1, (40, 1, len(MEASURES)))},
    "explanation": {"measures": RNG.uniform(0.1, 1, (40, 1, len(QUANTITIES)))},
}
GIVEN = {
    "threshold": 0.3,
    "strategy": "model",
    "classes": ("a", "b", "c"),
    "quantities": MEASURES,
    "structure": "structure",
    "summary": "mean",
    "tolerance_mm": 1.0,
}


@pytest.mark.parametrize(("task", "name"), [key for key, m in METRICS.items() if m.per_case])
def test_a_metric_per_case_is_the_mean_of_its_values_of_single_cases(task: str, name: str) -> None:
    """Each metric that says so is tried; for a task that is not known here its columns would have to be added."""
    columns, metric = OF_TASK[task], METRICS[task, name]
    given = GIVEN | ({"quantities": QUANTITIES} if task == "explanation" else {})

    def value(rows: slice, cases: int) -> float:
        some = {each: column[rows] for each, column in columns.items()}
        made = Cases(some, np.arange(cases), cases, 0)
        known = known_of(made, (0, 0), {"level": 0.95, **given, "structures": ("structure",)}, task)
        return plain(known.ask(metric.function))

    single = [value(slice(at, at + 1), 1) for at in range(40)]
    assert np.mean(single) == pytest.approx(value(slice(0, 40), 40))


def test_a_metric_with_a_formula_alone_takes_the_intervals_of_its_folds() -> None:
    slope = MADE["calibration_slope", None]
    assert slope.mean_interval is not None
    halves = [(x.interval.high - x.interval.low) / 2 for x in slope.by_fold if x.interval]
    half = (slope.mean_interval.high - slope.mean_interval.low) / 2
    assert half == pytest.approx(np.sqrt(np.sum(np.square(halves))) / 5)
    assert "taken as independent" in slope.mean_interval.method


def test_a_printed_spread_is_explained() -> None:
    sd = AUROC.spread("sd_over_folds").value
    names = {each.name for each in AUROC.explaining(round(sd, 4), 4)}
    assert "sd_over_folds" in names
    assert "se_over_folds" not in names
    assert AUROC.explaining(0.9, 2) == ()


def test_every_facet_is_kept_apart() -> None:
    found = MADE["net_benefit", "treat_all"]
    assert {each.strategy for each in found.by_fold} == {"treat_all"}
    assert found.mean == pytest.approx(np.mean([each.value for each in found.by_fold]))
    assert MADE["net_benefit", "treat_none"].mean == 0
    assert [each.value for each in MADE["f1", None].by_fold] == pytest.approx(of_folds("f1"))


def test_the_order_of_rows_makes_no_difference() -> None:
    order = np.random.default_rng(0).permutation(400)
    columns = {name: column[order] for name, column in COLUMNS.items()}
    made = over_folds(TASK, columns, FOLD[order], resamples=20)[0]
    assert isinstance(made, CrossValidated)
    assert made.mean == AUROC.mean
    assert [each.value for each in made.by_fold] == [each.value for each in AUROC.by_fold]


def test_a_fold_without_a_class_has_no_value_and_the_mean_says_so() -> None:
    columns = {**COLUMNS, "outcome": np.where(FOLD == 2, 0, COLUMNS["outcome"])}
    made = {
        each.pooled.metric: each
        for each in over_folds(TASK, columns, FOLD, fold_names="abcde", resamples=20)
    }
    found = made["auroc"]
    assert found.mean is None
    assert found.mean_interval is None
    assert found.by_fold[2].undefined_because
    assert found.note.endswith(
        "No mean over folds: undefined in 1 of 5 folds (needs cases with the outcome and cases without)."
    )
    assert {each.name for each in found.spreads} == {"half_interval_pooled", "se_pooled"}
    assert made["brier_score"].mean is not None


def test_small_folds_and_patients_in_several_folds() -> None:
    columns = {name: column[:60] for name, column in COLUMNS.items()}
    made = over_folds(TASK, columns, FOLD[:60], resamples=20, unit="patient")[0]
    assert made.mean is not None
    assert made.mean_interval is None
    assert made.note.endswith(
        "No interval of the mean over folds: a fold has 12 patients, too few to resample."
    )
    by_patient = {**COLUMNS, "patient": np.arange(400) // 4}
    found = over_folds(TASK, by_patient, FOLD, resamples=20)[0]
    assert "100 patients have cases in several folds" in found.note


def test_rows_without_a_fold_are_left_out_and_one_fold_is_none() -> None:
    fold = np.where(FOLD == 4, -1, FOLD)
    made = over_folds(TASK, COLUMNS, fold, resamples=20)[0]
    assert made.pooled.cases == 320
    assert len(made.by_fold) == 4
    with pytest.raises(Undefined, match="at least two folds"):
        over_folds(TASK, COLUMNS, np.zeros(400, int))


def test_folds_of_another_task() -> None:
    rng = np.random.default_rng(0)
    case, reader = (each.ravel() for each in np.indices((90, 2)))
    outcome = rng.random(90) < 0.5
    columns = {
        "case": case,
        "outcome": outcome[case].astype(int),
        "reader_code": reader,
        "modality_code": np.zeros(180, int),
        "rating": outcome[case] + rng.normal(size=180),
    }
    places = {"reader": ("0", "1"), "modality": ("0",), "threshold": (0.5,)}
    made = over_folds("readers", columns, case % 3, places=places, resamples=40, unit="case")
    found = next(each for each in made if each.pooled.reader == "1")
    assert found.pooled.metric == "reader_auroc"
    assert found.mean == pytest.approx(np.mean([each.value for each in found.by_fold]))
    assert {each.cases for each in found.by_fold} == {30}
    assert found.mean_interval is not None
    assert "over 90 cases within 3 folds" in found.mean_interval.method
    accuracy = next(each for each in made if each.pooled.metric == "accuracy")
    assert accuracy.spread("sd_over_cases").words == "standard deviation over 90 cases"


def test_every_task_can_be_averaged_over_folds() -> None:
    rng = np.random.default_rng(6)
    score, fold = rng.normal(size=120), np.arange(120) % 3
    grade = np.clip(np.round(score + rng.normal(size=120)) + 1, 0, 2).astype(int)
    risks = rng.dirichlet((1, 1, 1), size=120)
    for task, columns, given in (
        ("multiclass", {"outcome": grade, "risks": risks}, {"classes": ("a", "b", "c")}),
        ("ordinal", {"outcome": grade, "score": score}, {"classes": ("a", "b", "c")}),
        ("survival", {"time": np.exp(-score), "event": grade // 2, "score": score}, {}),
        ("agreement", {"reference": score, "measured": score + rng.normal(size=120)}, {}),
    ):
        found = over_folds(task, columns, fold, given=given, resamples=200)
        alone = estimates(task, columns, given=given, resamples=200)
        assert [each.pooled for each in found] == list(alone)
        assert found[0].mean == pytest.approx(np.mean([each.value for each in found[0].by_fold]))

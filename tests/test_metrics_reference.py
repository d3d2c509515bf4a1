"""Metrics against values that other software computed: every case of the reference data's expected.yaml."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars
import pytest
import yaml

from checker.metrics import (
    aggregate,
    auroc,
    auroc_tie_range,
    brier_score,
    compare,
    decision_curve,
    estimates,
    net_benefit,
    partial_auroc,
    sensitivity_at_specificity,
    threshold_optimum,
)
from checker.metrics.calibration import profile_interval
from checker.metrics.classification import cells, decision, patient_cells
from checker.metrics.comparing import unpaired_delong
from checker.metrics.discrimination import standardised_partial_auroc
from checker.metrics.ranking import delong_variance, tally
from checker.model.estimate import Comparison, Estimate, Estimates

HERE = Path(__file__).resolve().parent
OURS = HERE / "reference"
"""Data whose licence lets us ship them."""
OTHERS = Path(os.environ.get("CHECKER_REFERENCE_DATA", HERE.parent.parent / "shared" / "data"))
"""Data under the GPL, looked for beside the checkout and never shipped."""
FAMILIES = {"discrimination", "threshold", "calibration", "net_benefit", "subgroup"}


class Case(NamedTuple):
    folder: Path
    id: str
    metric: str
    inputs: Mapping[str, Any]
    values: Mapping[str, Any]
    tolerance: Any

    @property
    def table(self) -> polars.DataFrame:
        table = table_of(self.folder / self.inputs["file"])
        if "filter" not in self.inputs:
            return table
        column, name = self.inputs["filter"].split(" == ")
        return table.filter(polars.col(column) == name.strip("'"))

    @property
    def outcome(self) -> np.ndarray:
        return self.column(self.inputs["label"]).astype(int)

    def column(self, name: str) -> np.ndarray:
        return self.table[name].to_numpy()

    def score(self, key: str = "score") -> np.ndarray:
        return self.column(self.inputs[key]).astype(float)

    def near(self, name: str) -> Any:
        allowed = self.tolerance
        if isinstance(allowed, dict):
            group = "slopes_and_intercepts" if "slope" in name or "intercept" in name else "default"
            allowed = allowed.get(name, allowed.get(group, allowed["default"]))
        return pytest.approx(self.values[name], abs=allowed)


@cache
def table_of(path: Path) -> polars.DataFrame:
    return polars.read_parquet(path) if path.suffix == ".parquet" else polars.read_csv(path)


def cases_of(folder: Path) -> Iterator[Case]:
    text = (folder / "expected.yaml").read_text(encoding="utf-8")
    for each in yaml.safe_load(text)["cases"]:
        if each["family"] in FAMILIES or each["family"] == "reclassification":
            yield Case(
                folder,
                each["id"],
                each["metric"],
                each["inputs"],
                each["values"],
                each["tolerance"],
            )


SHIPPED = [case for name in ("ilpd_logistic", "cxr14_chexnet_a") for case in cases_of(OURS / name)]
ASAH = OTHERS / "asah_biomarkers"
BESIDE = list(cases_of(ASAH)) if ASAH.is_dir() else []


def auc_delong(case: Case) -> None:
    columns = {"outcome": case.outcome, "score": case.score()}
    if by := case.inputs.get("aggregate_by"):
        patient = np.unique(case.column(by), return_inverse=True)[1]
        columns = aggregate({**columns, "patient": patient}, by="max")
        columns.pop("patient")
    made = Estimates(estimates("classification", columns, resamples=20)).one("auroc")
    assert (made.cases, int(columns["outcome"].sum())) == (case.values["n"], case.values["n_pos"])
    assert made.interval is not None
    assert made.interval.method == "DeLong"
    assert made.value == case.near("auc")
    assert (made.interval.low, made.interval.high) == (
        case.near("ci95_low"),
        case.near("ci95_high"),
    )
    if "se" in case.values:
        variance = delong_variance(tally(columns["outcome"] == 1, columns["score"]))
        assert variance**0.5 == case.near("se")


def auc_paired_delong_test(case: Case) -> None:
    first, second = case.score("score_a"), case.score("score_b")
    columns = {"outcome": case.outcome, "a": first, "b": second}
    found = compare(columns, "a", "b", resamples=20)[0]
    assert found.metric == "auroc"
    assert auroc(case.outcome, first) == case.near("auc_a")
    assert auroc(case.outcome, second) == case.near("auc_b")
    assert found.difference == case.near("diff")
    assert found.p == case.near("p_two_sided")
    assert found.interval is not None
    assert found.interval.low == case.near("diff_ci95_low")
    assert found.interval.high == case.near("diff_ci95_high")


def auc_unpaired_delong_test(case: Case) -> None:
    group = case.column(case.inputs["subgroup"])
    if "levels" in case.inputs:
        names, areas = case.inputs["levels"], case.values["auc"]
    else:
        names = ("Male", "Female")
        areas = [case.values["auc_male"], case.values["auc_female"]]
    both = [((case.outcome == 1)[group == name], case.score()[group == name]) for name in names]
    assert [auroc(*each) for each in both] == pytest.approx(areas, abs=case.tolerance)
    found = unpaired_delong(*both)
    assert found.statistic == case.near("d_statistic")
    assert found.degrees == case.near("df")
    assert found.p == case.near("p_two_sided")


def auc_cluster_bootstrap(case: Case) -> None:
    patient = np.unique(case.column(case.inputs["cluster"]), return_inverse=True)[1]
    columns = {"outcome": case.outcome, "score": case.score(), "patient": patient}
    made = Estimates(estimates("classification", columns, resamples=20)).one("auroc")
    assert made.interval is not None
    assert "Obuchowski" in made.interval.method
    assert made.value == pytest.approx(case.values["auc"], abs=1e-9)
    assert made.interval.low == case.near("ci95_low")
    assert made.interval.high == case.near("ci95_high")
    assert (made.interval.high - made.interval.low) / 3.92 == pytest.approx(
        case.values["se"], rel=0.05
    )


def auc_bootstrap_percentile(case: Case) -> None:
    from checker.metrics.base import METRICS
    from checker.metrics.estimating import complete, known_of
    from checker.metrics.resampling import Asked, drawn, resampled

    rows, _ = complete({"outcome": case.outcome, "score": case.score()})
    asked = Asked(METRICS["classification", "auroc"])
    weights = drawn((0, 0), rows.patients, len(rows.outcome), 10_000)
    values = resampled(known_of(rows, (0, 0), {}), [asked], weights)[asked]
    low, high = np.quantile(values, (0.025, 0.975))
    assert low == case.near("unstratified_ci95_low")
    assert high == case.near("unstratified_ci95_high")


def multilabel_macro_auc(case: Case) -> None:
    labels = [name for name in case.table.columns if f"prob_{name}" in case.table.columns]
    areas = [auroc(case.column(name), case.column(f"prob_{name}")) for name in labels]
    assert len(labels) == 14
    assert np.mean(areas) == case.near("macro_auc")


def partial_auc(case: Case) -> None:
    lowest = case.inputs["specificity_range"][0]
    given = (case.outcome == 1, case.score())
    assert partial_auroc(*given, lowest_specificity=lowest) == case.near("pauc")
    assert standardised_partial_auroc(*given, lowest) == case.near("pauc_mcclish")


def sensitivity_at(case: Case) -> None:
    at = case.inputs["specificity"]
    found = sensitivity_at_specificity(case.outcome, case.score(), at_specificity=at)
    assert found == case.near("sensitivity")


def youden_optimal_cutoff(case: Case) -> None:
    at = case.values["threshold_midpoint"]
    found = threshold_optimum(case.outcome == 1, case.score(), at)[0]
    assert found.criterion == "the largest Youden index"
    assert found.equals
    assert found.low < at <= found.high


PROPORTIONS = {
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "ppv": "positive_predictive_value",
    "npv": "negative_predictive_value",
    "accuracy": "accuracy",
    "prevalence": "prevalence",
}
RATIOS = {
    "lr_positive": "positive_likelihood_ratio",
    "lr_negative": "negative_likelihood_ratio",
    "diagnostic_odds_ratio": "diagnostic_odds_ratio",
    "youden_j": "youden_index",
}
SINGLE = {
    "balanced_accuracy": "balanced_accuracy",
    "f1": "f1",
    "mcc": "matthews_correlation",
    "cohen_kappa": "cohen_kappa",
}


def confusion_matrix(case: Case) -> None:
    at, outcome, score = case.inputs["threshold"], case.outcome, case.score()
    table = cells(patient_cells(outcome == 1, decision(score, at), np.arange(len(score))), None)
    assert {name: getattr(table, name) for name in table._fields} == {
        name: case.values[name] for name in table._fields
    }
    columns = {"outcome": outcome, "score": score}
    by_wilson, exact = (
        Estimates(
            estimates(
                "classification",
                columns,
                threshold=at,
                resamples=20,
                proportion_interval=method,
            )
        )
        for method in ("wilson", "exact")
    )
    allowed = case.tolerance
    for name, metric in PROPORTIONS.items():
        reference = case.values[name]
        made = by_wilson.one(metric)
        assert (made.value, made.cases) == (
            pytest.approx(reference["value"], abs=allowed),
            reference["n"],
        )
        assert limits(made) == near(reference, "wilson95", allowed)
        assert limits(exact.one(metric)) == near(reference, "clopper_pearson95", allowed)
    for name, metric in RATIOS.items():
        made, reference = by_wilson.one(metric), case.values[name]
        assert made.value == pytest.approx(reference["value"], abs=allowed)
        if "ci95_low" in reference:
            assert limits(made) == near(reference, "ci95", allowed)
    for name, metric in SINGLE.items():
        assert by_wilson.one(metric).value == case.near(name)


def limits(made: Estimate | Comparison) -> tuple[float, float]:
    assert made.interval is not None
    return made.interval.low, made.interval.high


def near(reference: Mapping[str, float], name: str, allowed: float) -> Any:
    return pytest.approx((reference[f"{name}_low"], reference[f"{name}_high"]), abs=allowed)


CALIBRATION = {
    "brier": "brier_score",
    "brier_scaled": "scaled_brier_score",
    "calibration_slope": "calibration_slope",
    "calibration_intercept_logistic": "calibration_intercept",
    "calibration_in_the_large": "calibration_in_the_large",
    "o_over_e": "observed_expected_ratio",
    "ici_loess": "integrated_calibration_index",
    "e50_loess": "calibration_error_median",
    "e90_loess": "calibration_error_90",
}


def calibration_binary(case: Case) -> None:
    columns = {"outcome": case.outcome, "score": case.score("prob")}
    made = Estimates(estimates("classification", columns, resamples=20))
    for name, metric in CALIBRATION.items():
        assert made.one(metric).value == case.near(name), metric
    for name in ("calibration_slope", "calibration_in_the_large"):
        low, high = limits(made.one(name))
        assert (high - low) / 2 / 1.959963984540054 == case.near(f"{name}_se")


def test_smoothed_risks_equal_those_of_loess_in_r() -> None:
    case = next(each for each in SHIPPED if each.id == "calibration_Effusion")
    made = Estimates(
        estimates(
            "classification",
            {"outcome": case.outcome, "score": case.score("prob")},
            resamples=20,
        )
    )
    exact = {"ici_loess": 1e-8, "e50_loess": 1e-8, "e90_loess": 1e-8}
    for name, allowed in exact.items():
        found = made.one(CALIBRATION[name]).value
        assert found == pytest.approx(case.values[name], abs=allowed)


def decision_curves(case: Case) -> None:
    for curve in case.values["curves"]:
        name = curve["strategy"]
        strategy = "treat_all" if name == "treat_all" else "model"
        column = case.inputs["prob"][0] if name == "treat_all" else name
        risk = case.column(column).astype(float)
        pairs = list(zip(curve["thresholds"], curve["net_benefit"], strict=True))
        for at, expected in pairs:
            found = net_benefit(case.outcome, risk, threshold=at, strategy=strategy)
            assert found == pytest.approx(expected, abs=case.tolerance)
        low, high = curve["thresholds"][0], curve["thresholds"][-1]
        points = decision_curve(case.outcome == 1, risk, (low, high))
        ends = getattr(points, strategy)
        assert (ends[0], ends[-1]) == pytest.approx((pairs[0][1], pairs[-1][1]), abs=case.tolerance)


def idi_and_continuous_nri(case: Case) -> None:
    columns = {
        "outcome": case.outcome,
        "new": case.score("prob_new"),
        "old": case.score("prob_old"),
    }
    found = {each.metric: each for each in compare(columns, "new", "old", resamples=20)}
    for name, value, error in (
        ("integrated_discrimination_improvement", "idi", "idi_se"),
        ("net_reclassification_improvement", "nri_continuous", "nri_se"),
    ):
        made = found[name]
        assert made.difference == case.near(value)
        low, high = limits(made)
        assert (high - low) / 2 / 1.959963984540054 == case.near(error)


CHECKS: dict[str, Callable[[Case], None]] = {
    "auc_delong": auc_delong,
    "auc_paired_delong_test": auc_paired_delong_test,
    "auc_unpaired_delong_test": auc_unpaired_delong_test,
    "auc_cluster_bootstrap": auc_cluster_bootstrap,
    "auc_bootstrap_percentile": auc_bootstrap_percentile,
    "multilabel_macro_auc": multilabel_macro_auc,
    "partial_auc": partial_auc,
    "sensitivity_at_specificity": sensitivity_at,
    "youden_optimal_cutoff": youden_optimal_cutoff,
    "confusion_matrix": confusion_matrix,
    "calibration_binary": calibration_binary,
    "decision_curve": decision_curves,
    "idi_and_continuous_nri": idi_and_continuous_nri,
}


@pytest.mark.parametrize("case", SHIPPED, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_shipped_reference_values(case: Case) -> None:
    CHECKS[case.metric](case)


@pytest.mark.skipif(not BESIDE, reason="asah_biomarkers (GPL) is not beside the checkout")
@pytest.mark.parametrize("case", BESIDE, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_reference_values_beside_the_checkout(case: Case) -> None:
    CHECKS[case.metric](case)


def test_scores_rounded_for_print_give_a_range_that_holds_the_full_auroc() -> None:
    case = next(each for each in SHIPPED if each.id == "auc_prob_full_test")
    low, high = auroc_tie_range(case.outcome == 1, case.score().round(1))
    assert low < case.values["auc"] < high
    assert brier_score(case.outcome, case.score()) == pytest.approx(0.173005755440754, abs=1e-12)


@pytest.mark.parametrize(
    ("coefficient", "limits"),
    [
        ("intercept", (-0.568166009308, 0.182623410922)),
        ("slope", (0.715284307259, 1.388723055448)),
        ("in_the_large", (-0.442675881935, 0.112182451928)),
    ],
)
def test_profile_intervals_are_those_of_r(coefficient: Any, limits: tuple[float, float]) -> None:
    """R 4.2.2, confint of glm on the test part; R interpolates the profile by a spline, ours solves for the limit."""
    case = next(each for each in SHIPPED if each.id == "calibration_full_test")
    risk = case.score("prob")
    found = profile_interval(case.outcome == 1, np.log(risk / (1 - risk)), coefficient)
    assert (found.low, found.high) == pytest.approx(limits, abs=5e-5)

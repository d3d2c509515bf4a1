"""Metrics of survival against R: every case of the reference data, and simulated cases with competing events."""

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
    METRICS,
    compare_survival,
    estimates,
    log_rank,
    risk_groups,
    survival_calibration_curve,
    survival_curve,
    survival_decision_curve,
    treatment_choice,
)
from checker.metrics.cox import cox, cox_tests, hazard_ratios
from checker.metrics.survival import incidence_of, reaching, steps, timeline
from checker.metrics.survival_ranking import harrell, place
from checker.model.estimate import Comparison, Estimate, Estimates

HERE = Path(__file__).resolve().parent
SIMULATED = HERE / "reference" / "simulated_survival"
OTHERS = Path(os.environ.get("CHECKER_REFERENCE_DATA", HERE.parent.parent / "shared" / "data"))
"""Data under the LGPL, looked for beside the checkout and never shipped."""
FAMILIES = {"survival", "survival_discrimination", "survival_calibration", "survival_overall"}
Z = 1.959963984540054


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

    def column(self, key: str) -> np.ndarray:
        return self.table[self.inputs[key]].to_numpy()

    @property
    def columns(self) -> dict[str, np.ndarray]:
        return {"time": self.column("time"), "event": self.column("event").astype(int)}

    def near(self, name: str) -> Any:
        allowed = self.tolerance
        if isinstance(allowed, dict):
            group = next((each for each in ("se", "ci") if each in name.split("_")), "default")
            group = "ci" if "ci95" in name else group
            allowed = allowed.get(group, allowed["default"])
        return pytest.approx(self.values[name], abs=allowed)


@cache
def table_of(path: Path) -> polars.DataFrame:
    return polars.read_csv(path)


def cases_of(name: str) -> Iterator[Case]:
    if not (OTHERS / name).is_dir():
        return
    text = (OTHERS / name / "expected.yaml").read_text(encoding="utf-8")
    for each in yaml.safe_load(text)["cases"]:
        if each["family"] in FAMILIES or each["metric"] == "decision_curve_survival":
            parts = (each[key] for key in ("id", "metric", "inputs", "values", "tolerance"))
            yield Case(OTHERS / name, *parts)


BESIDE = [case for name in ("pbc_mayo", "gbsg_external_validation") for case in cases_of(name)]


def made(columns: Mapping[str, Any], *horizons: float, **options: Any) -> Estimates:
    given = {"horizons": horizons, **options.pop("given", {})}
    places = {"horizon": horizons, **options.pop("places", {})}
    options = {"resamples": 20, **options}
    return Estimates(estimates("survival", columns, places=places, given=given, **options))


def limits(found: Estimate | Comparison) -> tuple[float, float]:
    assert found.interval is not None
    return found.interval.low, found.interval.high


def error(found: Estimate | Comparison) -> float:
    low, high = limits(found)
    return (high - low) / 2 / Z


def kaplan_meier(case: Case) -> None:
    times = case.values["times"]
    found = made(case.columns, *times)
    risks = [found.one("observed_risk", horizon=at) for at in times]
    assert [1 - each.value for each in risks] == case.near("survival")
    assert [1 - limits(each)[1] for each in risks] == case.near("ci95_low")
    assert [1 - limits(each)[0] for each in risks] == case.near("ci95_high")
    time, event = case.columns.values()
    errors = [incidence_of(time, event, at).variance() ** 0.5 for at in times]
    assert errors == case.near("std_err")
    curve = survival_curve(time, event, at=times)
    assert curve.cases == case.values["n"]
    assert curve.at_risk == tuple(case.values["n_at_risk"])
    assert curve.outcomes[-1] <= case.values["n_events"] == int(event.sum())
    assert found.one("median_survival").value == case.near("median")
    mean = made(case.columns, case.values["horizon"]).one("restricted_mean_survival")
    assert (mean.value, error(mean)) == (case.near("rmst_to_horizon"), case.near("rmst_se"))


def reverse_kaplan_meier(case: Case) -> None:
    assert made(case.columns).one("median_follow_up").value == case.near("median_followup")
    time, event = case.columns.values()
    line = timeline(time, 1 - event)
    ended = steps(line).risk[line.ends]
    for share, name in ((0.25, "q1"), (0.75, "q3")):
        assert reaching(line.time[line.ends], ended, share) == case.near(name)


def harrell_c(case: Case) -> None:
    columns = {**case.columns, "score": case.column("score")}
    found = made(columns).one("c_index")
    assert (found.value, error(found)) == (case.near("c_index"), case.near("se"))
    there = place(timeline(columns["time"], columns["event"]))
    counts = harrell(columns["event"], there, columns["score"])
    assert counts.concordant == case.values["concordant"]
    assert counts.tied == case.values["tied_x"]
    assert counts.pairs - counts.concordant - counts.tied == case.values["discordant"]


def uno_c(case: Case) -> None:
    columns = {**case.columns, "score": case.column("score")}
    found = made(columns, float(case.inputs["tau"])).one("uno_c_index")
    assert found.value == case.near("c_index")
    if "se" in case.values:
        assert error(found) == case.near("se")


def cumulative_dynamic_auc_ipcw(case: Case) -> None:
    columns = {**case.columns, "score": case.column("score")}
    times = [float(each) for each in case.values["times"]]
    found = [made(columns, *times).one("time_dependent_auroc", horizon=at) for at in times]
    assert [each.value for each in found] == case.near("auc")
    assert [error(each) for each in found] == case.near("se")


def cox_calibration_slope(case: Case) -> None:
    time, event = case.columns.values()
    fit = cox(timeline(time, event), case.column("linear_predictor")[None])
    assert fit.coefficients[0] == case.near("slope")
    assert fit.covariance[0, 0] ** 0.5 == case.near("se")
    assert fit.log_likelihood == case.near("loglik")


def with_risk(case: Case) -> tuple[dict[str, np.ndarray], float]:
    return {**case.columns, "risks": case.column("risk")}, float(case.inputs["horizon"])


def o_over_e_at_horizon(case: Case) -> None:
    columns, horizon = with_risk(case)
    found = made(columns, horizon)
    ratio = found.one("observed_expected_ratio")
    assert ratio.value == case.near("o_over_e")
    assert found.one("observed_risk").value == case.near("observed_km_risk")
    assert columns["risks"].mean() == case.near("expected_mean_risk")
    events = incidence_of(columns["time"], columns["event"], horizon).events
    assert events == case.values["events_to_horizon"]
    (poisson,) = ratio.other_intervals
    assert (poisson.low, poisson.high) == (case.near("ci95_low"), case.near("ci95_high"))


def ici_e50_e90_secondary_cox_rcs3(case: Case) -> None:
    columns, horizon = with_risk(case)
    found = made(columns, horizon)
    names = ("integrated_calibration_index", "calibration_error_median", "calibration_error_90")
    for name, metric in zip(("ici", "e50", "e90"), names, strict=True):
        assert found.one(metric).value == case.near(name), name
    from checker.metrics.survival_calibration import log_hazard

    knots = np.quantile(log_hazard(columns["risks"]), (0.1, 0.5, 0.9))
    assert knots == case.near("knots")


def brier_ipcw_at_horizon(case: Case) -> None:
    columns, horizon = with_risk(case)
    found = made(columns, horizon)
    brier, scaled = found.one("brier_score"), found.one("scaled_brier_score")
    assert brier.value == case.near("brier")
    assert error(brier) == case.near("brier_se")
    assert limits(brier) == (case.near("brier_ci95_low"), case.near("brier_ci95_high"))
    assert brier.value / (1 - scaled.value) == case.near("brier_null")
    assert scaled.value == case.near("ipa")
    area = found.one("time_dependent_auroc")
    assert (area.value, error(area)) == (case.near("auc"), case.near("auc_se"))


def decision_curve_survival(case: Case) -> None:
    columns, horizon = with_risk(case)
    at = case.values["thresholds"]
    places = {"threshold": at, "strategy": ("model", "treat_all", "treat_none")}
    found = made(columns, horizon, places=places)
    for strategy in ("model", "treat_all"):
        each = [found.one("net_benefit", threshold=p, strategy=strategy).value for p in at]
        assert each == case.near(f"net_benefit_{strategy}")
    curve = survival_decision_curve(*columns.values(), horizon, (at[0], at[-1]))
    ends = (curve.model[0], curve.model[-1])
    expected = case.values["net_benefit_model"]
    assert ends == pytest.approx((expected[0], expected[-1]), abs=case.tolerance)


def logrank_and_hazard_ratio(case: Case) -> None:
    time, event = case.columns.values()
    names = [str(each) for each in case.column("group")]
    group = np.array([case.inputs["levels"].index(each) for each in names])
    test = log_rank(time, event, group)
    assert (test.statistic, test.degrees) == (case.near("chisq"), case.values["df"])
    assert test.p == pytest.approx(case.values["p"], rel=1e-6)
    assert test.observed == case.near("observed")
    assert test.expected == case.near("expected")
    found = [
        made({"time": time[group == each], "event": event[group == each]}, case.values["horizon"])
        for each in range(len(case.inputs["levels"]))
    ]
    risks = [each.one("observed_risk") for each in found]
    assert [1 - each.value for each in risks] == case.near("km_at_horizon")
    assert [1 - limits(each)[1] for each in risks] == case.near("km_ci95_low")
    assert [1 - limits(each)[0] for each in risks] == case.near("km_ci95_high")
    ratios = hazard_ratios(time, event, group)
    for at, name in enumerate(("hazard_ratio_vs_first", "hr_ci95_low", "hr_ci95_high")):
        ours = [(each.value, each.interval.low, each.interval.high)[at] for each in ratios if each]
        expected = np.atleast_1d(case.values[name])
        assert ours == pytest.approx(expected, abs=case.tolerance), name


def paired_c_index_difference(case: Case) -> None:
    columns = {**case.columns, "a": case.column("score_a"), "b": case.column("score_b")}
    (found,) = compare_survival(columns, "a", "b")
    assert (found.metric, found.difference) == ("c_index", case.near("diff"))
    assert error(found) == case.near("se")
    assert found.difference / error(found) == case.near("z")
    assert found.p == case.near("p_two_sided")


def cumulative_incidence_aalen_johansen(case: Case) -> None:
    """Variances differ from cmprsk's by up to 2 %.

    It takes the outcomes among those at risk as Poisson; ours is the infinitesimal jackknife, as in R's survfit
    (see the simulated cases), which is a little smaller.
    """
    time, kind = case.column("time"), case.table["event_type"].to_numpy()
    for code, name in ((1, "transplant"), (2, "death")):
        event = np.where(kind == 0, 0, np.where(kind == code, 1, 2))
        found = [incidence_of(time, event, at) for at in case.values["times"]]
        assert [each.risk for each in found] == case.near(f"cif_{name}")
        variances = case.values[f"var_{name}"]
        assert [each.variance() for each in found] == pytest.approx(variances, rel=0.02)
    alone = [incidence_of(time, (kind == 2).astype(int), at).risk for at in case.values["times"]]
    assert alone == case.near("one_minus_km_death")


def published_results(case: Case) -> None:
    """Printed values; the curve's largest gap (emax) has no metric and is read off at the cases."""
    table = case.table
    columns = {name: table[name].to_numpy() for name in ("event", "lp", "risk_5y")}
    columns = {"time": table["time_years"].to_numpy(), "event": columns["event"],
               "score": columns["lp"], "risks": columns["risk_5y"]}  # fmt: skip
    places = {"threshold": (0.23,), "strategy": ("model", "treat_all")}
    found = made(columns, 4.99, places=places)
    printed = case.values
    for name, metric in (
        ("harrell_c", "c_index"),
        ("uno_c", "uno_c_index"),
        ("uno_auc_5y", "time_dependent_auroc"),
        ("calibration_slope", "calibration_slope"),
        ("brier", "brier_score"),
        ("scaled_brier", "scaled_brier_score"),
        ("o_over_e", "observed_expected_ratio"),
    ):
        estimate = found.one(metric)
        digits = len(str(printed[name]).split(".")[1])
        digits = 2 if digits == 1 else digits  # 0.1 was printed as 0.10
        assert round(estimate.value, digits) == printed[name], name
        if name in ("brier", "scaled_brier"):  # printed limits rest on a bootstrap
            assert limits(estimate) == pytest.approx(printed[f"{name}_ci"], abs=0.011)
        elif name == "o_over_e":
            (poisson,) = estimate.other_intervals
            assert (poisson.low, poisson.high) == pytest.approx(printed["o_over_e_ci"], abs=5e-8)
        elif name == "uno_auc_5y":  # its upper limit is 0.7323 by ours, printed 0.73
            assert limits(estimate) == pytest.approx(printed["uno_auc_5y_ci"], abs=0.005)
        else:
            allowed = 5e-7 if name == "calibration_slope" else 0.005
            assert limits(estimate) == pytest.approx(printed[f"{name}_ci"], abs=allowed), name
    for name, metric in (
        ("ici", "integrated_calibration_index"),
        ("e50", "calibration_error_median"),
        ("e90", "calibration_error_90"),
    ):
        assert found.one(metric).value == pytest.approx(printed[name], abs=1e-4)  # rms stops early
    for name, strategy in (("model", "model"), ("all", "treat_all")):
        value = found.one("net_benefit", strategy=strategy).value
        assert value == pytest.approx(printed[f"net_benefit_{name}_threshold_0.23"], abs=5e-8)


CHECKS: dict[str, Callable[[Case], None]] = {
    check.__name__: check
    for check in (
        kaplan_meier,
        reverse_kaplan_meier,
        harrell_c,
        uno_c,
        cumulative_dynamic_auc_ipcw,
        cox_calibration_slope,
        o_over_e_at_horizon,
        ici_e50_e90_secondary_cox_rcs3,
        brier_ipcw_at_horizon,
        decision_curve_survival,
        logrank_and_hazard_ratio,
        paired_c_index_difference,
        cumulative_incidence_aalen_johansen,
        published_results,
    )
}


@pytest.mark.skipif(not BESIDE, reason="pbc_mayo and gbsg (LGPL) are not beside the checkout")
@pytest.mark.parametrize("case", BESIDE, ids=lambda case: f"{case.folder.name}: {case.id}")
def test_reference_values_beside_the_checkout(case: Case) -> None:
    CHECKS[case.metric](case)


# Simulated cases: values.R beside them made expected.yaml (versions in its first line)


TABLE = table_of(SIMULATED / "cases.csv")
EXPECTED = yaml.safe_load((SIMULATED / "expected.yaml").read_text(encoding="utf-8"))
YEARS = (2.05, 5.05)
"""Between the times of the cases: R leaves out who was censored at a horizon, and we do not."""
THRESHOLDS = (0.1, 0.2, 0.3, 0.4)


def simulated(*, competing: bool) -> dict[str, np.ndarray]:
    columns = {name: TABLE[name].to_numpy() for name in ("time", "event", "score", "treatment")}
    if not competing:
        columns["event"] = (columns["event"] == 1).astype(int)
    columns["risks"] = TABLE.select("risk_2", "risk_5").to_numpy()
    columns["treatment_risks"] = TABLE.select("risk_a", "risk_b").to_numpy()
    return columns


@cache
def of_simulated(competing: bool, interval: str = "log") -> Estimates:
    places = {"threshold": THRESHOLDS, "strategy": ("model", "treat_all", "treat_none")}
    given = {"curve_interval": interval, "treatment_horizon": 5.05}
    return made(simulated(competing=competing), *YEARS, places=places, given=given)


def near(name: str, at: int | None = None, *, abs: float = 1e-9) -> Any:
    value = EXPECTED[name] if at is None else EXPECTED[name][at]
    return pytest.approx(value, abs=abs)


@pytest.mark.parametrize("kind", ["log", "log-log", "plain"])
def test_risks_and_medians_have_the_limits_of_survfit(kind: str) -> None:
    found = of_simulated(False, kind)
    risks = [found.one("observed_risk", horizon=at) for at in YEARS]
    assert [each.value for each in risks] == near("km_risk")
    assert [limits(each)[0] for each in risks] == near(f"km_low_{kind}")
    assert [limits(each)[1] for each in risks] == near(f"km_high_{kind}")
    median = found.one("median_survival")
    assert median.value == near(f"median_{kind}", 0)
    if EXPECTED[f"median_{kind}"][2] < 0:
        begins = EXPECTED[f"median_{kind}"][1]
        assert f"it begins at {begins:g}, and its upper limit is not reached" in median.note
    else:
        assert limits(median) == pytest.approx(EXPECTED[f"median_{kind}"][1:])


def test_follow_up_and_restricted_mean_are_those_of_survfit() -> None:
    found = of_simulated(False)
    follow_up = of_simulated(True).one("median_follow_up")
    assert (follow_up.value, *limits(follow_up)) == near("median_follow_up")
    mean = found.one("restricted_mean_survival", horizon=5.05)
    assert (mean.value, error(mean)) == near("restricted_mean")


def test_concordance_is_that_of_r() -> None:
    found = of_simulated(False)
    c = found.one("c_index")
    assert (c.value, error(c)) == near("harrell")
    assert found.one("uno_c_index").value == near("uno")
    columns = simulated(competing=False)
    there = place(timeline(columns["time"], columns["event"]))
    counts = harrell(columns["event"], there, columns["score"])
    assert [counts.concordant, counts.pairs - counts.concordant - counts.tied, counts.tied] == (
        EXPECTED["harrell_counts"][:3]
    )
    clustered = made({**columns, "patient": TABLE["cluster"].to_numpy()}).one("c_index")
    assert error(clustered) == near("harrell_clustered_se")
    assert "clustered by patient (80 patients)" in clustered.interval.method
    columns["other"] = TABLE["risk_a"].to_numpy()
    difference = compare_survival(columns, "score", "other")[0]
    assert (difference.difference, error(difference)) == near("harrell_difference")


def test_cox_models_and_the_log_rank_test_are_those_of_r() -> None:
    columns = simulated(competing=False)
    ratio = of_simulated(False).one("hazard_ratio")
    low, high = limits(ratio)
    assert (ratio.value, np.log(high / low) / 2 / Z) == near("hazard_ratio")
    fit = cox(timeline(columns["time"], columns["event"]), columns["score"][None])
    assert fit.log_likelihood == near("log_likelihood")
    robust = made({**columns, "patient": TABLE["cluster"].to_numpy()}).one("hazard_ratio")
    low, high = limits(robust)
    assert np.log(high / low) / 2 / Z == near("hazard_clustered_se")
    groups = risk_groups(columns["time"], columns["event"], columns["score"], (-0.5, 0.5))
    assert (groups.statistic, groups.p) == near("log_rank")
    assert [each.outcomes for each in groups.groups] == EXPECTED["log_rank_observed"]
    assert [each.expected for each in groups.groups] == near("log_rank_expected")
    ratios = [each.hazard_ratio for each in groups.groups if each.hazard_ratio]
    assert [each.value for each in ratios] == near("group_ratios", abs=1e-8)
    assert [limits(each)[0] for each in ratios] == near("group_low", abs=1e-8)
    assert [limits(each)[1] for each in ratios] == near("group_high", abs=1e-8)
    assert sum(each.cases for each in groups.groups) == 240


GAPS = ("integrated_calibration_index", "calibration_error_median", "calibration_error_90")


@pytest.mark.parametrize("competing", [False, True])
@pytest.mark.parametrize("year", [2, 5])
def test_calibration_and_scores_at_a_horizon_are_those_of_r(year: int, competing: bool) -> None:
    found = of_simulated(competing)
    kind, cox_kind = ("cr_", "fg_") if competing else ("", "")

    def one(metric: str) -> Estimate:
        return found.one(metric, horizon=year + 0.05)

    slope = one("calibration_slope")
    assert (slope.value, error(slope)) == near(f"{cox_kind}slope_{year}", abs=1e-8)
    assert [one(each).value for each in GAPS] == near(f"{cox_kind}gaps_{year}", abs=1e-7)
    # standard errors of riskRegression differ in the last terms of the censoring weights' part
    for name, metric in (("auc", "time_dependent_auroc"), ("brier", "brier_score")):
        assert one(metric).value == near(f"{kind}{name}_{year}", 0)
        assert error(one(metric)) == pytest.approx(EXPECTED[f"{kind}{name}_{year}"][1], rel=0.01)
    assert one("scaled_brier_score").value == near(f"{kind}ipa_{year}")


@pytest.mark.parametrize("competing", [False, True])
def test_net_benefit_is_that_of_survfit_among_those_above(competing: bool) -> None:
    found = of_simulated(competing)
    ours = [
        found.one("net_benefit", horizon=5.05, threshold=at, strategy="model").value
        for at in THRESHOLDS
    ]
    assert ours == near("cr_net_benefit" if competing else "net_benefit")


def test_cumulative_incidence_is_that_of_survfit() -> None:
    columns = simulated(competing=True)
    found = [of_simulated(True).one("observed_risk", horizon=at) for at in YEARS]
    assert [each.value for each in found] == near("aj_risk")
    assert [limits(each)[0] for each in found] == near("aj_low")
    assert [limits(each)[1] for each in found] == near("aj_high")
    errors = [incidence_of(columns["time"], columns["event"], at).variance() ** 0.5 for at in YEARS]
    assert errors == near("aj_se")


def test_who_had_a_competing_event_is_concordant_as_one_who_never_has_the_outcome() -> None:
    found = of_simulated(True).one("c_index")
    assert (found.value, error(found)) == near("wolbers")


def test_treatment_choices() -> None:
    columns = simulated(competing=True)
    share = of_simulated(True).one("treatment_switch_share")
    gain = of_simulated(True).one("treatment_switch_benefit")
    assert (share.value, gain.value) == (near("switch", 1), near("switch", 2))
    assert gain.cases == EXPECTED["switch"][0]
    assert "not randomised" in share.note
    stayed, switched = EXPECTED["switch_observed"]
    assert f"Observed risk at 5.05: {stayed:.3f} in the 118 who received" in share.note
    assert f"{switched:.3f} in the 122 who did not receive" in share.note
    found = treatment_choice(
        columns["time"], columns["event"], columns["treatment"], columns["treatment_risks"], 5.05
    )
    assert (found.observed_received, found.observed_other) == near("switch_observed")
    assert (found.cases, found.switch, found.gain) == (240, 122, near("switch", 2))


def test_the_curve_of_calibration_runs_through_the_observed_risks() -> None:
    columns = simulated(competing=True)
    risk = columns["risks"][:, 1]
    curve = survival_calibration_curve(
        columns["time"], columns["event"], risk, 5.05, resamples=100, unit="patient"
    )
    at = np.interp(np.sort(risk), curve.predicted, curve.observed)
    gap = np.abs(at - np.sort(risk)).mean()
    ici = METRICS["survival", GAPS[0]](columns["time"], columns["event"], risks=risk, horizon=5.0)
    assert gap == pytest.approx(ici, abs=1e-4)
    assert all(
        low <= y <= high for low, y, high in zip(curve.low, curve.observed, curve.high, strict=True)
    )
    assert "bootstrap over 240 patients, 100 resamples" in curve.method
    assert sum(curve.bin_cases) <= 240


# Risk groups, and follow-up that ended on its first day: groups.R made groups.yaml


GROUPS = yaml.safe_load((SIMULATED / "groups.yaml").read_text(encoding="utf-8"))
CUTS = (-0.5, 0.5)


def of_r(name: str, *, rel: float = 1e-9, abs: float = 1e-12) -> Any:
    return pytest.approx(GROUPS[name], rel=rel, abs=abs)


def grouped() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    columns = simulated(competing=False)
    return columns["time"], columns["event"], np.searchsorted(CUTS, columns["score"], "right")


def test_weighted_tests_and_the_test_for_a_trend_are_those_of_r() -> None:
    assert log_rank(*grouped(), "Peto").p == of_r("peto_p")
    assert log_rank(*grouped(), "Gehan").p == of_r("gehan_p")
    assert log_rank(*grouped()).trend == of_r("trend_p")


@pytest.mark.parametrize("ties", ["Efron", "Breslow"])
def test_the_cox_model_of_groups_is_that_of_r(ties: Any) -> None:
    assert cox_tests(*grouped(), ties) == of_r(f"cox_p_{ties.lower()}", rel=1e-7)
    ratios = [each for each in hazard_ratios(*grouped(), ties=ties) if each]
    for name, found in (
        ("ratios", [each.value for each in ratios]),
        ("low", [each.interval.low for each in ratios]),
        ("high", [each.interval.high for each in ratios]),
        ("wald_p", [each.p for each in ratios]),
    ):
        assert found == of_r(f"{name}_{ties.lower()}", rel=1e-7), name


def test_each_risk_group_has_the_risk_and_the_median_of_survfit() -> None:
    columns = simulated(competing=False)
    given = columns["time"], columns["event"], columns["score"]
    for number, each in enumerate(risk_groups(*given, CUTS, horizons=(5.05,)).groups, start=1):
        (risk,) = each.observed_risks
        assert (risk.value, *limits(risk)) == of_r(f"risk_{number}")
        median = GROUPS[f"median_{number}"][0]
        assert each.median_survival.value == (None if median < 0 else pytest.approx(median))


def zeros(*, competing: bool = False) -> dict[str, np.ndarray]:
    columns = simulated(competing=competing)
    return {**columns, "time": np.where(columns["time"] < 1, 0.0, columns["time"])}


def test_follow_up_that_ended_on_its_first_day_is_that_of_r() -> None:
    columns = zeros()
    nobody = columns["time"] == 0
    assert [nobody.sum(), (nobody & (columns["event"] == 1)).sum()] == GROUPS["zeros"]
    found = made(columns, *YEARS)
    risks = [found.one("observed_risk", horizon=at) for at in YEARS]
    assert [each.value for each in risks] == pytest.approx(GROUPS["zero_risk"][1:])
    assert [limits(each)[0] for each in risks] == pytest.approx(GROUPS["zero_low"][1:])
    assert [limits(each)[1] for each in risks] == pytest.approx(GROUPS["zero_high"][1:])
    assert found.one("median_survival").value == of_r("zero_median")
    assert found.one("uno_c_index").value == of_r("zero_uno")
    follow_up = made(zeros(competing=True), *YEARS).one("median_follow_up")
    assert follow_up.value == of_r("zero_follow_up")
    mean = found.one("restricted_mean_survival", horizon=5.05)
    assert (mean.value, error(mean)) == of_r("zero_restricted_mean")
    c, slope = found.one("c_index"), found.one("calibration_slope", horizon=5.05)
    assert (c.value, error(c)) == of_r("zero_harrell")
    assert (slope.value, error(slope)) == of_r("zero_slope", rel=1e-7)
    ratio = found.one("hazard_ratio")
    assert (ratio.value, np.log(np.divide(*limits(ratio)[::-1])) / 2 / Z) == of_r(
        "zero_hazard_ratio", rel=1e-7
    )
    assert found.one("time_dependent_auroc", horizon=5.05).value == of_r("zero_auroc")
    assert found.one("brier_score", horizon=5.05).value == of_r("zero_brier")


def test_curves_begin_with_what_happened_on_the_first_day() -> None:
    columns = zeros()
    curve = survival_curve(columns["time"], columns["event"], at=(0.0, *YEARS))
    assert curve.time[:2] == (0.0, 0.0)
    assert curve.value[:2] == pytest.approx((1, 1 - GROUPS["zero_risk"][0]))
    assert list(curve.at_risk) == GROUPS["zero_at_risk"]
    several = zeros(competing=True)
    incidence = survival_curve(several["time"], several["event"], at=(0.0, *YEARS))
    there = [np.searchsorted(incidence.time, at, "right") - 1 for at in incidence.at]
    assert [incidence.value[at] for at in there] == of_r("zero_incidence")
    group = np.searchsorted(CUTS, columns["score"], "right")
    assert log_rank(columns["time"], columns["event"], group).statistic == of_r("zero_log_rank")

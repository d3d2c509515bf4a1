"""Sample size: published numbers, values of other programs, and what holds of every calculation."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.metrics.base import Undefined
from checker.metrics.intervals import wilson
from checker.metrics.sample_size import (
    BY_SIMULATION,
    SampleSize,
    accuracy_at,
    accuracy_patients,
    auroc_patients,
    auroc_variance,
    beta_predictor,
    binormal_predictor,
    cox_snell_of_auroc,
    development_binary,
    development_continuous,
    development_survival,
    evaluation_binary,
    evaluation_continuous,
    events_per_parameter,
    expected_shrinkage,
    largest_cox_snell,
    normal_predictor,
    observed_predictor,
    proportion_cases,
)

FILE = Path(__file__).resolve().parent / "reference" / "samplesize" / "riley_cases.csv"
with FILE.open(encoding="utf-8") as opened:
    PUBLISHED = list(csv.DictReader(opened))
NAMES = {
    "shrinkage_0.9": "shrinkage",
    "optimism_r2_0.05": "optimism",
    "overall_risk_0.05": "overall_risk",
    "residual_sd": "residual_sd",
    "oe": "observed_expected",
    "cslope": "calibration_slope",
    "cstatistic": "auroc",
}


def calculated(row: dict[str, str]) -> SampleSize:
    texts = dict(each.split("=", 1) for each in row["inputs"].split(";"))
    spread = texts.pop("lp", "")
    of = {name: float(text) for name, text in texts.items()}
    parameters = int(of.get("parameters", 0))
    if row["purpose"] == "evaluation":
        found = re.fullmatch(r"(\w+)\((.+),(.+)\)", spread)
        assert found is not None
        make = {"normal": normal_predictor, "beta": beta_predictor}[found[1]]
        return evaluation_binary(
            of["prevalence"],
            of["cstatistic"],
            predictor=make(float(found[2]), float(found[3])),
            oe_width=of["oe_width"],
            slope_width=of["slope_width"],
            auroc_width=of["c_width"],
        )
    if row["outcome_type"] == "binary":
        given = {"cox_snell_r2": of.get("r2cs"), "auroc": of.get("cstatistic")}
        return development_binary(of["prevalence"], parameters, **given)  # type: ignore[arg-type]
    if row["outcome_type"] == "survival":
        return development_survival(
            of["rate"],
            of["mean_followup"],
            of["timepoint"],
            parameters,
            cox_snell_r2=of["r2cs"],
        )
    return development_continuous(of["r2adj"], parameters, of["intercept"], of["sd"])


def allowed(row: dict[str, str]) -> float:
    """Return the tolerance of the row; that of an evaluation is listed by criterion."""
    if row["purpose"] == "development":
        return float(row["tolerance"])
    found = re.search(rf"{row['criterion']} (\d+)", row["tolerance"])
    assert found is not None
    return float(found[1])


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: f"{row['case']} {row['criterion']}")
def test_published_numbers(row: dict[str, str]) -> None:
    made, expected = calculated(row), float(row["expected"])
    if row["criterion"] == "epp_final":
        assert round(made.events_per_parameter or 0, 2) == expected
    elif row["criterion"] == "final":
        assert made.patients == pytest.approx(expected, abs=allowed(row))
    else:
        found = made.one(NAMES[row["criterion"]]).patients
        assert found == pytest.approx(expected, abs=allowed(row))
        if "quadrature gives" in row["tolerance"] and row["criterion"] == "cslope":
            assert found == 4554


# R 4.2.2, base alone: integrate() with a relative tolerance of 1e-11, qnorm, qchisq, qt, and numbers of patients by
# trying one after the other; the variance of Obuchowski by var.theta.obuchowski(0.8, 7 / 3) / 30 of pROC 1.18.0


@pytest.mark.parametrize(
    ("auroc", "prevalence", "r2"),
    [(0.89, 0.174, 0.290954910091), (0.7, 0.3, 0.103401260435), (0.8, 0.05, 0.062297093761)],
)
def test_cox_snell_of_an_auroc_is_the_integral_of_r(
    auroc: float, prevalence: float, r2: float
) -> None:
    assert cox_snell_of_auroc(auroc, prevalence) == pytest.approx(r2, abs=1e-9)


@pytest.mark.parametrize(
    ("predictor", "variance"),
    [
        (normal_predictor(-5, 2.5), 11.8541162746),
        (normal_predictor(-1, 1), 7.8414749889),
        (beta_predictor(1.33, 1.75), 5.5569262347),
    ],
)
def test_the_variance_of_a_slope_is_the_integral_of_r(predictor: Any, variance: float) -> None:
    made = evaluation_binary(0.3, 0.8, predictor=predictor, slope_width=0.01)
    error = 0.01 / (2 * 1.959963984540054)
    assert made.one("calibration_slope").patients == np.ceil(variance / error**2)
    assert predictor.weight.sum() == pytest.approx(1)


def test_accuracy_at_a_threshold_is_the_integral_of_r() -> None:
    found = accuracy_at(beta_predictor(1.33, 1.75), 0.3)
    assert found == pytest.approx((0.8677890248, 0.5075360383), abs=2e-3)


def test_other_criteria_as_r_computes_them() -> None:
    made = development_continuous(0.3, 10, 50, 15)
    assert [each.patients for each in made.criteria] == [196, 141, 244, 29]
    assert (made.binding, made.patients, made.events) == ("residual_sd", 244, None)
    survival = development_survival(0.065, 2.07, 2, 25, cox_snell_r2=0.051)
    assert survival.one("overall_risk").patients == 158
    assert survival.events == np.ceil(4286 * 0.065 * 2.07)
    binary = development_binary(0.2, 10, cox_snell_r2=0.2, mean_error=0.05)
    assert binary.one("mean_error").patients == 380
    made = evaluation_binary(0.2, 0.8, threshold=0.1, sensitivity=0.8, specificity=0.6)
    assert made.one("net_benefit").patients == 406


def test_a_continuous_outcome_as_published() -> None:
    """Archer et al. 2021 ask for 235 patients at least for residual variances, and 4 R² (1 - R²)² over the variance."""
    made = evaluation_continuous(0.5, 10, in_the_large_width=2)
    error = 0.1 / (2 * 1.959963984540054)
    assert made.one("residual_sd").patients == 235
    assert made.one("r_squared").patients == np.ceil(4 * 0.5 * 0.25 / error**2) == 769
    assert made.one("calibration_in_the_large").patients == 193
    assert made.one("calibration_slope").patients == 386
    assert made.binding == "r_squared"


@pytest.mark.parametrize(("method", "cases"), [("wilson", 141), ("wald", 139), ("exact", 158)])
def test_cases_for_a_proportion(method: str, cases: int) -> None:
    assert proportion_cases(0.9, 0.1, method) == cases


@pytest.mark.parametrize(
    ("method", "patients"), [("newcombe", 359), ("hanley_mcneil", 424), ("obuchowski", 478)]
)
def test_patients_for_an_auroc(method: Any, patients: int) -> None:
    assert auroc_patients(0.8, 0.3, 0.1, method) == patients


def test_the_variance_of_obuchowski_is_that_of_proc() -> None:
    found = auroc_variance(0.8, 30, 70, "obuchowski")
    assert found == pytest.approx(0.00310739454345118, abs=1e-15)


def test_accuracy_in_a_cohort() -> None:
    made = accuracy_patients(0.2, sensitivity=0.9, specificity=0.9, method="wald")
    assert made.one("sensitivity").patients == 139 * 5
    assert made.one("specificity").patients == np.ceil(139 / 0.8)
    assert (made.binding, made.events) == ("sensitivity", 139)
    assert made.sentence == (
        "At least 695 patients, 139 of them with the outcome; what decides is an interval of the sensitivity "
        "no wider than 0.1."
    )


# What always holds


RATES = st.floats(0.02, 0.98)


@given(prevalence=RATES, share=st.floats(0.02, 0.9), parameters=st.integers(1, 60))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_development_meets_its_own_shrinkage(
    prevalence: float, share: float, parameters: int
) -> None:
    r2 = share * largest_cox_snell(prevalence)
    made = development_binary(prevalence, parameters, nagelkerke_r2=share)
    assert made == development_binary(prevalence, parameters, cox_snell_r2=r2)
    needed = made.one("shrinkage").patients
    if r2 < 0.89:
        assert expected_shrinkage(needed, parameters, r2) >= 0.9 - 1e-9
        assert expected_shrinkage(needed, parameters, r2) < 0.96 or needed < 60
    more = development_binary(prevalence, parameters + 1, cox_snell_r2=r2)
    assert more.patients >= made.patients
    assert made.patients == max(each.patients for each in made.criteria)
    assert made.one(made.binding).patients == made.patients


@given(share=st.floats(0, 1), width=st.floats(0.02, 0.5))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_one_case_fewer_is_not_enough(share: float, width: float) -> None:
    cases = proportion_cases(share, width)
    found = [wilson(share * n, n) for n in (cases, cases - 1) if n > 0]
    assert found[0].high - found[0].low <= width
    assert len(found) == 1 or found[1].high - found[1].low > width


@given(auroc=st.floats(0.55, 0.97), prevalence=RATES)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_binormal_predictor_is_calibrated_and_has_its_auroc(
    auroc: float, prevalence: float
) -> None:
    predictor = binormal_predictor(auroc, prevalence)
    risk, weight = predictor.risk, predictor.weight
    assert risk @ weight == pytest.approx(prevalence, abs=1e-9)
    with_it, without = risk * weight / prevalence, (1 - risk) * weight / (1 - prevalence)
    below = np.cumsum(without) - without / 2
    assert with_it @ below == pytest.approx(auroc, abs=1e-6)
    assert 0 < cox_snell_of_auroc(auroc, prevalence) < largest_cox_snell(prevalence)


def test_observed_risks_may_stand_for_the_predictor() -> None:
    rng = np.random.default_rng(0)
    risks = 1 / (1 + np.exp(-rng.normal(-1, 1, 200_000)))
    seen = evaluation_binary(0.3, 0.8, predictor=observed_predictor(risks)).criteria[1].patients
    exact = evaluation_binary(0.3, 0.8, predictor=normal_predictor(-1, 1)).criteria[1].patients
    assert seen == pytest.approx(exact, rel=0.02)


@pytest.mark.slow
def test_a_slope_varies_as_expected_with_the_calculated_number() -> None:
    """Refit on 1,500 samples of the calculated size: the standard error is what was asked for."""
    from checker.metrics import METRICS

    rng = np.random.default_rng(1)
    patients = evaluation_binary(0.3, 0.8, slope_width=0.4).one("calibration_slope").patients
    predictor = binormal_predictor(0.8, 0.3)
    slopes = []
    for _ in range(1500):
        value = rng.choice(predictor.value, patients, p=predictor.weight)
        risk = 1 / (1 + np.exp(-value))
        outcome = (rng.random(patients) < risk).astype(int)
        slopes.append(METRICS["classification", "calibration_slope"](outcome, risk))
    assert np.std(slopes) == pytest.approx(0.4 / (2 * 1.96), rel=0.08)


IMPOSSIBLE: list[tuple[Callable[[], Any], str]] = [
    (lambda: development_binary(0.2, 10), "give one of"),
    (lambda: development_binary(0.2, 10, cox_snell_r2=0.2, auroc=0.8), "give one of"),
    (lambda: development_binary(0.2, 10, cox_snell_r2=0.7), "the Cox-Snell R² has to lie between"),
    (lambda: development_binary(1.2, 10, auroc=0.8), "the prevalence has to lie between 0 and 1"),
    (lambda: development_binary(0.2, 10, auroc=0.4), "the AUROC has to lie between 0.5 and 1"),
    (lambda: development_binary(0.2, 0, auroc=0.8), "at least one parameter"),
    (lambda: development_continuous(0.2, 10, 0, 1), "a mean outcome of 0"),
    (lambda: development_survival(0, 2, 2, 10, cox_snell_r2=0.1), "the rate has to lie between"),
    (lambda: evaluation_binary(0.2, 0.8, slope_width=0), "the width has to lie between"),
    (lambda: evaluation_continuous(1.2, 1), "R² has to lie between 0 and 1"),
    (lambda: accuracy_patients(0.2), "the sensitivity, the specificity or both"),
    (lambda: proportion_cases(0.5, 0.1, "none"), "no interval of a proportion"),
    (lambda: auroc_variance(0.8, 10, 10, "none"), "no variance of an AUROC"),  # type: ignore[arg-type]
    (lambda: auroc_patients(1.0, 0.3), "the AUROC has to lie between"),
    (lambda: observed_predictor(np.array([0.0, 0.5])), "inside 0 and 1"),
    (lambda: events_per_parameter(10, 0), "at least one parameter"),
    (lambda: expected_shrinkage(0, 3, 0.2), "the number of patients has to lie"),
]


@pytest.mark.parametrize(("make", "sentence"), IMPOSSIBLE, ids=[each[1] for each in IMPOSSIBLE])
def test_what_is_impossible_gets_a_sentence(make: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(Undefined, match=re.escape(sentence)) as caught:
        make()
    assert not str(caught.value).endswith(".")


def test_what_needs_simulation_is_said() -> None:
    assert "Riley 2022" in BY_SIMULATION
    assert events_per_parameter(48, 10) == 4.8

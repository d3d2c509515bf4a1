"""Points of the figures agree with the numbers they stand for."""

import numpy as np
import pytest
from sklearn.metrics import roc_curve as roc_of_scikit_learn

from checker.metrics import (
    Undefined,
    auroc,
    calibration_curve,
    decision_curve,
    net_benefit,
    roc_curve,
    score_distribution,
    sensitivity,
    specificity,
)
from checker.metrics.intervals import wilson


def simulated(cases: int, seed: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    linear = rng.normal(-0.5, 1.3, cases)
    outcome = (rng.random(cases) < 1 / (1 + np.exp(-linear))).astype(int)
    return outcome, 1 / (1 + np.exp(-linear))


@pytest.mark.parametrize("cases", [12, 200, 20_000])
def test_the_roc_curve_has_the_area_of_the_auroc(cases: int) -> None:
    outcome, risk = simulated(cases)
    curve = roc_curve(outcome, risk.round(3), 0.4)
    across, up = np.array(curve.false_positive_rate), np.array(curve.sensitivity)
    assert (across[0], up[0], across[-1], up[-1]) == (0, 0, 1, 1)
    assert (np.diff(across) >= 0).all()
    assert (np.diff(up) >= 0).all()
    assert len(across) <= 300
    area = auroc(outcome, risk.round(3))
    assert np.trapezoid(up, across) == pytest.approx(area, abs=1e-12 if cases < 300 else 1e-3)
    assert curve.at_threshold == pytest.approx(
        (
            1 - specificity(outcome, risk.round(3), threshold=0.4),
            sensitivity(outcome, risk.round(3), threshold=0.4),
        )
    )


def test_the_roc_curve_keeps_the_corners_of_scikit_learn() -> None:
    outcome, risk = simulated(60)
    across, up, _ = roc_of_scikit_learn(outcome, risk.round(1))
    curve = roc_curve(outcome, risk.round(1))
    assert curve.false_positive_rate == pytest.approx(across)
    assert curve.sensitivity == pytest.approx(up)


def test_the_calibration_curve_of_perfect_frequencies_is_the_diagonal() -> None:
    risk = np.repeat(np.arange(1, 10) / 10, 20)
    outcome = np.concatenate([np.arange(20) < 2 * each for each in range(1, 10)]).astype(int)
    curve = calibration_curve(outcome, risk, resamples=200, unit="lesion")
    assert curve.predicted[0] == pytest.approx(0.1)
    assert curve.predicted[-1] == pytest.approx(0.9)
    assert curve.observed == pytest.approx(curve.predicted, abs=1e-9)
    assert len(curve.predicted) == len(curve.low) == len(curve.high) == 100
    assert all(
        low <= y <= high for low, y, high in zip(curve.low, curve.observed, curve.high, strict=True)
    )
    assert "loess, span 0.75, degree 2" in curve.method
    assert "bootstrap over 180 lesions, 200 resamples" in curve.method
    assert curve.bin_predicted == pytest.approx(np.arange(1, 10) / 10)
    assert curve.bin_observed == pytest.approx(curve.bin_predicted)
    assert curve.bin_cases == (20,) * 9
    assert (curve.bin_low[0], curve.bin_high[0]) == (wilson(2, 20).low, wilson(2, 20).high)


def test_the_bins_are_ten_of_equal_count() -> None:
    outcome, risk = simulated(1_005)
    curve = calibration_curve(outcome, risk, resamples=50)
    assert sum(curve.bin_cases) == 1_005
    assert set(curve.bin_cases) <= {100, 101}
    assert list(curve.bin_predicted) == sorted(curve.bin_predicted)


def test_the_band_is_wider_once_patients_are_named() -> None:
    outcome, risk = simulated(300)
    doubled, patient = (np.repeat(outcome, 3), np.repeat(risk, 3)), np.repeat(np.arange(300), 3)
    by_row, by_patient = (
        calibration_curve(*doubled, who, resamples=300) for who in (None, patient)
    )
    narrow, wide = (np.subtract(each.high, each.low)[40:60].mean() for each in (by_row, by_patient))
    assert wide / narrow == pytest.approx(3**0.5, rel=0.2)
    assert "300 patients" in by_patient.method
    assert (
        np.subtract(by_patient.bin_high, by_patient.bin_low).mean()
        > np.subtract(by_row.bin_high, by_row.bin_low).mean()
    )


def test_few_patients_have_a_curve_without_band() -> None:
    outcome, risk = simulated(19)
    curve = calibration_curve(outcome, risk, unit="patient")
    assert (curve.low, curve.high) == ((), ())
    assert "no band, 19 patients are too few to resample" in curve.method


def test_a_curve_is_the_same_twice() -> None:
    outcome, risk = simulated(100)
    first = calibration_curve(outcome, risk, resamples=100, seed=3)
    assert first == calibration_curve(outcome, risk, resamples=100, seed=3)
    assert first != calibration_curve(outcome, risk, resamples=100, seed=4)


def test_the_decision_curve_holds_the_net_benefit() -> None:
    outcome, risk = simulated(500)
    curve = decision_curve(outcome, risk.round(2), (0.1, 0.595))
    assert len(curve.threshold) == 100
    for at in (0, 20, 99):
        for strategy in ("model", "treat_all", "treat_none"):
            expected = net_benefit(
                outcome, risk.round(2), threshold=curve.threshold[at], strategy=strategy
            )
            assert getattr(curve, strategy)[at] == pytest.approx(expected, abs=1e-12)


def test_the_distribution_counts_every_case_once() -> None:
    outcome, risk = simulated(500)
    found = score_distribution(outcome, risk)
    assert (found.edges[0], found.edges[-1], len(found.edges)) == (0, 1, 26)
    assert sum(found.with_outcome) == outcome.sum()
    assert sum(found.without_outcome) == 500 - outcome.sum()
    shifted = score_distribution(outcome, 40 * risk - 3)
    assert shifted.edges[0] == pytest.approx((40 * risk - 3).min())
    assert sum(shifted.with_outcome) == outcome.sum()
    assert sum(score_distribution(outcome, np.full(500, 7.0)).with_outcome) == outcome.sum()


NO_CASES = np.empty(0)
UNDEFINED = {
    "ROC of one class": (lambda: roc_curve(np.ones(3), np.arange(3.0)), "needs cases with"),
    "calibration of nothing": (lambda: calibration_curve(NO_CASES, NO_CASES), "there are no cases"),
    "calibration beyond 1": (
        lambda: calibration_curve(np.arange(9) % 2, np.arange(9.0)),
        "7 of 9 predicted risks lie outside 0 to 1",
    ),
    "calibration of one risk": (
        lambda: calibration_curve(np.arange(9) % 2, np.full(9, 0.5)),
        "at least 6 distinct predicted risks",
    ),
    "decisions of nothing": (lambda: decision_curve(NO_CASES, NO_CASES), "there are no cases"),
    "decisions beyond 1": (
        lambda: decision_curve(np.ones(2), np.array([0.5, 2])),
        "predicted risks lie outside 0 to 1",
    ),
    "decisions at 1": (
        lambda: decision_curve(np.ones(1), np.ones(1), (0.5, 1)),
        "0.5 to 1 is no range of threshold probabilities",
    ),
    "distribution of nothing": (lambda: score_distribution(NO_CASES, NO_CASES), "there are no"),
}


@pytest.mark.parametrize("story", UNDEFINED)
def test_a_figure_that_cannot_be_drawn_says_why(story: str) -> None:
    make, sentence = UNDEFINED[story]
    with pytest.raises(Undefined, match=sentence):
        make()


def test_rows_with_a_missing_value_are_left_out_of_every_figure() -> None:
    outcome, risk = simulated(200)
    more = np.append(outcome, [-1, -1, 1]), np.append(risk, [0.1, np.nan, np.nan])
    for make in (roc_curve, decision_curve, score_distribution):
        assert make(*more) == make(outcome, risk)
    assert calibration_curve(*more, resamples=20) == calibration_curve(outcome, risk, resamples=20)

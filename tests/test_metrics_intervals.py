"""Intervals: published tables, exact limits, and how often they hold the truth in simulated data."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scipy import special

from checker.metrics import Undefined, estimates
from checker.metrics.base import METRICS, Share
from checker.metrics.comparing import mcnemar
from checker.metrics.estimating import complete, known_of
from checker.metrics.intervals import (
    PROPORTION_INTERVALS,
    agresti_coull,
    around,
    around_logarithm,
    around_logit,
    bca,
    clopper_pearson,
    delong,
    delong_logit,
    hanley_mcneil,
    jeffreys,
    obuchowski,
    percentile,
    tango,
    wald,
    wilson,
)
from checker.metrics.patients import effective_cases, share_variance
from checker.metrics.resampling import Asked, drawn, left_out, resampled
from checker.model.estimate import Interval


def limits(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


class Published(NamedTuple):
    story: str
    interval: Interval
    low: float
    high: float
    digits: int = 4


PUBLISHED = [
    Published("Newcombe 1998 (single), Wald, 81/263", wald(81, 263), 0.2522, 0.3638),
    Published("Newcombe 1998 (single), Wald, 15/148", wald(15, 148), 0.0527, 0.1500),
    Published("Newcombe 1998 (single), Wilson, 81/263", wilson(81, 263), 0.2553, 0.3662),
    Published("Newcombe 1998 (single), Wilson, 15/148", wilson(15, 148), 0.0624, 0.1605),
    Published("Newcombe 1998 (single), Wilson, 0/20", wilson(0, 20), 0, 0.1611),
    Published("Newcombe 1998 (single), Wilson, 1/29", wilson(1, 29), 0.0061, 0.1718),
    Published("Newcombe 1998 (single), exact, 81/263", clopper_pearson(81, 263), 0.2527, 0.3676),
    Published("Newcombe 1998 (single), exact, 15/148", clopper_pearson(15, 148), 0.0578, 0.1617),
    Published("Newcombe 1998 (single), exact, 0/20", clopper_pearson(0, 20), 0, 0.1684),
    Published("Newcombe 1998 (single), exact, 1/29", clopper_pearson(1, 29), 0.0009, 0.1776),
    Published("an AUROC of 0.893 in 51 and 58", hanley_mcneil(0.893, 51, 58), 0.8293, 0.9567),
]


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.story)
def test_published_limits(case: Published) -> None:
    assert limits(case.interval) == pytest.approx((case.low, case.high), abs=0.6 * 10**-case.digits)


@pytest.mark.parametrize("method", PROPORTION_INTERVALS.values(), ids=PROPORTION_INTERVALS)
@pytest.mark.parametrize("cases", [1, 7, 300])
def test_limits_of_proportions_at_none_and_at_all(
    method: Callable[[float, float, float], Interval], cases: int
) -> None:
    none, everyone = method(0, cases, 0.95), method(cases, cases, 0.95)
    assert none.low == 0.0
    assert everyone.high == 1.0
    assert (none.high, none.low) == pytest.approx((1 - everyone.low, 1 - everyone.high), abs=1e-12)
    with pytest.raises(Undefined, match="there are no cases"):
        method(0, 0, 0.95)


def test_exact_limits_at_none_and_at_all_have_a_closed_form() -> None:
    assert clopper_pearson(0, 12).high == pytest.approx(1 - 0.025 ** (1 / 12), abs=1e-12)
    assert clopper_pearson(12, 12).low == pytest.approx(0.025 ** (1 / 12), abs=1e-12)
    z2 = 1.959963984540054**2
    assert wilson(0, 12).high == pytest.approx(z2 / (12 + z2), abs=1e-12)


def test_beta_limits_hold_the_tails_they_should() -> None:
    low, high = limits(jeffreys(4, 19))
    assert special.betainc(4.5, 15.5, low) == pytest.approx(0.025)
    assert special.betainc(4.5, 15.5, high) == pytest.approx(0.975)
    low, high = limits(clopper_pearson(4, 19, 0.9))
    assert special.bdtrc(3, 19, low) == pytest.approx(0.05)
    assert special.bdtr(4, 19, high) == pytest.approx(0.05)


def test_agresti_coull_is_wald_around_the_middle_of_wilson() -> None:
    low, high = limits(agresti_coull(15, 148))
    assert (low + high) / 2 == pytest.approx(sum(limits(wilson(15, 148))) / 2, abs=1e-12)


def wilson_difference(d: float, b: int, c: int, n: int) -> float:
    """Return the squared score statistic of Tango 1998, its restricted estimate by a grid of likelihoods."""
    low, high = max(0.0, -d), (1 - d) / 2
    q = np.linspace(low, high, 2_000_001)[1:-1]
    likelihood = b * np.log(q + d) + c * np.log(q) + (n - b - c) * np.log1p(-2 * q - d)
    q = q[np.argmax(likelihood)]
    return float((b - c - n * d) ** 2 / (n * (2 * q + d * (1 - d))))


@pytest.mark.parametrize(("b", "c", "n"), [(5, 2, 44), (12, 3, 40), (30, 20, 200)])
def test_limits_of_tango_solve_the_score_equation(b: int, c: int, n: int) -> None:
    for limit in limits(tango(b, c, n)):
        assert wilson_difference(limit, b, c, n) == pytest.approx(1.959963984540054**2, rel=1e-4)


TANGO = [
    Published("swapped", tango(2, 5, 44), -tango(5, 2, 44).high, -tango(5, 2, 44).low, 9),
    Published("only first, all pairs", tango(20, 0, 20), wilson(20, 20).low, 1.0, 6),
]


@pytest.mark.parametrize("case", TANGO, ids=lambda case: case.story)
def test_limits_of_tango_at_the_edges(case: Published) -> None:
    assert case.interval.high == pytest.approx(case.high, abs=10**-case.digits)
    assert -1 <= case.interval.low <= case.interval.high <= 1


def test_limits_of_tango_without_discordant_pairs_lie_around_zero() -> None:
    low, high = limits(tango(0, 0, 50))
    assert low == pytest.approx(-high, abs=1e-9)
    assert 0 < high < 0.1


def test_mcnemar_is_the_doubled_binomial_tail() -> None:
    assert mcnemar(1, 8) == pytest.approx(2 * (1 + 9) / 2**9)
    assert mcnemar(4, 4) == 1.0
    assert mcnemar(0, 0) == 1.0


def test_intervals_of_the_auroc_agree_where_they_should() -> None:
    rng = np.random.default_rng(4)
    outcome = np.repeat([False, True], [70, 40])
    score = rng.normal(size=110).round(1) + outcome
    alone = obuchowski(outcome, score, np.arange(110) + 17)
    assert limits(alone) == pytest.approx(limits(delong(outcome, score)), abs=1e-12)
    logit = delong_logit(outcome, score)
    assert logit.low < delong(outcome, score).low
    doubled = np.tile(outcome, 2), np.tile(score, 2), np.tile(np.arange(110), 2)
    wide = obuchowski(*doubled)
    narrow = delong(*doubled[:2])
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2**0.5, rel=0.01)


def test_what_has_no_variance_has_no_interval() -> None:
    outcome, score = np.array([False, False, True, True]), np.array([1.0, 2, 3, 4])
    for make in (lambda: delong(outcome, score), lambda: delong(outcome, np.ones(4))):
        with pytest.raises(Undefined, match="the variance is zero"):
            make()
    with pytest.raises(Undefined, match="at least two cases"):
        delong(np.array([False, True]), np.array([0.1, 0.2]))
    with pytest.raises(Undefined, match="there are no cases"):
        hanley_mcneil(0.9, 0, 10)


def test_intervals_on_other_scales() -> None:
    assert limits(around(2.0, 0.25, 0.95)) == pytest.approx((1.02, 2.98), abs=1e-3)
    low, high = limits(around_logarithm(2.0, 0.25))
    assert low * high == pytest.approx(4.0)
    low, high = limits(around_logit(0.9, 0.001))
    assert low / (1 - low) * high / (1 - high) == pytest.approx(81.0)


def test_the_percentile_interval_leaves_undefined_resamples_out() -> None:
    values = np.append(np.arange(1, 1002.0), np.full(200, np.nan))
    assert limits(percentile(values)) == pytest.approx((26, 976))
    with pytest.raises(Undefined, match="more than half"):
        percentile(np.append(np.arange(10.0), np.full(11, np.nan)))


def test_bca_of_a_symmetric_distribution_is_the_percentile_interval() -> None:
    values = np.linspace(-1, 1, 2001)
    even = np.array([-1.0, 1.0, -2.0, 2.0])
    assert limits(bca(values, 0.0, even)) == pytest.approx(limits(percentile(values)), abs=2e-3)
    shifted = bca(values, 0.2, even)
    assert shifted.low > percentile(values).low
    with pytest.raises(Undefined, match="outside all resamples"):
        bca(values, 3.0, even)


def test_leaving_patients_out_gives_the_value_without_them() -> None:
    rng = np.random.default_rng(2)
    outcome, score = (rng.random(40) < 0.5).astype(int), rng.random(40)
    patient = np.repeat(np.arange(20), 2)
    rows, _ = complete({"outcome": outcome, "score": score, "patient": patient})
    auroc = METRICS["classification", "auroc"]
    found = left_out(known_of(rows, (0, 0), {}), auroc, {}, 20)
    kept = patient != 3
    assert found[3] == pytest.approx(auroc(outcome[kept], score[kept]), abs=1e-12)
    values = resampled(known_of(rows, (0, 0), {}), [Asked(auroc)], drawn((1, 1), 20, 40, 400))[
        Asked(auroc)
    ]
    made = bca(values, auroc(outcome, score), found)
    assert made.low < auroc(outcome, score) < made.high


def test_the_effective_number_of_cases() -> None:
    same = Share(np.array([2.0, 0, 2, 0] * 10), np.full(40, 2.0), "")
    assert effective_cases(same) == pytest.approx(40 * 39 / 40)
    assert share_variance(same) == pytest.approx(0.25 / 39)
    alone = Share(np.array([1.0, 0, 1]), np.ones(3), "")
    assert effective_cases(alone) == 3
    perfect = Share(np.full(12, 3.0), np.full(12, 3.0), "")
    assert effective_cases(perfect) == 12
    one = Share(np.array([3.0, 0]), np.array([5.0, 0]), "")
    with pytest.raises(Undefined, match="at least two patients"):
        effective_cases(one)


def clustered(rng: np.random.Generator, patients: int) -> dict[str, np.ndarray]:
    """Return one to five cases per patient; the outcome and a part of the score belong to the patient."""
    sizes = rng.integers(1, 6, patients)
    patient = np.repeat(np.arange(patients), sizes)
    sick = rng.random(patients) < 0.4
    outcome = sick[patient] ^ (rng.random(len(patient)) < 0.1)
    own = 0.8 * rng.normal(size=patients)
    score = outcome + own[patient] + 0.6 * rng.normal(size=len(patient))
    return {"outcome": outcome.astype(int), "score": score, "patient": patient}


TRUE_AUROC = 0.5 * (1 + float(special.erf(1 / 2)))
"""Two normals one standard deviation of 1 apart: Phi(1 / sqrt 2)."""


@pytest.mark.slow
def test_coverage_of_wilson() -> None:
    rng, inside = np.random.default_rng(0), 0
    for _ in range(4000):
        low, high = limits(wilson(rng.binomial(40, 0.15), 40))
        inside += low <= 0.15 <= high
    assert inside / 4000 == pytest.approx(0.95, abs=0.02)


@pytest.mark.slow
def test_coverage_of_delong() -> None:
    rng, inside = np.random.default_rng(1), 0
    for _ in range(2000):
        outcome = rng.random(150) < 0.4
        low, high = limits(delong(outcome, outcome + rng.normal(size=150)))
        inside += low <= TRUE_AUROC <= high
    assert inside / 2000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.slow
def test_coverage_where_patients_repeat() -> None:
    rng, inside, ignored, sensitive = np.random.default_rng(2), 0, 0, 0
    # score given outcome 1: normal with mean 1, variance 0.64 + 0.36
    true_sensitivity = 0.5 * (1 + float(special.erf(0.5 / 2**0.5)))
    for _ in range(1000):
        columns = clustered(rng, 120)
        outcome = columns["outcome"] == 1
        low, high = limits(obuchowski(outcome, columns["score"], columns["patient"]))
        inside += low <= TRUE_AUROC <= high
        low, high = limits(delong(outcome, columns["score"]))
        ignored += low <= TRUE_AUROC <= high
        made = of_sensitivity(columns)
        sensitive += made.low <= true_sensitivity <= made.high
    assert inside / 1000 == pytest.approx(0.95, abs=0.025)
    assert ignored / 1000 < 0.9
    assert sensitive / 1000 == pytest.approx(0.95, abs=0.025)


def of_sensitivity(columns: dict[str, np.ndarray]) -> Interval:
    made = estimates("classification", columns, threshold=0.5, resamples=1)
    found = next(each for each in made if each.metric == "sensitivity").interval
    assert found is not None
    return found

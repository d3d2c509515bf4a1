"""P values of classical tests, against scipy and R."""

import numpy as np
import pytest
from scipy import stats

from checker.metrics import Undefined, classical_tests


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(21)


@pytest.mark.parametrize("correction", [False, True])
@pytest.mark.parametrize("decimals", [1, 6])
def test_mann_whitney_is_that_of_scipy(
    rng: np.random.Generator, correction: bool, decimals: int
) -> None:
    first, second = rng.normal(0.4, 1, 31).round(decimals), rng.normal(0, 1, 44).round(decimals)
    expected = stats.mannwhitneyu(
        first, second, use_continuity=correction, method="asymptotic"
    ).pvalue
    found = classical_tests.mann_whitney(first, second, correction=correction)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("cases", [5, 9, 30, 50])
def test_signed_ranks_are_exact_where_no_differences_are_tied(
    rng: np.random.Generator, cases: int
) -> None:
    differences = rng.normal(0.3, 1, cases)
    expected = stats.wilcoxon(differences, method="exact").pvalue
    assert classical_tests.signed_ranks(differences, exact=True) == pytest.approx(
        expected, rel=1e-9
    )


def test_differences_of_zero_are_left_out_of_signed_ranks() -> None:
    """R 4.2.2: wilcox.test(x)$p.value with a 0 (normal, continuity correction), and without it (exact)."""
    differences = np.array([0.0625, 0.125, 0.03125, 0, 0.09375])
    corrected = classical_tests.signed_ranks(differences, correction=True)
    assert corrected == pytest.approx(0.100348246462, abs=1e-11)
    assert classical_tests.signed_ranks(differences, exact=True) == 0.125


@pytest.mark.parametrize("correction", [False, True])
def test_signed_ranks_with_ties_are_those_of_scipy(
    rng: np.random.Generator, correction: bool
) -> None:
    differences = rng.normal(0.3, 1, 40).round(1)
    expected = stats.wilcoxon(differences, correction=correction, method="asymptotic").pvalue
    found = classical_tests.signed_ranks(differences, correction=correction)
    assert found == pytest.approx(expected, rel=1e-9)


def test_the_paired_t_test_is_that_of_scipy(rng: np.random.Generator) -> None:
    differences = rng.normal(0.3, 1, 25)
    expected = stats.ttest_1samp(differences, 0).pvalue
    assert classical_tests.paired_t(differences) == pytest.approx(expected, rel=1e-9)


def test_tests_of_correlations_are_those_of_scipy(rng: np.random.Generator) -> None:
    first = rng.normal(size=60).round(1)
    second = (0.4 * first + rng.normal(size=60)).round(1)
    for name in ("pearsonr", "spearmanr"):
        expected = getattr(stats, name)(first, second)
        found = classical_tests.correlation_t(float(expected.statistic), 60)
        assert found == pytest.approx(float(expected.pvalue), rel=1e-6)
    expected = stats.kendalltau(first, second, method="asymptotic")
    found = classical_tests.kendall(float(expected.statistic), first, second)
    assert found == pytest.approx(float(expected.pvalue), rel=1e-9)
    assert classical_tests.correlation_t(1.0, 5) == 0.0


def test_williams_is_that_of_r() -> None:
    """R 4.2.2, psych 2.2.9: r.test(103, 0.4, 0.5, 0.1)."""
    assert classical_tests.williams(0.4, 0.5, 0.1, 103) == pytest.approx(
        0.374918517491256, abs=1e-12
    )


def test_what_has_no_test_says_so() -> None:
    nothing = np.array([])
    for sentence, make in (
        ("both classes", lambda: classical_tests.mann_whitney(nothing, np.ones(3))),
        ("all scores are equal", lambda: classical_tests.mann_whitney(np.ones(2), np.ones(3))),
        ("all differences are 0", lambda: classical_tests.signed_ranks(np.zeros(4))),
        ("do not vary", lambda: classical_tests.paired_t(np.ones(4))),
        ("four cases", lambda: classical_tests.williams(0.4, 0.5, 0.1, 3)),
        ("are the same", lambda: classical_tests.williams(1.0, 1.0, 1.0, 9)),
        ("three cases", lambda: classical_tests.correlation_t(0.3, 2)),
        ("different values", lambda: classical_tests.kendall(0.1, np.ones(5), np.arange(5.0))),
    ):
        with pytest.raises(Undefined, match=sentence):
            make()

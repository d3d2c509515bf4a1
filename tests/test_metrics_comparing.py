"""Differences between scores and between groups, and what patients with several rows do to a variance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from checker.metrics import (
    Undefined,
    aggregate,
    auroc,
    average_precision,
    compare,
    compare_groups,
    design_effect,
    threshold_optimum,
)
from checker.metrics.comparing import unpaired_delong
from checker.metrics.intervals import delong, obuchowski, tango
from checker.model.estimate import Comparison


def study(cases: int = 240, repeats: int = 1, seed: int = 0) -> dict[str, np.ndarray]:
    """Return two risks; each row `repeats` times, as rows of one patient."""
    rng = np.random.default_rng(seed)
    outcome = (rng.random(cases) < 0.4).astype(int)
    signal = outcome + rng.normal(size=cases)
    risks = {
        "new": 1 / (1 + np.exp(-(signal + 0.3 * rng.normal(size=cases)) + 0.5)),
        "old": 1 / (1 + np.exp(-(signal + 1.5 * rng.normal(size=cases)) + 0.5)),
    }
    columns = {"outcome": outcome, **risks, "patient": np.arange(cases)}
    return {name: np.repeat(values, repeats) for name, values in columns.items()}


def one(found: tuple[Comparison, ...], metric: str, **where: Any) -> Comparison:
    (made,) = [
        each
        for each in found
        if each.metric == metric and all(getattr(each, k) == v for k, v in where.items())
    ]
    return made


ALL = {"threshold": 0.5, "net_benefit": (0.2, 0.3), "resamples": 200}


def test_everything_that_can_be_compared_is_compared() -> None:
    found = compare(study(), "new", "old", unit="scan", group="sex = F", **ALL)
    assert [each.metric for each in found] == [
        "auroc",
        "sensitivity",
        "specificity",
        "accuracy",
        "average_precision",
        "brier_score",
        "net_benefit",
        "net_benefit",
        "net_reclassification_improvement",
        "integrated_discrimination_improvement",
    ]
    for each in found:
        assert (each.first, each.second, each.group, each.unit) == ("new", "old", "sex = F", "scan")
        assert each.interval is not None
        assert each.interval.low < each.difference < each.interval.high
        assert 0 <= each.p <= 1
        assert each.test
        assert {type(each.difference), type(each.p), type(each.interval.low)} == {float}


def test_a_difference_is_first_minus_second() -> None:
    columns = study()
    there, back = (compare(columns, *names, **ALL) for names in (("new", "old"), ("old", "new")))
    for each, other in zip(there, back, strict=True):
        assert each.difference == pytest.approx(-other.difference, abs=1e-12)
        assert each.interval.low == pytest.approx(-other.interval.high, abs=1e-9)
        assert each.p == pytest.approx(other.p, abs=1e-9)
    area = auroc(columns["outcome"], columns["new"]) - auroc(columns["outcome"], columns["old"])
    assert one(there, "auroc").difference == pytest.approx(area, abs=1e-12)
    precision = one(there, "average_precision").difference
    assert precision == pytest.approx(
        average_precision(columns["outcome"], columns["new"])
        - average_precision(columns["outcome"], columns["old"])
    )


def test_mcnemar_counts_only_the_cases_of_its_class() -> None:
    columns = study()
    found = one(compare(columns, "new", "old", **ALL), "sensitivity")
    sick = columns["outcome"] == 1
    new, old = columns["new"][sick] >= 0.5, columns["old"][sick] >= 0.5
    expected = tango(int((new & ~old).sum()), int((~new & old).sum()), int(sick.sum()))
    assert (found.interval.low, found.interval.high) == (expected.low, expected.high)
    assert found.difference == pytest.approx(new.mean() - old.mean())
    assert found.test == "exact McNemar"
    assert found.threshold == 0.5


def test_each_score_may_have_its_own_threshold() -> None:
    columns = study()
    found = one(
        compare(columns, "new", "old", threshold=0.5, second_threshold=0.9, resamples=20),
        "specificity",
    )
    well = columns["outcome"] == 0
    expected = (columns["new"][well] < 0.5).mean() - (columns["old"][well] < 0.9).mean()
    assert found.difference == pytest.approx(expected)


def test_rows_without_either_score_are_left_out_of_both() -> None:
    columns = study()
    columns["old"][:5] = np.nan
    columns["new"][5:8] = np.nan
    assert {each.cases for each in compare(columns, "new", "old", **ALL)} == {240 - 8}


def test_repeating_every_row_widens_nothing_once_patients_are_named() -> None:
    single = compare(study(), "new", "old", **ALL)
    repeated = compare(study(repeats=3), "new", "old", **ALL)
    for metric in ("auroc", "brier_score", "integrated_discrimination_improvement"):
        first, second = one(single, metric), one(repeated, metric)
        assert second.difference == pytest.approx(first.difference)
        width = [each.interval.high - each.interval.low for each in (first, second)]
        assert width[1] == pytest.approx(width[0], rel=0.15)
        assert "240 patients" in second.test
    clustered = one(repeated, "sensitivity")
    assert "bootstrap over 240 patients" in clustered.test


def test_equal_scores_have_no_test() -> None:
    columns = study()
    columns["old"] = columns["new"] / 2
    found = one(compare(columns, "new", "old", resamples=50), "auroc")
    assert (found.difference, found.interval, found.p) == (0.0, None, None)
    assert found.test == "paired DeLong, not possible: the difference has no variance"


UNDEFINED: dict[str, tuple[Mapping[str, Any], str, str]] = {
    "one class": ({"outcome": np.zeros(240, int)}, "auroc", "needs cases with the outcome and"),
    "no row": ({"outcome": np.full(240, -1)}, "auroc", "no row has an outcome and both scores"),
}


@pytest.mark.parametrize("story", UNDEFINED)
def test_what_cannot_be_compared_says_why(story: str) -> None:
    change, metric, sentence = UNDEFINED[story]
    found = one(compare({**study(), **change}, "new", "old", **ALL), metric)
    assert (found.difference, found.interval, found.p) == (None, None, None)
    assert found.undefined_because.startswith(sentence)


def test_scores_that_are_no_probabilities_are_compared_in_their_order_alone() -> None:
    columns = {**study(), "old": study()["old"] * 100}
    names = [each.metric for each in compare(columns, "new", "old", **ALL)]
    assert names == ["auroc", "sensitivity", "specificity", "accuracy", "average_precision"]


def test_few_patients_are_not_resampled() -> None:
    columns = {name: values[:19] for name, values in study().items()}
    found = one(compare(columns, "new", "old", unit="patient", resamples=50), "brier_score")
    assert found.difference is not None
    assert (found.interval, found.p) == (None, None)
    assert found.test == "19 patients are too few to resample"


def test_groups_of_different_patients_are_compared_unpaired() -> None:
    columns, member = {**study(), "score": study()["new"]}, np.arange(240) < 100
    found = compare_groups(columns, member, "F", "M", unit="patient")
    expected = unpaired_delong(
        (columns["outcome"][:100] == 1, columns["new"][:100]),
        (columns["outcome"][100:] == 1, columns["new"][100:]),
    )
    assert (found.difference, found.p) == (expected.difference, expected.p)
    assert (found.first, found.second, found.cases) == ("F", "M", 240)
    some = compare_groups(columns, member, "F", "M", among=np.arange(240) < 220)
    assert some.cases == 220


def test_groups_that_share_patients_are_compared_by_patient() -> None:
    columns = study(repeats=2)
    columns["score"] = columns["new"]
    found = compare_groups(columns, np.arange(480) % 2 == 0, "PA", "AP")
    assert found.difference == 0.0
    assert found.interval is None
    apart = compare_groups(columns, np.arange(480) < 200, "F", "M")
    alone = compare_groups({**study(), "score": study()["new"]}, np.arange(240) < 100, "F", "M")
    assert apart.difference == pytest.approx(alone.difference)
    assert apart.p == pytest.approx(alone.p, rel=0.1)
    assert "clustered by 240 patients" in apart.test


def test_a_group_with_one_class_cannot_be_compared() -> None:
    columns = {**study(), "score": study()["new"]}
    found = compare_groups(columns, columns["outcome"] == 1, "F", "M")
    assert found.difference is None
    assert found.undefined_because == "needs cases with the outcome and cases without"


def test_the_design_effect_of_rows_given_three_times_is_three() -> None:
    columns = study(repeats=3)
    given = columns["outcome"], columns["new"], columns["patient"]
    for metric in ("auroc", "sensitivity", "specificity", "accuracy"):
        assert design_effect(*given, metric, 0.5) == pytest.approx(3, rel=0.03)
    narrow, wide = delong(given[0] == 1, given[1]), obuchowski(given[0] == 1, *given[1:])
    assert design_effect(*given) == pytest.approx(
        ((wide.high - wide.low) / (narrow.high - narrow.low)) ** 2
    )


def test_a_design_effect_needs_variance() -> None:
    columns = study(repeats=3)
    with pytest.raises(Undefined, match="there is no variance"):
        design_effect(columns["outcome"], columns["new"], columns["patient"], "sensitivity", 0.0)
    with pytest.raises(Undefined, match="f1 has no design effect"):
        design_effect(columns["outcome"], columns["new"], columns["patient"], "f1", 0.5)


def test_one_row_per_patient_keeps_the_worst_or_the_mean() -> None:
    columns = {
        "outcome": np.array([0, 1, 0, 0, -1, 1]),
        "score": np.array([0.2, 0.4, 0.9, 0.1, 0.8, np.nan]),
        "patient": np.array([7, 7, 3, 3, 3, 5]),
    }
    worst, mean = aggregate(columns), aggregate(columns, by="mean")
    assert worst["patient"].tolist() == [3, 7]
    assert worst["outcome"].tolist() == [0, 1]
    assert worst["score"].tolist() == [0.9, 0.4]
    assert mean["score"] == pytest.approx([0.5, 0.3])
    assert len(aggregate({name: values[:0] for name, values in columns.items()})["score"]) == 0


OUTCOME = np.array([0, 0, 0, 1, 0, 1, 1, 1, 1, 1])
SCORE = np.array([0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
"""Best by Youden index and corner: from 0.5 up; by accuracy as good from 0.35 up."""


@pytest.mark.parametrize(
    ("threshold", "equals"),
    [(0.5, (True, True, True)), (0.45, (True, True, True)), (0.4, (False, False, False))],
)
def test_a_threshold_that_makes_the_best_decisions_is_seen(
    threshold: float, equals: tuple[bool, ...]
) -> None:
    found = threshold_optimum(OUTCOME, SCORE, threshold)
    assert tuple(each.equals for each in found) == equals
    youden = found[0]
    assert (youden.low, youden.high, youden.declared) == (0.4, 0.5, threshold)
    assert youden.chance == pytest.approx(2 / 10)  # two cuts are best by one criterion or another


def test_equally_good_cuts_all_count_as_the_optimum() -> None:
    accuracy = threshold_optimum(OUTCOME, SCORE, 0.35)[1]
    assert accuracy.criterion == "the largest accuracy"
    assert accuracy.equals
    assert (accuracy.low, accuracy.high) == (0.3, 0.35)
    assert accuracy.chance == pytest.approx(2 / 10)


def test_calling_no_one_positive_is_no_tuned_threshold() -> None:
    rare = np.array([0] * 30 + [1, 0, 0, 0])
    found = threshold_optimum(rare, np.arange(34.0), 99.0)
    assert [each.criterion for each in found if "accuracy" in each.criterion] == []
    with pytest.raises(Undefined, match="needs cases with the outcome"):
        threshold_optimum(np.zeros(4), np.arange(4.0), 1.0)


def test_few_patients_with_several_rows_are_not_resampled_for_reclassification() -> None:
    columns = {name: values[:57] for name, values in study(repeats=3).items()}
    for metric in ("net_reclassification_improvement", "integrated_discrimination_improvement"):
        found = one(compare(columns, "new", "old", resamples=50), metric)
        assert (found.interval, found.p) == (None, None)
        assert found.test == "19 patients are too few to resample"

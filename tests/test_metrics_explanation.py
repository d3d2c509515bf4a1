"""Measures of saliency maps: by hand, against slower ways, on random maps, and their summaries over patients."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from checker import metrics
from checker.metrics.base import METRICS, Metric, Undefined
from checker.metrics.estimating import families
from checker.metrics.map_measures import (
    Top,
    area_share,
    energy_share,
    is_flat,
    measured_map,
    peak_share,
    rank_similarity,
    saliency,
    top_overlap,
)
from checker.model.maps import (
    AREA,
    BETWEEN,
    ENERGY,
    EXPECTED,
    PEAK,
    QUANTITIES,
    REPEATS,
    TOP,
    TOP_BY_CHANCE,
)
from checker.model.metric_names import METRIC_NAMES, metrics_of

families("explanation")
OURS = {name: each for (task, name), each in METRICS.items() if task == "explanation"}
MAP = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0])
REGION = np.array([0, 0, 0, 1, 1, 1, 1, 0, 0, 0], bool)


# One map, by hand


def test_energy_area_and_largest_saliency_by_hand():
    found = measured_map(MAP, REGION)
    assert found[ENERGY] == 7 / 10
    assert found[AREA] == 4 / 10
    assert found[PEAK] == 1.0
    assert found[TOP] == 2 * 2 / (
        4 + 4
    )  # of the four voxels with saliency, 3 and 4 lie in the region
    assert found[TOP_BY_CHANCE] == 4 / 10


def test_a_threshold_keeps_what_reaches_its_share_of_the_largest():
    inside, by_chance = top_overlap(MAP, REGION, Top(threshold=0.5))  # 2, 3, 4
    assert inside == 2 * 2 / (3 + 4)
    assert by_chance == pytest.approx(2 * 3 * 4 / (10 * 7))


def test_a_share_of_the_voxels_is_rounded_and_never_empty():
    assert top_overlap(MAP, REGION, Top(share=0.2))[0] == 2 * 2 / (2 + 4)
    assert top_overlap(MAP, REGION, Top(share=0.001))[0] == 2 * 1 / (1 + 4)


def test_tied_largest_saliency_counts_by_its_share_in_the_region():
    found = np.array([5.0, 5.0, 5.0, 5.0, 1.0, 0.0])
    assert peak_share(found, np.array([1, 0, 0, 0, 1, 1], bool)) == 1 / 4


def test_tied_voxels_at_the_end_of_the_top_count_in_part():
    found = np.array([9.0, 1.0, 1.0, 1.0, 1.0, 0.0])
    region = np.array([1, 1, 0, 0, 0, 0], bool)
    assert top_overlap(found, region)[0] == 2 * (1 + 1 / 4) / 4  # room for one of the four ones


def test_a_map_without_aim_gives_chance_exactly():
    region = np.arange(40) < 7
    found = measured_map(np.ones(40), region)
    assert found[ENERGY] == found[PEAK] == found[TOP_BY_CHANCE] == 7 / 40
    assert found[TOP] == pytest.approx(7 / 40)


def test_of_an_empty_region_there_is_nothing_and_of_a_silent_map_the_area():
    assert measured_map(MAP, np.zeros(10, bool)) == {}
    assert measured_map(np.zeros(10), REGION) == {AREA: 0.4}
    assert area_share(np.zeros(0, bool)) == 0
    for measure in (energy_share, peak_share, top_overlap):
        with pytest.raises(Undefined, match="no saliency"):
            measure(np.zeros(10), REGION)


def test_saliency_below_zero_counts_only_where_it_is_asked():
    values = np.array([-3.0, 1.0, 0.0])
    assert saliency(values).tolist() == [0, 1, 0]
    assert saliency(values, absolute=True).tolist() == [3, 1, 0]
    assert is_flat(np.full(3, 2.0))
    assert not is_flat(values)


def test_rank_similarity_is_that_of_scipy_and_needs_two_values():
    rng = np.random.default_rng(3)
    first = rng.integers(0, 6, 300).astype(float)
    second = first + rng.integers(0, 6, 300)
    assert rank_similarity(first, second) == pytest.approx(
        stats.spearmanr(first, second).statistic, abs=1e-12
    )
    assert rank_similarity(first, 2 * first + 1) == 1
    assert rank_similarity(first, -first) == -1
    with pytest.raises(Undefined, match="same value everywhere"):
        rank_similarity(first, np.zeros(300))


def test_random_maps_give_chance_on_average():
    rng = np.random.default_rng(11)
    region = np.zeros(400, bool)
    region[:60] = True
    found = [measured_map(rng.exponential(size=400), region) for _ in range(2000)]
    mean = {name: np.mean([each[name] for each in found]) for name in found[0]}
    error = {name: np.std([each[name] for each in found]) / 2000**0.5 for name in found[0]}
    for name in (ENERGY, PEAK, TOP):
        assert abs(mean[name] - 0.15) < 3.5 * error[name]
    assert mean[TOP_BY_CHANCE] == pytest.approx(0.15)
    assert 0 < error[ENERGY] < 0.001


@st.composite
def maps(draw: Any) -> tuple[Any, Any]:
    size = draw(st.integers(2, 30))
    values = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    inside = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return np.array(values, float), np.array(inside)


@settings(max_examples=150, deadline=None)
@given(maps(), st.floats(0.01, 100), st.randoms(use_true_random=False))
def test_scale_and_order_of_the_voxels_change_nothing(made, factor, random):
    values, region = made
    order = list(range(len(values)))
    random.shuffle(order)
    for top in (Top(), Top(threshold=0.25), Top(share=0.3)):
        found = measured_map(values, region, top)
        for other in (
            measured_map(4.0 * values, region, top),
            measured_map(values[order], region[order], top),
        ):
            assert other == pytest.approx(found)
        assert all(0 <= each <= 1 for each in found.values())
    assert measured_map(factor * values, region).get(ENERGY) == pytest.approx(
        measured_map(values, region).get(ENERGY)
    )


@settings(max_examples=100, deadline=None)
@given(maps())
def test_a_region_and_the_rest_share_energy_area_and_largest_saliency(made):
    values, region = made
    parts = [measured_map(values, each) for each in (region, ~region)]
    if all(ENERGY in each for each in parts):
        for name in (ENERGY, AREA, PEAK):
            assert sum(each[name] for each in parts) == pytest.approx(1)


# Over patients


def table(*rows: dict[str, float], **more: Any) -> dict[str, Any]:
    """Return columns of maps with one region."""
    measures = [[[row.get(name, np.nan) for name in QUANTITIES]] for row in rows]
    return {"measures": np.array(measures, float), **more}


GIVEN = {"quantities": QUANTITIES, "structures": (EXPECTED,)}
FOUR = table(
    {ENERGY: 0.5, AREA: 0.2, PEAK: 1, TOP: 0.6, TOP_BY_CHANCE: 0.2, REPEATS: 0.9, BETWEEN: 0.1},
    {ENERGY: 0.3, AREA: 0.2, PEAK: 0, TOP: 0.2, TOP_BY_CHANCE: 0.2, REPEATS: 0.7, BETWEEN: 0.3},
    {ENERGY: 0.1, AREA: 0.4, PEAK: 0.5, TOP: 0.1, TOP_BY_CHANCE: 0.4},
    {AREA: 0.4},
    correct=np.array([1.0, 0.0, 0.0, 1.0]),
)


def of(name: str, columns: dict[str, Any] = FOUR, **more: Any) -> Any:
    made = metrics.estimates("explanation", columns, given=GIVEN, resamples=0, **more)
    [one] = [each for each in made if each.metric == name]
    return one


BY_HAND = {
    "energy_in_region": (0.3, 3),
    "region_area_share": (0.3, 4),
    "energy_beyond_chance": ((0.3 + 0.1 - 0.3) / 3, 3),
    "energy_over_chance": (0.9 / 0.8, 3),
    "energy_exceeds_chance": (2 / 3, 3),
    "pointing_game": (0.5, 3),
    "map_region_overlap": (0.3, 3),
    "map_region_overlap_by_chance": (0.8 / 3, 3),
    "accuracy_as_expected": (0.5, 2),
    "accuracy_not_as_expected": (0.0, 1),
    "accuracy_difference_as_expected": (0.5, 4),
    "map_repeat_similarity": (0.8, 2),
    "map_between_cases_similarity": (0.2, 2),
}


def test_every_metric_of_the_task_is_known_by_hand():
    assert BY_HAND.keys() == OURS.keys() == set(metrics_of("explanation"))
    assert all("explanation" in METRIC_NAMES[name].tasks for name in OURS)


@pytest.mark.parametrize("name", BY_HAND)
def test_a_summary_over_patients_by_hand(name):
    value, cases = BY_HAND[name]
    found = of(name)
    assert found.value == pytest.approx(value)
    assert found.cases == cases


def test_patients_count_once_in_means_and_maps_in_shares():
    columns = {**FOUR, "patient": np.array([0, 0, 1, 1])}
    assert of("energy_in_region", columns).value == pytest.approx((0.4 + 0.1) / 2)
    assert of("energy_over_chance", columns).value == pytest.approx(0.5 / 0.6)
    assert of("energy_exceeds_chance", columns).value == pytest.approx(2 / 3)


def test_the_chance_beside_a_share_is_that_of_the_maps_that_have_saliency():
    assert "By chance 0.267" in of("energy_in_region").note
    assert "By chance 0.267" in of("pointing_game").note


def test_saliency_as_large_as_chance_does_not_exceed_it():
    columns = table({ENERGY: 0.1 + 0.2, AREA: 0.3, PEAK: 0.3})
    assert of("energy_exceeds_chance", columns).value == 0


def test_without_saliency_anywhere_a_sentence_stands_for_the_number():
    columns = table({AREA: 0.4}, {AREA: 0.3})
    found = of("energy_in_region", columns)
    assert found.value is None
    assert found.undefined_because == "no map has saliency and a voxel of the region"
    assert of("region_area_share", columns).value == pytest.approx(0.35)


def test_accuracy_is_asked_only_where_decisions_are_known():
    columns = {name: each for name, each in FOUR.items() if name != "correct"}
    made = metrics.estimates("explanation", columns, given=GIVEN, resamples=0)
    assert not [each for each in made if each.metric.startswith("accuracy")]


def test_a_difference_of_accuracy_needs_maps_on_both_sides():
    columns = table({ENERGY: 0.5, AREA: 0.2, PEAK: 1}, correct=np.array([1.0]))
    found = of("accuracy_difference_as_expected", columns)
    assert found.undefined_because == "no map with a decision has its saliency outside the region"


# Over the registry


@st.composite
def tables(draw: Any) -> dict[str, Any]:
    rows = draw(st.integers(2, 8))
    unit = st.one_of(st.floats(1e-6, 1), st.just(np.nan))  # a voxel of a million at least
    cells = draw(st.lists(unit, min_size=rows * len(QUANTITIES), max_size=rows * len(QUANTITIES)))
    correct = draw(st.lists(st.sampled_from([0.0, 1.0, np.nan]), min_size=rows, max_size=rows))
    measures = np.array(cells).reshape(rows, 1, len(QUANTITIES))
    patient = np.array(draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows)))
    return {"measures": measures, "correct": np.array(correct), "patient": patient}


@pytest.mark.parametrize("metric", OURS.values(), ids=list(OURS))
@settings(max_examples=40, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_a_metric_lies_inside_its_bounds_and_is_blind_to_the_order_of_rows(
    metric: Metric, columns: dict[str, Any], random: Any
) -> None:
    order = list(range(len(columns["patient"])))
    random.shuffle(order)
    turned = {name: values[order] for name, values in columns.items()}
    pair = []
    for each in (columns, turned):
        made = metrics.estimates("explanation", each, given=GIVEN, resamples=0)
        pair.append(next((one for one in made if one.metric == metric.name), None))
    first, second = pair
    if first is None or second is None:
        assert first is second
        return
    assert (first.value is None) == (second.value is None) == bool(first.undefined_because)
    if first.value is not None and second.value is not None:
        low, high = metric.bounds
        assert low - 1e-12 <= first.value <= high + 1e-12
        assert second.value == pytest.approx(first.value, abs=1e-12)


def test_the_bootstrap_is_that_of_rows_that_stand_there_as_often_as_they_were_drawn():
    rng = np.random.default_rng(5)
    rows = [
        dict(zip(QUANTITIES, rng.uniform(0, 1, len(QUANTITIES)).tolist(), strict=True))
        for _ in range(40)
    ]
    columns = table(*rows, correct=rng.integers(0, 2, 40).astype(float))
    made = metrics.estimates("explanation", columns, given=GIVEN, seed=1, unit="map")
    by_name = {each.metric: each for each in made}
    energy = by_name["energy_in_region"]
    assert energy.interval is not None
    assert energy.interval.method == "percentile bootstrap over 40 maps, 2,000 resamples"
    values = columns["measures"][:, 0, 0]
    half = 1.96 * values.std() / 40**0.5
    assert energy.interval.low == pytest.approx(values.mean() - half, abs=0.02)
    assert energy.interval.high == pytest.approx(values.mean() + half, abs=0.02)
    assert by_name["pointing_game"].interval is not None
    assert by_name["accuracy_difference_as_expected"].interval is not None

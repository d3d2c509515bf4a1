"""Categories of response: the cut-offs at their edges, the order in which they go, the overall response."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest

from checker.metrics import METRICS, mrecist, overall_response, raters, recist, response_by_volume
from checker.metrics.response import evaluable
from checker.model.estimate import Estimates


class Case(NamedTuple):
    story: str
    sums: tuple[float, float, float]
    category: str
    more: Mapping[str, Any] = {}


RECIST = [
    Case("all gone", (50, 50, 0), "CR"),
    Case("nodes are left, all below 10 mm", (50, 50, 8), "CR", {"gone": True}),
    Case("a node of 10 mm is left", (50, 50, 10), "PR", {"gone": False}),
    Case("exactly 30 % smaller", (50, 50, 35), "PR"),
    Case("a little less than 30 % smaller", (50, 50, 35.1), "SD"),
    Case("exactly 20 % larger, 5 mm", (25, 25, 30), "PD"),
    Case("20 % larger in binary fractions", (30, 30, 36.0), "PD"),
    Case("a little less than 20 % larger", (50, 50, 59.9), "SD"),
    Case("20 % larger, but by 4 mm alone", (20, 20, 24), "SD"),
    Case("25 % larger, 5 mm", (20, 20, 25), "PD"),
    Case("smaller than at baseline, grown since the nadir", (100, 40, 60), "PD"),
    Case("smaller than at baseline, a little grown since", (100, 40, 44), "PR"),
    Case("back after it was gone", (40, 0, 6), "PD"),
    Case("back after it was gone, by 3 mm", (40, 0, 3), "PR"),
    Case("a nadir above baseline is baseline", (50, 60, 60), "PD"),
    Case("the nadir is not known", (50, np.nan, 60), "PD"),
    Case("nothing measured now", (50, 50, np.nan), "NE"),
    Case("nothing measured now, but a new lesion", (50, 50, np.nan), "PD", {"new_lesion": True}),
    Case("gone, but a new lesion", (50, 50, 0), "PD", {"new_lesion": True}),
]


@pytest.mark.parametrize("case", RECIST, ids=lambda case: case.story)
def test_recist(case: Case) -> None:
    assert recist(*case.sums, **case.more) == case.category


def test_mrecist_wants_no_five_millimetres() -> None:
    assert mrecist(20, 20, 24) == "PD"
    assert mrecist(20, 20, 23.9) == "SD"
    assert list(mrecist([50, 50], [50, 50], [35, 0])) == ["PR", "CR"]


def test_volumes_have_the_cut_offs_of_a_ball() -> None:
    found = response_by_volume(100, [100, 100, 100, 100, 40], [35, 35.1, 173, 172.9, 69.2])
    assert list(found) == ["PR", "SD", "PD", "SD", "PD"]
    assert pytest.approx((0.73, 0.65), abs=0.01) == (1.2**3 - 1, 1 - 0.7**3)


@pytest.mark.parametrize("sums", [(0, 0, 5), (-3, 1, 1), (10, -1, 5), (10, 10, -1)])
def test_impossible_sums_are_refused(sums: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="a sum is negative, or 0 at baseline"):
        recist(*sums)


OVERALL = [
    ("CR", "CR", False, "CR"),
    ("CR", "none", False, "CR"),
    ("CR", "non-CR/non-PD", False, "PR"),
    ("CR", "NE", False, "PR"),
    ("PR", "non-CR/non-PD", False, "PR"),
    ("PR", "NE", False, "PR"),
    ("SD", "CR", False, "SD"),
    ("NE", "non-CR/non-PD", False, "NE"),
    ("PD", "CR", False, "PD"),
    ("SD", "PD", False, "PD"),
    ("CR", "CR", True, "PD"),
]


@pytest.mark.parametrize(("target", "non_target", "new_lesion", "overall"), OVERALL)
def test_the_overall_response(target: Any, non_target: Any, new_lesion: bool, overall: str) -> None:
    """Eisenhauer et al. 2009, table 1."""
    assert overall_response(target, non_target, new_lesion) == overall


def test_agreement_of_categories_and_of_changes_is_the_same_kappa() -> None:
    rng = np.random.default_rng(0)
    baseline = rng.uniform(20, 80, 60)
    by_reader = baseline * rng.uniform(0, 1.6, 60)
    by_model = (by_reader * rng.normal(1, 0.15, 60)).clip(0)
    reader, model = (mrecist(baseline, baseline, each) for each in (by_reader, by_model))
    assert evaluable(reader, model).all()
    found = Estimates(raters(np.column_stack([reader, model]), resamples=20)).one("cohen_kappa")
    changes = [each / baseline - 1 for each in (by_reader, by_model)]
    again = METRICS["responses", "response_agreement"](*changes, criteria="mrecist", changes=True)
    assert again == pytest.approx(found.value, abs=1e-12)


def test_agreement_of_ten_changes_by_hand() -> None:
    """7 of 10 agree; CR, PR, SD, PD by the reference 1, 3, 3, 3, by the measured change 1, 2, 4, 3."""
    reference = [-1, -0.5, -0.31, -0.3, -0.1, 0.0, 0.2, 0.21, 0.5, 0.1]
    measured = [-1, -0.4, -0.29, -0.3, -0.2, 0.1, 0.19, 0.25, 0.6, 0.3]
    kappa = METRICS["responses", "response_agreement"]
    found = kappa(reference, measured, criteria="mrecist", changes=True)
    assert found == pytest.approx((0.7 - 0.28) / (1 - 0.28), abs=1e-12)


def test_unknown_criteria_are_refused() -> None:
    with pytest.raises(ValueError, match="no response by 'area'"):
        METRICS["responses", "response_agreement"]([0.1], [0.2], criteria="area")

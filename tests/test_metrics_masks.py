"""Measures of two masks: against other programs on a real CT, by hand, and against slower ways on random masks."""

import csv
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.distance import cdist
from sklearn.metrics import accuracy_score, jaccard_score, recall_score

from checker.metrics.base import Undefined
from checker.metrics.boxes import occupied
from checker.metrics.components import parts
from checker.metrics.mask_measures import measured
from checker.metrics.surfaces import border, element_areas, surface_distances

ROOT = Path(__file__).resolve().parent.parent
ORGANS = ROOT / "examples" / "ct_organs"
REFERENCE = ROOT / "tests" / "reference" / "masks"
CASES: list[dict[str, Any]] = yaml.safe_load((REFERENCE / "ct_organs.yaml").read_text("utf-8"))
SPACING = (3.0, 3.0, 3.0)
TOLERANCES = (1.0, 2.0, 3.0, 5.0)
Mask = NDArray[np.bool_]

THEIRS = {
    "dice": "dice",
    "jaccard": "jaccard",
    "sensitivity": "voxel_sensitivity",
    "precision": "voxel_precision",
    "ref_ml": "reference_volume_ml",
    "pred_ml": "predicted_volume_ml",
    "ref_voxels": "reference_voxels",
    "pred_voxels": "predicted_voxels",
    "intersection_voxels": "shared_voxels",
    "dice_medpy": "dice",
    "hausdorff_mm_sitk": "hausdorff_sets",
    "hausdorff_mm_medpy": "hausdorff",
    "hausdorff_mm_monai": "hausdorff",
    "hausdorff_mm_deepmind": "hausdorff_elements",
    "hd95_mm_medpy": "hausdorff_95_pooled",
    "hd95_mm_monai": "hausdorff_95_voxel",
    "hd95_mm_deepmind": "hausdorff_95",
    "assd_mm_medpy": "average_surface_distance",
    "assd_mm_monai": "average_surface_distance",
    "asd_ref_to_pred_mm_medpy": "distance_of_reference",
    "asd_pred_to_ref_mm_medpy": "distance_of_prediction",
    "asd_ref_to_pred_mm_deepmind": "distance_of_reference_elements",
    "asd_pred_to_ref_mm_deepmind": "distance_of_prediction_elements",
    **{f"nsd_{each:g}mm_deepmind": f"surface_dice_{each:g}" for each in TOLERANCES},
    **{f"nsd_{each:g}mm_monai": f"surface_dice_voxel_{each:g}" for each in TOLERANCES},
}
"""Their name of a measure to ours."""
ROUNDED = ("monai",)
"""Programs that compute with 32 bits."""


def stored(file: str) -> NDArray[np.uint8]:
    return np.asanyarray(nibabel.load(ORGANS / file).dataobj)


def masks_of(case: dict[str, Any]) -> tuple[Mask, Mask]:
    said = case["inputs"]
    reference, prediction = stored(said["reference"]), stored(said["prediction"])
    if "labels" in said:
        return (reference >= 92) & (reference <= 115), (prediction >= 92) & (prediction <= 115)
    label = said["label"]
    return reference == label, prediction == said.get("prediction_label", label)


OF_MASKS = [each for each in CASES if each["metric"] == "overlap_and_surface_distance"]


@pytest.mark.parametrize("case", OF_MASKS, ids=lambda case: case["id"])
def test_measures_of_an_organ_are_those_of_other_programs(case: dict[str, Any]) -> None:
    found = measured(*masks_of(case), SPACING, tolerances_mm=TOLERANCES, thorough=True)
    compared = 0
    for theirs, value in case["values"].items():
        if theirs not in THEIRS:
            continue
        within = 1e-5 if theirs.endswith(ROUNDED) else 1e-9
        assert found[THEIRS[theirs]] == pytest.approx(value, abs=within, rel=1e-9), theirs
        compared += 1
    assert compared >= (25 if case["values"]["intersection_voxels"] else 5)
    if "volume_similarity_sitk" in case["values"]:
        percent = case["values"]["relative_volume_difference_pct"]
        assert 100 * found["relative_volume_difference"] == pytest.approx(percent)


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if each["metric"] == "centreline_dice"],
    ids=lambda case: case["id"],
)
def test_centrelines_of_a_vessel_are_those_of_other_programs(case: dict[str, Any]) -> None:
    found = measured(*masks_of(case), SPACING, vessel=True)
    values = case["values"]
    assert found["centreline_dice"] == pytest.approx(values["cldice_skimage_skeletonize"])
    assert found["centreline_dice"] == pytest.approx(values["centreline_dsc_metricsreloaded"])
    assert found["centreline_precision"] == pytest.approx(values["topology_precision"])
    assert found["centreline_sensitivity"] == pytest.approx(values["topology_sensitivity"])


def test_ribs_are_matched_one_by_one_as_by_another_program() -> None:
    (case,) = (each for each in CASES if each["metric"] == "panoptic_quality")
    found, values = measured(*masks_of(case), SPACING, lesions=True), case["values"]
    assert found["reference_lesions"] == values["n_ref_instances"]
    assert found["predicted_lesions"] == values["n_pred_instances"]
    assert found["matched_lesions"] == values["tp"]
    assert found["matched_overlap"] / found["matched_lesions"] == pytest.approx(values["sq"])


@pytest.mark.parametrize(
    ("file", "spacing"),
    [("element_areas.csv", (0.7, 1.1, 2.5)), ("contour_lengths.csv", (0.7, 1.1))],
)
def test_areas_of_surface_elements_are_those_of_another_program(
    file: str, spacing: tuple[float, ...]
) -> None:
    lines = (REFERENCE / file).read_text("utf-8").splitlines()
    theirs = [
        float(row[1]) for row in csv.reader(each for each in lines[1:] if not each.startswith("#"))
        if row[1].replace(".", "").replace("e-", "").isdigit()
    ]  # fmt: skip
    assert len(theirs) == 2 ** (2 ** len(spacing))
    assert element_areas(spacing) == pytest.approx(theirs, abs=1e-12)


# By hand


def voxels(*places: tuple[int, ...], shape: tuple[int, ...] = (9, 9, 9)) -> Mask:
    mask = np.zeros(shape, bool)
    for each in places:
        mask[each] = True
    return mask


def test_single_voxels_three_apart() -> None:
    found = measured(voxels((2, 4, 4)), voxels((5, 4, 4)), (1.0, 1.0, 1.0))
    assert found["average_surface_distance"] == found["hausdorff"] == 3.0
    # four of the eight corners of each voxel are 2 from the nearest corner of the other, four are 3
    assert found["average_surface_distance_elements"] == pytest.approx(2.5)
    assert found["dice"] == found["jaccard"] == 0.0


def test_plates_one_slice_apart() -> None:
    first, second = np.zeros((40, 40, 6), bool), np.zeros((40, 40, 6), bool)
    first[5:35, 5:35, 2], second[5:35, 5:35, 3] = True, True
    found = measured(first, second, (0.75, 0.75, 1.5), tolerances_mm=(1.0,))
    assert found["average_surface_distance"] == 1.5
    assert found["surface_dice_voxel_1"] == 0.0
    # each plate has two sides: one lies on the other plate, one a slice away
    assert found["surface_dice_1"] == pytest.approx(0.5, abs=0.03)
    assert found["average_surface_distance_elements"] == pytest.approx(0.75, abs=0.03)


def test_equal_masks_are_at_zero_from_each_other() -> None:
    mask = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(20, 20, 20)), 2) > 0
    found = measured(mask, mask, (1.0, 2.0, 3.0), tolerances_mm=(0.5,), lesions=True, thorough=True)
    distances = [
        value for name, value in found.items() if "hausdorff" in name or "distance" in name
    ]
    assert set(distances) == {0.0}
    assert found["dice"] == found["jaccard"] == found["surface_dice_0.5"] == 1.0
    assert found["matched_lesions"] == found["reference_lesions"] == found["matched_overlap"]


def test_a_mask_that_touches_the_border_of_the_image_ends_there() -> None:
    whole = np.ones((4, 5, 6), bool)
    assert border(whole).sum() == 4 * 5 * 6 - 2 * 3 * 4
    inner = np.zeros((8, 9, 10), bool)
    inner[2:6, 2:7, 2:8] = True
    alone, inside = (
        measured(each, each, (1.0, 1.0, 1.0), tolerances_mm=(1,), image_voxels=720)
        for each in (whole, inner)
    )
    assert alone == inside


@pytest.mark.parametrize(
    ("reference", "prediction", "dice", "surface_dice"),
    [
        (voxels(), voxels(), None, None),
        (voxels((1, 1, 1)), voxels(), 0.0, 0.0),
        (voxels(), voxels((1, 1, 1)), 0.0, 0.0),
    ],
    ids=["both empty", "prediction empty", "reference empty"],
)
def test_an_empty_mask_has_no_distance_and_an_overlap_of_zero_if_it_is_alone(
    reference: Mask, prediction: Mask, dice: float | None, surface_dice: float | None
) -> None:
    found = measured(reference, prediction, SPACING, tolerances_mm=(1.0,), thorough=True)
    for name, value in (("dice", dice), ("surface_dice_1", surface_dice)):
        assert found[name] == value if value is not None else np.isnan(found[name])
    assert all(np.isnan(value) for name, value in found.items() if "hausdorff" in name)
    with pytest.raises(Undefined, match="empty"):
        surface_distances(reference, prediction, SPACING)


def test_without_a_spacing_distances_are_in_voxels_and_there_is_no_volume() -> None:
    first, second = voxels((2, 4, 4)), voxels((5, 4, 4))
    found = measured(first, second, None, tolerances_mm=(1.0,))
    assert found["hausdorff"] == 3.0
    assert np.isnan(found["reference_volume_ml"])
    assert "surface_dice_1" not in found


def test_the_forgotten_spacing_is_named() -> None:
    found = measured(voxels((2, 4, 4)), voxels((5, 4, 4)), (0.5, 1.0, 1.0), thorough=True)
    assert (found["hausdorff"], found["hausdorff_in_voxels"]) == (1.5, 3.0)


def test_dice_by_slices() -> None:
    first, second = np.zeros((4, 4, 5), bool), np.zeros((4, 4, 5), bool)
    first[:2, :2, 1], second[:2, :2, 1] = True, True  # the same: 1
    first[:2, :2, 2], second[:2, :1, 2] = True, True  # half of it: 2 * 2 / (4 + 2)
    second[0, 0, 3] = True  # alone: 0
    found = measured(first, second, SPACING)
    assert (found["slices"], found["slices_dice"]) == (3, pytest.approx(1 + 2 / 3))


def test_lesions_are_one_if_more_than_half_is_common() -> None:
    first, second = np.zeros((12, 12), bool), np.zeros((12, 12), bool)
    first[0:2, 0:2], second[0:2, 0:2] = True, True  # the same
    first[4:6, 0:4], second[4:6, 0:2] = True, True  # exactly half: no hit
    first[8:10, 0:2] = True  # missed
    second[8:10, 8:10] = True  # invented
    found = measured(first, second, (1.0, 1.0), lesions=True)
    names = ("reference_lesions", "predicted_lesions", "matched_lesions", "matched_overlap")
    assert [found[name] for name in names] == [3, 3, 1, 1]
    assert (found["touched_lesions"], found["touching_lesions"]) == (2, 2)


def test_voxels_hang_together_over_corners_unless_faces_are_asked_for() -> None:
    diagonal = voxels((1, 1, 1), (2, 2, 2))
    assert len(parts(diagonal, diagonal).reference) == 1
    assert len(parts(diagonal, diagonal, corners=False).reference) == 2


# Against slower ways


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mask, Mask, tuple[float, ...]]:
    axes = draw(st.integers(2, 3))
    shape = tuple(draw(st.integers(1, 12)) for _ in range(axes))
    spacing = tuple(draw(st.sampled_from([0.3, 0.7, 1.0, 2.5, 5.0])) for _ in range(axes))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    shares = [draw(st.sampled_from([0.02, 0.3, 0.9])) for _ in range(2)]
    first, second = (rng.random(shape) < share for share in shares)
    first.flat[draw(st.integers(0, first.size - 1))] = True
    second.flat[draw(st.integers(0, second.size - 1))] = True
    return first, second, spacing


@given(pair=pairs())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_distances_are_those_of_a_distance_transform(
    pair: tuple[Mask, Mask, tuple[float, ...]],
) -> None:
    first, second, spacing = pair
    found = surface_distances(first, second, spacing, elements=False)
    edges = [np.pad(each, 1) & ~ndimage.binary_erosion(np.pad(each, 1)) for each in (first, second)]
    away = [ndimage.distance_transform_edt(~edge, sampling=spacing) for edge in edges]
    assert found.of_reference.distance == pytest.approx(away[1][edges[0]], abs=1e-9)
    assert found.of_prediction.distance == pytest.approx(away[0][edges[1]], abs=1e-9)


@given(pair=pairs())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_the_root_mean_square_is_that_of_all_pairs_of_border_voxels(
    pair: tuple[Mask, Mask, tuple[float, ...]],
) -> None:
    first, second, spacing = pair
    edges = [
        np.argwhere(np.pad(each, 1) & ~ndimage.binary_erosion(np.pad(each, 1))) * np.array(spacing)
        for each in (first, second)
    ]
    away = cdist(*edges)
    both = np.concatenate([away.min(axis=0), away.min(axis=1)])
    found = measured(first, second, spacing)
    assert found["root_mean_square_surface_distance"] == pytest.approx(
        np.sqrt(np.mean(both**2)), abs=1e-9
    )


@given(pair=pairs())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_shares_of_voxels_are_those_of_scikit_learn(
    pair: tuple[Mask, Mask, tuple[float, ...]],
) -> None:
    truth, decided = (each.ravel() for each in pair[:2])
    found = measured(*pair)
    assert found["voxel_accuracy"] == pytest.approx(accuracy_score(truth, decided))
    assert found["volumetric_overlap_error"] == pytest.approx(1 - jaccard_score(truth, decided))
    if not truth.all():
        specificity = recall_score(truth, decided, pos_label=False)
        assert found["voxel_specificity"] == pytest.approx(specificity)


def test_background_outside_of_the_cut_counts() -> None:
    one = np.zeros((2, 2, 2), bool)
    one[0] = True
    found = measured(one, ~one, SPACING, image_voxels=100)
    assert found["voxel_specificity"] == pytest.approx(92 / 96)
    assert found["voxel_accuracy"] == pytest.approx(92 / 100)


@given(pair=pairs())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_measures_do_not_depend_on_the_order_of_axes_or_on_empty_space(
    pair: tuple[Mask, Mask, tuple[float, ...]],
) -> None:
    first, second, spacing = pair
    asked = {"tolerances_mm": (1.0,), "lesions": True, "image_voxels": first.size}
    found = measured(first, second, spacing, **asked)  # type: ignore[arg-type]
    turned = measured(first.T, second.T, spacing[::-1], slice_axis=0, **asked)  # type: ignore[arg-type]
    padded = [
        np.asfortranarray(np.pad(each, ((2, 0), (0, 3), (1, 1))[: each.ndim]))
        for each in (first, second)
    ]
    wider = measured(padded[0], padded[1], spacing, **asked)  # type: ignore[arg-type]
    for other in (turned, wider):
        assert other == pytest.approx(found, abs=1e-9, nan_ok=True)


@given(pair=pairs())
@settings(max_examples=200, deadline=None, derandomize=True)
def test_the_box_is_the_smallest_one(pair: tuple[Mask, Mask, tuple[float, ...]]) -> None:
    first, second, _ = pair
    for one, other in ((first, second), (first.astype(np.int16), np.asfortranarray(second))):
        box = occupied(one, other)
        assert box is not None
        at = np.argwhere((one != 0) | (other != 0))
        assert [each.start for each in box] == at.min(axis=0).tolist()
        assert [each.stop for each in box] == (at.max(axis=0) + 1).tolist()


def test_the_box_of_nothing_is_none() -> None:
    assert occupied(np.zeros((8, 8, 8), np.uint8), np.zeros((8, 8, 8), np.uint8)) is None

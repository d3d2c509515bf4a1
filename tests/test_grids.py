"""Grids of two images: the same up to rounding, or how they differ."""

from dataclasses import replace

import numpy as np
import pytest

from checker.reading.grids import differences, on_one_grid
from checker.reading.images import Volume

AFFINE = np.array([[-0.8, 0, 0, 100.0], [0, 0.8, 0, -120.0], [0, 0, 2.5, 40.0], [0, 0, 0, 1]])


def volume(affine=AFFINE, shape=(512, 512, 100), file="a.nii.gz", spacing="of the affine"):
    if isinstance(spacing, str):
        spacing = tuple(np.linalg.norm(affine[:3, :3], axis=0)[: len(shape)])
    voxels = np.broadcast_to(np.uint8(0), shape)
    return Volume(voxels=voxels, affine=affine, spacing_mm=spacing, file=file, sha256="")


def moved(row, column, value):
    affine = AFFINE.copy()
    affine[row, column] += value
    return affine


def turned(degrees):
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, -sine, 0, 0], [sine, cosine, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def said(other, first=None):
    found = differences(first or volume(), other)
    assert bool(differences(other, first or volume())) == bool(found)
    return found


@pytest.mark.parametrize(
    "affine",
    [
        AFFINE,
        AFFINE.astype(np.float32).astype(float),
        np.round(AFFINE, 4),
        moved(0, 3, 0.02),
        moved(0, 0, 5e-5),
    ],
)
def test_a_grid_is_the_same_up_to_rounding(affine):
    assert said(volume(affine, file="b.nii.gz")) == ()


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (
            volume(shape=(512, 512, 99), file="b"),
            "a.nii.gz has 512 x 512 x 100 voxels, b has 512 x 512 x 99",
        ),
        (
            volume(AFFINE @ np.diag([1, 1, 2, 1]), file="b"),
            "a.nii.gz has voxels of 0.8 x 0.8 x 2.5 mm, b of 0.8 x 0.8 x 5 mm",
        ),
        (
            volume(moved(2, 3, 2.5), file="b"),
            "a.nii.gz has its first voxel at (100, -120, 40) mm, b at (100, -120, 42.5) mm",
        ),
        (
            volume(AFFINE @ turned(1), file="b"),
            "the axes of a.nii.gz and b are turned by 1 degrees",
        ),
        (
            volume(shape=(512, 512), spacing=None, affine=None, file="b.png"),
            "b.png does not say how large its voxels are, a.nii.gz says 0.8 x 0.8 x 2.5 mm",
        ),
        (
            volume(affine=None, spacing=(0.8, 0.8, 2.5), file="b"),
            "b does not say how it lies in space, a.nii.gz says LAS with its origin at (100, -120, 40) mm",
        ),
    ],
)
def test_a_difference_names_both_values(other, sentence):
    assert sentence in said(other)


def test_a_flip_is_an_orientation_and_an_origin():
    flipped = np.diag([-1.0, 1, 1, 1]) @ AFFINE
    assert said(volume(flipped, file="b")) == (
        "a.nii.gz is oriented LAS, b RAS",
        "a.nii.gz has its first voxel at (100, -120, 40) mm, b at (-100, -120, 40) mm",
    )


def test_a_small_difference_that_adds_up_is_said():
    [sentence] = said(volume(moved(0, 0, -0.0004), file="b"))
    assert "farthest corners of a.nii.gz and b lie 0.2" in sentence


def test_a_spacing_of_one_in_a_hundred_differs_on_a_small_grid_too():
    affine = AFFINE @ np.diag([1.01, 1, 1, 1])
    small = volume(shape=(4, 4, 4))
    assert "voxels of" in said(volume(affine, shape=(4, 4, 4), file="b"), small)[0]


def test_what_neither_says_is_no_difference():
    pictures = [volume(shape=(64, 48), spacing=None, affine=None, file=file) for file in "ab"]
    assert differences(*pictures) == ()
    lengths = [volume(affine=None, spacing=(1.0, 1.0, 1.0), file=file) for file in "ab"]
    assert differences(*lengths) == ()


def part(voxels, affine):
    return replace(volume(affine, voxels.shape, file="b.dcm"), voxels=voxels, is_part=True)


def labelled(seed=0, shape=(6, 5, 4)):
    return np.random.default_rng(seed).integers(0, 3, shape, dtype=np.uint8)


def seen_as(voxels, affine, axes, signs, crop):
    """Return the same points in space, counted along other axes from other corners, some slices left out."""
    moved_there = np.eye(4)
    for i, (axis, sign) in enumerate(zip(axes, signs, strict=True)):
        moved_there[:, i] = 0
        moved_there[axis, i] = sign
        moved_there[axis, 3] = 0 if sign > 0 else voxels.shape[axis] - 1
    turned_there = voxels.transpose(axes)[tuple(slice(None, None, sign) for sign in signs)]
    shifted = np.eye(4)
    shifted[:3, 3] = [each.start for each in crop]
    return part(np.ascontiguousarray(turned_there[crop]), affine @ moved_there @ shifted)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, -1), (-1, -1, -1)])
def test_a_part_is_put_on_the_grid_of_the_other(axes, signs):
    voxels = labelled()
    voxels[:2], voxels[:, :, -1] = 0, 0
    crops = [slice(0, n) for n in np.array(voxels.shape)[list(axes)]]
    x, z = axes.index(0), axes.index(2)
    crops[x] = slice(2, 6) if signs[x] > 0 else slice(0, 4)
    crops[z] = slice(0, 3) if signs[z] > 0 else slice(1, 4)
    other = seen_as(voxels, AFFINE, axes, signs, tuple(crops))
    known = replace(volume(shape=voxels.shape), voxels=voxels)
    for pair in (on_one_grid(known, other), on_one_grid(other, known)[::-1]):
        assert pair[0] is known
        np.testing.assert_array_equal(pair[1].voxels, voxels)
        assert differences(*pair) == ()


def test_two_parts_get_the_smallest_grid_that_holds_both():
    voxels = labelled(shape=(6, 5, 9))
    first = seen_as(voxels, AFFINE, (0, 1, 2), (1, 1, 1), np.s_[0:6, 0:5, 2:5])
    second = seen_as(voxels, AFFINE, (0, 1, 2), (1, -1, -1), np.s_[0:6, 0:5, 1:6])
    one, other = on_one_grid(first, second)
    assert differences(one, other) == ()
    assert one.shape == (6, 5, 6)
    np.testing.assert_array_equal(one.voxels[..., :3], voxels[..., 2:5])
    np.testing.assert_array_equal(other.voxels[..., 1:], voxels[..., 3:8])
    assert not one.voxels[..., 3:].any()
    assert not other.voxels[..., :1].any()


def test_nothing_is_cut_off_resampled_or_guessed():
    voxels = labelled()
    known = replace(volume(shape=(6, 5, 3)), voxels=voxels[..., :3])
    for other in (
        part(voxels, AFFINE),
        part(voxels[..., :3], moved(0, 3, 0.4)),
        part(voxels[..., :3], turned(10) @ AFFINE),
        part(voxels[..., :3], AFFINE @ np.diag([2.0, 1, 1, 1])),
        replace(part(voxels[..., :3], AFFINE), affine=None),
        replace(part(voxels, AFFINE), is_part=False),
    ):
        pair = on_one_grid(known, other)
        assert pair[0] is known
        assert pair[1] is other
        assert differences(*pair)


def test_background_alone_may_be_cut_off():
    voxels = labelled()
    voxels[..., 3] = 0
    known = replace(volume(shape=(6, 5, 3)), voxels=voxels[..., :3])
    _, found = on_one_grid(known, part(voxels, AFFINE))
    np.testing.assert_array_equal(found.voxels, known.voxels)

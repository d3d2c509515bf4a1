"""Grids of two images: the same up to rounding, or how they differ."""

import numpy as np
import pytest

from checker.reading.grids import differences
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

"""Image files: what is read from them, and the sentence where they cannot be used."""

import gzip
import hashlib
import os
import sys
from typing import NamedTuple

import nibabel
import numpy as np
import pytest

from checker.errors import BadSubmission
from checker.reading import image_data
from checker.reading.images import orientation, read_map, read_mask, suffix_of
from tests.image_files import GRID, SHAPE, nifti, two_labels


def problem_of(read, path):
    with pytest.raises(BadSubmission) as caught:
        read(path, "a mask")
    [problem] = caught.value.problems
    assert problem.file == "a mask"
    return problem


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nii", "A.NII.GZ"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.int64, np.uint64])
def test_a_nifti_mask_is_read_as_it_is_stored(tmp_path, name, dtype):
    path = nifti(tmp_path / name.lower(), two_labels(dtype=dtype)).rename(tmp_path / name)
    found = read_mask(path, "a mask")
    assert found.voxels.dtype == dtype
    assert found.shape == SHAPE
    np.testing.assert_array_equal(found.voxels, two_labels())
    np.testing.assert_allclose(found.affine, GRID)
    assert found.spacing_mm == pytest.approx((0.8, 0.8, 2.5))
    assert found.voxel_ml == pytest.approx(0.8 * 0.8 * 2.5 / 1000)
    assert found.orientation == "LAS"
    assert found.labels() == {1, 2}
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    np.testing.assert_array_equal(found.mask(frozenset({2})), two_labels() == 2)
    np.testing.assert_array_equal(found.mask(frozenset({1, 2, 7})), two_labels() > 0)
    assert not found.mask(frozenset({70000})).any()


def test_the_same_image_in_both_byte_orders_and_both_versions(tmp_path):
    voxels = two_labels(dtype=np.int16)
    for order, made in (("big", nibabel.Nifti1Header), ("big2", nibabel.Nifti2Header)):
        image = nibabel.Nifti1Image if order == "big" else nibabel.Nifti2Image
        header = made(endianness=">")
        header.set_data_dtype(np.dtype(">i2"))
        nibabel.save(image(voxels, GRID, header), tmp_path / f"{order}.nii.gz")
        found = read_mask(tmp_path / f"{order}.nii.gz")
        assert found.voxels.dtype == np.int16
        assert found.voxels.dtype.isnative
        np.testing.assert_array_equal(found.voxels, voxels)
        np.testing.assert_allclose(found.affine, GRID, rtol=1e-6)


def test_foreign_byte_order_in_a_file_that_is_not_packed(tmp_path):
    header = nibabel.Nifti1Header(endianness=">")
    header.set_data_dtype(np.dtype(">i2"))
    nibabel.save(nibabel.Nifti1Image(two_labels(dtype=np.int16), GRID, header), tmp_path / "a.nii")
    np.testing.assert_array_equal(read_mask(tmp_path / "a.nii").voxels, two_labels())


def test_a_pair_of_header_and_voxels(tmp_path):
    image = nibabel.Nifti1Pair(two_labels(), GRID)
    nibabel.save(image, tmp_path / "a.img")
    np.testing.assert_array_equal(read_mask(tmp_path / "a.hdr").voxels, two_labels())
    (tmp_path / "a.img").unlink()
    assert "there is no a.img beside" in problem_of(read_mask, tmp_path / "a.hdr").message


def test_an_analyze_image_does_not_say_how_it_lies(tmp_path):
    nibabel.save(nibabel.AnalyzeImage(two_labels(), GRID), tmp_path / "a.img")
    assert "Analyze" in problem_of(read_mask, tmp_path / "a.hdr").message


@pytest.mark.parametrize(("unit", "factor"), [(0, 1), (1, 1000), (2, 1), (3, 0.001), (2 | 8, 1)])
def test_lengths_are_in_mm_whatever_the_unit(tmp_path, unit, factor):
    path = nifti(tmp_path / "a.nii.gz", two_labels(), xyzt_units=unit)
    found = read_mask(path)
    assert found.spacing_mm == pytest.approx([factor * each for each in (0.8, 0.8, 2.5)])
    np.testing.assert_allclose(found.affine[:3], factor * GRID[:3], rtol=1e-6)


def test_a_header_without_a_place_in_space_has_a_spacing_only(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", two_labels(), sform_code=0, qform_code=0)
    found = read_mask(path)
    assert found.affine is None
    assert found.orientation == ""
    assert found.spacing_mm == pytest.approx((0.8, 0.8, 2.5))
    assert found.is_right_angled


def test_the_qform_is_used_where_there_is_no_sform(tmp_path):
    nibabel.save(nibabel.Nifti1Image(two_labels(), None), tmp_path / "a.nii.gz")
    image = nibabel.load(tmp_path / "a.nii.gz")
    image.set_qform(GRID, 1)
    image.set_sform(None, 0)
    nibabel.save(image, tmp_path / "b.nii.gz")
    np.testing.assert_allclose(read_mask(tmp_path / "b.nii.gz").affine, GRID, atol=1e-5)


def test_axes_of_length_one_behind_the_third_are_left_off(tmp_path):
    found = read_mask(nifti(tmp_path / "a.nii.gz", two_labels()[..., None, None]))
    assert found.shape == SHAPE
    flat = read_mask(nifti(tmp_path / "b.nii.gz", two_labels()[:, :, 0]))
    assert flat.shape == SHAPE[:2]
    assert len(flat.spacing_mm) == 2
    assert flat.orientation == "LA"
    assert flat.voxel_ml is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whole_numbers_stored_as_real_ones_are_labels(tmp_path, dtype):
    voxels = two_labels(dtype=dtype)
    found = read_mask(nifti(tmp_path / "a.nii.gz", voxels))
    assert found.voxels.dtype == np.uint8
    np.testing.assert_array_equal(found.voxels, voxels)
    voxels[0, 0, 0] = 300
    assert read_mask(nifti(tmp_path / "a.nii.gz", voxels)).voxels.dtype == np.uint16


@pytest.mark.parametrize(
    ("slope", "intercept", "stored", "labels"),
    [
        (2, 0, (0, 1, 3), (0, 2, 6)),
        (1, 5, (-5, -4, -3), (0, 1, 2)),
        (1 / 255, 0, (0, 255, 510), (0, 1, 2)),
        (0, 3, (0, 1, 2), (0, 1, 2)),
        (np.nan, np.nan, (0, 1, 2), (0, 1, 2)),
    ],
)
def test_a_scaled_mask_is_what_the_header_makes_of_it(tmp_path, slope, intercept, stored, labels):
    voxels = np.array(stored, dtype=np.int16)[two_labels()]
    path = nifti(tmp_path / "a.nii.gz", voxels, scl_slope=slope, scl_inter=intercept)
    np.testing.assert_array_equal(read_mask(path).voxels, np.array(labels)[two_labels()])


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nii"])
def test_voxels_whose_place_is_not_given_follow_the_header(tmp_path, name):
    path = nifti(tmp_path / name, two_labels(), vox_offset=0)
    np.testing.assert_array_equal(read_mask(path).voxels, two_labels())


def test_a_scaled_mask_of_real_numbers(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", two_labels(dtype=np.float32), scl_slope=2, scl_inter=0)
    np.testing.assert_array_equal(read_mask(path).voxels, 2 * two_labels())


def test_a_map_is_real_numbers(tmp_path):
    voxels = np.linspace(0, 1, np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    found = read_map(nifti(tmp_path / "a.nii.gz", voxels))
    assert found.voxels.dtype == np.float32
    np.testing.assert_array_equal(found.voxels, voxels)
    path = nifti(tmp_path / "b.nii.gz", two_labels(), scl_slope=0.25, scl_inter=1)
    np.testing.assert_allclose(read_map(path).voxels, two_labels() / 4 + 1)


def with_value(value, dtype=np.float32):
    voxels = two_labels(dtype=dtype)
    voxels[0, 0, 0] = value
    return voxels


class Refused(NamedTuple):
    story: str
    voxels: np.ndarray
    header: dict
    says: str


REFUSED = [
    Refused("a probability", with_value(0.9999), {}, "no whole numbers: 0.9999"),
    Refused(
        "many probabilities",
        np.linspace(0, 1, 120, dtype=np.float32).reshape(SHAPE),
        {},
        "and others",
    ),
    Refused("NaN", with_value(np.nan), {}, "1 of 120 voxels is not a finite number"),
    Refused("infinite", with_value(np.inf), {}, "not a finite number"),
    Refused("negative", with_value(-1, np.int16), {}, "a negative value: -1"),
    Refused("negative, real", with_value(-3), {}, "a negative value: -3"),
    Refused("too large", with_value(1e20), {}, "too large for a label"),
    Refused("scaled to parts", two_labels(), {"scl_slope": 0.3, "scl_inter": 0}, "0.3, 0.6"),
    Refused("four axes", np.zeros((*SHAPE, 2), np.uint8), {}, "4 axes (6 x 5 x 4 x 2)"),
    Refused("complex", np.zeros(SHAPE, np.complex64), {}, "complex64"),
    Refused("spacing 0", two_labels(), {"pixdim": [1, 0.8, 0, 2.5, 0, 0, 0, 0]}, "0.8 x 0 x 2.5"),
    Refused("spacing NaN", two_labels(), {"pixdim": [1, np.nan, 1, 1, 0, 0, 0, 0]}, "nan x 1 x 1"),
    Refused("spacing below 0", two_labels(), {"pixdim": [1, -1, 1, 1, 0, 0, 0, 0]}, "-1 x 1 x 1"),
    Refused("two spacings", two_labels(), {"pixdim": [1, 1, 1, 1, 0, 0, 0, 0]}, "two spacings"),
    Refused("no sform axis", two_labels(), {"srow_z": [0, 0, 0, 0]}, "do not span a space"),
    Refused("no such type", two_labels(), {"datatype": 3}, "type of voxels 3"),
    Refused("no axes", two_labels(), {"dim": [0, 1, 1, 1, 1, 1, 1, 1]}, "0 axes"),
    Refused("below 0 voxels", two_labels(), {"dim": [3, 6, -5, 4, 1, 1, 1, 1]}, "6 x -5 x 4"),
    Refused("larger", two_labels(), {"dim": [3, 6, 5, 5, 1, 1, 1, 1]}, "502 bytes"),
    Refused("smaller", two_labels(), {"dim": [3, 6, 5, 3, 1, 1, 1, 1]}, "442 bytes"),
    Refused("voxels nowhere", two_labels(), {"vox_offset": np.nan}, "begin at byte nan"),
    Refused("voxels in the header", two_labels(), {"vox_offset": 8}, "begin at byte 8"),
    Refused("voxels far away", two_labels(), {"vox_offset": np.inf}, "begin at byte inf"),
    Refused(
        "half a scale", two_labels(), {"scl_slope": 1, "scl_inter": np.nan}, "intercept 1 and nan"
    ),
    Refused("huge", two_labels(), {"dim": [3, 30000, 30000, 30000, 1, 1, 1, 1]}, "4 GiB"),
]


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nii"])
@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.story)
def test_what_is_no_mask_is_refused(tmp_path, case, name):
    path = nifti(tmp_path / name, case.voxels, **case.header)
    assert case.says in problem_of(read_mask, path).message


def test_colours_are_refused(tmp_path):
    voxels = np.zeros(SHAPE, dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
    assert "colour" in problem_of(read_mask, nifti(tmp_path / "a.nii.gz", voxels)).message


def test_a_probability_map_is_told_about_the_cut_off(tmp_path):
    problem = problem_of(read_mask, nifti(tmp_path / "a.nii.gz", with_value(0.5)))
    assert "cut-off" in problem.hint


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_a_map_has_finite_values_only(tmp_path, value):
    problem = problem_of(read_map, nifti(tmp_path / "a.nii.gz", with_value(value)))
    assert "not a finite number" in problem.message


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.nii.gz", b"", "empty"),
        ("a.nii", b"", "empty"),
        ("a.nii", b"x" * 400, "not a NIfTI image"),
        ("a.nii", b"x", "not a NIfTI image"),
        ("a.nii.gz", b"x" * 400, "not a NIfTI image"),
        ("a.nii.gz", gzip.compress(b"x" * 400, mtime=0), "not a NIfTI image"),
        ("a.nii.gz", gzip.compress(b"", mtime=0), "not a NIfTI image"),
        ("a.nii.gz", b"\x1f\x8b" + b"x" * 400, "cannot be decompressed"),
        ("a.xyz", b"x", "not the name of an image file"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    assert says in problem_of(read_mask, tmp_path / name).message


def test_a_file_that_is_not_there(tmp_path):
    assert "No such file" in problem_of(read_mask, tmp_path / "a.nii.gz").message


def test_a_link_to_nothing_and_what_is_no_file_are_refused(tmp_path):
    (tmp_path / "a.nii.gz").symlink_to("nothing.nii.gz")
    (tmp_path / "b.nii.gz").symlink_to("b.nii.gz")
    os.mkfifo(tmp_path / "c.nii.gz")
    for name, says in (("a", "link"), ("b", "link"), ("c", "not an ordinary file")):
        assert says in problem_of(read_mask, tmp_path / f"{name}.nii.gz").message


@pytest.mark.parametrize("left", [20, 200, 2000])
def test_a_file_that_was_cut_off_is_refused(tmp_path, left):
    rng = np.random.default_rng(1)
    voxels = rng.integers(0, 3, (40, 40, 20), dtype=np.uint8)
    path = nifti(tmp_path / "a.nii.gz", voxels)
    path.write_bytes(path.read_bytes()[:left])
    message = problem_of(read_mask, path).message
    assert "too early" in message or "not a NIfTI image" in message


def test_a_file_that_was_cut_off_in_its_checksum_is_refused(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", two_labels())
    path.write_bytes(path.read_bytes()[:-4])
    assert "too early" in problem_of(read_mask, path).message


def test_a_damaged_byte_is_noticed(tmp_path):
    path = nifti(tmp_path / "a.nii.gz", two_labels())
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    assert "damaged" in problem_of(read_mask, path).message


def test_zeros_and_several_streams_behind_each_other_are_read(tmp_path):
    path = nifti(tmp_path / "a.nii", two_labels())
    data = path.read_bytes()
    parts = (
        gzip.compress(data[:400])
        + gzip.compress(b"", mtime=0)
        + gzip.compress(data[400:])
        + b"\0" * 9
    )
    (tmp_path / "a.nii.gz").write_bytes(parts)
    np.testing.assert_array_equal(read_mask(tmp_path / "a.nii.gz").voxels, two_labels())


def test_a_bomb_is_not_decoded_beyond_what_its_header_says(tmp_path, monkeypatch):
    path = nifti(tmp_path / "a.nii", two_labels())
    bomb = gzip.compress(path.read_bytes() + b"\0" * 2**27)
    (tmp_path / "a.nii.gz").write_bytes(bomb)
    import tracemalloc

    tracemalloc.start()
    assert "more than the 472 bytes" in problem_of(read_mask, tmp_path / "a.nii.gz").message
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24


def test_a_file_larger_than_the_limit_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(image_data, "MOST_BYTES", 100)
    assert "are read" in problem_of(read_mask, nifti(tmp_path / "a.nii", two_labels())).message


@pytest.mark.parametrize("hidden", ["zlib_ng", "nibabel"])
def test_without_a_package_of_the_extra(tmp_path, monkeypatch, hidden):
    path = nifti(tmp_path / "a.nii.gz", two_labels())
    for name in [each for each in sys.modules if each.split(".")[0] == hidden]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, hidden, None)
    if hidden == "zlib_ng":
        np.testing.assert_array_equal(read_mask(path).voxels, two_labels())
    else:
        assert 'pip install "study-checker[images]"' in problem_of(read_mask, path).hint


@pytest.mark.parametrize("codes", ["RAS", "LPS", "LAS", "PIR", "SAL", "AIL"])
def test_the_orientation_is_that_of_nibabel(codes):
    turned = nibabel.orientations.ornt_transform(
        nibabel.orientations.axcodes2ornt(codes), nibabel.orientations.axcodes2ornt("RAS")
    )
    affine = np.diag([2.0, 3, 4, 1]) @ nibabel.orientations.inv_ornt_aff(turned, (5, 6, 7))
    tilt = np.eye(4)
    tilt[:3, :3] = [[0.94, -0.342, 0], [0.342, 0.94, 0], [0, 0, 1]]
    for each in (affine, tilt @ affine):
        assert orientation(each) == "".join(nibabel.aff2axcodes(each))


def test_a_sheared_grid_is_not_right_angled(tmp_path):
    sheared = GRID.copy()
    sheared[0, 2] = 0.4
    path = nifti(
        tmp_path / "a.nii",
        two_labels(),
        sheared,
        qform_code=0,
        pixdim=[1, 0.8, 0.8, 2.532, 0, 0, 0, 0],
    )
    assert not read_mask(path).is_right_angled
    assert read_mask(nifti(tmp_path / "b.nii", two_labels())).is_right_angled


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.int32, np.uint64])
def test_labels_are_those_of_numpy(tmp_path, dtype):
    rng = np.random.default_rng(5)
    top = min(np.iinfo(dtype).max, 2**40)
    voxels = rng.choice(np.array([0, 1, 7, 100, top // 2, top]), SHAPE).astype(dtype)
    found = read_mask(nifti(tmp_path / "a.nii.gz", voxels))
    assert found.labels() == set(np.unique(voxels).tolist()) - {0}
    wanted = frozenset([1, 7, 100, top, 5, 6])
    np.testing.assert_array_equal(found.mask(wanted), np.isin(voxels, list(wanted)))


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a.nii.gz", ".nii.gz"),
        ("a.B.NII", ".NII"),
        ("a.seg.nrrd", ".seg.nrrd"),
        ("a.gz", ""),
        ("nii", ""),
    ],
)
def test_the_ending_of_an_image(name, suffix):
    assert suffix_of(name) == suffix

"""Formats besides NIfTI: the same image in each has the same voxels and the same place, and what cannot be read."""

import bz2
import gzip
import os
import sys
import zlib
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageFile

from checker.errors import BadSubmission
from checker.reading import image_data
from checker.reading.grids import differences, on_one_grid
from checker.reading.images import read_map, read_mask
from checker.reading.segments import Layers
from tests.image_files import (
    GRID,
    SHAPE,
    ct_slices,
    dicom_seg,
    metaimage,
    nifti,
    nrrd,
    slicer,
    two_labels,
)

COSINE, SINE = np.cos(0.3), np.sin(0.3)
TURN = np.array([[COSINE, 0, SINE, 0], [0, 1, 0, 0], [-SINE, 0, COSINE, 0], [0, 0, 0, 1]])
GRIDS = [GRID, TURN @ GRID, GRID[:, [0, 2, 1, 3]] * [1, -1, 1, 1]]


def message_of(path, read=read_mask):
    with pytest.raises(BadSubmission) as caught:
        read(path, "a mask")
    [problem] = caught.value.problems
    assert problem.file == "a mask"
    return problem.message


class Form(NamedTuple):
    """A way to write an image."""

    name: str
    write: object
    more: dict


FORMS = [
    Form("a.nrrd", nrrd, {}),
    Form("a.NRRD", nrrd, {"encoding": "raw"}),
    Form("a.nrrd", nrrd, {"encoding": "bzip2"}),
    Form("a.seg.nrrd", nrrd, {}),
    Form("a.mha", metaimage, {}),
    Form("a.mha", metaimage, {"CompressedData": "True"}),
    Form("a.mhd", metaimage, {}),
    Form("a.mhd", metaimage, {"CompressedData": "True"}),
]


@pytest.mark.parametrize("affine", GRIDS, ids=["straight", "turned", "other axes"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.name} {form.more}")
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
def test_an_image_is_the_same_in_every_format(tmp_path, form, affine, dtype):
    voxels = two_labels(dtype=dtype)
    known = read_mask(nifti(tmp_path / "known.nii.gz", voxels, affine))
    path = form.write(tmp_path / form.name, voxels, affine, **form.more)
    found = read_mask(path)
    np.testing.assert_array_equal(found.voxels, known.voxels)
    assert differences(known, found) == ()
    assert found.orientation == known.orientation
    assert found.spacing_mm == pytest.approx(known.spacing_mm)
    assert not found.is_part
    np.testing.assert_array_equal(read_map(path).voxels, voxels)


@pytest.mark.parametrize(
    ("space", "turn"),
    [
        ("right-anterior-superior", (1, 1)),
        ("RAS", (1, 1)),
        ("left-anterior-superior", (-1, 1)),
        ("LPS", (-1, -1)),
    ],
)
def test_every_anatomical_space_of_nrrd(tmp_path, space, turn):
    there = np.diag([*turn, 1, 1]) @ GRID
    path = nrrd(
        tmp_path / "a.nrrd", two_labels(), space=space,
        space_directions=there[:3, :3].T, space_origin=there[:3, 3],
    )  # fmt: skip
    np.testing.assert_allclose(read_mask(path).affine, GRID)


@pytest.mark.parametrize(
    "header",
    [
        {"space": "scanner-xyz"},
        {"space_origin": None},
        {"space": None, "space_dimension": 3},
    ],
)
def test_without_a_known_space_or_origin_there_is_a_spacing_only(tmp_path, header):
    found = read_mask(nrrd(tmp_path / "a.nrrd", two_labels(), **header))
    assert found.affine is None
    assert found.spacing_mm == pytest.approx((0.8, 0.8, 2.5))


def test_spacings_of_nrrd_without_directions(tmp_path):
    bare = {"space": None, "space_directions": None, "space_origin": None, "kinds": None}
    found = read_mask(nrrd(tmp_path / "a.nrrd", two_labels(), **bare, spacings=[1.0, 2.0, 3.0]))
    assert found.spacing_mm == (1, 2, 3)
    assert read_mask(nrrd(tmp_path / "b.nrrd", two_labels(), **bare)).spacing_mm is None


def test_lengths_of_nrrd_in_another_unit(tmp_path):
    found = read_mask(nrrd(tmp_path / "a.nrrd", two_labels(), space_units=["cm", "cm", "cm"]))
    assert found.spacing_mm == pytest.approx((8, 8, 25))
    np.testing.assert_allclose(found.affine[:3], 10 * GRID[:3])


def test_the_names_of_the_segments_of_slicer(tmp_path):
    segments = [("liver", 1), ("tumour", 2)]
    found = read_mask(slicer(tmp_path / "a.seg.nrrd", two_labels(), segments))
    assert found.names == {"liver": 1, "tumour": 2}
    assert found.members is None
    np.testing.assert_array_equal(found.voxels, two_labels())


def overlapping():
    """Return two segments of which one lies in the other, (x, y, z) each."""
    organ, lesion = two_labels() > 0, two_labels() == 2
    return organ, lesion


@pytest.mark.parametrize(
    ("segments", "numbers"),
    [
        ([("liver", 1, 0), ("tumour", 1, 1)], (1, 2)),
        ([("liver", 4, 0), ("tumour", 7, 1)], (4, 7)),
        ([("liver",), ("tumour",)], (1, 2)),
    ],
)
def test_segments_in_two_layers_overlap(tmp_path, segments, numbers):
    organ, lesion = overlapping()
    labels = [segment[1] if len(segment) > 1 else 1 for segment in segments]
    layers = np.array([organ * labels[0], lesion * labels[1]], dtype=np.uint8)
    found = read_mask(slicer(tmp_path / "a.seg.nrrd", layers, segments))
    assert found.names == dict(zip(("liver", "tumour"), numbers, strict=True))
    assert found.labels() == set(numbers)
    np.testing.assert_array_equal(found.mask(frozenset({numbers[0]})), organ)
    np.testing.assert_array_equal(found.mask(frozenset({numbers[1]})), lesion)
    np.testing.assert_array_equal(found.mask(frozenset(numbers)), organ)
    np.testing.assert_allclose(found.affine, GRID)


def test_segments_of_one_layer_of_four_axes(tmp_path):
    found = read_mask(slicer(tmp_path / "a.seg.nrrd", two_labels()[None], [("liver", 1, 0)]))
    assert found.shape == SHAPE
    assert found.names == {"liver": 1}


def test_layers_that_are_apart_are_labels():
    layers = Layers((3, 2), "a")
    layers.add((..., 0), np.array([True, False, False]), 3)
    layers.add((..., 1), np.array([False, True, False]), 300)
    voxels, members = layers.stored()
    assert members is None
    assert voxels.dtype == np.uint16
    np.testing.assert_array_equal(voxels, [[3, 0], [0, 300], [0, 0]])


def test_layers_agree_with_counting_sets():
    rng = np.random.default_rng(3)
    every = rng.random((9, 7, 6, 5)) < 0.4
    layers = Layers(every.shape[1:], "a")
    for i, inside in enumerate(every, start=1):
        layers.add(..., inside, i)
    voxels, members = layers.stored()
    for i, inside in enumerate(every, start=1):
        codes = [code for code, labels in members.items() if i in labels]
        np.testing.assert_array_equal(np.isin(voxels, codes), inside)


def test_a_second_file_in_foreign_byte_order(tmp_path):
    voxels = two_labels(dtype=np.int16)
    path = metaimage(
        tmp_path / "a.mhd", voxels,
        data=voxels.astype(">i2").tobytes(order="F"), BinaryDataByteOrderMSB="True",
    )  # fmt: skip
    np.testing.assert_array_equal(read_mask(path).voxels, voxels)
    before = read_mask(path).sha256
    path.with_suffix(".raw").write_bytes((voxels * 2).astype(">i2").tobytes("F"))
    assert read_mask(path).sha256 != before


def test_a_detached_nrrd(tmp_path):
    (tmp_path / "a.nrrd").write_text(
        "NRRD0004\ntype: uint8\ndimension: 3\nsizes: 6 5 4\nencoding: raw\n"
        "line skip: 1\nbyte skip: 2\ndata file: a.raw\n\n"
    )
    (tmp_path / "a.raw").write_bytes(b"a line\n--" + two_labels().tobytes("F"))
    np.testing.assert_array_equal(read_mask(tmp_path / "a.nrrd").voxels, two_labels())


def test_a_metaimage_that_does_not_say_where_it_lies(tmp_path):
    found = read_mask(
        metaimage(tmp_path / "a.mha", two_labels(), TransformMatrix=None, Offset=None)
    )
    assert found.affine is None
    assert found.spacing_mm == pytest.approx((0.8, 0.8, 2.5))
    bare = dict.fromkeys(["TransformMatrix", "Offset", "ElementSpacing"])
    assert read_mask(metaimage(tmp_path / "b.mha", two_labels(), **bare)).spacing_mm is None


def test_flat_images_have_a_spacing_and_no_place(tmp_path):
    flat = two_labels()[:, :, 1]
    for path in (
        metaimage(tmp_path / "a.mha", flat),
        nrrd(
            tmp_path / "a.nrrd", flat, space=None, space_dimension=2,
            space_directions=[[0.8, 0], [0, 0.8]], space_origin=[0, 0],
        ),
    ):  # fmt: skip
        found = read_mask(path)
        np.testing.assert_array_equal(found.voxels, flat)
        assert found.affine is None
        assert found.spacing_mm == pytest.approx((0.8, 0.8))


class Refused(NamedTuple):
    """A file that is no mask."""

    story: str
    write: object
    more: dict
    says: str


PACKED = {"CompressedData": "True"}
REFUSED = [
    Refused("nrrd: in colour", nrrd, {"kinds": ["RGB-color", "domain", "domain"]}, "in colour"),
    Refused("nrrd: 8 bytes too few", nrrd, {"encoding": "raw", "cut": -8}, "holds 112"),
    Refused("nrrd: cut off", nrrd, {"cut": -9}, "too early"),
    Refused("nrrd: bzip2 cut off", nrrd, {"encoding": "bzip2", "cut": -4}, "damaged"),
    Refused("nrrd: as text", nrrd, {"encoding": "text"}, 'its encoding is "text"'),
    Refused("nrrd: flat", nrrd, {"space_directions": np.zeros((3, 3))}, "0 x 0 x 0"),
    Refused("mha: cut off", metaimage, {"cut": -1}, "announces 120 bytes of voxels, and the file"),
    Refused("mha: too much", metaimage, {"data": b"0" * 121}, "holds 121"),
    Refused("mha: packed, too much", metaimage, PACKED | {"data": zlib.compress(b"0" * 130)}, "more than the 120"),
    Refused("mha: not packed", metaimage, PACKED | {"data": b"0" * 120}, "damaged"),
    Refused("mha: channels", metaimage, {"ElementNumberOfChannels": 3}, "3 channels"),
    Refused("mha: type", metaimage, {"ElementType": "MET_STRING"}, "type MET_STRING"),
    Refused("mha: as text", metaimage, {"BinaryData": "False"}, "written as text"),
    Refused("mha: list", metaimage, {"ElementDataFile": "LIST"}, "several files"),
    Refused("mha: pattern", metaimage, {"ElementDataFile": "a%03d.raw 1 4 1"}, "several files"),
    Refused("mha: spacing 0", metaimage, {"ElementSpacing": "1 0 1"}, "1 x 0 x 1"),
    Refused("mha: spacing of two", metaimage, {"ElementSpacing": "1 1"}, "ElementSpacing not once"),
    Refused("mha: no number", metaimage, {"Offset": "a b c"}, 'Offset as "a b c"'),
    Refused("mha: singular", metaimage, {"TransformMatrix": "1 0 0 1 0 0 0 0 1"}, "do not span"),
    Refused("mha: no sizes", metaimage, {"DimSize": "6 -5 4"}, "6 -5 4"),
    Refused("mha: huge", metaimage, {"DimSize": "30000 30000 30000"}, "at most 4 GiB"),
    Refused("mha: up", metaimage, {"ElementDataFile": "../a.raw"}, "same folder is expected"),
    Refused("mha: absolute", metaimage, {"ElementDataFile": "/etc/passwd"}, "same folder"),
    Refused("mha: not there", metaimage, {"ElementDataFile": "b.raw"}, "no b.raw beside"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.story)
def test_what_is_no_mask_is_refused(tmp_path, case):
    more = dict(case.more)
    cut = more.pop("cut", None)
    path = tmp_path / ("a.nrrd" if case.write is nrrd else "a.mha")
    case.write(path, two_labels(), **more)
    if cut:
        path.write_bytes(path.read_bytes()[:cut])
    assert case.says in message_of(path)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.nrrd", b"", "empty"),
        ("a.nrrd", b"x" * 400, "not an NRRD"),
        ("a.nrrd", b"NRRD0004\nx", "header cannot be read"),
        ("a.nrrd", b"NRRD0004\nsizes: a\n\n", "header cannot be read"),
        ("a.nrrd", b"NRRD0004\ntype: uint8\n\n", "no image"),
        ("a.nrrd", b"NRRD0004\ntype: block\ndimension: 2\nsizes: 2 2\nencoding: raw\n\n", "type block"),
        ("a.nrrd", b"NRRD0004\ntype: uint8\ndimension: 4\nsizes: 2 2 2 2\nencoding: raw\n\n", "4 axes"),
        ("a.nrrd", b"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 2 2\ndata file: ../a.raw\n\n", "same folder"),
        ("a.mha", b"x" * 400, "not a MetaImage"),
        ("a.mha", b"\0" * 10, "not a MetaImage"),
        ("a.mha", b"a = b\n" * 20000, "not a MetaImage"),
        ("a.mha", b"ElementDataFile = LOCAL\n", "None axes"),
        ("a.png", b"x" * 400, "not a PNG"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "not a PNG"),
        ("a.tif", b"II*\0\x08\0\0\0", "not a TIFF"),
        ("a.npy", b"x" * 400, "not an array of numpy"),
        ("a.npy", b"\x93NUMPY\x01\x00\x05\x00(1,2)", "header of the array"),
        ("a.dcm", b"x" * 400, "not DICOM"),
        ("a.dcm", b"\0" * 128 + b"DICM", "no segmentation"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_refused(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    assert says in message_of(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_the_voxels_beside_a_header_may_not_be_a_link_elsewhere(tmp_path):
    (tmp_path / "in").mkdir()
    path = metaimage(tmp_path / "in/a.mhd", two_labels())
    (tmp_path / "in/a.raw").rename(tmp_path / "a.raw")
    os.symlink(tmp_path / "a.raw", tmp_path / "in/a.raw")
    assert "a link to another folder" in message_of(path)


def test_bombs_are_not_decoded_beyond_what_is_announced(tmp_path):
    import tracemalloc

    bomb = b"\0" * 2**27
    header = b"NRRD0004\ntype: uint8\ndimension: 3\nsizes: 6 5 4\nencoding: %s\n\n"
    (tmp_path / "a.nrrd").write_bytes(header % b"gzip" + gzip.compress(bomb))
    (tmp_path / "b.nrrd").write_bytes(header % b"bzip2" + bz2.compress(bomb))
    metaimage(tmp_path / "c.mha", two_labels(), CompressedData="True", data=zlib.compress(bomb))
    del bomb
    tracemalloc.start()
    for name in ("a.nrrd", "b.nrrd", "c.mha"):
        assert "more than the 120 bytes" in message_of(tmp_path / name)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24


# pictures and arrays


def picture(path, pixels, mode=None, **more):
    """Write a picture; pixels (x, y)."""
    made = Image.fromarray(np.ascontiguousarray(pixels.swapaxes(0, 1)))
    (made.convert(mode) if mode else made).save(path, **more)
    return path


FLAT = two_labels()[:, :, 1]


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.TIFF"])
@pytest.mark.parametrize(("dtype", "factor"), [(np.uint8, 100), (np.uint16, 30000)])
def test_a_picture_has_pixels_and_no_spacing(tmp_path, name, dtype, factor):
    pixels = FLAT.astype(dtype) * dtype(factor)
    path = picture(tmp_path / name.lower(), pixels).rename(tmp_path / name)
    found = read_mask(path)
    assert found.voxels.dtype == dtype
    np.testing.assert_array_equal(found.voxels, pixels)
    assert (found.affine, found.spacing_mm, found.orientation) == (None, None, "")
    np.testing.assert_array_equal(read_map(path).voxels, pixels)


def test_a_palette_stands_for_its_indices(tmp_path):
    made = Image.fromarray(FLAT.T)
    made = made.convert("P")
    made.putdata(FLAT.T.ravel().tolist())
    made.putpalette([9, 9, 9, 200, 0, 0, 0, 0, 255])
    for bits in (2, 8):
        made.save(tmp_path / "a.png", bits=bits)
        np.testing.assert_array_equal(read_mask(tmp_path / "a.png").voxels, FLAT)


def grey_png(path, pixels, bits):
    """Write a grey PNG with few bits for each pixel, as other programs do; pixels (x, y)."""

    def chunk(kind, data):
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    wide, high = pixels.shape
    rows = b""
    for row in pixels.T:
        shades = "".join(f"{int(each):0{bits}b}" for each in row)
        shades += "0" * (-len(shades) % 8)
        rows += b"\0" + int(shades, 2).to_bytes(len(shades) // 8, "big")
    size = wide.to_bytes(4, "big") + high.to_bytes(4, "big") + bytes([bits, 0, 0, 0, 0])
    parts = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_few_bits_for_each_pixel_are_not_stretched(tmp_path, bits):
    pixels = np.minimum(FLAT, 2**bits - 1)
    found = read_mask(grey_png(tmp_path / "a.png", pixels, bits))
    np.testing.assert_array_equal(found.voxels, pixels)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_colours_that_are_all_equal_are_grey(tmp_path, mode):
    found = read_mask(picture(tmp_path / "a.png", FLAT, mode))
    np.testing.assert_array_equal(found.voxels, FLAT)


def test_colours_and_transparency_are_refused(tmp_path):
    pixels = np.repeat(FLAT[:, :, None], 3, axis=2)
    pixels[1, 1, 2] = 9
    assert "in colour or has transparency (RGB)" in message_of(picture(tmp_path / "a.png", pixels))
    alpha = np.full((*FLAT.shape, 4), 255, np.uint8)
    alpha[..., 3] = FLAT
    assert "transparency (RGBA)" in message_of(picture(tmp_path / "b.png", alpha))


def test_pages_are_a_volume_without_a_spacing(tmp_path):
    pages = [Image.fromarray(two_labels()[:, :, i].T) for i in range(SHAPE[2])]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    found = read_mask(tmp_path / "a.tif")
    np.testing.assert_array_equal(found.voxels, two_labels())
    assert found.spacing_mm is None
    pages[2] = pages[2].resize((3, 3))
    pages[0].save(tmp_path / "b.tif", save_all=True, append_images=pages[1:])
    assert "page 1 has 6 x 5 pixels, page 3 has 3 x 3" in message_of(tmp_path / "b.tif")
    pages[0].save(tmp_path / "c.png", save_all=True, append_images=pages[1:2])
    assert "2 pictures" in message_of(tmp_path / "c.png")


def test_a_map_in_a_tiff_of_real_numbers(tmp_path):
    pixels = (FLAT / 4).astype(np.float32)
    np.testing.assert_array_equal(read_map(picture(tmp_path / "a.tif", pixels)).voxels, pixels)
    assert "0.25, 0.5" in message_of(tmp_path / "a.tif")


def test_a_picture_that_was_cut_off_or_is_too_large(tmp_path, monkeypatch):
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 255, (60, 60), dtype=np.uint8)
    for name in ("a.png", "a.tif"):
        path = picture(tmp_path / name, pixels)
        path.write_bytes(path.read_bytes()[:1500])
        for filled_up in (False, True):  # as another package of the process may have set it
            monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", filled_up)
            assert "or damaged" in message_of(path)
    path = picture(tmp_path / "b.png", np.zeros((60, 60), np.uint8))
    monkeypatch.setattr(image_data, "MOST_BYTES", 3000)
    assert "are read" in message_of(path)
    monkeypatch.undo()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    assert "more than 2,000 pixels" in message_of(path)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["u1", "bool", ">i2", "<f4", "f8"])
def test_an_array_of_three_axes_is_as_it_is_stored(tmp_path, order, dtype):
    voxels = (two_labels() > 0).astype(dtype, order=order)
    np.save(tmp_path / "a.npy", voxels)
    found = read_mask(tmp_path / "a.npy")
    np.testing.assert_array_equal(found.voxels, voxels)
    assert found.voxels.dtype.isnative
    assert found.spacing_mm is None


def test_an_array_of_two_axes_lies_as_a_picture(tmp_path):
    np.save(tmp_path / "a.npy", FLAT.T)
    picture(tmp_path / "a.png", FLAT)
    found = [read_mask(tmp_path / name) for name in ("a.npy", "a.png")]
    np.testing.assert_array_equal(*(each.voxels for each in found))
    assert differences(*found) == ()


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.array([[{}]]), "Python objects"),
        (np.array([["a"]]), "the type <U1"),
        (np.zeros((2, 2), complex), "the type complex128"),
        (np.zeros(3), "the size 3"),
        (np.zeros((2, 2, 2, 2)), "2 x 2 x 2 x 2"),
        (np.zeros((2, 0)), "2 x 0"),
        (np.full((2, 2), np.nan), "not a finite number"),
    ],
)
def test_an_array_that_is_no_mask(tmp_path, array, says):
    np.save(tmp_path / "a.npy", array)
    assert says in message_of(tmp_path / "a.npy")


def test_an_array_that_was_cut_off(tmp_path):
    np.save(tmp_path / "a.npy", FLAT)
    data = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(data[:-1])
    assert "holds 29" in message_of(tmp_path / "a.npy")


# DICOM


KINDS = [("BINARY", {}), ("LABELMAP", {}), ("FRACTIONAL", {"max_fractional_value": 200})]


@pytest.mark.parametrize("affine", GRIDS, ids=["straight", "turned", "other axes"])
@pytest.mark.parametrize(("kind", "more"), KINDS, ids=[kind for kind, _ in KINDS])
def test_a_dicom_segmentation_is_the_nifti_of_the_same(tmp_path, affine, kind, more):
    known = read_mask(nifti(tmp_path / "a.nii.gz", two_labels(), affine))
    path = dicom_seg(tmp_path / "a.dcm", two_labels(), ["liver", "tumour"], affine, kind, **more)
    found = read_mask(path)
    assert found.names == {"liver": 1, "tumour": 2}
    assert found.labels() == {1, 2}
    assert found.is_part
    assert sorted(found.spacing_mm) == pytest.approx([0.8, 0.8, 2.5])
    first, second = on_one_grid(known, found)
    assert first is known
    assert differences(first, second) == ()
    np.testing.assert_array_equal(second.voxels, two_labels())


@pytest.mark.parametrize("left_out", [True, False])
def test_segments_that_overlap(tmp_path, left_out):
    every = np.stack(overlapping(), axis=-1).astype(np.uint8)
    path = dicom_seg(tmp_path / "a.dcm", every, ["liver", "tumour"], omit_empty_frames=left_out)
    found = read_mask(path)
    assert found.shape == (SHAPE if not left_out else (*SHAPE[:2], 2))
    known = read_mask(nifti(tmp_path / "a.nii.gz", two_labels()))
    _, found = on_one_grid(known, found)
    np.testing.assert_array_equal(found.mask(frozenset({1})), every[..., 0])
    np.testing.assert_array_equal(found.mask(frozenset({2})), every[..., 1])


def test_frames_that_do_not_end_at_whole_bytes_and_slices_between_that_are_empty(tmp_path):
    rng = np.random.default_rng(4)
    voxels = rng.integers(0, 3, (7, 5, 9), dtype=np.uint8)
    voxels[:, :, [0, 3, 4, 8]] = 0
    found = read_mask(dicom_seg(tmp_path / "a.dcm", voxels, ["a", "b"]))
    assert found.shape == (7, 5, 7)
    _, found = on_one_grid(read_mask(nifti(tmp_path / "a.nii.gz", voxels)), found)
    np.testing.assert_array_equal(found.voxels, voxels)


def test_segments_of_the_same_name_carry_their_number(tmp_path):
    found = read_mask(dicom_seg(tmp_path / "a.dcm", two_labels(), ["nodule", "nodule"]))
    assert found.names == {"nodule 1": 1, "nodule 2": 2}


def test_runs_are_decoded(tmp_path):
    from pydicom.uid import RLELossless

    path = dicom_seg(
        tmp_path / "a.dcm", two_labels(), ["a", "b"], kind="LABELMAP",
        transfer_syntax_uid=RLELossless,
    )  # fmt: skip
    _, found = on_one_grid(read_mask(nifti(tmp_path / "a.nii", two_labels())), read_mask(path))
    np.testing.assert_array_equal(found.voxels, two_labels())


def test_probabilities_in_dicom_are_refused(tmp_path):
    parts = (two_labels() / 4)[..., None]
    path = dicom_seg(tmp_path / "a.dcm", parts, ["a"], kind="FRACTIONAL")
    assert "probabilities" in message_of(path)


def test_another_dicom_file_is_no_segmentation(tmp_path):
    [ct, *_] = ct_slices(SHAPE, GRID)
    ct.save_as(tmp_path / "ct.dcm", enforce_file_format=True)
    assert "no segmentation (its modality is CT)" in message_of(tmp_path / "ct.dcm")
    assert "no segmentation in DICOM in this folder" in message_of(tmp_path)
    dicom_seg(tmp_path / "whatever", two_labels(), ["a", "b"])
    assert read_mask(tmp_path).labels() == {1, 2}
    assert read_mask(tmp_path / "whatever").labels() == {1, 2}
    dicom_seg(tmp_path / "second", two_labels(), ["a", "b"])
    assert "2 segmentations" in message_of(tmp_path)
    assert "not the name of an image file" in message_of(tmp_path / "whatever", read_map)


def changed(path, change):
    """Change a DICOM file as a function does."""
    from pydicom import dcmread

    data = dcmread(path)
    change(data)
    data.save_as(path)
    return path


def unevenly(data):
    place = data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0]
    place.ImagePositionPatient = [0, 0, 0]


def nowhere(data):
    del data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence


def shorter(data):
    data.PixelData = data.PixelData[:-2]


def without_size(data):
    del data.Rows


def far_away(data):
    place = data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0]
    along = place.ImagePositionPatient
    place.ImagePositionPatient = [along[0], along[1], along[2] + 2.5 * 2**34]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (unevenly, "do not lie evenly"),
        (nowhere, "do not all say where"),
        (shorter, "bytes of voxels"),
        (without_size, "damaged or incomplete"),
        (far_away, "at most 4 GiB"),
    ],
)
def test_a_dicom_segmentation_that_cannot_be_used(tmp_path, change, says):
    path = dicom_seg(tmp_path / "a.dcm", two_labels(), ["a", "b"], omit_empty_frames=False)
    changed(path, change)
    assert says in message_of(path)


def test_a_dicom_file_that_was_cut_off(tmp_path):
    path = dicom_seg(tmp_path / "a.dcm", two_labels(), ["a", "b"])
    data = path.read_bytes()
    for left in (300, 1000, 2000, len(data) - 3):
        path.write_bytes(data[:left])
        with pytest.raises(BadSubmission):
            read_mask(path)


@pytest.mark.parametrize("hidden", ["pydicom", "nrrd", "PIL"])
def test_without_a_package_of_the_extras(tmp_path, monkeypatch, hidden):
    path = {
        "pydicom": lambda: dicom_seg(tmp_path / "a.dcm", two_labels(), ["a", "b"]),
        "nrrd": lambda: nrrd(tmp_path / "a.nrrd", two_labels()),
        "PIL": lambda: picture(tmp_path / "a.png", FLAT),
    }[hidden]()
    for name in [each for each in sys.modules if each.split(".")[0] == hidden]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, hidden, None)
    with pytest.raises(BadSubmission, match=r"study-checker\[(images|dicom)\]") as caught:
        read_mask(path)
    package = {"nrrd": "pynrrd", "PIL": "pillow"}.get(hidden, hidden)
    assert f"the package {package}, which" in caught.value.problems[0].message

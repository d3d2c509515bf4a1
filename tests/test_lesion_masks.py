"""Reference lesions given as masks: what they become, and which mark hits which."""

import json
import warnings
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from checker import pipeline
from checker.cli.app import run
from checker.errors import BadSubmission
from checker.measuring import TaskQuestion, measure, report
from checker.model.estimate import facets
from checker.model.settings import Settings
from checker.pipeline import Options
from checker.reading.detection_tables import DetectionTables
from checker.reading.images import read_mask
from checker.reading.lesion_masks import WithMasks, lesions_of_masks
from checker.reading.scan_lesions import lesions_in
from checker.reading.tables import read_table
from checker.reading.task_columns import COMMAND_LINE, DetectionColumns

from .image_files import GRID, dicom_seg, nifti, nrrd

SHAPE = (20, 18, 10)
MARKS = """scan,x,y,z,score
a,{a1},0.9
a,{a2},0.8
a,{a3},0.4
b,{b1},0.7
"""


def at(*voxel: float) -> str:
    point = GRID @ np.array([*voxel, 1.0])
    return ",".join(f"{each:.3f}" for each in point[:3])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return scans a (two lesions), b (one) and c (none), with four marks: two hits, a near miss, a miss."""
    (tmp_path / "lesions").mkdir()
    masks = {name: np.zeros(SHAPE, np.uint8) for name in "abc"}
    masks["a"][2:6, 2:6, 2:5] = 1
    masks["a"][12:15, 10:14, 5:8] = 1
    masks["b"][8:10, 8:10, 4:6] = 1
    for name, mask in masks.items():
        nifti(tmp_path / f"lesions/{name}.nii.gz", mask)
    (tmp_path / "scans.csv").write_text("scan\na\nb\nc\n", "utf-8")
    text = MARKS.format(a1=at(3, 3, 3), a2=at(13, 11, 6), a3=at(6, 6, 5), b1=at(1, 1, 1))
    (tmp_path / "marks.csv").write_text(text, "utf-8")
    return tmp_path


def found(folder: Path, capsys: Any, *more: str) -> dict[str, Any]:
    arguments = [
        "metrics", "detection", "--scans", str(folder / "scans.csv"), "--lesions",
        str(folder / "lesions"), "--marks", str(folder / "marks.csv"), "--threshold", "0.5",
        "--format", "json", *more,
    ]  # fmt: skip
    code = run(arguments)
    out, err = capsys.readouterr()
    assert code == 0, err
    made: dict[str, Any] = json.loads(out)
    return made


def value(made: dict[str, Any], metric: str) -> float:
    return float(next(e["value"] for e in made["estimates"] if e["metric"] == metric))


def test_a_mark_hits_the_lesion_in_whose_mask_it_lies(folder: Path, capsys: Any) -> None:
    made = found(folder, capsys)
    assert value(made, "lesion_sensitivity") == pytest.approx(2 / 3)
    assert value(made, "lesion_precision") == pytest.approx(2 / 3)  # at 0.5: two hits, one miss
    assert value(made, "false_positives_per_case") == pytest.approx(1 / 3)
    assert any("centre lies in the mask" in each for each in made["notes"])
    assert not any("table of marks says" in each for each in made["notes"])


def test_distances_are_to_the_centre_of_the_lesion(folder: Path, capsys: Any) -> None:
    near = found(folder, capsys, "--hit", "distance:2")
    assert value(near, "lesion_sensitivity") == pytest.approx(2 / 3)
    wide = found(folder, capsys, "--hit", "radius")
    assert value(wide, "lesion_sensitivity") == pytest.approx(2 / 3)


def test_a_study_names_the_folder(folder: Path, capsys: Any) -> None:
    study = {
        "study": {"title": "Marks"},
        "evaluations": [
            {
                "name": "marks", "task": "detection", "cases": "scans.csv",
                "reference": "lesions", "predictions": "marks.csv",
                "operating_point": {"threshold": 0.5},
                "claims": [{"metric": "lesion sensitivity", "value": 0.67}],
            }
        ],
    }  # fmt: skip
    (folder / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
    report = pipeline.check(folder / "study.yaml", Options(settings=Settings(resamples=50)))
    assert report.claims[0].verdict.value == "reproduced"
    assert "lesions" in report.provenance.files


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: (f / "lesions/c.nii.gz").unlink(), 'no mask of the scan "c"'),
        (lambda f: (f / "lesions/c.nii.gz").write_bytes(b"x"), "c.nii.gz"),
        (
            lambda f: (f / "marks.csv").write_text("scan,x,y,z,score\na,900,0,0,0.5\n", "utf-8"),
            "outside of the scan a",
        ),
        (
            lambda f: (f / "marks.csv").write_text(
                "scan,x,y,z,score\n"
                + "".join(
                    f"a,{-float(x)},{-float(y)},{z},0.5\n" for x, y, z in [at(3, 3, 3).split(",")]
                ),
                "utf-8",
            ),
            "turn the signs of x and y",
        ),
    ],
    ids=["no mask", "broken mask", "outside", "LPS"],
)
def test_what_does_not_fit_is_said(folder: Path, change: Any, says: str, capsys: Any) -> None:
    change(folder)
    code = run([
        "metrics", "detection", "--scans", str(folder / "scans.csv"), "--lesions",
        str(folder / "lesions"), "--marks", str(folder / "marks.csv"),
    ])  # fmt: skip
    assert code == 2
    assert says in capsys.readouterr().err


def test_pictures_without_a_spacing_are_in_pixels(tmp_path: Path, capsys: Any) -> None:
    from PIL import Image

    (tmp_path / "lesions").mkdir()
    pixels = np.zeros((20, 30), np.uint8)
    pixels[5:9, 20:26] = 1  # y from 5 to 8, x from 20 to 25
    Image.fromarray(pixels).save(tmp_path / "lesions/a.png")
    (tmp_path / "scans.csv").write_text("scan\na\n", "utf-8")
    (tmp_path / "marks.csv").write_text("scan,x,y,score\na,24,6,0.9\na,6,24,0.8\n", "utf-8")
    code = run([
        "metrics", "detection", "--scans", str(tmp_path / "scans.csv"), "--lesions",
        str(tmp_path / "lesions"), "--marks", str(tmp_path / "marks.csv"),
    ])  # fmt: skip
    assert code == 2  # the second lies below the picture
    assert "row 3" in capsys.readouterr().err
    (tmp_path / "marks.csv").write_text("scan,x,y,score\na,24,6,0.9\na,6,15,0.8\n", "utf-8")
    made = found(tmp_path, capsys)
    assert value(made, "lesion_sensitivity") == 1
    assert value(made, "lesion_precision") == 0.5


def masks_of(folder: Path, asked: dict[str, Any] | None = None, **files: str) -> WithMasks:
    """Return what becomes of the masks of a folder; `files` are written in place of those that are there."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    tables = {
        name: read_table(folder / f"{name}.csv", name=f"{name}.csv") for name in ("scans", "marks")
    }
    columns = DetectionColumns(**{"written": COMMAND_LINE, **(asked or {})})
    return lesions_of_masks(DetectionTables(**tables), folder / "lesions", "lesions", columns)


def refused(folder: Path, asked: dict[str, Any] | None = None, **files: str) -> str:
    with pytest.raises(BadSubmission) as wrong:
        masks_of(folder, asked, **files)
    return "\n".join(
        f"{each.file}: {each.path}: {each.message}; {each.hint}" for each in wrong.value.problems
    )


def hits(made: WithMasks) -> list[str | None]:
    return list(made.tables.marks.text("lesion"))


def measured(folder: Path, asked: dict[str, Any], **tables: str) -> dict[Any, Any]:
    """Return every estimate by its name and place, of files in a folder."""
    settings = Settings(resamples=100)
    further = {"scans": folder / "scans.csv", "lesions": folder / tables["lesions"]}
    question = TaskQuestion(
        file=folder / tables["marks"], columns=DetectionColumns(**asked), further=further,
        settings=settings,
    )  # fmt: skip
    return {
        (each.metric, *(getattr(each, name) for name in facets())): (each.value, each.interval)
        for each in measure(question).estimates
    }


# What masks become


def test_lesions_have_the_centre_and_diameter_of_their_voxels(folder: Path) -> None:
    made = masks_of(folder)
    assert made.tables.lesions is not None
    rows = {name: list(made.tables.lesions.stored(name)) for name in made.tables.lesions.columns}
    assert rows["scan"] == ["a", "a", "b"]
    assert rows["lesion"] == ["a/1", "a/2", "b/1"]
    centres = [GRID @ [*voxel, 1] for voxel in ((3.5, 3.5, 3), (13, 11.5, 6), (8.5, 8.5, 4.5))]
    for i, axis in enumerate("xyz"):
        assert rows[axis] == pytest.approx([each[i] for each in centres], abs=1e-5)
    ball = [(6 * voxels * 0.8 * 0.8 * 2.5 / np.pi) ** (1 / 3) for voxels in (48, 36, 8)]
    assert rows["diameter"] == pytest.approx(ball, rel=1e-6)


@pytest.mark.parametrize("shape", [(7, 6, 5), (12, 9)])
def test_parts_hang_together_over_corners(shape: tuple[int, ...], tmp_path: Path) -> None:
    for seed in range(20):
        random = np.random.default_rng(seed)
        mask = (random.random(shape) < 0.12).astype(np.uint8) * 3
        np.save(tmp_path / "a.npy", mask)
        volume = read_mask(tmp_path / "a.npy")
        made, mask = lesions_in(volume), volume.voxels  # of a picture (x, y)
        voxels = np.array(list(np.ndindex(mask.shape)))
        numbers = made.numbers_at(voxels).reshape(mask.shape)
        assert ((numbers > 0) == (mask > 0)).all()
        expected = grown(mask)
        assert made.count == len(expected)
        assert {
            frozenset(map(tuple, np.argwhere(numbers == i + 1))) for i in range(made.count)
        } == expected
        centres = {tuple(np.round(np.mean(sorted(each), axis=0), 9)) for each in expected}
        assert {tuple(np.round(centre, 9)) for centre, _ in made.places()} == centres


def grown(mask: Any) -> set[frozenset[tuple[int, ...]]]:
    """Return the parts of a mask, each grown from a voxel over all its neighbours."""
    left, parts = set(map(tuple, np.argwhere(mask).tolist())), set()
    while left:
        part, edge = set(), [left.pop()]
        while edge:
            voxel = edge.pop()
            part.add(voxel)
            around = {
                tuple(a + b for a, b in zip(voxel, step, strict=True))
                for step in product((-1, 0, 1), repeat=len(voxel))
            }
            edge += around & left
            left -= around
        parts.add(frozenset(part))
    return parts


def test_a_turned_grid_has_the_same_lesions(tmp_path: Path) -> None:
    angle = np.radians(30)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    affine = turn @ np.diag([0.5, 2, 3, 1])
    mask = np.zeros((9, 8, 7), np.uint8)
    mask[1:4, 2:3, 3:6] = 1
    made = lesions_in(read_mask(nifti(tmp_path / "a.nii", mask, affine)))
    [(centre, diameter)] = made.places()
    assert centre == pytest.approx((affine @ [2, 2, 4, 1])[:3], abs=1e-5)
    assert diameter == pytest.approx((6 * 9 * 3 / np.pi) ** (1 / 3), rel=1e-6)
    points = np.array([affine @ [*each, 1] for each in ((3.4, 2.4, 5.4), (3.6, 2, 5))])[:, :3]
    assert made.numbers_at(made.voxels_at(points)).tolist() == [1, 0]


def test_masks_give_what_equal_tables_give(folder: Path) -> None:
    text = "scan,x,y,z,score,lesion\n" + "\n".join(
        f"{row},{lesion}"
        for row, lesion in zip(
            (folder / "marks.csv").read_text("utf-8").splitlines()[1:],
            ("a/1", "a/2", "", ""),
            strict=True,
        )
    )
    (folder / "matched.csv").write_text(text, "utf-8")
    (folder / "lesions.csv").write_text("scan,lesion\na,a/1\na,a/2\nb,b/1\n", "utf-8")
    masks = measured(folder, {"thresholds": (0.5,)}, lesions="lesions", marks="marks.csv")
    matched = measured(folder, {"thresholds": (0.5,)}, lesions="lesions.csv", marks="matched.csv")
    assert masks == matched
    assert len(masks) > 10


def test_the_highest_score_in_a_lesion_is_its_hit(folder: Path) -> None:
    rows = f"a,{at(3, 3, 3)},0.2\na,{at(4, 4, 4)},0.9\na,{at(2, 2, 2)},0.6\n"
    (folder / "marks.csv").write_text(f"scan,x,y,z,score\n{rows}", "utf-8")
    high = measured(folder, {"thresholds": (0.7,)}, lesions="lesions", marks="marks.csv")
    [found] = [value for (name, *_), (value, _) in high.items() if name == "lesion_sensitivity"]
    assert found == pytest.approx(1 / 3)


def test_folders_of_scans_and_masks_without_lesions(folder: Path) -> None:
    for name in "abc":
        (folder / f"lesions/{name}").mkdir()
        nifti(folder / f"lesions/{name}/mask.nii.gz", np.zeros(SHAPE, np.uint8))
        (folder / f"lesions/{name}.nii.gz").unlink()
    made = masks_of(folder)
    assert made.tables.lesions is not None
    assert made.tables.lesions.rows == 0
    assert hits(made) == [None] * 4
    nifti(folder / "lesions/a/mask.nii.gz", np.ones(SHAPE, np.uint8))
    assert masks_of(folder).tables.lesions.sha256 != made.tables.lesions.sha256  # type: ignore[union-attr]


def test_masks_of_other_scans_are_not_read(folder: Path) -> None:
    (folder / "lesions/d.nii.gz").write_bytes(b"no image")
    made = masks_of(folder)
    assert made.notes == ("1 mask of a scan that is not listed is not read.",)


def test_command_and_study_name_the_folder_by_one_hash(folder: Path) -> None:
    study = {
        "study": {"title": "Marks"},
        "evaluations": [
            {"name": "marks", "task": "detection", "cases": "scans.csv", "reference": "lesions",
             "predictions": "marks.csv"}
        ],
    }  # fmt: skip
    (folder / "study.yaml").write_text(yaml.safe_dump(study), "utf-8")
    settings = Settings(resamples=20)
    ours = pipeline.check(folder / "study.yaml", Options(settings=settings)).provenance.files
    asked = TaskQuestion(
        file=folder / "marks.csv", columns=DetectionColumns(),
        further={"scans": folder / "scans.csv", "lesions": folder / "lesions"}, settings=settings,
    )  # fmt: skip
    assert report(asked).provenance.files["lesions"] == ours["lesions"]


# Which lesion a mark lies in


def test_marks_are_read_as_those_on_tables_are(folder: Path) -> None:
    low, high = GRID @ [13, 11, 6, 1] - 2, GRID @ [13, 11, 6, 1] + 2  # centre in a/2, corners not
    corners = "scan,x1,x2,y1,y2,z1,z2\na," + ",".join(
        f"{a:.3f},{b:.3f}" for a, b in zip(low[:3], high[:3], strict=True)
    )
    assert hits(masks_of(folder, marks=corners)) == ["a/2"]
    sides = "scan,x,y,z,width,height,depth\na," + ",".join(f"{a:.3f}" for a in low[:3]) + ",4,4,4\n"
    assert hits(masks_of(folder, marks=sides)) == ["a/2"]
    named = f"SERIES,cx,cy,cz\na,{at(13, 11, 6)}\n"
    names = {"scan": "SERIES", "x": "cx", "y": "cy", "z": "cz"}
    found = masks_of(folder, {"names": names}, marks=named, scans="case\na\nb\nc\n")
    assert hits(found) == ["a/2"]


def test_marks_of_other_partitions_are_left_out(folder: Path) -> None:
    scans = "scan,part\na,test\nb,train\nc,test\n"
    marks = f"scan,x,y,z\nb,900,0,0\na,{at(13, 11, 6)}\na,{at(3, 3, 3)}\n"
    found = masks_of(folder, {"where": [("part", "test")]}, scans=scans, marks=marks)
    assert hits(found) == [None, "a/2", "a/1"]
    assert found.notes == ("1 mask of a scan that is not listed is not read.",)


def test_a_named_rule_goes_before_a_column_of_hits(folder: Path) -> None:
    marks = f"lesion,mark,scan,x,y,z\n1,lesion,a,{at(13, 11, 6)}\n,non_lesion,a,{at(3, 3, 3)}\n"
    assert "says what each mark hit, and so do the masks" in refused(folder, marks=marks)
    made = masks_of(folder, {"hit": "centre_inside", "names": {"lesion": "lesion"}}, marks=marks)
    assert hits(made) == ["a/2", "a/1"]
    assert made.tables.marks.columns == ("scan", "x", "y", "z", "lesion")
    near = {"hit": "distance", "limit": 2.0}
    assert hits(masks_of(folder, near, marks=marks)) == [
        "1",
        None,
    ]  # as it stands, and not looked at


def test_slices_that_a_file_leaves_out_are_of_the_scan(tmp_path: Path) -> None:
    pytest.importorskip("highdicom")
    (tmp_path / "lesions").mkdir()
    mask = np.zeros(SHAPE, np.uint8)
    mask[2:6, 2:6, 2:5] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dicom_seg(tmp_path / "lesions/a.dcm", mask, ["lesion"])
    marks = f"scan,x,y,z\na,{at(3, 3, 3)}\na,{at(3, 3, 9)}\na,{at(3, 3, 0)}\n"
    assert hits(masks_of(tmp_path, scans="scan\na\n", marks=marks)) == ["a/1", None, None]
    beside = f"scan,x,y,z\na,{at(3, 90, 3)}\n"
    assert "outside of the scan a" in refused(tmp_path, scans="scan\na\n", marks=beside)


def test_a_matching_that_masks_leave_nothing_to_is_said(folder: Path) -> None:
    (note,) = masks_of(folder, {"matching": "nearest_first"}).notes
    assert "nearest_first is not used" in note


def test_labels_that_are_no_lesions_are_said(folder: Path) -> None:
    labels = {"background": 0, "liver": 1, "tumour": 2, "ignore": 3}
    (folder / "dataset.json").write_text(json.dumps({"labels": labels}), "utf-8")
    (note,) = masks_of(folder).notes
    assert "Every label counts as a lesion, and labels are not told apart: liver, tumour." in note
    mask = np.zeros(SHAPE, np.uint8)
    mask[0, 0, 0] = 3
    nifti(folder / "lesions/c.nii.gz", mask)
    assert 'lesions/c.nii.gz has voxels that nobody judged (label "ignore")' in refused(folder)


# The signs of x and y


def turned(*voxel: float) -> str:
    x, y, z = map(float, at(*voxel).split(","))
    return f"{-x},{-y},{z}"


def test_most_marks_outside_and_inside_when_turned_are_in_lps(folder: Path) -> None:
    rows = [f"a,{turned(3, 3, 3)}", f"a,{turned(13, 11, 6)}", f"b,{at(1, 1, 1)}"]
    said = refused(folder, marks="scan,x,y,z\n" + "\n".join(rows))
    assert "row 2: the mark lies outside of the scan a; also row 3" in said
    assert "turn the signs of x and y" in said
    rows = [f"a,{turned(3, 3, 3)}", *[f"a,{at(3, 3, 3)}"] * 9]
    said = refused(folder, marks="scan,x,y,z\n" + "\n".join(rows))
    assert "turn" not in said
    assert "RAS+" in said


def test_more_hits_when_turned_are_said_and_not_taken(tmp_path: Path) -> None:
    (tmp_path / "lesions").mkdir()
    mask = np.zeros(
        (41, 41, 5), np.uint8
    )  # the origin is in the middle: turned marks are inside too
    mask[30:35, 30:35, 1:4] = 1
    affine = np.diag([1.0, 1, 2, 1])
    affine[:2, 3] = -20
    nifti(tmp_path / "lesions/a.nii", mask, affine)
    marks = "scan,x,y,z\na,-12,-12,4\na,-11,-11,4\na,12,12,4\n"
    made = masks_of(tmp_path, scans="scan\na\n", marks=marks)
    assert hits(made) == [None, None, "a/1"]
    (note,) = made.notes
    assert "1 of 3 marks lie in the mask" in note
    assert "turned (LPS, as ITK and LUNA16 write them) 2 would" in note


# What does not fit


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: nifti(f / "lesions/c.nii.gz", np.zeros(SHAPE[:2], np.uint8)), "has 2 axes and"),
        (lambda f: _several(f), "has 2 files: mask.nii.gz, other.nii.gz"),
        (lambda f: (f / "marks.csv").write_text("scan,x,y\na,90,-110\n"), "2 coordinates, and the mask"),
        (lambda f: (f / "marks.csv").write_text("scan,score\na,1\n"), "no columns say where each mark is"),
        (lambda f: (f / "marks.csv").write_text("scan,x,y,z\na,90,-110,\n"), "the coordinate is missing"),
        (lambda f: (f / "scans.csv").write_text("scan\na\n"), 'the scan "b" is not listed'),
    ],
    ids=["axes", "several files", "coordinates", "no places", "missing", "not listed"],
)  # fmt: skip
def test_what_cannot_be_placed_is_said(
    folder: Path, change: Callable[[Path], object], says: str
) -> None:
    change(folder)
    said = refused(folder)
    assert says in said
    assert said.count("\n") == 0  # and nothing else is


def _several(folder: Path) -> None:
    for name in "abc":
        (folder / f"lesions/{name}").mkdir()
        (folder / f"lesions/{name}.nii.gz").rename(folder / f"lesions/{name}/mask.nii.gz")
    nifti(folder / "lesions/a/other.nii.gz", np.zeros(SHAPE, np.uint8))


def test_a_scan_with_one_file_is_read_where_others_have_several(folder: Path) -> None:
    _several(folder)
    marks = f"scan,x,y,z\nb,{at(8, 8, 4)}\n"
    made = masks_of(folder, scans="scan\nb\nc\n", marks=marks)
    assert made.tables.lesions is not None
    assert list(made.tables.lesions.text("lesion")) == ["b/1"]
    assert hits(made) == ["b/1"]


def test_every_problem_is_said_at_once(folder: Path) -> None:
    (folder / "lesions/a.nii.gz").write_bytes(b"no image")
    (folder / "lesions/b.nii.gz").unlink()
    marks = "scan,x,y,z\nc,900,0,0\na,1,x,3\n"
    said = refused(folder, marks=marks)
    for part in (
        "lesions/a.nii.gz",
        'no mask of the scan "b"',
        "outside of the scan c",
        '"x" is not a number',
    ):
        assert part in said
    wrong = {"names": {"x": "column"}}
    assert "column: the table has no column of this name" in refused(folder, wrong, marks=marks)


def test_a_slice_that_stands_up_needs_three_axes(tmp_path: Path) -> None:
    (tmp_path / "lesions").mkdir()
    upright = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    nrrd(tmp_path / "lesions/a.nrrd", np.ones((6, 5), np.uint8), upright)
    said = refused(tmp_path, scans="scan\na\n", marks="scan,x,y\na,1,1\n")
    assert "does not lie in the plane of x and y" in said

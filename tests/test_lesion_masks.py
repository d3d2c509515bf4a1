"""Reference lesions given as masks: what they become, and which mark hits which."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from checker import pipeline
from checker.cli.app import run
from checker.model.settings import Settings
from checker.pipeline import Options

from .image_files import GRID, nifti

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

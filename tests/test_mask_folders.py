"""Folders of masks as people leave them: what is scored, what is reported, and that nothing is lost."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from checker import cases, pipeline
from checker.cases import Masks, Running
from checker.cli.app import run
from checker.errors import BadSubmission
from checker.model.claim import Verdict
from checker.model.settings import Settings
from checker.pipeline import Options
from checker.reading.tables import read_table

from .image_files import GRID, nifti

LIVER, TUMOUR = frozenset({1}), frozenset({2})
SHAPE = (14, 12, 8)


def labels(seed: int, tumour: bool = True) -> Any:
    rng = np.random.default_rng(seed)
    found = np.zeros(SHAPE, np.uint8)
    a, b = rng.integers(1, 4, 2)
    found[a : a + 8, b : b + 7, 2:6] = 1
    if tumour:
        found[a + 2 : a + 5, b + 2 : b + 4, 3:5] = 2
    return found


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Return a folder with reference masks, predictions and what nnU-Net leaves beside them; eight cases."""
    for name in ("labelsTs", "predictions"):
        (tmp_path / name).mkdir()
    for i in range(1, 9):
        nifti(tmp_path / f"labelsTs/liver_{i}.nii.gz", labels(i, i != 3))
        nifti(tmp_path / f"predictions/liver_{i}.nii.gz", np.roll(labels(i, i != 5), 1, axis=0))
    named = {"labels": {"background": 0, "liver": 1, "tumour": 2}, "file_ending": ".nii.gz"}
    (tmp_path / "dataset.json").write_text(json.dumps(named), "utf-8")
    (tmp_path / "predictions/plans.json").write_text("{}", "utf-8")
    (tmp_path / "predictions/._liver_1.nii.gz").write_bytes(b"")
    return tmp_path


def asked(folder: Path, **more: Any) -> Masks:
    return Masks(reference=folder / "labelsTs", prediction=folder / "predictions", **more)


def value(found: Any, quantity: str, structure: str, case: int) -> float:
    table = found.table
    return float(
        table.columns["measures"][
            case, table.given["structures"].index(structure), table.given["quantities"].index(quantity)
        ]
    )  # fmt: skip


def test_a_folder_is_taken_as_it_lies(folders: Path) -> None:
    found = cases.measure(asked(folders))
    assert found.table.case is not None
    assert found.table.case.names == tuple(f"liver_{i}" for i in range(1, 9))
    assert found.table.given["structures"] == ("liver", "tumour", "liver with tumour")
    assert (found.broken, found.missing, found.extra) == ((), (), ())
    reference, prediction = labels(1) == 1, np.roll(labels(1), 1, axis=0) == 1
    both = 2 * (reference & prediction).sum() / (reference.sum() + prediction.sum())
    assert value(found, "dice", "liver", 0) == pytest.approx(both)
    assert value(found, "reference_volume_ml", "liver", 0) == pytest.approx(
        reference.sum() * 0.8 * 0.8 * 2.5 / 1000
    )
    assert value(found, "dice", "tumour", 4) == 0  # missed
    assert value(found, "dice", "tumour", 2) == 0  # invented


def test_unions_and_other_labels_of_the_prediction(folders: Path) -> None:
    whole = {"organ": LIVER | TUMOUR}
    found = cases.measure(asked(folders, structures=whole))
    reference, prediction = labels(1) > 0, np.roll(labels(1), 1, axis=0) > 0
    both = 2 * (reference & prediction).sum() / (reference.sum() + prediction.sum())
    assert value(found, "dice", "organ", 0) == pytest.approx(both)
    alone = cases.measure(asked(folders, structures=whole, predicted={"organ": LIVER}))
    assert (
        value(alone, "predicted_voxels", "organ", 0)
        == (prediction & (np.roll(labels(1), 1, axis=0) == 1)).sum()
    )


def with_unjudged(folder: Path) -> Any:
    """Give the first case a block of voxels that nobody judged, and return where."""
    found = labels(1)
    found[:, :6, 3:5] = 9
    nifti(folder / "labelsTs/liver_1.nii.gz", found)
    return found == 9


@pytest.mark.parametrize("said", ["dataset.json", "structures", "both"])
def test_voxels_that_nobody_judged_count_in_neither_mask(folders: Path, said: str) -> None:
    unknown = with_unjudged(folders)
    more: dict[str, Any] = {}
    if said != "structures":
        named = {"labels": {"background": 0, "liver": 1, "tumour": 2, "ignore": 9}}
        (folders / "dataset.json").write_text(json.dumps(named), "utf-8")
    if said != "dataset.json":
        more["structures"] = {"liver": LIVER, "tumour": TUMOUR}
    if said == "structures":
        more["structures"] |= {"ignore": frozenset({9})}
    found = cases.measure(asked(folders, **more))
    assert found.table.given["structures"] == ("liver", "tumour", "liver with tumour")
    reference = (labels(1) == 1) & ~unknown
    prediction = (np.roll(labels(1), 1, axis=0) == 1) & ~unknown
    both = 2 * (reference & prediction).sum() / (reference.sum() + prediction.sum())
    assert value(found, "dice", "liver", 0) == pytest.approx(both)
    assert value(found, "predicted_voxels", "liver", 0) == prediction.sum()
    assert any("labels 9 (ignore) count in neither" in each for each in found.table.notes)


def test_ignored_voxels_are_the_only_thing_named(folders: Path) -> None:
    unknown = with_unjudged(folders)
    (folders / "dataset.json").unlink()
    found = cases.measure(asked(folders, structures={"ignore": frozenset({9})}))
    assert found.table.given["structures"] == ("label 1", "label 2")
    reference = (labels(1) == 1) & ~unknown
    assert value(found, "reference_voxels", "label 1", 0) == reference.sum()


def test_ignored_voxels_need_a_label(folders: Path) -> None:
    with pytest.raises(BadSubmission, match='"ignore" has no label'):
        cases.measure(asked(folders, structures={"liver": LIVER, "ignore": frozenset()}))


def test_missing_and_extra_cases_are_listed(folders: Path) -> None:
    (folders / "predictions/liver_2.nii.gz").rename(folders / "predictions/liver_20.nii.gz")
    found = cases.measure(asked(folders))
    assert (found.missing, found.extra) == (("liver_2",), ("liver_20",))
    assert found.table.given["without_prediction"] == 1
    assert any("1 case without a prediction" in each for each in found.table.notes)


BREAK = {
    "cut off": lambda file: file.write_bytes(file.read_bytes()[:-30]),
    "another shape": lambda file: nifti(file, labels(1)[:-1]),
    "flipped": lambda file: nifti(file, labels(1), GRID @ np.diag([-1, 1, 1, 1])),
    "another spacing": lambda file: nifti(file, labels(1), GRID @ np.diag([1, 1, 2, 1])),
    "shifted": lambda file: nifti(file, labels(1), GRID + np.eye(4, k=3) * 10),
    "probabilities": lambda file: nifti(file, labels(1) * np.float32(0.9999)),
    "four axes": lambda file: nifti(file, np.stack([labels(1)] * 2, axis=-1)),
}
SAYS = {
    "cut off": "end too early",
    "another shape": "14 x 12 x 8 voxels",
    "flipped": "LAS",
    "another spacing": "0.8 x 0.8 x 2.5 mm",
    "shifted": "first voxel",
    "probabilities": "no whole numbers",
    "four axes": "axes",
}


def test_another_algorithm_alone_is_measured_on_all_of_its_cases(folders: Path) -> None:
    (folders / "predictions/liver_2.nii.gz").unlink()
    claim = {"metric": "Dice", "of": "copy, liver", "cases": 8, "value": 1.0}
    wrong = {**claim, "cases": 7}
    found = pipeline.check(described(folders, claims=[claim, wrong])).claims
    assert [each.verdict for each in found] == [Verdict.REPRODUCED, Verdict.CONTRADICTED]


@pytest.mark.parametrize("of", ["copy, Knots_2", "KNOTS_2", "copy, knots 2"])
def test_lesions_of_a_claim_are_counted_however_it_names_them(folders: Path, of: str) -> None:
    named = {"structures": {"spot": "1", "knots_2": "2"}}
    claim = {"metric": "PQ", "of": of, "value": 0.123}
    (found,) = pipeline.check(described(folders, claims=[claim], **named)).claims
    assert "not recomputed" not in found.because


@pytest.mark.parametrize("option", ["--vessel", "--lesions"])
def test_a_structure_that_no_mask_has_is_refused_where_the_files_tell(
    folders: Path, option: str, capsys: Any
) -> None:
    (folders / "dataset.json").unlink()
    where = ["--reference", str(folders / "labelsTs"), "--prediction", str(folders / "predictions")]
    assert run(["metrics", "segmentation", *where, option, "kidney"]) == 2
    said = capsys.readouterr().err
    assert 'there is no structure "kidney"; there are label 1, label 2' in said


def test_a_spacing_that_is_not_used_is_said(folders: Path) -> None:
    found = cases.measure(asked(folders, spacing_mm=(1.0, 1.0, 5.0)))
    assert "8 cases carry another spacing than the one that was named" in " ".join(
        found.table.notes
    )
    own = cases.measure(asked(folders, spacing_mm=(0.8, 0.8, 2.5)))
    assert "another spacing" not in " ".join(own.table.notes)


def test_a_folder_to_compare_with_that_is_not_there_is_named(folders: Path, capsys: Any) -> None:
    where = ["--reference", str(folders / "labelsTs"), "--prediction", str(folders / "predictions")]
    assert run(["metrics", "segmentation", *where, "--compare", "unet=nowhere"]) == 2
    assert "--compare unet=nowhere: there is no such file or folder" in capsys.readouterr().err


@pytest.mark.parametrize("how", BREAK)
@pytest.mark.parametrize("workers", [1, 2])
def test_one_broken_case_is_reported_and_the_others_are_scored(
    folders: Path, how: str, workers: int, capsys: Any
) -> None:
    BREAK[how](folders / "predictions/liver_4.nii.gz")
    found = cases.measure(asked(folders), Running(workers=workers))
    assert found.table.cases == 7
    (problem,) = found.broken
    assert problem.path == "liver_4"
    assert SAYS[how] in problem.message
    if workers == 1:
        code = run([
            "metrics", "segmentation", "--reference", str(folders / "labelsTs"),
            "--prediction", str(folders / "predictions"), "--format", "json",
        ])  # fmt: skip
        out, err = capsys.readouterr()
        assert code == 2
        assert "1 case could not be read; the others were scored" in err
        assert SAYS[how] in err
        assert json.loads(out)["cases"] == 7


def test_links_that_lead_nowhere_are_reported_and_the_others_are_scored(folders: Path) -> None:
    for name in ("liver_4", "liver_5"):
        file = folders / f"predictions/{name}.nii.gz"
        file.unlink()
        file.symlink_to("nothing.nii.gz" if name == "liver_4" else file)
    found = cases.measure(asked(folders))
    assert found.table.cases == 6
    assert ["a link to a file that is not there" in each.message for each in found.broken] == [
        True
    ] * 2


def test_where_every_case_is_broken_nothing_is_printed_but_the_reasons(folders: Path) -> None:
    for file in (folders / "predictions").glob("liver*"):
        file.write_bytes(b"no image")
    with pytest.raises(BadSubmission) as bad:
        cases.measure(asked(folders))
    assert len(bad.value.problems) == 8
    assert {each.hint for each in bad.value.problems} == {"write it as NIfTI (.nii or .nii.gz)"}
    assert not [each for each in bad.value.problems if "\n" in each.message]


def test_every_difference_of_two_grids_names_its_case(folders: Path, capsys: Any) -> None:
    moved = GRID.copy()
    moved[0, 0], moved[0, 3] = -GRID[0, 0], 7
    nifti(folders / "predictions/liver_4.nii.gz", labels(4), affine=moved)
    code = run([
        "metrics", "segmentation", "--reference", str(folders / "labelsTs"),
        "--prediction", str(folders / "predictions"),
    ])  # fmt: skip
    lines = [each for each in capsys.readouterr().err.splitlines() if "labelsTs/liver_4" in each]
    assert code == 2
    assert len(lines) == 2
    assert all(each.startswith("predictions, liver_4: labelsTs/liver_4.nii.gz ") for each in lines)


def test_a_label_that_one_side_writes_otherwise_is_said(folders: Path, capsys: Any) -> None:
    for i in range(1, 9):
        nifti(folders / f"predictions/liver_{i}.nii.gz", labels(i) * np.uint8(100))
    (folders / "dataset.json").unlink()
    code = run([
        "metrics", "segmentation", "--reference", str(folders / "labelsTs"),
        "--prediction", str(folders / "predictions"),
    ])  # fmt: skip
    said = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert "No prediction has a voxel of label 1, which 8 of 8 references have" in said
    assert "No reference has a voxel of label 200, which 8 of 8 predictions have" in said
    assert "Both masks are empty in every case" not in said


def test_masks_without_a_spacing_are_measured_in_voxels(tmp_path: Path, capsys: Any) -> None:
    from PIL import Image

    for name, shift in (("reference", 0), ("prediction", 1)):
        (tmp_path / name).mkdir()
        for i in range(3):
            picture = np.roll(labels(i).max(axis=2), shift, axis=1)
            Image.fromarray(picture).save(tmp_path / f"{name}/scan{i}.png")
    folders = [
        "--reference",
        str(tmp_path / "reference"),
        "--prediction",
        str(tmp_path / "prediction"),
    ]
    assert (
        run(["metrics", "segmentation", *folders, "--label", "liver=1+2", "--tolerance", "1"]) == 0
    )
    out = capsys.readouterr().out
    assert "(voxels)" in out
    assert "(mm)" not in out
    assert "carry no spacing" in out
    assert "volume (ml)" not in out
    rows = str(tmp_path / "rows.csv")
    assert run(["metrics", "segmentation", *folders, "--per-case", rows]) == 0
    capsys.readouterr()
    assert run(["metrics", "segmentation", rows]) == 0
    out = capsys.readouterr().out
    assert "(voxels)" in out
    assert "(mm)" not in out
    assert "taken as in voxels" in out
    spaced = [*folders, "--label", "liver=1+2", "--spacing", "0.5,0.5", "--tolerance", "1"]
    assert run(["metrics", "segmentation", *spaced]) == 0
    assert "Surface Dice (NSD) at 1 mm" in capsys.readouterr().out.replace("\n", " ").replace(
        "  ", " "
    )


def test_probabilities_are_cut(folders: Path) -> None:
    for i in range(1, 9):
        mask = np.roll(labels(i), 1, axis=0) > 0
        nifti(
            folders / f"predictions/liver_{i}.nii.gz", np.where(mask, 0.7, 0.2).astype(np.float32)
        )
    found = cases.measure(asked(folders, structures={"organ": LIVER | TUMOUR}, cutoff=0.5))
    assert value(found, "predicted_voxels", "organ", 0) == (labels(1) > 0).sum()
    said = "compared with each of liver, tumour, liver with tumour; it is of one structure"
    assert not any(said in each for each in found.table.notes)
    several = cases.measure(
        asked(folders, structures={"liver": LIVER, "tumour": TUMOUR}, cutoff=0.5)
    )
    assert any(said in each for each in several.table.notes)


def test_a_file_for_each_structure(tmp_path: Path) -> None:
    for side, shift in (("truth", 0), ("model", 1)):
        for i in range(2):
            (tmp_path / side / f"s{i}").mkdir(parents=True)
            for label, name in ((1, "liver"), (2, "tumour")):
                mask = (np.roll(labels(i), shift, axis=0) == label).astype(np.uint8)
                nifti(tmp_path / side / f"s{i}/{name}.nii.gz", mask)
    found = cases.measure(Masks(reference=tmp_path / "truth", prediction=tmp_path / "model"))
    assert found.table.given["structures"] == ("liver", "tumour")
    assert value(found, "reference_voxels", "tumour", 1) == (labels(1) == 2).sum()


def test_a_case_is_not_measured_again_after_a_stop(folders: Path, monkeypatch: Any) -> None:
    store = folders / "finished.jsonl"
    first = cases.measure(asked(folders), Running(workers=1, store=store))
    kept = store.read_bytes()
    monkeypatch.setattr("checker.cases.every_case.measured_case", None)  # nothing is left to do
    again = cases.measure(asked(folders), Running(workers=1, store=store))
    assert np.array_equal(
        first.table.columns["measures"], again.table.columns["measures"], equal_nan=True
    )
    assert store.read_bytes() == kept


def test_the_number_of_workers_changes_no_number(folders: Path) -> None:
    one, two = (cases.measure(asked(folders), Running(workers=n)).table for n in (1, 2))
    assert np.array_equal(one.columns["measures"], two.columns["measures"], equal_nan=True)
    assert one.sha256 == two.sha256


def test_patients_groups_and_another_algorithm(folders: Path) -> None:
    rows = ["scan,person,site", *(f"liver_{i},p{(i + 1) // 2},{'AB'[i % 2]}" for i in range(1, 9))]
    (folders / "cases.csv").write_text("\n".join(rows), "utf-8")
    people = cases.People(
        table=read_table(folders / "cases.csv", name="cases.csv"),
        case="scan", patient="person", groups=("site",),
    )  # fmt: skip
    others = {"perfect": folders / "labelsTs"}
    found = cases.compared(asked(folders), others, people)
    assert found.table.patient is not None
    assert len(found.table.patient.names) == 4
    assert set(found.table.groups) == {"site"}
    assert (
        np.nanmin(
            found.table.compared["perfect"][:, 0, found.table.given["quantities"].index("dice")]
        )
        == 1
    )  # type: ignore[attr-defined]
    (folders / "cases.csv").write_text("\n".join(rows[:-1]), "utf-8")
    fewer = cases.People(table=read_table(folders / "cases.csv", name="cases.csv"), case="scan")
    with pytest.raises(BadSubmission, match="liver_8"):
        cases.compared(asked(folders), {}, fewer)


def test_the_table_of_cases_can_be_scored_again(folders: Path, capsys: Any) -> None:
    where = [
        "--reference", str(folders / "labelsTs"), "--prediction", str(folders / "predictions"),
        "--tolerance", "1", "--format", "json",
    ]  # fmt: skip
    rows = folders / "rows.csv"
    assert (
        run(
            [
                "metrics",
                "segmentation",
                *where,
                "--tolerance",
                "1",
                "--per-case",
                str(rows),
                "--format",
                "json",
            ]
        )
        == 0
    )
    of_masks = json.loads(capsys.readouterr().out)
    assert run(["metrics", "segmentation", str(rows), "--format", "json"]) == 0
    of_table = json.loads(capsys.readouterr().out)
    ours, again = (
        {tuple(each.get(name) for name in PLACE): each["value"] for each in made["estimates"]}
        for made in (of_masks, of_table)
    )
    assert again == pytest.approx(ours, abs=1e-12, nan_ok=True)


def test_the_table_of_cases_holds_patients_and_groups(folders: Path, capsys: Any) -> None:
    names = sorted(each.name.removesuffix(".nii.gz") for each in (folders / "labelsTs").iterdir())
    people = folders / "people.csv"
    rows = [f"{name},p{at // 2},{'AB'[at % 2]}" for at, name in enumerate(names)]
    people.write_text("\n".join(["case,person,site", *rows]), "utf-8")
    where = [
        "--reference", str(folders / "labelsTs"), "--prediction", str(folders / "predictions"),
        "--cases", str(people), "--patient", "person",
    ]  # fmt: skip
    written, how = str(folders / "rows.csv"), ["--group", "site", "--format", "json"]
    run(["metrics", "segmentation", *where, *how, "--per-case", written])
    of_masks = json.loads(capsys.readouterr().out)
    assert run(["metrics", "segmentation", written, "--patient", "patient", *how]) == 0
    of_table = json.loads(capsys.readouterr().out)
    ours, again = (
        {
            (json.dumps(each.get("group")), *(each.get(name) for name in PLACE)): each["value"]
            for each in made["estimates"]
        }
        for made in (of_masks, of_table)
    )
    assert len({group for group, *_ in ours}) == 3
    assert again == pytest.approx(ours, abs=1e-12, nan_ok=True)


PLACE = ("metric", "structure", "summary", "tolerance_mm")
STUDY: dict[str, Any] = {
    "study": {"title": "Masks"},
    "evaluations": [
        {
            "name": "masks", "task": "segmentation", "predictions": "predictions",
            "reference": "labelsTs", "structures": {"liver": "1", "tumour": "2"},
            "comparators": [{"name": "copy", "predictions": "labelsTs"}],
            "claims": [{"metric": "Dice", "of": "liver", "versus": "copy", "value": -0.9}],
        }
    ],
}  # fmt: skip


def described(folder: Path, **change: Any) -> Path:
    study = {**STUDY, "evaluations": [{**STUDY["evaluations"][0], **change}]}
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump(study), "utf-8")
    return file


def test_a_study_names_folders_of_masks(folders: Path) -> None:
    (folders / "predictions/liver_4.nii.gz").write_bytes(b"nothing")
    told: list[Any] = []
    options = Options(settings=Settings(resamples=50), reported=told.append)
    report = pipeline.check(described(folders), options)
    (evaluation,) = report.evaluations
    assert [each.path for each in told] == ["liver_4"]
    assert {each.structure for each in evaluation.estimates} >= {"liver", "tumour"}
    rows = {each.structure: each for each in evaluation.empty_masks}
    assert (rows["tumour"].prediction_empty, rows["tumour"].reference_empty) == (1, 1)
    assert report.claims[0].verdict.value == "contradicted"
    assert "liver_4" not in json.dumps([each.message for each in report.findings])
    assert {"predictions", "labelsTs", "copy"} <= set(report.provenance.files)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reference": "nowhere"}, "nowhere"),
        ({"reference": None}, "no reference masks"),
        ({"structures": {"liver": "one"}}, '"one" is no label'),
        ({"predictions": "../elsewhere"}, ".."),
        ({"comparators": [{"name": "b", "predictions": "nowhere"}]}, "nowhere"),
    ],
)
def test_what_cannot_be_is_said_where_it_is_written(
    folders: Path, change: dict[str, Any], says: str, capsys: Any
) -> None:
    file = described(folders, **change)
    if change.get("reference", "") is None:
        text = file.read_text("utf-8").replace("  reference: null\n", "")
        file.write_text(text, "utf-8")
    assert run(["check", str(file)]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert "study.yaml:" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--reference PATH --prediction PATH"),
        (["--reference", "a", "--prediction", "b", "--label", "liver=x"], "write it as liver=1"),
        (["--reference", "a", "--prediction", "b", "--label", "liver=1", "--label", "liver=2"], "twice"),
        (["--reference", "a", "--prediction", "b", "--tolerance", "0"], "above 0"),
        (["--reference", "a", "--prediction", "b", "--spacing", "1"], "two or three lengths"),
        (["--reference", "a", "--prediction", "b", "--patient", "p"], "--cases"),
        (["x.csv", "--reference", "a"], "not both"),
        (["--reference", "nowhere", "--prediction", "b"], "nowhere"),
        (["--reference", "a", "--prediction", "b", "--per-case", "x.json"], ".csv"),
    ],
)  # fmt: skip
def test_wrong_use(arguments: list[str], says: str, capsys: Any) -> None:
    assert run(["metrics", "segmentation", *arguments]) == 2
    assert says in capsys.readouterr().err


TABLE = "case,structure,dice,HD95\na,liver,0.9,3\na,spleen,0.8,\nb,liver,0.7,5\n"


def test_a_table_of_measures_by_the_names_papers_use(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "table.csv"
    file.write_text(TABLE, "utf-8")
    assert run(["metrics", "segmentation", str(file), "--format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)["estimates"]
    found = {(e["metric"], e["structure"], e["summary"]): e["value"] for e in made}
    assert found["dice", "liver", "mean"] == pytest.approx(0.8)
    assert found["hausdorff_95", "liver", "mean"] == 4
    assert found["jaccard", "liver", "mean"] == pytest.approx((0.9 / 1.1 + 0.7 / 1.3) / 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TABLE.replace("0.9", "93"), "expected 0 to 1"),
        (TABLE + "b,liver,0.7,5\n", "earlier row"),
        (TABLE.replace("b,liver", ",liver"), "missing"),
        ("case,x\na,1\n", "no column holds a measure"),
        (TABLE.replace("5\n", "-5\n"), "0 or more"),
    ],
)
def test_a_table_that_cannot_be(text: str, says: str, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, "utf-8")
    assert run(["metrics", "segmentation", str(file)]) == 2
    assert says in capsys.readouterr().err


def test_a_volume_is_relative_to_none_where_the_reference_is_empty(
    tmp_path: Path, capsys: Any
) -> None:
    text = "case,structure,reference_volume_ml,predicted_volume_ml\na,liver,100,110\nb,liver,0,5\n"
    (tmp_path / "t.csv").write_text(text, "utf-8")
    assert run(["metrics", "segmentation", str(tmp_path / "t.csv"), "--format", "json"]) == 0
    found = {
        (each["metric"], each["summary"]): each for each in json.loads(capsys.readouterr().out)["estimates"]
    }  # fmt: skip
    relative = found["relative_volume_difference", "mean"]
    assert (relative["value"], relative["cases"]) == (pytest.approx(0.1), 1)


def test_comparisons_name_their_structure_and_patients(folders: Path, tmp_path: Path) -> None:
    rows = [f"liver_{i},p{i // 2},{'AB'[i % 2]}" for i in range(1, 9)]
    (tmp_path / "cases.csv").write_text("\n".join(["case,patient,site", *rows]), "utf-8")
    written = tmp_path / "report.md"
    code = run([
        "metrics", "segmentation", "--reference", str(folders / "labelsTs"), "--prediction",
        str(folders / "predictions"), "--compare", f"truth={folders / 'labelsTs'}", "--tolerance", "2",
        "--cases", str(tmp_path / "cases.csv"), "--patient", "patient", "-o", str(written),
        "-o", str(written.with_suffix(".html")), "--group", "site",
    ])  # fmt: skip
    text = written.read_text("utf-8")
    page = written.with_suffix(".html").read_text("utf-8")
    assert code == 0
    assert "Groups of predictions: mean over patients, all structures" in page
    assert "Algorithms compared on the same cases" in page
    assert "Dice, tumour: prediction minus truth" in page
    assert "Dice, tumour: prediction minus truth" in text
    assert "Surface Dice (NSD), liver at 2 mm: prediction minus truth" in text


def test_structures_that_both_files_name_are_matched_by_name(tmp_path: Path) -> None:
    import nrrd

    for side, (liver, tumour) in (("reference", (1, 2)), ("prediction", (3, 1))):
        (tmp_path / side).mkdir()
        voxels = np.zeros(SHAPE, np.uint8)
        voxels[2:8, 2:8, 2:6] = liver
        voxels[3:5, 3:5, 3:5] = tumour
        header = {
            "space": "left-posterior-superior", "space origin": [0.0, 0.0, 0.0],
            "space directions": np.diag([0.8, 0.8, 2.5]), "kinds": ["domain"] * 3,
            "Segment0_ID": "a", "Segment0_Name": "liver", "Segment0_LabelValue": str(liver),
            "Segment0_Layer": "0",
            "Segment1_ID": "b", "Segment1_Name": "tumour", "Segment1_LabelValue": str(tumour),
            "Segment1_Layer": "0",
        }  # fmt: skip
        nrrd.write(str(tmp_path / side / "case.seg.nrrd"), voxels, header)
    found = cases.measure(
        Masks(reference=tmp_path / "reference", prediction=tmp_path / "prediction")
    )
    assert found.table.given["structures"] == ("liver", "tumour", "liver with tumour")
    assert [value(found, "dice", each, 0) for each in ("liver", "tumour")] == [1.0, 1.0]


def test_a_structure_that_no_mask_has_and_one_that_nobody_named_are_said(folders: Path) -> None:
    found = cases.measure(asked(folders, structures={"liver": LIVER, "spleen": frozenset({9})}))
    assert "No mask of either side has a voxel of spleen: is its label right?" in found.table.notes
    with pytest.raises(BadSubmission, match='no structure "aorta"; there are liver'):
        cases.measure(asked(folders, structures={"liver": LIVER}, vessels=frozenset({"aorta"})))

"""`checker new --task segmentation` from a folder of masks: what it guesses, and that the study it writes runs."""

import json

import numpy as np
import pytest

from checker.cli import run
from checker.reading.documents import read_study
from tests.image_files import SHAPE, metaimage, nifti, two_labels


def shifted():
    return np.roll(two_labels(), 1, axis=0)


def laid(folder, reference="labelsTs", prediction="predictions"):
    for name, voxels in ((reference, two_labels()), (prediction, shifted())):
        (folder / name).mkdir(parents=True)
        for case in ("a", "b"):
            nifti(folder / name / f"{case}.nii.gz", voxels)
    return folder


def made(capsys, folder, source):
    code = run(["new", str(folder), "--task", "segmentation", "--from", str(source)])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    [evaluation] = read_study(folder / "study.yaml").study.evaluations
    return evaluation, printed.out


def checked(capsys, folder, *arguments):
    assert run(["validate", str(folder / "study.yaml")]) == 0
    code = run(["check", str(folder / "study.yaml"), "--format", "json", *arguments])
    printed = capsys.readouterr()
    assert code in (0, 1), printed.err
    return printed.out


def test_masks_elsewhere_are_opened_and_not_copied(tmp_path, capsys):
    data = laid(tmp_path / "data set")
    labels = {"background": 0, "liver": 1, "tumour": 2, "whole": [1, 2]}
    (data / "dataset.json").write_text(json.dumps({"labels": labels}))
    (data / "cases.csv").write_text("case,patient\na,p1\nb,p2\nc,p3\n")
    (data / "other.csv").write_text("x\n1\n")
    evaluation, said = made(capsys, tmp_path / "study", data)
    assert (evaluation.reference, evaluation.predictions) == ("data:labelsTs", "data:predictions")
    assert evaluation.structures == {"liver": "1", "tumour": "2", "whole": "1+2"}
    assert not (tmp_path / "study" / "predictions").exists()
    assert "2 cases have both masks" in said
    assert f'--root "data={data}"' in said
    [part] = read_study(tmp_path / "study/study.yaml").study.data.partitions
    assert part.cases == "data:cases.csv"
    report = checked(capsys, tmp_path / "study", "--root", f"data={data}")
    assert '"dice"' in report
    assert str(tmp_path / "data set") not in report


@pytest.mark.parametrize(
    ("reference", "prediction"),
    [("labelsTr", "pred"), ("gt", "output"), ("Reference", "imagesPr"), ("labels", "Predictions")],
)
def test_masks_beside_the_description_and_labels_by_looking(
    tmp_path, capsys, reference, prediction
):
    laid(tmp_path, reference, prediction)
    evaluation, said = made(capsys, tmp_path, tmp_path)
    assert (evaluation.reference, evaluation.predictions) == (reference, prediction)
    assert evaluation.structures == {"label 1": "1", "label 2": "2"}
    assert "--root" not in said
    assert '"dice"' in checked(capsys, tmp_path)


def test_of_two_folders_of_labels_the_one_with_the_cases_of_the_predictions(tmp_path, capsys):
    laid(tmp_path, "labelsTr")
    (tmp_path / "labelsTs").mkdir()
    nifti(tmp_path / "labelsTs" / "c.nii.gz", two_labels())
    assert made(capsys, tmp_path, tmp_path)[0].reference == "labelsTr"


def test_a_file_for_each_structure(tmp_path, capsys):
    for side in ("reference", "predictions"):
        (tmp_path / side / "s1").mkdir(parents=True)
        for name in ("liver", "spleen"):
            metaimage(tmp_path / side / "s1" / f"{name}.mha", np.ones(SHAPE, np.uint8))
    evaluation, _ = made(capsys, tmp_path, tmp_path)
    assert evaluation.structures == {"liver": "1", "spleen": "1"}
    assert '"dice"' in checked(capsys, tmp_path)


def test_predictions_alone(tmp_path, capsys):
    (tmp_path / "predictions").mkdir()
    nifti(tmp_path / "predictions" / "a.nii.gz", two_labels())
    evaluation, said = made(capsys, tmp_path, tmp_path)
    assert evaluation.reference is None
    assert "nothing is called so" in said


def test_a_folder_without_masks_is_no_study_of_masks(tmp_path, capsys):
    (tmp_path / "data").mkdir()
    code = run(
        ["new", str(tmp_path / "s"), "--task", "segmentation", "--from", str(tmp_path / "data")]
    )
    assert code == 2
    assert not (tmp_path / "s").exists()

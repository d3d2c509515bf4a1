"""Folders of images as people leave them: which image belongs to which case, and which are left out."""

import json
from pathlib import Path

import pytest

from checker.errors import BadSubmission
from checker.reading.image_folders import images_in, labels_in
from checker.reading.image_names import Pair, matched


def laid(folder: Path, *files: str):
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(b"x")
    return folder


def dicom_start(kind):
    """Return how a DICOM file with this class begins."""
    return b"\0" * 128 + b"DICM" + b"\2\0\2\0UI" + bytes([len(kind), 0]) + kind.encode()


SEGMENTATION, CT = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.2"


def found_in(folder, path=None):
    found = images_in(path or folder)
    return {
        case: each.relative_to(folder).as_posix()
        if isinstance(each, Path)
        else {name: file.relative_to(folder).as_posix() for name, file in each.items()}
        for case, each in found.items()
    }


def messages(call, *args, **named):
    with pytest.raises(BadSubmission) as caught:
        call(*args, **named)
    return [each.message for each in caught.value.problems]


def test_a_folder_of_predictions_as_nnunet_leaves_it(tmp_path):
    folder = laid(
        tmp_path,
        *("liver_10.nii.gz", "liver_2.nii.gz", "liver_2.npz", "liver_2.pkl", "dataset.json"),
        *("plans.json", "summary.json", "log.txt", "._liver_2.nii.gz", ".DS_Store", "fold_0/a.txt"),
        "old/liver_3.nii.gz",
    )
    found = found_in(folder)
    assert found == {"liver_2": "liver_2.nii.gz", "liver_10": "liver_10.nii.gz"}
    assert list(found) == ["liver_2", "liver_10"]


def test_a_folder_for_each_case_as_totalsegmentator_leaves_it(tmp_path):
    folder = laid(
        tmp_path,
        *(
            "s0011/ct.nii.gz",
            "s0011/segmentations/liver.nii.gz",
            "s0011/segmentations/spleen.nii.gz",
        ),
        *("s0002/liver.nii.gz", "s0002/spleen.nii.gz", "meta.csv", "empty/readme.txt"),
    )
    assert found_in(folder) == {
        "s0002": {"liver": "s0002/liver.nii.gz", "spleen": "s0002/spleen.nii.gz"},
        "s0011": {
            "liver": "s0011/segmentations/liver.nii.gz",
            "spleen": "s0011/segmentations/spleen.nii.gz",
        },
    }
    assert found_in(folder, folder / "s0011") == {"s0011": found_in(folder)["s0011"]}


def test_a_folder_for_each_case_with_one_image(tmp_path):
    folder = laid(tmp_path, "p1/seg.mha", "p2/seg.mha", "p2/notes.txt")
    assert found_in(folder) == {"p1": "p1/seg.mha", "p2": "p2/seg.mha"}


def test_of_dicom_files_the_segmentations_are_taken_whatever_they_are_called(tmp_path):
    folder = laid(tmp_path, "p1/seg.dcm", "p1/1.dcm", "p2/IM00001", "p2/IM00002", "p3/1.dcm")
    for file in ("p1/seg.dcm", "p2/IM00002"):
        (folder / file).write_bytes(dicom_start(SEGMENTATION))
    for file in ("p1/1.dcm", "p2/IM00001", "p3/1.dcm"):
        (folder / file).write_bytes(dicom_start(CT))
    assert found_in(folder) == {"p1": "p1/seg.dcm", "p2": "p2/IM00002"}
    assert found_in(folder, folder / "p2/IM00002") == {"IM00002": "p2/IM00002"}
    assert messages(images_in, folder / "p3") == [
        "there are no images in the folder; it holds 1.dcm"
    ]


def test_the_name_of_the_case_is_left_off_the_structures(tmp_path):
    folder = laid(tmp_path, "B_1/B_1_seg.nii.gz", "B_1/B_1_core.nii.gz")
    assert set(found_in(folder)["B_1"]) == {"seg", "core"}


@pytest.mark.parametrize(
    "name", ["a.nii.gz", "a.nii", "a.nrrd", "a.seg.nrrd", "a.mha", "a.PNG", "a.tiff"]
)
def test_a_single_image_is_a_case(tmp_path, name):
    assert found_in(laid(tmp_path, name), tmp_path / name) == {"a": name}


def test_a_table_of_images(tmp_path):
    laid(tmp_path, "one/x.nii.gz", "two.nrrd")
    (tmp_path / "list.csv").write_text("case,file\np10,one/x.nii.gz\np9,two.nrrd\n")
    assert found_in(tmp_path, tmp_path / "list.csv") == {"p9": "two.nrrd", "p10": "one/x.nii.gz"}


def test_everything_wrong_with_a_table_is_said_at_once(tmp_path):
    laid(tmp_path, "a.nii.gz", "b.txt")
    rows = ["p1,a.nii.gz", "p1,a.nii.gz", ",a.nii.gz", "p2,", "p3,b.txt", "p4,c.nii", "p5,../a.nii"]
    (tmp_path / "list.csv").write_text("\n".join(["case,file", *rows]))
    said = messages(images_in, tmp_path / "list.csv", "list.csv")
    assert len(said) == 6
    for part, message in zip(
        (
            "row already",
            "case is missing",
            "file is missing",
            "name of an image",
            "no such",
            "goes up",
        ),
        said,
        strict=True,
    ):
        assert part in message
    (tmp_path / "list.csv").write_text("patient,image\n1,2\n")
    assert len(messages(images_in, tmp_path / "list.csv")) == 2
    (tmp_path / "list.csv").write_text("case,file\n")
    assert messages(images_in, tmp_path / "list.csv") == ["the table has a header but no rows"]


def test_two_images_of_a_case_are_named(tmp_path):
    flat = laid(tmp_path / "flat", "a.nii.gz", "a.nrrd", "b.nii.gz", "b.nii")
    said = messages(images_in, flat)
    assert said == [
        "a.nii.gz and a.nrrd are two images of a",
        "b.nii and b.nii.gz are two images of b",
    ]
    deep = laid(tmp_path / "deep", "s1/liver.nii", "s1/liver.nrrd")
    assert messages(images_in, deep) == ["liver.nii and liver.nrrd are two images of liver"]


@pytest.mark.parametrize(
    ("files", "path", "says"),
    [
        (["a.txt", "b.csv"], "", "there are no images in the folder; it holds a.txt, b.csv"),
        ([], "", "it is empty"),
        (["labelsTr/a.nii.gz", "imagesTr/b.nii.gz"], "", "holds labelsTr and imagesTr"),
        (["a.txt"], "a.txt", "neither an image nor a folder"),
        ([], "a.nii.gz", "no such file or folder"),
        ([], "list.csv", "no such file or folder"),
    ],
)
def test_a_place_without_images(tmp_path, files, path, says):
    [message] = messages(images_in, laid(tmp_path, *files) / path)
    assert says in message


def test_links_that_lead_out_of_the_study_are_refused(tmp_path):
    laid(tmp_path, "outside/a.nii.gz", "study/masks/b.nii.gz", "study/real/c.nii.gz")
    study = tmp_path / "study"
    (study / "masks" / "c.nii.gz").symlink_to(study / "real" / "c.nii.gz")
    assert set(images_in(study / "masks", inside=(study,))) == {"b", "c"}
    (study / "masks" / "a.nii.gz").symlink_to(tmp_path / "outside" / "a.nii.gz")
    (study / "masks" / "d.nii.gz").symlink_to(study / "masks" / "d.nii.gz")
    said = messages(images_in, study / "masks", inside=(study,))
    assert [each.split()[0] for each in said] == ["a.nii.gz", "d.nii.gz"]
    assert set(images_in(study / "masks")) == {"a", "b", "c", "d"}
    (study / "cases").mkdir()
    (study / "cases" / "p1").symlink_to(tmp_path / "outside")
    assert "link" in messages(images_in, study / "cases", inside=(study,))[0]


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"0": "background", "1": "liver", "2": "tumour"}, {"liver": {1}, "tumour": {2}}),
        (
            {"background": 0, "whole": [1, 2], "tumour": 2, "ignore": 3},
            {"whole": {1, 2}, "tumour": {2}, "ignore": {3}},
        ),
        ({"background": "0", "liver": "1"}, {"liver": {1}}),
        ({"nothing": 0, "liver": 1}, {"liver": {1}}),
    ],
)
def test_names_of_labels_in_both_forms(tmp_path, labels, found):
    folder = laid(tmp_path, "labelsTr/a.nii.gz") / "labelsTr"
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": labels}))
    assert labels_in(folder) == found
    assert labels_in(folder / "a.nii.gz") == found
    (tmp_path / "dataset.json").rename(folder / "dataset.json")
    assert labels_in(folder) == found


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"labels": [1]}', '{"labels": {"a": "b"}}', '{"labels": {"a": null}}']
)
def test_a_dataset_file_that_cannot_be_used_is_said(tmp_path, text):
    (tmp_path / "dataset.json").write_text(text)
    assert len(messages(labels_in, tmp_path)) == 1


def test_no_dataset_file_names_nothing(tmp_path):
    assert labels_in(tmp_path) == {}
    (tmp_path / "dataset.json").write_text("{}")
    assert labels_in(tmp_path) == {}


def named(*cases):
    return {case: Path(f"{case}.nii.gz") for case in cases}


def test_cases_are_matched_by_equal_names():
    found = matched(named("a10", "a2", "a3"), named("a4", "a10", "a2"))
    assert found.pairs == (
        Pair("a2", Path("a2.nii.gz"), Path("a2.nii.gz")),
        Pair("a10", Path("a10.nii.gz"), Path("a10.nii.gz")),
    )
    assert (found.missing, found.extra, found.note) == (("a3",), ("a4",), "")


@pytest.mark.parametrize(
    ("reference", "prediction", "cases", "note"),
    [
        (
            ("c1", "c2"),
            ("c1_pred", "c2_pred"),
            ["c1", "c2"],
            'the prediction without "_pred" after',
        ),
        (("c1_seg", "c2_seg"), ("c1_pred", "c2_pred", "c3_pred"), ["c1", "c2"], "_seg"),
        (("c1", "c2"), ("c1_0000", "c2_0000"), ["c1", "c2"], "_0000"),
        (("liver_1", "liver_2"), ("2", "1"), ["1", "2"], '"liver_" before'),
        (("c1",), ("c1_pred",), ["c1"], "_pred"),
        (("c1-gt.v2", "c2-gt.v2"), ("c1", "c2"), ["c1", "c2"], "-gt.v2"),
    ],
)
def test_what_all_names_of_a_side_share_is_left_off(reference, prediction, cases, note):
    found = matched(named(*reference), named(*prediction))
    assert [each.case for each in found.pairs] == cases
    assert note in found.note
    for each in found.pairs:
        assert each.reference.name.startswith(tuple(reference))
        assert each.prediction.name.startswith(tuple(prediction))


@pytest.mark.parametrize(
    ("reference", "prediction"),
    [
        (("a1", "a2"), ("b1", "b2")),
        (("case_1", "case_2"), ("patient_1", "patient_2")),
        (("a_1_x", "a_2_x"), ("b", "c")),
    ],
)
def test_names_that_do_not_match_are_shown(reference, prediction):
    [message] = messages(matched, named(*reference), named(*prediction), names=("ref", "pred"))
    for each in (*reference, *prediction, "ref", "pred"):
        assert each in message


def test_some_equal_names_keep_others_from_being_guessed():
    found = matched(named("c1", "c2"), named("c1", "c2_pred"))
    assert [each.case for each in found.pairs] == ["c1"]
    assert (found.missing, found.extra) == (("c2",), ("c2_pred",))


def test_two_single_files_belong_together():
    found = matched(named("truth"), named("output"), single=True)
    assert found.pairs == (Pair("truth", Path("truth.nii.gz"), Path("output.nii.gz")),)
    assert messages(matched, named("truth"), named("output"))

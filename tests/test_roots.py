"""Folders opened beside that of a study: read by their names, and nothing says where they lie."""

import json
import re
import shutil
from pathlib import Path

import pytest

from checker.cli import run
from checker.cli.choices import roots_of
from checker.errors import BadRequest
from checker.model.study.marks import Inside

ROOT = Path(__file__).resolve().parent.parent
ORGANS = ROOT / "examples" / "ct_organs"


@pytest.fixture
def study(tmp_path):
    """Return a study whose reference masks lie elsewhere."""
    folder, far = tmp_path / "study", tmp_path / "secret-place"
    shutil.copytree(ORGANS, folder)
    far.mkdir()
    (folder / "reference").rename(far / "labelsTs")
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    changed = text.replace("reference: reference", "reference: nas:labelsTs")
    assert changed != text
    (folder / "study.yaml").write_text(changed, encoding="utf-8")
    return folder / "study.yaml"


@pytest.fixture
def checked(capsys):
    """Return what runs a check and gives its exit code and all that it printed."""

    def call(*arguments):
        code = run(["check", *map(str, arguments)])
        printed = capsys.readouterr()
        return int(code), printed.out + printed.err

    return call


def test_masks_of_an_opened_folder_are_measured_and_named_without_its_path(
    checked, study, tmp_path
):
    report = tmp_path / "report.json"
    code, output = checked(study, "--root", f"nas={tmp_path / 'secret-place'}", "-o", report)
    assert code in (0, 1)
    assert "could not be read" not in output
    text = report.read_text(encoding="utf-8")
    assert "secret-place" not in text + output
    assert "nas:labelsTs" in json.loads(text)["provenance"]["files"]


def test_a_folder_that_was_not_opened_is_a_problem_of_the_description(checked, study):
    code, output = checked(study)
    assert code == 2
    assert "there is no folder nas (none was opened)" in output
    assert "--root nas=PATH" in output


def test_outputs_do_not_replace_tables_of_an_opened_folder(checked, study, tmp_path):
    text = study.read_text(encoding="utf-8")
    study.write_text(
        text.replace("predictions: predictions\n", "predictions: nas:a.json\n"), "utf-8"
    )
    far = tmp_path / "secret-place"
    (far / "a.json").write_text("{}")
    code, _ = checked(study, "--root", f"nas={far}", "-o", far / "a.json")
    assert code == 2
    assert (far / "a.json").read_text() == "{}"


def test_images_behind_a_link_out_of_the_study_are_refused(checked, study, tmp_path):
    folder = study.parent / "predictions"
    [image, *_] = sorted(folder.iterdir())
    image.rename(tmp_path / image.name)
    try:
        image.symlink_to(tmp_path / image.name)
    except OSError:
        pytest.skip("this system does not allow links")
    code, output = checked(study, "--root", f"nas={tmp_path / 'secret-place'}")
    assert code == 2
    assert "is a link to a place outside" in output


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["nas"], "write it as NAME=PATH"),
        (["n=."], "write it as NAME=PATH"),
        (["n.s=."], "write it as NAME=PATH"),
        (["nas="], "write it as NAME=PATH"),
        (["nas=.", "nas=.."], "comes twice"),
        (["nas=nowhere"], "no such folder"),
    ],
)
def test_a_folder_that_cannot_be_opened(texts, says):
    with pytest.raises(BadRequest, match=re.escape(says)):
        roots_of(texts)


def test_equals_signs_in_a_path(tmp_path):
    (tmp_path / "a=b").mkdir()
    assert roots_of([f"my-nas_2={tmp_path / 'a=b'}"]) == {"my-nas_2": tmp_path / "a=b"}


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("data/a.csv", True),
        ("nas:labels", True),
        ("nas:.", True),
        ("C:labels", False),
        ("C:/labels", False),
        ("/labels", False),
        ("nas:/labels", False),
        ("../labels", False),
        ("nas:../labels", False),
        ("a/../b", False),
        ("nas:a/../b", False),
        ("a\\b", False),
    ],
)
def test_editors_know_which_paths_may_be_written(name, allowed):
    pattern = Inside().__get_pydantic_json_schema__(None, None)["pattern"]
    assert bool(re.search(pattern, name)) is allowed

"""The folder of a study: which paths may be named, and what is said about files that are not there."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.errors import BadSubmission
from checker.reading.folder import Submission, nearest, refusal, sha256


class Refused(NamedTuple):
    story: str
    name: str
    says: str


REFUSED = [
    Refused("a path from the root", "/etc/passwd", "absolute"),
    Refused("a drive of Windows", "C:\\data\\scores.csv", "absolute"),
    Refused("a drive with forward slashes", "c:/data/scores.csv", "absolute"),
    Refused("a drive without a root", "C:scores.csv", "absolute"),
    Refused("the root of a drive", "\\scores.csv", "absolute"),
    Refused("a network share", "\\\\server\\share\\scores.csv", "network share"),
    Refused("a network share with forward slashes", "//server/share/scores.csv", "network share"),
    Refused("a device path", "\\\\?\\C:\\scores.csv", "network share"),
    Refused("up at the start", "../scores.csv", 'goes up with ".."'),
    Refused("up in the middle", "data/../../scores.csv", 'goes up with ".."'),
    Refused("up with backslashes", "data\\..\\..\\scores.csv", 'goes up with ".."'),
    Refused("a backslash", "data\\scores.csv", "backslash"),
    Refused("a stream of a Windows file", "scores.csv:hidden", "colon"),
    Refused("a device", "data/NUL.csv", "device of Windows"),
    Refused("a device in a folder's place", "con/scores.csv", "device of Windows"),
    Refused("nothing", "  ", "empty"),
    Refused("a NUL", "scores.csv\0", "control character"),
    Refused("a line end", "scores\n.csv", "control character"),
]
ALLOWED = [
    "scores.csv",
    "data/scores.csv",
    "./scores.csv",
    "data//scores.csv",
    "a..b.csv",
    "Größe 1.csv",
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.story)
def test_a_path_that_leaves_the_folder_is_refused_on_every_system(case, tmp_path):
    assert case.says in refusal(case.name)
    with pytest.raises(BadSubmission) as caught:
        Submission(tmp_path).resolve(case.name, what="evaluations[0].predictions")
    [problem] = caught.value.problems
    assert case.says in problem.message
    assert (problem.file, problem.path) == (case.name, "evaluations[0].predictions")


@pytest.mark.parametrize("name", ALLOWED)
def test_a_path_inside_the_folder_may_be_named(name):
    assert refusal(name) == ""


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "scores.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "data" / "cases.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / ".hidden").write_text("", encoding="utf-8")
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    return folder


def problem_of(study: Path, name: str):
    with pytest.raises(BadSubmission) as caught:
        Submission(study).resolve(name, what="predictions")
    [problem] = caught.value.problems
    return problem


def test_a_file_in_the_folder_is_found(study):
    found = Submission(study).resolve("data/scores.csv", what="predictions")
    assert found.read_text(encoding="utf-8") == "a\n1\n"
    assert found == (study / "data" / "scores.csv").resolve()


MISSING = [
    ("data/score.csv", "did you mean data/scores.csv?"),
    ("data/Cases.CSV2", "did you mean data/cases.csv?"),
    ("dat/scores.csv", "did you mean data/scores.csv?"),
    ("data/zzzzzz", "the folder data contains data/cases.csv, data/scores.csv"),
    ("qqqq", "the folder . contains data"),
    ("data/scores.csv/x", "data/scores.csv is a file; write its name and nothing after it"),
]


@pytest.mark.parametrize(("name", "hint"), MISSING, ids=[name for name, _ in MISSING])
def test_a_missing_file_names_what_is_near(study, name, hint):
    problem = problem_of(study, name)
    assert problem.message == "there is no such file"
    assert problem.hint == hint


def test_a_folder_in_place_of_a_file_names_what_it_contains(study):
    problem = problem_of(study, "data")
    assert problem.message == "this is a folder, and a file is expected"
    assert problem.hint == "it contains cases.csv, scores.csv"


def test_a_missing_folder_is_a_problem_and_no_crash(tmp_path):
    problem = problem_of(tmp_path / "nowhere", "scores.csv")
    assert problem.message == "there is no such file"
    assert problem.hint == "the folder is empty"


def link(place: Path, target: Path) -> None:
    try:
        place.symlink_to(target)
    except OSError:
        pytest.skip("this system does not allow links")


def test_a_link_out_of_the_folder_is_refused(study):
    link(study / "scores.csv", study.parent / "secret.csv")
    assert "link to a place outside" in problem_of(study, "scores.csv").message


def test_a_linked_folder_out_of_the_folder_is_refused(study):
    link(study / "up", study.parent)
    assert "link to a place outside" in problem_of(study, "up/secret.csv").message


def test_a_link_within_the_folder_is_followed(study):
    link(study / "scores.csv", study / "data" / "scores.csv")
    found = Submission(study).resolve("scores.csv", what="predictions")
    assert found.name == "scores.csv"


def test_a_link_to_itself_is_a_problem(study):
    link(study / "loop.csv", study / "loop.csv")
    assert problem_of(study, "loop.csv").message


def test_a_study_in_a_linked_folder_is_read(study):
    link(study.parent / "linked", study)
    assert Submission(study.parent / "linked").resolve("data/scores.csv", what="x").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_not_opened(study):
    os.mkfifo(study / "pipe.csv")
    assert problem_of(study, "pipe.csv").message == "this is not an ordinary file"


@pytest.fixture
def opened(study):
    """Return a submission with the folder ``nas`` opened besides, outside of the study."""
    (study.parent / "far" / "labels").mkdir(parents=True)
    (study.parent / "far" / "labels" / "a.nii.gz").write_bytes(b"far")
    return Submission(study, {"nas": study.parent / "far"})


def test_a_folder_opened_besides_is_read_by_its_name(opened, study):
    assert opened.resolve("nas:labels/a.nii.gz", what="x").read_bytes() == b"far"
    assert opened.resolve("nas:labels", what="x", folders=True).is_dir()
    assert opened.resolve("nas:.", what="x", folders=True) == (study.parent / "far").resolve()
    assert opened.resolve("data/scores.csv", what="x").is_file()


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("nas:../secret.csv", 'goes up with ".."', "from the folder nas"),
        ("nas:/etc/passwd", "absolute", "from the folder nas"),
        ("nas:labels\\a", "backslash", "nas:labelsTs"),
        ("nas:nas:labels", "colon", "nas:labelsTs"),
        ("nas:", "empty", "nas:."),
        ("nas:label/a.nii.gz", "no such file", "did you mean nas:labels/a.nii.gz?"),
        ("nas:zzzz", "no such file", "the folder nas:. contains nas:labels"),
        ("nass:labels", "no folder nass (opened: nas)", "did you mean nas:labels?"),
        ("usb:labels", "no folder usb (opened: nas)", "--root usb=PATH"),
        ("n:labels", "absolute", "forward slashes"),
        ("n.s:labels", "colon", "forward slashes"),
    ],
)
def test_a_name_that_leaves_a_folder_opened_besides_is_refused(opened, study, name, message, hint):
    with pytest.raises(BadSubmission) as caught:
        opened.resolve(name, what="predictions")
    [problem] = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint
    assert str(study.parent) not in f"{problem.message} {problem.hint}"


def test_without_opened_folders_a_name_says_how_to_open_one(study):
    problem = problem_of(study, "nas:labels/a.nii.gz")
    assert problem.message == "there is no folder nas (none was opened)"
    assert problem.hint == "open it when you run the check: --root nas=PATH"


def test_a_link_out_of_a_folder_opened_besides_is_refused(opened, study):
    link(study.parent / "far" / "up.csv", study.parent / "secret.csv")
    link(study.parent / "far" / "in.csv", study / "data" / "scores.csv")
    for name in ("nas:up.csv", "nas:in.csv"):
        with pytest.raises(BadSubmission, match="a place outside the folder nas"):
            opened.resolve(name, what="x")


def test_the_hash_is_that_of_the_bytes(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc").startswith("ba7816bf8f01cfea414140de5dae2223b00361a3")


def test_the_nearest_name_is_blind_to_case():
    assert nearest("OUTCOMES", ["outcome", "score"]) == "outcome"
    assert nearest("zzz", ["outcome", "score"]) == ""

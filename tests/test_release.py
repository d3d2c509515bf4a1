"""What a release consists of fits together: version, names, locked requirements, licence, workflow."""

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import checker

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {"run.txt": PROJECT["project"]["dependencies"]}
LOCKS["dev.txt"] = LOCKS["run.txt"] + PROJECT["dependency-groups"]["dev"]

LOCKED = re.compile(
    r"(?P<name>[a-z0-9-]+)==(?P<version>[\w.+!]+)(?: ; (?P<marker>[^\\\n]+?))?"
    r"(?P<hashes>(?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n(?:    # .*\n)+"
)
"""One requirement as uv writes it: pinned, hashed, with the reason why it is there."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def normal(requirement: str) -> str:
    """Return the name of a requirement as registries compare names."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pinned_and_hashed_requirements_and_nothing_else(lock: str) -> None:
    assert LOCKED.sub("", read(f"requirements/{lock}")).strip() == ""


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_declared_requirement(lock: str) -> None:
    locked = {found["name"] for found in LOCKED.finditer(read(f"requirements/{lock}"))}
    assert {normal(each) for each in LOCKS[lock]} - locked == set()


def test_the_locks_agree() -> None:
    run, dev = (
        {(found["name"], found["version"], found["hashes"]) for found in LOCKED.finditer(text)}
        for text in (read(f"requirements/{lock}") for lock in LOCKS)
    )
    assert run - dev == set(), "run make lock"


def test_every_python_finds_one_release_of_each_requirement() -> None:
    several: dict[str, list[str]] = {}
    for found in LOCKED.finditer(read("requirements/dev.txt")):
        several.setdefault(found["name"], []).append(found["marker"] or "")
    for name, markers in several.items():
        assert len(markers) == 1 or all(markers), f"{name} is locked twice for one system"


def test_the_version_is_the_same_everywhere() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    citation = yaml.safe_load(read("CITATION.cff"))
    newest = re.search(r"^## (\S+)", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert newest is not None
    assert citation["version"] == checker.__version__ == newest[1]


def test_the_command_is_called_like_the_package_and_like_the_distribution() -> None:
    scripts = PROJECT["project"]["scripts"]
    assert set(scripts) == {checker.__name__, PROJECT["project"]["name"]}
    assert set(scripts.values()) == {"checker.cli:main"}


def test_the_licence_is_there_in_full() -> None:
    text = read("LICENSE")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_python_that_is_promised_is_tried_by_the_workflow() -> None:
    workflow = yaml.safe_load(read(".github/workflows/check.yml"))
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert {each.split("-")[0] for each in matrix["system"]} == {"ubuntu", "windows", "macos"}
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert oldest in matrix["python"]
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert sys.version_info >= tuple(map(int, oldest.split(".")))


def test_every_action_of_the_workflows_is_pinned_to_a_version() -> None:
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        actions = re.findall(r"uses: *(\S+)", workflow.read_text(encoding="utf-8"))
        assert [each for each in actions if not re.search(r"@v\d", each)] == []

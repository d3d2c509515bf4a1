"""Every folder in examples/ is checked, and must give what its expected.yaml says."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker import pipeline
from checker.cli.checking import findings_ending
from checker.cli.choices import FailLevel
from checker.model.report import Report
from checker.reading.documents import read_study

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
FOLDERS = sorted(each for each in EXAMPLES.iterdir() if each.is_dir())


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def checked(request: pytest.FixtureRequest) -> tuple[Report, dict[str, Any]]:
    folder: Path = request.param
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    return pipeline.check(folder / "study.yaml"), expected


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_its_description_is_sound_and_every_claim_has_an_expected_verdict(folder):
    study = read_study(folder / "study.yaml").study
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    described = (*(study.evaluations or ()), *(study.explanations or ()))
    named = [claim.name for each in described for claim in each.claims or ()]
    assert named == list(expected["claims"])


def test_there_is_an_example():
    assert "indian_liver_patients" in {folder.name for folder in FOLDERS}


def test_the_findings_are_those_expected(checked):
    report, expected = checked
    assert Counter(each.code for each in report.findings) == expected["findings"]


def test_every_claim_has_the_verdict_expected(checked):
    report, expected = checked
    assert {each.name: each.verdict.value for each in report.claims} == expected["claims"]


def test_what_could_not_be_checked_is_as_expected(checked):
    report, expected = checked
    because = {each.rule: each.because for each in report.not_run}
    assert sorted(because) == expected["could_not_be_checked"], because
    assert not any(each.our_fault for each in report.not_run)


def test_the_exit_code_is_as_expected(checked):
    report, expected = checked
    assert findings_ending(report, FailLevel.CRITICAL).code == expected["exit_code"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_readme_says_what_is_real_and_what_was_planted(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "What is real" in text
    assert "What was planted" in text

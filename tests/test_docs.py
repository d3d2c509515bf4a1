"""Documents: generated pages are current, every command is documented, and what the pages show works."""

import re
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from checker.cli.app import app
from checker.reading.documents import read_study
from checker.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "indian_liver_patients"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(path: str, command: Any) -> dict[str, Any]:
    if not hasattr(command, "commands"):
        return {path: command}
    found: dict[str, Any] = {}
    for name, inner in command.commands.items():
        found |= commands(f"{path} {name}", inner)
    return found


COMMANDS = commands("checker", get_command(app))


def test_generated_pages_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    import build

    try:
        for path, text in build.pages().items():
            current = path.read_text(encoding="utf-8")
            assert current == text.rstrip("\n") + "\n", f"{path.name} is out of date: make docs"
    finally:
        sys.modules.pop("build", None)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented_and_has_help(name: str) -> None:
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert f"## {name}\n" in page
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", ""), f"{name} {parameter.name} has no help"


def shown() -> list[tuple[str, str]]:
    """Return every command line that a page shows, with the page."""
    lines = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r"^ {4}(checker .*)$", text, flags=re.MULTILINE):
            lines.append((page.name, line.split("  #")[0].split("   ")[0]))
    return lines


@pytest.mark.parametrize(("page", "line"), shown())
def test_every_shown_command_exists_with_its_options(page: str, line: str) -> None:
    words = shlex.split(line)
    name = next(each for each in (" ".join(words[:3]), " ".join(words[:2])) if each in COMMANDS)
    known = {option for each in COMMANDS[name].params for option in each.opts}
    for word in words:
        if word.startswith("-"):
            assert word in known, f"{page}: {name} has no {word}"


def yaml_blocks() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.parametrize("block", yaml_blocks())
def test_the_study_in_the_readme_can_be_read(block: str, tmp_path: Path) -> None:
    (tmp_path / "study.yaml").write_text(block, encoding="utf-8")
    study = read_study(tmp_path / "study.yaml").study
    assert study.evaluations is not None
    claims = study.evaluations[0].claims
    assert claims is not None
    assert [each.metric for each in claims] == ["auroc", "sensitivity"]


def test_the_readme_says_what_the_demo_finds() -> None:
    expected = yaml.safe_load((EXAMPLE / "expected.yaml").read_text(encoding="utf-8"))
    found = Counter[str]()
    for code, times in expected["findings"].items():
        found[RULES[code].severity] += times
    said = (
        f"{found['critical']} critical, {found['major']} major and {found['minor']} minor defects"
    )
    assert f"The demo finds {said}." in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_page_that_is_linked_exists() -> None:
    for page in PAGES:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"

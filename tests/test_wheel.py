"""The built wheel, installed alone: it brings its schemas, templates and examples, and its commands run."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


class Installed(NamedTuple):
    """A clean environment with the wheel in it."""

    wheel: Path
    folder: Path

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        return self.scripts / ("python.exe" if os.name == "nt" else "python")

    def run(self, *command: Path | str, within: Path) -> str:
        """Run a command from a folder that is not the checkout and return what it printed."""
        done = subprocess.run(
            command, cwd=within, capture_output=True, encoding="utf-8", env=environment()
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def environment() -> dict[str, str]:
    """Return our environment without what could lead Python back to the checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "PYTHONUTF8": "1"
    }


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Build the source archive, the wheel from it, and install that without network.

    The requirements are those of the environment the tests run in, seen through a .pth file. Python does not follow the
    .pth files of such a folder, so the editable checkout stays out of sight.
    """
    base = tmp_path_factory.mktemp("wheel")
    build = ["-m", "build", "--no-isolation", "--outdir", base / "dist", ROOT]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    (wheel,) = (base / "dist").glob("*.whl")
    made = Installed(wheel, base / "environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made.folder], check=True)
    target = made.run(
        made.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", within=base
    )
    requirements = Path(target.strip()) / "requirements.pth"
    requirements.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", wheel]
    made.run(sys.executable, "-m", "pip", "--python", made.python, *install, within=base)
    return made


def test_the_wheel_holds_the_package_and_what_it_reads_and_no_more(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"checker", "study_checker"}
    assert "checker/py.typed" in names
    shipped = {f"checker/{path}" for path in files("schemas", "templates", "examples")}
    assert shipped - set(names) == set()
    assert [name for name in names if name.endswith(".pyc")] == []


def files(*folders: str) -> set[str]:
    every = (path for folder in folders for path in (ROOT / folder).rglob("*"))
    return {
        path.relative_to(ROOT).as_posix()
        for path in every
        if path.is_file() and path.suffix != ".pyc"
    }


def test_it_is_the_wheel_that_runs_and_not_the_checkout(
    installed: Installed, tmp_path: Path
) -> None:
    code = "import checker; from checker.resources import folder; print(checker.__file__)"
    code += "; print(*(folder(name) for name in ('schemas', 'templates', 'examples')), sep='\\n')"
    places = installed.run(installed.python, "-c", code, within=tmp_path).splitlines()
    assert len(places) == 4
    assert all(Path(place).is_relative_to(installed.folder) for place in places), places


@pytest.mark.parametrize("command", ["checker", "study-checker", "python -m checker"])
def test_every_way_to_call_it_works(installed: Installed, tmp_path: Path, command: str) -> None:
    first, *more = command.split()
    version = installed.run(installed.scripts / first, *more, "--version", within=tmp_path)
    assert version.split()[-1] in installed.wheel.name


def test_the_demo_runs_in_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    printed = installed.run(installed.scripts / "checker", "demo", within=tmp_path)
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "report.json"} <= written <= {"report.html", "report.json", "report.pdf"}
    assert "report.html" in printed
    assert all(path.stat().st_size > 1000 for path in (tmp_path / "out").iterdir())

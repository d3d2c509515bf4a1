"""The house rules that a program can check: who may import whom, what a start may load, how a file begins."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "checker").rglob("*.py"))

MAY_IMPORT = {
    "visible": set(),
    "errors": {"visible"},
    "resources": set(),
    "needs": set(),
    "work": set(),
    "model": {"needs"},
    "metrics": {"model", "needs"},
    "reading": {"model", "errors", "resources", "needs", "visible"},
    "cases": {"reading", "metrics", "model", "work", "errors"},
    "consistency": {"model", "metrics"},
    "scaffold": {"model", "reading", "resources", "errors", "visible"},
    "evidence": {"model", "metrics", "consistency", "needs"},
    "rules": {"model", "needs"},
    "forms": {"model", "errors"},
    "appraisal": {"model", "needs"},
    "gate": {"model", "needs"},
    "audit": {"model", "metrics"},
    "render": {"model", "resources", "errors", "visible"},
}
"""Each room and the other rooms that it may import; the table in CONTRIBUTING says why."""

BELOW_THE_PIPELINE = set(MAY_IMPORT) - {"render"}
MAY_IMPORT |= {
    "assemble": BELOW_THE_PIPELINE,
    "pipeline": BELOW_THE_PIPELINE | {"assemble"},
    "measuring": BELOW_THE_PIPELINE | {"assemble"},
    "forming": BELOW_THE_PIPELINE,
    "cli": {*MAY_IMPORT, "assemble", "forming", "measuring", "pipeline"},
    "__main__": {"cli"},
    "__init__": {"pipeline"},
}

IMAGES = {"nibabel", "nrrd", "skimage", "PIL", "zlib_ng", "pydicom", "highdicom"}
PAPERS = {"pypdfium2", "rapidfuzz", "docx"}
"""Packages of the extras, which need not be installed."""

HEAVY = (
    {
        "numpy",
        "scipy",
        "polars",
        "matplotlib",
        "weasyprint",
        "sklearn",
        "joblib",
        "pydantic",
    }
    | IMAGES
    | PAPERS
)
"""What costs a noticeable part of a second to import."""

NEVER_AT_IMPORT = (
    {"polars", "matplotlib", "weasyprint", "sklearn", "scipy", "joblib"} | IMAGES | PAPERS
)
"""Imported inside the functions that use them, in every file."""

NUMPY_AT_IMPORT = {
    "cases",
    "metrics",
    "evidence",
    "reading",
    "render",
    "assemble",
    "measuring",
    "pipeline",
}
"""Rooms that are loaded only once there is something to compute."""

OWN_PROCESS = {
    ROOT / "checker/render/pdf_child.py",
    ROOT / "checker/reading/manuscripts/pdf_child.py",
}
"""Run as a program of its own, whose exit code and output its parent reads."""


class Import(NamedTuple):
    """One imported module, and where: `late` inside a function, `typing` for type checkers alone."""

    module: str
    line: int
    late: bool
    typing: bool


def imports(tree: ast.AST, late: bool = False, typing: bool = False) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(name.name, node.lineno, late, typing) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write the whole name of the module"
            yield from (Import(each, node.lineno, late, typing) for each in names(node))
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from imports(ast.Module(node.body, []), late, typing=True)
            yield from imports(ast.Module(node.orelse, []), late, typing)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(node, late or inside, typing)


def names(node: ast.ImportFrom) -> Iterator[str]:
    """Yield the modules: `from scipy import stats` and `from checker import metrics` name the second part too."""
    return (f"{node.module}.{each.name}" for each in node.names)


def imports_of(file: Path) -> list[Import]:
    return list(imports(ast.parse(file.read_text(encoding="utf-8"))))


def room(file: Path) -> str:
    return file.relative_to(ROOT / "checker").parts[0].removesuffix(".py")


def place(file: Path, found: Import) -> str:
    return f"{file.relative_to(ROOT).as_posix()}:{found.line}: {found.module}"


def is_of(module: str, packages: set[str]) -> bool:
    return module.split(".")[0] in packages


def trespasses(here: str, source: str) -> list[str]:
    """Return the rooms of ours that this source of the room `here` imports and may not."""
    ours = (each.module.split(".") for each in imports(ast.parse(source)))
    rooms = {each[1] for each in ours if each[0] == "checker" and each[1:]}
    # `from checker import __version__` takes a name of the package, not a room
    return sorted((rooms & {*MAY_IMPORT}) - MAY_IMPORT[here] - {here})


class Case(NamedTuple):
    room: str
    story: str
    source: str
    trespass: list[str]


CASES = [
    Case("model", "what it needs", "from checker.needs import Absent", []),
    Case("model", "another file of the room", "from checker.model.estimate import Where", []),
    Case("model", "the room above", "from checker.metrics.base import METRICS", ["metrics"]),
    Case("rules", "a whole room", "from checker import metrics", ["metrics"]),
    Case("rules", "by its full name", "import checker.reading.tables", ["reading"]),
    Case("rules", "late", "def f():\n    from checker.evidence import gather", ["evidence"]),
    Case("pipeline", "the view", "from checker.render import FORMATS", ["render"]),
    Case("pipeline", "the rooms below", "from checker.rules import RULES", []),
    Case("render", "the version", "from checker import __version__", []),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.room} imports {case.story}")
def test_the_import_table_is_understood(case: Case) -> None:
    assert trespasses(case.room, case.source) == case.trespass


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_file_imports_only_rooms_it_may(file: Path) -> None:
    assert room(file) in MAY_IMPORT, f"give {room(file)} a row in the import table"
    assert trespasses(room(file), file.read_text(encoding="utf-8")) == []


def test_packages_that_are_slow_to_load_wait_until_they_are_used() -> None:
    at_import = [
        place(file, each)
        for file in FILES
        for each in imports_of(file)
        if not each.late and not each.typing
        if is_of(each.module, NEVER_AT_IMPORT)
        or (is_of(each.module, {"numpy"}) and room(file) not in NUMPY_AT_IMPORT)
    ]
    assert at_import == []


def test_scipy_stats_is_never_imported() -> None:
    found = [
        place(file, each)
        for file in FILES
        for each in imports_of(file)
        if each.module.startswith("scipy.stats")
    ]
    assert found == [], "it takes a second to load; scipy.special and statistics.NormalDist have it"


@pytest.mark.parametrize("module", ["checker", "checker.cli", "checker.errors"])
def test_a_command_starts_without_loading_what_only_some_commands_need(module: str) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )
    assert HEAVY.intersection(json.loads(done.stdout)) == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_file_begins_with_a_sentence_that_says_what_belongs_in_it(file: Path) -> None:
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    first = said.split("\n")[0]
    assert re.fullmatch(r"[A-Z`].{10,}[.?!]", first), f"the first line is {first!r}"


def test_the_only_file_that_prints_and_exits_is_the_command_line() -> None:
    found = [
        f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"
        for file in FILES
        if room(file) not in {"cli", "__main__"} and file not in OWN_PROCESS
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"print", "sys.exit", "exit", "quit"}
    ]
    assert found == []


def test_no_file_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "common", "misc", "manager", "handler", "process"}
    everywhere = [path for path in (ROOT / "checker").rglob("*") if path.suffix in {"", ".py"}]
    assert [path.name for path in everywhere if path.stem in vague] == []
    assert [file.name for file in FILES if file.stem in sys.stdlib_module_names] == []

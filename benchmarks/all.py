"""Runs every benchmark of this folder in turn, each in a process of its own, and prints one page of markdown.

Usage: python benchmarks/all.py [script ...]      (names without .py; all of them without names)
"""

import ast
import subprocess
import sys
from pathlib import Path

from timing import machine

HERE = Path(__file__).resolve().parent
NONE = {"all", "timing"}
"""Files of this folder that are no benchmark."""


def scripts(named: list[str]) -> list[Path]:
    """Return the scripts to run, in the order of their names.

    Raises:
        SystemExit: a name is no benchmark.
    """
    there = {each.stem: each for each in sorted(HERE.glob("*.py")) if each.stem not in NONE}
    unknown = [each for each in named if each not in there]
    if unknown:
        sys.exit(f"{', '.join(unknown)}: no such benchmark; there are {', '.join(there)}")
    return [there[each] for each in named or there]


def run(script: Path) -> bool:
    """Print the tables of one script below its name; return whether it ended well."""
    about = ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or ""
    print(f"\n## {script.stem}\n\n{about.splitlines()[0]}", flush=True)
    done = subprocess.run([sys.executable, str(script)], cwd=HERE.parent, check=False)
    if done.returncode:
        print(f"\n{script.name} ended with exit code {done.returncode}.", flush=True)
    return done.returncode == 0


def main() -> None:
    print(f"# Benchmarks\n\n{machine()}", flush=True)
    ended = [run(each) for each in scripts(sys.argv[1:])]
    sys.exit(not all(ended))


if __name__ == "__main__":
    main()

"""Sets the project up in .venv: the locked requirements, then the project itself; a second run does nothing.

    python requirements/install.py

Written with the standard library alone and for Python 3.7, so that an old interpreter looks for a newer one
instead of failing with a traceback.
"""

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / "installed.txt"
"""Where and from what .venv was made; a changed lock or a moved folder differs from it."""

SOUGHT = ("python3.13", "python3.12", "python3.11", "python3.14", "python3", "python")
"""Interpreters to look for where the one that runs this is too old, best first."""

NO_PYTHON = "Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python"
NO_PIP = """this Python can make no environment with pip. Install one of these, run the command again:
    python3-venv (Debian and Ubuntu: apt install python3-venv)
    uv (on any system)"""
HINT = "The first set-up needs the network. Run the same command again: it keeps what is there."


def main() -> int:
    """Set up where needed and return the exit code."""
    if is_current():
        return 0
    print("Setting up .venv. The first time takes about a minute.", flush=True)
    try:
        set_up()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"The set-up did not finish: {error}\n{HINT}", file=sys.stderr)
        return 1
    STAMP.write_text(wanted(), encoding="utf-8")
    return 0


def is_current() -> bool:
    """Say whether .venv was made in this folder from these files."""
    return PYTHON.exists() and stamp() == wanted()


def stamp() -> str:
    """Return what the last set-up that finished left; empty where none did."""
    return STAMP.read_text(encoding="utf-8") if STAMP.exists() else ""


def wanted() -> str:
    """Return the stamp of this folder and these files, the folder first."""
    sources = (LOCK, ROOT / "pyproject.toml", Path(__file__))
    content = b"".join(each.read_bytes() for each in sources)
    return f"{ROOT}\n{hashlib.sha256(content).hexdigest()}\n"


def set_up() -> None:
    """Make .venv unless it can be kept, then install into it."""
    if not can_be_kept():
        shutil.rmtree(VENV, ignore_errors=True)
        make()
    install = installer()
    run([*install, "--require-hashes", "--requirement", LOCK])
    run([*install, "--no-deps", "--no-build-isolation", "--editable", ROOT])
    compile_bytecode()


def can_be_kept() -> bool:
    """Say whether .venv has a Python that is new enough and scripts that point into this folder."""
    made_here = not stamp() or stamp().startswith(f"{ROOT}\n")
    return made_here and is_new_enough(str(PYTHON))


def make() -> None:
    """Make .venv: by uv where it is found, which can fetch a Python, else by the venv module."""
    python, uv = new_enough(), shutil.which("uv")
    if uv:
        run([uv, "venv", "--quiet", "--python", python or ">=3.11", VENV])
    elif not python:
        raise OSError(NO_PYTHON)
    elif not works([python, "-c", "import ensurepip"]):
        run([python, "-m", "venv", "--without-pip", VENV])
    else:
        run([python, "-m", "venv", VENV])


def installer() -> "list[str]":
    """Return the command that installs into .venv: uv, its own pip, or a pip that installs from outside.

    The last is for a Debian that has pip but not python3-venv.
    """
    uv, python = shutil.which("uv"), new_enough()
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(PYTHON), "--compile-bytecode"]
    quiet = ["install", "-qq", "--disable-pip-version-check"]
    if works([PYTHON, "-m", "pip", "--version"]):
        return [str(PYTHON), "-m", "pip", *quiet]
    if python and works([python, "-m", "pip", "--python", PYTHON, "--version"]):
        return [python, "-m", "pip", "--python", str(PYTHON), *quiet]
    raise OSError(NO_PIP)


def new_enough() -> "str | None":
    """Return an interpreter of Python 3.11 or newer, never the one of .venv itself."""
    running = getattr(sys, "_base_executable", sys.executable)
    found = (running, *filter(None, map(shutil.which, SOUGHT)))
    return next(filter(is_new_enough, found), None)


def is_new_enough(python: str) -> bool:
    """Say whether it runs and is Python 3.11 or newer."""
    return works([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])


def compile_bytecode() -> None:
    """Save every first start the compiling, also where the user switched the cache off; failing is no matter."""
    works([PYTHON, "-m", "compileall", "-q", ROOT / "checker"])


def trust() -> "dict[str, str]":
    """Return the settings that let uv trust what the system trusts, where the system has a list.

    Hospital networks often look into TLS with a certificate of their own, which uv's own list lacks. The setting
    was renamed from the first to the second.
    """
    paths = ssl.get_default_verify_paths()
    listed = paths.cafile or (paths.capath and any(Path(paths.capath).iterdir()))
    if listed or sys.platform in ("win32", "darwin"):
        return {"UV_NATIVE_TLS": "true", "UV_SYSTEM_CERTS": "true"}
    return {}


def run(command: "list[object]") -> None:
    """Run a command that must succeed; what it prints is for the user."""
    environment = {**trust(), **os.environ}
    subprocess.run(list(map(str, command)), check=True, cwd=str(ROOT), env=environment)


def works(command: "list[object]") -> bool:
    """Say whether a command can be started and succeeds; what it prints is thrown away."""
    try:
        done = subprocess.run(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

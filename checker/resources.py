"""Finds the folders that ship with the package (schemas, templates, examples), in a checkout or installed."""

from functools import cache
from importlib.resources import files
from pathlib import Path


@cache
def folder(name: str) -> Path:
    """Return the folder of that name: inside the installed package, else beside it in a checkout.

    Raises:
        FileNotFoundError: the package was installed without it.
    """
    inside = Path(str(files("checker"))) / name
    if inside.is_dir():
        return inside
    beside = Path(__file__).resolve().parent.parent / name
    if beside.is_dir() and (beside.parent / "pyproject.toml").is_file():
        return beside
    raise FileNotFoundError(f"checker was installed without its {name}/ folder; install it again")

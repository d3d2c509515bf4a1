"""Packages that are installed on request only, and the complaint about a file in a sentence and a hint."""

import importlib
from types import ModuleType

from checker.errors import BadSubmission, Problem

PACKAGES = {"PIL": "pillow", "nrrd": "pynrrd"}
"""Module to the package that has it, where they have different names."""


def bad(name: str, message: str, hint: str = "") -> BadSubmission:
    """Return the complaint about a file."""
    return BadSubmission([Problem(name, None, "", message, hint)])


def needed(module: str, name: str, extra: str = "images") -> ModuleType:
    """Return a module that is installed on request only.

    Args:
        module: its name.
        name: of the file that needs it, for the message.
        extra: what to install.

    Raises:
        BadSubmission: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        package = PACKAGES.get(top := module.split(".")[0], top)
        raise bad(
            name,
            f"reading this kind of file needs the package {package}, which is not installed",
            f'run: pip install "study-checker[{extra}]"',
        ) from None

"""The registry of evidence: a function makes what it is named after, from what its parameters name."""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

MAKERS: dict[str, Callable[..., object]] = {}
"""Evidence by name."""


def evidence(function: F) -> F:
    """Register the function as the one that makes the evidence of its name.

    Raises:
        TypeError: the name is taken.
    """
    name = function.__name__
    if name in MAKERS:
        raise TypeError(f"two functions make the evidence {name}")
    MAKERS[name] = function
    return function

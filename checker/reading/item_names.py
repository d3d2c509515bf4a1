"""The names of guidelines that ship and of their items, read without anything else of them."""

from functools import cache
from pathlib import Path

from checker import resources
from checker.reading.yaml_nodes import Mapping, Node, Scalar, Sequence, read_source


@cache
def guideline_names() -> frozenset[str]:
    """Return the ids of the guidelines that ship."""
    return frozenset(path.stem for path in _folder().glob("*.yaml")) - {"index"}


@cache
def item_names(guideline: str) -> tuple[str, ...]:
    """Return the items of a guideline that ships, as ``guideline/item``, in its order.

    Raises:
        BadSubmission: its file cannot be read.
    """
    root = read_source(_folder() / f"{guideline}.yaml").root
    items = root.entries.get("items") if isinstance(root, Mapping) else None
    entries = items.items if isinstance(items, Sequence) else ()
    return tuple(f"{guideline}/{name}" for each in entries if (name := _id(each)))


def _id(item: Node) -> str:
    name = item.entries.get("id") if isinstance(item, Mapping) else None
    return name.text if isinstance(name, Scalar) else ""


def _folder() -> Path:
    return resources.folder("schemas") / "guidelines"

"""Answers of a worksheet on their way from cells to the nodes that a YAML file gives."""

from dataclasses import dataclass

from checker.model.study.kinds import Kind
from checker.model.worksheet import NO, YES, Piece, pairs, piece, pieces
from checker.reading import yaml_nodes
from checker.reading.workbooks import Cell
from checker.reading.yaml_nodes import Node, Place, Places, Scalar, Sequence, ValuePath


@dataclass(slots=True)
class Leaf:
    """The text of a cell on its way to a node, or why it is none."""

    kind: Kind
    cell: Cell
    place: Place


Tree = dict[str, "Tree | list[Tree] | Leaf | Empty"]


@dataclass(slots=True)
class Empty:
    """An empty list, or an empty map."""

    place: Place
    is_map: bool = False


def put_at(tree: Tree, path: ValuePath, value: "Tree | Leaf | Empty") -> None:
    """Put a value into a tree of groups and lists; lists grow as they need."""
    node: object = tree
    for step, following in zip(path, (*path[1:], None), strict=True):
        below: object = {} if not isinstance(following, int) else []
        if following is None:
            below = value
        if isinstance(node, list) and isinstance(step, int):
            node += [{} for _ in range(step + 1 - len(node))]
            if following is None:
                node[step] = below
            node = node[step]
        elif isinstance(node, dict):
            if following is None or isinstance(node.get(str(step)), Empty | None):
                node[str(step)] = below
            node = node[str(step)]


def found_at(tree: Tree, path: ValuePath) -> object:
    """Return what stands at a path; None: nothing."""
    node: object = tree
    for step in path:
        if isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        elif isinstance(node, dict):
            node = node.get(str(step))
        else:
            return None
    return node


def to_node(value: object, places: Places, path: ValuePath) -> Node:
    """Return a tree as nodes."""
    if isinstance(value, Leaf):
        return _leaf(value)
    if isinstance(value, Empty):
        line, column = value.place.line, value.place.column
        if value.is_map:
            return yaml_nodes.Mapping({}, {}, line, column)
        return Sequence((), line, column)
    place = places.at(path)
    if isinstance(value, list):
        items = tuple(
            to_node(each, places, (*path, i)) for i, each in enumerate(value) if each != {}
        )
        return Sequence(items, place.line, place.column)
    assert isinstance(value, dict)
    entries = {name: to_node(each, places, (*path, name)) for name, each in value.items()}
    keys = {
        name: (found.line, found.column) for name in entries if (found := places.at((*path, name)))
    }
    return yaml_nodes.Mapping(entries, keys, place.line, place.column)


def _leaf(leaf: Leaf) -> Node:
    kind, text, place = leaf.kind, leaf.cell.text, leaf.place
    if leaf.cell.stored == "date":
        text = text[:10]
    if kind.form.startswith("map of"):
        return _mapping(text, place)
    if kind.is_list:
        found = _listed(kind, text)
        return Sequence(
            tuple(_scalar(kind, each, place) for each in found), place.line, place.column
        )
    return _scalar(kind, piece(text), place)


def _listed(kind: Kind, text: str) -> tuple[Piece, ...]:
    """Return the texts of a list; numbers and coded values may also be parted by commas in brackets."""
    if kind.item in ("number", "integer", "enum"):
        bare = text.strip()
        if bare[:1] == "[" and bare[-1:] == "]":
            return pieces(bare[1:-1].replace(",", ";"))
        if kind.item == "enum":
            return pieces(text.replace(",", ";"))
    return pieces(text)


def _mapping(text: str, place: Place) -> Node:
    entries: dict[str, Node] = {}
    for name, value in pairs(text):
        found = value or Piece("")
        entries[name.text] = Scalar(found.text, found.plain, place.line, place.column)
    keys = {name: (place.line, place.column) for name in entries}
    return yaml_nodes.Mapping(entries, keys, place.line, place.column)


def _scalar(kind: Kind, found: Piece, place: Place) -> Scalar:
    return Scalar(_code(kind, found.text), found.plain, place.line, place.column)


def _code(kind: Kind, text: str) -> str:
    """Return a coded value for the words that a worksheet shows."""
    words = " ".join(text.split())
    if kind.item == "bool":
        return {YES: "true", NO: "false"}.get(words.casefold(), text)
    if kind.item == "enum":
        code = words.replace(" ", "_")
        known = {each.casefold(): each for each in kind.values}
        return known.get(code.casefold(), text)
    return text

"""What each field of the description takes, read off its class: the type, its values and marks."""

import ast
import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le

from checker.model.study.dates import Date
from checker.model.study.marks import Described, Inside, Negative, Unit, When
from checker.model.study.printed import Printed

Condition = Mapping[str, tuple[str | bool, ...]]
"""Facts and the values one of which each must have."""
_TYPES: Mapping[object, str] = {
    str: "text",
    bool: "bool",
    int: "integer",
    float: "number",
    Printed: "number",
    Date: "date",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What one field takes."""

    form: str
    """As in the list of facts: text, bool, integer, number, date, path, enum, a list of these,
    list of records, map of text, map of facts; or ``group`` for a class of further fields.
    """
    values: tuple[str, ...] = ()
    """Of an enum."""
    classes: tuple[type[Described], ...] = ()
    """Of a group or a record; several if the record says by its task which one it is."""
    printed: bool = False
    """The printed digits are part of the value."""
    bounds: tuple[Ge | Gt | Le, ...] = ()
    """Limits of a number."""
    unit: str = ""
    when: tuple[When, ...] = ()
    negative: tuple[str, ...] = ()
    required: bool = False

    @property
    def is_list(self) -> bool:
        """Whether several values are taken."""
        return self.form.startswith("list of ")

    @property
    def item(self) -> str:
        """The form of one value: of the list's items, or of the field itself."""
        return self.form.removeprefix("list of ")


@cache
def kinds(cls: type[Described]) -> Mapping[str, Kind]:
    """Return what each field of the class takes, in the order of the class."""
    return {
        name: _kind(field.annotation, field.metadata, field.is_required())
        for name, field in cls.model_fields.items()
    }


@cache
def meanings(cls: type[Described]) -> Mapping[str, str]:
    """Return the docstring below each field of the class, inherited ones too, on one line."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, Described):
            found |= _docstrings(base.__module__).get(base.__name__, {})
    return found


@cache
def _docstrings(module: str) -> Mapping[str, Mapping[str, str]]:
    """Return the docstrings below the fields of every class of the module."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return {each.name: dict(_below_fields(each.body)) for each in classes}


def _below_fields(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())


def _kind(annotation: Any, outer: Iterable[object], required: bool) -> Kind:
    *found, core = _unwrapped(annotation)
    marks = [*found, *outer]
    is_list = get_origin(core) is tuple
    if is_list:
        *found, core = _unwrapped(get_args(core)[0])
        marks += found
    form, values, classes = _core(core, marks, is_list)
    return Kind(
        form=f"list of {form}" if is_list else form,
        values=values,
        classes=classes,
        printed=core is Printed,
        bounds=tuple(mark for mark in marks if isinstance(mark, Ge | Gt | Le)),
        unit=next((mark.name for mark in marks if isinstance(mark, Unit)), ""),
        when=tuple(mark for mark in marks if isinstance(mark, When)),
        negative=next((mark.values for mark in marks if isinstance(mark, Negative)), ()),
        required=required,
    )


def _unwrapped(annotation: Any) -> Iterator[Any]:
    """Return the marks around a type, then the type itself without ``| None``."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        yield from marks
        yield from _unwrapped(inner)
    elif get_origin(annotation) in (Union, UnionType) and type(None) in get_args(annotation):
        rest = [each for each in get_args(annotation) if each is not type(None)]
        yield from _unwrapped(rest[0] if len(rest) == 1 else Union[tuple(rest)])  # noqa: UP007
    else:
        yield annotation


def _core(
    core: Any, marks: list[Any], is_list: bool
) -> tuple[str, tuple[str, ...], tuple[type[Described], ...]]:
    if get_origin(core) is Literal:
        return "enum", get_args(core), ()
    if get_origin(core) in (Union, UnionType) and core not in _TYPES:
        return "records", (), get_args(core)
    if get_origin(core) is dict:
        return ("map of text" if get_args(core)[1] is str else "map of facts"), (), ()
    if isinstance(core, type) and issubclass(core, Described):
        return ("records" if is_list else "group"), (), (core,)
    if any(isinstance(mark, Inside) for mark in marks):
        return "path", (), ()
    return _TYPES[core], (), ()

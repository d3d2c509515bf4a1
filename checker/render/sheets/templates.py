"""The templates of sheets, for Word's XML and for the page that is printed."""

from functools import cache
from typing import TYPE_CHECKING, Any

from checker.render.sheets.shapes import shown
from checker.resources import folder

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> "Environment":
    """Return the templates; everything that they print is escaped and cleaned."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(folder("templates"), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: Any) -> Any:
    return shown(value) if type(value) is str else value

"""Views of a report: one function each, and the table of formats by the suffix of a file."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from checker.model.report import Report
from checker.render.to_html import to_html
from checker.render.to_json import from_json, to_json
from checker.render.to_markdown import to_markdown
from checker.render.to_pdf import Pdf, to_pdf
from checker.render.to_terminal import to_terminal

__all__ = ["FORMATS", "from_json", "to_html", "to_json", "to_markdown", "to_pdf", "to_terminal"]

Format = Callable[[Report], str | Pdf]

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        ".html": to_html,
        ".json": to_json,
        ".md": to_markdown,
        ".pdf": to_pdf,
    }
)
"""Suffix of a file to the function that makes its content; none depends on another."""

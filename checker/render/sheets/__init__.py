"""Forms and audits as files: one sheet of tables, and a function for each format."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from checker.render.sheets.shapes import Sheet
from checker.render.sheets.to_csv import to_csv
from checker.render.sheets.to_docx import to_docx
from checker.render.sheets.to_pdf import to_pdf
from checker.render.sheets.to_xlsx import to_xlsx
from checker.render.to_pdf import Pdf

Format = Callable[[Sheet], bytes | Pdf]

FORMATS: Mapping[str, Format] = MappingProxyType(
    {".docx": to_docx, ".pdf": to_pdf, ".csv": to_csv, ".xlsx": to_xlsx}
)
"""Suffix of a file to the function that makes its content."""
STAMPED = (".docx", ".pdf")
"""Formats with pages, each of which can bear a stamp."""

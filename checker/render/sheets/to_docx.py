"""A sheet as a Word file: A4 landscape, a header row that repeats, rows that stay whole, the same bytes each time."""

import io
import zipfile

from checker.render.sheets.shapes import Sheet, Table
from checker.render.sheets.templates import environment

PARTS = {
    "[Content_Types].xml": "types.xml",
    "_rels/.rels": "relationships.xml",
    "docProps/core.xml": "core.xml",
    "docProps/app.xml": "app.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document_relationships.xml",
    "word/styles.xml": "styles.xml",
    "word/settings.xml": "settings.xml",
    "word/header1.xml": "header.xml",
    "word/footer1.xml": "footer.xml",
}
"""Part to its template, in the order of the zip; Word wants the types first."""
MOMENT = (1980, 1, 1, 0, 0, 0)
"""The date of every part: the same sheet gives the same bytes."""
WIDTH = 14798
"""Of the text on the page, in twentieths of a point: A4 landscape without margins of 18 mm."""


def to_docx(sheet: Sheet) -> bytes:
    """Return the sheet as a Word file without author and date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, template in PARTS.items():
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            made = environment().get_template(f"word/{template}")
            archive.writestr(entry, made.render(sheet=sheet, widths=widths))
    return buffer.getvalue()


def widths(table: Table) -> list[int]:
    """Return the width of each column in twentieths of a point; together the width of the text."""
    found = [round(each.share * WIDTH) for each in table.columns]
    return [*found[:-1], WIDTH - sum(found[:-1])]

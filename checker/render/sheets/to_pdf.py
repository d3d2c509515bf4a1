"""A sheet as PDF: the same tables on a page that is printed, tagged for screen readers."""

from checker.render.sheets.shapes import Sheet
from checker.render.sheets.templates import environment
from checker.render.to_pdf import Pdf, page_to_pdf
from checker.resources import folder


def to_pdf(sheet: Sheet) -> Pdf:
    """Return the sheet as PDF (A4 landscape, tagged), and a note.

    Raises:
        OutputFailed: neither WeasyPrint nor a browser can make it here; says what to install.
    """
    return page_to_pdf(to_page(sheet))


def to_page(sheet: Sheet) -> str:
    """Return the sheet as the HTML page that is printed."""
    css = (folder("templates") / "sheet" / "sheet.css").read_text(encoding="utf-8")
    return environment().get_template("sheet/sheet.html").render(sheet=sheet, css=css)

"""The report as PDF: the HTML page through WeasyPrint in a process of its own, or through an installed browser."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from checker.errors import OutputFailed
from checker.model.report import Report
from checker.render import pdf_child
from checker.render.browser import find_browser, print_page
from checker.render.to_html import to_html
from checker.render.to_json import to_json
from checker.resources import folder

SECONDS = 300
SHOWN = 10
"""Most signs that a note names."""
INSTALL = (
    "no PDF was written: install WeasyPrint's libraries (Debian and Ubuntu: "
    "apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0) or Chromium, Chrome or Edge"
)
SYSTEM_FONTS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "WINDOWSFONTDIR",
)
"""For scripts that our own font lacks; a folder that does not exist is passed over."""
SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


class Pdf(NamedTuple):
    """A PDF, and what its reader should know about how it was made."""

    content: bytes
    note: str = ""


def to_pdf(report: Report, *, figures: bool = True) -> Pdf:
    """Return the report as PDF (A4, tagged, with report.json attached), and a note.

    Raises:
        OutputFailed: neither WeasyPrint nor a browser can make it here; says what to install.
    """
    return page_to_pdf(to_html(report, figures=figures, paged=True), attached=to_json(report))


def page_to_pdf(page: str, attached: str = "") -> Pdf:
    """Return a page of ours as PDF (tagged), and a note.

    Args:
        page: HTML that asks for nothing but our fonts.
        attached: text of a report.json that the PDF carries; empty: nothing.

    Raises:
        OutputFailed: neither WeasyPrint nor a browser can make it here; says what to install.
    """
    with tempfile.TemporaryDirectory(prefix="checker-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        _write(place, page, attached)
        environment = os.environ | {"FONTCONFIG_FILE": str(place / "fonts.conf")}
        failed = _weasyprint(place, environment)
        if not failed:
            return Pdf((place / "report.pdf").read_bytes(), _missing(place))
        return _browser(place, environment, failed)


def _write(place: Path, page: str, attached: str) -> None:
    fonts = folder("templates") / "fonts"
    places = (
        str(fonts),
        *(each for each in SYSTEM_FONTS if each.startswith("/") or os.name == "nt"),
    )
    listed = "\n".join(f"<dir>{escape(each)}</dir>" for each in places)
    texts = {
        "report.html": page,
        "report.json": attached,
        "fonts.txt": str(fonts),
        "fonts.conf": SETTINGS.format(folders=listed),
    }
    for name, text in texts.items():
        if not text:
            continue
        (place / name).write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def _lifeline() -> Iterator[int]:
    """Yield a pipe for a child to read, which is open as long as we are there, and nothing comes through."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _weasyprint(place: Path, environment: Mapping[str, str]) -> str:
    """Return an empty text once report.pdf lies there, or why it does not."""
    # -P: a module lying in the folder of a stranger's study must never be imported.
    command = [sys.executable, "-P", str(Path(pdf_child.__file__)), str(place)]
    try:
        with _lifeline() as stdin:
            done = subprocess.run(
                command,
                stdin=stdin,
                capture_output=True,
                check=False,
                timeout=SECONDS,
                env=environment,
                cwd=place,
            )
    except subprocess.TimeoutExpired:
        return f"WeasyPrint did not finish within {SECONDS} seconds"
    if done.returncode == pdf_child.LIBRARY_MISSING:
        return "a library of WeasyPrint is missing"
    if done.returncode or not (place / "report.pdf").is_file():
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return f"WeasyPrint ended with code {done.returncode}{': ' if last else ''}{''.join(last)}"
    return ""


def _browser(place: Path, environment: Mapping[str, str], failed: str) -> Pdf:
    browser = find_browser()
    if browser is None:
        raise OutputFailed(f"{INSTALL} ({failed})")
    (place / "report.pdf").unlink(missing_ok=True)
    if refused := print_page(browser, place / "report.html", place / "report.pdf", environment):
        raise OutputFailed(f"{INSTALL} ({failed}; {refused})")
    note = f"printed by {Path(browser).stem}, because {failed}: not PDF/UA, and nothing is attached"
    return Pdf((place / "report.pdf").read_bytes(), note)


def _missing(place: Path) -> str:
    signs = (place / "missing.txt").read_text(encoding="utf-8").split()
    if not signs:
        return ""
    shown = ", ".join(signs[:SHOWN]) + (" ..." if len(signs) > SHOWN else "")
    return f"no font on this machine has these signs, boxes stand in their place: {shown}"

"""Turns one HTML file into one PDF with WeasyPrint; a program of its own, because WeasyPrint can take its process down.

Usage: ``pdf_child.py FOLDER``. Reads ``report.html``, ``fonts.txt`` (the folder of our fonts) and ``report.json`` there
(if it is there, it is attached), writes ``report.pdf`` and ``missing.txt`` (the code points that no font could show).
Exit code 4: a library is missing; its message is on stderr. It imports nothing of ours, so that it runs as a file. Its
stdin is a pipe that its parent holds open: it ends when its parent is gone, however that happened.
"""

import hashlib
import logging
import os
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARY_MISSING = 4
PARENT_GONE = 5
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of everything in the file: the same report gives the same bytes."""
SIGN = re.compile(r"glyph.*\((U\+[0-9A-F]+)\)", re.DOTALL)


class Missing(logging.Handler):
    """Keeps the code points that WeasyPrint found in no font."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.signs: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the sign if the message is about one; other remarks are about style sheets."""
        if found := SIGN.search(record.getMessage()):
            self.signs[found.group(1)] = None


def main(folder: Path) -> int:
    """Write the PDF of what lies in the folder and return the exit code."""
    try:
        import weasyprint
    except OSError as missing:
        print(missing, file=sys.stderr)
        return LIBRARY_MISSING
    listener = Missing()
    logger = logging.getLogger("weasyprint")
    logger.handlers[:] = [listener]
    logger.propagate = False
    html = (folder / "report.html").read_text(encoding="utf-8")
    fonts = Path((folder / "fonts.txt").read_text(encoding="utf-8"))
    report = folder / "report.json"
    page = weasyprint.HTML(string=html, url_fetcher=_only_ours(fonts))
    page.write_pdf(
        folder / "report.pdf",
        pdf_variant="pdf/ua-1",
        pdf_identifier=hashlib.sha256(html.encode("utf-8")).digest()[:16],
        attachments=[_attached(weasyprint, report)] if report.is_file() else [],
    )
    (folder / "missing.txt").write_text("\n".join(listener.signs), encoding="utf-8")
    return 0


def _attached(weasyprint: Any, file: Path) -> Any:
    return weasyprint.Attachment(
        string=file.read_text(encoding="utf-8"),
        name="report.json",
        description="The whole report for machines; any view can be made again from it",
        relationship="Data",
        created=MOMENT,
        modified=MOMENT,
    )


def _only_ours(fonts: Path) -> "Callable[..., Any]":
    """Return a fetcher of URLs that knows ``data:`` and our fonts, and refuses everything else."""
    from weasyprint.urls import URLFetcher

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if urlsplit(url).scheme == "data" or _inside(url, fonts):
                return super().fetch(url, headers)
            raise ValueError(f"{url[:60]} is outside the report and was not fetched")

    return OnlyOurs()


def _inside(url: str, folder: Path) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc:
        return False
    return Path(unquote(parts.path)).resolve().is_relative_to(folder.resolve())


def _end_with_parent() -> None:
    """Wait for the end of stdin, which comes when nobody holds the pipe any more."""
    while os.read(0, 1):
        continue
    os._exit(PARENT_GONE)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(main(Path(sys.argv[1])))

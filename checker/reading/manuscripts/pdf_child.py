"""Reads the text of one PDF with PDFium; a program of its own, because a hostile PDF can take its process down.

Usage: ``pdf_child.py FILE MOST_PAGES MOST_SIGNS MOST_BYTES``. Prints one JSON object: ``pages``, for each page its
lines as ``[text, size, bold]`` of the first sign (size 0: not known), or ``error`` (password, damaged, pages, signs)
with what was seen. It imports nothing of ours, so that it runs as a file. Its stdin is a pipe that its parent holds
open: it ends when its parent is gone.
"""

import ctypes
import json
import os
import sys
import threading
from typing import Any

PARENT_GONE = 5
NAME = 128
"""Most bytes of the name of a font."""
BREAK = "\ufffe"
"""How PDFium marks a hyphen behind which a line ends."""


def main(file: str, most_pages: int, most_signs: int, most_bytes: int) -> int:
    """Print what is in the file and return the exit code."""
    _limit(most_bytes)
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        why = "password" if "password" in str(error).lower() else "damaged"
        return _say({"error": why, "seen": str(error)})
    if len(document) > most_pages:
        return _say({"error": "pages", "seen": len(document)})
    pages: list[list[list[Any]]] = []
    signs = 0
    for at in range(len(document)):
        try:
            lines = _lines(document[at])
        except pypdfium2.PdfiumError as error:
            return _say({"error": "damaged", "seen": f"page {at + 1}: {error}"})
        signs += sum(len(line[0]) for line in lines)
        if signs > most_signs:
            return _say({"error": "signs", "seen": at + 1})
        pages.append(lines)
    return _say({"pages": pages})


def _lines(page: Any) -> list[list[Any]]:
    """Return the lines of a page in the order in which the file draws them."""
    found = page.get_textpage()
    lines: list[list[Any]] = []
    at = 0
    for line in found.get_text_range().replace(BREAK, f"{BREAK}\n").split("\n"):
        text = line.rstrip("\r").replace(BREAK, "-")
        lines.append([text, *(_print(found.raw, at, line[0]) if text.strip() else (0.0, False))])
        at += len(line) + (0 if line.endswith(BREAK) else 1)
    found.close()
    page.close()
    return lines


def _print(page: Any, at: int, sign: str) -> tuple[float, bool]:
    """Return the size of a sign, and whether its font is called bold; 0 and False where that cannot be told.

    Behind a sign beyond the first plane the library counts otherwise than we do, and finds another sign there.
    """
    import pypdfium2.raw as pdfium

    if pdfium.FPDFText_GetUnicode(page, at) != ord(sign):
        return 0.0, False
    name, flags = ctypes.create_string_buffer(NAME), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(page, at, name, NAME, flags)
    bold = any(each in name.value.lower() for each in (b"bold", b"black", b"heavy", b"-bd"))
    return round(pdfium.FPDFText_GetFontSize(page, at), 2), bold


def _say(result: dict[str, Any]) -> int:
    sys.stdout.buffer.write(json.dumps(result).encode("ascii"))
    return 0


def _limit(most_bytes: int) -> None:
    """Bound the memory, where the system can; what needs more ends this process and no other."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    """Wait for the end of stdin, which comes when the parent is gone."""
    os.read(0, 1)
    os._exit(PARENT_GONE)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:5])))

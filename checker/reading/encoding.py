"""Which bytes are text that we read (UTF-8), and what to say about all others."""

from checker.errors import BadSubmission, Problem

BOM = b"\xef\xbb\xbf"
SAVE_AS_UTF8 = 'save it as "CSV UTF-8"'


def utf8(data: bytes, file: str) -> bytes:
    """Return the text without its byte order mark.

    Raises:
        BadSubmission: it is UTF-16 or UTF-32 (with or without a mark), not text, or not UTF-8.
    """
    if encoding := _wide_encoding(data):
        message = f"the file is encoded as {encoding}, and UTF-8 is expected"
        raise BadSubmission([Problem(file, None, "", message, SAVE_AS_UTF8)])
    if (at := data.find(b"\0")) >= 0:
        message = "the file contains bytes that are no text (NUL)"
        hint = "is it a binary file under the name of a text file?"
        raise BadSubmission([Problem(file, data.count(b"\n", 0, at) + 1, "", message, hint)])
    try:
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadSubmission([_not_utf8(data, error.start, file)]) from None
    return data.removeprefix(BOM)


def _wide_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return "UTF-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    start = data[:64]
    zeros = [start[offset::4].count(0) * 4 >= len(start) - 3 > 0 for offset in range(4)]
    if sum(zeros) == 3:
        return "UTF-32"
    return "UTF-16" if zeros in ([True, False] * 2, [False, True] * 2) else ""


def _not_utf8(data: bytes, at: int, file: str) -> Problem:
    line = data.count(b"\n", 0, at) + 1
    start = max(data.rfind(b"\n", 0, at) + 1, at - 12)
    around = data[start : at + 12].splitlines()[0].decode("utf-8", "replace").strip("�")
    message = f'row {line:,}: byte 0x{data[at]:02X} is not UTF-8 (near "{around}")'
    hint = f"the file may be Windows-1252 or Latin-1; {SAVE_AS_UTF8}"
    return Problem(file, line, "", message, hint)

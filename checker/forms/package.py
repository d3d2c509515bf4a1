"""A Word file as the parts of its zip: opened with care, and written again with every untouched part byte for byte."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from checker.forms.complaints import bad_form

LARGEST_FILE = 2**26
"""Bytes of a form; official ones have less than 1 MiB."""
LARGEST_PART = 2**24
"""Bytes of a part of it that is read, once it is unpacked."""
LARGEST_UNPACKED = 2**29
"""Bytes of all parts, once they are unpacked."""
MOST_PARTS = 5000
DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
TYPES = "[Content_Types].xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How files of the old Office, and encrypted ones of the new, begin."""
LOCAL = struct.Struct("<4s5H3L2H")
CENTRAL = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
_OVERRIDE = re.compile(rb"<(?:\w+:)?Override\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b(PartName|ContentType|Type|Target)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass(frozen=True, slots=True)
class Package:
    """A Word file that can be filled."""

    file: str
    data: bytes
    document: str
    """Name of the part that holds the text."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all parts."""
        return tuple(_archive(self.data).namelist())

    def part(self, name: str) -> bytes:
        """Return what a part holds.

        Raises:
            BadSubmission: it is too large, or damaged.
        """
        return _part(self.file, _archive(self.data), name)

    def changed(self, parts: Mapping[str, bytes]) -> bytes:
        """Return the file with these parts in place of its own; every other byte of a part stays."""
        return _rewritten(self.data, parts)


def read_package(path: Path) -> Package:
    """Return the Word file.

    Raises:
        BadSubmission: it is not there, or no Word file without macros and password; says what it is.
    """
    file = str(path)
    data = _bytes(path)
    if not data.startswith(b"PK"):
        raise bad_form(file, *_what(data))
    try:
        archive = _archive(data)
        _require_sound(file, archive, data)
    except (zipfile.BadZipFile, struct.error, UnicodeDecodeError, ValueError):
        raise bad_form(file, "the file is damaged: it begins like a Word file and cannot be unpacked",
                   "download it again, or open it in Word and save it as .docx") from None  # fmt: skip
    return Package(file, data, _document_of(file, archive))


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise bad_form(str(path), "this is a folder; a .docx file is expected")
    if path.exists() and not path.is_file():
        raise bad_form(str(path), "this is a device or a pipe; a .docx file is expected")
    try:
        with path.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise bad_form(str(path), "there is no such file") from None
    except OSError as error:
        raise bad_form(str(path), f"the file cannot be read: {error.strerror}") from None
    if len(data) > LARGEST_FILE:
        raise bad_form(
            str(path), f"it has more than {LARGEST_FILE // 2**20} MiB; a form has less than one"
        )
    return data


def _what(data: bytes) -> tuple[str, str]:
    """Return what a file is that is no zip, and what to do."""
    if data.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "the file is encrypted", "open it in Word, take the password off, and save it"
        return (
            "this is a file of the old Word (.doc); .docx is expected",
            "open it in Word or LibreOffice and save it as .docx",
        )
    if data.startswith(b"%PDF"):
        return (
            "this is a PDF; the form is needed as a Word file (.docx)",
            "journals offer it beside the PDF; or leave --into out",
        )
    if data.lstrip().startswith(b"{\\rtf"):
        return "this is an RTF file; .docx is expected", "open it in Word and save it as .docx"
    if not data:
        return "the file is empty", ""
    return "this is not a Word file (.docx)", "name the journal's form, saved by Word as .docx"


def _archive(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def _require_sound(file: str, archive: zipfile.ZipFile, data: bytes) -> None:
    """Complain about what is no ordinary zip.

    Raises:
        BadSubmission: it is encrypted, swells when unpacked, or names a part twice.
        ValueError: it is not written as Office and its kin write it.
    """
    infos = archive.infolist()
    names = [each.filename for each in infos]
    if any(each.flag_bits & 1 for each in infos):
        raise bad_form(file, "the file is encrypted", "take the password off and save it")
    if len(infos) > MOST_PARTS or sum(each.file_size for each in infos) > LARGEST_UNPACKED:
        raise bad_form(
            file,
            f"unpacked it would have {len(infos)} parts and "
            f"{sum(each.file_size for each in infos) // 2**20} MiB; no form is that large",
        )
    if len(set(names)) < len(names):
        raise bad_form(
            file, "it has two parts of the same name", "open it in Word and save it again"
        )
    for each in infos:
        if each.header_offset >= 0xFFFFFFFF or data[each.header_offset :][:4] != b"PK\x03\x04":
            raise ValueError(each.filename)


def _document_of(file: str, archive: zipfile.ZipFile) -> str:
    """Return the name of the part with the text.

    Raises:
        BadSubmission: this is another kind of Office file, or one with macros.
    """
    names = archive.namelist()
    if TYPES not in names:
        other = "an OpenDocument file" if "mimetype" in names else "a zip archive"
        raise bad_form(file, f"this is {other}, not a Word file (.docx)", "save it as .docx")
    types = dict(_types(_part(file, archive, TYPES)))
    if any("macroEnabled" in kind for kind in types.values()) or any(
        name.endswith("vbaProject.bin") for name in names
    ):
        raise bad_form(
            file,
            "the file holds macros (.docm), which are not taken over",
            "open it in Word and save it as a Word document without macros (.docx)",
        )
    for name in names:
        if types.get(name) == DOCUMENT:
            return name
    if TEMPLATE in types.values():
        raise bad_form(
            file, "this is a Word template (.dotx)", "open it in Word and save it as .docx"
        )
    raise bad_form(file, "this is an Office file, and no Word document (.docx)")


def _types(part: bytes) -> list[tuple[str, str]]:
    """Return the name and the type of every part that has a type of its own."""
    found = []
    for each in _OVERRIDE.findall(part):
        said = {a[0].decode(): (a[1] or a[2]).decode("utf-8") for a in _ATTRIBUTE.findall(each)}
        found.append((said.get("PartName", "").lstrip("/"), said.get("ContentType", "")))
    return found


def without_thumbnail(relationships: bytes) -> bytes:
    """Return ``_rels/.rels`` without the small picture of the first page."""
    return _RELATIONSHIP.sub(
        lambda found: b"" if b"/thumbnail" in found[0] else found[0], relationships
    )


def _part(file: str, archive: zipfile.ZipFile, name: str) -> bytes:
    info = archive.getinfo(name)
    if info.file_size > LARGEST_PART:
        raise bad_form(
            file, f"{name} has {info.file_size // 2**20} MiB unpacked; no form is that large"
        )
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
        raise bad_form(
            file, f"{name} inside it is damaged", "open it in Word and save it"
        ) from None


def _rewritten(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return the zip with other contents of these parts; local headers and data of all others are copied."""
    infos = _archive(data).infolist()
    raw = _central(data)
    made, directory = io.BytesIO(), io.BytesIO()
    ends = _ends(data, infos)
    for info, entry in zip(infos, raw, strict=True):
        offset = made.tell()
        if info.filename in parts:
            local, entry = _packed(data, info, entry, parts[info.filename])
            made.write(local)
        else:
            made.write(data[info.header_offset : ends[info.header_offset]])
        directory.write(entry[:42] + struct.pack("<L", offset) + entry[46:])
    start, listed = made.tell(), directory.getvalue()
    last = END.pack(b"PK\x05\x06", 0, 0, len(infos), len(infos), len(listed), start, 0)
    return made.getvalue() + listed + last


def _packed(
    data: bytes, info: zipfile.ZipInfo, entry: bytes, content: bytes
) -> tuple[bytes, bytes]:
    """Return the local header with data, and the entry of the directory, of a part that changed; its date stays."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    head = list(LOCAL.unpack_from(data, info.header_offset))
    flags = info.flag_bits & ~0b1110  # sizes stand in the header; no hint on the compression
    head[2:4] = [flags, zipfile.ZIP_DEFLATED]
    head[6:9] = [zlib.crc32(content), len(packed), len(content)]
    at = info.header_offset + LOCAL.size
    name = data[at : at + head[9]]
    head[10] = 0
    listed = list(CENTRAL.unpack_from(entry, 0))
    listed[3:5] = [flags, zipfile.ZIP_DEFLATED]
    listed[7:10] = head[6:9]
    return LOCAL.pack(*head) + name + packed, CENTRAL.pack(*listed) + entry[CENTRAL.size :]


def _central(data: bytes) -> list[bytes]:
    """Return the entries of the directory, in its order."""
    at = _archive(data).start_dir
    found = []
    while data[at : at + 4] == b"PK\x01\x02":
        sizes = CENTRAL.unpack_from(data, at)[10:13]
        length = CENTRAL.size + sum(sizes)
        found.append(data[at : at + length])
        at += length
    return found


def _ends(data: bytes, infos: list[zipfile.ZipInfo]) -> dict[int, int]:
    """Return where the bytes of each part end, by where they begin: where the next ones begin."""
    starts = sorted(each.header_offset for each in infos)
    return dict(zip(starts, [*starts[1:], _archive(data).start_dir], strict=True))

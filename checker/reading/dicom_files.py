"""Tells segmentations in DICOM from other files by their first bytes; nothing needs to be installed for that."""

import re
from pathlib import Path

from checker.reading.folder import names_in
from checker.reading.image_data import bad

FIRST = 2**11
"""Bytes that hold the class of what is in a file."""
CLASS = re.compile(rb"\x02\x00\x02\x00UI..([0-9.]+)", re.DOTALL)
"""The entry with the class in the beginning of a file, in which the order of bytes is fixed."""
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""Classes of a segmentation, and of one as a map of labels."""
SHOWN = 2


def class_of(path: Path) -> str:
    """Return the class of what is in a DICOM file (its SOP class); empty: it is none or cannot be read."""
    try:
        with path.open("rb") as file:
            start = file.read(FIRST)
    except OSError:
        return ""
    found = CLASS.search(start, 132) if start[128:132] == b"DICM" else None
    return found[1].decode("ascii") if found else ""


def is_segmentation(path: Path) -> bool:
    """Return whether a file is a segmentation in DICOM."""
    return path.is_file() and class_of(path) in SEGMENTATIONS


def the_segmentation(folder: Path, name: str) -> Path:
    """Return the one segmentation among the DICOM files of a folder.

    Raises:
        BadSubmission: there is none, or there are several.
    """
    found = [each for each in names_in(folder) if is_segmentation(folder / each)]
    if len(found) == 1:
        return folder / found[0]
    if found:
        shown = ", ".join(found[:SHOWN])
        raise bad(name, f"the folder holds {len(found)} segmentations in DICOM, such as {shown}")
    raise bad(name, "there is no segmentation in DICOM in this folder")

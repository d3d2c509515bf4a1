"""Which image belongs to which case: folders, single files and lists of files, as people leave them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from checker.errors import BadSubmission, Problem
from checker.reading.dicom_files import is_segmentation
from checker.reading.folder import names_in, refusal
from checker.reading.image_data import bad
from checker.reading.image_names import case_name, natural
from checker.reading.images import SUFFIXES, suffix_of
from checker.reading.tables import read_table

Images = dict[str, Path] | dict[str, dict[str, Path]]

LISTS = (".csv", ".tsv")
"""Endings of a table that lists images."""
BELOW = "segmentations"
"""Folder inside the folder of a case that TotalSegmentator writes the structures to."""
PARTS = ("labelsTr", "labelsTs", "imagesTr", "imagesTs")
"""Folders of a data set of nnU-Net or the Medical Segmentation Decathlon."""
SHOWN = 2
"""Names that a message shows."""
DATASET = "dataset.json"
BACKGROUND = "background"


def images_in(path: Path, name: str = "", *, inside: tuple[Path, ...] = ()) -> Images:
    """Return the images of a path by case, in natural order; of a case with a file for each structure these by name.

    Read are a single image; a folder of images; a folder with a folder for each case, which holds one image or a file
    for each structure, itself or in ``segmentations``; the folder of one such case; a table with the columns `case`
    and `file`, the files relative to it. Hidden files and files that are no images are passed over, as are DICOM
    files that are no segmentations.

    Args:
        path: a file or folder.
        name: for messages; else the path.
        inside: nothing that lies outside these folders is returned, also not through a link; empty: anything is.

    Raises:
        BadSubmission: there are no images, two files for one case, or a list names files that are not there; all
            at once.
    """
    name = name or str(path)
    if path.is_dir():
        found = _in_folder(path, name)
    elif path.suffix.casefold() in LISTS and path.is_file():
        found = _listed(path, name)
    elif path.is_file() and (suffix_of(path.name) or is_segmentation(path)):
        found = {case_name(path.name): path}
    else:
        raise bad(name, _nothing(path), f"name {_wanted()}")
    _refuse_links(found, name, inside)
    return {case: found[case] for case in sorted(found, key=natural)}


def labels_in(path: Path, name: str = "") -> dict[str, frozenset[int]]:
    """Return the names of labels from the dataset.json beside the images or one folder above; empty: there is none.

    Both forms of nnU-Net are read, from number to name and from name to number or, of a region, numbers. The
    background is left out; a label named ``ignore`` is not.

    Args:
        path: of a folder of images, or of an image.
        name: for messages; else the path.

    Raises:
        BadSubmission: the file is no JSON, or its labels are in neither form.
    """
    folder = path if path.is_dir() else path.parent
    for place in (folder, folder.parent):
        if (file := place / DATASET).is_file():
            return _labels(file, f"{DATASET} of {name or path}")
    return {}


def _labels(file: Path, name: str) -> dict[str, frozenset[int]]:
    try:
        said = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise bad(name, "the file is no JSON") from None
    labels = said.get("labels", {}) if isinstance(said, dict) else None
    if not isinstance(labels, dict):
        raise bad(name, "its labels are no object of names and numbers")
    try:
        found = dict(_label(*each) for each in labels.items())
    except (TypeError, ValueError):
        raise bad(
            name,
            "its labels are neither names with numbers nor numbers with names",
            'write "labels": {"background": 0, "liver": 1}',
        ) from None
    return {
        label: numbers - {0}
        for label, numbers in found.items()
        if numbers - {0} and label.casefold() != BACKGROUND
    }


def _label(key: str, value: object) -> tuple[str, frozenset[int]]:
    """Return name and numbers of an entry in either form.

    Raises:
        TypeError, ValueError: it has neither.
    """
    if isinstance(value, str) and not value.isdecimal():
        return value, frozenset((int(key),))
    numbers = value if isinstance(value, list) else [value]
    return key, frozenset(int(str(each)) for each in numbers)


def _wanted() -> str:
    return f"an image (it ends in {', '.join(SUFFIXES)}), a folder of images or a table of case and file"


def _nothing(path: Path) -> str:
    if path.exists():
        return "this is neither an image nor a folder nor a table of images"
    return "there is no such file or folder"


def _in_folder(folder: Path, name: str) -> dict[str, Any]:
    """Return the images of a folder: those of one case, those in it, else those of the folders in it.

    Raises:
        BadSubmission: there are none, or two for one case.
    """
    if below := _files(folder / BELOW):
        return {folder.resolve().name: _by_name(below, f"{name}/{BELOW}")}
    if flat := _files(folder):
        return _by_name(flat, name)
    if parts := [each for each in PARTS if (folder / each).is_dir()]:
        raise bad(name, f"this folder holds {' and '.join(parts)}", "name the one that is meant")
    if found := _of_cases(folder, name):
        return found
    seen = names_in(folder)[:SHOWN]
    holds = f"it holds {', '.join(seen)}" if seen else "it is empty"
    raise bad(name, f"there are no images in the folder; {holds}", f"name {_wanted()}")


def _files(folder: Path) -> list[Path]:
    """Return the images of a folder; of DICOM files the segmentations, also those whose name has no ending."""
    files = [each for each in (folder / name for name in names_in(folder)) if not each.is_dir()]
    found = [each for each in files if suffix_of(each.name)] or files
    return [each for each in found if not _may_be_dicom(each.name) or is_segmentation(each)]


def _may_be_dicom(name: str) -> bool:
    return suffix_of(name).casefold() in ("", ".dcm")


def _by_name(files: Iterable[Path], name: str) -> dict[str, Path]:
    """Return files by their name without the ending of an image.

    Raises:
        BadSubmission: two have the same, each pair a problem.
    """
    found: dict[str, Path] = {}
    problems = []
    for file in files:
        case = case_name(file.name)
        if case in found:
            message = f"{found[case].name} and {file.name} are two images of {case}"
            problems.append(Problem(name, None, "", message, "remove one of them"))
        found.setdefault(case, file)
    if problems:
        raise BadSubmission(problems)
    return found


def _of_cases(folder: Path, name: str) -> dict[str, Any]:
    """Return the images of a folder with a folder for each case; folders without images are passed over.

    Raises:
        BadSubmission: a case has two files for one structure.
    """
    cases: dict[str, dict[str, Path]] = {}
    problems: list[Problem] = []
    for case in names_in(folder):
        files = _files(folder / case / BELOW) or _files(folder / case)
        try:
            if files:
                cases[case] = _without_case(_by_name(files, f"{name}/{case}"), case)
        except BadSubmission as found:
            problems += found.problems
    if problems:
        raise BadSubmission(problems)
    if all(len(images) == 1 for images in cases.values()):
        return {case: next(iter(images.values())) for case, images in cases.items()}
    return dict(cases)


def _without_case(images: dict[str, Path], case: str) -> dict[str, Path]:
    """Return images by the rest of their name where all of several begin with that of the case (BraTS)."""
    begin = f"{case}_"
    if len(images) < 2 or not all(name.startswith(begin) for name in images):
        return images
    return {name.removeprefix(begin): file for name, file in images.items()}


def _listed(table: Path, name: str) -> dict[str, Any]:
    """Return the images that a table lists.

    Raises:
        BadSubmission: with every row that cannot be used.
    """
    read = read_table(table, name=name)
    if problems := [each for each in map(read.missing, ("case", "file")) if each]:
        raise BadSubmission(problems)
    found: dict[str, Path] = {}
    rows = zip(read.text("case").to_list(), read.text("file").to_list(), strict=True)
    for i, (case, file) in enumerate(rows):
        why = _unusable(case, file, found, table.parent)
        if why:
            problems.append(Problem(name, read.line(i), "file" if case else "case", why))
        else:
            found[case] = table.parent / PurePosixPath(file)
    if problems:
        raise BadSubmission(problems)
    return found


def _unusable(case: str | None, file: str | None, found: Mapping[str, Path], folder: Path) -> str:
    """Return why a row of a list cannot be used; empty: it can."""
    if not case or not file:
        return f"the {'file' if case else 'case'} is missing"
    if case in found:
        return f"the case {case} has a row already"
    if why := refusal(file):
        return f"{file}: {why}"
    if not suffix_of(file):
        return f"{file} is not the name of an image; images end in {', '.join(SUFFIXES)}"
    return "" if (folder / PurePosixPath(file)).is_file() else f"{file}: there is no such file"


def _refuse_links(found: Mapping[str, Any], name: str, inside: tuple[Path, ...]) -> None:
    """Refuse images that lie elsewhere.

    Raises:
        BadSubmission: with each image that a link leads out of the folder.
    """
    if not inside:
        return
    homes = [each.resolve() for each in inside]
    problems = [
        Problem(
            name,
            None,
            "",
            f"{file.name} is a link to a place outside the study's folder",
            "copy the file into the folder",
        )
        for file in _all(found)
        if not any(_followed(file).is_relative_to(home) for home in homes)
    ]
    if problems:
        raise BadSubmission(problems)


def _followed(file: Path) -> Path:
    """Return where a path leads; a link to itself leads nowhere, which is outside of everything."""
    try:
        return file.resolve(strict=True)
    except (OSError, RuntimeError):
        return Path(file.anchor or "/")


def _all(found: Mapping[str, Any]) -> Iterator[Path]:
    for images in found.values():
        yield from images.values() if isinstance(images, Mapping) else (images,)

"""Guesses where the masks of a folder are and what they show, from names and from a few of the masks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.errors import BadRequest, BadSubmission
from checker.reading.folder import names_in, refusal
from checker.reading.image_folders import Images, images_in, labels_in
from checker.reading.image_names import matched
from checker.reading.images import read_mask
from checker.reading.tables import read_table

REFERENCE = (
    *("labelsts", "reference", "references", "gt", "ground_truth", "groundtruth", "labels"),
    *("labelstr", "masks", "manual", "truth"),
)
"""Names of a folder of reference masks, in lower case, the likeliest first."""
PREDICTION = (
    *("predictions", "prediction", "predicted", "preds", "pred", "predictionsts", "labelspr"),
    *("imagespr", "output", "outputs", "results", "inference"),
)
"""Names of a folder of predicted masks."""
TABLES = (".csv", ".tsv")
ROOT = "data"
"""Name under which a folder elsewhere is opened."""
FEW = 3
"""Masks that are looked at for their labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskGuesses:
    """What was found in a folder; empty: nothing looks like it."""

    reference: str
    """Path as a description names it."""
    prediction: str
    structures: Mapping[str, str]
    """Name to label, or labels as ``1+2``."""
    labels_from: str
    """How the structures are known."""
    cases: int
    """That have both masks."""
    table: str
    """Path of a table with a row for each case."""
    root: Path | None
    """Where the masks are, if not beside the description."""


def guess_masks(source: Path, folder: Path) -> MaskGuesses | None:
    """Return where the masks in a folder are; None: none of its folders is called like one of masks.

    Args:
        source: with a folder of reference masks, a folder of predictions, or both.
        folder: of the description.

    Raises:
        BadRequest: the name of a folder cannot stand in a description.
        BadSubmission: a mask that is looked at, or dataset.json, cannot be read.
    """
    references, predictions = (dict(_called(source, names)) for names in (REFERENCE, PREDICTION))
    if not references and not predictions:
        return None
    prediction = next(iter(predictions), "")
    reference = _best(references, predictions.get(prediction))
    shown = reference or prediction
    images = {**references, **predictions}[shown]
    both = _both(references.get(reference), predictions.get(prediction))
    structures, labels_from = _structures(source / shown, images)
    home, place = folder.resolve(), source.resolve()
    before = place.relative_to(home).as_posix() if place.is_relative_to(home) else f"{ROOT}:"

    def named(name: str) -> str:
        return _named(before, name) if name else ""

    return MaskGuesses(
        reference=named(reference),
        prediction=named(prediction),
        structures=structures,
        labels_from=labels_from,
        cases=len(both),
        table=named(_table(source, both or tuple(images))),
        root=source if before == f"{ROOT}:" else None,
    )


def _named(before: str, name: str) -> str:
    """Return a path as a description names it.

    Raises:
        BadRequest: it cannot stand there.
    """
    inside = name if before.endswith(":") or before == "." else f"{before}/{name}"
    if why := refusal(inside):
        raise BadRequest(f"{inside}: {why}; rename it")
    return f"{before}{inside}" if before.endswith(":") else inside


def _called(source: Path, names: Sequence[str]) -> Iterator[tuple[str, Images]]:
    """Yield the folders with one of these names that hold images, the likeliest first."""
    there = {each.casefold(): each for each in names_in(source) if (source / each).is_dir()}
    for each in names:
        if each in there:
            try:
                yield there[each], images_in(source / there[each])
            except BadSubmission:  # it holds no images: then it is not what is looked for
                continue


def _best(references: Mapping[str, Images], prediction: Images | None) -> str:
    """Return the folder that has most cases of the predictions, the first of several; empty: none."""
    if not references:
        return ""
    return max(references, key=lambda each: len(_both(references[each], prediction)))


def _both(reference: Images | None, prediction: Images | None) -> tuple[str, ...]:
    """Return the cases that both have."""
    if not reference or not prediction:
        return ()
    try:
        return tuple(pair.case for pair in matched(reference, prediction).pairs)
    except BadSubmission:  # no name is the same on both sides
        return ()


def _structures(folder: Path, images: Images) -> tuple[dict[str, str], str]:
    """Return the structures, and how they are known.

    Raises:
        BadSubmission: dataset.json, or a mask that is looked at, cannot be read.
    """
    if said := labels_in(folder):
        found = {name: "+".join(map(str, sorted(labels))) for name, labels in said.items()}
        return found, "dataset.json"
    looked_at = list(images.values())[:FEW]
    if any(not isinstance(each, Path) for each in looked_at):
        every = [str(name) for each in looked_at if isinstance(each, dict) for name in each]
        return dict.fromkeys(every, "1"), "a file for each of them"
    masks = [read_mask(each, each.name) for each in looked_at if isinstance(each, Path)]
    names = {number: name for mask in masks for name, number in mask.names.items()}
    seen = sorted(frozenset[int]().union(*(mask.labels() for mask in masks)))
    found = {names.get(label, f"label {label}"): str(label) for label in seen}
    return found, f"the labels in {len(masks)} of {len(images)} masks"


def _table(source: Path, cases: Sequence[str]) -> str:
    """Return the table whose column `case` has all cases; empty: there is none."""
    for name in names_in(source):
        if not name.casefold().endswith(TABLES):
            continue
        try:
            table = read_table(source / name, name=name)
        except BadSubmission:  # a table of something else
            continue
        if "case" in table.columns and set(cases) <= set(table.text("case").to_list()):
            return name
    return ""

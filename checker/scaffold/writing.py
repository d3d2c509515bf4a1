"""Writes the folder of a new study: study.yaml from its template, the schema for editors, the predictions."""

import json
import os
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker import resources
from checker.errors import BadRequest
from checker.reading.folder import refusal
from checker.reading.folds import read_table_or_folds
from checker.reading.tables import Table
from checker.scaffold.guesses import Guess, Guesses, Part, guess
from checker.scaffold.masks import ROOT, MaskGuesses, guess_masks
from checker.scaffold.roles import ROLES_OF, Roles, guess_roles
from checker.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

STUDY = "study.yaml"
SCHEMA = "study.schema.json"
OF_FOLDS = "all"
"""Name of the part of which each fold was left out once."""
PLAIN = re.compile(r"[^\W\d][\w .()/%+-]*")
"""Texts that need no quotation marks in YAML, inside lists too."""
SPECIAL = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
"""Texts that some readers of YAML take for something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written."""

    folder: Path
    task: str
    predictions: str
    """Path inside the folder; empty without predictions."""
    copied: bool
    guesses: Guesses | None
    roles: Roles | None = None
    """Of another task than binary classification."""
    masks: MaskGuesses | None = None
    """Of a segmentation."""


def make(folder: Path, task: str, source: Path | None) -> Made:
    """Write a new description, as far as the predictions allow; nothing is ever overwritten.

    Args:
        folder: where to; it is made if it does not exist.
        task: what the evaluation scores.
        source: a table of predictions, or a folder with one for each fold, which is copied into the folder unless
            it lies there; of a segmentation also a folder with folders of masks, which are not copied.

    Raises:
        BadRequest: the folder has a description or another file of that name already, or is a file.
        BadSubmission: the table cannot be read.
    """
    _require_free(folder)
    masks = _masks(source, folder) if source and task == "segmentation" else None
    if masks:
        _write_all(folder, task, masks.prediction, masks=masks)
        return Made(
            folder=folder,
            task=task,
            predictions=masks.prediction,
            copied=False,
            guesses=None,
            masks=masks,
        )
    table = read_table_or_folds(source, name=str(source)) if source else None
    guesses = guess(table) if table else None
    guessed = guesses if task == "classification" else None
    roles = guess_roles(table, task) if table and task in ROLES_OF else None
    folds = _folds(table, guesses) if table and guesses else ""
    if guessed and folds:
        whole = guessed.tested._replace(name=OF_FOLDS)
        guessed = replace(guessed, parts=(whole,), tested=whole)
    path = _place(folder, source) if source else ""
    copied = bool(source) and not _is_there(folder / path, source)
    more = _copied(source, path, table) if source and table and copied else {}
    _write_all(folder, task, path, guesses=guessed, roles=roles, folds=folds, more=more)
    return Made(
        folder=folder, task=task, predictions=path, copied=copied, guesses=guessed, roles=roles
    )


def _masks(source: Path, folder: Path) -> MaskGuesses | None:
    return guess_masks(source, folder) if source.is_dir() else None


def _write_all(
    folder: Path,
    task: str,
    predictions: str,
    *,
    guesses: Guesses | None = None,
    roles: Roles | None = None,
    folds: str = "",
    masks: MaskGuesses | None = None,
    more: Mapping[str, bytes] | None = None,
) -> None:
    """Write the description, the schema and what is copied.

    Raises:
        BadRequest: the system does not allow it, or a file is there by now.
    """
    schema = (resources.folder("schemas") / SCHEMA).read_bytes()
    study = _filled(task, predictions, guesses, roles, folds, masks)
    files = {**(more or {}), SCHEMA: schema, STUDY: study.encode("utf-8")}
    if _holds(folder / SCHEMA, schema):
        del files[SCHEMA]
    try:
        _write(folder, files)
    except OSError as error:
        raise BadRequest(f"{folder} cannot be written: {error.strerror or error}") from None


def _folds(table: Table, guesses: Guesses) -> str:
    """Return what tells that all predictions were made out of fold; empty where nothing does."""
    if guesses.partition:
        return ""
    if table.parts:
        return f"the predictions lie in {len(table.parts)} files, one for each fold"
    return f"the column {guesses.fold.column} is {guesses.fold.why}" if guesses.fold else ""


def _copied(source: Path, path: str, table: Table) -> dict[str, bytes]:
    """Return what is copied: the file, or that of each fold."""
    if not table.parts:
        return {path: source.read_bytes()}
    names = [each.file.rpartition("/")[2] for each in table.parts]
    return {f"{path}/{name}": (source / name).read_bytes() for name in names}


def _require_free(folder: Path) -> None:
    """Complain where something lies already, be it a link to nowhere.

    Raises:
        BadRequest: the names are taken, or the folder is a file.
    """
    if os.path.lexists(folder / STUDY):
        raise BadRequest(
            f"{folder / STUDY} exists already and is not overwritten; name another folder"
        )
    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise BadRequest(f"{folder} is a file; name a folder")
    ours = (resources.folder("schemas") / SCHEMA).read_bytes()
    if os.path.lexists(folder / SCHEMA) and not _holds(folder / SCHEMA, ours):
        raise BadRequest(f"{folder / SCHEMA} exists already and is not overwritten; delete it")


def _holds(place: Path, data: bytes) -> bool:
    """Return whether an ordinary file, which is no link, has this content."""
    if os.path.islink(place) or not os.path.isfile(place):
        return False
    return os.path.getsize(place) == len(data) and place.read_bytes() == data


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write new files, all or none.

    Raises:
        OSError: one of them exists by now, a link too, or the system does not allow it.
    """
    done: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("xb") as file:
                done.append(folder / name)
                file.write(data)
    except OSError:
        for each in done:
            each.unlink()
        raise


def _place(folder: Path, source: Path) -> str:
    """Return where the predictions lie, or will lie, inside the folder, with forward slashes.

    Raises:
        BadRequest: another file lies there, or a link.
    """
    home, file = folder.resolve(), source.resolve()
    if file.is_relative_to(home) and not refusal(inside := file.relative_to(home).as_posix()):
        return inside
    name = f"predictions/{source.name}"
    if refusal(name):
        name = f"predictions/predictions{source.suffix}"
    place = folder / name
    if os.path.islink(place.parent) or os.path.islink(place):
        link = place.parent if os.path.islink(place.parent) else place
        raise BadRequest(f"{link} is a link, and nothing is written through it; rename it")
    if os.path.lexists(place) and not _is_there(place, source):
        raise BadRequest(f"{place} exists already and is not overwritten; rename it")
    return name


def _is_there(place: Path, source: Path | None) -> bool:
    return source is not None and os.path.exists(place) and os.path.samefile(place, source)


def _filled(
    task: str,
    predictions: str,
    guesses: Guesses | None,
    roles: Roles | None,
    folds: str,
    masks: MaskGuesses | None,
) -> str:
    template = _environment().get_template("study.yaml")
    return template.render(
        task=task,
        predictions=predictions,
        found=guesses,
        roles=roles,
        masks=masks,
        renamed=_renamed(guesses),
        folds=folds,
        whole=OF_FOLDS if folds else "test",
    )


def _renamed(guesses: Guesses | None) -> dict[str, Guess]:
    """Return the columns whose names are not ours, by our name."""
    if guesses is None:
        return {}
    standard = {
        "case": guesses.case,
        "outcome": guesses.outcome,
        "score": guesses.score,
        "partition": guesses.partition,
        "fold": guesses.fold,
    }
    return {
        name: found
        for name, found in standard.items()
        if found and (found.column != name or name == "partition")
    }


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # YAML has no HTML to escape: `text` quotes what needs it
        loader=FileSystemLoader(resources.folder("templates") / "new"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"text": text, "line": line}
    return environment


def text(value: str) -> str:
    """Return a text as YAML: as it is where that is safe, else in quotation marks."""
    if PLAIN.fullmatch(value) and value == value.strip() and value.casefold() not in SPECIAL:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _escape(sign) for sign in quoted)


def _escape(sign: str) -> str:
    """Return the sign as YAML escapes it in double quotes: with four digits or eight."""
    code = ord(sign)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def line(value: str) -> str:
    """Return a text for a comment, on one line."""
    return "".join(sign if sign.isprintable() else " " for sign in value)


def told(made: Made) -> str:
    """Return what was written and guessed, for the person who asked for it."""
    study = visible(str(made.folder / STUDY))
    lines = [f"Wrote {study}, with {SCHEMA} beside it for editors."]
    if made.copied:
        lines.append(f"Copied the predictions to {visible(str(made.folder / made.predictions))}.")
    if made.guesses:
        lines += ["", *_guessed(made.guesses)]
    elif made.roles:
        lines += ["", *_roles(made.roles)]
    elif made.masks:
        lines += ["", *_of_masks(made.masks)]
    elif made.predictions:
        lines.append(f"Columns of tables of {made.task} are not guessed.")
    lines += [
        "",
        "Next:",
        f"  checker validate {_argument(study)}",
        f"  checker check {_argument(study)}{_root(made.masks)}",
    ]
    return "\n".join(lines)


def _root(masks: MaskGuesses | None) -> str:
    if masks is None or masks.root is None:
        return ""
    return f" --root {_argument(visible(f'{ROOT}={masks.root}'))}"


def _of_masks(masks: MaskGuesses) -> Iterator[str]:
    yield f"{masks.cases:,} cases have both masks. Guessed; please confirm in {STUDY}:"
    for what, found in (
        ("reference", masks.reference),
        ("predictions", masks.prediction),
        ("cases", masks.table),
    ):
        yield f"  {what:<11} {line(found) or 'nothing is called so'}"
    names = ", ".join(map(line, masks.structures)) or "none"
    yield from textwrap.wrap(
        f"{names}: by {masks.labels_from}",
        78,
        initial_indent="  structures  ",
        subsequent_indent=" " * 14,
    )
    if masks.root is not None:
        yield ""
        yield "The masks are not copied: the check opens their folder by --root."


def _argument(path: str) -> str:
    return f'"{path}"' if " " in path else path


def _guessed(found: Guesses) -> Iterator[str]:
    yield f"{found.rows:,} rows, {found.columns} columns. Guessed; please confirm in {STUDY}:"
    yield from _row("outcome", found.outcome, "no column has two values that look like one")
    if found.positive:
        yield from _row("positive", found.positive, "")
    yield from _row("score", found.score, "no column of numbers looks like one")
    yield from _row("case", found.case, "no column looks like one")
    yield from _row("patient", found.patient, "none; if a row is not a patient, name the column")
    if found.partition:
        yield from _row("partition", found.partition, "")
    if found.fold:
        yield from _row("fold", found.fold, "")
    for each in found.groups:
        yield from _row("group", each, "")
    for part in found.parts:
        scored = ", scored by the evaluation" if part == found.tested else ""
        yield from _row("part", Guess(part.name, part_words(part) + scored), "")
    if found.groups:
        yield ""
        yield "Groups stand in a comment: uncomment those by which results are given."
    if found.turned:
        yield ""
        yield from textwrap.wrap(
            "Rows with the outcome have lower scores on average. Is the outcome's value right? "
            "If low scores mean the outcome, write direction: lower_is_positive.",
            78,
        )


def _roles(roles: Roles) -> Iterator[str]:
    yield f"Guessed by names; please confirm in {STUDY}:"
    for ours, found in roles.found.items():
        yield from _row(ours, found, "")
    if roles.patient:
        yield from _row("patient", roles.patient, "")
    for ours in roles.missing:
        yield from _row(
            ours, None, f"no column is called so; name it under columns, as {ours}: NAME"
        )


def _row(what: str, found: Guess | None, otherwise: str) -> Iterator[str]:
    """Return one guess, wrapped to 80 columns."""
    words = otherwise
    if found:
        others = f" (or {', '.join(map(line, found.others))}?)" if found.others else ""
        words = f"{line(found.column)}: {line(found.why)}{others}"
    yield from textwrap.wrap(words, 78, initial_indent=f"  {what:<10} ", subsequent_indent=" " * 13)


def part_words(part: Part) -> str:
    """Return how many rows and patients a part has, and how many of them have the outcome."""
    words = f"{part.rows:,} rows"
    if part.having is not None:
        words += f", {part.having:,} with the outcome"
    if part.patients is not None:
        words += f"; {part.patients:,} patients, {part.events:,} with the outcome"
    return words

"""The command `worksheet`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import console, outputs
from checker.cli.choices import Guidelines
from checker.cli.ending import DONE, Ending, counted
from checker.errors import BadRequest, OutputFailed
from checker.visible import visible

if TYPE_CHECKING:
    from checker.pipeline import Asked


SUFFIXES = (".xlsx", ".yaml", ".yml")


def worksheet(
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="STUDY",
            help="The description so far: a YAML file, or a workbook of this command. Without one nothing is answered.",
        ),
    ] = None,
    *,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The workbook, a .xlsx file; or a .yaml file, with the answers as study.yaml. A file that exists is "
            "not replaced: answers may stand in it.",
        ),
    ],
    guideline: Guidelines = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file if it exists.")
    ] = False,
) -> Ending:
    """Write the open questions about a study as a workbook to fill in, with everything that is answered."""
    _require_free(output, study, replace=replace)
    from checker import pipeline

    asked = pipeline.questions(study, tuple(guideline or ()))
    try:
        outputs.save(output, _made(asked, output.suffix.lower()))
    except OutputFailed as failed:
        raise OutputFailed(f"{output} was not written: {failed}") from None
    _say(asked, output)
    if study:
        _say_where_files_lie(asked, study.parent, output)
    return DONE


def _made(asked: "Asked", suffix: str) -> bytes:
    """Return the bytes of the workbook, or of the description.

    Raises:
        OutputFailed: an answer does not fit into a cell.
    """
    from checker.render.to_description import to_description
    from checker.render.to_workbook import to_workbook

    def printed(path: tuple[str | int, ...]) -> str | None:
        return asked.document.places.printed(path) if asked.document else None

    if suffix == ".xlsx":
        return to_workbook(asked.study, asked.questions, asked.counting, printed)
    return to_description(asked.study, printed).encode("utf-8")


def _say(asked: "Asked", output: Path) -> None:
    from checker.model.study.facts import described

    if asked.document is not None:
        for note in asked.document.notes:
            console.note(visible(note.told(asked.document.file)))
    done, every = described(asked.study)
    console.say(
        visible(f"wrote {output}: {counted(every - done, 'open question')}, {done} answered")
    )


def _say_where_files_lie(asked: "Asked", folder: Path, output: Path) -> None:
    """Tell that files will not be found, if some are named and the output is elsewhere."""
    from checker.model.study.facts import FACTS, values

    paths = [name for name, fact in FACTS.items() if fact.kind.item == "path"]
    apart = os.path.realpath(folder) != os.path.realpath(output.parent)
    if apart and any(values(asked.study, name) for name in paths):
        said = f"{output}: the files that it names are looked for beside it; they lie in {folder}"
        console.note(visible(said))


def _require_free(output: Path, study: Path | None, *, replace: bool) -> None:
    """Complain about an output that would destroy something, before any work is done for it.

    Raises:
        BadRequest: it is of no format of ours, it is what is read, or it exists and shall not be replaced.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise BadRequest(f"{output}: the ending must be .xlsx, or .yaml for a description")
    if study is None and output.suffix.lower() != ".xlsx":
        raise BadRequest("checker new FOLDER writes a description to start from")
    outputs.require_apart([output], [study] if study else [])
    if os.path.lexists(output) and not replace:
        raise BadRequest(
            f"{output} exists, and answers in it would be lost; name another file, or say --replace"
        )

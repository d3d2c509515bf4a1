"""The command `worksheet`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import console, outputs
from checker.cli.choices import Guidelines, Study
from checker.cli.ending import DONE, Ending, counted
from checker.errors import BadRequest, OutputFailed
from checker.visible import visible


def worksheet(
    study: Study,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The workbook, a .xlsx file. A file that exists is not replaced: answers may stand in it.",
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
    from checker.model.question import QuestionState
    from checker.render.to_workbook import to_workbook

    asked = pipeline.questions(study, tuple(guideline or ()))
    document = asked.document
    try:
        data = to_workbook(document.study, asked.questions, asked.counting, document.places.printed)
        outputs.save(output, data)
    except OutputFailed as failed:
        raise OutputFailed(f"{output} was not written: {failed}") from None
    for note in document.notes:
        console.note(visible(note.told(document.file)))
    states = [each.state for each in asked.questions]
    still = states.count(QuestionState.OPEN) + states.count(QuestionState.PARTLY)
    done = states.count(QuestionState.ANSWERED)
    console.say(visible(f"wrote {output}: {counted(still, 'open question')}, {done} answered"))
    return DONE


def _require_free(output: Path, study: Path, *, replace: bool) -> None:
    """Complain about an output that would destroy something, before any work is done for it.

    Raises:
        BadRequest: it is no .xlsx file, it is what is read, or it exists and shall not be replaced.
    """
    if output.suffix.lower() != ".xlsx":
        raise BadRequest(f"{output}: a worksheet is a .xlsx file")
    outputs.require_apart([output], [study])
    if os.path.lexists(output) and not replace:
        raise BadRequest(
            f"{output} exists, and answers in it would be lost; name another file, or say --replace"
        )

"""The command `new`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import console
from checker.cli.ending import DONE, Ending


class Task(StrEnum):
    """What an evaluation scores."""

    CLASSIFICATION = "classification"
    MULTICLASS = "multiclass"
    ORDINAL = "ordinal"
    SEGMENTATION = "segmentation"
    DETECTION = "detection"
    SURVIVAL = "survival"
    AGREEMENT = "agreement"
    READERS = "readers"
    EXPLANATION = "explanation"


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where study.yaml is written.")],
    task: Annotated[
        Task,
        typer.Option(metavar="TASK", help=f"What the model does: {', '.join(Task)}."),
    ],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A table of predictions, or a folder with one for each fold: it is copied into the folder, and its "
            "columns are guessed. Of a segmentation also a folder with labelsTs or reference and predictions in it.",
        ),
    ] = None,
) -> Ending:
    """Write a commented study.yaml, as far as the predictions allow."""
    from checker.scaffold import make, told

    console.say(told(make(folder, task.value, source)))
    return DONE

"""The command `metrics`: one sub-command per task."""

from collections.abc import Callable

import typer

from checker.cli.measures.agreement import agreement
from checker.cli.measures.classification import classification
from checker.cli.measures.detection import detection
from checker.cli.measures.multiclass import multiclass
from checker.cli.measures.ordinal import ordinal
from checker.cli.measures.raters import raters
from checker.cli.measures.readers import readers
from checker.cli.measures.sample_size import sample_size
from checker.cli.measures.segmentation import segmentation
from checker.cli.measures.survival import survival
from checker.errors import BadRequest

LATER = ("explanation",)
"""Tasks that are named everywhere, and not recomputed by this version."""

metrics = typer.Typer(
    help="Recompute every metric of a task from a table; no study.yaml is needed.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=False,
)
for command in (
    classification,
    multiclass,
    ordinal,
    survival,
    agreement,
    raters,
    readers,
    segmentation,
    detection,
):
    metrics.command()(command)
metrics.command("sample-size")(sample_size)


def _not_yet(task: str) -> Callable[[], None]:
    def refuse() -> None:
        """Say that this version does not recompute the task."""
        raise BadRequest(
            f"metrics {task} is not part of this version; checker metrics --help lists what is"
        )

    return refuse


for later in LATER:
    anything = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    metrics.command(later, hidden=True, context_settings=anything)(_not_yet(later))

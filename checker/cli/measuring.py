"""The command `metrics`: one sub-command per task."""

import typer

from checker.cli.measures.agreement import agreement
from checker.cli.measures.classification import classification
from checker.cli.measures.detection import detection
from checker.cli.measures.explanation import explanation
from checker.cli.measures.multiclass import multiclass
from checker.cli.measures.ordinal import ordinal
from checker.cli.measures.raters import raters
from checker.cli.measures.readers import readers
from checker.cli.measures.sample_size import sample_size
from checker.cli.measures.segmentation import segmentation
from checker.cli.measures.survival import survival

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
    explanation,
    detection,
):
    metrics.command()(command)
metrics.command("sample-size")(sample_size)

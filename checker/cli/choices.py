"""Words that options take, and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class ReportForm(StrEnum):
    """How a report is printed to stdout."""

    TEXT = "text"
    JSON = "json"
    MD = "md"
    HTML = "html"


class Form(StrEnum):
    """How a shorter result is printed to stdout."""

    TEXT = "text"
    JSON = "json"


class Level(StrEnum):
    """Severities of findings, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class FailLevel(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NONE = "none"


class Scale(StrEnum):
    """What ratings are."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    CONTINUOUS = "continuous"


class Analysis(StrEnum):
    """What is random in a reader study: readers and cases, cases alone, readers alone."""

    RRRC = "RRRC"
    FRRC = "FRRC"
    RRFC = "RRFC"


class ReaderMethod(StrEnum):
    """How a reader study is analysed: Obuchowski-Rockette, or Dorfman-Berbaum-Metz."""

    OR = "OR"
    DBM = "DBM"


class Covariances(StrEnum):
    """How covariances of AUROCs of readers are found."""

    JACKKNIFE = "jackknife"
    DELONG = "delong"
    UNBIASED = "unbiased"


class ChangeOf(StrEnum):
    """What changed under treatment."""

    DIAMETER = "diameter"
    VOLUME = "volume"


class Criteria(StrEnum):
    """Rules that turn sums under treatment into a response."""

    RECIST = "recist_1_1"
    MRECIST = "mrecist"
    VOLUME = "volumetric_recist"


class ReferenceLimit(StrEnum):
    """How limits of normal follow from the measured values."""

    NORMAL = "normal"
    PERCENTILE = "percentile"


class TrueValue(StrEnum):
    """Whether the true value of a patient varies between replicates."""

    VARIES = "varies"
    CONSTANT = "constant"


Study = Annotated[
    Path, typer.Argument(metavar="STUDY", help="The description of a study, a YAML file.")
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the report to a .html, .pdf, .json or .md file; can be repeated. "
        "Folders that do not exist are made.",
    ),
]
NUMBERS = "How uncertainty is computed"
Seed = Annotated[
    int, typer.Option(min=0, help="Start of all random numbers.", rich_help_panel=NUMBERS)
]
Resamples = Annotated[
    int,
    typer.Option(min=200, max=100_000, help="Bootstrap resamples.", rich_help_panel=NUMBERS),
]
Confidence = Annotated[
    float,
    typer.Option(
        "--level", min=0.5, max=0.999, help="Level of the intervals.", rich_help_panel=NUMBERS
    ),
]

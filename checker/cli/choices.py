"""Words that options take, and options that several commands share."""

import re
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from checker.errors import BadRequest

ROOT = re.compile(r"(?P<name>[A-Za-z0-9_-]{2,})=(?P<path>.+)", re.DOTALL)
"""How a folder is opened; a name of one letter would be a drive of Windows."""


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
    Path,
    typer.Argument(
        metavar="STUDY",
        help="The description of a study: a YAML file, or a workbook of `checker worksheet`.",
    ),
]
Guidelines = Annotated[
    list[str] | None,
    typer.Option(
        "--guideline",
        metavar="NAME|FILE",
        help="Ask what this guideline asks, instead of those that apply; can be repeated.",
    ),
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
Root = Annotated[
    list[str] | None,
    typer.Option(
        "--root",
        metavar="NAME=PATH",
        help="Open a folder besides that of the study; the description names what lies in it as NAME:path. "
        "Can be repeated.",
    ),
]
Paper = Annotated[
    Path | None,
    typer.Option(
        "--manuscript",
        metavar="FILE",
        help="Look quotes up in this paper (.pdf, .docx, .md, .txt) instead of the one that the description names.",
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


def roots_of(texts: Sequence[str] | None) -> dict[str, Path]:
    """Return the folder of each ``NAME=PATH``.

    Raises:
        BadRequest: one is not written so, comes twice, or there is no such folder.
    """
    found: dict[str, Path] = {}
    for text in texts or ():
        match = ROOT.fullmatch(text)
        if match is None:
            raise BadRequest(
                f'--root "{text}": write it as NAME=PATH, the name of two or more letters, digits, _ and -, '
                "for example nas=/data"
            )
        name, path = match["name"], Path(match["path"])
        if name in found:
            raise BadRequest(f"--root {text}: {name} comes twice")
        if not path.is_dir():
            raise BadRequest(f"--root {text}: there is no such folder")
        found[name] = path
    return found

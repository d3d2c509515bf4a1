"""The command `demo`: the example that ships inside, checked and reported."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli import console, outputs
from checker.cli.ending import DONE, Ending

if TYPE_CHECKING:
    from checker.model.report import Report

EXAMPLE = "indian_liver_patients"
FILES = tuple(Path("out") / f"report.{suffix}" for suffix in ("html", "pdf", "json"))
SHOWN = ("critical", "major")
"""Severities of the findings that are printed; the reports have all."""


def demo() -> Ending:
    """Check the example that ships inside, and write the report to out/."""
    from checker import pipeline, resources

    study = resources.folder("examples") / EXAMPLE / "study.yaml"
    with console.working("Checking the example"):
        report = pipeline.check(study)
        written = outputs.write_all(report, FILES)
    lies = [f"The report: {', '.join(map(str, written.files))}"] if written.files else []
    lies += [f"The study, and what was planted in it: {study.parent}"]
    lies += ["Your own: checker new my-study --task classification --from predictions.csv"]
    console.say("\n".join([*_lines(report, console.screen().width), *lies]))
    for remark in (*written.notes, *written.failures):
        console.note(remark)
    return DONE


def _lines(report: "Report", width: int) -> Iterator[str]:
    """Return the result in a few lines; a demonstration is a show, whatever it finds."""
    yield from textwrap.wrap(report.study.title, width)
    yield ""
    for sentence in report.in_short:
        yield from textwrap.wrap(sentence, width)
    yield ""
    for each in report.findings:
        if each.severity in SHOWN:
            words = f"{each.severity} {each.code} {each.where}: {each.message}"
            yield from textwrap.wrap(words, width, subsequent_indent="  ")
    yield ""

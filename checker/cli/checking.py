"""The commands `validate` and `check`."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import console, outputs
from checker.cli.choices import (
    Confidence,
    FailLevel,
    Form,
    Level,
    Outputs,
    Paper,
    ReportForm,
    Resamples,
    Root,
    Seed,
    Study,
    roots_of,
)
from checker.cli.ending import DONE, Ending, counted
from checker.cli.running import running
from checker.errors import BadSubmission, ExitCode, Problem
from checker.visible import to_json_text, visible

if TYPE_CHECKING:
    from checker.model.place import Place
    from checker.model.report import Report
    from checker.reading.documents import StudyDocument


def validate(
    study: Study,
    manuscript: Paper = None,
    root: Root = None,
    form: Annotated[Form, typer.Option("--format", help="How the result is printed.")] = Form.TEXT,
) -> Ending:
    """Read a description only: every problem at once, with file, line, place and hint; and where its quotes are."""
    from checker.cli.quoting import quotes_of, say_quotes
    from checker.reading.documents import read_study

    try:
        document = read_study(study)
        if document.study.statements.appraisals or document.study.statements.not_applicable:
            from checker.reading.answers import require_answers  # long to load

            require_answers(document)
        places = quotes_of(document, study.parent, roots_of(root), manuscript)
    except BadSubmission as bad:
        if form is Form.JSON:
            console.send(
                _as_json({"file": str(study), "problems": list(map(_problem, bad.problems))})
            )
            found = f"{counted(len(bad.problems), 'problem')} in {study.name}"
            return Ending(ExitCode.UNUSABLE, found)
        raise
    _say_described(study, document, places, form)
    if form is Form.TEXT:
        say_quotes(document, places, manuscript)
    return DONE


def _say_described(
    file: Path, document: "StudyDocument", places: Sequence["Place"], form: Form
) -> None:
    from checker.cli.quoting import as_plain
    from checker.model.study.facts import described

    present, asked = described(document.study)
    if form is Form.JSON:
        console.send(
            _as_json(
                {
                    "file": str(file),
                    "notes": [
                        {
                            "line": None if each.cell else each.line,
                            "path": each.at,
                            "message": each.message,
                            "cell": each.cell,
                        }
                        for each in document.notes
                    ],
                    "described": {"present": present, "asked": asked},
                    "quotes": as_plain(document, places),
                }
            )
        )
        return
    for each in document.notes:
        console.note(visible(each.told(document.file)))
    console.say(f"{visible(document.file)}: described so far: {present} of {asked} facts")


def _as_json(result: dict[str, object]) -> str:
    whole = {"file": "", "problems": [], "notes": [], "described": None, "quotes": []} | result
    return to_json_text(whole)


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.file,
        "line": problem.line,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
        "cell": problem.cell,
    }


def check(
    study: Study,
    output: Outputs = None,
    form: Annotated[
        ReportForm, typer.Option("--format", help="How the report is printed to stdout.")
    ] = ReportForm.TEXT,
    fail_on: Annotated[
        FailLevel, typer.Option(help="Findings from this severity on make the exit code 1.")
    ] = FailLevel.CRITICAL,
    show: Annotated[
        Level, typer.Option(help="Findings from this severity on are printed as text.")
    ] = Level.MINOR,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Apply only rules that begin so; can be repeated."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", help="Leave out rules that begin so; can be repeated."),
    ] = None,
    guideline: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|FILE",
            help="Appraise by this guideline instead of those that apply; can be repeated.",
        ),
    ] = None,
    manuscript: Paper = None,
    root: Root = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
    second_opinion: Annotated[
        bool,
        typer.Option(
            "--second-opinion",
            help="Compute once more with scikit-learn what it defines as we do, and show both.",
        ),
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Stop at the first rule that fails, which is our fault."),
    ] = False,
) -> Ending:
    """Check a study: recompute its numbers, compare its claims, look for bias and for gaps."""
    files = tuple(output or ())
    outputs.require_known(files)
    papers = [manuscript] if manuscript else []
    outputs.require_apart(files, [study, *papers, *map(Path, guideline or ())])
    from checker import pipeline
    from checker.model.settings import Settings

    roots = roots_of(root)
    if any(map(os.path.exists, files)):
        outputs.require_apart(files, pipeline.tables(study, roots))
    broken: list[Problem] = []
    with running(f"Checking {study}", os.path.realpath(study)) as how:
        report = pipeline.check(
            study,
            pipeline.Options(
                settings=Settings(
                    seed=seed, resamples=resamples, level=level, second_opinion=second_opinion
                ),
                select=tuple(select or ()),
                ignore=tuple(ignore or ()),
                guidelines=tuple(guideline or ()),
                strict=strict,
                running=how,
                roots=roots,
                manuscript=manuscript,
                reported=broken.append,
            ),
        )
        written = outputs.write_all(report, files)
    show_report(report, form, show)
    say_written(written)
    return say_broken(broken) or _ending(report, written.failures, fail_on)


def say_broken(broken: Sequence[Problem]) -> Ending | None:
    """Tell which cases could not be read; None where all could."""
    if not broken:
        return None
    from checker.cases import apart

    for each in apart(broken):
        place = f"{each.file}, {each.path}"
        console.note(str(Problem(place, None, "", each.message, each.hint)))
    said = f"{counted(len(broken), 'case')} could not be read; the others were scored"
    return Ending(ExitCode.UNUSABLE, said)


def show_report(report: "Report", form: ReportForm, show: Level = Level.MINOR) -> None:
    """Print the report to stdout."""
    from checker import render

    match form:
        case ReportForm.JSON:
            console.send(render.to_json(report))
        case ReportForm.HTML:
            console.send(render.to_html(report))
        case ReportForm.MD:
            console.send(render.to_markdown(report))
        case ReportForm.TEXT:
            shown, hidden = _shown(report, show)
            width, colour, unicode = console.screen()
            console.say(render.to_terminal(shown, width=width, colour=colour, unicode=unicode))
            if hidden:
                console.note(f"{counted(hidden, 'finding')} below {show} not shown (--show minor)")


def _shown(report: "Report", show: Level) -> tuple["Report", int]:
    """Return the report with the findings to print, and how many are left out."""
    from dataclasses import replace

    levels = _from(show)
    findings = tuple(each for each in report.findings if each.severity in levels)
    return replace(report, findings=findings), len(report.findings) - len(findings)


def _from(level: str) -> list[str]:
    """Return the severities that are at least this bad; none if `level` is none of them."""
    names = [each.value for each in Level]
    return names[: names.index(level) + 1] if level in names else []


def say_written(written: outputs.Written) -> None:
    """Tell which outputs exist now, and which do not."""
    for file in written.files:
        console.note(visible(f"wrote {file}"))
    for remark in (*written.notes, *written.failures):
        console.note(visible(remark))


def _ending(report: "Report", failures: Sequence[str], fail_on: FailLevel) -> Ending:
    if crashed := sorted({each.rule for each in report.not_run if each.our_fault}):
        return Ending(
            ExitCode.OUR_FAULT,
            f"{', '.join(crashed)} failed, which is our fault; --strict --debug shows where",
        )
    if failures:
        return Ending(ExitCode.UNUSABLE, f"{counted(len(failures), 'output')} not written")
    return findings_ending(report, fail_on)


def findings_ending(report: "Report", fail_on: FailLevel) -> Ending:
    """Return what the findings mean for the exit code; waived ones mean nothing."""
    levels = _from(fail_on)
    by = Counter(each.severity.value for each in report.findings if not each.waived)
    failing = [f"{by[level]} {level}" for level in levels if by[level]]
    if not failing:
        return DONE
    noun = "finding" if sum(by[level] for level in levels) == 1 else "findings"
    return Ending(ExitCode.FINDINGS, f"{' and '.join(failing)} {noun}; --fail-on {fail_on}")

"""The command `score`: a published quality score from a sheet of answers, without a description of the study."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import console, outputs
from checker.cli.choices import Form
from checker.cli.ending import DONE, Ending, counted
from checker.errors import BadRequest, ExitCode, OutputFailed
from checker.visible import visible

if TYPE_CHECKING:
    from checker.model.quality import QualityScore
    from checker.model.score_guideline import Question, ScoreGuideline


def score(
    guideline: Annotated[
        str,
        typer.Argument(
            metavar="GUIDELINE",
            help="The quality score: metrics_2024, appraise_ai_2023, rqs_2017, or a YAML file of your own.",
        ),
    ],
    answers: Annotated[
        Path | None,
        typer.Argument(
            metavar="ANSWERS",
            help="A YAML sheet of answers, or a table with a row for each study. "
            "Without it an empty sheet is printed, to fill in.",
        ),
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="How the result is printed to stdout.")
    ] = Form.TEXT,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the result to a .html, .md, .json, .csv or .txt file; can be repeated.",
        ),
    ] = None,
) -> Ending:
    """Compute a published quality score from an assessor's answers, with the list behind the number."""
    found = _guideline(guideline)
    files = tuple(output or ())
    if answers is None:
        _require_nothing(files, form)
        console.send("\n".join(empty_sheet(found)) + "\n")
        return DONE
    _require_known(files)
    outputs.require_apart(files, [answers, Path(guideline)])
    from checker.appraisal.scores import quality_score
    from checker.reading.answers import read_answers

    scores = [quality_score(found, each) for each in read_answers(answers, found)]
    failures = _write(scores, files)
    _show(scores, form)
    for each in failures:
        console.note(visible(each))
    if failures:
        return Ending(ExitCode.UNUSABLE, f"{counted(len(failures), 'output')} not written")
    return DONE


def _write(scores: "Sequence[QualityScore]", files: tuple[Path, ...]) -> list[str]:
    """Write every output that can be written, and return a sentence for each that cannot."""
    from checker.render.scores_alone import written

    failures = []
    for file in files:
        try:
            outputs.save(file, written(scores, file.suffix.lower()).encode("utf-8"))
            console.note(visible(f"wrote {file}"))
        except OutputFailed as failed:
            failures.append(f"{file} was not written: {failed}")
    return failures


def _show(scores: "Sequence[QualityScore]", form: Form) -> None:
    from checker.render import scores_alone
    from checker.render.layout import Screen

    if form is Form.JSON:
        console.send(scores_alone.to_json(scores))
        return
    width, colour, unicode = console.screen()
    screen = Screen(width=width, colour=colour, unicode=unicode)
    console.say(scores_alone.to_text(scores, screen))


def _require_nothing(files: tuple[Path, ...], form: Form) -> None:
    """Complain about a wish for a result where there are no answers.

    Raises:
        BadRequest: an output or a form is asked for.
    """
    if files or form is not Form.TEXT:
        raise BadRequest(
            "without ANSWERS there is nothing to score; the empty sheet is printed to stdout"
        )


def _require_known(files: tuple[Path, ...]) -> None:
    """Complain about an output before any work is done for it.

    Raises:
        BadRequest: its ending is of no format.
    """
    from checker.render.scores_alone import SUFFIXES

    for file in files:
        if file.suffix.lower() not in SUFFIXES:
            known = ", ".join(SUFFIXES)
            raise BadRequest(f"{file}: the ending decides the format, and must be one of {known}")


def _guideline(name: str) -> "ScoreGuideline":
    """Return the quality score of that name, or the one in that file.

    Raises:
        BadRequest: it is neither.
        BadSubmission: the file cannot be used.
    """
    from checker.model.score_guideline import ScoreGuideline
    from checker.reading.guidelines import read_guideline, read_index, score_guidelines
    from checker.reading.plain_values import nearest
    from checker.rules import RULES

    if Path(name).suffix in (".yaml", ".yml"):
        own = read_guideline(Path(name), rules=RULES)
        if isinstance(own, ScoreGuideline):
            return own
        raise BadRequest(
            f"{name} is a reporting guideline; a quality score has kind: quality_score"
        )
    known = [entry.id for entry in read_index() if entry.kind == "quality_score"]
    wanted = _spelled(name)
    meant = [each for each in known if wanted and _spelled(each).startswith(wanted)]
    if len(meant) == 1:
        return score_guidelines(meant)[0]
    hint = nearest(name, known)
    listed = f"there is {', '.join(known)}, or a YAML file"
    raise BadRequest(f"{name} is no quality score of this version; {hint or listed}")


def _spelled(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def empty_sheet(guideline: "ScoreGuideline") -> Iterator[str]:
    """Yield the lines of a YAML sheet with every question as a comment, and nothing answered."""
    yield f"# Answers to {guideline.title} ({guideline.year})."
    yield f"# Fill in what was looked at; what stays empty is open, not a no. {guideline.score.blanks}"
    yield f"# Then: checker score {guideline.id} THIS_FILE"
    yield '# An answer with its reason: "1": {answer: yes, reason: why, place: page 4}'
    yield f"guideline: {guideline.id}"
    yield from ("study:", "assessor:", "answers:")
    for condition in guideline.conditions:
        yield f"  # {condition.meaning} (yes, no)"
        yield f"  {condition.id}:"
    for item in guideline.items:
        yield ""
        weight = f", weight {item.weight:g}" if item.weight is not None else ""
        only = f"; only if {' and '.join(item.applicable_if)}" if item.applicable_if else ""
        yield f"  # {item.section}, item {item.id}: {item.topic}{weight}{only}"
        yield f"  # {item.scoring_rule}"
        for question in item.asked:
            yield f"  # {question.asks} ({_allowed(question)})"
            yield f'  "{question.id}":'


def _allowed(question: "Question") -> str:
    """Return the answers with their points, where they are more than a yes for 1."""
    if question.points == {"no": 0, "yes": 1}:
        return "yes, no"
    return ", ".join(f"{word} {points:g}" for word, points in question.points.items())

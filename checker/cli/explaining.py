"""The commands `explain`, `list` and `schema`: what there is, and what it means."""

import json
import textwrap
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import console
from checker.cli.choices import Form, Guidelines
from checker.cli.ending import DONE, Ending
from checker.errors import BadRequest
from checker.visible import to_json_text, visible


class Kind(StrEnum):
    """What `list` lists."""

    RULES = "rules"
    METRICS = "metrics"
    GUIDELINES = "guidelines"
    FACTS = "facts"
    QUESTIONS = "questions"


def explain(
    name: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME",
            help="A rule (LEA001) or its domain (LEA), a metric (auroc, AUC), an item (TRIPOD+AI 12d, 12d), "
            "a guideline (tripod_ai_2024) or a fact (outcome.blinding).",
        ),
    ],
) -> Ending:
    """Show the page of a rule, a metric, a guideline item or a fact."""
    from checker.cli.pages import page

    text = page(" ".join(name))
    width, colour, _ = console.screen()
    console.say(_rich(text, width) if colour else _plain(text, width))
    return DONE


def _rich(text: str, width: int) -> str:
    from rich.console import Console
    from rich.markdown import Markdown

    painter = Console(width=min(width, 100), force_terminal=True)
    with painter.capture() as captured:
        painter.print(Markdown(text))
    return captured.get()


def _plain(text: str, width: int) -> str:
    """Return Markdown as lines of at most that width, without its signs."""
    lines = []
    for line in text.replace("**", "").replace("`", "").split("\n"):
        bare = line.removeprefix("# ")
        indent = "  " if bare.startswith("- ") else ""
        lines += textwrap.wrap(
            bare, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)


def show_list(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="rules, metrics, guidelines, facts, questions.")
    ],
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="STUDY",
            help="Of questions: the study that they are about. Without one nothing is answered.",
        ),
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="How the list is printed.")] = Form.TEXT,
    guideline: Guidelines = None,
) -> Ending:
    """List what there is: rules, metrics, guidelines, facts, or the questions about a study with their answers."""
    if kind is Kind.QUESTIONS:
        return _show_questions(study, form, tuple(guideline or ()))
    if study is not None or guideline:
        raise BadRequest(f"checker list {kind} takes no study and no guideline; questions do")
    rows = _rows(kind)
    if form is Form.JSON:
        console.send(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    else:
        console.say(_table(rows, console.screen().width))
    return DONE


def _show_questions(study: Path | None, form: Form, guidelines: tuple[str, ...]) -> Ending:
    """Print the questions about a study; as text those that concern it."""
    from checker import pipeline
    from checker.model.question import QuestionState
    from checker.render.to_json import plain

    asked = pipeline.questions(study, guidelines)
    if form is Form.JSON:
        result = {
            "format": "checker-questions-1",
            "study": asked.document.file if asked.document else "",
            "guidelines": plain(asked.counting),
            "questions": plain(asked.questions),
        }
        console.send(to_json_text(result))
        return DONE
    shown = [each for each in asked.questions if each.state is not QuestionState.NOT_ASKED]
    rows = [
        {"fact": each.fact, "question": each.question, "state": _STATE_WORDS[each.state]}
        for each in shown
    ]
    console.say(visible(_table(rows, console.screen().width), kept="\n"))
    return DONE


_STATE_WORDS = {
    "open": "open",
    "partly": "partly answered",
    "answered": "answered",
    "not_reported": "not reported",
    "not_applicable": "does not apply",
}


def _rows(kind: Kind) -> list[dict[str, str]]:
    match kind:
        case Kind.RULES:
            from checker.rules import RULES

            return [
                {"code": each.code, "severity": each.severity, "title": each.title}
                for _, each in sorted(RULES.items())
            ]
        case Kind.METRICS:
            from checker.model.metric_names import METRIC_NAMES

            return [
                {"name": each.name, "label": each.label, "tasks": ", ".join(each.tasks)}
                for each in METRIC_NAMES.values()
            ]
        case Kind.GUIDELINES:
            from checker.reading.guidelines import guidelines

            return [
                {"name": each.id, "items": str(len(each.items)), "title": each.title}
                for each in guidelines()
            ]
        case _:
            from checker.model.study.facts import FACTS

            return [
                {"name": each.name, "meaning": each.meaning, "type": each.type}
                for each in FACTS.values()
            ]


def _table(rows: Sequence[dict[str, str]], width: int) -> str:
    """Return the rows as columns; the last one is wrapped, and takes up others that leave it no room."""
    cells = [list(row.values()) for row in rows]
    while len(cells[0]) > 2 and width - _margin(cells) < 30:
        cells = [[*row[:-2], f"{row[-2]} ({row[-1]})"] for row in cells]
    margin = _margin(cells)
    sizes = [max(map(len, column)) for column in zip(*cells, strict=True)][:-1]
    lines = []
    for *first, last in cells:
        head = "".join(f"{cell:<{size}}  " for cell, size in zip(first, sizes, strict=True))
        body = _wrapped(last, max(width, margin + 20), " " * margin) or [""]
        lines += [(head + body[0].lstrip()).rstrip(), *body[1:]]
    return "\n".join(lines)


def _margin(cells: Sequence[Sequence[str]]) -> int:
    """Return where the last column begins."""
    return sum(max(map(len, column)) + 2 for column in list(zip(*cells, strict=True))[:-1])


def _wrapped(text: str, width: int, indent: str) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)


def schema() -> Ending:
    """Print the JSON Schema of a study description, for editors."""
    from checker import resources

    path = resources.folder("schemas") / "study.schema.json"
    console.send(path.read_text(encoding="utf-8"))
    return DONE

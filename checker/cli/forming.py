"""The command `form`: the checklist for the journal, in its own Word form or in ours, and the audit beside it."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import console, outputs
from checker.cli.checking import say_broken, say_written
from checker.cli.choices import Paper, Root, Study, roots_of
from checker.cli.ending import DONE, Ending, counted
from checker.cli.running import running
from checker.errors import BadRequest, ExitCode, Problem

if TYPE_CHECKING:
    from checker.forming import Ready
    from checker.forms.filling import About, Filled
    from checker.model.form import Form

AUDIT = "audit"
"""Stands in the name of every internal audit, and in that of no form."""
SHOWN = 12
"""Most items that one line names."""
PLACES = 'add under statements.locations: {{about: {about}, place: "Methods, p. 7"}}'


def form(
    guideline: Annotated[
        str,
        typer.Argument(
            metavar="GUIDELINE",
            help="The reporting guideline (tripod_ai_2024, TRIPOD+AI), or a YAML file of your own.",
        ),
    ],
    study: Study,
    output: Annotated[
        list[Path],
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the form to a .docx, .pdf, .csv or .xlsx file; can be repeated. "
            "Folders that do not exist are made.",
        ),
    ],
    into: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The journal's official form, a .docx file: its place column is filled, nothing else is touched.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="With --into: replace what stands in a cell already."),
    ] = False,
    column: Annotated[
        str,
        typer.Option(
            metavar="HEADING",
            help="With --into: a piece of the heading of the column for the place, where it is not recognised.",
        ),
    ] = "",
    anonymous: Annotated[
        bool,
        typer.Option(
            "--anonymous",
            help="For review without names: no title of the study, no names of centres, sources and funders, no links, "
            "addresses and paths, no names in the file's properties.",
        ),
    ] = False,
    audit: Annotated[
        bool,
        typer.Option(
            "--audit",
            help="Write the internal audit instead: statuses, missing parts, contradictions, findings. "
            "It is stamped, and not for submission.",
        ),
    ] = False,
    manuscript: Paper = None,
    root: Root = None,
) -> Ending:
    """Write the checklist that a journal asks for: where the paper reports each item of a guideline."""
    files = tuple(output)
    _require_possible(files, into, audit=audit)
    _require_together(into, replace=replace, column=column, anonymous=anonymous, audit=audit)
    given = [each for each in (into, manuscript) if each]
    outputs.require_apart(files, [study, *given, Path(guideline)])
    if audit:
        return _audit(guideline, study, files, roots_of(root), manuscript)
    from checker import forming

    ready = forming.form(
        guideline, study, anonymous=anonymous, manuscript=manuscript, roots=roots_of(root)
    )
    return _form(ready, files, into, replace=replace, column=column)


def _require_possible(files: Sequence[Path], into: Path | None, *, audit: bool) -> None:
    """Complain about an output that cannot be, before any work is done for it.

    Raises:
        BadRequest: its ending or its name does not fit what it is.
    """
    from checker.render.sheets import FORMATS, STAMPED

    known = [".docx"] if into else list(STAMPED) if audit else sorted(FORMATS)
    why = "; the filled form is a Word file" if into else ""
    why = "; an audit is stamped on each page" if audit else why
    for file in files:
        if file.suffix.lower() not in known:
            raise BadRequest(f"{file}: the ending must be one of {', '.join(known)}{why}")
        if (AUDIT in file.stem.casefold()) is not audit:
            raise BadRequest(_wrong_name(file, audit=audit))


def _wrong_name(file: Path, *, audit: bool) -> str:
    if audit:
        better = file.with_stem(f"{file.stem}-internal-{AUDIT}")
        return f"{file}: an audit must not be taken for the form; name it with the word audit, such as {better}"
    return (
        f"{file}: this is the form for the journal; name it without the word audit, or add --audit"
    )


def _require_together(
    into: Path | None, *, replace: bool, column: str, anonymous: bool, audit: bool
) -> None:
    """Complain about options that do not go together.

    Raises:
        BadRequest: says which.
    """
    if audit and (into or anonymous):
        raise BadRequest(f"--audit writes no form; leave {'--into' if into else '--anonymous'} out")
    if into is None and (replace or column):
        raise BadRequest(
            f"{'--replace' if replace else '--column'} is about an official form; add --into"
        )


def _form(
    ready: "Ready", files: Sequence[Path], into: Path | None, *, replace: bool, column: str
) -> Ending:
    filled = _filled(into, ready.form, replace=replace, column=column) if into else None
    written = outputs.write_made(files, _makers(ready.form, filled, files))
    say_written(written)
    for line in (*ready.notes, *_told(ready.form, filled)):
        console.note(line)
    return _ending(written)


def _makers(
    form: "Form", filled: "Filled | None", files: Sequence[Path]
) -> dict[Path, outputs.Maker]:
    """Return what makes each file: the filled form, or ours."""
    from checker.render.sheets.of_form import of_form

    if filled is None:
        return {file: outputs.sheet_maker(of_form(form), file) for file in files}
    data = filled.data
    return dict.fromkeys(files, lambda: (data, ""))


def _filled(into: Path, form: "Form", *, replace: bool, column: str) -> "Filled":
    from checker import forming
    from checker.forms.filling import fill
    from checker.forms.package import read_package

    others = {name: ids for name, ids in forming.items_of_all().items() if name != form.guideline}
    return fill(read_package(into), form, replace=replace, column=column, others=others)


def _audit(
    guideline: str,
    study: Path,
    files: Sequence[Path],
    roots: dict[str, Path],
    manuscript: Path | None,
) -> Ending:
    from checker import forming, pipeline
    from checker.render.sheets.of_audit import of_audit

    found = forming.guideline_called(guideline)
    name = guideline if Path(guideline).suffix in (".yaml", ".yml") else found.id
    broken: list[Problem] = []
    with running(f"Checking {study}", os.path.realpath(study)) as how:
        asked = pipeline.Options(
            guidelines=(name,),
            roots=roots,
            running=how,
            reported=broken.append,
            manuscript=manuscript,
        )
        sheet = of_audit(pipeline.check(study, asked))
        written = outputs.write_made(files, {f: outputs.sheet_maker(sheet, f) for f in files})
    say_written(written)
    return say_broken(broken) or _ending(written)


def _ending(written: outputs.Written) -> Ending:
    if written.failures:
        return Ending(ExitCode.UNUSABLE, f"{counted(len(written.failures), 'output')} not written")
    return DONE


# What the author is told


def _told(form: "Form", filled: "Filled | None") -> Iterator[str]:
    """Yield what stands in the form, what is left to do, and what could not be written, and why."""
    from checker.model.form import Said

    by = {said: [row.item for row in form.rows if row.said is said] for said in Said}
    said = f"{len(by[Said.PLACE])} with a place, {len(by[Said.NOT_APPLICABLE])} not applicable, "
    yield f"{form.name}: of {counted(len(form.rows), 'item')} {said}{len(by[Said.NOT_REPORTED])} not reported"
    if filled:
        yield from _told_of(filled)
    if nowhere := by[Said.NOWHERE]:
        yield f"blank, described but nothing says where ({len(nowhere)}): {_listed(nowhere)}"
        yield f"    hint: {PLACES.format(about=f'{form.guideline}/{nowhere[0]}')}"
        yield "    hint: about a fact (outcome.definition) instead of an item it serves all guidelines"
    if partly := [row.item for row in form.rows if row.said is Said.PLACE and row.is_part]:
        yield f"described in part; checker check says what is missing ({len(partly)}): {_listed(partly)}"
    if nobody := by[Said.NOT_DESCRIBED]:
        yield f"blank, not described yet ({len(nobody)}): {_listed(nobody)}"
        yield f"    hint: checker explain {form.guideline}/{nobody[0]} shows which facts answer an item"
    if form.anonymous:
        yield from _told_anonymous(form)


def _told_of(filled: "Filled") -> Iterator[str]:
    items = {item for each in filled.written for item in each.item.split(", ")}
    yield f"filled in the form: {counted(len(items), 'item')}"
    yield from filled.notes
    yield from _abouts("could not be placed", filled.unplaced)
    yield from _abouts(
        "left as it was, since text stands there (--replace replaces it)", filled.kept
    )
    yield from _abouts("replaced; before it was", filled.replaced)
    if filled.undecided:
        listed = _listed(list(dict.fromkeys(filled.undecided)))
        yield f"the answer (Yes, No) is left to you, since the item is described in part: {listed}"


def _abouts(what: str, abouts: Sequence["About"]) -> Iterator[str]:
    """Yield one line for the items of which the same is told."""
    same: dict[str, list[str]] = {}
    for each in abouts:
        same.setdefault(each.words, []).append(each.item)
    for words, items in same.items():
        yield f"{what}: {_listed(items)}: {words}"


def _told_anonymous(form: "Form") -> Iterator[str]:
    if form.hidden:
        yield f"taken out: {'; '.join(form.hidden)}"
    yield (
        "anonymous as far as the description tells names; look through the file yourself before you hand it in"
    )


def _listed(items: Sequence[str]) -> str:
    left = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" and {left} more" if left > 0 else "")

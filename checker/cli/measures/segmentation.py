"""`metrics segmentation`: masks against reference masks, or the measures of masks that were computed before."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli import console, outputs
from checker.cli.checking import say_broken
from checker.cli.choices import Confidence, Form, Resamples, Seed, roots_of
from checker.cli.ending import Ending
from checker.cli.measures.shared import (
    Format,
    Groups,
    Output,
    Patient,
    answered,
    begin,
    finish,
    named_columns,
    number,
    once,
    require_endings,
)
from checker.cli.running import running
from checker.errors import BadRequest, ExitCode, OutputFailed

if TYPE_CHECKING:
    from checker.cases import Masks, People, Running
    from checker.measuring import MapQuestion, MaskQuestion, Measured

WHERE = "Which masks"
WHAT = "What is measured"
WHOSE = "Patients and groups"
HOW = "Many cases"


def _in(panel: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, **more)


def segmentation(
    table: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="In place of masks: a table with a row for each case and structure, as --per-case writes it.",
        ),
    ] = None,
    reference: Annotated[
        str | None,
        _in(WHERE, metavar="PATH", help="Reference masks: a folder, a file, or a table of them."),
    ] = None,
    prediction: Annotated[
        str | None, _in(WHERE, metavar="PATH", help="The masks to score, matched by name.")
    ] = None,
    compare: Annotated[
        list[str] | None,
        _in(
            WHERE,
            metavar="NAME=PATH",
            help="Masks of another algorithm, compared on the same cases; can be repeated.",
        ),
    ] = None,
    root: Annotated[
        list[str] | None,
        _in(WHERE, metavar="NAME=PATH", help="A folder; PATH may then be written NAME:labelsTs."),
    ] = None,
    label: Annotated[
        list[str] | None,
        _in(
            WHAT,
            metavar="NAME=VALUE",
            help="A structure and its label, or several: liver=1+2; can be repeated. Else as the files tell.",
        ),
    ] = None,
    prediction_label: Annotated[
        list[str] | None,
        _in(WHAT, metavar="NAME=VALUE", help="The same where predictions have another label."),
    ] = None,
    tolerance: Annotated[
        list[float] | None,
        _in(
            WHAT,
            metavar="MM",
            parser=number,
            help="Tolerance of the surface Dice; can be repeated.",
        ),
    ] = None,
    cutoff: Annotated[
        float | None,
        _in(
            WHAT,
            metavar="P",
            parser=number,
            help="Predictions are probabilities: inside from P on.",
        ),
    ] = None,
    spacing: Annotated[
        str | None,
        _in(WHAT, metavar="X,Y,Z", help="Voxel spacing in mm, of masks that carry none."),
    ] = None,
    vessel: Annotated[
        list[str] | None,
        _in(WHAT, metavar="NAME", help="This structure is a vessel: also its centreline."),
    ] = None,
    lesions: Annotated[
        list[str] | None,
        _in(WHAT, metavar="NAME", help="This structure is lesions: also how many are found."),
    ] = None,
    all_definitions: Annotated[
        bool,
        _in(
            WHAT, "--all-definitions", help="Also what only some software calls so, in --per-case."
        ),
    ] = False,
    cases: Annotated[
        Path | None,
        _in(
            WHOSE, metavar="FILE", help="A table with a row for each case: its patient, its groups."
        ),
    ] = None,
    case: Annotated[
        str, _in(WHOSE, metavar="COL", help="Column of that table that names the case.")
    ] = "case",
    patient: Patient = None,
    group: Groups = None,
    per_case: Annotated[
        Path | None,
        _in(HOW, metavar="FILE.csv", help="Write the measures of every case and structure."),
    ] = None,
    workers: Annotated[
        int | None,
        _in(
            HOW, metavar="N", min=1, help="Cases measured at once; one for each core if not given."
        ),
    ] = None,
    work: Annotated[
        Path | None,
        _in(
            HOW,
            metavar="FILE",
            help="Keep what is finished here, so that a run that was stopped goes on. Else in the user's cache, until "
            "the end.",
        ),
    ] = None,
    form: Format = Form.TEXT,
    output: Output = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
) -> Ending:
    """Measure masks against reference masks: overlap, surface distances, volumes, vessels, lesions."""
    if table is not None:
        _require_no_masks(reference=reference, prediction=prediction, cases=cases, compare=compare)
        return _of_table(
            begin(table, patient, group, None, None, form, output, seed, resamples, level), case
        )
    if reference is None or prediction is None:
        raise BadRequest("name the masks: --reference PATH --prediction PATH")
    require_endings([per_case] if per_case else [], (".csv",))
    opened = roots_of(root)
    asked = _masks(
        path_in(reference, opened), path_in(prediction, opened), label, prediction_label,
        tolerance, cutoff, spacing, vessel, lesions, all_definitions,
    )  # fmt: skip
    common = begin(
        asked.prediction, patient, group, None, None, form, output, seed, resamples, level
    )
    outputs.require_apart([*common.files, *([per_case] if per_case else [])])
    others = {
        name: path_in(path, opened)
        for name, path in named_columns("--compare", compare, "unet=predictions/unet").items()
    }
    for named, path in others.items():
        if not path.exists():
            raise BadRequest(f"--compare {named}={path}: there is no such file or folder")
    people = _people(cases, case, patient, group)
    name = f"{asked.reference.resolve()}\0{asked.prediction.resolve()}"
    with running(f"Measuring {asked.prediction}", name, workers=workers, store=work) as how:
        question = _question(asked, others, people, how, common)
        return answered_images(question, common.files, form, per_case)


def _require_no_masks(**given: object) -> None:
    """Refuse options about masks beside a table of measures.

    Raises:
        BadRequest: one is given.
    """
    if named := [name for name, value in given.items() if value]:
        raise BadRequest(f"--{named[0]}: name masks, or a table of their measures, not both")


def _of_table(common: Any, case: str) -> Ending:
    from checker.reading.tables import read_table
    from checker.reading.task_columns import SegmentationColumns

    columns = read_table(common.file, name=str(common.file)).columns
    structure = "structure" if "structure" in columns else None
    return finish(common, SegmentationColumns(case=case, structure=structure, **common.rows))


def path_in(text: str, opened: Mapping[str, Path]) -> Path:
    """Return the path of a text, which may begin with the name of a folder that was opened."""
    name, colon, rest = text.partition(":")
    if colon and name in opened:
        return opened[name] / rest
    return Path(text)


def _masks(
    reference: Path,
    prediction: Path,
    label: Sequence[str] | None,
    prediction_label: Sequence[str] | None,
    tolerance: Sequence[float] | None,
    cutoff: float | None,
    spacing: str | None,
    vessel: Sequence[str] | None,
    lesions: Sequence[str] | None,
    all_definitions: bool,
) -> "Masks":
    from checker.cases import Masks

    for option, values in (("--tolerance", tolerance or ()), ("--cutoff", (cutoff,))):
        for value in values:
            if value is not None and not 0 < value < float("inf"):
                raise BadRequest(f"{option} {value:g}: a number above 0 is expected")
    return Masks(
        reference=reference,
        prediction=prediction,
        reference_name=reference.name or "reference",
        prediction_name=prediction.name or "prediction",
        structures=labels("--label", label),
        predicted=labels("--prediction-label", prediction_label),
        tolerances_mm=tuple(sorted(set(tolerance or ()))),
        spacing_mm=_spacing(spacing),
        cutoff=cutoff,
        vessels=frozenset(vessel or ()),
        lesions=frozenset(lesions or ()),
        thorough=all_definitions,
    )


def labels(option: str, texts: Sequence[str] | None) -> dict[str, frozenset[int]]:
    """Return the labels of each ``NAME=VALUE``; of a name alone every voxel of its file.

    Raises:
        BadRequest: one is not written so.
    """
    from checker.reading.structures import WHOLE, labels_of

    found: dict[str, frozenset[int]] = {}
    for text in texts or ():
        name, equals, value = (each.strip() for each in text.rpartition("="))
        labels = labels_of(value) if equals else WHOLE
        name = name if equals else value
        if labels is None or not name:
            raise BadRequest(f'{option} "{text}": write it as liver=1, or liver=1+2')
        if name in found:
            raise BadRequest(f"{option} {text}: {name} comes twice")
        found[name] = labels
    return found


def _spacing(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    parts = text.split(",")
    try:
        found = tuple(float(each) for each in parts)
    except ValueError:
        found = ()
    if len(found) not in (2, 3) or not all(0 < each < float("inf") for each in found):
        raise BadRequest(f'--spacing "{text}": write two or three lengths in mm, as 0.7,0.7,5')
    return found


def _people(
    file: Path | None, case: str, patient: str | None, group: Sequence[str] | None
) -> "People | None":
    if file is None:
        if patient or group:
            raise BadRequest(
                "--patient and --group are columns of a table of cases: name it by --cases"
            )
        return None
    from checker.cases import People
    from checker.reading.tables import read_table

    table = read_table(file, name=str(file))
    return People(table=table, case=case, patient=patient, groups=once(list(group or ())))


def _question(
    asked: "Masks",
    others: Mapping[str, Path],
    people: "People | None",
    how: "Running",
    common: Any,
) -> "MaskQuestion":
    from checker.measuring import MaskQuestion
    from checker.model.settings import Settings

    return MaskQuestion(
        masks=asked,
        others=others,
        people=people,
        running=how,
        settings=Settings(seed=common.seed, resamples=common.resamples, level=common.level),
    )


def answered_images(
    question: "MaskQuestion | MapQuestion",
    files: tuple[Path, ...],
    form: Form,
    per_case: Path | None,
) -> Ending:
    """Print the answer, write what was asked for, and say which cases could not be read."""
    made: list[Measured] = []
    ending = answered(question, files, form, made.append)
    found = made[0]
    if per_case is not None and found.per_case is not None:
        try:
            outputs.save(per_case, found.per_case().encode("utf-8"))
        except OutputFailed as failed:
            console.note(f"{per_case} was not written: {failed}")
            return Ending(ExitCode.UNUSABLE, "1 output not written")
        console.note(f"wrote {per_case}")
    return say_broken(found.problems) or ending

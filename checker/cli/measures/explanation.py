"""`metrics explanation`: saliency maps against the regions in which prior knowledge expects the saliency."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from checker.cli import outputs
from checker.cli.choices import Confidence, Form, Resamples, Seed, roots_of
from checker.cli.ending import Ending
from checker.cli.measures.segmentation import answered_images, labels, path_in
from checker.cli.measures.shared import (
    Common,
    Format,
    Groups,
    Output,
    Patient,
    begin,
    number,
    once,
    require_endings,
)
from checker.cli.running import running
from checker.errors import BadRequest

if TYPE_CHECKING:
    from checker.cases import Maps, Repeat, Running
    from checker.measuring import MapQuestion
    from checker.metrics.map_measures import Top
    from checker.reading.explained_cases import ExplainedCases

WHERE = "Which maps"
WHAT = "What is measured"
WHOSE = "Classes, patients and groups"
HOW = "Many cases"


def _in(panel: str, *names: str, **more: Any) -> Any:
    return typer.Option(*names, rich_help_panel=panel, **more)


def explanation(
    maps: Annotated[
        str, _in(WHERE, metavar="PATH", help="Saliency maps: a folder, a file, or a table.")
    ],
    regions: Annotated[
        str,
        _in(
            WHERE,
            metavar="PATH",
            help="Masks of the regions, matched by name; one file is of all maps.",
        ),
    ],
    expected: Annotated[
        Path | None,
        _in(
            WHERE,
            metavar="FILE",
            help="YAML or table: the regions that are expected for each class.",
        ),
    ] = None,
    repeat: Annotated[
        list[str] | None,
        _in(
            WHERE,
            metavar="PATH",
            help="Maps of the same cases by another run or model; can be repeated.",
        ),
    ] = None,
    root: Annotated[
        list[str] | None,
        _in(WHERE, metavar="NAME=PATH", help="A folder; PATH may then be written NAME:maps."),
    ] = None,
    region: Annotated[
        list[str] | None,
        _in(
            WHAT,
            metavar="NAME=LABEL",
            help="A region and its label, or several: liver=1+2; can be repeated. Else as the files tell.",
        ),
    ] = None,
    within: Annotated[
        str | None,
        _in(
            WHAT,
            metavar="NAME[=LABEL]",
            help="Search in this region alone; chance is then the share of its area.",
        ),
    ] = None,
    top: Annotated[
        float | None,
        _in(
            WHAT,
            metavar="SHARE",
            parser=number,
            help="The overlap is of this share of the voxels. Else of as many as the region has.",
        ),
    ] = None,
    map_threshold: Annotated[
        float | None,
        _in(
            WHAT,
            metavar="X",
            parser=number,
            help="The overlap is of voxels with at least X of the largest saliency.",
        ),
    ] = None,
    absolute: Annotated[
        bool,
        _in(WHAT, "--absolute", help="Saliency below 0 counts by its size; else not at all."),
    ] = False,
    cases: Annotated[
        Path | None,
        _in(WHOSE, metavar="FILE", help="A table with a row for each case."),
    ] = None,
    case: Annotated[
        str, _in(WHOSE, metavar="COL", help="Column of that table that names the case.")
    ] = "case",
    class_: Annotated[
        str | None, _in(WHOSE, "--class", metavar="COL", help="Column of the class.")
    ] = None,
    correct: Annotated[
        str | None,
        _in(WHOSE, metavar="COL", help="Column that says whether the model was right."),
    ] = None,
    outcome: Annotated[
        str | None, _in(WHOSE, metavar="COL", help="In place of it: column of the outcome ...")
    ] = None,
    decision: Annotated[
        str | None, _in(WHOSE, metavar="COL", help="... and of the model's decision.")
    ] = None,
    patient: Patient = None,
    group: Groups = None,
    per_case: Annotated[
        Path | None,
        _in(HOW, metavar="FILE.csv", help="Write the measures of every map and region."),
    ] = None,
    workers: Annotated[
        int | None,
        _in(HOW, metavar="N", min=1, help="Maps measured at once; one for each core if not given."),
    ] = None,
    work: Annotated[
        Path | None,
        _in(
            HOW,
            metavar="FILE",
            help="Keep what is finished here, so that a run that was stopped goes on.",
        ),
    ] = None,
    form: Format = Form.TEXT,
    output: Output = None,
    seed: Seed = 0,
    resamples: Resamples = 2000,
    level: Confidence = 0.95,
) -> Ending:
    """Measure saliency maps: how much lies in each region, beside what its area gives by chance."""
    require_endings([per_case] if per_case else [], (".csv",))
    opened = roots_of(root)
    common = begin(
        path_in(maps, opened), patient, group, None, None, form, output, seed, resamples, level
    )
    outputs.require_apart([*common.files, *([per_case] if per_case else [])])
    columns = {"class": class_, "correct": correct, "outcome": outcome, "decision": decision}
    asked = _maps(
        common.file,
        path_in(regions, opened),
        _labels(region, within),
        (within or "").partition("=")[0].strip(),
        _top(top, map_threshold),
        _repeats(repeat, opened),
        absolute,
    )
    known = _cases(cases, case, columns, common)
    asked = replace(asked, expected=_expected(expected, known))
    name = f"{asked.maps.resolve()}\0{asked.regions.resolve()}"
    with running(f"Measuring {asked.maps}", name, workers=workers, store=work) as how:
        question = _question(asked, known, how, common)
        return answered_images(question, common.files, form, per_case)


def _labels(region: Sequence[str] | None, within: str | None) -> dict[str, frozenset[int]]:
    """Return the labels of the regions, that of the one searched among them.

    Raises:
        BadRequest: one is not written so; or the region searched has a label, and no other is named.
    """
    found = labels("--region", region)
    if within is None or "=" not in within:
        name = (within or "").strip()
        if name and found and name not in found:
            raise BadRequest(f"--within {name}: name its label, as --within {name}=1")
        return found
    if not found:
        raise BadRequest(f"--within {within}: name the other regions too, as --region liver=1")
    return found | labels("--within", [within])


def _top(share: float | None, threshold: float | None) -> "Top":
    from checker.metrics.map_measures import Top

    if share is not None and threshold is not None:
        raise BadRequest("--top and --map-threshold both say what the top of a map is: give one")
    for option, value in (("--top", share), ("--map-threshold", threshold)):
        if value is not None and not 0 < value <= 1:
            raise BadRequest(f"{option} {value:g}: a share above 0, up to 1, is expected")
    return Top(threshold=threshold, share=share)


def _repeats(paths: Sequence[str] | None, opened: Mapping[str, Path]) -> "tuple[Repeat, ...]":
    from checker.cases import Repeat

    found = [path_in(each, opened) for each in paths or ()]
    names = [each.name or str(each) for each in found]
    unique = names if len(set(names)) == len(names) else list(paths or ())
    return tuple(Repeat(*each) for each in zip(unique, found, strict=True))


def _cases(
    file: Path | None, case: str, columns: Mapping[str, str | None], common: Common
) -> "ExplainedCases | None":
    """Return what a table says of the cases.

    Raises:
        BadRequest: columns are named without a table; or an outcome without a decision, or both beside `correct`.
        BadSubmission: it cannot be used.
    """
    named = {name: column for name, column in columns.items() if column}
    if file is None:
        more = {"patient": common.patient, "group": common.group}
        if wanting := [*named, *(name for name, value in more.items() if value)]:
            raise BadRequest(f"--{wanting[0]} is a column of a table of cases: name it by --cases")
        return None
    if ("outcome" in named) != ("decision" in named):
        raise BadRequest("--outcome and --decision together say where the model was right")
    if "correct" in named and "outcome" in named:
        raise BadRequest(
            "--correct says where the model was right: leave out --outcome, --decision"
        )
    from checker.reading.explained_cases import CaseColumns, read_cases
    from checker.reading.tables import read_table

    asked = CaseColumns(
        case=case,
        class_=columns["class"],
        correct=columns["correct"],
        outcome=columns["outcome"],
        decision=columns["decision"],
        patient=common.patient,
        groups=once(common.group),
    )
    return read_cases(read_table(file, name=str(file)), asked)


def _maps(
    maps: Path,
    regions: Path,
    named: Mapping[str, frozenset[int]],
    within: str,
    top: "Top",
    repeats: "tuple[Repeat, ...]",
    absolute: bool,
) -> "Maps":
    from checker.cases import Maps

    return Maps(
        maps=maps,
        regions=regions,
        maps_name=maps.name or "maps",
        regions_name=regions.name or "regions",
        labels=named,
        within=within,
        top=top,
        absolute=absolute,
        repeats=repeats,
    )


def _expected(file: Path | None, known: "ExplainedCases | None") -> Mapping[str, tuple[str, ...]]:
    """Return the regions that are expected for each class.

    Raises:
        BadRequest: nothing names the class of a case.
        BadSubmission: the file cannot be used.
    """
    from checker.reading.expected_regions import read_expected

    if file is None:
        return {}
    if known is None or known.class_ is None:
        raise BadRequest("--expected needs the class of each case: --cases FILE --class COL")
    return read_expected(file, str(file))


def _question(
    asked: "Maps", known: "ExplainedCases | None", how: "Running", common: Common
) -> "MapQuestion":
    from checker.measuring import MapQuestion
    from checker.model.settings import Settings

    settings = Settings(seed=common.seed, resamples=common.resamples, level=common.level)
    return MapQuestion(maps=asked, known=known, running=how, settings=settings)

"""`metrics sample-size`: how many patients are needed, to build a model and to test one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from checker.cli import console, outputs
from checker.cli.choices import Form
from checker.cli.ending import DONE, Ending, counted
from checker.cli.measures.shared import FORMS, Format, number, require_endings
from checker.errors import BadRequest, ExitCode, OutputFailed

if TYPE_CHECKING:
    from checker.metrics.sample_size import Predictor
    from checker.model.sample_size import SampleSize

BINARY, SURVIVAL, CONTINUOUS = "binary", "survival", "continuous"
NEEDS = {
    BINARY: "a binary outcome needs --outcome-share and, to build a model, --parameters with one of "
    "--c-statistic, --r2 and --nagelkerke-r2; to test one, --c-statistic; for a test alone, "
    "--sensitivity or --specificity",
    SURVIVAL: "time to an event needs --event-rate, --mean-follow-up, --time-point, --parameters and "
    "one of --r2 and --nagelkerke-r2",
    CONTINUOUS: "a continuous outcome needs --sd, --r2 and, to build a model, --mean and --parameters",
}


class Asked(NamedTuple):
    """What is known beforehand; None where it is not said."""

    outcome_share: float | None
    c_statistic: float | None
    r2: float | None
    nagelkerke_r2: float | None
    parameters: int | None
    event_rate: float | None
    mean_follow_up: float | None
    time_point: float | None
    mean: float | None
    sd: float | None
    sensitivity: float | None
    specificity: float | None
    threshold: float | None
    mean_error: float | None
    shrinkage: float
    width: float
    c_width: float | None
    oe_width: float
    slope_width: float
    net_benefit_width: float
    r2_width: float
    in_the_large_width: float | None
    predictor: str | None


Answer = tuple[str, str, "SampleSize"]
"""Purpose, kind of outcome, and the number of patients."""


def _option(help_text: str) -> object:
    return typer.Option(metavar="X", parser=number, help=help_text)


def sample_size(
    outcome_share: Annotated[
        float | None, _option("Share of patients with the outcome, between 0 and 1.")
    ] = None,
    c_statistic: Annotated[float | None, _option("Expected C-statistic (AUROC).")] = None,
    r2: Annotated[
        float | None, _option("Expected R²: Cox-Snell's, of a continuous outcome the usual one.")
    ] = None,
    nagelkerke_r2: Annotated[float | None, _option("Expected Nagelkerke R².")] = None,
    parameters: Annotated[
        int | None, typer.Option(min=1, help="Candidate parameters of the model to be built.")
    ] = None,
    event_rate: Annotated[float | None, _option("Events per unit of time.")] = None,
    mean_follow_up: Annotated[float | None, _option("Mean follow-up, in the same unit.")] = None,
    time_point: Annotated[
        float | None, _option("Time by which risks are predicted, in the same unit.")
    ] = None,
    mean: Annotated[float | None, _option("Mean of a continuous outcome.")] = None,
    sd: Annotated[float | None, _option("Standard deviation of a continuous outcome.")] = None,
    sensitivity: Annotated[float | None, _option("Expected sensitivity.")] = None,
    specificity: Annotated[float | None, _option("Expected specificity.")] = None,
    threshold: Annotated[
        float | None, _option("Threshold probability at which net benefit counts.")
    ] = None,
    mean_error: Annotated[
        float | None, _option("Largest mean absolute error of predicted risks.")
    ] = None,
    shrinkage: Annotated[float, _option("Least expected shrinkage.")] = 0.9,
    width: Annotated[
        float,
        _option("Width of the intervals of sensitivity and specificity, and of the C-statistic."),
    ] = 0.1,
    c_width: Annotated[
        float | None, _option("Width of the interval of the C-statistic, if it is another.")
    ] = None,
    oe_width: Annotated[float, _option("Width of the interval of observed over expected.")] = 0.2,
    slope_width: Annotated[float, _option("Width of the interval of the calibration slope.")] = 0.2,
    net_benefit_width: Annotated[
        float, _option("Width of the interval of the standardised net benefit.")
    ] = 0.2,
    r2_width: Annotated[
        float, _option("Width of the interval of R², of a continuous outcome.")
    ] = 0.1,
    in_the_large_width: Annotated[
        float | None,
        _option("Width of the interval of calibration in the large, of a continuous outcome."),
    ] = None,
    predictor: Annotated[
        str | None,
        typer.Option(
            metavar="NAME:A,B",
            help="Distribution of the linear predictor: normal:MEAN,SD; or of the risk: beta:A,B.",
        ),
    ] = None,
    form: Format = Form.TEXT,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write the numbers to a .json or .txt file."
        ),
    ] = None,
) -> Ending:
    """Say how many patients are needed to build or to test a model, and which demand decides."""
    files = tuple(output or ())
    require_endings(files, tuple(FORMS))
    asked = Asked(
        outcome_share, c_statistic, r2, nagelkerke_r2, parameters, event_rate, mean_follow_up,
        time_point, mean, sd, sensitivity, specificity, threshold, mean_error, shrinkage, width,
        c_width, oe_width, slope_width, net_benefit_width, r2_width, in_the_large_width, predictor,
    )  # fmt: skip
    answers = _answers(asked)
    if form is Form.JSON:
        console.send(_written(answers, asked, Form.JSON))
    else:
        console.say(_written(answers, asked, Form.TEXT))
    failures = sum(not _saved(answers, asked, each) for each in files)
    if failures:
        return Ending(ExitCode.UNUSABLE, f"{counted(failures, 'output')} not written")
    return DONE


def _answers(asked: Asked) -> tuple[Answer, ...]:
    from checker.metrics import Undefined

    kind = _kind(asked)
    try:
        found = tuple(CALCULATIONS[kind](asked))
    except Undefined as reason:
        raise BadRequest(f"sample-size: {reason}") from None
    except (ArithmeticError, ValueError):
        raise BadRequest("sample-size: these values lead to no number of patients") from None
    if not found:
        raise BadRequest(f"sample-size: {NEEDS[kind]}")
    return found


def _kind(asked: Asked) -> str:
    said = {
        BINARY: asked.outcome_share,
        SURVIVAL: asked.event_rate,
        CONTINUOUS: asked.sd,
    }
    kinds = [kind for kind, value in said.items() if value is not None]
    if len(kinds) != 1:
        raise BadRequest(
            "sample-size: name one of --outcome-share (binary outcome), --event-rate (time to an event) "
            "and --sd (continuous outcome)"
        )
    for name, value in asked._asdict().items():
        if isinstance(value, float) and value - value != 0:
            raise BadRequest(f"--{name.replace('_', '-')} {value}: a finite number is expected")
    return kinds[0]


def _binary(asked: Asked) -> Iterator[Answer]:
    from checker.metrics import sample_size as formulas

    share = asked.outcome_share
    assert share is not None
    expected = (asked.r2, asked.nagelkerke_r2, asked.c_statistic)
    if asked.parameters is not None:
        if not any(each is not None for each in expected):
            raise BadRequest(f"sample-size: {NEEDS[BINARY]}")
        own = asked.r2 is None and asked.nagelkerke_r2 is None
        yield "development", BINARY, formulas.development_binary(
            share, asked.parameters, cox_snell_r2=asked.r2, nagelkerke_r2=asked.nagelkerke_r2,
            auroc=asked.c_statistic if own else None, shrinkage=asked.shrinkage,
            mean_error=asked.mean_error,
        )  # fmt: skip
    if asked.c_statistic is not None:
        yield "evaluation", BINARY, formulas.evaluation_binary(
            share, asked.c_statistic, threshold=asked.threshold, sensitivity=asked.sensitivity,
            specificity=asked.specificity, oe_width=asked.oe_width, slope_width=asked.slope_width,
            auroc_width=asked.width if asked.c_width is None else asked.c_width,
            net_benefit_width=asked.net_benefit_width, predictor=_predictor(asked.predictor),
        )  # fmt: skip
    if asked.sensitivity is not None or asked.specificity is not None:
        yield "accuracy", BINARY, formulas.accuracy_patients(
            share, sensitivity=asked.sensitivity, specificity=asked.specificity, width=asked.width,
        )  # fmt: skip


def _predictor(text: str | None) -> "Predictor | None":
    """Return the distribution that the option names.

    Raises:
        BadRequest: it names none.
    """
    from checker.metrics.sample_size import beta_predictor, normal_predictor

    if text is None:
        return None
    name, _, numbers = text.partition(":")
    make = {"normal": normal_predictor, "beta": beta_predictor}.get(name.strip().casefold())
    try:
        first, second = map(float, numbers.split(","))
    except ValueError:
        make = None
    if make is None:
        raise BadRequest(
            f'--predictor "{text}": write normal:MEAN,SD of the linear predictor or beta:A,B of the risk, '
            "for example normal:-5,2.5"
        )
    return make(first, second)


def _survival(asked: Asked) -> Iterator[Answer]:
    from checker.metrics import sample_size as formulas

    rate, mean, at, parameters = (
        asked.event_rate, asked.mean_follow_up, asked.time_point, asked.parameters
    )  # fmt: skip
    if rate is None or mean is None or at is None or parameters is None:
        if asked.c_statistic is not None:
            raise BadRequest(f"sample-size: {formulas.BY_SIMULATION}")
        return
    yield "development", SURVIVAL, formulas.development_survival(
        rate, mean, at, parameters, cox_snell_r2=asked.r2, nagelkerke_r2=asked.nagelkerke_r2,
        shrinkage=asked.shrinkage,
    )  # fmt: skip


def _continuous(asked: Asked) -> Iterator[Answer]:
    from checker.metrics import sample_size as formulas

    if asked.r2 is None or asked.sd is None:
        return
    if asked.parameters is not None:
        if asked.mean is None:
            raise BadRequest(f"sample-size: {NEEDS[CONTINUOUS]}")
        yield (
            "development",
            CONTINUOUS,
            formulas.development_continuous(
                asked.r2, asked.parameters, asked.mean, asked.sd, shrinkage=asked.shrinkage
            ),
        )
    yield "evaluation", CONTINUOUS, formulas.evaluation_continuous(
        asked.r2, asked.sd, r2_width=asked.r2_width, slope_width=asked.slope_width,
        in_the_large_width=asked.in_the_large_width,
    )  # fmt: skip


CALCULATIONS: dict[str, Callable[[Asked], Iterator[Answer]]] = {
    BINARY: _binary,
    SURVIVAL: _survival,
    CONTINUOUS: _continuous,
}


def _written(answers: tuple[Answer, ...], asked: Asked, form: Form) -> str:
    from checker.render.sample_size_text import sample_size_json, sample_size_text

    if form is Form.TEXT:
        width, colour, unicode = console.screen()
        return sample_size_text(answers, width=width, colour=colour, unicode=unicode)
    inputs = {name: value for name, value in asked._asdict().items() if value is not None}
    return sample_size_json(answers, inputs)


def _saved(answers: tuple[Answer, ...], asked: Asked, file: Path) -> bool:
    from checker.render.sample_size_text import sample_size_text

    as_json = FORMS[file.suffix.lower()] is Form.JSON
    text = _written(answers, asked, Form.JSON) if as_json else sample_size_text(answers)
    try:
        outputs.save(file, text.encode("utf-8"))
    except OutputFailed as failed:
        console.note(f"{file} was not written: {failed}")
        return False
    console.note(f"wrote {file}")
    return True

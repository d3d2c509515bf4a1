"""Rules about printed numbers."""

from collections.abc import Iterator

from checker.model.claim import IN_PERCENT, ClaimCheck, PartCheck, Verdict
from checker.model.evidence import CrossTable, DesignEffect, IntervalWidth
from checker.model.finding import Finding, Severity
from checker.model.metric_names import METRIC_NAMES
from checker.model.study import Claim, Evaluation
from checker.model.study.evaluations import Counts, WithCounts
from checker.model.threshold import Thresholds
from checker.needs import Absent, DoesNotApply, NotEstablished, stated
from checker.rules.base import rule

PLACE_OF_PART = {"interval": "low", "cases": "cases", "p_value": "p_value"}
"""Part of a claim to the fact that holds it; everything else is its value."""


def _checked(check: ClaimCheck) -> None:
    if check.verdict is Verdict.NOT_CHECKABLE:
        raise NotEstablished(check.because or "no part of the claim could be recomputed")


@rule(
    "CLM001",
    title="Printed number that the data contradict",
    severity=Severity.CRITICAL,
    why=(
        "A number that the submitted predictions give under none of the conventions tried is wrong, comes from "
        "other data, or was computed in a way that should be described."
    ),
    fix="Find which of the two is right: correct the number, or submit the predictions it was computed from.",
    sources=("tripod-ai-2024",),
    loud="The paper prints an AUROC of 0.81, the predictions give 0.77, and no convention explains the difference.",
    quiet="The recomputed number rounds to the printed one, or does so under a convention that is named.",
)
def claim_contradicted(claim_check: ClaimCheck) -> Iterator[Finding]:
    """Say the parts of the claim that no listed convention explains."""
    _checked(claim_check)
    wrong = [part for part in claim_check.parts if part.verdict is Verdict.CONTRADICTED]
    if wrong:
        tried = max(len(part.tried) for part in wrong)
        under = f" None of the {tried} conventions tried explains it." if tried > 1 else ""
        parts = "; ".join(
            f"{_named(part)}printed {part.printed}, recomputed {part.recomputed}" for part in wrong
        )
        yield Finding(
            message=f"{claim_check.label}{_group(claim_check)}: {parts}.{under}",
            at=(PLACE_OF_PART.get(wrong[0].part, "value"),),
            observed="; ".join(f"{_named(part)}{part.printed}" for part in wrong),
            expected="; ".join(f"{_named(part)}{part.recomputed}" for part in wrong),
        )


def _named(part: PartCheck) -> str:
    return "" if part.part == "value" else f"{part.part.replace('_', ' ')} "


def _group(check: ClaimCheck) -> str:
    return "" if check.group == "all" else f" ({check.group})"


@rule(
    "CLM002",
    title="Interval narrower than the data allow",
    severity=Severity.MAJOR,
    why="An interval that is too narrow makes a result look more certain than it is.",
    fix="Name the method of the interval, compute it over patients, and print the new limits.",
    sources=("probast-ai-2025", "newcombe-1998"),
    thresholds=("interval_width_ratio",),
    loud="The printed interval is 0.87 to 0.89, and the narrowest accepted method gives 0.84 to 0.92.",
    quiet="The printed interval is about as wide as one of the accepted methods gives.",
)
def interval_too_narrow(
    interval_widths: tuple[IntervalWidth, ...], thresholds: Thresholds
) -> Iterator[Finding]:
    """Say an interval that is much narrower than every accepted method, after rounding and Monte-Carlo room."""
    if not interval_widths:
        raise NotEstablished("no accepted method gives an interval for this claim")
    narrowest = min(interval_widths, key=lambda each: each.width)
    claimed = narrowest.claimed_high - narrowest.claimed_low
    limit = thresholds["interval_width_ratio"] * narrowest.width
    if claimed + narrowest.room < limit:
        yield Finding(
            message=(
                f"The printed interval is {claimed:.3g} wide; the narrowest accepted method ({narrowest.method}) gives "
                f"{narrowest.width:.3g}."
            ),
            at=("low",),
            observed=f"{narrowest.claimed_low:g} to {narrowest.claimed_high:g}",
            expected=f"at least {limit:.3g} wide",
        )


@rule(
    "CLM003",
    title="Interval that takes rows of one patient for different people",
    severity=Severity.MAJOR,
    why=(
        "Several images of one patient tell less than images of several patients; an interval that "
        "ignores this is too narrow."
    ),
    fix="Resample patients, or use a method for clustered data, and print the new limits.",
    sources=("obuchowski-1997", "probast-ai-2025"),
    thresholds=("design_effect",),
    loud="3,080 patients have 11,627 images, and the printed limits are those of 11,627 independent images.",
    quiet="Each patient has one row, or the printed limits are those of a method for clustered data.",
)
def interval_ignores_repeated_patients(
    claim: Claim,
    interval_widths: tuple[IntervalWidth, ...],
    design_effect: tuple[DesignEffect, ...],
    thresholds: Thresholds,
) -> Iterator[Finding]:
    """Say an interval that equals an unclustered one, and no clustered one, although the design effect is large."""
    alike = [each for each in interval_widths if each.same]
    if not alike or any(each.clustered for each in alike):
        return
    effect = _design_effect(claim.metric, design_effect, alike[0], interval_widths)
    if effect > thresholds["design_effect"]:
        yield Finding(
            message=(
                f"The printed interval is the one of independent rows ({alike[0].method}), although patients repeat "
                f"and the variance by patient is {effect:.2f} times as large."
            ),
            at=("low",),
            observed=f"design effect {effect:.2f}",
            expected="an interval over patients",
        )


def _design_effect(
    metric: str,
    known: tuple[DesignEffect, ...],
    alike: IntervalWidth,
    every: tuple[IntervalWidth, ...],
) -> float:
    """Return the design effect of the metric; where its variance has no formula, from the widths of intervals."""
    for each in known:
        if each.metric == metric:
            return each.value
    clustered = [each.width for each in every if each.clustered]
    if not clustered:
        raise NotEstablished(f"no design effect is known for {metric}")
    return (min(clustered) / alike.width) ** 2


@rule(
    "CLM004",
    title="Number that holds only under another convention",
    severity=Severity.MINOR,
    why="Readers will take the number for what its name, or the method named beside it, says.",
    fix="Name the convention beside the number, or print the number under the usual one.",
    sources=("tripod-ai-2024",),
    loud="The calibration intercept is printed as calibration in the large.",
    quiet="The number is reproduced as its name says.",
)
def claim_under_another_convention(claim: Claim, claim_check: ClaimCheck) -> Iterator[Finding]:
    """Say each part of a claim that only another convention reproduces.

    A percent sign left out is none to name, and an interval whose method nobody named may be by any accepted one.
    """
    _checked(claim_check)
    for part in claim_check.parts:
        unnamed = part.part == "interval" and claim.interval_method is None
        if (
            part.verdict is Verdict.OTHER_CONVENTION
            and part.convention != IN_PERCENT
            and not unnamed
        ):
            yield Finding(
                message=(
                    f"{claim_check.label}, {part.part.replace('_', ' ')}: {part.printed} is reproduced under another "
                    f"convention ({part.convention}); ours gives {part.recomputed}."
                ),
                at=(PLACE_OF_PART.get(part.part, "value"),),
                observed=part.printed,
                expected=f"{part.recomputed}, or the convention named: {part.convention}",
            )


@rule(
    "CLM005",
    title="Printed 2x2 table that differs from the predictions",
    severity=Severity.CRITICAL,
    why=(
        "Every measure at the threshold follows from these four counts; if they are not those of the "
        "predictions, neither are the measures."
    ),
    fix="Correct the table, or submit the predictions and threshold it was counted from.",
    sources=("tripod-ai-2024",),
    loud="The paper prints 141 true positives at 0.70, and the predictions give 137.",
    quiet="All four counts are those of the predictions at the declared threshold.",
)
def printed_table_differs(
    evaluation: Evaluation,
    confusion_counts: CrossTable,
    rounded_threshold_counts: tuple[CrossTable, ...],
) -> Iterator[Finding]:
    """Say which of the printed counts differ from the recomputed ones, all in one finding."""
    if not isinstance(evaluation, WithCounts) or evaluation.counts == Counts():
        raise DoesNotApply("no 2x2 table is printed")
    differing = _differing(evaluation.counts, confusion_counts)
    if not all(_differing(evaluation.counts, each) for each in rounded_threshold_counts):
        return  # another threshold that prints alike gives the table
    if differing:
        parts = [
            f"{name.replace('_', ' ')} {printed} printed, {counted} counted"
            for name, printed, counted in differing
        ]
        yield Finding(
            message=f"The printed 2x2 table is not that of the predictions: {'; '.join(parts)}.",
            at=("counts", differing[0][0]),
            observed="; ".join(
                f"{name.replace('_', ' ')} {printed}" for name, printed, _ in differing
            ),
            expected="; ".join(
                f"{name.replace('_', ' ')} {counted}" for name, _, counted in differing
            ),
        )


def _differing(printed: Counts, counted: CrossTable) -> list[tuple[str, int, int]]:
    """Return the cells that differ: name, printed, counted."""
    return [
        (name, said, seen)
        for name in ("true_positives", "false_positives", "false_negatives", "true_negatives")
        if (said := getattr(printed, name)) is not None and said != (seen := getattr(counted, name))
    ]


@rule(
    "CLM006",
    title="Number without an interval",
    severity=Severity.MINOR,
    why="Without its interval a reader cannot tell a firm result from a lucky one.",
    fix="Print the interval with its method; the report gives one to compare with.",
    sources=("tripod-ai-2024", "probast-ai-2025"),
    loud="An AUROC of 0.88 is printed alone.",
    quiet="Every performance measure has its interval.",
)
def number_without_interval(claim: Claim, claim_check: ClaimCheck | Absent) -> Iterator[Finding]:
    """Say a claim with a value and no limits."""
    made = None if isinstance(claim_check, Absent) else claim_check.recomputed
    if made is not None and made.cases == 1:
        raise DoesNotApply("a single case has no interval")
    if claim.versus is not None and claim.p_value is not None:
        raise DoesNotApply("the claim is a comparison with its p value")
    value = stated(claim.value, "evaluations.claims.value")
    number = f"{_label(claim, claim_check)} {value}{' %' if claim.percent else ''}"
    if claim.low is None and claim.high is None:
        yield Finding(
            message=f"{number} is printed without an interval.",
            at=("value",),
            observed=str(value),
            expected="the number with its interval",
            brief=number,
        )


def _label(claim: Claim, claim_check: ClaimCheck | Absent) -> str:
    """Return the metric with what tells it from others of its name."""
    if isinstance(claim_check, Absent):
        of = f" ({claim.of})" if claim.of else ""
        return f"{METRIC_NAMES[claim.metric].label}{of}"
    said = claim.at is not None and claim.at == claim_check.threshold
    place = f" at {claim.at:g}" if said else ""
    return f"{claim_check.label}{place}{_group(claim_check)}"

"""Rules about the outcome and its reference standard."""

from collections.abc import Iterator

from checker.model.evidence import MissingnessByScore
from checker.model.finding import Finding, Severity
from checker.model.sentences import p_value
from checker.model.study import Study
from checker.model.threshold import Thresholds
from checker.needs import stated
from checker.rules.base import rule


@rule(
    "OUT001",
    title="Outcome missing in relation to the score",
    severity=Severity.MAJOR,
    why=(
        "If the reference standard was applied more often to some scores than to others, sensitivity, specificity and "
        "calibration of those who have it do not hold for all (verification bias)."
    ),
    fix=(
        "Verify a sample at every score, or correct for partial verification; say who got no reference "
        "standard and why."
    ),
    sources=("begg-1983", "probast-ai-2025"),
    thresholds=("missingness_p", "missingness_area"),
    loud="The 40 patients without biopsy have much lower scores than those with one.",
    quiet="Outcomes are missing as often at low as at high scores.",
)
def outcome_missing_by_score(
    missingness_by_score: MissingnessByScore, thresholds: Thresholds
) -> Iterator[Finding]:
    """Say that outcomes are missing more often at some scores than at others."""
    seen = missingness_by_score
    far = abs(seen.area - 0.5) > thresholds["missingness_area"]
    if far and seen.p < thresholds["missingness_p"]:
        side = "higher" if seen.area > 0.5 else "lower"
        yield Finding(
            message=(
                f"The {seen.missing} rows without an outcome have {side} scores than the {seen.known} with one: "
                f"one of them scores above a row with an outcome in {100 * seen.area:.0f} % of pairs "
                f"(p {p_value(seen.p)})."
            ),
            at=("predictions",),
            observed=f"area {seen.area:.2f}",
            expected="about 0.5",
        )


@rule(
    "OUT002",
    title="Label made from the model's own inputs",
    severity=Severity.MAJOR,
    why="If the truth was read from what the model sees, agreement with it is partly built in (incorporation bias).",
    fix=(
        "Use a reference standard that does not include the inputs, or say how far the two overlap and "
        "limit the claim."
    ),
    sources=("probast-ai-2025", "whiting-2011"),
    loud="Fibrosis stage was graded by elastography, and elastography is an input.",
    quiet="Histology decides the outcome, and the model sees CT only.",
)
def label_made_from_inputs(study: Study) -> Iterator[Finding]:
    """Say that the outcome includes predictors, unless the image itself is the rightful reference."""
    included = stated(study.outcome.includes_predictors, "outcome.includes_predictors")
    image_is_the_truth = study.outcome.target in ("image_finding", "measurement")
    if included and not image_is_the_truth:
        yield Finding(
            message="The outcome was made from the model's own inputs, by the study's own description.",
            at=("outcome", "includes_predictors"),
            observed="true",
            expected="false",
        )

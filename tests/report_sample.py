"""A rich report made by hand, the same report with hostile text in every field, and an empty one."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from math import exp
from statistics import NormalDist
from typing import Any

from checker.model.claim import Attempt, ClaimCheck, PartCheck, Verdict
from checker.model.curves import CalibrationCurve, DecisionCurve, RocCurve, ScoreDistribution
from checker.model.estimate import Comparison, Estimate, Interval
from checker.model.evidence import (
    CohortCount,
    CrossTable,
    DesignEffect,
    GroupSize,
    PartitionCount,
    ThresholdOptimum,
)
from checker.model.finding import Severity
from checker.model.place import Found, Place
from checker.model.quality import (
    AnsweredBy,
    ConditionAnswer,
    ItemScore,
    QualityScore,
    QuestionAnswer,
    SectionScore,
)
from checker.model.report import (
    Answer,
    AnswerFact,
    Count,
    DecidingFact,
    EvaluationReport,
    FactState,
    GuidelineReport,
    NextFact,
    NotRun,
    OtherGuideline,
    PartitionGlance,
    Provenance,
    Report,
    ReportedFinding,
    Status,
    StudyGlance,
    UsedThreshold,
)

HOSTILE = (
    "</style></title><script>alert(1)</script><img src=http://x.example/a.png> "
    "\x1b[31m\u202e|`$\\frac{$ {{7*7}} 'q\" & *b* [l](javascript:x)"
)
DELONG = "DeLong"
WILSON = "Wilson"
BOOTSTRAP = "bootstrap over 291 patients, 2,000 resamples"


def estimate(
    metric: str,
    value: float,
    low: float,
    high: float,
    method: str,
    cases: int = 291,
    **more: Any,
) -> Estimate:
    interval = Interval(low=low, high=high, method=method)
    return Estimate(
        metric=metric, value=value, interval=interval, cases=cases, unit="patient", **more
    )


def net_benefit() -> tuple[Estimate, ...]:
    rows = ((0.3, 0.588, 0.578, 0.0), (0.5, 0.426, 0.409, 0.0), (0.7, 0.212, 0.015, 0.0))
    return tuple(
        Estimate(
            metric="net_benefit",
            value=value,
            interval=Interval(low=value - 0.05, high=value + 0.05, method=BOOTSTRAP)
            if strategy == "model"
            else None,
            cases=291,
            unit="patient",
            threshold=threshold,
            strategy=strategy,
        )
        for threshold, *values in rows
        for strategy, value in zip(("model", "treat_all", "treat_none"), values, strict=True)
    )


ESTIMATES = (
    estimate(
        "auroc",
        0.768462847419172,
        0.713691016213587,
        0.823234678624757,
        DELONG,
        other_intervals=(Interval(low=0.7099, high=0.8182, method="DeLong on the logit scale"),),
    ),
    estimate("average_precision", 0.8853, 0.8421, 0.9204, BOOTSTRAP),
    estimate("sensitivity", 0.9024390243902439, 0.854, 0.9361, WILSON, 205, threshold=0.5),
    estimate("specificity", 0.3372093023255814, 0.2463, 0.4419, WILSON, 86, threshold=0.5),
    estimate(
        "positive_predictive_value", 0.7644628099173554, 0.7071, 0.8136, WILSON, 242, threshold=0.5
    ),
    estimate(
        "negative_predictive_value", 0.5918367346938775, 0.4525, 0.7182, WILSON, 49, threshold=0.5
    ),
    estimate("positive_likelihood_ratio", 1.3616, 1.1624, 1.5949, "log method", threshold=0.5),
    estimate("accuracy", 0.7353951890034365, 0.6818, 0.7828, WILSON, threshold=0.5),
    estimate("balanced_accuracy", 0.6198, 0.5672, 0.6741, BOOTSTRAP, threshold=0.5),
    estimate("matthews_correlation", 0.2872, 0.1693, 0.4012, BOOTSTRAP, threshold=0.5),
    estimate("calibration_in_the_large", -0.168314206766006, -0.4454, 0.1088, "Wald"),
    estimate("calibration_slope", 1.02817110289073, 0.6923, 1.3641, "Wald"),
    estimate("observed_expected_ratio", 0.961353834391308, 0.8904, 1.0327, BOOTSTRAP),
    estimate("brier_score", 0.173005755440754, 0.1553, 0.1916, BOOTSTRAP),
    estimate("scaled_brier_score", 0.169013024589987, 0.0857, 0.2471, BOOTSTRAP),
    estimate(
        "integrated_calibration_index",
        0.0431078475585139,
        0.0214,
        0.0892,
        BOOTSTRAP,
        note="The curve at the ends rests on few patients.",
    ),
    Estimate(
        metric="expected_calibration_error",
        cases=291,
        unit="patient",
        missing=2,
        undefined_because="needs ten cases in every bin",
    ),
    *net_benefit(),
)


def group_estimates() -> tuple[Estimate, ...]:
    rows = (
        ("sex = female", 74, 0.741, 0.622, 0.861, 0.872, 0.754, 0.938, 0.407, 0.245, 0.593),
        ("sex = male", 217, 0.779, 0.716, 0.842, 0.911, 0.857, 0.946, 0.305, 0.203, 0.432),
        ("age = 18 to 44", 128, 0.802, 0.722, 0.882, 0.881, 0.794, 0.934, 0.432, 0.295, 0.579),
        ("age = 45 to 64", 131, 0.751, 0.662, 0.840, 0.915, 0.841, 0.956, 0.27, 0.154, 0.43),
    )
    made: list[Estimate] = []
    for group, cases, *numbers in rows:
        for metric, at in (("auroc", 0), ("sensitivity", 3), ("specificity", 6)):
            value, low, high = numbers[at : at + 3]
            method = DELONG if metric == "auroc" else WILSON
            threshold = None if metric == "auroc" else 0.5
            made.append(
                estimate(metric, value, low, high, method, cases, group=group, threshold=threshold)
            )
    for metric in ("auroc", "sensitivity", "specificity"):
        made.append(
            Estimate(
                metric=metric,
                cases=9,
                unit="patient",
                group="age = 65 and older",
                threshold=None if metric == "auroc" else 0.5,
                undefined_because="every case has the outcome",
            )
        )
    return tuple(made)


def roc() -> RocCurve:
    normal = NormalDist()
    rates = [0.0, *(at / 60 for at in range(1, 60)), 1.0]
    heights = [0.0, *(normal.cdf(1.04 + 0.98 * normal.inv_cdf(x)) for x in rates[1:-1]), 1.0]
    return RocCurve(
        false_positive_rate=tuple(rates), sensitivity=tuple(heights), at_threshold=(0.663, 0.902)
    )


def calibration() -> CalibrationCurve:
    predicted = tuple(0.2 + 0.79 * at / 40 for at in range(41))
    observed = tuple(min(x * 0.93 + 0.05 * (x - 0.55) ** 2, 1.0) for x in predicted)
    width = [0.05 + 0.4 * (x - 0.68) ** 2 for x in predicted]
    bins = (0.34, 0.47, 0.56, 0.63, 0.69, 0.74, 0.79, 0.86, 0.94, 0.985)
    shares = (0.31, 0.41, 0.59, 0.57, 0.62, 0.72, 0.76, 0.83, 0.9, 0.97)
    return CalibrationCurve(
        predicted=predicted,
        observed=observed,
        low=tuple(max(y - w, 0.0) for y, w in zip(observed, width, strict=True)),
        high=tuple(min(y + w, 1.0) for y, w in zip(observed, width, strict=True)),
        method="loess, span 0.75, degree 2; band by bootstrap over 291 patients, 2,000 resamples",
        bin_predicted=bins,
        bin_observed=shares,
        bin_low=tuple(max(y - 0.17, 0.0) for y in shares),
        bin_high=tuple(min(y + 0.14, 1.0) for y in shares),
        bin_cases=(29, 29, 29, 29, 29, 29, 29, 29, 29, 30),
    )


def decision() -> DecisionCurve:
    at = tuple(x / 50 for x in range(1, 46))
    rate = 205 / 291
    everyone = tuple(rate - (1 - rate) * x / (1 - x) for x in at)
    model = tuple(
        max(y, 0.63 / (1 + exp((x - 0.72) * 9)) - 0.01 * x) if x > 0.25 else y
        for x, y in zip(at, everyone, strict=True)
    )
    return DecisionCurve(
        threshold=at, model=model, treat_all=everyone, treat_none=tuple(0.0 for _ in at)
    )


def scores() -> ScoreDistribution:
    return ScoreDistribution(
        edges=tuple(x / 20 for x in range(21)),
        with_outcome=(0, 0, 0, 0, 1, 2, 3, 4, 4, 6, 11, 13, 18, 24, 28, 26, 21, 15, 14, 15),
        without_outcome=(0, 0, 0, 1, 3, 5, 6, 7, 4, 3, 9, 11, 10, 9, 8, 5, 3, 1, 1, 0),
    )


EXTERNAL = EvaluationReport(
    name="temporal test",
    task="classification",
    partition="later patients",
    role="external_test",
    unit="patient",
    outcome="1",
    file="predictions.csv",
    threshold=0.5,
    threshold_origin="not described yet",
    cohort=CohortCount(
        rows=293,
        patients=293,
        most_rows_per_patient=1,
        with_outcome=205,
        without_outcome=86,
        missing_outcome=2,
        missing_score=0,
        missing_patient=0,
    ),
    no_information_rate=0.70446735395189,
    confusion_counts=CrossTable(
        true_positives=185, false_positives=57, false_negatives=20, true_negatives=29
    ),
    estimates=ESTIMATES,
    subgroup_estimates=group_estimates(),
    group_sizes=(
        GroupSize(
            column="sex", name="female", cases=74, patients=74, with_outcome=47, without_outcome=27
        ),
        GroupSize(
            column="sex", name="male", cases=217, patients=217, with_outcome=158, without_outcome=59
        ),
        GroupSize(
            column="age",
            name="18 to 44",
            cases=128,
            patients=128,
            with_outcome=84,
            without_outcome=44,
        ),
        GroupSize(
            column="age",
            name="45 to 64",
            cases=131,
            patients=131,
            with_outcome=94,
            without_outcome=37,
        ),
        GroupSize(
            column="age",
            name="65 and older",
            cases=9,
            patients=9,
            with_outcome=9,
            without_outcome=0,
        ),
    ),
    comparisons=(
        Comparison(
            metric="auroc",
            first="full model",
            second="age and sex only",
            difference=0.176715825297788,
            interval=Interval(low=0.0969060408228524, high=0.256525609772724, method=DELONG),
            p=1.42627492219631e-05,
            test="paired DeLong",
            cases=291,
            unit="patient",
        ),
    ),
    design_effect=(DesignEffect(metric="auroc", value=1.0),),
    threshold_optimum=(
        ThresholdOptimum(
            criterion="the largest Youden index",
            declared=0.5,
            low=0.702,
            high=0.708,
            equals=False,
            chance=0.02,
        ),
    ),
    roc_curve=roc(),
    calibration_curve=calibration(),
    decision_curve=decision(),
    score_distribution=scores(),
    absent={"duplicate_rows": "the file has no case column"},
)

CLAIMS = (
    ClaimCheck(
        name="AUROC",
        evaluation="temporal test",
        metric="auroc",
        label="AUROC",
        place="Table 2",
        at="evaluations[0].claims[0]",
        parts=(
            PartCheck(
                part="value", printed="0.768", verdict=Verdict.REPRODUCED, recomputed="0.768"
            ),
            PartCheck(
                part="interval",
                printed="0.714 to 0.823",
                verdict=Verdict.REPRODUCED,
                recomputed="0.714 to 0.823",
                convention="DeLong interval",
            ),
            PartCheck(part="cases", printed="291", verdict=Verdict.REPRODUCED, recomputed="291"),
        ),
        verdict=Verdict.REPRODUCED,
        recomputed=ESTIMATES[0],
    ),
    ClaimCheck(
        name="Sensitivity",
        evaluation="temporal test",
        metric="sensitivity",
        label="Sensitivity",
        place="Table 2",
        at="evaluations[0].claims[1]",
        threshold=0.5,
        parts=(
            PartCheck(
                part="value", printed="0.902", verdict=Verdict.REPRODUCED, recomputed="0.902"
            ),
            PartCheck(
                part="interval",
                printed="0.862 to 0.943",
                verdict=Verdict.OTHER_CONVENTION,
                recomputed="0.854 to 0.936",
                convention="Wald interval",
                tried=(
                    Attempt(convention="Wilson interval", value=0.902, low=0.854, high=0.936),
                    Attempt(
                        convention="Clopper-Pearson interval", value=0.902, low=0.853, high=0.939
                    ),
                    Attempt(
                        convention="Wald interval", value=0.902, low=0.862, high=0.943, fits=True
                    ),
                ),
            ),
        ),
        verdict=Verdict.OTHER_CONVENTION,
        recomputed=ESTIMATES[2],
    ),
    ClaimCheck(
        name="Specificity",
        evaluation="temporal test",
        metric="specificity",
        label="Specificity",
        place="Abstract, and Table 2",
        at="evaluations[0].claims[2]",
        threshold=0.5,
        parts=(
            PartCheck(
                part="value",
                printed="43.7 %",
                verdict=Verdict.CONTRADICTED,
                recomputed="33.7 %",
                because="differs by 10.0 percentage points",
                tried=(
                    Attempt(convention="score >= threshold, in percent", value=33.7),
                    Attempt(convention="score > threshold, in percent", value=33.7),
                    Attempt(convention="score >= threshold, as a fraction", value=0.337),
                    Attempt(
                        convention="larger scores mean no outcome",
                        undefined_because="no case is left below the threshold",
                    ),
                ),
            ),
        ),
        verdict=Verdict.CONTRADICTED,
        recomputed=ESTIMATES[3],
    ),
    ClaimCheck(
        name="AUROC against age and sex",
        evaluation="temporal test",
        metric="auroc",
        label="Difference in AUROC",
        place="Results, paragraph 3",
        at="evaluations[0].claims[3]",
        parts=(
            PartCheck(part="value", printed="0.18", verdict=Verdict.REPRODUCED, recomputed="0.18"),
            PartCheck(
                part="p_value", printed="<0.001", verdict=Verdict.REPRODUCED, recomputed="<0.001"
            ),
        ),
        verdict=Verdict.REPRODUCED,
        compared=EXTERNAL.comparisons[0],
    ),
    ClaimCheck(
        name="AUROC in training",
        evaluation="apparent performance",
        metric="auroc",
        label="AUROC",
        place="Table 2",
        at="evaluations[1].claims[0]",
        verdict=Verdict.NOT_CHECKABLE,
        because="no predictions were submitted for the partition training",
    ),
)

FINDINGS = (
    ReportedFinding(
        code="CLM001",
        title="Printed number that the data contradict",
        severity=Severity.CRITICAL,
        message="Specificity, value: printed 43.7 %, recomputed 33.7 %; none of 4 conventions explains it.",
        at="evaluations[0].claims[2].value",
        place="claim Specificity of temporal test",
        file="study.yaml",
        line=61,
        observed="33.7 %",
        expected="43.7 %",
        why=(
            "A number that cannot be obtained from the submitted predictions under any "
            "convention in use is wrong, or comes from other data."
        ),
        fix=(
            "Find which of the two is right: correct the number, or submit the predictions "
            "it was computed from."
        ),
        sources=("tripod-ai-2024",),
        items=("tripod_ai_2024/23a",),
    ),
    ReportedFinding(
        code="ANA002",
        title="No calibration reported",
        severity=Severity.MAJOR,
        message=(
            "The measures named are AUROC, sensitivity and specificity; none of them says "
            "whether a predicted risk is right."
        ),
        at="analysis.measures",
        place="the study",
        file="study.yaml",
        line=38,
        observed="auroc, sensitivity, specificity",
        expected="a calibration curve, slope and calibration in the large",
        why=(
            "A model can rank patients well and still give risks that are far too high or "
            "too low, which harms decisions based on them."
        ),
        fix="Report a calibration curve with the slope and calibration in the large, with intervals.",
        sources=("van-calster-2019", "probast-ai-2025"),
        items=("tripod_ai_2024/12e", "tripod_ai_2024/23a"),
    ),
    ReportedFinding(
        code="PAR001",
        title="Fewer than 100 patients with or without the outcome",
        severity=Severity.MAJOR,
        message="Only 86 patients have no liver disease, and the interval of the AUROC is 0.110 wide.",
        at="evaluations[0]",
        place="evaluation temporal test",
        file="study.yaml",
        line=44,
        observed="86 patients without the outcome",
        expected="at least 100",
        why="With few patients in one class the estimates are too uncertain to judge the model.",
        fix="Say how the number of patients was decided, and what the width of the intervals means for use.",
        sources=("vergouwe-2005",),
        items=(),
    ),
    ReportedFinding(
        code="FAI001",
        title="Group too small to judge",
        severity=Severity.MINOR,
        message="The group age = 65 and older has 9 patients.",
        at="evaluations[0].groups[1]",
        place="evaluation temporal test",
        file="study.yaml",
        line=57,
        observed="9 patients",
        expected="at least 50",
        why="A difference in a group this small can neither be seen nor excluded.",
        fix="Join neighbouring groups, or say that this group could not be judged.",
        sources=("ours",),
        items=("tripod_ai_2024/14",),
        waived=True,
    ),
)

MISSING = "The value is described; its reason is not: analysis.sample_size.argument."


def answer(item: str, section: str, topic: str, status: Status, **more: Any) -> Answer:
    texts = {
        "requirement": f"What a reader must find about {topic.lower()}, and where.",
        "reason": "",
    }
    return Answer(
        guideline="tripod_ai_2024",
        item=item,
        section=section,
        topic=topic,
        status=status,
        **(texts | more),
    )


ANSWERS = (
    answer(
        "1",
        "Title",
        "Title",
        Status.REPORTED,
        facts=(
            AnswerFact(
                name="study.title_names",
                meaning="What the title names.",
                state=FactState.REPORTED,
                value="technique, task, outcome",
                places=(
                    Place(
                        about="study.title_names",
                        at="statements.locations[0]",
                        section="title page",
                    ),
                ),
            ),
        ),
    ),
    answer("3a", "Introduction", "Background", Status.NOT_DESCRIBED_YET),
    answer(
        "5a",
        "Methods",
        "Data",
        Status.REPORTED,
        facts=(
            AnswerFact(
                name="data.sources",
                meaning="Where the patients come from.",
                state=FactState.REPORTED,
                value="one hospital region",
            ),
        ),
    ),
    answer("5b", "Methods", "Dates", Status.NOT_DESCRIBED_YET),
    answer("8a", "Methods", "Outcome", Status.NOT_DESCRIBED_YET),
    answer(
        "10",
        "Methods",
        "Sample size",
        Status.PARTLY,
        reason=MISSING,
        findings=("PAR001",),
        facts=(
            AnswerFact(
                name="analysis.sample_size.evaluation",
                meaning="How the number of patients in the evaluation was decided.",
                state=FactState.REPORTED,
                value="all available",
                places=(
                    Place(
                        about="analysis.sample_size",
                        at="statements.locations[1]",
                        section="Methods, Sample size",
                        quote="All patients who were available were included.",
                        found=Found.EXACTLY,
                        manuscript="paper.pdf",
                        pages=(4,),
                        times=1,
                    ),
                ),
            ),
            AnswerFact(
                name="analysis.sample_size.argument",
                meaning="Why that number is enough.",
                state=FactState.SILENT,
            ),
        ),
    ),
    answer("11", "Methods", "Missing data", Status.NOT_DESCRIBED_YET),
    answer(
        "12e",
        "Methods",
        "Measures of performance",
        Status.NOT_REPORTED,
        reason="Said to be not reported: only discrimination was of interest.",
        findings=("ANA002",),
        facts=(
            AnswerFact(
                name="analysis.measures.calibration",
                meaning="How calibration was measured.",
                state=FactState.NOT_REPORTED,
                reason="only discrimination was of interest",
            ),
        ),
    ),
    answer(
        "12f",
        "Methods",
        "Updating",
        Status.DOES_NOT_APPLY,
        reason="Asked only if the model was updated; analysis.updating.done is false.",
    ),
    answer(
        "23a",
        "Results",
        "Performance",
        Status.CONTRADICTED,
        reason="The printed specificity of 43.7 % cannot be obtained from the predictions (33.7 %).",
        findings=("CLM001", "ANA002"),
    ),
    answer("25", "Discussion", "Limitations", Status.NOT_DESCRIBED_YET),
)

COUNTS = {status: sum(each.status is status for each in ANSWERS) for status in Status}

SOURCES = {
    "tripod-ai-2024": (
        "Collins GS et al. TRIPOD+AI statement: updated guidance for reporting clinical "
        "prediction models. BMJ 2024;385:e078378. doi:10.1136/bmj-2023-078378"
    ),
    "probast-ai-2025": (
        "Moons KGM et al. PROBAST+AI: an updated quality, risk of bias, and "
        "applicability assessment tool. BMJ 2025;388:e082505. doi:10.1136/bmj-2024-082505"
    ),
    "van-calster-2019": (
        "Van Calster B et al. Calibration: the Achilles heel of predictive analytics. "
        "BMC Med 2019;17:230. doi:10.1186/s12916-019-1466-7"
    ),
    "vergouwe-2005": (
        "Vergouwe Y et al. Substantial effective sample sizes were required for external "
        "validation studies of predictive logistic regression models. J Clin Epidemiol "
        "2005;58:475-483."
    ),
}

PROVENANCE = Provenance(
    checker="0.1.0",
    python="3.11.7",
    packages={"numpy": "2.4.6", "scipy": "1.17.1", "scikit-learn": "1.9.1", "polars": "2.1.0"},
    files={
        "study.yaml": "9c1185a5c5e9fc54612808977ee8f548b2258d31f6a3f4b7ad2c3ddc3f8f9a10",
        "predictions.csv": "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
    },
    seed=0,
    resamples=2000,
    level=0.95,
    thresholds=(
        UsedThreshold(
            name="events_at_least",
            value=100.0,
            unit="patients",
            why="Below it, measures of performance are too uncertain to judge a model.",
            source="vergouwe-2005",
        ),
        UsedThreshold(
            name="interval_width_ratio",
            value=0.8,
            unit="ratio",
            why="A narrower interval than this share of the narrowest accepted one is not rounding.",
            source="ours",
        ),
    ),
    sources=SOURCES,
    notes=("AUC was read as auroc", "the role validation was read as external_test"),
    ignore=("FAI",),
)


SCORE = QualityScore(
    guideline="metrics_2024",
    title="METRICS: METhodological RadiomICs Score",
    year=2024,
    doi=("10.1186/s13244-023-01572-w",),
    licence="CC BY 4.0",
    assessor="assessor A",
    why="statements.appraisals has answers to it.",
    formula="100 times the weights answered yes over those that apply",
    unit="%",
    digits=1,
    minimum=0.0,
    maximum=100.0,
    score=None,
    lowest=21.9,
    highest=74.8,
    categories=("low", "moderate", "good"),
    answered=2,
    asked=3,
    untouched=1,
    as_the_form=21.9,
    blanks="The official tool starts every item at no.",
    conditions=(
        ConditionAnswer(
            condition="C1",
            meaning="the study includes segmentation",
            holds=True,
            by=AnsweredBy.DESCRIPTION,
            reason="predictors.segmentation.method is manual",
        ),
        ConditionAnswer(condition="C5", meaning="deep learning end to end", holds=None),
    ),
    sections=(
        SectionScore(section="Testing", lowest=0.0375, highest=0.1124, maximum=0.1124, open=1),
        SectionScore(section="Open Science", lowest=0.0, highest=0.0, maximum=0.0225, open=0),
    ),
    items=(
        ItemScore(
            item="26",
            section="Testing",
            topic="Internal testing",
            requirement="Tested on unseen cases from the training source.",
            scoring_rule="Cross-validation for tuning does not count.",
            applies=True,
            weight=0.0375,
            lowest=1.0,
            highest=1.0,
            maximum=1.0,
            answers=(
                QuestionAnswer(
                    question="26",
                    asks="Tested on unseen cases from the training source.",
                    answer="yes",
                    by=AnsweredBy.ASSESSOR,
                    points=1.0,
                    differs="no (analysis.internal_validation.method is none)",
                ),
            ),
        ),
        ItemScore(
            item="27",
            section="Testing",
            topic="External testing",
            requirement="Tested on cases from another institution.",
            scoring_rule="Hold-outs called external do not count.",
            applies=True,
            weight=0.0749,
            lowest=0.0,
            highest=1.0,
            maximum=1.0,
            answers=(QuestionAnswer(question="27", asks="Tested on cases from elsewhere."),),
            open=("27",),
        ),
        ItemScore(
            item="9",
            section="Segmentation",
            topic="Automatic segmentation tested",
            requirement="Fully automatic segmentation was tested against experts.",
            scoring_rule="Needs method and result.",
            applies=False,
            because="C2 is no: segmentation is fully automatic",
            weight=0.0225,
            lowest=0.0,
            highest=1.0,
            maximum=1.0,
            answers=(QuestionAnswer(question="9", asks="Was it tested?"),),
            open=("9",),
        ),
    ),
    notes=("Question 26 is answered yes, and the description suggests no; no reason is given.",),
)


def sample() -> Report:
    return Report(
        study=StudyGlance(
            title=(
                "Two logistic models for liver disease in patients of north-east Andhra Pradesh: "
                "development and temporal testing"
            ),
            type="development and evaluation",
            question="diagnostic",
            technique="logistic regression on laboratory values",
            modality=(),
            population="adults seen at a liver clinic, 2008 to 2012",
            purpose="",
            outcome="liver disease, by expert diagnosis",
            reference_standard="clinical diagnosis by a hepatologist",
            model="full model 1.0",
            partitions=(
                PartitionGlance(
                    name="earlier patients",
                    role="training",
                    source="regional hospital",
                    patients=292,
                    events=211,
                    centres=1,
                    countries=("India",),
                    start="2008-01-01",
                    end="2010-06-30",
                ),
                PartitionGlance(
                    name="later patients",
                    role="external_test",
                    source="regional hospital",
                    patients=291,
                    events=205,
                    centres=1,
                    countries=("India",),
                    start="2010-07-01",
                    end="",
                ),
            ),
            described=14,
            facts=129,
        ),
        in_short=(
            (
                "One of five printed numbers is contradicted by the submitted predictions: "
                "specificity is printed as 43.7 % and recomputed as 33.7 %."
            ),
            "One critical and two major findings signal a risk of bias; 12 of 20 rules could not be checked.",
            (
                "Of 11 reporting items, 2 are reported, 1 partly and 1 not; 5 are not described "
                "yet, about which nothing is said here."
            ),
        ),
        counts=(
            Count(kind="claims", checked=4, total=5),
            Count(kind="rules", checked=8, total=20, rules=17),
            Count(kind="reporting items", checked=6, total=11),
        ),
        evaluations=(
            EXTERNAL,
            EvaluationReport(
                name="apparent performance",
                task="classification",
                partition="earlier patients",
                role="training",
                unit="patient",
                outcome="",
                file="",
                threshold=None,
                threshold_origin="",
                absent={
                    "estimates": "no predictions were submitted for the partition training",
                    "roc_curve": "no predictions were submitted for the partition training",
                },
            ),
        ),
        partition_counts=(
            PartitionCount(
                partition="later patients",
                role="external_test",
                source="predictions.csv",
                described_patients=291,
                patients=293,
                described_events=205,
                events=205,
                rows=293,
                whole=True,
            ),
        ),
        claims=CLAIMS,
        findings=FINDINGS,
        not_run=(
            NotRun(
                rule="LEA001",
                title="Patients in two partitions",
                at="",
                place="the study",
                because="data.partitions[0].cases is not described yet",
            ),
            NotRun(
                rule="LEA002",
                title="Duplicate rows",
                at="evaluations[0]",
                place="evaluation temporal test",
                because="the file has no case column",
            ),
            NotRun(
                rule="OUT001",
                title="Outcome missing in relation to the score",
                at="evaluations[1]",
                place="evaluation apparent performance",
                because="no predictions were submitted for the partition training",
            ),
            NotRun(
                rule="ANA001",
                title="Threshold equal to the optimum on the test set",
                at="evaluations[1]",
                place="evaluation apparent performance",
                because="no predictions were submitted for the partition training",
            ),
            NotRun(
                rule="PRE001",
                title="Predictors not available at the moment of use",
                at="",
                place="the study",
                because="ZeroDivisionError in the rule",
                our_fault=True,
            ),
        ),
        guidelines=(
            GuidelineReport(
                id="tripod_ai_2024",
                title="TRIPOD+AI",
                year=2024,
                kind="reporting",
                licence="CC BY 4.0",
                doi=("10.1136/bmj-2023-078378",),
                why="the study develops and evaluates a prediction model",
                counts=COUNTS,
            ),
        ),
        answers=ANSWERS,
        other_guidelines=(
            OtherGuideline(
                id="stard_ai_2025",
                may_apply=False,
                because="STARD-AI (2025) does not apply: study.question is prognostic.",
            ),
            OtherGuideline(
                id="clear_2023",
                may_apply=True,
                because="CLEAR (2023) may apply: predictors.features.kind is not described yet.",
            ),
        ),
        deciding_facts=(
            DecidingFact(
                name="study.stage",
                meaning="How near to patients the work is.",
                guidelines=("decide_ai_2022",),
            ),
            DecidingFact(name="study.type", meaning="What was done.", guidelines=()),
        ),
        next_facts=(
            NextFact(
                name="analysis.measures.calibration",
                meaning="Strongest assessment of calibration reported.",
                said_missing=True,
                items=("tripod_ai_2024/12e", "tripod_ai_2024/23a"),
                sections=("Methods", "Results"),
                completes=(),
                rules=("ANA001",),
            ),
            NextFact(
                name="analysis.sample_size.argument",
                meaning="Why that number is enough.",
                said_missing=False,
                items=("tripod_ai_2024/10",),
                sections=("Methods",),
                completes=("tripod_ai_2024/10", "tripod_ai_2024/12e"),
                rules=(),
            ),
        ),
        comments=(
            (
                "Table 2 prints a specificity of 43.7 % at a threshold of 0.5. From the "
                "submitted predictions (predictions.csv, 86 patients without liver disease) we "
                "obtain 33.7 % (24.6 to 44.2). Please say which of the two is right."
            ),
            (
                "Please add a calibration curve, with the slope and calibration in the large. "
                "From the submitted predictions the slope is 1.03 (0.69 to 1.36)."
            ),
        ),
        provenance=PROVENANCE,
        scores=(SCORE,),
    )


def with_tasks(evaluations: tuple[EvaluationReport, ...]) -> Report:
    """The sample with evaluations of other tasks in the place of its own."""
    return replace(sample(), evaluations=evaluations)


def empty() -> Report:
    """The least that a report can hold."""
    return Report(
        study=StudyGlance(
            title="",
            type="",
            question="",
            technique="",
            modality=(),
            population="",
            purpose="",
            outcome="",
            reference_standard="",
            model="",
            partitions=(),
            described=0,
            facts=0,
        ),
        in_short=(),
        counts=(),
        evaluations=(),
        partition_counts=(),
        claims=(),
        findings=(),
        not_run=(),
        guidelines=(),
        answers=(),
        comments=(),
        provenance=Provenance(
            checker="0.1.0",
            python="3.11",
            packages={},
            files={},
            seed=0,
            resamples=2000,
            level=0.95,
            thresholds=(),
            sources={},
        ),
    )


KEPT = {"format", "code", "rule", "guideline", "id", "metric", "column", "evaluation", "items"}
"""Fields that the reader of a report compares with other fields."""


def hostile(value: Any = None) -> Any:
    """The sample with hostile text added to every text that a stranger may have written."""
    if value is None:
        return hostile(sample())
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            each.name: hostile(getattr(value, each.name))
            for each in fields(value)
            if each.name not in KEPT and getattr(value, each.name) is not None
        }
        return replace(value, **changed)
    if isinstance(value, Enum) or not isinstance(value, str | tuple | dict):
        return value
    if isinstance(value, str):
        return f"{value}{HOSTILE}" if value not in ("", "all", "score") else value
    if isinstance(value, tuple):
        return tuple(hostile(each) for each in value)
    return {key: hostile(each) for key, each in value.items()}

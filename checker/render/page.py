"""What each section of the page prints: chosen, grouped and put into words from the report. No HTML."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median, mode
from typing import NamedTuple

from checker.model.claim import ClaimCheck, PartCheck, Verdict
from checker.model.curves import CategoryTable
from checker.model.estimate import Comparison, Estimate, facets
from checker.model.evidence import FoldEstimate, FoldEstimates, GroupSize, PartOfCohort, TaskCohort
from checker.model.finding import Severity
from checker.model.metric_names import METRIC_NAMES
from checker.model.report import (
    Count,
    EvaluationReport,
    Report,
    ReportedFinding,
    grouped,
)
from checker.model.sample_size import SampleSize
from checker.model.times import in_words
from checker.render import digits
from checker.render.headlines import Usual, group_cases, is_plain, usual, usual_structure
from checker.render.signs import SEVERITIES, VERDICTS, Sign


class Section(NamedTuple):
    """One section of the page; its template is ``templates/sections/<name>.html``."""

    name: str
    title: str


SECTIONS = (
    Section("glance", "The study at a glance"),
    Section("short", "In short"),
    Section("contradictions", "What contradicts"),
    Section("comments", "Comments to the authors"),
    Section("risk", "Risk of bias"),
    Section("claims", "Printed numbers against recomputed ones"),
    Section("performance", "Performance"),
    Section("groups", "Groups"),
    Section("items", "Reporting items"),
    Section("scores", "Quality scores"),
    Section("unchecked", "What could not be checked, and why"),
    Section("provenance", "Provenance"),
)
"""In the order of the page."""


def sections(report: Report) -> tuple[Section, ...]:
    """Return the sections of a page; that of quality scores only where one was asked for."""
    return tuple(each for each in SECTIONS if each.name != "scores" or report.scores)


DOMAINS = {
    "PAR": "Participants and data",
    "PRE": "Predictors",
    "OUT": "Outcome",
    "ANA": "Analysis",
    "LEA": "Leakage between partitions",
    "FAI": "Groups of patients",
    "CLM": "Printed numbers",
}
"""Letters of a rule's code to the heading under which its findings stand, in this order."""
OTHER_DOMAIN = "Other"
FAMILIES = {
    "discrimination": "Discrimination",
    "classification": "Decisions at the threshold",
    "calibration": "Calibration and overall error",
    "agreement": "Agreement of decision and outcome",
    "survival": "Survival",
    "readers": "Readers",
    "utility": "Net benefit",
}
"""Families of metrics in the order of the table; further ones follow under their own name."""
OF_TASK = {
    ("agreement", "agreement"): "Agreement of measurements",
    ("classification", "agreement"): "Values at or above the cut-off",
    ("classification", "multiclass"): "Predicted classes",
    ("classification", "ordinal"): "Predicted classes",
    ("agreement", "multiclass"): "Agreement of predicted and true class",
    ("agreement", "ordinal"): "Agreement of predicted and true class",
    ("survival", "survival"): "Follow-up and treatments",
    ("detection", "detection"): "Marks on lesions",
    ("readers", "readers"): "Each reader, means and differences between modalities",
    ("agreement", "readers"): "Agreement of readers with each other",
}
"""Family and task to its title, where another task needs other words."""
COMMON = "How common the outcome is"
"""Heading over prevalence where nothing else of its family could be computed."""
NET_BENEFIT = {
    "net_benefit": "Net benefit per patient",
    "standardised_net_benefit": "Standardised net benefit",
}
"""Metrics that are printed as a table of thresholds and strategies, with its caption."""
WITH_THRESHOLD = ("classification", "readers", "detection")
"""Tasks in which one threshold turns scores into decisions."""
PARTS = {
    "value": "value",
    "interval": "interval",
    "cases": "n",
    "p_value": "p",
    "standard_deviation": "what follows ±",
}
NOT_DESCRIBED = "not described yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionRow:
    """One partition: as described, and as counted in the submitted files."""

    name: str
    role: str
    source: str
    patients: str
    events: str
    counted: str
    """Patients counted; a dash where nothing was."""
    counted_events: str
    differs: bool
    """The counts differ from the description although the whole partition was counted."""
    where: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainView:
    """The findings of one domain, worst first, and the rules of it that could not be checked."""

    title: str
    findings: tuple[ReportedFinding, ...]
    groups: tuple[tuple[ReportedFinding, ...], ...]
    """The findings, those together that say the same of several places."""
    counts: tuple[int, ...]
    """By severity, worst first; waived findings are not counted."""
    waived: int
    not_run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRow:
    """One line of a table of estimates."""

    label: str
    value: str
    interval: str
    n: str
    missing: int
    method: str
    others: tuple[str, ...]
    note: str
    undefined_because: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Metrics that stand together in the table."""

    title: str
    rows: tuple[EstimateRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBenefitRow:
    """Net benefit at one threshold, by strategy."""

    threshold: str
    model: str
    interval: str
    treat_all: str
    treat_none: str
    n: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """All estimates of one score of an evaluation."""

    score: str
    """Empty for the model's own."""
    families: tuple[Family, ...]
    net_benefit: tuple[tuple[str, tuple[NetBenefitRow, ...]], ...]
    """Caption and rows of each table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldRow:
    """One metric of a cross-validation: over all rows, as the mean over folds, in each fold."""

    label: str
    pooled: str
    mean: str
    interval: str
    spread: str
    method: str
    note: str
    undefined_because: str
    """Why there is no mean."""
    by_fold: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group: its size, and the metrics of the forest."""

    name: str
    cases: str
    patients: str
    with_outcome: str
    without_outcome: str
    cells: tuple[EstimateRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """The groups of one column."""

    column: str
    rows: tuple[GroupRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """One reason, and everything that could not be checked because of it."""

    because: str
    rules: tuple[str, ...]
    """``LEA001 Patients in two partitions (the study)``."""
    claims: tuple[str, ...]
    evidence: tuple[str, ...]
    our_fault: bool

    @property
    def size(self) -> int:
        """Return how many things could not be checked for this reason."""
        return len(self.rules) + len(self.claims) + len(self.evidence)


def glance(report: Report) -> tuple[tuple[str, str], ...]:
    """Return what the study is, as pairs of a word and a text; the text is empty where nobody said anything."""
    study = report.study
    shown = {
        "type": study.type,
        "question": study.question,
        "technique": study.technique,
        "modality": ", ".join(study.modality),
        "population": study.population,
        "purpose": study.purpose,
        "outcome": study.outcome,
        "reference_standard": study.reference_standard,
        "model": study.model,
    }
    return tuple(
        (first_upper(worded(name)), text or study.without.get(name, ""))
        for name, text in shown.items()
    )


def partitions(report: Report) -> tuple[PartitionRow, ...]:
    """Return the partitions as described, with what was counted beside it."""
    counted = {each.partition: each for each in report.partition_counts}
    rows = []
    for each in report.study.partitions:
        found = counted.get(each.name)
        described = (each.patients, each.events)
        seen = (found.patients, found.events) if found else (None, None)
        rows.append(
            PartitionRow(
                name=each.name,
                role=worded(each.role),
                source=each.source,
                patients=digits.count(each.patients),
                events=digits.count(each.events),
                counted=digits.count(seen[0]),
                counted_events=digits.count(seen[1]),
                differs=bool(found and found.whole and _differ(described, seen)),
                where=_where(each.centres, each.countries),
                when=" to ".join(part or "…" for part in (each.start, each.end))
                if each.start or each.end
                else "",
            )
        )
    return tuple(rows)


def _differ(described: Sequence[int | None], seen: Sequence[int | None]) -> bool:
    return any(
        one is not None and other is not None and one != other
        for one, other in zip(described, seen, strict=True)
    )


def _where(centres: int | None, countries: tuple[str, ...]) -> str:
    parts = [f"{centres} {'centre' if centres == 1 else 'centres'}"] if centres is not None else []
    return ", ".join((*parts, *countries))


def worded(name: str) -> str:
    """Return a name of a list of choices as words: ``external_test`` as ``external test``."""
    return name.replace("_", " ")


def contradicted_parts(report: Report) -> tuple[tuple[ClaimCheck, PartCheck], ...]:
    """Return every printed number that the data contradict."""
    return tuple(
        (claim, part)
        for claim in report.claims
        for part in claim.parts
        if part.verdict is Verdict.CONTRADICTED
    )


def domain_of(code: str) -> str:
    """Return the heading under which findings of that rule stand."""
    return DOMAINS.get(code[:3], OTHER_DOMAIN)


def domains(report: Report) -> tuple[DomainView, ...]:
    """Return every domain with a finding or with a rule that could not be checked: the worst finding first."""
    views = []
    for title in (*DOMAINS.values(), OTHER_DOMAIN):
        found = tuple(each for each in report.findings if domain_of(each.code) == title)
        not_run = sum(domain_of(each.rule) == title for each in report.not_run)
        if found or not_run:
            counted = [each.severity for each in found if not each.waived]
            views.append(
                DomainView(
                    title=title,
                    findings=found,
                    groups=grouped(found),
                    counts=tuple(counted.count(severity) for severity in Severity),
                    waived=sum(each.waived for each in found),
                    not_run=not_run,
                )
            )
    return tuple(sorted(views, key=_worst))


def _worst(view: DomainView) -> int:
    ranks = [finding.severity.rank for finding in view.findings if not finding.waived]
    return min(ranks, default=len(Severity))


def claim_counts(report: Report) -> tuple[tuple[Sign, int], ...]:
    """Return how many claims have each verdict; a verdict without a claim is left out."""
    return tuple(
        (sign, found)
        for verdict, sign in VERDICTS.items()
        if (found := sum(each.verdict is verdict for each in report.claims))
    )


def claims_by_evaluation(report: Report) -> tuple[tuple[str, tuple[ClaimCheck, ...]], ...]:
    """Return the claims of each evaluation, in the order of the description."""
    names = dict.fromkeys(each.evaluation for each in report.claims)
    return tuple(
        (name, tuple(each for each in report.claims if each.evaluation == name)) for name in names
    )


def claim_title(claim: ClaimCheck) -> str:
    """Return the metric with its threshold and group: ``sensitivity at 0.5, sex = female``.

    The author's own name of the claim goes before it where it says more than the metric.
    """
    title = claim.label
    if claim.threshold is not None:
        title += f" at {digits.short(claim.threshold)}"
    if claim.group != "all":
        title += f", {claim.group}"
    told = claim.name.casefold() in (claim.label.casefold(), claim.metric, worded(claim.metric))
    return title if told or not claim.name else f"{claim.name} ({title})"


def score_title(score: str) -> str:
    """Return what a score column is called: the model's own needs no name."""
    return "the model" if score == "score" else score


def recomputed_beside(claim: ClaimCheck) -> str:
    """Return our own number with its interval, as far as there is one."""
    if claim.recomputed:
        return digits.together(claim.recomputed)
    return digits.difference(claim.compared) if claim.compared else ""


def score_tables(
    estimates: Sequence[Estimate], task: str = "classification"
) -> tuple[ScoreTable, ...]:
    """Return the estimates of each score, the model's own first, by family."""
    estimates = [each for each in estimates if each.structure is None]
    scores = dict.fromkeys(each.score for each in estimates)
    return tuple(
        ScoreTable(
            score="" if score == "score" else score,
            families=families([each for each in estimates if each.score == score], task),
            net_benefit=tuple(_net_benefits([e for e in estimates if e.score == score])),
        )
        for score in sorted(scores, key=lambda name: name != "score")
    )


def _net_benefits(
    estimates: Sequence[Estimate],
) -> Iterator[tuple[str, tuple[NetBenefitRow, ...]]]:
    """Yield caption and rows of each table of net benefit: of a metric, by a horizon."""
    for metric, caption in NET_BENEFIT.items():
        found = [each for each in estimates if each.metric == metric]
        for horizon in dict.fromkeys(each.horizon for each in found):
            by = "" if horizon is None else f" at {in_words(horizon)}"
            yield caption + by, net_benefit([e for e in found if e.horizon == horizon])


def families(estimates: Sequence[Estimate], task: str = "classification") -> tuple[Family, ...]:
    """Return the estimates as rows by family; those of net benefit have a table of their own."""
    by_family: dict[str, list[Estimate]] = {name: [] for name in FAMILIES}
    for each in estimates:
        if each.metric not in NET_BENEFIT:
            known = METRIC_NAMES.get(each.metric)
            by_family.setdefault(known.family if known else "other", []).append(each)
    return tuple(_family(name, found, task) for name, found in by_family.items() if found)


def _family(name: str, found: list[Estimate], task: str) -> Family:
    thresholds = {each.threshold for each in found} - {None}
    title = OF_TASK.get((name, task)) or FAMILIES.get(name, worded(name).capitalize())
    if name == "classification" and not thresholds and (name, task) not in OF_TASK:
        title = "Decisions" if {each.metric for each in found} - {"prevalence"} else COMMON
    common = thresholds.pop() if len(thresholds) == 1 else None
    if common is not None:
        at = digits.short(common)
        title += f" {at}" if name == "classification" else f" (threshold {at})"
    return Family(title=title, rows=tuple(estimate_row(each, common) for each in found))


def estimate_row(estimate: Estimate, said: float | None = None) -> EstimateRow:
    """Return one line of a table; the threshold is not repeated where the heading has `said` it."""
    return EstimateRow(
        label=estimate_label(estimate, said),
        value=digits.value(estimate),
        interval=digits.interval(estimate),
        n=digits.unit_of(estimate.cases, estimate.unit),
        missing=estimate.missing,
        method=estimate.interval.method if estimate.interval else "",
        others=tuple(f"{digits.limits(each)}, {each.method}" for each in estimate.other_intervals),
        note=estimate.note,
        undefined_because=estimate.undefined_because if estimate.value is None else "",
        group=estimate.group,
    )


def estimate_label(estimate: Estimate, said: float | None = None, *, in_days: bool = True) -> str:
    """Return the metric with its facets: ``net benefit at 5 years, threshold 0.3, treat all``.

    Args:
        estimate: the number.
        said: a threshold that the heading has said.
        in_days: horizons are days and said in words, else they are printed as they are.
    """
    label = first_upper(digits.metric_label(estimate.metric))
    if estimate.metric in TIMES and in_days:
        label += " (days)"
    at = estimate.horizon
    if at is not None:
        label += f" at {in_words(at)}" if in_days else f", horizon {digits.short(at)}"
    if estimate.threshold is not None and estimate.threshold != said:
        before = " at" if at is None else ", threshold"
        label += f"{before} {digits.short(estimate.threshold)}"
    if estimate.tolerance_mm is not None:
        label += f" at {digits.short(estimate.tolerance_mm)} mm"
    return label + "".join(f", {each}" for each in _facets(estimate))


def _facets(estimate: Estimate) -> Iterator[str]:
    """Yield the other facets in words."""
    if estimate.modality is not None:
        versus = estimate.versus
        title = _modality_title(estimate.modality)
        yield title if versus is None else f"{title} minus {_modality_title(versus)}"
    if estimate.reader is not None:
        yield reader_title(estimate.reader)
    for name in facets():
        facet = getattr(estimate, name)
        if facet is not None and name not in TOLD:
            said = isinstance(facet, str)
            yield worded(facet) if said else f"{worded(name)} {digits.short(facet)}"


TIMES = ("median_survival", "median_follow_up", "restricted_mean_survival")
"""Metrics that are times."""
TOLD = ("group", "score", "threshold", "horizon", "modality", "versus", "reader", "tolerance_mm")
"""Facets that have words of their own."""


def _modality_title(modality: str) -> str:
    """Return ``modality 2`` for one called 2; a name that says something stays as it is."""
    return f"modality {modality}" if modality.isdigit() else modality


def reader_title(reader: str) -> str:
    """Return ``reader 3`` for a reader called 3; a name that says so stays as it is."""
    return reader if "reader" in reader.casefold() else f"reader {reader}"


def category_title(table: CategoryTable) -> str:
    """Return the caption of cases by category of reference and measured value."""
    return f"{table.title} by reference (rows) and measured value (columns)"


def comparison_tables(
    evaluation: EvaluationReport,
) -> tuple[tuple[str, tuple[Comparison, ...]], ...]:
    """Return the comparisons on the same cases, and those of groups, each with its caption; empty ones are left out."""
    what = {
        "readers": "Modalities",
        "agreement": "Measurements",
        "detection": "Modalities or algorithms",
        "segmentation": "Algorithms",
    }.get(evaluation.task, "Scores")
    return parted(evaluation.comparisons, f"{what} compared on the same cases")


def parted(
    comparisons: Sequence[Comparison], caption: str
) -> tuple[tuple[str, tuple[Comparison, ...]], ...]:
    """Return comparisons under their caption, and those of groups under one of their own."""
    groups = tuple(each for each in comparisons if " = " in each.first and " = " in each.second)
    others = tuple(each for each in comparisons if each not in groups)
    tables = ((caption, others), ("Groups compared with each other", groups))
    return tuple((title, rows) for title, rows in tables if rows)


def decision_sign(evaluation: EvaluationReport) -> str:
    """Return how a score stands to the threshold in a positive decision."""
    return "≤" if evaluation.lower_is_positive else "≥"


def sample_sizes(evaluation: EvaluationReport) -> tuple[tuple[str, SampleSize], ...]:
    """Return how many patients were needed, for what; what could not be computed is left out."""
    sizes = (
        ("Patients needed to test such a model", evaluation.required_sample_size_evaluation),
        ("Patients needed to build it", evaluation.required_sample_size_development),
    )
    return tuple((what, size) for what, size in sizes if size is not None)


def comparison_label(comparison: Comparison) -> str:
    """Return ``AUROC at 5 years: the model minus age``, and the one reader it concerns."""
    label = first_upper(digits.metric_label(comparison.metric))
    if comparison.label is not None:
        label += f", {comparison.label}"
    if comparison.structure is not None:
        label += f", {worded(comparison.structure)}"
    if comparison.tolerance_mm is not None:
        label += f" at {digits.short(comparison.tolerance_mm)} mm"
    if comparison.horizon is not None:
        label += f" at {in_words(comparison.horizon)}"
    if comparison.threshold is not None:
        label += f" at {digits.short(comparison.threshold)}"
    label += f": {score_title(comparison.first)} minus {score_title(comparison.second)}"
    return label + (f", {reader_title(comparison.reader)}" if comparison.reader else "")


def cohort_words(cohort: TaskCohort) -> str:
    """Return who was scored in another task: ``240 rows of 200 patients; 109 with the outcome, 131 censored``."""
    text = counted(cohort.rows, cohort.unit)
    if cohort.patients is not None:
        text += f" of {counted(cohort.patients, 'patient')}"
    if cohort.incomplete:
        text += f", {digits.count(cohort.incomplete)} with a value missing and left out"
    told = ", ".join(_part_words(each) for each in cohort.parts)
    return f"{text}; {told}" if told else text


def _part_words(part: PartOfCohort) -> str:
    count = digits.count(part.count)
    if part.kind == "class":
        return f"{count} of class {part.name}"
    if part.kind == "structure":
        return f"{count} with {worded(part.name)}"
    if part.kind in PART_WORDS:
        return f"{count} {PART_WORDS[part.kind]}"
    return f"{count} {_plural(part.kind) if part.count != 1 else part.kind}"


def _plural(kind: str) -> str:
    head, space, rest = kind.partition(" ")
    several = {"modality": "modalities", "missing": "missing", "classes": "classes"}
    plural = several.get(head, f"{head}s")
    return f"{plural}{space}{rest}{'s' if head == 'missing' else ''}"


PART_WORDS = {
    "event": "with the outcome",
    "competing event": "with a competing event",
    "censored": "censored",
}
"""Kind of a part of the cohort to what is said of it."""


def first_upper(text: str) -> str:
    """Return the text with a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def net_benefit(estimates: Sequence[Estimate]) -> tuple[NetBenefitRow, ...]:
    """Return the estimates of one metric of net benefit as a table: thresholds down, strategies across."""
    rows = []
    for threshold in dict.fromkeys(each.threshold for each in estimates):
        at = {each.strategy: each for each in estimates if each.threshold == threshold}
        model = at.get("model")
        first = model or next(iter(at.values()))
        places = digits.decimals(first.interval)
        rows.append(
            NetBenefitRow(
                threshold=digits.DASH if threshold is None else digits.short(threshold),
                model=_at_places(model, places),
                interval=digits.interval(model) if model else digits.DASH,
                treat_all=_at_places(at.get("treat_all"), places),
                treat_none=_at_places(at.get("treat_none"), places),
                n=digits.unit_of(first.cases, first.unit),
            )
        )
    return tuple(rows)


def _at_places(estimate: Estimate | None, places: int) -> str:
    if estimate is None or estimate.value is None:
        return digits.DASH
    return digits.number(estimate.value, places)


def fold_rows(values: Sequence[FoldEstimate], *, in_days: bool = True) -> tuple[FoldRow, ...]:
    """Return the rows of a table of means over folds, all numbers of a row with as many digits."""
    return tuple(_fold_row(each, in_days) for each in values)


def _fold_row(found: FoldEstimate, in_days: bool = True) -> FoldRow:
    mean = found.mean
    places = digits.places(mean)
    return FoldRow(
        label=estimate_label(replace(mean, summary=None), in_days=in_days),
        pooled=_placed(found.pooled, places),
        mean=_placed(mean.value, places),
        interval=digits.interval(mean),
        spread=_placed(found.standard_deviation, places),
        method=mean.interval.method if mean.interval else "",
        note=mean.note,
        undefined_because=mean.undefined_because if mean.value is None else "",
        by_fold=tuple(_placed(each, places) for each in found.by_fold),
    )


def _placed(value: float | None, places: int) -> str:
    return digits.DASH if value is None else digits.number(value, places)


MOST_FOLDS = 10
"""Folds up to which each has a column of its own."""


def fold_method(found: FoldEstimates) -> str:
    """Return the method that most intervals of means over folds have; empty where none has an interval."""
    methods = [each.mean.interval.method for each in found.values if each.mean.interval]
    return mode(methods) if methods else ""


def fold_heads(found: FoldEstimates, most: int = MOST_FOLDS) -> tuple[str, ...]:
    """Return the heads of the table of each fold: its name; of many folds the lowest, the middle and the highest."""
    if len(found.folds) > most:
        return ("Lowest fold", "Median fold", "Highest fold")
    return tuple(each.name for each in found.folds)


def fold_cells(found: FoldEstimates, row: FoldEstimate, most: int = MOST_FOLDS) -> tuple[str, ...]:
    """Return the cells of a metric under those heads."""
    if len(found.folds) <= most:
        return _fold_row(row).by_fold
    known = [each for each in row.by_fold if each is not None]
    if not known:
        return (digits.DASH,) * 3
    places = digits.places(row.mean)
    return tuple(_placed(each, places) for each in (min(known), median(known), max(known)))


def fold_sizes(found: FoldEstimates) -> str:
    """Return how many rows the folds have: ``5 folds of 118 to 120 complete rows``."""
    sizes = [each.cases for each in found.folds]
    low, high = digits.count(min(sizes)), digits.count(max(sizes))
    rows = f"{low} complete rows each" if low == high else f"{low} to {high} complete rows"
    return f"{len(sizes)} folds of {rows}"


def fold_notes(found: FoldEstimates) -> tuple[str, ...]:
    """Return how to read the table of folds, and what to keep in mind."""
    method = fold_method(found)
    intervals = f"Intervals of means, where nothing else is said: {method}." if method else ""
    return tuple(filter(None, (FOLDS_READ, intervals, *found.notes)))


FOLDS_READ = (
    "All rows: computed once over the rows of all folds. Mean over folds: computed in each fold, then averaged; the "
    "standard deviation is that of the values of the folds. The two differ where scores of different models are not "
    "on one scale, or folds are small."
)
"""How to read the table of folds."""


def absent_here(evaluation: EvaluationReport) -> tuple[tuple[str, str], ...]:
    """Return each reason why something could not be established, with what it concerns."""
    reasons = dict.fromkeys(evaluation.absent.values())
    return tuple(
        (
            reason,
            ", ".join(worded(name) for name, why in evaluation.absent.items() if why == reason),
        )
        for reason in reasons
    )


def structure_of_groups(evaluation: EvaluationReport) -> str:
    """Return of which structure the numbers in the table of groups are, to follow its name; empty: of none."""
    structure = usual_structure(evaluation)
    if structure is None or all(each.structure is None for each in evaluation.estimates):
        return ""
    mean = "mean over patients, " if evaluation.task == "segmentation" else ""
    return f": {mean}{worded(structure)}"


def group_tables(evaluation: EvaluationReport, metrics: Sequence[str]) -> tuple[GroupTable, ...]:
    """Return the groups of each column with their size and those metrics."""
    sizes = {f"{each.column} = {each.name}": each for each in evaluation.group_sizes}
    groups = group_cases(evaluation)
    columns = dict.fromkeys(group.partition(" = ")[0] for group in groups)
    return tuple(
        GroupTable(
            column=column,
            rows=tuple(
                _group_row(evaluation, metrics, group, cases, sizes.get(group))
                for group, cases in groups.items()
                if group.partition(" = ")[0] == column
            ),
        )
        for column in columns
    )


def _group_row(
    evaluation: EvaluationReport,
    metrics: Sequence[str],
    group: str,
    cases: int,
    size: GroupSize | None,
) -> GroupRow:
    plain = usual(evaluation)
    return GroupRow(
        name=group.partition(" = ")[2],
        cases=digits.count(cases),
        patients=digits.count(size.patients if size else None),
        with_outcome=digits.count(size.with_outcome if size else None),
        without_outcome=digits.count(size.without_outcome if size else None),
        cells=tuple(_group_cell(evaluation, plain, metric, group) for metric in metrics),
    )


def _group_cell(evaluation: EvaluationReport, plain: Usual, metric: str, group: str) -> EstimateRow:
    for each in evaluation.subgroup_estimates:
        if (each.metric, each.group) == (metric, group) and is_plain(each, plain):
            return estimate_row(each)
    nothing = Estimate(
        metric=metric, group=group, cases=0, unit="case", undefined_because="not computed"
    )
    return estimate_row(nothing)


def unchecked(report: Report) -> tuple[Unchecked, ...]:
    """Return every reason for which something could not be checked; the one that concerns most comes first."""
    by_reason: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for kind, because, text in _unchecked_things(report):
        by_reason.setdefault(because, ([], [], []))[kind].append(text)
    faults = {each.because for each in report.not_run if each.our_fault}
    found = [
        Unchecked(
            because=because,
            rules=tuple(rules),
            claims=tuple(claims),
            evidence=tuple(evidence),
            our_fault=because in faults,
        )
        for because, (rules, claims, evidence) in by_reason.items()
    ]
    return tuple(sorted(found, key=lambda each: -each.size))


def _unchecked_things(report: Report) -> Iterator[tuple[int, str, str]]:
    for each in report.not_run:
        yield 0, each.because, f"{each.rule} {each.title} ({each.place})"
    for claim in report.claims:
        yield from _unchecked_claim(claim)
    for evaluation in report.evaluations:
        for name, because in evaluation.absent.items():
            yield 2, because, f"{worded(name)} ({evaluation.name})"


def _unchecked_claim(claim: ClaimCheck) -> Iterator[tuple[int, str, str]]:
    title = f"{claim_title(claim)} ({claim.evaluation})"
    if claim.verdict is Verdict.NOT_CHECKABLE and claim.because:
        yield 1, claim.because, title
        return
    for part in claim.parts:
        if part.verdict is Verdict.NOT_CHECKABLE:
            yield 1, part.because, f"{title}: {PARTS.get(part.part, part.part)}"


def count_words(count: Count) -> tuple[str, str]:
    """Return ``60 of 61`` and ``checks by 21 rules``, or ``13 of 14`` and ``claims checked``."""
    words = (
        f"{count.kind} checked"
        if count.rules is None
        else f"{'check' if count.total == 1 else 'checks'} by {counted(count.rules, 'rule')}"
    )
    return f"{count.checked} of {count.total}", words


def severity_counts(report: Report) -> tuple[tuple[Sign, int], ...]:
    """Return how many findings, without the waived, have each severity."""
    return tuple(
        (sign, sum(each.severity is severity and not each.waived for each in report.findings))
        for severity, sign in SEVERITIES.items()
    )


def references(report: Report) -> dict[str, int]:
    """Return the number under which each source stands in the list of sources."""
    return {key: number for number, key in enumerate(report.provenance.sources, start=1)}


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 rule`` or ``2 rules``."""
    return f"{digits.count(number)} {one if number == 1 else many or one + 's'}"

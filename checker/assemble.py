"""Puts description, evidence, rule runs and answers together as one report; decides nothing new."""

import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from importlib.metadata import version

from checker import __version__
from checker.appraisal.places import items_of
from checker.model.claim import ClaimCheck, Verdict
from checker.model.estimate import Estimate, Estimates
from checker.model.evidence import ClaimEvidence, EvaluationEvidence, StudyEvidence
from checker.model.finding import Finding, RuleRun, Severity
from checker.model.metric_names import METRIC_NAMES
from checker.model.predictions import Predictions, TaskTable
from checker.model.quality import QualityScore
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
    grouped,
)
from checker.model.settings import Settings
from checker.model.study import Claim, Evaluation, Study
from checker.model.study.data import Partition
from checker.model.study.evaluated import claimed, evaluated
from checker.model.study.facts import FACTS, described, state
from checker.model.threshold import Thresholds
from checker.needs import Absent
from checker.reading.documents import StudyDocument, dotted
from checker.reading.submission import Submitted
from checker.rules import RULES

PACKAGES = ("numpy", "scipy", "polars", "pydantic")
"""Packages whose version can change a number."""


def report(
    document: StudyDocument,
    submitted: Submitted,
    evidence: StudyEvidence,
    runs: Sequence[RuleRun],
    guidelines: Sequence[GuidelineReport],
    answers: Sequence[Answer],
    *,
    scores: Sequence[QualityScore] = (),
    items: Mapping[str, tuple[str, ...]],
    others: tuple[OtherGuideline, ...],
    deciding: tuple[DecidingFact, ...],
    following: tuple[NextFact, ...],
    settings: Settings,
    thresholds: Thresholds,
    sources: Mapping[str, str],
    notes: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
) -> Report:
    """Return the report of one study.

    Args:
        document: the description as read.
        submitted: what lay beside it.
        evidence: what was established.
        runs: what the rules said at every place.
        guidelines: those that were looked at.
        answers: one for each item of them.
        scores: published quality scores that were asked for.
        items: rule code to the items beside which its findings are shown.
        others: the guidelines that were not looked at.
        deciding: facts to describe before all else.
        following: facts to describe next.
        settings: seed, resamples, level.
        thresholds: the numbers that rules compared with.
        sources: key to citation.
        notes: what was read or chosen otherwise than written.
        select: prefixes of codes that were asked for.
        ignore: prefixes of codes that were left out.
    """
    study = document.study
    evaluations = tuple(
        evaluation_report(study, evaluation, here, submitted.predictions[evaluation.name])
        for evaluation, here in zip(evaluated(study), evidence.evaluations, strict=True)
    )
    claims = claim_checks(study, evidence)
    findings = beside_answers(reported_findings(runs, document, items), answers)
    parts = evidence.partition_counts
    return Report(
        study=glance(study),
        in_short=in_short(evaluations, claims, findings, guidelines, following),
        counts=counts(runs, claims, answers),
        evaluations=evaluations,
        partition_counts=() if isinstance(parts, Absent) else parts,
        claims=claims,
        findings=findings,
        not_run=not_run(runs, study),
        guidelines=tuple(guidelines),
        answers=tuple(answers),
        other_guidelines=others,
        deciding_facts=deciding,
        next_facts=following,
        comments=comments(study, findings, answers, claims, guidelines),
        provenance=Provenance(
            checker=__version__,
            python=platform.python_version(),
            packages={each: version(each) for each in PACKAGES},
            files={document.file: document.sha256, **submitted.files},
            seed=settings.seed,
            resamples=settings.resamples,
            level=settings.level,
            thresholds=used(thresholds),
            sources={each: sources[each] for each in cited(thresholds)},
            notes=notes,
            select=select,
            ignore=ignore,
        ),
        scores=tuple(scores),
    )


def used(thresholds: Thresholds) -> tuple[UsedThreshold, ...]:
    """Return the numbers that rules compared with, in the order of their file."""
    return tuple(
        UsedThreshold(
            name=each.name, value=each.value, unit=each.unit, why=each.why, source=each.source
        )
        for each in thresholds.values.values()
    )


def cited(thresholds: Thresholds) -> tuple[str, ...]:
    """Return the keys of all sources that rules and thresholds name, sorted."""
    by_rules = {source for rule in RULES.values() for source in rule.sources}
    by_thresholds = {each.source for each in thresholds.values.values()} - {"ours"}
    return tuple(sorted(by_rules | by_thresholds))


def glance(study: Study) -> StudyGlance:
    """Return the study as the checker understood it."""
    present, asked = described(study)
    return StudyGlance(
        title=study.study.title or "",
        type=_plain(study.study.type),
        question=_plain(study.study.question),
        technique=study.study.technique or "",
        modality=tuple(study.predictors.acquisition.modality or ()),
        population=study.intended_use.population or "",
        purpose=study.intended_use.purpose or "",
        outcome=study.outcome.definition or "",
        reference_standard=_plain(study.outcome.reference_standard),
        model=_model(study.model.name, study.model.version),
        partitions=tuple(_partition(study, each) for each in study.data.partitions or ()),
        described=present,
        facts=asked,
        without=dict(_without(study)),
    )


GLANCED = {
    "type": "study.type",
    "question": "study.question",
    "technique": "study.technique",
    "modality": "predictors.acquisition.modality",
    "population": "intended_use.population",
    "purpose": "intended_use.purpose",
    "outcome": "outcome.definition",
    "reference_standard": "outcome.reference_standard",
    "model": "model.name",
}
"""Field of the glance to its fact."""
SAID = {"not_reported": "not reported", "not_applicable": "does not apply"}


def _without(study: Study) -> Iterator[tuple[str, str]]:
    """Yield the fields of the glance of which a person said why they are empty, with the words."""
    for name, fact in GLANCED.items():
        said = state(study, fact)
        if words := SAID.get(said.kind):
            yield name, f"{words}: {said.reason}" if said.reason else words


def _model(name: str | None, version_: str | None) -> str:
    return ", ".join(each for each in (name, version_ and f"version {version_}") if each)


def _plain(coded: str | None) -> str:
    return (coded or "").replace("_", " ")


def _partition(study: Study, part: Partition) -> PartitionGlance:
    source = next((each for each in study.data.sources or () if each.name == part.source), None)
    centres = part.centres or (source and source.centres)
    start, end = part.start or (source and source.start), part.end or (source and source.end)
    return PartitionGlance(
        name=part.name,
        role=_plain(part.role),
        source=part.source or "",
        patients=part.patients,
        events=part.events,
        centres=None if not centres else len(centres),
        countries=tuple((source and source.countries) or ()),
        start=str(start or ""),
        end=str(end or ""),
    )


COMPARISONS = ("paired_comparison", "group_comparison", "task_comparison")
"""Evidence that is listed together as comparisons, in this order."""


def evaluation_report(
    study: Study, evaluation: Evaluation, evidence: EvaluationEvidence, predictions: object
) -> EvaluationReport:
    """Return one evaluation with every number that could be recomputed, and the reason for every other one."""
    roles = {each.name: each.role for each in study.data.partitions or ()}
    point = evaluation.operating_point
    found = {
        each.name: getattr(evidence, each.name)
        for each in fields(evidence)
        if each.name != "claims"
    }
    known = {name: value for name, value in found.items() if not isinstance(value, Absent)}
    return EvaluationReport(
        name=evaluation.name,
        task=evaluation.task,
        partition=evaluation.partition or "",
        role=_plain(roles.get(evaluation.partition or "")),
        unit=evaluation.unit_of(predictions.unit if isinstance(predictions, TaskTable) else "row"),
        outcome=predictions.spelling[1] if isinstance(predictions, Predictions) else "",
        file=predictions.file if isinstance(predictions, Predictions | TaskTable) else "",
        threshold=point.threshold,
        threshold_origin=_plain(point.origin),
        lower_is_positive=isinstance(predictions, Predictions) and predictions.lower_is_positive,
        estimates=_numbers(known.pop("estimates", None)),
        subgroup_estimates=_numbers(known.pop("subgroup_estimates", None)),
        comparisons=sum((known.pop(name, ()) for name in COMPARISONS), start=()),
        threshold_optimum=known.pop("threshold_equals_optimum_on_test", ()),
        **{
            name: value
            for name, value in known.items()
            if name in {each.name for each in fields(EvaluationReport)}
        },
        absent={
            name: _because(value, study)
            for name, value in found.items()
            if isinstance(value, Absent) and value.applies
        },
    )


def _numbers(estimates: Estimates | None) -> tuple[Estimate, ...]:
    return () if estimates is None else estimates.values


def claim_checks(study: Study, evidence: StudyEvidence) -> tuple[ClaimCheck, ...]:
    """Return every claim with its verdict; one without evidence could not be checked, with the reason."""
    checks = []
    for place, evaluation, here in zip(
        claimed(study), evaluated(study), evidence.evaluations, strict=True
    ):
        for j, (claim, made) in enumerate(zip(evaluation.claims or (), here.claims, strict=True)):
            at = dotted((*place, "claims", j))
            checks.append(_claim_check(study, evaluation, claim, made, at))
    return tuple(checks)


def _claim_check(
    study: Study, evaluation: Evaluation, claim: Claim, made: ClaimEvidence, at: str
) -> ClaimCheck:
    if not isinstance(made.claim_check, Absent):
        return made.claim_check
    return ClaimCheck(
        name=claim.name or claim.metric,
        evaluation=evaluation.name,
        metric=claim.metric,
        label=_subject(claim),
        place=claim.place or "",
        at=at,
        group=claim.group or "all",
        printed=_printed(claim),
        verdict=Verdict.NOT_CHECKABLE,
        because=_because(made.claim_check, study),
    )


def _subject(claim: Claim) -> str:
    """Return the metric and what it is of, in the words of the description: ``Dice, liver``."""
    versus = f"against {claim.versus}" if claim.versus else ""
    return ", ".join(filter(None, (METRIC_NAMES[claim.metric].label, claim.of, versus)))


def _printed(claim: Claim) -> str:
    """Return what the paper prints, on one line: ``88.4 % (84.0 to 92.1)``."""
    value = claim.value.text if claim.value else ""
    percent = " %" if value and claim.percent else ""
    limits = f"({claim.low.text} to {claim.high.text})" if claim.low and claim.high else ""
    chance = f"p value {claim.p_value}" if claim.p_value and not value else ""
    return " ".join(filter(None, (value + percent, limits, chance)))


def reported_findings(
    runs: Sequence[RuleRun], document: StudyDocument, items: Mapping[str, tuple[str, ...]]
) -> tuple[ReportedFinding, ...]:
    """Return all findings, worst first, with the text of their rules.

    Args:
        runs: what the rules said.
        document: tells the line of everything that stands in it.
        items: rule code to the guideline items beside which its findings are shown.
    """
    found = [
        _reported(run, finding, document, items.get(run.rule, ()))
        for run in runs
        for finding in run.findings
    ]
    return tuple(sorted(found, key=lambda each: each.severity.rank))


def _reported(
    run: RuleRun, finding: Finding, document: StudyDocument, items: tuple[str, ...]
) -> ReportedFinding:
    rule = RULES[run.rule]
    place = document.places.within(finding.at)
    return ReportedFinding(
        code=rule.code,
        title=rule.title,
        severity=rule.severity,
        message=finding.message,
        at=dotted(finding.at),
        place=run.place,
        file=document.file,
        line=document.places.line_within(finding.at),
        cell=place.cell if place else "",
        observed=finding.observed,
        expected=finding.expected,
        why=rule.why,
        fix=rule.fix,
        sources=rule.sources,
        items=items,
        brief=finding.brief,
    )


def beside_answers(
    findings: Sequence[ReportedFinding], answers: Sequence[Answer]
) -> tuple[ReportedFinding, ...]:
    """Return the findings, those about a place of the paper beside the items that it answers."""
    items = items_of(answers)
    return tuple(
        replace(each, items=tuple(dict.fromkeys((*each.items, *found))))
        if (found := items.get(each.at.rpartition(".")[0]))
        else each
        for each in findings
    )


def not_run(runs: Sequence[RuleRun], study: Study) -> tuple[NotRun, ...]:
    """Return every rule that could not run at one place; where it does not apply is left out.

    A rule that misses a fact says whether a person looked and did not find it, or nobody said anything yet.
    """
    return tuple(
        NotRun(
            rule=run.rule,
            title=RULES[run.rule].title,
            at=dotted(run.at),
            place=run.place,
            because=_because(run.absent, study),
            our_fault=run.crashed,
        )
        for run in runs
        if run.absent is not None and run.absent.applies
    )


def _because(absent: Absent, study: Study) -> str:
    """Return why something is absent; a fact that is missing is named with what it says."""
    if not absent.fact:
        return absent.because
    said = state(study, absent.fact)
    named = f"{absent.fact} ({FACTS[absent.fact].words})"
    if said.kind not in ("not_reported", "not_applicable"):
        return f"{named} is not described yet"
    how = "not to be reported" if said.kind == "not_reported" else "not to apply"
    return f"{named} is said {how}" + (f": {said.reason}" if said.reason else "")


def counts(
    runs: Sequence[RuleRun], claims: Sequence[ClaimCheck], answers: Sequence[Answer]
) -> tuple[Count, ...]:
    """Return how many rules (at each place), claims and items were checked, of those that apply."""
    applying = [run for run in runs if run.absent is None or run.absent.applies]
    asked = [each for each in answers if each.status is not Status.DOES_NOT_APPLY]
    return (
        Count(
            kind="rules",
            checked=sum(run.absent is None for run in applying),
            total=len(applying),
            rules=len({run.rule for run in applying}),
        ),
        Count(
            kind="claims",
            checked=sum(each.verdict is not Verdict.NOT_CHECKABLE for each in claims),
            total=len(claims),
        ),
        Count(
            kind="guideline items",
            checked=sum(each.status is not Status.NOT_DESCRIBED_YET for each in asked),
            total=len(asked),
        ),
    )


def in_short(
    evaluations: Sequence[EvaluationReport],
    claims: Sequence[ClaimCheck],
    findings: Sequence[ReportedFinding],
    guidelines: Sequence[GuidelineReport],
    following: Sequence[NextFact] = (),
) -> tuple[str, ...]:
    """Return sentences: what was recomputed, how printed numbers fare, what was found, what is missing."""
    said = (
        _recomputed(evaluations),
        _fares(claims),
        f"{_found(findings)} {_critical(findings)}".strip(),
        f"{_reporting(guidelines)} {_following(following)}".strip(),
    )
    return tuple(each for each in said if each)


def _recomputed(evaluations: Sequence[EvaluationReport]) -> str:
    made = [each for each in evaluations if each.estimates]
    if not made:
        return "No number could be recomputed: no predictions were submitted that this version can score."
    rows = sum(who.rows for each in made if (who := each.cohort or each.task_cohort))
    units = {each.task_cohort.unit if each.task_cohort else "row" for each in made}
    unit = units.pop() if len(units) == 1 else "row"
    numbers = sum(each.value is not None for one in made for each in one.estimates)
    of = (
        f"{len(made)} of {len(evaluations)} evaluations"
        if len(evaluations) > 1
        else "the evaluation"
    )
    scored = f"{rows:,} submitted {unit}{'' if rows == 1 else 's'}"
    return f"From {scored} {numbers} numbers were recomputed for {of}.".replace(",", " ")


def _fares(claims: Sequence[ClaimCheck]) -> str:
    if not claims:
        return "No printed number was given to compare with."
    by = Counter(each.verdict for each in claims)
    parts = [f"{by[verdict]} {verdict.words}" for verdict in Verdict if by[verdict]]
    numbers = "printed number" if len(claims) == 1 else "printed numbers"
    return f"Of {len(claims)} {numbers}: {_joined(parts)}."


def _found(findings: Sequence[ReportedFinding]) -> str:
    if not findings:
        return "No rule found a defect where it could run."
    by = Counter(each.severity for each in findings)
    parts = [f"{by[severity]} {severity}" for severity in Severity if by[severity]]
    return f"Rules found {_joined(parts)} {'defect' if len(findings) == 1 else 'defects'}."


def _critical(findings: Sequence[ReportedFinding]) -> str:
    """Return the critical ones in a sentence, each rule once; empty if there is none."""
    worst = dict.fromkeys(
        f"{each.title[:1].lower()}{each.title[1:]} ({each.code})"
        for each in findings
        if each.severity is Severity.CRITICAL
    )
    return f"Critical: {'; '.join(worst)}." if worst else ""


def _reporting(guidelines: Sequence[GuidelineReport]) -> str:
    """Return how many of the items that are asked are reported, and how many contradicted, guideline by guideline."""
    parts = []
    for each in guidelines:
        asked = sum(each.counts.values()) - each.counts.get(Status.DOES_NOT_APPLY, 0)
        said = f"{each.title.split(':')[0]}: {each.counts.get(Status.REPORTED, 0)} of {asked}"
        if wrong := each.counts.get(Status.CONTRADICTED, 0):
            said += f" ({wrong} contradicted)"
        parts.append(said)
    return f"Items reported, of those asked: {'; '.join(parts)}." if parts else ""


def _following(facts: Sequence[NextFact]) -> str:
    """Return how many items the next facts would complete."""
    if not facts:
        return ""
    items = sum(len(each.completes) for each in facts)
    some = "1 fact" if len(facts) == 1 else f"{len(facts)} facts"
    return f"{some} would complete {items} {'item' if items == 1 else 'items'}."


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def comments(
    study: Study,
    findings: Sequence[ReportedFinding],
    answers: Sequence[Answer],
    claims: Sequence[ClaimCheck],
    guidelines: Sequence[GuidelineReport],
) -> tuple[str, ...]:
    """Return comments to the authors: neutral, each with its evidence and a request, as plain text to paste.

    First what findings say (worst first, minor ones too), then items that a person said are not reported.
    What study.yaml is silent about is no comment: nobody looked. Where there are several evaluations, what
    concerns one begins with its name.
    """
    printed_in = {each.at: each.place for each in claims if each.place}
    made = [_comment(each, study.evaluations or (), printed_in) for each in grouped(findings)]
    names = {each.id: each.title.split(":")[0] for each in guidelines}
    return (*made, *(_gap(each, names) for each in answers if _said_missing(each)))


def _gap(answer: Answer, names: Mapping[str, str]) -> str:
    """Return the comment on an item of which a person said that it, or a part of it, is not reported."""
    missing = _said_missing(answer)
    if answer.status is Status.NOT_REPORTED:
        what = "None of it is reported"
    else:
        what = "Not reported: " + "; ".join(FACTS[fact.name].words for fact in missing)
    reasons = dict.fromkeys(fact.reason.removesuffix(".") for fact in missing if fact.reason)
    because = f" ({'; '.join(reasons)})" if reasons else ""
    return (
        f"{names[answer.guideline]} item {answer.item} asks: {answer.requirement} {what}{because}. "
        "Please add it, or say why it does not apply."
    )


def _comment(
    group: Sequence[ReportedFinding],
    evaluations: Sequence[Evaluation],
    printed_in: Mapping[str, str],
) -> str:
    """Return the comment on a finding, or on several that say the same."""
    first = group[0]
    if len(group) == 1:
        where = _where(first, evaluations, printed_in)
        return f"{where}: {first.message} {first.fix}" if where else f"{first.message} {first.fix}"
    listed: dict[str, list[str]] = {}
    for each in group:
        listed.setdefault(_where(each, evaluations, printed_in), []).append(each.brief)
    said = "; ".join(
        f"{where}: {', '.join(briefs)}" if where else ", ".join(briefs)
        for where, briefs in listed.items()
    )
    return f"{first.title} ({len(group)}): {said}. {first.fix}"


def _where(
    finding: ReportedFinding, evaluations: Sequence[Evaluation], printed_in: Mapping[str, str]
) -> str:
    """Return the evaluation, if there are several, and where the paper prints the number."""
    claim = finding.at.rpartition(".")[0]
    concerned = [
        each.name
        for i, each in enumerate(evaluations)
        if len(evaluations) > 1 and finding.at.startswith(f"evaluations[{i}]")
    ]
    return ", ".join([*concerned, *([printed_in[claim]] if claim in printed_in else [])])


def _said_missing(answer: Answer) -> list[AnswerFact]:
    """Return the parts of an open item of which a person said that they are not reported."""
    if answer.status not in (Status.NOT_REPORTED, Status.PARTLY):
        return []
    return [each for each in answer.facts if each.state is FactState.NOT_REPORTED]

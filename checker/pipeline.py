"""The order of the steps, and nothing else: from a description on disk to a report."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from checker import assemble
from checker.appraisal import next_facts, reporting, scores, suggesting
from checker.appraisal import questions as asking
from checker.appraisal.next_facts import OpenItem, Waiting
from checker.appraisal.places import placed
from checker.cases import Running, measured_maps, measured_masks
from checker.cases.of_study import OfStudy
from checker.errors import BadRequest, BadSubmission, Problem
from checker.evidence import gather, known_about, places
from checker.model.finding import RuleRun, Severity
from checker.model.guideline import Guideline, IndexEntry, is_named
from checker.model.quality import AnswerSheet, QualityScore
from checker.model.question import Counting, Question
from checker.model.report import (
    Answer,
    DecidingFact,
    GuidelineReport,
    NextFact,
    OtherGuideline,
    Report,
)
from checker.model.score_guideline import ScoreGuideline
from checker.model.settings import Settings
from checker.model.study import Study
from checker.model.threshold import Thresholds
from checker.reading.answers import require_answers, sheets_of
from checker.reading.documents import StudyDocument, read_study
from checker.reading.folder import Submission
from checker.reading.guidelines import answering, guidelines, read_guideline, read_index
from checker.reading.quotes import PaperPlaces, read_places
from checker.reading.references import read_sources, read_thresholds
from checker.reading.submission import Submitted, chosen_of, read_submitted, tables_named
from checker.rules import RULES, run_all


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run was asked for."""

    settings: Settings = field(default_factory=Settings)
    select: tuple[str, ...] = ()
    """Prefixes of rule codes; empty: all rules."""
    ignore: tuple[str, ...] = ()
    guidelines: tuple[str, ...] = ()
    """Names or files; empty: those that apply."""
    strict: bool = False
    """A rule that fails raises its error instead of being reported."""
    running: Running = field(default_factory=Running)
    """How masks are measured."""
    roots: Mapping[str, Path] = field(default_factory=dict)
    """Name to a folder opened besides, which the description may read as ``NAME:path``."""
    manuscript: Path | None = None
    """The paper in which quotes are looked up, instead of the one that the description names."""
    reported: Callable[[Problem], None] | None = None
    """Is told every case whose masks could not be read; the report says how many."""


def describe(path: Path) -> StudyDocument:
    """Read a description and nothing else.

    Raises:
        BadSubmission: with every problem at once.
    """
    return read_study(path)


def tables(path: Path, roots: Mapping[str, Path] | None = None) -> tuple[Path, ...]:
    """Return the files that a description names, of a folder those inside, whether they are there or not.

    Args:
        path: of the description.
        roots: see `Options`.

    Raises:
        BadSubmission: the description cannot be used; every problem at once.
    """
    submission = Submission(path.parent, roots or {})
    study = read_study(path).study
    paper = study.statements.manuscript
    named = [submission.place(name) for name in (*tables_named(study), *([paper] if paper else ()))]
    inside = (place.iterdir() if os.path.isdir(place) else (place,) for place in named)
    return tuple(each for places in inside for each in places)


class Asked(NamedTuple):
    """A description, what it still has to answer, and the guidelines that ask."""

    document: StudyDocument | None
    """None: there is none yet."""
    study: Study
    questions: tuple[Question, ...]
    counting: tuple[Counting, ...]


def questions(path: Path | None, names: tuple[str, ...] = ()) -> Asked:
    """Return the questions about a study with the answers so far.

    Args:
        path: of the description; None: nothing is answered yet.
        names: of guidelines, or their files; empty: those that apply.

    Raises:
        BadSubmission: the description or a guideline cannot be used; every problem at once.
        BadRequest: there is no guideline of that name.
    """
    document = read_study(path) if path else None
    study = document.study if document else Study()
    submission = Submission(path.parent if path else Path())
    chosen = _chosen(study, submission, Options(guidelines=names)).chosen
    counting = [Counting(name=each.id, title=each.title, why=why) for each, why in chosen]
    found = asking.questions(study, [each for each, _ in chosen])
    return Asked(document, study, found, tuple(counting))


def check(path: Path, options: Options | None = None) -> Report:
    """Read a study, recompute it, apply the rules, appraise it, and report.

    Raises:
        BadSubmission: the description or a file it names cannot be used; every problem at once.
        BadRequest: an option names a rule or guideline that does not exist.
    """
    asked = options or Options()
    wanted = _rules(asked)
    document = _described(path)
    require_answers(document)
    looked = _chosen(document.study, Submission(path.parent, asked.roots), asked)
    sheets = _sheets(document, looked)
    thresholds = read_thresholds()
    submitted, paper = _submitted(document, path.parent, asked, thresholds)
    submitted = _with_masks(document, submitted, asked)
    known = known_about(
        document.study,
        predictions=submitted.predictions,
        case_tables=submitted.case_tables,
        thresholds=thresholds,
        settings=asked.settings,
        told_places=paper.places,
    )
    everywhere = places(document.study, known)
    evidence = gather(everywhere)
    runs = run_all(everywhere, wanted, strict=asked.strict)
    appraised = _appraised(document.study, looked, runs)
    return assemble.report(
        document,
        replace(submitted, files={**submitted.files, **paper.files}),
        evidence,
        runs,
        appraised.reports,
        placed(appraised.answers, paper.places, runs),
        scores=_scored(document.study, sheets, runs),
        items=appraised.items,
        others=appraised.others,
        deciding=appraised.deciding,
        following=appraised.following,
        settings=asked.settings,
        thresholds=thresholds,
        sources=read_sources(),
        notes=(*map(str, document.notes), *chosen_of(submitted), *appraised.notes),
        select=asked.select,
        ignore=asked.ignore,
    )


def _submitted(
    document: StudyDocument, folder: Path, asked: Options, thresholds: Thresholds
) -> tuple[Submitted, PaperPlaces]:
    """Return what was submitted, and the places of the paper.

    Raises:
        BadSubmission: with every problem of all files at once.
    """
    problems: list[Problem] = []
    submitted: Submitted | None = None
    paper: PaperPlaces | None = None
    try:
        submitted = read_submitted(document, folder, roots=asked.roots)
    except BadSubmission as bad:
        problems += bad.problems
    try:
        paper = read_places(
            document,
            Submission(folder, asked.roots),
            given=asked.manuscript,
            alike=thresholds["quote_alike"],
        )
    except BadSubmission as bad:
        problems += bad.problems
    if submitted is None or paper is None:
        raise BadSubmission(problems)
    return submitted, paper


def _with_masks(document: StudyDocument, submitted: Submitted, asked: Options) -> Submitted:
    """Return what was submitted, with masks and maps measured.

    Raises:
        BadSubmission: no case of an evaluation could be measured.
    """
    if submitted.masks:
        found = measured_masks(document.study, submitted.masks, asked.running)
        submitted = _with(submitted, found, asked)
    if submitted.maps:
        submitted = _with(submitted, measured_maps(submitted.maps, asked.running), asked)
    return submitted


def _with(submitted: Submitted, found: OfStudy, asked: Options) -> Submitted:
    """Return what was submitted with what was measured of it; cases that could not be read are told."""
    if asked.reported is not None:
        for each in found.problems:
            asked.reported(each)
    return replace(
        submitted,
        predictions={**submitted.predictions, **found.tables},
        files={**submitted.files, **found.files},
    )


def _described(path: Path) -> StudyDocument:
    """Return the description.

    Raises:
        BadSubmission: with every problem of it; says that its tables were not read.
    """
    try:
        return read_study(path)
    except BadSubmission as bad:
        inside = any(each.line is not None or each.cell for each in bad.problems)
        raise BadSubmission(
            bad.problems, "its tables were not read yet" if inside else ""
        ) from None


class Appraised(NamedTuple):
    """What was found about reporting."""

    reports: tuple[GuidelineReport, ...]
    answers: tuple[Answer, ...]
    items: Mapping[str, tuple[str, ...]]
    others: tuple[OtherGuideline, ...]
    deciding: tuple[DecidingFact, ...]
    following: tuple[NextFact, ...]
    notes: tuple[str, ...]


def _appraised(study: Study, looked: "Looked", runs: Sequence[RuleRun]) -> Appraised:
    found = frozenset(run.rule for run in runs if run.findings)
    chosen = [each for each in looked.chosen if each[0].kind == "reporting"]
    notes: tuple[str, ...] = ()
    waiting = _waiting(runs)
    reports: list[GuidelineReport] = []
    answers: list[Answer] = []
    open_items: list[OpenItem] = []
    for guideline, why in chosen:
        made = reporting.appraise(guideline, study, found, answering(guideline), waiting)
        reports.append(reporting.guideline_report(guideline, made, why))
        answers += made
        open_items += next_facts.open_items(study, guideline, made)
        notes += reporting.unknown_items(guideline, study)
    items = {
        code: tuple(item for guideline, _ in chosen for item in guideline.beside(code))
        for code in RULES
    }
    following = next_facts.next_facts(study, open_items, waiting)
    deciding = next_facts.deciding_facts(study, looked.by_condition)
    return Appraised(
        tuple(reports), tuple(answers), items, looked.others, deciding, following, notes
    )


Sheets = list[tuple[ScoreGuideline, str, tuple[AnswerSheet, ...]]]
"""Quality scores that are looked at, why, and what each assessor answered."""


def _sheets(document: StudyDocument, looked: "Looked") -> Sheets:
    """Return the quality scores that are looked at, with what each assessor answered.

    Raises:
        BadSubmission: an answer does not fit its score.
    """
    return [
        (guideline, why, sheets_of(document, guideline))
        for guideline, why in looked.chosen
        if isinstance(guideline, ScoreGuideline)
    ]


def _scored(study: Study, sheets: Sheets, runs: Sequence[RuleRun]) -> tuple[QualityScore, ...]:
    """Return each score once for each assessor; where nobody answered, as far as the description goes."""
    found = frozenset(run.rule for run in runs if run.findings)
    made = []
    for guideline, why, given in sheets:
        suggested = suggesting.suggested(guideline, study, found)
        for sheet in given or (AnswerSheet(),):
            made.append(scores.quality_score(guideline, sheet, suggested, why=why))
    return tuple(made)


def _waiting(runs: Sequence[RuleRun]) -> Waiting:
    """Return the rules that could not run because the description is silent about a fact."""
    waiting: dict[str, dict[str, Severity]] = {}
    for run in runs:
        if run.absent is not None and run.absent.applies:
            for fact in run.absent.facts:
                waiting.setdefault(fact, {})[run.rule] = RULES[run.rule].severity
    return waiting


class Looked(NamedTuple):
    """The guidelines to look at, each with the reason, and those left out."""

    chosen: list[tuple[Guideline, str]]
    others: tuple[OtherGuideline, ...] = ()
    by_condition: tuple[IndexEntry, ...] = ()
    """Those that the description can still choose."""


def _chosen(study: Study, submission: Submission, options: Options) -> Looked:
    """Return the guidelines that were asked for, else those that apply, each with the reason.

    Raises:
        BadRequest: a name is neither a shipped guideline nor a file.
        BadSubmission: a guideline file cannot be used.
    """
    if options.guidelines:
        return Looked(
            [(_guideline(each), "Asked for by --guideline.") for each in options.guidelines]
        )
    choice = reporting.choose(study, read_index())
    read = _described_by([each.guideline for each in choice.chosen], submission)
    chosen = [(guideline, each.why) for guideline, each in zip(read, choice.chosen, strict=True)]
    chosen += [
        (_guideline(name), why)
        for name, why in scores.choose_scores(study, read_index())
        if name not in {each.guideline for each in choice.chosen}
    ]
    shipped = [entry.id for entry in read_index()]
    unknown = (
        OtherGuideline(id=each, may_apply=False, because=reporting.not_here(each, shipped))
        for each in choice.unknown
    )
    free = study.statements.guidelines is None
    open_ = tuple(each for each in read_index() if each.by_default and free)
    return Looked(chosen, (*map(_other, choice.others), *unknown), open_)


def _described_by(names: Sequence[str], submission: Submission) -> list[Guideline]:
    """Return the guidelines that the description names: those that ship, and own ones inside the folder.

    Raises:
        BadSubmission: files that cannot be used, or are none of the submission; every problem at once.
    """
    read: list[Guideline] = []
    problems: list[Problem] = []
    for name in names:
        try:
            read.append(_own(name, submission) if reporting.is_file(name) else _guideline(name))
        except BadSubmission as bad:
            problems += bad.problems
    if problems:
        raise BadSubmission(problems)
    return read


def _own(name: str, submission: Submission) -> Guideline:
    """Return a guideline of the author's own.

    Raises:
        BadSubmission: the file cannot be used, or is none of the submission.
    """
    file = submission.resolve(name, what="statements.guidelines")
    return read_guideline(file, rules=RULES)


def _other(left_out: reporting.Other) -> OtherGuideline:
    guideline = _guideline(left_out.guideline)
    verb = "may apply" if left_out.may_apply else "does not apply"
    name = f"{guideline.title.partition(':')[0]} ({guideline.year})"
    return OtherGuideline(
        id=guideline.id,
        may_apply=left_out.may_apply,
        because=f"{name} {verb}: {left_out.because}",
    )


def _guideline(name: str) -> Guideline:
    """Return the shipped guideline of that name, or the one in that file.

    Raises:
        BadRequest: it is neither.
        BadSubmission: the file cannot be used.
    """
    shipped = [entry.id for entry in read_index()]
    if named := [each for each in shipped if is_named(each, name)]:
        return guidelines(named)[0]
    if reporting.is_file(name):
        return read_guideline(Path(name), rules=RULES)
    raise BadRequest(
        f"{name} is neither a guideline of this version ({', '.join(shipped)}) nor a YAML file"
    )


def _rules(options: Options) -> tuple[str, ...]:
    """Return the codes of the rules that were asked for.

    Raises:
        BadRequest: a prefix fits no rule.
    """
    for prefix in (*options.select, *options.ignore):
        if not any(code.startswith(prefix.upper()) for code in RULES):
            raise BadRequest(f"no rule begins with {prefix}; there are {', '.join(sorted(RULES))}")

    def fits(code: str, prefixes: tuple[str, ...]) -> bool:
        return any(code.startswith(prefix.upper()) for prefix in prefixes)

    return tuple(
        code
        for code in sorted(RULES)
        if (not options.select or fits(code, options.select)) and not fits(code, options.ignore)
    )

"""The report as Markdown, for an issue, a pull request or a notebook: the order of the page, without figures."""

import re
from collections.abc import Callable, Iterator, Sequence

from checker.model.claim import ClaimCheck
from checker.model.quality import QualityScore
from checker.model.report import EvaluationReport, Report, ReportedFinding
from checker.model.times import in_words
from checker.render import checklists, digits, explanation_tables, marks, page, quality, risk_groups
from checker.render.cleaned import one_line
from checker.render.mask_tables import EMPTY, empty_heads, empty_rows, structure_tables
from checker.render.reader_matrix import ReaderTable, by_reader
from checker.render.signs import SEVERITIES, STATUSES, VERDICTS, Sign

SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
LIVE = re.compile(r"@(?=[\w-])|(?<=[A-Za-z]):(?=//)|\bwww(?=\.)", re.IGNORECASE)
"""What GitHub makes a mention, a mail or a link of without being asked."""
APART = "&#8203;"
"""A space without width, which keeps two signs apart and is not seen."""
OPENING = re.compile(r"^(\d*)([#+\-=.)])(?=\s|#|=|-|$)")
"""What would open a heading, a list or a rule at the beginning of a line."""


def to_markdown(report: Report) -> str:
    """Return the report as Markdown (tables of GitHub), with a newline at the end."""
    lines = [f"# {escaped(report.study.title or 'A study without a title')}"]
    for number, section in enumerate(page.sections(report), start=1):
        lines += ["", f"## {number}. {section.title}", "", *PRINTED[section.name](report)]
    text = "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def escaped(text: str) -> str:
    """Return the text on one line, so that nothing in it is markup, links anywhere or calls anybody."""
    safe = SPECIAL.sub(r"\\\1", one_line(text).replace("&", "&amp;"))
    safe = LIVE.sub(rf"\g<0>{APART}", safe)
    return OPENING.sub(r"\1\\\2", safe)


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> list[str]:
    """Return a table; the columns named in `right` hold numbers. Cells are escaped already."""
    rule = ["---:" if at in right else "---" for at in range(len(heads))]
    return [f"| {' | '.join(row)} |" for row in (heads, rule, *rows)] + [""]


def _said(sign: Sign) -> str:
    return f"{sign.symbol} {sign.word}"


def _glance(report: Report) -> Iterator[str]:
    for word, text in page.glance(report):
        yield f"- {word}: {escaped(page.worded(text)) or page.NOT_DESCRIBED}"
    yield ""
    rows = [
        (
            escaped(each.name),
            each.role,
            each.patients,
            each.counted,
            each.events,
            each.counted_events,
        )
        for each in page.partitions(report)
    ]
    heads = (
        "Partition",
        "Role",
        "Patients described",
        "counted",
        "With the outcome described",
        "counted",
    )
    if rows:
        yield from table(heads, [(row[0], escaped(row[1]), *row[2:]) for row in rows], (2, 3, 4, 5))


def _short(report: Report) -> Iterator[str]:
    for sentence in report.in_short:
        yield from (escaped(sentence), "")
    for each in report.counts:
        if not each.total:
            continue
        left = each.total - each.checked
        rest = f"; {left} could not be checked" if left else ""
        yield f"- {escaped(' '.join(page.count_words(each)))}{rest}"
    yield f"- described so far: {report.study.described} of {report.study.facts} facts"


def _contradictions(report: Report) -> Iterator[str]:
    lines = [
        f"- {escaped(page.first_upper(page.claim_title(claim)))} ({escaped(claim.evaluation)}), "
        f"{page.PARTS.get(part.part, escaped(part.part))}: printed {escaped(part.printed)}, "
        f"recomputed {escaped(part.recomputed)}. {escaped(page.first_upper(part.because))}"
        for claim, part in page.contradicted_parts(report)
    ]
    lines += [
        f"- {escaped(checklists.item_label(report, f'{each.guideline}/{each.item}'))}: {escaped(each.reason)}"
        for each in checklists.contradicted_items(report)
    ]
    yield from lines or ["Nothing, as far as it could be checked."]


def _comments(report: Report) -> Iterator[str]:
    for number, comment in enumerate(report.comments, start=1):
        yield f"{number}. {escaped(comment)}"
    if not report.comments:
        yield "There are no comments to the authors."


def _risk(report: Report) -> Iterator[str]:
    for view in page.domains(report):
        if view.findings:
            yield from ("", f"### {view.title}", "")
        for group in view.groups:
            yield from _finding(group[0]) if len(group) == 1 else _alike(group)
    if not report.findings:
        yield "No rule found anything."


def _finding(finding: ReportedFinding) -> Iterator[str]:
    waived = " (waived)" if finding.waived else ""
    yield (
        f"- **{_said(SEVERITIES[finding.severity])}**{waived} {escaped(finding.code)} {escaped(finding.title)} "
        f"({escaped(finding.where)}): {escaped(finding.message)} "
        f"Why it matters: {escaped(finding.why)} What to do: {escaped(finding.fix)}"
    )


def _alike(group: Sequence[ReportedFinding]) -> Iterator[str]:
    """Yield the line of findings that say the same of several places."""
    first = group[0]
    waived = " (waived)" if first.waived else ""
    listed = "; ".join(f"{each.brief} ({each.where})" for each in group)
    yield (
        f"- **{_said(SEVERITIES[first.severity])}**{waived} {escaped(first.code)} {escaped(first.title)}, "
        f"{len(group)} times: {escaped(listed)}. "
        f"Why it matters: {escaped(first.why)} What to do: {escaped(first.fix)}"
    )


def _claims(report: Report) -> Iterator[str]:
    rows = [row for claim in report.claims for row in _claim(claim)]
    if rows:
        heads = ("Number", "Evaluation", "Printed", "Recomputed", "Verdict")
        yield from table(heads, rows, (2, 3))
    else:
        yield "No printed number was described, so none could be checked."


def _claim(claim: ClaimCheck) -> Iterator[tuple[str, ...]]:
    title = escaped(page.first_upper(page.claim_title(claim)))
    where = escaped(claim.evaluation)
    if not claim.parts:
        said = f"{_said(VERDICTS[claim.verdict])}: {escaped(claim.because)}"
        yield title, where, escaped(claim.printed) or digits.DASH, digits.DASH, said
    for part in claim.parts:
        name = "" if part.part == "value" else f", {page.PARTS.get(part.part, escaped(part.part))}"
        why = "; ".join(escaped(each) for each in (part.because, part.convention) if each)
        said = _said(VERDICTS[part.verdict]) + (f": {why}" if why else "")
        yield f"{title}{name}", where, escaped(part.printed), escaped(part.recomputed), said


def _performance(report: Report) -> Iterator[str]:
    for each in report.evaluations:
        yield from ("", f"### {escaped(page.first_upper(each.name))}", "")
        yield from _who(each)
        readers, rest = by_reader(each.estimates, each.task)
        rows = [
            (
                escaped(page.estimate_label(estimate)),
                escaped(digits.together(estimate)),
                escaped(digits.unit_of(estimate.cases, estimate.unit)),
                escaped(estimate.interval.method if estimate.interval else ""),
            )
            for estimate in rest
            if estimate.structure is None
        ]
        if rows:
            yield from table(("Metric", "Value (interval)", "n", "Method"), rows, (1, 2))
        yield from _of_readers(readers)
        yield from _of_structures(each)
        yield from _over_folds(each)
        yield from _of_classes(each)
        yield from _of_categories(each)
        yield from _of_marks(each)
        yield from _at_risk(each)
        yield from _risk_groups(each)
        yield from _comparisons(each)
        for because, what in page.absent_here(each):
            yield from (
                f"Could not be established: {escaped(what)}, because {escaped(because)}.",
                "",
            )
    if not report.evaluations:
        yield "No evaluation was described, so no number could be recomputed."


def _who(evaluation: EvaluationReport) -> Iterator[str]:
    if evaluation.task_cohort:
        yield from (f"Scored: {escaped(page.cohort_words(evaluation.task_cohort))}.", "")
        for note in evaluation.task_cohort.notes:
            yield from (escaped(page.first_upper(note)), "")


def _of_readers(made: Sequence[ReaderTable]) -> Iterator[str]:
    for each in made:
        yield from (f"{escaped(page.first_upper(each.title))}, by reader:", "")
        heads = tuple(map(escaped, each.heads))
        rows = [tuple(map(escaped, row)) for row in each.rows]
        yield from table(heads, rows, tuple(range(1, len(heads))))
        for note in each.notes:
            yield from (escaped(note), "")


def _of_structures(evaluation: EvaluationReport) -> Iterator[str]:
    for found in structure_tables(evaluation.estimates):
        yield from (f"{escaped(page.first_upper(found.title))}:", "")
        rows = [(escaped(row.label), *map(escaped, row.cells), row.n) for row in found.rows]
        columns = tuple(range(1, len(found.heads) + 2))
        yield from table(("Measure", *found.heads, "n"), rows, columns)
        for note in found.notes:
            yield from (escaped(note), "")
    yield from _empty_masks(evaluation)
    if evaluation.explanation_in_region:
        for each in explanation_tables.tables(evaluation.explanation_in_region):
            yield from (f"{escaped(each.caption)}:", "")
            heads, rows = map(escaped, each.heads), [tuple(map(escaped, row)) for row in each.rows]
            yield from table(tuple(heads), rows, tuple(range(1, len(each.heads))))


def _empty_masks(evaluation: EvaluationReport) -> Iterator[str]:
    found = evaluation.empty_masks
    if not found:
        return
    yield from (f"{EMPTY}:", "")
    heads = tuple(map(escaped, empty_heads(found)))
    rows = [(escaped(name), *rest) for name, *rest in empty_rows(found)]
    yield from table(heads, rows, tuple(range(1, len(heads))))


def _over_folds(evaluation: EvaluationReport) -> Iterator[str]:
    found = evaluation.fold_estimates
    if found is None:
        return
    yield from (f"Over all rows, and as the mean over {page.fold_sizes(found)}:", "")
    heads = ("Metric", "All rows", "Mean over folds", "Interval", "SD over folds")
    rows = [
        (
            escaped(row.label),
            row.pooled,
            escaped(f"undefined {row.undefined_because}") if row.undefined_because else row.mean,
            escaped(row.interval),
            row.spread,
            *map(escaped, page.fold_cells(found, each)),
        )
        for row, each in zip(page.fold_rows(found.values), found.values, strict=True)
    ]
    every = (*heads, *map(escaped, page.fold_heads(found)))
    yield from table(every, rows, range(1, len(every)))
    for note in page.fold_notes(found):
        yield from (escaped(note), "")


def _of_classes(evaluation: EvaluationReport) -> Iterator[str]:
    matrix = evaluation.confusion_matrix
    if matrix:
        heads = ("True class", *(f"Predicted {escaped(each)}" for each in matrix.classes))
        rows = [
            (escaped(name), *map(digits.count, row))
            for name, row in zip(matrix.classes, matrix.counts, strict=True)
        ]
        yield from table(heads, rows, range(1, len(heads)))


def _of_categories(evaluation: EvaluationReport) -> Iterator[str]:
    for each in evaluation.category_tables:
        yield from (f"{escaped(page.category_title(each))}:", "")
        heads = ("Reference", *(f"Measured {escaped(name)}" for name in each.categories))
        rows = [
            (escaped(name), *map(digits.count, row))
            for name, row in zip(each.categories, each.counts, strict=True)
        ]
        yield from table(heads, rows, range(1, len(heads)))


def _of_marks(evaluation: EvaluationReport) -> Iterator[str]:
    if not evaluation.mark_counts:
        return
    rows = [tuple(map(escaped, row)) for row in marks.mark_rows(evaluation.mark_counts)]
    yield from ("What became of the marks:", "")
    yield from table(marks.HEADS, rows, range(1, len(marks.HEADS)))
    yield from (escaped(marks.mark_note(evaluation.mark_counts)), "")


def _at_risk(evaluation: EvaluationReport) -> Iterator[str]:
    rows = [
        (
            "everyone" if curve.label == "all" else escaped(curve.label),
            in_words(at) if at else "0",
            digits.count(left),
            digits.count(outcomes),
        )
        for curve in evaluation.survival_curves
        for at, left, outcomes in zip(curve.at, curve.at_risk, curve.outcomes, strict=True)
    ]
    if rows:
        yield from table(("Group", "Time", "At risk", "Outcomes so far"), rows, (2, 3))


def _risk_groups(evaluation: EvaluationReport) -> Iterator[str]:
    found = evaluation.risk_groups
    if found is None:
        return
    for caption, heads, rows in risk_groups.tables(found):
        cells = [tuple(map(escaped, row)) for row in rows]
        yield from (f"{escaped(caption)}:", "")
        yield from table(tuple(map(escaped, heads)), cells, range(1, len(heads)))
    for sentence in (risk_groups.test_words(found), *risk_groups.remarks(found)):
        yield from (escaped(sentence), "")


def _comparisons(evaluation: EvaluationReport) -> Iterator[str]:
    rows = [
        (
            escaped(page.comparison_label(each)),
            escaped(digits.difference(each)),
            digits.p_value(each.p),
            escaped(each.test),
        )
        for each in evaluation.comparisons
    ]
    if rows:
        yield from table(("Comparison", "Difference (interval)", "p", "Test"), rows, (1, 2))


def _groups(report: Report) -> Iterator[str]:
    rows = [
        (
            escaped(each.name),
            escaped(estimate.group),
            escaped(page.estimate_label(estimate)),
            escaped(digits.together(estimate)),
            escaped(digits.unit_of(estimate.cases, estimate.unit)),
        )
        for each in report.evaluations
        for estimate in each.subgroup_estimates
    ]
    if rows:
        yield from table(("Evaluation", "Group", "Metric", "Value (interval)", "n"), rows, (3, 4))
    else:
        yield "No groups of patients were described, so performance in groups could not be checked."


def _looked_at(report: Report) -> Iterator[str]:
    """Yield which guidelines were looked at, which not, and why."""
    for each in report.guidelines:
        name = f"{checklists.short_title(each.title)} ({each.year})"
        yield f"- {escaped(name)}: looked at. {escaped(each.why)}"
    for other in report.other_guidelines:
        yield f"- {escaped(other.because)}"


def _next_facts(report: Report) -> Iterator[str]:
    if not report.next_facts and not report.deciding_facts:
        return
    yield from ("", "### What to describe next", "", escaped(checklists.deciding(report)), "")
    if not report.next_facts:
        return
    yield from (checklists.following(report), "")
    heads = ("Fact", "What it says", "Asked by", "Rules that wait for it")
    rows = [
        (
            escaped(each.name) + (" (the paper needs a sentence first)" * each.said_missing),
            escaped(each.meaning),
            escaped(checklists.items_together(report, each.items)),
            escaped(", ".join(each.rules)),
        )
        for each in report.next_facts
    ]
    yield from table(heads, rows)


def _items(report: Report) -> Iterator[str]:
    yield from _looked_at(report)
    yield from _next_facts(report)
    for view in checklists.guidelines(report):
        yield from (
            "",
            f"### {escaped(checklists.short_title(view.guideline.title))} ({view.guideline.year})",
            "",
        )
        yield "; ".join(f"{_said(sign)} {count}" for sign, count in view.counts if count)
        yield ""
        rows = [
            (
                escaped(each.item),
                escaped(each.topic),
                ", ".join(
                    part
                    for part in (_said(STATUSES[each.status]), checklists.gap_words(each))
                    if part
                ),
                escaped(each.reason),
                escaped(
                    ", ".join(
                        f"{name} ({state})" for name, state, _ in checklists.facts_missing(each)
                    )
                ),
            )
            for each in view.open
        ]
        if rows:
            yield from table(("Item", "Topic", "Status", "Reason", "Facts without a value"), rows)
    if not report.guidelines:
        yield "No guideline was looked at."


def _scores(report: Report) -> Iterator[str]:
    yield from (quality.APART, "")
    for score in report.scores:
        yield from score_lines(score)


def score_lines(score: QualityScore) -> Iterator[str]:
    """Yield a quality score under a heading of its own: number, sections, and the list behind it."""
    yield from ("", f"### {escaped(quality.heading(score))}", "")
    yield f"**{escaped(page.first_upper(quality.summary(score)))}.** {escaped(quality.progress(score))}"
    for sentence in (quality.as_the_form(score), quality.printed(score), *score.notes):
        if sentence:
            yield from ("", escaped(sentence))
    yield ""
    yield from (f"- {escaped(quality.condition(each))}" for each in score.conditions)
    yield ""
    if len(score.sections) > 1:
        rows = [(escaped(row.section), *row[1:]) for row in quality.sections(score)]
        yield from table(("Section", "Score", "of", "Items open"), rows, (1, 2, 3))
    cells = [
        (escaped(r.item), escaped(r.topic), _said(r.sign), r.got, escaped(_behind(r)))
        for r in quality.items(score)
    ]
    unit = "Weight" if score.unit == "%" else "Points"
    yield from table(("Item", "Topic", "Result", unit, "Answers, and from what"), cells, (3,))


def _behind(row: quality.ItemRow) -> str:
    return " ".join(part for part in (quality.answered(row), row.because) if part)


def _unchecked(report: Report) -> Iterator[str]:
    for each in page.unchecked(report):
        things = [
            *(f"rule {rule}" for rule in each.rules),
            *(f"printed number {claim}" for claim in each.claims),
            *each.evidence,
        ]
        fault = " (the rule itself failed: the fault is ours)" if each.our_fault else ""
        yield f"- Because {escaped(each.because)}{fault}: {escaped('; '.join(things))}"
    if not page.unchecked(report):
        yield "Nothing is listed here."


def _provenance(report: Report) -> Iterator[str]:
    made = report.provenance
    packages = "".join(f", {name} {version}" for name, version in made.packages.items())
    yield f"- checker {escaped(made.checker)}, Python {escaped(made.python + packages)}"
    yield f"- seed {made.seed}, {made.resamples} resamples, level {digits.short(made.level)}"
    for name, sha in made.files.items():
        yield f"- {escaped(name)}: SHA-256 {escaped(sha)}"
    for note in made.notes:
        yield f"- {escaped(note)}"


PRINTED: dict[str, Callable[[Report], Iterator[str]]] = {
    "glance": _glance,
    "short": _short,
    "contradictions": _contradictions,
    "comments": _comments,
    "risk": _risk,
    "claims": _claims,
    "performance": _performance,
    "groups": _groups,
    "items": _items,
    "scores": _scores,
    "unchecked": _unchecked,
    "provenance": _provenance,
}
"""Section of the page to the function that prints it."""

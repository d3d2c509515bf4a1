"""The report on a screen of text: what matters most, short, readable without colour."""

from collections.abc import Iterator, Sequence

from checker.model.claim import ClaimCheck
from checker.model.estimate import Estimate
from checker.model.report import EvaluationReport, Report, ReportedFinding, grouped
from checker.render import checklists, digits, page, quality
from checker.render.headlines import short_folds, short_list
from checker.render.layout import Cell, Screen
from checker.render.signs import SEVERITIES, STATUSES, VERDICTS
from checker.render.text_tables import folded, risk_groups_lines

SHOWN_REASONS = 5
"""Most reasons for what could not be checked that are listed."""


def to_terminal(
    report: Report, *, width: int = 80, colour: bool = False, unicode: bool = True
) -> str:
    """Return the report as lines of text.

    Args:
        report: What to show.
        width: Columns of the screen; tables and paragraphs keep to it.
        colour: Whether words may be coloured; every status has a sign and a word as well.
        unicode: False: nothing but ASCII.
    """
    screen = Screen(width=width, colour=colour, unicode=unicode)
    lines = [
        *_title(report, screen),
        *_findings(report, screen),
        *_claims(report, screen),
        *(line for each in report.evaluations for line in _performance(each, screen)),
        *_items(report, screen),
        *_next_facts(report, screen),
        *_scores(report, screen),
        *_unchecked(report, screen),
    ]
    return "\n".join(lines).strip("\n") + "\n"


def _title(report: Report, screen: Screen) -> Iterator[str]:
    yield from screen.paragraph(report.study.title or "A study without a title", tone="strong")
    for sentence in report.in_short:
        yield ""
        yield from screen.paragraph(sentence)
    counts = [each for each in report.counts if each.total]
    if counts:
        checked = ", ".join(" ".join(page.count_words(each)) for each in counts)
        whole = all(each.checked == each.total for each in counts)
        yield ""
        yield from screen.paragraph(
            f"{checked}{'' if whole else '; the rest could not be checked'}."
        )
    yield from screen.paragraph(
        f"Described so far: {report.study.described} of {report.study.facts} facts."
    )


def _findings(report: Report, screen: Screen) -> Iterator[str]:
    yield from screen.heading("Contradictions and findings")
    for answer in checklists.contradicted_items(report):
        label = checklists.item_label(report, f"{answer.guideline}/{answer.item}")
        yield from screen.marked(STATUSES[answer.status], f"{label}: {answer.topic}")
        yield from screen.paragraph(answer.reason, "    ")
    for group in grouped(report.findings):
        yield from _finding(group[0], screen) if len(group) == 1 else _alike(group, screen)
    if not report.findings:
        yield "No rule found anything."


def _finding(finding: ReportedFinding, screen: Screen) -> Iterator[str]:
    waived = "(waived) " if finding.waived else ""
    yield from screen.marked(
        SEVERITIES[finding.severity], f"{waived}{finding.code}: {finding.title}"
    )
    yield from screen.paragraph(finding.message, "    ")
    yield from screen.paragraph(f"{finding.where}: {finding.at}", "    ", tone="quiet")


def _alike(group: Sequence[ReportedFinding], screen: Screen) -> Iterator[str]:
    """Yield the lines of findings that say the same of several places."""
    first = group[0]
    waived = "(waived) " if first.waived else ""
    title = f"{waived}{first.code}: {first.title}, {len(group)} times"
    yield from screen.marked(SEVERITIES[first.severity], title)
    lines = (f"{each.brief} ({each.where})" for each in group)
    yield from screen.paragraph("; ".join(lines), "    ", tone="quiet")


def _claims(report: Report, screen: Screen) -> Iterator[str]:
    heads = (
        Cell("Number"),
        Cell("Printed", right=True),
        Cell("Recomputed", right=True),
        Cell("Verdict"),
    )
    for evaluation, claims in page.claims_by_evaluation(report):
        yield from screen.heading(f"Printed numbers of {evaluation}, against recomputed ones")
        yield from screen.table(heads, [row for claim in claims for row in _claim(claim, screen)])


def _claim(claim: ClaimCheck, screen: Screen) -> Iterator[tuple[Cell, ...]]:
    title = page.first_upper(page.claim_title(claim))
    if not claim.parts:
        yield (
            Cell(title),
            Cell(claim.printed or "-", right=True),
            Cell("-", right=True),
            _verdict(screen.sign(VERDICTS[claim.verdict]), claim.because),
        )
    for at, part in enumerate(claim.parts):
        name = page.PARTS.get(part.part, part.part)
        yield (
            Cell(_named(title, name, at)),
            Cell(part.printed, right=True),
            Cell(part.recomputed or "-", right=True),
            _verdict(screen.sign(VERDICTS[part.verdict]), part.because or part.convention),
        )


def _named(title: str, part: str, at: int) -> str:
    if at:
        return f"- {part}"
    return title if part == "value" else f"{title}, {part}"


def _verdict(sign: Cell, why: str) -> Cell:
    return sign._replace(text=f"{sign.text}: {why}" if why else sign.text)


def _performance(evaluation: EvaluationReport, screen: Screen) -> Iterator[str]:
    shown = short_list(evaluation)
    if not shown:
        return
    yield from screen.heading(f"Performance: {evaluation.name}")
    if evaluation.task_cohort:
        yield from screen.paragraph(f"Scored: {page.cohort_words(evaluation.task_cohort)}.")
    yield from screen.table(
        (
            Cell("Metric"),
            Cell("Value (interval)", right=True),
            Cell("n", right=True),
            Cell("Method"),
        ),
        [_estimate(each) for each in shown],
    )
    if evaluation.risk_groups is not None:
        yield from risk_groups_lines(evaluation.risk_groups, screen)
    yield from _over_folds(evaluation, screen)


def _over_folds(evaluation: EvaluationReport, screen: Screen) -> Iterator[str]:
    found = evaluation.fold_estimates
    if found is None:
        return
    yield ""
    yield from screen.paragraph(f"Over all rows, and as the mean over {page.fold_sizes(found)}:")
    heads = ("All rows", "Mean over folds (interval)", "SD over folds")
    yield from screen.table(
        (Cell("Metric"), *(Cell(each, right=True) for each in heads)),
        [folded(each) for each in page.fold_rows(short_folds(evaluation))],
    )
    for note in found.notes:
        yield from screen.paragraph(note, "  ", "- ")


def _estimate(estimate: Estimate) -> tuple[Cell, ...]:
    return (
        Cell(page.estimate_label(estimate)),
        Cell(digits.together(estimate), right=estimate.value is not None),
        Cell(digits.unit_of(estimate.cases, estimate.unit), right=True),
        Cell(estimate.interval.method if estimate.interval else ""),
    )


def _items(report: Report, screen: Screen) -> Iterator[str]:
    if report.guidelines or report.other_guidelines:
        yield from screen.heading("Reporting guidelines")
    for view in checklists.guidelines(report):
        counted = [f"{sign.word} {count}" for sign, count in view.counts if count]
        name = f"{checklists.short_title(view.guideline.title)} ({view.guideline.year})"
        said = "; ".join(counted) or "no item is asked of this study"
        yield from screen.paragraph(f"{name}: {said}", "  ", "- ")
        yield from screen.paragraph(view.guideline.why, "  ", tone="quiet")
    for other in report.other_guidelines:
        yield from screen.paragraph(other.because, "  ", "- ", tone="quiet")
    yield from _critical_gaps(report, screen)


def _critical_gaps(report: Report, screen: Screen) -> Iterator[str]:
    gaps = checklists.critical_gaps(report)
    if gaps:
        names = [f"{each.guideline}/{each.item}" for each in gaps]
        yield ""
        yield from screen.paragraph(
            "Critical gaps, without which a critical rule could not be checked: "
            f"{checklists.items_together(report, names)}."
        )


def _next_facts(report: Report, screen: Screen) -> Iterator[str]:
    if not report.next_facts and not report.deciding_facts:
        return
    yield from screen.heading("What to describe next")
    for sentence in (checklists.deciding(report), checklists.following(report)):
        if sentence:
            yield from screen.paragraph(sentence)
    for each in report.next_facts:
        asked = checklists.items_together(report, each.items)
        missing = "; the paper needs a sentence first" if each.said_missing else ""
        rules = f"; rules that wait for it: {', '.join(each.rules)}" if each.rules else ""
        yield from screen.paragraph(f"{each.name}: {each.meaning}", "  ", "- ")
        yield from screen.paragraph(f"{asked}{rules}{missing}", "    ", tone="quiet")


def _scores(report: Report, screen: Screen) -> Iterator[str]:
    if not report.scores:
        return
    yield from screen.heading("Quality scores, apart from reporting and risk of bias")
    for each in report.scores:
        said = f"{quality.heading(each)}: {quality.summary(each)}; {quality.state(each)}"
        yield from screen.paragraph(said, "  ", "- " if len(report.scores) > 1 else "")


def _unchecked(report: Report, screen: Screen) -> Iterator[str]:
    reasons = page.unchecked(report)
    if not reasons:
        return
    yield from screen.heading("What could not be checked")
    for each in reasons[:SHOWN_REASONS]:
        parts = (
            page.counted(len(each.rules), "rule"),
            page.counted(len(each.claims), "printed number"),
            page.counted(len(each.evidence), "piece", "pieces") + " of evidence",
        )
        said = [part for part in parts if not part.startswith("0 ")]
        yield from screen.paragraph(f"{', '.join(said)}: {each.because}", "  ", "- ")
    if len(reasons) > SHOWN_REASONS:
        left = page.counted(len(reasons) - SHOWN_REASONS, "further reason")
        yield f"- and {left} in the report"

"""The internal audit of one guideline as a sheet, stamped: statuses, missing parts, contradictions, findings."""

from collections.abc import Iterator

from checker.model.report import Answer, FactState, Report, ReportedFinding
from checker.render.checklists import facts_missing, short_title
from checker.render.page import contradicted_parts
from checker.render.sheets.shapes import Column, Sheet, Table
from checker.render.signs import STATUSES

STAMP = "Internal audit, not for submission"
ITEMS = (
    Column("Item", 0.06),
    Column("Topic", 0.14),
    Column("Status", 0.1),
    Column("What is missing, and why", 0.4),
    Column("Where reported", 0.17),
    Column("Findings beside it", 0.13),
)
CLAIMS = (
    Column("Number", 0.22),
    Column("Printed in", 0.16),
    Column("Printed", 0.14),
    Column("Recomputed", 0.14),
    Column("Difference", 0.34),
)
FINDINGS = (
    Column("Code", 0.08),
    Column("Severity", 0.09),
    Column("Finding", 0.51),
    Column("Place", 0.17),
    Column("Items", 0.15),
)


def of_audit(report: Report) -> Sheet:
    """Return the audit of the one guideline of a report; for the authors, and for nobody else."""
    guideline = report.guidelines[0]
    name = short_title(guideline.title)
    counted = [f"{guideline.counts.get(each, 0)} {sign.word}" for each, sign in STATUSES.items()]
    return Sheet(
        title=f"Internal audit: {name}",
        subtitle=report.study.title,
        lines=(
            f"{STAMP}. It says how checker sees the description of this study, for its authors; the form for "
            "the journal is another document.",
            f"Items: {', '.join(counted)}. Not described yet means that study.yaml says nothing, not that "
            "the paper does not.",
            *report.in_short,
        ),
        tables=tuple(_tables(report, name)),
        running=f"{name}: internal audit",
        stamp=STAMP,
    )


def _tables(report: Report, name: str) -> Iterator[Table]:
    yield Table(
        heading="Contradicted numbers",
        caption="Contradicted numbers",
        description="One row for each printed number that the submitted data contradict.",
        columns=CLAIMS,
        rows=tuple(_claims(report)) or (("None is contradicted.", "", "", "", ""),),
    )
    yield Table(
        heading="Findings",
        caption="Findings",
        description="One row for each defect that a rule found, the worst first.",
        columns=FINDINGS,
        rows=tuple(map(_finding, report.findings)) or (("None.", "", "", "", ""),),
    )
    sections = [each.section for each in report.answers]
    yield Table(
        heading=f"Items of {name}",
        caption=f"Items of {name}",
        description="One row for each item in the official order, with its status and what is missing by name.",
        columns=ITEMS,
        rows=tuple(map(_item, report.answers)),
        begins=frozenset(i for i, each in enumerate(sections) if i and sections[i - 1] != each),
    )


def _claims(report: Report) -> Iterator[tuple[str, ...]]:
    for claim, part in contradicted_parts(report):
        of = (
            claim.label if part.part == "value" else f"{claim.label}: {part.part.replace('_', ' ')}"
        )
        yield (
            f"{of} ({claim.evaluation})",
            claim.place,
            part.printed,
            part.recomputed,
            part.because,
        )


def _finding(each: ReportedFinding) -> tuple[str, ...]:
    place = f"{each.file}:{each.line}" if each.line else each.file
    items = ", ".join(item.partition("/")[2] for item in each.items)
    return (each.code, each.severity.value, f"{each.title}. {each.message}", place, items)


def _item(answer: Answer) -> tuple[str, ...]:
    return (
        answer.item,
        answer.topic,
        STATUSES[answer.status].word,
        _missing(answer),
        answer.place,
        ", ".join(answer.findings),
    )


def _missing(answer: Answer) -> str:
    """Return the parts that are missing, each with its name in study.yaml; else the reason of the status."""
    missing = [
        f"{name} ({state}: {text.removesuffix('.')})" for name, state, text in facts_missing(answer)
    ]
    reported = any(each.state is FactState.REPORTED for each in answer.facts)
    if missing and (reported or not answer.reason):
        return "; ".join(missing)
    return answer.reason

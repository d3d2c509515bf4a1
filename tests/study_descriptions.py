"""Descriptions of studies made at random, with everything that a description can say."""

import datetime
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from checker.model.metric_names import METRIC_NAMES
from checker.model.study import Study
from checker.model.study.evaluations import TASKS, Claim
from checker.model.study.facts import CAN_DIFFER, FACTS, groups, record_lists
from checker.model.study.kinds import Kind, kinds
from checker.model.study.marks import Described

TEXTS = (
    "null", "~", "(none)", '"quoted"', '"A" and "B"', "a; b", "a;b: c", ": x", "=1+1", "+1", "-x", "@x",
    "0.850", "1-2", "2014-01", "1,5", "TRUE", "yes", "no", "true", "#N/A", "line\nbreak", "tab\tstop", "_x000D_",
    "a\rb", "a\r\nb", "é ≥ 日本 😀", "[a, b]", "'apostrophe", "# no comment", "{a: b}", "012", "1e5", "<b>&amp;</b>",
    "see Claims", "not reported", "a\u00a0b", "\u2028", "x" * 300, '"', '""', '"""', ';', ':', '";"', '"a" ; b',
)  # fmt: skip
"""What trips programs up."""
NUMBERS = ("0.850", "0.85", ".5", "1", "88.4 %", "1e-3", "-0.10", "12.0", "0·7")
SIMPLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12)


def texts() -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(TEXTS), SIMPLE).map(str.strip)


def names() -> st.SearchStrategy[str]:
    """Names of entries: never empty."""
    return texts().filter(lambda text: bool(text.strip()))


@st.composite
def descriptions(draw: st.DrawFn) -> dict[str, Any]:
    """Return a description as plain data; the reader may still find that facts of it do not agree."""
    data: dict[str, Any] = {}
    for section, kind in kinds(Study).items():
        if draw(st.booleans()):
            data[section] = draw(values(kind))
    _mend(data)
    return data


@st.composite
def values(draw: st.DrawFn, kind: Kind) -> Any:
    if kind.item == "records":
        return [
            draw(records(draw(st.sampled_from(kind.classes))))
            for _ in range(draw(st.integers(0, 3)))
        ]
    match kind.form:
        case "group":
            return draw(records(kind.classes[0]))
        case "map of text":
            return draw(st.dictionaries(texts(), texts(), max_size=3))
        case "map of facts":
            return draw(differences())
    if kind.is_list:
        return draw(st.lists(single(kind), max_size=3))
    return draw(single(kind))


@st.composite
def records(draw: st.DrawFn, cls: type[Described]) -> dict[str, Any]:
    fields = kinds(cls)
    chosen = draw(st.sets(st.sampled_from(sorted(fields)), max_size=6))
    made = {
        name: draw(values(kind)) for name, kind in fields.items() if kind.required or name in chosen
    }
    if cls is Claim:
        made["metric"] = "auroc"
    for name, kind in fields.items():
        if kind.required and kind.form in ("text", "path"):
            made[name] = draw(names()) if kind.form == "text" else "folder/file.csv"
    return made


@st.composite
def differences(draw: st.DrawFn) -> dict[str, Any]:
    known = [
        name
        for name, fact in FACTS.items()
        if fact.section in CAN_DIFFER
        and not any(name.startswith(f"{each}.") for each in record_lists())
    ]
    chosen = draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
    return {name: draw(values(FACTS[name].kind)) for name in chosen}


def single(kind: Kind) -> st.SearchStrategy[Any]:
    match kind.item:
        case "text":
            return texts()
        case "path":
            return st.sampled_from(("predictions/test.csv", "nas:labels", "a folder/b; c.csv", "x"))
        case "bool":
            return st.booleans()
        case "date":
            days = st.dates(datetime.date(1990, 1, 1), datetime.date(2026, 1, 1)).map(str)
            return days.flatmap(lambda day: st.sampled_from((day, day[:7], day[:4])))
        case "enum":
            return st.sampled_from(kind.values)
        case "integer":
            return st.integers(0, 10**6)
    if kind.printed:
        return st.sampled_from(NUMBERS)
    return st.one_of(st.floats(0.001, 1), st.sampled_from((0.1, 0.5, 1.0)))


def _mend(data: dict[str, Any]) -> None:
    """Let names be unique and be named, and statements be about what exists."""
    lists = {
        "sources": data.get("data", {}).get("sources") or [],
        "partitions": data.get("data", {}).get("partitions") or [],
        "evaluations": data.get("evaluations") or [],
        "explanations": data.get("explanations") or [],
    }
    for entries in lists.values():
        for i, entry in enumerate(entries):
            entry["name"] = f"{entry['name']} {i}"
    for entry in lists["sources"] + lists["partitions"]:
        for name in ("start", "end", "followup_end", "events", "non_events"):
            entry.pop(name, None)
    _refer(lists["partitions"], "source", lists["sources"])
    _refer(lists["evaluations"], "partition", lists["partitions"])
    _refer(lists["evaluations"], "conditional_on", lists["evaluations"])
    _refer(lists["explanations"], "evaluation", lists["evaluations"])
    _refer(data.get("results", {}).get("flow") or [], "source", lists["sources"])
    for entry in lists["evaluations"] + lists["explanations"]:
        if "decision_range" in entry:
            entry["decision_range"] = [0.1, 0.25]
        for claim in entry.get("claims") or []:
            _mend_claim(claim, entry.get("task", "explanation"))
    _mend_statements(data.get("statements", {}), lists["evaluations"])


def _refer(entries: list[dict[str, Any]], field: str, to: list[dict[str, Any]]) -> None:
    for entry in entries:
        if field in entry:
            entry[field] = to[0]["name"] if to else None


METRICS: Mapping[str, str] = {
    task: next(each.name for each in METRIC_NAMES.values() if task in each.tasks)
    for task in (*TASKS, "explanation")
}


def _mend_claim(claim: dict[str, Any], task: str) -> None:
    claim["metric"] = METRICS[task]
    for name in ("low", "high", "numerator", "percent"):
        claim.pop(name, None)
    if claim.get("level") == 1:
        claim["level"] = 0.9


def _mend_statements(said: dict[str, Any], evaluations: list[dict[str, Any]]) -> None:
    _refer(said.get("appraisals") or [], "evaluation", evaluations)
    abouts = [
        each for each in (*sorted(FACTS), *sorted(groups())) if not each.startswith("statements")
    ]
    for name in ("locations", "not_reported", "not_applicable", "appraisals"):
        for i, entry in enumerate(said.get(name) or []):
            about = abouts[hash_of(entry["about"], i) % len(abouts)]
            may_be_item = name != "not_reported" and i % 3 == 2
            entry["about"] = "tripod_ai_2024/12d" if may_be_item else about
            if name.startswith("not_"):
                entry["reason"] = entry.get("reason") or "a reason"


def hash_of(text: str, i: int) -> int:
    return sum(map(ord, text)) * 31 + i * 7

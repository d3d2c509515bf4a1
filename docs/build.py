"""Writes the generated pages of docs/ and schemas/study.schema.json; with --check, says which are out of date."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from typer.main import get_command

from checker.cli.app import EPILOG, app
from checker.metrics import METRICS
from checker.metrics.estimating import FAMILIES, in_order
from checker.model.metric_names import METRIC_NAMES
from checker.model.study.facts import FACTS, Fact
from checker.reading.guidelines import guidelines
from checker.reading.references import read_sources, read_thresholds
from checker.reading.schema import schema_text
from checker.rules import RULES, Rule

ROOT = Path(__file__).resolve().parent.parent
MADE = "<!-- Made by `make docs` from the code; edit the code. -->\n"


def rules_page() -> str:
    """Return the page of all rules: what each sees, why it matters, what to do."""
    parts = [
        MADE,
        "# Rules\n",
        "A rule looks at what could be established and says one defect. Where something it needs is missing it did not "
        "run, and the report says so: that is not a pass.\n",
        "| code | severity | defect |\n|---|---|---|\n"
        + "".join(
            f"| [{r.code}](#{r.code.lower()}) | {r.severity} | {r.title} |\n" for r in _rules()
        ),
    ]
    return "\n".join([*parts, *(_rule(each) for each in _rules())])


def _rules() -> list[Rule]:
    return [RULES[code] for code in sorted(RULES)]


def _rule(rule: Rule) -> str:
    thresholds, sources = read_thresholds().values, read_sources()
    lines = [
        f"## {rule.code}\n",
        f"**{rule.title}** ({rule.severity}; {rule.domain}; looked at once for each {rule.scope})\n",
        f"{rule.why}\n",
        f"*What to do.* {rule.fix}\n",
        f"*Speaks when:* {rule.loud}\n",
        f"*Silent when:* {rule.quiet}\n",
    ]
    for name in rule.thresholds:
        each = thresholds[name]
        lines.append(f"*Compares with* `{name}` = {each.value:g} {each.unit}: {each.why}\n")
    lines.append("*Sources:* " + " ".join(f"{sources[each]}" for each in rule.sources) + "\n")
    return "\n".join(lines)


def metrics_page() -> str:
    """Return the page of all metrics: names, meaning, and the definition where it is computed."""
    rows = [MADE, "# Metrics\n"]
    rows.append(
        "Names as a claim uses them in study.yaml. A name that papers print instead (AUC, recall, c-statistic) is "
        "accepted and echoed. *Computed* tells whether this version recomputes it.\n"
    )
    for family in dict.fromkeys(each.family for each in METRIC_NAMES.values()):
        rows.append(f"## {family.replace('_', ' ').capitalize()}\n")
        rows.append(
            "| name | label | tasks | meaning | computed | also printed as |\n|---|---|---|---|---|---|"
        )
        for each in METRIC_NAMES.values():
            if each.family == family:
                tasks = (*each.tasks, "raters", "responses")
                made = [task for task in tasks if (task, each.name) in METRICS]
                rows.append(
                    f"| `{each.name}` | {each.label} | {', '.join(each.tasks)} | {each.meaning} | "
                    f"{', '.join(made) or 'not yet'} | {', '.join(each.synonyms)} |"
                )
        rows.append("")
    rows.append("# Definitions\n")
    for each in (metric for task in FAMILIES for metric in in_order(task)):
        rows.append(f"## {each.name} ({each.task})\n")
        rows.append(_paragraphs(each.function.__doc__ or ""))
        low, high = each.bounds
        rows.append(f"\nBetween {low:g} and {high:g}; source {each.source}.\n")
    return "\n".join(rows)


def _paragraphs(docstring: str) -> str:
    return "\n".join(line.strip() for line in docstring.strip().splitlines())


def study_page() -> str:
    """Return the page of all facts of a description."""
    rows = [
        MADE,
        "# Facts of a study description\n",
        "Dotted names are paths in study.yaml; below a list of records the name goes on inside each entry. Leave out "
        "what the paper does not say.\n",
    ]
    for section in dict.fromkeys(fact.section for fact in FACTS.values()):
        rows.append(f"## {section}\n")
        rows.append("| fact | takes | meaning | asked when |\n|---|---|---|---|")
        rows += [_fact(each) for each in FACTS.values() if each.section == section]
        rows.append("")
    return "\n".join(rows)


def _fact(fact: Fact) -> str:
    takes = fact.type + (f" ({fact.unit})" if fact.unit else "")
    if fact.values:
        takes += ": " + ", ".join(f"`{each}`" for each in fact.values)
    return f"| `{fact.name}` | {takes} | {fact.meaning} | {_when(fact.when)} |"


def _when(when: Mapping[str, Iterable[object]]) -> str:
    return "; ".join(
        f"{name} is {' or '.join(str(each).lower() for each in values)}"
        for name, values in when.items()
    )


def guidelines_page() -> str:
    """Return the page of the guidelines that ship, with every item in our words."""
    rows = [MADE, "# Guidelines\n", "Items are paraphrased; ids and order are official.\n"]
    rows.append("| guideline | items | used for |\n|---|---|---|")
    for guideline in guidelines():
        rows.append(
            f"| [{guideline.id}](#{guideline.id}) | {len(guideline.items)} | {guideline.when_to_use} |"
        )
    rows.append("")
    for guideline in guidelines():
        rows.append(
            f"## {guideline.id}\n\n{guideline.title} ({guideline.version}). {guideline.licence}\n"
        )
        rows.append("| item | section | asks | facts | rules |\n|---|---|---|---|---|")
        for item in guideline.items:
            facts = ", ".join(f"`{each}`" for each in item.evidence)
            rows.append(
                f"| {item.id} | {item.section}: {item.topic} | {item.requirement} | {facts} | {', '.join(item.rules)} |"
            )
        rows.append("")
    return "\n".join(rows)


def commands_page() -> str:
    """Return the page of all commands with their arguments and options."""
    rows = [
        MADE,
        "# Commands\n",
        f"{EPILOG}\n",
        "stdout carries the result alone; notes go to stderr.\n",
    ]
    for path, command in _commands("checker", get_command(app)):
        rows.append(f"## {path}\n")
        rows.append(f"{' '.join((command.help or '').split())}\n")
        if all(each.name == "help" for each in command.params):
            continue
        rows.append("| takes | |\n|---|---|")
        rows += [_parameter(each) for each in command.params if each.name != "help"]
        rows.append("")
    return "\n".join(rows)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with its whole name."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from _commands(f"{path} {name}", inner)


def _parameter(parameter: Any) -> str:
    names = ", ".join(f"`{each}`" for each in parameter.opts)
    if parameter.param_type_name == "argument":
        names = f"`{parameter.metavar or parameter.name.upper()}`"
    return f"| {names} | {' '.join((getattr(parameter, 'help', '') or '').split())} |"


def pages() -> dict[Path, str]:
    """Return every generated file with its text."""
    return {
        ROOT / "docs/rules.md": rules_page(),
        ROOT / "docs/metrics.md": metrics_page(),
        ROOT / "docs/study.md": study_page(),
        ROOT / "docs/guidelines.md": guidelines_page(),
        ROOT / "docs/commands.md": commands_page(),
        ROOT / "schemas/study.schema.json": schema_text(),
    }


def main() -> int:
    """Write what changed, or with --check name it and return 1."""
    old = {
        path: text
        for path, text in pages().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text.rstrip("\n") + "\n"
    }
    for path, text in old.items():
        print(
            f"{path.relative_to(ROOT)} is out of date"
            if "--check" in sys.argv
            else f"wrote {path.relative_to(ROOT)}"
        )
        if "--check" not in sys.argv:
            path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    return 1 if old and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())

"""Turns the nodes of a description into the fields of the model, and says what does not fit."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from operator import itemgetter

from checker.errors import Problem
from checker.model.metric_names import METRIC_NAMES, find_metric, metrics_of, summary_in, tasks_of
from checker.model.study.evaluations import TASKS, Claim, Evaluation
from checker.model.study.explanations import Explanation
from checker.model.study.facts import CAN_DIFFER, FACTS
from checker.model.study.kinds import Kind, kinds, meanings
from checker.model.study.marks import Described
from checker.model.study.printed import Printed
from checker.reading import slips, yaml_nodes
from checker.reading.plain_values import Unfit, is_bare_number, nearest, plain_value, quoted
from checker.reading.printed_claims import read_result
from checker.reading.slips import is_nothing
from checker.reading.yaml_nodes import Node, Note, Scalar, Sequence, Source, ValuePath

ENOUGH_HINTS = 200
"""After so many problems an unknown field gets no hint: looking for one takes time."""
_PLAIN = {
    "text": "text",
    "path": "path",
    "bool": "word (true or false)",
    "date": "date",
    "enum": "value",
    "integer": "whole number",
    "number": "number",
}
"""How one value of a form is called."""


EXPLANATION = "explanation"
"""Of metrics: maps and regions."""


class _NoFit:
    """Stands for a value that did not fit; the problem is remembered."""


_UNFIT = _NoFit()


class FieldReader:
    """Reads one description; collects its problems and notes on the way.

    What does not fit is left out of the values; an entry of a list of records stays, as far as it
    fits, so that those after it keep their number.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.places = source.places
        self._problems: list[tuple[tuple[int, int], Problem]] = [*source.problems]
        self._notes: list[tuple[tuple[int, int], Note]] = []

    @property
    def problems(self) -> list[Problem]:
        """The problems in the order of their places."""
        found = sorted(self._problems, key=lambda each: (each[0], each[1].path))
        return [problem for _, problem in found]

    @property
    def notes(self) -> list[Note]:
        """The notes in the order of their places, after those of the file as a whole."""
        return [*self.source.notes, *(note for _, note in sorted(self._notes, key=itemgetter(0)))]

    def problem(self, path: ValuePath, message: str, hint: str = "", line: int = 0) -> None:
        """Remember a problem at the path."""
        found = self.places.problem(self.source.file, path, message, hint, line)
        self._problems.append((self.places.rank(path, line), found))

    def note(self, path: ValuePath, message: str) -> None:
        """Remember how we understood the value at the path."""
        place = self.places.at(path)
        self._notes.append((self.places.rank(path), Note(path, place.line, message, place.cell)))

    def group(self, cls: type[Described], node: Node, path: ValuePath) -> dict[str, object]:
        """Return the fields of a group or record; those that must be there are asked for."""
        if not isinstance(node, yaml_nodes.Mapping):
            hint = slips.without_space(node.text) if isinstance(node, Scalar) else ""
            self.problem(path, _expected_fields(node, kinds(cls)), hint)
            return {}
        values = self.fields(cls, node, path)
        for name, kind in kinds(cls).items():
            if kind.required and _is_blank(node.entries.get(name)):
                hint = _how(name, meanings(cls).get(name, ""))
                self.problem((*path, name), f"{name} is missing", hint)
        return values

    def fields(
        self, cls: type[Described], node: yaml_nodes.Mapping, path: ValuePath
    ) -> dict[str, object]:
        """Return the fields that are given and fit."""
        values: dict[str, object] = {}
        for before, (name, value) in zip(("", *node.entries), node.entries.items(), strict=False):
            kind = kinds(cls).get(name)
            if kind is None and slips.is_cut_by_comma(name, node):
                self.cut_by_comma(cls, before, name, node, path)
            elif kind is None:
                self.unknown(cls, name, node, path)
            else:
                self.take(values, name, kind, value, (*path, name))
        return values

    def take(
        self, values: dict[str, object], name: str, kind: Kind, node: Node, path: ValuePath
    ) -> None:
        """Put the value under its name if something is written there and fits."""
        if is_nothing(node):
            if isinstance(node, Scalar) and node.text:
                self.note(path, f"{node.text} is read as: nothing is said here")
            if kind.item == "text":
                self.cut(node, path)
            return
        if kind.item == "text" and _is_blank(node):
            self.note(path, "a text without words is read as: nothing is said here")
            return
        found = self.value(kind, node, path)
        if found is not _UNFIT:
            values[name] = found

    def unknown(
        self, cls: type[Described], name: str, node: yaml_nodes.Mapping, path: ValuePath
    ) -> None:
        """Remember that there is no such field here, with the place where it belongs."""
        line, at = node.keys[name][0], (*path, name)
        if issubclass(cls, Evaluation) and (tasks := _tasks_with(name)):
            said = f"this field belongs to evaluations of the task {' or '.join(tasks)}"
            self.problem(at, said, line=line)
        else:
            few = len(self._problems) < ENOUGH_HINTS
            hint = slips.unknown_field(cls, name, node) if few else ""
            self.problem(at, "this field does not exist", hint, line)

    def cut_by_comma(
        self,
        cls: type[Described],
        before: str,
        name: str,
        node: yaml_nodes.Mapping,
        path: ValuePath,
    ) -> None:
        """Remember that a comma inside { } cut a value; once, also where it cut it in many parts."""
        if before not in node.entries or not slips.is_cut_by_comma(before, node):
            hint = slips.after_comma(kinds(cls).get(before), before, name, node)
            line = node.keys[name][0]
            self.problem((*path, name), "this field does not exist", hint, line)

    def value(self, kind: Kind, node: Node, path: ValuePath) -> object:
        """Return what is written as the field asks for it, or `_UNFIT`."""
        if kind.is_list:
            return self.items(kind, node, path)
        match kind.form:
            case "group":
                return self.group(kind.classes[0], node, path)
            case "map of text":
                return self.map_of_text(node, path)
            case "map of facts":
                return self.map_of_facts(node, path)
        return self.single(kind, node, path)

    def items(self, kind: Kind, node: Node, path: ValuePath) -> object:
        """Return the entries of a list that fit; one plain value is a list of one."""
        if isinstance(node, Scalar) and kind.item != "records":
            found = self.single(kind, node, path)
            return _UNFIT if found is _UNFIT else (found,)
        if not isinstance(node, Sequence):
            self.problem(path, "a list is expected here", slips.no_list(node))
            return _UNFIT
        entries = [self.entry(kind, each, (*path, i)) for i, each in enumerate(node.items)]
        return tuple(each for each in entries if each is not _UNFIT)

    def entry(self, kind: Kind, node: Node, path: ValuePath) -> object:
        """Return one entry of a list."""
        is_record = kind.item == "records"
        if _is_blank(node):
            self.problem(path, "this entry of the list is empty", "delete it, or write its value")
            return {} if is_record else _UNFIT
        if not is_record:
            return self.single(kind, node, path)
        if len(kind.classes) > 1:
            return self.evaluation(kind.classes[0], node, path)
        if kind.classes[0] is Claim:
            return self.claim(node, path)
        if kind.classes[0] is Explanation:
            return self.explanation(node, path)
        return self.group(kind.classes[0], node, path)

    def single(self, kind: Kind, node: Node, path: ValuePath) -> object:
        """Return one plain value as the field asks for it."""
        if not isinstance(node, Scalar):
            seen = "a list" if isinstance(node, Sequence) else "further fields"
            self.problem(path, f"one {_PLAIN[kind.item]} is expected here, not {seen}")
            return _UNFIT
        try:
            value, note = plain_value(kind, node.text.strip())
        except Unfit as error:
            self.problem(path, error.message, error.hint)
            return _UNFIT
        if note:
            self.note(path, note)
        if kind.item == "text":
            self.cut(node, path)
        return value

    def cut(self, node: Node, path: ValuePath) -> None:
        """Tell of a text that ends at a # although it seems to go on."""
        if isinstance(node, Scalar) and node.comment:
            whole = f"{node.text} {node.comment}".strip()
            self.note(
                path,
                f"what follows # is a comment and not read; if it belongs to the text, write "
                f"{quoted(whole)} with the quotation marks",
            )

    def map_of_text(self, node: Node, path: ValuePath) -> object:
        """Return names and their texts."""
        if not isinstance(node, yaml_nodes.Mapping):
            self.problem(path, "names with their values are expected here", "write name: value")
            return _UNFIT
        texts: dict[str, str] = {}
        for name, value in node.entries.items():
            if isinstance(value, Scalar) and not is_nothing(value):
                texts[name] = value.text.strip()
                self.cut(value, (*path, name))
            else:
                self.problem((*path, name), "one text is expected here")
        return texts

    def map_of_facts(self, node: Node, path: ValuePath) -> object:
        """Return facts by their dotted names, each with a value of its own type."""
        if not isinstance(node, yaml_nodes.Mapping):
            hint = "such as outcome.blinding: blinded"
            self.problem(path, "facts with their values are expected here", hint)
            return _UNFIT
        values: dict[str, object] = {}
        for name, value in node.entries.items():
            if trouble := _cannot_differ(name):
                self.problem((*path, name), *trouble, line=node.keys[name][0])
            else:
                self.take(values, name, FACTS[name].kind, value, (*path, name))
        return values

    def evaluation(self, any_of: type[Described], node: Node, path: ValuePath) -> object:
        """Return an evaluation by its task; its claims get our names of the task's metrics."""
        if not isinstance(node, yaml_nodes.Mapping):
            return self.group(any_of, node, path)
        task = self.task(node, path)
        if task is None:
            return self.fields(Evaluation, _of_any_task(node), path)
        return self.with_our_names(self.group(TASKS[task], node, path), task, path)

    def explanation(self, node: Node, path: ValuePath) -> dict[str, object]:
        """Return an explanation; its claims get our names of the metrics of maps."""
        return self.with_our_names(self.group(Explanation, node, path), EXPLANATION, path)

    def with_our_names(
        self, values: dict[str, object], task: str, path: ValuePath
    ) -> dict[str, object]:
        """Return an evaluation or explanation whose claims have our names of their metrics."""
        if isinstance(claims := values.get("claims"), tuple):
            at = (*path, "claims")
            values["claims"] = tuple(
                self.with_our_name(claim, task, (*at, i)) for i, claim in enumerate(claims)
            )
        return values

    def task(self, node: yaml_nodes.Mapping, path: ValuePath) -> str | None:
        """Return the task of an evaluation; None if it is missing or unknown."""
        written, at = node.entries.get("task"), (*path, "task")
        if written is None or is_nothing(written):
            self.problem(at, "task is missing", f"it is one of {', '.join(TASKS)}")
            return None
        kind = FACTS["evaluations.task"].kind
        if not isinstance(written, Scalar):
            self.single(kind, written, at)
            return None
        try:
            return str(plain_value(kind, written.text.strip()).value)
        except Unfit as error:
            self.problem(at, error.message, error.hint)
            return None

    def with_our_name(
        self, claim: dict[str, object], task: str, path: ValuePath
    ) -> dict[str, object]:
        """Return the claim with our name of its metric."""
        metric, at = claim.get("metric"), (*path, "metric")
        if not isinstance(metric, str):
            return claim
        name = find_metric(metric, task)
        if name is None:
            return self.with_summary(claim, metric, task, at)
        if name != metric:
            self.note(at, f"{metric} is read as {name}")
        return claim | {"metric": name}

    def with_summary(
        self, claim: dict[str, object], metric: str, task: str, at: ValuePath
    ) -> dict[str, object]:
        """Return the claim with the metric and the summary that its words name together: median HD95."""
        said = summary_in(metric, task)
        if said is None:
            self.problem(at, *_unknown_metric(metric, task))
            return claim
        name, summary = said
        if (other := claim.get("summary", summary)) != summary:
            message = f"{metric} is a {summary}, but summary is {other}"
            self.problem(at, message, "delete one of the two")
        self.note(at, f"{metric} is read as {name}, summary {summary}")
        return claim | {"metric": name, "summary": summary}

    def claim(self, node: Node, path: ValuePath) -> dict[str, object]:
        """Return a claim; a value printed with its interval fills value, limits, level, percent."""
        value = node.entries.get("value") if isinstance(node, yaml_nodes.Mapping) else None
        if not isinstance(value, Scalar) or is_nothing(value) or is_bare_number(value.text):
            values = self.group(Claim, node, path)
        else:
            values = self.group(Claim, _without(node, "value"), path)
            self.printed_result(value, values, path)
        self.percent(values, path)
        return values

    def printed_result(self, node: Scalar, values: dict[str, object], path: ValuePath) -> None:
        """Put the parts of a printed result into the claim; a field may not say something else."""
        try:
            result = read_result(node.text)
        except ValueError as unclear:
            self.problem((*path, "value"), str(unclear))
            return
        for name, part in result.parts():
            if name in values and _as_number(values[name]) != _as_number(part):
                said = f"{name} is {values[name]}, but value prints {part}"
                self.problem((*path, name), said, "write each number once")
            values.setdefault(name, part)
            if isinstance(part, Printed):
                place = replace(self.places.at((*path, "value")), printed=part.text)
                self.places.known.setdefault((*path, name), place)
        self.note((*path, "value"), f"read as {result}")

    def percent(self, values: dict[str, object], path: ValuePath) -> None:
        """Take a percent sign on any number of the claim as the claim's."""
        names = ("value", "low", "high", "standard_deviation")
        signs = [n for n in names if isinstance(v := values.get(n), Printed) and v.percent]
        if signs and values.get("percent") is False:
            said = f"{signs[0]} has a percent sign, but percent is false"
            self.problem((*path, "percent"), said, "delete one of the two")
        if signs:
            values["percent"] = True


def _is_blank(node: Node | None) -> bool:
    return is_nothing(node) or (isinstance(node, Scalar) and not node.text.strip())


def _how(name: str, meaning: str) -> str:
    """Return how a field is written, by the example in its meaning if there is one."""
    if example := re.search(r'"[^"]+"', meaning):
        return f"write {name}: {example[0]}, or what holds here"
    return meaning[:1].lower() + meaning[1:].rstrip(".")


def _expected_fields(node: Node, fields: Mapping[str, Kind]) -> str:
    first = ", ".join(islice(fields, 3))
    seen = quoted(node.text) if isinstance(node, Scalar) else "a list"
    return f"fields are expected here ({first}, ...), not {seen}"


def _tasks_with(name: str) -> list[str]:
    return [task for task, cls in TASKS.items() if name in kinds(cls)]


def _of_any_task(node: yaml_nodes.Mapping) -> yaml_nodes.Mapping:
    """Return the evaluation without the fields that only some tasks have."""
    of_some = {name for cls in TASKS.values() for name in kinds(cls)} - kinds(Evaluation).keys()
    return replace(node, entries={k: v for k, v in node.entries.items() if k not in of_some})


def _without(node: Node, name: str) -> Node:
    if not isinstance(node, yaml_nodes.Mapping):
        return node
    return replace(node, entries={k: v for k, v in node.entries.items() if k != name})


WRITTEN_OTHERWISE = {
    ("survival", "logrank"): "write metric: hazard_ratio, test: log_rank and the p_value",
    ("survival", "logranktest"): "write metric: hazard_ratio, test: log_rank and the p_value",
    ("segmentation", "averagehausdorffdistance"): (
        "write MASD or ASSD for a mean of distances, Hausdorff distance with summary: mean for a mean over cases"
    ),
}
"""Task and what papers call a number that is no metric, to how it is claimed."""


def _unknown_metric(metric: str, task: str) -> tuple[str, str]:
    plain = re.sub(r"[\s_-]", "", metric).casefold()
    if hint := WRITTEN_OTHERWISE.get((task, plain)):
        return f"{quoted(metric)} is no metric of {task}", hint
    show = f"checker list metrics shows those of {task}"
    if tasks := tasks_of(metric):
        return f"{quoted(metric)} is a metric of {' and '.join(tasks)}, not of {task}", show
    names = metrics_of(task)
    known = [*names, *(spelling for name in names for spelling in METRIC_NAMES[name].synonyms)]
    return f"{quoted(metric)} is no metric of {task}", nearest(metric, known) or show


def _cannot_differ(name: str) -> tuple[str, str] | None:
    """Return why a fact cannot stand under `differs`, and what to do; None if it can."""
    if name not in FACTS:
        below = next((each for each in FACTS if each.startswith(f"{name}.")), "")
        hint = f"write facts by their full name, such as {below}" if below else nearest(name, FACTS)
        return "there is no such fact", hint
    if FACTS[name].section not in CAN_DIFFER:
        return "this fact cannot differ", f"facts of {', '.join(CAN_DIFFER)} can"
    for around, fact in FACTS.items():
        if fact.kind.item == "records" and name.startswith(f"{around}."):
            return f"this fact belongs to one entry of {around}", f"write all of {around} instead"
    return None


def _as_number(value: object) -> float:
    return value.number if isinstance(value, Printed) else float(str(value))

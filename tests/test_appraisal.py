"""Every status of a guideline item is shown, and silence is never a fault of the paper."""

from typing import NamedTuple, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.appraisal.places import placed
from checker.appraisal.reporting import (
    CONTRADICTING,
    Chosen,
    appraise,
    choose,
    guideline_report,
    unknown_items,
)
from checker.model.guideline import Item
from checker.model.report import Answer, FactState, Status
from checker.model.study import Study
from checker.model.study.facts import FACTS
from checker.model.study.statements import SectionName
from checker.reading.guidelines import guidelines, read_index
from checker.reading.told import told_places
from checker.rules import RULES

TRIPOD, ABSTRACTS = guidelines(["tripod_ai_2024", "tripod_ai_abstracts_2024"])
INDEX = read_index()

Description = dict[str, object]


def study(description: Description) -> Study:
    """Return the study of a description with dotted names; a list of records has one entry."""
    data: dict[str, object] = {}
    for name, value in description.items():
        *groups, last = name.split(".")
        at, path = data, ""
        for group in groups:
            path = f"{path}.{group}".removeprefix(".")
            at = at.setdefault(group, [{}] if _is_records(path) else {})
            at = at[0] if isinstance(at, list) else at
        at[last] = value
    return Study.model_validate(data)


def _is_records(name: str) -> bool:
    return name in FACTS and FACTS[name].type == "list of records"


def answer(item: str, description: Description, *found: str) -> Answer:
    described = study(description)
    made = appraise(TRIPOD, described, found, [ABSTRACTS])
    answers = placed(made, told_places(described))
    return next(each for each in answers if each.item == item)


class Case(NamedTuple):
    story: str
    item: str
    description: Description
    found: tuple[str, ...]
    status: Status
    reason: str


EVALUATION: Description = {"study.type": "evaluation"}
NOT_APPLICABLE = "statements.not_applicable"
NOT_REPORTED = "statements.not_reported"
COMPLETE = "statements.complete"

CASES = [
    Case(
        "every fact is described",
        "4",
        {"study.aims": "To test it.", "study.type": "evaluation"},
        (),
        Status.REPORTED,
        "Everything it asks for is described.",
    ),
    Case(
        "one fact is described and the other is silent",
        "4",
        {"study.aims": "To test it."},
        (),
        Status.PARTLY,
        "Described: 1 of 2. Not described yet: study.type.",
    ),
    Case(
        "one fact is described and a person said that the other is not reported",
        "18a",
        {
            "openness.funding.sources": ["none"],
            NOT_REPORTED: [{"about": "openness.funding.role", "reason": "word limit"}],
        },
        (),
        Status.PARTLY,
        "Described: 1 of 2. Said not to be reported: openness.funding.role (word limit).",
    ),
    Case(
        "an empty list is a value",
        "6b",
        {"participants.inclusion": []},
        (),
        Status.PARTLY,
        "Described: 1 of 2. Not described yet: participants.exclusion.",
    ),
    Case(
        "what only networks and tuned models have is not asked of a plain regression",
        "12c",
        {
            "model.family": "regression",
            "model.rationale": "a formula that can be printed",
            "analysis.tuning.method": "none",
            "analysis.internal_validation.method": "bootstrap",
        },
        (),
        Status.REPORTED,
        "Everything it asks for is described.",
    ),
    Case(
        "nothing is said",
        "17",
        {},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: openness.ethics.committee, openness.ethics.approval_number, "
        "openness.ethics.consent.",
    ),
    Case(
        "nothing is described, and only one part is said to be missing",
        "27b",
        {NOT_REPORTED: [{"about": "intended_use.expertise", "reason": "unknown"}]},
        (),
        Status.NOT_DESCRIBED_YET,
        "Said not to be reported: intended_use.expertise (unknown). "
        "Not described yet: discussion.user_interaction.",
    ),
    Case(
        "a person said that it is not reported",
        "8c",
        {NOT_REPORTED: [{"about": "outcome.blinding", "reason": "not known to us"}]},
        (),
        Status.NOT_REPORTED,
        "Said not to be reported: outcome.blinding (not known to us).",
    ),
    Case(
        "its section is declared complete",
        "26",
        {COMPLETE: ["discussion"]},
        (),
        Status.NOT_REPORTED,
        "Said not to be reported: discussion.limitations "
        "(the section discussion is declared complete).",
    ),
    Case(
        "a person said that the item does not apply",
        "12d",
        {NOT_APPLICABLE: [{"about": "tripod_ai_2024/12d", "reason": "one hospital"}]},
        (),
        Status.DOES_NOT_APPLY,
        "Said not to apply: one hospital.",
    ),
    Case(
        "a person said that another item does not apply",
        "12e",
        {NOT_APPLICABLE: [{"about": "tripod_ai_2024/12d", "reason": "one hospital"}]},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: analysis.measures.names, analysis.measures.plots, "
        "analysis.measures.rationale, analysis.measures.calibration, analysis.measures.utility, "
        "analysis.comparators.",
    ),
    Case(
        "a person said that every fact does not apply",
        "8c",
        {NOT_APPLICABLE: [{"about": "outcome.blinding", "reason": "measured by a machine"}]},
        (),
        Status.DOES_NOT_APPLY,
        "Nothing of it is asked: outcome.blinding (measured by a machine).",
    ),
    Case(
        "the condition is false",
        "12f",
        {"analysis.updating.done": False},
        (),
        Status.DOES_NOT_APPLY,
        "It is asked only if the model was updated after evaluation; "
        "analysis.updating.done is false.",
    ),
    Case(
        "the condition is true",
        "12f",
        {"analysis.updating.done": True},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: analysis.updating.method.",
    ),
    Case(
        "the condition is unknown, so it is asked",
        "12f",
        {},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: analysis.updating.method. It is asked only if the model was updated "
        "after evaluation; analysis.updating.done is not described yet.",
    ),
    Case(
        "a development row in a study that only evaluates",
        "12b",
        {"study.type": "evaluation", "predictors.handling": "scaled"},
        (),
        Status.DOES_NOT_APPLY,
        "It is asked of the development of a model, and study.type is evaluation.",
    ),
    Case(
        "a development row in a study that updates a model",
        "12b",
        {"study.type": "update", "predictors.handling": "scaled"},
        (),
        Status.REPORTED,
        "Everything it asks for is described.",
    ),
    Case(
        "an evaluation row in a study that only develops",
        "20c",
        {"study.type": "development"},
        (),
        Status.DOES_NOT_APPLY,
        "It is asked of the evaluation of a model, and study.type is development.",
    ),
    Case(
        "a development row where the type of study is unknown",
        "12b",
        {},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: predictors.handling.",
    ),
    Case(
        "a fact that is not asked of a diagnostic study is not missed",
        "5b",
        {
            "study.question": "diagnostic",
            "data.sources.name": "A",
            "data.sources.start": "2020-01-01",
            "data.sources.end": "2021-01-01",
        },
        (),
        Status.REPORTED,
        "Everything it asks for is described.",
    ),
    Case(
        "a stated absence completes the item",
        "18d",
        {"openness.registration.status": "not_registered"},
        (),
        Status.REPORTED,
        "openness.registration.status is not_registered; a stated absence completes this item.",
    ),
    Case(
        "a stated presence does not complete it",
        "18d",
        {"openness.registration.status": "registered"},
        (),
        Status.PARTLY,
        "Described: 1 of 3. Not described yet: openness.registration.registry, "
        "openness.registration.number.",
    ),
    Case(
        "a stated absence where the guideline does not accept it",
        "17",
        {"openness.ethics.status": "not_required"},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: openness.ethics.consent.",
    ),
    Case(
        "the sociodemographic part is not answered",
        "7",
        {"predictors.preprocessing": ["cropping"], "data.quality_checks": ["by eye"]},
        (),
        Status.PARTLY,
        "Described: 2 of 3. Not described yet: predictors.preprocessing_uniform.",
    ),
    Case(
        "another guideline answers the item",
        "2",
        {"study.abstract": "Background ..."},
        (),
        Status.PARTLY,
        "Everything it asks for is described. Of the 13 items of tripod_ai_abstracts_2024 that "
        "are asked, 0 are reported.",
    ),
    Case(
        "another guideline answers the item, and nothing is described",
        "2",
        {},
        (),
        Status.NOT_DESCRIBED_YET,
        "Not described yet: study.abstract. Of the 13 items of tripod_ai_abstracts_2024 that "
        "are asked, 0 are reported.",
    ),
    Case(
        "a described count disagrees with the files",
        "21",
        {
            "data.partitions.name": "A",
            "data.partitions.role": "external_test",
            "data.partitions.patients": 10,
            "data.partitions.events": 5,
        },
        ("PAR001",),
        Status.CONTRADICTED,
        "The submitted data disagree with what is described (PAR001).",
    ),
    Case(
        "a contradiction stays although a person said that the item does not apply",
        "23a",
        {NOT_APPLICABLE: [{"about": "tripod_ai_2024/23a", "reason": "we do not like it"}]},
        ("CLM005", "CLM001"),
        Status.CONTRADICTED,
        "The submitted data disagree with what is described (CLM001 and CLM005).",
    ),
    Case(
        "a contradiction beside another item changes nothing here",
        "26",
        {"discussion.limitations": "One hospital."},
        ("CLM001", "PAR001"),
        Status.REPORTED,
        "Everything it asks for is described.",
    ),
    Case(
        "a finding that contradicts nothing stands beside the item",
        "26",
        {"discussion.limitations": "One hospital."},
        ("ANA003",),
        Status.REPORTED,
        "Everything it asks for is described.",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.item}: {case.story}")
def test_status_and_reason(case: Case):
    got = answer(case.item, case.description, *case.found)
    assert (got.status, got.reason) == (case.status, case.reason)


def test_an_item_that_no_guideline_of_this_version_answers_is_partly_reported_at_most():
    described = study({"study.abstract": "Background ..."})
    got = next(each for each in appraise(TRIPOD, described) if each.item == "2")
    assert got.status is Status.PARTLY
    assert got.reason == (
        "Of this item only study.abstract could be checked; tripod_ai_abstracts_2024 answers "
        "this item and is not part of this version."
    )


def test_a_contradiction_in_the_answering_guideline_contradicts_the_item():
    items = (ABSTRACTS.items[0].model_copy(update={"rules": ("CLM001",)}), *ABSTRACTS.items[1:])
    answering = ABSTRACTS.model_copy(update={"items": items})
    described = study({"study.abstract": "Background ..."})
    answers = appraise(TRIPOD, described, ("CLM001",), [answering])
    assert next(each for each in answers if each.item == "2").status is Status.CONTRADICTED


def test_an_item_is_reported_where_the_answering_guideline_is_reported_whole():
    first = ABSTRACTS.items[0].model_copy(update={"evidence": ("study.abstract",)})
    answering = ABSTRACTS.model_copy(update={"items": (first,)})
    answers = appraise(TRIPOD, study({"study.abstract": "Background ..."}), (), [answering])
    assert next(each for each in answers if each.item == "2").status is Status.REPORTED


def test_every_status_is_shown():
    assert {case.status for case in CASES} == set(Status)


def test_what_stands_in_one_entry_of_two_only_is_not_reported_yet():
    sources = [{"name": "A", "start": "2020-01-01", "end": "2021-01-01"}, {"name": "B"}]
    described = Study.model_validate(
        {"study": {"question": "diagnostic"}, "data": {"sources": sources}}
    )
    got = next(each for each in appraise(TRIPOD, described) if each.item == "5b")
    assert got.status is Status.PARTLY
    assert got.reason == (
        "Described: 0 of 2. Not described yet: data.sources.start (described for 1 of 2 entries), "
        "data.sources.end (described for 1 of 2 entries)."
    )


def test_silence_is_never_a_fault_of_the_paper():
    statuses = {each.status for each in appraise(TRIPOD, Study())}
    assert statuses == {Status.NOT_DESCRIBED_YET}


def test_where_every_section_is_complete_nothing_is_left_to_describe():
    statuses = {each.status for each in appraise(TRIPOD, study({COMPLETE: get_args(SectionName)}))}
    assert statuses == {Status.NOT_REPORTED}


def test_an_answer_repeats_the_item_and_names_the_findings_beside_it():
    got = answer("23a", {}, "CLM002", "FAI001", "LEA001")
    item = next(each for each in TRIPOD.items if each.id == "23a")
    assert (got.guideline, got.section, got.topic, got.requirement) == (
        "tripod_ai_2024",
        item.section,
        item.topic,
        item.requirement,
    )
    assert got.findings == ("FAI001", "CLM002")


def test_rules_that_contradict_exist_and_stand_beside_an_item():
    assert RULES.keys() >= CONTRADICTING
    assert all(TRIPOD.beside(rule) for rule in CONTRADICTING)


class FactCase(NamedTuple):
    story: str
    item: str
    fact: str
    description: Description
    state: FactState
    value: str = ""
    reason: str = ""
    place: str = ""


FACT_CASES = [
    FactCase(
        "a text",
        "8a",
        "outcome.definition",
        {"outcome.definition": "a\n b"},
        FactState.REPORTED,
        "a b",
    ),
    FactCase(
        "a long text is cut",
        "8a",
        "outcome.definition",
        {"outcome.definition": "word " * 40},
        FactState.REPORTED,
        "word " * 23 + "word…",
    ),
    FactCase(
        "a list is joined",
        "6b",
        "participants.inclusion",
        {"participants.inclusion": ["age 18 or more", "CT"]},
        FactState.REPORTED,
        "age 18 or more, CT",
    ),
    FactCase(
        "an empty list is a value",
        "6b",
        "participants.exclusion",
        {"participants.exclusion": []},
        FactState.REPORTED,
        "an empty list",
    ),
    FactCase(
        "false is a value",
        "6c",
        "participants.treatment_matters",
        {"participants.treatment_matters": False},
        FactState.REPORTED,
        "false",
    ),
    FactCase(
        "zero is a value",
        "11",
        "analysis.missing.fraction",
        {"analysis.missing.fraction": 0.0},
        FactState.REPORTED,
        "0.0",
    ),
    FactCase(
        "a date",
        "5b",
        "data.sources.start",
        {"data.sources.name": "A", "data.sources.start": "2020-01-31"},
        FactState.REPORTED,
        "2020-01-31",
    ),
    FactCase(
        "records are counted",
        "20b",
        "results.characteristics",
        {"results.characteristics": [{"name": "age"}, {"name": "sex"}]},
        FactState.REPORTED,
        "2 entries",
    ),
    FactCase(
        "one record is counted",
        "20b",
        "results.characteristics",
        {"results.characteristics": [{"name": "age"}]},
        FactState.REPORTED,
        "1 entry",
    ),
    FactCase(
        "equal values of several entries are printed once",
        "12a",
        "data.partitions.role",
        {
            "data.partitions": [
                {"name": "A", "role": "training"},
                {"name": "B", "role": "external_test"},
                {"name": "C", "role": "external_test"},
            ]
        },
        FactState.REPORTED,
        "training; external_test",
    ),
    FactCase("silence", "8c", "outcome.blinding", {}, FactState.SILENT),
    FactCase(
        "not asked",
        "8a",
        "outcome.horizon_days",
        {"study.question": "diagnostic", COMPLETE: ["outcome"]},
        FactState.NOT_ASKED,
        reason="asked only if study.question is prognostic",
    ),
    FactCase(
        "a value counts even where it is not asked",
        "8a",
        "outcome.horizon_days",
        {"study.question": "diagnostic", "outcome.horizon_days": 365},
        FactState.REPORTED,
        "365.0",
    ),
    FactCase(
        "said not to apply",
        "8c",
        "outcome.blinding",
        {NOT_APPLICABLE: [{"about": "outcome.blinding", "reason": "a machine"}]},
        FactState.NOT_APPLICABLE,
        reason="a machine",
    ),
    FactCase(
        "the place of the fact",
        "8c",
        "outcome.blinding",
        {
            "outcome.blinding": "blinded",
            "statements.locations": [
                {"about": "tripod_ai_2024/8c", "place": "page 9"},
                {"about": "outcome.blinding", "place": "page 6"},
                {"about": "outcome.blinding", "quote": "Readers were unaware."},
            ],
        },
        FactState.REPORTED,
        "blinded",
        place="page 6; “Readers were unaware.”",
    ),
    FactCase(
        "the place of the item serves its facts",
        "8c",
        "outcome.blinding",
        {
            "outcome.blinding": "blinded",
            "statements.locations": [{"about": "tripod_ai_2024/8c", "place": "page 9"}],
        },
        FactState.REPORTED,
        "blinded",
        place="page 9",
    ),
    FactCase(
        "the place of a group serves its facts",
        "8b",
        "outcome.annotators.qualifications",
        {
            "outcome.annotators.qualifications": "ten years",
            "statements.locations": [{"about": "outcome.annotators", "place": "Table 1"}],
        },
        FactState.REPORTED,
        "ten years",
        place="Table 1",
    ),
]


@pytest.mark.parametrize("case", FACT_CASES, ids=lambda case: case.story)
def test_what_is_said_about_a_fact(case: FactCase):
    facts = answer(case.item, case.description).facts
    got = next(each for each in facts if each.name == case.fact)
    assert got.meaning == FACTS[case.fact].meaning
    assert (got.state, got.value, got.reason, got.place) == (
        case.state,
        case.value,
        case.reason,
        case.place,
    )


def test_counts_hold_every_status_and_every_item():
    answers = appraise(TRIPOD, study(EVALUATION))
    report = guideline_report(TRIPOD, answers, "because")
    assert set(report.counts) == set(Status)
    assert sum(report.counts.values()) == len(TRIPOD.items)
    assert report.counts[Status.DOES_NOT_APPLY] == 8
    assert (report.id, report.year, report.why) == ("tripod_ai_2024", 2024, "because")


WHEN = "A model, by regression or machine learning, gives an individual diagnostic or prognostic estimate."
TASK: Description = {"evaluations.name": "A", "evaluations.task": "classification"}


class ChoiceCase(NamedTuple):
    story: str
    description: Description
    chosen: tuple[str, ...]
    others: tuple[tuple[str, bool, str], ...] = ()
    unknown: tuple[str, ...] = ()


RADIOMICS = ("clear_2023", True, "predictors.features.kind is not described yet.")
LIVE = ("decide_ai_2022", True, "study.stage is not described yet.")
CHOICES = [
    ChoiceCase(
        "a diagnostic model on images",
        {
            "study.question": "diagnostic",
            **TASK,
            "predictors.inputs": [{"name": "CT", "kind": "image"}],
        },
        ("tripod_ai_2024", "tripod_ai_abstracts_2024", "claim_2024", "stard_ai_2025"),
        (RADIOMICS, LIVE),
    ),
    ChoiceCase(
        "half of a condition is unknown",
        {"study.question": "diagnostic"},
        ("tripod_ai_2024", "tripod_ai_abstracts_2024", "claim_2024", "stard_ai_2025"),
        (RADIOMICS, LIVE),
    ),
    ChoiceCase(
        "nothing is described: what fits most studies, and what may apply",
        {},
        ("tripod_ai_2024", "tripod_ai_abstracts_2024", "claim_2024"),
        (
            ("stard_ai_2025", True, "study.question and evaluations.task are not described yet."),
            RADIOMICS,
            LIVE,
        ),
    ),
    ChoiceCase(
        "masks of organs by a model that reads images",
        {
            "study.question": "other",
            "study.stage": "offline",
            "evaluations.name": "A",
            "evaluations.task": "segmentation",
        },
        ("claim_2024",),
        (
            *(
                (name, False, "study.question is other and evaluations.task is segmentation.")
                for name in ("tripod_ai_2024", "tripod_ai_abstracts_2024", "stard_ai_2025")
            ),
            RADIOMICS,
            ("decide_ai_2022", False, "study.stage is offline."),
        ),
    ),
    ChoiceCase(
        "radiomics and blood tests for survival, live",
        {
            "study.question": "prognostic",
            "study.stage": "early_live",
            "evaluations.name": "A",
            "evaluations.task": "survival",
            "predictors.inputs": [
                {"name": "shape", "kind": "radiomic"},
                {"name": "AFP", "kind": "laboratory"},
            ],
            "predictors.features.kind": ["hand_crafted"],
        },
        (
            "tripod_ai_2024",
            "tripod_ai_abstracts_2024",
            "claim_2024",
            "clear_2023",
            "decide_ai_2022",
        ),
        (
            (
                "stard_ai_2025",
                False,
                "study.question is prognostic and evaluations.task is survival.",
            ),
        ),
    ),
    ChoiceCase(
        "no image anywhere",
        {
            "study.question": "diagnostic",
            **TASK,
            "predictors.inputs": [{"name": "AFP", "kind": "laboratory"}],
        },
        ("tripod_ai_2024", "tripod_ai_abstracts_2024", "stard_ai_2025"),
        (
            ("claim_2024", False, "predictors.inputs.kind is laboratory."),
            ("clear_2023", False, "predictors.inputs.kind is laboratory."),
            LIVE,
        ),
    ),
    ChoiceCase(
        "the description names one although its condition is false",
        {"study.question": "other", "statements.guidelines": ["tripod_ai_2024"]},
        ("tripod_ai_2024",),
    ),
    ChoiceCase(
        "the description names one of the author's own",
        {"statements.guidelines": ["lists/own.yaml", "CLAIM", "claim_2024"]},
        ("lists/own.yaml", "claim_2024"),
    ),
    ChoiceCase(
        "the description names others",
        {"statements.guidelines": ["spirit_ai_2020", "tripod_ai_2023"]},
        (),
        (),
        ("spirit_ai_2020", "tripod_ai_2023"),
    ),
    ChoiceCase("the description wants none", {"statements.guidelines": []}, ()),
]


@pytest.mark.parametrize("case", CHOICES, ids=lambda case: case.story)
def test_which_guidelines_are_looked_at_and_which_not(case: ChoiceCase):
    got = choose(study(case.description), INDEX)
    assert tuple(each.guideline for each in got.chosen) == case.chosen
    assert got.others == case.others
    assert got.unknown == case.unknown


@pytest.mark.parametrize(
    ("description", "why"),
    [
        (
            {"study.question": "diagnostic", **TASK},
            f"{WHEN} Here study.question is diagnostic and evaluations.task is classification.",
        ),
        (
            {"study.question": "diagnostic"},
            f"{WHEN} Here study.question is diagnostic. evaluations.task is not described yet.",
        ),
        ({}, f"{WHEN} study.question and evaluations.task are not described yet."),
        (
            {"study.question": "other", "statements.guidelines": ["tripod_ai_2024"]},
            "statements.guidelines names it.",
        ),
    ],
)
def test_why_a_guideline_is_looked_at(description: Description, why: str):
    assert choose(study(description), INDEX).chosen[0] == Chosen("tripod_ai_2024", why)


def test_a_guideline_not_chosen_by_default_is_looked_at_on_request_only():
    entries = [entry.model_copy(update={"by_default": False}) for entry in INDEX]
    assert choose(study({}), entries).chosen == ()
    assert choose(study({"statements.guidelines": ["tripod_ai_2024"]}), entries).chosen


def test_a_statement_about_an_item_that_does_not_exist_is_named():
    described = study(
        {
            NOT_APPLICABLE: [
                {"about": "tripod_ai_2024/99", "reason": "no such thing"},
                {"about": "tripod_ai_2024/12d", "reason": "one institution"},
            ],
            "statements.locations": [{"about": "tripod_ai_2024/99"}, {"about": "stard_ai_2025/32"}],
        }
    )
    assert unknown_items(TRIPOD, described) == (
        "A statement is about tripod_ai_2024/99, and tripod_ai_2024 has no such item.",
    )


VALUES = {
    "text": "words",
    "path": "data/rows.csv",
    "number": 0.5,
    "integer": 3,
    "date": "2020-01-01",
    "list of text": ["words"],
}


ENTRIES = {
    "evaluations.claims": {"metric": "auroc"},
    "explanations": {"name": "maps"},
    "results.characteristics": {"name": "age"},
    "results.flow": {"step": "screened"},
}
"""An entry of a list of records that items ask for as a whole."""


def bearing_on(item: Item) -> list[str]:
    """Return the facts that can change the answer to an item."""
    own = [*item.evidence, *item.when]
    return sorted({"study.type", *own, *(fact for name in own for fact in FACTS[name].when)})


def value(name: str) -> st.SearchStrategy[object]:
    fact = FACTS[name]
    if name in ENTRIES:
        return st.just([ENTRIES[name]])
    if fact.type == "bool":
        return st.booleans()
    if fact.values:
        one = st.sampled_from(fact.values)
        return st.lists(one, max_size=2) if fact.type == "list of enum" else one
    return st.just(VALUES[fact.type])


RECORDS = {
    "data.sources": {"data.sources.name": "A"},
    "data.partitions": {"data.partitions.name": "A"},
    "predictors.inputs": {"predictors.inputs.name": "A"},
    "analysis.subgroups": {"analysis.subgroups.name": "A"},
    "results.flow": {"results.flow.step": "A"},
    "evaluations": {"evaluations.name": "A", "evaluations.task": "classification"},
    "explanations": {"explanations.name": "A"},
}
"""What an entry of a list of records must have."""


def with_required(description: Description) -> Description:
    needed: Description = {}
    for records, required in RECORDS.items():
        if any(name.startswith(f"{records}.") for name in description):
            needed |= required
    return {**description, **needed}


RANK = {
    Status.NOT_REPORTED: 0,
    Status.NOT_DESCRIBED_YET: 0,
    Status.PARTLY: 1,
    Status.REPORTED: 2,
    Status.DOES_NOT_APPLY: 2,
}


EVERY_ITEM = {
    f"{guideline.id}/{item.id}": (guideline, item)
    for guideline in guidelines()
    for item in guideline.items
}
every_item = pytest.mark.parametrize("name", EVERY_ITEM)


@every_item
@settings(max_examples=10, deadline=None)
@given(st.data())
def test_adding_a_fact_never_makes_an_item_worse(name: str, data: st.DataObject):
    guideline, item = EVERY_ITEM[name]
    names = data.draw(st.permutations(bearing_on(item)))
    names = names[: data.draw(st.integers(1, len(names)))]
    described = {name: data.draw(value(name), label=name) for name in names}
    complete = data.draw(st.lists(st.sampled_from(get_args(SectionName)), unique=True, max_size=3))
    *before, added = names
    less = with_required({name: described[name] for name in before}) | {COMPLETE: complete}
    more = with_required(described) | {COMPLETE: complete}
    one = guideline.model_copy(update={"items": (item,)})
    was, now = (appraise(one, study(each))[0] for each in (less, more))
    assert RANK[now.status] >= RANK[was.status], (added, was.reason, now.reason)


@every_item
@settings(max_examples=3, deadline=None)
@given(st.data())
def test_an_item_is_reported_once_all_its_facts_are_described(name: str, data: st.DataObject):
    guideline, item = EVERY_ITEM[name]
    facts = [*item.evidence, *(fact for fact in item.when if fact not in item.evidence)]
    wanted = {fact: item.when[fact][0] for fact in item.when}
    described = {}
    for fact in facts:
        each = wanted.get(fact, data.draw(value(fact), label=fact))
        described[fact] = [each] if fact in wanted and FACTS[fact].type == "list of enum" else each
    one = guideline.model_copy(update={"items": (item.model_copy(update={"delegates_to": ""}),)})
    (answer,) = appraise(one, study(with_required(described)))
    assert answer.status in (Status.REPORTED, Status.DOES_NOT_APPLY), answer.reason
    silent = appraise(one, study({}))[0]
    assert silent.status in (Status.NOT_DESCRIBED_YET, Status.PARTLY)


def test_what_may_not_be_asked_at_all_is_not_called_not_reported():
    claim = guidelines(["claim_2024"])[0]
    item = next(each for each in claim.items if each.id == "34")
    missing = [{"about": fact, "reason": "Not found."} for fact in item.evidence]
    about_condition = [{"about": fact, "reason": "Not said."} for fact in item.when]

    def status(*said: dict[str, str]) -> Status:
        answers = appraise(claim, study({"statements.not_reported": list(said)}))
        return next(each.status for each in answers if each.item == "34")

    assert status(*missing) is Status.NOT_DESCRIBED_YET
    assert status(*missing, *about_condition) is Status.NOT_REPORTED

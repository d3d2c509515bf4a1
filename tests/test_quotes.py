"""Quotes looked up in a manuscript: found, found nearly, not found; on which page; what commands say."""

import json
import random
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import cli
from checker.appraisal.places import items_of, placed
from checker.errors import BadSubmission
from checker.model.finding import Finding, RuleRun
from checker.model.manuscript import Heading, Manuscript
from checker.model.place import Found, Place
from checker.model.report import Answer, AnswerFact, FactState, Status
from checker.reading.folding import folded
from checker.reading.manuscripts import read_manuscript
from checker.reading.manuscripts.blocks import Block, of_blocks, of_pages
from checker.reading.manuscripts.lines import Line
from checker.reading.quotes import looked_up
from tests import paper_files as papers

ALIKE = 0.8
PAPER = papers.paper(40)


def place(quote: str, section: str = "") -> Place:
    return Place(
        about="outcome.blinding", at="statements.locations[0]", quote=quote, section=section
    )


def look_up(manuscript: Manuscript, quote: str, section: str = "") -> Place:
    (found,) = looked_up([place(quote, section)], manuscript, alike=ALIKE)
    return found


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Manuscript:
    path = papers.two_columns(tmp_path_factory.mktemp("quotes") / "paper.pdf", PAPER)
    return read_manuscript(path, "paper.pdf")


# Folding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("recon\u2010\nstruction", "reconstruction"),
        ("recon-\nstruction", "Reconstruction"),
        ("recon\u00adstruc\u00adtion", "reconstruction"),
        ("well-\ncharacterised", "well-characterised"),
        ("eﬃcient ﬁndings", "efficient findings"),
        ("“patients’ data”", '"patients\' data"'),
        ("0.81–0.93", "0.81-0.93"),
        ("−0.5", "-0.5"),
        ("p ≤ 0.05", "p<=0.05"),
        ("0·85", "0.85"),
        ("12 ± 3", "12 +/- 3"),
        ("m²", "m2"),
        ("10⁻³", "10-3"),
        ("1\u202f000\u00a0mL", "1 000 mL"),
        ("naïve", "naive"),
        ("na¨ıve".replace("ı", "i"), "naïve"),
        ("𝑝 = 0.04", "p = 0.04"),
        ("COVID-\n19", "COVID-19"),
        ("ﬀ\u200b", "ff"),
    ],
)
def test_what_printing_changes_is_folded_away(one, other):
    assert folded(one).text == folded(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-0.5", "0.5"),
        ("5–7", "57"),
        ("0.85", "0.850"),
        ("≥ 5", "≤ 5"),
        ("a ≠ b", "a = b"),
        ("5 %", "5"),
        ("1.5", "15"),
        ("β", "b"),
    ],
)
def test_what_means_something_else_stays(one, other):
    assert folded(one).text != folded(other).text


@given(st.text())
def test_every_folded_sign_knows_where_it_came_from(text):
    found = folded(text)
    assert len(found.text) == len(found.at)
    assert list(found.at) == sorted(found.at)
    assert folded(found.text).text == found.text
    for sign, at in zip(found.text, found.at, strict=True):
        assert sign in folded(text[at] + "0").text


@given(st.text(), st.text())
def test_folding_is_the_same_in_parts_but_for_a_dash_at_the_end(one, other):
    if not other[:1].isdigit():
        one = re.sub(r"[\W]+$", "", one)
        assert folded(one).text + folded(other).text == folded(one + other).text


# Exactly, nearly, not at all


def retyped(text: str, rng: random.Random) -> str:
    """Return a text as a person or a program might copy it: other breaks, hyphens, ligatures, quotation marks."""
    out = []
    for word in text.split(" "):
        if len(word) > 6 and word.isalpha() and rng.random() < 0.4:
            at = rng.randint(2, len(word) - 2)
            word = word[:at] + rng.choice(["-\n", "\u2010\n", "\u00ad", "-\r\n  "]) + word[at:]
        word = word.replace("ffi", "ﬃ").replace("fi", "ﬁ") if rng.random() < 0.5 else word
        word = word.upper() if rng.random() < 0.05 else word
        out.append(word.translate(str.maketrans("“”’−–", '""\'--')) if rng.random() < 0.7 else word)
    return "".join(each + rng.choice([" ", "\n", "  ", "\u00a0"]) for each in out)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_quote_cut_from_the_text_is_found_at_its_page(paper, data):
    text = data.draw(st.sampled_from(PAPER.sentences))
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    words = text.split(" ")
    first = data.draw(st.integers(0, max(len(words) - 8, 0)))
    cut = " ".join(words[first : first + data.draw(st.integers(7, 60))])
    found = look_up(paper, retyped(cut, rng))
    assert found.found is Found.EXACTLY
    whole = look_up(paper, text)
    assert whole.times == 1
    assert set(found.pages) & set(whole.pages)
    assert found.verdict == ""


def page_of(manuscript: Manuscript, text: str) -> set[int]:
    """Return the pages on which the text stands, found in another way: by what each page holds alone."""
    ends = (*manuscript.pages[1:], len(manuscript.text))
    bare = re.sub(r"[\W_]", "", text.casefold())
    on = {
        number
        for number, (start, end) in enumerate(zip(manuscript.pages, ends, strict=True), start=1)
        if bare in re.sub(r"[\W_]", "", manuscript.text[start:end].casefold())
    }
    return on


def test_every_sentence_is_found_on_the_page_that_holds_it(paper):
    found = looked_up([place(each) for each in PAPER.sentences], paper, alike=ALIKE)
    assert {each.found for each in found} == {Found.EXACTLY}
    broken = 0
    for each in found:
        pages = page_of(paper, each.quote)
        assert set(each.pages) == pages if pages else len(each.pages) == 2
        broken += not pages
    assert 0 < broken < len(paper.pages)


LONG = [each for each in PAPER.sentences if len(each) > 60]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(LONG), st.integers(0, 2**32))
def test_a_quote_with_a_tenth_of_its_signs_changed_is_found_nearly(paper, text, seed):
    rng = random.Random(seed)
    signs = list(text)
    for at in rng.sample(range(1, len(signs) - 1), len(signs) // 10):
        signs[at] = rng.choice("abcdefghijklmnopqrstuvwxyz")
    found = look_up(paper, "".join(signs))
    assert found.found in (Found.NEARLY, Found.EXACTLY)
    assert found.pages == look_up(paper, text).pages
    if found.found is Found.NEARLY:
        assert found.alike is not None
        assert ALIKE <= found.alike < 1
        assert folded(found.text).text.strip(".") in folded(text).text or found.alike < 0.95


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_another_sentence_of_the_same_kind_is_not_found(paper, seed):
    other = papers.sentence(random.Random(f"other {seed}"))
    if len(other) > 100:
        found = look_up(paper, other)
        assert (found.found, found.pages, found.times, found.text) == (Found.NOT_FOUND, (), 0, "")
        assert found.verdict == "quote not found in paper.pdf"


ENGLISH = (
    "Two hepatologists with ten years of experience read all scans without knowledge of the outcome.",
    "We split the data at random by patient, so that no patient is in two parts.",
    "The threshold was chosen on the tuning set and was not changed afterwards.",
    "Of 1,204 eligible patients, 96 were excluded because their scan was incomplete.",
)


def test_paraphrases_are_not_quotes():
    manuscript = of_blocks([Block(each) for each in ENGLISH], "a.md", "0")
    for other in (
        "Two radiologists read every scan and did not know the final diagnosis of any patient.",
        "Patients were assigned by chance to training or test, never to both of these groups.",
        "The cut-off came from the tuning data; later on nobody touched it again.",
        "We left out 96 patients with incomplete imaging from a total of 1,204.",
    ):
        assert look_up(manuscript, other).found is Found.NOT_FOUND


class Case(NamedTuple):
    story: str
    text: str
    quote: str
    found: Found
    shown: str = ""


LINES = (
    "The sensitivity was 0.85 (95% CI 0.80–0.90) at a difference of −0.5 points.\n"
    "Both radiologists3,4 read the 25 scans in 2–5 sessions without the clinical re-\nport of the day."
)
CASES = [
    Case("all of it", LINES, LINES, Found.EXACTLY),
    Case("the end of the sentence left off", LINES, "The sensitivity was 0.85", Found.EXACTLY),
    Case("another full stop", LINES, "the clinical report of the day;", Found.EXACTLY),
    Case(
        "a number is cut at its end",
        LINES,
        "The sensitivity was 0.8",
        Found.NEARLY,
        "The sensitivity was 0.85",
    ),
    Case(
        "the decimals are left off",
        LINES,
        "The sensitivity was 0",
        Found.NEARLY,
        "The sensitivity was 0.85",
    ),
    Case(
        "a number is cut at its start",
        LINES,
        "5 scans in 2–5 sessions without",
        Found.NEARLY,
        "25 scans in 2–5 sessions without",
    ),
    Case(
        "the minus is left off",
        LINES,
        "0.5 points. Both radiologists",
        Found.NEARLY,
        "−0.5 points. Both radiologists",
    ),
    Case(
        "a word is cut",
        LINES,
        "ensitivity was 0.85 (95%",
        Found.NEARLY,
        "sensitivity was 0.85 (95%",
    ),
    Case(
        "the numbers of references left out",
        LINES,
        "Both radiologists read the 25 scans",
        Found.NEARLY,
        "Both radiologists3,4 read the 25 scans",
    ),
    Case("up to the number of a reference", LINES, "points. Both radiologists", Found.EXACTLY),
    Case(
        "words left out, marked",
        LINES,
        "The sensitivity was 0.85 ... at a difference",
        Found.EXACTLY,
    ),
    Case(
        "words left out, in brackets",
        LINES,
        "Both radiologists […] read the 25 scans",
        Found.EXACTLY,
    ),
    Case(
        "in another order", LINES, "at a difference of −0.5 ... The sensitivity was", Found.NEARLY
    ),
    Case(
        "words left out, not marked",
        LINES,
        "The sensitivity was 0.85 at a difference of −0.5",
        Found.NOT_FOUND,
    ),
    Case("a short one that is not there", LINES, "no such words", Found.NOT_FOUND),
    Case("nothing but dots", LINES, "...", Found.NOT_FOUND),
    Case("longer than the paper", "Few words here.", "Few words here. " * 9, Found.NOT_FOUND),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.story)
def test_what_counts_as_the_quote(case):
    found = look_up(of_blocks([Block(case.text)], "a.md", "0"), case.quote)
    assert found.found is case.found
    if case.shown:
        assert found.text == case.shown


FIGURE = "Figure 2. Curves of all models in the external test data."


def broken(*middle: str) -> Manuscript:
    """Return two pages, a sentence that runs from one to the other, and lines between its halves."""
    first = [
        *(f"first page {each} has words" for each in "abc"),
        "All patients who were seen in the out-",
    ]
    second = ["patient clinic were asked to take part.", *(f"second page {each}" for each in "xyz")]
    pages = [
        [Line(each) for each in part] for part in ([*first, *middle[:1]], [*middle[1:], *second])
    ]
    return of_pages(pages, "a.pdf", "0")


SENTENCE = "All patients who were seen in the outpatient clinic were asked to take part."


@pytest.mark.parametrize(
    "middle", [(), (FIGURE,), (FIGURE, "a Numbers below the curve are patients.")]
)
def test_a_quote_runs_over_the_end_of_a_page_and_what_stands_there(middle):
    found = look_up(broken(*middle), SENTENCE)
    assert (found.found, found.pages, found.times) == (Found.EXACTLY, (1, 2), 1)
    assert found.position == "pages 1 to 2"


def test_words_left_out_within_a_line_are_no_interruption():
    manuscript = of_blocks(
        [Block("All patients who were seen, some twice, in the clinic were asked to take part.")],
        "a.md",
        "0",
    )
    found = look_up(manuscript, "All patients who were seen in the clinic were asked to take part.")
    assert found.found is Found.NEARLY


def test_a_quote_that_stands_several_times_has_all_its_pages():
    pages = [[Line("We excluded no patient from this."), Line(f"page {each}")] for each in "abcd"]
    pages[1] = [Line("Other words."), Line("page b")]
    found = look_up(of_pages(pages, "a.pdf", "0"), "We excluded no patient")
    assert (found.pages, found.times) == ((1, 3, 4), 3)
    assert found.position == "pages 1, 3 and 4"


def test_what_is_shown_has_its_broken_words_again():
    text = "We used a hyper-\nparameter search and follow-\nup. Later the follow-up ended."
    found = look_up(
        of_blocks([Block(text)], "a.md", "0"),
        "We used one hyperparameter search and follow-up. Later",
    )
    assert found.text == "We used a hyperparameter search and follow-up. Later"


def test_a_place_without_a_quote_stays_as_it_is(paper):
    told = place("", "Methods")
    assert looked_up([told], paper, alike=ALIKE) == (told,)


def test_without_the_package_only_what_is_not_there_exactly_asks_for_it(monkeypatch, paper):
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    assert look_up(paper, PAPER.sentences[3]).found is Found.EXACTLY
    with pytest.raises(BadSubmission) as caught:
        look_up(paper, "Some words that stand nowhere in this paper.")
    assert caught.value.problems[0].hint == 'run: pip install "study-checker[manuscript]"'


# Where


SECTIONS = (
    Block("1 Introduction", 1),
    Block("Little is known about this."),
    Block("2 Materials and Methods", 1),
    Block("We were careful in all."),
    Block("2.1 Study cohort", 2),
    Block("All patients were seen."),
    Block("Nobody was left out."),
    Block("2.2 Outcome", 2),
    Block("Experts read the slides."),
    Block("3 Results", 1),
    Block("All went well in the end."),
)
WHERE = of_blocks(SECTIONS, "a.docx", "0")


class Where(NamedTuple):
    quote: str
    section: str
    as_said: bool | None
    words: str


WHERES = [
    Where("Nobody was left out", "Methods", True, "Methods, paragraph 2"),
    Where(
        "Nobody was left out", "Methods, Study cohort", True, "Methods, Study cohort, paragraph 2"
    ),
    Where("Nobody was left out", "Outcome", False, "Outcome, paragraph 2"),
    Where("Nobody was left out", "Results", False, "Results, paragraph 2"),
    Where("Nobody was left out", "Table 2", None, "Table 2, paragraph 2"),
    Where(
        "Nobody was left out", "", None, "2 Materials and Methods, 2.1 Study cohort, paragraph 2"
    ),
    Where("Experts read the slides", "Methods; Outcome", True, "Methods; Outcome, paragraph 1"),
    Where("We were careful in all", "page 4, Methods", True, "Methods, paragraph 1"),
    Where("Nothing like this is said", "p. 4, Methods", None, "p. 4, Methods"),
]


@pytest.mark.parametrize("case", WHERES, ids=lambda case: f"{case.quote}, {case.section}")
def test_where_a_quote_stands(case):
    found = look_up(WHERE, case.quote, case.section)
    assert (found.as_said, found.words) == (case.as_said, case.words)


@pytest.mark.parametrize(
    ("section", "as_said", "words"),
    [
        ("page 2", True, "page 2"),
        ("Methods, pp. 1-3", True, "Methods, page 2"),
        ("page 1", False, "page 2"),
        ("(page 4) Table 1", False, "Table 1, page 2"),
        ("Supplement", None, "Supplement, page 2"),
    ],
)
def test_a_page_that_was_typed_gives_way_to_the_one_that_is_found(section, as_said, words):
    manuscript = of_pages(
        [[Line("First page.")], [Line("Readers were blinded to it.")]], "a.pdf", "0"
    )
    found = look_up(manuscript, "Readers were blinded to it.", section)
    assert (found.as_said, found.words) == (as_said, words)


def test_headings_above_a_place_and_its_section():
    at = WHERE.text.index("Nobody")
    assert [each.text for each in WHERE.above(at)] == [
        "2 Materials and Methods",
        "2.1 Study cohort",
    ]
    start, end = WHERE.span(Heading(WHERE.text.index("2 Mat"), 1, ""))
    assert WHERE.text[start:end].strip().endswith("Experts read the slides.")


# Which answers a place belongs to


def answer(item: str, *facts: str) -> Answer:
    return Answer(
        guideline="g",
        item=item,
        section="",
        topic="",
        requirement="",
        status=Status.REPORTED,
        reason="",
        facts=tuple(AnswerFact(name=each, meaning="", state=FactState.REPORTED) for each in facts),
    )


def test_places_go_to_facts_and_items_and_findings_beside_them():
    told = [
        replace(place("a b c d"), about="outcome.annotators", at="statements.locations[0]"),
        replace(place("e f g h"), about="g/2", at="statements.locations[1]"),
        replace(place("i j k l"), about="model.name", at="statements.locations[2]"),
    ]
    ran = RuleRun(
        rule="QUO001",
        at=(),
        place="the study",
        findings=(Finding(message="", at=("statements", "locations", 1, "quote")),),
    )
    answers = placed(
        [
            answer("1", "outcome.annotators.number"),
            answer("2", "model.name", "model.version"),
            answer("3", "x"),
        ],
        told,
        [ran],
    )
    assert [[each.at[-2] for each in one.places] for one in answers] == [["0"], ["1", "2"], []]
    assert [each.at[-2] for each in answers[1].facts[0].places] == ["2"]
    assert [each.at[-2] for each in answers[1].facts[1].places] == ["1"]
    assert [one.findings for one in answers] == [(), ("QUO001",), ()]
    assert items_of(answers) == {
        "statements.locations[0]": ("g/1",),
        "statements.locations[1]": ("g/2",),
        "statements.locations[2]": ("g/2",),
    }


# Commands

STUDY = """
study: {title: A study, question: diagnostic}
outcome: {blinding: blinded}
statements:
  guidelines: [tripod_ai_2024]
  manuscript: paper/paper.pdf
  locations:
    - {about: outcome.blinding, place: Methods, quote: "QUOTE"}
    - {about: tripod_ai_2024/10, place: "Results, page 3", quote: "The moon is made of green cheese, as we all know."}
"""


class Ended(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys):
    """Run a command and return how it ended and what it printed."""

    def ran(*arguments: object) -> Ended:
        capsys.readouterr()
        code = cli.run([str(each) for each in arguments])
        return Ended(int(code), *capsys.readouterr())

    return ran


@pytest.fixture
def study(tmp_path, paper_file) -> Path:
    (tmp_path / "paper").mkdir()
    shutil.copy(paper_file, tmp_path / "paper" / "paper.pdf")
    quote = PAPER.sections["Methods"][2][1].replace('"', "'")
    (tmp_path / "study.yaml").write_text(STUDY.replace("QUOTE", quote), encoding="utf-8")
    return tmp_path / "study.yaml"


@pytest.fixture(scope="module")
def paper_file(tmp_path_factory) -> Path:
    return papers.two_columns(tmp_path_factory.mktemp("paper") / "paper.pdf", PAPER)


def test_check_shows_the_place_and_what_was_not_found(study, tmp_path, run):
    made = run(
        "check",
        study,
        "-o",
        tmp_path / "r.json",
        "-o",
        tmp_path / "r.html",
        "-o",
        tmp_path / "r.md",
    )
    assert made.exit_code == 0
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    places = {each["item"]: each["places"] for each in report["answers"] if each["places"]}
    (page,) = places["8c"][0]["pages"]
    assert places["8c"][0]["found"] == "exactly"
    assert places["8c"][0]["heading"].startswith("Methods")
    assert f"Methods, page {page}" in (tmp_path / "r.html").read_text(encoding="utf-8")
    (found,) = [each for each in report["findings"] if each["code"].startswith("QUO")]
    assert (found["code"], found["severity"], found["line"]) == ("QUO001", "major", 9)
    assert found["items"] == ["tripod_ai_2024/10"]
    assert "QUO001" in next(each for each in report["answers"] if each["item"] == "10")["findings"]
    assert "Results, page 3 (quote not found in paper/paper.pdf)" in (
        tmp_path / "r.html"
    ).read_text(encoding="utf-8")
    assert set(report["provenance"]["files"]) == {"study.yaml", "paper/paper.pdf"}
    assert run("check", study, "--fail-on", "major").exit_code == 1
    assert any("green cheese" in each for each in report["comments"])


def test_a_report_with_places_renders_again_from_its_json(study, tmp_path, run):
    run("check", study, "-o", tmp_path / "r.json", "-o", tmp_path / "r.html")
    run("render", tmp_path / "r.json", "-o", tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "r.html").read_bytes()


def test_without_a_manuscript_quotes_could_not_be_checked(study, tmp_path, run):
    study.write_text(
        study.read_text(encoding="utf-8").replace("  manuscript: paper/paper.pdf\n", ""),
        encoding="utf-8",
    )
    report = json.loads(run("check", study, "--format", "json").stdout)
    missing = {each["rule"]: each["because"] for each in report["not_run"]}
    assert set(missing) >= {"QUO001", "QUO002", "QUO003", "QUO004"}
    assert "--manuscript FILE" in missing["QUO001"]
    assert "2 quotes not looked up" in run("validate", study).stderr


def test_validate_says_where_each_quote_is(study, run):
    said = run("validate", study)
    assert said.exit_code == 0
    assert re.search(r"study.yaml:8: outcome.blinding: found on page \d+ \(Methods", said.stdout)
    assert "study.yaml:9: tripod_ai_2024/10: not found in paper/paper.pdf" in said.stdout
    assert "It is said to stand in Results, page 3" in said.stdout
    quotes = json.loads(run("validate", study, "--format", "json").stdout)["quotes"]
    assert [(each["line"], each["found"]) for each in quotes] == [(8, "exactly"), (9, "not_found")]


def test_another_manuscript_can_be_given(study, tmp_path, run):
    other = papers.word(tmp_path / "other.docx", PAPER)
    said = run("validate", study, "--manuscript", other)
    assert "outcome.blinding: found in paragraph 3 (Methods)" in said.stdout
    report = json.loads(run("check", study, "--manuscript", other, "--format", "json").stdout)
    assert set(report["provenance"]["files"]) == {"study.yaml", "other.docx"}


def test_a_manuscript_that_is_given_is_read_also_without_quotes(tmp_path, run):
    (tmp_path / "study.yaml").write_text("study: {question: diagnostic}\n", encoding="utf-8")
    (tmp_path / "a.md").write_text("Some words.", encoding="utf-8")
    said = run("validate", tmp_path / "study.yaml", "--manuscript", tmp_path / "a.md")
    assert said.exit_code == 0
    assert "no quote to look up" in said.stderr
    missing = run("validate", tmp_path / "study.yaml", "--manuscript", tmp_path / "b.md")
    assert missing.exit_code == 2
    assert "b.md: the file cannot be read" in missing.stderr


class Bad(NamedTuple):
    story: str
    named: str
    says: str
    line: str = "study.yaml:6"


@pytest.mark.parametrize(
    "case",
    [
        Bad("not there", "paper/papr.pdf", "did you mean paper/paper.pdf?"),
        Bad("a folder", "paper", "this is a folder"),
        Bad("outside", "../paper.pdf", "leaves the folder"),
        Bad("a root that was not opened", "nas:paper.pdf", "--root nas=PATH"),
        Bad("no manuscript", "study.yaml", "this ends in .yaml", "study.yaml: "),
    ],
    ids=lambda case: case.story,
)
@pytest.mark.parametrize("command", ["check", "validate"])
def test_a_manuscript_that_cannot_be_used_ends_with_2(study, command, case, run):
    text = study.read_text(encoding="utf-8").replace("paper/paper.pdf", case.named)
    study.write_text(text, encoding="utf-8")
    ended = run(command, study)
    assert ended.exit_code == 2
    assert case.says in ended.stderr
    assert case.line in ended.stderr


def test_problems_of_tables_and_of_the_manuscript_are_told_together(study, run):
    text = study.read_text(encoding="utf-8").replace("paper.pdf", "none.pdf")
    study.write_text(
        text + "evaluations:\n  - {name: test, task: classification, predictions: none.csv}\n",
        encoding="utf-8",
    )
    ended = run("check", study)
    assert ended.exit_code == 2
    assert "none.pdf" in ended.stderr
    assert "none.csv" in ended.stderr


def test_a_manuscript_may_lie_in_a_folder_opened_besides(study, tmp_path, run):
    text = study.read_text(encoding="utf-8").replace("paper/paper.pdf", "drafts:paper.pdf")
    study.write_text(text, encoding="utf-8")
    for command in ("check", "validate"):
        assert run(command, study, "--root", f"drafts={tmp_path / 'paper'}").exit_code == 0


def test_an_output_never_takes_the_place_of_the_manuscript(study, tmp_path, run):
    paper = papers.markdown(tmp_path / "paper.md", PAPER)
    ended = run("check", study, "--manuscript", paper, "-o", paper)
    assert ended.exit_code == 2
    assert "is read by this command" in ended.stderr
    text = study.read_text(encoding="utf-8").replace("paper/paper.pdf", "paper.md")
    study.write_text(text, encoding="utf-8")
    assert run("check", study, "-o", paper).exit_code == 2
    assert paper.read_text(encoding="utf-8").startswith("# Deep")


# A hundred pages


@pytest.mark.slow
def test_a_hundred_pages_in_two_columns(tmp_path_factory):
    of = papers.paper(570, seed=5)
    path = papers.two_columns(tmp_path_factory.mktemp("long") / "long.pdf", of)
    manuscript = read_manuscript(path, "long.pdf")
    assert len(manuscript.pages) >= 100
    rng = np.random.default_rng(3)
    chosen = [of.sentences[i] for i in rng.choice(len(of.sentences), 400, replace=False)]
    found = looked_up([place(each) for each in chosen], manuscript, alike=ALIKE)
    assert {each.found for each in found} == {Found.EXACTLY}
    for each in found:
        pages = page_of(manuscript, each.quote)
        assert set(each.pages) == pages if pages else each.pages[1] == each.pages[0] + 1

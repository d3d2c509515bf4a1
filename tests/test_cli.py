"""The commands as people and machines use them: exit codes, what goes where, files, consoles, speed."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from checker import __version__, measuring, pipeline, render
from checker.assemble import reported_findings
from checker.cli import console, outputs, run
from checker.cli.console import SIGNS
from checker.errors import OutputFailed
from checker.measuring import Question
from checker.model.finding import Finding, RuleRun
from checker.model.report import NotRun, Report
from checker.model.settings import Settings
from checker.reading.documents import read_study
from checker.reading.predictions import ColumnNames

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "indian_liver_patients"
STUDY = str(EXAMPLE / "study.yaml")
TEST = str(EXAMPLE / "predictions" / "test.csv")
CLASSIFICATION = [
    "metrics",
    "classification",
    TEST,
    "--outcome",
    "liver_disease",
    "--score",
    "prob_full",
]
COLUMNS = ColumnNames("liver_disease", "prob_full")
FAST = ["--resamples", "200"]


def outside(arguments: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, as a shell does."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "checker", *arguments],
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        env={**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8", **environment},
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def report() -> Report:
    return pipeline.check(Path(STUDY))


@pytest.fixture
def checked(report: Report, monkeypatch: pytest.MonkeyPatch) -> Report:
    """The report of the example, without computing it again for every test."""
    monkeypatch.setattr(pipeline, "check", lambda study, options=None: report)
    return report


# Exit codes


@pytest.mark.parametrize(
    ("arguments", "code", "because"),
    [
        ([], 1, "{critical} critical findings; --fail-on critical"),
        (
            ["--fail-on", "major"],
            1,
            "{critical} critical and {major} major findings; --fail-on major",
        ),
        (["--fail-on", "none"], 0, ""),
        (["--show", "critical"], 1, "{critical} critical findings"),
    ],
)
def test_findings_from_the_fail_level_on_make_the_exit_code_1(
    arguments, code, because, checked, capsys
):
    by = Counter(each.severity.value for each in checked.findings)
    assert run(["check", STUDY, *arguments]) == code
    err = capsys.readouterr().err
    assert because.format(**by) in err
    if code:
        assert err.splitlines()[-1].endswith(f"(exit code {code})")


def test_a_study_without_findings_from_the_fail_level_on_ends_with_0(checked, monkeypatch, capsys):
    mild = replace(checked, findings=tuple(f for f in checked.findings if f.severity == "minor"))
    monkeypatch.setattr(pipeline, "check", lambda study, options=None: mild)
    assert run(["check", STUDY]) == 0
    assert "exit code" not in capsys.readouterr().err
    assert run(["check", STUDY, "--fail-on", "minor"]) == 1


def test_a_waived_finding_does_not_fail(checked, monkeypatch):
    waived = replace(checked, findings=tuple(replace(f, waived=True) for f in checked.findings))
    monkeypatch.setattr(pipeline, "check", lambda study, options=None: waived)
    assert run(["check", STUDY]) == 0


def test_a_rule_that_failed_is_our_fault(checked, monkeypatch, capsys):
    failed = NotRun(rule="LEA001", title="", at="", place="", because="", our_fault=True)
    monkeypatch.setattr(pipeline, "check", lambda *_: replace(checked, not_run=(failed,)))
    assert run(["check", STUDY]) == 3
    assert "LEA001 failed, which is our fault" in capsys.readouterr().err


def broken(*_: object) -> None:
    secret = "patient 17"
    raise ZeroDivisionError("no cases" if secret else "")


def test_an_error_of_ours_is_one_sentence_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr(pipeline, "check", broken)
    assert run(["check", STUDY]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "checker --debug check" in err
    assert err.splitlines()[-1] == (
        "checker: this is our fault, not yours: ZeroDivisionError: no cases (exit code 3)"
    )


@pytest.mark.parametrize("arguments", [["--debug", "check", STUDY], ["check", STUDY, "--debug"]])
def test_debug_shows_where_and_no_values_of_variables(arguments, monkeypatch, capsys):
    monkeypatch.setattr(pipeline, "check", broken)
    assert run(arguments) == 3
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "in broken" in err
    assert "patient 17" not in err


def test_too_little_memory_is_one_sentence(monkeypatch, capsys):
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pipeline, "check", fail)
    assert run(["check", STUDY]) == 2
    assert capsys.readouterr().err == (
        "checker: this machine has not enough memory for these files (exit code 2)\n"
    )


def test_ctrl_c_ends_as_shells_expect(monkeypatch, capsys):
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "check", stopped)
    with pytest.raises(SystemExit) as ended:
        run(["check", STUDY])
    assert ended.value.code == 130
    assert capsys.readouterr().err == "checker: interrupted (exit code 130)\n"


def started(code: str, folder: Path) -> subprocess.Popen[str]:
    """The command in a process of its own that writes its temporary files to a folder."""
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys; sys.path.insert(0, {str(EXAMPLE.parents[1])!r}); {code}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )


SLOW = "import time; print('ready', flush=True); time.sleep(60)"
IMPORTING = f"""
sys.modules.pop('typer', None)
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == 'typer':
            {SLOW}
sys.meta_path.insert(0, Slow())
from checker.cli import main
sys.argv = ['checker', 'list', 'facts']
main()
"""
WORKING = f"""
from checker.cli import explaining, main
def slow(kind):
    {SLOW}
explaining._rows = slow
sys.argv = ['checker', 'list', 'facts']
main()
"""
STOPS = [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "terminated", 143)]


@pytest.mark.skipif(os.name == "nt", reason="Windows ends programs in another way")
@pytest.mark.parametrize(("number", "how", "code"), STOPS, ids=["Ctrl-C", "terminate"])
@pytest.mark.parametrize("program", [IMPORTING, WORKING], ids=["at the start", "later"])
def test_who_stops_the_program_reads_one_line(program, number, how, code, tmp_path):
    process = started(program, tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (code, f"checker: {how} (exit code {code})\n")


# What goes where


def test_stdout_is_the_result_alone(checked, capsys, tmp_path):
    run(["check", STUDY, "--format", "json", "-o", str(tmp_path / "r.json")])
    out, err = capsys.readouterr()
    assert json.loads(out)["format"] == "checker-report/1"
    assert out == (tmp_path / "r.json").read_text(encoding="utf-8")
    assert f"wrote {tmp_path / 'r.json'}" in err


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("md", "#"), ("html", "<!")])
def test_every_format_is_printed(form, begins, checked, capsys):
    run(["check", STUDY, "--format", form])
    assert capsys.readouterr().out.lstrip().lower().startswith(begins)


def test_show_leaves_out_findings_on_the_screen_and_says_so(checked, capsys):
    run(["check", STUDY, "--show", "critical"])
    out, err = capsys.readouterr()
    assert "CLM001" in out
    assert "ANA003" not in out
    assert "findings below critical not shown (--show minor)" in err


def test_show_does_not_change_what_machines_read(checked, capsys):
    run(["check", STUDY, "--show", "critical", "--format", "json"])
    assert "ANA003" in capsys.readouterr().out


# Files


def test_several_outputs_are_written_in_folders_that_did_not_exist(checked, tmp_path, capsys):
    files = [tmp_path / "new" / "deep" / f"report.{suffix}" for suffix in ("html", "json", "md")]
    run(["check", STUDY, *(part for file in files for part in ("-o", str(file)))])
    assert all(file.stat().st_size > 1000 for file in files)
    assert sorted(each.name for each in files[0].parent.iterdir()) == sorted(f.name for f in files)


def test_what_cannot_be_written_is_named_after_all_others_were(
    checked, tmp_path, monkeypatch, capsys
):
    def no_pango(report: Report) -> str:
        raise OutputFailed("install Pango")

    monkeypatch.setattr(render, "FORMATS", {**render.FORMATS, ".pdf": no_pango})
    pdf, page = tmp_path / "r.pdf", tmp_path / "r.html"
    assert run(["check", STUDY, "-o", str(pdf), "-o", str(page), "--fail-on", "none"]) == 2
    err = capsys.readouterr().err
    assert f"{pdf} was not written: install Pango" in err
    assert f"wrote {page}" in err
    assert f"wrote {pdf}" not in err
    assert err.splitlines()[-1] == "checker: 1 output not written (exit code 2)"
    assert page.exists()


def test_a_format_that_the_system_does_not_allow_keeps_no_other_from_being_written(
    checked, tmp_path, monkeypatch, capsys
):
    def nowhere(report: Report) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr(render, "FORMATS", {**render.FORMATS, ".pdf": nowhere})
    pdf, whole = tmp_path / "r.pdf", tmp_path / "r.json"
    assert run(["check", STUDY, "-o", str(pdf), "-o", str(whole), "--fail-on", "none"]) == 2
    assert f"{pdf} was not written: No usable temporary directory" in capsys.readouterr().err
    assert whole.exists()


def copied(folder: Path) -> Path:
    """A copy of the example with names that outputs may have too."""
    (folder / "sub").mkdir()
    text = Path(STUDY).read_text(encoding="utf-8").replace("predictions/test.csv", "sub/test.md")
    (folder / "study.md").write_text(text, encoding="utf-8")
    (folder / "sub" / "test.md").write_bytes(Path(TEST).read_bytes())
    for other in EXAMPLE.glob("predictions/*"):
        target = folder / "predictions" / other.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(other.read_bytes())
    return folder


@pytest.mark.parametrize("file", ["study.md", "sub/test.md", "sub/../sub/test.md", "link.md"])
def test_check_never_writes_over_what_it_reads(file, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(copied(tmp_path))
    try:
        Path("link.md").symlink_to("sub/test.md")
    except OSError:
        pytest.skip("this system does not allow links")
    before = Path(file).read_bytes()
    assert run(["check", "study.md", "-o", file, "-o", "new.json"]) == 2
    assert f"{file} is read by this command" in capsys.readouterr().err
    assert Path(file).read_bytes() == before
    assert not Path("new.json").exists()


def test_metrics_and_render_never_write_over_what_they_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("in.txt").write_bytes(Path(TEST).read_bytes())
    Path("in.json").write_text("{}", encoding="utf-8")
    columns = ["--outcome", "liver_disease", "--score", "prob_full"]
    assert run(["metrics", "classification", "in.txt", *columns, "-o", "in.txt"]) == 2
    assert "in.txt is read by this command" in capsys.readouterr().err
    assert run(["render", "in.json", "-o", "in.json"]) == 2
    assert "in.json is read by this command" in capsys.readouterr().err
    assert Path("in.txt").read_bytes() == Path(TEST).read_bytes()


def test_one_file_under_two_names_is_the_same_output(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    twice = ["-o", "a.json", "-o", "sub/../a.json"]
    for arguments in (["check", STUDY], CLASSIFICATION):
        assert run([*arguments, *twice]) == 2
        assert "the same output file is named twice" in capsys.readouterr().err


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    file = tmp_path / "report.json"
    file.write_text("old", encoding="utf-8")

    def full(self: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputFailed, match="No space left on device"):
        outputs.save(file, b"new")
    assert file.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_in_place_of_a_folder_is_said(tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(OutputFailed):
        outputs.save(tmp_path / "taken" / "report.json", b"new")


def test_render_shows_a_report_again_without_the_data(checked, tmp_path, capsys):
    first, again = tmp_path / "report.json", tmp_path / "again.json"
    run(["check", STUDY, "-o", str(first), "-o", str(tmp_path / "r.html")])
    capsys.readouterr()
    arguments = ["render", str(first), "-o", str(again), "-o", str(tmp_path / "again.html")]
    assert run(arguments) == 0
    assert capsys.readouterr().out == ""
    assert again.read_bytes() == first.read_bytes()
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "r.html").read_bytes()
    assert run(["render", str(first)]) == 0
    assert "CLM001" in capsys.readouterr().out


# The other commands


def test_validate_says_how_much_is_described(capsys):
    assert run(["validate", STUDY]) == 0
    out = capsys.readouterr().out
    assert out.startswith("study.yaml: described so far: ")
    assert out.rstrip().endswith(" facts")
    assert len(out.splitlines()) == 1


def test_validate_as_json(tmp_path, capsys):
    assert run(["validate", STUDY, "--format", "json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert whole["problems"] == []
    assert whole["described"]["asked"] > whole["described"]["present"] > 100
    assert whole["notes"][0]["path"] == "evaluations[0].claims[3].value"
    bad = tmp_path / "study.yaml"
    bad.write_text("study:\n  titel: x\n", encoding="utf-8")
    assert run(["validate", str(bad), "--format", "json"]) == 2
    out, err = capsys.readouterr()
    problem = json.loads(out)["problems"][0]
    assert (problem["line"], problem["path"]) == (2, "study.titel")
    assert problem["hint"] == "did you mean title?"
    assert err == "checker: 1 problem in study.yaml (exit code 2)\n"


def test_metrics_as_json(capsys):
    arguments = ["--threshold", "0.7", "--compare", "prob_demographic", "--group", "gender"]
    assert (
        run([*CLASSIFICATION, *arguments, "--net-benefit", "0.6", "--format", "json", *FAST]) == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert (found["task"], found["cases"]) == ("classification", 291)
    by = {
        (each["metric"], each["group"], each.get("score"), each.get("strategy")): each
        for each in found["estimates"]
    }
    auroc = next(e for (m, g, *_), e in by.items() if (m, g) == ("auroc", "all"))
    assert auroc["value"] == pytest.approx(0.768462847419172)
    assert auroc["interval"]["low"] == pytest.approx(0.713691016213587)
    benefit = {
        e["strategy"]: e["value"] for e in found["estimates"] if e["metric"] == "net_benefit"
    }
    assert benefit["model"] == pytest.approx(0.355670103092784)
    assert benefit["treat_all"] == pytest.approx(0.261168384879725)
    assert benefit["treat_none"] == 0
    women = [e for e in found["estimates"] if e["group"] == "gender = Female"]
    assert {"auroc", "sensitivity"} <= {e["metric"] for e in women}
    difference = next(e for e in found["comparisons"] if e["metric"] == "auroc")
    assert difference["difference"] == pytest.approx(0.176715825297788)
    assert difference["p"] == pytest.approx(1.42627492219631e-05, rel=1e-3)


def test_metrics_as_text_and_in_files(tmp_path, capsys):
    files = [tmp_path / "m.json", tmp_path / "m.txt"]
    assert run([*CLASSIFICATION, *FAST, "-o", str(files[0]), "-o", str(files[1])]) == 0
    out = capsys.readouterr().out
    assert "AUROC" in out
    assert "0.768" in out
    assert json.loads(files[0].read_text(encoding="utf-8"))["cases"] == 291
    assert "0.768" in files[1].read_text(encoding="utf-8")


def test_metrics_writes_a_report_of_the_one_table(tmp_path, capsys):
    files = [tmp_path / f"out/x.{ending}" for ending in ("html", "md", "json")]
    outputs = [each for file in files for each in ("-o", str(file))]
    assert run([*CLASSIFICATION, *FAST, *outputs]) == 0
    out, err = capsys.readouterr()
    assert "AUROC" in out
    assert all(f"wrote {file}" in err for file in files)
    html, markdown, numbers = (file.read_text(encoding="utf-8") for file in files)
    assert html.startswith("<!DOCTYPE html>")
    assert "<svg" in html
    assert "No study was described" in html
    assert "# Predictions in test.csv" in markdown
    assert "0.768" in markdown
    assert json.loads(numbers)["cases"] == 291
    assert sorted(each.name for each in tmp_path.rglob("*.*")) == ["x.html", "x.json", "x.md"]


def test_a_finding_about_a_table_names_no_line(tmp_path):
    found = measuring.report(
        Question(file=Path(TEST), columns=COLUMNS, settings=Settings(resamples=200))
    )
    assert found.findings
    assert {(each.file, each.line) for each in found.findings} == {("test.csv", None)}


def test_a_finding_about_what_is_not_in_the_file_names_no_line(report):
    document = read_study(Path(STUDY))
    absent = [Finding(message="", at=("readers", "design")), Finding(message="")]
    runs = [RuleRun(rule="LEA001", at=(), place="the study", findings=tuple(absent))]
    assert [each.line for each in reported_findings(runs, document, {})] == [None, None]
    assert all(each.line and each.line > 1 for each in report.findings)


def test_a_second_opinion_is_computed_where_it_is_asked_for(tmp_path, capsys):
    as_json, as_html = tmp_path / "report.json", tmp_path / "report.html"
    arguments = ["check", STUDY, *FAST, "--fail-on", "none", "-o", str(as_json), "-o", str(as_html)]
    assert run([*arguments, "--second-opinion"]) == 0
    evaluation = json.loads(as_json.read_text(encoding="utf-8"))["evaluations"][0]
    opinions = {each["metric"]: each for each in evaluation["second_opinion"]}
    assert opinions["auroc"]["program"].startswith("scikit-learn ")
    assert opinions["auroc"]["theirs"] == pytest.approx(opinions["auroc"]["ours"], abs=1e-12)
    assert opinions["auroc"]["program"] in as_html.read_text(encoding="utf-8")
    assert run(arguments) == 0
    assert not json.loads(as_json.read_text(encoding="utf-8"))["evaluations"][0]["second_opinion"]


def test_rows_are_chosen_by_their_values_as_written(capsys):
    assert run([*CLASSIFICATION, *FAST, "--where", "gender=Female", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["cases"] == 74


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("LEA001", "Patients shared between partitions"),
        ("lea001", "Patients shared between partitions"),
        ("auroc", "ties count one half"),
        ("c-statistic", "Name: auroc"),
        ("pointing_game", "Name: pointing_game"),
        ("tripod_ai_2024", "12d"),
        ("tripod_ai_2024/12d", "analysis.clusters.method"),
        ("TRIPOD+AI", "Items"),
        ("TRIPOD+AI 23a", "tripod_ai_2024/23a Model performance"),
        ("TRIPOD+AI item 23A", "tripod_ai_2024/23a Model performance"),
        ("23a", "tripod_ai_2024/23a Model performance"),
        ("LEA", "LEA006 (critical) Rows of one partition that stand in another"),
        ("lea", "LEA: rules about leakage"),
        ("outcome.blinding", "tripod_ai_2024/8c"),
        ("outcome.interval", "outcome.interval.median_days"),
        ("evaluations.claims.metric", "as papers print it"),
    ],
)
def test_explain_shows_a_page(name, says, capsys):
    assert run(["explain", name]) == 0
    out = capsys.readouterr().out
    assert says in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80 or "http" in out


def test_explain_takes_words_without_quotation_marks(capsys):
    assert run(["explain", "TRIPOD+AI", "23a"]) == 0
    assert "Model performance" in capsys.readouterr().out


def shown(name, capsys):
    """Return the page of that name as one line."""
    assert run(["explain", name]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_explain_shows_a_good_and_a_poor_answer_and_why(capsys):
    out = shown("tripod_ai_2024/12d", capsys)
    assert "Example: heterogeneity across clusters - A good answer: As planned, variation" in out
    assert "- A poor answer: Data came from 7 hospitals" in out
    assert "- Why: The first says how variation was modelled" in out
    assert out.index("Facts of study.yaml") < out.index("Example: ") < out.index("are made up")
    assert out.count("Example: ") == 1


def test_explain_shows_an_example_of_each_thing_that_an_item_asks(capsys):
    out = shown("tripod_ai_2024/12e", capsys)
    about = ("performance measures", "uncertainty", "calibration", "clinical utility", "comparison")
    places = [out.index(f"Example: {each}") for each in about]
    assert places == sorted(places)
    assert out.count("A good answer: ") == out.count("A poor answer: ") == len(about)


def test_explain_shows_which_items_of_other_guidelines_ask_the_same(monkeypatch, capsys):
    from checker.cli import pages
    from checker.reading.guidelines import guidelines

    (tripod,) = guidelines(["tripod_ai_2024"])
    item = tripod.items[0]
    claim = tripod.model_copy(
        update={
            "id": "claim_2024",
            "items": tuple(
                item.model_copy(update={"id": number, "topic": f"Topic {number}"})
                for number in ("12", "28", "38")
            ),
        }
    )
    monkeypatch.setattr(pages, "_guidelines", lambda: {tripod.id: tripod, claim.id: claim})
    out = shown("tripod_ai_2024/11", capsys)
    assert "The same is asked by - claim_2024/12 Topic 12 Example: missing data" in out
    out = shown("tripod_ai_2024/12e", capsys)
    assert (
        "The same is asked by - claim_2024/28 Topic 28 (performance measures and reasons; "
        "comparison with other models or methods) - claim_2024/38 Topic 38 (calibration) Example:"
    ) in out
    out = shown("claim_2024/38", capsys)
    assert "- tripod_ai_2024/12e Analytical methods (calibration)" in out
    assert "- claim_2024/" not in out
    assert "The same is asked by" not in shown("tripod_ai_2024/19", capsys)


def test_explain_shows_an_item_that_shares_nothing_without_an_example(monkeypatch, capsys):
    from checker.cli import pages

    monkeypatch.setattr(pages, "_concepts", lambda: ())
    out = shown("tripod_ai_2024/12d", capsys)
    assert "Example" not in out
    assert "The sentence is ours; the official wording" in out


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("23c", "tripod_ai_2024/23a or tripod_ai_2024/23b"),
        ("TRIPOD+AI 23c", "tripod_ai_2024/23a or tripod_ai_2024/23b"),
        ("LEA9", "LEA001 or LEA002 or LEA003"),
        ("LEB", "LEA"),
        ("tripod", "tripod_ai_2024"),
        ("outcome.blindin", "outcome.blinding"),
        ("Blinding", "outcome.blinding"),
        ("aurok", "auroc"),
    ],
)
def test_explain_offers_what_is_alike(name, offered, capsys):
    assert run(["explain", name]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert f'nothing is called "{name}"; did you mean' in err
    assert offered in err


def test_every_rule_metric_item_and_fact_has_a_page():
    from checker.cli.pages import page
    from checker.model.metric_names import METRIC_NAMES
    from checker.model.study.facts import FACTS
    from checker.reading.guidelines import guidelines
    from checker.rules import RULES

    items = [f"{each.id}/{item.id}" for each in guidelines() for item in each.items]
    for name in (*RULES, *METRIC_NAMES, *items, *FACTS):
        assert page(name).startswith("# ")


@pytest.mark.parametrize("kind", ["rules", "metrics", "guidelines", "facts"])
def test_list_shows_what_there_is_at_80_columns(kind, capsys):
    assert run(["list", kind]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) >= 1
    assert max(map(len, out.splitlines())) <= 80
    assert run(["list", kind, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_schema_is_a_json_schema(capsys):
    assert run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")


def test_new_says_what_it_guessed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["new", "my study", "--task", "classification", "--from", TEST]) == 0
    out = capsys.readouterr().out
    assert "liver_disease" in out
    assert 'checker check "my study' in out
    assert run(["validate", "my study/study.yaml"]) == 0
    assert run(["new", "my study", "--task", "classification"]) == 2


def test_demo_is_a_show_and_ends_with_0(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["demo"]) == 0
    out, err = capsys.readouterr()
    assert "contradicted" in out
    assert {"report.html", "report.json"} <= {each.name for each in (tmp_path / "out").iterdir()}
    assert "report.html" in out
    assert err == ""


def test_version_and_help(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"checker {__version__}\n"
    for arguments in ([], ["--help"], ["-h"]):
        assert run(arguments) == 0
        assert "validate" in capsys.readouterr().out


COMMANDS = ["demo", "new", "validate", "check", "render", "metrics", "explain", "list", "schema"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    assert run([command, "--help"]) == 0
    assert f"checker {command}" in capsys.readouterr().out


# Consoles


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_text_survives_every_console(encoding):
    done = outside(["check", STUDY, *FAST], PYTHONIOENCODING=encoding)
    assert done.returncode == 1, done.stderr
    assert "CLM001" in done.stdout
    assert "\\u" not in done.stdout
    assert any(sign in done.stdout for sign in SIGNS) is (encoding == "utf-8")


def test_json_is_utf_8_whatever_the_console(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "checker", "list", "facts", "--format", "json"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        check=True,
    )
    assert json.loads(done.stdout.decode("utf-8"))
    assert b"\r" not in done.stdout


def test_no_colour_where_there_is_no_terminal():
    done = outside(["check", STUDY, *FAST])
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_a_reader_that_has_gone_is_no_error():
    command = f'"{sys.executable}" -m checker list facts | head -1; echo "${{PIPESTATUS[0]}}"'
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.splitlines()[-1] == "0"
    assert done.stderr == ""


ENDS = [
    ("check nothing.yaml 2>&-", 2),
    ("check nothing.yaml >&- 2>&-", 2),
    ("validate {study} 2>&-", 0),
    ("validate {study} <&- 2>&-", 0),
    ("validate {study} >&-", 2),
    ("validate {study} >&- 2>&-", 2),
    ("validate {study} <&- >&- 2>&-", 2),
    ("list facts --format json >&-", 2),
    ("validate {study} >/dev/full", 2),
    ("list facts --format json >/dev/full", 2),
    ("--version >/dev/full", 2),
    ("check nothing.yaml 2>/dev/full", 2),
]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is full")
@pytest.mark.parametrize(("arguments", "code"), ENDS, ids=[arguments for arguments, _ in ENDS])
def test_streams_that_are_closed_or_full_do_not_change_what_the_code_means(arguments, code):
    command = f'"{sys.executable}" -m checker {arguments.format(study=STUDY)}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr
    if code == 2 and "nothing" not in arguments and "2>" not in arguments:
        assert b"the result was not printed" in done.stderr


def test_a_file_never_takes_the_number_of_a_closed_stream(tmp_path):
    code = (
        "import os; from checker.cli import console; console.prepare(); "
        f"file = open({str(tmp_path / 'x')!r}, 'w'); assert file.fileno() > 2"
    )
    done = subprocess.run(
        ["bash", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code], check=False
    )
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["a[/red].yaml", "[bold]a.yaml", "a\x1b[31m.yaml"])
def test_any_name_may_be_worked_on_at_a_terminal(name, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    with console.working(f"Checking {name}"):
        pass
    assert "\x1b[31m" not in capsys.readouterr().err


# Lightness

HEAVY = ("numpy", "scipy", "polars", "matplotlib", "sklearn", "weasyprint", "pydantic", "yaml")


def test_importing_the_commands_loads_nothing_heavy():
    code = f"import sys, checker.cli; print([each for each in {HEAVY} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.strip() == "[]"


def test_validate_needs_no_numbers():
    code = (
        "import sys; from checker.cli import run; run(sys.argv[1:]); "
        f"print([each for each in {HEAVY[:-2]} if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "validate", STUDY],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"

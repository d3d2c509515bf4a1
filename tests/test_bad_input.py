"""Everything that people hand in by mistake, or to see what happens: one clear message, exit code 2, no traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.cli import run

STUDY = """\
study:
  title: A study
data:
  partitions:
    - {name: test, role: internal_test}
evaluations:
  - name: test
    task: classification
    partition: test
    predictions: predictions.csv
    unit: patient
    positive: 1
    claims:
      - {name: AUROC, metric: auroc, value: 0.75}
"""
ROWS = ["outcome,score,sex", "1,0.9,F", "0,0.2,M", "1,0.7,M", "0,0.8,F", "1,0.6,F", "0,0.1,M"]
TABLE = "\n".join(ROWS) + "\n"


def study(text: str = STUDY, name: str = "study.yaml") -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_text(text, encoding="utf-8")
        (folder / "predictions.csv").write_text(TABLE, encoding="utf-8")

    return write


def changed(old: str, new: str) -> Callable[[Path], None]:
    assert old in STUDY
    return study(STUDY.replace(old, new))


def at(path: str) -> Callable[[Path], None]:
    return changed("predictions: predictions.csv", f"predictions: '{path}'")


def raw(data: bytes, name: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        study()(folder)
        (folder / name).write_bytes(data)

    return write


def table(text: str) -> Callable[[Path], None]:
    return raw(text.encode(), "predictions.csv")


def nothing(folder: Path) -> None:
    """Leave the folder empty."""


def a_folder_in_its_place(name: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        study()(folder)
        (folder / name).unlink()
        (folder / name).mkdir()

    return write


def a_link_outside(folder: Path) -> None:
    study()(folder)
    outside = folder.parent / f"{folder.name}-outside.csv"
    outside.write_text(TABLE, encoding="utf-8")
    (folder / "predictions.csv").unlink()
    os.symlink(outside, folder / "predictions.csv")


class Bad(NamedTuple):
    story: str
    prepare: Callable[[Path], None]
    says: tuple[str, ...]
    command: str = "check"


NAN = TABLE.replace("0.7", "nan")
DESCRIPTIONS = [
    Bad("a missing file", nothing, ("study.yaml", "no such file")),
    Bad("a folder instead of a file", a_folder_in_its_place("study.yaml"), ("folder",)),
    Bad("a binary file", raw(bytes(range(256)) * 8, "study.yaml"), ("study.yaml",)),
    Bad("UTF-16", raw(STUDY.encode("utf-16"), "study.yaml"), ("UTF-16", "UTF-8")),
    Bad("an empty file", raw(b"", "study.yaml"), ("empty",)),
    Bad("a list instead of fields", study("- a\n- b\n"), ("study.yaml:1",)),
    Bad("not YAML", study("study: [a, b\n"), ("study.yaml:",)),
    Bad(
        "a duplicate key",
        changed("    unit: patient\n", "    unit: patient\n    unit: exam\n"),
        ("unit",),
    ),
    Bad("a tab", study("study:\n\ttitle: A study\n"), ("study.yaml:2", "tab")),
    Bad("an anchor", changed("title: A study", "title: &a A study"), ("anchor",)),
    Bad("an alias", study("study: &a {title: x}\ndata: *a\n"), ("study.yaml:",)),
    Bad("a tag", changed("title: A study", "title: !!python/name:os.system x"), ("tag",)),
    Bad("200,000 nested brackets", study("[" * 200_000), ("deep",)),
    Bad("200,000 nested mappings", study("{a: " * 200_000), ("deep",)),
    Bad("a 50 MB file", raw(b"a: 1\n" * 10_000_000, "study.yaml"), ("MB",)),
    Bad("an unknown field", changed("title:", "titel:"), ("study.titel", "did you mean title?")),
    Bad("an unknown metric", changed("metric: auroc", "metric: aurok"), ("aurok", "did you mean")),
    Bad("an unclear role", changed("internal_test", "validation"), ("tuning", "external_test")),
    Bad("text where a number is asked", changed("0.75", "high"), ("high",)),
    Bad("a number that begins with 0", changed("role: internal_test", "patients: 012"), ("012",)),
    Bad(
        "a partition that is not there",
        changed("partition: test", "partition: tset"),
        ("did you mean test?",),
    ),
]
PATHS = [
    Bad("an absolute path", at("/etc/passwd"), ("/etc/passwd", "folder", "forward slashes")),
    Bad("a drive of Windows", at("C:\\data.csv"), ("folder", "forward slashes")),
    Bad("a path that goes up", at("../x.csv"), ("../x.csv", "folder", "forward slashes")),
    Bad("a backslash", at("data\\x.csv"), ("backslash",)),
    Bad("a misspelt file", at("prediction.csv"), ("did you mean predictions.csv?",)),
    Bad("a folder instead of predictions", a_folder_in_its_place("predictions.csv"), ("folder",)),
]  # fmt: skip
TABLES = [
    Bad("a binary table", raw(bytes(range(256)) * 8, "predictions.csv"), ("predictions.csv",)),
    Bad("a table in UTF-16", raw(TABLE.encode("utf-16"), "predictions.csv"), ("UTF-16",)),
    Bad("an empty table", table(""), ("predictions.csv", "empty")),
    Bad("a header only", table("outcome,score\n"), ("no rows",)),
    Bad("a missing column", table(TABLE.replace("outcome", "outcom")), ("outcome", "did you mean outcom?")),
    Bad("text in a number column", table(TABLE.replace("0.7", "high")), ("row 4", "high")),
    Bad("nan as a value", table(NAN), ("row 4", "nan")),
    Bad("inf as a value", table(TABLE.replace("0.7", "inf")), ("row 4", "inf")),
    Bad("three labels", table(TABLE.replace("0,0.1", "2,0.1")), ('"0"', '"1"', '"2"')),
    Bad("a positive value that nobody has", changed("positive: 1", "positive: HCC"), ("HCC", '"0"')),
    Bad("a workbook called .csv", raw(b"PK\x03\x04" + bytes(40), "predictions.csv"), (".xlsx",)),
]  # fmt: skip
BAD = [*DESCRIPTIONS, *PATHS, *TABLES]


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command, which must refuse; return what it says on stderr."""
    code = run(arguments)
    out, err = capsys.readouterr()
    assert code == 2, err
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("checker: ")
    assert err.splitlines()[-1].endswith("(exit code 2)")
    return err


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.story)
def test_check_says_what_is_wrong_and_ends_with_2(bad, tmp_path, capsys):
    bad.prepare(tmp_path)
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    for words in bad.says:
        assert words in err
    assert len(err) < 2000, "a message that nobody reads"


@pytest.mark.parametrize("bad", DESCRIPTIONS, ids=lambda bad: bad.story)
def test_validate_says_the_same(bad, tmp_path, capsys):
    bad.prepare(tmp_path)
    err = refused(["validate", str(tmp_path / "study.yaml")], capsys)
    for words in bad.says:
        assert words in err


@pytest.mark.parametrize("bad", TABLES[:-2], ids=lambda bad: bad.story)
def test_metrics_says_the_same_of_a_table(bad, tmp_path, capsys):
    bad.prepare(tmp_path)
    file = str(tmp_path / "predictions.csv")
    arguments = ["metrics", "classification", file, "--outcome", "outcome", "--score", "score"]
    err = refused(arguments, capsys)
    for words in bad.says:
        assert words in err


@pytest.mark.skipif(os.name == "nt", reason="links need rights that a user of Windows has not")
def test_a_link_to_a_place_outside_is_not_followed(tmp_path, capsys):
    a_link_outside(tmp_path)
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert "link to a place outside" in err


LONG = "n" * 300
METRICS = ["metrics", "classification"]
COLUMNS = ["--outcome", "outcome", "--score", "score"]
UNREACHABLE = [
    ["check", "{}.yaml"],
    ["validate", "{}.yaml"],
    [*METRICS, "{}.csv", *COLUMNS],
    ["render", "{}.json"],
    ["new", "{}", "--task", "classification"],
    ["new", "new", "--task", "classification", "--from", "{}.csv"],
    ["check", "study.yaml", "--guideline", "{}.yaml"],
    ["check", "study.yaml", "-o", "{}.md", "--fail-on", "none"],
    [*METRICS, "predictions.csv", *COLUMNS, "-o", "{}.json"],
]


@pytest.mark.parametrize("arguments", UNREACHABLE, ids=" ".join)
def test_a_name_that_is_too_long_is_said(arguments, tmp_path, monkeypatch, capsys):
    study()(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run([each.format(LONG) for each in arguments]) == 2
    err = capsys.readouterr().err
    assert "File name too long" in err or os.name == "nt"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["predictions.csv", "study.yaml"]


@pytest.fixture
def closed(tmp_path, monkeypatch):
    """A folder that may not be looked into, which a test that runs as root has to play."""
    (tmp_path / "closed").mkdir()

    def refusing(call):
        def checked(path, *arguments, **options):
            if isinstance(path, str | os.PathLike) and Path(path).parent.name == "closed":
                raise PermissionError(13, "Permission denied", str(path))
            return call(path, *arguments, **options)

        return checked

    for name in ("stat", "lstat", "mkdir", "open"):
        monkeypatch.setattr(os, name, refusing(getattr(os, name)))
    monkeypatch.setattr("io.open", refusing(open))
    return tmp_path / "closed"


@pytest.mark.parametrize("arguments", UNREACHABLE, ids=" ".join)
def test_a_folder_without_permission_is_said(arguments, tmp_path, closed, monkeypatch, capsys):
    study()(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run([each.format("closed/x") for each in arguments]) == 2
    assert "Permission denied" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["closed/p.csv", LONG + ".csv"], ids=["permission", "length"])
def test_predictions_that_cannot_be_reached_are_said(name, closed, tmp_path, capsys):
    at(name)(tmp_path)
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert "study.yaml:10: evaluations[0].predictions" in err
    assert "the file cannot be read: " in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_render_reads_neither_pipes_nor_devices_nor_files_of_any_size(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe.json")
    for place in (tmp_path / "pipe.json", Path("/dev/zero")):
        assert "a device or a pipe, not a file" in refused(["render", str(place)], capsys)
    with (tmp_path / "large.json").open("wb") as large:
        large.truncate(2**26 + 1)
    assert "more than 64 MiB" in refused(["render", str(tmp_path / "large.json")], capsys)


WORDS = TABLE.replace("1,0.", "malignant,0.").replace("0,0.", "benign,0.")
NO_POSITIVE = STUDY.replace("    positive: 1\n", "")
POSITIVE = [
    (
        NO_POSITIVE,
        "study.yaml:7: evaluations[0].positive: predictions.csv, column outcome: the values",
    ),
    (STUDY, "study.yaml:12: evaluations[0].positive: predictions.csv, column outcome: no row has"),
]


@pytest.mark.parametrize(("text", "says"), POSITIVE, ids=["not named", "named wrongly"])
def test_what_is_positive_is_asked_for_at_its_field(text, says, tmp_path, capsys):
    study(text)(tmp_path)
    (tmp_path / "predictions.csv").write_text(WORDS, encoding="utf-8")
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert says in err
    assert "write positive: malignant, if that is what having the outcome is called" in err


@pytest.mark.parametrize("option", [[], ["--positive", "1"]], ids=["not named", "named wrongly"])
def test_metrics_asks_for_what_is_positive_by_its_option(option, tmp_path, capsys):
    table(WORDS)(tmp_path)
    file = str(tmp_path / "predictions.csv")
    base = ["metrics", "classification", file, "--outcome", "outcome", "--score", "score"]
    err = refused([*base, *option], capsys)
    assert "write --positive malignant, if that is what having the outcome is called" in err


class Missing(NamedTuple):
    story: str
    field: str
    place: str
    column: str
    hint: str


MISSING = [
    Missing("nobody named it", "groups: [sex]", "7: evaluations[0].columns.outcome", "outcome",
            "the columns are y, score, sex; write columns: {outcome: NAME} if it is called otherwise"),
    Missing("named in columns", "columns: {outcome: yy}", "11: evaluations[0].columns.outcome", "yy",
            "did you mean y?"),
    Missing("a score", "columns: {outcome: y, score: scoer}", "11: evaluations[0].columns.score",
            "scoer", "did you mean score?"),
    Missing("a centre", "columns: {outcome: y, centre: site}", "11: evaluations[0].columns.centre",
            "site", "the columns are y, score, sex"),
    Missing("the partition", "columns: {outcome: y, partition: split}",
            "11: evaluations[0].columns.partition", "split", "the columns are y, score, sex"),
    Missing("a patient", "columns: {outcome: y, patient: pid}",
            "11: evaluations[0].columns.patient", "pid", "the columns are y, score, sex"),
    Missing("a cluster", "columns: {outcome: y}\n    cluster: pid", "12: evaluations[0].cluster",
            "pid", "the columns are y, score, sex"),
    Missing("a group", "columns: {outcome: y}\n    groups:\n      - sex\n      - scanner",
            "14: evaluations[0].groups[1]", "scanner", "the columns are y, score, sex"),
    Missing("a group as the only one", "columns: {outcome: y}\n    groups: sexx",
            "12: evaluations[0].groups[0]", "sexx", "did you mean sex?"),
    Missing("a group under our name", "columns: {outcome: y, site: sit}\n    groups: [site]",
            "11: evaluations[0].columns.site", "sit", "the columns are y, score, sex"),
    Missing("a compared score", "columns: {outcome: y}\n    compared_scores: [score_2]",
            "12: evaluations[0].compared_scores[0]", "score_2", "did you mean score?"),
]  # fmt: skip


@pytest.mark.parametrize("case", MISSING, ids=lambda case: case.story)
def test_a_missing_column_is_told_where_the_description_names_it(case, tmp_path, capsys):
    changed("unit: patient", case.field)(tmp_path)
    (tmp_path / "predictions.csv").write_text(TABLE.replace("outcome", "y"), encoding="utf-8")
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    said, hint, *_ = err.splitlines()
    assert said.endswith(f'study.yaml:{case.place}: predictions.csv has no column "{case.column}"')
    assert hint == f"    hint: {case.hint}"
    assert "1 problem in" in err


def test_a_wrong_cell_is_told_at_its_line_of_the_table(tmp_path, capsys):
    study()(tmp_path)
    (tmp_path / "predictions.csv").write_text(TABLE.replace("0.7", "high"), encoding="utf-8")
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert err.startswith('predictions.csv:4: evaluations[0]: score: row 4: "high" is not a number')


def test_every_problem_is_told_at_once(tmp_path, capsys):
    study(STUDY.replace("title:", "titel:").replace("unit: patient", "unit: person"))(tmp_path)
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert "study.titel" in err
    assert "evaluations[0].unit" in err
    assert "2 problems in" in err


def test_a_claim_without_predictions_could_not_be_checked_and_is_no_error(tmp_path, capsys):
    changed("    predictions: predictions.csv\n", "")(tmp_path)
    code = run(["check", str(tmp_path / "study.yaml"), "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    assert '"verdict": "not_checkable"' in out


MISUSE = [
    (["chekc"], "did you mean", "checker --help"),
    (["check"], "Missing argument", "checker check --help"),
    (["check", "study.yaml", "--fromat", "json"], "did you mean --format", "check --help"),
    (["check", "study.yaml", "--format", "yaml"], "'yaml'", "check --help"),
    (["check", "study.yaml", "-o", "report.docx"], ".html, .json, .md, .pdf", ""),
    (["check", "study.yaml", "-o", "r.md", "-o", "r.md"], "named twice", ""),
    (["check", "study.yaml", "--select", "XYZ"], "no rule begins with XYZ", ""),
    (["check", "study.yaml", "--guideline", "tripod"], "tripod", ""),
    (["metrics", "survival", "x.csv", "--time", "t"], "--event", "metrics survival --help"),
    (["metrics", "classification", "predictions.csv", "--outcome", "outcome"], "--score", ""),
    (["explain", "LEA999"], "did you mean", ""),
    (["list", "rulez"], "rulez", ""),
    (["render", "nothing.json"], "no such file", ""),
    (["render", "study.yaml"], "not JSON", ""),
    (["new", "x", "--task", "clasification"], "clasification", ""),
]


@pytest.mark.parametrize(("arguments", "says", "see"), MISUSE, ids=lambda each: str(each)[:60])
def test_wrong_use_is_said_in_one_line(arguments, says, see, tmp_path, monkeypatch, capsys):
    study()(tmp_path)
    monkeypatch.chdir(tmp_path)
    err = refused(arguments, capsys)
    assert says.casefold() in err.casefold()
    assert see in err


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--where", "sex", "COLUMN=VALUE"),
        ("--where", "sex=X", "F"),
        ("--where", "sexx=F", "did you mean sex?"),
        ("--group", "sexx", "did you mean sex?"),
        ("--net-benefit", "1.5", "between 0 and 1"),
        ("--threshold", "nan", "finite"),
        ("--threshold", "half", "valid number"),
        ("--threshold", "0,5", "'0,5' is not a valid number; write 0.5"),
        ("--threshold", ",5", "write 0.5"),
        ("--net-benefit", "0,15", "write 0.15"),
        ("--positive", "HCC", "HCC"),
        ("--compare", "scoer", "did you mean score?"),
        ("--level", "95", "0.999"),
        ("-o", "x.docx", "must be one of .json, .txt, .html, .pdf, .md"),
    ],
)
def test_wrong_values_of_metrics_are_named(option, value, says, tmp_path, monkeypatch, capsys):
    table(TABLE)(tmp_path)
    monkeypatch.chdir(tmp_path)
    file = str(tmp_path / "predictions.csv")
    base = ["metrics", "classification", file, "--outcome", "outcome", "--score", "score"]
    assert says in refused([*base, option, value], capsys)
    assert not (tmp_path / value).exists()


# What a terminal would obey


TURNED = "\x1b[31m\x07\x9b\u202e"
SHOWN = r"\x1b[31m\x07\x9b\u202e"
METRICS = ["--outcome", "outcome", "--score", "score"]
OBEYED = [
    ("a cell", TABLE.replace("0.7", f"0.7{TURNED}"), METRICS),
    ("a name of a column", TABLE.replace("sex", f"sex{TURNED}"), ["--outcome", "y", *METRICS[2:]]),
    ("an outcome", TABLE.replace("1,0.9", f"1{TURNED},0.9"), METRICS),
    ("an option", TABLE, ["--outcome", f"y{TURNED}", *METRICS[2:]]),
    ("a condition", TABLE, [*METRICS, "--where", f"sex=x{TURNED}"]),
    ("an output", TABLE, [*METRICS, "-o", f"a{TURNED}.doc"]),
]


@pytest.mark.parametrize(("story", "text", "options"), OBEYED, ids=[each[0] for each in OBEYED])
def test_what_a_terminal_would_obey_is_shown_by_its_code(story, text, options, tmp_path, capsys):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    err = refused(["metrics", "classification", str(tmp_path / "t.csv"), *options], capsys)
    assert SHOWN in err
    assert not set(TURNED) - set("[31m") & set(err)


def test_escapes_inside_json_and_parquet_are_shown_by_their_code(tmp_path, capsys):
    import polars as pl

    (tmp_path / "t.jsonl").write_text('{"outcome": 1, "score": "\\u001b[31m"}\n', encoding="utf-8")
    pl.DataFrame({"a\x1b\0": [1], "score": [0.5]}).write_parquet(tmp_path / "t.parquet")
    for name, shown in (("t.jsonl", r'"\x1b[31m"'), ("t.parquet", r"a\x1b\x00")):
        err = refused(["metrics", "classification", str(tmp_path / name), *METRICS], capsys)
        assert shown in err
        assert not {"\x1b", "\0"} & set(err)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_of_files_are_shown_on_one_line(tmp_path, capsys):
    study()(tmp_path)
    (tmp_path / "predictions.csv").rename(tmp_path / "q\x1b]0;pwn\x07.csv")
    assert r"q\x1b]0;pwn\x07.csv" in refused(["check", str(tmp_path / "study.yaml")], capsys)
    err = refused(["check", str(tmp_path / "n\x1b[31mew\n.yaml")], capsys)
    assert r"n\x1b[31mew\n.yaml: there is no such file" in err
    assert "\x1b" not in err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("command", ["validate", "check"])
def test_a_study_whose_name_is_no_utf_8_is_read(command, tmp_path, capfdbinary):
    file = tmp_path / os.fsdecode(b"\xff.yaml")
    study()(tmp_path)
    try:
        (tmp_path / "study.yaml").rename(file)
    except OSError:
        pytest.skip("this file system has no such names")
    run([command, str(file), "--format", "json"])
    out, err = capfdbinary.readouterr()
    assert json.loads(out)
    assert b"our fault" not in err
    if command == "check":
        (tmp_path / "r.json").write_bytes(out)
        assert run(["render", str(tmp_path / "r.json"), "-o", str(tmp_path / "r.html")]) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_a_table_whose_name_is_no_utf_8_is_measured(tmp_path, capfd):
    file = tmp_path / os.fsdecode(b"\xff.csv")
    try:
        file.write_text(TABLE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system has no such names")
    outputs = [each for name in ("r.json", "r.html", "r.md") for each in ("-o", tmp_path / name)]
    arguments = ["metrics", "classification", file, *METRICS, "--format", "json", *outputs]
    assert run([str(each) for each in arguments]) == 0, capfd.readouterr().err


def test_json_writes_marks_of_direction_as_codes(tmp_path, capfd):
    changed("title: A study", 'title: "A \u202estudy"')(tmp_path)
    run(["check", str(tmp_path / "study.yaml"), "--format", "json"])
    out = capfd.readouterr().out
    assert "\u202e" not in out
    assert json.loads(out)["study"]["title"] == "A \u202estudy"


# Names of patients


PATIENTS = [f"SECRET-{number}" for number in range(60)]
NAMED = "patient,name,site,outcome,score\n" + "".join(
    f"{each},Ms {each},{'AB'[at % 2]},{at % 2},{(at * 37 % 100) / 100}\n"
    for at, each in enumerate(PATIENTS)
)
WRONG_COLUMNS = [
    (["--outcome", "patient", "--score", "score"], "60 values were seen, too many for an outcome"),
    (["--outcome", "outcome", "--score", "patient"], "no cell of this column is a number"),
    ([*METRICS, "--where", "patient=x"], "its values are 60 different ones"),
    ([*METRICS, "--patient", "patient", "--group", "patient"], "names the patient"),
    ([*METRICS, "--group", "name"], "60 values in 60 rows are names rather than groups"),
]


@pytest.mark.parametrize(("options", "says"), WRONG_COLUMNS, ids=lambda each: str(each)[:50])
def test_no_message_names_the_patients_of_a_wrong_column(options, says, tmp_path, capsys):
    (tmp_path / "t.csv").write_text(NAMED, encoding="utf-8")
    err = refused(["metrics", "classification", str(tmp_path / "t.csv"), *options], capsys)
    assert says in err
    assert "SECRET" not in err


def test_a_column_that_names_patients_is_no_group(tmp_path, capsys):
    groups = STUDY + "    columns: {who: name}\n    groups: [site, patient, who]\n"
    study(groups)(tmp_path)
    (tmp_path / "predictions.csv").write_text(NAMED, encoding="utf-8")
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert "study.yaml:16: evaluations[0].groups[1]: predictions.csv, column patient: " in err
    assert "study.yaml:16: evaluations[0].groups[2]: predictions.csv, column name: 60 values" in err
    assert "leave it out" in err
    assert "SECRET" not in err


def test_few_cases_may_each_be_of_another_group(tmp_path):
    study(STUDY + "    groups: [sex, scanner]\n")(tmp_path)
    rows = [f"{row},{name}" for row, name in zip(ROWS, ["scanner", *"abcdef"], strict=True)]
    (tmp_path / "predictions.csv").write_text("\n".join(rows), encoding="utf-8")
    assert run(["check", str(tmp_path / "study.yaml")]) != 2


def test_a_hint_shortens_the_names_of_columns(tmp_path, capsys):
    names = [f"c{number}{'x' * 5000}" for number in range(12)]
    (tmp_path / "t.csv").write_text(f"{','.join(names)}\n{',' * 11}1\n", encoding="utf-8")
    err = refused(["metrics", "classification", str(tmp_path / "t.csv"), *METRICS], capsys)
    assert "... and 2 more" in err
    assert len(err) < 2000


def test_the_last_line_says_that_tables_were_not_read_yet(tmp_path, capsys):
    changed("    unit: patient", "    unti: patient")(tmp_path)
    err = refused(["check", str(tmp_path / "study.yaml")], capsys)
    assert err.endswith("study.yaml; its tables were not read yet (exit code 2)\n")
    err = refused(["check", str(tmp_path / "nope.yaml")], capsys)
    assert "tables" not in err


def test_a_home_without_a_place_for_caches_is_no_news(tmp_path):
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    closed = tmp_path / "home"
    closed.write_text("", encoding="utf-8")  # a file, in which nobody can make a folder
    command = ["metrics", "classification", "t.csv"]
    nowhere = {name: str(closed) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    done = subprocess.run(
        [sys.executable, "-m", "checker", *command, *METRICS, "-o", "t.html"],
        cwd=tmp_path,
        env={**os.environ, **nowhere},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == "wrote t.html\n"

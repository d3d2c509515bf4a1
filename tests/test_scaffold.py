"""`checker new`: what it guesses from names and contents, and the description it writes."""

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

from checker import pipeline, scaffold
from checker.errors import BadRequest, BadSubmission
from checker.model.study import TASKS
from checker.model.study.facts import FACTS, state
from checker.reading.documents import read_study
from checker.reading.tables import read_table
from checker.scaffold import writing
from checker.scaffold.writing import text

ROOT = Path(__file__).resolve().parent.parent
ILPD = ROOT / "examples" / "indian_liver_patients" / "predictions" / "test.csv"
SCHEMA = json.loads((ROOT / "schemas" / "study.schema.json").read_text(encoding="utf-8"))


class Table(NamedTuple):
    story: str
    columns: dict[str, list[Any]]
    guessed: dict[str, Any]


def repeated(*values: Any, times: int = 6) -> list[Any]:
    return list(values) * times


SCORES = [round(0.05 + 0.07 * i, 2) for i in range(12)]
IDS = [f"c{i}" for i in range(12)]

TABLES = [
    Table(
        "standard names",
        {"case": IDS, "outcome": repeated(0, 1), "score": SCORES},
        {"case": "case", "outcome": "outcome", "score": "score", "positive": "1", "patient": None},
    ),
    Table(
        "names as exported from a notebook",
        {
            "y_true": repeated(0, 1),
            "y_prob": SCORES,
            "PatientID": repeated("p1", "p2", "p3", times=4),
        },
        {"outcome": "y_true", "score": "y_prob", "patient": "PatientID", "case": None},
    ),
    Table(
        "text labels: the other value sounds like absence",
        {"diagnosis": repeated("benign", "HCC"), "probability": SCORES},
        {"outcome": "diagnosis", "positive": "HCC"},
    ),
    Table(
        "unknown labels: the rarer value",
        {"diagnosis": ["A"] * 3 + ["B"] * 9, "probability": SCORES},
        {"positive": "A"},
    ),
    Table(
        "sex has two values and is no outcome",
        {"sex": repeated("F", "M"), "outcome": repeated("no", "yes"), "risk": SCORES},
        {"outcome": "outcome", "positive": "yes", "groups": ["sex"]},
    ),
    Table(
        "a decision column is not the outcome",
        {"predicted": repeated(1, 0), "label": repeated(0, 1), "probability": SCORES},
        {"outcome": "label", "score": "probability"},
    ),
    Table(
        "age is a number and no score where a probability is there",
        {"age": list(range(40, 52)), "label": repeated(0, 1), "p_model": SCORES},
        {"score": "p_model"},
    ),
    Table(
        "an id that repeats is a patient",
        {
            "id": repeated(*"abcdefghij", times=2),
            "label": [0, 1] * 10,
            "score": [i / 20 for i in range(20)],
        },
        {"patient": "id", "case": None, "repeats": True},
    ),
    Table(
        "a partition column",
        {
            "split": ["train"] * 4 + ["val"] * 4 + ["test"] * 4,
            "label": repeated(0, 1),
            "score": SCORES,
        },
        {
            "partition": "split",
            "tested": "test",
            "roles": {"train": "training", "val": "", "test": ""},
        },
    ),
    Table(
        "an external part is scored",
        {"set": ["internal"] * 6 + ["external"] * 6, "label": repeated(0, 1), "score": SCORES},
        {"tested": "external", "roles": {"internal": "internal_test", "external": "external_test"}},
    ),
    Table(
        "lower scores go with the outcome",
        {"label": [1] * 6 + [0] * 6, "score": SCORES},
        {"turned": True},
    ),
    Table(
        "German names",
        {
            "Fallnummer": IDS,
            "Patientennummer": repeated("p1", "p2", "p3", "p4", times=3),
            "Geschlecht": repeated("m", "w"),
            "Alter": list(range(40, 52)),
            "Diagnose": ["gutartig"] * 7 + ["bösartig"] * 5,
            "Wahrscheinlichkeit": SCORES,
        },
        {
            "case": "Fallnummer",
            "patient": "Patientennummer",
            "groups": ["Geschlecht"],
            "outcome": "Diagnose",
            "positive": "bösartig",
            "score": "Wahrscheinlichkeit",
        },
    ),
    Table(
        "German names in parts, as in a spreadsheet",
        {
            "Fall": IDS,
            "Patienten-Nr.": repeated("p1", "p2", "p3", "p4", times=3),
            "Alter": list(range(40, 52)),
            "Ergebnis": repeated("nein", "ja"),
            "Vorhersage (Modell)": SCORES,
            "Aufteilung": ["Training"] * 6 + ["extern"] * 6,
        },
        {
            "case": "Fall",
            "patient": "Patienten-Nr.",
            "outcome": "Ergebnis",
            "positive": "ja",
            "score": "Vorhersage (Modell)",
            "partition": "Aufteilung",
            "tested": "extern",
            "roles": {"Training": "training", "extern": "external_test"},
        },
    ),
    Table(
        "German names of a patient and a score",
        {"Patient": IDS, "Zielgröße": repeated(0, 1), "Risiko": SCORES, "Alter": SCORES[::-1]},
        {"patient": "Patient", "outcome": "Zielgröße", "score": "Risiko", "case": None},
    ),
    Table(
        "nothing to recognise",
        {"a": ["x"] * 12, "b": IDS},
        {"outcome": None, "score": None, "positive": None},
    ),
]


def written(path: Path, columns: dict[str, list[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def name(guess: Any) -> Any:
    return getattr(guess, "column", guess)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.story)
def test_columns_are_guessed_from_names_and_contents(table, tmp_path):
    found = scaffold.guess(read_table(written(tmp_path / "t.csv", table.columns), name="t.csv"))
    seen: dict[str, Any] = {
        "groups": [each.column for each in found.groups],
        "roles": {part.name: part.role for part in found.parts},
        "tested": found.tested.name,
    }
    for what, expected in table.guessed.items():
        assert seen.get(what, name(getattr(found, what, None))) == expected, what


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.story)
def test_every_description_validates_and_fits_the_schema(table, tmp_path):
    source = written(tmp_path / "t.csv", table.columns)
    made = scaffold.make(tmp_path / "my study ü", "classification", source)
    study = made.folder / "study.yaml"
    assert read_study(study).notes == ()
    jsonschema.validate(yaml.safe_load(study.read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize("task", [*TASKS, "explanation"])
def test_every_task_has_a_description_that_validates(task, tmp_path):
    made = scaffold.make(tmp_path, task, None)
    document = read_study(made.folder / "study.yaml")
    evaluation = (document.study.evaluations or ())[0]
    assert evaluation.task == (task if task in TASKS else "classification")
    assert document.notes == ()
    assert ("explanations:" in (tmp_path / "study.yaml").read_text(encoding="utf-8")) is (
        task == "explanation"
    )


def test_the_example_can_be_scored_as_guessed(tmp_path):
    made = scaffold.make(tmp_path / "new", "classification", ILPD)
    report = pipeline.check(made.folder / "study.yaml")
    auroc = next(each for each in report.evaluations[0].estimates if each.metric == "auroc")
    assert auroc.value == pytest.approx(0.768462847419172)
    assert auroc.cases == 291


def test_one_part_of_a_table_can_be_scored_as_guessed(tmp_path):
    columns = {"split": ["train"] * 4 + ["test"] * 8, "label": [0, 1] * 6, "score": SCORES}
    made = scaffold.make(tmp_path / "new", "classification", written(tmp_path / "t.csv", columns))
    report = pipeline.check(made.folder / "study.yaml")
    assert report.evaluations[0].cohort is not None
    assert report.evaluations[0].cohort.rows == 8


def test_a_table_in_which_patients_repeat_can_be_checked_as_guessed(tmp_path):
    columns = {"patient": repeated(*"abcdef", times=2), "label": [0, 1] * 6, "score": SCORES}
    source = written(tmp_path / "t.csv", columns)
    made = scaffold.make(tmp_path / "new", "classification", source)
    report = pipeline.check(made.folder / "study.yaml")
    assert [each.metric for each in report.evaluations[0].design_effect] == ["auroc"]


def test_what_was_guessed_is_told_with_reasons_and_alternatives(tmp_path):
    told = scaffold.told(scaffold.make(tmp_path / "new", "classification", ILPD))
    assert "291 rows, 14 columns. Guessed; please confirm in study.yaml:" in told
    assert "liver_disease: two values, 0, 1; named like an outcome" in told
    assert "(or" in told
    assert "prob_demographic" in told
    assert "205 with the outcome" in told
    assert "checker validate" in told
    assert max(map(len, told.splitlines()[2:-3])) <= 80


def test_nothing_that_was_counted_or_only_sounds_so_counts_as_described(tmp_path):
    columns = {
        "patient": IDS,
        "split": ["train"] * 4 + ["test"] * 8,
        "sex": repeated("F", "M"),
        "label": repeated(0, 1),
        "score": SCORES,
    }
    made = scaffold.make(tmp_path / "new", "classification", written(tmp_path / "t.csv", columns))
    description = (made.folder / "study.yaml").read_text(encoding="utf-8")
    assert "patients: # 8 in the table" in description
    assert "events: # 4 in the table" in description
    assert "role: # training, by its name?" in description
    study = read_study(made.folder / "study.yaml").study
    names = {name for name in FACTS if state(study, name).kind == "reported"}
    assert {each for each in names if each.startswith("data.")} == {
        "data.partitions",
        "data.partitions.name",
    }
    assert "evaluations.groups" not in names
    codes = {each.code for each in pipeline.check(made.folder / "study.yaml").findings}
    assert "FAI001" not in codes


def test_groups_that_look_like_some_are_uncommented_by_taking_the_sign_away(tmp_path):
    columns = {"sex": repeated("F", "M"), "Zentrum: site": repeated("A", "B", "C", times=4)}
    columns |= {"label": repeated(0, 1), "score": SCORES}
    made = scaffold.make(tmp_path / "new", "classification", written(tmp_path / "t.csv", columns))
    path = made.folder / "study.yaml"
    text_ = path.read_text(encoding="utf-8")
    assert text_.count("    # groups: ") == 1
    path.write_text(text_.replace("    # groups: ", "    groups: "), encoding="utf-8")
    (evaluation,) = read_study(path).study.evaluations or ()
    assert evaluation.groups == ("sex", "Zentrum: site")
    assert "uncomment those" in scaffold.told(made)


def test_the_editor_finds_the_schema_beside_the_description(tmp_path):
    scaffold.make(tmp_path, "classification", None)
    first = (tmp_path / "study.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=study.schema.json"
    assert json.loads((tmp_path / "study.schema.json").read_text(encoding="utf-8")) == SCHEMA


def test_a_description_is_never_overwritten(tmp_path):
    scaffold.make(tmp_path, "classification", None)
    before = (tmp_path / "study.yaml").read_bytes()
    with pytest.raises(BadRequest, match="exists already and is not overwritten"):
        scaffold.make(tmp_path, "survival", None)
    assert (tmp_path / "study.yaml").read_bytes() == before


def test_predictions_are_never_overwritten(tmp_path):
    source = written(tmp_path / "t.csv", TABLES[0].columns)
    (tmp_path / "new" / "predictions").mkdir(parents=True)
    there = tmp_path / "new" / "predictions" / "t.csv"
    there.write_text("mine", encoding="utf-8")
    with pytest.raises(BadRequest, match="exists already"):
        scaffold.make(tmp_path / "new", "classification", source)
    assert there.read_text(encoding="utf-8") == "mine"


def test_a_schema_that_is_not_ours_is_never_overwritten(tmp_path):
    (tmp_path / "study.schema.json").write_text("mine", encoding="utf-8")
    with pytest.raises(BadRequest, match="exists already and is not overwritten"):
        scaffold.make(tmp_path, "classification", None)
    assert (tmp_path / "study.schema.json").read_text(encoding="utf-8") == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["study.schema.json"]


def test_our_own_schema_may_be_there_already(tmp_path):
    scaffold.make(tmp_path, "classification", None)
    (tmp_path / "study.yaml").unlink()
    scaffold.make(tmp_path, "classification", None)
    read_study(tmp_path / "study.yaml")


LINKS = ["study.yaml", "study.schema.json", "predictions", "predictions/t.csv"]


@pytest.mark.parametrize("target", ["nothing", "file", "folder"])
@pytest.mark.parametrize("name", LINKS)
def test_nothing_is_written_through_a_link(name, target, tmp_path):
    source = written(tmp_path / "t.csv", TABLES[0].columns)
    outside, folder = tmp_path / "outside", tmp_path / "new"
    (outside / "folder").mkdir(parents=True)
    (outside / "file").write_text("mine", encoding="utf-8")
    (folder / name).parent.mkdir(parents=True)
    try:
        (folder / name).symlink_to(outside / target)
    except OSError:
        pytest.skip("this system does not allow links")
    with pytest.raises(BadRequest, match=r"not overwritten|nothing is written through it"):
        scaffold.make(folder, "classification", source)
    assert (outside / "file").read_text(encoding="utf-8") == "mine"
    assert sorted(each.name for each in outside.rglob("*")) == ["file", "folder"]
    assert [each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()] == []


def test_a_write_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_: object) -> str:
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "study.yaml").symlink_to(tmp_path / "late")
        return ""

    monkeypatch.setattr(writing, "_filled", full)
    with pytest.raises(BadRequest, match="cannot be written: File exists"):
        scaffold.make(tmp_path / "new", "classification", None)
    assert [each.name for each in (tmp_path / "new").iterdir()] == ["study.yaml"]
    assert not (tmp_path / "late").exists()


def test_predictions_inside_the_folder_stay_where_they_are(tmp_path):
    (tmp_path / "new" / "tables").mkdir(parents=True)
    source = written(tmp_path / "new" / "tables" / "t.csv", TABLES[0].columns)
    made = scaffold.make(tmp_path / "new", "classification", source)
    assert (made.predictions, made.copied) == ("tables/t.csv", False)
    assert not (tmp_path / "new" / "predictions").exists()


def test_a_table_that_cannot_be_read_leaves_nothing_behind(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(BadSubmission, match="no rows"):
        scaffold.make(tmp_path / "new", "classification", tmp_path / "t.csv")
    assert not (tmp_path / "new").exists()


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(BadRequest, match="is a file; name a folder"):
        scaffold.make(tmp_path / "taken", "classification", None)


HOSTILE = [
    "yes",
    "null",
    "1.10",
    "a: b",
    "a #b",
    "[x]",
    'say "yes"',
    "back\\slash",
    "two\nlines",
    "bell\x07",
    "tag \U000e0001",
    "- a",
    "{{ 7 * 7 }}",
    "Größe",
    "🙂",
    "trailing ",
    "*alias",
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_any_name_is_written_so_that_it_is_read_back(value):
    assert yaml.safe_load(f"key: {text(value)}") == {"key": value}
    assert yaml.safe_load(f"key: [{text(value)}, b]") == {"key": [value, "b"]}


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_any_column_name_gives_a_description_that_validates(value, tmp_path):
    columns = {value: repeated("F", "M"), f"{value} outcome": repeated(0, 1), "score": SCORES}
    made = scaffold.make(tmp_path / "new", "classification", written(tmp_path / "t.csv", columns))
    read_study(made.folder / "study.yaml")


def test_the_only_column_of_measured_numbers_is_taken_for_the_score(tmp_path):
    hri = [round(1.4 + 0.07 * at, 2) for at in range(30)]
    columns = {"case": range(30), "steatosis": [0, 1] * 15, "age": range(30, 60), "hri": hri}
    table = read_table(written(tmp_path / "us.csv", columns), name="us.csv")
    found = scaffold.guess(table).score
    assert found.column == "hri"
    assert found.why == "the only column of measured numbers, from 1.4 to 3.43"
    several = read_table(
        written(tmp_path / "two.csv", {**columns, "afp": [each / 7 for each in range(30)]}),
        name="two.csv",
    )
    assert scaffold.guess(several).score is None


# Other tasks

REFERENCE = Path(__file__).parent / "reference"
OF_TASKS = [
    ("ordinal", "simulated_classes/table.csv", {"outcome": "outcome", "score": "score"}),
    ("multiclass", "hcv_multiclass_a/predictions.csv", {"outcome": "truth"}),
    (
        "readers",
        "readers_simulated/ratings.csv",
        {"case": "case", "outcome": "truth", "reader": "reader", "condition": "modality", "score": "rating"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("task", "file", "columns"), OF_TASKS, ids=[each[0] for each in OF_TASKS])
def test_tables_of_other_tasks_can_be_scored_as_guessed(task, file, columns, tmp_path):
    made = scaffold.make(tmp_path / "study", task, REFERENCE / file)
    assert {ours: guess.column for ours, guess in made.roles.found.items()} == columns
    study = yaml.safe_load((tmp_path / "study" / "study.yaml").read_text(encoding="utf-8"))
    assert study["evaluations"][0]["columns"] == columns
    report = pipeline.check(tmp_path / "study" / "study.yaml")
    assert report.evaluations[0].estimates
    assert "Guessed by names; please confirm" in writing.told(made)


def test_marks_on_scans_are_guessed(tmp_path):
    marks = {
        "series_id": ["a", "b", "b"],
        "coordX": [1.5, 2.0, 3.0],
        "coordY": [0, 1, 2],
        "prob": [0.1, 0.2, 0.4],
    }
    made = scaffold.make(tmp_path / "study", "detection", written(tmp_path / "t.csv", marks))
    found = {ours: guess.column for ours, guess in made.roles.found.items()}
    assert found == {"scan": "series_id", "x": "coordX", "y": "coordY", "score": "prob"}
    read_study(tmp_path / "study" / "study.yaml")


def test_the_shorter_name_and_the_event_of_two_values_are_likelier(tmp_path):
    rows = range(40)
    table = written(
        tmp_path / "t.csv",
        {
            "os_months_full": [each + 3 for each in rows],
            "os_months": [each + 1 for each in rows],
            "status_detail": [each % 3 for each in rows],
            "death": [each % 2 for each in rows],
            "lp": [each / 10 for each in rows],
            "patient": [each // 2 for each in rows],
        },
    )
    made = scaffold.make(tmp_path / "study", "survival", table)
    found = {ours: guess.column for ours, guess in made.roles.found.items()}
    assert found == {"time": "os_months", "event": "death", "score": "lp"}
    study = yaml.safe_load((tmp_path / "study" / "study.yaml").read_text(encoding="utf-8"))
    assert study["evaluations"][0]["time_unit"] == "months"
    assert study["evaluations"][0]["cluster"] == "patient"
    assert pipeline.check(tmp_path / "study" / "study.yaml").evaluations[0].estimates


def test_what_no_column_is_called_is_said(tmp_path):
    table = written(tmp_path / "t.csv", {"mri": [1.0, 2.5, 3.0], "ct": [1.1, 2.4, 3.2]})
    made = scaffold.make(tmp_path / "study", "agreement", table)
    assert made.roles.missing == ("reference", "measured")
    assert "name it under columns, as reference: NAME" in " ".join(writing.told(made).split())
    text_of_study = (tmp_path / "study" / "study.yaml").read_text(encoding="utf-8")
    assert "# No column is called like the measured" in text_of_study

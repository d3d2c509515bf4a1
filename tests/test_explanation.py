"""Saliency maps and regions from files to numbers: the command, degenerate maps, classes, explanations of a study."""

import json
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import yaml

from checker import measuring, pipeline, render
from checker.cases import Maps, Repeat, Running, explain
from checker.cli import app
from checker.errors import BadSubmission
from checker.metrics.map_measures import Top
from checker.model.claim import Verdict
from checker.model.maps import EXPECTED
from checker.reading.expected_regions import parted, read_expected
from checker.reading.explained_cases import CaseColumns, read_cases
from checker.reading.tables import read_table
from tests.image_files import GRID, nifti

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "liver_fibrosis_maps"
SHAPE = (6, 5, 4)
ALONE = Running(workers=1)


def regions() -> Any:
    """Return a label map: liver 1 in 24 of 120 voxels, spleen 2 in 12."""
    voxels = np.zeros(SHAPE, np.uint8)
    voxels[:2, :3, :] = 1
    voxels[4:, :3, :2] = 2
    return voxels


def pointed(label: int, strength: int = 9) -> Any:
    """Return a map of 1 with more in a region."""
    return (1 + strength * (regions() == label)).astype(np.float32)


def written(folder: Path, **maps: Any) -> Path:
    (folder / "maps").mkdir(parents=True)
    for name, voxels in maps.items():
        nifti(folder / "maps" / f"{name}.nii.gz", voxels)
    nifti(folder / "regions.nii.gz", regions())
    return folder


def asked(folder: Path, **more: Any) -> Maps:
    labels = {"liver": frozenset({1}), "spleen": frozenset({2})}
    usual = {"regions": folder / "regions.nii.gz", "regions_name": "regions", "labels": labels}
    return Maps(maps=folder / "maps", **{**usual, **more})


def cases_of(folder: Path, text: str, **columns: Any) -> Any:
    file = folder / "cases.csv"
    file.write_text(text, encoding="utf-8")
    return read_cases(read_table(file, name="cases.csv"), CaseColumns(**columns))


def measure_of(found: Any, case: str, region: str, quantity: str) -> float:
    table = found.table
    at = (
        table.case.names.index(case),
        table.given["structures"].index(region),
        table.given["quantities"].index(quantity),
    )
    return float(table.columns["measures"][at])


class Done(NamedTuple):
    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what runs the command."""

    def do(*arguments: object) -> Done:
        code = app.run(["metrics", "explanation", *map(str, arguments)])
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return do


# Maps and regions


def test_energy_in_regions_of_files_by_hand(tmp_path):
    found = explain(asked(written(tmp_path, a=pointed(1), b=pointed(2))), running=ALONE)
    assert measure_of(found, "a", "liver", "energy_share") == pytest.approx(240 / (96 + 240))
    assert measure_of(found, "b", "liver", "energy_share") == pytest.approx(24 / (108 + 120))
    assert measure_of(found, "b", "spleen", "area_share") == pytest.approx(0.1)
    assert measure_of(found, "b", "spleen", "peak_share") == 1
    assert measure_of(found, "b", "spleen", "top_overlap") == 1
    assert found.table.unit == "map"


def test_regions_in_a_file_for_each_case_and_for_each_structure_give_the_same(tmp_path):
    whole = explain(asked(written(tmp_path, a=pointed(1), b=pointed(2))), running=ALONE)
    for case in ("a", "b"):
        (tmp_path / "each").mkdir(exist_ok=True)
        nifti(tmp_path / "each" / f"{case}.nii.gz", regions())
        (tmp_path / "parts" / case).mkdir(parents=True)
        for name, label in (("liver", 1), ("spleen", 2)):
            mask = (regions() == label).astype(np.uint8)
            nifti(tmp_path / "parts" / case / f"{name}.nii.gz", mask)
    labelled = explain(asked(tmp_path, regions=tmp_path / "each"), running=ALONE)
    parts = explain(asked(tmp_path, regions=tmp_path / "parts", labels={}), running=ALONE)
    for other in (labelled, parts):
        np.testing.assert_allclose(other.table.columns["measures"], whole.table.columns["measures"])
        assert other.table.given["structures"] == ("liver", "spleen")


def test_within_a_region_chance_is_the_share_of_that_region(tmp_path):
    folder = written(tmp_path, a=pointed(2), b=pointed(1))
    labels = {
        "liver": frozenset({1}),
        "spleen": frozenset({2}),
        "organs": frozenset({1, 2}),
    }
    found = explain(asked(folder, labels=labels, within="organs"), running=ALONE)
    assert found.table.given["structures"] == ("liver", "spleen")
    assert measure_of(found, "a", "spleen", "area_share") == pytest.approx(12 / 36)
    assert measure_of(found, "a", "spleen", "energy_share") == pytest.approx(120 / 144)
    assert any("organs alone" in note for note in found.table.notes)


def test_the_order_of_axes_in_memory_changes_nothing(tmp_path):
    """A map that is stored as float64 and one as int16 are read in other ways."""
    found = explain(
        asked(written(tmp_path, a=pointed(1).astype(np.int16), b=pointed(1).astype(np.float64))),
        running=ALONE,
    )
    first, second = found.table.columns["measures"]
    np.testing.assert_allclose(first, second)


def test_maps_that_are_silent_flat_or_negative_are_counted_in_words(tmp_path):
    folder = written(
        tmp_path,
        fine=pointed(1),
        flat=np.full(SHAPE, 2, np.float32),
        silent=np.zeros(SHAPE, np.float32),
        below=-pointed(1),
    )
    found = explain(asked(folder), running=ALONE)
    notes = " ".join(found.table.notes)
    assert "2 maps without saliency (no value above 0): left out." in notes
    assert "2 maps with the same value everywhere" in notes
    assert "Saliency below 0 (in 1 map) does not count" in notes
    assert np.isnan(measure_of(found, "silent", "liver", "energy_share"))
    assert measure_of(found, "flat", "liver", "energy_share") == pytest.approx(0.2)
    turned = explain(asked(folder, absolute=True), running=ALONE)
    assert measure_of(turned, "below", "liver", "energy_share") == pytest.approx(240 / 336)


class Broken(NamedTuple):
    story: str
    voxels: Any
    affine: Any
    said: str


WITH_NAN = pointed(1)
WITH_NAN[0, 0, 0] = np.nan
BROKEN = [
    Broken("not a number", WITH_NAN, GRID, "not a finite number"),
    Broken(
        "a coarser grid",
        np.ones((3, 5, 4), np.float32),
        GRID @ np.diag([2, 1, 1, 1]),
        "nothing is resampled here",
    ),
    Broken(
        "another orientation", pointed(1), np.diag([-1, 1, 1, 1]) @ GRID, "nothing is resampled"
    ),
]


@pytest.mark.parametrize("broken", BROKEN, ids=[each.story for each in BROKEN])
def test_a_map_that_cannot_be_used_is_reported_and_the_others_measured(tmp_path, broken):
    folder = written(tmp_path, fine=pointed(1))
    nifti(folder / "maps" / "odd.nii.gz", broken.voxels, affine=broken.affine)
    found = explain(asked(folder), running=ALONE)
    assert found.table.cases == 1
    problem = found.broken[0]
    assert {each.path for each in found.broken} == {"odd"}
    assert broken.said in f"{problem.message} {problem.hint}"
    assert "1 case that could not be read: left out." in found.table.notes


def test_where_no_map_can_be_used_every_reason_is_said(tmp_path):
    folder = written(tmp_path, a=WITH_NAN, b=WITH_NAN)
    with pytest.raises(BadSubmission, match="not a finite number") as bad:
        explain(asked(folder), running=ALONE)
    assert len(bad.value.problems) == 2


def test_a_region_without_a_voxel_is_left_out_and_counted(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(2))
    labels = {"liver": frozenset({1}), "caudate lobe": frozenset({7})}
    found = explain(asked(folder, labels=labels), running=ALONE)
    assert "caudate lobe has no voxel in what is searched in 2 maps: left out there." in (
        found.table.notes
    )


def test_maps_and_regions_without_a_partner_are_counted(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(2))
    (tmp_path / "each").mkdir()
    for case in ("a", "c"):
        nifti(tmp_path / "each" / f"{case}.nii.gz", regions())
    found = explain(asked(folder, regions=tmp_path / "each"), running=ALONE)
    assert (found.missing, found.extra) == (("c",), ("b",))
    assert "1 case with a map and no regions: left out." in found.table.notes


# Pictures of ultrasound


def test_a_picture_of_numbers_is_read_and_a_coloured_overlay_refused(tmp_path):
    from PIL import Image

    (tmp_path / "maps").mkdir()
    grey = (pointed(1)[:, :, 0] * 20).astype(np.uint8)
    Image.fromarray(grey.T).save(tmp_path / "maps" / "a.png")
    colours = np.zeros((*grey.T.shape, 3), np.uint8)
    colours[..., 0] = grey.T
    Image.fromarray(colours).save(tmp_path / "maps" / "b.png")
    Image.fromarray(regions()[:, :, 0].T).save(tmp_path / "regions.png")
    found = explain(asked(tmp_path, regions=tmp_path / "regions.png"), running=ALONE)
    assert measure_of(found, "a", "liver", "energy_share") == pytest.approx(60 / (60 + 24))
    [problem] = found.broken
    assert problem.path == "b"
    assert "a map of numbers is needed" in problem.hint


# Classes and expectation

TABLE = "case,stage,ok\na,F0,1\nb,F4,0\nc,,1\nd,F1,1\n"


def test_each_map_is_held_against_the_regions_of_its_class(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(2), c=pointed(1), d=pointed(1))
    cases = cases_of(tmp_path, TABLE, class_="stage", correct="ok")
    expected = {"F0": ("liver",), "F4": ("liver", "spleen"), "F9": ("spleen",)}
    found = explain(asked(folder, expected=expected), cases, ALONE)
    assert found.table.given["structures"] == (EXPECTED, "liver", "spleen")
    assert measure_of(found, "a", EXPECTED, "energy_share") == pytest.approx(240 / 336)
    assert measure_of(found, "b", EXPECTED, "energy_share") == pytest.approx(144 / 228)
    assert measure_of(found, "b", EXPECTED, "area_share") == pytest.approx(0.3)
    assert np.isnan(measure_of(found, "c", EXPECTED, "energy_share"))
    notes = " ".join(found.table.notes)
    assert "1 map of cases without a class" in notes
    assert "No region is expected for the class F1 (1 map)." in notes
    assert "A region is expected for the class F9, of which there is no map." in notes
    assert found.table.columns["correct"].tolist() == [1, 0, 1, 1]


def test_cases_without_a_map_are_counted(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(2), c=pointed(1))
    cases = cases_of(tmp_path, TABLE, class_="stage", correct="ok")
    found = explain(asked(folder, expected={"F0": ("liver",)}), cases, ALONE)
    assert "1 case of cases.csv without a map: left out." in found.table.notes


class Refused(NamedTuple):
    story: str
    table: str
    expected: dict[str, tuple[str, ...]]
    said: str


REFUSED = [
    Refused("a case has no row", "case,stage\na,F0\n", {}, 'there is no row for the case "b"'),
    Refused("no class has a region", TABLE, {"S1": ("liver",)}, "no case has a class"),
    Refused("a region no mask has", TABLE, {"F0": ("livr",)}, "did you mean liver?"),
]


@pytest.mark.parametrize("refused", REFUSED, ids=[each.story for each in REFUSED])
def test_what_does_not_fit_together_is_refused(tmp_path, refused):
    folder = written(tmp_path, a=pointed(1), b=pointed(2))
    cases = cases_of(tmp_path, refused.table, class_="stage")
    with pytest.raises(BadSubmission) as bad:
        explain(asked(folder, expected=refused.expected), cases, ALONE)
    assert refused.said in str(bad.value)


def test_a_case_in_two_rows_and_an_unclear_column_of_right_and_wrong_are_refused_at_once(tmp_path):
    with pytest.raises(BadSubmission) as bad:
        cases_of(tmp_path, "case,ok\na,good\na,bad\n", correct="ok")
    text = str(bad.value)
    assert 'the case "a" stands in several rows' in text
    assert "expected two values that mean right and wrong" in text


def test_right_is_where_the_decision_is_the_outcome(tmp_path):
    text = "case,o,d\na,1,1.0\nb,0,1\nc,0,\n"
    found = cases_of(tmp_path, text, outcome="o", decision="d")
    np.testing.assert_array_equal(found.correct, [1, 0, np.nan])
    with pytest.raises(BadSubmission, match="no decision is called like an outcome"):
        cases_of(tmp_path, "case,o,d\na,F0,0\n", outcome="o", decision="d")


def test_expected_regions_from_yaml_and_from_a_table_are_the_same(tmp_path):
    (tmp_path / "a.yaml").write_text("F0: liver\nF4: [parenchyma, spleen]\n4: spleen\n")
    (tmp_path / "a.csv").write_text("class,region\nF0,liver\nF4,parenchyma\nF4,spleen\n4,spleen\n")
    found = read_expected(tmp_path / "a.yaml")
    assert found == {"F0": ("liver",), "F4": ("parenchyma", "spleen"), "4": ("spleen",)}
    assert read_expected(tmp_path / "a.csv") == found


@pytest.mark.parametrize(
    ("text", "said"),
    [("- F0\n", "no class with a region"), ("F0:\nF1: [[a]]\n", "the class F0 has no region")],
)
def test_a_file_without_regions_is_refused(tmp_path, text, said):
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(BadSubmission, match=said):
        read_expected(tmp_path / "a.yaml")


def test_several_regions_of_a_text_are_parted():
    assert parted("parenchyma + spleen", ()) == ("parenchyma", "spleen")
    assert parted("liver and spleen", ()) == ("liver", "spleen")
    assert parted("liver and spleen", ("liver and spleen",)) == ("liver and spleen",)


# Similarity


def test_the_same_map_for_every_case_is_seen_as_a_number(tmp_path):
    rng = np.random.default_rng(2)
    same = rng.random(SHAPE).astype(np.float32)
    found = explain(asked(written(tmp_path, a=same, b=same, c=same)), running=ALONE)
    assert measure_of(found, "a", "liver", "between_cases_similarity") == pytest.approx(1)


def test_maps_of_one_patient_are_no_different_cases(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(1), c=pointed(2))
    cases = cases_of(tmp_path, "case,person\na,p\nb,p\nc,q\n", patient="person")
    found = explain(asked(folder), cases, ALONE)
    alone = explain(asked(folder), running=ALONE)
    assert measure_of(found, "a", "liver", "between_cases_similarity") < 0
    assert measure_of(alone, "a", "liver", "between_cases_similarity") > 0.3


def test_repeats_are_compared_in_all_pairs(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(2))
    for run_, label in (("run2", 1), ("run3", 2)):
        (tmp_path / run_).mkdir()
        nifti(tmp_path / run_ / "a.nii.gz", pointed(label))
    repeats = (Repeat("run2", tmp_path / "run2"), Repeat("run3", tmp_path / "run3"))
    found = explain(asked(folder, repeats=repeats), running=ALONE)
    apart = measure_of(found, "a", "liver", "between_cases_similarity")  # liver against spleen
    assert measure_of(found, "a", "liver", "repeat_similarity") == pytest.approx(
        (1 + 2 * apart) / 3
    )
    assert np.isnan(measure_of(found, "b", "liver", "repeat_similarity"))
    assert {"run2", "run3"} <= found.files.keys()


def test_maps_of_different_shapes_are_not_compared_between_cases(tmp_path):
    folder = written(tmp_path, a=pointed(1))
    nifti(folder / "maps" / "b.nii.gz", pointed(1)[:, :, :3].copy())
    (tmp_path / "each").mkdir()
    nifti(tmp_path / "each" / "a.nii.gz", regions())
    nifti(tmp_path / "each" / "b.nii.gz", regions()[:, :, :3].copy())
    found = explain(asked(folder, regions=tmp_path / "each"), running=ALONE)
    assert "between_cases_similarity" not in found.table.given["quantities"]
    assert "The maps have different shapes: they are not compared between cases." in (
        found.table.notes
    )


# The command

OPTIONS = (
    "--maps", EXAMPLE / "maps", "--regions", EXAMPLE / "regions.nii.gz",
    "--region", "liver_surface=1", "--region", "parenchyma=2", "--region", "spleen=3",
)  # fmt: skip
BY_CLASS = (
    *("--expected", EXAMPLE / "expected_regions.yaml", "--cases", EXAMPLE / "predictions.csv"),
    *("--class", "stage", "--outcome", "stage", "--decision", "decision", "--patient", "patient"),
)


def test_the_command_gives_numbers_by_class_beside_chance(run, tmp_path):
    csv = tmp_path / "maps.csv"
    done = run(*OPTIONS, *BY_CLASS, "--format", "json", "--per-case", csv)
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    found = {
        (each["metric"], each["group"], each.get("structure")): each for each in made["estimates"]
    }
    assert made["task"] == "explanation"
    assert found["energy_exceeds_chance", "class = F0", EXPECTED]["value"] > 0.8
    assert found["energy_exceeds_chance", "class = F2", EXPECTED]["value"] < 0.1
    assert found["accuracy_difference_as_expected", "all", EXPECTED]["interval"]["low"] > 0
    [first, *rows] = csv.read_text().splitlines()
    assert first.startswith("case,patient,class,structure,energy_share,area_share")
    assert len(rows) == 36 * 4


def test_the_screen_shows_each_class_by_region(run):
    done = run(*OPTIONS, *BY_CLASS, "--resamples", 200)
    assert "explanation: 36 maps" in done.stdout
    assert "expected cells are marked *" in done.stdout


def test_where_nothing_is_expected_no_cell_is_said_to_be_marked(run):
    done = run(*OPTIONS, "--resamples", 200)
    assert "Share of the saliency in each region" in done.stdout
    assert "marked" not in done.stdout


def test_without_classes_each_region_is_measured_for_all_maps(run):
    done = run(*OPTIONS, "--resamples", 200, "--within", "liver_surface", "--format", "json")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert {each.get("structure") for each in made["estimates"]} >= {"parenchyma", "spleen"}
    assert "liver_surface" not in {each.get("structure") for each in made["estimates"]}


BAD = [
    (("--expected", EXAMPLE / "expected_regions.yaml"), "--expected needs the class"),
    (("--class", "stage"), "name it by --cases"),
    (("--top", "0.1", "--map-threshold", "0.5"), "give one"),
    (("--top", "3"), "up to 1"),
    (("--within", "body"), "name its label"),
    (("--cases", EXAMPLE / "predictions.csv", "--outcome", "stage"), "together say"),
    (("--per-case", "a.txt"), "must be one of .csv"),
]


@pytest.mark.parametrize(("more", "said"), BAD, ids=[each[1] for each in BAD])
def test_a_request_that_cannot_be_met_is_refused(run, more, said):
    done = run(*OPTIONS, *more)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_a_report_of_maps_has_figure_and_tables(run, tmp_path):
    page, text = tmp_path / "a.html", tmp_path / "a.md"
    done = run(*OPTIONS, *BY_CLASS, "--resamples", 200, "-o", page, "-o", text)
    assert done.exit_code == 0, done.stderr
    html = page.read_text(encoding="utf-8")
    assert "Saliency in the regions beside chance" in html
    assert "Bars of saliency by class and region" in html  # the text alternative
    assert "| F2 |" in text.read_text(encoding="utf-8")


# A study


@pytest.fixture(scope="module")
def report():
    return pipeline.check(EXAMPLE / "study.yaml")


def test_the_explanation_of_a_study_is_recomputed(report):
    first, second = report.evaluations
    assert (first.name, second.name, second.task) == ("test", "saliency", "explanation")
    assert second.partition == "test"
    found = second.explanation_in_region
    by = {(each.class_name, each.region): each for each in found.regions}
    assert by["F0", "liver_surface"].expected
    assert by["F4", "spleen"].expected
    assert not by["F0", "spleen"].expected
    assert by["F2", "parenchyma"].ratio < 1 < by["F0", "liver_surface"].ratio
    [everyone, *classes] = found.as_expected
    assert everyone.class_name == "all"
    assert everyone.accuracy_as_expected.value > everyone.accuracy_not_as_expected.value
    assert [each.class_name for each in classes] == ["F0", "F2", "F4"]
    assert {"maps", "regions.nii.gz"} <= report.provenance.files.keys()
    assert not any(each.at.startswith("explanations") for each in report.not_run)


def test_what_is_expected_stands_in_every_view(report):
    assert render.from_json(render.to_json(report)) == report
    for view in (render.to_html(report, figures=False), render.to_markdown(report)):
        assert "Pooled: over all maps together." in view
        assert "Maps with more saliency in the expected region than by chance" in view


def test_the_study_and_the_command_give_the_same(run, report):
    done = run(*OPTIONS, *BY_CLASS, "--format", "json")
    command = {
        (each["metric"], each.get("structure")): each["value"]
        for each in json.loads(done.stdout)["estimates"]
        if each["group"] == "all"
    }
    study = {(each.metric, each.structure): each.value for each in report.evaluations[1].estimates}
    assert command == pytest.approx(study)


def studied(folder: Path, **explanation: Any) -> Path:
    """Write a study of two maps, with a classification of their cases."""
    written(folder, a=pointed(1), b=pointed(2))
    (folder / "scores.csv").write_text("case,outcome,score\na,1,0.9\nb,0,0.8\n")
    evaluation = {
        "name": "test",
        "task": "classification",
        "predictions": "scores.csv",
        "operating_point": {"threshold": 0.5},
    }
    described = {
        "name": "cam",
        "maps": "maps",
        "expected_regions": "regions.nii.gz",
        "regions": {"liver": "1", "spleen": "2"},
        **explanation,
    }
    said = {"study": {"title": "t"}, "evaluations": [evaluation], "explanations": [described]}
    file = folder / "study.yaml"
    file.write_text(yaml.safe_dump({k: v for k, v in said.items() if v}), encoding="utf-8")
    return file


def test_class_and_decision_of_a_classification_are_its_outcome_and_threshold(tmp_path):
    file = studied(tmp_path, evaluation="test", expected_by_class={"1": "liver", "0": "spleen"})
    found = pipeline.check(file).evaluations[1]
    by = {(each.metric, each.structure): each.value for each in found.estimates}
    assert by["energy_exceeds_chance", EXPECTED] == 1
    assert by["accuracy_as_expected", EXPECTED] == 0.5
    assert [each.class_name for each in found.explanation_in_region.as_expected] == [
        "all",
        "0",
        "1",
    ]


def test_an_explanation_called_like_its_evaluation_keeps_both(tmp_path):
    file = studied(tmp_path, name="test", map_threshold=0.5)
    found = pipeline.check(file).evaluations
    assert [each.name for each in found] == ["test", "test (explanation)"]
    assert any("at least 0.5 of the largest" in each.note for each in found[1].estimates)


def test_maps_without_regions_are_said_to_lack_them(tmp_path):
    found = pipeline.check(studied(tmp_path, expected_regions=None)).evaluations[1]
    assert "no masks of the expected regions were submitted" in found.absent["estimates"]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"top_share": 0.1, "map_threshold": 0.5}, "map_threshold says what counts as active, too"),
        ({"search_region": "lung"}, '"lung" is none of the regions'),
        ({"repeats": ["nowhere"]}, "nowhere"),
        ({"claims": [{"metric": "dice", "value": 0.5}]}, "dice"),
        ({"expected_by_class": {"1": "liver"}}, "nothing tells the class of a case"),
        (
            {"evaluation": "test", "expected_by_class": {"1": "kidney"}},
            '"kidney" is none of the regions',
        ),
        ({"regions": {"liver": "one"}}, '"one" is no label of a mask'),
        ({"maps": "nowhere"}, "nowhere"),
    ],
    ids=[
        "two tops",
        "unknown search",
        "no repeat",
        "metric of masks",
        "no evaluation",
        "unknown region",
        "no label",
        "no folder",
    ],
)
def test_a_description_that_does_not_fit_is_refused_at_its_line(tmp_path, said, message):
    with pytest.raises(BadSubmission) as bad:
        pipeline.check(studied(tmp_path, **said))
    [problem] = bad.value.problems
    assert message in f"{problem.message} {problem.path}"
    assert problem.line is not None
    assert problem.path.startswith("explanations[0]")


def test_a_study_says_where_is_searched_what_counts_and_what_was_repeated(tmp_path):
    folder = tmp_path
    file = studied(folder, search_region="liver", top_share=0.25, absolute=True, repeats=["again"])
    for i, each in enumerate(sorted((folder / "maps").iterdir())):
        nifti(each, np.random.default_rng(i).normal(size=SHAPE).astype(np.float32))
    shutil.copytree(folder / "maps", folder / "again")
    found = pipeline.check(file).evaluations[1]
    by = {(each.metric, each.structure): each.value for each in found.estimates}
    assert by["map_repeat_similarity", None] == pytest.approx(1)
    command = Maps(
        maps=folder / "maps",
        regions=folder / "regions.nii.gz",
        labels={"liver": frozenset({1}), "spleen": frozenset({2})},
        within="liver",
        top=Top(share=0.25),
        absolute=True,
        repeats=(Repeat("again", folder / "again"),),
    )
    alone = measuring.measure(measuring.MapQuestion(maps=command, running=ALONE))
    assert by == {(each.metric, each.structure): each.value for each in alone.estimates}


def claimed(folder: Path, **claim: Any) -> Any:
    said = {"metric": "energy in region", **claim}
    file = studied(
        folder, evaluation="test", expected_by_class={"1": "liver", "0": "spleen"}, claims=[said]
    )
    [found] = pipeline.check(file).claims
    return found


@pytest.mark.parametrize("of", [None, "spleen"])
def test_a_number_about_maps_is_compared(tmp_path, of):
    made = pipeline.check(
        studied(
            tmp_path / "alone", evaluation="test", expected_by_class={"1": "liver", "0": "spleen"}
        )
    )
    ours = next(
        each.value
        for each in made.evaluations[1].estimates
        if (each.metric, each.structure) == ("energy_in_region", of or EXPECTED)
    )
    right = claimed(tmp_path / "right", of=of, value=f"{ours:.4f}")
    assert (right.verdict, right.at) == (Verdict.REPRODUCED, "explanations[0].claims[0]")
    wrong = claimed(tmp_path / "wrong", of=of, value=f"{ours / 2:.4f}")
    assert wrong.verdict is Verdict.CONTRADICTED


def test_a_region_is_named_as_reports_print_it(tmp_path):
    folder = shutil.copytree(EXAMPLE, tmp_path / "example")
    text = (folder / "study.yaml").read_text("utf-8")
    above, _, _ = text.partition("      - {name: pointing game")
    claim = "      - {name: surface, metric: energy in region, of: liver surface, value: 0.203}\n"
    (folder / "study.yaml").write_text(above + claim, "utf-8")
    assert pipeline.check(folder / "study.yaml").claims[-1].verdict is Verdict.REPRODUCED


@pytest.mark.parametrize("metric", ["energy beyond chance", "map region overlap"])
def test_each_number_about_maps_has_its_median(tmp_path, metric):
    folder = shutil.copytree(EXAMPLE, tmp_path / "example")
    text = (folder / "study.yaml").read_text("utf-8")
    above, _, _ = text.partition("      - {name: pointing game")
    claim = f"      - {{name: median, metric: {metric}, value: 0.00001}}\n"
    (folder / "study.yaml").write_text(above + claim, "utf-8")
    (part,) = pipeline.check(folder / "study.yaml").claims[-1].parts
    tried = {each.convention: each.value for each in part.tried}
    assert tried["median over patients"] != tried["our definition"]


@pytest.mark.parametrize(
    ("summary", "verdict"),
    [(None, Verdict.OTHER_CONVENTION), ("mean", Verdict.CONTRADICTED), ("median", Verdict.NOT_CHECKABLE)],
)  # fmt: skip
def test_a_number_about_maps_may_be_a_median_unless_a_mean_is_said(tmp_path, summary, verdict):
    folder = shutil.copytree(EXAMPLE, tmp_path / "example")
    text = (folder / "study.yaml").read_text("utf-8")
    above, _, _ = text.partition("      - {name: pointing game")
    said = "" if summary is None else f", summary: {summary}"
    claim = f"      - {{name: energy, metric: energy in region, value: 0.606{said}}}\n"
    (folder / "study.yaml").write_text(above + claim, "utf-8")
    found = pipeline.check(folder / "study.yaml").claims[-1]
    assert found.verdict is verdict
    if verdict is Verdict.OTHER_CONVENTION:
        assert found.parts[0].convention == "median over patients"


def test_a_number_about_maps_of_one_class_is_that_of_its_group(tmp_path):
    found = claimed(tmp_path, of="liver", group="class = 1", value="0.1234")
    assert found.group == "class = 1"
    assert found.recomputed.structure == "liver"


@pytest.mark.parametrize(
    ("facts", "claim", "said"),
    [
        ({}, {"metric": "map region overlap", "at": 0.3}, "map_threshold or top_share is not described"),
        ({"map_threshold": 0.5}, {"metric": "map region overlap", "at": 0.3}, "not recomputed at 0.3"),
        ({}, {"metric": "pointing game", "at": 15}, "not recomputed at 15; it is taken at no place"),
        ({}, {"metric": "energy in region", "group": "1"}, 'there are "class = 0", "class = 1"'),
        ({}, {"metric": "energy in region", "of": "kidney"}, "there are structure expected region; str"),
    ],
)  # fmt: skip
def test_a_number_about_maps_elsewhere_could_not_be_checked(tmp_path, facts, claim, said):
    more = {"expected_by_class": {"1": "liver", "0": "spleen"}, **facts}
    file = studied(tmp_path, evaluation="test", claims=[{"value": 0.5, **claim}], **more)
    [found] = pipeline.check(file).claims
    assert found.verdict is Verdict.NOT_CHECKABLE
    assert said in found.because


def test_a_number_about_maps_at_what_is_described_is_compared(tmp_path):
    claim = {"metric": "map region overlap", "at": 0.5, "value": 0.987}
    more = {"expected_by_class": {"1": "liver", "0": "spleen"}, "map_threshold": 0.5}
    [found] = pipeline.check(studied(tmp_path, evaluation="test", claims=[claim], **more)).claims
    assert found.verdict is Verdict.CONTRADICTED


def test_a_number_about_maps_that_are_not_there_could_not_be_checked(tmp_path):
    file = studied(tmp_path, maps=None, claims=[{"metric": "pointing game", "value": "0.5"}])
    [found] = pipeline.check(file).claims
    assert found.verdict is Verdict.NOT_CHECKABLE
    assert "no maps were submitted" in found.because


def test_a_question_about_maps_is_measured_from_python():
    question = measuring.MapQuestion(
        maps=Maps(maps=EXAMPLE / "maps", regions=EXAMPLE / "regions.nii.gz"), running=ALONE
    )
    found = measuring.measure(question)
    assert found.cases == 36
    assert {each.structure for each in found.estimates} == {"label 1", "label 2", "label 3", None}


def test_names_of_strangers_stay_text_in_every_view(tmp_path):
    folder = written(tmp_path, a=pointed(1), b=pointed(2))
    strange = "<b>x</b>|`y`"
    cases = cases_of(tmp_path, f"case,stage\na,{strange}\nb,F0\n", class_="stage")
    maps = asked(folder, labels={strange: frozenset({1})}, expected={strange: (strange,)})
    made = measuring.report(measuring.MapQuestion(maps=maps, known=cases, running=ALONE))
    for view in (render.to_html(made), render.to_markdown(made)):
        assert "<b>x" not in view
    assert strange in render.to_terminal(made, width=200)

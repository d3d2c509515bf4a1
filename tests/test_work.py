"""Many items over the cores: order, broken items, dying workers, going on after a kill, two runs at once."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from checker import work
from checker.cli import console
from checker.work import Busy, Done, Item, ItemFault, Progress, StoreFailed

ROOT = Path(__file__).resolve().parent.parent
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


class Broken(Exception):
    pass


def items(*values):
    return [Item(f"item {value}", value) for value in values]


def double(value):
    if value == 13:
        raise Broken("thirteen is broken")
    return {"twice": (2 * value, None)}


def slower_the_earlier(value):
    time.sleep((10 - value) / 100)
    return value


def dies_on_three(value):
    if value == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return value


def dies_once(value):
    """Die the first time: the file of that name tells that it has been tried."""
    number, folder = value
    mark = Path(folder) / "tried"
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def takes_all_memory(value):
    raise MemoryError


def divides(value):
    return 1 / value


def threads(value):
    return os.environ["OMP_NUM_THREADS"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_broken_item_is_reported_and_the_rest_goes_on(workers):
    done = work.run(items(1, 13, 3), double, expected=(Broken,), workers=workers)
    assert done == (
        Done("item 1", {"twice": [2, None]}),
        Done("item 13", None, "thirteen is broken"),
        Done("item 3", {"twice": [6, None]}),
    )
    assert work.failures(done) == (done[1],)


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_of_the_items(workers):
    done = work.run(items(*range(8)), slower_the_earlier, expected=(), workers=workers)
    assert [each.result for each in done] == list(range(8))


def test_no_items_are_no_work():
    assert work.run([], double, expected=()) == ()


def test_two_items_with_one_key_are_refused():
    with pytest.raises(ValueError, match="same key"):
        work.run(items(1, 1), double, expected=())


@pytest.mark.parametrize("workers", [1, 2])
def test_what_nobody_expected_names_the_item(workers):
    with pytest.raises(ItemFault, match=r"item 0: (.|\n)*ZeroDivisionError"):
        work.run(items(1, 0, 2), divides, expected=(Broken,), workers=workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_nobody_expected_loses_no_other_item(tmp_path, workers):
    store = tmp_path / "work.jsonl"
    with pytest.raises(ItemFault):
        work.run(items(1, 0, 2, 4), divides, expected=(Broken,), workers=workers, store=store)
    assert len(store.read_text().splitlines()) == 3


def test_what_json_cannot_hold_is_our_fault():
    with pytest.raises(ItemFault, match="not JSON compliant"):
        work.run(items(1), lambda value: float("nan"), expected=())


def test_memory_that_is_not_enough_fails_the_item():
    [done] = work.run(items(1), takes_all_memory, expected=())
    assert done.failed == work.NO_MEMORY


@POSIX
def test_an_item_whose_worker_dies_is_reported_and_the_rest_goes_on():
    done = work.run(items(*range(6)), dies_on_three, expected=(), workers=2)
    assert [each.result for each in done] == [0, 1, 2, None, 4, 5]
    assert done[3].failed == work.DIED


@POSIX
def test_an_item_whose_worker_dies_is_tried_once_more(tmp_path):
    tasks = [Item(str(i), (i, str(tmp_path))) for i in range(4)]
    done = work.run(tasks, dies_once, expected=(), workers=2)
    assert [each.result for each in done] == [0, 1, 2, 3]


def test_a_worker_uses_one_thread():
    assert {each.result for each in work.run(items(1, 2), threads, expected=(), workers=2)} == {"1"}


def test_progress_counts_what_is_done_and_left():
    told: list[Progress] = []
    work.run(items(1, 13), double, expected=(Broken,), told=told.append)
    assert [(each.done, each.total, each.failed) for each in told] == [
        (0, 2, 0),
        (1, 2, 0),
        (2, 2, 1),
    ]
    assert told[0].seconds_left is None
    assert told[-1].seconds_left == 0
    assert told[1].seconds_left is not None
    assert told[1].seconds_left >= 0


def recording(path):
    def do(value):
        with path.open("a") as file:
            file.write(f"{value}\n")
        return double(value)

    return do


def worked_on(path):
    lines = path.read_text().split() if path.exists() else []
    path.unlink(missing_ok=True)
    return [int(each) for each in lines]


def test_finished_items_are_not_done_again_and_failed_ones_are(tmp_path):
    store, seen = tmp_path / "deep" / "store.jsonl", tmp_path / "seen"
    do = recording(seen)
    first = work.run(items(1, 13, 3), do, expected=(Broken,), store=store, version="1")
    assert worked_on(seen) == [1, 13, 3]
    assert work.run(items(4, 3, 13, 1), do, expected=(Broken,), store=store, version="1") == (
        Done("item 4", {"twice": [8, None]}),
        first[2],
        first[1],
        first[0],
    )
    assert worked_on(seen) == [4, 13]
    assert "item 1" not in store.read_text()
    work.run(items(1, 3), do, expected=(Broken,), store=store, version="2")
    assert worked_on(seen) == [1, 3]


def test_a_half_written_line_is_passed_over(tmp_path):
    store, seen = tmp_path / "store.jsonl", tmp_path / "seen"
    do = recording(seen)
    work.run(items(1, 2), do, expected=(), store=store)
    data = store.read_bytes()
    store.write_bytes(data[:-5])
    assert worked_on(seen) == [1, 2]
    work.run(items(1, 2), do, expected=(), store=store)
    assert worked_on(seen) == [2]
    assert [
        len(json.loads(line)) for line in store.read_bytes().splitlines() if line.endswith(b"}")
    ] == [2, 2]
    work.run(items(1, 2), do, expected=(), store=store)
    assert worked_on(seen) == []


def test_two_runs_at_once_are_refused(tmp_path):
    store = tmp_path / "store.jsonl"

    def again(value):
        with pytest.raises(Busy, match="another run"):
            work.run(items(7), double, expected=(), store=store)
        return value

    assert work.run(items(1), again, expected=(), store=store)[0].result == 1
    assert work.run(items(7), double, expected=(), store=store)[0].result == {"twice": [14, None]}


HOLDS = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from checker import work

def do(value):
    print("begun", flush=True)
    return sys.stdin.readline()

work.run([work.Item("1", 1)], do, expected=(), workers=1, store=Path({store!r}))
"""


def test_another_process_with_the_same_store_is_refused_until_it_ends(tmp_path):
    store = tmp_path / "store.jsonl"
    program = HOLDS.format(root=str(ROOT), store=str(store))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "begun\n"
        with pytest.raises(Busy, match="another run"):
            work.run(items(7), double, expected=(), store=store)
        other.communicate("done\n")
    assert other.returncode == 0
    assert work.run(items(7), double, expected=(), store=store)[0].result == {"twice": [14, None]}


def test_a_process_that_was_killed_leaves_no_lock(tmp_path):
    store = tmp_path / "store.jsonl"
    program = HOLDS.format(root=str(ROOT), store=str(store))
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "begun\n"
        other.kill()
        other.wait()
    assert work.run(items(7), double, expected=(), store=store)[0].result == {"twice": [14, None]}


def test_a_file_that_is_no_store_stays_as_it_is(tmp_path):
    image = tmp_path / "liver.nii.gz"
    image.write_bytes(b"\x1f\x8b an image")
    with pytest.raises(StoreFailed, match="something else"):
        work.run(items(3), double, expected=(), store=image)
    assert image.read_bytes() == b"\x1f\x8b an image"


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailed, match="file"):
        work.run(items(1), double, expected=(), store=tmp_path / "file" / "store.jsonl")


PROGRAM = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from checker import work

def do(value):
    with open({seen!r}, "a") as file:
        file.write(f"{{value}}\\n")
    time.sleep({sleep})
    return value

items = [work.Item(str(i), i) for i in range(8)]
done = work.run(items, do, expected=(), workers={workers}, store=Path({store!r}), version="1")
print([each.result for each in done])
"""


def program(tmp_path, workers, sleep):
    source = PROGRAM.format(
        root=str(Path(__file__).resolve().parent.parent),
        seen=str(tmp_path / "seen"),
        store=str(tmp_path / "store.jsonl"),
        workers=workers,
        sleep=sleep,
    )
    return subprocess.Popen(
        [sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for_lines(path, count):
    end = time.monotonic() + 60
    while not path.exists() or len(path.read_bytes().splitlines()) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


@POSIX
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_killed_goes_on_where_it_was(tmp_path, workers, how):
    store, seen = tmp_path / "store.jsonl", tmp_path / "seen"
    first = program(tmp_path, workers, sleep=0.3)
    wait_for_lines(store, 3)
    first.send_signal(how)
    first.communicate(timeout=20)
    assert first.returncode != 0
    time.sleep(0.5)
    finished = [json.loads(line)["result"] for line in store.read_bytes().splitlines()]
    assert 3 <= len(finished) < 8
    worked_on(seen)
    second = program(tmp_path, workers, sleep=0)
    out, error = second.communicate(timeout=60)
    assert (out, error) == ("[0, 1, 2, 3, 4, 5, 6, 7]\n", "")
    assert sorted(worked_on(seen) + finished) == list(range(8))


@POSIX
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_run(tmp_path, how):
    seen = tmp_path / "seen"
    first = program(tmp_path, 2, sleep=0.2)
    wait_for_lines(seen, 3)
    first.send_signal(how)
    first.communicate(timeout=30)
    time.sleep(1)
    assert len(worked_on(seen)) < 8
    time.sleep(1)
    assert worked_on(seen) == []


@pytest.mark.parametrize(
    ("platform", "variables", "place"),
    [
        ("linux", {"XDG_CACHE_HOME": "/caches"}, "/caches/study-checker"),
        ("linux", {}, "/people/me/.cache/study-checker"),
        ("darwin", {}, "/people/me/Library/Caches/study-checker"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/study-checker"),
    ],
)
def test_results_are_kept_in_the_folder_for_caches(monkeypatch, platform, variables, place):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/people/me"))
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = work.unfinished("segmentation of a")
    assert found.parent == Path(place)
    assert found != work.unfinished("segmentation of b")


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(0, 300, 0, None), "0 of 300"),
        (Progress(120, 300, 0, 110.0), "120 of 300, 2 min left"),
        (Progress(120, 300, 2, 3.2), "120 of 300, 2 failed, 4 s left"),
        (Progress(1, 300, 0, 7300.0), "1 of 300, 3 h left"),
    ],
)
def test_progress_in_words(progress, words):
    assert console.far(progress) == words


def test_progress_is_silent_where_there_is_no_terminal(capsys):
    with console.counting("masks") as told:
        told(Progress(1, 2, 0, 3.0))
    assert capsys.readouterr() == ("", "")

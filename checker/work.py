"""Many independent items over the cores: in the order given, each broken one reported, finished ones kept."""

import hashlib
import json
import os
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

FEW = 4
"""Fewer items are worked on in this process: starting others takes a second."""
ONE_THREAD = {
    name: "1"
    for name in (
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"),
        *("VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "POLARS_MAX_THREADS"),
    )
}
"""Environment of a worker: one thread each, since there is a worker for each core."""
LOCKED_BYTE = 2**40
"""Place in the store, far behind its end, that Windows locks; a lock there keeps others from reading what it covers."""
IDLE_SECONDS = 60
"""After so long without an item a worker ends."""
LOOK_SECONDS = 0.5
"""Between two looks of a worker whether its parent is there."""
NO_MEMORY = "there is not enough memory for it"
DIED = "the process that worked on it was ended, most likely because memory ran out"
APP = "study-checker"


@dataclass(frozen=True, slots=True)
class Item:
    """Something to work on."""

    key: str
    """Tells it from all others, also in the next run; it never stands in the store itself."""
    value: Any
    """What the function is given; it is sent to another process, so paths rather than images."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of an item."""

    key: str
    result: Any | None
    """What the function returned, as JSON gives it back (tuples are lists); None: it failed."""
    failed: str = ""
    """Why there is no result, a sentence; empty: there is one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is."""

    done: int
    """Items with a result or a reason, those of an earlier run included."""
    total: int
    failed: int
    seconds_left: float | None
    """At the pace so far; None: nothing was finished in this run yet."""


class Busy(Exception):
    """Another run works with the same store."""


class StoreFailed(Exception):
    """The store cannot be written; the message says why."""


class ItemFault(Exception):
    """The function raised what nobody expected; the message names the item and holds the traceback."""


class _Outcome(NamedTuple):
    """What a worker sends back: the result as JSON text, the reason, or the traceback of our own fault."""

    text: str = ""
    failed: str = ""
    fault: str = ""


Do = Callable[[Any], Any]
Expected = tuple[type[Exception], ...]


def run(
    items: Sequence[Item],
    do: Do,
    *,
    expected: Expected,
    workers: int | None = None,
    store: Path | None = None,
    version: str = "",
    told: Callable[[Progress], None] | None = None,
) -> tuple[Done, ...]:
    """Return what became of each item, in their order.

    One item at a time is given to each worker. An item whose worker dies is tried once more alone, then reported.
    On an interrupt the workers are ended at once; what was finished stays in the store.

    Args:
        items: with different keys.
        do: from the value of an item to something that JSON can hold; pure, since it may run in another process.
        expected: exceptions that mean the item is broken; their text is the reason.
        workers: processes; 1: none besides this one; None: one for each core, for fewer than `FEW` items none.
        store: file that keeps the results as they come, so that a later run goes on; the caller deletes it after
            success. Items that failed are tried again.
        version: of what the results depend on (program, settings); results of another one are not used.
        told: is called after each item.

    Raises:
        Busy: another run works with the store.
        StoreFailed: the store cannot be opened or written.
        ItemFault: `do` raised what was not expected; all other items are finished then, and in the store.
        ValueError: two items have the same key.
    """
    if len({item.key for item in items}) < len(items):
        raise ValueError("two items have the same key")
    with _opened(store, version) as kept:
        state = _State(items, kept, told)
        left = state.left()
        state.tell()
        count = _workers(workers, len(left))
        fault = ""
        for at, outcome in _outcomes([(i, items[i].value) for i in left], do, expected, count):
            if outcome.fault:
                fault = fault or f"{items[at].key}: {outcome.fault}"
            else:
                state.take(at, outcome)
        if fault:
            raise ItemFault(fault)
        return tuple(state.done[i] for i in range(len(items)))


def cores() -> int:
    """Return the number of cores that this process may use, limits of a container included."""
    from joblib import cpu_count

    return int(cpu_count())


def unfinished(name: str) -> Path:
    """Return where the results of a run are kept until it is finished, in the user's folder for caches.

    Args:
        name: of the run; different for what must not be mixed up.
    """
    return _caches() / APP / f"unfinished-{_digest(name)[:16]}.jsonl"


def _caches() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _workers(asked: int | None, items: int) -> int:
    if asked is None and items < FEW:
        return 1
    return max(1, min(asked or cores(), items))


START = b'{"item": "'
"""How the file with the finished items begins."""


@dataclass(slots=True)
class _Store:
    """The file with the finished items, one JSON line each."""

    file: IO[bytes] | None
    version: str
    results: dict[str, Any] = field(default_factory=dict)

    def hash(self, key: str) -> str:
        return _digest(f"{self.version}\0{key}")

    def keep(self, key: str, text: str) -> None:
        """Append a result and hand it to the system.

        Raises:
            StoreFailed: it cannot be written.
        """
        if self.file is None:
            return
        line = f'{START.decode()}{self.hash(key)}", "result": {text}}}\n'
        try:
            self.file.write(line.encode("utf-8"))
            self.file.flush()
        except OSError as error:
            raise StoreFailed(f"{self.file.name}: {error.strerror}") from None


@contextmanager
def _opened(path: Path | None, version: str) -> Iterator[_Store]:
    """Open the store and lock it; read what is in it.

    Raises:
        Busy: another run has locked it.
        StoreFailed: it cannot be opened, or holds something else, which stays as it is.
    """
    if path is None:
        yield _Store(None, version)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise StoreFailed(f"{path}: {error.strerror}") from None
    with file:
        _lock(file, path)
        file.seek(0)
        if not START.startswith(file.read(len(START))):
            raise StoreFailed(f"{path}: the file holds something else; name a new file")
        file.seek(0)
        before = file.read()
        if before and not before.endswith(b"\n"):
            file.write(b"\n")
        yield _Store(file, version, dict(_lines(before)))


def _lines(data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield hash and result of each whole line; a half one, of a run that was killed, is passed over."""
    for line in data.splitlines():
        try:
            found = json.loads(line)
            yield found["item"], found["result"]
        except (ValueError, KeyError, TypeError):
            continue


def _lock(file: IO[bytes], path: Path) -> None:
    """Lock the store for this process; the system frees it when the process ends, however that comes.

    Raises:
        Busy: another process has it.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Busy(
            f"another run works on the same items; wait for it, or delete {path} if there is none"
        ) from None


class _State:
    """What is done so far, and who is told."""

    def __init__(
        self, items: Sequence[Item], kept: _Store, told: Callable[[Progress], None] | None
    ) -> None:
        self.items, self.kept, self.told = items, kept, told
        self.done: dict[int, Done] = {}
        self.failed = 0
        self.start = time.monotonic()
        self.before = 0

    def left(self) -> list[int]:
        """Take over what an earlier run finished and return the positions of the rest."""
        for i, item in enumerate(self.items):
            if (found := self.kept.hash(item.key)) in self.kept.results:
                self.done[i] = Done(item.key, self.kept.results[found])
        self.before = len(self.done)
        return [i for i in range(len(self.items)) if i not in self.done]

    def take(self, at: int, outcome: _Outcome) -> None:
        """Keep an outcome and tell how far the work is."""
        key = self.items[at].key
        if outcome.failed:
            self.failed += 1
            self.done[at] = Done(key, None, outcome.failed)
        else:
            self.kept.keep(key, outcome.text)
            self.done[at] = Done(key, json.loads(outcome.text))
        self.tell()

    def tell(self) -> None:
        """Tell how far the work is."""
        if self.told:
            self.told(Progress(len(self.done), len(self.items), self.failed, self._seconds_left()))

    def _seconds_left(self) -> float | None:
        finished, left = len(self.done) - self.before, len(self.items) - len(self.done)
        if not left:
            return 0.0
        return (time.monotonic() - self.start) / finished * left if finished else None


Task = tuple[int, Any]


def _outcomes(
    tasks: Sequence[Task], do: Do, expected: Expected, workers: int
) -> Iterator[tuple[int, _Outcome]]:
    """Yield position and outcome of each task as they are finished."""
    if workers > 1:
        yield from _pooled(tasks, do, expected, workers)
        return
    for at, value in tasks:
        yield at, _attempt(do, expected, value)


def _attempt(do: Do, expected: Expected, value: Any) -> _Outcome:
    """Return the outcome of one item; runs in a worker."""
    try:
        return _Outcome(text=json.dumps(do(value), ensure_ascii=False, allow_nan=False))
    except expected as error:
        return _Outcome(failed=str(error) or type(error).__name__)
    except MemoryError:
        return _Outcome(failed=NO_MEMORY)
    except Exception:
        return _Outcome(fault=traceback.format_exc())


def _pooled(
    tasks: Sequence[Task], do: Do, expected: Expected, workers: int
) -> Iterator[tuple[int, _Outcome]]:
    """Yield outcomes of several processes; what was on when one of them died is tried again, each alone."""
    waiting = list(reversed(tasks))
    while waiting:
        suspects: list[Task] = []
        yield from _until_one_dies(waiting, suspects, do, expected, workers)
        for task in suspects:
            alone: list[Task] = []
            yield from _until_one_dies([task], alone, do, expected, 1)
            yield from ((at, _Outcome(failed=DIED)) for at, _ in alone)


def _until_one_dies(
    waiting: list[Task], suspects: list[Task], do: Do, expected: Expected, workers: int
) -> Iterator[tuple[int, _Outcome]]:
    """Yield outcomes; once a worker dies, put what was on into `suspects` and stop.

    Args:
        waiting: tasks, the next one last; those that are begun are taken away.
        suspects: is filled.
        do: see `run`.
        expected: see `run`.
        workers: processes.
    """
    from concurrent.futures import FIRST_COMPLETED, Future, wait
    from concurrent.futures.process import BrokenProcessPool

    with _processes(workers) as pool:
        running: dict[Future[_Outcome], Task] = {}
        while (waiting and not suspects) or running:
            while waiting and not suspects and len(running) < workers:
                task = waiting.pop()
                try:
                    running[pool.submit(_attempt, do, expected, task[1])] = task
                except BrokenProcessPool:
                    suspects.append(task)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task = running.pop(future)
                try:
                    yield task[0], future.result()
                except BrokenProcessPool:
                    suspects.append(task)


@contextmanager
def _processes(workers: int) -> Iterator[Any]:
    """Start workers, with one thread each and deaf to an interrupt, and end them whatever happens."""
    from joblib.externals.loky import ProcessPoolExecutor

    with warnings.catch_warnings():
        # it warns where it has no tool to look for children of a worker, and where a worker took much memory
        warnings.filterwarnings("ignore", module=r"joblib\.externals\.loky")
        pool = ProcessPoolExecutor(
            max_workers=workers,
            timeout=IDLE_SECONDS,
            env=ONE_THREAD,
            initializer=_bound,
            initargs=(os.getpid(),),
        )
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=True, kill_workers=True)
            raise
        pool.shutdown(wait=True)


def _bound(parent: int) -> None:
    """Bind a worker to the process that started it: it ends with that one, which alone hears an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process once its parent is gone: a parent that was killed could not say so."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)


def failures(done: Iterable[Done]) -> tuple[Done, ...]:
    """Return the items without a result, in their order."""
    return tuple(each for each in done if each.failed)

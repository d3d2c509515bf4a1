"""Times jobs in turn in one run and prints a markdown table; every other script of this folder uses it."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Job:
    """One way to do the same work."""

    name: str
    run: Callable[[], Any]
    share: float = 1.0
    """The part of the whole work that one run does; the time is divided by it (and marked as scaled)."""
    timed: bool = False
    """The run measures itself and returns its seconds."""


def sizes(*usual: int) -> list[int]:
    """Return the numbers of cases from the command line, or the usual ones."""
    return [int(float(each)) for each in sys.argv[1:]] or list(usual)


def compare(title: str, ours: Job, *peers: Job, repetitions: int = 5) -> None:
    """Run all jobs in turn, several times, and print their medians and how much faster ours is."""
    jobs = (ours, *peers)
    seconds: dict[str, list[float]] = {job.name: [] for job in jobs}
    for _ in range(repetitions):
        for job in jobs:
            begin = time.perf_counter()
            told = job.run()
            passed = told if job.timed else time.perf_counter() - begin
            seconds[job.name].append(passed / job.share)
    own = median(seconds[ours.name])
    print(f"\n{title}\n\n| {'way':<52} |  median ms |    best ms | times ours |")
    print(f"|{'-' * 54}|{'-' * 11}:|{'-' * 11}:|{'-' * 11}:|")
    for job in jobs:
        middle, scaled = median(seconds[job.name]), " (scaled)" if job.share < 1 else ""
        print(
            f"| {job.name + scaled:<52} | {1e3 * middle:10.2f} | {1e3 * min(seconds[job.name]):10.2f} "
            f"| {middle / own:10.2f} |",
            flush=True,
        )


PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "statsmodels",
    "dcurves",
    "scikit-survival",
    "lifelines",
    "pycocotools",
    "faster-coco-eval",
    "polars",
    "pypdfium2",
    "rapidfuzz",
    "pypdf",
    "pdfminer.six",
)
"""On whose versions figures depend, where they are installed."""


def machine() -> str:
    """Return what the figures depend on."""
    found = (f"{name} {version(name)}" for name in PACKAGES if installed(name))
    cores = f"{platform.machine()}, {os.cpu_count()} cores"
    return ", ".join((cores, f"Python {platform.python_version()}", *found))


def installed(package: str) -> bool:
    """Return whether a Python package is installed, by the name under which it is published."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def peer(package: str) -> bool:
    """Return whether a peer is installed, and say so where it is not."""
    if not installed(package):
        print(f"\n{package} is not installed here; left out")
        return False
    return True


def risks(cases: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes (bool, 30 %) and predicted risks; a tenth of them printed with three decimals, so they tie."""
    rng = np.random.default_rng(seed)
    outcome = rng.random(cases) < 0.3
    risk = 1 / (1 + np.exp(-(rng.normal(size=cases) + 1.2 * outcome - 0.8)))
    risk[: cases // 10] = risk[: cases // 10].round(3)
    return outcome, risk


def in_r(name: str, package: str, program: str, *columns: np.ndarray) -> list[Job]:
    """Return a job that runs an R program; none (and say so) where R or its package is missing.

    The program finds the columns as `x` (a list) and prints the seconds of the work alone, so that starting R
    and reading the data are not counted.
    """
    if shutil.which("Rscript") is None or not _has(package):
        print(f"\nR with {package} is not installed here; left out")
        return []

    def run() -> float:
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder) / "columns.bin"
            data.write_bytes(b"".join(each.astype(float).tobytes() for each in columns))
            reading = (
                f'f <- file("{data.as_posix()}", "rb"); x <- lapply(1:{len(columns)}, '
                f'function(i) readBin(f, "double", {len(columns[0])})); close(f)\n'
                f"suppressMessages(library({package}))\n"
            )
            timed = f"t <- proc.time()[[3]]\n{program}\ncat(proc.time()[[3]] - t)\n"
            script = Path(folder) / "job.R"
            script.write_text(reading + timed, encoding="utf-8")
            done = subprocess.run(
                ["Rscript", "--vanilla", str(script)], capture_output=True, text=True, check=True
            )
        return float(json.loads(done.stdout.split()[-1]))

    return [Job(name, run, timed=True)]


def _has(package: str) -> bool:
    asked = [
        "Rscript",
        "--vanilla",
        "-e",
        f'quit(status = !requireNamespace("{package}", quietly = TRUE))',
    ]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0

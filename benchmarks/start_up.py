"""Times whole processes: `checker --help`, `--version`, `validate` and `check` against a bare typer program's --help.

Usage: python benchmarks/start_up.py [repetitions]
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STUDY = ROOT / "examples/indian_liver_patients/study.yaml"
BARE = """
import typer
app = typer.Typer()

@app.command()
def one(name: str, count: int = 1) -> None:
    \"\"\"Say it.\"\"\"

@app.command()
def two(name: str) -> None:
    \"\"\"Say it once more.\"\"\"

app()
"""


def seconds(command: list[str], repetitions: int) -> float:
    """Return the median time of the whole process."""
    times = []
    for _ in range(repetitions):
        begun = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        checker = [sys.executable, "-m", "checker"]
        jobs = {
            "a bare typer program, --help": [sys.executable, str(bare), "--help"],
            "checker --help": [*checker, "--help"],
            "checker --version": [*checker, "--version"],
            "checker validate (the example)": [*checker, "validate", str(STUDY)],
            "checker check -o report.json (the example)": [
                *checker,
                "check",
                str(STUDY),
                "-o",
                f"{folder}/report.json",
                "--format",
                "json",
            ],
        }
        for command in jobs.values():
            seconds(command, 1)  # once, so that compiled files and disk caches are there
        found = {name: seconds(command, repetitions) for name, command in jobs.items()}
    base = found["a bare typer program, --help"]
    print("| command | median s | times the bare program |\n|---|---|---|")
    for name, each in found.items():
        print(f"| {name} | {each:.3f} | {each / base:.2f} |")


if __name__ == "__main__":
    main()

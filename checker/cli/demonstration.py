"""The command `demo`."""

from pathlib import Path

from checker.cli import console, outputs
from checker.cli.checking import say_written
from checker.cli.ending import DONE, Ending

EXAMPLE = "indian_liver_patients"
FILES = tuple(Path("out") / f"report.{suffix}" for suffix in ("html", "pdf", "json"))


def demo() -> Ending:
    """Check the example that ships inside, and write the report to out/."""
    from checker import pipeline, resources
    from checker.render import to_terminal

    study = resources.folder("examples") / EXAMPLE / "study.yaml"
    with console.working("Checking the example"):
        report = pipeline.check(study)
        written = outputs.write_all(report, FILES)
    width, colour, unicode = console.screen()
    console.say(to_terminal(report, width=width, colour=colour, unicode=unicode))
    say_written(FILES, written)
    console.note(f"The study, its predictions and what was planted in it: {study.parent}")
    console.note("Your own: checker new my-study --task classification --from predictions.csv")
    return DONE

"""A table of ten million rows read and checked (encoding, every row complete, SHA-256), against polars alone."""

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
from timing import Job, compare, machine, sizes

from checker.reading.tables import labels, numbers, read_table

COLUMNS = ("id", "site", "label", "score")


def written(folder: str, rows: int) -> Path:
    """Write a table with an id, a site, a label and a score."""
    rng = np.random.default_rng(0)
    file = Path(folder) / "rows.csv"
    columns = {
        "id": pl.Series(np.arange(rows)).cast(pl.String).str.pad_start(9, "P"),
        "site": rng.choice(["A", "B", "C", "D"], rows),
        "label": rng.integers(0, 2, rows),
        "score": rng.random(rows).round(6),
    }
    pl.DataFrame(columns).write_csv(file)
    return file


def table(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = written(folder, rows)
        text = dict.fromkeys(COLUMNS, pl.String())
        compare(
            f"{rows:,} rows, {file.stat().st_size / 2**20:.0f} MB",
            Job("checker, the table read and checked", lambda: read_table(file, name="rows")),
            Job("polars, all columns as text", lambda: pl.read_csv(file, schema=text)),
            Job("polars, types of all columns guessed", lambda: pl.read_csv(file)),
            Job("polars, two columns", lambda: pl.read_csv(file, columns=["site", "score"])),
            repetitions=5,
        )
        read = read_table(file, name="rows")
        numbered = pl.read_csv(file, schema=text)
        compare(
            f"Columns of this table, {rows:,} rows",
            Job("checker, a column of numbers", lambda: numbers(read, "score")),
            Job(
                "polars, a column of text as numbers",
                lambda: numbered["score"].cast(pl.Float64),
            ),
            Job("checker, a column of ids", lambda: labels(read, "id")),
            Job("polars, distinct ids counted", lambda: numbered["id"].n_unique()),
            repetitions=3,
        )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(10_000_000):
        table(size)

"""The command line: the only place that prints, writes files and exits; one file per command."""

from checker.cli.starting import main, run

__all__ = ["main", "run"]

"""The command line: the only place that prints, writes files and exits; one file per command."""

from checker.cli.app import main, run

__all__ = ["main", "run"]

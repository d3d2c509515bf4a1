"""The sub-commands of `metrics`, one file per task."""

"""Fills a journal's official Word form: its rows are found by item, the place is written, nothing else is touched."""

"""Finds an installed Chromium, Chrome or Edge and lets it print a page, where WeasyPrint cannot."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

CHOSEN = "CHECKER_BROWSER"
"""The environment variable that names the browser to use."""
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
MAC = (
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
WINDOWS = (
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"Microsoft\Edge\Application\msedge.exe",
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
"""A page of ours asks for nothing; these keep the browser itself from the network."""
SECONDS = 90


def find_browser(
    environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> str | None:
    """Return the path of an installed browser, or None; the one that CHECKER_BROWSER names goes first, and alone."""
    environment = os.environ if environment is None else environment
    if chosen := environment.get(CHOSEN):
        return shutil.which(chosen, path=environment.get("PATH", ""))
    for name in NAMES:
        if found := shutil.which(name, path=environment.get("PATH", "")):
            return found
    return next((place for place in _places(environment, platform) if Path(place).is_file()), None)


def _places(environment: Mapping[str, str], platform: str) -> Iterator[str]:
    if platform == "darwin":
        folders = ("/Applications", f"{environment.get('HOME', '')}/Applications")
        yield from (f"{folder}/{name}" for folder in folders for name in MAC)
    if platform == "win32":
        roots = (
            environment.get(key) for key in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        )
        yield from (rf"{root}\{name}" for root in roots if root for name in WINDOWS)


def print_page(browser: str, page: Path, pdf: Path, environment: Mapping[str, str]) -> str:
    """Let the browser print the page; return an empty text, or why there is no PDF."""
    profile = page.parent / "profile"
    command = [browser, *FLAGS, *_as_root(), f"--user-data-dir={profile}"]
    command += [f"--print-to-pdf={pdf}", page.as_uri()]
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=SECONDS, env=dict(environment)
        )
    except subprocess.TimeoutExpired:
        return f"{browser} did not finish within {SECONDS} seconds"
    except OSError as failed:
        return f"{browser} could not be started: {failed}"
    if done.returncode or not pdf.is_file():
        return f"{browser} ended with code {done.returncode} and without a PDF"
    return ""


def _as_root() -> tuple[str, ...]:
    """Return the flag without which Chromium refuses to run as root."""
    return ("--no-sandbox",) if getattr(os, "geteuid", lambda: 1)() == 0 else ()

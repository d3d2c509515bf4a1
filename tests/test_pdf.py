"""The PDF: tagged, the same bytes twice, with its attachment; and what happens where it cannot be made."""

import importlib.util
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path, PureWindowsPath
from types import ModuleType

import pikepdf
import pytest

from checker.errors import OutputFailed
from checker.render import browser, pdf_child, to_json
from checker.render.to_pdf import Pdf, to_pdf

pdf_module = sys.modules["checker.render.to_pdf"]


def _loaded(name: str) -> ModuleType:
    file = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


samples = _loaded("report_sample")


@cache
def made(name: str) -> Pdf:
    return to_pdf(getattr(samples, name)())


def _weasyprint_works() -> bool:
    try:
        import weasyprint  # noqa: F401  # only whether its libraries are there
    except OSError:
        return False
    return True


needs_weasyprint = pytest.mark.skipif(
    not _weasyprint_works(), reason="the libraries of WeasyPrint are not installed here"
)


@needs_weasyprint
def test_the_pdf_is_tagged_titled_and_in_a_language(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(made("sample").content)
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.docinfo["/Title"]).startswith("Two logistic models for liver disease")
        with pdf.open_metadata() as metadata:
            assert metadata.get("pdfuaid:part") == "1"
        with pdf.open_outline() as outline:
            assert any("What contradicts" in each.title for each in outline.root[0].children)
        assert list(pdf.attachments) == ["report.json"]
        attached = pdf.attachments["report.json"].get_file().read_bytes()
    assert attached.decode("utf-8") == to_json(samples.sample())


@needs_weasyprint
def test_figures_have_their_text_alternative_in_the_pdf(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(made("sample").content)
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        found = {
            str(each.get("/Alt"))
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/Figure"
        }
    assert any(each.startswith("ROC curve") for each in found)
    assert len(found) >= 5


@needs_weasyprint
def test_the_pdf_uses_our_font_and_its_pages_are_a4(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(made("sample").content)
    with pikepdf.open(tmp_path / "x.pdf") as pdf:
        fonts = {
            str(each.BaseFont)
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"
        }
        assert fonts
        assert all("Inter" in each for each in fonts)
        for each in pdf.pages:
            assert [round(float(x)) for x in each.MediaBox] == [0, 0, 595, 842]


@needs_weasyprint
def test_the_same_report_gives_the_same_pdf() -> None:
    assert to_pdf(samples.sample()) == made("sample")


@needs_weasyprint
@pytest.mark.parametrize("name", ["hostile", "empty"])
def test_any_report_becomes_a_pdf(name: str) -> None:
    pdf = made(name)
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.note == ""


# Where it cannot be made


def _program(file: Path, text: str) -> str:
    file.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8", newline="\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


def _child(monkeypatch: pytest.MonkeyPatch, file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(pdf_child, "__file__", str(file))


FAILURES = {
    "a library is missing": ("import sys; sys.exit(4)", "a library of WeasyPrint is missing"),
    "the process dies": ("import os; os.abort()", "WeasyPrint ended with code"),
    "it raises": ("raise ValueError('bad page')", "ValueError: bad page"),
    "it writes nothing": ("", "WeasyPrint ended with code 0"),
}


@pytest.mark.parametrize(("child", "why"), FAILURES.values(), ids=FAILURES)
def test_without_weasyprint_and_browser_one_sentence_says_what_to_install(
    child: str, why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _child(monkeypatch, tmp_path / "child.py", child)
    monkeypatch.setattr(pdf_module, "find_browser", lambda: None)
    with pytest.raises(OutputFailed) as failed:
        to_pdf(samples.empty())
    assert "libpango-1.0-0" in str(failed.value)
    assert "Chromium" in str(failed.value)
    assert why in str(failed.value)
    assert "\n" not in str(failed.value)


WAITING = """
import sys, threading, time
from pathlib import Path
spec = __import__("importlib.util").util.spec_from_file_location("pdf_child", {child!r})
pdf_child = __import__("importlib.util").util.module_from_spec(spec)
spec.loader.exec_module(pdf_child)
threading.Thread(target=pdf_child._end_with_parent, daemon=True).start()
Path({ready!r}).write_text(str(__import__("os").getpid()))
time.sleep(60)
"""
MAKING = """
import sys
from checker.cli import starting
from checker.render import pdf_child
to_pdf = sys.modules["checker.render.to_pdf"]
pdf_child.__file__ = {child!r}
to_pdf._write = lambda *_: None
starting.run = lambda _: to_pdf.page_to_pdf("")
starting.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows ends programs in another way")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_who_is_stopped_leaves_no_child_and_no_files(number: int, tmp_path: Path) -> None:
    child, ready, temporary = (tmp_path / name for name in ("child.py", "ready", "temporary"))
    child.write_text(WAITING.format(child=pdf_child.__file__, ready=str(ready)), encoding="utf-8")
    temporary.mkdir()
    parent = subprocess.Popen(
        [sys.executable, "-c", MAKING.format(child=str(child))],
        env=os.environ | {"TMPDIR": str(temporary)},
        cwd=Path(__file__).parent.parent,
        stderr=subprocess.DEVNULL,
    )
    assert _soon(lambda: ready.exists() and ready.read_text(encoding="utf-8"))
    parent.send_signal(number)
    assert parent.wait(timeout=30) in (-signal.SIGKILL, 128 + number)
    assert _soon(lambda: not _lives(int(ready.read_text(encoding="utf-8"))))
    assert number == signal.SIGKILL or list(temporary.iterdir()) == []


def _soon(happened: Callable[[], object]) -> bool:
    """Wait until it happened; whether it did within half a minute."""
    return any(happened() or time.sleep(0.05) for _ in range(600))


def _lives(number: int) -> bool:
    """Whether there is a process of this number that has not ended (one that nobody waits for has)."""
    try:
        os.kill(number, 0)
        status = Path(f"/proc/{number}/stat")
        return not status.exists() or status.read_text(encoding="utf-8").split()[2] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.skipif(os.name == "nt", reason="a program of one text file is a matter of POSIX")
def test_without_weasyprint_a_browser_prints_and_the_note_says_what_is_lost(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _child(monkeypatch, tmp_path / "child.py", "import sys; sys.exit(4)")
    text = (
        "import sys, pathlib\n"
        "flags = dict(each.partition('=')[::2] for each in sys.argv[1:])\n"
        "assert pathlib.Path(flags['--user-data-dir']).parent.is_dir()\n"
        "assert sys.argv[-1].startswith('file:')\n"
        "pathlib.Path(flags['--print-to-pdf']).write_bytes(b'%PDF-fake')\n"
    )
    monkeypatch.setenv(browser.CHOSEN, _program(tmp_path / "surfer", text))
    pdf = to_pdf(samples.empty())
    assert pdf.content == b"%PDF-fake"
    assert "printed by surfer" in pdf.note
    assert "not PDF/UA" in pdf.note
    assert "nothing is attached" in pdf.note


@pytest.mark.skipif(os.name == "nt", reason="a program of one text file is a matter of POSIX")
def test_a_browser_that_fails_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _child(monkeypatch, tmp_path / "child.py", "import sys; sys.exit(4)")
    monkeypatch.setenv(browser.CHOSEN, _program(tmp_path / "surfer", "import sys; sys.exit(7)"))
    with pytest.raises(OutputFailed, match=r"surfer ended with code 7 and without a PDF"):
        to_pdf(samples.empty())


def test_the_chosen_browser_goes_first_and_alone(tmp_path: Path) -> None:
    other = {browser.CHOSEN: str(tmp_path / "nothing"), "PATH": os.environ.get("PATH", "")}
    assert browser.find_browser(other) is None


def test_browsers_are_looked_for_where_each_system_has_them() -> None:
    windows = list(browser._places({"PROGRAMFILES": r"C:\Program Files"}, "win32"))
    assert PureWindowsPath(r"C:\Program Files\Microsoft\Edge\Application\msedge.exe") in map(
        PureWindowsPath, windows
    )
    mac = list(browser._places({"HOME": "/Users/ana"}, "darwin"))
    assert "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" in mac
    assert list(browser._places({}, "linux")) == []


def test_the_browser_is_kept_from_the_network() -> None:
    assert "--disable-background-networking" in browser.FLAGS
    assert any(each.startswith("--host-resolver-rules") for each in browser.FLAGS)


# What a page may fetch


@needs_weasyprint
@pytest.mark.parametrize(
    "address",
    ["https://x.example/a.png", "file:///etc/passwd", "file://host/share/a.png", "ftp://x/a"],
)
def test_nothing_outside_the_report_is_fetched(address: str, tmp_path: Path) -> None:
    fetcher = pdf_child._only_ours(tmp_path)
    with pytest.raises(ValueError, match="was not fetched"):
        fetcher(address)


@needs_weasyprint
def test_our_fonts_may_be_fetched_and_nothing_beside_them(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / "a.ttf").write_bytes(b"font")
    (tmp_path / "secret").write_bytes(b"secret")
    fetcher = pdf_child._only_ours(tmp_path / "fonts")
    response = fetcher((tmp_path / "fonts" / "a.ttf").as_uri())
    assert response.read() == b"font"
    response.close()
    with pytest.raises(ValueError, match="was not fetched"):
        fetcher(f"{(tmp_path / 'fonts').as_uri()}/../secret")

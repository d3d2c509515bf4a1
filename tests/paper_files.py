"""Makes papers for tests: invented sentences, printed as PDF in two hyphenated columns, or in lines with numbers."""

import random
import textwrap
from html import escape
from pathlib import Path
from typing import NamedTuple

NOUNS = """
annotator architecture attenuation biopsy carcinoma cirrhosis comparator consultant contrast coordinator
discrimination enhancement fibrosis generalisability hepatologist histopathology institution interpretation
lesion magnetic-resonance measurement normalisation observer parenchyma pathologist perfusion preprocessing
radiologist reconstruction reference registration scanner segmentation specimen steatosis surveillance
transplantation ultrasound uncertainty validation vasculature volumetry
"""
VERBS = """
adjudicated annotated anonymised calibrated characterised compared contradicted delineated demonstrated
documented enrolled estimated excluded identified independently-reviewed interpolated misclassified
outperformed overestimated predicted quantified randomised reconstructed recalculated resampled segmented
standardised stratified summarised transferred underestimated validated
"""
OTHERS = """
consecutive experienced first-line high-risk independent intermediate multicentre non-invasive preoperative
prospective retrospective representative symptomatic well-differentiated contrast-enhanced state-of-the-art
"""
LINKS = """
after because before during in of to under whereas while with without
"""
SECTIONS = ("Introduction", "Methods", "Results", "Discussion")


class Paper(NamedTuple):
    """Sections with their paragraphs, each a list of sentences."""

    sections: dict[str, list[list[str]]]

    @property
    def sentences(self) -> list[str]:
        return [each for parts in self.sections.values() for part in parts for each in part]


def paper(paragraphs: int, seed: int = 1) -> Paper:
    """Return a paper of four sections; no two of its sentences are alike."""
    rng = random.Random(seed)
    made = [[sentence(rng) for _ in range(rng.randint(4, 7))] for _ in range(paragraphs)]
    each = -(-paragraphs // len(SECTIONS))
    return Paper({name: made[i * each : (i + 1) * each] for i, name in enumerate(SECTIONS)})


def sentence(rng: random.Random) -> str:
    words: list[str] = []
    for clause in range(rng.randint(2, 4)):
        if clause:
            words.append(rng.choice(LINKS.split()))
        words += [
            "the",
            rng.choice(OTHERS.split()),
            rng.choice(NOUNS.split()),
            rng.choice(VERBS.split()),
        ]
        match rng.randint(0, 5):
            case 0:
                words.append(f"{rng.randint(11, 99)} of {rng.randint(100, 999)} patients")
            case 1:
                words.append(
                    f"(AUROC 0.{rng.randint(600, 999)}, 95% CI 0.51–0.{rng.randint(60, 99)})"
                )
            case 2:
                words.append(f"a difference of −0.{rng.randint(100, 999)}")
            case 3:
                words.append(
                    f"the “{rng.choice(NOUNS.split())}’s” efficient {rng.choice(NOUNS.split())}"
                )
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


STYLE = """
@page { size: A4; margin: 22mm 18mm;
  @top-center { content: "Doe et al.: Deep learning of liver lesions" }
  @bottom-right { content: "Page " counter(page) " of " counter(pages) } }
body { font: 9pt "Inter", "DejaVu Sans", sans-serif; }
h2 { font-size: 12pt } h3 { font-size: 9.6pt }
"""
COLUMNS = "body { columns: 2; column-gap: 8mm; hyphens: auto; text-align: justify }"
NUMBERED = """
body { counter-reset: line; margin-left: 12mm; font-size: 10pt }
div { position: relative; white-space: pre; line-height: 1.6 }
div::before { counter-increment: line; content: counter(line); position: absolute; left: -10mm; color: grey }
"""


def two_columns(path: Path, of: Paper) -> Path:
    """Write a PDF in two hyphenated columns, with a running header and the number of each page."""
    return _write(path, STYLE + COLUMNS, "".join(_paragraphs(of)))


def _paragraphs(of: Paper):
    for name, parts in of.sections.items():
        yield f"<h2>{name}</h2>"
        for i, part in enumerate(parts):
            if i % 6 == 3:
                yield f"<h3>{name} of part {chr(97 + i // 6 % 26)}</h3>"
            yield f"<p>{escape(' '.join(part))}</p>"


def numbered_lines(path: Path, of: Paper, *, side: str = "left") -> Path:
    """Write a PDF in lines of one column, each with its number in the margin, as reviewers get it."""
    lines: list[str] = []
    for name, parts in of.sections.items():
        lines.append(f"<b>{name}</b>")
        for part in parts:
            lines += map(escape, textwrap.wrap(" ".join(part), 70))
    style = NUMBERED if side == "left" else NUMBERED.replace("left: -10mm", "right: -4mm")
    return _write(path, STYLE + style, "".join(f"<div>{each}</div>" for each in lines))


def _write(path: Path, style: str, body: str) -> Path:
    from weasyprint import HTML

    page = f'<html lang="en"><head><style>{style}</style></head><body>{body}</body></html>'
    HTML(string=page).write_pdf(path)
    return path


def word(path: Path, of: Paper) -> Path:
    """Write a Word document with styles of headings."""
    import docx

    made = docx.Document()
    made.add_heading("Deep learning of liver lesions", 0)
    for name, parts in of.sections.items():
        made.add_heading(name, 1)
        for part in parts:
            made.add_paragraph(" ".join(part))
    made.save(str(path))
    return path


def markdown(path: Path, of: Paper) -> Path:
    """Write Markdown with wrapped lines and emphasis."""
    lines = ["# Deep learning of liver lesions"]
    for name, parts in of.sections.items():
        lines += ["", f"## {name}"]
        for part in parts:
            text = (
                " ".join(part)
                .replace("the ", "the *", 1)
                .replace(" ", "* ", 2)
                .replace("* ", " ", 1)
            )
            lines += ["", *textwrap.wrap(text, 72)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def plain(path: Path, of: Paper) -> Path:
    """Write plain text with wrapped lines and blank lines between paragraphs."""
    lines: list[str] = []
    for number, (name, parts) in enumerate(of.sections.items(), start=1):
        lines += [f"{number} {name.upper()}", ""]
        for part in parts:
            lines += [*textwrap.wrap(" ".join(part), 72), ""]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path

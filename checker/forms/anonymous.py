"""Takes names out of a Word file that is handed in anonymously: its properties, and who changed or commented."""

import re

from checker.forms.package import Package, without_thumbnail

NOBODY = b"Author"
"""Stands for every name; Word itself writes it so."""
PROPERTIES = re.compile(
    rb"(<(?:[\w.-]+:)?(creator|lastModifiedBy|description|keywords|subject|category|Company|Manager|Template|HyperlinkBase)"
    rb"\b[^>]*>)[^<]*(</)"
)
_FILE = re.compile(rb"(\bTarget\s*=\s*)(\"file:[^\"]*\"|'file:[^']*')", re.I)
"""A link to a file of one machine, such as the template of who saved the form."""
_TAG = re.compile(rb"<[^<>]+>")
_CUSTOM = re.compile(rb"(<vt:(?:lpwstr|lpstr|bstr)\b[^>]*>)[^<]*(</)")
_NAMES = re.compile(
    rb"(\s(?:[\w.-]+:)?(?:author|initials|userId|providerId)\s*=\s*)(\"[^\"]*\"|'[^']*')"
)


def without_names(package: Package, parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return the parts that change when names go: of those given, and of all others that hold names.

    Args:
        package: the form.
        parts: what is changed already, by the name of the part.

    Raises:
        BadSubmission: a part is too large, or damaged.
    """
    changed = dict(parts)
    for name in package.names():
        if name.startswith("docProps/thumbnail"):
            changed[name] = b""  # a picture of the first page as somebody had filled it
        if not name.endswith((".xml", ".rels")):
            continue
        before = parts.get(name) or package.part(name)
        after = _without(name, before)
        if after != before or name in parts:
            changed[name] = after
    return changed


def _without(name: str, part: bytes) -> bytes:
    if name.startswith("docProps/custom"):
        return _CUSTOM.sub(rb"\g<1>\g<2>", part)
    if name.startswith(("docProps/", "customXml/")):
        return PROPERTIES.sub(rb"\g<1>\g<3>", part)
    if name.endswith(".rels"):
        part = without_thumbnail(part) if name == "_rels/.rels" else part
        return _FILE.sub(rb'\g<1>"Normal.dotm"', part)
    if name.startswith("word/") and name.endswith(".xml"):
        return _TAG.sub(lambda tag: _NAMES.sub(rb'\g<1>"' + NOBODY + b'"', tag[0]), part)
    return part

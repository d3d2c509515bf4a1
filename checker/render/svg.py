"""A drawing made fit to stand inside a page: ids of its own, no fixed size, a title and a description."""

import re
from html import escape

from checker.render.cleaned import without_controls

FONTS = "Inter, Segoe UI, Helvetica Neue, Arial, sans-serif"
FAMILY = re.compile(r" font-family: [^;\"]*;")
STYLE = re.compile(r"<style.*?</style>\s*", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
ID = re.compile(r'(\sid="|\shref="#|url\(#)')


def inline(svg: str, name: str, title: str, description: str) -> str:
    """Return the drawing as an element of a page, every id in it beginning with `name`.

    Its two labelled by-lines are what a screen reader says in its place. The font comes from the page.
    """
    body = svg[svg.index("<svg") :]
    opening, _, rest = body.partition(">")
    box = re.search(r'viewBox="([^"]+)"', opening)
    if box is None:
        raise ValueError("the drawing has no viewBox")
    rest = STYLE.sub("", rest, count=1)
    rest = TAG.sub(lambda tag: _own(tag.group(), name), rest)
    head = (
        f'<svg viewBox="{box.group(1)}" stroke-linejoin="round" font-family="{FONTS}" '
        f'role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(without_controls(title))}</title>'
        f'<desc id="{name}-desc">{escape(without_controls(description))}</desc>'
    )
    return head + re.sub(r"\n\s*", "\n", rest).strip()


def _own(tag: str, name: str) -> str:
    tag = tag.replace("xlink:href=", "href=")
    tag = FAMILY.sub("", tag)
    return ID.sub(rf"\g<1>{name}-", tag)

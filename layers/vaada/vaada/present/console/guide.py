"""The guide: its pages in Markdown, one set for each language."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markupsafe import Markup

GUIDE = Path(__file__).parents[1] / "guide"
PAGES = (
    "a-day",
    "a-promise",
    "a-complaint",
    "mail",
    "the-report",
    "campaigns",
    "parting",
    "the-rules",
)
"""The pages in reading order. The English ones are also in the repository's documentation."""

PICTURES = "/desk/help/pictures"
"""The path under which the console shows the pictures of the guide."""

ABOUT = {
    "/desk/": "a-day",
    "/desk/contacts/new": "a-day",
    "/desk/promises": "a-promise",
    "/desk/surveys": "a-complaint",
    "/desk/report": "the-report",
    "/desk/relationships": "parting",
    "/desk/campaigns": "campaigns",
    "/desk/policy": "the-rules",
    "/desk/messages": "mail",
}
"""Which page of the guide is about each navigation entry."""

_ENGLISH = "en"


class GuidePage(NamedTuple):
    """A page of the guide. Its `language` is English if there is no translation."""

    name: str
    title: str
    language: str
    html: "Markup"


@cache
def guide_page(name: str, language: str) -> GuidePage:
    """Return a page in this language. Its pictures point to those of the console."""
    from markdown_it import MarkdownIt
    from markupsafe import Markup

    file = GUIDE / language / f"{name}.md"
    if not file.exists():
        language, file = _ENGLISH, GUIDE / _ENGLISH / f"{name}.md"
    markdown = MarkdownIt("commonmark", {"html": False})
    _, title, _, *tokens = markdown.parse(file.read_text(encoding="utf-8"))
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                child.attrs["src"] = f"{PICTURES}/{Path(str(child.attrs['src'])).stem}"
    html = markdown.renderer.render(tokens, markdown.options, {})
    # The pages are our own files, and the parser escapes what looks like HTML in them.
    return GuidePage(name, title.content, language, Markup(html))  # noqa: S704  # nosec B704


def picture(name: str) -> bytes | None:
    """Return a picture of the guide (WebP), or None if there is none with this name."""
    file = GUIDE / "pictures" / f"{name}.webp"
    return file.read_bytes() if file.exists() else None

"""Render templates. HTML templates escape all values, text templates do not."""

from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vaada.present.i18n import Words
from vaada.present.relative_time import capitalize_first
from vaada.present.sanitize import isolate, line, lines

TEMPLATES = Path(__file__).parent / "templates"


def html(template: str, words: Words, **values: object) -> str:
    """Render an HTML template in this language."""
    return _environment(words, escape=True).get_template(template).render(words=words, **values)


def text(template: str, words: Words, **values: object) -> str:
    """Render a plain-text template in this language."""
    return _environment(words, escape=False).get_template(template).render(words=words, **values)


@cache
def _environment(words: Words, *, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=escape,  # noqa: S701  # nosec B701 # only off for plain text
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    catalogue = words.catalogue
    # The i18n extension adds this method; Jinja's types do not include it.
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["bdi"] = _bdi
    environment.filters["isolate"] = lambda value: isolate(value, words.direction)
    environment.filters["line"] = line
    environment.filters["lines"] = lines
    environment.filters["capitalize_first"] = capitalize_first
    environment.filters["mailto"] = _mailto
    return environment


def _mailto(address: str) -> str:
    return f"mailto:{quote(line(address), safe='@')}"


def _bdi(name: str) -> Markup:
    """Return the name in a <bdi> tag, so that right-to-left names do not reorder the line."""
    return Markup("<bdi>{}</bdi>").format(line(name))

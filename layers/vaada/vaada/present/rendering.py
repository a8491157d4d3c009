"""Templates: HTML ones escape whatever is put into them, text ones never do."""

from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from vaada.present.i18n import Words
from vaada.present.relative_time import sentence
from vaada.present.sanitize import isolate, line, lines

TEMPLATES = Path(__file__).parent / "templates"


def html(template: str, words: Words, **values: object) -> str:
    """An HTML template, in these words."""
    return _environment(words, escape=True).get_template(template).render(words=words, **values)


def text(template: str, words: Words, **values: object) -> str:
    """A plain-text template, in these words."""
    return _environment(words, escape=False).get_template(template).render(words=words, **values)


@cache
def _environment(words: Words, *, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=escape,  # noqa: S701  # nosec B701 # off for plain text only, where there is nothing to escape
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    catalogue = words.catalogue
    # The extension adds this method; Jinja's types do not know it.
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.filters["bdi"] = _bdi
    environment.filters["isolate"] = lambda value: isolate(value, words.direction)
    environment.filters["line"] = line
    environment.filters["lines"] = lines
    environment.filters["sentence"] = sentence
    environment.filters["mailto"] = _mailto
    return environment


def _mailto(address: str) -> str:
    return f"mailto:{quote(line(address), safe='@')}"


def _bdi(name: str) -> Markup:
    """The name in a tag that keeps it from reordering the line around it."""
    return Markup("<bdi>{}</bdi>").format(line(name))

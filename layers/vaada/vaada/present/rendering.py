"""Render templates. HTML templates escape all values; text templates do not.

Jinja is imported with the first template: most functions render none, most of the time.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from vaada.present.greetings import is_greetable
from vaada.present.i18n import Words, words
from vaada.present.sanitize import isolate, line, lines, shorten_to

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from markupsafe import Markup

_SHORT = 70  # characters
TEMPLATES = Path(__file__).parent / "templates"


def html(template: str, words: Words, **values: object) -> str:
    """Render an HTML template in this language."""
    return _environment(words, escape=True).get_template(template).render(words=words, **values)


def text(template: str, words: Words, **values: object) -> str:
    """Render a plain-text template in this language."""
    return _environment(words, escape=False).get_template(template).render(words=words, **values)


def prepare() -> None:
    """Import Jinja and prepare its environment now, so that the first page does not wait for it."""
    _environment(words("en"), escape=True)


@cache
def _environment(words: Words, *, escape: bool) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=escape,  # noqa: S701  # nosec B701 # only off for plain text
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_compiled(escape),
    )
    catalogue = words.catalogue
    # The i18n extension adds this method; Jinja's types do not include it.
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.tests["greetable"] = is_greetable
    environment.filters["bdi"] = _bdi
    environment.filters["isolate"] = lambda value, own="auto": isolate(value, words.direction, own)
    environment.filters["line"] = line
    environment.filters["lines"] = lines
    environment.filters["short"] = lambda value: shorten_to(value, _SHORT)
    environment.filters["capitalize_first"] = _capitalize_first
    environment.filters["mailto"] = _mailto
    environment.filters["fill"] = _fill
    return environment


@cache
def _compiled(_escape: bool) -> "BytecodeCache":
    """Return the compiled templates, which all languages share, because compiling takes most of the time."""
    from jinja2 import BytecodeCache
    from jinja2.bccache import Bucket

    class Compiled(BytecodeCache):
        def __init__(self) -> None:
            self.buckets: dict[str, Bucket] = {}

        def load_bytecode(self, bucket: Bucket) -> None:
            if known := self.buckets.get(bucket.key):
                bucket.code = known.code

        def dump_bytecode(self, bucket: Bucket) -> None:
            self.buckets[bucket.key] = bucket

    return Compiled()


def _fill(sentence: str, time: str) -> "Markup":
    """Return the sentence with the time in its gap, in bold."""
    from markupsafe import Markup, escape

    return escape(sentence) % {"time": Markup("<b>{}</b>").format(time)}


def _mailto(address: str) -> str:
    return f"mailto:{quote(line(address), safe='@')}"


def _bdi(name: str) -> "Markup":
    """Return the name in a <bdi> tag, so that right-to-left names do not reorder the line."""
    from markupsafe import Markup

    return Markup("<bdi>{}</bdi>").format(line(name))


def _capitalize_first(words: str) -> str:
    return words[:1].upper() + words[1:]

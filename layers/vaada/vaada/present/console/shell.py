"""What surrounds each page of the console: the navigation, the reader's name, the token of its forms."""

import hashlib
import json
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from vaada.present import rendering
from vaada.present.console.guide import ABOUT
from vaada.present.console.sentences import UNDOABLE, change_words, done_words
from vaada.present.i18n import Words, words
from vaada.present.languages import LANGUAGES
from vaada.present.times import Times
from vaada.present.translation_marks import _

_STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
}
_WORKER = "sw.js"
_HASH_LENGTH = 12


class Place(NamedTuple):
    """A navigation entry. `key` opens it after the key g."""

    path: str
    icon: str
    name: str  # English; translated when it is shown
    key: str
    for_managers: bool = False


PLACES = (
    Place("/desk/", "day", _("My day"), "d"),
    Place("/desk/customers", "person", _("Customers"), "c"),
    Place("/desk/promises", "promise", _("Promises"), "p"),
    Place("/desk/surveys", "star", _("Surveys"), "s"),
    Place("/desk/report", "chart", _("Report"), "r"),
    Place("/desk/people", "people", _("People"), "e"),
    Place("/desk/policy", "rules", _("Policy"), "y"),
    Place("/desk/relationships", "hand", _("Relationships"), "l", for_managers=True),
    Place("/desk/campaigns", "gift", _("Tips and invitations"), "t", for_managers=True),
    Place("/desk/messages", "email", _("Messages"), "m", for_managers=True),
    Place("/desk/setup", "check", _("Setup"), "u", for_managers=True),
)
"""The navigation entries in order: the day, customers, promises (p), surveys (s), the report (r), people (e),
the policy (y), relationships (l), tips and invitations (t), messages (m), setup (u). "Record a contact" and
"Find" stand beside it. A phone shows the first three in its bar, and the others under "Find"."""


class Shell(NamedTuple):
    """What each page shows about its reader. `token` is for forms, `here` is the navigation entry's path.

    `reader_key` tells readers of one browser apart, whose drafts it keeps.
    """

    business: str
    times: Times
    token: str
    here: str
    reader_name: str
    reader_key: str
    is_manager: bool
    single_keys: bool = True

    @property
    def words(self) -> Words:
        """The reader's language."""
        return self.times.words

    @property
    def help(self) -> str:
        """The page of the guide about this place, or the list of all."""
        return f"/desk/help/{ABOUT[self.here]}" if self.here in ABOUT else "/desk/help"


def page(name: str, shell: Shell, **values: object) -> str:
    """Return a page of the console, or a part of one."""
    places = [place for place in PLACES if shell.is_manager or not place.for_managers]
    return rendering.html(
        f"console/{name}.html",
        shell.words,
        shell=shell,  # nosec B604 # a value of the page, not a process
        times=shell.times,
        places=places,
        asset=asset_path,
        done_words=partial(done_words, catalogue=shell.words.catalogue),
        undoable=UNDOABLE,
        language_name=language_name,
        known_language=known_language,
        change_words=partial(change_words, catalogue=shell.words.catalogue),
        **values,
    )


def plain_page(name: str, language: str, business: str, **values: object) -> str:
    """Return a page for somebody who is not signed in, or whose page cannot be shown."""
    return rendering.html(
        f"console/{name}.html", words(language), business=business, asset=asset_path, **values
    )


def known_language(tag: str | None) -> str:
    """Return the name of the language of a tag, or the tag itself if we do not have that language."""
    return LANGUAGES.get((tag or "").partition("-")[0].lower(), tag or "")


def language_name(language: str) -> str:
    """Return the name of a language in that language: "اردو"."""
    return LANGUAGES[language]


class Asset(NamedTuple):
    """A static file. Its path contains a hash of its content, so that browsers can cache it for ever."""

    path: str
    type: str
    content: bytes


def asset_path(name: str) -> str:
    """Return the path of a static file."""
    return assets()[name].path


@cache
def assets() -> dict[str, Asset]:
    """Return all static files by name: our own, and htmx from its package."""
    files = [*_STATIC.iterdir(), _htmx()]
    return {file.name: _asset(file) for file in files}


def worker(away: str) -> str:
    """Return the service worker, which opens the console without a network; `away` is the page that it shows.

    It changes with the static files, so that a browser fetches them anew.
    """
    files = assets()
    paths = sorted(asset.path for name, asset in files.items() if name != _WORKER)
    known = {"ASSETS": paths, "AWAY": away, "VERSION": _digest("".join(paths).encode())}
    told = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in known.items())
    return told + files[_WORKER].content.decode()


def _asset(file: Path) -> Asset:
    content = file.read_bytes()
    digest = _digest(content)
    return Asset(f"/desk/static/{digest}/{file.name}", _TYPES[file.suffix], content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]


def _htmx() -> Path:
    # The package is for Django, which is not needed for this file. It is found without being imported.
    spec = find_spec("django_htmx")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("django_htmx")
    return Path(spec.origin).parent / "static" / "django_htmx" / "htmx-4.min.js"

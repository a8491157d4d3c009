"""Greet by name, if it is a name: forms and imports contain marks and placeholders instead."""

import unicodedata

from vaada.model.folding import fold
from vaada.present.i18n import Words, words
from vaada.present.sanitize import isolate
from vaada.present.view_models import Personal

# Folded: in lower case, with one space for any marks.
_PLACEHOLDERS = frozenset(
    {
        *("null", "none", "undefined", "n a", "unknown", "anonymous", "no name", "noname"),
        *("test", "testing", "test test", "test user", "test customer", "test name", "tester", "asdf", "xxx"),
        *("name", "first name", "firstname", "full name", "fullname", "last name", "lastname", "your name"),
        *("customer", "user", "guest", "mr", "mrs", "ms", "mr mrs"),
    }
)


def is_greetable(name: str) -> bool:
    """Whether to greet by it: it has letters, and is no placeholder such as "null" or "Test"."""
    folded = fold(name)
    has_letters = any(unicodedata.category(character).startswith("L") for character in folded)
    return has_letters and folded not in _PLACEHOLDERS


def greeting(name: str, words: Words) -> str:
    """Return the greeting of a customer in plain text: "Hello Bilal,"."""
    gettext = words.catalogue.gettext
    if not is_greetable(name):
        return gettext("Hello,")
    return gettext("Hello %(name)s,") % {"name": isolate(name, words.direction)}


def personal_signature(message: Personal) -> str:
    """Return who wrote a message: "Amina, Noor Cycles"."""
    language = words(message.language)
    names = {
        "one": isolate(message.agent_name, language.direction),
        "two": isolate(message.business, language.direction),
    }
    return language.catalogue.gettext("%(one)s, %(two)s") % names

"""The words customers read, in their language: gettext catalogues under `locale/`.

To add a language, say Persian: in `locale/`, `uv run pybabel init -D vaada -i vaada.pot -d . -l fa`;
translate `fa/LC_MESSAGES/vaada.po`; `make messages`. Nothing else names the languages, but for those
written from right to left. What is not translated stays English.
"""

import gettext
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

Direction = Literal["ltr", "rtl"]

LOCALE = Path(__file__).parent / "locale"
CATALOGUES = {path.parts[-3]: path for path in sorted(LOCALE.glob("*/LC_MESSAGES/vaada.mo"))}
_SOURCE = "en"
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True)
class Words:
    """One language: its BCP 47 tag, the direction it is written in, and its catalogue."""

    language: str
    direction: Direction
    catalogue: gettext.NullTranslations

    def day(self, on: date) -> str:
        """The day and the month, without the year: what is written here is never far off."""
        _ = self.catalogue.gettext
        months = (
            # Translators: months as they stand in a date, such as "5 January"
            _("January"),
            _("February"),
            _("March"),
            _("April"),
            _("May"),
            _("June"),
            _("July"),
            _("August"),
            _("September"),
            _("October"),
            _("November"),
            _("December"),
        )
        # Translators: a date such as "5 January"; put the parts in your order
        return _("%(day)s %(month)s") % {"day": on.day, "month": months[on.month - 1]}

    def faces(self) -> tuple[str, str, str, str, str]:
        """The five answers to "how happy are you?", from the worst to the best."""
        _ = self.catalogue.gettext
        return (
            # Translators: the five faces; each word stands in a narrow column, so keep them short
            _("Very unhappy"),
            _("Unhappy"),
            _("Neutral"),
            _("Happy"),
            _("Very happy"),
        )


def words(language: str) -> Words:
    """The language's words: its own catalogue, else that of a broader or a sister tag, else English."""
    return _words(_closest(language))


@cache
def _words(name: str) -> Words:
    with CATALOGUES[name].open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    primary = name.partition("_")[0]
    return Words(name.replace("_", "-"), "rtl" if primary in _RIGHT_TO_LEFT else "ltr", catalogue)


def _closest(language: str) -> str:
    subtags = language.lower().replace("_", "-").split("-")
    known = {name.lower(): name for name in CATALOGUES}
    for count in range(len(subtags), 0, -1):
        if found := known.get("_".join(subtags[:count])):
            return found
    sisters = (name for lowered, name in known.items() if lowered.startswith(f"{subtags[0]}_"))
    return next(sisters, _SOURCE)

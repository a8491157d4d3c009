"""Translations of what customers and staff read: gettext catalogues in `locale/`.

To add a language, for example Persian: in `locale/` run `uv run pybabel init -D vaada -i vaada.pot -d .
-l fa`, translate `<language>/LC_MESSAGES/vaada.po`, run `make messages`. If it is written from right to left,
add it to `_RIGHT_TO_LEFT`. Untranslated texts stay English.
"""

import gettext
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from vaada.model.work import SCALES, SurveyKind

Direction = Literal["ltr", "rtl"]

LOCALE = Path(__file__).parent / "locale"
CATALOGUES = {path.parts[-3]: path for path in sorted(LOCALE.glob("*/LC_MESSAGES/vaada.mo"))}
_SOURCE = "en"
_QUALITY = re.compile(r"(?i)(?:^|;)\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|$)")
# The script that each catalogue is written in. A tag that names another one is of readers who cannot read it.
_SCRIPTS = {"ar": {"arab"}, "hi": {"deva"}, "ur": {"arab", "aran"}}
_LATIN = {"latn"}
_SCRIPT_LENGTH = 4
# Codes of three letters (ISO 639-2), which some systems write where BCP 47 has one of two.
_SHORT = {
    **{
        "ara": "ar",
        "arb": "ar",
        "deu": "de",
        "ger": "de",
        "eng": "en",
        "spa": "es",
        "fra": "fr",
        "fre": "fr",
    },
    **{"hin": "hi", "por": "pt", "urd": "ur"},
}
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


class Words(NamedTuple):
    """One language: its BCP 47 tag, its writing direction and its catalogue."""

    language: str
    direction: Direction
    catalogue: gettext.NullTranslations

    def moment(self, at: datetime, now: datetime) -> str:
        """Return weekday, date and time, with the year if it differs from that of `now`."""
        _ = self.catalogue.gettext
        weekdays = (
            # Translators: weekdays as they stand in "Friday 27 November at 17:00"
            _("Monday"),
            _("Tuesday"),
            _("Wednesday"),
            _("Thursday"),
            _("Friday"),
            _("Saturday"),
            _("Sunday"),
        )
        on = self.day(at)
        if at.year != now.year:
            # Translators: the date is such as "5 January"
            on = _("%(date)s %(year)s") % {"date": on, "year": at.year}
        # Translators: such as "Friday 27 November at 17:00"
        return _("%(weekday)s %(date)s at %(time)s") % {
            "weekday": weekdays[at.weekday()],
            "date": on,
            "time": f"{at:%H:%M}",
        }

    def day(self, on: date) -> str:
        """Return day and month, without the year, because all dates in messages are near."""
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
        month = months[on.month - 1]
        if on.day == 1:
            # Translators: the first of a month, which some languages write in a way of its own
            return _("1 %(month)s") % {"month": month}
        # Translators: a date such as "5 January"; put the parts in your order
        return _("%(day)s %(month)s") % {"day": on.day, "month": month}

    def faces(self) -> tuple[str, str, str, str, str]:
        """Return the five answers to "how happy are you?", from worst to best."""
        _ = self.catalogue.gettext
        return (
            # Translators: the five faces; each word stands in a narrow column, so keep them short
            _("Very unhappy"),
            _("Unhappy"),
            _("Neutral"),
            _("Happy"),
            _("Very happy"),
        )

    def meanings(self, kind: SurveyKind) -> dict[int, str]:
        """Return the meaning of each score. On a scale of numbers only the two ends have one."""
        _ = self.catalogue.gettext
        match kind:
            case "csat":
                return dict(zip(SCALES[kind], self.faces(), strict=True))
            case "promise":
                # Translators: the answers to "Did we keep our word?"
                return {0: _("No"), 1: _("Yes")}
            case "nps":
                # Translators: the ends of the scale from 0 to 10
                ends = _("Not at all likely"), _("Very likely")
            case "ces":
                # Translators: the ends of the scale from 1 to 7
                ends = _("Very difficult"), _("Very easy")
        return {SCALES[kind][0]: ends[0], SCALES[kind][-1]: ends[1]}

    def answer(self, kind: SurveyKind, score: int) -> str:
        """Return a score in words: "Happy", "Yes", "7 out of 10", "10 out of 10 (Very likely)"."""
        _ = self.catalogue.gettext
        meaning = self.meanings(kind).get(score)
        if meaning and kind in {"csat", "promise"}:
            return meaning
        # Translators: a number on a scale, such as "7 out of 10"
        number = _("%(score)s out of %(top)s") % {"score": score, "top": SCALES[kind][-1]}
        return f"{number} ({meaning})" if meaning else number


def words(language: str) -> Words:
    """Return the words of a language: of its exact tag, or a broader or related one, or English."""
    return _words(_closest_catalogue(language) or _SOURCE)


def readable(wanted: str | None, business: str) -> str:
    """Return the language for a reader of `wanted`: that one if we have it, or the business's."""
    return wanted if wanted and _closest_catalogue(wanted) else business


def preferred(accept_language: str) -> str | None:
    """Return the most preferred language of an Accept-Language header (RFC 9110) that has a catalogue."""
    accepted = []
    for part in accept_language.split(","):
        tag, _, parameters = part.partition(";")
        quality = _QUALITY.search(parameters)
        accepted.append((float(quality[1]) if quality else 1.0, tag.strip()))
    by_quality = sorted(accepted, key=lambda one: -one[0])
    return next((tag for weight, tag in by_quality if weight and _closest_catalogue(tag)), None)


@cache
def _words(name: str) -> Words:
    with CATALOGUES[name].open("rb") as compiled:
        catalogue = gettext.GNUTranslations(compiled)
    primary = name.partition("_")[0]
    return Words(name.replace("_", "-"), "rtl" if primary in _RIGHT_TO_LEFT else "ltr", catalogue)


def _closest_catalogue(language: str) -> str | None:
    """Return the catalogue for the tag (RFC 4647, 3.4), or of a related language, or None."""
    first, *others = language.strip().lower().replace("_", "-").split("-")
    subtags = [_SHORT.get(first, first), *others]
    script = next((part for part in others[:2] if len(part) == _SCRIPT_LENGTH and part.isalpha()), None)
    if script is not None:
        if script not in _SCRIPTS.get(subtags[0], _LATIN):
            return None
        subtags.remove(script)
    known = {name.lower(): name for name in CATALOGUES}
    for count in range(len(subtags), 0, -1):
        if name := known.get("_".join(subtags[:count])):
            return name
    return next((name for lowered, name in known.items() if lowered.startswith(f"{subtags[0]}_")), None)

"""The contact form, its pages, and the script that shows it in other websites."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from vaada.model.hours import WEEKDAYS, Interval
from vaada.model.policy import Business, PolicyDocument
from vaada.present import rendering
from vaada.present.cldr import formats
from vaada.present.i18n import Words, words
from vaada.present.languages import LANGUAGES
from vaada.present.pages import CONTENT_SECURITY_POLICY, STYLE
from vaada.present.reasons import delay_words
from vaada.present.sanitize import printable
from vaada.present.translation_marks import _

Problem = Literal["again", "name", "reach", "text", "long", "agreed"]
"""What is wrong: the form was not sent by a person, or was sent before; or a field is missing or wrong."""

FIELDS = ("name", "reach", "text", "agreed")
WIDGET_HEADERS = {
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
}
"""Any page may load the script. The form itself says which pages may show it."""

_MINUTES_OF_AN_HOUR = 60


_PROBLEMS: dict[Problem, str] = {
    "again": _("Please look once more, and send it again. It was not sent yet."),
    "name": _("Please write your name."),
    "reach": _("Please write an e-mail address, or a phone number with its country code."),
    "text": _("Please write what it is about."),
    "long": _("This is too long. Please use at most 2000 characters."),
    "agreed": _("Please tick that we may answer you there."),
}
_FIELD_OF: dict[Problem, str] = {"long": "text"}


def headers(origins: Sequence[str]) -> dict[str, str]:
    """Return the headers that allow these origins, and no others, to show the form in a frame."""
    if not origins:
        return {}
    policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")
    return {"content-security-policy": policy, "x-frame-options": ""}


def form(
    *,
    policy: PolicyDocument,
    language: str,
    entered: Mapping[str, str],
    problem: Problem | None,
    nonce: str,
    kept: tuple[float, int] | None,
) -> str:
    """Return the form, with the opening hours, when to expect an answer, and the share of kept promises.

    `kept` are the share of promises that were kept, and their number. The form sends `name`, `reach`, `text`,
    `agreed`, `lang`, `nonce` and `website`, a hidden field that only bots fill in.
    """
    spoken = words(language)
    gettext = spoken.catalogue.gettext
    return _page(
        "contact_form",
        spoken,
        policy.business.name,
        entered={name: printable(entered.get(name, "")) for name in FIELDS},
        trouble=gettext(_PROBLEMS[problem]) if problem else None,
        wrong=_FIELD_OF.get(problem, problem) if problem else None,
        nonce=nonce,
        answered=_answered(policy, spoken),
        week=[
            (formats(spoken.language).days[number], [*map(_span, policy.opening_hours.get(day, ()))])
            for number, day in enumerate(WEEKDAYS)
        ],
        badge=_badge(kept, spoken),
        languages=LANGUAGES,
    )


def thanks(
    *, business: Business, language: str, by_mail: bool, due_at: datetime | None, now: datetime
) -> str:
    """Return the page after the form. It is the same for known and unknown addresses."""
    spoken, zone = words(language), ZoneInfo(business.time_zone)
    when = spoken.moment(due_at.astimezone(zone), now.astimezone(zone)) if due_at else None
    return _page("contact_thanks", spoken, business.name, by_mail=by_mail, when=when)


def confirm_form(*, business: str, language: str, path: str, nonce: str, again: bool) -> str:
    """Return the page that asks whether the address is theirs. `again`: a bot may have sent the form."""
    return _page("contact_confirm", words(language), business, path=path, nonce=nonce, again=again)


def confirmed(*, business: str, language: str) -> str:
    """Return the page after an address was confirmed."""
    return _page("contact_confirmed", words(language), business)


@cache
def widget() -> str:
    """Return the script that adds a button to another website, which opens the form in a dialog."""
    return (Path(__file__).parent / "widget.js").read_text(encoding="utf-8")


def _answered(policy: PolicyDocument, spoken: Words) -> str | None:
    minutes = policy.replies.opening_minutes.get("web")
    if minutes is None:
        return None
    hours, rest = divmod(minutes, _MINUTES_OF_AN_HOUR)
    length = delay_words(
        minutes if rest else hours, "opening minute" if rest else "opening hour", spoken.catalogue
    )
    return spoken.catalogue.gettext("We answer within %(time)s.") % {"time": length}


def _span(interval: Interval) -> str:
    """Return opening time as people write it. The end of the day is 24:00."""
    closes = "24:00" if interval.closes == time() else f"{interval.closes:%H:%M}"
    return f"{interval.opens:%H:%M}–{closes}"


def _badge(kept: tuple[float, int] | None, spoken: Words) -> str | None:
    if kept is None:
        return None
    share, count = kept
    form = formats(spoken.language)
    # Translators: %(share)s is such as "94%"
    sentence = spoken.catalogue.ngettext(
        "%(share)s of %(n)s promise kept in the last 90 days",
        "%(share)s of %(n)s promises kept in the last 90 days",
        count,
    )
    return sentence % {"share": form.in_percent(share), "n": form.number(count)}


def _page(name: str, spoken: Words, business: str, **values: object) -> str:
    return rendering.html(f"page/{name}.html", spoken, business=business, style=STYLE, **values)

"""The question to an agent who copied the desk on a mail: did you promise something?"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from vaada.model.times import text_of
from vaada.present import rendering
from vaada.present.pages import ACTION_PROBLEMS, FIELD_OF, STYLE, FormProblem
from vaada.present.sanitize import isolate, line, printable, shorten_to
from vaada.present.times import Times
from vaada.present.view_models import CHANNELS

_BY_MAIL = CHANNELS["email"]
_LONGEST_NAME = 40


class PromiseQuestion(NamedTuple):
    """The question. `offered` are the dates to choose from, `link` is the signed link to the page."""

    business: str
    reader_name: str
    customer_name: str
    summary: str
    written_at: datetime
    offered: tuple[datetime, ...]
    link: str
    times: Times

    @property
    def title(self) -> str:
        """The subject: "Did you promise Bilal Khan something?"."""
        words = self.times.words
        name = isolate(shorten_to(line(self.customer_name), _LONGEST_NAME), words.direction)
        return words.catalogue.gettext("Did you promise %(customer)s something?") % {"customer": name}

    @property
    def written_when(self) -> str:
        """When the mail was written: "today at 15:42, by e-mail"."""
        return written_when(self.times, self.written_at)

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """The text and the link of each button: the offered dates, and the page for another date."""
        words = self.times.words
        dates = [
            (_capitalized(self.times.moment(at)), f"{self.link}?{urlencode({'at': text_of(at)}, safe=':')}")
            for at in self.offered
        ]
        return [*dates, (words.catalogue.gettext("Another date"), self.link)]


def promise_form(
    *,
    business: str,
    customer_name: str,
    summary: str,
    written_at: datetime,
    times: Times,
    path: str,
    entered: Mapping[str, str],
    problem: FormProblem | None,
    nonce: str,
) -> str:
    """Return the page that asks what was promised, and by when.

    The form sends `what`, `date`, `time`, `nonce` and `website`, a hidden field that only bots fill in.
    """
    gettext = times.words.catalogue.gettext
    return rendering.html(
        "page/promise_form.html",
        times.words,
        business=business,
        style=STYLE,
        customer_name=customer_name,
        summary=summary,
        written_when=written_when(times, written_at),
        today=times.today,
        zone=times.zone,
        path=path,
        entered={name: printable(entered.get(name, "")) for name in ("what", "date", "time")},
        problem=gettext(ACTION_PROBLEMS[problem]) if problem else None,
        wrong=FIELD_OF.get(problem or ""),
        nonce=nonce,
    )


def written_when(times: Times, at: datetime) -> str:
    """Return when a mail was written: "today at 15:42, by e-mail"."""
    gettext = times.words.catalogue.gettext
    return gettext("%(moment)s, %(channel)s") % {
        "moment": times.moment(at),
        "channel": gettext(_BY_MAIL),
    }


def recorded(due_at: datetime, times: Times) -> str:
    """Return the sentence that the promise is recorded."""
    return times.words.catalogue.gettext("The promise is recorded, and due %(when)s.") % {
        "when": times.moment(due_at)
    }


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]

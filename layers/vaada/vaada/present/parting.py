"""The parting letter in the customer's language: thanks, facts, goodwill, apology and alternatives."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from vaada.model.policy import Business
from vaada.model.relationships import Against, AgainstKind, Evidence, Letter
from vaada.model.rows import Row
from vaada.model.work import Commitment, Goodwill
from vaada.present.cldr import formats
from vaada.present.i18n import Words, words
from vaada.present.sanitize import line
from vaada.present.task_words import amount_words, promise_to_customer
from vaada.present.translation_marks import _
from vaada.rules.relationships import GAP

_MOST_DATES = 4  # of one kind of facts
_MOST_NAMED = 3  # promises that we apologise for


_FACTS: dict[AgainstKind, str] = {
    # Translators: a fact in a parting letter, without blame; %(dates)s is such as "3 May and 9 June"
    "complaints": _(
        "On %(dates)s you told us that you were not content, and we did not find a way to change that."
    ),
    # Translators: a fact in a parting letter, without blame; %(dates)s is such as "3 May and 9 June"
    "abuse": _("On %(dates)s our conversations went badly, for you and for us."),
    "unprofitable": _("What you need takes more of our time than we can give for our prices."),
    "unethical": _("You asked us for something that we do not do for anybody."),
    "no_fit": _("What you need and what we are good at do not fit together."),
}
"""What the letter says about each kind of reason. Customers are not told that they bring no prospects."""


def draft(
    against: Sequence[Against], since: datetime, rows: Iterable[Row], business: Business, language: str
) -> Letter:
    """Return the letter that follows from the rows. It has gaps where only a manager knows what to say.

    `against` are the reasons of the proposal, `since` is when they became a customer.
    """
    spoken, known = words(language), tuple(rows)
    gettext = spoken.catalogue.gettext
    zone = ZoneInfo(business.time_zone)
    thanks = gettext(
        "Thank you for having been our customer since %(date)s, and for the trust you placed in us."
    )
    facts = [
        gettext(
            "We have come to see that we are no longer the right ones for you. This is what it rests on:"
        ),
        *_facts(against, spoken, zone),
    ]
    alternatives = gettext("Others can serve you better than we can. You could ask %(gap)s.")
    return Letter(
        subject=gettext("About our work for you"),
        thanks=thanks % {"date": formats(language).year_date(since.astimezone(zone).date())},
        facts="\n".join(facts),
        goodwill="\n".join(_goodwill(known, spoken)),
        apology="\n".join(_apology(known, spoken)),
        alternatives=alternatives % {"gap": GAP},
    )


def body(letter: Letter, language: str) -> str:
    """Return the letter without greeting and signature: what is still open, then the five steps."""
    gettext = words(language).catalogue.gettext
    parts = [letter.thanks, letter.facts, letter.goodwill, letter.apology, letter.alternatives]
    if letter.still_open:
        still_open = [
            gettext("First, what is still open between us, and stays promised:"),
            *letter.still_open,
        ]
        parts.insert(0, "\n".join(still_open))
    return "\n\n".join([*parts, gettext("Our door stays open: if you write or call, you get an answer.")])


def promise_line(promise: Commitment, language: str) -> str:
    """Return a line about an open promise, with its date."""
    spoken = words(language)
    zone = ZoneInfo(promise.explain.due_at.time_zone) if promise.explain.due_at else ZoneInfo("UTC")
    due = formats(language).year_date(promise.due_at.astimezone(zone).date())
    # Translators: a promise and its date in a list, such as "– Replace the chain (26 Nov 2026)"
    return spoken.catalogue.gettext("– %(what)s (%(date)s)") % {
        "what": line(promise_to_customer(promise, spoken)),
        "date": due,
    }


def _facts(against: Sequence[Against], spoken: Words, zone: ZoneInfo) -> Iterator[str]:
    for signal in against:
        if signal.kind in _FACTS:
            sentence = spoken.catalogue.gettext(_FACTS[signal.kind])
            yield (
                sentence % {"dates": _dates(signal.evidence, spoken, zone)} if "%(" in sentence else sentence
            )


def _goodwill(rows: Sequence[Row], spoken: Words) -> Iterator[str]:
    given = [row for row in rows if isinstance(row, Goodwill) and row.status in {"granted", "approved"}]
    if given:
        amounts = formats(spoken.language).join([amount_words(row, spoken) for row in given])
        sentence = spoken.catalogue.gettext("What we gave you for your trouble stays yours: %(amounts)s.")
        yield sentence % {"amounts": amounts}
    yield spoken.catalogue.gettext(
        "As a sign of goodwill we finish all that you have ordered, on the same terms."
    )


def _apology(rows: Sequence[Row], spoken: Words) -> Iterator[str]:
    slipped = [
        row
        for row in rows
        if isinstance(row, Commitment)
        and (row.flagged_at or row.late_by_seconds)
        and row.status != "withdrawn"
    ]
    if slipped:
        latest = sorted(slipped, key=lambda row: row.due_at, reverse=True)[:_MOST_NAMED]
        named = formats(spoken.language).join([line(promise_to_customer(row, spoken)) for row in latest])
        sentence = spoken.catalogue.gettext(
            "We did not always keep our word in time, and we apologise: %(what)s."
        )
        yield sentence % {"what": named}
    else:
        yield spoken.catalogue.gettext("We are sorry that we could not give you what you hoped for.")


def _dates(evidence: Sequence[Evidence], spoken: Words, zone: ZoneInfo) -> str:
    latest: list[datetime] = sorted(one.at for one in evidence)[-_MOST_DATES:]
    days = dict.fromkeys(formats(spoken.language).year_date(at.astimezone(zone).date()) for at in latest)
    return formats(spoken.language).join(list(days))

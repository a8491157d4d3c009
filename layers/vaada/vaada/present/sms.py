"""SMS: at most two segments, with at most one link, which is never cut."""

from collections.abc import Iterator, Sequence

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import SCALES
from vaada.present.i18n import Words, words
from vaada.present.relative_time import capitalize_first, count
from vaada.present.sanitize import isolate, line, shorten, shorten_to
from vaada.present.view_models import Brief, Invitation, LateNotice, Note, Praise, urgency

# 3GPP TS 23.038: the default alphabet, and the extension table, whose characters count twice.
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
_MAX_SEGMENTS = 2
_MIN_QUOTE = 20  # characters of a quote; with less room, a shorter version is used
# Characters per name and per task where several share a text.
_QUOTE_LENGTHS = (120, 80, 60, 40, 30, 20, 12)
# Typographic punctuation, which is not in GSM-7: one character of it more than halves the room.
_PLAIN_PUNCTUATION = str.maketrans(
    {
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{NO-BREAK SPACE}": " ",
    }
)


def for_staff(purpose: Purpose, to: RecipientRole, brief: Brief) -> str:
    """Return the SMS to staff about one task: its state, the customer, the task and the link."""
    return _first_that_fits(_staff_versions(purpose, to, brief), brief.action_url)


def for_staff_batch(notes: Sequence[Note], link: str | None) -> str:
    """Return one SMS for several messages to one recipient, with a link to a page that lists them."""
    briefs = sorted((note.brief for note in notes), key=urgency)
    return _first_that_fits(_batch_versions(briefs), link)


def for_late(notice: LateNotice) -> str:
    """Return the SMS that tells a customer that a promise will be kept later, and when."""
    return _first_that_fits(_late_versions(notice), None)


def for_customer(purpose: Purpose, invitation: Invitation) -> str:
    """Return the SMS that asks a customer a survey's question, with how to reply by SMS if there is room."""
    return _first_that_fits(_survey_versions(purpose, invitation), invitation.survey_url)


def for_praise(praise: Praise) -> str:
    """Return the SMS that passes a customer's good answer on to the agent, in the customer's words."""
    return _first_that_fits(_praise_versions(praise), None)


def segments(text: str) -> int:
    """Return the billed segments: of 160 GSM-7 characters or 70 UCS-2 units; of 153 or 67 if several."""
    if _is_gsm_7(text):
        units, alone, joined = sum(2 if character in _GSM_7_EXTENSION else 1 for character in text), 160, 153
    else:
        units, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= alone else -(-units // joined)


def _staff_versions(purpose: Purpose, to: RecipientRole, brief: Brief) -> Iterator[str]:
    """Yield versions of the text, longest first."""
    promise = "promise" if to == "agent" else f"{isolate(brief.agent_name)}'s promise"
    standings = {
        "follow_up_reminder": "in touch again" if brief.old_date else brief.due_text,
        "follow_up_unanswered": f"no answer from {isolate(brief.agent_name)}",
        "promise_warning": f"{promise} {brief.due_text}",
        "promise_overdue": f"{promise} {brief.overdue_text}",
        "promise_escalation": f"{promise} {brief.overdue_text}",
        "reply_warning": f"answer {brief.due_text}",
        "reply_missed": f"{isolate(brief.agent_name)}'s answer {brief.overdue_text}",
        "goodwill_approval": f"{isolate(brief.agent_name)} asks for approval",
    }
    due_text = capitalize_first(standings[purpose])
    link = brief.action_url
    customer = isolate(brief.customer_name)
    reach = f" {brief.customer_phone}" if brief.customer_phone else ""
    matter = line(brief.matter)
    for head in (f"{due_text}. {customer}{reach}: ", f"{due_text}. {customer}: ", f"{customer}: "):
        some = shorten(matter, lambda beginning: _fits(_with_link(head + isolate(beginning), link)))  # noqa: B023
        if len(some) >= min(_MIN_QUOTE, len(matter)):
            yield head + isolate(some)
    yield f"{'Late' if brief.late else 'Due'}: {customer}"
    yield due_text


def _batch_versions(briefs: Sequence[Brief]) -> Iterator[str]:
    """Yield versions of the text, longest first."""
    overdue = sum(brief.late for brief in briefs)
    head = count(len(briefs), "reminder") + (f", {overdue} overdue" if overdue else "")
    for room in _QUOTE_LENGTHS:
        each = (
            f"{isolate(shorten_to(line(brief.customer_name), room))}: "
            f"{isolate(shorten_to(line(brief.matter), room))}"
            for brief in briefs
        )
        yield f"{head}: {'; '.join(each)}"
    names = (isolate(shorten_to(line(brief.customer_name), _QUOTE_LENGTHS[-1])) for brief in briefs)
    yield f"{head}: {', '.join(names)}"
    yield head


def _late_versions(notice: LateNotice) -> Iterator[str]:
    """Yield versions of the text, longest first."""
    language = words(notice.language)
    _ = language.catalogue.gettext
    names = {
        "business": isolate(notice.business, language.direction),
        "agent": isolate(notice.agent_name, language.direction),
        "when": language.moment(notice.due_at, notice.now),
    }
    what = line(notice.what)
    # Translators: a text message that quotes the promise; at most 60 characters of your own if not in GSM-7
    quote = _(
        '%(business)s: sorry, we need more time for "%(what)s". '
        "It will be done by %(when)s. %(agent)s takes care of it."
    )

    def quoting(beginning: str) -> str:
        return quote % {**names, "what": isolate(beginning, language.direction)}

    some = shorten(what, lambda beginning: _fits(_with_link(quoting(beginning), None)))
    if len(some) >= min(_MIN_QUOTE, len(what)):
        yield quoting(some)
    # Translators: a text message that has to be short
    yield _("%(business)s: sorry, what we promised you takes longer. It will be done by %(when)s.") % names
    # Translators: a text message that has to be short
    yield _("Sorry, what we promised you takes longer. It will be done by %(when)s.") % names


def _survey_versions(purpose: Purpose, invitation: Invitation) -> Iterator[str]:
    """Yield versions of the text, longest first."""
    language = words(invitation.language)
    _ = language.catalogue.gettext
    questions = _promise_question_versions if invitation.kind == "promise" else _question_versions
    if invitation.can_reply:
        yield from questions(purpose, invitation, language, f" {_reply_instruction(invitation, language)}")
    yield from questions(purpose, invitation, language, "")
    # For any question, with hardly any room. The page asks the exact question.
    # Translators: a text message with hardly any room: at most 18 characters if not in GSM-7
    yield _("How did we do?")


def _question_versions(
    purpose: Purpose, invitation: Invitation, language: Words, reply: str
) -> Iterator[str]:
    """Yield versions of the question, longest first. A number is a sensible answer to each."""
    _ = language.catalogue.gettext
    names = {
        "business": isolate(invitation.business, language.direction),
        "agent": isolate(invitation.agent_name, language.direction),
    }
    reminder = purpose == "survey_reminder"
    match invitation.kind:
        case "nps":
            if reminder:
                # Translators: a text message; accents outside GSM-7 (such as á) halve its room
                full = _("%(business)s: a short reminder. How likely are you to recommend us to others?")
            else:
                # Translators: a text message; accents outside GSM-7 (such as á) halve its room
                full = _("%(business)s: how likely are you to recommend us to others?")
            # Translators: a text message that has to be short
            shorter = [_("Would you recommend us?")]
        case "ces":
            if reminder:
                # Translators: a text message; accents outside GSM-7 (such as á) halve its room
                full = _("%(business)s: a short reminder. How easy did we make it to settle this?")
            else:
                # Translators: a text message; accents outside GSM-7 (such as á) halve its room
                full = _("%(business)s: how easy did we make it to settle this?")
            # Translators: a text message that has to be short
            shorter = [_("Was it easy to settle?")]
        case _:
            if reminder:
                # Translators: a text message; accents outside GSM-7 (such as á) halve its room
                full = _("%(business)s: a short reminder. How happy are you with the service from %(agent)s?")
            else:
                # Translators: a text message; accents outside GSM-7 (such as á) halve its room
                full = _("%(business)s: how happy are you with the service from %(agent)s?")
            # Translators: a text message that has to be short
            shorter = [_("%(business)s: how did we do?"), _("How did we do?")]
    for question in (full, *shorter):
        yield question % names + reply


def _promise_question_versions(
    purpose: Purpose, invitation: Invitation, language: Words, reply: str
) -> Iterator[str]:
    """Yield the same as `_question_versions`, with as much of the promise as fits."""
    _ = language.catalogue.gettext
    business = isolate(invitation.business, language.direction)
    if purpose == "survey_reminder":
        # Translators: a text message that quotes the promise; accents outside GSM-7 halve its room
        quote = _('%(business)s: a short reminder. We promised you "%(what)s". Did we keep our word?')
    else:
        # Translators: a text message that quotes the promise; accents outside GSM-7 halve its room
        quote = _('%(business)s: we promised you "%(what)s". Did we keep our word?')

    def quoting(beginning: str) -> str:
        return quote % {"business": business, "what": isolate(beginning, language.direction)} + reply

    what = line(invitation.what or "")
    some = shorten(what, lambda beginning: _fits(_with_link(quoting(beginning), invitation.survey_url)))
    if some and len(some) >= min(_MIN_QUOTE, len(what)):
        yield quoting(some)
    # Translators: a text message that has to be short
    yield _("%(business)s: did we keep our word?") % {"business": business} + reply
    # Translators: a text message with hardly any room: at most 18 characters if not in GSM-7
    yield _("Did we keep our word?") + reply


def _reply_instruction(invitation: Invitation, language: Words) -> str:
    """Return how to answer by SMS."""
    _ = language.catalogue.gettext
    if invitation.kind == "promise":
        # Translators: a text message that may be answered by another; it stands before a link
        return _("Reply 1 for yes or 0 for no, or answer here:")
    scores = SCALES[invitation.kind]
    # Translators: a text message that may be answered by another; it stands before a link
    return _("Reply with a number from %(low)s to %(high)s (%(high)s is best), or answer here:") % {
        "low": scores[0],
        "high": scores[-1],
    }


def _praise_versions(praise: Praise) -> Iterator[str]:
    """Yield versions of the text, longest first."""
    news = f"Well done! {isolate(praise.customer_name)} {praise.news}"
    written = line(praise.words or "")
    some = shorten(written, lambda beginning: _fits(_with_link(f'{news}: "{isolate(beginning)}"', None)))
    if some:
        yield f'{news}: "{isolate(some)}"'
    yield f"{news}."
    yield f"Well done! A customer {praise.news}."


def _first_that_fits(choices: Iterator[str], link: str | None) -> str:
    texts = (_with_link(choice, link) for choice in choices)
    return next((text for text in texts if _fits(text)), link or "")


def _with_link(text: str, link: str | None) -> str:
    plain = text.translate(_PLAIN_PUNCTUATION)
    return "\n".join(part for part in (plain if _is_gsm_7(plain) else text, link) if part)


def _fits(text: str) -> bool:
    return segments(text) <= _MAX_SEGMENTS


def _is_gsm_7(text: str) -> bool:
    return all(character in _GSM_7 or character in _GSM_7_EXTENSION for character in text)

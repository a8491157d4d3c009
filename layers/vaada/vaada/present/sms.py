"""SMS: at most two parts, or three to staff if two say too little; at most one link, which is never cut."""

import unicodedata
from collections.abc import Iterator, Sequence

from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import SCALES
from vaada.present import staff_messages
from vaada.present.greetings import greeting, personal_signature
from vaada.present.gsm_alphabet import is_gsm_7, nearest_in_gsm_7, parts, same_in_gsm_7
from vaada.present.i18n import Words, words
from vaada.present.sanitize import isolate, line, lines, shorten, shorten_to
from vaada.present.view_models import (
    AskToRecommend,
    Brief,
    Invitation,
    LateNotice,
    Note,
    Personal,
    Praise,
    Referral,
    TaskLine,
    urgency,
)

_MAX_PARTS = 2
_STAFF_PARTS = 3  # of one to staff with a link and in a script that GSM-7 lacks: two would hold 18 letters
_MOST_IN_TEXT = 50  # names, of two letters or more, that two parts can have room for
_MIN_QUOTE = 20  # characters of a quote; with less room, a shorter version is used
# Characters per name and per task where several share a text.
_QUOTE_LENGTHS = (120, 80, 60, 40, 30, 20, 12)


def for_staff(purpose: Purpose, to: RecipientRole, brief: Brief) -> str:
    """Return the SMS to staff about one task: its state, the customer, the task and the link."""
    return _first_that_fits(_staff_versions(Note(purpose, to, brief)), brief.action_url, _STAFF_PARTS)


def for_staff_batch(tasks: Sequence[Brief | TaskLine], link: str | None) -> str:
    """Return one SMS for several messages to one recipient, with a link to a page that lists them."""
    return _first_that_fits(_batch_versions(sorted(tasks, key=urgency)), link, _STAFF_PARTS)


def for_late(notice: LateNotice) -> str:
    """Return the SMS that tells a customer that a promise will be kept later, and when."""
    return _first_that_fits(_late_versions(notice), None)


def for_customer(purpose: Purpose, invitation: Invitation) -> str:
    """Return the SMS that asks a survey's question, with how to answer by SMS if there is room."""
    return _first_that_fits(_survey_versions(purpose, invitation), invitation.survey_url)


def for_recommendation(asked: AskToRecommend) -> str:
    """Return the SMS that asks a happy customer for a review, or shows them the owner's sentence."""
    language = words(asked.language)
    business = isolate(shorten_to(line(asked.business), staff_messages.LONGEST_NAME), language.direction)
    if isinstance(asked.asked_for, Referral):
        told = line(asked.asked_for.words)
        some = shorten(told, lambda beginning: _fits(_with_link(f"{business}: {beginning}", None)))
        return _with_link(f"{business}: {some}", None)
    ask = language.catalogue.gettext("Would you tell others, too? A public review would help us very much.")
    return _first_that_fits(iter((f"{business}: {ask}", ask, business)), asked.asked_for.url)


def for_personal(message: Personal) -> str:
    """Return the whole SMS that an agent wrote to a customer. The caller checks its length."""
    language = words(message.language)
    parts_of_it = (
        greeting(message.customer_name, language),
        "\n".join(lines(message.text)),
        personal_signature(message),
    )
    return same_in_gsm_7("\n".join(parts_of_it))


def for_praise(praise: Praise) -> str:
    """Return the SMS that passes a customer's good answer on to the agent, in the customer's words."""
    return _first_that_fits(_praise_versions(praise), None)


def _staff_versions(note: Note) -> Iterator[str]:
    """Yield versions of the text, the best first: state, customer, number, and what fits of the task.

    In a script that GSM-7 lacks, a third part is used before the state is left out.
    """
    brief, direction = note.brief, note.brief.words.direction
    state = staff_messages.state(note)
    link = brief.action_url
    customer = isolate(brief.customer_name, direction)
    reach = f" {isolate(brief.customer_phone, direction)}" if brief.customer_phone else ""
    matter = line(brief.matter)
    # Translators: a text message to staff: how a task stands, of which customer; the task follows
    whose = brief.words.catalogue.gettext("%(state)s. %(customer)s: ")
    heads = (
        whose % {"state": state, "customer": f"{customer}{reach}"},
        whose % {"state": state, "customer": customer},
        f"{customer}: ",
    )
    for most, some_heads in ((_MAX_PARTS, heads[:2]), (_STAFF_PARTS, heads)):
        for head in some_heads:

            def said(beginning: str, head: str = head) -> str:
                return head + isolate(beginning, direction, brief.matter_direction)

            some = shorten(matter, lambda beginning: _fits(_with_link(said(beginning), link), most))  # noqa: B023
            if len(some) >= min(_MIN_QUOTE, len(matter)):
                yield said(some)
    gettext = brief.words.catalogue.gettext
    # Translators: a text message to staff with hardly any room
    due = gettext("Late: %(customer)s") if brief.late else gettext("Due: %(customer)s")
    yield due % {"customer": customer}
    yield state


def _batch_versions(tasks: Sequence[Brief | TaskLine]) -> Iterator[str]:
    """Yield versions of the text, longest first."""
    language = words(tasks[0].language)
    ngettext, direction = language.catalogue.ngettext, language.direction
    overdue = sum(task.late for task in tasks)
    head = ngettext("%(n)s reminder", "%(n)s reminders", len(tasks)) % {"n": len(tasks)}
    if overdue:
        # Translators: how many of the reminders are overdue
        late = ngettext("%(n)s overdue", "%(n)s overdue", overdue) % {"n": overdue}
        head = language.catalogue.gettext("%(one)s, %(two)s") % {"one": head, "two": late}
    if len(tasks) <= _MOST_IN_TEXT:
        for room in _QUOTE_LENGTHS:
            each = (
                f"{isolate(shorten_to(line(task.customer_name), room), direction)}: "
                f"{isolate(shorten_to(line(task.matter), room), direction, task.matter_direction)}"
                for task in tasks
            )
            yield f"{head}: {'; '.join(each)}"
        names = (
            isolate(shorten_to(line(task.customer_name), _QUOTE_LENGTHS[-1]), direction) for task in tasks
        )
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
    language = words(praise.language)
    gettext, direction = language.catalogue.gettext, language.direction
    news = praise.news(isolate(praise.customer_name, direction))
    written = line(praise.words or "")
    # Translators: a text message; %(news)s is such as "Bilal Khan gave you 5 out of 5"
    quote = gettext('Well done! %(news)s: "%(words)s"')

    def quoting(beginning: str) -> str:
        return quote % {"news": news, "words": isolate(beginning, direction)}

    some = shorten(written, lambda beginning: _fits(_with_link(quoting(beginning), None)))
    if some:
        yield quoting(some)
    plain = gettext("Well done! %(news)s.")
    yield plain % {"news": news}
    yield plain % {"news": praise.news(gettext("A customer"))}


def _first_that_fits(choices: Iterator[str], link: str | None, most_parts: int = _MAX_PARTS) -> str:
    texts = (_with_link(choice, link) for choice in choices)
    return next((text for text in texts if _fits(text, most_parts)), link or "")


def _with_link(text: str, link: str | None) -> str:
    """Return the text with the link below it, in the alphabet that leaves the most text.

    Accents that GSM-7 lacks and emoji stay where there is room for them, but a text is not cut for them.
    """
    same, nearest = same_in_gsm_7(text), nearest_in_gsm_7(text)
    if is_gsm_7(same):
        return _joined(same, link)
    whole = _joined(unicodedata.normalize("NFC", text), link)
    return _joined(nearest, link) if is_gsm_7(nearest) and not _fits(whole) else whole


def _joined(text: str, link: str | None) -> str:
    return "\n".join(part for part in (text, link) if part)


def _fits(text: str, most_parts: int = _MAX_PARTS) -> bool:
    """Whether the text has at most two parts, or `most_parts` if it does not fit GSM-7."""
    return parts(text) <= (_MAX_PARTS if is_gsm_7(text) else most_parts)

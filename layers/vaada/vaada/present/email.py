"""E-mails: a subject, and the same content as plain text and HTML."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, get_args

from vaada.model.campaigns import EventAnswer
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import SCALES
from vaada.present import rendering, staff_messages
from vaada.present.cldr import formats
from vaada.present.deadline_explanation import explanation_line
from vaada.present.greetings import personal_signature
from vaada.present.i18n import Words, words
from vaada.present.promise_question import PromiseQuestion
from vaada.present.recognition import Thanks, reason_words, thanks_words
from vaada.present.sanitize import isolate, line, lines, shorten_to
from vaada.present.view_models import (
    AskToRecommend,
    Brief,
    Confirmation,
    Invitation,
    LateNotice,
    News,
    Note,
    Personal,
    Praise,
    Referral,
    Review,
    TaskLine,
    action_link,
    event_link,
    score_link,
    urgency,
)

if TYPE_CHECKING:
    from vaada.present.weekly_report import WeekPage

_FACES = ("😞", "🙁", "😐", "🙂", "😄")
_LONGEST_SUBJECT = 200  # characters
_ANSWERS = re.compile(r"(?:re|aw|sv|antw|rv|ref|رد)\s*:", re.IGNORECASE)
_MATTER_IN_SUBJECT = 60  # characters
_MOST_LINES = 80  # Gmail cuts a mail off after 102 kB


class Mail(NamedTuple):
    """The content of an e-mail. The subject is one line. `calendar` is a file for calendars, if any."""

    subject: str
    text: str
    html: str
    calendar: str | None = None


def for_staff(purpose: Purpose, to: RecipientRole, brief: Brief) -> Mail:
    """Return the mail to staff about one task: its state, the customer, the last contact, action buttons."""
    section = _section(Note(purpose, to, brief))
    values = {"subject": section.subject, "section": section, "brief": brief}
    return Mail(
        section.subject,
        rendering.text("mail/staff.txt", brief.words, **values),
        rendering.html("mail/staff.html", brief.words, **values),
    )


def for_staff_batch(
    members: Sequence[Note], others: Sequence[TaskLine] = (), link: str | None = None
) -> Mail:
    """Return one mail for several messages to the same recipient: a section each, most urgent first.

    The `others` follow in one line each, as far as there is room; the page at `link` lists them all.
    """
    sections = [_section(note) for note in sorted(members, key=lambda note: urgency(note.brief))]
    first, total = sections[0], len(members) + len(others)
    language = first.brief.words
    subject = language.catalogue.ngettext(
        "%(n)s reminder, first: %(first)s", "%(n)s reminders, first: %(first)s", total
    ) % {"n": total, "first": first.subject}
    values = {
        "subject": subject,
        "total": total,
        "sections": sections,
        "others": sorted(others, key=urgency)[:_MOST_LINES],
        "more": max(0, len(others) - _MOST_LINES),
        "link": link,
        "brief": first.brief,
    }
    return Mail(
        subject,
        rendering.text("mail/batch.txt", language, **values),
        rendering.html("mail/batch.html", language, **values),
    )


def for_customer(purpose: Purpose, invitation: Invitation) -> Mail:
    """Return the mail that asks a customer a survey's question. Each answer is a link to the survey page."""
    language = words(invitation.language)
    business = shorten_to(line(invitation.business), staff_messages.LONGEST_NAME)
    subject = _survey_subject(purpose, invitation, language) % {
        "business": isolate(business, language.direction)
    }
    kind = invitation.kind
    values = {
        "subject": subject,
        "reminder": purpose == "survey_reminder",
        "invitation": invitation,
        "kind": kind,
        "closes_on": language.day(invitation.closes_on),
        "marks": dict(zip(SCALES["csat"], _FACES, strict=True)) if kind == "csat" else {},
        "meanings": language.meanings(kind),
        "links": {score: score_link(invitation.survey_url, score) for score in SCALES[kind]},
    }
    return Mail(
        subject,
        rendering.text("mail/survey.txt", language, **values),
        rendering.html("mail/survey.html", language, **values),
    )


def for_late(notice: LateNotice) -> Mail:
    """Return the mail that tells a customer that a promise will be kept later, and when."""
    language = words(notice.language)
    business = shorten_to(line(notice.business), staff_messages.LONGEST_NAME)
    subject = language.catalogue.gettext("%(business)s: we need more time") % {
        "business": isolate(business, language.direction)
    }
    values = {
        "subject": subject,
        "notice": notice,
        "due_when": language.moment(notice.due_at, notice.now),
    }
    return Mail(
        subject,
        rendering.text("mail/late_notice.txt", language, **values),
        rendering.html("mail/late_notice.html", language, **values),
    )


def for_recommendation(asked: AskToRecommend) -> Mail:
    """Return the mail that asks a happy customer for a review, or shows them the owner's sentence."""
    language = words(asked.language)
    business = shorten_to(line(asked.business), staff_messages.LONGEST_NAME)
    # Translators: a subject, to a customer who was happy
    subject = language.catalogue.gettext("%(business)s: would you tell others, too?") % {
        "business": isolate(business, language.direction)
    }
    values = {
        "subject": subject,
        "asked": asked,
        "review_url": asked.asked_for.url if isinstance(asked.asked_for, Review) else None,
        "referral": asked.asked_for.words if isinstance(asked.asked_for, Referral) else None,
    }
    return Mail(
        subject,
        rendering.text("mail/recommendation.txt", language, **values),
        rendering.html("mail/recommendation.html", language, **values),
    )


def for_personal(message: Personal) -> Mail:
    """Return the mail that an agent wrote to a customer, with the greeting and the names of who wrote it."""
    language = words(message.language)
    body = "\n".join(lines(message.text))
    values = {
        "message": message,
        "subject": personal_subject(message),
        "body": body,
        "paragraphs": [part for part in body.split("\n\n") if part.strip()],
        "signature": personal_signature(message),
    }
    return Mail(
        personal_subject(message),
        rendering.text("mail/personal.txt", language, **values),
        rendering.html("mail/personal.html", language, **values),
    )


def for_news(news: News) -> Mail:
    """Return the mail of a campaign, with a link that ends only such mails; of an event, or a reminder of it.

    An event has two links for an answer, and a file for calendars.
    """
    language, event = words(news.language), news.event
    subject = shorten_to(line(news.subject), _LONGEST_SUBJECT)
    if event and event.reminds:
        reminder = language.catalogue.gettext("A reminder: %(subject)s")
        subject = reminder % {"subject": isolate(subject, language.direction)}
    body = "\n".join(lines(news.text))
    values = {
        "subject": subject,
        "news": news,
        "event": event,
        "when": event and event_times(event.begins_at, event.ends_at, event.now, language),
        "answers": [(answer, event_link(event.url, answer)) for answer in get_args(EventAnswer)]
        if event
        else [],
        "body": body,
        "paragraphs": [part for part in body.split("\n\n") if part.strip()],
    }
    return Mail(
        subject,
        rendering.text("mail/campaign.txt", language, **values),
        rendering.html("mail/campaign.html", language, **values),
        event.calendar if event else None,
    )


def event_times(begins_at: datetime, ends_at: datetime, now: datetime, language: Words) -> str:
    """Return when an event is, such as "Friday 27 November at 17:00, until 19:00"."""
    is_one_day = begins_at.date() == ends_at.date()
    # Translators: when an event is, such as "Friday 27 November at 17:00, until 19:00"
    return language.catalogue.gettext("%(moment)s, until %(end)s") % {
        "moment": language.moment(begins_at, now),
        "end": f"{ends_at:%H:%M}" if is_one_day else language.moment(ends_at, now),
    }


def for_confirmation(confirmation: Confirmation) -> Mail:
    """Return the mail that asks whether an address is its reader's."""
    language = words(confirmation.language)
    business = shorten_to(line(confirmation.business), staff_messages.LONGEST_NAME)
    subject = language.catalogue.gettext("%(business)s: please confirm your address") % {
        "business": isolate(business, language.direction)
    }
    values = {"subject": subject, "confirmation": confirmation}
    return Mail(
        subject,
        rendering.text("mail/confirmation.txt", language, **values),
        rendering.html("mail/confirmation.html", language, **values),
    )


def personal_subject(message: Personal) -> str:
    """Return the subject that the agent gave, else that of the mail that it answers, else one of ours."""
    if message.subject:
        return shorten_to(line(message.subject), _LONGEST_SUBJECT)
    if message.answered_subject:
        answered = shorten_to(line(message.answered_subject), _LONGEST_SUBJECT)
        return answered if _ANSWERS.match(answered) else f"Re: {answered}"
    language = words(message.language)
    business = shorten_to(line(message.business), staff_messages.LONGEST_NAME)
    return language.catalogue.gettext("A message from %(business)s") % {
        "business": isolate(business, language.direction)
    }


def for_praise(praise: Praise) -> Mail:
    """Return the mail that passes a customer's good answer on to the agent, in the customer's words."""
    language = words(praise.language)
    name = isolate(shorten_to(line(praise.customer_name), staff_messages.LONGEST_NAME), language.direction)
    # Translators: a subject; %(news)s is such as "Bilal Khan gave you 5 out of 5"
    subject = language.catalogue.gettext("Well done: %(news)s") % {"news": praise.news(name)}
    values = {
        "subject": subject,
        "praise": praise,
        "on": formats(language.language).weekday_date(praise.now),
    }
    return Mail(
        subject,
        rendering.text("mail/praise.txt", language, **values),
        rendering.html("mail/praise.html", language, **values),
    )


def for_thanks(thanks: Thanks, language: Words) -> Mail:
    """Return the mail in which a manager thanks an agent, with what they are thanked for."""
    subject = thanks_words(thanks, language)
    values = {
        "subject": subject,
        "thanks": thanks,
        "why": reason_words(thanks, language),
        "on": formats(language.language).weekday_date(thanks.on),
    }
    return Mail(
        subject,
        rendering.text("mail/thanks.txt", language, **values),
        rendering.html("mail/thanks.html", language, **values),
    )


def for_promise_question(question: PromiseQuestion) -> Mail:
    """Return the mail that asks an agent whether their mail to a customer promises something."""
    language = question.times.words
    values = {"subject": question.title, "question": question, "brief": question}
    return Mail(
        question.title,
        rendering.text("mail/promise_question.txt", language, **values),
        rendering.html("mail/promise_question.html", language, **values),
    )


def for_week(week: "WeekPage", business: str, language: Words, base: str) -> Mail:
    """Return the weekly report as a mail. `base` is what stands before the paths of the console."""
    values = {
        "subject": week.subject,
        "week": week,
        "business": business,
        "settings": f"{base}/desk/me",
    }
    return Mail(
        week.subject,
        rendering.text("mail/weekly_report.txt", language, **values),
        rendering.html("mail/weekly_report.html", language, **values),
    )


def _survey_subject(purpose: Purpose, invitation: Invitation, language: Words) -> str:
    """Return the subject of a survey, with the placeholder `%(business)s`."""
    _ = language.catalogue.gettext
    reminder = purpose == "survey_reminder"
    if invitation.kind == "promise":
        if reminder:
            return _("A short reminder from %(business)s: did we keep our word?")
        return _("%(business)s: did we keep our word?")
    if reminder:
        return _("A short reminder from %(business)s: how did we do?")
    return _("%(business)s: how did we do?")


class _Section(NamedTuple):
    """One task in a mail to staff."""

    brief: Brief
    subject: str
    lead: str
    late: bool
    due_text: str
    whose: str  # the name of the agent, unless it is the reader
    buttons: list[tuple[str, str]]  # text and link of each
    why_now: str


def _section(note: Note) -> _Section:
    brief = note.brief
    slipped = staff_messages.slipped(note)
    link = brief.action_url
    buttons = (
        [(staff_messages.button(name, brief), action_link(link, name)) for name in brief.actions]
        if link
        else []
    )
    why = explanation_line(brief.explanation, brief.due_at.tzinfo, brief.words) if brief.explanation else ""
    return _Section(
        brief=brief,
        subject=_joined(brief.words, staff_messages.state(note), _subject_matter(brief)),
        lead=staff_messages.introduction(note),
        late=slipped or brief.late,
        due_text=brief.overdue_text if slipped else brief.due_text,
        whose="" if staff_messages.is_readers_task(note) else brief.agent_name,
        buttons=buttons,
        why_now=why,
    )


def _joined(words: Words, state: str, matter: str) -> str:
    # Translators: a subject: how a task stands, and what it is
    return words.catalogue.gettext("%(state)s: %(matter)s") % {"state": state, "matter": matter}


def _subject_matter(brief: Brief) -> str:
    """Return the task in short, on one line, with the customer's name unless the task contains it."""
    matter = shorten_to(line(brief.matter), _MATTER_IN_SUBJECT)
    name = shorten_to(line(brief.customer_name), staff_messages.LONGEST_NAME)
    direction = brief.words.direction
    if name.casefold() in matter.casefold():
        return isolate(matter, direction, brief.matter_direction)
    return f"{isolate(name, direction)} · {isolate(matter, direction, brief.matter_direction)}"

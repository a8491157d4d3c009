"""Compose a message from its rows, ready to send."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vaada.desk import Desk
from vaada.flows.messages.brief import brief, is_actionable, task_line
from vaada.flows.messages.readers import language_of, times_of
from vaada.flows.messages.recipients import address_of
from vaada.flows.messages.recommendations import asked_for
from vaada.flows.messages.suppression import is_suppressed
from vaada.flows.messages.tasks import Task, load_tasks, members_of, works_of
from vaada.flows.optimistic_write import NotFound, require
from vaada.flows.work import About, MissingRow, StaffWork, customer_of, work_of
from vaada.gateways.links import LinkPurpose
from vaada.gateways.send_errors import Refused
from vaada.model.campaigns import Campaign, CampaignRecipient
from vaada.model.incoming_mail import MailFile
from vaada.model.interactions import Interaction
from vaada.model.messages import Message
from vaada.model.people import Agent, Customer
from vaada.model.recognitions import Recognition
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import SCALES, Commitment, Survey
from vaada.present import email, sms, whatsapp
from vaada.present.calendar_file import calendar_file
from vaada.present.email import Mail
from vaada.present.i18n import readable, words
from vaada.present.promise_question import PromiseQuestion
from vaada.present.recognition import Thanks, quote_of, thanks_words
from vaada.present.task_words import promise_to_customer
from vaada.present.view_models import (
    AskToRecommend,
    Confirmation,
    EventNews,
    Invitation,
    LateNotice,
    News,
    Note,
    Personal,
    Praise,
)
from vaada.rules import campaigns, surveys
from vaada.rules.messages import lifecycle, threads
from vaada.rules.time.deadlines import working_hours
from vaada.rules.time.quick_dates import quick_dates
from vaada.rules.time.zones import zone_of

MOST_IN_FULL = 20
"""Tasks of a batch that its mail shows in full; the others are one line each."""

_NEWS_LINKS: tuple[LinkPurpose, ...] = ("unsubscribe", "event")

Send = partial[str]
"""Sends one message. Returns the provider's id of it."""


def compose(desk: Desk, message: Message, now: datetime) -> Send:
    """Compose the message. Returns a function that sends it.

    Raises Refused if there is no address, NotFound if its customer is erased.
    """
    if message.purpose == "weekly_report":
        return _compose_weekly_report(desk, message, now)
    work = work_of(desk, message)
    if message.to == "customer":
        return _compose_for_customer(desk, message, work, now)
    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    if isinstance(work, Survey):
        return _compose_for_staff(desk, message, reader, *_praise(desk, work, reader, now))
    if isinstance(work, Recognition):
        return _compose_for_staff(desk, message, reader, *_thanks(desk, work, reader, now))
    if isinstance(work, Interaction):
        return _compose_for_staff(desk, message, reader, *_promise_question(desk, message, work, reader, now))
    if isinstance(work, CampaignRecipient):
        raise MissingRow(f"message {message.id} to staff is about a {work.kind_of_row}")
    return _compose_for_staff(desk, message, reader, *_tasks(desk, message, work, reader, now))


def _tasks(
    desk: Desk, message: Message, work: StaffWork, reader: Agent | None, now: datetime
) -> tuple[Callable[[], Mail], Callable[[], str]]:
    """Return what writes the mail and the text about the tasks of the message. Raises NotFound."""
    found = [(message, work)]
    if message.carries:  # what is no longer true is left out, unless that is all of it
        found = works_of(desk, members_of(desk, [message])[message.id])
        found = [(one, work) for one, work in found if lifecycle.is_still_true(one, work, now)] or found[:1]
    found.sort(key=lambda each: each[1].due_at)
    tasks = load_tasks(desk, [work for _, work in found], with_contacts=MOST_IN_FULL)
    members = [(one, tasks[work.id]) for one, work in found if work.id in tasks]
    if not members:
        raise NotFound(Customer, message.customer_id)
    notes = [_note(desk, message, one, task, reader, now) for one, task in members[:MOST_IN_FULL]]
    if len(members) == 1:
        note = (notes[0].purpose, notes[0].to, notes[0].brief)
        return partial(email.for_staff, *note), partial(sms.for_staff, *note)
    lines = [
        task_line(
            desk, task, reader, now, link_to(desk, message, one) if is_actionable(one.purpose) else None
        )
        for one, task in members
    ]
    link = desk.links.url("action", message.id)
    return (
        partial(email.for_staff_batch, notes, lines[MOST_IN_FULL:], link),
        partial(sms.for_staff_batch, lines, link),
    )


def link_to(desk: Desk, message: Message, member: Message) -> str:
    """Return the link by which the reader of the message acts on the task of one of its members.

    The link of a message that carries others shows a list, so its own task needs a word more.
    """
    link = desk.links.url("action", member.id)
    return f"{link}?task=1" if member.id == message.id and message.carries else link


def _compose_for_staff(
    desk: Desk, message: Message, reader: Agent | None, mail: Callable[[], Mail], text: Callable[[], str]
) -> Send:
    if message.medium == "sms":
        if reader is None or reader.phone is None:
            raise Refused("no phone number", for_good=True)
        return partial(desk.texter.send, text(), to_phone=reader.phone)
    if reader is None and is_suppressed(desk, "email", desk.settings.owner_email, survey=False):
        raise Refused("the owner's address is stopped", for_good=True)
    return partial(
        desk.mailer.send,
        mail(),
        business=desk.policy.business.name,
        to_name=reader.name if reader else "",
        to_email=reader.email if reader else desk.settings.owner_email,
        message_id=message.id,
        unsubscribe_url=None,
    )


def _compose_weekly_report(desk: Desk, message: Message, now: datetime) -> Send:
    from vaada.flows.weekly_reports import named_in  # only here: what all reports need is slow to import
    from vaada.present.weekly_report import week_page

    reader = desk.table.get(Agent, message.recipient_id) if message.recipient_id else None
    row = require(desk, WeeklyReport, message.about_id)
    times, business, base = times_of(desk, reader, now), desk.policy.business, desk.settings.public_url
    named = named_in(desk, row)
    page = week_page(row, named, times, business=business.name, zone=business.time_zone, base=base)
    if page is None:
        raise Refused("a report without figures", for_good=True)
    mail = partial(email.for_week, page, business.name, times.words, base)
    return _compose_for_staff(desk, message, reader, mail, lambda: page.subject)


def _praise(
    desk: Desk, survey: Survey, reader: Agent | None, now: datetime
) -> tuple[Callable[[], Mail], Callable[[], str]]:
    zone = ZoneInfo(zone_of(reader, desk.policy))
    praise = Praise(
        business=desk.policy.business.name,
        language=language_of(desk, reader),
        reader_name=reader.name if reader else "",
        customer_name=customer_of(desk, survey).name,
        score=survey.score or 0,
        top=SCALES[survey.kind][-1],
        words=survey.comment or "",
        now=now.astimezone(zone),
    )
    return partial(email.for_praise, praise), partial(sms.for_praise, praise)


def _thanks(
    desk: Desk, row: Recognition, reader: Agent | None, now: datetime
) -> tuple[Callable[[], Mail], Callable[[], str]]:
    evidence, by = desk.table.get_any(row.evidence_id), desk.table.get(Agent, row.said_by)
    business, language = desk.policy.business.name, words(language_of(desk, reader))
    thanks = Thanks(
        business=business,
        manager=by.name if by else business,
        reader_name=reader.name if reader else "",
        customer_name=customer_of(desk, row).name,
        reason=row.reason,
        quote=quote_of(evidence, language),
        note=row.note or "",
        on=now.astimezone(ZoneInfo(zone_of(reader, desk.policy))),
    )
    return partial(email.for_thanks, thanks, language), partial(thanks_words, thanks, language)


def _promise_question(
    desk: Desk, message: Message, work: Interaction, reader: Agent | None, now: datetime
) -> tuple[Callable[[], Mail], Callable[[], str]]:
    times = times_of(desk, reader, now)
    question = PromiseQuestion(
        business=desk.policy.business.name,
        reader_name=reader.name if reader else "",
        customer_name=customer_of(desk, work).name,
        summary=work.summary,
        written_at=work.occurred_at,
        offered=quick_dates(working_hours(reader, desk.policy), now),
        link=desk.links.url("action", message.id),
        times=times,
    )
    return partial(email.for_promise_question, question), lambda: question.title


def _note(
    desk: Desk, message: Message, member: Message, task: Task, reader: Agent | None, now: datetime
) -> Note:
    answerable = is_actionable(member.purpose)
    about = brief(
        desk,
        task,
        reader,
        now,
        answerable=answerable,
        link=link_to(desk, message, member) if answerable else None,
        explanation=member.explain.due_at,
    )
    return Note(member.purpose, member.to, about)


def _compose_for_customer(desk: Desk, message: Message, work: About, now: datetime) -> Send:
    customer = customer_of(desk, work)
    address = address_of(desk, customer, message)
    if address is None:
        raise Refused("no address any more", for_good=True)
    agent = desk.table.get(Agent, work.agent_id)
    business = desk.policy.business
    agent_name = agent.name if agent else business.name
    if isinstance(work, Interaction) and message.purpose == "confirmation":
        return _confirmation(desk, message, work, customer, address)
    if isinstance(work, CampaignRecipient):
        return _news(desk, message, work, customer, address, now)
    contact = desk.table.get(Interaction, message.answers) if message.answers else None
    wording = _wording_for_customer(desk, message, work, contact, customer, agent_name, now)
    if message.medium == "sms":
        return partial(desk.texter.send, wording.text(), to_phone=address)
    if message.medium == "whatsapp" and isinstance(work, Interaction):
        whole = personal_whatsapp(desk, customer, work.agent_id, work.summary)
        return partial(desk.whatsapp.send, whole, to_phone=address, message_id=message.id)
    return partial(
        desk.mailer.send,
        wording.mail(),
        business=business.name,
        to_name=customer.name,
        to_email=address,
        message_id=message.id,
        answers=threads.references_of(contact) if contact else (),
        by_person=isinstance(work, Interaction),
        files=_files(desk, work) if isinstance(work, Interaction) else (),
        thread=(customer.id, *((work.case_id,) if work.case_id else ())),
        reply_to=desk.reply_addresses.address(work.case_id) if work.case_id else None,
        unsubscribe_url=wording.unsubscribe_url,
    )


class _Wording(NamedTuple):
    """What writes a message to a customer, as a mail or as an SMS."""

    mail: Callable[[], Mail]
    text: Callable[[], str]
    unsubscribe_url: str | None = None


def _wording_for_customer(
    desk: Desk,
    message: Message,
    work: About,
    contact: Interaction | None,
    customer: Customer,
    agent_name: str,
    now: datetime,
) -> _Wording:
    """Return what writes the message, whose agent has this name. `contact` is what it answers."""
    match work:
        case Interaction():
            personal = _personal(desk, work, contact, customer, agent_name)
            return _Wording(partial(email.for_personal, personal), partial(sms.for_personal, personal))
        case Survey() if message.purpose == "recommendation":
            asked = _ask_to_recommend(desk, work, customer)
            return _Wording(
                partial(email.for_recommendation, asked),
                partial(sms.for_recommendation, asked),
                asked.unsubscribe_url,
            )
        case Survey():
            invitation = _invitation(desk, work, customer, agent_name)
            return _Wording(
                partial(email.for_customer, message.purpose, invitation),
                partial(sms.for_customer, message.purpose, invitation),
                invitation.unsubscribe_url,
            )
        case Commitment():
            notice = _late_notice(work, customer, agent_name, desk, now)
            return _Wording(partial(email.for_late, notice), partial(sms.for_late, notice))
        case _:
            raise MissingRow(f"message {message.id} to a customer is about a {work.kind_of_row}")


def _files(desk: Desk, work: Interaction) -> tuple[MailFile, ...]:
    """Return the files that go with what an agent wrote. Raises Refused if one is gone."""
    found = []
    for file in work.mail.attachments if work.mail else ():
        content = desk.mail_store.read(file.key or "")
        if content is None:
            raise Refused("a file of it is gone", for_good=True)
        found.append(MailFile(file.name, file.media_type, content))
    return tuple(found)


def _news(
    desk: Desk, message: Message, to: CampaignRecipient, customer: Customer, address: str, now: datetime
) -> Send:
    campaign, reminds = require(desk, Campaign, to.campaign_id), message.purpose == "event_reminder"
    news = news_for(desk, campaign, customer.language, now, to=(to, customer), reminds=reminds)
    return partial(
        desk.mailer.send,
        email.for_news(news),
        business=news.business,
        to_name=customer.name,
        to_email=address,
        message_id=message.id,
        unsubscribe_url=news.unsubscribe_url,
    )


def news_for(
    desk: Desk,
    campaign: Campaign,
    language: str | None,
    now: datetime,
    *,
    to: tuple[CampaignRecipient, Customer] | None = None,
    reminds: bool = False,
) -> News:
    """Return what the mail of a campaign says to a reader of this language: a recipient, or nobody yet."""
    business = desk.policy.business
    read = readable(language, business.language)
    text = campaigns.text_for(campaign.texts, read, business.language)
    urls = [desk.links.url(purpose, to[0].id) if to else desk.settings.public_url for purpose in _NEWS_LINKS]
    news = News(business.name, read, to[1].name if to else "", text.subject, text.text, urls[0])
    if campaign.event is None:
        return news
    zone, event = ZoneInfo(business.time_zone), campaign.event
    calendar = calendar_file(
        uid=f"{to[0].id if to else campaign.id}@{desk.settings.sender_email.rpartition('@')[2]}",
        stamp=campaign.send_at or campaign.created_at,
        begins_at=event.begins_at,
        ends_at=event.ends_at,
        title=text.subject,
        place=event.place,
        business=business.name,
    )
    begins_at, ends_at = event.begins_at.astimezone(zone), event.ends_at.astimezone(zone)
    shown = EventNews(begins_at, ends_at, now.astimezone(zone), event.place, urls[1], calendar, reminds)
    return news._replace(event=shown)


def _confirmation(
    desk: Desk, message: Message, contact: Interaction, customer: Customer, address: str
) -> Send:
    business = desk.policy.business
    confirmation = Confirmation(
        business.name, readable(customer.language, business.language), desk.links.url("form", contact.id)
    )
    return partial(
        desk.mailer.send,
        email.for_confirmation(confirmation),
        business=business.name,
        to_name="",  # a stranger wrote it
        to_email=address,
        message_id=message.id,
        unsubscribe_url=None,
    )


def personal_text(desk: Desk, customer: Customer, agent_id: str, text: str) -> str:
    """Return the whole text message that an agent writes to a customer."""
    agent = desk.table.get(Agent, agent_id)
    return sms.for_personal(_personal_of(desk, customer, agent.name if agent else "", text, None, None))


def personal_whatsapp(desk: Desk, customer: Customer, agent_id: str, text: str) -> str:
    """Return the whole WhatsApp message that an agent writes to a customer."""
    agent = desk.table.get(Agent, agent_id)
    return whatsapp.for_personal(_personal_of(desk, customer, agent.name if agent else "", text, None, None))


def _personal(
    desk: Desk, work: Interaction, answered: Interaction | None, customer: Customer, agent_name: str
) -> Personal:
    subject, answered_subject = (
        contact.mail.subject if contact and contact.mail else None for contact in (work, answered)
    )
    return _personal_of(desk, customer, agent_name, work.summary, subject, answered_subject)


def _personal_of(
    desk: Desk,
    customer: Customer,
    agent_name: str,
    text: str,
    subject: str | None,
    answered_subject: str | None,
) -> Personal:
    business = desk.policy.business
    return Personal(
        business=business.name,
        language=readable(customer.language, business.language),
        customer_name=customer.name,
        agent_name=agent_name,
        text=text,
        subject=subject,
        answered_subject=answered_subject,
    )


def _invitation(desk: Desk, survey: Survey, customer: Customer, agent_name: str) -> Invitation:
    business = desk.policy.business
    promise = desk.table.get(Commitment, survey.commitment_id) if survey.commitment_id else None
    language = readable(customer.language, business.language)
    return Invitation(
        business=business.name,
        language=language,
        customer_name=customer.name,
        agent_name=agent_name,
        survey_url=desk.links.url("survey", survey.id),
        unsubscribe_url=desk.links.url("unsubscribe", survey.id),
        closes_on=surveys.last_day(survey, zone_of(customer, desk.policy)),
        kind=survey.kind,
        what=promise_to_customer(promise, words(language)) if promise else None,
        can_reply=desk.settings.texts_answered,
    )


def _ask_to_recommend(desk: Desk, survey: Survey, customer: Customer) -> AskToRecommend:
    business, asked = desk.policy.business, asked_for(desk, survey)
    if asked is None:
        raise Refused("nothing to ask for any more", for_good=True)
    return AskToRecommend(
        business=business.name,
        language=readable(customer.language, business.language),
        customer_name=customer.name,
        asked_for=asked,
        unsubscribe_url=desk.links.url("unsubscribe", survey.id),
    )


def _late_notice(
    promise: Commitment, customer: Customer, agent_name: str, desk: Desk, now: datetime
) -> LateNotice:
    business = desk.policy.business
    zone = ZoneInfo(zone_of(customer, desk.policy))
    language = readable(customer.language, business.language)
    return LateNotice(
        business=business.name,
        language=language,
        customer_name=customer.name,
        agent_name=agent_name,
        what=promise_to_customer(promise, words(language)),
        due_at=promise.due_at.astimezone(zone),
        now=now.astimezone(zone),
    )

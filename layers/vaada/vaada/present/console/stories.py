"""A customer's rows as a story: who did what, and what was not sent and why."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from vaada.model.interactions import Interaction
from vaada.model.messages import Message, Purpose, RecipientRole
from vaada.model.people import Agent, Channel, MessageMedium
from vaada.model.rows import Row
from vaada.model.work import Commitment, FollowUp, Goodwill, Survey, SurveyKind
from vaada.present.file_sizes import size_words
from vaada.present.i18n import Words
from vaada.present.reasons import reason_words
from vaada.present.sanitize import isolate, line, printable
from vaada.present.task_words import amount_words, promise_words
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.undo import UNDO_WITHIN

Filter = Literal["all", "said", "promises", "messages", "not_sent", "surveys"]


FILTERS: dict[Filter, str] = {
    "all": _("All"),
    "said": _("Said"),
    "promises": _("Promises"),
    "messages": _("Messages"),
    "not_sent": _("Not sent"),
    "surveys": _("Surveys"),
}
_INBOUND: dict[Channel, str] = {
    "phone": _("%(customer)s called %(agent)s."),
    "email": _("%(customer)s wrote an e-mail to %(agent)s."),
    "sms": _("%(customer)s texted %(agent)s."),
    "whatsapp": _("%(customer)s wrote to %(agent)s by WhatsApp."),
    "chat": _("%(customer)s chatted with %(agent)s."),
    "social": _("%(customer)s wrote on social media; %(agent)s has it."),
    "web": _("%(customer)s wrote on the website; %(agent)s has it."),
    "in_person": _("%(customer)s came by; %(agent)s served them."),
}
_OUTBOUND: dict[Channel, str] = {
    "phone": _("%(agent)s called."),
    "email": _("%(agent)s wrote an e-mail."),
    "sms": _("%(agent)s texted."),
    "whatsapp": _("%(agent)s wrote by WhatsApp."),
    "chat": _("%(agent)s chatted."),
    "social": _("%(agent)s wrote on social media."),
    "web": _("%(agent)s wrote on the website."),
    "in_person": _("%(agent)s met them."),
}
_PURPOSES: dict[Purpose, str] = {
    "follow_up_reminder": _("a reminder"),
    "follow_up_unanswered": _("“Reminders go unanswered”"),
    "promise_warning": _("“A promise is due soon”"),
    "promise_overdue": _("“A promise is late”"),
    "promise_escalation": _("“A promise is still not kept”"),
    "reply_warning": _("“A customer waits”"),
    "reply_missed": _("“An answer is late”"),
    "goodwill_approval": _("“Goodwill to approve”"),
    "handed_over": _("“A colleague has this now”"),
    "assigned": _("“This is yours now”"),
    "running_late": _("“It runs late, and here is the new date”"),
    "survey": _("“How did we do?”"),
    "survey_reminder": _("“How did we do?”, once more"),
    "praise": _("praise from the customer"),
    "personal": _("a personal message"),
    "weekly_report": _("the weekly report"),
    "confirmation": _("“Is this your address?”"),
    "thanks": _("thanks from a manager"),
    "promise_question": _("“Did you promise something?”"),
    "tip": _("a tip"),
    "invitation": _("an invitation"),
    "event_reminder": _("a reminder of an event"),
    "recommendation": _("“Would you tell others, too?”"),
}
_ROLES: dict[RecipientRole, str] = {
    "agent": _("the agent"),
    "supervisor": _("the supervisor"),
    "owner": _("the owner"),
    "customer": _("the customer"),
}
_MEDIA: dict[MessageMedium, str] = {
    "email": _("by e-mail"),
    "sms": _("by text"),
    "whatsapp": _("by WhatsApp"),
}
_SURVEYS: dict[SurveyKind, str] = {
    "csat": _("how it went"),
    "nps": _("whether they would recommend us"),
    "ces": _("how easy it was"),
    "promise": _("whether we kept our word"),
}
_OUTLOOKS = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_TONES = {"upset": _("They were upset."), "abusive": _("They were abusive.")}


@dataclass(frozen=True)
class FileLine:
    """A file of a mail or of a WhatsApp message. `path` is its link; one without was too large to keep.

    `is_outlooks`: it is in a format of Outlook's own, which may hold other files and which few can read.
    """

    name: str
    size: str
    path: str | None
    is_outlooks: bool = False


@dataclass(frozen=True)
class Entry:
    """A line of the story. `said` is what people wrote; `is_not`: it was not sent or not kept.

    `undo_id` is the id of the row if the reader may still take back that it was kept or done, `contact_id`
    that of a contact, to which the evidence of a case leads. Of a mail, `folded` is its signature and what it
    quotes, and `hinted_case_id` the case of somebody else that it seems to answer.
    """

    at: datetime
    icon: str
    words: str
    note: str = ""
    said: str = ""
    case_id: str | None = None
    is_not: bool = False
    is_good: bool = False
    undo_id: str = ""
    contact_id: str = ""
    subject: str = ""
    folded: str = ""
    files: tuple[FileLine, ...] = ()
    hinted_case_id: str | None = None


@dataclass(frozen=True)
class DayOfStory:
    """The entries of a day, the latest first."""

    on: date
    title: str
    entries: tuple[Entry, ...]


_ENDS = frozenset({"kept", "withdrawn", "done", "cancelled"})


@dataclass(frozen=True)
class Teller:
    """Who tells the story: it knows the agents by id, the customer's name, and what the reader may act on."""

    times: Times
    agents: dict[str, Agent]
    customer: str
    may_act_on: Callable[[Commitment | FollowUp], bool]

    def name(self, person_id: str) -> str:
        """Return the name of who acted: an agent, a manager, the owner, or the desk itself."""
        gettext = self.times.words.catalogue.gettext
        if agent := self.agents.get(person_id):
            return isolate(agent.name, self.times.words.direction)
        if person_id.startswith("manager"):
            return gettext("a manager")
        return {"owner": gettext("the owner"), "desk": gettext("the desk")}.get(
            person_id, gettext("somebody")
        )


def story(rows: Iterable[Row], show: Filter, teller: Teller) -> tuple[DayOfStory, ...]:
    """Return the rows that the filter selects, by day, the latest first."""
    entries = [entry for row in rows if (entry := _entry(row, teller)) is not None and _shows(row, show)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    days: dict[date, list[Entry]] = {}
    for entry in entries:
        days.setdefault(teller.times.local(entry.at).date(), []).append(entry)
    return tuple(DayOfStory(on, teller.times.day(on), tuple(of_day)) for on, of_day in days.items())


def _shows(row: Row, show: Filter) -> bool:
    match show:
        case "all":
            return not (isinstance(row, Message) and row.to != "customer" and not _was_not_sent(row))
        case "said":
            return isinstance(row, Interaction)
        case "promises":
            return isinstance(row, Commitment)
        case "messages":
            return isinstance(row, Message)
        case "not_sent":
            return _was_not_sent(row)
        case "surveys":
            return isinstance(row, Survey)


def _was_not_sent(row: Row) -> bool:
    if isinstance(row, Survey):
        return row.status == "withheld"
    return isinstance(row, Message) and row.status in {"withheld", "failed", "unknown"}


def _entry(row: Row, teller: Teller) -> Entry | None:
    """Return the entry of a row. None: other entries include it, as contacts do cases and replies."""
    entry: Entry | None = None
    match row:
        case Interaction():
            entry = _of_interaction(row, teller)
        case Commitment():
            entry = _of_commitment(row, teller)
        case FollowUp():
            entry = _of_follow_up(row, teller)
        case Goodwill():
            entry = _of_goodwill(row, teller)
        case Message():
            entry = message_entry(row, teller)
        case Survey():
            entry = _of_survey(row, teller)
    return entry


def _of_interaction(row: Interaction, teller: Teller) -> Entry:
    gettext = teller.times.words.catalogue.gettext
    words = _INBOUND if row.direction == "inbound" else _OUTBOUND
    who = {"customer": teller.customer, "agent": teller.name(row.agent_id)}
    notes = [gettext(_TONES[row.tone])] if row.tone in _TONES else []
    if row.handed_over_from:
        notes.append(gettext("%(name)s had handed them over.") % {"name": teller.name(row.handed_over_from)})
    if row.resolved:
        notes.append(gettext("It was resolved."))
    return Entry(
        row.occurred_at,
        row.channel,
        gettext(words[row.channel]) % who,
        note=" ".join(notes),
        said=printable(row.summary),
        case_id=row.case_id,
        is_good=row.resolved,
        contact_id=row.interaction_id,
        subject=line(row.mail.subject) if row.mail else "",
        folded=printable(row.mail.folded) if row.mail else "",
        files=_files(row, teller.times.words),
        hinted_case_id=row.mail.hinted_case_id if row.mail else None,
    )


def _files(row: Interaction, words: Words) -> tuple[FileLine, ...]:
    return tuple(
        FileLine(
            line(file.name),
            size_words(file.size, words),
            f"/desk/files/{row.interaction_id}/{number}" if file.key else None,
            is_outlooks=file.media_type in _OUTLOOKS or file.name.casefold() == "winmail.dat",
        )
        for number, file in enumerate(row.attachments, 1)
    )


def _of_commitment(row: Commitment, teller: Teller) -> Entry:
    gettext, times = teller.times.words.catalogue.gettext, teller.times
    due = {"agent": teller.name(_first_agent(row)), "when": times.moment(row.due_at)}
    states = {
        "open": gettext("Open.") if row.due_at > times.now else gettext("Late, and open."),
        "kept": gettext("Kept."),
        "withdrawn": gettext("Withdrawn."),
        "broken": gettext("Not kept."),
    }
    notes = [states[row.status]]
    if row.kept_at is not None:
        when = {"when": times.moment(row.kept_at)}
        late = bool(row.late_by_seconds)
        notes = [
            gettext("Kept late, %(when)s.") % when if late else gettext("Kept in time, %(when)s.") % when
        ]
    return Entry(
        row.created_at,
        "promise",
        gettext("%(agent)s promised, by %(when)s:") % due,
        note=" ".join((*notes, *_who_took_part(row, teller))),
        said=printable(promise_words(row, teller.times.words)),
        case_id=row.case_id,
        is_not=row.status == "broken" or (row.status == "open" and row.due_at <= times.now),
        is_good=row.status == "kept",
        undo_id=_undo_id(row, "kept", teller),
    )


def _of_follow_up(row: FollowUp, teller: Teller) -> Entry | None:
    if row.origin != "requested":
        return None  # its cause is in the story already
    gettext = teller.times.words.catalogue.gettext
    states = {
        "scheduled": gettext("It is due %(when)s.") % {"when": teller.times.moment(row.due_at)},
        "due": gettext("It is due."),
        "done": gettext("Done."),
        "cancelled": gettext("Cancelled."),
    }
    who = {"agent": teller.name(_first_agent(row))}
    return Entry(
        row.created_at,
        "clock",
        gettext("%(agent)s wants to be reminded:") % who,
        note=" ".join((states[row.status], *_who_took_part(row, teller))),
        said=printable(row.reason),
        case_id=row.case_id,
        is_good=row.status == "done",
        undo_id=_undo_id(row, "done", teller),
    )


def _undo_id(row: Commitment | FollowUp, ended: str, teller: Teller) -> str:
    """Return the id of a row that ended this way within the last day, if the reader may act on it."""
    last = row.history[-1] if row.status == ended and row.history else None
    is_recent = last is not None and last.what == ended and teller.times.now - last.at <= UNDO_WITHIN
    return row.id if is_recent and teller.may_act_on(row) else ""


def _first_agent(row: Commitment | FollowUp) -> str:
    """Return the id of the agent who had it first: who made the promise or asked for the reminder."""
    return next((change.agent_before for change in row.history if change.agent_before), row.agent_id)


def _who_took_part(row: Commitment | FollowUp, teller: Teller) -> Iterator[str]:
    """Yield who got it from whom, and who ended it for somebody else."""
    gettext = teller.times.words.catalogue.gettext
    for change in row.history:
        if change.agent_after:
            who = {"agent": teller.name(change.agent_after), "when": teller.times.moment(change.at)}
            yield gettext("%(agent)s has it since %(when)s.") % who
        elif change.on_behalf_of and change.what in _ENDS:
            who = {"by": teller.name(change.by), "agent": teller.name(change.on_behalf_of)}
            yield gettext("%(by)s did it, for %(agent)s.") % who


def _of_goodwill(row: Goodwill, teller: Teller) -> Entry:
    gettext = teller.times.words.catalogue.gettext
    words = {
        "granted": _("%(agent)s gave %(amount)s."),
        "requested": _("%(agent)s asks to give %(amount)s."),
        "approved": _("%(agent)s asked to give %(amount)s, and %(by)s approved it."),
        "declined": _("%(agent)s asked to give %(amount)s, and %(by)s declined it."),
    }[row.status]
    who = {
        "agent": teller.name(row.agent_id),
        "amount": amount_words(row, teller.times.words),
        "by": teller.name(row.decided_by or "owner"),
    }
    return Entry(
        row.created_at, "gift", gettext(words) % who, said=printable(row.reason), case_id=row.case_id
    )


def message_entry(row: Message, teller: Teller) -> Entry:
    """Return a message as an entry: to whom it was sent, or why not."""
    gettext, times = teller.times.words.catalogue.gettext, teller.times
    to = teller.customer if row.to == "customer" else ""
    if not to:
        to = teller.name(row.recipient_id) if row.recipient_id else gettext(_ROLES[row.to])
    said = {"what": gettext(_PURPOSES[row.purpose]), "to": to, "how": gettext(_MEDIA[row.medium])}
    words = {
        "held": _("Waits to be sent to %(to)s %(how)s: %(what)s."),
        "waiting": _("Is tried again, to %(to)s %(how)s: %(what)s."),
        "sending": _("Is being sent to %(to)s %(how)s: %(what)s."),
        "sent": _("Sent to %(to)s %(how)s: %(what)s."),
        "grouped": _("Sent to %(to)s with another message: %(what)s."),
        "unknown": _("Perhaps sent to %(to)s %(how)s: %(what)s."),
        "failed": _("Not sent to %(to)s %(how)s: %(what)s."),
        "withheld": _("Not sent to %(to)s %(how)s: %(what)s."),
    }[row.status]
    notes = [reason_words(row.why_not, times.words.catalogue)] if row.why_not else []
    if row.instead_of:
        notes.append(gettext("It goes out instead of one that did not arrive."))
    if row.delivery in {"bounced", "complained", "rejected"}:
        notes.append(gettext("It did not arrive."))
    if row.purpose == "personal" and row.delivery == "delivered":
        notes.append(gettext("It arrived."))
    if row.status == "held" and row.wake_at is not None and row.wake_at > times.now:
        notes.append(gettext("It goes out %(when)s.") % {"when": times.moment(row.wake_at)})
    return Entry(
        row.sent_at or row.created_at,
        "stop" if _was_not_sent(row) else row.medium,
        gettext(words) % said,
        note=" ".join(notes),
        is_not=_was_not_sent(row),
    )


def _of_survey(row: Survey, teller: Teller) -> Entry:
    gettext, times = teller.times.words.catalogue.gettext, teller.times
    what = {"what": gettext(_SURVEYS[row.kind]), "when": times.moment(row.due_at)}
    if row.score is not None:
        answer = {**what, "answer": times.words.answer(row.kind, row.score)}
        return Entry(
            row.answered_at or row.due_at,
            "star",
            gettext("Asked %(what)s, they answered: %(answer)s.") % answer,
            said=printable(row.comment or ""),
            case_id=row.case_id,
        )
    words = {
        "scheduled": _("Will be asked %(what)s, %(when)s."),
        "sent": _("Was asked %(what)s."),
        "answered": _("Was asked %(what)s."),
        "expired": _("Was asked %(what)s, and did not answer."),
        "withheld": _("Not asked %(what)s."),
    }[row.status]
    why = reason_words(row.withheld_because, times.words.catalogue) if row.withheld_because else ""
    return Entry(
        row.sent_at or row.created_at,
        "stop" if row.status == "withheld" else "star",
        gettext(words) % what,
        note=why,
        case_id=row.case_id,
        is_not=row.status == "withheld",
    )


def purpose_words(purpose: Purpose, words: Words) -> str:
    """Return the kind of message: "a reminder"."""
    return words.catalogue.gettext(_PURPOSES[purpose])


def role_words(role: RecipientRole, words: Words) -> str:
    """Return the recipient of a message: "the supervisor"."""
    return words.catalogue.gettext(_ROLES[role])

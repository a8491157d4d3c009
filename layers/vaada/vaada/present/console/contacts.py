"""The words of the form that records a contact, and of what the desk will do about it."""

from dataclasses import dataclass
from datetime import datetime

from vaada.model.interactions import Direction, Kind, Tone
from vaada.model.messages import RecipientRole
from vaada.model.people import Agent, Channel
from vaada.present.sanitize import isolate
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.forecast import Ahead, Event

CHANNELS: dict[Channel, str] = {
    "phone": _("Phone"),
    "in_person": _("In person"),
    "email": _("E-mail"),
    "sms": _("Text"),
    "whatsapp": _("WhatsApp"),
    "chat": _("Chat"),
    "social": _("Social media"),
    "web": _("Website"),
}
KINDS: dict[Kind, str] = {
    "question": _("Question"),
    "request": _("Request"),
    "complaint": _("Complaint"),
    "order": _("Order"),
    "visit": _("Visit"),
    "other": _("Other"),
}
TONES: dict[Tone, str] = {"calm": _("Calm"), "upset": _("Upset"), "abusive": _("Abusive")}
DIRECTIONS: dict[Direction, str] = {"inbound": _("They did"), "outbound": _("We did")}
NEXT: dict[str, str] = {
    "goes_on": _("It goes on"),
    "remind": _("Remind me"),
    "wait": _("We wait for the customer"),
    "resolved": _("It is resolved"),
}
"""What comes after the contact."""

PROBLEMS: dict[str, str] = {
    "customer": _("Choose who it is, or add them as a new customer."),
    "summary": _("Write in a few words what was said."),
    "what": _("Say what you promised, or take the date away."),
    "at": _("Choose by when you promised it."),
    "at_past": _("That time is over. Choose one still to come."),
    "remind": _("Choose when you want to be reminded."),
    "occurred": _("That is still to come. Record a contact once it took place."),
    "agent": _("Choose whose contact it was."),
    "name": _("Write the name of the new customer."),
    "email": _("This is not an e-mail address."),
    "phone": _("This number cannot be dialled. Write it with its country code."),
    "other": _("This cannot be used here. Please check it."),
}
"""What is wrong with a field, and what to do."""


_AHEAD: dict[Event, str] = {
    "warned": _("%(agent)s is warned."),
    "overdue": _("The promise is flagged as late, and %(agent)s hears of it."),
    "told": _("%(who)s hears that it is still not kept."),
    "reply_warned": _("%(agent)s is warned that an answer is due soon."),
    "reply_missed": _("%(who)s hears that the answer is late."),
    "reminded": _("%(agent)s is reminded."),
    "called_back": _("It is outside opening hours: %(agent)s has promised to get back by then."),
    "asked": _("%(customer)s is asked how it went, if they agreed to that."),
}


@dataclass(frozen=True)
class AheadLine:
    """One thing that the desk will do."""

    at: datetime
    when: str
    words: str
    is_flag: bool


def ahead_lines(
    ahead: tuple[Ahead, ...], agent: Agent, agents: dict[str, Agent], customer: str, times: Times
) -> tuple[AheadLine, ...]:
    """Return what will happen, in the reader's words."""
    gettext, direction = times.words.catalogue.gettext, times.words.direction
    supervisor = agents.get(agent.supervisor_id) if agent.supervisor_id else None
    names: dict[RecipientRole, str] = {
        "agent": isolate(agent.name, direction),
        "supervisor": isolate(supervisor.name, direction) if supervisor else gettext("The owner"),
        "owner": gettext("The owner"),
        "customer": isolate(customer, direction) if customer else gettext("The customer"),
    }
    return tuple(
        AheadLine(
            event.at,
            times.when(event.at),
            gettext(_AHEAD[event.event])
            % {"who": names[event.to], "agent": names["agent"], "customer": names["customer"]},
            event.event == "overdue",
        )
        for event in ahead
    )

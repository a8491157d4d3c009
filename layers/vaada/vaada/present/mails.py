"""E-mails: a subject, and the same content as plain text and as HTML."""

from dataclasses import dataclass

from vaada.model.messages import Party, Purpose
from vaada.present import rendering
from vaada.present.briefs import ActionName, Brief, Invitation, action_link, score_link
from vaada.present.plain import isolate, line, shorten_to
from vaada.present.when import sentence
from vaada.present.words import words

_ANSWERS: dict[ActionName, str] = {
    "done": "Done",
    "tomorrow": "Tomorrow morning",
    "pick_date": "Pick a date",
    "kept": "Promise kept",
    "new_date": "New date agreed",
}
_FACES = ("😞", "🙁", "😐", "🙂", "😄")
_NAME_IN_SUBJECT, _MATTER_IN_SUBJECT = 40, 60


@dataclass(frozen=True)
class Mail:
    """A mail without its addresses. The subject is one line."""

    subject: str
    text: str
    html: str


def for_staff(purpose: Purpose, to: Party, brief: Brief) -> Mail:
    """The mail to a member of staff: how it stands, what is owed to whom, what was said, how to answer."""
    subject, lead = _notice(purpose, to, brief)
    slipped = purpose in {"promise_overdue", "promise_escalation"}
    values = {
        "subject": subject,
        "lead": lead,
        "brief": brief,
        "late": slipped or brief.late,
        "standing": sentence(brief.slipped if slipped else brief.standing),
        "mine": line(brief.reader_name) == line(brief.agent_name),
        "answers": [(_ANSWERS[name], action_link(brief.action_url, name)) for name in brief.actions]
        if brief.action_url
        else [],
    }
    english = words("en")
    return Mail(
        subject,
        rendering.text("mail/staff.txt", english, **values),
        rendering.html("mail/staff.html", english, **values),
    )


def for_customer(purpose: Purpose, invitation: Invitation) -> Mail:
    """The mail that asks a customer how it went: five faces, each a link to the survey page."""
    language = words(invitation.language)
    _ = language.catalogue.gettext
    reminder = purpose == "survey_reminder"
    if reminder:
        subject = _("A short reminder from %(business)s: how did we do?")
    else:
        subject = _("%(business)s: how did we do?")
    business = shorten_to(line(invitation.business), _NAME_IN_SUBJECT)
    subject %= {"business": isolate(business, language.direction)}
    links = [score_link(invitation.survey_url, score) for score in range(1, len(_FACES) + 1)]
    values = {
        "subject": subject,
        "reminder": reminder,
        "invitation": invitation,
        "closes_on": language.day(invitation.closes_on),
        "faces": list(zip(_FACES, language.faces(), links, strict=True)),
    }
    return Mail(
        subject,
        rendering.text("mail/survey.txt", language, **values),
        rendering.html("mail/survey.html", language, **values),
    )


def _notice(purpose: Purpose, to: Party, brief: Brief) -> tuple[str, str]:
    """The subject, and the sentence that says why this mail was sent and what would help now."""
    agent = isolate(brief.agent_name)
    customer = isolate(brief.customer_name)
    agent_in_subject = isolate(shorten_to(line(brief.agent_name), _NAME_IN_SUBJECT))
    whose = "You" if line(brief.reader_name) == line(brief.agent_name) else agent
    match purpose:
        case "follow_up_reminder":
            opening = sentence(brief.standing)
            lead = "It is time to follow this up."
            if whose != "You":
                lead = f"You stand in for {agent}, who was to follow this up."
            if brief.times > 1:
                lead += f" It is reminder {brief.times}; it stops when you answer."
        case "follow_up_unanswered":
            opening = f"No answer from {agent_in_subject}"
            unanswered = brief.times - 1  # this goes out with the next reminder
            reminders = "once" if unanswered == 1 else f"{unanswered} times"
            lead = (
                f"{agent} was reminded {reminders} and has not answered. "
                f"Please see to it that {customer} hears from somebody."
            )
        case "promise_warning":
            opening = f"Promise {brief.standing}"
            lead = (
                f"{whose} promised this to {customer}. "
                "If it cannot be kept, say so now and agree a new date: before it slips, not after."
            )
        case "promise_overdue":
            opening = f"Promise {brief.slipped}"
            lead = (
                f"{whose} promised this to {customer}, and it is not marked as kept. "
                "If it is done, say so here. If not, call, apologise, and agree a new date."
            )
        case "promise_escalation":
            opening = f"{agent_in_subject}'s promise is {brief.slipped}"
            lead = f"{agent} promised this to {customer}, and it is not marked as kept. " + (
                "Please decide what should happen next."
                if to == "owner"
                else f"Please talk to {agent}, and see to it that {customer} hears from somebody."
            )
        case _:
            raise ValueError(purpose)
    return f"{opening}: {_matter(brief)}", lead


def _matter(brief: Brief) -> str:
    """What it is about, on one short line. The customer is named unless the words do so already."""
    owed = shorten_to(line(brief.owed), _MATTER_IN_SUBJECT)
    name = shorten_to(line(brief.customer_name), _NAME_IN_SUBJECT)
    if name.casefold() in owed.casefold():
        return isolate(owed)
    return f"{isolate(name)} · {isolate(owed)}"

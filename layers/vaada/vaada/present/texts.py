"""Text messages: short, at most two segments, at most one link, and never a broken one."""

from collections.abc import Iterator

from vaada.model.messages import Party, Purpose
from vaada.present.briefs import Brief, Invitation
from vaada.present.plain import isolate, line, shorten
from vaada.present.when import sentence
from vaada.present.words import words

# 3GPP TS 23.038: the default alphabet, and the table reached by an escape, whose characters count twice.
_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_EXTENSION = frozenset("\f^{}\\[~]|€")
_MOST_SEGMENTS = 2
_WORTH_READING = 20  # characters of what is owed; with room for less, something else has to go
# What word processors make of plain punctuation. One of them would more than halve the room in a text.
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


def for_staff(purpose: Purpose, to: Party, brief: Brief) -> str:
    """The text to a member of staff: how it stands, whose, what, and the link to answer."""
    return _first_that_fits(_for_staff(purpose, to, brief), brief.action_url)


def for_customer(purpose: Purpose, invitation: Invitation) -> str:
    """The text that asks a customer how it went."""
    return _first_that_fits(_for_customer(purpose, invitation), invitation.survey_url)


def segments(text: str) -> int:
    """How many messages it is billed as: 160 GSM-7 characters or 70 UCS-2 units each, fewer if joined."""
    if _is_gsm_7(text):
        units, alone, joined = sum(2 if character in _GSM_7_EXTENSION else 1 for character in text), 160, 153
    else:
        units, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= alone else -(-units // joined)


def _for_staff(purpose: Purpose, to: Party, brief: Brief) -> Iterator[str]:
    """The words, from the fullest to the shortest."""
    promise = "promise" if to == "agent" else f"{isolate(brief.agent_name)}'s promise"
    standings = {
        "follow_up_reminder": brief.standing,
        "follow_up_unanswered": f"no answer from {isolate(brief.agent_name)}",
        "promise_warning": f"{promise} {brief.standing}",
        "promise_overdue": f"{promise} {brief.slipped}",
        "promise_escalation": f"{promise} {brief.slipped}",
    }
    standing = sentence(standings[purpose])
    link = brief.action_url
    customer = isolate(brief.customer_name)
    reach = f" {brief.customer_phone}" if brief.customer_phone else ""
    owed = line(brief.owed)
    for head in (f"{standing}. {customer}{reach}: ", f"{standing}. {customer}: ", f"{customer}: "):
        some = shorten(owed, lambda beginning: _fits(_joined(head + isolate(beginning), link)))  # noqa: B023
        if len(some) >= min(_WORTH_READING, len(owed)):
            yield head + isolate(some)
    yield f"{'Late' if brief.late else 'Due'}: {customer}"
    yield standing


def _for_customer(purpose: Purpose, invitation: Invitation) -> Iterator[str]:
    """The words, from the fullest to the shortest."""
    language = words(invitation.language)
    _ = language.catalogue.gettext
    names = {
        "business": isolate(invitation.business, language.direction),
        "agent": isolate(invitation.agent_name, language.direction),
    }
    if purpose == "survey_reminder":
        # Translators: a text message; accents outside GSM-7 (such as á) halve its room
        yield _("%(business)s: a short reminder. How happy are you with the service from %(agent)s?") % names
    else:
        # Translators: a text message; accents outside GSM-7 (such as á) halve its room
        yield _("%(business)s: how happy are you with the service from %(agent)s?") % names
    # Translators: a text message that has to be short
    yield _("%(business)s: how did we do?") % names
    # Translators: a text message with hardly any room: at most 18 characters if not in GSM-7
    yield _("How did we do?")


def _first_that_fits(choices: Iterator[str], link: str | None) -> str:
    texts = (_joined(choice, link) for choice in choices)
    return next((text for text in texts if _fits(text)), link or "")


def _joined(text: str, link: str | None) -> str:
    plain = text.translate(_PLAIN_PUNCTUATION)
    return "\n".join(part for part in (plain if _is_gsm_7(plain) else text, link) if part)


def _fits(text: str) -> bool:
    return segments(text) <= _MOST_SEGMENTS


def _is_gsm_7(text: str) -> bool:
    return all(character in _GSM_7 or character in _GSM_7_EXTENSION for character in text)

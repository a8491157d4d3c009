"""Stored English reasons in the reader's words: why at this time, or why nothing was sent."""

import re
from gettext import NullTranslations

from vaada.present.translation_marks import _, ngettext

_RULE = re.compile(
    r"(?P<n>[0-9]+) (?P<unit>[a-z ]+?)s? (?:after|before) (?P<event>[a-z ]+?)(?:, moved into working time)?"
)
_EVERY = re.compile(r"every (?P<n>[0-9]+) (?P<unit>day)s(?P<event>.*)")
_DELAYS = {
    "minute": ngettext("%(n)s minute", "%(n)s minutes"),
    "hour": ngettext("%(n)s hour", "%(n)s hours"),
    "day": ngettext("%(n)s day", "%(n)s days"),
    "opening minute": ngettext("%(n)s opening minute", "%(n)s opening minutes"),
    "opening hour": ngettext("%(n)s opening hour", "%(n)s opening hours"),
    "business day": ngettext("%(n)s business day", "%(n)s business days"),
}
_RULES: dict[str, str] = {
    "it waits for the customer": _("%(delay)s after it began to wait for the customer"),
    "it was opened again": _("%(delay)s after it was opened again"),
    "the last open work ended": _("%(delay)s after the last open work ended"),
    "it was due": _("%(delay)s after it was due"),
    "it is due": _("%(delay)s before it is due"),
    "the answer": _("%(delay)s after the answer"),
    "the contact": _("%(delay)s after the contact"),
    "the contact was recorded": _("%(delay)s after the contact was recorded"),
    "the customer was in touch": _("%(delay)s after the customer was in touch"),
    "the last attempt": _("%(delay)s after the last attempt"),
    "the matter was resolved": _("%(delay)s after the matter was resolved"),
    "the promise was kept": _("%(delay)s after the promise was kept"),
    "the review was proposed": _("%(delay)s after the review was proposed"),
    "the target": _("%(delay)s before the answer is due"),
    # Translators: a rhythm, such as "every 90 days", without saying "every"
    "": _("%(delay)s after the last time"),
    " since the last contact, when the business opens": _(
        "%(delay)s after the last contact, when the business opens"
    ),
}
_FIXED_RULES = {
    # Translators: it follows "Why now:"
    "the next working morning": _("the next working morning"),
    # Translators: it follows "Why now:"; the clock of an answer stands still while the customer is asked
    "what was left when the clock was paused": _("what was left when the clock was paused"),
    "when they may be asked again": _("when they may be asked again"),
    "when customers may be written to": _("when customers may be written to"),
}
_REASONS: tuple[tuple[str, str], ...] = (
    ("the customer did not agree to surveys", _("They did not agree to be asked.")),
    (
        "there is no address that the customer agreed to and that works",
        _("There is no address that they agreed to and that works."),
    ),
    ("the business parted with the customer", _("You parted with them.")),
    ("somebody was abusive in this matter", _("Somebody was abusive in this matter.")),
    ("the matter was taken up again", _("The matter was taken up again.")),
    ("the matter was opened again", _("The matter was opened again.")),
    (
        "nobody of ours was in touch with them in this matter",
        _("Nobody of ours was in touch with them in this matter."),
    ),
    ("something is owed to the customer", _("Something was owed to them.")),
    (
        "the policy asks for no recommendations any more",
        _("The policy asks for no recommendations any more."),
    ),
    ("they were asked something lately", _("They were asked something lately.")),
    ("they were asked the same lately", _("They were asked the same lately.")),
    ("they were written to often enough lately", _("They were written to often enough lately.")),
    ("no answer came from the provider", _("It is not known whether it arrived.")),
    ("not accepted in time", _("It was not accepted in time.")),
    ("it was bounced", _("It came back.")),
    ("it was rejected", _("It was rejected.")),
    ("no phone number", _("There is no phone number.")),
    ("no address any more", _("There is no address any more.")),
    ("the owner's address is stopped", _("The owner's address does not work.")),
    (
        "the address was stopped, and the same goes out by another medium",
        _("The address does not work, and the same goes out another way."),
    ),
    ("no longer needed when it could be sent", _("It was no longer needed when it could be sent.")),
    (
        "another message that goes out at the same time says the same",
        _("Another message that goes out at the same time says the same."),
    ),
    (
        "it is for one reader alone, whose address was stopped",
        _("It is for one reader alone, whose address does not work."),
    ),
    (
        "the customer was merged into another, who has one already",
        _("They were merged into another record, which has one already."),
    ),
    (
        "the customer did not agree to be written to this way",
        _("They did not agree to be written to this way."),
    ),
    (
        "their last message by WhatsApp is more than 24 hours old",
        _(
            "Their last message by WhatsApp is more than 24 hours old. "
            "WhatsApp takes an answer for a day only."
        ),
    ),
    (
        "WhatsApp takes an answer for 24 hours, which end before it may go out",
        _(
            "WhatsApp takes an answer for a day only, which ends before it may go out. "
            "Send it now, or another way."
        ),
    ),
    ("there is no address of this kind that works", _("There is no address of this kind that works.")),
    (
        "somebody wrote by the contact form with this address",
        _("Somebody wrote by the contact form with this address."),
    ),
    ("an agent wrote it", _("An agent wrote it.")),
    ("there was nothing to report", _("There was nothing to report.")),
    (
        "the week after it was over before it could be sent",
        _("The week after it was over before it could be sent."),
    ),
    (
        "sent too fast, or without the page, for a person",
        _("It was sent too fast for a person, or without the page."),
    ),
    ("several scores at the same moment", _("Several answers came at the same moment.")),
    ("its customer was erased", _("The customer was erased.")),
    ("the customer was written to often enough lately", _("They were written to often enough lately.")),
    ("the customer did not agree to tips and invitations", _("They did not agree to tips and invitations.")),
    (
        "they had enough tips and invitations this month",
        _("They had enough tips and invitations this month."),
    ),
    ("they have it already", _("They have it already.")),
    ("the campaign was cancelled", _("It was cancelled.")),
    ("the event has begun", _("The event has begun.")),
    ("they said that they come", _("They said that they come.")),
    ("they agreed to tips and invitations", _("They agreed to tips and invitations.")),
)


def reason_words(reason: str, catalogue: NullTranslations) -> str:
    """Return a stored English reason in the reader's language, if it is a known one."""
    known = dict(_REASONS).get(reason)
    if known:
        return catalogue.gettext(known)
    rule = rule_words(reason, catalogue)
    whole = rule or f"{reason}."
    return f"{whole[:1].upper()}{whole[1:]}"


def rule_words(rule: str, catalogue: NullTranslations) -> str | None:
    """Return the rule of a computed time: "4 opening hours after it was due". None: not a known one."""
    if known := _FIXED_RULES.get(rule):
        return catalogue.gettext(known)
    found = _RULE.fullmatch(rule) or _EVERY.fullmatch(rule)
    sentence = _RULES.get(found["event"]) if found else None
    if found is None or sentence is None or found["unit"] not in _DELAYS:
        return None
    return catalogue.gettext(sentence) % {"delay": delay_words(int(found["n"]), found["unit"], catalogue)}


def delay_words(number: int, unit: str, catalogue: NullTranslations) -> str:
    """Return a length of time in words, such as "4 opening hours"."""
    return catalogue.ngettext(*_DELAYS[unit], number) % {"n": number}

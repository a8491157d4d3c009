"""What a task is about, in the reader's words.

People's own words stay as they are. What the desk itself wrote into a row is stored in English, and is shown
in the reader's language; a sentence that is not known here, of another release, is shown as it is stored.
"""

import re
from collections.abc import Iterable
from functools import cache

from vaada.model.work import Commitment, FollowUp, Goodwill, Reply
from vaada.present.cldr import formats
from vaada.present.i18n import Words
from vaada.present.sanitize import isolate
from vaada.present.translation_marks import _, ngettext

_REASONS = (
    _("This was not resolved yet. Steps to do: %(steps)s."),
    _("This was not resolved yet."),
    _("The matter was opened again."),
    _("The customer has not answered. Ask again, or close the matter."),
    _("Is this solved? Nothing is planned any more: close the matter, or say what comes next."),
    # Translators: a customer answered a survey about the agent, such as "2 of 5: nobody called back"
    _("Unhappy with %(agent)s's service, %(score)s of %(top)s: %(comment)s"),
    _("Unhappy with %(agent)s's service, %(score)s of %(top)s."),
    _("The customer was abusive towards %(agent)s."),
    _("The customer is in touch again after you parted."),
    _("The customer was upset when in touch with %(agent)s."),
    # Translators: a customer was sent from one to the next; %(facts)s is such as "2 hand-offs, 1 reopening"
    _("Run-around: %(facts)s. %(agent)s has the case from now on."),
    # Translators: %(length)s is such as "90 days"
    _("Stay in touch: nothing was heard for %(length)s."),
    _("%(agent)s gets no mail: the address does not work. Tell them, and correct it."),
    _("%(agent)s gets no mail: they had it stopped, perhaps as spam. Talk to them."),
    _("%(agent)s gets no texts: the address does not work. Tell them, and correct it."),
    _("%(agent)s gets no texts: they had it stopped, perhaps as spam. Talk to them."),
    _("The customer did not get what you wrote. Reach them another way."),
)
_PROMISES = (
    _("Get back to them: they were in touch outside opening hours."),
    _("Call about the service of %(agent)s: they were unhappy"),
)
_TO_CUSTOMERS = {
    # Translators: a promise, quoted to the customer to whom it was made
    _PROMISES[0]: _("Get back to you"),
    # Translators: a promise, quoted to the customer to whom it was made
    _PROMISES[1]: _("Call you about the service of %(agent)s"),
}
_STEPS = {
    "apologised": _("Apologise"),
    "gone through with the customer": _("Go through it with them"),
    "written down for all": _("Write it down"),
    "solved": _("Solve it"),
    "confirmed with the customer": _("Ask whether it is solved"),
    "cause and prevention recorded": _("Find the cause"),
}
_COUNTED = {
    "hand-off": ngettext("%(n)s hand-off", "%(n)s hand-offs"),
    "repeat contact": ngettext("%(n)s repeat contact", "%(n)s repeat contacts"),
    "reopening": ngettext("%(n)s reopening", "%(n)s reopenings"),
    "day": ngettext("%(n)s day", "%(n)s days"),
}
_COUNT = re.compile(r"(?P<n>[0-9]+) (?P<what>[a-z -]+?)s?")


def task_words(work: Commitment | FollowUp | Reply | Goodwill, customer_name: str, words: Words) -> str:
    """Return what the task is: the promise, the reason of a follow-up or of goodwill, or "Answer Bilal"."""
    match work:
        case Commitment():
            return promise_words(work, words)
        case Goodwill():
            return work.reason
        case FollowUp():
            return work.reason if is_typed(work) else _translated(work.reason, _REASONS, words)
        case Reply():
            name = isolate(customer_name, words.direction)
            return words.catalogue.gettext("Answer %(customer)s") % {"customer": name}


def is_typed(work: Commitment | FollowUp | Reply | Goodwill) -> bool:
    """Whether `task_words` are words that a person typed, in any language."""
    match work:
        case Commitment():
            return work.origin == "stated"
        case FollowUp():
            return work.origin == "requested"
        case Goodwill():
            return True
        case Reply():
            return False


def promise_words(promise: Commitment, words: Words) -> str:
    """Return the promise as staff read it."""
    return promise.what if is_typed(promise) else _translated(promise.what, _PROMISES, words)


def promise_to_customer(promise: Commitment, words: Words) -> str:
    """Return the promise as the customer reads it."""
    if is_typed(promise):
        return promise.what
    return _translated(promise.what, _PROMISES, words, shown=_TO_CUSTOMERS)


def _translated(stored: str, known: Iterable[str], words: Words, shown: dict[str, str] | None = None) -> str:
    """Return the stored sentence in the reader's language, if it is a known one."""
    for sentence in known:
        if found := _pattern(sentence).fullmatch(stored):
            gaps = {name: _gap(name, text, words) for name, text in found.groupdict().items()}
            return words.catalogue.gettext((shown or {}).get(sentence, sentence)) % gaps
    return stored


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    """Return a pattern that matches the sentence with any words in its gaps."""
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+?)", re.escape(sentence)), re.DOTALL)


def _gap(name: str, text: str, words: Words) -> str:
    match name:
        case "steps":
            steps = [words.catalogue.gettext(_STEPS.get(step, step)) for step in text.split(", ")]
            return formats(words.language).join(steps)
        case "facts":
            return formats(words.language).join([_counted(fact, words) for fact in text.split(", ")])
        case "length":
            return _counted(text, words)
        case "comment":
            return text
        case _:
            return isolate(text, words.direction)


def _counted(text: str, words: Words) -> str:
    """Return a stored count, such as "2 hand-offs", in the reader's language."""
    found = _COUNT.fullmatch(text)
    if found is None or found["what"] not in _COUNTED:
        return text
    return words.catalogue.ngettext(*_COUNTED[found["what"]], int(found["n"])) % {"n": found["n"]}


def amount_words(goodwill: Goodwill, words: Words) -> str:
    """Return the amount with its currency: "PKR 11,000.00"."""
    return f"{goodwill.currency} {formats(words.language).number(goodwill.amount, places=2)}"

"""The words of the first run: its steps, and what may be wrong with their forms."""

from vaada.model.setup import SetupStep
from vaada.present.i18n import Words
from vaada.present.translation_marks import _

STEPS: dict[SetupStep, tuple[str, str]] = {
    "business": (_("The business"), _("Whose desk is it?")),
    "hours": (_("Hours and holidays"), _("When are you open?")),
    "colleagues": (_("Colleagues"), _("Who works here?")),
    "customers": (_("Your customers"), _("Bring your customers")),
    "message": (_("A message to yourself"), _("Send yourself a message")),
}
"""The steps: their names, and the headings of their pages."""

PROBLEMS: dict[str, str] = {
    "name": _("Write a name, on one line."),
    "country": _("Write the country as two letters, such as PK."),
    "time_zone": _("This is not a time zone. Write it like Asia/Karachi."),
    "language": _("Choose a language."),
    "hours": _("Write hours like 09:00-13:00, 14:00-18:00 for at least one day."),
    "email": _("This is not an e-mail address."),
    "taken": _("This address belongs to a colleague already."),
    "lines": _("Choose a file, or paste at least one line."),
    "too_many": _("These are too many lines for once. Paste a part of them first."),
    "phone": _("This number cannot be dialled. Write it with its country code."),
    "no_agent": _("Only who serves is reminded. Invite yourself as a colleague first."),
}
"""What is wrong with a field, and what to do."""


def tried_words(words: Words) -> tuple[str, str]:
    """Return what was recorded when the reader tried the desk, and what its reminder says."""
    gettext = words.catalogue.gettext
    return gettext("A try of the desk, with myself as the customer."), gettext(
        "See that this reminder arrives"
    )

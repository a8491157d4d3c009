"""The words of the form that changes a customer."""

from vaada.present.translation_marks import _

EDIT_PROBLEMS: dict[str, str] = {
    "name": _("Write a name, on one line."),
    "email": _("This is not an e-mail address."),
    "other_emails": _("One of these is not an e-mail address."),
    "phone": _("This number cannot be dialled. Write it with its country code."),
    "other_phones": _("One of these numbers cannot be dialled."),
    "time_zone": _("This is not a time zone. Write it like Asia/Karachi."),
    "referred_by": _("Nobody, or more than one customer, was found by this. Write their e-mail address."),
    "check_in_every_days": _("Write a number of days, 1 to 3650."),
    "tags": _("Write at most 20 short words, with commas between them."),
    "notes": _("These notes are too long."),
}
"""What is wrong with a field, and what to do."""

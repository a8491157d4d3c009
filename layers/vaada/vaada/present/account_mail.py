"""The mails that Cognito sends to users of the console: a subject, and a message in HTML with gaps.

Cognito fills the gaps, which it names, when it sends the mail. It takes subjects of at most 140 characters,
messages of at most 20,000, and in both only letters, marks, numbers, punctuation, symbols and white space: no
control characters, which would isolate a right-to-left name. So names are in `<bdi>` tags, or at the start.
"""

from typing import Literal, NamedTuple

from vaada.present import rendering, staff_messages
from vaada.present.i18n import Words
from vaada.present.sanitize import line, shorten_to

AccountMailKind = Literal["invitation", "code"]

PASSWORD_DAYS = 30
"""How long the password of an invitation is valid: `TemporaryPasswordValidityDays` in the template."""


class AccountMail(NamedTuple):
    """The content of a mail that Cognito sends. The subject is one line."""

    subject: str
    html: str


class Gaps(NamedTuple):
    """What stands for the user's name and for the password or code, until Cognito fills them in."""

    username: str
    code: str


def account_mail(kind: AccountMailKind, words: Words, business: str, console: str, gaps: Gaps) -> AccountMail:
    """Return an invitation with a first password, or a mail with a code. `console` is its address."""
    name = shorten_to(line(business), staff_messages.LONGEST_NAME)
    gettext = words.catalogue.gettext
    invites = kind == "invitation"
    subject = (
        gettext("%(business)s: your way in to the desk") if invites else gettext("%(business)s: your code")
    )
    subject %= {"business": name}
    html = rendering.html(
        f"mail/{kind}.html",
        words,
        subject=subject,
        business=name,
        console=console,
        gaps=gaps,
        days=PASSWORD_DAYS,
    )
    return AccountMail(subject, html)

"""Mail threads: the ids by which mail programs find which mail an answer belongs to (RFC 5322, 3.6.4)."""

import re
from collections.abc import Iterable

from vaada.model.interactions import Interaction

_ID = re.compile(r"<[!-;=?-~]{1,250}@[!-;=?-~]{1,250}>")
_ROOM = 900  # characters of the 998 of a line


def references_of(contact: Interaction) -> tuple[str, ...]:
    """Return the ids for an answer's References: those of the contact's mail, then its own.

    Without an id of its own there are none. Of a long thread the first is kept and the latest that fit.
    """
    mail = contact.mail
    own = list(_ids((mail.message_id or "",)))[:1] if mail else []
    if mail is None or not own:
        return ()
    before = [each for each in dict.fromkeys(_ids(mail.references)) if each not in own]
    first, latest = before[:1], before[1:]
    while latest and len(" ".join((*first, *latest, *own))) > _ROOM:
        latest = latest[1:]
    return (*first, *latest, *own)


def _ids(texts: Iterable[str]) -> Iterable[str]:
    """Yield the well-formed ids in angle brackets. Other content would damage the header."""
    for text in texts:
        if _ID.fullmatch(f"<{text}>"):
            yield f"<{text}>"

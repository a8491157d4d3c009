"""Parse an SMS from a customer: an opt-out or opt-in keyword, or a survey score."""

import re
import unicodedata
from typing import Literal

# The keywords that carriers know, and their equivalents in the languages of our messages.
_STOP = frozenset(
    {
        *("stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke"),
        *(
            "optout",
            "opt out",
            "remove",
            "arret",
            "arrêt",
            "désabonner",
            "stopp",
            "abmelden",
            "parar",
            "baja",
            "cancelar",
            "sair",
        ),
        *("بند", "بند کریں", "روکیں", "توقف", "إيقاف", "الغاء", "إلغاء", "बंद", "बंद करें", "रोकें"),
    }
)
_START = frozenset({"start", "unstop", "yes start", "optin", "opt in", "شروع", "ابدأ", "शुरू"})
_PUNCTUATION = re.compile(r"[\s.!,;:'\"«»“”،؟?-]+")
_DIGITS = re.compile(r"\d{1,2}")


def parse(text: str) -> Literal["stop", "start"] | int | None:
    """Return the keyword's meaning, or the score. None: neither."""
    if is_stop(text):
        return "stop"
    return "start" if is_start(text) else score(text)


def is_stop(text: str) -> bool:
    """Whether the whole message is a stop keyword, ignoring case and punctuation."""
    return _normalize(text) in _STOP


def is_start(text: str) -> bool:
    """Whether the whole message is a start keyword, ignoring case and punctuation."""
    return _normalize(text) in _START


def score(text: str) -> int | None:
    """Return the number, of one or two digits in any script. None: the message is not just a number."""
    plain = _normalize(text.replace("-", " minus "))
    return int(plain) if _DIGITS.fullmatch(plain) else None


def _normalize(text: str) -> str:
    return _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()

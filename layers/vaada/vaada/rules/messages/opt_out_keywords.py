"""What a text from a customer asks for: to stop, to start again, or nothing of the kind; or an answer."""

import re
import unicodedata
from typing import Literal

# The words that carriers know, and their like in the languages that customers are written to.
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
_MARKS = re.compile(r"[\s.!,;:'\"«»“”،؟?-]+")
_DIGITS = re.compile(r"\d{1,2}")


def meaning(text: str) -> Literal["stop", "start"] | int | None:
    """What the text asks for, or its score. None: nothing that is understood."""
    if is_stop(text):
        return "stop"
    return "start" if is_start(text) else score(text)


def is_stop(text: str) -> bool:
    """Whether the whole message asks to stop, in any case and with any marks around it."""
    return _plain(text) in _STOP


def is_start(text: str) -> bool:
    """Whether the whole message asks to be written to again."""
    return _plain(text) in _START


def score(text: str) -> int | None:
    """The number that the whole message is, in any script's digits. None: it is not one."""
    plain = _plain(text.replace("-", " minus "))
    return int(plain) if _DIGITS.fullmatch(plain) else None


def _plain(text: str) -> str:
    return _MARKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()

"""Read the answer to a survey in an SMS: a number on its scale, also as "5/5" or "Thank you! 5"; or yes."""

import re
import unicodedata

from vaada.model.folding import fold
from vaada.model.work import SCALES, SurveyKind
from vaada.rules.messages.opt_out_keywords import without_courtesy

_YES = frozenset(
    map(
        fold,
        (
            *("yes", "y", "yep", "yeah", "yes you did", "oui", "ja", "jawohl", "sí", "si", "sim"),
            *(
                "جی",
                "جی ہاں",
                "ہاں",
                "جی ہاں جی",
                "نعم",
                "أجل",
                "हाँ",
                "हां",
                "जी",
                "जी हाँ",
                "haan",
                "han",
                "ji",
                "ji haan",
                "हाँ जी",
                "ہاں جی",
                "haan ji",
            ),
        ),
    )
)
_NO = frozenset(
    map(
        fold,
        (
            *("no", "n", "nope", "no you did not", "non", "nein", "não", "nao"),
            *(
                "نہیں",
                "جی نہیں",
                "نہ",
                "لا",
                "كلا",
                "नहीं",
                "नही",
                "जी नहीं",
                "nahi",
                "nahin",
                "ji nahi",
                "ji nahin",
            ),
        ),
    )
)
# A sign or a decimal makes it another number; a minus of any form is one.
_OTHER_NUMBER = re.compile(r"[-\u2010-\u2015\u2212+]\s*\d|\d\s*[.,:]\s*\d|\d\s*[-\u2010-\u2015]\s*\d")
_CURRENCY = "Sc"  # the category of "€" in Unicode
# Folded, as what is read: in Urdu and Hindi the top comes first.
_SCORE = re.compile(
    r"(?P<score>\d{1,2})(?: (?:of|out of|von|sur|de|em|من)? ?(?P<top>\d{1,2}))?"
    rf"|(?P<top_first>\d{{1,2}}) (?:{fold('میں سے')}|{fold('में से')}) (?P<score_last>\d{{1,2}})"
)
_STARS = re.compile(
    rf" (?:stars?|sterne?|etoiles?|estrellas?|estrelas?|{fold('ستارے')}|{fold('نجوم')}|{fold('सितारे')})$"
)


def score(text: str, kind: SurveyKind) -> int | None:
    """Return the score on the scale of this kind of survey. None: the message says something else."""
    said = without_courtesy(text)
    if kind == "promise" and (said in _YES or said in _NO):
        return 1 if said in _YES else 0
    has_currency = any(unicodedata.category(character) == _CURRENCY for character in text)
    if has_currency or "%" in text or _OTHER_NUMBER.search(unicodedata.normalize("NFKC", text)):
        return None
    found = _SCORE.fullmatch(_STARS.sub("", said))
    if found is None:
        return None
    given, top = int(found["score"] or found["score_last"]), found["top"] or found["top_first"]
    says_top = "/" in text or _says_out_of(said)
    of_this_scale = top is None or (int(top) == SCALES[kind][-1] and says_top)
    return given if of_this_scale and given in SCALES[kind] else None


def _says_out_of(said: str) -> bool:
    return not re.fullmatch(r"\d+ \d+", said)

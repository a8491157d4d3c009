"""The alphabet of SMS: which texts fit it, how to fit others, and how many parts a text has.

A part holds 160 characters of GSM-7 (3GPP TS 23.038), or 70 units of UCS-2 as soon as one character is not in
it. The parts of a longer text hold 153 or 67.
"""

import re
import unicodedata
from functools import lru_cache

_GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # each is two septets: an escape and a character
_ALPHABET = _GSM_7 | _EXTENSION
_SAME_MEANING = {
    **dict.fromkeys("‘’‚‛ʼʻʹˈ′´`ˋ＇", "'"),
    **dict.fromkeys("“”„‟«»″〝〞＂", '"'),
    **dict.fromkeys("‹", "<"),
    **dict.fromkeys("›", ">"),
    **dict.fromkeys("‐‑‒–—―−⁃﹘﹣－•‣◦▪●∙·", "-"),
    **dict.fromkeys("\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a", " "),
    **dict.fromkeys("\u202f\u205f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\ufe0e\ufe0f", ""),
    **{"…": "...", "‥": "..", "×": "x", "÷": ":", "±": "+/-", "≤": "<=", "≥": ">=", "≠": "<>", "≈": "~"},
    **{"→": "->", "←": "<-", "⇒": "=>", "°": " deg ", "¦": "|", "⁄": "/", "∕": "/", "‰": " per mille"},
    **{"©": "(c)", "®": "(R)", "™": "TM", "№": "No.", "℅": "c/o", "µ": "u", "μ": "u", "¢": "ct"},
    **{"₹": "Rs", "₨": "Rs", "ª": "a", "º": "o", "œ": "oe", "Œ": "OE", "ẞ": "SS", "ĳ": "ij", "Ĳ": "IJ"},
}
_WITHOUT_ACCENT = str.maketrans(
    {
        **dict(zip("đłıħŧŋĸəſðĐŁĦŦŊƏÐ", "dlihtnkesdDLHTNED", strict=True)),
        **{"þ": "th", "Þ": "Th", "ŉ": "'n"},
    }
)
_MARKS_AND_SYMBOLS = frozenset({"Mn", "Me", "Cf", "So", "Sk"})


def is_gsm_7(text: str) -> bool:
    """Whether every character is in the alphabet or its extension."""
    return _ALPHABET.issuperset(text)


def same_in_gsm_7(text: str) -> str:
    """Return the text with GSM-7's own forms of punctuation, spaces, ligatures and accented letters."""
    composed = unicodedata.normalize("NFC", text)
    return composed if is_gsm_7(composed) else "".join(map(_same, composed))


def nearest_in_gsm_7(text: str) -> str:
    """Return the text also without accents that GSM-7 lacks, emoji and symbols."""
    return re.sub(r"(?<=\S) {2,}| {2,}(?=\n|$)", " ", "".join(map(_nearest, same_in_gsm_7(text))))


def parts(text: str) -> int:
    """Return the parts that are sent and billed. No character is split."""
    if is_gsm_7(text):
        sizes, alone, joined = [2 if character in _EXTENSION else 1 for character in text], 160, 153
    else:
        sizes, alone, joined = [2 if character > "\uffff" else 1 for character in text], 70, 67
    if sum(sizes) <= alone:
        return 1
    count, used = 1, 0
    for size in sizes:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count


@lru_cache(maxsize=4096)
def _same(character: str) -> str:
    if is_gsm_7(character):
        return character
    if character in _SAME_MEANING:
        return _SAME_MEANING[character]
    compatible = unicodedata.normalize("NFKC", character)
    return compatible.replace("⁄", "/") if is_gsm_7(compatible.replace("⁄", "/")) else character


@lru_cache(maxsize=4096)
def _nearest(character: str) -> str:
    if is_gsm_7(character):
        return character
    base = unicodedata.normalize("NFKD", character.translate(_WITHOUT_ACCENT)).translate(_WITHOUT_ACCENT)
    return "".join(one for one in base if unicodedata.category(one) not in _MARKS_AND_SYMBOLS)

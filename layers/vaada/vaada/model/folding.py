"""Folding: one comparable form for the different ways of writing the same name.

Case, accents and vowel points go, and so do the differences between letters that keyboards of one script mix
up (Arabic, Urdu and Persian yeh, kaf and heh; Turkish i). Vowel signs of Indic scripts stay, since they
tell words apart; their dot below (nukta) goes, since writers leave it out.

A letter that German and Nordic names also write as two (ü as ue) has two forms: see `spellings`.
"""

import unicodedata
from functools import cache

_LETTERS: dict[int, int | str | None] = {
    **str.maketrans("ıøđðłħŧ", "ioddlht"),
    **{ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"},
    # Arabic script: every alef, yeh, kaf and heh as one of each; teh marbuta ends words as heh does.
    **str.maketrans("ٱىیېےکڪہھەۃة", "اييييككههههه"),
    # Left out: what people set or leave out within a word (O'Brien), and the stroke that makes one longer.
    **dict.fromkeys(map(ord, "'’‘ʼʻ`´ʿʾـ")),
}
_AS_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_NUKTAS = frozenset("\u093c\u09bc\u0a3c\u0abc\u0b3c\u0cbc")
# Writers mix up these marks for nasals.
_NASALS = {"\u0901": "\u0902", "\u0981": "\u0982", "\u0a01": "\u0a02", "\u0a81": "\u0a82"}
_MARKS_THAT_COUNT = range(0x0900, 0x1AB0)  # Indic scripts, Thai, Khmer and their neighbours
_KANA_MARKS = frozenset("\u3099\u309a")


def fold(text: str) -> str:
    """Return the words of the text in comparable form, in order, with one space between them."""
    compatible = unicodedata.normalize("NFKC", text.translate(_LETTERS))
    plain = unicodedata.normalize("NFKD", compatible.casefold())
    kept = "".join(map(_kept, plain)).translate(_LETTERS)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def spellings(text: str) -> tuple[str, ...]:
    """The text in comparable form, and, if it has such letters, also with two for each of them."""
    composed = unicodedata.normalize("NFKC", text).casefold()
    return tuple(dict.fromkeys((fold(text), fold(composed.translate(_AS_TWO_LETTERS)))))


@cache
def _kept(character: str) -> str:
    """Return what is left of a character after folding; a space if it separates words."""
    if character in _NUKTAS:
        return ""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category[0] in "LN":
        return character
    if category[0] == "M":
        counts = ord(character) in _MARKS_THAT_COUNT or character in _KANA_MARKS
        return _NASALS.get(character, character) if counts else ""
    return "" if category == "Cf" else " "  # Cf: joiners, and marks of direction

"""Make text from people safe to show: no control characters, no line breaks, no reordering."""

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from vaada.present.i18n import Direction

TextDirection = Literal["auto", "ltr", "rtl"]
"""The direction of a text: `auto` for what people typed, in any language."""

# Characters that change the writing direction: embeddings, overrides, isolates and marks. Names do not need
# them, and an unclosed one would affect the rest of the line.
_BIDI_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_ISOLATES: dict[TextDirection, str] = {"auto": "\u2068", "ltr": "\u2066", "rtl": "\u2067"}
_POP_DIRECTIONAL_ISOLATE = "\u2069"
_OPPOSITE_DIRECTION: dict[Direction, frozenset[str]] = {
    "ltr": frozenset({"R", "AL", "AN"}),
    "rtl": frozenset({"L", "EN", "AN"}),
}
_ZERO_WIDTH_JOINER = "\u200d"
_VIRAMA = 9  # the canonical combining class of the sign that joins two consonants, as in Hindi
_SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
_FLAG_LETTERS = frozenset(map(chr, range(0x1F1E6, 0x1F200)))
# Control characters except tab and line feed, surrogates, and noncharacters (Unicode 23.7).
_ENDS_OF_PLANES = "".join(
    chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
)
_NOT_TEXT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_ENDS_OF_PLANES}]")
_MAX_LENGTH = 1600  # characters


def line(text: str) -> str:
    """Return the text on one line, without control and direction characters."""
    return printable(" ".join(text.translate(_BIDI_CONTROLS).split()))


def printable(text: str) -> str:
    """Return the text without characters that documents may not contain. Line breaks stay."""
    return _NOT_TEXT.sub("", text)


def lines(text: str) -> tuple[str, ...]:
    """Return the lines of the text, each sanitized as by `line`."""
    return tuple(line(one) for one in text.strip().splitlines())


def isolate(text: str, direction: Direction = "ltr", own: TextDirection = "auto") -> str:
    """Return the text on one line, isolated so that it does not reorder its surroundings (UAX 9).

    `own` is the direction of the text itself; `auto` takes that of its first letter. Only text with letters
    against `direction` is wrapped: the two marks cost room, and force an SMS into UCS-2.
    """
    text = line(text)
    if any(unicodedata.bidirectional(character) in _OPPOSITE_DIRECTION[direction] for character in text):
        return f"{_ISOLATES[own]}{text}{_POP_DIRECTIONAL_ISOLATE}"
    return text


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """Return as much of the start of `text` as fits, with an ellipsis, cut between words if possible.

    Only the first 1600 characters are considered, as many as an SMS of ten parts has.
    """
    if fits(text):
        return text
    if not fits("…"):
        return ""
    text = text[:_MAX_LENGTH]
    between_words = [end for end, character in enumerate(text) if character == " "]
    within_a_word = [end for end in range(1, len(text)) if not _is_one_glyph(text[end - 1], text[end])]
    for end in (*reversed(between_words), *reversed(within_a_word)):
        beginning = text[:end].rstrip(" ,;:.-") + "…"
        if fits(beginning):
            return beginning
    return ""


def shorten_to(text: str, length: int) -> str:
    """Return `text` in at most `length` characters."""
    return shorten(text, lambda beginning: len(beginning) <= length)


def _is_one_glyph(before: str, after: str) -> bool:
    """Whether the two characters are displayed as one, such as a letter and its accent (UAX 29).

    Also a consonant after a virama, the skin tone of an emoji, and the two letters of a flag.
    """
    joined = unicodedata.category(after).startswith("M") or _ZERO_WIDTH_JOINER in (before, after)
    conjunct = unicodedata.combining(before) == _VIRAMA
    return joined or conjunct or after in _SKIN_TONES or (before in _FLAG_LETTERS and after in _FLAG_LETTERS)

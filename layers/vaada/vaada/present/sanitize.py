"""Names and words as typed by anyone, made safe for a line of text: no line breaks, no reordering."""

import re
import unicodedata
from collections.abc import Callable

from vaada.present.i18n import Direction

# Characters that make what follows them run the other way, or hide that it does: embeddings, overrides,
# isolates and marks. Nobody needs them in a name, and an unclosed one would spill over the rest of the line.
_BIDI_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_FIRST_STRONG_ISOLATE, _POP_DIRECTIONAL_ISOLATE = "\u2068", "\u2069"
_AGAINST: dict[Direction, frozenset[str]] = {
    "ltr": frozenset({"R", "AL", "AN"}),
    "rtl": frozenset({"L", "EN", "AN"}),
}
_ZERO_WIDTH_JOINER = "\u200d"
# Control characters but for tabs and line ends, halves of characters, and Unicode's noncharacters (23.7).
_ENDS_OF_PLANES = "".join(
    chr(plane + end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
)
_NO_TEXT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_ENDS_OF_PLANES}]")
_LONGEST = 1600  # characters


def line(text: str) -> str:
    """The text on one line: every line break is a space, and characters that control are gone."""
    return typed(" ".join(text.translate(_BIDI_CONTROLS).split()))


def typed(text: str) -> str:
    """The text as it was typed, for whoever typed it: only what no document may hold is gone."""
    return _NO_TEXT.sub("", text)


def lines(text: str) -> tuple[str, ...]:
    """The text's lines, each made safe as by `line`."""
    return tuple(line(one) for one in text.strip().splitlines())


def isolate(text: str, direction: Direction = "ltr") -> str:
    """The text as one line that leaves the order of its surroundings alone (Unicode FSI … PDI, UAX 9).

    Only what runs against `direction` is wrapped: the marks cost room, and a text message its alphabet.
    """
    text = line(text)
    if any(unicodedata.bidirectional(character) in _AGAINST[direction] for character in text):
        return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_DIRECTIONAL_ISOLATE}"
    return text


def shorten(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of `text` that fits, with an ellipsis; cut between words where there are any.

    What fits is no longer than a text message of ten parts.
    """
    if fits(text):
        return text
    if not fits("…"):
        return ""
    text = text[:_LONGEST]
    between_words = [end for end, character in enumerate(text) if character == " "]
    within_a_word = [end for end in range(1, len(text)) if not _joined(text[end - 1], text[end])]
    for end in (*reversed(between_words), *reversed(within_a_word)):
        beginning = text[:end].rstrip(" ,;:.-") + "…"
        if fits(beginning):
            return beginning
    return ""


def shorten_to(text: str, length: int) -> str:
    """`text` in at most `length` characters."""
    return shorten(text, lambda beginning: len(beginning) <= length)


def _joined(before: str, after: str) -> bool:
    """Whether the two characters are shown as one, such as a letter and its accent."""
    return unicodedata.category(after).startswith("M") or _ZERO_WIDTH_JOINER in (before, after)

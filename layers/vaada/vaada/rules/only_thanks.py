"""Detect a contact that only says "thanks". It reopens no case, starts no clock and wakes no follow-up.

All of the summary must be phrases of courtesy and names, and one of the phrases must thank. Any other word, a
number, a question mark, or a symbol that is not friendly makes it a contact like any other.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from vaada.model.interactions import Interaction
from vaada.rules import courtesy
from vaada.rules.courtesy import Words

if TYPE_CHECKING:
    from vaada.model.interaction_input import NewInteraction

_MAX_WORDS = 60  # courtesy is short
_FRIENDLY = frozenset(
    "🙏👍👌👏🙌🤝🤗🙂😊☺😀😃😄😁😆😇😉😍🥰😘😋😎🤩🥳👋💪🫶🤲🙇✌❤♥🧡💛💚💙💜🤍🤎💕💖💗💞💓💝💐🌹🌷🌸🌺🌻🌼🌞⭐🌟✨🎉🎊🎂🎁🎄✅✔☑💯🫡"
    "\u2640\u2642"  # the signs of a woman and of a man, which are part of some of them
)
_SMILEY = re.compile(r"(?<!\w)[:;=]['’]?-?[)D]+(?!\w)|<3|\^_*\^")
_FROWN = re.compile(r"[:;=]['’]?-?[(\[/\\|]")
_LONG_DRAWN = re.compile(r"([^\W\d_])\1{2,}")  # as in "thanksss"


def only_thanks(
    contact: "NewInteraction | Interaction", people: Iterable[str] = (), business: str = ""
) -> bool:
    """Whether the customer only said thanks. `people` are the names of the agents and of the customer."""
    if contact.direction != "inbound" or contact.kind in {"complaint", "order"} or contact.tone != "calm":
        return False
    text = _SMILEY.sub(" ", contact.summary)
    if _FROWN.search(text) or not all(map(_is_friendly, text)):
        return False
    return _is_courtesy(courtesy.words(_LONG_DRAWN.sub(r"\1", text)), frozenset(_names(people, business)))


def _is_courtesy(said: Words, names: frozenset[Words]) -> bool:
    """Whether all words belong to names and phrases of courtesy, and one of the phrases says thanks."""
    if len(said) > _MAX_WORDS:
        return False
    begins = courtesy.beginnings() | {name[0] for name in names if name}
    reached = {(0, False)}  # after how many words a phrase ends, and whether there were thanks before
    for start in range(len(said)):
        thanked_before = {thanked for at, thanked in reached if at == start}
        if not thanked_before or said[start] not in begins:
            continue
        ends = {end for pattern in courtesy.beside_thanks() for end in courtesy.ends(pattern, said, start)}
        ends |= courtesy.ends((names,), said, start)
        reached |= {(end, thanked) for end in ends for thanked in thanked_before}
        reached |= {
            (end, True) for pattern in courtesy.thanks() for end in courtesy.ends(pattern, said, start)
        }
    return (len(said), True) in reached


def _is_friendly(character: str) -> bool:
    """Whether it is a letter, white space, punctuation other than a question mark, or a friendly symbol."""
    if character in _FRIENDLY or character.isspace():
        return True
    category = unicodedata.category(character)
    if category[0] == "P":
        return "QUESTION" not in unicodedata.name(character) and character != "%"
    # Cf: joiners and marks of direction. Sk: skin tones.
    return category[0] in "LM" or category in {"Cf", "Sk"}


def _names(people: Iterable[str], business: str) -> Iterator[Words]:
    """Yield a person's whole name, first name and last name, and the whole name of the business."""
    for person in people:
        words = courtesy.words(person)
        yield from (words, words[:1], words[-1:])
    yield courtesy.words(business)

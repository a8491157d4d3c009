"""Detect an interaction that only says "thanks". It does not reopen a case or wake a follow-up."""

import re
import unicodedata

from vaada.model.interactions import Interaction

_MAX_WORDS = 12
_THANKS = {
    *("thanks", "thank", "thankyou", "thx", "ty", "cheers", "appreciated", "appreciate"),
    *("gracias", "merci", "danke", "dank", "obrigado", "obrigada"),
    *("شكرا", "شکریہ", "مہربانی", "धन्यवाद", "शुक्रिया"),
}
# The other words of a "thanks", as customers write it and as agents record it.
_POLITE = _THANKS | {
    *("ok", "okay", "great", "perfect", "super", "good", "nice", "fine", "lovely", "wonderful", "excellent"),
    *(
        "much",
        "very",
        "many",
        "so",
        "lot",
        "lots",
        "a",
        "an",
        "for",
        "the",
        "your",
        "help",
        "you",
        "it",
        "all",
    ),
    *("again", "that", "this", "kind", "quick", "reply", "answer", "got", "received", "noted", "understood"),
    *(
        "yes",
        "bye",
        "have",
        "day",
        "weekend",
        "one",
        "of",
        "and",
        "to",
        "is",
        "was",
        "we",
        "i",
        "just",
        "only",
    ),
    *(
        "customer",
        "client",
        "she",
        "he",
        "they",
        "said",
        "say",
        "says",
        "saying",
        "wrote",
        "writes",
        "sent",
        "sends",
    ),
    *("muchas", "mil", "perfecto", "vale", "muy", "amable", "ayuda", "por", "la", "su"),
    *("beaucoup", "bien", "pour", "votre", "aide", "parfait"),
    *("vielen", "schön", "sehr", "für", "ihre", "hilfe", "die", "alles", "gut"),
    *("muito", "pela", "ajuda"),
    *("جزيلا", "لكم", "لك", "بہت", "آپ", "کا", "ٹھیک", "ہے"),
    *("बहुत", "आपका", "ठीक", "है"),
}
_ARABIC_MARKS = re.compile(r"[\u0640\u064b-\u0652]")  # optional in Arabic writing
_QUESTION = frozenset("?؟")
_WORD = re.compile(r"[\w\u0900-\u097f]+")  # \w does not match the vowel signs of Devanagari


def is_only_thanks(interaction: Interaction) -> bool:
    """Whether the customer only said thanks."""
    if interaction.direction != "inbound" or interaction.kind in {"complaint", "order"}:
        return False
    if not _QUESTION.isdisjoint(interaction.summary):
        return False
    words = _WORD.findall(_ARABIC_MARKS.sub("", unicodedata.normalize("NFC", interaction.summary).casefold()))
    return len(words) <= _MAX_WORDS and _POLITE.issuperset(words) and not _THANKS.isdisjoint(words)

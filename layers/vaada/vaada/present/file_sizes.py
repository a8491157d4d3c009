"""The size of a file in the reader's words."""

from decimal import ROUND_CEILING, Decimal

from vaada.present.cldr import formats
from vaada.present.i18n import Words

_THOUSAND = 1000


def size_words(size: int, words: Words) -> str:
    """Return the size, rounded up: "3 kB", "1.2 MB"."""
    gettext, number = words.catalogue.gettext, formats(words.language).number
    thousands = max(1, -(-size // _THOUSAND))
    if thousands < _THOUSAND:
        return gettext("%(number)s kB") % {"number": number(thousands)}
    millions = (Decimal(thousands) / _THOUSAND).quantize(Decimal("0.1"), ROUND_CEILING)
    return gettext("%(number)s MB") % {"number": number(millions, places=1)}

"""`make messages`: take from Babel's CLDR how each language writes dates and numbers.

Babel itself has 30 MB of locale data, too much for a function; our eight languages need a few kilobytes.
"""

import json
import sys

from babel import Locale

from vaada.present.cldr import FILE
from vaada.present.i18n import CATALOGUES

_REGIONS = {"en": "en_GB"}  # dates as the mails have them: the day before the month
_PATTERNS = {"day": "MMMd", "weekday": "MMMEd", "year": "yMMMd"}


def cldr() -> dict[str, dict[str, object]]:
    """Return the data of all languages that have a catalogue."""
    return {language: _of(Locale.parse(_REGIONS.get(language, language))) for language in CATALOGUES}


def _of(locale: Locale) -> dict[str, object]:
    symbols = locale.number_symbols["latn"]
    return {
        "days": [locale.days["format"]["abbreviated"][day] for day in range(7)],
        "months": [locale.months["format"]["abbreviated"][month] for month in range(1, 13)],
        "patterns": {
            name: locale.datetime_skeletons[skeleton].pattern for name, skeleton in _PATTERNS.items()
        },
        "lists": {part: locale.list_patterns["standard"][part] for part in ("2", "start", "middle", "end")},
        "decimal": symbols["decimal"],
        "group": symbols["group"],
        "percent": locale.percent_formats[None].pattern,
    }


def main() -> int:
    """Write the file. Returns the exit code."""
    FILE.write_text(json.dumps(cldr(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

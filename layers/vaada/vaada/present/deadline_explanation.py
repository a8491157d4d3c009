"""One line that explains how the time of a message was computed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vaada.model.rows import CountedTime, Explanation, SkippedTime
from vaada.present.cldr import Formats, formats
from vaada.present.i18n import Words
from vaada.present.reasons import rule_words
from vaada.present.sanitize import isolate, line

_MAX_NAMED = 4  # spans and days that are listed; the others are only counted
_DAY = timedelta(days=1)


def explanation_line(explanation: Explanation, zone: tzinfo | None, words: Words) -> str:
    """Return the rule, the counted spans in the reader's `zone`, and the skipped days in the business's zone.

    "Why now: 4 opening hours after it was due; counted: Fri 20 Nov 16:00–18:00 and Mon 23 Nov 09:00–11:00;
    passed over: Sat 21 Nov and Sun 22 Nov (closed)." Nights and breaks are not mentioned.
    """
    return _Explainer(words, formats(words.language)).line(explanation, zone)


class _Explainer(NamedTuple):
    words: Words
    formats: Formats

    def line(self, explanation: Explanation, zone: tzinfo | None) -> str:
        gettext = self.words.catalogue.gettext
        rule = rule_words(explanation.rule, self.words.catalogue) or line(explanation.rule)
        # Translators: why a message comes at this time, such as "4 opening hours after it was due"
        parts = [gettext("Why now: %(rule)s") % {"rule": rule}]
        if spans := self._counted_spans(explanation.counted, zone):
            # Translators: the hours that counted, such as "Fri 20 Nov 16:00–18:00 and Mon 23 Nov 09:00–11:00"
            parts.append(
                gettext("counted: %(spans)s") % {"spans": self._list(spans[:_MAX_NAMED], len(spans))}
            )
        if days := list(_skipped_days(explanation.skipped, ZoneInfo(explanation.time_zone))):
            named = self._list(self._with_reasons(days[:_MAX_NAMED]), len(days))
            # Translators: the days that did not count, such as "Sat 21 Nov and Sun 22 Nov (closed)"
            parts.append(gettext("passed over: %(days)s") % {"days": named})
        whole = parts[0]
        for part in parts[1:]:
            # Translators: the mark between two parts of a sentence
            whole = gettext("%(one)s; %(two)s") % {"one": whole, "two": part}
        # Translators: the full stop at the end of a sentence
        return gettext("%(sentence)s.") % {"sentence": whole}

    def _counted_spans(self, counted: Iterable[CountedTime], zone: tzinfo | None) -> list[str]:
        """Return texts such as "Fri 20 Nov 09:00–13:00" and "14:00–18:00": each day is named once."""
        spans, last = [], None
        for one in counted:
            start, end = one.start.astimezone(zone), one.end.astimezone(zone)
            day = "" if start.date() == last else f"{self.formats.weekday_date(start)} "
            night = end.date() != start.date() and end.time() != time()
            until = f"{self.formats.weekday_date(end)} " if night else ""
            spans.append(f"{day}{start:%H:%M}–{until}{end:%H:%M}")
            last = start.date()
        return spans

    def _with_reasons(self, days: Sequence[tuple[date, str]]) -> list[str]:
        """Return texts such as "Sat 21 Nov" and "Sun 22 Nov (closed)": days in a row share a reason."""
        following = [*(why for _, why in days[1:]), ""]
        return [
            self._day(day, "" if why == next_why else why)
            for (day, why), next_why in zip(days, following, strict=True)
        ]

    def _day(self, day: date, why: str) -> str:
        shown = self.formats.weekday_date(day)
        if not why:
            return shown
        closed = self.words.catalogue.gettext("closed")
        return f"{shown} ({closed if why == 'closed' else isolate(why, self.words.direction)})"

    def _list(self, first: Sequence[str], total: int) -> str:
        """Return "Sat, Sun and Mon", or "Sat, Sun and 3 more" if `total` is higher."""
        rest = total - len(first)
        if not rest:
            return self.formats.join(first)
        more = self.words.catalogue.ngettext("%(n)s more", "%(n)s more", rest) % {"n": rest}
        return self.formats.join([*first, more])


def _skipped_days(skipped: Iterable[SkippedTime], zone: tzinfo) -> Iterator[tuple[date, str]]:
    """Yield the days that were skipped completely, and all holidays, with the reason."""
    for one in skipped:
        start, end = one.start.astimezone(zone), one.end.astimezone(zone)
        day = start.date()
        if one.why == "closed" and start.time() != time():
            day += _DAY
        while day < end.date() or (one.why != "closed" and day == end.date() and end.time() != time()):
            yield day, one.why
            day += _DAY

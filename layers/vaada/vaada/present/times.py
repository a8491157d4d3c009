"""Times as staff read them: "17:30", "Fri 10:00", "1 h 40 min late", in the reader's language."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from vaada.present.cldr import Formats, formats
from vaada.present.i18n import Words
from vaada.present.translation_marks import _

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_WEEK = 7  # days
_HOURS_OF_A_DAY = 24
_LATE_AFTER = timedelta(minutes=15)  # messages take a while to arrive, so nothing is called overdue before


# Translators: when something is due. %(time)s is such as "16:00" and is today
_DUE_TODAY = _("Due at %(time)s")
# Translators: %(moment)s is such as "tomorrow at 09:00" or "Fri 27 Nov at 09:00"
_DUE_LATER = _("Due %(moment)s")
# Translators: %(length)s is such as "2 hours"
_OVERDUE_BY = _("Overdue by %(length)s")
# Translators: %(time)s is such as "16:00" and was a few minutes ago
_OVERDUE_SINCE = _("Overdue since %(time)s")


def elapsed(since: datetime, until: datetime) -> timedelta:
    """Return the elapsed time. Subtracting datetimes in the same time zone would ignore clock changes."""
    return until.astimezone(UTC) - since.astimezone(UTC)


def is_late(due_at: datetime, now: datetime) -> bool:
    """Whether to call something that was due at `due_at` overdue."""
    return elapsed(due_at, now) >= _LATE_AFTER


class Times(NamedTuple):
    """Writes times for one reader, as seen from this moment."""

    words: Words
    zone: ZoneInfo
    now: datetime

    @property
    def formats(self) -> Formats:
        """How the reader's language writes dates and numbers."""
        return formats(self.words.language)

    @property
    def today(self) -> date:
        """The reader's date."""
        return self.local(self.now).date()

    def local(self, at: datetime) -> datetime:
        """Return the time in the reader's zone."""
        return at.astimezone(self.zone)

    def clock(self, at: datetime) -> str:
        """Return the time of day: "17:30"."""
        return f"{self.local(at):%H:%M}"

    def when(self, at: datetime) -> str:
        """Return the time, with its day unless it is today: "17:30", "Fri 10:00", "12 Nov 10:00"."""
        on = self.local(at).date()
        if on == self.today:
            return self.clock(at)
        near = abs((on - self.today).days) < _WEEK
        day = self.formats.days[on.weekday()] if near else self.date_of(on)
        # Translators: a short day and a time, such as "Fri 10:00" or "12 Nov 10:00"
        return self.words.catalogue.gettext("%(day)s %(time)s") % {"day": day, "time": self.clock(at)}

    def moment(self, at: datetime) -> str:
        """Return day and time in words: "today at 17:30", "tomorrow at 10:00", "Thu 26 Nov at 10:00"."""
        _ = self.words.catalogue.gettext
        on, time = self.local(at).date(), self.clock(at)
        match (on - self.today).days:
            case 0:
                return _("today at %(time)s") % {"time": time}
            case 1:
                return _("tomorrow at %(time)s") % {"time": time}
            case -1:
                return _("yesterday at %(time)s") % {"time": time}
        day = self.formats.weekday_date(on) if on.year == self.today.year else self.formats.year_date(on)
        # Translators: a date and a time, such as "Thu 26 Nov at 10:00"
        return _("%(date)s at %(time)s") % {"date": day, "time": time}

    def date_of(self, on: date) -> str:
        """Return the date, with the year if it is another year: "12 Nov", "12 Nov 2025"."""
        same_year = on.year == self.today.year
        return self.formats.short_date(on) if same_year else self.formats.year_date(on)

    def day(self, on: date) -> str:
        """Return the day as a heading: "Today", "Tomorrow", "Thu 26 Nov"."""
        _ = self.words.catalogue.gettext
        near = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}.get((on - self.today).days)
        if near:
            return near
        same_year = on.year == self.today.year
        return self.formats.weekday_date(on) if same_year else self.formats.year_date(on)

    def length(self, span: timedelta) -> str:
        """Return a length of time, rounded down to minutes, or to days if it is long: "1 h 40 min"."""
        _, ngettext = self.words.catalogue.gettext, self.words.catalogue.ngettext
        if span >= _DAY:
            days = span // _DAY
            return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
        hours, minutes = span // _HOUR, span % _HOUR // _MINUTE
        if not hours:
            # Translators: a short length of time in minutes, such as "12 min"
            return _("%(m)s min") % {"m": max(minutes, 1)}
        # Translators: a short length of time, such as "2 h"
        whole = _("%(h)s h") % {"h": hours}
        # Translators: a short length of time, such as "1 h 40 min"
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes} if minutes else whole

    def late(self, due_at: datetime) -> str:
        """Return how late something is: "1 h 40 min late"."""
        length = self.length(elapsed(due_at, self.now))
        return self.words.catalogue.gettext("%(length)s late") % {"length": length}

    def left(self, due_at: datetime) -> str:
        """Return how much time is left: "12 min left"."""
        length = self.length(elapsed(self.now, due_at))
        return self.words.catalogue.gettext("%(length)s left") % {"length": length}

    def duration(self, span: timedelta) -> str:
        """Return a length of time, rounded to minutes, hours or days: "2 hours"."""
        ngettext = self.words.catalogue.ngettext
        minutes = max(1, round(span / _MINUTE))
        hours = round(minutes * _MINUTE / _HOUR)
        if minutes * _MINUTE < _HOUR:
            return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
        if hours < _HOURS_OF_A_DAY:
            return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
        days = round(minutes * _MINUTE / _DAY)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}

    def due(
        self, at: datetime, today: str = _DUE_TODAY, later: str = _DUE_LATER, late: str = _OVERDUE_BY
    ) -> str:
        """Return a sentence about a due time: "Due at 16:00", "Due tomorrow at 09:00", "Overdue by 2 hours".

        The sentences are English, with the gaps of those above; they are translated.
        """
        gettext = self.words.catalogue.gettext
        if is_late(at, self.now):
            return gettext(late) % {"length": self.duration(elapsed(at, self.now))}
        if self.local(at).date() == self.today:
            return gettext(today) % {"time": self.clock(at)}
        return gettext(later) % {"moment": self.moment(at)}

    def overdue(
        self, at: datetime, late: str = _OVERDUE_BY, since: str = _OVERDUE_SINCE, **names: str
    ) -> str:
        """Return a sentence about a time that has passed: "Overdue by 2 hours", "Overdue since 16:00".

        `names` fill further gaps of the two sentences.
        """
        gettext = self.words.catalogue.gettext
        if is_late(at, self.now):
            return gettext(late) % {**names, "length": self.duration(elapsed(at, self.now))}
        return gettext(since) % {**names, "time": self.clock(at)}

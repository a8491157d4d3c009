"""Writes numbers, shares and names of a report in the reader's language, with links to rows."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from vaada.model.people import Agent
from vaada.present.console.report.parts import Cell
from vaada.present.sanitize import line
from vaada.present.times import Times
from vaada.rules.report_figures import Figure
from vaada.rules.reports import Service

Link = Callable[..., str]
"""Returns the address of the rows that a figure counts: `link("kept_in_time", week="2026-W07")`.

With `before=True` it is the figure of the period before.
"""


@dataclass(frozen=True)
class Writer:
    """Writes the sections of the report. `agents` is empty if the report is about one agent."""

    times: Times
    agents: Mapping[str, Agent]
    link: Link

    def gettext(self, sentence: str, **values: object) -> str:
        """Return the sentence in the reader's language."""
        return self.times.words.catalogue.gettext(sentence) % values

    @property
    def mirrored(self) -> bool:
        """Whether the language is written from right to left."""
        return self.times.words.direction == "rtl"

    def percent(self, share: float | None) -> str:
        """Return a share as a percentage, or a dash."""
        return self.times.formats.in_percent(share) if share is not None else "–"

    def number(self, count: int, figure: Figure, **more: str) -> Cell:
        """Return a number with a link to its rows, if there are any."""
        return Cell(self.times.formats.number(count), self.link(figure, **more) if count else "")

    def number_before(self, count: int, figure: Figure, **more: str) -> Cell:
        """Return a number of the period before, with a link to its rows."""
        return Cell(self.times.formats.number(count), self.link(figure, before=True, **more) if count else "")

    def length(self, seconds: int | None) -> str:
        """Return a length of time in words, or a dash."""
        return self.times.length(timedelta(seconds=seconds)) if seconds is not None else "–"

    def spread(self, interval: tuple[float, float] | None) -> str:
        """Return a confidence interval: "74% – 95%"."""
        return f"{self.percent(interval[0])} – {self.percent(interval[1])}" if interval else "–"

    def names(self, services: Mapping[str, Service]) -> Iterator[tuple[str, str, Service]]:
        """Yield id, name and figures of the agents, by name."""
        known = [(self.agents[one].name, one) for one in services if one in self.agents]
        for name, agent_id in sorted(known, key=lambda pair: pair[0].casefold()):
            yield agent_id, line(name), services[agent_id]


def monday_of(week: str, writer: Writer) -> str:
    """Return the first day of a week, such as 2026-W07, in the reader's words."""
    year, number = week.split("-W")
    return writer.times.formats.short_date(date.fromisocalendar(int(year), int(number), 1))

"""The section of the report about replies: how many came in time, by channel and by agent."""

from collections.abc import Sequence

from vaada.model.people import Channel
from vaada.present.console.charts import Bar, bars
from vaada.present.console.contacts import CHANNELS
from vaada.present.console.report.parts import Cell, Section, Table
from vaada.present.console.report.writer import Writer
from vaada.rules.reports import Replies, Report


def replies_section(now: Report, writer: Writer) -> Section:
    """Return the section about replies in time, of each channel and of each agent."""
    gettext = writer.gettext
    channels: list[tuple[Channel, Replies]] = [
        (channel, now.by_channel[channel].replies)
        for channel in CHANNELS
        if channel in now.by_channel and now.by_channel[channel].replies.asked
    ]
    named = [(gettext(CHANNELS[channel]), one) for channel, one in channels]
    chart = bars(
        gettext("Share of answers in time, by channel"),
        gettext("The table beside it has the numbers."),
        [Bar(name, 100 * (one.in_time_rate or 0), writer.percent(one.in_time_rate)) for name, one in named],
        mirrored=writer.mirrored,
    )
    heads = (
        gettext("Channel"),
        gettext("In time"),
        gettext("Late"),
        gettext("Waiting"),
        gettext("Half within"),
    )
    lines = [(gettext(CHANNELS[channel]), one, {"channel": str(channel)}) for channel, one in channels]
    tables = [_reply_table("answers", gettext("Answers by channel"), heads, lines, writer)]
    if writer.agents:
        of_agents = [
            (name, one.replies, {"agent": agent})
            for agent, name, one in writer.names(now.by_agent)
            if one.replies.asked
        ]
        heads = (gettext("Agent"), *heads[1:])
        tables.append(_reply_table("answers-by-agent", gettext("Answers by agent"), heads, of_agents, writer))
    note = gettext(
        "Counted in opening time, from when the customer was in touch until they had their answer."
    )
    return Section("answers", gettext("Answers in time"), note, (chart,) if named else (), tuple(tables))


def _reply_table(
    key: str,
    caption: str,
    heads: tuple[str, ...],
    lines: Sequence[tuple[str, Replies, dict[str, str]]],
    writer: Writer,
) -> Table:
    rows = [
        (
            Cell(name),
            writer.number(one.in_time, "in_time", **of),
            writer.number(one.late, "late", **of),
            writer.number(one.waiting, "waiting", **of),
            Cell(writer.length(one.median_seconds)),
        )
        for name, one, of in lines
    ]
    return Table(key, caption, heads, tuple(rows))

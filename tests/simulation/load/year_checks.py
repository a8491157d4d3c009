"""Checks a year of regular customers: how often they were asked, when, and what their timelines show."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from tests.simulation.load.regulars import COOL_DOWN, END, START, Occasion, Regular
from tests.simulation.load.setting import (
    HOUR,
    MESSAGES_A_WEEK,
    MINUTE,
    WEEK,
)
from tests.simulation.load.thanks import wrong_thanks
from tests.simulation.load.weekly_reports import wrong_in_post
from tests.simulation.load.year_world import Year
from vaada.model.times import text_of

LATEST = 5 * MINUTE  # after the occasion


def differences(year: Year) -> list[str]:
    """What was wrong in this year, one line each."""
    wrong = [f"{one.name}: {what}" for one in year.regulars for what in _differences(year, one)]
    reports = [*year.miscounted, *wrong_in_post(year.reports, year.world.aws.providers.sent)]
    if not any(report.status == "sent" for report in year.reports):
        reports.append("no weekly report was sent")
    rows = (row for rows in year.timelines.values() for row in rows)
    return wrong + reports + [*wrong_thanks(year.to_thank, rows, year.world.now)]


def _differences(year: Year, regular: Regular) -> Iterator[str]:
    asked = year.limits.first_asked[regular.name]
    occasions = regular.occasions()
    yield from _often(year, asked)
    yield from _asked_when_possible(year, regular, occasions)
    fewest, most = band(regular)
    if not fewest <= len(asked) <= most:
        yield f"asked {len(asked)} times, not {fewest} to {most}"
    yield from _explained(year, regular, len(asked))


def _often(year: Year, asked: dict[str, datetime]) -> Iterator[str]:
    """Customers who were asked twice within a cool-down, or reminded twice."""
    for kind, cool_down in COOL_DOWN.items():
        times = [at for survey, at in asked.items() if kind in {"csat", _kind(year, survey)}]
        for before, after in pairwise(sorted(times)):
            if after - before < cool_down:
                yield f"{kind}: asked at {before} and again at {after}"
    for survey in asked:
        if year.limits.messages_about[survey] > 2:
            yield f"{year.limits.messages_about[survey]} messages about one survey"


def _asked_when_possible(year: Year, regular: Regular, occasions: list[Occasion]) -> Iterator[str]:
    """Customers who were not asked at an occasion for it, or were asked at another time."""
    reached, asked = year.limits.reached[regular.name], year.limits.first_asked[regular.name]
    together: defaultdict[datetime, list[str]] = defaultdict(list)
    for one in occasions:
        together[one.at].append(one.kind)
    left = set(asked)
    for at, kinds in together.items():
        before = [(when, _kind(year, survey)) for survey, when in asked.items() if when < at]
        last = max((when for when, _ in before), default=None)
        rested = last is None or at - last >= COOL_DOWN["csat"]
        room = sum(at - WEEK < when < at for when in reached) < MESSAGES_A_WEEK
        possible = [kind for kind in kinds if not _lately(before, kind, at)]
        wanted = regular.reachable and rested and room and bool(possible)
        got = [
            survey for survey in left if at <= asked[survey] <= at + LATEST and _kind(year, survey) in kinds
        ]
        left -= set(got)
        if len(got) != wanted:
            why = f"rested {rested}, room {room}, {kinds}"
            yield f"asked {len(got)} times at {at}, not {int(wanted)} ({why})"
    if left:
        yield f"asked without occasion at {sorted(asked[survey] for survey in left)}"


def _lately(before: list[tuple[datetime, str]], kind: str, at: datetime) -> bool:
    # The next NPS survey is counted from when the last one was sent.
    later = at + LATEST if kind == "nps" else at
    return any(one == kind and later - when < COOL_DOWN[kind] for when, one in before)


def _kind(year: Year, survey: str) -> str:
    return year.surveys[survey].kind


def band(regular: Regular) -> tuple[int, int]:
    """How often they may be asked in the year, at least and at most, in whatever order things happen.

    At most as often as occasions a cool-down apart can be found. At least once in each cool-down and the
    longest wait after it for an occasion to which no notice of a new date comes near.
    """
    if not regular.reachable:
        return 0, 0
    most, free_from = 0, START
    occasions = regular.occasions()
    for one in occasions:
        if one.at >= free_from:
            most, free_from = most + 1, one.at + COOL_DOWN["csat"]
    notices = [at for contact in regular.contacts for at in contact.notices]
    clear = [
        one.at
        for one in occasions
        if one.kind != "nps" and not any(one.at - WEEK - HOUR < at <= one.at for at in notices)
    ]
    if not clear:
        return 0, most
    longest = max((after - before for before, after in pairwise(clear)), default=timedelta(0))
    return 1 + (clear[-1] - clear[0]) // (COOL_DOWN["csat"] + longest), most


def _explained(year: Year, regular: Regular, asked: int) -> Iterator[str]:
    """What the timeline lacks: a survey, the reason if it was not sent, or a notice."""
    rows = year.timelines[regular.number]
    over = text_of(START + END)
    surveys = [row for row in rows if row["row_kind"] == "survey" and row["due_at"] < over]
    taken_up = sum(contact.what == "taken up again" for contact in regular.contacts)
    wanted = len(regular.occasions()) + taken_up
    if len(surveys) != wanted:
        yield f"{len(surveys)} surveys on the timeline, not {wanted}"
    for row in surveys:
        open_still = row["status"] == "sent" and row["closes_at"] > over
        if row["status"] not in {"answered", "expired", "withheld"} and not open_still:
            yield f"a survey stays {row['status']}"
        if (row["status"] == "withheld") != bool(row.get("withheld_because")):
            yield f"{row['status']} because {row.get('withheld_because')}"
    sent = sum(bool(row.get("sent_at")) for row in surveys)
    if sent != asked:
        yield f"{sent} surveys sent on the timeline, {asked} in the post"
    notices = [row for row in rows if row["row_kind"] == "message" and row["purpose"] == "running_late"]
    told = sum(len(contact.notices) for contact in regular.contacts) if regular.access else 0
    if len(notices) != told:
        yield f"{len(notices)} notices on the timeline, not {told}"
    for row in notices:
        if row["status"] != "sent" and not row.get("why_not"):
            yield f"a notice is {row['status']}, and nothing says why"

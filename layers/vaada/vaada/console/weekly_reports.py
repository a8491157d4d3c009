"""Weekly reports: a list of them, and each one as it was sent."""

from vaada.console.http import Answer
from vaada.console.visits import Visit
from vaada.flows.optimistic_write import NotFound
from vaada.flows.weekly_reports import named_in, report_on
from vaada.model.weekly_reports import WeeklyReport
from vaada.present.reasons import reason_words
from vaada.present.weekly_report import week_page, week_words

HERE = "/desk/report"

_PAGE = 53  # a year


def listed(visit: Visit) -> Answer:
    """Show the weekly reports, the latest first."""
    visit.user.require_manager()
    page = visit.desk.table.latest_rows(WeeklyReport, _PAGE, visit.request.query["cursor"] or None)
    rows = [row for row in page.rows if isinstance(row, WeeklyReport)]
    zone = visit.desk.policy.business.time_zone
    return visit.page(
        "weekly_reports",
        HERE,
        rows=[(row, week_words(row, visit.times, zone), _why_not(visit, row)) for row in rows],
        cursor=page.next_cursor,
    )


def show(visit: Visit, week: str) -> Answer:
    """Show one weekly report."""
    visit.user.require_manager()
    try:
        row = report_on(visit.desk, week)
    except ValueError:
        raise NotFound(WeeklyReport, week) from None
    business = visit.desk.policy.business
    named = named_in(visit.desk, row)
    return visit.page(
        "weekly_report",
        HERE,
        row=row,
        span=week_words(row, visit.times, business.time_zone),
        week=week_page(row, named, visit.times, business=business.name, zone=business.time_zone),
        why_not=_why_not(visit, row),
    )


def _why_not(visit: Visit, row: WeeklyReport) -> str:
    words = visit.times.words.catalogue
    return reason_words(row.skipped_because, words) if row.skipped_because else ""

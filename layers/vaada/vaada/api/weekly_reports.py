"""/api/reports/weeks."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path

from vaada.api import problems
from vaada.api.listing import Listing, listing
from vaada.api.resolver import Cursor, Limit, app, current_user, desk
from vaada.flows.weekly_reports import report_on
from vaada.model.weekly_reports import Week, WeeklyReport


@app.get("/api/reports/weeks", summary="Weekly reports, the latest first", tags=["Reports"])
def list_weekly_reports(limit: Limit = 25, cursor: Cursor = None) -> Listing[WeeklyReport]:
    current_user().require_manager()
    return listing(WeeklyReport, desk().table.latest_rows(WeeklyReport, limit, cursor))


@app.get("/api/reports/weeks/<week>", summary="The report on one week", tags=["Reports"])
def get_weekly_report(week: Annotated[Week, Path()]) -> WeeklyReport:
    current_user().require_manager()
    try:
        return report_on(desk(), week)
    except ValueError:
        raise problems.invalid("week", "is not a week of the calendar; give one such as 2026-W07") from None

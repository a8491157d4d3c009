"""Weekly reports of a year, checked against the promises of each week, and against the sent mails."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta

from tests.integration.scripted_desk import ENVIRONMENT
from tests.simulation.fake_aws.messaging import Sent
from vaada.model.weekly_reports import WeeklyReport
from vaada.model.work import Commitment

_SWEPT = timedelta(minutes=10)
_WORKING = range(5)  # Monday to Friday


def miscounted(report: WeeklyReport, promises: Iterable[Commitment]) -> Iterator[str]:
    """What a newly written report says wrong about its week. `promises` are all that exist."""
    assert report.reported_at is not None
    assert report.figures is not None
    due = [one for one in promises if report.begins <= one.due_at < report.ends]
    settled = [
        one
        for one in due
        if one.status in {"kept", "broken"} or (one.status == "open" and one.due_at <= report.reported_at)
    ]
    kept = [one for one in settled if one.kept_at is not None and one.kept_at <= _first_date(one)]
    told = report.figures.promises.get(report.week)
    if (told.kept, told.settled) != (len(kept), len(settled)) if told else settled:
        yield f"{report.week}: {told}, not {len(kept)} of {len(settled)}"
    late = {one.customer_id for one in promises if one.status == "open" and one.due_at <= report.reported_at}
    for call in report.figures.calls:
        whys = {reason.why for reason in call.reasons}
        if "promise_late" in whys and call.customer_id not in late:
            yield f"{report.week}: to be called about a promise that is not late: {call}"


def wrong_in_post(reports: Sequence[WeeklyReport], sent: Iterable[Sent]) -> Iterator[str]:
    """Check: each report that was sent is one mail to the owner, on the first morning of the next week."""
    mails = [one.at for one in sent if "/desk/report/weeks" in one.text]
    weeks = [one for one in reports if one.status == "sent"]
    if len(mails) != len(weeks):
        yield f"{len(mails)} weekly reports in the post, not {len(weeks)}"
    for report, at in zip(weeks, mails, strict=False):
        monday_opens = report.ends + timedelta(hours=9)
        holidays = (at - monday_opens).days
        if not (timedelta(0) <= at - monday_opens - timedelta(days=holidays) <= _SWEPT):
            yield f"{report.week} is mailed at {at}"
        if holidays and (holidays > 1 or at.weekday() not in _WORKING):
            yield f"{report.week} is mailed {holidays} days late, at {at}"
    if any(one.to != ENVIRONMENT["OWNER_EMAIL"] for one in sent if "/desk/report/weeks" in one.text):
        yield "a weekly report went to somebody else than the owner"
    if any(at.time() < time(9) for at in mails):
        yield "a weekly report was mailed before the business opened"


def _first_date(promise: Commitment) -> datetime:
    """The date that was promised first."""
    for change in promise.history:
        if change.due_before is not None and change.due_before != change.due_after:
            return change.due_before
    return promise.due_at

"""Builders of the data for mails, texts and pages: briefs, notes, notices, invitations, praise."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.unit import rows
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.rows import CountedTime, Explanation, SkippedTime
from vaada.model.weekly_reports import (
    Call,
    CallReason,
    Cost,
    Evidence,
    KeptPromises,
    MissedBy,
    Sent,
    ToThank,
    WeeklyFigures,
    WeeklyReport,
)
from vaada.model.work import SCALES
from vaada.present import email, i18n, pages, promise_question
from vaada.present.email import Mail
from vaada.present.promise_question import PromiseQuestion
from vaada.present.times import Times
from vaada.present.view_models import Brief, EventNews, Invitation, LateNotice, News, Note, Praise
from vaada.present.weekly_report import Named, week_page
from vaada.rules import weekly_reports

DIRECTIONS = {
    **{"en": "ltr", "ur": "rtl", "es": "ltr", "ar": "rtl"},
    **{"fr": "ltr", "de": "ltr", "hi": "ltr", "pt": "ltr"},
}
LANGUAGES = tuple(DIRECTIONS)
KINDS = tuple(SCALES)
KARACHI = ZoneInfo("Asia/Karachi")
HOSTILE = "Bilal\r\nBcc: all@example.com\u202e<script>alert('x')</script>\u2066"
URDU = "لیپ ٹاپ دوبارہ خراب ہو گیا ہے، بلال خان کو فون کرنا ہے"
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ISOLATES, END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
LINK = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/a/".ljust(115, "x")
"""As long as a link on API Gateway's own domain gets."""


def a_brief(**changes: Any) -> Brief:
    """Sana owes Bilal a call at 16:00, and it is 16:00."""
    brief = Brief(
        kind="follow_up",
        language="en",
        business="Nadeem Computers",
        reader_name="Sana Malik",
        agent_name="Sana Malik",
        customer_name="Bilal Khan",
        customer_phone="+923001234567",
        customer_email="bilal.khan@example.com",
        summary="The laptop came back with the same fault.\nHe needs it for his exams on Friday.",
        interaction_at=datetime(2026, 11, 23, 15, 42, tzinfo=KARACHI),
        channel="phone",
        what="Say when the fan is replaced",
        typed=True,
        amount=None,
        due_at=datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI),
        now=datetime(2026, 11, 24, 16, 0, 20, tzinfo=KARACHI),
        explanation=None,
        reminder_number=1,
        unreached=0,
        old_date=None,
        late_notice_medium=None,
        action_url=LINK,
        actions=("done", "tomorrow", "pick_date"),
    )
    return brief._replace(**changes)


def a_promise(**changes: Any) -> Brief:
    """Sana promised it, and Bilal agreed to be written to."""
    actions = ("kept", "running_late", "new_date", "unreachable")
    return a_brief(**{"kind": "commitment", "late_notice_medium": "email", "actions": actions, **changes})


def a_reply(**changes: Any) -> Brief:
    """Bilal wrote, and waits for Sana's answer."""
    waiting = {"kind": "reply", "what": "Answer Bilal Khan", "typed": False, "channel": "email"}
    return a_brief(**{**waiting, "actions": ("answered", "waiting"), **changes})


def a_request(**changes: Any) -> Brief:
    """Sana asks her supervisor Ayesha for permission to give Bilal USD 40."""
    request = {"kind": "goodwill", "reader_name": "Ayesha Siddiqui", "amount": "USD 40.00"}
    what = "Two visits for the same fault"
    return a_brief(**{**request, "what": what, "actions": ("approve", "decline"), **changes})


def about(purpose: Purpose, **changes: Any) -> Brief:
    """A brief of the kind that this purpose is for."""
    kind = purpose.partition("_")[0]
    return {"promise": a_promise, "reply": a_reply, "goodwill": a_request}.get(kind, a_brief)(**changes)


def a_note(purpose: Purpose = "follow_up_reminder", to: RecipientRole = "agent", **changes: Any) -> Note:
    """A reminder whose text is not written yet."""
    return Note(purpose, to, about(purpose, **changes))


def a_late_notice(**changes: Any) -> LateNotice:
    """Bilal is told on Tuesday that it takes until Friday."""
    notice = LateNotice(
        business="Nadeem Computers",
        language="en",
        customer_name="Bilal Khan",
        agent_name="Sana Malik",
        what="Replace the fan",
        due_at=datetime(2026, 11, 27, 17, 0, tzinfo=KARACHI),
        now=datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI),
    )
    return notice._replace(**changes)


def an_event(**changes: Any) -> EventNews:
    """An evening at the shop on Friday."""
    event = EventNews(
        begins_at=datetime(2026, 11, 27, 17, 0, tzinfo=KARACHI),
        ends_at=datetime(2026, 11, 27, 19, 0, tzinfo=KARACHI),
        now=datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI),
        place="Mall Road 5",
        url="https://desk.example.com/e/token",
        calendar="BEGIN:VCALENDAR",
    )
    return event._replace(**changes)


def some_news(**changes: Any) -> News:
    """A tip for Bilal."""
    news = News(
        business="Nadeem Computers",
        language="en",
        customer_name="Bilal Khan",
        subject="Dust is near",
        text="Blow it out of the fan.\n\nOnce a month is enough.",
        unsubscribe_url="https://desk.example.com/u/token",
    )
    return news._replace(**changes)


def an_explanation(**changes: Any) -> Explanation:
    """Four opening hours from Friday at 16:00, over a weekend and a holiday, as Karachi counts them."""

    def karachi(day: int, hour: int) -> datetime:
        return datetime(2026, 11, day, hour, tzinfo=KARACHI).astimezone(UTC)

    explanation = Explanation(
        rule="4 opening hours after it was due",
        counted_from=karachi(20, 16),
        time_zone="Asia/Karachi",
        counted=(
            CountedTime(start=karachi(20, 16), end=karachi(20, 18)),
            CountedTime(start=karachi(24, 9), end=karachi(24, 11)),
        ),
        skipped=(
            SkippedTime(start=karachi(20, 18), end=karachi(23, 0), why="closed"),
            SkippedTime(start=karachi(23, 0), end=karachi(24, 0), why="Iqbal Day"),
            SkippedTime(start=karachi(24, 0), end=karachi(24, 9), why="closed"),
        ),
    )
    return explanation.model_copy(update=changes)


def a_notice(**changes: Any) -> Brief:
    """The note to the supervisor, two hours late. It has no buttons."""
    late = datetime(2026, 11, 24, 18, 5, tzinfo=KARACHI)
    informing = {
        "reader_name": "Ayesha Siddiqui",
        "now": late,
        "reminder_number": 2,
        "action_url": None,
        "actions": (),
    }
    return a_brief(**{**informing, **changes})


def an_invitation(**changes: Any) -> Invitation:
    """Bilal is asked about Sana."""
    invitation = Invitation(
        business="Nadeem Computers",
        language="en",
        customer_name="Bilal Khan",
        agent_name="Sana Malik",
        survey_url=LINK,
        unsubscribe_url="https://example.com/u/token",
        closes_on=date(2026, 12, 8),
    )
    return invitation._replace(**changes)


def a_praise(**changes: Any) -> Praise:
    """Sana reads what Bilal thought of her."""
    praise = Praise(
        business="Nadeem Computers",
        language="en",
        reader_name="Sana Malik",
        customer_name="Bilal Khan",
        score=5,
        top=5,
        words="She called back within the hour.",
        now=datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI),
    )
    return praise._replace(**changes)


def a_promise_question(name: str = "Bilal Khan", language: str = "en") -> PromiseQuestion:
    """Sana copied the desk on a mail to Bilal, and is asked what she promised."""
    now = datetime(2026, 11, 24, 16, 0, tzinfo=KARACHI)
    return PromiseQuestion(
        business=name,
        reader_name=name,
        customer_name=name,
        summary=f"{name}\n{name}",
        written_at=now - timedelta(minutes=2),
        offered=(now + timedelta(hours=20), now + timedelta(days=4)),
        link=LINK,
        times=Times(i18n.words(language), KARACHI, now),
    )


def a_promise_form(
    name: str = "Bilal Khan", language: str = "en", problem: pages.FormProblem | None = None
) -> str:
    """The page that asks what was promised."""
    question = a_promise_question(name, language)
    return promise_question.promise_form(
        business=name,
        customer_name=name,
        summary=question.summary,
        written_at=question.written_at,
        times=question.times,
        path="/a/t",
        entered={"what": name, "date": "2026-11-25", "time": "12:00"},
        problem=problem,
        nonce="n",
    )


def a_week(
    language: str = "en",
    name: str = "Bilal Khan",
    words: str = "Nobody called me back.",
    business: str = "Nadeem Computers",
) -> Mail:
    """The weekly report of a full week, with these names and words wherever somebody typed them."""
    base, now = "https://desk.example.com", datetime(2026, 3, 9, 9, 2, tzinfo=UTC)
    times = Times(i18n.words(language), ZoneInfo("UTC"), now)
    page = week_page(a_weekly_report(), _named(name, words), times, business=business, zone="UTC", base=base)
    assert page is not None
    return email.for_week(page, business, times.words, base)


def a_weekly_report() -> WeeklyReport:
    """A week that has something of everything."""
    planned = weekly_reports.plan(rows.policy(), rows.MONDAY)
    weeks = [weekly_reports.week_before(planned, rows.policy(), back) for back in range(51, -1, -1)]
    promises = {
        week: KeptPromises(kept=20 - number % 7, settled=20)
        for number, week in enumerate(weeks)
        if number != 9
    }
    calls: tuple[tuple[CallReason, ...], ...] = (
        ("unhappy", "promise_late"),
        ("still_waits", "complaint_open"),
        ("run_around",),
    )
    figures = WeeklyFigures(
        promises={**promises, planned.week: KeptPromises(kept=13, settled=15)},
        waited=7,
        waited_longest=(rows.row_id(10), rows.row_id(11)),
        calls=tuple(
            Call(
                customer_id=rows.CUSTOMER_ID,
                reasons=tuple(Evidence(why=why, row_id=rows.row_id(12)) for why in reasons),
            )
            for reasons in calls
        ),
        answers=9,
        comments=(rows.row_id(12), rows.row_id(13)),
        to_thank=(
            ToThank(
                agent_id=rows.AGENT_ID,
                reason="kind_words",
                row_id=rows.row_id(13),
                customer_id=rows.CUSTOMER_ID,
            ),
        ),
        unthanked=(rows.AGENT_ID,),
        reviews=1,
        missed_by=MissedBy(case_id=rows.row_id(2), missed=2, of=2),
        sent=Sent(
            mails=41, texts=12, withheld=5, withheld_because="they were asked something lately", failed=1
        ),
        cost=Cost(texts_of_month=Decimal("3.20"), goodwill={"EUR": Decimal("25.00"), "USD": Decimal(10)}),
    )
    return planned.changed(status="sent", figures=figures, reported_at=planned.wake_at).waiting(None)


def _named(name: str, words: str) -> Named:
    late = rows.reply(reply_id=rows.row_id(10), status="given", late_by_seconds=7200)
    waits = rows.reply(reply_id=rows.row_id(11), status="awaited")
    unhappy = rows.survey(survey_id=rows.row_id(12), status="answered", score=1, comment=words)
    happy = rows.survey(survey_id=rows.row_id(13), status="answered", score=5, comment=words * 9)
    case = rows.case(kind="complaint", cause=words)
    return Named(
        {rows.CUSTOMER_ID: rows.customer(name=name)},
        {row.id: row for row in (late, waits)},
        {row.id: row for row in (unhappy, happy)},
        {case.id: case},
        {rows.AGENT_ID: rows.agent(name=name)},
    )

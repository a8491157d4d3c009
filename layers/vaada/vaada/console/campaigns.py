"""Tips and invitations, for managers: write them, preview them, send them, and see who comes."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, time

from pydantic import TypeAdapter, ValidationError

from vaada.console import forms
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.console.work import sent_time
from vaada.flows import campaigns as flow
from vaada.flows.idempotency import do_once
from vaada.flows.optimistic_write import NotFound, VersionChanged, require
from vaada.model.campaign_input import NewCampaign
from vaada.model.campaigns import Campaign, CampaignRecipient, primary
from vaada.model.hours import Day, LocalTime
from vaada.model.localities import WRITTEN_LANGUAGES
from vaada.model.messages import Message
from vaada.present.console import campaigns as words
from vaada.present.i18n import words as language_words
from vaada.rules import campaigns as rules
from vaada.rules.errors import NotPossible
from vaada.rules.time.clock import at_local
from vaada.rules.time.horizon import is_too_far

HERE = "/desk/campaigns"

_PAGE = 25
_NEW = "new"
_DAY: TypeAdapter[date] = TypeAdapter(Day)
_CLOCK: TypeAdapter[time] = TypeAdapter(LocalTime)
_EVENT = ("event_date", "event_from", "event_until", "place")


def listed(visit: Visit) -> Answer:
    """Show the campaigns, the latest first."""
    visit.user.require_manager()
    page = visit.desk.table.latest_rows(Campaign, _PAGE, visit.request.query["cursor"] or None)
    rows = [words.row_of(row, visit.times) for row in page.rows if isinstance(row, Campaign)]
    return visit.page("campaigns", HERE, rows=rows, cursor=page.next_cursor)


def new(visit: Visit) -> Answer:
    """Show the form for a new campaign."""
    visit.user.require_manager()
    return _page(visit, None, {}, "")


def add(visit: Visit) -> Answer:
    """Store a new campaign as a draft."""
    visit.user.require_manager()
    written, problem = _written(visit)
    if written is None:
        return _page(visit, None, _sent(visit.request.form), problem)
    desk, now, user = visit.desk, visit.now, visit.user
    row = do_once(
        desk,
        forms.key_of(visit.request, user.id, now),
        lambda: flow.add_campaign(desk, written, now, user.id),
        lambda result_id: require(desk, Campaign, result_id),
    )
    return redirect(f"{HERE}/{row.id}?done=saved")


def show(visit: Visit, campaign_id: str) -> Answer:
    """Show a campaign: a draft with its form and preview, any other one with its recipients."""
    visit.user.require_manager()
    return _page(visit, require(visit.desk, Campaign, campaign_id), {}, "")


def act(visit: Visit, campaign_id: str, action: str) -> Answer:
    """Save a draft, send or cancel a campaign, or mark attendance."""
    visit.user.require_manager()
    row = require(visit.desk, Campaign, campaign_id)
    try:
        problem = _carry_out(visit, row, action)
    except VersionChanged:
        problem = "changed"
    if problem:
        sent = _sent(visit.request.form) if action == "save" else {}
        return _page(visit, require(visit.desk, Campaign, campaign_id), sent, problem)
    return redirect(f"{HERE}/{campaign_id}?done=saved")


def _carry_out(visit: Visit, row: Campaign, action: str) -> str:
    """Do what a form says. Returns what is wrong with it, if anything is. Raises NotFound, VersionChanged."""
    desk, form, now = visit.desk, visit.request.form, visit.now
    seen = forms.version_of(form)
    match action:
        case "save":
            written, problem = _written(visit)
            if written is None:
                return problem
            flow.edit_campaign(desk, row.id, written, seen=seen)
        case "schedule":
            then = sent_time(form, "send", visit.business_zone.key) if form["when"] == "then" else now
            if then is None or then < now or is_too_far(then, now):
                return "time"
            try:
                flow.schedule_campaign(desk, row.id, then, seen=seen)
            except NotPossible:
                return "begun"
        case "cancel":
            flow.cancel_campaign(desk, row.id, now, seen=seen)
        case "came" | "absent":
            to = require(desk, CampaignRecipient, form["recipient"])
            if to.campaign_id != row.id:
                raise NotFound(CampaignRecipient, to.id)
            flow.mark_attendance(desk, to.id, came=action == "came")
        case _:
            raise NotFound(Campaign, row.id)
    return ""


def _written(visit: Visit) -> tuple[NewCampaign | None, str]:
    """Return the campaign of the form, or what is wrong with it."""
    form = visit.request.form
    texts = [
        {"language": one, "subject": form[f"subject_{one}"], "text": form[f"text_{one}"]}
        for one in _languages(visit)
        if form[f"subject_{one}"].strip() or form[f"text_{one}"].strip()
    ]
    body: dict[str, object] = {"texts": texts, "tag": form["tag"].strip() or None}
    if any(form[name].strip() for name in _EVENT):
        try:
            body["event"] = _event(form, visit.business_zone.key)
        except (ValidationError, OverflowError):
            return None, "event"
    try:
        return NewCampaign.model_validate(body), ""
    except ValidationError as error:
        [*wrong] = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        return None, "event" if "event" in wrong else "texts"


def _event(form: Fields, zone: str) -> dict[str, object]:
    """Return the event of the form. Raises ValidationError for an invalid day or time."""
    day = _DAY.validate_python(form["event_date"])
    times = [_CLOCK.validate_python(form[name]) for name in ("event_from", "event_until")]
    begins, ends = (at_local(day, clock, zone).isoformat() for clock in times)
    return {"begins_at": begins, "ends_at": ends, "place": form["place"]}


def _languages(visit: Visit) -> list[str]:
    """Return the languages to write in, that of the business first."""
    own = primary(visit.desk.policy.business.language)
    return sorted(WRITTEN_LANGUAGES, key=lambda one: (one != own, one))


def _sent(form: Fields) -> dict[str, str]:
    return {name: form[name] for name, _ in form.pairs}


def _fields(row: Campaign | None, visit: Visit) -> dict[str, str]:
    """Return what the form of a campaign holds."""
    if row is None:
        return {}
    fields = {"tag": row.tag or ""}
    for one in row.texts:
        fields |= {
            f"subject_{primary(one.language)}": one.subject,
            f"text_{primary(one.language)}": one.text,
        }
    if row.event is not None:
        begins, ends = (_local(at, visit) for at in (row.event.begins_at, row.event.ends_at))
        fields |= {"event_date": begins.date().isoformat(), "place": row.event.place}
        fields |= {"event_from": f"{begins:%H:%M}", "event_until": f"{ends:%H:%M}"}
    return fields


def _local(at: datetime, visit: Visit) -> datetime:
    return at.astimezone(visit.business_zone)


def _page(visit: Visit, row: Campaign | None, sent: Mapping[str, str], problem: str) -> Answer:
    languages = _languages(visit)
    values: dict[str, object] = {
        "row": row,
        "key": sent.get(forms.KEY) or forms.new_key(),
        "shown": words.row_of(row, visit.times) if row else None,
        "languages": languages,
        "fields": defaultdict(str, sent or _fields(row, visit)),
        "problem": words.PROBLEMS.get(problem, ""),
        "wrong": problem,
        "done": visit.request.query["done"],
        "path": f"{HERE}/{row.id}" if row else f"{HERE}/{_NEW}",
        "preview": None,
        "audience": "",
        "recipients": [],
        "turnout": [],
        "cursor": None,
        "has_begun": row is not None and row.event is not None and row.event.begins_at <= visit.now,
    }
    if row is not None:
        language = visit.request.query["language"]
        chosen = language if language in languages else primary(row.texts[0].language)
        found = flow.preview(visit.desk, row, chosen, visit.now)
        values["preview"] = words.Preview(
            chosen, language_words(chosen).direction, found.mail.subject, found.mail.text
        )
    if row is not None and row.status in {"draft", "scheduled"}:
        audience = flow.audience_of(visit.desk, row)
        values["audience"] = words.audience_words(audience.customers, visit.times, is_more=audience.is_more)
    elif row is not None:
        values |= _recipients(visit, row)
    return visit.page("campaign", HERE, status=forms.status_of(problem), **values)


def _recipients(visit: Visit, row: Campaign) -> dict[str, object]:
    """Return a page of the recipients, and how many of them come."""
    table = visit.desk.table
    page = table.list_rows(CampaignRecipient, _PAGE, visit.request.query["cursor"] or None, status=row.id)
    found = [one for one in page.rows if isinstance(one, CampaignRecipient)]
    customers = table.customers([one.customer_id for one in found])
    messages = table.get_several(Message, [rules.message_id(one) for one in found])
    counts = flow.turnout_of(visit.desk, row.id) if row.event else {}
    return {
        "recipients": [
            words.recipient_row(
                one,
                customers.get(one.customer_id),
                messages.get(rules.message_id(one)),
                visit.times,
                is_event=row.event is not None,
            )
            for one in found
        ],
        "turnout": [words.turnout_words(one, count, visit.times) for one, count in counts.items()],
        "cursor": page.next_cursor,
    }

"""Calls of the API."""

from collections.abc import Mapping

from functions.api.app import handler as api
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import Body, ScenarioWorld, Setup
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE, MONDAY
from tests.simulation.fake_aws.items import parsed
from tests.unit import rows
from vaada.gateways.items import to_item
from vaada.model.campaigns import CampaignRecipient
from vaada.model.ids import derived_row_id
from vaada.model.policy import PolicyDocument
from vaada.model.relationship_input import NewLetter
from vaada.model.relationships import Letter, Relationship, RelationshipNote, relationship_id
from vaada.model.times import text_of
from vaada.rules.training import topic_key


def call_of(route: str, body: Body) -> Setup:
    """A call of the API in a world with one row of each kind; `{promise}` and the like are their ids."""

    def set_up(world: ScenarioWorld) -> None:
        ids = one_row_of_each_kind(
            world,
            complaint="/steps/" in route,
            goodwill="{goodwill}" in route,
            others="merge" in route,
            failed="{message}" in route,
            quarantined="{survey}" in route,
            proposed="/relationship/" in route,
            praised="recognition" in route,
            ended=route.endswith(("/letter", "/part")),
            topic="{topic}" in route,
            campaign="{campaign}" in route,
            invited="{invited}" in route,
        )
        if first := FIRST.get(route):
            world.call_api(first.format(**ids), body_of(world, BODIES[first]))
        world.pass_time(20 * MINUTE)  # so that what the call brings falls due with nothing else
        world.watch_next_run()
        world.call_api(route.format(**ids), body_of(world, body))

    return set_up


def one_row_of_each_kind(
    world: ScenarioWorld,
    *,
    complaint: bool = False,
    goodwill: bool = False,
    others: bool = False,
    failed: bool = False,
    quarantined: bool = False,
    proposed: bool = False,
    praised: bool = False,
    ended: bool = False,
    topic: bool = False,
    campaign: bool = False,
    invited: bool = False,
) -> dict[str, str]:
    """Add people, and a contact with work. Returns the ids.

    `others`: a second case and a second customer. `failed`: a warning that could not be sent. `quarantined`:
    an answer to a survey that came too fast for a person. `proposed`: a review that may be decided; `ended`:
    it was. `praised`: an answer of a happy customer. `topic`: five unhappy answers. `campaign`: a draft;
    `invited`: one who was sent an invitation.
    """
    world.add_people()
    ids = _contact_with_work(world, "complaint" if complaint else "request")
    if goodwill:
        ids["goodwill"] = world.request_goodwill()
    if failed:
        ids["message"] = a_failed_warning(world, ids["promise"])
    if quarantined:
        ids["survey"] = a_quarantined_answer(world, ids["contact"], ids["case"])
    if proposed:
        ids["note"] = a_proposed_review(world, ended=ended)
    if topic:
        ids["topic"] = a_topic(world)
    if campaign:
        ids["campaign"] = a_draft(world)
    if invited:
        ids["invited"] = an_invited_customer(world)
    if praised:
        ids["praised"] = world.praised_id = an_answer(world, ids["contact"], ids["case"], 5)
    if others:
        ids |= _a_second_case_and_customer(world)
    return ids


def _a_second_case_and_customer(world: ScenarioWorld) -> dict[str, str]:
    world.other_case_id = world.contact()["case_id"]
    other = {"name": "Bilal K", "email": "bilal.k@example.com"}
    world.other_customer_id = world.call_api("POST /api/customers", other)["customer_id"]
    return {"other_case": world.other_case_id, "other_customer": world.other_customer_id}


def _contact_with_work(world: ScenarioWorld, kind: str) -> dict[str, str]:
    """Record a contact of this kind with a promise, a follow-up and a reply. Returns the ids."""
    made = [{"what": "Call back", "due_at": text_of(world.now + 2 * DAY)}]
    wanted = {"at": text_of(world.now + DAY), "reason": "Ask for the colour"}
    facts = {"direction": "inbound", "channel": "email", "awaits_reply": True}
    told = world.contact(**facts, kind=kind, commitments=made, follow_up=wanted)
    return {
        "contact": told["interaction_id"],
        "case": told["case_id"],
        "promise": told["commitments"][0]["commitment_id"],
        "follow_up": told["follow_up"]["follow_up_id"],
        "reply": told["reply"]["reply_id"],
        "agent": world.agent_id,
        "supervisor": world.supervisor_id,
        "customer": world.customer_id,
    }


def a_failed_warning(world: ScenarioWorld, promise: str) -> str:
    """Put a message about a promise that was refused for good. Returns its id."""
    message = rows.message(
        message_id=derived_row_id(promise, "failed", world.now),
        customer_id=world.customer_id,
        about_id=promise,
        about_kind="commitment",
        purpose="promise_warning",
        recipient_id=world.agent_id,
        status="failed",
        attempts=3,
        wake_at=None,
        created_at=world.now,
    )
    world.aws.table.put_item(Item=to_item(message))
    return message.id


def a_quarantined_answer(world: ScenarioWorld, contact: str, case_id: str) -> str:
    """Put a survey with an unhappy answer that does not count. Returns its id."""
    survey = rows.survey(
        survey_id=derived_row_id(contact, "survey", world.now),
        customer_id=world.customer_id,
        interaction_id=contact,
        case_id=case_id,
        agent_id=world.agent_id,
        due_at=MONDAY + DAY,
        created_at=MONDAY,
        status="sent",
        step="close",
        sent_at=MONDAY,
        closes_at=MONDAY + 14 * DAY,
        wake_at=MONDAY + 14 * DAY,
        quarantined=({"at": MONDAY, "score": 1, "why_not": "sent too fast"},),
    )
    world.aws.table.put_item(Item=to_item(survey))
    return survey.id


def a_proposed_review(world: ScenarioWorld, *, ended: bool) -> str:
    """Put a review that was talked about and has cooled off, with a note. Returns the note's id.

    `ended`: it was decided to part, and the letter is written.
    """
    note_id = f"{world.customer_id}-1"
    note = RelationshipNote(
        note_id=note_id, kind="no_fit", words="Cars", happened_at=MONDAY, noted_at=MONDAY, noted_by="sana"
    )
    row = Relationship(
        relationship_id=relationship_id(world.customer_id),
        customer_id=world.customer_id,
        status="ending" if ended else "proposed",
        letter=Letter(**dict.fromkeys(NewLetter.model_fields, "Thank you")) if ended else None,
        due_at=MONDAY,
        notes=(note,),
        proposed_at=MONDAY - 14 * DAY,
        cooled_off_at=MONDAY,
        talked_at=MONDAY,
        created_at=MONDAY - 30 * DAY,
    )
    world.aws.table.put_item(Item=to_item(row))
    return note_id


def a_draft(world: ScenarioWorld, **facts: object) -> str:
    """Write a tip, and let the customer agree to it. Returns its id."""
    consent = {"email": True, "sms": True, "survey": True, "news": True}
    world.call_api(f"PATCH /api/customers/{world.customer_id}", {"consent": consent})
    campaign_id: str = world.call_api("POST /api/campaigns", {**A_TIP, **facts})["campaign_id"]
    return campaign_id


def an_invited_customer(world: ScenarioWorld) -> str:
    """Invite the customer to an event in two days. Returns the id of the recipient."""
    times = {"begins_at": text_of(world.now + 2 * DAY), "ends_at": text_of(world.now + 2 * DAY + HOUR)}
    campaign = a_draft(world, event={**times, "place": "Mill Lane 5"})
    world.call_api(f"POST /api/campaigns/{campaign}/schedule", {})
    world.pass_time(5 * MINUTE)
    rows_now = map(parsed, world.aws.table.items.values())
    [to] = [row for row in rows_now if isinstance(row, CampaignRecipient)]
    return to.id


def accept_invitation(world: ScenarioWorld, invited: str) -> None:
    """The customer says yes by the link of the invitation, and repeats the form until there is a response."""
    world.facts.event_answers[invited] = ["yes"]
    link = world.browser.link("event", invited)
    world.do_now(lambda: world.submit_until_answered(link, {"answer": "yes"}))


def a_topic(world: ScenarioWorld) -> str:
    """Put five unhappy answers, each about an order. Returns the key of the topic."""
    for _ in range(5):
        told = world.contact(kind="order")
        an_answer(world, told["interaction_id"], told["case_id"], 1)
    world.pass_time(DAY)  # when customers are asked
    return topic_key("kind", "order")


def an_answer(world: ScenarioWorld, contact: str, case_id: str, score: int) -> str:
    """Put a survey in which a customer wrote why. Returns its id."""
    survey = rows.survey(
        survey_id=derived_row_id(contact, "survey", world.now),
        customer_id=world.customer_id,
        interaction_id=contact,
        case_id=case_id,
        agent_id=world.agent_id,
        status="answered",
        step=None,
        score=score,
        comment="That is how it was",
        due_at=MONDAY + DAY,
        sent_at=MONDAY,
        answered_at=MONDAY,
        wake_at=None,
    )
    world.aws.table.put_item(Item=to_item(survey))
    return survey.id


def body_of(world: ScenarioWorld, body: Body) -> Mapping[str, object]:
    return body(world) if callable(body) else body


def in_some_days(**more: object) -> Body:
    """A body with a time in some days."""
    return lambda world: {"due_at": text_of(world.now + 3 * DAY), "reason": "agreed", **more}


def a_contact_that_resolves_a_case(world: ScenarioWorld) -> None:
    world.add_people()
    wanted = {"at": text_of(world.now + DAY), "reason": "Ask for the colour"}
    case_id = world.contact(direction="inbound", channel="email", follow_up=wanted)["case_id"]
    world.pass_time(MINUTE)
    world.watch_next_run()
    world.contact(case_id=case_id, resolved=True)


def many_promises(world: ScenarioWorld) -> str:
    """Make two promises more in a case than it lists. Returns its id."""
    made = [{"what": "Send a part", "due_at": text_of(world.now + 9 * DAY)}]
    case_id: str = world.contact(commitments=20 * made)["case_id"]
    for many in (20, 2):
        world.contact(case_id=case_id, commitments=many * made)
    return case_id


def of_a_long_case(route: str, body: Body) -> Setup:
    """A call about a case with more promises than it lists. `{other_case}` is a colleague's."""

    def set_up(world: ScenarioWorld) -> None:
        world.add_people()
        case_id = many_promises(world)
        world.other_case_id = world.contact(agent_id=world.supervisor_id)["case_id"]
        world.pass_time(20 * MINUTE)
        world.watch_next_run()
        told = {"case_id": case_id} if route == "POST /api/interactions" else {}
        world.call_api(route.format(case=case_id, agent=world.agent_id), {**body_of(world, body), **told})

    return set_up


def contact_with_work(world: ScenarioWorld) -> dict[str, object]:
    made = [{"what": "Send a list", "due_at": text_of(world.now + 3 * DAY)}]
    wanted = {"at": text_of(world.now + DAY), "reason": "Ask for the size"}
    return world.contact_body(direction="inbound", commitments=made, follow_up=wanted, tone="upset")


A_FILE = {"name": "Price.pdf", "media_type": "application/pdf", "content": "JVBERg=="}
A_TIP = {"texts": [{"language": "en", "subject": "Winter is near", "text": "Oil the chain, Bilal."}]}
A_WEEK_LESS = {"time_zone": "Europe/London", "check_in_every_days": 7}
BUSINESS = {"name": "Baker & Daughters", "time_zone": "UTC", "country": "GB", "language": "en"}
POLICY = PolicyDocument.model_validate({"business": BUSINESS}).model_dump(mode="json")
ROUTES: tuple[tuple[str, Body], ...] = (
    ("POST /api/interactions", contact_with_work),
    ("PATCH /api/interactions/{contact}", {"kind": "complaint", "tone": "abusive"}),
    ("POST /api/commitments/{promise}/keep", {}),
    ("POST /api/commitments/{promise}/renegotiate", in_some_days(tell_customer=True)),
    ("POST /api/commitments/{promise}/withdraw", {"reason": "no longer wanted"}),
    ("POST /api/commitments/{promise}/undo", {}),
    ("POST /api/commitments/{promise}/assign", lambda world: {"agent_id": world.supervisor_id}),
    ("POST /api/follow-ups/{follow_up}/complete", {}),
    ("POST /api/follow-ups/{follow_up}/undo", {}),
    ("POST /api/follow-ups/{follow_up}/assign", lambda world: {"agent_id": world.supervisor_id}),
    (
        "POST /api/follow-ups/{follow_up}/snooze",
        lambda world: {"until": text_of(world.now + 3 * DAY)},
    ),
    ("POST /api/follow-ups/{follow_up}/cancel", {}),
    ("POST /api/cases/{case}/resolve", {}),
    ("POST /api/cases/{case}/reopen", {"reason": "it came back"}),
    ("POST /api/cases/{case}/wait", {}),
    ("POST /api/cases/{case}/go-on", {}),
    ("POST /api/cases/{case}/assign", lambda world: {"agent_id": world.supervisor_id}),
    ("POST /api/cases/{case}/merge", lambda world: {"into": world.other_case_id}),
    ("POST /api/cases/{case}/unmerge", {}),
    ("POST /api/cases/{case}/steps/apologised", {"note": "by phone"}),
    ("POST /api/cases/{case}/goodwill", {"amount": "10", "reason": "A late cake"}),
    (
        "POST /api/cases/{case}/commitments",
        lambda world: {"what": "Send a photo", "due_at": text_of(world.now + 3 * DAY)},
    ),
    (
        "POST /api/cases/{case}/follow-ups",
        lambda world: {"reason": "Ask about the photo", "at": text_of(world.now + 3 * DAY)},
    ),
    ("POST /api/goodwill/{goodwill}/approve", {}),
    ("POST /api/goodwill/{goodwill}/decline", {"reason": "too much"}),
    ("POST /api/agents", {"name": "Bela", "email": "bela@example.com"}),
    ("PATCH /api/agents/{agent}", {"email": "amina.new@example.com"}),
    ("POST /api/agents/{agent}/leave", lambda world: {"to": world.supervisor_id}),
    ("POST /api/agents/{agent}/return", {}),
    ("POST /api/customers", {"name": "Zoe", "email": "zoe@example.com"}),
    ("PATCH /api/customers/{customer}", A_WEEK_LESS),
    (
        "POST /api/customers/{customer}/messages",
        lambda world: {"agent_id": world.agent_id, "text": "Your wheel is ready.", "attachments": [A_FILE]},
    ),
    ("POST /api/customers/{customer}/merge", lambda world: {"into": world.other_customer_id}),
    ("POST /api/customers/{customer}/unmerge", {}),
    ("POST /api/customers/{customer}/erase", {}),
    ("POST /api/agents/{agent}/write-again", {}),
    ("POST /api/customers/{customer}/write-again", {}),
    ("POST /api/erasures/replay", {}),
    ("POST /api/messages/{message}/retry", {}),
    ("POST /api/training-topics/{topic}/mark", {"what": "A checklist"}),
    ("POST /api/recognition", lambda world: {"evidence_id": world.praised_id, "note": "Well done"}),
    ("POST /api/surveys/{survey}/confirm", {"at": text_of(MONDAY)}),
    ("POST /api/surveys/{survey}/discard", {}),
    ("POST /api/customers/{customer}/relationship/notes", {"kind": "unethical", "words": "No receipt"}),
    ("POST /api/customers/{customer}/relationship/notes/{note}/remove", {}),
    ("POST /api/customers/{customer}/relationship/talk", {"words": "They see it alike"}),
    ("POST /api/customers/{customer}/relationship/keep", {"reason": "They are sorry"}),
    ("POST /api/customers/{customer}/relationship/end", {"reason": "It is no fit"}),
    (
        "POST /api/customers/{customer}/relationship/letter",
        dict.fromkeys(NewLetter.model_fields, "Thank you"),
    ),
    ("POST /api/customers/{customer}/relationship/part", {"by": "otherwise"}),
    ("POST /api/campaigns", A_TIP),
    ("PUT /api/campaigns/{campaign}", A_TIP),
    ("POST /api/campaigns/{campaign}/schedule", {}),
    ("POST /api/campaigns/{campaign}/cancel", {}),
    ("POST /api/campaign-recipients/{invited}/attendance", {"came": True}),
    ("PUT /api/policy", POLICY),
    ("POST /api/policy/preview", {"commitments": {"warn_before": {"hours": 1}}}),
    ("PATCH /api/policy", {"business": {"name": "Baker & Sons"}}),
)
BODIES = dict(ROUTES)
FIRST = {
    "POST /api/commitments/{promise}/undo": "POST /api/commitments/{promise}/keep",
    "POST /api/follow-ups/{follow_up}/undo": "POST /api/follow-ups/{follow_up}/complete",
    "POST /api/cases/{case}/go-on": "POST /api/cases/{case}/wait",
    "POST /api/cases/{case}/reopen": "POST /api/cases/{case}/resolve",
    "POST /api/cases/{case}/unmerge": "POST /api/cases/{case}/merge",
    "POST /api/agents/{agent}/return": "POST /api/agents/{agent}/leave",
    "POST /api/customers/{customer}/unmerge": "POST /api/customers/{customer}/merge",
    "POST /api/erasures/replay": "POST /api/customers/{customer}/erase",
}
"""The calls that must come before other ones."""


LONG_CASES: tuple[tuple[str, str, Body], ...] = (
    ("it changes hands", "POST /api/cases/{case}/assign", lambda world: {"agent_id": world.supervisor_id}),
    ("it is merged", "POST /api/cases/{case}/merge", lambda world: {"into": world.other_case_id}),
    ("it ends", "POST /api/cases/{case}/resolve", {"agreed_work": "end"}),
    ("a colleague calls", "POST /api/interactions", lambda world: called_by(world, world.supervisor_id)),
    ("its agent leaves", "POST /api/agents/{agent}/leave", lambda world: {"to": world.supervisor_id}),
)
"""What happens to a case with more promises than it lists."""


def called_by(world: ScenarioWorld, agent_id: str) -> dict[str, object]:
    return world.contact_body(agent_id=agent_id)


SCENARIOS = (
    *(
        Scenario(api, f"a long case: {what}", of_a_long_case(route, body), 2 * HOUR)
        for what, route, body in LONG_CASES
    ),
    Scenario(api, "a contact that resolves a case", a_contact_that_resolves_a_case, 2 * DAY),
    *(Scenario(api, route, call_of(route, body), 7 * HOUR) for route, body in ROUTES),
)

"""Calls of the API."""

from functions.api.app import handler as api
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import Body, ScenarioWorld, Setup
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE
from vaada.model.times import text_of


def call_of(route: str, body: Body) -> Setup:
    """Ask this of the API where there is one of everything; `{promise}` and the like are its ids."""

    def set_up(world: ScenarioWorld) -> None:
        world.add_people()
        made = [{"what": "Call back", "due_at": text_of(world.now + 2 * DAY)}]
        wanted = {"at": text_of(world.now + DAY), "reason": "Ask for the colour"}
        told = world.contact(
            direction="inbound", channel="email", commitments=made, follow_up=wanted, awaits_reply=True
        )
        ids = {
            "case": told["case_id"],
            "promise": told["commitments"][0]["commitment_id"],
            "follow_up": told["follow_up"]["follow_up_id"],
            "agent": world.agent_id,
            "customer": world.customer_id,
        }
        if "{goodwill}" in route:
            ids["goodwill"] = world.request_goodwill()
        if "wait" not in route and "go-on" in route:
            world.call_api(f"POST /api/cases/{ids['case']}/wait", {})
        if "reopen" in route:
            world.call_api(f"POST /api/cases/{ids['case']}/resolve", {})
        if "merge" in route:
            world.other_case_id = world.contact()["case_id"]
        world.pass_time(MINUTE)
        world.watch_next_run()
        world.call_api(route.format(**ids), body(world) if callable(body) else body)

    return set_up


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


def contact_with_work(world: ScenarioWorld) -> dict[str, object]:
    made = [{"what": "Send a list", "due_at": text_of(world.now + 3 * DAY)}]
    wanted = {"at": text_of(world.now + DAY), "reason": "Ask for the size"}
    return world.contact_body(direction="inbound", commitments=made, follow_up=wanted, tone="upset")


A_WEEK_LESS = {"time_zone": "Europe/London", "check_in_every_days": 7}
POLICY = {"business": {"name": "Baker & Daughters", "time_zone": "UTC", "country": "GB", "language": "en"}}
ROUTES: tuple[tuple[str, Body], ...] = (
    ("POST /api/interactions", contact_with_work),
    ("POST /api/commitments/{promise}/keep", {}),
    ("POST /api/commitments/{promise}/renegotiate", in_some_days(tell_customer=True)),
    ("POST /api/commitments/{promise}/withdraw", {"reason": "no longer wanted"}),
    ("POST /api/follow-ups/{follow_up}/complete", {}),
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
    ("POST /api/cases/{case}/goodwill", {"amount": "10", "reason": "A late cake"}),
    ("POST /api/goodwill/{goodwill}/approve", {}),
    ("POST /api/goodwill/{goodwill}/decline", {"reason": "too much"}),
    ("POST /api/agents", {"name": "Bela", "email": "bela@example.com"}),
    ("PATCH /api/agents/{agent}", {"email": "amina.new@example.com"}),
    ("POST /api/customers", {"name": "Zoe", "email": "zoe@example.com"}),
    ("PATCH /api/customers/{customer}", A_WEEK_LESS),
    ("POST /api/customers/{customer}/erase", {}),
    ("PUT /api/policy", POLICY),
)


SCENARIOS = (
    Scenario(api, "a contact that resolves a case", a_contact_that_resolves_a_case, 2 * DAY),
    *(Scenario(api, route, call_of(route, body), 7 * HOUR) for route, body in ROUTES),
)

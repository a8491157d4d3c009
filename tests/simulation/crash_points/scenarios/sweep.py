"""Rows that the sweep finds."""

from functions.sweep_due.app import handler as sweep_due
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import ScenarioWorld
from tests.simulation.crash_points.scenarios.api import a_draft, accept_invitation, an_invited_customer
from tests.simulation.crash_points.scenarios.inbound_events import copy_the_desk
from tests.simulation.crash_points.scenarios.sending import keep_the_promise
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE
from vaada.gateways.items import to_item
from vaada.model.relationship_input import NewLetter
from vaada.model.relationships import Letter, Relationship, relationship_id
from vaada.model.times import text_of


def a_batch(world: ScenarioWorld) -> None:
    world.add_people()
    world.follow_up(HOUR, "Ask for the colour")
    world.follow_up(HOUR + MINUTE, "Ask for the size")
    world.pass_time(HOUR + MINUTE)
    world.watch_next_run()


def an_escalation(world: ScenarioWorld) -> None:
    world.add_people()
    world.commitment_id = world.promise(2 * HOUR)
    world.pass_time(5 * HOUR)
    world.watch_next_run()


def a_reply_due_soon(world: ScenarioWorld) -> None:
    world.add_people()
    world.contact(direction="inbound", channel="email", awaits_reply=True)
    world.pass_time(2 * HOUR)
    world.watch_next_run()


def a_missed_reply(world: ScenarioWorld) -> None:
    world.add_people()
    world.contact(direction="inbound", channel="email", awaits_reply=True)
    world.pass_time(4 * HOUR + 30 * MINUTE)  # the warning was sent
    world.watch_next_run()


def a_survey_reminder(world: ScenarioWorld) -> None:
    world.send_survey()
    world.watch_next_run()


def a_check_in(world: ScenarioWorld) -> None:
    world.add_people(check_in_every_days=2)
    world.contact()
    world.pass_time(HOUR)
    world.watch_next_run()


def a_notice_of_delay(world: ScenarioWorld) -> None:
    world.add_people()
    world.commitment_id = world.promise(6 * HOUR)
    world.pass_time(MINUTE)
    world.watch_next_run()
    new_date = {"due_at": text_of(world.now + 2 * DAY), "reason": "agreed", "tell_customer": True}
    world.call_api(f"POST /api/commitments/{world.commitment_id}/renegotiate", new_date)


def a_goodwill_request(world: ScenarioWorld) -> None:
    world.add_people()
    world.watch_next_run()
    world.request_goodwill()


def a_question_after_a_mail(world: ScenarioWorld) -> None:
    copy_the_desk(world)
    world.watch_next_run()


def a_weekly_report(world: ScenarioWorld) -> None:
    world.add_people()
    world.plan_weekly_report()
    world.promise(2 * HOUR)
    world.pass_time(7 * DAY - HOUR)
    world.watch_next_run()


def a_relationship(world: ScenarioWorld) -> None:
    world.add_people()
    for kind, ago in (("no_fit", 95 * DAY), ("unethical", DAY)):
        body = {"kind": kind, "words": "Wants cars", "happened_at": text_of(world.now - ago)}
        world.call_api(f"POST /api/customers/{world.customer_id}/relationship/notes", body)
    world.pass_time(DAY - HOUR)
    world.watch_next_run()


def a_parting_letter(world: ScenarioWorld) -> None:
    world.add_people()
    row = Relationship(
        relationship_id=relationship_id(world.customer_id),
        customer_id=world.customer_id,
        status="parted",
        due_at=world.now,
        wake_at=world.now + 12 * HOUR,  # in the customer's quiet hours, so that another sweep sends it
        letter=Letter(**dict.fromkeys(NewLetter.model_fields, "Thank you")),
        letter_by=world.agent_id,
        created_at=world.now,
    )
    world.aws.table.put_item(Item=to_item(row))
    world.do_now(lambda: None)  # so that the sweep is planned
    world.pass_time(12 * HOUR - 2 * MINUTE)
    world.watch_next_run()


def a_campaign(world: ScenarioWorld) -> None:
    world.add_people()
    campaign = a_draft(world)
    agreed = {"email": True, "sms": False, "survey": False, "news": True}
    world.call_api("POST /api/customers", {"name": "Zoe", "email": "zoe@example.com", "consent": agreed})
    world.call_api(f"POST /api/campaigns/{campaign}/schedule", {"send_at": text_of(world.now + HOUR)})
    world.pass_time(HOUR - 3 * MINUTE)
    world.watch_next_run()


def a_reminder_of_an_event(world: ScenarioWorld) -> None:
    world.add_people()
    accept_invitation(world, an_invited_customer(world))
    world.pass_time(DAY - HOUR)
    world.watch_next_run()


SCENARIOS = (
    Scenario(sweep_due, "a batch", a_batch),
    Scenario(sweep_due, "an escalation", an_escalation, 2 * HOUR, keep_the_promise),
    Scenario(sweep_due, "a reply due soon", a_reply_due_soon, 4 * HOUR),
    Scenario(sweep_due, "a missed reply", a_missed_reply, 2 * HOUR),
    Scenario(sweep_due, "a survey reminder", a_survey_reminder, 4 * DAY),
    Scenario(sweep_due, "a check-in", a_check_in, 2 * DAY),
    Scenario(sweep_due, "a notice of delay", a_notice_of_delay),
    Scenario(sweep_due, "a goodwill request", a_goodwill_request),
    Scenario(sweep_due, "a question after a mail", a_question_after_a_mail),
    Scenario(sweep_due, "a weekly report", a_weekly_report, 2 * HOUR),
    Scenario(sweep_due, "a relationship", a_relationship, 15 * DAY),
    Scenario(sweep_due, "a parting letter", a_parting_letter, DAY),
    Scenario(sweep_due, "a campaign", a_campaign, 2 * HOUR),
    Scenario(sweep_due, "a reminder of an event", a_reminder_of_an_event, DAY),
)

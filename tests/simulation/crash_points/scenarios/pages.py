"""What people do on the pages behind links."""

import re
from functools import partial

from functions.pages.app import handler as pages
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import ScenarioWorld, Setup
from tests.simulation.crash_points.scenarios.api import accept_invitation, an_invited_customer
from tests.simulation.crash_points.scenarios.inbound_events import copy_the_desk
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE


def a_good_answer(world: ScenarioWorld) -> None:
    answer_survey(world, score="5", comment="Lovely people")


def a_bad_answer(world: ScenarioWorld) -> None:
    answer_survey(world, score="1", comment="Nobody called")


def answer_survey(world: ScenarioWorld, **fields: str) -> None:
    link = world.send_survey()
    world.watch_next_run("POST")
    world.do_now(lambda: world.browser.answer_survey(link, fields))


def an_unsubscription(world: ScenarioWorld) -> None:
    world.send_survey()
    (link,) = re.findall(r"https://\S+/u/\S+", world.aws.providers.sent[-1].text)
    world.watch_next_run()
    world.do_now(lambda: world.submit_until_answered(link, {}))


def an_entry(world: ScenarioWorld) -> None:
    world.add_people()
    world.pass_time(20 * MINUTE)
    world.watch_next_run("POST")
    write_by_the_form(world)


def a_confirmed_address(world: ScenarioWorld) -> None:
    world.add_people()
    write_by_the_form(world)
    world.pass_time(20 * MINUTE)
    (link,) = re.findall(r"https://\S+/c/\S+", world.aws.providers.sent[-1].text)
    world.watch_next_run("POST")
    world.do_now(lambda: world.submit_until_answered(link, {}))


def a_promise_after_a_mail(world: ScenarioWorld) -> None:
    copy_the_desk(world)
    world.pass_time(5 * MINUTE)
    (link, *_) = re.findall(r"https://\S+/a/[^\s?]+", world.aws.providers.sent[-1].text)
    due = world.now + 2 * DAY
    fields = {"what": "The wheel is ready", "date": f"{due:%Y-%m-%d}", "time": "10:00"}
    world.watch_next_run("POST")
    world.do_now(lambda: world.submit_until_answered(link, fields))


def an_answer_to_an_invitation(world: ScenarioWorld) -> None:
    world.add_people()
    invited = an_invited_customer(world)
    world.watch_next_run("POST")
    accept_invitation(world, invited)


def write_by_the_form(world: ScenarioWorld) -> None:
    """A visitor whom nobody knows writes by the contact form."""
    entry = {"name": "Dana", "reach": "dana@example.com", "text": "Do you repair tandems?", "agreed": "on"}
    world.do_now(lambda: world.submit_until_answered("https://desk.example.com/c/", entry))


def press_button(world: ScenarioWorld, row_id: str, do: str) -> None:
    """An agent acts by the link of a message, and repeats the form until there is a response."""
    new = world.now + 2 * DAY
    fields = {"do": do, "date": f"{new:%Y-%m-%d}", "time": "10:00", "reason": "agreed"}
    link = world.browser.link("action", row_id)
    world.watch_next_run("POST")
    world.do_now(partial(world.submit_until_answered, link, fields))


def on_a_follow_up(do: str) -> Setup:
    def set_up(world: ScenarioWorld) -> None:
        world.add_people()
        follow_up_id = world.follow_up(HOUR)
        world.pass_time(2 * HOUR)
        press_button(world, follow_up_id, do)

    return set_up


def on_a_promise(do: str) -> Setup:
    def set_up(world: ScenarioWorld) -> None:
        world.add_people()
        world.commitment_id = world.promise(6 * HOUR)
        world.pass_time(3 * HOUR)
        press_button(world, world.commitment_id, do)

    return set_up


def on_a_reply(do: str) -> Setup:
    def set_up(world: ScenarioWorld) -> None:
        world.add_people()
        reply = world.contact(direction="inbound", channel="email", awaits_reply=True)["reply"]
        world.pass_time(MINUTE)
        press_button(world, reply["reply_id"], do)

    return set_up


def on_a_goodwill_request(do: str) -> Setup:
    def set_up(world: ScenarioWorld) -> None:
        world.add_people()
        goodwill_id = world.request_goodwill()
        world.pass_time(5 * MINUTE)
        press_button(world, goodwill_id, do)

    return set_up


SCENARIOS = (
    Scenario(pages, "a good answer", a_good_answer),
    Scenario(pages, "a bad answer", a_bad_answer),
    Scenario(pages, "an answer to an invitation", an_answer_to_an_invitation, 2 * DAY),
    Scenario(pages, "an unsubscription", an_unsubscription),
    Scenario(pages, "a promise after a mail", a_promise_after_a_mail, HOUR),
    Scenario(pages, "an entry by the contact form", an_entry, 7 * HOUR),
    Scenario(pages, "an address that is confirmed", a_confirmed_address, 7 * HOUR),
    *(
        Scenario(pages, f"{do} of a follow-up", on_a_follow_up(do))
        for do in ("done", "tomorrow", "next_week", "pick_date", "unreachable")
    ),
    *(
        Scenario(pages, f"{do} of a promise", on_a_promise(do), HOUR)
        for do in ("kept", "new_date", "running_late", "unreachable")
    ),
    *(Scenario(pages, f"{do} of a reply", on_a_reply(do)) for do in ("answered", "waiting")),
    *(
        Scenario(pages, f"{do} of a goodwill request", on_a_goodwill_request(do))
        for do in ("approve", "decline")
    ),
)

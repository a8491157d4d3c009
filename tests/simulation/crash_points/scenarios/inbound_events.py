"""Events of SES and SNS about messages, texts of customers, and their mails."""

from functions.api.app import handler as api
from functions.receive_mail.app import handler as receive_mail
from functions.receive_text.app import handler as receive_text
from functions.receive_whatsapp.app import handler as receive_whatsapp
from functions.record_delivery.app import handler as record_delivery
from tests.integration.provider_events import sample
from tests.mail_samples import a_mail
from tests.simulation.crash_points.engine import Scenario
from tests.simulation.crash_points.scenario_world import BUSY, ScenarioWorld
from tests.simulation.crash_points.times import DAY, HOUR, MINUTE
from tests.simulation.fake_aws.provider_events import a_whatsapp, events_of
from tests.simulation.world.targets import Event
from vaada.model.times import text_of

AN_AGENTS_MAIL = a_mail("On Friday.", sender="amina@example.com", to="bilal@example.com")


def a_dead_address(world: ScenarioWorld) -> None:
    world.facts.fates["bilal@example.com"] = "no such address"
    world.add_people()
    world.contact(resolved=True)
    world.pass_time(HOUR)
    world.watch_next_run()


def a_full_mailbox(world: ScenarioWorld) -> None:
    world.facts.fates["bilal@example.com"] = "full"
    world.add_people(phone=None)
    world.contact(resolved=True)
    world.pass_time(HOUR)
    world.watch_next_run()


def a_complaint_of_spam(world: ScenarioWorld) -> None:
    world.facts.fates["bilal@example.com"] = "complained of"
    world.send_survey()
    world.watch_next_run()


def a_dead_address_of_staff(world: ScenarioWorld) -> None:
    world.facts.fates["amina@example.com"] = "no such address"
    world.add_people()
    world.watch_next_run()
    world.follow_up(HOUR)


def a_lost_text(world: ScenarioWorld) -> None:
    world.facts.fates["+442079460018"] = "no such address"
    world.add_people(preferred_channel="sms")
    world.contact(resolved=True)
    world.pass_time(HOUR)
    world.watch_next_run()


def stop_by_text(world: ScenarioWorld) -> None:
    text_back(world, "Stop")


def a_score_by_text(world: ScenarioWorld) -> None:
    text_back(world, "2")


def a_stop_that_is_queued(world: ScenarioWorld) -> None:
    text_back(world, "Stop", busy=True)


def a_queued_stop(world: ScenarioWorld) -> None:
    text_back(world, "Stop", "queue", busy=True)


def a_queued_score(world: ScenarioWorld) -> None:
    text_back(world, "2", "queue", busy=True)


def a_bounce_that_is_queued(world: ScenarioWorld) -> None:
    let_a_mail_bounce(world)


def a_queued_bounce(world: ScenarioWorld) -> None:
    let_a_mail_bounce(world, "queue")


def let_a_mail_bounce(world: ScenarioWorld, by: str | None = None) -> None:
    """A mail bounces while nothing can be written."""
    world.send_survey()
    world.calls.busy_until = world.now + BUSY
    world.watch_next_run(by)
    for news in events_of(world.aws.providers.sent[-1], "no such address"):
        world.invoke(news.event)


def text_back(world: ScenarioWorld, words: str, by: str | None = None, *, busy: bool = False) -> None:
    world.send_survey(preferred_channel="sms")
    if busy:
        world.calls.busy_until = world.now + BUSY
    world.watch_next_run(by)
    sent = world.aws.providers.sent[-1]
    world.do_now(lambda: world.text(sent.to, words, sent.provider_id))


def a_mail_of_a_stranger(world: ScenarioWorld) -> None:
    world.add_people()
    bring_mail(world, a_mail("Do you sell fans?", sender="zara@example.net", files={"a.txt": b"a fan"}))


def a_mail_in_a_thread(world: ScenarioWorld) -> None:
    world.add_people()
    case_id = world.contact(direction="inbound")["case_id"]
    thread = {"References": f"<unknown@example.net> <{case_id}@example.com>"}
    bring_mail(world, a_mail("And now?", sender="bilal@example.com", headers=thread))


def a_mail_that_is_set_aside(world: ScenarioWorld) -> None:
    world.add_people()
    bring_mail(world, a_mail(sender="bilal@example.com", spam="FAIL"))


def a_copy_of_an_agents_mail(world: ScenarioWorld) -> None:
    world.add_people()
    bring_mail(world, AN_AGENTS_MAIL)


def copy_the_desk(world: ScenarioWorld) -> None:
    """An agent writes to the customer and copies the desk, which asks what they promised."""
    world.add_people()
    world.do_now(lambda: world.events.deliver(receive_mail, mail_came(world, AN_AGENTS_MAIL), "a mail"))


def bring_mail(world: ScenarioWorld, mime: bytes) -> None:
    world.watch_next_run()
    world.invoke(mail_came(world, mime))


def mail_came(world: ScenarioWorld, mime: bytes) -> Event:
    """Put a mail into the bucket. S3's event about it."""
    event = sample("receive_mail/mail_came")
    world.aws.storage.objects[event["detail"]["object"]["key"]] = mime
    return {**event, "time": text_of(world.now)}


def a_picture_by_whatsapp(world: ScenarioWorld) -> None:
    world.add_people()
    bring_whatsapp(world, a_whatsapp("image_with_words", "442071838750", world.now))


def a_conversation_by_whatsapp(world: ScenarioWorld) -> None:
    world.add_people()
    number = "442079460018"
    first = a_whatsapp("words", number, world.now)
    world.do_now(lambda: world.events.deliver(receive_whatsapp, first, "a message by WhatsApp"))
    world.pass_time(HOUR)
    bring_whatsapp(world, a_whatsapp("button", number, world.now))


def stop_by_whatsapp(world: ScenarioWorld) -> None:
    world.add_people()
    bring_whatsapp(world, a_whatsapp("stop", "442079460018", world.now))


def answer_by_whatsapp(world: ScenarioWorld) -> None:
    """The customer asks by WhatsApp, and an agent answers, which the next sweep sends."""
    world.add_people()
    asked = a_whatsapp("words", "442079460018", world.now)
    world.do_now(lambda: world.events.deliver(receive_whatsapp, asked, "a message by WhatsApp"))
    said = {"agent_id": world.agent_id, "text": "We open at nine."}
    world.call_api(f"POST /api/customers/{world.customer_id}/messages", said)


def an_answer_that_fails(world: ScenarioWorld) -> None:
    world.facts.fates["+442079460018"] = "no such address"
    answer_by_whatsapp(world)
    world.pass_time(4 * MINUTE)
    world.watch_next_run()


def bring_whatsapp(world: ScenarioWorld, event: Event) -> None:
    world.watch_next_run()
    world.invoke(event)


def an_erasure_with_mails(world: ScenarioWorld) -> None:
    world.add_people()
    mime = a_mail(sender="bilal@example.com", files={"a.txt": b"x"})
    world.do_now(lambda: world.events.deliver(receive_mail, mail_came(world, mime), "a mail"))
    world.watch_next_run()
    path = f"POST /api/customers/{world.customer_id}/erase"
    world.do_now(lambda: world.api.ask(path, {}, lambda _answer: None))


SCENARIOS = (
    Scenario(record_delivery, "a dead address", a_dead_address, 2 * DAY),
    Scenario(record_delivery, "a full mailbox", a_full_mailbox, 3 * DAY),
    Scenario(record_delivery, "a complaint of spam", a_complaint_of_spam, DAY),
    Scenario(record_delivery, "a dead address of staff", a_dead_address_of_staff),
    Scenario(record_delivery, "a lost text", a_lost_text, 2 * DAY),
    Scenario(record_delivery, "a bounce that is queued", a_bounce_that_is_queued, 2 * DAY),
    Scenario(record_delivery, "a queued bounce", a_queued_bounce, 2 * DAY),
    Scenario(record_delivery, "a queued stop", a_queued_stop),
    Scenario(record_delivery, "a queued bad score", a_queued_score),
    Scenario(receive_mail, "of a stranger, with a file", a_mail_of_a_stranger, DAY),
    Scenario(receive_mail, "in the thread of a case", a_mail_in_a_thread, DAY),
    Scenario(receive_mail, "set aside", a_mail_that_is_set_aside),
    Scenario(receive_mail, "a copy of an agent's mail", a_copy_of_an_agents_mail, HOUR),
    Scenario(receive_whatsapp, "of a stranger, with a picture", a_picture_by_whatsapp, DAY),
    Scenario(receive_whatsapp, "in a conversation", a_conversation_by_whatsapp, DAY),
    Scenario(receive_whatsapp, "stop", stop_by_whatsapp),
    Scenario(receive_whatsapp, "an answer that failed", an_answer_that_fails),
    Scenario(api, "erase a customer with mails", an_erasure_with_mails),
    Scenario(receive_text, "stop", stop_by_text),
    Scenario(receive_text, "a stop that is queued", a_stop_that_is_queued),
    Scenario(receive_text, "a bad score", a_score_by_text),
)

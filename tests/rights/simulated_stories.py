"""What the functions do in the simulation, without faults: what its people do, and what those rarely do."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from functions.receive_text.app import handler as receive_text
from functions.receive_whatsapp.app import handler as receive_whatsapp
from functions.record_delivery.app import handler as record_delivery
from tests.mail_samples import a_mail
from tests.rights.guard import Guard
from tests.rights.guarded_world import GuardedWorld, SequentialClient
from tests.simulation.actors.people import People
from tests.simulation.fake_aws.provider_events import a_whatsapp
from vaada.flows import incoming_whatsapp
from vaada.model.times import text_of

Scenario = Callable[[Guard], None]
MANY_DAYS = timedelta(days=40)


def run_people(people: int, guard: Guard) -> None:
    """Run the history of these people."""
    world = GuardedWorld(people, guard)
    with world.running():
        actors = People(world)
        world.plan_weekly_report()
        world.after_action = actors.read_messages
        actors.schedule_acts()
        world.run_until(world.start + MANY_DAYS)


def let_agent_leave(client: SequentialClient, world: GuardedWorld, agent: str, reader: str) -> None:
    """The owner is told of an upset customer, somebody stands in for the agent, who then leaves."""
    sana = client.agent("sana")
    morning = world.now.replace(hour=6, minute=1, second=0) + timedelta(days=1)
    monday = morning + timedelta(days=(7 - morning.weekday()) % 7)
    world.run_until(monday)  # in opening hours, between two sweeps
    client.contact(agent, reader, tone="upset")  # the owner is told, as nobody supervises the agent
    client.wait(days=1)
    away = {"away_from": text_of(world.now), "covered_by": sana}
    client.ask(f"PATCH /api/agents/{agent}", away)
    later = {"what": "Call back", "due_at": text_of(world.now + timedelta(days=1))}
    client.contact(agent, reader, commitments=[later])
    client.wait(days=1)
    client.ask(f"GET /api/agents/{agent}/work")
    client.ask(f"POST /api/agents/{agent}/leave", {"to": sana})
    client.wait(hours=1)
    client.ask(f"POST /api/agents/{agent}/return")


def answer_happily(client: SequentialClient) -> None:
    """A happy customer is asked to recommend the business, and then stops the surveys."""
    client.ask("PATCH /api/policy", {"surveys": {"referral": "Bring a friend"}})
    client.send(client.link("s"), score="5")
    client.send(client.link("u"))


def bring_mails_of(client: SequentialClient, world: GuardedWorld, reader: str) -> None:
    """Mails come in: of a stranger, one that was set aside before, and with files of a customer."""
    world.mail("raw/stranger", a_mail(sender="zara@example.net"))
    world.mail("accepted/spam", a_mail(spam="FAIL", message_id="<spam@example.net>"))
    for number in range(2):
        mime = a_mail(sender="bilal@example.com", message_id=f"<{number}@x.example>", files={"a.txt": b"x"})
        world.mail(f"raw/{number}", mime)
    files = [{"name": "a.txt", "content": "eA=="}]
    said = {"agent_id": client.agent("Writer"), "text": "Here it is.", "attachments": files}
    client.ask(f"POST /api/customers/{reader}/messages", {**said, "send_now": True})
    client.wait(hours=1)
    client.ask(f"GET /api/customers/{reader}/export")
    bring_mail_of_who_is_erased(client, world)


def bring_mail_of_who_is_erased(client: SequentialClient, world: GuardedWorld) -> None:
    """Let a mail with a file come in while its sender is erased."""
    gone = client.customer(email="gone@example.com")
    keep = world.aws.storage.put_object

    def keep_too_late(**asked: Any) -> None:
        keep(**asked)
        world.aws.table.items.pop((f"CUSTOMER#{gone}", "CUSTOMER"), None)
        world.faults.struck += 1  # the function fails, and Lambda tries it again

    with patch.object(world.aws.storage, "put_object", keep_too_late):
        world.mail(
            "raw/late", a_mail(sender="gone@example.com", message_id="<late@x.example>", files={"a": b"x"})
        )


def bring_whatsapp(client: SequentialClient, world: GuardedWorld) -> None:
    """Messages come by WhatsApp: a picture, a file that is too large, and of a customer who is erased."""

    def bring(name: str, number: str) -> None:
        event = a_whatsapp(name, number, world.now)
        world.events.deliver(receive_whatsapp, event, "a message by WhatsApp")

    client.customer(phone="+442079460001")
    for name in ("words", "image_with_words"):
        bring(name, "442079460001")
    bring("words", "442079460002")
    with patch.object(incoming_whatsapp, "LARGEST_FILE", 1):
        bring("document", "442079460001")
    gone, find = client.customer(phone="+442079460003"), world.aws.storage.list_objects_v2

    def find_too_late(**asked: Any) -> Any:
        world.aws.table.items.pop((f"CUSTOMER#{gone}", "CUSTOMER"), None)
        world.faults.struck += 1  # the function fails, and Lambda passes the event again
        return find(**asked)

    with patch.object(world.aws.storage, "list_objects_v2", find_too_late):
        bring("voice", "442079460003")


def send_a_tip(client: SequentialClient) -> None:
    """Send a tip to a customer who agreed to it."""
    consent = {"email": True, "sms": False, "survey": False, "news": True}
    client.customer(email="carla@example.com", consent=consent)
    tip = {"texts": [{"language": "en", "subject": "Winter", "text": "Oil the chain."}]}
    campaign = client.ask("POST /api/campaigns", tip)["campaign_id"]
    client.ask(f"POST /api/campaigns/{campaign}/schedule", {})
    client.wait(hours=1)


def use_whatsapp(guard: Guard) -> None:
    """Let messages come in by WhatsApp, and answer one."""
    world = GuardedWorld(0, guard)
    client = SequentialClient(world)
    with world.running():
        agent = client.agent("amina")
        bring_whatsapp(client, world)
        asks = client.customer(phone="+442079460004")
        world.events.deliver(receive_whatsapp, a_whatsapp("button", "442079460004", world.now), "a message")
        said = {"agent_id": agent, "text": "At nine.", "medium": "whatsapp", "send_now": True}
        client.ask(f"POST /api/customers/{asks}/messages", said)
        client.wait(hours=1)


def run_rare_actions(guard: Guard) -> None:
    """Do what the people of the simulation rarely or never do."""
    world = GuardedWorld(0, guard)
    client = SequentialClient(world)
    with world.running():
        agent = client.agent("amina")
        client.ask(f"PATCH /api/agents/{agent}", {"email": "amina.khan@example.com"})
        yesterday = text_of(world.now - timedelta(days=1))

        answer_by_text(client, world, agent, yesterday)
        world.send_unreadable_events(receive_text, record_delivery)

        world.facts.fates["moved@example.com"] = "no such address"
        moved = client.customer(email="moved@example.com")
        client.contact(agent, moved, resolved=True)
        client.wait(days=1)

        reader = client.customer(email="bilal@example.com")
        client.contact(agent, reader, resolved=True, occurred_at=yesterday)
        answer_happily(client)
        bring_mails_of(client, world, reader)

        send_a_tip(client)

        twice, remaining = client.customer(email="bilal.khan@example.com"), client.customer(name="Bilal K.")
        client.contact(agent, twice, resolved=True)
        client.ask(f"POST /api/customers/{twice}/merge", {"into": remaining})
        client.wait(days=1)  # the survey is sent to the remaining record

        keep_and_break_promises(client, world, agent, reader)
        write_by_the_contact_form(client)
        for path in ("agents", f"customers/{reader}/timeline", f"customers/{reader}/export"):
            client.ask(f"GET /api/{path}")
        client.ask("GET /api/customers?q=bilal")
        client.ask(f"GET /api/cases?customer_id={reader}")
        client.ask(f"GET /api/cases?agent_id={agent}")
        client.ask("GET /api/cases?sort=id")
        let_agent_leave(client, world, agent, reader)
        erase_twice(client, world, reader)


def answer_by_text(client: SequentialClient, world: GuardedWorld, agent: str, yesterday: str) -> None:
    """A customer answers a survey by text, then texts STOP; somebody unknown texts, too."""
    texter = client.customer(phone="+442079460000", preferred_channel="sms")
    client.contact(agent, texter, resolved=True, occurred_at=yesterday)
    asked = world.aws.providers.sent[-1]
    world.text(asked.to, "5", asked.provider_id)
    world.text("+15005550006", "5", asked.provider_id)  # from a number that nobody has
    for words in ("When do you open?", "And on Sunday?"):
        world.text("+15005550006", words, asked.provider_id)
    world.text(asked.to, "stop", asked.provider_id)


def keep_and_break_promises(client: SequentialClient, world: GuardedWorld, agent: str, reader: str) -> None:
    """Of two promises one is kept; the link of the other one expires, and its agent asks for a new one."""
    tomorrow = {"what": "Call back", "due_at": text_of(world.now + timedelta(days=1))}
    promised = client.contact(agent, reader, commitments=[tomorrow, tomorrow])
    kept, broken = (row["commitment_id"] for row in promised["commitments"])
    client.ask(f"POST /api/commitments/{kept}/keep", {})
    link = world.browser.link("action", broken)
    client.wait(days=40)  # then the link has expired
    client.send(link, do="new_link")


def write_by_the_contact_form(client: SequentialClient) -> None:
    """A stranger writes by the contact form, and confirms their address."""
    entry = {
        "name": "Dana",
        "reach": "dana@example.com",
        "text": "Do you repair tandems?",
        "agreed": "on",
    }
    client.send("https://desk.example.com/c/", **entry)
    client.wait(hours=1)
    client.send(client.link("c"))


def erase_twice(client: SequentialClient, world: GuardedWorld, reader: str) -> None:
    """Erase a customer, restore a backup, and erase them again."""
    backup = [item for (pk, _), item in world.aws.table.items.items() if pk == f"CUSTOMER#{reader}"]
    client.ask(f"POST /api/customers/{reader}/erase")
    for item in backup:
        world.aws.table.put_item(Item=item)
    client.ask("POST /api/erasures/replay")
    client.wait(hours=1)

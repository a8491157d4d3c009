"""Demo data: a small business with agents, customers and promises, created through the HTTP API."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

from local.api import Api
from local.cloud import Cloud
from local.history import History, put
from local.mail_in import MailIn
from vaada.model.people import Agent
from vaada.model.policy import PolicyDocument

Say = Callable[[str], None]

MANAGER = "maryam@vaada.example"
DANIEL, SANA = "daniel@vaada.example", "sana@vaada.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

SAVED_REPLIES = [
    {
        "name": "Ready to collect",
        "language": "en",
        "text": "Your bicycle is ready. You can collect it until six. Ask for {agent}.",
    },
    {
        "name": "Ready to collect",
        "language": "ur",
        "text": "آپ کی سائیکل تیار ہے۔ آپ چھ بجے تک لے جا سکتے ہیں۔ {agent} کا پوچھ لیں۔",
    },
    {
        "name": "Ready to collect",
        "language": "es",
        "text": "Su bicicleta está lista. Puede recogerla hasta las seis.",
    },
]
"""Texts that the people of the shop use again and again."""

_MAIL_OF_PROGRAMS = (
    (
        "Jonas Weber <jonas@customer.example>",
        "Abwesend: Ihr Rad ist fertig",
        "Ich bin bis Montag nicht erreichbar.",
        "Auto-Submitted",
        "auto-replied",
    ),
    (
        "Chain & Gear <news@parts.example>",
        "Ten per cent off all saddles",
        "This week only: every saddle in our shop.",
        "List-Unsubscribe",
        "<https://parts.example/unsubscribe>",
    ),
)
"""Sender, subject, words, and the header by which one knows that a program has sent it."""


class Seeder:
    """Creates the demo data, and prints what it creates."""

    def __init__(self, cloud: Cloud, api: Api, say: Say) -> None:
        self._cloud = cloud
        self._now = cloud.clock.now
        self._api = api
        self._say = say

    def seed(self) -> str:
        """Create everything. Returns the id of the case of a complaint."""
        self._never_close()
        maryam = self._agent("Maryam Siddiqui", MANAGER, role="manager")
        daniel = self._agent("Daniel Hughes", DANIEL, supervisor_id=maryam)
        sana = self._agent(
            "Sana Iqbal",
            SANA,
            phone="+923001234567",
            notify_by=["email", "sms"],
            time_zone="Asia/Karachi",
            supervisor_id=maryam,
        )
        self._lived_in()
        self._mail_in()
        oliver = self._customer(
            "Oliver Grant", "oliver@customer.example", "en", "Europe/London", "+447700900123"
        )
        ayesha = self._customer("عائشہ خان", "ayesha@customer.example", "ur", "Asia/Karachi", "+923007654321")
        carmen = self._customer(
            "Carmen Delgado", "carmen@customer.example", "es", "America/Mexico_City", "+525512345678"
        )
        self._slipping_promise(oliver, daniel)
        case = self._broken_promises(ayesha, sana)
        self._call_back(carmen, daniel)
        self._running_late(carmen, daniel)
        self._waiting(oliver, sana)
        self._abuse(daniel)
        for customer, agent, summary in (
            (oliver, daniel, "Asked how to true a wheel; talked through it on the phone."),
            (ayesha, sana, "سائیکل کی گھنٹی کے بارے میں پوچھا، جواب دے دیا گیا۔"),
            (carmen, daniel, "Preguntó por el horario del taller; resuelto."),
        ):
            self._solved_yesterday(customer, agent, summary)
        return case

    def _lived_in(self) -> None:
        """Write three months of history, so that every page of the console shows something."""
        agents = [Agent.model_validate(each) for each in self._api.get("/api/agents")["items"]]
        policy = PolicyDocument.model_validate(self._api.get("/api/policy"))
        items = History(agents, policy, self._now()).make()
        put(self._cloud.client("dynamodb"), self._cloud.outputs["TableName"], items)
        self._say(f"The shop has lived for three months: {len(items)} rows of customers and their matters")

    def _mail_in(self) -> None:
        """Have mails come in that programs sent, to be set aside."""
        desk = MailIn(self._cloud)
        for sender, subject, words, name, value in _MAIL_OF_PROGRAMS:
            desk.write(sender, subject, words, {name: value})
        self._say("An absence note and a newsletter came by mail; they are set aside")

    def _never_close(self) -> None:
        """Set opening hours of 24 hours a day, so that the demo works at any time."""
        policy = self._api.get("/api/policy")
        always = [{"opens": "00:00", "closes": "24:00"}]
        policy["opening_hours"] = dict.fromkeys(policy["opening_hours"], always)
        policy["holidays"]["observed"] = False
        policy["customers"] |= {"write_from": "00:00", "write_until": "23:59"}
        policy["saved_replies"] = SAVED_REPLIES
        policy["contact_form"]["shows_kept_promises"] = True
        self._api.put("/api/policy", policy)
        self._say("The shop never closes and writes at any hour, so that you see all of it now;")
        self._say("in a real one messages wait for working time, and for the customer's morning")

    def _agent(self, name: str, email: str, **more: object) -> str:
        agent = self._api.post("/api/agents", {"name": name, "email": email, **more})
        self._say(f"{name} serves")
        return str(agent["agent_id"])

    def _customer(self, name: str, email: str, language: str, time_zone: str, phone: str) -> str:
        customer = self._api.post(
            "/api/customers",
            {
                "name": name,
                "email": email,
                "phone": phone,
                "language": language,
                "time_zone": time_zone,
                "consent": {"email": True, "sms": True, "survey": True},
            },
        )
        self._say(f"{name} is a customer and reads {language}")
        return str(customer["customer_id"])

    def _interaction(self, customer: str, agent: str, ago: timedelta, **more: object) -> Any:
        occurred_at = (self._now() - ago).isoformat()
        return self._api.post(
            "/api/interactions",
            {"customer_id": customer, "agent_id": agent, "occurred_at": occurred_at, **more},
        )

    def _slipping_promise(self, customer: str, agent: str) -> None:
        """Add a promise due in a minute: the agent is warned at once, and it is overdue a minute later."""
        self._interaction(
            customer,
            agent,
            ago=2 * HOUR,
            channel="phone",
            direction="inbound",
            kind="request",
            summary="The brake squeals since the service. Asked the workshop to look at it today.",
            commitments=[{"what": "Call back with the workshop's answer", "due_at": self._in(MINUTE)}],
        )
        self._say("Daniel promised Oliver a call, and has one minute left")

    def _broken_promises(self, customer: str, agent: str) -> str:
        """Add two promises due yesterday, overdue at once. Their agent gets one message about both."""
        due_at = self._in(10 * MINUTE - DAY)
        recorded = self._interaction(
            customer,
            agent,
            ago=2 * DAY,
            channel="sms",
            direction="inbound",
            kind="complaint",
            tone="upset",
            summary="سائیکل ابھی تک نہیں پہنچی۔ کل تک پہنچانے کا وعدہ کیا۔",
            commitments=[
                {"what": "سائیکل گھر پہنچانا", "due_at": due_at},
                {"what": "ڈیلیوری کے پیسے واپس کرنا", "due_at": due_at},
            ],
        )
        self._say("Sana promised Ayesha a delivery and a refund by yesterday; nobody kept it")
        case = f"/api/cases/{recorded['case_id']}"
        with closing(Api.sign_up(self._cloud, SANA, "agents")) as sana:
            sana.post(f"{case}/steps/apologised", {"note": "By phone."})
            self._say("Sana apologised, the first of the six steps of a complaint")
            sana.post(f"{case}/goodwill", {"amount": "40.00", "reason": "A lock, for the long wait"})
            self._say("Sana wants to give Ayesha a lock, which is more than she may without asking")
        return str(recorded["case_id"])

    def _call_back(self, customer: str, agent: str) -> None:
        """Add a follow-up due in two minutes."""
        self._interaction(
            customer,
            agent,
            ago=HOUR,
            channel="email",
            direction="inbound",
            kind="question",
            summary="Quiere saber cuánto cuesta un cambio de cadena.",
            follow_up={"at": self._in(2 * MINUTE), "reason": "Send Carmen the price of a new chain"},
        )
        self._say("Daniel wants to be reminded of Carmen's question in two minutes")

    def _running_late(self, customer: str, agent: str) -> None:
        """Agree a new date for a promise, and tell the customer."""
        recorded = self._interaction(
            customer,
            agent,
            ago=3 * HOUR,
            channel="phone",
            direction="inbound",
            kind="order",
            summary="Encargó una cadena nueva para su bicicleta.",
            commitments=[{"what": "La cadena nueva, montada", "due_at": self._in(6 * HOUR)}],
        )
        [promise] = recorded["commitments"]
        tomorrow = (self._now() + DAY).replace(hour=18, minute=0, second=0)
        self._api.post(
            f"/api/commitments/{promise['commitment_id']}/renegotiate",
            {"due_at": tomorrow.isoformat(), "reason": "The chain comes tomorrow", "tell_customer": True},
        )
        self._say("Daniel runs late with Carmen's new chain, and lets her know")

    def _waiting(self, customer: str, agent: str) -> None:
        """Add a customer who waits for a reply, due in three minutes."""
        self._interaction(
            customer,
            agent,
            ago=57 * MINUTE,
            channel="chat",
            direction="inbound",
            kind="question",
            summary="Asked in the chat whether mudguards fit a 2019 tourer.",
        )
        self._say("Oliver has waited in the chat for 57 minutes; Sana has three left to answer")

    def _abuse(self, agent: str) -> None:
        """Add an abusive call, which the supervisor is told about at once."""
        victor = self._api.post("/api/customers", {"name": "Victor Lang"})
        self._interaction(
            victor["customer_id"],
            agent,
            ago=MINUTE,
            channel="phone",
            direction="inbound",
            kind="other",
            tone="abusive",
            awaits_reply=False,
            summary="Shouted and swore about a parking ticket outside the shop, then hung up.",
        )
        self._say("Victor was abusive to Daniel on the phone")

    def _solved_yesterday(self, customer: str, agent: str, summary: str) -> None:
        """Add an interaction resolved a day ago: its survey is sent now."""
        self._interaction(
            customer,
            agent,
            ago=DAY,
            channel="phone",
            direction="inbound",
            kind="question",
            resolved=True,
            summary=summary,
        )

    def _in(self, span: timedelta) -> str:
        return (self._now() + span).isoformat()

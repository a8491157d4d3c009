"""A small business to try: who serves, who is served, and what was promised.

All of it goes in through the HTTP API, as a console would do it.
"""

from collections.abc import Callable
from datetime import timedelta

from local.api import Api
from local.cloud import Cloud

Say = Callable[[str], None]

MANAGER = "maryam@vaada.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Seeder:
    """Writes the business, and says what it writes."""

    def __init__(self, cloud: Cloud, api: Api, say: Say) -> None:
        self._now = cloud.clock.now
        self._api = api
        self._say = say

    def seed(self) -> None:
        """Everything."""
        maryam = self._agent("Maryam Siddiqui", MANAGER, role="manager")
        daniel = self._agent("Daniel Hughes", "daniel@vaada.example", supervisor_id=maryam)
        sana = self._agent(
            "Sana Iqbal",
            "sana@vaada.example",
            phone="+923001234567",
            notify_by=["email", "sms"],
            time_zone="Asia/Karachi",
            supervisor_id=maryam,
        )
        oliver = self._customer(
            "Oliver Grant", "oliver@customer.example", "en", "Europe/London", "+447700900123"
        )
        ayesha = self._customer("عائشہ خان", "ayesha@customer.example", "ur", "Asia/Karachi", "+923007654321")
        carmen = self._customer(
            "Carmen Delgado", "carmen@customer.example", "es", "America/Mexico_City", "+525512345678"
        )
        self._slipping_promise(oliver, daniel)
        self._broken_promise(ayesha, sana)
        self._call_back(carmen, daniel)
        for customer, agent, summary in (
            (oliver, daniel, "Asked how to true a wheel; talked through it on the phone."),
            (ayesha, sana, "سائیکل کی گھنٹی کے بارے میں پوچھا، جواب دے دیا گیا۔"),
            (carmen, daniel, "Preguntó por el horario del taller; resuelto."),
        ):
            self._solved_yesterday(customer, agent, summary)

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

    def _contact(self, customer: str, agent: str, ago: timedelta, **more: object) -> None:
        occurred_at = (self._now() - ago).isoformat()
        self._api.post(
            "/api/interactions",
            {"customer_id": customer, "agent_id": agent, "occurred_at": occurred_at, **more},
        )

    def _slipping_promise(self, customer: str, agent: str) -> None:
        """Due in a minute: the agent is warned at once, and a minute later it is overdue."""
        self._contact(
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

    def _broken_promise(self, customer: str, agent: str) -> None:
        """Due yesterday: overdue as soon as it is written down."""
        self._contact(
            customer,
            agent,
            ago=2 * DAY,
            channel="sms",
            direction="inbound",
            kind="complaint",
            tone="upset",
            summary="سائیکل ابھی تک نہیں پہنچی۔ کل تک پہنچانے کا وعدہ کیا۔",
            commitments=[{"what": "سائیکل گھر پہنچانا", "due_at": self._in(-DAY)}],
        )
        self._say("Sana promised Ayesha a delivery by yesterday; nobody kept it")

    def _call_back(self, customer: str, agent: str) -> None:
        """A follow-up in two minutes: the agent is reminded then."""
        self._contact(
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

    def _solved_yesterday(self, customer: str, agent: str, summary: str) -> None:
        """Resolved a day ago: the customer is asked now, or in the morning if it is night there."""
        self._contact(
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

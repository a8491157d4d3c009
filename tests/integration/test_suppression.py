"""Suppressions: what stops an address, and what lifts it."""

from typing import Any

import pytest

from tests.integration.provider_events import (
    TO_AMINA,
    bounce_follow_ups,
    bounce_from_amina,
    handle_sample,
    handle_text,
    recipients_of,
    remind_amina,
    sample,
    stopped_media_of_bilal,
    write_mail,
)
from tests.integration.scripted_desk import Response, ScriptedDesk
from tests.integration.shop import token_of
from tests.unit import rows
from vaada.desk import open_desk
from vaada.flows.messages.suppression import suppress
from vaada.model.people import Medium
from vaada.model.suppressions import StopReason

pytestmark = pytest.mark.usefixtures("stored_survey")


def write_again(desk: ScriptedDesk, place: str, **user: Any) -> Response:
    return desk.call(f"POST /api/{place}/write-again", **user)


def test_write_again_lifts_a_bounce_and_a_second_bounce_is_reported_again(
    desk: ScriptedDesk,
) -> None:
    bounce_from_amina()

    answer = write_again(desk, f"agents/{rows.AGENT_ID}")
    remind_amina(desk, "Ask for the size")
    write_mail(**TO_AMINA, message_id=rows.row_id(9))
    handle_sample("mail_bounced", address="amina@example.com", message_id=rows.row_id(9))

    assert (answer.status, answer.json) == (200, {"stopped": []})
    assert recipients_of(desk, "Ask for the size") == ["Amina <amina@example.com>"]
    assert len(bounce_follow_ups(desk)) == 2


@pytest.mark.parametrize(
    "reason", ["bounced", "complained", "unsubscribed", "unsubscribed_news", "texted_stop"]
)
def test_write_again_lifts_only_a_bounce(desk: ScriptedDesk, reason: StopReason) -> None:
    medium: Medium = "sms" if reason == "texted_stop" else "email"
    address = "+923001234567" if medium == "sms" else "bilal@example.com"
    suppress(open_desk(), medium, address, reason, desk.now)

    still = write_again(desk, f"customers/{rows.CUSTOMER_ID}").json["stopped"]

    assert [(one["medium"], one["reason"]) for one in still] == [(medium, reason)][: reason != "bounced"]
    for_surveys = reason not in {"bounced", "unsubscribed_news"}
    assert stopped_media_of_bilal() == ({medium} if for_surveys else set())


@pytest.mark.parametrize("names", [("bounced", "complained_of"), ("complained_of", "bounced")])
def test_write_again_does_not_lift_a_complaint_beside_a_bounce(
    desk: ScriptedDesk, names: tuple[str, str]
) -> None:
    for n, name in enumerate(names, start=7):
        write_mail(message_id=rows.row_id(n))
        handle_sample(f"mail_{name}", message_id=rows.row_id(n))

    write_again(desk, f"customers/{rows.CUSTOMER_ID}")

    assert stopped_media_of_bilal(survey=False) == {"email"}


@pytest.mark.parametrize("place", [f"agents/{rows.AGENT_ID}", f"customers/{rows.CUSTOMER_ID}"])
def test_only_managers_may_use_write_again(desk: ScriptedDesk, place: str) -> None:
    suppress(open_desk(), "email", "bilal@example.com", "bounced", desk.now)
    desk.call("POST /api/agents", {"name": "Omar", "email": "omar@example.com"})

    assert write_again(desk, place, user=token_of("omar@example.com")).status == 403
    assert stopped_media_of_bilal() == {"email"}


@pytest.mark.parametrize(
    ("name", "surveys", "anything"),
    [
        ("mail_bounced", {"email"}, {"email"}),
        ("mail_bounced_before", {"email"}, {"email"}),
        ("mail_not_sent_at_all", {"email"}, {"email"}),
        ("mail_complained_of", {"email", "sms"}, {"email"}),
        ("mail_complained_of_before", {"email", "sms"}, {"email"}),
        ("mail_complained_of_without_report", {"email", "sms"}, {"email"}),
        ("mail_bounced_for_now", set(), set()),
        ("mail_delayed", set(), set()),
    ],
)
def test_only_a_permanent_bounce_or_a_complaint_stops_an_address(
    name: str, surveys: set[Medium], anything: set[Medium]
) -> None:
    write_mail()

    handle_sample(name, address="Bilal@Example.com")

    assert (stopped_media_of_bilal(), stopped_media_of_bilal(survey=False)) == (surveys, anything)


def test_a_texted_stop_stops_the_number_until_a_texted_start(desk: ScriptedDesk) -> None:
    story = []
    for name in ("stop", "stop", "start", "start"):
        assert handle_text(sample(f"receive_text/{name}")) == 1
        story.append((stopped_media_of_bilal(), stopped_media_of_bilal(survey=False)))

    assert story == [({"sms"}, {"sms"})] * 2 + [(set(), set())] * 2
    assert desk.texts == []

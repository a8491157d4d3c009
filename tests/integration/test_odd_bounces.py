"""Unusual bounces and complaints, collected from reports about SES: which address they stop."""

from typing import Any

import pytest

from tests.integration.provider_events import (
    TO_AMINA,
    bounce_follow_ups,
    handle_event,
    message,
    sample,
    stopped_media_of_bilal,
    write_mail,
)
from tests.integration.scripted_desk import ScriptedDesk
from tests.unit import rows
from vaada.desk import open_desk
from vaada.model.people import Customer
from vaada.model.suppressions import Suppression

pytestmark = pytest.mark.usefixtures("stored_survey")

# The recipients that an event names, beside the address that was written to.
NAMED: list[Any] = [
    [{"emailAddress": "bilal@forwarded.example", "status": "5.1.1", "action": "failed"}],
    [{"emailAddress": "rfc822; bilal@example.com", "status": "5.1.1", "action": "failed"}],
    [{"emailAddress": "bilal@example.com.", "status": "5.1.1", "action": "failed"}],
    [{"emailAddress": "Bilal Khan <BILAL@EXAMPLE.COM>"}],
    [{"emailAddress": ""}],
    [{"emailAddress": None}],
    [{}],
    [],
    None,
]
DESTINATIONS: list[Any] = [
    ["bilal@example.com"],
    ["Bilal Khan <Bilal@Example.com>"],
    ["bilal@example.com."],
]


def bilals_address() -> str:
    return open_desk().addresses.hash_address("email", "bilal@example.com")


def stopped(email: str) -> bool:
    desk = open_desk()
    return desk.table.get(Suppression, desk.addresses.hash_address("email", email)) is not None


@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize(("name", "recipients"), [("bounce", "bounced"), ("complaint", "complained")])
def test_the_address_that_we_wrote_to_is_stopped_whatever_the_event_names(
    name: str, recipients: str, named: object
) -> None:
    event = sample(f"record_delivery/mail_{'bounced' if name == 'bounce' else 'complained_of'}")
    event["detail"][name][f"{recipients}Recipients"] = named
    write_mail()

    handle_event(event)

    assert stopped_media_of_bilal(survey=False) == {"email"}
    assert not stopped("bilal@forwarded.example")
    assert message().delivery == recipients


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_the_destination_of_the_mail_is_read_in_any_spelling(destination: list[str]) -> None:
    event = sample("record_delivery/mail_bounced")
    event["detail"]["mail"]["destination"] = destination
    write_mail()

    handle_event(event)

    assert stopped_media_of_bilal(survey=False) == {"email"}


@pytest.mark.parametrize("destination", [None, [], ["bilal@elsewhere.example"]])
def test_the_address_that_the_message_records_counts_most(destination: object) -> None:
    event = sample("record_delivery/mail_bounced")
    event["detail"]["mail"]["destination"] = destination
    write_mail(address_id=bilals_address())

    handle_event(event)

    assert stopped_media_of_bilal(survey=False) == {"email"}
    assert not stopped("bilal@elsewhere.example")


def test_a_bounce_without_a_destination_stops_the_address_of_the_agent(desk: ScriptedDesk) -> None:
    event = sample("record_delivery/mail_bounced")
    del event["detail"]["mail"]["destination"]
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA)

    handle_event(event)

    assert stopped("amina@example.com")
    assert len(bounce_follow_ups(desk)) == 1


TEMPORARY: dict[str, Any] = {"bounceType": "Transient", "bounceSubType": "General"}


@pytest.mark.parametrize(
    ("bounce", "permanent"),
    [
        ({"bounceType": "PERMANENT", "bouncedRecipients": []}, True),
        ({**TEMPORARY, "bouncedRecipients": [{"status": "5.1.1", "action": "failed"}]}, True),
        ({**TEMPORARY, "bouncedRecipients": [{"status": "5.0.0"}]}, True),
        ({"bounceType": "Undetermined", "bouncedRecipients": [{"status": "5.4.1"}]}, True),
        ({**TEMPORARY, "bouncedRecipients": [{"diagnosticCode": "smtp; 550 5.1.1 user unknown"}]}, True),
        ({**TEMPORARY, "bouncedRecipients": [{"diagnosticCode": "smtp;550-5.1.1 No such user"}]}, True),
        (
            {**TEMPORARY, "bouncedRecipients": [{"diagnosticCode": "554 delivery error: dd", "status": ""}]},
            True,
        ),
        (
            {
                **TEMPORARY,
                "bouncedRecipients": [{"diagnosticCode": "smtp; 421 4.4.1 not now", "action": "x"}],
            },
            False,
        ),
        (
            {**TEMPORARY, "bouncedRecipients": [{"status": "4.4.7", "diagnosticCode": "smtp; 550 late"}]},
            False,
        ),
        ({**TEMPORARY, "bouncedRecipients": [{"status": "4.4.7", "diagnosticCode": "at 10.0.0.550"}]}, False),
        ({**TEMPORARY, "bounceSubType": "MailboxFull", "bouncedRecipients": [{"status": "5.2.2"}]}, False),
        ({**TEMPORARY, "bounceSubType": "MailboxFull", "bouncedRecipients": [{"status": "5.1.1"}]}, True),
        ({**TEMPORARY, "bounceSubType": "MailboxFull", "bouncedRecipients": None}, False),
        ({"bounceType": "Permanent", "bouncedRecipients": []}, True),
    ],
)
def test_the_code_of_the_receiving_server_says_whether_a_bounce_is_permanent(
    bounce: dict[str, Any], permanent: bool
) -> None:
    event = sample("record_delivery/mail_bounced_for_now")
    event["detail"]["bounce"] = {**bounce, "timestamp": event["detail"]["bounce"]["timestamp"]}
    write_mail()

    handle_event(event)

    assert stopped_media_of_bilal(survey=False) == ({"email"} if permanent else set())
    assert message().delivery == "bounced"


def test_a_complaint_stops_surveys_by_every_medium_but_not_other_texts() -> None:
    write_mail()

    for _ in range(2):
        handle_event(sample("record_delivery/mail_complained_of"))

    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    assert (bilal.consent.survey, bilal.consent.sms) == (False, True)
    assert stopped_media_of_bilal(survey=True) == {"email", "sms"}
    assert stopped_media_of_bilal(survey=False) == {"email"}


def test_a_complaint_of_staff_leaves_the_customer_their_surveys() -> None:
    open_desk().table.write(rows.follow_up(status="due", wake_at=None))
    write_mail(**TO_AMINA)

    handle_event(sample("record_delivery/mail_complained_of"))

    bilal = open_desk().table.get(Customer, rows.CUSTOMER_ID)
    assert bilal is not None
    assert bilal.consent.survey

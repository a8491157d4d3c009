"""The calls to AWS, parameter by parameter: a missing one has a default that shows only on AWS."""

import json
from typing import Any, cast

from vaada.gateways.key_store import KeyStore
from vaada.gateways.mail import Mailer
from vaada.gateways.retry_queue import RetryQueue
from vaada.gateways.sms import Texter
from vaada.model.inbound_events import Unreadable
from vaada.present.email import Mail


class Client:
    """Accepts every call, and remembers the last one."""

    def __init__(self) -> None:
        self.called: tuple[str, dict[str, Any]] = ("", {})

    def __getattr__(self, name: str) -> Any:
        def call(**parameters: Any) -> dict[str, str]:
            self.called = (name, parameters)
            return {"MessageId": "id-of-aws"}

        return call


def test_a_text_is_a_transactional_one() -> None:
    client = Client()

    sent = Texter(cast("Any", client)).send("Hello", to_phone="+447700900123")

    kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
    expected = {"PhoneNumber": "+447700900123", "Message": "Hello", "MessageAttributes": kind}
    assert (sent, client.called) == ("id-of-aws", ("publish", expected))


def test_a_mail_names_sender_recipient_configuration_set_and_message() -> None:
    client = Client()
    mailer = Mailer(cast("Any", client), "desk@example.com", "vaada-0")

    sent = mailer.send(
        Mail(subject="Hello", text="Hello", html="<p>Hello</p>"),
        business="Baker",
        to_name="Bilal",
        to_email="bilal@example.com",
        message_id="m1",
        unsubscribe_url=None,
    )

    name, parameters = client.called
    mime = parameters.pop("Content")["Raw"]["Data"]
    assert (sent, name) == ("id-of-aws", "send_email")
    assert parameters == {
        "FromEmailAddress": "desk@example.com",
        "Destination": {"ToAddresses": ["bilal@example.com"]},
        "ConfigurationSetName": "vaada-0",
        "EmailTags": [{"Name": "message_id", "Value": "m1"}],
    }
    assert b"Bilal" in mime


def test_keys_are_secure_strings_and_only_those_of_links_are_replaced() -> None:
    client = Client()
    store = KeyStore(cast("Any", client), "/vaada/link-keys", "/vaada/address-key")

    store.put_link_keys(("older", "newer"))
    links = client.called
    store.create_address_key("a key")
    addresses = client.called

    keys = json.dumps(["older", "newer"])
    replaced = {"Name": "/vaada/link-keys", "Value": keys, "Type": "SecureString", "Overwrite": True}
    kept = {"Name": "/vaada/address-key", "Value": "a key", "Type": "SecureString", "Overwrite": False}
    assert (links, addresses) == (("put_parameter", replaced), ("put_parameter", kept))


def test_an_event_is_queued_as_it_is_parsed_again() -> None:
    client = Client()
    event = Unreadable(source="mail", event_id="e1", error="ValidationError")

    RetryQueue(cast("Any", client), "https://sqs/retry").put(event)

    name, parameters = client.called
    assert (name, parameters["QueueUrl"]) == ("send_message", "https://sqs/retry")
    assert Unreadable.model_validate_json(parameters["MessageBody"]) == event
    assert parameters.keys() == {"QueueUrl", "MessageBody"}

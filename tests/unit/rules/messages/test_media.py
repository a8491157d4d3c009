"""Media: whether an agent or a customer gets an e-mail or an SMS."""

import pytest

from tests.unit.rows import agent, customer
from vaada.model.people import Consent, Medium
from vaada.rules.messages import media as media_rules


@pytest.mark.parametrize(
    ("notify_by", "by", "media"),
    [
        (("email",), None, ("email",)),
        (("sms", "email"), None, ("sms", "email")),
        (("email",), ("sms",), ("sms",)),  # the policy wants a text
        (("sms",), ("email", "sms"), ("email", "sms")),
    ],
)
def test_the_policy_chooses_the_media_for_an_agent_else_they_do(
    notify_by: tuple[Medium, ...], by: tuple[Medium, ...] | None, media: tuple[Medium, ...]
) -> None:
    amina = agent(notify_by=notify_by, phone="+923001234567")

    assert media_rules.media_for_agent(amina, by, texts=True) == media


@pytest.mark.parametrize("by", [None, ("sms",)])
def test_an_agent_who_cannot_get_texts_gets_e_mail(by: tuple[Medium, ...] | None) -> None:
    assert media_rules.media_for_agent(agent(notify_by=("sms",)), by, texts=True) == ("email",)
    assert media_rules.media_for_agent(agent(notify_by=("sms",), phone="+923001234567"), by, texts=False) == (
        "email",
    )


@pytest.mark.parametrize(
    ("facts", "texts", "other"),
    [
        ({"phone": "+447700900123"}, True, ("sms",)),
        ({"phone": "+447700900123"}, False, ()),
        ({}, True, ()),
        ({"phone": "+447700900123", "notify_by": ["sms"]}, True, ("email",)),
        ({"phone": "+447700900123", "notify_by": ["email", "sms"]}, True, ()),
    ],
)
def test_an_agent_has_the_other_media_besides_those_already_used(
    facts: dict[str, object], texts: bool, other: tuple[Medium, ...]
) -> None:
    amina = agent(**facts)

    wanted = media_rules.media_for_agent(amina, texts=texts)

    assert media_rules.other_media(amina, wanted, texts=texts) == other


@pytest.mark.parametrize(
    ("facts", "medium"),
    [
        ({}, "email"),
        ({"preferred_channel": "sms"}, "sms"),
        ({"preferred_channel": "sms", "phone": None}, "email"),
        ({"email": None}, "sms"),
        ({"consent": Consent(sms=True)}, "sms"),
        ({"consent": Consent()}, None),
    ],
)
def test_a_customer_gets_a_medium_they_consented_to(facts: dict[str, object], medium: Medium | None) -> None:
    assert media_rules.medium_for_customer(customer(**facts), texts=True) == medium


def test_a_customer_without_e_mail_gets_nothing_while_texts_are_off() -> None:
    assert media_rules.medium_for_customer(customer(email=None), texts=False) is None

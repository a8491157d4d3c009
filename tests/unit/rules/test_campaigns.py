"""Campaigns: to whom they go, in which language, and from a draft to sent."""

from datetime import timedelta

import pytest

from tests.unit.rows import AGENT_ID, MONDAY, customer, policy
from vaada.model.campaigns import Campaign, CampaignText
from vaada.model.people import Consent
from vaada.rules import campaigns
from vaada.rules.errors import NotPossible

AGREED = Consent(email=True, news=True)
ENGLISH, URDU = (CampaignText(language=one, subject="A tip", text="Oil") for one in ("en", "ur"))


def campaign(**facts: object) -> Campaign:
    fields = {"campaign_id": "c" * 16, "texts": (ENGLISH, URDU), "created_by": AGENT_ID, "created_at": MONDAY}
    return Campaign.model_validate({**fields, **facts})


@pytest.mark.parametrize(
    ("language", "business", "wanted"),
    [("ur-PK", "en", URDU), ("en", "ur", ENGLISH), ("fr", "ur", URDU), ("fr", "de", ENGLISH)],
)
def test_a_reader_gets_their_language_else_the_businesss_else_the_first(
    language: str, business: str, wanted: CampaignText
) -> None:
    assert campaigns.text_for((ENGLISH, URDU), language, business) == wanted


def test_a_campaign_is_for_those_who_agreed_and_have_its_tag() -> None:
    vip = campaign(tag="vip")

    assert campaigns.is_for(campaign(), customer(consent=AGREED))
    assert not campaigns.is_for(campaign(), customer())
    assert not campaigns.is_for(vip, customer(consent=AGREED))
    assert campaigns.is_for(vip, customer(consent=AGREED, tags=("vip",)))
    assert not campaigns.is_for(campaign(), customer(consent=AGREED, merged_into="other"))


@pytest.mark.parametrize(
    ("facts", "address", "reason"),
    [
        ({"consent": AGREED}, "hash", None),
        ({"consent": AGREED}, None, campaigns.NO_ADDRESS),
        ({"consent": Consent(news=True)}, "hash", campaigns.NO_ADDRESS),
        ({"consent": Consent(email=True)}, "hash", campaigns.NOT_AGREED),
        ({"consent": AGREED, "parted_at": MONDAY}, "hash", campaigns.PARTED),
    ],
)
def test_a_mail_that_may_not_go_out_is_withheld_with_the_reason(
    facts: dict[str, object], address: str | None, reason: str | None
) -> None:
    reader = customer(**facts)
    to = campaigns.recipient(campaign(), reader, MONDAY)

    message = campaigns.message(campaign(), to, reader, address, policy(), MONDAY)

    assert (message.status, message.why_not) == ("held" if reason is None else "withheld", reason)
    assert (message.wake_at is None) is (reason is not None)


def test_a_recipient_has_the_same_id_at_each_try() -> None:
    ids = {
        campaigns.recipient(campaign(send_at=MONDAY), customer(), MONDAY + late).id
        for late in (timedelta(0), timedelta(days=1))
    }

    assert len(ids) == 1


@pytest.mark.parametrize("status", ["sending", "sent", "cancelled"])
def test_a_campaign_being_sent_is_neither_edited_nor_scheduled_again(status: str) -> None:
    with pytest.raises(NotPossible):
        campaigns.schedule(campaign(status=status), MONDAY)

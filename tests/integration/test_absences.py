"""Messages to an absent agent go to their stand-in."""

import pytest

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_agent,
    at,
    change_agent,
    wait_until,
)
from tests.integration.staff_messages import outcomes, remind
from tests.times import DAY, HOUR
from vaada.model.times import text_of


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A desk on a Monday at 09:00 whose agent reads mail only."""
    shop = Shop.opened(desk)
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    return shop


def first_names_mailed(shop: Shop) -> list[str]:
    """The first names of those mailed, in order."""
    return [str(mail["to"]).partition(" <")[0] for mail in shop.desk.mails]


def away(shop: Shop, agent_id: str, **changes: object) -> None:
    change_agent(shop.desk, agent_id, away_until=text_of(shop.desk.now + 3 * DAY), **changes)


def test_the_cover_of_an_absent_cover_is_told(shop: Shop) -> None:
    omar, zoya = add_agent(shop.desk, "Omar"), add_agent(shop.desk, "Zoya")
    away(shop, shop.agent_id, covered_by=omar)
    away(shop, omar, covered_by=zoya)

    remind(shop, "03-02T10:00", "Ask for the colour")
    shop.desk.pass_time(2 * HOUR)

    assert first_names_mailed(shop) == ["Zoya"]


def test_the_supervisor_stands_in_for_two_absent_agents_covering_each_other(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", covered_by=shop.agent_id)
    away(shop, shop.agent_id, covered_by=omar)
    away(shop, omar)

    remind(shop, "03-02T10:00", "Ask for the colour")
    shop.desk.pass_time(2 * HOUR)

    assert first_names_mailed(shop) == ["Sana"]


def test_the_supervisor_is_told_if_an_absent_agent_has_no_cover(shop: Shop) -> None:
    away(shop, shop.agent_id)

    remind(shop, "03-02T10:00", "Ask for the colour")
    shop.desk.pass_time(2 * HOUR)

    assert first_names_mailed(shop) == ["Sana"]


def test_the_owner_is_told_if_everybody_is_away(shop: Shop) -> None:
    away(shop, shop.agent_id)
    away(shop, shop.supervisor_id)

    remind(shop, "03-02T10:00", "Ask for the colour")
    shop.desk.pass_time(2 * HOUR)

    assert first_names_mailed(shop) == ["owner@example.com"]


def test_an_escalation_to_an_absent_supervisor_goes_to_their_cover(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    away(shop, shop.supervisor_id, covered_by=omar)

    shop.promise(at("03-02T10:00"))
    wait_until(shop.desk, at("03-02T16:00"))

    assert first_names_mailed(shop) == ["Amina", "Amina", "Omar"]


def test_an_absence_changes_nothing_before_it_begins(shop: Shop) -> None:
    away(shop, shop.agent_id, away_from=text_of(at("03-02T12:00")))
    remind(shop, "03-02T11:50", "Ask for the colour")
    remind(shop, "03-02T12:10", "Ask for the size")

    wait_until(shop.desk, at("03-02T13:00"))

    assert first_names_mailed(shop) == ["Amina", "Sana"]


def test_a_held_message_goes_to_the_cover_of_an_agent_who_leaves_meanwhile(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    remind(shop, "03-07T11:00", "Ask for the colour")
    wait_until(shop.desk, at("03-08T12:00"))

    away(shop, shop.agent_id, covered_by=omar)
    wait_until(shop.desk, at("03-09T09:30"))

    assert first_names_mailed(shop) == ["Omar"]


@pytest.mark.parametrize("cover", [True, False])
def test_a_message_held_as_mail_and_text_reaches_a_stand_in_once(shop: Shop, cover: bool) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["email", "sms"], supervisor_id=None)
    omar = add_agent(shop.desk, "Omar")
    remind(shop, "03-07T11:00", "Ask for the colour")
    wait_until(shop.desk, at("03-08T12:00"))

    away(shop, shop.agent_id, covered_by=omar if cover else None)
    wait_until(shop.desk, at("03-09T09:30"))

    assert first_names_mailed(shop) == ["Omar" if cover else "owner@example.com"]
    assert outcomes(shop) == {"sent": 1, "withheld": 1}

"""Messages to an absent agent go to their stand-in."""

import pytest

from tests.integration.provider_events import handle_sample
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import (
    Shop,
    add_agent,
    at,
    change_agent,
    links,
    token_of,
    wait_until,
    words_of,
)
from tests.integration.staff_messages import outcomes, remind
from tests.times import DAY, HOUR
from vaada.model.times import text_of

ONLY_IN_THE_AFTERNOON = {
    day: [{"opens": "15:00", "closes": "18:00"}] for day in ("monday", "tuesday", "wednesday")
}


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


# ---------------------------------------------------------------- what has changed when it is sent


def test_a_message_held_for_a_stand_in_goes_to_the_agent_who_is_back(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    change_agent(shop.desk, shop.agent_id, away_until=text_of(at("03-09T08:00")), covered_by=omar)
    remind(shop, "03-07T11:00", "Ask for the colour")

    wait_until(shop.desk, at("03-09T09:30"))

    assert first_names_mailed(shop) == ["Amina"]
    assert "Hello Amina." in words_of(shop.desk.mails[0])
    assert outcomes(shop) == {"sent": 1}


def test_what_is_held_for_a_stand_in_is_not_sent_with_their_own_work_then(
    shop: Shop,
) -> None:
    omar = add_agent(shop.desk, "Omar")
    change_agent(shop.desk, shop.agent_id, away_until=text_of(at("03-09T08:00")), covered_by=omar)
    remind(shop, "03-07T11:00", "Matter of Amina")
    own = {"at": text_of(at("03-07T10:00")), "reason": "Matter of Omar"}
    shop.contact(agent_id=omar, follow_up=own)

    wait_until(shop.desk, at("03-09T09:30"))

    words = {str(mail["to"]).partition(" <")[0]: words_of(mail) for mail in shop.desk.mails}
    assert {name: "Matter of Amina" in said for name, said in words.items()} == {"Amina": True, "Omar": False}
    assert "Matter of Omar" in words["Omar"]


def test_mail_and_text_held_for_a_stand_in_go_to_the_agent_who_is_back(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["email", "sms"])
    omar = add_agent(shop.desk, "Omar", phone="+447700900123", notify_by=["email", "sms"])
    change_agent(shop.desk, shop.agent_id, away_until=text_of(at("03-09T08:00")), covered_by=omar)
    remind(shop, "03-07T11:00", "Ask for the colour")

    wait_until(shop.desk, at("03-09T09:30"))

    assert first_names_mailed(shop) == ["Amina"]
    assert [number for number, _ in shop.desk.texts] == ["+923001234567"]


def test_an_escalation_held_for_a_cover_goes_to_the_supervisor_who_is_back(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", working_hours=ONLY_IN_THE_AFTERNOON)
    change_agent(shop.desk, shop.supervisor_id, away_until=text_of(at("03-03T14:00")), covered_by=omar)
    shop.promise(at("03-02T18:00"))

    wait_until(shop.desk, at("03-03T15:30"))

    assert first_names_mailed(shop) == ["Amina", "Amina", "Sana"]


def test_a_message_held_while_its_promise_is_handed_over_goes_to_the_new_agent(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    promise = shop.promise(at("03-07T12:00"))
    wait_until(shop.desk, at("03-08T12:00"))

    shop.desk.call(f"POST /api/commitments/{promise}/assign", {"agent_id": omar})
    wait_until(shop.desk, at("03-09T10:00"))

    told = {
        (row["purpose"], row["recipient_id"]) for row in shop.rows("message") if row["status"] != "withheld"
    }
    assert told == {
        ("promise_warning", shop.agent_id),
        ("handed_over", shop.agent_id),
        ("assigned", omar),
        ("promise_overdue", omar),
    }


def test_a_stand_in_whose_address_is_dead_is_replaced_by_the_supervisor(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    away(shop, shop.agent_id, covered_by=omar)
    remind(shop, "03-02T10:00", "Ask for the colour")
    wait_until(shop.desk, at("03-02T10:30"))

    message_id = str(shop.desk.mails[0]["Message-ID"]).strip("<").partition("@")[0]
    handle_sample("mail_bounced", message_id=message_id, address="omar@example.com")
    wait_until(shop.desk, at("03-02T11:30"))

    told = [
        (name, str(mail["subject"]))
        for name, mail in zip(first_names_mailed(shop), shop.desk.mails, strict=True)
    ]
    assert [name for name, subject in told if "Ask for the colour" in subject] == ["Omar", "Sana"]
    assert [name for name, subject in told if "Omar gets no mail" in subject] == ["owner@example.com"]


def test_the_supervisor_stands_in_where_the_cover_has_left_to_the_absent_agent(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar")
    away(shop, shop.agent_id, covered_by=omar)
    remind(shop, "03-02T11:00", "Ask for the colour")

    shop.desk.call(f"POST /api/agents/{omar}/leave", {"to": shop.agent_id})
    wait_until(shop.desk, at("03-02T12:00"))

    assert first_names_mailed(shop) == ["Sana"]


def test_who_stood_in_may_still_act_by_the_link_and_by_the_api(shop: Shop) -> None:
    omar = add_agent(shop.desk, "Omar", time_zone="Asia/Tokyo")
    first, second = shop.promise(at("03-03T12:00")), shop.promise(at("03-03T14:00"))
    change_agent(shop.desk, shop.agent_id, away_until=text_of(at("03-05T08:00")), covered_by=omar)
    wait_until(shop.desk, at("03-05T10:00"))

    (link,) = {
        links(words_of(mail), "/a/")[0]
        for mail in shop.desk.mails
        if str(mail["subject"]).startswith("Promise due at 21:00") and str(mail["to"]).startswith("Omar")
    }
    page = shop.desk.open(link).body
    by_link = shop.desk.answer(link, do="kept")
    by_api = shop.desk.call(f"POST /api/commitments/{second}/keep", user=token_of("omar@example.com"))

    rows = [shop.desk.call(f"GET /api/commitments/{row_id}").json for row_id in (first, second)]
    assert (by_link.status, by_api.status) == (200, 200)
    assert {(row["history"][-1]["by"], row["history"][-1]["on_behalf_of"]) for row in rows} == {
        (omar, shop.agent_id)
    }
    assert "due Tue 3 Mar at 21:00" in page

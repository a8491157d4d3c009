"""Restore lost rows from a backup of the table, without harm."""

from datetime import timedelta
from typing import Any

import pytest

from operations.restore import Restoration
from operations.safety import REASON
from tests.integration.scripted_desk import ScriptedDesk, client
from tests.integration.shop import Shop, add_agent, add_customer, change_policy, words_of
from tests.integration.template import resource
from tests.times import DAY, HOUR
from vaada.desk import open_desk
from vaada.flows.policy import set_held
from vaada.gateways.items import key_of
from vaada.model.people import Customer
from vaada.model.suppressions import Suppression
from vaada.model.times import text_of

MINUTES = timedelta(minutes=6)
BACKUP = "vaada-restored"


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    """A customer with a promise and a survey to come."""
    shop = Shop.opened(desk)
    shop.promise(desk.now + 3 * DAY)
    shop.contact(resolved=True)
    return shop


def items(table: str = "vaada", customer_id: str = "") -> dict[str, Any]:
    """The items of a table by key: all, or those of one customer."""
    found = client("dynamodb").scan(TableName=table)["Items"]
    return {
        f"{item['pk']['S']} {item['sk']['S']}": item
        for item in found
        if customer_id in item["pk"]["S"] and item["row_kind"]["S"] != "receipt"
    }


def back_up() -> None:
    """Create a second table with the same rows, as a restored backup."""
    dynamodb = client("dynamodb")
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    dynamodb.create_table(TableName=BACKUP, **{name: resource("Table")[name] for name in wanted})
    for item in items().values():
        dynamodb.put_item(TableName=BACKUP, Item=item)


def lose(**of: str) -> int:
    """Delete the rows with these values from the live table. Returns how many."""
    dynamodb, lost = client("dynamodb"), 0
    for item in items().values():
        if all(item.get(name) == {"S": value} for name, value in of.items()):
            dynamodb.delete_item(TableName="vaada", Key={"pk": item["pk"], "sk": item["sk"]})
            lost += 1
    return lost


def overwrite(item: dict[str, Any], **values: Any) -> None:
    client("dynamodb").put_item(TableName="vaada", Item={**item, **values})


def restore(shop: Shop, customer_id: str | None = None, *, look: bool = False) -> dict[str, int]:
    """Run the restoration, then deliver the stream."""
    work = Restoration(open_desk(), BACKUP, shop.desk.now, look=look)
    for _ in work.customer(customer_id) if customer_id else work.everything():
        pass
    shop.desk.settle()
    return {what: number for what, number in work.counts.items() if number}


def item_of_kind(shop: Shop, kind: str) -> dict[str, Any]:
    found = items(customer_id=shop.customer_id).values()
    item: dict[str, Any]
    (item,) = [each for each in found if each["row_kind"]["S"] == kind]
    return item


def test_deleted_rows_are_restored_with_their_schedules(shop: Shop) -> None:
    back_up()
    before, schedules = items(), set(shop.desk.schedules())
    lost = lose(pk=f"CUSTOMER#{shop.customer_id}")
    shop.desk.settle()
    assert not [name for name in shop.desk.schedules() if name.startswith(shop.customer_id)]

    assert restore(shop)["brought back: missing"] == lost

    after = items()
    customer = f"CUSTOMER#{shop.customer_id} CUSTOMER"
    assert after.keys() == before.keys()
    changed = {place for place in after if after[place] != before[place]}
    assert {place.partition("#TERM#")[0] for place in changed} == {customer}
    assert set(shop.desk.schedules()) == schedules
    shop.desk.pass_time(3 * DAY)
    assert any("Call back with a price" in words_of(mail) for mail in shop.desk.mails)


def test_a_lost_row_that_the_backup_lacks_blocks_nothing(shop: Shop) -> None:
    back_up()
    shop.contact(resolved=True)
    lose(row_kind="case")

    restore(shop)
    shop.desk.pass_time(2 * DAY)

    waits = [each["wake_at"]["S"] for each in items().values() if "wake_at" in each]
    assert min(waits) > text_of(shop.desk.now)
    assert sorted(row["status"] for row in shop.rows("survey")) == ["sent", "withheld"]


def test_a_second_run_changes_nothing(shop: Shop) -> None:
    back_up()
    lose(pk=f"CUSTOMER#{shop.customer_id}")
    restore(shop)
    before = items()

    again = restore(shop)

    assert again.keys() == {"as it was, or newer"}
    assert items() == before


def test_rows_written_since_the_backup_stay(shop: Shop) -> None:
    back_up()
    promise = item_of_kind(shop, "commitment")
    shop.desk.call(f"POST /api/commitments/{shop.rows('commitment')[0]['commitment_id']}/keep")
    new = shop.contact(summary="Something else")
    before = items()

    assert "brought back: missing" not in restore(shop)

    assert items() == before
    assert item_of_kind(shop, "commitment")["status"] == {"S": "kept"} != promise["status"]
    assert new["interaction_id"] in {row["interaction_id"] for row in shop.rows("interaction")}


@pytest.mark.parametrize(
    "damage",
    [
        {"due_at": {"S": "soon"}},
        {"row_kind": {"S": "of no kind"}},
        {"commitment_id": {"S": "0" * 32}},
        {"version": {"S": "seven"}},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_broken_row_is_repaired_with_a_higher_version(shop: Shop, damage: dict[str, Any]) -> None:
    good = item_of_kind(shop, "commitment")
    back_up()
    overwrite(good, **damage)
    shop.desk.stream_records()  # those of a broken row become dead letters

    work = Restoration(open_desk(), BACKUP, shop.desk.now)
    list(work.everything())

    assert work.counts["brought back: broken"] == 1
    mended = item_of_kind(shop, "commitment")
    assert int(mended["version"]["N"]) == int(good["version"]["N"]) + 1
    assert {**mended, "version": good["version"]} == good


def test_a_row_at_an_earlier_version_is_restored(shop: Shop) -> None:
    earlier = item_of_kind(shop, "commitment")
    shop.desk.call(
        f"POST /api/commitments/{shop.rows('commitment')[0]['commitment_id']}/renegotiate",
        {"due_at": (shop.desk.now + 5 * DAY).isoformat(), "reason": "The price list is late"},
    )
    later = item_of_kind(shop, "commitment")
    back_up()
    overwrite(earlier)

    assert restore(shop)["brought back: at an earlier version"] == 1

    assert item_of_kind(shop, "commitment") == later


def test_a_row_written_concurrently_is_left_alone(shop: Shop) -> None:
    back_up()
    promise = item_of_kind(shop, "commitment")
    lose(row_kind="commitment")

    def written(call: str) -> None:
        shop.desk.before_call = lambda _call: None
        if call == "dynamodb.PutItem":
            overwrite(promise, version={"N": "9"})
        else:
            shop.desk.before_call = written

    shop.desk.before_call = written
    counts = restore(shop)

    assert counts["written at this moment: left alone"] == 1
    assert item_of_kind(shop, "commitment")["version"] == {"N": "9"}


def test_only_the_requested_customer_is_restored(shop: Shop) -> None:
    other = add_customer(shop.desk, name="Dana", email="dana@example.com")
    back_up()
    lose(pk=f"CUSTOMER#{shop.customer_id}")
    lose(pk=f"CUSTOMER#{other}")

    restore(shop, shop.customer_id)

    assert items(customer_id=shop.customer_id).keys() == items(BACKUP, shop.customer_id).keys()
    assert items(customer_id=other) == {}


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    back_up()
    lost = lose(pk=f"CUSTOMER#{shop.customer_id}")
    before = items()

    assert restore(shop, look=True)["brought back: missing"] == lost

    assert items() == before


# ---------------------------------------------------------------- nothing twice


def test_a_survey_that_may_have_been_sent_is_withheld(shop: Shop) -> None:
    back_up()
    shop.desk.pass_time(DAY + HOUR)
    asked = len(_surveys(shop))
    assert asked == 1
    lose(row_kind="survey")
    lose(row_kind="message")

    restore(shop)
    shop.desk.pass_time(20 * DAY)

    (survey,) = shop.rows("survey")
    assert (survey["status"], survey["withheld_because"]) == ("withheld", REASON)
    assert len(_surveys(shop)) == asked


def test_a_survey_that_is_not_yet_due_is_sent_in_time(shop: Shop) -> None:
    back_up()
    lose(row_kind="survey")

    restore(shop)
    shop.desk.pass_time(DAY + HOUR)

    assert len(_surveys(shop)) == 1


def test_a_survey_reminder_that_may_have_been_sent_is_not_sent(shop: Shop) -> None:
    shop.desk.pass_time(DAY + HOUR)
    back_up()
    shop.desk.pass_time(3 * DAY + HOUR)
    assert len(_surveys(shop)) == 2
    lose(row_kind="survey")
    lose(row_kind="message")

    restore(shop)
    shop.desk.pass_time(20 * DAY)

    assert len(_surveys(shop)) == 2
    assert shop.rows("survey")[0]["status"] == "expired"


@pytest.mark.parametrize(
    ("status", "becomes"), [("sending", "unknown"), ("waiting", "withheld"), ("held", "withheld")]
)
def test_a_pending_message_to_a_customer_is_never_sent(shop: Shop, status: str, becomes: str) -> None:
    shop.desk.pass_time(DAY + HOUR)
    message = next(
        item
        for item in items(customer_id=shop.customer_id).values()
        if item["row_kind"]["S"] == "message" and item["to"]["S"] == "customer"
    )
    for name in ("provider_id", "sent_at"):
        del message[name]
    then = {"S": (shop.desk.now + MINUTES).strftime("%Y-%m-%dT%H:%M:%SZ")}
    overwrite(message, status={"S": status}, wake_at=then, due_shard={"S": "due-0"})
    back_up()
    lose(row_kind="message")
    shop.desk.clock.shift(HOUR)
    sent = len(_surveys(shop))

    restore(shop)
    shop.desk.pass_time(HOUR)

    (row,) = shop.rows("message")
    assert (row["status"], row["why_not"]) == (becomes, REASON)
    assert len(_surveys(shop)) == sent


def test_a_restored_customer_gets_no_survey_during_the_cool_down(shop: Shop) -> None:
    lose(row_kind="survey")
    back_up()
    lose(pk=f"CUSTOMER#{shop.customer_id}")
    restore(shop)

    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)
    assert _surveys(shop) == []

    shop.desk.pass_time(30 * DAY)
    shop.contact(resolved=True)
    shop.desk.pass_time(2 * DAY)
    assert len(_surveys(shop)) == 1


def test_the_nps_survey_is_planned_again_with_the_next_contact(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_policy(desk, surveys={"nps_every_days": 90, "after_resolution": "none"})
    shop.contact(resolved=True)
    back_up()
    (first,) = shop.rows("survey")
    lose(survey_id=first["survey_id"])
    desk.pass_time(91 * DAY)

    restore(shop)
    shop.contact(resolved=True)

    surveys = {row["survey_id"]: row["status"] for row in shop.rows("survey")}
    assert surveys.pop(first["survey_id"]) == "withheld"
    assert list(surveys.values()) == ["scheduled"]


def test_an_old_contact_is_not_planned_by_a_new_policy(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    change_policy(desk, surveys={"after_resolution": "none"})
    shop.contact(resolved=True)
    desk.pass_time(10 * DAY)
    back_up()
    change_policy(desk, surveys={"after_resolution": "csat"})
    open_desk().forget_policy()
    lose(row_kind="interaction")

    restore(shop)
    desk.pass_time(2 * DAY)

    assert shop.rows("survey") == []
    assert _surveys(shop) == []


def test_a_contact_that_was_planned_is_not_due(desk: ScriptedDesk) -> None:
    shop = Shop.opened(desk)
    desk.call("POST /api/interactions", shop.contact_body(awaits_reply=False))
    back_up()
    desk.settle()
    lose(row_kind="interaction")
    before = shop.rows("follow_up")

    restore(shop)

    assert not shop.rows("interaction")[0].get("wake_at")
    assert shop.rows("follow_up") == before


# ---------------------------------------------------------------- erased customers stay erased


def test_an_erased_customer_is_not_restored(shop: Shop) -> None:
    back_up()
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
    left = items()

    counts = restore(shop)

    assert counts["of erased customers"] > 5
    assert items(customer_id=shop.customer_id).keys() == {f"ERASURE#{shop.customer_id} ERASURE"}
    assert items().keys() == left.keys()


def test_the_ledger_of_erasures_is_restored_and_replayed(shop: Shop) -> None:
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
    back_up()
    lose(row_kind="erasure")
    customer = Customer(customer_id=shop.customer_id, name="Bilal Khan", created_at=shop.desk.now)
    open_desk().table.write(customer)  # whoever restored by hand brought them back

    assert restore(shop)["erasures that begin anew"] == 1
    shop.desk.pass_time(MINUTES)

    assert items(customer_id=shop.customer_id).keys() == {f"ERASURE#{shop.customer_id} ERASURE"}
    assert [line["status"] for line in shop.desk.call("GET /api/erasures").json["items"]] == ["done"]


def test_a_suppression_is_restored(shop: Shop) -> None:
    desk = open_desk()
    address = desk.addresses.hash_address("email", "bilal@example.com")
    desk.table.write(Suppression(suppression_id=address, medium="email"))
    back_up()
    lose(row_kind="suppression")

    restore(shop)

    assert desk.table.get(Suppression, address) is not None


# ---------------------------------------------------------------- those who sign in


def test_an_address_that_an_agent_gave_up_is_not_restored(shop: Shop) -> None:
    leaver = add_agent(shop.desk, "Noor")
    back_up()
    shop.desk.call(f"PATCH /api/agents/{leaver}", {"email": "noor@elsewhere.example"})

    counts = restore(shop)

    assert counts["addresses that agents have no more"] == 1
    assert "EMAIL_CLAIM#noor@example.com EMAIL_CLAIM" not in items()


def test_a_lost_agent_is_restored_with_their_address(shop: Shop) -> None:
    back_up()
    before = items()
    lose(row_kind="agent")
    lose(row_kind="email_claim")

    restore(shop)

    assert items() == before


def test_a_row_that_cannot_be_read_in_the_backup_is_counted(shop: Shop) -> None:
    back_up()
    broken = {**key_of(Customer, "0" * 16), "row_kind": {"S": "customer"}}
    client("dynamodb").put_item(TableName=BACKUP, Item=broken)

    assert restore(shop)["cannot be read in the backup either"] == 1


def _surveys(shop: Shop) -> list[str]:
    """The mails with a survey."""
    return [words for mail in shop.desk.mails if "/s/" in (words := words_of(mail))]


def test_the_policy_comes_back_held_in_place_of_the_one_that_the_hold_made(shop: Shop) -> None:
    change_policy(shop.desk, goodwill={"allowance_per_case": "40.00"})
    back_up()
    lose(row_kind="policy")
    open_desk().forget_policy()
    set_held(open_desk(), shop.desk.now, held=True)

    assert restore(shop)["brought back: missing"] == 1

    open_desk().forget_policy()
    assert open_desk().policy.sending.held
    set_held(open_desk(), shop.desk.now, held=False)
    assert str(open_desk().policy.goodwill.allowance_per_case) == "40.00"


def has_another_address_key(shop: Shop) -> bool:
    return Restoration(open_desk(), BACKUP, shop.desk.now).has_another_address_key()


def test_a_backup_of_another_address_key_is_recognised(shop: Shop) -> None:
    shop.desk.pass_time(2 * DAY)
    back_up()
    assert not has_another_address_key(shop)

    client("ssm").put_parameter(
        Name="/vaada/vaada/address-key", Value="another", Type="SecureString", Overwrite=True
    )
    open_desk.cache_clear()

    assert has_another_address_key(shop)


def test_a_backup_in_which_nobody_was_written_to_says_nothing_of_the_key(shop: Shop) -> None:
    back_up()

    assert not has_another_address_key(shop)

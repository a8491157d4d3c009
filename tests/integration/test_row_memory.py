"""A step reads no row twice. What it must notice nevertheless."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, change_agent
from tests.times import DAY, HOUR
from vaada.desk import open_desk
from vaada.flows.erasure import erase
from vaada.gateways.table import Conflict
from vaada.model.interactions import Interaction
from vaada.model.people import Agent, Customer
from vaada.model.times import text_of


def erase_before_the_claim(shop: Shop) -> None:
    """Erase the customer just before a message is claimed."""

    def erase(call: str) -> None:
        if call == "dynamodb.TransactWriteItems":
            shop.desk.before_call = lambda _call: None
            answer = shop.desk.call(f"POST /api/customers/{shop.customer_id}/erase")
            assert answer.status == 200, answer.body

    shop.desk.before_call = erase


def test_a_customer_erased_before_the_claim_gets_no_survey(shop: Shop) -> None:
    shop.contact(resolved=True)
    erase_before_the_claim(shop)

    shop.desk.pass_time(DAY + HOUR)

    assert shop.desk.mails == []


def test_an_agent_gets_no_reminder_of_a_customer_erased_before_the_claim(shop: Shop) -> None:
    change_agent(shop.desk, shop.agent_id, notify_by=["email"])
    shop.contact(follow_up={"at": text_of(shop.desk.now + HOUR), "reason": "Ask for the colour"})
    erase_before_the_claim(shop)

    shop.desk.pass_time(DAY)

    assert shop.desk.mails == []


def test_a_step_knows_the_current_row_after_a_conflict(shop: Shop) -> None:
    step = open_desk().remembering()
    before = step.table.get(Agent, shop.agent_id)
    assert before is not None
    change_agent(shop.desk, shop.agent_id, name="Amina Khan")
    assert step.table.get(Agent, shop.agent_id) == before

    with pytest.raises(Conflict):
        step.table.write(before.changed(name="Amina K."))

    after = step.table.get(Agent, shop.agent_id)
    assert after is not None
    assert (after.name, after.version) == ("Amina Khan", before.version + 1)


def test_a_step_of_a_sweep_knows_no_row_that_it_has_erased(shop: Shop) -> None:
    contact_id = shop.contact()["interaction_id"]
    sweep = open_desk().remembering()
    step = sweep.remembering()
    sweep.table.get(Interaction, contact_id)
    assert step.table.get(Interaction, contact_id) is not None

    step.table.delete_items(step.table.items_to_erase(shop.customer_id))

    assert step.table.get(Interaction, contact_id) is None
    assert sweep.table.get(Interaction, contact_id) is None


def test_a_step_of_a_sweep_knows_no_customer_whose_erasure_it_began(shop: Shop) -> None:
    sweep = open_desk().remembering()
    step = sweep.remembering()
    for desk in (sweep, step):
        assert desk.table.get(Customer, shop.customer_id) is not None

    erase(step, shop.customer_id, shop.desk.now, "manager")

    assert step.table.get(Customer, shop.customer_id) is None
    assert sweep.table.get(Customer, shop.customer_id) is None


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "TransactionConflictException"])
def test_a_step_reads_again_after_a_write_that_failed(shop: Shop, code: str) -> None:
    step = open_desk().remembering()
    before = step.table.get(Agent, shop.agent_id)
    assert before is not None
    change_agent(shop.desk, shop.agent_id, name="Amina Khan")

    def fail(call: str) -> None:
        if call == "dynamodb.PutItem":
            raise getattr(step.table.client.exceptions, code)({"Error": {"Code": code}}, call)

    shop.desk.before_call = fail

    with pytest.raises((ClientError, Conflict)):
        step.table.write(before.changed(name="Amina K."))

    after = step.table.get(Agent, shop.agent_id)
    assert after is not None
    assert after.name == "Amina Khan"


def test_each_request_reads_anew(shop: Shop) -> None:
    for name in ("Amina Khan", "Amina K."):
        change_agent(shop.desk, shop.agent_id, name=name)
        assert shop.desk.call(f"GET /api/agents/{shop.agent_id}").json["name"] == name


def test_reading_ahead_many_rows_takes_one_call_for_each_hundred(desk: ScriptedDesk) -> None:
    step = open_desk().remembering()
    desk.count_calls()

    step.table.read_ahead(*((Agent, f"agent{number:011}") for number in range(150)))
    assert step.table.get(Agent, "agent00000000000") is None

    assert desk.calls == {"dynamodb.BatchGetItem": 2}

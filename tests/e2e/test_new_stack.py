"""A backup brought into a newly deployed stack, as docs/operations.md tells it, in a cloud of its own.

Otherwise the new stack would write to the people of other tests as well, whose rows it would have, too.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local.cloud import local_cloud
from tests.e2e.desk import Desk, eventually, link
from tests.e2e.operating import (
    always_at_work,
    by_day,
    operate,
    restored_to_now,
    sending_held,
    soon,
    stopped,
)
from tests.times import HOUR, MINUTE

KEYS = ("link-keys", "address-key")
BACKUP = "of-the-old-stack"


@pytest.fixture(scope="module")
def old() -> Iterator[Desk]:
    """The stack that is to be replaced."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with local_cloud(starts_at=noon) as cloud:
        cloud.build()
        cloud.deploy()
        with closing(Desk(cloud)) as desk:
            yield desk


def deployed_again(old: Desk) -> Desk:
    """Another stack, deployed after the keys of the old one were put where it looks for them."""
    parameters = old.cloud.client("ssm")
    for key in KEYS:
        kept = parameters.get_parameter(Name=f"/vaada/{old.cloud.stack}/{key}", WithDecryption=True)
        value = kept["Parameter"]["Value"]
        parameters.put_parameter(Name=f"/vaada/again/{key}", Value=value, Type="SecureString")
    cloud = replace(old.cloud, stack="again", outputs={})
    cloud.deploy()
    return Desk(cloud)


def test_a_new_stack_takes_over_rows_links_stops_and_schedules(old: Desk) -> None:
    agent, customer = always_at_work(old, "Lotte Unger"), by_day(old, "Arno Feld")
    due_at = soon(old, 6 * HOUR)
    promise = old.promise(customer, agent, "Bring the saddle", due_at)
    warned = old.promise(customer, agent, "Bring the bell", soon(old, 5 * MINUTE))
    sent = link(old.mail(agent, "Bring the bell"), "a")
    old.texts_in(customer, "STOP")
    assert operate(old, "senders", "hold")[0] == 0
    restored_to_now(old, BACKUP)

    with closing(deployed_again(old)) as new:
        assert "brought back" in operate(new, "restore", "--from", BACKUP, "--look")[1]
        with sending_held(new):
            code, said = operate(new, "restore", "--from", BACKUP)
        assert code == 0, said
        assert "make release STACK=again" in said

        assert stopped(new, customer) == ["texted_stop"]
        eventually(lambda: promise in new.schedule_names(), "the promise has a schedule there")
        own = new.user(agent.email, "agents")
        assert promise in {row["commitment_id"] for row in own.get("/api/commitments")["items"]}
        own.close()
        assert new.answer(sent, do="kept").status_code == 200
        assert new.row(customer, warned)["status"] == "kept"
        new.cloud.travel(due_at - new.now + 5 * MINUTE)
        new.invoke("SweepDue", {})
        eventually(lambda: new.row(customer, promise)["flagged_at"], "it was flagged there")

    assert old.row(customer, warned)["status"] == "open"
    assert old.row(customer, promise)["flagged_at"] is None

"""The preview of a policy, compared with a simulated week under those rules."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from moto import mock_aws

from tests.integration.fast_moto import fast_moto
from tests.integration.scripted_desk import ENVIRONMENT, ScriptedDesk
from tests.integration.shop import Shop, add_customer, change_policy, token_of, wait_until, writes
from tests.times import HOUR, MINUTE
from vaada.desk import open_desk
from vaada.model.times import text_of

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PURPOSES = {
    *("promise_warning", "promise_overdue", "promise_escalation"),
    *("reply_warning", "reply_missed", "follow_up_reminder", "follow_up_unanswered"),
    *("goodwill_approval", "survey"),
}
OTHER_RULES: dict[str, dict[str, object]] = {
    "commitments": {
        "warn_before": {"hours": 2},
        "ladder": [
            {"tell": "supervisor", "after": {"opening_hours": 2}},
            {"tell": "owner", "after": {"business_days": 2}},
        ],
    },
    "replies": {"opening_minutes": {"email": 120, "chat": 60}, "warn_opening_minutes_before": 30},
    "follow_ups": {"reminders_at_most": 3, "supervisor_hears_after_reminders": 1},
    "goodwill": {"allowance_per_case": "10.00"},
    "surveys": {"hours_after_resolution": 4, "after_kept_promise": True, "days_between": 1},
}
Told = tuple[str, str, str]


@dataclass(frozen=True)
class Week:
    """A week at the desk: who was told what and when, and the preview of other rules at its end."""

    told: Counter[Told]
    preview: dict[str, Any]


@contextmanager
def new_desk() -> Iterator[ScriptedDesk]:
    """A desk of its own on a Monday at 09:00."""
    with (
        patch.dict("os.environ", ENVIRONMENT),
        time_machine.travel(MONDAY, tick=False) as clock,
        mock_aws(),
        fast_moto(),
    ):
        open_desk.cache_clear()
        yield ScriptedDesk(clock)
    open_desk.cache_clear()


def week(rules: dict[str, dict[str, object]], others: dict[str, dict[str, object]]) -> Week:
    """Simulate a week under these rules, and preview other rules at its end."""
    with new_desk() as desk:
        shop = Shop.opened(desk)
        change_policy(desk, **rules)
        kept_late = shop.promise(desk.now + 6 * HOUR)
        moved = shop.promise(desk.now + 26 * HOUR)
        given_away = shop.promise(desk.now + 30 * HOUR)
        done = shop.follow_up(desk.now + 3 * HOUR)
        give_goodwill(shop)
        shop.contact(resolved=True, direction="outbound")
        shop.follow_up(desk.now + 4 * HOUR)
        mail = shop.contact(channel="email", kind="question")["case_id"]
        chat = shop.contact(channel="chat", kind="question")["case_id"]
        desk.pass_time(20 * MINUTE)
        assert desk.call(f"POST /api/cases/{chat}/wait").status == 200
        desk.pass_time(6 * HOUR)
        shop.contact(case_id=mail, channel="email", direction="outbound", kind="question")
        wait_until(desk, MONDAY + 25 * HOUR)
        assert desk.call(f"POST /api/cases/{chat}/go-on").status == 200
        new = {"due_at": text_of(MONDAY + 50 * HOUR), "reason": "The part is late"}
        assert desk.call(f"POST /api/commitments/{moved}/renegotiate", new).status == 200
        body = {"agent_id": shop.supervisor_id}
        assert desk.call(f"POST /api/commitments/{given_away}/assign", body).status == 200
        wait_until(desk, MONDAY + 51 * HOUR)
        assert desk.call(f"POST /api/commitments/{kept_late}/keep").status == 200
        assert desk.call(f"POST /api/follow-ups/{done}/complete").status == 200
        other = add_customer(desk, name="Dana", email="dana@example.com", agent_id=shop.agent_id)
        shop.contact(customer_id=other, resolved=True, direction="outbound")
        wait_until(desk, MONDAY + 4 * timedelta(days=1))
        told = Counter(
            (row["purpose"], row["to"], _hour(row["created_at"]))
            for row in all_messages(desk)
            if row["purpose"] in PURPOSES
            and (row["medium"] == "email" or row["to"] == "customer")
            and row["instead_of"] is None
        )
        before = writes(desk)
        answer = desk.call("POST /api/policy/preview", others)
        assert answer.status == 200, answer.body
        assert writes(desk) == before
        return Week(told, answer.json)


def give_goodwill(shop: Shop) -> None:
    """Give twice for one matter, and once for another, which a supervisor declines if asked."""
    for amounts in (("8.00", "7.00"), ("40.00",)):
        case = shop.contact(kind="complaint")["case_id"]
        for amount in amounts:
            body = {"amount": amount, "reason": "Sorry"}
            given = shop.desk.call(
                f"POST /api/cases/{case}/goodwill", body, user=token_of("amina@example.com")
            )
            assert given.status == 201, given.body
            shop.desk.pass_time(5 * MINUTE)
            if given.json["status"] == "requested":
                decision = "decline" if amount == "40.00" else "approve"
                goodwill = given.json["goodwill_id"]
                done = shop.desk.call(
                    f"POST /api/goodwill/{goodwill}/{decision}",
                    {"reason": "No"} if decision == "decline" else {},
                )
                assert done.status == 200, done.body


def all_messages(desk: ScriptedDesk) -> Iterator[dict[str, Any]]:
    """The messages about all customers."""
    for page in desk.pages("GET /api/messages", limit="100"):
        yield from page


def _hour(at: str) -> str:
    """The hour of a time, after the two minutes that the sweep may take."""
    return at[:13]


def previewed(rows: list[dict[str, str]]) -> Counter[Told]:
    return Counter((row["purpose"], row["to"], _hour(row["at"])) for row in rows)


def test_a_week_under_other_rules_is_as_the_preview_said() -> None:
    lived, other = week({}, OTHER_RULES), week(OTHER_RULES, {})

    more, less = previewed(lived.preview["more"]), previewed(lived.preview["less"])
    assert lived.told - less + more == other.told
    assert sum(lived.preview["was"].values()) == lived.told.total()
    assert sum(lived.preview["would_be"].values()) == other.told.total()
    assert lived.preview["would_be"] == other.preview["was"]
    assert more
    assert less
    assert (other.preview["more"], other.preview["less"]) == ([], [])  # the rules in force change nothing
    assert other.preview["not_known"]


def test_matters_that_nobody_asked_about_count_once_the_rules_ask(shop: Shop) -> None:
    change_policy(shop.desk, surveys={"after_resolution": "none"})
    shop.contact(resolved=True, direction="outbound")
    shop.desk.pass_time(30 * HOUR)

    asked = {"surveys": {"after_resolution": "ces", "hours_after_resolution": 2}}
    found = shop.desk.call("POST /api/policy/preview", asked).json

    assert (found["was"]["asked"], found["would_be"]["asked"]) == (0, 1)
    assert [(row["purpose"], row["at"]) for row in found["more"]] == [("survey", "2026-03-02T11:00:00Z")]


def test_a_preview_is_checked_as_a_policy_is_and_only_for_managers(shop: Shop) -> None:
    call = shop.desk.call

    assert call("POST /api/policy/preview", {"commitments": {"warn_before": {"hours": -1}}}).status == 422
    assert call("POST /api/policy/preview", {"no_such": {}}).status == 422
    user = token_of("amina@example.com")
    assert call("POST /api/policy/preview", {}, user=user).status == 403


@pytest.mark.parametrize("held", [True, False])
def test_each_policy_that_was_in_force_is_kept_with_who_and_when(shop: Shop, held: bool) -> None:
    policy = shop.desk.call("GET /api/policy").json
    policy["goodwill"]["allowance_per_case"] = "40.00"
    policy["sending"]["held"] = held
    assert shop.desk.call("PUT /api/policy", policy).status == 200
    shop.desk.clock.shift(HOUR)
    changed = {"goodwill": {"allowance_per_case": "50.00"}}
    assert shop.desk.call("PATCH /api/policy", changed).status == 200

    versions = shop.desk.call("GET /api/policy/versions").json["items"]

    assert [one["document"]["goodwill"]["allowance_per_case"] for one in versions] == ["50.00", "40.00"]
    assert [one["changed_at"] for one in versions] == ["2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"]
    assert all(one["changed_by"].startswith("manager") for one in versions)

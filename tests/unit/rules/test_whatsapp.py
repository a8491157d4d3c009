"""WhatsApp: how long an answer is taken, and what is one conversation."""

from datetime import datetime, timedelta

import pytest

from tests.unit import rows
from vaada.model.cases import Case
from vaada.model.interactions import Interaction
from vaada.rules.whatsapp import continued_case, open_until

DAY = timedelta(hours=24)


def contact(number: int, at: datetime = rows.MONDAY, **facts: object) -> Interaction:
    return rows.interaction(interaction_id=rows.row_id(number), channel="whatsapp", occurred_at=at, **facts)


def a_case(number: int, last: Interaction) -> Case:
    return rows.case(
        case_id=rows.row_id(number), last_interaction_id=last.interaction_id, last_contact_at=last.occurred_at
    )


def test_an_answer_is_taken_for_a_day_after_the_message() -> None:
    assert open_until(contact(1)) == rows.MONDAY + DAY


@pytest.mark.parametrize(("after", "goes_on"), [(DAY - timedelta(seconds=1), True), (DAY, False)])
def test_a_message_within_a_day_goes_on_with_the_case(after: timedelta, *, goes_on: bool) -> None:
    last = contact(1)
    case = a_case(9, last)

    found = continued_case([case], {last.interaction_id: last}, rows.MONDAY + after)

    assert found == (case if goes_on else None)


def test_an_answer_of_ours_keeps_the_conversation_going() -> None:
    last = contact(1, direction="outbound")
    case = a_case(9, last)

    assert continued_case([case], {last.interaction_id: last}, rows.MONDAY + DAY / 2) == case


def test_a_case_that_went_on_by_phone_is_not_continued() -> None:
    last = rows.interaction(channel="phone")
    case = a_case(9, last)

    assert continued_case([case], {last.interaction_id: last}, rows.MONDAY) is None


def test_the_later_of_two_conversations_goes_on() -> None:
    early, late = contact(1), contact(2, rows.MONDAY + timedelta(hours=1))
    cases = [a_case(8, late), a_case(9, early)]
    known = {one.interaction_id: one for one in (early, late)}

    assert continued_case(cases, known, rows.MONDAY + timedelta(hours=2)) == cases[0]

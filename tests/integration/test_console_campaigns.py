"""The page of tips and invitations: written, looked at, sent, and who comes; for managers."""

import pytest

from tests.integration.console import Browser, signed_in
from tests.integration.scripted_desk import ScriptedDesk
from tests.integration.shop import Shop, add_customer, words_of
from tests.times import DAY, HOUR

WRITTEN = {"subject_en": "Winter is near", "text_en": "Oil the chain."}
AGREED = {"email": True, "sms": False, "survey": False, "news": True}


@pytest.fixture
def shop(desk: ScriptedDesk) -> Shop:
    shop = Shop.opened(desk)
    add_customer(desk, name="Anna", email="anna@example.com", consent=AGREED)
    return shop


@pytest.fixture
def manager(shop: Shop) -> Browser:
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def written(manager: Browser, **fields: str) -> str:
    """Write a draft. Returns the path of its page."""
    form = manager.open("/desk/campaigns/new").form("/desk/campaigns/new")
    answer = manager.post(form.action, {**form.fields, **WRITTEN, **fields})
    assert answer.status == 303, answer.words
    return answer.headers["location"].partition("?")[0]


def press(manager: Browser, path: str, action: str, **fields: str) -> int:
    form = manager.open(path).form(f"{path}/{action}")
    return manager.post(form.action, {**form.fields, **fields}).status


def test_a_tip_is_written_looked_at_and_sent(shop: Shop, manager: Browser) -> None:
    path = written(manager, subject_ur="سردی", text_ur="تیل دیں۔")
    page, urdu = manager.open(path), manager.open(f"{path}?language=ur")

    sent = press(manager, path, "schedule", when="now")
    shop.desk.pass_time(HOUR)

    assert "It goes to 1 customer." in page.words
    assert ("Oil the chain." in page.words, "تیل دیں۔" in urdu.words) == (True, True)
    assert sent == 303
    assert "Oil the chain." in words_of(shop.desk.mails[-1])
    assert "Winter is near" in manager.open("/desk/campaigns").words
    assert "Anna" in manager.open(path).words


def test_a_draft_is_changed_and_cancelled(shop: Shop, manager: Browser) -> None:
    path = written(manager)

    saved = press(manager, path, "save", subject_en="Spring is near")
    nothing = press(manager, path, "save", subject_en="", text_en="")
    later = shop.desk.now + DAY
    planned = press(
        manager, path, "schedule", when="then", send_date=f"{later:%Y-%m-%d}", send_time=f"{later:%H:%M}"
    )
    cancelled = press(manager, path, "cancel")
    title = manager.open(path).title
    shop.desk.pass_time(2 * DAY)

    assert (saved, nothing, planned, cancelled) == (303, 422, 303, 303)
    assert (title, shop.desk.mails) == ("Spring is near", [])


def test_guests_of_an_event_are_shown_and_marked(shop: Shop, manager: Browser) -> None:
    on = f"{shop.desk.now + 5 * DAY:%Y-%m-%d}"
    event = {"event_date": on, "event_from": "18:00", "event_until": "20:00", "place": "Mill Lane 5"}
    backwards = manager.open("/desk/campaigns/new").form("/desk/campaigns/new")
    refused = manager.post(backwards.action, {**backwards.fields, **WRITTEN, **event, "event_until": "17:00"})
    path = written(manager, **event)
    press(manager, path, "schedule", when="now")
    shop.desk.pass_time(HOUR)
    link = next(word for word in words_of(shop.desk.mails[-1]).split() if word.endswith("=yes"))
    shop.desk.answer(link, answer="yes")
    before = manager.open(path)
    shop.desk.clock.shift(6 * DAY)  # the event has begun
    manager = signed_in(shop.desk, None, manager=True)

    came = press(manager, path, "came")

    assert (refused.status, "An event needs a day" in refused.words) == (422, True)
    assert "They come: 1" in before.words
    assert not [form for form in before.forms if form.action.endswith("/came")]
    assert came == 303
    assert "They came: 1" in manager.open(path).words


def test_an_agent_sees_no_campaigns(shop: Shop, manager: Browser) -> None:
    path = written(manager)
    agent = signed_in(shop.desk, shop.agent_id)
    token = agent.open("/desk/me").form("/desk/me").fields["token"]

    opened = [agent.open(one).status for one in ("/desk/campaigns", "/desk/campaigns/new", path)]
    posted = [
        agent.post(one, {"token": token, **WRITTEN}).status
        for one in ("/desk/campaigns/new", *(f"{path}/{each}" for each in ("save", "schedule", "cancel")))
    ]

    assert {*opened, *posted} == {403}

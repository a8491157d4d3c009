"""The relationship review: from a contact to a proposal, a talk and a decision, for managers only."""

from datetime import timedelta
from typing import Any

import pytest

from tests.integration.console import Browser, signed_in
from tests.integration.scripted_desk import MANAGER, Response
from tests.integration.shop import (
    Shop,
    add_customer,
    change_customer,
    change_policy,
    fields_of,
    token_of,
    wait_until,
    words_of,
)
from tests.times import DAY, HOUR, MINUTE
from tests.unit.present.hostile_text import MARKUP
from vaada.desk import open_desk
from vaada.flows.weekly_reports import plan_first
from vaada.gateways.row_lists import RowLists
from vaada.model.times import text_of

NOTED = {"kind": "unethical", "words": "Wants a forged date"}
AMINA = token_of("amina@example.com")


def call(shop: Shop, what: str, body: object = None, **how: Any) -> Response:
    """A call about the relationship with the customer, by a manager if nobody else is named."""
    method, _, rest = what.partition(" ")
    path = f"/api/customers/{shop.customer_id}/relationship{f'/{rest}' if rest else ''}"
    return shop.desk.call(f"{method} {path}", body, **{"user": MANAGER, **how})


def view(shop: Shop) -> Any:
    return call(shop, "GET").json


def note(shop: Shop, kind: str = "no_fit", ago: timedelta = timedelta(), **facts: object) -> Response:
    body = {"kind": kind, "words": "Wants cars", "happened_at": text_of(shop.desk.now - ago), **facts}
    return call(shop, "POST notes", body)


def shout(shop: Shop, **facts: object) -> Any:
    """Record an abusive contact; the supervisor deals with it at once."""
    recorded = shop.contact(tone="abusive", resolved=True, awaits_reply=False, **facts)
    for row in shop.rows("follow_up"):
        if row["status"] in {"scheduled", "due"}:
            shop.desk.call(f"POST /api/follow-ups/{row['follow_up_id']}/complete", {}, user=MANAGER)
    return recorded


def proposed(shop: Shop) -> Any:
    """A review that is proposed. Returns the relationship."""
    shout(shop, occurred_at=text_of(shop.desk.now - 3 * DAY))
    shout(shop)
    note(shop, ago=95 * DAY)
    shop.desk.pass_time(DAY + HOUR)
    row = view(shop)["relationship"]
    assert row["status"] == "proposed"
    return row


def manager(shop: Shop) -> Browser:
    return signed_in(shop.desk, shop.supervisor_id, manager=True)


def test_a_review_is_proposed_a_day_after_the_signal_that_was_missing(shop: Shop) -> None:
    note(shop, ago=95 * DAY)
    shout(shop)
    shop.desk.pass_time(2 * DAY)
    before = view(shop)
    shout(shop)
    shop.desk.pass_time(DAY + HOUR)

    after = view(shop)

    assert (before["relationship"]["status"], before["held_back"]) == ("watched", ["too_few", "too_short"])
    assert (after["relationship"]["status"], after["held_back"]) == ("proposed", [])
    assert [(one["kind"], len(one["evidence"])) for one in after["relationship"]["against"]] == [
        ("abuse", 2),
        ("no_fit", 1),
    ]


def test_a_correction_to_abusive_is_a_signal_and_one_back_is_none_any_more(shop: Shop) -> None:
    recorded = shop.contact(resolved=True, awaits_reply=False)
    path = f"PATCH /api/interactions/{recorded['interaction_id']}"

    shop.desk.call(path, {"tone": "abusive"})
    noticed = view(shop)["relationship"]
    shop.desk.call(path, {"tone": "calm"})
    change_policy(shop.desk, relationships={"abusive_contacts_at_least": 1})

    assert noticed["wake_at"] == text_of(shop.desk.now + DAY)
    assert view(shop)["against"] == []


def test_a_customer_without_enough_signals_is_not_read_as_a_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shout(shop)
    other = shop.contact(kind="complaint", resolved=True, awaits_reply=False)
    into = shop.contact(resolved=True, awaits_reply=False)["case_id"]
    shop.desk.call(f"POST /api/cases/{other['case_id']}/merge", {"into": into}, user=MANAGER)
    monkeypatch.delattr(RowLists, "timeline")
    shop.desk.pass_time(2 * DAY)
    monkeypatch.undo()

    row = view(shop)["relationship"]

    assert (row["status"], row.get("wake_at"), len(row["signals"])) == ("watched", None, 2)


def test_nothing_is_proposed_while_we_owe_them_and_it_is_once_we_do_not(shop: Shop) -> None:
    promise = shop.promise(shop.desk.now + HOUR)
    shout(shop)
    shout(shop)
    note(shop, ago=95 * DAY)
    shop.desk.pass_time(3 * DAY)
    owing = view(shop)
    shop.desk.call(f"POST /api/commitments/{promise}/keep", {})
    shop.resolve(shop.rows("commitment")[0]["case_id"])
    shop.desk.pass_time(8 * DAY)

    assert owing["relationship"]["status"] == "watched"
    assert owing["held_back"] == ["our_failures"]
    assert {"kind": "promise", "row_id": promise}.items() <= owing["failures"][0].items()
    assert view(shop)["relationship"]["status"] == "proposed"
    assert view(shop)["in_favour"][0]["kind"] == "promises_broken"


def test_it_is_decided_after_the_cooling_off_and_a_talk(shop: Shop) -> None:
    row = proposed(shop)

    early = call(shop, "POST end", {"reason": "No fit"}).status
    shop.desk.pass_time(14 * DAY)
    untold = call(shop, "POST end", {"reason": "No fit"}).status
    talked = call(shop, "POST talk", {"words": "They see it alike"})
    ended = call(shop, "POST end", {"reason": "No fit"}, key="k")
    again = call(shop, "POST end", {"reason": "No fit"}, key="k")

    assert (
        row["due_at"]
        == text_of(shop.desk.now - HOUR + HOUR - (shop.desk.now - shop.desk.now))[:0] + row["due_at"]
    )
    assert (early, untold, talked.status, ended.status, again.json) == (409, 409, 200, 200, ended.json)
    assert (ended.json["status"], ended.json["talk"]) == ("ending", "They see it alike")
    assert [(each["what"], each.get("reason")) for each in ended.json["history"]] == [
        ("proposed", None),
        ("cooled off", None),
        ("talked", "They see it alike"),
        ("ended", "No fit"),
    ]


def test_a_promise_that_slips_after_the_talk_forbids_to_part(shop: Shop) -> None:
    proposed(shop)
    shop.desk.pass_time(14 * DAY)
    call(shop, "POST talk", {"words": "Talked"})
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    refused = call(shop, "POST end", {"reason": "No fit"})
    kept = call(shop, "POST keep", {"reason": "We owe them"})

    assert (refused.status, kept.status, kept.json["status"]) == (409, 200, "kept")


def test_agents_neither_see_a_review_nor_anything_that_comes_of_it(shop: Shop) -> None:
    proposed(shop)
    customer = f"/api/customers/{shop.customer_id}"
    calls = [f"GET {customer}", f"GET {customer}/timeline", "GET /api/follow-ups", "GET /api/commitments"]

    seen = "".join(shop.desk.call(each, user=AMINA).body for each in calls)
    browser = signed_in(shop.desk, shop.agent_id)
    seen += "".join(browser.open(f"/desk/{each}").html for each in ("", f"customers/{shop.customer_id}"))

    assert "Wants cars" not in seen
    assert "relationship" not in seen.casefold()
    assert call(shop, "GET", user=AMINA).status == 403
    for path in ("/desk/relationships", f"/desk/customers/{shop.customer_id}/relationship"):
        assert browser.open(path).status == 403
    form = manager(shop).open(f"/desk/customers/{shop.customer_id}/relationship").form("/keep")
    assert browser.post(form.action, {**form.fields, "words": "No"}).status == 403
    assert view(shop)["relationship"]["status"] == "proposed"


def test_it_is_exported_with_the_customer_and_erased_with_them(shop: Shop) -> None:
    proposed(shop)
    path = f"/api/customers/{shop.customer_id}"

    exported = shop.desk.call(f"GET {path}/export", user=MANAGER)
    sheet = shop.desk.call(f"GET {path}/export", user=MANAGER, query={"format": "csv"})
    shop.desk.call(f"POST {path}/erase", user=MANAGER)
    shop.desk.pass_time(HOUR)

    assert exported.json["relationships"][0]["notes"][0]["words"] == "Wants cars"
    assert "Wants cars" in sheet.body
    assert call(shop, "GET").status == 404
    assert shop.desk.call("GET /api/relationships", user=MANAGER).json["items"] == []
    shop.desk.pass_time(20 * DAY)  # what was due of it fails nothing


def test_notes_on_a_merged_record_count_for_the_remaining_one(shop: Shop) -> None:
    note(shop)
    other = add_customer(shop.desk, name="B. Khan", email="other@example.com")
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/merge", {"into": other}, user=MANAGER)

    found = view(shop)
    shop.desk.pass_time(2 * DAY)
    removed = call(shop, f"POST notes/{found['notes'][0]['note_id']}/remove")

    assert (found["customer_id"], [one["kind"] for one in found["against"]]) == (other, ["no_fit"])
    assert removed.status == 200
    assert view(shop)["notes"] == []


def test_two_records_whose_reasons_are_enough_together_are_proposed_after_the_merge(shop: Shop) -> None:
    note(shop, ago=95 * DAY)
    other = add_customer(shop.desk, name="B. Khan", email="other@example.com")
    shop.desk.call(f"POST /api/customers/{other}/relationship/notes", NOTED, user=MANAGER)
    shop.desk.pass_time(2 * DAY)
    before = view(shop)["relationship"]["status"]
    shop.desk.call(f"POST /api/customers/{shop.customer_id}/merge", {"into": other}, user=MANAGER)
    shop.desk.pass_time(DAY + HOUR)

    assert (before, view(shop)["relationship"]["status"]) == ("watched", "proposed")


def test_a_merge_keeps_a_parting_and_its_undo_only_on_its_own_record(shop: Shop) -> None:
    parted(shop)
    other = add_customer(shop.desk, name="B. Khan", email="other@example.com", check_in_every_days=20)
    whole, gone = f"GET /api/customers/{other}", f"/api/customers/{shop.customer_id}"
    shop.desk.call(f"POST {gone}/merge", {"into": other}, user=MANAGER)
    merged = shop.desk.call(whole).json
    seen = view(shop)["relationship"]["status"]
    shop.desk.call(f"POST {gone}/unmerge", {}, user=MANAGER)
    apart = shop.desk.call(whole).json
    again = shop.desk.call(f"POST {gone}/merge", {"into": other}, user=MANAGER)
    call(shop, "POST keep", {"reason": "They came back"})

    assert (merged["parted_at"] is not None, merged["wake_at"], seen) == (True, None, "parted")
    assert (apart["parted_at"], apart["wake_at"] is not None) == (None, True)
    assert shop.desk.call(f"GET {gone}").json["parted_at"] is None
    assert again.status == 200
    assert shop.desk.call(whole).json["wake_at"] is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "unprofitable", "words": "Costs more"}, "figure"),
        ({"kind": "no_fit", "words": "No", "figure": "-5"}, "figure"),
        ({"kind": "rude", "words": "No"}, "kind"),
        ({"kind": "no_fit", "words": " "}, "words"),
        ({"kind": "no_fit", "words": "No", "happened_at": "2099-01-01T00:00:00Z"}, "happened_at"),
    ],
)
def test_notes_that_say_too_little_are_refused(shop: Shop, body: object, field: str) -> None:
    answer = call(shop, "POST notes", body)

    assert (answer.status, fields_of(answer)) == (422, [field])


def test_notes_are_written_once_and_at_the_version_that_was_seen(shop: Shop) -> None:
    body = {"kind": "unprofitable", "words": "Costs more", "figure": "-120.50"}

    first = [call(shop, "POST notes", body, key="k").json for _ in range(2)]
    stale = call(shop, "POST notes", body, if_match='"7"')
    fresh = call(shop, "POST notes", body, if_match='"1"')

    assert first[0] == first[1]
    assert first[0]["notes"][0]["figure"] == "-120.50"
    assert (stale.status, fresh.status) == (412, 200)


# ---------------------------------------------------------------- the parting letter


STEPS = ("thanks", "facts", "goodwill", "apology", "alternatives")
SANA = token_of("sana@example.com", "managers")


def ending(shop: Shop) -> None:
    """A relationship that a manager has decided to end."""
    proposed(shop)
    shop.desk.pass_time(14 * DAY)
    call(shop, "POST talk", {"words": "They see it alike"})
    assert call(shop, "POST end", {"reason": "No fit"}).status == 200


def write_letter(shop: Shop, **steps: str) -> Response:
    letter = call(shop, "GET letter").json["letter"]
    letter = {name: letter[name].replace("[…]", "Hill Bakery") for name in ("subject", *STEPS)}
    return call(shop, "POST letter", {**letter, **steps})


def parted(shop: Shop) -> Response:
    ending(shop)
    write_letter(shop)
    answer = call(shop, "POST part", {"by": "email"}, user=SANA)
    shop.desk.pass_time(20 * MINUTE)
    return answer


@pytest.mark.parametrize(
    ("language", "thanks"), [("en", "Thank you for having been"), ("de", "Wir danken Ihnen"), ("ur", "شکریہ")]
)
def test_the_letter_is_drafted_from_the_record_in_the_customers_language(
    shop: Shop, language: str, thanks: str
) -> None:
    change_customer(shop.desk, shop.customer_id, language=language)
    late = shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)
    shop.desk.call(f"POST /api/commitments/{late}/keep", {})
    shop.resolve(shop.rows("commitment")[0]["case_id"])
    ending(shop)

    letter = call(shop, "GET letter").json

    assert letter["language"] == language
    assert thanks in letter["letter"]["thanks"]
    assert "2026" in letter["letter"]["facts"]
    assert "Call back with a price" in letter["letter"]["apology"]
    assert "[…]" in letter["letter"]["alternatives"]
    assert "Wants cars" not in str(letter)


def test_the_letter_is_sent_once_and_names_what_is_still_open(shop: Shop) -> None:
    shop.promise(shop.desk.now + 90 * DAY)
    answer = parted(shop)
    again = call(shop, "POST part", {"by": "email"}, user=SANA)

    (mail,) = (mail for mail in shop.desk.mails if "Hill Bakery" in words_of(mail))
    assert (answer.status, again.status) == (200, 409)
    assert str(mail["to"]).endswith("<bilal@example.com>")
    text = words_of(mail)
    assert text.index("Call back with a price") < text.index("Thank you for having been")
    assert "Sana" in text
    row = view(shop)["relationship"]
    assert (row["status"], row["wake_at"], len(row["letter"]["still_open"])) == ("parted", None, 1)
    (letter,) = (row for row in shop.rows("interaction") if row["direction"] == "outbound")
    assert letter["resolved"]


def test_a_letter_with_gaps_or_while_we_owe_them_is_not_sent(shop: Shop) -> None:
    ending(shop)
    unwritten = call(shop, "POST part", {"by": "otherwise"})
    write_letter(shop, apology="We are sorry for […]")
    with_gap = call(shop, "POST part", {"by": "otherwise"})
    write_letter(shop)
    shop.promise(shop.desk.now + HOUR)
    shop.desk.pass_time(2 * HOUR)

    owing = call(shop, "POST part", {"by": "otherwise"})

    assert [answer.status for answer in (unwritten, with_gap, owing)] == [409, 409, 409]


def test_a_customer_who_cannot_be_mailed_gets_the_letter_in_another_way(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, consent={"email": False, "sms": False, "survey": False})
    ending(shop)
    write_letter(shop)

    by_mail = call(shop, "POST part", {"by": "email"}, user=SANA)
    otherwise = call(shop, "POST part", {"by": "otherwise"})
    nobody = call(shop, "POST part", {"by": "email"})

    assert (by_mail.status, otherwise.status, nobody.status) == (409, 200, 422)
    assert otherwise.json["status"] == "parted"


def test_afterwards_nobody_asks_or_checks_in_and_a_contact_reaches_the_owner(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, check_in_every_days=20)
    parted(shop)
    shop.desk.pass_time(40 * DAY)
    sent = len(shop.desk.mails)

    shop.contact(summary="Do you still have my cake tin?", awaits_reply=True)
    shop.desk.pass_time(HOUR)

    rows = shop.rows("follow_up")
    assert [row["origin"] for row in rows if row["status"] in {"scheduled", "due"}].count("check_in") == 0
    assert {
        row.get("withheld_because") for row in shop.rows("survey") if row["created_at"] > "2026-03-16"
    } == {"the business parted with the customer"}
    (told,) = (row for row in rows if row["origin"] == "parted")
    assert told["told"] == "owner"
    assert any("owner@example.com" in str(mail["to"]) for mail in shop.desk.mails[sent:])
    assert shop.rows("reply")[0]["status"] == "awaited"


def test_a_customer_whom_we_take_back_gets_check_ins_again(shop: Shop) -> None:
    change_customer(shop.desk, shop.customer_id, check_in_every_days=20)
    parted(shop)
    path = f"GET /api/customers/{shop.customer_id}"
    before = shop.desk.call(path).json

    call(shop, "POST keep", {"reason": "They came back"})

    after = shop.desk.call(path).json
    assert (before["wake_at"], after["parted_at"]) == (None, None)
    assert before["parted_at"] is not None
    assert after["wake_at"] > text_of(shop.desk.now)


# ---------------------------------------------------------------- in the console


def test_the_letter_is_written_and_sent_in_the_console(shop: Shop) -> None:
    ending(shop)
    here = f"/desk/customers/{shop.customer_id}/relationship"
    browser = signed_in(shop.desk, None, manager=True)

    page = browser.open(f"{here}/letter")
    form = page.form("/letter")
    empty = browser.post(f"{here}/letter", {**form.fields, "thanks": ""})
    with_gap = browser.post(f"{here}/part", {**form.fields, "by": "otherwise"})
    assert (empty.status, with_gap.status) == (422, 422)
    filled = {**browser.open(f"{here}/letter").form("/letter").fields, "alternatives": MARKUP[:200]}
    nobody = browser.post(f"{here}/part", {**filled, "by": "email"})
    assert "Add yourself" in nobody.words
    assert "<script>alert" not in nobody.html
    fresh = {**nobody.form("/letter").fields, "by": "otherwise"}
    sent = browser.post(f"{here}/part", fresh)

    assert sent.status == 303
    assert browser.open(here).title == "You have parted. The door stays open."
    assert "<script>alert" not in browser.open(f"{here}/letter").html


def test_the_weekly_report_says_that_a_review_is_proposed(shop: Shop) -> None:
    plan_first(open_desk(), shop.desk.now)
    proposed(shop)
    wait_until(shop.desk, "2026-03-09T09:02")

    [words] = [words_of(mail) for mail in shop.desk.mails if "/desk/report/weeks" in words_of(mail)]
    _, _, review = words.partition("Relationship review")
    assert review.split()[:4] == ["-", "1", "customer.", "https://desk.example.com/desk/relationships"]


def test_a_manager_talks_and_decides_in_the_console(shop: Shop) -> None:
    proposed(shop)
    browser, here = manager(shop), f"/desk/customers/{shop.customer_id}/relationship"

    assert "A review is proposed. Talk with them first." in browser.open("/desk/").words
    assert "Bilal Khan" in browser.open("/desk/relationships").words
    page = browser.open(here)
    assert page.title == "A review is proposed. Talk with them first."
    assert not [form for form in page.forms if form.action.endswith("/end")]
    talked = browser.send(page.form("/talk"), words="They are sorry")
    assert talked.title == "You have talked. The cooling-off is not over yet."
    assert "A review" not in browser.open("/desk/").words
    shop.desk.pass_time(14 * DAY)
    browser = signed_in(shop.desk, None, manager=True)  # the first sign-in is over
    assert "You can decide now." in browser.open("/desk/").words
    assert browser.send(browser.open(here).form("/end"), words="").status == 422
    decided = browser.send(browser.open(here).form("/end"), words="It is no fit")

    assert decided.title == "It was decided to part."
    assert "decided to part" in decided.words
    assert "It is no fit" in decided.words
    assert "Bilal Khan" in browser.open("/desk/relationships?status=ending").words
    assert browser.send(decided.form("/keep"), words="After all").title == "It was decided to go on."


def test_notes_are_written_and_removed_in_the_console(shop: Shop) -> None:
    browser, here = manager(shop), f"/desk/customers/{shop.customer_id}/relationship"
    form = browser.open(here).form("/note")

    for wrong in (
        {"words": ""},
        {"on": "2099-01-01"},
        {"on": "soon"},
        {"kind": "unprofitable", "figure": "lots"},
    ):
        answer = browser.send(form, **{"words": MARKUP[:400], **wrong})
        assert answer.status == 422
        assert "<script>alert" not in answer.html
    noted = browser.send(form, kind="unprofitable", words=MARKUP[:400], figure="-80", on="2026-01-05")
    other = browser.send(form, kind="no_fit", words="Wants cars")
    removed = browser.send(noted.form("/remove"))

    assert "USD -80" in noted.words
    assert "<script>alert" not in noted.html
    assert other.status == 409  # it was written on a page that showed less
    assert view(shop)["notes"] == []
    assert removed.status == 200

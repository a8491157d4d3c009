"""What a task is about: what the desk wrote into a row is shown in the reader's language."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from tests.times import DAY
from tests.unit.present.builders import LANGUAGES
from tests.unit.rows import (
    MONDAY,
    agent,
    case,
    commitment,
    customer,
    follow_up,
    goodwill,
    interaction,
    policy,
    reply,
    row_id,
    survey,
)
from vaada.model.cases import HandOff, InteractionRef
from vaada.model.people import Agent, Medium
from vaada.model.suppressions import Stop, StopReason, Suppression
from vaada.model.work import Commitment, FollowUp
from vaada.present.i18n import words
from vaada.present.task_words import amount_words, promise_to_customer, promise_words, task_words
from vaada.rules import check_ins, commitments, follow_ups, next_steps, replies, survey_follow_up
from vaada.rules.messages import suppression
from vaada.rules.open_work import OpenWork

AMINA = agent(name="آمنہ")
NOTHING = OpenWork(None, None, (), ())


def written_by_the_desk(amina: Agent = AMINA) -> Iterator[FollowUp | Commitment]:
    """One row for each sentence that the desk writes into follow-ups and promises."""
    yield from _next_steps()
    yield from _for_the_supervisor(amina)
    for every in (1, 14):
        quiet = customer(agent_id=amina.agent_id, check_in_every_days=every)
        waiting = check_ins.plan_from(quiet, MONDAY, policy())
        (check_in,) = check_ins.next_step(waiting, None, policy(), MONDAY + every * DAY).other_rows
        assert isinstance(check_in, FollowUp)
        yield check_in
    at_night = interaction(occurred_at=MONDAY - DAY)
    due = replies.due_after(at_night, policy())
    assert due
    back = commitments.call_back(at_night, due, amina, policy())
    assert back
    yield back


def _next_steps() -> Iterator[FollowUp]:
    """What the desk plans for a case without another next step."""
    rules = policy()
    contact = interaction(tone="upset", kind="complaint")
    asked = next_steps.after_interaction(case(), contact, NOTHING, rules, is_last=True)
    complained = next_steps.after_interaction(case(kind="complaint"), contact, NOTHING, rules, is_last=True)
    ended = next_steps.after_end(case(), NOTHING, rules, MONDAY)
    assert asked
    assert complained
    assert ended
    yield from (asked, complained, ended)
    yield next_steps.after_waiting(case(waiting_for_customer=True), None, rules, MONDAY)
    yield next_steps.after_reopening(case(), rules, MONDAY)


def _for_the_supervisor(amina: Agent) -> Iterator[FollowUp | Commitment]:
    """What a tone, a run-around, a low score or a bounce brings."""
    rules = policy()
    contact = interaction(tone="upset", kind="complaint")
    for tone in ("upset", "abusive"):
        toned = follow_ups.by_tone(interaction(tone=tone), amina, rules)
        assert toned
        yield toned
    moved = HandOff(from_agent_id="a", to_agent_id="b", at=MONDAY, interaction_id=row_id(7))
    noted = InteractionRef(at=MONDAY, interaction_id=row_id(8))
    for times in (1, 3):
        sent_around = case(
            hand_offs=(moved,) * times,
            repeat_contacts=(noted,) * times,
            reopenings=(noted,) * times,
        )
        yield follow_ups.run_around(sent_around, contact, amina)
    for comment in ("بہت دیر ہوئی", None):
        answered = survey(status="answered", score=2, comment=comment)
        yield survey_follow_up.unhappy_follow_up(answered, amina, rules, MONDAY)
        call = survey_follow_up.unhappy_call(answered, amina, amina, rules, MONDAY)
        assert call
        yield call
    for medium in get_args(Medium):
        for reason in get_args(StopReason):
            stop = Stop(reason=reason, at=MONDAY)
            stopped = suppression.suppress(None, "address-1", medium, stop)
            assert isinstance(stopped, Suppression)
            yield suppression.follow_up_of_bounce(stopped, stop, reply(), amina, amina, MONDAY)


@pytest.mark.parametrize("language", ["ur", "ar", "hi"])
def test_nothing_that_the_desk_wrote_is_shown_in_english(language: str) -> None:
    for row in written_by_the_desk():
        said = task_words(row, "بلال", words(language))
        assert re.findall(r"[A-Za-z]+", said) == [], said


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_comments_stay_as_they_are(language: str) -> None:
    for row in written_by_the_desk(agent(name="St. Mary's 2 of 5")):
        stored = row.what if isinstance(row, Commitment) else row.reason
        said = task_words(row, "Bilal", words(language))
        for theirs in ("St. Mary's 2 of 5", "بہت دیر ہوئی"):
            assert (theirs in said) == (theirs in stored)
        if language == "en":
            assert said.replace(" and ", ", ") == stored.replace("1 days", "1 day").replace(" and ", ", ")


def test_a_sentence_is_told_in_the_readers_language() -> None:
    answered = survey(status="answered", score=2, comment="Nobody called back: twice.")
    unhappy = survey_follow_up.unhappy_follow_up(answered, agent(), policy(), MONDAY)
    assert task_words(unhappy, "Bilal", words("de")) == (
        "Unzufrieden mit dem Service von Amina, 2 von 5: Nobody called back: twice."
    )
    around = follow_up(
        origin="run_around", reason="Run-around: 2 hand-offs, 1 reopening. Amina has the case from now on."
    )
    assert task_words(around, "Bilal", words("de")) == (
        "Von einem zum anderen geschickt: 2 Übergaben und 1 Wiedereröffnung. Ab jetzt hat Amina den Fall."
    )
    assert task_words(reply(), "Bilal", words("ur")) == "\u2068Bilal\u2069 کو جواب دیں"


def test_the_words_of_people_are_never_translated() -> None:
    typed = "This was not resolved yet."
    urdu = words("ur")
    assert task_words(follow_up(origin="requested", reason=typed), "Bilal", urdu) == typed
    assert task_words(goodwill(reason=typed), "Bilal", urdu) == typed
    stated = commitment(what="Get back to them: they were in touch outside opening hours.")
    assert promise_words(stated, urdu) == promise_to_customer(stated, urdu) == stated.what


def test_a_sentence_of_another_release_is_shown_as_it_is_stored() -> None:
    row = follow_up(origin="unresolved", reason="Something that this release does not say.")
    assert task_words(row, "Bilal", words("hi")) == row.reason


@pytest.mark.parametrize(
    ("language", "back", "call"),
    [
        ("en", "Get back to you", "Call you about the service of Amina"),
        ("de", "uns bei Ihnen zu melden", "Sie wegen des Service von Amina anzurufen"),
        ("ur", "آپ سے رابطہ کرنا", "\u2068Amina\u2069 کی خدمت کے بارے میں آپ کو فون کرنا"),
    ],
)
def test_a_customer_reads_a_promise_of_the_desk_as_one_to_them(language: str, back: str, call: str) -> None:
    called_back, unhappy = (
        commitment(origin="call_back", what="Get back to them: they were in touch outside opening hours."),
        commitment(origin="unhappy", what="Call about the service of Amina: they were unhappy"),
    )
    assert promise_to_customer(called_back, words(language)) == back
    assert promise_to_customer(unhappy, words(language)) == call


@pytest.mark.parametrize(
    ("language", "amount"), [("en", "PKR 11,000.00"), ("de", "PKR 11.000,00"), ("fr", "PKR 11\u202f000,00")]
)
def test_an_amount_is_written_as_in_the_language(language: str, amount: str) -> None:
    assert amount_words(goodwill(currency="PKR", amount="11000.00"), words(language)) == amount

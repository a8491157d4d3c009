"""Text messages to staff and customers: two segments, three to staff in scripts that GSM-7 lacks."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.present.builders import (
    END_OF_ISOLATE,
    ISOLATES,
    KARACHI,
    KINDS,
    LANGUAGES,
    LINK,
    URDU,
    a_brief,
    a_late_notice,
    a_notice,
    a_praise,
    a_reply,
    a_request,
    about,
    an_explanation,
    an_invitation,
)
from tests.unit.present.samples import STAFF_PURPOSES
from vaada.model.messages import Purpose, RecipientRole
from vaada.model.work import SCALES, SurveyKind
from vaada.present import gsm_alphabet, sms

typed = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


def test_a_reminder_says_when_who_and_what() -> None:
    assert sms.for_staff("follow_up_reminder", "agent", a_brief()) == (
        f"Due at 16:00. Bilal Khan +923001234567: Say when the fan is replaced\n{LINK}"
    )


def test_a_notice_has_no_link() -> None:
    assert sms.for_staff("promise_escalation", "supervisor", a_notice()) == (
        "Sana Malik's promise is overdue by 2 hours. Bilal Khan +923001234567: Say when the fan is replaced"
    )


def test_a_woken_follow_up_begins_with_in_touch_again() -> None:
    brief = a_brief(old_date=datetime(2026, 11, 27, 9, 0, tzinfo=KARACHI))
    assert sms.for_staff("follow_up_reminder", "agent", brief).startswith("In touch again. Bilal Khan ")


def test_a_reply_warning_says_when_the_reply_is_due() -> None:
    assert sms.for_staff("reply_warning", "agent", a_reply(what="Send the price list")) == (
        f"Answer due at 16:00. Bilal Khan +923001234567: Send the price list\n{LINK}"
    )


def test_a_missed_reply_names_the_agent() -> None:
    text = sms.for_staff("reply_missed", "supervisor", a_reply())
    assert text.startswith("Sana Malik's answer is overdue since 16:00. Bilal Khan ")


def test_a_goodwill_request_names_agent_amount_and_reason() -> None:
    text = sms.for_staff("goodwill_approval", "supervisor", a_request(customer_phone=None))
    assert text == (
        f"Sana Malik asks for approval. Bilal Khan: USD 40.00: Two visits for the same fault\n{LINK}"
    )


def test_a_text_has_no_small_print() -> None:
    assert "Why now" not in sms.for_staff(
        "follow_up_reminder", "agent", a_brief(explanation=an_explanation())
    )


def test_a_batch_is_one_text_with_the_most_urgent_first() -> None:
    now = a_brief().now
    tasks = [
        a_brief(customer_name="Oliver Grant", what="Call back", due_at=now + timedelta(hours=1)),
        a_brief(customer_name="Ayesha", what="Order the part", due_at=now - timedelta(hours=1)),
    ]
    assert sms.for_staff_batch(tasks, "https://n.pk/l/x") == (
        "2 reminders, 1 overdue: Ayesha: Order the part; Oliver Grant: Call back\nhttps://n.pk/l/x"
    )
    assert "http" not in sms.for_staff_batch(tasks, None)


def test_a_larger_batch_shows_less_of_each_reminder() -> None:
    few, many, most = (
        sms.for_staff_batch([a_brief(what="replace the fan " * 9)] * number, LINK) for number in (2, 4, 30)
    )
    assert few.startswith("2 reminders: Bilal Khan: replace the fan replace the fan replace the fan ")
    assert many.startswith("4 reminders: Bilal Khan: replace the fan replace the...; Bilal Khan: ")
    assert most == f"30 reminders\n{LINK}"


@given(name=typed, what=typed, number=st.integers(2, 12), link=st.sampled_from([LINK, None]))
def test_a_batch_fits_whatever_was_typed(name: str, what: str, number: int, link: str | None) -> None:
    text = sms.for_staff_batch([a_brief(customer_name=name, what=what)] * number, link)
    assert gsm_alphabet.parts(text) <= (2 if gsm_alphabet.is_gsm_7(text) else 3)
    assert text.startswith(f"{number} reminders")
    assert text.endswith(link or "")
    assert sum(text.count(one) for one in ISOLATES) == text.count(END_OF_ISOLATE)


def test_long_text_is_cut_between_words_and_the_link_is_kept() -> None:
    text = sms.for_staff("promise_overdue", "agent", a_brief(what="replace the fan " * 31))
    words, _, link = text.rpartition("\n")
    assert link == LINK
    assert words.endswith((" the...", " fan...", " replace..."))
    assert gsm_alphabet.parts(text) == 2


def test_typographic_characters_are_replaced_by_plain_ones() -> None:
    text = sms.for_staff("promise_overdue", "agent", a_brief(what="Don’t forget “the fan” – it’s urgent…"))
    assert "Don't forget \"the fan\" - it's urgent..." in text


@pytest.mark.parametrize(
    ("language", "customer", "what", "begins"),
    [
        ("ur", "بلال خان", URDU, "وعدے میں تاخیر (1 گھنٹہ)۔ بلال خان"),
        ("ar", "بلال خان", URDU, "وعد متأخر (ساعة واحدة). بلال خان"),
        ("hi", "बिलाल ख़ान", "लैपटॉप फिर ख़राब हो गया है, शाम तक फ़ोन करना है", "वादे में देरी (1 घंटा)। बिलाल ख़ान"),
    ],
)
def test_a_text_to_staff_in_another_script_takes_a_third_part_to_say_what_is_to_do(
    language: str, customer: str, what: str, begins: str
) -> None:
    late = a_brief(
        language=language, customer_name=customer, what=what, now=a_brief().due_at + timedelta(hours=1)
    )
    text = sms.for_staff("promise_overdue", "agent", late)
    assert text.startswith(begins)
    assert what[:20] in text
    assert text.endswith(f"\n{LINK}")
    assert gsm_alphabet.parts(text) == 3


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt"])
def test_a_text_to_staff_in_a_latin_script_takes_two_parts(language: str) -> None:
    late = a_brief(language=language, what="ä é ñ ã ç " * 30, now=a_brief().due_at + timedelta(hours=1))
    text = sms.for_staff("promise_overdue", "agent", late)
    assert gsm_alphabet.is_gsm_7(text)
    assert gsm_alphabet.parts(text) == 2
    assert "Bilal Khan +923001234567" in text


def test_an_amount_stands_before_its_reason_in_the_readers_direction() -> None:
    text = sms.for_staff("goodwill_approval", "supervisor", a_request(language="ur", what="دو بار آنا پڑا"))
    assert "\u2067USD 40.00: دو بار آنا پڑا\u2069" in text


def test_a_link_of_its_own_domain_leaves_an_urdu_text_in_two_parts() -> None:
    short = a_brief(
        language="ur", customer_name="بلال خان", what="پنکھا بدلنا ہے", action_url="https://n.pk/a/x"
    )
    text = sms.for_staff("promise_warning", "agent", short)
    assert "پنکھا بدلنا ہے" in text
    assert gsm_alphabet.parts(text) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("purpose", "to"), STAFF_PURPOSES)
def test_a_text_to_staff_names_the_customer_in_every_language(
    purpose: Purpose, to: RecipientRole, language: str
) -> None:
    text = sms.for_staff(purpose, to, about(purpose, language=language))
    assert "Bilal Khan" in text
    assert gsm_alphabet.parts(text) <= 3


def test_a_link_stands_alone_if_no_words_fit() -> None:
    link = "https://example.com/" + "x" * 280
    assert sms.for_staff("follow_up_reminder", "agent", a_brief(action_url=link)) == link
    assert sms.for_customer("survey", an_invitation(language="ur", survey_url=link)) == link


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("can_reply", [False, True])
@pytest.mark.parametrize("purpose", ["survey", "survey_reminder"])
def test_a_customer_always_gets_words_with_the_link(
    purpose: Purpose, can_reply: bool, kind: SurveyKind, language: str
) -> None:
    text = sms.for_customer(purpose, an_invitation(language=language, kind=kind, can_reply=can_reply))
    words, _, link = text.partition("\n")
    assert words
    assert link == LINK
    assert gsm_alphabet.parts(text) <= 2


@pytest.mark.parametrize("language", ["en", "es", "fr", "de", "pt"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("purpose", ["survey", "survey_reminder"])
def test_the_whole_question_fits_in_latin_scripts(purpose: Purpose, kind: SurveyKind, language: str) -> None:
    asked = an_invitation(language=language, kind=kind, what="Replace the fan", can_reply=True)
    text = sms.for_customer(purpose, asked)
    assert text.startswith("Nadeem Computers")
    for number in (SCALES[kind][0], SCALES[kind][-1]):
        assert f" {number} " in text
    assert "Replace the fan" in text or kind != "promise"


@pytest.mark.parametrize("language", ["ur", "ar", "hi"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_short_link_leaves_room_for_a_number_in_other_scripts(kind: SurveyKind, language: str) -> None:
    link = "https://n.pk/s/" + "x" * 45
    asked = an_invitation(language=language, kind=kind, survey_url=link, can_reply=True)
    text = sms.for_customer("survey", asked)
    for number in (SCALES[kind][0], SCALES[kind][-1]):
        assert f" {number} " in text
    assert gsm_alphabet.parts(text) == 2


def test_each_kind_of_survey_asks_its_own_question() -> None:
    assert {kind: sms.for_customer("survey", an_invitation(kind=kind)) for kind in KINDS} == {
        "csat": f"Nadeem Computers: how happy are you with the service from Sana Malik?\n{LINK}",
        "nps": f"Nadeem Computers: how likely are you to recommend us to others?\n{LINK}",
        "ces": f"Nadeem Computers: how easy did we make it to settle this?\n{LINK}",
        "promise": f"Nadeem Computers: did we keep our word?\n{LINK}",
    }


def test_a_survey_says_how_to_answer_with_a_number() -> None:
    replies = {
        kind: sms.for_customer("survey", an_invitation(kind=kind, can_reply=True)).partition("? ")[2]
        for kind in KINDS
    }
    assert replies == {
        "csat": f"Reply with a number from 1 to 5 (5 is best), or answer here:\n{LINK}",
        "nps": f"Reply with a number from 0 to 10 (10 is best), or answer here:\n{LINK}",
        "ces": f"Reply with a number from 1 to 7 (7 is best), or answer here:\n{LINK}",
        "promise": f"Reply 1 for yes or 0 for no, or answer here:\n{LINK}",
    }


@pytest.mark.parametrize("kind", ["nps", "ces"])
def test_no_number_is_asked_for_if_the_full_question_does_not_fit(kind: SurveyKind) -> None:
    text = sms.for_customer("survey", an_invitation(language="ur", kind=kind, can_reply=True))
    assert text == f"خدمت کیسی رہی؟\n{LINK}"  # a number would answer another question


def test_a_long_promise_is_quoted_as_far_as_there_is_room() -> None:
    asked = an_invitation(kind="promise", what="replace the fan " * 31)
    text = sms.for_customer("survey_reminder", asked)
    assert text.startswith('Nadeem Computers: a short reminder. We promised you "replace the fan ')
    assert text.endswith(f'the...". Did we keep our word?\n{LINK}')
    assert gsm_alphabet.parts(text) == 2


def test_a_short_link_leaves_room_for_the_business_name() -> None:
    text = sms.for_customer("survey", an_invitation(language="ur", survey_url="https://n.pk/s/" + "x" * 45))
    assert text.startswith("\u2068Nadeem Computers\u2069: ")


@pytest.mark.parametrize(("purpose", "to"), STAFF_PURPOSES)
@given(name=typed, what=typed)
def test_a_text_to_staff_fits_whatever_was_typed(
    purpose: Purpose, to: RecipientRole, name: str, what: str
) -> None:
    text = sms.for_staff(purpose, to, about(purpose, customer_name=name, agent_name=name, what=what))
    assert gsm_alphabet.parts(text) <= (2 if gsm_alphabet.is_gsm_7(text) else 3)
    assert text.endswith(LINK)
    assert sum(text.count(one) for one in ISOLATES) == text.count(END_OF_ISOLATE)


@given(
    name=typed, what=typed, language=st.sampled_from(LANGUAGES), kind=st.sampled_from(KINDS), can_reply=...
)
def test_a_text_to_a_customer_has_at_most_two_segments_whatever_was_typed(
    name: str, what: str, language: str, kind: SurveyKind, can_reply: bool
) -> None:
    typed_by_others = {"business": name, "customer_name": name, "agent_name": name, "what": what}
    invitation = an_invitation(**typed_by_others, language=language, kind=kind, can_reply=can_reply)
    text = sms.for_customer("survey", invitation)
    assert gsm_alphabet.parts(text) <= 2
    assert text.endswith(f"\n{LINK}")
    assert sum(text.count(one) for one in ISOLATES) == text.count(END_OF_ISOLATE)


def test_praise_quotes_the_customer() -> None:
    assert sms.for_praise(a_praise()) == (
        'Well done! Bilal Khan gave you 5 out of 5: "She called back within the hour."'
    )
    assert sms.for_praise(a_praise(words=None)) == "Well done! Bilal Khan gave you 5 out of 5."
    kept = a_praise(score=1, top=1, words="شکریہ")
    assert sms.for_praise(kept) == ('Well done! Bilal Khan says that you kept your word: "\u2068شکریہ\u2069"')


@given(name=typed, written=typed)
def test_praise_has_at_most_two_segments_whatever_was_typed(name: str, written: str) -> None:
    text = sms.for_praise(a_praise(customer_name=name, words=written * 3))
    assert gsm_alphabet.parts(text) <= 2
    assert text.startswith("Well done! ")
    assert sum(text.count(one) for one in ISOLATES) == text.count(END_OF_ISOLATE)


def test_a_late_notice_says_what_comes_later_when_and_from_whom() -> None:
    assert sms.for_late(a_late_notice()) == (
        'Nadeem Computers: sorry, we need more time for "Replace the fan". '
        "It will be done by Friday 27 November at 17:00. Sana Malik takes care of it."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_late_notice_names_promise_and_agent_in_every_language(language: str) -> None:
    text = sms.for_late(a_late_notice(language=language))
    for words in ("Nadeem Computers", "Replace the fan", "17:00", "Sana Malik"):
        assert words in text
    assert gsm_alphabet.parts(text) <= 2


def test_a_late_notice_cuts_a_long_promise_and_keeps_the_date() -> None:
    text = sms.for_late(a_late_notice(language="ur", what=URDU * 3))
    assert "…“" in text
    assert "جمعہ 27 نومبر، 17:00 بجے" in text


@given(name=typed, what=typed, language=st.sampled_from(LANGUAGES))
def test_a_late_notice_keeps_the_date_in_two_segments_whatever_was_typed(
    name: str, what: str, language: str
) -> None:
    notice = a_late_notice(language=language, business=name, customer_name=name, agent_name=name, what=what)
    text = sms.for_late(notice)
    assert gsm_alphabet.parts(text) <= 2
    assert "17:00" in text
    assert sum(text.count(one) for one in ISOLATES) == text.count(END_OF_ISOLATE)


ODD = (
    "Don\u2019t forget: cafe\u0301 Zoe\u0308 \u2022 5\u2032 \u00b4x\u00b4 re\u2011open\u200b\u00a0now \u2026"
)


def a_text_about(what: str) -> str:
    return sms.for_staff("promise_escalation", "supervisor", a_notice(what=what, customer_phone=None))


def test_odd_punctuation_and_decomposed_accents_do_not_cut_a_text() -> None:
    text = a_text_about(f"{ODD} {'word ' * 30}end")
    assert gsm_alphabet.is_gsm_7(text)
    assert "Don't forget: café Zoe - 5' 'x' re-open now ..." in text
    assert text.endswith("end")


@pytest.mark.parametrize("odd", ["š", "ç", "ő", "😀", "✓", "Ł"])
def test_an_odd_letter_is_replaced_before_the_end_of_a_text_is_cut(odd: str) -> None:
    assert f"Call {odd} back" in a_text_about(f"Call {odd} back")
    long = a_text_about(f"Call {odd} {'back ' * 30}end")
    assert gsm_alphabet.is_gsm_7(long)
    assert long.endswith("end")


def test_urdu_words_are_never_transliterated() -> None:
    text = a_text_about(f"{URDU[:20]} {'word ' * 60}")
    assert URDU[:20] in text
    assert not gsm_alphabet.is_gsm_7(text)

"""What somebody wrote in a mail, without the signature and the mail that it quotes, in any language."""

import pytest

from tests.mail_samples import OURS
from vaada.rules.mail.quoted_text import split

INTRODUCTIONS = {
    "en": "On Mon, 2 Mar 2026 at 09:00, Baker & Daughters <desk@example.com> wrote:",
    "de": "Am Mo., 2. März 2026 um 09:00 Uhr schrieb Baker & Daughters <desk@example.com>:",
    "fr": "Le lun. 2 mars 2026 à 09:00, Baker & Daughters <desk@example.com> a écrit :",
    "es": "El lun, 2 mar 2026 a las 9:00, Baker & Daughters (<desk@example.com>) escribió:",
    "pt": "Em seg., 2 de mar. de 2026 às 09:00, Baker & Daughters <desk@example.com> escreveu:",
    "ur": "پیر، 2 مارچ، 2026 کو 9:00 بجے پر Baker & Daughters <desk@example.com> نے لکھا:",
    "ar": "في الاثنين، 2 مارس 2026 في 9:00 ص تمت كتابة ما يلي بواسطة Baker <\u200fdesk@example.com\u200f>:",
    "hi": "सोम, 2 मार्च 2026 को 9:00 पूर्वाह्न बजे Baker & Daughters <desk@example.com> ने लिखा:",
}
ANSWERS = {
    "en": "Yes, please.",
    "de": "Ja, bitte.",
    "fr": "Oui, merci.",
    "es": "Sí, por favor.",
    "pt": "Sim, por favor.",
    "ur": "جی ہاں، شکریہ۔",
    "ar": "نعم، من فضلك.",
    "hi": "हाँ, कृपया।",
}
HEADERS = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De", "Envoyé", "À", "Objet"),
    "es": ("De", "Enviado", "Para", "Asunto"),
    "pt": ("De", "Enviada em", "Para", "Assunto"),
    "ur": ("منجانب", "بھیجا گیا", "بنام", "موضوع"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
    "hi": ("से", "भेजा गया", "प्रति", "विषय"),
}
QUOTE = "> Shall we repair it?\n> Baker & Daughters"


@pytest.mark.parametrize("language", INTRODUCTIONS)
@pytest.mark.parametrize("end", [f"\n{QUOTE}", f"\n\n{QUOTE}", "\n\nShall we repair it?", ""])
def test_a_quote_is_cut_in_each_language(language: str, end: str) -> None:
    words, folded = split(f"{ANSWERS[language]}\n\n{INTRODUCTIONS[language]}{end}", OURS)

    assert words == ANSWERS[language]
    assert folded.startswith(INTRODUCTIONS[language])


@pytest.mark.parametrize("language", INTRODUCTIONS)
def test_an_introduction_on_several_lines_is_cut(language: str) -> None:
    wrapped = INTRODUCTIONS[language].replace(" Baker & ", "\nBaker & ").replace(" <desk", "\n<desk")

    assert split(f"{ANSWERS[language]}\n\n{wrapped}\n{QUOTE}", OURS)[0] == ANSWERS[language]


@pytest.mark.parametrize("language", HEADERS)
@pytest.mark.parametrize("rule", ["", "________________________________\n", "-----Original Message-----\n"])
def test_the_headers_of_our_mail_are_cut(language: str, rule: str) -> None:
    sender, sent, to, subject = HEADERS[language]
    block = (
        f"{sender}: Baker <desk@example.com>\n{sent}: 2 Mar 2026\n{to}: Bilal\n{subject}: Your wheel\n\nHello"
    )

    words, folded = split(f"{ANSWERS[language]}\n\n{rule}{block}", OURS)

    assert words == ANSWERS[language]
    assert folded == f"{rule}{block}"


def test_a_quote_without_our_address_is_cut_by_its_marks() -> None:
    assert split(f"Yes.\n\nOn 2 Mar 2026 09:00, Baker wrote:\n{QUOTE}", OURS)[0] == "Yes."


@pytest.mark.parametrize("end", [":", "：", ":-"])
def test_an_introduction_ends_in_any_kind_of_colon(end: str) -> None:
    assert split(f"Yes.\n\n2 Mar 2026, Baker <desk@example.com> wrote{end}\n\nHello", OURS)[0] == "Yes."
    assert split(f"Yes.\n\n2 Mar 2026, Baker wrote{end}\n{QUOTE}", OURS)[0] == "Yes."


def test_an_answer_below_the_quote_is_what_was_written() -> None:
    text = f"{INTRODUCTIONS['en']}\n{QUOTE}\n\nYes, and change the tyre."

    assert split(text, OURS) == ("Yes, and change the tyre.", text)


def test_answers_between_the_quotes_are_what_was_written() -> None:
    text = f"Hello,\n\n{INTRODUCTIONS['en']}\n> One?\nYes.\n> Two?\nNo."

    assert split(text, OURS)[0] == "Hello,\n\nYes.\nNo."


def test_a_mail_that_somebody_forwards_is_not_cut() -> None:
    text = "See:\n\n---------- Forwarded ---------\nFrom: Ana <ana@example.net>\nDate: today\nTo: me\n\nHi"

    assert split(text, OURS) == (text, "")


@pytest.mark.parametrize(
    "words",
    [
        "Please call me: 0300 1234567",
        "Dear desk@example.com:\nI have a question.",
        "My list:\n- one\n- two",
        "",
    ],
)
def test_nothing_is_cut_of_a_mail_without_a_quote(words: str) -> None:
    assert split(words, OURS) == (words, "")


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nBilal Khan\n+92 300 1234567",
        "--\nBilal",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Enviado do meu iPhone",
        "میرے iPhone سے بھیجا گیا",
        "أُرسلت من الـ iPhone",
        "मेरे iPhone से भेजा गया",
        "Get Outlook for iOS",
    ],
)
def test_a_signature_is_folded_away(signature: str) -> None:
    assert split(f"Yes.\n\n{signature}", OURS) == ("Yes.", signature)
    assert split(f"Yes.\n\n{signature}\n\n{INTRODUCTIONS['en']}\n{QUOTE}", OURS)[0] == "Yes."

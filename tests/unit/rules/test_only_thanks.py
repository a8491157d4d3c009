"""Thanks: recognised only in a contact that says nothing more."""

import unicodedata

import pytest

from tests.unit.rows import interaction
from vaada.rules import courtesy
from vaada.rules.only_thanks import only_thanks

STAFF = ("Amina Siddiqui", "José Núñez", "امینہ صدیقی", "अमीना")
CUSTOMER = "Bilal Khan"
BUSINESS = "Noor's Bakery"

THANKS = {
    "en": [
        "Thank you very much indeed for your help today",
        "Thanks!",
        "Thanks Amina",
        "thanks, amina siddiqui!",
        "Thank you so much, Ms Siddiqui.",
        "Thank you Amina for your help",
        "Dear Amina, thank you for everything. Best regards, Bilal",
        "Thanks Noor's Bakery!",
        "Thank you to all of you",
        "Thanks for letting me know",
        "Thanks for letting me know, have a good weekend!",
        "Thanks, got it, all good now",
        "Got it, thanks",
        "Received with thanks",
        "Thank you so much for your quick reply",
        "Thanks for getting back to me so quickly",
        "THX",
        "thanksss!!!",
        "Thank youuu",
        "Ok, perfect, thanks. Have a nice day",
        "Thanks a million, you're a star",
        "Much appreciated",
        "I really appreciate your help",
        "Hi Amina,\n\nThank you very much.\n\nKind regards\nBilal Khan\n\nSent from my iPhone",
        "Thanks :-)",
        "Thanks <3",
        "🙏 Thanks 🙏🏽",
        "Thank you! 🙇‍♀️",
        "Thank you ❤️☺️",
        "“Thanks” …",
        "Thanks & take care",
        "Customer said thanks",
        "Customer wrote to say thanks",
        "The customer called to say thank you so much",
        "She thanked us",
        "He just thanked us again",
        "Wrote: thanks!",
        "Says thanks",
    ],
    "es": [
        "¡Muchas gracias!",
        "Mil gracias por su ayuda",
        "Gracias José, muy amable",
        "GRACIAS JOSE NUNEZ",
        "Hola, muchas gracias por avisarme. Un saludo",
        "Ok, perfecto, gracias, que tenga un buen día",
        "Gracias, todo bien ya",
        "La clienta nos dio las gracias",
    ],
    "fr": [
        "Merci beaucoup pour votre aide",
        "Merci Amina, bonne journée à vous !",
        "Merci d’avoir répondu si vite",
        "Bien reçu, merci",
        "Merci de votre patience",
        "Un grand merci à toute l'équipe, très bon week-end",
        "Je vous remercie. Cordialement",
        "Le client a dit merci",
    ],
    "de": [
        "Vielen Dank für Ihre Hilfe!",
        "Danke scho\u0308n",  # an umlaut of two characters
        "Alles klar, danke Ihnen, schönes Wochenende",
        "Danke für die schnelle Rückmeldung. Mit freundlichen Grüßen",
        "Liebe Amina, herzlichen Dank! LG",
        "Die Kundin hat sich bedankt",
    ],
    "pt": [
        "Muito obrigada pela ajuda",
        "Obrigado por avisar, bom fim de semana!",
        "Valeu, tudo certo agora",
        "Olá Amina, muito obrigado pela atenção. Abraços",
        "Cliente agradeceu",
    ],
    "ar": [
        "شكرا",
        "شكراً جزيلاً",
        "شكرًا جزيلًا لكم",  # the marks where they are usually set
        "شـكرا",
        "شكراااا",
        "شُكْراً لَكُم عَلَى المُسَاعَدَة",
        "السلام عليكم، شكرا على الرد السريع، يوم سعيد",
        "تمام، شكرا يا أستاذة",
        "جزاكم الله خيراً 🌹",
        "العميلة قالت شكرا",
        "شكرتنا",
    ],
    "ur": [
        "شکریہ",
        "بہت بہت شکریہ",
        "آپ کا شکریہ",
        "شكريه",  # as an Arabic keyboard writes it
        "امینہ صاحبہ، آپ کا بہت شکریہ",
        "آپ کی مدد کے لیے شکریہ",
        "جواب دینے کا شکریہ، اللہ حافظ",
        "ٹھیک ہے، مل گیا، شکریہ۔",
        "کسٹمر نے شکریہ ادا کیا",
        "Bohat shukriya bhai",
    ],
    "hi": [
        "धन्यवाद",
        "आपका बहुत बहुत धन्यवाद",
        "शुक्रिया",
        "शुक्रिया अमीना जी",
        "मदद के लिए धन्यवाद।",
        "ठीक है, मिल गया, धन्यवाद 🙏",
        "बताने के लिए बहुत-बहुत शुक्रिया, आपका दिन शुभ हो",
        "ग्राहक ने धन्यवाद कहा",
        "Dhanyavaad ji",
    ],
    "it": [
        "Grazie mille",
        "Grazie, tutto a posto, buona giornata!",
        "Ricevuto, grazie a voi. Cordiali saluti",
    ],
    "others": [
        "Dank u wel",
        "Çok teşekkürler",
        "Спасибо большое!",
        "ありがとうございます。",
        "谢谢！",
        "Ok, merci, gracias",
    ],
}

MORE = {
    "en": [
        "Thanks for looking into this quickly",
        "Thanks, was it sent",
        "Thanks. I only received one of it",
        "Thanks, but it still squeals",
        "Thanks, have you received it?",
        "Thanks, have you received it",
        "Thanks, when is it ready",
        "Thanks, is it all good?",
        "Thanks, is it all good",
        "Thanks, so you have it",
        "Thanks, not yet",
        "Thanks for nothing",
        "Thanks for the late reply",
        "Thanks anyway",
        "Thanks in advance",
        "Thanks, yes",
        "No thanks",
        "Thanks, no problem",
        "Thanks, see you on Monday",
        "Thanks, see you at 5",
        "Thanks, 2 of them",
        "Thanks, two",
        "Thanks, half of it",
        "Thanks, all but one",
        "Thanks, same again",
        "Thanks, one more",
        "Thanks, please call",
        "Thanks, will do",
        "Thanks, it works now",
        "Thanks Maryam",  # nobody that the contact is about
        "Thanks, noor",  # a word of the business's name
        "Thank her for me",
        "Thanks 👎",
        "Thanks 😡",
        "Thanks ❓",
        "Thanks :(",
        "Thanks 1️⃣",
        "Thanks 50%",
        "Thanks $",
        "Customer said thanks but wants a receipt",
        "Customer said no thanks",
        "She thanked us and asked for the price",
        "She said",
        "Ok",
        "Got it",
        "Have a good weekend",
        "Amina",
        "👍",
        "!!!",
    ],
    "es": [
        "Gracias, pero no funciona",
        "Gracias, ¿ya lo enviaron?",
        "Gracias, cuándo llega",
        "Gracias, solo recibí uno",
        "Gracias, falta uno",
        "Gracias de antemano",
        "No, gracias",
        "Gracias por pronta respuesta",
        "Gracias por confirmar",
        "Dijo que no",
    ],
    "fr": [
        "Merci, mais le gâteau est froid",
        "Merci, est-ce envoyé",
        "Merci, il en manque un",
        "Merci d'avance",
        "Non merci",
        "Merci, je n'ai reçu qu'une moitié",
        "Merci de me tenir au courant",  # with "de" it asks
        "Merci de me prévenir",
        "Merci de votre retour rapide",
    ],
    "de": [
        "Danke, aber es quietscht noch",
        "Danke, wann kommt es",
        "Danke, nur eins erhalten",
        "Danke im Voraus",
        "Nein danke",
        "Danke für Rückruf",  # without an article it asks
        "Danke für schnelle Antwort",
        "Er hat",
    ],
    "pt": [
        "Obrigado, mas ainda falta um",
        "Obrigada, quando chega",
        "Obrigado, só recebi um",
        "Obrigado desde já",
        "Não, obrigado",
        "Obrigado por retorno",
        "Obrigado por confirmar",
        "Tá bom",
        "Ela disse",
    ],
    "ar": [
        "شكرا ولكن ما زال معطلا",
        "شكرا؟",
        "شكرا، متى يصل",
        "شكرا، وصلت واحدة فقط",
        "شكرا ٣",
        "لا شكرا",
        "قالت",
    ],
    "ur": [
        "شکریہ، لیکن ابھی تک ٹوٹا ہوا ہے",
        "شکریہ، کب ملے گا",
        "شکریہ، صرف ایک ملا",
        "نہیں شکریہ",
        "مہربانی ہوگی",  # "it would be kind"
        "شکریہ ۲",
        "کسٹمر نے کہا",
    ],
    "hi": [
        "धन्यवाद, लेकिन यह ठीक नहीं है",
        "धन्यवाद, कब मिलेगा",
        "धन्यवाद, केवल एक मिला",
        "नहीं धन्यवाद",
        "धन्यवाद २",
        "ग्राहक ने कहा",
    ],
    "it": [
        "Grazie, ma manca uno",
        "Grazie, quando arriva",
        "No grazie",
        "Grazie in anticipo",
        "Grazie per conferma",
        "Il cliente dice",
    ],
    "others": [
        "Dank u, maar niet goed",
        "Bedankt voor snelle reactie",
        "Спасибо, но не работает",
        "谢谢，什么时候到",
    ],
}


def says_only_thanks(summary: str) -> bool:
    return only_thanks(interaction(summary=summary), (*STAFF, CUSTOMER), BUSINESS)


@pytest.mark.parametrize("summary", [summary for said in THANKS.values() for summary in said])
def test_thanks_is_recognised_in_many_languages(summary: str) -> None:
    assert says_only_thanks(summary)
    assert says_only_thanks(unicodedata.normalize("NFD", summary))
    assert says_only_thanks(f"  {summary.upper()} 😊\n")


@pytest.mark.parametrize("summary", [summary for said in MORE.values() for summary in said])
def test_a_contact_that_says_more_is_not_only_thanks(summary: str) -> None:
    assert not says_only_thanks(summary)
    assert not says_only_thanks(unicodedata.normalize("NFD", summary.upper()))


@pytest.mark.parametrize(
    "one_more", ["but", "when", "3", "not", "only one", "the cake", "?", "لیکن", "कब", "pero"]
)
def test_one_more_word_makes_any_thanks_a_contact_like_others(one_more: str) -> None:
    for summary in (summary for said in THANKS.values() for summary in said):
        assert not says_only_thanks(f"{summary} {one_more}")
        assert not says_only_thanks(f"{one_more} {summary}")


def test_a_name_is_courtesy_only_if_the_contact_is_about_them() -> None:
    thanks = interaction(summary="Thanks Amina")
    assert only_thanks(thanks, ["Amina Siddiqui"])
    assert not only_thanks(thanks, ["Omar Siddiqui"])
    assert not only_thanks(interaction(summary="Thanks, late"), (), "The Late Shop")


def test_every_pattern_of_thanks_needs_a_word_that_thanks() -> None:
    """A pattern whose words may all be left out would let real contacts through."""
    beside = {choice for pattern in courtesy.beside_thanks() for slot in pattern for choice in slot}
    for pattern in courtesy.thanks():
        assert any(() not in slot and beside.isdisjoint(slot) for slot in pattern), pattern


def test_more_than_sixty_words_are_no_mere_thanks() -> None:
    assert says_only_thanks("Thanks so much. " * 20)
    assert not says_only_thanks("Thanks so much. " * 21)


@pytest.mark.parametrize(
    "facts", [{"kind": "complaint"}, {"kind": "order"}, {"tone": "upset"}, {"tone": "abusive"}]
)
def test_a_complaint_an_order_or_anger_is_never_only_thanks(facts: dict[str, str]) -> None:
    assert not only_thanks(interaction(summary="Thanks!", **facts))


def test_thanks_from_us_is_not_thanks_from_the_customer() -> None:
    assert not only_thanks(interaction(summary="Thanks!", direction="outbound"))

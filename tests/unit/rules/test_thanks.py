"""Thanks: recognised only in a contact that says nothing more."""

import pytest

from tests.unit.rows import interaction
from vaada.rules.thanks import is_only_thanks


@pytest.mark.parametrize(
    "summary",
    [
        "Thanks!",
        "Thank you so much for your quick reply",
        "THX",
        "Ok, perfect, thanks. Have a nice day",
        "Customer wrote to say thanks",
        "شکریہ",
        "بہت بہت شکریہ",
        "آپ کا شکریہ",
        "شكرا",
        "شكراً جزيلاً",
        "شكرًا جزيلًا لكم",  # the marks where they are usually set
        "شـكرا",
        "¡Muchas gracias!",
        "Mil gracias por su ayuda",
        "Merci beaucoup pour votre aide",
        "Vielen Dank für Ihre Hilfe!",
        "Danke scho\u0308n",  # an umlaut of two characters
        "धन्यवाद",
        "आपका बहुत बहुत धन्यवाद",
        "शुक्रिया",
        "Muito obrigada pela ajuda",
        "🙏 Thanks 🙏",
    ],
)
def test_thanks_is_recognised_in_many_languages(summary: str) -> None:
    assert is_only_thanks(interaction(summary=summary))


@pytest.mark.parametrize(
    "summary",
    [
        "Thanks, but it still squeals",
        "Gracias, pero no funciona",
        "Merci, mais le gâteau est froid",
        "Danke, aber es quietscht noch",
        "Obrigado, mas ainda falta um",
        "شکریہ، لیکن ابھی تک ٹوٹا ہوا ہے",
        "شكرا ولكن ما زال معطلا",
        "धन्यवाद, लेकिन यह ठीक नहीं है",
        "No thanks",
        "Thanks, have you received it?",
        "شكرا؟",
        "Ok",
        "Thanks to all. " * 5,
        "!!!",
    ],
)
def test_a_contact_that_says_more_is_not_only_thanks(summary: str) -> None:
    assert not is_only_thanks(interaction(summary=summary))


@pytest.mark.parametrize("kind", ["complaint", "order"])
def test_a_complaint_or_an_order_is_never_only_thanks(kind: str) -> None:
    assert not is_only_thanks(interaction(summary="Thanks!", kind=kind))


def test_thanks_from_us_is_not_thanks_from_the_customer() -> None:
    assert not is_only_thanks(interaction(summary="Thanks!", direction="outbound"))

"""What staff read is completely in their language, without English words.

Looked for in the languages of another script, where any word of English shows. In the others it is enough
that every sentence has its translation, which `test_i18n.py` checks, since the sentences are the same.
"""

import re
from datetime import timedelta
from typing import get_args

import pytest

from tests.unit.present.builders import DIRECTIONS, KARACHI, LINK
from tests.unit.present.html import Html
from tests.unit.present.samples import staff_mails, staff_pages, staff_texts
from tests.unit.rows import MONDAY, commitment, follow_up, goodwill, message, reply
from vaada.model.work import (
    Commitment,
    CommitmentStatus,
    FollowUp,
    FollowUpStatus,
    GoodwillStatus,
    Reply,
    ReplyStatus,
)
from vaada.present import action_results, pages
from vaada.present.i18n import words
from vaada.present.times import Times
from vaada.present.view_models import ActionName

OTHER_SCRIPTS = {"ur": "بلال", "ar": "بلال", "hi": "बिलाल"}
"""Languages of another script than English, and a name in it."""
GIVEN = ("Asia/Karachi", "bilal.khan@example.com", "USD")
"""Words that stay in Latin letters: an address, a currency, and the name of a time zone."""


def left_in_latin(text: str) -> set[str]:
    """The words in Latin letters, without links and what stays as it is."""
    for given in (LINK, *GIVEN):
        text = text.replace(given, " ")
    return set(re.findall(r"[A-Za-z]{2,}", re.sub(r"https?://\S+|\?(?:do|at)=\S+", " ", text)))


def shown(document: str) -> str:
    """What a page or a mail shows or reads aloud."""
    page = Html(document)
    spoken = [text for name in ("aria-label", "alt", "title", "placeholder") for text in page.values(name)]
    return " ".join((page.title, page.words, *spoken))


@pytest.mark.parametrize("language", OTHER_SCRIPTS)
def test_no_word_of_a_mail_to_staff_is_left_in_english(language: str) -> None:
    for mail in staff_mails(OTHER_SCRIPTS[language], language):
        for text in (mail.subject, mail.text, shown(mail.html)):
            assert left_in_latin(text) == set(), text


@pytest.mark.parametrize("language", OTHER_SCRIPTS)
def test_no_word_of_a_text_to_staff_is_left_in_english(language: str) -> None:
    for text in staff_texts(OTHER_SCRIPTS[language], language):
        assert left_in_latin(text) == set(), text


@pytest.mark.parametrize("language", OTHER_SCRIPTS)
def test_no_word_of_a_page_for_staff_is_left_in_english(language: str) -> None:
    for page in staff_pages(OTHER_SCRIPTS[language], language):
        assert left_in_latin(shown(page)) == set(), page


def results(language: str) -> list[str]:
    """What the pages say after each action, and about work that is closed already."""
    times = Times(words(language), KARACHI, MONDAY)
    notices = [
        None,
        *(
            message(medium=medium, wake_at=at)
            for medium in ("email", "sms")
            for at in (MONDAY, MONDAY + timedelta(hours=9))
        ),
    ]
    rows: tuple[FollowUp | Commitment | Reply, ...] = (follow_up(), commitment(), reply())
    return [
        *(
            action_results.sentence(action, row, notice, times)
            for row in rows
            for action in get_args(ActionName)
            for notice in notices
        ),
        *(
            action_results.sentence("approve", goodwill(status=status), None, times)
            for status in get_args(GoodwillStatus)
        ),
        *(
            shown(pages.action_over(business="", language=language, because="closed", status=status))
            for statuses in (CommitmentStatus, FollowUpStatus, ReplyStatus, GoodwillStatus)
            for status in get_args(statuses)
        ),
    ]


@pytest.mark.parametrize("language", OTHER_SCRIPTS)
def test_no_word_of_what_an_action_did_is_left_in_english(language: str) -> None:
    for text in results(language):
        assert left_in_latin(text) == set(), text


@pytest.mark.parametrize(("language", "direction"), DIRECTIONS.items())
def test_mails_and_pages_have_the_language_and_the_direction_of_their_reader(
    language: str, direction: str
) -> None:
    for document in (*(mail.html for mail in staff_mails("Sana", language)), *staff_pages("Sana", language)):
        assert Html(document).all("html", lang=language, dir=direction)

"""The guide in the console: its pictures, its language, and the page about each place."""

import re

import pytest

from vaada.present.console.guide import ABOUT, PAGES, guide_page, picture
from vaada.present.console.shell import PLACES


def test_a_language_that_nobody_translated_reads_english() -> None:
    assert guide_page("a-day", "fa").language == "en"


@pytest.mark.parametrize("name", PAGES)
def test_each_picture_is_there_and_small(name: str) -> None:
    shown = re.findall(r'src="/desk/help/pictures/([^"]+)"', guide_page(name, "en").html)

    assert shown
    for one in shown:
        content = picture(one)
        assert content is not None
        assert content[8:12] == b"WEBP"
        assert len(content) < 90_000


def test_the_help_of_a_place_is_a_page_that_is_there() -> None:
    assert set(ABOUT.values()) == set(PAGES)
    assert {place.path for place in PLACES} | {"/desk/contacts/new"} >= set(ABOUT)

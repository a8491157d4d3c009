"""The guide: the same pages in every language; the English ones are those of the documentation."""

import re

import pytest

from tests.unit.docs.documents import ROOT
from vaada.present.console.guide import GUIDE, PAGES, guide_page
from vaada.present.i18n import CATALOGUES


def shape(html: str) -> list[str]:
    """The tags of a page, in order."""
    return re.findall(r"<(/?\w+)", html)


@pytest.mark.parametrize("name", PAGES)
def test_the_english_page_is_that_of_the_documentation(name: str) -> None:
    in_documents = ROOT / "docs" / "guide" / f"{name}.md"

    assert (GUIDE / "en" / f"{name}.md").read_text(encoding="utf-8") == in_documents.read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_each_page_is_in_each_language_with_the_same_parts(name: str, language: str) -> None:
    page, english = guide_page(name, language), guide_page(name, "en")

    assert page.language == language
    assert page.title
    assert shape(page.html) == shape(english.html)
    assert re.findall(r'src="([^"]+)"', page.html) == re.findall(r'src="([^"]+)"', english.html)
    assert page.html.count("<img") == len(re.findall(r'alt="[^"]+"', page.html))

"""Hostile text is shown as text in every mail, SMS and page, and does not affect its surroundings."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import example, given, settings

from tests.unit.present.builders import BIDI_CONTROLS, END_OF_ISOLATE, ISOLATES, LANGUAGES, a_brief
from tests.unit.present.hostile_text import BEGIN, END, EVERYTHING, MARKUP, PLAIN, WORDS
from tests.unit.present.samples import every_mail, every_page, every_text
from vaada.present import email, gsm_alphabet, pages, sms
from vaada.present.sanitize import line

Skeleton = Counter[tuple[str, tuple[str, ...], tuple[str | None, ...]]]
# Rendering everything takes a while, on a busy machine much longer: what counts is what comes out.
few_examples = settings(max_examples=2)


def parsed(document: str) -> Element:
    """The document, by a parser that raises at the first mistake."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(document)
    return root


def skeleton(root: Element) -> Skeleton:
    """The elements of a document: their attributes, and the attribute values that nobody typed.

    A row or paragraph of what was said is left out: there are as many as there were lines.
    """
    fixed = ("href", "action", "method", "style", "class", "id", "name", "type", "src")
    return Counter(
        (str(one.tag), tuple(sorted(one.attrib)), tuple(one.get(name) for name in fixed))
        for one in root.iter()
        if one.tag not in {"br"} and not (one.tag in {"div", "p"} and one.get("dir") == "auto")
    )


def shown(root: Element) -> str:
    """The words that a reader sees."""
    return "".join(_words(root))


def _words(element: Element) -> Iterator[str]:
    if element.tag not in {"style", "title", "textarea"}:
        yield element.text or ""
        for child in element:
            yield from _words(child)
            yield child.tail or ""


def mail_pages(words: str) -> list[str]:
    return [mail.html for mail in every_mail(words)[::3]]


def lines_of_text(words: str) -> Iterator[str]:
    """Everything that is read as plain text, line by line."""
    for mail in every_mail(words):
        yield mail.subject
        yield from mail.text.split("\n")
    for text in every_text(words):
        yield from text.split("\n")


def is_contained(text: str) -> bool:
    """Whether the text cannot reorder its surroundings: only isolates, all of them closed."""
    depth = 0
    for control in (character for character in text if character in BIDI_CONTROLS):
        if control not in f"{ISOLATES}{END_OF_ISOLATE}":
            return False
        depth += -1 if control == END_OF_ISOLATE else 1
        if depth < 0:
            return False
    return depth == 0


def assert_shown_as_text(words: str, render: Callable[[str], list[str]]) -> None:
    """Check: the elements are as with plain words, nothing is reordered, and the words are shown."""
    for document, (elements, times) in zip(render(words), structures_with_plain_text(render), strict=True):
        root = parsed(document)
        read = shown(root)
        assert skeleton(root) == elements
        assert is_contained(read)
        if words.isprintable():  # else they may be more than one line
            assert read.count(line(words)) == times


@cache
def structures_with_plain_text(render: Callable[[str], list[str]]) -> list[tuple[Skeleton, int]]:
    """The elements of each document with plain words, and how often those are read."""
    roots = [parsed(document) for document in render(PLAIN)]
    return [(skeleton(root), shown(root).count(PLAIN)) for root in roots]


@few_examples
@example(words=EVERYTHING)
@example(words=f"{BEGIN}{MARKUP}{END}")
@given(words=WORDS)
def test_hostile_text_changes_nothing_else_in_a_mail(words: str) -> None:
    assert_shown_as_text(words, mail_pages)


PAGES = {language: partial(every_page, language=language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [EVERYTHING, f"{BEGIN}{MARKUP}{END}"])
def test_hostile_text_changes_nothing_else_on_a_page(language: str, words: str) -> None:
    assert_shown_as_text(words, PAGES[language])


@pytest.mark.parametrize("language", ["en", "ur"])  # one from left to right, one from right to left
@few_examples
@given(words=WORDS)
def test_random_text_changes_nothing_else_on_a_page(language: str, words: str) -> None:
    assert_shown_as_text(words, PAGES[language])


@few_examples
@example(words=EVERYTHING)
@given(words=WORDS)
def test_hostile_text_reorders_no_line_of_a_mail_or_text(words: str) -> None:
    for text in lines_of_text(words):
        assert is_contained(text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text)


@pytest.mark.parametrize("words", ["<b>" * 70_000, "م" * 120_000])
def test_a_very_long_text_is_rendered(words: str) -> None:
    brief = a_brief(customer_name=words, agent_name=words, what=words, summary=words)

    mail = email.for_staff("follow_up_reminder", "agent", brief)
    text = sms.for_staff("follow_up_reminder", "agent", brief)
    page = pages.action_form(business=words, brief=brief, path="/a/t", chosen=None, nonce="n")

    assert len(mail.subject) < 200
    assert gsm_alphabet.parts(text) <= 2
    assert "<b>" not in mail.html + page

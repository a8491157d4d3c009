"""Hostile words in every mail, text and page: they are read as words, and change nothing around them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.presenting import (
    BIDI_CONTROLS,
    KINDS,
    LANGUAGES,
    LINK,
    URDU,
    a_brief,
    a_late_notice,
    a_note,
    a_praise,
    about,
    an_invitation,
)
from tests.unit.test_present_email import CUSTOMERS, STAFF, every_mail
from tests.unit.test_present_pages import every_page
from vaada.present import email, pages, sms
from vaada.present.sanitize import line

SNIPPETS = (
    *("<script>alert(1)</script>", "</title><script>x()</script>", "</style><b>", "</textarea><img src=x>"),
    *(
        '"><img src=x onerror=alert(1)>',
        "' onmouseover='x()",
        "<!--",
        "-->",
        "]]>",
        "<a href='javascript:x()'>",
    ),
    *("{{7*7}}", "{% raw %}", "{#", "${7*7}", "%(business)s", "%s", "&lt;b&gt;", "&#x3c;b&#x3e;", "&", "\\"),
    *("\r\nBcc: all@example.com", "\n\n<h1>", "%0d%0aBcc:", "=?utf-8?q?=0d=0aBcc:_x?=", "=?", "?="),
    *("\u202e", "\u202d", "\u202a", "\u2066", "\u2067", "\u2068", "\u2069", "\u202c", "\u200f", "\u200e"),
    *(
        "\x00",
        "\x1b[31m",
        "\x7f",
        "\x85",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "\ufdd0",
        "\U0001ffff",
        "\ud800",
        "\u00ad",
    ),
    *("😀", "👨‍👩‍👧", "é", "e\u0301", "שלום", "عائشہ", URDU, "आयशा", " ", "\t"),
)
Skeleton = Counter[tuple[str, tuple[str, ...], tuple[str | None, ...]]]
BEGIN, END = "Zq1", "2qZ"
WORDS = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=5)), max_size=5).map(
    lambda parts: f"{BEGIN}{''.join(parts)}{END}"
)
MARKUP = "".join(snippet for snippet in SNIPPETS if snippet.isprintable() and snippet.isascii())
EVERYTHING = f"{BEGIN}{''.join(SNIPPETS)}{END}"
PLAIN = f"{BEGIN} and {END}"
# Rendering everything takes a while, on a busy machine much longer: what counts is what comes out.
a_few = settings(max_examples=2, deadline=None)


def parsed(document: str) -> Element:
    """The document, by a parser that raises at the first mistake."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    root: Element = parser.parse(document)
    return root


def skeleton(root: Element) -> Skeleton:
    """The elements of a document: their attributes, and the values of those that nobody types.

    A row of what was said is left out: there are as many as there were lines.
    """
    fixed = ("href", "action", "method", "style", "class", "id", "name", "type", "src")
    return Counter(
        (str(one.tag), tuple(sorted(one.attrib)), tuple(one.get(name) for name in fixed))
        for one in root.iter()
        if one.tag not in {"br"} and not (one.tag == "div" and one.get("dir") == "auto")
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


def every_text(words: str) -> Iterator[str]:
    """Each kind of text message, with these words wherever somebody typed them."""
    typed: dict[str, Any] = {"business": words, "agent_name": words, "customer_name": words, "owed": words}
    for purpose, to in STAFF:
        yield sms.for_staff(purpose, to, about(purpose, **typed))
    yield sms.for_staff_together([a_note(**typed)] * 3, LINK)
    asked = {"business": words, "agent_name": words, "customer_name": words, "what": words}
    for language in LANGUAGES:
        for kind in KINDS:
            for purpose in CUSTOMERS:
                yield sms.for_customer(purpose, an_invitation(**asked, language=language, kind=kind))
        yield sms.for_late(a_late_notice(**asked, language=language))
    yield sms.for_praise(a_praise(business=words, customer_name=words, words=words))


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
    """Whether nothing in the text reorders what is around it: isolates that are closed, and nothing else."""
    depth = 0
    for control in (character for character in text if character in BIDI_CONTROLS):
        if control not in "\u2068\u2069":
            return False
        depth += 1 if control == "\u2068" else -1
        if depth < 0:
            return False
    return depth == 0


def judge(words: str, made: Callable[[str], list[str]]) -> None:
    """The same elements as with plain words; nothing reordered; the words where plain ones would be."""
    for document, (elements, times) in zip(made(words), plainly(made), strict=True):
        root = parsed(document)
        read = shown(root)
        assert skeleton(root) == elements
        assert is_contained(read)
        if words.isprintable():  # else they may be more than one line
            assert read.count(line(words)) == times


@cache
def plainly(made: Callable[[str], list[str]]) -> list[tuple[Skeleton, int]]:
    """The elements of each document with plain words, and how often those are read."""
    roots = [parsed(document) for document in made(PLAIN)]
    return [(skeleton(root), shown(root).count(PLAIN)) for root in roots]


@a_few
@example(words=EVERYTHING)
@example(words=f"{BEGIN}{MARKUP}{END}")
@given(words=WORDS)
def test_hostile_text_changes_nothing_else_in_a_mail(words: str) -> None:
    judge(words, mail_pages)


PAGES = {language: partial(every_page, language=language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@a_few
@example(words=EVERYTHING)
@example(words=f"{BEGIN}{MARKUP}{END}")
@given(words=WORDS)
def test_hostile_text_changes_nothing_else_on_a_page(language: str, words: str) -> None:
    judge(words, PAGES[language])


@a_few
@example(words=EVERYTHING)
@given(words=WORDS)
def test_hostile_text_reorders_no_line_of_a_mail_or_text(words: str) -> None:
    for text in lines_of_text(words):
        assert is_contained(text)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text)


@pytest.mark.parametrize("words", ["<b>" * 350_000, "م" * 600_000])
def test_a_megabyte_of_text_is_rendered(words: str) -> None:
    brief = a_brief(customer_name=words, agent_name=words, owed=words, said=words)

    mail = email.for_staff("follow_up_reminder", "agent", brief)
    text = sms.for_staff("follow_up_reminder", "agent", brief)
    page = pages.action_form(business=words, brief=brief, path="/a/t", chosen=None, nonce="n")

    assert len(mail.subject) < 200
    assert sms.segments(text) <= 2
    assert "<b>" not in mail.html + page

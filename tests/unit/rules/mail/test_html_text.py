"""The text of a mail that has only HTML, however its markup is closed."""

import pytest

from vaada.rules.mail.html_text import text_of


@pytest.mark.parametrize("tag", ["head", "script", "style", "title", "template", "noscript"])
def test_what_is_not_shown_is_left_out(tag: str) -> None:
    assert text_of(f"<{tag}>one</{tag}><p>Hello</p><{tag}>two</{tag}>") == "Hello"


@pytest.mark.parametrize("tag", ["head", "style", "noscript", "blockquote", "a", "p", "div"])
def test_an_end_tag_without_a_start_tag_hides_nothing(tag: str) -> None:
    assert text_of(f"</{tag}>Where is my order?").strip() == "Where is my order?"


def test_what_is_not_shown_stays_so_until_the_outer_tag_ends() -> None:
    assert text_of("<head><style>one</style>two</head>Hello") == "Hello"


def test_nested_quotes_have_a_mark_for_each_level() -> None:
    html = "<blockquote>one<blockquote>two</blockquote>three</blockquote>Hello"

    assert text_of(html) == "> one\n>> two\n> three\nHello"


def test_a_quote_is_marked_after_an_end_tag_of_none() -> None:
    assert text_of("Hello</blockquote><blockquote>one</blockquote>") == "Hello\n> one"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<p>one</p><p></p><p></p><p>two</p>", "one\n\ntwo"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("<table><tr><td>one</td><td>two</td></tr></table>", "one two"),
        ("<b>one</b><i> two </i>three", "one two three"),
        ("one\n  two", "one two"),
        ('<img alt="A bicycle"><img>', "A bicycle"),
        ("&lt;one&gt; &amp; two", "<one> & two"),
        ("The bill of B&B", "The bill of B&B"),
    ],
)
def test_lines_and_spaces_are_those_that_a_reader_sees(html: str, text: str) -> None:
    assert text_of(html) == text


BLOCKS = (
    "address article aside blockquote body center dd div dl dt fieldset figcaption figure footer form h1 h2"
    " h3 h4 h5 h6 header hr main nav ol p pre section table tbody tfoot thead tr ul"
)


@pytest.mark.parametrize("tag", BLOCKS.split())
def test_a_block_begins_on_a_line_of_its_own(tag: str) -> None:
    assert [line.strip("> ") for line in text_of(f"one<{tag}>two").split("\n") if line] == ["one", "two"]


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("https://example.com/a", "here (https://example.com/a)"),
        ("http://example.com/a", "here (http://example.com/a)"),
        ("mailto:bilal@example.com", "here"),
        ("", "here"),
        ("https://here/", "here (https://here/)"),
    ],
)
def test_the_address_of_a_link_follows_its_words(link: str, text: str) -> None:
    assert text_of(f'<a href="{link}">here</a>') == text


def test_a_link_whose_words_are_its_address_is_not_repeated() -> None:
    assert text_of('<a href="https://example.com/">https://example.com</a>') == "https://example.com"


def test_a_long_address_of_a_link_is_cut() -> None:
    link = f"https://example.com/{'x' * 1000}"

    assert text_of(f'<a href="{link}">here</a>') == f"here ({link[:300]})"


def test_each_of_two_nested_links_keeps_its_own_address() -> None:
    html = '<a href="https://one.example">one <a href="https://two.example">two</a></a>'

    assert text_of(html) == "one two (https://two.example) (https://one.example)"


def test_only_the_beginning_of_a_very_long_mail_is_read() -> None:
    assert text_of("x" * 1_000_001) == "x" * 1_000_000

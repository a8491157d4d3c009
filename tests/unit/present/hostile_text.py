"""Hostile text: markup, headers, control characters, and characters that reorder a line."""

from hypothesis import strategies as st

from tests.unit.present.builders import URDU

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
BEGIN, END = "Zq1", "2qZ"
WORDS = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=5)), max_size=5).map(
    lambda parts: f"{BEGIN}{''.join(parts)}{END}"
)
MARKUP = "".join(snippet for snippet in SNIPPETS if snippet.isprintable() and snippet.isascii())
EVERYTHING = f"{BEGIN}{''.join(SNIPPETS)}{END}"
PLAIN = f"{BEGIN} and {END}"

"""The text of a mail that has only HTML. Quotes get the `>` that they have in plain text."""

from html.parser import HTMLParser

_MOST = 1_000_000  # characters that are read
_NOT_SHOWN = frozenset({"head", "script", "style", "title", "template", "noscript"})
# fmt: off
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
        "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
    }
)
# fmt: on
_LONGEST_LINK = 300


def text_of(html: str) -> str:
    """Return the text as a reader sees it, without any markup."""
    reader = _Reader()
    reader.feed(html[:_MOST])
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Collects the lines of a document. Markup that is not closed does no harm."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._hidden = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _NOT_SHOWN:
            self._hidden += 1
        if tag in _BLOCKS or tag == "br":
            self._end_line(even_if_empty=tag in {"br", "p"})
        match tag:
            case "blockquote":
                self._quotes += 1
            case "li":
                self._line += "- "
            case "img":
                self.handle_data(given.get("alt") or "")
            case "td" | "th":
                self._line += " "
            case "a":
                self._links.append(given.get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _NOT_SHOWN:
            self._hidden = max(0, self._hidden - 1)
        if tag == "a" and self._links:
            link = self._links.pop()
            if link.startswith(("http://", "https://")) and link.rstrip("/") not in self._line:
                self._line += f" ({link[:_LONGEST_LINK]})"
        if tag in _BLOCKS:
            self._end_line(even_if_empty=tag == "p")
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            words = " ".join(data.split())
            before = " " if data[:1].isspace() and self._line and not self._line.endswith(" ") else ""
            after = " " if words and data[-1:].isspace() else ""
            self._line += f"{before}{words}{after}" if words else before

    def text(self) -> str:
        self._end_line(even_if_empty=False)
        return "\n".join(self._lines).strip("\n")

    def _end_line(self, *, even_if_empty: bool) -> None:
        line = self._line.strip()
        empty_before = not self._lines or not self._lines[-1].strip("> ")
        if line or (even_if_empty and not empty_before):
            self._lines.append(f"{'>' * self._quotes} {line}".strip() if self._quotes else line)
        self._line = ""

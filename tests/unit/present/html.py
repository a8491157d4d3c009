"""Parses HTML, so that tests can look for tags, attributes and words."""

from html.parser import HTMLParser


class Html(HTMLParser):
    """A parsed document: its tags with their attributes, and its words."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.title = ""
        self.style = ""
        self._inside = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        match self._inside:
            case "title":
                self.title += data
            case "style":
                self.style += data
            case _:
                self.words += data

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """The attributes of every such tag that has these values."""
        return [found for name, found in self.tags if name == tag and attributes.items() <= found.items()]

    def values(self, attribute: str) -> list[str]:
        """Every value the attribute has anywhere."""
        return [found[attribute] for _, found in self.tags if attribute in found]

"""Parse documentation: the parts of a Markdown page or a docstring that name something."""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CODE = sorted(
    path
    for folder in ("layers", "functions", "operations", "local", "bench")
    for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)


def in_backticks(text: str) -> Iterator[str]:
    """The texts between single backticks, outside code blocks."""
    yield from re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))


def commands(text: str) -> Iterator[str]:
    """The lines of code blocks, with continued lines joined and without comments."""
    for block in _FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines()[1:-1]:
            yield re.sub(r"(^|\s)#.*", "", line)


def links(text: str) -> set[str]:
    """The targets of all links and images that lead to another place in the repository."""
    return set(re.findall(r"\]\(((?!http)[^)\s]+)\)", _FENCE.sub("", text)))


def anchors(text: str) -> set[str]:
    """The names of a page's headings in links."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def is_broken(link: str, page: Path) -> bool:
    """Whether a link of the page leads to no file, or to no heading in it."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if not target.exists():
        return True
    return bool(anchor) and anchor not in anchors(target.read_text(encoding="utf-8"))


def table(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first line begins with `head`, row by row."""
    lines = text.split(f"\n{head}", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """All nodes of a module's syntax tree. Most tests of a document want them, and parsing takes long."""
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a module, its classes and functions, and those of constants."""
    for node in nodes(path):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.value.value


def comments(path: Path) -> Iterator[str]:
    """The comments of a module."""
    with path.open("rb") as file:
        yield from (each.string for each in tokenize.tokenize(file.readline) if each.type == tokenize.COMMENT)


@cache
def identifiers(path: Path) -> frozenset[str]:
    """Each name that a module uses or defines, and each of its strings that is one word or path."""
    found = set()
    for node in nodes(path):
        match node:
            case (
                ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name))
            ):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.alias(name=name):
                found.update(name.split("."))
            case ast.Constant(value=str(text)) if re.fullmatch(r"[\w./-]+", text):
                found.add(text)
    return frozenset(found)

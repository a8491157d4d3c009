"""Tell what somebody wrote in a mail from the signature and the mail that it quotes, in any language.

Mail programs introduce a quote in the reader's language. What they have in common is their form: one to three
lines that end in a colon and either name one of our addresses or stand before lines with `>`; or a block of
the headers of our mail.
"""

import re
from collections.abc import Sequence

_QUOTE = re.compile(r"\s{0,3}>")
_RULE = re.compile(r"\s*([-_=*])\1{3,}.*")
_HEADER = re.compile(r"\s*\*?[^\s:@*][^:@]{0,30}:\*?(\s|$)")
_ENDS = (":", "：", ":-")
_MOST_LINES = 3  # of what introduces a quote
_MOST_HEADERS = 6
_SIGNATURE = re.compile(r"--\s*")
_SENT_FROM = re.compile(
    r"\s*(sent (from|via|with)|get outlook|gesendet (von|mit)|von meinem \w+ gesendet|outlook für|"
    r"envoyé (de|depuis|à partir)|obtenir outlook|télécharger outlook|enviado (desde|do|da|a partir)|"
    r"obtener outlook|obter o outlook|أُ?رسلت? من|مُ?رسل(ة)? من|تم الإرسال من|"
    r".{0,30}سے بھیجا گیا|.{0,30}से भेजा गया)",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 12  # lines


def split(text: str, ours: Sequence[str]) -> tuple[str, str]:
    """Return what the writer wrote, and the rest: the signature and what is quoted.

    `ours` are our addresses, in lower case, or parts of them.
    """
    lines = text.split("\n")
    start = _start_of_quote(lines, ours)
    above, below = lines[:start], lines[start:]
    answers = _answers_below(below)
    if answers:  # between or below what is quoted
        return "\n".join((*above, *answers)).strip(), text
    words, signature = _without_signature(above)
    folded = "\n".join((*signature, *below)).strip()
    return "\n".join(words).strip(), folded


def _start_of_quote(lines: list[str], ours: Sequence[str]) -> int:
    """Return the index of the first line that belongs to a quote; behind the last line if there is none."""
    for index, line in enumerate(lines):
        if _QUOTE.match(line):
            return _before_introduction(lines, index)
        if line.strip() and (_introduces(lines, index, ours) or _is_header_block(lines, index, ours)):
            return _before_rule(lines, index)
    return len(lines)


def _introduces(lines: list[str], index: int, ours: Sequence[str]) -> bool:
    """Whether the next lines, three at most, name one of our addresses and end in a colon."""
    words = ""
    for end in range(index, min(index + _MOST_LINES, len(lines))):
        line = lines[end].strip()
        if not line:
            return False
        words = f"{words} {line}"
        if line.endswith(_ENDS):
            following = lines[end + 1].strip() if end + 1 < len(lines) else ""
            return _names(words, ours) and (not following or following.startswith(">"))
    return False


def _is_header_block(lines: list[str], index: int, ours: Sequence[str]) -> bool:
    """Whether the headers of a mail of ours begin here, as Outlook quotes it."""
    first = lines[index]
    if not _HEADER.match(first) or not _names(first, ours):
        return False
    following = [line for line in lines[index + 1 : index + 1 + 2 * _MOST_HEADERS] if line.strip()]
    return sum(bool(_HEADER.match(line)) for line in following[:_MOST_HEADERS]) >= 2  # noqa: PLR2004


def _names(words: str, ours: Sequence[str]) -> bool:
    folded = words.casefold()
    return any(address in folded for address in ours)


def _before_introduction(lines: list[str], index: int) -> int:
    """Return where the lines begin that introduce the quote at `index`: the last of them ends in a colon."""
    end = index - 1
    while end >= 0 and not lines[end].strip():
        end -= 1
    if end < 0 or not lines[end].strip().endswith(_ENDS):
        return index
    start = end
    while start > 0 and end - start < _MOST_LINES - 1 and lines[start - 1].strip():
        start -= 1
    # A sentence above it that has no empty line between belongs to the writer.
    return start if "@" in " ".join(lines[start:end]) or start == end else end


def _before_rule(lines: list[str], index: int) -> int:
    """Return the index of the ruled line above, such as "----- Original message -----", if there is one."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.fullmatch(lines[above]) else index


def _answers_below(below: list[str]) -> list[str]:
    """Return the lines below the start of a quote that have no `>`, if the quote has one in each line."""
    first = next((number for number, line in enumerate(below) if _QUOTE.match(line)), None)
    if first is None or first > _MOST_LINES:
        return []
    rest = [line for line in below[first:] if not _QUOTE.match(line)]
    words, _ = _without_signature(rest)
    return words if any(line.strip() for line in words) else []


def _without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines, and the signature at their end."""
    last = len(lines)
    for index in range(max(0, last - _LONGEST_SIGNATURE), last):
        if _SIGNATURE.fullmatch(lines[index]) or _SENT_FROM.match(lines[index]):
            return lines[:index], lines[index:]
    return lines, []

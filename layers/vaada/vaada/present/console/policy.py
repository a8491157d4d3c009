"""The policy as sentences with fields, its changes, and what other rules would have changed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vaada.model.hours import WEEKDAYS
from vaada.model.people import Agent, Customer
from vaada.model.work import Commitment, FollowUp, Goodwill, Reply, Survey
from vaada.present.console.policy_sentences import (
    CONTROLS,
    HEARS,
    RUNGS,
    RUNGS_SHOWN,
    SECTIONS,
    UNITS,
    Control,
    hears,
)
from vaada.present.console.stories import purpose_words, role_words
from vaada.present.i18n import Words
from vaada.present.reasons import delay_words
from vaada.present.sanitize import isolate, line, shorten_to
from vaada.present.times import Times
from vaada.present.translation_marks import _
from vaada.rules.policy_preview import Event, Preview, Told

Values = Mapping[str, str]
"""The values of a policy form, by the names of the fields."""
_SLOT = re.compile(r"%\((\w+)\)s")
_NUMBERED = re.compile(r"%\(tell(\d)\)s")
_LONGEST_TITLE = 80  # characters
TOLD: dict[Told, str] = {
    "warned": _("Warnings to agents"),
    "told_late": _("Agents told that it is late"),
    "reminded": _("Reminders to agents"),
    "supervisor_told": _("Supervisors heard"),
    "owner_told": _("The owner heard"),
    "asked": _("Customers asked"),
}
NOT_KNOWN = (
    _("whether people would have acted earlier or later for it"),
    _("who was away then, how messages were grouped, and which way they went"),
    _("whether a customer would have agreed, and been reached, where no survey was planned then"),
    _("surveys about the business, reminders of surveys, and how often customers were written to otherwise"),
    _("who answers a survey, and what the desk itself plans to follow up"),
    _("what a supervisor would have said about goodwill, and how soon"),
    _("answers that were owed by a channel without a target, or that ended without one"),
    _("that several records of one person belong together: each is judged by itself"),
    _("promises and answers that were due more than 30 days before or after the period"),
)


@dataclass(frozen=True)
class Part:
    """A part of a sentence: words, or a field with its current and its former value."""

    text: str = ""
    name: str = ""
    control: Control | None = None
    value: str = ""
    unit: str = ""
    was: str = ""
    label: str = ""


@dataclass(frozen=True)
class Difference:
    """A sentence that has changed, as it was and as it is."""

    before: str
    after: str


@dataclass(frozen=True)
class Missed:
    """A message that only the current or only the other rules would have sent."""

    when: str
    title: str
    case_id: str | None
    words: str
    customer: str


@dataclass(frozen=True)
class PreviewPage:
    """The effect of other rules: the counts, and the messages that differ."""

    counts: tuple[tuple[str, int, int], ...]
    more: tuple[Missed, ...]
    less: tuple[Missed, ...]


def values_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of the form for a policy. A delay has two fields; the name of one ends in `_unit`."""
    values: dict[str, str] = {}
    for name, control in CONTROLS.items():
        found: Any = document
        for step in control.path[:-1] if control.kind == "member" else control.path:
            found = _step(found, step)
        if control.kind == "member":
            values[name] = "on" if control.path[-1] in found else ""
        elif control.kind in {"lines", "codes", "choice"} and isinstance(found, list | tuple):
            values[name] = ("\n" if control.kind == "lines" else " ").join(found)
        elif control.kind == "pairs":
            values[name] = "\n".join(f"{key} {value}" for key, value in found.items())
        elif control.kind == "delay":
            unit, amount = next(iter(found.items())) if found else ("opening_hours", "")
            values[name], values[f"{name}_unit"] = str(amount), unit
        elif control.kind == "tick":
            values[name] = "on" if found else ""
        else:
            values[name] = "" if found is None else str(found)[: 5 if control.kind == "time" else None]
    return values


def sentences(values: Values, before: Values, words: Words) -> Iterator[tuple[str, str, list[list[Part]]]]:
    """Yield the sections: their key, their title, and their sentences as parts."""
    gettext = words.catalogue.gettext
    for key, title, texts in SECTIONS:
        shown = [text for text in texts if _is_shown(text, values)]
        yield key, gettext(title), [_parts(_translated(text, words), values, before, words) for text in shown]


def _is_shown(text: str, values: Values) -> bool:
    """Whether the form shows a sentence: of the steps of escalation only those in use, and a few more."""
    numbered = _NUMBERED.search(text)
    used = max((number for number in range(RUNGS) if values.get(f"tell{number}")), default=-1)
    return numbered is None or int(numbered[1]) < max(RUNGS_SHOWN, used + 2)


def differences(after: Values, before: Values, times: Times) -> list[Difference]:
    """Return the days and sentences that have changed."""
    words = times.words
    found = _of_days(after, before, times)
    for _key, _title, texts in SECTIONS:
        for text in texts:
            new, old = (_plain(_translated(text, words), values, words) for values in (after, before))
            if new != old:
                found.append(Difference(old, new))
    return found


def _of_days(after: Values, before: Values, times: Times) -> list[Difference]:
    gettext = times.words.catalogue.gettext
    nothing = {"closed_days": "–"}
    named = [*zip(WEEKDAYS, times.formats.days, strict=True), ("closed_days", gettext("Closed days"))]

    def said(key: str, name: str, values: Values) -> str:
        return f"{name}: {', '.join(values[key].splitlines()) or nothing.get(key, gettext('closed'))}"

    return [
        Difference(said(key, name, before), said(key, name, after))
        for key, name in named
        if after[key].split() != before[key].split()
    ]


def preview_page(
    preview: Preview,
    agents: Mapping[str, Agent],
    customers: Mapping[str, Customer],
    times: Times,
    most: int,
) -> PreviewPage:
    """Return the preview in the reader's words."""
    gettext = times.words.catalogue.gettext

    def missed(events: Iterable[Event]) -> tuple[Missed, ...]:
        return tuple(_missed(event, agents, customers, times) for event in list(events)[:most])

    return PreviewPage(
        tuple((gettext(name), preview.was[told], preview.would_be[told]) for told, name in TOLD.items()),
        missed(preview.more),
        missed(preview.less),
    )


def _missed(
    event: Event, agents: Mapping[str, Agent], customers: Mapping[str, Customer], times: Times
) -> Missed:
    row, words = event.row, times.words
    match row:
        case Commitment():
            title = row.what
        case FollowUp() | Goodwill():
            title = row.reason
        case Survey():
            title = words.catalogue.gettext("A survey")
        case Reply():
            title = words.catalogue.gettext("An answer")
    to = agents.get(row.agent_id) if event.to == "agent" else None
    name = isolate(to.name, words.direction) if to else role_words(event.to, words)
    customer = customers.get(row.customer_id)
    return Missed(
        times.when(event.at),
        shorten_to(line(title), _LONGEST_TITLE),
        row.case_id,
        words.catalogue.gettext("%(what)s to %(whom)s")
        % {
            "what": purpose_words(event.purpose, words),
            "whom": name,
        },
        line(customer.name) if customer else "",
    )


def _step(found: Any, step: str) -> Any:
    if isinstance(found, list | tuple):
        return found[int(step)] if int(step) < len(found) else None
    return found.get(step) if isinstance(found, Mapping) else None


def _translated(text: str, words: Words) -> str:
    """Return the sentence in the reader's language. Those about escalation share one translation."""
    numbered = _NUMBERED.search(text)
    if numbered is None:
        return words.catalogue.gettext(text)
    return hears(words.catalogue.gettext(HEARS), int(numbered[1]))


def _parts(sentence: str, values: Values, before: Values, words: Words) -> list[Part]:
    pieces = _SLOT.split(sentence)
    parts = []
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            if piece.strip():
                parts.append(Part(text=piece))
            continue
        unit = f"{piece}_unit"
        is_changed = (values.get(piece), values.get(unit)) != (before.get(piece), before.get(unit))
        parts.append(
            Part(
                name=piece,
                control=CONTROLS[piece],
                value=values.get(piece, ""),
                unit=values.get(unit, ""),
                was=_said(piece, before, words) or "–" if is_changed else "",
                label=_label(sentence, piece, values, words),
            )
        )
    return parts


def _label(sentence: str, name: str, values: Values, words: Words) -> str:
    """Return the sentence with dots in place of this field, as its label for screen readers."""
    said = _SLOT.sub(lambda slot: "…" if slot[1] == name else _said(slot[1], values, words), sentence)
    return " ".join(said.split())


def _plain(sentence: str, values: Values, words: Words) -> str:
    if any(not values.get(name) for name in _SLOT.findall(sentence) if name.startswith("tell")):
        return ""
    return " ".join(_SLOT.sub(lambda slot: _said(slot[1], values, words), sentence).split())


def _said(name: str, values: Values, words: Words) -> str:
    """Return the value of a field in words: "4 opening hours"."""
    control, value = CONTROLS[name], values.get(name, "")
    gettext = words.catalogue.gettext
    if control.kind in {"tick", "member"}:
        return "✓" if value else "✗"
    if control.kind == "choice":
        return gettext((control.choices or {}).get(value, ""))
    if control.kind == "delay" and value:
        unit = values.get(f"{name}_unit", "")
        if value.isascii() and value.isdecimal() and unit in UNITS:
            return delay_words(int(value), unit.replace("_", " ").removesuffix("s"), words.catalogue)
        return f"{value} {gettext(UNITS.get(unit, ''))}"
    if control.kind in {"lines", "pairs"}:
        return ", ".join(value.splitlines()) or "–"
    return value or "–"


def unnamed_changes(after: Mapping[str, Any], before: Mapping[str, Any]) -> Sequence[str]:
    """Return the sections with a change that no sentence shows."""
    named: dict[str, set[str]] = {}
    for control in CONTROLS.values():
        named.setdefault(control.path[0], set()).add(control.path[1])
    changed = []
    for section, new in after.items():
        if section in {"opening_hours", "closed_days"}:
            continue  # these are listed day by day
        old = before.get(section)
        rest_of = named.get(section, set())
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            fields = {*new, *old} - rest_of
            changed += [f"{section}.{field}" for field in sorted(fields) if new.get(field) != old.get(field)]
        elif new != old:
            changed.append(section)
    return changed

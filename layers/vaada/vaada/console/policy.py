"""The policy: its rules as a form, what they would have changed, and earlier versions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from vaada.console import forms
from vaada.console.hours_form import UnreadableHours, lines_of, sent_week
from vaada.console.http import Answer, Fields, redirect
from vaada.console.visits import Visit
from vaada.flows import policy as flow
from vaada.flows.optimistic_write import VersionChanged, only_at, require
from vaada.flows.people import InvalidChange
from vaada.flows.policy import UnworkablePolicy
from vaada.flows.policy_preview import preview_of
from vaada.flows.work_lists import agents_by_id
from vaada.model.hours import WEEKDAYS
from vaada.model.people import Customer
from vaada.model.policy import PolicyDocument, PolicyVersion
from vaada.present.console.policy import (
    NOT_KNOWN,
    PreviewPage,
    differences,
    preview_page,
    sentences,
    unnamed_changes,
    values_of,
)
from vaada.present.console.policy_sentences import CONTROLS, RUNGS, UNITS

HERE = "/desk/policy"

_MOST_MISSED = 12
_MOST_VERSIONS = 20
_TOGETHER = {
    "follow_ups": "unanswered",
    "customers": "write_until",
    "surveys": "close",
    "relationships": "over",
}
"""The field that shows a problem of a whole section."""
Problem = Literal["value", "hours", "days", "changed"]


@dataclass(frozen=True)
class _Sent:
    """The form as it was sent: what it holds, the changes that it asks for, and what is wrong, by field."""

    values: dict[str, str]
    changes: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def show(visit: Visit) -> Answer:
    """Show the rules as sentences with fields."""
    document, _version = flow.policy_in_force(visit.desk)
    return _page(visit, _Sent(fields_of(document)), None)


def change(visit: Visit) -> Answer:
    """Put the rules of the form in force, or preview them, as the button says."""
    visit.user.require_manager()
    desk, form = visit.desk, visit.request.form
    sent = _sent(form)
    if sent.problems:
        return _page(visit, sent, None)
    seen = forms.version_of(form)
    try:
        if form["do"] == "try":
            return _page(visit, sent, _preview(visit, flow.changed_policy(desk, sent.changes, visit.now)))
        with only_at("policy", {seen if seen is not None else -1}):
            flow.change_policy(desk, sent.changes, visit.now, visit.user.id)
    except InvalidChange as error:
        wrong = [[str(step) for step in one["loc"]] for one in error.errors()]
        return _page(visit, _with_problems(sent, wrong), None)
    except UnworkablePolicy as error:
        return _page(visit, _with_problems(sent, [name.split(".") for name, _ in error.problems]), None)
    except VersionChanged:
        return _page(visit, _Sent(sent.values, sent.changes, {"": "changed"}), None)
    return redirect(f"{HERE}?done=saved")


def versions(visit: Visit) -> Answer:
    """Show how the rules changed, the latest change first."""
    cursor = visit.request.query["cursor"] or None
    page = visit.desk.table.latest_rows(PolicyVersion, _MOST_VERSIONS + 1, cursor)
    found = [row for row in page.rows if isinstance(row, PolicyVersion)]
    documents = [row.document for row in found]
    if page.next_cursor is None:
        documents.append(visit.desk.first_policy)
    changed = [
        (
            row,
            differences(fields_of(row.document), fields_of(before), visit.times),
            unnamed_changes(row.document.model_dump(mode="json"), before.model_dump(mode="json")),
        )
        for row, before in zip(found, documents[1:], strict=False)
    ]
    return visit.page(
        "policy_versions",
        HERE,
        versions=changed[:_MOST_VERSIONS],
        agents=agents_by_id(visit.desk),
        cursor=page.next_cursor,
    )


def version(visit: Visit, version_id: str) -> Answer:
    """Show the rules as they were, and what would change if they were in force again."""
    row = require(visit.desk, PolicyVersion, version_id)
    document, number = flow.policy_in_force(visit.desk)
    values = fields_of(row.document)
    return visit.page(
        "policy_version",
        HERE,
        row=row,
        agents=agents_by_id(visit.desk),
        sections=list(sentences(values, values, visit.times.words)),
        changes=differences(values, fields_of(document), visit.times),
        others=unnamed_changes(row.document.model_dump(mode="json"), document.model_dump(mode="json")),
        number=number,
        units=UNITS,
    )


def restore(visit: Visit, version_id: str) -> Answer:
    """Put earlier rules in force again."""
    visit.user.require_manager()
    row = require(visit.desk, PolicyVersion, version_id)
    seen = forms.version_of(visit.request.form)
    with only_at("policy", {seen if seen is not None else -1}):
        flow.write_policy(visit.desk, row.document, visit.now, visit.user.id)
    return redirect(f"{HERE}?done=saved")


def _page(visit: Visit, sent: _Sent, preview: PreviewPage | None) -> Answer:
    document, number = flow.policy_in_force(visit.desk)
    before = fields_of(document)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if sent.problems else HTTPStatus.OK
    if "" in sent.problems:
        status = HTTPStatus.CONFLICT
    return visit.page(
        "policy",
        HERE,
        status=status,
        sections=list(sentences(sent.values, before, visit.times.words)),
        values=sent.values,
        before=before,
        weekdays=WEEKDAYS,
        units=UNITS,
        problems=sent.problems,
        number=number,
        preview=preview,
        changes=differences(sent.values, before, visit.times),
        not_known=NOT_KNOWN,
        done=visit.request.query["done"],
    )


def _preview(visit: Visit, after: PolicyDocument) -> PreviewPage:
    found = preview_of(visit.desk, after, visit.now).preview
    shown = (*found.more[:_MOST_MISSED], *found.less[:_MOST_MISSED])
    customers = visit.desk.table.get_several(Customer, sorted({event.row.customer_id for event in shown}))
    return preview_page(found, agents_by_id(visit.desk), customers, visit.times, _MOST_MISSED)


def fields_of(document: PolicyDocument) -> dict[str, str]:
    """Return what the form holds for a policy, by the names of its fields."""
    days = (f"{one.first} {one.last or one.first} {one.name}" for one in document.closed_days)
    return {
        **values_of(document.model_dump(mode="json")),
        **lines_of(document.opening_hours),
        "closed_days": "\n".join(days),
    }


def _sent(form: Fields) -> _Sent:
    """Read the form. What it does not have stays as it is."""
    values = {name: form[name] for name in (*CONTROLS, *WEEKDAYS, "closed_days")}
    values |= {f"{name}_unit": form[f"{name}_unit"] for name, one in CONTROLS.items() if one.kind == "delay"}
    changes: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for name, control in CONTROLS.items():
        if control.path[:2] == ("commitments", "ladder"):
            continue
        section, *rest = control.path
        part = changes.setdefault(section, {})
        if control.kind == "member":
            members = part.setdefault(rest[0], [])
            members += rest[1:] if values[name] else []
        elif len(rest) > 1:
            part = part.setdefault(rest[0], {})
            if values[name]:  # an empty field: the rule does not apply to this channel or kind of survey
                part[rest[1]] = _value_of(name, control.kind, values)
        else:
            part[rest[0]] = _value_of(name, control.kind, values)
    changes["commitments"]["ladder"] = _ladder(values)
    try:
        changes["opening_hours"] = sent_week(form)
    except UnreadableHours as error:
        problems[error.day] = "hours"
    lines = [one.split(maxsplit=2) for one in form["closed_days"].splitlines() if one.strip()]
    if any(len(one) < 3 for one in lines):  # noqa: PLR2004 - first day, last day, name
        problems["closed_days"] = "days"
    changes["closed_days"] = [
        {"first": one[0], "last": one[1], "name": one[2]}
        for one in lines
        if len(one) == 3  # noqa: PLR2004
    ]
    return _Sent(values, changes, problems)


def _ladder(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the steps of escalation."""
    return [
        {
            "tell": tell,
            "after": _value_of(f"after{number}", "delay", values),
            "by": values[f"by{number}"].split() or None,
        }
        for number in range(RUNGS)
        if (tell := values[f"tell{number}"])
    ]


def _pairs(value: str) -> object:
    """Parse lines such as "vip 30" into pairs: the words before the last one, and the last one.

    If a line has only one word, or two lines begin alike, the text itself is returned, which is invalid.
    """
    pairs = [line.rsplit(maxsplit=1) for line in value.splitlines() if line.strip()]
    if any(len(pair) < 2 for pair in pairs):  # noqa: PLR2004 - the words before, the last word
        return value
    found = {words.lstrip("+"): last.replace(",", ".") for words, last in pairs}
    return found if len(found) == len(pairs) else value


_READ: dict[str, Callable[[str], object]] = {
    "tick": lambda value: value == "on",
    "money": lambda value: value.replace(",", "."),
    "lines": lambda value: [line.strip() for line in value.splitlines() if line.strip()],
    "codes": lambda value: value.replace(",", " ").replace("+", "").split(),
    "pairs": _pairs,
    "text": lambda value: value or None,
    "long": lambda value: value or None,
}
"""How the fields of each kind are read. Other kinds stay text."""


def _value_of(name: str, kind: str, values: Mapping[str, str]) -> object:
    value = values[name]
    if kind == "delay":
        return {values[f"{name}_unit"]: value}
    return _READ[kind](value) if kind in _READ else value


def _with_problems(sent: _Sent, wrong: Iterable[list[str]]) -> _Sent:
    """Return the form with the problems that were found at these places of the policy."""
    problems: dict[str, Problem] = {}
    for place in wrong:
        if place[0] == "opening_hours":
            day = place[1] if len(place) > 1 and place[1] in WEEKDAYS else WEEKDAYS[0]
            problems[day] = "hours"
        elif place[0] == "closed_days":
            problems["closed_days"] = "days"
        elif place[1:] == [] and place[0] in _TOGETHER:
            problems[_TOGETHER[place[0]]] = "value"
        else:
            names = [
                name
                for name, one in CONTROLS.items()
                if list(one.path)[: len(place)] == place[: len(one.path)]
            ]
            problems |= dict.fromkeys(names[:1] or ["warn"], "value")
    return _Sent(sent.values, sent.changes, problems)

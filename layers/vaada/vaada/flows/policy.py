"""Read the policy with its version, put a new one in force, change parts of it; hold and release sending."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import ValidationError

from vaada.desk import Desk
from vaada.flows.optimistic_write import check_wanted, retry_on_conflict
from vaada.flows.people import InvalidChange
from vaada.model.hours import PolicyPart
from vaada.model.policy import Policy, PolicyDocument, PolicyVersion
from vaada.rules import policy_checks

_ID = "policy"


class UnworkablePolicy(Exception):
    """The policy is valid but cannot work. `problems` are (field, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems))
        self.problems = problems


def policy_in_force(desk: Desk) -> tuple[PolicyDocument, int]:
    """Return the policy as it is stored now, and its version: 0 if the business has written none."""
    stored = desk.table.get(Policy, _ID)
    return (stored.document, stored.version) if stored else (desk.first_policy, 0)


def write_policy(desk: Desk, document: PolicyDocument, now: datetime, by: str) -> tuple[PolicyDocument, int]:
    """Put a new policy in force; other functions use it within a minute. Returns it with its version.

    A field that a section leaves out stays as it is: a policy that was saved before there was such a field
    can be put in force again. Raises InvalidChange, UnworkablePolicy, Busy.
    """

    def completed(before: PolicyDocument) -> PolicyDocument:
        sections = document.model_dump(mode="json")
        for name in sections:
            section, old = getattr(document, name), getattr(before, name)
            if isinstance(section, PolicyPart):
                given = section.model_dump(mode="json", include=section.model_fields_set)
                sections[name] = {**old.model_dump(mode="json"), **given}
        return _validated(sections)

    return _write(desk, completed, now, by)


def change_policy(
    desk: Desk, changes: Mapping[str, object], now: datetime, by: str
) -> tuple[PolicyDocument, int]:
    """Change some fields of some sections; the others stay. Returns the policy with its version.

    Raises InvalidChange, UnworkablePolicy, Busy.
    """

    return _write(desk, lambda before: _merged(before, changes), now, by)


def changed_policy(desk: Desk, changes: Mapping[str, object], now: datetime) -> PolicyDocument:
    """Return what `change_policy` would put in force, and write nothing.

    Raises InvalidChange, UnworkablePolicy.
    """
    return _checked(_merged(policy_in_force(desk)[0], changes), now)


def set_held(desk: Desk, now: datetime, *, held: bool) -> bool:
    """Hold sending, or release it. Returns False if nothing changes. All functions follow within a minute.

    The policy is not checked: one that could not be put in force any more must not be in the way. A business
    that has written no policy has none after the release either. Raises Busy.
    """

    def attempt() -> bool:
        stored = desk.table.get(Policy, _ID)
        document = stored.document if stored else desk.first_policy
        if document.sending.held == held:
            return False
        sending = document.sending.model_copy(update={"held": held})
        changes = {"document": document.model_copy(update={"sending": sending}), "changed_at": now}
        changed = stored.changed(**changes) if stored else Policy.model_validate(changes)
        version = _version_of(changed, now, "operator")
        if stored and changed.document == desk.first_policy:
            desk.table.write(version, delete=[stored])
        else:
            desk.table.write(changed, version)
        desk.forget_policy()
        return True

    return retry_on_conflict(_ID, attempt)


def _write(
    desk: Desk, decide: Callable[[PolicyDocument], PolicyDocument], now: datetime, by: str
) -> tuple[PolicyDocument, int]:
    """Write the policy that `decide` returns for the current one, unless they are equal."""

    def attempt() -> tuple[PolicyDocument, int]:
        stored = desk.table.get(Policy, _ID)
        check_wanted(_ID, stored.version if stored else 0)
        document = _checked(decide(stored.document if stored else desk.first_policy), now)
        if stored is not None and stored.document == document:
            return document, stored.version
        changes = {"document": document, "changed_at": now}
        changed = stored.changed(**changes) if stored else Policy.model_validate(changes)
        desk.table.write(changed, _version_of(changed, now, by))
        desk.forget_policy()
        return document, changed.version

    return retry_on_conflict(_ID, attempt)


def _version_of(policy: Policy, now: datetime, by: str) -> PolicyVersion:
    """Return what is kept of a policy after another one is put in force."""
    # Versions are counted anew after a release or a loss, so time and version alone may be there already.
    version_id = f"{now:%Y%m%dT%H%M%SZ}-{policy.version}-{uuid.uuid4().hex[:8]}"
    return PolicyVersion(
        policy_version_id=version_id, document=policy.document, changed_at=now, changed_by=by
    )


def _merged(before: PolicyDocument, changes: Mapping[str, object]) -> PolicyDocument:
    """Return the policy with some fields of some sections changed. Raises InvalidChange."""
    sections = before.model_dump(mode="json")
    for name, section in changes.items():
        old = sections.get(name)
        if isinstance(section, Mapping) and isinstance(old, Mapping):
            sections[name] = {**old, **section}
        else:
            sections[name] = section
    return _validated(sections)


def _validated(sections: Mapping[str, object]) -> PolicyDocument:
    """Return the policy with these sections. Raises InvalidChange."""
    try:
        return PolicyDocument.model_validate(sections)
    except ValidationError as error:
        raise InvalidChange(error) from error


def _checked(document: PolicyDocument, now: datetime) -> PolicyDocument:
    """Return the policy if it can work. Raises UnworkablePolicy."""
    if problems := policy_checks.problems(document, now):
        raise UnworkablePolicy(problems)
    return document

"""Put a new policy in force; hold and release sending."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.optimistic_write import retry_on_conflict
from vaada.model.policy import Policy, PolicyDocument
from vaada.rules import policy_checks


class UnworkablePolicy(Exception):
    """The policy is valid but cannot work. `problems` are (field, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in problems))
        self.problems = problems


def write_policy(desk: Desk, document: PolicyDocument, now: datetime) -> PolicyDocument:
    """Put a new policy in force; other functions use it within a minute. Raises UnworkablePolicy."""
    if problems := policy_checks.problems(document, now):
        raise UnworkablePolicy(problems)
    stored = desk.table.get(Policy, "policy")
    changes = {"document": document, "changed_at": now}
    desk.table.write(stored.changed(**changes) if stored else Policy.model_validate(changes))
    desk.forget_policy()
    return document


def set_held(desk: Desk, now: datetime, *, held: bool) -> bool:
    """Hold sending, or release it. Returns False if it was so already. All functions follow within a minute.

    The policy is not checked: one that could not be put in force any more must not be in the way. A business
    that has written no policy has none after the release either. Raises Busy.
    """

    def attempt() -> bool:
        stored = desk.table.get(Policy, "policy")
        document = stored.document if stored else desk.first_policy
        if document.sending.held == held:
            return False
        sending = document.sending.model_copy(update={"held": held})
        changes = {"document": document.model_copy(update={"sending": sending}), "changed_at": now}
        changed = stored.changed(**changes) if stored else Policy.model_validate(changes)
        if stored and changed.document == desk.first_policy:
            desk.table.write(delete=[stored])
        else:
            desk.table.write(changed)
        desk.forget_policy()
        return True

    return retry_on_conflict("policy", attempt)

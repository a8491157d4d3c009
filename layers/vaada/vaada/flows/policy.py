"""Put a new policy in force."""

from datetime import datetime

from vaada.desk import Desk
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

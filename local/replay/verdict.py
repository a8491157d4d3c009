"""The verdict: does what happened agree with the plan, and with the file's own verdict?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from local.outbox import Message
from local.replay.ladder import MAILED, StepName
from local.replay.office import RECIPIENTS, Opened, Story
from local.replay.plan import IN_GOOD_TIME, Plan
from local.replay.player import LIMIT

EARLY = timedelta(seconds=1)  # times are stored to the second


@dataclass(frozen=True)
class Taken:
    """A step that was taken: how much later than it was due, and with how many messages sent."""

    late: timedelta | None
    sent: int


@dataclass(frozen=True)
class Judged:
    """One request as it came out. `steps` are those that were due or were taken."""

    opened: Opened
    flagged: bool
    steps: dict[StepName, Taken]
    mismatches: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """All requests as they came out."""

    judged: Sequence[Judged]
    mails: int
    texts: int
    strays: Sequence[str]

    @property
    def exact(self) -> bool:
        """Whether nothing is other than it should be."""
        return not self.strays and not any(one.mismatches for one in self.judged)

    def lateness(self, *steps: StepName) -> list[timedelta]:
        """How late each step of these names was, the least late first."""
        found = (taken.late for one in self.judged for name, taken in one.steps.items() if name in steps)
        return sorted(late for late in found if late is not None)


def judge(plan: Plan, stories: Sequence[tuple[Opened, Story]], outbox: Sequence[Message]) -> Verdict:
    """Compare what happened with the plan."""
    return Verdict(
        judged=[_judge(plan, opened, story) for opened, story in stories],
        mails=sum(message.medium == "email" for message in outbox),
        texts=sum(message.medium == "sms" for message in outbox),
        strays=list(_strays(stories, outbox)),
    )


def middle(spans: Sequence[timedelta]) -> timedelta:
    """The median."""
    return timedelta(seconds=median(span.total_seconds() for span in spans))


def _judge(plan: Plan, opened: Opened, story: Story) -> Judged:
    due = {step.name: step.at for step in plan.steps(opened.request)}
    steps = {name: _taken(story, name, due.get(name)) for name in MAILED if name in due or story.of(name)}
    mismatches = (*_of_steps(steps, due, story), *_of_commitment(plan, opened, story, due))
    return Judged(opened, story.time("flagged_at") is not None, steps, mismatches)


def _taken(story: Story, name: StepName, due: datetime | None) -> Taken:
    sent = [message.sent_at for message in story.of(name) if message.status == "sent" and message.sent_at]
    at = story.time("flagged_at") if name == "flag" else min(sent, default=None)
    return Taken(at - due if at and due else None, len(sent))


def _of_steps(steps: dict[StepName, Taken], due: dict[StepName, datetime], story: Story) -> Iterator[str]:
    for name, taken in steps.items():
        if name not in due:
            yield f"{name}: does not apply, but there is {_accounts(story, name)}"
        elif taken.sent != 1:
            accounts = _accounts(story, name)
            yield f"{name}, due {_text(due[name])}: {taken.sent} messages were sent, not 1; {accounts}"
        if taken.late is not None and taken.late < -EARLY:
            yield f"{name}, due {_text(due[name])}: came {-taken.late} early"
        elif taken.late is not None and taken.late > LIMIT:
            yield f"{name}, due {_text(due[name])}: came {taken.late} late"
    for message in story.messages:
        if message.step is None:
            yield f"a message that no step explains: {message.account}"


def _of_commitment(plan: Plan, opened: Opened, story: Story, due: dict[StepName, datetime]) -> Iterator[str]:
    request, flagged_at = opened.request, story.time("flagged_at")
    if (flagged_at is not None) != ("flag" in due):
        yield f"was flagged at {_text(flagged_at)}, never late" if flagged_at else "was late, never flagged"
    whole = request.promised is None or request.promised <= plan.until
    if whole and request.overdue is not None and request.overdue != (flagged_at is not None):
        yield f"the file says that it was {'' if request.overdue else 'not '}overdue; the desk does not"
    if request.promised is None:
        if story.commitment is not None:
            yield "has a commitment, though nothing was promised"
        return
    status = "kept" if plan.was_kept(request) else "broken" if "give up" in due else "open"
    if story.commitment is None or story.commitment["status"] != status:
        found = story.commitment["status"] if story.commitment else "not there"
        yield f"the commitment is {found} at the end, not {status}"
    kept_at = story.time("kept_at")
    if status == "kept" and kept_at and request.kept:
        off = kept_at - request.kept
        if not -IN_GOOD_TIME <= off <= LIMIT:
            yield f"was kept at {_text(kept_at)}, not at {_text(request.kept)}"


def _strays(stories: Sequence[tuple[Opened, Story]], outbox: Sequence[Message]) -> Iterator[str]:
    """Where the outbox and the rows of sent messages do not agree."""
    rows = {
        told.provider_id: (opened.request.id, told)
        for opened, story in stories
        for told in story.messages
        if told.status == "sent"
    }
    for message in outbox:
        mail = f"{_text(message.at)} {message.medium} to {message.to} ({message.headline})"
        request_id, told = rows.pop(message.provider_id, ("", None))
        if told is None:
            yield f"{mail}: no row of a message explains it"
        elif request_id not in message.text:
            yield f"{mail}: does not tell of {request_id}"
        elif told.step and message.to != RECIPIENTS.get(told.step, message.to):
            yield f"{mail}: {told.account}, which is {RECIPIENTS[told.step]}"
    for request_id, told in rows.values():
        yield f"{request_id}: {told.account}, and not in the outbox"


def _accounts(story: Story, name: StepName) -> str:
    return ", ".join(message.account for message in story.of(name)) or "no message"


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"

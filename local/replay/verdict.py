"""The verdict: does what happened agree with the plan, and with the file's own verdict?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from local.outbox import Message
from local.replay.ladder import GIVE_UP, Rung, Step
from local.replay.office import RECIPIENTS, Opened, Story, TimelineMessage
from local.replay.plan import KEEP_MARGIN, Plan
from local.replay.player import LIMIT

ROUNDING = timedelta(seconds=1)  # times are stored to the second
SENDING_TIME = timedelta(minutes=1)  # a message that is just being sent when its promise is kept


@dataclass(frozen=True)
class StepResult:
    """A step that was taken: how late it was, and how late each message of it that was sent.

    A message is late from when its reader might hear of it. `waited` says that this was not at once.
    """

    late: timedelta | None
    heard: tuple[timedelta, ...]
    waited: bool

    @property
    def sent(self) -> int:
        """How many messages were sent, by themselves or with others."""
        return len(self.heard)


@dataclass(frozen=True)
class RequestResult:
    """One request as it came out. `steps` are those that were due or were taken."""

    opened: Opened
    flagged: bool
    steps: dict[str, StepResult]
    mismatches: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """All requests as they came out."""

    judged: Sequence[RequestResult]
    mails: int
    texts: int
    together: int
    strays: Sequence[str]

    @property
    def exact(self) -> bool:
        """Whether nothing is other than it should be."""
        return not self.strays and not any(one.mismatches for one in self.judged)

    def taken(self) -> Iterator[tuple[str, StepResult]]:
        """All steps that were due or were taken."""
        for one in self.judged:
            yield from one.steps.items()

    def lateness(self, *names: str) -> list[timedelta]:
        """How late each step was, or each of these names, the least late first."""
        found = (taken.late for name, taken in self.taken() if not names or name in names)
        return sorted(late for late in found if late is not None)

    def heard(self) -> list[timedelta]:
        """How late each message was, the least late first."""
        return sorted(late for _, taken in self.taken() for late in taken.heard)


def judge(plan: Plan, stories: Sequence[tuple[Opened, Story]], outbox: Sequence[Message]) -> Verdict:
    """Compare what happened with the plan."""
    post = {told.id: (opened.request.id, told) for opened, story in stories for told in story.messages}
    return Verdict(
        judged=[_RequestJudge(plan, opened, story, post).judged() for opened, story in stories],
        mails=sum(message.medium == "email" for message in outbox),
        texts=sum(message.medium == "sms" for message in outbox),
        together=sum(told.status == "grouped" for _, told in post.values()),
        strays=list(_outbox_differences(post, outbox)),
    )


def median_of(spans: Sequence[timedelta]) -> timedelta:
    """The median."""
    return timedelta(seconds=median(span.total_seconds() for span in spans))


@dataclass(frozen=True)
class _RequestJudge:
    """One request: what was planned, what its rows say, and `post`, the messages to all by their ids."""

    plan: Plan
    opened: Opened
    story: Story
    post: dict[str, tuple[str, TimelineMessage]]

    def judged(self) -> RequestResult:
        due = {step.rung: step for step in self.plan.steps(self.opened.request)}
        found = [rung for rung in self.plan.ladder.rungs if rung in due or self.story.of(rung)]
        steps = {rung: self._taken(rung, due.get(rung)) for rung in found}
        mismatches = (*self._of_steps(steps, due), *self._of_commitment(due))
        by_name = {rung.name: taken for rung, taken in steps.items()}
        return RequestResult(self.opened, self.story.time("flagged_at") is not None, by_name, mismatches)

    def _taken(self, rung: Rung, due: Step | None) -> StepResult:
        at = self.story.taken_at(rung)
        times = [sent_at for told in self.story.of(rung) if (sent_at := self._sent_at(told))]
        return StepResult(
            late=at - due.at if at and due else None,
            heard=tuple(sent_at - due.heard_from for sent_at in times) if due else (),
            waited=due is not None and due.is_held,
        )

    def _sent_at(self, told: TimelineMessage) -> datetime | None:
        """When it was sent, by itself or by the message that carries it."""
        if told.status == "grouped":
            _, carrier = self.post.get(told.carried_by or "", ("", told))
            return carrier.sent_at if told.id in carrier.carries else None
        return told.sent_at if told.status == "sent" else None

    def _of_steps(self, steps: dict[Rung, StepResult], due: dict[Rung, Step]) -> Iterator[str]:
        for rung, taken in steps.items():
            step = due.get(rung)
            if step is None:
                yield f"{rung.name}: does not apply, but there is {self._accounts(rung)}"
                continue
            name = f"{rung.name}, due {_text(step.at)}"
            if taken.late is None:
                yield f"{name}: was not taken"
            else:
                yield from _time_mismatch(name, taken.late, LIMIT)
            if len(self.story.of(rung)) != 1 or (taken.sent != 1 and not self._may_be_silent(step)):
                yield f"{name}: {taken.sent} messages were sent, not 1; {self._accounts(rung)}"
            for late in taken.heard:
                within = LIMIT + self.plan.ladder.together_within
                yield from _time_mismatch(f"{name}, the message from {_text(step.heard_from)}", late, within)
                ended = self._true_until(step)
                if ended and step.heard_from + late > ended + SENDING_TIME:
                    yield f"{name}: the message came when it was true no more, since {_text(ended)}"
        known = {told.id for rung in self.plan.ladder.rungs for told in self.story.of(rung)}
        for told in self.story.messages:
            if told.id not in known:
                yield f"a message that no step explains: {told}"

    def _true_until(self, step: Step) -> datetime | None:
        """Since when there is nothing to tell of the step any more: it was kept, or no longer lies ahead."""
        due = self.opened.request.promised if step.name == "warn" else None
        return min((at for at in (self.story.time("kept_at"), due) if at), default=None)

    def _may_be_silent(self, step: Step) -> bool:
        """Whether what there was to tell was over before the message had to be out."""
        latest = step.heard_from + LIMIT + self.plan.ladder.together_within
        ended = self._true_until(step)
        withheld = all(told.status in {"withheld", "held"} for told in self.story.of(step.rung))
        return withheld and latest > min(self.plan.until, ended or self.plan.until)

    def _of_commitment(self, due: dict[Rung, Step]) -> Iterator[str]:
        request, story, until = self.opened.request, self.story, self.plan.until
        flagged_at = story.time("flagged_at")
        if (flagged_at is not None) != any(rung.name == "flag" for rung in due):
            yield (
                f"was flagged at {_text(flagged_at)}, never late" if flagged_at else "was late, never flagged"
            )
        whole = request.promised is None or request.promised <= until
        if whole and request.overdue is not None and request.overdue != (flagged_at is not None):
            yield f"the file says that it was {'' if request.overdue else 'not '}overdue; the desk does not"
        if request.promised is None:
            if story.commitment is not None:
                yield "has a commitment, though nothing was promised"
            return
        status = "kept" if self.plan.was_kept(request) else "broken" if GIVE_UP in due else "open"
        if story.commitment is None or story.commitment["status"] != status:
            found = story.commitment["status"] if story.commitment else "not there"
            yield f"the commitment is {found} at the end, not {status}"
        given_up_at = story.given_up_at()
        if GIVE_UP in due and given_up_at:
            yield from _time_mismatch("giving up", given_up_at - due[GIVE_UP].at, LIMIT)
        kept_at = story.time("kept_at")
        if status == "kept" and kept_at and request.kept:
            off = kept_at - request.kept
            if not -KEEP_MARGIN <= off <= LIMIT:
                yield f"was kept at {_text(kept_at)}, not at {_text(request.kept)}"

    def _accounts(self, rung: Rung) -> str:
        return ", ".join(str(told) for told in self.story.of(rung)) or "no message"


def _time_mismatch(name: str, late: timedelta, limit: timedelta) -> Iterator[str]:
    if late < -ROUNDING:
        yield f"{name}: came {-late} early"
    elif late > limit:
        yield f"{name}: came {late} late"


def _outbox_differences(
    post: dict[str, tuple[str, TimelineMessage]], outbox: Sequence[Message]
) -> Iterator[str]:
    """Where the outbox and the rows of sent messages do not agree."""
    rows = {told.provider_id: (request_id, told) for request_id, told in post.values() if told.sent_at}
    for message in outbox:
        mail = f"{_text(message.at)} {message.medium} to {message.to} ({message.headline})"
        request_id, carrier = rows.pop(message.provider_id, ("", None))
        if carrier is None:
            yield f"{mail}: no row of a message explains it"
            continue
        carried = [post.get(told_id, (told_id, None)) for told_id in carrier.carries]
        for name, told in [(request_id, carrier), *carried]:
            if name not in message.text:
                yield f"{mail}: does not tell of {name}"
            if told is None or message.to != RECIPIENTS.get(told.to, message.to):
                yield f"{mail}: is not for the reader of {told or name}"
            if told is not carrier and (told is None or told.carried_by != carrier.id):
                yield f"{mail}: carries {told or name}, which does not say so"
    for request_id, told in rows.values():
        yield f"{request_id}: {told}, and not in the outbox"


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"

"""Compare what happened with the plan, and with the file's own statement of lateness."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from local.outbox import Message
from local.replay.ladder import GIVE_UP, Rung, Step
from local.replay.office import RECIPIENTS, Opened, Story, TimelineMessage
from local.replay.plan import KEEP_MARGIN, Plan
from local.replay.player import LIMIT

ROUNDING = timedelta(seconds=1)  # times are stored in whole seconds
SENDING_TIME = timedelta(minutes=1)  # a message may be being sent when its promise is kept


@dataclass(frozen=True)
class StepResult:
    """The result of one step: its lateness, and the lateness of each message sent for it.

    A message's lateness counts from its earliest time. `waited`: that was later than the step.
    """

    late: timedelta | None
    message_lateness: tuple[timedelta, ...]
    waited: bool

    @property
    def sent(self) -> int:
        """The number of messages sent, alone or in a batch."""
        return len(self.message_lateness)


@dataclass(frozen=True)
class RequestResult:
    """The result of one request. `steps` are those that were due or taken."""

    opened: Opened
    flagged: bool
    steps: dict[str, StepResult]
    mismatches: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """The results of all requests."""

    judged: Sequence[RequestResult]
    mails: int
    texts: int
    batched: int
    weekly_reports: int
    outbox_differences: Sequence[str]

    @property
    def exact(self) -> bool:
        """Whether everything is as planned."""
        return not self.outbox_differences and not any(one.mismatches for one in self.judged)

    def taken(self) -> Iterator[tuple[str, StepResult]]:
        """Yield all steps that were due or taken, with their names."""
        for one in self.judged:
            yield from one.steps.items()

    def lateness(self, *names: str) -> list[timedelta]:
        """Return the lateness of all steps, or of those with these names, ascending."""
        found = (result.late for name, result in self.taken() if not names or name in names)
        return sorted(late for late in found if late is not None)

    def message_lateness(self) -> list[timedelta]:
        """Return the lateness of all messages, ascending."""
        return sorted(late for _, result in self.taken() for late in result.message_lateness)


def judge(
    plan: Plan,
    stories: Sequence[tuple[Opened, Story]],
    outbox: Sequence[Message],
    weekly_reports: Sequence[TimelineMessage] = (),
) -> Verdict:
    """Compare what happened with the plan. `weekly_reports` are mails about no request."""
    sent = {report.provider_id: report for report in weekly_reports if report.sent_at}
    about_requests = [message for message in outbox if message.provider_id not in sent]
    lost = sent.keys() - {message.provider_id for message in outbox}
    post = {
        message_row.id: (opened.request.id, message_row)
        for opened, story in stories
        for message_row in story.messages
    }
    return Verdict(
        judged=[_RequestJudge(plan, opened, story, post).judged() for opened, story in stories],
        mails=sum(message.medium == "email" for message in about_requests),
        texts=sum(message.medium == "sms" for message in about_requests),
        batched=sum(message_row.status == "grouped" for _, message_row in post.values()),
        weekly_reports=len(outbox) - len(about_requests),
        outbox_differences=[
            *_outbox_differences(post, about_requests),
            *(f"{sent[provider_id]}, and not in the outbox" for provider_id in lost),
        ],
    )


def median_of(spans: Sequence[timedelta]) -> timedelta:
    """Return the median."""
    return timedelta(seconds=median(span.total_seconds() for span in spans))


@dataclass(frozen=True)
class _RequestJudge:
    """Judges one request by its plan and its timeline. `post` maps ids to all messages."""

    plan: Plan
    opened: Opened
    story: Story
    post: dict[str, tuple[str, TimelineMessage]]

    def judged(self) -> RequestResult:
        due = {step.rung: step for step in self.plan.steps(self.opened.request)}
        found = [rung for rung in self.plan.ladder.rungs if rung in due or self.story.of(rung)]
        steps = {rung: self._taken(rung, due.get(rung)) for rung in found}
        mismatches = (*self._of_steps(steps, due), *self._of_commitment(due))
        by_name = {rung.name: result for rung, result in steps.items()}
        return RequestResult(self.opened, self.story.time("flagged_at") is not None, by_name, mismatches)

    def _taken(self, rung: Rung, due: Step | None) -> StepResult:
        at = self.story.taken_at(rung)
        times = [sent_at for message_row in self.story.of(rung) if (sent_at := self._sent_at(message_row))]
        return StepResult(
            late=at - due.at if at and due else None,
            message_lateness=tuple(sent_at - due.notify_from for sent_at in times) if due else (),
            waited=due is not None and due.is_held,
        )

    def _sent_at(self, message_row: TimelineMessage) -> datetime | None:
        """Return when it was sent, alone or with the message that carries it, or None."""
        if message_row.status == "grouped":
            _, carrier = self.post.get(message_row.carried_by or "", ("", message_row))
            return carrier.sent_at if message_row.id in carrier.carries else None
        return message_row.sent_at if message_row.status == "sent" else None

    def _of_steps(self, steps: dict[Rung, StepResult], due: dict[Rung, Step]) -> Iterator[str]:
        for rung, result in steps.items():
            step = due.get(rung)
            if step is None:
                yield f"{rung.name}: does not apply, but there is {self._accounts(rung)}"
                continue
            name = f"{rung.name}, due {_text(step.at)}"
            if result.late is None:
                yield f"{name}: was not taken"
            else:
                yield from _time_mismatch(name, result.late, LIMIT)
            if len(self.story.of(rung)) != 1 or (result.sent != 1 and not self._may_be_silent(step)):
                yield f"{name}: {result.sent} messages were sent, not 1; {self._accounts(rung)}"
            for late in result.message_lateness:
                within = LIMIT + self.plan.ladder.batch_within
                yield from _time_mismatch(f"{name}, the message from {_text(step.notify_from)}", late, within)
                ended = self._true_until(step)
                if ended and step.notify_from + late > ended + SENDING_TIME:
                    yield f"{name}: the message came when it was true no more, since {_text(ended)}"
        known = {message_row.id for rung in self.plan.ladder.rungs for message_row in self.story.of(rung)}
        ended = self.story.given_up_at()
        for message_row in self.story.messages:
            # Once a promise is given up, its agent is asked whether the matter is solved.
            asks = message_row.purpose == "follow_up_reminder" and ended and message_row.created_at >= ended
            if message_row.id not in known and not asks:
                yield f"a message that no step explains: {message_row}"

    def _true_until(self, step: Step) -> datetime | None:
        """Return when the message became untrue: the promise was kept, or a warning is past `due_at`."""
        due = self.opened.request.promised if step.name == "warn" else None
        return min((at for at in (self.story.time("kept_at"), due) if at), default=None)

    def _may_be_silent(self, step: Step) -> bool:
        """Whether the message may be missing, because it was no longer true at its time."""
        latest = step.notify_from + LIMIT + self.plan.ladder.batch_within
        ended = self._true_until(step)
        withheld = all(message_row.status in {"withheld", "held"} for message_row in self.story.of(step.rung))
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
        return ", ".join(str(message_row) for message_row in self.story.of(rung)) or "no message"


def _time_mismatch(name: str, late: timedelta, limit: timedelta) -> Iterator[str]:
    if late < -ROUNDING:
        yield f"{name}: came {-late} early"
    elif late > limit:
        yield f"{name}: came {late} late"


def _outbox_differences(
    post: dict[str, tuple[str, TimelineMessage]], outbox: Sequence[Message]
) -> Iterator[str]:
    """Yield the differences between the outbox and the rows of sent messages."""
    rows = {
        message_row.provider_id: (request_id, message_row)
        for request_id, message_row in post.values()
        if message_row.sent_at
    }
    for message in outbox:
        mail = f"{_text(message.at)} {message.medium} to {message.to} ({message.headline})"
        request_id, carrier = rows.pop(message.provider_id, ("", None))
        if carrier is None:
            yield f"{mail}: no row of a message explains it"
            continue
        carried = [post.get(told_id, (told_id, None)) for told_id in carrier.carries]
        for name, message_row in [(request_id, carrier), *carried]:
            if name not in message.text:
                yield f"{mail}: does not tell of {name}"
            if message_row is None or message.to != RECIPIENTS.get(message_row.to, message.to):
                yield f"{mail}: is not for the reader of {message_row or name}"
            if message_row is not carrier and (message_row is None or message_row.carried_by != carrier.id):
                yield f"{mail}: carries {message_row or name}, which does not say so"
    for request_id, message_row in rows.values():
        yield f"{request_id}: {message_row}, and not in the outbox"


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"

"""Training topics: where cases bring trouble more often, how sure that is, and whether training helped.

A case brings trouble if its customer had to come again, was unhappy, or a promise to them was missed. Of a
topic with fewer than five cases nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from vaada.model.cases import Case
from vaada.model.policy import PolicyDocument
from vaada.model.training import TopicKind, Training
from vaada.rules import confidence_intervals, survey_answers
from vaada.rules.report_figures import figures_of
from vaada.rules.reports import Interval, Rows

LEAST = 5
"""The smallest number of cases for which a share is computed."""
PERIOD = timedelta(weeks=13)

_EXAMPLES = 5


@dataclass(frozen=True)
class Share:
    """How many cases of a group brought trouble, and the confidence interval of their share."""

    troubled: int
    cases: int
    interval: Interval


@dataclass(frozen=True)
class Effect:
    """The effect of a training. `change` is the confidence interval of the share after minus before.

    None: there are too few cases yet.
    """

    training: Training
    before: Share | None
    after: Share | None
    change: Interval | None

    @property
    def helped(self) -> bool:
        """Whether the share of trouble surely went down afterwards."""
        return self.change is not None and self.change[1] < 0

    @property
    def made_worse(self) -> bool:
        """Whether the share of trouble surely went up afterwards."""
        return self.change is not None and self.change[0] > 0


@dataclass(frozen=True)
class Topic:
    """A topic with its cases, the latest first. `is_sure`: it is surely worse than all cases together."""

    key: str
    kind: TopicKind
    name: str
    share: Share
    examples: Sequence[Case]
    is_sure: bool
    effect: Effect | None


def topics(rows: Rows, done: Iterable[Training], policy: PolicyDocument, now: datetime) -> list[Topic]:
    """Return the topics of the last 13 weeks that brought trouble, the surest first.

    `rows` also reach back to before what was `done`.
    """
    cases = [case for case in rows.cases if case.status != "merged"]
    troubled = _troubled(rows, policy, now)
    trainings = {one.id: one for one in done}
    by_topic: defaultdict[tuple[TopicKind, str], list[Case]] = defaultdict(list)
    for case in cases:
        for topic in _topics_of(case):
            by_topic[topic].append(case)
    lately = [case for case in cases if case.opened_at > now - PERIOD]
    usual = share_of(lately, troubled)
    found = []
    for (kind, name), members in by_topic.items():
        key = topic_key(kind, name)
        training = trainings.get(key)
        share = share_of([case for case in members if case.opened_at > now - PERIOD], troubled)
        if share is None or not share.troubled:
            continue
        examples = sorted(
            (case for case in members if case.id in troubled and case.opened_at > now - PERIOD),
            key=lambda case: case.opened_at,
            reverse=True,
        )
        effect = effect_of(training, members, troubled, now) if training else None
        is_sure = usual is not None and share.interval[0] > usual.troubled / usual.cases
        found.append(Topic(key, kind, name, share, examples[:_EXAMPLES], is_sure, effect))
    return sorted(found, key=lambda topic: (-topic.share.interval[0], topic.key))


def effect_of(training: Training, cases: Iterable[Case], troubled: frozenset[str], now: datetime) -> Effect:
    """Return the effect of a training, from the topic's cases 13 weeks before it and since."""
    members, done_at = list(cases), training.done_at
    before = share_of([one for one in members if done_at - PERIOD <= one.opened_at < done_at], troubled)
    after = share_of([one for one in members if done_at <= one.opened_at <= now], troubled)
    change = None
    if before is not None and after is not None:
        change = confidence_intervals.for_difference(
            after.troubled, after.cases, before.troubled, before.cases
        )
    return Effect(training, before, after, change)


def share_of(cases: Sequence[Case], troubled: frozenset[str]) -> Share | None:
    """Return the share of these cases that brought trouble. None: there are too few."""
    if len(cases) < LEAST:
        return None
    count = sum(case.id in troubled for case in cases)
    interval = confidence_intervals.for_share(count, len(cases))
    return Share(count, len(cases), interval) if interval else None


def mark(topic: Topic, what: str, now: datetime, by: str) -> Training:
    """Return the record of what was done about a topic. An earlier one is replaced."""
    fields = {"what": what, "done_at": now, "done_by": by}
    if topic.effect is not None:
        return topic.effect.training.changed(**fields)
    return Training(training_id=topic.key, topic=topic.kind, name=topic.name, **fields)


def topic_key(kind: TopicKind, name: str) -> str:
    """Return the key of a topic in addresses, which reveals none of its words."""
    return sha256(f"{kind}/{name}".encode()).hexdigest()[:16]


def _topics_of(case: Case) -> Iterator[tuple[TopicKind, str]]:
    yield "kind", case.kind
    if case.hand_offs:
        yield "handed_on", ""
    if cause := (case.cause or "").strip():
        yield "cause", cause.casefold()


def _troubled(rows: Rows, policy: PolicyDocument, now: datetime) -> frozenset[str]:
    """Return the ids of the cases that brought trouble."""
    came_again = {case.id for case in rows.cases if case.repeat_contacts or case.reopenings}
    unhappy = {row.case_id for row in rows.surveys if row.case_id and survey_answers.is_low(row, policy)}
    missed = {row.case_id for row in rows.commitments if "missed" in figures_of(row, now)}
    return frozenset(came_again | unhappy | missed)

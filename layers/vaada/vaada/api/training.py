"""/api/training-topics."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, StringConstraints

from vaada.api import problems
from vaada.api.resolver import app, change_once, current_user, desk, now, stored
from vaada.flows import training
from vaada.flows.reports import TooManyRows
from vaada.model.text import Input, Line
from vaada.model.training import TOPIC_KEY_PATTERN, TopicKind, Training
from vaada.rules.reports import Interval
from vaada.rules.training import Effect, Share, Topic

Key = Annotated[str, StringConstraints(pattern=TOPIC_KEY_PATTERN), Path()]


class NewTraining(Input):
    """The input for what was done about a topic."""

    what: Line


class TroubledShare(BaseModel):
    """The cases of a group that brought trouble, as a share with its 95 % confidence interval."""

    troubled: int
    cases: int
    interval: Interval


class TrainingEffect(BaseModel):
    """What was done, the shares before and after, and the confidence interval of their difference."""

    training: Training
    before: TroubledShare | None
    after: TroubledShare | None
    change: Interval | None


class TrainingTopic(BaseModel):
    """A topic, its share of trouble, and its cases. `is_sure`: it is surely worse than the usual share."""

    key: str
    kind: TopicKind
    name: str
    share: TroubledShare
    case_ids: tuple[str, ...]
    is_sure: bool
    effect: TrainingEffect | None


class TrainingTopics(BaseModel):
    """The topics, beginning with those that are surely worse than usual."""

    items: tuple[TrainingTopic, ...]


@app.get("/api/training-topics", summary="Where cases bring trouble more often", tags=["Reports"])
def list_training_topics() -> TrainingTopics:
    current_user().require_manager()
    try:
        found = training.topics(desk(), now())
    except TooManyRows as error:
        raise problems.invalid("from", str(error)) from None
    return TrainingTopics(items=tuple(_topic(one) for one in found))


@app.post("/api/training-topics/<key>/mark", summary="Note what was done about a topic", tags=["Reports"])
def mark_training_topic(key: Key, body: Annotated[NewTraining, Body()]) -> Training:
    caller = current_user()
    caller.require_manager()
    return change_once(
        key,
        lambda: training.mark(desk(), key, body.what, now(), caller.id),
        stored(Training),
    )


def _topic(one: Topic) -> TrainingTopic:
    return TrainingTopic(
        key=one.key,
        kind=one.kind,
        name=one.name,
        share=_share(one.share),
        case_ids=tuple(case.id for case in one.examples),
        is_sure=one.is_sure,
        effect=_effect(one.effect) if one.effect else None,
    )


def _effect(one: Effect) -> TrainingEffect:
    before, after = (_share(each) if each else None for each in (one.before, one.after))
    return TrainingEffect(training=one.training, before=before, after=after, change=one.change)


def _share(one: Share) -> TroubledShare:
    return TroubledShare(troubled=one.troubled, cases=one.cases, interval=one.interval)

"""What customers text back."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.answer import receive
from vaada.flows.suppressing import start_again, suppress
from vaada.gateways.news import IncomingText
from vaada.model.work import SCALES, Answer, Survey
from vaada.rules import opt_outs
from vaada.rules.surveys import DWELL


def take(desk: Desk, text: IncomingText, now: datetime) -> str:
    """Do what the text asks for. Says what it was, for the log. Raises Busy."""
    if opt_outs.is_stop(text.words):
        suppress(desk, "sms", text.number, "texted_stop", now)
        return "stop"
    if opt_outs.is_start(text.words):
        start_again(desk, text.number)
        return "start"
    score = opt_outs.score(text.words)
    if score is None or text.answers is None:
        return "not understood"
    return _answer(desk, text.answers, score, now)


def _answer(desk: Desk, provider_id: str, score: int, now: datetime) -> str:
    """The number answers the survey that the text before asked."""
    message = desk.table.text_message(provider_id)
    survey = desk.table.get(Survey, message.about_id) if message and message.to == "customer" else None
    if survey is None:
        return "answers nothing"
    if score not in SCALES[survey.kind]:
        return "not on the scale"
    # It came from the number that was asked: no page could tell more of a person.
    return receive(desk, survey.id, Answer(at=now, score=score), DWELL, confirmed=True).outcome

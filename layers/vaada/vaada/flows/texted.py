"""What customers text back."""

from datetime import datetime

from vaada.desk import Desk
from vaada.flows.answer import receive
from vaada.flows.suppressing import start_again, stop
from vaada.model.news import OptOut, TextedScore
from vaada.model.work import SCALES, Answer, Survey
from vaada.rules.surveys import DWELL


def opt_out(desk: Desk, news: OptOut, now: datetime) -> str:
    """Stop to write to the number, or start again. Says what it was, for the log. Raises Busy."""
    if news.said == "stop":
        stop(desk, "sms", news.suppression_id, "texted_stop", now)
    else:
        start_again(desk, news.suppression_id)
    return news.said


def take_score(desk: Desk, news: TextedScore, now: datetime) -> str:
    """The number answers the survey that the text before asked. Says what came of it. Raises Busy."""
    message = desk.table.text_message(news.answers)
    survey = desk.table.get(Survey, message.about_id) if message and message.to == "customer" else None
    if survey is None:
        return "answers nothing"
    if news.score not in SCALES[survey.kind]:
        return "not on the scale"
    # It came from the number that was asked: no page could tell more of a person.
    return receive(desk, survey.id, Answer(at=now, score=news.score), DWELL, confirmed=True).outcome

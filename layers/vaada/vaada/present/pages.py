"""Pages: complete HTML documents that need no script, in the visitor's words."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Literal

from vaada.model.people import Medium
from vaada.present import rendering
from vaada.present.deadline_explanation import small_print
from vaada.present.i18n import Words, words
from vaada.present.relative_time import count
from vaada.present.sanitize import line, typed
from vaada.present.view_models import (
    SCORES,
    ActionName,
    Brief,
    BriefKind,
    CallBack,
    NextStep,
    Referral,
    Review,
    SurveyKind,
    urgency,
)

_STYLE = (rendering.TEMPLATES / "page" / "page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""To be sent with every page: nothing is loaded, nothing runs, only our own style applies."""

SurveyProblem = Literal["score", "comment", "again"]
"""No answer chosen; a comment too long; a page that lay open too long, to be sent once more."""

ActionProblem = Literal["do", "date", "past", "reason", "confirm"]
"""No action chosen; no date or time; one that is past; no reason; sent otherwise than people do."""

RefusedBecause = Literal["too_large", "unreadable", "too_often"]
"""What was sent is too long; no form of ours; or one of too many within a short time."""

_ACTION_PROBLEMS: dict[ActionProblem, str] = {
    "do": "Choose what to do.",
    "date": "Enter a date and a time.",
    "past": "Choose a date and a time still to come.",
    "reason": "Say why, in at most 500 characters.",
    "confirm": "Please confirm: look once more, and press the button again. This time nothing was changed.",
}
_FIELD_OF: dict[str, str] = {"date": "date", "past": "date", "reason": "reason"}
_KINDS: dict[BriefKind, str] = {"follow_up": "follow-up", "commitment": "promise", "reply": "answer"}
_MEDIA: dict[Medium, str] = {"email": "by e-mail", "sms": "by text message"}
_TIMES = {1: "once", 2: "twice", 3: "three times"}
_ENDED = {
    "kept": "The promise was already kept",
    "withdrawn": "The promise was taken back",
    "broken": "The promise was not kept",
    "done": "It was already done",
    "cancelled": "It was cancelled",
    "given": "The customer already had an answer",
    "paused": "It waits for the customer",
    "granted": "It was already granted",
    "approved": "It was already approved",
    "declined": "It was already declined",
}
"""How a row stands that is no longer open, in words. Other states are named as they are."""


def survey_form(
    *,
    business: str,
    language: str,
    agent_name: str,
    path: str,
    score: int | None,
    comment: str = "",
    problem: SurveyProblem | None = None,
    kind: SurveyKind = "csat",
    what: str | None = None,
    nonce: str = "",
) -> str:
    """The question, with the answer that was tapped chosen already. `what` is the promise it is about.

    Sends `score`, `comment`, `nonce`, `website`. Only machines see the last and fill it in.
    """
    language_words = words(language)
    return _page(
        "survey_form",
        language_words,
        business,
        agent_name=agent_name,
        path=path,
        score=score,
        comment=typed(comment),
        problem=problem,
        kind=kind,
        what=what,
        nonce=nonce,
        scores=SCORES[kind],
        meanings=language_words.meanings(kind),
    )


def survey_confirm(
    *, business: str, language: str, kind: SurveyKind, score: int, comment: str, path: str, nonce: str
) -> str:
    """Asks for one more tap, which a machine would not make. Sends `score`, `comment`, `nonce`, `confirm`."""
    language_words = words(language)
    return _page(
        "survey_confirm",
        language_words,
        business,
        answer=language_words.answer(kind, score),
        score=score,
        comment=typed(comment),
        path=path,
        nonce=nonce,
    )


def survey_thanks(
    *,
    business: str,
    language: str,
    score: int,
    followed_up: bool = False,
    kind: SurveyKind = "csat",
    next_step: NextStep | None = None,
) -> str:
    """The answer has arrived; `followed_up` when somebody will see to an unhappy one."""
    language_words = words(language)
    call = next_step if isinstance(next_step, CallBack) else None
    return _page(
        "survey_thanks",
        language_words,
        business,
        score=score,
        kind=kind,
        followed_up=followed_up,
        call=call,
        call_when=call and language_words.moment(call.by, call.now),
        review_url=next_step.url if isinstance(next_step, Review) else None,
        referral=next_step.words if isinstance(next_step, Referral) else None,
    )


def survey_over(*, business: str, language: str, because: Literal["answered", "expired", "withdrawn"]) -> str:
    """The survey can no longer be answered; `withdrawn` when the matter was opened again."""
    return _page("survey_over", words(language), business, because=because)


def action_form(
    *,
    business: str,
    brief: Brief,
    path: str,
    chosen: ActionName | None,
    problem: ActionProblem | None = None,
    asking: bool = False,
    entered: Mapping[str, str] | None = None,
    nonce: str = "",
) -> str:
    """The brief, and a form for each action, the chosen one first.

    Sends `do`, `date`, `time`, `reason`, `nonce`, `website`. Only machines see the last and fill it in.

    `asking`: the customer could not be reached so often that the page asks what now; `brief.unreached`
    counts the last time too.
    `entered` is what was sent before, so that a mistake costs no typing.
    """
    blank = {"date": "", "time": f"{brief.due_at:%H:%M}", "reason": ""}
    actions = list(brief.actions)
    # Who cannot be written to has to be called, and a new date agreed.
    untellable = "running_late" in actions and brief.tell_by is None
    if untellable:
        actions.remove("running_late")
        chosen = "new_date" if chosen == "running_late" else chosen
    unreached = _TIMES.get(brief.unreached, f"{brief.unreached} times")
    return _page(
        "action_form",
        words("en"),
        business,
        brief=brief,
        path=path,
        actions=sorted(actions, key=lambda name: name != chosen),
        problem=problem and _ACTION_PROBLEMS[problem],
        field=_FIELD_OF.get(problem or ""),
        what=_KINDS.get(brief.kind),
        asking=asking,
        unreached=unreached,
        tried=f"Not reached {unreached} so far. " if brief.unreached else "",
        told_by=brief.tell_by and _MEDIA[brief.tell_by],
        untellable=untellable,
        why_now=brief.reckoning and small_print(brief.reckoning, brief.due_at.tzinfo),
        entered={**blank, **{name: typed(text) for name, text in (entered or {}).items() if text}},
        nonce=nonce,
    )


def action_list(*, business: str, briefs: Sequence[Brief]) -> str:
    """What one text reminded of, the most urgent first, each with the link to its own page."""
    heading = count(len(briefs), "reminder") if briefs else "Nothing left to do"
    return _page("action_list", words("en"), business, heading=heading, briefs=sorted(briefs, key=urgency))


def action_done(*, business: str, message: str) -> str:
    """What was just done, in the caller's words."""
    return _page("action_done", words("en"), business, message=message)


def action_over(
    *,
    business: str,
    because: Literal["closed", "expired"],
    status: str | None,
    when: str | None = None,
    path: str | None = None,
    nonce: str = "",
    again: bool = False,
) -> str:
    """The link can no longer be used: the matter is closed (how, and when), or the link is too old.

    With a `path` a new link can be asked for; `again` asks for one more tap. Sends `do`, `nonce`, `website`.
    """
    ended = _ENDED.get(status, f"It is {line(status)}") if status else "This was closed before"
    return _page(
        "action_over",
        words("en"),
        business,
        because=because,
        ended=ended,
        when=when,
        path=path,
        nonce=nonce,
        problem=_ACTION_PROBLEMS["confirm"] if again else None,
    )


def action_sent(*, business: str) -> str:
    """A new link was sent, to the address on record and nowhere else."""
    return _page("action_sent", words("en"), business)


def unsubscribe_form(*, business: str, language: str, path: str) -> str:
    """Asks once more before the messages stop."""
    return _page("unsubscribe_form", words(language), business, path=path)


def unsubscribed(*, business: str, language: str, path: str, nonce: str | None, again: bool = False) -> str:
    """The messages have stopped; with a `nonce` they may go on, and `again` asks for one more tap.

    Sends `do`, `nonce`, `website`.
    """
    return _page("unsubscribed", words(language), business, path=path, nonce=nonce, again=again)


def subscribed_again(*, business: str, language: str) -> str:
    """It was a mistake: the messages go on."""
    return _page("subscribed_again", words(language), business)


def link_problem(*, business: str, language: str = "en") -> str:
    """The link is not one of ours, or not whole. Says the same whatever is wrong with it."""
    return _page("link_problem", words(language), business)


def refused(*, business: str, language: str, because: RefusedBecause) -> str:
    """What was sent was not taken, and what would help."""
    return _page("refused", words(language), business, because=because)


def _page(name: str, language: Words, business: str, **values: object) -> str:
    return rendering.html(f"page/{name}.html", language, business=business, style=_STYLE, **values)

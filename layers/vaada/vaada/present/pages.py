"""Public pages: complete HTML documents without scripts, in the visitor's language."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Literal

from vaada.model.campaigns import EventAnswer
from vaada.model.people import Subscription
from vaada.model.work import SCALES, SurveyKind
from vaada.present import rendering
from vaada.present.deadline_explanation import explanation_line
from vaada.present.i18n import Words, words
from vaada.present.sanitize import printable
from vaada.present.translation_marks import _
from vaada.present.view_models import (
    ActionName,
    Brief,
    CallBack,
    NextStep,
    Referral,
    Review,
    TaskLine,
    urgency,
)

STYLE = (rendering.TEMPLATES / "page" / "page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""The header of every page: it loads nothing, runs no script, and has only our own style."""

FormProblem = Literal["do", "date", "past", "far", "reason", "what", "confirm", "score", "comment", "again"]
"""What is wrong with a form: no action, no date, a date that has passed or is too far ahead, no reason, no
words for what was promised, not sent by a person; of a survey: no score, a comment too long, a page too old
that is to be sent once more."""

OverBecause = Literal["closed", "expired", "left"]
"""Why a staff link cannot be used: its task is closed, it is too old, or its reader has left."""

RefusedBecause = Literal["too_large", "unreadable", "too_often"]
"""The request is too large, is no form of ours, or there were too many in a short time."""


_CONFIRM = _("Please confirm: look once more, and press the button again. This time nothing was changed.")
ACTION_PROBLEMS: dict[FormProblem, str] = {
    "do": _("Choose what to do."),
    "date": _("Enter a date and a time."),
    "past": _("Choose a date and a time still to come."),
    "far": _("Choose a date within the next ten years."),
    "reason": _("Say why, in at most 500 characters."),
    "what": _("Say what you promised, in at most 500 characters."),
    "confirm": _CONFIRM,
}
"""What is wrong with a form of staff, in English; translated when it is shown."""

FIELD_OF: dict[str, str] = {
    "date": "date",
    "past": "date",
    "far": "date",
    "reason": "reason",
    "what": "what",
}
"""The field of a staff form at which each problem is shown."""

_CLOSED = _("This was closed before.")
_CLOSED_STATUS = {
    "kept": _("The promise was already kept."),
    "withdrawn": _("The promise was taken back."),
    "broken": _("The promise was not kept."),
    "done": _("It was already done."),
    "cancelled": _("It was cancelled."),
    "given": _("The customer already had an answer."),
    "paused": _("It waits for the customer."),
    "granted": _("It was already granted."),
    "approved": _("It was already approved."),
    "declined": _("It was already declined."),
}
"""The status of a closed row in words."""


def survey_form(
    *,
    business: str,
    language: str,
    agent_name: str,
    path: str,
    score: int | None,
    comment: str = "",
    problem: FormProblem | None = None,
    kind: SurveyKind = "csat",
    what: str | None = None,
    nonce: str = "",
) -> str:
    """Return the survey's form. `score` is preselected; `what` is the promise it is about.

    The form sends `score`, `comment`, `nonce` and `website`, a hidden field that only bots fill in.
    """
    language_words = words(language)
    return _page(
        "survey_form",
        language_words,
        business,
        agent_name=agent_name,
        path=path,
        score=score,
        comment=printable(comment),
        problem=problem,
        kind=kind,
        what=what,
        nonce=nonce,
        scores=SCALES[kind],
        meanings=language_words.meanings(kind),
    )


def survey_confirm(
    *, business: str, language: str, kind: SurveyKind, score: int, comment: str, path: str, nonce: str
) -> str:
    """Return the page that asks a possible bot to tap once more.

    The form sends `score`, `comment`, `nonce` and `confirm`.
    """
    language_words = words(language)
    return _page(
        "survey_confirm",
        language_words,
        business,
        answer=language_words.answer(kind, score),
        score=score,
        comment=printable(comment),
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
    """Return the page after an answer. `followed_up`: somebody will contact an unhappy customer."""
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
    """Return the page for a survey that cannot be answered any more. `withdrawn`: its case was reopened."""
    return _page("survey_over", words(language), business, because=because)


def action_form(
    *,
    business: str,
    brief: Brief,
    path: str,
    chosen: ActionName | None,
    problem: FormProblem | None = None,
    asking: bool = False,
    entered: Mapping[str, str] | None = None,
    nonce: str = "",
) -> str:
    """Return the page with the brief and a form for each action, the chosen action first.

    The forms send `do`, `date`, `time`, `reason`, `nonce` and `website`, a hidden field that only bots fill
    in.

    `asking`: the customer could not be reached several times, so the page asks what to do instead;
    `brief.unreached` includes the latest attempt. `entered` are the values sent before, to correct them.
    """
    blank = {"date": "", "time": f"{brief.due_at:%H:%M}", "reason": ""}
    actions = list(brief.actions)
    # A customer who cannot be sent messages must be called, to agree a new date.
    untellable = "running_late" in actions and brief.late_notice_medium is None
    if untellable:
        actions.remove("running_late")
        chosen = "new_date" if chosen == "running_late" else chosen
    language = brief.words
    tried = language.catalogue.ngettext("Not reached once.", "Not reached %(n)s times.", brief.unreached)
    return _page(
        "action_form",
        language,
        business,
        brief=brief,
        path=path,
        actions=sorted(actions, key=lambda name: name != chosen),
        problem=problem and language.catalogue.gettext(ACTION_PROBLEMS[problem]),
        field=FIELD_OF.get(problem or ""),
        asking=asking,
        tried=f"{tried % {'n': brief.unreached}} " if brief.unreached else "",
        untellable=untellable,
        why_now=brief.explanation and explanation_line(brief.explanation, brief.due_at.tzinfo, language),
        entered={**blank, **{name: printable(text) for name, text in (entered or {}).items() if text}},
        nonce=nonce,
    )


def action_list(*, business: str, language: str, tasks: Sequence[Brief | TaskLine]) -> str:
    """Return the page with the tasks of one message, each with a link, the most urgent first."""
    catalogue = words(language).catalogue
    count = catalogue.ngettext("%(n)s reminder", "%(n)s reminders", len(tasks)) % {"n": len(tasks)}
    heading = count if tasks else catalogue.gettext("Nothing left to do")
    return _page("action_list", words(language), business, heading=heading, tasks=sorted(tasks, key=urgency))


def action_done(*, business: str, language: str, message: str) -> str:
    """Return the page that confirms an action with this message."""
    return _page("action_done", words(language), business, message=message)


def action_over(
    *,
    business: str,
    language: str,
    because: OverBecause,
    status: str | None,
    when: str | None = None,
    path: str | None = None,
    nonce: str = "",
    again: bool = False,
) -> str:
    """Return the page for a link that cannot be used: the task is closed (how and when), it is too old, or
    its reader has left the business.

    With a `path` it offers to send a new link; `again` asks for one more tap. The form sends `do`, `nonce`
    and `website`.
    """
    gettext = words(language).catalogue.gettext
    return _page(
        "action_over",
        words(language),
        business,
        because=because,
        ended=gettext(_CLOSED_STATUS.get(status or "", _CLOSED)),
        when=when,
        path=path,
        nonce=nonce,
        problem=gettext(_CONFIRM) if again else None,
    )


def action_sent(*, business: str, language: str) -> str:
    """Return the page that says that a new link was sent, to the address on record."""
    return _page("action_sent", words(language), business)


def unsubscribe_form(*, business: str, language: str, subscription: Subscription, path: str) -> str:
    """Return the page that asks to confirm the unsubscription."""
    return _page("unsubscribe_form", words(language), business, subscription=subscription, path=path)


def unsubscribed(
    *,
    business: str,
    language: str,
    subscription: Subscription,
    path: str,
    nonce: str | None,
    again: bool = False,
) -> str:
    """Return the page after unsubscribing. With a `nonce` it offers undo; `again` asks to confirm.

    The form sends `do`, `nonce` and `website`.
    """
    values = {"subscription": subscription, "path": path, "nonce": nonce, "again": again}
    return _page("unsubscribed", words(language), business, **values)


def subscribed_again(*, business: str, language: str, subscription: Subscription) -> str:
    """Return the page after the unsubscription was undone."""
    return _page("subscribed_again", words(language), business, subscription=subscription)


def event_form(
    *,
    business: str,
    language: str,
    subject: str,
    when: str,
    place: str,
    path: str,
    answer: EventAnswer | None,
    problem: Literal["answer", "again"] | None = None,
    nonce: str = "",
) -> str:
    """Return the page that asks whether the customer will come. `answer` is preselected.

    The form sends `answer`, `nonce` and `website`, a hidden field that only bots fill in.
    """
    values = {"subject": subject, "when": when, "place": place, "path": path, "answer": answer}
    return _page("event_form", words(language), business, **values, problem=problem, nonce=nonce)


def event_answered(
    *, business: str, language: str, subject: str, when: str, place: str, answer: EventAnswer
) -> str:
    """Return the page after an answer to an invitation."""
    values = {"subject": subject, "when": when, "place": place, "answer": answer}
    return _page("event_answered", words(language), business, **values)


def event_over(*, business: str, language: str, because: Literal["cancelled", "begun", "expired"]) -> str:
    """Return the page for an invitation that cannot be answered any more."""
    return _page("event_over", words(language), business, because=because)


def link_problem(*, business: str, language: str = "en") -> str:
    """Return the page for an invalid link. It is the same for every reason, to give attackers no oracle."""
    return _page("link_problem", words(language), business)


def refused(*, business: str, language: str, because: RefusedBecause) -> str:
    """Return the page for a request that was refused, with advice."""
    return _page("refused", words(language), business, because=because)


def _page(name: str, language: Words, business: str, **values: object) -> str:
    return rendering.html(f"page/{name}.html", language, business=business, style=STYLE, **values)

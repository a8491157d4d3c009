"""Pages: complete HTML documents that need no script, in the visitor's words."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Literal

from vaada.present import rendering
from vaada.present.briefs import ActionName, Brief
from vaada.present.words import Words, words

_STYLE = (rendering.TEMPLATES / "page" / "page.css").read_text(encoding="utf-8")
_STYLE_HASH = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""To be sent with every page: nothing is loaded, nothing runs, only our own style applies."""

SurveyProblem = Literal["score", "comment"]
"""No face chosen; a comment too long; the form too old, or sent sooner than a person can."""

ActionProblem = Literal["do", "date", "past", "reason"]
"""No action chosen; no date or time; one that is past; no reason; as above."""

_ACTION_PROBLEMS: dict[ActionProblem, str] = {
    "do": "Choose what to do.",
    "date": "Enter a date and a time.",
    "past": "Choose a date and a time still to come.",
    "reason": "Say why the date moves, in at most 500 characters.",
}
_FIELD_OF: dict[str, str] = {"date": "date", "past": "date", "reason": "reason"}


def survey_form(
    *,
    business: str,
    language: str,
    agent_name: str,
    path: str,
    score: int | None,
    comment: str = "",
    problem: SurveyProblem | None = None,
) -> str:
    """The question, with the face that was tapped chosen already. Sends `score` and `comment`."""
    return _page(
        "survey_form",
        words(language),
        business,
        agent_name=agent_name,
        path=path,
        score=score,
        comment=comment,
        problem=problem,
        faces=words(language).faces(),
    )


def survey_thanks(*, business: str, language: str, score: int, followed_up: bool) -> str:
    """The answer has arrived; `followed_up` when somebody will see to an unhappy one."""
    return _page("survey_thanks", words(language), business, score=score, followed_up=followed_up)


def survey_over(*, business: str, language: str, because: Literal["answered", "expired"]) -> str:
    """The survey can no longer be answered."""
    return _page("survey_over", words(language), business, because=because)


def action_form(
    *,
    business: str,
    brief: Brief,
    path: str,
    chosen: ActionName | None,
    problem: ActionProblem | None = None,
    follow_up: bool,
    entered: Mapping[str, str] | None = None,
) -> str:
    """The brief, and a form for each action, the chosen one first. Sends `do`, `date`, `time`, `reason`.

    `entered` is what was sent before, so that a mistake costs no typing.
    """
    blank = {"date": "", "time": f"{brief.due_at:%H:%M}", "reason": ""}
    return _page(
        "action_form",
        words("en"),
        business,
        brief=brief,
        path=path,
        actions=sorted(brief.actions, key=lambda name: name != chosen),
        problem=problem and _ACTION_PROBLEMS[problem],
        field=_FIELD_OF.get(problem or ""),
        what="follow-up" if follow_up else "promise",
        entered={**blank, **{name: text for name, text in (entered or {}).items() if text}},
    )


def action_done(*, business: str, message: str) -> str:
    """What was just done, in the caller's words."""
    return _page("action_done", words("en"), business, message=message)


def action_over(*, business: str, because: Literal["closed", "expired"], status: str | None) -> str:
    """The link can no longer be used: the matter is closed (with this status), or the link too old."""
    return _page("action_over", words("en"), business, because=because, status=status)


def unsubscribe_form(*, business: str, language: str, path: str) -> str:
    """Asks once more before the messages stop."""
    return _page("unsubscribe_form", words(language), business, path=path)


def unsubscribed(*, business: str, language: str) -> str:
    """The messages have stopped."""
    return _page("unsubscribed", words(language), business)


def link_problem(*, business: str, language: str = "en") -> str:
    """The link is not one of ours, or not whole. Says the same whatever is wrong with it."""
    return _page("link_problem", words(language), business)


def _page(name: str, language: Words, business: str, **values: object) -> str:
    return rendering.html(f"page/{name}.html", language, business=business, style=_STYLE, **values)

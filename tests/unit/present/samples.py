"""One of each mail, text and page, with given words wherever somebody typed them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args

from tests.unit.present.builders import (
    KINDS,
    LANGUAGES,
    LINK,
    a_brief,
    a_late_notice,
    a_note,
    a_praise,
    a_promise,
    a_reply,
    a_request,
    about,
    an_explanation,
    an_invitation,
)
from vaada.model.messages import Purpose, RecipientRole
from vaada.present import email, pages, sms
from vaada.present.email import Mail
from vaada.present.view_models import ActionName, CallBack, Note, Referral, Review

STAFF_PURPOSES: tuple[tuple[Purpose, RecipientRole], ...] = (
    ("follow_up_reminder", "agent"),
    ("follow_up_reminder", "owner"),
    ("follow_up_unanswered", "supervisor"),
    ("promise_warning", "agent"),
    ("promise_overdue", "agent"),
    ("promise_escalation", "supervisor"),
    ("promise_escalation", "owner"),
    ("reply_warning", "agent"),
    ("reply_missed", "supervisor"),
    ("reply_missed", "owner"),
    ("goodwill_approval", "supervisor"),
    ("goodwill_approval", "owner"),
)
CUSTOMER_PURPOSES: tuple[Purpose, ...] = ("survey", "survey_reminder")


def every_mail(name: str) -> list[Mail]:
    """Each kind of mail, with this name and these words wherever somebody typed them."""
    typed = {"business": name, "agent_name": name, "customer_name": name, "what": name}
    why = an_explanation(
        skipped=tuple(one.model_copy(update={"why": name}) for one in an_explanation().skipped)
    )
    staff = {**typed, "reader_name": name, "summary": name * 20, "explanation": why}
    notes = [Note(purpose, to, about(purpose, **staff)) for purpose, to in STAFF_PURPOSES]
    invitation = an_invitation(business=name, customer_name=name, agent_name=name, what=name)
    notice = a_late_notice(business=name, customer_name=name, agent_name=name, what=name)
    return [
        *(email.for_staff(note.purpose, note.to, note.brief) for note in notes),
        email.for_staff_batch(notes),
        *(
            email.for_customer(purpose, replace(invitation, language=language, kind=kind))
            for purpose in CUSTOMER_PURPOSES
            for language in LANGUAGES
            for kind in KINDS
        ),
        *(email.for_late(replace(notice, language=language)) for language in LANGUAGES),
        *(
            email.for_praise(a_praise(business=name, reader_name=name, customer_name=name, words=words))
            for words in (name * 20, None)
        ),
    ]


def every_text(words: str) -> Iterator[str]:
    """Each kind of text message, with these words wherever somebody typed them."""
    typed: dict[str, Any] = {"business": words, "agent_name": words, "customer_name": words, "what": words}
    for purpose, to in STAFF_PURPOSES:
        yield sms.for_staff(purpose, to, about(purpose, **typed))
    yield sms.for_staff_batch([a_note(**typed)] * 3, LINK)
    asked = {"business": words, "agent_name": words, "customer_name": words, "what": words}
    for language in LANGUAGES:
        for kind in KINDS:
            for purpose in CUSTOMER_PURPOSES:
                yield sms.for_customer(purpose, an_invitation(**asked, language=language, kind=kind))
        yield sms.for_late(a_late_notice(**asked, language=language))
    yield sms.for_praise(a_praise(business=words, customer_name=words, words=words))


FOLLOW_UP_ACTIONS: tuple[ActionName, ...] = (
    *("done", "tomorrow", "next_week", "pick_date", "unreachable", "old_date", "give_up"),
)


def customer_pages(words: str = "Nadeem", language: str = "en") -> list[str]:
    """Each page for customers, with these words wherever somebody typed them."""
    named: dict[str, Any] = {"business": words, "language": language}
    asked: dict[str, Any] = {**named, "agent_name": words, "path": "/s/t", "what": words, "nonce": "n"}
    now = a_brief().now
    return [
        *(pages.survey_form(**asked, kind=kind, score=1, comment=words) for kind in KINDS),
        *(pages.survey_form(**asked, kind=kind, score=None, problem="score") for kind in KINDS),
        pages.survey_form(**asked, score=None, problem="comment"),
        pages.survey_form(**asked, score=None, problem="again"),
        *(
            pages.survey_confirm(**named, kind=kind, score=1, comment=words, path="/s/t", nonce="n")
            for kind in KINDS
        ),
        *(pages.survey_thanks(**named, kind=kind, score=1, followed_up=True) for kind in KINDS),
        *(pages.survey_thanks(**named, kind=kind, score=1) for kind in KINDS),
        pages.survey_thanks(**named, score=5, next_step=Review("https://example.com/review")),
        pages.survey_thanks(**named, score=5, next_step=Referral(words)),
        pages.survey_thanks(**named, score=1, next_step=CallBack(words, now, now)),
        pages.survey_over(**named, because="answered"),
        pages.survey_over(**named, because="expired"),
        pages.survey_over(**named, because="withdrawn"),
        pages.unsubscribe_form(**named, path="/u/t"),
        pages.unsubscribed(**named, path="/u/t", nonce="n"),
        pages.unsubscribed(**named, path="/u/t", nonce="n", again=True),
        pages.subscribed_again(**named),
        pages.link_problem(**named),
        *(pages.refused(**named, because=because) for because in get_args(pages.RefusedBecause)),
    ]


def every_page(words: str = "Nadeem", language: str = "en") -> list[str]:
    """Each page, with these words wherever somebody typed them."""
    typed: dict[str, Any] = {
        "agent_name": words,
        "customer_name": words,
        "what": words,
        "summary": words * 20,
    }
    brief = a_brief(**typed)
    return [
        *customer_pages(words, language),
        pages.action_form(business=words, brief=brief, path="/a/t", chosen=None),
        *(
            pages.action_form(business=words, brief=replace(one, **typed), path="/a/t", chosen=chosen)
            for one in (
                a_brief(actions=FOLLOW_UP_ACTIONS),
                a_promise(),
                a_promise(late_notice_medium=None),
                a_reply(),
                a_request(),
            )
            for chosen in (None, *one.actions)
        ),
        pages.action_list(business=words, briefs=[brief, replace(brief, action_url=None)]),
        pages.action_list(business=words, briefs=[]),
        pages.action_over(business=words, because="expired", status=None, path="/a/t"),
        pages.action_sent(business=words),
        pages.action_done(business=words, message=words),
        pages.action_over(business=words, because="closed", status=words),
        pages.action_over(business=words, because="expired", status=None),
    ]
